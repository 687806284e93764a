"""Every format out and in again gives the same tables."""

import json
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
import shapely

from geobri import exchange
from geobri.cities import build_cities
from geobri.corridors import build_corridors
from geobri.errors import DataError, SchemaError
from geobri.exchange.layers import write_vector
from geobri.measures import Measure
from geobri.study import load_study


@pytest.fixture
def tables():
    cities = build_cities(
        {
            "city": ["suva", "apia", "lis"],
            "name": ["Suva", "Apia <b>", "Lisbon"],
            "name_zh": ["苏瓦", "阿皮亚", "里斯本"],
            "country": ["FJI", "WSM", "PRT"],
            "region": ["Oceania", "Oceania", "Europe"],
            "coastal": ["yes", "yes", None],
            "lon": [178.44, -171.77, -9.14],
            "lat": [-18.14, -13.83, 38.72],
            "population": [93970, 37000, 545000],
        }
    )
    pairs = pd.DataFrame(
        {
            "origin": ["suva", "lis"],
            "destination": ["apia", "suva"],
            "rank_air": [1.0, np.nan],
            "tonnes": [3.5, 1.25],
        }
    )
    return cities, build_corridors(cities, pairs=pairs)


@pytest.mark.parametrize("ending", exchange.LAYER_FORMATS)
def test_layers_come_back(tables, tmp_path, ending):
    for layer, columns in zip(
        tables,
        (["name", "name_zh", "country", "population"], ["origin", "destination", "tonnes", "rank_air"]),
        strict=True,
    ):
        path = exchange.write_layer(layer, tmp_path / f"{layer.index.name}{ending}")
        back = exchange.read_layer(path)
        back = back.loc[layer.index]
        assert back.crs.to_epsg() == 4326
        for name in columns:
            pd.testing.assert_series_equal(back[name], layer[name], check_dtype=False, check_index_type=False)
        if not (ending == ".xlsx" and layer.index.name == "corridor"):
            assert shapely.equals_exact(
                shapely.normalize(back.geometry.array), shapely.normalize(_multi(layer, back)), tolerance=1e-6
            ).all()


def _multi(layer, back):
    same = layer.geom_type.to_numpy() == back.geom_type.to_numpy()
    return np.where(
        same,
        layer.geometry.array,
        [
            shapely.MultiLineString([shape]) if shape.geom_type == "LineString" else shape
            for shape in layer.geometry
        ],
    )


def test_the_same_layer_gives_the_same_bytes(tables, tmp_path):
    for ending in exchange.LAYER_FORMATS:
        first = exchange.write_layer(tables[1], tmp_path / f"a{ending}").read_bytes()
        (tmp_path / f"a{ending}").unlink()
        assert exchange.write_layer(tables[1], tmp_path / f"a{ending}").read_bytes() == first


def test_geojson_keeps_rfc_7946(tables, tmp_path):
    said = json.loads(exchange.write_layer(tables[1], tmp_path / "c.geojson").read_text(encoding="utf-8"))
    assert "crs" not in said
    crossing = next(one for one in said["features"] if one["properties"]["corridor"] == "apia--suva")
    assert crossing["geometry"]["type"] == "MultiLineString"
    longitudes = [point[0] for part in crossing["geometry"]["coordinates"] for point in part]
    assert max(abs(lon) for lon in longitudes) == 180
    assert crossing["properties"]["rank_air"] == 1


HOSTILE = {
    "=1+1": "=cmd|' /C calc'!A0",
    "007": "+491234",
    "NA": "@SUM(A1)",
    "None": "#N/A",
    "a\x07b": "line\r\nbreak\tand tab ",
    "_x0041_": "\U0001f600<b>&amp;</b>\u202e",
    "1e5": "-2+3",
    "TRUE": "null",
}


@pytest.mark.parametrize("ending", exchange.LAYER_FORMATS)
def test_texts_come_back_as_they_were_and_none_is_a_formula(tmp_path, ending):
    cities = build_cities(
        {
            "city": [f"c{at}" for at in range(len(HOSTILE))],
            "name": list(HOSTILE),
            "country": "FRA",
            "lon": range(len(HOSTILE)),
            "lat": 1.5,
        }
    ).assign(
        **{"=HYPERLINK(1)": list(HOSTILE.values()), "\x0bflag": pd.array([True, None] * 4, dtype="boolean")}
    )
    path = exchange.write_layer(cities, tmp_path / f"x{ending}")
    back = exchange.read_layer(path).loc[cities.index]
    assert back["name"].tolist() == list(HOSTILE)
    assert back["=HYPERLINK(1)"].tolist() == list(HOSTILE.values())
    assert [bool(one) for one in back["\x0bflag"].dropna()] == [True] * 4


