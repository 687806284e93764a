"""One question of a study, answered: the tests behind `geobri proximity`, `decay`, `coastal` and `moran`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from geobri.errors import DataError, mould
from geobri.gazetteer.countries import name_country
from geobri.measures import Level, Measure
from geobri.stats.say.terms import notes
from geobri.study.account import say_left_out
from geobri.study.model import Domain, Study
from geobri.study.opening import say_how_to_open
from geobri.study.pairs import count_pairs, pairs_of
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.stats.flows import DecayResult
    from geobri.stats.results import Question, TestResult

__all__ = [
    "SEED",
    "count_unlisted",
    "find_residuals",
    "positive_only",
    "run_coastal",
    "run_decay",
    "run_moran",
    "run_proximity",
    "run_validation",
]

SEED: Final = 20211001
"""Seed of every simulated null in a report, so that the same study gives the same page."""

_WITHOUT_BLOCKS: Final = ("active", "hubs", "corridors")
_MOST_FOR_DYADS: Final = 150
"""Cities beyond which the commands run fewer exchanges, so that a person need not wait; Python takes any number."""
_EXCHANGES: Final = 19_999
_FEW_EXCHANGES: Final = 99
_MOSTLY: Final = 0.5
"""Share of the corridors that need a value before corridors are compared by type: a published top ten has 10 of 195."""


Asked = str | Measure
"""A measure, or the name of its column."""


def _find(study: Study, value: Asked, of: Level) -> Measure:
    return value if isinstance(value, Measure) else study.measure(value, of)


def _find_flow(study: Study, value: Asked, impedance: str) -> Measure:
    """Find the measure of the corridors that is asked about; against itself there is nothing to test."""
    measure = _find(study, value, "corridors")
    if measure.column == impedance:
        wanted = Words(
            "a measure is tested against a separation that is another column", "检验所用的间隔须为另一列"
        )
        raise DataError(
            mould("geobri", wanted, f"'{impedance}' for both", "Choose another --value, or --impedance")
        )
    return measure


def run_proximity(study: Study, value: Asked, *, impedance: str = "distance_km") -> list[TestResult]:
    """Ask whether the listed corridors are closer than chance, under every null model.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the corridors with ranks.
    impedance
        Column with the separation.

    Returns
    -------
    list of TestResult
        One per null model.
    """
    from geobri.stats.attempts import impossible_result
    from geobri.stats.proximity import proximity_tests

    measure = _find_flow(study, value, impedance)
    pairs = pairs_of(study, measure)
    asked = partial(proximity_tests, study.cities, pairs, measure, rng=SEED, impedance=impedance)
    results: list[TestResult]
    try:
        results = list(asked())
    except (
        DataError
    ) as error:  # blocks in which no city can change places say nothing against the other questions
        results = [
            *asked(nulls=_WITHOUT_BLOCKS),
            impossible_result("proximity_test", measure, "closeness", error),
        ]
    return [_say_of(study, result, measure, "closeness") for result in results]


def run_decay(
    study: Study, value: Asked, *, impedance: str = "distance_km", alone: bool = False
) -> list[TestResult]:
    """Ask whether a flow falls with distance.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the corridors with flows or scores.
    impedance
        Column with the separation.
    alone
        The friction test alone.

    Returns
    -------
    list of TestResult
        The friction test, then Mantel, MRQAP and correlogram for up to 150 cities; last what the data do not allow.
    """
    from geobri.stats.dyads import dyadic_tests
    from geobri.stats.flows import DecayResult, decay_test

    measure = _find_flow(study, value, impedance)
    pairs = pairs_of(study, measure)
    many = len(study.cities) > _MOST_FOR_DYADS
    choices: dict[str, Any] = {"impedance": impedance, "directed": measure.directed, "rng": SEED}
    friction = partial(decay_test, pairs, flow=measure, n_permutations=199 if many else 999, **choices)
    further = partial(dyadic_tests, study.cities, pairs, measure, n_permutations=_EXCHANGES, **choices)
    results = _possible_first(measure, friction, None if many or alone else further)
    caution = positive_only(study, measure, pairs)
    told = [_with_caution(one, caution) if isinstance(one, DecayResult) else one for one in results]
    return [_say_of(study, result, measure, "distance") for result in told]


def _possible_first(
    measure: Measure, friction: partial[DecayResult], further: partial[list[TestResult]] | None
) -> list[TestResult]:
    """Run the test of friction and the further tests of distance; what the data do not allow comes last."""
    from geobri.stats.attempts import IMPOSSIBLE, impossible_result

    found: list[TestResult] = []
    impossible: list[TestResult] = []
    errors = []
    attempts: list[partial[Any]] = [friction] if further is None else [friction, further]
    for attempt in attempts:
        try:
            given = attempt()
        except IMPOSSIBLE as error:
            errors.append(error)
            impossible.append(impossible_result(attempt.func.__name__, measure, "distance", error))
        else:
            found += given if isinstance(given, list) else [given]
    if not found:
        raise errors[0]
    return [*found, *impossible]


def count_unlisted(study: Study, measure: Measure, pairs: pd.DataFrame) -> int:
    """Count the pairs that no row speaks of, where nothing says what they are and all others have more than 0.

    Parameters
    ----------
    study
        A loaded study.
    measure
        A flow.
    pairs
        Its table.

    Returns
    -------
    int
        How many; 0 where zeros are among the pairs, or declared.
    """
    known = pairs[measure.column].dropna()
    if study.flows is None or measure.absent == "zero" or not measure.is_quantity or not (known > 0).all():
        return 0
    domain: Domain = "all" if study.domain == "listed" else study.domain
    whole = count_pairs(study.cities, domain, directed=measure.directed)
    return max(whole - len(known) - _count_blank(study.flows, measure), 0)


def _count_blank(flows: pd.DataFrame, measure: Measure) -> int:
    """Count the pairs that have a row whose cell is empty: they are not known, and nobody can declare them as none."""
    rows = flows[(flows["indicator"] == measure.column) & flows["value"].isna()]
    if measure.year is not None and "year" in rows:
        rows = rows[rows["year"] == measure.year]
    ends = zip(rows["origin"].astype(str), rows["destination"].astype(str), strict=True)
    return len({pair if measure.directed else tuple(sorted(pair)) for pair in ends})


def positive_only(study: Study, measure: Measure, pairs: pd.DataFrame) -> Words | None:
    """Say that a test looks at positive pairs alone, where nothing says what the pairs without a row are.

    Parameters
    ----------
    study
        A loaded study.
    measure
        A flow.
    pairs
        Its table.

    Returns
    -------
    Words or None
        The caution, with the number of pairs that are not looked at; None where zeros are among the pairs.
    """
    known, others = pairs[measure.column].dropna(), count_unlisted(study, measure, pairs)
    if not others:
        return None
    return Words(
        f"Only the {len(known):,} pairs with a value above 0 were looked at; {others:,} other pairs have no row. If these have "
        'none, say absent = "zero": friction is understated without its zeros.',
        f"仅考察数值大于 0 的 {len(known):,} 个城市对；另有 {others:,} 个城市对没有记录。若这些城市对实际为零，请声明 "
        'absent = "zero"：缺少零值会低估距离摩擦。',
    )


def _with_caution(result: TestResult, caution: Words | None) -> TestResult:
    """Put a caution where it is seen: at the end of the sentence, and in the note of the first row."""
    if caution is None or not result.terms:
        return result
    first, *others = result.terms
    noted = replace(first, note=notes(first.note, caution))
    return replace(
        result,
        sentence=f"{result.summary()} {caution.en}",
        sentence_zh=f"{result.summary('zh')}{caution.zh}",
        terms=(noted, *others),
    )


def _say_of(study: Study, result: TestResult, measure: Measure, question: Question) -> TestResult:
    """Let a result say its question, its measure and what the study left out, where the test itself does not."""
    left_out = say_left_out(study.account, measure.column).en
    terms = tuple(
        replace(term, left_out="; ".join(part for part in (term.left_out, left_out) if part))
        for term in result.terms
    )
    return replace(
        result, question=result.question or question, measure=result.measure or measure, terms=terms
    )


def find_residuals(study: Study, value: Asked, *, impedance: str = "distance_km") -> pd.DataFrame:
    """Find the corridors that are stronger than distance and size explain.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the corridors with flows.
    impedance
        Column with the separation.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`: `observed, expected, residual, rank_residual` of a gravity model with a level per city.
    """
    from geobri.stats.flows import fit_gravity, residual_corridors

    measure = _find_flow(study, value, impedance)
    model = fit_gravity(
        pairs_of(study, measure),
        flow=measure,
        impedance=impedance,
        directed=measure.directed,
        n_permutations=_FEW_EXCHANGES,
        rng=SEED,
    )
    return residual_corridors(model)


def run_coastal(study: Study, value: Asked, *, strata: str | None = None) -> list[TestResult]:
    """Ask whether coastal cities differ from inland ones.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the cities.
    strata
        Column of the cities within whose labels they are compared as well, or ``column=label`` for one label against
        all others; what the study says by default, none with an empty text.

    Returns
    -------
    list of TestResult
        Tests of the cities, and of the corridors where they carry the same value.
    """
    from geobri.coast import distance_to_coast
    from geobri.stats.groups import coastal_tests

    measure = _find(study, value, "cities")
    _check_told(study, "coastal", "run_coastal")
    column = measure.column
    complete = column in study.corridors.columns and study.corridors[column].notna().mean() > _MOSTLY
    cities = study.cities.assign(coast_km=distance_to_coast(study.cities))
    cities, within = _with_strata(cities, strata if strata is not None else study.strata)
    found = coastal_tests(
        cities,
        study.corridors if complete else None,
        measure,
        strata=within,
        dimensions=_parts(study, measure),
        corridor_value=study.measure(column, "corridors") if complete else None,
        rng=SEED,
    )
    return [_say_of(study, result, measure, "groups") for result in found]


def _check_told(study: Study, column: str, caller: str) -> None:
    """Refuse a question about what no place says, with the column that opens it."""
    remedy = say_how_to_open(study, column)
    if remedy is not None and study.cities[column].isna().all():
        came = f"none of the {len(study.cities):,} of '{study.name}' has one"
        raise DataError(
            mould(
                caller,
                Words(f"'{column}' of the places must be known", f"各地点须有“{column}”"),
                came,
                remedy.en,
            )
        )


def _with_strata(cities: gpd.GeoDataFrame, wish: str) -> tuple[gpd.GeoDataFrame, Asked | None]:
    """Find the column that divides the cities; ``country=CHN`` divides them into those of China and all others."""
    column, sign, label = wish.partition("=")
    if not wish:
        return cities, None
    if column not in cities.columns:
        wanted = (
            f"--strata must be a column of the cities, or column=label: {', '.join(map(str, cities.columns))}"
        )
        raise DataError(mould("geobri coastal", wanted, repr(wish), "Choose one of these"))
    if not sign:
        return cities, column
    named = _name_label(column, label)
    parts = Measure(
        column=wish,
        of="cities",
        kind="flag",
        label=f"{named.en} and the rest",
        label_zh=f"{named.zh}与其余",
    )
    return cities.assign(**{wish: cities[column].astype(str) == label}), parts


def _name_label(column: str, label: str) -> Words:
    """Call a label of a column what people call it: a country by its name, else the column with it."""
    return name_country(label) if column == "country" else Words(f"{column} {label}")


def _parts(study: Study, measure: Measure) -> tuple[Measure, ...]:
    """List what is compared with each other: the parts of a composite, never the composite among them."""
    siblings = measure.parents[:1] or (measure.column,)
    parts = [
        one
        for one in study.city_measures
        if one.parents[:1] == siblings and one.kind == measure.kind and study.cities[one.column].notna().all()
    ]
    return tuple(parts) if len(parts) > 1 else ()


def run_moran(study: Study, value: Asked) -> list[TestResult]:
    """Ask whether near cities have similar values.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the cities.

    Returns
    -------
    list of TestResult
        Global tests of autocorrelation.
    """
    from geobri.stats.spatial import moran_tests

    measure = _find(study, value, "cities")
    return [
        _say_of(study, result, measure, "neighbours")
        for result in moran_tests(study.cities, measure, rng=SEED)
    ]


def run_validation(study: Study) -> list[TestResult]:
    """Ask whether the flows agree with the published ranks that the study names.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    list of TestResult
        One per level and indicator.
    """
    from geobri.study.validation import validate_study

    return [replace(result, question="agreement") for result in validate_study(study, rng=SEED)]
