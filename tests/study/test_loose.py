"""Tables as they lie there: one file, or two in any order, of any shape and kind, become the study that they mean."""

import gzip
import io
import sys
import unicodedata
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

import geobri
from geobri.errors import StudyError
from geobri.study import load_study, load_tables
from geobri.study.reading import Hints
from geobri.study.reading.ends import paired_columns
from geobri.study.saving import save_study

NAMES = ["07a", "12b", "33c", "40d", "58e"]
LON = np.array([6.93, 6.98, 7.05, 6.90, 7.01])
LAT = np.array([50.91, 50.95, 50.93, 50.97, 50.90])


@pytest.fixture
def places():
    return pd.DataFrame({"zone": NAMES, "X": LON, "Y": LAT, "homes": [900, 1200, 300, 800, 640]})


@pytest.fixture
def pairs():
    rng = np.random.default_rng(7)
    rows = [(a, b) for a in NAMES for b in NAMES]
    table = pd.DataFrame(rows, columns=["zone_code1", "zone_code2"])
    table["all"] = rng.integers(20, 90, len(table))
    table["bike"] = rng.integers(0, 20, len(table))
    return table


def _truth(pairs, column="all"):
    apart = pairs[pairs["zone_code1"] != pairs["zone_code2"]]
    return apart.set_index(apart["zone_code1"] + "->" + apart["zone_code2"])[column].astype(float)


def _same(study, wanted, column):
    found = study.corridors[column]
    pd.testing.assert_series_equal(
        found.sort_index(), wanted.sort_index(), check_names=False, check_index_type=False, check_dtype=False
    )


def _polygons(crs=None):
    boxes = gpd.GeoDataFrame(
        {"zone": NAMES},
        geometry=[shapely.box(x - 0.01, y - 0.01, x + 0.01, y + 0.01) for x, y in zip(LON, LAT, strict=True)],
        crs=4326,
    )
    return boxes if crs is None else boxes.to_crs(crs)


@pytest.mark.parametrize("turned", [False, True])
def test_two_files_in_either_order(tmp_path, places, pairs, turned):
    places.to_csv(tmp_path / "p.csv", index=False)
    pairs.to_csv(tmp_path / "q.csv", index=False)
    files = [tmp_path / "p.csv", tmp_path / "q.csv"]
    study = load_tables(*(files[::-1] if turned else files))
    assert study.directed
    _same(study, _truth(pairs), "all")
    _same(study, _truth(pairs, "bike"), "bike")
    assert (
        study.own_flows["value"].sum()
        == pairs.loc[pairs["zone_code1"] == pairs["zone_code2"], ["all", "bike"]].sum().sum()
    )
    assert study.cities.index.tolist() == NAMES
    said = " ".join(str(one) for one in study.taken)
    assert "origin = zone_code1, destination = zone_code2" in said
    assert "place = zone" in said
    assert "--undirected" in said


def _write(frame, path):
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    elif path.suffix == ".tsv":
        frame.to_csv(path, index=False, sep="\t")
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("deep/inside.csv", frame.to_csv(index=False))
    else:
        frame.to_csv(path, index=False)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".parquet", ".csv.gz", ".zip", ""])
