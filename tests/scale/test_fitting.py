"""Gravity block by block equals the fit in memory."""

import numpy as np
import pandas as pd
import pytest

from geobri.corridors import build_pairs, corridor_ids, describe_pairs, order_pairs
from geobri.errors import DataError
from geobri.measures import Measure
from geobri.scale.blocks import plan_blocks
from geobri.scale.fitting import fit_blocks
from geobri.scale.places import build_inputs
from geobri.stats.flows import fit_gravity
from geobri.stats.models.effects import build_effects
from geobri.stats.models.fits import fit_least_squares
from geobri.stats.models.robust import estimate_covariance

TRADE = Measure("trade", kind="count", directed=True, absent="zero")


def _complete(towns, trade, *, directed, which="all"):
    pairs = describe_pairs(towns, build_pairs(towns, which=which, directed=directed))
    ends = trade if directed else order_pairs(trade)
    ids = corridor_ids(ends["origin"], ends["destination"], directed=directed)
    sums = pd.Series(trade["value"].to_numpy(), index=ids).groupby(level=0).sum()
    region = towns["region"]
    same = (region[pairs["origin"]].to_numpy() == region[pairs["destination"]].to_numpy()).astype(float)
    return pairs.assign(trade=sums.reindex(pairs.index).fillna(0.0), same_region=same)


@pytest.mark.parametrize(
    ("directed", "domain"), [(False, "all"), (True, "all"), (False, "international"), (True, "international")]
)
def test_poisson_equals_the_fit_in_memory(towns, trade, directed, domain):
    inputs = build_inputs(
        towns, flows=trade, measures=(TRADE,), directed=directed, domain=domain, distance="geodesic"
    )
    found = fit_blocks(
        inputs,
        "trade",
        columns=["log distance_km", "same_region"],
        workers=2,
        blocks=plan_blocks(120, pairs_per_block=900),
        tolerance=1e-18,
    )
    table = _complete(towns, trade, directed=directed, which=domain)
    whole = fit_gravity(
        table,
        flow="trade",
        covariates=["same_region"],
        directed=directed,
        effects="origin-destination" if directed else "node",
        n_permutations=0,
    )
    assert np.allclose(found.coefficients, whole.coefficients, rtol=1e-9, atol=1e-9)
    errors = [term.se for term in whole.terms if term.se_type.en == "dyadic"]
    assert np.allclose(found.errors, errors, rtol=1e-6)
    naive = [term.se for term in whole.terms if term.se_type.en == "naive"]
    assert np.allclose(np.sqrt(np.diag(found.naive)), naive, rtol=1e-6)
    assert found.n_pairs == whole.terms[0].n_pairs
    low, high = found.interval()
    dyadic = next(term for term in whole.terms if term.se_type.en == "dyadic")
    assert (-high[0], -low[0]) == pytest.approx((dyadic.ci_low, dyadic.ci_high), rel=1e-6)


@pytest.mark.parametrize("directed", [False, True])
def test_least_squares_equal_those_in_memory(towns, trade, directed):
    inputs = build_inputs(towns, flows=trade, measures=(TRADE,), directed=directed, distance="geodesic")
    found = fit_blocks(
        inputs,
        "trade",
        columns=["log distance_km", "same_region"],
        family="gaussian",
        workers=2,
        blocks=plan_blocks(120, pairs_per_block=900),
    )
    table = _complete(towns, trade, directed=directed)
    index = pd.Index(np.sort(towns.index.to_numpy(dtype=object)))
    ends = [index.get_indexer(pd.Index(table[end])) for end in ("origin", "destination")]
    columns = np.column_stack([np.log(table["distance_km"]), table["same_region"]])
    effects = build_effects(*ends, 120, directed=directed)
    whole = fit_least_squares(table["trade"].to_numpy(), columns, names=["a", "b"], effects=effects)
    assert np.allclose(found.coefficients, whole.coefficients, rtol=1e-9)
    assert np.allclose(found.errors, estimate_covariance(whole, *ends).errors, rtol=1e-6)
    assert np.allclose(found.naive, whole.naive, rtol=1e-6)


