"""Tables of pairs as they lie there, brought to one row a pair: counted, added up, told apart by a word, or asked about."""

from __future__ import annotations

import re
import shlex
from typing import Final

import pandas as pd

from geobri.errors import first_offenders
from geobri.measures import Taken
from geobri.study.account import count_entry
from geobri.study.model import StudyFault
from geobri.study.reading.amounts import holds_numbers, note_doubtful
from geobri.study.reading.ends import Ends, measures_in_twos
from geobri.study.reading.flows import match_names
from geobri.study.reading.headings import PAIR_KEY
from geobri.study.reading.hints import Hints
from geobri.study.reading.identifiers import leave_out_ids, may_be_added_up
from geobri.study.reading.numbers import find_unsaid, to_numbers
from geobri.study.reading.parts import FolderParts, note_not_read
from geobri.study.reading.recognition import as_ids
from geobri.study.reading.signs import read_flags
from geobri.tables import mark_repeated
from geobri.words import Words

__all__ = ["holds_few_unknown", "ready_pairs"]

_STAMP: Final = re.compile(r"^(\d{4})[-/.]\d{1,2}([-/.]\d{1,2})?([ T]\d|$)|^\d{1,2}[-/.]\d{1,2}[-/.]\d{4} \d")
_DATE: Final = re.compile(r"^(\d{4})([-/.]?\d{1,2}){0,2}([ T].*)?$")
_ENDS: Final = ("origin", "destination")
_FEW_ENDS: Final = 1 / 50
_FEW_ROWS: Final = 1 / 20
"""Up to so many unknown ends, and rows with them, are left out without being asked: a zone without a polygon, not a wrong table."""
_YEAR: Final = r"(?:1[89]|20|21)\d{2}"
_FEW_WORDS: Final = 50
"""A column of at most so many words may say of which kind a row is."""


def ready_pairs(rows: pd.DataFrame, ends: Ends, file: str, hints: Hints, parts: FolderParts) -> pd.DataFrame:
    """Bring a table of pairs to what `read_flows` takes: one row a pair, known ends, years.

    Parameters
    ----------
    rows
        The table, with `origin` and `destination`; no matrix.
    ends
        Which columns its ends were.
    file
        Name of its file, for notes and faults.
    hints
        What the user said.
    parts
        The places that pairs may name; what was taken, left out or is wrong is noted here.

    Returns
    -------
    pandas.DataFrame
        One row a pair, unless that could not be decided: then there is a fault that names the options.
    """
    assert parts.listed is not None
    rows = match_names(rows, parts.listed, ("origin", "destination"), parts)
    if hints.year and "year" in rows.columns:
        rows = _years_of_dates(rows, file, parts)
    rows = _without_ends(rows, ends, file, parts)
    n_faults = len(parts.faults)
    note_doubtful(rows, parts, file)
    if len(parts.faults) > n_faults:
        return rows
    rows = leave_out_ids(rows, file, parts, (*PAIR_KEY, "value", hints.value, hints.impedance))
    if not hints.count:
        _ask_of_unsaid(rows, file, hints, parts)
        if len(parts.faults) > n_faults:
            return rows
    once = _one_row_a_pair(rows, file, hints, parts)
    rows = _with_separation(once, rows, file, hints, parts)
    asked = hints.drop_unknown or holds_few_unknown(rows, parts)
    return _drop_unknown(rows, file, parts) if asked else rows


def _without_ends(rows: pd.DataFrame, ends: Ends, file: str, parts: FolderParts) -> pd.DataFrame:
    """Leave out what speaks of the ends, not of the pair; numbers that are no attribute of a place are not lost without a word."""
    measures, unlike = measures_in_twos(rows, ends)
    because = Words(
        "their headings speak of the two ends, and a place has several values",
        "其表头说的是城市对的两端，而同一地点有多个数值",
    )
    note_not_read(unlike, because, file, parts)
    beside = {name for pair in ends.others.values() for name in pair} - set(measures)
    spoken = {*ends.lon, *ends.lat, *beside}
    return rows.drop(columns=[name for name in spoken if name in rows.columns and name not in PAIR_KEY])


