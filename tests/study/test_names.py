"""A name that several cities have is refused with its candidates, accepted with its country, and shown with it."""

import pandas as pd
import pytest
from shapely import Point

from geobri.cities import build_cities, find_city, tell_names_apart
from geobri.cli import main
from geobri.datasets import global513
from geobri.errors import DataError
from geobri.gazetteer import geocode
from geobri.study import check_study, load_study
from geobri.study.history import history
from geobri.study.query import compare, query

ROWS = [
    ("cordoba-es", "Córdoba", "科尔多瓦", "ESP", -4.8, 37.9),
    ("cordoba-ar", "Cordoba", "科尔多瓦", "ARG", -64.2, -31.4),
    ("springfield-il", "Springfield", "", "USA", -89.6, 39.8),
    ("springfield-ma", "Springfield", "", "USA", -72.6, 42.1),
    ("lima", "Lima", "利马", "PER", -77.0, -12.0),
]


def table():
    columns = ["city", "name", "name_zh", "country", "lon", "lat"]
    return build_cities(pd.DataFrame(ROWS, columns=columns))


@pytest.fixture
def folder(tmp_path):
    lines = ["city,name,name_zh,country,lon,lat"]
    lines += [",".join(map(str, row)) for row in ROWS]
    (tmp_path / "cities.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    flows = ["indicator,origin,destination,year,value"]
    flows += [f"trade,cordoba-ar,lima,{year},{year - 2000}" for year in (2019, 2020)]
    (tmp_path / "flows.csv").write_text("\n".join(flows) + "\n", encoding="utf-8")
    return tmp_path


def test_names_that_repeat_carry_their_country_and_others_do_not():
    cities = table()
    before = cities.copy()
    told = tell_names_apart(cities)
    pd.testing.assert_frame_equal(pd.DataFrame(cities), pd.DataFrame(before))
    assert told["name"].tolist() == [
        "Córdoba (Spain)",
        "Cordoba (Argentina)",
        "Springfield (springfield-il)",
        "Springfield (springfield-ma)",
        "Lima",
    ]
    assert told["name_zh"].tolist()[:2] == ["科尔多瓦（西班牙）", "科尔多瓦（阿根廷）"]
    assert told.loc["lima", "name_zh"] == "利马"
    again = tell_names_apart(told)
    assert again["name"].tolist() == told["name"].tolist()


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("cordoba-es", "cordoba-es"),
        ("Córdoba (Spain)", "cordoba-es"),
        ("cordoba, argentina", "cordoba-ar"),
        ("Córdoba, ESP", "cordoba-es"),
        ("科尔多瓦（阿根廷）", "cordoba-ar"),
        ("科尔多瓦(西班牙)", "cordoba-es"),
        ("Springfield (springfield-ma)", "springfield-ma"),
        ("LIMA", "lima"),
        ("利马", "lima"),
        ("利马（秘鲁）", "lima"),
        ("Quito", None),
        ("Lima (Spain)", None),
    ],
)
def test_a_name_is_found_bare_or_with_its_country(said, slug, told):
    cities = tell_names_apart(table()) if told else table()
    assert find_city(cities, said) == slug


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("said", ["Córdoba", "cordoba", "科尔多瓦", "Springfield", "Springfield (USA)"])
def test_a_name_that_several_have_is_refused_with_all_of_them(said, told):
    cities = tell_names_apart(table()) if told else table()
    with pytest.raises(DataError, match="must mean one city") as caught:
        find_city(cities, said, caller="compare")
    both = ("springfield-il", "springfield-ma") if "S" in said else ("cordoba-es", "cordoba-ar")
    assert all(f"[{slug}]" in str(caught.value) for slug in both)
    assert "which 2 have" in str(caught.value)


def test_every_question_to_a_study_refuses_it(folder):
    study = load_study(folder)
    assert study.cities.loc["cordoba-ar", "name"] == "Cordoba (Argentina)"
    for ask in (
        lambda: compare(study, ["Córdoba", "Lima"]),
        lambda: history(study, ["科尔多瓦"]),
        lambda: query(study, "city=cordoba"),
        lambda: query(study, "origin=Córdoba", table="corridors"),
    ):
        with pytest.raises(DataError, match=r"cordoba-es.*cordoba-ar"):
            ask()
    assert compare(study, ["Córdoba (Spain)", "利马"]).columns.tolist() == ["cordoba-es", "lima"]
    assert history(study, ["科尔多瓦（阿根廷）"]).index.get_level_values("city").tolist() == ["cordoba-ar"]
    assert query(study, "city=Cordoba, Argentina").index.tolist() == ["cordoba-ar"]
    assert query(study, "name~cordoba").index.tolist() == ["cordoba-ar"]


