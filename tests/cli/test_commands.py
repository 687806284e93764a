"""The command line: what each command prints, writes and refuses."""

import json
import re
import subprocess
import sys

import pandas as pd
import pytest
from click.testing import CliRunner

import geobri
from geobri.cli import _geobri, _say_unusable

CITIES = "city,name,name_zh,country,region,coastal,lon,lat\nlis,Lisbon,里斯本,PRT,Europe,yes,-9.14,38.72\nbom,Mumbai,孟买,IND,South Asia,yes,72.88,19.08\ntas,Tashkent,塔什干,UZB,Central Asia,no,69.24,41.30\n"
FLOWS = "indicator,origin,destination,value,year\nair,lis,bom,2,2019\nair,lis,bom,8,2021\nair,bom,tas,5,2019\nair,bom,tas,5,2021\n"


@pytest.fixture
def run():
    def call(*arguments, code=0):
        answer = CliRunner().invoke(_geobri, [str(argument) for argument in arguments])
        assert answer.exit_code == code, answer.output
        return answer

    return call


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "mine"
    path.mkdir()
    (path / "cities.csv").write_text(CITIES, encoding="utf-8")
    (path / "flows.csv").write_text(FLOWS, encoding="utf-8")
    return path


def test_version(run):
    assert run("--version").output == f"geobri {geobri.__version__}\n"


def test_help_names_every_command_and_each_explains_itself(run):
    listed = run("--help").output
    for name in _geobri.list_commands(None):
        assert f"  {name} " in listed
        assert run(name, "--help").output.startswith("Usage:")


def test_an_unknown_command_is_refused(run):
    assert "No such command" in run("fly", code=2).output


def test_python_dash_m_runs_the_same():
    done = subprocess.run(
        [sys.executable, "-m", "geobri", "--version"], capture_output=True, text=True, check=False
    )
    assert done.stdout == f"geobri {geobri.__version__}\n"
    assert done.returncode == 0


def test_check_a_sound_folder(run, folder):
    assert run("check", folder).output.endswith("no faults.\n")


def test_check_names_every_fault_with_file_and_row(run, folder):
    (folder / "flows.csv").write_text(FLOWS + "air,lis,xyz,1,2021\nair,lis,tas,many,2021\n", encoding="utf-8")
    output = run("check", folder, code=1).output
    assert "flows.csv, row 6: every destination must be a known city" in output
    assert "flows.csv, row 7: 'value' must be a number" in output
    assert "2 faults" in output


@pytest.mark.parametrize("command", ["report", "query", "check", "map"])
def test_an_unknown_study_is_named(run, command, tmp_path):
    out = {"report": ["--out", tmp_path / "out"], "map": ["--out", tmp_path / "map.html"]}.get(command, [])
    output = run(command, "no-such-study", *out, code=1).output
    assert "no-such-study" in output
    assert "geobri new" in output
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "map.html").exists()


def test_new_makes_a_study_that_is_sound(run, tmp_path):
    run("new", tmp_path / "fresh")
    assert sorted(path.name for path in (tmp_path / "fresh").iterdir()) == [
        "cities.csv",
        "flows.csv",
        "index.toml",
        "study.toml",
    ]
    run("check", tmp_path / "fresh")
    assert "must be empty or new" in run("new", tmp_path / "fresh", code=1).output


def test_query(run, tmp_path):
    asked = ("query", "bri22", "coastal=false", "rank_overall<=10", "--columns", "name,rank_overall")
    assert run(*asked).output == "city,name,rank_overall\nbeijing,Beijing,3\nmoscow,Moscow,7\nchengdu,Chengdu,10\n"  # fmt: skip
    out = tmp_path / "answer.csv"
    assert run(*asked, "--sort=-rank_overall", "--top", "1", "--out", out).output.endswith("(1 rows).\n")
    assert pd.read_csv(out)["city"].tolist() == ["chengdu"]
    assert "a condition reads column, sign, value" in run("query", "bri22", "whatever", code=1).output


def test_query_in_sql(run):
    pytest.importorskip("duckdb")
    question = "SELECT count(*) AS n, max(distance_km) > 5000 AS far FROM corridors"
    assert run("query", "bri22", "--sql", question).output == "n,far\n195,True\n"
    assert (
        "a question in SQL must be one that DuckDB can read"
        in run("query", "bri22", "--sql", "SELEKT", code=1).output
    )


