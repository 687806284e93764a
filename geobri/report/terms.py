"""What tests, estimates and null models are called on the page, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from geobri.measures import Measure
from geobri.study import Study
from geobri.words import Words

__all__ = ["name_columns", "name_test", "translate"]

_TESTS: Final = {
    "proximity_test": Words("Closeness of the list", "名单的邻近性"),
    "decay_test": Words("Friction of distance", "距离摩擦"),
    "mantel_test": Words("Mantel test", "Mantel 检验"),
    "mrqap_test": Words("Regression of pairs (MRQAP)", "城市对回归（MRQAP）"),
    "mantel_correlogram_test": Words("Mantel correlogram", "Mantel 相关图"),
    "mann_whitney_test": Words("Mann-Whitney test", "Mann-Whitney 检验"),
    "brunner_munzel_test": Words("Brunner-Munzel test", "Brunner-Munzel 检验"),
    "spatial_group_test": Words("Comparison with random maps", "与随机地图比较"),
    "coastal_sensitivity_test": Words("Definitions of the coast", "沿海的各种定义"),
    "leave_one_city_out": Words("One city left out at a time", "逐一去掉一座城市"),
    "dimensions_test": Words("Dimension by dimension", "逐维度比较"),
    "city_interaction_test": Words("Dimensions against each other", "维度之间比较"),
    "corridor_types_test": Words("Types of corridors", "通路类型"),
    "corridor_regression_test": Words("Types of corridors with distance held", "控制距离后的通路类型"),
    "corridor_interaction_test": Words("Types of corridors by dimension", "各维度的通路类型"),
    "moran_test": Words("Moran's I", "莫兰指数"),
    "geary_test": Words("Geary's c", "吉尔里指数"),
    "getis_ord_test": Words("Getis-Ord G", "Getis-Ord G"),
    "correlogram_test": Words("By band of distance", "按距离带"),
    "local_moran_test": Words("Local Moran's I", "局部莫兰指数"),
    "local_getis_ord_test": Words("Local G*", "局部 G*"),
    "join_count_test": Words("Joins of coastal and inland cities", "沿海与内陆城市的邻接"),
}
_CHINESE: Final = (
    (r"(\d[\d,]*) to (\d[\d,]*)", r"\1–\2"),
    (r"≤ ([\d,]+) km", r"≤ \1 公里"),
    (r"Pearson correlation with distance", "与距离的皮尔逊相关"),
    (r"Spearman rank correlation with distance", "与距离的斯皮尔曼秩相关"),
    (r"without distance", "不控制距离"),
    (r"with distance", "控制距离"),
    (r"change when distance is held", "控制距离后的变化"),
    (r"without ", "去掉"),
    (r"exact: all ([\d,]+) placements", r"精确：全部 \1 种放置"),
    (r"exact: all ([\d,]+) lists", r"精确：全部 \1 份名单"),
    (r"exact, all choices of cities", "精确：全部城市组合"),
    (
        r"maps of the label, as smooth as the observed one \(([\d,]+)\)",
        r"与观测同样平滑的标签随机地图（\1 幅）",
    ),
    (r"all placements of the label \(([\d,]+)\)", r"标签的全部 \1 种放置"),
    (r"all permutations of values \(([\d,]+)\)", r"数值的全部 \1 种置换"),
    (r"random permutations of values \(([\d,]+)\)", r"数值随机置换（\1 次）"),
    (r"random permutations of labels \(([\d,]+)\)", r"标签随机置换（\1 次）"),
    (r"all permutations of labels \(([\d,]+)\)", r"标签的全部 \1 种置换"),
    (r"the same for all bands", "各距离带相同"),
    (r"conditional randomisation \(([\d,]+)\)", r"条件随机化（\1 次）"),
    (r"likeness of the levels of near cities", "邻近城市水平的相似程度"),
    (r"levels exchanged", "置换各城市水平"),
    (r"shared draws", "共用抽样"),
    (r"Moran spectral randomisation, \w+ \(([\d,]+) maps\)", r"莫兰谱随机化（\1 幅地图）"),
    (r"hub-preserving randomisation", "保持枢纽的随机化"),
    (r"node permutation among the listed cities", "在上榜城市之间置换"),
    (r"node permutation within blocks", "在分块内置换城市"),
    (r"node permutation within (\d+) blocks", r"在 \1 个分块内置换城市"),
    (r"node permutation", "置换城市"),
    (r"random corridors \(naive\)", "随机抽取通路（朴素）"),
    (r"within (\d+) blocks", r"（\1 个分块内）"),
    (r"within strata", "（分层内）"),
    (r"exact: all ([\d,]+)", r"精确：全部 \1 种"),
    (r"([\d,]+) draws", r"\1 次抽样"),
    (r"t with ([\d,]+) degrees of freedom", r"t 分布（自由度 \1）"),
    (r"normality moments, normal approximation", "正态假设的矩，正态近似"),
    (r"randomisation moments, normal approximation", "随机化的矩，正态近似"),
    (r"local Moran's I", "局部莫兰指数"),
    (r"local G\*", "局部 G*"),
    (r"country CHN与其余", "中国与其余"),
    (r"Cliff's delta", "克利夫 δ"),
    (r"Geary's c", "吉尔里指数"),
    (r"Moran's I", "莫兰指数"),
    (r"Hodges-Lehmann shift", "Hodges-Lehmann 位移"),
    (r"probability of superiority", "占优概率"),
    (r"permutation interval", "置换区间"),
    (r"difference of means", "均值之差"),
    (
        r"difference beyond the mean of all dimensions, in standard deviations",
        "超出各维度均值的差异（标准差）",
    ),
    (r"interaction of group and dimension", "分组与维度的交互"),
    (r"joins between different labels", "不同类之间的邻接"),
    (r"joins ", "邻接："),
    (r"not coastal", "内陆"),
    (r"coastal", "沿海"),
    (r"inland", "内陆"),
    (r" and ", "与"),
    (r" minus ", " 减 "),
    (r"mean length of the listed corridors, km", "有排序的通路平均长度（公里）"),
    (r"mean log length, log km", "对数长度均值"),
    (r"^mean ", "均值："),
    (r"largest lead of the list in the running sum", "名单在累积和中的最大领先"),
    (r"places beyond chance", "突出的城市数"),
    (r"probability that a listed corridor is shorter than another", "有排序的通路更短的概率"),
    (r"rank-biserial correlation of being listed与being short", "上榜与长度短的秩二列相关"),
    (r"share of the list among the nearest 10% of candidates", "名单落在最近 10% 中的占比"),
    (r"share of the list inside one region", "名单在同一区域内的占比"),
    (r"friction: log distance", "摩擦：对数距离"),
    (r"log distance", "对数距离"),
    (r"half-distance", "半衰距离"),
    (r"elasticity", "弹性"),
    (r" ?\(no city effects\)", "（无城市效应）"),
    (r"\(intercept\)", "截距"),
    (r"distance", "距离"),
    (r"normality", "正态"),
    (r"randomisation", "随机化"),
    (r"Newcombe score", "Newcombe 得分区间"),
    (r"Welch t", "Welch t 区间"),
    (r"inverted exact rank test", "反演精确秩检验"),
    (r"studentised permutation", "学生化置换"),
    (r"node jackknife", "城市刀切法"),
    (r"^dyadic$", "成对稳健"),
    (r"^two-way$", "双向聚类"),
    (r"^naive$", "朴素"),
    (r"^permutation$", "置换"),
    (r"^under the null$", "零模型下"),
    (r"^hc1$", "异方差稳健"),
    (r", ", "，"),
)


def name_test(test: str) -> Words:
    """Name a test as a reader knows it.

    Parameters
    ----------
    test
        Its name in `tests.csv`.

    Returns
    -------
    Words
        Its name; words of the name itself where nothing better is said.
    """
    plain = test.removesuffix("_test").replace("_", " ")
    return _TESTS.get(test) or Words(plain[:1].upper() + plain[1:])


def name_columns(study: Study, measure: Measure | None = None) -> Mapping[str, Words]:
    """Say what columns, cities and strata are called, so that no identifier is printed.

    Parameters
    ----------
    study
        A loaded study.
    measure
        What is spoken of: its column means it, though cities and corridors may each have a column of that name.

    Returns
    -------
    Mapping
        Labels by column, and names by city.
    """
    names = {
        str(slug): Words(str(row["name"]), str(row["name_zh"] or "")) for slug, row in study.cities.iterrows()
    }
    labels = {one.column: Words(one.label, one.label_zh) for one in reversed(study.measures)}
    if measure is not None:
        labels[measure.column] = Words(measure.label, measure.label_zh)
    return {**labels, **names, "distance_km": Words("distance", "距离")}


def translate(text: str, names: Mapping[str, Words]) -> Words:
    """Write the name of an estimate or a null model in both languages, labels for identifiers.

    Parameters
    ----------
    text
        As in `tests.csv`.
    names
        From `name_columns`.

    Returns
    -------
    Words
        The text.
    """

    def replaced(lang: str) -> str:
        def label(match: re.Match[str]) -> str:
            found = names.get(match[0])
            return match[0] if found is None else getattr(found, lang)

        return re.sub(r"[a-z][a-z0-9_-]*", label, text)

    chinese = re.sub(r"\bdistance_km\b", "distance", text)
    for pattern, written in _CHINESE:
        chinese = re.sub(pattern, written, chinese)
    chinese = re.sub(
        r"[a-z][a-z0-9_-]*", lambda match: names[match[0]].zh if match[0] in names else match[0], chinese
    )
    return Words(replaced("en"), chinese)
