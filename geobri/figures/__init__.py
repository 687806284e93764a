"""Static maps and charts for print; matplotlib is an extra."""

from __future__ import annotations

from geobri.charts import (
    draw_course,
    draw_distribution,
    draw_groups,
    draw_intervals,
    draw_points,
    draw_ranks,
    draw_stacks,
    use_colours,
)
from geobri.figures.print_map import draw_print_map
from geobri.figures.results import draw_definitions, draw_null, draw_result
from geobri.figures.saving import save_figure
from geobri.figures.style import figure_style, find_font, new_figure, title_figure

__all__ = [
    "draw_course",
    "draw_definitions",
    "draw_distribution",
    "draw_groups",
    "draw_intervals",
    "draw_null",
    "draw_points",
    "draw_print_map",
    "draw_ranks",
    "draw_result",
    "draw_stacks",
    "figure_style",
    "find_font",
    "new_figure",
    "save_figure",
    "title_figure",
    "use_colours",
]


def __dir__() -> list[str]:
    return [*__all__]
