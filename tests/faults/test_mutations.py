"""Mutated studies: damaged in every way, none ends in a traceback or waits for ever; rewritten in other ways, each keeps its sums.

The suite takes a sample of cases, ``GEOBRI_FUZZ=10000`` that many (`make fuzz`). A case is made from its number alone:
``GEOBRI_FUZZ_CASE=1234`` makes one again. With ``GEOBRI_FUZZ_DONE=FILE`` the cases that passed are noted there, and the next run goes
on with the others.
"""

import csv
import io
import os
import random
import re
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from geobri.errors import GeobriError
from geobri.study import check_study, load_study

ROOT = Path(__file__).parents[2]
STUDIES = [
    ROOT / "geobri/data/template",
    ROOT / "examples/studies/austria-migration",
    ROOT / "examples/studies/southeast-asia-air",
]
SAMPLE = 45
N_CASES = int(os.environ.get("GEOBRI_FUZZ", SAMPLE))
ONE = os.environ.get("GEOBRI_FUZZ_CASE")
BATCH = 15
DONE = Path(os.environ["GEOBRI_FUZZ_DONE"]) if "GEOBRI_FUZZ_DONE" in os.environ else None


def _cases():
    if ONE:
        return [int(ONE)]
    done = {int(line) for line in DONE.read_text().split()} if DONE and DONE.exists() else set()
    return [first for first in range(0, N_CASES, BATCH) if first not in done]


LONGEST_S = 60
"""Seconds of work for a case; ten times as many of waiting, for a machine may be busy."""

TEXTS = ["", " ", "=1+1", "<script>alert(1)</script>", "${x}", "a\x00b", "\x1b[31m", "\u202eabc", "'; DROP TABLE cities; --", "__proto__", "constructor",
         "../../x", "a" * 3000, "北京", "Zürich", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "NA", "null", "\ufeff", "é\u0301", "\u2028", "value",
         "origin", "city", "1,234", '"', ";", "\t", "|", "\r", "city--city", "-0", "١٢٣"]  # fmt: skip
NUMBERS = ["inf", "-inf", "nan", "1e308", "-1e308", "1e-320", "1e999", "-1", "0", "0.0", "1,5", "1.234,5", "1 234", "12%", "0x10", "1e5", "9" * 400, "NaN", "∞", "½", "181", "-91", "2021-01-01", "1_000"]  # fmt: skip
VALUES = ["[]", "{}", "1", "-1.5", "true", '""', '"no-such"', "[1, 2]", '["a"]', "1979-05-27", "nan", "inf", '"' + "x" * 2000 + '"', "[[[[[]]]]]", "{a = 1}", '"../index.toml"', '"value"']  # fmt: skip


def _rows(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def _lay(path, rows, **how):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **how).writerows(rows)
    path.write_bytes(out.getvalue().encode("utf-8", "replace"))


def _table(folder, rng):
    return rng.choice(sorted(folder.glob("*.csv")))


def _cell(folder, rng):
    path = _table(folder, rng)
    rows = _rows(path)
    for _ in range(rng.choice([1, 1, 2, 8])):
        row = rng.choice(rows)
        if row:
            row[rng.randrange(len(row))] = rng.choice(TEXTS + NUMBERS)
    _lay(path, rows)


def _column(folder, rng):
    path = _table(folder, rng)
    rows = _rows(path)
    at = rng.randrange(len(rows[0]))
    what = rng.choice(["drop", "double", "same", "shuffle", "blank"])
    cells = [row[at] for row in rows[1:]]
    rng.shuffle(cells)
    for number, row in enumerate(rows):
        if what == "drop":
            del row[at]
        elif what == "double":
            row.insert(at, row[at])
        elif number and what != "shuffle":
            row[at] = "" if what == "blank" else cells[0]
        elif number:
            row[at] = cells[number - 1]
    _lay(path, rows)


