"""Distances against GeographicLib."""

import geopandas as gpd
import numpy as np
import pytest

from geobri import geodesy


def test_distance_is_the_geodesic_of_geographiclib():
    # Karney's GeodSolve, printed in the GeographicLib documentation: JFK to LHR.
    assert geodesy.distance_km(-73.8, 40.6, -0.5, 51.6) == pytest.approx(5551.759400, abs=1e-3)


def test_distance_keeps_shape_and_missing_values():
    found = geodesy.distance_km([0, 0], [0, np.nan], 1, 0)
    assert found.shape == (2,)
    assert found[0] == pytest.approx(111.319490793, abs=1e-6)
    assert np.isnan(found[1])


def test_azimuth_points_from_the_first_place():
    assert geodesy.azimuth_deg(0, 0, [10, 0, -10], [0, 10, 0]) == pytest.approx([90, 0, -90])


def test_distance_matrix_is_symmetric_with_a_zero_diagonal():
    cities = gpd.GeoSeries.from_xy([0, 10, 179], [0, 50, -20], index=["a", "b", "c"], crs=4326).to_frame(
        "geometry"
    )
    matrix = geodesy.distance_matrix_km(gpd.GeoDataFrame(cities, crs=4326))
    assert (matrix.to_numpy() == matrix.to_numpy().T).all()
    assert (np.diag(matrix) == 0).all()
    assert matrix.loc["a", "b"] == pytest.approx(geodesy.distance_km(0, 0, 10, 50))
