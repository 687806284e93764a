"""A study from tables as they lie there: one file or several, in any order, or frames; places and pairs are told by what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyproj

from geobri.errors import GeobriError
from geobri.measures import Taken
from geobri.study.account import Entry
from geobri.study.model import StudyFault
from geobri.study.reading.amounts import holds_numbers
from geobri.study.reading.calling import call_as_said, call_by_table, choose_language, entitle
from geobri.study.reading.choices import say_choices
from geobri.study.reading.cities import build_places
from geobri.study.reading.degrees import find_points
from geobri.study.reading.described import take_settings
from geobri.study.reading.distances import note_coast_distances
from geobri.study.reading.echoes import leave_out_echoes
from geobri.study.reading.ends import Ends, find_ends, ids_of_points, places_of_ends, states_of_namesakes
from geobri.study.reading.filling import fill_places
from geobri.study.reading.flows import is_matrix, melt_matrix, read_flows
from geobri.study.reading.headings import tidy_column_names
from geobri.study.reading.hints import Hints
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.parts import FolderParts, blank_table, leave_out_displaced, read_sheets_or_note
from geobri.study.reading.recognition import as_ids, collect_labels, with_kinds
from geobri.study.reading.repeats import holds_few_unknown, ready_pairs
from geobri.study.reading.shapes import has_shapes, outlines_of, read_outlines
from geobri.study.reading.signs import strip_signs
from geobri.study.reading.tables import plain_cells
from geobri.study.reading.totals import leave_out_foot_of_places, leave_out_totals
from geobri.units import LONLAT_CRS
from geobri.words import Words

__all__ = ["read_files", "read_frames"]

_NO_NAMES: Final = 0.5
_MOST_NAMED: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One table on the way, and where it came from; `placed` if its coordinates were those of shapes, and so are degrees."""

    file: Path
    sheet: str
    rows: pd.DataFrame
    placed: bool = False
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
    parts = FolderParts(
        lenient=True, decimal=hints.decimal, missing=hints.missing, asked=hints.value, crs=hints.crs
    )
    files = list(files)
    parts.faults += _check_crs(files[0].name if files else "", hints)
    tables: list[_Table] = []
    shapes: dict[Path, gpd.GeoDataFrame] = {}
    for file in files if not parts.faults else ():
        sheets = read_sheets_or_note(file, hints.renamed, parts)
        placed = bool(sheets) and has_shapes(file)
        tables += [_Table(file=file, sheet=name, rows=rows, placed=placed) for name, rows in sheets.items()]
        try:
            outlines = read_outlines(file, crs=hints.crs) if sheets else None
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
    parts = FolderParts(
        settled=settled, lenient=True, decimal=hints.decimal, missing=hints.missing, asked=hints.value
    )
    parts.faults += _check_crs(next(iter(frames), ""), hints)
    tables, shapes = [], {}
    for name, frame in frames.items() if not parts.faults else ():
        rows = plain_cells(frame, name, decimal=hints.decimal, crs=hints.crs)
        blank_table(rows, name, parts)
        parts.headings[Path(name)] = [str(column) for column in rows.columns]
        rows.columns = tidy_column_names(list(rows.columns), hints.renamed)
        rows = strip_signs(leave_out_displaced(rows, hints.renamed, name, parts), name, parts)
        placed = isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None
        tables.append(_Table(file=Path(name), sheet="", rows=rows, placed=placed))
        outlines = outlines_of(frame, name, crs=hints.crs)
        if outlines is not None:
            shapes[Path(name)] = outlines
    return _put_together(tables, shapes, hints, parts)


