"""How a measure is called inside a sentence."""

from __future__ import annotations

from typing import Final

from geobri.measures import Measure
from geobri.words import Words

__all__ = ["DISTANCE", "called"]

DISTANCE: Final = Measure(
    column="distance_km",
    of="corridors",
    kind="amount",
    label="distance",
    label_zh="距离",
    unit="km",
    unit_zh="公里",
)
"""What the column of lengths in the contract of corridors means."""


def called(measure: Measure) -> Words:
    """Give the label of a measure as a name that any sentence can take.

    A label is whatever its owner wrote: one thing or several, with a unit or a full stop, in either language. In quotation
    marks it is one name, so that the verb after it stands in the singular and nothing before it needs an article. Only
    distance is a word of our own.

    Parameters
    ----------
    measure
        What the sentence speaks of.

    Returns
    -------
    Words
        ``“Joint papers”``.
    """
    if (measure.label, measure.label_zh) == (DISTANCE.label, DISTANCE.label_zh):
        return Words(measure.label, measure.label_zh)
    return Words(f"“{measure.label}”", f"“{measure.label_zh}”")
