"""The report in a real browser, opened from disk with the network off."""

import csv
from itertools import pairwise

import pytest

from geobri.study import load_study

pytestmark = pytest.mark.browser

SHOWN = "rows => rows.filter(row => !row.hidden).map(row => row.cells[0].innerText.trim())"
STATE = "JSON.stringify(document.querySelector('.geobri').geobri.getState())"


def _names(page, table="#ranking"):
    return page.locator(f"{table} tbody tr").evaluate_all(SHOWN)


def _highlighted(page):
    return page.evaluate("document.querySelector('.geobri').geobri.highlighted()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_without_a_complaint_and_fits(open_page, bri22_page, width, scheme):
    page = open_page(bri22_page, width=width, scheme=scheme)
    page.click('[data-switch="lang"]')
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, dark[4:-1].split(","))) < 200) == (scheme == "dark")


def test_language_reaches_map_and_tables(open_page, bri22_page):
    page = open_page(bri22_page)
    assert _names(page)[0] == "Singapore"
    page.click('[data-switch="lang"]')
    assert page.get_attribute("html", "lang") == "zh"
    assert _names(page)[0] == "新加坡"
    assert page.locator(".geobri").get_attribute("lang").startswith("zh")
    assert page.locator("#platform [role=tab]").first.inner_text() == "比较"


def test_theme_reaches_the_map(open_page, bri22_page):
    page = open_page(bri22_page)
    before = page.evaluate("getComputedStyle(document.querySelector('.geobri')).backgroundColor")
    page.click('[data-switch="theme"]')
    assert page.get_attribute("html", "data-theme") == "dark"
    page.wait_for_timeout(100)
    assert page.evaluate("getComputedStyle(document.querySelector('.geobri')).backgroundColor") != before


def test_a_table_sorts_filters_and_finds(open_page, bri22_page):
    page = open_page(bri22_page)
    page.click("#ranking th:first-child button")
    assert _names(page)[:3] == ["Almaty", "Bangkok", "Beijing"]
    page.click("#ranking th:first-child button")
    assert _names(page)[0] == "Zhengzhou"
    page.select_option("#ranking [data-filter]", "Africa")
    assert sorted(_names(page)) == ["Cairo", "Johannesburg", "Nairobi"]
    page.select_option("#ranking [data-filter]", "")
    page.fill("#ranking [data-search]", "shan")
    assert _names(page) == ["Shanghai"]
    page.fill("#ranking [data-search]", "nowhere")
    assert page.locator("#ranking [data-nothing]").is_visible()


def test_a_row_selects_its_city_on_the_map(open_page, bri22_page):
    page = open_page(bri22_page)
    page.click("#ranking tr[data-cities=dubai] td:nth-child(2)")
    assert '"city":"dubai"' in page.evaluate(STATE)
    page.locator("#ranking tr[data-cities=seoul]").focus()
    page.keyboard.press("Enter")
    assert '"city":"seoul"' in page.evaluate(STATE)


def test_a_corridor_lights_up_on_the_map(open_page, bri22_page):
    page = open_page(bri22_page)
    page.locator("#corridor-table tr[data-corridors='beijing--moscow'] td").first.click()
    assert _highlighted(page) == ["beijing--moscow"]


def test_cities_are_compared_by_keyboard(open_page, bri22_page):
    page = open_page(bri22_page)
    head = page.locator("#pf-compare thead th .pf-head")
    assert head.all_inner_texts() == ["Singapore", "Shanghai"]
    page.locator("#pf-compare [role=combobox]").fill("ROM")
    page.keyboard.press("Enter")
    page.locator("#pf-compare [role=combobox]").type("维也纳")
    page.keyboard.press("Enter")
    assert head.all_inner_texts() == ["Singapore", "Shanghai", "Rome", "Vienna"]
    trade = page.locator("#pf-compare tbody tr", has_text="Unimpeded trade").locator("td b").all_inner_texts()
    assert trade[:2] == ["1", "2"]
    assert page.locator("#pf-compare .pf-strip circle").count() >= 4 * 7
    page.click("#pf-compare .pf-chips li:first-child button")
    assert head.all_inner_texts() == ["Shanghai", "Rome", "Vienna"]


def test_corridors_are_compared_and_shown_on_the_map(open_page, bri22_page):
    page = open_page(bri22_page)
    page.locator("#pf-compare select").select_option("corridors")
    page.locator("#pf-compare [role=combobox]").fill("moscow beij")
    page.locator("#pf-compare .pf-list li").first.click()
    heads = page.locator("#pf-compare thead th .pf-head").all_inner_texts()
    assert len(heads) == 3
    assert heads[2] == "Beijing – Moscow"
    page.get_by_role("button", name="Show on the map").first.click()
    assert "beijing--moscow" in _highlighted(page)


def _ask(page, column, sign, value, at=0):
    row = page.locator("#pf-query [data-condition]").nth(at)
    row.locator("select").nth(0).select_option(label=column)
    row.locator("select").nth(1).select_option(label=sign)
    row.locator("input").fill(value)


