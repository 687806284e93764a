"""Golden sentences: what a planner reads, in both languages, for every kind of measure and verdict."""

import math

import numpy as np
import pandas as pd
import pytest

from geobri.measures import Measure
from geobri.stats import say
from geobri.stats.groups import (
    Labels,
    city_interaction_test,
    coastal_dimensions_test,
    coastal_sensitivity_test,
    coastal_test,
    compare_groups,
    mann_whitney_test,
)
from geobri.stats.results import Term
from geobri.words import Words

FIRST = [True] * 6 + [False] * 6
APART = [1.0, 2, 3, 4, 5, 9, 6, 7, 8, 10, 11, 12]
MIXED = [1.0, 12, 3, 10, 5, 8, 6, 7, 2, 11, 4, 9]
RANK = Measure(column="place", of="cities", kind="rank", label="Port ranking", label_zh="港口排名")
SCORE = Measure(column="points", of="cities", kind="score", label="Trade", label_zh="贸易")
AMOUNT = Measure(
    column="freight",
    of="cities",
    kind="amount",
    label="freight",
    label_zh="货运量",
    unit="Mt",
    unit_zh="百万吨",
)
FLAG = Measure(column="hub", of="cities", kind="flag", label="Air hub", label_zh="航空枢纽")

GOLDEN = {
    "rank, told apart": (
        (RANK, APART, "two-sided"),
        (
            "In 92 % of the comparisons (95 % interval 58 % to 99 %) the coastal one of two cities has the better rank in “Port ranking”; "
            "the typical difference is -5 ranks (95 % interval -9 to -2), where 1 is the best (exact Mann-Whitney test: p = 0.015; 6 coastal, "
            "6 inland)."
        ),
        (
            "两座城市相比，沿海城市在“港口排名”上名次更优的占92%（95%区间58%至99%）；典型差异为-5个名次（95%区间-9至-2），第1名为最优（精确"
            "Mann-Whitney检验：p = 0.015；沿海6个，内陆6个）。"
        ),
    ),
    "rank, one side": (
        (RANK, APART, "less"),
        (
            "In 92 % of the comparisons (95 % interval 58 % to 99 %) the coastal one of two cities has the better rank in “Port ranking”; "
            "the typical difference is -5 ranks (95 % interval -9 to -2), where 1 is the best (exact Mann-Whitney test: p = 0.0076, one-sided; 6 "
            "coastal, 6 inland)."
        ),
        (
            "两座城市相比，沿海城市在“港口排名”上名次更优的占92%（95%区间58%至99%）；典型差异为-5个名次（95%区间-9至-2），第1名为最优（精确"
            "Mann-Whitney检验：p = 0.0076（单侧）；沿海6个，内陆6个）。"
        ),
    ),
    "rank, not told apart": (
        (RANK, MIXED, "two-sided"),
        (
            "Port ranking: no difference between coastal and inland cities can be told from chance (exact Mann-Whitney test: p = 1.00). In 50 % of "
            "the comparisons (95 % interval 22 % to 78 %) the coastal one of two cities has the better rank in “Port ranking”; the typical "
            "difference is 0 ranks (95 % interval -6 to +6), where 1 is the best (6 coastal, 6 inland)."
        ),
        (
            "港口排名：沿海与内陆城市之间的差异无法与偶然区分（精确Mann-Whitney检验：p = 1.00）。两座城市相比，沿海城市在“港口排名”上名次更优的占50%"
            "（95%区间22%至78%）；典型差异为0个名次（95%区间-6至+6），第1名为最优（沿海6个，内陆6个）。"
        ),
    ),
    "score, told apart": (
        (SCORE, APART, "two-sided"),
        (
            "In 8 % of the comparisons (95 % interval 1 % to 42 %) the coastal one of two cities has the higher value of “Trade”; the typical difference "
            "is -5 (95 % interval -9 to -2) (exact Mann-Whitney test: p = 0.015; 6 coastal, 6 inland)."
        ),
        (
            "两座城市相比，沿海城市的“贸易”更高的占8%（95%区间1%至42%）；典型差异为-5（95%区间-9至-2）（精确Mann-Whitney检验：p = 0.015；沿海6个，"
            "内陆6个）。"
        ),
    ),
    "amount with its unit": (
        (AMOUNT, APART, "two-sided"),
        (
            "In 8 % of the comparisons (95 % interval 1 % to 42 %) the coastal one of two cities has the higher value of “freight”; the typical difference "
            "is -5 Mt (95 % interval -9 to -2) (exact Mann-Whitney test: p = 0.015; 6 coastal, 6 inland)."
        ),
        (
            "两座城市相比，沿海城市的“货运量”更高的占8%（95%区间1%至42%）；典型差异为-5百万吨（95%区间-9至-2）（精确Mann-Whitney检验：p = 0.015；沿海6个，"
            "内陆6个）。"
        ),
    ),
    "flag, told apart": (
        (FLAG, [1.0] * 6 + [0.0] * 6, "two-sided"),
        (
            "The share of cities with “Air hub” among the coastal less that among the inland ones is +100 points (95 % interval +38 to +100) "
            "(exact Mann-Whitney test: p = 0.0022; 6 coastal, 6 inland)."
        ),
        "具备“航空枢纽”的城市占比，沿海减内陆为+100个百分点（95%区间+38至+100）（精确Mann-Whitney检验：p = 0.0022；沿海6个，内陆6个）。",
    ),
    "flag, not told apart": (
        (FLAG, [1.0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0], "two-sided"),
        (
            "Air hub: no difference between coastal and inland cities can be told from chance (exact Mann-Whitney test: p = 0.57). The share of "
            "cities with “Air hub” among the coastal less that among the inland ones is +33 points (95 % interval -31 to +76) (6 coastal, 6 inland)."
        ),
        (
            "航空枢纽：沿海与内陆城市之间的差异无法与偶然区分（精确Mann-Whitney检验：p = 0.57）。具备“航空枢纽”的城市占比，沿海减内陆为+33个百分点"
            "（95%区间-31至+76）（沿海6个，内陆6个）。"
        ),
    ),
}


