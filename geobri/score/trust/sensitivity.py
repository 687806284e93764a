"""Which choice matters most: variance-based sensitivity of a ranking to the choices behind it.

The estimators are written out here, in a dozen lines, because choices come as groups of uniform
numbers and outputs as vectors (one per unit); SALib, which needs one call per output, is the
reference that the tests compare with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import SpecificationError, first_offenders, mould
from geobri.notebooks import Told
from geobri.score.compiled import CompiledIndex, score_compiled
from geobri.score.plotting import draw_effects, to_html
from geobri.score.ranking import rank
from geobri.score.shares import ROOT
from geobri.score.trust.choices import UncertainChoice
from geobri.score.trust.choosing import check_choices, count_uniforms
from geobri.score.trust.runs import draw_uniforms, evaluate_runs
from geobri.workers import spread_here

__all__ = [
    "SENSITIVITY_COLUMNS",
    "CrossedDesign",
    "Sensitivity",
    "build_crossed_design",
    "estimate_effects",
    "measure_sensitivity",
]

SENSITIVITY_COLUMNS = (
    "output",
    "choice",
    "first",
    "first_lower",
    "first_upper",
    "total",
    "total_lower",
    "total_upper",
    "variance",
    "runs",
)
MEAN_SHIFT = "mean shift"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossedDesign:
    """Points of the unit cube for first and total effects of groups of inputs.

    Attributes
    ----------
    first, second
        Two independent samples, shape (n, d).
    crossed
        `first` with the columns of one group taken from `second`, shape (groups, n, d).
    """

    first: FloatArray
    second: FloatArray
    crossed: FloatArray

    def stacked(self) -> FloatArray:
        """Put all points under each other, to be evaluated in one call.

        Returns
        -------
        numpy.ndarray
            Shape ((groups + 2) * n, d).
        """
        return np.concatenate([self.first, self.second, *self.crossed])

    def split(self, output: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Take the output of `stacked` apart again.

        Parameters
        ----------
        output
            Shape ((groups + 2) * n, outputs).

        Returns
        -------
        tuple of numpy.ndarray
            Outputs of `first` and `second`, shape (n, outputs), and of `crossed`, (groups, n, outputs).
        """
        parts = output.reshape(len(self.crossed) + 2, len(self.first), -1)
        return parts[0], parts[1], parts[2:]


def build_crossed_design(
    widths: Sequence[int], n: int, *, rng: int | np.random.Generator | None = None
) -> CrossedDesign:
    """Draw the design of Saltelli for groups of inputs, from a scrambled Sobol sequence.

    Parameters
    ----------
    widths
        Number of columns of each group.
    n
        Points per sample; a power of two.
    rng
        Seed or generator.

    Returns
    -------
    CrossedDesign
        (groups + 2) n points.

    Raises
    ------
    SpecificationError
        If `n` is not a power of two.
    """
    if n < 2 or n & (n - 1):  # noqa: PLR2004 - two points are the least that have a variance
        came = repr(n)
        remedy = "Use 512, 1024 or 2048"
        raise SpecificationError(mould("build_crossed_design", "n must be a power of two", came, remedy))
    d = sum(widths)
    both = draw_uniforms(n, 2 * d, "sobol", rng)
    first, second = both[:, :d], both[:, d:]
    crossed = np.repeat(first[None], len(widths), axis=0)
    end = 0
    for group, width in enumerate(widths):
        crossed[group, :, end : end + width] = second[:, end : end + width]
        end += width
    return CrossedDesign(first=first, second=second, crossed=crossed)


