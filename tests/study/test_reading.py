"""Tables as people have them: encodings, numbers, headings and damage, case by case."""

import os

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri.errors import StudyError
from geobri.study.reading import read_table, tidy_column_names, to_numbers
from geobri.study.reading.workbooks import check_workbook


def _write(tmp_path, content, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1", "2.5", "-3e2", ""], [1, 2.5, -300, None]),
        (["1,5", "2"], [1.5, 2]),
        (["1.234,5", "2.000"], [1234.5, 2000]),
        (["1.234.567", "1"], [1234567, 1]),
        (["1,234,567", "1,234"], [1234567, 1234]),
        (["1,234.5", "1,234"], [1234.5, 1234]),
        (["1,234", "0.5"], [1234, 0.5]),
        (["1,234", "12,5"], [1.234, 12.5]),
        (["0,123", "1,234"], [0.123, 1.234]),
        (["2 000,25", "2 000"], [2000.25, 2000]),
        (["1'000", "2"], [1000, 2]),
        (["1,234", "5"], [None, 5]),
        (["inf", "nan", "1e999", "1"], [None, None, None, 1]),
        (["twelve", "1,2,3", "--", "1"], [None, None, None, 1]),
        (["1,5", "2.25"], [1.5, 2.25]),
    ],
)
def test_numbers_as_spreadsheets_write_them(cells, numbers):
    found = to_numbers(pd.Series(cells, dtype="str"))
    np.testing.assert_array_equal(found.to_numpy(), np.array(numbers, dtype=float))


def test_a_matrix_may_have_decimal_commas(tmp_path):
    from geobri.study import load_study

    _write(tmp_path, "city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\nc,ESP,3,3\n", "cities.csv")
    _write(tmp_path, ";a;b;c\na;;1,5;2,25\nb;1,5;;7\nc;2,25;7;\n", "flows.csv")
    flows = load_study(tmp_path).flows
    assert sorted(flows["value"]) == [1.5, 2.25, 7.0]


def test_an_ambiguous_thousand_is_a_fault_with_its_row(tmp_path):
    from geobri.study import check_study

    _write(tmp_path, "city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\nc,ESP,3,3\n", "cities.csv")
    _write(
        tmp_path,
        'indicator;origin;destination;value\nair;a;b;"1,234"\nair;a;c;2\nair;b;c;inf\n',
        "flows.csv",
    )
    said = [str(fault) for fault in check_study(tmp_path)]
    assert len(said) == 1
    assert said[0].startswith("flows.csv, row 2: 'value' must be a number")
    assert "'1,234'" in said[0]
    assert "not finite" in said[0]


def test_years_that_are_none_are_named(tmp_path):
    from geobri.study import check_study

    _write(tmp_path, "city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\n", "cities.csv")
    _write(tmp_path, "indicator,origin,destination,value,year\nx,a,b,1,2021.5\nx,a,b,1,soon\n", "flows.csv")
    said = [str(fault) for fault in check_study(tmp_path)]
    assert any(
        fault.startswith("flows.csv, row 2: 'year' must be a whole number") and "rows 2, 3" in fault
        for fault in said
    )


@pytest.mark.parametrize("text", ["Zürich", "São Paulo", "Málaga", "Düsseldorf"])
def test_western_letters_do_not_become_chinese(tmp_path, text):
    path = _write(tmp_path, f"city;value\n{text};1\n".encode("cp1252"))
    assert read_table(path)["city"].tolist() == [text]


def test_chinese_stays_chinese(tmp_path):
    path = _write(tmp_path, "城市,数值\n北京,1\n上海,2\n乌鲁木齐,3\n".encode("gb18030"))
    assert read_table(path)["city"].tolist() == ["北京", "上海", "乌鲁木齐"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path, end):
    lines = ["A title", "", "city,value", "a,1", "", '"b', 'b",2', "c,3"]
    table = read_table(_write(tmp_path, end.join(lines)))
    assert table.index.tolist() == [4, 6, 7]
    assert table["value"].tolist() == ["1", "2", "3"]


def test_ragged_rows_name_their_line(tmp_path):
    with pytest.raises(StudyError, match=r"table.csv must be a table.*line 3, saw 4"):
        read_table(_write(tmp_path, "city,lon,lat\na,1,2\nb,1,2,3\n"))


def test_short_rows_are_filled(tmp_path):
    assert read_table(_write(tmp_path, "city,lon,lat\na,1\n"))["lat"].tolist() == [""]


def test_doubled_headings(tmp_path):
    with pytest.raises(StudyError, match=r"name every column once; got doubled: 'value'|doubled"):
        read_table(_write(tmp_path, "city,value,value\na,1,2\n"))


def test_merged_headings_leave_columns_without_a_name(tmp_path):
    with pytest.raises(StudyError, match=r"columns without a heading, as merged cells leave them.*2.*4"):
        read_table(_write(tmp_path, "Air,,Rail,\na,1,b,2\n"))