def _put_together(
    tables: list[_Table], shapes: dict[Path, gpd.GeoDataFrame], hints: Hints, parts: FolderParts
) -> FolderParts:
    """Choose places and pairs among the tables and read them, each by the others."""
    if not parts.faults and tables:
        parts.faults += _check_hints(tables, hints, parts)
        tables = _without_empty(tables, parts)
    if parts.faults or not tables:
        return parts
    pairs, places = _tell_apart(tables)
    parts.faults += _check_ends(pairs, hints, parts)
    parts.beside = (hints.impedance,) if hints.impedance else ()
    entitle((pairs or places)[0].file, parts)
    chosen = _choose_places(places, pairs, parts)
    chosen = None if chosen is None else _without_foot(chosen, pairs, parts)
    _call_places(chosen, pairs, hints, parts)
    pairs = [_name_ends(table, chosen, hints, parts) for table in pairs]
    if parts.faults:
        return parts
    known = None if chosen is None else pd.Index(sorted(frozenset().union(*_known([chosen], every=True))))
    pairs = [_without_totals(table, known, parts) for table in pairs]
    _build(chosen, pairs, hints, parts)
    if shapes:
        first = next(iter(shapes.values()))
        parts.outlines = first if chosen is None else shapes.get(chosen.file, first)
    if parts.cities is None or parts.faults:
        return parts
    if hints.fill:
        parts.cities = fill_places(parts.cities, hints.fill, parts)
    note_coast_distances(parts.cities, parts)
    flows = [_ready(table, hints, parts) for table in pairs]
    if parts.faults:
        return parts
    by_file: dict[Path, dict[str, pd.DataFrame]] = {}
    for table in flows:
        by_file.setdefault(table.file, {})[table.sheet] = table.rows
    by_file = {file: leave_out_echoes(sheets, file.name, parts) for file, sheets in by_file.items()}
    parts.flows = read_flows(by_file, parts) if by_file else None
    if parts.faults:
        parts.faults = [_with_option(fault) for fault in parts.faults]
        return parts
    take_settings(parts)
    choose_language(parts)
    say_choices(hints, parts)
    return parts


def _without_empty(tables: list[_Table], parts: FolderParts) -> list[_Table]:
    """Leave out sheets without rows; a file that has no other holds nothing, and that is a fault."""
    filled = [table for table in tables if len(table.rows) and len(table.rows.columns)]
    holding = {table.file for table in filled}
    for file in dict.fromkeys(table.file for table in tables if table.file not in holding):
        came = "a table must hold rows; got headings alone, or not even those. Fill it, or leave the file out"
        parts.faults.append(StudyFault(file.name, None, came))
    return filled


def _check_hints(tables: list[_Table], hints: Hints, parts: FolderParts) -> list[StudyFault]:
    """List the options that name what no table has."""
    headings = dict.fromkeys(name for named in parts.headings.values() for name in named)
    return [
        StudyFault(
            tables[0].file.name,
            None,
            f"{option} must name a column; got {named!r}. There are {_listed(headings)}",
        )
        for option, named in hints.not_found(headings).items()
    ]


def _check_crs(file: str, hints: Hints) -> list[StudyFault]:
    """List the fault of a reference system that is none."""
    try:
        pyproj.CRS.from_user_input(hints.crs or LONLAT_CRS)
    except pyproj.exceptions.CRSError:
        came = f"--crs must be a reference system; got {hints.crs!r}. Write it as in EPSG:27700"
        return [StudyFault(file, None, came)]
    return []


def _check_ends(pairs: list[_Table], hints: Hints, parts: FolderParts) -> list[StudyFault]:
    """List the options that speak of pairs and name what only the places have."""
    if not pairs:
        return []
    headings = dict.fromkeys(name for table in pairs for name in parts.headings.get(table.file, []))
    return [
        StudyFault(
            pairs[0].file.name,
            None,
            f"{option} must name a column of the pairs; got {named!r}, which only another table has. There are {_listed(headings)}",
        )
        for option, named in hints.not_found(headings).items()
        if option in ("--origin", "--destination", "--year-column")
    ]


def _listed(columns: Iterable[str]) -> str:
    named = [repr(name) for name in columns]
    more = f", and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return ", ".join(named[:_MOST_NAMED]) + more


def _call_places(chosen: _Table | None, pairs: list[_Table], hints: Hints, parts: FolderParts) -> None:
    """Call the places as the user says, else as their table or the heading of their ids does."""
    headings = [name for named in parts.headings.values() for name in named]
    if hints.call:
        call_as_said(hints.call, parts)
    elif parts.described:
        parts.settings["words"] = parts.described.get("words", {})
    elif chosen is not None:
        rows = chosen.rows
        unique = [str(name) for name in rows.columns if not as_ids(rows[name]).duplicated().any()]
        call_by_table((chosen.sheet, chosen.file.stem), unique, headings, parts)
    else:
        call_by_table((), [table.ends.origin for table in pairs], headings, parts)


# Which table is which


