"""The one result type of every statistic, and the tidy row it is written as.

A test returns a `TestResult`: a headline (statistic, p-value), any number of `Term` rows (estimates
with their intervals), the null distribution, and the choices that led to it. `tests.csv` is nothing
but the `to_frame()` of several results, one under the other.
"""

from __future__ import annotations

import html
import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.charts import new_axes
from geobri.errors import SpecificationError, mould
from geobri.fonts import use_letters
from geobri.measures import Measure
from geobri.notebooks import Told, menu_of
from geobri.words import NOTHING, Words

__all__ = [
    "TIDY_COLUMNS",
    "Alternative",
    "Drawn",
    "FloatArray",
    "Question",
    "Term",
    "TestResult",
    "combine_results",
    "headline",
    "tidy_row",
]
__dir__ = menu_of(__all__)

Alternative = Literal["two-sided", "greater", "less"]
"""The side on which a statistic counts as extreme."""
Question = Literal["", "closeness", "distance", "groups", "neighbours", "agreement", "power"]
"""What a test asks: are the listed ones close, does it fall with distance, do two groups differ, do neighbours resemble
each other, does it agree with a published rank, what could have been found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One estimate with its interval: one row of `tests.csv`, which keeps the English of its words.

    Attributes
    ----------
    test
        Name of the test, as the function is called (``mantel_test``).
    value
        Column that was tested (``rank_overall``).
    term
        What is estimated (``correlation``, ``log distance_km``).
    estimate, ci_low, ci_high, se
        Point estimate, interval and standard error, in the units of `term`; NaN where there is none.
    se_type
        How standard error or interval was made (``naive``, ``dyadic``, ``node bootstrap``).
    statistic, p_value, alternative
        The test statistic, its p-value and the direction of the alternative.
    n_cities, n_pairs
        How much was looked at.
    null
        The null model in a few words (``block node permutation, exact``).
    method
        The procedure in a few words.
    note
        A caution for the reader; empty when there is none.
    question
        What was asked (`Question`); filled in from the result where a term does not say it.
    p_adjusted, adjustment
        The p-value for having asked several times at once, and how it was adjusted (``holm``, ``max-T``).
    n_tried
        How many tests the adjustment is over: definitions, dimensions, classes, places; 0 where there is none.
    left_out
        What was left out of the table and why, with numbers; empty when nothing was.
    mc_error
        Standard error of a p-value that rests on drawn permutations (of the adjusted one, where only that does); NaN where
        nothing was drawn, 0 where all permutations were gone through.
    null_mean, null_sd
        Mean and standard deviation under the null; NaN where they are not known.
    null_of
        What these are of: ``estimate``, or ``statistic`` where the estimate itself is not drawn (scores, t); empty in
        `tests.csv` where they are not known.
    df
        Degrees of freedom of a t distribution; NaN where there is none.
    """

    test: str
    value: str = ""
    term: Words = NOTHING
    estimate: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    se: float = math.nan
    se_type: Words = NOTHING
    statistic: float = math.nan
    p_value: float = math.nan
    alternative: Alternative = "two-sided"
    n_cities: int = 0
    n_pairs: int = 0
    null: Words = NOTHING
    method: Words = NOTHING
    note: Words = NOTHING
    question: Question = ""
    p_adjusted: float = math.nan
    adjustment: str = ""
    left_out: str = ""
    mc_error: float = math.nan
    null_mean: float = math.nan
    null_sd: float = math.nan
    null_of: Literal["estimate", "statistic"] = "estimate"
    df: float = math.nan
    n_tried: int = 0


def tidy_row(term: Term) -> dict[str, Any]:
    """Write an estimate as a row of `tests.csv`: words in English.

    Parameters
    ----------
    term
        The estimate.

    Returns
    -------
    dict
        Columns `TIDY_COLUMNS`.
    """
    row = {one.name: getattr(term, one.name) for one in fields(Term)}
    row["null_of"] = "" if math.isnan(term.null_mean) else term.null_of
    return {name: cell.en if isinstance(cell, Words) else cell for name, cell in row.items()}


TIDY_COLUMNS: tuple[str, ...] = tuple(one.name for one in fields(Term))
"""The columns of `to_frame()` of every result, and of `tests.csv`."""


