"""What a study says before any test: sums only where they mean something, each thing once, and in both languages."""

import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import geobri
from geobri.cli import _geobri
from geobri.errors import StudyError
from geobri.study.account import tabulate_account
from geobri.study.export import export_study
from geobri.study.loading import load_tables
from geobri.study.saying import say_study, say_taken

NAMES = ["k01", "k02", "k03", "k04", "k05"]


@pytest.fixture
def places():
    return pd.DataFrame({"zone": NAMES, "lon": np.linspace(7, 7.2, 5), "lat": 51.0})


def _pairs(*years):
    rows = [
        (a, b, year, 10 * at + back + (year or 0) % 7, 0.25 + 0.01 * at, 4 * at - 9.5)
        for year in years or (None,)
        for at, a in enumerate(NAMES)
        for back, b in enumerate(NAMES)
        if a != b
    ]
    heads = ["from_zone", "to_zone", "year", "people", "hours", "balance"]
    table = pd.DataFrame(rows, columns=heads)
    return table if years else table.drop(columns="year")


def _said(study):
    return "\n".join(line.en for line in say_study(study))


def test_only_measures_that_add_up_have_sums(tmp_path, places):
    pairs = _pairs().assign(share=[f"{n}%" for n in range(1, 21)], rank=range(1, 21))
    (tmp_path / "study.toml").write_text(
        'directed = true\n[columns]\nzone = "city"\nfrom_zone = "origin"\nto_zone = "destination"\n'
        '[[measure]]\ncolumn = "people"\n[[measure]]\ncolumn = "hours"\nbetter = "low"\n'
    )
    places.assign(name=NAMES, country="DEU").to_csv(tmp_path / "cities.csv", index=False)
    pairs.to_csv(tmp_path / "flows.csv", index=False)
    study = geobri.load_study(tmp_path)
    said, table = _said(study), tabulate_account(study.account).set_index(["measure", "reason"])["total"]
    assert f"people: {int(pairs['people'].sum()):,} in 20 rows read" in said
    for column in ("hours", "balance", "share", "rank"):
        assert f"{column}: 20 rows read; used: 20 rows." in said
        assert np.isnan(table[column, "read"])
    assert table["people", "read"] == pairs["people"].sum()
    zh = "\n".join(line.zh for line in say_study(study))
    assert "hours：读入 20 行；使用 20 行。" in zh


def test_places_are_called_what_they_are_and_nothing_is_said_twice(places):
    study = geobri.read_study(places, _pairs().iloc[1:])
    lines = _said(study).splitlines()
    assert any(line.startswith("zones taken as: place = zone, because") for line in lines)
    assert not re.search(r"\bcit(y|ies)\b", "\n".join(lines))
    assert sum("without a row" in line for line in lines) == 1
    kinds = [line for line in lines if "kind = " in line]
    assert len(kinds) == len({line.split("kind = ")[1].split(",")[0] for line in kinds})
    whole = _said(geobri.read_study(places, _pairs()))
    assert "absent" not in whole  # every pair has a row: nothing is to be decided


def test_pairs_that_differ_are_counted_once_whatever_the_years_and_measures(places):
    study = geobri.read_study(places, _pairs(2019, 2020, 2021))
    assert "pairs taken as: directed, because 10 pairs say something else" in _said(study)


def test_a_package_with_years_is_read_once(tmp_path, places):
    study = geobri.read_study(places, _pairs(2019, 2020, 2021)[["from_zone", "to_zone", "year", "people"]])
    export_study(study, tmp_path / "own.qgz")
    again = load_tables(tmp_path / "own.gpkg")
    for of in (study, again):
        table = tabulate_account(of.account).set_index(["measure", "reason"])
        assert table.loc["people", "rows"].to_dict() == {"read": 60, "year": 40, "used": 20}
    assert again.corridors["people"].to_dict() == study.corridors["people"].to_dict()
    assert "not read = people of 'corridors', because another table says the same by year" in _said(again)


def test_rows_without_a_year_are_counted_apart(tmp_path, places):
    places.to_csv(tmp_path / "zones.csv", index=False)
    dated = _pairs(2019, 2020)[["from_zone", "to_zone", "year", "people"]]
    dated.to_csv(tmp_path / "dated.csv", index=False)
    other = _pairs()[["from_zone", "to_zone", "people"]].assign(people=7)
    other.to_csv(tmp_path / "undated.csv", index=False)
    study = load_tables(*(tmp_path / f"{name}.csv" for name in ("zones", "dated", "undated")))
    rows = tabulate_account(study.account).set_index(["measure", "reason"]).loc["people", "rows"]
    assert rows.to_dict() == {"read": 60, "year": 20, "undated": 20, "used": 20}
    assert "140 in 20 rows without a year" in _said(study)


