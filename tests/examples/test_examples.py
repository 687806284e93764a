"""Every example runs, ends in a picture or map that shows something, and says what it does not show."""

import ast
import hashlib
from pathlib import Path

import folium
import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from geobri.study import check_study, load_study

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("[0-9][0-9]_*.py"))
STUDIES = sorted(path for path in (ROOT / "examples" / "studies").iterdir() if path.is_dir())


def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def _run(path):
    """Run an example and give the value of its last statement, as a notebook would show it."""
    tree = _tree(path)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), f"{path.name} must end in an expression that gives a picture or a map"
    names = {"__file__": str(path), "__name__": "example"}
    exec(compile(tree, str(path), "exec"), names)
    return eval(compile(ast.Expression(last.value), str(path), "eval"), names)


def _drawn(axes):
    """A picture of the axes, and of the same axes with everything in them hidden."""
    figure = axes.figure
    pictures = []
    for hide in (False, True):
        for artist in [*axes.lines, *axes.collections, *axes.patches]:
            artist.set_visible(not hide)
        figure.canvas.draw()
        pictures.append(hashlib.sha256(figure.canvas.buffer_rgba()).hexdigest())
    return pictures


def test_examples_are_numbered_without_gaps():
    assert [int(path.name[:2]) for path in EXAMPLES] == list(range(1, len(EXAMPLES) + 1))
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_asks_one_question_and_says_what_it_does_not_show(path):
    text = ast.get_docstring(_tree(path))
    title, *_ = text.splitlines()
    assert title.endswith("?")
    words = title.lower().replace("?", "").split()
    assert path.stem.split("_")[1] == words[0], "file name and question must agree"
    assert "\nWhat this does not show: " in text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_ends_in_a_picture(path, tmp_path, capsys):
    try:
        shown = _run(path)
        if isinstance(shown, Axes):
            full, empty = _drawn(shown)
            assert full != empty, "the axes hold nothing that can be seen"
        else:
            assert isinstance(shown, folium.Map)
            page = shown.get_root().render()
            assert "<script" in page
            assert 'src="http' not in page
    finally:
        plt.close("all")
    printed = capsys.readouterr().out
    assert "Traceback" not in printed


@pytest.mark.parametrize("folder", STUDIES, ids=lambda path: path.name)
def test_study_folders_have_no_faults_and_load(folder):
    assert check_study(folder) == []
    study = load_study(folder)
    assert study.title
    assert study.title_zh
    assert len(study.corridors) >= 20
    assert study.citation
    assert study.licence


def test_southeast_asia_is_cut_from_the_open_study():
    whole, part = load_study("air513"), load_study(ROOT / "examples/studies/southeast-asia-air")
    same = whole.corridors.loc[part.corridors.index, ["air_direct", "air_airport_pairs"]]
    assert (same.to_numpy() == part.corridors[["air_direct", "air_airport_pairs"]].to_numpy()).all()
    asean = whole.cities["country"].isin(part.cities["country"].unique())
    inside = whole.corridors["origin"].map(asean) & whole.corridors["destination"].map(asean)
    flown = whole.corridors[inside & whole.corridors["air_direct"].notna()]
    assert set(flown.index) == set(part.corridors.index)


def test_austria_has_the_published_flows():
    corridors = load_study(ROOT / "examples/studies/austria-migration").corridors
    assert len(corridors) == 72
    assert corridors.loc["eisenstadt->st-poelten", "migrants"] == 1131
    assert corridors.loc["eisenstadt->vienna", "centre_km"] == pytest.approx(84.204666)
    printed = pd.read_csv(ROOT / "tests/reference/gravity/austria.csv")
    assert sorted(corridors["migrants"]) == sorted(printed["migrants"])
    assert corridors["migrants"].sum() == printed["migrants"].sum()


def test_the_invented_city_says_so_and_changed_as_its_note_says():
    study = load_study(ROOT / "examples/studies/simulated-city")
    assert "simulated" in study.title
    assert "模拟" in study.title_zh
    assert len(study.cities) == 42
    commuters = study.flows.join(study.cities["region"], on="origin")
    sums = commuters.pivot_table(index="region", columns="year", values="value", aggfunc="sum")
    change = sums[2024] / sums[2018]
    assert change["Harbour"] < 0.75
    assert change["East"] > 1.15
    assert 1.0 < change["West"] < 1.12
