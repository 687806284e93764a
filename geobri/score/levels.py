"""The two levels of the method: pairs of cities, and cities over their partners.

The `CITY_RULES` lead from pairs to cities, the `PAIR_RULES` from city attributes to (modelled) pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray, IntArray
from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.score.universe import PairUniverse
from geobri.words import Words

__all__ = [
    "CITY_MISSING",
    "CITY_RULES",
    "FOLDS",
    "PAIR_RULES",
    "CityMissing",
    "Side",
    "city_to_pair",
    "fold_directions",
    "pair_to_city",
    "shared_members",
]

Side = Literal["both", "out", "in"]
CityMissing = Literal["propagate", "observed", "scale"]
CITY_MISSING: Final = get_args(CityMissing)


def total(focal: IntArray, values: FloatArray, n: int) -> FloatArray:
    """Sum over partners."""
    return np.asarray(np.bincount(focal, weights=values, minlength=n), dtype=float)


def mean(focal: IntArray, values: FloatArray, n: int) -> FloatArray:
    """Mean over partners."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total(focal, values, n) / np.bincount(focal, minlength=n))


def largest(focal: IntArray, values: FloatArray, n: int) -> FloatArray:
    """Value of the strongest partner."""
    result = np.full(n, -np.inf)
    np.maximum.at(result, focal, values)
    return result


def top_k(focal: IntArray, values: FloatArray, n: int, *, k: int = 3) -> FloatArray:
    """Sum over the k strongest partners."""
    order = np.lexsort((-values, focal))
    ordered = focal[order]
    starts = np.searchsorted(ordered, np.arange(n))
    among = np.arange(len(ordered)) - starts[ordered] < k
    return total(ordered[among], values[order][among], n)


def count(focal: IntArray, values: FloatArray, n: int) -> FloatArray:
    """Count the partners with a value above 0."""
    return total(focal, (values > 0).astype(float), n)


def breadth(focal: IntArray, values: FloatArray, n: int) -> FloatArray:
    """Effective number of partners, exp of the Shannon entropy of their shares: as many equal partners as would do.

    Hill (1973), 10.2307/1934352. A city without any flow has 0; values must not be negative.
    """
    if (values < 0).any():
        raise DataError(
            mould(
                "pair_to_city",
                Words("breadth needs values >= 0", "广度要求取值不为负"),
                f"a least value of {values.min():g}",
                "Use another city_rule",
            )
        )
    whole = total(focal, values, n)
    share = np.divide(values, whole[focal], out=np.zeros(len(values)), where=whole[focal] > 0)
    logs = np.log(share, out=np.zeros(len(values)), where=share > 0)
    return np.where(whole > 0, np.exp(-total(focal, share * logs, n)), 0.0)


CityRule: TypeAlias = Callable[..., FloatArray]
CITY_RULES: Final[dict[str, CityRule]] = {
    "sum": total,
    "mean": mean,
    "max": largest,
    "top_k": top_k,
    "count": count,
    "breadth": breadth,
}
"""The functions that lead the pairs of a city to one value, by name."""
_SCALED: Final = frozenset({"sum", "count"})

PAIR_RULES: Final[dict[str, Callable[[FloatArray, FloatArray], FloatArray]]] = {
    "min": np.minimum,
    "max": np.maximum,
    "product": lambda one, other: one * other,
    "geometric": lambda one, other: np.sqrt(one * other),
}
"""From the attributes of two cities to their pair; the result is modelled, not observed."""

_OF_AN_END: Final = frozenset({"min", "max"})
_NOT_NEGATIVE: Final = frozenset({"product", "geometric"})

FOLDS: Final[dict[str, Callable[[FloatArray, FloatArray], FloatArray]]] = {
    "sum": lambda there, back: there + back,
    "mean": lambda there, back: 0.5 * (there + back),
    "max": np.maximum,
    "min": np.minimum,
}
"""From the two directions of a pair to one value."""


def fold_directions(there: npt.ArrayLike, back: npt.ArrayLike, rule: str = "sum") -> FloatArray:
    """Make one value a pair out of its two directions.

    Parameters
    ----------
    there, back
        Values of each direction, shape (m,); the pair is missing where one of them is.
    rule
        A name in `FOLDS`.

    Returns
    -------
    numpy.ndarray
        Shape (m,).

    Raises
    ------
    SpecificationError
        If the rule is unknown.
    """
    if rule not in FOLDS:
        raise SpecificationError(
            mould("fold_directions", "rule must be known", repr(rule), f"Use one of {list(FOLDS)}")
        )
    return np.asarray(FOLDS[rule](np.asarray(there, dtype=float), np.asarray(back, dtype=float)))


