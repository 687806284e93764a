"""What a column means is said by its measure: no line outside `geobri/measures.py` reads it out of a name."""

import ast
import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READING = {"startswith", "endswith", "removeprefix", "removesuffix"}
ALLOWED = {
    (
        "geobri/score/spec_faults.py",
        "name.startswith('rank_')",
    ): "keeps f'rank_{node}' free, which the scores build",
    ("geobri/findings/needs.py", "name == 'rank'"): "a word of the vocabulary of claims",
    (
        "geobri/stats/proximity/verdict.py",
        "name != 'rank_biserial'",
    ): "a statistic of proximity, which is no column",
    (
        "geobri/stats/proximity/verdict.py",
        "name == 'rank_biserial'",
    ): "a statistic of proximity, which is no column",
}


def _texts(node):
    """The texts of a literal, or of a tuple of literals."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def _is_name(node):
    return any(text.startswith(("rank", "coastal")) for text in _texts(node))


def _says_kind(node):
    """Whether a comparison asks for the kind of a measure, as `measure.kind == "rank"` does."""
    return (isinstance(node, ast.Attribute) and node.attr == "kind") or (
        isinstance(node, ast.Name) and node.id == "kind"
    )


def find_names_read(source):
    """List the expressions that read a meaning out of a column's name."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READING:
            if any(_is_name(argument) for argument in node.args):
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Compare) and all(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [node.left, *node.comparators]
            if any(_is_name(side) for side in sides) and not any(_says_kind(side) for side in sides):
                found.append(ast.unparse(node))
    return found


@functools.cache
def _all_read():
    return {
        (str(path.relative_to(ROOT)), text)
        for path in sorted((ROOT / "geobri").rglob("*.py"))
        if path != ROOT / "geobri/measures.py"
        for text in find_names_read(path.read_text(encoding="utf-8"))
    }


def test_no_line_reads_the_name_of_a_column():
    assert sorted(_all_read() - set(ALLOWED)) == []


def test_every_exception_is_still_there():
    assert sorted(set(ALLOWED) - _all_read()) == []


@pytest.mark.parametrize(
    "source",
    [
        "column.startswith('rank')",
        "column.startswith(('score', 'coastal_'))",
        "str(name).removeprefix('rank_')",
        "column.endswith('rank')",
        "value == 'coastal'",
        "'rank_overall' != frame.columns[0]",
    ],
)
def test_reading_a_name_is_found(source):
    assert len(find_names_read(source)) == 1


@pytest.mark.parametrize(
    "source",
    ["measure.kind == 'rank'", "kind == 'rank'", "f'rank_{node}'", "frame['rank']", "name == 'crank'"],
)
def test_building_a_name_and_asking_for_a_kind_are_free(source):
    assert find_names_read(source) == []
