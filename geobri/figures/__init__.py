"""Static maps and charts for print; matplotlib is an extra."""

from __future__ import annotations

from geobri.figures.print_map import draw_print_map
from geobri.figures.saving import save_figure

__all__ = ["draw_print_map", "save_figure"]


def __dir__() -> list[str]:
    return [*__all__]
