"""The scores of a study on disk: index, uncertainty, and the audit of published ranks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geobri.errors import StudyError, mould
from geobri.outputs import staged_folder
from geobri.study.analysis import audit_study, measure_uncertainty, unmeasured
from geobri.study.model import Study
from geobri.study.saying import say_index, say_years

if TYPE_CHECKING:
    from geobri.score import IndexResult

__all__ = ["save_scores", "write_score_tables"]


def save_scores(study: Study, scores: IndexResult, uncertainty: pd.DataFrame | None, folder: Path) -> None:
    """Write scores and their uncertainty into a folder that is being staged.

    Parameters
    ----------
    study
        The study they belong to.
    scores
        A finished index.
    uncertainty
        Its rank intervals, or None.
    folder
        Where `scores_cities.csv, scores_corridors.csv, spec.toml` and `uncertainty.csv` are written.
    """
    from geobri.score import write_scores

    made = [one.column for one in study.city_measures if one.origin in ("index", "derived", "total")]
    cities = pd.DataFrame(study.cities.drop(columns=["geometry", *made]))
    tables = {"cities": cities, "flows": study.flows, "memberships": study.memberships}
    write_scores(scores, folder, inputs={name: table for name, table in tables.items() if table is not None})
    if uncertainty is not None:
        uncertainty.to_csv(folder / "uncertainty.csv", index=False, lineterminator="\n")


def write_score_tables(study: Study, out: Path, *, runs: int) -> tuple[list[str], list[Path]]:
    """Write what can be scored or audited of a study, whole or not at all.

    Parameters
    ----------
    study
        A loaded study.
    out
        Folder to write to.
    runs
        Monte Carlo runs for the rank intervals; 0 for none.

    Returns
    -------
    tuple of list of str and list of pathlib.Path
        What was found in sentences, and the files.

    Raises
    ------
    StudyError
        If the study has neither a specification with what it needs nor published ranks of dimensions.
    """
    if study.no_scores:
        raise StudyError(study.no_scores, zh=study.no_scores_zh)
    scores, audit = study.scores, audit_study(study)
    if scores is None and audit is None:
        raise _nothing_to_score(study)
    said: list[str] = []
    with staged_folder(out, caller="geobri score") as stage:
        if scores is not None:
            save_scores(study, scores, measure_uncertainty(scores, runs=runs), stage)
            said += [line.en for line in (*say_years(study), *study.cautions)]
            said += [one.en for one in say_index(study)]
            said += [reason for reason in (unmeasured(scores, runs=runs).en,) if reason]
        if audit is not None:
            audit.to_frame().to_csv(stage / "audit.csv", index=False, lineterminator="\n")
            said.append(audit.summary())
        names = sorted(path.name for path in stage.iterdir() if path.is_file())
    return said, [out / name for name in names]


def _nothing_to_score(study: Study) -> StudyError:
    """Say which of the parts that scoring needs is not there."""
    wanted = "a study needs an index specification and its data, or published ranks of dimensions"
    if study.specification is None:
        came, remedy = (
            f"no specification in '{study.name}'",
            'Add index.toml, and index = "index.toml" to study.toml, or give it to tables: --index index.toml',
        )
    else:
        came = f"no flows in '{study.name}', and indicators that are not attributes of cities"
        remedy = 'Add flows.csv, or say kind = "city" of what stands in cities.csv'
    return StudyError(mould("geobri score", wanted, came, remedy))
