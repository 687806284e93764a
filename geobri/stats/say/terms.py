"""What tests, estimates, errors, null models and cautions are called in rows of `tests.csv` and on the page."""

from __future__ import annotations

from typing import Final

from geobri.words import NOTHING, Words

__all__ = [
    "CHI_SQUARED",
    "ERRORS",
    "FRICTION",
    "HALF_DISTANCE",
    "JACKKNIFE",
    "NORMAL",
    "PERMUTATION",
    "STUDENT",
    "UNDER_NULL",
    "WITHIN_STRATA",
    "name_column",
    "name_model",
    "name_test",
    "notes",
    "part_term",
    "say_correlated",
    "say_error",
    "say_exchange",
    "say_levels",
    "say_placements",
    "say_range",
    "say_shuffled",
    "say_student",
    "say_unusable",
    "say_valueless",
    "say_within_blocks",
]

_TESTS: Final = {
    "proximity_test": Words("Closeness of the list", "名单的邻近性"),
    "proximity_tests": Words("Closeness of the list", "名单的邻近性"),
    "decay_test": Words("Friction of distance", "距离摩擦"),
    "fit_gravity": Words("Gravity model", "引力模型"),
    "presence_test": Words("Whether there is a link", "有无联系"),
    "mantel_test": Words("Mantel test", "Mantel 检验"),
    "partial_mantel_test": Words("Partial Mantel test", "偏 Mantel 检验"),
    "moran_mantel_test": Words("Mantel test against maps as smooth", "与同样平滑的地图比较的 Mantel 检验"),
    "mrqap_test": Words("Regression of pairs (MRQAP)", "城市对回归（MRQAP）"),
    "pair_regression_test": Words("Regression of pairs", "城市对回归"),
    "dyadic_tests": Words("Further tests of pairs", "城市对的其他检验"),
    "mantel_correlogram_test": Words("Mantel correlogram", "Mantel 相关图"),
    "mann_whitney_test": Words("Mann-Whitney test", "Mann-Whitney 检验"),
    "brunner_munzel_test": Words("Brunner-Munzel test", "Brunner-Munzel 检验"),
    "group_permutation_test": Words("Permutation test of two groups", "两组置换检验"),
    "spatial_group_test": Words("Comparison with random maps", "与随机地图比较"),
    "coastal_test": Words("Two groups of cities", "两组城市比较"),
    "coastal_regression_test": Words("Two groups with covariates held", "控制协变量后的两组比较"),
    "coastal_sensitivity_test": Words("Definitions of the coast", "沿海的各种定义"),
    "coastal_dimensions_test": Words("Dimension by dimension", "逐维度比较"),
    "bounded_group_test": Words("Two groups with values known up to bounds", "数值仅知上下界的两组比较"),
    "leave_one_city_out": Words("One city left out at a time", "逐一去掉一座城市"),
    "dimensions_test": Words("Dimension by dimension", "逐维度比较"),
    "city_interaction_test": Words("Dimensions against each other", "维度之间比较"),
    "corridor_types_test": Words("Types of corridors", "通路类型"),
    "corridor_regression_test": Words("Types of corridors with distance held", "控制距离后的通路类型"),
    "corridor_interaction_test": Words("Types of corridors by dimension", "各维度的通路类型"),
    "moran_test": Words("Moran's I", "莫兰指数"),
    "geary_test": Words("Geary's c", "吉尔里指数"),
    "getis_ord_test": Words("Getis-Ord G", "Getis-Ord G"),
    "bivariate_moran_test": Words("Bivariate Moran's I", "双变量莫兰指数"),
    "correlogram_test": Words("By band of distance", "按距离带"),
    "local_moran_test": Words("Local Moran's I", "局部莫兰指数"),
    "local_geary_test": Words("Local Geary's c", "局部吉尔里指数"),
    "local_getis_ord_test": Words("Local G*", "局部 G*"),
    "join_count_test": Words("Joins of coastal and inland cities", "沿海与内陆城市的邻接"),
    "spatial_correlation_test": Words("Correlation against random maps", "与随机地图比较的相关"),
    "corridor_moran_test": Words("Neighbouring corridors", "相邻通路"),
    "spatial_regression_test": Words("Regression with neighbours", "含邻居的回归"),
}

