"""Decay under the name of version 0.1: `import geobri.stats.decay` goes on working; it lives in `geobri.stats.flows`."""

from geobri.stats.flows import (
    ESTIMATORS,
    FORMS,
    DecayCurve,
    DecayFit,
    DecayForm,
    DecayResult,
    EffectsName,
    EstimatorName,
    FormName,
    build_form,
    compare_decay,
    cross_validate,
    decay_curve,
    decay_test,
    fit_decay,
    fold_cities,
)

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
