"""`geobri score` and `geobri findings`: the index of a study, and what of its claims holds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from geobri.cli.options import out_folder, progress, year_option
from geobri.cli.sources import Source, study_or_tables
from geobri.cli.terminal import say

__all__ = ["findings_command", "score_command"]


@click.command(name="score")
@out_folder("scores")
@click.option(
    "--runs",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="Monte Carlo runs for rank intervals; 0 for none.",
)
@year_option
@study_or_tables
def score_command(study: Source, out: Path, runs: int, year: int | None) -> None:
    """Compute the index of a study, or audit its published ranks.

    A study with an index, of flows, of attributes of its cities or of both, gets scores_cities.csv,
    scores_corridors.csv, spec.toml and uncertainty.csv; a study with published ranks of dimensions gets audit.csv:
    which weights and scores those ranks allow, and what that takes for granted.
    """
    from geobri.study.scoring import write_score_tables

    with progress("Scoring", 2) as begin:
        begin("Reading the study")
        loaded = study.load(year=year)
        begin("Scoring")
        said, paths = write_score_tables(loaded, out, runs=runs)
    for sentence in said:
        say(sentence)
    say(f"Wrote {', '.join(path.name for path in paths)} to {out}.")


@click.command(name="findings")
@click.option(
    "--claims",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=None,
    help="File of claims; the claims.toml of the study by default.",
)
@out_folder("findings")
@click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of what is printed.",
)
@study_or_tables
def findings_command(study: Source, claims: Path | None, out: Path, lang: Literal["en", "zh"]) -> None:
    """Check every claim of a report: findings.csv, contradictions.csv, and a verdict a line.

    A study is bri22, global513, or a folder with a claims.toml of its own; tables as they are, and any study, take
    claims with --claims FILE.
    """
    from geobri.errors import StudyError, mould
    from geobri.study.analysis import find_claims
    from geobri.study.findings import say_findings, write_findings

    with progress("Checking the claims", 2) as begin:
        begin("Reading the study")
        loaded = study.load()
        begin("Checking the claims")
        ledger = find_claims(loaded, claims)
    if ledger is None:
        raise StudyError(
            mould(
                "geobri findings",
                "a study needs claims",
                f"none with '{study}'",
                "Write them, and name the file: --claims claims.toml; docs/findings.md has the vocabulary",
            )
        )
    paths = write_findings(loaded, ledger, out)
    for line in say_findings(ledger, lang):
        say(line)
    say(f"Wrote {', '.join(path.name for path in paths)} to {out}.")
