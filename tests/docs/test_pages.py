"""Pages that lead a stranger: tables are read, commands and code run, words and numbers are those of the package."""

import importlib
import inspect
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.score import rank_biased_overlap
from geobri.score.trust.sensitivity import build_crossed_design, estimate_effects
from geobri.stats import fit_wilson, mantel_test, moran_test
from geobri.stats.pairs import to_matrix
from tests.score.test_published_index import human_development

ROOT = Path(__file__).parents[2]
DOCS, REFERENCE = ROOT / "docs", ROOT / "tests/reference"
PAGES = ["questions", "cookbook", "glossary", "coming-from", "security", "replications"]
FILE = re.compile(r"^<!-- file: (\S+) -->\n```none\n(.*?)^```$", re.DOTALL | re.MULTILINE)
QUOTE = re.compile(r"^> (.+)$", re.MULTILINE)


def _text(page):
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")


def _blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", _text(page), re.DOTALL | re.MULTILINE)


def _rows(page, least):
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in _text(page).splitlines()
        if line.startswith("| ")
    ]
    rows = [row for row in cells if len(row) >= least]
    assert rows
    return rows


def _run_commands(page):
    """Run all commands of a page where we stand; gives what was printed by each."""
    printed = []
    for line in "".join(_blocks(page, "sh")).splitlines():
        done = CliRunner().invoke(_geobri, shlex.split(line)[1:])
        assert done.exit_code == 0, (line, done.output)
        printed.append(done.output)
    return printed


def _run_code(page):
    namespace = {}
    for block in _blocks(page, "python"):
        exec(compile(block, f"docs/{page}.md", "exec"), namespace)
    return namespace


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_of_a_kind_that_is_run(page):
    kinds = re.findall(r"^```(\w+)$", _text(page), re.MULTILINE)
    assert set(kinds) <= {"sh", "python", "none"}
    assert kinds.count("none") == len(FILE.findall(_text(page)))


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_at_most_100_columns_wide(page):
    lines = _text(page).splitlines()
    assert [line for line in lines if len(line) > 100 and not line.startswith(("|", "> "))] == []


def test_cookbook_reads_its_tables_and_prints_what_it_quotes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, rows in FILE.findall(_text("cookbook")):
        Path(name).write_text(rows, encoding="utf-8")
    printed = _run_commands("cookbook")
    quotes = QUOTE.findall(_text("cookbook"))
    assert len(quotes) == 11
    assert [quote for quote in quotes if quote not in "".join(printed).splitlines()] == []
    (saved,) = [said for said in printed if said.rstrip().endswith("bikes: no faults.")]
    assert len(saved.strip().splitlines()) == 2  # the account and the verdict: nothing was inferred
    study = _run_code("cookbook")["study"]
    assert study.corridors["rail"].sum() == 1340


def test_a_ferry_to_an_unknown_place_is_a_fault_without_the_option(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, rows in FILE.findall(_text("cookbook")):
        Path(name).write_text(rows, encoding="utf-8")
    (line,) = [one for one in "".join(_blocks("cookbook", "sh")).splitlines() if "--drop-unknown" in one]
    done = CliRunner().invoke(_geobri, shlex.split(line.replace(" --drop-unknown", ""))[1:])
    assert done.exit_code == 1
    assert "'S'" in done.output


def test_questions_are_answered(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    printed = "".join(_run_commands("questions"))
    assert "Cliff's delta runs from" in printed
    assert "No weights on the dimension ranks" in printed
    assert Path("score/uncertainty.csv").is_file()
    assert not Path("audit/scores_cities.csv").exists()
    _run_code("questions")
    assert "random maps as smooth" in capsys.readouterr().out
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.count("Content-Security-Policy") == 1
    assert page.count('<section class="geobri"') == 2


def test_code_for_those_who_come_from_elsewhere_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _run_code("coming-from")
    assert "origin_lat" in capsys.readouterr().out
    page = Path("with-a-marker.html").read_text(encoding="utf-8")
    assert "Singapore" in page


def _names():
    menus = ["geobri", "geobri.stats", "geobri.score", "geobri.neighbours", "geobri.exchange"]
    menus += ["geobri.webmap", "geobri.study", "geobri.study.query"]
    rooms = [importlib.import_module(one) for one in menus]
    return {name for room in rooms for name in dir(room)}


def test_functions_that_are_named_without_their_room_exist():
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", _text("questions") + _text("security")))
    assert len(named) >= 8
    assert named <= _names()


def test_names_of_ours_stand_in_our_column():
    """Each tool's words stand first; what stands second, ours, resolves (see the test of names in pages)."""
    rows = [row for row in _rows("coming-from", 3) if "geobri" in row[1]]
    assert len(rows) >= 25
    for row in rows:
        assert "geobri" not in row[0]


def test_options_in_a_row_are_those_of_its_functions():
    seen = 0
    for row in _rows("coming-from", 3):
        functions = [_resolve(name) for name in re.findall(r"`(geobri[\w.]+)`", row[1])]
        for option in re.findall(r"`(\w+)=[^`]+`", " ".join(row[1:])):
            assert any(option in inspect.signature(one).parameters for one in functions if callable(one)), row
            seen += 1
    assert seen >= 4


def _resolve(name):
    room, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(room), attribute)


def test_chinese_words_of_the_glossary_are_those_of_the_package():
    package = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "geobri").rglob("*"))
        if path.suffix in {".py", ".js", ".html"}
    )
    rows = [row for row in _rows("glossary", 4) if row[0] != "we say"]
    assert len(rows) >= 50
    words = [word for row in rows for word in row[1].split(", ")]
    assert [word for word in words if word not in package] == []
    assert len({row[0] for row in rows}) == len(rows)


