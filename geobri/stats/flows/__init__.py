"""Flows between places: how they fall with distance, gravity and Wilson's family, presence of links, residuals."""

from geobri.notebooks import menu_of
from geobri.stats.flows.comparison import compare_decay, cross_validate
from geobri.stats.flows.comparison import fold_cities as fold_cities
from geobri.stats.flows.covariates import pair_covariates
from geobri.stats.flows.curve import DecayCurve, decay_curve
from geobri.stats.flows.fits import ESTIMATORS, DecayFit, EffectsName, EstimatorName, fit_decay
from geobri.stats.flows.forms import FORMS, FormName
from geobri.stats.flows.forms import DecayForm as DecayForm
from geobri.stats.flows.forms import build_form as build_form
from geobri.stats.flows.friction import DecayResult, decay_test
from geobri.stats.flows.goodness import common_part, goodness_of_fit, similarity_index, standardised_rmse
from geobri.stats.flows.gravity import GravityResult, fit_gravity
from geobri.stats.flows.presence import LinkName, PresenceResult, presence_test
from geobri.stats.flows.residuals import RESIDUALS, ResidualName, residual_corridors
from geobri.stats.flows.wilson import CONSTRAINTS, ConstraintName, WilsonFit, fit_wilson, furness

__all__ = [
    "CONSTRAINTS",
    "ESTIMATORS",
    "FORMS",
    "RESIDUALS",
    "ConstraintName",
    "DecayCurve",
    "DecayFit",
    "DecayResult",
    "EffectsName",
    "EstimatorName",
    "FormName",
    "GravityResult",
    "LinkName",
    "PresenceResult",
    "ResidualName",
    "WilsonFit",
    "common_part",
    "compare_decay",
    "cross_validate",
    "decay_curve",
    "decay_test",
    "fit_decay",
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
__dir__ = menu_of(__all__)
