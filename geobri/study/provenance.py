"""Where the data of a study come from: address, date of retrieval and hash of every source, and which are stale."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pandas as pd

from geobri.errors import shorten
from geobri.inputs import read_bytes

__all__ = ["STALE_DAYS", "Provenance", "check_provenance", "find_stale", "hash_bytes", "list_provenance"]

STALE_DAYS: Final = 365
"""Days after which a source counts as stale."""

_SCHEMES: Final = ("http", "https", "file", "")
_TEXTS: Final = ("name", "name_zh", "address", "file", "sha256", "licence", "package", "note")
_KNOWN: Final = (*_TEXTS, "measures", "retrieved")
_HEX: Final = frozenset("0123456789abcdef")
_LONG: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """One source of a study, as `[[source]]` of `study.toml` says it.

    Attributes
    ----------
    name, name_zh
        What it is called, in English and Chinese.
    address
        Where it can be fetched: http, https, or a file (a path counts from the folder of the study); empty where it cannot.
    file
        The file of the folder that holds it; empty where none does.
    measures
        Columns or indicators that come from it; empty for all of its file.
    retrieved
        When it was taken from there.
    sha256
        Hash of the file as it was then.
    licence, package, note
        Its terms, the package that carried it, anything else.
    """

    name: str
    name_zh: str = ""
    address: str = ""
    file: str = ""
    measures: tuple[str, ...] = ()
    retrieved: date | None = None
    sha256: str = ""
    licence: str = ""
    package: str = ""
    note: str = ""


def check_provenance(entries: object) -> str:
    """Say what is wrong with the `[[source]]` of a study.

    Parameters
    ----------
    entries
        What `study.toml` holds.

    Returns
    -------
    str
        What was wanted, what came; empty when all is well.
    """
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        return f"'source' must be a list of tables; got {shorten(repr(entries), _LONG)}. Write [[source]] for each"
    for number, entry in enumerate(entries, start=1):
        wrong = _entry_fault(entry)
        if wrong:
            return f"[[source]] number {number}: {wrong}"
    files = [entry["file"] for entry in entries if entry.get("file") and entry.get("address")]
    twice = sorted({name for name in files if files.count(name) > 1})
    return f"[[source]]: a file has one address; got several for {twice[0]}. Keep one" if twice else ""


def _entry_fault(entry: Mapping[str, Any]) -> str:
    unknown = sorted(set(entry) - set(_KNOWN))
    if unknown:
        return f"unknown key '{unknown[0]}'. Known are: {', '.join(_KNOWN)}"
    texts = [key for key in _TEXTS if not isinstance(entry.get(key, ""), str)]
    if texts:
        return f"'{texts[0]}' must be text; got {shorten(repr(entry[texts[0]]), _LONG)}. Put it in quotes"
    if not entry.get("name"):
        return 'it must have a name. Write name = "…"'
    measures = entry.get("measures", [])
    if not isinstance(measures, list) or not all(isinstance(one, str) for one in measures):
        return f"'measures' must list columns; got {shorten(repr(measures), _LONG)}. Write measures = [\"trade\"]"
    if "retrieved" in entry and _as_date(entry["retrieved"]) is None:
        return f"'retrieved' must be a date; got {shorten(repr(entry['retrieved']), _LONG)}. Write retrieved = 2026-11-28"
    return _place_fault(entry)


def _place_fault(entry: Mapping[str, Any]) -> str:
    """Say what is wrong with the address, file or hash of a source."""
    file, address, digest = (str(entry.get(key, "")) for key in ("file", "address", "sha256"))
    if file and (Path(file).name != file or file.startswith(".") or "\\" in file or file == "study.toml"):
        return f"'file' must name a file of the folder itself; got {shorten(repr(file), _LONG)}. Write file = \"flows.csv\""
    try:
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        scheme = "?"
    if scheme not in _SCHEMES:
        return f"'address' must begin with http, https or file, or be a path; got {shorten(repr(address), _LONG)}. Correct it"
    if digest and (len(digest) != 64 or not set(digest.lower()) <= _HEX):  # noqa: PLR2004 - 256 bits
        return f"'sha256' must be 64 hexadecimal digits; got {shorten(repr(digest), _LONG)}. Leave it out, and geobri refresh writes it"
    return ""


def _as_date(said: object) -> date | None:
    if isinstance(said, date):
        return date(said.year, said.month, said.day)
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        return None


def list_provenance(entries: list[Mapping[str, Any]]) -> tuple[Provenance, ...]:
    """Turn the `[[source]]` of a study, which were checked, into records.

    Parameters
    ----------
    entries
        What `study.toml` holds.

    Returns
    -------
    tuple of Provenance
        In their order.
    """
    return tuple(
        Provenance(
            **{key: str(entry[key]) for key in _TEXTS if key in entry},
            measures=tuple(entry.get("measures", ())),
            retrieved=_as_date(entry.get("retrieved", "")),
        )
        for entry in entries
    )


def hash_bytes(content: bytes) -> str:
    """Give the SHA-256 of some bytes.

    Parameters
    ----------
    content
        The bytes.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hashlib.sha256(content).hexdigest()


def find_stale(
    sources: tuple[Provenance, ...], folder: Path | None, *, today: date, days: int = STALE_DAYS
) -> pd.DataFrame:
    """Say of every source how old it is, and whether its file is still the one that was fetched.

    Parameters
    ----------
    sources
        Of a study.
    folder
        Its folder; None for tables in memory, whose files cannot be looked at.
    today
        From when ages are counted.
    days
        Age from which a source counts as stale.

    Returns
    -------
    pandas.DataFrame
        One row per source: `source, file, measures, address, retrieved, age_days` and `state`: ``fresh``, ``stale``, ``undated``,
        ``changed`` (the file has another hash than was written down), ``missing`` (the file is not there) or ``future``.
    """
    rows = [
        {
            "source": one.name,
            "file": one.file,
            "measures": "; ".join(one.measures),
            "address": one.address,
            "retrieved": "" if one.retrieved is None else one.retrieved.isoformat(),
            "age_days": pd.NA if one.retrieved is None else (today - one.retrieved).days,
            "state": _state(one, folder, today, days),
        }
        for one in sources
    ]
    columns = ["source", "file", "measures", "address", "retrieved", "age_days", "state"]
    return pd.DataFrame(rows, columns=columns).astype({"age_days": "Int64"}).set_index("source")


def _state(one: Provenance, folder: Path | None, today: date, days: int) -> str:
    if one.file and folder is not None:
        path = folder / one.file
        if not path.is_file():
            return "missing"
        if one.sha256 and hash_bytes(read_bytes(path, caller="geobri check")) != one.sha256.lower():
            return "changed"
    if one.retrieved is None:
        return "undated"
    age = (today - one.retrieved).days
    return "future" if age < 0 else "stale" if age > days else "fresh"
