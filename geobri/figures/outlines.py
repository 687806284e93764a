"""TrueType copies of letters: what PDF asks of a font, for fonts that draw their letters another way.

Most free Chinese fonts have PostScript outlines. matplotlib writes these into a PDF as Type 3, which journals refuse, or spoils
them; so a figure is lent a copy of just its own letters with TrueType outlines while it is saved.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

__all__ = ["truetype_letters"]

_PRECISION: Final = 0.5
"""How far a curve may move, in units of the font (1,000 to the height of a letter)."""
_MADE: Final = 3_000_000_000
"""One date for all, in seconds since 1904, so that the same figure gives the same bytes."""
_ENDING: Final = " TrueType"


@contextmanager
def truetype_letters(figure: Any) -> Iterator[None]:
    """Let a figure use TrueType copies of its fonts with PostScript outlines.

    Parameters
    ----------
    figure
        A matplotlib figure.

    Yields
    ------
    None
        While it lasts; the texts have their own fonts again afterwards.
    """
    from matplotlib.font_manager import fontManager
    from matplotlib.text import Text

    figure.canvas.draw()  # labels of ticks are made here
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    letters = "".join({letter for text in texts for letter in text.get_text()})
    before = [(text, text.get_fontfamily()) for text in texts]
    known = list(fontManager.ttflist)
    with tempfile.TemporaryDirectory() as folder:
        copied: dict[tuple[str, str], str] = {}
        for text, families in before:
            weight = str(text.get_fontweight())
            for name in families:
                if (name, weight) not in copied:
                    copied[name, weight] = _copy(name, weight, letters, Path(folder))
            text.set_fontfamily([copied[name, weight] for name in families])
        try:
            yield
        finally:
            for text, families in before:
                text.set_fontfamily(families)
            fontManager.ttflist[:] = known
            _forget(fontManager)


def _forget(manager: Any) -> None:
    """Empty matplotlib's memory of fonts that it found: it would give copies that are gone."""
    cached = getattr(manager, "_findfont_cached", None)
    if cached is not None:
        cached.cache_clear()


@lru_cache(maxsize=8)
def _open(path: str, face: int) -> Any:
    """Open a font that draws its letters with cubic curves; None for one that is TrueType."""
    from fontTools.ttLib import TTFont

    font = TTFont(BytesIO(Path(path).read_bytes()), fontNumber=face, lazy=True)
    return font if "CFF " in font else None


def _copy(name: str, weight: str, letters: str, folder: Path) -> str:
    """Make matplotlib know a TrueType copy of a font, and give its name; the name itself where it is TrueType already."""
    from matplotlib.font_manager import FontProperties, findfont, fontManager

    try:
        path = findfont(FontProperties(family=[name], weight=weight), fallback_to_default=False)
    except ValueError:
        return name
    font = _open(str(path), getattr(path, "face_index", 0))
    if font is None:
        return name
    called = f"{name}{_ENDING}"
    target = folder / f"{called}-{weight}.ttf"
    _build(font, sorted(letters), called, "Bold" if weight == "bold" else "Regular").save(target)
    fontManager.addfont(str(target))
    return called


def _build(font: Any, letters: list[str], family: str, style: str) -> Any:
    """Build a font of some letters, quadratic curves in the place of cubic ones, as TrueType has them."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names = font.getBestCmap()
    chosen = {ord(letter): names[ord(letter)] for letter in letters if ord(letter) in names}
    order = [".notdef", *dict.fromkeys(chosen.values())]
    drawn, glyphs = {}, font.getGlyphSet()
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, _PRECISION, reverse_direction=True))
        drawn[name] = pen.glyph()
    built = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    built.font.recalcTimestamp = False
    built.updateHead(created=_MADE, modified=_MADE)
    built.setupGlyphOrder(order)
    built.setupCharacterMap(chosen)
    built.setupGlyf(drawn)
    left = {name: getattr(drawn[name], "xMin", 0) for name in order}
    built.setupHorizontalMetrics({name: (glyphs[name].width, left[name]) for name in order})
    head = font["hhea"]
    built.setupHorizontalHeader(ascent=head.ascent, descent=head.descent, lineGap=head.lineGap)
    built.setupNameTable(
        {"familyName": family, "styleName": style, "psName": f"{family}-{style}".replace(" ", "")}
    )
    built.setupOS2(
        usWeightClass=font["OS/2"].usWeightClass, sTypoAscender=head.ascent, sTypoDescender=head.descent
    )
    built.setupPost()
    return built
