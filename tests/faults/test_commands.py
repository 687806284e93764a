"""Every command that writes, stopped, signalled or failed at its steps: what it leaves is the old output or the new.

The suite looks at every step of every command, and stops at a sample of them; ``GEOBRI_FAULTS=all`` stops at all (`make faults`).
"""

import errno
import gc
import os
import resource
import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest

from geobri import cli

pytestmark = pytest.mark.system

ALL = os.environ.get("GEOBRI_FAULTS") == "all"
EXPORTS = ["csv", "geojson", "fgb", "gpkg", "parquet", "xlsx", "duckdb"]
COMMANDS = {
    **{f"export {kind}": ("export", "{}", "--to", f"out/x.{kind}") for kind in EXPORTS},
    "export kepler": ("export", "{}", "--to", "out/k.csv", "--format", "kepler"),
    "export flowmap": ("export", "{}", "--to", "out", "--format", "flowmap"),
    "query": ("query", "{}", "--out", "out/q.csv"),
    "query count": ("query", "{}", "gdp>4", "--count", "country", "--out", "out/q.csv"),
    "query sql": ("query", "{}", "--sql", "SELECT city, gdp FROM cities", "--out", "out/q.csv"),
    "compare": ("compare", "{}", "lis", "bom", "--out", "out/c.csv"),
    "groups": ("groups", "{}", "country=PRT", "--out", "out/g.csv"),
    "first": ("first", "{}", "--out", "out/f.csv"),
    "effect": ("effect", "{}", "wealth", "--out", "out/e.csv"),
    "reach": ("reach", "{}", "--out", "out/r.csv"),
    "hubs": ("hubs", "{}", "--out", "out/h.csv"),
    "rankings": ("rankings", "{}", "gdp", "rank_air", "--out", "out/r.csv"),
    "changes": ("changes", "{first}", "{}", "--value", "gdp", "--out", "out/c.csv"),
    "history": ("history", "{}", "--out", "out/h.csv"),
    "geocode": (
        "geocode",
        "--file",
        "{}/../names-{name}.csv",
        "--out",
        "out/p.csv",
        "--undecided",
        "out/u.csv",
    ),
    "map": ("map", "{}", "--out", "out/m.html"),
    "map of tables": ("map", "{}/cities.csv", "--flows", "{}/flows.csv", "--out", "out/m.html"),
    "score": ("score", "{}", "--runs", "9", "--out", "out"),
    "findings": ("findings", "{}", "--out", "out"),
    "coastal": ("coastal", "{}", "--value", "gdp", "--out", "out"),
    "decay": ("decay", "{}", "--value", "air", "--out", "out"),
    "moran": ("moran", "{}", "--value", "gdp", "--out", "out"),
    "proximity": ("proximity", "{}", "--value", "air", "--out", "out"),
    "save": ("check", "{}/cities.csv", "{}/flows.csv", "--save", "out"),
    "report": ("report", "{}", "--out", "out"),
}
"""Every command that writes, but `new`, which never writes over anything."""
SLOW = {"coastal", "decay", "moran", "proximity", "report", "map", "map of tables"}
LIKE_OTHERS = {"coastal", "moran", "proximity", "map of tables"}
"""They write as others do; the suite looks at each of their steps, and stops at them only with ``GEOBRI_FAULTS=all``."""
every_command = pytest.mark.parametrize("name", COMMANDS)
stopped_command = pytest.mark.parametrize(
    "name", [name for name in COMMANDS if ALL or name not in LIKE_OTHERS]
)


@pytest.fixture
def run(disk, two_studies, monkeypatch, capsys):
    """Run a command line as the shell does, in the watched folder; gives the exit code and what was said."""
    monkeypatch.chdir(disk.folder)

    def call(words, which):
        chosen = two_studies[which]
        arguments = [word.format(chosen, first=two_studies[0], name=chosen.name) for word in words]
        try:
            cli.main(arguments)
        except SystemExit as ended:
            told = capsys.readouterr()
            return ended.code, told.out + told.err
        raise AssertionError("a command ends with an exit code")

    return call


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """What each command writes of the two studies, made once: the old files, the state of the new ones, the number of steps."""
    return tmp_path_factory.mktemp("known"), {}


@pytest.fixture
def both(disk, run, known):
    """A way to lay the files of the first study; the state that those of the second have; how many steps that takes."""
    kept, facts = known

    def prepare(name):
        old = kept / name
        if name not in facts:
            assert run(COMMANDS[name], 0)[0] == 0
            shutil.copytree(disk.folder / "out", old)
            disk.break_at(None, None)
            assert run(COMMANDS[name], 1)[0] == 0
            facts[name] = disk.state(), len(disk.steps)

        def start():
            for left in disk.folder.iterdir():
                shutil.rmtree(left)
            shutil.copytree(old, disk.folder / "out")
            return disk.state()

        assert facts[name][0] != start()
        return start, *facts[name]

    return prepare


