"""Properties of the readers: whatever stands in a file, it is read as meant or refused in words."""

import codecs
import csv
import io
import time

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from geobri.errors import GeobriError, StudyError
from geobri.study import check_study
from geobri.study.reading import read_table, to_numbers

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PRINTABLE = st.text(
    st.characters(codec="gb18030", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs", "Cf", "Co", "Cn")),
    min_size=1,
    max_size=12,
)
CELLS = st.one_of(
    PRINTABLE, st.sampled_from(["a\nb", 'say "x"', "a,b", "a;b", "<script>", "${x}", "\\", "'"])
)
HEADINGS = ("city", "value", "note")


def _is_utf8(raw):
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _csv(rows, separator, end):
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


@SETTINGS
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    written=st.tuples(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.integers(0, 3)),
)
def test_what_was_written_is_read(tmp_path, rows, separator, end, written):
    encoding, blank_lines = written
    path = tmp_path / "table.csv"
    text = end * blank_lines + _csv([HEADINGS, *rows], separator, end)
    path.write_bytes(text.encode(encoding))
    table = read_table(path)
    assert list(table.columns) == list(HEADINGS)
    assert [tuple(row) for row in table.itertuples(index=False)] == [
        tuple(cell.strip() for cell in row) for row in rows
    ]
    assert table.index.tolist() == [blank_lines + 2 + at for at in range(len(rows))]


@SETTINGS
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(codec="gb2312", min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6), min_size=3, max_size=3),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_chinese_tables_in_the_encoding_of_chinese_spreadsheets(tmp_path, rows):
    raw = _csv([HEADINGS, *rows], ",", "\r\n").encode("gb18030")
    assume(not _is_utf8(raw))  # 一 alone is valid UTF-8 as well, and then nothing can tell
    path = tmp_path / "table.csv"
    path.write_bytes(raw)
    table = read_table(path)
    assert [list(row) for row in table.itertuples(index=False)] == rows


@SETTINGS
@given(
    numbers=st.lists(st.integers(-(10**9), 10**9).map(lambda number: number / 100), min_size=1, max_size=9),
    style=st.sampled_from(["plain", "comma", "german", "english", "swiss", "space"]),
)
def test_numbers_survive_every_style_that_is_unambiguous(numbers, style):
    written = {
        "plain": lambda number: f"{number:.2f}",
        "comma": lambda number: f"{number:.2f}".replace(".", ","),
        "german": lambda number: f"{number:,.2f}".translate(str.maketrans(",.", ".,")),
        "english": lambda number: f"{number:,.2f}",
        "swiss": lambda number: f"{number:,.2f}".replace(",", "'"),
        "space": lambda number: f"{number:,.2f}".replace(",", "\u00a0").replace(".", ","),
    }[style]
    import pandas as pd

    found = to_numbers(pd.Series([written(number) for number in numbers], dtype="str"))
    assert found.tolist() == pytest.approx(numbers)


@SETTINGS
@given(content=st.binary(max_size=600), name=st.sampled_from(["flows.csv", "flows.xlsx", "flows.parquet"]))
def test_any_bytes_are_read_or_refused_in_words(tmp_path, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    message = ""
    try:
        read_table(path)
    except GeobriError as error:
        message = str(error)
    assert not message or name in message


@SETTINGS
@given(cities=st.text(max_size=200), flows=st.text(max_size=200), toml=st.text(max_size=60))
def test_any_folder_is_checked_without_a_crash(tmp_path, cities, flows, toml):
    for name, text in (("cities.csv", cities), ("flows.csv", flows), ("study.toml", toml)):
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    faults = check_study(tmp_path)
    assert faults
    assert all(fault.message for fault in faults)


TEMPLATE_CITIES = "city,name,country,lon,lat\na,Aa,FRA,1,1\nb,Bb,ITA,2,2\nc,Cc,ESP,3,3\n"
LINES = st.sampled_from(
    ["air,a,b,1", "air,a,a,1", "air,a,z,1", "air,b,c,x", "air,,b,1", ",a,c,1", "air,a", "air,a,b,1,2", "", '"air', "air,a,c,", "\x1c\x1d"]
)  # fmt: skip


@SETTINGS
@given(lines=st.lists(LINES, max_size=8))
def test_faulty_flows_name_file_and_row(tmp_path, lines):
    (tmp_path / "cities.csv").write_text(TEMPLATE_CITIES, encoding="utf-8")
    (tmp_path / "flows.csv").write_text(
        "\n".join(["indicator,origin,destination,value", *lines]), encoding="utf-8"
    )
    for fault in check_study(tmp_path):
        assert fault.file.startswith("flows")
        assert fault.row is None or 2 <= fault.row <= len(lines) + 1


SIZE = 10_000_000
RUBBISH = {
    "bytes": lambda: bytes(range(1, 256)) * (SIZE // 255),
    "one line": lambda: b"x" * SIZE,
    "separators": lambda: b"," * SIZE,
    "quotes": lambda: b'"' * (SIZE - 1),
    "open quote": lambda: b'city,value\n"' + b"x" * SIZE,
    "short lines": lambda: b"city\n" + b"?\n" * (SIZE // 2),
    "utf-16": lambda: codecs.BOM_UTF16_LE + b"\x01" * SIZE,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", RUBBISH)
def test_ten_megabytes_of_rubbish_are_refused_within_seconds(tmp_path, kind):
    (tmp_path / "cities.csv").write_text(TEMPLATE_CITIES, encoding="utf-8")
    (tmp_path / "flows.csv").write_bytes(RUBBISH[kind]())
    begun = time.process_time()
    faults = check_study(tmp_path)
    assert time.process_time() - begun < 10
    assert faults
    assert faults[0].file == "flows.csv"


@pytest.mark.slow
def test_a_hundred_thousand_wrong_cities_are_named_within_seconds(tmp_path):
    lines = [f"c{number},nowhere {number},999,x" for number in range(100_000)]
    (tmp_path / "cities.csv").write_text("\n".join(["city,country,lon,lat", *lines]), encoding="utf-8")
    begun = time.process_time()
    faults = check_study(tmp_path)
    assert time.process_time() - begun < 20
    assert faults[0].row == 2


def test_the_error_of_a_missing_file_names_it(tmp_path):
    with pytest.raises(StudyError, match=r"nothing\.csv"):
        read_table(tmp_path / "nothing.csv")
