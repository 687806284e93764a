"""From the parts of a folder to a study: what the columns mean, which year, which pairs, and the account of it all.

The order is the way of a row: declared or inferred meaning, flows of a city with itself set apart, both ways of an
undirected pair put together, the year that a measure shows, the pairs of the study, zeros where no row means none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.cities import tell_names_apart
from geobri.corridors import build_corridors, order_pairs
from geobri.errors import StudyError, mould
from geobri.measures import Level, Measure, Taken, infer_measure
from geobri.study.account import Entry, count_entry, sums_that_mean
from geobri.study.columns import columns_of, split_rows, split_values
from geobri.study.index import settle_domestic
from geobri.study.model import MOST_FIELDS, MOST_SHOWN, Domain, Study
from geobri.study.pairs import choose_year, count_pairs
from geobri.study.provenance import list_provenance
from geobri.study.reading import FolderParts
from geobri.study.years import count_years, year_to_show
from geobri.tables import CITY_COLUMNS, mark_repeated
from geobri.words import PlaceWords, Words

if TYPE_CHECKING:
    from geobri.score import IndexSpec

__all__ = ["assemble", "name_flows"]

_MOST_PAIRS: Final = 10_000_000
_BYTES_PER_CORRIDOR: Final = 1_000
"""A line of 20 vertices as an object, two slugs, an id and some numbers."""

_NOT_SAID: Final = Words(
    "neither study.toml nor the index says what a pair without a row means (if there is none: zero)",
    "study.toml 与指数均未说明无记录的城市对是什么意思（若为没有：zero）",
)
_SHOWN: Final = (*CITY_COLUMNS, "geometry", "note", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flows:
    """The flows on their way: rows, measures, and what was said and counted."""

    rows: pd.DataFrame
    own: pd.DataFrame
    measures: tuple[Measure, ...]
    account: tuple[Entry, ...]
    taken: tuple[Taken, ...]
    cautions: tuple[Words, ...]


def assemble(
    folder: Path,
    parts: FolderParts,
    cities: gpd.GeoDataFrame,
    spec: IndexSpec | None,
    *,
    year: int | None = None,
    draw: bool = True,
) -> Study:
    """Put the parts of a folder together.

    Parameters
    ----------
    folder
        Where they were read.
    parts
        Settings, flows, declarations and the account so far, without fault.
    cities
        The table of cities.
    spec
        The specification of the index, which says what its indicators mean; None when there is none.
    year
        The year to show; `year` of `study.toml`, else the latest of each measure, by default.
    draw
        Whether corridors are made; without, their table is empty, for studies whose pairs do not fit into memory.

    Returns
    -------
    Study
        Without scores yet.

    Raises
    ------
    StudyError
        If corridors of more pairs were to be made than fit into memory.
    """
    settings, cities = parts.settings, tell_names_apart(cities)
    directed = bool(settings.get("directed", False))
    flows = _take_flows(parts, spec, year if year is not None else settings.get("year"))
    pairs, domain, taken = _choose_pairs(settings, cities, flows)
    spec = None if spec is None else settle_domestic(spec, domain)[0]
    city_measures, city_taken = _city_measures(parts, spec, cities)
    if draw:
        _check_fits(cities, pairs, directed=directed)
        drawn, entries = _draw(cities, flows, pairs, domain, spec, directed=directed)
    else:
        drawn, entries = build_corridors(cities, pairs=pd.DataFrame(columns=["origin", "destination"])), []
    measures = () if flows is None else flows.measures
    account = sums_that_mean((*parts.account, *(() if flows is None else flows.account), *entries), measures)
    return Study(
        cities=cities,
        corridors=drawn,
        flows=None if flows is None else _plain_words(flows.rows),
        memberships=parts.memberships,
        own_flows=None if flows is None or flows.own.empty else _plain_words(flows.own),
        city_measures=city_measures,
        corridor_measures=measures,
        domain=domain,
        directed=directed,
        account=account,
        taken=(*parts.taken, *city_taken, *(() if flows is None else flows.taken), *taken),
        cautions=(
            *parts.cautions,
            *(() if flows is None else flows.cautions),
            *_say_too_wide(city_measures, flows),
        ),
        outlines=parts.outlines,
        folder=folder,
        **_as_said(settings, folder),
    )


def _as_said(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Give what `study.toml` says of the study as a whole, by the fields of the study."""
    index = settings.get("index")
    return {
        "name": folder.resolve().name,
        "title": settings.get("title", folder.resolve().name),
        "title_zh": settings.get("title_zh", ""),
        "language": "zh" if settings.get("language") == "zh" else "en",
        "specification": folder / index if isinstance(index, str) and (folder / index).is_file() else index,
        "citation": settings.get("attribution", settings.get("citation", "")),
        "citation_zh": settings.get("attribution_zh", settings.get("citation_zh", "")),
        "licence": settings.get("licence", ""),
        "licence_zh": settings.get("licence_zh", ""),
        "theme": settings.get("theme", {}),
        "notes": _notes(settings, "notes"),
        "notes_zh": _notes(settings, "notes_zh"),
        "strata": settings.get("strata", ""),
        "keeps_own": settings.get("self_flows") == "keep",
        "validate_against": settings.get("validate_against", ""),
        "words": PlaceWords.from_settings(settings.get("words", {})),
        "views": tuple(settings.get("view", ())),
        "sources": list_provenance(settings.get("source", [])),
    }


