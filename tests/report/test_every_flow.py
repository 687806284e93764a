"""A study with several flows: the first is tested in every way, the friction of the others stands beside it, and what is not tested is named."""

import numpy as np
import pandas as pd
import pytest

from geobri.geodesy import distance_km
from geobri.report.answers import find_answers
from geobri.report.testing import question_sections
from geobri.study import load_study
from geobri.study.analysis import analyse_study

FRICTION = {"letters": 1.0, "lorries": 2.0, "calls": 0.5, "visits": 1.5, "loans": 1.0}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flows")
    draw = np.random.default_rng(11)
    ids = [f"t{at:02d}" for at in range(16)]
    lon, lat = draw.uniform(0, 20, 16).round(3), draw.uniform(-10, 10, 16).round(3)
    pd.DataFrame({"city": ids, "name": ids, "lon": lon, "lat": lat}).to_csv(
        folder / "cities.csv", index=False
    )
    one, other = np.triu_indices(16, k=1)
    km = distance_km(lon[one], lat[one], lon[other], lat[other])
    size = draw.lognormal(0, 0.5, 16)
    rows = []
    for name, friction in FRICTION.items():
        mean = 400 * size[one] * size[other] * (km / km.mean()) ** -friction
        rows += [(ids[i], ids[j], name, n) for i, j, n in zip(one, other, draw.poisson(mean), strict=True)]
    pd.DataFrame(rows, columns=["origin", "destination", "indicator", "value"]).to_csv(
        folder / "flows.csv", index=False
    )
    measures = "".join(
        f'[[measure]]\ncolumn = "{name}"\nlabel = "{name.title()}"\nkind = "count"\nabsent = "zero"\n'
        for name in FRICTION
    )
    (folder / "study.toml").write_text(f'title = "Five flows"\n{measures}', encoding="utf-8")
    return load_study(folder)


@pytest.fixture(scope="module")
def answer(study):
    return next(one for one in find_answers(study, analyse_study(study).tests) if one.question == "distance")


def test_each_flow_that_is_tested_has_its_own_friction(answer):
    found = {
        result.measure.column: result.terms[0].estimate
        for result in (answer.lead, *answer.others)
        if result.terms[0].test == "decay_test"
    }
    assert set(found) == {"letters", "lorries", "calls", "visits"}
    for name, estimate in found.items():
        assert estimate == pytest.approx(FRICTION[name], abs=0.1)


def test_rows_of_another_flow_say_so_and_the_flow_that_is_not_tested_is_named(study, answer):
    section = question_sections(study, [answer])[0]
    table = section.folds[-1].tables[0]
    assert sum(row.cells[1].text.en.startswith("Lorries: friction") for row in table.rows) >= 1
    assert not any(row.cells[1].text.en.startswith("Letters: ") for row in table.rows)
    assert [note.en for note in section.notes] == [
        "Not tested on this page: Loans. To ask: geobri decay STUDY --value loans."
    ]
    assert "本页未检验：Loans" in section.notes[0].zh


def test_a_column_headed_p_never_shows_zero_and_errors_are_named(study, answer):
    table = question_sections(study, [answer])[0].folds[-1].tables[0]
    shown = {row.cells[4].text.en for row in table.rows}
    assert "< 0.0001" in shown
    assert "0" not in shown
    assert {"naive", "dyadic"} <= {row.cells[5].text.en.split("; ")[0] for row in table.rows}
