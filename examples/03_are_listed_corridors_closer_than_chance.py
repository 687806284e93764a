"""Are the listed corridors closer than chance?

The report says that near cities are better connected, and prints ten corridors. Corridors share cities, so drawing ten
of 195 from a hat would count Singapore six times. The default null model keeps the pattern of hubs and partners and
puts other cities in their places; with 22 cities every placement can be counted, so the p-value is exact.

What this does not show: a cause. The hubs of the list lie in East and Southeast Asia, and language, history and trade do too.
Once every city keeps its number of listed corridors only five lists are possible, and then nothing can be shown.
"""

from geobri.stats.proximity import proximity_tests
from geobri.study import load_study

study = load_study("bri22")
results = proximity_tests(
    study.cities, study.corridors, "rank_overall", nulls=("blocks", "active", "hubs"), rng=1
)
for result in results:
    print(result.summary(), "\n")

results[0].plot()
