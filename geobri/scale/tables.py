"""The tables that are written: what a summary holds, with names."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.corridors import COAST_PAIRS, corridor_ids
from geobri.scale.blocks import PairList
from geobri.scale.places import PairInputs
from geobri.scale.recipe import Recipe
from geobri.scale.summary import CURVE_PER_DECADE, Summary, bin_edges

__all__ = [
    "band_table",
    "city_table",
    "contrast_table",
    "curve_table",
    "group_table",
    "histogram_table",
    "top_table",
]

_COASTS: Final = (*COAST_PAIRS, "")


def _region_pairs(inputs: PairInputs) -> list[str]:
    """Name the pairs of regions in the order of their cells; empty where a region is not known."""
    names = (*inputs.regions, "")
    pairs = [(one, other) for at, one in enumerate(names) for other in names[at:]]
    return [f"{one} / {other}" if one and other else "" for one, other in pairs]


def _bands(inputs: PairInputs) -> tuple[FloatArray, FloatArray]:
    edges = np.array(inputs.edges_km)
    return np.concatenate([[0.0], edges]), np.concatenate([edges, [np.inf]])


def _moments(recipe: Recipe, sums: FloatArray) -> dict[str, FloatArray]:
    """Turn pairs, sums and squares, shape (rows, 2 + 3 k), into columns."""
    pairs = sums[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        columns: dict[str, Any] = {"pairs": pairs.astype(np.int64), "distance_km_mean": sums[:, 1] / pairs}
        for place, measure in enumerate(recipe.measures):
            known, total, squares = sums[:, 2 + 3 * place : 5 + 3 * place].T
            spread = np.maximum(squares - total * total / known, 0.0) / (known - 1.0)
            name = measure.column
            columns |= {
                f"{name}_pairs": known.astype(np.int64),
                f"{name}_sum": total,
                f"{name}_mean": total / known,
                f"{name}_sd": np.where(known > 1, np.sqrt(spread), np.nan),
            }
    return columns


def _with_moments(recipe: Recipe, keys: pd.DataFrame, sums: FloatArray) -> pd.DataFrame:
    """Put the moments beside their keys; rows without a pair are left out."""
    table = keys.assign(**_moments(recipe, sums))
    return table[table["pairs"] > 0].reset_index(drop=True)


def group_table(recipe: Recipe, summary: Summary) -> pd.DataFrame:
    """Give sums by pair of regions, coasts and band of distance.

    Parameters
    ----------
    recipe, summary
        What was computed.

    Returns
    -------
    pandas.DataFrame
        `region_pair, coast_pair, band, from_km, to_km, pairs, distance_km_mean`, and of each measure known pairs, sum, mean
        and standard deviation; groups without a pair are left out.
    """
    low, high = _bands(recipe.inputs)
    names = _region_pairs(recipe.inputs)
    region, coast, band = np.unravel_index(
        np.arange(len(summary.groups)), (len(names), len(_COASTS), len(low))
    )
    keys = pd.DataFrame(
        {
            "region_pair": np.array(names, dtype=object)[region],
            "coast_pair": np.array(_COASTS, dtype=object)[coast],
            "band": band,
            "from_km": low[band],
            "to_km": high[band],
        }
    )
    return _with_moments(recipe, keys, summary.groups)


def band_table(recipe: Recipe, summary: Summary) -> pd.DataFrame:
    """Give sums by band of distance.

    Parameters
    ----------
    recipe, summary
        What was computed.

    Returns
    -------
    pandas.DataFrame
        `from_km, to_km` and the columns of `group_table`.
    """
    low, high = _bands(recipe.inputs)
    sums = summary.groups.reshape(-1, len(low), summary.groups.shape[1]).sum(axis=0)
    return _with_moments(recipe, pd.DataFrame({"from_km": low, "to_km": high}), sums)


def contrast_table(recipe: Recipe, summary: Summary) -> pd.DataFrame:
    """Compare coasts in every band of distance, and over all bands.

    Parameters
    ----------
    recipe, summary
        What was computed.

    Returns
    -------
    pandas.DataFrame
        `coast_pair, from_km, to_km` and the columns of `group_table`; over all bands from 0 to infinity. Pairs with a city whose
        coast is not known are in a row of their own.
    """
    low, high = _bands(recipe.inputs)
    sums = summary.groups.reshape(-1, len(_COASTS), len(low), summary.groups.shape[1]).sum(axis=0)
    whole = sums.sum(axis=1, keepdims=True)
    stacked = np.concatenate([whole, sums], axis=1)
    keys = pd.DataFrame(
        {
            "coast_pair": np.repeat(np.array(_COASTS, dtype=object), len(low) + 1),
            "from_km": np.tile(np.concatenate([[0.0], low]), len(_COASTS)),
            "to_km": np.tile(np.concatenate([[np.inf], high]), len(_COASTS)),
        }
    )
    return _with_moments(recipe, keys, stacked.reshape(-1, stacked.shape[-1]))


def curve_table(recipe: Recipe, summary: Summary) -> pd.DataFrame:
    """Give the decay curve: every measure by distance.

    Parameters
    ----------
    recipe, summary
        What was computed.

    Returns
    -------
    pandas.DataFrame
        `from_km, to_km, pairs`, and of each measure known pairs, sum and mean; 20 bins a decade.
    """
    edges = 10.0 ** (np.arange(len(summary.curve) + 1) / CURVE_PER_DECADE)
    table = pd.DataFrame(
        {"from_km": edges[:-1], "to_km": edges[1:], "pairs": summary.curve[:, 0].astype(np.int64)}
    )
    table.loc[0, "from_km"] = 0.0
    for place, measure in enumerate(recipe.measures):
        known, total = summary.curve[:, 1 + 2 * place : 3 + 2 * place].T
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = total / known
        name = measure.column
        table = table.assign(
            **{f"{name}_pairs": known.astype(np.int64), f"{name}_sum": total, f"{name}_mean": mean}
        )
    return table[table["pairs"] > 0].reset_index(drop=True)


def histogram_table(recipe: Recipe, summary: Summary) -> pd.DataFrame:
    """Give the histogram of every measure.

    Parameters
    ----------
    recipe, summary
        What was computed.

    Returns
    -------
    pandas.DataFrame
        `measure, from_value, to_value, pairs`; the first bin of an amount holds zeros.
    """
    tables = []
    for measure, counts in zip(recipe.measures, summary.histogram, strict=True):
        edges = bin_edges(measure)
        rows = {"measure": measure.column, "from_value": edges, "to_value": np.append(edges[1:], np.inf)}
        table = pd.DataFrame({**rows, "pairs": counts.astype(np.int64)})
        tables.append(table[table["pairs"] > 0])
    columns = ["measure", "from_value", "to_value", "pairs"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def top_table(recipe: Recipe, summary: Summary) -> pd.DataFrame:
    """List the strongest corridors with all their measures.

    Parameters
    ----------
    recipe, summary
        What was computed.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`; `origin, destination, distance_km`, then the measures; the strongest first.
    """
    inputs = recipe.inputs
    origin, destination = summary.top[1].astype(np.int64), summary.top[2].astype(np.int64)
    ends = pd.DataFrame({"origin": inputs.slugs[origin], "destination": inputs.slugs[destination]})
    tile = PairList(inputs, origin, destination)
    columns, km = recipe.values(tile), tile.distance_km
    table = ends.assign(distance_km=km, **{one.column: columns[one.column] for one in recipe.measures})
    return table.set_index(corridor_ids(table["origin"], table["destination"], directed=inputs.directed))


def city_table(recipe: Recipe, summary: Summary) -> pd.DataFrame:
    """Give every city its totals, its nearest and its strongest partner.

    Parameters
    ----------
    recipe, summary
        What was computed.

    Returns
    -------
    pandas.DataFrame
        Index `city`; `nearest, nearest_km`, `strongest, strongest_value`, and of each measure known partners and sum. Directed:
        over the pairs of which the city is the origin.
    """
    slugs = recipe.inputs.slugs
    table = pd.DataFrame(index=pd.Index(slugs, name="city"))
    for name, value, kept in (
        ("nearest", "nearest_km", summary.nearest),
        ("strongest", "strongest_value", summary.strongest),
    ):
        found = kept[1] >= 0
        partner = np.full(len(slugs), None, dtype=object)
        partner[found] = slugs[kept[1, found].astype(np.int64)]
        table = table.assign(**{name: partner, value: np.where(found, kept[0], np.nan)})
    for place, measure in enumerate(recipe.measures):
        partners, total = summary.totals[2 * place : 2 * place + 2]
        named = {f"{measure.column}_partners": partners.astype(np.int64), f"{measure.column}_sum": total}
        table = table.assign(**named)
    return table
