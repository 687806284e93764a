import math
import zlib

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geobri.webmap.packing import (
    GRID,
    pack_bytes,
    pack_numbers,
    pack_polygons,
    round_as_packed,
    to_signs,
    to_varint,
)

TYPES = {"u8": "<u1", "u16": "<u2", "i32": "<i4", "f64": "<f8"}
MISSING = {"u8": 255, "u16": 65535, "i32": -(2**31), "f64": np.inf}


def read_signs(signs):
    """What the page does, written a second time."""
    alphabet = [chr(code) for code in range(32, 127) if chr(code) not in '"&<\\']
    pairs = [alphabet.index(a) * 91 + alphabet.index(b) for a, b in zip(signs[::2], signs[1::2], strict=True)]
    bits = "".join(f"{pair:013b}"[::-1] for pair in pairs)
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits) - 7, 8))


def inflate(data):
    return zlib.decompressobj(-15).decompress(data)


def unpack(packed):
    """What the page does, written a second time."""
    data = read_signs(packed["data"])
    kind = np.dtype(TYPES[packed["type"]])
    data = inflate(data) if packed.get("deflated") else data[: packed["n"] * kind.itemsize]
    planes = np.frombuffer(data, dtype=np.uint8).reshape(kind.itemsize, packed["n"])
    raw = np.frombuffer(planes.T.tobytes(), dtype=kind)
    if packed.get("steps"):
        raw = np.cumsum(raw, dtype=kind)
    numbers = np.where(raw == MISSING[packed["type"]], np.nan, raw.astype(float))
    numbers += packed.get("base", 0)
    if "lowest" in packed:
        return np.array([four_digits(code, packed["lowest"]) for code in numbers])
    return numbers / packed.get("scale", 1) * packed.get("step", 1)


def four_digits(code, lowest):
    if np.isnan(code) or code == 0:
        return code
    power, digits = divmod(abs(int(code)) - 1, 9000)
    return float(f"{'-' if code < 0 else ''}{1000 + digits}e{lowest + power}")


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
    numbers = iter(read_varints(inflate(read_signs(packed["data"]))))
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


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=60))
def test_signs_come_back_as_bytes_and_can_stand_in_a_script(data):
    signs = to_signs(data)
    assert read_signs(signs)[: len(data)] == data
    assert not set(signs) & set('"\\<&\n')
    assert len(signs) == 2 * math.ceil(8 * len(data) / 13)


def test_what_is_packed_once_comes_back():
    packed = pack_bytes("词 words ".encode() * 50)
    assert inflate(read_signs(packed["data"])).decode() == "词 words " * 50
    assert packed["n"] == len("词 words ".encode()) * 50


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 1, 254], "u8"),
        ([1, np.nan, 3], "u8"),
        ([0, 255], "u16"),
        ([1000, 1254, np.nan], "u8"),
        ([0, 65535], "i32"),
        ([-1, 2], "u8"),
        ([0.5, np.nan], "u8"),
        ([123_463_789, 0], "i32"),
        ([5_376_286_246.57, 1.01], "f64"),
        ([2.0**40, 0], "f64"),
        ([1 / 3, np.nan], "f64"),
        ([], "u8"),
    ],
)
def test_numbers_take_the_smallest_type_that_holds_them_exactly(values, kind):
    packed = pack_numbers(values)
    assert packed["type"] == kind
    np.testing.assert_array_equal(unpack(packed), values)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.one_of(st.floats(allow_infinity=False, width=64), st.integers(-(2**40), 2**40)), max_size=90)
)
def test_every_column_comes_back_digit_by_digit(values):
    np.testing.assert_array_equal(unpack(pack_numbers(values)), np.array(values, dtype=float))


def test_long_columns_of_many_digits_are_rounded_and_say_so():
    numbers = np.random.default_rng(1).normal(50, 10, 30_000)
    packed = pack_numbers(numbers, may_round=True)
    assert packed["type"] == "u16"
    step = packed["rounded"]
    assert np.ptp(numbers) / 32_000 <= step < np.ptp(numbers) / 3_200
    np.testing.assert_array_equal(unpack(packed), round_as_packed(numbers, packed))
    np.testing.assert_allclose(unpack(packed), numbers, atol=0.5001 * step)
    assert "rounded" not in pack_numbers(np.rint(numbers), may_round=True)
    assert "rounded" not in pack_numbers(numbers[:500], may_round=True)
    assert "rounded" not in pack_numbers(numbers)


def test_columns_of_some_thousand_rows_keep_nine_digits():
    numbers = np.random.default_rng(1).normal(50, 10, 3_000)
    packed = pack_numbers(numbers, may_round=True)
    assert (packed["type"], packed["rounded"]) == ("i32", 1e-7)
    np.testing.assert_array_equal(unpack(packed), np.rint(numbers * 1e7) / 1e7)
    np.testing.assert_array_equal(unpack(packed), round_as_packed(numbers, packed))
    numbers[0] = 1e-5 / 3  # would keep two digits
    assert pack_numbers(numbers, may_round=True)["type"] == "f64"
    assert pack_numbers(numbers)["type"] == "f64"


def test_numbers_of_very_different_sizes_keep_four_digits_each():
    rng = np.random.default_rng(1)
    numbers = rng.lognormal(12, 2, 30_000) * rng.choice([-1, 1], 30_000)
    numbers[:5] = [0, np.nan, 9_999.6, 1e-7 / 3, -1 / 3]
    packed = pack_numbers(numbers, may_round=True)
    assert packed["rounded"] == 0
    np.testing.assert_array_equal(unpack(packed), [float(f"{number:.3e}") for number in numbers])
    known = numbers[~np.isnan(numbers)]
    np.testing.assert_array_equal(round_as_packed(known, packed), unpack(packed)[~np.isnan(numbers)])


def test_no_small_flow_becomes_none():
    numbers = np.random.default_rng(1).normal(50, 10, 30_000)
    numbers[:2] = [1 / 3000, 0]
    assert unpack(pack_numbers(numbers, may_round=True))[0] == 0
    assert unpack(pack_numbers(numbers, may_round=True, zero_is_nothing=True))[:2].tolist() == [0.0003333, 0]


def test_ends_of_all_pairs_take_almost_nothing():
    first, second = np.triu_indices(300, 1)
    assert len(pack_numbers(first)["data"]) + len(pack_numbers(second)["data"]) < 5_000
    np.testing.assert_array_equal(unpack(pack_numbers(second)), second)


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
