"""Counts, groups, rankings and editions: on tables whose answers can be read off, and on the two reports."""

import pandas as pd
import pytest

from geobri.cli import main
from geobri.datasets import bri22, global513
from geobri.errors import DataError
from geobri.study import load_study
from geobri.study.contrast import compare_editions, compare_groups, compare_rankings
from geobri.study.leading import count_by

NAMES = {"lima": "Lima", "oslo": "Oslo", "rome": "Rome", "cairo": "Cairo", "perth": "Perth"}
COUNTRY = {"lima": "PER", "oslo": "NOR", "rome": "ITA", "cairo": "EGY", "perth": "AUS"}
ZH = {"Europe": "欧洲", "Elsewhere": "别处"}


def write(folder, **columns):
    """A study folder: one row a city, the columns by city; a city that a column leaves out has an empty cell."""
    folder.mkdir()
    cities = [city for city in NAMES if any(city in values for values in columns.values())]
    lines = ["city,name,country,region,region_zh,lon,lat," + ",".join(columns)]
    for place, city in enumerate(cities):
        region = "Europe" if city in ("oslo", "rome") else "Elsewhere"
        cells = [city, NAMES[city], COUNTRY[city], region, ZH[region], 10 * place, 5 * place]
        cells += [values.get(city, "") for values in columns.values()]
        lines.append(",".join(map(str, cells)))
    (folder / "cities.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(
        'title = "T"\n[[measure]]\ncolumn = "rank_all"\nof = "cities"\nkind = "rank"\n'
        '[[measure]]\ncolumn = "trade"\nof = "cities"\nkind = "amount"\nparents = ["rank_all"]\n'
        '[[measure]]\ncolumn = "seats"\nof = "cities"\nkind = "amount"\nparents = ["rank_all"]\n',
        encoding="utf-8",
    )
    return load_study(folder)


@pytest.fixture
def old(tmp_path):
    return write(
        tmp_path / "old",
        rank_all={"lima": 1, "oslo": 2, "rome": 3, "cairo": 4},
        trade={"lima": 40, "oslo": 30, "rome": 20, "cairo": 10},
        seats={"lima": 4, "oslo": 3, "rome": 1, "cairo": 2},
    )


@pytest.fixture
def new(tmp_path):
    return write(
        tmp_path / "new",
        rank_all={"oslo": 1, "rome": 2, "lima": 3, "perth": 4},
        trade={"lima": 40, "oslo": 30, "rome": 20, "perth": 10},
        seats={"lima": 1, "oslo": 4, "rome": 3, "perth": 2},
    )


