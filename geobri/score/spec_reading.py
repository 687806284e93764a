"""Specifications of indices that are built in, in a TOML file, or in a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from geobri.errors import InputError, SpecificationError, mould
from geobri.inputs import read_toml
from geobri.score.spec import RECORDS, Choices, Dimension, IndexSpec, Indicator
from geobri.score.spec_faults import find_faults, raise_faults

__all__ = ["list_specs", "load_spec"]


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
    raise_faults(str(head.get("name", "?")) if isinstance(head, Mapping) else "?", find_faults(raw, RECORDS))
    return _build(raw)


def list_specs() -> tuple[str, ...]:
    """Name the built-in index specifications.

    Returns
    -------
    tuple of str
        Names that `load_spec` takes, sorted.

    Examples
    --------
    >>> list_specs()
    ('bri22', 'global_dynamic_cities', 'potential_cities')
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
