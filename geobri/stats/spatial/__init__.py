"""Spatial dependence of cities and of corridors: global, local, by distance, and in regressions."""

from geobri.notebooks import menu_of
from geobri.stats.spatial.bivariate import bivariate_moran_test
from geobri.stats.spatial.correlation import spatial_correlation_test
from geobri.stats.spatial.correlogram import correlogram_test
from geobri.stats.spatial.corridors import corridor_moran_test
from geobri.stats.spatial.every import default_graph, moran_tests
from geobri.stats.spatial.join_counts import join_count_test
from geobri.stats.spatial.local import (
    local_bivariate_moran_test,
    local_geary_test,
    local_getis_ord_test,
    local_moran_test,
)
from geobri.stats.spatial.moran import geary_test, getis_ord_test, moran_test
from geobri.stats.spatial.records import KIND_COLOURS, LocalResult
from geobri.stats.spatial.regression import spatial_regression_test

__all__ = [
    "KIND_COLOURS",
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
    "spatial_correlation_test",
    "spatial_regression_test",
]
__dir__ = menu_of(__all__)
