"""From file to table without a loss: meaning, years, complete pairs, the account, the index in every table."""

import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from itertools import combinations

import pandas as pd
import pytest

from geobri.exchange import write_layer
from geobri.score import total_flows
from geobri.study import analysis, check_study, load_study
from geobri.study.account import Entry, say_account, say_left_out, say_number, tabulate_account
from geobri.study.export import export_study
from geobri.study.pairs import count_pairs, list_pairs, pairs_of
from geobri.study.saying import say_study, say_years

PLACES = {
    "oslo": ("NOR", 10.75, 59.91),
    "bergen": ("NOR", 5.32, 60.39),
    "rome": ("ITA", 12.48, 41.89),
    "milan": ("ITA", 9.19, 45.46),
    "warsaw": ("POL", 21.01, 52.23),
}
CITIES = "city,country,lon,lat\n" + "".join(f"{slug},{c},{x},{y}\n" for slug, (c, x, y) in PLACES.items())
SPEC = """[index]
name = "x"
[choices]
domestic = "{domestic}"
city_missing = "observed"
[[dimension]]
name = "links"
importance = "1"
[[indicator]]
name = "seats"
dimension = "links"
importance = "1"
absent = "{absent}"
unit = "seats"
title = "Seats a week"
title_zh = "每周座位"
"""


@pytest.fixture
def study_of(tmp_path):
    def make(flows=None, settings="", *, cities=CITIES, index=None):
        (tmp_path / "cities.csv").write_text(cities, encoding="utf-8")
        if flows is not None:
            (tmp_path / "flows.csv").write_text(flows, encoding="utf-8")
        if index is not None:
            (tmp_path / "index.toml").write_text(index, encoding="utf-8")
            settings = 'index = "index.toml"\n' + settings
        (tmp_path / "study.toml").write_text(settings, encoding="utf-8")
        return tmp_path

    return make


def _said(study):
    return "\n".join(line.en for line in say_study(study))


LISTED = "indicator,origin,destination,value\nseats,oslo,rome,5\nseats,rome,warsaw,7\nseats,warsaw,milan,2\n"


@pytest.mark.parametrize(
    ("settings", "flows", "domain", "n"),
    [
        ("", LISTED, "international", 8),
        ("", LISTED + "seats,oslo,bergen,9\n", "all", 10),
        ('pairs = "all"\n', LISTED, "all", 10),
        ('domain = "all"\n', LISTED, "all", 10),
        ('pairs = "international"\n', LISTED, "international", 8),
    ],
)
def test_zeros_are_zeros_for_every_pair_that_could_have_had_a_row(study_of, settings, flows, domain, n):
    study = load_study(study_of(flows, settings, index=SPEC.format(domestic="include", absent="zero")))
    assert study.domain == domain
    pairs = pairs_of(study, study.measure("seats", "corridors"))
    assert len(pairs) == n
    assert pairs["seats"].notna().all()
    assert (pairs["seats"] > 0).sum() == flows.count("seats,")
    assert pairs["distance_km"].min() > 100
    assert f"{n - flows.count('seats,')} pairs without a row, taken as zero" in _said(study)


def test_absent_rows_are_missing_where_nothing_says_they_are_zero(study_of):
    study = load_study(study_of(LISTED, 'pairs = "all"\n'))
    assert study.corridors["seats"].notna().sum() == 3
    assert pairs_of(study, study.measure("seats", "corridors"))["seats"].notna().sum() == 3
    assert "seats taken as: absent = missing, because neither" in _said(study)


def test_the_drawn_corridors_hold_the_zeros_too(study_of):
    study = load_study(study_of(LISTED, 'pairs = "all"\n[[measure]]\ncolumn = "seats"\nabsent = "zero"\n'))
    assert (study.corridors["seats"] == 0).sum() == 7