def test_a_query_gives_exactly_the_cities(open_page, bri22_page):
    page = open_page(bri22_page)
    page.click("#pf-tab-query")
    _ask(page, "Overall", "≤", "10")
    page.get_by_role("button", name="Add a condition").click()
    _ask(page, "Coastal", "=", "false", at=1)
    names = page.locator("#pf-query tbody th").all_inner_texts()
    assert names == ["Beijing", "Moscow", "Chengdu"]
    assert page.locator("#pf-query .pf-count strong").inner_text() == "3"
    _ask(page, "Overall", "≤", "many")
    assert "compared with a number" in page.locator("#pf-query .pf-error").inner_text()
    page.locator("#pf-query [data-remove]").first.click()
    inland = int((~load_study("bri22").cities["coastal"].astype("boolean")).sum())
    assert page.locator("#pf-query .pf-count strong").inner_text() == str(inland)


def test_a_query_of_corridors_downloads_as_a_table(open_page, bri22_page):
    page = open_page(bri22_page)
    page.click("#pf-tab-query")
    page.locator("#pf-query select").first.select_option("corridors")
    _ask(page, "Distance", "<", "1,000")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert rows
    assert all(float(row["distance_km"]) < 1000 for row in rows)
    assert len(rows) == int(page.locator("#pf-query .pf-count strong").inner_text())


def test_history_over_the_years(open_page, hostile_page):
    page = open_page(hostile_page)
    page.click("#pf-tab-history")
    assert page.locator("#pf-history svg path").count() == 3
    assert page.locator("#pf-history thead th").all_inner_texts() == ["2018", "2019", "2020", "2021", "Growth a year"]  # fmt: skip
    first = page.locator("#pf-history tbody tr").first.locator("td").all_inner_texts()
    assert [int(cell) for cell in first[:4]] == sorted(int(cell) for cell in first[:4])
    page.locator("#pf-tab-history").press("ArrowRight")
    assert page.locator("#pf-compare").is_visible()


def test_ranks_over_the_years_are_drawn_and_linked(open_page, hostile_page):
    page = open_page(hostile_page)
    assert page.locator("#years svg polyline").count() == 6
    page.locator("#years svg [data-cities=c1] circle").first.click()
    assert '"city":"c1"' in page.evaluate(STATE)


def test_hostile_names_show_as_text_and_nothing_runs(open_page, hostile_page):
    page = open_page(hostile_page)
    assert page.locator("h1").inner_text() == "<script>alert(1)</script>"
    for tab in ("compare", "query", "history"):
        page.click(f"#pf-tab-{tab}")
    page.click("#pf-tab-query")
    names = page.locator("#pf-query tbody th").all_inner_texts()
    assert set(names) >= {"<script>alert(1)</script>", "${alert(2)}", "<img src=x onerror=alert(3)>", "</script><b>x"}  # fmt: skip
    assert page.locator("main img").count() == 0
    page.click('[data-switch="lang"]')
    page.fill("#ranking [data-search]", "alert") if page.locator("#ranking [data-search]").count() else None
    page.wait_for_timeout(200)


def test_the_phone_has_no_sideways_scroll_in_the_platform(open_page, hostile_page):
    page = open_page(hostile_page, width=390)
    for tab in ("compare", "query", "history"):
        page.click(f"#pf-tab-{tab}")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_paper_cuts_nothing_and_counts_what_it_leaves_out(open_page, bri22_page):
    page = open_page(bri22_page, width=703)  # A4 portrait within its margins
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    cut = page.evaluate(
        "[...document.querySelectorAll('table, .drawing, .card, p')]"
        ".filter(one => one.offsetParent && one.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert cut == 0
    assert page.locator("pre").evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth)")
    assert page.locator("details.fold:not([open])").count() == 0
    sheets = page.locator(".sheet").evaluate_all(
        "all => all.map(one => [one.querySelectorAll('tbody tr[hidden]').length > 0, one.querySelector('[data-printed]').offsetParent !== null])"
    )
    assert any(some for some, _ in sheets)
    assert all(some == said for some, said in sheets)
    # Chromium repeats the head of a table on the next sheet, but leaves the boxes of its buttons blank
    heads = page.locator("th button").evaluate_all("all => all.map(one => getComputedStyle(one).display)")
    assert set(heads) == {"contents"}


def test_every_question_of_the_head_has_its_section(open_page, bri22_page):
    page = open_page(bri22_page)
    links = page.locator("#short a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert {"#closeness", "#groups", "#neighbours", "#findings"} <= set(links)
    assert all(page.locator(link).count() == 1 for link in links)
    ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    assert sorted({one for one in ids if ids.count(one) > 1}) == []
    levels = page.locator("main :is(h1, h2, h3)").evaluate_all(
        "all => all.map(one => Number(one.tagName[1]))"
    )
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    unnamed = page.locator("main :is(select, input, button)").evaluate_all(
        "all => all.filter(one => one.checkVisibility() && !one.ariaLabel && !one.labels?.length && !one.textContent.trim() && !one.title).length"
    )
    assert unnamed == 0
