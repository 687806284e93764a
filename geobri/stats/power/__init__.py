"""What could have been found at all: the power of every test, by simulation with a known truth."""

from geobri.stats.power.designs import DESIGNS, Design
from geobri.stats.power.simulation import PowerResult, power, proportion_interval

__all__ = ["DESIGNS", "Design", "PowerResult", "power", "proportion_interval"]


def __dir__() -> list[str]:
    return [*__all__]
