"""At the door of a verb: arguments of the wrong kind are answered in words, whatever they are."""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from types import UnionType
from typing import Any, Final, Literal, ParamSpec, TypeVar, get_args, get_origin

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.errors import SchemaError, SpecificationError, mould, shorten
from geobri.measures import Measure
from geobri.words import Words

__all__ = ["checked"]

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST: Final = 60
_COUNTS: Final = frozenset({"n_permutations", "n_bootstrap", "n_draws", "most_placements", "most_exact"})
"""Whole numbers of at least 0."""
_AT_LEAST_ONE: Final = frozenset(
    {"n_classes", "n_bands", "n_simulations", "folds", "k", "n", "max_iterations"}
)
"""Whole numbers of at least 1."""
_SHARES: Final = frozenset({"confidence", "level"})
"""Numbers between 0 and 1."""


def checked(function: Callable[P, T]) -> Callable[P, T]:
    """Let a verb refuse arguments that are not of the kind that its signature says.

    Parameters
    ----------
    function
        A verb. Its annotations are texts (``from __future__ import annotations``), and say whether None is an answer.

    Returns
    -------
    Callable
        The same function. Tables must be data frames, columns texts or measures, counts whole numbers, and so on; what lies
        deeper (a column that is not there) is left to the verb.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:  # says no name; the call says it, and what is too many or missing
            return function(*args, **kwargs)
        for name, given in bound.arguments.items():
            said = signature.parameters[name]
            if given is not said.default and said.kind is not said.VAR_KEYWORD:
                _check(function.__name__, name, given, str(said.annotation))
                _check_meaning(function, name, given, str(said.annotation))
        return function(*args, **kwargs)

    return asked


def _check_meaning(function: Callable[..., Any], name: str, given: Any, kind: str) -> None:
    """Check what an annotation names in the verb's own room: a choice, a list of choices, a record of geobri."""
    plain = kind.removesuffix(" | None")
    if (given is None and plain != kind) or plain in _PLAIN:
        return
    of_many = plain.startswith("Sequence[")
    meant = _look_up(plain[len("Sequence[") : -1] if of_many else plain, inspect.unwrap(function).__globals__)
    if get_origin(meant) is Literal:
        many = _is_list(given) and len(given) > 0 and all(isinstance(one, str) for one in given)
        right = many if of_many else isinstance(given, str)
        named = [repr(one) for one in get_args(meant)]
        wanted = Words(
            f"{'some' if of_many else 'one'} of {', '.join(named)}",
            f"{'、'.join(named)}{'中的一个或几个' if of_many else '之一'}",
        )
    elif get_origin(meant) is Sequence:
        right, wanted = _is_list(given), Words("a list", "列表")
    elif not of_many and _is_record(meant):
        names = [one.__name__ for one in _classes(meant)]
        right, wanted = isinstance(given, meant), Words(f"a {' or a '.join(names)}", "或".join(names))
    else:
        return
    if not right:
        caller = inspect.unwrap(function).__name__
        raise SpecificationError(mould(caller, _must_be(name, wanted), Words(_describe(given)), "Pass one"))


def _look_up(name: str, room: dict[str, Any]) -> Any:
    """Find what an annotation means; None for what only type checkers import, or cannot be evaluated."""
    try:
        return eval(name, room)  # noqa: S307 - an annotation of our own code
    except (NameError, TypeError):
        return None


def _classes(meant: Any) -> tuple[Any, ...]:
    return get_args(meant) if isinstance(meant, UnionType) else (meant,)


def _is_record(meant: Any) -> bool:
    """Tell whether an annotation is a class of geobri, or a choice of classes with one of geobri among them."""
    kinds = _classes(meant)
    return all(isinstance(one, type) for one in kinds) and any(
        one.__module__.startswith("geobri.") for one in kinds
    )


def _check(caller: str, name: str, given: Any, kind: str) -> None:
    plain = kind.removesuffix(" | None")
    if given is None and (plain != kind or plain in ("Rng", "Blocks")):
        return
    if name == "graph" and not hasattr(given, "adjacency"):
        wanted = Words("graph must be a libpysal.graph.Graph", "邻接图（graph）须为libpysal.graph.Graph")
        remedy = "Make one with geobri.neighbours.build_knn or build_distance_band"
        raise SchemaError(mould(caller, wanted, Words(_describe(given)), remedy))
    for kinds, is_right, wanted, remedy in _KINDS:
        if plain in kinds and not is_right(given):
            error = SchemaError if plain in _TABLES else SpecificationError
            raise error(mould(caller, _must_be(name, wanted), Words(_describe(given)), remedy))
    if name in _AT_LEAST_ONE and plain == "int" and not given >= 1:
        raise SpecificationError(
            mould(
                caller,
                Words(f"{name} must be at least 1", f"{name}须至少为1"),
                Words(_describe(given)),
                "Ask for more",
            )
        )
    if name in _COUNTS and not given >= 0:
        raise SpecificationError(
            mould(
                caller,
                Words(f"{name} must not be negative", f"{name}不得为负"),
                Words(_describe(given)),
                "Ask for 999",
            )
        )
    if name in _SHARES and not 0 < given < 1:
        raise SpecificationError(
            mould(
                caller,
                Words(f"{name} must lie between 0 and 1", f"{name}须在0与1之间"),
                Words(_describe(given)),
                "Say 0.95 or 0.05",
            )
        )


