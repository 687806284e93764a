"""The ranking of the cities, the strongest corridors, and one card per city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geobri.gazetteer.countries import name_country
from geobri.measures import Measure
from geobri.regions import REGION_NAMES_ZH
from geobri.report.model import Cell, Column, Fact, Profile, Row, Section, Table
from geobri.report.numbers import write_lengths, write_number
from geobri.report.terms import name_city, name_pair, name_place
from geobri.study import Study
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.score.profile import Profile as Standing

__all__ = [
    "ARROWS",
    "corridor_section",
    "name_with_unit",
    "profile_section",
    "ranking_section",
    "sort_by",
]

_MOST_CORRIDORS = 300
_MOST_PROFILES = 60
_STRONGEST = 3
ARROWS: Final = {
    "up": Words("↑"),
    "down": Words("↓"),
    "same": Words("→"),
    "new": Words("new", "新"),
    "out": Words("gone", "退出"),
}
"""What stands behind a place that changed since the last edition."""


_CHANGED = Words(
    " ↑ ↓ →: better, worse or the same since the last edition; new: not in it.",
    "↑ ↓ →：较上期上升、下降或不变；新：上期未列入。",
)


def _region(name: Any) -> Words:
    text = "" if pd.isna(name) else str(name)
    return Words(text, REGION_NAMES_ZH.get(text, text))


def _regions_of_ends(region: pd.Series[Any], pair: pd.Series[Any]) -> Words:
    """Name the regions of a corridor in the order of its ends, as its name has them; within a region it stands once."""
    if pd.isna(pair["region_pair"]):
        return Words("")
    ends = [_region(end) for end in dict.fromkeys(region.loc[[pair["origin"], pair["destination"]]])]
    return Words(" – ".join(end.en for end in ends), " – ".join(end.zh for end in ends))


def _number(value: Any) -> str:
    return "" if value is None or pd.isna(value) else write_number(float(str(value)))


def strengths(column: pd.Series[Any], value: Measure) -> pd.Series[Any]:
    """Place values between 0 (weakest) and 1 (strongest).

    Parameters
    ----------
    column
        Ranks or scores, NaN where unknown.
    value
        What they are: rank 1 is strongest, of scores the largest.

    Returns
    -------
    pandas.Series
        Between 0 and 1, missing where the value is.
    """
    numbers = pd.to_numeric(column, errors="coerce").astype("Float64")
    low, high = numbers.min(), numbers.max()
    if pd.isna(low) or low == high:
        return numbers.where(numbers.isna(), 1.0)
    share = (numbers - low) / (high - low)
    return 1 - share if value.direction < 0 else share


def _share(share: Any) -> float | None:
    return None if pd.isna(share) else float(share)


def _value_cells(frame: pd.DataFrame, values: Sequence[Measure]) -> dict[str, list[Cell]]:
    cells = {}
    for value in values:
        strength = strengths(frame[value.column], value)
        cells[value.column] = [
            Cell(
                _with_arrow(_number(number), change),
                None if pd.isna(number) else float(number),
                None if pd.isna(share) or not value.has_order else float(share),
            )
            for number, share, change in zip(
                frame[value.column], strength, _changes(frame, value), strict=True
            )
        ]
    return cells


def _changes(frame: pd.DataFrame, value: Measure) -> pd.Series[Any]:
    """Give how each place changed since the last edition, where a column says so."""
    return frame[value.change] if value.change in frame.columns else pd.Series("", index=frame.index)


def _with_arrow(number: str, change: object) -> Words:
    """Write a place with what became of it: an arrow, or that it is new."""
    arrow = ARROWS.get(str(change), Words(""))
    return Words(f"{number} {arrow.en}", f"{number} {arrow.zh}") if number and arrow.en else Words(number)


def _value_columns(values: Sequence[Measure]) -> list[Column]:
    return [Column(name_with_unit(value), "number") for value in values]


def name_with_unit(measure: Measure) -> Words:
    """Name a measure as a table or an axis heads it.

    Parameters
    ----------
    measure
        What is shown.

    Returns
    -------
    Words
        Its label, and its unit in brackets where the label does not say it.
    """
    called = (measure.label, measure.unit, " ({})"), (measure.label_zh, measure.unit_zh, "（{}）")
    en, zh = (
        label + brackets.format(unit) if unit and unit.lower() not in label.lower() else label
        for label, unit, brackets in called
    )
    return Words(en, zh)


def _numeric(values: Sequence[Measure], frame: pd.DataFrame) -> list[Measure]:
    return [
        value
        for value in values
        if (value.is_rank or value.is_number)
        and value.column in frame.columns
        and frame[value.column].notna().any()
    ]


def sort_by(frame: pd.DataFrame, value: Measure) -> pd.DataFrame:
    """Sort a table, the strongest first.

    Parameters
    ----------
    frame
        The table.
    value
        By which measure.

    Returns
    -------
    pandas.DataFrame
        Its rows; those without a value come last.
    """
    return frame.sort_values(value.column, ascending=value.direction < 0, na_position="last", kind="stable")


def ranking_section(study: Study) -> Section | None:
    """Make the ranking of the cities.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None when no city has a value.
    """
    values = _numeric(study.shown("cities"), study.cities)
    if not values:
        return None
    cities = sort_by(pd.DataFrame(study.cities.drop(columns="geometry")), values[0])
    cells = _value_cells(cities, values)
    changed = any(one.change in cities.columns for one in values)
    rows = [
        Row(
            (
                Cell(name_city(city)),
                Cell(name_country(city["country"])),
                Cell(_region(city["region"])),
                *(cells[value.column][at] for value in values),
            ),
            cities=(str(slug),),
            group=_region(city["region"]).en,
        )
        for at, (slug, city) in enumerate(cities.iterrows())
    ]
    columns = [
        Column(Words("City", "城市")),
        Column(Words("Country or region", "国家/地区")),
        Column(Words("World region", "区域")),
    ]
    regions = sorted({row.group for row in rows if row.group})
    table = Table(
        "ranking",
        Words(
            "Cities; a darker cell is stronger. Choose a row to see the city on the map."
            + (_CHANGED.en if changed else ""),
            "城市排序；颜色越深越强。点选一行可在地图上查看该城市。" + (_CHANGED.zh if changed else ""),
        ),
        (*columns, *_value_columns(values)),
        tuple(rows),
        groups=tuple((region, _region(region)) for region in regions),
        searchable=True,
    )
    return Section(
        "cities", Words("Ranking of the cities", "城市排序"), short=Words("Cities", "城市"), tables=(table,)
    )


def corridor_section(study: Study) -> Section | None:
    """Make the table of the strongest corridors.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None when no corridor has a value.
    """
    values = _numeric(study.shown("corridors"), study.corridors)
    if not values:
        return None
    columns = [value.column for value in values]
    with_value = study.corridors[study.corridors[columns].notna().any(axis=1)]
    corridors = sort_by(pd.DataFrame(with_value.drop(columns="geometry")), values[0]).head(_MOST_CORRIDORS)
    cells, lengths = _value_cells(corridors, values), write_lengths(corridors["distance_km"])
    rows = []
    for at, (corridor, pair) in enumerate(corridors.iterrows()):
        distance = Cell(Words(lengths[at]), float(pair["distance_km"]))
        regions = Cell(_regions_of_ends(study.cities["region"], pair))
        rows.append(
            Row(
                (
                    Cell(name_pair(study, pair)),
                    regions,
                    distance,
                    *(cells[value.column][at] for value in values),
                ),
                corridors=(str(corridor),),
            )
        )
    heading = [
        Column(Words("Corridor", "通路")),
        Column(Words("World regions", "区域")),
        Column(Words("km", "公里"), "number"),
    ]
    missing = len(study.corridors) - len(with_value)
    note = Words(
        f"{missing:,} of {len(study.corridors):,} corridors have no value in the source; they are missing, not zero.",
        f"{len(study.corridors):,} 条通路中有 {missing:,} 条在来源中没有数值：是缺失，而不是零。",
    )
    table = Table(
        "corridor-table",
        Words("Corridors with a value", "有数值的通路"),
        (*heading, *_value_columns(values)),
        tuple(rows),
        searchable=True,
    )
    return Section(
        "corridors", Words("Corridors", "城市通路"), tables=(table,), notes=(note,) if missing else ()
    )


def _profile(
    city: pd.Series[Any],
    own: pd.Series[Any],
    study: Study,
    values: Sequence[Measure],
    corridors: pd.DataFrame,
    *,
    nodes: pd.DataFrame | None,
) -> Profile:
    slug = str(city.name)
    first, *others = values
    standing = _standing(slug, study)
    bars = tuple(
        (Words(value.label, value.label_zh), _number(city[value.column]), _share(own[value.column]))
        for value in others
    )
    if standing is not None and nodes is not None:
        bars = _node_bars(standing, study, nodes)
    facts = (Fact(_number(city[first.column]) or "–", Words(first.label, first.label_zh)),)
    country = name_country(city["country"])
    region = _region(city["region"])
    place = country
    if region.en and region.en != country.en:  # China is a region of its own
        place = Words(f"{country.en} · {region.en}", f"{country.zh} · {region.zh}") if country.en else region
    said = () if standing is None or nodes is None else (_say_standing(slug, study, standing, nodes),)
    notes = (*said, *_strongest(slug, study, corridors), *_own_note(study, city))
    return Profile(slug, name_city(city), place, facts, bars, notes, _own_link(study, city))


def _own_note(study: Study, city: pd.Series[Any]) -> tuple[Words, ...]:
    """Give what the owner of a study noted of a city; notes of the built-in data are about cells of a table."""
    note, chinese = ("" if pd.isna(text) else str(text) for text in (city.get("note"), city.get("note_zh")))
    return (Words(note or chinese, chinese),) if not study.published and (note or chinese) else ()


def _own_link(study: Study, city: pd.Series[Any]) -> str:
    """Give the address that the owner of a study noted of a city; nothing but addresses of the web, for others could run."""
    said = city.get("url")
    link = "" if pd.isna(said) or study.published else str(said).strip()
    return link if link.startswith(("http://", "https://")) else ""


def _standing(slug: str, study: Study) -> Standing | None:
    """Give the profile of a city in the index of its study."""
    if study.scores is None or slug not in study.scores.cities.index:
        return None
    from geobri.score.profile import profile_city

    regions = study.cities["region"]
    groups = regions if regions.notna().any() else None
    return profile_city(study.scores, slug, groups=groups, partners=False)


def _node_bars(
    standing: Standing, study: Study, nodes: pd.DataFrame
) -> tuple[tuple[Words, str, float | None], ...]:
    """Draw the score of each part of the index between those of the weakest and the strongest city, with its rank."""
    assert study.scores is not None
    titles = nodes.set_index("node")
    bars = []
    for row in standing.table.iloc[1:].to_dict("records"):
        node, place = str(row["node"]), row["rank"]
        share = _strength(study.scores.cities[node], float(row["score"]))
        printed = "" if pd.isna(place) else f"{row['score']:.1f} (#{place}/{row['of']})"
        bars.append((Words(titles["title"][node], titles["title_zh"][node]), printed, share))
    return tuple(bars)


def _strength(scores: pd.Series[Any], own: float) -> float | None:
    low, high = float(scores.min()), float(scores.max())
    return None if np.isnan(own) else (own - low) / (high - low) if high > low else 1.0


def _say_standing(slug: str, study: Study, profile: Standing, nodes: pd.DataFrame) -> Words:
    """Say rank, rank in the region, best and worst part of the index, in one sentence."""
    regions = study.cities["region"]
    city, region = name_place(study, slug), _region(regions[slug])
    english = dict(zip(nodes["node"], nodes["title"], strict=True)) | {
        slug: city.en,
        profile.group: region.en,
    }
    chinese = dict(zip(nodes["node"], nodes["title_zh"], strict=True)) | {
        slug: city.zh,
        profile.group: region.zh,
    }
    return Words(profile.summary("en", names=english), profile.summary("zh", names=chinese))


def _from_strongest(study: Study) -> pd.DataFrame:
    """Give both ends of the corridors with a value, the strongest first; none where the source has no values."""
    values = _numeric(study.shown("corridors"), study.corridors)
    ends = ["origin", "destination"]
    if not values:
        return pd.DataFrame(columns=ends)
    known = pd.DataFrame(study.corridors[[*ends, values[0].column]]).dropna()
    return sort_by(known, values[0])[ends].astype(object)


def _strongest(slug: str, study: Study, corridors: pd.DataFrame) -> list[Words]:
    """Name the strongest corridors of a city, as far as the source ranks them."""
    best = corridors[(corridors["origin"] == slug) | (corridors["destination"] == slug)]
    partners = best["destination"].where(best["origin"] == slug, best["origin"])
    others = partners.drop_duplicates().head(_STRONGEST)  # there and back are one partner
    if others.empty:
        return []
    named = [name_place(study, other) for other in others]
    return [
        Words(
            "Strongest corridors: " + ", ".join(name.en for name in named),
            "最强通路：" + "、".join(name.zh for name in named),
        )
    ]


def profile_section(study: Study) -> Section | None:
    """Make one card per city: its ranks, where it is strong, and its strongest corridors.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None when no city has a value; the first 60 cities otherwise.
    """
    values = _numeric(study.shown("cities"), study.cities)
    if not values:
        return None
    cities = pd.DataFrame(study.cities.drop(columns="geometry"))
    shares = pd.DataFrame({value.column: strengths(cities[value.column], value) for value in values})
    ranked = sort_by(cities[cities[values[0].column].notna()], values[0]).head(_MOST_PROFILES)
    corridors = _from_strongest(study)
    nodes = None if study.scores is None else study.scores.nodes()
    cards = tuple(
        _profile(city, own, study, values, corridors, nodes=nodes)
        for (_, city), (_, own) in zip(ranked.iterrows(), shares.loc[ranked.index].iterrows(), strict=True)
    )
    return Section(
        "profiles", Words("City profiles", "城市画像"), short=Words("Profiles", "画像"), profiles=cards
    )
