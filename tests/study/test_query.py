"""Query, comparison, history: from Python and as SQL."""

import sqlite3
from contextlib import closing

import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.errors import DataError
from geobri.exchange import read_layer, write_layer
from geobri.report.years import years_section
from geobri.study import load_study, read_study
from geobri.study.database import ask_in_sql, open_database
from geobri.study.export import export_study
from geobri.study.history import history, say_unscored
from geobri.study.query import compare, query


@pytest.fixture(scope="module")
def bri22():
    return load_study("bri22")


@pytest.fixture
def panel(tmp_path):
    (tmp_path / "cities.csv").write_text("city,country,lon,lat\na,PRT,0,0\nb,IND,10,10\nc,UZB,20,20\n")
    (tmp_path / "flows.csv").write_text(
        "indicator,origin,destination,value,year\nair,a,b,100,2019\nair,b,a,121,2021\nair,a,c,0,2019\nair,a,c,5,2021\n"
    )
    return load_study(tmp_path)


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (["coastal=false", "rank_overall<=10"], ["beijing", "moscow", "chengdu"]),
        (["region=Europe"], ["moscow", "rome", "vienna"]),
        (["name~ing"], ["singapore", "beijing", "qingdao"]),
        (["rank_people>21"], ["urumqi"]),
        (["country!=CHN", "rank_overall<3"], ["singapore"]),
        (["city=rome"], ["rome"]),
    ],
)
def test_conditions(bri22, conditions, found):
    assert query(bri22, *conditions, sort="rank_overall").index.tolist() == found


def test_missing_values_fulfil_nothing(bri22):
    below = query(bri22, "rank_overall<999", table="corridors")
    above = query(bri22, "rank_overall!=999", table="corridors")
    assert len(below) == len(above) == 10


def test_columns_sort_and_top(bri22):
    top = query(bri22, columns=["name", "rank_trade"], sort="-rank_trade", top=2)
    assert top["rank_trade"].tolist() == [22, 21]


@pytest.mark.parametrize("condition", ["rank_overall", "nonsense=1", "rank_overall<ten"])
def test_bad_conditions(bri22, condition):
    with pytest.raises(DataError, match="query:"):
        query(bri22, condition)


def test_compare(bri22):
    table = compare(bri22, ["singapore", "上海"])
    assert table.columns.tolist() == ["singapore", "shanghai"]
    assert table.loc["rank_policy"].tolist() == [10, 2]
    assert compare(bri22, ["shanghai--singapore"]).loc["rank_overall"].tolist() == [1]
    with pytest.raises(DataError, match="neither: 'Atlantis'"):
        compare(bri22, ["singapore", "Atlantis"])


def test_history_of_corridors_and_cities(panel):
    corridor = history(panel, ["a--b"]).loc[("air", "a--b")]
    assert corridor[[2019, 2021, "change"]].tolist() == [100, 121, 21]
    assert corridor["growth"] == pytest.approx(0.1)
    cities = history(panel, indicator="air")
    assert cities.loc[("air", "a"), 2021] == 126
    assert pd.isna(cities.loc[("air", "c"), "growth"])


def test_what_does_not_add_up_is_averaged_over_partners():
    """Shares of one city's pairs are no share of anything when added."""
    names = ["a", "b", "c"]
    places = pd.DataFrame({"name": names, "lon": [1.0, 2.0, 3.0], "lat": [44.0, 45.0, 44.5]})
    rows = [
        (one, other, year) for year in (2019, 2021) for one, other in (("a", "b"), ("a", "c"), ("b", "c"))
    ]
    pairs = pd.DataFrame(rows, columns=["from", "to", "year"])
    study = read_study(
        places, pairs.assign(**{"open (%)": [10.0, 30, 50, 20, 40, 60], "papers": [1, 3, 5, 2, 4, 6]})
    )
    followed = history(study)
    assert followed.loc[("open (%)", "a"), [2019, 2021]].tolist() == [20, 30]
    assert followed.loc[("papers", "a"), [2019, 2021]].tolist() == [4, 6]


def test_history_needs_years(bri22):
    with pytest.raises(DataError, match="column 'year'"):
        history(bri22)


