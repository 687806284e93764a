"""A long test says on a terminal how far it is; a short one, a file or a pipe hears nothing."""

import io
from types import SimpleNamespace

import pytest

from geobri.stats import decay_test, progress
from geobri.stats.progress import shows_progress, tell_progress
from geobri.stats.simulate import simulate_corridors


class Terminal(io.StringIO):
    def __init__(self, watched=True):
        super().__init__()
        self.watched = watched

    def isatty(self):
        return self.watched


@pytest.fixture
def slow(monkeypatch):
    """A clock that goes a second further each time it is looked at."""
    seconds = iter(range(1_000_000))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(seconds)))


@pytest.fixture
def screen(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=terminal))
    return terminal


def run():
    return decay_test(simulate_corridors(8, rng=1), flow="flow", n_permutations=99, rng=1)


def test_a_long_test_says_how_far_it_is_and_leaves_an_empty_line(slow, screen):
    result = run()
    said = screen.getvalue()
    assert "\rdecay_test: exchanging cities, " in said
    assert "decay_test: searching the lower limit of an interval, " in said
    assert "decay_test: searching the upper limit of an interval, " in said
    assert said.endswith("\r")
    assert said.rsplit("\r", 2)[1].strip() == ""
    assert 0 < result.p_value <= 1


def test_a_short_test_says_nothing(monkeypatch, screen):
    monkeypatch.setattr(progress.time, "monotonic", lambda: 0.0)
    run()
    assert screen.getvalue() == ""


def test_nothing_is_written_where_nobody_watches(slow, monkeypatch):
    pipe = Terminal(watched=False)
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=pipe))
    run()
    assert pipe.getvalue() == ""


def test_an_error_clears_the_line_and_the_next_test_begins_anew(slow, screen):
    @shows_progress
    def fails():
        for _ in range(4):
            tell_progress("half way")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fails()
    assert screen.getvalue().endswith(" \r")
    before = screen.getvalue()
    tell_progress("not in a test")
    assert screen.getvalue() == before


def test_progress_changes_no_number(slow, screen):
    loud = run()
    screen.watched = False
    assert run().p_value == loud.p_value
    assert run().interval == loud.interval
