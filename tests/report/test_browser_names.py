"""The picker of the page: a name that two cities have is never taken for one of them."""

import pytest

from geobri.report import write_report
from geobri.study import load_study

CITIES = """city,name,name_zh,country,region,coastal,lon,lat,trade
tip,Tripoli,的黎波里,LBY,Africa,yes,13.19,32.89,5
kye,Tripoli,的黎波里,LBN,West Asia,yes,35.84,34.44,9
ath,Athens,雅典,GRC,Europe,yes,23.73,37.98,7
cai,Cairo,开罗,EGY,Africa,no,31.24,30.04,3
"""


@pytest.fixture(scope="module")
def two_tripolis(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tripoli")
    (folder / "cities.csv").write_text(CITIES, encoding="utf-8")
    out = tmp_path_factory.mktemp("tripoli-report")
    write_report(load_study(folder), out)
    return out / "report.html"


@pytest.mark.parametrize(
    ("typed", "lang", "offered"),
    [
        ("Tripoli", "en", ["Tripoli (Libya)", "Tripoli (Lebanon)"]),
        ("的黎波里", "zh", ["的黎波里（利比亚）", "的黎波里（黎巴嫩）"]),
    ],
)
def test_a_name_of_two_cities_is_chosen_by_the_reader(open_page, two_tripolis, typed, lang, offered):
    page = open_page(two_tripolis)
    if lang == "zh":
        page.click('[data-switch="lang"]')
    head = page.locator("#pf-compare thead th .pf-head")
    before = head.all_inner_texts()
    assert len(before) == 2
    assert offered[0] not in before
    page.locator("#pf-compare [role=combobox]").fill(typed)
    assert page.locator("#pf-compare [role=option]").all_inner_texts() == offered
    page.keyboard.press("Enter")
    assert head.all_inner_texts() == before, "Enter alone chose one of two"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert head.all_inner_texts() == [*before, offered[0]]


def test_a_name_with_its_country_is_taken_at_once(open_page, two_tripolis):
    page = open_page(two_tripolis)
    field = page.locator("#pf-compare [role=combobox]")
    field.fill("Tripoli Lebanon")
    options = page.locator("#pf-compare [role=option]")
    assert options.all_inner_texts() == ["Tripoli (Lebanon)"]
    assert options.first.get_attribute("aria-selected") == "true"
