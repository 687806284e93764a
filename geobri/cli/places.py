"""`geobri first`, `effect`, `reach`, `hubs` and `sample`: who leads and why, how far places reach, and what a list of them covers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from geobri.cli.options import show_table, table_out
from geobri.cli.sources import Source, say_known, study_or_tables, study_or_tables_then
from geobri.cli.terminal import say

__all__ = ["effect_command", "first_command", "hubs_command", "reach_command", "sample_command"]


@click.command(name="first")
@click.option("--n", type=click.IntRange(min=1), default=5, show_default=True, help="How many places.")
@click.option(
    "--of",
    type=click.Choice(["cities", "corridors"]),
    default="cities",
    show_default=True,
    help="Which table.",
)
@click.option(
    "--by",
    default=None,
    metavar="COLUMN",
    help="Count the first N cities of each measure by this column instead: subregion, region, country.",
)
@table_out
@study_or_tables
def first_command(
    study: Source, n: int, of: Literal["cities", "corridors"], by: str | None, out: Path | None
) -> None:
    """List the first of every measure, with those that share a place; or count where they are.

    For instance: geobri first bri22 --of corridors, or: geobri first global513 --n 100 --by subregion.
    """
    from geobri.study.leading import count_first, first_of_each

    loaded = study.load()
    if by is not None:
        show_table(count_first(loaded, by, n), out)
        return
    table = first_of_each(loaded, n, of=of)
    show_table(table.set_index("measure"), out)


@click.command(name="effect")
@table_out
@study_or_tables_then("part", most=1)
def effect_command(study: Source, part: tuple[str, ...], out: Path | None) -> None:
    """Say what a part of the index does to the place of each city: with it, without it, and the difference.

    For instance: geobri effect bri22 information. Where only ranks are published, the change is the middle of what all score
    tables allow that agree with them, with the interval that holds 90 % of these. Without PART the parts are listed.
    """
    from geobri.study.effect import effect_of_part, list_parts

    loaded = study.load()
    if not part:
        say("\n".join(list_parts(loaded)) or "No index.")
        return
    show_table(effect_of_part(loaded, part[0]), out)


@click.command(name="reach")
@click.option("--value", default=None, help="Flow to look at; the first by default.")
@click.option("--by", default="region", show_default=True, metavar="COLUMN", help="What counts as a region.")
@table_out
@study_or_tables
def reach_command(study: Source, value: str | None, by: str, out: Path | None) -> None:
    """Say how far each city reaches: share of its flow inside its region, and the distance its flow goes."""
    from geobri.study.hubs import find_reach

    show_table(find_reach(study.load(), value, by=by), out)


@click.command(name="hubs")
@click.option(
    "--layers", default=None, metavar="A,B", help="Flows to take, separated by commas; all by default."
)
@click.option(
    "--share",
    type=click.FloatRange(min=0, max=1, min_open=True),
    default=0.1,
    show_default=True,
    help="Share of the cities that counts as hubs of a layer.",
)
@table_out
@study_or_tables
def hubs_command(study: Source, layers: str | None, share: float, out: Path | None) -> None:
    """Find the hubs of a net of several layers: degree, strength, betweenness, share of layers, communities."""
    from geobri.study.hubs import find_hubs

    wanted = None if layers is None else [one.strip() for one in layers.split(",")]
    show_table(find_hubs(study.load(), wanted, share=share), out)


@click.command(name="sample")
@click.option(
    "--check", "rule", is_flag=True, help="Check the list: large or a capital, and with ties to others."
)
@click.option(
    "--left-out",
    "left_out",
    is_flag=True,
    help="List the large places of the gazetteer that are not in the list.",
)
@click.option(
    "--people",
    type=click.IntRange(min=1),
    default=1_000_000,
    show_default=True,
    help="Inhabitants of a large city.",
)
@click.option(
    "--ties",
    type=click.IntRange(min=1),
    default=None,
    help="Partners with a flow that --check asks for as well.",
)
@table_out
@study_or_tables
def sample_command(
    study: Source, *, rule: bool, left_out: bool, people: int, ties: int | None, out: Path | None
) -> None:
    """Say what the cities cover by region, coast and country; or check the list against the rule it was chosen by.

    For instance: geobri sample global513 --check, or: geobri sample global513 --left-out --people 5000000.
    """
    from geobri.study.sample import RULE, check_selection, cover, find_absent, say_selection

    loaded = study.load()
    if rule and left_out:
        raise click.UsageError("--check and --left-out are two questions; ask one at a time.")
    if rule:
        loaded = say_known(loaded, RULE)
        table = check_selection(loaded, people=people, ties=ties)
        say(say_selection(table), err=True)
        show_table(table, out)
        return
    show_table(find_absent(loaded, people=people) if left_out else cover(loaded), out)
