"""Figures on disk: whole or not at all, and the same bytes for the same figure."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final

from geobri.charts import need_matplotlib
from geobri.errors import DataError, mould
from geobri.figures.outlines import truetype_letters
from geobri.outputs import staged_file

__all__ = ["save_figure"]

_TOLD: Final = {".svg": "Description", ".png": "Description", ".pdf": "Subject"}
"""Where a file of a kind keeps its text alternative."""
_SETTINGS: Final = {"svg.hashsalt": "geobri", "svg.fonttype": "none", "pdf.fonttype": 42}
"""Text stays text in SVG; fonts are TrueType in PDF."""

_MOST_DRAWS: Final = 6
_METADATA: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None, "Creator": "geobri"},
    ".png": {"Software": "geobri"},
    ".pdf": {"CreationDate": None, "Creator": "geobri", "Producer": "geobri"},
}


def _settle(figure: Any) -> None:
    """Draw a figure until nothing moves any more: its layout depends on what it was before."""
    places: list[Any] = []
    for _ in range(_MOST_DRAWS):
        figure.draw_without_rendering()
        before, places = places, [axes.get_position().bounds for axes in figure.axes]
        if before == places:
            break


def _take_literally(figure: Any) -> None:
    """Draw every text as it stands: a dollar sign in a name of the user's opens no formula."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_parse_math(False)


def save_figure(
    axes: Any, path: str | Path, *, dpi: int = 200, close: bool = False, tight: bool = True
) -> Path:
    """Write the figure of some axes: text stays text in SVG, fonts are TrueType in PDF.

    What `title_figure` was given to say instead of the picture goes into the file as its description.

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
    tight
        Cut the figure to what is drawn. False keeps the width that it was opened with.

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
    _take_literally(axes.figure)
    _settle(axes.figure)
    try:
        ending = path.suffix.lower()
        told = {_TOLD[ending]: axes.get_label()} if axes.get_label() else {}
        cut = "tight" if tight else None
        letters = truetype_letters(axes.figure) if ending == ".pdf" else nullcontext()
        with letters, mpl.rc_context(_SETTINGS), staged_file(path, caller="save_figure") as stage:
            axes.figure.savefig(stage, dpi=dpi, bbox_inches=cut, metadata=_METADATA[ending] | told)
    finally:
        if close:
            import matplotlib.pyplot as plt

            plt.close(axes.figure)
    return path
