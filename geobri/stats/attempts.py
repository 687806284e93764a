"""Many tests in a row: one that the data do not allow is reported as such and does not stop the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from geobri.errors import DataError
from geobri.stats.results import Term, TestResult

__all__ = ["attempt_all", "say_impossible"]

Attempt = Callable[[], TestResult]


def say_impossible(name: str, value: str, error: DataError) -> TestResult:
    """Say in the place of a result why a test is not possible.

    Parameters
    ----------
    name
        Name of the test.
    value
        Column that it should have tested.
    error
        What it said.

    Returns
    -------
    TestResult
        With NaN for statistic and p-value; its row says why.
    """
    row = Term(test=name, value=value, note=f"not possible: {error}")
    return TestResult(
        statistic=math.nan,
        p_value=math.nan,
        alternative="two-sided",
        n=0,
        method=name,
        sentence=f"{value}: {name} is not possible with these data. {error}",
        terms=(row,),
    )


def attempt_all(
    value: str, attempts: Iterable[tuple[Callable[..., TestResult], tuple[Any, ...], dict[str, Any]]]
) -> list[TestResult]:
    """Run tests one after the other; where the data do not allow one, say so in its place.

    Parameters
    ----------
    value
        Column that is tested, for the rows of tests that are not possible.
    attempts
        Function, positional and named arguments of each test.

    Returns
    -------
    list of TestResult
        One for each attempt. A test that is not possible has NaN for statistic and p-value, and its row says why.

    Raises
    ------
    DataError
        If none is possible: the error of the first.
    """
    results: list[TestResult] = []
    errors: list[DataError] = []
    for function, positional, named in attempts:
        try:
            results.append(function(*positional, **named))
        except DataError as error:
            errors.append(error)
            results.append(say_impossible(function.__name__, value, error))
    if results and len(errors) == len(results):
        raise errors[0]
    return results