def test_the_declared_kind_goes_all_the_way(study_of):
    settings = '[[measure]]\ncolumn = "seats"\nkind = "rank"\nlabel = "Place"\nlabel_zh = "名次"\n'
    measure = load_study(study_of(LISTED, settings)).measure("seats", "corridors")
    assert (measure.kind, measure.direction, measure.label_zh) == ("rank", -1, "名次")


def test_titles_and_units_of_the_index_reach_the_measure(study_of):
    study = load_study(study_of(LISTED, index=SPEC.format(domestic="include", absent="zero")))
    measure = study.measure("seats", "corridors")
    assert (measure.label, measure.label_zh, measure.unit, measure.absent) == (
        "Seats a week",
        "每周座位",
        "seats",
        "zero",
    )


def test_the_order_is_that_of_the_declarations(study_of):
    flows = LISTED + "apples,oslo,rome,1\nzinc,oslo,rome,1\n"
    settings = '[[measure]]\ncolumn = "zinc"\n[[value]]\ncolumn = "seats"\n'
    study = load_study(study_of(flows, settings))
    assert [one.column for one in study.corridor_measures] == ["zinc", "seats", "apples"]


YEARS = (
    "indicator,origin,destination,value,year\n"
    + "".join(f"seats,{a},{b},{v},2020\n" for a, b, v in (("oslo", "rome", 5), ("rome", "warsaw", 7)))
    + "".join(f"trade,{a},{b},{v},2018\n" for a, b, v in (("oslo", "rome", 1), ("rome", "warsaw", 2)))
    + "".join(f"trade,{a},{b},{v},2019\n" for a, b, v in (("oslo", "rome", 3), ("rome", "warsaw", 4)))
)


def test_every_measure_has_its_own_latest_year(study_of):
    study = load_study(study_of(YEARS))
    assert study.corridors.loc["oslo--rome", ["seats", "trade"]].tolist() == [5, 3]
    assert "Seats 2020" in say_years(study)[0].en
    assert "Trade 2019 (of 2018 to 2019)" in say_years(study)[0].en
    assert "3 in 2 rows of other years (2018)" in _said(study)


def test_another_year_can_be_chosen(study_of):
    folder = study_of(YEARS)
    study = load_study(folder, year=2018)
    assert study.corridors["trade"].tolist() == [1, 2]
    assert any("Seats has no rows of 2018; 2020 is shown" in line.en for line in study.cautions)
    (folder / "study.toml").write_text("year = 2018\n", encoding="utf-8")
    assert load_study(folder).corridors["trade"].tolist() == [1, 2]


def test_a_stray_row_of_a_new_year_is_a_caution_with_both_numbers(study_of):
    study = load_study(study_of(YEARS + "trade,oslo,milan,9,2021\n" + "trade,milan,warsaw,9,2019\n"))
    assert any(
        "Trade is shown for 2021, which has 1 row; 2019 has 3" in line.en and "2021年" in line.zh
        for line in study.cautions
    )


def test_what_is_left_out_is_counted_with_its_sum(study_of):
    flows = LISTED + "seats,oslo,bergen,100\nseats,rome,rome,40\nseats,rome,oslo,5\n"
    study = load_study(study_of(flows, 'pairs = "international"\n'))
    table = tabulate_account(study.account).set_index("reason")
    assert table["rows"].to_dict() == {"read": 6, "self": 1, "double": 1, "domestic": 1, "used": 3}
    assert table["total"].to_dict() == {"read": 159, "self": 40, "double": 5, "domestic": 100, "used": 14}
    assert say_left_out(study.account, "seats").en == (
        "40 in 1 row of a city with itself, 5 in 1 row that say the same pair again, 100 in 1 row inside a country"
    )


@pytest.mark.parametrize("keep", [False, True])
def test_flows_of_a_city_with_itself_can_count_in_its_totals(study_of, keep):
    matrix = ",oslo,rome,milan\noslo,900,1,2\nrome,1,800,3\nmilan,2,3,700\n"
    study = load_study(study_of(matrix, f'self_flows = "{"keep" if keep else "leave out"}"\n'))
    assert study.cities.loc["oslo", "flow_both"] == (903 if keep else 3)
    assert "2,400 in 3 rows of a city with itself" in _said(study)


