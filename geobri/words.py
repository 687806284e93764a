"""A text in both languages: every sentence that a reader sees exists in English and in Chinese."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text in English and Chinese; the reader chooses which.

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

    def __str__(self) -> str:
        """Give the English."""
        return self.en
