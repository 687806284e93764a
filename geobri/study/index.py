"""The index of a study as measures like any other: scores and ranks, beside the totals of the cities' flows.

Each node of the index becomes a column of cities and of corridors with a measure of its own, the index first; so that the
map, the tests, the queries and the exports need to know nothing of scores.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geobri.errors import GeobriError
from geobri.measures import Level, Measure, Taken
from geobri.study.city_totals import attach_totals
from geobri.study.model import Domain, Study
from geobri.study.pairs import choose_year
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.score import IndexResult, IndexSpec, Indicator

__all__ = ["attach_index", "score_study", "score_years", "settle_domestic"]


def attach_index(study: Study, spec: IndexSpec | None) -> Study:
    """Compute the index of a study and put its scores, and the totals of its flows, beside the other measures.

    Parameters
    ----------
    study
        A study without scores.
    spec
        The specification of its index; None when it has none.

    Returns
    -------
    Study
        With scores, or with the reason why there are none (`no_scores`).
    """
    with_totals = attach_totals(study)
    if spec is None:
        return with_totals
    spec, taken = settle_domestic(_as_measured(spec, study), study.domain)
    with_totals = replace(with_totals, taken=(*with_totals.taken, *taken))
    try:
        scores = score_study(study, spec)
    except GeobriError as error:
        return replace(with_totals, no_scores=str(error), no_scores_zh=error.zh)
    return with_totals if scores is None else _attach_scores(with_totals, scores)


def _as_measured(spec: IndexSpec, study: Study) -> IndexSpec:
    """Give the indicators the meaning that their measures have: the study has the last word."""
    measures = {one.column: one for one in study.corridor_measures}
    reads = Counter(leaf.read_from for leaf in spec.indicators)
    return replace(
        spec,
        indicators=tuple(
            leaf
            if leaf.kind == "city" or leaf.read_from not in measures
            else _mean(leaf, measures[leaf.read_from], study, alone=reads[leaf.read_from] == 1)
            for leaf in spec.indicators
        ),
    )


def _mean(leaf: Indicator, measure: Measure, study: Study, *, alone: bool) -> Indicator:
    absent = measure.absent if leaf.absent != "error" else "error"
    direction = {"high": 1, "low": -1}.get(measure.better or "", leaf.direction)
    directed = leaf.directed or (measure.directed and _stands_both_ways(study, measure))
    leaf = replace(leaf, directed=directed, absent=absent, direction=direction)
    if leaf.title or not alone:  # two indicators of one measure would have one title
        return leaf
    return replace(leaf, title=measure.label, title_zh=leaf.title_zh or measure.label_zh)


def _stands_both_ways(study: Study, measure: Measure) -> bool:
    """Tell whether any pair has a row each way; where none has, the one row says all that is known of the pair."""
    assert study.flows is not None
    rows = study.flows[study.flows["indicator"] == measure.column]
    there = set(zip(rows["origin"], rows["destination"], strict=True))
    return any((other, one) in there for one, other in there)


def settle_domestic(spec: IndexSpec, domain: Domain) -> tuple[IndexSpec, tuple[Taken, ...]]:
    """Let an index that says nothing of pairs within a country count the pairs that the study tests.

    Parameters
    ----------
    spec
        The specification.
    domain
        The pairs of the study that could have had a row.

    Returns
    -------
    IndexSpec and tuple of Taken
        The specification with `domestic` decided, and what was taken, if it was not said.
    """
    if spec.choices.domestic != "auto":
        return spec, ()
    rule = "exclude" if domain == "international" else "include"
    because = Words(
        f"index.toml does not say it, and the pairs of the study are: {domain}",
        f"index.toml 未说明，而研究的城市对为：{domain}",
    )
    taken = Words(f"domestic = {rule}")
    return spec.with_choices(domestic=rule), (
        Taken(column=Words("index", "指数"), taken=taken, because=because),
    )


def score_study(study: Study, spec: IndexSpec) -> IndexResult | None:
    """Compute an index from the flows of a study and the attributes of its cities.

    Parameters
    ----------
    study
        A loaded study.
    spec
        The specification.

    Returns
    -------
    IndexResult or None
        None for an outline, or where indicators need flows and there are none.

    Raises
    ------
    GeobriError
        If specification and tables do not fit.

    Notes
    -----
    Each indicator is taken of the year that its measure shows. Where values are filled from other years (imputer
    ``panel``), all indicators are of one year, the latest that any of them shows.
    """
    from geobri.score import build_index

    flows = study.flows
    if spec.outline or (spec.needs_flows and flows is None):
        return None
    listed = _listed_ends(study)
    if flows is None or "year" not in flows.columns:
        return build_index(spec, study.cities, flows, pairs=listed, memberships=study.memberships)
    used = {spec.choices.imputer, *(leaf.imputer for leaf in spec.indicators)}
    if "panel" in used:
        year = max(one.year or 0 for one in study.corridor_measures)
        return build_index(spec, study.cities, flows, pairs=listed, memberships=study.memberships, year=year)
    chosen = choose_year(flows, study.corridor_measures)
    return build_index(spec, study.cities, chosen, pairs=listed, memberships=study.memberships)


def _listed_ends(study: Study) -> pd.DataFrame | None:
    """Give the pairs that an index looks at where a study has none but those that are listed."""
    return pd.DataFrame(study.corridors[["origin", "destination"]]) if study.domain == "listed" else None


def score_years(study: Study) -> dict[int, IndexResult]:
    """Compute the index of a study in every year of its flows, on one scale for all years.

    Parameters
    ----------
    study
        A study with scores.

    Returns
    -------
    dict of int and IndexResult
        By year, in order; a year in which the index cannot be computed, because an indicator has no rows, is not there. The
        scale of each indicator is that of all these years together, so that scores can be compared between years.
    """
    from geobri.score import build_index

    flows, scores = study.flows, study.scores
    if scores is None or flows is None or "year" not in flows.columns:
        return {}
    listed = _listed_ends(study)
    years = sorted(int(year) for year in flows["year"].dropna().unique())
    rows = {year: flows[(flows["year"] == year).fillna(value=False)].drop(columns="year") for year in years}

    def score(year: int, reference: list[IndexResult] | None = None) -> IndexResult:
        return build_index(
            scores.spec,
            study.cities,
            rows[year],
            pairs=listed,
            memberships=study.memberships,
            reference=reference,
        )

    alone = {}
    for year in years:
        with suppress(GeobriError):
            alone[year] = score(year)
    return {year: score(year, list(alone.values())) for year in alone}


def _attach_scores(study: Study, scores: IndexResult) -> Study:
    cities, city_nodes, names = _join(study.cities, scores.cities, scores, "cities")
    placed = scores.for_corridors(study.corridors, directed=study.directed)
    corridors, corridor_nodes, corridor_names = _join(study.corridors, placed, scores, "corridors")
    return replace(
        study,
        cities=cities,
        corridors=corridors,
        city_measures=_in_order(city_nodes, study.city_measures),
        corridor_measures=_in_order(corridor_nodes, study.corridor_measures),
        scores=scores,
        score_columns=names | corridor_names,
    )


def _in_order(nodes: tuple[Measure, ...], others: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """Put the index and its dimensions first; ranks and normalised indicators come after what was given."""
    first = tuple(node for node in nodes if node.origin == "index")
    return (*first, *others, *(node for node in nodes if node.origin != "index"))


def _join(
    table: gpd.GeoDataFrame, placed: pd.DataFrame, scores: IndexResult, level: Level
) -> tuple[gpd.GeoDataFrame, tuple[Measure, ...], dict[str, str]]:
    """Add scores and ranks under names that are free, and say what they mean."""
    leaves = {leaf.name for leaf in scores.spec.indicators}
    measures, columns, names = [], {}, {}
    for node in scores.measures(level):
        column = node.column if node.column not in table.columns else f"index_{node.column}"
        columns[column], names[column] = placed[node.column].reindex(table.index), node.column
        measures.append(_as_column(node, column, is_leaf=node.column in leaves))
    return table.assign(**columns), tuple(measures), names


def _as_column(node: Measure, column: str, *, is_leaf: bool) -> Measure:
    if is_leaf:  # beside the raw numbers of the same indicator
        return replace(
            node,
            column=column,
            origin="derived",
            label=f"{node.label}: score",
            label_zh=f"{node.label_zh}：得分",
        )
    return replace(node, column=column, origin="derived" if node.is_rank else "index")
