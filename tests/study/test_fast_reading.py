"""What is read at once reads as what is read with care: same texts, same numbers, same digits."""

import numpy as np
import pandas as pd
import pytest

from geobri.study.assembling import _plain_words
from geobri.study.reading.cells import split_plain
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.tables import _split_text, read_table
from geobri.study.writing import _to_digits

PLAIN = "origin,destination,value\n007, Zürich ,1.50\n上海,,\nNA,nan,-3e2\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.rstrip("\n"),
        f"{PLAIN}\n\n",
        PLAIN.replace(",", ";"),
        f"A title,,\n{PLAIN}",
    ],
)
def test_plain_tables_are_split_as_pandas_splits_them(tmp_path, text):
    separator = ";" if ";" in text else ","
    header = int("title" in text)
    fast = split_plain(text, separator, header, 3)
    careful = _split_text(tmp_path / "a.csv", text, separator, header)
    if isinstance(pd.Series(["a"]).dtype, pd.StringDtype):
        assert fast is not None
        pd.testing.assert_frame_equal(fast, careful)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace(" Zürich ", '"Zürich, Stadt"'),
        PLAIN.replace(",,\n", "\n"),
        PLAIN.replace("\n007", "\r007"),
        "\ufeff" + PLAIN,
    ],
)
def test_any_other_table_is_left_to_care(tmp_path, text):
    assert split_plain(text, ",", 0, 3) is None
    path = tmp_path / "flows.csv"
    path.write_text(text, encoding="utf-8", newline="")
    read = read_table(path)
    assert read["origin"].tolist() == ["007", "上海", "NA"]
    assert read["value"].tolist() == ["1.50", "", "-3e2"]


def test_numbers_read_at_once_are_those_read_one_by_one():
    rng = np.random.default_rng(5)
    texts = [
        f"{x:.{int(n)}f}"[:15]
        for x, n in zip(rng.lognormal(2, 4, 500), rng.integers(1, 12, 500), strict=True)
    ]
    for cells in (
        [*texts, ""],
        ["1e5", "-7.25E-3", "0012"],
        ["", ""],
        ["1.5", "1,5"],
        ["2", "NaN", "inf"],
        ["+3"],
    ):
        fast, slow = (to_numbers(pd.Series(cells, dtype=dtype, name="v")) for dtype in ("str", object))
        pd.testing.assert_series_equal(fast, slow)
        assert fast.dropna().tolist() == slow.dropna().tolist()


def test_kilometres_are_rounded_as_python_rounds():
    rng = np.random.default_rng(6)
    ties = np.arange(20_000, 20_400) + 0.0005 + np.arange(400) / 1000
    values = np.concatenate(
        [rng.uniform(10, 2e4, 5_000), rng.uniform(1e-4, 10, 500), ties, [0.0, np.nan, 1.0005, 2.6755]]
    )
    known = np.where(values > 0, values, 1.0)
    digits = np.maximum(3, 4 - np.floor(np.log10(known))).astype(int)
    wanted = [round(float(one), int(n)) for one, n in zip(values, digits, strict=True)]
    np.testing.assert_array_equal(_to_digits(pd.Series(values)).to_numpy(), wanted)


def test_categories_leave_as_text():
    names = pd.Series(pd.Categorical.from_codes([1, 0, 0, 1], ["b", "上海"]), index=[3, 5, 7, 9])
    flows = pd.DataFrame({"indicator": names, "origin": names, "destination": names.astype(object)})
    wanted = flows.astype("str")
    pd.testing.assert_frame_equal(_plain_words(flows), wanted)
