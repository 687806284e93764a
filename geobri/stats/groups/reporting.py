"""What the tests of two groups return: rows of effects, and the result with its sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from geobri.measures import Measure
from geobri.stats.distributions import student_quantile
from geobri.stats.groups.effects import (
    Estimate,
    estimate_shift,
    estimate_superiority,
    reached_level,
    to_delta,
)
from geobri.stats.groups.samples import GroupSample
from geobri.stats.picturing import draw_members
from geobri.stats.results import FloatArray, Term, TestResult, headline
from geobri.stats.say import GroupNames, say_difference
from geobri.stats.say.terms import notes
from geobri.words import Words

__all__ = [
    "CLIFF",
    "MEANS",
    "SHIFT",
    "SUPERIORITY",
    "GroupResult",
    "Labels",
    "assemble_result",
    "effect_terms",
    "seed_choice",
    "welch_interval",
]

CLIFF = Words("Cliff's delta", "克利夫 δ")
SUPERIORITY = Words("probability of superiority", "占优概率")
SHIFT = Words("Hodges-Lehmann shift", "Hodges-Lehmann 位移")
MEANS = Words("difference of means", "均值之差")


@dataclass(frozen=True, slots=True)
class Labels:
    """What the compared things are called.

    Attributes
    ----------
    measure
        What is compared.
    names
        The two groups.
    strata
        What the strata are, where there are any.
    """

    measure: Measure = field(default_factory=lambda: Measure(column="value", of="cities"))
    names: GroupNames = field(default_factory=GroupNames)
    strata: Measure | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GroupResult(TestResult):
    """A finished test of two groups.

    Attributes
    ----------
    n_first, n_second
        Sizes of the groups.
    """

    n_first: int = 0
    n_second: int = 0


def effect_terms(
    sample: GroupSample, base: Term, *, confidence: float, interval: str
) -> tuple[Term, Term, Term]:
    """Make the rows of the three effects.

    Parameters
    ----------
    sample
        The two groups.
    base
        Row with everything that the rows share.
    confidence
        Level of the intervals.
    interval
        Interval of the probability of superiority.

    Returns
    -------
    tuple of Term
        Cliff's delta, probability of superiority, Hodges-Lehmann shift.
    """
    superiority = estimate_superiority(sample, confidence=confidence, interval=interval)
    return (
        _term(base, CLIFF, to_delta(superiority)),
        _term(base, SUPERIORITY, superiority),
        _term(base, SHIFT, estimate_shift(sample, confidence=confidence)),
    )


def _term(base: Term, name: Words, estimate: Estimate) -> Term:
    return replace(
        base,
        term=name,
        estimate=estimate.value,
        ci_low=estimate.low,
        ci_high=estimate.high,
        se=estimate.se,
        se_type=estimate.how,
        note=notes(base.note, estimate.note),
    )


def welch_interval(sample: GroupSample, confidence: float) -> Estimate:
    """Estimate the difference of means with Welch's interval.

    Parameters
    ----------
    sample
        The two groups; strata are not looked at.
    confidence
        Level of the interval.

    Returns
    -------
    Estimate
        Mean of the first minus mean of the second group; no interval for groups of one city.
    """
    one, other = sample.halves()
    difference = float(one.mean() - other.mean())
    if min(len(one), len(other)) == 1:
        return Estimate(
            difference,
            np.nan,
            np.nan,
            note=Words("no interval: a group is a single city", "无区间：有一组只有一座城市"),
        )
    if max(np.ptp(one), np.ptp(other)) == 0:
        return Estimate(
            difference,
            np.nan,
            np.nan,
            note=Words("no interval: no spread within the groups", "无区间：组内没有差异"),
        )
    parts = [_variance(half) / len(half) for half in (one, other)]
    df = sum(parts) ** 2 / sum(
        part**2 / (len(half) - 1) for part, half in zip(parts, (one, other), strict=True)
    )
    error = math.sqrt(sum(parts))
    tail = (1 - confidence) / 2
    low, high = (student_quantile(p, df) * error + difference for p in (tail, 1 - tail))
    return Estimate(difference, low, high, error, Words("Welch t", "Welch t 区间"))


def _variance(values: FloatArray) -> float:
    return float(((values - values.mean()) ** 2).mean() * (len(values) / (len(values) - 1)))


def assemble_result(
    sample: GroupSample,
    base: Term,
    labels: Labels,
    *,
    test: str,
    confidence: float,
    interval: str,
    null: FloatArray | None = None,
    choices: dict[str, Any] | None = None,
    means: bool = True,
) -> GroupResult:
    """Put rows and sentence together.

    Parameters
    ----------
    sample
        The two groups.
    base
        Row with everything that the rows share.
    labels
        What is compared, and between whom.
    test
        A key of `geobri.stats.say.groups.TESTS`.
    confidence, interval
        Level and kind of the intervals.
    null
        Null distribution, shape (R,), or None.
    choices
        Further choices of the test, by name.
    means
        Add a row for the difference of means.

    Returns
    -------
    GroupResult
        The finished test.
    """
    base = replace(base, value=labels.measure.column)
    effects = effect_terms(sample, base, confidence=confidence, interval=interval)
    said = say_difference(
        effects,
        measure=labels.measure,
        names=labels.names,
        test=test,
        sizes=sample.sizes,
        strata=None
        if sample.strata is None
        else labels.strata or Measure(column="strata", label="strata", label_zh="分层"),
        confidence=confidence,
        shift_confidence=reached_level(sample, confidence),
    )
    return GroupResult(
        **headline(base, said),
        n=len(sample.values),
        method=base.method.en,
        null_distribution=null,
        terms=(*effects, _term(base, MEANS, welch_interval(sample, confidence))) if means else effects,
        choices={"confidence": confidence, "interval": interval, "null": base.null.en, **(choices or {})},
        question="groups",
        measure=labels.measure,
        table=_members(sample, labels.names),
        picture=partial(draw_members, names=labels.names),
        n_first=sample.sizes[0],
        n_second=sample.sizes[1],
    )


def _members(sample: GroupSample, names: GroupNames) -> pd.DataFrame:
    """List what was compared: the value and the group of each, for the picture."""
    group = np.where(sample.first, names.first.en, names.second.en)
    return pd.DataFrame({"value": np.asarray(sample.values), "group": group})


def seed_choice(rng: int | np.random.Generator | None) -> str | int:
    """Say where the random numbers came from.

    Parameters
    ----------
    rng
        Seed, generator or None.

    Returns
    -------
    str or int
        The seed, or a word.
    """
    return rng if isinstance(rng, int) else "generator" if rng is not None else "fresh"
