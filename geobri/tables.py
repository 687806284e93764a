"""The contracts of the tables: cities and flows, checked at the door; corridors are built from these.

Each `find_…_faults` lists every fault of a table at once, with the rows it was met in; each `check_…`
raises one `SchemaError` that names them all, or hands the table back. Inner functions do not check again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pandas.api import types as pdt

from geobri.errors import SchemaError, first_offenders
from geobri.notebooks import menu_of

__all__ = [
    "CITY_COLUMNS",
    "CORRIDOR_COLUMNS",
    "FLOW_COLUMNS",
    "check_cities",
    "check_flows",
]
__dir__ = menu_of(__all__)

CITY_COLUMNS: Final = ("name", "name_zh", "country", "region", "coastal")
"""Columns that every table of cities has, beside its geometry."""
FLOW_COLUMNS: Final = ("indicator", "origin", "destination", "value")
"""Columns that every table of flows has; `year` may come with them."""
CORRIDOR_COLUMNS: Final = ("origin", "destination", "distance_km", "region_pair", "coast_pair")
"""Columns that every table of corridors has, beside its geometry."""
RESERVED_IN_CITY_SLUGS: Final = ("--", "->")
"""Marks that join two city slugs to a corridor id, so that no slug may hold them."""

_LARGEST_FLOW: Final = 1e100
_POLE_DEG: Final = 90.0
_DATE_LINE_DEG: Final = 180.0

_Table = TypeVar("_Table", bound=pd.DataFrame)
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a table.

    Attributes
    ----------
    column
        The column it was met in; empty when the table as a whole is at fault.
    wanted
        What the contract asks, as a clause.
    came
        What came instead: count and first offenders.
    remedy
        What to do about it.
    rows
        Positions (from 0) of the rows at fault; empty for a fault of the whole table.
    """

    column: str
    wanted: str
    came: str
    remedy: str
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        """Give the fault as one sentence."""
        return f"{self.wanted}; got {self.came}. {self.remedy}."


def _row_fault(
    mask: _Mask,
    labels: Sequence[object] | Callable[[int], object],
    column: str,
    wanted: str,
    remedy: str,
    *,
    lines: pd.Index | None = None,
) -> list[Fault]:
    """Make the fault of the rows where `mask` holds; none where it holds nowhere. Labels may be made on demand; rows of one line count once."""
    rows = [int(row) for row in np.flatnonzero(mask)]
    if not rows:
        return []
    named = (labels(row) if callable(labels) else labels[row] for row in rows)
    met, of = (len(rows), mask.size) if lines is None else (lines[mask].nunique(), lines.nunique())
    came = f"{met} of {of} rows otherwise: {first_offenders(dict.fromkeys(named))}"
    return [Fault(column, wanted, came, remedy, tuple(rows))]


def _missing_columns(frame: pd.DataFrame, wanted: Iterable[str], table: str) -> list[Fault]:
    missing = [name for name in wanted if name not in frame.columns]
    return [
        Fault(
            name,
            f"{table} need a column '{name}'",
            f"the columns {list(map(str, frame.columns))}",
            f"Add '{name}'",
        )
        for name in missing
    ]


