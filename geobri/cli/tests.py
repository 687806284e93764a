"""`geobri proximity`, `decay`, `coastal` and `moran`: one question each, as rows, a figure and text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geobri.cli.options import out_folder, progress, year_option
from geobri.cli.sources import Source, first_flow, study_or_tables
from geobri.cli.terminal import legible, say
from geobri.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from geobri.stats.results import TestResult
    from geobri.study import Study

__all__ = ["coastal_command", "decay_command", "moran_command", "proximity_command"]

_value = click.option(
    "--value",
    default=None,
    help="Column to test, the first flow by default; geobri query STUDY lists the columns.",
)
_city_value = click.option(
    "--value", required=True, help="Column to test; geobri query STUDY lists the columns."
)
_impedance = click.option(
    "--impedance", default="distance_km", show_default=True, help="Column with the cost of separation."
)


def _finish(
    study: Study,
    results: Sequence[TestResult],
    out: Path,
    name: str,
    further: Callable[[Path], None] | None = None,
) -> None:
    """Write rows, text and, with the extra plots, a figure; a map where a test speaks of single places; say the findings."""
    from geobri.errors import MissingExtraError
    from geobri.figures import save_figure
    from geobri.outputs import staged_folder
    from geobri.stats.results import combine_results

    text = "\n\n".join(study.tell(Words(result.summary())).en for result in results) + "\n"
    with staged_folder(out, caller=f"geobri {name}") as stage:
        combine_results(results).to_csv(stage / "tests.csv", index=False, lineterminator="\n")
        (stage / f"{name}.txt").write_text(text, encoding="utf-8")
        if further is not None:
            further(stage)
        try:
            save_figure(results[0].plot(), stage / f"{name}.svg", close=True)
        except MissingExtraError as error:
            say(str(error), err=True)
        written = ", ".join(sorted(path.name for path in stage.iterdir() if path.is_file()))
    click.echo(legible(text), nl=False)
    say(f"Wrote {written} to {out}.")


def _write_residuals(study: Study, residuals: pd.DataFrame, stage: Path) -> None:
    """Write what each corridor has beyond distance and size, as a table and on a map."""
    from geobri.measures import Measure
    from geobri.report.maps import draw_column_map

    residuals.to_csv(stage / "residuals.csv", lineterminator="\n")
    measure = Measure(
        "residual", label="Beyond distance and size", label_zh="超出距离与规模的部分", origin="derived"
    )
    page = draw_column_map(study, study.corridors.join(residuals[["residual"]]), measure)
    (stage / "decay.html").write_text(page.get_root().render(), encoding="utf-8")


def _write_local_map(study: Study, results: Sequence[TestResult], path: Path) -> None:
    """Draw what kind of place each city is: a high among highs, a low among lows, or neither."""
    from geobri.report.maps import draw_layer_map
    from geobri.stats.spatial import KIND_COLOURS, LocalResult

    local = next((result for result in results if isinstance(result, LocalResult)), None)
    if local is not None:
        page = draw_layer_map(study, local.to_layer(study.cities), "kind", colours=KIND_COLOURS)
        path.write_text(page.get_root().render(), encoding="utf-8")


@click.command(name="proximity")
@_value
@year_option
@_impedance
@out_folder("tests")
@study_or_tables
def proximity_command(study: Source, value: str | None, year: int | None, impedance: str, out: Path) -> None:
    """Are the listed corridors closer than chance? One answer per null model, each says what it means."""
    from geobri.study.questions import run_proximity

    with progress("Testing", 1) as begin:
        begin("Testing")
        loaded = study.load(year=year)
        results = run_proximity(loaded, first_flow(loaded, value), impedance=impedance)
    _finish(loaded, results, out, "proximity")


@click.command(name="decay")
@_value
@year_option
@_impedance
@out_folder("tests")
@study_or_tables
def decay_command(study: Source, value: str | None, year: int | None, impedance: str, out: Path) -> None:
    """Does a flow fall with distance? Friction with naive, robust and permutation inference side by side.

    Also written: residuals.csv and decay.html, the corridors that are stronger than distance and size explain.
    """
    from geobri.errors import GeobriError
    from geobri.study.questions import find_residuals, run_decay

    with progress("Testing", 2) as begin:
        begin("Testing")
        loaded = study.load(year=year)
        value = first_flow(loaded, value)
        results = run_decay(loaded, value, impedance=impedance)
        begin("Finding what distance does not explain")
        residuals, reason = None, ""
        try:
            residuals = find_residuals(loaded, value, impedance=impedance)
        except GeobriError as error:  # the tests stand all the same
            reason = f"No residuals.csv and no decay.html: {error}"
    further = None if residuals is None else lambda stage: _write_residuals(loaded, residuals, stage)
    _finish(loaded, results, out, "decay", further)
    if reason:
        say(reason, err=True)


@click.command(name="coastal")
@_city_value
@year_option
@click.option(
    "--strata",
    default=None,
    metavar="COLUMN|COLUMN=LABEL",
    help="Compare cities within the labels of this column as well, or within one label and all others "
    "(country=CHN); what the study says by default, '' for none.",
)
@out_folder("tests")
@study_or_tables
def coastal_command(study: Source, value: str, year: int | None, strata: str | None, out: Path) -> None:
    """Are coastal cities ahead of inland ones? Effects with intervals, then exact and permutation tests."""
    from geobri.study.questions import run_coastal

    with progress("Testing", 1) as begin:
        begin("Testing")
        loaded = study.load(year=year)
        results = run_coastal(loaded, value, strata=strata)
    _finish(loaded, results, out, "coastal")


@click.command(name="moran")
@_city_value
@year_option
@out_folder("tests")
@study_or_tables
def moran_command(study: Source, value: str, year: int | None, out: Path) -> None:
    """Do neighbouring cities resemble each other? Global and local autocorrelation on the sphere."""
    from geobri.study.questions import run_moran

    with progress("Testing", 1) as begin:
        begin("Testing")
        loaded = study.load(year=year)
        results = run_moran(loaded, value)
    _finish(
        loaded, results, out, "moran", lambda stage: _write_local_map(loaded, results, stage / "moran.html")
    )
