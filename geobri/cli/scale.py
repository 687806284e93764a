"""`geobri scale`: a study whose pairs do not fit into memory, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import click

from geobri.cli.options import out_folder, year_option
from geobri.cli.terminal import say

__all__ = ["scale_command"]


@click.command(name="scale")
@click.argument("study", metavar="STUDY")
@out_folder("scale")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    help="Workers on this machine; all cores by default.",
)
@click.option(
    "--scheduler",
    default=None,
    metavar="ADDRESS",
    help="Dask scheduler such as tcp://10.0.0.5:8786 (extra distributed).",
)
@click.option(
    "--resume", is_flag=True, help="Go on with an interrupted run; finished partitions are not done again."
)
@click.option("--dry-run", is_flag=True, help="Say blocks, memory and disk, and stop.")
@click.option("--reduce", is_flag=True, help="Keep sums and tables only; write no pairs.")
@click.option(
    "--mass",
    default=None,
    metavar="COLUMN",
    help="Column of the cities for a gravity score: mass x mass / distance.",
)
@click.option(
    "--friction",
    type=float,
    default=1.0,
    show_default=True,
    help="Exponent of distance in the gravity score, or its rate by 1,000 km (--form exponential).",
)
@click.option(
    "--form",
    type=click.Choice(["power", "exponential"]),
    default="power",
    show_default=True,
    help="How gravity score and fits fall with what separates two cities.",
)
@click.option(
    "--impedance",
    default="distance_km",
    show_default=True,
    metavar="COLUMN",
    help="What separates two cities: their distance, or a measure of pairs such as hours; pairs without it are left out.",
)
@click.option(
    "--rank-by",
    default=None,
    help="Measure that orders corridors; the index, gravity or the first flow by default.",
)
@click.option(
    "--top", type=click.IntRange(min=1), default=1000, show_default=True, help="Strongest corridors to list."
)
@click.option("--bands", default=None, metavar="KM,KM", help="Where bands of distance begin.")
@click.option(
    "--fit",
    multiple=True,
    metavar="FLOW",
    help="Fit the friction of this flow over all pairs (may be repeated).",
)
@click.option(
    "--distance",
    type=click.Choice(["sphere", "geodesic"]),
    default="sphere",
    show_default=True,
    help="Auxiliary sphere with Lambert's correction, or exact and fifty times slower.",
)
@year_option
def scale_command(
    study: str,
    out: Path,
    workers: int | None,
    scheduler: str | None,
    resume: bool,
    dry_run: bool,
    reduce: bool,
    mass: str | None,
    friction: float,
    form: Literal["power", "exponential"],
    impedance: str,
    rank_by: str | None,
    top: int,
    bands: str | None,
    fit: tuple[str, ...],
    distance: Literal["sphere", "geodesic"],
    year: int | None,
) -> None:
    """Compute a study whose pairs do not fit into memory, block by block.

    STUDY is a folder as for every command. All pairs of its cities get distance, gravity score (--mass), flows and index;
    the folder then holds sums by regions, coasts and bands, the decay curve, histograms, the strongest corridors, cities with
    their totals and partners, map.html and summary.html, and pairs/*.parquet unless --reduce is said. Ask it with
    geobri query FOLDER --sql.
    """
    from geobri.scale.blocks import plan_blocks
    from geobri.scale.fitting import fit_blocks
    from geobri.scale.loading import load_scale_study
    from geobri.scale.partitions import estimate_needs, open_run
    from geobri.scale.places import BANDS_KM, Gravity
    from geobri.scale.products import name_decay
    from geobri.scale.writing import write_run

    scale = load_scale_study(
        study,
        year=year,
        gravity=None
        if mass is None
        else Gravity(mass=mass, friction=friction, form=form, impedance=impedance),
        distance=distance,
        edges_km=BANDS_KM if bands is None else _read_bands(bands),
        rank_by=rank_by,
        top=top,
    )
    inputs = scale.recipe.inputs
    plan = plan_blocks(inputs.n, directed=inputs.directed)
    needs = estimate_needs(scale.recipe, plan, workers=workers, pairs=not reduce)
    say(
        f"{inputs.n:,} places, {needs.n_pairs:,} pairs in {needs.n_blocks} blocks: about {needs.memory_mb:,.0f} MB of memory and "
        f"{needs.disk_mb:,.0f} MB of disk (all pairs at once: about {needs.whole_gb:,.1f} GB of memory)."
    )
    if dry_run:
        return
    choices: dict[str, Any] = {"workers": workers, "scheduler": scheduler}
    with _counting("Finding the scale of the index", needs.n_pairs, inputs) as done:
        scale = scale.with_index(done=done, **choices)
    run = open_run(out, scale.recipe, resume=resume, pairs=not reduce, blocks=plan)
    if run.finished:
        say(f"{len(run.finished)} of {len(plan)} blocks were finished before.")
    with _counting("Computing pairs", needs.n_pairs, inputs) as done:
        summary = run.work(done=done, **choices)
    fits = {}
    for value in fit:
        with _counting(f"Fitting {value}", 0, inputs) as done:
            fits[value] = fit_blocks(
                inputs, value, columns=[name_decay(impedance, form)], done=done, **choices
            )
    from geobri.report.runs import render_run  # the page takes its time to load, and comes last

    paths = write_run(scale, summary, out, fits=fits, page=render_run)
    run.clear()
    say(f"Wrote {', '.join(path.name for path in paths)}{'' if reduce else ', pairs/'} to {out}.")


def _read_bands(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise click.BadParameter(f"bands are kilometres with commas between, got {text!r}") from error


@contextmanager
def _counting(description: str, total: int, inputs: Any) -> Iterator[Callable[[Any], None]]:
    """Show pairs, their rate and the time to go, on a terminal; stay quiet elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    from geobri.scale.blocks import count_pairs_of

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(description, total=total or None, rate="")

        def done(block: Any) -> None:
            bar.update(task, advance=count_pairs_of(inputs, block))
            speed = bar.tasks[0].speed
            bar.update(task, rate="" if speed is None else f"{speed / 1e6:,.1f} million pairs/s")

        yield done
