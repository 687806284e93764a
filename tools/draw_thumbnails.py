"""Photograph the published maps: docs/images/map.png for the README, maps/thumbnails/*.png for the gallery.

    python tools/draw_thumbnails.py

Needs Chromium (`CHROMIUM=/path/to/it` if it is not /usr/bin/chromium), playwright and matplotlib (which brings
Pillow), all but the first in the dependency group test. Pages are drawn afresh from their recipes, opened from
disk with the network off, and photographed at twice the size, then reduced with few colours to keep the files small.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from geobri.report.recipe import draw_recipe, load_recipe
from geobri.webmap import save_map

ROOT = Path(__file__).parents[1]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SETTLE_MS = 2500


def photograph(browser: Browser, page_file: Path, size: tuple[int, int], theme: str) -> Image.Image:
    """Open a page from disk, wait until it stands still, and take its picture at twice the size."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2,
        offline=True,
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.wait_for_timeout(SETTLE_MS)
    shot = page.screenshot()
    context.close()
    return Image.open(io.BytesIO(shot)).convert("RGB")


def shrink(image: Image.Image, width: int, colours: int) -> Image.Image:
    """Reduce to a width and a palette."""
    height = round(image.height * width / image.width)
    small = image.resize((width, height), Image.Resampling.LANCZOS)
    return small.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def draw(recipe: Path, folder: Path, **overrides: Any) -> Path:
    """Draw the page of a recipe."""
    target = folder / f"{recipe.stem}-{len(overrides)}.html"
    save_map(draw_recipe(load_recipe(recipe), **overrides), target)
    return target


def main() -> None:
    """Make every picture again."""
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as name,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        folder = Path(name)
        page = draw(ROOT / "maps/bri22.toml", folder, theme="light")
        picture = shrink(photograph(browser, page, (1180, 660), "light"), 1180, 200)
        write(picture, ROOT / "docs/images/map.png")
        for recipe in sorted((ROOT / "maps").glob("*.toml")):
            settings = load_recipe(recipe).settings
            theme = settings.get("theme", "light")
            page = draw(recipe, folder, theme=theme, panel="closed")
            picture = shrink(photograph(browser, page, (960, 540), theme), 640, 96)
            write(picture, ROOT / "maps/thumbnails" / f"{recipe.stem}.png")
        browser.close()


def write(picture: Image.Image, path: Path) -> None:
    """Write a PNG and say how large it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main()
