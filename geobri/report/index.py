"""How the index is made and how far to believe it: its tree, what each city is good at, what a dimension and a choice move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geobri.errors import GeobriError
from geobri.report.model import Cell, Column, Fold, Row, Table
from geobri.report.numbers import number_cell, percent_cell, write_number, write_step
from geobri.report.terms import name_place
from geobri.study import Study
from geobri.study.questions import SEED
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.score import IndexResult

__all__ = ["index_folds", "tree_table"]

_RUNS: Final = 200
_MOST_CITIES: Final = 300
_KINDS: Final = {
    "index": Words("index", "指数"),
    "dimension": Words("dimension", "维度"),
    "indicator": Words("indicator", "指标"),
}
_CHOICES: Final = {
    "normaliser": Words("how values are normalised", "归一化方法"),
    "aggregator": Words("how they are put together", "聚合方法"),
    "weights": Words("weights, up to a quarter up or down", "权重（上下浮动不超过四分之一）"),
    "left out": Words("one indicator left out", "去掉一个指标"),
}


def tree_table(result: IndexResult) -> Table:
    """List the tree of the index: every node with its weights and how it hangs together.

    Parameters
    ----------
    result
        A finished index.

    Returns
    -------
    Table
        Nodes indented by their depth; weight within the parent and in the whole index, correlation with the index, and mean
        correlation of the children, of cities.
    """
    from geobri.score.coherence import summarise_coherence

    nodes = result.nodes()
    between = summarise_coherence(result).set_index("node")["mean_correlation"]
    whole = result.cities[nodes["node"].iloc[0]].astype(float)
    rows = []
    for _, node in nodes.iterrows():
        name, depth = str(node["node"]), len(node["parents"])
        scores = result.cities[name].astype(float)
        varied = scores.std() > 0 and whole.std() > 0
        with_index = float(scores.corr(whole)) if varied else np.nan
        indent = "\u2003" * depth
        rows.append(
            Row(
                (
                    Cell(Words(indent + node["title"], indent + node["title_zh"])),
                    Cell(_KINDS[str(node["kind"])]),
                    percent_cell(node["importance"] if depth else np.nan),
                    percent_cell(node["effective"] if depth else np.nan),
                    number_cell(with_index if depth else np.nan),
                    number_cell(float(between.get(name, np.nan))),
                )
            )
        )
    columns = (
        Column(Words("Node", "节点")),
        Column(Words("Kind", "类别")),
        Column(Words("Weight in its parent", "在上级中的权重"), "number"),
        Column(Words("Weight in the index", "在指数中的权重"), "number"),
        Column(Words("Correlation with the index", "与指数的相关"), "number"),
        Column(Words("Mean correlation of its parts", "各组成部分的平均相关"), "number"),
    )
    caption = Words(
        "The tree of the index, cities; weights and correlations", "指数的结构（城市层面）：权重与相关"
    )
    return Table("index-tree", caption, columns, tuple(rows), first_rows=40)


def index_folds(study: Study, result: IndexResult) -> tuple[Fold, ...]:
    """Fold what each city is good at, what a dimension does to the ranks, and what each open choice does.

    Parameters
    ----------
    study
        A loaded study.
    result
        Its index.

    Returns
    -------
    tuple of Fold
        Those that the index allows.
    """
    made = (_strengths(study, result), _removal(study, result), _choices(study, result))
    return tuple(fold for fold in made if fold is not None)


def _titles(result: IndexResult) -> dict[str, Words]:
    nodes = result.nodes()
    return {
        str(node): Words(title, title_zh)
        for node, title, title_zh in zip(nodes["node"], nodes["title"], nodes["title_zh"], strict=True)
    }


def _strengths(study: Study, result: IndexResult) -> Fold | None:
    """List in which dimensions a city stands better or worse than it does overall."""
    from geobri.score.profile import find_strengths

    found, titles = find_strengths(result), _titles(result)
    if found.empty:
        return None
    rows = []
    for city in result.to_frame("cities").index[:_MOST_CITIES]:
        own = found[found["unit"] == city]
        cells = [_listed(own[own["kind"] == kind], titles) for kind in ("strength", "weakness")]
        rows.append(Row((Cell(name_place(study, city)), *cells), cities=(str(city),)))
    columns = (
        Column(Words("City", "城市")),
        Column(Words("Stands better in", "相对较强")),
        Column(Words("Stands worse in", "相对较弱")),
    )
    caption = Words(
        "Places better (+) or worse (−) than the city stands overall",
        "与该城市综合名次相比的名次差（+ 更优，− 更差）",
    )
    table = Table("strengths", caption, columns, tuple(rows), searchable=True, first_rows=15)
    return Fold(Words("Strengths and weaknesses of each city", "各城市的强项与弱项"), tables=(table,))


def _listed(own: pd.DataFrame, titles: dict[str, Words]) -> Cell:
    said = [
        (titles[str(node)], write_step(gain)) for node, gain in zip(own["node"], own["gain"], strict=True)
    ]
    return Cell(
        Words(
            ", ".join(f"{title.en} {gain}" for title, gain in said),
            "、".join(f"{title.zh} {gain}" for title, gain in said),
        )
    )


def _removal(study: Study, result: IndexResult) -> Fold | None:
    """List the places that a city owes to each node right under the index."""
    from geobri.score.shares import ROOT
    from geobri.score.trust.removal import remove_from_index

    children = list(result.spec.children(ROOT))
    if len(children) < 2:  # noqa: PLR2004 - nothing would be left
        return None
    try:
        table = remove_from_index(result.compiled("cities"), nodes=children)
    except GeobriError:
        return None
    wide = table.pivot_table(index="city", columns="removed", values="change", aggfunc="first")
    place = table.drop_duplicates("city").set_index("city")["rank_with"]
    rows = []
    for city in result.to_frame("cities").index[:_MOST_CITIES]:
        changes = [float(wide.loc[city, node]) if city in wide.index else np.nan for node in children]
        rows.append(
            Row(
                (Cell(name_place(study, city)), number_cell(float(place[city])), *map(_moved, changes)),
                cities=(str(city),),
            )
        )
    titles = _titles(result)
    columns = (
        Column(Words("City", "城市")),
        Column(Words("Rank", "名次"), "number"),
        *(Column(titles[node], "number") for node in children),
    )
    caption = Words(
        "Places that a city owes to each part: ↑ it would stand lower without it, ↓ higher",
        "城市因各部分而得的名次：↑ 去掉后名次下降，↓ 去掉后名次上升",
    )
    sheet = Table("removal", caption, columns, tuple(rows), searchable=True, first_rows=15)
    return Fold(Words("Effect of leaving out a part of the index", "去掉指数某一部分的影响"), tables=(sheet,))


def _moved(change: float) -> Cell:
    from geobri.score.trust.removal import arrow

    if not np.isfinite(change):
        return Cell(Words(""))
    return Cell(Words(f"{arrow(change)} {abs(change):.0f}" if change else "→"), change)


def _choices(study: Study, result: IndexResult) -> Fold | None:
    """Leave one choice at a time to chance, and say how far the ranks move."""
    from geobri.score.trust.choices import suggest_choices
    from geobri.score.trust.uncertainty import measure_uncertainty

    compiled, rows = result.compiled("cities"), []
    for choice in suggest_choices(compiled):
        try:
            runs = measure_uncertainty(compiled, [choice], n_runs=_RUNS, rng=SEED)
        except GeobriError:
            continue
        moves = np.abs(runs.ranks - runs.rank)
        ranked = ~np.isnan(moves).all(axis=0)
        if not ranked.any():
            continue
        moves, labels = moves[:, ranked], np.asarray(runs.labels)[ranked]
        farthest = int(np.nanargmax(np.nanmax(moves, axis=0)))
        city = str(labels[farthest])
        first = name_place(study, city)
        far = write_number(float(np.nanmax(moves)))
        kept = float((np.nanmax(moves, axis=0) == 0).mean())
        rows.append(
            Row(
                (
                    Cell(_CHOICES.get(choice.name, Words(choice.name))),
                    number_cell(float(np.nanmean(moves))),
                    Cell(Words(f"{far} ({first.en})", f"{far}（{first.zh}）"), float(np.nanmax(moves))),
                    percent_cell(kept),
                ),
                cities=(city,),
            )
        )
    if not rows:
        return None
    columns = (
        Column(Words("Choice that varies", "变动的设定")),
        Column(Words("Mean move, places", "平均变动（名次）"), "number"),
        Column(Words("Farthest move", "最大变动"), "number"),
        Column(Words("Cities that never move", "名次不变的城市"), "number"),
    )
    caption = Words(
        f"One choice at a time varied at random, {_RUNS} runs each", f"每次只随机变动一项设定，各 {_RUNS} 次"
    )
    table = Table("choices", caption, columns, tuple(rows))
    return Fold(
        Words("How far each open choice moves the ranks", "各项未定设定使名次变动多少"), tables=(table,)
    )