def find_coordinate_faults(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    labels: Sequence[object],
    *,
    columns: tuple[str, str] = ("lon", "lat"),
) -> list[Fault]:
    """List what is wrong with longitudes and latitudes.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,); NaN where the coordinate is missing.
    labels
        What to call each row in a message, length n.
    columns
        Names of the two columns, for the message.

    Returns
    -------
    list of Fault
        Missing, swapped and out-of-range coordinates; empty when all is well.
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    unknown = ~(np.isfinite(x) & np.isfinite(y))
    beyond_pole = np.abs(y) > _POLE_DEG
    swapped = ~unknown & beyond_pole & (np.abs(y) <= _DATE_LINE_DEG) & (np.abs(x) <= _POLE_DEG)
    outside = ~unknown & ~swapped & (beyond_pole | (np.abs(x) > _DATE_LINE_DEG))
    where = " and ".join(f"'{name}'" for name in columns)
    return [
        *_row_fault(
            unknown,
            labels,
            columns[0],
            f"{where} must be numbers",
            "Fill them in, or leave both columns out and geocode",
        ),
        *_row_fault(
            swapped,
            labels,
            columns[1],
            f"{where} must be longitude and latitude",
            "They look swapped: exchange the two columns",
        ),
        *_row_fault(
            outside,
            labels,
            columns[0],
            f"{where} must lie in -180..180 and -90..90",
            "Give degrees on WGS84, not metres or minutes",
        ),
    ]


def _find_point_faults(cities: pd.DataFrame) -> list[Fault]:
    if not isinstance(cities, gpd.GeoDataFrame) or cities.active_geometry_name is None:
        came = f"a {type(cities).__name__} without geometry"
        wanted, remedy = "cities must be a GeoDataFrame", "Use geobri.cities.build_cities"
        return [Fault("geometry", wanted, came, remedy)]
    if not len(cities):
        return [Fault("", "cities must have at least one row", "an empty table", "Add cities")]
    if cities.crs is None or cities.crs.to_epsg() != 4326:  # noqa: PLR2004 - the contract's own code
        came = "no CRS" if cities.crs is None else f"CRS {cities.crs.to_string()}"
        return [
            Fault(
                "geometry",
                "cities must be in EPSG:4326",
                came,
                "Call cities.to_crs(4326), or set_crs(4326) if it is only unnamed",
            )
        ]
    geometry = np.asarray(cities.geometry.array)
    is_point = shapely.get_type_id(geometry) == shapely.GeometryType.POINT.value
    labels = list(cities.index)
    faults = _row_fault(
        ~is_point,
        labels,
        "geometry",
        "every city must be a point",
        "Give one point a city, not a polygon or nothing",
    )
    points = shapely.points([(0.0, 0.0)] * len(cities))
    points[is_point] = geometry[is_point]
    x, y = shapely.get_x(points), shapely.get_y(points)
    return faults + find_coordinate_faults(x, y, labels, columns=("geometry.x", "geometry.y"))


def _find_slug_faults(slugs: pd.Index) -> list[Fault]:
    labels = list(slugs)
    text = pd.Series([label if isinstance(label, str) else "" for label in labels], dtype=object)
    blank = text.map(lambda label: not label.strip()).to_numpy(dtype=bool)
    reserved = text.map(lambda label: any(mark in label for mark in RESERVED_IN_CITY_SLUGS)).to_numpy(
        dtype=bool
    )
    doubled = np.asarray(slugs.duplicated(keep="first"))
    return [
        *_row_fault(blank, labels, "city", "every city must have a name in the index, as text", "Name it"),
        *_row_fault(
            doubled & ~blank,
            labels,
            "city",
            "every city must stand once",
            "Remove or rename the doubled rows",
        ),
        *_row_fault(
            reserved,
            labels,
            "city",
            "a city may not be called with '--' or '->'",
            "They join two cities to a corridor: rename",
        ),
    ]


def find_city_faults(cities: pd.DataFrame) -> list[Fault]:
    """List every fault of a table of cities.

    Parameters
    ----------
    cities
        One row per city, index `city`, the columns `CITY_COLUMNS` and points in EPSG:4326.

    Returns
    -------
    list of Fault
        All faults at once; empty when the contract is kept.
    """
    faults = _missing_columns(cities, CITY_COLUMNS, "cities")
    return faults + _find_slug_faults(cities.index) + _find_point_faults(cities)


def find_flow_faults(
    flows: pd.DataFrame,
    cities: Iterable[str] | None = None,
    *,
    own: bool = False,
    lines: pd.Index | None = None,
) -> list[Fault]:
    """List every fault of a table of flows.

    Parameters
    ----------
    flows
        Long table: one row per indicator and pair (and year), columns `FLOW_COLUMNS`.
    cities
        Slugs of the known cities; None to leave the ends unchecked.
    own
        Whether a city may have a flow with itself; what is done with it is then up to the caller.
    lines
        The line of the file that each row came from, where several measures stand in one: ends that are not known are counted by it.

    Returns
    -------
    list of Fault
        All faults at once; empty when the contract is kept.
    """
    faults = _missing_columns(flows, FLOW_COLUMNS, "flows")
    if faults:
        return faults
    origin, destination = flows["origin"].array, flows["destination"].array

    def pair(row: int) -> str:
        return f"{origin[row]} – {destination[row]}"

    faults += _find_value_faults(flows["value"], pair)
    same = (flows["origin"] == flows["destination"]).to_numpy(dtype=bool)
    faults += _row_fault(
        same & (not own),
        pair,
        "destination",
        "origin and destination must differ",
        "Remove the flows of a city with itself",
    )
    if cities is not None:
        known = pd.Index(list(cities))
        for end in ("origin", "destination"):
            unknown = ~flows[end].isin(known).to_numpy(dtype=bool)
            faults += _row_fault(
                unknown,
                flows[end].array,
                end,
                f"every {end} must be a known city",
                _remedy_for_unknown(flows[end][unknown], known),
                lines=lines,
            )
    key = [name for name in ("indicator", "origin", "destination", "year") if name in flows.columns]
    doubled = mark_repeated(flows, key)
    return faults + _row_fault(
        doubled, pair, "", f"{', '.join(key)} must be unique", "Add the doubled rows up, or remove them"
    )


def _find_value_faults(values: pd.Series, pair: Callable[[int], str]) -> list[Fault]:
    """List the values that are no numbers, or so large that their squares are none."""
    cells = values.array
    if not pdt.is_numeric_dtype(values):
        numbers = pd.to_numeric(values, errors="coerce")
        return _row_fault(
            (numbers.isna() & values.notna()).to_numpy(dtype=bool),
            lambda row: f"{pair(row)}: {cells[row]!r}",
            "value",
            "'value' must be a number",
            "Correct it, or leave the cell empty if it is unknown (of tables as they are, --missing says which word means that)",
        )
    return _row_fault(
        (values.abs() > _LARGEST_FLOW).to_numpy(dtype=bool, na_value=False),
        lambda row: f"{pair(row)}: {cells[row]:g}",
        "value",
        f"'value' must lie within {_LARGEST_FLOW:g} either side of 0, so that sums and squares are numbers",
        "Correct it, or choose a larger unit",
    )


_LARGEST_COUNT: Final = 8
"""How many times as long as a table a count of all its possible keys may be."""


def mark_repeated(table: pd.DataFrame, key: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Mark the rows whose key an earlier row has, as `pandas.DataFrame.duplicated` does, only sooner where there is none.

    Parameters
    ----------
    table
        Any table.
    key
        Columns that tell its rows apart.

    Returns
    -------
    numpy.ndarray
        One entry per row.
    """
    number, possible = np.zeros(len(table), dtype=np.int64), 1
    for name in key:
        column = table[name]
        categorical = isinstance(column.dtype, pd.CategoricalDtype)
        codes = column.cat.codes.to_numpy() if categorical else pd.factorize(column)[0]
        kinds = int(codes.max(initial=-1)) + 2  # a missing value is a kind of its own
        possible *= kinds
        if possible > _LARGEST_COUNT * max(len(table), 1):
            return np.asarray(table.duplicated(list(key)), dtype=bool)
        number = number * kinds + (codes.astype(np.int64) + 1)
    if not len(table) or np.bincount(number).max() <= 1:
        return np.zeros(len(table), dtype=bool)
    return np.asarray(pd.Series(number).duplicated(), dtype=bool)