def _plain_words(flows: pd.DataFrame) -> pd.DataFrame:
    """Write names as text: while a study is read they are categories, which are compared by their numbers."""
    return flows.assign(
        **{name: _plain_column(flows[name]) for name in ("indicator", "origin", "destination")}
    )


def _plain_column(names: pd.Series) -> pd.Series:
    if not isinstance(names.dtype, pd.CategoricalDtype):
        return names.astype("str")
    texts = names.cat.categories.astype("str").array.take(names.cat.codes.to_numpy(), allow_fill=True)
    return pd.Series(texts, index=names.index)


def _say_too_wide(city_measures: tuple[Measure, ...], flows: _Flows | None) -> list[Words]:
    tables = {
        Words("cities", "城市"): len(city_measures),
        Words("corridors", "城市通路"): 0 if flows is None else len(flows.measures),
    }
    return [
        Words(
            f"Of {n:,} measures of the {of.en}, page and map offer the first {MOST_SHOWN}, a GeoPackage holds {MOST_FIELDS:,} columns, the other tables hold all. "
            "Those named with [[measure]] in study.toml come first.",
            f"{of.zh}共有{n:,}项指标，页面与地图只列出前{MOST_SHOWN}项，GeoPackage最多{MOST_FIELDS}列，其余数据表保留全部；study.toml中以[[measure]]列出的指标排在前面。",
        )
        for of, n in tables.items()
        if n > MOST_SHOWN
    ]


def _check_fits(cities: pd.DataFrame, pairs: str, *, directed: bool) -> None:
    """Say before work starts that the corridors of so many cities do not fit."""
    if pairs == "flows":
        return
    n = count_pairs(cities, "international" if pairs == "international" else "all", directed=directed)
    if n > _MOST_PAIRS:
        wanted = f"a study in memory has at most {_MOST_PAIRS:,} corridors"
        came = (
            f"{n:,} of {len(cities):,} cities, about {n * _BYTES_PER_CORRIDOR / 1e9:,.0f} GB with their lines"
        )
        remedy = 'Run geobri scale --out FOLDER (or with --reduce), or draw only pairs with a flow: pairs = "flows"'
        raise StudyError(mould("load_study", wanted, came, remedy))


def _notes(settings: Mapping[str, Any], name: str) -> tuple[str, ...]:
    notes = settings.get(name, [])
    return (notes,) if isinstance(notes, str) else tuple(str(note) for note in notes)


# What the columns mean


