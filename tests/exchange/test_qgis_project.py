"""The project for QGIS: what it says, and what QGIS itself makes of it where it is at hand."""

import json
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pyogrio
import pytest
from pyproj import Geod

import geobri
from geobri.study.export import export_study

PLACES = pd.DataFrame(
    {
        "city": ["kiel", "bonn", "jena"],
        "name": ["Kiel", "Bonn & more", "Jena"],
        "name_zh": ["基尔", "波恩", ""],
        "lon": [10.1, 7.1, 11.6],
        "lat": [54.3, 50.7, 50.9],
    }
)
PAIRS = pd.DataFrame(
    {
        "origin": ["kiel", "bonn", "bonn", "kiel"], "destination": ["bonn", "kiel", "jena", "bonn"], "year": [2020, 2020, 2020, 2019],
        "R&D <spend>": [5, 9, 2, 1], "rank": [2, 1, 3, 2],
    }
)  # fmt: skip
QGIS = Path("/usr/lib/python3/dist-packages/qgis")

LOOK = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsLayoutExporter, QgsProject
from qgis.PyQt.QtGui import QImage
application = QgsApplication([], False)
application.initQgis()
project = QgsProject.instance()
read = project.read(sys.argv[1])
layout = project.layoutManager().layouts()[0]
exporter = QgsLayoutExporter(layout)
settings = QgsLayoutExporter.ImageExportSettings()
settings.dpi = 60
done = exporter.exportToImage(sys.argv[2], settings)
picture = QImage(sys.argv[2])
colours = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)}
root = project.layerTreeRoot()
bar = next(item for item in layout.items() if getattr(item, "id", str)() == "scale")
paper = next(item for item in layout.items() if getattr(item, "id", str)() == "map")
legend = next(item for item in layout.items() if getattr(item, "id", str)() == "legend")
print(json.dumps({
    "read": read, "title": project.title(), "done": int(done), "colours": len(colours),
    "valid": {layer.name(): layer.isValid() and layer.featureCount() for layer in project.mapLayers().values()},
    "groups": [group.name() for group in root.findGroups()],
    "shown": [node.name() for node in root.findLayers() if node.isVisible()],
    "renderers": {layer.name(): layer.renderer().type() for layer in project.mapLayers().values()},
    "labels": {layer.name(): layer.labelsEnabled() for layer in project.mapLayers().values()},
    "order": [layer.name() for layer in root.layerOrder()], "ellipsoid": project.ellipsoid(),
    "bar": [bar.units(), bar.unitsPerSegment(), paper.rect().width()], "extent": [paper.extent().xMinimum(), paper.extent().xMaximum(), paper.extent().center().y()],
    "legend": [node.name() for node in legend.model().rootGroup().findLayers()],
    "aliases": {layer.name(): {field.name(): field.alias() for field in layer.fields()} for layer in project.mapLayers().values()},
    "licences": {layer.name(): layer.metadata().licenses() for layer in project.mapLayers().values()}, "abstract": project.metadata().abstract(),
    "items": sorted(item.id() for item in layout.items() if hasattr(item, "id") and item.id()),
}))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("qgis")
    study = geobri.read_study(PLACES, PAIRS, title='Flows of "R&D"', call="town,towns,城镇")
    study = replace(
        study, citation="Office <of> Numbers & Co.", licence="CC BY 4.0", notes=("Counted by hand.",)
    )
    said = export_study(study, folder / "study.qgz")
    assert "study.gpkg" in said
    return study, folder / "study.qgz"


def test_the_project_names_its_layers_in_words(project):
    study, path = project
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        root = ET.fromstring(archive.read(name))
    assert name == "study.qgs"
    titles = [layer.findtext("layername") for layer in root.iter("maplayer")]
    assert titles == ["Towns (English)", "城镇（中文）", "R&D <spend>", "Rank", "Base · 底图"]
    sources = {layer.findtext("datasource") for layer in root.iter("maplayer")}
    assert sources == {f"./study.gpkg|layername={name}" for name in ("cities", "corridors", "base")}
    assert study.title in root.findtext("title")


def test_flows_of_all_years_have_a_date(project):
    _, path = project
    table = pyogrio.read_dataframe(path.with_suffix(".gpkg"), layer="flows")
    assert len(table) == 2 * len(PAIRS)
    assert sorted(table["date"].dt.year.unique()) == [2019, 2020]
    spend = table[table["indicator"] == "R&D <spend>"]
    assert spend["value"].sum() == PAIRS["R&D <spend>"].sum()


@pytest.mark.skipif(not QGIS.is_dir(), reason="no QGIS here")
def test_qgis_opens_and_prints_it(project, tmp_path):
    study, path = project
    done = subprocess.run(
        ["/usr/bin/python3", "-c", LOOK, str(path), str(tmp_path / "page.png")],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin"},
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["read"]
    assert found["valid"]["R&D <spend>"] == 3
    assert all(found["valid"].values())
    assert found["groups"] == ["Towns · 城镇", "Corridors · 通路", "Base · 底图"]
    assert found["shown"] == ["Towns (English)", "R&D <spend>", "Base · 底图"]
    assert found["renderers"]["Rank"] == "RuleRenderer"
    assert found["labels"]["Towns (English)"]
    assert {"map", "title", "legend", "scale", "source"} <= set(found["items"])
    assert found["done"] == 0
    assert found["order"] == ["Towns (English)", "城镇（中文）", "R&D <spend>", "Rank", "Base · 底图"]
    assert found["legend"] == found["shown"]
    assert found["aliases"]["R&D <spend>"]["rank"] == "Rank"
    named = {column for column, alias in found["aliases"]["Towns (English)"].items() if alias}
    assert named == {one.column for one in study.city_measures}
    assert found["licences"]["R&D <spend>"] == ["CC BY 4.0"]
    assert "Office <of> Numbers & Co." in found["abstract"]
    west, east, y = found["extent"]
    wide_km = Geod(ellps="WGS84").inv(west, y, east, y)[2] / 1000
    unit, step, wide_mm = found["bar"]
    assert unit == 1  # kilometres
    assert (
        10 < step * wide_mm / wide_km < 60
    )  # a segment on paper, so that the bar speaks of kilometres and not of degrees
    assert found["colours"] > 20


def test_the_package_says_what_it_is(project):
    study, path = project
    package = path.with_suffix(".gpkg")
    about = pyogrio.read_info(package, layer="corridors", force_feature_count=True)
    assert "Licence: CC BY 4.0" in about["layer_metadata"]["DESCRIPTION"]
    assert about["layer_metadata"]["IDENTIFIER"] == 'Flows of "R&D": Corridors · Flows of "R&D"：通路'
    *said, notes = about["dataset_metadata"]["GPKG_METADATA_ITEM_1"].splitlines()
    assert said == [f"Title: {study.title}", "Source: Office <of> Numbers & Co.", "Licence: CC BY 4.0"]
    assert notes.startswith("Notes: Counted by hand. R&D <spend>, Rank: the numbers are of 2020;")
    assert not package.with_name(f"{package.name}.aux.xml").exists()  # reading leaves nothing behind
    with closing(sqlite3.connect(package)) as database, database:
        said = dict(
            database.execute(
                "SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'corridors'"
            )
        )
        (version,) = database.execute("PRAGMA user_version").fetchone()
        styles = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'cities'"
        ).fetchall()
    database.close()
    assert said == {one.column: one.label for one in study.corridor_measures}
    assert version == 10300
    totals = {one.column for one in study.city_measures}
    for (style,) in styles:
        assert {alias.get("field") for alias in ET.fromstring(style).iter("alias")} == totals
