"""Where something stands in a report, in Chinese: `section 3.3.1` is 第3.3.1节."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["say_where_zh"]

_PHRASES: Final = {
    "ranking of the dynamic index": "全球价值活力城市指数排名",
    "ranking of the potential index": "“一带一路”潜力城市指数排名",
    "rankings and networks": "排名与网络榜单",
    "rankings of cities": "城市排名",
    "ranking of pairs": "通路排名",
    "list of cities": "城市列表",
    "network list": "网络榜单",
    "published tables": "已公布的表格",
    "first heading": "首个标题",
    "first part": "第一部分",
    "foreword": "前言",
    "summary": "概要",
    "rankings": "排名",
    "ranking": "排名",
    "Chinese": "中文版",
    "English": "英文版",
    "America": "美洲",
    "Asia": "亚洲",
    "Europe": "欧洲",
    "Africa": "非洲",
    "Oceania": "大洋洲",
    "facility": "设施联通",
    "people": "民心相通",
    "text of": "正文",
    "note": "注",
    "page": "页",
}
_KINDS: Final = {"section": ("第", "节"), "table": ("表", ""), "figure": ("图", "")}
_PLACE: Final = re.compile(
    r"\b(section|table|figure)s? ([\d.]+(?:(?:, | and )(?!section|table|figure)[\d.]+)*)"
)


def _say_numbers(found: re.Match[str]) -> str:
    before, behind = _KINDS[found[1]]
    return "、".join(f"{before}{number}{behind}" for number in re.findall(r"[\d.]+", found[2]))


def say_where_zh(where: str) -> str:
    """Say in Chinese where something stands in a report.

    Parameters
    ----------
    where
        In English, as the ledger has it: sections, tables, figures, notes, versions.

    Returns
    -------
    str
        The same in Chinese; words that are not known stay as they are.

    Examples
    --------
    >>> say_where_zh("sections 3.3.1 and 3.3.3")
    '第3.3.1节、第3.3.3节'
    >>> say_where_zh("table 7, note 1")
    '表7，注1'
    """
    said = _PLACE.sub(_say_numbers, where)
    for english, chinese in _PHRASES.items():
        said = re.sub(rf"\b{english}\b", chinese, said)
    said = re.sub(r"\band\b", "、", said)
    return re.sub(r"\s*([、，])\s*", r"\1", said.replace(", ", "，")).replace("注 ", "注")
