"""Rows whose key an earlier row has: the same as pandas marks, with gaps, categories and keys of any spread."""

import numpy as np
import pandas as pd
import pytest

from geobri.tables import mark_repeated


@pytest.mark.parametrize("kinds", [2, 5, 400])
@pytest.mark.parametrize("as_category", [False, True])
def test_marks_what_pandas_marks(kinds, as_category):
    rng = np.random.default_rng(kinds)
    names = np.array([f"city {at}" for at in range(kinds)], dtype=object)
    table = pd.DataFrame({one: names[rng.integers(0, kinds, 60)] for one in ("origin", "destination")})
    table["year"] = np.where(rng.random(60) < 0.3, np.nan, rng.integers(2000, 2000 + kinds, 60))
    table.loc[3, "origin"] = None
    if as_category:
        table = table.astype({"origin": "category", "destination": "category"})
    for key in (["origin"], ["origin", "destination"], ["origin", "destination", "year"]):
        np.testing.assert_array_equal(mark_repeated(table, key), table.duplicated(key))


def test_an_empty_table_repeats_nothing():
    assert mark_repeated(pd.DataFrame({"origin": []}), ["origin"]).tolist() == []