def test_two_kinds_of_direction_live_in_one_study(study_of):
    flows = LISTED + "trade,oslo,rome,3\ntrade,rome,oslo,8\n"
    settings = 'directed = true\n[[measure]]\ncolumn = "seats"\ndirected = false\n'
    study = load_study(study_of(flows, settings))
    assert study.corridors.loc["oslo->rome", ["seats", "trade"]].tolist() == [5, 3]
    assert study.corridors.loc["rome->oslo", ["seats", "trade"]].tolist() == [5, 8]
    assert len(pairs_of(study, study.measure("seats", "corridors"))["seats"].dropna()) == 3
    assert len(pairs_of(study, study.measure("trade", "corridors"))["trade"].dropna()) == 2
    assert any("Seats has no direction" in line.en and "不分方向" in line.zh for line in study.cautions)


def test_a_directed_measure_of_an_undirected_study_is_added_up(study_of):
    flows = LISTED + "trade,oslo,rome,3\ntrade,rome,oslo,8\n"
    study = load_study(study_of(flows, '[[measure]]\ncolumn = "trade"\ndirected = true\n'))
    assert study.corridors.loc["oslo--rome", "trade"] == 11
    assert any("the sum of both directions" in line.en for line in study.cautions)


def test_the_index_is_a_measure_of_both_tables(study_of):
    study = load_study(study_of(LISTED, index=SPEC.format(domestic="include", absent="zero")))
    assert study.city_measures[0].column == study.corridor_measures[0].column == "overall"
    assert study.shown("cities")[0].origin == "index"
    best = study.cities["overall"].idxmax()
    assert study.cities.loc[best, "rank_overall"] == 1
    assert study.measure("index_seats", "corridors").label == "Seats a week: score"
    assert len(pairs_of(study, study.measure("overall", "corridors"))) == 10


def test_scores_stand_on_both_directions_of_a_directed_study(study_of):
    study = load_study(
        study_of(
            LISTED.replace("seats,warsaw,milan", "seats,warsaw,oslo"),
            "directed = true\n",
            index=SPEC.format(domestic="include", absent="zero"),
        )
    )
    assert study.corridors["overall"].notna().all()


def test_a_published_name_is_kept_beside_the_index(study_of):
    cities = (
        CITIES.replace("lon,lat", "lon,lat,overall").replace("\n", ",3\n").replace("overall,3", "overall")
    )
    study = load_study(study_of(LISTED, cities=cities, index=SPEC.format(domestic="include", absent="zero")))
    assert (study.cities["overall"] == 3).all()
    assert study.measure("index_overall", "cities").origin == "index"


def test_sheets_called_by_years_are_years(study_of, tmp_path):
    folder = study_of()
    with pd.ExcelWriter(folder / "flows.xlsx") as book:
        for year in (2020, 2021):
            rows = {"origin": ["oslo"], "destination": ["rome"], "value": [year]}
            pd.DataFrame(rows).to_excel(book, sheet_name=str(year), index=False)
        pd.DataFrame({"remark": ["x", "y"]}).to_excel(book, sheet_name="Notes", index=False)
    study = load_study(folder)
    assert study.corridors["flow"].tolist() == [2021]
    assert study.measure("flow", "corridors").years == (2020, 2021)
    assert "2 rows on another sheet (flows.xlsx, Notes)" in _said(study)


def test_a_point_far_outside_its_country_is_named(study_of):
    folder = study_of(LISTED, cities=CITIES.replace("12.48,41.89", "0,0"))
    assert "rome (0, 0; Italy, ITA)" in _said(load_study(folder))
    (folder / "study.toml").write_text('outside = ["rome"]\n', encoding="utf-8")
    assert "rome (0, 0" not in _said(load_study(folder))


