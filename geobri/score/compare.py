"""Any two rankings side by side: who moved, by how much, and how far the two agree.

The tables follow those of the first report: places are counted again among the cities that both
rankings hold ("relative rank"), and cities fall into those that stand higher in the one, higher in the
other, or about level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd

from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.notebooks import Told
from geobri.score.overlap import OverlapTies, kendall_tau_b, rank_biased_overlap, spearman_rho, top_overlap
from geobri.score.plotting import draw_slopes, to_html
from geobri.score.trust.removal import arrow

__all__ = ["MEASURE_COLUMNS", "RankingComparison", "compare_many", "compare_rankings"]

MEASURE_COLUMNS = ("measure", "value", "lower", "upper", "n", "note")
TABLE_COLUMNS = ("rank_first", "rank_second", "relative_first", "relative_second", "shift", "arrow", "group")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RankingComparison(Told):
    """Two rankings side by side.

    Attributes
    ----------
    table
        Index is the city; columns `rank_first, rank_second` (as given), `relative_first,
        relative_second` (counted again among the common cities), `shift` (relative_first less
        relative_second: positive where the city stands higher in the second ranking), `arrow`, and
        `group` ("higher in first", "higher in second", "level", "only in first", "only in second").
    measures
        Columns `MEASURE_COLUMNS`: Kendall's tau-b, Spearman's rho, overlap of the top, rank-biased
        overlap with its bounds, mean and greatest absolute shift.
    names
        What the two rankings are called.
    choices
        Threshold, size of the top, persistence and treatment of ties.
    """

    table: pd.DataFrame
    measures: pd.DataFrame
    names: tuple[str, str]
    choices: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze what the record holds."""
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))

    def group(self, name: str) -> pd.DataFrame:
        """Take one group out of the table, in the order of the first ranking.

        Parameters
        ----------
        name
            As in column `group`.

        Returns
        -------
        pandas.DataFrame
            The rows of that group.

        Raises
        ------
        SpecificationError
            If there is no such group.
        """
        known = ("higher in first", "higher in second", "level", "only in first", "only in second")
        if name not in known:
            raise SpecificationError(
                mould("group", f"the group must be one of {known}", repr(name), "Use one of them")
            )
        return self.table[self.table["group"] == name].sort_values(
            ["rank_first", "rank_second"], kind="stable"
        )

    def summary(self) -> str:
        """Say the comparison in a sentence.

        Returns
        -------
        str
            Agreement, and who moved most.
        """
        value = self.measures.set_index("measure")["value"]
        n = int(self.table["shift"].notna().sum())
        shift = self.table["shift"].dropna()
        furthest = int(np.argmax(np.abs(shift.to_numpy())))
        most = (
            f"; {shift.index[furthest]} moves most ({shift.iloc[furthest]:+.0f} places)"
            if shift.any()
            else ""
        )
        agreement = f"Kendall tau-b {value['kendall tau-b']:.2f}, Spearman rho {value['spearman rho']:.2f}"
        if value[["kendall tau-b", "spearman rho"]].isna().any():
            agreement = "no agreement can be measured, because all cities tie in one of them"
        return f"{self.names[0]} and {self.names[1]} share {n} cities: {agreement}{most}."

    def plot(self, ax: Any = None, *, lang: Literal["en", "zh"] = "en") -> Any:
        """Draw a line per city from its rank in the one to its rank in the other.

        Parameters
        ----------
        ax
            Matplotlib axes to draw into; new ones by default.
        lang
            Language of the labels; Chinese needs a font that has its letters.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn into.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        return draw_slopes(self.table, self.names, lang=lang, ax=ax)

    def _repr_html_(self) -> str:
        return to_html(self.summary(), self.measures)


def compare_rankings(
    first: pd.Series,
    second: pd.Series,
    *,
    names: tuple[str, str] = ("first", "second"),
    threshold: float = 1.0,
    top: int | None = None,
    persistence: float = 0.9,
    ties: OverlapTies = "a",
) -> RankingComparison:
    """Put two rankings side by side.

    Parameters
    ----------
    first, second
        Ranks per city, 1 is best; a missing rank, or a city in one of them only, is allowed.
    names
        What the two rankings are called.
    threshold
        Places that a city must move to count as higher in one of them.
    top
        Size of the top whose overlap is measured; by default 10, or half of the common cities.
    persistence, ties
        As in `rank_biased_overlap`.

    Returns
    -------
    RankingComparison
        The table of shifts and the measures of agreement.

    Raises
    ------
    SchemaError
        If a ranking is not a numeric Series with unique labels.
    DataError
        If fewer than two cities are ranked in both.
    SpecificationError
        If `threshold`, `top` or `persistence` is out of range.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> cities = bri22().cities
    >>> compare_rankings(cities["rank_trade"], cities["rank_finance"]).summary()
    'first and second share 22 cities: Kendall tau-b 0.55, Spearman rho 0.72; johannesburg moves most (-13 places).'
    """
    _check_rankings({names[0]: first, names[1]: second})
    if not threshold > 0:
        raise SpecificationError(
            mould("compare_rankings", "threshold must be positive", repr(threshold), "Use 1")
        )
    table = _build_shift_table(first, second, threshold)
    common = table["shift"].notna()
    if common.sum() < 2:  # noqa: PLR2004 - a pair needs two
        came = f"{int(common.sum())} of {int(first.notna().sum())} and {int(second.notna().sum())}"
        wanted = "two rankings must share at least two ranked cities"
        raise DataError(mould("compare_rankings", wanted, came, "Match the labels"))
    k = min(10, max(1, int(common.sum()) // 2)) if top is None else top
    pair = table.loc[common, "relative_first"], table.loc[common, "relative_second"]
    measures = _measure(
        pair, (first, second), table.loc[common, "shift"], k, persistence=persistence, ties=ties
    )
    choices = {"threshold": threshold, "top": k, "persistence": persistence, "ties": ties}
    return RankingComparison(table=table, measures=measures, names=names, choices=choices)


def _check_rankings(rankings: Mapping[str, pd.Series]) -> None:
    faults = []
    for name, one in rankings.items():
        if not isinstance(one, pd.Series) or not pd.api.types.is_numeric_dtype(one):
            faults.append(f"{name!r}: not a numeric Series")
        elif one.index.has_duplicates:
            faults.append(f"{name!r}: repeated {first_offenders(one.index[one.index.duplicated()].unique())}")
        elif (one.dropna() < 1).any():
            faults.append(
                f"{name!r}: ranks below 1 for {first_offenders(one.index[one.notna() & (one < 1)])}"
            )
    if faults:
        wanted = "rankings must be Series of ranks from 1, one per city"
        raise SchemaError(mould("compare_rankings", wanted, "; ".join(faults), "Rank the scores first"))


def _build_shift_table(first: pd.Series, second: pd.Series, threshold: float) -> pd.DataFrame:
    table = pd.concat(
        [first.astype(float).rename("rank_first"), second.astype(float).rename("rank_second")],
        axis=1,
        join="outer",
    )
    table = table.dropna(how="all").sort_values(["rank_first", "rank_second"], kind="stable")
    common = table.dropna().index
    for side in ("first", "second"):
        table[f"relative_{side}"] = table.loc[common, f"rank_{side}"].rank(method="min").reindex(table.index)
    table["shift"] = table["relative_first"] - table["relative_second"]
    table["arrow"] = [arrow(one) for one in table["shift"]]
    table["group"] = np.select(
        [
            table["rank_second"].isna(),
            table["rank_first"].isna(),
            table["shift"] >= threshold,
            table["shift"] <= -threshold,
        ],
        ["only in first", "only in second", "higher in second", "higher in first"],
        default="level",
    )
    return table[list(TABLE_COLUMNS)]


def _measure(
    pair: tuple[pd.Series, pd.Series],
    whole: tuple[pd.Series, pd.Series],
    shift: pd.Series,
    k: int,
    *,
    persistence: float,
    ties: OverlapTies,
) -> pd.DataFrame:
    n = len(shift)
    overlap = rank_biased_overlap(*whole, persistence=persistence, ties=ties)
    every = sum(int(one.notna().sum()) for one in whole) - n
    rows = [
        ("kendall tau-b", kendall_tau_b(*pair), np.nan, np.nan, n, "common cities"),
        ("spearman rho", spearman_rho(*pair), np.nan, np.nan, n, "common cities"),
        (f"top-{k} overlap", top_overlap(*pair, k), np.nan, np.nan, n, "common cities"),
        (
            "rank-biased overlap",
            overlap.extrapolated,
            overlap.lowest,
            overlap.highest,
            every,
            f"p = {persistence:g}, ties {ties}, both lists whole",
        ),
        ("mean absolute shift", float(shift.abs().mean()), np.nan, np.nan, n, "places"),
        ("greatest absolute shift", float(shift.abs().max()), np.nan, np.nan, n, "places"),
    ]
    return pd.DataFrame(rows, columns=list(MEASURE_COLUMNS))


def compare_many(
    rankings: Mapping[str, pd.Series],
    *,
    against: str | None = None,
    measures: Sequence[str] | None = None,
    **choices: Any,
) -> pd.DataFrame:
    """Compare several runs or rankings with each other, or all with one.

    Parameters
    ----------
    rankings
        Ranks per city, by name.
    against
        Compare all others with this one; None compares every pair.
    measures
        Names of the measures to keep; all by default.
    **choices
        As in `compare_rankings`.

    Returns
    -------
    pandas.DataFrame
        Columns `first, second` and `MEASURE_COLUMNS`.

    Raises
    ------
    SpecificationError
        If `against` is not one of the rankings, or fewer than two are given.
    """
    names = list(rankings)
    if len(names) < 2 or (against is not None and against not in rankings):  # noqa: PLR2004 - a pair needs two
        came = f"{len(names)} rankings, against={against!r}"
        raise SpecificationError(
            mould("compare_many", "two rankings or more, and `against` among them", came, "Add it")
        )
    frames = []
    for one, two in _name_pairs(names, against):
        found = compare_rankings(rankings[one], rankings[two], names=(one, two), **choices).measures
        frames.append(found.assign(first=one, second=two))
    table = pd.concat(frames, ignore_index=True)[["first", "second", *MEASURE_COLUMNS]]
    return table if measures is None else table[table["measure"].isin(list(measures))].reset_index(drop=True)


def _name_pairs(names: list[str], against: str | None) -> Iterable[tuple[str, str]]:
    if against is not None:
        return [(against, name) for name in names if name != against]
    return [(names[a], names[b]) for a in range(len(names)) for b in range(a + 1, len(names))]
