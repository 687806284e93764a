"""Numbers and names on the page: a cell sorts by its number, what is missing leaves it empty, and no name is “nan”."""

import numpy as np
import pandas as pd
import pytest

from geobri.report.numbers import number_cell, percent_cell
from geobri.report.terms import name_city
from geobri.words import Words


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA])
def test_what_is_missing_leaves_a_cell_empty(missing):
    for cell in (number_cell(missing), number_cell(missing, ".1f"), percent_cell(missing)):
        assert (cell.text, cell.order) == (Words(""), None)


@pytest.mark.parametrize(
    ("cell", "text", "order"),
    [
        (number_cell(3330.4), "3,330", 3330.4),
        (number_cell(-7.5), "−7.5", -7.5),
        (number_cell(2, ".1f"), "2.0", 2.0),
        (number_cell(np.float64(0.25), "+.2f"), "+0.25", 0.25),
        (percent_cell(0.125), "12.5 %", 0.125),
    ],
)
def test_a_cell_prints_a_number_and_sorts_by_it(cell, text, order):
    assert (cell.text.en, cell.order) == (text, order)


def test_an_infinite_number_is_not_printed():
    assert number_cell(np.inf).text.en == ""


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA])
def test_a_city_without_a_chinese_name_has_its_other_one(missing):
    assert name_city(pd.Series({"name": "Leeds", "name_zh": missing}, dtype=object)) == Words("Leeds")
