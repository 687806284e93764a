"""The pages on trust: every example runs, and the numbers that the text quotes are the ones it gives."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def run_page(name):
    text = (DOCS / name).read_text(encoding="utf-8")
    scope = {}
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        exec(compile(block, name, "exec"), scope)
    return text, scope


def test_page_on_uncertainty_runs():
    _, scope = run_page("uncertainty.md")
    assert len(scope["found"].ranks) == 10_000
    assert set(scope["effects"].effects["choice"]) == {
        "variant",
        "normaliser",
        "aggregator",
        "weights",
        "left out",
    }
    assert scope["both"].measures["value"].notna().all()


@pytest.mark.slow
def test_page_on_the_audit_runs_and_quotes_its_own_results():
    text, scope = run_page("audit.md")
    quoted = " ".join(line.removeprefix("> ") for line in text.splitlines() if line.startswith("> "))
    assert quoted == scope["audit"].summary()
    assert scope["answer"].possible
    assert [set(group) for group in scope["answer"].tied] == [{"tianjin", "qingdao"}]
    assert scope["audit"].weights.margin == pytest.approx(-1.23, abs=0.005)
    assert scope["lead"].gt(0).all()
