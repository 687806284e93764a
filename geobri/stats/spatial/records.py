"""What the tests of spatial dependence return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np

from geobri.stats.results import TestResult, new_axes
from geobri.stats.say import p_value

__all__ = ["KIND_COLOURS", "LocalResult", "draw_scatter"]

KIND_COLOURS: Final = {
    "high-high": "#b2182b",
    "hot spot": "#b2182b",
    "alike": "#1b7837",
    "low-low": "#2166ac",
    "cold spot": "#2166ac",
    "different": "#762a83",
    "high-low": "#ef8a62",
    "low-high": "#67a9cf",
    "not significant": "#cccccc",
    "island": "#ffffff",
}
"""Colour of each kind of place on maps and figures."""


def draw_scatter(result: TestResult, ax: Any) -> None:
    """Draw the Moran scatterplot.

    Parameters
    ----------
    result
        A test whose `table` has `value` (centred) and `lag` (the weighted sum, or mean, over the neighbours) for each place.
    ax
        Matplotlib axes to draw into.
    """
    values, lags = (result.table[name].to_numpy(dtype=np.float64) for name in ("value", "lag"))
    ax.axhline(0, color="#bbbbbb", linewidth=1)
    ax.axvline(0, color="#bbbbbb", linewidth=1)
    ax.scatter(values, lags, s=18, color="#33638d")
    ends = np.array([values.min(), values.max()])
    slope = float(values @ lags / (values @ values))
    ax.plot(ends, slope * ends, color="#b5403c", label=f"slope {slope:.2f}")
    ax.set_xlabel("value, centred")
    ax.set_ylabel("mean of the neighbours, centred")
    ax.set_title(f"{result.method} {result.statistic:.2f} ({p_value(result.p_value)})")
    ax.legend(frameon=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocalResult(TestResult):
    """A finished test of local dependence.

    Attributes
    ----------
    table
        One row per place: `statistic`, `lag` (weighted sum over the neighbours), `z_score` (from the exact
        moments of conditional randomisation), `p_value`, `p_adjusted`, and `kind`: what the place is if its
        adjusted p-value is at most the level, else "not significant", or "island".
    level
        The level of `kind`.
    """

    level: float = 0.05

    def to_layer(self, cities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Put the local results beside the places, for a map layer.

        Parameters
        ----------
        cities
            Table with geometry over the same index.

        Returns
        -------
        geopandas.GeoDataFrame
            A new table with the columns of `table` and a column `colour`; they take the place of columns of
            the same name.
        """
        own = [name for name in (*self.table.columns, "colour") if name in cities.columns]
        layer = cities.drop(columns=own).join(self.table)
        return layer.assign(colour=layer["kind"].map(KIND_COLOURS))

    def plot(self, ax: Any = None) -> Any:
        """Draw the statistic of each place against its lag, coloured by kind.

        Parameters
        ----------
        ax
            Matplotlib axes to draw into; new ones by default.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn into.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        ax = new_axes() if ax is None else ax
        for kind, rows in self.table.groupby("kind", sort=True):
            colour = KIND_COLOURS[str(kind)]
            ax.scatter(
                rows["lag"],
                rows["statistic"],
                s=18,
                color=colour,
                edgecolor="#555555",
                linewidth=0.4,
                label=kind,
            )
        ax.set_xlabel("weighted sum over the neighbours")
        ax.set_ylabel(self.method)
        ax.legend(frameon=False)
        return ax
