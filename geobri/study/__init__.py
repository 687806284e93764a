"""Studies: a folder (or a built-in one) in; cities, corridors, flows and values out."""

from __future__ import annotations

from geobri.notebooks import menu_of
from geobri.study.loading import BUILT_IN, check_study, load_study, read_study
from geobri.study.loading import load_tables as load_tables
from geobri.study.model import Study, StudyFault
from geobri.study.pairs import pairs_of
from geobri.study.writing import write_tables

__all__ = [
    "BUILT_IN",
    "Study",
    "StudyFault",
    "check_study",
    "load_study",
    "pairs_of",
    "read_study",
    "write_tables",
]
__dir__ = menu_of(__all__)
