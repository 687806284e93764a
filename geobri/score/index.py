"""The pipeline: cities, flows and a specification in; scores and ranks of cities and corridors out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.score.cautions import say_cautions
from geobri.score.coding import CodedFlows, code_flows, list_unused_indicators
from geobri.score.compiled import (
    CompiledIndex,
    compile_index,
    normalise_compiled,
    score_compiled,
    weigh_compiled,
)
from geobri.score.filling import fill_missing
from geobri.score.gather import PairColumn
from geobri.score.measure import Measured, measure_level, stack_rows
from geobri.score.prepare import Inputs, gather_columns, known_attributes, screen_columns
from geobri.score.ranking import rank
from geobri.score.result import IndexResult
from geobri.score.screen import measure_coverage
from geobri.score.shares import ROOT
from geobri.score.spec import IndexSpec
from geobri.score.spec_reading import load_spec
from geobri.score.universe import PairUniverse, build_universe, empty_universe
from geobri.words import Words

__all__ = ["IndexResult", "build_index"]


def build_index(
    spec: IndexSpec | str | Path,
    cities: pd.DataFrame,
    flows: pd.DataFrame | None = None,
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

    Examples
    --------
    >>> from geobri.score import load_spec
    >>> towns = pd.DataFrame({"jobs": [3.0, 9.0, 5.0], "homes": [9.0, 6.0, 2.0]}, index=pd.Index(["ash", "elm", "oak"], name="city"))
    >>> said = {"index": {"name": "work"}, "indicator": [{"name": "jobs", "dimension": "overall", "kind": "city"}]}
    >>> build_index(load_spec(said), towns).cities["rank_overall"].to_dict()
    {'ash': 3, 'elm': 1, 'oak': 2}
    """
    index = _settle_domestic(load_spec(spec), cities)
    references = _as_references(reference)
    _check_call(index, cities, references)
    coded = _one_year(flows, cities.index, year)
    inputs = Inputs(index, cities, _pairs_that_count(index, cities, pairs), memberships)
    columns = gather_columns(inputs, coded.now if coded else None)
    known = np.column_stack([~np.isnan(column.pair) for column in columns])
    own = known_attributes(columns, len(cities))
    coverage = measure_coverage(known, inputs.universe.first, inputs.universe.second, len(cities), own=own)
    staying, universe, columns = screen_columns(inputs, columns, known)
    history, now = (coded.whole, coded.year) if coded else (None, year)
    columns = fill_missing(inputs.on(universe), columns, staying, history=history, year=now)
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
        coverage=coverage.cities_by_indicator,
        staying=staying,
        universe=universe,
        at_cities=at_cities,
        at_corridors=at_corridors,
        coded=coded,
        references=references,
    )


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
    """Refuse an index without indicators, and references of another index."""
    names = [leaf.name for leaf in spec.indicators]
    if spec.outline or not names:
        remedy = "Add indicators with spec.with_indicators(...), or a file that says extends"
        raise SpecificationError(
            mould(
                "build_index",
                Words("the index must have indicators", "指数须有指标"),
                f"the outline {spec.name!r}",
                remedy,
            )
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
                "build_index",
                Words("the index of cities must be unique slugs", "城市表的索引须为不重复的编号"),
                came,
                "Set it to the column 'city'",
            )
        )


def _one_year(flows: pd.DataFrame | None, cities: pd.Index, year: int | None) -> _Coded | None:
    """Return the coded flows of the year asked for; several years without a choice are refused."""
    if flows is None:
        return None
    coded = code_flows(flows, cities)
    years = [] if coded.year is None else np.unique(coded.year).tolist()
    if year is None and len(years) > 1:
        came = f"the years {', '.join(map(str, years))}"
        raise DataError(
            mould(
                "build_index",
                Words("flows of several years need a choice", "流量有多个年份，须选择其一"),
                came,
                "Pass year=, or use the panel functions",
            )
        )
    if year is not None and years and year not in years:
        came = f"the years {', '.join(map(str, years))}"
        raise DataError(
            mould(
                "build_index",
                Words(f"flows must hold the year {year}", f"流量中须有{year}年"),
                came,
                "Choose one of these",
            )
        )
    chosen = year if year is not None else (years[0] if years else None)
    return _Coded(coded, coded if chosen is None else coded.of_year(chosen), chosen)


