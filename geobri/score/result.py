"""A finished index."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from geobri.errors import SpecificationError, mould
from geobri.measures import Level, Measure
from geobri.notebooks import Told
from geobri.score.compiled import CompiledIndex, compile_index
from geobri.score.nodes import list_nodes, name_measures, select_corridors
from geobri.score.shares import ROOT
from geobri.score.spec import IndexSpec

__all__ = ["IndexResult"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class IndexResult(Told):
    """A finished index with every choice that led to it.

    Attributes
    ----------
    spec
        The specification as run.
    cities, corridors
        Scores: one column per node (``overall``, dimensions, indicators) and ``rank_<node>`` beside it. Index `city` or
        `corridor`; corridors begin with `origin, destination`, and there are none where they were switched off.
    city_values, corridor_values
        What was normalised: indicators after imputation, denomination and outlier treatment, in their units.
    city_raw, corridor_raw
        The same before outlier treatment.
    importance
        Rows ``level, node, parent, importance, effective``: weights as used, and their share in the whole index.
    imputed
        Pairs by indicators, True where a value rests on imputation.
    imputed_share
        Cities by indicators, share of partners whose value was imputed; 1 or 0 for an attribute.
    coverage
        Cities by indicators, share of partners known before imputation, 1 or 0 for an attribute; `all` is the mean.
    touched
        Rows ``level, unit, indicator, before, after, treatment``: values pulled in as outliers.
    treatments
        Rows ``level, indicator, treatment, touched, skewness_before, …``: one per treated column.
    modelled
        Indicators whose pair values are modelled from attributes or memberships of cities, not observed.
    screened_cities, screened_pairs
        What was left out for lack of coverage.
    choices
        Every choice by name, and the counts that follow from it.
    unused
        Indicators of the flows that the index does not use; where there are any, the first warning names them.
    warnings, warnings_zh
        What a reader should know before quoting a rank, in English and in Chinese.
    """

    spec: IndexSpec
    cities: pd.DataFrame
    corridors: pd.DataFrame
    city_values: pd.DataFrame
    corridor_values: pd.DataFrame
    city_raw: pd.DataFrame
    corridor_raw: pd.DataFrame
    importance: pd.DataFrame
    imputed: pd.DataFrame
    imputed_share: pd.DataFrame
    coverage: pd.DataFrame
    touched: pd.DataFrame
    treatments: pd.DataFrame
    modelled: tuple[str, ...] = ()
    screened_cities: tuple[str, ...] = ()
    screened_pairs: tuple[str, ...] = ()
    choices: Mapping[str, Any] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    warnings_zh: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Freeze the choices."""
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))

    def summary(self) -> str:
        """Say the result in a sentence.

        Returns
        -------
        str
            What was ranked, and who leads.
        """
        leaders = self.cities["overall"].sort_values(ascending=False).index[:3]
        corridors = f" and {len(self.corridors)} corridors" if self.spec.choices.corridors else ""
        return (
            f"{self.spec.title or self.spec.name}: {len(self.cities)} cities{corridors} by "
            f"{len(self.spec.indicators)} indicators; {', '.join(map(str, leaders))} lead."
        )

    def to_frame(self, level: Level = "cities") -> pd.DataFrame:
        """Give the scores and ranks of one level.

        Parameters
        ----------
        level
            ``"cities"`` or ``"corridors"``.

        Returns
        -------
        pandas.DataFrame
            A copy, best first, ties by name.
        """
        frame = self.cities if level == "cities" else self.corridors
        return frame.sort_index().sort_values("rank_overall", kind="stable", na_position="last")

    def nodes(self) -> pd.DataFrame:
        """List every node: the index, its dimensions, its indicators, with titles, parents, weights and columns.

        Returns
        -------
        pandas.DataFrame
            One row per node, columns `NODE_COLUMNS` of `geobri.score.nodes`.
        """
        return list_nodes(self)

    def for_corridors(self, corridors: pd.DataFrame, *, directed: bool = False) -> pd.DataFrame:
        """Give the scores of the corridors of a table, whichever way round it has them.

        Parameters
        ----------
        corridors
            Table with `origin` and `destination`, such as the corridors of a study.
        directed
            Whether its rows run from origin to destination.

        Returns
        -------
        pandas.DataFrame
            Index of `corridors`; score and rank of every node, missing for pairs that the index does not score. Directed
            scores are averaged over both ways where the table is not directed, and ranked again.
        """
        return select_corridors(self, corridors, directed=directed)

    def measures(self, level: Level = "cities") -> tuple[Measure, ...]:
        """Say what the columns of scores and ranks mean.

        Parameters
        ----------
        level
            ``"cities"`` or ``"corridors"``.

        Returns
        -------
        tuple of Measure
            Score and rank of every node, the index first; none for corridors that were switched off.
        """
        return name_measures(self, level)

    def _repr_html_(self) -> str:
        table = self.to_frame().head(10)[[ROOT, f"rank_{ROOT}", *self.spec.children(ROOT)]]
        return f"<p>{html.escape(self.summary())}</p>" + str(
            table.to_html(escape=True, float_format="{:.1f}".format, na_rep="")
        )

    def compiled(self, level: Level = "cities") -> CompiledIndex:
        """Give the numeric core of one level, to be run again under other choices.

        Parameters
        ----------
        level
            ``"cities"`` or ``"corridors"``.

        Returns
        -------
        CompiledIndex
            The values that were normalised, and the tree.

        Raises
        ------
        SpecificationError
            If the corridors were switched off.
        """
        if level == "corridors" and not self.spec.choices.corridors:
            wanted = "an index with the level of corridors"
            raise SpecificationError(
                mould("compiled", wanted, "corridors = false", "Switch it on, or take cities")
            )
        return compile_index(
            self.spec, self.city_values if level == "cities" else self.corridor_values, level=level
        )
