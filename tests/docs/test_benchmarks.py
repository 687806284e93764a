"""The table of benchmarks: the page quotes what is kept, and a run that is worse says so."""

import csv
import sys
import time
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import bench

    yield bench
    sys.modules.pop("bench", None)


def _kept():
    with (ROOT / "benchmarks" / "bench.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_holds_every_comparison(bench, tmp_path):
    assert [row["name"] for row in _kept()] == list(bench.find_comparisons(tmp_path))


def test_the_page_quotes_the_table():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for row in _kept():
        assert (
            f"| {row['job']} | {row['peer']} | {row['geobri_s']} | {row['peer_s']} | {row['ratio']} |" in page
        )


@pytest.mark.parametrize(("kept", "worse"), [(2.0, False), (50.0, True)])
def test_a_run_that_is_worse_than_the_table_says_so(bench, tmp_path, monkeypatch, capsys, kept, worse):  # noqa: PLR0917
    table = tmp_path / "bench.csv"
    table.write_text(f"name,job,peer,geobri_s,peer_s,ratio\none,a,b,1,1,{kept}\n", encoding="utf-8")
    jobs = (partial(time.sleep, 0.002), partial(time.sleep, 0.02))
    monkeypatch.setattr(bench, "TABLE", table)
    monkeypatch.setattr(
        bench, "find_comparisons", lambda _folder: {"one": bench.Comparison("a", "b", lambda: jobs, 3)}
    )
    monkeypatch.setattr(sys, "argv", ["bench.py"])
    assert bench.main() == int(worse)
    assert ("worse than the table: one" in capsys.readouterr().out) is worse


def test_a_peer_that_is_not_installed_is_named(bench, tmp_path, monkeypatch, capsys):
    def prepare():
        raise ModuleNotFoundError(name="elsewhere")

    monkeypatch.setattr(bench, "TABLE", tmp_path / "none.csv")
    monkeypatch.setattr(
        bench, "find_comparisons", lambda _folder: {"one": bench.Comparison("a", "b", prepare)}
    )
    monkeypatch.setattr(sys, "argv", ["bench.py"])
    assert bench.main() == 0
    assert "not compared, elsewhere is not installed" in capsys.readouterr().out