def _declared(parts: FolderParts, spec: IndexSpec | None, column: str, of: Level) -> dict[str, Any]:
    """Gather what index and study say of a column; the study has the last word."""
    places = () if parts.cities is None else parts.cities.columns
    long = of == "corridors" and column not in parts.meanings and "value" not in places  # all in one column
    said: dict[str, Any] = dict(parts.meanings.get("value" if long else column, {}))
    leaf = None if spec is None else next((one for one in spec.indicators if one.read_from == column), None)
    if leaf is not None and (leaf.kind == "city") == (of == "cities"):
        said |= {"label": leaf.title, "label_zh": leaf.title_zh, "source": leaf.source}
        said |= {"unit": leaf.unit, "unit_zh": leaf.unit_zh} if leaf.unit else {}
        said["better"] = "high" if leaf.direction > 0 else "low"
        if leaf.absent == "zero":
            said["absent"] = "zero"
        if leaf.directed:
            said["directed"] = True
        said = {name: value for name, value in said.items() if value}
    for entry in parts.said:
        if entry["column"] == column and entry.get("of", of) == of:
            said |= entry
    return said


def _order(columns: Iterable[str], parts: FolderParts, spec: IndexSpec | None) -> list[str]:
    """Columns as `study.toml` names them, then as the index does, then as they stand."""
    met = dict.fromkeys(columns)
    named = [entry["column"] for entry in parts.said]
    named += [] if spec is None else [leaf.read_from for leaf in spec.indicators]
    return [name for name in dict.fromkeys([*named, *met]) if name in met]


def _city_measures(
    parts: FolderParts, spec: IndexSpec | None, cities: gpd.GeoDataFrame
) -> tuple[tuple[Measure, ...], list[Taken]]:
    """Return the measures of cities: columns of numbers and those declared, with what was taken of each."""
    declared = {entry["column"] for entry in parts.said if entry.get("of", "cities") == "cities"}
    columns = {
        str(name): column
        for name, column in pd.DataFrame(cities.drop(columns=["geometry"])).items()
        if name not in _SHOWN
        and (name in declared or (pd.api.types.is_numeric_dtype(column) and column.notna().any()))
    }
    found = [
        infer_measure(columns[name], of="cities", said=_declared(parts, spec, name, "cities"))
        for name in _order(columns, parts, spec)
    ]
    return tuple(measure for measure, _ in found), [taken for _, taken in found if taken is not None]


def name_flows(
    parts: FolderParts, spec: IndexSpec | None, *, year: int | None = None
) -> tuple[tuple[Measure, ...], list[Taken]]:
    """Say what the indicators of the flows mean.

    Parameters
    ----------
    parts
        Flows and declarations.
    spec
        The specification of the index, or None.
    year
        The year to show; the latest of each by default, and the latest before it where there is none of that year.

    Returns
    -------
    tuple of tuple of Measure and list of Taken
        In the order of declaration, and what was inferred.
    """
    assert parts.flows is not None
    default = bool(parts.settings.get("directed", False))
    measures, inferred = [], []
    flows, values = parts.flows, parts.flows["value"].array
    places = flows.groupby("indicator", sort=False, observed=True).indices
    for name in _order(map(str, places), parts, spec):
        at = np.asarray(places[name])
        said = {"directed": default, **_declared(parts, spec, name, "corridors")}
        years = (
            tuple(sorted({int(one) for one in flows["year"].iloc[at].dropna()})) if "year" in flows else ()
        )
        measure, taken = infer_measure(pd.Series(values[at], name=name), of="corridors", said=said)
        measures.append(replace(measure, years=years, year=year_to_show(years, said.get("year", year))))
        inferred += [] if taken is None else [taken]
        if "absent" not in said and measure.adds_up and not parts.lenient:  # of tables it is said once
            inferred.append(Taken(column=Words(name), taken=Words("absent = missing"), because=_NOT_SAID))
    return tuple(measures), inferred


# The way of a row


