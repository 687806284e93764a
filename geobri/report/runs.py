"""The page of a run of `geobri scale`: what can be answered from sums over all pairs, in the frame of every other page.

The pairs of a run are in no memory, so nothing is tested here: a fit that was made is quoted, everything else describes sums.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd

from geobri.outputs import staged_folder
from geobri.report.model import Fact
from geobri.report.page import render_page
from geobri.report.run_sections import MOST_LISTED, run_sections
from geobri.scale.drawing import RunTables, density_of, draw_run, open_tables
from geobri.study import Study
from geobri.words import Words

__all__ = ["render_run", "write_run_report"]


def write_run_report(
    folder: str | Path, out: Path, *, lang: Literal["en", "zh"] | None = None, **look: Any
) -> list[Path]:
    """Write the page and the map of a run's folder again, in another language or look.

    Parameters
    ----------
    folder
        The folder of the run, as `geobri scale --out` left it.
    out
        Where to write.
    lang
        Language of the page; the study's own by default.
    **look
        `theme, basemap, worldview, attribution, approval` as in `geobri.corridor_map`.

    Returns
    -------
    list of pathlib.Path
        ``report.html`` and, where something ranks the corridors, ``map.html``.
    """
    run = open_tables(folder)
    language = lang or run.facts["language"]
    drawn = draw_run(run, lang=lang, **look)
    page = render_run(run, lang=language, **look)
    with staged_folder(out, caller="geobri report") as stage:
        (stage / "report.html").write_text(page, encoding="utf-8")
        if drawn is not None:
            (stage / "map.html").write_text(str(drawn.get_root().render()), encoding="utf-8")
        names = sorted(path.name for path in stage.iterdir() if path.is_file())
    return [out / name for name in names]


def render_run(run: RunTables, *, lang: Literal["en", "zh"] | None = None, **look: Any) -> str:
    """Render the page of a run: the strongest corridors over the density of all pairs, answers, and what was left out.

    Parameters
    ----------
    run
        Facts and tables of a finished run.
    lang
        Language of the page; the study's own by default.
    **look
        `theme, basemap, worldview, attribution, approval` as in `geobri.corridor_map`.

    Returns
    -------
    str
        HTML, self-contained.
    """
    chosen = {name: choice for name, choice in look.items() if choice is not None}
    return render_page(
        _as_study(run),
        run_sections(run),
        lang=lang or run.facts["language"],
        facts=_facts(run),
        beneath=None if run.tables["zone_pairs"].empty else density_of(run),
        **chosen,
    )


def _as_study(run: RunTables) -> Study:
    """Give the strongest corridors and their ends as a study, for the map."""
    top, cities = run.tables["top_corridors"], run.tables["cities"]
    ends = sorted(set(top["origin"]) | set(top["destination"])) or list(cities.index[:MOST_LISTED])
    some = cities.loc[ends]
    places = gpd.GeoDataFrame(
        some[
            [name for name in ("name", "name_zh", "country", "region", "coastal") if name in some.columns]
        ].copy(),
        geometry=gpd.points_from_xy(some["lon"], some["lat"]),
        crs=4326,
    )
    facts = run.facts
    shown = tuple(
        replace(one, origin="given") for one in run.measures
    )  # the map shows what the run ranks by, modelled or not
    return Study(
        name=facts["title"], title=facts["title"], title_zh=facts["title_zh"], cities=places, corridors=gpd.GeoDataFrame(top),
        corridor_measures=shown, directed=facts["directed"], citation=facts["citation"], language=facts["language"],
    )  # fmt: skip


def _facts(run: RunTables) -> list[Fact]:
    counts = (
        (run.facts["places"], Words("places", "个地点")),
        (run.facts["pairs"], Words("pairs, all of them in the sums", "个城市对，全部计入合计")),
    )
    listed = (
        len(run.tables["top_corridors"]),
        Words(
            "strongest corridors, on the map over the density of all pairs",
            "条最强通路，在地图上，底色为全部城市对的密度",
        ),
    )
    return [Fact(f"{count:,}", label) for count, label in (*counts, listed)]


# Who leads


# Where all pairs run


# Distance


# Coast


# What was left out
