"""Test and interval of one coefficient by exchanging cities, for any model with scores.

The model is fitted with the coefficient held at a value; the score statistic of that value is compared with the
statistics after exchanging cities. The values that are not rejected are the interval. For counts the interval exchanges
standardised residuals where the test exchanges the tested column: away from 0 the scatter of counts depends on the column.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from geobri.errors import DataError
from geobri.stats.effects import NodeEffects
from geobri.stats.exchange import count_scale, exchange_residuals, exchange_scores
from geobri.stats.null import NodePlan
from geobri.stats.regression import RegressionFit
from geobri.stats.results import FloatArray, Term
from geobri.stats.samples import PairSample

__all__ = ["FitColumns", "HeldTest", "coefficient_tests", "model_errors"]

FitColumns = Callable[[FloatArray, Sequence[str], FloatArray | None], RegressionFit]
"""From columns, their names and the known part of the predictor to a fit."""

FARTHEST = 40.0
"""Standard errors from the estimate past which a limit counts as infinite."""
MOST_CELLS_FOR_INVERSION = 20_000_000
"""Pairs times permutations past which the interval is taken from one null distribution instead of many."""


def model_errors(fit: RegressionFit) -> FloatArray:
    """Give the standard errors that go with the score statistic.

    Parameters
    ----------
    fit
        A fitted model.

    Returns
    -------
    numpy.ndarray
        Errors of the model, scaled by the dispersion seen in its residuals, shape (k,).
    """
    spread = float(fit.score @ (fit.score / fit.weight)) / len(fit.score)
    return np.asarray(np.sqrt(spread * np.diag(fit.bread)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldTest:
    """A model whose tested coefficients are held at given values.

    Attributes
    ----------
    sample
        The N pairs.
    tested
        Columns whose coefficients are tested, shape (N, q).
    nuisance
        The other columns, shape (N, k).
    effects
        Node effects, or None.
    hold
        From the known part of the linear predictor, shape (N,), to the fit of the other columns.
    plan
        The exchanges of cities.
    counts
        Scores are counts less their means: intervals exchange standardised residuals (`exchange_residuals`) instead of
        the tested column.
    """

    sample: PairSample
    tested: FloatArray
    nuisance: FloatArray
    effects: NodeEffects | None
    hold: Callable[[FloatArray], RegressionFit]
    plan: NodePlan
    counts: bool = False

    def scores(self, values: FloatArray) -> tuple[float, FloatArray]:
        """Give the score statistic of given values, observed and with exchanged cities.

        Parameters
        ----------
        values
            Coefficients of the tested columns, shape (q,).

        Returns
        -------
        tuple
            Observed statistic and null distribution, shape (R,). With one column, large statistics mean that the
            coefficient is larger than the value; with several, that some differ.
        """
        held = self.hold(self.tested @ values)
        return exchange_scores(
            self.sample,
            self.tested,
            self.nuisance,
            self.effects,
            fitted=(held.score, held.weight),
            plan=self.plan,
        )

    def _scores_for_interval(self, value: float) -> tuple[float, FloatArray]:
        if not self.counts:
            return self.scores(np.array([value]))
        held = self.hold(self.tested @ np.array([value]))
        return exchange_residuals(
            self.sample,
            self.tested,
            self.nuisance,
            self.effects,
            fitted=(held.score, held.weight),
            scale=count_scale(held.score, held.fitted),
            plan=self.plan,
        )

    def interval(self, estimate: float, error: float, level: float = 0.95) -> tuple[float, float]:
        """Give the values of a single coefficient that the test does not reject.

        Parameters
        ----------
        estimate
            Estimate of the coefficient.
        error
            Rough standard error, from which the search starts.
        level
            Coverage that is wanted.

        Returns
        -------
        tuple
            Lower and upper limit; infinite where no value is rejected.
        """
        rank = math.floor((1 - level) / 2 * (len(self.plan.permutations) + (0 if self.plan.exact else 1)))
        if rank < 1:
            return -math.inf, math.inf
        if self.sample.n_pairs * len(self.plan.permutations) > MOST_CELLS_FOR_INVERSION:
            ordered = np.sort(self._scores_for_interval(estimate)[1])
            return estimate - float(ordered[-rank]) * error, estimate - float(ordered[rank - 1]) * error
        return self._limit(estimate, -error, rank), self._limit(estimate, error, rank)

    def _limit(self, estimate: float, step: float, rank: int) -> float:
        """Value at which the statistic meets the critical value, in the direction of `step`."""

        def excess(value: float) -> float:
            statistic, null = self._scores_for_interval(value)
            ordered = np.sort(null)
            return statistic - float(ordered[-rank]) if step < 0 else float(ordered[rank - 1]) - statistic

        inner, outer = estimate, estimate + 2.5 * step
        try:
            while excess(outer) <= 0:
                inner, outer = outer, outer + 1.5 * step
                if abs(outer - estimate) > FARTHEST * abs(step):
                    return math.copysign(math.inf, step)
        except DataError:  # so far out that the model cannot be held there any more
            return math.copysign(math.inf, step)
        if excess(inner) >= 0:
            return inner
        return float(optimize.brentq(excess, inner, outer, xtol=1e-3 * abs(step), rtol=1e-8))


def coefficient_tests(
    base: Term,
    sample: PairSample,
    columns: FloatArray,
    effects: NodeEffects | None,
    *,
    fit: RegressionFit,
    fit_columns: FitColumns,
    plan: NodePlan,
    n_friction: int = 0,
    counts: bool = False,
) -> tuple[list[Term], FloatArray]:
    """Test every coefficient of a model by exchanging cities, each with all others in the model.

    Parameters
    ----------
    base
        What all rows have in common.
    sample
        The N pairs.
    columns
        Columns of the model, shape (N, k).
    effects
        Node effects, or None.
    fit
        The fitted model, with the names of the columns.
    fit_columns
        How to fit the model with some columns and the rest of the predictor known.
    plan
        The exchanges of cities.
    n_friction
        The first so many coefficients are reported as friction, with their sign turned.
    counts
        The model is one of counts, see `HeldTest`.

    Returns
    -------
    tuple
        One row per column but the constant, and the null distribution of the first.
    """
    rows: list[Term] = []
    first = np.empty(0)
    for k, name in enumerate(fit.names):
        if name == "constant":
            continue
        sign = -1.0 if k < n_friction else 1.0
        held = _hold_column(
            sample,
            columns,
            effects,
            k,
            sign=sign,
            names=fit.names,
            fit_columns=fit_columns,
            plan=plan,
            counts=counts,
        )
        statistic, null = held.scores(np.zeros(1))
        estimate = sign * float(fit.coefficients[k])
        low, high = held.interval(estimate, float(model_errors(fit)[k]))
        first = first if rows else null
        rows.append(
            replace(
                base,
                term=f"{'friction: ' if sign < 0 else ''}{name}",
                estimate=estimate,
                ci_low=low,
                ci_high=high,
                se_type="permutation",
                statistic=statistic,
                p_value=plan.p_value(statistic, null),
                null=plan.describe(),
            )
        )
    return rows, first


def _hold_column(
    sample: PairSample,
    columns: FloatArray,
    effects: NodeEffects | None,
    k: int,
    *,
    sign: float,
    names: Sequence[str],
    fit_columns: FitColumns,
    plan: NodePlan,
    counts: bool,
) -> HeldTest:
    others = np.delete(columns, k, axis=1)
    other_names = [name for at, name in enumerate(names) if at != k]
    return HeldTest(
        sample=sample,
        tested=sign * columns[:, [k]],
        nuisance=others,
        effects=effects,
        hold=lambda known: fit_columns(others, other_names, known),
        plan=plan,
        counts=counts,
    )
