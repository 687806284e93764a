"""The map in words: a text alternative for those who cannot see it, in both languages."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.webmap.payload import sort_strongest_first
from geobri.words import CITY, PlaceWords, Words

__all__ = ["summarise_map"]

_MOST_NAMED: Final = 5
_FRONTS: Final = {
    "strongest": Words("Strongest by", "最强的通路"),
    "lowest": Words("Lowest in", "数值最小的通路"),
    "highest": Words("Highest in", "数值最大的通路"),
}


def summarise_map(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    numbers: npt.NDArray[np.float64],
    measure: dict[str, Any],
    place: PlaceWords = CITY,
    *,
    lines: bool = True,
) -> dict[str, str]:
    """Say in a few sentences what the map shows when it opens.

    Parameters
    ----------
    cities, corridors
        The tables of the map.
    numbers
        Values of the opening column, shape (n,), NaN where missing.
    measure
        The packed opening column.
    place
        What the places are called.
    lines
        Whether corridors are drawn.

    Returns
    -------
    dict of str
        Keys `en` and `zh`.
    """
    order = sort_strongest_first(numbers, measure["direction"])[: 2 * _MOST_NAMED]
    top = _once(corridors, numbers, [int(row) for row in order if not np.isnan(numbers[row])])[:_MOST_NAMED]
    label = measure["label"]
    if not lines:
        alone = place.tell(
            Words(
                f"Map of {len(cities):,} cities; the {len(corridors):,} corridors between them are not drawn at first.",
                f"{len(cities):,} 座城市的地图；城市间的 {len(corridors):,} 条通路起初不显示。",
            )
        )
        return {"en": alone.en, "zh": alone.zh}
    said = place.tell(
        Words(
            f"Map of {len(cities):,} cities and {len(corridors):,} corridors, drawn as great circles, not as routes.",
            f"{len(cities):,} 座城市、{len(corridors):,} 条通路的地图；线为大圆线，并非实际路线。",
        )
    )
    opening = {"en": said.en, "zh": said.zh}
    if not top:
        return opening
    named = {
        "en": "; ".join(_name(cities, corridors, row, numbers, "name") for row in top),
        "zh": "；".join(_name(cities, corridors, row, numbers, "name_zh") for row in top),
    }
    front = _FRONTS[measure["front"]]
    return {
        "en": f"{opening['en']} {front.en} {label['en']}: {named['en']}.",
        "zh": f"{opening['zh']}“{label['zh']}”{front.zh}：{named['zh']}。",
    }


def _name(
    cities: pd.DataFrame, corridors: pd.DataFrame, row: int, numbers: npt.NDArray[np.float64], column: str
) -> str:
    ends = []
    for end in ("origin", "destination"):
        city = cities.loc[corridors[end].iloc[row]]
        ends.append(str(city["name"] if pd.isna(city[column]) or not city[column] else city[column]))
    sign = "→" if _leads_back(corridors, row) else "–"
    return f"{ends[0]} {sign} {ends[1]} ({_write(numbers[row])})"


def _leads_back(corridors: pd.DataFrame, row: int) -> bool:
    """Tell whether the way back is a corridor of its own."""
    one, other = corridors["origin"].iloc[row], corridors["destination"].iloc[row]
    return bool(((corridors["origin"] == other) & (corridors["destination"] == one)).any())


def _write(number: float) -> str:
    """Whole numbers, and numbers from a thousand on, without a point; others with four digits."""
    return f"{number:,.0f}" if number == round(number) or abs(number) >= 1000 else f"{number:.4g}"  # noqa: PLR2004


def _once(corridors: pd.DataFrame, numbers: npt.NDArray[np.float64], rows: list[int]) -> list[int]:
    """Name a pair once where both directions have the same value, as those of an undirected measure do."""
    met: dict[tuple[frozenset[str], float], int] = {}
    for row in rows:
        ends = frozenset((str(corridors["origin"].iloc[row]), str(corridors["destination"].iloc[row])))
        met.setdefault((ends, float(numbers[row])), row)
    return list(met.values())
