"""Two-sided is twice the smaller tail, at most 1, in every verb that has a direction: as the docstrings say."""

import inspect
import math

import pytest

from tests.stats.test_doors import VERBS

DIRECTED = {
    function.__name__: (function, given)
    for function, given in VERBS
    if "alternative" in inspect.signature(function).parameters
    and function.__name__.endswith(("_test", "_tests"))
}
FEWER = {"n_permutations": 99, "rng": 0, "n_bootstrap": 19, "draws": 5}


def asked(name, alternative):
    function, given = DIRECTED[name]
    known = inspect.signature(function).parameters
    found = function(
        **given, alternative=alternative, **{one: value for one, value in FEWER.items() if one in known}
    )
    return found if isinstance(found, list) else [found]


def assert_numbers_are_columns(row):
    """What a row says in words of its null stands in columns as well: error from drawing, mean, deviation, degrees."""
    null = row.null.en
    if math.isnan(row.p_value) or row.note.en.startswith("p-value: smallest adjusted"):
        return
    if null.startswith("t with"):
        assert f"{row.df:g}" == null.split()[2].replace(",", "")
    if any(word in null for word in ("draws", "permutation", "placements", "maps")):
        assert row.mc_error >= 0.0, row.term
        if "conditional" not in null:  # local tests compare each place with draws of its own
            assert math.isfinite(row.null_mean), row.term
            assert row.null_sd >= 0.0, row.term


@pytest.mark.parametrize("name", ["fit_gravity", "presence_test", "pair_regression_test"])
def test_numbers_of_models_are_columns(name):
    function, given = next(one for one in VERBS if one[0].__name__ == name)
    rows = function(**given, n_permutations=99, rng=0).terms
    assert {row.null_of for row in rows if math.isfinite(row.null_mean)} == {"statistic"}
    for row in rows:
        assert_numbers_are_columns(row)


@pytest.mark.parametrize("name", sorted(set(DIRECTED) - {"bounded_group_test"}))
def test_two_sided_is_twice_the_smaller_tail(name):
    both, up, down = (asked(name, one) for one in ("two-sided", "greater", "less"))
    compared = 0
    for result, one, other in zip(both, up, down, strict=True):
        for row in result.terms:
            assert_numbers_are_columns(row)
        for row, over, under in zip(result.terms, one.terms, other.terms, strict=False):
            headline = row.note.en.startswith("p-value: smallest adjusted")
            if (
                math.isnan(row.p_value)
                or row.alternative != "two-sided"
                or headline
                or {over.alternative, under.alternative} != {"greater", "less"}
            ):
                continue
            assert row.p_value == pytest.approx(min(1.0, 2 * min(over.p_value, under.p_value))), row.term
            compared += 1
    assert compared or name.startswith("local_")


def test_docstrings_of_tests_with_a_direction_define_it():
    for name, (function, _) in DIRECTED.items():
        assert "wice the smaller tail" in " ".join(inspect.getdoc(function).split()), name
