"""Build geobri/data/gazetteer/chinese_names.csv: the divisions of China as people write them, and the place that each means.

Usage: ``python tools/build_chinese_names.py [--cache FOLDER]``, after `build_gazetteer.py`; needs ``pip install pypinyin==0.55.0``. GeoNames lacks
the Chinese names of many cities. The names of prefectures and counties, with rough points, come from cpca 0.5.5 (never
installed); a division is joined to the place of the gazetteer that bears its name, in characters or in pinyin, near that point. A prefecture that no
place is named after (leagues, most autonomous prefectures) gets its seat. What finds no place is listed without one, so that its name is not
taken for another place's.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import re
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pinned import fetch
from pypinyin import Style, pinyin

from geobri.gazetteer.names import is_han, name_key
from geobri.gazetteer.places import _places, load_name_index
from geobri.geodesy import distance_km

OUT = Path(__file__).resolve().parent.parent / "geobri" / "data" / "gazetteer" / "chinese_names.csv"
PACKAGE, WHEEL = "cpca==0.5.5", "cpca-0.5.5-py3-none-any.whl"
SHA256 = "1635b589506b3e28424032bce61d2488e1f6fac1034a736014e70e043f824fe6"
ABSENT = -1
NAMELESS = ("市辖区",)
PROVINCES = ("海南",)
"""Provinces whose bare name would otherwise mean a prefecture of another province."""
NEAR_KM = {"prefecture": 50.0, "county": 30.0}
SEAT_KM = 15.0
DOMINANCE = 10
"""A bare name means one place alone if it is this many times larger than any other place of the name."""
NATIONS = "维吾尔|哈萨克|柯尔克孜|蒙古|朝鲜|土家|哈尼|傈僳|布依|塔吉克|锡伯|达斡尔|鄂温克|鄂伦春|仡佬|仫佬|毛南|拉祜|布朗|纳西|普米|独龙|撒拉|东乡|保安|裕固|畲|满|回|藏|羌|彝|苗|侗|瑶|壮|黎|傣|景颇|白|佤|水|土|怒|各"
AUTONOMOUS = re.compile(rf"(?:(?:{NATIONS})族?)+自治(?P<kind>[州县旗])$")


class Division(NamedTuple):
    """A prefecture or county: its name in full, its name without what it is, and where it lies."""

    full: str
    bare: str
    kind: str
    level: str
    lon: float
    lat: float


def read_divisions(wheel: Path) -> list[Division]:
    """Read prefectures and counties that have a point and a name of their own."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("cpca/resources/adcodes.csv").decode("utf-8")
    found = []
    for row in csv.DictReader(io.StringIO(text)):
        code, name = row["adcode"], row["name"]
        if not row["longitude"] or code[2:4] == "00" or code[:2] in ("71", "81", "82"):
            continue
        bare, kind = split_name(name)
        if len(bare) > 1 and name not in NAMELESS:
            level = "prefecture" if code[4:6] == "00" else "county"
            found.append(Division(name, bare, kind, level, float(row["longitude"]), float(row["latitude"])))
    return sorted(found)


def split_name(full: str) -> tuple[str, str]:
    """Split a name into what it is called and what it is: 阿坝藏族羌族自治州 into 阿坝 and 州."""
    autonomous = AUTONOMOUS.search(full)
    if autonomous:
        return full[: autonomous.start()], autonomous["kind"]
    for kind in ("地区", "林区", "矿区", "新区", "市", "区", "县", "盟", "旗"):
        if full.endswith(kind):
            return full.removesuffix(kind), kind
    return full, ""


def readings(name: str) -> set[str]:
    """All ways to write a Chinese name in pinyin, as keys."""
    letters = pinyin(name, style=Style.NORMAL, heteronym=True)
    return {name_key("".join(parts)) for parts in itertools.islice(itertools.product(*letters), 64)}


class Places:
    """The gazetteer's places in China, with all their names."""

    def __init__(self) -> None:
        places, index = _places(), load_name_index()
        self.rows = np.flatnonzero((places["country"] == "CHN").to_numpy())
        self.lon, self.lat = places["lon"].to_numpy()[self.rows], places["lat"].to_numpy()[self.rows]
        self.population = places["population"].fillna(0).to_numpy(dtype=int)
        self.geonameid = places["geonameid"].to_numpy(dtype=int)
        self.names: dict[int, set[str]] = defaultdict(set)
        for key, row in zip(index.keys, index.rows, strict=True):
            self.names[int(row)].add(str(key))

    def near(self, division: Division, km: float) -> list[int]:
        """Rows of places so near, the most populous first."""
        away = distance_km(division.lon, division.lat, self.lon, self.lat)
        return sorted(self.rows[away <= km].tolist(), key=lambda row: -self.population[row])

    def meant_by(self, division: Division) -> tuple[int, str] | None:
        """Find the place that a division is named after, or its seat."""
        spoken = readings(division.bare)
        written = {division.bare, division.full, division.bare + "市"}
        near = self.near(division, NEAR_KM[division.level])
        named = [row for row in near if self.names[row] & written] or [
            row for row in near if self.names[row] & spoken
        ]
        if named and division.kind not in ("州", "盟", "地区"):
            return named[0], "name"
        if division.level == "prefecture":
            seats = self.near(division, SEAT_KM)
            return (seats[0], "seat") if seats else None
        return None


def build_rows(divisions: list[Division]) -> list[list[object]]:
    """Rows of the table: alias, geonameid, division in full, level, and whether the place bears the name or is the seat."""
    places = Places()
    meant = {division: place for division in divisions if (place := places.meant_by(division))}
    cities = {
        row for division, (row, how) in meant.items() if division.level == "prefecture" and how == "name"
    }
    for division in [division for division in meant if division.level == "county"]:
        row, _ = meant[division]
        if row in cities and division.full not in places.names[row]:
            del meant[division]  # 长沙县 is not 长沙市, though both are Changsha
    rivals: dict[str, set[int]] = defaultdict(set)
    for division, (row, _) in meant.items():
        rivals[division.bare].add(row)
    found: dict[tuple[str, int], list[object]] = {}
    for division in divisions:
        row, how = meant.get(division, (ABSENT, ""))
        forms = [division.full]
        if division.kind in ("州", "县", "旗") and division.full != division.bare + division.kind:
            forms.append(division.bare + division.kind)
        most = max((int(places.population[other]) for other in rivals[division.bare]), default=0)
        if division.bare not in PROVINCES and (row == ABSENT or places.population[row] * DOMINANCE > most):
            forms.append(division.bare)
        number = "" if row == ABSENT else int(places.geonameid[row])
        for form in forms:
            found.setdefault((form, row), [form, number, division.full, division.level, how])
    assert all(is_han(str(alias)) for alias, _ in found)
    return [found[key] for key in sorted(found)]


def main() -> None:
    """Fetch, join, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "geobri-build")
    divisions = read_divisions(fetch(parser.parse_args().cache, PACKAGE, WHEEL, SHA256))
    rows = build_rows(divisions)
    with OUT.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["alias", "geonameid", "division", "level", "by"])
        writer.writerows(rows)
    covered = {row[2] for row in rows if row[1]}
    for level in ("prefecture", "county"):
        here = [division for division in divisions if division.level == level]
        print(
            f"{level}: {sum(division.full in covered for division in here)} of {len(here)} divisions joined"
        )


if __name__ == "__main__":
    main()
