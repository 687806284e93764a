"""How commands end and print: terminals without our letters, full disks behind the pipe, files that cannot be opened."""

import errno
import io
import os
import signal
import sys

import pytest

from geobri import cli


@pytest.fixture
def ended(monkeypatch):
    """Run a command line with a standard output of a chosen encoding; gives the exit code, what was printed, what was noted."""

    def call(*arguments, encoding="utf-8", raw=None):
        out, err = raw or io.BytesIO(), io.StringIO()
        stream = io.TextIOWrapper(out, encoding=encoding, write_through=True)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            patch.setattr(sys, "stderr", err)
            with pytest.raises(SystemExit) as exit_:
                cli.main([str(argument) for argument in arguments])
        said = out.getvalue().decode(encoding) if raw is None else ""
        return exit_.value.code, said, err.getvalue()

    return call


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_letters_that_a_terminal_has_not_are_spelt_and_counted(ended, encoding):
    code, said, noted = ended("compare", "bri22", "上海", encoding=encoding)
    assert code == 0
    assert "\\u4e0a\\u6d77" in said
    assert f"letters that {encoding} has not" in noted.replace("iso8859-1", "latin-1")
    assert "PYTHONUTF8" in noted


def test_a_terminal_that_has_all_letters_is_left_alone(ended):
    code, said, noted = ended("compare", "bri22", "上海")
    assert code == 0
    assert "上海" in said
    assert noted == ""


def test_a_full_disk_behind_the_output_is_one_message(ended):
    class Full(io.RawIOBase):
        def writable(self):
            return True

        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    code, _, noted = ended("query", "bri22", "--top", "1", raw=Full())
    assert code == 1
    assert "what is printed must be taken. Got No space left on device" in noted
    assert "Traceback" not in noted


def test_signals_end_with_their_number_and_are_given_back(ended, monkeypatch):
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("geobri.study.load_study", lambda *_, **__: signal.raise_signal(signal.SIGTERM))
    code, _, noted = ended("query", "bri22")
    assert code == 128 + signal.SIGTERM
    assert "Aborted" in noted
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_that_was_ignored_stays_ignored(ended, monkeypatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        monkeypatch.setattr(
            "geobri.study.load_study", lambda *_, **__: signal.raise_signal(signal.SIGHUP) or 1 / 0
        )
        with pytest.raises(ZeroDivisionError):
            cli.main(["query", "bri22"])
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_file_that_cannot_be_opened_is_one_message(ended, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", "claims.toml")

    monkeypatch.setattr("geobri.study.load_study", refuse)
    code, _, noted = ended("query", "bri22")
    assert code == 1
    assert "the file 'claims.toml' must be there and readable. Got Permission denied" in noted


def test_names_of_files_and_cells_do_not_command_the_terminal(ended, tmp_path):
    folder = tmp_path / "red\x1b[31m"
    folder.mkdir()
    (folder / "cities.csv").write_text("city,lon,lat\na\x1b]0;mine\x07,1,2\nb\u202e,x,3\n", encoding="utf-8")
    for command in ("check", "map"):
        code, said, noted = ended(command, folder)
        assert code == 1
        assert r"\x1b[31m" in said + noted
        assert not {"\x1b", "\x07", "\u202e"} & set(said + noted)


def test_more_faults_than_a_person_reads_are_counted(ended, tmp_path):
    (tmp_path / "cities.csv").write_text("city,lon,lat\na,1,2\nb,2,3\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text('[[measure]]\ncolumn = "a"\nkind = "x"\n' * 700, encoding="utf-8")
    lines = ended("check", tmp_path)[1].splitlines()
    assert len(lines) < 510
    assert any(line.startswith("… and ") and line.endswith(" further faults") for line in lines)
