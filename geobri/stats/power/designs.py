"""How each test meets simulated data: one design per test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.stats.results import TestResult
from geobri.stats.simulate import CorridorSimulator, build_simulator, simulate_field, simulate_top_list
from geobri.words import Words

__all__ = ["DESIGNS", "Design"]

Draw = Callable[[float, np.random.Generator], Any]
Run = Callable[[Any, np.random.Generator], TestResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How data with a given effect come about, and how a test reads them.

    Attributes
    ----------
    effect
        What the effect is, in words and units; a plain text is English.
    draw
        From an effect and a generator to data.
    run
        From data and a generator to the result of the test.
    """

    effect: Words | str
    draw: Draw
    run: Run


def _flows(places: gpd.GeoDataFrame, simulate: dict[str, Any]) -> tuple[CorridorSimulator, Draw]:
    layout = {name: simulate.pop(name) for name in ("pairs", "directed") if name in simulate}
    simulator = build_simulator(places, **layout)
    return simulator, lambda friction, rng: simulator.draw(friction=friction, rng=rng, **simulate)


_FRICTION: Final = Words("friction of the power function", "幂函数的摩擦系数")


def _decay_design(places: gpd.GeoDataFrame, simulate: dict[str, Any], choices: dict[str, Any]) -> Design:
    from geobri.stats.flows import decay_test

    simulator, draw = _flows(places, simulate)
    fixed = {"directed": simulator.directed, **choices}
    return Design(
        effect=_FRICTION, draw=draw, run=lambda data, rng: decay_test(data, flow="flow", rng=rng, **fixed)
    )


def _gravity_design(places: gpd.GeoDataFrame, simulate: dict[str, Any], choices: dict[str, Any]) -> Design:
    from geobri.stats.flows import fit_gravity

    simulator, draw = _flows(places, simulate)
    fixed = {"directed": simulator.directed, **choices}
    return Design(
        effect=_FRICTION, draw=draw, run=lambda data, rng: fit_gravity(data, flow="flow", rng=rng, **fixed)
    )


def _presence_design(places: gpd.GeoDataFrame, simulate: dict[str, Any], choices: dict[str, Any]) -> Design:
    from geobri.stats.flows import presence_test

    simulator, draw = _flows(places, simulate)
    fixed = {"directed": simulator.directed, **choices}

    def run(data: pd.DataFrame, rng: np.random.Generator) -> TestResult:
        linked = data.assign(linked=(data["flow"] > data["flow"].median()).astype(float))
        return presence_test(linked, presence="linked", rng=rng, **fixed)

    return Design(
        effect=Words("friction of the power function behind links", "联系背后幂函数的摩擦系数"),
        draw=draw,
        run=run,
    )


def _matrix_design(name: str) -> Callable[[gpd.GeoDataFrame, dict[str, Any], dict[str, Any]], Design]:
    def build(places: gpd.GeoDataFrame, simulate: dict[str, Any], choices: dict[str, Any]) -> Design:
        from geobri.stats import dyads
        from geobri.stats.pairs import to_matrix

        simulator, draw = _flows(places, simulate)
        fixed = {"directed": simulator.directed, **choices}

        def run(data: pd.DataFrame, rng: np.random.Generator) -> TestResult:
            logs = data.assign(near=np.log(data["distance_km"]), strong=np.log1p(data["flow"]))
            near, strong = (
                to_matrix(logs, one, directed=simulator.directed)[0] for one in ("near", "strong")
            )
            if name == "mrqap_test":
                return dyads.mrqap_test(strong, {"log distance": near}, rng=rng, **fixed)
            found: TestResult = getattr(dyads, name)(near, strong, rng=rng, **fixed)
            return found

        return Design(effect=_FRICTION, draw=draw, run=run)

    return build


def _list_design(places: gpd.GeoDataFrame, simulate: dict[str, Any], choices: dict[str, Any]) -> Design:
    from geobri.stats.proximity import proximity_test

    k = simulate.pop("k", 10)
    _, draw = _flows(places, simulate)

    def run(data: pd.DataFrame, rng: np.random.Generator) -> TestResult:
        return proximity_test(places, simulate_top_list(data, k=k), "rank", rng=rng, **choices)

    return Design(effect=_FRICTION, draw=draw, run=run)


def _group_design(name: str) -> Callable[[gpd.GeoDataFrame, dict[str, Any], dict[str, Any]], Design]:
    def build(places: gpd.GeoDataFrame, simulate: dict[str, Any], choices: dict[str, Any]) -> Design:
        from geobri.stats import groups

        fixed = {"group": "coastal", "spatial": 0.0, **simulate}
        exact = name == "mann_whitney_test"

        def run(data: gpd.GeoDataFrame, rng: np.random.Generator) -> TestResult:
            more = choices if exact else {"rng": rng, **choices}
            found: TestResult = getattr(groups, name)(data["value"], data[fixed["group"]], **more)
            return found

        return Design(
            effect=Words(
                f"standard deviations between groups of {fixed['group']!r}",
                f"按 {fixed['group']!r} 分组的组间差（以标准差计）",
            ),
            draw=lambda shift, rng: simulate_field(places, shift=shift, rng=rng, **fixed),
            run=run,
        )

    return build


def _field_design(name: str) -> Callable[[gpd.GeoDataFrame, dict[str, Any], dict[str, Any]], Design]:
    def build(places: gpd.GeoDataFrame, simulate: dict[str, Any], choices: dict[str, Any]) -> Design:
        from geobri.neighbours import build_knn
        from geobri.stats import spatial

        given = dict(choices)
        graph = given.pop("graph", None)
        graph = build_knn(places, min(4, len(places) - 1)) if graph is None else graph

        def run(data: gpd.GeoDataFrame, rng: np.random.Generator) -> TestResult:
            found: TestResult = getattr(spatial, name)(data, "value", graph, rng=rng, **given)
            return found

        return Design(
            effect=Words("share of the variance that neighbours have in common", "邻近城市共有的方差占比"),
            draw=lambda share, rng: simulate_field(places, spatial=share, rng=rng, **simulate),
            run=run,
        )

    return build


DESIGNS: Mapping[str, Callable[[gpd.GeoDataFrame, dict[str, Any], dict[str, Any]], Design]] = (
    MappingProxyType(
        {
            "decay_test": _decay_design,
            "fit_gravity": _gravity_design,
            "presence_test": _presence_design,
            "mantel_test": _matrix_design("mantel_test"),
            "mrqap_test": _matrix_design("mrqap_test"),
            "proximity_test": _list_design,
            "mann_whitney_test": _group_design("mann_whitney_test"),
            "brunner_munzel_test": _group_design("brunner_munzel_test"),
            "group_permutation_test": _group_design("group_permutation_test"),
            "moran_test": _field_design("moran_test"),
            "geary_test": _field_design("geary_test"),
        }
    )
)
"""How each test whose power can be computed meets simulated data, by its name."""
