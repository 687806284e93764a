"""Up to what distance do cities resemble each other: Moran's I by distance band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array, triu

from geobri.arrays import Rng
from geobri.errors import DataError, SpecificationError, mould
from geobri.geodesy import distance_km, distance_matrix_km
from geobri.measures import Measure
from geobri.neighbours.nearest import pairs_within
from geobri.stats.bands import find_bands
from geobri.stats.doors import checked
from geobri.stats.moran_randomisation import moran_index
from geobri.stats.multiplicity import holm, max_t, turn_outwards
from geobri.stats.p_values import TIE_TOLERANCE, monte_carlo_error, permutation_p_value
from geobri.stats.places import Column, Places, read_places
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.say import LEVEL, say_bands
from geobri.stats.say.terms import say_range, say_shuffled
from geobri.stats.spatial.inputs import null_statistics
from geobri.stats.spatial.moments import moran_moments
from geobri.tables import check_points
from geobri.words import NOTHING, Words

__all__ = ["correlogram_test"]


_MOST_CITIES_FOR_CLASSES = 2000
_NEAR = 64
"""Beyond that many cities default bands reach as far as an average city has so many others."""
_LOOKED_AT = 128
"""Cities from which all distances are taken to find out how far that is."""
_FEWEST_CITIES = 4


def _draw(result: TestResult, ax: Any, lang: Literal["en", "zh"]) -> None:
    """Draw Moran's I by distance with the range that chance gives."""
    table = result.table.dropna(subset=["moran"])
    chance, curve = Words("95 % by chance", "仅凭偶然的 95% 范围"), Words("Moran's I", "莫兰指数")
    ax.fill_between(
        table["mean_km"], table["null_low"], table["null_high"], color="#dddddd", label=chance.say(lang)
    )
    ax.plot(table["mean_km"], table["moran"], color="#33638d", marker="o", label=curve.say(lang))
    beyond = table[table["p_max_t"] <= LEVEL]
    ax.scatter(
        beyond["mean_km"],
        beyond["moran"],
        s=90,
        facecolor="none",
        edgecolor="#b5403c",
        label=Words("max-T p ≤ 0.05", "max-T 校正后 p ≤ 0.05").say(lang),
        zorder=3,
    )
    ax.axhline(0, color="#999999", linewidth=0.8)
    ax.set_xlabel(Words("distance, km", "距离（公里）").say(lang))
    ax.set_ylabel(Words("Moran's I of the band", "距离带的莫兰指数").say(lang))
    ax.legend(frameon=False)


def _edges(cities: gpd.GeoDataFrame, edges_km: Sequence[float] | None, n_bands: int) -> FloatArray:
    if edges_km is not None:
        edges = np.asarray(edges_km, dtype=np.float64)
        if edges.ndim != 1 or len(edges) < 2 or (np.diff(edges) <= 0).any() or edges[0] < 0:  # noqa: PLR2004
            came = f"{list(edges_km)[:6]}"
            raise SpecificationError(
                mould(
                    "correlogram_test",
                    Words("edges_km must rise from 0 or more", "界限（edges_km）须从零或正数起递增"),
                    came,
                    "Sort them",
                )
            )
        return edges
    if n_bands < 1:
        came = f"{n_bands}"
        raise SpecificationError(
            mould(
                "correlogram_test",
                Words("n_bands must be positive", "距离带的个数（n_bands）须为正数"),
                came,
                "Ask for 8",
            )
        )
    if len(cities) > _MOST_CITIES_FOR_CLASSES:
        km = pairs_within(cities, _near_km(cities))[2]
    else:
        matrix = distance_matrix_km(cities).to_numpy()
        km = matrix[np.triu_indices(len(matrix), 1)]
    return np.concatenate([[0.0], np.unique(np.quantile(km, np.linspace(0, 1, n_bands + 1)[1:]))])


def _near_km(cities: gpd.GeoDataFrame) -> float:
    """Find the distance within which a city has 64 others on average, looking out from every n-th city."""
    n = len(cities)
    lon, lat = cities.geometry.x.to_numpy(), cities.geometry.y.to_numpy()
    chosen = np.linspace(0, n - 1, _LOOKED_AT).astype(np.intp)
    km = np.concatenate([distance_km(np.full(n, lon[one]), np.full(n, lat[one]), lon, lat) for one in chosen])
    return float(np.quantile(km, (_NEAR + 1) / n))  # a city is itself among those within any distance


