"""How figures look in print: width in millimetres, fonts that have the letters, text that stays text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal

from geobri.charts import need_matplotlib, new_axes
from geobri.fonts import find_font, first_chinese

__all__ = ["figure_style", "find_font", "new_figure", "title_figure"]

_MM: Final = 25.4
_SIZE: Final = 7.0
_LARGE: Final = 8.5
_SMALL: Final = 5.5
_LEADING: Final = 1.32
"""Height of a line by the size of its letters."""
_MARGIN_PT: Final = 4.0
_SHARE: Final = 0.75
"""How much of the figure an axis label may run along."""


@contextmanager
def figure_style(*, lang: Literal["en", "zh"] = "en", font: str | None = None) -> Iterator[None]:
    """Draw and save in the style of figures for print: small letters, no frame, a font that has the letters.

    Parameters
    ----------
    lang, font
        As in `find_font`.

    Yields
    ------
    None
        While it lasts; matplotlib's settings are then as they were.
    """
    mpl = need_matplotlib("figures")
    family = find_font(lang, font)
    settings: dict[str, Any] = {
        "font.size": _SIZE,
        "axes.titlesize": _SIZE,
        "axes.labelsize": _SIZE,
        "legend.fontsize": _SIZE,
        "legend.title_fontsize": _SIZE,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.6,
        "legend.frameon": False,
        "text.parse_math": False,
        "axes.unicode_minus": family is None,
    }
    families = [
        family,
        "DejaVu Sans",
        first_chinese(),
    ]  # an English source may name a Chinese title
    settings["font.family"] = [name for name in dict.fromkeys(families) if name is not None]
    with mpl.rc_context(settings):
        yield


def new_figure(width_mm: float, *, ratio: float = 0.62) -> Any:
    """Open axes of a figure for print.

    Parameters
    ----------
    width_mm
        Width of the figure: 85 for a column, 180 for a page.
    ratio
        Height by width, without titles.

    Returns
    -------
    matplotlib.axes.Axes
        The only axes of a new figure.
    """
    return new_axes(size=(width_mm / _MM, ratio * width_mm / _MM))


def _pieces(text: str) -> list[str]:
    """Part a text where a line may end: after a space, and on either side of a Chinese letter."""
    pieces: list[str] = []
    for letter in text:
        wide = ord(letter) > 0x2E7F  # noqa: PLR2004 - from here on letters are as wide as they are high
        joins = pieces and not wide and not pieces[-1].endswith(" ") and ord(pieces[-1][-1]) <= 0x2E7F  # noqa: PLR2004
        closes = letter in "，。；：、）”？！"
        if pieces and (joins or closes):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _wrap(ax: Any, text: str, size: float, *, bold: bool = False, inches: float | None = None) -> list[str]:
    """Break a text into lines that fit a width, that of the figure by default, by the letters as they are drawn."""
    from matplotlib.font_manager import FontProperties

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    renderer = ax.figure.canvas.get_renderer()
    room = ((inches or ax.figure.get_figwidth()) - 2 * _MARGIN_PT / 72) * ax.figure.dpi
    lines = [""]
    for piece in _pieces(text):
        wide = renderer.get_text_width_height_descent(lines[-1] + piece.rstrip(), font, ismath=False)[0]
        if lines[-1] and wide > room:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def title_figure(ax: Any, title: str, *, subtitle: str = "", source: str = "", alternative: str = "") -> Any:
    """Write title, line of statistics and source above and below some axes, within the width of the figure.

    Parameters
    ----------
    ax
        The only axes of a figure that `new_figure` opened; the figure grows by the lines that are written.
    title, subtitle, source
        What stands above and below.
    alternative
        What a screen reader says instead; `save_figure` puts it into the file.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    figure = ax.figure
    blocks = [(title, _LARGE, True), (subtitle, _SIZE, False), (source, _SMALL, False)]
    lines = [(_wrap(ax, text, size, bold=bold) if text else [], size, bold) for text, size, bold in blocks]
    heights = [len(some) * size * _LEADING for some, size, _ in lines]
    for axis, span in ((ax.xaxis, figure.get_figwidth()), (ax.yaxis, figure.get_figheight())):
        axis.label.set_text("\n".join(_wrap(ax, axis.label.get_text(), _SIZE, inches=_SHARE * span)))
    plot = figure.get_figheight() * 72
    above, below = heights[0] + heights[1] + 2 * _MARGIN_PT, heights[2] + _MARGIN_PT
    whole = plot + above + below
    figure.set_size_inches(figure.get_figwidth(), whole / 72)
    left = _MARGIN_PT / 72 / figure.get_figwidth()
    places = [1 - _MARGIN_PT / whole, 1 - (_MARGIN_PT + heights[0]) / whole, below / whole]
    for (some, size, bold), top in zip(lines, places, strict=True):
        if some:
            figure.text(
                left,
                top,
                "\n".join(some),
                va="top",
                fontsize=size,
                fontweight="bold" if bold else "normal",
                color="#5a6876" if size == _SMALL else "#1c2733",
                linespacing=_LEADING / 1.15,
            )
    figure.set_layout_engine("constrained", rect=(0, below / whole, 1, plot / whole))
    ax.set_label(alternative or f"{title} {subtitle}".strip())
    return ax
