"""Static figures: what is drawn, and the same bytes for the same figure."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import pytest

from geobri.errors import DataError, SchemaError
from geobri.figures import draw_print_map, save_figure
from geobri.study import load_study


@pytest.fixture(scope="module")
def bri22():
    return load_study("bri22")


@pytest.fixture
def axes(bri22):
    yield draw_print_map(bri22.cities, bri22.corridors, "rank_overall")
    plt.close("all")


def test_strong_corridors_are_wider(axes):
    widths = {width for collection in axes.collections for width in collection.get_linewidth()}
    assert max(widths) == pytest.approx(3.2)
    assert min(width for width in widths if width) < 0.5


def test_no_two_names_overlap(axes):
    axes.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) >= 18
    assert not any(a.overlaps(b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_same_figure_same_bytes(axes, tmp_path, ending):
    first = save_figure(axes, tmp_path / f"a.{ending}", dpi=60).read_bytes()
    assert save_figure(axes, tmp_path / f"b.{ending}", dpi=60).read_bytes() == first
    assert len(first) > 5000


def test_bad_requests(bri22, axes, tmp_path):
    with pytest.raises(SchemaError, match="'nonsense'"):
        draw_print_map(bri22.cities, bri22.corridors, "nonsense")
    with pytest.raises(DataError, match=r"\.svg"):
        save_figure(axes, tmp_path / "x.gif")
