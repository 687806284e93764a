"""What a number means: one record that travels with a column from the file to the sentence.

A `Measure` says what a column of cities or corridors is called, in which unit it counts, which end is better, and what
a pair without a row means. It is said once, in `study.toml`, in the index specification or by the published data, or
inferred once, here, from the type and range of the column (`infer_measure`). Everything downstream takes a measure and
never looks at a column's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types as pdt

from geobri.errors import SpecificationError, mould
from geobri.notebooks import menu_of
from geobri.words import Words, list_words

__all__ = [
    "Absent",
    "Better",
    "Kind",
    "Level",
    "Measure",
    "Origin",
    "Taken",
    "infer_measure",
]
__dir__ = menu_of(__all__)

Kind = Literal["rank", "score", "amount", "count", "share", "category", "flag"]
"""What kind of number or word a column holds."""
Better = Literal["high", "low", "neither"]
"""Which end of a column is the better one."""
Absent = Literal["missing", "zero"]
"""What a pair without a row means."""
Level = Literal["cities", "corridors"]
"""The table that a column belongs to."""
Origin = Literal["given", "published", "index", "total", "derived"]
"""How a column came about."""

_DEFAULT_BETTER: Final[dict[str, Better]] = {"rank": "low", "category": "neither", "flag": "neither"}
_PERCENT: Final = re.compile(r"\s*[(\[（]?\s*[%％]\s*[)\]）]?\s*$")
_RANK_WORDS: Final = frozenset({"rank", "ranks", "ranking"})
_RANK_NAMES: Final = frozenset({"place", "position"})
_MEAN_WORDS: Final = frozenset(
    {
        "mean", "avg", "average", "median", "moyen", "moyenne", "durchschnitt", "mittelwert", "mittlere", "mittlerer", "promedio", "média",
        "gemiddelde", "percent", "percentage", "pct", "prozent",
    }
)  # fmt: skip
_MEAN_WORDS_ZH: Final = ("平均", "均值", "中位数", "人均", "占比", "比例", "比重", "百分比")
"""What headings above means and rates say: a sum of such numbers means nothing."""
_RANK_WORDS_ZH: Final = ("排名", "排序", "名次", "位次")


@dataclass(frozen=True, slots=True)
class Measure:
    """What the numbers of one column mean.

    Attributes
    ----------
    column
        Name of the column in the cities or the corridors.
    of
        The table that holds it: ``"cities"`` or ``"corridors"``.
    label, label_zh
        What a reader calls it, in English and Chinese; made of the column's name where nothing is said.
    unit, unit_zh
        Its unit, printed behind the number; empty for ranks and scores without one.
    description, description_zh
        What it is, in a sentence.
    kind
        ``rank`` (1 is the best), ``score`` (more is more), ``amount`` (a quantity, 0 or more), ``count`` (a whole number of
        things), ``share`` (a part of a whole), ``category`` (a word) or ``flag`` (yes or no).
    better
        The end that is better, or stronger: ``high``, ``low`` or ``neither``; by default ``low`` for ranks, ``neither`` for
        categories and flags, and ``high`` for the others.
    absent
        What a pair without a row means: it is ``missing`` (not known), or ``zero`` (there is none).
    directed
        Whether origin to destination may differ from the way back.
    year, years
        The year that the column shows, and all years that there are.
    source, retrieved, licence
        Where it comes from, when it was taken from there (a date as text), and under which terms.
    parents
        Columns of the composites that it is a part of, the nearest first.
    ranks
        Of a rank: the node of an index that it puts in order (``overall``, ``trade``), so that a published ranking can be
        audited whatever its column is called; empty where it ranks something else.
    change
        Of a rank: the column that says how the place changed since the last edition (``up``, ``down``, ``same``, ``new``, ``out``);
        empty where none does.
    origin
        ``given`` in a table, ``published`` by others, a node of the ``index``, a ``total`` of a city's flows, or ``derived``
        otherwise.
    domain
        Both ends of its scale in any order; None for the range of the column.
    colours
        For categories, the colour of each as ``#rrggbb``.
    order
        For categories, their order in a legend.

    Examples
    --------
    >>> place = Measure("place", kind="rank", label="Place in the league")
    >>> place.better, place.direction
    ('low', -1)
    """

    column: str
    _: KW_ONLY
    of: Level = "corridors"
    label: str = ""
    label_zh: str = ""
    unit: str = ""
    unit_zh: str = ""
    description: str = ""
    description_zh: str = ""
    kind: Kind = "score"
    better: Better | None = None
    absent: Absent = "missing"
    directed: bool = False
    year: int | None = None
    years: tuple[int, ...] = ()
    source: str = ""
    retrieved: str = ""
    licence: str = ""
    parents: tuple[str, ...] = ()
    ranks: str = ""
    change: str = ""
    origin: Origin = "given"
    domain: tuple[float, float] | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Settle what follows from the rest, and refuse words that are not offered."""
        for name, allowed in _OFFERED.items():
            came = getattr(self, name)
            if came not in allowed and not (name == "better" and came is None):
                wanted = f"{name} of '{self.column}' must be one of {', '.join(allowed)}"
                raise SpecificationError(mould("Measure", wanted, repr(came), "Choose one of these"))
        settled: dict[str, Any] = {
            "label": self.label or label_column(self.column),
            "better": self.better or _DEFAULT_BETTER.get(self.kind, "high"),
            "unit_zh": self.unit_zh or self.unit,
            "description_zh": self.description_zh or self.description,
            "colours": MappingProxyType(dict(self.colours)),
        }
        settled["label_zh"] = self.label_zh or settled["label"]
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    @property
    def direction(self) -> Literal[1, -1]:
        """1 where more is stronger, -1 where less is (ranks, travel times)."""
        return -1 if self.better == "low" else 1

    @property
    def is_rank(self) -> bool:
        """Whether 1 is the best and distances between values mean nothing."""
        return self.kind == "rank"

    @property
    def is_number(self) -> bool:
        """Whether its values can be added up or averaged."""
        return self.kind in ("score", "amount", "count", "share")

    @property
    def has_order(self) -> bool:
        """Whether one end is the better, so that places can be put in order by it."""
        return self.is_rank or (self.is_number and self.better != "neither")

    @property
    def is_quantity(self) -> bool:
        """Whether it counts or weighs something that cannot be negative, as a flow does."""
        return self.kind in ("amount", "count")

    @property
    def adds_up(self) -> bool:
        """Whether a sum of its values means something: of flows and people, not of shares, scores, ranks, distances or costs."""
        return self.is_quantity and self.better != "low"

    def strength(self, values: pd.Series[Any]) -> pd.Series[float]:
        """Turn values so that more is stronger.

        Parameters
        ----------
        values
            The column.

        Returns
        -------
        pandas.Series
            The values, or minus the values where less is better; same index, float.
        """
        return self.direction * pd.to_numeric(values).astype("Float64").astype(float)


