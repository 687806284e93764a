"""Decay functions: how the expected flow falls with impedance.

Every form is linear in its parameters on the log scale, log f(d) = -(b1 g1(d) + b2 g2(d) + …), so that one set of
estimators serves them all. A positive b is friction: more impedance, less flow.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import optimize

from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.doors import checked
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["FORMS", "DecayForm", "FormName", "build_form"]

FormName = Literal[
    "power", "exponential", "exponential-root", "gaussian", "log-normal", "tanner", "piecewise", "spline"
]
"""The forms that a decay function can take."""
FORMS: tuple[FormName, ...] = get_args(FormName)
"""Names of all decay functions."""

OfImpedance = Callable[[FloatArray], FloatArray]

PIECEWISE_QUANTILES = (1 / 3, 2 / 3)
SPLINE_QUANTILES = (0.05, 0.35, 0.65, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecayForm:
    """A decay function, with its knots placed.

    Attributes
    ----------
    name
        One of `FORMS`.
    terms
        What each parameter multiplies, in words (``log impedance``).
    basis
        From impedance, shape (N,), to the columns g(d), shape (N, q).
    starts_at_zero
        Finite at impedance 0 (the others fall from infinity).
    knots
        Impedances at which piecewise and spline forms bend.
    """

    name: FormName
    terms: tuple[str, ...]
    basis: OfImpedance
    starts_at_zero: bool
    knots: tuple[float, ...] = ()

    def log_decay(self, impedance: FloatArray, parameters: FloatArray) -> FloatArray:
        """Give log f, up to a constant.

        Parameters
        ----------
        impedance
            Shape (N,).
        parameters
            Friction parameters b, shape (q,).

        Returns
        -------
        numpy.ndarray
            -(b1 g1 + b2 g2 + …), shape (N,).
        """
        return np.asarray(-(self.basis(np.asarray(impedance, dtype=np.float64)) @ parameters))

    def elasticity(self, impedance: float, parameters: FloatArray) -> float:
        """Give the percent by which flow falls when impedance grows by one percent.

        Parameters
        ----------
        impedance
            Where, above 0.
        parameters
            Friction parameters b, shape (q,).

        Returns
        -------
        float
            -d log f / d log d; for the power form the exponent itself, everywhere.
        """
        step = 1e-5
        low, high = self.log_decay(impedance * np.exp([-step, step]), parameters)
        return float((low - high) / (2 * step))

    def half_impedance(self, parameters: FloatArray, reference: float) -> float:
        """Find the impedance at which the expected flow is half of what it is at a reference.

        Parameters
        ----------
        parameters
            Friction parameters b, shape (q,).
        reference
            Impedance to compare with; 0 only for forms that are finite there.

        Returns
        -------
        float
            In the unit of the impedance; infinite if the flow does not fall to a half.
        """
        start = float(self.log_decay(np.array([reference]), parameters)[0])

        def above_half(impedance: float) -> float:
            return float(self.log_decay(np.array([impedance]), parameters)[0]) - start + math.log(2.0)

        # steps of a quarter: forms with two terms or knots may rise again, and the first fall to a half is wanted
        low, high = reference, max(reference, 1e-3)
        while above_half(high) > 0:
            low, high = high, 1.25 * high
            if high > 1e12:  # noqa: PLR2004 - far beyond any journey
                return math.inf
        return float(optimize.brentq(above_half, low, high, xtol=1e-9, rtol=1e-12))


def _log_distances(impedance: FloatArray) -> FloatArray:
    return np.asarray(np.log(impedance)[:, None])


def _plain(impedance: FloatArray) -> FloatArray:
    return impedance[:, None]


def _roots(impedance: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(impedance)[:, None])


def _squares(impedance: FloatArray) -> FloatArray:
    return np.asarray((impedance**2)[:, None])


def _squared_logs(impedance: FloatArray) -> FloatArray:
    return np.asarray((np.log(impedance) ** 2)[:, None])


def _log_and_plain(impedance: FloatArray) -> FloatArray:
    return np.column_stack([np.log(impedance), impedance])


_FIXED: dict[FormName, tuple[tuple[str, ...], OfImpedance, bool]] = {
    "power": (("log {d}",), _log_distances, False),
    "exponential": (("{d}",), _plain, True),
    "exponential-root": (("sqrt {d}",), _roots, True),
    "gaussian": (("{d} squared",), _squares, True),
    "log-normal": (("squared log {d}",), _squared_logs, False),
    "tanner": (("log {d}", "{d}"), _log_and_plain, False),
}


@checked
def build_form(
    name: FormName, impedance: FloatArray, *, label: str = "impedance", caller: str = "build_form"
) -> DecayForm:
    """Set up a decay function for given impedances.

    Parameters
    ----------
    name
        ``power`` d^-b; ``exponential`` exp(-b d); ``exponential-root`` exp(-b sqrt d); ``gaussian`` exp(-b d²);
        ``log-normal`` exp(-b (log d)²); ``tanner`` d^-b1 exp(-b2 d); ``piecewise`` power with a different exponent
        in each third; ``spline`` restricted cubic in log d with four knots (Harrell's quantiles).
    impedance
        Observed impedances, shape (N,); they place the knots.
    label
        Name of the impedance, for the terms.
    caller
        Function that asks, for the message.

    Returns
    -------
    DecayForm
        The form.

    Raises
    ------
    SpecificationError
        If the name is unknown.
    DataError
        If impedance does not vary, or is 0 for a form that is not finite there.

    References
    ----------
    Taylor, P. J. (1971). Distance transformation and distance decay functions. 10.1111/j.1538-4632.1971.tb00364.x.
    Tanner, J. C. (1961). Factors affecting the amount of travel. Road Research Technical Paper 51.
    Harrell, F. E. (2015). Regression modeling strategies. 10.1007/978-3-319-19425-7.
    """
    if name not in FORMS:
        remedy = f"Choose one of {', '.join(FORMS)}"
        raise SpecificationError(
            mould(
                caller,
                Words("form must be known", "函数形式（form）须为已知的名称"),
                Words(repr(name)),
                remedy,
            )
        )
    if not float(np.ptp(impedance)) > 0:
        came = f"{len(impedance)} pairs at {impedance[0] if len(impedance) else 'no'} {label}"
        raise DataError(
            mould(caller, f"{label} must vary", came, "Choose another impedance"),
            zh=f"距离须有差异：{len(impedance)}对的取值全部相等。",
        )
    at_zero = int(np.count_nonzero(impedance <= 0))
    if name in _FIXED:
        terms, basis, starts_at_zero = _FIXED[name]
        form = DecayForm(
            name=name,
            terms=tuple(term.format(d=label) for term in terms),
            basis=basis,
            starts_at_zero=starts_at_zero,
        )
    else:
        form = _bent_form(name, impedance[impedance > 0], label)
    if at_zero and not form.starts_at_zero:
        remedy = "Merge coincident cities, or pass form='exponential', which is finite at 0"
        came = f"{at_zero} of {len(impedance)} pairs at 0"
        raise DataError(
            mould(caller, f"{label} must be positive for form={name!r}", came, remedy),
            zh=f"此衰减函数要求距离为正：{len(impedance)}对中有{at_zero}对为零。",
        )
    return form


def _bent_form(name: FormName, impedance: FloatArray, label: str) -> DecayForm:
    quantiles = PIECEWISE_QUANTILES if name == "piecewise" else SPLINE_QUANTILES
    knots = tuple(float(knot) for knot in np.quantile(impedance, quantiles))
    if len(set(knots)) < len(knots):
        came = f"knots at {', '.join(f'{knot:g}' for knot in knots)}"
        remedy = "Take a form without knots, such as 'power'"
        raise DataError(
            mould("build_form", f"{label} must have enough different values for form={name!r}", came, remedy),
            zh="距离的不同取值太少，不足以采用此衰减函数。",
        )
    logs = np.log(knots)
    if name == "piecewise":
        terms = (f"log {label}", *(f"log {label} beyond {knot:.0f}" for knot in knots))
        return DecayForm(
            name=name,
            terms=terms,
            basis=lambda d: _hinges(np.log(d), logs),
            starts_at_zero=False,
            knots=knots,
        )
    terms = (f"log {label}", *(f"spline {k} of log {label}" for k in range(1, len(knots) - 1)))
    return DecayForm(
        name=name, terms=terms, basis=lambda d: _cubic(np.log(d), logs), starts_at_zero=False, knots=knots
    )


def _hinges(x: FloatArray, knots: FloatArray) -> FloatArray:
    return np.column_stack([x, *(np.maximum(x - knot, 0.0) for knot in knots)])


def _cubic(x: FloatArray, knots: FloatArray) -> FloatArray:
    """Restricted cubic spline: cubic between the knots, straight outside (Harrell 2015, eq. 2.24)."""
    last, before = knots[-1], knots[-2]
    cubes = np.maximum(x[:, None] - knots, 0.0) ** 3
    inner = [
        cubes[:, k]
        - cubes[:, -2] * (last - knot) / (last - before)
        + cubes[:, -1] * (before - knot) / (last - before)
        for k, knot in enumerate(knots[:-2])
    ]
    return np.column_stack([x, *(column / (last - knots[0]) ** 2 for column in inner)])
