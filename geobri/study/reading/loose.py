"""A study from tables as they lie there: one file or several, in any order, or frames; places and pairs are told by what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import pandas as pd
import pyproj

from geobri.errors import GeobriError
from geobri.measures import Taken, label_column
from geobri.study.account import Entry
from geobri.study.model import StudyFault
from geobri.study.reading.cities import build_places
from geobri.study.reading.ends import Ends, find_ends, ids_of_points, places_of_ends
from geobri.study.reading.filling import fill_places
from geobri.study.reading.flows import is_matrix, match_names, melt_matrix, read_flows
from geobri.study.reading.parts import FolderParts, read_sheets_or_note
from geobri.study.reading.recognition import as_ids, collect_labels, holds_numbers
from geobri.study.reading.sources import outlines_of, read_outlines
from geobri.study.reading.tables import plain_cells, tidy_column_names, to_numbers
from geobri.units import LONLAT_CRS

__all__ = ["Hints", "read_files", "read_frames"]

_STAMP: Final = re.compile(r"^(\d{4})[-/.]\d{1,2}([-/.]\d{1,2})?([ T]\d|$)|^\d{1,2}[-/.]\d{1,2}[-/.]\d{4} \d")
_DATE: Final = re.compile(r"^(\d{4})([-/.]?\d{1,2}){0,2}([ T].*)?$")
_PLAIN: Final = ("indicator", "origin", "destination", "year")
_NO_NAMES: Final = 0.5
_FEW_WORDS: Final = 50
"""A column of at most so many words may say of which kind a row is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the user says of tables that geobri would have to guess at.

    Attributes
    ----------
    origin, destination
        Columns of the ends of a pair.
    value
        Column that is looked at first; where several rows speak of one pair, it is added up.
    place, lon, lat
        Columns of the table of places: its ids, its coordinates.
    year
        Column of years, or of dates whose years are taken.
    crs
        Reference system of coordinates that stand in columns, as in ``EPSG:27700``.
    directed
        Whether there and back may differ; None for what the numbers say.
    absent
        What a pair without a row means; None leaves it missing, and says so.
    count
        Whether rows are counted, though they hold numbers.
    drop_unknown
        Whether rows are left out, and counted, whose ends are no known places.
    country
        Country in which names are looked up.
    fill
        What is filled from coordinates: ``country``, ``region``, ``coast``.
    call
        What the places are, as in ``zone``, or ``county,counties,县``; places, unless a heading says city.
    """

    origin: str = ""
    destination: str = ""
    value: str = ""
    place: str = ""
    lon: str = ""
    lat: str = ""
    year: str = ""
    crs: str = ""
    directed: bool | None = None
    absent: Literal["missing", "zero"] | None = None
    count: bool = False
    drop_unknown: bool = False
    country: str = ""
    fill: tuple[str, ...] = ()
    call: str = ""

    @property
    def renamed(self) -> dict[str, str]:
        """Ours by theirs, as the readers of tables take them."""
        ours = {"origin": self.origin, "destination": self.destination, "city": self.place}
        ours |= {"lon": self.lon, "lat": self.lat, "year": self.year}
        said = {theirs: name for name, theirs in ours.items() if theirs}
        return said | ({self.value: self.value} if self.value and self.value not in said else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One table on the way, and where it came from."""

    file: Path
    sheet: str
    rows: pd.DataFrame
    ends: Ends = Ends()  # noqa: RUF009 - frozen

    @property
    def is_pairs(self) -> bool:
        """Whether it is a table of pairs."""
        return self.ends.found or is_matrix(self.rows)


