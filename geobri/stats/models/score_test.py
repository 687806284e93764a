"""Score test of a coefficient by exchanging cities, and the interval of what chance does not rule out.

The model is fitted with the tested coefficient held at a value. If the value is true, the score of the tested column is
chance. What chance makes of it comes from exchanging cities, rows and columns together, and needs no refit:

- `exchange_scores` clears the tested column of everything else and carries what is left from city to city (double
  semi-partialling). This tests whether a column matters at all, and gives the intervals of linear, negative binomial,
  yes-no and quantile models.
- `exchange_residuals` leaves the column where it is and carries the residuals, each over its own standard deviation. It gives
  the intervals of counts: away from 0 the scatter of counts depends on the column, and exchanging the column would break
  that tie.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import optimize

from geobri.arrays import Rng
from geobri.errors import DataError, mould
from geobri.stats.models.effects import NodeEffects
from geobri.stats.models.exchanges import Projection, exchange_residuals, exchange_scores
from geobri.stats.models.fits import RegressionFit
from geobri.stats.null import NodePlan, plan_permutations
from geobri.stats.p_values import Chance, TwoSided
from geobri.stats.progress import tell_progress
from geobri.stats.results import Alternative, FloatArray, Term
from geobri.stats.say.numbers import LEVEL, number
from geobri.stats.say.terms import FRICTION, PERMUTATION, name_column, notes
from geobri.stats.tables import PairSample
from geobri.words import NOTHING, Words

__all__ = ["AtZero", "FitColumns", "Interval", "ScoreTest", "coefficient_tests"]

FitColumns = Callable[[FloatArray, Sequence[str], FloatArray | None], RegressionFit]
"""From columns, their names and the known part of the predictor to a fit."""

FARTHEST = 40.0
"""Standard errors from the estimate past which a limit counts as infinite."""


_SURE: Final = 2.5
"""Monte Carlo errors from 5 % within which a p-value is drawn anew."""
_QUICK: Final = 199
"""Whoever asks for fewer exchanges wants a quick look."""
_CLOSER: Final = 20
"""Times as many exchanges for such a p-value: 19,999 for 999, with an error of 0.2 % at 5 %."""
_ENOUGH: Final = 49_999
"""No more than this, which leaves an error of 0.1 %."""
_MOST_CELLS: Final = 30_000_000
"""And no more than fit into 240 MB, a number for every city."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtZero:
    """The test of no effect.

    Attributes
    ----------
    statistic
        Score statistic.
    null
        Null distribution, shape (R,).
    chance
        What chance says of it.
    plan
        The exchanges that the p-value comes from.
    """

    statistic: float
    null: FloatArray
    chance: Chance
    plan: NodePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The values of a coefficient that a test does not reject.

    Attributes
    ----------
    low, high
        Limits; infinite where no value is rejected on that side, NaN where there is no interval.
    reason
        Why there is no interval, or why a limit is infinite; empty otherwise.
    """

    low: float
    high: float
    reason: Words = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreTest:
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
        Scores are counts less their means: the interval comes from `exchange_residuals`.
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
        fitted = held.score, held.weight
        return exchange_scores(
            self.sample, self.tested, self.nuisance, self.effects, fitted=fitted, plan=self.plan
        )

    def test_zero(
        self, alternative: Alternative = "two-sided", *, two_sided: TwoSided = "tails", rng: Rng = None
    ) -> AtZero:
        """Test that all coefficients are 0; a p-value at which the verdict would hang on the draws is drawn anew.

        Parameters
        ----------
        alternative
            Direction of the test.
        two_sided
            How two tails become one p-value.
        rng
            Seed or generator of further exchanges.

        Returns
        -------
        AtZero
            Statistic, null distribution, p-value and exchanges.
        """
        zero, plan = np.zeros(self.tested.shape[1]), self.plan
        statistic, null = self.scores(zero)
        chance = plan.judge(statistic, null, alternative, two_sided=two_sided)
        more = _how_many_more(plan)
        if _QUICK <= len(plan.permutations) < more and abs(chance.p_value - LEVEL) < _SURE * chance.mc_error:
            plan = _more_exchanges(plan, more, rng)
            statistic, null = replace(self, plan=plan).scores(zero)
            chance = plan.judge(statistic, null, alternative, two_sided=two_sided)
        return AtZero(statistic=statistic, null=null, chance=chance, plan=plan)

    def _evaluate(self, value: float) -> tuple[float, FloatArray, float]:
        """Statistic, null distribution and standard error for the interval."""
        held = self.hold(self.tested[:, 0] * value)
        among = self.sample, self.tested, self.nuisance, self.effects
        if self.counts:
            return exchange_residuals(*among, fit=held, plan=self.plan)
        statistic, null = exchange_scores(*among, fitted=(held.score, held.weight), plan=self.plan)
        return statistic, null, _model_error(held, self.tested, self.nuisance, self.effects)

    def interval(
        self,
        estimate: float,
        *,
        at_zero: tuple[float, float] | None = None,
        level: float = 0.95,
    ) -> Interval:
        """Give the values of a single coefficient that chance does not rule out.

        Parameters
        ----------
        estimate
            Estimate of the coefficient.
        at_zero
            Statistic and two-sided p-value of the test of 0. Where that test and the interval disagree about 0, a limit is
            set to 0.
        level
            Coverage that is wanted.

        Returns
        -------
        Interval
            Its limits; none, with the reason, where the estimate itself is not inside.
        """
        rank = _critical_rank(self.plan, level)
        statistic, null, error = self._evaluate(estimate)
        if rank < 1 or np.isfinite(null).sum() < 2 * rank:
            return Interval(
                low=-math.inf,
                high=math.inf,
                reason=Words(
                    "too few exchanges of cities to reject any value", "置换次数太少，不足以拒绝任何数值"
                ),
            )
        low, high = _critical(null, rank)
        if not (low < 0.0 < high and low < statistic < high):
            at = (
                number(statistic, 2) if low < 0.0 < high else "0"
            )  # scores of quantiles are not 0 at the estimate
            ends = number(low, 2), number(high, 2)
            why = Words(
                f"no interval: the test rejects the estimate itself ({at} is not between {ends[0]} and {ends[1]})",
                f"无区间：检验拒绝了估计值本身（{at} 不在 {ends[0]} 与 {ends[1]} 之间）",
            )
            return Interval(low=math.nan, high=math.nan, reason=why)
        limits = (
            self._limit(estimate, -error, high, rank, at_estimate=statistic - high),
            self._limit(estimate, error, -low, rank, at_estimate=low - statistic),
        )
        sides = zip((Words("low", "低"), Words("high", "高")), limits, strict=True)
        found = Interval(
            low=limits[0],
            high=limits[1],
            reason=_say_endless([side for side, at in sides if math.isinf(at)]),
        )
        if at_zero is None:
            return found
        statistic_at_zero, p_value = at_zero
        return _agree(found, statistic_at_zero, rejected=p_value <= 1.0 - level + 1e-12)

    def _limit(
        self, estimate: float, step: float, critical: float, rank: int, *, at_estimate: float
    ) -> float:
        """Value at which the statistic meets the critical value, in the direction of `step`."""
        known = {estimate: at_estimate}  # the search for the root asks again for what the bracket has shown

        def excess(value: float) -> float:
            if value not in known:
                side = "lower" if step < 0 else "upper"
                tell_progress(f"searching the {side} limit of an interval, {len(known)} values tried")
                with np.errstate(over="ignore", invalid="ignore"):
                    statistic, null, _ = self._evaluate(value)
                low, high = _critical(null, rank)
                known[value] = statistic - high if step < 0 else low - statistic
                if not math.isfinite(known[value]):
                    raise DataError(
                        mould("interval", "statistics must be finite", f"{statistic}", "Look nearer")
                    )
            return known[value]

        # A limit lies about `critical` standard errors out: the first guess is a little beyond it, so that one step mostly
        # brackets it; each evaluation fits a model and goes through all exchanges.
        inner, outer, stride = estimate, estimate + 1.1 * critical * step, 0.7 * critical * step
        try:
            while (beyond := excess(outer)) <= 0:
                inner, outer = outer, outer + stride
                if abs(outer - estimate) > FARTHEST * abs(step):
                    return math.copysign(math.inf, step)
            if inner == estimate and beyond < critical:  # the next guess is inside, and close to the limit
                nearer = estimate + 0.9 * critical * step * critical / (critical + beyond)
                inner, outer = (nearer, outer) if excess(nearer) <= 0 else (estimate, nearer)
            return float(optimize.brentq(excess, inner, outer, xtol=2e-3 * abs(step), rtol=1e-8))
        except DataError:  # so far out that the model cannot be held there any more
            return math.copysign(math.inf, step)


def _how_many_more(plan: NodePlan) -> int:
    """Count the exchanges with which a verdict does not hang on them, as far as time and memory allow."""
    count, n = map(int, plan.permutations.shape)
    return min(_CLOSER * count, _ENOUGH, _MOST_CELLS // n)


def _more_exchanges(plan: NodePlan, count: int, rng: Rng) -> NodePlan:
    """Draw anew; a seed gives other exchanges than those that the p-value at the border came from."""
    fresh = np.random.default_rng([rng, 1]) if isinstance(rng, int) else rng
    return plan_permutations(plan.permutations.shape[1], count, blocks=plan.blocks, rng=fresh)


def _critical_rank(plan: NodePlan, level: float) -> int:
    """How many null statistics lie beyond a critical value, so that p <= 1 - level past it and not before."""
    # of 0.025 (R + 1) nothing may be lost to rounding: 25 of 1,000, not 24
    return math.floor((1 - level) / 2 * (len(plan.permutations) + (0 if plan.exact else 1)) + 1e-9)


def _critical(null: FloatArray, rank: int) -> tuple[float, float]:
    ordered = np.sort(null[np.isfinite(null)])
    if len(ordered) < rank:
        return math.nan, math.nan
    return float(ordered[rank - 1]), float(ordered[-rank])


def _agree(found: Interval, statistic: float, *, rejected: bool) -> Interval:
    """Let an interval and the test at 0 say the same: past a limit that they dispute, 0 takes its place.

    The test at 0 has the power, the interval the coverage. Moving a limit to 0 leaves the coverage of 0 to the test, and that
    of every other value as it is or larger, unless the test errs in direction.
    """
    inside = found.low <= 0.0 <= found.high
    if rejected == (not inside):
        return found
    if rejected:
        low, high = (0.0, found.high) if statistic > 0 else (found.low, 0.0)
        was = number(found.low if statistic > 0 else found.high)
        reason = Words(
            f"a limit of {was} is set to 0, which the test rejects", f"界限 {was} 置为 0，因检验拒绝 0"
        )
    else:
        low, high = min(found.low, 0.0), max(found.high, 0.0)
        was = number(found.low if found.low > 0 else found.high)
        reason = Words(
            f"a limit of {was} is set to 0, which the test does not reject",
            f"界限 {was} 置为 0，因检验未拒绝 0",
        )
    open_end = found.reason if math.isinf(low) or math.isinf(high) else None
    return Interval(low=low, high=high, reason=notes(open_end, reason))


def _say_endless(sides: list[Words]) -> Words:
    """Say on which sides an interval has no end."""
    if not sides:
        return NOTHING
    named = " and ".join(one.en for one in sides), "、".join(one.zh for one in sides)
    return Words(f"no value is rejected on the {named[0]} side", f"{named[1]}侧没有任何数值被拒绝")


def _model_error(
    fit: RegressionFit, column: FloatArray, nuisance: FloatArray, effects: NodeEffects | None
) -> float:
    """Give the standard error of a coefficient by the model, scaled by the dispersion seen in its residuals."""
    cleared = Projection(nuisance, fit.weight, effects).clear(column)[:, 0]
    spread = float(fit.score @ (fit.score / fit.weight)) / len(fit.score)
    return math.sqrt(spread / float(fit.weight @ cleared**2))


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
    n_tested: int | None = None,
    counts: bool = False,
    two_sided: TwoSided = "tails",
    rng: Rng = None,
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
    n_tested
        How many coefficients are tested, from the first on; all by default.
    counts
        The model is one of counts, see `ScoreTest`.
    two_sided
        How two tails become one p-value.
    rng
        Seed or generator of further exchanges, see `ScoreTest.test_zero`.

    Returns
    -------
    tuple
        One row per column but the constant, and the null distribution of the first.
    """
    rows: list[Term] = []
    first = np.empty(0)
    for k, name in enumerate(fit.names):
        if name == "constant" or (n_tested is not None and k >= n_tested):
            continue
        sign = -1.0 if k < n_friction else 1.0
        others, other_names = np.delete(columns, k, axis=1), [one for one in fit.names if one != name]
        held = ScoreTest(
            sample=sample,
            tested=sign * columns[:, [k]],
            nuisance=others,
            effects=effects,
            hold=lambda known, others=others, names=other_names: fit_columns(others, names, known),  # type: ignore[misc]
            plan=plan,
            counts=counts,
        )
        zero = held.test_zero(two_sided=two_sided, rng=rng)
        row = replace(base, term=(FRICTION if sign < 0 else NOTHING) + name_column(name))
        rows.append(_describe_test(row, held, sign * float(fit.coefficients[k]), zero))
        first = first if len(rows) > 1 else zero.null
    return rows, first


def _describe_test(base: Term, held: ScoreTest, estimate: float, zero: AtZero) -> Term:
    """Write the row of a single coefficient: p-value, interval, and what a reader must know of both."""
    chance = zero.chance
    limits = held.interval(estimate, at_zero=(zero.statistic, chance.p_value))
    return replace(
        base,
        estimate=estimate,
        ci_low=limits.low,
        ci_high=limits.high,
        se_type=PERMUTATION,
        statistic=zero.statistic,
        p_value=chance.p_value,
        mc_error=chance.mc_error,
        null_mean=chance.mean,
        null_sd=chance.deviation,
        null_of="statistic",
        null=zero.plan.describe(),
        note=notes(base.note, chance.caution, limits.reason),
    )