def _bands(cities: gpd.GeoDataFrame, edges: FloatArray) -> list[tuple[csr_array, float]]:
    """Binary symmetric weights and mean distance of each band."""
    first, second, km = pairs_within(cities, float(edges[-1]) * (1 + TIE_TOLERANCE))
    band = find_bands(km, edges, hold="upper")
    n = len(cities)
    found = []
    for number in range(len(edges) - 1):
        inside = band == number
        a, b = first[inside], second[inside]
        ends = (np.concatenate([a, b]), np.concatenate([b, a]))
        mean = float(km[inside].mean()) if inside.any() else np.nan
        found.append((csr_array((np.ones(2 * len(a)), ends), shape=(n, n)), mean))
    return found


@checked
def correlogram_test(
    cities: gpd.GeoDataFrame,
    value: Column,
    *,
    edges_km: Sequence[float] | None = None,
    n_bands: int = 8,
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> TestResult:
    """Test up to what distance cities have similar values.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index and the column `value`; cities without a value are left out.
    value
        Numeric column.
    edges_km
        Edges of the bands in km, rising; a band holds the pairs above its lower and up to its upper edge (the first
        one from its lower edge on). By default `n_bands` classes with equal numbers of pairs: of all pairs for up to 2,000
        cities, beyond that of the near ones, up to the distance within which a city has 64 others on average.
    n_bands
        Number of default bands.
    alternative
        ``"greater"``: cities in the band resemble each other. Two-sided, that of a band is twice the smaller tail, at most 1.
    n_permutations
        Random permutations of values, the same for all bands.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        `table` has one row per band: `low_km, high_km, mean_km, n_pairs, moran, expected, z_score, p_value, p_holm,
        p_max_t, null_low, null_high` (the middle 95 % under the null). The headline is the z-score
        that lies farthest out on the side asked for, with its max-T p-value, which accounts for having looked at all bands.

    Raises
    ------
    SchemaError
        If the column is missing.
    SpecificationError
        If the edges do not rise, or no band is asked for.
    DataError
        If fewer than four cities have a value, all values are equal, or all bands are empty.

    References
    ----------
    Cliff, A. D. and Ord, J. K. (1981). Spatial processes: models and applications. Pion, London.
    Oden, N. L. (1984). Assessing the significance of a spatial correlogram. 10.1111/j.1538-4632.1984.tb00796.x.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> cities = bri22().cities
    >>> correlogram_test(cities, "rank_overall", n_permutations=99, rng=1).table.shape[0]
    8
    """
    places = read_places(cities, [value], caller="correlogram_test")
    known, x = _known(places), places.numbers
    edges = _edges(known, edges_km, n_bands)
    bands = _bands(known, edges)
    used = [number for number, (weights, _) in enumerate(bands) if weights.nnz]
    if not used:
        remedy = "Widen the bands"
        raise DataError(
            mould(
                "correlogram_test", "some pairs must lie in the bands", f"none up to {edges[-1]:g} km", remedy
            ),
            zh=f"须有城市对落在各距离带内：{edges[-1]:,.0f}公里以内没有。",
        )

    halves = [
        2 * triu(bands[number][0], format="csr") for number in used
    ]  # each pair once, for twice its weight

    def indices(rows: FloatArray) -> FloatArray:
        return np.column_stack([moran_index(rows, half) for half in halves])

    observed = indices(x[None])[0]
    null, exact = null_statistics(indices, x, n_permutations, rng)
    table = _table(edges, bands, used, x, observed, null, alternative=alternative, exact=exact)
    far = _outside_bands(table, len(x))
    base = Term(
        test="correlogram_test",
        value=places.measure.column,
        alternative=alternative,
        n_cities=len(x),
        null=say_shuffled(Words("values", "数值"), len(null), exact=exact)
        + Words(", the same for all bands", "，各距离带相同"),
        method=Words("Moran's I by distance band", "按距离带的莫兰指数"),
        adjustment="max-T",
        n_tried=len(used),
        left_out="; ".join(part for part in (places.left_out, far) if part),
    )
    return _result(table, base, null, exact=exact, measure=places.measure)


def _outside_bands(table: pd.DataFrame, n: int) -> str:
    """Count the pairs that are in no band."""
    every, inside = n * (n - 1) // 2, int(table["n_pairs"].sum())
    if inside == every:
        return ""
    low, high = table["low_km"].iloc[0], table["high_km"].iloc[-1]
    return f"{every - inside:,} of {every:,} pairs are not in the bands from {low:,.0f} to {high:,.0f} km"


def _known(places: Places) -> gpd.GeoDataFrame:
    if len(places.numbers) < _FEWEST_CITIES or np.ptp(places.numbers) == 0:
        came = f"{len(places.numbers)} cities with values that do not differ or are too few"
        raise DataError(
            mould(
                "correlogram_test", "at least four cities must have values that differ", came, "Add cities"
            ),
            zh=f"至少须有4个取值不全相等的城市，现有{len(places.numbers)}个。",
        )
    return check_points(places.table, caller="correlogram_test")


def _table(
    edges: FloatArray,
    bands: list[tuple[csr_array, float]],
    used: list[int],
    x: FloatArray,
    *outcome: FloatArray,
    alternative: Alternative,
    exact: bool,
) -> pd.DataFrame:
    observed, null = outcome
    moments = [moran_moments(bands[number][0], x) for number in used]
    mean, sd = (
        np.array(part)
        for part in zip(*((one.expected, np.sqrt(one.randomisation)) for one in moments), strict=True)
    )
    sd = np.where(sd > 0, sd, np.nan)
    z, z_null = (observed - mean) / sd, (null - mean) / sd
    p = [permutation_p_value(i, null[:, place], alternative, exact=exact) for place, i in enumerate(observed)]
    varying = np.isfinite(z)
    p_max = np.ones(len(used))
    p_max[varying] = max_t(z[varying], z_null[:, varying], alternative=alternative, exact=exact)
    low, high = np.quantile(null, [0.025, 0.975], axis=0)
    columns = {
        "moran": observed, "expected": mean, "z_score": z, "p_value": p, "p_holm": holm(p), "p_max_t": p_max, "null_low": low, "null_high": high,
    }  # fmt: skip
    table = pd.DataFrame({"low_km": edges[:-1], "high_km": edges[1:]})
    table["mean_km"] = [one for _, one in bands]
    table["n_pairs"] = [weights.nnz // 2 for weights, _ in bands]
    return table.join(pd.DataFrame(columns, index=used))


def _error(p_value: float, drawn: int, alternative: Alternative, *, exact: bool) -> float:
    """Give the Monte Carlo error of the p-value of a band; NaN for a band without pairs."""
    if math.isnan(p_value):
        return math.nan
    return 0.0 if exact else monte_carlo_error(p_value, drawn, alternative)


def _band_rows(table: pd.DataFrame, base: Term, null: FloatArray, *, exact: bool) -> list[Term]:
    """Write a row for each band."""
    deviations = dict(zip(table.index[table["n_pairs"] > 0], null.std(axis=0), strict=True))
    rows = []
    for number, band in table.to_dict("index").items():
        p_max = float(band["p_max_t"])
        known = band["n_pairs"] > 0
        rows.append(
            replace(
                base,
                term=Words("Moran's I, ", "莫兰指数，")
                + say_range(f"{band['low_km']:,.0f}", f"{band['high_km']:,.0f}", Words(" km", " 公里")),
                estimate=float(band["moran"]),
                statistic=float(band["z_score"]),
                p_value=float(band["p_value"]),
                p_adjusted=p_max,
                mc_error=_error(float(band["p_value"]), len(null), base.alternative, exact=exact),
                null_mean=float(band["expected"]),
                null_sd=float(deviations.get(number, math.nan)),
                n_pairs=int(band["n_pairs"]),
                note=NOTHING if known else Words("no pairs in this band", "此距离带内无城市对"),
            )
        )
    return rows


def _result(
    table: pd.DataFrame, base: Term, null: FloatArray, *, exact: bool, measure: Measure
) -> TestResult:
    rows = _band_rows(table, base, null, exact=exact)
    scores = table["z_score"].to_numpy(dtype=float, na_value=math.nan)
    top = int(np.nan_to_num(turn_outwards(scores, base.alternative), nan=-np.inf).argmax())
    alike = table[(table["p_max_t"] <= LEVEL) & (table["z_score"] > 0)]
    reach = float(alike["high_km"].max()) if len(alike) else None
    said = say_bands(
        reach,
        farthest_km=float(table["high_km"].iloc[-1]) if _outside_bands(table, base.n_cities) else None,
        bands=len(table),
        measure=measure,
        cities=base.n_cities,
    )
    return TestResult(
        statistic=rows[top].statistic,
        p_value=rows[top].p_adjusted,
        alternative=base.alternative,
        n=base.n_cities,
        method=base.method.en,
        sentence=said.en,
        sentence_zh=said.zh,
        terms=tuple(rows),
        choices={
            "n_permutations": len(null),
            "left out": base.left_out,
            "edges_km": table["high_km"].tolist(),
        },
        question="neighbours",
        measure=measure,
        table=table,
        picture=_draw,
    )
