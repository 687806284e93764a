"""Charts hold the numbers of their results, and notebooks show text as text."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from geobri.errors import MissingExtraError
from geobri.score import plotting
from geobri.score.audit import audit_ranking
from geobri.score.compare import compare_rankings
from geobri.score.compiled import compile_index
from geobri.score.spec_reading import load_spec
from geobri.score.trust.choices import LeaveOut, PerturbWeights
from geobri.score.trust.sensitivity import measure_sensitivity
from geobri.score.trust.uncertainty import measure_uncertainty

mpl.use("Agg")
SPEC = {
    "index": {"name": "s"},
    "dimension": [{"name": "d"}],
    "indicator": [{"name": name, "dimension": "d"} for name in ("x", "y", "z")],
}
CHOICES = [PerturbWeights(0.9), LeaveOut()]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def make_index(first="<b>a</b>"):
    values = pd.DataFrame(
        np.random.default_rng(0).gamma(1, 10, (5, 3)), index=[first, *"bcde"], columns=list("xyz")
    )
    return compile_index(load_spec(SPEC), values)


def test_uncertainty_draws_an_interval_per_unit():
    found = measure_uncertainty(make_index(), CHOICES, n_runs=100, rng=1)
    ax = found.plot()
    table = found.to_frame()
    assert [label.get_text() for label in ax.get_yticklabels()] == list(table["unit"])
    segments = np.array(ax.collections[0].get_segments())[:, :, 0]
    np.testing.assert_allclose(segments, table[["rank_lower", "rank_upper"]])
    np.testing.assert_allclose(ax.lines[0].get_xdata(), table["rank"])
    shown = found._repr_html_()
    assert "<b>a</b>" not in shown
    assert "&lt;b&gt;a" in shown


def test_sensitivity_draws_two_bars_per_choice():
    found = measure_sensitivity(make_index(), CHOICES, n_base=64, rng=1, n_bootstrap=20)
    ax = found.plot()
    widths = [bar.get_width() for bar in ax.patches]
    np.testing.assert_allclose(widths, [*found.effects["first"], *found.effects["total"]])
    assert "share of the variance" in ax.get_xlabel()
    assert "<table" in found._repr_html_()


def test_comparison_draws_a_line_per_common_city_into_given_axes():
    import matplotlib.pyplot as plt

    found = compare_rankings(
        pd.Series({"a": 1, "b": 2, "c": 3}), pd.Series({"a": 2, "b": 1, "x": 3}), names=("old", "new")
    )
    given = plt.subplots()[1]
    ax = found.plot(given)
    assert ax is given
    assert [list(line.get_ydata()) for line in ax.lines] == [[1, 2], [2, 1]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["old", "new"]
    assert "old and new" in found._repr_html_()


@pytest.mark.parametrize("bounds", [True, False])
def test_audit_draws_its_bounds_or_its_example(bounds):
    ranks = pd.DataFrame({"x": [1, 2, 3], "y": [2, 1, 3]}, index=list("abc"))
    found = audit_ranking(pd.Series([1, 2, 3], index=list("abc")), ranks, anchored=True, bounds=bounds)
    ax = found.plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    np.testing.assert_allclose(ax.lines[0].get_xdata(), found.example.mean(axis=1))
    assert "Scores in the order" in found._repr_html_()


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match=r"geobri\[plots\]"):
        plotting.draw_slopes(
            pd.DataFrame({"relative_first": [1], "relative_second": [1], "shift": [0]}), ("a", "b")
        )
