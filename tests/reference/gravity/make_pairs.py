"""Draw the two small tables of pairs that the reference scripts and the tests read.

Run from the repository root: ``python tests/reference/gravity/make_pairs.py``. Fifteen cities at random places of a
plane; flows with hubs, noise and zeros. The numbers are written once and committed.
"""

import numpy as np
import pandas as pd

HERE = "tests/reference/gravity"


def draw(seed: int, *, directed: bool) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 15
    place = rng.uniform(0, 4000, (n, 2))
    push, pull = rng.normal(0, 0.8, n), rng.normal(0, 0.8, n)
    rows, columns = np.nonzero(~np.eye(n, dtype=bool)) if directed else np.triu_indices(n, 1)
    km = np.hypot(*(place[rows] - place[columns]).T).round(3) + 50
    same = ((rows % 3) == (columns % 3)).astype(int)
    mean = np.exp(9.5 + push[rows] + pull[columns] - 0.9 * np.log(km) + 0.4 * same)
    flow = rng.poisson(mean * rng.gamma(1.5, 1 / 1.5, len(km)))
    names = [f"c{i:02d}" for i in range(n)]
    return pd.DataFrame(
        {
            "origin": [names[i] for i in rows],
            "destination": [names[i] for i in columns],
            "distance_km": km,
            "same_region": same,
            "flow": flow,
            "linked": (flow > np.median(flow)).astype(int),
        }
    )


if __name__ == "__main__":
    draw(5, directed=True).to_csv(f"{HERE}/directed.csv", index=False)
    draw(6, directed=False).to_csv(f"{HERE}/undirected.csv", index=False)
