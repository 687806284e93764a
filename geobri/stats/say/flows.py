"""Sentences about pairs of cities: whether something falls with distance, and what it goes with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from geobri.measures import Measure
from geobri.stats.results import Term
from geobri.stats.say.names import DISTANCE, called
from geobri.stats.say.numbers import LEVEL, chance, interval, join, number, p_value
from geobri.stats.say.terms import FRICTION, PERMUTATION
from geobri.words import Words

__all__ = [
    "CORRELATIONS",
    "DISTANCE",
    "name_term",
    "say_correlation",
    "say_decay",
    "say_gravity",
    "say_levels_alike",
    "say_maps_correlation",
    "say_presence",
    "say_regression",
]

EFFECTS: Final = {
    "none": Words("without city effects", "不含城市效应"),
    "node": Words("with an effect for every city", "含各城市效应"),
    "origin-destination": Words("with effects for every origin and destination", "含各起点与终点效应"),
}
"""What the effects of a model are called in a sentence."""
CORRELATIONS: Final = {
    "pearson": Words("Pearson correlation", "皮尔逊相关系数"),
    "spearman": Words("Spearman rank correlation", "斯皮尔曼秩相关系数"),
    "kendall": Words("Kendall tau-b", "肯德尔tau-b"),
}
"""What correlations are called in a sentence."""
_EXCHANGED: Final = Words("by exchanging cities", "置换城市检验")
_UNTESTED: Final = Words(
    "cannot be tested: no permutation changes the statistic", "无法检验：任何置换都不改变统计量"
)
_ROBUST: Final = Words("with dyadic-robust errors", "成对稳健误差")


def _best(measure: Measure) -> Words:
    """Say which end of a rank is which, where numbers that fall are ranks that improve."""
    return Words(" (1 is the best rank)", "（第1名为最优）") if measure.is_rank else Words("", "")


def _sizes(head: Term, separated: int = 0) -> Words:
    """Count cities and pairs, and the pairs that a count model leaves out."""
    out = (
        Words(
            f"; {separated:,} pairs without flow left out, which the model fits perfectly",
            f"；另有{separated:,}个无流量的城市对因模型可完全拟合而略去",
        )
        if separated
        else Words("", "")
    )
    return Words(
        f"{head.n_cities} cities, {head.n_pairs:,} pairs{out.en}",
        f"{head.n_cities}个城市、{head.n_pairs:,}个城市对{out.zh}",
    )


def name_term(term: Words, by: Measure | None = None) -> Words:
    """Name a coefficient as a reader knows it.

    Parameters
    ----------
    term
        As in `tests.csv`: ``friction: log distance_km``.
    by
        The impedance that it is made of, or None.

    Returns
    -------
    Words
        ``log distance``.
    """
    plain = Words(term.en.removeprefix(FRICTION.en), term.zh.removeprefix(FRICTION.zh))
    if by is None:
        return plain
    return Words(plain.en.replace(by.column, by.label), plain.zh.replace(by.column, by.label_zh))


def say_decay(
    head: Term,
    *,
    measure: Measure,
    by: Measure,
    elasticity: float,
    separated: int = 0,
    asked_interval: bool = True,
) -> Words:
    """Say whether a flow falls with distance, by how much, and how sure that is.

    Parameters
    ----------
    head
        The row of the test: friction with its interval, or none for forms with several parameters.
    measure, by
        What flows, and the cost of separation.
    elasticity
        Percent by which flow falls per percent of impedance, at the middle of the pairs; negative where it grows.
    separated
        Pairs without flow that the model fits perfectly.
    asked_interval
        Whether limits were searched: then their absence has a reason.

    Returns
    -------
    Words
        The sentence.
    """
    estimate, told, sizes = _friction(head, elasticity, asked_interval), chance(head), _sizes(head, separated)
    best = _best(measure)
    if math.isnan(head.p_value):
        why = _UNTESTED
        return Words(
            f"Whether {called(measure).en} changes with {called(by).en} {why.en} ({estimate.en}; {sizes.en}).",
            f"{called(measure).zh}是否随{called(by).zh}变化{why.zh}（{estimate.zh}；{sizes.zh}）。",
        )
    basis = Words(
        f"({estimate.en}, {told.en} {_EXCHANGED.en}; {sizes.en})",
        f"（{estimate.zh}，{told.zh}，{_EXCHANGED.zh}；{sizes.zh}）",
    )
    if not head.p_value <= LEVEL:
        return Words(
            f"No change of {called(measure).en}{best.en} with {called(by).en} can be told from chance at 5 % {basis.en}.",
            f"{called(measure).zh}{best.zh}随{called(by).zh}的变化在5%水平上无法与偶然区分{basis.zh}。",
        )
    falls = elasticity >= 0
    size = number(100 * abs(1 - 1.1**-elasticity), 2)
    verb = Words("falls", "下降") if falls else Words("grows", "上升")
    change = Words(f"{size} % less", f"减少{size}%") if falls else Words(f"{size} % more", f"增加{size}%")
    return Words(
        f"{called(measure).en}{best.en} {verb.en} with {called(by).en}: 10 % more goes with {change.en} {basis.en}.",
        f"{called(measure).zh}{best.zh}随{called(by).zh}增加而{verb.zh}：{called(by).zh}每增加10%，{called(measure).zh}{change.zh}{basis.zh}。",
    )


def _friction(head: Term, elasticity: float, asked_interval: bool) -> Words:
    """Write friction with its limits, or the elasticity of a form with several parameters."""
    if math.isnan(head.estimate):
        return Words(f"elasticity {number(-elasticity)}", f"弹性{number(-elasticity)}")
    size = Words(f"friction {number(head.estimate)}", f"摩擦系数{number(head.estimate)}")
    if not math.isnan(head.ci_low):
        return join(size, _interval(head))
    if not asked_interval:
        return size
    return join(
        size, Words("no interval: the test rejects the estimate itself", "无区间：检验拒绝了估计值本身")
    )


def _interval(row: Term, sign: int = 1) -> Words:
    """Write a 95 % interval with three digits, and say where the test of 0 has set an end of it."""
    low, high = sorted((sign * row.ci_low + 0.0, sign * row.ci_high + 0.0))  # without -0
    said = _between(low, high)
    if 0.0 not in (low, high):
        return said
    rejected = row.p_value <= LEVEL
    return said + Words(
        f", its end set to 0, which the test {'rejects' if rejected else 'does not reject'}",
        f"，一端置为0（检验{'拒绝' if rejected else '未拒绝'}0）",
    )


def _between(low: float, high: float) -> Words:
    """Write the ends; a side on which no value is rejected has none."""
    if math.isfinite(low) and math.isfinite(high):
        return interval(Words(number(low)), Words(number(high)), 0.95)
    if math.isfinite(low):
        return Words(
            f"95 % interval {number(low)} upwards, without end", f"95%区间{number(low)}以上（无上界）"
        )
    if math.isfinite(high):
        return Words(
            f"95 % interval {number(high)} downwards, without end", f"95%区间{number(high)}以下（无下界）"
        )
    return Words("no value can be ruled out at 95 %", "在95%水平上不能排除任何数值")


def say_gravity(head: Term, *, measure: Measure, by: Measure | None, effects: str, separated: int) -> Words:
    """Say whether a flow is related to the first column of a gravity model.

    Parameters
    ----------
    head
        The row of that column.
    measure, by
        What flows, and the impedance; None if the column is a covariate.
    effects
        ``none``, ``node`` or ``origin-destination``.
    separated
        Pairs without flow that the model fits perfectly.

    Returns
    -------
    Words
        The sentence.
    """
    name, told, sizes, model = (
        name_term(head.term, by),
        chance(head),
        _sizes(head, separated),
        EFFECTS[effects],
    )
    how = _EXCHANGED if head.se_type == PERMUTATION else _ROBUST
    found = (
        Words("is related to", "相关")
        if head.p_value <= LEVEL
        else Words("cannot be shown to be related to", "的关系无法与偶然区分")
    )
    size = _signed(head, -1 if by is not None else 1)
    return Words(
        f"{called(measure).en} {found.en} {name.en} in a gravity model {model.en} ({size.en}, {told.en} {how.en}; {sizes.en}).",
        f"在{model.zh}的引力模型中，{called(measure).zh}与{name.zh}{found.zh}（{size.zh}，{told.zh}，{how.zh}；{sizes.zh}）。",
    )


def _signed(row: Term, sign: int) -> Words:
    """Write a coefficient with its interval; the sign is turned where the row holds friction."""
    size = number(sign * row.estimate + 0.0)
    said = Words(f"coefficient {size}", f"系数{size}")
    return said if math.isnan(row.ci_low) else join(said, _interval(row, sign))


def say_presence(head: Term, *, measure: Measure, by: Measure | None, link: str, linked: int) -> Words:
    """Say whether there is a link more or less often as the first column grows.

    Parameters
    ----------
    head
        The row of that column.
    measure, by
        What is there or not, and the impedance; None if the column is a covariate.
    link
        ``logit`` or ``probit``.
    linked
        Pairs with a link.

    Returns
    -------
    Words
        The sentence; no direction where none can be told from chance.
    """
    name, told = name_term(head.term, by), chance(head)
    effect = head.estimate if by is None else -head.estimate  # friction has its sign turned
    size = _signed(head, 1 if by is None else -1)
    basis = Words(
        f"({link} {size.en}, {told.en} {_EXCHANGED.en}; {head.n_cities} cities, {head.n_pairs:,} pairs, {linked:,} of them linked)",
        f"（{link}{size.zh}，{told.zh}，{_EXCHANGED.zh}；{head.n_cities}个城市、{head.n_pairs:,}个城市对，其中{linked:,}个有联系）",
    )
    if not head.p_value <= LEVEL:
        return Words(
            f"Whether there is a link ({called(measure).en}) cannot be shown to depend on {name.en} {basis.en}.",
            f"有无联系（{called(measure).zh}）是否取决于{name.zh}，无法与偶然区分{basis.zh}。",
        )
    way = Words("less likely", "越少见") if effect < 0 else Words("more likely", "越常见")
    return Words(
        f"Whether there is a link ({called(measure).en}) depends on {name.en}: {way.en} as it grows {basis.en}.",
        f"有无联系（{called(measure).zh}）取决于{name.zh}：{name.zh}越大，联系{way.zh}{basis.zh}。",
    )


def say_correlation(
    head: Term, *, measure: Measure, by: Measure, method: str, given: Sequence[str] | None = None
) -> Words:
    """Say whether two pair matrices go together.

    Parameters
    ----------
    head
        The row of the correlation.
    measure, by
        The matrix that stays, and the one whose cities are exchanged.
    method
        A key of `CORRELATIONS`.
    given
        Names of what is held constant, for a partial Mantel test.

    Returns
    -------
    Words
        The sentence; no direction where none can be told from chance.
    """
    named, best = CORRELATIONS[method], _best(measure)
    title = (
        Words("Mantel test", "Mantel检验")
        if given is None
        else Words(
            f"partial Mantel test given {', '.join(given)}, approximate",
            f"控制{'、'.join(given)}的偏Mantel检验（近似）",
        )
    )
    size = f"{head.estimate:+.2f}"
    over = f"Over {head.n_pairs:,} pairs of {head.n_cities} cities"
    over_zh = f"在{head.n_cities}个城市的{head.n_pairs:,}个城市对中"
    if math.isnan(head.p_value):
        why = _UNTESTED
        return Words(
            f"{over}, whether {called(measure).en} goes with {called(by).en} ({named.en} {size}) {why.en} ({title.en}).",
            f"{over_zh}，{called(measure).zh}与{called(by).zh}是否相关（{named.zh}为{size}）{why.zh}（{title.zh}）。",
        )
    told = chance(head)
    how = Words(
        f"exchanging the cities gives {told.en} ({title.en})", f"置换城市检验，{told.zh}（{title.zh}）"
    )
    if not head.p_value <= LEVEL:
        return Words(
            f"{over}, {called(measure).en}{best.en} cannot be shown at 5 % to rise or fall with {called(by).en} ({named.en} {size}); {how.en}.",
            f"{over_zh}，{called(measure).zh}{best.zh}随{called(by).zh}升降在5%水平上无法与偶然区分（{named.zh}为{size}）；{how.zh}。",
        )
    verb = Words("rises", "上升") if head.estimate > 0 else Words("falls", "下降")
    return Words(
        f"{over}, {called(measure).en}{best.en} {verb.en} with {called(by).en} ({named.en} {size}); {how.en}.",
        f"{over_zh}，{called(measure).zh}{best.zh}随{called(by).zh}增加而{verb.zh}（{named.zh}为{size}）；{how.zh}。",
    )


def say_maps_correlation(head: Term, *, measure: Measure, by: Measure) -> Words:
    """Say whether two pair matrices go together more than such as vary as smoothly in space.

    Parameters
    ----------
    head
        The row of the correlation.
    measure, by
        The matrix that stays, and the one that is redrawn.

    Returns
    -------
    Words
        The sentence.
    """
    told, size = chance(head), f"{head.estimate:+.2f}"
    verdict = (
        Words("", "")
        if head.p_value <= LEVEL
        else Words("; that cannot be told from chance", "；无法与偶然区分")
    )
    return Words(
        f"{called(measure).en} and {called(by).en} correlate by {size}; among matrices that vary as smoothly in space, a correlation like this has "
        f"{told.en} ({head.n_pairs:,} pairs of {head.n_cities} cities){verdict.en}.",
        f"{called(measure).zh}与{called(by).zh}的相关系数为{size}；与空间上同样平滑的矩阵相比，{told.zh}（{head.n_cities}个城市的{head.n_pairs:,}个城市对）{verdict.zh}。",
    )


def say_regression(tested: Sequence[Term], *, measure: Measure, levels: bool, rows: bool = False) -> Words:
    """Say what goes with a pair matrix, each covariate with the others held.

    Parameters
    ----------
    tested
        A row per covariate.
    measure
        What is explained.
    levels
        Every city has a level of its own in the model.
    rows
        The rows are several per pair (one a year, say).

    Returns
    -------
    Words
        The sentence.
    """
    head, best = tested[0], _best(measure)
    found = [_coefficient(row) for row in tested]
    beyond = Words(" beyond the levels of cities", "在各城市水平之外") if levels else Words("", "")
    held = (
        Words(", each with the others held constant", "（其他变量保持不变）")
        if len(tested) > 1
        else Words("", "")
    )
    unit = Words("rows", "行") if rows else Words("pairs", "个城市对")
    return Words(
        f"What goes with {called(measure).en}{best.en}{beyond.en}, over {head.n_pairs:,} {unit.en} of {head.n_cities} cities{held.en}: "
        f"{'; '.join(one.en for one in found)}; p-values from exchanging cities.",
        f"在{head.n_cities}个城市的{head.n_pairs:,}{unit.zh}中，{called(measure).zh}{best.zh}{beyond.zh}与下列变量的关系{held.zh}："
        f"{'；'.join(one.zh for one in found)}；p值来自置换城市。",
    )


def _coefficient(row: Term) -> Words:
    name = name_term(row.term, DISTANCE)
    size = number(row.estimate, sign=True)
    if math.isnan(row.p_value):
        return Words(f"{name.en} {size} (cannot be tested)", f"{name.zh}{size}（无法检验）")
    told = chance(row)
    if math.isnan(row.ci_low):
        return Words(f"{name.en} {size} ({told.en})", f"{name.zh}{size}（{told.zh}）")
    limits = _interval(row)
    return Words(f"{name.en} {size} ({limits.en}, {told.en})", f"{name.zh}{size}（{limits.zh}，{told.zh}）")


def say_levels_alike(moran: float, p: float, mc_error: float) -> Words:
    """Say that tests without levels claim too much, where the levels of near cities are alike.

    Parameters
    ----------
    moran
        Moran's I of the levels of cities.
    p, mc_error
        Its p-value, and how far that may be off.

    Returns
    -------
    Words
        The caution, without a full stop.
    """
    return Words(
        f"levels of near cities are alike (Moran's I {moran:.2f}, {p_value(p, mc_error)}): a test that takes cities as exchangeable over the map "
        "claims too much here; the test of friction with a level for every city, and the Mantel test against maps, keep their size",
        f"邻近城市的水平相近（Moran's I为{moran:.2f}，{p_value(p, mc_error)}）：把城市视为在地图上可互换的检验在此会得出过多的发现；给每座城市各自水平的摩擦检验，以及以模拟地图为零模型的 Mantel 检验，"
        "能保持检验水平",
    )
