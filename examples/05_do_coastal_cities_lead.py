"""Do coastal cities lead, and under which definition of coastal?

The report says so of its 22 cities, and names only some of the coastal ones. Here the same comparison runs with the published
flag and with every distance to the sea that changes the groups. The effect comes first: Cliff's delta on ranks, with its
interval. Below 0, coastal cities have the smaller (better) ranks. Red intervals have p <= 0.05, one at a time.

What this does not show: that the sea is the reason. Many inland cities of the list are in western China and on the
steppe. And a definition chosen because it gives a small p-value is no test; look at the whole picture instead.
"""

from geobri.coast import distance_to_coast
from geobri.stats.groups import coastal_sensitivity_test
from geobri.study import load_study

study = load_study("bri22")
cities = study.cities.assign(coast_km=distance_to_coast(study.cities))
result = coastal_sensitivity_test(cities, "rank_overall", n_permutations=999, rng=1)
print(result.summary())

result.plot()
