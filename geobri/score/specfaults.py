"""Everything that can be wrong with an index specification, found at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from geobri.errors import first_offenders
from geobri.score.aggregate import AGGREGATORS, MISSING_RULES
from geobri.score.denominate import DENOMINATOR_RULES
from geobri.score.impute import IMPUTERS
from geobri.score.levels import CITY_MISSING, CITY_RULES, FOLDS, PAIR_RULES, SIDES
from geobri.score.normalise import CONSTANT_RULES, NORMALISERS
from geobri.score.outliers import TREATMENTS
from geobri.score.ranking import TIES
from geobri.score.weights import WEIGHTINGS

__all__ = ["RECORD_TABLES", "ROOT", "VOCABULARY", "find_spec_faults", "to_fraction"]

ROOT: Final = "overall"
KINDS: Final = ("flow", "stock", "presence", "comembership", "city")
RECORD_TABLES: Final = ("run", "inputs", "importance_cities", "importance_corridors")
"""Tables that a written spec.toml adds to the specification; they are a record and are not read back."""
_SHARE_TOLERANCE: Final = Fraction(1, 10**9)

VOCABULARY: Final[dict[str, tuple[str, ...]]] = {
    "kind": KINDS,
    "fold": tuple(FOLDS),
    "side": SIDES,
    "zero": ("value", "structural", "missing"),
    "absent": ("missing", "zero", "error"),
    "city_rule": tuple(CITY_RULES),
    "pair_rule": tuple(PAIR_RULES),
    "denominator_rule": tuple(DENOMINATOR_RULES),
    "treatment": tuple(TREATMENTS),
    "imputer": tuple(IMPUTERS),
    "normaliser": tuple(NORMALISERS),
    "aggregator": tuple(AGGREGATORS),
    "weighting": ("given", *WEIGHTINGS),
    "domestic": ("exclude", "include", "only"),
    "city_missing": CITY_MISSING,
    "missing": MISSING_RULES,
    "constant": CONSTANT_RULES,
    "ties": TIES,
}
"""What each choice may be called."""

_TEXT: Final = (str,)
_TYPES: Final[dict[str, dict[str, tuple[type, ...]]]] = {
    "index": {**dict.fromkeys(("name", "title", "title_zh", "source", "note"), _TEXT), "outline": (bool,)},
    "choices": {
        **dict.fromkeys(
            ("domestic", "city_missing", "imputer", "treatment", "normaliser", "aggregator"), _TEXT
        ),
        **dict.fromkeys(("weighting", "missing", "constant", "ties"), _TEXT),
        **{f"{step}_params": (Mapping,) for step in ("imputer", "treatment", "normaliser", "aggregator")},
        "directed": (bool,),
        **dict.fromkeys(("min_coverage", "min_city_coverage", "min_pair_coverage"), (int, float)),
        "tolerance": (int, float),
    },
    "dimension": {
        **dict.fromkeys(("name", "parent", "title", "title_zh", "note", "aggregator", "weighting"), _TEXT),
        "importance": (str, int, float, Fraction),
    },
    "indicator": {
        **dict.fromkeys(
            ("name", "dimension", "kind", "fold", "side", "zero", "absent", "city_rule", "pair_rule"), _TEXT
        ),
        **dict.fromkeys(
            ("column", "denominator", "denominator_rule", "treatment", "imputer", "normaliser"), _TEXT
        ),
        **dict.fromkeys(("title", "title_zh", "unit", "source", "note"), _TEXT),
        **{f"{step}_params": (Mapping,) for step in ("treatment", "imputer", "normaliser")},
        **dict.fromkeys(("direction", "top_k", "year"), (int,)),
        "directed": (bool,),
        "importance": (str, int, float, Fraction),
    },
}
_REQUIRED: Final = {
    "index": ("name",),
    "choices": (),
    "dimension": ("name",),
    "indicator": ("name", "dimension"),
}


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


def find_spec_faults(raw: Mapping[str, Any]) -> list[str]:
    """List every fault of a specification, as sentences.

    Parameters
    ----------
    raw
        The content of the TOML file: tables ``index``, ``choices``, arrays ``dimension``, ``indicator``.

    Returns
    -------
    list of str
        What is wrong, where, and what to do; empty when all is well.
    """
    known = ("index", "choices", "dimension", "indicator")
    foreign = [key for key in raw if key not in (*known, *RECORD_TABLES)]
    faults = [f"table {key!r} is unknown. Use {', '.join(known)}." for key in foreign]
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
    types = _TYPES[table]
    faults = [f"{where}: key {key!r} is missing." for key in _REQUIRED[table] if not entry.get(key)]
    for key, value in entry.items():
        if key not in types:
            faults.append(f"{where}: key {key!r} is unknown. Use one of {', '.join(sorted(types))}.")
        elif not isinstance(value, types[key]) or (isinstance(value, bool) and bool not in types[key]):
            faults.append(f"{where}: {key} = {value!r} has the wrong type.")
        elif key in VOCABULARY and value not in VOCABULARY[key]:
            faults.append(f"{where}: {key} = {value!r} is unknown. Use one of {', '.join(VOCABULARY[key])}.")
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
    if is_city and not entry.get("pair_rule"):
        faults.append(
            f"{where}: a city attribute needs a pair_rule to reach pairs. Use one of {', '.join(PAIR_RULES)}."
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
            f"names must be plain identifiers (letters, digits, _): {first_offenders(spaced)}. Put the text in title."
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
