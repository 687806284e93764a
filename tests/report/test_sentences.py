"""What a reader reads: sentences from results, both languages, no identifier, nothing twice."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from geobri.report import build_sections, render_page
from geobri.report.numbers import write_number
from geobri.report.terms import relabel
from geobri.stats.say import terms
from geobri.study import load_study
from geobri.study.analysis import Analysis, analyse_study
from geobri.study.template import create_study
from geobri.words import Words


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """The template, as `geobri new` writes it."""
    folder = tmp_path_factory.mktemp("study") / "own"
    create_study(folder)
    study = load_study(folder)
    return study, build_sections(study, analyse_study(study))


def _sentences(sections):
    """Every sentence outside tables."""
    for section in sections:
        yield from (sentence for sentence, _ in section.quotes)
        yield from section.paragraphs
        yield from (one for one in (section.answer, section.statistics, section.limits) if one is not None)
        for fold in section.folds:
            for _, said in fold.points:
                yield from said


def test_every_question_has_the_same_form(template):
    asked = [section for section in template[1] if section.answer is not None]
    assert [section.key for section in asked] == ["distance", "neighbours"]
    for section in asked:
        assert len(section.drawings) == 1
        assert section.statistics is not None
        assert section.limits is not None
        assert section.folds


def test_the_head_links_to_sections_that_exist(template):
    head, *others = template[1]
    assert head.key == "short"
    assert 3 <= len(head.quotes) <= 7
    assert {key for _, key in head.quotes} <= {section.key for section in others}


def test_no_sentence_stands_twice(template):
    said = [words.en for words in _sentences(template[1])]
    assert len(said) == len(set(said))


def test_no_identifier_nan_or_exponent_is_read(template):
    study, sections = template
    columns = {one.column for one in study.measures if "_" in one.column} | {"distance_km"}
    for words in _sentences(sections):
        for text in (words.en, words.zh):
            assert not columns & set(re.findall(r"\w+", text)), text
            assert not re.search(r"\bnan\b|\d[eE][+-]\d", text), text


def test_every_sentence_is_chinese_in_chinese(template):
    for words in _sentences(template[1]):
        assert re.search(r"[\u4e00-\u9fff]", words.zh), words.zh


def test_the_fitted_curve_and_every_pair_are_drawn(template):
    decay = next(section for section in template[1] if section.key == "distance").drawings[0]
    assert decay.svg.count("<circle") == 21  # seven cities in seven countries, pairs without a row as zero
    assert decay.svg.count("<polyline") == 1


def test_a_study_without_anything_says_so(template):
    study = template[0]
    empty = build_sections(
        type(study)(
            name="e",
            title="E",
            title_zh="空",
            cities=study.cities[["name", "name_zh", "country", "region", "coastal", "geometry"]],
            corridors=study.corridors[
                ["origin", "destination", "distance_km", "region_pair", "coast_pair", "geometry"]
            ],
        ),
        Analysis(),
    )
    assert empty[0].quotes[0][0].en.startswith("Nothing can be said")


def test_the_page_has_its_answers_before_the_map(template):
    page = render_page(template[0], template[1])
    assert page.index('id="short"') < page.index('id="map"') < page.index('id="distance"')


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (3330.04, "3,330"),
        (0.004812, "0.00481"),
        (-7.5, "−7.5"),
        (1e-7, "0.0000001"),
        (0, "0"),
        (float("nan"), ""),
        (2.18e6, "2,180,000"),
    ],
)
def test_numbers_are_written_without_exponents(number, written):
    assert write_number(number) == written


def test_the_identifiers_of_an_estimate_have_the_names_of_their_language(template):
    study = template[0]
    assert relabel(study, Words("without singapore", "去掉新加坡")) == Words(
        "without Singapore", "去掉新加坡"
    )
    odd = study.cities.rename(index={"singapore": "distance_km", "lisbon": "x y"})
    assert relabel(replace(study, cities=odd), Words("Cliff's delta, without distance_km")).en.endswith(
        "without Singapore"
    )
    assert relabel(replace(study, cities=odd), Words("without x y")).en == "without Lisbon"
    assert relabel(study, terms.name_column("log distance_km")) == Words("log distance", "对数距离")
    assert relabel(study, Words("without a singapore model")).en == "without a singapore model"


ENGLISH = re.compile(r"[A-Za-z]{4,}")
PROPER = {"Moran", "Geary", "Getis", "Mann", "Whitney", "Newcombe", "Hodges", "Lehmann", "Welch", "Brunner"}
PROPER |= {"Munzel", "Mantel", "MRQAP", "Holm", "Freedman", "Lane", "Spearman", "Kendall"}


def test_every_estimate_is_told_in_chinese(template):
    cells = [
        cell.text.zh
        for section in template[1]
        for fold in section.folds
        for table in fold.tables
        if table.key.startswith("tests-")
        for row in table.rows
        for cell in (row.cells[1], row.cells[5])
    ]
    assert len(cells) > 40
    assert not [cell for cell in cells if set(ENGLISH.findall(cell)) - PROPER]


def test_the_index_shows_its_tree_and_what_moves_its_ranks(template):
    study, sections = template
    scores = next(section for section in sections if section.key == "scores")
    tree = scores.tables[0]
    assert len(tree.rows) == len(study.scores.nodes())
    parts = [row for row in tree.rows if row.cells[1].text.en == "dimension"]
    assert sum(row.cells[3].order for row in parts) == pytest.approx(1)
    shown = [fold.tables[0] for fold in scores.folds]
    assert [table.key for table in shown] == ["strengths", "removal", "choices"]
    assert len(shown[1].columns) == 2 + len(parts)


def test_a_card_says_where_a_city_stands(template):
    cards = next(section for section in template[1] if section.key == "profiles").profiles
    assert cards[0].notes[0].en.startswith("Singapore ranks 1 of 7")
    assert cards[0].notes[0].zh.startswith("新加坡在 7 个中列第 1")
    assert cards[0].place.en.startswith("Singapore")


def test_the_bars_of_a_card_are_the_nodes_of_the_index(template):
    study, sections = template
    cards = next(section for section in sections if section.key == "profiles").profiles
    first = cards[0]
    nodes = study.scores.nodes().iloc[1:]
    assert [label.en for label, _, _ in first.bars] == list(nodes["title"])
    for (_, printed, share), node in zip(first.bars, nodes["node"], strict=True):
        score, place = study.scores.cities.loc[first.city, [node, f"rank_{node}"]]
        assert printed == f"{score:.1f} (#{place:.0f}/7)"
        assert share == pytest.approx(
            (score - study.scores.cities[node].min()) / np.ptp(study.scores.cities[node])
        )


@pytest.fixture(scope="module")
def zones(tmp_path_factory):
    """A directed study of one town without countries or coasts, whose index has the name of its flow among its parts."""
    folder = tmp_path_factory.mktemp("zones")
    rng = np.random.default_rng(3)
    places = [f"z{at}" for at in range(9)]
    rows = [
        f"{place},{9 + x:.4f},{48 + y:.4f}"
        for place, (x, y) in zip(places, rng.uniform(0, 0.1, (9, 2)), strict=True)
    ]
    (folder / "cities.csv").write_text("city,lon,lat\n" + "\n".join(rows), encoding="utf-8")
    flows = [f"{one},{other},{rng.poisson(20)}" for one in places for other in places if one != other]
    (folder / "flows.csv").write_text("origin,destination,trips\n" + "\n".join(flows), encoding="utf-8")
    (folder / "index.toml").write_text(
        '[index]\nname = "x"\n[[indicator]]\nname = "trips"\ndimension = "overall"\n', encoding="utf-8"
    )
    (folder / "study.toml").write_text('index = "index.toml"\ndirected = true\n', encoding="utf-8")
    study = load_study(folder)
    return study, build_sections(study, analyse_study(study))


def test_a_flow_is_not_called_by_the_name_of_its_score(zones):
    """Cities and corridors may each have a column of one name; a sentence means the one it is about."""
    study, sections = zones
    assert {one.label for one in study.measures if one.column == "trips"} == {"Trips", "Trips: score"}
    distance = [section for section in sections if section.key == "distance"]
    said = " ".join(sentence.en for sentence in _sentences(distance))
    assert "Trips" in said
    assert "Trips: score" not in said


def test_there_and_back_are_one_partner(zones):
    cards = next(section for section in zones[1] if section.key == "profiles").profiles
    for card in cards:
        named = card.notes[-1].en.removeprefix("Strongest corridors: ").split(", ")
        assert len(named) == len(set(named)) == 3


def test_there_and_back_are_told_apart_by_an_arrow(zones):
    corridors = next(section for section in zones[1] if section.key == "corridors")
    named = [row.cells[0].text.en for table in corridors.tables for row in table.rows]
    assert len(named) == len(set(named)) == 72
    assert all(" → " in name for name in named)


def test_what_needs_a_coast_is_not_asked_without_one(zones):
    neighbours = next(section for section in zones[1] if section.key == "neighbours")
    assert "coastal" not in " ".join(sentence.en for sentence in _sentences([neighbours]))
