"""Proximity: whether the corridors of a published list are closer than chance, and what chance means."""

from geobri.notebooks import menu_of
from geobri.stats.proximity.every import proximity_tests
from geobri.stats.proximity.nulls import NULLS
from geobri.stats.proximity.result import ProximityResult
from geobri.stats.proximity.top_list import TopList as TopList
from geobri.stats.proximity.top_list import build_top_list as build_top_list
from geobri.stats.proximity.verdict import proximity_test

__all__ = ["NULLS", "ProximityResult", "proximity_test", "proximity_tests"]
__dir__ = menu_of(__all__)