def _tell_apart(tables: list[_Table]) -> tuple[list[_Table], list[_Table]]:
    """Tell tables of pairs from tables of places: by headings, then by what other tables know, then by what they hold."""
    looked = [replace(table, ends=find_ends(table.rows, None, alone=False)) for table in tables]
    pairs = [table for table in looked if table.is_pairs]
    places = [table for table in looked if not table.is_pairs]
    if not pairs:
        for table in places:
            known = _known([other for other in places if other is not table])
            ends = find_ends(table.rows, known or None, alone=len(places) == 1)
            if ends.found or ends.choices:
                pairs.append(replace(table, ends=ends))
        places = [table for table in places if not any(one.rows is table.rows for one in pairs)]
    return pairs, places


def _known(places: list[_Table], *, every: bool = False) -> tuple[frozenset[str], ...]:
    """Give what each column of the tables of places may call a place; every column, if wished, and not only those that say all once."""
    labels = []
    for table in places:
        for name in table.rows.columns:
            cells = as_ids(table.rows[name])
            if every or not cells.duplicated().any():
                labels.append(frozenset(with_kinds(set(cells) - {""})))
    return tuple(one for one in labels if one)


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
                Entry("", "sheet", len(table.rows), detail=f"{table.file.name}, {table.sheet}")
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
    headings = parts.headings.get(table.file, [])
    theirs = dict(zip(tidy_column_names(headings, hints.renamed), headings, strict=True))
    if ends.choices and not ends.found:
        choices = [tuple(theirs.get(name, name) for name in pair) for pair in ends.choices]
        offered = ", ".join(f"{one!r} and {other!r}" for one, other in choices)
        came = (
            f"two columns must be the ends of a pair; got several that fit: {offered}. "
            f"Say which: --origin {choices[0][0]!r} --destination {choices[0][1]!r}"
        )
        parts.faults.append(StudyFault(table.file.name, None, came))
        return table
    if is_matrix(table.rows):
        taken = Words("a matrix, origins in rows", "矩阵，行为起点")
        because = Words("its headings stand in its first column", "列名即首列各值")
        parts.taken.append(Taken(column=Words(table.file.name), taken=taken, because=because))
        return table
    if ends.has_points and places is None:
        table = _to_degrees_at_ends(table, hints)
    if ends.because:
        names = {"origin": ends.origin, "destination": ends.destination}
        if ends.has_points and places is None:
            names |= {"lon": " and ".join(ends.lon), "lat": " and ".join(ends.lat)}
        taken = Words(", ".join(f"{ours} = {theirs.get(name, name)}" for ours, name in names.items() if name))
        parts.taken.append(Taken(column=Words(table.file.name), taken=taken, because=ends.because))
    named = _long(table)
    return named if places is not None or ends.has_points else _tell_namesakes_apart(named, parts)


def _tell_namesakes_apart(table: _Table, parts: FolderParts) -> _Table:
    """Write the state behind names that stand in several, as "Portland, OR" and "Portland, ME"."""
    pair = states_of_namesakes(table.rows, table.ends)
    if not pair:
        return table
    written = {
        end: [
            f"{name}, {state}" if name and state else name
            for name, state in zip(as_ids(table.rows[end]), as_ids(table.rows[column]), strict=True)
        ]
        for end, column in zip(("origin", "destination"), pair, strict=True)
    }
    taken = Words(f"places = names with {pair[0]} and {pair[1]}", f"地点 = 名称加 {pair[0]} 与 {pair[1]}")
    because = Words("a name stands in several of them", "同一名称出现在其中多处")
    parts.taken.append(Taken(column=Words(table.file.name), taken=taken, because=because))
    return replace(table, rows=table.rows.assign(**written))


def _without_foot(chosen: _Table, pairs: list[_Table], parts: FolderParts) -> _Table:
    labels = collect_labels(table.rows for table in pairs)
    return replace(chosen, rows=leave_out_foot_of_places(chosen.rows, labels, chosen.file.name, parts))


def _without_totals(table: _Table, known: pd.Index | None, parts: FolderParts) -> _Table:
    """Leave out rows that are sums of the others, of a matrix too."""
    long = _long(table)
    rows = leave_out_totals(long.rows, known, table.file.name, parts)
    return table if rows is long.rows else replace(long, rows=rows)