PERMUTATION: Final = Words("permutation", "置换")
"""Limits and p-value from exchanging cities."""
ERRORS: Final = {
    "naive": Words("naive", "朴素"),
    "hc1": Words("hc1", "异方差稳健"),
    "origin": Words("origin", "按起点聚类"),
    "destination": Words("destination", "按终点聚类"),
    "two-way": Words("two-way", "双向聚类"),
    "dyadic": Words("dyadic", "成对稳健"),
}
"""Kinds of errors of pairs."""
JACKKNIFE: Final = Words("node jackknife", "城市刀切法")
FRICTION: Final = Words("friction: ", "摩擦：")
"""Stands before a coefficient whose sign is turned."""
HALF_DISTANCE: Final = Words("half-distance", "半衰距离")
UNDER_NULL: Final = Words("under the null", "零模型下")
STUDENT: Final = Words("Student t", "t 分布")
NORMAL: Final = Words("normal approximation", "正态近似")
CHI_SQUARED: Final = Words("chi-squared with 1 degree of freedom", "卡方分布（自由度 1）")
WITHIN_STRATA: Final = Words(" within strata", "（分层内）")


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


_MODELS: Final = {
    "power": "幂函数",
    "exponential": "指数函数",
    "exponential-root": "平方根指数函数",
    "gaussian": "高斯函数",
    "log-normal": "对数正态函数",
    "tanner": "Tanner 函数",
    "piecewise": "分段函数",
    "spline": "样条函数",
    "loglinear": "对数线性",
    "poisson": "泊松",
    "negative-binomial": "负二项",
    "quantile": "分位数",
}


def name_model(name: str) -> Words:
    """Name a decay function or an estimator.

    Parameters
    ----------
    name
        As it is chosen, such as ``power`` or ``poisson``.

    Returns
    -------
    Words
        The name; in English as it is chosen.
    """
    return Words(name, _MODELS.get(name, ""))


def part_term(term: Words) -> tuple[Words, Words]:
    """Part what is estimated from the case that it is estimated for.

    Parameters
    ----------
    term
        Such as "Cliff's delta, without Doha".

    Returns
    -------
    tuple of Words
        Both; nothing for a case that is not said.
    """
    (en, _, case), (zh, _, case_zh) = term.en.partition(", "), term.zh.partition("，")
    return Words(en, zh), Words(case, case_zh)


def notes(*parts: Words | None) -> Words:
    """Put cautions in a row, those that say nothing left out.

    Parameters
    ----------
    *parts
        What a reader must know; None or empty where there is nothing.

    Returns
    -------
    Words
        ``one; another``.
    """
    said = [part for part in parts if part]
    return Words("; ".join(one.en for one in said), "；".join(one.zh for one in said))


def name_column(name: str) -> Words:
    """Name a column of a model: the logarithm in words, the identifier as it is.

    Parameters
    ----------
    name
        ``log distance_km``.

    Returns
    -------
    Words
        ``对数distance_km`` in Chinese; a page puts the label of the measure for the identifier.
    """
    plain = name.removeprefix("log ")
    return Words(name, plain if plain == name else f"对数{plain}")


def say_error(kind: str) -> Words:
    """Name a kind of error.

    Parameters
    ----------
    kind
        A key of `ERRORS`, or ``clustered by year``.

    Returns
    -------
    Words
        As in the column `se_type`.
    """
    cluster = kind.removeprefix("clustered by ")
    return ERRORS.get(kind) or Words(kind, kind if cluster == kind else f"按{cluster}聚类")


def say_student(df: float) -> Words:
    """Name a t distribution.

    Parameters
    ----------
    df
        Degrees of freedom.

    Returns
    -------
    Words
        ``t with 21 degrees of freedom``.
    """
    shown = f"{df:,.0f}" if df >= 1000 else f"{df:g}"  # noqa: PLR2004 - thousands are parted, and have no decimals
    return Words(f"t with {shown} degrees of freedom", f"t 分布（自由度 {shown}）")