def _take_flows(parts: FolderParts, spec: IndexSpec | None, year: int | None) -> _Flows | None:
    """Return the flows of a study with their measures, and count what does not go into them."""
    if parts.flows is None:
        return None
    measures, taken = name_flows(parts, spec, year=year)
    own = (parts.flows["origin"] == parts.flows["destination"]).to_numpy(dtype=bool)
    apart = parts.flows[own].reset_index(drop=True)
    of_itself = split_values(apart)
    account = [entry for one in measures for entry in count_entry(one.column, "self", of_itself(one))]
    rows, doubled = _turn(parts.flows[~own], measures)
    account += doubled
    cautions = _say_directions(measures, directed=bool(parts.settings.get("directed", False)))
    rows_of = split_rows(rows)
    for measure in (one for one in measures if one.year is not None):
        entries, said = count_years(rows_of(measure), measure, chosen=year)
        account += entries
        cautions += said
    return _Flows(
        rows=rows.reset_index(drop=True),
        own=apart,
        measures=measures,
        account=tuple(account),
        taken=tuple(taken),
        cautions=tuple(cautions),
    )


def _say_directions(measures: tuple[Measure, ...], *, directed: bool) -> list[Words]:
    """Say how measures of both kinds stand in one table of corridors."""
    said = []
    for measure in measures:
        if directed and not measure.directed:
            said.append(
                Words(
                    f"{measure.label} has no direction: it stands on both directions of a corridor, and is tested once per pair.",
                    f"{measure.label_zh}不分方向：在通路的两个方向上数值相同，检验时每对城市只计一次。",
                )
            )
        if measure.directed and not directed:
            said.append(
                Words(
                    f"{measure.label} runs from origin to destination: corridors show the sum of both directions, and it is "
                    "tested in both.",
                    f"{measure.label_zh}有方向：通路显示两个方向之和，检验时两个方向分别计入。",
                )
            )
    return said


def _turn(flows: pd.DataFrame, measures: tuple[Measure, ...]) -> tuple[pd.DataFrame, list[Entry]]:
    """Write undirected pairs one way round, and count the rows that only repeat their pair."""
    both_ways = {measure.column for measure in measures if not measure.directed}
    undirected = flows["indicator"].isin(both_ways).to_numpy(dtype=bool)
    turned = order_pairs(flows[undirected])
    again = mark_repeated(turned, [name for name in turned.columns if name != "value"])
    entries = [
        entry
        for name, values in turned["value"][again].groupby(
            turned["indicator"][again], sort=False, observed=True
        )
        for entry in count_entry(str(name), "double", values)
    ]
    return pd.concat([turned[~again], flows[~undirected]]).sort_index(), entries


# The pairs of the study


def _choose_pairs(
    settings: Mapping[str, Any], cities: gpd.GeoDataFrame, flows: _Flows | None
) -> tuple[str, Domain, list[Taken]]:
    """Say which pairs are drawn, and which could have had a row."""
    placed = bool(cities["country"].notna().all())
    abroad = placed and len(cities["country"].unique()) > 1
    which = settings.get("pairs") or ("flows" if flows is not None else "international" if abroad else "all")
    if "domain" in settings:
        said: Domain = settings["domain"]
        return which, said, []
    if which != "flows":
        return which, "international" if which == "international" else "all", []
    domain: Domain = "all"
    if flows is not None and _inside(flows.rows, cities).any():
        because = Words("pairs inside a country are listed", "列有一国之内的城市对")
    elif abroad:
        domain, because = (
            "international",
            Words("no pair inside a country is listed", "未列一国之内的城市对"),
        )
    else:
        because = _say_countries(cities["country"])
    taken = Words(f"domain = {domain}")
    return which, domain, [Taken(column=Words("pairs", "城市对"), taken=taken, because=because)]


def _say_countries(country: pd.Series[Any]) -> Words:
    """Say of which countries the places are, where these do not tell pairs within a country from others."""
    if country.notna().all():
        return Words("all cities are of one country", "所有城市同属一国")
    if country.isna().all():
        return Words("no city has a country", "没有城市注明国家/地区")
    n = int(country.isna().sum())
    return Words(
        f"{n:,} of {len(country):,} cities have no country",
        f"{len(country):,} 座城市中有 {n:,} 座未注明国家/地区",
    )


