"""Method and sources: how the page was made, what the data do not say, where the source contradicts itself."""

from __future__ import annotations

import re
from itertools import zip_longest

import pandas as pd

import geobri
from geobri.findings.where import say_where_zh
from geobri.gazetteer.countries import name_country
from geobri.report.model import Cell, Column, Fold, Row, Section, Table
from geobri.report.terms import name_region
from geobri.study import Study
from geobri.study.account import REASONS, say_number, tabulate_account
from geobri.study.analysis import Analysis
from geobri.study.sample import cover
from geobri.study.saying import say_taken
from geobri.words import Words, list_words

__all__ = ["name_part", "say_part_left_out", "source_section"]

_METHOD = (
    Words(
        "Cities are points, corridors great-circle lines between them; distances are WGS84 geodesics in kilometres. "
        "The lines show which cities are joined, not the routes that anything travels.",
        "城市为点，通路为两座城市之间的大圆线；距离为 WGS84 测地线公里数。线条表示哪些城市相连，而不是实际的运输路线。",
    ),
)
_NONE_IS_ZERO = Words(
    "A pair without a row counts as none where the study says so; how many is in the account below. Any other value that the "
    "source does not give is missing here: nothing was estimated to fill a gap.",
    "研究声明“无记录即为零”者按零计，其数量见下方记录；来源未给出的其他数值在此保持缺失，没有为填补空缺而作任何估计。",
)
_NOT_FILLED = Words(
    "A value that the source does not give is missing here. Nothing was estimated to fill a gap.",
    "来源未给出的数值在此保持缺失，没有为填补空缺而作任何估计。",
)
_FILLED = Words(
    "A value that the source does not give is missing here, but for those that the index fills by the rule of its "
    "specification: they are counted beside the scores.",
    "来源未给出的数值在此保持缺失；指数按其设定规则填补的数值除外，其数量列于得分处。",
)
_LICENCES_ZH = {"public domain": "公有领域"}
_HASH = 12
_MOST_COUNTRIES = 12
_ACCOUNT_COLUMNS = (
    Column(Words("Measure", "指标")),
    Column(Words("Rows", "行"), "text"),
    Column(Words("Count", "行数"), "number"),
    Column(Words("Sum", "合计"), "number"),
    Column(Words("Which", "说明")),
)
_BASE = Words("Base map: Natural Earth (public domain).", "底图：Natural Earth（公有领域）。")
_COORDINATES = Words("Coordinates: GeoNames (CC BY 4.0).", "坐标：GeoNames（CC BY 4.0）。")
"""Of the published studies; a folder says it where its places were found by their names."""


_COLUMNS = (
    Words("Kind", "类别"),
    Words("Here", "此处"),
    Words("says", "写道"),
    Words("There", "彼处"),
    Words("says", "写道"),
    Words("Note", "说明"),
)
_NATURES = {
    "contradiction": Words("contradiction", "矛盾"),
    "misprint": Words("misprint", "印误"),
    "remark": Words("remark", "说明"),
}


def _account(study: Study) -> tuple[Table, ...]:
    """List what was read, used and left out, with sums."""
    table = tabulate_account(study.account)
    if table.empty:
        return ()
    labels = {one.column: Words(one.label, one.label_zh) for one in study.measures}
    rows = tuple(
        Row(
            (
                Cell(labels.get(str(line["measure"]), Words(str(line["measure"])))),
                Cell(REASONS[str(line["reason"])]),
                Cell(Words(f"{line['rows']:,}"), int(line["rows"])),
                Cell(
                    Words("" if _has_no_sum(line) else say_number(line["total"])),
                    None if _has_no_sum(line) else float(line["total"]),
                ),
                Cell(Words(str(line["detail"]))),
            )
        )
        for _, line in table.iterrows()
    )
    caption = Words(
        "What was read, used and left out (account.csv)", "读入、使用与未使用的记录（account.csv）"
    )
    return (Table("account", caption, _ACCOUNT_COLUMNS, rows, first_rows=20),)


def _has_no_sum(line: pd.Series) -> bool:
    return bool(line["reason"] == "filled" or pd.isna(line["total"]))


