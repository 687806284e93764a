"""The page of a run of `geobri scale`: what sums over all pairs can answer, in both languages."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.report.run_sections import run_sections
from geobri.report.runs import write_run_report
from geobri.scale.drawing import open_tables

FRICTION = 1.3


def _run(*arguments):
    answer = CliRunner().invoke(_geobri, [str(one) for one in arguments])
    assert answer.exit_code == 0, answer.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of 40 towns whose trips fall with distance, half of them on the coast."""
    home, rng, n = tmp_path_factory.mktemp("towns"), np.random.default_rng(8), 40
    slugs = np.array([f"town-{at:02d}" for at in range(n)])
    lon, lat = rng.uniform(5, 15, n), rng.uniform(45, 52, n)
    cities = pd.DataFrame(
        {
            "city": slugs,
            "name": [f"Town {at}" for at in range(n)],
            "name_zh": [f"镇{at}" for at in range(n)],
            "lon": lon,
            "lat": lat,
        }
    )
    cities.assign(coastal=np.where(np.arange(n) < 20, "true", "false")).to_csv(
        home / "cities.csv", index=False
    )
    one, other = np.triu_indices(n, 1)
    km = 111 * np.hypot((lon[one] - lon[other]) * np.cos(np.radians(48)), lat[one] - lat[other])
    trips = rng.poisson(2e5 / km**FRICTION)
    flows = pd.DataFrame(
        {"indicator": "trips", "origin": slugs[one], "destination": slugs[other], "value": trips}
    )
    flows.to_csv(home / "flows.csv", index=False)
    said = 'title = "Towns"\ntitle_zh = "城镇"\ndomain = "all"\n[[measure]]\ncolumn = "trips"\nlabel = "Trips"\nlabel_zh = "出行"\nabsent = "zero"\n'
    (home / "study.toml").write_text(said, encoding="utf-8")
    _run("scale", home, "--out", home / "run", "--reduce", "--top", 25, "--fit", "trips")
    return home / "run", trips, slugs[one], slugs[other]


def test_questions_are_answered_from_the_sums(folder):
    home, trips, one, other = folder
    sections = {section.key: section for section in run_sections(open_tables(home))}
    assert list(sections) == ["leading", "everywhere", "distance", "coast", "left-out"]
    first = int(np.argmax(trips))
    pair = f"Town {int(one[first][-2:])} – Town {int(other[first][-2:])}"
    assert sections["leading"].answer.en.startswith(f"{pair} leads the corridors by Trips ({trips.max():,})")
    said = sections["distance"].answer
    assert "Trips falls with distance" in said.en
    assert "出行随距离下降" in said.zh
    friction = float(re.search(r"friction ([\d.]+)", said.en)[1])
    low, high = map(float, re.search(r"interval ([\d.]+) to ([\d.]+)", said.en).groups())
    assert friction == pytest.approx(FRICTION, abs=0.02)  # planes and globes differ a little
    assert low < friction < high
    assert all(section.drawings for key, section in sections.items() if key != "left-out")


def test_coasts_are_compared_by_their_means(folder):
    home, trips, one, other = folder
    kind = (one < "town-20").astype(int) + (other < "town-20")
    means = [trips[kind == at].mean() for at in range(3)]
    answer = next(section.answer for section in run_sections(open_tables(home)) if section.key == "coast")
    names = ["inland – inland", "coast – inland", "coast – coast"]
    assert f"Trips: {names[int(np.argmax(means))]} {means[int(np.argmax(means))]:.3g} a pair" in answer.en


def test_the_page_stands_in_the_frame_of_the_others(folder, tmp_path):
    paths = write_run_report(folder[0], tmp_path / "out", lang="zh")
    assert [path.name for path in paths] == ["map.html", "report.html"]
    page = paths[1].read_text(encoding="utf-8")
    assert '<html lang="zh"' in page
    assert "780" in page
    for key in ("map", "leading", "everywhere", "distance", "coast", "left-out"):
        assert f'<section id="{key}"' in page
    assert "谁领先" in page
    assert "Who leads?" in page
    assert page == write_run_report(folder[0], tmp_path / "again", lang="zh")[1].read_text(encoding="utf-8")


def test_the_map_of_the_page_has_the_density_under_its_lines(folder, tmp_path):
    page = write_run_report(folder[0], tmp_path / "out")[1].read_text(encoding="utf-8")
    laid = page.index("L.imageOverlay(address")
    assert 'address = "data:image/png;base64,' in page[:laid]
    assert page[laid:].split("\n})(")[1].startswith('geobriRuntime.start("map1").map);')


def test_the_command_leaves_the_same_page_in_the_folder(folder, tmp_path):
    written = write_run_report(folder[0], tmp_path / "out")[1].read_text(encoding="utf-8")
    assert (folder[0] / "summary.html").read_text(encoding="utf-8") == written


def test_the_tables_of_sums_have_headings_that_a_reader_knows(folder):
    sections = {one.key: one for one in run_sections(open_tables(folder[0]))}
    heads = {
        table.key: [(one.heading.en, one.heading.zh) for one in table.columns]
        for key in ("distance", "coast")
        for table in sections[key].folds[0].tables
    }
    said = [
        ("From, km", "起（公里）"),
        ("To, km", "止（公里）"),
        ("Pairs", "城市对数"),
        ("Mean km", "平均公里"),
        ("Trips, pairs known", "出行：有数值的城市对数"),
        ("Trips, sum", "出行：合计"),
        ("Trips, mean of a pair", "出行：每对均值"),
        ("Trips, standard deviation", "出行：标准差"),
    ]
    assert heads == {"run-bands": said, "run-coast": [("Coast", "沿海类型"), *said]}
    (coast,) = sections["coast"].folds[0].tables
    assert {row.cells[0].text.zh for row in coast.rows} == {"沿海 – 沿海", "沿海 – 内陆", "内陆 – 内陆"}


def test_pairs_whose_coast_is_not_known_have_a_row_of_their_own(folder):
    run = open_tables(folder[0])
    contrasts = run.tables["contrasts"]
    unknown = contrasts[contrasts["coast_pair"] == "coast-inland"].assign(coast_pair="")
    told = replace(run, tables={**run.tables, "contrasts": pd.concat([contrasts, unknown])})
    sections = {one.key: one for one in run_sections(told)}
    (coast,) = sections["coast"].folds[0].tables
    last = coast.rows[-1].cells[0].text
    assert (last.en, last.zh) == ("coast not known", "沿海与否未知")
