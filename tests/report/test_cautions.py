"""Cautions of an index on the page: corridors and columns by name, in both languages."""

from __future__ import annotations

import pytest

from geobri.report import render_page
from geobri.report.ranking import profile_section
from geobri.report.scoring import _name_ids
from geobri.study import load_study
from geobri.study.questions import _name_label
from geobri.study.template import create_study
from geobri.words import Words


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / "own"
    create_study(folder)
    return load_study(folder)


def test_corridors_and_columns_are_called_by_name(study):
    said = _name_ids(
        study,
        Words(
            "Values are missing: trade (8 pairs); no trade with others: 'flights'. Without a score: lisbon--suva.",
            "有缺失值：trade（8 对）。没有综合得分：lisbon--suva、mumbai--suva等 8 项。",
        ),
    )
    assert (
        said.en
        == "Values are missing: Trade (8 pairs); no trade with others: Flights a week. Without a score: Lisbon – Suva."
    )
    assert said.zh == "有缺失值：贸易额（8 对）。没有综合得分：里斯本 – 苏瓦、孟买 – 苏瓦等 8 项。"


def test_what_is_not_known_stays_as_it_is(study):
    said = _name_ids(study, Words("no_such_column of nowhere--suva", "no_such_column：nowhere--suva"))
    assert said.en == "no_such_column of nowhere--suva"
    assert said.zh == "no_such_column：nowhere--suva"


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