def test_kinds_of_tables(tmp_path, places, pairs, ending):
    _write(places, tmp_path / f"p{ending}")
    _write(pairs, tmp_path / f"q{ending}")
    _same(load_tables(tmp_path / f"q{ending}", tmp_path / f"p{ending}"), _truth(pairs), "all")


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".fgb", ".shp", ".parquet", ".zip"])
@pytest.mark.parametrize("crs", [None, 25832])
def test_polygons_stand_for_places_and_are_drawn(tmp_path, pairs, ending, crs):
    zones = _polygons(None if ending == ".geojson" else crs)
    path = tmp_path / f"zones{ending}"
    if ending == ".parquet":
        zones.to_parquet(path)
    elif ending == ".zip":
        zones.to_file(tmp_path / "z.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("z.*"):
                archive.write(part, part.name)
    else:
        zones.to_file(path)
    pairs.to_csv(tmp_path / "od.csv", index=False)
    study = load_tables(tmp_path / "od.csv", path)
    _same(study, _truth(pairs), "all")
    points = study.cities.geometry.loc[NAMES]  # FlatGeobuf sorts its rows
    np.testing.assert_allclose(points.x, LON, atol=1e-6)
    np.testing.assert_allclose(points.y, LAT, atol=1e-6)
    assert len(study.outlines) == len(NAMES)
    assert study.outlines.crs.to_epsg() == 4326


def test_the_point_of_a_polygon_lies_inside_it(tmp_path):
    horseshoe = shapely.Polygon([(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)])
    zones = gpd.GeoDataFrame({"zone": ["u", "v"]}, geometry=[horseshoe, shapely.box(5, 0, 6, 1)], crs=4326)
    zones.to_file(tmp_path / "z.gpkg")
    pd.DataFrame({"origin": ["u"], "destination": ["v"], "n": [4]}).to_csv(tmp_path / "q.csv", index=False)
    study = load_tables(tmp_path / "z.gpkg", tmp_path / "q.csv")
    assert horseshoe.contains(study.cities.geometry["u"])
    assert (study.cities.geometry.x["v"], study.cities.geometry.y["v"]) == (5.5, 0.5)


def _with_ends(places, pairs):
    spot = places.set_index("zone")
    return pd.DataFrame(
        {
            "start_id": pairs["zone_code1"], "start_lat": pairs["zone_code1"].map(spot["Y"]), "start_lng": pairs["zone_code1"].map(spot["X"]),
            "end_id": pairs["zone_code2"], "end_lat": pairs["zone_code2"].map(spot["Y"]), "end_lng": pairs["zone_code2"].map(spot["X"]),
            "all": pairs["all"],
        }
    )  # fmt: skip


def test_both_ends_with_coordinates_in_each_row(tmp_path, places, pairs):
    _with_ends(places, pairs).to_csv(tmp_path / "q.csv", index=False)
    study = load_tables(tmp_path / "q.csv")
    _same(study, _truth(pairs), "all")
    np.testing.assert_allclose(study.cities.geometry.x.loc[NAMES], LON)


def test_ends_without_ids_are_called_by_their_points(tmp_path, places, pairs):
    _with_ends(places, pairs).drop(columns=["start_id", "end_id"]).to_csv(tmp_path / "q.csv", index=False)
    study = load_tables(tmp_path / "q.csv")
    assert study.corridors["all"].sum() == _truth(pairs).sum()
    assert "50.91000, 6.93000" in study.cities.index


def test_lines_are_pairs(tmp_path, places, pairs):
    spot = places.set_index("zone")
    ends = [
        shapely.LineString([spot.loc[a, ["X", "Y"]].astype(float), spot.loc[b, ["X", "Y"]].astype(float)])
        for a, b in zip(pairs["zone_code1"], pairs["zone_code2"], strict=True)
        if a != b
    ]
    apart = pairs[pairs["zone_code1"] != pairs["zone_code2"]]
    gpd.GeoDataFrame(apart[["all"]], geometry=ends, crs=4326).to_file(tmp_path / "lines.gpkg")
    assert load_tables(tmp_path / "lines.gpkg").corridors["all"].sum() == _truth(pairs).sum()


def _trips(places, pairs):
    apart = _with_ends(places, pairs).drop(columns="all")
    trips = apart.loc[apart.index.repeat(pairs["bike"])].reset_index(drop=True)
    trips["started_at"] = pd.date_range("2024-05-01 06:00", periods=len(trips), freq="7min").astype(str)
    trips["seconds"] = np.arange(len(trips)) + 60
    return trips


def test_one_row_per_trip_is_counted(tmp_path, places, pairs):
    _trips(places, pairs).to_csv(tmp_path / "q.csv", index=False)
    study = load_tables(tmp_path / "q.csv")
    wanted = _truth(pairs, "bike")
    _same(study, wanted[wanted > 0], "trips")
    assert any("trips = rows of each pair" in str(one) for one in study.taken)
    assert any("not read = " in str(one) and "seconds" in str(one) for one in study.taken)


def test_doubled_pairs_with_numbers_are_asked_about_with_the_option(tmp_path, places, pairs):
    places.to_csv(tmp_path / "p.csv", index=False)
    pd.concat([pairs, pairs]).to_csv(tmp_path / "q.csv", index=False)
    files = tmp_path / "p.csv", tmp_path / "q.csv"
    with pytest.raises(StudyError, match=r"count them with --count, or add up a column with --value all"):
        load_tables(*files)
    study = load_tables(*files, hints=Hints(value="bike"))
    _same(study, 2 * _truth(pairs, "bike"), "bike")
    study = load_tables(*files, hints=Hints(count=True))
    assert set(study.corridors["trips"]) == {2}


def test_a_column_of_words_that_tells_rows_apart_is_the_indicator(tmp_path, places, pairs):
    places.to_csv(tmp_path / "p.csv", index=False)
    long = pairs.melt(["zone_code1", "zone_code2"], var_name="mode", value_name="count")
    long.to_csv(tmp_path / "q.csv", index=False)
    study = load_tables(tmp_path / "p.csv", tmp_path / "q.csv")
    _same(study, _truth(pairs, "bike"), "bike")


def test_a_matrix_with_a_blank_first_heading(tmp_path, places, pairs):
    places.to_csv(tmp_path / "p.csv", index=False)
    wide = pairs.pivot_table(index="zone_code1", columns="zone_code2", values="all").astype(int)
    wide.rename_axis(index="", columns=None).to_csv(tmp_path / "travel.csv")
    study = load_tables(tmp_path / "p.csv", tmp_path / "travel.csv")
    _same(study, _truth(pairs), "travel")
    assert study.title == "Travel"


def test_sheets_of_one_workbook_are_places_and_pairs(tmp_path, places, pairs):
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        places.to_excel(book, sheet_name="zones", index=False)
        pairs[["zone_code1", "zone_code2", "all"]].to_excel(book, sheet_name="journeys", index=False)
    _same(load_tables(tmp_path / "book.xlsx"), _truth(pairs), "all")


def test_names_alone_are_looked_up(tmp_path):
    flows = pd.DataFrame(
        {
            "orig": ["Lyon", "Lyon", "Nantes"],
            "dest": ["Nantes", "Lille", "Lille"],
            "year": 2020,
            "flow": [5, 6, 7],
        }
    )
    flows.to_csv(tmp_path / "moves.csv", index=False)
    study = load_tables(tmp_path / "moves.csv", hints=Hints(country="France"))
    assert study.corridors["moves"].sum() == 18
    assert abs(study.cities.geometry.y["Lyon"] - 45.75) < 0.1
    assert not study.directed


def test_open_names_are_settled_once(tmp_path):
    flows = pd.DataFrame(
        {
            "orig": ["Lyon", "Lyon", "Nantes", "Qxyz"],
            "dest": ["Nantes", "Lille", "Lille", "Lyon"],
            "flow": [5, 6, 7, 8],
        }
    )
    flows.to_csv(tmp_path / "moves.csv", index=False)
    with pytest.raises(StudyError, match=r"geobri geocode --file moves.csv --undecided places.csv"):
        load_tables(tmp_path / "moves.csv", hints=Hints(country="France"))
    (tmp_path / "places.csv").write_text("name,lon,lat\nQxyz,2.0,47.0\n")
    study = load_tables(
        tmp_path / "moves.csv", hints=Hints(country="France"), settled=tmp_path / "places.csv"
    )
    assert study.cities.geometry.x["Qxyz"] == 2.0


def test_ids_without_places_ask_for_a_second_file(tmp_path, pairs):
    pairs.to_csv(tmp_path / "q.csv", index=False)
    with pytest.raises(StudyError, match=r"Give the table of places as a second file"):
        load_tables(tmp_path / "q.csv")


def test_what_a_place_has_on_every_row_is_an_attribute_of_it(tmp_path, places, pairs):
    homes = places.set_index("zone")["homes"]
    table = _with_ends(places, pairs)
    table["start_homes"], table["end_homes"] = pairs["zone_code1"].map(homes), pairs["zone_code2"].map(homes)
    table.to_csv(tmp_path / "q.csv", index=False)
    study = load_tables(tmp_path / "q.csv")
    assert study.cities["homes"].loc[NAMES].tolist() == homes.loc[NAMES].tolist()
    assert [one.column for one in study.corridor_measures if one.origin == "given"] == ["all"]


def test_unknown_ends_are_left_out_only_on_request_and_counted(tmp_path, places, pairs):
    places.iloc[:4].to_csv(tmp_path / "p.csv", index=False)
    pairs.to_csv(tmp_path / "q.csv", index=False)
    files = tmp_path / "p.csv", tmp_path / "q.csv"
    with pytest.raises(StudyError, match="--drop-unknown"):
        load_tables(*files)
    study = load_tables(*files, hints=Hints(drop_unknown=True))
    left = pairs[(pairs["zone_code1"] == "58e") | (pairs["zone_code2"] == "58e")]
    entry = next(one for one in study.account if one.reason == "unknown" and one.measure == "all")
    assert (entry.rows, entry.total) == (len(left), left["all"].sum())
    assert "58e" in entry.detail


def test_an_end_that_no_place_has_is_named_once_with_the_rows_of_the_file(tmp_path, places, pairs):
    places[:-1].to_csv(tmp_path / "zones.csv", index=False)
    pairs.to_csv(tmp_path / "od.csv", index=False)
    with pytest.raises(StudyError) as error:
        load_tables(tmp_path / "od.csv", tmp_path / "zones.csv")
    said = str(error.value)
    assert "every origin must be a known city; got 5 of 25 rows otherwise: '58e'. Add it" in said
    assert "(rows 22, 23, 24, 25, 26)" in said
    assert "--drop-unknown" in said


def test_zeros_that_a_spreadsheet_lost_are_spoken_of(places, pairs):
    codes = {name: f"00{at}" for at, name in enumerate(NAMES, 1)}
    lost = pairs.assign(**{end: pairs[end].map(codes).astype(int) for end in ("zone_code1", "zone_code2")})
    with pytest.raises(
        StudyError, match=r"zeros in front may be lost \('1' for '001'\), so keep the ids as text"
    ):
        geobri.read_study(places.assign(zone=places["zone"].map(codes)), lost, place="zone")


@pytest.mark.parametrize("ending", ["csv", "xlsx", "frame"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composed_and_decomposed_names_are_one(tmp_path, ending, form):
    def written(name, form):
        return unicodedata.normalize(form, name)

    names = ["Malmö", "Ålesund", "Nykøbing", "Ängelholm"]
    other = "NFD" if form == "NFC" else "NFC"
    towns = pd.DataFrame({"name": [written(name, form) for name in names], "lon": LON[:4], "lat": LAT[:4]})
    ends = [[written(name, other) for name in some] for some in (names[:3], names[1:])]
    trips = pd.DataFrame({"origin": ends[0], "destination": ends[1], written("båtar", other): [4, 9, 2]})
    if ending == "frame":
        study = geobri.read_study(towns, trips)
    else:
        write = pd.DataFrame.to_csv if ending == "csv" else pd.DataFrame.to_excel
        write(towns, tmp_path / f"towns.{ending}", index=False)
        write(trips, tmp_path / f"boats.{ending}", index=False)
        study = load_tables(tmp_path / f"towns.{ending}", tmp_path / f"boats.{ending}")
    assert sorted(study.corridors["båtar"].dropna()) == [2, 4, 9]


def test_places_of_one_name_are_told_apart_by_the_states_of_the_ends():
    calls = pd.DataFrame(
        {
            "from": ["Springfield", "Portland", "Columbus", "Portland"],
            "from_state": ["IL", "OR", "OH", "ME"],
            "to": ["Portland", "Columbus", "Richmond", "Springfield"],
            "to_state": ["ME", "GA", "VA", "MA"],
            "calls": [12, 30, 7, 9],
        }
    )
    study = geobri.read_study(None, calls)
    assert len(study.cities) == 7
    west = study.cities.geometry["Portland, OR"].x
    assert west < -120
    assert study.cities.geometry["Portland, ME"].x > -72
    assert any("from_state and to_state" in taken.taken.en for taken in study.taken)


def test_names_that_are_several_places_keep_their_candidates():
    calls = pd.DataFrame(
        {"from": ["Springfield", "Portland"], "to": ["Portland", "Columbus"], "calls": [12, 30]}
    )
    with pytest.raises(StudyError) as error:
        geobri.read_study(None, calls)
    assert "'Portland' could be Portland (USA, OR" in str(error.value)
    assert "no known names" not in str(error.value)


def test_a_heading_of_arrivals_is_the_destination():
    trips = pd.DataFrame({"出发地": ["苏州", "大理"], "到达地": ["大理", "昌吉"], "人次": [1200, 45]})
    study = geobri.read_study(None, trips)
    assert sorted(study.corridors["人次"].dropna()) == [45, 1200]


def test_whole_numbers_with_gaps_come_back_from_parquet(tmp_path, places, pairs):
    homes = pd.array([900, None, 300, 800, 640], dtype="Int64")
    points = gpd.points_from_xy(places["X"], places["Y"], crs=4326)
    towns = gpd.GeoDataFrame({"city": NAMES, "name": NAMES, "homes": homes}, geometry=points)
    towns.to_parquet(tmp_path / "cities.parquet")
    named = {"zone_code1": "origin", "zone_code2": "destination", "all": "value"}
    pairs.rename(columns=named)[[*named.values()]].assign(indicator="all").to_csv(
        tmp_path / "flows.csv", index=False
    )
    (tmp_path / "study.toml").write_text("directed = true\n", encoding="utf-8")
    found = load_study(tmp_path).cities["homes"]
    assert found.drop("12b").tolist() == [900, 300, 800, 640]
    assert np.isnan(found["12b"])


def test_dates_that_tell_rows_apart_name_the_option(places, pairs):
    there = pairs[["zone_code1", "zone_code2", "all"]]
    twice = pd.concat([there.assign(day="2019-12-31"), there.assign(day="2020-12-31")])
    study = geobri.read_study(places, twice)
    assert any("--year-column day" in taken.because.en for taken in study.taken)


def test_metres_need_their_reference_system(tmp_path, places, pairs):
    points = gpd.GeoSeries(gpd.points_from_xy(LON, LAT), crs=4326).to_crs(25832)
    metres = places.assign(X=points.x, Y=points.y)
    metres.to_csv(tmp_path / "p.csv", index=False)
    pairs.to_csv(tmp_path / "q.csv", index=False)
    files = tmp_path / "p.csv", tmp_path / "q.csv"
    with pytest.raises(StudyError, match="--crs"):
        load_tables(*files)
    study = load_tables(*files, hints=Hints(crs="EPSG:25832"))
    np.testing.assert_allclose(study.cities.geometry.x, LON, atol=1e-7)


def test_missing_as_r_writes_it(tmp_path, places):
    places.to_csv(tmp_path / "p.csv", index=False)
    (tmp_path / "q.csv").write_text("from,to,trips\n07a,12b,4\n12b,33c,NA\n33c,40d,6\n")
    study = load_tables(tmp_path / "p.csv", tmp_path / "q.csv")
    assert study.corridors["trips"].sum() == 10
    assert any(one.reason == "empty" and one.rows == 1 for one in study.account)


@pytest.mark.parametrize("values", [(5, 5), (5, 6)])
def test_direction_is_told_by_the_numbers(tmp_path, places, values):
    places.to_csv(tmp_path / "p.csv", index=False)
    (tmp_path / "q.csv").write_text(f"from,to,trips\n07a,12b,{values[0]}\n12b,07a,{values[1]}\n33c,40d,6\n")
    study = load_tables(tmp_path / "p.csv", tmp_path / "q.csv")
    assert study.directed == (values[0] != values[1])
    forced = load_tables(tmp_path / "p.csv", tmp_path / "q.csv", hints=Hints(directed=True))
    assert forced.directed
    assert forced.corridors["trips"].sum() == sum(values) + 6


@pytest.mark.parametrize("kind", ["polygons", "ends", "names"])
def test_a_saved_study_is_read_back_the_same_with_nothing_to_infer(tmp_path, places, pairs, kind):
    if kind == "ends":
        study = geobri.read_study(flows=_with_ends(places, pairs), absent="zero")
    elif kind == "polygons":
        study = geobri.read_study(_polygons(25832), pairs)
    else:
        names = pd.DataFrame(
            {"orig": ["Lyon", "Lille"], "dest": ["Lille", "Lyon"], "year": [2019, 2020], "flow": [5, 6]}
        )
        study = geobri.read_study(flows=names, country="FRA")
    save_study(study, tmp_path / "kept")
    again = load_study(tmp_path / "kept")
    assert again.taken == ()
    assert (again.title, again.directed, again.domain) == (study.title, study.directed, study.domain)
    assert again.corridor_measures == study.corridor_measures
    shared = [name for name in study.corridors.columns if name != "geometry"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(again.corridors[shared]),
        pd.DataFrame(study.corridors[shared]),
        check_dtype=False,
        rtol=1e-12,
    )
    assert again.cities.geometry.geom_equals_exact(study.cities.geometry, 1e-12).all()
    assert (again.outlines is None) == (study.outlines is None)


def test_frames_are_a_study(places, pairs):
    study = geobri.read_study(places, pairs)
    _same(study, _truth(pairs), "all")
    assert places.columns.tolist() == ["zone", "X", "Y", "homes"]
    points = gpd.GeoDataFrame(places[["zone"]], geometry=gpd.points_from_xy(LON, LAT), crs=4326).to_crs(25832)
    np.testing.assert_allclose(geobri.read_study(points, pairs).cities.geometry.x, LON, atol=1e-7)


def test_headings_that_belong_together():
    found = paired_columns(
        [
            "start station id",
            "end station id",
            "startLat",
            "endLat",
            "from",
            "to",
            "note",
            "pop_1",
            "pop_2",
            "起点人口",
            "终点人口",
        ]
    )
    assert found["station id"] == ("start station id", "end station id")
    assert found["lat"] == ("startLat", "endLat")
    assert found[""] == ("from", "to")
    assert found["pop"] == ("pop_1", "pop_2")


def _run(*arguments, **more):
    from geobri.cli import _geobri

    return CliRunner().invoke(_geobri, [str(one) for one in arguments], **more)


def test_the_command_line_takes_files_and_says_what_it_took(tmp_path, places, pairs):
    places.to_csv(tmp_path / "p.csv", index=False)
    pairs.to_csv(tmp_path / "q.csv", index=False)
    done = _run(
        "map",
        tmp_path / "q.csv",
        tmp_path / "p.csv",
        "--out",
        tmp_path / "m.html",
        "--save",
        tmp_path / "kept",
    )
    assert done.exit_code == 0, done.output
    assert "origin = zone_code1" in done.stderr
    assert (tmp_path / "kept" / "study.toml").is_file()
    again = _run("map", tmp_path / "kept", "--out", tmp_path / "n.html")
    assert again.exit_code == 0, again.output
    assert (tmp_path / "m.html").read_bytes() == (tmp_path / "n.html").read_bytes()
    checked = _run("check", tmp_path / "q.csv", tmp_path / "p.csv")
    assert "left out:" in checked.output
    refused = _run("check", tmp_path / "kept", "--origin", "zone_code1")
    assert refused.exit_code == 2
    assert "study.toml" in refused.output


def test_standard_input_is_a_file(tmp_path, places, pairs, monkeypatch):
    table = _with_ends(places, pairs).to_csv(index=False).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(table))))
    study = load_tables("-")
    _same(study, _truth(pairs), "all")


