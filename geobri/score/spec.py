"""An index as data: a tree of dimensions over indicators, exact weights, and every choice by name.

An `IndexSpec` is read from TOML, checked as a whole (all faults in one error), never changed afterwards, and
written back with `to_toml`. Importances are exact fractions: ``"1/6"`` is not 0.167. What a key of the file may hold is
said once, by the annotation of the field: a `Literal` lists its words, a registry (`NORMALISERS`, …) its names, those
that you have registered among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from geobri.errors import InputError, SpecificationError, first_offenders, mould
from geobri.inputs import read_toml
from geobri.score.aggregate import AGGREGATORS, Missing
from geobri.score.denominate import DENOMINATOR_RULES
from geobri.score.impute import IMPUTERS, fills_attributes
from geobri.score.levels import CITY_RULES, FOLDS, PAIR_RULES, CityMissing, Side
from geobri.score.normalise import NORMALISERS, ConstantRule
from geobri.score.outliers import TREATMENTS
from geobri.score.ranking import Ties
from geobri.score.tomltext import to_toml
from geobri.score.weights import WEIGHTINGS

__all__ = ["ROOT", "Choices", "Dimension", "IndexSpec", "Indicator", "list_specs", "load_spec", "to_fraction"]

ROOT: Final = "overall"
_SHARE_TOLERANCE: Final = Fraction(1, 10**9)


@dataclass(frozen=True, eq=False)
class _NamedIn:
    """Marks a field whose words are the names of a registry, whatever stands in it when a specification is read."""

    registry: Mapping[str, Any]
    further: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The names that are registered now."""
        return (*self.further, *self.registry)


Kind = Literal["flow", "stock", "presence", "comembership", "city"]
NormaliserName = Annotated[str, _NamedIn(NORMALISERS)]
AggregatorName = Annotated[str, _NamedIn(AGGREGATORS)]
WeightingName = Annotated[str, _NamedIn(WEIGHTINGS, ("given",))]
TreatmentName = Annotated[str, _NamedIn(TREATMENTS)]
ImputerName = Annotated[str, _NamedIn(IMPUTERS)]
FoldName = Annotated[str, _NamedIn(FOLDS)]
CityRuleName = Annotated[str, _NamedIn(CITY_RULES)]
PairRuleName = Annotated[str, _NamedIn(PAIR_RULES)]
DenominatorRuleName = Annotated[str, _NamedIn(DENOMINATOR_RULES)]


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
        object.__setattr__(self, "importance", _exact(self.importance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A measured column.

    Attributes
    ----------
    name
        Column name in the scores, a plain identifier; by default also the name in the table that it is read from.
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
        object.__setattr__(self, "importance", _exact(self.importance))

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


def _exact(share: object) -> object:
    """Turn an importance into a fraction; what is no number is left for the list of faults."""
    try:
        return None if share is None else to_fraction(share)
    except ValueError:
        return share


def to_fraction(share: object) -> Fraction:
    """Read an importance exactly.

    Parameters
    ----------
    share
        ``"1/3"``, ``"25 %"``, ``"0.25"``, an integer, a float (taken as printed, 0.1 is 1/10) or a `Fraction`.

    Returns
    -------
    Fraction
        The exact value.

    Raises
    ------
    ValueError
        If it is not a number.
    """
    if isinstance(share, bool):
        raise ValueError("a boolean is no importance")  # noqa: TRY004 - one kind of error for the caller
    text = str(share).strip()
    try:
        return Fraction(text[:-1].strip()) / 100 if text.endswith("%") else Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError(f"{text!r} divides by zero") from error


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def __post_init__(self) -> None:
        """Refuse a faulty tree, naming every fault."""
        _raise_faults(self.name, _find_faults(self.to_dict()))

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
        stated = {
            child: share for parent in families for child, share in self.importance(parent).items()
        } | dict(shares)
        raw = self.to_dict()
        for entry in (*raw["dimension"], *raw["indicator"]):
            if entry["name"] in stated:
                entry["importance"] = str(stated[entry["name"]])
        return load_spec(raw)

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


def load_spec(source: str | Path | Mapping[str, Any] | IndexSpec) -> IndexSpec:
    """Read an index specification.

    Parameters
    ----------
    source
        Name of a built-in index (see `list_specs`), path of a TOML file, its content as a mapping, or a finished
        `IndexSpec`. A file may say ``extends = "name"`` in its ``[index]`` table: its dimensions and indicators are
        then added to those of that index, and its choices replace them one by one.

    Returns
    -------
    IndexSpec
        The checked specification.

    Raises
    ------
    SpecificationError
        If there is no such index, the file is not TOML, or the specification has faults; all are named.

    Examples
    --------
    >>> spec = load_spec("bri22")
    >>> spec.importance("facility")
    {'flights': Fraction(1, 4), 'shipping': Fraction(1, 2), 'rail': Fraction(1, 4)}
    """
    if isinstance(source, IndexSpec):
        return source
    raw = dict(source) if isinstance(source, Mapping) else _read_toml(source)
    raw = _extend(raw)
    head = raw.get("index")
    _raise_faults(str(head.get("name", "?")) if isinstance(head, Mapping) else "?", _find_faults(raw))
    return _build(raw)


def list_specs() -> tuple[str, ...]:
    """Name the built-in index specifications.

    Returns
    -------
    tuple of str
        Names that `load_spec` takes, sorted.
    """
    folder = resources.files("geobri") / "data" / "specs"
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    )


def _read_toml(source: str | Path) -> dict[str, Any]:
    path = Path(source)
    if isinstance(source, str) and source in list_specs():
        path = Path(str(resources.files("geobri") / "data" / "specs" / f"{source}.toml"))
    elif not _is_there(path):
        remedy = f"Use one of {list(list_specs())} or the path of a TOML file"
        raise SpecificationError(
            mould("load_spec", "the index must be built in or a file", repr(str(source)), remedy)
        )
    try:
        return read_toml(path, caller="load_spec")
    except InputError as error:
        raise SpecificationError(str(error)) from error


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name of thousands of letters is none
        return False


def _extend(raw: dict[str, Any]) -> dict[str, Any]:
    head = raw.get("index")
    if not isinstance(head, Mapping) or "extends" not in head:
        return raw
    if head["extends"] not in list_specs():
        came, remedy = repr(head["extends"]), f"Use one of {list(list_specs())}"
        raise SpecificationError(mould("load_spec", "extends must name a built-in index", came, remedy))
    base = load_spec(str(head["extends"])).to_dict()
    own = {key: value for key, value in head.items() if key != "extends"}
    base_head = {key: value for key, value in base["index"].items() if key != "outline"}
    return {
        "index": base_head | own,
        "choices": base["choices"] | dict(raw.get("choices", {})),
        "dimension": [*base["dimension"], *raw.get("dimension", [])],
        "indicator": [*base["indicator"], *raw.get("indicator", [])],
    }


def _build(raw: Mapping[str, Any]) -> IndexSpec:
    return IndexSpec(
        **raw["index"],
        choices=Choices(**raw.get("choices", {})),
        dimensions=tuple(Dimension(**entry) for entry in raw.get("dimension", [])),
        indicators=tuple(Indicator(**entry) for entry in raw.get("indicator", [])),
    )


def _raise_faults(name: str, faults: Sequence[str]) -> None:
    if len(faults) == 1:
        raise SpecificationError(f"index specification {name!r}: {faults[0]}")
    if faults:
        listed = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(faults, 1))
        raise SpecificationError(f"index specification {name!r} has {len(faults)} faults:\n{listed}")


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


