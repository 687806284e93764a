"""From the long table of flows to one column of pair values per indicator.

The table is coded once (cities and indicators become integers), then every indicator is laid on the pair universe.
What a missing row, an empty cell and a zero mean is decided here, by the indicator's own declaration, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import BoolArray, FloatArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.score.coding import CodedFlows
from geobri.score.levels import city_to_pair, fold_directions, shared_members
from geobri.score.spec import Indicator
from geobri.score.universe import PairUniverse
from geobri.words import Words

__all__ = ["Attribute", "PairColumn", "gather_members", "gather_model", "gather_pairs", "refuse_asymmetry"]

_ASYMMETRY: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """An attribute of n cities, as it goes into the city level.

    Attributes
    ----------
    amounts
        Values before any denomination, shape (n,).
    filled
        Where the value of a city was imputed, shape (n,).
    rates
        Values per unit of size where these were imputed instead of the amounts, shape (n,); else None.
    """

    amounts: FloatArray
    filled: BoolArray
    rates: FloatArray | None = None

    @property
    def missing(self) -> BoolArray:
        """Tell which cities have no value."""
        return np.isnan(self.amounts if self.rates is None else self.rates)


@dataclass(frozen=True, slots=True, eq=False)
class PairColumn:
    """One indicator on the m pairs of a universe, both directions.

    Attributes
    ----------
    there, back
        Values from the first to the second city and the other way, shape (m,); the same array when symmetric.
    filled_there, filled_back
        Where a value was imputed.
    indicator
        The declaration it was gathered by.
    modelled
        Whether the values are derived from attributes or memberships of the cities, not observed on pairs.
    attribute
        The attribute that they are derived from; None for other indicators.
    """

    there: FloatArray
    back: FloatArray
    filled_there: BoolArray
    filled_back: BoolArray
    indicator: Indicator
    modelled: bool = False
    attribute: Attribute | None = None

    @property
    def pair(self) -> FloatArray:
        """Give one value a pair: the two directions folded."""
        return (
            fold_directions(self.there, self.back, self.indicator.fold)
            if self.indicator.directed
            else self.there
        )

    @property
    def filled(self) -> BoolArray:
        """Tell which pairs rest on an imputed value."""
        return self.filled_there | self.filled_back

    def take(self, keep: BoolArray) -> PairColumn:
        """Keep some pairs.

        Parameters
        ----------
        keep
            Pairs to keep, shape (m,).

        Returns
        -------
        PairColumn
            The shorter column.
        """
        there = self.there[keep]
        back = there if self.back is self.there else self.back[keep]
        return replace(
            self,
            there=there,
            back=back,
            filled_there=self.filled_there[keep],
            filled_back=self.filled_back[keep],
        )


def gather_pairs(coded: CodedFlows, indicator: Indicator, universe: PairUniverse) -> PairColumn:
    """Lay one indicator on the pairs.

    Parameters
    ----------
    coded
        The flows of one year.
    indicator
        Which one, and what its zeros and its missing rows mean.
    universe
        The pairs that count; rows of other pairs are left out.

    Returns
    -------
    PairColumn
        Values of both directions.

    Raises
    ------
    DataError
        If the table has no row of it, a symmetric indicator is given with two values, a presence is neither 0 nor 1,
        a pair is absent where that is declared an error, or every value is missing.
    """
    found = coded.indicators.get_indexer(pd.Index([indicator.read_from]))[0]
    rows = np.flatnonzero(coded.indicator == found) if found >= 0 else np.empty(0, dtype=np.int64)
    if rows.size == 0:
        came = f"only {first_offenders(coded.indicators)}"
        raise DataError(
            mould(
                "build_index",
                Words(
                    f"flows must hold indicator {indicator.read_from!r}",
                    f"流量中须有指标{indicator.read_from!r}",
                ),
                came,
                "Add its rows or leave it out",
            )
        )
    place = universe.position[coded.origin[rows], coded.destination[rows]]
    rows, place = rows[place >= 0], place[place >= 0]
    forward = universe.first[place] == coded.origin[rows]
    amount = coded.amount[rows]
    there, seen_there = _lay(place[forward], amount[forward], len(universe))
    back, seen_back = _lay(place[~forward], amount[~forward], len(universe))
    if not indicator.directed:
        refuse_asymmetry(there, back, indicator, say=lambda differ: _pair_names(differ, universe))
        there, seen_there = np.where(np.isnan(there), back, there), seen_there | seen_back
        back, seen_back = there, seen_there
    _refuse_absent(seen_there & seen_back, indicator, universe)
    there = _declare(there, seen_there, indicator)
    back = there if not indicator.directed else _declare(back, seen_back, indicator)
    return _checked(there, back, indicator, universe)


def gather_members(memberships: pd.DataFrame, indicator: Indicator, universe: PairUniverse) -> PairColumn:
    """Count shared members for every pair.

    Parameters
    ----------
    memberships
        Columns `indicator, city, member`, one row per membership.
    indicator
        Which rows to take.
    universe
        The pairs that count.

    Returns
    -------
    PairColumn
        Shared members, a symmetric column.

    Raises
    ------
    SchemaError
        If a column is missing or a city unknown.
    """
    absent = [name for name in ("indicator", "city", "member") if name not in memberships.columns]
    if absent:
        came = str(list(map(str, memberships.columns)))
        raise SchemaError(
            mould(
                "build_index",
                Words(f"memberships need columns {absent}", f"成员表缺少列：{absent}"),
                came,
                "Add them",
            )
        )
    own = memberships[memberships["indicator"] == indicator.read_from]
    shared = shared_members(
        own["city"].to_numpy(dtype=object), own["member"].to_numpy(dtype=object), universe
    )
    return replace(_checked(shared, shared, indicator, universe), modelled=True)


def gather_model(
    attribute: Attribute, indicator: Indicator, universe: PairUniverse, *, rule: str
) -> PairColumn:
    """Model pair values from an attribute of the two cities.

    Parameters
    ----------
    attribute
        City values.
    indicator
        The declaration; its direction says which end is the weaker one.
    universe
        The pairs that count.
    rule
        A name in `PAIR_RULES`.

    Returns
    -------
    PairColumn
        A symmetric, modelled column; a pair counts as imputed where one of its ends is.

    Raises
    ------
    DataError
        If no city has a value, or the rule does not take the values.
    """
    if np.isnan(attribute.amounts).all():
        _refuse_unknown(indicator, f"{attribute.amounts.size} cities without a value")
    ends = universe.first, universe.second
    values = city_to_pair(attribute.amounts, *ends, rule=rule, direction=indicator.direction)
    filled = attribute.filled[ends[0]] | attribute.filled[ends[1]]
    return PairColumn(values, values, filled, filled, indicator, modelled=True, attribute=attribute)


def _lay(place: npt.NDArray[np.int32], amount: FloatArray, m: int) -> tuple[FloatArray, BoolArray]:
    values, seen = np.full(m, np.nan), np.zeros(m, dtype=bool)
    values[place], seen[place] = amount, True
    return values, seen


def _declare(values: FloatArray, seen: BoolArray, indicator: Indicator) -> FloatArray:
    """Apply what an absent row and a recorded zero mean."""
    if indicator.zero == "missing":
        values = np.where(values == 0, np.nan, values)
    return np.where(seen, values, 0.0) if indicator.absent == "zero" else values


def _pair_names(chosen: BoolArray, universe: PairUniverse) -> str:
    at = np.flatnonzero(chosen)
    slugs = universe.cities.to_numpy(dtype=object)
    return first_offenders(f"{slugs[universe.first[i]]} – {slugs[universe.second[i]]}" for i in at)


def refuse_asymmetry(
    there: FloatArray,
    back: FloatArray,
    indicator: Indicator,
    *,
    say: Callable[[BoolArray], str],
    caller: str = "build_index",
) -> None:
    """Refuse pairs with two values of an indicator that is declared symmetric.

    Parameters
    ----------
    there, back
        Its values in both directions, NaN where none is given.
    indicator
        What is declared.
    say
        From the pairs that differ to how the first are called.
    caller
        Who asks, for the message.

    Raises
    ------
    DataError
        If some differ.
    """
    with np.errstate(invalid="ignore"):
        differ = np.abs(there - back) > _ASYMMETRY * np.maximum(np.abs(there), np.abs(back))
    if differ.any():
        came = f"{int(differ.sum())} pairs with two values: {say(differ)}"
        remedy = "Say directed = true and how to fold, or give each pair once"
        raise DataError(
            mould(
                caller,
                Words(f"{indicator.name!r} is declared symmetric", f"{indicator.name!r}声明为对称"),
                came,
                remedy,
            )
        )


def _refuse_absent(seen: BoolArray, indicator: Indicator, universe: PairUniverse) -> None:
    if indicator.absent == "error" and not seen.all():
        came = f"{int((~seen).sum())} of {len(seen)} pairs without a row: {_pair_names(~seen, universe)}"
        remedy = "Add them, or declare absent = 'zero' or 'missing'"
        raise DataError(
            mould(
                "build_index",
                Words(f"{indicator.name!r} must have every pair", f"{indicator.name!r}须有每一个城市对"),
                came,
                remedy,
            )
        )


def _checked(there: FloatArray, back: FloatArray, indicator: Indicator, universe: PairUniverse) -> PairColumn:
    if indicator.kind == "presence":
        wrong = ~(np.isin(there, (0.0, 1.0)) | np.isnan(there)) | ~(
            np.isin(back, (0.0, 1.0)) | np.isnan(back)
        )
        if wrong.any():
            came = f"{int(wrong.sum())} otherwise: {_pair_names(wrong, universe)}"
            raise DataError(
                mould(
                    "build_index",
                    Words(
                        f"presence {indicator.name!r} must be 0 or 1", f"有无指标{indicator.name!r}须为0或1"
                    ),
                    came,
                    "Write 1 where there is any, or declare an amount: kind = 'stock'",
                )
            )
    if np.isnan(there).all() and np.isnan(back).all():
        _refuse_unknown(indicator, f"{len(there)} missing pairs")
    nothing = np.zeros(len(there), dtype=bool)
    return PairColumn(there, back, nothing, nothing, indicator)


def _refuse_unknown(indicator: Indicator, came: str) -> NoReturn:
    wanted = Words(f"{indicator.name!r} must be known somewhere", f"{indicator.name!r}须至少在一处有取值")
    raise DataError(mould("build_index", wanted, came, "Collect it or leave it out"))
