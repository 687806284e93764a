"""Attributes of cities: filled, divided, modelled into pairs, and an index of nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.score import (
    IMPUTERS,
    NORMALISERS,
    Dimension,
    IndexSpec,
    Indicator,
    build_index,
    city_to_pair,
    list_contributions,
    load_spec,
    write_scores,
)
from geobri.score.impute import fills_attributes
from geobri.score.trust.uncertainty import tabulate_uncertainty
from geobri.score.trust.variants import build_variants, vary_spec


def towns(**columns):
    n = len(next(iter(columns.values())))
    names = pd.Index([f"t{i}" for i in range(n)], name="city")
    return pd.DataFrame({"country": list("ABCDEFGHIJKL"[:n]), **columns}, index=names)


def spec(*names, choices=None, **fields):
    leaves = tuple(Indicator(name=name, dimension="overall", kind="city", **fields) for name in names)
    return IndexSpec(name="own", indicators=leaves).with_choices(**(choices or {}))


GAP = towns(beds=[10.0, 20.0, np.nan, 60.0], region=["N", "N", "S", "S"])


class TestImputation:
    @pytest.mark.parametrize(("method", "expected"), [("mean", 30.0), ("median", 20.0), ("group", 60.0)])
    def test_over_the_cities(self, method, expected):
        result = build_index(spec("beds", imputer=method), GAP)
        assert result.city_raw["beds"].tolist() == [10.0, 20.0, expected, 60.0]
        assert result.imputed_share["beds"].tolist() == [0, 0, 1, 0]
        assert result.coverage["beds"].tolist() == [1, 1, 0, 1]
        assert result.cities["overall"].notna().all()
        assert any("imputed: beds (1 city)" in said for said in result.warnings)

    def test_pairs_are_modelled_from_what_was_filled_and_say_so(self):
        result = build_index(spec("beds", imputer="mean"), GAP)
        assert result.corridor_values.loc["t2--t3", "beds"] == 30.0
        assert result.imputed.index[result.imputed["beds"]].tolist() == ["t0--t2", "t1--t2", "t2--t3"]

    def test_group_by_another_column(self):
        cities = GAP.assign(climate=["wet", "dry", "wet", "dry"])
        by = {"imputer": "group", "imputer_params": {"by": "climate"}}
        assert build_index(spec("beds", **by), cities).city_raw.loc["t2", "beds"] == 10.0

    def test_a_city_without_a_group_borrows_from_nobody(self):
        cities = towns(beds=[10.0, 20.0, np.nan, 60.0], region=["N", "N", None, None])
        result = build_index(spec("beds", imputer="group"), cities)
        assert np.isnan(result.city_raw.loc["t2", "beds"])
        assert "Attributes are missing and were not imputed: beds ('t2')." in result.warnings

    def test_a_choice_of_the_index_reaches_attributes_and_an_indicator_may_refuse_it(self):
        by_index = spec("beds", choices={"imputer": "mean"})
        assert build_index(by_index, GAP).city_raw.loc["t2", "beds"] == 30.0
        own = spec("beds", choices={"imputer": "mean"}, imputer="none")
        assert np.isnan(build_index(own, GAP).city_raw.loc["t2", "beds"])

    def test_over_the_years(self):
        cities = GAP.assign(old=[9.0, 19.0, 30.0, 50.0], new=[11.0, 22.0, 50.0, 70.0])
        panel = {"imputer": "panel", "imputer_params": {"columns": {"2018": "old", "2022": "new"}}}
        assert build_index(spec("beds", year=2019, **panel), cities).city_raw.loc["t2", "beds"] == 35.0
        result = build_index(spec("beds", **panel), cities, year=2021)
        assert result.city_raw["beds"].tolist() == [10, 20, 45, 60]

    @pytest.mark.parametrize(
        ("params", "year", "said"),
        [
            ({}, 2019, r"columns hold the other years of 'beds'. Got 'none'"),
            ({"columns": {"then": "old"}}, 2019, r"columns hold the other years.*'then'"),
            ({"columns": {"2018": "old"}}, None, r"must know the year of 'beds'"),
        ],
    )
    def test_years_must_be_known(self, params, year, said):
        leaf = {"imputer": "panel", "imputer_params": params, "year": year}
        with pytest.raises(SpecificationError, match=said):
            build_index(spec("beds", **leaf), GAP.assign(old=1.0))

    @pytest.mark.parametrize("method", ["gravity", "origin_destination"])
    def test_imputers_of_pairs_are_refused(self, method):
        with pytest.raises(SpecificationError, match=rf"imputer = '{method}' fills pairs, not attributes"):
            spec("beds", imputer=method)
        by_index = spec("beds", choices={"imputer": method})
        with pytest.raises(SpecificationError, match=r"Got 'beds' with 1 gaps: 't2'. Give this indicator"):
            build_index(by_index, GAP)
        build_index(by_index, GAP.assign(beds=[1.0, 2.0, 3.0, 4.0]))  # nothing to fill, nothing to refuse

    def test_which_imputers_can(self):
        assert {name for name in IMPUTERS if fills_attributes(name)} == {
            "none",
            "mean",
            "median",
            "group",
            "panel",
        }

    def test_screened_cities_lend_nothing(self):
        cities = towns(
            beds=[10.0, 20.0, np.nan, 600.0], rooms=[1.0, 2.0, 3.0, np.nan], x=[1.0, 2.0, 3.0, np.nan]
        )
        whole = spec("beds", "rooms", "x", choices={"imputer": "mean", "min_city_coverage": 0.6})
        result = build_index(whole, cities)
        assert result.screened_cities == ("t3",)  # one of three known; by pairs it would be one of nine
        assert result.city_raw["beds"].tolist() == [10, 20, 15]

    def test_variants_differ(self):
        made = build_variants(
            spec("beds", choices={"missing": "reweight"}),
            GAP,
            None,
            {"mean": {"imputer": "mean"}, "group": {"imputer": "group"}},
        )
        assert made["mean"].treated[2, 0] == 30
        assert made["group"].treated[2, 0] == 60

    def test_the_rule_for_pairs_varies_beside_flows(self):
        leaves = (
            Indicator(name="x", dimension="overall"),
            Indicator(name="beds", dimension="overall", kind="city", pair_rule="min"),
        )
        mixed = IndexSpec(name="mixed", indicators=leaves)
        moved = vary_spec(mixed, pair_rule="max", impute="after_denomination")
        assert (moved.choices.pair_rule, moved.indicators[1].pair_rule) == ("max", None)
        assert moved.choices.impute == "after_denomination"


class TestDenominators:
    cities = towns(beds=[10.0, 40.0, 90.0, 10.0], people=[1.0, 2.0, np.nan, 4.0])

    def test_a_missing_one_makes_the_value_missing(self):
        result = build_index(spec("beds", denominator="people"), self.cities)
        np.testing.assert_array_equal(result.city_raw["beds"], [10, 20, np.nan, 2.5])
        assert result.corridor_raw.loc["t0--t1", "beds"] == pytest.approx(10 / np.sqrt(2))
        assert result.corridor_raw["beds"].isna().sum() == 3
        assert any("people of 't2' (for 'beds')" in said for said in result.warnings)

    def test_a_missing_one_under_pairs(self):
        rows = [("x", "t0", "t1", 4.0), ("x", "t0", "t2", 2.0), ("x", "t1", "t2", 4.0)]
        flows = pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"])
        index = IndexSpec(
            name="one", indicators=(Indicator(name="x", dimension="overall", denominator="people"),)
        )
        result = build_index(index.with_choices(corridors=False), self.cities.iloc[:3], flows)
        np.testing.assert_array_equal(result.city_raw["x"], [6, 4, np.nan])

    @pytest.mark.parametrize("bad", [0.0, -3.0])
    def test_zero_and_negative_stay_errors(self, bad):
        with pytest.raises(DataError, match=r"'people' must be above 0 where a city has a size.*'t2'"):
            build_index(spec("beds", denominator="people"), self.cities.fillna({"people": bad}))


class TestOrderOfImputation:
    """Beds 10, 40, missing, 10 for 1, 2, 4 and 4 people: filled as 20 beds, or as 10.83 beds a head."""

    cities = towns(beds=[10.0, 40.0, np.nan, 10.0], people=[1.0, 2.0, 4.0, 4.0])

    @pytest.mark.parametrize(
        ("order", "filled"), [("before_denomination", 20 / 4), ("after_denomination", (10 + 20 + 2.5) / 3)]
    )
    def test_attributes(self, order, filled):
        index = spec("beds", denominator="people", imputer="mean", choices={"impute": order})
        result = build_index(index, self.cities)
        np.testing.assert_allclose(result.city_raw["beds"], [10, 20, filled, 2.5])
        pair = min(10.0, filled * 4) / 4  # the weaker end, then divided by the size of the pair
        assert result.corridor_raw.loc["t2--t3", "beds"] == pytest.approx(pair)

    def test_afterwards_a_missing_size_can_be_filled_over(self):
        cities = self.cities.assign(beds=[10.0, 40.0, 9.0, 10.0], people=[1.0, 2.0, np.nan, 4.0])
        index = spec("beds", denominator="people", imputer="mean", choices={"impute": "after_denomination"})
        result = build_index(index, cities)
        assert result.city_raw.loc["t2", "beds"] == pytest.approx(32.5 / 3)
        assert result.imputed_share["beds"].tolist() == [0, 0, 1, 0]

    def test_the_years_are_divided_too(self):
        cities = self.cities.assign(old=[10.0, 40.0, 8.0, 10.0])
        panel = {"imputer": "panel", "imputer_params": {"columns": {"2018": "old"}}, "year": 2019}
        index = spec("beds", denominator="people", choices={"impute": "after_denomination"}, **panel)
        assert build_index(index, cities).city_raw.loc["t2", "beds"] == 2.0

    @pytest.mark.parametrize(
        ("order", "filled"), [("before_denomination", 3.0), ("after_denomination", 2 * (1 / 1 + 5 / 2) / 2)]
    )
    @pytest.mark.parametrize("directed", [False, True])
    def test_pairs(self, order, filled, directed):
        # pairs t0-t1 and t0-t2 of geometric size 1 and 2 have 1 and 5; t1-t2 of size 2 is missing
        cities = towns(people=[1.0, 1.0, 4.0])
        rows = [("x", "t0", "t1", 1.0), ("x", "t0", "t2", 5.0)]
        flows = pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"])
        if directed:
            back = flows.rename(columns={"origin": "destination", "destination": "origin"})
            flows = pd.concat([flows, back])
        leaf = Indicator(
            name="x",
            dimension="overall",
            denominator="people",
            imputer="mean",
            directed=directed,
            fold="mean",
        )
        index = IndexSpec(name="one", indicators=(leaf,)).with_choices(impute=order)
        result = build_index(index, cities, flows)
        np.testing.assert_allclose(result.corridor_raw["x"], [1, 5 / 2, filled / 2])
        np.testing.assert_allclose(result.city_raw["x"], [6, 1 + filled, (5 + filled) / 4])


class TestPairs:
    def test_the_weaker_end_is_the_weaker_one_in_either_direction(self):
        carbon = towns(carbon=[1.0, 5.0, 9.0, 7.0])
        result = build_index(spec("carbon", direction=-1), carbon)  # min is the default
        assert result.corridor_values["carbon"].tolist() == [5, 9, 7, 9, 7, 9]
        assert result.corridors["overall"].idxmax() == "t0--t1"
        strong = build_index(spec("carbon", direction=-1, pair_rule="max"), carbon)
        assert strong.corridor_values["carbon"].tolist() == [1, 1, 1, 5, 5, 7]

    def test_turning_an_attribute_and_its_direction_changes_no_score(self):
        values = np.array([3.0, 8.0, 1.0, 6.0])
        for rule in ("min", "max"):
            one = build_index(spec("x", pair_rule=rule), towns(x=values))
            other = build_index(spec("x", pair_rule=rule, direction=-1), towns(x=-values))
            np.testing.assert_allclose(one.corridors["overall"], other.corridors["overall"])

    def test_one_choice_for_all_attributes(self):
        cities = towns(u=[1.0, 4.0, 9.0], v=[1.0, 4.0, 9.0])
        leaves = (
            Indicator(name="u", dimension="overall", kind="city"),
            Indicator(name="v", dimension="overall", kind="city", pair_rule="max"),
        )
        index = IndexSpec(name="two", indicators=leaves).with_choices(pair_rule="geometric")
        assert build_index(index, cities).corridor_values["u"].tolist() == [2, 3, 6]
        assert build_index(index, cities).corridor_values["v"].tolist() == [4, 9, 9]

    @pytest.mark.parametrize("rule", ["product", "geometric"])
    def test_two_bad_ends_make_no_good_pair(self, rule):
        with pytest.raises(DataError, match=rf"{rule} needs values >= 0. Got 2 of 3 below, the least -3"):
            city_to_pair(np.array([-2.0, -3.0, 1.0]), np.array([0]), np.array([1]), rule=rule)

    def test_no_corridor_brings_a_city_its_attribute(self):
        assert list(list_contributions(build_index(spec("beds"), GAP), "t0").columns) == [
            "partner",
            "overall",
            "rank_overall",
        ]


class TestCitiesAlone:
    def test_corridors_can_be_switched_off(self, tmp_path):
        cities = GAP.drop(columns="country")  # no pair is made, so no country is asked for
        result = build_index(spec("beds", imputer="mean", choices={"corridors": False}), cities)
        assert len(result.cities) == 4
        assert result.corridors.empty
        assert result.choices["n_pairs"] == 0
        assert not any("modelled" in said for said in result.warnings)
        assert result.summary() == "own: 4 cities by 1 indicators; t3, t2, t1 lead."
        with pytest.raises(SpecificationError, match=r"corridors = false"):
            result.compiled("corridors")
        assert set(tabulate_uncertainty(result, n_runs=5, rng=1)["level"]) == {"cities"}
        write_scores(result, tmp_path)
        assert len(pd.read_csv(tmp_path / "scores_corridors.csv")) == 0
        assert load_spec(tmp_path / "spec.toml") == result.spec

    def test_the_cities_are_the_same_with_and_without(self):
        with_pairs = build_index(spec("beds", imputer="mean"), GAP)
        without = build_index(spec("beds", imputer="mean", choices={"corridors": False}), GAP)
        pd.testing.assert_frame_equal(with_pairs.cities, without.cities)

    def test_flows_still_reach_the_cities(self):
        rows = [("x", "t0", "t1", 4.0), ("x", "t0", "t2", 2.0), ("x", "t1", "t2", 3.0)]
        flows = pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"])
        leaves = (
            Indicator(name="x", dimension="overall"),
            Indicator(name="beds", dimension="overall", kind="city"),
        )
        index = IndexSpec(name="mixed", indicators=leaves).with_choices(corridors=False)
        result = build_index(index, towns(beds=[3.0, 2.0, 1.0]), flows)
        assert result.city_raw["x"].tolist() == [6, 7, 5]
        assert result.corridors.empty

    def test_a_recorded_zero_may_be_no_value(self):
        cities = towns(beds=[0.0, 2.0, 5.0, 9.0])
        assert np.isnan(build_index(spec("beds", zero="missing"), cities).city_raw.loc["t0", "beds"])

    def test_what_is_known_nowhere(self):
        with pytest.raises(DataError, match=r"'beds' must be known somewhere. Got 3 cities without a value"):
            build_index(spec("beds"), towns(beds=[np.nan] * 3))


def test_a_constant_attribute_is_not_blamed_on_partners():
    with pytest.raises(DataError, match=r"constant column") as caught:
        build_index(spec("beds", "rooms"), GAP.assign(rooms=1.0))
    assert "partners" not in str(caught.value)


class TestZeros:
    cities = towns(u=[0.0, 4.0, 9.0, 6.0], v=[8.0, 0.0, 5.0, 7.0])

    @pytest.mark.parametrize(("method", "said"), [("geometric", 1), ("harmonic", 1), ("arithmetic", 0)])
    def test_units_that_one_zero_sets_to_zero_are_counted(self, method, said):
        result = build_index(spec("u", "v", choices={"aggregator": method}), self.cities)
        found = [one for one in result.warnings if one.startswith("2 of 4 cities have 0 in overall")]
        assert len(found) == said
        assert (result.cities["overall"] == 0).sum() == 2 * said

    @pytest.mark.parametrize(("power", "said"), [(-2.0, 1), (0.0, 1), (0.5, 0)])
    def test_power_means_down_from_the_geometric_one(self, power, said):
        choices = {"aggregator": "generalised", "aggregator_params": {"power": power}}
        result = build_index(spec("u", "v", choices=choices), self.cities)
        assert sum("cities have 0 in overall" in one for one in result.warnings) == said

    def test_a_scale_from_one_keeps_them_apart(self):
        scale = {"aggregator": "geometric", "normaliser_params": {"scale": [1, 100]}}
        result = build_index(spec("u", "v", choices=scale), self.cities)
        assert not any("have 0" in said for said in result.warnings)

    def test_a_node_with_an_aggregator_of_its_own(self):
        leaves = tuple(Indicator(name=name, dimension="d", kind="city") for name in "uv")
        index = IndexSpec(
            name="x", dimensions=(Dimension(name="d", aggregator="geometric"),), indicators=leaves
        )
        result = build_index(index, self.cities)
        assert any(said.startswith("2 of 4 cities have 0 in d,") for said in result.warnings)


class TestOwnFunctions:
    def test_a_registered_normaliser_can_be_named(self, monkeypatch):
        def halve(values, reference, direction):
            return 0.5 * direction * values

        with pytest.raises(SpecificationError, match=r"normaliser = 'halve' is unknown"):
            spec("beds", normaliser="halve")
        monkeypatch.setitem(NORMALISERS, "halve", halve)
        result = build_index(spec("beds", normaliser="halve"), GAP)
        assert result.cities["overall"].tolist()[:2] == [5.0, 10.0]

    def test_so_can_an_imputer(self, monkeypatch):
        monkeypatch.setitem(
            IMPUTERS, "least", lambda values: np.where(np.isnan(values), np.nanmin(values), values)
        )
        assert build_index(spec("beds", imputer="least"), GAP).city_raw.loc["t2", "beds"] == 10.0


def test_a_column_that_winsorising_cannot_tame_is_logged():
    beds = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 500.0])
    tamed = build_index(spec("beds", treatment="winsorise_or_log"), towns(beds=beds))
    assert tamed.touched["unit"].iloc[0] == "t11"
    strict = {"treatment": "winsorise_or_log", "treatment_params": {"max_points": 0}}
    logged = build_index(spec("beds", **strict), towns(beds=beds))
    assert "shift" in logged.treatments["parameters"].iloc[0]
    assert logged.touched[logged.touched["level"] == "cities"].empty


def test_what_the_data_give_no_weight_is_named():
    rng = np.random.default_rng(2)
    common = rng.normal(size=12)
    cities = towns(u=common, v=common + rng.normal(0, 0.1, 12), w=-common + rng.normal(0, 0.1, 12))
    optimised = build_index(spec("u", "v", "w", choices={"weighting": "correlation_optimised"}), cities)
    shares = optimised.importance.query("level == 'cities'").set_index("node")["importance"]
    gone = [name for name in "uvw" if shares[name] < 1e-9]
    said = [one for one in optimised.warnings if "At the level of cities the data give no weight" in one]
    assert len(said) == bool(gone)
    assert all(f"'{name}'" in said[0] for name in gone)
    stated = IndexSpec(
        name="stated",
        indicators=tuple(
            Indicator(name=name, dimension="overall", kind="city", importance=share)
            for name, share in (("u", 1), ("v", 0))
        ),
    )
    assert not any("no weight" in one for one in build_index(stated, cities).warnings)
