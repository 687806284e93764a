"""The two ends of a pair, told by what the columns hold: `start_lat` and `end_lat` belong together, and so do two columns of the same names.

Nothing is guessed in silence: what was recognised is noted with its reason, and where two answers fit the message names the option that decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from geobri.gazetteer.names import is_han
from geobri.study.reading.amounts import holds_numbers
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.recognition import as_ids
from geobri.words import NOTHING, Words

__all__ = [
    "LAT_WORDS",
    "LON_WORDS",
    "Ends",
    "find_ends",
    "heading_tokens",
    "measures_in_twos",
    "paired_columns",
    "places_of_ends",
    "states_of_namesakes",
]

_END_WORDS: Final = (
    ("origin", "destination"), ("orig", "dest"), ("origin", "dest"), ("from", "to"), ("start", "end"), ("source", "target"), ("source", "destination"), ("src", "dst"),
    ("o", "d"), ("home", "work"), ("residence", "workplace"), ("résidence", "travail"), ("residence", "travail"), ("residence", "work"), ("pickup", "dropoff"), ("departure", "arrival"), ("dep", "arr"),
    ("f", "t"), ("s", "e"), ("s", "t"), ("exporter", "importer"), ("reporter", "partner"), ("sender", "receiver"), ("left", "right"), ("1", "2"), ("a", "b"), ("i", "j"),
    ("von", "nach"), ("herkunft", "ziel"), ("start", "ziel"), ("abfahrt", "ankunft"), ("wohnort", "arbeitsort"), ("origine", "destination"),
    ("départ", "arrivée"), ("depart", "arrivee"), ("domicile", "travail"), ("origen", "destino"), ("origem", "destino"), ("salida", "llegada"),
    ("caller", "callee"), ("boarding", "alighting"), ("board", "alight"), ("live", "work"),
    ("起点", "终点"), ("出发", "到达"), ("起始", "终止"), ("迁出", "迁入"), ("流出", "流入"), ("转出", "转入"), ("来源", "目的"), ("始发", "终到"),
    ("居住", "工作"), ("主叫", "被叫"), ("出口", "进口"), ("上车", "下车"), ("出発", "到着"), ("発", "着"), ("乗車", "降車"),
)  # fmt: skip
"""What tells the origin's column from the destination's; the rest of the heading is the same in both."""

_COUNTING: Final = frozenset({"1", "2", "a", "b", "i", "j"})
"""What tells two ends apart, and measures too: `v1` and `v2` are as often two of many."""

LAT_WORDS: Final = frozenset(
    {"lat", "latitude", "y", "纬度", "緯度", "northing", "breite", "breitengrad", "latitud"}
)
LON_WORDS: Final = frozenset(
    {"lon", "lng", "long", "longitude", "x", "经度", "経度", "easting", "länge", "längengrad", "longitud"}
)
_IDS: Final = ("", "id", "code", "codes", "iata", "fips", "编号", "代码", "name", "名称")
"""Which of several pairs of labels is the id: the first in this order; names last."""

_NO_NAMES: Final = ("lon", "lat", "country", "state")
_NAME: Final = frozenset({"name", "label", "名称"})
_ALIKE: Final = 0.3
"""Share of the labels of the shorter column that must stand in the other one as well."""

_HAN_ENDS: Final = tuple(
    sorted(
        (word for pair in _END_WORDS for word in pair if not word.isascii() and is_han(word)),
        key=lambda word: -len(word),
    )
)
_TOKEN: Final = re.compile(r"[a-zà-ž]+|\d+|[一-鿿々ぁ-ヿ]+")
_JOINED: Final = re.compile(
    r"\b(origin|orig|from|start|source|src|pickup|dep|o|f|s|destination|dest|to|end|target|dst|dropoff|arr|d|e|t)"
    r"(lat|latitude|lon|lng|long|longitude|x|y|id|code|name)\b"
)
"""End and meaning written as one word: `flon, flat, tlon, tlat`; such headings are ends only in twos."""
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HEADINGS: Final = Words("their headings differ by the end only", "列名仅在表示端点处不同")
_DIGITS: Final = 5
"""Decimals of degrees by which points without ids are told apart: a metre."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What of a table belongs to the ends of its pairs.

    Attributes
    ----------
    origin, destination
        Columns of the labels; empty where there are only coordinates.
    lon, lat
        Both columns of each; empty where there are none.
    others
        Further columns that come in twos, by what their headings share.
    because
        Why these are the ends.
    choices
        Pairs of columns that could be the ends too, where nothing decides.
    """

    origin: str = ""
    destination: str = ""
    lon: tuple[str, ...] = ()
    lat: tuple[str, ...] = ()
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    because: Words = NOTHING
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def has_points(self) -> bool:
        """Whether both ends have coordinates."""
        return bool(self.lon and self.lat)

    @property
    def found(self) -> bool:
        """Whether the table is one of pairs."""
        return bool(self.origin) or self.has_points


def paired_columns(columns: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Find columns that say the same of both ends.

    Parameters
    ----------
    columns
        Headings.

    Returns
    -------
    dict of str and tuple of str
        By what the headings share (``lat`` for ``start_lat, end_lat``), the origin's first; empty text where the heading
        says nothing else (``from, to``).
    """
    tokens = {name: tuple(heading_tokens(name)) for name in columns}
    found: dict[str, tuple[str, str]] = {}
    for one, other in _END_WORDS:
        for name, words in tokens.items():
            if one not in words:
                continue
            at = words.index(one)
            partner = (*words[:at], other, *words[at + 1 :])
            match = next((column for column, its in tokens.items() if its == partner), None)
            stem = " ".join((*words[:at], *words[at + 1 :]))
            if match is not None and not any({name, match} & set(pair) for pair in found.values()):
                found.setdefault(stem, (name, match))
    return found


