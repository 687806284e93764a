"""How a number is written in a sentence: p-values, intervals, shares, quantities with their unit."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.measures import Measure
from geobri.stats.results import Alternative, Term
from geobri.stats.say.terms import name_test
from geobri.words import Words

__all__ = [
    "LEVEL",
    "bare_p",
    "both",
    "chance",
    "edge",
    "interval",
    "join",
    "list_names",
    "number",
    "p_value",
    "percent",
    "quantity",
    "say_disagreement",
    "say_impossible",
    "say_refusal",
]

LEVEL: Final = 0.05
"""Above this p-value a sentence says that nothing can be told from chance."""
_LEAST: Final = 0.0001
_WHOLE: Final = 1000
_TINY: Final = 1e-6
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_NAMES: Final = 6


def p_value(p: float, error: float = math.nan) -> str:
    """Write a p-value with two significant digits, and its error from drawing where there is one.

    Parameters
    ----------
    p
        In (0, 1]; NaN where there is none.
    error
        Monte Carlo standard error; NaN or 0 where nothing was drawn.

    Returns
    -------
    str
        ``p = 0.34``, ``p = 0.0012``, ``p < 0.0001``, ``p = 0.044 ± 0.002`` or ``p unknown``.

    Examples
    --------
    >>> p_value(0.0438, 0.0015)
    'p = 0.044 ± 0.002'
    """
    if math.isnan(p):
        return "p unknown"
    if p < _LEAST:
        return f"p < {_LEAST}"
    # two digits that count: 0.044 has one zero behind the point, and three decimals
    digits = 2 if p >= 0.1 else 1 - math.floor(math.log10(p))  # noqa: PLR2004 - leading zeros start here
    drawn = math.isfinite(error) and round(error, digits + 1) > 0
    more = max(digits, -math.floor(math.log10(error))) if drawn else digits
    return f"p = {p:.{digits}f}" + (f" ± {error:.{more}f}" if drawn else "")


def bare_p(p: float) -> str:
    """Write a p-value as the end of a range.

    Parameters
    ----------
    p
        In (0, 1].

    Returns
    -------
    str
        ``0.34``.
    """
    return p_value(p).removeprefix("p = ")


def both(text: str) -> Words:
    """Take a text that is the same in both languages.

    Parameters
    ----------
    text
        A number or a sign.

    Returns
    -------
    Words
        The text, twice.
    """
    return Words(text)


def chance(term: Term) -> Words:
    """Write the p-value of a row with its error and, for a one-sided test, its side.

    Parameters
    ----------
    term
        A row with `p_value`, `mc_error` and `alternative`.

    Returns
    -------
    Words
        ``p = 0.012`` or ``p = 0.006, one-sided``.
    """
    written = p_value(term.p_value, term.mc_error)
    return _sided(written, term.alternative)


def _sided(written: str, alternative: Alternative) -> Words:
    if alternative == "two-sided":
        return Words(written, written)
    return Words(f"{written}, one-sided", f"{written}（单侧）")


def number(value: float, digits: int = 3, *, sign: bool = False) -> str:
    """Write a number with some significant digits, as a power of ten only below a millionth.

    Parameters
    ----------
    value
        The number.
    digits
        Significant digits.
    sign
        Write a plus before positive numbers.

    Returns
    -------
    str
        ``1,234``, ``-7.5``, ``0.061``, ``-0.0000628``, ``3.1 × 10⁻⁹``.
    """
    plus = "+" if sign and value != 0 else ""
    if abs(value) >= _WHOLE:
        return f"{value:{plus},.0f}"
    written = f"{value:{plus}.{digits}g}"
    if "e" not in written:
        return written
    if abs(float(written)) >= _TINY:
        return f"{Decimal(written):{plus},f}"
    size, _, power = written.partition("e")
    return f"{size} × 10{str(int(power)).translate(_RAISED)}"


def edge(limit: float) -> str:
    """Write the edge of a class of distance: whole from 100 on.

    Parameters
    ----------
    limit
        The edge.

    Returns
    -------
    str
        ``2,074`` or ``7.5``.
    """
    return f"{limit:,.0f}" if limit >= 100 else number(limit)  # noqa: PLR2004 (three digits are enough)


def percent(share: float, digits: int = 0) -> Words:
    """Write a share as a percentage.

    Parameters
    ----------
    share
        Between -1 and 1.
    digits
        Decimals.

    Returns
    -------
    Words
        ``82 %``.
    """
    written = f"{100 * share:.{digits}f}"
    return Words(f"{written} %", f"{written}%")


def say_disagreement(term: Term, nothing: float, confidence: float = 0.95) -> Words:
    """Say that an interval and the p-value beside it, which are of different tests, do not say the same.

    Parameters
    ----------
    term
        A row with its interval and p-value.
    nothing
        The value of the estimate that means no difference.
    confidence
        Level of the interval; a test at 1 less that would agree.

    Returns
    -------
    Words
        A sentence to put behind that of the test; empty where they agree, or one of them is missing or one-sided.
    """
    if math.isnan(term.ci_low) or math.isnan(term.p_value) or term.alternative != "two-sided":
        return Words("", "")
    rejected = term.p_value <= round(1.0 - confidence, 12)  # 1 - 0.95 is a little above 0.05
    if rejected != (term.ci_low <= nothing <= term.ci_high):
        return Words("", "")
    return Words(
        " The interval is not of this test, and disagrees with it.", "区间并非来自本检验，与检验结论不一致。"
    )


def interval(low: Words, high: Words, confidence: float) -> Words:
    """Write an interval from its written ends.

    Parameters
    ----------
    low, high
        Both ends as they are to be printed, the lower one first.
    confidence
        Its level.

    Returns
    -------
    Words
        ``95 % interval 57 % to 93 %``.
    """
    level = f"{100 * confidence:.0f}"
    return Words(f"{level} % interval {low.en} to {high.en}", f"{level}%区间{low.zh}至{high.zh}")


def quantity(value: float, measure: Measure, *, sign: bool = False) -> Words:
    """Write a number with the unit of its measure.

    Parameters
    ----------
    value
        The number.
    measure
        What it counts; ranks are counted in ranks.
    sign
        Write a plus before positive numbers.

    Returns
    -------
    Words
        ``+12 flights``, ``-7.5 ranks``.
    """
    written = number(value, sign=sign)
    if measure.is_rank:
        return Words(f"{written} ranks", f"{written}个名次")
    return Words(
        f"{written} {measure.unit}".strip(), f"{written}{measure.unit_zh}" if measure.unit_zh else written
    )


def join(*parts: Words) -> Words:
    """Put parts of a sentence in a row, with commas.

    Parameters
    ----------
    *parts
        At least one.

    Returns
    -------
    Words
        ``friction 1.2, 95 % interval 0.9 to 1.4``.
    """
    return Words(", ".join(one.en for one in parts), "，".join(one.zh for one in parts))


def list_names(names: list[str]) -> Words:
    """Write names in a row, the first six.

    Parameters
    ----------
    names
        At least one.

    Returns
    -------
    Words
        ``A, B and 3 more``.
    """
    more = len(names) - _MOST_NAMES
    shown = names[:_MOST_NAMES]
    if more > 0:
        return Words(f"{', '.join(shown)} and {more} more", f"{'、'.join(shown)}等{len(names)}个")
    return Words(", ".join(shown), "、".join(shown))


_KINDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (SchemaError, "缺少所需的列，或其内容不合要求"),
    (DataError, "数据不足，或其取值不允许此项计算"),
    (SpecificationError, "所作选择不适用于这些数据"),
    (Exception, "无法计算"),
)
"""What stands in Chinese for a refusal whose details were said in English only."""


def say_refusal(error: Exception) -> Words:
    """Say why something cannot be: in Chinese as it was said where it was made, else its kind.

    Parameters
    ----------
    error
        What was raised.

    Returns
    -------
    Words
        A sentence in each language.
    """
    kind = next(words for one, words in _KINDS if isinstance(error, one))
    said = re.sub(r"^[a-z]+(_[a-z]+)+: ", "", str(error))  # who refused is known where it is said
    return Words(said[:1].upper() + said[1:], getattr(error, "zh", "") or f"{kind}（详细说明见英文版）。")


def say_impossible(test: str, measure: Measure, why: Words) -> Words:
    """Say that the data do not allow a test.

    Parameters
    ----------
    test
        Name of its function.
    measure
        What was to be tested.
    why
        What stands in the way.

    Returns
    -------
    Words
        The sentence.
    """
    named = name_test(test)
    return Words(
        f"{measure.label}: the test “{named.en}” is not possible with these data. {why.en}",
        f"{measure.label_zh}：这些数据无法进行“{named.zh}”。{why.zh}",
    )