def read_files(files: Iterable[Path], hints: Hints, *, settled: Path | None = None) -> FolderParts:
    """Read the files of a study in any order.

    Parameters
    ----------
    files
        Plain files, as `unpack` gives them.
    hints
        What the user said.
    settled
        Table that says which places names mean, or None.

    Returns
    -------
    FolderParts
        Places, pairs and outlines, and what was recognised; faults name the option that decides.
    """
    parts = FolderParts(lenient=True)
    tables: list[_Table] = []
    shapes: dict[Path, gpd.GeoDataFrame] = {}
    for file in files:
        sheets = read_sheets_or_note(file, hints.renamed, parts)
        tables += [_Table(file=file, sheet=name, rows=rows) for name, rows in sheets.items()]
        try:
            outlines = read_outlines(file) if sheets else None
        except GeobriError:  # the table could be read; without outlines it is a table of points
            outlines = None
        if outlines is not None:
            shapes[file] = outlines
    if settled is not None:
        parts.settled = next(iter(read_sheets_or_note(settled, {}, parts).values()), None)
    return _put_together(tables, shapes, hints, parts)


def read_frames(
    frames: Mapping[str, pd.DataFrame], hints: Hints, *, settled: pd.DataFrame | None = None
) -> FolderParts:
    """Read the tables of a study from frames.

    Parameters
    ----------
    frames
        By what they are called; `flows` in a name is no indicator.
    hints
        What the user said.
    settled
        Table that says which places names mean, or None.

    Returns
    -------
    FolderParts
        As `read_files` gives it.
    """
    parts = FolderParts(settled=settled, lenient=True)
    tables, shapes = [], {}
    for name, frame in frames.items():
        rows = plain_cells(frame, name)
        rows.columns = tidy_column_names(list(rows.columns), hints.renamed)
        tables.append(_Table(file=Path(name), sheet="", rows=rows))
        outlines = outlines_of(frame, name)
        if outlines is not None:
            shapes[Path(name)] = outlines
    return _put_together(tables, shapes, hints, parts)


def _put_together(
    tables: list[_Table], shapes: dict[Path, gpd.GeoDataFrame], hints: Hints, parts: FolderParts
) -> FolderParts:
    if parts.faults or not tables:
        return parts
    pairs, places = _tell_apart(tables)
    parts.settings["title"] = label_column((pairs or places)[0].file.stem)
    _call_places(tables, hints, parts)
    chosen = _choose_places(places, pairs, parts)
    pairs = [_name_ends(table, chosen, hints, parts) for table in pairs]
    if parts.faults:
        return parts
    _build(chosen, pairs, hints, parts)
    if chosen is not None and chosen.file in shapes:
        parts.outlines = shapes[chosen.file]
    elif shapes:
        parts.outlines = next(iter(shapes.values()))
    if parts.cities is None or parts.faults:
        return parts
    if hints.fill:
        parts.cities = fill_places(parts.cities, hints.fill, parts)
    flows = [_ready(table, hints, parts) for table in pairs]
    if parts.faults:
        return parts
    by_file: dict[Path, dict[str, pd.DataFrame]] = {}
    for table in flows:
        by_file.setdefault(table.file, {})[table.sheet] = table.rows
    parts.flows = read_flows(by_file, parts) if by_file else None
    if parts.faults:
        parts.faults = [_with_option(fault) for fault in parts.faults]
        return parts
    _say_choices(hints, parts)
    return parts


def _call_places(tables: list[_Table], hints: Hints, parts: FolderParts) -> None:
    """Call nothing a city that nobody called so."""
    if hints.call:
        said = [word.strip() for word in hints.call.split(",")]
        han = [word for word in said if word and not word.isascii()]
        latin = [word for word in said if word.isascii()]
        keys = dict(zip(("place", "places"), latin, strict=False)) | ({"place_zh": han[0]} if han else {})
        parts.settings["words"] = keys
    elif not any("city" in table.rows.columns for table in tables):
        parts.settings["words"] = {"place": "place"}


# Which table is which


def _tell_apart(tables: list[_Table]) -> tuple[list[_Table], list[_Table]]:
    """Tell tables of pairs from tables of places: by headings, then by what other tables know, then by what they hold."""
    looked = [replace(table, ends=find_ends(table.rows, None, alone=False)) for table in tables]
    pairs = [table for table in looked if table.is_pairs]
    places = [table for table in looked if not table.is_pairs]
    if not pairs:
        for table in places:
            known = _known([other for other in places if other is not table])
            ends = find_ends(table.rows, known, alone=len(places) == 1)
            if ends.found or ends.choices:
                pairs.append(replace(table, ends=ends))
        places = [table for table in places if not any(one.rows is table.rows for one in pairs)]
    return pairs, places


