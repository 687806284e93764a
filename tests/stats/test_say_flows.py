"""Golden sentences about pairs of cities, in both languages: distance decay, gravity, presence, Mantel, regression, correlogram."""

import math

import pytest

from geobri.measures import Measure
from geobri.stats import say
from geobri.stats.results import Term
from geobri.stats.say import terms
from geobri.words import Words

RANK = Measure(column="place", kind="rank", label="Port ranking", label_zh="港口排名")
SCORE = Measure(column="points", kind="score", label="Trade", label_zh="贸易")
AMOUNT = Measure(
    column="freight", kind="amount", label="Freight", label_zh="货运量", unit="Mt", unit_zh="百万吨"
)
FLAG = Measure(column="direct", kind="flag", label="Direct flight", label_zh="直飞航班")
HOURS = Measure(
    column="hours", kind="amount", label="travel time", label_zh="旅行时间", unit="h", unit_zh="小时"
)


def row(**k):
    base = {
        "test": "t",
        "value": "v",
        "term": terms.FRICTION + terms.name_column("log distance_km"),
        "estimate": 0.8412,
        "ci_low": 0.51,
        "ci_high": 1.2,
        "p_value": 0.0123,
        "mc_error": 0.0034,
        "n_cities": 22,
        "n_pairs": 1195,
        "se_type": terms.PERMUTATION,
    }
    return Term(**{**base, **k})


KM = say.DISTANCE


