"""Sentences about two rankings: whether a measure agrees with what others have published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from geobri.measures import Level, Measure
from geobri.words import Words

__all__ = ["LEVELS", "VERDICTS", "Verdict", "say_agreement"]

Verdict = Literal["agrees", "not shown", "contradicts"]

VERDICTS: Final[dict[Verdict, Words]] = {
    "agrees": Words("agrees", "一致"),
    "not shown": Words("agreement not shown", "未显示一致"),
    "contradicts": Words("contradicts", "相反"),
}
LEVELS: Final[dict[Level, Words]] = {
    "cities": Words("cities", "城市"),
    "corridors": Words("corridors", "通路"),
}
_OPENINGS: Final[dict[Verdict, Words]] = {
    "agrees": Words("it agrees with", "一致："),
    "not shown": Words("agreement is not shown with", "未显示一致："),
    "contradicts": Words("it contradicts", "相反："),
}


def say_agreement(
    flow: Measure, level: Level, judged: Sequence[tuple[Measure, float, Verdict]], *, report: Words
) -> Words:
    """Say with which published ranks a flow agrees and with which it does not.

    Parameters
    ----------
    flow
        What was compared.
    level
        Cities or corridors.
    judged
        Each published rank with Spearman's rho and the verdict.
    report
        Title of the publication.

    Returns
    -------
    Words
        One sentence in each language.
    """
    parts = []
    for verdict, opening in _OPENINGS.items():
        found = [(rank, rho) for rank, rho, given in judged if given == verdict]
        if found:
            en = ", ".join(f"{rank.label} (rho {rho:+.2f})" for rank, rho in found)
            zh = "、".join(f"{rank.label_zh}（rho {rho:+.2f}）" for rank, rho in found)
            parts.append(Words(f"{opening.en} {en}", f"{opening.zh}{zh}"))
    return Words(
        f"{flow.label}, {LEVELS[level].en}, against the ranks of {report.en}: {'; '.join(part.en for part in parts)}.",
        f"{flow.label_zh}（{LEVELS[level].zh}）与《{report.zh}》的排序相比，{'；'.join(part.zh for part in parts)}。",
    )
