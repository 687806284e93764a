"""With pandas 2 a category that no row has is a group of its own, unless a grouping says that it is not wanted."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "geobri"


@pytest.mark.parametrize(
    "room", sorted({path.parent for path in PACKAGE.rglob("*.py")}), ids=lambda room: room.name
)
def test_every_grouping_says_that_only_what_is_there_counts(room):
    silent = [
        f"{path.name}:{node.lineno}"
        for path in room.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "groupby"
        and all(keyword.arg != "observed" for keyword in node.keywords)
    ]
    assert not silent, f"say observed=True in {silent}"
