"""How far a ranking can be trusted: thousands of re-runs with every declared choice left to chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray
from geobri.charts import draw_intervals
from geobri.errors import SpecificationError, mould
from geobri.fonts import use_letters
from geobri.measures import Level
from geobri.notebooks import Told
from geobri.score.aggregate import STRUCK_BY_ZERO
from geobri.score.compiled import CompiledIndex, score_compiled
from geobri.score.index import IndexResult
from geobri.score.plotting import to_html
from geobri.score.ranking import rank
from geobri.score.shares import ROOT
from geobri.score.trust.alike import find_alike, rank_alike
from geobri.score.trust.choices import ChooseAggregator, ChooseVariant, UncertainChoice, suggest_choices
from geobri.score.trust.choosing import check_choices, count_uniforms, list_options, pick_options
from geobri.score.trust.runs import Sampler, draw_uniforms, evaluate_runs, split_uniforms
from geobri.words import Words

__all__ = ["UNCERTAINTY_COLUMNS", "Uncertainty", "measure_uncertainty", "tabulate_uncertainty"]

_CELLS: Final = 4_000_000
"""Ranks that are summarised at a time."""
UNCERTAINTY_COLUMNS = (
    "level",
    "unit",
    "score",
    "rank",
    "rank_mean",
    "rank_median",
    "rank_lower",
    "rank_upper",
    "rank_best",
    "rank_worst",
    "share_at_rank",
    "share_in_top",
    "top",
    "runs",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Uncertainty(Told):
    """Ranks over many runs of an index.

    Attributes
    ----------
    labels
        The n units.
    level
        "cities" or "corridors".
    score, rank
        Of the index as specified, shape (n,).
    ranks
        Of every run, shape (runs, n), read-only; NaN where a unit has no score.
    settings
        One row per run, one column per choice between options.
    choices
        Names of the choices, number of runs, sampler and seed.
    warnings
        What a reader should know before quoting an interval.
    """

    labels: pd.Index
    level: str
    score: FloatArray
    rank: FloatArray
    ranks: FloatArray
    settings: pd.DataFrame
    choices: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Freeze what the record holds."""
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))
        for name in ("score", "rank", "ranks"):
            view = getattr(self, name).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    def to_frame(self, *, level: float = 0.9, top: int = 10) -> pd.DataFrame:
        """Give the rank intervals, the content of `uncertainty.csv`.

        Parameters
        ----------
        level
            Share of the runs inside the interval.
        top
            Size of the top for `share_in_top`.

        Returns
        -------
        pandas.DataFrame
            Columns `UNCERTAINTY_COLUMNS`, by rank. Interval ends are ranks that occurred. A unit without a
            score in any run comes last, with missing values.
        """
        table = pd.DataFrame(
            {"level": self.level, "unit": self.labels, "score": self.score, "rank": self.rank}
        )
        table = table.join(_summarise(self.ranks, self.rank, level, top))
        return table.sort_values("rank", ignore_index=True, kind="stable")

    def acceptability(self) -> pd.DataFrame:
        """Give the share of the runs in which each unit takes each rank.

        Returns
        -------
        pandas.DataFrame
            Units by ranks 1 to n; rows sum to 1 (less the runs without a score).

        References
        ----------
        Lahdelma, R. and Salminen, P. (2001). SMAA-2: stochastic multicriteria acceptability analysis
        for group decision making. Operations Research 49(3), 444-454.
        https://doi.org/10.1287/opre.49.3.444.11220
        """
        n = len(self.labels)
        counts = np.zeros((n, n))
        for unit in range(n):
            held = self.ranks[:, unit]
            counts[unit] = np.bincount(np.rint(held[~np.isnan(held)]).astype(int) - 1, minlength=n)[:n]
        return pd.DataFrame(
            counts / len(self.ranks), index=self.labels, columns=pd.RangeIndex(1, n + 1, name="rank")
        )

    def precedence(self) -> pd.DataFrame:
        """Give the share of the runs in which one unit is ahead of another.

        Returns
        -------
        pandas.DataFrame
            Row ahead of column; ties count half, the diagonal is missing.
        """
        shares = np.full((len(self.labels), len(self.labels)), np.nan)
        for unit in range(len(self.labels)):
            lead = self.ranks - self.ranks[:, [unit]]
            known = ~np.isnan(lead)
            shares[unit] = ((lead > 0) + 0.5 * (lead == 0)).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        np.fill_diagonal(shares, np.nan)
        return pd.DataFrame(shares, index=self.labels, columns=self.labels)

    def by_option(self) -> pd.DataFrame:
        """Compare the options of every choice by how far they move the ranks.

        Returns
        -------
        pandas.DataFrame
            Columns `choice, option, runs, mean_shift`: mean absolute difference from the ranks of the
            index as specified.
        """
        shift = np.nanmean(np.abs(self.ranks - self.rank), axis=1)
        rows = []
        for choice in self.settings.columns:
            for option, chosen in self.settings.groupby(choice, observed=True).groups.items():
                rows.append((choice, option, len(chosen), float(shift[np.asarray(chosen)].mean())))
        return pd.DataFrame(rows, columns=["choice", "option", "runs", "mean_shift"])

    def summary(self) -> str:
        """Say the uncertainty in a sentence.

        Returns
        -------
        str
            Typical width of the rank intervals, who is firm at the top, and the warnings.
        """
        table = self.to_frame()
        width = (table["rank_upper"] - table["rank_lower"]).median()
        first = table.iloc[0]
        said = (
            f"Over {len(self.ranks)} runs, 90 % rank intervals are {width:.0f} places wide in the median; "
            f"{first['unit']} is first in {100 * first['share_at_rank']:.0f} % of them."
        )
        return " ".join([said, *self.warnings])

    def plot(self, ax: Any = None, *, lang: Literal["en", "zh"] = "en") -> Any:
        """Draw the rank intervals of the units.

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
        table = self.to_frame()
        axis = Words("rank, and the ranks that 90 % of the runs span", "名次，及 90% 的运行结果所处范围")
        with use_letters(lang):
            return draw_intervals(
                table["unit"].astype(str).to_list(),
                table["rank_lower"],
                table["rank_upper"],
                table["rank"],
                x_label=axis.say(lang),
                whole=True,
                ax=ax,
            )

    def _repr_html_(self) -> str:
        return to_html(self.summary(), self.to_frame())


def measure_uncertainty(
    compiled: CompiledIndex,
    choices: Sequence[UncertainChoice],
    *,
    n_runs: int = 10_000,
    node: str = ROOT,
    sampler: Sampler = "random",
    rng: int | np.random.Generator | None = None,
    workers: int | None = 1,
) -> Uncertainty:
    """Rank the units again and again with the declared choices left to chance.

    The result says how ranks depend on the choices that were declared, and on nothing else: it is not a
    confidence interval, and what was not declared counts as certain.

    Parameters
    ----------
    compiled
        The index (`IndexResult.compiled("cities")`).
    choices
        What is left to chance.
    n_runs
        Number of runs.
    node
        The node that is ranked; the index by default.
    sampler
        "random", or a scrambled "sobol" sequence, which covers the choices more evenly (best with a
        power of two).
    rng
        Seed or generator.
    workers
        How many threads evaluate runs side by side (`geobri.workers.spread`); the result is the same.

    Returns
    -------
    Uncertainty
        Ranks of every run, with intervals, acceptabilities and precedences.

    Raises
    ------
    SpecificationError
        If the choices do not fit the index, or the sampler is unknown.
    DataError
        If an option cannot be computed (a geometric mean of z-scores).

    References
    ----------
    Saisana, M., Saltelli, A. and Tarantola, S. (2005). Uncertainty and sensitivity analysis techniques
    as tools for the quality assessment of composite indicators. Journal of the Royal Statistical
    Society A 168(2), 307-323. https://doi.org/10.1111/j.1467-985X.2005.00350.x

    Examples
    --------
    >>> from geobri.score import build_index, load_spec, suggest_choices
    >>> towns = pd.DataFrame({"jobs": [3.0, 9.0, 5.0], "homes": [9.0, 6.0, 2.0]}, index=pd.Index(["ash", "elm", "oak"], name="city"))
    >>> said = {"index": {"name": "work"}, "indicator": [{"name": "jobs", "dimension": "overall", "kind": "city"}]}
    >>> said["indicator"] += [{"name": "homes", "dimension": "overall", "kind": "city"}]
    >>> compiled = build_index(load_spec(said), towns).compiled("cities")
    >>> measure_uncertainty(compiled, suggest_choices(compiled), n_runs=100, rng=1).summary()
    'Over 100 runs, 90 % rank intervals are 0 places wide in the median; elm is first in 100 % of them.'
    """
    _check(compiled, choices, n_runs, sampler)
    width = sum(count_uniforms(choice, compiled) for choice in choices)
    uniforms = draw_uniforms(n_runs, width, sampler, rng)
    score = score_compiled(compiled, keep=[node])[:, 0]
    scores, settings = (
        evaluate_runs(compiled, choices, uniforms, node=node, workers=workers),
        _list_settings(compiled, choices, uniforms),
    )
    spec = compiled.spec.choices
    return Uncertainty(
        labels=compiled.labels,
        level=compiled.level,
        score=score,
        rank=rank(score, "min", spec.tolerance),
        ranks=rank(scores, "min", spec.tolerance),
        settings=settings,
        choices={
            "choices": tuple(map(repr_choice, choices)),
            "n_runs": n_runs,
            "sampler": sampler,
            "rng": rng,
            "node": node,
        },
        warnings=_say_struck(scores, _list_aggregators(compiled, choices, settings)),
    )


def _check(compiled: CompiledIndex, choices: Sequence[UncertainChoice], n_runs: int, sampler: str) -> None:
    check_choices(choices, compiled, caller="measure_uncertainty")
    if n_runs < 1 or sampler not in {"random", "sobol"}:
        came = f"n_runs={n_runs!r}, sampler={sampler!r}"
        wanted = "n_runs must be 1 or more, and sampler 'random' or 'sobol'"
        raise SpecificationError(mould("measure_uncertainty", wanted, came, "Correct them"))


def _summarise(ranks: npt.NDArray[Any], rank: FloatArray, level: float, top: int) -> pd.DataFrame:
    """Summarise the ranks of each unit over all runs, some units at a time: the columns of `UNCERTAINTY_COLUMNS` from `rank_mean` on."""
    runs, n = ranks.shape
    names = UNCERTAINTY_COLUMNS[4:-2]
    found = np.full((len(names), n), np.nan)
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    step = max(1, _CELLS // max(runs, 1))
    for start in range(0, n, step):
        some = np.arange(start, min(start + step, n))
        some = some[~np.isnan(ranks[:, some]).all(axis=0)]
        held = np.ascontiguousarray(ranks[:, some].T, dtype=np.float64)
        if not len(some):
            continue
        quantile: Any = np.nanquantile if np.isnan(held).any() else np.quantile
        lower, median, upper = quantile(held, tails, axis=1, method="inverted_cdf")
        found[:, some] = (
            np.nanmean(held, axis=1),
            median,
            lower,
            upper,
            np.nanmin(held, axis=1),
            np.nanmax(held, axis=1),
            (held == rank[some, None]).mean(axis=1),
            (held <= top).mean(axis=1),
        )
    columns = dict(zip(names, found, strict=True))
    return pd.DataFrame(columns).assign(top=top, runs=runs)


def _list_aggregators(
    compiled: CompiledIndex, choices: Sequence[UncertainChoice], settings: pd.DataFrame
) -> npt.NDArray[np.object_]:
    """Name the aggregator of every run."""
    left = next((choice.name for choice in choices if isinstance(choice, ChooseAggregator)), None)
    if left is None:
        return np.full(len(settings), compiled.spec.choices.aggregator, dtype=object)
    return settings[left].to_numpy(dtype=object)


def _say_struck(scores: FloatArray, aggregators: npt.NDArray[np.object_]) -> tuple[str, ...]:
    """Say where a mean without compensation leaves several units at 0 in most of its runs, and so at one place."""
    said = []
    for name in sorted(STRUCK_BY_ZERO & set(aggregators)):
        zeros = int(np.median((scores[aggregators == name] == 0).sum(axis=1)))
        if zeros > 1:
            said.append(
                f"In runs with the {name} mean {zeros} of {scores.shape[1]} units have 0 (in the median), because one part "
                'is 0; normalise to 1-100 (params={"minmax": {"scale": (1, 100)}}) to keep them apart.'
            )
    return tuple(said)


def tabulate_uncertainty(
    result: IndexResult,
    choices: Sequence[UncertainChoice] | None = None,
    *,
    n_runs: int = 10_000,
    level: float = 0.9,
    top: int = 10,
    levels: Sequence[Level] = ("cities", "corridors"),
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Give the rank intervals of the cities and of the corridors of a finished index.

    Parameters
    ----------
    result
        The index.
    choices
        What is left to chance; `suggest_choices` by default. Variants belong to one level, so they need
        `measure_uncertainty`.
    n_runs
        Number of runs for each level.
    level, top
        As in `Uncertainty.to_frame`.
    levels
        Which levels; corridors only where the index scores them. A level takes 4 bytes for each run of each kind of unit:
        units with the same values are scored once.
    rng
        Seed or generator.

    Returns
    -------
    pandas.DataFrame
        Columns `UNCERTAINTY_COLUMNS`, cities before corridors: the content of `uncertainty.csv`.

    Raises
    ------
    SpecificationError
        If the choices do not fit the index.
    DataError
        If an option cannot be computed.
    """
    generator = np.random.default_rng(rng)
    frames = []
    scored = [one for one in levels if one == "cities" or result.spec.choices.corridors]
    for one in map(result.compiled, scored):
        own = suggest_choices(one) if choices is None else choices
        _check(one, own, n_runs, "random")
        frames.append(_tabulate_level(one, own, n_runs, generator, (level, top)))
    return pd.concat(frames, ignore_index=True)


