"""What a report can write beside its page: figures for print, a workbook, a piece for a page of one's own, a theme."""

from __future__ import annotations

import re

import matplotlib as mpl

mpl.use("Agg")

import pandas as pd
import pytest

from geobri.errors import StudyError
from geobri.report import build_sections, render_page, write_report
from geobri.report.embedding import wrap_fragment
from geobri.report.prints import write_figures
from geobri.report.workbook import write_results
from geobri.study import load_study
from geobri.study.analysis import analyse_study
from geobri.study.template import create_study
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / "own"
    create_study(folder)
    study = load_study(folder)
    return study, build_sections(study, analyse_study(study))


def _drawings(sections):
    return [
        drawing
        for section in sections
        for drawing in (*section.drawings, *(one for fold in section.folds for one in fold.drawings))
    ]


def test_every_picture_of_the_page_is_written_for_print(made, tmp_path):
    study, sections = made
    write_figures(study, sections, tmp_path, kind="svg", lang="en")
    assert all(drawing.on_paper is not None for drawing in _drawings(sections))
    names = {path.name for path in tmp_path.iterdir()}
    assert len(names) == 3 * (len(_drawings(sections)) + 1)
    assert {"figure_map_85mm.svg", "figure_distance_180mm.svg", "figure_neighbours.txt"} <= names
    text = (tmp_path / "figure_distance_85mm.svg").read_text(encoding="utf-8")
    plain = " ".join(re.findall(r"<text[^>]*>([^<]*)<", text))
    assert "Does it fall with distance?" in plain
    assert re.search(r"p = 0\.\d+", plain)
    assert "Invented numbers" in plain  # the source
    distance = next(one for one in sections if one.key == "distance")
    told = (tmp_path / "figure_distance.txt").read_text(encoding="utf-8").strip()
    assert told == distance.drawings[0].alternative.en
    again = tmp_path / "again"
    again.mkdir()
    write_figures(study, [distance], again, kind="svg", lang="en")
    assert len(list(again.iterdir())) == 3 * (len(_drawings([distance])) + 1)
    for path in again.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_a_report_writes_what_is_wished_in_one_step(made, tmp_path):
    study, _ = made
    paths = write_report(
        study, tmp_path / "out", without=("tests",), only=("short", "scores"), figures="png", workbook=True, fragment=True
    )  # fmt: skip
    names = {path.name for path in paths}
    assert {"results.xlsx", "fragment.html", "figure_map_85mm.png", "figure_scores_180mm.png"} <= names


def test_the_workbook_has_every_table_and_keeps_texts(tmp_path):
    pd.DataFrame(
        {"city": ["a", "b"], "code": ["007", "08"], "value": [1.5, None], "flag": [True, False]}
    ).to_csv(tmp_path / "cities.csv", index=False)
    pd.DataFrame({"note": ["=1+1"]}).to_csv(tmp_path / "tests.csv", index=False)
    write_results(tmp_path)
    sheets = pd.read_excel(tmp_path / "results.xlsx", sheet_name=None, dtype={"code": str})
    assert list(sheets) == ["cities", "tests"]
    cities = sheets["cities"]
    assert cities["code"].tolist() == ["007", "08"]
    assert cities["value"].iloc[0] == 1.5
    assert pd.isna(cities["value"].iloc[1])
    assert cities["flag"].tolist() == [True, False]
    assert sheets["tests"]["note"].tolist() == ["=1+1"]


@pytest.mark.browser
def test_two_fragments_stand_in_a_page_that_has_its_own_style(chromium, made, tmp_path):
    study, _ = made
    page = render_page(study, build_sections(study))
    host = "<!doctype html><style>h2{color:rgb(1,2,3)} table{display:none}</style><h2>Mine</h2>"
    path = tmp_path / "host.html"
    path.write_text(host + wrap_fragment(page, 'a "title"') + wrap_fragment(page, "b"), encoding="utf-8")
    opened = chromium.new_page(viewport={"width": 1100, "height": 800})
    opened.goto(path.as_uri())
    frames = opened.locator("iframe")
    assert frames.count() == 2
    wait_until(
        opened,
        "[...document.querySelectorAll('iframe')].every(f => f.contentDocument?.querySelector('.geobri')?.geobri && f.clientHeight > 1500)",
    )
    inner = opened.frame_locator("iframe").first
    assert inner.locator("#ranking table").is_visible()
    assert opened.evaluate("getComputedStyle(document.querySelector('h2')).color") == "rgb(1, 2, 3)"
    fits = "f => Math.abs(f.clientHeight - f.contentDocument.documentElement.offsetHeight) < 2"
    assert frames.first.evaluate(fits)
    opened.close()


def test_a_theme_sets_width_font_and_colours(tmp_path):
    folder = tmp_path / "own"
    create_study(folder)
    toml = folder / "study.toml"
    plain = toml.read_text(encoding="utf-8")
    said = '[theme]\nwidth = 900\nfont = "Source Serif 4"\ncolour = "#224466"\naccent = "#aa3300"\n'
    toml.write_text(plain + said, encoding="utf-8")
    study = load_study(folder)
    page = render_page(study, build_sections(study))
    assert "--wide:900px" in page
    assert '--sans:"Source Serif 4"' in page
    assert "--bar:#224466" in page
    assert "--tint:34,68,102" in page
    assert "--strong:#aa3300" in page


@pytest.mark.parametrize(
    "said",
    ["width = true", "width = 10", 'font = "a</style>"', 'colour = "red"', 'accent = "#12345"', 'shade = "x"'],
)  # fmt: skip
def test_a_theme_that_cannot_be_is_refused(tmp_path, said):
    folder = tmp_path / "own"
    create_study(folder)
    toml = folder / "study.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + f"[theme]\n{said}\n", encoding="utf-8")
    with pytest.raises(StudyError, match="theme"):
        load_study(folder)