def test_empty_columns_of_a_spreadsheet_are_left_out(tmp_path):
    assert list(read_table(_write(tmp_path, "city,value,,\na,1,,\n")).columns) == ["city", "value"]


def test_only_headings(tmp_path):
    table = read_table(_write(tmp_path, "city,value\n"))
    assert table.empty
    assert list(table.columns) == ["city", "value"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "an empty file"),
        ("a.csv", b"city,value\na,\x001\n", "NUL byte in line 2"),
        ("a.xlsx", b"no workbook at all", "must be an Excel workbook"),
        ("a.parquet", b"PAR1 but not really", "must be a Parquet file"),
        ("a.csv", b"\xff\xfea", "must be a text table"),
        ("a.csv", b"," * 20_000 + b"\n", "at most 16,384 columns"),
    ],
)
def test_damage_is_said_with_file_and_remedy(tmp_path, name, content, said):
    with pytest.raises(StudyError, match=said) as caught:
        read_table(_write(tmp_path, content, name))
    assert name in str(caught.value)
    assert str(caught.value).count(".") >= 2


def test_names_of_the_contract_are_never_displaced():
    assert tidy_column_names(["city", "城市", "Name", "LON", "x"]) == ["city", "城市", "name", "lon", "x"]
    assert tidy_column_names(["stadt"], {"stadt": "city"}) == ["city"]


