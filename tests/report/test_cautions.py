"""Cautions of an index on the page: corridors and columns by name, in both languages."""

from __future__ import annotations

import html
import re

import pytest

from geobri.report import build_sections, render_page
from geobri.report.profiles import profile_section
from geobri.study import load_study
from geobri.study.analysis import analyse_study
from geobri.study.questions import _name_label
from geobri.study.saying import say_index
from geobri.study.template import create_study

NAMES = {"nice": "Nice", "bath": "Bath", "reading": "Reading", "split": "Split", "orange": "Orange", "cities": "Citeaux", "over": "Over"}  # fmt: skip
"""Places whose ids are words of the sentences that speak of them."""


@pytest.fixture(scope="module")
def everyday_words(tmp_path_factory):
    """Places, measures and indicators whose ids are everyday words: what the page says of the study, in both languages."""
    folder = tmp_path_factory.mktemp("words") / "own"
    folder.mkdir()
    places = [f"{slug},{name},{3 * at},{45 + at % 3}" for at, (slug, name) in enumerate(NAMES.items())]
    (folder / "cities.csv").write_text("\n".join(["city,name,lon,lat", *places, ""]), encoding="utf-8")
    rows = [
        f"{one},{other},{(7 * a + 5 * b) % 11 + 2 + 40 // (b - a)},{'' if (a, b) == (2, 5) else (3 * a + b) % 7 + 1},{a + b}"
        for a, one in enumerate(NAMES)
        for b, other in enumerate(NAMES)
        if a < b
    ]
    (folder / "flows.csv").write_text(
        "\n".join(["origin,destination,pairs,wait,falls", *rows, ""]), encoding="utf-8"
    )
    (folder / "study.toml").write_text(
        "".join(f'[[measure]]\ncolumn = "{column}"\nof = "corridors"\nlabel = "{label}"\nlabel_zh = "{zh}"\n' for column, label, zh in (("pairs", "Twin pairs", "结对"), ("wait", "Mean wait", "平均等待"), ("falls", "Steep falls", "陡降"))),
        encoding="utf-8",
    )  # fmt: skip
    (folder / "index.toml").write_text(
        '[index]\nname = "links"\ntitle = "Close links"\n[[dimension]]\nname = "distance"\ntitle = "Nearness"\n'
        + "".join(f'[[indicator]]\nname = "{name}"\ndimension = "distance"\n' for name in ("pairs", "wait")),
        encoding="utf-8",
    )
    study = load_study(folder)
    page = render_page(study, build_sections(study, analyse_study(study)))
    return study, html.unescape(re.sub(r"<[^>]+>", "", page))


def test_a_sentence_keeps_its_words_where_an_id_is_one_of_them(everyday_words):
    _, text = everyday_words
    assert re.search(r"Over 21 pairs of 7 cities, .Twin pairs|Over 21 pairs of 7 cities, Twin pairs", text)
    for broken in ("Twin Twin", "Mean Mean", "Steep falls with", "of 7 Citeaux", "结对对", ": score falls"):
        assert broken not in text


def test_cautions_call_places_pairs_and_measures_by_name(everyday_words):
    study, _ = everyday_words
    said = say_index(study)
    assert "Flows hold indicators that the index does not use: 'Steep falls'." in [one.en for one in said]
    assert "流量表中有指数未使用的指标：陡降。" in [one.zh for one in said]
    assert any("Mean wait (1 pair)" in one.en for one in said)
    assert any("'Citeaux – Reading'" in one.en and "Citeaux – Reading" in one.zh for one in said)
    assert any("2 of 7 cities without an overall score: 'Reading', 'Citeaux'." in one.en for one in said)


def test_a_country_is_named_where_groups_are_compared_within_it():
    assert _name_label("country", "CHN").zh == "中国"
    assert _name_label("country", "nowhere").en == "nowhere"
    assert _name_label("zone", "b").en == "zone b"


def test_notes_and_links_of_a_city_stand_in_its_card_and_nothing_that_runs(tmp_path):
    folder = tmp_path / "own"
    create_study(folder)
    lines = (folder / "cities.csv").read_text(encoding="utf-8").splitlines()
    more = ["note,note_zh,url", "Port city,港口城市,https://example.org/a?b=1&c=2", ",,javascript:alert(1)"]
    more += [",,"] * (len(lines) - len(more))
    text = "\n".join(f"{line},{end}" for line, end in zip(lines, more, strict=True))
    (folder / "cities.csv").write_text(text, encoding="utf-8")
    study = load_study(folder)
    page = render_page(study, [section for section in (profile_section(study),) if section])
    assert 'href="https://example.org/a?b=1&amp;c=2"' in page
    assert ">example.org</a>" in page
    assert "港口城市" in page
    assert 'href="javascript' not in page
