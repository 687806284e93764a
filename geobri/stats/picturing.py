"""What `.plot()` of a test draws: its answer, from the numbers that it carries."""

from __future__ import annotations

import math
import re
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from geobri.charts import draw_distribution, draw_groups, draw_intervals, draw_points
from geobri.measures import label_column
from geobri.stats.say import p_value
from geobri.stats.say.groups import GroupNames
from geobri.stats.say.terms import name_test, part_term
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.measures import Measure
    from geobri.stats.flows.friction import DecayResult
    from geobri.stats.results import FloatArray, Term, TestResult

__all__ = [
    "CHANCE",
    "OBSERVED",
    "STATISTIC",
    "draw_answer",
    "draw_fitted",
    "draw_members",
    "draw_neighbours",
    "fitted_curve",
    "name_axis",
    "name_method",
    "title_test",
]

_Lang = Literal["en", "zh"]
STATISTIC: Final = Words("statistic", "统计量")
CHANCE: Final = Words("draws by chance", "随机抽样次数")
OBSERVED: Final = Words("observed", "观测值")

_CENTRAL: Final = (0.025, 0.975)
_Z: Final = 1.959964
"""Normal quantile of a 95 % interval."""
_LETTERS: Final = 62
_POINTS: Final = 80
_NAMED: Final = 8
_QUADRANTS: Final = (
    (Words("low among high", "低值居高值之间"), Words("high among high", "高值居高值之间")),
    (Words("low among low", "低值居低值之间"), Words("high among low", "高值居低值之间")),
)
_PALE: Final = Words("\npale: 95 % of what chance gives", "\n浅色：仅凭偶然时 95% 的范围")


def name_method(result: TestResult) -> Words:
    """Name the method of a test.

    Parameters
    ----------
    result
        A finished test.

    Returns
    -------
    Words
        Its method as it says it; where it has no Chinese for that, the name of the test.
    """
    told = next((one.method for one in result.terms if one.method.en == result.method), Words(result.method))
    if told.en != told.zh or not result.terms:
        return told
    return Words(told.en, name_test(result.terms[0].test).zh)


def title_test(result: TestResult, ax: Any, lang: _Lang) -> None:
    """Write the name of a test with its p-value over some axes, in lines that fit.

    Parameters
    ----------
    result
        A finished test.
    ax
        The axes.
    lang
        Language of the name.
    """
    name = name_method(result).say(lang)
    if math.isfinite(result.p_value):
        name += Words(" ({})", "（{}）").say(lang).format(p_value(result.p_value))
    _title(ax, name, lang)


def _title(ax: Any, said: str, lang: _Lang) -> None:
    lines = textwrap.wrap(said, _LETTERS) if lang == "en" else _wrap_chinese(said)
    ax.set_title("\n".join(lines), fontsize="medium", loc="left")


def _wrap_chinese(said: str) -> list[str]:
    """Break a Chinese text behind its commas; a letter is as wide as two of English."""
    lines = [""]
    for piece in re.findall(r"[^，；（]+[，；（]?", said):
        if lines[-1] and len(lines[-1] + piece) > _LETTERS // 2:
            lines.append("")
        lines[-1] += piece
    return lines


def _by_chance(result: TestResult, term: Term) -> tuple[float, float]:
    """Give the ends of what chance alone gives for a row; NaN where they are not known."""
    null = result.null_distribution
    # the null distribution is that of the headline's statistic, which is the estimate in some tests only
    if null is not None and len(null) and term.estimate == result.statistic:
        low, high = np.nanquantile(null, _CENTRAL)
        return float(low), float(high)
    if term.null_of != "estimate":
        return math.nan, math.nan
    return term.null_mean - _Z * term.null_sd, term.null_mean + _Z * term.null_sd


def _rows(result: TestResult) -> dict[Words, Term]:
    """Choose the rows of the quantity that the p-value is about, by definition, dimension or distance."""
    known = [term for term in result.terms if math.isfinite(term.estimate)]
    lead = next((term for term in known if term.p_value == result.p_value), known[0] if known else None)
    if lead is None:
        return {}
    effect = part_term(lead.term)[0]
    own = [term for term in known if part_term(term.term)[0].en == effect.en]
    several = len({term.value for term in own}) > 1
    rows: dict[Words, Term] = {}
    for term in own:
        case = part_term(term.term)[1]
        whose = label_column(term.value) if several else ""
        name = Words(whose) + Words(", ", "，") + case if whose and case else case or Words(whose)
        rows.setdefault(name or effect, term)
    return rows


def draw_answer(result: TestResult, ax: Any, lang: _Lang = "en") -> None:
    """Draw the estimates of a test with their intervals, over what chance alone gives.

    Parameters
    ----------
    result
        A finished test; one without estimates shows its statistic within the null distribution.
    ax
        Axes to draw into.
    lang
        Language of the labels.
    """
    rows = _rows(result)
    title_test(result, ax, lang)
    statistic = STATISTIC.say(lang)
    if not rows:
        if result.null_distribution is not None:
            draw_distribution(
                result.null_distribution,
                result.statistic,
                x_label=statistic,
                y_label=CHANCE.say(lang),
                name=OBSERVED.say(lang),
                ax=ax,
            )
            return
        method = name_method(result).say(lang)
        draw_intervals([statistic], [math.nan], [math.nan], [result.statistic], x_label=method, ax=ax)
        return
    chance = np.array([_by_chance(result, term) for term in rows.values()]).T
    effect = part_term(next(iter(rows.values())).term)[0]
    draw_intervals(
        [name.say(lang) for name in rows],
        [term.ci_low for term in rows.values()],
        [term.ci_high for term in rows.values()],
        [term.estimate for term in rows.values()],
        x_label=(effect + _PALE if np.isfinite(chance).any() else effect).say(lang),
        reference=None if np.isfinite(chance).any() else 0.0,
        chance=(chance[0], chance[1]),
        ax=ax,
    )