def test_a_workbook_holds_no_formula_and_marks_what_would_become_one(tables, tmp_path):
    import openpyxl

    cities = tables[0].assign(note=["=1+1", "+1", "plain"])
    sheet = openpyxl.load_workbook(exchange.write_layer(cities, tmp_path / "x.xlsx")).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert [cell.value for cell in cells if cell.quotePrefix] == ["=1+1", "+1"]
    assert [cell.value for cell in sheet[2]][:2] == ["suva", "Suva"]


def test_a_text_that_a_cell_cannot_hold_is_named(tables, tmp_path):
    with pytest.raises(DataError, match=r"at most 32,767 letters.*1 that hold more: \"'note' in row 3\""):
        exchange.write_layer(tables[0].assign(note=["a", "b" * 40_000, "c"]), tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_wide_workbooks_have_their_columns_in_order(tables, tmp_path):
    further = pd.DataFrame({f"v{at}": at + 0.5 for at in range(750)}, index=tables[0].index)
    wide = pd.concat([tables[0], further], axis=1)
    back = exchange.read_layer(exchange.write_layer(wide, tmp_path / "x.xlsx"))
    assert back[[f"v{at}" for at in range(750)]].iloc[2].tolist() == [at + 0.5 for at in range(750)]


def test_unknown_ending(tables, tmp_path):
    with pytest.raises(DataError, match=r"\.gpkg"):
        exchange.write_layer(tables[0], tmp_path / "x.shp")


def test_kepler_round_trip(tables):
    cities, pairs = exchange.from_kepler(exchange.to_kepler(*tables))
    assert set(cities.index) == set(tables[0].index)
    assert pairs["tonnes"].tolist() == tables[1]["tonnes"].tolist()
    with pytest.raises(SchemaError, match="origin_lat"):
        exchange.from_kepler(pairs)


def test_flowmap_round_trip(tables):
    locations, flows = exchange.to_flowmap(*tables, "rank_air")
    assert flows.to_dict("list") == {"origin": ["apia"], "dest": ["suva"], "count": [1.0]}
    cities, back = exchange.from_flowmap(locations, flows)
    assert cities.geometry["lis"].coords[0] == (-9.14, 38.72)
    assert back["value"].tolist() == [1.0]


@pytest.mark.parametrize("package", ["networkx", "igraph"])
def test_graphs_round_trip(tables, package):
    graph = getattr(exchange, f"to_{package}")(*tables)
    cities, pairs = getattr(exchange, f"from_{package}")(graph)
    assert cities.loc["apia", "name_zh"] == "阿皮亚"
    back = build_corridors(cities, pairs=pairs[["origin", "destination", "tonnes"]])
    assert back["tonnes"].sort_index().to_dict() == tables[1]["tonnes"].sort_index().to_dict()


def test_libpysal_graph_is_symmetric_with_isolates(tables):
    graph = exchange.to_libpysal(*tables, "rank_air")
    assert list(graph.isolates) == ["lis"]
    assert graph["suva"].to_dict() == {"apia": 1.0}
    assert graph["apia"].to_dict() == {"suva": 1.0}


def test_qgis_finds_its_style(tmp_path):
    from geobri.outputs import staged_folder
    from geobri.study import write_tables

    study = load_study("bri22")
    with staged_folder(tmp_path / "out") as stage:
        write_tables(study, stage)
    with closing(sqlite3.connect(tmp_path / "out" / "study.gpkg")) as database, database:
        rows = database.execute(
            "SELECT f_table_name, styleName, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
    database.close()
    assert [(table, name) for table, name, _, default in rows if default] == [
        ("cities", "names"),
        ("corridors", study.measure("rank_overall", "corridors").label),
    ]
    for _, _, qml, _ in rows:
        ET.fromstring(qml.replace("<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>", ""))
    rules = next(qml for _, name, qml, _ in rows if name == study.measure("rank_overall", "corridors").label)
    assert rules.count('<rule key="r') == 6


def _rules(qml):
    """Filter, width and pass of every class of a style."""
    tree = ET.fromstring(qml.replace("<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>", ""))
    symbols = {symbol.get("name"): symbol for symbol in tree.iter("symbol")}
    found = []
    for rule in tree.iter("rule"):
        layer = symbols[rule.get("symbol")].find("layer") if rule.get("symbol") else None
        if layer is not None and "NULL" not in rule.get("filter"):
            values = {option.get("name"): option.get("value") for option in layer.iter("Option")}
            found.append((rule.get("filter"), float(values["line_width"]), int(layer.get("pass")), values))
    return found


def _styled(tables, path, measure, values, **choices):
    """The style that a GeoPackage carries for one measure of the corridors."""
    cities, corridors = tables
    corridors = corridors.assign(**{measure.column: values})
    write_vector(cities, path, "GPKG")
    write_vector(corridors, path, "GPKG", multi=True)
    exchange.add_qgis_style(path, corridors, [measure], **choices)
    with closing(sqlite3.connect(path)) as database, database:
        (qml,) = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'corridors'"
        ).fetchone()
    database.close()
    return qml


@pytest.mark.parametrize(("kind", "first_is_widest"), [("rank", True), ("amount", False)])
@pytest.mark.parametrize("column", ["league", 'R&D "spend" <x>', "排名"])
def test_the_style_takes_its_direction_from_the_measure(tables, tmp_path, kind, first_is_widest, column):
    measure = Measure(column, kind=kind)
    values = [1.0 + at for at in range(len(tables[1]))]
    rules = _rules(_styled(tables, tmp_path / "x.gpkg", measure, values))
    quoted = column.replace('"', '""')
    lowest = next(rule for rule in rules if f'"{quoted}" >= 1.0 ' in rule[0])
    others = [rule for rule in rules if rule is not lowest]
    assert len(others) == len(values) - 1
    assert all((lowest[1] > rule[1]) == first_is_widest for rule in others)
    assert [rule[2] for rule in sorted(rules, key=lambda rule: rule[1])] == sorted(rule[2] for rule in rules)


def test_directed_pairs_lie_side_by_side_with_an_arrow(tables, tmp_path):
    values = [1.0 + at for at in range(len(tables[1]))]
    measure = Measure("trips", kind="count")
    both = _styled(tables, tmp_path / "a.gpkg", measure, values)
    one_way = _styled(tables, tmp_path / "b.gpkg", measure, values, directed=True)
    assert "MarkerLine" not in both
    assert one_way.count('class="MarkerLine"') == len(values)
    assert all(float(rule[3]["offset"]) > rule[1] / 2 for rule in _rules(one_way))


def test_a_flow_map_counts_more_for_stronger(tables):
    cities, corridors = tables
    ranked = corridors.assign(league=[1.0 + at for at in range(len(corridors))])
    _, flows = exchange.to_flowmap(cities, ranked, Measure("league", kind="rank"))
    assert flows["count"].tolist() == ranked["league"].tolist()[::-1]
    with pytest.raises(DataError, match="'league', of which less is stronger"):
        exchange.to_flowmap(cities, ranked, Measure("league", kind="amount", better="low"))
    with pytest.raises(DataError, match="1 negative values"):
        exchange.to_flowmap(cities, ranked.assign(league=[-1.0, *ranked["league"][1:]]), Measure("league"))


def test_kepler_rows_name_their_ends(tables):
    table = exchange.to_kepler(*tables)
    assert table["corridor"].tolist() == tables[1].index.tolist()
    assert table["origin_name"].tolist() == tables[0]["name"].reindex(tables[1]["origin"]).tolist()


QGIS = """
import sys
from qgis.core import QgsApplication, QgsVectorLayer
application = QgsApplication([], False); application.initQgis()
layer = QgsVectorLayer(sys.argv[1] + "|layername=corridors", "c", "ogr")
renderer = layer.renderer()
print(layer.isValid(), renderer.type(), renderer.usingSymbolLevels())
for rule in renderer.rootRule().children():
    lines = rule.symbol().symbolLayers()
    print(rule.label(), lines[0].width(), [line.renderingPass() for line in lines], [line.layerType() for line in lines], lines[0].offset())
"""


def test_qgis_itself_reads_the_style(tables, tmp_path):
    python = "/usr/bin/python3"
    with_qgis = {"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    try:
        here = subprocess.run(
            [python, "-c", "import qgis.core"], env=with_qgis, capture_output=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("no Python of the system here")
    if here.returncode:
        pytest.skip("no QGIS here")
    measure = Measure("R&D league", kind="rank")
    _styled(tables, tmp_path / "x.gpkg", measure, [1.0 + at for at in range(len(tables[1]))], directed=True)
    run = subprocess.run(
        [python, "-c", QGIS, str(tmp_path / "x.gpkg")],
        env=with_qgis,
        capture_output=True,
        text=True,
        check=False,
    )
    first, *rules = run.stdout.splitlines()
    assert first == "True RuleRenderer True"
    assert len(rules) == len(tables[1]) + 1
    assert rules[-1].startswith("1 1.8 ")  # rank 1 is the widest, and drawn last
    assert "['SimpleLine', 'MarkerLine']" in rules[-1]
