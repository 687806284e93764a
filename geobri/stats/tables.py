"""From a table of corridors to the arrays of a regression: which pair, which cities, which numbers.

The door of the decay and gravity models. Everything that can be wrong with the table is said here, all at
once; the functions behind it see clean arrays of N pairs and do not check again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.notebooks import menu_of
from geobri.stats.null import IntArray
from geobri.stats.pairs import FEWEST_CITIES, lay_out
from geobri.stats.results import FloatArray
from geobri.words import NOTHING, Words

__all__ = ["Blocks", "PairSample", "need_columns", "read_pairs", "say_left_out"]
__dir__ = menu_of(__all__)

Blocks: TypeAlias = "Mapping[Any, object] | pd.Series[Any] | Literal['auto'] | None"
"""Who may change places with whom: a label per city, as a mapping or a labelled Series; ``"auto"``: blocks that keep missing
pairs missing, where these let most cities change places; None: everybody with everybody."""

_REPEATED: Final = Words("repeat a pair", "城市对重复")
"""A fault of rows, as it is said."""


def need_columns(
    table: pd.DataFrame, names: Iterable[str], *, of: Literal["cities", "corridors"], caller: str
) -> None:
    """Refuse a table that has not all columns.

    Parameters
    ----------
    table
        The table.
    names
        The columns that are needed.
    of
        What it is a table of.
    caller
        Who asks, for the message.

    Raises
    ------
    SchemaError
        If columns are missing.
    """
    missing = [name for name in names if name not in table.columns]
    if missing:
        whose = "城市表" if of == "cities" else "通路表"
        wanted = Words(f"{of} need the columns {missing}", f"{whose}缺少列：{', '.join(map(str, missing))}")
        raise SchemaError(mould(caller, wanted, f"{list(table.columns)}", "Add them"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairSample:
    """N pairs of n cities, ready for a model.

    Attributes
    ----------
    flow
        The response, shape (N,), finite and at least 0.
    impedance
        Cost of separation, shape (N,), finite and at least 0; all 0 if none was asked for.
    covariates
        Further columns, shape (N, k).
    covariate_names
        Their names, in order.
    origin, destination
        Position of each end in `cities`, shape (N,).
    cities
        City ids, sorted.
    index
        Index of the rows that are used, as in the table.
    directed
        Whether a pair and its reverse are two observations.
    n_missing
        Rows that were left out because a number is missing.
    layer
        Which table each row belongs to, shape (N,), where pairs occur several times (once a year, say); None otherwise.
    """

    flow: FloatArray
    impedance: FloatArray
    covariates: FloatArray
    covariate_names: tuple[str, ...]
    origin: IntArray
    destination: IntArray
    cities: tuple[str, ...]
    index: pd.Index[Any]
    directed: bool
    n_missing: int
    layer: IntArray | None = None

    @property
    def n_cities(self) -> int:
        """Number of cities n."""
        return len(self.cities)

    @property
    def n_pairs(self) -> int:
        """Number of pairs N."""
        return len(self.flow)

    def take(self, rows: npt.NDArray[np.bool_] | IntArray) -> PairSample:
        """Keep some pairs; the cities and their positions stay as they are.

        Parameters
        ----------
        rows
            Mask of shape (N,), or positions.

        Returns
        -------
        PairSample
            The sample of the chosen pairs.
        """
        return replace(
            self,
            flow=self.flow[rows],
            impedance=self.impedance[rows],
            covariates=self.covariates[rows],
            origin=self.origin[rows],
            destination=self.destination[rows],
            index=self.index[rows],
            layer=None if self.layer is None else self.layer[rows],
        )

    def recode(self) -> PairSample:
        """Forget the cities that have no pair left.

        Returns
        -------
        PairSample
            The same pairs, with positions among the cities that occur.
        """
        seen = np.zeros(self.n_cities, dtype=bool)
        seen[self.origin] = seen[self.destination] = True
        if seen.all():
            return self
        used, place = np.flatnonzero(seen), np.cumsum(seen) - 1
        return replace(
            self,
            origin=place[self.origin],
            destination=place[self.destination],
            cities=tuple(self.cities[city] for city in used),
        )

    def to_matrix(self, values: FloatArray) -> FloatArray:
        """Lay out one number per pair as a pair matrix.

        Parameters
        ----------
        values
            Shape (N,).

        Returns
        -------
        numpy.ndarray
            Shape (n, n), NaN where there is no pair; symmetric if the sample is undirected. With layers, shape (L, n, n).
        """
        return lay_out(
            values, self.origin, self.destination, self.n_cities, directed=self.directed, layer=self.layer
        )


def read_pairs(
    corridors: pd.DataFrame,
    *,
    flow: str,
    impedance: str | None,
    covariates: Sequence[str] = (),
    directed: bool | None = None,
    signed: bool = False,
    layers: Sequence[str] = (),
    caller: str,
) -> PairSample:
    """Check a table of corridors and take from it what a model needs.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination` and the named columns.
    flow
        Column of the response, at least 0.
    impedance
        Column of the cost of separation, at least 0; None if the model has none.
    covariates
        Further numeric (or boolean) columns.
    directed
        Whether a pair and its reverse are two observations; by default, whether ids are spelled with ``->`` or
        both directions occur.
    signed
        The response may be negative, as a score may be.
    layers
        Columns that tell the rows of one pair apart (``year``); without them every pair occurs once.
    caller
        Function that asks, for the message.

    Returns
    -------
    PairSample
        The pairs without missing numbers.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or rows are duplicated, join a city with itself, or hold negative
        or infinite numbers.
    DataError
        If fewer than four cities or no pairs are left, or all flows are equal.
    """
    named = [flow, *([impedance] if impedance else []), *covariates]
    _check_columns(corridors, named, caller)
    numbers = _numbers(corridors, named, caller)
    ends = _read_ends(corridors)
    layer = _read_layers(corridors, layers, caller) if layers else None
    is_directed = _is_directed(corridors.index, ends) if directed is None else directed
    positive = [*([] if signed else [flow]), *([impedance] if impedance else [])]
    faults = _row_faults(
        ends, dict(zip(named, numbers.T, strict=True)), positive, layer, directed=is_directed
    )
    remedy = _remedy_for(faults, directed=is_directed, signed=signed, layers=layers)
    _check_rows(corridors.index, faults, remedy, signed=signed, caller=caller)
    keep = np.asarray(~np.isnan(numbers).any(axis=1))
    kept = numbers[keep]
    levels = None if layer is None else np.unique(layer[keep], return_inverse=True)[1].astype(np.intp).ravel()
    sample = PairSample(
        flow=kept[:, 0].copy(),
        impedance=kept[:, 1].copy() if impedance else np.zeros(len(kept)),
        covariates=kept[:, 2 if impedance else 1 :].copy(),
        covariate_names=tuple(covariates),
        origin=ends.origin[keep],
        destination=ends.destination[keep],
        cities=ends.cities,
        index=corridors.index[keep],
        directed=is_directed,
        n_missing=int(np.count_nonzero(~keep)),
        layer=levels,
    ).recode()
    _check_enough(sample, flow, caller)
    return sample


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    origin: IntArray
    destination: IntArray
    cities: tuple[str, ...]

    def keys(self, *, directed: bool) -> IntArray:
        """One number per pair, the same for both directions if undirected."""
        one, other = self.origin, self.destination
        if not directed:
            one, other = np.minimum(one, other), np.maximum(one, other)
        return one * len(self.cities) + other


def _read_ends(corridors: pd.DataFrame) -> _Ends:
    both = pd.concat([corridors["origin"], corridors["destination"]], ignore_index=True)
    codes, found = pd.factorize(both, use_na_sentinel=False)
    names = np.array([str(name) for name in found], dtype=object)
    cities, rank = np.unique(names.astype(str), return_inverse=True) if len(names) else (names, codes)
    positions = rank.ravel().astype(np.intp)[codes]
    return _Ends(
        positions[: len(corridors)], positions[len(corridors) :], tuple(str(city) for city in cities)
    )


def _check_columns(corridors: pd.DataFrame, named: list[str], caller: str) -> None:
    missing = [name for name in ("origin", "destination", *named) if name not in corridors.columns]
    if missing:
        remedy = f"The table has: {first_offenders(corridors.columns, most=12)}"
        wanted = Words(
            f"needs the columns {first_offenders(['origin', 'destination', *named], most=12)} of corridors",
            f"通路表缺少列：{'、'.join(missing)}",
        )
        raise SchemaError(mould(caller, wanted, f"none called {first_offenders(missing, most=12)}", remedy))


def _numbers(corridors: pd.DataFrame, named: list[str], caller: str) -> FloatArray:
    columns, faults = [], []
    for name in named:
        try:
            columns.append(corridors[name].to_numpy(dtype=np.float64, na_value=np.nan))
        except (TypeError, ValueError):
            faults.append(f"{name!r} of type {corridors[name].dtype}")
    if faults:
        remedy = "Turn them into numbers; give groups as 0 and 1"
        raise SchemaError(
            mould(caller, Words("columns must be numeric", "各列须为数字"), "; ".join(faults), remedy)
        )
    return np.column_stack(columns)


def _is_directed(index: pd.Index[Any], ends: _Ends) -> bool:
    if any("->" in str(label) for label in index[:1]):
        return True
    apart = ends.origin != ends.destination
    keys, n = ends.keys(directed=True)[apart], len(ends.cities)
    # a key is origin * n + destination; the reverse of the pair has the two parts exchanged
    return bool(np.isin(keys % n * n + keys // n, keys).any()) if n else False


def _read_layers(corridors: pd.DataFrame, layers: Sequence[str], caller: str) -> IntArray:
    """Give each combination of the columns that tell the rows of one pair apart a number."""
    _check_columns(corridors, list(layers), caller)
    groups = corridors.groupby(list(layers), sort=True, dropna=False, observed=True).ngroup()
    return groups.to_numpy().astype(np.intp)


def _row_faults(
    ends: _Ends,
    numbers: dict[str, FloatArray],
    positive: list[str],
    layer: IntArray | None,
    *,
    directed: bool,
) -> dict[Words, npt.NDArray[np.bool_]]:
    keys = pd.DataFrame({"pair": ends.keys(directed=directed), "layer": 0 if layer is None else layer})
    found = {
        Words("pair a city with itself", "两端为同一城市"): ends.origin == ends.destination,
        _REPEATED: keys.duplicated().to_numpy(),
        Words("hold infinite numbers", "含无穷大"): np.isinf(np.column_stack(list(numbers.values()))).any(
            axis=1
        ),
    }
    return found | {
        Words(f"have a negative {name!r}", f"列{name!r}为负"): numbers[name] < 0 for name in positive
    }


def _remedy_for(
    found: dict[Words, npt.NDArray[np.bool_]], *, directed: bool, signed: bool, layers: Sequence[str]
) -> str:
    """Say what to do about faulty rows; a table of scores may hold a pair once a year."""
    remedy = "Correct or drop these rows"
    if not directed:
        remedy += "; pass directed=True if both directions are meant"
    if signed and not layers and found[_REPEATED].any():
        remedy += "; name the columns that tell the rows of one pair apart: fixed=['year']"
    return remedy


def _check_rows(
    index: pd.Index[Any],
    found: dict[Words, npt.NDArray[np.bool_]],
    remedy: str,
    *,
    signed: bool,
    caller: str,
) -> None:
    faults = [
        Words(
            f"{int(bad.sum())} of {len(bad)} that {what} (first: {first_offenders(index[bad][:1])})",
            f"{len(bad)}行中有{int(bad.sum())}行{what.zh}（首个：{first_offenders(index[bad][:1])}）",
        )
        for what, bad in found.items()
        if bad.any()
    ]
    if faults:
        wanted = Words(
            "each row of corridors must be a pair of its own with finite numbers",
            "通路表每行须为不同的城市对，数值有限",
        )
        wanted += NOTHING if signed else Words(" of at least 0", "且不为负")
        came = Words("; ".join(one.en for one in faults), "；".join(one.zh for one in faults))
        raise SchemaError(mould(caller, wanted, came, remedy))


def _check_enough(sample: PairSample, flow: str, caller: str) -> None:
    came = f"{sample.n_pairs} pairs of {sample.n_cities} cities, {sample.n_missing} rows left out for missing numbers"
    if sample.n_cities < FEWEST_CITIES:
        remedy = "Add cities, or describe the few pairs without a test"
        raise DataError(
            mould(caller, f"needs at least {FEWEST_CITIES} cities", came, remedy),
            zh=f"至少需要{FEWEST_CITIES}个城市，现有{sample.n_cities}个、{sample.n_pairs}对。",
        )
    if float(np.ptp(sample.flow)) == 0.0:
        came = f"{sample.n_pairs} values that are all {sample.flow[0]:g}"
        raise DataError(
            mould(caller, f"column {flow!r} must vary", came, "Choose another column"),
            zh=f"取值须有差异：{sample.n_pairs}个值均为{sample.flow[0]:g}。",
        )


def say_left_out(n_missing: int, n_separated: int) -> str:
    """Say in words which pairs a model did not use.

    Parameters
    ----------
    n_missing
        Rows with missing numbers.
    n_separated
        Pairs without flow that the model fits perfectly.

    Returns
    -------
    str
        Empty if none.
    """
    missing = f"{n_missing} rows with missing numbers" if n_missing else ""
    separated = f"{n_separated} pairs without flow that the model fits perfectly" if n_separated else ""
    return "; ".join(part for part in (missing, separated) if part)
