"""Reports written once, and a browser without a network that looks at them."""

from __future__ import annotations

import pytest

from geobri.report import write_report
from geobri.study import load_study
from tests.waiting import wait_until

HOSTILE = ["<script>alert(1)</script>", "${alert(2)}", "<img src=x onerror=alert(3)>", "back\\slash'\"`", "שלום עולם", "</script><b>x"]  # fmt: skip


@pytest.fixture(scope="session")
def bri22_page(tmp_path_factory):
    out = tmp_path_factory.mktemp("bri22")
    write_report(load_study("bri22"), out)
    return out / "report.html"


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory):
    """A folder whose every text wants to be executed, with flows of four years."""
    import csv

    folder = tmp_path_factory.mktemp("hostile")
    with (folder / "cities.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["city", "name", "name_zh", "country", "region", "coastal", "lon", "lat", "motto"])
        for at, name in enumerate(HOSTILE):
            country = ["FRA", "ITA", "ESP", "PRT", "DEU", "POL"][at]
            writer.writerow([f"c{at}", name, name, country, name, "yes" if at % 2 else "no", 3 * at, 40 + at, name])  # fmt: skip
    rows = [
        f"<b>air</b>,c{a},c{b},{year - 2000 + 10 * a + b},{year}"
        for year in (2018, 2019, 2020, 2021)
        for a in range(6)
        for b in range(a + 1, 6)
    ]
    (folder / "flows.csv").write_text(
        "\n".join(["indicator,origin,destination,value,year", *rows]), encoding="utf-8"
    )
    (folder / "study.toml").write_text(
        f'title = {HOSTILE[0]!r}\ntitle_zh = "{HOSTILE[1]}"\nnotes = [{HOSTILE[2]!r}]\n', encoding="utf-8"
    )
    out = tmp_path_factory.mktemp("hostile-report")
    write_report(load_study(folder), out)
    return out / "report.html"


@pytest.fixture
def open_page(chromium):
    """Open a file with the network off; whatever complains or asks for something fails the test."""
    contexts, complaints = [], []

    def call(path, *, width=1280, scheme="light"):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: complaints.append(request.url) if not request.url.startswith(("file:", "data:", "blob:")) else None)  # fmt: skip
        page.goto(path.as_uri())
        wait_until(page, "document.querySelector('.geobri').geobri !== undefined")
        wait_until(page, "document.querySelector('.blocked') === null")  # the page's own script has begun
        return page

    yield call
    for context in contexts:
        context.close()
    assert complaints == []
