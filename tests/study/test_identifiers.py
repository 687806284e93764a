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