def _austria():
    printed = json.loads((REFERENCE / "gravity/austria_published.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(REFERENCE / "gravity/austria.csv")
    for constraint, numbers in printed.items():
        fit = fit_wilson(
            frame,
            flow="migrants",
            constraint=constraint,
            masses=("out_total", "in_total"),
            form="exponential",
        )
        yield numbers["friction"], fit.friction[0]


def _florence():
    ties = pd.read_csv(REFERENCE / "dyads/florentine.csv")
    families = sorted({*ties["one"], *ties["other"], "Pucci"})
    tables = {kind: pd.DataFrame(0.0, families, families) for kind in ("marriage", "business")}
    for one, other, kind in ties[["one", "other", "tie"]].itertuples(index=False):
        tables[kind].loc[one, other] = tables[kind].loc[other, one] = 1.0
    yield 0.372, mantel_test(tables["marriage"], tables["business"], n_permutations=9, rng=1).statistic


def _lichen():
    given = pd.read_csv(REFERENCE / "dyads/textbook.csv").set_index("test")["statistic"]
    pairs = pd.read_csv(REFERENCE / "dyads/lichen.csv", dtype={"row": str, "column": str})
    pairs = pairs.rename(columns={"row": "origin", "column": "destination"})
    species, soil = (to_matrix(pairs, name)[0] for name in ("species", "soil"))
    for method in ("pearson", "spearman"):
        ours = mantel_test(species, soil, method=method, n_permutations=9, rng=1).statistic
        yield given[f"lichen {method}"], ours


def _columbus():
    from libpysal.graph import Graph

    table = pd.read_csv(REFERENCE / "space/columbus.csv", index_col="id")
    links = pd.read_csv(REFERENCE / "space/columbus_links.csv")
    graph = Graph.from_arrays(links["focal"], links["neighbor"], np.ones(len(links)))
    given = json.loads((REFERENCE / "space/autocorrelation.json").read_text(encoding="utf-8"))
    result = moran_test(table, "crime", graph, n_permutations=9, rng=1)
    yield given["columbus"]["W"]["moran_randomisation"]["statistic"], result.statistic
    for kind in ("randomisation", "normality"):
        (row,) = [one for one in result.terms if one.term.en.endswith(kind)]
        yield given["columbus"]["W"][f"moran_{kind}"]["variance"], row.se**2


def _overlap():
    case = pd.read_csv(REFERENCE / "score_b/rbo_published.csv", comment="#").iloc[0]

    def ranks(text):
        groups = [one.strip("()").split() for one in re.findall(r"\([^)]*\)|\S+", text)]
        starts = np.cumsum([1, *map(len, groups)])
        return pd.Series({one: float(at) for at, group in zip(starts, groups, strict=False) for one in group})

    for ties in "wab":
        ours = rank_biased_overlap(ranks(case["x"]), ranks(case["y"]), persistence=case["p"], ties=ties)
        yield case[f"{ties}.ext"], ours.extrapolated


def _ishigami():
    a, b = 7.0, 0.1
    design = build_crossed_design([1, 1, 1], 4096, rng=3)
    x = np.pi * (2 * design.stacked() - 1)
    value = np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])
    alone, total, _ = estimate_effects(*design.split(value[:, None]))
    parts = np.array([0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, b**2 * np.pi**8 * 8 / 225])
    first, second, joint = parts / parts.sum()
    yield from zip([first, second, 0.0], alone[:, 0], strict=True)
    yield from zip([first + joint, second, joint], total[:, 0], strict=True)


def test_replications_print_the_numbers_of_the_sources_and_ours():
    made = [
        pair
        for case in (_austria, _florence, _lichen, _columbus, _overlap, human_development, _ishigami)
        for pair in case()
    ]
    rows = [row for row in _rows("replications", 4) if "::" in row[-1]]
    assert len(rows) == len(made)
    for row, (printed, ours) in zip(rows, made, strict=True):
        digits = len(row[-3].split(".")[1])
        assert float(row[-3]) == pytest.approx(printed, abs=0.51 * 10**-digits), row
        assert float(row[-2]) == pytest.approx(ours, abs=0.51 * 10**-digits), row


def test_tests_that_the_replications_name_exist():
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", _text("replications")))
    assert len(named) >= 6
    for path, name in named:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name


def test_functions_of_the_table_of_queries_are_where_it_says():
    rows = [
        line
        for line in _text("studies").split("## Query, compare, follow")[1].splitlines()
        if "(study" in line
    ]
    assert len(rows) > 10
    for row in rows:
        cell = row.split("|")[2]
        room = importlib.import_module(re.findall(r"`(geobri\.[\w.]+)`", cell)[-1])
        missing = [name for name in re.findall(r"`(\w+)\(", cell) if not hasattr(room, name)]
        assert not missing, (room.__name__, missing)
