"""What could have been found at all: the power of every test, by simulation with a known truth.

With 22 cities and ten published corridors, a test that finds nothing may be a test that could find nothing. A design
says how data with a given effect come about and how a test reads them; `power` draws many and counts rejections.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import special

from geobri.errors import SpecificationError, mould
from geobri.notebooks import Told
from geobri.stats.doors import checked
from geobri.stats.power.designs import DESIGNS, Design
from geobri.stats.results import TIDY_COLUMNS, Drawn, FloatArray, Term, tidy_row
from geobri.stats.say.numbers import number
from geobri.stats.say.terms import name_test
from geobri.stats.simulate import place_cities
from geobri.words import Words
from geobri.workers import Backend, spread

__all__ = ["DESIGNS", "Design", "PowerResult", "power", "proportion_interval"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PowerResult(Drawn, Told):
    """Power by size of the effect.

    Attributes
    ----------
    table
        One row per effect: `effect, power, low, high` (95 % interval of the simulated share), `rejections, n_simulations`.
    test
        Name of the test.
    effect
        What the effect is.
    level
        Level of the test.
    target
        Power that is wanted.
    smallest_effect
        Effect at which power first reaches the target, by linear interpolation; infinite if it does not.
    n_cities
        Number of cities.
    """

    table: pd.DataFrame
    test: str
    effect: Words
    level: float
    target: float
    smallest_effect: float
    n_cities: int

    def summary(self) -> str:
        """Say what could have been found.

        Returns
        -------
        str
            One sentence.
        """
        strongest = self.table.iloc[-1]
        reach = (
            f"needs {self.effect} of about {number(self.smallest_effect, 2)} to be found in {self.target:.0%} of cases"
            if math.isfinite(self.smallest_effect)
            else f"finds {self.effect} of {number(strongest['effect'], 2)} in only {strongest['power']:.0%} of cases"
        )
        return f"With {self.n_cities} cities, {self.test} at {self.level:.0%} {reach}."

    def to_frame(self) -> pd.DataFrame:
        """Give the tidy rows.

        Returns
        -------
        pandas.DataFrame
            One row per effect, columns `TIDY_COLUMNS`; `estimate` is the power.
        """
        rows = [
            Term(
                test="power",
                value=self.test,
                term=Words(
                    f"power at {self.effect} = {row['effect']:g}",
                    f"{self.effect.zh} = {row['effect']:g} 时的功效",
                ),
                estimate=float(row["power"]),
                ci_low=float(row["low"]),
                ci_high=float(row["high"]),
                se_type=Words("Clopper-Pearson"),
                n_cities=self.n_cities,
                method=Words(
                    f"{row['n_simulations']:.0f} simulated tables, level {self.level:g}",
                    f"{row['n_simulations']:.0f} 张模拟表，水平 {self.level:g}",
                ),
            )
            for row in self.table.to_dict("records")
        ]
        return pd.DataFrame([tidy_row(row) for row in rows], columns=list(TIDY_COLUMNS))

    def _draw(self, ax: Any, lang: Literal["en", "zh"]) -> None:
        """Draw power over the effect."""
        named = name_test(self.test)
        ax.fill_between(
            self.table["effect"], self.table["low"], self.table["high"], color="#9fb4c7", alpha=0.5
        )
        ax.plot(self.table["effect"], self.table["power"], color="#26547c", marker="o")
        ax.axhline(self.target, color="#777777", linestyle="--")
        ax.axhline(self.level, color="#b5403c", linestyle=":")
        ax.set_ylim(0, 1)
        ax.set_xlabel(self.effect.say(lang))
        ax.set_ylabel(Words(f"power of {self.test}", f"“{named.zh}”的检验功效").say(lang))


@checked
def proportion_interval(count: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Give the exact interval of a share.

    Parameters
    ----------
    count
        How often it happened.
    total
        Out of how many.
    level
        Coverage that is wanted.

    Returns
    -------
    tuple
        Lower and upper limit.

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits. 10.1093/biomet/26.4.404.
    """
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(special.betaincinv(count, total - count + 1, tail))
    high = 1.0 if count == total else float(special.betaincinv(count + 1, total - count, 1 - tail))
    return low, high


