"""Many runs of an index at once.

The expensive part of a run (from flows to treated values to normalised values) depends only on choices
between a few options. It is done once per combination; everything else is matrix products over all
runs of that combination together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geobri.arrays import FloatArray, IndexArray
from geobri.score.compiled import CompiledIndex, normalise_compiled, score_compiled, weigh_compiled
from geobri.score.shares import ROOT
from geobri.score.trust.alike import Alike
from geobri.score.trust.choices import ChooseAggregator, ChooseNormaliser, ChooseVariant, UncertainChoice
from geobri.score.trust.choosing import count_uniforms, move_importance, pick_options
from geobri.workers import spread, spread_here

__all__ = ["Sampler", "draw_uniforms", "evaluate_runs", "split_uniforms"]

Sampler = Literal["random", "sobol"]
_CELLS_AT_ONCE = 2_000_000


def draw_uniforms(n: int, width: int, sampler: Sampler, rng: int | np.random.Generator | None) -> FloatArray:
    """Draw points of the unit cube.

    Parameters
    ----------
    n, width
        Points and dimensions.
    sampler
        "random" or a scrambled "sobol" sequence.
    rng
        Seed or generator.

    Returns
    -------
    numpy.ndarray
        Shape (n, width), from 0 to 1.
    """
    generator = np.random.default_rng(rng)
    if sampler == "random":
        return generator.random((n, width))
    from scipy.stats import qmc  # half a second, which those who measure no uncertainty need not wait

    engine: Any = qmc.Sobol(width, scramble=True, seed=generator)
    return np.asarray(engine.random_base2(int(np.ceil(np.log2(max(n, 2)))))[:n], dtype=np.float64)


def evaluate_runs(
    compiled: CompiledIndex,
    choices: Sequence[UncertainChoice],
    uniforms: FloatArray,
    *,
    node: str = ROOT,
    workers: int | None = 1,
    alike: Alike | None = None,
    finish: Callable[[FloatArray], npt.NDArray[Any]] | None = None,
) -> npt.NDArray[Any]:
    """Score the units in many runs.

    Parameters
    ----------
    compiled
        The index.
    choices
        What is left to chance; each takes its own block of columns of `uniforms`, in order.
    uniforms
        Numbers from 0 to 1, shape (runs, total of `count_uniforms`).
    node
        The node that is scored.
    workers
        How many bites of runs are evaluated side by side; the scores are the same. 1 leaves it to `geobri.workers.working`.
    alike
        Score one unit of each kind only; n is then the number of kinds.
    finish
        What is made of the scores of some runs, in the same shape (their ranks), so that the scores need not be held.

    Returns
    -------
    numpy.ndarray
        Scores, or what `finish` made of them, shape (runs, n).
    """
    blocks = split_uniforms(compiled, choices, uniforms)
    codes = np.zeros((len(uniforms), 3), dtype=np.intp)
    options: list[UncertainChoice | None] = [None, None, None]
    for choice, block in blocks:
        for place, kind in enumerate((ChooseVariant, ChooseNormaliser, ChooseAggregator)):
            if isinstance(choice, kind):
                codes[:, place] = pick_options(choice, compiled, block[:, 0])
                options[place] = choice
    rows = slice(None) if alike is None else alike.rows
    n = len(compiled.labels[rows])

    def evaluate(_shared: None, bite: tuple[IndexArray, IndexArray]) -> npt.NDArray[Any]:
        combination, runs = bite
        one, normalised, aggregator = _prepare(compiled, options, combination)
        importance = np.tile(weigh_compiled(one, normalised), (len(runs), 1))
        for choice, block in blocks:
            importance = move_importance(choice, one, importance, block[runs])
        scores = score_compiled(
            one, normalised=normalised[rows], importance=importance, aggregator=aggregator, keep=[node]
        )[..., 0]
        scores = np.broadcast_to(scores, (len(runs), n))  # what no run can move has one score for all
        return scores if finish is None else finish(scores)

    bites = list(_group_runs(codes, n))
    results = spread_here(evaluate, bites) if workers == 1 else spread(evaluate, bites, workers=workers)
    whole = np.empty((0, n))
    for (_, runs), found in zip(bites, results, strict=True):
        if not len(whole):
            whole = np.empty((len(uniforms), n), dtype=found.dtype)
        whole[runs] = found
    return whole


def split_uniforms(
    compiled: CompiledIndex, choices: Sequence[UncertainChoice], uniforms: FloatArray
) -> list[tuple[UncertainChoice, FloatArray]]:
    """Give every choice its block of uniform numbers.

    Parameters
    ----------
    compiled
        The index.
    choices
        The choices, in order.
    uniforms
        Shape (runs, total of `count_uniforms`).

    Returns
    -------
    list
        Pairs of a choice and its columns.
    """
    ends = np.cumsum([count_uniforms(choice, compiled) for choice in choices])
    return list(zip(choices, np.split(uniforms, ends[:-1], axis=1), strict=True))


def _group_runs(codes: IndexArray, n: int) -> Iterator[tuple[IndexArray, IndexArray]]:
    """Give the runs of each combination of options together, in bites that fit into memory."""
    combinations, member = np.unique(codes, axis=0, return_inverse=True)
    bite = max(1, _CELLS_AT_ONCE // max(n, 1))
    for place, combination in enumerate(combinations):
        runs = np.flatnonzero(member.ravel() == place)
        for start in range(0, len(runs), bite):
            yield combination, runs[start : start + bite]


def _prepare(
    compiled: CompiledIndex, options: Sequence[UncertainChoice | None], combination: IndexArray
) -> tuple[CompiledIndex, FloatArray, str | None]:
    variant, normaliser, aggregator = options
    one = compiled
    if isinstance(variant, ChooseVariant):
        one = list(variant.options.values())[combination[0]]
    if isinstance(normaliser, ChooseNormaliser):
        name = normaliser.options[combination[1]]
        normalised = normalise_compiled(one, normaliser=name, **normaliser.params.get(name, {}))
    else:
        normalised = normalise_compiled(one)
    chosen = aggregator.options[combination[2]] if isinstance(aggregator, ChooseAggregator) else None
    return one, normalised, chosen
