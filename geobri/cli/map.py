"""`geobri map`: a map alone, from a recipe, a study or two tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geobri.cli.options import look_options

__all__ = ["map_command"]


@click.command(name="map")
@click.argument("source", default="bri22", metavar="[SOURCE]")
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
    help="Table of pairs, when SOURCE is a table of cities.",
)
@look_options
def map_command(source: str, out: Path, value: str | None, flows: Path | None, **look: Any) -> None:
    """Draw a map alone, as one HTML file.

    SOURCE is a recipe (maps/*.toml), a study, or a table of cities (cities.csv, with or without coordinates);
    with a table of cities, --flows names the table of pairs.
    """
    from geobri.webmap import save_map

    page = _draw(source, flows, value, _said(look))
    save_map(page, out)
    click.echo(f"Wrote {out}.")


def _said(look: dict[str, Any]) -> dict[str, Any]:
    """What the user typed; defaults must not win over a recipe."""
    context = click.get_current_context()
    typed = click.core.ParameterSource.COMMANDLINE
    return {name: choice for name, choice in look.items() if context.get_parameter_source(name) == typed}


def _draw(source: str, flows: Path | None, value: str | None, look: dict[str, Any]) -> Any:
    from geobri.report.page import draw_map
    from geobri.report.recipe import Recipe, draw_recipe, load_recipe
    from geobri.study import load_study_tables

    if source.endswith(".toml"):
        return draw_recipe(load_recipe(source), value=value, **look)
    if Path(source).is_file():
        study = load_study_tables(Path(source), flows)
        return draw_map(study, lang=look.pop("lang", None) or study.language, value=value, **look)
    return draw_recipe(Recipe(source), value=value, **look)
