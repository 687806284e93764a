"""The CSV files themselves: encoding, provenance, slugs. Read by plain Python, not by the loaders."""

import csv
import re
from pathlib import Path

import pytest

import geobri

PUBLISHED = Path(geobri.__file__).parent / "data" / "published"
FILES = sorted(PUBLISHED.glob("*.csv"))


def read(name):
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def all_slugs():
    return {row["city"] for row in read("global513_cities")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_are_tidy_utf8(path):
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    rows = list(csv.reader(raw.decode("utf-8").splitlines()))
    assert len({len(row) for row in rows}) == 1
    assert len(set(rows[0])) == len(rows[0])
    assert all(cell == cell.strip() for row in rows for cell in row)


def test_every_file_has_a_provenance_and_the_reverse():
    documented = [row["file"] for row in read("provenance")]
    assert len(documented) == len(set(documented))
    assert set(documented) == {path.name for path in FILES} - {"provenance.csv"}
    assert all(row["report"] and row["where"] and row["transcription"] for row in read("provenance"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_city_is_one_of_the_513(path):
    known = all_slugs()
    for row in read(path.stem):
        mentioned = {
            row[column]
            for column in ("city", "first_printed", "second_printed", "origin", "destination")
            if row.get(column)
        }
        mentioned |= set(filter(None, row.get("cities", "").split(";")))
        mentioned |= {
            end for pair in filter(None, row.get("corridors", "").split(";")) for end in pair.split("--")
        }
        assert mentioned <= known, row


def test_slugs_are_unique_and_plain():
    slugs = [row["city"] for row in read("global513_cities")]
    assert len(slugs) == len(set(slugs)) == 513
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in slugs)


def test_corridor_ids_name_their_ends_in_order():
    for name in ("bri22_corridors", "bri22_table6", "bri22_table7"):
        for row in read(name):
            ends = row["corridor"].split("--")
            assert ends == sorted(ends)
            assert set(ends) == {
                row.get("origin", row.get("first_printed")),
                row.get("destination", row.get("second_printed")),
            }


def test_contradictions_are_complete_records():
    rows = read("contradictions")
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert row["id"].startswith(row["report"] + "-")
        assert row["found_by"] in {"program", "reading"}
        assert row["where_a"]
        assert row["says_a"]
        assert row["where_b"]
        assert row["says_b"]
