"""Make the pictures of the pages: docs/images/map.png, maps/thumbnails/*.png, examples/thumbnails/*.png.

    python tools/draw_thumbnails.py [maps | examples]

Needs Chromium (`CHROMIUM=/path/to/it` if it is not /usr/bin/chromium), playwright and matplotlib (which brings
Pillow), all but the first in the dependency group test. Pages are drawn afresh from their recipes, opened from
disk with the network off, and photographed at twice the size, then reduced with few colours to keep the files small.
Examples are run, and what their last statement gives is drawn.
"""

from __future__ import annotations

import ast
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from geobri.report.recipe import draw_recipe, load_recipe
from geobri.webmap import save_map

ROOT = Path(__file__).parents[1]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SETTLE_MS = 2500
VIVID = 60


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
    page.evaluate(
        "Promise.all([...document.querySelectorAll('.geobri')].map((map) => map.geobri && map.geobri.ready))"
    )
    page.wait_for_timeout(SETTLE_MS)
    shot = page.screenshot()
    context.close()
    return Image.open(io.BytesIO(shot)).convert("RGB")


def shrink(image: Image.Image, width: int, colours: int) -> Image.Image:
    """Reduce to a width and a palette."""
    height = round(image.height * width / image.width)
    return reduce_colours(image.resize((width, height), Image.Resampling.LANCZOS), colours)


def reduce_colours(image: Image.Image, colours: int) -> Image.Image:
    """Reduce to a palette that keeps places for the few strongly coloured pixels, which median cut alone gives up."""
    pixels = np.asarray(image).reshape(-1, 3)
    spread = pixels.max(axis=1).astype(int) - pixels.min(axis=1)
    vivid = pixels[spread > VIVID]
    n_vivid = colours // 3 if len(vivid) > colours else 0
    palette = _palette(pixels, colours - n_vivid) + (_palette(vivid, n_vivid) if n_vivid else [])
    sheet = Image.new("P", (1, 1))
    sheet.putpalette(palette)
    return image.quantize(palette=sheet, dither=Image.Dither.NONE)


def _palette(pixels: np.ndarray, colours: int) -> list[int]:
    row = Image.fromarray(np.ascontiguousarray(pixels[None]))
    return list(row.quantize(colours, method=Image.Quantize.MEDIANCUT).getpalette() or [])[: 3 * colours]


def draw(recipe: Path, folder: Path, **overrides: Any) -> Path:
    """Draw the page of a recipe."""
    target = folder / f"{recipe.stem}-{len(overrides)}.html"
    save_map(draw_recipe(load_recipe(recipe), **overrides), target)
    return target


def main(only: str = "") -> None:
    """Make every picture again, or those of `only`."""
    mpl.use("Agg")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        folder = Path(name)
        if only in ("", "maps"):
            draw_maps(browser, folder)
        if only in ("", "examples"):
            draw_examples(browser, folder)
        browser.close()


def draw_maps(browser: Browser, folder: Path) -> None:
    """Take the pictures of the recipes."""
    page = draw(ROOT / "maps/bri22.toml", folder, theme="light")
    picture = shrink(photograph(browser, page, (1240, 760), "light"), 1180, 256)
    write(picture, ROOT / "docs/images/map.png")
    for recipe in sorted((ROOT / "maps").glob("*.toml")):
        settings = load_recipe(recipe).settings
        theme = settings.get("theme", "light")
        page = draw(recipe, folder, theme=theme, panel="closed")
        picture = shrink(photograph(browser, page, (1120, 630), theme), 640, 128)
        write(picture, ROOT / "maps/thumbnails" / f"{recipe.stem}.png")


def draw_examples(browser: Browser, folder: Path) -> None:
    """Take the pictures of what the examples end in."""
    for example in sorted((ROOT / "examples").glob("[0-9]*.py")):
        picture = reduce_colours(fit(draw_example(browser, example, folder), (560, 400)), 160)
        write(picture, ROOT / "examples/thumbnails" / f"{example.stem}.png")


def run_example(path: Path) -> Any:
    """Run an example and give the value of its last statement."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    last = tree.body.pop()
    if not isinstance(last, ast.Expr):
        raise TypeError(f"{path.name} must end in an expression")
    names: dict[str, Any] = {"__file__": str(path), "__name__": "example"}
    exec(compile(tree, str(path), "exec"), names)
    return eval(compile(ast.Expression(last.value), str(path), "eval"), names)


def draw_example(browser: Browser, path: Path, folder: Path) -> Image.Image:
    """Draw what an example ends in, axes or map."""
    shown = run_example(path)
    if hasattr(shown, "figure"):
        raw = io.BytesIO()
        shown.figure.savefig(raw, dpi=150, bbox_inches="tight", facecolor="white")
        return Image.open(raw).convert("RGB")
    page = folder / f"{path.stem}.html"
    save_map(shown, page)
    return photograph(browser, page, (960, 540), "light")


def fit(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Put a picture on a white sheet of a given size."""
    image.thumbnail(size, Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", size, "white")
    sheet.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return sheet


def write(picture: Image.Image, path: Path) -> None:
    """Write a PNG and say how large it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main(*sys.argv[1:2])
