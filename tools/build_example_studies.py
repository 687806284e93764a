"""Build the study folders under examples/studies/ from data that are in this repository.

    python tools/build_example_studies.py

`southeast-asia-air` is cut from the open study air513; `austria-migration` rewrites tests/reference/gravity/austria.csv.
The files study.toml and index.toml of both are written by hand and left alone.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geobri.study import load_study

ROOT = Path(__file__).parents[1]
STUDIES = ROOT / "examples" / "studies"
ASEAN = ["BRN", "IDN", "KHM", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM"]
AIR = ["air_direct", "air_airport_pairs"]
STATES = {
    "AT11": ("eisenstadt", "Eisenstadt", "艾森施塔特", "Burgenland", 16.5250, 47.8460),
    "AT12": ("st-poelten", "St. Pölten", "圣珀尔滕", "Lower Austria", 15.6250, 48.2040),
    "AT13": ("vienna", "Vienna", "维也纳", "Vienna", 16.3721, 48.2085),
    "AT21": ("klagenfurt", "Klagenfurt", "克拉根福", "Carinthia", 14.3053, 46.6247),
    "AT22": ("graz", "Graz", "格拉茨", "Styria", 15.4409, 47.0667),
    "AT31": ("linz", "Linz", "林茨", "Upper Austria", 14.2861, 48.3064),
    "AT32": ("salzburg", "Salzburg", "萨尔茨堡", "Salzburg", 13.0440, 47.7994),
    "AT33": ("innsbruck", "Innsbruck", "因斯布鲁克", "Tyrol", 11.3945, 47.2627),
    "AT34": ("bregenz", "Bregenz", "布雷根茨", "Vorarlberg", 9.7471, 47.5031),
}
"""State: slug, names, and place of its capital, longitude before latitude (GeoNames, CC BY 4.0)."""


def build_southeast_asia() -> None:
    """Keep the cities of ten countries that any direct route reaches, and the routes among them."""
    study = load_study("air513")
    cities = study.cities[study.cities["country"].isin(ASEAN)]
    flows = study.flows
    inside = flows["origin"].isin(cities.index) & flows["destination"].isin(cities.index)
    flows = flows[inside & flows["indicator"].isin(AIR)]
    cities = cities[cities.index.isin([*flows["origin"], *flows["destination"]])]
    table = pd.DataFrame(
        {
            "name": cities["name"],
            "name_zh": cities["name_zh"],
            "country": cities["country"],
            "region": "Southeast Asia",
            "coastal": cities["coastal"].map({True: "yes", False: "no"}),
            "lon": cities.geometry.x.round(4),
            "lat": cities.geometry.y.round(4),
            "population": cities["population"].astype("Int64"),
        }
    )
    write(table.sort_index(), STUDIES / "southeast-asia-air" / "cities.csv", index=True)
    write(flows.sort_values(["indicator", "origin", "destination"]), STUDIES / "southeast-asia-air/flows.csv")


def build_austria() -> None:
    """Nine states as their capitals; migrants and the published distances between centres as flows."""
    pairs = pd.read_csv(ROOT / "tests/reference/gravity/austria.csv")
    slugs = {state: row[0] for state, row in STATES.items()}
    rows = [
        {"city": slug, "name": name, "name_zh": zh, "country": "AUT", "region": state, "coastal": "no", "lon": lon, "lat": lat}
        for slug, name, zh, state, lon, lat in STATES.values()
    ]  # fmt: skip
    ends = pairs.assign(origin=pairs["origin"].map(slugs), destination=pairs["destination"].map(slugs))
    flows = ends.rename(columns={"distance_km": "centre_km"}).melt(
        id_vars=["origin", "destination"], value_vars=["migrants", "centre_km"], var_name="indicator"
    )
    flows = flows[["indicator", "origin", "destination", "value"]]
    write(pd.DataFrame(rows), STUDIES / "austria-migration" / "cities.csv")
    write(flows, STUDIES / "austria-migration" / "flows.csv")


def write(table: pd.DataFrame, path: Path, *, index: bool = False) -> None:
    """Write a table the same way each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=index, lineterminator="\n", float_format="%.10g")


if __name__ == "__main__":
    build_southeast_asia()
    build_austria()
