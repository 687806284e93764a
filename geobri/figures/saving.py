"""Figures on disk: whole or not at all, and the same bytes for the same figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geobri.errors import DataError, MissingExtraError, mould
from geobri.outputs import staged_file

__all__ = ["need_matplotlib", "save_figure"]

_METADATA: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None, "Creator": "geobri"},
    ".png": {"Software": "geobri"},
    ".pdf": {"CreationDate": None, "Creator": "geobri", "Producer": "geobri"},
}


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
    except ImportError as error:
        raise MissingExtraError(
            f"{caller}: needs matplotlib. Install it with: pip install 'geobri[plots]'."
        ) from error
    return mpl


def save_figure(axes: Any, path: str | Path, *, dpi: int = 200, close: bool = False) -> Path:
    """Write the figure of some axes.

    Parameters
    ----------
    axes
        Matplotlib axes, such as `.plot()` or `draw_print_map` return.
    path
        ``.svg``, ``.png`` or ``.pdf``.
    dpi
        Resolution of a PNG.
    close
        Let pyplot forget the figure afterwards, written or not; it keeps every figure that it opened.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    DataError
        If the ending is unknown.
    """
    path = Path(path)
    if path.suffix.lower() not in _METADATA:
        raise DataError(
            mould(
                "save_figure",
                f"a figure must end in one of {', '.join(_METADATA)}",
                repr(path.name),
                "Choose one",
            )
        )
    mpl = need_matplotlib("save_figure")
    try:
        with mpl.rc_context({"svg.hashsalt": "geobri"}), staged_file(path, caller="save_figure") as stage:
            axes.figure.savefig(stage, dpi=dpi, bbox_inches="tight", metadata=_METADATA[path.suffix.lower()])
    finally:
        if close:
            import matplotlib.pyplot as plt

            plt.close(axes.figure)
    return path
