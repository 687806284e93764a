"""Back from a published ranking: what its ranks alone prove, allow and exclude."""

from geobri.score.audit.bounds import find_score_bounds
from geobri.score.audit.draws import ScoreDraws, sample_scores
from geobri.score.audit.feasibility import find_largest_margin, find_nearest_scores, find_nearest_weights
from geobri.score.audit.hitandrun import effective_sample_size, sample_polytope, split_r_hat
from geobri.score.audit.polytope import (
    RankPolytope,
    RankStatement,
    build_rank_polytope,
)
from geobri.score.audit.positions import ExactPlaces, find_scores_at_places
from geobri.score.audit.ranking import audit_ranking
from geobri.score.audit.record import AUDIT_COLUMNS, RankingAudit
from geobri.score.audit.reversals import FewestReversals, find_fewest_reversals
from geobri.score.scoretable import check_importance

__all__ = [
    "AUDIT_COLUMNS",
    "ExactPlaces",
    "FewestReversals",
    "RankPolytope",
    "RankStatement",
    "RankingAudit",
    "ScoreDraws",
    "audit_ranking",
    "build_rank_polytope",
    "check_importance",
    "effective_sample_size",
    "find_fewest_reversals",
    "find_largest_margin",
    "find_nearest_scores",
    "find_nearest_weights",
    "find_score_bounds",
    "find_scores_at_places",
    "sample_polytope",
    "sample_scores",
    "split_r_hat",
]
