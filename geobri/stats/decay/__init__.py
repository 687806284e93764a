"""How flow falls with distance: curves, decay functions, their comparison, and the test of friction."""

from geobri.stats.decay.comparison import compare_decay, cross_validate, fold_cities
from geobri.stats.decay.curve import DecayCurve, decay_curve
from geobri.stats.decay.fits import ESTIMATORS, DecayFit, EffectsName, EstimatorName, fit_decay
from geobri.stats.decay.forms import FORMS, DecayForm, FormName, build_form
from geobri.stats.decay.friction import DecayResult, decay_test

__all__ = [
    "ESTIMATORS",
    "FORMS",
    "DecayCurve",
    "DecayFit",
    "DecayForm",
    "DecayResult",
    "EffectsName",
    "EstimatorName",
    "FormName",
    "build_form",
    "compare_decay",
    "cross_validate",
    "decay_curve",
    "decay_test",
    "fit_decay",
    "fold_cities",
]


def __dir__() -> list[str]:
    return [*__all__]
