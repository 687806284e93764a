"""`geobri report`: the page, the map and the layers of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from geobri.cli.options import look_options, out_folder, progress, study_argument, year_option

__all__ = ["report_command"]


@click.command(name="report")
@study_argument
@out_folder("report")
@year_option
@look_options
def report_command(
    study: str,
    out: Path,
    year: int | None,
    lang: Literal["en", "zh"] | None,
    theme: Literal["auto", "light", "dark"],
    basemap: str,
    worldview: Literal["ne", "china"],
) -> None:
    """Write the page, the map and the layers of a study, whole or not at all.

    STUDY is a built-in name (bri22, global513, air22, air513) or a study folder. The folder then holds
    report.html (map, rankings, profiles, tests, findings, sources), map.html, cities.csv, corridors.csv,
    study.gpkg for QGIS and corridors.parquet.
    """
    from geobri.report import write_report
    from geobri.study import load_study

    notes: list[str] = []
    with progress("Reading the study", 5) as begin:
        begin("Reading the study")
        loaded = load_study(study, year=year)
        paths = write_report(
            loaded,
            out,
            lang=lang,
            theme=theme,
            basemap=basemap,
            worldview=worldview,
            on_step=begin,
            on_note=notes.append,
        )
    for note in notes:
        click.echo(note, err=True)
    click.echo(f"Wrote {len(paths)} files to {out}. Open {out / 'report.html'} in a browser.")
