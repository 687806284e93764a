"""Golden sentences about groups, corridors and neighbours, in both languages."""

import math

import pytest

from geobri.measures import Measure
from geobri.stats import say
from geobri.stats.results import Term
from geobri.stats.spatial.regression import _HEADS, _MODELS
from geobri.words import Words

RANK = Measure(column="place", kind="rank", label="Port ranking", label_zh="港口排名")
AMOUNT = Measure(
    column="freight", kind="amount", label="Freight", label_zh="货运量", unit="Mt", unit_zh="百万吨"
)
FLAG = Measure(column="direct", kind="flag", label="Direct flight", label_zh="直飞航班")
SIDES = say.GroupNames()
PORTS = say.GroupNames(Words("port", "港口"), Words("other", "其他"))


def row(**k):
    base = {
        "test": "t",
        "estimate": 7.46,
        "ci_low": -1.26,
        "ci_high": 16.74,
        "p_value": 0.0123,
        "n_cities": 22,
        "n_pairs": 195,
    }
    return Term(**{**base, **k})


GOLDEN = {
    "covariates, told": (
        say.say_covariates(
            row(estimate=9.5, ci_low=2.5, ci_high=16.5),
            row(),
            measure=AMOUNT,
            names=SIDES,
            covariates=[("population", "人口"), ("income", "收入")],
        ),
        "“Freight” of coastal less that of inland cities: +9.5 Mt (+2.5 to +16.5), and +7.46 Mt (-1.26 to +16.7) with population, income held (least squares, Freedman-Lane permutation: p = 0.012; 22 cities). The interval is not of this test, and disagrees with it.",
        "“货运量”，沿海减内陆城市：+9.5百万吨（+2.5至+16.5），控制人口、收入后为+7.46百万吨（-1.26至+16.7）（最小二乘，Freedman-Lane置换检验：p = 0.012；22个城市）。区间并非来自本检验，与检验结论不一致。",
    ),
    "covariates, not told, one side": (
        say.say_covariates(
            row(),
            row(p_value=0.2, alternative="greater"),
            measure=RANK,
            names=PORTS,
            covariates=[("income", "收入")],
        ),
        "Port ranking: with income held, no difference can be told from chance. “Port ranking” of port less that of other cities: +7.46 ranks (-1.26 to +16.7), and +7.46 ranks (-1.26 to +16.7) with income held (least squares, Freedman-Lane permutation: p = 0.20, one-sided; 22 cities).",
        "港口排名：控制收入后，差异无法与偶然区分。“港口排名”，港口减其他城市：+7.46个名次（-1.26至+16.7），控制收入后为+7.46个名次（-1.26至+16.7）（最小二乘，Freedman-Lane置换检验：p = 0.20（单侧）；22个城市）。",
    ),
    "covariates, none held": (
        say.say_covariates(row(), row(), measure=AMOUNT, names=SIDES, covariates=[]),
        "“Freight” of coastal less that of inland cities: +7.46 Mt (-1.26 to +16.7), and +7.46 Mt (-1.26 to +16.7) with nothing held (least squares, Freedman-Lane permutation: p = 0.012; 22 cities). The interval is not of this test, and disagrees with it.",
        "“货运量”，沿海减内陆城市：+7.46百万吨（-1.26至+16.7），不控制其他变量时为+7.46百万吨（-1.26至+16.7）（最小二乘，Freedman-Lane置换检验：p = 0.012；22个城市）。区间并非来自本检验，与检验结论不一致。",
    ),
    "bounds, apart": (
        say.say_bounds(0.12, 0.58, 0.934, measure=RANK, names=SIDES, largest=0.031),
        "Whatever “Port ranking” is within its bounds, Cliff's delta of coastal against inland cities lies between +0.12 and +0.58 (exact Mann-Whitney test: p = 0.031 at worst); 93 % of random values within them give p ≤ 0.05.",
        "无论“港口排名”在界限内取何值，沿海相对内陆城市的克利夫 δ 在+0.12与+0.58之间（精确Mann-Whitney检验：最差为p = 0.031）；界限内的随机取值中有93%给出p ≤ 0.05。",
    ),
    "bounds, on both sides": (
        say.say_bounds(-0.31, 0.24, 0.0, measure=AMOUNT, names=PORTS, largest=1.0),
        "Whatever “Freight” is within its bounds, Cliff's delta of port against other cities lies between -0.31 and +0.24 (exact Mann-Whitney test: p = 1.00 at worst); 0 % of random values within them give p ≤ 0.05.",
        "无论“货运量”在界限内取何值，港口相对其他城市的克利夫 δ 在-0.31与+0.24之间（精确Mann-Whitney检验：最差为p = 1.00）；界限内的随机取值中有0%给出p ≤ 0.05。",
    ),
    "types, told": (
        say.say_types(row(), [12.5, 8.25, 4.0], measure=AMOUNT, names=SIDES, maps=False),
        "“Freight” of corridors, mean by type: coastal-coastal 12.5; coastal-inland 8.25; inland-inland 4. coastal-coastal minus inland-inland: +7.46 (-1.26 to +16.7), p = 0.012 by exchanging cities (195 corridors of 22 cities). The interval is not of this test, and disagrees with it.",
        "通路的“货运量”，各类均值：沿海—沿海 12.5；沿海—内陆 8.25；内陆—内陆 4。沿海—沿海减内陆—内陆：+7.46（-1.26至+16.7），p = 0.012（置换城市；22个城市的195条通路）。区间并非来自本检验，与检验结论不一致。",
    ),
    "types, rank, on maps, not told, one side": (
        say.say_types(
            row(p_value=0.3, alternative="greater", mc_error=0.004),
            [51.6, 60.0, 77.2],
            measure=RANK,
            names=PORTS,
            maps=True,
        ),
        "“Port ranking” of corridors, mean by type, where 1 is the best rank: port-port 51.6; port-other 60; other-other 77.2. port-port minus other-other: +7.46 (-1.26 to +16.7), p = 0.30 ± 0.004, one-sided by exchanging labels over maps as smooth as the observed one (195 corridors of 22 cities); no difference can be told from chance.",
        "通路的“港口排名”，各类均值（第1名为最优）：港口—港口 51.6；港口—其他 60；其他—其他 77.2。港口—港口减其他—其他：+7.46（-1.26至+16.7），p = 0.30 ± 0.004（单侧）（在同样平滑的随机地图上置换标签；22个城市的195条通路）；差异无法与偶然区分。",
    ),
    "types, no interval": (
        say.say_types(
            row(ci_low=math.nan, ci_high=math.nan), [1.0, 0.5, 0.0], measure=FLAG, names=SIDES, maps=False
        ),
        "“Direct flight” of corridors, mean by type: coastal-coastal 1; coastal-inland 0.5; inland-inland 0. coastal-coastal minus inland-inland: +7.46, p = 0.012 by exchanging cities (195 corridors of 22 cities).",
        "通路的“直飞航班”，各类均值：沿海—沿海 1；沿海—内陆 0.5；内陆—内陆 0。沿海—沿海减内陆—内陆：+7.46，p = 0.012（置换城市；22个城市的195条通路）。",
    ),
    "types and distance, told": (
        say.say_types_and_distance(row(estimate=9.5, p_value=0.004), row(), measure=AMOUNT, names=SIDES),
        "Freight: coastal-coastal against inland-inland corridors +9.5 (p = 0.0040) without and +7.46 (p = 0.012) with distance held (MRQAP; 195 corridors of 22 cities).",
        "货运量：沿海—沿海相对内陆—内陆通路，不控制距离时为+9.5（p = 0.0040），控制距离后为+7.46（p = 0.012）（MRQAP；22个城市的195条通路）。",
    ),
    "types and distance, not told": (
        say.say_types_and_distance(row(), row(estimate=-0.2, p_value=0.8), measure=RANK, names=PORTS),
        "Port ranking: port-port against other-other corridors +7.46 (p = 0.012) without and -0.2 (p = 0.80) with distance held (MRQAP; 195 corridors of 22 cities); with distance held, no difference can be told from chance.",
        "港口排名：港口—港口相对其他—其他通路，不控制距离时为+7.46（p = 0.012），控制距离后为-0.2（p = 0.80）（MRQAP；22个城市的195条通路）；控制距离后，差异无法与偶然区分。",
    ),
    "spatial lag, told": (
        say.say_spatial_model(
            row(term=_HEADS["lag"], method=_MODELS["lag"], estimate=0.42, ci_low=0.118, ci_high=0.722),
            measure=AMOUNT,
            few=False,
        ),
        "Freight, spatial lag model: rho (neighbours' value) = 0.42 (0.12 to 0.72), p = 0.012 (22 cities).",
        "货运量，空间滞后模型：ρ（邻居的数值） = 0.42（0.12至0.72），p = 0.012（22个城市）。",
    ),
    "spatial error, few": (
        say.say_spatial_model(
            row(
                term=_HEADS["error"],
                method=_MODELS["error"],
                estimate=-0.1,
                ci_low=-0.6,
                ci_high=0.4,
                p_value=0.7,
            ),
            measure=RANK,
            few=True,
        ),
        "Port ranking, spatial error model: lambda (neighbours' error) = -0.10 (-0.60 to 0.40), p = 0.70 (22 cities). Fewer than 50 cities: the approximation is rough.",
        "港口排名，空间误差模型：λ（邻居的误差） = -0.10（-0.60至0.40），p = 0.70（22个城市）。城市少于50个：近似较粗略。",
    ),
    "least squares": (
        say.say_spatial_model(
            row(term=_HEADS["ols"], method=_MODELS["ols"], estimate=math.nan, p_value=0.04),
            measure=AMOUNT,
            few=False,
        ),
        "Freight, least squares: robust Lagrange multiplier, lag, p = 0.040 (22 cities).",
        "货运量，最小二乘：稳健拉格朗日乘数，滞后，p = 0.040（22个城市）。",
    ),
    "definitions, one of them": (
        say.say_definitions(
            row(p_adjusted=0.11, mc_error=0.003),
            -0.21,
            0.48,
            found=1,
            count=20,
            measure=RANK,
            names=SIDES,
            strata=None,
        ),
        "Port ranking: under 20 definitions of coastal, Cliff's delta runs from -0.21 to +0.48; 1 of them gives p ≤ 0.05 alone (exact Mann-Whitney test), and having tried them all, the strongest has p = 0.11 ± 0.003 (max-T).",
        "港口排名：在“沿海”的20种定义下，克利夫 δ 为-0.21至+0.48；其中1种单独给出p ≤ 0.05（精确Mann-Whitney检验），考虑到全部尝试后，最强的一种为p = 0.11 ± 0.003（max-T）。",
    ),
    "definitions": (
        say.say_definitions(
            row(p_adjusted=0.11, mc_error=0.003),
            -0.21,
            0.48,
            found=4,
            count=20,
            measure=RANK,
            names=SIDES,
            strata=None,
        ),
        "Port ranking: under 20 definitions of coastal, Cliff's delta runs from -0.21 to +0.48; 4 of them give p ≤ 0.05 alone (exact Mann-Whitney test), and having tried them all, the strongest has p = 0.11 ± 0.003 (max-T).",
        "港口排名：在“沿海”的20种定义下，克利夫 δ 为-0.21至+0.48；其中4种单独给出p ≤ 0.05（精确Mann-Whitney检验），考虑到全部尝试后，最强的一种为p = 0.11 ± 0.003（max-T）。",
    ),
    "left out": (
        say.say_omitted(
            0.31,
            (Words("Rome", "罗马"), 0.22),
            0.012,
            (Words("Cairo", "开罗"), 0.093),
            measure=AMOUNT,
            names=SIDES,
        ),
        "Freight: Cliff's delta of coastal against inland cities is +0.31; without Rome it is +0.22. Leaving out one city at a time, the exact Mann-Whitney test gives p = 0.012 to 0.093 (without Cairo).",
        "货运量：沿海相对内陆城市的克利夫 δ 为+0.31；去掉罗马后为+0.22。逐一去掉一个城市，精确Mann-Whitney检验给出p = 0.012至0.093（去掉开罗时）。",
    ),
    "left out, nothing changes": (
        say.say_omitted(
            0.247,
            (Words("Rome", "罗马"), 0.252),
            0.00002,
            (Words("Cairo", "开罗"), 0.00004),
            measure=AMOUNT,
            names=SIDES,
            exact=False,
        ),
        "Freight: Cliff's delta of coastal against inland cities is +0.25, whichever city is left out. Leaving out one city at a time, the Mann-Whitney test, normal approximation, gives p < 0.0001 each time.",
        "货运量：沿海相对内陆城市的克利夫 δ 为+0.25，去掉任一城市均如此。逐一去掉一个城市，Mann-Whitney检验（正态近似）给出均为p < 0.0001。",
    ),
    "bands, none": (
        say.say_bands(None, bands=8, measure=AMOUNT, cities=22),
        "Freight: of 8 distance bands, in none can a resemblance of cities be told from chance (correlogram, max-T at 5 %, 22 cities).",
        "货运量：在8个距离带中，均无法从偶然中看出城市相似（相关图，max-T校正5%，22个城市）。",
    ),
    "bands, up to": (
        say.say_bands(1234.6, bands=8, measure=RANK, cities=2210),
        "Port ranking: of 8 distance bands, cities resemble each other in bands up to 1,235 km (correlogram, max-T at 5 %, 2,210 cities).",
        "港口排名：在8个距离带中，城市相似的距离带至1,235公里（相关图，max-T校正5%，2,210个城市）。",
    ),
    "bands, near pairs only": (
        say.say_bands(120.7, farthest_km=269.8, bands=8, measure=AMOUNT, cities=3376),
        "Freight: of 8 distance bands up to 270 km (farther pairs were not looked at), cities resemble each other in bands up to 121 km (correlogram, max-T at 5 %, 3,376 cities).",
        "货运量：在270公里以内的8个距离带中（未考察更远的城市对），城市相似的距离带至121公里（相关图，max-T校正5%，3,376个城市）。",
    ),
    "corridors that share a city": (
        say.say_corridor_dependence(row(estimate=0.312, null_mean=-0.011), measure=AMOUNT, near_km=None),
        "Freight: corridors that share a city correlate by 0.31 where chance gives -0.01 (p = 0.012; 195 corridors of 22 cities).",
        "货运量：共享城市的通路相关系数为0.31，偶然情形下为-0.01（p = 0.012；22个城市的195条通路）。",
    ),
    "corridors with near ends, not told": (
        say.say_corridor_dependence(
            row(estimate=0.05, null_mean=-0.01, p_value=0.4), measure=RANK, near_km=249.6
        ),
        "Port ranking: corridors with ends within 250 km of each other correlate by 0.05 where chance gives -0.01 (p = 0.40; 195 corridors of 22 cities); that cannot be told from chance.",
        "港口排名：两端相距250公里以内的通路相关系数为0.05，偶然情形下为-0.01（p = 0.40；22个城市的195条通路）；无法与偶然区分。",
    ),
    "local, adjusted": (
        say.say_local(
            {"high-high": 2, "low-low": 1},
            ["Rome", "Cairo", "Xi'an"],
            ["罗马", "开罗", "西安"],
            measure=AMOUNT,
            title=Words("local Moran's I", "局部莫兰指数"),
            count=22,
            adjust="fdr",
            level=0.05,
        ),
        "Freight: 3 of 22 cities stand out (local Moran's I, adjusted for false discoveries, 5 %): 2 high-high, 1 low-low (Rome, Cairo, Xi'an).",
        "货运量：22个城市中有3个突出（局部莫兰指数，控制错误发现率，5%）：高高2个，低低1个（罗马、开罗、西安）。",
    ),
    "joins, gather": (
        say.say_joins(row(estimate=457.0, null_mean=992.81), measure=FLAG),
        "Direct flight: 457 joins between cities of different kinds where chance gives 992.8 (join counts: p = 0.012, 22 cities); like cities gather.",
        "直飞航班：不同类城市之间有457条邻接，偶然情形下为992.8（邻接计数：p = 0.012，22个城市）；同类城市彼此集聚。",
    ),
    "bivariate, not told": (
        say.say_bivariate(row(estimate=0.12, p_value=0.3), -0.25, measure=AMOUNT, other=RANK),
        "“Freight” of a city and “Port ranking” of its neighbours: bivariate Moran's I 0.12 (p = 0.30, 22 cities); their correlation in the same place is -0.25. No relation can be told from chance.",
        "某城市的“货运量”与其相邻城市的“港口排名”：双变量Moran's I为0.12（p = 0.30，22个城市）；二者在同一城市的相关系数为-0.25。两者的关系无法与偶然区分。",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_sentence_is_the_golden_one(name):
    said, english, chinese = GOLDEN[name]
    assert said.en == english
    assert said.zh == chinese
