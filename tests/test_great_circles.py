"""Lines against true geodesics, and at every awkward place of the globe."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geobri.errors import DataError, SchemaError
from geobri.geodesy import distance_km
from geobri.great_circles import great_circle_lines

WGS84 = Geod(ellps="WGS84")


def _random_ends(n, seed=0):
    rng = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(rng.uniform(-0.999, 0.999, (2, n))))
    lon = rng.uniform(-180, 180, (2, n))
    return lon[0], lat[0], lon[1], lat[1]


def _largest_offset_km(lines, ends):
    """Distance of every vertex from the point at the same distance on the true geodesic."""
    vertices, line = shapely.get_coordinates(lines, return_index=True)
    lon1, lat1, lon2, lat2 = (column[line] for column in ends)
    azimuth = WGS84.inv(lon1, lat1, lon2, lat2)[0]
    metres = WGS84.inv(lon1, lat1, vertices[:, 0], vertices[:, 1])[2]
    lon, lat, _ = WGS84.fwd(lon1, lat1, azimuth, metres)
    return WGS84.inv(lon, lat, vertices[:, 0], vertices[:, 1])[2].max() / 1000


def test_vertices_lie_on_the_geodesic():
    ends = _random_ends(3000)
    lines = great_circle_lines(*ends)
    assert _largest_offset_km(lines, ends) < 0.01


def test_lines_are_valid_and_stay_on_the_map():
    lines = great_circle_lines(*_random_ends(3000, seed=1))
    assert shapely.is_valid(lines).all()
    assert np.abs(shapely.bounds(lines)[:, [0, 2]]).max() <= 180


def test_no_part_jumps_across_the_map():
    lines = great_circle_lines(*_random_ends(3000, seed=2))
    parts = shapely.get_parts(lines)
    vertices, part = shapely.get_coordinates(parts, return_index=True)
    step = np.abs(np.diff(vertices[:, 0]))[part[1:] == part[:-1]]
    assert step.max() < 180


def test_length_equals_distance():
    ends = _random_ends(500, seed=3)
    lines = great_circle_lines(*ends)
    lengths = np.array([WGS84.geometry_length(line) / 1000 for line in lines])
    assert lengths == pytest.approx(distance_km(*ends), rel=2e-7)


def test_ends_are_the_cities_themselves():
    lon1, lat1, lon2, lat2 = _random_ends(1000, seed=4)
    for line, first, last in zip(
        great_circle_lines(lon1, lat1, lon2, lat2),
        np.c_[lon1, lat1],
        np.c_[lon2, lat2],
        strict=True,
    ):
        vertices = shapely.get_coordinates(line)
        assert vertices[0] == pytest.approx(first, abs=1e-12)
        assert vertices[-1] == pytest.approx(last, abs=1e-12)


def test_spacing_is_adaptive_or_fixed():
    ends = _random_ends(50, seed=5)
    arcs = distance_km(*ends) / 111.0
    fixed = shapely.get_num_coordinates(great_circle_lines(*ends, n_vertices=64))
    adaptive = shapely.get_num_coordinates(great_circle_lines(*ends, step_deg=2))
    assert set(fixed - 64) <= {0, 2}
    assert ((adaptive - arcs / 2 > 0) & (adaptive - arcs / 2 < 10)).all()


def test_crossing_at_180_is_cut_once_at_equal_latitude():
    line = great_circle_lines(178.4, -18.1, -171.8, -13.8)[0]
    west, east = shapely.get_parts(line)
    assert west.coords[-1][0] == 180
    assert east.coords[0][0] == -180
    assert west.coords[-1][1] == east.coords[0][1]


def test_splitting_is_idempotent():
    line = great_circle_lines(170, 10, -170, 20)[0]
    for part in shapely.get_parts(line):
        (lon1, lat1), (lon2, lat2) = part.coords[0], part.coords[-1]
        assert great_circle_lines(lon1, lat1, lon2, lat2)[0].geom_type == "LineString"


@pytest.mark.parametrize(
    "ends",
    [(180, 10, 170, 20), (-180, 10, -170, 20), (180, -10, 180, 10), (-180, 10, 180, -10), (-180, 5, 175, 5)],
)
def test_a_city_on_the_date_line_needs_no_cut(ends):
    assert great_circle_lines(*ends)[0].geom_type == "LineString"


def _ends_on_the_date_line(n, seed):
    """Random lines from 180 or -180 to anywhere, and the same lines the other way round."""
    _, lat1, lon2, lat2 = _random_ends(n, seed)
    edge = np.where(np.arange(n) % 2, 180.0, -180.0)
    return (edge, lat1, lon2, lat2), (lon2, lat2, edge, lat1)


@pytest.mark.parametrize("way", [0, 1])
def test_a_line_that_begins_or_ends_on_the_date_line_leaves_by_the_right_side(way):
    ends = _ends_on_the_date_line(400, seed=6)[way]
    lines = great_circle_lines(*ends)
    assert {line.geom_type for line in lines} == {"LineString"}
    assert np.abs(shapely.bounds(lines)[:, [0, 2]]).max() <= 180
    vertices, line = shapely.get_coordinates(lines, return_index=True)
    assert np.abs(np.diff(vertices[:, 0]))[line[1:] == line[:-1]].max() < 180
    assert _largest_offset_km(lines, ends) < 0.01
    assert [WGS84.geometry_length(each) / 1000 for each in lines] == pytest.approx(
        distance_km(*ends), rel=2e-7
    )


def test_lines_on_the_date_line_are_the_same_both_ways():
    there, back = (great_circle_lines(*ends, n_vertices=40) for ends in _ends_on_the_date_line(100, seed=7))
    for line, other in zip(there, back, strict=True):
        assert np.array(line.coords) == pytest.approx(np.array(other.coords)[::-1], abs=1e-4)


def test_a_line_from_the_date_line_ends_on_the_other_side_of_it():
    line = great_circle_lines(180, -16.8, -150, 10)[0]
    assert line.coords[0] == (-180, -16.8)
    assert great_circle_lines(-180, 20, 140, 35)[0].coords[0] == (180, 20)


@pytest.mark.parametrize(
    ("ends", "parts"),
    [
        ((0, 80, 180, 80), 2),  # over the pole
        ((180, 80, 0, 70), 2),  # from the date line over the pole
        ((-180, -75, 0, -80), 2),
        ((10, -80, -170, -75), 2),  # over the south pole
        ((0, 90, 50, 20), 1),  # from the pole
        ((50, 20, 0, 90), 1),  # to the pole
        ((0, 90, 0, -90), 1),  # from pole to pole
    ],
)
def test_poles(ends, parts):
    line = great_circle_lines(*ends)[0]
    assert len(shapely.get_parts(line)) == parts
    assert shapely.is_valid(line)
    assert WGS84.geometry_length(line) / 1000 == pytest.approx(distance_km(*ends), rel=1e-6)


@pytest.mark.parametrize("ends", [(0, 0, 180, 0), (10, 20, -170, -20), (0, 0, 179.9, 0.1)])
def test_antipodes_are_joined_by_a_shortest_line(ends):
    line = great_circle_lines(*ends)[0]
    assert WGS84.geometry_length(line) / 1000 == pytest.approx(distance_km(*ends), rel=1e-6)


@pytest.mark.parametrize("ends", [(10, 20, 10, 20), (180, 5, -180, 5), (0, 90, 77, 90)])
def test_coincident_ends_are_an_error(ends):
    with pytest.raises(DataError, match="two different places"):
        great_circle_lines(*ends)


def test_missing_coordinates_and_bad_spacing_are_errors():
    with pytest.raises(SchemaError, match="longitude and a latitude"):
        great_circle_lines(np.nan, 0, 1, 1)
    with pytest.raises(SchemaError, match="step_deg"):
        great_circle_lines(0, 0, 1, 1, step_deg=0)
    with pytest.raises(SchemaError, match=r"great_circle_lines.*-180\.\.180.*row 1 \(190, 5\)"):
        great_circle_lines([0, 190], [0, 5], 20, 20)


def test_no_pairs_give_no_lines():
    assert great_circle_lines([], [], [], []).shape == (0,)
