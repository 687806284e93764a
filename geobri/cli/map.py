"""`geobri map`: a map alone, from a recipe, a study or two tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from geobri.cli.options import look_options, progress, year_option
from geobri.cli.sources import Source, study_or_tables
from geobri.cli.terminal import say

__all__ = ["map_command"]


@click.command(name="map")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default="map.html",
    show_default=True,
    help="File to write.",
)
@click.option("--value", default=None, help="Column that gives width and colour when the map opens.")
@click.option(
    "--flows",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Table of pairs; the same as naming it as a further file.",
)
@year_option
@look_options
@study_or_tables
def map_command(
    study: Source, out: Path, value: str | None, flows: Path | None, year: int | None, **look: Any
) -> None:
    """Draw a map alone, as one HTML file.

    Give a recipe (maps/*.toml), a study, tables as they are (pairs, and perhaps places, in any order), or the folder of a
    run of geobri scale.
    """
    from geobri.webmap import save_map

    source = study if flows is None else replace(study, names=(*study.names, str(flows)))
    with progress("Drawing the map", 2) as begin:
        page = _draw(source, value, year, _said(look), begin)
        save_map(page, out)
    say(f"Wrote {out}.")


def _said(look: dict[str, Any]) -> dict[str, Any]:
    """What the user typed; defaults must not win over a recipe."""
    context = click.get_current_context()
    typed = click.core.ParameterSource.COMMANDLINE
    return {name: choice for name, choice in look.items() if context.get_parameter_source(name) == typed}


def _draw(
    source: Source, value: str | None, year: int | None, look: dict[str, Any], begin: Callable[[str], None]
) -> Any:
    """Draw a run, a recipe or a study, whichever the source is."""
    from geobri.report.maps import draw_map
    from geobri.report.recipe import Recipe, draw_recipe, load_recipe

    begin("Reading the study")
    if (run := source.run(year=year)) is not None:
        return _draw_run(run, value, look)
    named = source.names[0]
    if named.endswith(".toml"):
        return draw_recipe(load_recipe(named), value=value, **look)
    if source.is_tables or year is not None:
        study = source.load(year=year)
        begin("Drawing the map")
        return draw_map(study, lang=look.pop("lang", None) or study.language, value=value, **look)
    return draw_recipe(Recipe(named), value=value, **look)


def _draw_run(run: str, value: str | None, look: dict[str, Any]) -> Any:
    from geobri.errors import StudyError, mould
    from geobri.scale.drawing import draw_run, open_tables

    drawn = draw_run(open_tables(run), value=value, **look)
    if drawn is None:
        came = f"'{run}' without any"
        remedy = "Run geobri scale with --mass, flows or an index"
        raise StudyError(
            mould("geobri map", "the corridors of a run need a measure that orders them", came, remedy)
        )
    return drawn
