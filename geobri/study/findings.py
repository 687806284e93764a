"""The findings of a study on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from geobri.findings import LEDGER_COLUMNS, audit_consistency
from geobri.findings.where import say_where_zh
from geobri.outputs import staged_folder
from geobri.study.model import Study

if TYPE_CHECKING:
    from geobri.findings import Entry, Ledger

__all__ = ["save_findings", "say_findings", "write_findings"]

_OWN = {
    "en": "Questions of geobri's own; the report does not say them:",
    "zh": "以下为本软件自问，报告并无此言：",
}


def say_findings(ledger: Ledger, language: Literal["en", "zh"]) -> Iterator[str]:
    """Say every verdict in a line: the sentences of the report, geobri's own questions, and how many of each.

    Parameters
    ----------
    ledger
        Claims with their verdicts.
    language
        ``en`` or ``zh``.

    Yields
    ------
    str
        A line.
    """
    for entry in ledger.sentences:
        yield _say_entry(entry, language)
    if ledger.questions:
        yield ""
        yield _OWN[language]
        for entry in ledger.questions:
            yield _say_entry(entry, language)
    yield ""
    yield ledger.summary(language)


def _say_entry(entry: Entry, language: Literal["en", "zh"]) -> str:
    claim = entry.claim
    if language == "zh":
        return f"{entry.word('zh')}　{claim.zh}【{say_where_zh(claim.where)}】{entry.figures_zh}"
    return f"{entry.word():27s} {claim.en} [{claim.where}] {entry.figures}"


def save_findings(ledger: Ledger, contradictions: pd.DataFrame, folder: Path) -> None:
    """Write ledger and contradictions into a folder that is being staged.

    Parameters
    ----------
    ledger
        Claims with their verdicts.
    contradictions
        Where tables and text contradict each other.
    folder
        Where `findings.csv` and `contradictions.csv` are written.
    """
    both = ledger.to_frame()[list(LEDGER_COLUMNS)].assign(
        figures_zh=[entry.figures_zh for entry in ledger.entries],
        definition_zh=[entry.definition_zh for entry in ledger.entries],
    )
    both.to_csv(folder / "findings.csv", index=False, lineterminator="\n")
    listed = contradictions.drop(columns=["cities", "corridors"], errors="ignore")
    listed.to_csv(folder / "contradictions.csv", index=False, lineterminator="\n")


def write_findings(study: Study, ledger: Ledger, out: Path) -> list[Path]:
    """Write the findings of a study, whole or not at all.

    Parameters
    ----------
    study
        The study the claims are about.
    ledger
        Claims with their verdicts.
    out
        Folder to write to.

    Returns
    -------
    list of pathlib.Path
        `findings.csv` and `contradictions.csv`.
    """
    with staged_folder(out, caller="geobri findings") as stage:
        save_findings(ledger, audit_consistency(study, ledger=ledger), stage)
    return [out / "findings.csv", out / "contradictions.csv"]
