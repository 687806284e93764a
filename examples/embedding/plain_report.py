"""Two maps, a figure and a table in one plain page, without a framework and without a request to any URL.

    python examples/embedding/plain_report.py        # writes plain_report.html

The page has its own style; the maps bring theirs, and Leaflet and the land stand in it once.
"""

from __future__ import annotations

import sys
from pathlib import Path

from geobri.figures import draw_result, figure_style, save_figure
from geobri.stats import coastal_test
from geobri.study import load_study
from geobri.webmap import map_parts

STYLE = "body{max-width:900px;margin:2rem auto;font:17px/1.6 Georgia,serif} figure{margin:1.5rem 0} td,th{padding:2px 12px}"


def main(target: Path) -> None:
    """Write the page."""
    study = load_study("bri22")
    maps = [
        map_parts(study.cities, study.corridors, study.measure(column, "corridors"), key=key, height="420px")
        for key, column in (("overall", "rank_overall"), ("trade", "rank_trade"))
    ]
    with figure_style():
        axes = draw_result(
            coastal_test(study.cities, study.measure("rank_overall", "cities"), rng=1),
            title="Do coastal cities lead?",
            width_mm=150,
        )
        picture = save_figure(axes, target.with_suffix(".svg"), tight=False, close=True)
    drawing = picture.read_text(encoding="utf-8").partition("<svg")
    first = study.cities.sort_values("rank_overall").head(5)[["name", "rank_overall"]]
    shared = dict.fromkeys(block for part in maps for block in part.head_blocks)
    page = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Two maps</title>",
        f"<style>{STYLE}</style>",
        *shared,
        "<h1>Corridors between 22 cities</h1><p>Overall, as published:</p>",
        f"<figure>{maps[0].body}</figure><p>Unimpeded trade:</p><figure>{maps[1].body}</figure>",
        f"<figure>{drawing[1]}{drawing[2]}</figure>",
        str(first.to_html(index=False, border=0)),
        *(f"<script>{part.script}</script>" for part in maps),
        f"<p><small>Source: {study.citation}</small></p></html>",
    ]
    target.write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "plain_report.html"))
