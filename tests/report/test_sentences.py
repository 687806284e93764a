"""What the page says of a test: an estimate stands only beside its own p-value."""

import math

import pytest

from geobri.report.testing import _sentence
from geobri.stats.results import Term, TestResult


def _result(*terms):
    return TestResult(
        statistic=1.0, p_value=0.04, alternative="two-sided", n=22, method="m", sentence="Said.", terms=terms
    )


def test_an_estimate_stands_beside_its_own_p_value():
    words = _sentence(
        _result(Term(test="t", value="v", term="without singapore", estimate=-0.67, p_value=0.018))
    )
    assert words.en == "Said."
    assert words.zh == "v：without singapore = -0.67，p = 0.018，n = 22"


@pytest.mark.parametrize("estimate", [math.nan, 0.5])
def test_the_p_value_of_the_whole_is_called_so(estimate):
    words = _sentence(_result(Term(test="t", value="v", term="first of many", estimate=estimate)))
    assert words.zh == "v：整体检验 p = 0.04，n = 22"