def test_sql(bri22):
    found = (
        open_database(bri22)
        .execute("SELECT city FROM cities WHERE coastal AND rank_overall <= 2 ORDER BY rank_overall")
        .fetchall()
    )
    assert found == [("singapore",), ("shanghai",)]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("layer", "x.geojson"), ("kepler", "k.csv"), ("flowmap", "flowmap"), ("duckdb", "x.duckdb")],
)
def test_export(bri22, tmp_path, kind, name):
    export_study(bri22, tmp_path / name, kind=kind)
    assert (tmp_path / name).exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_an_exported_geopackage_is_the_styled_one(bri22, tmp_path):
    assert export_study(bri22, tmp_path / "x.gpkg") == ""
    with closing(sqlite3.connect(tmp_path / "x.gpkg")) as database, database:
        layers = {name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")}
    database.close()
    assert layers == {"cities", "corridors"}
    assert read_layer(tmp_path / "x.gpkg").index.tolist() == bri22.corridors.index.tolist()
    export_study(bri22, tmp_path / "y.gpkg", layer="cities")
    assert read_layer(tmp_path / "y.gpkg").index.tolist() == bri22.cities.index.tolist()


@pytest.mark.parametrize(("name", "columns"), [("kepler.csv", "origin_lat"), ("a.csv", "wkt")])
def test_the_name_decides_what_is_written(bri22, tmp_path, name, columns):
    export_study(bri22, tmp_path / name)
    assert columns in (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.gpkg", "kepler"), ("bar.csv", "flowmap"), ("a.csv", "duckdb")],
)
def test_a_name_that_does_not_fit_the_format_is_refused(bri22, tmp_path, name, kind):
    with pytest.raises(DataError, match=rf"--format {kind} writes .*'{name}'"):
        export_study(bri22, tmp_path / name, kind=kind)
    assert not list(tmp_path.iterdir())


def test_ranks_leave_for_a_flow_map_turned_round_and_it_is_said(bri22, tmp_path):
    said = export_study(bri22, tmp_path / "flows")
    column = said.split("'")[1]
    ranks = bri22.corridors[column].dropna()
    flows = pd.read_csv(tmp_path / "flows" / "flows.csv")
    strongest = flows.loc[flows["count"].idxmax()]
    first = bri22.corridors.loc[ranks.idxmin()]
    assert (strongest["origin"], strongest["dest"]) == (first["origin"], first["destination"])
    assert f"count is {ranks.max() + 1:g} minus the rank" in said


def test_cities_of_a_geoparquet_are_read_back(bri22, tmp_path):
    from geobri.study.reading.tables import read_table

    write_layer(bri22.cities, tmp_path / "cities.parquet")
    table = read_table(tmp_path / "cities.parquet")
    assert table["city"].tolist() == bri22.cities.index.tolist()
    assert table["lon"].astype(float).tolist() == bri22.cities.geometry.x.tolist()


@pytest.mark.parametrize("wanted", ["maybe", "=t", "", "da", "2"])
def test_a_flag_is_compared_with_true_or_false_only(bri22, wanted):
    with pytest.raises(DataError, match=r"'coastal' is compared with true or false.*Write one of true, yes"):
        query(bri22, f"coastal={wanted}")


@pytest.mark.parametrize("word", ["false", "No", "0", "否"])
def test_words_for_no(bri22, word):
    assert query(bri22, f"coastal={word}").equals(query(bri22, "coastal!=yes"))


def test_the_index_is_a_column_to_sort_by_and_to_name(bri22):
    assert query(bri22, sort="-city", top=1, columns=["city", "name"]).to_dict("index") == {"zhengzhou": {"name": "Zhengzhou"}}  # fmt: skip
    with pytest.raises(DataError, match="among city, name"):
        query(bri22, columns=["corridor"])


def test_no_rows_fewer_than_none(bri22):
    assert query(bri22, top=0).empty
    with pytest.raises(DataError, match="0 rows or more"):
        query(bri22, top=-1)


@pytest.mark.parametrize(
    "question",
    [
        "SELECT * FROM read_csv('{}/secret.csv')",
        "SELECT * FROM '{}/secret.csv'",
        "SELECT * FROM glob('{}/*')",
        "COPY cities TO '{}/leak.csv'",
        "ATTACH '{}/x.db'",
        "EXPORT DATABASE '{}/all'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM frames",
    ],
)
def test_a_question_in_sql_touches_no_file(bri22, tmp_path, question):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    frames = pd.DataFrame({"a": [1]})
    with pytest.raises(DataError):
        ask_in_sql(bri22, question.format(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]
    assert len(frames) == 1


def test_files_are_allowed_when_asked_for(bri22, tmp_path):
    (tmp_path / "mine.csv").write_text("a\n41\n")
    asked = f"SELECT a + 1 AS b FROM read_csv('{tmp_path}/mine.csv')"
    assert ask_in_sql(bri22, asked, allow_files=True)["b"].tolist() == [42]
    with pytest.raises(DataError, match="--allow-files"):
        ask_in_sql(bri22, asked)


@pytest.mark.parametrize("question", ["", ";", "  ", "-- nothing"])
def test_an_empty_question_is_refused(bri22, question):
    with pytest.raises(DataError, match="must ask for something"):
        ask_in_sql(bri22, question)


def test_the_index_is_followed_over_the_years(tmp_path):
    """Each year is scored by itself, on the scale of all years together."""
    places = {"oslo": ("NOR", 10.75, 59.91), "rome": ("ITA", 12.48, 41.89), "warsaw": ("POL", 21.01, 52.23)}
    (tmp_path / "cities.csv").write_text(
        "city,country,lon,lat\n" + "".join(f"{slug},{c},{x},{y}\n" for slug, (c, x, y) in places.items())
    )
    rows = {2019: (10, 0, 5), 2020: (20, 10, 0), 2021: (30, 10, 20)}
    pairs = [("oslo", "rome"), ("oslo", "warsaw"), ("rome", "warsaw")]
    (tmp_path / "flows.csv").write_text(
        "indicator,origin,destination,value,year\n"
        + "".join(
            f"air,{one},{other},{value},{year}\n"
            for year, values in rows.items()
            for (one, other), value in zip(pairs, values, strict=True)
        )
    )
    (tmp_path / "index.toml").write_text(
        '[index]\nname = "x"\n[[indicator]]\nname = "air"\ndimension = "overall"\n'
    )
    (tmp_path / "study.toml").write_text('index = "index.toml"\n')
    study = load_study(tmp_path)
    found = history(study, indicator="overall").droplevel("indicator")
    sums = {
        year: pd.Series({"oslo": a + b, "rome": a + c, "warsaw": b + c}, dtype=float)
        for year, (a, b, c) in rows.items()
    }
    every = pd.concat(sums.values())
    for year, values in sums.items():
        expected = 100 * (values - every.min()) / (every.max() - every.min())
        assert found[year].to_dict() == pytest.approx(expected.to_dict())
    assert found["change"].to_dict() == pytest.approx((found[2021] - found[2019]).to_dict())
    ranks = history(study, ["rome"], indicator="rank_overall")
    assert ranks[[2019, 2020, 2021]].to_numpy().tolist() == [[1, 2, 1]]
    corridors = history(study, ["oslo--rome"], indicator="overall")
    assert corridors[2021].tolist() == [100]
    with pytest.raises(DataError, match="rank_overall"):
        history(study, indicator="nothing")


def test_history_says_in_which_years_there_is_no_index(tmp_path):
    """Mails begin in 2021: the ranks of 2020 are left out, and the command says so."""
    (tmp_path / "cities.csv").write_text(
        "city,name,country,lon,lat\na,A,FRA,1,45\nb,B,ITA,11,43\nc,C,ESP,-4,40\n", encoding="utf-8"
    )
    rows = [
        "year,origin,destination,indicator,value",
        *(f"2020,{pair[0]},{pair[1]},trips,{at}" for at, pair in enumerate(("ab", "ac", "bc"))),
    ]
    for year in (2021, 2022):
        for at, (one, other) in enumerate(("ab", "ac", "bc")):
            rows += [
                f"{year},{one},{other},trips,{9 * at + year % 7}",
                f"{year},{one},{other},mails,{5 - at}",
            ]
    (tmp_path / "flows.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text("", encoding="utf-8")
    leaves = "".join(f'[[indicator]]\nname = "{one}"\ndimension = "overall"\n' for one in ("trips", "mails"))
    (tmp_path / "index.toml").write_text(f'[index]\nname = "i"\n{leaves}', encoding="utf-8")
    study = load_study(tmp_path)
    table = history(study, indicator="rank_overall")
    assert [name for name in table.columns if str(name).isdigit()] == [2021, 2022]
    said = say_unscored(study, [2021, 2022])
    assert said.en == "Left out: 2020 (no rows of mails). The index cannot be computed in 1 of 3 years."
    assert said.zh == "未计入：2020年（没有mails的记录）。3 年中有 1 年无法计算指数。"
    assert not say_unscored(study, [2020, 2021, 2022])
    done = CliRunner().invoke(_geobri, ["history", str(tmp_path), "--value", "rank_overall"])
    assert said.en in done.output
    assert said.en in years_section(study).drawings[0].statistics.en
