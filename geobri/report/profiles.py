"""One card per city: its ranks, where it is strong, and its strongest corridors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geobri.gazetteer.countries import name_country
from geobri.measures import Measure
from geobri.report.model import Fact, Profile, Section
from geobri.report.numbers import write_known
from geobri.report.ranking import list_numbers, sort_by, strengths
from geobri.report.terms import name_city, name_place, name_region
from geobri.study import Study
from geobri.words import Words, list_words

if TYPE_CHECKING:
    from geobri.score.profile import Profile as Standing

__all__ = ["profile_section"]

_MOST_PROFILES = 60
_STRONGEST = 3


def _profile(
    city: pd.Series[Any],
    own: pd.Series[Any],
    study: Study,
    values: Sequence[Measure],
    corridors: pd.DataFrame,
    *,
    nodes: pd.DataFrame | None,
) -> Profile:
    """Gather what the page says of one city: its places, its bars and its first corridors."""
    slug = str(city.name)
    first, *others = values
    standing = _standing(slug, study)
    bars = tuple(
        (Words(value.label, value.label_zh), write_known(city[value.column]), _share(own[value.column]))
        for value in others
    )
    if standing is not None and nodes is not None:
        bars = _node_bars(standing, study, nodes)
    facts = (Fact(write_known(city[first.column]) or "–", Words(first.label, first.label_zh)),)
    country = name_country(city["country"])
    region = name_region(city["region"])
    place = country
    if region.en and region.en != country.en:  # China is a region of its own
        place = Words(f"{country.en} · {region.en}", f"{country.zh} · {region.zh}") if country.en else region
    said = () if standing is None or nodes is None else (_say_standing(slug, study, standing, nodes),)
    notes = (*said, *_strongest(slug, study, corridors), *_own_note(study, city))
    return Profile(slug, name_city(city), place, facts, bars, notes, _own_link(study, city))


def _share(share: Any) -> float | None:
    return None if pd.isna(share) else float(share)


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
    city, region = name_place(study, slug), name_region(regions[slug])
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
    values = list_numbers(study.shown("corridors"), study.corridors)
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
    return [
        Words("Strongest corridors: ", "最强通路：")
        + list_words(name_place(study, other) for other in others)
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
    values = list_numbers(study.shown("cities"), study.cities)
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
