"""The map for kepler.gl: what its own parser makes of it where it is at hand (npm install @kepler.gl/schemas), and its documented form everywhere."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import geobri
from geobri.exchange import from_kepler, to_kepler_map
from geobri.exchange.classes import drawn_classes
from geobri.study.export import export_study

ROOT = Path(__file__).parents[2]
KINDS = {"string": str, "integer": (int, float), "real": (int, float), "boolean": bool}


@pytest.fixture(scope="module")
def study():
    names = ["Suva", "Apia", "Auckland", "Honolulu", "Papeete", "Nouméa"]
    lon, lat = (
        [178.44, -171.77, 174.76, -157.86, -149.57, 166.45],
        [-18.14, -13.83, -36.85, 21.31, -17.54, -22.27],
    )
    places = pd.DataFrame(
        {"city": [name[:3].lower() for name in names], "name": names, "lon": lon, "lat": lat}
    )
    rows = [(a, b) for at, a in enumerate(places["city"]) for b in places["city"][at + 1 :]]
    flows = pd.DataFrame(rows, columns=["origin", "destination"])
    flows["place"] = [*range(1, 11), *[None] * 5]
    flows["tonnes"] = np.arange(15.0) ** 2 + 0.5
    return geobri.read_study(places, flows, title="海运 R&D <b>")


def _layers(made):
    return {one["id"]: one for one in made["config"]["config"]["visState"]["layers"]}


def test_rows_are_of_the_kinds_that_the_fields_say(study):
    made = to_kepler_map(study.cities, study.corridors, study.shown("corridors"))
    for dataset in made["datasets"]:
        data = dataset["data"]
        assert len({field["name"] for field in data["fields"]}) == len(data["fields"])
        for row in data["allData"]:
            assert len(row) == len(data["fields"])
            for cell, field in zip(row, data["fields"], strict=True):
                assert cell is None or isinstance(cell, KINDS[field["type"]])
    corridors = made["datasets"][0]["data"]
    at = {field["name"]: number for number, field in enumerate(corridors["fields"])}
    told = {row[at["corridor"]]: row[at["tonnes"]] for row in corridors["allData"]}
    assert told == study.corridors["tonnes"].to_dict()


def test_layers_show_what_the_map_shows(study):
    measures = study.shown("corridors")
    made = to_kepler_map(study.cities, study.corridors, measures, lang="zh")
    layers = _layers(made)
    arcs = [one for one in layers.values() if one["type"] == "arc"]
    assert [one["config"]["isVisible"] for one in arcs] == [True, *[False] * (len(arcs) - 1)]
    assert arcs[0]["id"] == f"arc-{measures[0].column}"
    for measure in measures:
        layer = layers[f"arc-{measure.column}"]
        limits = [limit for limit, _ in layer["config"]["visConfig"]["colorRange"]["colorMap"]]
        colours = [colour for _, colour in layer["config"]["visConfig"]["colorRange"]["colorMap"]]
        assert limits[-1] is None
        for one in drawn_classes(study.corridors[measure.column], measure):
            for value in (
                one.low,
                one.high,
            ):  # a threshold scale: below the first limit the first colour, and so on
                at = int(np.searchsorted(limits[:-1], value, side="right"))
                assert colours[at] == "#" + "".join(f"{part:02X}" for part in one.colour)
        thin, thick = layer["config"]["visConfig"]["sizeRange"]
        assert (thin < thick) == (measure.direction > 0)  # rank 1 is the widest


def test_the_view_goes_across_180_degrees(study):
    view = to_kepler_map(study.cities, study.corridors, study.shown("corridors"))["config"]["config"][
        "mapState"
    ]
    assert abs(abs(view["longitude"]) - 171) < 5
    assert view["zoom"] > 2


def test_an_export_is_a_table_and_a_map_or_a_map_alone(study, tmp_path):
    said = export_study(study, tmp_path / "kepler.csv")
    assert "kepler.json" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kepler.csv", "kepler.json"]
    cities, pairs = from_kepler(pd.read_csv(tmp_path / "kepler.csv", keep_default_na=False, na_values=[""]))
    assert len(cities) == 6
    assert pairs["tonnes"].sum() == study.corridors["tonnes"].sum()
    export_study(study, tmp_path / "only" / "map.json", kind="kepler")
    assert [path.name for path in (tmp_path / "only").iterdir()] == ["map.json"]
    assert (tmp_path / "only" / "map.json").read_bytes() == (tmp_path / "kepler.json").read_bytes()
    made = json.loads((tmp_path / "kepler.json").read_text(encoding="utf-8"))
    assert made["info"]["title"] == "海运 R&D <b>"


LOAD = """
globalThis.window = globalThis.self = globalThis;
globalThis.document = {createElement: () => ({getContext: () => null, style: {}, setAttribute() {}}), addEventListener() {}, documentElement: {style: {}},
  querySelector: () => null, body: {}};
const {KeplerGlSchema} = require('@kepler.gl/schemas');
const made = KeplerGlSchema.load(JSON.parse(require('fs').readFileSync(process.argv[2])));
console.log(JSON.stringify({rows: made.datasets.map(d => d.data.rows.length), layers: made.config.visState.layers.map(l => [l.type, l.config.isVisible])}));
"""


def test_the_parser_of_kepler_opens_it(study, tmp_path):
    node = shutil.which("node")
    modules = ROOT / "node_modules"
    if node is None or not (modules / "@kepler.gl" / "schemas").is_dir():
        pytest.skip("node and @kepler.gl/schemas are not at hand")
    export_study(study, tmp_path / "kepler.json")
    (tmp_path / "load.js").write_text(LOAD, encoding="utf-8")
    done = subprocess.run(
        [node, tmp_path / "load.js", tmp_path / "kepler.json"],
        env={"NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["rows"] == [15, 6]
    assert found["layers"][0] == ["arc", True]
    assert [kind for kind, _ in found["layers"]].count("arc") == len(study.shown("corridors"))
