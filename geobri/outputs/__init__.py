"""Whole or not at all: outputs are written to a stage, brought safely to disk and put in place in one step.

The stage is a hidden folder ``.geobri-XXXXXXXX`` beside the target. What a killed run left there is finished or
cleared by the next run that writes to the same place.
"""

from __future__ import annotations

from geobri.notebooks import menu_of
from geobri.outputs.staging import staged_file, staged_folder

__all__ = ["staged_file", "staged_folder"]
__dir__ = menu_of(__all__)
