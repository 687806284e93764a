"""Map and page of a run, made from its tables: the strongest corridors over the density of all pairs, and what is left out.

A run that has just ended and a folder that is opened later (`open_tables`) go the same way.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from packaging.version import Version

from geobri.errors import StudyError, mould
from geobri.great_circles import great_circle_lines
from geobri.inputs import check_file
from geobri.measures import Measure
from geobri.regions import REGION_NAMES_ZH
from geobri.scale.density import paint_density, rasterise

if TYPE_CHECKING:
    from geobri.webmap import CorridorMap

__all__ = ["MEANING", "RunTables", "draw_run", "open_tables", "picture_of", "write_page"]

MEANING: Final = (
    "label", "label_zh", "unit", "unit_zh", "kind", "better", "absent", "directed", "description", "description_zh", "source", "origin",
)  # fmt: skip
"""What ``scale.json`` says of a measure."""

_ON_PAGE: Final = 50
_DRAWN: Final = 100
_INDEXED: Final = ("cities", "top_corridors")
_EXACT: Final[dict[str, Any]] = (
    {} if Version(pd.__version__) >= Version("3.1") else {"float_precision": "round_trip"}
)
"""Numbers to the last digit, as newer pandas reads them of itself."""

_WORDS: Final = (
    "city", "corridor", "name", "name_zh", "country", "region", "origin", "destination", "nearest", "strongest", "measure", "region_pair",
    "coast_pair", "value", "term", "se_type", "left_out",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunTables:
    """What a finished run says, without its pairs.

    Attributes
    ----------
    facts
        As in ``scale.json``: title, numbers, measures, what is left out.
    tables
        By name of their file.
    """

    facts: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    @property
    def measures(self) -> list[Measure]:
        """The measures of the pairs, the one that ranks first."""
        named = [
            Measure(column, **{name: said[name] for name in MEANING})
            for column, said in self.facts["measures"].items()
        ]
        return sorted(named, key=lambda one: one.column != self.facts["rank_by"])

    @property
    def shade(self) -> str:
        """The column of the pairs of zones that the density shows: the measure that ranks, where it is an amount."""
        column = f"{self.facts['rank_by']}_sum"
        sums = self.tables["zone_pairs"].get(column)
        return column if sums is not None and bool((sums >= 0).all()) and bool((sums > 0).any()) else "pairs"


def open_tables(folder: str | Path) -> RunTables:
    """Open the folder of a finished run.

    Parameters
    ----------
    folder
        As `geobri scale --out` left it.

    Returns
    -------
    RunTables
        Facts and tables; the pairs are not read.

    Raises
    ------
    StudyError
        If the run is not finished, or was written before maps could be drawn again.
    """
    home = Path(folder)
    paths = {path.stem: path for path in sorted(home.glob("*.csv"))}
    missing = [
        name for name in ("cities", "top_corridors", "decay", "zones", "zone_pairs") if name not in paths
    ]
    if missing or not (home / "scale.json").is_file():
        wanted = "a run must be finished before it is opened"
        came = f"'{folder}' without {', '.join([*(f'{name}.csv' for name in missing), *([] if (home / 'scale.json').is_file() else ['scale.json'])])}"
        raise StudyError(mould("geobri scale", wanted, came, "Go on with it: geobri scale … --resume"))
    check_file(home / "scale.json", caller="geobri scale")
    facts = json.loads((home / "scale.json").read_text(encoding="utf-8"))
    tables = {
        name: pd.read_csv(
            path, dtype=dict.fromkeys(_WORDS, "str"), index_col=0 if name in _INDEXED else None, **_EXACT
        )
        for name, path in paths.items()
    }
    return RunTables(facts=facts, tables=tables)


def draw_run(run: RunTables, *, value: str | None = None, **look: Any) -> CorridorMap | None:
    """Draw the strongest corridors over the density of all pairs.

    Parameters
    ----------
    run
        Facts and tables.
    value
        The measure that the map opens with; the one that ranked by default.
    **look
        `lang, theme, basemap, worldview, attribution, approval` as in `geobri.corridor_map`.

    Returns
    -------
    CorridorMap or None
        A folium map; None where nothing ranks the corridors.

    Raises
    ------
    StudyError
        If there is no such measure.
    """
    from geobri.webmap import corridor_map
    from geobri.webmap.picture import lay_picture

    top, measures = run.tables["top_corridors"], run.measures
    if top.empty or not measures:
        return None
    opened = measures[0] if value is None else next((one for one in measures if one.column == value), None)
    if opened is None:
        came = f"{value!r}, and the run has {', '.join(one.column for one in measures)}"
        raise StudyError(
            mould("geobri map", "--value names a measure of the run", came, "Choose one of these")
        )
    facts, cities = run.facts, run.tables["cities"]
    ends = sorted(set(top["origin"]) | set(top["destination"]))
    places = gpd.GeoDataFrame(
        cities.drop(columns=["lon", "lat"]),
        geometry=gpd.points_from_xy(cities["lon"], cities["lat"]),
        crs=4326,
    ).loc[ends]
    totals = Measure(
        "total", of="cities", label=f"{opened.label}: sum over all partners", label_zh=f"{opened.label_zh}：对所有伙伴之和",
        kind="amount", origin="total",
    )  # fmt: skip
    chosen = {name: choice for name, choice in look.items() if choice is not None}
    drawn = corridor_map(
        places.assign(total=cities[f"{opened.column}_sum"].reindex(ends)),
        top,
        opened,
        values=[one for one in measures if one is not opened],
        city_values=[totals],
        city_value="total",
        title={"en": facts["title"], "zh": facts["title_zh"]},
        subtitle={"en": " ".join(facts["said"]), "zh": "".join(facts["said_zh"])},
        source=facts["citation"] or None,
        translations=REGION_NAMES_ZH,
        **({"lang": facts["language"]} | chosen),
    )
    lay_picture(
        drawn,
        paint_density(_raster(run)),
        name="density",
        alt="Density of all pairs · 全部城市对的密度",
        offline="{z}" not in str(chosen.get("basemap", "")),
    )
    return drawn


def _raster(run: RunTables) -> Any:
    return rasterise(run.tables["zones"], run.tables["zone_pairs"], run.shade, places=run.tables["cities"])


def write_page(run: RunTables, *, lang: str | None = None) -> str:
    """Write a plain page: what was computed, what is left out, where all pairs run, the first rows of every table.

    Parameters
    ----------
    run
        Facts and tables.
    lang
        Language of the page; that of the study by default. Sentences stand in both.

    Returns
    -------
    str
        HTML that needs no network.
    """
    facts = run.facts
    title = html.escape(
        f"{facts['title']} · {facts['title_zh']}" if facts["title"] != facts["title_zh"] else facts["title"]
    )
    parts = [f"<h1>{title}</h1>"]
    parts += [
        f"<p>{html.escape(en)}<br><span lang=zh>{html.escape(zh)}</span></p>"
        for en, zh in zip(facts["said"], facts["said_zh"], strict=True)
    ]
    parts.append(f"<h2>All pairs, and the strongest corridors · 全部城市对与最强走廊</h2>{picture_of(run)}")
    parts.append(f"<h2>Where the pairs are, and how strong · 城市对的距离与强度</h2>{_by_distance(run)}")
    for name in [*_INDEXED[::-1], *(one for one in run.tables if one not in _INDEXED)]:
        table = run.tables[name]
        shown = table.reset_index() if name in _INDEXED else table
        parts.append(f"<h2>{name}.csv</h2>")
        if len(shown) > _ON_PAGE:
            parts.append(
                f"<p>The first {_ON_PAGE} of {len(shown):,} rows. · 共 {len(shown):,} 行，此处为前 {_ON_PAGE} 行。</p>"
            )
        parts.append(shown.head(_ON_PAGE).to_html(index=False, border=0, float_format=lambda x: f"{x:.6g}"))
    style = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}table{display:block;overflow-x:auto;font-size:12px;border-collapse:collapse}td,th{padding:.15rem .5rem;text-align:right;white-space:nowrap}svg{width:100%;height:auto}"
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="{policy}"><title>{title}</title><style>{style}</style>'
    return f'<!doctype html><html lang="{lang or facts["language"]}"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def picture_of(run: RunTables) -> str:
    """Draw land, the density of all pairs and the strongest corridors on one world.

    Parameters
    ----------
    run
        Facts and tables.

    Returns
    -------
    str
        SVG.
    """
    from geobri.boundaries import load_land
    from geobri.webmap.picture import to_png

    image = base64.b64encode(to_png(paint_density(_raster(run)))).decode()
    land = "".join(map(_path, load_land("110m").geometry))
    top, cities = run.tables["top_corridors"].head(_DRAWN), run.tables["cities"]
    ends = [cities.loc[top[end], ["lon", "lat"]].to_numpy(dtype=float).T for end in ("origin", "destination")]
    apart = (ends[0] != ends[1]).any(axis=0)
    lines: Any = great_circle_lines(*ends[0][:, apart], *ends[1][:, apart]) if apart.any() else []
    drawn = "".join(map(_path, lines))
    label = f"Density of all {run.facts['pairs']:,} pairs and the {len(lines):,} strongest corridors"
    return (
        f'<svg viewBox="-180 -85 360 145" role="img" aria-label="{label}"><path d="{land}" fill="#e4e4e0"/>'
        f'<image href="data:image/png;base64,{image}" x="-180" y="-90" width="360" height="180"/>'
        f'<path d="{drawn}" fill="none" stroke="#c63" stroke-width=".35" stroke-opacity=".6"/></svg>'
    )


def _path(shape: Any) -> str:
    """Write a shape as a path of an SVG whose units are degrees, north up."""
    parts = []
    for part in shapely.get_parts(shape):
        closed = part.geom_type == "Polygon"
        for line in (part.exterior, *part.interiors) if closed else (part,):
            points = " ".join(f"{x:.1f},{-y:.1f}" for x, y in line.coords)
            parts.append(f"M{points}{'Z' if closed else ''}")
    return "".join(parts)


def _by_distance(run: RunTables) -> str:
    """Draw how many pairs there are at each distance, and how much of the ranked measure; of all pairs, nothing sampled."""
    decay, bars = run.tables["decay"], []
    columns = [("pairs", "#8aa", "pairs · 城市对")]
    if run.facts["rank_by"]:
        first = run.measures[0]
        columns.append((f"{first.column}_sum", "#c63", f"{first.label} · {first.label_zh}"))
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
