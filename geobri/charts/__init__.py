"""Charts from plain numbers: points, groups, intervals, curves, ranks; matplotlib is loaded only when one is drawn.

Every function takes axes, or opens new ones, and returns them. What the numbers mean stands above: results of tests and of
indices draw themselves with these, and so do the figures for print.
"""

from geobri.charts.courses import draw_course, draw_ranks
from geobri.charts.points import draw_distribution, draw_groups, draw_points
from geobri.charts.rows import draw_intervals, draw_stacks
from geobri.charts.sheet import BLUE, GREY, PALE, RED, TONES, need_matplotlib, new_axes, use_colours
from geobri.notebooks import menu_of

__all__ = [
    "BLUE",
    "GREY",
    "PALE",
    "RED",
    "TONES",
    "draw_course",
    "draw_distribution",
    "draw_groups",
    "draw_intervals",
    "draw_points",
    "draw_ranks",
    "draw_stacks",
    "need_matplotlib",
    "new_axes",
    "use_colours",
]
__dir__ = menu_of(__all__)