def test_a_declaration_of_no_column_is_a_fault(study_of):
    folder = study_of(LISTED, '[[measure]]\ncolumn = "seat"\n')
    assert "none called 'seat'" in str(check_study(folder)[0])
    (folder / "study.toml").write_text('[[measure]]\ncolumn = "seats"\nknd = "rank"\n', encoding="utf-8")
    assert "knd. Correct the spelling" in str(check_study(folder)[0])


def test_pairs_are_counted_as_they_are_listed(study_of):
    cities = load_study(study_of(LISTED)).cities
    for domain in ("all", "international"):
        for directed in (False, True):
            assert count_pairs(cities, domain, directed=directed) == len(
                list_pairs(cities, domain, directed=directed)
            )


def test_the_account_is_said_in_both_languages():
    entries = [Entry("x", "read", 3, 6.0), Entry("x", "self", 1, 2.5), Entry("x", "used", 2, 3.5)]
    said = say_account(entries)[0]
    assert (
        said.en == "x: 6 in 3 rows read; left out: 2.5 in 1 row of a city with itself; used: 3.5 in 2 rows."
    )
    assert said.zh == "x：读入 6（3 行）；未使用：城市与自身之间 2.5（1 行）；使用 3.5（2 行）。"
    assert [say_number(one) for one in (2400, 0.125, 123463789.0, 1234.5678)] == [
        "2,400",
        "0.125",
        "123,463,789",
        "1,234.57",
    ]


def test_ids_ends_and_measures_are_told_by_what_they_hold(study_of):
    cities = "zone,X,Y\nE01,-1.5,53.8\nE02,-1.6,53.9\nE03,-1.4,53.7\n"
    flows = "geo_a,geo_b,all,bicycle,remark\nE01,E01,50,5,x\nE01,E02,10,1,x\nE03,E02,20,0,x\n"
    study = load_study(study_of(flows, cities=cities))
    assert study.corridors[["all", "bicycle"]].to_dict("list") == {"all": [10, 20], "bicycle": [1, 0]}
    said = _said(study)
    assert "cities taken as: city = zone, because its values are all different" in said
    assert "flows.csv taken as: origin = geo_a, destination = geo_b" in said
    assert "measures = all, bicycle" in said
    assert "not read = remark" in said
    assert "all: 80 in 3 rows read; left out: 50 in 1 row of a city with itself" in said


def test_a_column_called_city_that_holds_no_ids_is_not_taken_for_them(study_of):
    cities = "code,city,lon,lat\nAAA,London,0,51\nBBB,London,0.5,51.5\nCCC,Paris,2.3,48.8\n"
    study = load_study(study_of("origin,destination,count\nAAA,CCC,3\nBBB,CCC,4\n", cities=cities))
    assert study.cities["town"].to_dict() == {"AAA": "London", "BBB": "London", "CCC": "Paris"}


def test_a_thousand_or_a_little_more_than_one_is_not_guessed_at(study_of):
    folder = study_of("origin;destination;value\noslo;rome;2.345\noslo;milan;7.500\n")
    assert "a thousand or a little more than one" in str(check_study(folder)[0])
    (folder / "flows.csv").write_text("origin;destination;value\noslo;rome;2.345\noslo;milan;7,5\n")
    assert load_study(folder).corridors["flow"].tolist() == [2345.0, 7.5]
    (folder / "flows.csv").write_text("origin,destination,value\noslo,rome,2.345\noslo,milan,7.500\n")
    assert load_study(folder).corridors["flow"].tolist() == [2.345, 7.5]


