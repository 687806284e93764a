"""The nodes of a finished index as the rest of geobri sees them: one row each, and one measure for score and rank each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geobri.corridors import corridor_ids
from geobri.measures import Level, Measure, label_column
from geobri.score.ranking import rank
from geobri.score.shares import ROOT
from geobri.score.spec import Dimension, IndexSpec, Indicator

if TYPE_CHECKING:
    from geobri.score.result import IndexResult

__all__ = ["NODE_COLUMNS", "list_nodes", "name_measures", "select_corridors"]

NODE_COLUMNS: Final = (
    "node",
    "kind",
    "parent",
    "parents",
    "title",
    "title_zh",
    "unit",
    "unit_zh",
    "direction",
    "importance",
    "effective",
    "effective_corridors",
    "score",
    "rank",
    "modelled",
)
_FULL: Final = (0.0, 100.0)


def list_nodes(result: IndexResult) -> pd.DataFrame:
    """List every node of a finished index: the index, its dimensions, its indicators.

    Parameters
    ----------
    result
        A finished index.

    Returns
    -------
    pandas.DataFrame
        Columns `NODE_COLUMNS`, the index first, then dimensions and indicators as specified. `kind` is ``index``,
        ``dimension`` or ``indicator``; `parents` are all nodes above, the nearest first; `importance` is the share within the
        parent and `effective` the share in the whole index, of cities; `score` and `rank` name the columns of
        `IndexResult.cities` and `IndexResult.corridors`; `modelled` says that pair values were not observed.
    """
    spec, up = result.spec, result.spec.parents
    leaves = {leaf.name: leaf for leaf in spec.indicators}
    weights = result.importance.set_index(["level", "node"])
    rows = []
    for node in spec.nodes:
        leaf = leaves.get(node)
        title, title_zh = _titles(spec, node)
        rows.append(
            {
                "node": node,
                "kind": "index" if node == ROOT else "dimension" if leaf is None else "indicator",
                "parent": up.get(node, ""),
                "parents": _ancestors(up, node),
                "title": title,
                "title_zh": title_zh,
                "unit": "" if leaf is None else leaf.unit,
                "unit_zh": "" if leaf is None else leaf.unit_zh or leaf.unit,
                "direction": 1 if leaf is None else leaf.direction,
                "importance": weights.loc[("cities", node), "importance"],
                "effective": weights.loc[("cities", node), "effective"],
                "effective_corridors": weights.loc[("corridors", node), "effective"],
                "score": node,
                "rank": f"rank_{node}",
                "modelled": node in result.modelled,
            }
        )
    return pd.DataFrame(rows, columns=list(NODE_COLUMNS))


def name_measures(result: IndexResult, level: Level) -> tuple[Measure, ...]:
    """Say what the columns of scores and ranks mean, a measure each.

    Parameters
    ----------
    result
        A finished index.
    level
        ``"cities"`` or ``"corridors"``; of corridors there are none where these were switched off.

    Returns
    -------
    tuple of Measure
        Score and rank of every node, the index first.
    """
    if level == "corridors" and not result.spec.choices.corridors:
        return ()
    leaves = {leaf.name: leaf for leaf in result.spec.indicators}
    measures = []
    for record in list_nodes(result).to_dict("records"):
        row = {str(name): value for name, value in record.items()}
        shared = _shared(result, level, row, leaves.get(row["node"]))
        label, label_zh = row["title"], row["title_zh"]
        measures += [
            Measure(
                column=row["score"],
                label=label,
                label_zh=label_zh,
                kind="score",
                domain=_scale(result),
                **shared,
            ),
            Measure(
                column=row["rank"],
                label=f"{label}: rank",
                label_zh=f"{label_zh}：排名",
                kind="rank",
                **shared,
            ),
        ]
    return tuple(measures)


def select_corridors(result: IndexResult, corridors: pd.DataFrame, *, directed: bool) -> pd.DataFrame:
    """Give the scores of the corridors of a table, whichever way round it has them.

    Parameters
    ----------
    result
        A finished index.
    corridors
        Table with `origin` and `destination`.
    directed
        Whether its rows run from origin to destination.

    Returns
    -------
    pandas.DataFrame
        Index of `corridors`; score and rank of every node. A pair that the index does not score has none. Scores without a
        direction stand on both directions of a pair; directed scores are averaged over both where the table has none, and
        ranked again among all pairs.
    """
    choices = result.spec.choices
    scores = result.corridors.drop(columns=["origin", "destination"])
    if choices.directed and not directed:
        ids = corridor_ids(result.corridors["origin"], result.corridors["destination"])
        nodes = list(result.spec.nodes)
        means = scores[nodes].groupby(ids, observed=True).mean()
        ranks = rank(means, choices.ties, choices.tolerance).add_prefix("rank_")
        scores = means.join(ranks)
    ids = corridor_ids(corridors["origin"], corridors["destination"], directed=choices.directed and directed)
    return scores.reindex(ids).set_axis(corridors.index, axis=0)


def _shared(result: IndexResult, level: Level, row: dict[str, Any], leaf: Indicator | None) -> dict[str, Any]:
    """Give what the score and the rank of a node have in common."""
    return {
        "of": level,
        "parents": row["parents"],
        "origin": "index",
        "directed": level == "corridors" and result.spec.choices.directed,
        "year": result.choices["year"],
        "source": (leaf.source if leaf else "") or result.spec.source,
        "description": _describe(row, leaf),
        "description_zh": _describe_zh(row, leaf),
    }


def _describe(row: dict[str, Any], leaf: Indicator | None) -> str:
    if leaf is None:
        return ""
    unit = f", in {row['unit']}" if row["unit"] else ""
    less = "; less is better" if leaf.direction < 0 else ""
    return f"Score of {row['title']}{unit}{less}"


def _describe_zh(row: dict[str, Any], leaf: Indicator | None) -> str:
    if leaf is None:
        return ""
    unit = f"（单位：{row['unit_zh']}）" if row["unit_zh"] else ""
    less = "，越小越好" if leaf.direction < 0 else ""
    return f"{row['title_zh']}得分{unit}{less}"


def _scale(result: IndexResult) -> tuple[float, float] | None:
    """Give the ends of the scale where min-max within the units sets them; a reference may be left behind."""
    choices = result.spec.choices
    plain = choices.normaliser == "minmax" and not choices.normaliser_params
    own = any(leaf.normaliser is not None for leaf in result.spec.indicators)
    alone = result.choices["reference"] == "the units themselves"
    return _FULL if plain and alone and not own and choices.aggregator == "arithmetic" else None


def _titles(spec: IndexSpec, node: str) -> tuple[str, str]:
    if node == ROOT:
        title = spec.title or label_column(node)
        return title, spec.title_zh or (spec.title or "综合")
    named: tuple[Dimension | Indicator, ...] = (*spec.dimensions, *spec.indicators)
    said = next(one for one in named if one.name == node)
    title = said.title or label_column(node)
    return title, said.title_zh or title


def _ancestors(up: dict[str, str], node: str) -> tuple[str, ...]:
    above = []
    while node in up:
        node = up[node]
        above.append(node)
    return tuple(above)
