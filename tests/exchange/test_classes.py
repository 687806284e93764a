"""Classes of a measure in QGIS are those that the map on the page opens with, whatever the numbers."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geobri.exchange.classes import DrawnClass, class_breaks, drawn_classes, name_class
from geobri.measures import Measure
from tests.webmap.test_javascript import find_node

SCALE = Path(__file__).parents[2] / "geobri" / "webmap" / "static" / "scale.js"
RNG = np.random.default_rng(11)
CASES = {
    "counts": (Measure("n", kind="count"), RNG.integers(0, 90, 300).astype(float)),
    "few": (Measure("n", kind="count"), np.array([1.0, 2, 2, 5])),
    "skewed amounts": (Measure("n", kind="amount"), np.exp(RNG.normal(4, 2, 500))),
    "skewed counts with zeros": (Measure("n", kind="count"), np.floor(np.exp(RNG.normal(1, 2.5, 500)))),
    "narrow amounts": (Measure("n", kind="amount"), 100 + RNG.random(80)),
    "scores": (Measure("n", kind="score"), RNG.normal(0, 3, 200)),
    "skewed scores": (Measure("n", kind="score"), np.exp(RNG.normal(0, 2.5, 400)) - 0.01),
    "ranks": (Measure("n", kind="rank"), np.arange(1.0, 38.0)),
    "kilometres": (Measure("n", kind="amount", better="low"), np.exp(RNG.normal(6, 1, 300))),
    "a few far above": (
        Measure("n", kind="amount"),
        np.append(np.arange(100.0, 3840, 55), [12000, 15000, 20164]),
    ),
    "few whole numbers": (Measure("n", kind="count"), np.repeat([1.0, 2, 3, 9], [90, 6, 3, 1])),
    "very many": (Measure("n", kind="count"), np.ceil(1200 * (np.arange(1, 2001) / 2000) ** 30)),
    "skewed changes": (Measure("n", kind="score", better="neither"), np.exp(RNG.normal(0, 2, 150)) - 0.5),
    "changes": (Measure("n", kind="score", better="neither"), RNG.normal(2, 40, 150)),
    "shares": (Measure("n", kind="share"), RNG.random(120)),
    "millions": (Measure("n", kind="amount"), np.array([2.0, 3, 40, 41, 1e6, 5, 6, 7, 8, 9])),
}


def _bounds(values, measure):
    return [(one.low, one.high) for one in drawn_classes(values, measure)]


def _on_the_page(measure, numbers):
    known = numbers[np.isfinite(numbers)]
    packed = {
        "kind": "rank" if measure.is_rank else "score", "measure": measure.kind, "direction": measure.direction,
        "diverging": bool(measure.better == "neither" and known.min() < 0 < known.max()), "low": known.min(), "high": known.max(),
    }  # fmt: skip
    script = (
        f"import {{ makeScale, classColours }} from {json.dumps(SCALE.as_uri())};"
        f"const numbers = Float64Array.from({json.dumps(numbers.tolist())});"
        f"const scale = makeScale({{ numbers, ...{json.dumps(packed)} }}, null);"
        "const colours = classColours(scale, 'light');"
        "console.log(JSON.stringify([scale.breaks, Array.from(numbers, (value) => colours[scale.classOf(value)])]));"
    )
    done = subprocess.run(
        [find_node(), "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.skipif(find_node() is None, reason="no Node here")
@pytest.mark.parametrize("name", CASES)
def test_breaks_and_colours_are_those_of_the_page(name):
    measure, numbers = CASES[name]
    breaks, colours = _on_the_page(measure, numbers)
    assert class_breaks(pd.Series(numbers), measure) == pytest.approx(breaks, rel=1e-12)
    classes = drawn_classes(pd.Series(numbers), measure)
    assert [one.strength for one in classes] == sorted(one.strength for one in classes) or measure.better == "neither"  # fmt: skip
    for value, colour in zip(numbers, colours, strict=True):
        found = [one.colour for one in classes if one.low <= value <= one.high]
        drawn = value > 0 or not measure.is_quantity
        assert found == ([tuple(map(int, re.findall(r"\d+", colour)))] if drawn else [])


@pytest.mark.parametrize("name", CASES)
def test_every_value_is_in_one_class(name):
    measure, numbers = CASES[name]
    drawn = numbers[numbers > 0] if measure.is_quantity else numbers
    bounds = _bounds(pd.Series(numbers), measure)
    times = sum(((drawn >= low) & (drawn <= high)).astype(int) for low, high in bounds)
    assert (times == 1).all()


def test_ranks_run_from_weak_to_strong():
    assert _bounds(pd.Series(np.arange(1.0, 11.0)), Measure("n", kind="rank")) == [
        (9, 10),
        (7, 8),
        (5, 6),
        (3, 4),
        (1, 2),
    ]


def test_nothing_to_divide():
    assert class_breaks(pd.Series([np.nan, 4, 4]), Measure("n")) == []
    assert _bounds(pd.Series([np.nan, 4, 4]), Measure("n")) == [(4, 4)]
    assert _bounds(pd.Series([0.0, 0.0]), Measure("n", kind="count")) == []


@pytest.mark.parametrize(
    ("low", "high", "en", "zh"),
    [
        (20, 40, "20–40", "20–40"),
        (-6, -3, "−6 to −3", "−6 至 −3"),
        (-0.5, 2, "−0.5 to 2", "−0.5 至 2"),
        (0.00001234, 1234.5, "0.00001234–1,234", "0.00001234–1,234"),
        (7, 7, "7", "7"),
    ],
)
def test_a_class_is_named_by_its_ends(low, high, en, zh):
    named = name_class(DrawnClass(float(low), float(high), 1.0, (0, 0, 0)))
    assert (named.en, named.zh) == (en, zh)
