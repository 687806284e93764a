"""Tables as they lie there through the other doors: asked, followed, exported; a separation of one's own; what an option names and no table has."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import geobri
from geobri.errors import StudyError
from geobri.geodesy import distance_km
from geobri.stats.flows import fit_decay
from geobri.study import load_study, load_tables, loading
from geobri.study.questions import run_decay
from geobri.study.reading import Hints

IDS = [f"v{number:02}" for number in range(1, 15)]


@pytest.fixture(scope="module")
def valley(tmp_path_factory):
    """Fourteen halts along two lines with travel times that are not their distances, trips over two years, and metres of UTM."""
    rng = np.random.default_rng(5)
    folder = tmp_path_factory.mktemp("valley")
    east, north = rng.uniform(400_000, 460_000, len(IDS)), rng.uniform(5_200_000, 5_260_000, len(IDS))
    halts = pd.DataFrame({"halt": IDS, "e_utm": east.round(1), "n_utm": north.round(1)})
    halts["beds"] = rng.integers(10, 400, len(IDS))
    at = {halt: number for number, halt in enumerate(IDS)}
    rows = [(a, b, year) for a in IDS for b in IDS if a != b for year in (2021, 2024)]
    trips = pd.DataFrame(rows, columns=["board", "alight", "year"])
    ends = trips["board"].map(at), trips["alight"].map(at)
    minutes = 5 + 40 * rng.random((len(IDS), len(IDS)))
    minutes = (minutes + minutes.T) / 2
    trips["minutes"] = minutes[ends[0], ends[1]].round(2)
    size = rng.lognormal(0, 0.5, len(IDS))
    mean = 4e4 * size[ends[0]] * size[ends[1]] * trips["minutes"].to_numpy() ** -1.5
    trips["value"] = rng.poisson(mean)
    halts.to_csv(folder / "halts.csv", index=False)
    trips.to_csv(folder / "trips.csv", index=False)
    return folder


def _hints(**more):
    said = {"lon": "e_utm", "lat": "n_utm", "crs": "EPSG:32632", "origin": "board", "destination": "alight"}
    return Hints(**(said | more))


OPTIONS = ["--lon", "e_utm", "--lat", "n_utm", "--crs", "EPSG:32632", "--origin", "board", "--destination", "alight"]  # fmt: skip


def _run(*arguments):
    from geobri.cli import _geobri

    return CliRunner().invoke(_geobri, [str(one) for one in arguments])


def _table(done):
    assert done.exit_code == 0, done.output
    return [line.split(",") for line in done.stdout.splitlines()]


def test_files_are_asked_like_studies(valley):
    files = [valley / "trips.csv", valley / "halts.csv"]
    halts = pd.read_csv(valley / "halts.csv")
    listed = _table(_run("query", *files, "beds>200", "--sort", "-beds", "--columns", "beds", *OPTIONS))
    wanted = halts[halts["beds"] > 200].sort_values("beds", ascending=False, kind="stable")
    assert [row[0] for row in listed[1:]] == wanted["halt"].tolist()
    trips = pd.read_csv(valley / "trips.csv")
    total = trips.loc[trips["year"] == 2024, "value"].sum()
    summed = _table(_run("query", *files, "--sql", "SELECT sum(trips) AS s FROM corridors", *OPTIONS))
    assert float(summed[1][0]) == total
    followed = _table(_run("history", *files, "v01->v02", *OPTIONS))
    pair = trips[(trips["board"] == "v01") & (trips["alight"] == "v02")].set_index("year")["value"]
    at = [followed[0].index(year) for year in ("2021", "2024")]
    assert [float(followed[1][one]) for one in at] == [pair[2021], pair[2024]]
    compared = _table(_run("compare", *files, "v03", "v05", *OPTIONS))
    assert {"v03", "v05"} <= {cell for row in compared for cell in (row[0], *compared[0])}
    groups = _table(_run("groups", *files, "beds>200", *OPTIONS))
    assert int(groups[1][groups[0].index("group_n")]) == len(wanted)
    ranked = _table(_run("rankings", *files, "trips_out", "trips_in", *OPTIONS))
    assert len(ranked) == len(IDS) + 1


def test_files_are_exported_like_studies(valley, tmp_path):
    files = [valley / "trips.csv", valley / "halts.csv"]
    done = _run("export", *files, "--to", tmp_path / "x.geojson", *OPTIONS)
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))
    trips = pd.read_csv(valley / "trips.csv")
    assert (
        sum(one["properties"]["trips"] for one in written["features"])
        == trips.loc[trips["year"] == 2024, "value"].sum()
    )


def test_what_stands_behind_the_files_is_counted(valley):
    files = [valley / "trips.csv", valley / "halts.csv"]
    for command, n in (("compare", 0), ("groups", 2), ("rankings", 1)):
        done = _run(command, *files, *(["beds"] * n), *OPTIONS)
        assert done.exit_code == 2
        assert f"got {n}" in done.output


def test_rows_are_counted_in_query_too(tmp_path):
    pd.DataFrame({"a": ["Paris", "Paris", "Lyon"], "b": ["Lyon", "Lyon", "Nice"], "kg": [3, 4, 5]}).to_csv(
        tmp_path / "sent.csv", index=False
    )
    done = _run("query", tmp_path / "sent.csv", "--table", "corridors", "--count-rows", "--country", "FRA")
    rows = _table(done)
    assert {(row[0], float(row[rows[0].index("trips")])) for row in rows[1:]} == {
        ("Lyon--Paris", 2),
        ("Lyon--Nice", 1),
    }


# A separation of one's own


def test_a_separation_beside_the_values_is_what_friction_is_measured_by(valley):
    study = load_tables(valley / "trips.csv", valley / "halts.csv", hints=_hints(impedance="minutes"))
    trips = pd.read_csv(valley / "trips.csv").query("year == 2024")
    wanted = trips.set_index(trips["board"] + "->" + trips["alight"])["minutes"]
    found = study.corridors["minutes"].sort_index()
    np.testing.assert_allclose(found, wanted.sort_index())
    assert study.corridor_measures[0].column == "trips"
    assert not any(one.column.startswith("minutes_") for one in study.city_measures)
    by_time, by_km = (run_decay(study, "trips", impedance=name)[0] for name in ("minutes", "distance_km"))
    assert by_time.terms[0].estimate == pytest.approx(1.5, abs=0.15)
    assert abs(by_km.terms[0].estimate) < 0.5


def test_a_separation_of_rows_that_are_added_up_is_their_mean(tmp_path):
    pd.DataFrame(
        {"from": ["Paris", "Paris", "Lyon"], "to": ["Lyon", "Lyon", "Nice"], "kg": [3, 4, 5], "h": [2.0, 4.0, 6.0]}
    ).to_csv(tmp_path / "sent.csv", index=False)  # fmt: skip
    study = load_tables(tmp_path / "sent.csv", hints=Hints(value="kg", impedance="h", country="FRA"))
    assert study.corridors[["kg", "h"]].sort_index().to_numpy().tolist() == [[5, 6], [7, 3]]
    assert any("h = the mean of the rows" in one.taken.en for one in study.taken)


def test_a_study_names_a_separation_beside_its_values(tmp_path):
    (tmp_path / "study.toml").write_text('[[measure]]\ncolumn = "goods"\n[[measure]]\ncolumn = "hours"\nbetter = "low"\n')  # fmt: skip
    (tmp_path / "cities.csv").write_text("city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\nc,ESP,3,3\n")
    (tmp_path / "flows_goods.csv").write_text("origin,destination,value,hours,other\na,b,5,1.5,9\nb,c,6,2.5,9\n")  # fmt: skip
    study = load_study(tmp_path)
    assert study.corridors.loc[["a--b", "b--c"], "hours"].tolist() == [1.5, 2.5]
    assert study.corridors.loc[["a--b", "b--c"], "goods"].tolist() == [5, 6]
    assert "not read = other" in " ".join(one.taken.en for one in study.taken)


def test_a_decay_of_files_takes_their_separation(valley, tmp_path):
    files = [valley / "trips.csv", valley / "halts.csv"]
    done = _run("decay", *files, *OPTIONS, "--impedance", "minutes", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    told = pd.read_csv(tmp_path / "tests.csv")
    friction = told.loc[told["test"] == "decay_test", "estimate"].iloc[0]
    assert friction == pytest.approx(1.5, abs=0.15)


# Planar coordinates, and options that name nothing


def test_planar_coordinates_give_true_distances(valley):
    study = load_tables(valley / "trips.csv", valley / "halts.csv", hints=_hints())
    halts = pd.read_csv(valley / "halts.csv").set_index("halt")
    pair = study.corridors.loc["v01->v02"]
    planar = np.hypot(*(halts.loc["v01", ["e_utm", "n_utm"]] - halts.loc["v02", ["e_utm", "n_utm"]])) / 1000
    assert pair["distance_km"] == pytest.approx(planar, rel=6e-4)  # UTM's scale on its middle meridian
    ends = study.cities.geometry.loc[["v01", "v02"]]
    assert pair["distance_km"] == pytest.approx(
        float(distance_km(ends.x.iloc[0], ends.y.iloc[0], ends.x.iloc[1], ends.y.iloc[1]))
    )


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"lon": "", "lat": ""}, "--lon COLUMN --lat COLUMN"),
        ({"lon": "", "lat": "", "crs": ""}, "'e_utm', 'n_utm', 'beds'"),
        ({"lon": "east"}, "--lon must name a column; got 'east'"),
        ({"origin": "from"}, "--origin must name a column; got 'from'"),
        ({"place": "stop"}, "--place must name a column; got 'stop'"),
        ({"destination": "to"}, "--destination must name a column; got 'to'"),
        ({"crs": "EPSG:999999"}, "--crs must be a reference system; got 'EPSG:999999'"),
    ],
)
def test_a_fault_names_the_columns_and_the_option(valley, said, named):
    with pytest.raises(StudyError, match="1 fault") as refused:
        load_tables(valley / "trips.csv", valley / "halts.csv", hints=_hints(**said))
    assert named in str(refused.value)


def test_a_check_reads_its_folder_once(tmp_path, monkeypatch):
    (tmp_path / "cities.csv").write_text("city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\nc,ESP,3,3\n")
    (tmp_path / "flows_goods.csv").write_text("origin,destination,value\na,b,5\nb,c,6\n")
    read = []
    reader = loading.read_folder
    monkeypatch.setattr(loading, "read_folder", lambda folder: read.append(folder) or reader(folder))
    done = _run("check", tmp_path)
    assert done.exit_code == 0, done.output
    assert read == [tmp_path]


# A distance along a network


@pytest.fixture(scope="module")
def river(tmp_path_factory):
    """Sixteen stops on both banks of a river with one bridge at its end: near as the crow flies, far by road. Trips fall with the way by road."""
    networkx = pytest.importorskip("networkx")
    rng = np.random.default_rng(11)
    folder = tmp_path_factory.mktemp("river")
    stops = [f"s{number:02}" for number in range(16)]
    along = np.tile(np.arange(8), 2) * 3.0 + rng.uniform(0, 1, 16)
    bank = np.repeat([0.0, 1.0], 8)
    roads = networkx.Graph()
    for side in (0, 8):
        for one in range(side, side + 7):
            roads.add_edge(one, one + 1, weight=along[one + 1] - along[one])
    roads.add_edge(0, 8, weight=1.5)
    km = networkx.floyd_warshall_numpy(roads, nodelist=range(16))
    size = rng.lognormal(0, 0.4, 16)
    rows = [(a, b) for a in range(16) for b in range(16) if a != b]
    mean = [4e4 * size[a] * size[b] * km[a, b] ** -1.2 for a, b in rows]
    ends = pd.DataFrame({"from": [stops[a] for a, _ in rows], "to": [stops[b] for _, b in rows]})
    ends.assign(trips=rng.poisson(mean)).to_csv(folder / "trips.csv", index=False)
    ends.assign(road_km=[round(float(km[a, b]), 3) for a, b in rows]).to_csv(
        folder / "roads.csv", index=False
    )
    table = pd.DataFrame({"stop": stops, "lon": 8 + along / 70, "lat": 50 + bank / 111})
    table.to_csv(folder / "stops.csv", index=False)
    return folder, pd.Series(km[tuple(np.transpose(rows))], index=ends["from"] + "->" + ends["to"])


def test_a_distance_along_a_network_is_another_impedance(river, tmp_path):
    folder, km = river
    files = [folder / name for name in ("trips.csv", "roads.csv", "stops.csv")]
    study = load_tables(*files, hints=Hints(impedance="road_km"))
    np.testing.assert_allclose(study.corridors["road_km"].sort_index(), km.sort_index(), atol=5e-4)
    assert study.corridor_measures[0].column == "trips"
    assert not any(one.column.startswith("road_km") for one in study.city_measures)
    done = _run("decay", *files, "--impedance", "road_km", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    told = pd.read_csv(tmp_path / "tests.csv").set_index("test")["estimate"]
    assert told.loc["decay_test"].iloc[0] == pytest.approx(1.2, abs=0.05)
    straight = fit_decay(study.corridors, flow="trips", effects="origin-destination", directed=True)
    assert abs(straight.friction[0] - 1.2) > 0.2


# What options mean


def _sent(folder, name="sent.csv", **more):
    table = pd.DataFrame({"from": ["Paris", "Lyon", "Paris"], "to": ["Lyon", "Nice", "Nice"], "n": [5, 6, 7]} | more)  # fmt: skip
    table.to_csv(folder / name, index=False)
    return folder / name


def test_a_column_of_years_that_is_named_wins_over_one_that_is_called_so(tmp_path):
    dates = {"year": [2020, 2020, 2021], "when": ["2011-02-01", "2012-03-01", "2013-04-01"]}
    study = load_tables(_sent(tmp_path, **dates), hints=Hints(year="when", country="FRA"))
    assert sorted(study.flows["year"]) == [2011, 2012, 2013]
    assert [one.column for one in study.corridor_measures if one.origin == "given"] == ["n"]
    assert any("not read = its own 'year'" in str(one) for one in study.taken)


@pytest.mark.parametrize("named", ["whenn", "built"])
def test_a_column_of_years_that_pairs_do_not_have_is_refused(tmp_path, named):
    pairs = _sent(tmp_path, year=[2020, 2020, 2021])
    pd.DataFrame({"id": ["Paris", "Lyon", "Nice"], "lon": [2.3, 4.8, 7.3], "lat": [48.9, 45.8, 43.7], "built": [1, 2, 3]}).to_csv(tmp_path / "p.csv", index=False)  # fmt: skip
    with pytest.raises(StudyError, match=f"--year-column must name a column.*'{named}'"):
        load_tables(pairs, tmp_path / "p.csv", hints=Hints(year=named))


def test_a_folder_reads_the_column_that_it_names_and_not_its_namesake(tmp_path):
    (tmp_path / "study.toml").write_text('[columns]\nyear = "when"\n')
    (tmp_path / "cities.csv").write_text("city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\nc,ESP,3,3\n")
    (tmp_path / "flows.csv").write_text("origin,destination,goods,when,year\na,b,5,2001,7\nb,c,6,2001,8\n")
    study = load_study(tmp_path)
    assert set(study.flows["year"]) == {2001}
    assert set(study.flows["indicator"]) == {"goods"}


def test_a_value_that_nothing_is_called_is_refused(tmp_path):
    done = _run("check", _sent(tmp_path), "--country", "FRA", "--value", "m")
    assert done.exit_code == 1
    assert "--value must be a measure" in done.output


def test_changes_take_tables_and_their_options(tmp_path):
    old, new = _sent(tmp_path, "old.csv"), _sent(tmp_path, "new.csv", n=[5, 9, 4])
    said = ["--country", "FRA", "--of", "corridors", "--value", "n"]
    table = {row[0]: row for row in _table(_run("changes", old, new, *said))}
    at = {name: number for number, name in enumerate(table["corridor"])}
    assert [table[key][at["change"]] for key in ("Lyon--Nice", "Nice--Paris", "Lyon--Paris")] == [
        "up",
        "down",
        "up",
    ]
    pd.DataFrame({"id": ["Paris", "Lyon", "Nice"], "lon": [2.3, 4.8, 7.3], "lat": [48.9, 45.8, 43.7]}).to_csv(tmp_path / "p.csv", index=False)  # fmt: skip
    again = _table(_run("changes", old, new, tmp_path / "p.csv", "--of", "corridors", "--value", "n"))
    assert {row[0]: row[at["change"]] for row in again} == {
        key: row[at["change"]] for key, row in table.items()
    }
    for wrong in ([old], [old, new, "--save", tmp_path / "kept"], ["bri22", "global513", new], ["bri22", "global513", "--crs", "EPSG:4326"]):  # fmt: skip
        assert _run("changes", *wrong).exit_code == 2


def test_claims_are_checked_on_tables(tmp_path):
    claim = '[[claim]]\nid = "lyon-sends"\nwhere = "p. 1"\nen = "Lyon ranks first."\nkind = "lookup"\ntest = "follow(overall, 1, Lyon, Nice)"\n'
    (tmp_path / "claims.toml").write_text(claim, encoding="utf-8")
    places = {"id": ["Lyon", "Nice", "Paris"], "lon": [4.8, 7.3, 2.3], "lat": [45.8, 43.7, 48.9]}
    pd.DataFrame(places | {"rank_overall": [1, 2, 3]}).to_csv(tmp_path / "p.csv", index=False)
    files = [_sent(tmp_path), tmp_path / "p.csv"]
    done = _run("findings", *files, "--claims", tmp_path / "claims.toml", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert pd.read_csv(tmp_path / "out" / "findings.csv")["verdict"].tolist() == ["holds"]
    none = _run("findings", *files, "--out", tmp_path / "none")
    assert none.exit_code == 1
    assert "--claims claims.toml" in none.output


# Which mark begins decimals


@pytest.mark.parametrize(
    ("mark", "cells", "wanted"),
    [
        (",", ["1.234", "5.678"], [1234, 5678]),
        (".", ["1.234", "5.678"], [1.234, 5.678]),
        (",", ["1,234", "5,678"], [1.234, 5.678]),
        (".", ["1,234", "5,678"], [1234, 5678]),
        (",", ["1.234.567,8", "12"], [1234567.8, 12]),
        (",", ["1.5", "2.25"], [1.5, 2.25]),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "frame", "folder"])
def test_the_user_may_say_which_mark_begins_decimals(tmp_path, mark, cells, wanted, kind):
    table = pd.DataFrame({"origin": ["a", "b"], "destination": ["b", "c"], "t": cells})
    places = pd.DataFrame({"city": ["a", "b", "c"], "lon": [1.0, 2.0, 3.0], "lat": [41.0, 42.0, 43.5]})
    if kind == "frame":
        study = geobri.read_study(places, table, decimal=mark)
    elif kind == "folder":
        table.to_csv(tmp_path / "flows.csv", index=False, sep=";")
        places.to_csv(tmp_path / "cities.csv", index=False)
        (tmp_path / "study.toml").write_text(f'decimal = "{mark}"\n')
        study = load_study(tmp_path)
    else:
        write = {"csv": lambda: table.to_csv(tmp_path / "f.csv", index=False, sep=";"), "xlsx": lambda: table.to_excel(tmp_path / "f.xlsx", index=False)}  # fmt: skip
        write[kind]()
        places.to_csv(tmp_path / "p.csv", index=False)
        study = load_tables(tmp_path / f"f.{kind}", tmp_path / "p.csv", hints=Hints(decimal=mark))
    assert study.flows.set_index("origin")["value"].reindex(["a", "b"]).tolist() == wanted


def test_numbers_of_a_workbook_are_no_texts(tmp_path):
    pd.DataFrame({"from": ["Paris", "Lyon"], "to": ["Lyon", "Nice"], "t": [1.234, 5.678]}).to_excel(tmp_path / "f.xlsx", index=False)  # fmt: skip
    study = load_tables(tmp_path / "f.xlsx", hints=Hints(decimal=",", country="FRA"))
    assert sorted(study.flows["value"]) == [1.234, 5.678]


@pytest.mark.parametrize("separator", [",", ";"])
def test_thousands_that_could_be_decimals_name_the_option(tmp_path, separator):
    table = pd.DataFrame({"from": ["Paris", "Lyon"], "to": ["Lyon", "Nice"], "t": ["1,234", "5,678"]})
    table.to_csv(tmp_path / "f.csv", index=False, sep=separator)
    with pytest.raises(
        StudyError, match=r"'t' must say whether 1,234 is a thousand .* --decimal , or --decimal"
    ):
        load_tables(tmp_path / "f.csv", hints=Hints(country="FRA"))


def test_an_index_outside_of_the_folder_is_not_read(tmp_path):
    (tmp_path / "secret.toml").write_text("not = 'yours'\n")
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "cities.csv").write_text("city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\nc,ESP,3,3\n")
    for named in ("../secret.toml", str(tmp_path / "secret.toml")):
        (folder / "study.toml").write_text(f'index = "{named}"\n')
        done = _run("check", folder)
        assert done.exit_code == 1
        assert "a file in the folder of the study" in done.output
        assert "yours" not in done.output