def _known(places: list[_Table]) -> pd.Index | None:
    """Give everything that the tables of places may call a place."""
    labels: set[str] = set()
    for table in places:
        for name in table.rows.columns:
            cells = as_ids(table.rows[name])
            if not cells.duplicated().any():
                labels |= set(cells)
    return pd.Index(sorted(labels - {""})) if labels else None


def _choose_places(places: list[_Table], pairs: list[_Table], parts: FolderParts) -> _Table | None:
    """Take the table of places that knows most ends, among those the one with points of its own; count the others."""
    if not places:
        return None
    labels = [set().union(*collect_labels([_long(table).rows])) for table in pairs]
    wanted = set().union(*labels) if labels else set()

    def worth(table: _Table) -> tuple[float, bool, int]:
        shares = [len(wanted & set(as_ids(table.rows[name]))) for name in table.rows.columns]
        is_text = table.file.suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx")
        return (max(shares, default=0), is_text, len(table.rows))

    chosen = max(places, key=worth)
    for table in places:
        if table is not chosen and table.file == chosen.file:
            parts.account.append(
                Entry("", "sheet", len(table.rows), 0.0, f"{table.file.name}, {table.sheet}")
            )
    return chosen


def _long(table: _Table) -> _Table:
    """Give a matrix as long table, and ends their names."""
    rows, ends = table.rows, table.ends
    if is_matrix(rows):
        return replace(table, rows=melt_matrix(rows), ends=Ends(origin="origin", destination="destination"))
    if ends.origin:
        named = rows.rename(columns={ends.origin: "origin", ends.destination: "destination"})
        return replace(
            table, rows=named.assign(**{end: as_ids(named[end]) for end in ("origin", "destination")})
        )
    if ends.has_points:
        return replace(table, rows=ids_of_points(rows, ends))
    return table


# Places


def _name_ends(table: _Table, places: _Table | None, hints: Hints, parts: FolderParts) -> _Table:
    """Call the ends `origin` and `destination`, and say which columns they are."""
    ends = table.ends
    if ends.choices and not ends.found:
        offered = ", ".join(f"'{one}' and '{other}'" for one, other in ends.choices)
        came = (
            f"two columns must be the ends of a pair; got several that fit: {offered}. "
            f"Say which: --origin {ends.choices[0][0]!r} --destination {ends.choices[0][1]!r}"
        )
        parts.faults.append(StudyFault(table.file.name, None, came))
        return table
    if is_matrix(table.rows):
        because = "its headings stand in its first column"
        parts.taken.append(Taken(column=table.file.name, taken="a matrix, origins in rows", because=because))
        return table
    if ends.has_points and places is None:
        table = _to_degrees_at_ends(table, hints)
    if ends.because:
        names = {"origin": ends.origin, "destination": ends.destination}
        if ends.has_points and places is None:
            names |= {"lon": " and ".join(ends.lon), "lat": " and ".join(ends.lat)}
        taken = ", ".join(f"{ours} = {theirs}" for ours, theirs in names.items() if theirs)
        parts.taken.append(Taken(column=table.file.name, taken=taken, because=ends.because))
    return _long(table)


def _to_degrees_at_ends(table: _Table, hints: Hints) -> _Table:
    if not hints.crs:
        return table
    rows = table.rows
    for lon, lat in zip(table.ends.lon, table.ends.lat, strict=True):
        rows = _to_degrees(rows, lon, lat, hints.crs)
    return replace(table, rows=rows)


def _to_degrees(rows: pd.DataFrame, lon: str, lat: str, crs: str) -> pd.DataFrame:
    turn = pyproj.Transformer.from_crs(crs, LONLAT_CRS, always_xy=True)
    x, y = turn.transform(to_numbers(rows[lon]).to_numpy(), to_numbers(rows[lat]).to_numpy())
    return rows.assign(**{lon: x, lat: y})


