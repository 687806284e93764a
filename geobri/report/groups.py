"""Two groups of places, measure by measure: a country against the others, the coast against the inland, or what a study parts in two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from geobri.gazetteer.countries import name_country
from geobri.measures import label_column
from geobri.report.model import Cell, Column, Fold, Row, Section, Table
from geobri.report.numbers import write_number
from geobri.report.terms import name_place
from geobri.study import Study
from geobri.study.contrast import compare_sets
from geobri.words import Words

__all__ = ["groups_section"]

_FEWEST: Final = 3
"""Places that either group must have."""
_LEAST_SHARE: Final = 0.2
"""Share of the places that a country must have, and leave, to be set against the others."""
_MOST_SPLITS: Final = 4
_MOST_MEASURES: Final = 16
_LEVEL_PLACES: Final = 0.5
_LEVEL_SHARE: Final = 0.02
"""Mean places that are nearer than half a place, or than this share of all places, are level: nobody leads by them."""
_FIRST: Final = (5, 20)
_SHORT: Final = 60
"""Length of a ranking from which the front is twenty places and not five."""
_FLAGS: Final = {
    "coastal": (Words("coastal", "沿海"), Words("inland", "内陆")),
    "capital": (Words("capitals", "首都"), Words("others", "其他")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """Places in two groups, and what they are called."""

    key: str
    group: pd.Index
    others: pd.Index
    name: Words
    other_name: Words


def groups_section(study: Study) -> Section | None:
    """Make the section that compares two groups of places in every measure.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None where the places have no two measures, or nothing parts them in two groups of three or more.
    """
    splits = _find_splits(study)
    shown = [one for one in study.shown("cities") if one.has_order]
    if len(shown) < 2 or not splits:  # noqa: PLR2004 - one measure is no comparison by measures
        return None
    told = [one for split in splits[:_MOST_SPLITS] if (one := _tell(study, split)) is not None]
    if not told:
        return None
    (answer, table), *more = told
    return Section(
        "two-groups",
        Words("Two groups, measure by measure", "两组比较：逐项指标"),
        short=Words("Groups", "分组比较"),
        answer=answer,
        tables=(table,),
        limits=Words(
            "What this cannot show: why. Places are those among all, so one group's gain is the other's loss, and a few places of a group decide its mean.",
            "这不能说明：原因。名次以全体排列，一组之得即另一组之失；少数几个地点即可左右一组的平均名次。",
        ),
        folds=tuple(Fold(said, tables=(other,)) for said, other in more),
    )


def _find_splits(study: Study) -> list[_Split]:
    """Find what parts the places in two: the most frequent country, flags, and columns of two values that the study declares."""
    cities = pd.DataFrame(study.cities)
    counts = cities["country"].value_counts()
    splits = []
    if len(counts) > 1 and _LEAST_SHARE <= counts.iloc[0] / len(cities) <= 1 - _LEAST_SHARE:
        lead, known = cities["country"] == counts.index[0], cities["country"].notna()
        name, rest = name_country(counts.index[0]), Words("other countries", "其他国家/地区")
        splits.append(_split("country", cities.index[lead], cities.index[~lead & known], name, rest))
    declared = {one.column: one for one in study.city_measures if one.kind in ("flag", "category")}
    for column in dict.fromkeys(["coastal", "capital", *declared, "region", study.strata]):
        values = cities[column].dropna() if column in cities.columns else pd.Series(dtype=object)
        if values.nunique() != 2:  # noqa: PLR2004 - two groups
            continue
        if pd.api.types.is_bool_dtype(values):
            one, other = True, False
            own = declared.get(column)
            en = own.label if own else label_column(column)
            zh = own.label_zh if own else en
            names = _FLAGS.get(column, (Words(en, zh), Words(f"not: {en}", f"非{zh}")))
        else:
            one, other = values.value_counts().index
            names = _name_values(cities, column, one, other)
        groups = [values.index[values == value] for value in (one, other)]
        splits.append(_split(column, groups[0], groups[1], *names))
    return [one for one in splits if min(len(one.group), len(one.others)) >= _FEWEST]


def _split(key: str, group: pd.Index, others: pd.Index, name: Words, other_name: Words) -> _Split:
    return _Split(key=key, group=group, others=others, name=name, other_name=other_name)


def _name_values(cities: pd.DataFrame, column: str, one: object, other: object) -> tuple[Words, Words]:
    chinese = f"{column}_zh" if f"{column}_zh" in cities.columns else column
    named = dict(zip(cities[column], cities[chinese], strict=True))
    return Words(str(one), str(named[one])), Words(str(other), str(named[other]))


def _tell(study: Study, split: _Split) -> tuple[Words, Table] | None:
    """Say in how many measures a group stands before the other, and list them."""
    shown = [one for one in study.shown("cities") if one.has_order]
    ranked = max(int(study.cities[one.column].notna().sum()) for one in shown)
    first = _FIRST[0] if ranked < _SHORT else _FIRST[1]
    compared = compare_sets(study, split.group, split.others, first=first)
    compared = compared.reindex([one.column for one in shown if one.column in compared.index])
    compared = compared[(compared["group_n"] > 0) & (compared["others_n"] > 0)].head(_MOST_MEASURES)
    if compared.empty:
        return None
    return _say_lead(split, compared), _table(study, split, compared, first)


def _say_lead(split: _Split, compared: pd.DataFrame) -> Words:
    """Say where a group stands before the other, and where the two are level: no lead is said of a difference that is none."""
    lead = compared["others_mean_place"] - compared["group_mean_place"]
    nothing = (_LEVEL_SHARE * (compared["group_n"] + compared["others_n"])).clip(lower=_LEVEL_PLACES)
    level = lead.abs() < nothing
    ahead = compared[(lead > 0) & ~level]
    n, of, even = len(ahead), len(compared), compared[level]
    named = ("; ".join(ahead["label"]), "、".join(ahead["label_zh"])) if 0 < n < of else ("", "")
    near = _say_near(nothing[level])
    tied = Words(
        f" Level ({near.en} apart): {'; '.join(even['label'])}.",
        f"持平（相差{near.zh}）的有：{'、'.join(even['label_zh'])}。",
    )
    said = Words(
        f"By mean place “{split.name.en}” ({len(split.group)}) stands before “{split.other_name.en}” ({len(split.others)}) in {n} of {of} measures"
        + (f": {named[0]}." if named[0] else "."),
        f"按平均名次，“{split.name.zh}”（{len(split.group)}）在 {of} 项中的 {n} 项领先于“{split.other_name.zh}”（{len(split.others)}）"
        + (f"：{named[1]}。" if named[1] else "。"),
    )
    return said + tied if len(even) else said


def _say_near(limits: pd.Series[float]) -> Words:
    """Say how near two mean places are that count as level: half a place, or a share of the places."""
    if (limits <= _LEVEL_PLACES).all():
        return Words("less than half a place", "不足半个名次")
    share = f"{100 * _LEVEL_SHARE:.0f}"
    return Words(f"less than {share} % of the places", f"不足全部名次的 {share}%")


def _table(study: Study, split: _Split, compared: pd.DataFrame, first: int) -> Table:
    sides = {"group": split.name, "others": split.other_name}
    columns = [Column(Words("Measure", "指标"))]
    for side in sides.values():
        columns += [
            Column(Words(f"{side.en}: mean place", f"{side.zh}：平均名次"), "number"),
            Column(Words(f"{side.en}: best", f"{side.zh}：最佳")),
            Column(Words(f"{side.en}: in the first {first}", f"{side.zh}：前{first}名内"), "number"),
        ]
    rows = tuple(
        Row(
            (
                Cell(Words(str(row["label"]), str(row["label_zh"]))),
                *(cell for side in sides for cell in _cells(study, row, side)),
            ),
            cities=tuple(str(row[f"{side}_best"]) for side in sides),
        )
        for _, row in compared.iterrows()
    )
    caption = Words(
        f"“{split.name.en}” against “{split.other_name.en}”, measure by measure; who has no place in a measure counts in neither group",
        f"“{split.name.zh}”与“{split.other_name.zh}”逐项比较；某项无名次者不计入该项",
    )
    return Table(f"groups-{split.key}", caption, tuple(columns), rows)


def _cells(study: Study, row: pd.Series, side: str) -> tuple[Cell, Cell, Cell]:
    mean, place, inside = (row[f"{side}_{what}"] for what in ("mean_place", "best_place", "in_first"))
    city = name_place(study, row[f"{side}_best"])
    return (
        Cell(Words(write_number(float(mean))), float(mean)),
        Cell(Words(f"{city.en} ({int(place)})", f"{city.zh}（{int(place)}）")),
        Cell(Words(str(int(inside))), int(inside)),
    )
