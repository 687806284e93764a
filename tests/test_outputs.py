"""Whole or not at all: what was there stays when the writing fails."""

import errno

import pytest

from geobri.errors import OutputError
from geobri.outputs import staged_file, staged_folder


def test_a_new_folder_appears_complete(tmp_path):
    with staged_folder(tmp_path / "out") as stage:
        (stage / "a.txt").write_text("new")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out" / "a.txt").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_old_files_are_replaced_and_others_stay(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    with staged_folder(tmp_path) as stage:
        (stage / "a.txt").write_text("new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "mine.txt"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ValueError])
def test_an_interruption_leaves_what_was_there(tmp_path, interruption):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(interruption), staged_folder(tmp_path) as stage:
        (stage / "a.txt").write_text("half")
        raise interruption
    assert (tmp_path / "a.txt").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt"]


def test_an_interruption_leaves_no_new_folder(tmp_path):
    with pytest.raises(KeyboardInterrupt), staged_folder(tmp_path / "out"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_clearly(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(OutputError, match="make room"), staged_folder(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_file_in_the_way_of_the_folder(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="must be writable"), staged_folder(tmp_path / "out"):
        pass
    with pytest.raises(OutputError, match="must be writable"), staged_folder(tmp_path / "out" / "deeper"):
        pass


def test_a_folder_in_the_way_of_a_file_puts_the_rest_back(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "b.txt").mkdir()
    (tmp_path / "b.txt" / "inside").write_text("x")
    with pytest.raises(OutputError), staged_folder(tmp_path) as stage:
        (stage / "a.txt").write_text("new")
        (stage / "b.txt").write_text("new")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert (tmp_path / "b.txt" / "inside").read_text() == "x"


def test_other_errors_are_not_disguised(tmp_path):
    with pytest.raises(FileNotFoundError), staged_folder(tmp_path):
        (tmp_path.parent / "no" / "such").read_text()


def test_one_file(tmp_path):
    with staged_file(tmp_path / "x.html") as path:
        path.write_text("page")
    assert [path.name for path in tmp_path.iterdir()] == ["x.html"]
