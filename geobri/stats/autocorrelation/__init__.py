"""Spatial dependence of cities and of corridors: global, local, by distance, and in regressions."""

from geobri.stats.autocorrelation.bivariate import bivariate_moran_test
from geobri.stats.autocorrelation.correlogram import CorrelogramResult, correlogram_test
from geobri.stats.autocorrelation.corridors import corridor_moran_test
from geobri.stats.autocorrelation.global_ import geary_test, getis_ord_test, moran_test
from geobri.stats.autocorrelation.join_counts import join_count_test
from geobri.stats.autocorrelation.local import (
    local_bivariate_moran_test,
    local_geary_test,
    local_getis_ord_test,
    local_moran_test,
)
from geobri.stats.autocorrelation.records import KIND_COLOURS, AutocorrelationResult, LocalResult
from geobri.stats.autocorrelation.regression import spatial_regression_test
from geobri.stats.autocorrelation.report import default_graph, moran_tests

__all__ = [
    "KIND_COLOURS",
    "AutocorrelationResult",
    "CorrelogramResult",
    "LocalResult",
    "bivariate_moran_test",
    "correlogram_test",
    "corridor_moran_test",
    "default_graph",
    "geary_test",
    "getis_ord_test",
    "join_count_test",
    "local_bivariate_moran_test",
    "local_geary_test",
    "local_getis_ord_test",
    "local_moran_test",
    "moran_test",
    "moran_tests",
    "spatial_regression_test",
]
