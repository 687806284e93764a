"""The built-in studies against what the reports print."""

import pandas as pd
import pytest

from geobri.errors import DataError
from geobri.study import BUILT_IN, check_study, load_study
from geobri.study.analysis import audit_study


@pytest.fixture(scope="module")
def bri22():
    return load_study("bri22")


def test_195_international_corridors(bri22):
    assert len(bri22.cities) == 22
    assert len(bri22.corridors) == 195
    assert bri22.corridors.geometry.is_valid.all()


def test_published_ranks_are_attached_and_others_missing(bri22):
    assert bri22.corridors["rank_overall"].dropna().sort_values().tolist() == list(range(1, 11))
    assert (bri22.corridors["rank_facility"] == 5).sum() == 10
    assert bri22.corridors.loc["shanghai--singapore", "rank_overall"] == 1


def test_cities_carry_their_ranks(bri22):
    assert bri22.cities["rank_overall"].sort_values().tolist() == list(range(1, 23))
    assert bri22.cities.loc["singapore", "rank_policy"] == 10


def test_every_city_of_both_reports_has_a_point():
    for name in ("bri22", "global513"):
        cities = load_study(name).cities
        assert (~cities.geometry.is_empty).all()
        assert cities["country"].str.fullmatch("[A-Z]{3}").all()


def test_global513_has_no_invented_values():
    study = load_study("global513")
    assert len(study.cities) == 513
    assert study.corridor_measures == ()
    assert study.cities["rank_dynamic"].notna().sum() == 100


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_studies_have_no_faults(name):
    assert check_study(name) == []


def test_loading_twice_gives_the_same(bri22):
    pd.testing.assert_frame_equal(pd.DataFrame(bri22.corridors), pd.DataFrame(load_study("bri22").corridors))


def test_the_audit_assumes_no_more_of_the_scale_than_one_indicator_a_dimension_supports(bri22):
    audit = audit_study(bri22)
    assert audit.anchored == ("trade", "finance", "people", "information")
    low = audit.bounds.set_index(["city", "node"])["lower"]
    assert low["singapore", "index"] == pytest.approx(50)
    rows = audit.to_frame().query("question == 'assumption'").set_index("node")["value"]
    assert rows[["policy", "facility"]].tolist() == [0, 0]


def test_a_measure_is_found_in_the_table_that_has_it(bri22):
    study = bri22
    in_both = {one.column for one in study.city_measures} & {one.column for one in study.corridor_measures}
    alone = next(one for one in study.city_measures if one.column not in in_both)
    assert study.measure(alone.column) is alone
    with pytest.raises(DataError, match="a column of both"):
        study.measure(min(in_both))
    with pytest.raises(DataError, match=f"column must be one of .*{alone.column}"):
        study.measure("nothing")