def _provenance(study: Study) -> tuple[Table, ...]:
    """List where the data come from: address, date of retrieval and hash, per source and its measures."""
    if not study.sources:
        return ()
    labels = {one.column: Words(one.label, one.label_zh) for one in study.measures}
    rows = tuple(
        Row(
            (
                Cell(Words(one.name, one.name_zh)),
                Cell(list_words([labels.get(name, Words(name)) for name in one.measures])),
                Cell(Words(one.address or one.package)),
                Cell(Words("" if one.retrieved is None else one.retrieved.isoformat())),
                Cell(Words(one.sha256[:_HASH])),
                Cell(Words(one.licence, _LICENCES_ZH.get(one.licence, ""))),
            )
        )
        for one in study.sources
    )
    columns = (
        Column(Words("Source", "来源")),
        Column(Words("Measures", "指标")),
        Column(Words("Address", "地址")),
        Column(Words("Retrieved", "获取日期")),
        Column(Words("SHA-256", "SHA-256")),
        Column(Words("Terms", "使用条款")),
    )
    caption = Words(
        "Where the data come from; the first digits of the hash of each file as it was fetched",
        "数据来源；哈希为获取时文件的前几位",
    )
    return (Table("provenance", caption, columns, rows, first_rows=20),)


def _coverage(study: Study) -> tuple[Table, ...]:
    """Say what the cities cover: how many by region and coast, and of how many countries; nothing where none of it is known."""
    table, valued = cover(study), bool(study.shown("cities"))
    if not table.index.difference(["", "all"]).size and not table[["coastal", "inland", "countries"]].any(
        axis=None
    ):
        return ()
    numbers = [
        ("cities", Words("Cities", "城市数")),
        ("coastal", Words("Coastal", "沿海")),
        ("inland", Words("Inland", "内陆")),
        ("coast_unknown", Words("Coast unknown", "沿海与否不详")),
        ("countries", Words("Countries", "国家/地区数")),
        ("valued", Words("With a value", "有数值")),
    ]
    shown = [(name, words) for name, words in numbers if (valued or name != "valued") and table[name].any()]
    rows = tuple(
        Row(
            (
                Cell(_name_region(str(region))),
                *(Cell(Words(f"{row[name]:,}"), int(row[name])) for name, _ in shown),
                Cell(_name_countries(str(row["countries_named"]))),
            )
        )
        for region, row in table.iterrows()
    )
    columns = (
        Column(Words("World region", "区域")),
        *(Column(words, "number") for _, words in shown),
        Column(Words("Countries, with their cities", "国家/地区及城市数")),
    )
    return (Table("coverage", Words("What the cities cover", "样本覆盖"), columns, rows, first_rows=12),)


def _name_region(region: str) -> Words:
    if region == "all":
        return Words("all", "合计")
    return name_region(region) if region else Words("unknown", "不详")


def _name_countries(listed: str) -> Words:
    """Name the first countries of a list of codes with counts, and say how many follow."""
    pairs = [one.rsplit(" ", 1) for one in listed.split("; ") if one]
    named = [(name_country(code), count) for code, count in pairs[:_MOST_COUNTRIES]]
    more = len(pairs) - len(named)
    said = [
        ", ".join(f"{name.en} {n}" for name, n in named),
        "、".join(f"{name.zh} {n}" for name, n in named),
    ]
    return Words(said[0] + f" and {more:,} more", said[1] + f"等，另有 {more:,} 个") if more else Words(*said)


def _contradictions(found: pd.DataFrame | None) -> tuple[Table, ...]:
    """Return the table of where the source contradicts itself, grouped by its nature."""
    if found is None or found.empty:
        return ()
    rows = tuple(
        Row(
            tuple(Cell(words) for words in _say_row(row)),
            cities=tuple(row["cities"]),
            corridors=tuple(row["corridors"]),
            group=str(row["nature"]),
        )
        for _, row in found.iterrows()
    )
    caption = Words(
        "Where the source contradicts itself; misprints; remarks (contradictions.csv)",
        "来源自相矛盾之处、印误与说明（contradictions.csv）",
    )
    columns = tuple(Column(heading) for heading in _COLUMNS)
    groups = tuple(
        (name, words) for name, words in _NATURES.items() if any(row.group == name for row in rows)
    )
    return (Table("contradictions", caption, columns, rows, groups=groups, searchable=True, first_rows=8),)


def _say_row(row: pd.Series) -> tuple[Words, ...]:
    """Say one row in both languages."""

    def both(name: str) -> Words:
        english, chinese = ("" if pd.isna(row[one]) else str(row[one]) for one in (name, f"{name}_zh"))
        return Words(english, chinese or english)

    where_a, where_b = str(row["where_a"]), str(row["where_b"])
    return (
        _NATURES[str(row["nature"])],
        Words(where_a, say_where_zh(where_a)),
        both("says_a"),
        Words(where_b, say_where_zh(where_b)),
        both("says_b"),
        both("note"),
    )


