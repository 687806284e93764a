"""A table without country, region and coast: what needs them names the column, and the option, that opens it."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.errors import DataError
from geobri.study import load_study, load_tables
from geobri.study.analysis import analyse_study
from geobri.study.contrast import compare_groups
from geobri.study.leading import count_by
from geobri.study.query import query
from geobri.study.questions import run_coastal, run_proximity


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    rng = np.random.default_rng(11)
    folder = tmp_path_factory.mktemp("bare")
    names = [f"s{number}" for number in range(1, 13)]
    sites = pd.DataFrame({"site": names, "lon": rng.uniform(10, 11, 12), "lat": rng.uniform(47, 48, 12)})
    sites.assign(beds=rng.integers(5, 90, 12)).to_csv(folder / "sites.csv", index=False)
    rows = [(a, b, rng.integers(1, 50)) for a in names for b in names if a != b and rng.random() < 0.6]
    pd.DataFrame(rows, columns=["from", "to", "vans"]).to_csv(folder / "vans.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def study(bare):
    return load_tables(bare / "vans.csv", bare / "sites.csv")


@pytest.mark.parametrize(
    ("asked", "column", "option"),
    [
        (lambda study: run_coastal(study, "beds"), "coastal", "coast"),
        (lambda study: query(study, "coastal=true"), "coastal", "coast"),
        (lambda study: query(study, "country=AUT"), "country", "country"),
        (lambda study: query(study, "region~Europe"), "region", "region"),
        (lambda study: query(study, "coast_pair~coast", table="corridors"), "coastal", "coast"),
        (lambda study: count_by(study, "region"), "region", "region"),
        (lambda study: compare_groups(study, "coastal=true"), "coastal", "coast"),
    ],
)
def test_a_question_names_the_column_and_the_option_that_open_it(study, asked, column, option):
    with pytest.raises(DataError) as refused:
        asked(study)
    assert f"column '{column}'" in str(refused.value)
    assert f"--with {option}" in str(refused.value)


def test_a_folder_has_columns_and_no_options(tmp_path):
    (tmp_path / "cities.csv").write_text("city,lon,lat\na,1,1\nb,2,2\nc,3,3\n")
    with pytest.raises(DataError) as refused:
        query(load_study(tmp_path), "coastal=true")
    assert "column 'coastal'" in str(refused.value)
    assert "--with" not in str(refused.value)


def test_the_page_says_what_was_not_asked_and_what_opens_it(study):
    left = dict(analyse_study(study).left_out)
    assert "column 'coastal'" in left["coastal"].en
    assert "“coastal”列" in left["coastal"].zh
    assert "--with coast" in left["coastal"].en


@pytest.mark.parametrize(
    ("command", "option"), [("history", "--year-column"), ("score", "--index"), ("coastal", "--with coast")]
)
def test_commands_name_the_option(bare, tmp_path, command, option):
    from geobri.cli import _geobri

    more = {"coastal": ["--value", "beds"], "history": []}.get(command, ["--out", str(tmp_path / "o")])
    done = CliRunner().invoke(_geobri, [command, str(bare / "vans.csv"), str(bare / "sites.csv"), *more])
    assert done.exit_code == 1
    assert option in done.output


def test_blocks_that_hold_one_place_each_leave_the_other_questions(bare):
    table = pd.read_csv(bare / "vans.csv")
    study = load_tables(bare / "vans.csv", bare / "sites.csv")
    results = run_proximity(study, "vans")
    assert len(results) == 4
    impossible = [one for one in results if np.isnan(one.p_value)]
    assert len(impossible) == 1
    assert all("not possible" in one.terms[0].note.en for one in impossible)
    assert len(table) == study.corridors["vans"].notna().sum()