def _to_degrees_at_ends(table: _Table, hints: Hints) -> _Table:
    if not hints.crs or table.placed:
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
        rows = find_points(chosen.rows, chosen.file.name, parts)
        if hints.crs and not chosen.placed and {"lon", "lat"} <= set(rows.columns):
            rows = _to_degrees(rows, "lon", "lat", hints.crs)
        if hints.country and "country" not in rows.columns:
            rows = rows.assign(country=hints.country)
        before = len(parts.faults)
        parts.cities = build_places(rows, chosen.file.name, parts, labels)
        if not {"lon", "lat"} <= set(rows.columns):
            _ask_for_points(rows, chosen.file.name, before, hints, parts)
    elif pairs:
        found = [places_of_ends(_long(table).rows, table.ends) for table in pairs]
        rows = pd.concat(found)
        rows = rows[~rows["city"].duplicated()]
        rows = rows.fillna("") if "lon" not in rows.columns else rows
        if hints.country and "country" not in rows.columns:
            rows = rows.assign(country=hints.country)
        what = Words(f"places = {len(rows)} ends of pairs", f"地点 = 各对的 {len(rows)} 个端点")
        how = (
            Words("both ends stand with their coordinates", "两端均附有坐标")
            if "lon" in rows.columns
            else Words("no table of places was given: names were looked up", "未给出地点表，按名称查得")
        )
        parts.taken.append(Taken(column=Words(pairs[0].file.name), taken=what, because=how))
        before = len(parts.faults)
        parts.cities = build_places(rows, pairs[0].file.name, parts, labels)
        if "lon" not in rows.columns:
            _ask_for_places(rows, pairs[0].file.name, before, parts)
    parts.faults = [_with_option(fault) for fault in parts.faults]


def _ask_for_points(rows: pd.DataFrame, file: str, before: int, hints: Hints, parts: FolderParts) -> None:
    """Ask for the columns of coordinates where the places of a table have no known names, or a reference system was given for them."""
    open_names = parts.open_names
    if not open_names or not (hints.crs or open_names > _NO_NAMES * len(rows)):
        return
    numbers = [str(name) for name in rows.columns if holds_numbers(rows[name])]
    has = (
        f"columns of numbers are {_listed(numbers)}"
        if numbers
        else f"columns are {_listed(map(str, rows.columns))}"
    )
    remedy = (
        "Say which hold the coordinates: --lon COLUMN --lat COLUMN, and --crs EPSG:27700 or the like if they are no degrees"
        if len(numbers) > 1
        else "Add columns lon and lat, or write names that are known"
    )
    came = f"places need points; {open_names} of {len(rows)} names are not known as places, and no column is called lon or lat ({has})"
    parts.faults[before:] = [StudyFault(file, None, f"{came}. {remedy}")]


def _ask_for_places(rows: pd.DataFrame, file: str, before: int, parts: FolderParts) -> None:
    """Ask for a table of places where what the pairs name are no names, and for settled names where some are."""
    open_names = parts.open_names
    if not open_names:
        return
    if parts.unknown_names > _NO_NAMES * len(rows):
        first = ", ".join(repr(name) for name in rows["city"].head(3))
        came = (
            f"pairs need places; got ends such as {first}, of which {parts.unknown_names} of {len(rows)} are no known names. "
            "Give the table of places as a second file, with these ids and coordinates"
        )
        parts.faults[before:] = [StudyFault(file, None, came)]
        return
    came = (
        f"{open_names} of {len(rows)} names are open. Settle them once: geobri geocode --file {file} --undecided places.csv, "
        "fill in lon and lat (or place), and give --places places.csv"
    )
    if "country" not in rows.columns:
        came += ". Where all lie in one country, its code decides: --country GBR, or whichever it is"
    parts.faults.append(StudyFault(file, None, came))


def _with_option(fault: StudyFault) -> StudyFault:
    """Add to a fault the option that decides it."""
    message = fault.message
    if "must be a known city" in message and "--drop-unknown" not in message:
        message += " Or leave these rows out, counted: --drop-unknown"
    if "must be unique" in message and "--value" not in message:
        message += " Or add them up with --value COLUMN, or count them with --count"
    if "look swapped: exchange the two columns" in message and "--lon" not in message:
        message += " Or say which is which: --lon lat --lat lon"
    if "Give degrees on WGS84" in message and "--crs" not in message:
        message += " Or say what they are: --crs EPSG:27700"
    return replace(fault, message=message)


def _ready(table: _Table, hints: Hints, parts: FolderParts) -> _Table:
    if is_matrix(table.rows):
        long = _long(table)
        if not (hints.drop_unknown or holds_few_unknown(long.rows, parts)):
            return table
        table = long
    return replace(table, rows=ready_pairs(table.rows, table.ends, table.file.name, hints, parts))