@checked
def power(
    test: str | Design,
    cities: gpd.GeoDataFrame | int = 22,
    *,
    effects: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0),
    n_simulations: int = 200,
    level: float = 0.05,
    target: float = 0.8,
    simulate: Mapping[str, Any] | None = None,
    choices: Mapping[str, Any] | None = None,
    rng: int | np.random.Generator | None = None,
    workers: int | None = 1,
    backend: Backend | str = "processes",
) -> PowerResult:
    """Say how often a test would find an effect, by size of the effect.

    Parameters
    ----------
    test
        Name in `DESIGNS`, or a design of your own.
    cities
        The cities of the study (points in EPSG:4326), or how many to make up.
    effects
        Sizes of the effect, increasing; 0 gives the size of the test. What they are depends on the test: friction of the
        power function for tests of pairs and lists, standard deviations between two groups, share of the variance that
        neighbours have in common.
    n_simulations
        Simulated tables per effect.
    level
        Level of the test.
    target
        Power that is wanted, for `smallest_effect`.
    simulate
        Choices for the simulation: `hubs, noise, latent, mean_flow, pairs, directed` for flows, also `k` for lists;
        `group` (column of truth values), `spatial, range_km` for city values.
    choices
        Choices for the test (``{"n_permutations": 199}``).
    rng
        Seed or generator.
    workers, backend
        How many tables are simulated and tested side by side, and where (`geobri.workers.spread`); the result is the same.

    Returns
    -------
    PowerResult
        Power with intervals, and the smallest effect that reaches the target.

    Raises
    ------
    SpecificationError
        If the test is unknown, or effects, level, target or number of simulations are impossible.

    Notes
    -----
    Every effect is met by the same sequence of random tables, so that the curve is smoother than its intervals.
    """
    _check(effects, n_simulations, level, target)
    places = place_cities(cities, rng=cities) if isinstance(cities, int) else cities
    design, name = (
        (test, "the test")
        if isinstance(test, Design)
        else (_find(test)(places, dict(simulate or {}), dict(choices or {})), test)
    )
    seeds = np.random.default_rng(rng).integers(
        0, 2**63, size=n_simulations
    )  # one for each table, whatever its effect
    tasks = [(float(effect), int(seed)) for effect in effects for seed in seeds]
    found = spread(_simulate_p_value, tasks, shared=design, workers=workers, backend=backend)
    p_values = np.fromiter(found, dtype=np.float64, count=len(tasks)).reshape(len(effects), n_simulations)
    rows = [
        _share_of_rejections(float(effect), row, level) for effect, row in zip(effects, p_values, strict=True)
    ]
    table = pd.DataFrame(rows)
    return PowerResult(
        table=table,
        test=name,
        effect=design.effect if isinstance(design.effect, Words) else Words(design.effect),
        level=level,
        target=target,
        smallest_effect=_first_crossing(table, target),
        n_cities=len(places),
    )


def _check(effects: Sequence[float], n_simulations: int, level: float, target: float) -> None:
    increasing = len(effects) > 0 and all(a < b for a, b in pairwise(effects))
    if not increasing or n_simulations < 1 or not 0 < level < 1 or not 0 < target < 1:
        came = f"effects {list(effects)}, n_simulations={n_simulations}, level={level}, target={target}"
        wanted = Words(
            "effects must increase, simulations be at least 1, level and target lie between 0 and 1",
            "效应须递增，模拟次数至少为1，显著性水平与目标功效须在0与1之间",
        )
        raise SpecificationError(mould("power", wanted, came, "Correct them"))


def _find(test: str) -> Callable[[gpd.GeoDataFrame, dict[str, Any], dict[str, Any]], Design]:
    if test not in DESIGNS:
        remedy = f"Choose one of {', '.join(DESIGNS)}, or pass a Design"
        raise SpecificationError(
            mould(
                "power", Words("test must be known", "检验（test）须为已知的名称"), Words(repr(test)), remedy
            )
        )
    return DESIGNS[test]


def _simulate_p_value(design: Design, task: tuple[float, int]) -> float:
    """Draw one table and test it; the seed belongs to the table, whoever draws it."""
    effect, seed = task
    generator = np.random.default_rng(seed)
    return float(design.run(design.draw(effect, generator), generator).p_value)


def _share_of_rejections(effect: float, p_values: FloatArray, level: float) -> dict[str, float]:
    rejections, n = int((p_values <= level).sum()), len(p_values)
    low, high = proportion_interval(rejections, n)
    return {
        "effect": effect,
        "power": rejections / n,
        "low": low,
        "high": high,
        "rejections": rejections,
        "n_simulations": n,
    }


def _first_crossing(table: pd.DataFrame, target: float) -> float:
    effects, reached = table["effect"].to_numpy(), table["power"].to_numpy()
    at = int(np.argmax(reached >= target))
    if reached[at] < target:
        return math.inf
    if at == 0:
        return float(effects[0])
    share = (target - reached[at - 1]) / (reached[at] - reached[at - 1])
    return float(effects[at - 1] + share * (effects[at] - effects[at - 1]))
