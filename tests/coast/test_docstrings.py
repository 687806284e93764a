"""The examples in the docstrings of places, regions, coasts and boundaries run."""

import doctest
import importlib

import pytest

MODULES = [
    "boundaries",
    "coast",
    "gazetteer.geocoding",
    "gazetteer.names",
    "gazetteer.countries",
    "impedance",
    "regions",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_docstrings(name):
    module = importlib.import_module(f"geobri.{name}")
    assert doctest.testmod(module).failed == 0
