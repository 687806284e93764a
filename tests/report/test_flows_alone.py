"""A table of trips without index, ranks or coast: who leads, what was not known, lengths that can be read, nothing said twice."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from geobri.report import build_sections
from geobri.report.answers import find_answers
from geobri.report.numbers import write_number
from geobri.report.results import leave_out_said, part_sentences, say_findable
from geobri.study import load_study
from geobri.study.analysis import analyse_study
from geobri.study.hubs import find_hubs
from geobri.words import Words

STOPS = ["Quay", "Mill", "Fair", "Dock", "Hill", "Park", "Gate", "Lost"]
TRIPS = {(a, b): 40 // (b - a) + 3 * a for a in range(7) for b in range(a + 1, 7) if (a + b) % 4}


@pytest.fixture(scope="module")
def trips(tmp_path_factory):
    """Trips from each stop to later ones and fewer back; nobody comes to the last stop."""
    folder = tmp_path_factory.mktemp("trips") / "own"
    folder.mkdir()
    rows = [f"stop{at},{name},{0.004 * at},{52 + 0.003 * (at % 3)}" for at, name in enumerate(STOPS)]
    (folder / "cities.csv").write_text("\n".join(["city,name,lon,lat", *rows, ""]), encoding="utf-8")
    rows = [f"stop{a},stop{b},{n}" for (a, b), n in TRIPS.items()]
    rows += [f"stop{b},stop{a},{n // 2 + 1}" for (a, b), n in TRIPS.items()]
    (folder / "flows.csv").write_text("\n".join(["origin,destination,trips", *rows, ""]), encoding="utf-8")
    (folder / "study.toml").write_text("directed = true\n", encoding="utf-8")
    return load_study(folder)


@pytest.fixture(scope="module")
def sections(trips):
    """The sections of its page, by key."""
    return {section.key: section for section in build_sections(trips, analyse_study(trips))}


def _sums():
    sent, received = dict.fromkeys(range(7), 0), dict.fromkeys(range(7), 0)
    for (a, b), n in TRIPS.items():
        for one, other, count in ((a, b, n), (b, a, n // 2 + 1)):
            sent[one] += count
            received[other] += count
    return sent, received


def test_in_short_says_who_exchanges_most_and_who_gains(sections):
    sent, received = _sums()
    total = {at: sent[at] + received[at] for at in sent}
    first = sorted(total, key=lambda at: -total[at])[:3]
    net = {at: received[at] - sent[at] for at in sent}
    most, least = max(net, key=net.__getitem__), min(net, key=net.__getitem__)
    said, key = sections["short"].quotes[0]
    _, two, three = (f"{STOPS[at]} ({total[at]})" for at in first)
    assert said.en == (
        f"{STOPS[first[0]]} exchanges most of “Trips” ({total[first[0]]}), before {two} and {three}. "
        f"On balance {STOPS[most]} gains most (+{net[most]}), and {STOPS[least]} loses most (−{-net[least]})."
    )
    assert f"“Trips”的往来总量以{STOPS[first[0]]}最大" in said.zh
    assert key == "net"
    assert key in sections


def test_in_short_says_that_pairs_without_a_row_are_not_known(sections):
    unlisted = 8 * 7 - 2 * len(TRIPS)
    said = sections["short"].quotes[-1][0]
    assert said.en == (
        f"Left out: {unlisted} pairs without a row, taken as not known rather than none. Not asked (why: see the sources): coast."
    )
    assert f"没有记录的城市对 {unlisted} 个" in said.zh
    assert f"{unlisted} other pairs have no row" in sections["distance"].answer.en
    assert f"另有 {unlisted} 个城市对没有记录" in sections["distance"].answer.zh


def test_totals_are_drawn_as_what_is_sent_and_received(sections):
    (bars,) = sections["net"].drawings
    assert bars.svg.count('class="row"') == 7  # who exchanges nothing has no bar
    sent, received = _sums()
    assert all(f"{STOPS[at]} {sent[at] + received[at]}" in bars.alternative.en for at in sent)


def test_lengths_within_a_town_are_no_zeros(sections):
    (table,) = sections["corridors"].tables
    at = [column.heading.en for column in table.columns].index("km")
    lengths = [row.cells[at].text.en for row in table.rows]
    assert all(re.fullmatch(r"\d\.\d\d", length) for length in lengths), lengths
    assert lengths != sorted(lengths)
    assert "0.00" not in lengths


def test_folded_tests_repeat_no_sentence_and_print_a_true_minus(sections):
    for lang in ("en", "zh"):
        told = [sections["distance"].answer.say(lang)]
        told += [
            one.say(lang)
            for fold in sections["distance"].folds
            for _, sentences in fold.points
            for one in sentences
        ]
        parts = [part for text in told for part in part_sentences(text)]
        assert len(parts) == len(set(parts))
        assert any("−0." in text for text in told)
        assert not any(re.search(r"(?<![\w-])-\d", text) for text in told)


def test_it_is_said_what_could_have_been_found(trips):
    answer = next(
        one for one in find_answers(trips, analyse_study(trips).tests) if one.question == "distance"
    )
    head = answer.lead.terms[0]
    size = write_number(2.802 * (head.ci_high - head.ci_low) / 3.92)
    said = say_findable(trips, answer.lead)
    assert said.en.startswith(
        f"With these 7 cities, an effect of about {size} (friction: log distance) would be told"
    )
    assert f"约达 {size} 时" in said.zh
    one = replace(head, ci_low=np.nan, ci_high=np.nan, null_sd=0.1)
    by_null = say_findable(trips, replace(answer.lead, terms=(one,)))
    assert "about 0.28 above or below that of chance" in by_null.en
    assert not say_findable(trips, replace(answer.lead, terms=(replace(one, null_sd=np.nan),)))


def test_what_was_said_is_left_out_in_both_languages():
    said, said_zh = {"It falls."}, {"随距离下降。"}
    text = Words("It falls. Caution: few pairs.", "随距离下降。注意：城市对很少。")
    assert leave_out_said(text, said, said_zh) == Words("Caution: few pairs.", "注意：城市对很少。")
    assert not leave_out_said(text, said, said_zh)


def test_paths_are_shared_among_the_places_that_have_any(trips):
    table = find_hubs(trips)
    assert table.loc["stop7", "betweenness"] == 0
    linked = trips.cities.drop(index="stop7")
    alone = find_hubs(replace(trips, cities=linked))
    assert table["betweenness"].drop("stop7").sort_index().tolist() == pytest.approx(
        alone["betweenness"].sort_index().tolist()
    )
    assert table["betweenness"].max() > 0
