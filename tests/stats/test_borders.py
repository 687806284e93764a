"""Where enumeration ends and drawing begins, to the last arrangement; and ties that do not depend on the unit."""

import numpy as np
import pandas as pd
import pytest

from geobri.errors import SpecificationError
from geobri.stats.groups.placements import place_groups
from geobri.stats.groups.samples import GroupSample
from geobri.stats.proximity import proximity_test
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
