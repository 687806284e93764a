"""What a column means on the map: a rank or a score, which way is strong, and how it is called."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as pdt

from geobri.errors import SchemaError, SpecificationError, first_offenders, mould
from geobri.webmap.packing import pack_numbers
from geobri.webmap.wording import Text, bilingual, clean

__all__ = ["CityValue", "CorridorValue", "pack_category", "pack_measure", "read_numbers", "with_kind"]

Kind = Literal["rank", "score"]
_HEX_COLOUR = re.compile("#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class CorridorValue:
    """One column of the corridors that the reader can switch to.

    Attributes
    ----------
    column
        Name of the column in the corridors.
    label
        How the reader sees it, in one or both languages; None makes a label of the column's name.
    kind
        ``rank`` (1 is strongest) or ``score``; None takes ``rank`` for names that begin with "rank".
    direction
        +1 when more is stronger, -1 when less is; None takes -1 for ranks and +1 for scores.
    domain
        Weakest and strongest end of the scale in any order; None takes the range of the column.
    unit
        Unit that is printed behind the number.
    """

    column: str
    label: Text | None = None
    kind: Kind | None = None
    direction: Literal[1, -1] | None = None
    domain: tuple[float, float] | None = None
    unit: Text | None = None


@dataclass(frozen=True, slots=True)
class CityValue:
    """One column of the cities that sizes or colours the points.

    Attributes
    ----------
    column
        Name of the column in the cities.
    label, direction, domain, unit
        As in `CorridorValue`.
    kind
        ``rank``, ``score`` or ``category``; None reads it from name and type of the column.
    colours
        For categories: the colour of each as ``#rrggbb``; None takes a colour-blind-safe set.
    order
        For categories: the order in the legend; None sorts them.
    """

    column: str
    label: Text | None = None
    kind: Literal["rank", "score", "category"] | None = None
    direction: Literal[1, -1] | None = None
    domain: tuple[float, float] | None = None
    unit: Text | None = None
    colours: Mapping[str, str] | None = None
    order: Sequence[str] | None = None


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


def _label(value: CorridorValue | CityValue, caller: str) -> dict[str, str]:
    if value.label is not None:
        return bilingual(value.label, caller=caller, what=f"the label of '{value.column}'")
    words = value.column.removeprefix("rank_").replace("_", " ").strip() or value.column
    return bilingual(words[:1].upper() + words[1:])


def pack_measure(
    value: CorridorValue | CityValue, numbers: npt.NDArray[np.float64], *, caller: str = "corridor_map"
) -> dict[str, Any]:
    """Describe a numeric column for the page, with its numbers packed.

    Parameters
    ----------
    value
        What the column means.
    numbers
        Shape (n,), NaN where a value is missing.
    caller
        Who asks, for the message.

    Returns
    -------
    dict
        `key, label, kind, direction, low, high, unit, known` and the packed `values`. `low` and `high` are the
        ends of the scale as numbers, not as strength.

    Raises
    ------
    SpecificationError
        If the domain is not two different finite numbers.
    """
    kind = value.kind or ("rank" if value.column.startswith("rank") else "score")
    packed = pack_numbers(numbers)
    known = numbers[~np.isnan(numbers)]
    if packed["type"] == "f32":  # the ends of the scale as the page will read them
        known = known.astype(np.float32).astype(np.float64)
    ends = value.domain or ((float(known.min()), float(known.max())) if known.size else (0.0, 1.0))
    if len(ends) != 2 or not all(math.isfinite(end) for end in ends) or (value.domain and ends[0] == ends[1]):  # noqa: PLR2004
        wanted = f"the domain of '{value.column}' must be two different finite numbers"
        raise SpecificationError(mould(caller, wanted, repr(value.domain), "Give (lowest, highest), or None"))
    return {
        "key": value.column,
        "label": _label(value, caller),
        "kind": kind,
        "direction": value.direction or (-1 if kind == "rank" else 1),
        "low": min(ends),
        "high": max(ends),
        "unit": bilingual(value.unit, caller=caller, what=f"the unit of '{value.column}'"),
        "known": int(known.size),
        "values": packed,
    }


def pack_category(
    value: CityValue, column: pd.Series[Any], *, caller: str = "corridor_map"
) -> dict[str, Any]:
    """Describe a categorical column of the cities for the page.

    Parameters
    ----------
    value
        What the column means.
    column
        The categories; missing where a city has none.
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
    texts = [clean(cell) if not pd.isna(cell) else "" for cell in column]
    met = sorted({text for text in texts if text})
    categories = [clean(name) for name in value.order] if value.order is not None else met
    forgotten = [name for name in met if name not in categories]
    if forgotten:
        wanted = f"the order of '{value.column}' must name every category"
        raise SpecificationError(
            mould(caller, wanted, f"none for {first_offenders(forgotten)}", "Add them to order")
        )
    colours = {clean(name): colour for name, colour in (value.colours or {}).items()}
    _check_colours(value.column, colours, caller)
    codes = [float(categories.index(text)) if text else math.nan for text in texts]
    return {
        "key": value.column,
        "label": _label(value, caller),
        "kind": "category",
        "categories": categories,
        "colours": [colours.get(name, "") for name in categories],
        "values": pack_numbers(codes),
    }


def _check_colours(column: str, colours: Mapping[str, str], caller: str) -> None:
    wrong = [
        f"{name}: {colour}" for name, colour in colours.items() if not _HEX_COLOUR.fullmatch(str(colour))
    ]
    if wrong:
        wanted = f"colours of '{column}' must be written #rrggbb"
        raise SpecificationError(
            mould(caller, wanted, first_offenders(wrong), "Write six hexadecimal digits")
        )


def with_kind(value: CityValue, column: pd.Series[Any]) -> CityValue:
    """Settle whether a column of the cities is a rank, a score or a category.

    Parameters
    ----------
    value
        The wish; its `kind` wins where it is given.
    column
        The column it speaks of.

    Returns
    -------
    CityValue
        The same with `kind` set.
    """
    if value.kind is not None:
        return value
    if value.column.startswith("rank"):
        return replace(value, kind="rank")
    numeric = pdt.is_numeric_dtype(column) and not pdt.is_bool_dtype(column)
    return replace(value, kind="score" if numeric else "category")