def _must_be(name: str, wanted: Words) -> Words:
    return Words(f"{name} must be ", f"{name}须为") + wanted


def _describe(given: object) -> str:
    if isinstance(given, pd.DataFrame | pd.Series | np.ndarray):
        return f"{type(given).__name__} of shape {given.shape}"
    return f"{type(given).__name__} {shorten(repr(given), _LONGEST)}"


def _is_column(given: object) -> bool:
    return isinstance(given, str | Measure)


def _is_list(given: object) -> bool:
    return isinstance(given, Sequence | pd.Index | np.ndarray) and not isinstance(given, str | bytes)


def _is_whole(given: object) -> bool:
    return isinstance(given, numbers.Integral) and not isinstance(given, bool)


def _is_numbers(given: object) -> bool:
    if isinstance(given, str | bytes | Mapping):
        return False
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return array.ndim > 0


def _is_seed(given: object) -> bool:
    return isinstance(given, np.random.Generator) or (_is_whole(given) and given >= 0)  # type: ignore[operator]


_PLAIN: Final = frozenset({"Rng", "Blocks", "Matrix", "Any", "Column"})
"""Aliases of several kinds, checked by name."""
_TABLES: Final = frozenset({"pd.DataFrame", "gpd.GeoDataFrame"})
_Kind = tuple[frozenset[str], Callable[[Any], bool], Words, str]
_KINDS: Final[tuple[_Kind, ...]] = (
    (
        _TABLES,
        lambda one: isinstance(one, pd.DataFrame),
        Words("a table", "表格"),
        "Pass a pandas or geopandas data frame",
    ),
    (
        frozenset({"Column", "str"}),
        _is_column,
        Words("a column by its name, or a measure", "列名或指标"),
        "Name a column",
    ),
    (
        frozenset({"Sequence[Column]", "Sequence[str]"}),
        lambda given: _is_list(given) and all(map(_is_column, given)),
        Words("a list of columns", "列名的列表"),
        "Write ['name']",
    ),
    (
        frozenset({"Sequence[float]"}),
        lambda given: _is_list(given) and all(isinstance(one, numbers.Real) for one in given),
        Words("a list of numbers", "数字的列表"),
        "Write [100.0, 200.0]",
    ),
    (
        frozenset({"tuple[Column, Column]"}),
        lambda given: _is_list(given) and len(given) == 2 and all(map(_is_column, given)),  # noqa: PLR2004 - a pair
        Words("two columns", "两个列名"),
        "Write ('distance_km', 'flow')",
    ),
    (
        frozenset({"int | Sequence[float]"}),
        lambda given: (
            _is_whole(given) or (_is_list(given) and all(isinstance(x, numbers.Real) for x in given))
        ),
        Words("a number of bands, or their edges", "距离带的个数或界限"),
        "Write 6 or [0.0, 500.0, 2000.0]",
    ),
    (
        frozenset({"tuple[str, str]"}),
        lambda given: _is_list(given) and len(given) == 2 and all(isinstance(one, str) for one in given),  # noqa: PLR2004 - a pair
        Words("two columns", "两个列名"),
        "Write ('out', 'in')",
    ),
    (
        frozenset({"npt.ArrayLike"}),
        _is_numbers,
        Words("numbers", "数字"),
        "Pass a list, a column or an array of numbers",
    ),
    (
        frozenset({"FloatArray"}),
        lambda given: _is_numbers(given) and np.size(given) > 0,
        Words("numbers, one at least", "数字，至少一个"),
        "Pass a list, a column or an array of numbers",
    ),
    (
        frozenset({"float | FloatArray"}),
        lambda one: isinstance(one, numbers.Real) or _is_numbers(one),
        Words("a number, or an array of numbers", "数字或数组"),
        "Pass one",
    ),
    (
        frozenset({"gpd.GeoDataFrame | int"}),
        lambda one: isinstance(one, gpd.GeoDataFrame) or (_is_whole(one) and one >= 1),
        Words("a table with points, or how many cities", "带坐标点的表，或城市个数"),
        "Say 22",
    ),
    (frozenset({"int"}), _is_whole, Words("a whole number", "整数"), "Say 999"),
    (
        frozenset({"float"}),
        lambda one: isinstance(one, numbers.Real) and not isinstance(one, bool) and math.isfinite(one),
        Words("a number", "数字"),
        "Say one",
    ),
    (
        frozenset({"bool"}),
        lambda one: isinstance(one, bool | np.bool_),
        Words("True or False", "True或False"),
        "Say one of both",
    ),
    (
        frozenset({"Rng", "int | np.random.Generator"}),
        lambda one: one is None or _is_seed(one),
        Words("a seed of at least 0, a generator, or None", "非负的随机种子、随机数生成器或None"),
        "Say rng=0",
    ),
    (
        frozenset({"Alternative"}),
        lambda one: isinstance(one, str) and one in ("two-sided", "greater", "less"),
        Words("'two-sided', 'greater' or 'less'", "'two-sided'、'greater'或'less'"),
        "Say one of them",
    ),
    (
        frozenset({"Mapping[str, Matrix]"}),
        lambda one: isinstance(one, Mapping),
        Words("pair matrices by name", "按名称给出的矩阵"),
        "Write {'distance': matrix}",
    ),
)
