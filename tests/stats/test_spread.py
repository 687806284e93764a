"""Permutations, resamples and uncertainty runs on several workers: the same bytes as on one."""

from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.corridors import build_corridors
from geobri.errors import DataError
from geobri.stats import chunks
from geobri.stats.dyads import mantel_test, mrqap_test
from geobri.stats.flows import decay_curve, decay_test
from geobri.stats.groups import coastal_test
from geobri.stats.spatial.inputs import null_statistics
from geobri.workers import spread_here, working


@pytest.fixture(scope="module")
def small():
    """Forty towns with random amounts: matrices, corridors and a value of the towns."""
    rng = np.random.default_rng(2)
    n = 40
    towns = gpd.GeoDataFrame(
        {
            "name": [f"T{i}" for i in range(n)],
            "name_zh": [f"T{i}" for i in range(n)],
            "country": rng.choice(["CHN", "FRA", "BRA"], n),
            "region": "x",
            "coastal": pd.array(rng.random(n) < 0.4, dtype="boolean"),
            "wealth": rng.normal(10, 2, n),
        },
        index=pd.Index([f"t{i:02d}" for i in range(n)], name="city"),
        geometry=gpd.points_from_xy(rng.uniform(-150, 150, n), rng.uniform(-50, 60, n)),
        crs=4326,
    )
    corridors = build_corridors(towns, pairs="all")
    mean = np.exp(9 - np.log(corridors["distance_km"].to_numpy(dtype=float)))
    corridors = corridors.assign(trips=rng.poisson(mean).astype(float))
    matrices = [pd.DataFrame(one + one.T, towns.index, towns.index) for one in rng.normal(size=(3, n, n))]
    return towns, corridors, matrices


BLOCKS = {f"t{i:02d}": "ab"[i % 2] for i in range(40)}


def _mantel(small, **choices):
    return mantel_test(small[2][0], small[2][1], n_permutations=199, rng=1, **choices)


def _mrqap(small, **choices):
    return mrqap_test(
        (small[2][0] > 0.5).astype(float),
        {"a": small[2][1], "b": small[2][2]},
        family="logit",
        n_permutations=59,
        rng=1,
        **choices,
    )


ASKED = {
    "mantel, cosets": _mantel,
    "mantel, blocks": lambda small: _mantel(small, blocks=BLOCKS),
    "mantel, both directions": lambda small: _mantel(small, blocks=BLOCKS, directed=True),
    "mantel, kendall": lambda small: _mantel(small, method="kendall"),
    "mrqap, linear": lambda small: mrqap_test(
        small[2][0], {"a": small[2][1], "b": small[2][2]}, n_permutations=199, rng=1
    ),
    "mrqap, refitted": lambda small: _mrqap(small, statistic="wald"),
    "decay": lambda small: decay_test(small[1], flow="trips", n_permutations=99, interval=False, rng=1),
    "coastal": lambda small: coastal_test(
        small[0], "wealth", method="permutation", n_permutations=999, rng=1
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_null_distributions_have_the_same_bytes_on_three_workers(small, monkeypatch, name):
    used = []
    inner = chunks.spread_here

    def noting(function, tasks, *, shared=None):
        tasks = list(tasks)
        used.append(len(tasks))
        return inner(function, tasks, shared=shared)

    monkeypatch.setattr(chunks, "spread_here", noting)
    for module, limit, size in (
        ("geobri.stats.cross_sums", "CELLS_AT_ONCE", 1_000),
        ("geobri.stats.dyads.kendall", "RANKS_AT_ONCE", 20_000),
        ("geobri.stats.dyads.mrqap_glm", "CELLS_AT_ONCE", 10_000),
        ("geobri.stats.models.exchanges", "CHUNK_CELLS", 20_000),
        ("geobri.stats.groups.statistics", "_BLOCK", 5_000),
    ):
        monkeypatch.setattr(f"{module}.{limit}", size)
    one = ASKED[name](small)
    with working(3):
        many = ASKED[name](small)
    assert max(used) > 1  # there was something to share
    assert one.null_distribution.tobytes() == many.null_distribution.tobytes()
    assert one.p_value == many.p_value


def test_processes_give_the_same_bytes(small, monkeypatch):
    monkeypatch.setattr("geobri.stats.cross_sums.CELLS_AT_ONCE", 1_000)
    one = _mantel(small)
    with working(2, backend="processes"):
        assert _mantel(small).null_distribution.tobytes() == one.null_distribution.tobytes()


def test_resamples_and_values_on_the_map(small, monkeypatch):
    monkeypatch.setattr("geobri.stats.spatial.inputs._BLOCK", 2_000)
    values = small[0]["wealth"].to_numpy()
    ask = partial(null_statistics, lambda block: block[:, :20].sum(axis=1), values, 500)
    curve = partial(decay_curve, small[1], flow="trips", n_bootstrap=99, threshold=0.0, rng=3)
    one, table = ask(5)[0], curve().table
    with working(4):
        assert ask(5)[0].tobytes() == one.tobytes()
        pd.testing.assert_frame_equal(curve().table, table, check_exact=True)
    assert len(one) == 500


def test_workers_are_hired_inside_only():
    import threading

    def who(_shared, _task):
        return threading.current_thread() is threading.main_thread()

    assert all(spread_here(who, range(4)))
    with working(2):
        assert not any(spread_here(who, range(4)))
        assert [list(one) for one in spread_here(lambda _s, n: spread_here(who, range(n)), [1, 2])]
    assert all(spread_here(who, range(4)))
    with pytest.raises(DataError, match="workers must be 1 or more"), working(0):
        pass


def test_the_command_line_hires_workers(tmp_path):
    asked = ["coastal", "bri22", "--value", "rank_overall"]
    for name, first in (("one", []), ("two", ["--workers", "2"])):
        answer = CliRunner().invoke(_geobri, [*first, *asked, "--out", str(tmp_path / name)])
        assert answer.exit_code == 0, answer.output
    assert (tmp_path / "one" / "tests.csv").read_bytes() == (tmp_path / "two" / "tests.csv").read_bytes()