def _years_of_dates(rows: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    texts = rows["year"].astype(str)
    found = texts.str.extract(_DATE, expand=True)[0]
    if found.isna().any() or texts.str.fullmatch(r"\d{4}").all():
        return rows
    taken = Words("year = that of the dates", "year = 日期中的年份")
    because = Words("--year-column names dates", "--year-column 所指的列为日期")
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    return rows.assign(year=found)


def _one_row_a_pair(rows: pd.DataFrame, file: str, hints: Hints, parts: FolderParts) -> pd.DataFrame:
    """Count or add up where several rows speak of one pair; ask where it is not clear which."""
    rows = rows if hints.count else _with_years(rows, file, hints, parts)
    key = [name for name in PAIR_KEY if name in rows.columns]
    own = [str(name) for name in rows.columns if name not in (*PAIR_KEY, hints.impedance)]
    numbers = [name for name in own if holds_numbers(rows[name])]
    repeated = bool(mark_repeated(rows, key).any())
    if not repeated:
        told = set(numbers)
        rows, flags = read_flags(rows, [name for name in own if name not in told], file, parts)
        numbers = [name for name in own if name in told or name in flags]
    if hints.value in numbers:
        numbers = [hints.value, *(name for name in numbers if name != hints.value)]
        rows = rows[[*key, *numbers, *(name for name in rows.columns if name not in (*key, *numbers))]]
    if (
        hints.count
        or (not numbers)
        or (repeated and hints.value not in numbers and _are_events(rows, numbers))
    ):
        return _count_rows(rows, key, file, hints, parts)
    if not repeated:
        return rows
    if hints.value in numbers:
        return _add_up(rows, key, hints.value, file, parts)
    split = _column_that_splits(rows, key, numbers) if len(numbers) == 1 else ""
    if split and "indicator" not in rows.columns:
        because = Words(f"with it every pair stands once a {split}", f"按 {split} 区分后每对地点只出现一次")
        if as_ids(rows[split]).str.fullmatch(_DATE).all():
            because += Words(
                f" (if these are years or dates: --year-column {split})",
                f"（若为年份或日期：--year-column {split}）",
            )
        taken = Words(f"indicator = {split}", f"指标 = {split}")
        parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
        return rows.rename(columns={split: "indicator", numbers[0]: "value"})
    if "value" in rows.columns:
        return rows  # the doubled rows are a fault, with their numbers
    amounts = may_be_added_up(rows, key, numbers)[:3]
    offered = ", or add up a column with " + " or ".join(f"--value {name}" for name in amounts)
    came = (
        f"every pair must stand once; got {int(rows.duplicated(key).sum()):,} of {len(rows):,} rows that speak of a pair again. "
        f"Say what to do with them: count them with --count{offered if amounts else ''}"
    )
    parts.faults.append(StudyFault(file, None, came))
    return rows


def _ask_of_unsaid(rows: pd.DataFrame, file: str, hints: Hints, parts: FolderParts) -> None:
    """Ask what a word such as ``-`` means among the numbers that a table is about; beside others say that it keeps them from being read."""
    own = [str(name) for name in rows.columns if name not in (*PAIR_KEY, hints.impedance)]
    unsaid = {name: words for name in own if (words := find_unsaid(rows[name]))}
    numbers = bool(unsaid) and any(holds_numbers(rows[name]) for name in own if name not in unsaid)
    for name, words in unsaid.items():
        quoted, cells = ", ".join(map(repr, words)), int(rows[name].isin(words).sum())
        many = f"{cells:,} cell{'s' if cells > 1 else ''}"
        option = " ".join(f"--missing {shlex.quote(word)}" for word in words)
        if not numbers or name == hints.value:
            came = (
                f"'{name}' must hold numbers; got {many} with {quoted}. If these are missing, say so: {option} (in study.toml missing = "
                f"[{quoted}]); to count rows instead: --count"
            )
            parts.faults.append(StudyFault(file, None, came))
            return
        because = Words(
            f"{many} hold {', '.join(words)} (if these are missing: {option})",
            f"有 {cells:,} 格为 {'、'.join(words)}（若为缺失：{option}）",
        )
        taken = Words(f"no numbers = {name}", f"非数字 = {name}")
        parts.taken.append(Taken(column=Words(file), taken=taken, because=because))


def _with_years(rows: pd.DataFrame, file: str, hints: Hints, parts: FolderParts) -> pd.DataFrame:
    """Call a column `year` that holds years and tells the rows of a pair apart, beside one with numbers."""
    key = [name for name in ("indicator", "origin", "destination") if name in rows.columns]
    if "year" in rows.columns or not mark_repeated(rows, key).any():
        return rows
    own = [str(name) for name in rows.columns if name not in (*PAIR_KEY, hints.impedance, hints.value)]
    years = [name for name in own if as_ids(rows[name]).str.fullmatch(_YEAR).all()]
    found = next((name for name in years if not rows.duplicated([*key, name]).any()), "")
    if not found or not any(
        holds_numbers(rows[name]) for name in rows.columns if name not in (*PAIR_KEY, found)
    ):
        return rows
    texts = as_ids(rows[found])
    because = Words(
        f"it holds {texts.min()} to {texts.max()}, and with it every pair stands once a year",
        f"其值为 {texts.min()} 至 {texts.max()}，且据此每对每年只出现一次",
    )
    parts.taken.append(Taken(column=Words(file), taken=Words(f"year = {found}"), because=because))
    return rows.rename(columns={found: "year"})


def _with_separation(
    once: pd.DataFrame, rows: pd.DataFrame, file: str, hints: Hints, parts: FolderParts
) -> pd.DataFrame:
    """Keep the separation that the user named, where counting or adding up left it out: its mean over the rows of a pair."""
    name = hints.impedance
    if name not in rows.columns or name in once.columns:
        return once
    key = [column for column in PAIR_KEY if column in once.columns]
    mean = to_numbers(rows[name]).groupby([rows[column] for column in key], sort=False, observed=True).mean()
    taken = Words(f"{name} = the mean of the rows of a pair", f"{name} = 每对地点各行的均值")
    because = Words(
        "--impedance names it, and several rows speak of one pair", "--impedance 指定了它，而同一对地点有多行"
    )
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    return once.join(mean.rename(name), on=key)


def _are_events(rows: pd.DataFrame, numbers: list[str]) -> bool:
    """Whether each row is an event, such as a trip: it has a time of day, or a number of its own."""
    if not numbers:
        return True
    for name in rows.columns:
        if name in PAIR_KEY:
            continue
        cells = as_ids(rows[name].head(200))
        if len(cells) and cells.str.match(_STAMP).all() and as_ids(rows[name]).nunique() > len(rows) / 2:
            return True
    return False


def _count_rows(
    rows: pd.DataFrame, key: list[str], file: str, hints: Hints, parts: FolderParts
) -> pd.DataFrame:
    """Count the rows of each pair where no column holds numbers, or where that was said."""
    repeated = bool(rows.duplicated(key).any())
    name = "trips" if repeated else "links"
    parts.meanings[name] = {"label_zh": "次数" if repeated else "联系"}
    left = [str(column) for column in rows.columns if column not in key]
    because = (
        Words("several rows speak of one pair, each of them an event", "同一对地点有多行，每行为一次事件")
        if repeated
        else Words("no column holds numbers", "没有数字列")
    )
    because = Words("that is what was said (--count)", "已如此指定（--count）") if hints.count else because
    taken = Words(
        f"{name} = rows of each pair, {len(rows):,} in all", f"{name} = 每对地点的行数，共 {len(rows):,} 行"
    )
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    note_not_read(left, Words("rows are counted", "只计行数"), file, parts)
    first = pd.Series(rows.index, index=rows.index)
    groups = rows.groupby(key, sort=False, observed=True)
    counted = groups.size().rename(name).reset_index()
    return counted.set_axis(
        pd.Index(first.groupby([rows[one] for one in key], sort=False, observed=True).first(), name="row")
    )


def _add_up(rows: pd.DataFrame, key: list[str], value: str, file: str, parts: FolderParts) -> pd.DataFrame:
    numbers = to_numbers(rows[value])
    again = f"{int(rows.duplicated(key).sum()):,}"
    taken = Words(f"{value} = the sum of the rows of a pair", f"{value} = 每对地点各行之和")
    because = Words(
        f"{again} rows speak of a pair again, and --value names it",
        f"有 {again} 行重复同一对地点，且 --value 指定了它",
    )
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    first = pd.Series(rows.index, index=rows.index)
    by = [rows[one] for one in key]
    summed = numbers.groupby(by, sort=False, observed=True).sum(min_count=1).rename(value).reset_index()
    return summed.set_axis(pd.Index(first.groupby(by, sort=False, observed=True).first(), name="row"))


def _column_that_splits(rows: pd.DataFrame, key: list[str], numbers: list[str]) -> str:
    """Find the column of few words with which every pair stands once: a mode, a product, a sex."""
    words = [
        str(name)
        for name in rows.columns
        if name not in (*key, *numbers) and rows[name].nunique() <= _FEW_WORDS
    ]
    return next((name for name in words if not rows.duplicated([*key, name]).any()), "")


def holds_few_unknown(rows: pd.DataFrame, parts: FolderParts) -> bool:
    """Tell whether so few ends are no known places that their rows can be left out and said, without asking.

    Parameters
    ----------
    rows
        Pairs with `origin` and `destination`.
    parts
        The places that they may name.

    Returns
    -------
    bool
        True where some end is unknown, but at most one in fifty, on at most one row in twenty and a twentieth of each sum.
    """
    assert parts.listed is not None
    rows = match_names(rows, parts.listed, _ENDS)
    known = _know_both(rows, parts)
    if known.all():
        return False
    ends = pd.concat([rows[end].astype(object) for end in _ENDS]).drop_duplicates()
    few = float((~ends.isin(parts.listed.index)).mean()) <= _FEW_ENDS and float((~known).mean()) <= _FEW_ROWS
    return few and all(_share(to_numbers(rows[name]), ~known) <= _FEW_ROWS for name in _numbers_of(rows))


def _share(numbers: pd.Series, some: pd.Series) -> float:
    whole = float(numbers.abs().sum())
    return float(numbers.abs()[some].sum()) / whole if whole else 0.0


def _numbers_of(rows: pd.DataFrame) -> list[str]:
    return [str(name) for name in rows.columns if name not in PAIR_KEY and holds_numbers(rows[name])]


def _know_both(rows: pd.DataFrame, parts: FolderParts) -> pd.Series:
    assert parts.listed is not None
    return rows["origin"].isin(parts.listed.index) & rows["destination"].isin(parts.listed.index)


def _drop_unknown(rows: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Leave out the rows that name no known place; count them, and say so before anything else."""
    assert parts.listed is not None
    known = _know_both(rows, parts)
    left = rows[~known]
    if left.empty:
        return rows
    ends = pd.concat([rows[end].astype(object) for end in _ENDS]).drop_duplicates()
    strange = [str(end) for end in ends[~ends.isin(parts.listed.index)]]
    for name in _numbers_of(rows):
        by = (
            left.groupby("indicator", observed=True)
            if name == "value" and "indicator" in left.columns
            else [(name, left)]
        )
        for measure, some in by:
            numbers = to_numbers(some[name])
            parts.account += count_entry(str(measure), "read", numbers)
            parts.account += count_entry(str(measure), "unknown", numbers, ", ".join(strange)[:80])
    n, whole = f"{len(left):,}", f"{len(rows):,}"
    verb = "is no known place" if len(strange) == 1 else "are no known places"
    because = Words(
        f"{len(strange):,} of {len(ends):,} ends {verb}: {first_offenders(strange)} (else add to the places, or correct)",
        f"{len(ends):,} 个端点中有 {len(strange):,} 个不是已知地点：{'、'.join(strange[:3])}（若不然，请补入地点表或更正）",
    )
    taken = Words(f"{n} of {whole} rows left out", f"略去 {whole} 行中的 {n} 行")
    parts.taken.insert(0, Taken(column=Words(file), taken=taken, because=because))
    return rows[known]
