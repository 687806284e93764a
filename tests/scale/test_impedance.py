"""What separates two cities, where it is not their distance: a measure of pairs, power and exponential, in blocks as in memory."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.errors import DataError
from geobri.measures import Measure
from geobri.scale.blocks import plan_blocks
from geobri.scale.fitting import fit_blocks
from geobri.scale.places import Gravity, build_inputs
from geobri.scale.recipe import Recipe
from geobri.scale.running import reduce_pairs
from geobri.scale.tables import top_table

HOURS = Measure("hours", kind="amount", absent="missing")
TRIPS = Measure("trips", kind="count", absent="zero")


@pytest.fixture(scope="module")
def tables(towns):
    """Hours of travel between most pairs of 60 towns, unlike their distance, and trips that fall with them."""
    rng = np.random.default_rng(4)
    places = towns.sort_index().iloc[:60]
    slugs = places.index.to_numpy(dtype=object)
    one, other = np.triu_indices(60, 1)
    hours = rng.uniform(1, 30, len(one))
    mass = np.log(places["people"].to_numpy())
    mean = np.exp(0.4 * (mass[one] + mass[other]) - 4.0) * np.exp(-0.15 * hours)
    trips = rng.poisson(mean).astype(float)
    known = rng.random(len(one)) < 0.8
    rows = pd.DataFrame({"origin": slugs[one], "destination": slugs[other]})
    flows = pd.concat(
        [
            rows.assign(indicator="hours", value=hours)[known],
            rows.assign(indicator="trips", value=trips)[trips > 0],
        ]
    )
    return places, flows, (one[known], other[known], hours[known], trips[known])


def _inputs(tables, **choices):
    return build_inputs(tables[0], flows=tables[1], measures=(HOURS, TRIPS), **choices)


def test_gravity_falls_with_hours(tables):
    places, _, (one, other, hours, _) = tables
    gravity = Gravity(mass="people", friction=0.2, form="exponential", impedance="hours")
    recipe = Recipe(inputs=_inputs(tables, gravity=gravity), rank_by="gravity", top=10_000)
    found = reduce_pairs(recipe, workers=2, blocks=plan_blocks(60, pairs_per_block=200))
    mass = places["people"].to_numpy()
    wanted = np.sort(mass[one] * mass[other] * np.exp(-0.2 * hours))[::-1]
    assert np.allclose(found.top[0], wanted, rtol=1e-12)
    assert len(top_table(recipe, found)) == len(one)  # pairs without hours have no score, and are not ranked
    assert found.totals[0].sum() == 2 * len(one)
    power = Gravity(mass="people", friction=2.0, impedance="hours")
    found = reduce_pairs(Recipe(inputs=_inputs(tables, gravity=power), rank_by="gravity", top=1))
    assert found.top[0, 0] == pytest.approx((mass[one] * mass[other] / hours**2).max(), rel=1e-12)


@pytest.mark.parametrize("column", ["hours", "log hours"])
def test_the_fit_is_the_one_in_memory_on_the_pairs_with_hours(tables, column):
    from scipy.optimize import minimize

    _, _, (one, other, hours, trips) = tables
    cost = np.log(hours) if column.startswith("log") else hours
    plan = plan_blocks(60, pairs_per_block=300)
    fit = fit_blocks(_inputs(tables), "trips", columns=[column], blocks=plan, workers=2)
    alone = fit_blocks(_inputs(tables), "trips", columns=[column], blocks=plan, workers=1)
    assert fit.coefficients.tobytes() == alone.coefficients.tobytes()
    assert fit.n_pairs == len(one)
    assert fit.n_unknown == 60 * 59 // 2 - len(one)

    def minus(x):
        eta = x[one] + x[other] + x[60] * cost
        rest = np.exp(eta) - trips
        slope = np.bincount(one, rest, 60) + np.bincount(other, rest, 60)
        return float(np.exp(eta).sum() - trips @ eta), np.append(slope, rest @ cost)

    start = np.append(np.full(60, 0.3), -0.1)
    slow = minimize(
        minus, start, jac=True, method="L-BFGS-B", options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-8}
    )
    assert fit.coefficients[0] == pytest.approx(slow.x[60], abs=2e-5)
    if column == "hours":
        low, high = fit.interval()
        assert low[0] < -0.15 < high[0]


def test_what_cannot_separate_is_refused(tables):
    places, flows, _ = tables
    zero = Measure("hours", kind="amount", absent="zero")
    with pytest.raises(DataError, match=r"must be above 0 for every pair. Got absent"):
        build_inputs(places, flows=flows, measures=(zero,), gravity=Gravity(mass="people", impedance="hours"))
    with pytest.raises(DataError, match="the study has hours, trips"):
        _inputs(tables, gravity=Gravity(mass="people", impedance="fare"))
    with pytest.raises(DataError, match="hours"):
        fit_blocks(_inputs(tables), "trips", columns=["log fare"])
    both = Measure("hours", kind="amount", directed=True)
    inputs = build_inputs(places, flows=flows, measures=(both, TRIPS), directed=True)
    with pytest.raises(DataError, match="the same both ways"):
        fit_blocks(inputs, "trips", columns=["hours"])


def test_the_command_takes_form_and_impedance(tables, tmp_path):
    places, flows, (one, *_) = tables
    home = tmp_path / "towns"
    home.mkdir()
    pd.DataFrame(places.drop(columns="geometry")).assign(lon=places.geometry.x, lat=places.geometry.y).to_csv(
        home / "cities.csv"
    )
    flows.to_csv(home / "flows.csv", index=False)
    (home / "study.toml").write_text(
        'domain = "all"\n[[measure]]\ncolumn = "trips"\nabsent = "zero"\n[[measure]]\ncolumn = "hours"\n',
        encoding="utf-8",
    )
    out = tmp_path / "run"
    said = [
        "scale",
        home,
        "--out",
        out,
        "--reduce",
        "--mass",
        "people",
        "--fit",
        "trips",
        "--form",
        "exponential",
    ]
    answer = CliRunner().invoke(_geobri, [str(part) for part in [*said, "--impedance", "hours"]])
    assert answer.exit_code == 0, answer.output
    row = pd.read_csv(out / "friction.csv").iloc[0]
    assert row["term"] == "friction: hours"
    assert row["ci_low"] < 0.15 < row["ci_high"]
    assert row["left_out"] == f"{60 * 59 // 2 - len(one)} pairs without an impedance"
