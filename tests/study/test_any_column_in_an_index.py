"""An index of flows whose columns have names as people write them."""

import numpy as np
import pandas as pd
import pytest

from geobri.score import build_index, load_spec
from geobri.study import load_study
from geobri.study.analysis import analyse_study

INDEX = """[index]
name = "reach"
[[dimension]]
name = "service"
title = "Service"
[[dimension]]
name = "breadth"
title = "Breadth"
[[indicator]]
name = "trips"
column = "Trips per week (both ways)"
dimension = "service"
title = "Weekly trips"
{meaning}
[[indicator]]
name = "partners"
column = "Trips per week (both ways)"
dimension = "breadth"
city_rule = "count"
{meaning}
[[indicator]]
name = "beds"
column = "Hôtel: lits"
dimension = "breadth"
kind = "city"
"""


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(3)
    n = 8
    cities = pd.DataFrame(
        {
            "city": [f"c{k}" for k in range(n)],
            "name": [f"City {k}" for k in range(n)],
            "lon": rng.uniform(0, 9, n),
            "lat": rng.uniform(40, 49, n),
            "Hôtel: lits": rng.integers(5, 50, n),
        }
    )
    rows = [
        (f"c{a}", f"c{b}", int(rng.poisson(9)) + 1) for a in range(n) for b in range(a + 1, n) if (a + b) % 3
    ]
    flows = pd.DataFrame(rows, columns=["origin", "destination", "Trips per week (both ways)"])
    cities.to_csv(tmp_path / "cities.csv", index=False)
    flows.to_csv(tmp_path / "flows.csv", index=False)
    (tmp_path / "index.toml").write_text(INDEX.format(meaning='absent = "zero"'), encoding="utf-8")
    (tmp_path / "study.toml").write_text('title = "Any"\npairs = "flows"\nindex = "index.toml"\n')
    return tmp_path


def test_scores_are_those_of_the_same_table_under_plain_names(folder):
    study = load_study(folder)
    assert study.no_scores == ""
    flows = study.flows.assign(
        indicator=study.flows["indicator"].replace({"Trips per week (both ways)": "trips"})
    )
    plain = INDEX.format(meaning='absent = "zero"').replace("Trips per week (both ways)", "trips")
    (folder / "plain.toml").write_text(plain.replace("Hôtel: lits", "lits"), encoding="utf-8")
    expected = build_index(
        load_spec(folder / "plain.toml").with_choices(domestic="include"),
        study.cities.rename(columns={"Hôtel: lits": "lits"}),
        flows,
    )
    nodes = ["overall", "service", "breadth", "trips", "partners", "beds"]
    np.testing.assert_allclose(
        study.scores.cities[nodes].astype(float), expected.cities[nodes].astype(float), rtol=1e-12
    )


def test_the_index_tells_what_the_column_means(folder):
    study = load_study(folder)
    (trips,) = [one for one in study.corridor_measures if one.column == "Trips per week (both ways)"]
    assert trips.label == "Weekly trips"
    assert trips.absent == "zero"


def test_the_meaning_that_the_study_gives_reaches_the_index(folder):
    """What a pair without a row means is said of the column, and the indicators that read it follow."""
    (folder / "index.toml").write_text(INDEX.format(meaning=""), encoding="utf-8")
    said = '[[measure]]\ncolumn = "Trips per week (both ways)"\nof = "corridors"\nkind = "count"\nabsent = "zero"\n'
    with (folder / "study.toml").open("a") as file:
        file.write(said)
    study = load_study(folder)
    assert {leaf.absent for leaf in study.scores.spec.indicators if leaf.kind != "city"} == {"zero"}


def test_the_error_names_what_the_table_holds_and_how_to_say_it(folder):
    text = (folder / "index.toml").read_text(encoding="utf-8")
    (folder / "index.toml").write_text(
        text.replace('column = "Trips per week (both ways)"\n', "", 1), encoding="utf-8"
    )
    study = load_study(folder)
    assert "Trips per week (both ways)" in study.no_scores
    assert "(column)" in study.no_scores
    assert study.no_scores_zh.startswith("每个指标都须有数据")
    assert dict(analyse_study(study, without=("tests",)).left_out)["scores"].zh == study.no_scores_zh


def test_an_indicator_without_a_title_is_called_as_its_column_is(folder):
    index = folder / "index.toml"
    index.write_text(
        index.read_text(encoding="utf-8").replace('title = "Weekly trips"\n', ""), encoding="utf-8"
    )
    said = '[[measure]]\ncolumn = "Trips per week (both ways)"\nof = "corridors"\nlabel = "Weekly trips"\n'
    with (folder / "study.toml").open("a") as file:
        file.write(said)
    titles = load_study(folder).scores.nodes().set_index("node")["title"]
    assert [titles["trips"], titles["partners"]] == [
        "Trips",
        "Partners",
    ]  # two of one measure: their own names
    once = index.read_text(encoding="utf-8").split("[[indicator]]")
    index.write_text("[[indicator]]".join([once[0], once[1], once[3]]), encoding="utf-8")
    titles = load_study(folder).scores.nodes().set_index("node")["title"]
    assert titles["trips"] == "Weekly trips"
