"""Coastal against inland: cities, corridors by type, dimensions, definitions."""

from geobri.stats.coastal.bounds import coastal_bounds_test
from geobri.stats.coastal.cities import coastal_dimensions_test, coastal_test
from geobri.stats.coastal.corridor_regression import CorridorRegressionResult, corridor_regression_test
from geobri.stats.coastal.corridor_types import corridor_types_test
from geobri.stats.coastal.covariates import coastal_regression_test
from geobri.stats.coastal.interaction import city_interaction_test, corridor_interaction_test
from geobri.stats.coastal.report import coastal_tests
from geobri.stats.coastal.sensitivity import (
    SensitivityResult,
    candidate_thresholds,
    coastal_sensitivity_test,
    leave_one_city_out,
)

__all__ = [
    "CorridorRegressionResult",
    "SensitivityResult",
    "candidate_thresholds",
    "city_interaction_test",
    "coastal_bounds_test",
    "coastal_dimensions_test",
    "coastal_regression_test",
    "coastal_sensitivity_test",
    "coastal_test",
    "coastal_tests",
    "corridor_interaction_test",
    "corridor_regression_test",
    "corridor_types_test",
    "leave_one_city_out",
]
