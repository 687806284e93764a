"""Figures for print: fonts that have the letters, text that stays text, widths that are kept, results that draw their answer."""

import re

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.exchange.classes import drawn_classes
from geobri.figures import (
    draw_definitions,
    draw_groups,
    draw_intervals,
    draw_null,
    draw_points,
    draw_print_map,
    draw_result,
    draw_stacks,
    figure_style,
    find_font,
    new_figure,
    save_figure,
    title_figure,
    use_colours,
)
from geobri.fonts import _installed
from geobri.measures import Measure
from geobri.stats.dyads import mantel_test
from geobri.stats.flows.friction import decay_test
from geobri.stats.groups import coastal_sensitivity_test, coastal_test
from geobri.study import load_study

HAS_CHINESE = any("CJK" in name or "Hei" in name for name in _installed())


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def bri22():
    return load_study("bri22")


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(7)
    names = [f"c{at}" for at in range(9)]
    rows = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
    km = rng.uniform(300, 9000, len(rows))
    return pd.DataFrame(rows, columns=["origin", "destination"]).assign(
        distance_km=km, flow=rng.poisson(4e4 / km)
    )


@pytest.fixture(scope="module")
def decay(pairs):
    return decay_test(pairs, flow="flow", n_permutations=199, rng=1)


def test_decay_draws_every_pair_its_curve_and_the_band(decay):
    ax = decay.plot()
    assert len(ax.collections[0].get_offsets()) == len(decay.fit.sample.flow)
    assert len(ax.lines) == 1
    assert ax.get_xlabel() == "distance, km"
    band = ax.collections[1].get_paths()[0].vertices
    assert band[:, 1].min() >= 0


def test_two_groups_draw_their_members_and_not_an_empty_box(bri22):
    ax = coastal_test(bri22.cities, bri22.measure("rank_overall", "cities"), rng=1).plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["coastal (12)", "inland (10)"]
    assert sum(len(dots.get_offsets()) for dots in ax.collections) == 22
    coastal = bri22.cities.loc[bri22.cities["coastal"], "rank_overall"].astype(float)
    assert ax.lines[0].get_xdata()[0] == np.median(coastal)
    assert ax.xaxis_inverted()  # of ranks, the better end is on the right


def test_a_test_with_one_number_draws_it_over_what_chance_gives(pairs):
    matrix = pd.DataFrame(0.0, index=[f"c{a}" for a in range(9)], columns=[f"c{a}" for a in range(9)])
    for row in pairs.itertuples():
        matrix.loc[row.origin, row.destination] = matrix.loc[row.destination, row.origin] = row.distance_km
    other = matrix * 2 + np.random.default_rng(1).normal(0, 10, matrix.shape)
    result = mantel_test(matrix, (other + other.T) / 2, n_permutations=199, rng=1)
    ax = result.plot()
    assert ax.lines[-1].get_xdata()[0] == pytest.approx(result.statistic)
    (low, high) = ax.collections[0].get_segments()[0][:, 0]
    assert low == pytest.approx(np.quantile(result.null_distribution, 0.025))
    assert high == pytest.approx(np.quantile(result.null_distribution, 0.975))


def test_definitions_need_thresholds(bri22, decay):
    cities = bri22.cities.assign(coast_km=[1.0 + 40 * at for at in range(len(bri22.cities))])
    ax = draw_definitions(coastal_sensitivity_test(cities, "rank_overall", rng=1))
    assert ax.get_xscale() == "log"
    with pytest.raises(SpecificationError, match="threshold_km"):
        draw_definitions(decay)


def test_a_null_distribution_is_drawn_or_missed_in_words(bri22, decay):
    assert draw_null(decay).lines[0].get_xdata()[0] == decay.statistic
    with pytest.raises(SpecificationError, match="null distribution"):
        draw_null(coastal_test(bri22.cities, "rank_overall", rng=1))


def test_any_result_becomes_a_figure_with_its_sentence(decay):
    with figure_style():
        ax = draw_result(decay, title="Does traffic fall?")
    said = " ".join(text.get_text() for text in ax.figure.texts).replace("\n", " ")
    assert said.startswith("Does traffic fall?")
    assert decay.summary() in said


def test_dots_know_their_row_and_rows_their_height():
    ax = draw_groups({"a": [1, 2, 9], "b": [4, 5]})
    assert [line.get_xdata()[0] for line in ax.lines] == [2, 4.5]
    high = draw_intervals([f"r{at}" for at in range(40)], [0] * 40, [1] * 40, ax=new_figure(85))
    assert high.figure.get_figheight() > 40 * 0.13


def test_colours_of_a_theme_are_taken_and_given_back():
    with use_colours("#112233", "#aa0000"):
        themed = draw_points([1, 2], [3, 4], line=([1, 2], [3, 4]))
    plain = draw_points([1, 2], [3, 4], line=([1, 2], [3, 4]))
    assert mpl.colors.to_hex(themed.lines[0].get_color()) == "#aa0000"
    assert mpl.colors.to_hex(plain.lines[0].get_color()) != "#aa0000"


def test_crowds_become_a_density_and_names_do_not_overlap():
    rng = np.random.default_rng(1)
    ax = draw_points(
        rng.normal(size=9000), rng.normal(size=9000), names={at: f"name {at}" for at in range(40)}
    )
    assert len(ax.collections[0].get_array()) > 200  # hexagons
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert boxes
    assert not any(a.overlaps(b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])


