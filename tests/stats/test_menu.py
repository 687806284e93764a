"""`geobri.stats` is a menu: every entry is there, and nothing heavy is loaded by looking at it."""

import subprocess
import sys

import pytest

import geobri.stats


def test_every_entry_is_there():
    for name in dir(geobri.stats):
        assert getattr(geobri.stats, name) is not None
    assert {"decay_test", "mantel_test", "proximity_test", "moran_test", "flows"} <= set(dir(geobri.stats))
    with pytest.raises(AttributeError, match="no attribute 'corelation'"):
        geobri.stats.corelation  # noqa: B018 (the look is what is tested)


def test_the_menu_is_short_and_whoever_knows_more_finds_it():
    rooms = {"dyads", "flows", "groups", "power", "proximity", "simulate", "spatial"}
    verbs = set(dir(geobri.stats)) - rooms
    assert len(verbs) <= 25
    assert rooms < set(dir(geobri.stats))
    from geobri.stats import (
        combine_results,
        group_permutation_test,
        groups,
        mann_whitney_test,
        multiplicity,
        null,
        p_values,
        pair_covariates,
        permutation_p_value,
        places,
        results,
        simulate_corridors,
        tables,
    )

    assert groups.mann_whitney_test is mann_whitney_test
    assert p_values.permutation_p_value is permutation_p_value
    assert all(
        callable(one)
        for one in (combine_results, group_permutation_test, pair_covariates, simulate_corridors)
    )
    assert {one.__name__ for one in (multiplicity, null, places, results, tables)} == {
        f"geobri.stats.{name}" for name in ("multiplicity", "null", "places", "results", "tables")
    }


def test_verbs_are_those_of_their_rooms():
    from geobri.stats.flows import decay_test

    assert geobri.stats.decay_test is decay_test
    assert geobri.stats.flows.decay_test is decay_test


def test_looking_loads_nothing():
    code = (
        "import sys, geobri.stats; dir(geobri.stats); print('pandas' in sys.modules, 'scipy' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "False"]


def test_the_first_names_of_rooms_go_on_working():
    import geobri.stats.decay
    import geobri.stats.gravity
    from geobri.stats import flows

    assert geobri.stats.decay.decay_test is flows.decay_test
    assert geobri.stats.gravity.fit_gravity is flows.fit_gravity
    both = {*geobri.stats.decay.__all__, *geobri.stats.gravity.__all__}
    assert both >= set(flows.__all__)
