"""Tasks spread over workers: the order is that of the tasks, and few wait at a time."""

import threading
import time

import numpy as np
import pytest

from geobri.errors import DataError
from geobri.workers import count_workers, spawn_seeds, spread


def _add(base, task):
    time.sleep(0.02 if task == 0 else 0.0)  # the first is the last to finish
    return base + task


def _sample(_shared, seed):
    return np.random.default_rng(seed).random()


@pytest.mark.parametrize(("workers", "backend"), [(1, "threads"), (4, "threads"), (2, "processes")])
def test_results_come_in_order(workers, backend):
    assert list(spread(_add, range(30), shared=100, workers=workers, backend=backend)) == list(
        range(100, 130)
    )


def test_seeds_belong_to_tasks_not_to_workers():
    one, many = (list(spread(_sample, spawn_seeds(7, 20), workers=n)) for n in (1, 5))
    assert one == many
    assert len(set(one)) == 20
    assert list(spread(_sample, spawn_seeds(np.random.default_rng(7), 3))) == list(
        spread(_sample, spawn_seeds(np.random.default_rng(7), 3))
    )


def test_few_results_wait():
    begun = []

    def task(_shared, number):
        begun.append(number)
        return number

    results = spread(task, range(1000), workers=2)
    next(results)
    time.sleep(0.2)
    assert len(begun) < 100
    results.close()


def test_an_error_of_a_task_comes_through():
    def fail(_shared, task):
        raise ValueError(f"task {task}")

    with pytest.raises(ValueError, match="task 0"):
        list(spread(fail, range(8), workers=2))


def test_workers_are_counted():
    assert count_workers() >= 1
    with pytest.raises(DataError, match="1 or more"):
        count_workers(0)
    assert threading.active_count() < 50


def test_power_is_the_same_with_many_workers():
    from geobri.stats.power import power

    choices = {"effects": (0.0, 0.8), "n_simulations": 6, "choices": {"n_permutations": 19}, "rng": 3}
    one, many = (power("mantel_test", 12, workers=n, backend="threads", **choices) for n in (1, 4))
    assert one.table.equals(many.table)


def test_uncertainty_is_the_same_with_many_workers(monkeypatch):
    import pandas as pd

    from geobri.score.compiled import compile_index
    from geobri.score.spec import IndexSpec, Indicator
    from geobri.score.trust import runs
    from geobri.score.trust.choices import PerturbWeights
    from geobri.score.trust.uncertainty import measure_uncertainty

    spec = IndexSpec(
        name="two",
        dimensions=(),
        indicators=tuple(Indicator(name=name, dimension="overall", kind="city") for name in "ab"),
    )
    values = pd.DataFrame(np.random.default_rng(1).random((9, 2)), columns=["a", "b"])
    compiled = compile_index(spec, values)
    monkeypatch.setattr(runs, "_CELLS_AT_ONCE", 90)  # many bites
    one, many = (
        measure_uncertainty(compiled, [PerturbWeights(0.9)], n_runs=300, rng=1, workers=n).ranks
        for n in (1, 3)
    )
    assert (one == many).all()
