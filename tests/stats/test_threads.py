"""Linear algebra of small matrices stays on one thread, and what was set before holds again afterwards."""

import inspect

import numpy as np
import pytest
import scipy.linalg  # noqa: F401 - its library must be loaded to be counted
from threadpoolctl import threadpool_info, threadpool_limits

from geobri.stats import decay_test, fit_decay, fit_gravity, presence_test
from geobri.stats.dyads import mrqap_test, pair_regression_test
from geobri.stats.threads import on_one_thread


def threads():
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_one_thread_inside_and_as_before_afterwards():
    with threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        assert on_one_thread(threads)() == {1}
        assert threads() == before


def test_an_error_leaves_the_threads_as_they_were():
    @on_one_thread
    def fails():
        return np.linalg.inv(np.zeros((2, 2)))

    with threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        with pytest.raises(np.linalg.LinAlgError):
            fails()
        assert threads() == before


@pytest.mark.parametrize(
    "verb", [decay_test, fit_decay, fit_gravity, presence_test, mrqap_test, pair_regression_test]
)
def test_what_factors_many_small_matrices_is_limited(verb):
    assert inspect.unwrap(verb) is not verb
    assert "corridors" in inspect.signature(verb).parameters or "y" in inspect.signature(verb).parameters
