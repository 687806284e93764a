"""What a study is called, and its places: airports, stations, zones. Nothing is called a city that no heading calls so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from geobri.gazetteer.names import is_han
from geobri.measures import Taken, label_column
from geobri.study.reading.parts import FolderParts
from geobri.study.reading.sources import STANDARD_STEM
from geobri.words import PlaceWords, Words

__all__ = ["call_as_said", "call_by_table", "call_if_unsaid", "choose_language", "entitle"]

_KINDS: Final = (
    PlaceWords("airport", zh="机场"), PlaceWords("station", zh="站点"), PlaceWords("stop", zh="站点"), PlaceWords("port", zh="港口"),
    PlaceWords("zone", zh="小区"), PlaceWords("county", zh="县"), PlaceWords("district", zh="地区"), PlaceWords("municipality", zh="市镇"),
    PlaceWords("commune", zh="市镇"), PlaceWords("province", zh="省"), PlaceWords("state", zh="州"), PlaceWords("prefecture", zh="都道府县"),
    PlaceWords("canton", zh="州"), PlaceWords("department", zh="省"), PlaceWords("region", zh="区域"), PlaceWords("country", zh="国家/地区"),
    PlaceWords("borough", zh="区"), PlaceWords("ward", zh="区"), PlaceWords("parish", zh="教区"), PlaceWords("tract", zh="普查区"),
    PlaceWords("neighbourhood", zh="街区"), PlaceWords("neighborhood", zh="街区"), PlaceWords("village", zh="村庄"), PlaceWords("town", zh="镇"),
    PlaceWords("hospital", zh="医院"), PlaceWords("school", zh="学校"), PlaceWords("node", zh="节点"), PlaceWords("site", zh="站点"),
)  # fmt: skip
_SPOKEN: Final = {
    **{word: kind for kind in _KINDS for word in (kind.one, kind.many)},
    **{
        word: kind
        for kind in _KINDS
        for word in {
            "airport": ("机场", "空港", "flughafen", "flughäfen", "aéroport", "aéroports", "aeropuerto", "aeropuertos"),
            "station": ("车站", "站点", "駅", "bahnhof", "bahnhöfe", "gare", "gares", "estación", "estaciones"),
            "port": ("港口", "hafen", "häfen"), "stop": ("haltestelle", "haltestellen", "arrêt", "arrêts"),
            "zone": ("小区", "交通小区", "zonen"), "county": ("县", "landkreis", "landkreise", "kreis", "kreise"),
            "district": ("bezirk", "bezirke"), "municipality": ("gemeinde", "gemeinden", "municipio", "municipios"),
            "province": ("省", "省份", "provincia", "provincias"), "state": ("bundesland", "bundesländer", "estado", "estados"),
            "prefecture": ("都道府県", "県"), "canton": ("kanton", "kantone", "cantons"),
            "department": ("département", "départements", "departement", "departements"), "region": ("regionen", "région", "régions"),
            "country": ("国家", "land", "länder", "pays", "país", "países"),
        }.get(kind.one, ())
    },
}  # fmt: skip
_TOKEN: Final = re.compile(r"[^\W\d_]+")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PLACE: Final = {"place": "place"}
_CITY: Final = frozenset({"city", "cities", "城市"})
_JAPANESE: Final = re.compile("[ぁ-ヿ発経緯駅県乗図]")
"""Letters of Japanese headings and names that no Chinese ones have."""


def call_as_said(said: str, parts: FolderParts) -> None:
    """Take the words that the user gave for the places.

    Parameters
    ----------
    said
        As in ``county,counties,县``.
    parts
        Whose settings take them.
    """
    words = [word.strip() for word in said.split(",")]
    han = [word for word in words if is_han(word)]
    latin = [word for word in words if not is_han(word)]
    keys = dict(zip(("place", "places"), latin, strict=False)) | ({"place_zh": han[0]} if han else {})
    parts.settings["words"] = keys


def call_by_table(
    named: Iterable[str], unique: Iterable[str], headings: Iterable[str], parts: FolderParts
) -> None:
    """Call the places what their table is called, else what the heading of their ids calls them, else cities where a heading says so.

    Parameters
    ----------
    named
        What the table of places is called: its sheet, its file without the ending; nothing where there is no such table.
    unique
        Headings of columns whose cells are all different, or of the ends of pairs.
    headings
        All headings.
    parts
        Whose settings take the words; what was inferred is noted.
    """
    kind, because = None, Words("")
    for name in named:
        kind = _spoken_of(name)
        if kind is not None:
            because = Words(f"their table is called '{name}'", f"地点表名为“{name}”")
            break
    for name in unique if kind is None else ():
        kind = _spoken_of(name)
        if kind is not None:
            because = Words(f"their column is called '{name}'", f"其列名为“{name}”")
            break
    if kind is None:
        if not any(_CITY & set(_tokens(name)) for name in headings):
            parts.settings["words"] = dict(_PLACE)
        return
    parts.settings["words"] = _settings(kind)
    taken = Words(f"called {kind.many}", f"称为“{kind.zh}”")
    because += Words(" (else: --call)", "（若不然：--call）")
    parts.taken.append(Taken(column=Words("places", "地点"), taken=taken, because=because))


def call_if_unsaid(word: str, parts: FolderParts) -> None:
    """Call places that were found by their names what they are, where nothing calls them so.

    Parameters
    ----------
    word
        One that this module knows in both languages.
    parts
        Whose settings take it.
    """
    if parts.lenient and parts.settings.get("words") == _PLACE:
        parts.settings["words"] = _settings(_SPOKEN[word])


def entitle(file: Path, parts: FolderParts) -> None:
    """Give the study the title that stands above its table, else the name of its file.

    Parameters
    ----------
    file
        The table of pairs, else that of places.
    parts
        Whose settings take it; a title that was found above a table is noted.
    """
    above = parts.titles.get(file, "")
    unnamed = file.stem == STANDARD_STEM
    parts.settings["title"] = above or ("Flows" if unnamed else label_column(file.stem))
    if unnamed and not above:
        parts.settings["title_zh"] = "流量"
    if above:
        because = Words("that stands above the table", "表格上方如此写明")
        parts.taken.append(Taken(column=Words(file.name), taken=Words(f"title = {above}"), because=because))


def choose_language(parts: FolderParts) -> None:
    """Let a study open in Chinese where nobody chose a language, and most headings and names of places are Chinese.

    Parameters
    ----------
    parts
        What was read; the language is put into its settings, and said.
    """
    if "language" in parts.settings or parts.cities is None:
        return
    headings = [name for named in parts.headings.values() for name in named]
    names = parts.cities["name_zh"].fillna(parts.cities["name"]).astype(str)
    if not (_are_chinese(headings) and _are_chinese(names)):
        return
    parts.settings["language"] = "zh"
    because = Words(
        'most headings and names of places are (else: --lang en, or language = "en" in study.toml)',
        '列名与地名大多为中文（若不然：--lang en，或在 study.toml 中写 language = "en"）',
    )
    parts.taken.append(
        Taken(column=Words("language", "语言"), taken=Words("Chinese", "中文"), because=because)
    )


def _are_chinese(texts: Iterable[str]) -> bool:
    """Tell whether most of some texts are in Chinese letters, and none in Japanese ones."""
    known = [text for text in texts if text]
    return sum(map(is_han, known)) > len(known) / 2 and not any(map(_JAPANESE.search, known))


def _settings(words: PlaceWords) -> dict[str, str]:
    return {"place": words.one, "places": words.many, "place_zh": words.zh}


def _tokens(heading: str) -> list[str]:
    return _TOKEN.findall(_HUMP.sub(" ", heading).lower().replace("_", " "))


def _spoken_of(heading: str) -> PlaceWords | None:
    """Find the word in a heading, the last first; Chinese and Japanese write it behind others without a blank."""
    for word in reversed(_tokens(heading)):
        if word in _SPOKEN:
            return _SPOKEN[word]
        kind = next((_SPOKEN[said] for said in _SPOKEN if is_han(said) and word.endswith(said)), None)
        if kind is not None:
            return kind
    return None
