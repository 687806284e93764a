"""Every result draws itself in either language: labels, legends and titles."""

import re
import warnings

import matplotlib as mpl

mpl.use("Agg")

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError
from geobri.figures import draw_definitions, draw_null, draw_result, figure_style
from geobri.fonts import _installed, find_font
from geobri.measures import Measure
from geobri.neighbours import build_knn
from geobri.score.audit import audit_ranking
from geobri.score.compare import compare_rankings
from geobri.score.compiled import compile_index
from geobri.score.spec_reading import load_spec
from geobri.score.trust.choices import LeaveOut, PerturbWeights
from geobri.score.trust.sensitivity import measure_sensitivity
from geobri.score.trust.uncertainty import measure_uncertainty
from geobri.stats.dyads import mantel_correlogram_test, mantel_test
from geobri.stats.flows import decay_curve, decay_test
from geobri.stats.groups import coastal_sensitivity_test, coastal_test
from geobri.stats.power import power
from geobri.stats.proximity import proximity_test
from geobri.stats.spatial import correlogram_test, local_moran_test, moran_test

if not any("CJK" in name or "Hei" in name for name in _installed()):
    pytest.skip("no font with Chinese letters here", allow_module_level=True)

N = 30
NAMES = [f"c{at}" for at in range(N)]
MEASURE = Measure("traffic", of="cities", label="Traffic", label_zh="客流", unit="persons", unit_zh="人次")
KEPT = {"km", "max", "mantel", "mann", "whitney", "pearson", "traffic", "flow", "distance", "old", "new"}
"""Names of methods, units, and columns that have no Chinese name here."""


def _cities():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "name": NAMES,
            "traffic": rng.gamma(2, 50, N),
            "coastal": np.arange(N) % 2 == 0,
            "coast_km": rng.uniform(1, 900, N),
            "region": "A",
        },
        index=pd.Index(NAMES, name="slug"),
    )
    places = gpd.points_from_xy(rng.uniform(0, 60, N), rng.uniform(0, 50, N), crs="EPSG:4326")
    return gpd.GeoDataFrame(frame, geometry=places)


def _pairs():
    rng = np.random.default_rng(5)
    rows = [(a, b) for at, a in enumerate(NAMES) for b in NAMES[at + 1 :]]
    km = rng.uniform(300, 9000, len(rows))
    frame = pd.DataFrame(rows, columns=["origin", "destination"])
    frame.index = frame["origin"] + "--" + frame["destination"]
    return frame.assign(
        distance_km=km, flow=rng.poisson(4e4 / km), rank=[*range(1, 11)] + [np.nan] * (len(rows) - 10)
    )


def _matrices():
    rng = np.random.default_rng(7)
    one, other = (rng.uniform(1, 9, (12, 12)) for _ in range(2))
    return [pd.DataFrame(m + m.T - np.diag(np.diag(m + m.T)), NAMES[:12], NAMES[:12]) for m in (one, other)]


def _index():
    spec = {
        "index": {"name": "s"},
        "dimension": [{"name": "d"}],
        "indicator": [{"name": name, "dimension": "d"} for name in "xyz"],
    }
    values = pd.DataFrame(np.random.default_rng(0).gamma(1, 10, (5, 3)), index=NAMES[:5], columns=list("xyz"))
    return compile_index(load_spec(spec), values)


def _near():
    return build_knn(_cities(), 4)


