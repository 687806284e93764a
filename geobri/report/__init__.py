"""From a study to one HTML file, a map and its tables."""

from __future__ import annotations

from geobri.report.page import draw_map, render_page
from geobri.report.writing import build_sections, write_report

__all__ = ["build_sections", "draw_map", "render_page", "write_report"]


def __dir__() -> list[str]:
    return [*__all__]
