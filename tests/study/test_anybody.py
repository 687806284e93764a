"""Tables as people write them, in their own words: what the places are called, headings of other languages, titles, averages."""

import sqlite3

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

import geobri
from geobri.cli import _geobri
from geobri.errors import StudyError
from geobri.exchange.about import read_description
from geobri.study import load_study, load_tables, pairs_of
from geobri.study.questions import count_unlisted
from geobri.study.reading import Hints
from geobri.study.reading.ends import paired_columns
from geobri.study.saving import save_study
from geobri.study.saying import say_study

PLACES = (
    "code,city,longitude,latitude\nQA1,Ayr,7.1,46.2\nQB2,Bex,7.4,46.5\nQC3,Ayr,7.9,46.1\nQD4,Cam,8.2,46.6\n"
)
PAIRS = "from,to,people\nQA1,QB2,14\nQB2,QA1,9\nQA1,QC3,8\nQC3,QD4,21\nQD4,QB2,3\n"


def _said(study):
    return [one.en for one in say_study(study)]


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "moves.csv"
    path.write_text(PAIRS, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "many", "zh"),
    [
        ("airports.csv", "airports", "机场"),
        ("my_stations.csv", "stations", "站点"),
        ("Gemeinden.csv", "municipalities", "市镇"),
    ],
)
def test_places_are_called_as_their_table_is(tmp_path, pairs, name, many, zh):
    (tmp_path / name).write_text(PLACES, encoding="utf-8")
    study = load_tables(pairs, tmp_path / name)
    assert (study.words.many, study.words.zh) == (many, zh)
    assert (
        f"places taken as: called {many}, because their table is called '{name[:-4]}' (else: --call)"
        in _said(study)
    )
    assert not any("cities" in said for said in _said(study))


def test_places_are_called_as_the_heading_of_their_ids_and_as_the_user_says(tmp_path, pairs):
    table = tmp_path / "points.csv"
    table.write_text(PLACES.replace("code,city", "county_code,seat"), encoding="utf-8")
    assert load_tables(pairs, table).words.many == "counties"
    table.write_text(PLACES, encoding="utf-8")
    assert load_tables(pairs, table).words.is_city  # a heading says so, and nothing else
    table.write_text(PLACES.replace("code,city", "id,label"), encoding="utf-8")
    assert load_tables(pairs, table).words.many == "places"
    assert geobri.read_study(pd.read_csv(table), pd.read_csv(pairs), call="port").words.many == "ports"


def test_ends_are_called_by_their_headings_where_there_is_no_table_of_places():
    trips = pd.DataFrame(
        {
            "start station id": ["a1", "b2", "c3"], "start lat": [46.2, 46.5, 46.1], "start lng": [7.1, 7.4, 7.9],
            "end station id": ["b2", "c3", "a1"], "end lat": [46.5, 46.1, 46.2], "end lng": [7.4, 7.9, 7.1], "riders": [3, 4, 5],
        }
    )  # fmt: skip
    assert geobri.read_study(flows=trips).words.many == "stations"


def test_states_are_called_states_and_stand_at_their_capitals():
    moves = pd.DataFrame(
        {
            "from": ["Nevada", "Oregon", "New York"],
            "to": ["Oregon", "New York", "Nevada"],
            "people": [3, 4, 5],
        }
    )
    study = geobri.read_study(flows=moves)
    assert study.words.many == "states"
    assert study.cities.geometry.y["New York"] == pytest.approx(42.65, abs=0.1)  # Albany
    assert study.cities.geometry.x["Oregon"] == pytest.approx(-123.04, abs=0.1)  # Salem


def test_why_every_pair_may_have_a_row_is_said_of_the_countries_as_they_are(tmp_path, pairs):
    table = tmp_path / "points.csv"
    table.write_text(PLACES, encoding="utf-8")
    assert "pairs taken as: domain = all, because no city has a country" in _said(load_tables(pairs, table))
    rows = pd.read_csv(table).assign(country=["CHE", None, "FRA", None])
    study = geobri.read_study(rows, pd.read_csv(pairs))
    assert "pairs taken as: domain = all, because 2 of 4 cities have no country" in _said(study)


