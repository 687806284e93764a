"""Files as strangers have them: each is read, or refused with one kind of error, at once."""

import errno
import os

import pytest

from geobri.errors import InputError, first_offenders, mould
from geobri.inputs import check_file, parse_toml, read_bytes, read_toml


def test_a_file_is_read(tmp_path):
    (tmp_path / "a.toml").write_text('\ufefftitle = "Été"\n', encoding="utf-8")
    assert read_toml(tmp_path / "a.toml", caller="me") == {"title": "Été"}


def _make(path, kind):
    if kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a device":
        path.symlink_to("/dev/zero")
    elif kind == "Too many levels":
        path.symlink_to(path)


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a device", "Too many levels", "no such file"])
def test_what_is_no_file_is_named_and_nothing_waits(tmp_path, kind):
    _make(tmp_path / "x.toml", kind)
    with pytest.raises(InputError, match=rf"me: x.toml must be a file that can be read. Got {kind}"):
        read_bytes(tmp_path / "x.toml", caller="me")


@pytest.mark.parametrize(
    ("name", "said"),
    [("x" * 5000, "name too long"), ("a\0b", "null"), (os.fsdecode(b"flows_\xff.csv"), "no text in UTF-8")],
)
def test_names_that_are_none(tmp_path, name, said):
    with pytest.raises(InputError, match=said):
        check_file(tmp_path / name, caller="me")


def test_a_file_without_rights(tmp_path, monkeypatch):
    (tmp_path / "x.csv").write_text("a")

    def refuse(path, *_):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(
        InputError, match=r"x.csv must be a file that can be read. Got Permission denied. .*rights"
    ):
        check_file(tmp_path / "x.csv", caller="me")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("notes = " + "[" * 5000, "without end"),
        ("a = " + "{a=" * 5000, "without end"),
        ("n = " + "9" * 5001, "limit"),
        (".".join(["a"] * 20_000) + " = 1", "more than 100 parts between dots in line 1"),
        ("b = 1\n[" + ".".join(['"a"'] * 20_000) + "]", "more than 100 parts between dots in line 2"),
        ("title = [\n1,\n= 2", "line 3"),
    ],
)
def test_settings_without_end_are_refused(text, said):
    with pytest.raises(InputError, match=said) as caught:
        parse_toml(text, name="x.toml", caller="me")
    assert len(str(caught.value)) < 3000


def test_dots_in_texts_are_no_keys():
    text = f'notes = "{"A long line. " * 500}"\nversion = "{"1." * 60}"\n'
    assert set(parse_toml(text, name="x", caller="me")) == {"notes", "version"}


def test_settings_of_megabytes_or_in_other_letters(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"#" * 2_000_001)
    with pytest.raises(InputError, match=r"a.toml must be at most 2 MB. Got 2.0 MB"):
        read_toml(tmp_path / "a.toml", caller="me")
    (tmp_path / "b.toml").write_bytes('a = 1\nb = "é"\n'.encode("latin-1"))
    with pytest.raises(InputError, match=r"b.toml must be TOML in UTF-8. Got other letters in line 2"):
        read_toml(tmp_path / "b.toml", caller="me")


def test_messages_are_cut():
    long = "x" * 1_000_000
    said = mould("me", f"heading {long}", first_offenders([long, "y"]), "Shorten it")
    assert len(said) < 2500
    assert "(1,000,008 letters)" in said
    assert said.endswith("'y'. Shorten it.")
