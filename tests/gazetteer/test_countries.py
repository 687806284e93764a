"""Names to ISO codes: the spellings of the reports, of ISO and of common use."""

import pytest

from geobri.errors import GeocodingError
from geobri.gazetteer.countries import country_codes, load_country_table


def test_table_has_unique_codes_and_no_gaps():
    table = load_country_table()
    assert len(table) == 250
    assert table.index.is_unique
    assert table["alpha2"].is_unique
    assert (table.drop(columns=["name_source", "numeric"]) != "").all(axis=None)
    assert table.index[table["numeric"] == ""].tolist() == ["XKX"]  # user-assigned: no number
    assert table.loc["NAM", "alpha2"] == "NA"
    assert table["sovereign"].isin(table.index).all()
    assert (table.loc[table["sovereign"], "sovereign"].to_numpy() == table["sovereign"].to_numpy()).all()


def test_table_is_a_copy():
    table = load_country_table()
    table.loc["CHN", "name"] = "changed"
    assert load_country_table().loc["CHN", "name"] == "China"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("U.K.", "GBR"),
        ("UK", "GBR"),
        ("GB", "GBR"),
        ("英国", "GBR"),
        ("Korea", "KOR"),
        ("South Korea", "KOR"),
        ("The Netherlands", "NLD"),
        ("netherlands", "NLD"),
        ("Czech", "CZE"),
        ("Czechia", "CZE"),
        ("Viet Nam", "VNM"),
        ("Côte d'Ivoire", "CIV"),
        ("cote d'ivoire", "CIV"),
        ("Türkiye", "TUR"),
        ("Turkey", "TUR"),
        ("土耳其", "TUR"),
        ("中国香港", "HKG"),
        ("香港", "HKG"),
        ("Hong Kong, China", "HKG"),
        ("阿联酋", "ARE"),
        ("UAE", "ARE"),
        ("chn", "CHN"),
        ("NA", "NAM"),
        ("刚果（金）", "COD"),
        ("Congo", "COG"),
        ("Georgia", "GEO"),
        (" Italy ", "ITA"),
        ("Réunion", "REU"),
    ],
)
def test_names_and_codes(name, code):
    assert country_codes([name]) == [code]


def test_every_name_of_the_table_leads_back_to_its_code():
    table = load_country_table()
    for column in ("alpha2", "name", "name_zh", "name_common"):
        assert country_codes(table[column]) == table.index.tolist()
    assert country_codes(table.index) == table.index.tolist()


@pytest.mark.parametrize("name", ["", " ", None, "Atlantis", "-99", "xx"])
def test_unknown_names_are_refused(name):
    with pytest.raises(GeocodingError, match="1 unknown of 1"):
        country_codes([name])
