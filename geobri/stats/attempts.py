"""Many tests in a row: one that the data do not allow is reported as such and does not stop the others."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import numpy as np

from geobri.errors import GeobriError
from geobri.measures import Measure
from geobri.stats.results import Question, Term, TestResult
from geobri.stats.say import say_impossible, say_refusal
from geobri.words import Words

__all__ = ["IMPOSSIBLE", "attempt_all", "impossible_result"]

IMPOSSIBLE: Final = (GeobriError, np.linalg.LinAlgError)
"""What a test may raise without taking the results of others with it; anything else is a fault of the test."""


def impossible_result(name: str, measure: Measure, question: Question, error: Exception) -> TestResult:
    """Say in the place of a result why a test is not possible.

    Parameters
    ----------
    name
        Name of the test.
    measure
        What it should have tested.
    question
        What it asks.
    error
        What it said.

    Returns
    -------
    TestResult
        With NaN for statistic and p-value; its row says why.
    """
    why = say_refusal(error)
    said = say_impossible(name, measure, why)
    return TestResult(
        statistic=math.nan,
        p_value=math.nan,
        alternative="two-sided",
        n=0,
        method=name,
        sentence=said.en,
        sentence_zh=said.zh,
        terms=(
            Term(
                test=name, value=measure.column, note=Words(f"not possible: {why.en}", f"无法进行：{why.zh}")
            ),
        ),
        question=question,
        measure=measure,
    )


def attempt_all(measure: Measure, question: Question, attempts: Iterable[partial[Any]]) -> list[TestResult]:
    """Run tests one after the other; where the data do not allow one, say so in its place.

    Parameters
    ----------
    measure
        What is tested, for the rows of tests that are not possible.
    question
        What they ask.
    attempts
        Each test with its arguments.

    Returns
    -------
    list of TestResult
        One for each attempt. A test that is not possible has NaN for statistic and p-value, and its row says why.

    Raises
    ------
    GeobriError
        If none is possible: the error of the first.
    """
    results: list[TestResult] = []
    errors: list[GeobriError | np.linalg.LinAlgError] = []
    for attempt in attempts:
        try:
            results.append(attempt())
        except IMPOSSIBLE as error:
            errors.append(error)
            results.append(impossible_result(attempt.func.__name__, measure, question, error))
    if results and len(errors) == len(results):
        raise errors[0]
    return results
