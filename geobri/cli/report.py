"""`geobri report`: the page, the map and the layers of a study."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import click

from geobri.cli.options import look_options, out_folder, progress, year_option
from geobri.cli.sources import Source, study_or_tables
from geobri.cli.terminal import say

__all__ = ["report_command"]


@click.command(name="report")
@out_folder("report")
@year_option
@click.option(
    "--without", type=click.Choice(["tests"]), multiple=True, help="Leave this out; tests take the longest."
)
@click.option(
    "--sections",
    default="",
    metavar="KEY,KEY",
    help="Sections of the page, such as short,distance,sources; all of them by default.",
)
@click.option(
    "--figures",
    type=click.Choice(["svg", "pdf", "png"]),
    default=None,
    help="Write the map and every picture for print too, at 85 and 180 mm.",
)
@click.option("--font", default=None, metavar="FAMILY", help="Font of the figures; it must be installed.")
@click.option("--workbook", is_flag=True, help="Write all tables as one workbook too, results.xlsx.")
@click.option(
    "--fragment", is_flag=True, help="Write a piece to paste into a page of your own too, fragment.html."
)
@look_options
@study_or_tables
def report_command(
    study: Source,
    out: Path,
    year: int | None,
    without: tuple[str, ...],
    sections: str,
    figures: Literal["svg", "pdf", "png"] | None,
    font: str | None,
    workbook: bool,
    fragment: bool,
    lang: Literal["en", "zh"] | None,
    theme: Literal["auto", "light", "dark"],
    basemap: str | None,
    worldview: Literal["ne", "china"],
    attribution: str | None,
    approval: str | None,
) -> None:
    """Write the page, the map and the layers of a study, whole or not at all.

    Give a built-in name (bri22, global513, air22, air513), a study folder, tables as they are, or the folder of a run of
    geobri scale (the strongest corridors and the density of all pairs then). The folder then holds
    report.html (map, rankings, profiles, tests, findings, sources), map.html, cities.csv, corridors.csv,
    study.gpkg for QGIS and corridors.parquet.
    """
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # read when numpy loads; the copies of a report take the cores
    from geobri.report import write_report

    look: dict[str, Any] = {
        "theme": theme,
        "basemap": basemap,
        "worldview": worldview,
        "attribution": attribution,
    }
    if (run := study.run(year=year, without=without, sections=sections)) is not None:
        from geobri.report.runs import write_run_report

        paths = write_run_report(run, out, lang=lang, approval=approval, **look)
        say(f"Wrote {' and '.join(path.name for path in paths)} to {out}.")
        return
    notes: list[str] = []
    with progress("Reading the study", 4) as begin:
        begin("Reading the study")
        loaded = study.load(year=year)
        paths = write_report(
            loaded,
            out,
            lang=lang,
            approval=approval,
            **look,
            without=without,
            only=[key.strip() for key in sections.split(",") if key.strip()],
            figures=figures,
            font=font,
            workbook=workbook,
            fragment=fragment,
            on_step=begin,
            on_note=notes.append,
        )
    for note in notes:
        say(note, err=True)
    say(f"Wrote {len(paths)} files to {out}. Open {out / 'report.html'} in a browser.")