_RECORDS: Final[dict[str, type]] = {
    "index": IndexSpec,
    "choices": Choices,
    "dimension": Dimension,
    "indicator": Indicator,
}
_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "index": ("name",),
    "choices": (),
    "dimension": ("name",),
    "indicator": ("name", "dimension"),
}
_TABLES: Final = ("dimensions", "indicators", "choices")
_RECORD_TABLES: Final = ("run", "inputs", "importance_cities", "importance_corridors")
"""Tables that a written spec.toml adds to the specification; they are a record and are not read back."""


def _find_faults(raw: Mapping[str, Any]) -> list[str]:
    """List every fault of the content of a TOML file, as sentences that say what, where and what to do."""
    foreign = [key for key in raw if key not in (*_RECORDS, *_RECORD_TABLES)]
    faults = [f"table {key!r} is unknown. Use {', '.join(_RECORDS)}." for key in foreign]
    tables, shape_faults = _tables(raw)
    faults += shape_faults
    for table, entries in tables.items():
        for position, entry in enumerate(entries, 1):
            faults += _entry_faults(
                table, entry, f"{table} {entry.get('name', position)!r}" if table != "choices" else "choices"
            )
    dimensions, indicators = (
        [_legible(entry) for entry in tables[table]] for table in ("dimension", "indicator")
    )
    faults += _name_faults(dimensions, indicators)
    faults += _parent_faults(dimensions, indicators)
    faults += _cycle_faults(dimensions)
    faults += _share_faults(dimensions, indicators)
    return faults + _emptiness_faults(tables["index"], dimensions, indicators)


