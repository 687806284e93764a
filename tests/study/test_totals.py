"""Rows that stand for all the others are told by their numbers, left out, counted and said; a place is none, whatever it is called."""

import numpy as np
import pandas as pd
import pytest

import geobri
from geobri.errors import StudyError
from geobri.study import load_study

NAMES = ["Lyon", "Lille", "Nantes", "Nice"]


@pytest.fixture
def flows():
    rng = np.random.default_rng(3)
    table = pd.DataFrame([(a, b) for a in NAMES for b in NAMES], columns=["orig", "dest"])
    return table.assign(people=rng.integers(1, 90, len(table)), tonnes=rng.integers(100, 900, len(table)))


def _with_totals(flows, label="Total", ends=("orig", "dest")):
    some = flows.columns.drop(["orig", "dest"])
    rows = [flows]
    if "dest" in ends:
        rows.append(flows.groupby("orig", as_index=False)[list(some)].sum().assign(dest=label))
    if "orig" in ends:
        rows.append(flows.groupby("dest", as_index=False)[list(some)].sum().assign(orig=label))
    if len(ends) > 1:
        rows.append(pd.DataFrame([{"orig": label, "dest": label, **flows[some].sum()}]))
    return pd.concat(rows, ignore_index=True)


def _same(study, flows):
    plain = geobri.read_study(flows=flows, country="FRA")
    pd.testing.assert_frame_equal(
        pd.DataFrame(study.corridors.drop(columns="geometry")),
        pd.DataFrame(plain.corridors.drop(columns="geometry")),
    )


@pytest.mark.parametrize("ends", [("orig", "dest"), ("dest",), ("orig",)])
def test_totals_are_left_out_counted_and_said(flows, ends):
    table = _with_totals(flows, ends=ends)
    study = geobri.read_study(flows=table, country="FRA")
    _same(study, flows)
    n = len(table) - len(flows)
    assert any(f"'Total' = totals, {n} rows left out" in str(one) for one in study.taken)
    entry = next(one for one in study.account if (one.measure, one.reason) == ("people", "total"))
    summed = (len(ends) + (len(ends) > 1)) * flows["people"].sum()
    assert (entry.rows, entry.total, entry.detail) == (n, summed, "'Total'")


def test_a_matrix_with_its_margins(flows):
    matrix = flows.pivot_table(
        index="orig", columns="dest", values="people", margins=True, margins_name="合计", aggfunc="sum"
    )
    study = geobri.read_study(flows=matrix.reset_index().rename(columns={"orig": ""}), country="FRA")
    apart = flows[flows["orig"] != flows["dest"]]
    assert study.corridors.iloc[:, -1].sum() == apart["people"].sum()
    assert any("'合计' = totals, 9 rows" in str(one) for one in study.taken)


def test_a_total_whose_own_flows_are_left_out_and_that_is_rounded(flows):
    apart = flows[flows["orig"] != flows["dest"]]
    table = _with_totals(apart, ends=("dest",))
    table.loc[table["dest"] == "Total", "tonnes"] += [1, -1, 0, 1]
    _same(geobri.read_study(flows=table, country="FRA"), apart)


def test_what_is_no_sum_is_no_total(flows):
    table = _with_totals(flows, ends=("dest",))
    table.loc[table["dest"] == "Total", ["people", "tonnes"]] = [[5, 9], [7, 9], [6, 1], [8, 2]]
    with pytest.raises(StudyError, match="'Total' is unknown"):
        geobri.read_study(flows=table, country="FRA")


def test_a_place_of_that_name_is_a_place(flows):
    places = pd.DataFrame(
        {"id": [*NAMES, "All"], "lon": [4.8, 3.1, -1.6, 7.3, 2.0], "lat": [45.8, 50.6, 47.2, 43.7, 48.0]}
    )
    study = geobri.read_study(places, _with_totals(flows, "All", ends=("dest",)))
    assert "All" in set(study.corridors["destination"])
    assert not any("totals" in str(one) for one in study.taken)


def test_a_label_that_no_table_of_places_has_is_a_total_where_every_sum_is_exact(flows):
    places = pd.DataFrame({"id": NAMES, "lon": [4.8, 3.1, -1.6, 7.3], "lat": [45.8, 50.6, 47.2, 43.7]})
    table = _with_totals(flows, "France and Monaco", ends=("dest",))
    study = geobri.read_study(places, table)
    assert study.corridors["people"].sum() == flows.loc[flows["orig"] != flows["dest"], "people"].sum()
    table.loc[table["dest"] == "France and Monaco", "people"] += [0, 0, 0, 3]
    with pytest.raises(StudyError, match="France and Monaco"):
        geobri.read_study(places, table)


def test_totals_of_a_folder(flows, tmp_path):
    cities = "city,lon,lat,country\nLyon,4.8,45.8,FRA\nLille,3.1,50.6,FRA\nNantes,-1.6,47.2,FRA\nNice,7.3,43.7,FRA\n"
    (tmp_path / "cities.csv").write_text(cities)
    (tmp_path / "study.toml").write_text("directed = true\n")
    long = _with_totals(flows).rename(columns={"orig": "origin", "dest": "destination"})
    long.melt(["origin", "destination"], var_name="indicator").to_csv(tmp_path / "flows.csv", index=False)
    study = load_study(tmp_path)
    apart = flows[flows["orig"] != flows["dest"]]
    assert (
        study.flows.groupby("indicator", observed=True)["value"].sum().to_dict()
        == apart[["people", "tonnes"]].sum().to_dict()
    )
    assert {one.measure for one in study.account if one.reason == "total"} == {"people", "tonnes"}