@every_command
def test_a_kill_at_any_step_of_a_command_leaves_the_old_or_the_new(disk, run, both, name):
    start, new, _ = both(name)
    old = start()
    states = []
    disk.break_at(None, lambda one: states.append(one.state()))
    assert run(COMMANDS[name], 1)[0] == 0
    disk.heal()
    assert len(states) >= 5
    assert [state for state in states if state not in (old, new)] == []
    assert disk.state() == new
    assert disk.leftovers() == []


def test_a_kill_at_any_step_of_a_new_study_leaves_it_whole_or_not_there(disk, run):
    states = []
    disk.break_at(None, lambda one: states.append(one.state()))
    assert run(("new", "mine"), 0)[0] == 0
    disk.heal()
    new = disk.state()
    assert len(new) == 4
    assert [state for state in states if state not in ({}, new)] == []
    assert disk.leftovers() == []


def test_every_command_with_an_output_is_here():
    """A command that takes a place to write to is stopped and starved here, or this test names it."""
    commands = cli._geobri.list_commands(None)
    writing = {
        name
        for name in commands
        for option in cli._geobri.get_command(None, name).params
        if option.name in {"out", "target", "folder", "save"}
    }
    resumed = {"scale"}  # keeps finished partitions and goes on: test_scale.py stops it at every step
    same = {
        "sample"
    }  # the two studies cover the same, so that old and new could not be told apart; it writes as `reach` does
    assert writing == {words[0] for words in COMMANDS.values()} | {"new"} | resumed | same


def _stops(n_steps, name):
    """All the steps, or a few of them from the first to the last, for slow commands the last but one."""
    if ALL:
        return range(n_steps + 1)
    return [n_steps - 2] if name in SLOW else [0, n_steps // 2, n_steps - 1]


SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


@pytest.fixture
def signals_as_in_a_terminal():
    """Signals have their defaults, though `nohup` or a shell in the background had them ignored."""
    usual = dict.fromkeys(SIGNALS, signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@stopped_command
@pytest.mark.usefixtures("signals_as_in_a_terminal")
def test_a_signal_ends_a_command_as_ctrl_c_does(disk, run, both, name):
    start, new, n_steps = both(name)
    for turn, stop in enumerate(_stops(n_steps, name)):
        number = SIGNALS[(turn + len(name)) % 3]
        ends = signal.getsignal(number)
        old = start()
        disk.break_at(stop, lambda _, number=number: signal.raise_signal(number))
        code, _ = run(COMMANDS[name], 1)
        reached = disk.was_reached()
        disk.heal()
        assert disk.state() in (old, new)
        assert disk.leftovers() == []
        assert code == ((1 if number == signal.SIGINT else 128 + number) if reached else 0)
        assert signal.getsignal(number) == ends


FAILURES = [errno.ENOSPC, errno.EROFS, errno.EACCES]


@stopped_command
def test_a_disk_that_fails_at_a_step_is_told_and_the_old_files_stay(disk, run, both, name):
    """Full or read-only, for once or for good; what is opened, removed or renamed by Python is a step."""
    start, new, n_steps = both(name)
    told = 0
    for turn, stop in enumerate(_stops(n_steps, name)):
        number = FAILURES[(turn + len(name)) % 3]

        def fail(one, number=number):
            raise OSError(number, os.strerror(number), one.path)

        old = start()
        disk.break_at(stop, fail, stays=turn % 2 == 0)
        code, said = run(COMMANDS[name], 1)
        disk.heal()
        told += code != 0
        assert code in (0, 1)
        assert disk.state() == (new if code == 0 else old), (stop, said)
        assert code == 0 or "must be writable" in said, said
    assert told >= 1


@contextmanager
def _full_after(n_bytes):
    """Let no file grow beyond a size: what the libraries write in C fails too, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@stopped_command
def test_a_disk_too_small_by_any_size_is_told_and_the_old_file_stays(disk, run, both, name):
    start, new, _ = both(name)
    start()
    sizes = {path.stat().st_size for path in disk.folder.rglob("*") if path.is_file()}
    told = 0
    shares = [at / 40 for at in range(40)] if ALL else (0.6,) if name in SLOW else (0.02, 0.6, 0.95)
    for share in shares:
        old = start()
        with _full_after(int(max(sizes) * share)):
            code, said = run(COMMANDS[name], 1)
        told += code != 0
        assert disk.state() == (new if code == 0 else old), (share, said)
        assert code == 0 or "must be writable" in said
        assert disk.leftovers() == []
    assert told >= (1 if len(shares) == 1 else 2)


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
    words = ("export", "{}", "--to", str(small_disk / f"x.{kind}"))
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
