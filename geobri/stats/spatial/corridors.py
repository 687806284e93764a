"""Dependence among corridors: those that share a city, and those with near ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geobri.arrays import Rng
from geobri.errors import DataError, SchemaError, SpecificationError, mould
from geobri.geodesy import distance_matrix_km
from geobri.measures import Measure
from geobri.stats.doors import checked
from geobri.stats.dyads.inputs import Pairs, prepare_dyads
from geobri.stats.null import value_permutations
from geobri.stats.p_values import monte_carlo_error, permutation_p_value
from geobri.stats.pairs import to_matrix
from geobri.stats.places import Column, as_measure
from geobri.stats.results import Alternative, FloatArray, Term, TestResult, headline
from geobri.stats.say import say_corridor_dependence
from geobri.stats.say.terms import say_valueless
from geobri.stats.tables import Blocks, need_columns
from geobri.tables import check_points
from geobri.words import Words

__all__ = ["corridor_moran_test", "near_ends_index", "near_links", "shared_city_index"]

Index = Callable[[FloatArray, FloatArray], FloatArray]
"""From centred values, shape (R, n, n), and where there are corridors to a statistic each, shape (R,)."""
_SPARSE = 0.1
"""Share of near cities below which products go over the near ones only."""


def shared_city_index(matrices: FloatArray, seen: FloatArray) -> FloatArray:
    """Give the mean correlation of corridors that share a city: Moran's I of the line graph.

    Parameters
    ----------
    matrices
        Centred values, 0 where there is no corridor, symmetric, shape (R, n, n).
    seen
        1 where there is a corridor, shape (n, n).

    Returns
    -------
    numpy.ndarray
        Shape (R,).

    Notes
    -----
    With r_a the sum over the corridors of city a, the cross products of corridors that share a city add up to
    sum_a r_a^2 - 2 sum z^2, without listing them.
    """
    squares = (matrices**2).sum(axis=(1, 2)) / 2  # each corridor stands in two cells
    cross = (matrices.sum(axis=2) ** 2).sum(axis=1) - 2 * squares
    degree = seen.sum(axis=1)
    links = float((degree * (degree - 1)).sum())
    return np.asarray(cross / links * (seen.sum() / 2) / squares)


def near_ends_index(
    matrices: FloatArray, seen: FloatArray, near: FloatArray, *, links: FloatArray | None = None
) -> FloatArray:
    """Give Moran's I of corridors whose ends lie near each other.

    Parameters
    ----------
    matrices
        Centred values, 0 where there is no corridor, symmetric, shape (R, n, n).
    seen
        1 where there is a corridor: shape (n, n), or (R, n, n) if missing cells travel.
    near
        1 where two cities are near, 1 on the diagonal, shape (n, n).
    links
        Sum of the weights between corridors, shape (1,) or (R,), if it is known (`near_links`).

    Returns
    -------
    numpy.ndarray
        Shape (R,).

    Notes
    -----
    Corridors a-b and c-d have the weight K_ac K_bd + K_ad K_bc. With Z the symmetric matrix of values, the
    cross products over all pairs of corridors are tr(Z K Z K) / 2, less the corridors with themselves.
    """
    squares = (matrices**2).sum(axis=(1, 2)) / 2
    total = near_links(seen, near) if links is None else links
    with np.errstate(divide="ignore", invalid="ignore"):
        corridors = seen.sum(axis=(-2, -1)) / 2
        return np.asarray(_cross_products(matrices, near) / total * corridors / squares)


def near_links(seen: FloatArray, near: FloatArray) -> FloatArray:
    """Give the sum of the weights between corridors with near ends.

    Parameters
    ----------
    seen
        1 where there is a corridor: shape (n, n), or (R, n, n).
    near
        1 where two cities are near, 1 on the diagonal, shape (n, n).

    Returns
    -------
    numpy.ndarray
        Shape (1,) or (R,).
    """
    return _cross_products(seen if seen.ndim == 3 else seen[None], near)  # noqa: PLR2004 - one mask each


def _cross_products(matrices: FloatArray, near: FloatArray) -> FloatArray:
    """Sum over pairs of different corridors, weighted by how near their ends are."""
    links = csr_array(near) if near.mean() < _SPARSE else near
    moved = (links @ one for one in matrices)
    double = np.array([float((one * one.T).sum()) for one in moved])
    return np.asarray(double / 2 - (matrices**2 * (1 + near)).sum(axis=(1, 2)) / 2)


_NEIGHBOURS = {"shared city": "共享城市", "near ends": "两端相近"}


def _say_neighbours(neighbours: str, radius_km: float | None) -> Words:
    what = Words(neighbours, _NEIGHBOURS[neighbours])
    return (
        what if radius_km is None else what + Words(f" within {radius_km:g} km", f"（{radius_km:g} 公里内）")
    )


def _check(neighbours: str, cities: Any, radius_km: float | None, null: str) -> None:
    caller = "corridor_moran_test"
    if neighbours not in ("shared city", "near ends") or null not in ("auto", "cities", "corridors"):
        wanted = Words(
            "neighbours must be 'shared city' or 'near ends', null 'auto', 'cities' or 'corridors'",
            "neighbours须为'shared city'或'near ends'，null须为'auto'、'cities'或'corridors'",
        )
        raise SpecificationError(
            mould(caller, wanted, Words(f"{neighbours!r}, {null!r}"), "Choose one of each")
        )
    if neighbours == "shared city" and null == "cities":
        wanted = Words(
            "exchanging cities leaves every shared city shared, so that this null says nothing",
            "置换城市时共享的城市仍然共享，因此这一零模型说明不了什么",
        )
        raise SpecificationError(
            mould(caller, wanted, "neighbours='shared city', null='cities'", "Pass null='corridors'")
        )
    if neighbours == "near ends" and (cities is None or radius_km is None or not radius_km > 0):
        wanted = Words(
            "near ends need the cities and a radius_km above 0",
            "两端相近须给出城市表和大于零的半径（radius_km）",
        )
        raise SpecificationError(mould(caller, wanted, Words(f"radius_km={radius_km}"), "Pass both"))


@checked
def corridor_moran_test(
    corridors: pd.DataFrame,
    value: Column,
    *,
    neighbours: Literal["shared city", "near ends"] = "shared city",
    cities: gpd.GeoDataFrame | None = None,
    radius_km: float | None = None,
    null: Literal["auto", "cities", "corridors"] = "auto",
    blocks: Blocks = "auto",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> TestResult:
    """Test whether neighbouring corridors have similar values.

    Two questions. Do corridors that *share a city* resemble each other? If so, they are no independent
    observations, and ordinary standard errors claim too much. Do corridors with *near ends* resemble each
    other, beyond what the cities themselves explain? If so, strength varies smoothly over the map.

    Parameters
    ----------
    corridors
        One row per undirected pair with `origin`, `destination` and the column `value`; pairs without a value
        are left out.
    value
        Numeric column.
    neighbours
        ``"shared city"``, or ``"near ends"``: the ends can be matched so that both lie within `radius_km` of each
        other, or are the same city.
    cities
        Points in EPSG:4326; needed for near ends.
    radius_km
        Geodesic radius in km for near ends.
    null
        ``"corridors"`` moves values over all corridors; ``"cities"`` exchanges cities, so that corridors of a
        city stay together; ``"auto"`` is the first for a shared city and the second for near ends.
    blocks
        For ``"cities"``: labels within which cities change places, in the order of `cities`; ``"auto"`` keeps
        missing pairs where they are; None: no restriction.
    alternative
        ``"greater"``: neighbours resemble each other. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random permutations.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        `statistic` is Moran's I of the corridors; for a shared city it is the mean correlation of two corridors
        that share one.

    Raises
    ------
    SpecificationError
        If choices do not go together.
    SchemaError
        If columns are missing.
    DataError
        If no two corridors are neighbours, or values do not vary.

    References
    ----------
    Black, W. R. (1992). Network autocorrelation in transport network and flow systems.
    10.1111/j.1538-4632.1992.tb00262.x.
    """
    _check(neighbours, cities, radius_km, null)
    measure = as_measure(value, of="corridors")
    name = measure.column
    known = _known(corridors, name)
    matrix, labels = to_matrix(known, name, _order(known, cities))
    data = prepare_dyads(
        {name: pd.DataFrame(matrix, labels, labels)}, caller="corridor_moran_test", blocks=blocks
    )
    centred, seen = _centred(data), data.seen.astype(np.float64)
    chosen = null if null != "auto" else ("corridors" if neighbours == "shared city" else "cities")
    index: Index = shared_city_index
    if neighbours == "near ends":
        index = _index_of_near_ends(data, _near(cities, labels, float(radius_km or 0.0)))
    observed = float(index(centred[None], seen)[0])
    if not np.isfinite(observed):
        remedy = "Widen the radius"
        raise DataError(
            mould("corridor_moran_test", "some corridors must be neighbours", "none", remedy),
            zh="须有相邻的通路：一条也没有。",
        )
    moved = _corridor_null if chosen == "corridors" else _city_null
    drawn, exact, described = moved(data, centred, index, n_permutations, rng)
    what = _say_neighbours(neighbours, radius_km)
    p_value = permutation_p_value(observed, drawn, alternative, exact=exact)
    row = Term(
        test="corridor_moran_test",
        value=name,
        term=Words("Moran's I of corridors, ", "通路的莫兰指数，") + what,
        estimate=observed,
        statistic=observed,
        p_value=p_value,
        mc_error=0.0 if exact else monte_carlo_error(p_value, len(drawn), alternative),
        null_mean=float(drawn.mean()),
        null_sd=float(drawn.std()),
        alternative=alternative,
        n_cities=len(data.labels),
        n_pairs=data.n_pairs,
        null=described,
        method=Words("Moran's I of corridors", "通路的莫兰指数"),
        left_out=say_valueless(len(corridors) - len(known), len(corridors)),
    )
    choices = {"neighbours": what.en, "null": chosen, "blocks": data.blocks}
    return _result(row, drawn, choices, measure, None if neighbours == "shared city" else radius_km)


def _result(
    base: Term, drawn: FloatArray, choices: dict[str, Any], measure: Measure, near_km: float | None
) -> TestResult:
    said = say_corridor_dependence(base, measure=measure, near_km=near_km)
    return TestResult(
        **headline(base, said),
        n=base.n_cities if choices["null"] == "cities" else base.n_pairs,
        method=base.method.en,
        null_distribution=drawn,
        terms=(base,),
        choices=choices,
        question="neighbours",
        measure=measure,
    )


def _known(corridors: pd.DataFrame, value: str) -> pd.DataFrame:
    """Leave out the corridors without a value."""
    need_columns(corridors, ("origin", "destination", value), of="corridors", caller="corridor_moran_test")
    nameless = int(corridors[["origin", "destination"]].isna().any(axis=1).sum())
    if nameless:
        came = f"{nameless} of {len(corridors)} without one"
        raise SchemaError(
            mould(
                "corridor_moran_test",
                Words("every corridor needs origin and destination", "每条通路都须有起点和终点"),
                came,
                "Drop these rows",
            )
        )
    return corridors.loc[corridors[value].notna()]


def _order(corridors: pd.DataFrame, cities: gpd.GeoDataFrame | None) -> list[str]:
    """Name the cities that have corridors, in the order of the table of cities if there is one."""
    used = {*corridors["origin"].astype(str), *corridors["destination"].astype(str)}
    if cities is None:
        return sorted(used)
    known = [str(city) for city in cities.index]
    return [city for city in known if city in used] + sorted(used - set(known))


def _near(cities: gpd.GeoDataFrame | None, labels: list[str], radius_km: float) -> FloatArray:
    if cities is None or not set(labels) <= {str(city) for city in cities.index}:
        wanted = Words("every end must be among the cities", "每一端都须在城市表中")
        raise SchemaError(mould("corridor_moran_test", wanted, "unknown ends", "Add the cities"))
    placed = check_points(cities.set_axis(cities.index.astype(str)).loc[labels], caller="corridor_moran_test")
    return (distance_matrix_km(placed).to_numpy() <= radius_km).astype(np.float64)


def _index_of_near_ends(data: Pairs, near: FloatArray) -> Index:
    """Give the index of corridors with near ends; their links are counted once unless missing cells travel."""
    links = None if data.travelling else near_links(data.seen.astype(np.float64), near)
    return partial(near_ends_index, near=near, links=links)


def _centred(data: Pairs) -> FloatArray:
    matrix = data.matrices[0]
    return np.where(data.seen, matrix - matrix[data.seen].mean(), 0.0)


def _corridor_null(
    data: Pairs, centred: FloatArray, index: Index, n_permutations: int, rng: Rng
) -> tuple[FloatArray, bool, Words]:
    rows, columns = data.positions()
    drawn = []
    generator, seen = np.random.default_rng(rng), data.seen.astype(np.float64)
    for _ in range(n_permutations):
        values = np.asarray(value_permutations(centred[rows, columns], 1, rng=generator)[0], dtype=np.float64)
        drawn.append(index(data.spread(values), seen)[0])
    return (
        np.array(drawn),
        False,
        Words(f"permutation of corridors, {n_permutations} draws", f"置换通路，{n_permutations} 次抽样"),
    )


def _city_null(
    data: Pairs, centred: FloatArray, index: Index, n_permutations: int, rng: Rng
) -> tuple[FloatArray, bool, Words]:
    plan = data.plan(n_permutations, rng)
    seen = data.seen.astype(np.float64)
    drawn = []
    for order in plan.permutations:
        cells = np.ix_(order, order)
        drawn.append(index(centred[cells][None], seen[cells] if data.travelling else seen)[0])
    return np.array(drawn), plan.exact, plan.describe()
