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
)
from geobri.charts import (
    use_colours as use_colours,
)
from geobri.figures.print_map import draw_print_map
from geobri.figures.results import draw_definitions, draw_null, draw_result
from geobri.figures.saving import save_figure
from geobri.figures.style import figure_style, new_figure
from geobri.figures.style import find_font as find_font
from geobri.figures.style import title_figure as title_figure
from geobri.notebooks import menu_of

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
    "new_figure",
    "save_figure",
]
__dir__ = menu_of(__all__)
