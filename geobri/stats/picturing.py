"""What `.plot()` of a test draws: its answer, from the numbers that it carries."""

from __future__ import annotations

import math
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geobri.charts import draw_distribution, draw_groups, draw_intervals, draw_points
from geobri.stats.say import p_value

if TYPE_CHECKING:
    from geobri.measures import Measure
    from geobri.stats.decay.friction import DecayResult
    from geobri.stats.results import FloatArray, Term, TestResult

__all__ = ["draw_answer", "draw_fitted", "draw_members", "draw_neighbours", "fitted_curve", "title_test"]

_CENTRAL: Final = (0.025, 0.975)
_Z: Final = 1.959964
"""Normal quantile of a 95 % interval."""
_LETTERS: Final = 62
_POINTS: Final = 80
_NAMED: Final = 8
_QUADRANTS: Final = (("low among high", "high among high"), ("low among low", "high among low"))


def title_test(result: TestResult, ax: Any) -> None:
    """Write the name of a test with its p-value over some axes, in lines that fit.

    Parameters
    ----------
    result
        A finished test.
    ax
        The axes.
    """
    said = f"{result.method} ({p_value(result.p_value)})" if math.isfinite(result.p_value) else result.method
    ax.set_title("\n".join(textwrap.wrap(said, _LETTERS)), fontsize="medium", loc="left")


def _by_chance(result: TestResult, term: Term) -> tuple[float, float]:
    """Give the ends of what chance alone gives for a row; NaN where they are not known."""
    null = result.null_distribution
    if null is not None and len(null) and term.estimate == result.statistic:
        low, high = np.nanquantile(null, _CENTRAL)
        return float(low), float(high)
    return term.null_mean - _Z * term.null_sd, term.null_mean + _Z * term.null_sd


def _rows(result: TestResult) -> dict[str, Term]:
    """Choose the rows of the quantity that the p-value is about, by definition, dimension or distance."""
    known = [term for term in result.terms if math.isfinite(term.estimate)]
    lead = next((term for term in known if term.p_value == result.p_value), known[0] if known else None)
    if lead is None:
        return {}
    effect = lead.term.en.partition(", ")[0]
    own = [term for term in known if term.term.en.partition(", ")[0] == effect]
    several = len({term.value for term in own}) > 1
    rows: dict[str, Term] = {}
    for term in own:
        parts = (term.value if several else "", term.term.en.partition(", ")[2])
        rows.setdefault(", ".join(part for part in parts if part) or effect, term)
    return rows


def draw_answer(result: TestResult, ax: Any) -> None:
    """Draw the estimates of a test with their intervals, over what chance alone gives.

    Parameters
    ----------
    result
        A finished test; one without estimates shows its statistic within the null distribution.
    ax
        Axes to draw into.
    """
    rows = _rows(result)
    title_test(result, ax)
    if not rows:
        if result.null_distribution is not None:
            draw_distribution(
                result.null_distribution, result.statistic, x_label="statistic", y_label="draws by chance", name="observed", ax=ax
            )  # fmt: skip
            return
        draw_intervals(
            ["statistic"], [math.nan], [math.nan], [result.statistic], x_label=result.method, ax=ax
        )
        return
    chance = np.array([_by_chance(result, term) for term in rows.values()]).T
    effect = next(iter(rows.values())).term.en.partition(", ")[0]
    draw_intervals(
        list(rows),
        [term.ci_low for term in rows.values()],
        [term.ci_high for term in rows.values()],
        [term.estimate for term in rows.values()],
        x_label=effect + ("\npale: 95 % of what chance gives" if np.isfinite(chance).any() else ""),
        reference=None if np.isfinite(chance).any() else 0.0,
        chance=(chance[0], chance[1]),
        ax=ax,
    )


def _name(measure: Measure | None) -> str:
    """Name an axis: what is measured, and its unit."""
    return "value" if measure is None else measure.label + (f", {measure.unit}" if measure.unit else "")


def draw_members(result: TestResult, ax: Any) -> None:
    """Draw the members of two groups as dots with their medians.

    Parameters
    ----------
    result
        A test of two groups, whose `table` has `value` and `group` for each of them.
    ax
        Axes to draw into.
    """
    table, measure = result.table, result.measure
    groups = {str(name): rows["value"].to_list() for name, rows in table.groupby("group", sort=False)}
    draw_groups(
        groups, x_label=_name(measure), best_is_low=measure is not None and measure.direction < 0, ax=ax
    )
    head = result.terms[0]
    found = f"{head.term} {head.estimate:.2f}, 95 % interval {head.ci_low:.2f} to {head.ci_high:.2f}; {p_value(result.p_value)}"
    ax.set_title("\n".join(textwrap.wrap(found, _LETTERS)), fontsize="medium", loc="left")


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


def draw_fitted(result: DecayResult, ax: Any, *, by: Measure) -> None:
    """Draw every pair by its impedance with the fitted decay and the band of its interval.

    Parameters
    ----------
    result
        A test of decay.
    ax
        Axes to draw into.
    by
        What separates the pairs.
    """
    sample = result.fit.sample
    grid, heights, band = fitted_curve(result, sample.impedance, float(sample.flow.sum()))
    x_label, y_label = _name(by), _name(result.measure)
    draw_points(
        sample.impedance,
        sample.flow,
        x_label=x_label,
        y_label=y_label,
        line=(grid, heights),
        band=band,
        ax=ax,
    )
    title_test(result, ax)


def draw_neighbours(result: TestResult, ax: Any) -> None:
    """Draw the Moran scatterplot: every place against its neighbours, the farthest out named.

    Parameters
    ----------
    result
        A test whose `table` has `value` (centred) and `lag` (the weighted sum, or mean, over the neighbours) for each place.
    ax
        Axes to draw into.
    """
    table = result.table
    x, y = (table[name].to_numpy(dtype=float) for name in ("value", "lag"))
    ends = np.array([x.min(), x.max()])
    far = np.argsort(-np.hypot(x / (x.std() or 1), y / (y.std() or 1)), kind="stable")[:_NAMED]
    draw_points(
        x,
        y,
        x_label=f"{_name(result.measure)}, against the mean",
        y_label="mean of the neighbours, against the mean",
        names={int(at): str(table.index[at]) for at in far},
        line=(ends, float(x @ y / (x @ x)) * ends),
        cross=(0.0, 0.0),
        quadrants=_QUADRANTS,
        ax=ax,
    )
    ax.set_title(f"{result.method} {result.statistic:.2f} ({p_value(result.p_value)})", loc="left")
