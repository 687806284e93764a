"""Reading a study: tables as people have them, and a folder with every fault found at once.

`sources` opens what is packed, `tables` reads one file, `cities` and `flows` make the tables of a study of it. `folder` reads `study.toml` and
puts the parts together; `loose` takes tables as they lie there, whose columns `ends` and `recognition` tell by what they hold; `repeats` brings
their pairs to one row each, and `hints` is what the user says of them.
"""

from geobri.study.reading.folder import FolderParts, read_folder, refuse
from geobri.study.reading.headings import tidy_column_names
from geobri.study.reading.hints import Hints
from geobri.study.reading.loose import read_files, read_frames
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.sources import unpack
from geobri.study.reading.tables import read_sheets, read_table

__all__ = [
    "FolderParts",
    "Hints",
    "read_files",
    "read_folder",
    "read_frames",
    "read_sheets",
    "read_table",
    "refuse",
    "tidy_column_names",
    "to_numbers",
    "unpack",
]
