"""Words on a map in English and Chinese, cleaned of what no text file can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from geobri.errors import SpecificationError, mould

__all__ = ["Language", "Text", "bilingual", "clean", "to_safe_json"]

Language: TypeAlias = Literal["en", "zh"]
Text: TypeAlias = str | Mapping[str, str]
"""One string for both languages, or a mapping ``{"en": ..., "zh": ...}``."""

_UNSAFE_IN_SCRIPT = {
    "<": "\\u003c",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def clean(value: object) -> str:
    """Turn a cell of a user's table into text that UTF-8 can hold.

    Parameters
    ----------
    value
        Anything; missing values become the empty string.

    Returns
    -------
    str
        The text, with lone surrogates and NUL replaced by U+FFFD.
    """
    if value is None or value != value:  # noqa: PLR0124 - NaN is the one value that differs from itself
        return ""
    text = str(value).replace("\x00", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def bilingual(text: Text | None, *, caller: str = "corridor_map", what: str = "text") -> dict[str, str]:
    """Give a text in both languages; where one is missing, the other stands in.

    Parameters
    ----------
    text
        One string for both languages, a mapping with `en`, `zh` or both, or None.
    caller, what
        Who asks for which text, for the message.

    Returns
    -------
    dict of str
        Keys `en` and `zh`; both empty when `text` is None.

    Raises
    ------
    SpecificationError
        If the mapping has neither language, or another key.
    """
    if text is None or isinstance(text, str):
        return {"en": clean(text), "zh": clean(text)}
    known = {key: clean(value) for key, value in text.items() if key in {"en", "zh"}}
    if not known or len(known) < len(text):
        wanted = f"{what} must be a string, or a mapping with the keys 'en' and 'zh'"
        raise SpecificationError(
            mould(caller, wanted, f"the keys {sorted(map(str, text))}", "Use 'en' and 'zh'")
        )
    other = next(iter(known.values()))
    return {"en": known.get("en", other), "zh": known.get("zh", other)}


def to_safe_json(data: Any) -> str:
    """Write JSON that can stand inside a `<script>` element whatever its strings hold.

    Parameters
    ----------
    data
        Anything `json` can write; NaN and infinities are refused.

    Returns
    -------
    str
        Compact JSON; `<`, `&`, U+2028 and U+2029 are written as escapes.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _UNSAFE_IN_SCRIPT.items():
        text = text.replace(character, escape)
    return text
