"""Two groups in several dimensions at once, with control of false alarms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from geobri.stats.groups.permutation_tests import check_statistic, observed_statistic
from geobri.stats.groups.placements import MOST_PLACEMENTS, place_groups
from geobri.stats.groups.reporting import CLIFF, Labels, effect_terms
from geobri.stats.groups.samples import GroupSample, read_groups
from geobri.stats.groups.statistics import group_statistics
from geobri.stats.multiplicity import benjamini_hochberg, holm, max_t
from geobri.stats.null import permutation_p_value
from geobri.stats.results import Alternative, FloatArray, Term, TestResult

__all__ = ["DimensionsResult", "dimensions_test"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DimensionsResult(TestResult):
    """A finished comparison of two groups in several dimensions.

    Attributes
    ----------
    table
        One row per dimension: effects with intervals, the p-value, and the p-values adjusted by Holm,
        Benjamini-Hochberg and max-T.
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Freeze what the record holds."""
        TestResult.__post_init__(self)


def dimensions_test(
    values: pd.DataFrame,
    group: Any,
    *,
    statistic: str = "brunner-munzel",
    strata: Any = None,
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    most_placements: int = MOST_PLACEMENTS,
    rng: int | np.random.Generator | None = None,
    confidence: float = 0.95,
    labels: Labels | None = None,
) -> DimensionsResult:
    """Compare two groups in several dimensions at once, with control of false alarms.

    All dimensions see the same placements of the label, so that max-T knows how much they say the same thing.

    Parameters
    ----------
    values
        One column per dimension, one row per city, shape (n, d).
    group
        True for the first group, shape (n,).
    statistic
        One of ``"brunner-munzel"`` (default), ``"welch"``, ``"rank"``, ``"mean"``; max-T wants comparable
        scales, which the first two have.
    strata
        Labels within which the label moves, shape (n,).
    alternative
        ``"greater"``: the first group has the higher values.
    n_permutations
        Random placements, if there are too many to enumerate.
    most_placements
        Number of placements of the label up to which all are enumerated.
    rng
        Seed or generator.
    confidence
        Level of the intervals, each for itself.
    labels
        Names of the groups.

    Returns
    -------
    DimensionsResult
        `table` has one row per dimension; headline is the largest statistic with its max-T p-value.

    Raises
    ------
    DataError
        If values or groups are not usable.
    SpecificationError
        If a choice is unknown.
    """
    check_statistic(statistic, "dimensions_test")
    samples = {
        str(name): read_groups(values[name], group, strata=strata, caller=f"dimensions_test ({name})")
        for name in values.columns
    }
    placements = place_groups(next(iter(samples.values())), n_permutations, rng=rng, most=most_placements)
    nulls = np.column_stack([group_statistics(one, placements.first, statistic) for one in samples.values()])
    observed = np.array([observed_statistic(one, statistic) for one in samples.values()])
    p = [
        permutation_p_value(t, nulls[:, j], alternative, exact=placements.exact)
        for j, t in enumerate(observed)
    ]
    joint = max_t(observed, nulls, alternative=alternative, exact=placements.exact)
    adjusted = pd.DataFrame(
        {"p_value": p, "p_holm": holm(p), "p_fdr": benjamini_hochberg(p), "p_max_t": joint},
        index=list(samples),
    )
    base = Term(
        test="dimensions_test",
        alternative=alternative,
        n_cities=len(values),
        null=placements.describe() + ("" if strata is None else " within strata"),
        method=f"permutation, statistic {statistic}",
    )
    terms = _dimension_terms(samples, base, observed, adjusted, confidence)
    return _dimensions_result(terms, adjusted, nulls, observed, labels or Labels())


def _dimension_terms(
    samples: dict[str, GroupSample],
    base: Term,
    observed: FloatArray,
    adjusted: pd.DataFrame,
    confidence: float,
) -> list[Term]:
    rows: list[Term] = []
    for statistic, (name, sample) in zip(observed, samples.items(), strict=True):
        p = {column: float(adjusted.loc[[name], column].iloc[0]) for column in adjusted.columns}
        note = f"adjusted p: Holm {p['p_holm']:.3g}, Benjamini-Hochberg {p['p_fdr']:.3g}, max-T {p['p_max_t']:.3g}"
        own = replace(base, value=name, statistic=float(statistic), p_value=p["p_value"], note=note)
        rows += effect_terms(sample, own, confidence=confidence, interval="newcombe")
    return rows


def _dimensions_result(
    terms: list[Term], adjusted: pd.DataFrame, nulls: FloatArray, observed: FloatArray, names: Labels
) -> DimensionsResult:
    deltas = {one.value: one for one in terms if one.term == CLIFF}
    columns = {"cliffs_delta": "estimate", "ci_low": "ci_low", "ci_high": "ci_high", "statistic": "statistic"}
    table = pd.DataFrame(
        {new: {name: getattr(one, old) for name, one in deltas.items()} for new, old in columns.items()}
    )
    found = adjusted.index[adjusted["p_max_t"] <= 0.05]  # noqa: PLR2004 - the usual level, for the sentence only
    said = ", ".join(found) if len(found) else "none"
    top = int(np.argmax(np.abs(observed)))
    return DimensionsResult(
        statistic=float(observed[top]),
        p_value=float(adjusted["p_max_t"].to_numpy()[top]),
        alternative=terms[0].alternative,
        n=terms[0].n_cities,
        method="several dimensions, max-T",
        null_distribution=np.abs(nulls).max(axis=1),
        sentence=f"Of {len(deltas)} dimensions, {names.first} and {names.second} {names.unit} differ after max-T adjustment at 5 % in: {said}.",
        terms=tuple(terms),
        choices={"null": terms[0].null, "adjustments": "Holm, Benjamini-Hochberg, max-T"},
        table=table.join(adjusted),
    )
