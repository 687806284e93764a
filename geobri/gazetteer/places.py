"""Places from disk: the gazetteer, and the points of the reports' cities.

Contains information from GeoNames (https://www.geonames.org), licence CC BY 4.0; see `geobri/data/gazetteer/SOURCES.md`.
"""

from __future__ import annotations

import functools
import gzip
import io
from dataclasses import dataclass
from importlib import resources
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.gazetteer.names import name_key

__all__ = ["GEONAMES_ATTRIBUTION", "load_gazetteer", "load_report_cities"]

GEONAMES_ATTRIBUTION = "Places: GeoNames (https://www.geonames.org), CC BY 4.0"
"""What to print beside coordinates, names or populations that come from here."""


def _read(name: str, **options: Any) -> pd.DataFrame:
    content = (resources.files("geobri") / "data" / "gazetteer" / name).read_bytes()
    text = io.BytesIO(gzip.decompress(content) if name.endswith(".gz") else content)
    frame: pd.DataFrame = pd.read_csv(text, encoding="utf-8", keep_default_na=False, **options)
    return frame


@functools.cache
def _places() -> pd.DataFrame:
    text = dict.fromkeys(("name", "name_zh", "country", "admin1", "city", "capital"), "str")
    return _read("places.csv.gz", dtype={**text, "population": "Int64"}, na_values={"population": ""})


def load_gazetteer() -> gpd.GeoDataFrame:
    """Load all places of the gazetteer.

    Returns
    -------
    geopandas.GeoDataFrame
        34,013 places: those with 15,000 inhabitants or more, capitals, and those the reports name. Index `geonameid` (below 0: five
        points of our own that GeoNames' extract lacks), columns `name, name_zh, country` (ISO alpha-3)`, admin1, population`
        (nullable)`, city` (slug in the reports or empty)`, capital` (of a sovereign country, one each, as GeoNames names it)`, geometry` (Point,
        EPSG:4326). A fresh copy.

    Notes
    -----
    Data: GeoNames, CC BY 4.0. Populations are GeoNames' and of mixed vintage and extent (New Delhi is the district, not the city).
    """
    places = _places()
    points = gpd.points_from_xy(places["lon"], places["lat"], crs="EPSG:4326")
    kept = places.drop(columns=["lon", "lat"]).assign(capital=places["capital"].eq("1"))
    return gpd.GeoDataFrame(kept, geometry=points).set_index("geonameid")


def load_report_cities() -> gpd.GeoDataFrame:
    """Load the points of the 513 cities of the reports (the 22 are among them).

    Returns
    -------
    geopandas.GeoDataFrame
        Index `city` (slug), columns `country, geonameid, population` (nullable)`, point, remark, geometry` (Point, EPSG:4326).
        `point` is `city`, `seat` (the seat of a prefecture, district or island) or `region` (no city at all: Kalimantan, whose
        point is good for a label only).

    Notes
    -----
    Data: GeoNames, CC BY 4.0; four points and Kalimantan's are our own, as their remarks say.
    """
    integers = ("geonameid", "population")
    cities = _read(
        "report_cities.csv", dtype=dict.fromkeys(integers, "Int64"), na_values=dict.fromkeys(integers, "")
    )
    points = gpd.points_from_xy(cities["lon"], cities["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(cities.drop(columns=["lon", "lat"]), geometry=points).set_index("city")


@dataclass(frozen=True, slots=True)
class NameIndex:
    """All names of all places, ready to be looked up.

    Attributes
    ----------
    keys
        Normalised names, sorted, shape (n,).
    rows
        Row of the place in the gazetteer for each key.
    main
        Whether the key is the place's main name.
    aliases
        For each normalised alias of the reports' cities and of the divisions of China: (row of the place, country, whether the bare name
        is enough).
    seats
        For each alias that is a prefecture's, not the place's own: the prefecture.
    prefectures
        Names of prefectures of China, each with its place in `aliases`.
    absent
        Names of prefectures and counties of China whose place the gazetteer lacks, so that another place's name is not taken for theirs.
    """

    keys: npt.NDArray[np.object_]
    rows: npt.NDArray[np.int64]
    main: npt.NDArray[np.bool_]
    aliases: dict[str, list[tuple[int, str, bool]]]
    seats: dict[str, str]
    prefectures: frozenset[str]
    absent: frozenset[str]

    def find(self, key: str) -> tuple[list[int], list[int]]:
        """Give the rows of the places whose main name, and whose other names, have this key."""
        start, stop = (
            np.searchsorted(self.keys, [key], side="left")[0],
            np.searchsorted(self.keys, [key], side="right")[0],
        )
        rows, main = self.rows[start:stop], self.main[start:stop]
        return rows[main].tolist(), rows[~main].tolist()

    def find_all(self, keys: tuple[str, ...]) -> tuple[list[int], list[int], list[tuple[int, str, bool]]]:
        """Give the same for any of several keys, and their aliases."""
        pairs = [self.find(key) for key in keys]
        aliases = [alias for key in keys for alias in self.aliases.get(key, [])]
        return (
            [row for main, _ in pairs for row in main],
            [row for _, other in pairs for row in other],
            aliases,
        )


@functools.cache
def load_name_index() -> NameIndex:
    """Load the index of names; cached, as nothing in it changes.

    Returns
    -------
    NameIndex
        312,810 normalised names, the aliases of the reports' cities, and the names of the divisions of China.
    """
    names = _read("names.csv.gz", dtype={"key": "str", "place": "int64", "main": "int8"})
    keys = names["key"].to_numpy(dtype=object)
    rows, main = names["place"].to_numpy(dtype=np.int64), names["main"].to_numpy(dtype=bool)
    row_of = {int(number): row for row, number in enumerate(_places()["geonameid"])}
    names_zh = _read("chinese_names.csv", dtype={"geonameid": "Int64"}, na_values={"geonameid": ""})
    divisions = names_zh[names_zh["geonameid"].notna()]
    seats = divisions[divisions["by"] == "seat"]
    return NameIndex(
        keys=keys,
        rows=rows,
        main=main,
        aliases=_load_aliases(row_of, divisions),
        seats=dict(zip(seats["alias"], seats["division"], strict=True)),
        prefectures=frozenset(divisions.loc[divisions["level"] == "prefecture", "alias"]),
        absent=frozenset(names_zh.loc[names_zh["geonameid"].isna(), "alias"]),
    )


def _load_aliases(row_of: dict[int, int], divisions: pd.DataFrame) -> dict[str, list[tuple[int, str, bool]]]:
    """Aliases of the reports' cities, then names of China's divisions where the reports have none; a prefecture's name is enough."""
    table = _read("aliases.csv")
    prefectures = divisions[divisions["level"] == "prefecture"]
    enough = set(zip(prefectures["alias"], prefectures["geonameid"], strict=True))
    aliases: dict[str, list[tuple[int, str, bool]]] = {}
    for alias, country, number, bare in zip(
        table["alias"], table["country"], table["geonameid"], table["bare"], strict=True
    ):
        decides = bool(bare) or (alias, number) in enough
        aliases.setdefault(name_key(alias), []).append((row_of[int(number)], str(country), decides))
    of_reports = set(aliases)
    for alias, number in zip(divisions["alias"], divisions["geonameid"], strict=True):
        if alias not in of_reports:
            aliases.setdefault(str(alias), []).append((row_of[int(number)], "CHN", True))
    return aliases
