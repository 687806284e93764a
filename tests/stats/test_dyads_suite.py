"""All dyadic tests of one value of a corridor table."""

import numpy as np
import pandas as pd
import pytest

from geobri.errors import SchemaError
from geobri.stats.dyads import dyadic_tests
from geobri.stats.results import TIDY_COLUMNS, combine_results


@pytest.fixture
def study():
    rng = np.random.default_rng(0)
    place = rng.random((14, 2)) * 5000
    names = [f"c{k}" for k in range(14)]
    rows = [
        (names[a], names[b], float(np.linalg.norm(place[a] - place[b])), rng.normal())
        for a in range(14)
        for b in range(a + 1, 14)
        if b >= 5
    ]
    corridors = pd.DataFrame(rows, columns=["origin", "destination", "distance_km", "hours"])
    corridors["score"] = 100 - corridors["distance_km"] / 100 + 8 * rng.normal(size=len(corridors))
    return pd.DataFrame(index=[*names, "elsewhere"]), corridors


def test_all_tests_in_one_table(study):
    results = dyadic_tests(*study, "score", covariates=["hours"], rng=1, n_permutations=199)
    table = combine_results(results)
    assert list(table.columns) == list(TIDY_COLUMNS)
    assert table["test"].unique().tolist() == ["mantel_test", "mrqap_test", "mantel_correlogram_test"]
    assert (table["n_cities"] == 14).all()  # the city without a pair is left out
    row = table[(table["test"] == "mrqap_test") & (table["term"] == "distance_km")].iloc[0]
    assert row["estimate"] == pytest.approx(-0.01, abs=0.003)
    assert row["p_value"] < 0.05
    assert results[0].choices["seed"] == 1
    again = combine_results(dyadic_tests(*study, "score", covariates=["hours"], rng=1, n_permutations=199))
    pd.testing.assert_frame_equal(table, again)


def test_directed_tables_have_no_correlogram(study):
    cities, corridors = study
    back = corridors.rename(columns={"origin": "destination", "destination": "origin"}).assign(
        score=lambda t: t["score"] + 1
    )
    results = dyadic_tests(
        cities, pd.concat([corridors, back]), "score", directed=True, rng=1, n_permutations=99
    )
    assert [one.terms[0].test for one in results] == ["mantel_test", "mantel_test", "mrqap_test"]
    assert results[0].terms[0].n_pairs == 2 * len(corridors)


def test_missing_pairs_that_travel_are_said_in_every_test(study):
    cities, corridors = study
    holes = corridors.assign(
        score=corridors["score"].where(np.random.default_rng(1).random(len(corridors)) < 0.7)
    )
    results = dyadic_tests(cities, holes, "score", rng=1, n_permutations=99)
    assert [one.terms[-1].test for one in results] == 2 * ["mantel_test"] + [
        "mrqap_test",
        "mantel_correlogram_test",
    ]
    absent = 14 * 13 // 2 - int(holes["score"].notna().sum())
    for one in results:
        assert "travel" in one.terms[-1].note.en
        assert one.terms[-1].left_out == f"{absent} pairs without a value in every matrix"
    assert "travel" in results[0].choices["missing cells"]


def test_unknown_column(study):
    with pytest.raises(SchemaError, match="'speed'"):
        dyadic_tests(*study, "speed")


def test_one_test_that_is_not_possible_leaves_the_others(study):
    cities, corridors = study
    together = corridors.assign(twice=2 * corridors["distance_km"])
    results = dyadic_tests(cities, together, "score", covariates=["twice"], rng=1, n_permutations=99)
    assert [one.terms[0].test for one in results][:3] == ["mantel_test", "mantel_test", "mrqap_test"]
    assert results[0].p_value < 0.05
    assert np.isnan(results[2].p_value)
    assert "not possible" in results[2].terms[0].note.en


def test_a_sparse_table_gives_its_tests_with_what_they_left_out():
    rng = np.random.default_rng(5)
    n = 60
    o, d = np.triu_indices(n, 1)
    kept = rng.random(len(o)) < 0.03
    kept[o == 0] = True
    frame = pd.DataFrame(
        {
            "origin": [f"c{k:02d}" for k in o],
            "destination": [f"c{k:02d}" for k in d],
            "distance_km": rng.uniform(50, 900, len(o)),
            "trips": 1.0 + (rng.random(len(o)) < 0.1),
        }
    )[kept]
    results = dyadic_tests(
        pd.DataFrame(index=[f"c{k:02d}" for k in range(n)]), frame, "trips", rng=1, n_permutations=299
    )
    assert all(0 < one.p_value <= 1 for one in results)
    assert "missing pairs travel" in results[0].terms[0].note.en
