"""Pair matrices: layout, faults, blocks."""

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError
from geobri.stats.blocks import exchangeable_blocks
from geobri.stats.dyads._checks import check_pair_matrix
from geobri.stats.pairs import align_matrices, from_matrix, lay_out, observed_pairs, pair_positions, to_matrix


@pytest.fixture
def corridors():
    return pd.DataFrame(
        {
            "origin": ["athens", "cairo", "athens", "baku"],
            "destination": ["baku", "athens", "doha", "cairo"],
            "km": [2.0, 1.0, 3.0, 4.0],
            "score": pd.array([5, None, 7, 8], dtype="Int64"),
        },
        index=["athens--baku", "athens--cairo", "athens--doha", "baku--cairo"],
    )


def test_undirected_fills_both_cells(corridors):
    matrix, labels = to_matrix(corridors, "km")
    assert labels == ["athens", "baku", "cairo", "doha"]
    assert matrix[0, 1] == matrix[1, 0] == 2.0
    assert matrix[0, 2] == matrix[2, 0] == 1.0
    assert np.isnan(np.diag(matrix)).all()
    assert np.isnan(matrix[3, 1])


def test_directed_fills_row_origin_column_destination(corridors):
    matrix, labels = to_matrix(corridors, "km", directed=True)
    assert matrix[labels.index("cairo"), labels.index("athens")] == 1.0
    assert np.isnan(matrix[labels.index("athens"), labels.index("cairo")])


def test_order_of_cities_and_of_rows(corridors):
    cities = pd.DataFrame({"name": list("wxyz")}, index=["doha", "cairo", "baku", "athens"])
    matrix, labels = to_matrix(corridors, "km", cities)
    again, _ = to_matrix(corridors.sample(frac=1, random_state=1), "km", cities)
    assert labels == list(cities.index)
    np.testing.assert_array_equal(matrix, again)
    assert matrix[0, 3] == 3.0


def test_missing_values_stay_missing_and_the_table_stays_as_it_was(corridors):
    before = corridors.copy()
    matrix, labels = to_matrix(corridors, "score")
    assert np.isnan(matrix[labels.index("athens"), labels.index("cairo")])
    assert matrix[0, 1] == 5.0
    pd.testing.assert_frame_equal(corridors, before)


def test_round_trip(corridors):
    for directed in (False, True):
        matrix, labels = to_matrix(corridors, "km", directed=directed)
        rows = from_matrix(matrix, labels, "km", directed)
        back, _ = to_matrix(rows, "km", labels, directed)
        np.testing.assert_array_equal(matrix, back)
        assert len(rows) == 4


def test_all_faults_of_the_ends_at_once(corridors):
    bad = pd.concat(
        [
            corridors,
            pd.DataFrame({"origin": ["baku", "doha"], "destination": ["athens", "doha"], "km": 1.0}),
        ]
    )
    with pytest.raises(SchemaError) as caught:
        to_matrix(bad, "km", ["athens", "baku", "doha"])
    message = str(caught.value)
    assert "athens & baku" in message
    assert "'doha'" in message
    assert "'cairo'" in message


def test_a_pair_and_its_mirror_are_two_when_directed(corridors):
    more = pd.concat([corridors, pd.DataFrame({"origin": ["baku"], "destination": ["athens"], "km": [9.0]})])
    matrix, labels = to_matrix(more, "km", directed=True)
    assert matrix[labels.index("baku"), labels.index("athens")] == 9.0
    with pytest.raises(SchemaError, match="directed=True"):
        to_matrix(more, "km")


@pytest.mark.parametrize(
    ("column", "fault"), [("speed", "'speed'"), ("origin", "numeric"), ("infinite", "1 infinite values")]
)
def test_faults_of_the_column(corridors, column, fault):
    table = corridors.assign(infinite=[1.0, 2.0, np.inf, 3.0])
    with pytest.raises(SchemaError, match=fault):
        to_matrix(table, column)


def test_repeated_cities(corridors):
    with pytest.raises(SchemaError, match="1 that repeat: 'athens'"):
        to_matrix(corridors, "km", ["athens", "athens", "baku", "cairo", "doha"])


def test_several_columns_share_the_order(corridors):
    laid, labels = align_matrices(corridors, ["km", "score"])
    assert set(laid) == {"km", "score"}
    np.testing.assert_array_equal(laid["km"], to_matrix(corridors, "km", labels)[0])


def test_positions():
    rows, columns = pair_positions(4)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True))[:3] == [(0, 1), (0, 2), (0, 3)]
    assert len(pair_positions(4, directed=True)[0]) == 12


def square(n=5):
    values = np.arange(float(n * n)).reshape(n, n)
    return values + values.T


def test_check_gives_a_clean_copy():
    matrix = square()
    clean = check_pair_matrix(matrix, caller="here")
    assert np.isnan(np.diag(clean)).all()
    assert not np.isnan(matrix).any()


@pytest.mark.parametrize(
    ("matrix", "fault"),
    [
        (square(3), "3 cities where at least 4"),
        (np.ones((5, 5)), "all equal to 1. Nothing can be told from values that do not differ"),
        (np.arange(25.0).reshape(5, 5), "directed=True"),
        (np.where(np.eye(5, k=1) + np.eye(5, k=-1) > 0, np.inf, square()), "8 infinite cells"),
        (np.ones((4, 5)), "square"),
        (np.ones(4), "square"),
    ],
)
def test_check_names_the_fault(matrix, fault):
    with pytest.raises(DataError, match=fault):
        check_pair_matrix(matrix, caller="here", name="y")


def test_check_names_cities_without_pairs():
    matrix = square()
    matrix[2], matrix[:, 2] = np.nan, np.nan
    with pytest.raises(DataError, match="1 cities without any observed pair, at positions '2'"):
        check_pair_matrix(matrix, caller="here")


def test_domestic_pairs_make_a_block():
    seen = np.ones((22, 22), dtype=bool)
    seen[:9, :9] = False
    np.fill_diagonal(seen, val=False)
    assert exchangeable_blocks(seen) == [0] * 9 + [1] * 13
    assert observed_pairs(np.where(seen, 1.0, np.nan)).sum() == 2 * 195


def test_one_missing_cell_singles_out_its_two_cities():
    seen = ~np.eye(6, dtype=bool)
    seen[1, 4] = seen[4, 1] = False
    assert exchangeable_blocks(seen) == [0, 1, 0, 0, 1, 0]


@pytest.mark.parametrize("directed", [False, True])
def test_pairs_of_several_tables_and_columns_are_laid_out_alike(directed):
    rows, columns, layer = np.array([0, 2, 1]), np.array([1, 0, 2]), np.array([0, 1, 1])
    values = np.array([[5.0, 6.0, 7.0], [8.0, 9.0, 10.0]])
    laid = lay_out(values, rows, columns, 3, directed=directed, absent=-1.0, layer=layer)
    assert laid.shape == (2, 2, 3, 3)
    wanted = np.full((2, 2, 3, 3), -1.0)
    for column, numbers in enumerate(values):
        for row, end, table, value in zip(rows, columns, layer, numbers, strict=True):
            wanted[column, table, row, end] = value
            if not directed:
                wanted[column, table, end, row] = value
    assert np.array_equal(laid, wanted)
    one = lay_out(values[0], rows, columns, 3, directed=directed, absent=-1.0, layer=layer)
    assert np.array_equal(one, wanted[0])
    assert np.isnan(lay_out(values[0], rows, columns, 3, directed=directed)).sum() == (6 if directed else 3)