def _remedy_for_unknown(labels: pd.Series, known: pd.Index) -> str:
    """Say what to do about ends that are not known; where they have lost zeros in front, which they may be."""
    padded = {
        str(label).lstrip("0"): str(label) for label in known if str(label).isdigit() and str(label)[0] == "0"
    }
    first = next((label for label in labels.unique() if str(label) in padded), None)
    if first is None:
        return "Add it to the cities, or correct it"
    return f"Add it to the cities, or correct it: zeros in front may be lost ({str(first)!r} for {padded[str(first)]!r}), so keep the ids as text"


def _raise_faults(caller: str, table: str, faults: Sequence[Fault]) -> None:
    if len(faults) == 1:
        raise SchemaError(f"{caller}: {faults[0]}")
    if faults:
        listed = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(faults, 1))
        raise SchemaError(f"{caller}: the table of {table} has {len(faults)} faults:\n{listed}")


def _checker(table: str, find: Callable[[pd.DataFrame], list[Fault]], frame: _Table, caller: str) -> _Table:
    if not isinstance(frame, pd.DataFrame):
        raise SchemaError(
            f"{caller}: {table} must be a DataFrame. Got {type(frame).__name__}. Pass a pandas or geopandas frame."
        )
    _raise_faults(caller, table, find(frame))
    return frame


def check_cities(cities: gpd.GeoDataFrame, *, caller: str = "check_cities") -> gpd.GeoDataFrame:
    """Check a table of cities and hand it back.

    Parameters
    ----------
    cities
        One row per city, index `city`, columns `CITY_COLUMNS`, points in EPSG:4326.
    caller
        Who asks, for the message.

    Returns
    -------
    geopandas.GeoDataFrame
        The same frame.

    Raises
    ------
    SchemaError
        With every fault at once.
    """
    return _checker("cities", find_city_faults, cities, caller)


def check_points(cities: pd.DataFrame, *, caller: str) -> gpd.GeoDataFrame:
    """Check that every row of a table lies somewhere on the map, whatever else the table holds, and hand it back.

    Parameters
    ----------
    cities
        Points in EPSG:4326, one row per city.
    caller
        Who asks, for the message.

    Returns
    -------
    geopandas.GeoDataFrame
        The same frame.

    Raises
    ------
    SchemaError
        With every fault at once.
    """
    return cast("gpd.GeoDataFrame", _checker("cities", _find_point_faults, cities, caller))


def check_flows(
    flows: pd.DataFrame, *, cities: Iterable[str] | None = None, caller: str = "check_flows"
) -> pd.DataFrame:
    """Check a table of flows and hand it back.

    Parameters
    ----------
    flows
        Long table with `indicator, origin, destination, value` and perhaps `year`.
    cities
        Slugs of the known cities; None to leave the ends unchecked.
    caller
        Who asks, for the message.

    Returns
    -------
    pandas.DataFrame
        The same frame.

    Raises
    ------
    SchemaError
        With every fault at once.
    """
    known = None if cities is None else list(cities)
    return _checker("flows", lambda frame: find_flow_faults(frame, known), flows, caller)
