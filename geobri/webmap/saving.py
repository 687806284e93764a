"""Writing a map to disk whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import folium

from geobri.outputs import staged_file

__all__ = ["save_map"]


def save_map(corridor_map: folium.Map, path: str | os.PathLike[str]) -> Path:
    """Write a map to one HTML file, whole or not at all.

    Parameters
    ----------
    corridor_map
        The map, with the layers added to it.
    path
        Where to write; the folder is made if need be. A file that is there is replaced in one step.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OutputError
        If the file cannot be written; what was there before is then untouched.
    """
    target = Path(path)
    page = corridor_map.get_root().render().encode("utf-8", "replace")
    with staged_file(target, caller="save_map") as stage:
        stage.write_bytes(page)
    return target
