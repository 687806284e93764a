"""Distances against GeographicLib."""

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod

from geobri import geodesy
from geobri.errors import SchemaError


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


def test_arrival_keeps_the_course():
    # Karney's GeodSolve prints 51.198882845579 107.821776735514 5551759.400319 for JFK to LHR.
    forward, arrival, metres = geodesy.solve_inverse(-73.8, 40.6, -0.5, 51.6)
    assert (forward, arrival, metres) == pytest.approx((51.198882845579, 107.821776735514, 5551759.400319))


def test_who_goes_on_in_the_direction_of_arrival_stays_on_the_geodesic():
    lon, lat = np.array([10.0, -60.0, 100.0]), np.array([50.0, -20.0, 3.0])
    _, arrival, metres = geodesy.solve_inverse(0, 10, lon, lat)
    beyond_lon, beyond_lat, _ = Geod(ellps="WGS84").fwd(lon, lat, arrival, [1e5] * 3)
    whole = geodesy.distance_km(0, 10, np.array(beyond_lon), np.array(beyond_lat))
    assert whole == pytest.approx(metres / 1000 + 100, abs=1e-6)


@pytest.mark.parametrize("measure", [geodesy.distance_km, geodesy.azimuth_deg])
@pytest.mark.parametrize("ends", [(500, 10, 0, 0), (0, 0, 0, -90.5), (0, 0, -181, 0), (0, np.inf, 1, 1)])
def test_degrees_out_of_range_are_refused(measure, ends):
    with pytest.raises(SchemaError, match=rf"{measure.__name__}: 'lon' and 'lat' must .*1 of 1 rows"):
        measure(*ends)


def test_the_rows_out_of_range_are_named_and_swapped_ones_told_apart():
    with pytest.raises(SchemaError, match=r"row 1 \(31, 121\)'\. They look swapped") as caught:
        geodesy.distance_km([0, 31, 370], [0, 121, 0], 0, 0)
    assert "row 2 (370, 0)" in str(caught.value)
    assert geodesy.distance_km([180, -180], [90, -90], 0, 0).shape == (2,)


@pytest.mark.parametrize("ends", [(200, 0, 10, 10), (0, 95, 10, 10), (0, 0, -181, 10), (0, 0, 10, -91)])
def test_the_inverse_problem_refuses_places_off_the_globe(ends):
    with pytest.raises(SchemaError, match=r"solve_inverse: .*(lon|lat)"):
        geodesy.solve_inverse(*ends)