@pytest.mark.parametrize(
    ("headings", "lon"),
    [
        (["flon", "flat", "tlon", "tlat"], ("flon", "tlon")),
        (["olng", "olat", "dlng", "dlat"], ("olng", "dlng")),
        (["FromX", "FromY", "ToX", "ToY"], ("FromX", "ToX")),
        (["startlon", "startlat", "endlon", "endlat"], ("startlon", "endlon")),
        (["起点经度", "起点纬度", "终点经度", "终点纬度"], ("起点经度", "终点经度")),
    ],
)
def test_both_ends_with_coordinates_under_headings_in_one_word(headings, lon):
    rows = [[7.1, 46.2, 7.4, 46.5], [7.4, 46.5, 7.9, 46.1], [7.9, 46.1, 7.1, 46.2]]
    study = geobri.read_study(flows=pd.DataFrame(rows, columns=headings).assign(riders=[4, 6, 9]))
    assert len(study.cities) == 3
    assert study.cities.total_bounds.tolist() == [7.1, 46.1, 7.9, 46.5]
    assert study.corridors["riders"].sum() == 19
    assert f"lon = {lon[0]} and {lon[1]}" in " ".join(_said(study))


def test_a_word_that_only_ends_like_a_coordinate_is_no_end():
    assert paired_columns(["flat", "solid", "melon", "talon"]) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Von", "Nach"),
        ("Départ", "Arrivée"),
        ("Origen", "Destino"),
        ("出発駅", "到着駅"),
        ("始发站", "终到站"),
        ("Wohnort", "Arbeitsort"),
    ],
)
def test_ends_in_other_languages(one, other):
    table = pd.DataFrame(
        {one: ["Lisbon", "Madrid", "Oslo"], other: ["Madrid", "Oslo", "Lisbon"], "n": [4, 6, 9]}
    )
    study = geobri.read_study(flows=table)
    assert study.corridors["n"].tolist() == [4, 6, 9]
    assert len(study.cities) == 3


def test_the_title_above_a_table_is_that_of_the_study(tmp_path):
    text = "Seasonal moves of herds, 1987\n\nfrom,to,head\nLisbon,Madrid,12\nMadrid,Oslo,7\n"
    path = tmp_path / "tab3.csv"
    path.write_text(text, encoding="utf-8")
    study = load_tables(path)
    assert study.title == "Seasonal moves of herds, 1987"
    assert (
        "tab3.csv taken as: title = Seasonal moves of herds, 1987, because that stands above the table"
        in _said(study)
    )
    path.write_text(text.split("\n", 2)[2], encoding="utf-8")
    assert load_tables(path).title == "Tab3"
    book = tmp_path / "tab4.xlsx"
    pd.DataFrame(
        [
            ["Herds", None, None],
            [None, None, None],
            ["from", "to", "head"],
            ["Lisbon", "Madrid", 12],
            ["Madrid", "Oslo", 7],
        ]
    ).to_excel(book, header=False, index=False)
    assert load_tables(book).title == "Herds"


def test_no_sum_of_averages_is_written(tmp_path):
    path = tmp_path / "rides.csv"
    path.write_text(
        "from,to,rides,avg_minutes,平均票价\nLisbon,Madrid,12,34.5,3.2\nMadrid,Oslo,7,61.25,8.9\n",
        encoding="utf-8",
    )
    said = _said(load_tables(path))
    assert "rides: 19 in 2 rows read; used: 19 in 2 rows." in said
    assert "avg_minutes: 2 rows read; used: 2 rows." in said
    assert "平均票价: 2 rows read; used: 2 rows." in said