def test_the_same_bytes_and_a_cache_of_distances(towns, trade, tmp_path):
    inputs = build_inputs(towns, flows=trade, measures=(TRADE,))
    plan = plan_blocks(120, pairs_per_block=900)
    one, many = (fit_blocks(inputs, "trade", workers=n, blocks=plan) for n in (1, 7))
    assert one.coefficients.tobytes() == many.coefficients.tobytes()
    assert one.covariance.tobytes() == many.covariance.tobytes()
    kept = fit_blocks(inputs, "trade", workers=2, blocks=plan, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == len(plan)
    assert kept.coefficients == pytest.approx(one.coefficients, rel=1e-5)


def test_the_true_friction_is_in_its_interval(towns):
    rng = np.random.default_rng(11)
    inputs = build_inputs(towns)
    table = describe_pairs(towns, build_pairs(towns, which="all"))
    level = pd.Series(rng.normal(3.5, 0.7, 120), index=towns.index)
    mean = (
        np.exp(level[table["origin"]].to_numpy() + level[table["destination"]].to_numpy())
        * table["distance_km"] ** -0.9
    )
    rows = table.assign(indicator="trips", value=rng.poisson(mean).astype(float))
    trips = Measure("trips", kind="count", absent="zero")
    found = fit_blocks(
        build_inputs(towns, flows=rows[rows["value"] > 0], measures=(trips,)), "trips", workers=1
    )
    low, high = found.interval()
    assert low[0] < -0.9 < high[0]
    assert high[0] - low[0] < 0.1
    assert found.n_passes < 60
    assert inputs.n == found.n_cities


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("domain", ["all", "international"])
def test_a_table_of_every_pair_need_not_say_what_an_absent_row_means(towns, trade, directed, domain):
    ends = build_pairs(towns, which=domain, directed=directed)[["origin", "destination"]]
    some = trade.assign(pair=corridor_ids(trade["origin"], trade["destination"], directed=directed))
    sums = some.groupby("pair")["value"].sum().reindex(ends.index).fillna(0.0)
    rows = ends.assign(indicator="trade", value=sums).reset_index(drop=True)
    silent = Measure("trade", kind="count", directed=directed)
    said = Measure("trade", kind="count", directed=directed, absent="zero")
    choices = {"directed": directed, "domain": domain}
    found, expected = (
        fit_blocks(build_inputs(towns, flows=table, measures=(measure,), **choices), "trade", workers=1)
        for table, measure in ((rows, silent), (rows[rows["value"] > 0], said))
    )
    # the last bits depend on the order in which a version of numpy adds
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=1e-12)
    np.testing.assert_allclose(found.errors, expected.errors, rtol=1e-12)
    with pytest.raises(DataError, match=r"1 pairs without a row.*absent"):
        fit_blocks(build_inputs(towns, flows=rows.iloc[1:], measures=(silent,), **choices), "trade")


def test_what_cannot_be_fitted_is_said(towns, trade):
    missing = build_inputs(towns, flows=trade, measures=(Measure("trade", kind="count", directed=True),))
    with pytest.raises(DataError, match='absent = "zero"'):
        fit_blocks(missing, "trade")
    inputs = build_inputs(towns, flows=trade, measures=(TRADE,))
    with pytest.raises(DataError, match="'flights' must be a measure"):
        fit_blocks(inputs, "flights")
    with pytest.raises(DataError, match="columns must be known"):
        fit_blocks(inputs, "trade", columns=["hills"])
    alone = build_inputs(towns.assign(country="CHN"), flows=trade, measures=(TRADE,))
    with pytest.raises(DataError, match="beyond node effects"):
        fit_blocks(alone, "trade", columns=["same_country"], workers=1)
