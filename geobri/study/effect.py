"""What a part of an index does to the ranking: the places with it and without it, from scores or from published ranks alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from geobri.errors import DataError, mould
from geobri.study.analysis import audit_study
from geobri.study.model import Study
from geobri.study.questions import SEED

if TYPE_CHECKING:
    from geobri.score.audit import RankingAudit

__all__ = ["LEVEL", "effect_of_part", "effects_from_audit", "list_parts"]

LEVEL: Final = 0.9
"""Share of the score tables that agree with published ranks inside the interval of an effect."""
_DRAWS: Final = 1000
"""Tables of scores that are drawn from all that agree with the ranks."""
_CHAINS: Final = 64
"""Walks side by side: a thousand draws in half the time of 32, worth as many independent ones."""


def list_parts(study: Study) -> list[str]:
    """List the parts of the index of a study that can be taken out.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    list of str
        What stands right under the index first, then every other node; for published ranks, the dimensions that have one.
    """
    from geobri.score import load_spec
    from geobri.score.shares import ROOT

    if study.scores is not None:
        top = list(study.scores.spec.children(ROOT))
        return [*top, *(node for node in study.scores.nodes()["node"] if node not in (*top, ROOT))]
    if study.specification is None:
        return []
    ranked = {one.ranks for one in study.city_measures if one.is_rank}
    return [node.name for node in load_spec(study.specification).dimensions if node.name in ranked]


def effect_of_part(study: Study, part: str) -> pd.DataFrame:
    """Say what a part of the index does to the place of each city.

    Parameters
    ----------
    study
        A study with an index, or with published ranks of an index and its dimensions.
    part
        The dimension or indicator that is taken out.

    Returns
    -------
    pandas.DataFrame
        One row per city, the best first: `name`, `name_zh`, `rank_with`, `rank_without`, and `change`, positive where the city
        owes places to the part, with `arrow`. Where only ranks are known, `change` is the middle of all score tables that agree
        with them, `lower` and `upper` hold 90 % of these and `least` and `greatest` all that were drawn.

    Raises
    ------
    DataError
        If the study has no index, or it has no such part.
    """
    parts = list_parts(study)
    if part not in parts:
        wanted = f"a part of the index of '{study.name}' must be one of {', '.join(parts) or 'none: it has no index'}"
        raise DataError(mould("effect_of_part", wanted, repr(part), "Choose one of these"))
    table = _from_ranks(study, part) if study.scores is None else _from_scores(study, part)
    names = pd.DataFrame(study.cities).reindex(table.index)[["name", "name_zh"]]
    return names.join(table).sort_values("rank_with", kind="stable").rename_axis("city")


def _from_scores(study: Study, part: str) -> pd.DataFrame:
    from geobri.score.trust.removal import remove_from_index

    assert study.scores is not None
    table = remove_from_index(study.scores.compiled("cities"), nodes=[part]).set_index("city")
    whole = table[["rank_with", "rank_without", "change"]].astype("Int64")
    return whole.assign(arrow=table["arrow"])


def _from_ranks(study: Study, part: str) -> pd.DataFrame:
    audit = audit_study(study)
    if audit is None or not audit.scores_possible:
        wanted = f"the published ranks of '{study.name}' must allow scores"
        raise DataError(
            mould("effect_of_part", wanted, "none agree with them", "See geobri score, which audits them")
        )
    return effects_from_audit(audit)[part]


def effects_from_audit(audit: RankingAudit) -> dict[str, pd.DataFrame]:
    """Say of every dimension what taking it out does to published ranks, as far as these allow.

    Parameters
    ----------
    audit
        Of ranks for which scores exist.

    Returns
    -------
    dict of pandas.DataFrame
        By dimension, cities in the order of the audit: `rank_with, rank_without, change, arrow, lower, upper, least, greatest`.
    """
    from geobri.score.audit import sample_scores
    from geobri.score.trust.removal import arrow, remove_from_draws

    draws = sample_scores(
        audit.polytope, importance=audit.importance, n_draws=_DRAWS, n_chains=_CHAINS, rng=SEED
    )
    tables = {}
    for part in draws.dimensions:
        drawn = remove_from_draws(draws, str(part), level=LEVEL).astype("Int64")
        moved = [arrow(float(change)) for change in drawn["change"]]
        tables[str(part)] = drawn.assign(rank_without=drawn["rank_with"] + drawn["change"], arrow=moved)[
            ["rank_with", "rank_without", "change", "arrow", "lower", "upper", "least", "greatest"]
        ]
    return tables
