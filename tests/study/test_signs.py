"""Percent, money and yes or no, as people write them into tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geobri.study import read_study

NAMES = [f"A{k}" for k in range(7)]
PLACES = pd.DataFrame({"name": NAMES, "lon": np.arange(7) * 1.3, "lat": 45 + np.arange(7) * 3 % 5})
PAIRS = [(a, b) for at, a in enumerate(NAMES) for b in NAMES[at + 1 :]]


def _read(cells, name="rate"):
    rows = pd.DataFrame(PAIRS, columns=["from", "to"]).assign(**{name: cells})
    return read_study(PLACES, rows)


def _numbers(study, name="rate"):
    return study.corridors[name].to_numpy(dtype=float)


def _measure(study, name="rate"):
    return next(one for one in study.corridor_measures if one.column == name)


AMOUNTS = np.arange(len(PAIRS)) * 3 + 2


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ([f"{one}%" for one in AMOUNTS], "%"),
        ([f"{one} %" for one in AMOUNTS], "%"),
        ([f"{one}％" for one in AMOUNTS], "%"),
        ([f"€{one}" for one in AMOUNTS], "€"),
        ([f"{one} €" for one in AMOUNTS], "€"),
        ([f"US$ {one}" for one in AMOUNTS], "US$"),
        ([f"{one} CHF" for one in AMOUNTS], "CHF"),
        ([f"{one}元" for one in AMOUNTS], "元"),
    ],
)
def test_a_sign_in_every_cell_is_the_unit(written, unit):
    study = _read(written)
    np.testing.assert_array_equal(np.sort(_numbers(study)), AMOUNTS)
    assert _measure(study).unit == unit
    assert any(f"in {unit}" in one.taken.en for one in study.taken)


def test_percentages_are_shares_which_nobody_adds_up():
    study = _read([f"{one}%" for one in AMOUNTS])
    assert _measure(study).kind == "share"
    assert "rate_both" not in study.cities.columns


def test_thousands_decimals_minus_and_missing_under_a_sign():
    cells = ["-€1,234.50", "€2,000.25", "NA", "", *[f"€{one}.75" for one in AMOUNTS[4:]]]
    study = _read(cells)
    found = set(np.round(_numbers(study), 2))
    assert {-1234.5, 2000.25} <= found
    assert np.isnan(_numbers(study)).sum() + (len(PAIRS) - len(study.corridors)) == 2


@pytest.mark.parametrize(
    "cells",
    [
        ["5%", *["0.07"] * (len(PAIRS) - 1)],
        ["5 €", *["$5"] * (len(PAIRS) - 1)],
        ["5 € each", *["5 €"] * (len(PAIRS) - 1)],
    ],
)
def test_two_signs_or_a_bare_number_beside_them_are_not_guessed_at(cells):
    study = _read(cells)
    assert "rate" not in [one.column for one in study.corridor_measures]
    assert any("not read = rate" in one.taken.en for one in study.taken)


def test_yes_and_no_are_1_and_0_of_the_pair():
    study = _read(["yes" if at % 3 else "No" for at in range(len(PAIRS))])
    assert _measure(study).kind == "count"
    assert _numbers(study).sum() == sum(bool(at % 3) for at in range(len(PAIRS)))


def test_flags_and_words_of_pairs_do_not_stop_a_page(tmp_path):
    from geobri.report import write_report

    flags = _read(["yes" if at % 3 else "no" for at in range(len(PAIRS))])
    flags = replace(flags, corridor_measures=(replace(_measure(flags), kind="flag"),))
    write_report(flags, tmp_path / "flags", without=("tests",))
    assert (tmp_path / "flags" / "report.html").stat().st_size > 0
    words = replace(
        flags,
        corridors=flags.corridors.assign(rate=["rail" if at % 2 else "road" for at in range(len(PAIRS))]),
        corridor_measures=(replace(_measure(flags), kind="category"),),
    )
    write_report(words, tmp_path / "words", without=("tests",))
    assert (tmp_path / "words" / "map.html").stat().st_size > 0


def test_a_sign_on_an_attribute_of_places_is_its_unit_too():
    places = PLACES.assign(rent=[f"£{one}" for one in range(100, 107)])
    study = read_study(places, pd.DataFrame(PAIRS, columns=["from", "to"]).assign(rate=AMOUNTS))
    rent = next(one for one in study.city_measures if one.column == "rent")
    assert rent.unit == "£"
    assert study.cities["rent"].sum() == sum(range(100, 107))


def test_the_unit_of_places_is_not_that_of_pairs():
    """The places have a column called `value`, in euros; the pairs count trips, and nothing of them is in euros."""
    places = PLACES.assign(value=[f"{one} €" for one in range(100, 107)])
    study = read_study(places, pd.DataFrame(PAIRS, columns=["from", "to"]).assign(rate=AMOUNTS))
    assert _measure(study).unit == ""
    assert next(one for one in study.city_measures if one.column == "value").unit == "€"


def test_a_long_table_has_the_unit_of_its_values():
    rows = pd.DataFrame(PAIRS, columns=["origin", "destination"]).assign(
        indicator="rate", value=[f"{one} €" for one in AMOUNTS]
    )
    assert _measure(read_study(PLACES, rows)).unit == "€"


def test_a_study_of_nothing_but_zeros_has_a_net_without_hubs():
    from geobri.study.hubs import find_hubs

    table = find_hubs(_read(np.zeros(len(PAIRS), dtype=int)))
    assert (table["hub_of"] == 0).all()
    assert (table["betweenness"].fillna(0) == 0).all()
