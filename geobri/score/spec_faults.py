"""Everything that is wrong with the file of an index, in one list of sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from geobri.errors import SpecificationError, first_offenders
from geobri.score.impute import IMPUTERS, fills_attributes
from geobri.score.shares import ROOT, find_share_faults
from geobri.score.spec_keys import keys_of

__all__ = ["find_faults", "raise_faults"]

_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "index": ("name",),
    "choices": (),
    "dimension": ("name",),
    "indicator": ("name", "dimension"),
}
_RECORD_TABLES: Final = ("run", "inputs", "importance_cities", "importance_corridors")
"""Tables that a written spec.toml adds to the specification; they are a record and are not read back."""


def raise_faults(name: str, faults: Sequence[str]) -> None:
    """Refuse a specification that has faults.

    Parameters
    ----------
    name
        Name of the index.
    faults
        What is wrong with it.

    Raises
    ------
    SpecificationError
        If there is any; all are named.
    """
    if len(faults) == 1:
        raise SpecificationError(f"index specification {name!r}: {faults[0]}")
    if faults:
        listed = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(faults, 1))
        raise SpecificationError(f"index specification {name!r} has {len(faults)} faults:\n{listed}")


def find_faults(raw: Mapping[str, Any], records: Mapping[str, type]) -> list[str]:
    """List every fault of the content of a TOML file.

    Parameters
    ----------
    raw
        The content, as the file has it.
    records
        Record of every table that the file may hold.

    Returns
    -------
    list of str
        Sentences that say what is wrong, where, and what to do.
    """
    foreign = [key for key in raw if key not in (*records, *_RECORD_TABLES)]
    faults = [f"table {key!r} is unknown. Use {', '.join(records)}." for key in foreign]
    tables, shape_faults = _tables(raw)
    faults += shape_faults
    for table, entries in tables.items():
        for position, entry in enumerate(entries, 1):
            faults += _entry_faults(
                records[table],
                table,
                entry,
                f"{table} {entry.get('name', position)!r}" if table != "choices" else "choices",
            )
    dimensions, indicators = (
        [_legible(entry) for entry in tables[table]] for table in ("dimension", "indicator")
    )
    faults += _name_faults(dimensions, indicators)
    faults += _parent_faults(dimensions, indicators)
    faults += _cycle_faults(dimensions)
    faults += find_share_faults(dimensions, indicators)
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


def _entry_faults(record: type, table: str, entry: Mapping[str, Any], where: str) -> list[str]:
    keys = keys_of(record)
    faults = [f"{where}: key {key!r} is missing." for key in _REQUIRED[table] if not entry.get(key)]
    for key, value in entry.items():
        if key not in keys:
            faults.append(f"{where}: key {key!r} is unknown. Use one of {', '.join(sorted(keys))}.")
        else:
            faults += [f"{where}: {key} = {value!r} {fault}" for fault in keys[key].faults(value)]
    return faults + (_indicator_faults(entry, where) if table == "indicator" else _range_faults(entry, where))


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
