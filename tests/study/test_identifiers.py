"""Whole numbers that name things are no amounts: ids, parts of dates, numbers of flights; and totals are looked for in long tables too."""

import numpy as np
import pandas as pd
import pytest

from geobri.errors import StudyError
from geobri.study import load_tables
from geobri.study.reading import Hints, totals

PORTS = pd.DataFrame(
    {
        "PortID": [3411, 3398, 3502, 3377],
        "Name": ["Alpha Field", "Beta Field", "Gamma Field", "Delta Field"],
        "Code": ["AAF", "BBF", "GGF", "DDF"],
        "Latitude": [47.1, 48.2, 46.9, 47.7],
        "Longitude": [8.1, 9.4, 7.2, 10.3],
        "Altitude": [1200, 300, 455, 780],
    }
)


@pytest.fixture
def legs():
    rng = np.random.default_rng(4)
    one = rng.integers(0, 4, 60)
    other = (one + rng.integers(1, 4, 60)) % 4
    code, number = PORTS["Code"].to_numpy(), PORTS["PortID"].to_numpy()
    return pd.DataFrame(
        {
            "Carrier": rng.choice(["X", "Y"], 60),
            "CarrierID": rng.integers(20, 30, 60),
            "Source": code[one],
            "SourceID": number[one],
            "Destination": code[other],
            "DestinationID": number[other],
            "month": rng.integers(1, 13, 60),
            "flight": rng.integers(1, 4000, 60),
            "seats": rng.integers(50, 200, 60),
            "miles": 100 * (one + other),
        }
    )


def _load(tmp_path, legs, **said):
    PORTS.to_csv(tmp_path / "ports.csv", index=False)
    legs.to_csv(tmp_path / "legs.csv", index=False)
    return load_tables(tmp_path / "legs.csv", tmp_path / "ports.csv", hints=Hints(**said))


def test_ids_of_places_are_no_measures(tmp_path, legs):
    study = _load(tmp_path, legs, count=True)
    assert [one.column for one in study.city_measures if one.origin != "total"] == ["Altitude"]
    assert study.cities["PortID"].tolist() == ["3411", "3398", "3502", "3377"]
    assert any(one.taken.en == "ids = PortID" for one in study.taken)
    assert study.corridors["trips"].sum() == 60
    asked = _load(tmp_path, legs.drop_duplicates(["Source", "Destination"]), value="CarrierID")
    assert "CarrierID" in {one.column for one in asked.corridor_measures}


def test_what_is_offered_for_a_sum_is_an_amount(tmp_path, legs):
    with pytest.raises(StudyError, match=r"count them with --count, or add up a column with --value seats$"):
        _load(tmp_path, legs)
    with pytest.raises(StudyError, match=r"count them with --count$"):
        _load(tmp_path, legs.drop(columns="seats"))


def test_numbers_are_read_once_however_many_ends_are_unknown(monkeypatch, tmp_path, legs):
    """Every unknown end may be a total; the columns are not read again for each."""
    read = []
    plain = totals.to_numbers
    monkeypatch.setattr(totals, "to_numbers", lambda cells: read.append(cells.name) or plain(cells))
    lost = legs.replace({"Destination": {"DDF": "ZZZ"}, "Source": {"AAF": "YYY"}})
    with pytest.raises(StudyError):
        _load(tmp_path, lost)
    assert len(read) == len(set(read))


def test_codes_of_countries_stand_at_their_capitals(tmp_path):
    codes = ["CHN", "DEU", "KEN", "BRA"]
    rows = [(one, other, 10.0 + at) for at, one in enumerate(codes) for other in codes if one != other]
    wide = pd.DataFrame(rows, columns=["exporter", "importer", "2019"])
    wide.assign(**{"2020": wide["2019"] * 2}).to_csv(tmp_path / "trade.csv", index=False)
    study = load_tables(tmp_path / "trade.csv")
    assert dict(study.cities["name"]) == {"CHN": "China", "DEU": "Germany", "KEN": "Kenya", "BRA": "Brazil"}
    trade = study.measure("trade")
    assert (trade.years, trade.year) == ((2019, 2020), 2020)
    assert study.corridors["trade"].sum() == 2 * wide["2019"].sum()
    asked = load_tables(tmp_path / "trade.csv", hints=Hints(value="2019"))
    assert asked.corridors["2019"].sum() == wide["2019"].sum()
    assert study.cities.loc["CHN", "name_zh"] == "中国"
    assert study.cities.loc["KEN"].geometry.y == pytest.approx(-1.28, abs=0.1)
    assert any("4 countries, each at its capital (CHN at Beijing" in one.taken.en for one in study.taken)
    mixed = wide.replace("KEN", "Nairobi")
    mixed.to_csv(tmp_path / "mixed.csv", index=False)
    with pytest.raises(StudyError):
        load_tables(tmp_path / "mixed.csv")


def test_provinces_by_any_usual_heading_tell_namesakes_apart(tmp_path):
    places = [("Santa Maria", "RS"), ("Salvador", "BA"), ("Curitiba", "PR")]
    rows = [(*one, *other, 5) for one in places for other in places if one != other]
    pd.DataFrame(rows, columns=["from", "from_uf", "to", "to_uf", "trips"]).to_csv(
        tmp_path / "br.csv", index=False
    )
    study = load_tables(tmp_path / "br.csv", hints=Hints(country="BR"))
    assert study.cities.loc["Santa Maria"].geometry.y == pytest.approx(-29.7, abs=0.2)
    with pytest.raises(StudyError, match=r"its code decides: --country"):
        pd.DataFrame([("Halifax", "York", 3), ("York", "Leeds", 2)], columns=["from", "to", "n"]).to_csv(
            tmp_path / "gb.csv", index=False
        )
        load_tables(tmp_path / "gb.csv")