def test_states_stand_at_a_city_of_theirs_and_it_is_said():
    moves = pd.DataFrame(
        {"orig": ["Texas", "Ohio", "Georgia"], "dest": ["Ohio", "Georgia", "Washington"], "flow": [5, 6, 7]}
    )
    study = geobri.read_study(flows=moves)
    assert (study.cities["country"] == "USA").all()
    assert abs(study.cities.geometry.x["Georgia"] + 84.4) < 0.5
    assert study.cities.geometry.x["Washington"] < -115
    assert any(
        "states or provinces of USA" in str(one) and "Georgia at Atlanta" in str(one) for one in study.taken
    )


def test_a_few_names_of_states_among_cities_are_no_states():
    moves = pd.DataFrame(
        {"orig": ["Lisbon", "Madrid", "Oslo"], "dest": ["Madrid", "Oslo", "Victoria"], "flow": [5, 6, 7]}
    )
    with pytest.raises(StudyError, match="Victoria"):
        geobri.read_study(flows=moves)


def test_places_are_called_what_they_are(tmp_path, places, pairs):
    study = geobri.read_study(places, pairs, call="zone,zones,小区")
    assert study.summary().startswith("Flows: 5 zones")
    assert geobri.read_study(places, pairs).words.many == "zones"  # as their column says
    assert geobri.read_study(places.rename(columns={"zone": "key"}), pairs).words.many == "places"
    assert geobri.read_study(places.rename(columns={"zone": "city"}), pairs).words.is_city
    save_study(study, tmp_path / "kept")
    assert load_study(tmp_path / "kept").words == study.words