def test_counts_by_a_column_with_all_there_are_and_the_share(old):
    counts = count_by(old, "region", "rank_all<=3")
    assert counts.index.tolist() == ["Europe", "Elsewhere"]
    assert counts["n"].tolist() == [2, 1]
    assert counts["of"].tolist() == [2, 2]
    assert counts["share"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert counts["region_zh"].tolist() == ["欧洲", "别处"]
    nobody = count_by(old, "region", "rank_all>9")
    assert nobody["n"].tolist() == [0, 0]
    with pytest.raises(DataError, match="columns must be among"):
        count_by(old, "regoin")


def test_groups_are_compared_measure_by_measure(old):
    table = compare_groups(old, "region=Europe", first=2)
    rank = table.loc["rank_all"]
    assert (rank["group_n"], rank["group_mean_place"], rank["group_best_place"]) == (2, 2.5, 2)
    assert (rank["group_best"], rank["group_in_first"]) == ("oslo", 1)
    assert (rank["others_n"], rank["others_mean_place"], rank["others_in_first"]) == (2, 2.5, 1)
    assert table.loc["seats", "others_mean_place"] == 2.0
    for condition in ("rank_all<=9", "rank_all>9"):
        with pytest.raises(DataError, match="two groups"):
            compare_groups(old, condition)


def test_rankings_are_compared_on_their_common_cities(tmp_path):
    study = write(
        tmp_path / "gaps",
        rank_all={"lima": 1, "oslo": 2, "rome": 3, "cairo": 4},
        trade={"oslo": 10, "rome": 30, "cairo": 20, "perth": 99},
    )
    table = compare_rankings(study, "rank_all", "trade")
    assert table.index.tolist() == ["oslo", "rome", "cairo"]
    assert table["place_rank_all"].tolist() == [1, 2, 3]
    assert table["place_trade"].tolist() == [3, 1, 2]
    assert table["gap"].tolist() == [2, -1, -1]
    assert table["stronger"].tolist() == ["rank_all", "trade", "trade"]
    with pytest.raises(DataError, match="must be one of rank_all, trade"):
        compare_rankings(study, "rank_all", "name")


def test_editions_say_who_came_left_rose_fell_and_what_moved_them(old, new):
    table = compare_editions(old, new)
    assert table.index.tolist() == ["perth", "cairo", "lima", "oslo", "rome"]
    assert table["change"].tolist() == ["new", "out", "down", "up", "up"]
    assert set(table["measure"]) == {old.shown("cities")[0].column}  # a table says what it follows
    assert table["places"].tolist()[2:] == [-2, 1, 1]
    assert pd.isna(table.loc["perth", "old"])
    assert pd.isna(table.loc["cairo", "new"])
    assert table.loc["perth", "name"] == "Perth"
    # trade kept its order; of the seats Lima fell from 1 to 4, Oslo rose from 2 to 1, Rome from 4 to 2
    assert table["moved_by"].tolist() == ["", "", "seats", "seats", "seats"]
    assert table["moved_places"].tolist()[2:] == [-3, 1, 2]
    assert (compare_editions(old, old)["change"] == "same").all()
    with pytest.raises(DataError, match="both editions must have the measure 'ships'"):
        compare_editions(old, new, value="ships")


def test_the_same_on_the_command_line(old, new, capsys):
    for words in (
        ("query", old.folder, "rank_all<=3", "--count", "region"),
        ("groups", old.folder, "region=Europe"),
        ("rankings", old.folder, "rank_all", "seats"),
        ("changes", old.folder, new.folder),
    ):
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        assert left.value.code == 0, words
    said = capsys.readouterr().out
    assert "Europe,欧洲,2,2," in said
    assert "perth,Perth" in said
    assert ",down,-2,seats,-3" in said


def test_the_reports_answer_what_their_texts_count():
    counts = count_by(load_study("global513"), "subregion", "rank_dynamic<=100")
    assert counts.loc["East Asia", ["n", "subregion_zh"]].tolist() == [25, "东亚"]
    assert counts.loc["North America", ["n", "subregion_zh"]].tolist() == [23, "北美"]
    assert counts["n"].sum() == 100
    front = compare_groups(load_study("bri22"), "country=CHN")
    # section 5.1: of the first five in finance and in people only Shanghai is Chinese; policy, facility and trade are level
    assert front.loc[["rank_finance", "rank_people"], "group_in_first"].tolist() == [1, 1]
    assert front.loc[["rank_finance", "rank_people"], "group_best"].tolist() == ["shanghai", "shanghai"]
    assert set(front.loc[["rank_policy", "rank_facility", "rank_trade"], "group_in_first"]) == {2, 3}


def test_capitals_come_from_the_gazetteer_one_a_country():
    cities = global513().cities
    capitals = cities[cities["capital"]]
    assert capitals["country"].is_unique
    assert {"beijing", "maseru", "port-vila", "nur-sultan", "washington"} <= set(capitals.index)
    assert not {"hong-kong", "macao", "taipei", "shanghai", "sydney", "istanbul"} & set(capitals.index)
    named = {"singapore", "beijing", "bangkok", "seoul", "moscow", "rome", "cairo", "vienna", "nairobi"}
    ours = bri22().cities
    assert set(ours.index[ours["capital"]]) == named
