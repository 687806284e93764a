"""The quick start runs from its own tables, prints what it quotes, and the page of tests names what there is."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import geobri.stats
from geobri.cli import _geobri

DOCS = Path(__file__).parents[2] / "docs"
FILE = re.compile(r"^<!-- file: (\S+) -->\n```none\n(.*?)^```$", re.DOTALL | re.MULTILINE)
QUOTE = re.compile(r"^> (.+)$", re.MULTILINE)


def _blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_quickstart_runs_and_prints_what_it_quotes(tmp_path, monkeypatch, capsys):
    text = (DOCS / "quickstart.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, rows in FILE.findall(text):
        Path(name).write_text(rows, encoding="utf-8")
    printed = ""
    for line in "".join(_blocks(text, "sh")).splitlines():
        done = CliRunner().invoke(_geobri, shlex.split(line)[1:])
        assert done.exit_code == 0, done.output
        printed += done.output
    namespace = {}
    for block in _blocks(text, "python"):
        exec(compile(block, "docs/quickstart.md", "exec"), namespace)
    said = capsys.readouterr().out
    assert "“Passengers” falls with distance" in said
    quotes = QUOTE.findall(text)
    assert len(quotes) == 3
    assert [quote for quote in quotes if quote not in printed] == []
    for page in ("map.html", "again.html", "report/report.html", "again/report.html"):
        assert Path(page).stat().st_size > 100_000


def test_tests_of_the_page_can_be_imported_from_where_it_says():
    text = (DOCS / "which-test.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+\? \| ([^|]+) \|", text, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(named) >= 12
    assert [name for name in named if not callable(getattr(geobri.stats, name, None))] == []


@pytest.mark.parametrize("page", ["quickstart.md", "which-test.md"])
def test_new_pages_are_at_most_100_columns_wide(page):
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 100 and not line.startswith("|")] == []
