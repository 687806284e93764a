"""Gravity and spatial interaction: Wilson's family, structural gravity, presence of links, residual corridors."""

from geobri.stats.gravity.covariates import pair_covariates
from geobri.stats.gravity.fitting import common_part, goodness_of_fit, similarity_index, standardised_rmse
from geobri.stats.gravity.ppml import GravityResult, fit_gravity
from geobri.stats.gravity.presence import LinkName, PresenceResult, presence_test
from geobri.stats.gravity.residuals import RESIDUALS, ResidualName, residual_corridors
from geobri.stats.gravity.wilson import CONSTRAINTS, ConstraintName, WilsonFit, fit_wilson, furness

__all__ = [
    "CONSTRAINTS",
    "RESIDUALS",
    "ConstraintName",
    "GravityResult",
    "LinkName",
    "PresenceResult",
    "ResidualName",
    "WilsonFit",
    "common_part",
    "fit_gravity",
    "fit_wilson",
    "furness",
    "goodness_of_fit",
    "pair_covariates",
    "presence_test",
    "residual_corridors",
    "similarity_index",
    "standardised_rmse",
]


def __dir__() -> list[str]:
    return [*__all__]
