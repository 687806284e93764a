"""One key per name, so that "São Tomé", "Sao Tome" and "SAO-TOME" meet."""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["CHINESE_KINDS", "is_han", "leave_off_kind", "name_key"]

CHINESE_KINDS: Final = ("地区", "市", "区", "县", "州", "盟", "旗")
"""What a place in China is called by, and left off by many who write its name."""
_BEFORE_A_KIND: Final = 2
"""Characters that a Chinese name must have without its kind: 沙市 and 通州 keep theirs."""

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ə": "e",
        "ħ": "h",
        "ŋ": "n",
        "ʻ": "",
        "ʼ": "",
        "ʿ": "",
        "ʾ": "",
    }
)
_LATIN_MARKS = range(0x0300, 0x0370)


def name_key(name: object) -> str:
    """Normalise a place name for comparison.

    Parameters
    ----------
    name
        A name in any script; anything that is not text counts as no name.

    Returns
    -------
    str
        Case-folded letters and digits only, without accents, punctuation or spaces; empty if nothing is left. Marks that carry
        meaning in Indic scripts, Thai or Japanese are kept.

    Examples
    --------
    >>> name_key("São Tomé"), name_key("Xi'an"), name_key(" - ")
    ('saotome', 'xian', '')
    """
    if not isinstance(name, str):
        return ""
    folded = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    kept = (letter for letter in folded if ord(letter) not in _LATIN_MARKS)
    composed = unicodedata.normalize("NFC", "".join(kept))
    return "".join(letter for letter in composed if unicodedata.category(letter)[0] in "LNM")


def is_han(name: str) -> bool:
    """Tell whether a name is written in Chinese characters alone.

    Parameters
    ----------
    name
        Any text.

    Returns
    -------
    bool
        True if every letter is a CJK ideograph and there is at least one.
    """
    letters = [letter for letter in name if letter.isalpha()]
    return bool(letters) and all("\u3400" <= letter <= "\u9fff" for letter in letters)


def leave_off_kind(name: str) -> str:
    """Leave off what a place in China is called by.

    Parameters
    ----------
    name
        A name.

    Returns
    -------
    str
        Without 市, 区, 县 and the like at its end, where two characters are left; any other name as it is.

    Examples
    --------
    >>> leave_off_kind("成都市"), leave_off_kind("沙市"), leave_off_kind("Chengdu")
    ('成都', '沙市', 'Chengdu')
    """
    kind = next((kind for kind in CHINESE_KINDS if name.endswith(kind)), "")
    bare = name.removesuffix(kind)
    return bare if len(bare) >= _BEFORE_A_KIND else name