def heading_tokens(heading: str) -> list[str]:
    """Split a heading into its words: at signs, capitals, and where an end stands before its coordinate.

    Parameters
    ----------
    heading
        ``startLat``, ``flon``, ``起点经度``.

    Returns
    -------
    list of str
        In small letters.
    """
    words = _HUMP.sub(" ", heading).lower().replace("_", " ")
    found = []
    for word in _TOKEN.findall(_JOINED.sub(r"\1 \2", words)):
        end = next(
            (end for end in _HAN_ENDS if word.startswith(end)), ""
        )  # Chinese writes no blank: 起点经度
        found += [end, word.removeprefix(end)] if end and word != end else [word]
    return found


def find_ends(table: pd.DataFrame, known: Sequence[frozenset[str]] | None, *, alone: bool) -> Ends:
    """Find the columns of a table that name or place the ends of its pairs.

    Parameters
    ----------
    table
        As it was read.
    known
        What another table may call its places, column by column (ids, names, codes); None where there is none.
    alone
        Whether no other table can hold the pairs, so that any two columns of the same labels may be the ends.

    Returns
    -------
    Ends
        What was found; nothing for a table of places.
    """
    inside = None if known is None else frozenset().union(*known)
    pairs = paired_columns([str(name) for name in table.columns])
    lon = next((pair for stem, pair in pairs.items() if _says(stem, LON_WORDS) and _numbers(table, pair)), ())
    lat = next((pair for stem, pair in pairs.items() if _says(stem, LAT_WORDS) and _numbers(table, pair)), ())
    if not (lon and lat):
        lon = lat = ()
    rest = {stem: pair for stem, pair in pairs.items() if pair not in (lon, lat)}
    if {"origin", "destination"} <= set(table.columns):
        others = {stem: pair for stem, pair in rest.items() if stem and "origin" not in pair}
        return Ends(origin="origin", destination="destination", lon=lon, lat=lat, others=others)
    if not lon and {"lon", "lat"} <= set(table.columns):
        return Ends()
    labelled = {
        stem: pair
        for stem, pair in rest.items()
        if lon or _alike(table, pair, inside) or _plainly(table, stem, pair)
    }
    chosen = _best_label(table, labelled, inside, strict=not lon)
    if chosen is not None:
        others = {stem: pair for stem, pair in rest.items() if pair != chosen}
        because = _HEADINGS
        return Ends(origin=chosen[0], destination=chosen[1], lon=lon, lat=lat, others=others, because=because)
    if lon:
        return Ends(lon=lon, lat=lat, others=rest, because=_HEADINGS)
    return _by_content(table, known, rest) if known is not None or alone else Ends()


def _says(stem: str, words: frozenset[str]) -> bool:
    return bool(words & set(stem.split()))


def _numbers(table: pd.DataFrame, pair: tuple[str, str]) -> bool:
    return all(
        to_numbers(table[name].head(50)).notna().any() for name in pair if not table[name].head(50).empty
    )


def _labels(column: pd.Series) -> set[str]:
    return set(as_ids(column).unique()) - {""}


def _is_label(column: pd.Series) -> bool:
    """Whether the cells may be labels: words, or whole numbers."""
    numbers = to_numbers(column[column != ""] if column.dtype == object else column).dropna()
    return bool(len(numbers) == 0 or (numbers % 1 == 0).all())


def _alike(table: pd.DataFrame, pair: tuple[str, str], known: frozenset[str] | None) -> bool:
    if not all(_is_label(table[name]) for name in pair):
        return False
    one, other = (_labels(table[name]) for name in pair)
    if not one or not other:
        return False
    if known is not None and all(len(labels & known) > len(labels) / 2 for labels in (one, other)):
        return True
    return len(one & other) >= _ALIKE * min(len(one), len(other)) and len(one & other) > 1


