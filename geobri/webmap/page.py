"""The pieces of HTML that make a map: what several maps share, what each has, and how it starts."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from geobri.errors import SpecificationError, mould
from geobri.webmap import assets
from geobri.webmap.packing import checksum
from geobri.webmap.wording import to_safe_json

__all__ = ["OFFLINE_POLICY", "MapParts", "assemble_parts", "data_block", "join_heads", "make_key"]

OFFLINE_POLICY: Final = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'\">"
)
"""A policy under which the page cannot reach any network; for pages that hold nothing but our own maps."""

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, repr=False)
class MapParts:
    """A map in pieces, to be put into a page of one's own.

    Attributes
    ----------
    key
        Name of the map on its page: the id of its element, and the prefix of its state in the address.
    head_blocks
        Style, Leaflet, runtime and base map; equal blocks of several maps need to stand on the page only once.
    body
        The element that holds the map, with its data.
    script
        One statement that starts the map; to be run after `body` has been read.
    """

    key: str
    head_blocks: tuple[str, ...]
    body: str
    script: str

    def __repr__(self) -> str:
        """Give name and sizes rather than the page itself."""
        return f"<MapParts {self.key}: head of {len(self.head):,} letters, body of {len(self.body):,}>"

    @property
    def head(self) -> str:
        """All head blocks as one string, enough for a page with this map alone."""
        return "\n".join(self.head_blocks)


def join_heads(parts: Iterable[MapParts]) -> str:
    """Join the heads of several maps on one page; what they share stands there once.

    Parameters
    ----------
    parts
        The maps of the page.

    Returns
    -------
    str
        HTML for the page's head.
    """
    return "\n".join(dict.fromkeys(block for part in parts for block in part.head_blocks))


def make_key(*documents: Any) -> str:
    """Make a name for a map from what it holds, so that the same map has the same name.

    Parameters
    ----------
    *documents
        What JSON can write.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    return hashlib.sha256(to_safe_json(documents).encode()).hexdigest()[:16]


def _check_key(key: str, caller: str) -> str:
    if not _KEY.fullmatch(key):
        wanted = "key must begin with a letter and hold letters, digits and underscores only"
        raise SpecificationError(mould(caller, wanted, repr(key), "Take a key such as 'm1'"))
    return key


def _shared_blocks(base: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    """Give the blocks maps can share, and the id of the base map among them."""
    base_id = f"geobri_base_{make_key(base)}"
    return (
        *assets.packed_code(),
        data_block(to_safe_json(base), f'id="{base_id}"'),
    ), base_id


def data_block(text: str, attributes: str) -> str:
    """Write data into a page with their checksum, so that the page knows whether they came whole (`static/whole.js`).

    Parameters
    ----------
    text
        As `geobri.webmap.wording.to_safe_json` gives it.
    attributes
        Attributes of the block, as HTML.

    Returns
    -------
    str
        The block.
    """
    return f'<script type="application/json" {attributes} data-sum="{checksum(text)}">{text}</script>'


def _no_script(config: dict[str, Any]) -> str:
    title, summary = (html.escape(config[name][config["lang"]]) for name in ("title", "summary"))
    return f"<noscript><h2>{title}</h2><p>{summary}</p></noscript>"


def assemble_parts(
    config: dict[str, Any],
    base: dict[str, Any],
    *,
    key: str,
    map_name: str | None = None,
    size: tuple[str, str] = ("100%", "100%"),
    standalone: bool = False,
) -> MapParts:
    """Write a map as HTML.

    Parameters
    ----------
    config
        Everything the page reads about this map: words, cities, corridors, opening state.
    base
        The packed base map.
    key
        Name of the map on its page.
    map_name
        Name of the JavaScript variable that holds the Leaflet map; None for none.
    size
        Width and height as CSS lengths, already checked.
    standalone
        Whether the map is the page: its state then goes without a prefix into the address.

    Returns
    -------
    MapParts
        The pieces.

    Raises
    ------
    SpecificationError
        If the key cannot be an id.
    """
    _check_key(key, "map_parts")
    blocks, base_id = _shared_blocks(base)
    style = f"width:{size[0]};height:{size[1]}"
    page = config | {"base": base_id, "standalone": standalone}
    leaflet_id = map_name or f"{key}_leaflet"
    data = data_block(to_safe_json(page), 'class="geobri-data"')
    body = (
        f'<section class="geobri" id="{key}" data-leaflet="{leaflet_id}" style="{style}" lang="{config["lang"]}">'
        f"{_no_script(config)}"
        f"{data}"
        "</section>"
    )
    start = f'geobriRuntime.start("{key}")'
    script = f"var {map_name} = {start}.map;" if map_name else f"{start};"
    return MapParts(key=key, head_blocks=blocks, body=body, script=script)
