"""From tables to what the page reads: cities, corridors and values as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.measures import Measure, as_measure
from geobri.tables import check_cities
from geobri.webmap.distances import pack_distance
from geobri.webmap.packing import pack_bytes, pack_numbers
from geobri.webmap.values import pack_category, pack_measure, read_numbers
from geobri.webmap.wording import bilingual, clean

__all__ = ["as_corridor_measures", "pack_cities", "pack_corridors", "sort_strongest_first"]

_COORDINATE_DIGITS = 6
_MANY_CITIES = 64
_CHANGES = ("up", "down", "same", "new", "out")


def as_corridor_measures(
    value: str | Measure, values: Sequence[str | Measure], corridors: pd.DataFrame, *, caller: str
) -> list[Measure]:
    """Line up the columns the reader can switch between, the first one first.

    Parameters
    ----------
    value
        The column that is shown when the page opens.
    values
        Further columns; a repetition of `value` is dropped, but its place in the list is kept.
    corridors
        The table they are columns of.
    caller
        Who asks, for the message.

    Returns
    -------
    list of Measure
        Each column once; the place of `value` among `values` is kept when it is there, else it comes first.

    Raises
    ------
    SchemaError
        If a column is missing, all missing ones at once.
    """
    wished = [value, *values] if _column(value) not in map(_column, values) else list(values)
    said = {item.column: item for item in (*wished, value) if isinstance(item, Measure)}
    names = dict.fromkeys(map(_column, wished))
    unique = {name: said.get(name) or as_measure(name, corridors, of="corridors") for name in names}
    missing = [name for name in unique if name not in corridors.columns]
    if missing:
        wanted = f"corridors must have the columns {first_offenders(missing)}"
        raise SchemaError(
            mould(
                caller,
                wanted,
                f"the columns {list(map(str, corridors.columns))}",
                "Correct `value` or `values`",
            )
        )
    return list(unique.values())


def _column(item: str | Measure) -> str:
    return item if isinstance(item, str) else item.column


def sort_strongest_first(numbers: npt.NDArray[np.float64], direction: int) -> npt.NDArray[np.intp]:
    """Order rows from strongest to weakest, missing values last, ties as they stand.

    Parameters
    ----------
    numbers
        Shape (n,), NaN where a value is missing.
    direction
        +1 when more is stronger, -1 when less is.

    Returns
    -------
    numpy.ndarray
        Shape (n,), positions of the rows.
    """
    return np.argsort(-direction * numbers, kind="stable")


def pack_cities(
    cities: gpd.GeoDataFrame, city_values: Sequence[str | Measure] = (), *, caller: str = "corridor_map"
) -> dict[str, Any]:
    """Pack the cities for the page.

    Parameters
    ----------
    cities
        Table that keeps the contract of `geobri.tables.check_cities`.
    city_values
        Columns that size or colour the points.
    caller
        Who asks, for the message.

    Returns
    -------
    dict
        Parallel lists `slug, name, name_zh, country, region` (position in `regions`, -1 for none), `coastal`
        (1, 0 or -1 for unknown), `lon, lat` (degrees), and `values`. From 64 cities on, numbers are packed as of
        `pack_numbers`, and the words as JSON in `texts`, with the names of its `columns`.

    Raises
    ------
    SchemaError
        If the table or one of the columns is at fault.
    """
    check_cities(cities, caller=caller)
    region = pd.Categorical(cities["region"].map(clean, na_action="ignore"))
    names = cities["name"].map(clean)
    texts = {
        "slug": [clean(slug) for slug in cities.index],
        "name": names.tolist(),
        "name_zh": [clean(zh) or name for zh, name in zip(cities["name_zh"], names, strict=True)],
        "country": cities["country"].map(clean).tolist(),
    }
    numbers: dict[str, list[Any]] = {
        "region": region.codes.tolist(),
        "coastal": [-1 if pd.isna(flag) else int(bool(flag)) for flag in cities["coastal"]],
        "lon": cities.geometry.x.round(_COORDINATE_DIGITS).tolist(),
        "lat": cities.geometry.y.round(_COORDINATE_DIGITS).tolist(),
    }
    many = len(cities) >= _MANY_CITIES
    return {
        **(_pack_texts(texts) if many else texts),
        **({name: pack_numbers(column) for name, column in numbers.items()} if many else numbers),
        "regions": [str(name) for name in region.categories],
        "values": [_pack_city_value(item, cities, caller) for item in city_values],
    }


def _pack_texts(texts: dict[str, list[str]]) -> dict[str, Any]:
    """Pack columns of words together: their names repeat each other."""
    rows = json.dumps(list(texts.values()), ensure_ascii=False, separators=(",", ":"))
    return {"texts": {"columns": list(texts)} | pack_bytes(rows.encode())}


def _pack_city_value(item: str | Measure, cities: gpd.GeoDataFrame, caller: str) -> dict[str, Any]:
    value = as_measure(item, cities, of="cities")
    if value.column not in cities.columns:
        came = f"the columns {list(map(str, cities.columns))}"
        raise SchemaError(
            mould(caller, f"cities must have the column '{value.column}'", came, "Correct `city_values`")
        )
    column = cities[value.column]
    if value.kind in ("category", "flag"):
        return pack_category(value, column, caller=caller)
    packed = pack_measure(value, read_numbers(column, caller=caller, table="cities"), caller=caller)
    if value.change in cities.columns:
        packed["changes"] = [said if said in _CHANGES else "" for said in cities[value.change].map(clean)]
    return packed


def pack_corridors(
    corridors: pd.DataFrame,
    cities: gpd.GeoDataFrame,
    values: Sequence[Measure],
    *,
    details: Mapping[str, Any] | None = None,
    years: Mapping[str, Mapping[int, str]] | None = None,
    caller: str = "corridor_map",
) -> dict[str, Any]:
    """Pack the corridors for the page, in the order of their ends, which packs best; the page sorts them itself.

    Parameters
    ----------
    corridors
        One row per corridor with `origin` and `destination`; `distance_km` is taken along when it is there.
    cities
        The cities, in the order in which they are packed.
    values
        The columns to switch between, and categories and flags, which become types of corridors.
    details
        Further columns to show on hover, each with its label.
    years
        For columns that have years, the columns of each of them.
    caller
        Who asks, for the message.

    Returns
    -------
    dict
        `n, directed, alphabetical, origin, destination, distance_km, ids, values, types, details`; `ids` is None when every id is the
        one its two cities give. Where `alphabetical`, the end that comes first in the table of cities stands in `origin`, and the page
        turns pairs to the order of their slugs; where these are all pairs of the table, each once, `origin` and `destination` are None.

    Raises
    ------
    SchemaError
        If a column is missing or not numeric, or an id stands twice.
    DataError
        If a corridor names an unknown city, or the same city twice.
    SpecificationError
        If a column holds other numbers than the year that it shows.
    """
    unsorted = _read_ends(corridors, cities.index, caller)
    alphabetical = _are_alphabetical(unsorted, cities.index)
    written = (np.minimum(*unsorted), np.maximum(*unsorted)) if alphabetical else unsorted
    order = np.lexsort((written[1], written[0]))  # stable
    ends = [end[order] for end in unsorted]
    sorted_rows = corridors if (np.diff(order) == 1).all() else corridors.iloc[order]
    ids, directed = _pack_ids(sorted_rows, cities.index, ends, caller)
    all_pairs = alphabetical and _are_all_pairs(written[0][order], written[1][order], len(cities))
    words = [item for item in values if item.kind in ("category", "flag")]
    return {
        "n": len(corridors),
        "directed": directed,
        "alphabetical": alphabetical,
        "origin": None if all_pairs else pack_numbers(written[0][order]),
        "destination": None if all_pairs else pack_numbers(written[1][order]),
        "distance_km": _pack_distance(sorted_rows, cities, ends, caller),
        "ids": ids,
        "values": [
            _pack_corridor_value(item, sorted_rows, (years or {}).get(item.column, {}), caller)
            for item in values
            if item not in words
        ],
        "types": [pack_category(item, sorted_rows[item.column], caller=caller) for item in words],
        "details": [_pack_detail(name, label, sorted_rows) for name, label in (details or {}).items()],
    }


def _pack_corridor_value(
    item: Measure, corridors: pd.DataFrame, columns: Mapping[int, str], caller: str
) -> dict[str, Any]:
    """Pack a column, with those of its other years; the year that it shows must be one of them."""
    missing = [name for name in columns.values() if name not in corridors.columns]
    if missing:
        wanted = f"corridors must have the columns of the years of '{item.column}'"
        raise SchemaError(
            mould(caller, wanted, f"no {first_offenders(missing)}", "Correct `years`, or add the columns")
        )
    numbers = {
        year: read_numbers(corridors[name], caller=caller, table="corridors")
        for year, name in columns.items()
    }
    own = read_numbers(corridors[item.column], caller=caller, table="corridors")
    shown = item.year if item.year in numbers else max(numbers, default=None)
    if shown is not None and not np.array_equal(numbers[shown], own, equal_nan=True):
        wanted = f"'{item.column}' must hold the numbers of the year that it shows"
        came = f"other numbers than '{columns[shown]}', which is that of {shown}"
        raise SpecificationError(
            mould(caller, wanted, came, "Say Measure(year=…), or correct the columns of `years`")
        )
    others = {year: column for year, column in sorted(numbers.items()) if year != shown}
    return pack_measure(item, own, others=others, caller=caller) | {
        "year": item.year if shown is None else int(shown)
    }


def _read_ends(
    corridors: pd.DataFrame, slugs: pd.Index, caller: str
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    missing = [name for name in ("origin", "destination") if name not in corridors.columns]
    if missing:
        came = f"the columns {list(map(str, corridors.columns))}"
        raise SchemaError(
            mould(
                caller,
                f"corridors must have {' and '.join(missing)}",
                came,
                "Use geobri.corridors.build_corridors",
            )
        )
    origin, destination = (slugs.get_indexer(pd.Index(corridors[end])) for end in ("origin", "destination"))
    unknown = pd.concat([corridors["origin"][origin < 0], corridors["destination"][destination < 0]]).unique()
    if len(unknown):
        wanted = "every corridor must join two cities of the table"
        raise DataError(
            mould(
                caller,
                wanted,
                f"{len(unknown)} unknown cities: {first_offenders(unknown)}",
                "Add them to cities, or drop the rows",
            )
        )
    loops = corridors.index[origin == destination]
    if len(loops):
        came = f"{len(loops)} corridors from a city to itself: {first_offenders(loops)}"
        raise DataError(mould(caller, "a corridor must join two different cities", came, "Drop these rows"))
    return origin, destination


def _are_alphabetical(ends: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], slugs: pd.Index) -> bool:
    """Say whether every origin comes before its destination in an order on which Python and the page agree."""
    names = slugs.astype(str).to_numpy(dtype=object)
    place = np.argsort(np.argsort(names))
    return bool((place[ends[0]] < place[ends[1]]).all()) and all(name.isascii() for name in names)


def _are_all_pairs(first: npt.NDArray[np.intp], second: npt.NDArray[np.intp], n_cities: int) -> bool:
    """Say whether sorted pairs are all that there are, each once."""
    if len(first) != n_cities * (n_cities - 1) // 2:
        return False
    every = np.triu_indices(n_cities, 1)
    return np.array_equal(first, every[0]) and np.array_equal(second, every[1])


def _pack_ids(
    corridors: pd.DataFrame, slugs: pd.Index, ends: list[npt.NDArray[np.intp]], caller: str
) -> tuple[list[str] | None, bool]:
    doubled = corridors.index[corridors.index.duplicated()]
    if len(doubled):
        wanted = "the index of corridors must be unique"
        raise SchemaError(
            mould(
                caller,
                wanted,
                f"{len(doubled)} doubled ids: {first_offenders(doubled)}",
                "Remove or rename them",
            )
        )
    labels = corridors.index.astype(str).to_numpy(dtype=object)
    names = slugs.astype(str).to_numpy(dtype=object)
    place = np.argsort(np.argsort(names))
    first, second = (names[end] for end in ends)
    if np.array_equal(labels, first + "->" + second):
        return None, True
    turned = place[ends[0]] > place[ends[1]]
    if np.array_equal(labels, np.where(turned, second, first) + "--" + np.where(turned, first, second)):
        return None, False
    return [clean(label) for label in labels], False


def _pack_distance(
    corridors: pd.DataFrame, cities: gpd.GeoDataFrame, ends: list[npt.NDArray[np.intp]], caller: str
) -> dict[str, Any] | None:
    if "distance_km" not in corridors.columns:
        return None
    distance = read_numbers(corridors["distance_km"], caller=caller, table="corridors")
    lonlat = np.column_stack([cities.geometry.x, cities.geometry.y]).round(_COORDINATE_DIGITS)
    return pack_distance(distance, lonlat, ends[0], ends[1])


def _pack_detail(name: str, label: Any, corridors: pd.DataFrame) -> dict[str, Any]:
    if name not in corridors.columns:
        came = f"the columns {list(map(str, corridors.columns))}"
        raise SchemaError(
            mould("corridor_map", f"corridors must have the column '{name}'", came, "Correct `details`")
        )
    return {
        "key": name,
        "label": bilingual(label or name),
        "text": [clean(cell) if not pd.isna(cell) else "" for cell in corridors[name]],
    }
