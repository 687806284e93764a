"""The density of all pairs, and maps and pages of a run that is opened again."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.scale import density
from geobri.scale.density import gather_zones, paint_density, rasterise, zone_pair_table, zone_table
from geobri.scale.places import Gravity, build_inputs
from geobri.scale.recipe import Recipe
from geobri.scale.running import reduce_pairs


@pytest.fixture
def recipe(towns):
    return Recipe(inputs=build_inputs(towns, gravity=Gravity(mass="people")), rank_by="gravity", top=30)


def test_zones_are_near_places_and_hold_all_of_them(recipe, monkeypatch):
    monkeypatch.setattr(density, "MOST_ZONES", 16)
    code = gather_zones(recipe.inputs)
    assert set(np.bincount(code)) <= {7, 8}
    assert code[0] == 0
    zones = zone_table(recipe.inputs)
    assert zones["places"].sum() == 120
    vector = recipe.inputs.vector
    own = np.stack([np.bincount(code, axis) for axis in vector])[:, code]
    assert (vector * own).sum() / np.linalg.norm(own, axis=0).sum() > 0.85  # places stand near their middle


def test_sums_between_zones_are_those_of_all_pairs(recipe, monkeypatch):
    monkeypatch.setattr("geobri.scale.density.MOST_ZONES", 16)
    monkeypatch.setattr("geobri.scale.summary.MOST_ZONES", 16)
    found = reduce_pairs(recipe, workers=2)
    table = zone_pair_table(recipe.inputs, found.density, "gravity")
    assert table["pairs"].sum() == 120 * 119 // 2
    assert table["gravity_sum"].sum() == pytest.approx(found.totals[1].sum() / 2)
    code, whole = gather_zones(recipe.inputs), reduce_pairs(replace(recipe, top=8000))
    one, other = (code[row.astype(int)] for row in whole.top[1:])
    wanted = whole.top[0][(np.minimum(one, other) == 2) & (np.maximum(one, other) == 5)].sum()
    row = table[(table["zone"] == 2) & (table["other_zone"] == 5)].iloc[0]
    assert row["gravity_sum"] == pytest.approx(wanted)


def test_a_line_counts_once_in_every_cell_it_crosses():
    zones = pd.DataFrame({"zone": [0, 1], "lon": [10.5, 14.5], "lat": [0.5, 0.5], "places": [2, 1]})
    pairs = pd.DataFrame({"zone": [0, 0], "other_zone": [0, 1], "pairs": [4, 3]})
    places = pd.DataFrame({"lon": [10.5, 11.5, 14.5], "lat": [0.5, 0.5, 0.5], "zone": [0, 0, 1]})
    raster = rasterise(zones, pairs, "pairs", places=places)
    row = raster[89]
    assert raster.shape == (180, 360)
    assert row[190:195].tolist() == [
        5,
        5,
        3,
        3,
        3,
    ]  # two of the four inside the first zone on each of its places
    assert raster.sum() == 19
    shade = paint_density(raster)
    assert shade[89, 190, 3] > shade[89, 193, 3] > 0
    assert shade[0, 0, 3] == 0
    assert not paint_density(np.zeros((2, 2))).any()


def _run(*arguments, code=0):
    answer = CliRunner().invoke(_geobri, [str(one) for one in arguments])
    assert answer.exit_code == code, answer.output
    return answer.output


@pytest.fixture(scope="module")
def opened(towns, tmp_path_factory):
    """A run of 120 towns with names in Chinese and one that would be markup."""
    home = tmp_path_factory.mktemp("towns")
    plain = pd.DataFrame(towns.drop(columns="geometry")).assign(lon=towns.geometry.x, lat=towns.geometry.y)
    plain.loc[plain.index[0], "name"] = "<script>alert(1)</script>"
    plain.to_csv(home / "cities.csv")
    (home / "study.toml").write_text('title = "Towns"\ntitle_zh = "城镇"\ndomain = "all"\n', encoding="utf-8")
    out = home / "run"
    _run("scale", home, "--out", out, "--mass", "people", "--reduce", "--top", 40)
    return out


def test_a_run_is_mapped_and_reported_from_its_folder(opened, tmp_path):
    said = _run("map", opened, "--out", tmp_path / "again.html")
    assert "Wrote" in said
    again = (tmp_path / "again.html").read_text(encoding="utf-8")
    assert again == (opened / "map.html").read_text(encoding="utf-8")  # tables hold all that the map shows
    assert "default-src 'none'" in again
    assert again.count('var address = "data:image/png;base64') == 1
    assert "Density of all pairs" in again
    assert "40 strongest of 7,140 corridors" in again
    _run("report", opened, "--out", tmp_path / "page", "--lang", "zh")
    page = (tmp_path / "page" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh"' in page
    assert "全部 7,140 个城市对的密度" in page
    assert "the density of all 7,140 pairs" in page
    assert "<script>alert(1)" not in page
    assert re.search(r'<image href="data:image/png;base64,[^"]{100}', page)
    assert (tmp_path / "page" / "map.html").exists()


def test_options_that_say_nothing_of_a_run_are_refused(opened, tmp_path):
    assert "--year for the run" in _run("map", opened, "--year", 2020, code=1)
    assert "--sections for the run" in _run("report", opened, "--sections", "short", code=1)
    assert "the run has gravity" in _run(
        "map", opened, "--value", "trade", "--out", tmp_path / "m.html", code=1
    )
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "plan.json").write_text("{}", encoding="utf-8")
    assert "must be finished before it is opened" in _run("report", tmp_path / "half", code=1)
