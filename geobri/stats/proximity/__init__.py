"""Proximity: whether the corridors of a published list are closer than chance, and what chance means."""

from geobri.stats.proximity.every import proximity_tests
from geobri.stats.proximity.nulls import NULLS
from geobri.stats.proximity.result import ProximityResult
from geobri.stats.proximity.top_list import TopList, build_top_list
from geobri.stats.proximity.verdict import proximity_test

__all__ = ["NULLS", "ProximityResult", "TopList", "build_top_list", "proximity_test", "proximity_tests"]


def __dir__() -> list[str]:
    return [*__all__]