def _workbook(path, cells, *, dimension=""):
    """A workbook as a stranger may write it, cell by cell."""
    import zipfile

    from geobri.exchange.workbooks import write_workbook

    write_workbook({"x": pd.DataFrame({"city": ["a"]})}, path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rows = "".join(
        f'<row r="{number}">'
        + "".join(f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>' for place, text in row)
        + "</row>"
        for number, row in cells
    )
    sheet = next(name for name in parts if "sheet1" in name)
    head = parts[sheet].split(b"<sheetData>")[0].decode()
    parts[sheet] = f"{head}{dimension}<sheetData>{rows}</sheetData></worksheet>".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


TABLE = [(1, [("A1", "city"), ("B1", "value")]), (2, [("A2", "a"), ("B2", "1")])]


def test_a_stray_cell_far_from_the_table_is_refused_with_its_place(tmp_path):
    path = _workbook(tmp_path / "t.xlsx", [*TABLE, (1_048_576, [("XFD1048576", "x")])])
    with pytest.raises(
        StudyError, match=r"t.xlsx must hold a table without cells far from it.*farthest in XFD1048576"
    ):
        read_table(path)


def test_a_stray_cell_some_rows_below_is_read_as_a_row(tmp_path):
    path = _workbook(tmp_path / "t.xlsx", [*TABLE, (300, [("B300", "x")])])
    assert read_table(path)["value"].to_dict() == {2: "1", 300: "x"}


def test_a_workbook_that_unpacks_without_end_is_refused_unread(tmp_path):
    import zipfile

    path = _workbook(tmp_path / "t.xlsx", TABLE)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/more.xml", "w") as file,
    ):
        for _ in range(251):
            file.write(b" " * 1_000_000)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(
        StudyError, match=r"t.xlsx must unpack to at most 250 MB a sheet. Got 251 MB in xl/more.xml"
    ):
        read_table(path)


def test_a_cell_at_the_end_of_a_chunk_is_seen(monkeypatch, tmp_path):
    path = _workbook(tmp_path / "t.xlsx", [*TABLE, (1_048_576, [("XFD1048576", "x")])])
    for chunk in (7, 64, 65, 66, 67, 71, 150):
        monkeypatch.setattr("geobri.study.reading.workbooks._CHUNK", chunk)
        with pytest.raises(StudyError, match="farthest in XFD1048576"):
            check_workbook(path)


def test_letters_that_a_workbook_spells_out(tmp_path):
    path = _workbook(
        tmp_path / "t.xlsx",
        [(1, [("A1", "city"), ("B1", "value_x000D_")]), (2, [("A2", "a_x0041_"), ("B2", "1")])],
    )
    assert read_table(path).to_dict("list") == {"city": ["aA"], "value": ["1"]}


@pytest.mark.parametrize("title", ["Flights in August", "Flights in August,,", '"Flights, in August"'])
def test_titles_above_own_headings_and_above_a_matrix_are_skipped(tmp_path, title):
    own = read_table(
        _write(tmp_path, f"{title}\nstadt,wert\na,1\n"), renamed={"stadt": "city", "wert": "value"}
    )
    assert own.to_dict("list") == {"city": ["a"], "value": ["1"]}
    assert own.index.tolist() == [3]
    matrix = read_table(_write(tmp_path, f"{title}\n\n,a,b\na,,1\nb,2,\n", "m.csv"))
    assert list(matrix.columns) == ["", "a", "b"]


def test_own_headings_win_over_a_row_with_two_cells(tmp_path):
    text = "Source,an office\nstadt,wert\na,1\n"
    assert list(read_table(_write(tmp_path, text), renamed={"stadt": "city", "wert": "value"}).columns) == [
        "city",
        "value",
    ]


def test_a_wide_table_is_stripped_like_a_long_one(tmp_path):
    wide = read_table(_write(tmp_path, "city, v1 ,,v2,\n a ,1 , ,,\n , , , ,\nb, 2,,x ,\n"))
    assert wide.to_dict("list") == {"city": ["a", "b"], "v1": ["1", "2"], "v2": ["", "x"]}
    assert wide.index.tolist() == [2, 4]
    long = read_table(_write(tmp_path, "city, v1 ,\n" + " a , 1 ,\n , ,\n" * 4))
    assert long.to_dict("list") == {"city": ["a"] * 4, "v1": ["1"] * 4}


def test_a_heading_without_end_gives_a_message_with_one(tmp_path):
    heading = "x" * 9_000
    with pytest.raises(StudyError, match="name every column once") as caught:
        read_table(_write(tmp_path, f"city,{heading},{heading}\na,1,2\n"))
    assert len(str(caught.value)) < 3000


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.parquet"])
def test_a_pipe_or_folder_in_the_place_of_a_table(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(StudyError, match="a pipe"):
        read_table(tmp_path / name)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(StudyError, match="a folder"):
        read_table(tmp_path / name)


def test_flows_read_as_categories_leave_as_text_whatever_their_files(tmp_path):
    """Two files with other cities and indicators: what is compared by number inside is text outside, and nothing is mixed up."""
    from geobri.study import load_study

    (tmp_path / "cities.csv").write_text(
        "city,name,lon,lat\nrome,Rom,12.5,41.9\nlima,Lima,-77,-12\noslo,Oslo,10.8,59.9\n", encoding="utf-8"
    )
    (tmp_path / "flows.csv").write_text(
        "indicator,origin,destination,value\nfish,rome,lima,1\nfish,oslo,Rom,2\n", encoding="utf-8"
    )
    pd.DataFrame(
        {"origin": ["oslo", "rome"], "destination": ["lima", "rome"], "value": [3.0, 4.0]}
    ).to_parquet(tmp_path / "flows_ore.parquet")
    study = load_study(tmp_path)
    assert study.flows is not None
    assert study.own_flows is not None
    rows = sorted(
        study.flows[["indicator", "origin", "destination", "value"]].itertuples(index=False, name=None)
    )
    assert rows == [
        ("fish", "lima", "rome", 1.0),
        ("fish", "oslo", "rome", 2.0),
        ("ore", "lima", "oslo", 3.0),
    ]
    assert study.own_flows["origin"].tolist() == ["rome"]
    for frame in (study.flows, study.own_flows):
        assert all(pd.api.types.is_string_dtype(frame[name].dtype) for name in ("indicator", "origin"))


def test_doubled_and_unknown_flows_are_named_by_their_ends(tmp_path):
    from geobri.study import check_study

    (tmp_path / "cities.csv").write_text("city,lon,lat\nrome,12.5,41.9\nlima,-77,-12\n", encoding="utf-8")
    (tmp_path / "flows.csv").write_text(
        "indicator,origin,destination,value\nfish,rome,lima,1\nfish,rome,lima,2\nfish,rome,paris,2\n",
        encoding="utf-8",
    )
    said = " ".join(str(one) for one in check_study(tmp_path))
    assert "'rome – lima'" in said
    assert "'paris'" in said


def test_a_list_of_names_is_one_column_whatever_stands_in_them(tmp_path):
    names = ["Portland, OR", "Foo; Bar; Baz", 'a "b" c', "x | y", "1,5"]
    read = read_table(_write(tmp_path, "\n".join(["Name", *names])))
    assert read.columns.tolist() == ["name"]
    assert read["name"].tolist() == names
    titled = read_table(_write(tmp_path, "City\n\ncity;lon;lat\na;1;2\nb;3;4\n"))
    assert titled.columns.tolist() == ["city", "lon", "lat"]


def test_a_heading_longer_than_any_is_refused_before_the_table_is_split(tmp_path):
    with pytest.raises(StudyError, match=r"headings of at most 10,000 characters.*column 2"):
        read_table(_write(tmp_path, f"city,{'y' * 10_001}\na,1\n"))


@pytest.mark.parametrize("ending", [".dbf", ".SHX"])
def test_the_other_files_of_a_shapefile_are_looked_at(tmp_path, ending):
    """Without its attributes a shapefile would come as points alone, and the message would speak of columns."""
    points = gpd.GeoDataFrame({"city": ["a", "b"]}, geometry=gpd.points_from_xy([1, 2], [3, 4]), crs=4326)
    points.to_file(tmp_path / "x.shp")
    (tmp_path / f"x{ending.lower()}").unlink()
    (tmp_path / f"x{ending}").mkdir()
    with pytest.raises(StudyError, match=rf"x{ending} must be a file that can be read. Got a folder"):
        read_table(tmp_path / "x.shp")
