"""What the user says of tables that geobri would have to guess at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from geobri.study.reading.numbers import DecimalMark

__all__ = ["Hints"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the user says of tables that geobri would have to guess at.

    Attributes
    ----------
    origin, destination
        Columns of the ends of a pair.
    value
        Column that is looked at first; where several rows speak of one pair, it is added up.
    place, lon, lat
        Columns of the table of places: its ids, its coordinates.
    year
        Column of years, or of dates whose years are taken.
    crs
        Reference system of coordinates that stand in columns, as in ``EPSG:27700``.
    directed
        Whether there and back may differ; None for what the numbers say.
    absent
        What a pair without a row means; None leaves it missing, and says so.
    count
        Whether rows are counted, though they hold numbers.
    drop_unknown
        Whether rows are left out, and counted, whose ends are no known places.
    country
        Country in which names are looked up.
    fill
        What is filled: ``country``, ``region``, ``coast`` from coordinates, ``population``, ``capital`` from the gazetteer by name and point.
    call
        What the places are, as in ``zone``, or ``county,counties,县``; places, unless a heading says city.
    impedance
        Column of the pairs that is no flow but their separation: it is kept beside a column of values, and its mean where rows are
        counted or added up.
    decimal
        The mark with which decimals begin in texts, where the cells may not tell.
    missing
        What stands for a missing number, such as ``-``.
    """

    origin: str = ""
    destination: str = ""
    value: str = ""
    place: str = ""
    lon: str = ""
    lat: str = ""
    year: str = ""
    crs: str = ""
    directed: bool | None = None
    absent: Literal["missing", "zero"] | None = None
    count: bool = False
    drop_unknown: bool = False
    country: str = ""
    fill: tuple[str, ...] = ()
    call: str = ""
    impedance: str = ""
    decimal: DecimalMark = ""
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Take one word for what is missing as well as several."""
        if isinstance(self.missing, str):
            object.__setattr__(self, "missing", (self.missing,))

    @property
    def renamed(self) -> dict[str, str]:
        """Ours by theirs, as the readers of tables take them."""
        ours = {"origin": self.origin, "destination": self.destination, "city": self.place}
        ours |= {"lon": self.lon, "lat": self.lat, "year": self.year}
        said = {theirs: name for name, theirs in ours.items() if theirs}
        return said | ({self.value: self.value} if self.value and self.value not in said else {})

    def not_found(self, headings: Collection[str]) -> dict[str, str]:
        """Give the columns that options name and no table has.

        Parameters
        ----------
        headings
            The columns of the tables, as these name them.

        Returns
        -------
        dict of str
            What was named, by its option.
        """
        options = {"city": "--place", "year": "--year-column"}
        return {
            options.get(ours, f"--{ours}"): theirs
            for theirs, ours in self.renamed.items()
            if theirs != self.value and theirs not in headings
        }
