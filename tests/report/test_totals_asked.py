"""A table of flows and places at the coast and inland: coast and neighbours are asked of the totals, and said from whichever side is ahead."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from geobri.report import build_sections
from geobri.report.platform import platform_payload
from geobri.study import load_study
from geobri.study.analysis import analyse_study
from geobri.study.leading import first_total

REGIONS = ("Western Asia", "Eastern Asia")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Twelve towns of a line, every second one at the coast; inland ones exchange ten times as much."""
    folder = tmp_path_factory.mktemp("totals") / "own"
    folder.mkdir()
    rows = [
        f"t{at:02d},Town {at},{at},{50 + at % 3 / 10},{REGIONS[at // 6]},{'true' if at % 2 else 'false'}"
        for at in range(12)
    ]
    (folder / "cities.csv").write_text(
        "\n".join(["city,name,lon,lat,region,coastal", *rows, ""]), encoding="utf-8"
    )
    flows = [
        f"t{a:02d},t{b:02d},{(1 if a % 2 else 10) * (1 if b % 2 else 10) + a}"
        for a in range(12)
        for b in range(a + 1, 12)
    ]
    (folder / "flows.csv").write_text("\n".join(["origin,destination,calls", *flows, ""]), encoding="utf-8")
    return load_study(folder)


@pytest.fixture(scope="module")
def sections(study):
    """The sections of its page, by key."""
    return {section.key: section for section in build_sections(study, analyse_study(study))}


def test_cities_without_a_measure_are_compared_by_the_totals_of_the_first_flow(study):
    total = first_total(study)
    assert (total.column, total.label) == ("calls_both", "Calls: total")
    assert first_total(load_study("global513")) is None


def test_coast_and_neighbours_are_asked_of_the_totals(sections):
    assert "Calls: total" in sections["groups"].title.en
    assert "Calls: total" in sections["neighbours"].title.en
    assert {"groups", "neighbours"} <= {key for _, key in sections["short"].quotes}


def test_the_side_that_is_ahead_is_the_one_that_is_named(sections):
    said = next(said for said, key in sections["short"].quotes if key == "groups")
    assert said.en.startswith("In 100 % of comparisons the inland city has the higher value")
    assert said.zh.startswith("沿海与内陆城市两两相比，内陆城市")


def test_regions_of_a_corridor_stand_in_the_order_of_its_ends_and_one_region_once(sections):
    rows = {row.cells[0].text.en: row.cells[1].text.en for row in sections["corridors"].tables[0].rows}
    assert rows["Town 0 – Town 6"] == "Western Asia – Eastern Asia"
    assert rows["Town 0 – Town 2"] == "Western Asia"


def test_what_is_too_much_to_wait_for_is_said_with_the_command_that_asks(study, monkeypatch):
    monkeypatch.setattr("geobri.study.analysis._MOST_SUMMED", 11)
    done = analyse_study(study, without=("tests",))
    assert "moran" not in dict(done.left_out)
    done = analyse_study(study)
    assert "neighbours" not in {one.question for one in done.tests}
    assert "12 places are more than the 11" in dict(done.left_out)["moran"].en
    assert "geobri coastal STUDY --value calls_both" in dict(done.left_out)["coastal"].en


def test_of_too_many_places_without_a_coast_both_reasons_are_said(study, monkeypatch):
    monkeypatch.setattr("geobri.study.analysis._MOST_SUMMED", 11)
    bare = replace(study, cities=study.cities.assign(coastal=None))
    said = analyse_study(bare).left_out
    assert [name for name, _ in said] == ["moran", "coastal"]
    assert "No place says whether it lies at the coast" in dict(said)["coastal"].en


def test_shares_of_totals_are_compared_in_per_cent(study):
    column = next(
        one
        for one in json.loads(platform_payload(study))["cities"]["columns"]
        if one["id"] == "calls_share_in_region"
    )
    known = study.cities["calls_share_in_region"]
    assert column["unit"] == "%"
    assert column["numbers"] == pytest.approx((100 * known).tolist(), rel=1e-3)
