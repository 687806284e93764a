"""The pairs of cities that an index is about; domestic pairs in or out by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import IntArray
from geobri.corridors import corridor_ids
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.words import Words

__all__ = ["PairUniverse", "build_universe", "empty_universe"]

_LEAST_CITIES: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class PairUniverse:
    """The pairs of cities that an index is about.

    Attributes
    ----------
    cities
        City slugs, n of them, in the order of the cities table.
    first, second
        Positions in `cities` of the ends of m undirected pairs, shape (m,); the slug of `first` sorts before.
    position
        Where the pair of two cities stands, shape (n, n), symmetric; -1 outside the universe.
    """

    cities: pd.Index
    first: IntArray
    second: IntArray
    position: npt.NDArray[np.int32]

    def __len__(self) -> int:
        """Count the undirected pairs."""
        return len(self.first)

    def frame(self, *, directed: bool = False) -> pd.DataFrame:
        """Give the ends of every pair.

        Parameters
        ----------
        directed
            Whether both directions get a row: first all from `first` to `second`, then all the way back.

        Returns
        -------
        pandas.DataFrame
            Index `corridor`, columns `origin, destination`.
        """
        slugs = self.cities.to_numpy(dtype=object)
        one, other = slugs[self.first], slugs[self.second]
        if directed:
            one, other = np.concatenate([one, other]), np.concatenate([other, one])
        ends = pd.DataFrame({"origin": one, "destination": other})
        return ends.set_index(corridor_ids(ends["origin"], ends["destination"], directed=directed))

    def without_cities(self, gone: npt.NDArray[np.bool_]) -> PairUniverse:
        """Drop every pair of some cities; the cities keep their positions.

        Parameters
        ----------
        gone
            Cities to drop, shape (n,).

        Returns
        -------
        PairUniverse
            A smaller universe over the same list of cities.
        """
        keep = ~(gone[self.first] | gone[self.second])
        return _universe(self.cities, self.first[keep], self.second[keep])

    def take(self, keep: npt.NDArray[np.bool_]) -> PairUniverse:
        """Keep some pairs.

        Parameters
        ----------
        keep
            Pairs to keep, shape (m,).

        Returns
        -------
        PairUniverse
            A smaller universe over the same list of cities.
        """
        return _universe(self.cities, self.first[keep], self.second[keep])


def build_universe(
    cities: pd.DataFrame, *, domestic: str = "exclude", pairs: pd.DataFrame | None = None
) -> PairUniverse:
    """List the pairs of cities that count.

    Parameters
    ----------
    cities
        One row per city, index of slugs; `country` where `domestic` is not ``"include"``.
    domestic
        ``"exclude"`` pairs within one country, ``"include"`` them, or take ``"only"`` them.
    pairs
        Columns `origin, destination`: take only these pairs (the rule for domestic pairs still holds).

    Returns
    -------
    PairUniverse
        n (n - 1) / 2 pairs less those that the rule leaves out, ordered by slug.

    Raises
    ------
    DataError
        If there are fewer than two cities, or no pair is left.
    SchemaError
        If a country is missing where it decides, or pairs name unknown cities or a city with itself.
    """
    _refuse_few(cities)
    by_slug = np.argsort(cities.index.to_numpy(dtype=object), kind="stable")
    one, other = np.triu_indices(len(cities), k=1)
    first, second = by_slug[one], by_slug[other]
    if domestic != "include":
        at_home = _same_country(cities, first, second)
        keep = at_home if domestic == "only" else ~at_home
        first, second = first[keep], second[keep]
    universe = _universe(cities.index, first, second)
    if pairs is not None:
        universe = universe.take(_listed(universe, pairs))
    if len(universe) == 0:
        came = f"{len(cities)} cities and domestic={domestic!r}"
        raise DataError(
            mould(
                "build_universe",
                Words("at least one pair must remain", "须至少剩下一个城市对"),
                came,
                'Add cities abroad, or say domestic="include"',
            )
        )
    return universe


def empty_universe(cities: pd.DataFrame) -> PairUniverse:
    """Give the universe of an index of cities alone: no pair counts.

    Parameters
    ----------
    cities
        One row per city.

    Returns
    -------
    PairUniverse
        The cities, and no pairs.

    Raises
    ------
    DataError
        If there are fewer than two cities.
    """
    _refuse_few(cities)
    nothing = np.empty(0, dtype=np.int64)
    return _universe(cities.index, nothing, nothing)


def _refuse_few(cities: pd.DataFrame) -> None:
    if len(cities) < _LEAST_CITIES:
        came = f"{len(cities)}: {first_offenders(cities.index)}" if len(cities) else "none"
        raise DataError(
            mould(
                "build_universe",
                Words("an index needs at least two cities", "指数至少需要两座城市"),
                came,
                "Add cities",
            )
        )


def _universe(cities: pd.Index, first: npt.NDArray[Any], second: npt.NDArray[Any]) -> PairUniverse:
    position = np.full((len(cities), len(cities)), -1, dtype=np.int32)
    position[first, second] = position[second, first] = np.arange(len(first))
    return PairUniverse(cities, first.astype(np.int64), second.astype(np.int64), position)


def _same_country(cities: pd.DataFrame, first: IntArray, second: IntArray) -> npt.NDArray[np.bool_]:
    if "country" not in cities.columns or cities["country"].isna().any():
        absent = cities.index if "country" not in cities.columns else cities.index[cities["country"].isna()]
        came = f"{len(absent)} cities without: {first_offenders(absent)}"
        remedy = "Fill in the column 'country', or say domestic=\"include\""
        raise SchemaError(
            mould(
                "build_universe",
                Words("domestic pairs are found by country", "国内城市对按国家识别"),
                came,
                remedy,
            )
        )
    country = pd.factorize(cities["country"])[0]
    return np.asarray(country[first] == country[second])


def _listed(universe: PairUniverse, pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which pairs of the universe a table lists, and refuse those that it cannot hold."""
    absent = [name for name in ("origin", "destination") if name not in pairs.columns]
    if absent:
        raise SchemaError(
            mould(
                "build_universe",
                Words(f"pairs need columns {absent}", f"城市对表缺少列：{absent}"),
                str(list(map(str, pairs.columns))),
                "Add them",
            )
        )
    one, other = (
        universe.cities.get_indexer(pd.Index(pairs[end].to_numpy(dtype=object)))
        for end in ("origin", "destination")
    )
    bad = (one < 0) | (other < 0) | (one == other)
    if bad.any():
        said = [
            f"{row.origin} – {row.destination}"
            for row in pairs.loc[bad, ["origin", "destination"]].itertuples()
        ]
        came = f"{len(said)} of {len(pairs)} otherwise: {first_offenders(said)}"
        raise SchemaError(
            mould(
                "build_universe",
                Words("pairs must join two different known cities", "城市对须连接两座不同的已知城市"),
                came,
                "Correct or remove them",
            )
        )
    keep = np.zeros(len(universe), dtype=bool)
    place = universe.position[one, other]
    keep[place[place >= 0]] = True
    return keep
