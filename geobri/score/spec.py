"""An index as data: a tree of dimensions over indicators, exact weights, and every choice by name.

An `IndexSpec` is read from TOML, checked as a whole (all faults in one error), never changed afterwards, and
written back with `to_toml`. Importances are exact fractions: ``"1/6"`` is not 0.167. What a key of the file may hold is
said once, by the annotation of the field: a `Literal` lists its words, a registry (`NORMALISERS`, …) its names, those
that you have registered among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from geobri.errors import SpecificationError, mould
from geobri.score.aggregate import AGGREGATORS, Missing
from geobri.score.denominate import DENOMINATOR_RULES
from geobri.score.impute import IMPUTERS
from geobri.score.levels import CITY_RULES, FOLDS, PAIR_RULES, CityMissing, Side
from geobri.score.normalise import NORMALISERS, ConstantRule
from geobri.score.outliers import TREATMENTS
from geobri.score.ranking import Ties
from geobri.score.shares import ROOT, exact_share
from geobri.score.spec_faults import find_faults, raise_faults
from geobri.score.spec_keys import NamedIn
from geobri.score.tomltext import to_toml
from geobri.score.weights import WEIGHTINGS

__all__ = ["RECORDS", "Choices", "Dimension", "IndexSpec", "Indicator"]

Kind = Literal["flow", "stock", "presence", "comembership", "city"]
NormaliserName = Annotated[str, NamedIn(NORMALISERS)]
AggregatorName = Annotated[str, NamedIn(AGGREGATORS)]
WeightingName = Annotated[str, NamedIn(WEIGHTINGS, ("given",))]
TreatmentName = Annotated[str, NamedIn(TREATMENTS)]
ImputerName = Annotated[str, NamedIn(IMPUTERS)]
FoldName = Annotated[str, NamedIn(FOLDS)]
CityRuleName = Annotated[str, NamedIn(CITY_RULES)]
PairRuleName = Annotated[str, NamedIn(PAIR_RULES)]
DenominatorRuleName = Annotated[str, NamedIn(DENOMINATOR_RULES)]


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
    aggregator: AggregatorName | None = None
    weighting: WeightingName | None = None

    def __post_init__(self) -> None:
        """Take the importance exactly."""
        object.__setattr__(self, "importance", exact_share(self.importance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A measured column.

    Attributes
    ----------
    name
        Column name in the scores, a plain identifier; by default also the name in the table that it is read from.
    dimension
        The node it belongs to; ``"overall"`` in an index without dimensions.
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
        From a city attribute to the pair (kind ``"city"``): ``"min"`` (the weaker end, in the direction of the indicator),
        ``"max"`` (the stronger end), ``"product"`` or ``"geometric"``; the result is modelled. The choice of the index by default.
    column
        What holds it: the measure of the flows, the indicator of the memberships, or the column of the cities table (kind
        ``"city"``); the indicator's name by default. Any text, such as ``"Trips per week"``.
    denominator, denominator_rule
        A column of the cities table to divide by, and how the two cities' denominators become the pair's.
    treatment, treatment_params
        Outlier treatment: ``"none"``, ``"winsorise"``, ``"winsorise_or_log"``, ``"log"`` or ``"boxcox"``.
    imputer, imputer_params
        What fills missing pairs, or missing cities of an attribute; overrules the choice of the index.
    normaliser, normaliser_params
        Overrule the choice of the index.
    title, title_zh, unit, unit_zh, source, year, note
        What a reader sees.
    """

    name: str
    dimension: str
    importance: Fraction | None = None
    kind: Kind = "flow"
    direction: int = 1
    directed: bool = False
    fold: FoldName = "sum"
    side: Side = "both"
    zero: Literal["value", "structural", "missing"] = "value"
    absent: Literal["missing", "zero", "error"] = "missing"
    city_rule: CityRuleName = "sum"
    top_k: int = 3
    pair_rule: PairRuleName | None = None
    column: str | None = None
    denominator: str | None = None
    denominator_rule: DenominatorRuleName = "geometric"
    treatment: TreatmentName | None = None
    treatment_params: Mapping[str, Any] = field(default_factory=dict)
    imputer: ImputerName | None = None
    imputer_params: Mapping[str, Any] = field(default_factory=dict)
    normaliser: NormaliserName | None = None
    normaliser_params: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    title_zh: str = ""
    unit: str = ""
    unit_zh: str = ""
    source: str = ""
    year: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Take the importance exactly."""
        object.__setattr__(self, "importance", exact_share(self.importance))

    @property
    def read_from(self) -> str:
        """Say what its table calls it."""
        return self.column or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices of method of an index; every one has a default that the reports leave open.

    Attributes
    ----------
    domestic
        ``"exclude"``, ``"include"`` or ``"only"`` pairs within one country. ``"auto"``, the default, includes them where
        no city has a country or all cities are of one, and excludes them otherwise; a study takes them as its tests do.
    directed
        Whether corridors are directed (``a->b``).
    corridors
        Whether corridors are scored at all; False for an index of cities alone.
    pair_rule
        From a city attribute to the pair, where its indicator says nothing.
    city_missing
        How a city rule meets missing partners: ``"propagate"``, ``"observed"`` (leave them out) or ``"scale"`` (a sum is
        scaled up to all partners).
    min_city_coverage, min_pair_coverage
        Least share of known values that a city, or a pair, must have to stay in (0 to 1).
    imputer, imputer_params
        What fills missing values.
    impute
        Whether amounts are filled (``"before_denomination"``) or amounts per unit of size (``"after_denomination"``).
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

    domestic: Literal["auto", "exclude", "include", "only"] = "auto"
    directed: bool = False
    corridors: bool = True
    pair_rule: PairRuleName = "min"
    city_missing: CityMissing = "propagate"
    min_city_coverage: float = 0.0
    min_pair_coverage: float = 0.0
    imputer: ImputerName = "none"
    imputer_params: Mapping[str, Any] = field(default_factory=dict)
    impute: Literal["before_denomination", "after_denomination"] = "before_denomination"
    treatment: TreatmentName = "none"
    treatment_params: Mapping[str, Any] = field(default_factory=dict)
    normaliser: NormaliserName = "minmax"
    normaliser_params: Mapping[str, Any] = field(default_factory=dict)
    aggregator: AggregatorName = "arithmetic"
    aggregator_params: Mapping[str, Any] = field(default_factory=dict)
    weighting: WeightingName = "given"
    missing: Missing = "propagate"
    min_coverage: float = 0.0
    constant: ConstantRule = "error"
    ties: Ties = "min"
    tolerance: float = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IndexSpec:
    """A composite index, complete or as an outline.

    Attributes
    ----------
    name
        Short name of the index.
    dimensions
        Nodes between the index and the indicators, at any depth; may be empty.
    indicators
        The measured columns, in order.
    choices
        The choices of method.
    title, title_zh, source, note
        What a reader sees.
    outline
        True where the source prints the tree but not the indicators; such an index cannot be computed.
    """

    name: str
    dimensions: tuple[Dimension, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    choices: Choices = field(default_factory=Choices)
    title: str = ""
    title_zh: str = ""
    source: str = ""
    note: str = ""
    outline: bool = False

    def __repr__(self) -> str:
        """Give name and size; every choice stands in `to_toml`."""
        kind = ", outline" if self.outline else ""
        return f"<IndexSpec {self.name}: {len(self.dimensions)} dimensions, {len(self.indicators)} indicators{kind}>"

    def __post_init__(self) -> None:
        """Refuse a faulty tree, naming every fault."""
        raise_faults(self.name, find_faults(self.to_dict(), RECORDS))

    @property
    def nodes(self) -> tuple[str, ...]:
        """Name every node: the index, its dimensions as written, the indicators."""
        return (ROOT, *(node.name for node in self.dimensions), *(leaf.name for leaf in self.indicators))

    @property
    def parents(self) -> dict[str, str]:
        """Give the parent of every node but the index."""
        pairs = {node.name: node.parent for node in self.dimensions}
        return pairs | {leaf.name: leaf.dimension for leaf in self.indicators}

    @property
    def needs_flows(self) -> bool:
        """Tell whether some indicator can only come from a table of flows."""
        return any(leaf.kind not in {"city", "comembership"} for leaf in self.indicators)

    def children(self, node: str) -> tuple[str, ...]:
        """Name the children of a node, in the order of the specification.

        Parameters
        ----------
        node
            A dimension or ``"overall"``.

        Returns
        -------
        tuple of str
            Dimensions first, then indicators; empty for an indicator.
        """
        return tuple(name for name, parent in self.parents.items() if parent == node)

    def importance(self, node: str) -> dict[str, Fraction]:
        """Give the exact importance of every child of a node.

        Parameters
        ----------
        node
            A dimension or ``"overall"``.

        Returns
        -------
        dict
            Child to fraction; sums to 1. Equal where the specification states none.
        """
        stated = {one.name: one.importance for one in self.dimensions}
        stated |= {one.name: one.importance for one in self.indicators}
        names = self.children(node)
        given = [stated[name] for name in names]
        equal = Fraction(1, len(names)) if names else Fraction(0)
        return {name: equal if share is None else share for name, share in zip(names, given, strict=True)}

    def effective_importance(self) -> dict[str, Fraction]:
        """Give every indicator's share in the whole index: the product of importances on its way up.

        Returns
        -------
        dict
            Indicator to exact fraction; sums to 1.
        """
        up = self.parents
        shares = {}
        for leaf in self.indicators:
            share, node = Fraction(1), leaf.name
            while node != ROOT:
                share *= self.importance(up[node])[node]
                node = up[node]
            shares[leaf.name] = share
        return shares

    def with_choices(self, **choices: Any) -> IndexSpec:
        """Make the same index with other choices.

        Parameters
        ----------
        **choices
            Fields of `Choices` to replace.

        Returns
        -------
        IndexSpec
            A new specification.

        Raises
        ------
        SpecificationError
            If a choice is unknown.
        """
        unknown = sorted(set(choices) - {one.name for one in fields(Choices)})
        if unknown:
            remedy = f"Use {[one.name for one in fields(Choices)]}"
            raise SpecificationError(
                mould("with_choices", "every choice must be known", str(unknown), remedy)
            )
        return replace(self, choices=replace(self.choices, **choices))

    def with_importance(self, shares: Mapping[str, object]) -> IndexSpec:
        """Make the same index with other importances: from a budget, from AHP, from a sensitivity study.

        Parameters
        ----------
        shares
            Node to share within its parent (number, fraction or text such as ``"1/3"``). Siblings that are not named keep
            theirs; the shares of a family must still sum to 1.

        Returns
        -------
        IndexSpec
            A new specification.

        Raises
        ------
        SpecificationError
            If a node is unknown, or shares are negative or do not sum to 1.
        """
        unknown = sorted(set(shares) - set(self.nodes[1:]))
        if unknown:
            raise SpecificationError(
                mould(
                    "with_importance", "every node must be known", str(unknown), f"Use {list(self.nodes[1:])}"
                )
            )
        families = {self.parents[name] for name in shares}
        stated: dict[str, Any] = {
            child: share for parent in families for child, share in self.importance(parent).items()
        } | dict(shares)

        return replace(
            self,
            dimensions=tuple(
                replace(one, importance=stated.get(one.name, one.importance)) for one in self.dimensions
            ),
            indicators=tuple(
                replace(one, importance=stated.get(one.name, one.importance)) for one in self.indicators
            ),
        )

    def with_indicators(self, indicators: Iterable[Indicator]) -> IndexSpec:
        """Add indicators, for instance those that a printed outline leaves out.

        Parameters
        ----------
        indicators
            New indicators under existing dimensions.

        Returns
        -------
        IndexSpec
            A new specification; no longer an outline.

        Raises
        ------
        SpecificationError
            If the result has faults.
        """
        return replace(self, indicators=(*self.indicators, *indicators), outline=False)

    def to_dict(self, *, full: bool = False) -> dict[str, Any]:
        """Give the specification in the shape of its TOML file.

        Parameters
        ----------
        full
            Whether choices at their defaults are written too.

        Returns
        -------
        dict
            Keys ``index``, ``choices``, ``dimension``, ``indicator``; fractions are text.
        """
        head = {
            "name": self.name,
            "title": self.title,
            "title_zh": self.title_zh,
            "source": self.source,
            "note": self.note,
        }
        index = {key: value for key, value in head.items() if value or key == "name"}
        return {
            "index": index | ({"outline": True} if self.outline else {}),
            "choices": _plain(self.choices, full=full),
            "dimension": [_plain(node) for node in self.dimensions],
            "indicator": [_plain(leaf) for leaf in self.indicators],
        }

    def to_toml(self) -> str:
        """Write the specification as TOML that `load_spec` reads back to an equal one.

        Returns
        -------
        str
            The text of the file, with every choice spelled out.
        """
        return to_toml(self.to_dict(full=True))


def _plain(record: Any, *, full: bool = False) -> dict[str, Any]:
    """Give a record's fields that differ from their defaults (or all), fractions as text."""
    plain = {}
    for one in fields(record):
        value = getattr(record, one.name)
        default = {} if one.name.endswith("_params") else one.default
        if full or value != default:
            plain[one.name] = (
                str(value)
                if isinstance(value, Fraction)
                else dict(value)
                if isinstance(value, Mapping)
                else value
            )
    return plain


RECORDS: Final[dict[str, type]] = {
    "index": IndexSpec,
    "choices": Choices,
    "dimension": Dimension,
    "indicator": Indicator,
}
