"""Words in both languages: every text of the page exists in English and in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["REGIONS_ZH", "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text in English and Chinese; the page shows the one the reader chose.

    Attributes
    ----------
    en, zh
        The text; where there is no Chinese, the English stands in its place.
    """

    en: str
    zh: str = ""

    def __post_init__(self) -> None:
        """Let the English stand in where there is no Chinese."""
        if not self.zh:
            object.__setattr__(self, "zh", self.en)


REGIONS_ZH: Final = {
    "China": "中国",
    "East Asia": "东亚",
    "Southeast Asia": "东南亚",
    "South Asia": "南亚",
    "Central Asia": "中亚",
    "West Asia": "西亚",
    "Europe": "欧洲",
    "Africa": "非洲",
    "Asia": "亚洲",
    "America": "美洲",
    "Oceania": "大洋洲",
}
"""Region names as the two reports print them, for the map and the tables."""
