"""Linear algebra on one thread, where the matrices are small and many.

A Cholesky factor of a few hundred cities takes a millisecond. OpenBLAS gives it every core, waits for all of them, and loses a
hundredfold as soon as another process wants one: a test of 166 cities took 53 seconds of processor time instead of 8.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

__all__ = ["on_one_thread"]

P = ParamSpec("P")
T = TypeVar("T")


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    """Find the BLAS libraries that are loaded: those of numpy and of scipy."""
    import scipy.linalg  # noqa: F401 - loads its own library, which must be there to be found

    return ThreadpoolController()


def on_one_thread(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function run its linear algebra on one thread; what was set before holds again afterwards.

    Parameters
    ----------
    function
        A test or a fit that factors many small matrices.

    Returns
    -------
    Callable
        The same function.
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> T:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited
