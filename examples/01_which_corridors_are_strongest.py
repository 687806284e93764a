"""Which corridors are strongest?

The Belt and Road City Connectivity Index of 2021 ranks ten of the 195 international corridors between 22 cities.
A study holds the two tables that everything else starts from: cities (points) and corridors (pairs with their
great-circle line). Here the ten are sorted by their published rank and drawn for print.

What this does not show: scores. The report prints ranks and keeps the values, so nobody outside can say how far
the first corridor is ahead of the second, or anything about the 185 corridors that it does not list.
"""

from geobri.figures import draw_print_map
from geobri.study import load_study

study = load_study("bri22")
listed = study.corridors.dropna(subset=["rank_overall"]).sort_values("rank_overall")
print(listed[["rank_overall", "distance_km", "region_pair"]].round({"distance_km": 0}).to_string())

draw_print_map(study.cities, study.corridors, "rank_overall")
