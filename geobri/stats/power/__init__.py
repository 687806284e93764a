"""What could have been found at all: the power of every test, by simulation with a known truth."""

from geobri.notebooks import menu_of
from geobri.stats.power.designs import DESIGNS, Design
from geobri.stats.power.simulation import PowerResult, power
from geobri.stats.power.simulation import proportion_interval as proportion_interval

__all__ = ["DESIGNS", "Design", "PowerResult", "power"]
__dir__ = menu_of(__all__)
