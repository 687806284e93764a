"""axe-core, the usual checker of accessibility, finds nothing on the map: both languages, light and dark, wide and narrow, cards open."""

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def axe():
    if not AXE.exists():
        assert not os.environ.get("CI"), "make lint installs axe-core"
        pytest.skip("no axe-core here; make lint installs it")
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("reader", [("en", 1280, 720), ("zh", 390, 800)])
def test_no_rule_is_broken(open_map, published_file, axe, reader, scheme):
    lang, width, height = reader
    opened = open_map(
        published_file,
        width=width,
        height=height,
        bypass_csp=True,
        at=f"#lang={lang}",
        color_scheme=scheme,
    )
    opened.page.evaluate(axe)
    ask = "axe.run(document, {runOnly: argument}).then((found) => found.violations.map((fault) => fault.id))"
    assert opened.ask(ask, RULES) == []
    opened.set(city="singapore", value="score")
    opened.page.evaluate("document.querySelector('.geobri-tools button:nth-child(3)').click()")
    assert opened.ask(ask, RULES) == []