def _heading(folder, rng):
    path = _table(folder, rng)
    rows = _rows(path)
    rows[0][rng.randrange(len(rows[0]))] = rng.choice(
        [*TEXTS, "year", "value", "count", "数值", "城市", "lat", "rank", "coastal", "name", "index", "corridor", "geometry", "distance_km"]
    )  # fmt: skip
    _lay(path, rows)


def _row(folder, rng):
    path = _table(folder, rng)
    rows = _rows(path)
    for _ in range(rng.choice([1, 3, len(rows)])):
        at = rng.randrange(len(rows))
        what = rng.choice(["drop", "double", "short", "long", "turn"])
        if what == "drop" and len(rows) > 1:
            del rows[at]
        elif what == "double":
            rows.append(list(rows[at]))
        elif what == "short":
            rows[at] = rows[at][: rng.randrange(len(rows[at]) + 1)]
        elif what == "long":
            rows[at] = [*rows[at], "x"]
        else:
            rows[at] = rows[at][::-1]
    _lay(path, rows)


def _bytes(folder, rng):
    path = rng.choice([path for path in sorted(folder.iterdir()) if path.is_file()])
    raw = bytearray(path.read_bytes())
    for _ in range(rng.choice([1, 4, 40])):
        if not raw:
            break
        at = rng.randrange(len(raw))
        what = rng.choice(["flip", "cut", "insert", "repeat", "end"])
        if what == "flip":
            raw[at] = rng.randrange(256)
        elif what == "cut":
            del raw[at : at + rng.choice([1, 10, 1000])]
        elif what == "insert":
            raw[at:at] = rng.choice(
                [b"\x00", b"\xff\xfe", b'"', b",,,,,", b"\n\n", b"\r", "城".encode("gb18030"), b"[", b"="]
            )
        elif what == "repeat":
            raw[at:at] = raw[at : at + 50] * rng.choice([1, 20])
        else:
            del raw[at:]
    path.write_bytes(bytes(raw))


def _setting(folder, rng):
    path = rng.choice(sorted(folder.glob("*.toml")))
    lines = path.read_text(encoding="utf-8").splitlines()
    keys = [at for at, line in enumerate(lines) if re.match(r"\w+ *=", line)]
    for _ in range(rng.choice([1, 2])):
        at = rng.choice(keys)
        key = lines[at].split("=")[0]
        lines[at] = rng.choice(
            [f"{key}= {rng.choice(VALUES)}", f"{key}x = 1", "", f"[columns]\n{key}= {rng.choice(VALUES)}", f"[[value]]\n{key}= {rng.choice(VALUES)}"]
        )  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")


def _file(folder, rng):
    path = rng.choice(sorted(folder.iterdir()))
    what = rng.choice(["gone", "empty", "folder", "twice", "other kind", "matrix"])
    if what == "matrix":
        return _matrix(folder, rng)
    if what == "other kind":
        return path.rename(path.with_suffix(rng.choice([".xlsx", ".parquet", ".txt"])))
    raw = path.read_bytes()
    path.unlink()
    if what == "empty":
        path.write_bytes(b"")
    elif what == "folder":
        path.mkdir()
    elif what == "twice":
        path.write_bytes(raw)
        path.with_name(path.stem + "_2" + path.suffix).write_bytes(raw)
    return None


def _matrix(folder, rng):
    cities = (
        [row[0] for row in _rows(folder / "cities.csv")[1:]][:9]
        if (folder / "cities.csv").is_file()
        else ["a", "b"]
    )
    headings = [*cities]
    headings[0] = rng.choice([headings[0], "value", "count", "flow", "", headings[-1], "数值"])
    body = [[city, *(rng.choice([*NUMBERS, "1", "2", ""]) for _ in cities)] for city in cities]
    _lay(folder / "flows.csv", [[rng.choice(["", "city", "origin", "value"]), *headings], *body])


DAMAGE = [_cell, _cell, _column, _heading, _row, _bytes, _setting, _file]


def _shuffled(folder, rng):
    for path in folder.glob("*.csv"):
        head, *rows = _rows(path)
        rng.shuffle(rows)
        _lay(path, [head, *rows])


