"""The pipeline: against an independent loop, and choice by choice on cases that can be worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from shapely.geometry import Point

from geobri.errors import DataError, SpecificationError
from geobri.score import Dimension, IndexSpec, Indicator, build_index, load_spec

PIPELINE = json.loads((Path(__file__).parents[1] / "reference" / "score" / "pipeline.json").read_text())


def long(rows, *, year=False):
    columns = ["indicator", "origin", "destination", "value"] + (["year"] if year else [])
    return pd.DataFrame(rows, columns=columns)


def towns(countries="ABCD", **columns):
    names = [f"t{i}" for i in range(len(countries))]
    return pd.DataFrame({"country": list(countries), **columns}, index=pd.Index(names, name="city"))


def one_indicator(**fields):
    return IndexSpec(name="one", indicators=(Indicator(name="x", dimension="overall", **fields),))


# a triangle of three towns abroad: ab = 1, ac = 2, bc = 4
TRIANGLE = [("x", "t0", "t1", 1.0), ("x", "t0", "t2", 2.0), ("x", "t1", "t2", 4.0)]


def with_amounts_of_rail():
    """Give the index of 2021 as the plain loops compute it: by the number of trains."""
    spec = load_spec("bri22")
    leaves = [replace(leaf, kind="stock") if leaf.name == "rail" else leaf for leaf in spec.indicators]
    return replace(spec, indicators=tuple(leaves))


@pytest.fixture(scope="module")
def drawn():
    cities = pd.DataFrame({"country": PIPELINE["cities"]})
    members = pd.DataFrame(PIPELINE["memberships"], columns=["indicator", "city", "member"])
    return build_index(with_amounts_of_rail(), cities, long(PIPELINE["flows"]), memberships=members)


class TestAgainstPlainLoops:
    @pytest.mark.parametrize("level", ["city", "corridor"])
    def test_scores_and_ranks(self, drawn, level):
        # trade, FDI and bandwidth are complete in the drawn flows, so that no value is missing
        expected = pd.DataFrame.from_dict(PIPELINE[f"{level}_scores"], orient="index")
        got = drawn.cities if level == "city" else drawn.corridors
        assert len(got) == len(expected)
        for column in expected.columns:
            np.testing.assert_allclose(
                got.loc[expected.index, column].astype(float), expected[column], rtol=1e-11, atol=1e-9
            )

    def test_pairs(self, drawn):
        assert len(drawn.corridors) == 12 * 11 // 2 - 4 * 3 // 2
        assert list(drawn.corridors.columns[:4]) == ["origin", "destination", "overall", "rank_overall"]


def test_sum_over_partners_then_minmax():
    result = build_index(one_indicator(), towns("ABC"), long(TRIANGLE))
    assert result.city_values["x"].tolist() == [3.0, 5.0, 6.0]
    assert result.cities["overall"].tolist() == pytest.approx([0.0, 200 / 3, 100.0])
    assert result.cities["rank_overall"].tolist() == [3, 2, 1]
    assert result.corridors["x"].tolist() == pytest.approx([0.0, 100 / 3, 100.0])
    assert result.corridors.index.tolist() == ["t0--t1", "t0--t2", "t1--t2"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("sum", [3, 5, 6]), ("mean", [1.5, 2.5, 3]), ("max", [2, 4, 4]), ("count", [2, 2, 2])],
)
def test_city_rules(rule, expected):
    spec = one_indicator(city_rule=rule).with_choices(constant="missing")
    assert build_index(spec, towns("ABC"), long(TRIANGLE)).city_values["x"].tolist() == expected


def test_top_k_takes_the_strongest_partners():
    rows = [*TRIANGLE, ("x", "t0", "t3", 8.0), ("x", "t1", "t3", 16.0), ("x", "t2", "t3", 32.0)]
    result = build_index(one_indicator(city_rule="top_k", top_k=2), towns("ABCD"), long(rows))
    assert result.city_values["x"].tolist() == [10.0, 20.0, 36.0, 48.0]


def test_domestic_pairs_are_left_out_by_rule():
    cities, flows = (
        towns("AABC"),
        long([("x", f"t{i}", f"t{j}", 1.0 + i + 3 * j) for i in range(4) for j in range(i + 1, 4)]),
    )
    assert "t0--t1" not in build_index(one_indicator(), cities, flows).corridors.index
    included = build_index(one_indicator().with_choices(domestic="include"), cities, flows)
    assert len(included.corridors) == 6
    with pytest.raises(DataError, match=r"two different values"):
        build_index(one_indicator().with_choices(domestic="only"), cities, flows)


def test_unequal_numbers_of_partners_are_said():
    cities, flows = (
        towns("AABC"),
        long([("x", f"t{i}", f"t{j}", 1.0 + i + 3 * j) for i in range(4) for j in range(i + 1, 4)]),
    )
    assert any("2 to 3 partners" in said for said in build_index(one_indicator(), cities, flows).warnings)
    assert not build_index(one_indicator(city_rule="mean"), cities, flows).warnings


class TestZeroAndMissing:
    rows = long(
        [("x", "t0", "t1", 1.0), ("x", "t0", "t2", 0.0), ("x", "t0", "t3", 5.0)]
    )  # t1-t2, t1-t3, t2-t3 absent

    def value(self, **fields):
        choices = {"city_missing": "observed", "constant": "missing"}
        return build_index(
            one_indicator(**fields).with_choices(**choices), towns(), self.rows
        ).corridor_values["x"]

    def test_an_absent_pair_is_missing_by_default(self):
        assert self.value().isna().tolist() == [False, False, False, True, True, True]

    def test_an_absent_pair_may_be_declared_zero(self):
        assert self.value(absent="zero").tolist() == [1, 0, 5, 0, 0, 0]

    def test_a_zero_may_be_declared_missing(self):
        assert self.value(zero="missing").isna().tolist() == [False, True, False, True, True, True]
        assert self.value(zero="missing", absent="zero").isna().tolist() == [
            False,
            True,
            False,
            False,
            False,
            False,
        ]

    def test_absence_may_be_an_error(self):
        with pytest.raises(DataError, match=r"3 of 6 pairs without a row: 't1 – t2'"):
            self.value(absent="error")

    def test_an_empty_cell_is_missing_whatever_absence_means(self):
        flows = pd.concat([self.rows, long([("x", "t1", "t2", np.nan)])])
        choices = {"city_missing": "observed", "constant": "missing"}
        got = build_index(
            one_indicator(absent="zero").with_choices(**choices), towns(), flows
        ).corridor_values["x"]
        assert got.isna().tolist() == [False, False, False, True, False, False]

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [("propagate", [6, np.nan, np.nan, np.nan]), ("observed", [6, 1, 0, 5]), ("scale", [6, 3, 0, 15])],
    )
    def test_city_rules_meet_missing_partners(self, rule, expected):
        spec = one_indicator().with_choices(city_missing=rule, constant="missing")
        got = build_index(spec, towns(), self.rows)
        np.testing.assert_array_equal(got.city_values["x"], expected)
        assert any("x (3 pairs)" in said for said in got.warnings)


class TestDirections:
    rows = long(
        [("x", "t0", "t1", 1.0), ("x", "t1", "t0", 10.0), ("x", "t2", "t0", 2.0), ("x", "t0", "t2", 20.0)]
    )
    rows = pd.concat([rows, long([("x", "t1", "t2", 4.0), ("x", "t2", "t1", 40.0)])])

    @pytest.mark.parametrize(
        ("fold", "expected"),
        [("sum", [11, 22, 44]), ("mean", [5.5, 11, 22]), ("max", [10, 20, 40]), ("min", [1, 2, 4])],
    )
    def test_fold(self, fold, expected):
        result = build_index(one_indicator(directed=True, fold=fold), towns("ABC"), self.rows)
        assert result.corridor_values["x"].tolist() == expected

    @pytest.mark.parametrize(
        ("side", "expected"), [("out", [21, 14, 42]), ("in", [12, 41, 24]), ("both", [33, 55, 66])]
    )
    def test_side(self, side, expected):
        result = build_index(one_indicator(directed=True, side=side), towns("ABC"), self.rows)
        assert result.city_values["x"].tolist() == expected

    def test_directed_corridors(self):
        spec = one_indicator(directed=True).with_choices(directed=True)
        result = build_index(spec, towns("ABC"), self.rows)
        assert result.corridor_values["x"].to_dict() == {
            "t0->t1": 1, "t0->t2": 20, "t1->t2": 4, "t1->t0": 10, "t2->t0": 2, "t2->t1": 40,
        }  # fmt: skip
        assert result.city_values["x"].tolist() == [33, 55, 66]

    def test_a_directed_pair_with_one_direction_is_missing(self):
        result = build_index(
            one_indicator(directed=True).with_choices(city_missing="observed"),
            towns("ABC"),
            self.rows.iloc[1:],
        )
        assert np.isnan(result.corridor_values.loc["t0--t1", "x"])


class TestCityAttributes:
    cities = towns("ABC", size=[1.0, 4.0, 9.0])

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [("min", [1, 1, 4]), ("max", [4, 9, 9]), ("product", [4, 9, 36]), ("geometric", [2, 3, 6])],
    )
    def test_pair_rules(self, rule, expected):
        result = build_index(one_indicator(kind="city", pair_rule=rule, column="size"), self.cities, None)
        assert result.corridor_values["x"].tolist() == expected
        assert result.city_values["x"].tolist() == [1, 4, 9]  # the attribute itself, not a sum over partners
        assert result.modelled == ("x",)
        assert any("modelled" in said for said in result.warnings)

    def test_shared_members(self):
        members = pd.DataFrame(
            [
                ("x", "t0", "club"),
                ("x", "t1", "club"),
                ("x", "t1", "forum"),
                ("x", "t2", "forum"),
                ("x", "t2", "club"),
                ("x", "t2", "club"),
            ],
            columns=["indicator", "city", "member"],
        )
        result = build_index(one_indicator(kind="comembership"), self.cities, None, memberships=members)
        assert result.corridor_values["x"].tolist() == [1, 1, 2]
        assert result.city_values["x"].tolist() == [2, 3, 3]
        assert result.modelled == ("x",)

    def test_denominators(self):
        spec = one_indicator(denominator="size")
        result = build_index(spec, self.cities, long(TRIANGLE))
        assert result.city_values["x"].tolist() == pytest.approx([3 / 1, 5 / 4, 6 / 9])
        assert result.corridor_values["x"].tolist() == pytest.approx([1 / 2, 2 / 3, 4 / 6])
        product = build_index(
            one_indicator(denominator="size", denominator_rule="product"), self.cities, long(TRIANGLE)
        )
        assert product.corridor_values["x"].tolist() == pytest.approx([1 / 4, 2 / 9, 4 / 36])

    def test_a_denominator_must_be_positive(self):
        with pytest.raises(DataError, match=r"'size' must be above 0 where a city has a size.*'t1'"):
            build_index(one_indicator(denominator="size"), towns("ABC", size=[1.0, 0.0, 9.0]), long(TRIANGLE))


class TestImputation:
    cities = gpd.GeoDataFrame(
        {"country": list("ABCD"), "region": ["N", "N", "S", "S"], "people": [1.0, 2.0, 3.0, 4.0]},
        index=pd.Index([f"t{i}" for i in range(4)], name="city"),
        geometry=[Point(0, 0), Point(0, 10), Point(20, 0), Point(20, 10)],
        crs=4326,
    )
    rows = long(
        [
            ("x", "t0", "t1", 1.0),
            ("x", "t0", "t2", 2.0),
            ("x", "t0", "t3", 4.0),
            ("x", "t1", "t2", 3.0),
            ("x", "t1", "t3", 5.0),
        ]
    )

    def result(self, method, rows=None, **params):
        spec = one_indicator().with_choices(imputer=method, imputer_params=params)
        return build_index(spec, self.cities, self.rows if rows is None else rows)

    def test_the_flag_is_carried_to_the_end(self):
        result = self.result("mean")
        assert result.corridor_values.loc["t2--t3", "x"] == 3.0
        assert result.imputed["x"].tolist() == [False] * 5 + [True]
        assert result.imputed_share["x"].tolist() == [0, 0, 1 / 3, 1 / 3]
        assert result.coverage["x"].tolist() == [1, 1, 2 / 3, 2 / 3]
        assert any("x (1 pair)" in said for said in result.warnings)
        assert result.city_values.loc["t3", "x"] == 12.0

    def test_median(self):
        assert self.result("median").corridor_values.loc["t2--t3", "x"] == 3.0

    def test_group_means_of_region_pairs(self):
        rows = pd.concat([self.rows.iloc[:-1], long([("x", "t2", "t3", 9.0)])])  # t1-t3 joins N and S
        assert self.result("group", rows).corridor_values.loc["t1--t3", "x"] == pytest.approx(3.0)

    def test_cities_without_a_group_do_not_lend_to_each_other(self):
        rows = pd.concat([self.rows.iloc[:-1], long([("x", "t2", "t3", 9.0)])])
        cities = self.cities.assign(region=["north", "north", None, None])
        spec = one_indicator().with_choices(imputer="group")
        found = build_index(spec, cities, rows).corridor_values["x"]
        assert found["t1--t3"] == 4.0  # what t3 has with the north, nothing of t2's
        assert np.isnan(build_index(spec, cities, rows.iloc[:-1]).corridor_values.loc["t2--t3", "x"])

    def test_a_group_without_any_value_stays_missing(self):
        assert np.isnan(self.result("group").corridor_values.loc["t2--t3", "x"])

    def test_end_effects(self):
        # v = a_i + a_j with a = 0, 1, 2, 4 fits every known pair exactly
        assert self.result("origin_destination").corridor_values.loc["t2--t3", "x"] == pytest.approx(6.0)

    def test_gravity_uses_distance_and_mass(self):
        from geobri.geodesy import distance_km

        lon, lat = self.cities.geometry.x.to_numpy(), self.cities.geometry.y.to_numpy()
        mass = self.cities["people"].to_numpy()
        pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
        one, other = np.array(pairs).T
        flow = 50 * (mass[one] * mass[other]) ** 0.8 / distance_km(lon[one], lat[one], lon[other], lat[other])
        law = dict(zip(pairs, flow, strict=True))
        rows = long([("x", f"t{i}", f"t{j}", v) for (i, j), v in law.items() if (i, j) != (2, 3)])
        got = self.result("gravity", rows, mass="people").corridor_values.loc["t2--t3", "x"]
        assert got == pytest.approx(law[2, 3], rel=1e-6)

    def test_panel_fills_from_other_years(self):
        rows = [(*row, year) for year in (2019, 2020, 2021) for row in self.rows.itertuples(index=False)]
        rows += [("x", "t2", "t3", 10.0, 2019), ("x", "t2", "t3", 30.0, 2021)]
        spec = one_indicator().with_choices(imputer="panel")
        result = build_index(spec, self.cities, long(rows, year=True), year=2020)
        assert result.corridor_values.loc["t2--t3", "x"] == 20.0
        assert result.imputed.loc["t2--t3", "x"]

    def test_directed_values_are_imputed_each_way(self):
        both = pd.concat(
            [
                self.rows,
                self.rows.rename(columns={"origin": "destination", "destination": "origin"}).assign(
                    value=7.0
                ),
            ]
        )
        spec = one_indicator(directed=True).with_choices(imputer="origin_destination", directed=True)
        result = build_index(spec, self.cities, both.iloc[1:])  # t0 -> t1 is missing, t1 -> t0 is 7
        assert result.imputed.loc["t0->t1", "x"]
        assert not result.imputed.loc["t1->t0", "x"]


def test_screening_drops_the_worst_city_first():
    rows = [
        ("x", f"t{i}", f"t{j}", 1.0 + i + j) for i in range(4) for j in range(i + 1, 4)
    ]  # t4 has no row at all
    spec = one_indicator().with_choices(min_city_coverage=0.8)
    result = build_index(spec, towns("ABCDE"), long(rows))
    assert result.screened_cities == ("t4",)
    assert result.screened_pairs == ("t0--t4", "t1--t4", "t2--t4", "t3--t4")
    assert result.cities.index.tolist() == ["t0", "t1", "t2", "t3"]
    assert result.cities["overall"].notna().all()
    assert result.coverage.loc["t4", "all"] == 0
    assert "Left out for lack of coverage: 't4'." in result.warnings


def test_outliers_are_treated_and_listed():
    rows = [("x", f"t{i}", f"t{j}", 1.0 + i + j) for i in range(6) for j in range(i + 1, 6)]
    rows[4] = ("x", "t0", "t5", 500.0)
    spec = one_indicator(treatment="winsorise", city_rule="mean")
    result = build_index(spec, towns("ABCDEF"), long(rows))
    touched = result.touched.set_index("level").loc["corridors"]
    assert (touched["unit"], touched["before"], touched["after"]) == ("t0--t5", 500.0, 10.0)
    assert result.corridor_raw.loc["t0--t5", "x"] == 500.0
    assert result.corridor_values.loc["t0--t5", "x"] == 10.0
    summary = result.treatments.set_index("level").loc["corridors"]
    assert summary["skewness_before"] > 2 > summary["skewness_after"]


def test_a_level_with_nothing_treated_has_no_say_in_the_types_of_the_list():
    rows = [("x", f"t{i}", f"t{j}", 1.0 + i + j) for i in range(6) for j in range(i + 1, 6)]
    rows[4] = ("x", "t0", "t5", 500.0)
    result = build_index(
        one_indicator(treatment="winsorise", city_rule="mean", treatment_params={"limits": [0.05, 0.1]}),
        towns("ABCDEF"),
        long(rows),
    )
    plain = build_index(one_indicator(treatment="none"), towns("ABCDEF"), long(rows))
    assert result.touched[["before", "after"]].dtypes.tolist() == [float, float]
    assert list(plain.touched.columns) == list(result.touched.columns)
    assert list(plain.treatments.columns) == list(result.treatments.columns)
    assert plain.touched.empty
    assert plain.treatments.empty


def test_structural_zeros_take_no_part_in_the_treatment():
    rows = [("x", f"t{i}", f"t{j}", 50.0 + i + j) for i in range(8) for j in range(i + 1, 8)][:20]
    spec = {
        "treatment": "winsorise",
        "treatment_params": {"limits": [0.5, 0.0]},
        "absent": "zero",
        "city_rule": "mean",
    }
    structural = build_index(one_indicator(zero="structural", **spec), towns("ABCDEFGH"), long(rows))
    plain = build_index(one_indicator(zero="value", **spec), towns("ABCDEFGH"), long(rows))
    assert (structural.corridor_values["x"] == 0).sum() == 8
    assert (plain.corridor_values["x"] == 0).sum() == 0  # 8 of 28 pairs are zero: the median lies above them


class TestTheTree:
    spec = IndexSpec(
        name="deep",
        dimensions=(
            Dimension(name="a", importance="3/4"),
            Dimension(name="b", importance="1/4", aggregator="geometric"),
            Dimension(name="a1", parent="a"),
        ),
        indicators=(
            Indicator(name="u", dimension="a1", importance="1/3"),
            Indicator(name="v", dimension="a1", importance="2/3"),
            Indicator(name="w", dimension="b", importance="1/2", direction=-1),
            Indicator(name="z", dimension="b", importance="1/2"),
        ),
    )
    flows = long(
        [(name, f"t{i}", f"t{j}", float((k + 2) * (i + 1) ** k + j * 3 + 5 * (k % 2) * i * j))
         for k, name in enumerate("uvwz") for i in range(4) for j in range(i + 1, 4)]
    )  # fmt: skip

    def test_any_depth_and_an_aggregator_per_node(self):
        result = build_index(self.spec, towns(), self.flows)
        cities = result.cities
        np.testing.assert_allclose(cities["a1"], cities["u"] / 3 + 2 * cities["v"] / 3)
        np.testing.assert_allclose(cities["a"], cities["a1"])
        np.testing.assert_allclose(cities["b"], np.sqrt(cities["w"] * cities["z"]), atol=1e-9)
        np.testing.assert_allclose(cities["overall"], 0.75 * cities["a"] + 0.25 * cities["b"], atol=1e-9)

    def test_importance_table(self):
        rows = build_index(self.spec, towns(), self.flows).importance
        effective = rows[rows["level"] == "cities"].set_index("node")["effective"]
        assert effective.loc[["u", "v", "w", "z"]].tolist() == pytest.approx([1 / 4, 1 / 2, 1 / 8, 1 / 8])

    def test_weights_from_data_are_found_bottom_up(self):
        from geobri.score import weigh

        result = build_index(self.spec.with_choices(weighting="standard_deviation"), towns(), self.flows)
        own = result.importance.query("level == 'cities'").set_index("node")["importance"]
        assert own.loc[["u", "v"]].tolist() == pytest.approx(
            weigh(result.cities[["u", "v"]], "standard_deviation").tolist()
        )
        assert own.loc[["a", "b"]].tolist() == pytest.approx(
            weigh(result.cities[["a", "b"]], "standard_deviation").tolist()
        )

    def test_a_missing_child_follows_the_rule(self):
        holes = self.flows[~((self.flows["indicator"] == "u") & (self.flows["origin"] == "t0"))]
        kept = {"city_missing": "propagate", "constant": "missing"}
        propagated = build_index(self.spec.with_choices(**kept), towns(), holes)
        assert propagated.corridors["overall"].isna().sum() == 3
        reweighted = build_index(self.spec.with_choices(**kept, missing="reweight"), towns(), holes)
        row = reweighted.corridors.loc["t0--t1"]
        assert row["a1"] == row["v"]
        strict = build_index(
            self.spec.with_choices(**kept, missing="reweight", min_coverage=0.7), towns(), holes
        )
        assert np.isnan(strict.corridors.loc["t0--t1", "a1"])
        assert strict.corridors.loc["t0--t1", "rank_a1"] is pd.NA


class TestReference:
    def test_a_frozen_year_sets_the_scale(self):
        first = build_index(one_indicator(), towns("ABC"), long(TRIANGLE))
        doubled = long(TRIANGLE).assign(value=lambda f: 2 * f["value"])
        frozen = build_index(one_indicator(), towns("ABC"), doubled, reference=first)
        alone = build_index(one_indicator(), towns("ABC"), doubled)
        assert frozen.cities["overall"].tolist() == pytest.approx([100.0, 100 * 7 / 3, 300.0])
        assert alone.cities["overall"].tolist() == first.cities["overall"].tolist()
        assert "Beyond the 0-100 of the reference lie 2 of 3 cities: 't1', 't2'." in frozen.warnings
        assert not alone.warnings

    def test_a_panel_sets_one_scale_for_all_years(self):
        years = {
            year: long(TRIANGLE).assign(value=lambda f, y=year: f["value"] * (1 + y)) for year in (0, 1, 3)
        }
        alone = {year: build_index(one_indicator(), towns("ABC"), flows) for year, flows in years.items()}
        joint = [
            build_index(one_indicator(), towns("ABC"), flows, reference=list(alone.values()))
            for flows in years.values()
        ]
        pooled = np.array([3.0, 5, 6, 6, 10, 12, 12, 20, 24])
        got = np.concatenate([result.cities["overall"] for result in joint])
        np.testing.assert_allclose(got, 100 * (pooled - 3) / 21)
        assert joint[0].choices["reference"] == "one, one, one"

    def test_it_must_hold_the_same_indicators(self):
        first = build_index(one_indicator(), towns("ABC"), long(TRIANGLE))
        other = IndexSpec(name="two", indicators=(Indicator(name="y", dimension="overall"),))
        with pytest.raises(SpecificationError, match=r"same indicators"):
            build_index(other, towns("ABC"), long(TRIANGLE), reference=first)


def test_years():
    rows = long([(*row, year) for year in (2020, 2021) for row in TRIANGLE], year=True)
    with pytest.raises(DataError, match=r"2020, 2021"):
        build_index(one_indicator(), towns("ABC"), rows)
    with pytest.raises(DataError, match=r"must hold the year 1999"):
        build_index(one_indicator(), towns("ABC"), rows, year=1999)
    assert build_index(one_indicator(), towns("ABC"), rows, year=2021).choices["year"] == 2021


def test_only_listed_pairs_count():
    pairs = pd.DataFrame({"origin": ["t1", "t2"], "destination": ["t0", "t1"]})
    result = build_index(one_indicator(), towns("ABC"), long(TRIANGLE), pairs=pairs)
    assert result.corridors.index.tolist() == ["t0--t1", "t1--t2"]
    assert result.city_values["x"].tolist() == [1.0, 5.0, 4.0]


def test_a_reference_unit_may_be_named():
    spec = one_indicator(normaliser="reference_distance", normaliser_params={"unit": "t1"})
    with pytest.raises(SpecificationError, match=r"one of the corridors"):
        build_index(spec, towns("ABC"), long(TRIANGLE))
    from geobri.score.compiled import compile_index, normalise_compiled

    compiled = compile_index(spec, pd.DataFrame({"x": [3.0, 5.0, 6.0]}, index=["t0", "t1", "t2"]))
    assert normalise_compiled(compiled)[:, 0].tolist() == pytest.approx([0, 100, 150])


def test_inputs_are_never_changed():
    cities, flows = (
        towns("AABC", size=[1.0, 2.0, 3.0, 4.0]),
        long([("x", f"t{i}", f"t{j}", 1.0 + i + 3 * j) for i in range(4) for j in range(i + 1, 4)]),
    )
    before = cities.copy(deep=True), flows.copy(deep=True)
    build_index(
        one_indicator(denominator="size", treatment="log").with_choices(imputer="mean"), cities, flows
    )
    assert_frame_equal(cities, before[0])
    assert_frame_equal(flows, before[1])


def test_the_result_is_frozen_and_tells_its_choices():
    result = build_index(one_indicator(), towns("ABC"), long(TRIANGLE))
    assert result.choices["normaliser"] == "minmax"
    assert result.choices["n_pairs"] == 3
    assert (
        "<script"
        not in build_index(
            one_indicator(),
            towns("ABC").rename(index={"t2": "<script>x</script>"}),
            long(TRIANGLE).replace("t2", "<script>x</script>"),
        )._repr_html_()
    )
    assert result.summary() == "one: 3 cities and 3 corridors by 1 indicators; t2, t1, t0 lead."
    with pytest.raises(TypeError):
        result.choices["normaliser"] = "zscore"
    with pytest.raises(AttributeError):
        result.cities = None


def test_indicators_in_flows_that_the_index_does_not_use_are_said():
    result = build_index(
        one_indicator(), towns("ABC"), pd.concat([long(TRIANGLE), long([("other", "t0", "t1", 1.0)])])
    )
    assert result.warnings == ("Flows hold indicators that the index does not use: 'other'.",)
