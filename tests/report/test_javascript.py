"""The parts of the page that need no browser, run by Node: `tests/report/js` holds their tests."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from geobri.webmap.modules import join_modules, order_modules

HERE = Path(__file__).parent / "js"


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name.split(".")[0])
def test_unit(file):
    node = shutil.which("node")
    if node is None:
        assert not os.environ.get("CI"), "Node must be there in CI"
        pytest.skip("no Node here")
    run = subprocess.run([node, "--test", str(file)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_page_shares_the_tables_and_the_unpacking_of_the_map():
    order = order_modules("geobri.report", "page")
    assert {"inflate", "tables"} < set(order)
    assert order[-1] == "page"
    code = join_modules("geobri.report", "page")
    assert not [line for line in code.splitlines() if line.startswith(("import ", "export "))]


def test_nothing_in_the_scripts_of_the_page_runs_text():
    code = join_modules("geobri.report", "page")
    assert "eval(" not in code
    assert "new Function" not in code
    assert code.count("innerHTML") == 1  # rows that the template escaped and geobri packed
