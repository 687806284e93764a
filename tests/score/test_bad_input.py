"""Bad tables: a clear error that names the offenders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.score import IndexSpec, Indicator, build_index, load_spec


def towns(countries="ABCD", **columns):
    names = [f"t{i}" for i in range(len(countries))]
    return pd.DataFrame({"country": list(countries), **columns}, index=pd.Index(names, name="city"))


def flows(*extra, drop=0):
    rows = [("x", f"t{i}", f"t{j}", 1.0 + i + 2 * j) for i in range(4) for j in range(i + 1, 4)][drop:]
    return pd.DataFrame([*rows, *extra], columns=["indicator", "origin", "destination", "value"])


def spec(**fields):
    return IndexSpec(name="one", indicators=(Indicator(name="x", dimension="overall", **fields),))


@pytest.mark.parametrize(
    ("table", "error", "said"),
    [
        (flows(("x", "t0", "t1", 3.0)), SchemaError, r"must be unique.*'t0 – t1'"),
        (flows(("x", "t2", "t2", 3.0)), SchemaError, r"origin and destination must differ.*'t2 – t2'"),
        (flows(("x", "t0", "atlantis", 3.0)), SchemaError, r"known city.*'atlantis'"),
        (flows(("x", None, "t1", 3.0)), SchemaError, r"known city"),
        (
            flows(("x", "t3", "t0", 99.0)),
            DataError,
            r"'x' is declared symmetric. Got 1 pairs with two values: 't0 – t3'",
        ),
        (flows(drop=1).assign(value=np.nan), DataError, r"'x' must be known somewhere"),
        (flows().assign(value=2.0), DataError, r"level of cities.*two different values.*'x'"),
        (flows(drop=1).assign(value=np.inf), DataError, r"flows must be finite.*'x: t0 – t2'"),
        (flows().assign(indicator="y"), DataError, r"nothing on 'x'; flows hold 'y'"),
        (flows().assign(value=["1", "2", "many", "4", "5", "6"]), SchemaError, r"must be a number.*many"),
        (flows().drop(columns="value"), SchemaError, r"column 'value'"),
        (
            flows(drop=1).assign(indicator=["x", None, "x", "x", "x"]),
            SchemaError,
            r"name its indicator. Got 1 of 5 without: rows '1'",
        ),
        (flows().iloc[:0], DataError, r"nothing on 'x'"),
        (flows().assign(year=[2020.5] * 6), SchemaError, r"'year' of flows must be a whole number"),
        (flows().to_dict(), SchemaError, r"must be a DataFrame"),
        (None, DataError, r"every indicator needs data"),
    ],
)
def test_flows(table, error, said):
    with pytest.raises(error, match=said):
        build_index(spec(), towns(), table)


def test_several_faults_of_flows_are_said_together():
    with pytest.raises(SchemaError) as caught:
        build_index(
            spec(),
            towns(),
            flows(("x", "t0", "t1", 3.0), ("x", "t2", "t2", 3.0), ("x", "t0", "atlantis", 3.0)),
        )
    assert all(part in str(caught.value) for part in ("unique", "differ", "atlantis"))


def test_mirrored_rows_of_one_value_are_one_statement():
    mirrored = pd.concat(
        [flows(), flows().rename(columns={"origin": "destination", "destination": "origin"})]
    )
    assert build_index(spec(), towns(), mirrored).corridor_values.equals(
        build_index(spec(), towns(), flows()).corridor_values
    )


@pytest.mark.parametrize(
    ("cities", "error", "said"),
    [
        (towns("A"), DataError, r"at least two cities. Got 1: 't0'"),
        (towns(""), DataError, r"at least two cities. Got none"),
        (towns().assign(country=["A", None, "C", "D"]), SchemaError, r"Got 1 cities without: 't1'"),
        (towns().set_axis(["t0", "t1", "t1", "t3"]), SchemaError, r"doubled: 't1'"),
        (towns().set_axis([0, 1, 2, 3]), SchemaError, r"not text: '0', '1', '2', … \(4 in all\)"),
    ],
)
def test_cities(cities, error, said):
    table = flows()
    table = table[table["origin"].isin(cities.index) & table["destination"].isin(cities.index)]
    with pytest.raises(error, match=said):
        build_index(spec(), cities, table)


@pytest.mark.parametrize(
    ("cities", "error", "said"),
    [
        (towns("AAAA"), DataError, r"at least one pair must remain"),
        (towns().drop(columns="country"), SchemaError, r"domestic pairs are found by country"),
    ],
)
def test_cities_where_the_specification_leaves_domestic_pairs_out(cities, error, said):
    with pytest.raises(error, match=said):
        build_index(spec().with_choices(domestic="exclude"), cities, flows())


@pytest.mark.parametrize("cities", [towns("AAAA"), towns().drop(columns="country")])
def test_domestic_pairs_count_where_there_is_no_abroad(cities):
    result = build_index(spec(), cities, flows())
    assert result.spec.choices.domestic == "include"
    assert len(result.corridors) == 6  # all pairs of four towns


def test_presence_is_zero_or_one():
    with pytest.raises(DataError, match=r"presence 'x' must be 0 or 1. Got 6 otherwise: 't0 – t1'"):
        build_index(spec(kind="presence"), towns(), flows())


def test_missing_and_wrong_city_columns():
    with pytest.raises(SchemaError, match=r"column 'x' for indicator 'x'"):
        build_index(spec(kind="city", pair_rule="min"), towns(), None)
    with pytest.raises(SchemaError, match=r"must be numeric. Got 1 of 4 otherwise: 't2'"):
        build_index(spec(kind="city", pair_rule="min"), towns(x=[1, 2, "big", 3]), None)


def test_an_outline_cannot_be_computed():
    with pytest.raises(SpecificationError, match=r"the outline 'potential_cities'"):
        build_index("potential_cities", towns(), flows())


def test_many_indicators_without_data_are_named_at_once():
    with pytest.raises(
        DataError, match=r"nothing on 'sister_cities', 'cooperation', 'conferences', … \(10 in all\)"
    ):
        build_index(load_spec("bri22"), towns(), flows())


def test_all_partners_missing_gives_a_way_out():
    with pytest.raises(DataError, match=r"wholly missing.*choose city_missing"):
        build_index(spec(), towns(), flows(drop=0).iloc[[0, 5]])


def test_screening_everything_away():
    two = IndexSpec(name="two", indicators=tuple(Indicator(name=name, dimension="overall") for name in "xy"))
    apart = flows().assign(indicator=["x", "x", "x", "y", "y", "y"])  # no pair is known in both
    with pytest.raises(DataError, match=r"two cities and a pair must stay. Got 4 cities and 0 pairs"):
        build_index(two.with_choices(min_pair_coverage=1.0), towns(), apart)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (pd.DataFrame({"origin": ["t0"], "destination": ["t0"]}), "'t0 – t0'"),
        (pd.DataFrame({"origin": ["t0"], "destination": ["mars"]}), "'t0 – mars'"),
        (pd.DataFrame({"origin": ["t0"]}), "need columns"),
    ],
)
def test_pairs(pairs, said):
    with pytest.raises(SchemaError, match=said):
        build_index(spec(), towns(), flows(), pairs=pairs)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (pd.DataFrame({"indicator": ["x"], "city": ["t0"]}), r"need columns \['member'\]"),
        (pd.DataFrame({"indicator": ["x"], "city": ["mars"], "member": ["club"]}), "1 unknown: 'mars'"),
    ],
)
def test_memberships(members, said):
    with pytest.raises(SchemaError, match=said):
        build_index(spec(kind="comembership"), towns(), None, memberships=members)


def test_a_treatment_that_cannot_work_names_the_indicator():
    choices = {"treatment": "log", "treatment_params": {"shift": -100.0}}
    with pytest.raises(DataError, match=r"'log' must be able to treat 'x'"):
        build_index(spec().with_choices(**choices), towns(), flows())


def test_imputers_that_lack_their_inputs():
    holes = flows(drop=1)
    with pytest.raises(SchemaError, match=r"'region' to group by"):
        build_index(spec().with_choices(imputer="group"), towns(), holes)
    with pytest.raises(SchemaError, match=r"gravity needs where the cities are"):
        build_index(spec().with_choices(imputer="gravity"), towns(), holes)
    with pytest.raises(DataError, match=r"several years"):
        build_index(spec().with_choices(imputer="panel"), towns(), holes)
