"""Two groups in several dimensions at once, with control of false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from geobri.errors import SpecificationError, mould
from geobri.measures import Measure
from geobri.stats.doors import checked
from geobri.stats.groups.permutation_tests import check_statistic, observed_statistic
from geobri.stats.groups.placements import MOST_PLACEMENTS, Placements, place_groups
from geobri.stats.groups.reporting import CLIFF, Labels, effect_terms
from geobri.stats.groups.samples import GroupSample, read_groups
from geobri.stats.groups.statistics import group_statistics
from geobri.stats.multiplicity import benjamini_hochberg, holm, max_t, turn_outwards
from geobri.stats.p_values import permutation_p_value
from geobri.stats.places import Column, drop_composites, read_places
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.say import LEVEL, say_dimensions
from geobri.stats.say.terms import WITHIN_STRATA
from geobri.words import NOTHING, Words

__all__ = ["coastal_dimensions_test", "dimensions_test"]


@checked
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
    measures: Sequence[Measure] = (),
    dropped: Sequence[Measure] = (),
) -> TestResult:
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
        ``"greater"``: the first group has the higher values. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random placements, if there are too many to enumerate.
    most_placements
        Number of placements of the label up to which all are enumerated.
    rng
        Seed or generator.
    confidence
        Level of the intervals, each for itself.
    labels
        Names of the groups and of the strata.
    measures
        What the columns mean; their names by default.
    dropped
        Composites that were left out because their parts are among the dimensions, for the sentence.

    Returns
    -------
    TestResult
        `table` has one row per dimension: effects with intervals, the p-value, and the p-values adjusted by Holm,
        Benjamini-Hochberg and max-T. The headline is the statistic that lies farthest out on the side asked for, with its
        max-T p-value.

    Raises
    ------
    DataError
        If values or groups are not usable.
    SpecificationError
        If a choice is unknown.
    """
    check_statistic(statistic, "dimensions_test")
    if not len(values.columns):
        remedy = "Name at least one column"
        raise SpecificationError(
            mould(
                "dimensions_test", Words("there must be dimensions", "须给出维度：一个也没有"), "none", remedy
            )
        )
    samples = {
        str(name): read_groups(values[name], group, strata=strata, caller=f"dimensions_test ({name})")
        for name in values.columns
    }
    placements = place_groups(next(iter(samples.values())), n_permutations, rng=rng, most=most_placements)
    nulls = np.column_stack([group_statistics(one, placements.first, statistic) for one in samples.values()])
    observed = np.array([observed_statistic(one, statistic) for one in samples.values()])
    adjusted = _adjusted(list(samples), observed, nulls, alternative=alternative, exact=placements.exact)
    base = Term(
        test="dimensions_test",
        alternative=alternative,
        n_cities=len(values),
        null=placements.describe() + (NOTHING if strata is None else WITHIN_STRATA),
        method=Words(f"permutation, statistic {statistic}", f"置换，统计量 {statistic}"),
        adjustment="max-T",
        n_tried=len(samples),
    )
    terms = _dimension_terms(
        samples, base, observed, nulls, adjusted, placements=placements, confidence=confidence
    )
    known = {one.column: one for one in measures}
    return _dimensions_result(
        terms,
        adjusted,
        nulls,
        observed,
        _Told(
            labels or Labels(),
            {name: known.get(name, Measure(column=name, of="cities")) for name in samples},
            tuple(dropped),
            stratified=strata is not None,
        ),
    )


