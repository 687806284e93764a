"""The tables, the map and the page of a run, when its blocks are done."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geobri.measures import Measure
from geobri.outputs import staged_folder
from geobri.regions import REGION_NAMES_ZH
from geobri.scale.blocks import count_pairs_of
from geobri.scale.fitting import BlockFit
from geobri.scale.loading import ScaleStudy
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

_ON_PAGE = 50


def write_run(
    scale: ScaleStudy, summary: Summary, out: Path, *, fits: Mapping[str, BlockFit] | None = None
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
    }
    if fits:
        tables["friction"] = friction_table(fits)
    said = say_left_out(scale, len(tables["top_corridors"]))
    with staged_folder(out, caller="geobri scale") as stage:
        for name, table in tables.items():
            table.to_csv(
                stage / f"{name}.csv", index=name in ("cities", "top_corridors"), lineterminator="\n"
            )
        (stage / "map.html").write_text(_draw(scale, tables, said), encoding="utf-8")
        (stage / "summary.html").write_text(_page(scale, tables, said), encoding="utf-8")
        (stage / "scale.json").write_text(_facts(scale, said), encoding="utf-8")
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
            is_friction = "distance" in name and place == 0
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
                    "left_out": f"pairs of {fit.n_silent} cities without any flow" if fit.n_silent else "",
                }
            )
    return pd.DataFrame(rows)


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
                f"图中为按{ranked.label_zh}排列最强的 {shown:,} 条走廊，共 {n:,} 条；其余 {n - shown:,} 条只计入合计，不在图上。",
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
    said.append(
        Words(
            "No test was made on the corridors of the map: they were chosen for their strength.",
            "未对图上走廊作任何检验：它们是按强度挑选的。",
        )
    )
    return said


def _draw(scale: ScaleStudy, tables: Mapping[str, pd.DataFrame], said: list[Words]) -> str:
    from geobri.webmap import corridor_map

    top, recipe = tables["top_corridors"], scale.recipe
    ordered = sorted(recipe.measures, key=lambda one: one.column != recipe.rank_by)
    if top.empty or not ordered:
        return ""
    ends = pd.unique(pd.concat([top["origin"], top["destination"]]))
    cities = scale.study.cities.loc[sorted(ends)]
    totals = Measure(
        "total", of="cities", label=f"{ordered[0].label}: sum over all partners", label_zh=f"{ordered[0].label_zh}：对所有伙伴之和",
        kind="amount", origin="total",
    )  # fmt: skip
    sums = tables["cities"][f"{ordered[0].column}_sum"].reindex(cities.index)
    drawn = corridor_map(
        cities.assign(total=sums),
        top,
        ordered[0],
        values=ordered[1:],
        city_values=[totals],
        city_value="total",
        title={"en": scale.study.title, "zh": scale.study.title_zh},
        subtitle={"en": " ".join(one.en for one in said), "zh": "".join(one.zh for one in said)},
        source=scale.study.citation or None,
        lang=scale.study.language,
        translations=REGION_NAMES_ZH,
    )
    return str(drawn.get_root().render())


def _page(scale: ScaleStudy, tables: Mapping[str, pd.DataFrame], said: list[Words]) -> str:
    """Write a plain page: what was computed, what is left out, the density of all pairs, the first rows of every table."""
    parts = [f"<h1>{html.escape(scale.study.title)} · {html.escape(scale.study.title_zh)}</h1>"]
    parts += [f"<p>{html.escape(one.en)}<br><span lang=zh>{html.escape(one.zh)}</span></p>" for one in said]
    parts.append(
        f"<h2>Where the pairs are, and how strong · 城市对的距离与强度</h2>{_density(tables['decay'], scale)}"
    )
    for name, table in tables.items():
        shown = table.reset_index() if name in ("cities", "top_corridors") else table
        parts.append(f"<h2>{name}.csv</h2>")
        if len(shown) > _ON_PAGE:
            parts.append(
                f"<p>The first {_ON_PAGE} of {len(shown):,} rows. · 共 {len(shown):,} 行，此处为前 {_ON_PAGE} 行。</p>"
            )
        parts.append(shown.head(_ON_PAGE).to_html(index=False, border=0, float_format=lambda x: f"{x:.6g}"))
    style = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}table{display:block;overflow-x:auto;font-size:12px;border-collapse:collapse}td,th{padding:.15rem .5rem;text-align:right;white-space:nowrap}svg{width:100%;height:auto}"
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'"><title>{html.escape(scale.study.title)}</title><style>{style}</style>'
    return f'<!doctype html><html lang="{scale.study.language}"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _density(decay: pd.DataFrame, scale: ScaleStudy) -> str:
    """Draw how many pairs there are at each distance, and how much of the ranked measure; areas of all pairs, nothing sampled."""
    bars = []
    columns = [("pairs", "#8aa", "pairs · 城市对")]
    if scale.recipe.rank_by:
        label = next(one for one in scale.recipe.measures if one.column == scale.recipe.rank_by)
        columns.append((f"{scale.recipe.rank_by}_sum", "#c63", f"{label.label} · {label.label_zh}"))
    left = np.log10(np.maximum(decay["from_km"].to_numpy(dtype=float), 1.0))
    for row, (column, colour, label_text) in enumerate(columns):
        share = decay[column].to_numpy(dtype=float)
        share = share / np.nansum(share) if np.nansum(share) > 0 else np.zeros(len(share))
        base = 160 * (row + 1)
        for x, part in zip(left, share, strict=True):
            height = 0.0 if np.isnan(part) else 130 * part / max(np.nanmax(share), 1e-300)
            bars.append(
                f'<rect x="{60 + x * 190:.1f}" y="{base - height:.1f}" width="9" height="{height:.1f}" fill="{colour}"/>'
            )
        bars.append(f'<text x="60" y="{base - 138}" font-size="13">{html.escape(label_text)}</text>')
    for power, text in enumerate(("1 km", "10", "100", "1,000", "10,000 km")):
        bars.append(
            f'<text x="{60 + 190 * power}" y="{160 * len(columns) + 18}" font-size="12">{text}</text>'
        )
    return f'<svg viewBox="0 0 920 {160 * len(columns) + 26}" role="img" aria-label="density by distance">{"".join(bars)}</svg>'


def _facts(scale: ScaleStudy, said: list[Words]) -> str:
    recipe = scale.recipe
    facts: dict[str, Any] = {
        "places": recipe.inputs.n,
        "pairs": count_pairs_of(recipe.inputs),
        "domain": recipe.inputs.domain,
        "directed": recipe.inputs.directed,
        "distance": recipe.inputs.distance,
        "bands_km": recipe.inputs.edges_km,
        "measures": {
            one.column: {"label": one.label, "label_zh": one.label_zh, "kind": one.kind, "unit": one.unit}
            for one in recipe.measures
        },
        "rank_by": recipe.rank_by,
        "said": [one.en for one in said],
        "said_zh": [one.zh for one in said],
    }
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
