"""Regions against what the reports print and what the UN publishes."""

import pandas as pd
import pytest

from geobri.errors import DataError, GeocodingError
from geobri.gazetteer.countries import load_country_table
from geobri.regions import REGION_NAMES_ZH, SCHEMES, assign_regions, region_names_zh

CITIES_22 = {
    "China": ["CHN"] * 9,
    "Southeast Asia": ["SGP", "THA"],
    "East Asia": ["KOR"],
    "Central Asia": ["KAZ"],
    "South Asia": ["PAK"],
    "West Asia": ["ARE", "TUR"],
    "Europe": ["RUS", "AUT", "ITA"],
    "Africa": ["EGY", "KEN", "ZAF"],
}


@pytest.mark.parametrize(("region", "countries"), CITIES_22.items())
def test_legend_of_the_22_cities(region, countries):
    assert assign_regions(countries).tolist() == [region] * len(countries)


@pytest.mark.parametrize(
    ("first", "second", "label"),
    [
        ("SGP", "CHN", "东亚和东南亚"),
        ("SGP", "ARE", "东南亚和西亚"),
        ("CHN", "KOR", "东亚范围内"),
        ("CHN", "RUS", "东亚和东欧"),
    ],
)
def test_labels_of_the_corridor_table(first, second, label):
    names = region_names_zh(assign_regions([first, second], scheme="bri22_corridor"))
    printed = f"{names[0]}范围内" if names[0] == names[1] else label
    assert printed == label
    assert all(name in label for name in names)


@pytest.mark.parametrize(
    ("territory", "continent"),
    [
        ("PYF", "Europe"),
        ("CUW", "Europe"),
        ("REU", "Europe"),
        ("SPM", "Europe"),
        ("IMN", "Europe"),
        ("JEY", "Europe"),
        ("MNP", "America"),
        ("NIU", "Oceania"),
        ("COK", "Oceania"),
        ("TUR", "Asia"),
        ("GEO", "Asia"),
        ("CYP", "Asia"),
        ("RUS", "Europe"),
        ("HKG", "Asia"),
        ("MUS", "Africa"),
        ("USA", "America"),
    ],
)
def test_lists_of_the_513_cities_follow_the_state(territory, continent):
    assert assign_regions([territory], scheme="global513").item() == continent


def test_m49_counts_of_countries():
    table = load_country_table()
    counts = table["m49_subregion"].value_counts()
    # UN M49: 5 Central Asia, 11 South-eastern Asia, 9 Southern Asia, 18 Western Asia, 7 Northern Africa, 16 South America.
    assert counts[["Central Asia", "South-eastern Asia", "Southern Asia", "Western Asia"]].tolist() == [
        5,
        11,
        9,
        18,
    ]
    assert counts[["Northern Africa", "South America", "Western Europe", "Eastern Europe"]].tolist() == [
        7,
        16,
        9,
        10,
    ]
    assert table["m49_region"].value_counts()["Africa"] == 60


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_country_has_a_region_with_a_chinese_name(scheme):
    regions = assign_regions(load_country_table().index, scheme=scheme)
    assert regions.notna().all()
    assert set(regions) <= set(REGION_NAMES_ZH)


def test_index_of_a_series_is_kept_and_input_untouched():
    countries = pd.Series(["SGP", "U.K."], index=["singapore", "london"])
    before = countries.copy()
    regions = assign_regions(countries)
    assert regions.index.tolist() == ["singapore", "london"]
    assert regions.tolist() == ["Southeast Asia", "Europe"]
    pd.testing.assert_series_equal(countries, before)


def test_pairs_are_translated_part_by_part():
    assert region_names_zh(["East Asia / Europe", "Mars"]) == ["东亚 / 欧洲", "Mars"]


def test_unknown_scheme_and_country_say_what_exists():
    with pytest.raises(DataError, match="bri22_corridor"):
        assign_regions(["CHN"], scheme="un")
    with pytest.raises(GeocodingError, match=r"2 unknown of 3: 'Atlantis', ''"):
        assign_regions(["Atlantis", "CHN", ""])