_OFFERED: Final[dict[str, tuple[str, ...]]] = {
    "of": get_args(Level),
    "kind": get_args(Kind),
    "better": get_args(Better),
    "absent": get_args(Absent),
    "origin": get_args(Origin),
}
_SAYS: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    **dict.fromkeys(
        ("column", "of", "label", "label_zh", "unit", "unit_zh", "description", "description_zh"),
        ((str,), "text"),
    ),
    **dict.fromkeys(("kind", "better", "absent", "source", "licence"), ((str,), "text")),
    "retrieved": ((str, date), "a date"),
    "directed": ((bool,), "true or false"),
    "year": ((int,), "a whole number"),
    "parents": ((list,), "a list of columns"),
    "order": ((list,), "a list of categories"),
    "domain": ((list,), "a list of two numbers"),
    "colours": ((dict,), "a table of category and #rrggbb"),
    **dict.fromkeys(("origin", "ranks", "change"), ((str,), "text")),
}
_SAID_OFFERED: Final = {**_OFFERED, "origin": ("given", "published")}
"""Words that a table of TOML may choose from; the other origins are made, not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Something that nobody said and that was inferred from the numbers.

    Attributes
    ----------
    column
        The column it was inferred for; a file, or what else is spoken of.
    taken
        What was taken, as in ``kind = count``.
    because
        Why.
    """

    column: Words
    taken: Words
    because: Words

    def __str__(self) -> str:
        """Give the line that `geobri check` prints."""
        return self.say([self.column], self.because).en

    def say(self, columns: Sequence[Words], because: Words) -> Words:
        """Say the same of several columns in one line.

        Parameters
        ----------
        columns
            What it was inferred for.
        because
            Why; nothing where the reasons differ.

        Returns
        -------
        Words
            ``trade taken as: kind = count, because it holds whole numbers from 12 to 8120``.
        """
        named = list_words(columns)
        why = Words(f", because {because.en}", f"，因为{because.zh}") if because else Words("")
        gap = " " if named.zh[-1:].isascii() else ""
        return Words(f"{named.en} taken as: {self.taken.en}", f"{named.zh}{gap}取为：{self.taken.zh}") + why


