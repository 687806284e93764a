"""`geobri new`: a commented study folder that runs as it is."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from geobri.errors import StudyError, first_offenders, mould
from geobri.outputs import staged_folder

__all__ = ["create_study"]


def create_study(folder: str | Path) -> list[Path]:
    """Make a commented study folder to start from.

    Parameters
    ----------
    folder
        Where; it must be empty or not exist yet.

    Returns
    -------
    list of pathlib.Path
        The files: `study.toml, cities.csv, flows.csv, index.toml`.

    Raises
    ------
    StudyError
        If the folder already holds files.
    """
    folder = Path(folder)
    if folder.is_dir() and any(folder.iterdir()):
        came = first_offenders(sorted(path.name for path in folder.iterdir()))
        raise StudyError(
            mould(
                "geobri new",
                f"the folder '{folder}' must be empty or new",
                f"files in it: {came}",
                "Choose another name",
            )
        )
    source = resources.files("geobri") / "data" / "template"
    with staged_folder(folder, caller="geobri new") as stage:
        for item in source.iterdir():
            (stage / item.name).write_text(item.read_text(encoding="utf-8"), encoding="utf-8")
    return sorted(folder.iterdir())
