"""The published data: two reports on the cities of the Belt and Road, whole, with what they contradict.

`bri22()` is the Belt and Road City Connectivity Index of 2021 (22 cities, 195 international pairs, six
dimensions); `global513()` is Global Cities in the Vision of the Belt and Road Initiative 2021 (513 cities, two
indices). Neither report prints raw values or scores: what is published is ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from geobri.datasets.bri22 import bri22
from geobri.datasets.global513 import global513
from geobri.datasets.record import Dataset
from geobri.notebooks import menu_of

__all__ = ["DATASETS", "Dataset", "bri22", "global513"]

DATASETS: Mapping[str, Callable[[], Dataset]] = MappingProxyType({"bri22": bri22, "global513": global513})
"""The loader of each data set, by name."""
__dir__ = menu_of(__all__)
