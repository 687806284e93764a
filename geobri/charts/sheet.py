"""The sheet that charts are drawn on: axes, colours, lines of reference; matplotlib is loaded only when one is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

import numpy.typing as npt

from geobri.errors import MissingExtraError

__all__ = [
    "BLUE",
    "COLOURS",
    "GREY",
    "PALE",
    "RED",
    "ROW",
    "SMALL",
    "TONES",
    "Numbers",
    "make_room",
    "need_matplotlib",
    "new_axes",
    "only_whole",
    "rule",
    "use_colours",
]

Numbers: TypeAlias = npt.ArrayLike
SMALL: Final = 6
"""Size of the letters of names within a chart, in points."""
ROW: Final = 0.145
"""Inches that a row with its name needs."""

BLUE: Final = "#31688e"
PALE: Final = "#9fb4c7"
RED: Final = "#b5403c"
GREY: Final = "#8d979f"
TONES: Final = ("#1f78b4", "#d95f02", "#1b9e77", "#8a5fb0", "#a6761d", "#c2408d")

COLOURS: ContextVar[tuple[str, str]] = ContextVar("colours", default=(BLUE, RED))
"""What data and what stands out are drawn in."""


@contextmanager
def use_colours(main: str = BLUE, accent: str = RED) -> Iterator[None]:
    """Draw in other colours for a while.

    Parameters
    ----------
    main, accent
        What data, and what stands out, are drawn in.

    Yields
    ------
    None
        While it lasts.
    """
    token = COLOURS.set((main, accent))
    try:
        yield
    finally:
        COLOURS.reset(token)


def need_matplotlib(caller: str) -> Any:
    """Give matplotlib, or say which extra brings it.

    Parameters
    ----------
    caller
        Who needs it.

    Returns
    -------
    module
        `matplotlib`, with a backend that needs no screen if none was chosen.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        import matplotlib as mpl
        import matplotlib.pyplot  # noqa: ICN001 - a half of it is as good as none
    except ImportError as error:
        raise MissingExtraError(
            f"{caller}: needs matplotlib. Install it with: pip install 'geobri[plots]'."
        ) from error
    return mpl


def new_axes(ax: Any = None, *, size: tuple[float, float] | None = None) -> Any:
    """Give axes to draw into.

    Parameters
    ----------
    ax
        Axes that are there already; they are given back.
    size
        Width and height of new ones in inches; matplotlib's own by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax
    need_matplotlib("plot")
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def make_room(ax: Any, inches: float) -> None:
    """Make a figure of a single chart as high as its rows need.

    Parameters
    ----------
    ax
        Its axes.
    inches
        How high.
    """
    if ax.figure.axes == [ax] and ax.figure.get_figheight() < inches:
        ax.figure.set_figheight(inches)


def rule(ax: Any, *, x: float | None = None, y: float | None = None) -> None:
    """Draw a line of reference.

    Parameters
    ----------
    ax
        Axes to draw into.
    x, y
        Where it stands; not at all by default.
    """
    look: dict[str, Any] = {"color": GREY, "linewidth": 0.8, "linestyle": ":", "zorder": 0}
    if x is not None:
        ax.axvline(x, **look)
    if y is not None:
        ax.axhline(y, **look)


def only_whole(axis: Any) -> None:
    """Print whole numbers alone beside an axis of ranks.

    Parameters
    ----------
    axis
        The axis.
    """
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True, nbins=7))
