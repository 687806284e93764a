"""What the tests of spatial dependence return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import geopandas as gpd

from geobri.stats.picturing import name_method
from geobri.stats.results import TestResult
from geobri.stats.say.neighbours import KINDS
from geobri.words import Words

__all__ = ["KIND_COLOURS", "LocalResult"]

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
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

    Notes
    -----
    The p-value of a place is that of its own statistic; the p-value of the result is the smallest adjusted one.
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

    def _draw(self, ax: Any, lang: Literal["en", "zh"]) -> None:
        """Draw the statistic of each place against its lag, coloured by kind."""
        for kind, rows in self.table.groupby("kind", sort=True, observed=True):
            ax.scatter(
                rows["lag"],
                rows["statistic"],
                s=18,
                color=KIND_COLOURS[str(kind)],
                edgecolor="#555555",
                linewidth=0.4,
                label=kind if lang == "en" else KINDS.get(str(kind), kind),
            )
        ax.set_xlabel(Words("weighted sum over the neighbours", "邻近城市的加权和").say(lang))
        ax.set_ylabel(name_method(self).say(lang))
        ax.legend(frameon=False)
