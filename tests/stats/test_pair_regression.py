"""Regression of a score of pairs: against statsmodels, pyfixest and brute force, with years and without."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.stats.dyads import pair_regression_test
from geobri.stats.simulate import simulate_corridors


def years(n=8, count=3, seed=0, directed=True, effect=-0.5):
    rng = np.random.default_rng(seed)
    o, d = np.nonzero(~np.eye(n, dtype=bool)) if directed else np.triu_indices(n, 1)
    out, into, km = rng.normal(size=n), rng.normal(size=n), np.log(rng.uniform(100, 9000, len(o)))
    parts = []
    for year in range(count):
        hours = km + rng.normal(0, 0.3, len(o))
        score = (
            effect * hours + out[o] + (into if directed else out)[d] + 0.7 * year + rng.normal(0, 1, len(o))
        )
        parts.append(
            pd.DataFrame(
                {
                    "origin": o,
                    "destination": d,
                    "year": 2000 + year,
                    "hours": hours,
                    "score": score - 3,
                    "z": rng.normal(size=len(o)),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return table.assign(
        origin=[f"c{k}" for k in table["origin"]], destination=[f"c{k}" for k in table["destination"]]
    )


def row(result, term, kind):
    frame = result.to_frame()
    return frame[(frame["term"] == term) & (frame["se_type"] == kind)].iloc[0]


def test_coefficients_and_naive_errors_are_those_of_dummies():
    table = years()
    result = pair_regression_test(
        table, "score", ["hours", "z"], fixed=["year"], directed=True, n_permutations=99, rng=1
    )
    other = smf.ols("score ~ hours + z + C(origin) + C(destination) + C(year)", table).fit()
    assert (table["score"] < 0).any()
    for name in ("hours", "z"):
        assert row(result, name, "naive")["estimate"] == pytest.approx(other.params[name], rel=1e-9)
        assert row(result, name, "naive")["se"] == pytest.approx(other.bse[name], rel=1e-9)
        robust = other.get_robustcov_results("HC1")
        assert row(result, name, "hc1")["se"] == pytest.approx(
            robust.bse[other.model.exog_names.index(name)], rel=1e-9
        )
    np.testing.assert_allclose(result.fitted["expected"], other.fittedvalues, rtol=1e-9)
    without = smf.ols("score ~ C(origin) + C(destination) + C(year)", table).fit()
    assert result.r_squared == pytest.approx(1 - other.ssr / without.ssr)
    assert set(result.to_frame()["term"]) == {"hours", "z"}
    assert (
        "levels of cities, over 168 rows of 8 cities, each with the others held constant: hours -"
        in result.summary()
    )


def test_errors_of_repeated_pairs_by_hand():
    """Every sum over pairs of rows, written out: same origin or destination, any city in common, same year."""
    table = years(seed=3)
    result = pair_regression_test(
        table, "score", ["hours"], fixed=["year"], clusters=["year"], directed=True, n_permutations=99, rng=1
    )
    fit = result.regression
    ends = table["origin"].to_numpy(), table["destination"].to_numpy()
    same = ends[0][:, None] == ends[0], ends[1][:, None] == ends[1]
    crossed = ends[0][:, None] == ends[1], ends[1][:, None] == ends[0]
    year = table["year"].to_numpy()
    counted = {
        "two-way": (same[0] | same[1], 8),
        "dyadic": (same[0] | same[1] | crossed[0] | crossed[1], 8),
        "clustered by year": (year[:, None] == year, 3),
    }
    for kind, (together, groups) in counted.items():
        meat = fit.scores.T @ together.astype(float) @ fit.scores
        variance = (fit.bread @ meat @ fit.bread)[0, 0] * groups / (groups - 1)
        assert row(result, "hours", kind)["se"] == pytest.approx(np.sqrt(variance), rel=1e-4), kind
    assert "only 3 groups" in row(result, "hours", "clustered by year")["note"]


@pytest.mark.parametrize("directed", [True, False])
def test_a_pair_takes_its_years_along(directed):
    table = years(n=5, count=2, seed=2, directed=directed)
    table = table.sample(frac=1, random_state=1)
    result = pair_regression_test(
        table, "score", ["hours"], fixed=["year"], directed=directed, n_permutations=119, rng=1
    )
    names = sorted(set(table["origin"]) | set(table["destination"]))
    o, d = (table[end].map(names.index).to_numpy() for end in ("origin", "destination"))
    layer = table["year"].to_numpy() - 2000
    eye = np.eye(5)
    levels = np.column_stack([eye[o], eye[d]]) if directed else eye[o] + eye[d]
    design = np.column_stack([levels, layer])
    maker = np.eye(len(o)) - design @ np.linalg.pinv(design)
    left, y = maker @ table["hours"].to_numpy(), maker @ table["score"].to_numpy()
    cells = np.zeros((2, 5, 5))
    cells[layer, o, d] = left
    if not directed:
        cells[layer, d, o] = left
    from itertools import permutations

    null = []
    for order in map(np.array, permutations(range(5))):
        moved = maker @ cells[layer, order[o], order[d]]
        null.append(y @ moved / np.sqrt(moved @ moved * (y @ y) / len(y)))
    np.testing.assert_allclose(result.null_distribution, null, rtol=1e-8)
    tails = np.mean(np.array(null) >= null[0] - 1e-9), np.mean(np.array(null) <= null[0] + 1e-9)
    assert result.p_value == pytest.approx(min(1, 2 * min(tails)))


def test_interval_and_p_value_agree():
    for effect in (0.0, -0.12, -0.25):
        result = pair_regression_test(
            years(seed=5, effect=effect),
            "score",
            ["hours"],
            fixed=["year"],
            directed=True,
            n_permutations=199,
            rng=1,
        )
        first = result.terms[0]
        assert first.ci_low < first.estimate < first.ci_high
        if 0.0 in (
            first.ci_low,
            first.ci_high,
        ):  # at the border the p-value is drawn anew, and the limit follows it
            assert "is set to 0" in first.note.en
        else:
            assert (first.ci_low < 0 < first.ci_high) == (result.p_value > 0.05)


@pytest.mark.rate
def test_keeps_its_size_and_finds_what_is_there():
    found = {
        effect: np.mean(
            [
                pair_regression_test(
                    years(n=10, count=2, seed=seed, effect=effect),
                    "score",
                    ["hours"],
                    fixed=["year"],
                    directed=True,
                    n_permutations=99,
                    rng=seed,
                ).p_value
                <= 0.05
                for seed in range(40)
            ]
        )
        for effect in (0.0, -0.5)
    }
    assert found[0.0] <= 0.15
    assert found[-0.5] >= 0.8


def test_bad_tables_and_choices():
    table = years()
    with pytest.raises(SchemaError, match="that repeat a pair"):
        pair_regression_test(table, "score", ["hours"], directed=True)
    with pytest.raises(SchemaError, match="'quarter'"):
        pair_regression_test(table, "score", ["hours"], fixed=["quarter"])
    with pytest.raises(SpecificationError, match="covariate"):
        pair_regression_test(table, "score", [])
    size = table.assign(size=table["origin"].str[1:].astype(float))
    with pytest.raises(DataError, match="'size'"):
        pair_regression_test(size, "score", ["size"], fixed=["year"], directed=True)
    many = table.assign(row=[f"r{k}" for k in range(len(table))])
    few = pd.concat([many] * 4).assign(row=lambda t: [f"r{k}" for k in range(len(t))])
    with pytest.raises(DataError, match="671 levels of row"):
        pair_regression_test(few, "score", ["hours"], fixed=["row"], directed=True)


def test_years_without_a_name_are_answered_with_what_names_them():
    table = years()
    with pytest.raises(SchemaError, match=r"pair of its own with finite numbers\. Got .*fixed=\['year'\]"):
        pair_regression_test(table, "score", ["hours"], directed=True)


def test_rows_with_missing_numbers_are_left_out_and_counted():
    table = simulate_corridors(10, rng=1).assign(score=lambda t: np.log(t["flow"] + 1) - 4)
    table.iloc[[2, 5], table.columns.get_loc("score")] = np.nan
    result = pair_regression_test(table, "score", n_permutations=99, rng=1)
    assert result.choices["pairs_missing"] == 2
    assert result.terms[0].left_out == "2 rows with missing numbers"
    assert len(result.fitted) == 43
