"""The one writer: at every step that it takes, a reader finds the old files or the new ones, and a killed run harms nobody."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from geobri.errors import OutputError
from geobri.outputs import staged_file, staged_folder, switching

pytestmark = pytest.mark.system

OLD, NEW = {"a.csv": "old a", "b.csv": "old b", "d.csv": "old d"}, {"a.csv": "new a", "b.csv": "new b", "c.csv": "new c"}  # fmt: skip


def write_set(folder, files):
    with staged_folder(folder) as stage:
        for name, text in files.items():
            (stage / name).write_text(text)


def write_one(folder, files):
    with staged_file(folder / "a.csv") as stage:
        stage.write_text(files["a.csv"])


def no_exchange(patch):
    patch.setattr(switching, "_find_exchange", lambda: None)


def no_links(patch):
    no_exchange(patch)
    patch.setattr(os, "link", lambda *_, **__: (_ for _ in ()).throw(OSError(errno.EPERM, "no links here")))


def a_folder_inside(folder):
    (folder / "mine").mkdir(exist_ok=True)
    (folder / "mine" / "notes.txt").write_text("mine")


def as_it_is(_):
    pass


PLACES = {
    "exchange": (write_set, as_it_is, as_it_is),
    "file by file": (write_set, no_exchange, as_it_is),
    "file by file, no links": (write_set, no_links, as_it_is),
    "a folder inside": (write_set, as_it_is, a_folder_inside),
    "one file": (write_one, as_it_is, as_it_is),
}
WHOLE = {"exchange", "one file"}
"""Where a reader never sees a mixture, whenever he looks; elsewhere the next run puts it right."""


@pytest.fixture(params=PLACES)
def place(request, disk, monkeypatch):
    write, patch, furnish = PLACES[request.param]
    patch(monkeypatch)
    out = disk.folder / "out"

    def start():
        shutil.rmtree(out, ignore_errors=True)
        for left in disk.folder.rglob(".geobri-*"):
            shutil.rmtree(left)
        out.mkdir()
        for name, text in OLD.items():
            (out / name).write_text(text)
        furnish(out)
        return disk.state()

    start.write, start.out, start.name = write, out, request.param
    return start


def finished(disk, place):
    """The state after a run that nothing disturbs."""
    place()
    place.write(place.out, NEW)
    return disk.state()


def test_a_reader_finds_the_old_or_the_new_at_every_step(disk, place):
    new, old = finished(disk, place), place()
    states = []
    disk.break_at(None, lambda one: states.append(one.state()))
    place.write(place.out, NEW)
    disk.heal()
    assert len(states) > 5
    assert disk.state() == new
    assert disk.leftovers() == []
    assert all(set(old) <= set(state) | set(new) for state in states), "a file was missing"
    assert all(set(state) >= set(old) for state in states), "an old file was gone"
    if place.name in WHOLE:
        assert [state for state in states if state not in (old, new)] == []


def test_after_a_kill_at_any_step_the_next_run_finishes_or_undoes(disk, place, tmp_path):
    new, old = finished(disk, place), place()
    disks = []

    def freeze(one):  # what a kill leaves is what stands on the disk at that moment
        disks.append(shutil.copytree(one.folder, tmp_path / f"killed-{len(disks)}", symlinks=True))

    disk.break_at(None, freeze)
    place.write(place.out, NEW)
    disk.heal()
    for frozen in disks:
        with pytest.raises(KeyboardInterrupt), staged_folder(frozen / "out"):
            state = disk.state(frozen)
            raise KeyboardInterrupt  # the next run, too, ends early: its beginning is what puts things right
        assert state in (old, new), frozen.name
        assert disk.leftovers(frozen) == []
        place.write(frozen / "out", NEW)
        assert disk.state(frozen) == new


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_at_any_step_end_in_the_old_or_the_new(disk, place, number):
    new = finished(disk, place)

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        for stop in range(1000):
            old = place()
            disk.break_at(stop, lambda _: signal.raise_signal(number))
            try:
                place.write(place.out, NEW)
                ended = not disk.was_reached()
            except KeyboardInterrupt:
                ended = False
            disk.heal()
            assert disk.state() in (old, new), (stop, disk.steps[stop])
            assert disk.leftovers() == []
            if ended:
                break
    finally:
        signal.signal(number, before)
    assert stop > 5


@pytest.mark.parametrize("stays", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_fails_at_any_step_is_told_and_changes_nothing(disk, place, number, stays):
    new = finished(disk, place)

    def fail(one):
        raise OSError(number, os.strerror(number), one.path)

    said = []
    for stop in range(1000):
        old = place()
        disk.break_at(stop, fail, stays=stays)
        try:
            place.write(place.out, NEW)
            reached, expected = disk.was_reached(), new
        except OutputError as error:
            reached, expected = True, old
            said.append(str(error))
        disk.heal()
        if expected is old and "are mixed there" in said[-1]:
            with pytest.raises(KeyboardInterrupt), staged_folder(place.out):
                raise KeyboardInterrupt
            assert disk.state() in (old, new)
        else:
            assert disk.state() == expected, (stop, disk.steps[stop])
        if not reached:
            break
    assert len(said) > 3
    assert all("must be writable" in message for message in said)


def test_what_a_killed_run_left_is_cleared_by_the_next_and_a_living_one_is_spared(disk):
    out = disk.folder / "out"
    write_set(out, OLD)
    code = """
        import os, signal, sys
        from geobri.outputs import staged_folder
        with staged_folder(sys.argv[1]) as stage:
            (stage / "a.csv").write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(out)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(disk.leftovers()) == 1
    assert (out / "a.csv").read_text() == "old a"
    with staged_folder(out) as first:
        (first / "a.csv").write_text("first")
        assert len(disk.leftovers()) == 1
        write_set(out, NEW)
        assert (first / "a.csv").read_text() == "first"
    assert (out / "a.csv").read_text() == "first"
    assert disk.leftovers() == []


