"""How often the correlation of two unrelated smooth maps is told from chance at 5 %.

    OMP_NUM_THREADS=1 python benchmarks/correlation_calibration.py [n_simulations]

40 random places in a square of 30 by 30 degrees; two independent Gaussian fields with covariance 0.95 exp(-distance / range)
+ 0.05 at the same place. The table in docs/spatial.md comes from here (1,000 simulations).
"""

import sys

import geopandas as gpd
import numpy as np
from scipy.spatial.distance import cdist

from geobri.stats.spatial import spatial_correlation_test

RANGES = {"none": 0.0, "5 degrees": 5.0, "12 degrees": 12.0, "30 degrees": 30.0}
N = 40


def main():
    n_simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    points = np.random.default_rng(9).uniform(0, 30, (N, 2))
    cities = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T, crs=4326))
    apart = cdist(points, points)
    print("range, usual test, random maps")
    for name, reach in RANGES.items():
        rng = np.random.default_rng(1)
        smooth = np.exp(-apart / reach) if reach else np.eye(N)
        root = np.linalg.cholesky(0.95 * smooth + 0.05 * np.eye(N))
        alarms = np.zeros(2)
        for _ in range(n_simulations):
            cities["one"], cities["other"] = root @ rng.normal(size=N), root @ rng.normal(size=N)
            found = spatial_correlation_test(cities, "one", "other", n_permutations=199, rng=rng)
            alarms += [found.terms[1].p_value <= 0.05, found.p_value <= 0.05]
        print(name, *(f"{100 * share:.1f} %" for share in alarms / n_simulations), sep=", ")


if __name__ == "__main__":
    main()
