"""A measure of several years has one set of classes: the page, QGIS, kepler.gl and print draw those of all years."""

import json
import re
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import geobri
from geobri.exchange.classes import class_breaks, drawn_classes
from geobri.measures import Measure
from geobri.study.export import export_study
from geobri.study.pairs import all_years, values_by_year
from geobri.webmap.payload import pack_corridors
from tests.webmap.test_javascript import find_node

STATIC = Path(__file__).parents[2] / "geobri" / "webmap" / "static"
NAMES = ["ards", "brae", "cove", "dell", "esk", "fell"]


@pytest.fixture(scope="module")
def study():
    places = pd.DataFrame(
        {"city": NAMES, "name": [one.title() for one in NAMES], "lon": np.arange(6.0), "lat": 50.0}
    )
    rng = np.random.default_rng(4)
    pairs = [(a, b) for at, a in enumerate(NAMES) for b in NAMES[at + 1 :]]
    rows = [
        (a, b, year, float(round(size * rng.lognormal(0, 0.6))))
        for year, size in ((2018, 40), (2019, 900), (2020, 30_000))
        for a, b in pairs
    ]
    flows = pd.DataFrame(rows, columns=["origin", "destination", "year", "boxes"])
    return geobri.read_study(places, flows, title="Boxes")


def _on_the_page(study, measure):
    """Breaks and the colour of each value of the year shown, as the scripts of the page have them."""
    values = values_by_year(study, measure)
    names = {int(year): f"boxes in {year}" for year in values.columns}
    frame = study.corridors.assign(**values.set_axis(list(names.values()), axis=1))
    packed = pack_corridors(frame, study.cities, [measure], years={"boxes": names})["values"]
    script = (
        f"import {{ readValues }} from {json.dumps((STATIC / 'values.js').as_uri())};"
        f"import {{ classColours }} from {json.dumps((STATIC / 'scale.js').as_uri())};"
        f"const {{ scale, numbers }} = readValues({json.dumps(packed)}, []).get('boxes');"
        "const colours = classColours(scale, 'light');"
        "console.log(JSON.stringify([scale.breaks, Array.from(numbers, (value) => [value, colours[scale.classOf(value)]])]));"
    )
    done = subprocess.run(
        [find_node(), "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    breaks, drawn = json.loads(done.stdout)
    return breaks, {value: tuple(map(int, re.findall(r"\d+", colour))) for value, colour in drawn}


def _in_qgis(renderer):
    """Colour of a value by the rules of a style."""
    renderer = unescape(renderer)
    rules = re.findall(r'symbol="(\d+)" filter=.?"boxes" >= ([\d.]+) AND "boxes" <= ([\d.]+)', renderer)
    colours = re.findall(
        r'<symbol type="line" name="(\d+)".*?line_color" type="QString" value="(\d+),(\d+),(\d+)', renderer
    )
    looks = {number: tuple(map(int, colour)) for number, *colour in colours}
    return [(float(low), float(high), looks[number]) for number, low, high in rules]


@pytest.mark.skipif(find_node() is None, reason="no Node here")
def test_classes_of_all_outputs_are_those_of_all_years(study, tmp_path):
    measure = study.measure("boxes", "corridors")
    assert (measure.year, measure.years) == (2020, (2018, 2019, 2020))
    breaks, page = _on_the_page(study, measure)
    shown = study.corridors["boxes"]
    assert class_breaks(all_years(study)["boxes"], measure) == pytest.approx(breaks)
    assert class_breaks(shown, measure) != pytest.approx(breaks)  # or there is nothing to tell apart
    export_study(study, tmp_path / "s.qgz")
    export_study(study, tmp_path / "kepler.json")
    with zipfile.ZipFile(tmp_path / "s.qgz") as archive:
        project = archive.read("s.qgs").decode()
    with closing(sqlite3.connect(tmp_path / "s.gpkg")) as package, package:
        (style,) = package.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'corridors'"
        ).fetchone()
    made = json.loads((tmp_path / "kepler.json").read_text(encoding="utf-8"))
    arcs = next(one for one in made["config"]["config"]["visState"]["layers"] if one["type"] == "arc")
    steps = arcs["config"]["visConfig"]["colorRange"]["colorMap"]
    for value, colour in page.items():
        for renderer in (style, project):
            assert [look for low, high, look in _in_qgis(renderer) if low <= value <= high] == [colour]
        of_kepler = next(found for end, found in steps if end is None or value < end)
        assert of_kepler == "#{:02X}{:02X}{:02X}".format(*colour)


def test_a_layer_says_which_years_its_classes_cover(study, tmp_path):
    export_study(study, tmp_path / "s.gpkg")
    export_study(study, tmp_path / "kepler.json")
    with closing(sqlite3.connect(tmp_path / "s.gpkg")) as package, package:
        (said,) = package.execute(
            "SELECT description FROM gpkg_contents WHERE table_name = 'corridors'"
        ).fetchone()
    for text in (
        said,
        json.loads((tmp_path / "kepler.json").read_text(encoding="utf-8"))["info"]["description"],
    ):
        assert "Boxes: the numbers are of 2020; classes and colours cover all years from 2018 to 2020" in text
        assert "数值为2020年；分组与颜色按2018至2020年全部年份划定" in text


def test_few_values_of_all_years_are_a_class_each_and_only_those_shown_are_drawn():
    measure = Measure("boxes", kind="count")
    shown, over = pd.Series([2.0, 2, 9]), pd.Series([1.0, 2, 9, 40])
    classes = drawn_classes(shown, measure, over=over)
    alone = {one.low: one for one in drawn_classes(over, measure)}
    assert [(one.low, one.high) for one in classes] == [(2, 2), (9, 9)]
    assert all(alone[one.low] == one for one in classes)


def test_a_printed_map_names_the_classes_of_all_years(study, monkeypatch):
    pytest.importorskip("matplotlib")
    from geobri.figures import draw_print_map, print_map

    monkeypatch.setattr(print_map, "_visible_land", lambda _centre: study.cities.geometry)
    measure, over = study.measure("boxes", "corridors"), all_years(study)["boxes"]
    ax = draw_print_map(study.cities, study.corridors, measure, over=over)
    classes = drawn_classes(study.corridors["boxes"], measure, over=over)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == [
        f"{one.low:,.0f}" if one.low == one.high else f"{one.low:,.0f}–{one.high:,.0f}"
        for one in reversed(classes)
    ]
