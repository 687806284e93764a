"""Every view of the page is linked to every other: pictures, rows, cards and the map."""

import csv

import pytest

from geobri.report import write_report
from geobri.study import load_study
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

MAP = "document.querySelector('.geobri').geobri"


def _state(page):
    return page.evaluate(f"{MAP}.getState()")


def _lit(page, scope, name="chosen"):
    found = page.locator(f"{scope} .{name}").evaluate_all(
        "all => all.flatMap(one => [one.dataset.cities, one.dataset.corridors].filter(Boolean))"
    )
    return set(found)


def test_a_point_lights_its_city_everywhere(open_page, bri22_page):
    page = open_page(bri22_page)
    page.locator("#groups circle[data-cities=dubai]").first.click()
    assert _state(page)["city"] == "dubai"
    assert _lit(page, "#neighbours figure") == {"dubai"}
    assert _lit(page, "#ranking") == {"dubai"}
    assert _lit(page, "#profiles") == {"dubai"}
    assert all("dubai" in corridor for corridor in _lit(page, "#closeness figure"))
    assert page.locator(".chosen-bar").inner_text().startswith("Chosen: Dubai")


def test_a_corridor_of_a_picture_is_chosen_on_the_map_and_lights_its_ends(open_page, bri22_page):
    page = open_page(bri22_page)
    page.locator("#closeness circle[data-corridors='beijing--moscow']").first.click()
    assert _state(page)["corridor"] == "beijing--moscow"
    assert _lit(page, "#corridor-table") == {"beijing--moscow"}
    assert _lit(page, "#ranking") == {"beijing", "moscow"}


def test_the_map_answers_back(open_page, bri22_page):
    page = open_page(bri22_page)
    page.evaluate(f"{MAP}.map.getContainer().focus()")
    page.keyboard.press("n")  # the reader's own step through the strongest corridors
    pointed = _lit(page, "#corridor-table", "pointed")
    assert len(pointed) == 1
    page.keyboard.press("Enter")
    assert _lit(page, "#corridor-table") == pointed
    assert {_state(page)["corridor"]} == pointed
    page.keyboard.press("Escape")
    assert _lit(page, "main") == set()
    assert page.locator(".chosen-bar").is_hidden()


def test_a_choice_while_the_address_is_written_is_not_undone(open_page, bri22_page):
    page = open_page(bri22_page)
    row = "document.querySelector('#ranking tr[data-cities=%s] td')"
    page.evaluate(
        "window.addEventListener('popstate', () => { window.between = true;"
        f" {row % 'seoul'}.click(); }}, {{once: true}})"
    )
    page.evaluate(f"{row % 'dubai'}.click()")
    wait_until(page, "window.between")
    page.wait_for_timeout(400)  # the map writes its address after 300 ms
    assert _state(page)["city"] == "seoul"
    assert _lit(page, "#ranking") == {"seoul"}


def test_pointing_at_a_row_or_claim_marks_it_on_the_map(open_page, bri22_page):
    page = open_page(bri22_page)
    page.locator("#ranking tr[data-cities=seoul]").hover()
    assert _lit(page, "#groups figure", "pointed") == {"seoul"}
    page.locator("#ranking tr[data-cities=cairo]").focus()
    assert _lit(page, "#groups figure", "pointed") == {"cairo"}
    claim = page.locator("#findings-table tr[data-cities]").first
    claim.click()
    named = set(claim.get_attribute("data-cities").split(" "))
    assert named <= {slug for slugs in _lit(page, "#ranking") for slug in slugs.split(" ")}


def test_a_rectangle_over_a_picture_filters_the_map(open_page, bri22_page):
    page = open_page(bri22_page)
    picture = page.locator("#closeness figure svg").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    before = len(page.evaluate(f"{MAP}.drawn()"))
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.35 * box["width"], box["y"] + 0.85 * box["height"], steps=5)
    page.mouse.up()
    chosen = _lit(page, "#closeness figure")
    assert 1 < len(chosen) < before
    assert set(page.evaluate(f"{MAP}.drawn()")) == chosen
    page.get_by_role("button", name="Clear").click()
    assert len(page.evaluate(f"{MAP}.drawn()")) == before


def test_the_choice_is_in_the_address_and_opens_again(open_page, bri22_page):
    page = open_page(bri22_page)
    page.locator("#ranking tr[data-cities=dubai]").click()
    page.locator("#ranking tr[data-cities=cairo]").click(modifiers=["Shift"])
    wait_until(page, "location.hash.includes('chosen=dubai,cairo')")
    steps = page.evaluate("history.length")
    page.locator("#ranking tr[data-cities=seoul]").click(modifiers=["Shift"])
    assert page.evaluate("history.length") == steps
    page.reload()
    wait_until(page, "document.querySelector('.chosen-bar')")
    assert {"dubai", "cairo", "seoul"} <= _lit(page, "#ranking")
    assert "Dubai, Cairo, Seoul" in page.locator(".chosen-bar").inner_text()


def test_the_choice_is_saved_as_a_table(open_page, bri22_page):
    page = open_page(bri22_page)
    page.locator("#ranking tr[data-cities=dubai]").click()
    page.locator("#ranking tr[data-cities=cairo]").click(modifiers=["Shift"])
    with page.expect_download() as download:
        page.locator(".chosen-bar").get_by_role("button", name="Save as CSV").click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert [row["name"] for row in rows] == ["Dubai", "Cairo"]
    assert all(row["rank_overall"] for row in rows)


