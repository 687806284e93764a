"""Refresh a study from its sources: fetch what it declares, show what would change, replace only when told, keep the old."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from geobri.errors import GeobriError, StudyError, first_offenders, mould
from geobri.inputs import parse_toml, read_bytes, read_text
from geobri.outputs import staged_folder
from geobri.study.contrast import compare_editions
from geobri.study.fetching import fetch
from geobri.study.leading import ranked_measures
from geobri.study.loading import examine_study
from geobri.study.model import Study
from geobri.study.provenance import Provenance, hash_bytes
from geobri.study.reading.parts import FolderParts, read_sheets_or_note

__all__ = ["Fetched", "Refresh", "apply_refresh", "preview_refresh", "say_refresh"]

_MOST_NAMED: Final = 5
_TABLE: Final = re.compile(r"^\s*\[")
_SOURCE: Final = re.compile(r"^\s*\[\[\s*source\s*\]\]\s*(#.*)?$")
_KEY: Final = re.compile(r"^\s*(retrieved|sha256)\s*=")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fetched:
    """One source as it was fetched.

    Attributes
    ----------
    number
        Its place among the `[[source]]` of the study, from 0.
    source
        What the study says of it.
    state
        ``same``, ``changed``, ``new`` (there was no file yet) or ``failed``.
    message
        Why it failed, or what changed in its table.
    content
        What was fetched; empty where it failed.
    gone
        Columns that the old file has and the new one has not.
    """

    number: int
    source: Provenance
    state: Literal["same", "changed", "new", "failed"]
    message: str
    content: bytes = b""
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Refresh:
    """What a refresh would do; nothing is replaced yet.

    Attributes
    ----------
    folder
        The study.
    fetched
        Every source with an address and a file.
    before
        Hashes of the files of the folder that would be replaced, and of `study.toml`, as they were looked at.
    faults
        What would be wrong with the study afterwards; it is not replaced then.
    changes
        What would change in the ranking of the cities (`compare_editions`); None where nothing can be ranked.
    """

    folder: Path
    fetched: tuple[Fetched, ...]
    before: dict[str, str]
    faults: tuple[str, ...]
    changes: pd.DataFrame | None

    @property
    def failed(self) -> bool:
        """Whether a source could not be fetched."""
        return any(one.state == "failed" for one in self.fetched)

    @property
    def changed(self) -> bool:
        """Whether a file would be replaced or made."""
        return any(one.state in ("changed", "new") for one in self.fetched)


def preview_refresh(
    study: Study, *, only: Sequence[str] = (), timeout: float = 30.0, headings: bool = False
) -> Refresh:
    """Fetch the sources of a study, and say what would change; nothing of the study is touched.

    Parameters
    ----------
    study
        A study in a folder, whose `[[source]]` say `address` and `file`.
    only
        Names of the sources to fetch; all by default.
    timeout
        Seconds that a server may be silent.
    headings
        Whether files that have lost columns are accepted, if the study can be read with them.

    Returns
    -------
    Refresh
        What was fetched, what would be wrong, what would change.

    Raises
    ------
    StudyError
        If the study has no folder of its own, no source that can be fetched, or none of a name.
    """
    folder = study.folder
    wanted = [
        (number, one)
        for number, one in enumerate(study.sources)
        if one.address and one.file and (not only or one.name in only)
    ]
    unknown = [name for name in only if name not in [one.name for _, one in wanted]]
    if folder is None or not wanted or unknown:
        known = ", ".join(one.name for one in study.sources if one.address and one.file) or "none"
        came = f"{first_offenders(unknown)}; known are {known}" if unknown else "none"
        remedy = 'Write [[source]] with name, address and file = "flows.csv" in its study.toml'
        raise StudyError(mould("geobri refresh", f"'{study.name}' must declare what to fetch", came, remedy))
    names = sorted({one.file for _, one in wanted} | {"study.toml"})
    before = {name: _hash_file(folder / name) for name in names}
    fetched = tuple(_fetch_one(number, one, folder, timeout) for number, one in wanted)
    if any(one.state == "failed" for one in fetched) or all(one.state == "same" for one in fetched):
        return Refresh(folder=folder, fetched=fetched, before=before, faults=(), changes=None)
    faults, after = _try_out(folder, fetched)
    if not headings:
        faults = (
            *(f"{one.source.file}: columns gone: {first_offenders(one.gone)}" for one in fetched if one.gone),
            *faults,
        )
    changes = None if after is None else _compare(study, after)
    return Refresh(folder=folder, fetched=fetched, before=before, faults=faults, changes=changes)


def _hash_file(path: Path) -> str:
    return hash_bytes(read_bytes(path, caller="geobri refresh")) if path.is_file() else ""


def _fetch_one(number: int, source: Provenance, folder: Path, timeout: float) -> Fetched:
    try:
        content = fetch(source.address, folder=folder, timeout=timeout)
    except GeobriError as error:
        return Fetched(number=number, source=source, state="failed", message=str(error))
    path = folder / source.file
    if not path.is_file():
        return Fetched(
            number=number, source=source, state="new", message=f"{len(content):,} bytes", content=content
        )
    old = read_bytes(path, caller="geobri refresh")
    if old == content:
        return Fetched(number=number, source=source, state="same", message="the same bytes", content=content)
    said, gone = _say_difference(path, content)
    return Fetched(number=number, source=source, state="changed", message=said, content=content, gone=gone)


def _say_difference(path: Path, content: bytes) -> tuple[str, tuple[str, ...]]:
    """Say which columns and how many rows of a table are new, or gone; and give the columns that are gone."""
    with tempfile.TemporaryDirectory(prefix="geobri-") as place:
        other = Path(place) / path.name
        other.write_bytes(content)
        parts = FolderParts()
        old, new = (_first_sheet(one, parts) for one in (path, other))
    if old is None or new is None:
        return (
            f"{path.stat().st_size:,} bytes before, {len(content):,} now; not both can be read as tables",
            (),
        )
    said = [f"{len(old):,} rows before, {len(new):,} now"]
    gone, come = ([name for name in one if name not in other] for one, other in ((old, new), (new, old)))
    said += [f"columns gone: {first_offenders(gone)}"] if gone else []
    said += [f"columns new: {first_offenders(come)}"] if come else []
    shared = [name for name in old.columns if name in new.columns]
    rows = [Counter(map(tuple, one[shared].astype(str).to_numpy().tolist())) for one in (old, new)]
    less, more = sum((rows[0] - rows[1]).values()), sum((rows[1] - rows[0]).values())
    said.append(f"{less:,} rows are gone or differ, {more:,} are new or differ")
    return "; ".join(said), tuple(map(str, gone))


def _first_sheet(path: Path, parts: FolderParts) -> pd.DataFrame | None:
    try:
        return next(iter(read_sheets_or_note(path, {}, parts).values()), None)
    except (GeobriError, OSError):
        return None


def _try_out(folder: Path, fetched: tuple[Fetched, ...]) -> tuple[tuple[str, ...], Study | None]:
    """Put what was fetched into a copy of the study, and look for faults there."""
    with tempfile.TemporaryDirectory(prefix="geobri-") as place:
        trial = Path(place) / folder.resolve().name
        trial.mkdir()
        for path in folder.iterdir():
            if path.is_file():
                shutil.copyfile(path, trial / path.name)
        for one in fetched:
            (trial / one.source.file).write_bytes(one.content)
        faults, loaded = examine_study(trial)
    return tuple(map(str, faults)), loaded


def _compare(before: Study, after: Study) -> pd.DataFrame | None:
    """Compare the places by the measure that leads now; nothing where the new tables cannot give it."""
    leading = ranked_measures(before)
    if not leading:
        return None
    try:
        return compare_editions(before, after, value=leading[0].column)
    except GeobriError:
        return None


def say_refresh(refresh: Refresh) -> list[str]:
    """Say line by line what a refresh would do.

    Parameters
    ----------
    refresh
        What was fetched.

    Returns
    -------
    list of str
        A line per source, then what changes in the ranking, then what would be wrong.
    """
    lines = [f"{one.source.file} ({one.source.name}): {one.state}: {one.message}" for one in refresh.fetched]
    if refresh.changes is not None:
        lines += _say_changes(refresh.changes)
    lines += [f"Fault: {fault}" for fault in refresh.faults]
    return lines


def _say_changes(changes: pd.DataFrame) -> list[str]:
    counts = changes["change"].value_counts()
    words = {"new": "new", "out": "gone", "up": "rise", "down": "fall", "same": "stay"}
    summed = ", ".join(f"{counts[kind]:,} {word}" for kind, word in words.items() if counts.get(kind, 0))
    moved = changes[changes["change"] != "same"].head(_MOST_NAMED)
    named = [
        f"  {row['name']}: {_place(row['old'])} → {_place(row['new'])}"
        + (f" ({row['moved_by']} {row['moved_places']:+d})" if row["moved_by"] else "")
        for _, row in moved.iterrows()
    ]
    return [f"Ranking of the cities: {summed}", *named]


def _place(place: object) -> str:
    return "–" if pd.isna(place) else str(place)  # type: ignore[call-overload]


def apply_refresh(refresh: Refresh, *, today: date) -> list[Path]:
    """Put in place what was fetched, all of it or nothing, and keep the old files beside it.

    Parameters
    ----------
    refresh
        What was fetched and looked at.
    today
        The date of retrieval to write down.

    Returns
    -------
    list of pathlib.Path
        The files that were kept, named ``previous_DATE_NAME``.

    Raises
    ------
    StudyError
        If a source failed, the study would have faults, or its files have changed since they were looked at.
    OutputError
        If the folder cannot be written; it then keeps what it had.
    """
    wrong = [one.message for one in refresh.fetched if one.state == "failed"] + list(refresh.faults)
    if wrong:
        raise StudyError(
            mould(
                "geobri refresh",
                "all sources must be fetched whole and give a study without faults",
                first_offenders(wrong),
                "Nothing was replaced",
            )
        )
    folder = refresh.folder
    moved = [name for name, digest in refresh.before.items() if _hash_file(folder / name) != digest]
    if moved:
        raise StudyError(
            mould(
                "geobri refresh",
                "the files must be those that were looked at",
                f"changed meanwhile: {first_offenders(moved)}",
                "Look again",
            )
        )
    settings = _write_down(read_text(folder / "study.toml", caller="geobri refresh"), refresh.fetched, today)
    kept = []
    with staged_folder(folder, caller="geobri refresh") as stage:
        for one in refresh.fetched:
            if one.state == "changed":
                spare = _spare_name(folder, one.source, today)
                shutil.copyfile(folder / one.source.file, stage / spare)
                kept.append(folder / spare)
            if one.state != "same":
                (stage / one.source.file).write_bytes(one.content)
        (stage / "study.toml").write_text(settings, encoding="utf-8")
    return kept


def _spare_name(folder: Path, source: Provenance, today: date) -> str:
    """Name the old file by the day on which it was fetched, or else replaced; never one that is there already."""
    day = (source.retrieved or today).isoformat()
    name, number = f"previous_{day}_{source.file}", 1
    while (folder / name).exists():
        number += 1
        name = f"previous_{day}_{number}_{source.file}"
    return name


def _write_down(text: str, fetched: tuple[Fetched, ...], today: date) -> str:
    """Write date and hash of what was fetched into `study.toml`; everything else stays as it is."""
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines) if _SOURCE.match(line)]
    for one in sorted(fetched, key=lambda one: -one.number):
        start = heads[one.number] if one.number < len(heads) else len(lines)
        end = next((at for at in range(start + 1, len(lines)) if _TABLE.match(lines[at])), len(lines))
        own = [line for line in lines[start:end] if not _KEY.match(line)]
        while own and not own[-1].strip():
            own.pop()
        said = [f"retrieved = {today.isoformat()}", f'sha256 = "{hash_bytes(one.content)}"']
        lines[start:end] = [*own, *said, *([""] if end < len(lines) else [])]
    written = "\n".join(lines) + "\n"
    _check_written(text, written, fetched, today)
    return written


def _check_written(text: str, written: str, fetched: tuple[Fetched, ...], today: date) -> None:
    """Refuse a text in which anything but date and hash differs, as where sources are written inline."""
    before, after = (parse_toml(one, name="study.toml", caller="geobri refresh") for one in (text, written))
    for one in fetched:
        before["source"][one.number] |= {"retrieved": today, "sha256": hash_bytes(one.content)}
    if before != after:
        wanted = "study.toml must have each source under a [[source]] of its own"
        raise StudyError(
            mould("geobri refresh", wanted, "something else", "Write them so; nothing was replaced")
        )