def _adjusted(
    names: list[str], observed: FloatArray, nulls: FloatArray, *, alternative: Alternative, exact: bool
) -> pd.DataFrame:
    """Judge each dimension for itself, and for having looked at all of them."""
    p = [permutation_p_value(t, nulls[:, j], alternative, exact=exact) for j, t in enumerate(observed)]
    joint = max_t(observed, nulls, alternative=alternative, exact=exact)
    columns = {"p_value": p, "p_holm": holm(p), "p_fdr": benjamini_hochberg(p), "p_max_t": joint}
    return pd.DataFrame(columns, index=names)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the sentence speaks of."""

    labels: Labels
    measures: Mapping[str, Measure]
    dropped: tuple[Measure, ...]
    stratified: bool


def _dimension_terms(
    samples: dict[str, GroupSample],
    base: Term,
    observed: FloatArray,
    nulls: FloatArray,
    adjusted: pd.DataFrame,
    *,
    placements: Placements,
    confidence: float,
) -> list[Term]:
    rows: list[Term] = []
    for place, (name, sample) in enumerate(samples.items()):
        own = placements.judged(replace(base, value=name, statistic=float(observed[place])), nulls[:, place])
        own = replace(own, p_adjusted=float(adjusted["p_max_t"].to_numpy()[place]))
        rows += effect_terms(sample, own, confidence=confidence, interval="newcombe")
    return rows


def _dimensions_result(
    terms: list[Term], adjusted: pd.DataFrame, nulls: FloatArray, observed: FloatArray, told: _Told
) -> TestResult:
    deltas = {one.value: one for one in terms if one.term == CLIFF}
    columns = {"cliffs_delta": "estimate", "ci_low": "ci_low", "ci_high": "ci_high", "statistic": "statistic"}
    table = pd.DataFrame(
        {new: {name: getattr(one, old) for name, one in deltas.items()} for new, old in columns.items()}
    )
    found = adjusted.index[adjusted["p_max_t"] <= LEVEL]
    alternative = terms[0].alternative
    top = int(np.argmax(turn_outwards(observed, alternative)))
    labels = told.labels
    said = say_dimensions(
        [told.measures[str(name)] for name in found],
        count=len(deltas),
        names=labels.names,
        strata=labels.strata if told.stratified else None,
        dropped=told.dropped,
    )
    return TestResult(
        statistic=float(observed[top]),
        p_value=float(adjusted["p_max_t"].to_numpy()[top]),
        alternative=alternative,
        n=terms[0].n_cities,
        method="several dimensions, max-T",
        null_distribution=turn_outwards(nulls, alternative).max(axis=1),
        sentence=said.en,
        sentence_zh=said.zh,
        terms=tuple(terms),
        choices={"null": terms[0].null.en, "adjustments": "Holm, Benjamini-Hochberg, max-T"},
        question="groups",
        table=table.join(adjusted),
    )


@checked
def coastal_dimensions_test(
    cities: pd.DataFrame,
    values: Sequence[Column],
    *,
    group: Column = "coastal",
    strata: Column | None = None,
    statistic: str = "brunner-munzel",
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    rng: int | np.random.Generator | None = None,
    confidence: float = 0.95,
) -> TestResult:
    """Compare two groups of cities, coastal and inland by default, in several dimensions at once.

    A composite is not a dimension beside its own parts: a measure that is a parent of others in the list is left out, and
    the sentence says so.

    Parameters
    ----------
    cities
        Table of cities, index `city`; those without all values and a label are left out.
    values
        Numeric columns or measures, one per dimension.
    group
        Column of truth values.
    strata
        Column within whose labels the label moves.
    statistic
        One of ``"brunner-munzel"``, ``"welch"``, ``"rank"``, ``"mean"``.
    alternative
        ``"greater"``: the first group has the higher values. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random placements, where not all are enumerated.
    rng
        Seed or generator.
    confidence
        Level of the intervals, each for itself.

    Returns
    -------
    TestResult
        Effects and p-values of each dimension, adjusted by Holm, Benjamini-Hochberg and max-T.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, or a dimension is constant.
    """
    kept, dropped = drop_composites(values)
    data = read_places(cities, kept, group=group, strata=strata, caller="coastal_dimensions_test")
    result = dimensions_test(
        pd.DataFrame(data.columns, data.labels, [one.column for one in kept]),
        data.first,
        statistic=statistic,
        strata=data.strata,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
        confidence=confidence,
        labels=Labels(names=data.names, strata=data.stratified_by),
        measures=kept,
        dropped=dropped,
    )
    return replace(result, terms=tuple(replace(one, left_out=data.left_out) for one in result.terms))
