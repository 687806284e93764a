"""Build the study folders under examples/studies/ from data that are in this repository.

    python tools/build_example_studies.py

`southeast-asia-air` is cut from the open study air513; `austria-migration` rewrites tests/reference/gravity/austria.csv;
`simulated-city` is drawn by lot, zones and all. The files study.toml and index.toml are written by hand and left alone.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

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


N_ZONES = 42
ISLAND_DEG = 0.075
YEARS = (2018, 2020, 2022, 2024)
TRAM_FROM = 2021
KM_PER_DEG = 111.2
FRICTION = 1.2


def build_simulated_city() -> None:
    """Invent a city on an island at 0 degrees north and east: 42 zones, and the commuters of four years.

    Commuters follow a gravity model with friction 1.2 and Poisson noise. They grow by 1 % a year, those between the east and the
    centre by 15 % a year from 2021 on, when a tram line opens there; from the harbour they fall by 8 % a year.
    """
    rng = np.random.default_rng(20181)
    shapes = draw_zones(rng)
    middles = np.array([(shape.centroid.x, shape.centroid.y) for shape in shapes])
    ring, side = np.hypot(*middles.T) / ISLAND_DEG, np.degrees(np.arctan2(middles[:, 1], middles[:, 0]))
    quarter = np.select([ring < 0.35, np.abs(side) < 40, side > 0], ["Centre", "East", "North"], "Harbour")
    quarter[(np.abs(side) > 140) & (ring >= 0.35)] = "West"
    zones = gpd.GeoDataFrame({"quarter": quarter}, geometry=shapes, crs=4326).sort_values(
        "quarter", kind="stable"
    )
    number = zones.groupby("quarter").cumcount() + 1
    zones["name"] = zones["quarter"] + " " + number.astype(str)
    zones["name_zh"] = zones["quarter"].map(QUARTERS) + number.astype(str) + "区"
    slugs = zones["name"].str.lower().str.replace(" ", "-")
    places = pd.DataFrame(
        {
            "city": slugs,
            "name": zones["name"],
            "name_zh": zones["name_zh"],
            "region": zones["quarter"],
            "lon": zones.geometry.centroid.x.round(5),
            "lat": zones.geometry.centroid.y.round(5),
        }
    )
    folder = STUDIES / "simulated-city"
    write(places, folder / "cities.csv")
    write(draw_commuters(rng, places), folder / "flows.csv")
    outlines = zones[["name", "geometry"]].set_geometry(shapely.set_precision(zones.geometry.values, 1e-5))
    (folder / "zones.geojson").write_text(outlines.to_json(drop_id=True, to_wgs84=True), encoding="utf-8")


QUARTERS = {"Centre": "中心", "East": "东", "North": "北", "Harbour": "港", "West": "西"}


def draw_zones(rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Cut an island with a bay into zones around points that keep apart."""
    turn = np.linspace(0, 2 * np.pi, 121)[:-1]
    radius = ISLAND_DEG * (
        1
        + 0.12 * np.sin(3 * turn + 1)
        + 0.07 * np.sin(5 * turn)
        - 0.3 * np.exp(-(((turn - 4.4) / 0.35) ** 2))
    )
    island = shapely.Polygon(np.column_stack([radius * np.cos(turn), radius * np.sin(turn)]))
    points = rng.uniform(-1.3 * ISLAND_DEG, 1.3 * ISLAND_DEG, (4000, 2))
    points = points[shapely.contains_xy(island, points)]
    middles = points[:N_ZONES]
    for _ in range(30):  # Lloyd's relaxation, on the points that were thrown
        nearest = np.argmin(((points[:, None] - middles) ** 2).sum(axis=2), axis=1)
        middles = np.array([points[nearest == zone].mean(axis=0) for zone in range(N_ZONES)])
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(middles), extend_to=island.buffer(ISLAND_DEG))
    )
    cut: npt.NDArray[np.object_] = shapely.intersection(cells, island)
    return cut


def draw_commuters(rng: np.random.Generator, places: pd.DataFrame) -> pd.DataFrame:
    """Draw the commuters of every ordered pair and year."""
    place = places[["lon", "lat"]].to_numpy()
    km = np.hypot(*(place[:, None] - place).transpose(2, 0, 1)) * KM_PER_DEG
    quarter = places["region"].to_numpy()
    homes = np.exp(rng.normal(0, 0.4, N_ZONES))
    jobs = np.exp(rng.normal(0, 0.6, N_ZONES)) * np.where(quarter == "Centre", 4, 1)
    first, second = np.nonzero(~np.eye(N_ZONES, dtype=bool))
    base = 30 * homes[first] * jobs[second] * km[first, second] ** -FRICTION
    east = (quarter[first] == "East") & (quarter[second] == "Centre")
    harbour = quarter[first] == "Harbour"
    years = []
    for year in YEARS:
        growth = (
            1.01 ** (year - YEARS[0])
            * np.where(east, 1.15 ** max(0, year + 1 - TRAM_FROM), 1)
            * np.where(harbour, 0.92 ** (year - YEARS[0]), 1)
        )
        years.append(
            pd.DataFrame(
                {
                    "indicator": "commuters",
                    "origin": places["city"].to_numpy()[first],
                    "destination": places["city"].to_numpy()[second],
                    "value": rng.poisson(base * growth),
                    "year": year,
                }
            )
        )
    flows = pd.concat(years)
    kept = flows.groupby(["origin", "destination"])["value"].transform("max") > 0
    return flows[kept].sort_values(["origin", "destination", "year"], kind="stable")


def write(table: pd.DataFrame, path: Path, *, index: bool = False) -> None:
    """Write a table the same way each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=index, lineterminator="\n", float_format="%.10g")


if __name__ == "__main__":
    build_southeast_asia()
    build_austria()
    build_simulated_city()
