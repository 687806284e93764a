"""The page on open choices: its figures are those of its file, and the file is what the script computes."""

import importlib.util
import re
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "open-choices.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def script():
    path = ROOT / "tools" / "open_choices.py"
    spec = importlib.util.spec_from_file_location("open_choices", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def written(script):
    return pd.read_csv(script.FILE)


def test_the_page_gives_the_means_of_the_file(script, written):
    table = script.summarise(written).round(1)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines()]
    shown, choice = {}, ""
    for row in rows:
        if len(row) == 7 and re.fullmatch(r"[\d.]+", row[-1]):
            choice = row[0] or choice
            shown[choice, row[3]] = [float(cell) for cell in row[4:]]
    assert list(shown) == list(table.index)
    for name, figures in shown.items():
        assert figures == pytest.approx(table.loc[name].tolist(), abs=0.0501), name


def test_the_file_holds_every_draw_of_every_choice(script, written):
    assert len(written) == script.N_DRAWS * (len(script.OTHERWISE) + len(script.AFTERWARDS))
    assert not written.duplicated(["choice", "otherwise", "draw"]).any()


def test_a_draw_is_computed_again(script, written):
    again = script.compare(3)
    kept = written[written["draw"] == 3].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, kept, check_dtype=False, rtol=1e-5)


def test_a_scale_moves_no_rank_of_an_arithmetic_mean(written):
    scale = written[written["choice"] == "scale"]
    assert (scale["cities_most"] == 0).all()
    assert (scale["top_ten_kept"] == 10).all()


def test_the_order_of_imputation_matters_as_the_page_says(script):
    text = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
    table = script.tabulate_orders().round(1)
    for words, row in zip(
        ("with the size", "with its square root", "not at all"), table.to_dict("records"), strict=True
    ):
        (line,) = [line for line in text.splitlines() if line.startswith(f"| {words}")]
        assert [float(cell) for cell in line.strip("| ").split("|")[1:]] == [row["before"], row["after"]]
