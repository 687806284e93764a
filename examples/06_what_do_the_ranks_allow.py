"""What do the published ranks allow?

The report prints six dimension ranks and one overall rank for each city, and no scores. Linear programming finds
the least and the greatest index that any scores consistent with all those ranks could give. The points are one example
of such scores; the bars are all that can be known.

What this does not show: that the index is right, or that its weights were the ones printed. Consistency is necessary, not
sufficient. The bars are no confidence intervals either: nothing here is sampled.
"""

from geobri.score import audit_ranking
from geobri.study import load_study

cities = load_study("bri22").cities.set_index("name")
dimensions = cities.filter(regex="^rank_(?!overall)").rename(columns=lambda name: name.removeprefix("rank_"))
audit = audit_ranking(
    cities["rank_overall"], dimensions, anchored=["trade", "finance", "people", "information"]
)
print(audit.summary())

audit.plot()
