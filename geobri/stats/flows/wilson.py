"""Wilson's family of spatial interaction models, and the balancing that they rest on.

T_ij = A_i O_i B_j D_j f(d_ij). Which of the balancing factors A and B there are decides the member: none (unconstrained),
A (the flow out of each city is met), B (the flow into each city), both. Friction maximises the likelihood, which for
these models is the same as meeting the mean (log) impedance of the observed flows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from geobri.errors import DataError, SpecificationError, mould
from geobri.notebooks import Told
from geobri.stats.doors import checked
from geobri.stats.flows.forms import DecayForm, FormName, build_form
from geobri.stats.flows.goodness import goodness_of_fit
from geobri.stats.models.effects import NodeEffects, build_effects
from geobri.stats.models.fits import OfRegression, RegressionFit, fit_likelihood
from geobri.stats.models.separation import find_separated_pairs
from geobri.stats.places import Column, as_measure
from geobri.stats.results import FloatArray
from geobri.stats.tables import PairSample, read_pairs
from geobri.stats.threads import on_one_thread
from geobri.words import Words

__all__ = ["CONSTRAINTS", "ConstraintName", "WilsonFit", "fit_wilson", "furness"]

ConstraintName = Literal["unconstrained", "origin", "destination", "doubly"]
"""The members of Wilson's family, by the totals that they keep."""
CONSTRAINTS: tuple[ConstraintName, ...] = get_args(ConstraintName)
"""Members of the family."""


