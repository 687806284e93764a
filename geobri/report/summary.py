"""In short: four to six sentences to quote, made from the results, each with a link to where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from geobri.measures import Measure
from geobri.report.answers import Answer
from geobri.report.model import Section
from geobri.report.net import find_totals
from geobri.report.numbers import write_number
from geobri.report.ranking import sort_by
from geobri.report.sources import name_part
from geobri.report.terms import name_city, name_place
from geobri.stats.say import called
from geobri.study import Study
from geobri.study.account import REASONS, tabulate_account
from geobri.study.analysis import Analysis
from geobri.study.hubs import list_flows
from geobri.study.pairs import pairs_of
from geobri.study.questions import count_unlisted
from geobri.words import Words, list_words

__all__ = ["summary_section"]

_MOST_LEADERS: Final = 3
_UNEVEN: Final = 0.01
"""Share of all that a city exchanges below which its balance is not worth a sentence."""
_NOTHING: Final = Words(
    "Nothing can be said in short: the study has no measure that could be ranked or tested.",
    "无法概述：本研究没有可排序或检验的指标。",
)


def summary_section(study: Study, analysis: Analysis, answers: Sequence[Answer]) -> Section:
    """Make the head of the page.

    Parameters
    ----------
    study
        A loaded study.
    analysis
        What was computed.
    answers
        The answers to its questions.

    Returns
    -------
    Section
        Sentences with the key of the section that each comes from; one that says so where nothing can be said.
    """
    quotes = [
        *_leaders(study, analysis),
        *((answer.verdict, str(answer.question)) for answer in answers),
        *_claims(analysis),
        *_left_out(study, analysis),
    ]
    said = tuple(quotes) or ((_NOTHING, "sources"),)
    return Section("short", Words("In short", "概要"), quotes=said)


def _leaders(study: Study, analysis: Analysis) -> list[tuple[Words, str]]:
    """Say who leads, and how surely: in the index or ranking of the study; without one, in all that cities exchange."""
    first = next((one for one in study.shown("cities") if one.has_order), None)
    if first is None or not (first.is_rank or first.kind == "score"):
        exchanged = _exchange(study)
        if exchanged or first is None:
            return exchanged
    ranked = sort_by(study.cities[study.cities[first.column].notna()], first)
    names = [name_city(city) for _, city in ranked.head(_MOST_LEADERS).iterrows()]
    if len(names) < _MOST_LEADERS:
        return []
    sure = _certainty(analysis, first, str(ranked.index[0]))
    english = f"{names[0].en} leads in {called(first).en}, before {names[1].en} and {names[2].en}{sure.en}."
    chinese = f"{called(first).zh}以{names[0].zh}居首，其后为{names[1].zh}和{names[2].zh}{sure.zh}。"
    return [(Words(english, chinese), "cities")]


def _exchange(study: Study) -> list[tuple[Words, str]]:
    """Say who exchanges most of the first flow, and where the balance of a directed one is largest and smallest."""
    flows = list_flows(study)
    table = find_totals(study, flows[0]) if flows else None
    if table is None or len(table) < _MOST_LEADERS:
        return []
    flow, first = called(flows[0]), table.head(_MOST_LEADERS)
    names = [name_place(study, city) for city in first.index]
    totals = [write_number(float(total)) for total in first["total"]]
    said = Words(
        f"{names[0].en} exchanges most of {flow.en} ({totals[0]}), before {names[1].en} ({totals[1]}) and {names[2].en} ({totals[2]}).",
        f"{flow.zh}的往来总量以{names[0].zh}最大（{totals[0]}），其后为{names[1].zh}（{totals[1]}）和{names[2].zh}（{totals[2]}）。",
    )
    return [(said + _balance(study, table), "net")]


def _balance(study: Study, table: pd.DataFrame) -> Words:
    """Say who gains and who loses most on balance; nothing where flows there and back are about the same."""
    if "sent" not in table.columns:
        return Words("")
    net = (table["received"] - table["sent"]).to_numpy()
    most, least = int(net.argmax()), int(net.argmin())
    if net[most] <= _UNEVEN * float(table["total"].iloc[most]) or net[least] >= 0:
        return Words("")
    winner, loser = (name_place(study, table.index[at]) for at in (most, least))
    gain, loss = write_number(float(net[most])), write_number(float(net[least]))
    return Words(
        f" On balance {winner.en} gains most (+{gain}), and {loser.en} loses most ({loss}).",
        f"流入减去流出，以{winner.zh}最多（+{gain}），以{loser.zh}最少（{loss}）。",
    )


def _certainty(analysis: Analysis, measure: Measure, leader: str) -> Words:
    """Say how firmly the first place is held; nothing where nothing is known of it."""
    if measure.origin == "published" and measure.is_rank:
        return Words(
            "; ranks are printed without scores, so by how much is not known",
            "；来源只公布名次而未公布得分，领先多少不得而知",
        )
    if measure.origin != "index" or analysis.uncertainty is None:
        return Words("")
    table = analysis.uncertainty
    own = table[(table["unit"] == leader) & (table["level"] == "cities")].dropna(subset=["rank_lower"])
    if own.empty:
        return Words("")
    low, high = int(own["rank_lower"].iloc[0]), int(own["rank_upper"].iloc[0])
    if low == high:
        return Words(
            f"; with other choices it keeps place {low} in at least 90 % of runs",
            f"；换用其他设定时，至少 90% 的模拟中名次仍为第 {low}",
        )
    return Words(
        f"; with other choices it stands between {low} and {high} in 90 % of runs",
        f"；换用其他设定时，90% 的模拟中名次在第 {low} 至第 {high} 之间",
    )


def _claims(analysis: Analysis) -> list[tuple[Words, str]]:
    """Say how many sentences of the report hold, and where to read them."""
    if analysis.ledger is None or not analysis.ledger.sentences:
        return []
    counts, number = analysis.ledger.counts(), len(analysis.ledger.sentences)
    tally = (
        (counts["holds"], "holds", "hold", "成立"),
        (counts["partly"], "holds in part", "hold in part", "部分成立"),
        (
            counts["fails"] + counts["contradicted"],
            "fails or is contradicted",
            "fail or are contradicted",
            "不成立或自相矛盾",
        ),
        (counts["untestable"], "cannot be tested", "cannot be tested", "无法检验"),
    )
    english = ", ".join(f"{count} {one if count == 1 else many}" for count, one, many, _ in tally if count)
    chinese = "，".join(f"{count} 条{zh}" for count, _, _, zh in tally if count)
    said = Words(f"Of {number} sentences of the report, {english}.", f"报告的 {number} 条论断中，{chinese}。")
    return [(said, "findings")]


def _left_out(study: Study, analysis: Analysis) -> list[tuple[Words, str]]:
    """Say what was left out: rows by reason, corridors without a value, parts that could not be computed."""
    table = tabulate_account(study.account)
    gone = table[~table["reason"].isin(["read", "used", "filled"])] if len(table) else table
    english, chinese = [], []
    for reason, lines in gone.groupby("reason", sort=False, observed=True) if len(gone) else ():
        noun, noun_zh = (
            ("row", "行") if len(lines) == 1 else ("value", "个数值")
        )  # a row may hold several measures
        rows, why = int(lines["rows"].sum()), REASONS[str(reason)]
        many = "s" if rows > 1 else ""
        said = f"empty cell{many}" if reason == "empty" else f"{noun}{many} {why.en}"
        english.append(f"{rows:,} {said}")
        chinese.append(f"{why.zh} {rows:,} {noun_zh}")
    missing = _without_value(study)
    if missing:
        english.append(
            f"{missing:,} of {len(study.corridors):,} corridors, for which the source gives no value"
        )
        chinese.append(f"来源没有数值的通路 {missing:,} 条（共 {len(study.corridors):,} 条）")
    unscored = _without_score(study)
    if unscored:
        english.append(
            f"{unscored:,} of {len(study.cities):,} cities, which have no score for want of values"
        )
        chinese.append(f"因缺少数值而没有得分的有 {unscored:,} 座城市（共 {len(study.cities):,} 座城市）")
    unlisted = _without_row(study)
    if unlisted:
        english.append(f"{unlisted:,} pairs without a row, taken as not known rather than none")
        chinese.append(f"没有记录的城市对 {unlisted:,} 个（按未知而非零处理）")
    whole = (
        Words(f"Left out: {'; '.join(english)}.", f"未计入：{'；'.join(chinese)}。") if english else Words("")
    )
    whole += _not_asked(analysis, after=bool(whole))
    return [(whole, "sources")] if whole else []


def _not_asked(analysis: Analysis, *, after: bool) -> Words:
    if not analysis.left_out:
        return Words("")
    parts = list_words(name_part(name) for name in dict.fromkeys(name for name, _ in analysis.left_out))
    return Words(
        f"{' ' if after else ''}Not asked (why: see the sources): {parts.en}.",
        f"未分析（原因见来源）：{parts.zh}。",
    )


def _without_row(study: Study) -> int:
    """Count the pairs of the first flow that no row speaks of, where nothing says that they have none."""
    flows = list_flows(study)
    return 0 if not flows else count_unlisted(study, flows[0], pairs_of(study, flows[0]))


def _without_value(study: Study) -> int:
    columns = [one.column for one in study.shown("corridors")]
    return int(pd.DataFrame(study.corridors)[columns].isna().all(axis=1).sum()) if columns else 0


def _without_score(study: Study) -> int:
    scores = None if study.scores is None else study.scores.cities["overall"]
    return 0 if scores is None or scores.isna().all() else int(scores.isna().sum())
