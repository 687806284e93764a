"""The same data prepared in several ways: variants of a specification, compiled once each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from geobri.errors import SpecificationError, first_offenders, mould
from geobri.measures import Level
from geobri.score.compiled import CompiledIndex
from geobri.score.index import build_index
from geobri.score.spec import IndexSpec

__all__ = ["build_variants", "vary_spec"]

_OF_CHOICES = frozenset(
    {
        "imputer",
        "imputer_params",
        "impute",
        "pair_rule",
        "treatment",
        "treatment_params",
        "city_missing",
        "missing",
        "weighting",
        "domestic",
    }
)
_OF_INDICATORS = frozenset({"city_rule", "top_k", "fold", "side"})


def vary_spec(spec: IndexSpec, **changes: Any) -> IndexSpec:
    """Change choices of a specification, for the index or for every indicator.

    Parameters
    ----------
    spec
        The specification.
    **changes
        Choices of the index (`imputer`, `imputer_params`, `impute`, `treatment`, `treatment_params`, `pair_rule`,
        `city_missing`, `missing`, `weighting`, `domestic`) or of all indicators (`city_rule`, `top_k`,
        `fold`, `side`). An imputer, treatment or pair rule of a single indicator gives way.

    Returns
    -------
    IndexSpec
        A new specification.

    Raises
    ------
    SpecificationError
        If a choice is not one of these, or its value is unknown.
    """
    unknown = sorted(set(changes) - _OF_CHOICES - _OF_INDICATORS)
    if unknown:
        remedy = f"Use {sorted(_OF_CHOICES | _OF_INDICATORS)}"
        raise SpecificationError(
            mould("vary_spec", "changes must be known choices", first_offenders(unknown), remedy)
        )
    of_leaf: dict[str, Any] = {name: value for name, value in changes.items() if name in _OF_INDICATORS}
    for name in ("imputer", "treatment"):
        if name in changes:
            of_leaf |= {name: None, f"{name}_params": {}}
    if "pair_rule" in changes:
        of_leaf["pair_rule"] = None
    of_index = {name: value for name, value in changes.items() if name in _OF_CHOICES}
    leaves = tuple(replace(leaf, **of_leaf) for leaf in spec.indicators)
    return replace(spec, choices=replace(spec.choices, **of_index), indicators=leaves)


def build_variants(
    spec: IndexSpec,
    cities: pd.DataFrame,
    flows: pd.DataFrame | None,
    variants: Mapping[str, Mapping[str, Any]],
    *,
    level: Level = "cities",
    **options: Any,
) -> dict[str, CompiledIndex]:
    """Prepare the same data in several ways, once each.

    Parameters
    ----------
    spec, cities, flows
        As in `build_index`.
    variants
        Changes of the specification (as in `vary_spec`) by the name of the variant; an empty mapping is
        the specification itself.
    level
        "cities" or "corridors".
    **options
        Passed on to `build_index`.

    Returns
    -------
    dict
        Compiled indices by name, for `ChooseVariant`.

    Raises
    ------
    SpecificationError
        If a change is unknown.
    """
    return {
        name: build_index(vary_spec(spec, **changes), cities, flows, **options).compiled(level)
        for name, changes in variants.items()
    }
