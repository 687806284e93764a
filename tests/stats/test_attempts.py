"""One test that the data do not allow never takes the results of another with it."""

import math
import pickle
import re
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, GeobriError, SpecificationError
from geobri.geodesy import distance_matrix_km
from geobri.measures import Measure
from geobri.stats import decay_test, dyadic_tests
from geobri.stats.attempts import attempt_all, impossible_result
from geobri.stats.groups import coastal_tests
from geobri.stats.proximity import ProximityResult, proximity_tests
from geobri.stats.results import TestResult
from geobri.stats.say import say_refusal
from geobri.stats.spatial import correlogram_test
from geobri.stats.spatial.every import moran_tests
from geobri.study import read_study
from geobri.study.questions import run_decay

FLOW = Measure("flow", label="Parcels", label_zh="包裹", of="corridors")


def fine():
    return TestResult(statistic=1.0, p_value=0.5, alternative="two-sided", n=3, method="fine")


@pytest.mark.parametrize("error", [DataError, SpecificationError, np.linalg.LinAlgError])
def test_every_refusal_stands_in_the_place_of_its_own_result(error):
    def refused():
        raise error("refused: some reason")

    found = attempt_all(FLOW, "distance", [partial(refused), partial(fine)])
    assert found[1].method == "fine"
    assert math.isnan(found[0].p_value)
    assert "some reason" in found[0].sentence
    assert "some reason" in found[0].terms[0].note.en


def city_pairs(cities):
    names = list(cities.index)
    table = pd.DataFrame(
        [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]], columns=["origin", "destination"]
    )
    km = distance_matrix_km(cities)
    return table.assign(
        distance_km=[km.loc[ends] for ends in zip(table["origin"], table["destination"], strict=True)]
    )


def refusals():
    """Results in the place of tests that the data do not allow, of every question."""
    cities = places(9).assign(coastal=[True] * 8 + [False], coast_km=5.0)
    pairs = city_pairs(cities).assign(flow=1.0, score=np.arange(36.0), few=[1.0, 2.0, *[np.nan] * 34])
    few = {"n_permutations": 19, "rng": 1}
    yield from coastal_tests(cities, pairs, "size", corridor_value="few", **few)
    yield from coastal_tests(cities, pairs, "size", strata="coastal", covariates=["coastal"], **few)
    yield from moran_tests(cities.assign(size=[-1.0, *[2.0] * 8]), "size", n_permutations=19, rng=1)
    for flow in ("flow", "few"):
        for verb in (dyadic_tests, proximity_tests):
            try:
                yield from verb(cities, pairs, flow)
            except DataError as error:
                yield impossible_result(verb.__name__, FLOW, "distance", error)
    for numbers in (pairs["flow"], pairs["few"], -pairs["score"]):
        try:
            yield decay_test(pairs.assign(flow=numbers), flow="flow", **few)
        except GeobriError as error:
            yield impossible_result("decay_test", FLOW, "distance", error)


def test_no_english_reason_stands_in_a_chinese_sentence():
    said = [one for one in refusals() if math.isnan(one.p_value)]
    assert len(said) >= 7
    for one in said:
        assert one.sentence_zh != one.sentence
        for text in (one.sentence_zh, one.terms[0].note.zh):
            assert not re.search(r"[a-z]{4,}", re.sub("Mann-Whitney|size|'flow'", "", text)), text
        assert "详细说明" not in one.sentence_zh


def test_a_reason_keeps_its_chinese_on_the_way_from_a_worker():
    error = pickle.loads(pickle.dumps(DataError("test: why.", zh="因为。")))
    assert (str(error), say_refusal(error).zh) == ("test: why.", "因为。")
    assert say_refusal(DataError("test: why.")).zh.startswith("数据不足")
    assert say_refusal(np.linalg.LinAlgError("singular")).zh.startswith("无法计算")