def test_what_is_inferred_is_said_in_chinese(tmp_path, places):
    pairs = _pairs(2019, 2020).assign(open="yes", fare=[f"€{n}" for n in range(40)], note="x")
    study = geobri.read_study(places, pairs)
    lines = [line.zh for line in say_taken(study.taken, study.tell)]
    assert lines
    for line in lines:
        assert "取为：" in line
        assert "，因为" in line or "kind = " in line
        plain = re.sub(
            r"--\w+( \w+)?|[\w./]*\w+\.\w+|kind = \w+|domain = \w+|\b(absent|place|origin|destination) = \w+",
            "",
            line,
        )
        plain = re.sub(
            r"from_zone|to_zone|people|hours|balance|open|fare|note|zone|flows|cities|value|yes|year",
            "",
            plain,
        )
        assert not re.search(r"[A-Za-z]{3,}", plain), line
    assert any("小区对取为：有方向" in line for line in lines)


def test_check_speaks_chinese(tmp_path, places):
    places.to_csv(tmp_path / "zones.csv", index=False)
    _pairs().to_csv(tmp_path / "flows.csv", index=False)
    done = CliRunner().invoke(
        _geobri, ["check", str(tmp_path / "flows.csv"), str(tmp_path / "zones.csv"), "--lang", "zh"]
    )
    assert done.exit_code == 0, done.output
    assert "小区取为：place = zone，因为其值各不相同" in done.output
    assert "taken as" not in done.output
    assert done.output.strip().endswith("没有错误。")


def _line(n, unknown):
    """Pairs of n places and the next two, and a table that does not know some."""
    names = [f"z{at:03}" for at in range(n)]
    rows = [(names[at], names[(at + step) % n], 5 + at % 3) for at in range(n) for step in (1, 2)]
    places = pd.DataFrame({"zone": names, "lon": np.linspace(3, 4, n), "lat": 50.0})
    flows = pd.DataFrame(rows, columns=["origin", "destination", "trips"])
    return places[~places["zone"].isin(unknown)], flows


def test_one_unknown_end_of_many_is_left_out_and_said_first():
    places, flows = _line(80, ["z007"])
    study = geobri.read_study(places, flows)
    gone = flows[(flows[["origin", "destination"]] == "z007").any(axis=1)]
    assert study.corridors["trips"].sum() == flows["trips"].sum() - gone["trips"].sum()
    line = say_study(study)[0]
    assert line.en.startswith(
        "flows taken as: 4 of 160 rows left out, because 1 of 80 ends is no known place: 'z007'"
    )
    assert "略去 160 行中的 4 行，因为80 个端点中有 1 个不是已知地点：z007" in line.zh
    assert f"left out: {gone['trips'].sum()} in 4 rows with an end that is no known place (z007)" in _said(
        study
    )


@pytest.mark.parametrize("case", ["many ends", "much of the sum", "few places"])
def test_more_unknown_ends_are_refused(case):
    places, flows = _line(
        20 if case == "few places" else 80, ["z007", "z030", "z050"] if case == "many ends" else ["z007"]
    )
    if case == "much of the sum":
        flows.loc[flows["origin"] == "z007", "trips"] = 900
    with pytest.raises(StudyError, match=r"must be a known city.*--drop-unknown"):
        geobri.read_study(places, flows)


def test_an_unknown_heading_of_a_large_matrix_is_left_out():
    places, flows = _line(80, ["z007"])
    matrix = flows.pivot_table(index="origin", columns="destination", values="trips").reset_index()
    study = geobri.read_study(places, matrix)
    gone = flows[(flows[["origin", "destination"]] == "z007").any(axis=1)]
    shown = study.corridors[study.shown("corridors")[0].column]
    assert shown.sum() == flows["trips"].sum() - gone["trips"].sum()
    assert any("1 of 80 ends is no known place" in str(one) for one in study.taken)


def test_what_is_read_is_what_is_used_and_what_is_left_out():
    places, flows = _line(80, ["z007"])
    own = pd.DataFrame({"origin": ["z001", "z002"], "destination": ["z001", "z002"], "trips": [40, 50]})
    total = flows.groupby("origin", as_index=False)["trips"].sum().assign(destination="all zones")
    study = geobri.read_study(places, pd.concat([flows, own]))
    summed = geobri.read_study(places, pd.concat([flows, total]))
    for of, whole in ((study, flows["trips"].sum() + 90), (summed, 2 * flows["trips"].sum())):
        table = tabulate_account(of.account)
        table = table[table["measure"] == "trips"].set_index("reason")
        assert table.loc["read", "total"] == whole
        rest = table.drop(index="read")
        assert (rest["rows"].sum(), rest["total"].sum()) == (table.loc["read", "rows"], whole)


def test_rows_that_are_counted_because_it_was_said_are_no_events(places):
    routes = pd.concat([_pairs()[["from_zone", "to_zone"]].assign(line=line, number=line) for line in (1, 2)])
    study = geobri.read_study(places, routes, count=True)
    assert study.corridors["trips"].tolist() == [2] * 10  # there and back say the same
    assert "trips = rows of each pair, 40 in all, because that is what was said (--count)" in _said(study)
