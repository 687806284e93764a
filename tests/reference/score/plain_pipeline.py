"""The whole index once more, in plain Python loops over dictionaries; no numpy, no pandas, no geobri.

Run from this folder: ``python plain_pipeline.py``. It draws cities, flows and memberships, computes scores and ranks of
cities and corridors as section 2 of the 2021 report describes them, and writes pipeline.json (committed).
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

TREE = {
    "policy": (
        Fraction(1, 6),
        {"sister_cities": Fraction(1, 3), "cooperation": Fraction(1, 3), "conferences": Fraction(1, 3)},
    ),
    "facility": (
        Fraction(1, 6),
        {"flights": Fraction(1, 4), "shipping": Fraction(1, 2), "rail": Fraction(1, 4)},
    ),
    "trade": (Fraction(1, 6), {"trade_value": Fraction(1)}),
    "finance": (Fraction(1, 6), {"fdi": Fraction(1)}),
    "people": (Fraction(1, 6), {"seats": Fraction(1)}),
    "information": (Fraction(1, 6), {"bandwidth": Fraction(1)}),
}
DIRECTED = {"trade_value", "fdi"}
SPARSE = {"sister_cities", "flights", "shipping", "rail", "seats"}  # an absent row is a zero
MEMBERS = {"cooperation", "conferences"}


def draw():
    draw_from = random.Random(8)
    cities = {f"city{i:02d}": "CHN" if i in {1, 4, 5, 11} else f"C{i:02d}" for i in range(12)}
    flows, members = [], []
    names = sorted(cities)
    for _, leaves in TREE.values():
        for leaf in leaves:
            if leaf in MEMBERS:
                members += [
                    [leaf, city, f"club{k}"] for city in names for k in range(9) if draw_from.random() < 0.45
                ]
                continue
            for i, one in enumerate(names):
                for other in names[i + 1 :]:
                    if leaf in SPARSE and draw_from.random() < 0.5:
                        continue
                    ends = [one, other] if draw_from.random() < 0.5 else [other, one]
                    flows.append([leaf, *ends, float(draw_from.randint(1, 60))])
                    if leaf in DIRECTED:
                        flows.append([leaf, ends[1], ends[0], round(draw_from.uniform(0, 60), 3)])
    draw_from.shuffle(flows)
    return cities, flows, members


def pair_values(cities, flows, members):
    """Value of every international pair in every indicator."""
    names = sorted(cities)
    pairs = [(a, b) for a in names for b in names if a < b and cities[a] != cities[b]]
    values = {}
    for _, leaves in TREE.values():
        for leaf in leaves:
            values[leaf] = {}
            for a, b in pairs:
                if leaf in MEMBERS:
                    clubs = [
                        {club for name, city, club in members if name == leaf and city == end}
                        for end in (a, b)
                    ]
                    values[leaf][a, b] = float(len(clubs[0] & clubs[1]))
                else:
                    values[leaf][a, b] = sum(
                        v for name, o, d, v in flows if name == leaf and {o, d} == {a, b}
                    )
    return pairs, values


def minmax(column):
    low, high = min(column.values()), max(column.values())
    return {unit: 100 * (value - low) / (high - low) for unit, value in column.items()}


def climb(units, columns):
    scores = {unit: {} for unit in units}
    normalised = {leaf: minmax(column) for leaf, column in columns.items()}
    for unit in units:
        overall = 0.0
        for dimension, (weight, leaves) in TREE.items():
            score = sum(float(share) * normalised[leaf][unit] for leaf, share in leaves.items())
            scores[unit][dimension] = score
            overall += float(weight) * score
            scores[unit] |= {leaf: normalised[leaf][unit] for leaf in leaves}
        scores[unit]["overall"] = overall
    return scores


def with_ranks(scores):
    nodes = list(next(iter(scores.values())))
    for node in nodes:
        for unit in scores:
            better = sum(scores[other][node] > scores[unit][node] + 1e-9 for other in scores)
            scores[unit][f"rank_{node}"] = better + 1
    return scores


def main():
    cities, flows, members = draw()
    pairs, values = pair_values(cities, flows, members)
    sums = {
        leaf: {city: sum(v for pair, v in column.items() if city in pair) for city in cities}
        for leaf, column in values.items()
    }
    document = {
        "cities": cities,
        "flows": flows,
        "memberships": members,
        "city_scores": with_ranks(climb(sorted(cities), sums)),
        "corridor_scores": {
            "--".join(pair): scores for pair, scores in with_ranks(climb(pairs, values)).items()
        },
    }
    Path("pipeline.json").write_text(
        json.dumps(document, indent=None, separators=(",", ":")) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