def test_open_attributes_are_filled_on_request_and_said():
    towns = pd.DataFrame(
        {
            "city": ["a", "b", "c"],
            "lon": [9.0, 11.58, 4.9],
            "lat": [53.87, 48.14, 52.37],
            "country": ["", "AUT", ""],
        }
    )
    flows = pd.DataFrame({"from": ["a", "b"], "to": ["b", "c"], "n": [1, 2]})
    study = geobri.read_study(towns, flows, fill=("country", "region", "coast"))
    assert study.cities["country"].tolist() == ["DEU", "AUT", "NLD"]  # what the table says stays
    assert study.cities["region"].tolist() == ["Western Europe"] * 3
    assert study.cities["coastal"].tolist() == [True, False, True]
    said = " ".join(str(one) for one in study.taken)
    assert "country inferred for 2 of 3 places" in said
    assert "coastal inferred for 3 of 3 places" in said
    assert geobri.read_study(towns, flows).cities["region"].isna().all()


def test_small_distances_keep_their_digits(tmp_path):
    from geobri.study.writing import corridors_frame

    spots = pd.DataFrame({"stop": ["a", "b", "c"], "lon": [7.0, 7.0005, 9.0], "lat": [51.0, 51.0003, 48.0]})
    rides = pd.DataFrame({"from": ["a", "a", "b"], "to": ["b", "c", "c"], "rides": [4, 3, 2]})
    study = geobri.read_study(spots, rides)
    exact, written = study.corridors["distance_km"], corridors_frame(study)["distance_km"]
    assert (written - exact).abs().max() < 5e-4
    assert ((written - exact).abs() / exact).max() < 5e-5
    assert written.iloc[0] == float(f"{exact.iloc[0]:.5g}")


