"""Every format out and in again gives the same tables."""

import json
import sqlite3
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import shapely

from geobri import exchange
from geobri.cities import build_cities
from geobri.corridors import build_corridors
from geobri.errors import DataError, SchemaError
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
    with sqlite3.connect(tmp_path / "out" / "study.gpkg") as database:
        rows = database.execute(
            "SELECT f_table_name, styleName, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
    database.close()
    assert [(table, name) for table, name, _, default in rows if default] == [
        ("cities", "geobri"),
        ("corridors", "rank_overall"),
    ]
    for _, _, qml, _ in rows:
        ET.fromstring(qml.replace("<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>", ""))
    rules = next(qml for _, name, qml, _ in rows if name == "rank_overall")
    assert rules.count('<rule key="r') == 6