def name_axis(measure: Measure | None) -> Words:
    """Name an axis: what is measured, and its unit.

    Parameters
    ----------
    measure
        What the axis shows; None if nothing is known of it.

    Returns
    -------
    Words
        ``distance, km``.
    """
    if measure is None:
        return Words("value", "数值")
    unit = Words(f", {measure.unit}", f"（{measure.unit_zh}）") if measure.unit else Words("")
    return Words(measure.label, measure.label_zh) + unit


def draw_members(result: TestResult, ax: Any, lang: _Lang = "en", *, names: GroupNames | None = None) -> None:
    """Draw the members of two groups as dots with their medians.

    Parameters
    ----------
    result
        A test of two groups, whose `table` has `value` and `group` for each of them.
    ax
        Axes to draw into.
    lang
        Language of the labels.
    names
        What the groups are called; as in the table by default.
    """
    table, measure = result.table, result.measure
    called = {} if names is None else {one.en: one.say(lang) for one in (names.first, names.second)}
    groups = {
        called.get(str(name), str(name)): rows["value"].to_list()
        for name, rows in table.groupby("group", sort=False, observed=True)
    }
    draw_groups(
        groups,
        x_label=name_axis(measure).say(lang),
        best_is_low=measure is not None and measure.direction < 0,
        ax=ax,
    )
    head, p = result.terms[0], p_value(result.p_value)
    found = Words(
        f"{head.term} {head.estimate:.2f}, 95 % interval {head.ci_low:.2f} to {head.ci_high:.2f}; {p}",
        f"{head.term.zh} {head.estimate:.2f}，95% 区间 {head.ci_low:.2f} 至 {head.ci_high:.2f}；{p}",
    )
    _title(ax, found.say(lang), lang)


def fitted_curve(
    result: DecayResult, impedance: FloatArray, total: float
) -> tuple[FloatArray, FloatArray, tuple[FloatArray, FloatArray] | None]:
    """Give the fitted decay over the span of some pairs, scaled so that all of them together have the observed total.

    Parameters
    ----------
    result
        A test of decay.
    impedance
        What separates the pairs, above 0.
    total
        The flow of all of them.

    Returns
    -------
    tuple
        Impedances, expected flows, and the ends of the band of the friction's interval; None without one.
    """
    grid = np.geomspace(float(impedance[impedance > 0].min()), float(impedance.max()), _POINTS)

    def curve(friction: FloatArray) -> FloatArray:
        fit = replace(result.fit, friction=friction)
        heights: FloatArray = total / fit.decay(impedance).sum() * fit.decay(grid)
        return heights

    band = None
    if len(result.friction) == 1 and all(map(math.isfinite, result.interval)):
        ends = np.sort([curve(np.array([end])) for end in result.interval], axis=0)
        band = (ends[0], ends[1])
    return grid, curve(result.friction), band


def draw_fitted(result: DecayResult, ax: Any, lang: _Lang = "en", *, by: Measure) -> None:
    """Draw every pair by its impedance with the fitted decay and the band of its interval.

    Parameters
    ----------
    result
        A test of decay.
    ax
        Axes to draw into.
    lang
        Language of the labels.
    by
        What separates the pairs.
    """
    sample = result.fit.sample
    grid, heights, band = fitted_curve(result, sample.impedance, float(sample.flow.sum()))
    x_label, y_label = name_axis(by).say(lang), name_axis(result.measure).say(lang)
    draw_points(
        sample.impedance,
        sample.flow,
        x_label=x_label,
        y_label=y_label,
        line=(grid, heights),
        band=band,
        ax=ax,
    )
    title_test(result, ax, lang)


def draw_neighbours(result: TestResult, ax: Any, lang: _Lang = "en") -> None:
    """Draw the Moran scatterplot: every place against its neighbours, the farthest out named.

    Parameters
    ----------
    result
        A test whose `table` has `value` (centred) and `lag` (the weighted sum, or mean, over the neighbours) for each place.
    ax
        Axes to draw into.
    lang
        Language of the labels.
    """
    table = result.table
    x, y = (table[name].to_numpy(dtype=float) for name in ("value", "lag"))
    ends = np.array([x.min(), x.max()])
    far = np.argsort(-np.hypot(x / (x.std() or 1), y / (y.std() or 1)), kind="stable")[:_NAMED]
    draw_points(
        x,
        y,
        x_label=(name_axis(result.measure) + Words(", against the mean", "（与均值之差）")).say(lang),
        y_label=Words("mean of the neighbours, against the mean", "邻近城市均值（与均值之差）").say(lang),
        names={int(at): str(table.index[at]) for at in far},
        line=(ends, float(x @ y / (x @ x)) * ends),
        cross=(0.0, 0.0),
        quadrants=[(left.say(lang), right.say(lang)) for left, right in _QUADRANTS],
        ax=ax,
    )
    name, p = name_method(result), p_value(result.p_value)
    found = Words(f"{name.en} {result.statistic:.2f} ({p})", f"{name.zh} {result.statistic:.2f}（{p}）")
    _title(ax, found.say(lang), lang)
