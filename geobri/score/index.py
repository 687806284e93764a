"""The pipeline: cities, flows and a specification in; scores and ranks of cities and corridors out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.score.coherence import find_double_counting
from geobri.score.compiled import (
    CompiledIndex,
    compile_index,
    normalise_compiled,
    score_compiled,
    weigh_compiled,
)
from geobri.score.gather import CodedFlows, PairColumn, code_flows, list_unused_indicators
from geobri.score.measure import Measured, measure_level
from geobri.score.prepare import Inputs, fill_missing, gather_columns, screen_columns
from geobri.score.ranking import rank
from geobri.score.result import IndexResult
from geobri.score.screen import measure_coverage
from geobri.score.spec import ROOT, IndexSpec, load_spec
from geobri.score.universe import PairUniverse, build_universe

__all__ = ["IndexResult", "build_index", "score_study"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
_MORE_PARTNERS_MORE = frozenset({"sum", "count", "top_k", "breadth"})


def build_index(
    spec: IndexSpec | str | Path,
    cities: pd.DataFrame,
    flows: pd.DataFrame | None,
    *,
    pairs: pd.DataFrame | None = None,
    memberships: pd.DataFrame | None = None,
    year: int | None = None,
    reference: IndexResult | Sequence[IndexResult] | None = None,
) -> IndexResult:
    """Compute a composite index of cities and of corridors.

    Cities: what a city has with all its partners together, then normalised over cities. Corridors: every pair by
    itself, normalised over pairs. Both then go up the same tree with the same importances.

    Parameters
    ----------
    spec
        An index specification, the name of a built-in one, or a TOML file.
    cities
        One row per city, index of unique slugs; `country` for the domestic rule, further columns as the indicators
        name them (attributes, denominators), `geometry` in EPSG:4326 for the gravity imputer.
    flows
        Long table `indicator, origin, destination, value[, year]`. None when every indicator is a city attribute or
        counts shared members.
    pairs
        Columns `origin, destination`: only these pairs count (a corridors table does).
    memberships
        Columns `indicator, city, member`, for indicators of kind ``"comembership"`` that have no rows in `flows`.
    year
        The year to compute; needed when flows hold several.
    reference
        Finished results of the same index whose values set the scale: one (a frozen year) or several (a panel). By
        default the units are compared among themselves.

    Returns
    -------
    IndexResult
        Scores, ranks, what was imputed and treated, the choices, and warnings. Inputs are not changed.

    Raises
    ------
    SpecificationError
        If the specification has faults or is an outline.
    SchemaError
        If a table does not keep its contract.
    DataError
        If the values do not allow the computation: one city, constant columns, wholly missing indicators, two values
        for a symmetric pair.

    Notes
    -----
    City value of indicator j: y_i = rule over partners of x_ij; score s_i = N(y_i); node score = aggregate of the
    children's scores with their importances. Scores run from 0 to 100 under min-max.
    """
    index = load_spec(spec)
    references = _as_references(reference)
    _check_call(index, cities, references)
    coded = _one_year(flows, cities.index, year)
    inputs = Inputs(
        index, cities, build_universe(cities, domestic=index.choices.domestic, pairs=pairs), memberships
    )
    columns = gather_columns(inputs, coded.now if coded else None)
    known = np.column_stack([~np.isnan(column.pair) for column in columns])
    coverage = measure_coverage(known, inputs.universe.first, inputs.universe.second, len(cities))
    staying, universe, columns = screen_columns(inputs, columns, known)
    columns = fill_missing(
        inputs.on(universe), columns, coded.whole if coded else None, coded.year if coded else None
    )
    at_cities = measure_level(inputs.on(universe), columns, "cities", staying)
    at_corridors = measure_level(inputs.on(universe), columns, "corridors", staying)
    scored = {
        "cities": _score(index, at_cities, _pool([one.city_values for one in references])),
        "corridors": _score(index, at_corridors, _pool([one.corridor_values for one in references])),
    }
    return _assemble(
        inputs,
        columns,
        scored,
        kept=(coverage.cities_by_indicator, staying, universe),
        measured=(at_cities, at_corridors),
        coded=coded,
        references=references,
    )


def score_study(
    cities: pd.DataFrame, flows: pd.DataFrame | None, spec: IndexSpec | str | Path = "bri22", **options: Any
) -> IndexResult:
    """Compute an index in the order in which a study names its parts.

    Parameters
    ----------
    cities
        One row per city.
    flows
        Long table of flows.
    spec
        An index specification, the name of a built-in one, or a TOML file.
    **options
        Passed on to `build_index`: `pairs`, `memberships`, `year`, `reference`.

    Returns
    -------
    IndexResult
        The finished index.
    """
    return build_index(spec, cities, flows, **options)


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """The flows of all years, of the year in question, and that year."""

    whole: CodedFlows
    now: CodedFlows
    year: int | None


def _as_references(reference: IndexResult | Sequence[IndexResult] | None) -> Sequence[IndexResult]:
    if reference is None:
        return ()
    return (reference,) if isinstance(reference, IndexResult) else tuple(reference)


def _pool(frames: list[pd.DataFrame]) -> pd.DataFrame | None:
    """Put the values of the reference results under each other."""
    return pd.concat(frames, ignore_index=True) if frames else None


def _check_call(spec: IndexSpec, cities: pd.DataFrame, references: Sequence[IndexResult]) -> None:
    names = [leaf.name for leaf in spec.indicators]
    if spec.outline or not names:
        remedy = "Add indicators with spec.with_indicators(...), or a file that says extends"
        raise SpecificationError(
            mould("build_index", "the index must have indicators", f"the outline {spec.name!r}", remedy)
        )
    foreign = [one.spec.name for one in references if [leaf.name for leaf in one.spec.indicators] != names]
    if foreign:
        came = f"the index {first_offenders(foreign)}"
        raise SpecificationError(
            mould("build_index", "a reference must hold the same indicators", came, "Rebuild it")
        )
    doubled = cities.index[cities.index.duplicated()]
    nameless = cities.index[[not (isinstance(slug, str) and slug.strip()) for slug in cities.index]]
    if len(doubled) or len(nameless):
        came = (
            f"doubled: {first_offenders(doubled) or 'none'}; not text: {first_offenders(nameless) or 'none'}"
        )
        raise SchemaError(
            mould(
                "build_index", "the index of cities must be unique slugs", came, "Set it to the column 'city'"
            )
        )


def _one_year(flows: pd.DataFrame | None, cities: pd.Index, year: int | None) -> _Coded | None:
    if flows is None:
        return None
    coded = code_flows(flows, cities)
    years = [] if coded.year is None else np.unique(coded.year).tolist()
    if year is None and len(years) > 1:
        came = f"the years {', '.join(map(str, years))}"
        raise DataError(
            mould(
                "build_index",
                "flows of several years need a choice",
                came,
                "Pass year=, or use the panel functions",
            )
        )
    if year is not None and years and year not in years:
        came = f"the years {', '.join(map(str, years))}"
        raise DataError(mould("build_index", f"flows must hold the year {year}", came, "Choose one of these"))
    chosen = year if year is not None else (years[0] if years else None)
    return _Coded(coded, coded if chosen is None else coded.of_year(chosen), chosen)


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """Scores and ranks of one level, and the importances that were used."""

    frame: pd.DataFrame
    importance: FloatArray


def _score(spec: IndexSpec, measured: Measured, reference: pd.DataFrame | None) -> _Scored:
    compiled = compile_index(spec, measured.treated, level=measured.level, reference=reference)
    normalised = _normalise(compiled)
    importance = weigh_compiled(compiled, normalised)
    scores = score_compiled(compiled, normalised=normalised, importance=importance)
    ranks = rank(scores.T, ties=spec.choices.ties, tolerance=spec.choices.tolerance)
    dtype = "Float64" if spec.choices.ties == "average" else "Int64"
    data: dict[str, Any] = {}
    for column, node in enumerate(compiled.nodes):
        data[node] = scores[:, column]
        data[f"rank_{node}"] = pd.array(ranks[column], dtype=dtype)
    return _Scored(pd.DataFrame(data, index=compiled.labels), importance)


def _normalise(compiled: CompiledIndex) -> FloatArray:
    try:
        return normalise_compiled(compiled)
    except DataError as error:
        hint = " Missing partners make a city missing: impute, declare absent pairs, or choose city_missing."
        lost = (
            compiled.level == "cities"
            and compiled.spec.choices.city_missing == "propagate"
            and np.isnan(compiled.treated).any()
        )
        raise DataError(f"build_index, level of {compiled.level}: {error}{hint if lost else ''}") from error


def _assemble(
    inputs: Inputs,
    columns: list[PairColumn],
    scored: Mapping[str, _Scored],
    *,
    kept: tuple[FloatArray, npt.NDArray[np.bool_], PairUniverse],
    measured: tuple[Measured, Measured],
    coded: _Coded | None,
    references: Sequence[IndexResult],
) -> IndexResult:
    coverage, staying, universe = kept
    spec, names = inputs.spec, [leaf.name for leaf in inputs.spec.indicators]
    at_cities, at_corridors = measured
    ends = universe.frame(directed=spec.choices.directed)
    coverage_frame = pd.DataFrame(coverage, index=inputs.cities.index, columns=names)
    return IndexResult(
        spec=spec,
        cities=scored["cities"].frame,
        corridors=pd.concat([ends, scored["corridors"].frame], axis=1),
        city_values=at_cities.treated,
        corridor_values=at_corridors.treated,
        city_raw=at_cities.raw,
        corridor_raw=at_corridors.raw,
        importance=pd.concat(
            [_importance_rows(spec, level, one.importance) for level, one in scored.items()],
            ignore_index=True,
        ),
        imputed=at_corridors.imputed,
        imputed_share=at_cities.imputed,
        coverage=coverage_frame.assign(all=coverage_frame.mean(axis=1)),
        touched=pd.concat([one.touched for one in measured], ignore_index=True),
        treatments=pd.concat([one.treatments for one in measured], ignore_index=True),
        modelled=tuple(column.indicator.name for column in columns if column.modelled),
        screened_cities=tuple(inputs.cities.index[~staying]),
        screened_pairs=_gone_pairs(inputs.universe, universe),
        choices=_choices(inputs, universe, coded, references),
        warnings=(
            *_warnings(inputs, columns, scored, coded),
            *_cautions(inputs.on(universe), staying, scored),
        ),
    )


def _importance_rows(spec: IndexSpec, level: str, importance: FloatArray) -> pd.DataFrame:
    own = dict(zip(spec.nodes, importance, strict=True))
    up = spec.parents
    rows = []
    for node in spec.nodes:
        effective, above = 1.0, node
        while above != ROOT:
            effective *= own[above]
            above = up[above]
        rows.append((level, node, up.get(node, ""), own[node], effective))
    return pd.DataFrame(rows, columns=["level", "node", "parent", "importance", "effective"])


def _gone_pairs(before: PairUniverse, after: PairUniverse) -> tuple[str, ...]:
    if len(before) == len(after):
        return ()
    gone = after.position[before.first, before.second] < 0
    return tuple(before.take(gone).frame().index)


def _choices(
    inputs: Inputs, universe: PairUniverse, coded: _Coded | None, references: Sequence[IndexResult]
) -> dict[str, Any]:
    n = len(inputs.cities)
    counts = {
        "n_cities": n,
        "n_pairs": len(universe),
        "n_pairs_possible": n * (n - 1) // 2,
        "year": None if coded is None else coded.year,
        "reference": _name_references(references),
    }
    return {"index": inputs.spec.name, **asdict(inputs.spec.choices), **counts}


def _name_references(references: Sequence[IndexResult]) -> str:
    if not references:
        return "the units themselves"
    return ", ".join(f"{one.spec.name} {one.choices['year'] or ''}".strip() for one in references)


def _warnings(
    inputs: Inputs, columns: list[PairColumn], scored: Mapping[str, _Scored], coded: _Coded | None
) -> tuple[str, ...]:
    names = [leaf.name for leaf in inputs.spec.indicators]
    said = []
    unused = list_unused_indicators(coded.now, names) if coded else []
    if unused:
        said.append(f"Flows hold indicators that the index does not use: {first_offenders(unused)}.")
    holes = {column.indicator.name: int(np.isnan(column.pair).sum()) for column in columns}
    holes = {name: count for name, count in holes.items() if count}
    if holes:
        listed = ", ".join(f"{name} ({count} pairs)" for name, count in holes.items())
        said.append(
            f"Values are missing and were not imputed: {listed}; city_missing={inputs.spec.choices.city_missing!r}."
        )
    filled = {column.indicator.name: int(column.filled.sum()) for column in columns if column.filled.any()}
    if filled:
        said.append(
            f"Values were imputed: {', '.join(f'{name} ({count} pairs)' for name, count in filled.items())}."
        )
    modelled = [column.indicator.name for column in columns if column.modelled]
    if modelled:
        said.append(
            f"Pair values are modelled from attributes or memberships of cities, not observed: {first_offenders(modelled)}."
        )
    for level, one in scored.items():
        without = one.frame.index[one.frame[ROOT].isna()]
        if len(without):
            said.append(
                f"{len(without)} of {len(one.frame)} {level} without an overall score: {first_offenders(without)}."
            )
    return tuple(said)


def _departures(inputs: Inputs, staying: npt.NDArray[np.bool_], scored: Mapping[str, _Scored]) -> list[str]:
    """Say who was screened out, and which scores leave the scale that a reference set."""
    gone = inputs.cities.index[~staying]
    said = [f"Left out for lack of coverage: {first_offenders(gone)}."] if len(gone) else []
    if inputs.spec.choices.normaliser != "minmax" or inputs.spec.choices.normaliser_params:
        return said
    for level, one in scored.items():
        scores = one.frame[ROOT]
        beyond = one.frame.index[(scores < -1e-9) | (scores > 100 + 1e-9)]  # noqa: PLR2004 - the ends of the scale
        if len(beyond):
            said.append(
                f"Beyond the 0-100 of the reference lie {len(beyond)} of {len(scores)} {level}: {first_offenders(beyond)}."
            )
    return said


def _cautions(inputs: Inputs, staying: npt.NDArray[np.bool_], scored: Mapping[str, _Scored]) -> list[str]:
    """Say what follows from the method rather than from the data."""
    ends = np.concatenate([inputs.universe.first, inputs.universe.second])
    partners = np.bincount(ends, minlength=len(inputs.cities))[staying]
    summed = [
        leaf.name
        for leaf in inputs.spec.indicators
        if leaf.kind != "city" and leaf.city_rule in _MORE_PARTNERS_MORE
    ]
    said = _departures(inputs, staying, scored)
    if summed and partners.min() != partners.max():
        said.append(
            f"Cities have {partners.min()} to {partners.max()} partners (domestic={inputs.spec.choices.domestic!r}); "
            f"city values that are summed favour those with more: {first_offenders(summed)}."
        )
    double = find_double_counting(scored["corridors"].frame, inputs.spec)
    return said + [f"At the level of corridors, {sentence}" for sentence in double["warning"]]