def test_cities_written_as_geoparquet_are_read_as_they_were(study_of, tmp_path):
    rows = "".join(f"{slug},{c},NA,{'yes' if x > 10 else ''},{x},{y}\n" for slug, (c, x, y) in PLACES.items())
    study = load_study(study_of(cities="city,country,region,coastal,lon,lat\n" + rows))
    (tmp_path / "again").mkdir()
    write_layer(study.cities, tmp_path / "again" / "cities.parquet")
    again = load_study(tmp_path / "again")
    assert again.cities.geometry.equals(study.cities.geometry)
    assert again.cities["region"].tolist() == ["NA"] * 5
    assert again.cities["coastal"].isna().tolist() == study.cities["coastal"].isna().tolist()


def test_a_flow_map_counts_so_that_ranks_are_turned_round(study_of, tmp_path):
    study = load_study(study_of(LISTED, '[[measure]]\ncolumn = "seats"\nkind = "rank"\n'))
    export_study(study, tmp_path / "maps", kind="flowmap", value="seats")
    flows = pd.read_csv(tmp_path / "maps" / "flows.csv")
    assert sorted(flows["count"]) == [1, 3, 6]  # ranks 7, 5 and 2 of 7


@pytest.mark.parametrize(("kind", "thick"), [("rank", "2"), ("score", "7")])
def test_the_better_end_is_the_thickest_line_in_qgis(study_of, tmp_path, kind, thick):
    flows = LISTED.replace("seats", 'R&D "net"')
    study = load_study(study_of(flows, f'[[measure]]\ncolumn = \'R&D "net"\'\nkind = "{kind}"\n'))
    export_study(study, tmp_path / "study.gpkg")
    with closing(sqlite3.connect(tmp_path / "study.gpkg")) as database, database:
        (text,) = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'corridors'"
        ).fetchone()
    database.close()
    style = ET.fromstring(text)
    widths = {
        symbol.get("name"): float(option.get("value"))
        for symbol in style.iter("symbol")
        for option in symbol.iter("Option")
        if option.get("name") == "line_width"
    }
    rules = {
        rule.get("label"): widths[rule.get("symbol")] for rule in style.iter("rule") if rule.get("symbol")
    }
    assert max(rules, key=rules.get) == thick


def test_an_empty_cell_is_missing_where_a_pair_without_a_row_is_zero(study_of):
    """0 is 0, an empty cell is missing, a pair without a row is what the measure says."""
    flows = "origin,destination,value\noslo,rome,4\noslo,milan,\nrome,warsaw,0\n"
    said = '[[measure]]\ncolumn = "flow"\nabsent = "zero"\n'
    study = load_study(study_of(flows, 'pairs = "international"\n' + said))
    measure = study.measure("flow", "corridors")
    for table in (pairs_of(study, measure), study.corridors):
        assert table["flow"].isna().sum() == 1
        assert pd.isna(table.loc["milan--oslo", "flow"])
        assert (table["flow"].drop(["milan--oslo", "oslo--rome"]) == 0).all()
    assert study.cities.loc["milan", "flow_missing"] == 1
    assert study.cities.loc[["bergen", "oslo"], "flow_both"].tolist() == [0, 4]


SMALL = """[index]
name = "small"
[[indicator]]
name = "trips"
dimension = "overall"
"""


def test_an_index_takes_the_meaning_of_its_study(study_of):
    """Directions, absent rows, the better end and the pairs are said once, in study.toml."""
    cities = "city,lon,lat\n" + "".join(f"{slug},{x},{y}\n" for slug, (_, x, y) in PLACES.items())
    flows = (
        "indicator,origin,destination,value\ntrips,oslo,bergen,4\ntrips,bergen,oslo,2\ntrips,oslo,rome,1\n"
    )
    said = 'directed = true\n[[measure]]\ncolumn = "trips"\nabsent = "zero"\nbetter = "low"\n'
    folder = study_of(flows, said, cities=cities, index=SMALL)
    assert check_study(folder) == []
    study = load_study(folder)
    assert study.scores is not None
    leaf = study.scores.spec.indicators[0]
    assert (leaf.directed, leaf.absent, leaf.direction) == (True, "zero", -1)
    assert study.scores.spec.choices.domestic == "include"
    assert len(study.scores.corridors) == 10  # both directions of a pair are one in the index
    assert study.scores.city_raw["trips"].to_dict() == {
        "bergen": 6, "oslo": 7, "rome": 1, "milan": 0, "warsaw": 0,
    }  # fmt: skip
    assert study.cities["rank_overall"].to_dict()["oslo"] == 5  # less is better
    assert "index taken as: domestic = include" in _said(study)