def _plainly(table: pd.DataFrame, stem: str, pair: tuple[str, str]) -> bool:
    """Whether two columns of words say by their headings alone that they are ends, as in `home` and `work`."""
    words = all(to_numbers(table[name].head(200)).isna().all() for name in pair)
    return words and stem in ("", "id", "code") and len(table) > 0


def _best_label(
    table: pd.DataFrame, pairs: Mapping[str, tuple[str, str]], known: frozenset[str] | None, *, strict: bool
) -> tuple[str, str] | None:
    fitting = {stem: pair for stem, pair in pairs.items() if _is_id(table, pair) or strict}
    if known is not None:
        share = {
            stem: len(_labels(table[pair[0]]) & known) / max(len(_labels(table[pair[0]])), 1)
            for stem, pair in fitting.items()
        }
        fitting = {stem: pair for stem, pair in fitting.items() if share[stem] == max(share.values())}
    order = sorted(fitting, key=_id_order)
    return fitting[order[0]] if order else None


def _is_id(table: pd.DataFrame, pair: tuple[str, str]) -> bool:
    """Whether two columns beside coordinates may be ids: labels that repeat with their points."""
    return all(_is_label(table[name]) for name in pair) and _alike(table, pair, None)


def _id_order(stem: str) -> int:
    words = stem.split()
    fits = [at for at, word in enumerate(_IDS) if word in words or word == stem]
    return min(fits, default=len(_IDS) - 2)


def _by_content(
    table: pd.DataFrame, known: Sequence[frozenset[str]] | None, pairs: Mapping[str, tuple[str, str]]
) -> Ends:
    """Tell the two ends by what the columns hold: known places, or labels that both columns share."""
    columns = [str(name) for name in table.columns if name not in ("indicator", "year", "value")]
    repeated = [name for name in columns if _is_label(table[name]) and table[name].duplicated().any()]
    if known is not None:
        fitting = _known_together(table[repeated], known)
        because = Words("these columns hold known places, in this order", "这些列依次为已知地点")
    else:
        texts = [name for name in repeated if to_numbers(table[name].head(500)).isna().all()]
        fitting = sorted(
            {
                name
                for at, name in enumerate(texts)
                for other in texts[at + 1 :]
                if _alike(table, (name, other), None)
                for name in (name, other)
            },
            key=columns.index,
        )
        because = Words("these columns hold the same names, in this order", "这些列依次含有相同的名称")
    if len(fitting) == 2:  # noqa: PLR2004 - a pair has two ends
        others = {stem: pair for stem, pair in pairs.items() if not set(pair) & set(fitting)}
        return Ends(origin=fitting[0], destination=fitting[1], others=others, because=because)
    if len(fitting) > 2:  # noqa: PLR2004
        return Ends(choices=tuple((fitting[0], name) for name in fitting[1:]))
    return Ends()


def _known_together(table: pd.DataFrame, known: Sequence[frozenset[str]]) -> list[str]:
    """Name the columns whose cells one column of places knows: both ends are called alike; words before numbers, which may be amounts."""
    labels = {str(name): as_ids(table[name]) for name in table.columns}
    found = []
    for inside in known:
        fitting = [name for name, cells in labels.items() if len(cells) and cells.isin(inside).mean() > 0.5]  # noqa: PLR2004 - most
        if len(fitting) > 1 and fitting not in found:
            found.append(fitting)
    words = [
        fitting
        for fitting in found
        if all(to_numbers(table[name].head(500)).isna().all() for name in fitting)
    ]
    taken = {name for fitting in words or found for name in fitting}
    return [name for name in labels if name in taken]


def places_of_ends(table: pd.DataFrame, ends: Ends) -> pd.DataFrame:
    """Make the table of places out of what a table of pairs says of its ends.

    Parameters
    ----------
    table
        Pairs with `origin` and `destination`.
    ends
        What belongs to the ends.

    Returns
    -------
    pandas.DataFrame
        Columns `city`, and `lon`, `lat`, `name` and attributes of places where the pairs say them; the index is the row in which a place
        comes first. Points of one id are taken at their median.
    """
    sides = []
    columns = _attributes(table, ends)
    for side in (0, 1):
        plain = {name: table[pair[side]] for name, pair in columns.items()}
        label = table["origin" if side == 0 else "destination"]
        sides.append(pd.DataFrame({"city": label, **plain}))
    both = pd.concat(sides)
    both = both[both["city"] != ""]
    first = both[~both["city"].duplicated()].sort_index(kind="stable")
    found = {"city": first["city"]}
    for name in columns:
        numbers = to_numbers(both[name]) if name in ("lon", "lat") else None
        if numbers is not None:
            found[name] = first["city"].map(numbers.groupby(both["city"].to_numpy(), observed=True).median())
        else:
            last = both[both[name] != ""].drop_duplicates("city", keep="last").set_index("city")[name]
            found[name] = first["city"].map(last)
    return pd.DataFrame(found).set_axis(pd.Index(first.index, name="row"), axis=0)


