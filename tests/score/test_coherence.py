"""Correlation, components, alpha, and the warning for double counting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError
from geobri.score import (
    Dimension,
    IndexSpec,
    Indicator,
    build_index,
    cronbach_alpha,
    find_double_counting,
    fit_principal_components,
    summarise_coherence,
)

SPEC = IndexSpec(
    name="twice",
    dimensions=(Dimension(name="d", importance="1/2"), Dimension(name="e", importance="1/2")),
    indicators=(
        Indicator(name="u", dimension="d", importance="1/2"),
        Indicator(name="copy", dimension="d", importance="1/2"),
        Indicator(name="anti", dimension="e", importance="1/4"),
        Indicator(name="own", dimension="e", importance="3/4"),
    ),
)


@pytest.fixture(scope="module")
def scores():
    rng = np.random.default_rng(6)
    u = rng.uniform(0, 100, 40)
    return pd.DataFrame({"u": u, "copy": u**2 / 100, "anti": 100 - u, "own": rng.uniform(0, 100, 40)})


def test_double_counting(scores):
    found = find_double_counting(scores, SPEC).set_index(["one", "other"])
    assert set(found.index) == {("u", "copy"), ("u", "anti"), ("copy", "anti")}
    assert found.loc[("u", "copy"), "correlation"] == pytest.approx(1)
    assert found.loc[("u", "copy"), "same_dimension"]
    assert found.loc[("u", "copy"), "effective"] == pytest.approx(0.5)
    assert (
        found.loc[("u", "copy"), "warning"]
        == "u and copy may count the same thing twice: correlation 1.00, 50% of the index together."
    )
    assert "may cancel each other" in found.loc[("u", "anti"), "warning"]
    assert not found.loc[("u", "anti"), "same_dimension"]


def test_the_warning_calls_indicators_by_their_titles(scores):
    titled = tuple(
        replace(leaf, title="Freight", title_zh="货运") if leaf.name == "u" else leaf
        for leaf in SPEC.indicators
    )
    found = find_double_counting(scores, replace(SPEC, indicators=titled)).set_index(["one", "other"])
    said = found.loc[("u", "copy")]
    assert said["warning"].startswith("Freight and copy may count the same thing twice")
    assert said["warning_zh"].startswith("货运 与 copy 可能重复计量同一事物")


def test_joint_absence_is_said(scores):
    sparse = scores.assign(u=np.where(scores["u"] < 60, 0.0, scores["u"]))
    sparse["copy"] = sparse["u"] ** 2
    found = find_double_counting(sparse, SPEC).iloc[0]
    assert found["both_lowest"] == pytest.approx((scores["u"] < 60).mean())
    assert found["warning"].endswith(f"{found['both_lowest']:.0%} of the units are lowest in both.")


def test_a_higher_threshold_finds_less(scores):
    noisy = scores.assign(copy=scores["u"] + np.random.default_rng(1).normal(0, 15, 40))
    assert len(find_double_counting(noisy, SPEC, threshold=0.8)) > len(
        find_double_counting(noisy, SPEC, threshold=0.99)
    )


def test_the_pipeline_warns():
    names = [f"t{i}" for i in range(6)]
    rng = np.random.default_rng(3)
    rows = []
    for i in range(6):
        for j in range(i + 1, 6):
            u = rng.uniform(0, 100)
            values = {"u": u, "copy": 3 * u, "anti": rng.uniform(), "own": rng.uniform()}
            rows += [(name, names[i], names[j], value) for name, value in values.items()]
    flows = pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"])
    result = build_index(SPEC, pd.DataFrame({"country": list("ABCDEF")}, index=names), flows)
    assert [said for said in result.warnings if "u and copy may count the same thing twice" in said]
    table = summarise_coherence(result).set_index("node")
    assert table.loc["d", "alpha"] == pytest.approx(1)
    assert table.loc["d", "first_component"] == pytest.approx(1)
    assert table.loc["overall", "children"] == 2
    assert len(summarise_coherence(result, level="corridors")) == 3


def test_components(scores):
    found = fit_principal_components(scores)
    assert found.eigenvalues.sum() == pytest.approx(4)
    assert found.explained.sum() == pytest.approx(1)
    np.testing.assert_allclose(
        found.loadings.to_numpy() @ found.loadings.to_numpy().T, scores.corr(), atol=1e-12
    )
    assert (found.loadings.sum(axis=0) >= 0).all()


def test_alpha_of_copies_is_one_and_of_one_is_undefined(scores):
    same = pd.DataFrame({"a": scores["u"], "b": scores["u"], "c": scores["u"]})
    assert cronbach_alpha(same) == pytest.approx(1)
    assert np.isnan(cronbach_alpha(same[["a"]]))


def test_alpha_by_hand():
    # variances 1 and 4, sum (2, 6, 7) with variance 7: 2 (1 - 5 / 7)
    frame = pd.DataFrame({"a": [1.0, 3.0, 2.0], "b": [1.0, 3.0, 5.0]})
    assert cronbach_alpha(frame) == pytest.approx(2 * (1 - 5 / 7))


@pytest.mark.parametrize("function", [cronbach_alpha, fit_principal_components])
def test_refusals(function, scores):
    with pytest.raises(DataError, match=r"constant columns 'copy'\."):
        function(scores.assign(copy=1.0))
    with pytest.raises(DataError, match=r"2 complete units of 40"):
        function(scores.where(scores.index.to_series() < 2))
    with pytest.raises(DataError, match=r"Got wholly missing columns 'copy'\."):
        function(scores.assign(copy=np.nan))


class Level:
    """A result as far as the table of coherence looks at it."""

    spec = SPEC

    def __init__(self, scores):
        self.cities = scores.assign(d=scores["u"] + scores["copy"], e=scores["own"], overall=scores["u"])


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"copy": 1.0}, "constant: 'copy'"),
        ({"copy": np.nan}, "wholly missing: 'copy'"),
    ],
)
def test_one_node_that_cannot_be_measured_leaves_the_others(scores, change, note):
    whole = summarise_coherence(Level(scores)).set_index("node")
    broken = Level(scores.assign(**change))
    broken.cities["d"] = scores["u"]
    table = summarise_coherence(broken).set_index("node")
    assert table.loc["d", "note"] == note
    assert table.loc["d", ["alpha", "first_component", "mean_correlation"]].isna().all()
    assert (whole["note"] == "").all()
    assert table.drop("d")["alpha"].notna().all()


def test_too_few_complete_units_are_counted(scores):
    table = summarise_coherence(Level(scores.where(scores.index.to_series() < 2))).set_index("node")
    assert table.loc["d", "note"] == "2 complete units of 40"
