"""The published top ten of the Belt and Road City Connectivity Index, tested exactly."""

import itertools
import time

import numpy as np
import pytest

from geobri.corridors import build_corridors
from geobri.datasets import bri22
from geobri.stats.proximity import proximity_test, proximity_tests


@pytest.fixture(scope="module")
def study():
    data = bri22()
    corridors = build_corridors(data.cities)
    ranks = data.pairs.filter(like="rank_")
    return data.cities, corridors.join(ranks)


@pytest.fixture(scope="module")
def results(study):
    return {one.null: one for one in proximity_tests(*study, "rank_overall", rng=1)}


def test_all_placements_are_gone_through_in_time(study):
    start = time.process_time()
    result = proximity_test(*study, "rank_overall")
    assert time.process_time() - start < 10
    assert result.exact
    assert result.n_arrangements == (9 * 8 * 7) * (13 * 12 * 11 * 10 * 9)
    assert result.choices["candidates"] == 195


def test_exact_p_value_agrees_with_drawing(study, results):
    drawn = proximity_test(*study, "rank_overall", most_exact=0, n_permutations=40_000, rng=2)
    exact = results["blocks"]
    error = np.sqrt(exact.p_value / 2 * (1 - exact.p_value / 2) / 40_000)
    assert abs(drawn.p_value - exact.p_value) < 2 * 4 * error
    assert drawn.null_distribution.mean() == pytest.approx(exact.terms[0].null_mean, rel=0.01)


def test_roles_among_the_eight_listed_cities_by_brute_force(study, results):
    cities, corridors = study
    listed = corridors[corridors["rank_overall"].notna()]
    km = {frozenset((a, b)): d for a, b, d in zip(
        corridors["origin"], corridors["destination"], corridors["distance_km"], strict=True
    )}  # fmt: skip
    active = sorted({*listed["origin"], *listed["destination"]})
    assert len(active) == 8
    groups = [
        [one for one in active if (cities.loc[one, "country"] == "CHN") == chinese]
        for chinese in (True, False)
    ]
    means = []
    for placed in itertools.product(*(itertools.permutations(group) for group in groups)):
        role = dict(zip(groups[0] + groups[1], placed[0] + placed[1], strict=True))
        pairs = zip(listed["origin"], listed["destination"], strict=True)
        means.append(np.mean([km[frozenset((role[a], role[b]))] for a, b in pairs]))
    assert len(means) == results["active"].n_arrangements == 720
    share = np.mean(np.array(means) <= results["active"].statistic + 1e-9)
    assert results["active"].p_value == pytest.approx(2 * share)


def test_the_hubs_leave_hardly_any_other_list(results):
    assert results["hubs"].n_arrangements == 5
    assert results["hubs"].p_value >= 0.2


def test_ten_corridors_share_the_last_facility_rank(study):
    result = proximity_test(*study, "rank_facility", k=5, best="smallest", null="hubs", rng=0)
    assert result.choices["k"] == pytest.approx(5)
    assert "10 corridors share the last 1 of 5 places" in result.choices["ties"]
    whole = proximity_test(*study, "rank_facility", k=5, best="smallest", ties="all", null="active", rng=0)
    assert whole.choices["k"] == 14
