"""Fonts that have the letters of a language, for charts and figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from geobri.charts import need_matplotlib
from geobri.errors import DataError, mould
from geobri.notebooks import menu_of

__all__ = ["find_font", "first_chinese", "use_letters"]
__dir__ = menu_of(__all__)

_CHINESE: Final = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "SimHei",
    "Noto Serif CJK SC",
    "Noto Sans CJK JP",
)
"""Families that have Chinese letters, the plainest first."""

_FILES: Final = re.compile("cjk|sourcehan|notosanssc|pingfang|msyh|wqy|simhei", re.IGNORECASE)
"""What files of such fonts are called."""


def find_font(lang: Literal["en", "zh"], font: str | None = None) -> str | None:
    """Find a font that has the letters of a language.

    Parameters
    ----------
    lang
        Language of the figure.
    font
        A family to take; one that is not installed is an error.

    Returns
    -------
    str or None
        The family; None where matplotlib's own will do.

    Raises
    ------
    DataError
        If no installed font has Chinese letters, or the wished one is not there.
    MissingExtraError
        If matplotlib is not installed.
    """
    there = _installed()
    if font is not None:
        if font in there:
            return font
        wanted = "font must be the family of an installed font"
        remedy = "Install it, delete matplotlib's font cache, or leave font out"
        raise DataError(mould("figures", wanted, repr(font), remedy))
    if lang == "en":
        return None
    found = _find_chinese(there)
    if found is None:
        wanted = "a Chinese figure needs a font with Chinese letters"
        came = f"{len(there)} installed families, none of them known to have these"
        remedy = "Install one (apt-get install fonts-noto-cjk), delete matplotlib's font cache, or name yours with font="
        raise DataError(mould("figures", wanted, came, remedy))
    return found


def _installed() -> set[str]:
    """List the families that matplotlib knows, those with Chinese letters that its cache missed among them."""
    need_matplotlib("figures")
    from matplotlib import font_manager

    manager = font_manager.fontManager
    there = {one.name for one in manager.ttflist}
    if there.isdisjoint(_CHINESE):
        for path in sorted(font_manager.findSystemFonts()):
            if _FILES.search(Path(path).name):
                manager.addfont(path)
        there = {one.name for one in manager.ttflist}
    return there


def first_chinese() -> str | None:
    """Find an installed family that has Chinese letters.

    Returns
    -------
    str or None
        The plainest of those that are known; None where none is installed.
    """
    return _find_chinese(_installed())


def _find_chinese(there: set[str]) -> str | None:
    return next((name for name in _CHINESE if name in there), None)


@contextmanager
def use_letters(lang: Literal["en", "zh"]) -> Iterator[None]:
    """Write for a while in a font that has the letters of a language, the one that is set if it has.

    Parameters
    ----------
    lang
        Language of what is written.

    Yields
    ------
    None
        While it lasts.

    Raises
    ------
    DataError
        If the language is Chinese, and no installed font has its letters.
    MissingExtraError
        If matplotlib is not installed.
    """
    mpl = need_matplotlib("plot")
    set_now = list(mpl.rcParams["font.family"])
    named = {name for family in set_now for name in (family, *mpl.rcParams.get(f"font.{family}", ()))}
    if lang == "en" or named & set(_CHINESE) & _installed():
        yield
        return
    with mpl.rc_context({"font.family": [find_font(lang), *set_now]}):
        yield
