"""Writing a map to disk whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import folium

from geobri.errors import OutputError, mould

__all__ = ["save_map"]


def save_map(corridor_map: folium.Map, path: str | os.PathLike[str]) -> Path:
    """Write a map to one HTML file, whole or not at all.

    Parameters
    ----------
    corridor_map
        The map, with the layers added to it.
    path
        Where to write; the folder must exist. A file that is there is replaced in one step.

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
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(page)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except OSError as error:
        came = f"{type(error).__name__} for {target}: {error.strerror or error}"
        raise OutputError(
            mould("save_map", "the map must be written to a file", came, "Check folder, rights and space")
        ) from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink(missing_ok=True)
    return target