def test_pairs_without_a_row_are_spoken_of_only_where_there_are_any(places, pairs):
    full = geobri.read_study(places, pairs)
    assert not any("without a row" in str(one) and "--absent zero" in str(one) for one in full.taken)
    some = geobri.read_study(places, pairs.iloc[:-4])
    assert any("--absent zero" in str(one) for one in some.taken)
    filled = geobri.read_study(places, pairs.iloc[:-4], absent="zero")
    assert not any("--absent" in str(one) for one in filled.taken)


def test_names_of_pairs_are_listed_to_be_settled(tmp_path):
    (tmp_path / "moves.csv").write_text("orig,dest,flow\nLyon,Qxyz,3\nQxyz,Lille,4\n")
    done = _run(
        "geocode",
        "--file",
        tmp_path / "moves.csv",
        "--country",
        "FRA",
        "--undecided",
        tmp_path / "places.csv",
    )
    assert done.exit_code == 1
    assert pd.read_csv(tmp_path / "places.csv")["name"].tolist() == ["Qxyz"]


def test_a_report_without_tests_says_so(tmp_path, places, pairs):
    places.to_csv(tmp_path / "p.csv", index=False)
    pairs.to_csv(tmp_path / "q.csv", index=False)
    done = _run(
        "report",
        tmp_path / "p.csv",
        tmp_path / "q.csv",
        "--without",
        "tests",
        "--call",
        "zone",
        "--out",
        tmp_path / "r",
    )
    assert done.exit_code == 0, done.output
    assert "Left out: tests" in done.stderr
    assert not (tmp_path / "r" / "tests.csv").exists()
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert "zones" in page
    assert ">cities<" not in page


