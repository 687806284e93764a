"""A text in both languages, and what places are called: every sentence that a reader sees exists in English and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from geobri.notebooks import menu_of

__all__ = ["PlaceWords", "Words"]
__dir__ = menu_of(__all__)

YES: Final = ("true", "yes", "y", "是", "有", "ja", "oui", "sí")
"""Words that say yes in a cell of a table or a question, in small letters."""
NO: Final = ("false", "no", "n", "否", "无", "nein", "non")
"""Words that say no."""
_HYPHEN: Final = re.compile(r"(?<![A-Za-z0-9_.,–−-])-(?=\d)")
"""A hyphen in front of a number, and neither within a word, a date, an address nor a range."""
_QUOTED: Final = re.compile("(“[^”]*”)")
_CITY: Final = re.compile(r"\b(?:(?P<article>[Aa]n?) )?(?P<initial>[Cc])it(?P<ending>y|ies)\b")
_QUOTES_BEFORE: Final = re.compile("““([^“”]*)”")
_QUOTES_BEHIND: Final = re.compile("“([^“”]*)””")
_CITY_ZH: Final = re.compile(r"(?P<count>[座个])?城市(?=(?P<pair>通路)?)")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in English and Chinese; the reader chooses which.

    Attributes
    ----------
    en, zh
        The text; where there is no Chinese, the English stands in its place.
    """

    en: str
    zh: str = ""

    def __post_init__(self) -> None:
        """Let the English stand in where there is no Chinese; make quotation marks within others single ones."""
        zh = self.zh or self.en
        if "““" in zh or "””" in zh:
            zh = _QUOTES_BEHIND.sub("‘\\1’”", _QUOTES_BEFORE.sub("“‘\\1’", zh))
        object.__setattr__(self, "zh", zh)

    def __str__(self) -> str:
        """Give the English."""
        return self.en

    def say(self, lang: Literal["en", "zh"]) -> str:
        """Give the text in one language.

        Parameters
        ----------
        lang
            The language.

        Returns
        -------
        str
            The text.
        """
        return self.zh if lang == "zh" else self.en

    def __add__(self, other: Words) -> Words:
        """Put another text behind this one."""
        return Words(self.en + other.en, self.zh + other.zh)

    def __bool__(self) -> bool:
        """Tell whether anything is said."""
        return bool(self.en)


def list_words(words: Iterable[Words]) -> Words:
    """List some texts as a sentence does.

    Parameters
    ----------
    words
        Names or parts of a sentence.

    Returns
    -------
    Words
        With commas between the English ones, and with the mark of enumeration between the Chinese ones.

    Examples
    --------
    >>> list_words([Words("Rome", "罗马"), Words("Oslo", "奥斯陆")]).zh
    '罗马、奥斯陆'
    """
    listed = list(words)
    return Words(", ".join(one.en for one in listed), "、".join(one.zh for one in listed))


def join_sentences(sentences: Iterable[Words]) -> Words:
    """Put sentences behind each other.

    Parameters
    ----------
    sentences
        Whole ones; empty ones are left out.

    Returns
    -------
    Words
        With a blank between the English ones; Chinese writes none.
    """
    said = [one for one in sentences if one]
    return Words(" ".join(one.en for one in said), "".join(one.zh for one in said))


def print_minus(text: str) -> str:
    """Write the minus of negative numbers as it is printed; what stands in quotation marks is a name and stays.

    Parameters
    ----------
    text
        A sentence.

    Returns
    -------
    str
        The sentence with U+2212 for every hyphen that stands before a number; dates, names and ranges stay as they are.

    Examples
    --------
    >>> print_minus("-7.5 ranks (-13 to -2), 2021-08-31, A-380")
    '−7.5 ranks (−13 to −2), 2021-08-31, A-380'
    >>> print_minus("“Zone -3” has -2")
    '“Zone -3” has −2'
    """
    parts = _QUOTED.split(text)
    parts[::2] = [_HYPHEN.sub("−", part) for part in parts[::2]]
    return "".join(parts)


NOTHING: Final = Words("")
"""No text in either language."""


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """What the places of a study are called: cities unless it says otherwise.

    Attributes
    ----------
    one, many
        Singular and plural in English; the plural follows the usual rules where it is not said.
    zh
        The Chinese word.

    Examples
    --------
    >>> PlaceWords("county", zh="县").tell(Words("A city of 5 cities.", "5 座城市之一。")).en
    'A county of 5 counties.'
    """

    one: str = "city"
    many: str = ""
    zh: str = ""

    def __post_init__(self) -> None:
        """Make the plural, and take the English word where there is no Chinese."""
        if not self.many:
            object.__setattr__(self, "many", _plural(self.one))
        if not self.zh:
            object.__setattr__(
                self, "zh", "城市" if self.one == "city" else "地点" if self.one == "place" else self.one
            )

    @classmethod
    def from_settings(cls, said: Mapping[str, str]) -> PlaceWords:
        """Read the table `[words]` of a study.

        Parameters
        ----------
        said
            `place`, and perhaps `places` and `place_zh`.

        Returns
        -------
        PlaceWords
            Cities where nothing is said.
        """
        return cls(said.get("place", "city"), said.get("places", ""), said.get("place_zh", ""))

    @property
    def is_city(self) -> bool:
        """Whether places are cities, so that nothing is to be told otherwise."""
        return (self.one, self.zh) == ("city", "城市")

    def tell(self, words: Words, names: Iterable[str] = ()) -> Words:
        """Call the places of a sentence what they are.

        Parameters
        ----------
        words
            A sentence that speaks of cities.
        names
            Names that may hold the word, such as Kansas City, and stay as they are.

        Returns
        -------
        Words
            The sentence in both languages.
        """
        if self.is_city:
            return words
        kept = _keeper(
            tuple(
                sorted({name for name in names if speaks_of_city(name)}, key=lambda name: (-len(name), name))
            )
        )
        return Words(_outside(kept, words.en, self._english), _outside(kept, words.zh, self._chinese))

    def _english(self, text: str) -> str:
        return _CITY.sub(self._word, text)

    def _word(self, found: re.Match[str]) -> str:
        word = self.one if found["ending"] == "y" else self.many
        word = word[:1].upper() + word[1:] if found["initial"] == "C" else word
        if not found["article"]:
            return word
        article = "an" if word[:1].lower() in "aeiou" else "a"
        return f"{article.capitalize() if found['article'][0] == 'A' else article} {word}"

    def _chinese(self, text: str) -> str:
        return _CITY_ZH.sub(
            lambda found: ("个" if found["count"] else "") + ("" if found["pair"] else self.zh), text
        )


def _plural(word: str) -> str:
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search(r"(s|x|z|ch|sh)$", word) else f"{word}s"


def speaks_of_city(name: object) -> bool:
    """Tell whether a name holds the word for a place, so that it must be kept when places are called otherwise.

    Parameters
    ----------
    name
        A name or a label; what is no text holds no word.

    Returns
    -------
    bool
        True for Kansas City.
    """
    return isinstance(name, str) and bool(_CITY.search(name) or "城市" in name)


@lru_cache(maxsize=16)
def _keeper(names: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("(" + "|".join(re.escape(name) for name in names) + ")") if names else None


def _outside(kept: re.Pattern[str] | None, text: str, change: object) -> str:
    """Change a text except for the names in it."""
    assert callable(change)
    if kept is None:
        return str(change(text))
    return "".join(part if at % 2 else str(change(part)) for at, part in enumerate(kept.split(text)))


CITY: Final = PlaceWords()
"""What places are called unless a study says otherwise."""
