"""Long tables are written with the bytes of pandas, whatever is in their columns."""

import numpy as np
import pandas as pd
import pytest

from geobri.outputs.long_tables import save_csv


@pytest.fixture
def hostile():
    rng = np.random.default_rng(3)
    n = 120_000
    words = np.array(['a,"b\n', None, "上海", "", " x ", "1.0"], dtype=object)[rng.integers(0, 6, n)]
    frame = pd.DataFrame(
        {
            "word": words,
            "text": pd.array(words, dtype="str"),
            "kind": pd.Categorical(words),
            "amount": rng.lognormal(0, 3, n),
            "wide": np.sign(rng.normal(size=n)) * rng.lognormal(10, 25, n),
            "whole": rng.integers(0, 9, n).astype(float),
            "some": np.where(rng.random(n) < 0.5, np.nan, rng.normal(size=n)),
            "count": rng.integers(-5, 5, n),
            "year": pd.array(rng.integers(1900, 2000, n), dtype="Int64"),
            "flag": pd.array(rng.random(n) < 0.5, dtype="boolean"),
            "yes": rng.random(n) < 0.5,
            "short": rng.random(n).astype(np.float32),
        },
        index=pd.Index([f"c{i},{i}" for i in range(n)], name="corridor"),
    )
    for name in ("year", "flag"):
        frame.loc[frame.index[5:9], name] = pd.NA
    frame.iloc[:8, 3] = [np.inf, -np.inf, -0.0, 0.0, 1e-4, 9.9999e-5, 1e10, 9999999999.5]
    return frame


@pytest.mark.parametrize("rows", [0, 1, 3_000, 120_000])
def test_bytes_are_those_of_pandas(hostile, tmp_path, rows):
    frame = hostile.head(rows)
    frame.to_csv(tmp_path / "pandas.csv", lineterminator="\n")
    save_csv(frame, tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "pandas.csv").read_bytes()


def test_an_index_without_a_name_and_a_table_without_columns(hostile, tmp_path):
    for frame in (hostile.rename_axis(None), hostile[[]], hostile.reset_index(drop=True)):
        frame.to_csv(tmp_path / "pandas.csv", lineterminator="\n")
        save_csv(frame, tmp_path / "ours.csv")
        assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "pandas.csv").read_bytes()
