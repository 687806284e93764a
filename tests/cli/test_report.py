"""The main job from the command line: whole or not at all, the same bytes twice, every promised column."""

import base64
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from contextlib import closing

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.study.template import create_study

PROMISED = {"report.html", "map.html", "cities.csv", "corridors.csv", "study.gpkg", "corridors.parquet"}
FURTHER = {"tests.csv", "findings.csv", "contradictions.csv", "audit.csv"}
RANKS = [f"rank_{name}" for name in ("overall", "policy", "facility", "trade", "finance", "people", "information")]  # fmt: skip
CITY_COLUMNS = ["city", "name", "name_zh", "country", "region", "coastal", "lat", "lon", *RANKS]
CORRIDOR_COLUMNS = ["corridor", "origin", "destination", "distance_km", "region_pair", "coast_pair", *RANKS]


def _report(out, *arguments, code=0):
    answer = CliRunner().invoke(_geobri, ["report", *map(str, arguments), "--out", str(out)])
    assert answer.exit_code == code, answer.output
    return answer.output


def _hashes(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("bri22") / "report"
    _report(out, "bri22")
    return out


def test_exactly_the_promised_files(written):
    assert {path.name for path in written.iterdir()} == PROMISED | FURTHER


def test_promised_columns_of_the_cities(written):
    cities = pd.read_csv(written / "cities.csv")
    assert cities.columns[: len(CITY_COLUMNS)].tolist() == CITY_COLUMNS
    assert len(cities) == 22
    assert sorted(cities["rank_overall"]) == list(range(1, 23))
    assert cities["lat"].between(-90, 90).all()


def test_promised_columns_of_the_corridors(written):
    corridors = pd.read_csv(written / "corridors.csv")
    assert corridors.columns[: len(CORRIDOR_COLUMNS)].tolist() == CORRIDOR_COLUMNS
    assert len(corridors) == 195
    assert corridors["rank_overall"].notna().sum() == 10
    assert corridors["corridor"].is_unique


def test_layers_open_in_other_programs(written):
    assert set(gpd.list_layers(written / "study.gpkg")["name"]) >= {"cities", "corridors"}
    assert len(gpd.read_file(written / "study.gpkg", layer="corridors")) == 195
    assert gpd.read_parquet(written / "corridors.parquet").crs.to_epsg() == 4326
    with closing(sqlite3.connect(written / "study.gpkg")) as database, database:
        styled = database.execute("SELECT count(*) FROM layer_styles").fetchone()[0]
    database.close()
    assert styled >= 1


def test_the_page_asks_nothing_of_any_network(written):
    for name in ("report.html", "map.html"):
        page = (written / name).read_text(encoding="utf-8")
        assert "default-src 'none'" in page
        assert "<script src" not in page
        assert "<link" not in page.split("</head>", maxsplit=1)[0] or 'href="http' not in page


def test_the_same_study_gives_the_same_bytes(written, tmp_path):
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run(
        [sys.executable, "-m", "geobri", "report", "bri22", "--out", str(tmp_path / "again")],
        check=True,
        capture_output=True,
        env=environment,
    )
    assert _hashes(written) == _hashes(tmp_path / "again")


def test_language_of_the_page(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "cities.csv").write_text(
        "city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\nc,ESP,3,3\n", encoding="utf-8"
    )
    _report(tmp_path / "out", folder, "--lang", "zh", "--theme", "dark")
    assert '<html lang="zh" data-lang="zh" data-theme="dark">' in (
        tmp_path / "out" / "report.html"
    ).read_text(encoding="utf-8")
    _report(tmp_path / "out", folder)
    assert '<html lang="en"' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_an_unwritable_output_is_said_and_nothing_is_written(tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder", encoding="utf-8")
    output = _report(tmp_path / "taken" / "inside", "bri22", code=1)
    assert "must be writable" in output
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "a file, not a folder"


def test_faults_of_a_study_leave_an_older_report_alone(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("older", encoding="utf-8")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "cities.csv").write_text("city,lon,lat\na,1,99999\n", encoding="utf-8")
    assert "cities.csv, row 2" in _report(out, folder, code=1)
    assert [path.name for path in out.iterdir()] == ["report.html"]
    assert (out / "report.html").read_text(encoding="utf-8") == "older"


@pytest.mark.parametrize("stage", ["write_tables", "render_page"])
@pytest.mark.system
def test_ctrl_c_half_way_leaves_nothing(tmp_path, stage):
    """On the study that `geobri new` lays: its files are written as those of any other, after seconds less of tests."""
    study, out = tmp_path / "study", tmp_path / "deep" / "report"
    create_study(study)
    laid = _hashes(study)
    code = (
        "import os, signal, time, geobri.cli\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # as in a terminal, whoever runs this
        "main = os.getpid()\n"
        "def interrupted(*a, **k):\n"
        "    os.kill(main, signal.SIGINT)\n"
        "    time.sleep(60)\n"  # a copy of the process may be the one that is here
        "import geobri.report.writing as r\n"
        f"assert r.{stage}\n"
        f"r.{stage} = interrupted\n"
        f"geobri.cli.main(['report', {str(study)!r}, '--out', {str(out)!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Aborted" in done.stderr
    assert not out.parent.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["study"]
    assert _hashes(study) == laid


AS_IN_A_TERMINAL = """import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from geobri.cli import main
main()
"""


@pytest.mark.system
def test_a_signal_from_outside_leaves_nothing(tmp_path):
    out = tmp_path / "report"
    job = subprocess.Popen(
        [sys.executable, "-c", AS_IN_A_TERMINAL, "report", "bri22", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    for _ in range(600):
        if any(tmp_path.glob(".geobri-*")) or job.poll() is not None:
            break
        time.sleep(0.05)
    job.send_signal(signal.SIGINT)
    job.communicate(timeout=60)
    assert job.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_open_data_runs_the_whole_road_and_is_validated(tmp_path):
    _report(tmp_path / "air22", "air22")
    tests = pd.read_csv(tmp_path / "air22" / "tests.csv")
    agreement = tests[tests["test"] == "rank_agreement_test"].set_index(["value", "term"])
    people = agreement.loc[("air_direct", "spearman with rank_people (cities)")]
    assert people["estimate"] == pytest.approx(0.78, abs=0.01)
    assert people["note"].startswith("agrees")
    information = agreement.loc[("air_direct", "spearman with rank_information (cities)")]
    assert information["note"] == "agreement not shown"
    assert information["p_adjusted"] > 0.05
    assert 'id="validation"' in (tmp_path / "air22" / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_world_of_513_cities_runs_the_whole_road(tmp_path):
    _report(tmp_path / "air513", "air513")
    assert len(pd.read_csv(tmp_path / "air513" / "cities.csv")) == 513
    page = (tmp_path / "air513" / "report.html").read_text(encoding="utf-8")
    packed = page.split("data-platform><script", 1)[1].split(">", 1)[1].split("</script>")[0]
    payload = zlib.decompress(base64.b64decode(packed), wbits=-15).decode()
    assert len(json.loads(payload)["corridors"]["id"]) == 7910
