"""The steps of docs/embedding.md: frames, several maps on a page, a strict policy, and chosen sections."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path

import pytest

from geobri.errors import SpecificationError
from geobri.report import build_sections, render_page
from geobri.study import load_study
from geobri.study.template import create_study
from tests.waiting import wait_until

DOC = (Path(__file__).parents[2] / "docs/embedding.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / "own"
    create_study(folder)
    return load_study(folder)


@pytest.fixture(scope="module")
def page(template, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "report.html"
    out.write_text(render_page(template, build_sections(template)), encoding="utf-8")
    return out


def _open(chromium, path):
    opened = chromium.new_page()
    opened.goto(path.as_uri())
    return opened


@pytest.mark.browser
def test_two_maps_stand_on_one_page_as_the_document_says(chromium, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    steps = re.findall(r"```python\n(.*?)```", DOC, flags=re.DOTALL)
    exec(next(step for step in steps if "map_parts" in step), {})
    opened = _open(chromium, tmp_path / "two_maps.html")
    wait_until(opened, "[...document.querySelectorAll('.geobri')].filter(one => one.geobri).length === 2")
    assert opened.locator("canvas").count() >= 2
    assert (tmp_path / "two_maps.html").read_text(encoding="utf-8").count("Leaflet 1.9.4") == 1


@pytest.mark.browser
@pytest.mark.parametrize("sandbox", ["", ' sandbox="allow-scripts"'])
def test_a_report_works_in_a_frame(chromium, page, sandbox):
    host = page.with_name(f"host{len(sandbox)}.html")
    host.write_text(
        f'<iframe src="report.html"{sandbox} style="width:900px;height:600px"></iframe>', encoding="utf-8"
    )
    opened = _open(chromium, host)
    inner = opened.frame_locator("iframe")
    inner.locator("#ranking tr[data-cities=singapore]").click()
    assert inner.locator(".chosen-bar").inner_text().startswith("Chosen: Singapore")
    assert inner.locator(".blocked").count() == 0


@pytest.mark.browser
def test_a_policy_that_blocks_scripts_leaves_a_message(chromium, page):
    strict = page.with_name("strict.html")
    text = page.read_text(encoding="utf-8")
    assert text.count("script-src 'unsafe-inline'") >= 1
    head = text.index("<meta charset")
    policy = '<meta http-equiv="Content-Security-Policy" content="script-src \'self\'">'
    strict.write_text(text[:head] + policy + text[head:], encoding="utf-8")
    opened = _open(chromium, strict)
    opened.wait_for_timeout(3500)
    message = opened.locator(".blocked")
    assert message.is_visible()
    assert "script-src 'unsafe-inline'" in message.inner_text()


def test_sections_are_chosen_by_name_and_quotes_lead_nowhere_else(template):
    chosen = build_sections(template, only=["cities", "sources"])
    assert [section.key for section in chosen] == ["cities", "sources"]
    with pytest.raises(SpecificationError, match="sections must be among short"):
        build_sections(template, only=["nowhere"])


def test_the_page_can_be_cited_and_its_notes_are_in_both_languages(template):
    sources = build_sections(template)[-1]
    entry = sources.folds[-1].code.en
    assert entry.startswith("@misc{")
    assert entry.count("{") == entry.count("}")
    assert template.title in entry
    notes = [(note.en, note.zh) for note in sources.notes]
    assert ("These numbers are invented.", "这些数字是虚构的。") in notes


@pytest.mark.parametrize("name", ["bri22", "global513", "air22"])
def test_every_note_of_a_built_in_study_is_chinese_too(name):
    study = load_study(name)
    assert len(study.notes) == len(study.notes_zh) > 3
    assert all(re.search(r"[\u4e00-\u9fff]{4}", note) for note in study.notes_zh)


EXAMPLES = Path(__file__).parents[2] / "examples/embedding"


@pytest.mark.browser
def test_the_plain_page_has_two_maps_a_figure_and_a_table(chromium, tmp_path, monkeypatch):
    import matplotlib as mpl

    mpl.use("Agg")
    target = tmp_path / "plain_report.html"
    monkeypatch.setattr("sys.argv", ["plain_report.py", str(target)])
    runpy.run_path(str(EXAMPLES / "plain_report.py"), run_name="__main__")
    opened = _open(chromium, target)
    wait_until(opened, "[...document.querySelectorAll('.geobri')].filter(one => one.geobri).length === 2")
    assert opened.locator("figure svg text", has_text="Do coastal cities lead?").count() == 1
    assert opened.locator("table tbody tr").count() == 5
    assert opened.evaluate("getComputedStyle(document.body).fontFamily").startswith("Georgia")


def test_the_cells_of_the_quarto_document_run_and_show_what_they_say():
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    text = (EXAMPLES / "report.qmd").read_text(encoding="utf-8")
    head = text.split("---\n")[1]
    assert "embed-resources: true" in head
    cells = re.findall(r"```\{python\}\n(.*?)```", text, flags=re.DOTALL)
    names: dict[str, object] = {}
    shown = []
    plt.close("all")  # pyplot is shared with every other test of the process
    for cell in cells:
        tree = ast.parse(cell)
        last = tree.body[-1]
        if isinstance(last, ast.Expr) and "corridor_map" in cell:
            tree.body.pop()
            exec(compile(tree, "cell", "exec"), names)
            shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
        else:
            exec(compile(tree, "cell", "exec"), names)
    assert "srcdoc" in shown[0]._repr_html_() or "iframe" in shown[0]._repr_html_()
    assert len(plt.get_fignums()) == 2
    plt.close("all")
    for cell in cells:  # a figure has a text alternative
        assert ("fig-alt" in cell) == ("draw_" in cell and "import" not in cell)