def test_whole_numbers_are_saved_as_such(tmp_path):
    places = pd.DataFrame(
        {
            "city": ["p", "q", "r"],
            "lon": [7.1, 7.4, 7.9],
            "lat": [46.2, 46.5, 46.1],
            "people": [2096.0, None, 15.0],
        }
    )
    pairs = pd.DataFrame({"from": ["p", "q"], "to": ["q", "r"], "head": [2096.0, 7.0], "share": [0.25, 3.0]})
    save_study(geobri.read_study(places, pairs), tmp_path / "kept")
    text = (tmp_path / "kept" / "flows.csv").read_text(encoding="utf-8")
    assert "head,p,q,2096\n" in text
    assert "share,p,q,0.25\n" in text
    assert "share,q,r,3\n" in text
    assert ",2096\n" in (tmp_path / "kept" / "cities.csv").read_text(encoding="utf-8").replace(
        ",7.1,46.2", ""
    )
    again = load_study(tmp_path / "kept")
    assert again.corridors[["head", "share"]].to_numpy().tolist() == [[2096.0, 0.25], [7.0, 3.0]]


def test_what_geobri_computed_is_no_data_when_its_package_is_read_again(tmp_path, pairs):
    table = tmp_path / "points.csv"
    table.write_text(PLACES, encoding="utf-8")
    package = tmp_path / "kept.gpkg"
    done = CliRunner().invoke(_geobri, ["export", str(pairs), str(table), "--to", str(package)])
    assert done.exit_code == 0, done.output
    assert "people_out" in read_description(package)["computed"]["cities"]
    before, again = load_tables(pairs, table), load_tables(package)
    assert [one.column for one in again.corridor_measures] == [one.column for one in before.corridor_measures]
    assert [one.column for one in again.city_measures] == [one.column for one in before.city_measures]
    assert any("not read = people_out" in said and "computed them" in said for said in _said(again))
    pd.testing.assert_series_equal(again.cities["people_both"], before.cities["people_both"])
    with sqlite3.connect(package) as database:  # a package of another program says nothing
        database.execute("DELETE FROM gpkg_metadata WHERE md_standard_uri LIKE 'urn:geobri%'")
    database.close()
    assert read_description(package) == {}
    assert load_tables(package).title == "Kept"


def _dashed(tmp_path, beside=""):
    (tmp_path / "towns.csv").write_text("id,lon,lat\na,5,50\nb,6,51\nc,7,50\n", encoding="utf-8")
    rows = ["a,b,4", "a,c,-", "b,c,6", "b,a,n/a", "c,a,3", "c,b,2"]
    rows = [f"{row}{beside and f',{at}'}" for at, row in enumerate(rows)]
    text = "\n".join([f"from,to,n{beside}", *rows, ""])
    (tmp_path / "pairs.csv").write_text(text, encoding="utf-8")
    return tmp_path / "pairs.csv", tmp_path / "towns.csv"


def test_a_dash_among_numbers_is_asked_about_and_missing_where_that_is_said(tmp_path):
    files = _dashed(tmp_path)
    with pytest.raises(StudyError, match=r"'n' must hold numbers; got 1 cell with '-'.* --missing -"):
        load_tables(*files)
    study = load_tables(*files, hints=Hints(missing=("-",)))
    assert study.corridors["n"].dropna().tolist() == [4, 6, 3, 2]
    used = {one.reason: one.rows for one in study.account if one.measure == "n"}
    assert used == {"read": 6, "empty": 2, "used": 4}
    assert any("missing = '-' in 1 cell" in str(one) for one in study.taken)


def test_a_dash_beside_other_numbers_is_said_with_the_option(tmp_path):
    study = load_tables(*_dashed(tmp_path, beside=",m"))
    assert [one.column for one in study.corridor_measures] == ["m"]
    assert any("--missing -" in str(one.because) for one in study.taken)


