"""From a study to one HTML file, a map and its tables."""

from __future__ import annotations

from geobri.notebooks import menu_of
from geobri.report.maps import draw_map as draw_map
from geobri.report.page import render_page as render_page
from geobri.report.writing import build_sections as build_sections
from geobri.report.writing import write_report

__all__ = ["write_report"]
__dir__ = menu_of(__all__)
