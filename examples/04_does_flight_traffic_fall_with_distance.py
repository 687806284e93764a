"""Does flight traffic fall with distance?

Real corridors: direct air routes of August 2021 between the 22 cities. Pairs without a route count as zeros, which is what
they are. The test is a Poisson model with city effects; its p-value exchanges cities, not corridors. The
curve beside it assumes no model at all: mean number of airport pairs by band of distance, cities resampled.

What this does not show: passengers or seats (the table knows routes only), and an ordinary month (in August 2021 many
borders were closed). A direct route between two airports may also exist because both are hubs; city effects hold that still.
"""

from geobri.stats.flows import decay_curve, decay_test
from geobri.study import load_study

study = load_study("air22")
corridors = study.corridors.fillna({"air_airport_pairs": 0})
flow = study.measure("air_airport_pairs", of="corridors")
result = decay_test(corridors, flow=flow, directed=False, n_permutations=499, rng=1)
print(result.summary())

decay_curve(corridors, flow=flow, directed=False, bands=6, rng=1).plot()
