"""The research platform of the page: comparison side by side, query by any attribute, history over years.

What the reader may ask for travels as JSON inside the page, columns dictionary-coded; `platform.js` draws it with
text nodes only.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from geobri.corridors import corridor_ids
from geobri.gazetteer.countries import name_country
from geobri.measures import Measure, label_column
from geobri.regions import REGION_NAMES_ZH
from geobri.report.model import Section
from geobri.study import Study
from geobri.study.history import over_partners
from geobri.study.model import MOST_SHOWN
from geobri.webmap.wording import clean, to_safe_json
from geobri.words import Words

__all__ = ["platform_payload", "platform_section"]

_MOST_CORRIDORS: Final = 20_000
_MOST_SERIES: Final = 200_000
_LONGEST_TEXT: Final = 60
_FIXED: Final = {
    "country": ("Country or region", "国家/地区"),
    "region": ("World region", "区域"),
    "coastal": ("Coastal", "沿海"),
    "population": ("Population", "人口"),
    "airports": ("Codes of the airports", "机场代码"),
    "port": ("Code of the port", "港口代码"),
    "distance_km": ("Distance", "距离"),
    "region_pair": ("World regions", "区域"),
    "coast_pair": ("Coast", "沿海类型"),
}
_WORDS_ZH: Final = REGION_NAMES_ZH | {
    "yes": "是",
    "no": "否",
    "coast-coast": "沿海–沿海",
    "coast-inland": "沿海–内陆",
    "inland-inland": "内陆–内陆",
}
_SAYS: Final = {
    "place": Words("City", "城市"),
    "places": Words("Cities", "城市"),
    "compare": Words(
        "Two to four cities, or corridors, side by side. A longer bar is more, or a better rank, among all of them; "
        "the most of those chosen is bold.",
        "将二至四座城市或通路并列比较。条越长，在全体中数值越大或名次越前；所选之中最突出者加粗。",
    ),
    "history": Words(
        "Flows over the years; for a city, the sum over all its corridors, or their mean where sums mean nothing (shares, scores, costs).",
        "历年流量；城市数值为其全部通路之和；份额、得分、成本等不可相加者为平均值。",
    ),
}
_LEFT_OUT: Final = frozenset({"name", "name_zh", "origin", "destination", "geometry"})


def platform_section(study: Study) -> Section | None:
    """Make the section where readers ask their own questions.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None when there is nothing to compare: fewer than two cities.
    """
    if len(study.cities) < 2:  # noqa: PLR2004 - a comparison needs two
        return None
    return Section(
        "platform",
        Words("Compare and ask", "比较与查询"),
        short=Words("Compare", "比较"),
        payload=platform_payload(study),
    )


def platform_payload(study: Study) -> str:
    """Write the tables of a study as JSON that can stand inside a script element.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    str
        JSON: `cities`, `corridors` (at most 20,000, strongest first), `history` (null without years), and what the panels say
        of the places, called as the study calls them.
    """
    corridors, left_out = _chosen_corridors(study)
    position = {slug: at for at, slug in enumerate(study.cities.index)}
    return to_safe_json(
        {
            "cities": {
                "id": [clean(slug) for slug in study.cities.index],
                "en": [clean(name) for name in study.cities["name"]],
                "zh": _chinese_names(study),
                "columns": _columns(study.cities, study.city_measures, (), own=not study.published),
            },
            "corridors": {
                "id": [clean(label) for label in corridors.index],
                "ends": [
                    [position[origin], position[destination]]
                    for origin, destination in zip(corridors["origin"], corridors["destination"], strict=True)
                ],
                "arrow": study.directed,
                "left_out": left_out,
                "columns": _columns(
                    corridors, study.corridor_measures, ("distance_km",), own=not study.published
                ),
            },
            "history": _history(study, list(corridors.index)),
            "says": {name: [told.en, told.zh] for name, said in _SAYS.items() if (told := study.tell(said))},
        }
    )


def _chinese_names(study: Study) -> list[str]:
    pairs = zip(study.cities["name"], study.cities["name_zh"], strict=True)
    return [clean(name if pd.isna(chinese) or not str(chinese) else chinese) for name, chinese in pairs]


def _chosen_corridors(study: Study) -> tuple[pd.DataFrame, int]:
    """Give all corridors, or the strongest where a page could not hold them; and how many stay out."""
    corridors = pd.DataFrame(study.corridors.drop(columns="geometry"))
    more = max(len(corridors) - _MOST_CORRIDORS, 0)
    if more and study.corridor_measures:
        first = study.corridor_measures[0]
        corridors = corridors.sort_values(
            first.column, ascending=first.direction < 0, na_position="last", kind="stable"
        )
    return corridors.head(_MOST_CORRIDORS), more


def _columns(
    frame: pd.DataFrame, values: tuple[Measure, ...], extra: tuple[str, ...], *, own: bool
) -> list[dict[str, Any]]:
    """Describe the columns a reader may ask for: values first, then what else there is.

    The reports keep their notes of where a cell is printed to the tables; what a study of one's own holds is its owner's choice.
    """
    said = {value.column: value for value in values}
    rest = [
        str(name)
        for name in frame.columns
        if name not in _LEFT_OUT and name not in said and (own or name in _FIXED)
    ]
    offered = [*list(said)[:MOST_SHOWN], *extra, *rest[:MOST_SHOWN]]
    described = [_describe(frame[name], said.get(name)) for name in offered if name in frame]
    seen: dict[str, dict[str, Any]] = {}
    for column in described:
        if column is not None:
            seen.setdefault(column["id"], column)
    return list(seen.values())


def _describe(column: pd.Series[Any], value: Measure | None) -> dict[str, Any] | None:
    """Describe one column for the page's own tables: names, unit, kind and values; None if it is empty."""
    name = str(column.name)
    plain = label_column(name)
    en, zh = (value.label, value.label_zh) if value else _FIXED.get(name, (plain, plain))
    head = {
        "id": clean(name),
        "en": clean(en),
        "zh": clean(zh),
        "unit": clean(value.unit) if value else "",
        "unit_zh": clean(value.unit_zh) if value else "",
    }
    if name == "distance_km":
        head |= {"unit": "km", "unit_zh": "公里"}
    if column.notna().sum() == 0:
        return None
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        kind = "rank" if value and value.direction < 0 else "score"
        numbers = _floats(column)
        if (
            value is not None and value.kind == "share" and value.origin == "total"
        ):  # of 1; people read per cent
            head |= {"unit": "%", "unit_zh": "%"}
            numbers = [100 * number for number in numbers]
        return {**head, "kind": kind, "numbers": [_number(cell) for cell in numbers]}
    texts = ["" if pd.isna(cell) else _text(cell) for cell in column]
    if max(map(len, texts)) > _LONGEST_TEXT:
        return None
    words = sorted({text for text in texts if text})
    code = {word: at for at, word in enumerate(words)}
    translated = [" – ".join(_WORDS_ZH.get(part, part) for part in word.split(" / ")) for word in words]
    if name == "country":
        named = [name_country(word) for word in words]
        words, translated = [one.en for one in named], [one.zh for one in named]
    return {
        **head,
        "kind": "text",
        "words": words,
        "words_zh": translated,
        "codes": [code.get(text, -1) for text in texts],
    }