def test_a_country_that_is_none_is_left_open_and_said(places, pairs):
    odd = places.assign(country=["DEU", "DEU", "Atlantis", "DEU", "DEU"])
    study = geobri.read_study(odd, pairs)
    assert study.cities["country"].isna().sum() == 1
    assert any("Atlantis" in one.en for one in study.cautions)


def test_several_numbers_on_doubled_pairs_are_asked_about(places, pairs):
    doubled = pd.concat([pairs.assign(line="A"), pairs.assign(line="B")])
    with pytest.raises(StudyError, match="--count"):
        geobri.read_study(places, doubled)
    study = geobri.read_study(places, doubled.drop(columns="bike"))
    assert [one.column for one in study.corridor_measures if one.origin == "given"] == ["A", "B"]


def test_amounts_that_look_like_places_are_no_ends(places, pairs):
    """Counts below the number of places stand among the numbers of some column of the places; words decide."""
    numbered = places.assign(standing=range(1, 6))
    rows = pairs.rename(columns={"zone_code1": "From", "zone_code2": "With"})[["From", "With"]]
    rows = rows.assign(papers=np.arange(len(rows)) % 5 + 1, patents=np.arange(len(rows)) % 3 + 1)
    study = geobri.read_study(numbered, rows)
    assert any("origin = From, destination = With" in str(one) for one in study.taken)
    assert set(study.flows["indicator"]) == {"papers", "patents"}