@pytest.mark.parametrize("width", [85, 180])
def test_text_stays_text_widths_are_kept_and_the_alternative_is_in_the_file(tmp_path, width):
    with figure_style():
        ax = draw_groups({"a": [1, 2], "b": [4, 5]}, x_label="a label " * 30, ax=new_figure(width))
        title_figure(
            ax,
            "A question? " * 9,
            subtitle="p = 0.04; 22 cities.",
            source="A book",
            alternative="What is seen",
        )
        svg = save_figure(ax, tmp_path / "a.svg", tight=False).read_text(encoding="utf-8")
        pdf = save_figure(ax, tmp_path / "a.pdf", tight=False).read_bytes()
    texts = re.findall(r"<text[^>]*>([^<]*)<", svg)
    assert "p = 0.04; 22 cities." in texts
    assert "What is seen" in svg
    assert b"/Type3" not in pdf
    assert float(re.search(r'width="([\d.]+)pt"', svg)[1]) / 72 * 25.4 == pytest.approx(width, abs=0.1)
    ax.figure.canvas.draw()
    frame = ax.figure.bbox
    for text in (*ax.figure.texts, ax.xaxis.label, *ax.get_yticklabels()):
        box = text.get_window_extent()
        assert frame.x0 - 1 <= box.x0
        assert box.x1 <= frame.x1 + 1
        assert frame.y0 - 1 <= box.y0
        assert box.y1 <= frame.y1 + 1


@pytest.mark.skipif(not HAS_CHINESE, reason="no font with Chinese letters here")
def test_chinese_letters_are_truetype_in_pdf_and_the_bytes_are_the_same(tmp_path):
    with figure_style(lang="zh"):
        ax = title_figure(
            draw_groups({"沿海": [1, 2], "内陆": [4, 5]}, ax=new_figure(85)), "沿海城市是否领先？"
        )
        families = ax.title.get_fontfamily()
        first = save_figure(ax, tmp_path / "a.pdf").read_bytes()
        assert ax.title.get_fontfamily() == families
        assert save_figure(ax, tmp_path / "b.pdf").read_bytes() == first
    assert b"/Type3" not in first
    assert b"/CIDFontType2" in first
    assert b"/FontFile2" in first  # TrueType; FontFile3 would be PostScript


def test_a_font_that_is_not_there_is_named():
    with pytest.raises(DataError, match="No Such Font"):
        find_font("en", "No Such Font")


def test_without_a_chinese_font_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr("geobri.fonts._installed", lambda: {"DejaVu Sans"})
    with pytest.raises(DataError, match="fonts-noto-cjk"):
        find_font("zh")
    assert find_font("en") is None


def test_the_legend_names_the_classes_of_the_map_strongest_first(bri22):
    ax = draw_print_map(bri22.cities, bri22.corridors, "rank_overall", ax=new_figure(180))
    legend = ax.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["1–2", "3–4", "5–6", "7–8", "9–10", "without a value (185)"]  # fmt: skip
    widths = [line.get_linewidth() for line in legend.get_lines()][:-1]
    assert widths == sorted(widths, reverse=True)
    strongest = mpl.colors.to_hex(legend.get_lines()[0].get_color())
    assert strongest == "#440154"  # as on the page


def test_gains_and_losses_are_printed_in_the_two_colours_of_the_page(bri22, monkeypatch):
    monkeypatch.setattr("geobri.figures.print_map._visible_land", lambda _centre: bri22.cities.geometry)
    balance = np.linspace(-60, 90, len(bri22.corridors))
    measure = Measure("balance", kind="score", better="neither")
    legend = draw_print_map(
        bri22.cities, bri22.corridors.assign(balance=balance), measure, lang="en"
    ).get_legend()
    classes = drawn_classes(pd.Series(balance), measure)[::-1]
    colours = [mpl.colors.to_rgb(line.get_color()) for line in legend.get_lines()]
    assert colours == [tuple(part / 255 for part in one.colour) for one in classes]
    texts = [text.get_text() for text in legend.get_texts()]
    assert "to −" in texts[-1]
    assert "–" in texts[0]


def test_a_column_of_words_is_refused(bri22):
    with pytest.raises(SchemaError, match="ranks or numbers"):
        draw_print_map(bri22.cities, bri22.corridors, "coast_pair")


def test_cities_around_the_globe_get_a_map_of_the_whole_globe(bri22):
    cities, corridors = bri22.cities.copy(), bri22.corridors
    assert draw_print_map(cities, corridors, "rank_overall").get_xlim()[0] > -8e6
    names = list(cities.index[:3])
    from shapely.geometry import Point

    for name, place in zip(names, [(-170, 10), (170, -40), (-60, -30)], strict=True):
        cities.loc[name, "geometry"] = Point(place)
    assert draw_print_map(cities, corridors, "rank_overall").get_xlim()[0] < -1.5e7


@pytest.mark.parametrize(("lengths", "whole"), [([[2, 2], [1, 0]], True), ([[0.5, 1.25], [0.75, 0]], False)])
def test_an_axis_of_what_is_counted_has_no_halves(lengths, whole):
    ax = draw_stacks(["one", "other"], lengths)
    assert all(float(tick).is_integer() for tick in ax.get_xticks()) == whole
