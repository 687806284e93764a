"""Mantel correlogram: how alike are pairs of cities at each distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geobri.errors import DataError, SpecificationError, mould
from geobri.measures import Measure
from geobri.stats.bands import find_bands
from geobri.stats.cross_sums import cross_sums
from geobri.stats.distributions import rank_values
from geobri.stats.doors import checked
from geobri.stats.dyads.inputs import Matrix, Pairs, name_matrix, prepare_dyads
from geobri.stats.dyads.mantel import travelling_correlations
from geobri.stats.multiplicity import holm, max_t
from geobri.stats.null import NodePlan
from geobri.stats.p_values import Chance, monte_carlo_error
from geobri.stats.places import Column
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.say import say_classes
from geobri.stats.say.numbers import edge
from geobri.stats.say.terms import notes, say_range
from geobri.stats.tables import Blocks
from geobri.words import Words

__all__ = ["CorrelogramResult", "mantel_correlogram_test"]

Classes = Literal["equal-width", "equal-count"]
FEWEST_BOUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CorrelogramResult(TestResult):
    """A Mantel correlogram; the headline is the strongest class, with its family-wise p-value.

    Attributes
    ----------
    bounds
        Limits of the distance classes, shape (k + 1,); a class holds its upper limit.
    n_in_class
        Pairs per class, shape (k,).
    correlations
        Mantel correlation of each class, shape (k,): positive where pairs are more alike (or more strongly
        joined) than elsewhere; NaN in classes without pairs or left out.
    p_values
        Permutation p-value of each class, not corrected, shape (k,).
    p_corrected
        Progressively Holm-corrected p-values, shape (k,), from the nearest class outwards.
    p_familywise
        p-values of the largest standardised correlation over all classes (Westfall and Young), shape (k,).
    """

    bounds: FloatArray
    n_in_class: npt.NDArray[np.int64]
    correlations: FloatArray
    p_values: FloatArray
    p_corrected: FloatArray
    p_familywise: FloatArray

    def _draw(self, ax: Any, lang: Literal["en", "zh"]) -> None:
        """Draw the correlation of each class at its middle distance, filled where its corrected p-value is at most 0.05."""
        middle = (self.bounds[:-1] + self.bounds[1:]) / 2
        found = self.p_corrected <= 0.05  # noqa: PLR2004 (the usual level)
        ax.axhline(0.0, color="#888888", linewidth=0.8)
        ax.plot(middle, self.correlations, color="#41607a", linewidth=1)
        ax.plot(middle[~found], self.correlations[~found], "s", markerfacecolor="white", color="#41607a")
        ax.plot(middle[found], self.correlations[found], "s", color="#41607a")
        ax.set_xlabel(Words("distance", "距离").say(lang))
        ax.set_ylabel(Words("Mantel correlation", "Mantel 相关系数").say(lang))


@checked
def mantel_correlogram_test(
    y: Matrix,
    distance: Matrix,
    *,
    bounds: Sequence[float] | None = None,
    n_classes: int | None = None,
    classes: Classes = "equal-width",
    y_is: Literal["similarity", "dissimilarity"] = "similarity",
    method: Literal["pearson", "spearman"] = "pearson",
    cutoff: bool = True,
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    blocks: Blocks = "auto",
    names: tuple[Column, Column] = ("y", "distance_km"),
    rng: int | np.random.Generator | None = None,
) -> CorrelogramResult:
    """Test at which distances pairs of cities are more alike, or more strongly joined, than elsewhere.

    Each distance class is a yes-no matrix, correlated with y; the null distribution comes from exchanging
    cities. A correlogram shows the range of a relation where a single correlation averages over it.

    Parameters
    ----------
    y
        Pair matrix, symmetric, shape (n, n): strength of the corridor, or difference between its ends.
    distance
        Pair matrix of distances, any unit.
    bounds
        Limits of the classes, increasing; pairs beyond belong to no class.
    n_classes
        Number of classes if there are no bounds; Sturges' 1 + log2(pairs), rounded up, by default.
    classes
        ``"equal-width"`` or ``"equal-count"``, if there are no bounds.
    y_is
        ``"similarity"``: large y means alike; ``"dissimilarity"``: large y means different.
    method
        ``"pearson"``, or ``"spearman"`` on the ranks of y.
    cutoff
        Leave out classes beyond the middle one in which some city has no pair: they show its absence, not
        distance.
    alternative
        Direction of the alternative for each correlation. Two-sided, that of a class is twice the smaller tail, at most 1.
    n_permutations
        How many permutations, at least.
    blocks
        Labels by city, ``"auto"`` or None, as in `mantel_test`.
    names
        Names of y and of the distance, or their measures, for the result.
    rng
        Seed or generator.

    Returns
    -------
    CorrelogramResult
        One row per class, whose `p_adjusted` compares its standardised correlation (its size, where two-sided) with the
        largest one of every permutation. The headline is the class that stands out most, with that p-value. Missing pairs
        that do not stay in place travel with y, as in `mantel_test`.

    Raises
    ------
    DataError
        If a matrix is not usable or no class can be tested.
    SpecificationError
        If the bounds do not increase.

    References
    ----------
    Oden, N. L. and Sokal, R. R. (1986). Directional autocorrelation. 10.2307/2413120.
    Borcard, D. and Legendre, P. (2012). Is the Mantel correlogram powerful enough to be useful in ecological
    analysis? 10.1890/11-1737.1.
    """
    data = prepare_dyads({"y": y, "distance": distance}, caller="mantel_correlogram_test", blocks=blocks)
    limits = _limits(data.columns()[1], bounds, n_classes, classes)
    members = _members(data.columns()[1], limits)
    tested = _testable(data, members, cutoff=cutoff)
    plan = data.plan(n_permutations, rng)
    sign = 1.0 if y_is == "similarity" else -1.0
    observed, null = _class_correlations(data, plan, members[tested], sign, method)
    choices = {
        "correlation": method,
        "y is": y_is,
        "classes": "given" if bounds is not None else classes,
        "cutoff": cutoff,
        **data.choices(rng, plan),
    }
    found = _Classes(
        data=data,
        plan=plan,
        limits=limits,
        tested=tested,
        counts=members.sum(axis=1).astype(np.int64),
        observed=observed,
        null=null,
        alternative=alternative,
        measure=name_matrix(names[0]),
        by=name_matrix(names[1]),
    )
    return _result(found, choices)


def _limits(
    distances: FloatArray, bounds: Sequence[float] | None, n_classes: int | None, classes: Classes
) -> FloatArray:
    if bounds is not None:
        limits = np.asarray(bounds, dtype=np.float64)
        if limits.ndim != 1 or limits.size < FEWEST_BOUNDS or (np.diff(limits) <= 0).any():
            remedy = "Pass at least three increasing numbers"
            raise SpecificationError(
                mould(
                    "mantel_correlogram_test",
                    Words("bounds must increase", "界限须递增"),
                    Words(str(bounds)),
                    remedy,
                )
            )
        return limits
    count = n_classes or int(np.ceil(1 + np.log2(distances.size)))
    if classes == "equal-count":
        return np.unique(np.quantile(distances, np.linspace(0, 1, count + 1)))
    return np.linspace(distances.min(), distances.max(), count + 1)


def _members(distances: FloatArray, limits: FloatArray) -> npt.NDArray[np.bool_]:
    """Mark the pairs of each class, shape (k, m); the first class holds its lower limit too."""
    place = find_bands(distances, limits, hold="upper")
    members: npt.NDArray[np.bool_] = place[None, :] == np.arange(limits.size - 1)[:, None]
    return members


def _testable(data: Pairs, members: npt.NDArray[np.bool_], *, cutoff: bool) -> npt.NDArray[np.intp]:
    counts = members.sum(axis=1)
    usable = (counts > 0) & (counts < members.shape[1])
    if cutoff:
        lonely = np.array([(one.sum(axis=1) == 0).any() for one in data.spread(members)])
        usable &= ~lonely | (np.arange(len(members)) < len(members) // 2)
    tested = np.flatnonzero(usable)
    if not tested.size:
        came = f"{len(members)} classes, empty, full, or without some city"
        raise DataError(
            mould("mantel_correlogram_test", "some class must be testable", came, "Choose other bounds"),
            zh=f"须有可检验的距离组：{len(members)}组均为空、均为全部，或缺少某些城市。",
        )
    return tested


def _class_correlations(
    data: Pairs, plan: NodePlan, members: npt.NDArray[np.bool_], sign: float, method: str
) -> tuple[FloatArray, FloatArray]:
    """Correlate y with class membership: observed, shape (k,), and permuted, shape (R, k)."""
    values = data.columns()[0]
    columns = np.vstack(
        [(rank_values(values) if method == "spearman" else values)[None], members.astype(np.float64)]
    )
    raw = columns[1:].copy()
    columns -= columns.mean(axis=1, keepdims=True)
    columns /= np.linalg.norm(columns, axis=1, keepdims=True)
    columns[0] *= sign
    observed = columns[1:] @ columns[0]
    if data.travelling:
        return observed, travelling_correlations(data, plan, data.spread(columns[:1]), data.spread(raw))
    laid = data.spread(columns)
    return observed, cross_sums(plan, laid[:1], laid[1:])[:, 0]


def progressive_holm(p_values: FloatArray) -> FloatArray:
    """Correct p-values for the number of classes up to and including their own.

    Parameters
    ----------
    p_values
        From the nearest class outwards, shape (k,).

    Returns
    -------
    numpy.ndarray
        The j-th value is the j-th Holm-corrected value among the first j, shape (k,).

    References
    ----------
    Legendre, P. and Legendre, L. (2012). Numerical Ecology, third edition, section 1.5.7. Elsevier.
    """
    return np.array([holm(p_values[: j + 1])[j] for j in range(len(p_values))])


def _familywise(
    observed: FloatArray, null: FloatArray, plan: NodePlan, alternative: Alternative
) -> FloatArray:
    """Compare the standardised correlations with the largest ones of the permutations that give one for every class."""
    whole = null[np.isfinite(null).all(axis=1)]
    if not len(whole):
        came = (
            f"{len(null):,} exchanges, each of which leaves some class without pairs, or without differences"
        )
        raise DataError(
            mould(
                "mantel_correlogram_test", "some exchange must fill every class", came, "Use fewer classes"
            ),
            zh="须有置换使每个距离组都有可比较的城市对：没有这样的置换。",
        )
    every = whole if plan.exact else np.vstack([observed[None], whole])
    middle, spread = every.mean(axis=0), every.std(axis=0)
    spread = np.where(
        spread > 0, spread, np.inf
    )  # a class that no exchange changes stands out in none of them
    standard = (observed - middle) / spread, (whole - middle) / spread
    return max_t(*standard, alternative=alternative, exact=plan.exact)


def _filled(values: npt.ArrayLike, tested: npt.NDArray[np.intp], size: int) -> FloatArray:
    full = np.full(size, np.nan)
    full[tested] = values
    return full


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Classes:
    """What was found in each class that was tested, k of them, before it is worded."""

    data: Pairs
    plan: NodePlan
    limits: FloatArray
    tested: npt.NDArray[np.intp]
    counts: npt.NDArray[np.int64]
    observed: FloatArray
    null: FloatArray
    alternative: Alternative
    measure: Measure
    by: Measure


def _result(found: _Classes, choices: dict[str, Any]) -> CorrelogramResult:
    alone = [
        found.plan.judge(float(r), found.null[:, k], found.alternative) for k, r in enumerate(found.observed)
    ]
    p_values = np.array([one.p_value for one in alone])
    family = _familywise(found.observed, found.null, found.plan, found.alternative)
    strongest = int(np.argmin(family - np.abs(found.observed) * 1e-9))
    terms = _terms(found, alone, family)
    usable = int(np.isfinite(found.null).all(axis=1).sum())
    error = 0.0 if found.plan.exact else monte_carlo_error(float(family[strongest]), usable, "greater")
    place, size = int(found.tested[strongest]), found.limits.size - 1
    said = say_classes(
        replace(terms[strongest], p_value=float(family[strongest]), mc_error=error),
        (float(found.limits[place]), float(found.limits[place + 1])),
        classes=len(found.tested),
        measure=found.measure,
        by=found.by,
    )
    every = len(found.null)
    said = replace(alone[strongest], n_unusable=every - usable, n_gone_through=every).add_unusable(said)
    return CorrelogramResult(
        statistic=float(found.observed[strongest]),
        p_value=float(family[strongest]),
        alternative=found.alternative,
        n=found.data.n_cities,
        method=f"Mantel correlogram ({found.plan.describe()})",
        null_distribution=found.null[:, strongest],
        sentence=said.en,
        sentence_zh=said.zh,
        terms=terms,
        choices=choices,
        question="distance",
        measure=found.measure,
        bounds=found.limits,
        n_in_class=found.counts,
        correlations=_filled(found.observed, found.tested, size),
        p_values=_filled(p_values, found.tested, size),
        p_corrected=_filled(progressive_holm(p_values), found.tested, size),
        p_familywise=_filled(family, found.tested, size),
    )


def _terms(found: _Classes, alone: list[Chance], family: FloatArray) -> tuple[Term, ...]:
    """Write one row per class."""
    return tuple(
        Term(
            test="mantel_correlogram_test",
            value=found.measure.column,
            term=Words(f"{found.by.column} ", found.by.label_zh)
            + say_range(edge(found.limits[k]), edge(found.limits[k + 1])),
            estimate=float(correlation),
            statistic=float(correlation),
            p_value=chance.p_value,
            p_adjusted=float(joint),
            adjustment="max-T",
            n_tried=len(family),
            mc_error=chance.mc_error,
            null_mean=chance.mean,
            null_sd=chance.deviation,
            alternative=found.alternative,
            n_cities=found.data.n_cities,
            n_pairs=int(found.counts[k]),
            null=found.plan.describe(),
            left_out=found.data.say_unobserved(),
            method=Words("Mantel correlogram", "Mantel 相关图"),
            note=notes(found.data.caution, chance.caution),
        )
        for k, correlation, joint, chance in zip(found.tested, found.observed, family, alone, strict=True)
    )
