"""Permutation tests of two groups: plain, stratified, studentised."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.doors import checked
from geobri.stats.groups.effects import placement_moments
from geobri.stats.groups.placements import MOST_PLACEMENTS, Placements, place_groups
from geobri.stats.groups.reporting import (
    SUPERIORITY,
    GroupResult,
    Labels,
    assemble_result,
    seed_choice,
)
from geobri.stats.groups.samples import GroupSample, read_groups
from geobri.stats.groups.statistics import STATISTICS, group_statistics, pooled_placements
from geobri.stats.results import Alternative, FloatArray, Term
from geobri.stats.say.terms import STUDENT, WITHIN_STRATA
from geobri.words import NOTHING, Words

__all__ = ["brunner_munzel_test", "check_statistic", "group_permutation_test", "observed_statistic"]


def check_statistic(statistic: str, caller: str) -> None:
    """Refuse an unknown statistic.

    Parameters
    ----------
    statistic
        One of `STATISTICS`.
    caller
        Who asks, for the message.

    Raises
    ------
    SpecificationError
        If it is unknown.
    """
    if statistic not in STATISTICS:
        wanted = Words(
            f"statistic must be one of {', '.join(STATISTICS)}", f"统计量须为{'、'.join(STATISTICS)}之一"
        )
        raise SpecificationError(mould(caller, wanted, Words(repr(statistic)), "Choose one"))


def observed_statistic(sample: GroupSample, statistic: str) -> float:
    """Compute a statistic where the label lies now.

    Parameters
    ----------
    sample
        The two groups.
    statistic
        One of `STATISTICS`.

    Returns
    -------
    float
        The statistic.
    """
    return float(group_statistics(sample, sample.first[None], statistic)[0])


@checked
def group_permutation_test(
    values: npt.ArrayLike,
    group: Any,
    *,
    statistic: str = "welch",
    strata: Any = None,
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    most_placements: int = MOST_PLACEMENTS,
    rng: int | np.random.Generator | None = None,
    confidence: float = 0.95,
    interval: str = "newcombe",
    labels: Labels | None = None,
) -> GroupResult:
    """Test the difference of two groups by moving the label among the cities.

    Parameters
    ----------
    values
        Scores or ranks, shape (n,).
    group
        True for the first group, shape (n,).
    statistic
        ``"mean"``, ``"rank"`` (difference of means, of mean ranks), or studentised: ``"welch"`` (default), which
        stays valid for means when the spreads differ, and ``"brunner-munzel"``.
    strata
        Labels within which the label moves, shape (n,).
    alternative
        ``"greater"``: the first group has the higher values. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random placements, if there are too many to enumerate.
    most_placements
        Number of placements of the label up to which all are enumerated.
    rng
        Seed or generator.
    confidence
        Level of the intervals.
    interval
        Interval of the probability of superiority.
    labels
        Names for rows and sentence.

    Returns
    -------
    GroupResult
        With the three effects, the difference of means, and the null distribution.

    Raises
    ------
    DataError
        If values or groups are not usable.
    SpecificationError
        If a choice is unknown.

    Notes
    -----
    Assumes that cities are exchangeable (within strata). Under spatial dependence it is too liberal: see
    `spatial_group_test`.

    References
    ----------
    Janssen, A. (1997). Studentized permutation tests for non-i.i.d. hypotheses and the generalized
    Behrens-Fisher problem. 10.1016/S0167-7152(97)00043-6.
    """
    check_statistic(statistic, "group_permutation_test")
    sample = read_groups(values, group, strata=strata, caller="group_permutation_test")
    placements = place_groups(sample, n_permutations, rng=rng, most=most_placements)
    null = group_statistics(sample, placements.first, statistic)
    base = placements.judged(
        Term(
            test="group_permutation_test",
            statistic=observed_statistic(sample, statistic),
            alternative=alternative,
            n_cities=len(sample.values),
            null=placements.describe() + (NOTHING if strata is None else WITHIN_STRATA),
            method=Words(f"permutation, statistic {statistic}", f"置换，统计量 {statistic}"),
        ),
        null,
    )
    choices = {
        "statistic": statistic,
        "n_permutations": len(null),
        "exact": placements.exact,
        "rng": seed_choice(rng),
    }
    return assemble_result(
        sample,
        base,
        labels or Labels(),
        test="permutation",
        confidence=confidence,
        interval=interval,
        null=null,
        choices=choices,
    )


_HOW = {"permutation": "置换", "t": "t 近似"}


@checked
def brunner_munzel_test(
    values: npt.ArrayLike,
    group: Any,
    *,
    method: Literal["permutation", "t"] = "permutation",
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    most_placements: int = MOST_PLACEMENTS,
    rng: int | np.random.Generator | None = None,
    confidence: float = 0.95,
    labels: Labels | None = None,
) -> GroupResult:
    """Test whether the probability of superiority is one half, whatever the spreads of the groups.

    The Mann-Whitney test asks whether two distributions are the same; this one asks only whether one group
    tends to be higher, and stays valid when the groups differ in spread.

    Parameters
    ----------
    values
        Scores or ranks, shape (n,).
    group
        True for the first group, shape (n,).
    method
        ``"permutation"``: studentised permutation test, for small groups (default); ``"t"``: the t
        approximation, which is liberal below about ten cities in a group.
    alternative
        ``"greater"``: the first group has the higher values. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random placements, if there are too many to enumerate.
    most_placements
        Number of placements of the label up to which all are enumerated.
    rng
        Seed or generator.
    confidence
        Level of the intervals.
    labels
        Names for rows and sentence.

    Returns
    -------
    GroupResult
        `statistic` is (P - 1/2) / se. The first row is the probability of superiority with the interval
        that belongs to the method.

    Raises
    ------
    DataError
        If values or groups are not usable, or a group is too small for the t approximation.
    SpecificationError
        If a choice is unknown.

    References
    ----------
    Brunner, E. and Munzel, U. (2000). The nonparametric Behrens-Fisher problem.
    10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U.
    Neubert, K. and Brunner, E. (2007). A studentized permutation test for the non-parametric Behrens-Fisher
    problem. 10.1016/j.csda.2006.05.024.
    """
    if method not in _HOW:
        wanted = Words("method must be 'permutation' or 't'", "方法须为'permutation'或't'")
        raise SpecificationError(mould("brunner_munzel_test", wanted, Words(repr(method)), "Choose one"))
    sample = read_groups(values, group, caller="brunner_munzel_test")
    names = labels or Labels()
    base = Term(
        test="brunner_munzel_test",
        alternative=alternative,
        n_cities=len(sample.values),
        method=Words(f"Brunner-Munzel, {method}", f"Brunner-Munzel，{_HOW[method]}"),
    )
    if method == "t":
        return assemble_result(
            sample,
            _t_row(sample, base),
            names,
            test="brunner-munzel t",
            confidence=confidence,
            interval="brunner-munzel",
            choices={"method": "t"},
        )
    placements = place_groups(sample, n_permutations, rng=rng, most=most_placements)
    return _permuted(sample, base, placements, names, confidence=confidence, rng=rng)


def _permuted(
    sample: GroupSample,
    base: Term,
    placements: Placements,
    names: Labels,
    *,
    confidence: float,
    rng: int | np.random.Generator | None,
) -> GroupResult:
    """Judge the studentised statistic by placements of the label, and give its own interval beside the others."""
    null = group_statistics(sample, placements.first, "brunner-munzel")
    observed = observed_statistic(sample, "brunner-munzel")
    row = placements.judged(replace(base, statistic=observed, null=placements.describe()), null)
    result = assemble_result(
        sample,
        row,
        names,
        test="brunner-munzel",
        confidence=confidence,
        interval="newcombe",
        null=null,
        choices={
            "method": "permutation",
            "n_permutations": len(null),
            "exact": placements.exact,
            "rng": seed_choice(rng),
        },
    )
    more = replace(row, value=names.measure.column)
    return replace(result, terms=(*result.terms, _permutation_interval(sample, more, null, confidence)))


def _t_row(sample: GroupSample, base: Term) -> Term:
    one, other = sample.halves()
    moments = placement_moments(sample.values, sample.first)
    if not moments.variance > 0:
        came = f"groups of {sample.sizes[0]} and {sample.sizes[1]} that are single or do not overlap"
        remedy = "Use method='permutation'"
        raise DataError(
            mould("brunner_munzel_test", "the t approximation needs overlapping groups", came, remedy),
            zh="t近似要求两组取值有重叠。",
        )
    from scipy.stats import brunnermunzel  # half a second, which those who permute need not wait

    found = brunnermunzel(one, other, alternative=base.alternative)
    return replace(
        base,
        statistic=-float(found.statistic),  # scipy counts the wins of the second group
        p_value=float(found.pvalue),
        null=STUDENT,
        df=moments.df,
    )


def _permutation_interval(sample: GroupSample, base: Term, null: FloatArray, confidence: float) -> Term:
    """Use the permutation quantile of the studentised statistic in place of that of t."""
    chance, se = (float(part[0]) for part in pooled_placements(sample, sample.first[None]))
    half = float(np.quantile(np.abs(null), confidence, method="higher")) * se
    return replace(
        base,
        term=SUPERIORITY + Words(", permutation interval", "，置换区间"),
        estimate=chance,
        ci_low=max(0.0, chance - half),
        ci_high=min(1.0, chance + half),
        se=se,
        se_type=Words("studentised permutation", "学生化置换"),
    )