def test_a_choice_of_ends_is_offered_in_the_words_of_the_file(places, pairs):
    rows = pairs.rename(columns={"zone_code1": "From", "zone_code2": "With"})[["From", "With"]]
    rows = rows.assign(Via=rows["With"].to_numpy()[::-1], papers=1.5)
    with pytest.raises(StudyError, match="--origin 'From' --destination 'With'"):
        geobri.read_study(places, rows)


def _with_kinds(pairs_called, places_called):
    lon, lat = [104.06, 106.55, 108.94, 103.83, 106.63], [30.66, 29.56, 34.34, 36.06, 26.65]
    places = pd.DataFrame({"name": places_called, "lon": lon, "lat": lat})
    rows = [(a, b) for at, a in enumerate(pairs_called) for b in pairs_called[at + 1 :]]
    return places, pd.DataFrame(rows, columns=["from", "to"]).assign(trips=range(1, len(rows) + 1))


def test_chinese_names_meet_with_and_without_their_kind_and_it_is_said():
    bare = ["成都", "重庆", "西安", "兰州", "贵阳"]
    for one, other in ((bare, [f"{name}市" for name in bare]), ([f"{name}市" for name in bare], bare)):
        places, rows = _with_kinds(one, other)
        study = geobri.read_study(places, rows)
        assert study.corridors["trips"].sum() == rows["trips"].sum()
        assert any("5 names" in str(said) and "市" in str(said) for said in study.taken)


