"""Two of a kind, side by side: two groups of cities, two rankings of the same cities, two editions of a study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import pandas as pd

from geobri.errors import DataError, first_offenders, mould
from geobri.measures import Level, Measure, find_measure
from geobri.study.known import with_known
from geobri.study.leading import name_rows, place_rows, ranked_measures
from geobri.study.model import Study
from geobri.study.query import name_columns, query

__all__ = ["compare_editions", "compare_groups", "compare_rankings", "compare_sets"]

_CHANGES: Final = ("new", "out", "up", "down", "same")


def _city_measure(study: Study, column: str, caller: str) -> Measure:
    found = find_measure(ranked_measures(study), column)
    if found is None:
        known = ", ".join(one.column for one in ranked_measures(study)) or "none"
        wanted = f"a measure of the cities of '{study.name}' must be one of {known}"
        raise DataError(mould(caller, wanted, repr(column), "Choose one of these"))
    return found


def compare_groups(study: Study, condition: str, *, first: int = 5) -> pd.DataFrame:
    """Compare two groups of cities, measure by measure: those that fulfil a condition, and the others; where it is open counts in neither.

    Parameters
    ----------
    study
        A loaded study.
    condition
        As in `query`: ``country=CHN``, ``coastal=true``.
    first
        How many places count as the front.

    Returns
    -------
    pandas.DataFrame
        One row per measure of the cities: its label in both languages, and for either group (`group`, `others`) how many
        cities have a value (`n`), their mean place among all cities (`mean_place`), their best place and city
        (`best_place`, `best`) and how many stand among the first (`in_first`).

    Raises
    ------
    DataError
        If the condition cannot be read, or one group is empty.
    """
    named = name_columns([condition])
    asked = with_known(study, named)
    inside = query(asked, condition).index
    known = pd.DataFrame(asked.cities).reindex(columns=named).notna().all(axis=1)
    outside = asked.cities.index[known].difference(inside, sort=False)
    if not len(inside) or not len(outside):
        wanted = "a condition must part the cities into two groups"
        came = f"{condition!r}, which {len(inside)} of {len(study.cities)} cities fulfil"
        raise DataError(mould("compare_groups", wanted, came, "Choose another condition"))
    return compare_sets(study, inside, outside, first=first)


def compare_sets(study: Study, group: pd.Index, others: pd.Index, *, first: int = 5) -> pd.DataFrame:
    """Compare two sets of cities, measure by measure.

    Parameters
    ----------
    study
        A loaded study.
    group, others
        Slugs of the cities of either set.
    first
        How many places count as the front.

    Returns
    -------
    pandas.DataFrame
        As `compare_groups` gives it.
    """
    rows = {}
    for measure in ranked_measures(study):
        places = place_rows(study, measure)
        rows[measure.column] = {
            "label": measure.label,
            "label_zh": measure.label_zh,
            **_describe("group", places[places.index.isin(group)], first),
            **_describe("others", places[places.index.isin(others)], first),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def _describe(group: str, places: pd.Series, first: int) -> dict[str, object]:
    return {
        f"{group}_n": len(places),
        f"{group}_mean_place": round(float(places.mean()), 2) if len(places) else None,
        f"{group}_best_place": int(places.min()) if len(places) else None,
        f"{group}_best": str(places.idxmin()) if len(places) else "",
        f"{group}_in_first": int((places <= first).sum()),
    }


def compare_rankings(study: Study, one: str, other: str) -> pd.DataFrame:
    """Compare two rankings on the cities that both have, by their places among these.

    Parameters
    ----------
    study
        A loaded study.
    one, other
        Columns of the cities: ranks, scores or amounts.

    Returns
    -------
    pandas.DataFrame
        One row per common city, in the order of the first: both names, the `place` in either among the common cities, the
        `gap` (places better in the first) and the column in which it is `stronger` (empty where it is level).

    Raises
    ------
    DataError
        If a column is no measure of the cities, or they have fewer than two cities in common.
    """
    measures = [_city_measure(study, column, "compare_rankings") for column in (one, other)]
    strengths = [measure.strength(study.cities[measure.column]).dropna() for measure in measures]
    common = strengths[0].index.intersection(strengths[1].index)
    if len(common) < 2:  # noqa: PLR2004 - one city has no place among others
        wanted = f"'{one}' and '{other}' must rank at least two cities in common"
        raise DataError(mould("compare_rankings", wanted, f"{len(common)}", "Choose other columns"))
    places = [strength.loc[common].rank(ascending=False, method="min").astype(int) for strength in strengths]
    gap = places[1] - places[0]
    names = study.cities.loc[common, [name for name in ("name", "name_zh") if name in study.cities]]
    table = pd.DataFrame(names).assign(
        **{f"place_{one}": places[0], f"place_{other}": places[1], "gap": gap},
        stronger=[one if value > 0 else other if value < 0 else "" for value in gap],
    )
    return table.sort_values(f"place_{one}", kind="stable")


def compare_editions(
    old: Study, new: Study, *, value: str | None = None, of: Level = "cities"
) -> pd.DataFrame:
    """Say what changed from one edition of a study to the next: who came, who left, who rose, who fell, and by what.

    Parameters
    ----------
    old, new
        Two editions; cities are the same by their slug.
    value
        A measure that both have; the first by default.
    of
        ``"cities"`` or ``"corridors"``.

    Returns
    -------
    pandas.DataFrame
        One row per city (or corridor) of either: `name, name_zh`, the `measure` that is followed, `old` and `new` place, `change` (``new``, ``out``, ``up``, ``down``, ``same``), `places`
        gained, `moved_by`, the part of the measure that moved most in the same direction, and `moved_places`, how many places
        it moved; empty where both editions do not have the parts. The largest changes stand first, after who came and left.

    Raises
    ------
    DataError
        If the editions have no measure in common, or not the one asked for.
    """
    offered = [ranked_measures(study, of) for study in (old, new)]
    shared = [one.column for one in offered[0] if find_measure(offered[1], one.column)]
    if not shared or (value is not None and value not in shared):
        wanted = (
            f"both editions must have the measure {value!r}" if value else "both editions must have a measure"
        )
        remedy = f"They share {first_offenders(shared)}" if shared else f"Give their {of} a column in common"
        raise DataError(mould("geobri changes", wanted, "no such column in both", remedy))
    column = value or shared[0]
    was, now = (_places(study, column, of) for study in (old, new))
    table = pd.DataFrame({"old": was, "new": now}).astype("Int64")
    frames: list[pd.DataFrame] = [study.cities if of == "cities" else study.corridors for study in (old, new)]
    names: tuple[Literal["name", "name_zh"], ...] = ("name", "name_zh")
    for at, name in enumerate(names):
        before, after = (
            name_rows(study, frame, name, arrow=study.directed)
            for study, frame in zip((old, new), frames, strict=True)
        )
        table.insert(at, name, after.reindex(table.index).fillna(before.reindex(table.index)))
    table.insert(len(names), "measure", column)
    gained = table["old"] - table["new"]
    table["change"] = [
        _name_change(before, after) for before, after in zip(table["old"], table["new"], strict=True)
    ]
    table["places"] = gained
    movers = _find_movers(old, new, column, gained, of)
    table["moved_by"] = [part for part, _ in movers]
    table["moved_places"] = pd.array([step for _, step in movers], dtype="Int64")
    order = pd.DataFrame(
        {
            "kind": table["change"].map(_CHANGES.index).clip(upper=2),
            "size": -gained.abs().fillna(0),
            "new": table["new"],
        },
        index=table.index,
    )
    by_change = table.loc[order.sort_values(["kind", "size", "new"], kind="stable").index]
    return by_change.rename_axis("city" if of == "cities" else "corridor")


def _places(study: Study, column: str, of: Level) -> pd.Series:
    found = find_measure(ranked_measures(study, of), column)
    assert found is not None
    return place_rows(study, found)


def _name_change(before: Any, after: Any) -> str:
    if pd.isna(before):
        return "new"
    if pd.isna(after):
        return "out"
    return "same" if before == after else "up" if int(str(after)) < int(str(before)) else "down"


def _find_movers(
    old: Study, new: Study, column: str, gained: pd.Series, of: Level
) -> list[tuple[str, int | None]]:
    """Name for each row the part of the measure that moved most in the direction of the whole, and by how many places."""
    parts = [
        one.column
        for one in ranked_measures(new, of)
        if column in one.parents and find_measure(ranked_measures(old, of), one.column) is not None
    ]
    if not parts:
        return [("", None)] * len(gained)
    moved = pd.DataFrame(
        {part: _places(old, part, of) - _places(new, part, of) for part in parts}, index=gained.index
    )
    rows = moved.astype("Int64").itertuples(index=False)
    return [
        _find_mover(dict(zip(parts, row, strict=True)), places)
        for row, places in zip(rows, gained, strict=True)
    ]


def _find_mover(moved: Mapping[str, Any], places: Any) -> tuple[str, int | None]:
    """Name the part that moved most in the direction of the whole; nothing if none did."""
    known = {part: int(str(step)) for part, step in moved.items() if not pd.isna(step)}
    if pd.isna(places) or not known:
        return "", None
    whole = int(str(places))
    part = max(known, key=lambda name: known[name] * whole)
    return (part, known[part]) if known[part] * whole > 0 else ("", None)
