"""One question of a study, answered: the tests behind `geobri proximity`, `decay`, `coastal` and `moran`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from geobri.errors import DataError
from geobri.study.model import Study

if TYPE_CHECKING:
    from geobri.stats.results import TestResult

__all__ = [
    "SEED",
    "find_residuals",
    "run_coastal",
    "run_decay",
    "run_moran",
    "run_proximity",
    "run_validation",
]

SEED: Final = 20211001
"""Seed of every simulated null in a report, so that the same study gives the same page."""

_MOST_FOR_DYADS: Final = 150
"""Cities beyond which the commands run fewer exchanges, so that a person need not wait; Python takes any number."""
_EXCHANGES: Final = 1999
_FEW_EXCHANGES: Final = 99
_FEWEST_IN_STRATUM: Final = 2
_MOSTLY: Final = 0.5
"""Share of the corridors that need a value before corridors are compared by type: a published top ten has 10 of 195."""


def _check_value(study: Study, value: str, table: str) -> None:
    frame = study.cities if table == "cities" else study.corridors
    if value not in frame.columns:
        offered = [
            one.column for one in (study.city_measures if table == "cities" else study.corridor_measures)
        ]
        raise DataError(
            f"geobri: --value must be a column of the {table}: {', '.join(offered) or 'none'}. Got {value!r}. Choose one of these."
        )


def run_proximity(study: Study, value: str, *, impedance: str = "distance_km") -> list[TestResult]:
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
    from geobri.stats.proximity import proximity_tests

    _check_value(study, value, "corridors")
    best = "smallest" if value.startswith("rank") else "largest"
    return list(
        proximity_tests(study.cities, study.corridors, value, rng=SEED, impedance=impedance, best=best)
    )


def run_decay(study: Study, value: str, *, impedance: str = "distance_km") -> list[TestResult]:
    """Ask whether a flow falls with distance.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the corridors with flows or scores.
    impedance
        Column with the separation.

    Returns
    -------
    list of TestResult
        The friction test, then Mantel, MRQAP and correlogram for up to 150 cities.
    """
    from geobri.stats.decay import decay_test
    from geobri.stats.dyads import dyadic_tests

    _check_value(study, value, "corridors")
    many = len(study.cities) > _MOST_FOR_DYADS
    friction = decay_test(
        study.corridors,
        flow=value,
        impedance=impedance,
        directed=study.directed,
        n_permutations=199 if many else 999,
        rng=SEED,
    )
    if many:
        return [friction]
    return [
        friction,
        *dyadic_tests(
            study.cities,
            study.corridors,
            value,
            impedance=impedance,
            directed=study.directed,
            n_permutations=_EXCHANGES,
            rng=SEED,
        ),
    ]


def find_residuals(study: Study, value: str, *, impedance: str = "distance_km") -> pd.DataFrame:
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
    from geobri.stats.gravity import fit_gravity, residual_corridors

    _check_value(study, value, "corridors")
    model = fit_gravity(
        study.corridors,
        flow=value,
        impedance=impedance,
        directed=study.directed,
        n_permutations=_FEW_EXCHANGES,
        rng=SEED,
    )
    return residual_corridors(model)


def run_coastal(study: Study, value: str) -> list[TestResult]:
    """Ask whether coastal cities differ from inland ones.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the cities.

    Returns
    -------
    list of TestResult
        Tests of the cities, and of the corridors where they carry the same value.
    """
    from geobri.coast import distance_to_coast
    from geobri.stats.coastal import coastal_tests

    _check_value(study, value, "cities")
    complete = value in study.corridors.columns and study.corridors[value].notna().mean() > _MOSTLY
    home = (
        study.cities["country"] == study.cities["country"].mode().iloc[0]
        if study.cities["country"].notna().any()
        else None
    )
    cities = study.cities.assign(coast_km=distance_to_coast(study.cities), home_country=home)
    others = [one.column for one in study.city_measures if one.is_rank and cities[one.column].notna().all()]
    found = coastal_tests(
        cities,
        study.corridors if complete else None,
        value,
        strata="home_country" if _divides(cities) else None,
        dimensions=others if len(others) > 1 and value in others else (),
        rng=SEED,
    )
    return list(found)


def _divides(cities: pd.DataFrame) -> bool:
    """Tell whether the most frequent country, and the rest, have coastal and inland cities both."""
    known = cities[cities["coastal"].notna()]
    counts = known.groupby([known["home_country"].astype(bool), known["coastal"].astype(bool)]).size()
    return len(counts) == 4 and bool(counts.min() >= _FEWEST_IN_STRATUM)  # noqa: PLR2004 - two sides of two strata


def run_moran(study: Study, value: str) -> list[TestResult]:
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
    from geobri.stats.autocorrelation import moran_tests

    _check_value(study, value, "cities")
    return list(moran_tests(study.cities, value, rng=SEED))


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

    return validate_study(study, rng=SEED)