def _columns_shuffled(folder, rng):
    for path in folder.glob("*.csv"):
        rows = _rows(path)
        order = rng.sample(range(len(rows[0])), len(rows[0]))
        _lay(path, [[row[at] for at in order] for row in rows])


def _encoded(folder, rng):
    for path in folder.glob("*.csv"):
        path.write_bytes(
            path.read_text(encoding="utf-8").encode(rng.choice(["utf-8-sig", "utf-16", "gb18030"]))
        )


def _separated(folder, rng):
    for path in folder.glob("*.csv"):
        _lay(path, _rows(path), delimiter=rng.choice([";", "\t", "|"]))


def _ended(folder, rng):
    for path in folder.glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", rng.choice([b"\r\n", b"\r"])))


def _titled(folder, rng):
    for path in folder.glob("*.csv"):
        path.write_bytes(b"A table of mine" + b"\n" * rng.choice([1, 3]) + path.read_bytes())


def _as_workbook(folder, rng):
    for path in folder.glob("*.csv"):
        pd.read_csv(path, keep_default_na=False, na_values=[""]).to_excel(
            path.with_suffix(".xlsx"), index=False
        )
        path.unlink()


def _as_parquet(folder, rng):
    for path in folder.glob("*.csv"):
        pd.read_csv(path, keep_default_na=False, na_values=[""]).to_parquet(path.with_suffix(".parquet"))
        path.unlink()


REWRITING = [_shuffled, _columns_shuffled, _encoded, _separated, _ended, _titled, _as_workbook, _as_parquet]


def _sums(study):
    return study.flows.groupby("indicator")["value"].agg(["sum", "count"]).round(6).to_dict("index")


@pytest.fixture(scope="module")
def sums():
    return {folder: _sums(load_study(folder)) for folder in STUDIES}


def _too_long(*_):
    raise TimeoutError


@contextmanager
def _within_reason():
    """End a case that works or waits too long with a TimeoutError."""
    before = [signal.signal(number, _too_long) for number in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
    signal.alarm(10 * LONGEST_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        for number, handler in zip((signal.SIGPROF, signal.SIGALRM), before, strict=True):
            signal.signal(number, handler)


@pytest.mark.parametrize("first", _cases(), ids=lambda first: f"from {first}")
def test_mutated_studies_are_checked_and_loaded_or_refused_in_words(tmp_path, sums, first):
    """Every fourth case is rewritten without a change of meaning, the others are damaged once to three times."""
    cases = [first] if ONE else range(first, min(first + BATCH, N_CASES))
    wrong = [
        f"case {case}: {said}" for case in cases for said in _judge(tmp_path / f"case{case}", sums, case)
    ]
    assert wrong == []
    if DONE and not ONE:
        with DONE.open("a") as file:
            file.write(f"{first}\n")


def _judge(folder, sums, case):
    rng = random.Random(case)
    source = rng.choice(STUDIES)
    shutil.copytree(source, folder)
    same = case % 4 == 0
    steps = [rng.choice(REWRITING)] if same else rng.choices(DAMAGE, k=rng.choice([1, 1, 2, 3]))
    for step in steps:
        try:
            step(folder, rng)
        except (IndexError, ValueError, OSError):  # a second damage may find nothing to damage
            continue
    names = f"{source.name} {[step.__name__ for step in steps]}"
    try:
        with _within_reason():
            faults, study = _read(folder)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return [f"{names}: {type(error).__name__}: {str(error)[:200]}"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lost = [fault for fault in faults if not fault.message or len(str(fault)) > 20_000]
    if study is None:
        return [f"{names}: refused without a fault"] if not faults else [f"{names}: {lost}"] if lost else []
    if same and _sums(study) != sums[source]:
        return [f"{names}: other sums"]
    return [f"{names}: {faults[0]}"] if same and faults else []


def _read(folder):
    """Give the faults of a folder, and its study where it is taken."""
    faults = check_study(folder)
    try:
        return faults, load_study(folder)
    except GeobriError:
        return faults, None
