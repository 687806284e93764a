"""Files that are packed twice, damaged, or hold what no table has: each is read or answered in words."""

import gzip
import zipfile

import pandas as pd
import pytest

from geobri.errors import GeobriError
from geobri.study import load_tables

PLACES = "name,lon,lat\nTurku,22.3,60.5\nPorto,-8.6,41.1\nDakar,-17.4,14.7\n"
PAIRS = "from,to,boats\nTurku,Porto,3\nPorto,Dakar,4\nDakar,Turku,5\n"


@pytest.fixture
def read(tmp_path):
    (tmp_path / "places.csv").write_text(PLACES, encoding="utf-8")

    def call(name, content):
        path = tmp_path / name
        if isinstance(content, pd.DataFrame):
            content.to_parquet(path)
        else:
            path.write_bytes(content)
        return load_tables(path, tmp_path / "places.csv")

    return call


@pytest.mark.parametrize("name", ["boats.csv.gz", "boats.gz", "boats"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_table_that_is_packed_more_than_once_is_read(read, name, times):
    content = PAIRS.encode()
    for _ in range(times):
        content = gzip.compress(content)
    assert sorted(read(name, content).corridors["boats"]) == [3, 4, 5]


def test_a_file_that_is_packed_for_ever_is_refused(read):
    content = PAIRS.encode()
    for _ in range(9):
        content = gzip.compress(content)
    with pytest.raises(GeobriError, match="packed at most 3 times"):
        read("boats.gz", content)


def test_packed_bytes_that_are_damaged_are_a_fault(read):
    content = bytearray(gzip.compress(PAIRS.encode() * 99))
    content[40:60] = bytes(20)
    with pytest.raises(GeobriError, match="must be a whole gzip file"):
        read("boats.csv.gz", bytes(content))


def test_a_damaged_archive_and_one_of_doubled_names_are_faults(read, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("old/boats.csv", PAIRS)
        archive.writestr("new/boats.csv", PAIRS.replace("3", "9"))
    with pytest.raises(GeobriError, match=r"every name once. Got several of 'boats.csv'"):
        read("b.zip", (tmp_path / "a.zip").read_bytes())
    with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("boats.csv", PAIRS * 99)
    packed = bytearray((tmp_path / "c.zip").read_bytes())
    packed[50:70] = b"\xff" * 20
    with pytest.raises(GeobriError, match="whole zip archive"):
        read("d.zip", bytes(packed))


@pytest.mark.parametrize("cells", [[[1, 2], [3], []], [b"\xff\x00", b"a", b"b"], [{"a": 1}, {"a": 2}, None]])
def test_cells_that_hold_no_number_or_word_are_text_and_not_read(read, cells):
    """A Parquet column may hold lists, bytes and records; what is counted beside them is read."""
    table = pd.DataFrame({"from": ["Turku", "Porto", "Dakar"], "to": ["Porto", "Dakar", "Turku"], "boats": [3, 4, 5], "extra": cells})  # fmt: skip
    study = read("boats.parquet", table)
    assert sorted(study.corridors["boats"]) == [3, 4, 5]
    assert "extra" not in study.corridors
