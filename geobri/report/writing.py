"""Write a report: the page, the map and the tables, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

from geobri.errors import SpecificationError, mould
from geobri.outputs import staged_folder
from geobri.report.answers import find_answers
from geobri.report.embedding import wrap_fragment
from geobri.report.findings import findings_section
from geobri.report.groups import groups_section
from geobri.report.leading import leading_section
from geobri.report.maps import draw_map
from geobri.report.model import Section
from geobri.report.net import net_section
from geobri.report.page import render_page
from geobri.report.platform import platform_section
from geobri.report.prints import FigureKind, write_figures
from geobri.report.profiles import profile_section
from geobri.report.ranking import corridor_section, ranking_section
from geobri.report.scoring import audit_section, score_section
from geobri.report.sources import say_part_left_out, source_section
from geobri.report.summary import summary_section
from geobri.report.testing import question_sections
from geobri.report.validation import validation_section
from geobri.report.workbook import write_results
from geobri.report.years import years_section
from geobri.score.output import SCORE_FILES
from geobri.stats.results import combine_results
from geobri.study import Study, write_tables
from geobri.study.account import tabulate_account
from geobri.study.analysis import Analysis, analyse_study
from geobri.study.findings import save_findings
from geobri.study.scoring import save_scores
from geobri.study.writing import with_intervals
from geobri.words import Words
from geobri.workers import side_by_side

__all__ = ["build_sections", "write_report"]

_NOT_ALWAYS: Final = (
    "account.csv", "audit.csv", "contradictions.csv", "findings.csv", "fragment.html", "results.xlsx", "tests.csv", "uncertainty.csv", *SCORE_FILES,
)  # fmt: skip
"""What a report has of some studies only: an earlier one may have left it in the folder."""


def build_sections(
    study: Study, analysis: Analysis | None = None, *, only: Sequence[str] = ()
) -> list[Section]:
    """Make everything around the map: the sentences before it, and what follows.

    Parameters
    ----------
    study
        A loaded study.
    analysis
        What was computed for it; None leaves scores, tests and findings out.
    only
        Keys of the sections to keep, such as ``short, distance, sources``; all of them by default.

    Returns
    -------
    list of Section
        In reading order; sections without content are left out.

    Raises
    ------
    SpecificationError
        If the study has no section of a name.
    """
    known = analysis or Analysis()
    answers = find_answers(study, known.tests)
    made = [
        summary_section(study, known, answers),
        ranking_section(study),
        leading_section(study),
        groups_section(study),
        years_section(study),
        *question_sections(study, answers),
        score_section(study, known),
        corridor_section(study),
        net_section(study),
        profile_section(study),
        platform_section(study),
        validation_section(study, known),
        findings_section(known),
        audit_section(study, known),
        source_section(study, known),
    ]
    sections = [_without_empty_columns(section) for section in made if section is not None]
    return _keep(sections, only) if only else sections


def _without_empty_columns(section: Section) -> Section:
    """Leave out the columns of its tables, folded ones too, that say nothing."""
    folds = tuple(
        replace(fold, tables=tuple(table.without_empty_columns() for table in fold.tables))
        for fold in section.folds
    )
    return replace(
        section, tables=tuple(table.without_empty_columns() for table in section.tables), folds=folds
    )


def _keep(sections: list[Section], only: Sequence[str]) -> list[Section]:
    """Keep the wished sections, in reading order; quotes that lead to a section that is not there go with it."""
    known = [section.key for section in sections]
    unknown = [key for key in only if key not in known]
    if unknown:
        wanted = f"sections must be among {', '.join(known)}"
        raise SpecificationError(
            mould("build_sections", wanted, ", ".join(map(repr, unknown)), "Choose some")
        )
    return [
        replace(section, quotes=tuple(one for one in section.quotes if one[1] in only))
        for section in sections
        if section.key in only
    ]


def _write_analysis(study: Study, analysis: Analysis, stage: Path) -> None:
    """Write what was computed, and the account, as tidy tables."""
    if study.account:
        tabulate_account(study.account).to_csv(stage / "account.csv", index=False, lineterminator="\n")
    if analysis.tests:
        combine_results(analysis.tests).to_csv(stage / "tests.csv", index=False, lineterminator="\n")
    if analysis.ledger is not None and analysis.contradictions is not None:
        save_findings(analysis.ledger, analysis.contradictions, stage)
    if analysis.audit is not None:
        analysis.audit.to_frame().to_csv(stage / "audit.csv", index=False, lineterminator="\n")
    if analysis.scores is not None:
        save_scores(study, analysis.scores, analysis.uncertainty, stage)


def write_report(
    study: Study,
    out: str | Path,
    *,
    lang: Literal["en", "zh"] | None = None,
    theme: Literal["auto", "light", "dark"] = "auto",
    basemap: str | None = None,
    worldview: Literal["ne", "china"] = "ne",
    attribution: str | None = None,
    approval: str | None = None,
    without: Container[str] = (),
    only: Sequence[str] = (),
    figures: FigureKind | None = None,
    font: str | None = None,
    workbook: bool = False,
    fragment: bool = False,
    on_step: Callable[[str], None] | None = None,
    on_note: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write the report of a study, whole or not at all.

    Parameters
    ----------
    study
        A loaded study.
    out
        Folder to write to; made if need be.
    lang, theme
        What the pages open in; the study's own language by default.
    basemap, worldview, attribution, approval
        As in `geobri.corridor_map`; the outlines of the study's own places, or land, by default.
    without
        What is not wanted: ``tests``, which take the longest.
    only
        Keys of the sections that the page has; all by default.
    figures, font
        Write every picture for print too, as ``svg``, ``pdf`` or ``png`` and in this font: `figure_SECTION_85mm.pdf` and the like.
    workbook
        Write all tables as one workbook too, `results.xlsx`.
    fragment
        Write the page as a piece for a page of one's own too, `fragment.html`.
    on_step
        Called with the name of each step as it begins.
    on_note
        Called with what was left out, and why; and with the files of an earlier report that stay in the folder.

    Returns
    -------
    list of pathlib.Path
        The files: `report.html, map.html, cities.csv, corridors.csv, study.gpkg, corridors.parquet`, and what
        applies of `tests.csv, findings.csv, contradictions.csv, audit.csv, scores_cities.csv,
        scores_corridors.csv, spec.toml`.

    Raises
    ------
    OutputError
        If the folder cannot be written; it then keeps what it had.
    SpecificationError
        If the study has no section of a wished name.
    """
    begin = on_step or (lambda _step: None)
    language = lang or study.language
    base: dict[str, Any] = {
        "basemap": basemap,
        "worldview": worldview,
        "attribution": attribution,
        "approval": approval,
    }
    with staged_folder(out, caller="geobri report") as stage:

        def write_map() -> None:
            page = draw_map(study, lang=language, theme=theme, **base).get_root().render()
            (stage / "map.html").write_text(page, encoding="utf-8")

        analysis = analyse_study(study, without=without, on_step=begin, meanwhile=write_map)
        for name, reason in analysis.left_out:
            (on_note or begin)(say_part_left_out(name, reason).say(language))
        begin("Writing the page and the tables")
        sections: list[Section] = []

        def write_page() -> None:
            sections.extend(build_sections(study, analysis, only=only))
            html = render_page(study, sections, lang=language, theme=theme, **base)
            (stage / "report.html").write_text(html, encoding="utf-8")

        tables: dict[str, Callable[[], object]] = {
            "study": lambda: write_tables(with_intervals(study, analysis.uncertainty), stage),
            "analysis": lambda: _write_analysis(study, analysis, stage),
        }
        side_by_side(tables, workers=len(tables), meanwhile=write_page)
        if fragment:
            html = (stage / "report.html").read_text(encoding="utf-8")
            (stage / "fragment.html").write_text(wrap_fragment(html, study.title), encoding="utf-8")
        if workbook:
            begin("Writing the workbook")
            write_results(stage)
        if figures is not None:
            begin("Drawing the figures")
            write_figures(study, sections, stage, kind=figures, lang=language, font=font)
        names = sorted(path.name for path in stage.iterdir() if path.is_file())
    older = [name for name in _NOT_ALWAYS if name not in names and (Path(out) / name).is_file()]
    if older:
        (on_note or begin)(_say_older(older).say(language))
    return [Path(out) / name for name in names]


def _say_older(names: Sequence[str]) -> Words:
    return Words(
        f"Not of this report, but of an earlier one, and still in the folder: {', '.join(names)}.",
        f"文件夹中另有先前报告的文件，不属于本报告：{'、'.join(names)}。",
    )
