"""Which column, or option, opens what a study cannot be asked yet."""

from __future__ import annotations

from typing import Final

from geobri.study.model import Study
from geobri.words import Words

__all__ = ["say_how_to_open"]

_FILLED: Final = {
    "coastal": ("coastal", "coast", "true or false", "true 或 false"),
    "coast_pair": ("coastal", "coast", "true or false", "true 或 false"),
    "country": ("country", "country", "codes or names", "代码或名称"),
    "region": ("region", "region", "words", "文字"),
    "population": ("population", "population", "numbers", "数值"),
    "capital": ("capital", "capital", "true or false", "true 或 false"),
    "region_pair": ("region", "region", "words", "文字"),
}
"""Attributes of places: the column that holds it, what `--with` calls it, and what stands in it."""


def say_how_to_open(study: Study, column: str) -> Words | None:
    """Say which column of the places opens a question.

    Parameters
    ----------
    study
        A loaded study.
    column
        The attribute that is asked for.

    Returns
    -------
    Words or None
        A remedy that names the column, and the option or the line that fills it from coordinates; None for what is no attribute that every
        study may have.
    """
    if column not in _FILLED:
        return None
    name, option, holds, holds_zh = _FILLED[column]
    en, zh = (
        f"Give the table of places a column '{name}' ({holds})",
        f"请在地点表中添加“{name}”列（{holds_zh}）",
    )
    if study.folder is not None:
        return Words(
            f'{en}, or let study.toml fill it: fill = ["{option}"]',
            f'{zh}，或在 study.toml 中写 fill = ["{option}"] 由 geobri 补全',
        )
    return Words(
        f"{en}, or fill it from coordinates: --with {option}", f"{zh}，或用 --with {option} 由坐标补全"
    )
