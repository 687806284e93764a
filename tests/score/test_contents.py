"""The table of contents of geobri.score."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from geobri import score


@pytest.mark.parametrize("name", score.__all__)
def test_every_name_is_there(name):
    assert name in dir(score)
    assert not isinstance(
        getattr(score, name), ModuleType
    )  # `normalise` is the function, not the file of that name


def test_unknown_names():
    with pytest.raises(AttributeError, match=r"no attribute 'normalize'"):
        _ = score.normalize


def test_optimisers_are_loaded_late():
    code = "import sys, geobri.score; print([name for name in ('scipy.optimize', 'SALib', 'matplotlib') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
