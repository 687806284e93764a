"""From files through the command line and back: an index of attributes whose truth is known."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri

N, K = 40, 6
"""Cities and attributes."""


@pytest.fixture(scope="module")
def truth():
    """Draw cities whose amounts grow with their size, by a quality that the index should find again."""
    rng = np.random.default_rng(11)
    quality, size = rng.normal(0, 1, N), rng.lognormal(2, 1.2, N)
    region = np.array(["North", "South"])[(quality > 0).astype(int)]
    heads = np.exp(quality[:, None] + rng.normal(0, 0.2, (N, K)))
    return pd.DataFrame(
        {
            "quality": quality,
            "size": size,
            "region": region,
            **{f"a{k}": heads[:, k] * size for k in range(K)},
        },
        index=pd.Index([f"c{place:02}" for place in range(N)], name="city"),
    )


def write(folder, truth, choices, *, gaps=0.0):
    folder.mkdir()
    rng = np.random.default_rng(3)
    cities = truth.drop(columns="quality").reset_index()
    for k in range(K):
        cities.loc[rng.random(N) < gaps, f"a{k}"] = np.nan
    cities = cities.assign(
        name=cities["city"].str.upper(), country="FRA", lon=np.linspace(-4, 7, N), lat=np.linspace(43, 50, N)
    )
    cities.to_csv(folder / "cities.csv", index=False)
    leaves = "".join(
        f'[[indicator]]\nname = "a{k}"\ndimension = "overall"\nkind = "city"\ndenominator = "size"\ntreatment = "log"\n'
        for k in range(K)
    )
    (folder / "index.toml").write_text(
        f'[index]\nname = "own"\n[choices]\n{choices}\n{leaves}', encoding="utf-8"
    )
    (folder / "study.toml").write_text(
        'title = "Own"\nindex = "index.toml"\npairs = "all"\n', encoding="utf-8"
    )
    return folder


def score(folder):
    out = folder / "out"
    done = CliRunner().invoke(_geobri, ["score", str(folder), "--out", str(out), "--runs", "20"])
    assert done.exit_code == 0, done.output
    return done.output, pd.read_csv(out / "scores_cities.csv", index_col="city"), out


def agreement(scores, truth):
    return scores["overall"].corr(truth["quality"].reindex(scores.index), method="spearman")


def test_the_truth_comes_back(truth, tmp_path):
    said, scores, _ = score(write(tmp_path / "own", truth, "corridors = false"))
    assert len(scores) == N
    assert agreement(scores, truth) > 0.97
    assert "imputed" not in said


def test_gaps_are_filled_marked_and_cost_little_where_heads_are_filled(truth, tmp_path):
    choices = 'corridors = false\nimputer = "group"\nimpute = "{}"'
    found = {}
    for order in ("before_denomination", "after_denomination"):
        said, scores, out = score(write(tmp_path / order, truth, choices.format(order), gaps=0.15))
        assert "Values were imputed: a0 (" in said
        assert scores["overall"].notna().all()
        run = tomllib.loads((out / "spec.toml").read_text(encoding="utf-8"))
        assert any("Values were imputed" in sentence for sentence in run["run"]["warnings"])
        assert run["choices"]["impute"] == order
        found[order] = agreement(scores, truth)
    assert found["after_denomination"] > 0.95
    assert found["after_denomination"] > found["before_denomination"] + 0.03


def test_gaps_that_nobody_fills_leave_cities_without_a_score(truth, tmp_path):
    said, scores, _ = score(write(tmp_path / "holes", truth, "corridors = false", gaps=0.15))
    assert "Attributes are missing and were not imputed" in said
    assert f"{scores['overall'].isna().sum()} of {N} cities without an overall score" in said


def test_pairs_are_modelled_by_the_weaker_end(truth, tmp_path):
    _, _, out = score(write(tmp_path / "pairs", truth, 'domestic = "include"'))
    corridors = pd.read_csv(out / "scores_corridors.csv")
    assert len(corridors) == N * (N - 1) // 2
    best, worst = corridors.iloc[0], corridors.iloc[-1]
    weaker = [min(truth.loc[[row["origin"], row["destination"]], "quality"]) for row in (best, worst)]
    assert weaker[0] > weaker[1] + 1
