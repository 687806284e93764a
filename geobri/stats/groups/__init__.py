"""Two groups of cities by any column, coastal and inland by default: ranks, permutations, effects, definitions, corridors."""

from geobri.notebooks import menu_of
from geobri.stats.groups.bounds import bounded_group_test, coastal_bounds_test
from geobri.stats.groups.comparison import coastal_test, compare_groups
from geobri.stats.groups.corridor_regression import corridor_regression_test
from geobri.stats.groups.corridor_types import corridor_types_test
from geobri.stats.groups.covariates import coastal_regression_test
from geobri.stats.groups.definitions import (
    candidate_thresholds,
    coastal_sensitivity_test,
    leave_one_city_out,
)
from geobri.stats.groups.dimensions import coastal_dimensions_test, dimensions_test
from geobri.stats.groups.effects import Estimate as Estimate
from geobri.stats.groups.effects import estimate_shift, estimate_superiority
from geobri.stats.groups.effects import to_delta as to_delta
from geobri.stats.groups.every import coastal_tests
from geobri.stats.groups.interaction import city_interaction_test, corridor_interaction_test
from geobri.stats.groups.permutation_tests import brunner_munzel_test, group_permutation_test
from geobri.stats.groups.random_maps import spatial_group_test
from geobri.stats.groups.rank_tests import mann_whitney_distribution as mann_whitney_distribution
from geobri.stats.groups.rank_tests import mann_whitney_test
from geobri.stats.groups.reporting import GroupResult, Labels
from geobri.stats.groups.samples import GroupSample as GroupSample
from geobri.stats.groups.samples import read_groups as read_groups
from geobri.stats.say import GroupNames as GroupNames

__all__ = [
    "GroupResult",
    "Labels",
    "bounded_group_test",
    "brunner_munzel_test",
    "candidate_thresholds",
    "city_interaction_test",
    "coastal_bounds_test",
    "coastal_dimensions_test",
    "coastal_regression_test",
    "coastal_sensitivity_test",
    "coastal_test",
    "coastal_tests",
    "compare_groups",
    "corridor_interaction_test",
    "corridor_regression_test",
    "corridor_types_test",
    "dimensions_test",
    "estimate_shift",
    "estimate_superiority",
    "group_permutation_test",
    "leave_one_city_out",
    "mann_whitney_test",
    "spatial_group_test",
]
__dir__ = menu_of(__all__)
