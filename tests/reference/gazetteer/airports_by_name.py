"""A second opinion on where the reports' cities are: airports that name them.

Usage: ``python airports_by_name.py graph_notebook-5.3.0-py3-none-any.whl > airports_by_name.csv``. For every city of the reports, the airports of its
country whose own label is the city's name, from a source that knows nothing of GeoNames (air-routes 0.87, Apache-2.0).
"""

import csv
import re
import sys
import unicodedata
import zipfile
from importlib import resources

UK = {"UK": "GB", "KS": "XK"}


def key(text):
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


folder = resources.files("geobri") / "data"
alpha3 = {
    row["alpha2"]: row["country"]
    for row in csv.DictReader((folder / "gazetteer" / "countries.csv").open(encoding="utf-8"))
}
with zipfile.ZipFile(sys.argv[1]) as archive:
    text = archive.read(
        "graph_notebook/seed/queries/propertygraph/opencypher/airports/airports_full.txt"
    ).decode()
pattern = r"code:'(\w+)'.*?city:'((?:[^'\\]|\\.)*)'.*?country:'(\w+)'.*?lat:(-?[\d.]+),lon:(-?[\d.]+)"
airports = [
    (code, key(city.replace("\\", "")), alpha3[UK.get(country, country)], lon, lat)
    for code, city, country, lat, lon in re.findall(pattern, text)
    if UK.get(country, country) in alpha3
]
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(["city", "airport", "lon", "lat"])
for city in csv.DictReader((folder / "published" / "global513_cities.csv").open(encoding="utf-8")):
    for code, name, country, lon, lat in airports:
        if country == city["country"] and name == key(city["name"]):
            writer.writerow([city["city"], code, round(float(lon), 4), round(float(lat), 4)])