def test_compare(run):
    output = run("compare", "bri22", "Singapore", "上海").output
    assert "rank_trade,1,2" in output
    assert run("compare", "bri22", "shanghai--singapore", "bangkok--singapore").output.startswith(",shanghai")
    assert "neither" in run("compare", "bri22", "Atlantis", code=1).output


def test_history(run, folder):
    table = run("history", folder, "Lisbon").output.splitlines()
    assert table[0] == "indicator,city,2019,2021,change,growth"
    assert table[1].startswith("air,lis,2.0,8.0,6.0,1.0")
    assert "column 'year'" in run("history", "air22", code=1).output


def test_geocode(run, tmp_path):
    out = tmp_path / "places.csv"
    run("geocode", "Lisbon", "孟买", "--out", out)
    assert len(pd.read_csv(out)) == 2
    unknown = run("geocode", "Xyzzy", code=1)
    assert "Xyzzy" in unknown.output
    assert "Give names" in run("geocode", code=2).output


def test_geocode_a_table(run, folder):
    assert run("geocode", "--file", folder / "cities.csv").output.count("\n") >= 4
    (folder / "bad.csv").write_text("place,x\nLisbon,1\n", encoding="utf-8")
    assert "needs a column 'city' or 'name'" in run("geocode", "--file", folder / "bad.csv", code=1).output


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "parquet", "geojson", "csv"])
def test_export_layers(run, folder, tmp_path, ending):
    import geopandas as gpd

    target = tmp_path / f"corridors.{ending}"
    run("export", folder, "--to", target)
    if ending == "csv":
        assert len(pd.read_csv(target)) == 2
        return
    several = {"layer": "corridors"} if ending == "gpkg" else {}
    read = gpd.read_parquet(target) if ending == "parquet" else gpd.read_file(target, **several)
    assert len(read) == 2
    assert read.crs.to_epsg() == 4326


def test_export_for_flow_maps(run, folder, tmp_path):
    run("export", folder, "--to", tmp_path / "fm", "--format", "flowmap")
    assert sorted(path.name for path in (tmp_path / "fm").iterdir()) == ["flows.csv", "locations.csv"]
    assert pd.read_csv(tmp_path / "fm" / "flows.csv")["count"].tolist() == [8, 5]
    run("export", folder, "--to", tmp_path / "kepler.csv", "--format", "kepler")
    assert len(pd.read_csv(tmp_path / "kepler.csv")) == 2
    wrong = run("export", folder, "--to", tmp_path / "fm2", "--format", "flowmap", "--value", "sea", code=1)
    assert "--value must be a column" in wrong.output
    assert not (tmp_path / "fm2").exists()


def test_map_from_tables_recipe_and_study(run, folder, tmp_path):
    out = tmp_path / "map.html"
    run("map", folder / "cities.csv", "--flows", folder / "flows.csv", "--out", out)
    assert "里斯本" in out.read_text(encoding="utf-8")
    recipe = tmp_path / "mine.toml"
    recipe.write_text('study = "bri22"\nvalue = "rank_trade"\nlang = "zh"\n', encoding="utf-8")
    run("map", recipe, "--out", out)
    assert '"lang":"zh"' in out.read_text(encoding="utf-8")
    run("map", recipe, "--out", out, "--lang", "en")
    assert '"lang":"en"' in out.read_text(encoding="utf-8")


def read_config(path):
    text = re.search(r'class="geobri-data"[^>]*>(.*?)</script>', path.read_text(encoding="utf-8"))
    return json.loads(text[1])


