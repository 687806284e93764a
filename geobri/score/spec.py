"""An index as data: a tree of dimensions over indicators, exact weights, and every choice by name.

An `IndexSpec` is read from TOML, checked as a whole (all faults in one error), never changed afterwards, and
written back with `to_toml`. Importances are exact fractions: ``"1/6"`` is not 0.167.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any, Final

from geobri.errors import SpecificationError, mould
from geobri.score.specfaults import ROOT, find_spec_faults, to_fraction

__all__ = ["ROOT", "Choices", "Dimension", "IndexSpec", "Indicator", "list_specs", "load_spec"]


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
        _raise_faults(self.name, find_spec_faults(self.to_dict()))

    @property
    def nodes(self) -> tuple[str, ...]:
        """Name every node: the index, its dimensions as written, the indicators."""
        return (ROOT, *(node.name for node in self.dimensions), *(leaf.name for leaf in self.indicators))

    @property
    def parents(self) -> dict[str, str]:
        """Give the parent of every node but the index."""
        pairs = {node.name: node.parent for node in self.dimensions}
        return pairs | {leaf.name: leaf.dimension for leaf in self.indicators}

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
    {'air_routes': Fraction(1, 4), 'sea_routes': Fraction(1, 2), 'rail_freight': Fraction(1, 4)}
    """
    if isinstance(source, IndexSpec):
        return source
    raw = dict(source) if isinstance(source, Mapping) else _read_toml(source)
    raw = _extend(raw)
    head = raw.get("index")
    _raise_faults(str(head.get("name", "?")) if isinstance(head, Mapping) else "?", find_spec_faults(raw))
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


def to_toml(document: Mapping[str, Any]) -> str:
    """Write a mapping of tables and arrays of tables as TOML.

    Parameters
    ----------
    document
        Values are text, numbers, booleans, lists, flat mappings, or lists of mappings (arrays of tables).

    Returns
    -------
    str
        The text, ending in a newline; the same input gives the same bytes.
    """
    parts = []
    for key, value in document.items():
        if isinstance(value, Mapping):
            parts.append(f"[{key}]\n" + _toml_lines(value))
        elif isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
            parts.extend(f"[[{key}]]\n" + _toml_lines(one) for one in value)
        else:
            parts.insert(0, f"{key} = {_toml_value(value)}\n")
    return "\n".join(parts)


def _read_toml(source: str | Path) -> dict[str, Any]:
    path = Path(source)
    if isinstance(source, str) and source in list_specs():
        text = (resources.files("geobri") / "data" / "specs" / f"{source}.toml").read_text(encoding="utf-8")
    elif path.is_file():
        text = path.read_text(encoding="utf-8")
    else:
        remedy = f"Use one of {list(list_specs())} or the path of a TOML file"
        raise SpecificationError(
            mould("load_spec", "the index must be built in or a file", repr(str(source)), remedy)
        )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecificationError(
            mould("load_spec", f"{source} must be TOML", str(error), "Correct that line")
        ) from error


def _extend(raw: dict[str, Any]) -> dict[str, Any]:
    head = raw.get("index")
    if not isinstance(head, Mapping) or "extends" not in head:
        return raw
    base = load_spec(str(head["extends"])).to_dict()
    own = {key: value for key, value in head.items() if key != "extends"}
    base_head = {key: value for key, value in base["index"].items() if key != "outline"}
    return {
        "index": base_head | own,
        "choices": base["choices"] | dict(raw.get("choices", {})),
        "dimension": [*base["dimension"], *raw.get("dimension", [])],
        "indicator": [*base["indicator"], *raw.get("indicator", [])],
    }


def _exact(share: object) -> object:
    """Turn an importance into a fraction; what is no number is left for the list of faults."""
    try:
        return None if share is None else to_fraction(share)
    except ValueError:
        return share


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


def _toml_lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_toml_value(value)}\n" for key, value in table.items() if value is not None)


_DELETE: Final = chr(127)


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml_key(key)} = {_toml_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml_value(one) for one in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace(_DELETE, "\\u007f")


def _toml_key(key: object) -> str:
    text = str(key)
    return text if text.isascii() and text.replace("_", "").replace("-", "").isalnum() else _toml_value(text)
