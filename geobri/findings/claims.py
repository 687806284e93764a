"""Claims as data: what a report says, where, and how it is checked. A TOML file, read with errors that name the line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, get_args, get_type_hints

from geobri.errors import InputError, SpecificationError
from geobri.findings.answers import Check, CitySet, PairSet
from geobri.findings.language import Call, find_call_faults, find_dependencies, parse_statement
from geobri.findings.needs import data_needed
from geobri.findings.vocabulary import VOCABULARY
from geobri.inputs import parse_toml, read_text

__all__ = [
    "Alternative",
    "AskedBy",
    "Claim",
    "ClaimFile",
    "Kind",
    "find_claim_file",
    "load_claims",
    "parse_claims",
]

Kind = Literal["lookup", "count", "comparison", "statistical", "outside data"]

_KINDS: Final = get_args(Kind)
AskedBy = Literal["report", "geobri"]

_NEEDED: Final = ("id", "where", "kind")
_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "claim": frozenset(
        {*_NEEDED, "en", "zh", "quoted", "test", "under", "untestable", "caution", "contradiction"}
    ),
    "question": frozenset({*_NEEDED, "en", "zh", "test", "under", "caution", "contradiction"}),
}
_TOP: Final = frozenset(
    {"report", "as_printed", "groups", "names", "alternative", "reasons", "claim", "question"}
)
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another meaning of some groups or rankings, under which the claims that use them are asked again.

    Attributes
    ----------
    label, label_zh
        What the definition is called.
    groups
        Selector by group name.
    ranks
        Name of the ranking to use instead, by the name that claims use.
    """

    label: str
    label_zh: str
    groups: Mapping[str, Call]
    ranks: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of a report, or a question that geobri asks of its own. It holds no verdict: that is computed.

    Attributes
    ----------
    id
        Unique name.
    report
        Name of the data set or study it is about.
    where
        Section, table or page.
    en, zh
        The sentence in English and Chinese (short). In the packaged files `zh` is what the report prints, word for word:
        ``……`` stands for words left out, ``〔…〕`` for words put in.
    quoted
        What is printed, where that is not `zh`; empty otherwise, and for every question.
    asked_by
        ``report`` for what a report says; ``geobri`` for a question of geobri's own, which no verdict can accuse the
        report of.
    kind
        ``lookup``, ``count``, ``comparison``, ``statistical`` or ``outside data``.
    tests
        The statements that make the claim; all must hold.
    under
        The same under other definitions, by their name.
    untestable, untestable_zh
        Why no data at hand can check it; empty when `tests` can.
    caution, caution_zh
        What the figures cannot bear, said behind them; empty for most claims.
    contradiction
        Id of the row of contradictions.csv that this claim detects, if any.
    line
        Line of the file where the claim starts; 0 if unknown.
    """

    id: str
    report: str
    where: str
    en: str
    zh: str
    kind: Kind
    quoted: str = ""
    asked_by: AskedBy = "report"
    tests: tuple[Call, ...] = ()
    under: Mapping[str, tuple[Call, ...]] = field(default_factory=dict)
    untestable: str = ""
    untestable_zh: str = ""
    caution: str = ""
    caution_zh: str = ""
    contradiction: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFile:
    """The claims of one file with the groups, alternatives and names of rankings that they share; questions come last."""

    name: str
    report: str
    as_printed: str
    as_printed_zh: str
    groups: Mapping[str, Call]
    alternatives: tuple[Alternative, ...]
    claims: tuple[Claim, ...]
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def needs(self, claim: Claim) -> tuple[str, ...]:
        """List the columns and tables that a claim of this file looks at.

        Parameters
        ----------
        claim
            One of `claims`.

        Returns
        -------
        tuple of str
            Such as ``cities.rank_overall`` or ``table10.effect``; empty for a claim that cannot be tested.
        """
        return data_needed(claim.tests, self.groups)


class _Reader:
    """Collects every fault of a file with its line, and raises them together."""

    def __init__(self, text: str, name: str) -> None:
        self.lines = text.splitlines()
        self.name = name
        self.report = name
        self.groups: dict[str, Call] = {}
        self.reasons: Mapping[str, Any] = {}
        self.faults: list[tuple[int, str]] = []

    def starts(self, header: str) -> list[int]:
        pattern = re.compile(rf"\s*\[\[\s*{header}\s*\]\]\s*(#.*)?$")
        return [number for number, line in enumerate(self.lines, start=1) if pattern.match(line)]

    def line_of(self, text: str, first: int = 1, last: int | None = None) -> int:
        """Give the line that holds a text, or the first line of the stretch."""
        for number in range(max(first, 1), (last or len(self.lines)) + 1):
            if text in self.lines[number - 1]:
                return number
        return first

    def table_of(
        self, data: Mapping[str, Any], key: str, span: tuple[int, int | None] = (1, None)
    ) -> dict[str, Any]:
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self.fault(self.line_of(key, *span), f"'{key}' must be a table, not {value!r}")
        return {}

    def tables_of(self, data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        value = data.get(key, [])
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return value
        self.fault(self.line_of(key), f"'{key}' must be tables headed [[{key}]], not {value!r}")
        return []

    def fault(self, line: int, message: str) -> None:
        self.faults.append((line, message))

    def statement(self, text: Any, line: int, *, gives: tuple[Any, ...]) -> Call | None:
        """Parse one statement and check its words; note the fault and give None where it is wrong."""
        if not isinstance(text, str):
            self.fault(line, f"a statement is text, not {text!r}")
            return None
        try:
            call = parse_statement(text)
        except SpecificationError as error:
            self.fault(line, str(error))
            return None
        faults = find_call_faults(call, VOCABULARY)
        if not faults and _given(call) not in gives:
            faults = [f"'{call.name}' cannot stand here. Use a {'verb' if Check in gives else 'selector'}"]
        for fault in faults:
            self.fault(line, fault)
        return None if faults else call

    def raise_faults(self) -> None:
        if self.faults:
            listed = "\n".join(
                f"  {self.name}, line {line}: {message}" for line, message in sorted(self.faults)
            )
            raise SpecificationError(f"load_claims: {len(self.faults)} faults in {self.name}:\n{listed}")


def _given(call: Call) -> Any:
    return get_type_hints(VOCABULARY[call.name])["return"]


def load_claims(path: str | Path) -> ClaimFile:
    """Read a file of claims.

    Parameters
    ----------
    path
        A TOML file in the vocabulary of the findings (see docs/findings.md).

    Returns
    -------
    ClaimFile
        The claims, in the order of the file, with their groups and alternatives.

    Raises
    ------
    SpecificationError
        With every fault of the file and its line: TOML syntax, missing or unknown keys, doubled ids, unknown verbs,
        arguments that do not fit.
    """
    path = Path(path)
    try:
        text = read_text(path, caller="load_claims")
    except InputError as error:
        raise SpecificationError(str(error)) from error
    return parse_claims(text, name=path.name)


def find_claim_file(name: str) -> Path:
    """Find the packaged claims of a built-in data set.

    Parameters
    ----------
    name
        Name of the data set (``bri22``).

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    SpecificationError
        If no claims are packaged under this name.
    """
    folder = Path(__file__).parents[1] / "data" / "claims"
    path = folder / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in folder.glob("*.toml")))
        raise SpecificationError(f"find_claim_file: no claims are packaged for '{name}'. Known are {known}")
    return path


def parse_claims(text: str, *, name: str = "claims.toml") -> ClaimFile:
    """Read claims from text.

    Parameters
    ----------
    text
        TOML in the vocabulary of the findings.
    name
        What to call the file in messages.

    Returns
    -------
    ClaimFile
        The claims, in the order of the text.

    Raises
    ------
    SpecificationError
        With every fault and its line.
    """
    reader = _Reader(text, name)
    try:
        data = parse_toml(text, name=name, caller="load_claims")
    except InputError as error:
        raise SpecificationError(str(error)) from error
    for key in sorted(set(data) - _TOP):
        reader.fault(reader.line_of(key), f"unknown key '{key}'. Known are {', '.join(sorted(_TOP))}")
    reader.report = str(data.get("report", Path(name).stem))
    reader.reasons = reader.table_of(data, "reasons")
    _read_groups(reader, reader.table_of(data, "groups"))
    alternatives = _read_alternatives(reader, reader.tables_of(data, "alternative"))
    claims = _read_claims(reader, data)
    names = {key: _read_words(reader, words) for key, words in reader.table_of(data, "names").items()}
    printed = reader.table_of(data, "as_printed")
    reader.raise_faults()
    return ClaimFile(
        name=name,
        report=reader.report,
        as_printed=str(printed.get("en", "as printed")),
        as_printed_zh=str(printed.get("zh", "按原文")),
        groups=MappingProxyType(reader.groups),
        alternatives=tuple(alternatives),
        claims=tuple(claims),
        names=MappingProxyType(names),
    )


def _read_groups(reader: _Reader, table: Mapping[str, Any]) -> None:
    for key, text in table.items():
        call = reader.statement(text, reader.line_of(f"{key} "), gives=(CitySet, PairSet))
        if call is not None:
            reader.groups[key] = call
    for key, call in list(reader.groups.items()):
        if key in find_dependencies(call, VOCABULARY, reader.groups).groups:
            reader.fault(
                reader.line_of(f"{key} "), f"the group '{key}' is defined by itself. Name cities instead"
            )


def _read_alternatives(reader: _Reader, tables: Sequence[Mapping[str, Any]]) -> list[Alternative]:
    starts = reader.starts("alternative")
    lines = starts if len(starts) == len(tables) else [1] * len(tables)
    return [_read_alternative(reader, table, line) for table, line in zip(tables, lines, strict=True)]


def _read_alternative(reader: _Reader, table: Mapping[str, Any], line: int) -> Alternative:
    replaced = {}
    for key, text in reader.table_of(table, "groups", (line, None)).items():
        where = reader.line_of(f"{key} ", line)
        if key not in reader.groups:
            reader.fault(
                where, f"there is no group '{key}' to redefine. Known are {', '.join(reader.groups)}"
            )
        call = reader.statement(text, where, gives=(CitySet, PairSet))
        if call is not None:
            replaced[key] = call
    label = str(table.get("en", table.get("zh", "")))
    if not label:
        reader.fault(line, "an alternative needs a name 'en' or 'zh'")
    return Alternative(
        label=label,
        label_zh=str(table.get("zh", label)),
        groups=MappingProxyType(replaced),
        ranks=MappingProxyType(
            {str(key): str(value) for key, value in reader.table_of(table, "ranks", (line, None)).items()}
        ),
    )


def _read_claims(reader: _Reader, data: Mapping[str, Any]) -> list[Claim]:
    """Read the claims, then the questions; an id is used once among both."""
    claims: list[Claim] = []
    for header in _KEYS:
        tables = reader.tables_of(data, header)
        for table, span in zip(tables, _find_spans(reader, header, len(tables)), strict=True):
            claim = _read_claim(reader, header, table, span)
            if claim.id in {other.id for other in claims}:
                reader.fault(span[0], f"the id '{claim.id}' is used twice. Ids are unique")
            claims.append(claim)
    if not claims:
        reader.fault(1, "there is no [[claim]]. Write at least one")
    return claims


def _find_spans(reader: _Reader, header: str, number: int) -> list[tuple[int, int]]:
    """Give the first and last line of each table with this header; the whole file where they cannot be told apart."""
    starts = reader.starts(header)
    if len(starts) != number:
        return [(1, len(reader.lines))] * number
    everything = sorted(line for other in (*_KEYS, "alternative") for line in reader.starts(other))
    ends = [next((line - 1 for line in everything if line > start), len(reader.lines)) for start in starts]
    return list(zip(starts, ends, strict=True))


def _read_claim(reader: _Reader, header: str, table: Mapping[str, Any], span: tuple[int, int]) -> Claim:
    _check_keys(reader, header, table, span)
    why, why_zh = _read_words(reader, table.get("untestable", ""))
    caution, caution_zh = _read_words(reader, table.get("caution", ""))
    others = reader.table_of(table, "under", span)
    under = {str(label): _read_tests(reader, texts, span) for label, texts in others.items()}
    return Claim(
        id=str(table.get("id", "")),
        report=reader.report,
        where=str(table.get("where", "")),
        en=str(table.get("en", table.get("zh", ""))),
        zh=str(table.get("zh", table.get("en", ""))),
        kind=table.get("kind", "lookup"),
        quoted=str(table.get("quoted", "")),
        asked_by="geobri" if header == "question" else "report",
        tests=_read_tests(reader, table.get("test", []), span),
        under=MappingProxyType(under),
        untestable=why,
        untestable_zh=why_zh,
        caution=caution,
        caution_zh=caution_zh,
        contradiction=str(table.get("contradiction", "")),
        line=span[0],
    )


def _read_words(reader: _Reader, value: Any) -> tuple[str, str]:
    """Read a remark in both languages: written out, or the name of one of the reasons of the file."""
    words = value if isinstance(value, dict) else reader.reasons.get(str(value), {"en": value})
    if not isinstance(words, dict):
        words = {"en": words}
    return str(words.get("en", "")), str(words.get("zh", words.get("en", "")))


def _check_keys(reader: _Reader, header: str, table: Mapping[str, Any], span: tuple[int, int]) -> None:
    first, last = span
    for key in _NEEDED:
        if not table.get(key):
            reader.fault(first, f"the {header} needs '{key}'")
    if not (table.get("en") or table.get("zh")):
        reader.fault(first, f"the {header} needs its sentence in 'en' or 'zh'")
    known = _KEYS[header]
    for key in sorted(set(table) - known):
        where = reader.line_of(key, first, last)
        reader.fault(where, f"unknown key '{key}'. Known are {', '.join(sorted(known))}")
    if table.get("kind") and table["kind"] not in _KINDS:
        where = reader.line_of("kind", first, last)
        reader.fault(where, f"unknown kind '{table['kind']}'. Known are {', '.join(_KINDS)}")
    if table.get("id") and not _ID.fullmatch(str(table["id"])):
        where = reader.line_of("id", first, last)
        reader.fault(where, f"the id '{table['id']}' must be lower-case words joined by '-'")
    if header == "question" and not table.get("test"):
        reader.fault(first, "a question of our own needs a 'test'")
    elif bool(table.get("test")) == bool(table.get("untestable")):
        reader.fault(first, f"the {header} needs either a 'test' or a reason why it is 'untestable'")


def _read_tests(reader: _Reader, texts: Any, span: tuple[int, int]) -> tuple[Call, ...]:
    calls = []
    for text in texts if isinstance(texts, list) else [texts]:
        call = reader.statement(text, reader.line_of(str(text), *span), gives=(Check,))
        if call is not None:
            calls.append(call)
    return tuple(calls)
