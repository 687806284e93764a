"""The tables, the map and the page of a run, when its blocks are done."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geobri.outputs import staged_folder
from geobri.scale.blocks import count_pairs_of
from geobri.scale.density import gather_zones, zone_pair_table, zone_table
from geobri.scale.drawing import MEANING, RunTables, draw_run
from geobri.scale.fitting import BlockFit
from geobri.scale.loading import ScaleStudy
from geobri.scale.products import is_impedance
from geobri.scale.summary import Summary
from geobri.scale.tables import (
    band_table,
    city_table,
    contrast_table,
    curve_table,
    group_table,
    histogram_table,
    top_table,
)
from geobri.words import Words

__all__ = ["friction_table", "say_left_out", "write_run"]


def write_run(
    scale: ScaleStudy,
    summary: Summary,
    out: Path,
    *,
    fits: Mapping[str, BlockFit] | None = None,
    page: Callable[[RunTables], str] | None = None,
) -> list[Path]:
    """Write what is known of all pairs: tables, a map of the strongest corridors, a page.

    Parameters
    ----------
    scale
        The study.
    summary
        Of all pairs.
    out
        The folder of the run; its partitions stay.
    fits
        Fitted gravity models by measure.
    page
        What makes the page of the tables, such as `geobri.report.runs.render_run`; none is written by default.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    recipe = scale.recipe
    scores = scale.city_scores()
    cities = city_table(recipe, summary)
    named = scale.study.cities.loc[list(recipe.inputs.slugs)]
    plain = pd.DataFrame(named.drop(columns="geometry")).assign(lon=named.geometry.x, lat=named.geometry.y)
    cities = cities.assign(zone=gather_zones(recipe.inputs))
    further = [cities] if scores is None else [cities, scores]
    free = [table[[name for name in table.columns if name not in plain.columns]] for table in further]
    tables: dict[str, pd.DataFrame] = {
        "cities": pd.concat([plain, *free], axis=1),
        "top_corridors": top_table(recipe, summary),
        "groups": group_table(recipe, summary),
        "bands": band_table(recipe, summary),
        "contrasts": contrast_table(recipe, summary),
        "decay": curve_table(recipe, summary),
        "histograms": histogram_table(recipe, summary),
        "zones": zone_table(recipe.inputs),
        "zone_pairs": zone_pair_table(recipe.inputs, summary.density, recipe.rank_by),
    }
    if fits:
        tables["friction"] = friction_table(fits)
    facts = _facts(scale, say_left_out(scale, len(tables["top_corridors"])))
    run = RunTables(facts=facts, tables=tables)
    with staged_folder(out, caller="geobri scale") as stage:
        for name, table in tables.items():
            table.to_csv(
                stage / f"{name}.csv", index=name in ("cities", "top_corridors"), lineterminator="\n"
            )
        if (drawn := draw_run(run)) is not None:
            (stage / "map.html").write_text(str(drawn.get_root().render()), encoding="utf-8")
        if page is not None:
            (stage / "summary.html").write_text(page(run), encoding="utf-8")
        (stage / "scale.json").write_text(
            json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        names = sorted(path.name for path in stage.iterdir() if path.is_file())
    return [out / name for name in names]


def friction_table(fits: Mapping[str, BlockFit]) -> pd.DataFrame:
    """Write fitted gravity models as tidy rows.

    Parameters
    ----------
    fits
        By measure.

    Returns
    -------
    pandas.DataFrame
        `value, term, estimate, ci_low, ci_high, se, se_type, n_cities, n_pairs, left_out`; friction has its sign turned, as everywhere.
    """
    rows = []
    for value, fit in fits.items():
        low, high = fit.interval()
        for place, name in enumerate(fit.names):
            is_friction = is_impedance(name)
            sign = -1.0 if is_friction else 1.0
            ends = sorted((sign * low[place], sign * high[place]))
            rows.append(
                {
                    "value": value,
                    "term": f"friction: {name}" if is_friction else name,
                    "estimate": sign * fit.coefficients[place],
                    "ci_low": ends[0],
                    "ci_high": ends[1],
                    "se": fit.errors[place],
                    "se_type": "dyadic",
                    "n_cities": fit.n_cities,
                    "n_pairs": fit.n_pairs,
                    "left_out": "; ".join(_left_out(fit)),
                }
            )
    return pd.DataFrame(rows)


def _left_out(fit: BlockFit) -> list[str]:
    said = [f"pairs of {fit.n_silent} cities without any flow"] if fit.n_silent else []
    return said + ([f"{fit.n_unknown:,} pairs without an impedance"] if fit.n_unknown else [])


def say_left_out(scale: ScaleStudy, shown: int) -> list[Words]:
    """Say what map and page show, and what they leave out.

    Parameters
    ----------
    scale
        The study.
    shown
        How many corridors are listed.

    Returns
    -------
    list of Words
        Sentences in both languages.
    """
    recipe, n = scale.recipe, count_pairs_of(scale.recipe.inputs)
    ranked = next((one for one in recipe.measures if one.column == recipe.rank_by), None)
    said = []
    if ranked is not None:
        said.append(
            Words(
                f"Shown are the {shown:,} strongest of {n:,} corridors by {ranked.label}; the other {n - shown:,} are in the sums, not on the map.",
                f"图中为按{ranked.label_zh}排列最强的 {shown:,} 条通路，共 {n:,} 条；其余 {n - shown:,} 条只计入合计，不在图上。",
            )
        )
    if recipe.inputs.distance == "sphere":
        said.append(
            Words(
                "Distances are measured on the auxiliary sphere with Lambert's correction: within 15 m of the geodesic up to 10,000 km, within 1 km beyond.",
                "距离按辅助球面并加兰伯特改正计算：一万公里以内与大地线相差不超过15米，更远不超过1公里。",
            )
        )
    if recipe.inputs.domain == "international":
        said.append(Words("Pairs inside a country are left out.", "不含同一国家内部的城市对。"))
    if recipe.inputs.gravity is not None:
        said.append(
            Words(
                "The gravity score is modelled from masses and distance; nothing of it was observed.",
                "引力得分由规模与距离推算，并非观测。",
            )
        )
    n_zones = int(gather_zones(recipe.inputs).max()) + 1
    said.append(
        Words(
            f"The shade under the lines is the density of all {n:,} pairs, gathered between {n_zones:,} zones of neighbouring places and drawn from middle to middle of a zone.",
            f"线条下的底色为全部 {n:,} 个城市对的密度：相邻城市合并为 {n_zones:,} 个分区，按分区中心之间的大圆线绘制。",
        )
    )
    said.append(
        Words(
            "No test was made on the corridors of the map: they were chosen for their strength.",
            "未对图上通路作任何检验：它们是按强度挑选的。",
        )
    )
    return said


def _facts(scale: ScaleStudy, said: list[Words]) -> dict[str, Any]:
    recipe = scale.recipe
    return {
        "title": scale.study.title,
        "title_zh": scale.study.title_zh or scale.study.title,
        "language": scale.study.language,
        "citation": scale.study.citation,
        "places": recipe.inputs.n,
        "pairs": count_pairs_of(recipe.inputs),
        "domain": recipe.inputs.domain,
        "directed": recipe.inputs.directed,
        "distance": recipe.inputs.distance,
        "bands_km": list(recipe.inputs.edges_km),
        "measures": {one.column: {name: getattr(one, name) for name in MEANING} for one in recipe.measures},
        "rank_by": recipe.rank_by,
        "said": [one.en for one in said],
        "said_zh": [one.zh for one in said],
    }