def label_column(column: str) -> str:
    """Make a label of a column's name, where nothing better is said.

    Parameters
    ----------
    column
        ``air_airport_pairs``.

    Returns
    -------
    str
        ``Air airport pairs``.
    """
    words = column.replace("_", " ").strip() or column
    return words[:1].upper() + words[1:]


def check_said(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Check what a table of TOML says of a measure.

    Parameters
    ----------
    entry
        The keys of one `[[measure]]`; `column` must be among them.

    Returns
    -------
    dict
        Arguments for `Measure`, as far as they are said.

    Raises
    ------
    SpecificationError
        If a key or a word is unknown, or a value has the wrong type.
    """
    column = entry.get("column")
    if not isinstance(column, str) or not column:
        wanted = "every measure names its column"
        raise SpecificationError(mould("measure", wanted, repr(column), 'Write column = "trade"'))
    unknown = [name for name in entry if name not in _SAYS]
    if unknown:
        wanted = f"'{column}' may say {', '.join(_SAYS)}"
        raise SpecificationError(mould("measure", wanted, ", ".join(unknown), "Correct the spelling"))
    for name, value in entry.items():
        types, wanted = _SAYS[name]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            wanted = f"'{name}' of '{column}' must be {wanted}"
            raise SpecificationError(mould("measure", wanted, repr(value), "Write it so"))
        if name in _SAID_OFFERED and value not in _SAID_OFFERED[name]:
            wanted = f"'{name}' of '{column}' must be one of {', '.join(_SAID_OFFERED[name])}"
            raise SpecificationError(mould("measure", wanted, repr(value), "Choose one of these"))
    said = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return said | ({"retrieved": str(said["retrieved"])} if "retrieved" in said else {})


def infer_measure(
    column: pd.Series[Any], *, of: Level, said: Mapping[str, Any] | None = None
) -> tuple[Measure, Taken | None]:
    """Say what a column means: what is declared of it, and its kind from type and range where that is not.

    Parameters
    ----------
    column
        The column, named.
    of
        The table that holds it.
    said
        Arguments for `Measure` that were declared (`check_said`).

    Returns
    -------
    tuple of Measure and Taken or None
        The measure, and the inference with its reason where there was one.

    Notes
    -----
    Yes and no is a flag, text a category. Whole numbers from 0 up are a count, other numbers from 0 up an amount,
    numbers below 0 make a score. Whole numbers from 1 up under a heading that says rank (a word of its own, or 排名,
    排序, 名次, 位次) are a rank, and numbers under a heading that ends in % or (%) a share in percent; numbers under one
    that says mean, average, median or per cent (平均, 均值, 中位数, 占比, …率) are a score, for a sum of them means nothing. This is the only place in
    geobri that reads a heading.
    """
    name = str(column.name)
    declared = {"column": name, **(said or {}), "of": of}
    taken = None
    if "kind" not in declared:
        declared["kind"], because = _infer_kind(column)
        taken = Taken(column=Words(name), taken=Words(f"kind = {declared['kind']}"), because=because)
        if declared["kind"] in ("share", "score") and _PERCENT.search(name):
            declared = {
                "label": label_column(_PERCENT.sub("", name)),
                "unit": "%",
                "unit_zh": "%",
                **declared,
            }
    ranked = name.removeprefix("rank_")
    if declared["kind"] == "rank" and ranked != name:  # the heading says what is ranked
        declared = {"label": label_column(ranked), "ranks": ranked, **declared}
    return Measure(**declared), taken


def as_measure(item: str | Measure, frame: pd.DataFrame, *, of: Level) -> Measure:
    """Take a measure as it is, or infer what a bare column means.

    Parameters
    ----------
    item
        A measure, or the name of a column.
    frame
        The table that should hold the column.
    of
        Which table that is.

    Returns
    -------
    Measure
        What the column means; a column that is not there is left to the reader of the table.
    """
    if isinstance(item, Measure):
        return item
    return infer_measure(frame[item], of=of)[0] if item in frame.columns else Measure(column=item, of=of)


def _infer_kind(column: pd.Series[Any]) -> tuple[Kind, Words]:
    if not pdt.is_numeric_dtype(column) or pdt.is_bool_dtype(column):
        known = column.dropna()
        is_flag = len(known) and (pdt.is_bool_dtype(known) or all(isinstance(cell, bool) for cell in known))
        if is_flag:
            return "flag", Words("it holds yes and no", "其值为是与否")
        return "category", Words("it holds words", "其值为文字")
    numbers = column.to_numpy(dtype=float, na_value=np.nan)
    numbers = numbers[~np.isnan(numbers)]
    if not numbers.size:
        return "score", Words("it holds no number yet", "尚无数值")
    return _infer_number(str(column.name), numbers)


def _plain(number: float) -> str:
    """Write a number as people do: whole ones in full, others with six digits."""
    return f"{number:,.0f}" if number % 1 == 0 else f"{number:,.6g}"


def _infer_number(name: str, numbers: npt.NDArray[np.float64]) -> tuple[Kind, Words]:
    """Tell the kind of a column of numbers from its values and its heading, and say why."""
    low, high = float(numbers.min()), float(numbers.max())
    span, span_zh = f"from {_plain(low)} to {_plain(high)}", f"{_plain(low)} 至 {_plain(high)}"
    if low < 0:
        return "score", Words(f"it holds numbers below 0 ({span})", f"其中有负数（{span_zh}）")
    if _PERCENT.search(name):
        said = Words(
            f"its heading ends in % and it holds numbers {span}", f"列名以 % 结尾，其值为 {span_zh} 的数"
        )
        return "share", said
    if _is_called_mean(name):
        said = Words(
            f"its heading says that it is a mean or a rate ({span})", f"列名说明其为平均值或比率（{span_zh}）"
        )
        return "score", said
    if (numbers % 1 != 0).any():
        return "amount", Words(f"it holds numbers {span}", f"其值为 {span_zh} 的数")
    if low >= 1 and _is_called_rank(name):
        said = Words(
            f"it is called so and holds whole numbers {span}", f"列名如此，且其值为 {span_zh} 的整数"
        )
        return "rank", said
    each = len(numbers) > 2 and low == 1 and high == len(numbers) == len(np.unique(numbers))  # noqa: PLR2004
    doubt = Words(
        ', each once (a ranking? then say kind = "rank")', '，各出现一次（若为排名，请写 kind = "rank"）'
    )
    whole = Words(f"it holds whole numbers {span}", f"其值为 {span_zh} 的整数")
    return "count", whole + doubt if each else whole


def _is_called_mean(name: str) -> bool:
    bare = re.sub(r"[(\[（].*$", "", name).strip()  # a unit may stand behind it
    rate = bare.endswith("率") and not bare.endswith("频率")  # how often is a count
    called = _MEAN_WORDS & set(re.findall(r"[^\W\d_]+", name.lower()))
    return bool(called) or rate or any(word in name for word in _MEAN_WORDS_ZH)


def _is_called_rank(name: str) -> bool:
    words = re.split(r"[^a-z]+", name.lower())
    called = words[0] == "rank" or words[-1] in _RANK_WORDS or name.lower() in _RANK_NAMES
    return called or any(word in name for word in _RANK_WORDS_ZH)


def find_measure(measures: Iterable[Measure], column: str, *, of: Level | None = None) -> Measure | None:
    """Find the measure of a column.

    Parameters
    ----------
    measures
        Where to look.
    column
        Name of the column.
    of
        The table; either by default.

    Returns
    -------
    Measure or None
        The first that fits.
    """
    return next((one for one in measures if one.column == column and (of is None or one.of == of)), None)
