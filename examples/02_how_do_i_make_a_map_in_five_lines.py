"""How do I make a map in five lines?

From names and a few numbers to an interactive page: find the places, build corridors, give them a value, draw. In a notebook
the last line shows the map; elsewhere `.save("map.html")` writes one file that asks no network for anything.

What this does not show: routes. Lines are great circles between two points; ships, trains and aircraft go
other ways, and the width of a line says what the table says and nothing of how it came about.
"""

import geobri

places = geobri.geocode(["Singapore", "Nairobi", "Lisbon", "Suva"]).raise_if_incomplete()
cities = geobri.build_cities(places.table)
corridors = geobri.build_corridors(cities).assign(score=[3.0, 9.0, 1.0, 4.0, 2.0, 7.0])
geobri.corridor_map(cities, corridors, "score", title="Four cities")
