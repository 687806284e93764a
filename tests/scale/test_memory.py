"""A small memory is kept: what the workers hold does not grow with the number of pairs."""

import subprocess
import sys

SCRIPT = """
import resource, sys
import geopandas as gpd, numpy as np, pandas as pd
from geobri.scale.places import Gravity, build_inputs
from geobri.scale.recipe import Recipe
from geobri.scale.running import reduce_pairs

n = int(sys.argv[1])
rng = np.random.default_rng(1)
places = gpd.GeoDataFrame(
    {"country": rng.integers(0, 90, n).astype(str), "region": rng.integers(0, 20, n).astype(str), "people": rng.lognormal(11, 1, n)},
    index=pd.Index([f"p{i:05d}" for i in range(n)], name="city"),
    geometry=gpd.points_from_xy(rng.uniform(-180, 180, n), rng.uniform(-60, 70, n)), crs=4326,
)
recipe = Recipe(inputs=build_inputs(places, gravity=Gravity(mass="people")), rank_by="gravity")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = reduce_pairs(recipe, workers=2)
print(int(found.groups[:, 0].sum()), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_memory_does_not_grow_with_the_pairs():
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, "4000"], capture_output=True, text=True, check=True
    )
    pairs, grown_mb = run.stdout.split()
    assert int(pairs) == 4000 * 3999 // 2
    assert float(grown_mb) < 90  # a table of these pairs with five columns has 320 MB
