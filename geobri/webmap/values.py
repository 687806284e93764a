"""What a column means on the map: a rank or a score, which way is strong, and how it is called."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import SchemaError, SpecificationError, first_offenders, mould
from geobri.measures import Measure
from geobri.webmap.packing import pack_numbers, round_as_packed
from geobri.webmap.wording import clean

__all__ = ["pack_category", "pack_measure", "read_numbers"]

_HEX_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def read_numbers(column: pd.Series[Any], *, caller: str, table: str) -> npt.NDArray[np.float64]:
    """Read a column as numbers with NaN for missing, or say which rows are not numbers.

    Parameters
    ----------
    column
        The column; nullable, extension and object types are fine.
    caller, table
        Who asks, and of which table, for the message.

    Returns
    -------
    numpy.ndarray
        Shape (n,), float64.

    Raises
    ------
    SchemaError
        If a cell is neither a number nor missing, or is infinite.
    """
    coerced = pd.to_numeric(column, errors="coerce").astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    numbers: npt.NDArray[np.float64] = np.array(coerced, dtype=np.float64)
    bad = (np.isnan(numbers) & column.notna().to_numpy(dtype=bool)) | np.isinf(numbers)
    if bad.any():
        offenders = [f"{label}: {value}" for label, value in column[bad].items()]
        wanted = f"column '{column.name}' of {table} must hold numbers"
        came = f"{int(bad.sum())} of {len(column)} rows otherwise (first: {first_offenders(offenders)})"
        raise SchemaError(
            mould(caller, wanted, came, "Correct them, or leave the cells empty where nothing is known")
        )
    return numbers


def _both(en: str, zh: str) -> dict[str, str]:
    return {"en": clean(en), "zh": clean(zh)}


def pack_measure(
    value: Measure,
    numbers: npt.NDArray[np.float64],
    *,
    others: Mapping[int, npt.NDArray[np.float64]] | None = None,
    caller: str = "corridor_map",
) -> dict[str, Any]:
    """Describe a numeric column for the page, with its numbers packed.

    Parameters
    ----------
    value
        What the column means.
    numbers
        Shape (n,), NaN where a value is missing.
    others
        The numbers of other years; the scale is that of all of them.
    caller
        Who asks, for the message.

    Returns
    -------
    dict
        `key, label, kind` (rank or score)`, measure` (the kind in full)`, direction, front` (how its first rows are called)`,
        diverging` (whether it is drawn to both sides of 0)`, low, high, unit, description, known`,
        the packed `values`, and in `years` those of other years. `low` and `high` are the ends of the scale as numbers, not as strength.

    Raises
    ------
    SpecificationError
        If the domain is not two different finite numbers.
    """

    def pack(column: npt.NDArray[np.float64]) -> dict[str, Any]:
        return pack_numbers(column, may_round=True, zero_is_nothing=value.kind in ("amount", "count"))

    packed = pack(numbers)
    years: list[dict[str, Any]] = [
        {"year": int(year), "values": pack(column)} for year, column in (others or {}).items()
    ]
    known = _as_read(numbers, packed)
    every = np.concatenate(
        [
            known,
            *(
                _as_read(column, one["values"])
                for column, one in zip((others or {}).values(), years, strict=True)
            ),
        ]
    )
    ends = value.domain or ((float(every.min()), float(every.max())) if every.size else (0.0, 1.0))
    if len(ends) != 2 or not all(math.isfinite(end) for end in ends) or (value.domain and ends[0] == ends[1]):  # noqa: PLR2004
        wanted = f"the domain of '{value.column}' must be two different finite numbers"
        raise SpecificationError(mould(caller, wanted, repr(value.domain), "Give (lowest, highest), or None"))
    return {
        "key": value.column,
        "label": _both(value.label, value.label_zh),
        "kind": "rank" if value.is_rank else "score",
        "measure": value.kind,
        "direction": value.direction,
        "front": _front(value),
        "diverging": value.better == "neither" and bool(every.size and every.min() < 0 < every.max()),
        "low": min(ends),
        "high": max(ends),
        "unit": _both(value.unit, value.unit_zh),
        "description": _both(value.description, value.description_zh),
        "known": int(known.size),
        "values": packed,
        "years": years,
    }


def _front(value: Measure) -> str:
    """Say what stands first in the order of a measure: small distances and costs are not strong, and of some numbers no end is."""
    if value.better == "neither":
        return "highest"
    return "lowest" if value.better == "low" and value.kind in ("amount", "count", "share") else "strongest"


def _as_read(numbers: npt.NDArray[np.float64], packed: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """Give the known numbers as the page will read them."""
    return round_as_packed(numbers[~np.isnan(numbers)], packed)


def pack_category(value: Measure, column: pd.Series[Any], *, caller: str = "corridor_map") -> dict[str, Any]:
    """Describe a categorical column of the cities or the corridors for the page.

    Parameters
    ----------
    value
        What the column means.
    column
        The categories; missing where there is none.
    caller
        Who asks, for the message.

    Returns
    -------
    dict
        `key, label, kind, categories, colours` (empty strings where the page may choose) and the packed `values`,
        the position in `categories` or missing.

    Raises
    ------
    SpecificationError
        If a colour is not written as ``#rrggbb``, or the order leaves out a category.
    """
    says = _say_flag if value.kind == "flag" else clean
    texts = [says(cell) if not pd.isna(cell) else "" for cell in column]
    met = sorted({text for text in texts if text})
    categories = [clean(name) for name in value.order] or met
    forgotten = [name for name in met if name not in categories]
    if forgotten:
        wanted = f"the order of '{value.column}' must name every category"
        raise SpecificationError(
            mould(caller, wanted, f"none for {first_offenders(forgotten)}", "Add them to order")
        )
    colours = {clean(name): colour for name, colour in value.colours.items()}
    _check_colours(value.column, colours, caller)
    codes = [float(categories.index(text)) if text else math.nan for text in texts]
    return {
        "key": value.column,
        "label": _both(value.label, value.label_zh),
        "kind": "category",
        "categories": categories,
        "colours": [colours.get(name, "") for name in categories],
        "values": pack_numbers(codes),
    }


def _say_flag(cell: object) -> str:
    return "yes" if cell else "no"


def _check_colours(column: str, colours: Mapping[str, str], caller: str) -> None:
    wrong = [
        f"{name}: {colour}" for name, colour in colours.items() if not _HEX_COLOUR.fullmatch(str(colour))
    ]
    if wrong:
        wanted = f"colours of '{column}' must be written #rrggbb"
        raise SpecificationError(
            mould(caller, wanted, first_offenders(wrong), "Write six hexadecimal digits")
        )
