"""The files of a finished index."""

from __future__ import annotations

import tomllib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri.errors import OutputError
from geobri.score import IndexSpec, Indicator, build_index, build_tables, load_spec, write_scores
from geobri.score.output import hash_table

CITIES = pd.DataFrame({"country": list("ABC")}, index=pd.Index(["a", "b", "c"], name="city"))
FLOWS = pd.DataFrame(
    [("x", "a", "b", 1.0), ("x", "a", "c", 2.0), ("x", "b", "c", 4.0)],
    columns=["indicator", "origin", "destination", "value"],
)
SPEC = IndexSpec(name="one", title_zh="指数", indicators=(Indicator(name="x", dimension="overall"),))


@pytest.fixture
def result():
    return build_index(SPEC, CITIES, FLOWS)


def test_tables_are_best_first(result):
    tables = build_tables(result)
    assert tables["scores_cities"].index.tolist() == ["c", "b", "a"]
    assert tables["scores_corridors"].columns.tolist() == [
        "origin",
        "destination",
        "overall",
        "rank_overall",
        "x",
        "rank_x",
    ]


def test_written_files_read_back(result, tmp_path):
    written = write_scores(result, tmp_path / "out", inputs={"cities": CITIES, "flows": FLOWS})
    assert [path.name for path in written] == ["scores_cities.csv", "scores_corridors.csv", "spec.toml"]
    cities = pd.read_csv(written[0], index_col="city")
    np.testing.assert_allclose(cities["overall"], [100, 200 / 3, 0], rtol=1e-9)
    assert cities["rank_overall"].tolist() == [1, 2, 3]
    assert pd.read_csv(written[1]).columns[0] == "corridor"
    assert load_spec(written[2]) == SPEC.with_choices(domestic="exclude")  # what was decided is written
    document = tomllib.loads(written[2].read_text(encoding="utf-8"))
    assert document["inputs"] == {
        "cities": f"sha256:{hash_table(CITIES)}",
        "flows": f"sha256:{hash_table(FLOWS)}",
    }
    assert document["run"]["n_pairs"] == 3
    assert document["importance_corridors"] == {"overall": 1.0, "x": 1.0}
    assert document["choices"]["city_missing"] == "propagate"  # defaults are spelled out


def test_same_input_same_bytes(result, tmp_path):
    one = write_scores(result, tmp_path / "one", inputs={"flows": FLOWS})
    shuffled = FLOWS.sample(frac=1, random_state=1)[["value", "destination", "origin", "indicator"]]
    again = build_index(SPEC, CITIES[::-1], shuffled)
    two = write_scores(again, tmp_path / "two", inputs={"flows": shuffled})
    for left, right in zip(one, two, strict=True):
        assert left.read_bytes() == right.read_bytes()


def test_ties_are_written_by_name():
    flows = FLOWS.assign(value=[1.0, 1.0, 0.0])
    assert build_tables(build_index(SPEC, CITIES[::-1], flows))["scores_cities"].index.tolist() == [
        "a",
        "b",
        "c",
    ]


def test_a_missing_rank_is_an_empty_cell(tmp_path):
    spec = SPEC.with_choices(city_missing="observed")
    wider = pd.DataFrame({"country": list("ABCD")}, index=pd.Index(list("abcd"), name="city"))
    written = write_scores(build_index(spec, wider, FLOWS), tmp_path)
    assert written[0].read_text(encoding="utf-8").splitlines()[-1] == "d,,,,"


def test_hashes_tell_tables_apart():
    assert hash_table(FLOWS) == hash_table(FLOWS[::-1])
    assert hash_table(FLOWS) != hash_table(FLOWS.assign(value=[1.0, 2.0, 4.5]))
    assert hash_table(FLOWS) != hash_table(FLOWS.rename(columns={"value": "amount"}))
    assert hash_table(CITIES) != hash_table(CITIES.rename(index={"a": "z"}))


def test_hashes_look_at_places_and_not_at_types():
    here = gpd.GeoDataFrame(CITIES, geometry=gpd.points_from_xy([0, 1, 2], [5, 6, 7]), crs=4326)
    there = here.set_geometry(gpd.points_from_xy([0, 1, 2], [5, 6, 7.5]), crs=4326)
    assert hash_table(here) != hash_table(there)
    assert hash_table(here) == hash_table(here.copy())
    assert hash_table(FLOWS) == hash_table(FLOWS.assign(value=FLOWS["value"].astype(int)))
    assert hash_table(FLOWS) == hash_table(FLOWS.astype({"origin": "category"}))
    assert len(hash_table(pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}))) == 64


def test_nothing_is_left_behind_when_the_place_is_taken(result, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(OutputError, match=r"write_scores"):
        write_scores(result, taken)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
