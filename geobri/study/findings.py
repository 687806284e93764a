"""The findings of a study on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geobri.findings import LEDGER_COLUMNS, audit_consistency
from geobri.outputs import staged_folder
from geobri.study.model import Study

if TYPE_CHECKING:
    from geobri.findings import Ledger

__all__ = ["save_findings", "write_findings"]


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
    ledger.to_frame()[list(LEDGER_COLUMNS)].to_csv(folder / "findings.csv", index=False, lineterminator="\n")
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