def _text(cell: object) -> str:
    if isinstance(cell, (bool, np.bool_)):
        return "yes" if cell else "no"
    return clean(cell)


def _floats(column: pd.Series[Any]) -> list[float]:
    """Give numbers as such, NaN where there is none, whatever type their column has."""
    numbers: list[float] = column.to_numpy(dtype=float, na_value=math.nan).tolist()
    return numbers


def _number(cell: Any) -> float | int | None:
    if pd.isna(cell) or not math.isfinite(float(cell)):
        return None
    number = float(f"{float(cell):.9g}")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _history(study: Study, corridors: list[str]) -> dict[str, Any] | None:
    """Give a series per indicator and city, and per corridor where a page can hold them."""
    flows = study.flows
    if flows is None or "year" not in flows.columns or flows["year"].nunique() < 2:  # noqa: PLR2004 - one year is no history
        return None
    years = sorted(int(year) for year in flows["year"].dropna().unique())
    labels = {value.column: value for value in study.corridor_measures}
    known = flows.dropna(subset=["year"])
    known = known.assign(
        corridor=corridor_ids(known["origin"], known["destination"], directed=study.directed)
    )
    names = list(dict.fromkeys(known["indicator"].astype(str)))
    with_corridors = len(corridors) * len(years) * len(names) <= _MOST_SERIES
    return {
        "years": years,
        "indicators": [
            _series(
                known[known["indicator"] == name],
                labels.get(name) or Measure(name),
                years,
                list(study.cities.index),
                corridors if with_corridors else None,
            )
            for name in names
        ],
    }


def _series(
    flows: pd.DataFrame, value: Measure, years: list[int], cities: list[str], corridors: list[str] | None
) -> dict[str, Any]:
    ends = pd.concat([flows.assign(city=flows[end]) for end in ("origin", "destination")])
    by_city = _wide(ends, "city", years, value).reindex(cities)
    by_corridor = None if corridors is None else _wide(flows, "corridor", years, value).reindex(corridors)
    return {
        "id": clean(value.column),
        "en": clean(value.label),
        "zh": clean(value.label_zh),
        "unit": clean(value.unit),
        "cities": _rows(by_city),
        "corridors": None if by_corridor is None else _rows(by_corridor),
    }


def _wide(flows: pd.DataFrame, key: str, years: list[int], measure: Measure) -> pd.DataFrame:
    together = over_partners(flows.groupby([key, "year"], observed=True)["value"], measure)
    return pd.DataFrame(together.unstack("year")).reindex(columns=years)  # noqa: PD010 - a group has one value


def _rows(frame: pd.DataFrame) -> list[list[float | int | None]]:
    return [[_number(cell) for cell in row] for row in frame.astype(float).to_numpy()]
