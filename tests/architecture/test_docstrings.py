"""Every example in a docstring of the package runs and gives what it says."""

import doctest
import importlib
from pathlib import Path

import pytest

import geobri

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PACKAGE = Path(geobri.__file__).parent
MODULES = sorted(
    ".".join(["geobri", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.name != "__main__.py"
)


def _examples(module):
    return [test for test in doctest.DocTestFinder(recurse=True).find(module) if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for test in _examples(importlib.import_module(name)):
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_examples_are_found_at_all():
    found = {name: len(_examples(importlib.import_module(name))) for name in MODULES}
    assert sum(found.values()) >= 20
    assert found["geobri.geodesy"] >= 1