def _attributes(table: pd.DataFrame, ends: Ends) -> dict[str, tuple[str, str]]:
    """Name what the pairs say of both ends, as columns of places: what is the same wherever the place stands."""
    columns: dict[str, tuple[str, str]] = {}
    if ends.has_points:
        columns |= {"lon": (ends.lon[0], ends.lon[1]), "lat": (ends.lat[0], ends.lat[1])}
    for stem, pair in ends.others.items():
        if not _is_attribute(table, pair):
            continue
        words = set(stem.split())
        name = "name" if words & _NAME else next((word for word in ("country", "state") if word in words), "")
        columns.setdefault(name or stem.replace(" ", "_") or "label", pair)
    return columns if "name" in columns else _with_names(table, columns)


def _with_names(table: pd.DataFrame, columns: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Take the first words that every place has for its own as the names, where the ids are numbers."""
    if to_numbers(table["origin"]).isna().any():
        return columns
    words = next(
        (name for name, pair in columns.items() if name not in _NO_NAMES and _are_names(table, pair)), ""
    )
    return {("name" if name == words else name): pair for name, pair in columns.items()}


def _are_names(table: pd.DataFrame, pair: tuple[str, str]) -> bool:
    """Whether two columns hold words, and no two places the same."""
    sides = [
        pd.DataFrame({"city": as_ids(table[end]), "cell": as_ids(table[name])})
        for end, name in zip(("origin", "destination"), pair, strict=True)
    ]
    each = pd.concat(sides).drop_duplicates("city")
    return bool(
        to_numbers(each["cell"]).isna().all()
        and not each["cell"].duplicated().any()
        and (each["cell"] != "").all()
    )


def states_of_namesakes(table: pd.DataFrame, ends: Ends) -> tuple[str, ...]:
    """Find the two columns of states or provinces by which places of one name are told apart.

    Parameters
    ----------
    table
        Pairs with `origin` and `destination`.
    ends
        What belongs to the ends.

    Returns
    -------
    tuple of str
        The origin's column and the destination's; empty where no place has several states.
    """
    from geobri.gazetteer.divisions import division_column

    for stem, pair in ends.others.items():
        if division_column([stem]) and not _is_attribute(table, pair):
            return pair
    return ()


def _is_attribute(table: pd.DataFrame, pair: tuple[str, str]) -> bool:
    """Whether a place has one value in all its rows, of a year where there are years."""
    ends = ("origin", "destination")
    years = table["year"] if "year" in table.columns else pd.Series("", index=table.index)
    sides = [
        pd.DataFrame({"city": table[end], "year": years, "cell": table[name].astype(str)})
        for end, name in zip(ends, pair, strict=True)
    ]
    distinct = pd.concat(sides).drop_duplicates()
    return not distinct.duplicated(["city", "year"]).any()


def measures_in_twos(table: pd.DataFrame, ends: Ends) -> tuple[list[str], list[str]]:
    """Find the columns in twos that hold numbers, but nothing that a place has in all its rows.

    Parameters
    ----------
    table
        Pairs with `origin` and `destination`.
    ends
        What belongs to the ends.

    Returns
    -------
    tuple of two lists of str
        Those that are measures of the pairs, for their headings only count on (``v1, v2``); and those that speak of the ends by
        their headings (``pop_from, pop_to``).
    """
    counted: list[str] = []
    spoken: list[str] = []
    for pair in ends.others.values():
        if all(holds_numbers(table[name]) for name in pair) and not _is_attribute(table, pair):
            one, other = (set(heading_tokens(name)) for name in pair)
            (counted if one ^ other <= _COUNTING else spoken).extend(pair)
    return counted, spoken


def ids_of_points(table: pd.DataFrame, ends: Ends) -> pd.DataFrame:
    """Name the ends of pairs that have coordinates only by their points.

    Parameters
    ----------
    table
        Pairs with both ends' coordinates.
    ends
        Which columns they are.

    Returns
    -------
    pandas.DataFrame
        With `origin` and `destination`, as in ``53.79061, -1.60993``.
    """
    named = {}
    for side, end in enumerate(("origin", "destination")):
        lon, lat = (to_numbers(table[pair[side]]).round(_DIGITS) for pair in (ends.lon, ends.lat))
        texts = [f"{y:.{_DIGITS}f}, {x:.{_DIGITS}f}" for x, y in zip(lon, lat, strict=True)]
        named[end] = np.where(lon.notna() & lat.notna(), np.array(texts, dtype=object), "")
    return table.assign(**named)
