"""The site is built without a warning, asks no other host for anything, and links of pages lead to pages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))
import linked_pages  # noqa: E402 - found by the line above

FETCHED = re.compile(
    r"<(?:script|img|iframe|source|embed|object|video)\b[^>]*(?:src|data)=[\"']?(?:https?:)?//[^>]*>"
    r"|<link\b[^>]*href=[\"']?(?:https?:)?//[^>]*>"
    r"|(?:@import|url\()\s*[\"']?(?:https?:)?//[^)\"';]*"
)


@pytest.mark.slow
@pytest.mark.system
def test_site_is_built_without_a_warning_and_asks_no_host(tmp_path):
    build = ["-b", "html", "-W", "--keep-going", "-q", "-d", str(tmp_path / "seen")]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *build, str(ROOT / "docs"), str(tmp_path / "html")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    built = [path for path in (tmp_path / "html").rglob("*") if path.suffix in {".html", ".css"}]
    assert len(built) > 60
    fetched = {hit for path in built for hit in FETCHED.findall(path.read_text(encoding="utf-8"))}
    assert fetched == set()


def test_what_is_fetched_is_seen():
    for bad in (
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        "@import url(https://fonts.example/css)",
    ):
        assert FETCHED.search(bad)
    assert not FETCHED.search('<a href="https://doi.org/10.1000/1">')


def test_links_of_pages_are_led_to_pages():
    text = (
        "[one](../examples/README.md) [two](../CONTRIBUTING.md#recipes) [three](map.md) [four](https://x.org)"
    )
    assert linked_pages.rewrite_links(text, ROOT / "docs") == (
        "[one](project/examples.md) [two](project/contributing.md#recipes) [three](map.md) [four](https://x.org)"
    )


def test_links_of_other_folders_are_led_to_the_site():
    led = linked_pages.rewrite_links(
        "[a](../docs/map.md) ![b](thumbnails/x.png) [c](01_x.py)", ROOT / "maps", linked_pages.SITE
    )
    assert led == "[a](../map.md) ![b](../../maps/thumbnails/x.png) c (`maps/01_x.py`)"


def test_side_bar_follows_the_index():
    tree = linked_pages.say_tree("[a](two.md) [b](one.md#x) [c](https://x.org/y.md) [d](two.md)")
    assert tree.split("\n\n")[-1].splitlines() == ["two", "one", "reference/index", "```"]
