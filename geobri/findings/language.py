"""The language of claims: one call per statement, such as ``count_is(both(top(overall, 10), coastal), 7)``.

A statement is a verb with its arguments in parentheses. Arguments are numbers, words (quoted where they are not a
plain name: ``"hong-kong"``), lists in square brackets, named groups, or selectors with their own parentheses. Nothing
else is understood, and nothing is ever run as Python.
"""

from __future__ import annotations

import ast
import difflib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from geobri.errors import SpecificationError, first_offenders
from geobri.findings.answers import Check, CityRank, CitySet, PairRank, PairSet
from geobri.findings.facts import Facts

__all__ = [
    "Call",
    "Dependencies",
    "Scope",
    "Vocabulary",
    "bind_arguments",
    "find_call_faults",
    "find_dependencies",
    "parse_statement",
]

Vocabulary = Mapping[str, Callable[..., Any]]
"""The verbs and selectors a statement may use, by name."""

_DEEPEST = 12
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Call:
    """A verb or selector with its arguments, as parsed."""

    name: str
    arguments: tuple[Any, ...]
    keywords: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        """Write the call as it stands in a claim."""
        said = [_write(one) for one in self.arguments]
        said += [f"{name}={_write(one)}" for name, one in self.keywords]
        return f"{self.name}({', '.join(said)})"


def _write(value: Any) -> str:
    if isinstance(value, str):
        return value if value.isidentifier() else f'"{value}"'
    if isinstance(value, tuple):
        return f"[{', '.join(_write(one) for one in value)}]"
    return str(value)


def parse_statement(text: str) -> Call:
    """Parse one statement.

    Parameters
    ----------
    text
        Such as ``rank_is(singapore, overall, 1)``.

    Returns
    -------
    Call
        The verb with its arguments; nothing is looked up yet.

    Raises
    ------
    SpecificationError
        If it is not a call, or holds anything but calls, words, numbers and lists.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        raise SpecificationError(
            f"cannot read '{text}': {reason}. Write a verb with its arguments"
        ) from error
    parsed = _convert(tree, text, 0)
    if not isinstance(parsed, Call):
        raise SpecificationError(f"'{_shorten(text)}' is no statement. Write a verb with its arguments")
    return parsed


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"


def _convert(node: ast.expr, text: str, depth: int) -> Any:
    if depth > _DEEPEST:
        raise SpecificationError(
            f"'{text}' is nested more than {_DEEPEST} deep. Name a part of it as a group"
        )
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords) if all(
            one.arg for one in keywords
        ):
            return Call(
                name,
                tuple(_convert(one, text, depth + 1) for one in arguments),
                tuple((str(one.arg), _convert(one.value, text, depth + 1)) for one in keywords),
            )
        case ast.Name(id=word):
            return word
        case ast.Constant(value=str() | bool() | int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return tuple(_convert(one, text, depth + 1) for one in elements)
        case _:
            said = ast.get_source_segment(text.strip(), node) or text
            raise SpecificationError(
                f"'{_shorten(said)}' is not understood. Use words, numbers, lists and verbs only"
            )


@cache
def _signature(function: Callable[..., Any]) -> tuple[inspect.Signature, dict[str, Any]]:
    return inspect.signature(function), get_type_hints(function)


def bind_arguments(call: Call, function: Callable[..., Any]) -> Iterator[tuple[str, Any, Any]]:
    """Give parameter name, its type and the argument of a call, in order.

    Parameters
    ----------
    call
        The parsed call.
    function
        The verb or selector that it names.

    Yields
    ------
    tuple
        Name, type and argument; several for a parameter that takes many.

    Raises
    ------
    TypeError
        If the arguments do not fit.
    """
    signature, hints = _signature(function)
    bound = signature.bind(None, *call.arguments, **dict(call.keywords))
    for name, value in bound.arguments.items():
        kind = signature.parameters[name].kind
        if name == next(iter(signature.parameters)):
            continue
        for one in value if kind is inspect.Parameter.VAR_POSITIONAL else (value,):
            yield name, hints[name], one


def find_call_faults(call: Call, vocabulary: Vocabulary) -> list[str]:
    """List what is wrong with a statement before any data is seen.

    Parameters
    ----------
    call
        The parsed statement.
    vocabulary
        Verbs and selectors by name.

    Returns
    -------
    list of str
        One sentence per fault; empty when it can be asked.
    """
    function = vocabulary.get(call.name)
    if function is None:
        near = difflib.get_close_matches(call.name, vocabulary, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See the vocabulary in the documentation"
        return [f"there is no verb or selector '{call.name}'. {hint}"]
    try:
        bound = list(bind_arguments(call, function))
    except TypeError as error:
        wanted = ", ".join(list(inspect.signature(function).parameters)[1:])
        return [f"{call.name}({wanted}): {error}"]
    return [
        fault
        for name, hint, value in bound
        for fault in _argument_faults(f"{call.name}: '{name}'", hint, value, vocabulary)
    ]


def _argument_faults(who: str, hint: Any, value: Any, vocabulary: Vocabulary) -> list[str]:
    if isinstance(value, Call):
        faults = find_call_faults(value, vocabulary)
        given = None if faults else _signature(vocabulary[value.name])[1]["return"]
        if not faults and not _fits(given, hint):
            faults = [f"{who} takes {_say_kind(hint)}, and {value.name} gives {_say_kind(given)}"]
        return faults
    if hint is CitySet and isinstance(value, tuple):
        return [fault for one in value for fault in _argument_faults(who, hint, one, vocabulary)]
    if hint in (CitySet, PairSet, CityRank, PairRank, str) and not isinstance(value, str):
        return [f"{who} takes {_say_kind(hint)}, not {value!r}"]
    if hint == tuple[str, ...] and not (
        isinstance(value, tuple) and all(isinstance(one, str) for one in value)
    ):
        return [f"{who} takes a list of words in square brackets, not {_write(value)}"]
    if hint in (int, float) and (
        isinstance(value, (str, bool, tuple)) or (hint is int and not isinstance(value, int))
    ):
        return [f"{who} takes {_say_kind(hint)}, not {_write(value)}"]
    return []


def _fits(given: Any, wanted: Any) -> bool:
    return given is wanted or wanted is Any or (given is int and wanted is float)


def _say_kind(hint: Any) -> str:
    kinds = {
        CitySet: "cities", PairSet: "pairs", CityRank: "the name of a ranking of cities", Check: "an answer",
        PairRank: "the name of a ranking of pairs", int: "a whole number", float: "a number", str: "a word",
    }  # fmt: skip
    return kinds.get(hint, str(hint))


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The named groups and the rankings that a statement depends on, inside its groups too."""

    groups: frozenset[str]
    ranks: frozenset[str]


