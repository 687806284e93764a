"""One HTML file: the sections of a study around its map, without a request to any URL."""

from __future__ import annotations

import base64
import zlib
from dataclasses import fields, is_dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import geobri
from geobri.report.maps import draw_map, draw_parts
from geobri.report.model import Fact, Section
from geobri.study import Study
from geobri.webmap import (
    OFFLINE_POLICY,
    is_online,
)
from geobri.webmap.assets import END_MARK, guard_block
from geobri.webmap.modules import join_modules
from geobri.webmap.packing import checksum
from geobri.webmap.page import data_block
from geobri.webmap.picture import DENSITY, lay_under
from geobri.words import Words

__all__ = ["draw_map", "render_page"]

_WORDS: Final = {
    "skip": Words("Skip to the content", "跳到正文"),
    "show": Words("Show", "显示"),
    "all": Words("all", "全部"),
    "find": Words("Find", "查找"),
    "show_all": Words("Show all", "显示全部"),
    "nothing": Words("No row matches.", "没有符合的行。"),
    "from": Words("how we know", "依据"),
    "save": Words("Save as CSV", "保存表格"),
    "packed": Words(
        "Further rows are in the tables that come with this page; here they need JavaScript.",
        "其余各行见随本页提供的表格；在本页中需启用 JavaScript。",
    ),
    "blocked": Words(
        "The scripts of this page are blocked, so there is no map and no table opens. Where a server or a frame forbids inline scripts "
        "(Content-Security-Policy), allow script-src 'unsafe-inline' for this file, or open it from disk.",
        "本页脚本被阻止，因此没有地图，表格也无法展开。若服务器或框架禁止内联脚本（Content-Security-Policy），请为此文件允许 script-src 'unsafe-inline'，或从本地磁盘打开。",
    ),
    "printed": Words(
        "rows are printed. Show all rows before printing, or see the tables that come with this page.",
        "行已打印。打印前可显示全部行，亦可查阅随本页提供的表格。",
    ),
    "made": Words(
        "Made with geobri. This page is one file and asks nothing of any network.",
        "由 geobri 生成。本页为单一文件，不请求任何网络。",
    ),
}
_FEW_ROWS: Final = 8
"""Rows beyond the first of a table up to which packing them would save nothing."""
_FEW_SIGNS: Final = 20_000
"""Signs of a payload up to which it stands in the page as it is."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("geobri.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["trusted"] = Markup  # drawings that geobri made from numbers; see geobri.report.svg
    environment.filters["pack"] = _pack
    environment.filters["sum_of"] = checksum
    environment.filters["payload_block"] = _payload_block
    return environment


def _static(name: str) -> Markup:
    return Markup(resources.files("geobri.report").joinpath("static", name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _script() -> str:
    return f"{join_modules('geobri.report', 'page')}.start();"


def _pack(markup: str) -> tuple[str, int]:
    """Pack rows of a table, whose texts the template has escaped, and say how many bytes they are."""
    raw = markup.encode()
    return base64.b64encode(zlib.compress(raw, 9, wbits=-15)).decode("ascii"), len(raw)


def _payload_block(payload: str) -> str:
    """Write what the script of a section reads, packed where that saves something."""
    if len(payload) < _FEW_SIGNS:
        return data_block(payload, "")
    packed, size = _pack(payload)
    return f'<script type="text/plain" data-packed="{size}" data-sum="{checksum(packed)}">{packed}</script>'


def _facts(study: Study) -> list[Fact]:
    countries = int(study.cities["country"].replace("", None).nunique())
    facts = [
        Fact(f"{len(study.cities):,}", Words("cities", "座城市")),
        *([Fact(f"{countries:,}", Words("countries", "个国家和地区"))] if countries > 1 else []),
        Fact(f"{len(study.corridors):,}", Words("corridors", "条城市通路")),
    ]
    shown = [measure.column for measure in study.shown("corridors") if measure.origin != "index"]
    if shown:
        ranked = int(study.corridors[shown].notna().any(axis=1).sum())
        if ranked < len(study.corridors):
            facts.append(Fact(f"{ranked:,}", Words("corridors with a value", "条有数值的通路")))
    return [*facts, *_year_shown(study)]


def _year_shown(study: Study) -> list[Fact]:
    """Say which of several years the page shows."""
    dated = next(
        (one for one in study.shown("corridors") if one.year is not None and len(one.years) > 1), None
    )
    if dated is None:
        return []
    span = f"{min(dated.years)}–{max(dated.years)}"
    return [Fact(str(dated.year), Words(f"year shown, of {span}", f"所示年份（{span}）"))]


def _retell(study: Study, made: Any) -> Any:
    """Call places what they are in everything that a page says, whatever record it stands in."""
    if isinstance(made, Words):
        return study.tell(made)
    if isinstance(made, tuple | list):
        return type(made)(_retell(study, part) for part in made)
    if is_dataclass(made) and not isinstance(made, type):
        said = {one.name: getattr(made, one.name) for one in fields(made)}
        return replace(made, **{name: _retell(study, part) for name, part in said.items()})
    return made


def _with_map(sections: list[Section]) -> list[Section]:
    """Put the map behind what is said in short, before everything else."""
    drawn = Section("map", Words("The map", "地图"), short=Words("Map", "地图"), has_map=True)
    first = [section for section in sections if section.quotes]
    return [*first, drawn, *(section for section in sections if not section.quotes)]


def _themed(study: Study) -> Markup:
    """Write the wishes of a study for its page as style; they were checked when it was read."""
    said = study.theme
    rules = [f"--wide:{said['width']}px;"] if "width" in said else []
    rules += [f'--sans:"{said["font"]}","Noto Sans CJK SC",system-ui,sans-serif;'] if "font" in said else []
    light, dark = list(rules), list(rules)
    for name, properties in (("colour", ("accent", "bar")), ("accent", ("strong",))):
        if name in said:
            light += [f"--{one}:{said[name]};" for one in properties]
            dark += [f"--{one}:color-mix(in srgb,{said[name]} 60%,white);" for one in properties]
    if "colour" in said:
        tint = ",".join(str(int(said["colour"][at : at + 2], 16)) for at in (1, 3, 5))
        light.append(f"--tint:{tint};")
    if not light:
        return Markup("")
    sheet = f":root{{{''.join(light)}}}html[data-theme=dark]{{{''.join(dark)}}}"
    sheet += f"@media(prefers-color-scheme:dark){{html[data-theme=auto]{{{''.join(dark)}}}}}"
    return Markup(sheet)  # noqa: S704 - numbers, colours and a font of letters only


def render_page(
    study: Study,
    sections: list[Section],
    *,
    lang: Literal["en", "zh"] = "en",
    theme: Literal["auto", "light", "dark"] = "auto",
    basemap: str | None = None,
    worldview: Literal["ne", "china"] = "ne",
    attribution: str | None = None,
    approval: str | None = None,
    facts: list[Fact] | None = None,
    beneath: npt.NDArray[np.uint8] | None = None,
) -> str:
    """Render the page of a study.

    Parameters
    ----------
    study
        A loaded study.
    sections
        What is said in short, then what follows the map, in reading order.
    lang, theme
        What the page opens in; the reader can switch both.
    basemap, worldview, attribution, approval
        As in `geobri.corridor_map`.
    facts
        The figures at the head; what the study holds by default.
    beneath
        A picture of the globe under the corridors of the map, as `geobri.webmap.picture.lay_under` takes it: the density of all
        pairs, where these are too many for a table.

    Returns
    -------
    str
        HTML, self-contained; the same study gives the same text.
    """
    look = {"lang": lang, "theme": theme, "basemap": basemap, "worldview": worldview}
    parts = draw_parts(study, look | {"attribution": attribution, "approval": approval})
    if beneath is not None:
        parts = lay_under(parts, beneath, alt=DENSITY)
    online = is_online(basemap)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            study=study,
            version=geobri.__version__,
            lang=lang,
            theme=theme,
            policy="" if online else Markup(OFFLINE_POLICY),  # noqa: S704 - a constant
            title={"en": study.title, "zh": study.title_zh or study.title},
            heading=Words(study.title, study.title_zh),
            source=Words(study.citation, study.citation_zh),
            facts=_retell(study, _facts(study) if facts is None else facts),
            sections=_retell(study, _with_map(sections)),
            words=_WORDS,
            few=_FEW_ROWS,
            style=_static("report.css") + _static("platform.css") + _themed(study),
            script=Markup(_script()),  # noqa: S704 - our own modules
            guard=Markup(guard_block()),  # noqa: S704
            end=Markup(END_MARK),  # noqa: S704
            map_head=Markup(parts.head),  # noqa: S704 - written by geobri.webmap, which escapes what is the user's
            map_body=Markup(parts.body),  # noqa: S704
            map_script=Markup(parts.script),  # noqa: S704
        )
    )
