"""Composite indices of cities and of corridors, and the way back from a published ranking.

`build_index` leads flows and a specification to scores; `write_scores` writes them. Every step of the road (`impute`,
`treat`, `normalise`, `weigh`, `aggregate`, `rank`) is a plain function that can be used by itself. What asks how far to
trust a result, or goes back from published ranks, is loaded when it is first used: it brings optimisers along.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from geobri.notebooks import menu_of
from geobri.score.aggregate import AGGREGATORS, aggregate
from geobri.score.coherence import (
    correlate,
    cronbach_alpha,
    find_double_counting,
    fit_principal_components,
    summarise_coherence,
)
from geobri.score.compiled import CompiledIndex as CompiledIndex
from geobri.score.compiled import compile_index as compile_index
from geobri.score.compiled import normalise_compiled as normalise_compiled
from geobri.score.compiled import score_compiled as score_compiled
from geobri.score.impute import IMPUTERS, impute
from geobri.score.index import IndexResult, build_index
from geobri.score.levels import CITY_RULES, PAIR_RULES, city_to_pair, pair_to_city
from geobri.score.levels import shared_members as shared_members
from geobri.score.normalise import NORMALISERS, normalise
from geobri.score.outliers import TREATMENTS, treat
from geobri.score.output import build_tables as build_tables
from geobri.score.output import write_scores
from geobri.score.profile import (
    find_strengths,
    list_contributions,
    profile_city,
    profile_corridor,
    summarise_groups,
    summarise_region_pairs,
)
from geobri.score.ranking import rank
from geobri.score.screen import measure_coverage, screen
from geobri.score.spec import Choices, Dimension, IndexSpec, Indicator
from geobri.score.spec_reading import list_specs, load_spec
from geobri.score.totals import name_totals as name_totals
from geobri.score.totals import prepare_totals as prepare_totals
from geobri.score.totals import total_flows
from geobri.score.weights import WEIGHTINGS, ahp_weights, budget_weights, custom_weights, weigh

_LATER = {
    "ChooseAggregator": "geobri.score.trust.choices",
    "ChooseNormaliser": "geobri.score.trust.choices",
    "ChooseVariant": "geobri.score.trust.choices",
    "DirichletWeights": "geobri.score.trust.choices",
    "LeaveOut": "geobri.score.trust.choices",
    "PerturbWeights": "geobri.score.trust.choices",
    "audit_ranking": "geobri.score.audit",
    "build_growth_table": "geobri.score.panel",
    "build_rank_polytope": "geobri.score.audit",
    "build_removal_table": "geobri.score.trust.removal",
    "build_variants": "geobri.score.trust.variants",
    "compare_many": "geobri.score.compare",
    "compare_rankings": "geobri.score.compare",
    "find_dominance": "geobri.score.trust.dominance",
    "find_rank_ranges": "geobri.score.trust.weightspace",
    "find_score_bounds": "geobri.score.audit",
    "find_swaps": "geobri.score.trust.weightspace",
    "find_weight_intervals": "geobri.score.trust.weightspace",
    "kendall_tau_b": "geobri.score.overlap",
    "list_entries": "geobri.score.panel",
    "measure_sensitivity": "geobri.score.trust.sensitivity",
    "measure_uncertainty": "geobri.score.trust.uncertainty",
    "rank_biased_overlap": "geobri.score.overlap",
    "remove_from_index": "geobri.score.trust.removal",
    "sample_scores": "geobri.score.audit",
    "score_panel": "geobri.score.panel",
    "spearman_rho": "geobri.score.overlap",
    "suggest_choices": "geobri.score.trust.choices",
    "summarise_dominance": "geobri.score.trust.dominance",
    "top_overlap": "geobri.score.overlap",
}
__all__ = [
    "AGGREGATORS",
    "CITY_RULES",
    "IMPUTERS",
    "NORMALISERS",
    "PAIR_RULES",
    "TREATMENTS",
    "WEIGHTINGS",
    "Choices",
    "Dimension",
    "IndexResult",
    "IndexSpec",
    "Indicator",
    "aggregate",
    "ahp_weights",
    "budget_weights",
    "build_index",
    "city_to_pair",
    "correlate",
    "cronbach_alpha",
    "custom_weights",
    "find_double_counting",
    "find_strengths",
    "fit_principal_components",
    "impute",
    "list_contributions",
    "list_specs",
    "load_spec",
    "measure_coverage",
    "normalise",
    "pair_to_city",
    "profile_city",
    "profile_corridor",
    "rank",
    "screen",
    "summarise_coherence",
    "summarise_groups",
    "summarise_region_pairs",
    "total_flows",
    "treat",
    "weigh",
    "write_scores",
]
__all__ += sorted(_LATER)  # noqa: PLE0605 - one table gives names and places


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'geobri.score' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)


__dir__ = menu_of(__all__)