def test_a_place_in_a_territory_lies_in_the_country_that_it_is_under():
    places = pd.DataFrame(
        {
            "city": ["sju", "gum", "atl", "far"], "country": ["USA", "USA", "USA", "USA"],
            "lon": [-66.1, 144.8, -84.4, 2.3], "lat": [18.4, 13.5, 33.7, 48.9],
        }
    )  # fmt: skip
    pairs = pd.DataFrame({"from": ["sju", "gum", "atl"], "to": ["atl", "atl", "far"], "n": [1, 2, 3]})
    cautions = " ".join(one.en for one in geobri.read_study(places, pairs).cautions)
    assert "far (2.3, 48.9; USA)" in cautions
    assert "sju" not in cautions
    assert "gum" not in cautions


def test_a_matrix_alone_names_its_places(tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text(
        ",東京都,大阪府,愛知県\n東京都,0,100,50\n大阪府,90,0,20\n愛知県,30,40,0\n", encoding="utf-8"
    )
    study = load_tables(path)
    assert study.words.many == "prefectures"
    assert study.corridors["visits"].sum() == 330
    assert study.cities.geometry.y["愛知県"] == pytest.approx(35.2, abs=0.3)


@pytest.mark.parametrize(
    "names",
    [
        ["DE", "FR", "CN"],
        ["DEU", "FRA", "CHN"],
        ["Germany", "France", "China"],
        ["德国", "法国", "中国"],
        ["USA", "UK", "Japan"],
    ],
)
def test_countries_by_code_or_name_stand_at_their_capitals(names):
    trade = pd.DataFrame({"exporter": names, "importer": [*names[1:], names[0]], "usd": [5.5, 2.25, 9.0]})
    study = geobri.read_study(flows=trade)
    assert study.words.many == "countries"
    assert study.cities.index.tolist() == names
    assert any("each at its capital" in said for said in _said(study))


def test_codes_that_may_be_states_are_no_countries():
    moves = pd.DataFrame({"from": ["CA", "DE", "IN"], "to": ["DE", "IN", "CA"], "n": [1, 2, 3]})
    study = geobri.read_study(flows=moves)
    assert study.words.many == "states"
    assert any("states or provinces of USA" in said for said in _said(study))


STOPS = pd.DataFrame({"stop_id": ["u1", "u2", "u3"], "stop_name": ["Elm", "Oak", "Fir"]})
RIDES = pd.DataFrame({"from_stop_id": ["u1", "u2"], "to_stop_id": ["u2", "u3"], "boardings": [12, 30]})


@pytest.mark.parametrize(
    "points",
    [
        {"stop_lat": [46.2, -46.5, 46.25], "stop_lon": [7.1, 7.4, -7.5]},
        {"Lat": ["46°12'N", "46°30'S", "46°15'00\"N"], "Lon": ["7°06'E", "7°24'E", "7°30' W"]},
        {"Lat": ["46.2° N", "46.5 S", "N46.25"], "Lon": ["7.1 E", "7,4° E", "7.5O"]},
        {"location": ["46.2, 7.1", "-46.5, 7.4", "(46.25,-7.5)"]},
        {"wkt": ["POINT (7.1 46.2)", "POINT(7.4 -46.5)", "POINT (-7.5 46.25)"]},
    ],
)
def test_coordinates_as_people_write_them(points):
    study = geobri.read_study(STOPS.assign(**points), RIDES)
    assert study.cities.geometry.x.tolist() == pytest.approx([7.1, 7.4, -7.5])
    assert study.cities.geometry.y.tolist() == pytest.approx([46.2, -46.5, 46.25])
    assert study.cities["name"].tolist() == ["Elm", "Oak", "Fir"]


def test_degrees_that_are_none_are_a_fault_with_their_row():
    points = {"Lat": ["46°12'N", "near the mill", "46°15'N"], "Lon": ["7°06'E", "7°24'E", "7°30'E"]}
    with pytest.raises(StudyError, match="must be numbers; got 1 of 3 rows"):
        geobri.read_study(STOPS.assign(**points), RIDES)
    swapped = {"lat": [139.7, 135.5, 141.3], "lon": [35.7, 34.7, 43.1]}
    with pytest.raises(StudyError, match="say which is which: --lon lat --lat lon"):
        geobri.read_study(STOPS.assign(**swapped), RIDES)
    assert (
        geobri.read_study(STOPS.assign(**swapped), RIDES, lon="lat", lat="lon").cities.geometry.x["u1"]
        == 139.7
    )


def test_a_reference_system_is_taken_where_the_shapes_do_not_say_theirs(tmp_path):
    plain = gpd.GeoDataFrame(
        STOPS, geometry=gpd.points_from_xy([7.1, 7.4, 7.5], [46.2, 46.5, 46.25]), crs=4326
    )
    metres = plain.to_crs(2056)
    wanted = plain.geometry.x.tolist()
    for shapes in (metres.set_crs(None, allow_override=True), metres):  # what says its own keeps it
        study = geobri.read_study(shapes, RIDES, crs="EPSG:2056")
        assert study.cities.geometry.x.tolist() == pytest.approx(wanted, abs=1e-6)
    with pytest.raises(StudyError, match="or say it: --crs"):
        geobri.read_study(metres.set_crs(None, allow_override=True), RIDES)
    with pytest.raises(StudyError, match="--crs must be a reference system"):
        geobri.read_study(metres, RIDES, crs="here")


def test_names_beside_codes_are_looked_up_where_there_is_no_table_of_places():
    table = pd.DataFrame(
        {
            "Commune de résidence": ["Lyon", "Grenoble", "Dijon"], "Code résidence": ["69123", "38185", "21231"],
            "Commune de travail": ["Grenoble", "Dijon", "Lyon"], "Code travail": ["38185", "21231", "69123"], "Navetteurs": [5, 6, 7],
        }
    )  # fmt: skip
    study = geobri.read_study(flows=table)
    assert study.cities["name"].tolist() == ["Lyon", "Grenoble", "Dijon"]
    assert [one.column for one in study.corridor_measures] == ["Navetteurs"]


def test_shapes_alone_are_called_by_their_words():
    boxes = gpd.GeoDataFrame(
        {"no": [4, 5, 6], "area": [1.5, 1.5, 2.0], "quarter": ["LOOP", "OAKLAND", "NEAR WEST"]},
        geometry=gpd.points_from_xy([7.1, 7.4, 7.5], [46.2, 46.5, 46.25]),
        crs=4326,
    )
    study = geobri.read_study(boxes)
    assert study.cities.index.tolist() == ["LOOP", "OAKLAND", "NEAR WEST"]
    assert any("place = quarter" in said for said in _said(study))


def test_a_package_means_the_same_when_it_is_read_again(tmp_path):
    folder = tmp_path / "harbours"
    folder.mkdir()
    (folder / "cities.csv").write_text(
        "city,region,country,lon,lat,cranes\nnan,NA,NAM,17.1,-22.6,3\nnul,NA,NAM,14.5,-22.9,4\n007,EU,PRT,-9.1,38.7,9\ncph,EU,DNK,12.6,55.7,7\n",
        encoding="utf-8",
    )
    (folder / "flows.csv").write_text(
        "indicator,origin,destination,value\nR&D,nan,007,5.5\nR&D,007,nan,2.25\nR&D,cph,nul,9\nk,nan,007,1\nk,007,nan,2\nk,cph,nul,3\n",
        encoding="utf-8",
    )
    (folder / "study.toml").write_text(
        'title = "Of <b> & co"\ntitle_zh = "港口"\ndirected = true\nattribution = "A. B."\n[words]\nplace = "port"\n'
        '[[measure]]\ncolumn = "k"\nkind = "rank"\nlabel = "Standing"\n[[measure]]\ncolumn = "R&D"\nunit = "M€"\nabsent = "zero"\n',
        encoding="utf-8",
    )
    package = tmp_path / "out.gpkg"
    done = CliRunner().invoke(_geobri, ["export", str(folder), "--to", str(package)])
    assert done.exit_code == 0, done.output
    study, again = load_study(folder), load_tables(package)
    assert (again.title, again.title_zh, again.citation, again.directed, again.domain) == (
        study.title, study.title_zh, study.citation, study.directed, study.domain,
    )  # fmt: skip
    assert again.words == study.words
    assert again.corridor_measures == study.corridor_measures
    assert [one for one in again.city_measures if one.origin == "given"] == [
        one for one in study.city_measures if one.origin == "given"
    ]
    assert again.cities["region"].to_dict() == {"nan": "NA", "nul": "NA", "007": "EU", "cph": "EU"}
    pd.testing.assert_frame_equal(
        pd.DataFrame(again.corridors[["k", "R&D", "distance_km"]]),
        pd.DataFrame(study.corridors[["k", "R&D", "distance_km"]]),
    )
    other = load_tables(package, hints=Hints(call="haven", directed=False, absent="missing"))
    assert (other.words.many, other.directed) == ("havens", False)


def test_a_point_outside_its_country_is_named_with_the_code_that_stands_in_the_table():
    places = pd.DataFrame(
        {"city": ["u", "v"], "country": ["PRT", "IND"], "lon": [9.1, 72.9], "lat": [38.7, 19.1]}
    )
    study = geobri.read_study(places, pd.DataFrame({"from": ["u"], "to": ["v"], "n": [3]}))
    assert "u (9.1, 38.7; Portugal, PRT)" in " ".join(one.en for one in study.cautions)


def test_numbers_that_an_office_withholds_are_asked_about_with_the_option_quoted(tmp_path):
    (tmp_path / "towns.csv").write_text("id,lon,lat\na,5,50\nb,6,51\nc,7,50\n", encoding="utf-8")
    rows = ["a,b,40", "a,c,< 5", "b,c,60", "b,a,<5", "c,a,30", "c,b,20"]
    (tmp_path / "pairs.csv").write_text("\n".join(["from,to,students", *rows, ""]), encoding="utf-8")
    files = tmp_path / "pairs.csv", tmp_path / "towns.csv"
    with pytest.raises(StudyError, match=r"got 2 cells with '< 5', '<5'.*--missing '< 5' --missing '<5'"):
        load_tables(*files)
    study = load_tables(*files, hints=Hints(missing=("< 5", "<5")))
    assert study.corridors["students"].dropna().tolist() == [40, 60, 30, 20]


def test_a_pair_whose_cell_is_empty_has_a_row():
    places = pd.DataFrame({"city": list("abcd"), "lon": [5, 6, 7, 8], "lat": [50, 51, 50, 52]})
    pairs = pd.DataFrame({"from": list("aabbc"), "to": list("bccdd"), "n": [4, None, 6, 7, None]})
    study = geobri.read_study(places, pairs)
    measure = study.measure("n")
    assert (
        count_unlisted(study, measure, pairs_of(study, measure)) == 1
    )  # a and d; two of the six have an empty cell


def test_an_index_of_frames_is_a_specification_or_what_its_file_would_hold(tmp_path):
    places = pd.DataFrame(
        {"city": list("abcd"), "lon": [5, 6, 7, 8], "lat": [50, 51, 50, 52], "jobs": [4, 9, 2, 7]}
    )
    said = {
        "index": {"name": "work"},
        "indicator": [{"name": "jobs", "dimension": "overall", "kind": "city"}],
    }
    leaders = [
        geobri.read_study(places, index=one).scores.cities["overall"].idxmax()
        for one in (said, geobri.score.load_spec(said))
    ]
    assert leaders == ["b", "b"]
    save_study(geobri.read_study(places, index=said), tmp_path / "kept")
    assert load_study(tmp_path / "kept").scores.cities["overall"].idxmax() == "b"
    with pytest.raises(StudyError, match=r"index: .*kind = 'town' is unknown"):
        geobri.read_study(places, index={**said, "indicator": [{**said["indicator"][0], "kind": "town"}]})
