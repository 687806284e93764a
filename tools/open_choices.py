"""How far ranks move with the choices that the report of 2021 leaves open: docs/open-choices.csv.

    python tools/open_choices.py

The report prints no values, so they are drawn, forty times over: the 22 cities where they are, with the flights of August 2021
and the sea routes among their ports, and everything else by a gravity model with noise. Every draw is scored as
bri22.toml says, then with one choice made otherwise. The second table asks the same of the order of imputation and
denomination, on drawn attributes whose missing values are known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geobri.geodesy import distance_km
from geobri.score import IndexResult, IndexSpec, Indicator, aggregate, build_index, load_spec, normalise, rank
from geobri.study import load_study

FILE = Path(__file__).parents[1] / "docs" / "open-choices.csv"
COLUMNS = ["choice", "otherwise", "draw", "cities_mean", "cities_most", "top_ten_kept"]
N_DRAWS = 40
ORDER_DRAWS = 10
CLUBS = 12


@dataclass(frozen=True, eq=False)
class Drawn:
    """One draw: tables as `build_index` takes them, and amounts where the index looks at presence only."""

    cities: pd.DataFrame
    flows: pd.DataFrame
    members: pd.DataFrame


Ranks = tuple[pd.Series, pd.Series]


def draw_tables(seed: int) -> Drawn:
    """Draw the ten indicators for all pairs of the 22 cities."""
    rng = np.random.default_rng([2021, seed])
    study = load_study("air22")
    cities = study.cities[["country", "population", "coastal", "geometry"]]
    names = np.sort(cities.index.to_numpy(dtype=object))
    one, other = (names[at] for at in np.triu_indices(len(names), k=1))
    strength = np.sqrt(cities["population"]) * np.exp(rng.normal(0, 0.5, len(cities)))
    lon, lat = cities.geometry.x, cities.geometry.y
    km = distance_km(*(column[ends].to_numpy() for ends in (one, other) for column in (lon, lat)))
    expected = strength[one].to_numpy() * strength[other].to_numpy() / np.asarray(km, dtype=float)
    expected = expected / expected.mean()
    known = study.flows.set_index(["indicator", "origin", "destination"])["value"]
    real = {name: known[name] for name in ("air_airport_pairs", "sea_km")}
    keys = pd.MultiIndex.from_arrays([one, other])
    flights = real["air_airport_pairs"].reindex(keys).to_numpy(dtype=float)
    flights = np.where(
        np.isnan(flights), rng.poisson(expected), flights
    )  # within a country there are no figures
    inland = ~cities["coastal"].astype(bool)
    by_land = (inland[one].to_numpy() | inland[other].to_numpy()) & (km < 9000)
    at_sea = real["sea_km"].reindex(keys).notna().to_numpy()
    columns = {
        "sister_cities": rng.poisson(0.4 * np.sqrt(expected)),
        "flights": flights,
        "shipping": np.where(at_sea, rng.poisson(4 * expected), 0),
        "rail": np.where(by_land, rng.poisson(0.8 * expected) * rng.integers(1, 30, len(one)), 0),
        "seats": flights * 1500 * rng.lognormal(0, 0.5, len(one)),
        "bandwidth": expected * rng.lognormal(0, 0.8, len(one)),
    }
    parts = [_long(name, one, other, values) for name, values in columns.items()]
    for name, noise in (("trade_value", 1.0), ("fdi", 1.5)):
        parts += [
            _long(name, *ends, expected * rng.lognormal(0, noise, len(one)))
            for ends in ((one, other), (other, one))
        ]
    return Drawn(cities, pd.concat(parts, ignore_index=True), _draw_members(rng, strength))


def _long(name: str, origin: Any, destination: Any, values: Any) -> pd.DataFrame:
    ends = {"origin": origin, "destination": destination}
    return pd.DataFrame({"indicator": name, **ends, "value": np.asarray(values, dtype=float)})


def _draw_members(rng: np.random.Generator, strength: pd.Series) -> pd.DataFrame:
    """Let stronger cities join more of the twelve clubs, and attend more of the twelve conferences."""
    chance = 1 / (1 + np.exp(-(np.log(strength) - np.log(strength).mean())))
    rows = [
        (name, city, f"{name}-{club}")
        for name in ("cooperation", "conferences")
        for club in range(CLUBS)
        for city, share in chance.items()
        if rng.random() < share
    ]
    return pd.DataFrame(rows, columns=["indicator", "city", "member"])


def score(spec: IndexSpec, drawn: Drawn) -> IndexResult:
    """Score a draw; where the index asks for presence, amounts count as present."""
    flows = drawn.flows.copy()
    there = [leaf.name for leaf in spec.indicators if leaf.kind == "presence"]
    chosen = flows["indicator"].isin(there)
    flows.loc[chosen, "value"] = (flows.loc[chosen, "value"] > 0).astype(float)
    own = drawn.members.groupby(["city", "indicator"]).size().unstack(fill_value=0).add_prefix("own_")  # noqa: PD010
    return build_index(spec, drawn.cities.join(own), flows, memberships=drawn.members)


def choose(**choices: Any) -> Callable[[IndexSpec], IndexSpec]:
    """Make other choices for the whole index."""
    return lambda spec: spec.with_choices(**choices)


def change(*names: str, **fields: Any) -> Callable[[IndexSpec], IndexSpec]:
    """Declare indicators otherwise; without names all of them."""
    return lambda spec: replace(
        spec,
        indicators=tuple(
            replace(leaf, **fields) if leaf.name in names or not names else leaf for leaf in spec.indicators
        ),
    )


def own_number(spec: IndexSpec) -> IndexSpec:
    """Take the number of memberships of the city itself, the weaker end for a pair."""
    for name in ("cooperation", "conferences"):
        spec = change(name, kind="city", column=f"own_{name}", absent="missing", zero="value")(spec)
    return spec


def with_home(spec: IndexSpec) -> IndexSpec:
    """Count pairs within a country as well."""
    return spec.with_choices(domestic="include")


OTHERWISE: dict[tuple[str, str], Callable[[IndexSpec], IndexSpec]] = {
    ("normaliser", "z-scores"): choose(normaliser="zscore"),
    ("normaliser", "share of the maximum"): choose(normaliser="fraction_of_max"),
    ("normaliser", "percentiles (ranks)"): choose(normaliser="percentile"),
    ("scale", "1 to 100"): choose(normaliser_params={"scale": (1.0, 100.0)}),
    ("partners", "mean over partners"): change(city_rule="mean"),
    ("partners", "the three strongest partners"): change(city_rule="top_k", top_k=3),
    ("partners", "number of partners"): change(city_rule="count"),
    ("domestic pairs", "counted as well"): with_home,
    ("direction of trade and FDI", "the larger of both ways"): change("trade_value", "fdi", fold="max"),
    ("direction of trade and FDI", "outgoing only, for cities"): change("trade_value", "fdi", side="out"),
    ("participation", "the city's own memberships, not shared ones"): own_number,
    ("rail", "number of trains"): change("rail", kind="stock"),
    ("air routes", "whether there is one"): change("flights", kind="presence"),
    ("outliers", "winsorised"): choose(treatment="winsorise"),
    ("outliers", "logarithm"): choose(treatment="log"),
    ("aggregation", "geometric mean, 1 to 100"): choose(
        aggregator="geometric", normaliser_params={"scale": (1.0, 100.0)}
    ),
    ("aggregation", "median"): choose(aggregator="median"),
}


def rescaled(result: IndexResult) -> Ranks:
    """Stretch each dimension to 0-100 again before the last mean."""
    return tuple(_again(result, frame) for frame in (result.cities, result.corridors))  # type: ignore[return-value]


def _again(result: IndexResult, frame: pd.DataFrame) -> pd.Series:
    dimensions = list(result.spec.children("overall"))
    shares = [float(share) for share in result.spec.importance("overall").values()]
    whole = aggregate(normalise(frame[dimensions].astype(float)), shares)
    return rank(pd.Series(whole, index=frame.index))


def rounded(result: IndexResult) -> Ranks:
    """Round the scores to whole points before ranking."""
    return rank(result.cities["overall"].round()), rank(result.corridors["overall"].round())


def from_corridors(result: IndexResult) -> Ranks:
    """Score a city by the mean of its corridors, not by its own sums."""
    ends = pd.concat([result.corridors[["origin", "overall"]].set_axis(["city", "overall"], axis=1),
                      result.corridors[["destination", "overall"]].set_axis(["city", "overall"], axis=1)])  # fmt: skip
    mean = ends.groupby("city")["overall"].mean().reindex(result.cities.index)
    return rank(mean), result.corridors["rank_overall"]


AFTERWARDS: dict[tuple[str, str], Callable[[IndexResult], Ranks]] = {
    ("levels", "a city is the mean of its corridors"): from_corridors,
    ("dimensions", "stretched to 0-100 again"): rescaled,
    ("rounding", "whole points before ranking"): rounded,
}


def compare(seed: int) -> pd.DataFrame:
    """Score one draw as specified and with every choice made otherwise."""
    drawn, spec = draw_tables(seed), load_spec("bri22")
    taken = score(spec, drawn)
    base = taken.cities["rank_overall"], taken.corridors["rank_overall"]
    rows = []
    for name, turn in OTHERWISE.items():
        found = score(turn(spec), drawn)
        rows.append(
            (*name, seed, *_moves(base, (found.cities["rank_overall"], found.corridors["rank_overall"])))
        )
    for name, turn_result in AFTERWARDS.items():
        rows.append((*name, seed, *_moves(base, turn_result(taken))))
    return pd.DataFrame(rows, columns=COLUMNS)


def _moves(base: Ranks, other: Ranks) -> tuple[float, float, float]:
    """Say by how many places cities move, on average and at most, and how many of the ten first corridors stay."""
    places = (other[0].astype(float) - base[0].astype(float)).abs()
    first = [set(one.index[one <= 10]) for one in (base[1], other[1])]
    return float(places.mean()), float(places.max()), float(len(first[0] & first[1]))


def compare_orders(seed: int, *, elasticity: float) -> tuple[float, float]:
    """Fill a tenth of drawn attributes by group means, before or after division by size; errors of the index.

    Fifty cities in five groups, twelve amounts that grow with the size of a city to the power `elasticity`, sizes with a
    standard deviation of 1.5 in the logarithm. The error is the mean absolute difference, in points, of the index of the
    cities with gaps from the one without gaps.
    """
    rng = np.random.default_rng([2022, seed])
    size = rng.lognormal(0, 1.5, 50)
    groups = rng.integers(0, 5, 50)
    level = rng.normal(0, 0.4, (5, 12))[groups]
    amounts = size[:, None] ** elasticity * np.exp(level + rng.normal(0, 0.4, (50, 12)))
    names = [f"x{place}" for place in range(12)]
    cities = pd.DataFrame(
        amounts, columns=names, index=pd.Index([f"c{place:02}" for place in range(50)], name="city")
    )
    cities = cities.assign(size=size, region=groups.astype(str))
    gaps = rng.random((50, 12)) < 0.1
    holed = cities.assign(**{name: cities[name].mask(gaps[:, place]) for place, name in enumerate(names)})
    leaves = tuple(
        Indicator(name=name, dimension="overall", kind="city", denominator="size") for name in names
    )
    spec = IndexSpec(name="orders", indicators=leaves).with_choices(corridors=False, imputer="group")
    truth = build_index(spec, cities).cities["overall"]
    errors = []
    for order in ("before_denomination", "after_denomination"):
        found = build_index(spec.with_choices(impute=order), holed).cities["overall"]
        errors.append(float((found - truth)[gaps.any(axis=1)].abs().mean()))
    return errors[0], errors[1]


def tabulate_orders() -> pd.DataFrame:
    """Average the errors of both orders over the draws, for amounts that grow with size and for amounts that do not."""
    rows = []
    for elasticity in (1.0, 0.5, 0.0):
        errors = np.array([compare_orders(seed, elasticity=elasticity) for seed in range(ORDER_DRAWS)])
        rows.append((elasticity, *errors.mean(axis=0)))
    return pd.DataFrame(rows, columns=["elasticity", "before", "after"])


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Average over the draws, in the order of the table."""
    return table.groupby(["choice", "otherwise"], sort=False)[COLUMNS[3:]].mean()


if __name__ == "__main__":
    whole = pd.concat([compare(seed) for seed in range(N_DRAWS)], ignore_index=True)
    whole.to_csv(FILE, index=False, lineterminator="\n", float_format="%.6g")
    print(summarise(whole).round(1).to_string())
    print(tabulate_orders().round(2).to_string())
