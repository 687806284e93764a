"""What claims are checked against: the cities, pairs, ranks and tables of one data set or study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from geobri.errors import SchemaError, mould

__all__ = ["EMPTY_PAIRS", "Facts", "collect_facts"]

EMPTY_PAIRS: Final = pd.DataFrame(columns=["origin", "destination"]).rename_axis("corridor")
"""The pairs of a data set that publishes none."""

_RANK: Final = "rank_"
_TABLE_11: Final = {"rank_bri_printed": "table11", "rank_gci_relative_printed": "world"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facts:
    """The tables that claims are checked against.

    Attributes
    ----------
    name
        Name of the data set or study.
    cities
        Table of cities, index `city`.
    pairs
        Table of pairs with at least one rank, index `corridor`.
    ranks
        Column of `cities` by the name that claims use for it (``overall`` for ``rank_overall``).
    pair_ranks
        The same for `pairs`.
    tables
        Further tables by name, as published.
    names
        What rankings and tables are called in English and Chinese, by the name that claims use.
    remembered
        What is slow to compute and asked for by several claims.
    """

    name: str
    cities: pd.DataFrame
    pairs: pd.DataFrame
    ranks: Mapping[str, pd.Series] = field(default_factory=dict)
    pair_ranks: Mapping[str, pd.Series] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    remembered: dict[str, Any] = field(default_factory=dict, repr=False)

    def with_ranks(self, renamed: Mapping[str, str]) -> Facts:
        """Let some rank names stand for other rankings.

        Parameters
        ----------
        renamed
            Name of the ranking to use instead, by the name that claims use.

        Returns
        -------
        Facts
            The same tables with the ranks exchanged.
        """
        ranks = {**self.ranks, **{name: self.ranks[other] for name, other in renamed.items()}}
        return replace(self, ranks=MappingProxyType(ranks))

    def label_of(self, name: str, language: str = "en") -> str:
        """Give what a ranking or table is called.

        Parameters
        ----------
        name
            The name that claims use (``overall``, ``table10``).
        language
            ``en`` or ``zh``.

        Returns
        -------
        str
            What the file of claims calls it, or the name itself.
        """
        return self.names.get(name, (name, name))[language == "zh"]

    def name_of(self, city: str, language: str = "en") -> str:
        """Give the name of a city to show.

        Parameters
        ----------
        city
            Slug of the city.
        language
            ``en`` or ``zh``.

        Returns
        -------
        str
            Its name in that language, or the slug where there is none.
        """
        names = self.remembered.setdefault(f"names {language}", {})
        if not names:
            column = "name_zh" if language == "zh" else "name"
            known = self.cities[column] if column in self.cities.columns else pd.Series(dtype=object)
            names |= {str(slug): str(name) for slug, name in known.dropna().items() if str(name)}
        return str(names.get(city, city))


def _rank_series(frame: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        str(column).removeprefix(_RANK): pd.to_numeric(frame[column]).dropna()
        for column in frame.columns
        if str(column).startswith(_RANK)
    }


def _table_11_ranks(tables: Mapping[str, pd.DataFrame], overall: pd.Series) -> dict[str, pd.Series]:
    """Complete the ranking behind table 11: cities that it leaves out keep their order in the free places."""
    if "table11" not in tables or not {"city", *_TABLE_11} <= set(tables["table11"].columns):
        return {}
    printed = tables["table11"].set_index("city")
    ranks = {name: pd.to_numeric(printed[column]) for column, name in _TABLE_11.items()}
    ranks["table11_printed"] = ranks["table11"]
    left = overall.drop(printed.index, errors="ignore").sort_values()
    free = sorted(set(range(1, len(overall) + 1)) - set(ranks["table11"]))
    if len(free) == len(left):
        ranks["table11"] = pd.concat([ranks["table11"], pd.Series(free, index=left.index)])
    return ranks


def collect_facts(source: Any) -> Facts:
    """Take cities, pairs, ranks and tables from a data set, a study or anything shaped like them.

    Parameters
    ----------
    source
        Facts, or an object with `cities` (index `city`), and optionally `pairs` or `corridors` (index
        `corridor`, columns `origin` and `destination`), `tables` and `name`. Columns ``rank_…`` become ranks.

    Returns
    -------
    Facts
        What claims are checked against; the tables of `source` are not changed.

    Raises
    ------
    SchemaError
        If there is no table of cities with an index of slugs.
    """
    if isinstance(source, Facts):
        return source
    cities = getattr(source, "cities", None)
    if not isinstance(cities, pd.DataFrame) or cities.index.name != "city":
        raise SchemaError(
            mould(
                "evaluate_claims",
                "the source must have a table 'cities' with the index 'city'",
                f"{type(source).__name__}",
                "Pass a data set such as geobri.datasets.bri22(), or a study",
            )
        )
    pairs = next(
        (frame for name in ("pairs", "corridors") if (frame := getattr(source, name, None)) is not None),
        EMPTY_PAIRS,
    )
    tables = dict(getattr(source, "tables", None) or {})
    ranks = _rank_series(cities)
    if "overall" in ranks:
        ranks |= _table_11_ranks(tables, ranks["overall"])
    return Facts(
        name=str(getattr(source, "name", "study")),
        cities=cities,
        pairs=pairs,
        ranks=MappingProxyType(ranks),
        pair_ranks=MappingProxyType(_rank_series(pairs)),
        tables=MappingProxyType(tables),
    )
