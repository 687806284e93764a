"""Shares of the nodes of an index within their parent, as exact fractions that sum to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from geobri.errors import first_offenders

__all__ = ["ROOT", "exact_share", "find_share_faults", "to_fraction"]

ROOT: Final = "overall"
_SHARE_TOLERANCE: Final = Fraction(1, 10**9)


def exact_share(share: object) -> object:
    """Turn an importance into a fraction.

    Parameters
    ----------
    share
        As `to_fraction` takes it, or None.

    Returns
    -------
    object
        The fraction; what is no number is left for the list of faults.
    """
    try:
        return None if share is None else to_fraction(share)
    except ValueError:
        return share


def to_fraction(share: object) -> Fraction:
    """Read an importance exactly.

    Parameters
    ----------
    share
        ``"1/3"``, ``"25 %"``, ``"0.25"``, an integer, a float (taken as printed, 0.1 is 1/10) or a `Fraction`.

    Returns
    -------
    Fraction
        The exact value.

    Raises
    ------
    ValueError
        If it is not a number.
    """
    if isinstance(share, bool):
        raise ValueError("a boolean is no importance")  # noqa: TRY004 - one kind of error for the caller
    text = str(share).strip()
    try:
        return Fraction(text[:-1].strip()) / 100 if text.endswith("%") else Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError(f"{text!r} divides by zero") from error


def find_share_faults(
    dimensions: Sequence[Mapping[str, Any]], indicators: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Find the families of nodes whose shares do not make a whole.

    Parameters
    ----------
    dimensions, indicators
        Entries of the specification.

    Returns
    -------
    list of str
        Sentences that say what is wrong, under which parent, and what to do.
    """
    families: dict[str, list[Mapping[str, Any]]] = {}
    for entry in dimensions:
        families.setdefault(str(entry.get("parent", ROOT)), []).append(entry)
    for entry in indicators:
        families.setdefault(str(entry.get("dimension")), []).append(entry)
    faults = []
    for parent, family in families.items():
        faults += _family_faults(parent, family)
    return faults


def _family_faults(parent: str, family: Sequence[Mapping[str, Any]]) -> list[str]:
    shares: list[Fraction] = []
    faults, negative = [], []
    stated = [entry for entry in family if entry.get("importance") is not None]
    for entry in stated:
        try:
            shares.append(to_fraction(entry["importance"]))
        except ValueError:
            faults.append(
                f"{entry.get('name')!r}: importance = {entry['importance']!r} is not a number. Write '1/3' or 0.25."
            )
            continue
        if shares[-1] < 0:
            negative.append(str(entry.get("name")))
    if negative:
        faults.append(
            f"under {parent!r}: negative importance of {first_offenders(negative)}. Use direction = -1 to turn an indicator."
        )
    if stated and len(stated) < len(family):
        silent = [entry.get("name") for entry in family if entry.get("importance") is None]
        faults.append(
            f"under {parent!r}: state the importance of all children or of none; missing for {first_offenders(silent)}."
        )
    elif not faults and stated and abs(sum(shares, Fraction(-1))) > _SHARE_TOLERANCE:
        said = " + ".join(str(share) for share in shares)
        faults.append(
            f"under {parent!r}: importances must sum to 1, but {said} = {float(sum(shares)):g}. Write exact fractions such as '1/6'."
        )
    return faults
