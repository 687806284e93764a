"""Simulated corridors and city values have the truth that was asked for."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.stats.simulate import (
    build_simulator,
    place_cities,
    simulate_corridors,
    simulate_field,
    simulate_top_list,
)


def test_flows_without_noise_lie_on_the_decay_function():
    for form, term in (
        ("power", np.log),
        ("exponential", lambda d: d / 3000),
        ("gaussian", lambda d: (d / 8000) ** 2),
    ):
        friction = {"power": 1.2, "exponential": 1 / 3000, "gaussian": 1 / 8000**2}[form]
        made = simulate_corridors(
            12, friction=friction, form=form, hubs=0, noise=0, flows="continuous", rng=1
        )
        factor = 1.2 if form == "power" else 1.0
        left = np.log(made["flow"]) + factor * term(made["distance_km"])
        assert np.ptp(left) == pytest.approx(0.0, abs=1e-9)
        assert made["flow"].mean() == pytest.approx(100.0)


def variance_parts(directed, **choices):
    """Moments of log flow without distance: variance, covariance of pairs that share a city, of a pair and its reverse."""
    simulator = build_simulator(12, directed=directed)
    names = pd.MultiIndex.from_frame(simulator.frame[["origin", "destination"]])
    reverse = names.get_indexer(names.swaplevel())
    rng = np.random.default_rng(0)
    logs = np.array(
        [
            np.log(simulator.draw(friction=0, flows="continuous", rng=rng, **choices)["flow"])
            for _ in range(800)
        ]
    )
    logs = logs - logs.mean(axis=1, keepdims=True)
    first, second = 0, 1  # city-001 -> city-002 and city-001 -> city-003 share an origin
    apart = len(names) - 1
    common = np.mean(logs[:, first] * logs[:, second]) - np.mean(logs[:, first] * logs[:, apart])
    back = (
        np.mean(logs[:, first] * logs[:, reverse[first]]) - np.mean(logs[:, first] * logs[:, apart])
        if directed
        else None
    )
    return np.mean(logs**2), common, back


@pytest.mark.rate
def test_hubs_are_the_share_of_the_variance_they_claim():
    total, common, _ = variance_parts(directed=False, hubs=0.6, noise=1.5)
    assert total == pytest.approx(1.5**2, rel=0.15)
    assert common == pytest.approx(0.6 * 1.5**2 / 2, rel=0.2)  # one of two levels is shared
    total, common, _ = variance_parts(directed=False, hubs=0.0, noise=1.0)
    assert total == pytest.approx(1.0, rel=0.05)
    assert common == pytest.approx(0.0, abs=0.13)


@pytest.mark.parametrize("reciprocity", [-0.5, 0.0, 0.7])
@pytest.mark.rate
def test_reciprocity_is_the_correlation_of_a_pair_and_its_reverse(reciprocity):
    total, common, back = variance_parts(directed=True, hubs=0.0, noise=1.0, reciprocity=reciprocity)
    assert total == pytest.approx(1.0, rel=0.05)
    assert back == pytest.approx(reciprocity, abs=0.13)
    assert common == pytest.approx(0.0, abs=0.13)


def test_latent_share_is_variance_that_levels_do_not_explain():
    simulator = build_simulator(40)
    made = simulator.draw(friction=0, hubs=0.0, latent=1.0, noise=1.0, flows="continuous", rng=2)
    matrix = np.zeros((40, 40))
    matrix[simulator.origin, simulator.destination] = np.log(made["flow"]) - np.log(made["flow"]).mean()
    values = np.abs(np.linalg.eigvalsh(matrix + matrix.T))
    assert np.sort(values)[-2:].sum() > 0.4 * values.sum()  # two of 40 would hold about a tenth


def test_counts_are_whole_and_scatter_like_poisson():
    made = simulate_corridors(40, friction=0.5, hubs=0, noise=0, mean_flow=4.0, rng=0)
    assert (made["flow"] == made["flow"].round()).all()
    assert (made["flow"] == 0).any()
    assert ((made["flow"] - made["expected"]) ** 2 / made["expected"]).mean() == pytest.approx(1.0, rel=0.15)


def test_truth_travels_and_seeds_repeat():
    one, other = simulate_corridors(8, rng=5), simulate_corridors(8, rng=5)
    pd.testing.assert_frame_equal(one, other)
    assert one.attrs["truth"]["friction"] == 1.0
    assert one.index[0] == "city-001--city-002"
    assert simulate_corridors(8, directed=True, rng=5).index[0] == "city-001->city-002"


def test_cities_of_the_user_and_international_pairs():
    cities = place_cities(9, rng=3)
    cities["country"] = ["AAA"] * 4 + list("BCDEF")
    before = cities.copy(deep=True)
    made = simulate_corridors(cities, pairs="international", rng=0)
    assert len(made) == 36 - 6
    pd.testing.assert_frame_equal(pd.DataFrame(cities), pd.DataFrame(before))


def test_impossible_truths():
    with pytest.raises(SpecificationError, match=r"shares hubs=0.7 and latent=0.6"):
        simulate_corridors(8, hubs=0.7, latent=0.6)
    with pytest.raises(SpecificationError, match="reciprocity=2"):
        simulate_corridors(8, reciprocity=2)
    with pytest.raises(SpecificationError, match="one parameter"):
        simulate_corridors(8, form="tanner")
    with pytest.raises(DataError, match="4 cities"):
        simulate_corridors(3)
    twice = place_cities(5, rng=0)
    twice.loc[twice.index[1], "geometry"] = twice.geometry.iloc[0]
    with pytest.raises(DataError, match="1 pairs at 0 km"):
        simulate_corridors(twice)


def test_top_list_is_the_head_of_the_ranking():
    made = simulate_top_list(simulate_corridors(10, rng=0), k=5)
    assert made["rank"].notna().sum() >= 5
    assert made.loc[made["rank"] == 1, "flow"].iloc[0] == made["flow"].max()
    assert made["flow"][made["rank"].isna()].max() <= made["flow"][made["rank"].notna()].min()


@pytest.mark.rate
def test_field_is_alike_among_neighbours_and_shifted_in_groups():
    cities = place_cities(60, rng=0)
    cities["coastal"] = np.arange(60) % 2 == 0
    rng = np.random.default_rng(0)
    fields = np.array(
        [
            simulate_field(cities, spatial=0.8, shift=1.5, group="coastal", rng=rng)["value"]
            for _ in range(400)
        ]
    )
    assert (fields[:, ::2].mean() - fields[:, 1::2].mean()) == pytest.approx(1.5, abs=0.15)
    assert fields.var(axis=0).mean() == pytest.approx(1.0, rel=0.1)
    from geobri.geodesy import distance_matrix_km

    km = distance_matrix_km(cities).to_numpy()
    likeness = np.corrcoef(fields.T)
    near, far = (km < 800) & (km > 0), km > 9000
    assert likeness[near].mean() == pytest.approx(0.8 * np.exp(-km[near] / 2000).mean(), abs=0.13)
    assert abs(likeness[far].mean()) < 0.1
    assert isinstance(simulate_field(cities, rng=0), gpd.GeoDataFrame)
    with pytest.raises(SpecificationError, match="shift have a group"):
        simulate_field(cities, shift=1.0)


def test_made_up_cities_lie_in_their_box():
    cities = place_cities(500, rng=1)
    assert cities.geometry.x.between(-10, 140).all()
    assert cities.geometry.y.between(-35, 60).all()
    assert (cities.geometry.y > 12.5).mean() == pytest.approx(
        (np.sin(np.radians(60)) - np.sin(np.radians(12.5)))
        / (np.sin(np.radians(60)) + np.sin(np.radians(35))),
        abs=0.06,
    )


def test_share_of_zeros_is_the_one_asked_for():
    for zeros in (0.6, 0.95):
        share = [
            (simulate_corridors(40, zeros=zeros, overdispersion=1.0, rng=seed)["flow"] == 0).mean()
            for seed in range(20)
        ]
        assert np.mean(share) == pytest.approx(zeros, abs=0.01)
    for wrong in ({"zeros": 1.0}, {"zeros": 0.5, "flows": "continuous"}, {"overdispersion": -1.0}):
        with pytest.raises(SpecificationError, match="zeros must lie"):
            simulate_corridors(8, **wrong)


def test_overdispersion_scatters_counts():
    calm, wild = (
        simulate_corridors(60, hubs=0, noise=0, friction=0, overdispersion=r, rng=1)["flow"]
        for r in (0.0, 1.0)
    )
    assert calm.var() == pytest.approx(100, rel=0.15)
    assert wild.var() == pytest.approx(100 + 100**2, rel=0.25)


@pytest.mark.rate
def test_smooth_levels_are_alike_among_neighbours():
    simulator = build_simulator(16)
    settings = {"hubs": 1.0, "noise": 1.0, "friction": 0.0, "flows": "continuous", "smooth_km": 3000.0}
    rng = np.random.default_rng(0)
    logs = np.array([np.log(simulator.draw(rng=rng, **settings)["flow"]) for _ in range(300)])
    levels = np.zeros((300, 16, 16))
    levels[:, simulator.origin, simulator.destination] = logs
    levels += levels.transpose(0, 2, 1)
    city = levels.sum(axis=2)
    likeness = np.corrcoef((city - city.mean(axis=1, keepdims=True)).T)
    near, far = (simulator.km < 2500) & (simulator.km > 0), simulator.km > 9000
    assert likeness[near].mean() > likeness[far].mean() + 0.3