def find_dependencies(call: Call, vocabulary: Vocabulary, groups: Mapping[str, Call]) -> Dependencies:
    """Find the groups and rankings that a statement depends on.

    Parameters
    ----------
    call
        The parsed statement; it has passed `find_call_faults`.
    vocabulary
        Verbs and selectors by name.
    groups
        The named groups.

    Returns
    -------
    Dependencies
        Names of groups, those inside other groups included, and names of rankings.
    """
    used: set[str] = set()
    ranks: set[str] = set()
    waiting = [call]
    while waiting:
        for hint, word in _words(waiting.pop(), vocabulary):
            if isinstance(word, Call):
                waiting.append(word)
            elif hint in (CitySet, PairSet) and word in groups and word not in used:
                used.add(word)
                waiting.append(groups[word])
            elif hint in (CityRank, tuple[str, ...]):
                ranks.add(word)
    return Dependencies(frozenset(used), frozenset(ranks))


def _words(call: Call, vocabulary: Vocabulary) -> Iterator[tuple[Any, Any]]:
    for _, hint, value in bind_arguments(call, vocabulary[call.name]):
        for one in value if isinstance(value, tuple) else (value,):
            yield hint, one


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a statement is answered: the facts, the vocabulary and the meaning of the named groups."""

    facts: Facts
    vocabulary: Vocabulary
    groups: Mapping[str, Call]
    rng: Any = None

    def answer(self, call: Call) -> Any:
        """Answer a statement, or give what a selector selects.

        Parameters
        ----------
        call
            The parsed statement; it has passed `find_call_faults`.

        Returns
        -------
        Check, CitySet, PairSet or number
            What the verb or selector returns.

        Raises
        ------
        SpecificationError
            If it names a city, ranking or table that the facts do not have.
        """
        function = self.vocabulary[call.name]
        signature, hints = _signature(function)
        bound = signature.bind(self.facts, *call.arguments, **dict(call.keywords))
        for name, value in list(bound.arguments.items())[1:]:
            many = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
            coerced = (
                tuple(self._coerce(one, hints[name]) for one in value)
                if many
                else self._coerce(value, hints[name])
            )
            bound.arguments[name] = coerced
        if "rng" in signature.parameters and "rng" not in bound.arguments:
            bound.arguments["rng"] = self.rng
        return function(*bound.args, **bound.kwargs)

    def _coerce(self, value: Any, hint: Any) -> Any:
        if isinstance(value, Call):
            return self.answer(value)
        if hint is CitySet:
            return self._cities(value)
        if hint is PairSet:
            return self.answer(self.groups[value]) if value in self.groups else PairSet((value,))
        if hint is CityRank:
            return CityRank(_known(value, self.facts.ranks, "ranking of cities"))
        if hint is PairRank:
            return PairRank(_known(value, self.facts.pair_ranks, "ranking of pairs"))
        return value

    def _cities(self, value: Any) -> CitySet:
        if isinstance(value, tuple):
            sets = [self._coerce(one, CitySet) for one in value]
            return CitySet(tuple(dict.fromkeys(name for one in sets for name in one.names)))
        if value in self.groups:
            found: CitySet = self.answer(self.groups[value])
            return found
        return CitySet((_known(value, self.facts.cities.index, "city or group"),))


def _known(word: str, known: Any, kind: str) -> str:
    if word in known:
        return word
    names = [str(one) for one in known]
    near = difflib.get_close_matches(word, names, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known are {first_offenders(names, most=8)}"
    raise SpecificationError(f"there is no {kind} '{word}'. {hint}")
