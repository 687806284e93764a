"""Write a report: the page, the map and the tables, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from geobri.outputs import staged_folder
from geobri.report.model import Section
from geobri.report.page import draw_map, render_page
from geobri.report.ranking import corridor_section, profile_section, ranking_section
from geobri.report.sources import source_section
from geobri.study import Study, write_tables

__all__ = ["build_sections", "write_report"]


def build_sections(study: Study) -> list[Section]:
    """Make everything that follows the map.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    list of Section
        In reading order; sections without content are left out.
    """
    made = [ranking_section(study), corridor_section(study), profile_section(study), source_section(study)]
    return [section for section in made if section is not None]


def write_report(
    study: Study,
    out: str | Path,
    *,
    lang: Literal["en", "zh"] | None = None,
    theme: Literal["auto", "light", "dark"] = "auto",
    basemap: str = "land",
    worldview: Literal["ne", "china"] = "ne",
    on_step: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write the report of a study, whole or not at all.

    Parameters
    ----------
    study
        A loaded study.
    out
        Folder to write to; made if need be.
    lang, theme
        What the pages open in; the study's own language by default.
    basemap, worldview
        As in `geobri.corridor_map`.
    on_step
        Called with the name of each step as it begins.

    Returns
    -------
    list of pathlib.Path
        The files: `report.html, map.html, cities.csv, corridors.csv, study.gpkg, corridors.parquet`.

    Raises
    ------
    OutputError
        If the folder cannot be written; it then keeps what it had.
    """
    begin = on_step or (lambda _step: None)
    language = lang or study.language
    with staged_folder(out, caller="geobri report") as stage:
        begin("Drawing the map")
        page = (
            draw_map(study, lang=language, theme=theme, basemap=basemap, worldview=worldview)
            .get_root()
            .render()
        )
        (stage / "map.html").write_text(page, encoding="utf-8")
        begin("Testing and tabulating")
        sections = build_sections(study)
        begin("Writing the page")
        html = render_page(study, sections, lang=language, theme=theme, basemap=basemap, worldview=worldview)
        (stage / "report.html").write_text(html, encoding="utf-8")
        begin("Writing the tables")
        write_tables(study, stage)
        names = sorted(path.name for path in stage.iterdir() if path.is_file())
    return [Path(out) / name for name in names]
