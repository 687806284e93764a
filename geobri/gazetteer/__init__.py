"""Places and countries by name: the gazetteer, aliases, and geocoding that never guesses."""

from geobri.gazetteer.countries import country_codes, load_country_table
from geobri.gazetteer.geocoding import GeocodeReport, geocode
from geobri.gazetteer.known import describe_places
from geobri.gazetteer.places import GEONAMES_ATTRIBUTION, load_gazetteer, load_report_cities

__all__ = [
    "GEONAMES_ATTRIBUTION",
    "GeocodeReport",
    "country_codes",
    "describe_places",
    "geocode",
    "load_country_table",
    "load_gazetteer",
    "load_report_cities",
]


def __dir__() -> list[str]:
    return [*__all__]