@pytest.mark.parametrize("case", list(GOLDEN))
def test_sentences_of_two_groups(case):
    (measure, values, alternative), english, chinese = GOLDEN[case]
    result = mann_whitney_test(values, FIRST, labels=Labels(measure), alternative=alternative)
    assert result.summary() == english
    assert result.summary("zh") == chinese
    assert result.question == "groups"
    assert result.measure is measure


def test_a_name_says_nothing_and_a_declared_kind_everything():
    cities = pd.DataFrame(
        {"rank_points": APART, "points": APART, "coastal": FIRST}, index=list("abcdefghijkl")
    )
    named = coastal_test(cities, "rank_points").summary()
    assert "has the higher value of “Rank points”" in named
    assert "better" not in named
    declared = coastal_test(cities, Measure(column="points", kind="rank")).summary()
    assert "better rank in “Points”" in declared
    assert "higher" not in declared


def test_strata_and_groups_are_called_by_their_labels():
    cities = pd.DataFrame(
        {"points": APART, "port": FIRST, "home": [True, False] * 6}, index=list("abcdefghijkl")
    )
    port = Measure(column="port", of="cities", kind="flag", label="with a port", label_zh="有港口的")
    home = Measure(column="home", of="cities", kind="flag", label="China and the rest", label_zh="中国与其他")
    result = compare_groups(cities, SCORE, by=port, strata=home)
    assert "6 with a port, 6 not with a port, compared within China and the rest)" in result.summary()
    assert "有港口的6个，非有港口的6个，在“中国与其他”各层内比较）" in result.summary("zh")
    assert result.choices["strata"] == "home"


@pytest.mark.parametrize(
    ("p", "error", "written"),
    [
        (0.34, math.nan, "p = 0.34"),
        (0.0123, math.nan, "p = 0.012"),
        (0.00004, math.nan, "p < 0.0001"),
        (0.0438, 0.0015, "p = 0.044 ± 0.002"),
        (0.5, 0.0, "p = 0.50"),
        (1.0, math.nan, "p = 1.00"),
        (math.nan, math.nan, "p unknown"),
    ],
)
def test_p_values_are_written_one_way(p, error, written):
    assert say.p_value(p, error) == written


