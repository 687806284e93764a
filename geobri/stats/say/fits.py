"""The sentence on a fitted model, in English and Chinese."""

from __future__ import annotations

import math
from collections.abc import Sequence

from geobri.stats.say.numbers import number
from geobri.words import Words

__all__ = ["say_fit"]


def say_fit(
    names: Sequence[str],
    numbers: Sequence[float],
    errors: Sequence[float],
    *,
    title: Words,
    pairs: int,
    constant: float,
    likelihood: tuple[float, float, float],
) -> Words:
    """Say what a fitted model found, and how well it fits.

    Parameters
    ----------
    names, numbers, errors
        Coefficients with their naive standard errors, the constant not among them.
    title
        The model in a few words.
    pairs
        How many pairs it was fitted to.
    constant
        The constant; NaN where levels of cities take its place.
    likelihood
        Log-likelihood, AIC and BIC; NaN where the fit has none.

    Returns
    -------
    Words
        The sentence.
    """
    found = [
        f"{name} {number(one, 4)} (± {number(error, 2)})"
        for name, one, error in zip(names, numbers, errors, strict=True)
    ]
    if math.isnan(constant):
        level = Words("levels of cities in place of a constant", "以城市水平代替常数项")
    else:
        level = Words(f"constant {number(constant, 4)}", f"常数项{number(constant, 4)}")
    loglik, aic, bic = likelihood
    fits = Words("", "")
    if math.isfinite(loglik):
        written = f"{loglik:,.1f}, AIC {aic:,.1f}, BIC {bic:,.1f}"
        fits = Words(f"; log-likelihood {written}", f"；对数似然{written}")
    return Words(
        f"{title.en}: {', '.join([*found, level.en])}; {pairs:,} pairs{fits.en}. Errors take pairs as independent.",
        f"{title.zh}：{'，'.join([*found, level.zh])}；{pairs:,}个城市对{fits.zh}。标准误把城市对视为相互独立。",
    )