def test_a_fault_of_a_test_is_no_refusal():
    def faulty():
        raise KeyError("a fault")

    with pytest.raises(KeyError):
        attempt_all(FLOW, "distance", [partial(faulty), partial(fine)])


def places(n, seed=5):
    rng = np.random.default_rng(seed)
    points = gpd.points_from_xy(rng.uniform(0, 40, n), rng.uniform(0, 30, n), crs=4326)
    return gpd.GeoDataFrame({"size": rng.normal(size=n)}, index=[f"p{i}" for i in range(n)], geometry=points)


def test_more_than_two_thousand_places_have_bands_of_near_pairs_and_it_is_said():
    cities = places(2100)
    cities["size"] += np.sin(cities.geometry.x) * 2  # alike within some 300 km
    result = correlogram_test(cities, "size", n_permutations=99, rng=1)
    table = result.table
    assert len(table) == 8
    assert table["n_pairs"].sum() == pytest.approx(2100 * 64 / 2, rel=0.1)
    last = f"{table['high_km'].iloc[-1]:,.0f}"
    assert f"up to {last} km (farther pairs were not looked at)" in result.sentence
    assert f"{last}公里以内" in result.sentence_zh
    outside = 2100 * 2099 // 2 - table["n_pairs"].sum()
    assert f"{outside:,} of 2,203,950 pairs are not in the bands" in result.terms[0].left_out


def test_all_tests_of_neighbours_stand_for_more_than_two_thousand_places():
    found = moran_tests(places(2100), "size", n_permutations=19, rng=1)
    assert [one.terms[0].test for one in found] == [
        "moran_test",
        "geary_test",
        "correlogram_test",
        "local_moran_test",
        "local_getis_ord_test",
    ]
    assert all(math.isfinite(one.p_value) for one in found)


def test_a_null_model_that_is_not_possible_leaves_the_others():
    names = list("abcdef")
    pairs = [(one, other) for one in names for other in names if one < other]
    corridors = pd.DataFrame(pairs, columns=["origin", "destination"])
    corridors["distance_km"] = [100.0 * (ord(b) - ord(a)) for a, b in pairs]
    corridors["rank"] = [1.0, 2.0] + [np.nan] * 13
    # every city is a block of its own: nothing can change places within blocks
    own = {name: name for name in names}
    found = proximity_tests(
        pd.DataFrame(index=names), corridors, "rank", blocks=own, region=None, n_permutations=99, rng=1
    )
    assert [one.null for one in found if isinstance(one, ProximityResult)] == ["active", "hubs", "corridors"]
    assert [one.choices.get("headline") for one in found[:3]] == [True, False, False]
    assert all("not possible" in one.terms[0].note.en for one in found[3:])
    assert len(found) == 4


def study_of(flows):
    rng = np.random.default_rng(2)
    cities = pd.DataFrame(
        {"name": list("ABCDEFGH"), "lon": rng.uniform(0, 30, 8), "lat": rng.uniform(0, 30, 8)}
    )
    return read_study(flows, cities)


def test_where_friction_cannot_be_fitted_the_other_tests_of_distance_stand():
    rng = np.random.default_rng(3)
    pairs = [(one, other) for one in "ABCDEFGH" for other in "ABCDEFGH" if one < other]
    flows = pd.DataFrame(pairs, columns=["origin", "destination"])
    flows["change"] = rng.normal(size=len(flows))  # falls and rises: no flow, so no friction
    study = study_of(flows)
    found = run_decay(study, "change")
    assert found[0].terms[0].test == "mantel_test"
    assert math.isfinite(found[0].p_value)
    assert found[-1].terms[0].test == "decay_test"
    assert "not possible" in found[-1].terms[0].note.en


def test_where_nothing_is_possible_the_first_reason_is_said():
    with pytest.raises(GeobriError, match="decay_test"):
        flat = pd.DataFrame({"origin": ["A", "B"], "destination": ["B", "C"], "change": [1.0, 1.0]})
        run_decay(study_of(flat), "change")