def _settle_domestic(spec: IndexSpec, cities: pd.DataFrame) -> IndexSpec:
    """Say whether pairs within a country count, where the specification leaves it to the cities."""
    if spec.choices.domestic != "auto":
        return spec
    countries = 0 if "country" not in cities.columns else cities["country"].nunique()
    some_without = countries == 1 and bool(cities["country"].isna().any())
    return spec.with_choices(domestic="exclude" if countries > 1 or some_without else "include")


def _pairs_that_count(spec: IndexSpec, cities: pd.DataFrame, pairs: pd.DataFrame | None) -> PairUniverse:
    """List the pairs; an index of attributes without the level of corridors needs none."""
    if not spec.choices.corridors and all(leaf.kind == "city" for leaf in spec.indicators):
        return empty_universe(cities)
    return build_universe(cities, domestic=spec.choices.domestic, pairs=pairs)


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """Scores and ranks of one level, and the importances that were used."""

    frame: pd.DataFrame
    importance: FloatArray


def _score(spec: IndexSpec, measured: Measured, reference: pd.DataFrame | None) -> _Scored:
    compiled = compile_index(spec, measured.treated, level=measured.level, reference=reference)
    if len(compiled.labels):
        normalised = _normalise(compiled)
        importance = weigh_compiled(compiled, normalised)
        scores = score_compiled(compiled, normalised=normalised, importance=importance)
    else:
        importance, scores = compiled.importance, np.empty((0, len(compiled.nodes)))
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
        said = f"build_index, level of {compiled.level}: {error}{_hint(compiled)}"
        raise DataError(said, zh=error.zh) from error


def _hint(compiled: CompiledIndex) -> str:
    """Say how values get lost on the way to the cities, if values of pairs are what is lost."""
    of_pairs = [leaf.kind != "city" for leaf in compiled.spec.indicators]
    lost = np.isnan(compiled.treated[:, of_pairs]).any()
    if compiled.level != "cities" or compiled.spec.choices.city_missing != "propagate" or not lost:
        return ""
    return " Missing partners make a city missing: impute, declare absent pairs, or choose city_missing."


def _assemble(
    inputs: Inputs,
    columns: list[PairColumn],
    scored: Mapping[str, _Scored],
    *,
    coverage: FloatArray,
    staying: npt.NDArray[np.bool_],
    universe: PairUniverse,
    at_cities: Measured,
    at_corridors: Measured,
    coded: _Coded | None,
    references: Sequence[IndexResult],
) -> IndexResult:
    """Put the tables of a built index together."""
    spec, names = inputs.spec, [leaf.name for leaf in inputs.spec.indicators]
    ends = universe.frame(directed=spec.choices.directed)
    ends = ends if spec.choices.corridors else ends.iloc[:0]
    coverage_frame = pd.DataFrame(coverage, index=inputs.cities.index, columns=names)
    unused = list_unused_indicators(coded.now, [leaf.read_from for leaf in spec.indicators]) if coded else []
    said = say_cautions(
        inputs.on(universe),
        columns,
        {level: one.frame for level, one in scored.items()},
        {level: one.importance for level, one in scored.items()},
        staying=staying,
        unused=unused,
    )
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
        touched=stack_rows([at_cities.touched, at_corridors.touched]),
        treatments=stack_rows([at_cities.treatments, at_corridors.treatments]),
        modelled=tuple(column.indicator.name for column in columns if column.modelled),
        screened_cities=tuple(inputs.cities.index[~staying]),
        screened_pairs=_gone_pairs(inputs.universe, universe),
        choices=_choices(inputs, universe, coded, references),
        unused=tuple(unused),
        warnings=tuple(en for en, _ in said),
        warnings_zh=tuple(zh for _, zh in said),
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
