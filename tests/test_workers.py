"""Tasks spread over workers: the order is that of the tasks, and few wait at a time."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from geobri.errors import DataError
from geobri.workers import count_workers, side_by_side, spawn_seeds, spread


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


def _die():
    if threading.current_thread() is threading.main_thread() and multiprocessing.parent_process():
        os._exit(3)
    return "alive"


def test_side_by_side_gives_what_each_job_gave():
    sealed = np.arange(3.0)
    sealed.flags.writeable = False
    done = []
    given = side_by_side(
        {
            "record": lambda: MappingProxyType({"numbers": sealed, "word": "通路"}),
            "stays": lambda: (one for one in "ab"),  # nothing that could travel from a copy
            "last": lambda: 3,
        },
        workers=2,
        meanwhile=lambda: done.append("map"),
    )
    assert list(given) == ["record", "stays", "last"]
    assert done == ["map"]
    assert list(given["stays"]) == ["a", "b"]
    numbers = given["record"]["numbers"]
    assert numbers.tolist() == [0.0, 1.0, 2.0]
    assert not numbers.flags.writeable
    with pytest.raises(TypeError):
        given["record"]["word"] = "x"


def test_side_by_side_passes_on_what_goes_wrong():
    with pytest.raises(DataError, match="1 or more"):
        side_by_side({"a": lambda: count_workers(0), "b": lambda: 1}, workers=2)
    with pytest.raises(DataError, match="1 or more"):
        side_by_side({"a": lambda: 1, "b": lambda: 2}, workers=2, meanwhile=lambda: count_workers(0))


def test_side_by_side_does_itself_what_a_dead_copy_left():
    assert side_by_side({"a": _die, "b": _die}, workers=2) == {"a": "alive", "b": "alive"}


def test_side_by_side_leaves_other_threads_their_process():
    stop = threading.Event()
    threading.Thread(target=stop.wait).start()
    try:
        here = {"a": os.getpid, "b": os.getpid}
        assert set(side_by_side(here, workers=2).values()) == {os.getpid()}
    finally:
        stop.set()


_LONG = """
import os, signal, sys, time
from pathlib import Path
from geobri.workers import side_by_side
signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a terminal, whoever runs this
def work():
    Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep(300)
side_by_side({"a": work, "b": work}, workers=2)
"""


def _works(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(
    sys.platform != "linux" or os.cpu_count() == 1, reason="no copies of the process are made here"
)
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_no_copy_outlives_its_process(tmp_path, sent):
    process = subprocess.Popen([sys.executable, "-c", _LONG, tmp_path], stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while len(list(tmp_path.iterdir())) < 2:
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(sent)
    with process:
        process.wait(30)
    while any(_works(one.name) for one in tmp_path.iterdir()):
        assert time.monotonic() < end
        time.sleep(0.05)
