"""Statistics of corridors and cities: a verb per question, one room for chance, one result type.

A table of contents, loaded when it is used: `dir(geobri.stats)` is the menu, of verbs and rooms. A verb takes tables of
places or pairs, answers a question and returns a `TestResult` (or a fit); a room holds the verbs of one question and what is
special to it, such as tests of plain arrays.

Which test do I want?

=============================================  ===============================================
a flow and distance                            `decay_test`; with more columns `fit_gravity`
whether there is a link at all                 `presence_test`
two tables of pairs                            `mantel_test`, `mrqap_test`
a list that may be closer than chance          `proximity_test`
coastal and inland, or any two groups          `coastal_test`, `compare_groups`
neighbours that resemble each other            `moran_test`; place by place `local_moran_test`
two measures of the same cities                `spatial.spatial_correlation_test`
what could have been found at all              `power.power`
=============================================  ===============================================

Neighbours are a graph: ``geobri.neighbours.build_knn(cities, 5)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from geobri.notebooks import menu_of

_VERBS = {
    "bivariate_moran_test": "spatial",
    "coastal_test": "groups",
    "coastal_tests": "groups",
    "compare_decay": "flows",
    "compare_groups": "groups",
    "corridor_moran_test": "spatial",
    "corridor_types_test": "groups",
    "decay_curve": "flows",
    "decay_test": "flows",
    "dyadic_tests": "dyads",
    "fit_decay": "flows",
    "fit_gravity": "flows",
    "fit_wilson": "flows",
    "geary_test": "spatial",
    "local_moran_test": "spatial",
    "mantel_correlogram_test": "dyads",
    "mantel_test": "dyads",
    "moran_mantel_test": "dyads",
    "moran_test": "spatial",
    "mrqap_test": "dyads",
    "pair_regression_test": "dyads",
    "presence_test": "flows",
    "proximity_test": "proximity",
    "residual_corridors": "flows",
    "spatial_group_test": "groups",
}
_ROOMS = ("dyads", "flows", "groups", "power", "proximity", "simulate", "spatial")
_NEAR = {
    "combine_results": "results",
    "correlogram_test": "spatial",
    "getis_ord_test": "spatial",
    "group_permutation_test": "groups",
    "join_count_test": "spatial",
    "local_getis_ord_test": "spatial",
    "mann_whitney_test": "groups",
    "pair_covariates": "flows",
    "permutation_p_value": "p_values",
    "partial_mantel_test": "dyads",
    "simulate_corridors": "simulate",
    "spatial_correlation_test": "spatial",
    "spatial_regression_test": "spatial",
}
"""What can be said from here and stands in the menu of its room: rarer questions, arrays in place of tables, and tools."""
_PLUMBING = ("multiplicity", "null", "p_values", "places", "results", "tables")
__all__ = sorted([*_VERBS, *_ROOMS])  # noqa: PLE0605 - one table gives __all__, __dir__ and the lazy loading


def __getattr__(name: str) -> Any:
    if (room := _VERBS.get(name) or _NEAR.get(name)) is not None:
        return getattr(import_module(f"geobri.stats.{room}"), name)
    if name in _ROOMS or name in _PLUMBING:
        return import_module(f"geobri.stats.{name}")
    raise AttributeError(f"module 'geobri.stats' has no attribute {name!r}")


__dir__ = menu_of(__all__)
