"""Local Moran on 5,000 points with 999 permutations against esda (numba), in one run on one core.

    OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python benchmarks/local_moran.py [n] [n_permutations]

esda is called with and without numba's compilation in the measured time. numba is not a dependency of
geobri: install it for this comparison (pip install numba).
"""

import importlib.util
import sys
import time
import warnings

import esda
import geopandas as gpd
import numpy as np

from geobri.neighbours import build_kernel, build_knn
from geobri.stats.spatial import local_getis_ord_test, local_moran_test


def best_of(function, repeats=3):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - start)
    return result, min(times), times[0]


def main(n=5000, n_permutations=999):
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-180, 180, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    cities = gpd.GeoDataFrame(
        {"value": rng.normal(size=n)}, index=np.arange(n), geometry=gpd.points_from_xy(lon, lat, crs=4326)
    )
    print(
        f"numba installed: {importlib.util.find_spec('numba') is not None}; n = {n}, {n_permutations} permutations"
    )
    for label, graph in {
        "8 nearest": build_knn(cities, 8),
        "kernel, 60 nearest": build_kernel(cities, kernel="bisquare", k=60),
    }.items():
        row = graph.transform("r")
        ours, best, first = best_of(
            lambda g=graph: local_moran_test(cities, "value", g, n_permutations=n_permutations, rng=1)
        )
        print(
            f"{label:20s} geobri local Moran   best {best:6.2f} s, first {first:6.2f} s (with FDR and kinds)"
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs, best_e, first_e = best_of(
                lambda w=row: esda.Moran_Local(
                    cities["value"], w, permutations=n_permutations, n_jobs=1, seed=1
                )
            )
        print(
            f"{label:20s} esda Moran_Local     best {best_e:6.2f} s, first {first_e:6.2f} s   ratio {best_e / best:.1f}"
        )
        scale = n / (n - 1)
        print(
            f"{'':20s} largest difference of statistics {np.abs(ours.table['statistic'] - theirs.Is * scale).max():.1e}"
        )
        p = np.minimum(1, 2 * theirs.p_sim)
        print(f"{'':20s} median |p - 2 p_sim of esda| {np.median(np.abs(ours.table['p_value'] - p)):.3f}")
        _, best_g, _ = best_of(
            lambda g=graph: local_getis_ord_test(cities, "value", g, n_permutations=n_permutations, rng=1)
        )
        print(f"{label:20s} geobri local G*      best {best_g:6.2f} s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
