"""Two groups of cities: exact rank tests, permutation tests, effects with intervals."""

from geobri.stats.groups.dimensions import DimensionsResult, dimensions_test
from geobri.stats.groups.effects import Estimate, estimate_shift, estimate_superiority, to_delta
from geobri.stats.groups.permutation_tests import brunner_munzel_test, group_permutation_test
from geobri.stats.groups.rank_tests import mann_whitney_distribution, mann_whitney_test
from geobri.stats.groups.reporting import GroupResult, Labels
from geobri.stats.groups.samples import GroupSample, read_groups
from geobri.stats.groups.spatial import spatial_group_test

__all__ = [
    "DimensionsResult",
    "Estimate",
    "GroupResult",
    "GroupSample",
    "Labels",
    "brunner_munzel_test",
    "dimensions_test",
    "estimate_shift",
    "estimate_superiority",
    "group_permutation_test",
    "mann_whitney_distribution",
    "mann_whitney_test",
    "read_groups",
    "spatial_group_test",
    "to_delta",
]
