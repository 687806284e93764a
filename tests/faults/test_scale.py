"""A run of `geobri scale`, stopped, signalled or starved at its steps: what it leaves is gone on with, to the same bytes.

It keeps what it has finished, so that it is not old or new as other outputs are: at every step there is no run, or one that `--resume` completes.
"""

import errno
import os
import resource
import shutil
import signal

import pytest

from geobri import cli
from geobri.scale import blocks

pytestmark = pytest.mark.system

ALL = os.environ.get("GEOBRI_FAULTS") == "all"
SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


@pytest.fixture
def scale(disk, two_studies, monkeypatch, capsys):
    """Run `geobri scale` in the watched folder, in blocks of a few pairs, one after the other."""
    plan = blocks.plan_blocks
    monkeypatch.setattr(
        blocks, "plan_blocks", lambda n, directed=False: plan(n, directed=directed, pairs_per_block=5)
    )
    monkeypatch.chdir(disk.folder)

    def call(*more):
        with pytest.raises(SystemExit) as ended:
            cli.main(["scale", str(two_studies[0]), "--out", "out", "--mass", "gdp", "--workers", "1", *more])
        told = capsys.readouterr()
        return ended.value.code, told.out + told.err

    return call


@pytest.fixture
def whole(disk, scale):
    """The state of an undisturbed run, and the number of its steps; the folder is empty again."""
    disk.break_at(None, lambda _: None)
    assert scale()[0] == 0
    state, n_steps = disk.state(), len(disk.steps)
    disk.heal()
    assert len([name for name in state if name.startswith("out/pairs/")]) >= 3
    assert disk.leftovers() == []
    shutil.rmtree(disk.folder / "out")
    return state, n_steps


def _some(n_steps, wanted=6):
    return (
        range(n_steps + 1)
        if ALL
        else sorted({round(at * (n_steps - 1) / (wanted - 1)) for at in range(wanted)})
    )


def _goes_on(disk, scale, state):
    code, said = scale("--resume")
    assert code == 0, said
    assert disk.state() == state
    assert disk.leftovers() == []


def test_a_kill_at_any_step_leaves_a_run_that_goes_on(disk, scale, whole, tmp_path):
    state, n_steps = whole
    left = []

    def keep(one):
        if (one.folder / "out").exists():
            left.append(shutil.copytree(one.folder / "out", tmp_path / f"left{len(one.steps)}"))

    disk.break_at(None, keep)
    assert scale()[0] == 0
    disk.heal()
    assert len(left) >= n_steps / 2
    for at in _some(len(left) - 1, 10):
        shutil.rmtree(disk.folder / "out")
        shutil.copytree(left[at], disk.folder / "out")
        _goes_on(disk, scale, state)


def test_a_kill_while_a_finished_run_is_gone_over_again_leaves_all_its_files(disk, scale, whole):
    state, _ = whole
    assert scale()[0] == 0
    states = []
    disk.break_at(None, lambda one: states.append(one.state()))
    assert scale("--resume")[0] == 0
    disk.heal()
    assert {name for one in states for name in state if one.get(name) != state[name]} == set()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_a_run_that_goes_on(disk, scale, whole, number):
    state, n_steps = whole
    usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    before = signal.signal(number, usual)
    try:
        for stop in _some(n_steps, 3):
            disk.break_at(stop, lambda _: signal.raise_signal(number))
            code, said = scale()
            reached = disk.was_reached()
            disk.heal()
            assert code == ((1 if number == signal.SIGINT else 128 + number) if reached else 0), said
            _goes_on(disk, scale, state)
            shutil.rmtree(disk.folder / "out")
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize(("number", "stays"), [(errno.ENOSPC, False), (errno.EROFS, True)])
def test_a_disk_that_fails_is_told_and_the_run_goes_on(disk, scale, whole, number, stays):
    state, n_steps = whole
    told = 0

    def fail(one):
        raise OSError(number, os.strerror(number), one.path)

    for stop in _some(n_steps):
        disk.break_at(stop, fail, stays=stays)
        code, said = scale()
        disk.heal()
        told += code != 0
        assert code in (0, 1), said
        assert code == 0 or "must be writable" in said, said
        _goes_on(disk, scale, state)
        shutil.rmtree(disk.folder / "out")
    assert told


def test_a_full_disk_is_told_and_the_run_goes_on(disk, scale, whole):
    state, _ = whole
    assert scale()[0] == 0
    largest = max(path.stat().st_size for path in disk.folder.rglob("*") if path.is_file())
    shutil.rmtree(disk.folder / "out")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for share in [at / 40 for at in range(40)] if ALL else (0.001, 0.02, 0.5, 0.95):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest * share), before[1]))
        try:
            code, said = scale()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert code == 1, share
        assert "must be writable" in said, said
        _goes_on(disk, scale, state)
        shutil.rmtree(disk.folder / "out")