def _inside(flows: pd.DataFrame, cities: gpd.GeoDataFrame) -> pd.Series[bool]:
    country = pd.factorize(cities["country"])[0]
    ends = []
    for name in ("origin", "destination"):
        codes, labels = pd.factorize(flows[name])
        place = cities.index.get_indexer(pd.Index(labels))
        ends.append(np.append(np.where(place >= 0, country[place], -1), -1)[codes])
    return pd.Series((ends[0] == ends[1]) & (ends[0] >= 0), index=flows.index)


def _draw(
    cities: gpd.GeoDataFrame,
    flows: _Flows | None,
    pairs: str,
    domain: Domain,
    spec: IndexSpec | None,
    *,
    directed: bool,
) -> tuple[gpd.GeoDataFrame, list[Entry]]:
    """Build the corridors with their measures, and count what became of the rows."""
    if flows is None:
        return build_corridors(
            cities, pairs="all" if pairs == "all" else "international", directed=directed
        ), []
    shown = choose_year(flows.rows, flows.measures)
    inside = _inside(shown, cities).to_numpy(dtype=bool)
    kept = shown[~inside] if pairs == "international" else shown
    entries = _count_used(shown, inside, flows.measures, spec, leaves_out=pairs == "international")
    if pairs == "flows":
        built = build_corridors(
            cities, pairs=_listed(kept, flows.measures, directed=directed), directed=directed
        )
    else:
        built = build_corridors(cities, pairs="all" if pairs == "all" else "international", directed=directed)
    columns = columns_of(kept, flows.measures, built, cities, directed=directed)
    if domain != "listed":
        entries += _count_filled(kept, flows.measures, cities, domain)
    own = built.drop(columns=[name for name in columns if name in built.columns])
    return own.join(pd.DataFrame(columns, index=built.index)), entries


def _listed(rows: pd.DataFrame, measures: tuple[Measure, ...], *, directed: bool) -> pd.DataFrame:
    """List the pairs that have a row; in a directed study an undirected pair runs both ways."""
    ends = rows[["origin", "destination"]]
    if directed:
        undirected = rows["indicator"].isin([one.column for one in measures if not one.directed])
        back = ends[undirected.to_numpy(dtype=bool)].rename(
            columns={"origin": "destination", "destination": "origin"}
        )
        ends = pd.concat([ends, back])
    else:
        ends = order_pairs(ends)
    return ends.drop_duplicates()


def _count_used(
    shown: pd.DataFrame,
    inside: Any,
    measures: tuple[Measure, ...],
    spec: IndexSpec | None,
    *,
    leaves_out: bool,
) -> list[Entry]:
    """Count the values of each measure that a page or a score uses, and those that it does not."""
    entries: list[Entry] = []
    scored = set() if spec is None else {leaf.read_from for leaf in spec.indicators}
    index_only = spec is not None and spec.choices.domestic == "exclude" and not leaves_out
    within, across, values_of = (split_values(rows) for rows in (shown[inside], shown[~inside], shown))
    for measure in measures:
        if leaves_out:
            entries += count_entry(measure.column, "domestic", within(measure))
        elif index_only and measure.column in scored:
            entries += count_entry(measure.column, "unscored", within(measure))
        entries += count_entry(
            measure.column, "used", (across if leaves_out else values_of)(measure).dropna()
        )
    return entries


def _count_filled(
    rows: pd.DataFrame, measures: tuple[Measure, ...], cities: gpd.GeoDataFrame, domain: Domain
) -> list[Entry]:
    entries = []
    n_rows = rows["indicator"].value_counts()
    for measure in measures:
        if measure.absent == "zero":
            listed = int(n_rows.get(measure.column, 0))
            filled = max(count_pairs(cities, domain, directed=measure.directed) - listed, 0)
            entries += [Entry(measure.column, "filled", filled, 0.0)] if filled else []
    return entries
