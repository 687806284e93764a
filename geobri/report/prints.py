"""The pictures of a page as files for print: the map and every drawing, for a column and for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from geobri.figures import (
    draw_print_map,
    figure_style,
    new_figure,
    save_figure,
    title_figure,
    use_colours,
)
from geobri.measures import Measure
from geobri.report.model import Drawing, Section
from geobri.study import Study
from geobri.study.pairs import all_years
from geobri.words import Words

__all__ = ["FigureKind", "write_figures"]

FigureKind = Literal["svg", "pdf", "png"]
"""Kinds of files of figures."""
_WIDTHS_MM: Final = (85, 180)
_SOURCE: Final = Words("Source: ", "来源：")
_DPI: Final = 300
_Say = Callable[[Words], str]


def _drawings(sections: Sequence[Section]) -> Iterator[tuple[str, Words, list[Words | None], Drawing]]:
    """Go through the drawings of a page: a name for the file, a title, what stands under it, and the drawing."""
    for section in sections:
        folded = (one for fold in section.folds for one in fold.drawings)
        for number, drawing in enumerate((*section.drawings, *folded), 1):
            own: list[Words | None] = [drawing.caption, drawing.statistics]
            if number == 1 and section.drawings and section.statistics:
                own = [section.statistics]
            yield section.key if number == 1 else f"{section.key}_{number}", section.title, own, drawing


def _write(
    folder: Path, name: str, kind: FigureKind, draw: Callable[[Any], Any], said: tuple[str, str, str, str]
) -> None:
    """Write a figure at both widths, with its text alternative beside it."""
    title, subtitle, source, alternative = said
    for width in _WIDTHS_MM:
        ax = draw(new_figure(width, ratio=0.62 if width == _WIDTHS_MM[0] else 0.5))
        title_figure(ax, title, subtitle=subtitle, source=source, alternative=alternative)
        save_figure(ax, folder / f"figure_{name}_{width}mm.{kind}", dpi=_DPI, close=True, tight=False)
    (folder / f"figure_{name}.txt").write_text(alternative + "\n", encoding="utf-8")


def _write_map(study: Study, folder: Path, kind: FigureKind, lang: Literal["en", "zh"], say: _Say) -> None:
    measure = next((one for one in study.shown("corridors") if one.is_rank or one.is_number), None)
    if measure is None:
        return
    known, whole = int(study.corridors[measure.column].notna().sum()), len(study.corridors)
    of = Words(
        f"{known:,} of {whole:,} corridors between {len(study.cities):,} cities have a value. "
        "Equal-area projection; lines are great circles, not routes.",
        f"{len(study.cities):,} 座城市间 {whole:,} 条通路中有 {known:,} 条有数值。等积投影；线为大圆线，并非实际路线。",
    )
    title = Words(study.title, study.title_zh)
    source = say(_SOURCE) + say(_cite(study)) if study.citation else ""
    said = (
        say(title),
        say(of),
        source,
        f"{say(title)}. {say(Words(measure.label, measure.label_zh))}: {say(of)}",
    )
    _write(folder, "map", kind, lambda ax: _draw_map(study, measure, lang, ax), said)


def _draw_map(study: Study, measure: Measure, lang: Literal["en", "zh"], ax: Any) -> Any:
    over = all_years(study).get(measure.column)
    return draw_print_map(study.cities, study.corridors, measure, lang=lang, over=over, ax=ax)


def _cite(study: Study) -> Words:
    return Words(study.citation, study.citation_zh)


def write_figures(
    study: Study,
    sections: Sequence[Section],
    folder: Path,
    *,
    kind: FigureKind,
    lang: Literal["en", "zh"],
    font: str | None = None,
) -> None:
    """Write the map and every picture of a page at 85 and 180 mm, each with its text alternative beside it.

    Parameters
    ----------
    study
        A loaded study.
    sections
        The sections of its page.
    folder
        The folder to write to.
    kind
        ``svg``, ``pdf`` or ``png``.
    lang, font
        Language of the figures, and the family of their font.

    Raises
    ------
    DataError
        If no font has the letters of the language.
    MissingExtraError
        If matplotlib is not installed.
    """

    def say(words: Words) -> str:
        return study.tell(words).say(lang)

    source = say(_SOURCE) + say(_cite(study)) if study.citation else ""
    wished = {"main": study.theme.get("colour"), "accent": study.theme.get("accent")}
    colours = {name: str(colour) for name, colour in wished.items() if colour}
    with figure_style(lang=lang, font=font or study.theme.get("font")), use_colours(**colours):
        _write_map(study, folder, kind, lang, say)
        for name, title, told, drawing in _drawings(sections):
            if drawing.on_paper is None:
                continue
            draw = partial(drawing.on_paper, say)
            subtitle = (" " if lang == "en" else "").join(say(one) for one in told if one is not None)
            said = (say(title), subtitle, source, say(drawing.alternative))
            _write(folder, name, kind, draw, said)