def test_views_approval_and_clusters_of_a_recipe(run, tmp_path):
    recipe, out = tmp_path / "mine.toml", tmp_path / "map.html"
    said = 'study = "air22"\nclusters = "reach"\napproval = "No. 7"\napproval_zh = "审图号：7"\n'
    recipe.write_text(said + '[[view]]\nname = "Far"\nname_zh = "远"\nkm = [5000, inf]\n', encoding="utf-8")
    run("map", recipe, "--out", out)
    config = read_config(out)
    assert config["approval"] == {"en": "No. 7", "zh": "审图号：7"}
    assert config["views"] == [{"name": {"en": "Far", "zh": "远"}, "state": {"km": [5000, None]}}]
    assert config["cities"]["values"][0]["label"]["en"] == "Kind of place"
    run("map", recipe, "--out", out, "--approval", "No. 8", "--attribution", "Own survey")
    assert "No. 8" in read_config(out)["approval"]["en"]
    assert "Own survey" in out.read_text(encoding="utf-8")
    recipe.write_text(said + '[[view]]\ntop = 3\n[[view]]\nname = "x"\ntpo = 3\n', encoding="utf-8")
    assert "every view must have a name" in run("map", recipe, "--out", out, code=1).output


def test_a_study_has_views_and_the_map_all_its_years(run, folder, tmp_path):
    flows = [("lisbon", "porto", 10, 2019), ("lisbon", "porto", 15, 2021), ("lisbon", "dakar", 7, 2021)]
    rows = "".join(f"trade,{a},{b},{value},{year}\n" for a, b, value, year in flows)
    ends = {name for row in flows for name in row[:2]}
    cities = "".join(f"{name},{name.title()},{k},{k}\n" for k, name in enumerate(sorted(ends)))
    (folder / "cities.csv").write_text("city,name,lon,lat\n" + cities, encoding="utf-8")
    (folder / "flows.csv").write_text("indicator,origin,destination,value,year\n" + rows, encoding="utf-8")
    settings = (
        '[[measure]]\ncolumn = "trade"\nkind = "amount"\nabsent = "zero"\n[[view]]\nname = "Top"\ntop = 1\n'
    )
    (folder / "study.toml").write_text('domain = "all"\n' + settings, encoding="utf-8")
    out = tmp_path / "map.html"
    run("map", folder, "--out", out)
    config = read_config(out)
    (trade,) = config["corridors"]["values"]
    assert (trade["year"], [one["year"] for one in trade["years"]], trade["low"], trade["high"]) == (
        2021,
        [2019],
        0,
        15,
    )
    assert config["views"][0]["state"] == {"top": 1}
    (folder / "study.toml").write_text("[[view]]\ntop = 1\n", encoding="utf-8")
    assert "every view must have a name" in run("check", folder, code=1).output


def test_score_of_a_study(run, tmp_path):
    run("score", "air22", "--out", tmp_path / "scored")
    names = {path.name for path in (tmp_path / "scored").iterdir()}
    assert {"scores_cities.csv", "scores_corridors.csv"} <= names


def test_geojson_is_rfc_7946(run, folder, tmp_path):
    run("export", folder, "--to", tmp_path / "c.geojson")
    read = json.loads((tmp_path / "c.geojson").read_text(encoding="utf-8"))
    assert read["type"] == "FeatureCollection"
    assert "crs" not in read


def test_a_folder_stands_alone_and_options_of_tables_are_told_where_they_belong(tmp_path, run):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "cities.csv").write_text(
        "city,name,country,lon,lat,beds\na,A,FRA,2,48,3\nb,B,FRA,4,47,5\nc,C,FRA,5,45,9\n", encoding="utf-8"
    )
    folder = str(tmp_path / "study")
    beside = run("first", folder, "3", code=2)
    assert "is a folder, a study by itself; got '3' beside it" in beside.output.replace("\n", " ")
    filled = run("coastal", folder, "--value", "beds", "--with", "coast", code=2)
    assert 'Say fill = ["coast"] in its study.toml' in filled.output
    assert "--with speaks of tables" in filled.output
    bare = run("coastal", folder, "--value", "beds", code=1)
    assert 'fill = ["coast"]' in bare.output


def test_a_folder_without_rights_is_named_not_a_file_in_it(tmp_path, monkeypatch):
    """As `geobri check` says it to a user who may not enter the folder; the suite may run as one who may do all."""
    closed = tmp_path / "closed"
    closed.mkdir()
    error = PermissionError(13, "Permission denied", str(closed / "study.toml"))
    assert f"the file '{closed}/study.toml' must be there" in _say_unusable(error)
    monkeypatch.setattr("os.access", lambda path, _: str(path) != str(closed))
    assert _say_unusable(error) == (
        f"geobri: the folder '{closed}' must be open to you. Got Permission denied. Check its rights."
    )