def estimate_effects(
    first: FloatArray, second: FloatArray, crossed: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Estimate first-order and total effects from the outputs of a crossed design.

    Parameters
    ----------
    first, second
        Outputs of the two samples, shape (n, outputs).
    crossed
        Outputs with one group crossed, shape (groups, n, outputs).

    Returns
    -------
    tuple of numpy.ndarray
        First effects and total effects, shape (groups, outputs), and the variance, shape (outputs,).
        Effects are missing where an output does not vary.

    Notes
    -----
    With f centred at the mean of all outputs, S_i = mean f_B (f_ABi - f_A) / V (Saltelli et al. 2010,
    table 2 b) and T_i = mean (f_A - f_ABi)^2 / (2 V) (Jansen 1999), V the variance over A and B.

    References
    ----------
    Saltelli, A., Annoni, P., Azzini, I., Campolongo, F., Ratto, M. and Tarantola, S. (2010). Variance
    based sensitivity analysis of model output. Computer Physics Communications 181(2), 259-270.
    https://doi.org/10.1016/j.cpc.2009.09.018
    Jansen, M. J. W. (1999). Analysis of variance designs for model output. Computer Physics
    Communications 117(1-2), 35-43. https://doi.org/10.1016/S0010-4655(98)00154-4
    """
    everything = np.concatenate([first[None], second[None], crossed])
    centre = everything.mean(axis=(0, 1))
    variance = everything[:2].reshape(-1, first.shape[1]).var(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        one = ((second - centre) * (crossed - first)).mean(axis=1) / variance
        every = 0.5 * ((first - crossed) ** 2).mean(axis=1) / variance
    varies = variance > 1e-12 * np.maximum(centre**2, 1e-12)
    return np.where(varies, one, np.nan), np.where(varies, every, np.nan), variance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Sensitivity(Told):
    """How much of the variance of each output is due to which choice.

    Attributes
    ----------
    effects
        Columns `SENSITIVITY_COLUMNS`: the share of the variance that a choice explains alone (`first`)
        and with all interactions (`total`), each with an interval.
    choices
        The choices, the size of the design, the seed and the level of the intervals.
    """

    effects: pd.DataFrame
    choices: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze the choices."""
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))

    def to_frame(self) -> pd.DataFrame:
        """Give the effects as tidy rows.

        Returns
        -------
        pandas.DataFrame
            A copy of `effects`.
        """
        return self.effects.copy()

    def summary(self) -> str:
        """Say the sensitivity in a sentence.

        Returns
        -------
        str
            The choices by their total effect on the mean shift in rank.
        """
        own = self.effects[self.effects["output"] == self.effects["output"].iloc[0]]
        ordered = own.sort_values("total", ascending=False)
        parts = [f"{one.choice} {one.total:.2f}" for one in ordered.itertuples()]
        return f"Total effects on the {own['output'].iloc[0]}: {', '.join(parts)}; alone they explain {own['first'].sum():.2f}."

    def plot(self, ax: Any = None, *, lang: Literal["en", "zh"] = "en") -> Any:
        """Draw the effects on the mean shift in rank.

        Parameters
        ----------
        ax
            Matplotlib axes to draw into; new ones by default.
        lang
            Language of the labels; Chinese needs a font that has its letters.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn into.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        return draw_effects(self.effects[self.effects["output"] == MEAN_SHIFT], lang=lang, ax=ax)

    def _repr_html_(self) -> str:
        return to_html(self.summary(), self.effects)


def measure_sensitivity(
    compiled: CompiledIndex,
    choices: Sequence[UncertainChoice],
    *,
    n_base: int = 1024,
    units: Sequence[str] | str = (),
    node: str = ROOT,
    level: float = 0.95,
    n_bootstrap: int = 500,
    rng: int | np.random.Generator | None = None,
) -> Sensitivity:
    """Split the variance of a ranking among the choices behind it.

    Parameters
    ----------
    compiled
        The index.
    choices
        What is left to chance; each is one factor, weights of many nodes together included.
    n_base
        Size of the base sample, a power of two; the index runs (number of choices + 2) times as often.
    units
        Units whose own rank is an output too; "all" for every unit.
    node
        The node that is ranked; the index by default.
    level
        Coverage of the bootstrap intervals.
    n_bootstrap
        Resamples of the base sample.
    rng
        Seed or generator.

    Returns
    -------
    Sensitivity
        Effects on the mean absolute shift in rank from the index as specified (output "mean shift"), and
        on the rank of the units asked for.

    Raises
    ------
    SpecificationError
        If the choices do not fit, a unit is unknown, or `n_base` is not a power of two.
    DataError
        If an option cannot be computed.

    Notes
    -----
    A first effect far below the total means that the choice acts together with others. Estimates can
    fall a little below 0 where an effect is nil. The bootstrap takes the points of the low-discrepancy
    sample for independent, so that its intervals are on the wide side.

    References
    ----------
    Saisana, M., Saltelli, A. and Tarantola, S. (2005). Uncertainty and sensitivity analysis techniques
    as tools for the quality assessment of composite indicators. Journal of the Royal Statistical
    Society A 168(2), 307-323. https://doi.org/10.1111/j.1467-985X.2005.00350.x
    """
    check_choices(choices, compiled, caller="measure_sensitivity")
    wanted = list(compiled.labels) if isinstance(units, str) and units == "all" else list(units)
    _check_units(wanted, compiled)
    generator = np.random.default_rng(rng)
    design = build_crossed_design([count_uniforms(one, compiled) for one in choices], n_base, rng=generator)
    ranks = rank(
        evaluate_runs(compiled, choices, design.stacked(), node=node), "min", compiled.spec.choices.tolerance
    )
    usual = rank(score_compiled(compiled, keep=[node])[:, 0], "min", compiled.spec.choices.tolerance)
    shift = np.nanmean(np.abs(ranks - usual), axis=1, keepdims=True)
    places = [list(compiled.labels).index(unit) for unit in wanted]
    outputs = design.split(np.hstack([shift, ranks[:, places]]))
    table = _tabulate(
        outputs, [MEAN_SHIFT, *(f"rank of {unit}" for unit in wanted)], [one.name for one in choices]
    )
    ends = _bootstrap(outputs, n_bootstrap, level, generator)
    for name, values in zip(("first_lower", "first_upper", "total_lower", "total_upper"), ends, strict=True):
        table[name] = values.T.ravel()
    settings = {"n_base": n_base, "rng": rng, "level": level, "n_bootstrap": n_bootstrap, "node": node}
    return Sensitivity(effects=table.assign(runs=len(ranks))[list(SENSITIVITY_COLUMNS)], choices=settings)


def _check_units(wanted: list[str], compiled: CompiledIndex) -> None:
    unknown = [unit for unit in wanted if unit not in compiled.labels]
    if unknown:
        came = f"unknown {first_offenders(unknown)}"
        raise SpecificationError(
            mould("measure_sensitivity", "units must exist", came, "Use labels of the index")
        )


def _tabulate(
    outputs: tuple[FloatArray, FloatArray, FloatArray], names: list[str], choices: list[str]
) -> pd.DataFrame:
    first, total, variance = estimate_effects(*outputs)
    return pd.DataFrame(
        {
            "output": np.repeat(np.array(names, dtype=object), len(choices)),
            "choice": np.tile(np.array(choices, dtype=object), len(names)),
            "first": first.T.ravel(),
            "total": total.T.ravel(),
            "variance": np.repeat(variance, len(choices)),
        }
    )


def _resample(
    outputs: tuple[FloatArray, FloatArray, FloatArray], chosen: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    first, second, crossed = outputs
    one, every, _ = estimate_effects(first[chosen], second[chosen], crossed[:, chosen])
    return one, every


def _bootstrap(
    outputs: tuple[FloatArray, FloatArray, FloatArray], n: int, level: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Resample the base points; ends of the intervals of first and total effects, shape (groups, outputs)."""
    size = len(outputs[0])
    resamples = (rng.integers(size, size=size) for _ in range(n))  # drawn here, in order, whoever resamples
    drawn = list(spread_here(_resample, resamples, shared=outputs))
    tails = [(1 - level) / 2, (1 + level) / 2]
    (a, b), (c, d) = (np.quantile(np.array([pair[k] for pair in drawn]), tails, axis=0) for k in (0, 1))
    return a, b, c, d