GOLDEN = {
    "decay, amount": (
        say.say_decay(row(), measure=AMOUNT, by=KM, elasticity=0.8412),
        "“Freight” falls with distance: 10 % more goes with 7.7 % less (friction 0.841, 95 % interval 0.51 to 1.2, p = 0.012 ± 0.003 by exchanging cities; 22 cities, 1,195 pairs).",
        "“货运量”随距离增加而下降：距离每增加10%，“货运量”减少7.7%（摩擦系数0.841，95%区间0.51至1.2，p = 0.012 ± 0.003，置换城市检验；22个城市、1,195个城市对）。",
    ),
    "decay, an end set by the test": (
        say.say_decay(row(ci_low=0.0, ci_high=3.1), measure=AMOUNT, by=KM, elasticity=0.8412),
        "“Freight” falls with distance: 10 % more goes with 7.7 % less (friction 0.841, 95 % interval 0 to 3.1, its end set to 0, which the test rejects, p = 0.012 ± 0.003 by exchanging cities; 22 cities, 1,195 pairs).",
        "“货运量”随距离增加而下降：距离每增加10%，“货运量”减少7.7%（摩擦系数0.841，95%区间0至3.1，一端置为0（检验拒绝0），p = 0.012 ± 0.003，置换城市检验；22个城市、1,195个城市对）。",
    ),
    "gravity, an end set by the test": (
        say.say_gravity(row(ci_low=0.0, p_value=0.3), measure=AMOUNT, by=KM, effects="none", separated=0),
        "“Freight” cannot be shown to be related to log distance in a gravity model without city effects (coefficient -0.841, 95 % interval -1.2 to 0, its end set to 0, which the test does not reject, p = 0.30 ± 0.003 by exchanging cities; 22 cities, 1,195 pairs).",
        "在不含城市效应的引力模型中，“货运量”与对数距离的关系无法与偶然区分（系数-0.841，95%区间-1.2至0，一端置为0（检验未拒绝0），p = 0.30 ± 0.003，置换城市检验；22个城市、1,195个城市对）。",
    ),
    "decay, grows, one side": (
        say.say_decay(
            row(estimate=-0.3, ci_low=-0.6, ci_high=math.inf, alternative="less"),
            measure=SCORE,
            by=HOURS,
            elasticity=-0.3,
            separated=1234,
        ),
        "“Trade” grows with “travel time”: 10 % more goes with 2.9 % more (friction -0.3, 95 % interval -0.6 upwards, without end, p = 0.012 ± 0.003, one-sided by exchanging cities; 22 cities, 1,195 pairs; 1,234 pairs without flow left out, which the model fits perfectly).",
        "“贸易”随“旅行时间”增加而上升：“旅行时间”每增加10%，“贸易”增加2.9%（摩擦系数-0.3，95%区间-0.6以上（无上界），p = 0.012 ± 0.003（单侧），置换城市检验；22个城市、1,195个城市对；另有1,234个无流量的城市对因模型可完全拟合而略去）。",
    ),
    "decay, not told": (
        say.say_decay(row(p_value=0.3), measure=RANK, by=KM, elasticity=0.84),
        "No change of “Port ranking” (1 is the best rank) with distance can be told from chance at 5 % (friction 0.841, 95 % interval 0.51 to 1.2, p = 0.30 ± 0.003 by exchanging cities; 22 cities, 1,195 pairs).",
        "“港口排名”（第1名为最优）随距离的变化在5%水平上无法与偶然区分（摩擦系数0.841，95%区间0.51至1.2，p = 0.30 ± 0.003，置换城市检验；22个城市、1,195个城市对）。",
    ),
    "decay, no interval": (
        say.say_decay(row(ci_low=math.nan, ci_high=math.nan), measure=RANK, by=KM, elasticity=0.84),
        "“Port ranking” (1 is the best rank) falls with distance: 10 % more goes with 7.7 % less (friction 0.841, no interval: the test rejects the estimate itself, p = 0.012 ± 0.003 by exchanging cities; 22 cities, 1,195 pairs).",
        "“港口排名”（第1名为最优）随距离增加而下降：距离每增加10%，“港口排名”减少7.7%（摩擦系数0.841，无区间：检验拒绝了估计值本身，p = 0.012 ± 0.003，置换城市检验；22个城市、1,195个城市对）。",
    ),
    "decay, several parameters": (
        say.say_decay(
            row(estimate=math.nan, ci_low=math.nan, ci_high=math.nan, alternative="greater"),
            measure=AMOUNT,
            by=KM,
            elasticity=0.84,
        ),
        "“Freight” falls with distance: 10 % more goes with 7.7 % less (elasticity -0.84, p = 0.012 ± 0.003, one-sided by exchanging cities; 22 cities, 1,195 pairs).",
        "“货运量”随距离增加而下降：距离每增加10%，“货运量”减少7.7%（弹性-0.84，p = 0.012 ± 0.003（单侧），置换城市检验；22个城市、1,195个城市对）。",
    ),
    "decay, no test": (
        say.say_decay(row(p_value=math.nan), measure=AMOUNT, by=KM, elasticity=0.84),
        "Whether “Freight” changes with distance cannot be tested: no permutation changes the statistic (friction 0.841, 95 % interval 0.51 to 1.2; 22 cities, 1,195 pairs).",
        "“货运量”是否随距离变化无法检验：任何置换都不改变统计量（摩擦系数0.841，95%区间0.51至1.2；22个城市、1,195个城市对）。",
    ),
    "gravity": (
        say.say_gravity(row(), measure=AMOUNT, by=KM, effects="node", separated=12),
        "“Freight” is related to log distance in a gravity model with an effect for every city (coefficient -0.841, 95 % interval -1.2 to -0.51, p = 0.012 ± 0.003 by exchanging cities; 22 cities, 1,195 pairs; 12 pairs without flow left out, which the model fits perfectly).",
        "在含各城市效应的引力模型中，“货运量”与对数距离相关（系数-0.841，95%区间-1.2至-0.51，p = 0.012 ± 0.003，置换城市检验；22个城市、1,195个城市对；另有12个无流量的城市对因模型可完全拟合而略去）。",
    ),
    "gravity, covariate not told": (
        say.say_gravity(
            row(
                term=terms.name_column("same_language"),
                p_value=0.4,
                se_type=terms.ERRORS["dyadic"],
                mc_error=math.nan,
            ),
            measure=AMOUNT,
            by=None,
            effects="none",
            separated=0,
        ),
        "“Freight” cannot be shown to be related to same_language in a gravity model without city effects (coefficient 0.841, 95 % interval 0.51 to 1.2, p = 0.40 with dyadic-robust errors; 22 cities, 1,195 pairs).",
        "在不含城市效应的引力模型中，“货运量”与same_language的关系无法与偶然区分（系数0.841，95%区间0.51至1.2，p = 0.40，成对稳健误差；22个城市、1,195个城市对）。",
    ),
    "presence": (
        say.say_presence(row(), measure=FLAG, by=KM, link="logit", linked=106),
        "Whether there is a link (“Direct flight”) depends on log distance: less likely as it grows (logit coefficient -0.841, 95 % interval -1.2 to -0.51, p = 0.012 ± 0.003 by exchanging cities; 22 cities, 1,195 pairs, 106 of them linked).",
        "有无联系（“直飞航班”）取决于对数距离：对数距离越大，联系越少见（logit系数-0.841，95%区间-1.2至-0.51，p = 0.012 ± 0.003，置换城市检验；22个城市、1,195个城市对，其中106个有联系）。",
    ),
    "presence, not told": (
        say.say_presence(row(p_value=0.2), measure=FLAG, by=KM, link="probit", linked=106),
        "Whether there is a link (“Direct flight”) cannot be shown to depend on log distance (probit coefficient -0.841, 95 % interval -1.2 to -0.51, p = 0.20 ± 0.003 by exchanging cities; 22 cities, 1,195 pairs, 106 of them linked).",
        "有无联系（“直飞航班”）是否取决于对数距离，无法与偶然区分（probit系数-0.841，95%区间-1.2至-0.51，p = 0.20 ± 0.003，置换城市检验；22个城市、1,195个城市对，其中106个有联系）。",
    ),
    "presence, covariate": (
        say.say_presence(
            row(
                term=terms.FRICTION + terms.name_column("hours"), estimate=-0.8412, ci_low=-1.2, ci_high=-0.51
            ),
            measure=FLAG,
            by=HOURS,
            link="logit",
            linked=106,
        ),
        "Whether there is a link (“Direct flight”) depends on travel time: more likely as it grows (logit coefficient 0.841, 95 % interval 0.51 to 1.2, p = 0.012 ± 0.003 by exchanging cities; 22 cities, 1,195 pairs, 106 of them linked).",
        "有无联系（“直飞航班”）取决于旅行时间：旅行时间越大，联系越常见（logit系数0.841，95%区间0.51至1.2，p = 0.012 ± 0.003，置换城市检验；22个城市、1,195个城市对，其中106个有联系）。",
    ),
    "mantel": (
        say.say_correlation(
            row(term=terms.name_column("c"), estimate=-0.21), measure=SCORE, by=KM, method="pearson"
        ),
        "Over 1,195 pairs of 22 cities, “Trade” falls with distance (Pearson correlation -0.21); exchanging the cities gives p = 0.012 ± 0.003 (Mantel test).",
        "在22个城市的1,195个城市对中，“贸易”随距离增加而下降（皮尔逊相关系数为-0.21）；置换城市检验，p = 0.012 ± 0.003（Mantel检验）。",
    ),
    "mantel, rank, one side": (
        say.say_correlation(
            row(term=terms.name_column("c"), estimate=0.21, alternative="greater"),
            measure=RANK,
            by=KM,
            method="spearman",
        ),
        "Over 1,195 pairs of 22 cities, “Port ranking” (1 is the best rank) rises with distance (Spearman rank correlation +0.21); exchanging the cities gives p = 0.012 ± 0.003, one-sided (Mantel test).",
        "在22个城市的1,195个城市对中，“港口排名”（第1名为最优）随距离增加而上升（斯皮尔曼秩相关系数为+0.21）；置换城市检验，p = 0.012 ± 0.003（单侧）（Mantel检验）。",
    ),
    "mantel, not told": (
        say.say_correlation(
            row(term=terms.name_column("c"), estimate=-0.21, p_value=0.5),
            measure=FLAG,
            by=HOURS,
            method="kendall",
        ),
        "Over 1,195 pairs of 22 cities, “Direct flight” cannot be shown at 5 % to rise or fall with “travel time” (Kendall tau-b -0.21); exchanging the cities gives p = 0.50 ± 0.003 (Mantel test).",
        "在22个城市的1,195个城市对中，“直飞航班”随“旅行时间”升降在5%水平上无法与偶然区分（肯德尔tau-b为-0.21）；置换城市检验，p = 0.50 ± 0.003（Mantel检验）。",
    ),
    "mantel, partial": (
        say.say_correlation(
            row(term=terms.name_column("c"), estimate=-0.21),
            measure=SCORE,
            by=KM,
            method="pearson",
            given=("wealth", "size"),
        ),
        "Over 1,195 pairs of 22 cities, “Trade” falls with distance (Pearson correlation -0.21); exchanging the cities gives p = 0.012 ± 0.003 (partial Mantel test given wealth, size, approximate).",
        "在22个城市的1,195个城市对中，“贸易”随距离增加而下降（皮尔逊相关系数为-0.21）；置换城市检验，p = 0.012 ± 0.003（控制wealth、size的偏Mantel检验（近似））。",
    ),
    "mantel, no test": (
        say.say_correlation(
            row(term=terms.name_column("c"), estimate=-0.21, p_value=math.nan),
            measure=SCORE,
            by=KM,
            method="pearson",
        ),
        "Over 1,195 pairs of 22 cities, whether “Trade” goes with distance (Pearson correlation -0.21) cannot be tested: no permutation changes the statistic (Mantel test).",
        "在22个城市的1,195个城市对中，“贸易”与距离是否相关（皮尔逊相关系数为-0.21）无法检验：任何置换都不改变统计量（Mantel检验）。",
    ),
    "mantel, maps": (
        say.say_maps_correlation(
            row(term=terms.name_column("c"), estimate=-0.21, p_value=0.3), measure=SCORE, by=KM
        ),
        "“Trade” and distance correlate by -0.21; among matrices that vary as smoothly in space, a correlation like this has p = 0.30 ± 0.003 (1,195 pairs of 22 cities); that cannot be told from chance.",
        "“贸易”与距离的相关系数为-0.21；与空间上同样平滑的矩阵相比，p = 0.30 ± 0.003（22个城市的1,195个城市对）；无法与偶然区分。",
    ),
    "mrqap": (
        say.say_regression(
            [
                row(term=terms.name_column("distance_km"), ci_low=math.nan),
                row(term=terms.name_column("hours"), ci_low=math.nan, p_value=math.nan),
            ],
            measure=RANK,
            levels=False,
        ),
        "What goes with “Port ranking” (1 is the best rank), over 1,195 pairs of 22 cities, each with the others held constant: distance +0.841 (p = 0.012 ± 0.003); hours +0.841 (cannot be tested); p-values from exchanging cities.",
        "在22个城市的1,195个城市对中，“港口排名”（第1名为最优）与下列变量的关系（其他变量保持不变）：距离+0.841（p = 0.012 ± 0.003）；hours+0.841（无法检验）；p值来自置换城市。",
    ),
    "regression": (
        say.say_regression([row(term=terms.name_column("hours"))], measure=SCORE, levels=True, rows=True),
        "What goes with “Trade” beyond the levels of cities, over 1,195 rows of 22 cities: hours +0.841 (95 % interval 0.51 to 1.2, p = 0.012 ± 0.003); p-values from exchanging cities.",
        "在22个城市的1,195行中，“贸易”在各城市水平之外与下列变量的关系：hours+0.841（95%区间0.51至1.2，p = 0.012 ± 0.003）；p值来自置换城市。",
    ),
    "correlogram": (
        say.say_classes(
            row(term=terms.name_column("c"), estimate=0.3, p_value=0.01, mc_error=0.003),
            (250.0, 1234.6),
            classes=5,
            measure=SCORE,
            by=KM,
        ),
        "“Trade” stands out most at distance 250 to 1,235 km (Mantel correlation +0.30, p = 0.010 ± 0.003 over 5 distance classes; 22 cities).",
        "“贸易”在距离250至1,235公里处最为突出（Mantel相关系数+0.30，5个距离组合并p = 0.010 ± 0.003；22个城市）。",
    ),
    "correlogram, not told": (
        say.say_classes(
            row(term=terms.name_column("c"), estimate=0.3, p_value=0.2, mc_error=0.0),
            (0.25, 12.3),
            classes=5,
            measure=SCORE,
            by=HOURS,
        ),
        "At no “travel time” can it be told from chance that “Trade” stands out; most it does at 0.25 to 12.3 h (Mantel correlation +0.30, p = 0.20 over 5 distance classes; 22 cities).",
        "在任何“旅行时间”上，“贸易”的突出均无法与偶然区分；最突出的是0.25至12.3小时（Mantel相关系数+0.30，5个距离组合并p = 0.20；22个城市）。",
    ),
    "levels alike": (
        say.say_levels_alike(0.314, 0.002, 0.0014),
        "levels of near cities are alike (Moran's I 0.31, p = 0.0020 ± 0.0014): a test that takes cities as exchangeable over the map claims too much here; the test of friction with a level for every city, and the Mantel test against maps, keep their size",
        "邻近城市的水平相近（Moran's I为0.31，p = 0.0020 ± 0.0014）：把城市视为在地图上可互换的检验在此会得出过多的发现；给每座城市各自水平的摩擦检验，以及以模拟地图为零模型的 Mantel 检验，能保持检验水平",
    ),
}


