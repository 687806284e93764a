"""A Dask cluster of two worker processes: the same bytes, also when a worker dies."""

import os
import signal
import threading
import time

import pytest

from geobri.measures import Measure
from geobri.scale.blocks import plan_blocks
from geobri.scale.fitting import fit_blocks
from geobri.scale.partitions import open_run
from geobri.scale.places import Gravity, build_inputs
from geobri.scale.recipe import Recipe
from geobri.scale.running import reduce_pairs
from geobri.workers import spread

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")  # what a dying worker's sockets say is not ours


@pytest.fixture(scope="module")
def client():
    import dask

    with (
        dask.config.set({"distributed.admin.log-format": "", "logging.distributed": "critical"}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit="600MB"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def _die_once(folder, task):
    mark = folder / "died"
    if task == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task * 2


def test_the_cluster_gives_the_same_bytes(client, towns):
    recipe = Recipe(inputs=build_inputs(towns, gravity=Gravity(mass="people")), rank_by="gravity", top=50)
    plan = plan_blocks(120, pairs_per_block=700)
    here, there = (
        reduce_pairs(recipe, workers=1, blocks=plan),
        reduce_pairs(recipe, scheduler=client, blocks=plan),
    )
    for name, array in here.arrays().items():
        assert array.tobytes() == there.arrays()[name].tobytes()


def test_a_killed_worker_changes_nothing(client, tmp_path):
    assert list(spread(_die_once, range(12), shared=tmp_path, scheduler=client)) == list(range(0, 24, 2))
    assert (tmp_path / "died").exists()


def _kill_in_the_middle(client, out):
    """Kill one worker as soon as two blocks are finished."""
    until = time.monotonic() + 60
    while len(list((out / "done").glob("*.npz"))) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(client.run(os.getpid)[next(iter(client.scheduler_info()["workers"]))], signal.SIGKILL)


def test_a_run_on_the_cluster_writes_the_same_files_though_a_worker_dies(client, towns, tmp_path):
    recipe = Recipe(inputs=build_inputs(towns, gravity=Gravity(mass="people")), rank_by="gravity", top=50)
    plan = plan_blocks(120, pairs_per_block=120)
    here = open_run(tmp_path / "here", recipe, blocks=plan)
    there = open_run(tmp_path / "there", recipe, blocks=plan)
    killer = threading.Thread(target=_kill_in_the_middle, args=(client, tmp_path / "there"))
    killer.start()
    one, other = here.work(workers=2), there.work(scheduler=client)
    killer.join()
    for name, array in one.arrays().items():
        assert array.tobytes() == other.arrays()[name].tobytes()
    for path in (tmp_path / "here" / "pairs").iterdir():
        assert path.read_bytes() == (tmp_path / "there" / "pairs" / path.name).read_bytes()


def test_friction_on_the_cluster_is_the_same(client, towns, trade):
    measure = Measure("trade", kind="count", directed=True, absent="zero")
    inputs = build_inputs(towns, flows=trade, measures=(measure,))
    plan = plan_blocks(120, pairs_per_block=2500)
    here, there = (
        fit_blocks(inputs, "trade", workers=1, blocks=plan),
        fit_blocks(inputs, "trade", scheduler=client, blocks=plan),
    )
    assert here.coefficients.tobytes() == there.coefficients.tobytes()
    assert here.covariance.tobytes() == there.covariance.tobytes()
