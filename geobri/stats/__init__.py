"""Statistics of corridors and cities: a verb per question, one room for chance, one result type.

A table of contents, loaded when it is used: `dir(geobri.stats)` is the menu. A verb answers a question and returns a
`TestResult` (or a fit); a chapter holds the verbs of one question and what is special to it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_VERBS = {
    "bivariate_moran_test": "spatial",
    "coastal_test": "groups",
    "coastal_tests": "groups",
    "combine_results": "results",
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
    "group_permutation_test": "groups",
    "local_moran_test": "spatial",
    "mann_whitney_test": "groups",
    "mantel_correlogram_test": "dyads",
    "mantel_test": "dyads",
    "moran_mantel_test": "dyads",
    "moran_test": "spatial",
    "mrqap_test": "dyads",
    "pair_covariates": "flows",
    "pair_regression_test": "dyads",
    "permutation_p_value": "p_values",
    "presence_test": "flows",
    "proximity_test": "proximity",
    "residual_corridors": "flows",
    "simulate_corridors": "simulate",
    "spatial_group_test": "groups",
}
_CHAPTERS = (
    "dyads",
    "flows",
    "groups",
    "multiplicity",
    "null",
    "p_values",
    "places",
    "power",
    "proximity",
    "results",
    "simulate",
    "spatial",
    "tables",
)
__all__ = sorted([*_VERBS, *_CHAPTERS])  # noqa: PLE0605 - one table gives __all__, __dir__ and the lazy loading


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(import_module(f"geobri.stats.{_VERBS[name]}"), name)
    if name in _CHAPTERS:
        return import_module(f"geobri.stats.{name}")
    raise AttributeError(f"module 'geobri.stats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__]