def _build(chosen: _Table | None, pairs: list[_Table], hints: Hints, parts: FolderParts) -> None:
    """Build the places: from their own table, else from what the pairs say of their ends, else from their names."""
    labels = collect_labels(table.rows for table in pairs)
    if chosen is not None:
        rows = chosen.rows
        if hints.crs and {"lon", "lat"} <= set(rows.columns):
            rows = _to_degrees(rows, "lon", "lat", hints.crs)
        if hints.country and "country" not in rows.columns:
            rows = rows.assign(country=hints.country)
        parts.cities = build_places(rows, chosen.file.name, parts, labels)
    elif pairs:
        found = [places_of_ends(table.rows, table.ends) for table in pairs]
        rows = pd.concat(found)
        rows = rows[~rows["city"].duplicated()]
        rows = rows.fillna("") if "lon" not in rows.columns else rows
        if hints.country and "country" not in rows.columns:
            rows = rows.assign(country=hints.country)
        what = f"places = {len(rows)} ends of pairs"
        how = (
            "both ends stand with their coordinates"
            if "lon" in rows.columns
            else "no table of places was given: names were looked up"
        )
        parts.taken.append(Taken(column=pairs[0].file.name, taken=what, because=how))
        before = len(parts.faults)
        parts.cities = build_places(rows, pairs[0].file.name, parts, labels)
        if "lon" not in rows.columns:
            _ask_for_places(rows, pairs[0].file.name, before, parts)
    parts.faults = [_with_option(fault) for fault in parts.faults]


def _ask_for_places(rows: pd.DataFrame, file: str, before: int, parts: FolderParts) -> None:
    """Ask for a table of places where what the pairs name are no names, and for settled names where some are."""
    open_names = len(parts.faults) - before
    if not open_names:
        return
    if open_names > _NO_NAMES * len(rows):
        first = ", ".join(repr(name) for name in rows["city"].head(3))
        came = (
            f"pairs need places; got ends such as {first}, of which {open_names} of {len(rows)} are no known names. "
            "Give the table of places as a second file, with these ids and coordinates"
        )
        parts.faults[before:] = [StudyFault(file, None, came)]
        return
    came = (
        f"{open_names} of {len(rows)} names are open. Settle them once: geobri geocode --file {file} --undecided places.csv, "
        "fill in lon and lat (or place), and give --places places.csv"
    )
    parts.faults.append(StudyFault(file, None, came))


def _with_option(fault: StudyFault) -> StudyFault:
    """Add to a fault the option that decides it."""
    message = fault.message
    if "must be a known city" in message and "--drop-unknown" not in message:
        message += " Or leave these rows out, counted: --drop-unknown"
    if "must be unique" in message and "--value" not in message:
        message += " Or add them up with --value COLUMN, or count them with --count"
    if "Give degrees on WGS84" in message and "--crs" not in message:
        message += " Or say what they are: --crs EPSG:27700"
    return replace(fault, message=message)


# Pairs


def _ready(table: _Table, hints: Hints, parts: FolderParts) -> _Table:
    """Bring a table of pairs to what `read_flows` takes: one row a pair, known ends, years."""
    if is_matrix(table.rows):
        if not hints.drop_unknown:
            return table
        table = _long(table)
    rows = table.rows
    assert parts.listed is not None
    rows = match_names(rows, parts.listed, ("origin", "destination"))
    if hints.year and "year" in rows.columns:
        rows = _years_of_dates(rows, table.file.name, parts)
    rows = _without_ends(rows, table.ends)
    rows = _one_row_a_pair(rows, table.file.name, hints, parts)
    if hints.drop_unknown:
        rows = _drop_unknown(rows, parts)
    return replace(table, rows=rows)


def _without_ends(rows: pd.DataFrame, ends: Ends) -> pd.DataFrame:
    """Leave out what speaks of the ends, not of the pair."""
    spoken = [name for pair in (ends.lon, ends.lat, *ends.others.values()) for name in pair]
    return rows.drop(columns=[name for name in spoken if name in rows.columns and name not in _PLAIN])


