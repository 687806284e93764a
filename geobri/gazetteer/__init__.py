"""Places and countries by name: the gazetteer, aliases, and geocoding that never guesses."""

from geobri.gazetteer.countries import country_codes
from geobri.gazetteer.countries import load_country_table as load_country_table
from geobri.gazetteer.geocoding import GeocodeReport, geocode
from geobri.gazetteer.known import describe_places
from geobri.gazetteer.places import GEONAMES_ATTRIBUTION, load_gazetteer
from geobri.gazetteer.places import load_report_cities as load_report_cities
from geobri.notebooks import menu_of

__all__ = [
    "GEONAMES_ATTRIBUTION",
    "GeocodeReport",
    "country_codes",
    "describe_places",
    "geocode",
    "load_gazetteer",
]
__dir__ = menu_of(__all__)