def test_a_county_is_not_the_city_of_its_name():
    places, rows = _with_kinds(
        ["成都县", "重庆市", "西安市", "兰州市", "贵阳市"], ["成都市", "重庆市", "西安市", "兰州市", "贵阳市"]
    )
    with pytest.raises(StudyError, match="成都县"):
        geobri.read_study(places, rows)


@pytest.mark.parametrize("which", ["pairs.csv", "places.csv", "bare.parquet", "alone"])
def test_a_table_of_headings_alone_is_a_fault_of_its_file(tmp_path, places, pairs, which):
    files = {"places.csv": places, "pairs.csv": pairs}
    if which == "bare.parquet":
        pd.DataFrame(index=range(3)).to_parquet(tmp_path / which)
        files.pop("pairs.csv")
    named = "pairs.csv" if which == "alone" else which
    for name, frame in files.items():
        (frame.head(0) if name == named else frame).to_csv(tmp_path / name, index=False)
    given = [named] if which == "alone" else sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(StudyError, match=f"{named}: a table must hold rows"):
        load_tables(*(tmp_path / name for name in given))


def test_an_empty_sheet_beside_others_is_no_fault(tmp_path, places, pairs):
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        places.to_excel(book, sheet_name="zones", index=False)
        pairs.to_excel(book, sheet_name="trips", index=False)
        pairs.head(0).to_excel(book, sheet_name="later", index=False)
    study = load_tables(tmp_path / "book.xlsx")
    _same(study, _truth(pairs), "all")