def _dimensions(effect):
    rng = np.random.default_rng(6)
    columns = {name: rng.normal(size=24) + effect * (np.arange(24) < 12) for name in ("sea", "rail", "air")}
    cities = pd.DataFrame(columns, index=[f"c{k}" for k in range(24)])
    cities["overall"] = cities.mean(axis=1)
    parts = [Measure(column=name, of="cities", label=name.title(), parents=("overall",)) for name in columns]
    whole = Measure(column="overall", of="cities", label="Overall", label_zh="综合")
    return cities.assign(coastal=np.arange(24) < 12), [whole, *parts]


def test_a_composite_is_no_dimension_beside_its_parts():
    cities, measures = _dimensions(2.0)
    found = coastal_dimensions_test(cities, measures, n_permutations=199, rng=1)
    assert found.table.index.tolist() == ["sea", "rail", "air"]
    assert "Of 3 dimensions" in found.summary()
    assert "Made of the others and not counted: Overall." in found.summary()
    assert "由其他维度合成、不计入：综合。" in found.summary("zh")
    together = city_interaction_test(cities, measures, n_permutations=199, rng=1)
    assert together.choices["dimensions"] == ("sea", "rail", "air")
    assert "not counted: Overall" in together.summary()


def test_definitions_are_judged_over_the_cities_that_have_a_value():
    cities = pd.DataFrame(
        {"coastal": FIRST, "coast_km": np.arange(12) * 50.0, "points": [*APART[:8], *[np.nan] * 4]},
        index=list("abcdefghijkl"),
    )
    result = coastal_sensitivity_test(cities, SCORE, n_permutations=99, rng=1)
    assert (result.table[["n_first", "n_second"]].min(axis=1) >= 2).all()
    assert (result.table[["n_first", "n_second"]].sum(axis=1) == 8).all()
    assert "4 without value or label left out" in result.to_frame()["left_out"][0]
    frame = result.to_frame()
    np.testing.assert_array_equal(frame["p_adjusted"], result.table["p_max_t"])
    assert set(frame["adjustment"]) == {"max-T"}
    assert set(frame["n_tried"]) == {len(result.table)}
    beyond = coastal_sensitivity_test(
        cities, SCORE, thresholds=[100.0, 480.0], definitions=(), n_permutations=99, rng=1
    )
    assert beyond.table.index.tolist() == ["≤ 100 km"]


def test_no_direction_is_asserted_of_neighbours_above_the_level():
    row = Term(
        test="t", term=Words("Moran's I", "莫兰指数"), estimate=0.3, null_mean=-0.1, p_value=0.06, n_cities=12
    )
    said = say.say_dependence(row, measure=SCORE, alike=True)
    assert "resemble" not in said.en
    assert "相似" not in said.zh
    joins = say.say_joins(
        Term(test="t", estimate=4, null_mean=9, p_value=0.01, n_cities=12), measure=Measure(column="kind")
    )
    assert joins.en == (
        "Kind: 4 joins between cities of different kinds where chance gives 9 (join counts: p = 0.010, 12 cities); like cities gather."
    )
    apart = say.say_joins(
        Term(test="t", estimate=14, null_mean=9, p_value=0.01, n_cities=12), measure=Measure(column="kind")
    )
    assert apart.en.endswith("like cities keep apart.")
    assert apart.zh.endswith("同类城市彼此分散。")


@pytest.mark.parametrize(
    ("value", "sign", "written"),
    [
        (-6.28e-05, False, "-0.0000628"),
        (6.28e-05, True, "+0.0000628"),
        (1e-6, False, "0.000001"),
        (3.14159e-09, False, "3.14 × 10⁻⁹"),
        (-2e-12, True, "-2 × 10⁻¹²"),
        (999.7, False, "1,000"),
        (1234.7, False, "1,235"),
        (-5678.6, True, "-5,679"),
        (0.0, True, "0"),
        (0.0612, False, "0.0612"),
    ],
)
def test_numbers_are_rounded_and_written_without_an_e(value, sign, written):
    assert say.number(value, sign=sign) == written
