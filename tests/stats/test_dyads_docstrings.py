"""The examples in the docstrings of permutation, dyads and proximity run."""

import doctest
import importlib

import pytest

MODULES = {
    "p_values": 1,
    "permutation": 2,
    "pairs": 7,
    "moran_randomisation": 4,
    "dyads.mantel": 5,
    "dyads.mrqap": 5,
    "proximity.verdict": 7,
}


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_docstrings(name):
    outcome = doctest.testmod(importlib.import_module(f"geobri.stats.{name}"))
    assert outcome.failed == 0
    assert outcome.attempted == MODULES[name]
