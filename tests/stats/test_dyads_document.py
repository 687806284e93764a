"""docs/dyadic-tests.md: its examples run, its functions exist, its numbers are those of the tests."""

import re
from pathlib import Path

import pytest

from geobri.stats import dyads, proximity
from geobri.stats.proximity import NULLS

TEXT = (Path(__file__).parents[2] / "docs" / "dyadic-tests.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def namespace():
    names = {}
    for block in re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL):
        exec(compile(block, "docs/dyadic-tests.md", "exec"), names)
    return names


def test_examples_run(namespace):
    assert namespace["decay"].summary().startswith("Over 66 pairs of 12 cities, “score” falls with distance")
    assert namespace["held"].names == ("distance_km", "wealth")


def test_table_of_the_published_list_is_what_the_tests_give(namespace):
    rows = re.findall(
        r"^\| `(\w+)`(?: \(naive\))? \| ([\d,]+)[^|]*\| ([\d.]+) % \| ([\d.]+) \|$", TEXT, flags=re.MULTILINE
    )
    printed = {null: (int(count.replace(",", "")), float(share), float(p)) for null, count, share, p in rows}
    assert set(printed) == set(NULLS)
    for result in namespace["results"]:
        count, share, p = printed[result.null]
        assert result.n_arrangements == count
        assert result.p_value == pytest.approx(p, rel=0.02)
        assert result.p_value == pytest.approx(2 * share / 100, rel=0.03)


def test_functions_of_the_table_exist():
    (table,) = re.findall(r"\| question \| function .*?\n\n", TEXT, flags=re.DOTALL)
    named = set(re.findall(r"`(\w+)`", table))
    assert named == {
        one for one in (*dyads.__all__, *proximity.__all__) if one.endswith(("_test", "_tests"))
    } - {"dyadic_tests"}


def test_nulls_of_the_table_are_all():
    assert set(re.findall(r"^\| `(\w+)`(?: \(naive\))? \| the ", TEXT, flags=re.MULTILINE)) | {"hubs"} == set(
        NULLS
    )