_AS_ABOVE = Words(
    "The source of the data stands under the title of this page, and in the entry below.",
    "数据来源见本页标题之下，以及下方的引用条目。",
)
_PARTS = {
    "tests": Words("tests", "检验"),
    "scores": Words("scores", "指数得分"),
    "uncertainty": Words("rank intervals", "名次区间"),
    "audit": Words("what the ranks allow", "由排序反推"),
    "findings": Words("claims", "论断检验"),
    "proximity": Words("closeness of the listed corridors", "有排序的通路是否更近"),
    "decay": Words("distance", "距离衰减"),
    "coastal": Words("coast", "沿海与内陆"),
    "moran": Words("neighbours", "邻近城市"),
    "validation": Words("agreement with published ranks", "与已发布排序的一致性"),
}
"""What the parts of an analysis are called."""


def name_part(name: str) -> Words:
    """Name a part of an analysis.

    Parameters
    ----------
    name
        As in `Analysis.left_out`.

    Returns
    -------
    Words
        ``coast``.
    """
    return _PARTS[name]


def say_part_left_out(name: str, reason: Words) -> Words:
    """Say that a part of an analysis is not there, and why.

    Parameters
    ----------
    name
        The part, as in `Analysis.left_out`.
    reason
        Why.

    Returns
    -------
    Words
        The sentence.
    """
    return Words(f"Left out: {_PARTS[name].en}. {reason.en}", f"未包含：{_PARTS[name].zh}。{reason.zh}")


def _say_notes(study: Study) -> list[Words]:
    """Give the notes of a study in both languages; those without a translation stand in the one they have."""
    return [
        Words(note or other, other or note)
        for note, other in zip_longest(study.notes, study.notes_zh, fillvalue="")
    ]


def _taken(study: Study) -> tuple[Fold, ...]:
    """List what nobody declared and was inferred from the tables."""
    if not study.taken:
        return ()
    heading = Words("Inferred, with its reason", "推断的内容与依据")
    lines = tuple(say_taken(study.taken, study.tell))
    return (Fold(Words("What was taken for what", "推断了什么"), points=((heading, lines),)),)


def _cite(study: Study) -> Fold:
    """Give this page as an entry of BibTeX, in either language."""
    return Fold(
        Words("Cite this page (BibTeX)", "引用本页（BibTeX）"),
        code=Words(
            _write_entry(
                study.name,
                study.title,
                f"Data: {study.citation}" if study.citation else "",
                "Page made with geobri",
            ),
            _write_entry(
                study.name,
                study.title_zh or study.title,
                f"数据：{study.citation_zh or study.citation}" if study.citation else "",
                "网页由 geobri 生成，版本",
            ),
        ),
    )


def _write_entry(name: str, title: str, note: str, made: str) -> str:
    plain = {key: re.sub(r"[{}\\\\]", "", text) for key, text in (("title", title), ("note", note))}
    lines = [f"  {key} = {{{text}}}," for key, text in plain.items() if text]
    lines.append(f"  howpublished = {{{made} {geobri.__version__}}},")
    key = re.sub(r"[^A-Za-z0-9]", "", name) or "study"
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def source_section(study: Study, analysis: Analysis) -> Section:
    """Make the section on method and sources.

    Parameters
    ----------
    study
        A loaded study.
    analysis
        What was computed; what was left out is said here.

    Returns
    -------
    Section
        Method, citation, licence, notes and known contradictions.
    """
    said = [_AS_ABOVE] if study.citation else []
    licence_zh = study.licence_zh or study.licence
    terms = [Words(f"Terms: {study.licence}", f"使用条款：{licence_zh}")] if study.licence else []
    filled = study.scores is not None and bool(study.scores.imputed.to_numpy().any())
    zeros = any(count.reason == "filled" and count.rows for count in study.account)
    left_out = [say_part_left_out(name, reason) for name, reason in analysis.left_out]
    return Section(
        "sources",
        Words("Method and sources", "方法与来源"),
        short=Words("Sources", "来源"),
        paragraphs=(*_METHOD, _FILLED if filled else _NONE_IS_ZERO if zeros else _NOT_FILLED, *said, *terms),
        tables=(
            *_coverage(study),
            *_provenance(study),
            *_account(study),
            *_contradictions(analysis.contradictions),
        ),
        notes=(
            *study.cautions,
            *_say_notes(study),
            *left_out,
            _BASE,
            *((_COORDINATES,) if study.published else ()),
        ),
        folds=(*_taken(study), _cite(study)),
    )