CHOICES = [PerturbWeights(0.9), LeaveOut()]
RANKS = pd.DataFrame({"x": [1, 2, 3], "y": [2, 1, 3]}, index=NAMES[:3])
RESULTS = {
    "decay": lambda: decay_test(_pairs(), flow="flow", n_permutations=99, rng=1),
    "curve": lambda: decay_curve(_pairs(), flow="flow", n_bootstrap=20, rng=0),
    "mantel": lambda: mantel_test(*_matrices(), n_permutations=99, rng=1),
    "mantel correlogram": lambda: mantel_correlogram_test(*_matrices(), n_permutations=99, rng=1),
    "groups": lambda: coastal_test(_cities(), MEASURE, rng=1),
    "definitions": lambda: coastal_sensitivity_test(
        _cities(), MEASURE, definitions=(), n_permutations=99, rng=1
    ),
    "moran": lambda: moran_test(_cities(), MEASURE, _near(), n_permutations=99, rng=1),
    "local": lambda: local_moran_test(_cities(), MEASURE, _near(), n_permutations=99, rng=1),
    "bands": lambda: correlogram_test(_cities(), MEASURE, n_permutations=99, rng=1),
    "closeness": lambda: proximity_test(_cities(), _pairs(), "rank", n_permutations=99, rng=0),
    "power": lambda: power(
        "decay_test", 6, effects=(0.0, 1.0), n_simulations=4, choices={"n_permutations": 19}, rng=1
    ),
    "uncertainty": lambda: measure_uncertainty(_index(), CHOICES, n_runs=50, rng=1),
    "sensitivity": lambda: measure_sensitivity(_index(), CHOICES, n_base=32, rng=1, n_bootstrap=10),
    "comparison": lambda: compare_rankings(
        pd.Series(dict(zip("abc", (1, 2, 3), strict=True))),
        pd.Series(dict(zip("abc", (2, 1, 3), strict=True))),
        names=("old", "new"),
    ),
    "audit": lambda: audit_ranking(
        pd.Series([1, 2, 3], index=RANKS.index), RANKS, anchored=True, bounds=False
    ),
}


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def _said(ax):
    """Everything that axes say, without numbers and names of places."""
    texts = [ax.get_title(loc=side) for side in ("left", "center")]
    texts += [ax.get_xlabel(), ax.get_ylabel(), *(text.get_text() for text in ax.texts)]
    texts += [label.get_text() for axis in (ax.xaxis, ax.yaxis) for label in axis.get_ticklabels()]
    legend = ax.get_legend()
    texts += [] if legend is None else [text.get_text() for text in legend.get_texts()]
    return [text for text in texts if text and text not in NAMES]


@pytest.mark.parametrize("name", RESULTS)
def test_labels_are_chinese_and_every_letter_has_a_glyph(name):
    result = RESULTS[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        ax = result.plot(lang="zh")
        ax.figure.canvas.draw()
    said = _said(ax)
    assert any(re.search("[\u4e00-\u9fff]", text) for text in said)
    latin = {word.lower() for text in said for word in re.findall(r"[A-Za-z]{3,}", text)}
    assert latin <= KEPT


@pytest.mark.parametrize("name", RESULTS)
def test_labels_are_english_unless_asked(name):
    ax = RESULTS[name]().plot()
    assert not any(re.search("[\u4e00-\u9fff]", text) for text in _said(ax))


def test_a_figure_has_its_labels_in_the_language_of_its_sentence():
    result = RESULTS["decay"]()
    with figure_style(lang="zh"):
        ax = draw_result(result, lang="zh")
    assert ax.get_xlabel() == "距离（公里）"
    assert result.summary("zh")[:8] in "".join(text.get_text() for text in ax.figure.texts)
    assert draw_null(result, lang="zh").get_ylabel() == "随机抽样次数"
    assert "公里" in draw_definitions(RESULTS["definitions"](), lang="zh").get_xlabel()


def test_without_a_chinese_font_a_chinese_plot_says_what_to_install(monkeypatch):
    result = RESULTS["mantel"]()
    monkeypatch.setattr("geobri.fonts._installed", lambda: {"DejaVu Sans"})
    with pytest.raises(DataError, match="fonts-noto-cjk"):
        result.plot(lang="zh")
    assert result.plot() is not None


def test_a_chinese_font_of_ones_own_is_kept():
    family = find_font("zh")
    with mpl.rc_context({"font.family": [family]}):
        ax = RESULTS["mantel"]().plot(lang="zh")
    assert ax.xaxis.label.get_fontfamily() == [family]