def _years_of_dates(rows: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    texts = rows["year"].astype(str)
    found = texts.str.extract(_DATE, expand=True)[0]
    if found.isna().any() or texts.str.fullmatch(r"\d{4}").all():
        return rows
    parts.taken.append(
        Taken(column=file, taken="year = that of the dates", because="--year-column names dates")
    )
    return rows.assign(year=found)


def _one_row_a_pair(rows: pd.DataFrame, file: str, hints: Hints, parts: FolderParts) -> pd.DataFrame:
    """Count or add up where several rows speak of one pair; ask where it is not clear which."""
    key = [name for name in ("indicator", "origin", "destination", "year") if name in rows.columns]
    numbers = [str(name) for name in rows.columns if name not in _PLAIN and holds_numbers(rows[name])]
    if hints.value in numbers:
        numbers = [hints.value, *(name for name in numbers if name != hints.value)]
        rows = rows[[*key, *numbers, *(name for name in rows.columns if name not in (*key, *numbers))]]
    repeated = bool(rows.duplicated(key).any())
    if (
        hints.count
        or (not numbers)
        or (repeated and hints.value not in numbers and _are_events(rows, numbers))
    ):
        return _count_rows(rows, key, file, repeated=repeated, parts=parts)
    if not repeated:
        return rows
    if hints.value in numbers:
        return _add_up(rows, key, hints.value, file, parts)
    split = _column_that_splits(rows, key, numbers) if len(numbers) == 1 else ""
    if split and "indicator" not in rows.columns:
        because = f"with it every pair stands once a {split}"
        parts.taken.append(Taken(column=file, taken=f"indicator = {split}", because=because))
        return rows.rename(columns={split: "indicator", numbers[0]: "value"})
    if "value" in rows.columns:
        return rows  # the doubled rows are a fault, with their numbers
    offered = " or ".join(f"--value {name}" for name in numbers[:3])
    came = (
        f"every pair must stand once; got {int(rows.duplicated(key).sum()):,} of {len(rows):,} rows that speak of a pair again. "
        f"Say what to do with them: count them with --count, or add up a column with {offered}"
    )
    parts.faults.append(StudyFault(file, None, came))
    return rows


def _are_events(rows: pd.DataFrame, numbers: list[str]) -> bool:
    """Whether each row is an event, such as a trip: it has a time of day, or a number of its own."""
    if not numbers:
        return True
    for name in rows.columns:
        if name in _PLAIN:
            continue
        cells = as_ids(rows[name].head(200))
        if len(cells) and cells.str.match(_STAMP).all() and as_ids(rows[name]).nunique() > len(rows) / 2:
            return True
    return False


def _count_rows(
    rows: pd.DataFrame, key: list[str], file: str, *, repeated: bool, parts: FolderParts
) -> pd.DataFrame:
    name = "trips" if repeated else "links"
    left = [str(column) for column in rows.columns if column not in key]
    because = (
        "several rows speak of one pair, each of them an event" if repeated else "no column holds numbers"
    )
    parts.taken.append(
        Taken(column=file, taken=f"{name} = rows of each pair, {len(rows):,} in all", because=because)
    )
    if left:
        parts.taken.append(
            Taken(column=file, taken=f"not read = {', '.join(left)}", because="rows are counted")
        )
    first = pd.Series(rows.index, index=rows.index)
    groups = rows.groupby(key, sort=False)
    counted = groups.size().rename(name).reset_index()
    return counted.set_axis(
        pd.Index(first.groupby([rows[one] for one in key], sort=False).first(), name="row")
    )


def _add_up(rows: pd.DataFrame, key: list[str], value: str, file: str, parts: FolderParts) -> pd.DataFrame:
    numbers = to_numbers(rows[value])
    because = f"{int(rows.duplicated(key).sum()):,} rows speak of a pair again, and --value names it"
    parts.taken.append(Taken(column=file, taken=f"{value} = the sum of the rows of a pair", because=because))
    first = pd.Series(rows.index, index=rows.index)
    by = [rows[one] for one in key]
    summed = numbers.groupby(by, sort=False).sum(min_count=1).rename(value).reset_index()
    return summed.set_axis(pd.Index(first.groupby(by, sort=False).first(), name="row"))


def _column_that_splits(rows: pd.DataFrame, key: list[str], numbers: list[str]) -> str:
    """Find the column of few words with which every pair stands once: a mode, a product, a sex."""
    words = [
        str(name)
        for name in rows.columns
        if name not in (*key, *numbers) and rows[name].nunique() <= _FEW_WORDS
    ]
    return next((name for name in words if not rows.duplicated([*key, name]).any()), "")


def _drop_unknown(rows: pd.DataFrame, parts: FolderParts) -> pd.DataFrame:
    assert parts.listed is not None
    known = rows["origin"].isin(parts.listed.index) & rows["destination"].isin(parts.listed.index)
    left = rows[~known]
    if left.empty:
        return rows
    numbers = [str(name) for name in rows.columns if name not in _PLAIN and holds_numbers(rows[name])]
    ends = pd.concat([left["origin"], left["destination"]])
    named = ", ".join(dict.fromkeys(ends[~ends.isin(parts.listed.index)]).keys()) or ""
    for name in numbers:
        by = left.groupby("indicator") if name == "value" and "indicator" in left.columns else [(name, left)]
        for measure, some in by:
            parts.account.append(
                Entry(str(measure), "unknown", len(some), float(to_numbers(some[name]).sum()), named[:80])
            )
    return rows[known]


# What nobody said


def _say_choices(hints: Hints, parts: FolderParts) -> None:
    if parts.flows is None:
        return
    if hints.directed is None:
        parts.settings["directed"], because = _infer_directed(parts.flows)
        taken = "directed" if parts.settings["directed"] else "undirected"
        other = "--undirected" if parts.settings["directed"] else "--directed"
        parts.taken.append(Taken(column="pairs", taken=taken, because=f"{because} (else: {other})"))
    else:
        parts.settings["directed"] = hints.directed
    names = list(dict.fromkeys(parts.flows["indicator"].astype(str)))
    if hints.value in names:
        parts.said.append({"column": hints.value})
    if hints.absent is None and _leaves_pairs_out(parts.flows, directed=parts.settings["directed"]):
        because = "tables do not say whether a pair without a row is unknown or none (else: --absent zero)"
        parts.taken.append(Taken(column="pairs", taken="without a row, missing", because=because))
    if hints.absent is not None:
        parts.said += [{"column": name, "of": "corridors", "absent": hints.absent} for name in names]


def _leaves_pairs_out(flows: pd.DataFrame, *, directed: bool) -> bool:
    """Whether some pair of places has no row of some measure."""
    apart = flows[flows["origin"] != flows["destination"]]
    n_places = len(set(flows["origin"]) | set(flows["destination"]))
    possible = n_places * (n_places - 1) // (1 if directed else 2)
    listed = apart.drop_duplicates(["indicator", "origin", "destination"]).groupby("indicator").size()
    return bool((listed < possible).any())


def _infer_directed(flows: pd.DataFrame) -> tuple[bool, str]:
    """Say whether there and back differ in any pair."""
    apart = flows[flows["origin"] != flows["destination"]]
    years = ["year"] if "year" in apart.columns else []
    key = ["indicator", "origin", "destination", *years]
    there = apart[[*key, "value"]]
    back = there.rename(columns={"origin": "destination", "destination": "origin", "value": "back"})
    both = there.merge(back, on=key)
    differ = (both["value"] != both["back"]) & ~(both["value"].isna() & both["back"].isna())
    n_pairs = int(differ.sum()) // 2
    if n_pairs:
        return True, f"{n_pairs:,} pairs say something else in the other direction"
    if len(both):
        return False, "every pair that stands both ways says the same"
    return False, "no pair stands both ways"