def test_every_table_can_be_taken_along_whole(open_page, bri22_page):
    page = open_page(bri22_page)
    shown = page.locator("#findings-table tbody tr:visible").count()
    with page.expect_download() as download:
        page.locator("#findings-table [data-save]").click()
    rows = list(csv.reader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0][0] == "Verdict"
    assert len(rows) - 1 == page.locator("#findings-table tbody tr").count() > shown


def test_the_tip_of_a_point_speaks_the_language_of_the_page(open_page, bri22_page):
    page = open_page(bri22_page)
    page.locator("#groups circle[data-cities=dubai]").first.hover()
    assert page.locator(".point-tip").inner_text().startswith("Dubai: ")
    page.mouse.move(2, 2)
    page.click('[data-switch="lang"]')
    page.locator("#groups circle[data-cities=dubai]").first.hover()
    assert page.locator(".point-tip").inner_text().startswith("迪拜: ")


def test_groups_are_compared_in_every_measure_with_the_first_five_named(open_page, bri22_page):
    page = open_page(bri22_page)
    page.click("#pf-tab-groups")
    page.select_option("#pf-groups select >> nth=0", label="Country or region")
    assert (
        page.locator("#pf-groups select >> nth=1").evaluate("one => one.selectedOptions[0].textContent")
        == "China (9)"
    )
    row = page.locator("#pf-groups tbody tr", has_text="Overall").first
    assert "Beijing" in row.locator("td").first.inner_text()
    assert "Singapore" in row.locator("td").nth(1).inner_text()
    assert row.locator("circle").count() == 22
    assert row.locator("circle[r='5']").count() == 5
    page.select_option("#pf-groups select >> nth=2", label="Italy (1)")
    assert row.locator("circle").count() == 10


def test_one_city_has_its_partners_in_every_measure_and_those_most_alike(open_page, bri22_page):
    page = open_page(bri22_page)
    page.click("#pf-tab-portrait")
    page.select_option("#pf-portrait select", label="Singapore")
    overall = page.locator("#pf-portrait tbody tr").first
    assert overall.locator("th").inner_text() == "Overall"
    assert overall.locator("td").first.inner_text().split("\n")[0] == "Shanghai"
    assert page.locator("#pf-portrait tbody tr").count() > 3
    assert page.locator("#pf-portrait [data-alike] li").count() == 5


PAIRWISE = """(kind) => {
  const map = document.querySelector(".geobri").geobri, other = kind === "cities" ? "corridors" : "cities";
  const views = [...document.querySelectorAll("main figure, main table, #profiles")].filter((one) => !one.closest(".geobri"))
    .map((one) => ({ name: `${one.closest("section[id]").id} ${one.tagName}`, items: [...one.querySelectorAll(`[data-${kind}]`)] }))
    .filter((view) => view.items.length);
  const ids = (item) => item.dataset[kind].split(" ");
  const dark = [], used = new Set();
  for (const view of views) {
    const alone = view.items.filter((item) => ids(item).length === 1 && !item.dataset[other]);
    for (const item of alone.slice(Math.floor(alone.length / 2)).slice(0, 1)) {
      (item.querySelector("td, th") || item).dispatchEvent(new MouseEvent("click", { bubbles: true }));
      used.add(view.name);
      const id = item.dataset[kind];
      if (map.getState()[kind === "cities" ? "city" : "corridor"] !== id) dark.push([view.name, "map", id]);
      for (const seen of views)
        for (const twin of seen.items)
          if (ids(twin).includes(id) !== twin.classList.contains("chosen") && !(twin.dataset[other] && !ids(twin).includes(id)))
            dark.push([view.name, seen.name, id, ids(twin)]);
    }
  }
  return { dark, used: [...used], seen: views.map((view) => view.name) };
}"""


@pytest.fixture(scope="session")
def directed_page(tmp_path_factory):
    """Nine places, three years, there and back that differ."""
    folder = tmp_path_factory.mktemp("directed")
    places = [f"p{at},Port {at},港{at},{at * 4},{(at * 7) % 30},{at * at + 3}" for at in range(9)]
    (folder / "cities.csv").write_text(
        "\n".join(["city,name,name_zh,lon,lat,cranes", *places]), encoding="utf-8"
    )
    rows = [
        f"boxes,p{a},p{b},{(5 * a + 3 * b * year) % 97 + 1},{year}"
        for year in (2019, 2020, 2021)
        for a in range(9)
        for b in range(9)
        if a != b
    ]
    header = "indicator,origin,destination,value,year"
    (folder / "flows.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    (folder / "study.toml").write_text('title = "Boxes"\ndomain = "all"\ndirected = true\n', encoding="utf-8")
    out = tmp_path_factory.mktemp("directed-report")
    write_report(load_study(folder), out)
    return out / "report.html"


@pytest.mark.parametrize("kind", ["cities", "corridors"])
@pytest.mark.parametrize("study", ["bri22_page", "directed_page"])
def test_choosing_in_any_view_lights_every_other(open_page, request, study, kind):
    page = open_page(request.getfixturevalue(study))
    found = page.evaluate(PAIRWISE, kind)
    assert found["dark"] == []
    assert len(found["used"]) >= (5 if kind == "cities" else 2)
    assert {"FIGURE", "TABLE"} <= {name.split(" ")[1] for name in found["used"]}