@checked
def furness(
    seed: FloatArray,
    row_totals: FloatArray,
    column_totals: FloatArray,
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 10_000,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Balance a matrix to given row and column totals (Furness; iterative proportional fitting).

    Parameters
    ----------
    seed
        Matrix to balance, at least 0, shape (n, m); zeros stay zeros.
    row_totals, column_totals
        Totals to meet, at least 0, shapes (n,) and (m,), with the same sum.
    tolerance
        Largest difference between a row and its total, as a share of all flow.
    max_iterations
        Rounds after which to give up.

    Returns
    -------
    tuple
        Balanced matrix, row factors and column factors: balanced = rows[:, None] * seed * columns.

    Raises
    ------
    DataError
        If numbers are negative or missing, totals differ in sum, or the zeros of the seed forbid the totals.

    References
    ----------
    Furness, K. P. (1965). Time function iteration. Traffic Engineering and Control 7, 458-460.
    """
    seed, rows_wanted, columns_wanted = (
        np.asarray(one, dtype=np.float64) for one in (seed, row_totals, column_totals)
    )
    _check_totals(seed, rows_wanted, columns_wanted)
    total = rows_wanted.sum()
    columns = np.ones(seed.shape[1])
    for _ in range(max_iterations):
        rows = _ratio(rows_wanted, seed @ columns)
        columns = _ratio(columns_wanted, rows @ seed)
        missed = np.abs(rows * (seed @ columns) - rows_wanted).max()
        if missed <= tolerance * total:
            balanced: FloatArray = rows[:, None] * seed * columns
            if np.abs(balanced.sum(axis=0) - columns_wanted).max() <= 1e-9 * total:
                return balanced, rows, columns
            break
    came = f"totals missed by {missed:.3g} of {total:.3g} after {max_iterations} rounds"
    remedy = "Allow flow in more cells, or check the totals of cities with few partners"
    raise DataError(
        mould(
            "furness",
            Words("the zeros of the seed must allow the totals", "起始矩阵中的零须容许所给的合计"),
            came,
            remedy,
        )
    )


def _ratio(wanted: FloatArray, has: FloatArray) -> FloatArray:
    return np.divide(wanted, has, out=np.zeros_like(wanted), where=has > 0)


def _check_totals(seed: FloatArray, rows: FloatArray, columns: FloatArray) -> None:
    shaped = seed.ndim == 2 and seed.shape == (rows.size, columns.size)  # noqa: PLR2004 - a matrix
    clean = all(np.isfinite(one).all() and (one >= 0).all() for one in (seed, rows, columns))
    if not shaped or not clean:
        came = f"a seed of shape {seed.shape} with {rows.size} and {columns.size} totals"
        raise DataError(
            mould(
                "furness",
                Words(
                    "needs a matrix and its totals, finite and at least 0",
                    "需要矩阵及其合计，均为有限数且不为负",
                ),
                came,
                "Fill in 0 where there is no flow",
            )
        )
    if not np.isclose(rows.sum(), columns.sum(), rtol=1e-9, atol=0.0) or rows.sum() <= 0:
        came = f"{rows.sum():g} and {columns.sum():g}"
        raise DataError(
            mould(
                "furness",
                Words(
                    "row and column totals must have the same positive sum", "行合计与列合计之和须相等且为正"
                ),
                came,
                "Scale one of them",
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WilsonFit(OfRegression, Told):
    """A fitted spatial interaction model.

    Attributes
    ----------
    constraint
        Member of the family.
    form
        Decay function.
    friction
        Its parameters, positive where flow falls, shape (q,).
    friction_errors
        Naive standard errors of friction, shape (q,).
    fitted
        Flow of each pair, indexed as the table.
    balancing
        Indexed by city: `out, into` (totals), `a, b` (balancing factors; 1 where there are none), for a decay function
        scaled to be 1 at its largest observed value: fitted = a out b into f for ``doubly``.
    mass_exponents
        Exponents of the masses of unconstrained sides, by side.
    goodness
        `srmse, ssi, cpc, r_squared`.
    mean_impedance
        Flow-weighted mean impedance, observed and fitted.
    regression
        The regression behind it, in which undirected pairs count in both directions.
    """

    constraint: ConstraintName
    form: DecayForm
    friction: FloatArray
    friction_errors: FloatArray
    fitted: pd.Series[float]
    balancing: pd.DataFrame
    mass_exponents: dict[str, float]
    goodness: dict[str, float]
    mean_impedance: tuple[float, float]
    regression: RegressionFit

    @property
    def loglik(self) -> float:
        """Poisson log-likelihood; undirected pairs count in both directions."""
        return self.regression.loglik

    def summary(self, lang: Literal["en", "zh"] = "en") -> str:
        """Say which member of the family was fitted, and what was found.

        Parameters
        ----------
        lang
            Language.

        Returns
        -------
        str
            Coefficients (the negative friction first) with naive errors, log-likelihood and AIC.
        """
        name = self.form.name
        title = Words(
            f"Wilson's model, {self.constraint}, {name} decay", f"威尔逊模型（{self.constraint}），{name}衰减"
        )
        return self.regression.summary(lang, title=title)


@checked
@on_one_thread
def fit_wilson(
    corridors: pd.DataFrame,
    *,
    flow: Column,
    impedance: Column = "distance_km",
    constraint: ConstraintName = "doubly",
    form: FormName = "exponential",
    masses: tuple[str, str] | None = None,
    directed: bool | None = None,
) -> WilsonFit:
    """Fit one of Wilson's models to flows.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination`, flow and impedance. Undirected pairs count in both directions.
    flow
        Column of the flow or its measure, at least 0.
    impedance
        Column of the cost of separation, or its measure.
    constraint
        ``unconstrained``, ``origin`` (production), ``destination`` (attraction) or ``doubly``.
    form
        Decay function.
    masses
        Columns with the size of origin and of destination, above 0, used on unconstrained sides with an exponent; by
        default the observed totals of flow out and in.
    directed
        Whether a pair and its reverse are two observations; seen from the table by default.

    Returns
    -------
    WilsonFit
        Friction, balancing factors, fitted flows and measures of fit.

    Raises
    ------
    SpecificationError
        If the constraint is unknown.
    DataError
        If a mass is not positive.

    References
    ----------
    Wilson, A. G. (1971). A family of spatial interaction models, and associated developments. 10.1068/a030001.
    Flowerdew, R. and Aitkin, M. (1982). A method of fitting the gravity model based on the Poisson distribution. 10.1111/j.1467-9787.1982.tb00744.x.
    """
    if constraint not in CONSTRAINTS:
        remedy = f"Choose one of {', '.join(CONSTRAINTS)}"
        raise SpecificationError(
            mould(
                "fit_wilson",
                Words("constraint must be known", "约束（constraint）须为已知的名称"),
                Words(repr(constraint)),
                remedy,
            )
        )
    by = as_measure(impedance, of="corridors").column
    sample = read_pairs(
        corridors,
        flow=as_measure(flow, of="corridors").column,
        impedance=by,
        covariates=masses or (),
        directed=directed,
        caller="fit_wilson",
    )
    both = _mirror(sample)
    shape = build_form(form, sample.impedance, label=by, caller="fit_wilson")
    logs, sides = _log_masses(both, constraint)
    effects = _constraint_effects(both, constraint)
    columns = np.column_stack(
        [shape.basis(both.impedance), *logs, *([] if effects else [np.ones(both.n_pairs)])]
    )
    names = [*shape.terms, *(f"log mass of {side}" for side in sides), *([] if effects else ["constant"])]
    kept = ~find_separated_pairs(both.flow, columns, effects)
    used = both.take(kept)
    regression = fit_likelihood(
        used.flow,
        columns[kept],
        names=names,
        effects=_constraint_effects(used, constraint),
        caller="fit_wilson",
    )
    fitted = np.zeros(both.n_pairs)
    fitted[kept] = regression.fitted
    return _describe(both, sample, shape, regression, fitted, constraint=constraint, sides=sides)


def _mirror(sample: PairSample) -> PairSample:
    """Count undirected pairs in both directions."""
    if sample.directed:
        return sample
    twice = np.concatenate([np.arange(sample.n_pairs)] * 2)
    both = sample.take(twice)
    return PairSample(
        flow=both.flow,
        impedance=both.impedance,
        covariates=np.concatenate([sample.covariates, sample.covariates[:, ::-1]]),
        covariate_names=both.covariate_names,
        origin=np.concatenate([sample.origin, sample.destination]),
        destination=np.concatenate([sample.destination, sample.origin]),
        cities=both.cities,
        index=both.index,
        directed=True,
        n_missing=both.n_missing,
    )


def _totals(sample: PairSample, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    n = sample.n_cities
    sums = (np.bincount(ends, values, n).astype(np.float64) for ends in (sample.origin, sample.destination))
    return next(sums), next(sums)


def _log_masses(sample: PairSample, constraint: ConstraintName) -> tuple[list[FloatArray], list[str]]:
    """Take logs of the masses of the sides that are not constrained."""
    out, into = _totals(sample, sample.flow)
    given = (
        sample.covariates.T if sample.covariates.shape[1] else (out[sample.origin], into[sample.destination])
    )
    free = {"unconstrained": (0, 1), "origin": (1,), "destination": (0,), "doubly": ()}[constraint]
    sides = [("origin", "destination")[k] for k in free]
    for k, side in zip(free, sides, strict=True):
        if not (given[k] > 0).all():
            came = f"{int((given[k] <= 0).sum())} pairs with a {side} of mass 0 or less"
            remedy = "Pass masses=, leave these cities out, or constrain this side"
            raise DataError(
                mould("fit_wilson", "masses must be positive", came, remedy),
                zh="质量须为正：有城市的质量不大于零。",
            )
    return [np.log(given[k]) for k in free], sides


def _constraint_effects(sample: PairSample, constraint: ConstraintName) -> NodeEffects | None:
    """Effects that stand for the balancing factors; one side alone gets a common partner on the other."""
    if constraint == "unconstrained":
        return None
    nowhere = np.zeros(sample.n_pairs, dtype=np.intp)
    origin = nowhere if constraint == "destination" else sample.origin
    destination = nowhere if constraint == "origin" else sample.destination
    return build_effects(origin, destination, sample.n_cities, directed=True)


def _describe(
    both: PairSample,
    sample: PairSample,
    form: DecayForm,
    regression: RegressionFit,
    fitted: FloatArray,
    *,
    constraint: ConstraintName,
    sides: list[str],
) -> WilsonFit:
    q = len(form.terms)
    friction = -regression.coefficients[:q]
    exponents = {side: float(regression.coefficients[q + k]) for k, side in enumerate(sides)}
    mean = tuple(float(both.impedance @ flows / flows.sum()) for flows in (both.flow, fitted))
    return WilsonFit(
        constraint=constraint,
        form=form,
        friction=friction,
        # an undirected pair was counted twice, and is one observation
        friction_errors=np.sqrt(np.diag(regression.naive)[:q] * both.n_pairs / sample.n_pairs),
        fitted=pd.Series(fitted[: sample.n_pairs], index=sample.index, name="fitted"),
        balancing=_balance(both, form.log_decay(both.impedance, friction), fitted, exponents, constraint),
        mass_exponents=exponents,
        goodness=goodness_of_fit(both.flow, fitted),
        mean_impedance=(mean[0], mean[1]),
        regression=regression,
    )


def _balance(
    sample: PairSample,
    log_decay: FloatArray,
    fitted: FloatArray,
    exponents: dict[str, float],
    constraint: ConstraintName,
) -> pd.DataFrame:
    """Balancing factors: A_i = 1 / sum_j B_j D_j f_ij and B_j = 1 / sum_i A_i O_i f_ij, the mean log of B being 0."""
    out, into = _totals(sample, sample.flow)
    n = sample.n_cities
    a, b = np.ones(n), np.ones(n)
    decay = np.exp(log_decay - log_decay.max())
    if constraint == "doubly":
        seed = np.zeros((n, n))
        seed[sample.origin, sample.destination] = np.where(fitted > 0, decay, 0.0)
        _, rows, columns = furness(seed, out, into)
        a, b = _ratio(rows, out), _ratio(columns, into)
        centre = float(np.exp(np.log(b[b > 0]).mean()))
        a, b = a * centre, b / centre
    elif constraint != "unconstrained":
        pull = _pulled(sample, exponents)
        first, second = _totals(sample, decay * pull)
        a, b = (_ratio(np.ones(n), first), b) if constraint == "origin" else (a, _ratio(np.ones(n), second))
    return pd.DataFrame(
        {"out": out, "into": into, "a": a, "b": b}, index=pd.Index(sample.cities, name="city")
    )


def _pulled(sample: PairSample, exponents: dict[str, float]) -> FloatArray:
    side, exponent = next(iter(exponents.items()))
    out, into = _totals(sample, sample.flow)
    if sample.covariates.shape[1]:
        mass = sample.covariates[:, 0 if side == "origin" else 1]
    else:
        mass = out[sample.origin] if side == "origin" else into[sample.destination]
    pulled: FloatArray = mass**exponent
    return pulled
