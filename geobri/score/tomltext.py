"""Mappings as TOML text: what the standard library reads and does not write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["to_toml"]

_DELETE: Final = chr(127)


def to_toml(document: Mapping[str, Any]) -> str:
    """Write a mapping of tables and arrays of tables as TOML.

    Parameters
    ----------
    document
        Values are text, numbers, booleans, lists, flat mappings, or lists of mappings (arrays of tables).

    Returns
    -------
    str
        The text, ending in a newline; the same input gives the same bytes.
    """
    parts = []
    for key, value in document.items():
        if isinstance(value, Mapping):
            parts.append(f"[{key}]\n" + _toml_lines(value))
        elif isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
            parts.extend(f"[[{key}]]\n" + _toml_lines(one) for one in value)
        else:
            parts.insert(0, f"{key} = {_toml_value(value)}\n")
    return "\n".join(parts)


def _toml_lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_toml_value(value)}\n" for key, value in table.items() if value is not None)


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml_key(key)} = {_toml_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml_value(one) for one in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace(_DELETE, "\\u007f")


def _toml_key(key: object) -> str:
    text = str(key)
    return text if text.isascii() and text.replace("_", "").replace("-", "").isalnum() else _toml_value(text)
