"""Figures of finished tests: each takes a result and gives axes that show its answer."""

from __future__ import annotations

from typing import Any, Final, Literal

from geobri.charts import draw_course, draw_distribution
from geobri.errors import SpecificationError, mould
from geobri.figures.style import new_figure, title_figure
from geobri.stats.groups.definitions import AS_PUBLISHED, COASTAL_UP_TO
from geobri.stats.groups.reporting import CLIFF
from geobri.stats.picturing import CHANCE, OBSERVED, STATISTIC, name_method
from geobri.stats.results import TestResult

__all__ = ["draw_definitions", "draw_null", "draw_result"]

_WIDTH_MM: Final = 85.0
_THRESHOLD: Final = "threshold_km"


def draw_result(
    result: TestResult, *, title: str = "", lang: Literal["en", "zh"] = "en", width_mm: float = _WIDTH_MM
) -> Any:
    """Draw the answer of any test for print: its picture, with its sentence, effect, p and n above.

    Parameters
    ----------
    result
        A finished test: pairs over distance with the fitted decay, members of two groups, places against their neighbours,
        estimates with their intervals, whichever it is.
    title
        What stands above; the method by default.
    lang
        Language of the sentence and the labels.
    width_mm
        Width of the figure: 85 for a column, 180 for a page.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = result.plot(new_figure(width_mm), lang=lang)
    for side in ("left", "center"):
        ax.set_title("", loc=side)
    return title_figure(ax, title or name_method(result).say(lang), subtitle=result.summary(lang))


def draw_definitions(result: TestResult, *, lang: Literal["en", "zh"] = "en", ax: Any = None) -> Any:
    """Draw the effect of the coast over the threshold that defines it, with its interval.

    Parameters
    ----------
    result
        From `coastal_sensitivity_test`.
    lang
        Language of the labels.
    ax
        Axes to draw into; a column of 85 mm by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    SpecificationError
        If the result has no thresholds.
    """
    table = result.table
    if _THRESHOLD not in table.columns:
        wanted = f"a result whose table has the column '{_THRESHOLD}'"
        came = f"'{result.method}' with {list(table.columns)}"
        raise SpecificationError(
            mould("draw_definitions", wanted, came, "Pass the result of coastal_sensitivity_test")
        )
    cut = table[table[_THRESHOLD] > 0].sort_values(_THRESHOLD)
    own = table[table[_THRESHOLD].isna()]
    return draw_course(
        cut[_THRESHOLD],
        cut["estimate"],
        cut["ci_low"],
        cut["ci_high"],
        x_label=COASTAL_UP_TO.say(lang),
        y_label=CLIFF.say(lang),
        reference=0.0,
        marked=(float(own["estimate"].iloc[0]), AS_PUBLISHED.say(lang)) if len(own) else None,
        logarithmic=True,
        ax=new_figure(_WIDTH_MM) if ax is None else ax,
    )


def draw_null(result: TestResult, *, lang: Literal["en", "zh"] = "en", ax: Any = None) -> Any:
    """Draw what chance alone gives, with what was observed.

    Parameters
    ----------
    result
        A test with a null distribution.
    lang
        Language of the labels.
    ax
        Axes to draw into; a column of 85 mm by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    SpecificationError
        If the test keeps no null distribution, as exact tests do.
    """
    if result.null_distribution is None:
        wanted = "a result with a null distribution"
        raise SpecificationError(mould("draw_null", wanted, f"'{result.method}' without", "Draw the result"))
    ax = new_figure(_WIDTH_MM) if ax is None else ax
    return draw_distribution(
        result.null_distribution,
        result.statistic,
        x_label=STATISTIC.say(lang),
        y_label=CHANCE.say(lang),
        name=OBSERVED.say(lang),
        ax=ax,
    )
