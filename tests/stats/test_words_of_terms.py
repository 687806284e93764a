"""Every estimate, null model, method and caution exists in both languages where it is made."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri.stats import say
from geobri.stats.dyads import dyadic_tests, pair_regression_test
from geobri.stats.flows import decay_test, fit_gravity, presence_test
from geobri.stats.groups.corridor_regression import corridor_regression_test
from geobri.stats.groups.covariates import coastal_regression_test
from geobri.stats.groups.every import coastal_tests
from geobri.stats.proximity import proximity_tests
from geobri.stats.results import Term, tidy_row
from geobri.stats.say import terms
from geobri.stats.spatial.every import moran_tests
from geobri.words import NOTHING, Words

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NAMES = {"Getis-Ord G", "Mann-Whitney", "HC3", "gdp", "distance_km"}
"""Names and identifiers, which are written alike in both languages."""


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(8)
    n = 14
    cities = gpd.GeoDataFrame(
        {"size": rng.gamma(2, 3, n), "gdp": rng.normal(size=n), "coastal": np.arange(n) % 2 == 0},
        index=[f"c{i:02d}" for i in range(n)],
        geometry=gpd.points_from_xy(rng.uniform(0, 40, n), rng.uniform(0, 40, n), crs=4326),
    )
    cities["coast_km"] = np.where(cities["coastal"], 10.0, 300.0) + np.arange(n)
    names = list(cities.index)
    pairs = [(one, other) for one in names for other in names if one < other]
    corridors = pd.DataFrame(pairs, columns=["origin", "destination"])
    corridors["distance_km"] = rng.uniform(200, 4000, len(pairs))
    corridors["size"] = rng.poisson(3, len(pairs)).astype(float)
    corridors["linked"] = (corridors["size"] > 2).astype(float)
    corridors["gdp"] = rng.normal(size=len(pairs))
    corridors["rank"] = pd.Series(range(1, 9), dtype=float).reindex(range(len(pairs)))
    return cities, corridors


def results(cities, corridors):
    few = {"n_permutations": 39, "rng": 1}
    yield decay_test(corridors, flow="size", covariates=["gdp"], **few)
    yield fit_gravity(corridors, flow="size", covariates=["gdp"], **few)
    yield fit_gravity(corridors, flow="size", n_permutations=0)
    yield presence_test(corridors, presence="linked", **few)
    yield pair_regression_test(corridors, "gdp", ["distance_km"], **few)
    yield from dyadic_tests(cities, corridors, "size", **few)
    yield from proximity_tests(cities, corridors, "rank", region=None, **few)
    yield from moran_tests(cities, "size", corridors=corridors, **few)
    yield from coastal_tests(cities, corridors, "size", **few)
    yield coastal_regression_test(cities, "size", ["gdp"], **few)
    yield corridor_regression_test(cities, corridors, "size", **few)


def test_every_row_is_said_in_chinese(tables):
    english = set()
    seen = set()
    for result in results(*tables):
        for term in result.terms:
            seen.add(term.test)
            for words in (term.term, term.null, term.method, term.note, term.se_type):
                assert isinstance(words, Words)
                if words and not CHINESE.search(words.zh) and words.en not in NAMES:
                    english.add((term.test, words.en))
    assert not english
    assert len(seen) > 16


def test_rows_of_the_table_are_english(tables):
    frame = decay_test(tables[1], flow="size", n_permutations=39, rng=1).to_frame()
    assert frame["term"].iloc[0] == "friction: log distance_km"
    assert frame["null"].iloc[0].startswith("node permutation, ")
    assert frame["se_type"].iloc[0] == "permutation"


def test_cautions_stand_in_a_row_without_those_that_say_nothing():
    said = terms.notes(Words("one", "一"), NOTHING, None, Words("two", "二"))
    assert (said.en, said.zh) == ("one; two", "一；二")
    assert not terms.notes(None, NOTHING)


def test_words_in_a_row_keep_both_languages():
    assert Words("a", "甲") + Words("b", "乙") == Words("ab", "甲乙")
    assert bool(Words("a"))
    assert not NOTHING


def test_a_result_that_is_not_possible_names_the_test_in_both_languages():
    said = say.say_impossible("decay_test", say.DISTANCE, Words("Why.", "因为。"))
    assert said.zh == "距离：这些数据无法进行“距离摩擦”。因为。"
    assert tidy_row(Term(test="t", note=Words("one", "一")))["note"] == "one"
