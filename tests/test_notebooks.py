"""What a notebook shows: results as their sentence, records short, and menus without what a module imports."""

import dataclasses
import importlib
import inspect
import pkgutil

import pandas as pd

import geobri
from geobri.notebooks import Told, menu_of
from geobri.score import IndexSpec, Indicator, build_index, compare_rankings


def test_a_menu_is_the_public_names_in_order():
    assert menu_of(["walk", "ask"])() == ["ask", "walk"]
    assert {"np", "pd", "mould", "annotations"}.isdisjoint(dir(geobri.coast))
    assert "distance_to_coast" in dir(geobri.coast)


def test_whoever_has_a_summary_is_shown_by_it():
    loose = []
    for found in pkgutil.walk_packages(geobri.__path__, "geobri."):
        if (
            "__main__" in found.name or ".report." in found.name
        ):  # a folded part of the page has a heading of that name
            continue
        room = importlib.import_module(found.name)
        for name, one in vars(room).items():
            of_ours = inspect.isclass(one) and one.__module__ == found.name and dataclasses.is_dataclass(one)
            if of_ours and callable(getattr(one, "summary", None)) and one.__repr__ is not Told.__repr__:
                loose.append(f"{found.name}.{name}")
    assert loose == []


def test_results_are_shown_in_a_sentence_and_records_on_a_line():
    towns = pd.DataFrame({"jobs": [3.0, 9.0, 5.0]}, index=pd.Index(["ham", "ash", "elm"], name="city"))
    spec = IndexSpec(name="work", indicators=(Indicator(name="jobs", dimension="overall", kind="city"),))
    assert repr(spec) == "<IndexSpec work: 0 dimensions, 1 indicators>"
    index = build_index(spec, towns)
    assert repr(index) == f"<IndexResult: {index.summary()}>"
    moved = compare_rankings(towns["jobs"].rank(), towns["jobs"].rank(ascending=False))
    assert repr(moved) == f"<RankingComparison: {moved.summary()}>"
    asked = geobri.geocode(["Shanghai", "Nowhere at all"])
    assert repr(asked).startswith("<GeocodeReport: 1 of 2 names found")
