"""How the result of a group test reads: names, tidy rows and the sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from geobri.errors import SpecificationError, mould
from geobri.stats.groups.effects import Estimate, estimate_shift, estimate_superiority, to_delta
from geobri.stats.groups.samples import GroupSample
from geobri.stats.results import Term, TestResult

__all__ = ["CLIFF", "SHIFT", "SUPERIORITY", "GroupResult", "Labels", "effect_terms", "group_sentence"]

CLIFF, SUPERIORITY, SHIFT = "Cliff's delta", "probability of superiority", "Hodges-Lehmann shift"


@dataclass(frozen=True, slots=True)
class Labels:
    """What the compared things are called.

    Attributes
    ----------
    value
        Column that is compared.
    first, second
        Names of the two groups.
    unit
        What is compared, in the plural.
    """

    value: str = "value"
    first: str = "coastal"
    second: str = "inland"
    unit: str = "cities"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupResult(TestResult):
    """A finished test of two groups.

    Attributes
    ----------
    n_first, n_second
        Sizes of the groups.
    labels
        Their names.
    """

    n_first: int = 0
    n_second: int = 0
    labels: Labels = Labels()

    def __post_init__(self) -> None:
        """Freeze what the record holds."""
        TestResult.__post_init__(self)

    def effect(self, term: str) -> Term:
        """Give one estimate by its name.

        Parameters
        ----------
        term
            ``"Cliff's delta"``, ``"probability of superiority"``, ``"Hodges-Lehmann shift"`` or another of this test.

        Returns
        -------
        Term
            The row of `to_frame` with that name.

        Raises
        ------
        SpecificationError
            If the test has no such term.
        """
        found = {one.term: one for one in self.terms}
        if term not in found:
            wanted = f"the term must be one of {', '.join(map(repr, found))}"
            raise SpecificationError(mould("effect", wanted, repr(term), "Choose one"))
        return found[term]


def effect_terms(sample: GroupSample, base: Term, *, confidence: float, interval: str) -> tuple[Term, ...]:
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
    found = {
        CLIFF: to_delta(superiority),
        SUPERIORITY: superiority,
        SHIFT: estimate_shift(sample, confidence=confidence),
    }
    return tuple(_term(base, name, estimate) for name, estimate in found.items())


def _term(base: Term, name: str, estimate: Estimate) -> Term:
    note = "; ".join(part for part in (base.note, estimate.note) if part)
    return replace(
        base,
        term=name,
        estimate=estimate.value,
        ci_low=estimate.low,
        ci_high=estimate.high,
        se=estimate.se,
        se_type=estimate.how,
        note=note,
    )


def _interval(term: Term, form: str, confidence: float) -> str:
    if math.isnan(term.ci_low):
        return ""
    return f" ({confidence:.0%} interval {term.ci_low:{form}} to {term.ci_high:{form}})"


def group_sentence(
    terms: tuple[Term, ...], sample: GroupSample, labels: Labels, *, p_value: float, confidence: float
) -> str:
    """Say the finding so that a planner can quote it.

    Parameters
    ----------
    terms
        Rows that hold Cliff's delta, the probability of superiority and the shift.
    sample
        The two groups.
    labels
        Their names.
    p_value
        p-value of the test.
    confidence
        Level of the intervals.

    Returns
    -------
    str
        Effect with interval first, then the p-value; ranks are read with 1 as the best.
    """
    by_name = {one.term: one for one in terms}
    chance, shift = by_name[SUPERIORITY], by_name[SHIFT]
    ranked = labels.value.startswith("rank")
    if ranked:
        chance = replace(
            chance, estimate=1 - chance.estimate, ci_low=1 - chance.ci_high, ci_high=1 - chance.ci_low
        )
    m, k = sample.sizes
    within = ", compared within strata" if sample.strata is not None else ""
    return (
        f"In {chance.estimate:.0%} of the comparisons{_interval(chance, '.0%', confidence)} "
        f"the {labels.first} one of two {labels.unit} has the {'better' if ranked else 'higher'} {labels.value}; "
        f"the typical difference is {shift.estimate:+.3g}{_interval(shift, '+.3g', confidence)}"
        f"{' ranks, where 1 is the best' if ranked else ''}, "
        f"p = {p_value:.3g} ({m} {labels.first}, {k} {labels.second}{within})."
    )
