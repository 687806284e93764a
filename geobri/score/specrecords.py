"""What an index specification is made of: dimensions, indicators and choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from geobri.score.specfaults import ROOT, to_fraction

__all__ = ["Choices", "Dimension", "Indicator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A node between the index and its indicators.

    Attributes
    ----------
    name
        Column name in the scores; unique among all nodes.
    parent
        Name of the node above; ``"overall"`` is the index itself.
    importance
        Share within the parent, an exact fraction (text such as "1/3" is read as one); None where the source prints none (then equal).
    title, title_zh, note
        What a reader sees, and a remark on the source.
    aggregator, weighting
        Overrule the choices of the index for the children of this node.
    """

    name: str
    parent: str = ROOT
    importance: Fraction | None = None
    title: str = ""
    title_zh: str = ""
    note: str = ""
    aggregator: str | None = None
    weighting: str | None = None

    def __post_init__(self) -> None:
        """Take the importance exactly."""
        object.__setattr__(self, "importance", _exact(self.importance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A measured column.

    Attributes
    ----------
    name
        Name in the flows table and column name in the scores.
    dimension
        The node it belongs to.
    importance
        Share within the dimension, an exact fraction (text such as "1/3" is read as one); None for equal shares.
    kind
        ``"flow"``, ``"stock"``, ``"presence"`` (0 or 1), ``"comembership"`` (shared members) or ``"city"`` (an attribute).
    direction
        1 where more is better, -1 where less is better.
    directed
        Whether origin to destination may differ from the way back.
    fold
        How the two directions become one pair: ``"sum"``, ``"mean"``, ``"max"`` or ``"min"``.
    side
        What of a directed indicator counts for a city: ``"both"``, ``"out"`` or ``"in"``.
    zero
        What a recorded 0 means: ``"value"`` (an amount like any other), ``"structural"`` (there is none, e.g. no direct
        train: never treated as an outlier nor transformed) or ``"missing"`` (not observed).
    absent
        What a pair without a row means: ``"missing"``, ``"zero"`` or ``"error"``.
    city_rule, top_k
        From pairs to the city: ``"sum"``, ``"mean"``, ``"max"``, ``"top_k"``, ``"count"`` or ``"breadth"``.
    pair_rule
        From a city attribute to the pair (kind ``"city"``): ``"min"``, ``"product"`` or ``"geometric"``; the result is modelled.
    column
        The column of the cities table that holds the attribute (kind ``"city"``); the indicator's name by default.
    denominator, denominator_rule
        A column of the cities table to divide by, and how the two cities' denominators become the pair's.
    treatment, treatment_params
        Outlier treatment: ``"none"``, ``"winsorise"``, ``"log"`` or ``"boxcox"``.
    imputer, imputer_params
        What fills missing pairs; overrules the choice of the index.
    normaliser, normaliser_params
        Overrule the choice of the index.
    title, title_zh, unit, source, year, note
        What a reader sees.
    """

    name: str
    dimension: str
    importance: Fraction | None = None
    kind: str = "flow"
    direction: int = 1
    directed: bool = False
    fold: str = "sum"
    side: str = "both"
    zero: str = "value"
    absent: str = "missing"
    city_rule: str = "sum"
    top_k: int = 3
    pair_rule: str | None = None
    column: str | None = None
    denominator: str | None = None
    denominator_rule: str = "geometric"
    treatment: str | None = None
    treatment_params: Mapping[str, Any] = field(default_factory=dict)
    imputer: str | None = None
    imputer_params: Mapping[str, Any] = field(default_factory=dict)
    normaliser: str | None = None
    normaliser_params: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    title_zh: str = ""
    unit: str = ""
    source: str = ""
    year: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Take the importance exactly."""
        object.__setattr__(self, "importance", _exact(self.importance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices of method of an index; every one has a default that the reports leave open.

    Attributes
    ----------
    domestic
        ``"exclude"``, ``"include"`` or ``"only"`` pairs within one country.
    directed
        Whether corridors are directed (``a->b``).
    city_missing
        How a city rule meets missing partners: ``"propagate"``, ``"observed"`` (leave them out) or ``"scale"`` (a sum is
        scaled up to all partners).
    min_city_coverage, min_pair_coverage
        Least share of known values that a city, or a pair, must have to stay in (0 to 1).
    imputer, imputer_params
        What fills missing pair values.
    treatment, treatment_params
        Outlier treatment of every column.
    normaliser, normaliser_params
        How columns come on one scale.
    aggregator, aggregator_params
        How children are combined.
    weighting
        ``"given"`` (the importances of the specification) or a name in `WEIGHTINGS`, applied within every node.
    missing, min_coverage
        What a missing child does to its parent.
    constant
        What a column without spread does: ``"error"``, ``"worst"``, ``"best"`` or ``"missing"``.
    ties, tolerance
        How ranks are given.
    """

    domestic: str = "exclude"
    directed: bool = False
    city_missing: str = "propagate"
    min_city_coverage: float = 0.0
    min_pair_coverage: float = 0.0
    imputer: str = "none"
    imputer_params: Mapping[str, Any] = field(default_factory=dict)
    treatment: str = "none"
    treatment_params: Mapping[str, Any] = field(default_factory=dict)
    normaliser: str = "minmax"
    normaliser_params: Mapping[str, Any] = field(default_factory=dict)
    aggregator: str = "arithmetic"
    aggregator_params: Mapping[str, Any] = field(default_factory=dict)
    weighting: str = "given"
    missing: str = "propagate"
    min_coverage: float = 0.0
    constant: str = "error"
    ties: str = "min"
    tolerance: float = 1e-9


def _exact(share: object) -> object:
    """Turn an importance into a fraction; what is no number is left for the list of faults."""
    try:
        return None if share is None else to_fraction(share)
    except ValueError:
        return share
