"""Do neighbouring cities resemble each other?

Neighbours on a globe come from geodesic distances, not from degrees: Suva and Apia are near, though 350 degrees of longitude
lie between them. Each of the 513 cities is joined to its eight nearest; Moran's I asks whether cities reached by many
direct air routes lie among others that are. The plot sets each city against the mean of its neighbours.

What this does not show: influence. Near cities share airports in these data (an airport belongs to every city within
50 km), and that alone makes neighbours alike. Local results are many tests at once; they are adjusted, and still a description.
"""

import pandas as pd

from geobri.neighbours import build_knn
from geobri.stats.spatial import local_moran_test, moran_test
from geobri.study import load_study

study = load_study("air513")
ends = pd.concat([study.corridors["origin"], study.corridors["destination"]])
cities = study.cities.assign(
    routes=ends.value_counts().reindex(study.cities.index, fill_value=0).astype(float)
)
neighbours = build_knn(cities, k=8)
print(moran_test(cities, "routes", neighbours, rng=1).summary())

local_moran_test(cities, "routes", neighbours, rng=1).plot()