@pytest.mark.parametrize("case", list(GOLDEN))
def test_sentence(case):
    said, english, chinese = GOLDEN[case]
    assert said.en == english
    assert said.zh == chinese


def test_lengths_of_a_list_are_rounded_and_not_cut_off():
    said = say.say_list(
        row(term=terms.name_column("mean length"), null=Words("node permutation", "置换城市")),
        0.034,
        closer=True,
        measure=RANK,
        by=Words("mean length", "平均长度"),
        null="active",
        lengths=(1234.6, 5678.5001),
        counts=(10, 185),
        least=0.0,
    )
    assert "are 1,235 km long on average, the other 185 are 5,679 km long." in said.en
    assert "平均长1,235公里，其余185条为5,679公里" in said.zh
    assert "3.4 % of all lists would be at least as close together" in said.en


LABELS = [
    ("Joint papers", "合著论文"),
    ("Budget (EUR m)", "预算（百万欧元）"),
    ("Trains a day, 2019", "每日列车数"),
    ("Équipes", "团队"),
]


@pytest.mark.parametrize(("label", "label_zh"), LABELS)
def test_any_label_is_one_name_in_a_sentence(label, label_zh):
    named = Measure(column="x", of="corridors", kind="amount", label=label, label_zh=label_zh)
    told = say.say_decay(row(), measure=named, by=KM, elasticity=0.8412)
    assert told.en.startswith(f"“{label}” falls with distance: ")
    assert told.zh.startswith(f"“{label_zh}”随距离增加而下降：距离每增加10%，“{label_zh}”减少7.7%")
    with_it = say.say_decay(row(), measure=SCORE, by=named, elasticity=-0.3)
    assert with_it.en.startswith(f"“Trade” grows with “{label}”: ")
    assert say.called(KM) == Words("distance", "距离")