class Drawn:
    """What has a picture."""

    __slots__ = ()

    @abstractmethod
    def _draw(self, ax: Any, lang: Literal["en", "zh"]) -> None:
        """Draw into axes."""

    def plot(self, ax: Any = None, *, lang: Literal["en", "zh"] = "en") -> Any:
        """Draw the answer: its own picture, or estimates with their intervals and what chance alone gives.

        Parameters
        ----------
        ax
            Matplotlib axes to draw into; new ones by default.
        lang
            Language of the labels; Chinese needs a font that has its letters.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn into.

        Raises
        ------
        DataError
            If the labels are Chinese and no installed font has their letters.
        MissingExtraError
            If matplotlib is not installed.
        """
        with use_letters(lang):
            ax = new_axes(ax)
            self._draw(ax, lang)
        return ax


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TestResult(Drawn, Told):
    """A finished test.

    Attributes
    ----------
    statistic, p_value, alternative
        The headline of the test. `p_value` is never 0: permutation p-values are (M + 1) / (R + 1).
    n
        Number of independent units (cities for node permutation), not of corridors.
    method
        The procedure in a few words.
    null_distribution
        Statistics under the null, shape (R,), read-only; None where the test has no simulated null.
    sentence, sentence_zh
        The finding as a planner can quote it, in English and Chinese (`geobri.stats.say`).
    terms
        Estimates, one tidy row each.
    choices
        Seed, blocks, exclusions, definition of distance and every other choice, by name.
    question
        What was asked; the page has a section for each.
    measure
        What the numbers mean that were tested; None where plain arrays were handed over.
    table
        Results place by place, dimension by dimension or definition by definition; empty where there is one row only.
    picture
        What `plot` draws, from the result, the axes and the language; None for the estimates with their intervals.
    """

    __test__: ClassVar[bool] = False  # the name is not a pytest class

    statistic: float
    p_value: float
    alternative: Alternative
    n: int
    method: str
    null_distribution: FloatArray | None = None
    sentence: str = ""
    sentence_zh: str = ""
    terms: tuple[Term, ...] = ()
    choices: Mapping[str, Any] = field(default_factory=dict)
    question: Question = ""
    measure: Measure | None = None
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    picture: Callable[[Any, Any, Literal["en", "zh"]], None] | None = None

    def __post_init__(self) -> None:
        """Freeze what the record holds."""
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, np.ndarray):
                frozen = value.view()
                frozen.flags.writeable = False
                object.__setattr__(self, one.name, frozen)

    def summary(self, lang: Literal["en", "zh"] = "en") -> str:
        """Say the finding in a sentence.

        Parameters
        ----------
        lang
            Language; English stands in where a test has no Chinese sentence.

        Returns
        -------
        str
            The sentence of the test, or a plain statement of statistic and p-value.
        """
        said = (self.sentence_zh if lang == "zh" else "") or self.sentence
        if said:
            return said
        return f"{self.method}: statistic {self.statistic:.4g}, p = {self.p_value:.4g} ({self.alternative}), n = {self.n}."

    def effect(self, term: str | Words) -> Term:
        """Give one estimate by its name.

        Parameters
        ----------
        term
            As in the column `term` of `to_frame`.

        Returns
        -------
        Term
            The first row of that name.

        Raises
        ------
        SpecificationError
            If the test has no such term.
        """
        found, name = {one.term.en: one for one in reversed(self.terms)}, str(term)
        if name not in found:
            wanted = Words(
                f"the term must be one of {', '.join(map(repr, found))}",
                f"项须为{'、'.join(map(repr, found))}之一",
            )
            raise SpecificationError(mould("effect", wanted, Words(repr(name)), "Choose one"))
        return found[name]

    def to_frame(self) -> pd.DataFrame:
        """Give the tidy rows of this result.

        Returns
        -------
        pandas.DataFrame
            One row per term, columns `TIDY_COLUMNS`.
        """
        rows = [tidy_row(term) | {"question": term.question or self.question} for term in self.terms]
        return pd.DataFrame(rows, columns=list(TIDY_COLUMNS))

    def _draw(self, ax: Any, lang: Literal["en", "zh"]) -> None:
        """Draw the picture that was handed over, else what any test has."""
        from geobri.stats.picturing import draw_answer  # says p-values as `say` does, and that knows results

        (self.picture or draw_answer)(self, ax, lang)

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>" + str(
            self.to_frame().to_html(index=False, na_rep="", escape=True)
        )


def headline(head: Term, said: Words) -> dict[str, Any]:
    """Give what a result leads with: the numbers of its first estimate, and the sentence.

    Parameters
    ----------
    head
        The estimate that answers the question.
    said
        The finding in both languages.

    Returns
    -------
    dict
        The fields `statistic, p_value, alternative, sentence, sentence_zh` of a `TestResult`.
    """
    return {
        "statistic": head.statistic,
        "p_value": head.p_value,
        "alternative": head.alternative,
        "sentence": said.en,
        "sentence_zh": said.zh,
    }


def combine_results(results: Iterable[TestResult]) -> pd.DataFrame:
    """Put the tidy rows of several results under each other.

    Parameters
    ----------
    results
        Finished tests, in the order they are to be read.

    Returns
    -------
    pandas.DataFrame
        One row per term, columns `TIDY_COLUMNS`, a fresh range index.
    """
    frames = [frame for frame in (result.to_frame() for result in results) if len(frame)]
    if not frames:
        return pd.DataFrame(columns=list(TIDY_COLUMNS))
    return pd.concat(frames, ignore_index=True)
