import base64

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geobri.webmap.packing import GRID, pack_numbers, pack_polygons, to_varint

TYPES = {"u8": "u1", "u16": "<u2", "f32": "<f4"}


def unpack(packed):
    raw = np.frombuffer(base64.b64decode(packed["data"]), dtype=TYPES[packed["type"]])
    numbers = raw.astype(float)
    return np.where(raw == 65535, np.nan, numbers) if packed["type"] == "u16" else numbers


def read_varints(data):
    numbers, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append((value >> 1) ^ -(value & 1))
            value = shift = 0
    return numbers


def read_rings(packed):
    numbers = iter(read_varints(base64.b64decode(packed["data"])))
    rings = []
    for _ in range(packed["rings"]):
        n = next(numbers)
        steps = np.array([next(numbers) for _ in range(2 * n)]).reshape(n, 2)
        x, y = (np.cumsum(steps, axis=0) / packed["grid"]).T
        rings.append(np.column_stack([360 * x - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))]))
    return rings


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-(2**33), 2**33), max_size=30))
def test_varints_come_back(numbers):
    assert read_varints(to_varint(np.array(numbers, dtype=np.int64))) == numbers


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 1, 255], "u8"),
        ([1, np.nan, 3], "u16"),
        ([0, 65534], "u16"),
        ([0, 65535], "f32"),
        ([-1, 2], "f32"),
        ([0.5, np.nan], "f32"),
        ([], "u8"),
    ],
)
def test_numbers_take_the_smallest_type_that_holds_them(values, kind):
    packed = pack_numbers(values)
    assert packed["type"] == kind
    np.testing.assert_allclose(unpack(packed), values, rtol=1e-6)


def test_polygons_come_back_on_the_grid():
    shell = [(-180.0, 10.0), (-170.004, 10.0), (-170.0, 20.0), (-180.0, 20.0)]
    hole = [(-178.0, 12.0), (-178.0, 14.0), (-176.0, 14.0)]
    rings = read_rings(
        pack_polygons([shapely.MultiPolygon([shapely.Polygon(shell, [hole]), shapely.box(0, 0, 1, 1)])])
    )
    assert [len(ring) for ring in rings] == [4, 3, 4]
    for ring, original in zip(rings, (shell, hole), strict=False):
        away = [np.abs(ring - corner).max(axis=1).min() for corner in original]
        assert max(away) <= 360 / GRID / 2 + 1e-9


def test_shells_and_holes_turn_opposite_ways():
    with_hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(2, 2), (4, 2), (4, 4)]])
    shell, hole = (shapely.Polygon(ring).exterior.is_ccw for ring in read_rings(pack_polygons([with_hole])))
    assert shell != hole


def test_what_is_smaller_than_the_grid_is_left_out():
    assert pack_polygons([shapely.box(0, 0, 0.001, 0.001)])["rings"] == 0
    assert pack_polygons([shapely.box(0, 0, 0.1, 0.1)], smallest_deg2=0.02)["rings"] == 0
