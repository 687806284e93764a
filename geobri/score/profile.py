"""What a result says about one city, one corridor, one group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from geobri.errors import DataError, SchemaError, mould
from geobri.measures import Level
from geobri.notebooks import Told
from geobri.score.ranking import rank
from geobri.score.result import IndexResult
from geobri.score.shares import ROOT

__all__ = [
    "Profile",
    "find_strengths",
    "list_contributions",
    "profile_city",
    "profile_corridor",
    "summarise_groups",
    "summarise_region_pairs",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Profile(Told):
    """A city or corridor in the result.

    Attributes
    ----------
    unit, level
        Who, and at which level.
    group
        The group it is compared in (region, country), or empty.
    table
        One row per node: ``node, parent, score, rank, of, rank_in_group, of_group, lead``; `lead` is the score less the mean
        score of all units, in the points of the scale.
    best, worst
        Dimensions or indicators right under the index with the best and the worst rank (ties: the higher lead, the
        lower lead).
    partners
        For a city: its corridors, strongest first, with what each brings to every indicator (see `list_contributions`);
        empty for a corridor.
    """

    unit: str
    level: Level
    group: str
    table: pd.DataFrame
    best: str
    worst: str
    partners: pd.DataFrame

    def summary(self, language: Literal["en", "zh"] = "en", *, names: Mapping[str, str] | None = None) -> str:
        """Say the profile in a sentence.

        Parameters
        ----------
        language
            English or Chinese.
        names
            What to call the unit, its group and the nodes; their labels by default.

        Returns
        -------
        str
            Rank, and best and worst node.
        """
        called = {label: str((names or {}).get(label, label)) for label in self._labels()}
        say = _say_zh if language == "zh" else _say
        return say(self, called)

    def _labels(self) -> tuple[str, ...]:
        return self.unit, self.group, self.best, self.worst

    def to_frame(self) -> pd.DataFrame:
        """Give the table of nodes.

        Returns
        -------
        pandas.DataFrame
            A copy of `table`.
        """
        return self.table.copy()


def profile_city(
    result: IndexResult, city: str, *, groups: pd.Series[Any] | None = None, partners: bool = True
) -> Profile:
    """Describe one city.

    Parameters
    ----------
    result
        A finished index.
    city
        Slug of the city.
    groups
        Group of every city (``cities["region"]``), for the rank within the group.
    partners
        Whether the corridors that make its score are listed too.

    Returns
    -------
    Profile
        Scores, ranks, strengths, and the corridors that make its score.

    Raises
    ------
    DataError
        If the city is not in the result.
    """
    listed = partners and city in result.cities.index
    own = list_contributions(result, city) if listed else pd.DataFrame()
    return _profile(result, "cities", city, groups, own)


def profile_corridor(result: IndexResult, corridor: str, *, groups: pd.Series[Any] | None = None) -> Profile:
    """Describe one corridor.

    Parameters
    ----------
    result
        A finished index.
    corridor
        Id of the corridor, ``a--b``.
    groups
        Group of every corridor (``corridors["region_pair"]``), for the rank within the group.

    Returns
    -------
    Profile
        Scores, ranks and strengths.

    Raises
    ------
    DataError
        If the corridor is not in the result.
    """
    return _profile(result, "corridors", corridor, groups, pd.DataFrame())


def list_contributions(result: IndexResult, city: str) -> pd.DataFrame:
    """List the corridors that make a city's score.

    Parameters
    ----------
    result
        A finished index.
    city
        Slug of the city.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`; `partner`, the overall score and rank of the corridor, and per indicator the share of the city's
        total over its corridors (`share_<indicator>`, NaN where the total is 0), strongest corridor first. Attributes have no
        share: a city's attribute is its own, and no corridor brings it.

    Raises
    ------
    DataError
        If the city is not in the result.
    """
    _check_unit(result.cities, city, "list_contributions")
    ends = result.corridors[["origin", "destination"]]
    mine = (ends["origin"] == city) | (ends["destination"] == city)
    own = result.corridors[mine]
    of_pairs = [leaf.name for leaf in result.spec.indicators if leaf.kind != "city"]
    amounts = result.corridor_raw.loc[mine, of_pairs]
    total = amounts.sum(axis=0)
    shares = (amounts / total.where(total != 0)).add_prefix("share_")
    partner = pd.Series(
        np.where(own["origin"] == city, own["destination"], own["origin"]), index=own.index, name="partner"
    )
    frame = pd.concat([partner, own[[ROOT, f"rank_{ROOT}"]], shares], axis=1)
    return frame.sort_values(ROOT, ascending=False, kind="stable", na_position="last")


def find_strengths(
    result: IndexResult, *, level: Level = "cities", nodes: Sequence[str] | None = None, most: int = 3
) -> pd.DataFrame:
    """List strengths and weaknesses of every unit.

    Parameters
    ----------
    result
        A finished index.
    level
        Cities or corridors.
    nodes
        Which nodes to compare; the children of the index by default.
    most
        How many strengths and weaknesses a unit gets.

    Returns
    -------
    pandas.DataFrame
        Rows ``unit, kind, place, node, score, rank, gain``; `kind` is ``"strength"`` or ``"weakness"``, and `gain` how many
        places better than its overall rank the unit stands in that node.

    Notes
    -----
    A strength is a node where a unit ranks better than it does overall, not where it ranks high: the last of all has
    strengths too. Only nodes with a gain (or loss) of at least one place are listed.
    """
    frame = _frame(result, level)
    chosen = list(nodes or result.spec.children(ROOT))
    overall = frame[f"rank_{ROOT}"].astype(float)
    gains = pd.DataFrame({node: overall - frame[f"rank_{node}"].astype(float) for node in chosen})
    long = gains.rename_axis("unit").reset_index().melt("unit", var_name="node", value_name="gain").dropna()
    long = long[long["gain"] != 0]
    long["kind"] = np.where(long["gain"] > 0, "strength", "weakness")
    long["size"] = long["gain"].abs()
    long = long.sort_values(["unit", "kind", "size"], ascending=[True, True, False], kind="stable")
    long["place"] = long.groupby(["unit", "kind"], observed=True).cumcount() + 1
    long = long[long["place"] <= most]
    row, column = (
        frame.index.get_indexer(pd.Index(long["unit"])),
        pd.Index(chosen).get_indexer(pd.Index(long["node"])),
    )
    long["score"] = frame[chosen].to_numpy(dtype=float)[row, column]
    long["rank"] = frame[[f"rank_{node}" for node in chosen]].to_numpy(dtype=float, na_value=np.nan)[
        row, column
    ]
    return long[["unit", "kind", "place", "node", "score", "rank", "gain"]].reset_index(drop=True)


def summarise_groups(
    result: IndexResult, groups: pd.Series[Any], *, level: Level = "cities", node: str = ROOT
) -> pd.DataFrame:
    """Compare groups of cities or corridors in one node.

    Parameters
    ----------
    result
        A finished index.
    groups
        Group of every unit, same index; units without a group are left out.
    level
        Cities or corridors.
    node
        Which score.

    Returns
    -------
    pandas.DataFrame
        Index `group`: ``n, mean, median, min, max, best_rank, best, top_quarter``; `top_quarter` counts units among the best
        quarter of all. Highest mean first.

    Raises
    ------
    SchemaError
        If the node is unknown.
    """
    frame = _frame(result, level)
    if node not in frame.columns:
        raise SchemaError(
            mould(
                "summarise_groups",
                "node must be in the result",
                repr(node),
                f"Use one of {list(result.spec.nodes)}",
            )
        )
    scores, ranks = frame[node], frame[f"rank_{node}"].astype(float)
    labels = groups.reindex(frame.index).rename("group")
    own = pd.DataFrame({"score": scores, "rank": ranks, "group": labels}).dropna(subset=["score", "group"])
    own["best"] = own["rank"] <= np.ceil(scores.notna().sum() / 4)
    by = own.groupby("group", observed=True)
    columns = {name: by["score"].agg(name) for name in ("count", "mean", "median", "min", "max")}
    table = pd.DataFrame(columns).rename(columns={"count": "n"})
    table["best_rank"], table["best"], table["top_quarter"] = (
        by["rank"].min(),
        by["score"].idxmax(),
        by["best"].sum(),
    )
    return table.sort_values("mean", ascending=False, kind="stable")


def summarise_region_pairs(result: IndexResult, regions: pd.Series[Any], *, node: str = ROOT) -> pd.DataFrame:
    """Compare pairs of regions by their corridors.

    Parameters
    ----------
    result
        A finished index.
    regions
        Region of every city.
    node
        Which score.

    Returns
    -------
    pandas.DataFrame
        As `summarise_groups`, index ``"Africa / Europe"`` with the regions in alphabetical order.
    """
    ends = result.corridors[["origin", "destination"]].apply(lambda column: column.map(regions))
    ordered = np.sort(ends.astype(object).fillna("").astype(str).to_numpy(dtype=object), axis=1)
    pairs = pd.Series([f"{one} / {other}" for one, other in ordered], index=result.corridors.index)
    return summarise_groups(result, pairs.where(ends.notna().all(axis=1)), level="corridors", node=node)


def _frame(result: IndexResult, level: Level) -> pd.DataFrame:
    return result.cities if level == "cities" else result.corridors


def _check_unit(frame: pd.DataFrame, unit: str, caller: str) -> None:
    if unit not in frame.index:
        came = f"{unit!r}, not among {len(frame)} such as {frame.index[0]!r}"
        raise DataError(mould(caller, "it must be in the result", came, "Use its slug or id"))


def _profile(
    result: IndexResult, level: Level, unit: str, groups: pd.Series[Any] | None, partners: pd.DataFrame
) -> Profile:
    frame = _frame(result, level)
    _check_unit(frame, unit, "profile_city" if level == "cities" else "profile_corridor")
    group = "" if groups is None else str(groups.reindex(frame.index).fillna("").loc[unit])
    table = _node_table(result, frame, unit, None if not group else groups)
    below = (
        table[table["parent"] == ROOT]
        .dropna(subset=["rank"])
        .sort_values(["rank", "lead"], ascending=[True, False], kind="stable")
    )
    best, worst = (str(below["node"].iloc[0]), str(below["node"].iloc[-1])) if len(below) else ("", "")
    return Profile(
        unit=unit,
        level=level,
        group=group,
        table=table,
        best=best,
        worst=worst,
        partners=partners,
    )


def _node_table(
    result: IndexResult, frame: pd.DataFrame, unit: str, groups: pd.Series[Any] | None
) -> pd.DataFrame:
    up, choices = result.spec.parents, result.spec.choices
    inside = pd.Series(data=False, index=frame.index)
    if groups is not None:
        own = groups.reindex(frame.index)
        inside = own == own.loc[unit]
    rows = []
    for node in result.spec.nodes:
        scores = frame[node].astype(float)
        peers = (
            rank(scores[inside], ties=choices.ties, tolerance=choices.tolerance)
            if inside.any()
            else pd.Series(dtype="Int64")
        )
        rows.append(
            {
                "node": node,
                "parent": up.get(node, ""),
                "score": scores.loc[unit],
                "rank": frame.loc[unit, f"rank_{node}"],
                "of": int(scores.notna().sum()),
                "rank_in_group": peers.get(unit, pd.NA),
                "of_group": int(scores[inside].notna().sum()),
                "lead": scores.loc[unit] - scores.mean(),
            }
        )
    return pd.DataFrame(rows)


def _differs(profile: Profile) -> bool:
    """Tell whether a best and a worst part can be told apart by their ranks."""
    ranks = profile.table.set_index("node")["rank"]
    return profile.best != profile.worst and bool(ranks[profile.best] != ranks[profile.worst])


def _say(profile: Profile, called: Mapping[str, str]) -> str:
    whole, ranks = profile.table.iloc[0], profile.table.set_index("node")["rank"]
    unit, best, worst = called[profile.unit], profile.best, profile.worst
    if pd.isna(whole["rank"]):
        return f"{unit} has no overall score: values are missing."
    within = (
        f", {whole['rank_in_group']} of {whole['of_group']} in {called[profile.group]}"
        if profile.group
        else ""
    )
    ends = f"; best in {called[best]} ({ranks[best]}), worst in {called[worst]} ({ranks[worst]})"
    return f"{unit} ranks {whole['rank']} of {whole['of']}{within}{ends if _differs(profile) else ''}."


def _say_zh(profile: Profile, called: Mapping[str, str]) -> str:
    whole, ranks = profile.table.iloc[0], profile.table.set_index("node")["rank"]
    unit, best, worst = called[profile.unit], profile.best, profile.worst
    if pd.isna(whole["rank"]):
        return f"{unit}没有综合得分：存在缺失值。"
    within = (
        f"，在{called[profile.group]}的 {whole['of_group']} 个中列第 {whole['rank_in_group']}"
        if profile.group
        else ""
    )
    ends = f"；最强为{called[best]}（第 {ranks[best]}），最弱为{called[worst]}（第 {ranks[worst]}）"
    return f"{unit}在 {whole['of']} 个中列第 {whole['rank']}{within}{ends if _differs(profile) else ''}。"
