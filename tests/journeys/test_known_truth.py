"""Journeys: a study with a known truth, written as files, through the command line, and back from its tables and page."""

import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.geodesy import distance_km

N = 24
FRICTION = 1.0


def _run(*arguments):
    result = CliRunner().invoke(_geobri, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def _world(seed=5):
    """Cities over half the world: 12 coastal ones ahead of 12 inland ones, in four countries."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(-10, 120, N), rng.uniform(-30, 55, N)
    cities = pd.DataFrame(
        {
            "city": [f"town-{at:02d}" for at in range(N)],
            "country": [("DEU", "FRA", "ITA", "ESP")[at % 4] for at in range(N)],
            "coastal": ["yes" if at % 2 else "no" for at in range(N)],
            "lon": lon.round(4),
            "lat": lat.round(4),
            "outside": "",
        }
    ).drop(columns="outside")
    return cities, rng


def _flows(cities, rng, *, directed):
    """Poisson flows with city effects and friction 1 on the geodesic distance: about half of the pairs have none."""
    i, j = np.nonzero(~np.eye(N, dtype=bool)) if directed else np.triu_indices(N, 1)
    kilometres = distance_km(*(cities[name].to_numpy()[at] for at in (i, j) for name in ("lon", "lat")))
    send, receive = rng.normal(0, 0.7, N), rng.normal(0, 0.7, N)
    receive = receive if directed else send
    level = 8.3 + send[i] + receive[j] + rng.normal(0, 0.4, i.size)
    amount = rng.poisson(np.exp(level - FRICTION * np.log(kilometres)))
    slugs = cities["city"].to_numpy()
    return pd.DataFrame({"origin": slugs[i], "destination": slugs[j], "value": amount})


def _write(folder, cities, flows, toml):
    folder.mkdir()
    cities.to_csv(folder / "cities.csv", index=False)
    if flows is not None:
        flows.to_csv(folder / "flows.csv", index=False)
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["flights", "rank_of_nothing"])
@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("years", [True, False])
def test_friction_comes_out(tmp_path, name, listed, directed, years):
    if name != "flights" and (years or listed):
        pytest.skip("one odd name is enough where the rows are as they are elsewhere")
    cities, rng = _world()
    flows = _flows(cities, rng, directed=directed).assign(indicator=name)
    zeros = int((flows["value"] == 0).sum())
    assert 0.25 < zeros / len(flows) < 0.75
    given = flows if listed else flows[flows["value"] > 0]
    if years:
        old = given.assign(value=given["value"].sum() - given["value"], year=2019)
        given = pd.concat([old, given.assign(year=2020)])
    toml = f'pairs = "all"\ndirected = {str(directed).lower()}\n[[measure]]\ncolumn = "{name}"\nkind = "count"\nabsent = "zero"\n'
    folder = _write(tmp_path / "study", cities, given, toml)
    _run("decay", folder, "--value", name, "--out", tmp_path / "out")
    rows = pd.read_csv(tmp_path / "out" / "tests.csv")
    first = rows[(rows["test"] == "decay_test") & rows["estimate"].notna()].iloc[0]
    assert first["n_pairs"] == len(flows)
    assert first["estimate"] == pytest.approx(FRICTION, abs=0.2)
    assert first["ci_low"] < first["estimate"] < first["ci_high"]
    assert first["question"] == "distance"
    if years:
        assert "of other years (2019)" in first["left_out"]


def test_zeros_that_nobody_declared_are_a_caution_that_is_seen(tmp_path):
    cities, rng = _world()
    flows = _flows(cities, rng, directed=False)
    positive = flows[flows["value"] > 0].assign(indicator="flights")
    folder = _write(tmp_path / "study", cities, positive, 'pairs = "flows"\n')
    said = _run("decay", folder, "--value", "flights", "--out", tmp_path / "out")
    others = N * (N - 1) // 2 - len(positive)
    assert f"{others} other pairs have no row" in said.replace(",", "")
    assert 'say absent = "zero"' in said


@pytest.mark.parametrize(
    ("column", "kind"),
    [("ranking_points", "score"), ("place", "rank"), ("rank_x", "score"), ("points", "amount")],
)
def test_the_better_group_is_the_better_group_whatever_the_column_is_called(tmp_path, column, kind):
    cities, rng = _world()
    strength = np.where(cities["coastal"] == "yes", 2.0, 0.0) + rng.normal(0, 0.6, N)
    values = pd.Series(strength).rank(ascending=False).astype(int) if kind == "rank" else 50 + 10 * strength
    toml = f'pairs = "all"\n[[measure]]\ncolumn = "{column}"\nkind = "{kind}"\nlabel = "Standing"\n'
    folder = _write(tmp_path / "study", cities.assign(**{column: values}), None, toml)
    said = _run("coastal", folder, "--value", column, "--out", tmp_path / "out")
    sentence = said.split(". ")[0]
    share = int(re.search(r"In (\d+)\s?%", sentence)[1])
    assert share > 80
    assert ("better" if kind == "rank" else "higher") in sentence
    assert "Standing" in sentence
    _run("report", folder, "--out", tmp_path / "report")
    ranking = pd.read_html(tmp_path / "report" / "report.html", encoding="utf-8")[0].iloc[:, 0].astype(str)
    best = cities["city"].iloc[int(np.argmax(strength))]
    assert best in ranking.iloc[0]


def test_the_index_of_an_own_study_is_looked_at_everywhere(tmp_path):
    _run("new", tmp_path / "study")
    _run("report", tmp_path / "study", "--out", tmp_path / "report")
    tests = pd.read_csv(tmp_path / "report" / "tests.csv")
    assert set(tests.loc[tests["question"].isin(["groups", "neighbours"]), "value"].dropna()) <= {
        "overall",
        "transport",
        "commerce",
        "overall, transport, commerce",
    } | set(tests["value"].dropna())
    assert "overall" in set(tests["value"])
    cities = pd.read_csv(tmp_path / "report" / "cities.csv")
    assert {"overall", "rank_overall", "rank_overall_lower", "rank_overall_upper", "flights_both"} <= set(
        cities
    )
    assert cities.loc[cities["rank_overall"] == 1, "rank_overall_lower"].item() == 1
    account = pd.read_csv(tmp_path / "report" / "account.csv")
    assert {"read", "used"} <= set(account["reason"])
    _run("map", tmp_path / "study", "--value", "overall", "--out", tmp_path / "map.html")
    said = _run("query", tmp_path / "study", "rank_overall<=2")
    assert said.count("\n") >= 3
