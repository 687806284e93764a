"""The audit of a published ranking: what its ranks alone prove, allow and exclude."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from geobri.errors import SchemaError, first_offenders, mould
from geobri.score.audit.bounds import find_score_bounds
from geobri.score.audit.feasibility import (
    TOLERANCE,
    Margin,
    find_largest_margin,
    find_nearest_scores,
    find_nearest_weights,
)
from geobri.score.audit.polytope import (
    RankPolytope,
    RankStatement,
    RankTies,
    build_rank_polytope,
)
from geobri.score.audit.record import RankingAudit
from geobri.score.audit.reversals import FewestReversals, find_fewest_reversals
from geobri.score.scoretable import check_importance
from geobri.words import Words

__all__ = ["audit_ranking"]

_EQUAL_SPACING_SHARE = 0.1
_MOST_PAIRS = 500


def audit_ranking(
    overall_rank: pd.Series,
    dimension_ranks: pd.DataFrame,
    *,
    importance: pd.Series | None = None,
    further: Sequence[RankStatement] = (),
    ties: RankTies = "equal",
    anchored: bool | Collection[str] = False,
    min_gap: float = 0.0,
    bounds: bool = True,
) -> RankingAudit:
    """Ask what the published ranks of an index say about the index.

    Two questions, each answered exactly by linear programming. Can any weights on the dimension
    *ranks* give the overall order? Can any *scores*, in the order of the ranks, give it under the
    published weights? Where scores exist, every dimension score and the index of every city are
    bounded over all of them. The audit cannot show that an index is right, only that its tables can
    belong together.

    Parameters
    ----------
    overall_rank
        Overall rank per city, 1 is best; missing where it was not published.
    dimension_ranks
        Ranks of the same cities by m dimensions, 1 is best; missing where unknown.
    importance
        Published weight per dimension, summing to 1; equal by default.
    further
        Other published orders with their weights, such as the order without one dimension.
    ties
        "equal": cities with the same rank have the same score. "free": nothing is known between them.
    anchored
        Dimensions whose best city has exactly 100 and worst exactly 0; True for all. Take no more than is known: a
        dimension of one indicator runs from 0 to 100 after min-max, the mean of several need not.
    min_gap
        Least difference in points between cities on neighbouring ranks, as when scores were printed
        with one decimal and still ranked apart.
    bounds
        Whether to compute the bounds: two linear programmes per city and node, 2 s for 22 cities but
        a second each for 513; `find_score_bounds` takes a selection.

    Returns
    -------
    RankingAudit
        Both answers, the violations or contradictions, and the bounds.

    Raises
    ------
    SchemaError
        If the tables do not have the same cities, or ranks are not numbers.
    DataError
        If weights are faulty or a dimension cannot be anchored.

    Notes
    -----
    Without anchors and without a least gap, the second answer does not depend on the weights as long
    as all are positive: scores x for weights w turn into scores c w x / v for weights v. It then says
    whether *any* additive index in the order of the ranks could have given the overall order.

    References
    ----------
    Jacquet-Lagreze, E. and Siskos, J. (1982). Assessing a set of additive utility functions for
    multicriteria decision-making, the UTA method. European Journal of Operational Research 10(2),
    151-164. https://doi.org/10.1016/0377-2217(82)90155-2
    """
    _check_overall(overall_rank, dimension_ranks)
    weights = check_importance(importance, dimension_ranks.columns, caller="audit_ranking")
    stated = [RankStatement(rank=overall_rank, importance=weights), *further]
    polytope = build_rank_polytope(dimension_ranks, stated, ties=ties, anchored=anchored, min_gap=min_gap)
    margin = find_largest_margin(polytope)
    alone = find_largest_margin(polytope, between="overall").value if margin.is_positive else float("nan")
    on_ranks = (
        find_nearest_weights(overall_rank, dimension_ranks)
        if _has_mean_ranks(dimension_ranks, ties)
        else None
    )
    weights_possible = None if on_ranks is None else on_ranks.margin > TOLERANCE
    example, violations = polytope.table(margin.point), _no_pairs()
    if not margin.is_positive:
        dimensions = _dimensions_alone(dimension_ranks, ties, anchored, min_gap)
        example, violations = find_nearest_scores(dimensions, overall_rank, weights)
    return RankingAudit(
        weights=on_ranks,
        weights_possible=weights_possible,
        scores_possible=margin.is_positive,
        scores_margin=margin.value,
        overall_margin=alone,
        anchored=_list_anchored(dimension_ranks, anchored),
        fewest=_find_fewest(overall_rank, dimension_ranks) if weights_possible is False else None,
        example=example,
        violations=violations,
        contradictions=_list_contradictions(polytope, margin),
        bounds=find_score_bounds(polytope, weights) if bounds and margin.is_positive else None,
        polytope=polytope
        if margin.is_positive
        else build_rank_polytope(dimension_ranks, ties=ties, anchored=anchored, min_gap=min_gap),
        importance=weights,
        choices={
            "ties": ties,
            "anchored": anchored,
            "min_gap": min_gap,
            "further": tuple(one.name for one in further),
        },
    )


def _check_overall(overall_rank: pd.Series, dimension_ranks: pd.DataFrame) -> None:
    if not isinstance(overall_rank, pd.Series) or not isinstance(dimension_ranks, pd.DataFrame):
        came = f"{type(overall_rank).__name__} and {type(dimension_ranks).__name__}"
        wanted = Words(
            "overall_rank must be a Series and dimension_ranks a DataFrame, both indexed by city",
            "overall_rank须为Series，dimension_ranks须为DataFrame，均以城市为索引",
        )
        raise SchemaError(mould("audit_ranking", wanted, came, "Set the city column as index"))
    odd = overall_rank.index.symmetric_difference(dimension_ranks.index)
    if len(odd):
        wanted = Words(
            "overall_rank and dimension_ranks must hold the same cities", "总排名与各维度名次须为同样的城市"
        )
        raise SchemaError(
            mould(
                "audit_ranking",
                wanted,
                f"only in one of them: {first_offenders(odd)}",
                "Correct the spelling or drop them",
            )
        )


def _has_mean_ranks(dimension_ranks: pd.DataFrame, ties: RankTies) -> bool:
    shared = ties == "free" and any(dimension_ranks[name].duplicated().any() for name in dimension_ranks)
    return not (shared or bool(dimension_ranks.isna().to_numpy().any()))


def _list_anchored(dimension_ranks: pd.DataFrame, anchored: bool | Collection[str]) -> tuple[str, ...]:
    if isinstance(anchored, bool):
        return tuple(map(str, dimension_ranks.columns)) if anchored else ()
    return tuple(str(name) for name in dimension_ranks.columns if name in set(anchored))


def _find_fewest(overall_rank: pd.Series, dimension_ranks: pd.DataFrame) -> FewestReversals | None:
    """Count the fewest pairs that must break, where the mixed-integer programme is small enough to be proved."""
    known = int(overall_rank.notna().sum())
    if known < len(dimension_ranks) or known * (known - 1) // 2 > _MOST_PAIRS:
        return None
    return find_fewest_reversals(overall_rank, dimension_ranks)


def _no_pairs() -> pd.DataFrame:
    return pd.DataFrame(
        {"better": pd.Series(dtype=str), "worse": pd.Series(dtype=str), "violation": pd.Series(dtype=float)}
    )


def _dimensions_alone(
    dimension_ranks: pd.DataFrame, ties: RankTies, anchored: bool | Collection[str], min_gap: float
) -> RankPolytope:
    """Leave out the overall order, and ask neighbours for a tenth of even spacing unless more was asked."""
    even = 100.0 / max(len(dimension_ranks) - 1, 1)
    gap = max(min_gap, _EQUAL_SPACING_SHARE * even)
    return build_rank_polytope(dimension_ranks, ties=ties, anchored=anchored, min_gap=gap)


def _list_contradictions(polytope: RankPolytope, margin: Margin) -> pd.DataFrame:
    table = polytope.relations.assign(multiplier=margin.multipliers)
    if margin.is_positive:
        return table.iloc[:0].reset_index(drop=True)
    kept = (table["kind"] != "range") & (table["multiplier"] > TOLERANCE)
    return table[kept].sort_values(["kind", "multiplier"], ascending=[False, False], ignore_index=True)