def _tabulate_level(
    compiled: CompiledIndex,
    choices: Sequence[UncertainChoice],
    n_runs: int,
    generator: np.random.Generator,
    wanted: tuple[float, int],
) -> pd.DataFrame:
    """Give the rank intervals of one level; units with the same values are scored and summarised once."""
    alike, tolerance = find_alike(compiled, choices), compiled.spec.choices.tolerance
    width = sum(count_uniforms(choice, compiled) for choice in choices)
    ranks = evaluate_runs(
        compiled,
        choices,
        draw_uniforms(n_runs, width, "random", generator),
        alike=alike,
        finish=lambda scores: rank_alike(scores, alike.sizes, tolerance),
    )
    score = score_compiled(compiled, keep=[ROOT])[:, 0]
    place = rank(score, "min", tolerance)
    table = pd.DataFrame({"level": compiled.level, "unit": compiled.labels, "score": score, "rank": place})
    summary = _summarise(ranks, place[alike.rows], *wanted).iloc[alike.kind].reset_index(drop=True)
    return table.join(summary).sort_values("rank", ignore_index=True, kind="stable")


def repr_choice(choice: UncertainChoice) -> str:
    """Say a choice in one line, without the data that a variant carries.

    Parameters
    ----------
    choice
        A choice.

    Returns
    -------
    str
        Name of the choice and its settings.
    """
    if isinstance(choice, ChooseVariant):
        return f"ChooseVariant(options={tuple(choice.options)}, name={choice.name!r})"
    return repr(choice)


def _list_settings(
    compiled: CompiledIndex, choices: Sequence[UncertainChoice], uniforms: FloatArray
) -> pd.DataFrame:
    columns = {}
    for choice, block in split_uniforms(compiled, choices, uniforms):
        options = list_options(choice, compiled)
        if options:
            picked = np.array(options, dtype=object)[pick_options(choice, compiled, block[:, 0])]
            columns[choice.name] = pd.Categorical(picked, categories=list(options))
    return pd.DataFrame(columns, index=pd.RangeIndex(len(uniforms), name="run"))
