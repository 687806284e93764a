"""MRQAP against R's lm, glm and sna, literal refits, and its size."""

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.stats.dyads import mrqap_test
from geobri.stats.dyads.inputs import prepare_dyads
from geobri.stats.dyads.mrqap_glm import score_null, wald_null
from geobri.stats.dyads.mrqap_linear import linear_null
from geobri.stats.models.families import FAMILIES
from tests.stats.references import DYADS

SCHEMES = ["double-semi-partialling", "x", "y"]


CASES = {
    "linear symmetric": ("y", ["x1", "x2", "x3"], False, "gaussian", "t"),
    "linear directed": ("dy", ["d1", "d2"], True, "gaussian", "t"),
    "logit directed": ("db", ["d1", "d2"], True, "logit", "wald"),
    "poisson directed": ("dc", ["d1", "d2"], True, "poisson", "wald"),
}


@pytest.mark.parametrize("label", CASES)
class TestAgainstR:
    def test_fit(self, matrices, statistics, label):
        y, x, directed, family, statistic = CASES[label]
        result = mrqap_test(
            matrices[y],
            {name: matrices[name] for name in x},
            family=family,
            statistic=statistic,
            directed=directed,
            n_permutations=19,
            rng=0,
        )
        for k, name in enumerate(["(intercept)", *x]):
            assert result.coefficients[k] == pytest.approx(statistics[f"{label} {name} estimate"], rel=1e-8)
            assert result.standard_errors[k] == pytest.approx(statistics[f"{label} {name} se"], rel=1e-8)
            if k:
                assert result.statistics[k - 1] == pytest.approx(
                    statistics[f"{label} {name} statistic"], rel=1e-8
                )

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_whole_null_distribution(self, matrices, plan, nulls, label, scheme):
        y, x, directed, family, statistic = CASES[label]
        data = prepare_dyads({name: matrices[name] for name in [y, *x]}, caller="test", directed=directed)
        if family == "gaussian":
            null = linear_null(data, plan, scheme, statistic)
        else:
            null, failures = wald_null(data, plan, FAMILIES[family], scheme, statistic)
            assert failures == 0
        for k, name in enumerate(x):
            np.testing.assert_allclose(null[:, k], nulls[f"{label} {name} {scheme}"], rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(
    ("family", "theirs", "y"), [("logit", "binomial", "db"), ("poisson", "poisson", "dc")]
)
def test_score_statistics_are_those_of_r(matrices, statistics, family, theirs, y):
    x = {name: matrices[name] for name in ("d1", "d2")}
    result = mrqap_test(matrices[y], x, family=family, directed=True, rng=0, n_permutations=19)
    assert result.choices["statistic"] == "score"
    wanted = [statistics[f"rao {theirs} {name}"] for name in x]
    np.testing.assert_allclose(result.statistics, wanted, rtol=1e-8)


@pytest.mark.parametrize("family", ["logit", "probit", "poisson"])
def test_score_null_is_that_of_permuted_columns(matrices, plan, family):
    """Each permuted score statistic is the observed one of data whose column was permuted beforehand."""
    y = "dc" if family == "poisson" else "db"
    data = prepare_dyads({name: matrices[name] for name in [y, "d1", "d2"]}, caller="test", directed=True)
    null = score_null(data, plan, FAMILIES[family], "x")
    for r, p in list(enumerate(plan.permutations))[::6]:
        moved = {"d1": matrices["d1"][np.ix_(p, p)], "d2": matrices["d2"]}
        literal = mrqap_test(matrices[y], moved, family=family, directed=True, rng=0, n_permutations=19)
        assert null[r, 0] == pytest.approx(literal.statistics[0], rel=1e-8)


class TestAgainstSna:
    @pytest.mark.parametrize(
        ("scheme", "theirs"), [("double-semi-partialling", "qapspp"), ("y", "qapy"), ("x", "qapx")]
    )
    @pytest.mark.parametrize("directed", [False, True])
    def test_netlm(self, matrices, scheme, theirs, directed):
        y, x = ("dy", ["d1", "d2"]) if directed else ("y", ["x1", "x2", "x3"])
        covariates = {name: matrices[name] for name in x}
        label = f"netlm {'digraph' if directed else 'graph'} {theirs}"
        self.compare(
            label, matrices[y], covariates, scheme=scheme, directed=directed, n_permutations=20_000, rng=1
        )

    def test_netlogit(self, matrices):
        covariates = {name: matrices[name] for name in ("d1", "d2")}
        label, options = "netlogit digraph qapspp", {"family": "logit", "statistic": "wald", "directed": True}
        self.compare(label, matrices["db"], covariates, n_permutations=4000, rng=1, reps=1000, **options)

    @staticmethod
    def compare(label, y, covariates, *, reps=None, **options):
        table = pd.read_csv(DYADS / "p_values.csv")
        table = table[table["test"] == label].set_index("term")
        result = mrqap_test(y, covariates, alternative="less", **options)
        for name, p in zip(result.names, result.p_values, strict=True):
            theirs = table.loc[name, "less"]
            draws = reps or table.loc[name, "reps"]
            error = np.sqrt(theirs * (1 - theirs) * (1 / draws + 1 / options["n_permutations"]))
            assert abs(p - theirs) < 3.5 * error, name


class TestMissingCells:
    @pytest.mark.parametrize("scheme", SCHEMES)
    @pytest.mark.parametrize("directed", [False, True])
    def test_travelling_cells_equal_literal_least_squares(self, scheme, directed):
        rng = np.random.default_rng(4)
        stack = rng.normal(size=(4, 9, 9))
        if not directed:
            stack = stack + stack.transpose(0, 2, 1)
        stack[0, 0, 3] = stack[0, 3, 0] = stack[2, 5, 1] = stack[2, 1, 5] = np.nan
        data = prepare_dyads(
            dict(zip("yabc", stack, strict=True)), caller="test", directed=directed, blocks=None
        )
        assert data.travelling
        plan = data.plan(12, 0)
        null = linear_null(data, plan, scheme, "t")
        rows, columns = data.positions()
        y, x = data.columns()[0], data.columns()[1:]
        for r, p in enumerate(plan.permutations):
            kept = data.seen[p[rows], p[columns]]
            for k in range(3):
                others = np.delete(x, k, axis=0)
                response, tested = y, x[k]
                if scheme == "y":
                    response = data.matrices[0][p[rows], p[columns]]
                else:
                    if scheme == "double-semi-partialling":
                        full = np.vstack([np.ones(y.size), others]).T
                        tested = x[k] - full @ np.linalg.lstsq(full, x[k])[0]
                    tested = data.spread(tested)[0][p[rows], p[columns]]
                design = np.vstack([tested, np.ones(y.size), others]).T[kept]
                assert null[r, k] == pytest.approx(t_value(design, response[kept]), rel=1e-8)

    def test_wald_refits_use_the_same_cells(self):
        rng = np.random.default_rng(5)
        x = rng.normal(size=(10, 10))
        y = rng.poisson(np.exp(0.3 * x)).astype(float)
        y[2, 3] = np.nan
        options = {"family": "poisson", "directed": True, "blocks": None, "n_permutations": 39, "rng": 1}
        result = mrqap_test(y, {"x": x}, statistic="wald", **options)
        assert "travel" in result.choices["missing cells"]
        assert 0 < result.p_value <= 1
        with pytest.raises(DataError, match="statistic='wald'"):
            mrqap_test(y, {"x": x}, **options)

    def test_blocks_keep_domestic_pairs_out(self):
        rng = np.random.default_rng(6)
        y, x = (one + one.T for one in rng.normal(size=(2, 22, 22)))
        y[:9, :9] = np.nan
        result = mrqap_test(y, {"km": x}, rng=0, n_permutations=49)
        assert result.terms[1].n_pairs == 195
        assert sorted(result.choices["blocks"].values()) == [9, 13]
        assert np.isnan(result.residuals[:9, :9]).all()
        assert np.isfinite(result.residuals[0, 9:]).all()


def draw(family, mean, rng):
    if family == "gaussian":
        return mean + rng.normal(size=mean.shape)
    if family == "logit":
        return 1.0 * (rng.random(mean.shape) < 1 / (1 + np.exp(-mean)))
    return rng.poisson(np.exp(np.minimum(mean, 3))).astype(float)


def t_value(design, y):
    coefficients, rss = np.linalg.lstsq(design, y)[:2]
    variance = rss[0] / (len(y) - design.shape[1])
    return coefficients[0] / np.sqrt(variance * np.linalg.inv(design.T @ design)[0, 0])


class TestSize:
    @pytest.mark.parametrize("family", ["gaussian", "logit", "poisson"])
    @pytest.mark.rate
    def test_with_node_effects_and_correlated_covariates(self, family):
        """Reject 5 % of true nulls (99.9 % limits of 600 data sets); ordinary errors reject far more."""
        rng = np.random.default_rng(23)
        rejected = naive = 0
        for _ in range(600):
            hub, other = rng.normal(size=(2, 12))
            control = hub[:, None] + hub[None, :] + rng.normal(size=(12, 12))
            x = 0.5 * control + other[:, None] + other[None, :] + rng.normal(size=(12, 12))
            effect = rng.normal(size=12)
            mean = 0.4 * control + 0.8 * (effect[:, None] + effect[None, :])
            y = draw(family, mean, rng)
            options = {"directed": True, "family": family, "n_permutations": 99, "rng": rng}
            result = mrqap_test(y, {"x": x, "control": control}, **options)
            rejected += result.p_value <= 0.05
            naive += abs(result.coefficients[1] / result.standard_errors[1]) > 1.98
        assert 0.021 <= rejected / 600 <= 0.083
        assert naive / 600 > 0.15


class TestBadInput:
    @pytest.fixture
    def pair(self):
        rng = np.random.default_rng(0)
        return rng.normal(size=(8, 8)), rng.normal(size=(8, 8))

    @pytest.mark.parametrize(
        ("options", "fault"),
        [
            ({"family": "gamma"}, "'gamma'"),
            ({"scheme": "freedman"}, "'freedman'"),
            ({"statistic": "score"}, "Say one of t, coefficient"),
            ({"family": "poisson", "scheme": "y", "statistic": "score"}, "Say one of wald, coefficient"),
        ],
    )
    def test_choices(self, pair, options, fault):
        with pytest.raises(SpecificationError, match=fault):
            mrqap_test(pair[0], {"x": pair[1]}, directed=True, **options)

    def test_no_covariate(self, pair):
        with pytest.raises(SpecificationError, match="at least one covariate"):
            mrqap_test(pair[0], {})

    def test_responses(self, pair):
        with pytest.raises(DataError, match="must be 0 or 1"):
            mrqap_test(pair[0], {"x": pair[1]}, family="logit", directed=True)
        with pytest.raises(DataError, match="negative values"):
            mrqap_test(pair[0], {"x": pair[1]}, family="poisson", directed=True)

    def test_collinear(self, pair):
        with pytest.raises(DataError, match="combinations"):
            mrqap_test(pair[0], {"x": pair[1], "z": 3 - 2 * pair[1]}, directed=True)

    def test_separated(self, pair):
        with pytest.raises(DataError, match=r"predicted without error. Drop the covariate that decides\.$"):
            mrqap_test(1.0 * (pair[1] > 0), {"x": pair[1]}, family="logit", directed=True)
        none = np.where(pair[1] > 1.0, 0.0, 3.0)
        with pytest.raises(DataError, match="must not be separated"):
            mrqap_test(none, {"x": 1.0 * (pair[1] > 1.0)}, family="poisson", directed=True)

    def test_too_many_covariates(self):
        rng = np.random.default_rng(0)
        stack = rng.normal(size=(7, 4, 4))
        stack = stack + stack.transpose(0, 2, 1)
        with pytest.raises(DataError, match="6 pairs for 7 coefficients"):
            mrqap_test(stack[0], {f"x{k}": one for k, one in enumerate(stack[1:])})


def test_units_do_not_matter(matrices):
    x = {name: matrices[name] for name in ("x1", "x2")}
    one = mrqap_test(matrices["y"], x, rng=2)
    other = mrqap_test(7 * matrices["y"] - 100, {"x1": 1000 * x["x1"] + 5e4, "x2": x["x2"]}, rng=2)
    np.testing.assert_allclose(one.p_values, other.p_values)
    np.testing.assert_allclose(one.statistics, other.statistics, rtol=1e-8)


def test_result_reads_well(matrices):
    result = mrqap_test(
        matrices["y"], {"distance_km": matrices["x1"], "hours": matrices["x2"]}, name="score", rng=1
    )
    assert "What goes with “score”, over 66 pairs of 12 cities" in result.summary()
    frame = result.to_frame()
    assert frame["term"].tolist() == ["(intercept)", "distance_km", "hours"]
    assert frame["se_type"].eq("naive").all()
    assert np.isnan(frame["p_value"][0])
    assert result.null_distributions.shape == (len(result.null_distribution), 2)
