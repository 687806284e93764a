"""Dyadic tests: questions about pair matrices, answered by exchanging cities."""

from geobri.notebooks import menu_of
from geobri.stats.dyads.correlogram import CorrelogramResult, mantel_correlogram_test
from geobri.stats.dyads.mantel import mantel_test, partial_mantel_test
from geobri.stats.dyads.mrqap import MrqapResult, mrqap_test
from geobri.stats.dyads.regression import PairRegressionResult, pair_regression_test
from geobri.stats.dyads.spectral import moran_mantel_test
from geobri.stats.dyads.suite import dyadic_tests

__all__ = [
    "CorrelogramResult",
    "MrqapResult",
    "PairRegressionResult",
    "dyadic_tests",
    "mantel_correlogram_test",
    "mantel_test",
    "moran_mantel_test",
    "mrqap_test",
    "pair_regression_test",
    "partial_mantel_test",
]
__dir__ = menu_of(__all__)
