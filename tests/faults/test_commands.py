"""Every command that writes, stopped, signalled or failed at its steps: what it leaves is the old output or the new.

The suite takes a sample of the steps; ``GEOBRI_FAULTS=all`` takes all of them, `report` included (`make faults`).
"""

import gc
import os
import resource
import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest

from geobri import cli

ALL = os.environ.get("GEOBRI_FAULTS") == "all"
EXPORTS = ["csv", "geojson", "fgb", "gpkg", "parquet", "xlsx", "duckdb"]
COMMANDS = {
    **{f"export {kind}": ("export", "{}", "--to", f"out/x.{kind}") for kind in EXPORTS[:-1]},
    "export duckdb": ("export", "{}", "--to", "out/x.duckdb", "--format", "duckdb"),
    "export kepler": ("export", "{}", "--to", "out/k.csv", "--format", "kepler"),
    "export flowmap": ("export", "{}", "--to", "out", "--format", "flowmap"),
    "query": ("query", "{}", "--out", "out/q.csv"),
    "compare": ("compare", "{}", "lis", "bom", "--out", "out/c.csv"),
    "map": ("map", "{}", "--out", "out/m.html"),
    "score": ("score", "{}", "--runs", "0", "--out", "out"),
    "coastal": ("coastal", "{}", "--value", "gdp", "--out", "out"),
    "decay": ("decay", "{}", "--value", "air", "--out", "out"),
    "report": ("report", "{}", "--out", "out"),
}
SLOW = {"coastal", "decay", "report", "map"}
FEW = {name: words for name, words in COMMANDS.items() if name not in SLOW}
CHOSEN = COMMANDS if ALL else FEW


@pytest.fixture
def run(disk, two_studies, monkeypatch, capsys):
    """Run a command line as the shell does, in the watched folder; gives the exit code and what was said."""
    monkeypatch.chdir(disk.folder)

    def call(words, which):
        arguments = [word.format(two_studies[which]) for word in words]
        try:
            cli.main(arguments)
        except SystemExit as ended:
            told = capsys.readouterr()
            return ended.code, told.out + told.err
        raise AssertionError("a command ends with an exit code")

    return call


@pytest.fixture
def both(disk, run):
    """The files of the second study, and a way to lay those of the first."""

    def prepare(words):
        assert run(words, 1)[0] == 0
        new = disk.state()
        shutil.rmtree(disk.folder / "out")
        assert run(words, 0)[0] == 0
        kept = shutil.copytree(disk.folder, disk.folder.parent / "kept", dirs_exist_ok=True)

        def start():
            shutil.rmtree(disk.folder / "out", ignore_errors=True)
            for left in disk.folder.glob(".geobri-*"):
                shutil.rmtree(left)
            shutil.copytree(kept / "out", disk.folder / "out")
            return disk.state()

        return start, new

    return prepare


@pytest.mark.parametrize("name", COMMANDS if ALL else [*FEW, "map"])
def test_a_kill_at_any_step_of_a_command_leaves_the_old_or_the_new(disk, run, both, name):
    start, new = both(COMMANDS[name])
    old = start()
    assert old != new
    states = []
    disk.break_at(None, lambda one: states.append(one.state()))
    assert run(COMMANDS[name], 1)[0] == 0
    disk.heal()
    assert len(states) >= 5
    assert [state for state in states if state not in (old, new)] == []
    assert disk.state() == new
    assert disk.leftovers() == []


SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for at, name in enumerate(CHOSEN) for number in (SIGNALS if ALL else [SIGNALS[at % 3]])],
)
def test_a_signal_ends_a_command_as_ctrl_c_does(disk, run, both, name, number):
    start, new = both(COMMANDS[name])
    ends = signal.getsignal(number)
    for stop in _steps(5):
        old = start()
        disk.break_at(stop, lambda _: signal.raise_signal(number))
        code, _ = run(COMMANDS[name], 1)
        reached = disk.was_reached()
        disk.heal()
        assert disk.state() in (old, new)
        assert disk.leftovers() == []
        assert code == ((1 if number == signal.SIGINT else 128 + number) if reached else 0)
        if not reached:
            break
    assert signal.getsignal(number) == ends


def _steps(few):
    return range(1000) if ALL else range(0, 7 * few, 7)


@contextmanager
def _full_after(n_bytes):
    """Let no file grow beyond a size: what the libraries write in C fails too, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_disk_too_small_by_any_size_is_told_and_the_old_file_stays(disk, run, both, name):
    start, new = both(COMMANDS[name])
    start()
    sizes = {path.stat().st_size for path in disk.folder.rglob("*") if path.is_file()}
    told = 0
    for share in (0.02, 0.6, 0.95) if not ALL else [at / 40 for at in range(40)]:
        old = start()
        with _full_after(int(max(sizes) * share)):
            code, said = run(COMMANDS[name], 1)
        told += code != 0
        assert disk.state() == (new if code == 0 else old), (share, said)
        assert code == 0 or "must be writable" in said
        assert disk.leftovers() == []
    assert told >= 2


@pytest.fixture(params=[12, 48] if not ALL else range(4, 400, 12), ids=lambda size: f"{size}k")
def small_disk(request, tmp_path):
    """A file system of its own that really is too small; only the root user can make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", f"size={request.param}k", "tmpfs", str(folder)]
    if os.getuid() != 0 or shutil.which("mount") is None or subprocess.run(made, check=False).returncode:
        pytest.skip("no file system of our own here")
    yield folder
    gc.collect()  # a library that failed may still hold its file
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("kind", EXPORTS)
def test_a_small_file_system_keeps_the_old_file_or_takes_the_new(disk, run, two_studies, small_disk, kind):
    words = ("export", "{}", "--to", str(small_disk / f"x.{kind}"), *(("--format", "duckdb") if kind == "duckdb" else ()))  # fmt: skip
    assert run([word.replace(str(small_disk), str(disk.folder)) for word in words], 1)[0] == 0
    wanted = disk.state()
    (small_disk / f"x.{kind}").write_text("old")
    old = disk.state(small_disk)
    code, said = run(words, 1)
    assert code == 0 or "must be writable" in said
    assert disk.state(small_disk) == (wanted if code == 0 else old)
    assert disk.leftovers(small_disk) == []


def test_a_place_without_rights_is_told(disk, run):
    if os.getuid() == 0:
        pytest.skip("root may write anywhere")
    disk.folder.chmod(0o500)
    code, said = run(("export", "{}", "--to", "out/x.csv"), 0)
    disk.folder.chmod(0o700)
    assert code == 1
    assert "must be writable" in said