def _tables(raw: Mapping[str, Any]) -> tuple[dict[str, list[Mapping[str, Any]]], list[str]]:
    tables: dict[str, list[Mapping[str, Any]]] = {}
    faults = []
    for table in ("index", "choices"):
        value = raw.get(table, {})
        tables[table] = [value if isinstance(value, Mapping) else {}]
        if not isinstance(value, Mapping):
            faults.append(f"[{table}] must be one table. Write [{table}].")
    for table in ("dimension", "indicator"):
        value = raw.get(table, [])
        well = isinstance(value, Sequence) and all(isinstance(entry, Mapping) for entry in value)
        tables[table] = list(value) if well else []
        if not well:
            faults.append(f"{table!r} must be a list of tables. Write [[{table}]] once for each.")
    return tables, faults


def _legible(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Take names as text, so that a name of the wrong type (a fault already said) does not stop the search."""
    return {
        key: str(value) if key in {"name", "parent", "dimension"} else value for key, value in entry.items()
    }


def _entry_faults(table: str, entry: Mapping[str, Any], where: str) -> list[str]:
    keys = _keys(_RECORDS[table])
    faults = [f"{where}: key {key!r} is missing." for key in _REQUIRED[table] if not entry.get(key)]
    for key, value in entry.items():
        if key not in keys:
            faults.append(f"{where}: key {key!r} is unknown. Use one of {', '.join(sorted(keys))}.")
        else:
            faults += [f"{where}: {key} = {value!r} {fault}" for fault in keys[key].faults(value)]
    return faults + (_indicator_faults(entry, where) if table == "indicator" else _range_faults(entry, where))


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key of the file may hold, as the annotation of its field says."""

    types: tuple[type, ...]
    words: Literal["any"] | tuple[str, ...] | _NamedIn = "any"

    def faults(self, value: object) -> list[str]:
        """Say what is wrong with a value, if anything."""
        if not isinstance(value, self.types) or (isinstance(value, bool) and bool not in self.types):
            return ["has the wrong type."]
        words = self.words.words if isinstance(self.words, _NamedIn) else self.words
        return [] if words == "any" or value in words else [f"is unknown. Use one of {', '.join(words)}."]


@cache
def _keys(record: type) -> dict[str, _Key]:
    """Read the keys of a table from the annotations of its record; tables within the table are no keys."""
    hints = get_type_hints(record, include_extras=True)
    return {name: _key(hint) for name, hint in hints.items() if name not in _TABLES}


def _key(hint: Any) -> _Key:
    if get_origin(hint) in {Union, UnionType}:
        return next(_key(part) for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is Literal:
        return _Key((str,), get_args(hint))
    if get_origin(hint) is Annotated:
        return _Key((str,), get_args(hint)[1])
    if hint is Fraction:
        return _Key((str, int, float, Fraction))
    if hint is float:
        return _Key((int, float))
    return _Key((Mapping,) if get_origin(hint) is not None else (hint,))


def _range_faults(entry: Mapping[str, Any], where: str) -> list[str]:
    shares = {
        key: entry[key] for key in ("min_coverage", "min_city_coverage", "min_pair_coverage") if key in entry
    }
    tolerance = entry.get("tolerance", 0.0)
    faults = [
        f"{where}: {key} = {share!r} must lie between 0 and 1."
        for key, share in shares.items()
        if isinstance(share, int | float) and not 0 <= share <= 1
    ]
    if isinstance(tolerance, int | float) and not tolerance >= 0:
        faults.append(f"{where}: tolerance = {tolerance!r} must not be negative.")
    return faults


def _indicator_faults(entry: Mapping[str, Any], where: str) -> list[str]:
    faults = []
    if entry.get("direction", 1) not in (1, -1):
        faults.append(
            f"{where}: direction = {entry['direction']!r} must be 1 (more is better) or -1 (less is better)."
        )
    if isinstance(entry.get("top_k", 1), int) and entry.get("top_k", 1) < 1:
        faults.append(f"{where}: top_k = {entry['top_k']} must be at least 1.")
    is_city = entry.get("kind") == "city"
    if is_city and not fills_attributes(str(entry.get("imputer", "none"))):
        usable = [name for name in IMPUTERS if fills_attributes(name)]
        faults.append(
            f"{where}: imputer = {entry.get('imputer')!r} fills pairs, not attributes of cities. Use one of {', '.join(usable)}."
        )
    if not is_city and entry.get("pair_rule"):
        faults.append(
            f"{where}: pair_rule is for kind = 'city'. Leave it out; pairs have values of their own."
        )
    if is_city and entry.get("directed"):
        faults.append(f"{where}: a city attribute cannot be directed.")
    if entry.get("side", "both") != "both" and not entry.get("directed"):
        faults.append(f"{where}: side = {entry['side']!r} needs directed = true.")
    return faults


def _name_faults(
    dimensions: Sequence[Mapping[str, Any]], indicators: Sequence[Mapping[str, Any]]
) -> list[str]:
    names = [str(entry["name"]) for entry in (*dimensions, *indicators) if entry.get("name")]
    doubled = [name for name, count in Counter(names).items() if count > 1]
    reserved = [
        name
        for name in names
        if name in {ROOT, "origin", "destination", "city", "corridor"} or name.startswith("rank_")
    ]
    spaced = [name for name in names if not name.isidentifier()]
    faults = []
    if doubled:
        faults.append(
            f"names must be unique among all nodes; doubled: {first_offenders(doubled)}. Rename them."
        )
    if reserved:
        faults.append(f"names that score tables use themselves: {first_offenders(reserved)}. Rename them.")
    if spaced:
        faults.append(
            f"names must be plain identifiers (letters, digits, _): {first_offenders(spaced)}. Put the text in title, and what the table calls it in column."
        )
    return faults


def _parent_faults(
    dimensions: Sequence[Mapping[str, Any]], indicators: Sequence[Mapping[str, Any]]
) -> list[str]:
    known = {ROOT, *(entry.get("name") for entry in dimensions)}
    faults = [
        f"dimension {entry.get('name')!r}: parent {entry['parent']!r} is unknown. Declare it as a [[dimension]]."
        for entry in dimensions
        if entry.get("parent", ROOT) not in known
    ]
    return faults + [
        f"indicator {entry.get('name')!r}: dimension {entry['dimension']!r} is unknown. Declare it as a [[dimension]]."
        for entry in indicators
        if entry.get("dimension") and entry["dimension"] not in known
    ]


def _cycle_faults(dimensions: Sequence[Mapping[str, Any]]) -> list[str]:
    up: dict[str, str] = {}
    for entry in dimensions:
        up.setdefault(str(entry.get("name")), str(entry.get("parent", ROOT)))
    cycles: dict[frozenset[str], list[str]] = {}
    for start, above in up.items():
        path, node = [start], above
        while node in up and node not in path:
            path.append(node)
            node = up[node]
        if node in path:
            ring = path[path.index(node) :]
            cycles.setdefault(frozenset(ring), ring)
    return [
        f"dimensions go round in a circle: {' -> '.join([*ring, ring[0]])}. Give one of them another parent."
        for ring in cycles.values()
    ]


def _share_faults(
    dimensions: Sequence[Mapping[str, Any]], indicators: Sequence[Mapping[str, Any]]
) -> list[str]:
    families: dict[str, list[Mapping[str, Any]]] = {}
    for entry in dimensions:
        families.setdefault(str(entry.get("parent", ROOT)), []).append(entry)
    for entry in indicators:
        families.setdefault(str(entry.get("dimension")), []).append(entry)
    faults = []
    for parent, family in families.items():
        faults += _family_faults(parent, family)
    return faults


def _family_faults(parent: str, family: Sequence[Mapping[str, Any]]) -> list[str]:
    shares: list[Fraction] = []
    faults, negative = [], []
    stated = [entry for entry in family if entry.get("importance") is not None]
    for entry in stated:
        try:
            shares.append(to_fraction(entry["importance"]))
        except ValueError:
            faults.append(
                f"{entry.get('name')!r}: importance = {entry['importance']!r} is not a number. Write '1/3' or 0.25."
            )
            continue
        if shares[-1] < 0:
            negative.append(str(entry.get("name")))
    if negative:
        faults.append(
            f"under {parent!r}: negative importance of {first_offenders(negative)}. Use direction = -1 to turn an indicator."
        )
    if stated and len(stated) < len(family):
        silent = [entry.get("name") for entry in family if entry.get("importance") is None]
        faults.append(
            f"under {parent!r}: state the importance of all children or of none; missing for {first_offenders(silent)}."
        )
    elif not faults and stated and abs(sum(shares, Fraction(-1))) > _SHARE_TOLERANCE:
        said = " + ".join(str(share) for share in shares)
        faults.append(
            f"under {parent!r}: importances must sum to 1, but {said} = {float(sum(shares)):g}. Write exact fractions such as '1/6'."
        )
    return faults


def _emptiness_faults(
    index: Iterable[Mapping[str, Any]],
    dimensions: Sequence[Mapping[str, Any]],
    indicators: Sequence[Mapping[str, Any]],
) -> list[str]:
    if any(entry.get("outline") for entry in index):
        return []
    if not indicators:
        return ["there is no [[indicator]]. Add some, or say outline = true in [index]."]
    parents = {entry.get("parent", ROOT) for entry in dimensions} | {
        entry.get("dimension") for entry in indicators
    }
    childless = [str(entry.get("name")) for entry in dimensions if entry.get("name") not in parents]
    return (
        [f"dimensions without children: {first_offenders(childless)}. Give them indicators or remove them."]
        if childless
        else []
    )