def say_exchange(n: int, movable: int, count: int, *, blocks: int | None, exact: bool) -> Words:
    """Name the exchange of cities.

    Parameters
    ----------
    n, movable
        Cities in all, and those that can change places with another one.
    count
        Permutations gone through.
    blocks
        Number of blocks within which cities change places; None for no blocks.
    exact
        They are all there are.

    Returns
    -------
    Words
        ``node permutation within 2 blocks, 999 draws``.
    """
    within = NOTHING if blocks is None else Words(f" within {blocks} blocks", f"在 {blocks} 个分块内")
    some = (
        Words(f" ({movable} of {n} cities change places)", f"（{n} 座城市中 {movable} 座换位）")
        if movable < n
        else NOTHING
    )
    drawn = (
        Words(f"all {count:,} permutations", f"全部 {count:,} 种置换")
        if exact
        else Words(f"{count:,} draws", f"{count:,} 次抽样")
    )
    return Words(
        f"node permutation{within.en}{some.en}, {drawn.en}", f"{within.zh}置换城市{some.zh}，{drawn.zh}"
    )


def say_within_blocks(count: int) -> Words:
    """Say within how many blocks labels move.

    Parameters
    ----------
    count
        How many.

    Returns
    -------
    Words
        Begins with a space in English.
    """
    return Words(f" within {count} blocks", f"（{count} 个分块内）")


def say_valueless(gone: int, whole: int) -> str:
    """Say how many corridors were left out for want of a value.

    Parameters
    ----------
    gone, whole
        How many, of how many.

    Returns
    -------
    str
        Empty where none were.
    """
    return f"{gone:,} of {whole:,} corridors without a value" if gone else ""


def say_placements(count: int, *, exact: bool, smooth: bool) -> Words:
    """Name the placements of a label on cities.

    Parameters
    ----------
    count
        How many.
    exact
        They are all there are.
    smooth
        They gather on the map as the observed one does.

    Returns
    -------
    Words
        ``all placements of the label (646,646)``.
    """
    if smooth:
        return Words(
            f"maps of the label, as smooth as the observed one ({count:,})",
            f"与观测同样平滑的标签随机地图（{count:,} 幅）",
        )
    if exact:
        return Words(f"all placements of the label ({count:,})", f"标签的全部 {count:,} 种放置")
    return Words(f"random placements of the label ({count:,})", f"标签的随机放置（{count:,} 次）")


def say_unusable(out: int, count: int) -> Words:
    """Say how many placements of a label give no statistic.

    Parameters
    ----------
    out, count
        Those left out, and all.

    Returns
    -------
    Words
        Empty where there are none.
    """
    if not out:
        return NOTHING
    return Words(
        f"{out} of {count} placements leave a type without corridors and are left out",
        f"{count} 种放置中有 {out} 种使某一类型没有通路，已略去",
    )


def say_shuffled(what: Words, count: int, *, exact: bool) -> Words:
    """Name permutations of what stands at places.

    Parameters
    ----------
    what
        Values or labels.
    count
        How many.
    exact
        They are all there are.

    Returns
    -------
    Words
        ``random permutations of values (999)``.
    """
    if exact:
        return Words(f"all permutations of {what.en} ({count:,})", f"{what.zh}的全部 {count:,} 种置换")
    return Words(f"random permutations of {what.en} ({count:,})", f"{what.zh}随机置换（{count:,} 次）")


def say_correlated(kind: Words, column: str, label_zh: str) -> Words:
    """Name a correlation with a column.

    Parameters
    ----------
    kind
        What the correlation is called.
    column, label_zh
        The column, and what it is called in Chinese.

    Returns
    -------
    Words
        ``Pearson correlation with distance_km``.
    """
    return Words(f"{kind.en} with {column}", f"与{label_zh}的{kind.zh}")


def say_range(low: str, high: str, unit: Words = NOTHING) -> Words:
    """Write a range of a term.

    Parameters
    ----------
    low, high
        Its ends as they are to be printed.
    unit
        With a leading space in English where there is one.

    Returns
    -------
    Words
        ``0 to 2,074 km``.
    """
    return Words(f"{low} to {high}{unit.en}", f"{low}–{high}{unit.zh}")


def say_levels(effects: str) -> Words:
    """Name the levels of cities in a model.

    Parameters
    ----------
    effects
        ``none``, ``node`` or ``origin-destination``.

    Returns
    -------
    Words
        As in the column `method`.
    """
    return {
        "none": Words("no city effects", "无城市效应"),
        "node": Words("city effects", "含城市效应"),
        "origin-destination": Words("origin and destination effects", "含起点与终点效应"),
    }[effects]
