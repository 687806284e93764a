"""The tests on the page: what each found in a sentence, an interval drawing, and every row."""

from __future__ import annotations

import math
from collections.abc import Sequence

from geobri.report.drawings import Interval, draw_intervals
from geobri.report.model import Cell, Column, Drawing, Row, Section, Table
from geobri.stats.results import Term, TestResult
from geobri.study.analysis import Analysis
from geobri.study.validation import AGREEMENT_TEST
from geobri.words import Words

__all__ = ["tests_section"]

_NAMES_ZH = {
    "proximity_test": "空间邻近性",
    "decay_test": "距离衰减",
    "coastal_test": "沿海与内陆",
    "moran_test": "空间自相关",
}
_QUESTIONS = (
    (("proximity",), Words("Are the listed corridors closer than chance?", "上榜通路是否比随机更近？")),
    (
        ("decay", "gravity", "friction", "mantel", "mrqap", "qap"),
        Words("Does strength fall with distance?", "强度是否随距离衰减？"),
    ),
    (
        ("moran", "geary", "getis", "local", "join", "correlogram", "bivariate", "corridor"),
        Words("Do neighbouring cities resemble each other?", "邻近城市是否相似？"),
    ),
    (
        ("validation", "agreement", "rank_agreement"),
        Words("Do open data agree with the published ranks?", "开放数据是否与已发布排序一致？"),
    ),
    (
        (
            "coastal",
            "leave_one_city_out",
            "city_interaction",
            "mann",
            "brunner",
            "group",
            "spatial",
            "dimensions",
            "cliff",
        ),
        Words("Are coastal cities ahead?", "沿海城市是否领先？"),
    ),
)
_OTHER = Words("Further tests", "其他检验")
_COLUMNS = (
    ("test", Words("Test", "检验"), "text"),
    ("value", Words("Value", "指标"), "text"),
    ("term", Words("What", "内容"), "text"),
    ("estimate", Words("Estimate", "估计"), "number"),
    ("interval", Words("95 % interval", "95% 区间"), "number"),
    ("p_value", Words("p", "p 值"), "number"),
    ("null", Words("Null model or error", "零模型或误差"), "text"),
    ("n_cities", Words("Cities", "城市数"), "number"),
    ("note", Words("Note", "说明"), "text"),
)
_CAUTION = Words(
    "Corridors share cities, so they are not independent: the tests exchange cities, never corridors. With few cities only strong effects can be seen, and a large p-value is not evidence of no effect.",
    "各通路共享城市，因此并不独立：检验置换的是城市而不是通路。城市较少时，只能看出较强的效应；p 值大并不能证明没有效应。",
)


def _format(number: float, *, digits: int = 3) -> str:
    if not math.isfinite(number):
        return ""
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.{digits}g}"  # noqa: PLR2004 - kilometres need no decimals


def _cell(term: Term, name: str) -> Cell:
    if name == "interval":
        known = math.isfinite(term.ci_low) and math.isfinite(term.ci_high)
        return Cell(Words(f"{_format(term.ci_low)} – {_format(term.ci_high)}" if known else ""))
    if name == "p_value":
        shown = "" if not math.isfinite(term.p_value) else f"{term.p_value:.2g}"
        return Cell(Words(shown), term.p_value if shown else None)
    if name == "null":
        return Cell(Words(term.null or term.se_type))
    if name == "test":
        plain = term.test.removesuffix("_test").replace("_", " ")
        return Cell(Words(plain, _NAMES_ZH.get(term.test, plain)))
    value = getattr(term, name)
    if isinstance(value, float):
        return Cell(Words(_format(value)), value if math.isfinite(value) else None)
    return Cell(Words(str(value)), value if isinstance(value, int) else None)


def _table(results: Sequence[TestResult]) -> Table:
    rows = tuple(
        Row(tuple(_cell(term, name) for name, _, _ in _COLUMNS), group=term.test)
        for result in results
        for term in result.terms
    )
    tests = dict.fromkeys(row.group for row in rows)
    groups = tuple(
        (test, Words(test.removesuffix("_test").replace("_", " "), _NAMES_ZH.get(test, test)))
        for test in tests
    )
    columns = tuple(
        Column(heading, "number" if kind == "number" else "text") for _, heading, kind in _COLUMNS
    )
    caption = Words("Every estimate (tests.csv)", "全部估计（tests.csv）")
    return Table("tests-table", caption, columns, rows, groups=groups, searchable=True, first_rows=12)


def _drawings(results: Sequence[TestResult]) -> tuple[Drawing, ...]:
    """One drawing per term that several rows estimate with intervals, such as friction under each kind of error."""
    by_term: dict[tuple[str, str], list[Term]] = {}
    for result in results:
        for term in result.terms:
            if math.isfinite(term.ci_low) and math.isfinite(term.ci_high):
                by_term.setdefault((term.test, term.term), []).append(term)
    drawn = []
    for (_, name), terms in by_term.items():
        if len(terms) > 1:
            rows = [
                Interval(Words((term.se_type or term.method)[:26]), term.ci_low, term.ci_high, term.estimate)
                for term in terms
            ]
            drawn.append(
                draw_intervals(
                    rows,
                    axis=Words(name),
                    caption=Words(
                        f"{name}: the estimate under each kind of interval", f"{name}：不同区间方法下的估计"
                    ),
                    reference=0,
                )
            )
    return tuple(drawn[:4])


def _question(test: str) -> Words:
    """Find the question that a test answers."""
    return next((words for prefixes, words in _QUESTIONS if test.startswith(prefixes)), _OTHER)


def _sentence(result: TestResult) -> Words:
    """Say the finding in words; in Chinese the figures of its first row, or of the test as a whole.

    An estimate stands only beside its own p-value: a test of many rows (leave one city out, local statistics) has a
    p-value of the whole that says nothing about the first of them.
    """
    first = result.terms[0] if result.terms else Term(test="")
    own = math.isfinite(first.p_value)
    figures = [
        f"{first.term} = {_format(first.estimate)}" if own and math.isfinite(first.estimate) else "",
        f"p = {first.p_value:.2g}" if own else f"整体检验 p = {result.p_value:.2g}",
        f"n = {result.n}",
    ]
    said = "，".join(part for part in figures if part)
    null = f"（零模型：{first.null}）" if first.null else ""
    return Words(result.summary(), f"{first.value}：{said}{null}")


def _points(results: Sequence[TestResult]) -> tuple[tuple[Words, tuple[Words, ...]], ...]:
    """Put the sentences under the question they answer, none twice."""
    by_question: dict[Words, dict[str, Words]] = {}
    for result in results:
        test = result.terms[0].test if result.terms else ""
        by_question.setdefault(_question(test), {}).setdefault(result.summary(), _sentence(result))
    return tuple((question, tuple(sentences.values())) for question, sentences in by_question.items())


def tests_section(analysis: Analysis) -> Section | None:
    """Make the section of the tests.

    Parameters
    ----------
    analysis
        What was computed.

    Returns
    -------
    Section or None
        None when no test applied.
    """
    own = [one for one in analysis.tests if not one.terms or one.terms[0].test != AGREEMENT_TEST]
    if not own:
        return None
    return Section(
        "tests",
        Words("Tested: near, coastal, clustered?", "检验：邻近、沿海、集聚？"),
        short=Words("Tests", "检验"),
        paragraphs=(_CAUTION,),
        points=_points(own),
        drawings=_drawings(own),
        tables=(_table(own),),
    )