def test_an_index_of_listed_pairs_scores_the_listed_pairs(study_of):
    flows = "indicator,origin,destination,value\ntrips,oslo,bergen,4\ntrips,milan,oslo,2\ntrips,oslo,rome,1\n"
    study = load_study(
        study_of(flows, 'domain = "listed"\n', index=SMALL + '[choices]\ncity_missing = "observed"\n')
    )
    assert study.scores is not None
    assert sorted(study.scores.corridors.index) == ["bergen--oslo", "milan--oslo", "oslo--rome"]


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("domain", ["all", "international"])
def test_totals_need_no_list_of_zeros(study_of, directed, domain):
    """Totals are those of the complete table, though only pairs with a row are read."""
    flows = (
        "origin,destination,value\noslo,bergen,4\noslo,rome,1\nrome,milan,7\nwarsaw,rome,2\nwarsaw,milan,\n"
    )
    said = f'directed = {str(directed).lower()}\ndomain = "{domain}"\n[[measure]]\ncolumn = "flow"\nabsent = "zero"\n'
    study = load_study(study_of(flows, said))
    whole = pairs_of(study, study.measure("flow", "corridors"))
    expected = total_flows(study.cities, whole, "flow", directed=directed).add_prefix("flow_")
    names = [name for name in expected.columns if name in study.cities.columns]
    assert len(names) == (7 if directed else 5)
    pd.testing.assert_frame_equal(
        pd.DataFrame(study.cities[names]), expected[names], check_dtype=False, check_index_type=False
    )


@pytest.mark.parametrize("heading", ["from_place,destination", "origin,whither", "here,there"])
def test_ends_are_told_by_what_they_hold(study_of, heading):
    """One end or both may be called otherwise; columns beside the values are not lost without a word."""
    flows = f"{heading},year,value,kilometres\noslo,bergen,2020,4,300\noslo,rome,2020,1,2000\n"
    study = load_study(study_of(flows))
    assert list(study.corridors["origin"]) == ["bergen", "oslo"]
    assert list(study.corridors["flow"]) == [4, 1]
    said = _said(study)
    assert "these columns hold known cities" in said or "it holds known cities" in said
    assert "not read = kilometres, because there is a column 'value'" in said


def test_numbers_are_written_in_full(study_of):
    study = load_study(study_of("origin,destination,value\noslo,bergen,1448061\noslo,rome,39\n"))
    assert "whole numbers from 39 to 1,448,061" in _said(study)


def test_too_many_corridors_have_no_rank_intervals_and_it_is_said(study_of, monkeypatch):
    """Cities keep their intervals; the sentence says with how many runs corridors would have some."""
    monkeypatch.setattr(analysis, "_MOST_RANKS", 500)
    flows = "indicator,origin,destination,value\n" + "".join(
        f"trips,{one},{other},{at}\n" for at, (one, other) in enumerate(combinations(PLACES, 2))
    )
    scores = load_study(study_of(flows, 'domain = "all"\n', index=SMALL)).scores
    assert set(analysis.measure_uncertainty(scores, runs=100)["level"]) == {"cities"}
    assert "10 corridors in 100 runs" in analysis.unmeasured(scores, runs=100).en
    assert "--runs 50" in analysis.unmeasured(scores, runs=100).en
    assert not analysis.unmeasured(scores, runs=50)
    assert set(analysis.measure_uncertainty(scores, runs=50)["level"]) == {"cities", "corridors"}
