"""Numbers that carry a sign: percent, or money. One sign in all cells of a column is its unit; two are not guessed at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from geobri.measures import Taken
from geobri.study.reading.numbers import MISSING_WORDS, settle_marks, to_numbers
from geobri.words import NO, YES, Words

if TYPE_CHECKING:
    from geobri.study.reading.parts import FolderParts

__all__ = ["read_flags", "strip_signs"]

_PERCENT: Final = "%"
_MONEY: Final = (
    "US$", "A$", "C$", "HK$", "NT$", "R$", "€", "$", "£", "¥", "￥", "₹", "₽", "₩", "₺", "元",
    "EUR", "USD", "GBP", "CNY", "RMB", "JPY", "CHF", "SEK", "NOK", "DKK", "PLN", "INR", "RUB", "KRW", "AUD", "CAD", "HKD", "SGD",
)  # fmt: skip
_SIGN: Final = "|".join(re.escape(one) for one in (_PERCENT, "％", *_MONEY))
_NUMBER: Final = r"(?:\d|[.,]\d)[\d.,\s\u00a0'eE]*"
_SIGNED: Final = re.compile(rf"([+-]?)\s*({_SIGN})?\s*([+-]?{_NUMBER})({_SIGN})?", re.IGNORECASE)
_FIRST: Final = 20
_FLAGS: Final = dict.fromkeys(YES, "1") | dict.fromkeys(NO, "0")


def strip_signs(table: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Take percent and currency signs off the numbers of a table, and keep them as units.

    Parameters
    ----------
    table
        Text as read.
    file
        Name of its file, for the note.
    parts
        Where the units and what was taken are kept.

    Returns
    -------
    pandas.DataFrame
        ``13 %`` as ``13``, ``€1,200`` as ``1,200``; columns in which a cell has no sign, or another one, stay as they are.
    """
    stripped = {}
    first = table.head(_FIRST).to_numpy(dtype=object)
    for at, name in enumerate(map(str, table.columns)):
        if not any(map(_sign_of, first[:, at])):  # nearly always, and tables are long or wide
            continue
        found = _strip(table.iloc[:, at])
        if found is None:
            continue
        cells, sign = found
        stripped[at] = settle_marks(cells, parts.decimal)
        parts.meanings[name] = {"unit": sign, "unit_zh": sign} | (
            {"kind": "share"} if sign == _PERCENT else {}
        )
        taken = Words(f"{name} = in {sign}", f"{name} = 以 {sign} 计")
        because = Words("every number carries it", "每个数字都带有它")
        parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    if not stripped:
        return table
    columns = [stripped.get(at, table.iloc[:, at]) for at in range(table.shape[1])]
    return pd.concat(columns, axis=1).set_axis(table.columns, axis=1)


def _strip(column: pd.Series) -> tuple[pd.Series, str] | None:
    """Give the bare numbers of a column and its sign; None where not all numbers carry one and the same."""
    if pd.api.types.is_numeric_dtype(column):
        return None
    texts = column.astype(str).str.strip()
    filled = column.notna() & ~texts.isin(("", *MISSING_WORDS))
    parted = texts[filled].str.extract(f"^{_SIGNED.pattern}$", flags=re.IGNORECASE)
    signs = parted[1].fillna("") + parted[3].fillna("")
    if parted[2].isna().any() or not signs.iloc[0] or (signs != signs.iloc[0]).any():
        return None
    bare = column.astype(object).copy()
    bare[filled] = parted[0] + parted[2].str.strip()
    if to_numbers(bare.where(filled, "")).isna()[filled].any():
        return None
    return bare, signs.iloc[0].replace("％", _PERCENT)


def _sign_of(cell: object) -> bool:
    found = _SIGNED.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return found is not None and bool(found[2] or found[4])


def read_flags(
    rows: pd.DataFrame, names: list[str], file: str, parts: FolderParts
) -> tuple[pd.DataFrame, set[str]]:
    """Read columns of pairs that say yes or no as counts of 1 and 0, which can be drawn and tested.

    Parameters
    ----------
    rows
        A table of pairs.
    names
        The columns that may hold what is measured.
    file
        Name of its file, for the note.
    parts
        Where it is kept what they are.

    Returns
    -------
    tuple of pandas.DataFrame and set of str
        1 for yes and 0 for no, a column with any other word as it was; and which columns were read so.
    """
    found = {}
    for name in names:
        texts = rows[name].astype(str).str.strip().str.lower()
        filled = texts[~texts.isin(("", *(word.lower() for word in MISSING_WORDS)))]
        if len(filled) and filled.isin(_FLAGS).all():
            found[name] = texts.map(_FLAGS).fillna("")
            parts.meanings[name] = {"kind": "count"}
            said = sorted(filled.unique())
            taken = Words(f"{name} = 1 for yes, 0 for no", f"{name} = 是为 1，否为 0")
            because = Words(f"it holds {', '.join(said)}", f"其值为 {'、'.join(said)}")
            parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    return (rows.assign(**found) if found else rows), set(found)
