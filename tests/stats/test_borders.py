"""Where enumeration ends and drawing begins, to the last arrangement; and ties that do not depend on the unit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.stats.blocks import choose_blocks
from geobri.stats.groups import coastal_sensitivity_test, estimate_shift
from geobri.stats.groups._corridor_labels import check_types
from geobri.stats.groups.definitions import _definitions
from geobri.stats.groups.placements import place_groups
from geobri.stats.groups.samples import GroupSample
from geobri.stats.proximity import proximity_test
from geobri.stats.proximity.nulls import choose_null
from geobri.stats.spatial.inputs import null_statistics


def listed(scale=1.0):
    names = list("abcdefg")
    pairs = [(one, other) for one in names for other in names if one < other]
    corridors = pd.DataFrame(pairs, columns=["origin", "destination"])
    # tenths, so that sums which are equal on paper differ in the last digit
    corridors["distance_km"] = [scale * 0.1 * (ord(b) - ord(a)) for a, b in pairs]
    corridors["rank"] = pd.Series(
        {pairs.index(pair): float(k) for k, pair in enumerate([("a", "b"), ("c", "e"), ("d", "g")], 1)}
    ).reindex(range(len(pairs)))
    return pd.DataFrame(index=names), corridors


def test_placements_of_a_label_are_enumerated_up_to_the_last_one():
    sample = GroupSample(np.arange(6.0), np.arange(6) < 3)
    assert place_groups(sample, 99, rng=1, most=20).exact
    assert len(place_groups(sample, 99, rng=1, most=20).first) == 20
    assert not place_groups(sample, 99, rng=1, most=19).exact


def test_placements_of_a_list_are_enumerated_up_to_the_last_one():
    count = proximity_test(*listed(), "rank", region=None).diagnostics["distinct placements"]
    asked = {"region": None, "n_permutations": 99, "rng": 1}
    assert proximity_test(*listed(), "rank", most_exact=count, **asked).exact
    assert not proximity_test(*listed(), "rank", most_exact=count - 1, **asked).exact


def test_values_of_six_places_are_enumerated_and_of_seven_drawn():
    null, exact = null_statistics(lambda rows: rows[:, 0], np.arange(6.0), 99, 1)
    assert (len(null), exact) == (720, True)
    null, exact = null_statistics(lambda rows: rows[:, 0], np.arange(7.0), 99, 1)
    assert (len(null), exact) == (99, False)
    with pytest.raises(SpecificationError, match="n_permutations must be positive"):
        null_statistics(lambda rows: rows[:, 0], np.arange(7.0), 0, 1)


@pytest.mark.parametrize("null", ["blocks", "active", "hubs", "corridors"])
@pytest.mark.parametrize("scale", [1e-13, 1e-3, 1e9])
def test_ties_of_a_list_do_not_depend_on_the_unit(null, scale):
    asked = {"null": null, "region": None, "n_permutations": 199, "rng": 1}
    plain, scaled = (proximity_test(*listed(one), "rank", **asked).p_value for one in (1.0, scale))
    assert plain == scaled
    assert 0 < plain < 1


def test_five_percent_is_enough_for_the_listed_cities_to_lead():
    assert choose_null(gathers=True, least=0.05) == "active"
    assert choose_null(gathers=True, least=0.0501) == "blocks"
    assert choose_null(gathers=False, least=0.001) == "blocks"


def test_one_type_without_corridors_in_half_of_the_placements_is_no_test():
    whole, part = np.zeros((6, 3)), np.zeros((6, 3))
    part[:3, 1] = np.nan
    check_types(whole[0], whole, "test")
    with pytest.raises(DataError, match="every type must have corridors"):
        check_types(whole[0], part, "test")


@pytest.mark.parametrize(("alone", "taken"), [(8, False), (7, True)])
def test_blocks_that_move_half_of_the_cities_are_not_taken(alone, taken):
    seen = ~np.eye(16, dtype=bool)
    for city in range(alone - 1):  # gaps along a path: no two of these cities can change places
        seen[city, city + 1] = seen[city + 1, city] = False
    chosen = choose_blocks("auto", [f"c{k}" for k in range(16)], seen, caller="test")
    assert (chosen.labels is not None) == taken


def test_a_city_at_the_threshold_is_coastal():
    cities = pd.DataFrame({"km": [10.0, 50.0, 90.0, 200.0]}, index=list("abcd"))
    (flags, threshold), *_ = _definitions(cities, "km", [], [50.0]).values()
    assert (flags.tolist(), threshold) == ([True, True, False, False], 50.0)


def test_an_interval_that_just_reaches_its_level_has_no_caution():
    sample = GroupSample(np.array([1.0, 2.5, 4.7, 8.1, 9.9, 12.2]), np.arange(6) < 3)
    # 20 choices of cities: the widest interval leaves one of them out on either side, and reaches 90 %
    assert not estimate_shift(sample, confidence=0.9).note
    assert estimate_shift(sample, confidence=0.91).note.en == "too few cities: the interval reaches 90.0%"


def test_a_definition_at_five_percent_is_drawn_as_found():
    pytest.importorskip("matplotlib")
    cities = pd.DataFrame(
        {"coastal": np.arange(8) < 4, "coast_km": np.arange(8) * 50.0, "size": np.arange(8.0)},
        index=list("abcdefgh"),
    )
    asked = {"thresholds": [120.0], "n_permutations": 99, "rng": 1}
    found = coastal_sensitivity_test(cities, "size", **asked)
    drawn = []
    for p in (0.05, 0.0501):
        axes = replace(found, table=found.table.assign(p_value=p)).plot()
        drawn.append({tuple(colour) for one in axes.collections for colour in one.get_edgecolor()})
        axes.figure.clear()
    assert len(drawn[0]) == len(drawn[1]) == 1
    assert drawn[0] != drawn[1]
