"""Reading a study: tables as people have them, and a folder with every fault found at once.

`tables` reads one file, `cities` and `flows` make the tables of a study of it, `folder` reads `study.toml` and puts the
parts together.
"""

from geobri.study.reading.folder import FolderParts, read_folder, read_tables, refuse
from geobri.study.reading.tables import read_sheets, read_table, tidy_column_names, to_numbers

__all__ = [
    "FolderParts",
    "read_folder",
    "read_sheets",
    "read_table",
    "read_tables",
    "refuse",
    "tidy_column_names",
    "to_numbers",
]
