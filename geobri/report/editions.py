"""What changed from one edition of a study to the next, as a page: who came, left, rose and fell, and what moved them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geobri.measures import Level
from geobri.outputs import staged_file
from geobri.report.model import Cell, Column, Row, Section, Table
from geobri.report.numbers import write_step
from geobri.report.page import render_page
from geobri.report.ranking import ARROWS, ranking_section
from geobri.study import Study
from geobri.study.contrast import compare_editions
from geobri.study.leading import ranked_measures
from geobri.words import Words

__all__ = ["changes_section", "mark_changes", "write_changes"]

_KINDS: Final = {
    "new": Words("came", "新进"),
    "out": Words("left", "退出"),
    "up": Words("rose", "上升"),
    "down": Words("fell", "下降"),
    "same": Words("stayed", "不变"),
}
_MOST_NAMED: Final = 5


def changes_section(old: Study, new: Study, *, value: str | None = None, of: Level = "cities") -> Section:
    """Make the section of what changed.

    Parameters
    ----------
    old, new
        Two editions of a study.
    value
        A measure that both have; the first by default.
    of
        ``"cities"`` or ``"corridors"``.

    Returns
    -------
    Section
        Sentences, and a table of all that are in either edition.

    Raises
    ------
    DataError
        If the editions have no measure in common, or not the one asked for.
    """
    changes = compare_editions(old, new, value=value, of=of)
    labels = {one.column: Words(one.label, one.label_zh) for one in new.measures if one.of == of}
    column = value or _first_shared(old, new, of)
    rows = tuple(_row(str(label), row, labels, of) for label, row in changes.iterrows())
    groups = tuple((kind, words) for kind, words in _KINDS.items() if (changes["change"] == kind).any())
    columns = (
        Column(Words("City", "城市") if of == "cities" else Words("Corridor", "通路")),
        Column(Words("What became of it", "变化")),
        Column(Words("Place before", "上期名次"), "number"),
        Column(Words("Place now", "本期名次"), "number"),
        Column(Words("Places gained", "名次变化"), "number"),
        Column(Words("Moved most by", "主要变动来源")),
    )
    called = labels.get(column, Words(column))
    caption = Words(f"Places by “{called.en}” in both editions", f"两期“{called.zh}”名次")
    table = Table("changes", caption, columns, rows, groups=groups, searchable=True)
    return Section(
        "changes",
        Words(f"What changed since “{old.title}”", f"较“{old.title_zh or old.title}”的变化"),
        short=Words("Changes", "变化"),
        paragraphs=tuple(_say(changes, kind) for kind in _KINDS if (changes["change"] == kind).any()),
        tables=(table,),
        limits=Words(
            "What this cannot show: why. The part that moved most went the same way as the whole; other cities moved too, and a place changes when they do.",
            "这不能说明：原因。所列为与总体同向且变动最大的部分；他者变动也会改变名次。",
        ),
    )


def _first_shared(old: Study, new: Study, of: Level) -> str:
    known = {one.column for one in ranked_measures(new, of)}
    return next(one.column for one in ranked_measures(old, of) if one.column in known)


def _row(label: str, row: pd.Series[Any], labels: dict[str, Words], of: Level) -> Row:
    part = labels.get(row["moved_by"], Words(row["moved_by"]))
    step = "" if pd.isna(row["moved_places"]) else f" {write_step(row['moved_places'])}"
    ids = (label,)
    return Row(
        (
            Cell(Words(row["name"], row["name_zh"])),
            Cell(_KINDS[row["change"]]),
            _place(row["old"]),
            _place(row["new"]),
            Cell(
                Words("" if pd.isna(row["places"]) else write_step(row["places"])),
                None if pd.isna(row["places"]) else int(row["places"]),
            ),
            Cell(Words(part.en + step, part.zh + step)),
        ),
        cities=ids if of == "cities" else (),
        corridors=ids if of == "corridors" else (),
        group=str(row["change"]),
    )


def _place(place: Any) -> Cell:
    return Cell(Words("") if pd.isna(place) else Words(str(place)), None if pd.isna(place) else int(place))


def _say(changes: pd.DataFrame, kind: str) -> Words:
    """Say how many came, left, rose, fell or stayed, and name the first of them."""
    own = changes[changes["change"] == kind]
    words = _KINDS[kind]
    if kind == "same":
        return Words(f"{len(own)} {words.en}.", f"{words.zh} {len(own)} 个。")
    first = own.head(_MOST_NAMED)
    steps = ["" if pd.isna(one) else f" ({write_step(one)})" for one in first["places"]]
    named = [
        ", ".join(map(str.__add__, first["name"], steps)),
        "、".join(map(str.__add__, first["name_zh"], steps)),
    ]
    more = len(own) - len(first)
    tail = (f" and {more:,} more", f"等，另有 {more:,} 个") if more else ("", "")
    return Words(
        f"{len(own)} {words.en}: {named[0]}{tail[0]}.", f"{words.zh} {len(own)} 个：{named[1]}{tail[1]}。"
    )


def mark_changes(old: Study, new: Study, *, value: str | None = None) -> Study:
    """Give a new edition the arrows of its places, for its ranking and its map.

    Parameters
    ----------
    old, new
        Two editions of a study.
    value
        A measure of the cities that both have; the first by default.

    Returns
    -------
    Study
        The new edition, whose measure says which column holds the change.
    """
    changes = compare_editions(old, new, value=value)
    column = value or _first_shared(old, new, "cities")
    name = f"change since the last edition, {column}"
    said = changes["change"].where(changes["change"].isin(list(ARROWS)))
    measures = tuple(replace(one, change=name) if one.column == column else one for one in new.city_measures)
    return replace(
        new, cities=new.cities.assign(**{name: said.reindex(new.cities.index)}), city_measures=measures
    )


def write_changes(
    old: Study, new: Study, path: Path, *, value: str | None = None, of: Level = "cities"
) -> None:
    """Write the page of what changed, whole or not at all.

    Parameters
    ----------
    old, new
        Two editions of a study.
    path
        File to write.
    value
        A measure that both have; the first by default.
    of
        ``"cities"`` or ``"corridors"``.

    Raises
    ------
    DataError
        If the editions have no measure in common, or not the one asked for.
    OutputError
        If the file cannot be written.
    """
    section = changes_section(old, new, value=value, of=of)
    shown = mark_changes(old, new, value=value) if of == "cities" else new
    ranking = ranking_section(shown)
    sections = [section] if ranking is None else [section, ranking]
    with staged_file(path, caller="geobri changes") as stage:
        stage.write_text(render_page(shown, sections, lang=new.language), encoding="utf-8")
