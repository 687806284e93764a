"""docs/scoring.md: its examples run, and the names in its table of steps exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geobri import score

TEXT = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")


def test_examples_run_in_order():
    blocks = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    assert len(blocks) == 6
    namespace = {}
    for block in blocks:
        exec(compile(block, "docs/scoring.md", "exec"), namespace)
    result = namespace["result"]
    assert result.cities["rank_overall"].to_dict() == {"singapore": 2, "shanghai": 1, "xian": 4, "nairobi": 3}
    assert len(result.corridors) == 5
    assert [path.name for path in namespace["written"]] == [
        "scores_cities.csv",
        "scores_corridors.csv",
        "spec.toml",
    ]


def test_the_toml_example_is_valid():
    import tomllib

    (block,) = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
    raw = tomllib.loads(block)
    raw["dimension"][0]["importance"] = "1"  # the example shows one of two halves
    assert score.load_spec(raw).indicators[0].zero == "structural"


@pytest.mark.parametrize(
    ("step", "registry", "leave_out"),
    [
        ("impute", score.IMPUTERS, {"none"}),
        ("pairs to cities", score.CITY_RULES, set()),
        ("outliers", score.TREATMENTS, {"none"}),
        ("normalise", score.NORMALISERS, set()),
        ("weigh", score.WEIGHTINGS, set()),
        ("aggregate", score.AGGREGATORS, set()),
    ],
)
def test_the_table_of_steps_is_complete(step, registry, leave_out):
    (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| {step} |")]
    words = set(re.findall(r"[a-z_]+", row))
    assert set(registry) - leave_out <= words


def test_functions_named_in_the_document_exist():
    named = set(re.findall(r"`([a-z_]+)`(?=[,;| (])", TEXT)) & {
        n for n in dir(score) if callable(getattr(score, n))
    }
    assert {"screen", "impute", "pair_to_city", "treat", "normalise", "weigh", "aggregate", "rank"} <= named
