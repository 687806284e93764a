"""Power: that it counts what it says, for every test."""

import numpy as np
import pytest

from geobri.errors import SpecificationError
from geobri.stats.power import DESIGNS, Design, power, proportion_interval
from geobri.stats.results import TIDY_COLUMNS, TestResult
from geobri.stats.simulate import place_cities


def coin():
    """A design whose power is known: p-values are uniform to the power 1 / (1 + effect)."""

    def run(data, rng):
        return TestResult(statistic=0.0, p_value=data, alternative="two-sided", n=1, method="coin")

    return Design(effect="bias", draw=lambda effect, rng: rng.random() ** (1 + effect), run=run)


@pytest.mark.rate
def test_power_of_a_known_test():
    result = power(coin(), effects=(0.0, 1.0, 4.0, 30.0), n_simulations=4000, rng=0)
    expected = 0.05 ** (1 / (1 + result.table["effect"]))
    np.testing.assert_allclose(result.table["power"], expected, atol=0.025)
    assert (result.table["low"] < result.table["power"]).all()
    assert (result.table["power"] < result.table["high"]).all()
    finer = power(coin(), effects=(8.0, 10.0, 12.0, 14.0, 16.0), n_simulations=4000, rng=0)
    assert finer.smallest_effect == pytest.approx(np.log(0.05) / np.log(0.8) - 1, abs=1.5)


def test_interval_of_a_share():
    low, high = proportion_interval(3, 20)
    assert low == pytest.approx(0.03207, abs=1e-5)  # binom.test(3, 20) in R
    assert high == pytest.approx(0.37893, abs=1e-5)
    assert proportion_interval(0, 10)[0] == 0.0
    assert proportion_interval(10, 10)[1] == 1.0


STRONG = {
    "decay_test": (2.5, {"noise": 0.4}, {"n_permutations": 99}),
    "fit_gravity": (2.5, {"noise": 0.4}, {"n_permutations": 99}),
    "presence_test": (3.0, {"noise": 0.5, "hubs": 0.2}, {"n_permutations": 99}),
    "mantel_test": (2.5, {"noise": 0.4, "hubs": 0.1}, {"n_permutations": 99}),
    "mrqap_test": (2.5, {"noise": 0.4, "hubs": 0.1}, {"n_permutations": 99}),
    "proximity_test": (3.0, {"noise": 0.3, "hubs": 0.1, "k": 8}, {"n_permutations": 199, "most_exact": 1000}),
    "mann_whitney_test": (4.0, {}, {}),
    "brunner_munzel_test": (4.0, {}, {"n_permutations": 199}),
    "group_permutation_test": (4.0, {}, {"n_permutations": 199}),
    "moran_test": (1.0, {"range_km": 6000.0}, {"n_permutations": 99, "alternative": "greater"}),
    "geary_test": (1.0, {"range_km": 6000.0}, {"n_permutations": 99, "alternative": "less"}),
}


@pytest.fixture(scope="module")
def cities():
    placed = place_cities(16, rng=7)
    placed["coastal"] = np.arange(16) % 2 == 0
    return placed


def test_every_design_is_tried():
    assert set(STRONG) == set(DESIGNS)


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.rate
def test_every_test_finds_strong_effects_more_often_than_none(name, cities):
    strong, simulate, choices = STRONG[name]
    result = power(
        name, cities, effects=(0.0, strong), n_simulations=12, simulate=simulate, choices=choices, rng=1
    )
    nothing, something = result.table["power"]
    assert nothing <= 0.35
    assert something >= (0.4 if name in ("moran_test", "geary_test") else 0.6)
    assert something > nothing
    assert result.n_cities == 16


def test_summary_says_what_could_be_found(cities):
    found = power("mann_whitney_test", cities, effects=(0.0, 1.0, 2.0, 4.0), n_simulations=30, rng=0)
    assert "With 16 cities, mann_whitney_test at 5% needs" in found.summary()
    hopeless = power("mann_whitney_test", cities, effects=(0.0, 0.1), n_simulations=10, rng=0)
    assert hopeless.smallest_effect == np.inf
    assert "in only" in hopeless.summary()
    assert list(found.to_frame().columns) == list(TIDY_COLUMNS)


def test_same_seed_same_curve(cities):
    one, other = (
        power("mann_whitney_test", cities, effects=(0.0, 1.0), n_simulations=10, rng=3) for _ in range(2)
    )
    assert one.table.equals(other.table)


def test_impossible_questions():
    with pytest.raises(SpecificationError, match="decay_test"):
        power("magic_test")
    with pytest.raises(SpecificationError, match="increase"):
        power("decay_test", effects=(1.0, 0.5))
    with pytest.raises(SpecificationError, match="level must lie between 0 and 1"):
        power("decay_test", level=0.0)
