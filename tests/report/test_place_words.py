"""A page of towns speaks of towns everywhere: in sentences, panels, units and the account, in both languages."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from geobri.report import write_report
from geobri.study import load_study

LATIN = re.compile(r"\bcit(y|ies)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder, out = tmp_path_factory.mktemp("towns"), tmp_path_factory.mktemp("page")
    draw = np.random.default_rng(3)
    ids = [f"t{at:02d}" for at in range(12)]
    towns = pd.DataFrame({"city": ids, "name": [f"Town {one}" for one in ids]})
    towns["lon"], towns["lat"] = draw.uniform(30, 34, 12).round(3), draw.uniform(-2, 2, 12).round(3)
    towns.to_csv(folder / "cities.csv", index=False)
    rows = [
        (year, one, other, int(draw.integers(1, 90)))
        for year in (2020, 2024)
        for one in ids
        for other in ids
        if one < other
    ]
    pd.DataFrame(rows, columns=["year", "origin", "destination", "trips"]).to_csv(
        folder / "flows.csv", index=False
    )
    (folder / "index.toml").write_text(
        '[index]\nname = "ties"\ntitle = "Ties"\ntitle_zh = "联系"\n[[dimension]]\nname = "moves"\ntitle = "Moves"\n'
        'title_zh = "往来"\n[[indicator]]\nname = "trips"\ndimension = "moves"\ntitle = "Trips"\ntitle_zh = "出行"\n',
        encoding="utf-8",
    )
    (folder / "study.toml").write_text(
        'title = "Trips"\ntitle_zh = "出行"\n[words]\nplace = "town"\nplace_zh = "镇"\n', encoding="utf-8"
    )
    write_report(load_study(folder), out)
    return (out / "report.html").read_text(encoding="utf-8")


def _platform(page):
    return json.loads(
        re.search(r"<script type=\"application/json\"[^>]*>(\{\"cities\".*?)</script>", page, re.DOTALL)[1]
    )


def test_panels_and_units_speak_of_towns(page):
    says = _platform(page)["says"]
    assert says["places"] == ["Towns", "镇"]
    assert says["compare"][0].startswith("Two to four towns")
    assert says["compare"][1].startswith("将二至四个镇")
    units = {
        column["unit"]: column["unit_zh"]
        for column in _platform(page)["cities"]["columns"]
        if column.get("unit")
    }
    assert units["towns"] == "个镇"


def test_no_sentence_of_the_page_speaks_of_cities(page):
    seen = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.DOTALL)
    texts = [one for one in re.split(r"<[^>]*>", seen) if one.strip()]
    assert [one for one in texts if LATIN.search(one)] == []
    assert [one for one in texts if "城市" in one] == []