def pair_to_city(
    values: FloatArray,
    first: IntArray,
    second: IntArray,
    n: int,
    *,
    rule: str = "sum",
    missing: str = "propagate",
    back: FloatArray | None = None,
    **params: Any,
) -> FloatArray:
    """Lead pair values to the cities: what a city has with all its partners together.

    Parameters
    ----------
    values
        Value of each pair as seen from its first city, shape (m,); NaN where missing.
    first, second
        Positions of the two cities, shape (m,).
    n
        Number of cities.
    rule
        A name in `CITY_RULES`.
    missing
        ``"propagate"``: a city with a missing partner is missing. ``"observed"``: partners that are missing are left
        out, which understates a sum. ``"scale"``: as observed, but a sum or count is scaled up to all partners.
    back
        Value as seen from the second city where it differs (a directed indicator's outflow); None for the same.
    **params
        Parameters of the rule (`k` of ``"top_k"``).

    Returns
    -------
    numpy.ndarray
        City values, shape (n,); NaN for a city without (known) partners.

    Raises
    ------
    SpecificationError
        If a rule is unknown.
    DataError
        If values are outside the domain of the rule.

    Examples
    --------
    >>> first, second = np.array([0, 0, 1]), np.array([1, 2, 2])
    >>> pair_to_city(np.array([5.0, 1.0, 2.0]), first, second, 3)
    array([6., 7., 3.])
    """
    if rule not in CITY_RULES or missing not in CITY_MISSING:
        came = f"rule={rule!r}, missing={missing!r}"
        raise SpecificationError(
            mould(
                "pair_to_city", "rules must be known", came, f"Use {list(CITY_RULES)}; {list(CITY_MISSING)}"
            )
        )
    focal = np.concatenate([first, second])
    seen = np.concatenate([values, values if back is None else back])
    known = ~np.isnan(seen)
    partners = np.bincount(focal, minlength=n)
    observed = np.bincount(focal[known], minlength=n)
    result = np.array(CITY_RULES[rule](focal[known], seen[known], n, **params), dtype=float)
    if missing == "scale" and rule in _SCALED:
        result = result * np.divide(partners, observed, out=np.ones(n), where=observed > 0)
    without = (observed < partners) if missing == "propagate" else np.zeros(n, dtype=bool)
    result[without | (observed == 0)] = np.nan
    return result


def city_to_pair(
    values: FloatArray, first: IntArray, second: IntArray, *, rule: str = "min", direction: int = 1
) -> FloatArray:
    """Model pair values from an attribute of the two cities.

    Parameters
    ----------
    values
        City attribute, shape (n,).
    first, second
        Positions of the two cities, shape (m,).
    rule
        A name in `PAIR_RULES`: ``"min"`` takes the weaker end and ``"max"`` the stronger one.
    direction
        1 where more is better; -1 where less is, so that the weaker end is the one with the larger value.

    Returns
    -------
    numpy.ndarray
        Modelled pair values, shape (m,).

    Raises
    ------
    SpecificationError
        If the rule is unknown.
    DataError
        If a product or a geometric mean meets a negative value: two bad ends would make a good pair.

    Examples
    --------
    >>> first, second = np.array([0, 0, 1]), np.array([1, 2, 2])
    >>> city_to_pair(np.array([1.0, 5.0, 9.0]), first, second, rule="min", direction=-1)
    array([5., 9., 9.])
    """
    if rule not in PAIR_RULES:
        raise SpecificationError(
            mould("city_to_pair", "rule must be known", repr(rule), f"Use one of {list(PAIR_RULES)}")
        )
    if rule in _NOT_NEGATIVE and (values < 0).any():
        came = f"{int((values < 0).sum())} of {values.size} below, the least {np.nanmin(values):g}"
        raise DataError(
            mould(
                "city_to_pair",
                Words(f"{rule} needs values >= 0", f"{rule}要求取值不为负"),
                came,
                "Use min or max",
            )
        )
    sign = direction if rule in _OF_AN_END else 1
    ends = sign * values[first], sign * values[second]
    return np.asarray(sign * PAIR_RULES[rule](*ends), dtype=float)


def shared_members(cities: npt.ArrayLike, members: npt.ArrayLike, universe: PairUniverse) -> FloatArray:
    """Count what two cities are both members of.

    Parameters
    ----------
    cities, members
        One entry per membership: city slug and what it is a member of.
    universe
        The pairs that count.

    Returns
    -------
    numpy.ndarray
        Number of shared members, shape (m,); a membership listed twice counts once.

    Raises
    ------
    SchemaError
        If a city is unknown.
    """
    rows = universe.cities.get_indexer(pd.Index(np.asarray(cities, dtype=object)))
    if (rows < 0).any():
        unknown = np.asarray(cities, dtype=object)[rows < 0]
        came = f"{len(unknown)} unknown: {first_offenders(dict.fromkeys(unknown))}"
        raise SchemaError(
            mould(
                "shared_members",
                Words("every member city must be in the cities table", "每个成员城市都须在城市表中"),
                came,
                "Add or correct them",
            )
        )
    columns, names = pd.factorize(np.asarray(members, dtype=object))
    incidence = np.zeros((len(universe.cities), len(names)))
    incidence[rows, columns] = 1.0
    together = incidence @ incidence.T
    return np.asarray(together[universe.first, universe.second])
