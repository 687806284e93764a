"""An index as data: a tree of dimensions over indicators, exact weights, and every choice by name.

An `IndexSpec` is read from TOML, checked as a whole (all faults in one error), never changed afterwards, and
written back with `to_toml`. Importances are exact fractions: ``"1/6"`` is not 0.167.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any

from geobri.errors import SpecificationError, mould
from geobri.score.specfaults import ROOT, find_spec_faults
from geobri.score.specrecords import Choices, Dimension, Indicator
from geobri.score.tomltext import to_toml

__all__ = ["ROOT", "Choices", "Dimension", "IndexSpec", "Indicator", "list_specs", "load_spec"]


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
    {'flights': Fraction(1, 4), 'shipping': Fraction(1, 2), 'rail': Fraction(1, 4)}
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


def _read_toml(source: str | Path) -> dict[str, Any]:
    path = Path(source)
    if isinstance(source, str) and source in list_specs():
        text = (resources.files("geobri") / "data" / "specs" / f"{source}.toml").read_text(encoding="utf-8")
    elif path.is_file():
        text = path.read_bytes().decode("utf-8", errors="replace")
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
