"""Map and picture of a run, made from its tables: the strongest corridors over the density of all pairs, and what is left out.

A run that has just ended and a folder that is opened later (`open_tables`) go the same way.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
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

__all__ = ["MEANING", "RunTables", "density_of", "draw_run", "open_tables", "picture_of"]

MEANING: Final = (
    "label", "label_zh", "unit", "unit_zh", "kind", "better", "absent", "directed", "description", "description_zh", "source", "origin",
)  # fmt: skip
"""What ``scale.json`` says of a measure."""

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
    from geobri.webmap.picture import DENSITY, lay_picture

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
        density_of(run),
        name="density",
        alt=DENSITY,
        offline="{z}" not in str(chosen.get("basemap", "")),
    )
    return drawn


def density_of(run: RunTables) -> npt.NDArray[np.uint8]:
    """Paint where all pairs run.

    Parameters
    ----------
    run
        Facts and tables.

    Returns
    -------
    numpy.ndarray
        A picture of the globe as `geobri.webmap.picture.lay_picture` takes it.
    """
    zones, pairs = run.tables["zones"], run.tables["zone_pairs"]
    return paint_density(rasterise(zones, pairs, run.shade, places=run.tables["cities"]))


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

    image = base64.b64encode(to_png(density_of(run))).decode()
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