def test_two_writers_of_one_folder_never_mix(disk):
    out = disk.folder / "out"
    code = """
        import sys
        from geobri.outputs import staged_folder
        for round in range(40):
            with staged_folder(sys.argv[1]) as stage:
                for name in "abcdef":
                    (stage / name).write_text("theirs")
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), str(out)], env=environment)
    rounds = 0
    while other.poll() is None or rounds == 0:
        rounds += 1
        write_set(out, dict.fromkeys("abcdef", "ours"))
        handle = os.open(out, os.O_RDONLY)  # a reader who has opened the folder reads one set
        try:
            texts = {_read_in(handle, name) for name in "abcdef"}
        except FileNotFoundError:  # that set has been replaced and cleared meanwhile
            texts = {"gone"}
        finally:
            os.close(handle)
        assert len(texts - {"gone"}) <= 1
    assert other.returncode == 0
    assert len(set(disk.state().values())) == 1
    assert disk.leftovers() == []


def _read_in(folder, name):
    handle = os.open(name, os.O_RDONLY, dir_fd=folder)
    with os.fdopen(handle) as file:
        return file.read()


def test_a_record_from_a_stranger_moves_nothing_elsewhere(disk):
    out, elsewhere = disk.folder / "out", disk.folder / "elsewhere"
    for folder in (out, elsewhere):
        folder.mkdir()
        (folder / "a.csv").write_text("kept")
    stage = out / ".geobri-0badcafe"
    (stage / "new").mkdir(parents=True)
    (stage / "new" / "a.csv").write_text("planted")
    (stage / "switch.json").write_text(
        '{"do": "finish", "into": "../elsewhere", "fresh": ["../elsewhere/a.csv"]}'
    )
    write_set(out, {"b.csv": "b"})
    assert (elsewhere / "a.csv").read_text() == "kept"
    assert (out / "a.csv").read_text() == "kept"


def test_a_hidden_folder_that_is_not_ours_stays(disk):
    mine = disk.folder / "out" / ".geobri-cafecafe"
    mine.mkdir(parents=True)
    (mine / "thesis.txt").write_text("mine")
    write_set(disk.folder / "out", NEW)
    assert (mine / "thesis.txt").read_text() == "mine"


def test_a_folder_in_which_somebody_works_keeps_its_place(disk, monkeypatch):
    out = disk.folder / "out"
    write_set(out, OLD)
    monkeypatch.chdir(out)
    write_set(out, NEW)
    assert out.samefile(".")
    assert (out / "a.csv").read_text() == "new a"


def test_rights_and_strange_files_of_a_folder_stay(disk):
    out = disk.folder / "out"
    write_set(out, OLD)
    out.chmod(0o2750)
    (out / "link").symlink_to("nowhere")
    write_set(out, NEW)
    assert out.stat().st_mode & 0o7777 == 0o2750
    assert (out / "link").readlink() == Path("nowhere")
    assert (out / "d.csv").read_text() == "old d"


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_device_is_never_replaced_by_a_file(disk, kind):
    target = disk.folder / "x.csv"
    os.mkfifo(target) if kind == "pipe" else target.symlink_to("/dev/null")
    with pytest.raises(OutputError, match="a device or a pipe"), staged_file(target) as stage:
        stage.write_text("x")
    assert not target.is_file()
    assert disk.leftovers() == []


def test_folders_that_were_made_for_nothing_go_again(disk):
    with pytest.raises(ZeroDivisionError), staged_folder(disk.folder / "a" / "b" / "c"):
        raise ZeroDivisionError
    assert list(disk.folder.iterdir()) == []
