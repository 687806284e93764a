"""Tasks spread over workers: one function, the same results in the same order, wherever they run.

Threads of this process are the default: numpy lets go of the interpreter while it counts. Processes (joblib's loky) are
for work that is Python. Dask takes the same tasks to other machines (extra ``distributed``). What comes back comes in
the order of the tasks, so that whoever adds it up adds in one order; few results wait at a time.
"""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any, Final, Literal, TypeVar

import numpy as np

from geobri.errors import DataError, MissingExtraError, mould

__all__ = ["Backend", "count_workers", "spawn_seeds", "spread", "spread_here", "working"]

Backend = Literal["threads", "processes", "dask"]
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_AHEAD: Final = 2
"""Tasks that are handed out per worker before the first of them is back: enough that nobody waits, few to hold."""


def count_workers(wished: int | None = None) -> int:
    """Say how many workers there are.

    Parameters
    ----------
    wished
        How many are wanted; by default as many as this process may use cores.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    DataError
        If fewer than one is wanted.
    """
    if wished is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if wished < 1:
        raise DataError(
            mould("spread", "workers must be 1 or more", repr(wished), "Leave it out for all cores")
        )
    return wished


def spawn_seeds(rng: int | np.random.Generator | None, n: int) -> list[np.random.SeedSequence]:
    """Give every task a seed of its own, which depends on its number and on nothing else.

    Parameters
    ----------
    rng
        Seed or generator.
    n
        How many tasks.

    Returns
    -------
    list of numpy.random.SeedSequence
        Independent of each other, and of how many workers there are.
    """
    if isinstance(rng, np.random.Generator):
        rng = int(rng.integers(2**63))
    return np.random.SeedSequence(rng).spawn(n)


def spread(
    function: Callable[[Any, _Task], _Result],
    tasks: Iterable[_Task],
    *,
    shared: Any = None,
    workers: int | None = None,
    backend: Backend | str = "threads",
    scheduler: Any = None,
) -> Iterator[_Result]:
    """Run a pure function on many tasks and give the results in the order of the tasks.

    Parameters
    ----------
    function
        Called as ``function(shared, task)``; it must be a function of a module where it runs in another process.
    tasks
        One argument each.
    shared
        What all tasks read; sent to a worker once.
    workers
        How many; all cores by default. With Dask the cluster says.
    backend
        ``"threads"``, ``"processes"``, ``"dask"``, or any other backend that joblib knows.
    scheduler
        Address of a Dask scheduler, or a client; it implies ``"dask"``.

    Yields
    ------
    Any
        One result per task.

    Raises
    ------
    MissingExtraError
        If Dask is wanted and not installed.

    Examples
    --------
    >>> list(spread(lambda base, task: base + task, [1, 2, 3], shared=10, workers=2))
    [11, 12, 13]
    """
    if scheduler is not None or backend == "dask":
        yield from _spread_on_dask(function, tasks, shared, scheduler)
        return
    n = count_workers(workers)
    if n == 1:
        yield from (function(shared, task) for task in tasks)
    elif backend == "threads":
        with ThreadPoolExecutor(n) as pool:
            yield from _in_order(lambda task: pool.submit(function, shared, task), tasks, _AHEAD * n)
    elif backend == "processes":
        from joblib.externals.loky import get_reusable_executor

        held = get_reusable_executor(n, initializer=_hold, initargs=(shared,), reuse=False)
        with held as pool:
            yield from _in_order(lambda task: pool.submit(_run, function, task), tasks, _AHEAD * n)
    else:
        yield from _spread_by_joblib(function, tasks, shared, n, backend)


_HERE: ContextVar[dict[str, Any] | None] = ContextVar("_HERE", default=None)
"""The workers of whoever is inside `working`; a worker itself starts without, so that nobody hires twice."""


@contextmanager
def working(
    workers: int | None = None, *, backend: Backend | str = "threads", scheduler: Any = None
) -> Iterator[None]:
    """Let long computations inside use several workers: permutations, resamples, uncertainty runs.

    Parameters
    ----------
    workers, backend, scheduler
        As for `spread`.

    Yields
    ------
    None
        Results have the same bytes as with one worker.

    Examples
    --------
    >>> with working(2):
    ...     list(spread_here(lambda base, task: base + task, [1, 2, 3], shared=10))
    [11, 12, 13]
    """
    count_workers(workers)  # a wrong number is said here, not in the middle of a test
    token = _HERE.set({"workers": workers, "backend": backend, "scheduler": scheduler})
    try:
        yield
    finally:
        _HERE.reset(token)


def spread_here(
    function: Callable[[Any, _Task], _Result], tasks: Iterable[_Task], *, shared: Any = None
) -> Iterator[_Result]:
    """Run a pure function on many tasks with the workers of `working`; one by one outside of it.

    Parameters
    ----------
    function, tasks, shared
        As for `spread`.

    Returns
    -------
    iterator
        One result per task, in their order.
    """
    here = _HERE.get()
    return spread(function, tasks, shared=shared, **({"workers": 1} if here is None else here))


def _in_order(submit: Callable[[_Task], Any], tasks: Iterable[_Task], ahead: int) -> Iterator[Any]:
    """Keep a window of tasks at work; the results that wait are never more than the window is wide."""
    waiting = iter(tasks)
    window = deque(submit(task) for task in islice(waiting, ahead))
    try:
        while window:
            result = window.popleft().result()
            window.extend(submit(task) for task in islice(waiting, 1))
            yield result
    finally:
        for future in window:
            future.cancel()


_HELD: Any = None
"""In a worker process: what all tasks read."""


def _hold(shared: Any) -> None:
    global _HELD  # noqa: PLW0603 - a worker process serves one call of `spread`
    _HELD = shared


def _run(function: Callable[[Any, _Task], _Result], task: _Task) -> _Result:
    return function(_HELD, task)


def _spread_by_joblib(
    function: Callable[[Any, _Task], _Result], tasks: Iterable[_Task], shared: Any, n: int, backend: str
) -> Iterator[_Result]:
    """Run tasks on a backend that somebody registered with joblib, some at a time: joblib itself would not wait for the reader."""
    from joblib import Parallel, delayed

    waiting = iter(tasks)
    with Parallel(n_jobs=n, backend=backend) as pool:
        while some := list(islice(waiting, 8 * n)):
            yield from pool(delayed(function)(shared, task) for task in some)


def _spread_on_dask(
    function: Callable[[Any, _Task], _Result], tasks: Iterable[_Task], shared: Any, scheduler: Any
) -> Iterator[_Result]:
    """Run tasks on a cluster; a task whose worker dies runs again on another."""
    distributed = _need_distributed()
    own = not isinstance(scheduler, distributed.Client)
    client = distributed.Client(scheduler) if own else scheduler
    try:
        with (
            warnings.catch_warnings()
        ):  # a large graph is meant: what is in it can be sent again when a worker dies
            warnings.filterwarnings("ignore", message="Sending large graph")
            held = client.submit(_give, shared, pure=False)
        yield from _in_order(
            lambda task: client.submit(function, held, task, pure=False), tasks, _window(client)
        )
    finally:
        if own:
            client.close()


def _window(client: Any) -> int:
    return _AHEAD * max(sum(map(int, client.nthreads().values())), 1)


def _give(shared: Any) -> Any:
    return shared


def _need_distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        remedy = "Install it with: pip install 'geobri[distributed]'"
        message = mould("spread", "a Dask cluster needs dask and distributed", "no such package", remedy)
        raise MissingExtraError(message) from error
    return distributed
