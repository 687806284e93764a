"""Scores drawn from everything the ranks allow, so that later tests can carry what is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.notebooks import Told
from geobri.score.audit.bounds import INDEX_NODE
from geobri.score.audit.hitandrun import effective_sample_size, sample_polytope, split_r_hat
from geobri.score.audit.polytope import (
    RankPolytope,
)
from geobri.score.scoretable import check_importance

__all__ = ["ScoreDraws", "sample_scores"]

MOST_SHIFTS = 4000
MIXED = 1.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ScoreDraws(Told):
    """Tables of scores, each consistent with the published ranks.

    Attributes
    ----------
    scores
        Points of 0 to 100, shape (draws, n cities, m dimensions), read-only.
    index
        The composite under `importance`, shape (draws, n cities), read-only.
    cities, dimensions
        Labels of the second and third axis.
    importance
        Weight per dimension.
    n_chains
        Walks the draws came from; draws of one chain follow each other.
    choices
        Seed, thinning, burn-in and size.
    """

    scores: FloatArray
    index: FloatArray
    cities: pd.Index
    dimensions: pd.Index
    importance: pd.Series
    n_chains: int
    choices: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze what the record holds."""
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))
        for name in ("scores", "index"):
            view = getattr(self, name).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    def _by_node(self) -> FloatArray:
        """Put the index beside the dimensions: shape (chains, draws per chain, n, m + 1)."""
        every = np.concatenate([self.scores, self.index[:, :, None]], axis=2)
        return every.reshape(self.n_chains, -1, *every.shape[1:])

    def to_frame(self, *, level: float = 0.9) -> pd.DataFrame:
        """Summarise the draws.

        Parameters
        ----------
        level
            Share of the draws inside the interval.

        Returns
        -------
        pandas.DataFrame
            Columns `city, node, mean, sd, lower, median, upper, r_hat, effective_draws`; node "index"
            is the composite. The interval describes the set of possible scores under a uniform
            measure; it is not a confidence interval.
        """
        every = self._by_node()
        flat = every.reshape(-1, *every.shape[2:])
        lower, median, upper = np.quantile(flat, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)
        columns = {
            "mean": flat.mean(axis=0),
            "sd": flat.std(axis=0),
            "lower": lower,
            "median": median,
            "upper": upper,
            "r_hat": split_r_hat(every),
            "effective_draws": effective_sample_size(every),
        }
        nodes = [*self.dimensions, INDEX_NODE]
        labels = {"city": np.repeat(self.cities, len(nodes)), "node": nodes * len(self.cities)}
        return pd.DataFrame(labels | {name: values.ravel() for name, values in columns.items()})

    def summary(self) -> str:
        """Say in a sentence whether the draws can be used.

        Returns
        -------
        str
            Number of draws, what they are worth, and the worst disagreement of the chains.
        """
        table = self.to_frame()
        worst = float(table["r_hat"].max())
        verdict = "the chains agree" if worst < MIXED else "the chains still disagree: raise thin or burn_in"
        return (
            f"{len(self.scores)} tables of {len(self.cities)} cities by {len(self.dimensions)} dimensions, worth "
            f"{table['effective_draws'].median():.0f} independent ones in the median; worst R-hat {worst:.2f}, {verdict}."
        )

    def carry(self, statistic: Callable[[pd.DataFrame], float]) -> pd.Series:
        """Compute a statistic once for every drawn table of scores.

        Parameters
        ----------
        statistic
            Takes one table (cities by dimensions, and column "index") and returns one number.

        Returns
        -------
        pandas.Series
            One value per draw; its spread is what the ranks leave open about the statistic.
        """
        values = []
        for scores, index in zip(self.scores, self.index, strict=True):
            table = pd.DataFrame(scores, index=self.cities, columns=self.dimensions)
            values.append(float(statistic(table.assign(**{INDEX_NODE: index}))))
        return pd.Series(values, name="statistic")


def sample_scores(
    polytope: RankPolytope,
    importance: pd.Series | None = None,
    *,
    n_draws: int = 1000,
    n_chains: int = 32,
    thin: int | None = None,
    burn_in: int | None = None,
    rng: int | np.random.Generator | None = None,
) -> ScoreDraws:
    """Draw score tables uniformly from all that are consistent with the ranks.

    Parameters
    ----------
    polytope
        Ranks written as inequalities.
    importance
        Weight per dimension for the index of each draw; equal by default.
    n_draws
        Tables wanted; rounded up to a multiple of `n_chains`.
    n_chains, thin, burn_in
        As in `sample_polytope`; at most a quarter as many chains as draws.
    rng
        Seed or generator.

    Returns
    -------
    ScoreDraws
        The tables, with R-hat and effective size in `to_frame()`.

    Raises
    ------
    DataError
        If no scores are consistent with the ranks, or the weights are faulty.

    Notes
    -----
    Uniform over the polytope is a choice: it treats all tables of scores as equally plausible. Without
    overall order it is the distribution of ordered uniform numbers used by SMAA-O. With the default
    thinning 22 cities by 6 dimensions take 4 s and mix well; 60 cities by 5 take 7 s and just mix; 120 do
    not (R-hat 1.9): read `summary()`, and raise `thin` and `burn_in`.

    References
    ----------
    Lahdelma, R., Miettinen, K. and Salminen, P. (2003). Ordinal criteria in stochastic multicriteria
    acceptability analysis (SMAA). European Journal of Operational Research 147(1), 117-127.
    https://doi.org/10.1016/S0377-2217(02)00267-9
    """
    weights = check_importance(importance, polytope.dimensions, caller="sample_scores")
    generator = np.random.default_rng(rng)
    n_chains = max(1, min(n_chains, n_draws // 4))
    drawn = sample_polytope(
        polytope.inequality.toarray(),
        polytope.bound,
        equality=polytope.equality.toarray(),
        target=polytope.target,
        n_draws=n_draws,
        n_chains=n_chains,
        thin=thin,
        burn_in=burn_in,
        directions=_block_shifts(polytope, generator),
        rng=generator,
    )
    flat = drawn.points.reshape(-1, drawn.points.shape[-1])
    scores = polytope.base + (polytope.lift @ flat.T).T
    scores = scores.reshape(len(flat), len(polytope.cities), len(polytope.dimensions))
    return ScoreDraws(
        scores=scores,
        index=scores @ weights.to_numpy(),
        cities=polytope.cities,
        dimensions=polytope.dimensions,
        importance=weights,
        n_chains=n_chains,
        choices={
            "rng": rng,
            "thin": drawn.thin,
            "burn_in": drawn.burn_in,
            "n_draws": len(flat),
            "min_gap": polytope.min_gap,
        },
    )


def _block_shifts(polytope: RankPolytope, rng: np.random.Generator) -> FloatArray:
    """List the moves that shift all scores between two ranks of one dimension together.

    They change two gaps of that dimension and leave the others alone, which lets the walk exchange
    room between distant ranks at once, where single scores would only jostle their neighbours. The
    free numbers of a dimension follow each other from the best rank to the worst.
    """
    n, m = len(polytope.cities), len(polytope.dimensions)
    blocks = []
    for j in range(m):
        own = np.unique(polytope.lift[np.arange(n) * m + j].indices)
        blocks += [own[first : last + 1] for first in range(len(own)) for last in range(first, len(own))]
    if len(blocks) > MOST_SHIFTS:
        blocks = [blocks[k] for k in rng.choice(len(blocks), MOST_SHIFTS, replace=False)]
    shifts = np.zeros((polytope.lift.shape[1], len(blocks)))
    for k, block in enumerate(blocks):
        shifts[block, k] = 1.0
    return shifts
