"""Tasks spread over workers: one function, the same results in the same order, wherever they run.

Threads of this process are the default: numpy lets go of the interpreter while it counts. Processes (joblib's loky) are
for work that is Python. Dask takes the same tasks to other machines (extra ``distributed``). What comes back comes in
the order of the tasks, so that whoever adds it up adds in one order; few results wait at a time.
"""

from __future__ import annotations

import ctypes
import gc
import io
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, TypeVar

import numpy as np

from geobri.errors import DataError, MissingExtraError, mould
from geobri.notebooks import menu_of

__all__ = ["Backend", "count_workers", "side_by_side", "spawn_seeds", "spread", "spread_here", "working"]
__dir__ = menu_of(__all__)

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


_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ()))
_END_WITH_PARENT: Final = 1
"""PR_SET_PDEATHSIG of Linux: the signal that a process gets when its parent ends, however that ends."""


def side_by_side(
    jobs: Mapping[str, Callable[[], Any]], *, workers: int, meanwhile: Callable[[], None] | None = None
) -> dict[str, Any]:
    """Do jobs of one kind each, several at a time, and give what each gave.

    They run in copies of this process where the system makes these without loading anything anew (Linux) and no other thread
    is at work that a copy would lack; in threads otherwise. Jobs of many small steps in Python wait for each other in threads.

    Parameters
    ----------
    jobs
        Called without arguments, in this order; none may change what others read, and none writes to the terminal.
    workers
        How many at a time.
    meanwhile
        What this process itself does first, such as a drawing.

    Returns
    -------
    dict
        What each job gave, by its name, in the order of the jobs.

    Examples
    --------
    >>> side_by_side({"two": lambda: 1 + 1, "four": lambda: 2 * 2}, workers=2)
    {'two': 2, 'four': 4}
    """
    workers = min(workers, count_workers(), len(jobs))
    if workers > 1 and sys.platform == "linux" and _is_alone():
        return _beside_in_copies(jobs, workers, meanwhile)
    if meanwhile is not None:
        meanwhile()
    done = spread(lambda _shared, job: job(), jobs.values(), workers=max(workers, 1))
    return dict(zip(jobs, done, strict=True))


def _is_alone() -> bool:
    """Tell whether a copy of this process has all that works in it; the line on a terminal is no work."""
    here = threading.main_thread()
    others = (thread for thread in threading.enumerate() if thread is not here)
    return threading.current_thread() is here and all(type(one).__module__ == "rich.live" for one in others)


def _beside_in_copies(
    jobs: Mapping[str, Callable[[], Any]], workers: int, meanwhile: Callable[[], None] | None
) -> dict[str, Any]:
    """Do jobs in copies of this process; one whose result cannot travel, or whose copy dies, is done here."""
    global _HELD  # noqa: PLW0603 - what the copies find when they begin
    _HELD = jobs
    given: dict[str, Any] = {}
    others = set(multiprocessing.active_children())
    gc.freeze()  # else the first collection of a copy would write to, and so copy, all that is there already
    try:
        with (
            warnings.catch_warnings(),
            ProcessPoolExecutor(
                workers, multiprocessing.get_context("fork"), _begin_copy, (os.getpid(),)
            ) as pool,
        ):
            warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
            try:
                with _signals_wait():  # while Python clears up around a copy, an interrupt would be lost
                    waiting = {name: pool.submit(_pack_job, name) for name in jobs}
                if meanwhile is not None:
                    meanwhile()
                for name, future in waiting.items():
                    with suppress(BrokenProcessPool):
                        given[name] = future.result()
            except BaseException:
                for copy in set(multiprocessing.active_children()) - others:
                    copy.kill()  # whatever it does; what it wrote lies in the stage, which goes as well
                raise
    finally:
        gc.unfreeze()
        _HELD = None
    return {
        name: pickle.loads(given[name]) if given.get(name) is not None else job()  # noqa: S301 - our own copy wrote it
        for name, job in jobs.items()
    }


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Let the signals that stop a command wait until this is done."""
    came: list[int] = []
    before = {one: signal.signal(one, lambda number, _frame: came.append(number)) for one in _STOPPING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, signal.SIG_DFL if handler is None else handler)
        for number in came:
            signal.raise_signal(number)


def _begin_copy(parent: int) -> None:
    """Begin a copy: it writes nothing to the terminal, whose thread is not in it, leaves signals to its parent and ends with it."""
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the copy lives
    for name in _STOPPING:
        signal.signal(name, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it could be asked for
        os._exit(1)


def _pack_job(name: str) -> bytes | None:
    """Do a job in a copy of the process; None where what it gave cannot travel."""
    result, packed = _HELD[name](), io.BytesIO()
    try:
        _Packer(packed, pickle.HIGHEST_PROTOCOL).dump(result)
    except (pickle.PicklingError, TypeError, AttributeError):
        return None
    return packed.getvalue()


class _Packer(pickle.Pickler):
    """Keeps what may not be changed: views of dictionaries and arrays that are read only."""

    def reducer_override(self, given: Any) -> Any:
        if isinstance(given, MappingProxyType):
            return _view, (dict(given),)
        if type(given) is np.ndarray and not given.flags.writeable and given.dtype != object:
            return _seal, (given.copy(),)
        return NotImplemented


def _view(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)


def _seal(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    array.flags.writeable = False
    return array


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