def test_history_tells_the_names_apart_before_it_misses_years(folder):
    flows = folder / "flows.csv"
    flows.write_text("origin,destination,trade\ncordoba-ar,lima,3\n", encoding="utf-8")
    study = load_study(folder)
    with pytest.raises(DataError, match=r"must mean one city.*cordoba-es.*cordoba-ar"):
        history(study, ["科尔多瓦"])
    with pytest.raises(DataError, match="column 'year'"):
        history(study, ["科尔多瓦（阿根廷）"])


def test_the_command_line_says_so(folder, capsys):
    with pytest.raises(SystemExit) as left:
        main(["compare", str(folder), "Córdoba", "Lima"])
    assert left.value.code == 1
    assert "Cordoba (Argentina)" in capsys.readouterr().err


def test_the_513_cities_show_the_printed_country_where_a_name_repeats():
    cities = global513().cities
    told = cities.loc[cities["name_zh"].str.contains("（"), "name_zh"]
    assert set(told) == {
        "圣地亚哥（古巴）",
        "圣地亚哥（智利）",
        "圣何塞（哥斯达黎加）",
        "圣何塞（美国）",
        "奥克兰（美国）",
        "奥克兰（新西兰）",
        "的黎波里（黎巴嫩）",
        "的黎波里（利比亚）",
    }
    for slug, printed in cities.loc[told.index, "name_zh_printed"].items():
        assert find_city(cities, printed) == slug
        assert told[slug] == printed
    assert not cities["name"].map(str.casefold).duplicated().any()
    assert not cities["name_zh"].duplicated().any()
    assert cities.loc[["maseru", "nouakchott", "iskra"], "name_zh"].tolist() == [
        "马塞卢",
        "努瓦克肖特",
        "伊斯克拉",
    ]
    assert cities.loc[["maseru", "nouakchott", "iskra"], "repair_reason"].ne("").all()


def test_a_study_keeps_what_its_ambiguous_names_mean(tmp_path):
    (tmp_path / "cities.csv").write_text("city,country\nSantiago,\nSpringfield,USA\nLyon,FRA\nQxyz,\n")
    flows = "origin,destination,value\nSantiago,Springfield,5\nSpringfield,Lyon,6\nLyon,Qxyz,7\n"
    (tmp_path / "flows_mail.csv").write_text(flows)
    said = " ".join(str(fault) for fault in check_study(tmp_path))
    assert all(name in said for name in ("Santiago", "Springfield", "Qxyz"))
    assert "Lyon" not in said
    settled = geocode(["Santiago", "Springfield", "Qxyz"], country=[None, "USA", None]).to_settle()
    settled = settled.set_index("name").astype(object)
    offered = settled.loc["Santiago", "candidates"].split(" | ")
    settled.loc["Santiago", "place"] = next(one for one in offered if one.startswith("Santiago (CHL"))
    settled.loc["Springfield", ["lon", "lat"]] = [-89.64, 39.80]
    settled.loc["Qxyz", ["lon", "lat"]] = [7.5, 46.9]
    settled.to_csv(tmp_path / "places.csv")
    assert check_study(tmp_path) == []
    points = load_study(tmp_path).cities.geometry
    assert (points["Springfield"].x, points["Springfield"].y) == (-89.64, 39.80)
    assert (points["Qxyz"].x, points["Qxyz"].y) == (7.5, 46.9)
    assert points["Santiago"].distance(Point(-70.65, -33.45)) < 0.1


def test_a_country_that_is_none_is_a_fault_of_the_file_where_names_are_looked_up(tmp_path):
    """One of two places has a country that nobody knows, and neither has coordinates."""
    from geobri.study.loading import examine_study

    (tmp_path / "cities.csv").write_text(
        "city,name,country\na,Lisbon,PRT\nb,Porto,Nowhereland\n", encoding="utf-8"
    )
    faults, study = examine_study(tmp_path)
    assert study is None
    assert any(one.file == "cities.csv" and "Nowhereland" in one.message for one in faults)
