"""How well fitted flows agree with observed ones."""

from __future__ import annotations

import numpy as np

from geobri.errors import DataError, mould
from geobri.stats.doors import checked
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["common_part", "goodness_of_fit", "similarity_index", "standardised_rmse"]


def _both(observed: FloatArray, fitted: FloatArray, caller: str) -> tuple[FloatArray, FloatArray]:
    """Give both flows as arrays, of the same pairs."""
    observed, fitted = np.asarray(observed, dtype=np.float64), np.asarray(fitted, dtype=np.float64)
    usable = observed.shape == fitted.shape and observed.size > 0
    if not usable or min(observed.min(), fitted.min()) < 0 or observed.sum() <= 0:
        came = f"shapes {observed.shape} and {fitted.shape}"
        remedy = "Pass observed and fitted flows of the same pairs"
        raise DataError(
            mould(
                caller,
                Words(
                    "needs two tables of flows, at least 0 and not all 0",
                    "需要两张流量表，流量不得为负，也不得全为零",
                ),
                came,
                remedy,
            )
        )
    return observed, fitted


@checked
def standardised_rmse(observed: FloatArray, fitted: FloatArray) -> float:
    """Give the root mean squared error as a share of the mean flow (SRMSE).

    Parameters
    ----------
    observed, fitted
        Flows of the N pairs.

    Returns
    -------
    float
        0 for a perfect fit.

    Raises
    ------
    DataError
        If the shapes differ, flows are negative, or there is no flow at all.

    References
    ----------
    Knudsen, D. C. and Fotheringham, A. S. (1986). Matrix comparison, goodness-of-fit, and spatial interaction modeling. 10.1177/016001768601000203.
    """
    observed, fitted = _both(observed, fitted, "standardised_rmse")
    return float(np.sqrt(np.mean((observed - fitted) ** 2)) / observed.mean())


@checked
def similarity_index(observed: FloatArray, fitted: FloatArray) -> float:
    """Give Sørensen's similarity, averaged over pairs (SSI).

    Parameters
    ----------
    observed, fitted
        Flows of the N pairs; pairs where both are 0 agree.

    Returns
    -------
    float
        Mean of 2 min / sum, from 0 to 1 for a perfect fit.

    Raises
    ------
    DataError
        If the shapes differ, flows are negative, or there is no flow at all.

    References
    ----------
    Lenormand, M., Huet, S., Gargiulo, F. and Deffuant, G. (2012). A universal model of commuting networks. 10.1371/journal.pone.0045985.
    """
    observed, fitted = _both(observed, fitted, "similarity_index")
    total = observed + fitted
    shares = np.divide(2 * np.minimum(observed, fitted), total, out=np.ones_like(total), where=total > 0)
    return float(shares.mean())


@checked
def common_part(observed: FloatArray, fitted: FloatArray) -> float:
    """Give the common part of commuters (CPC): the share of all flow that both tables have in common.

    Parameters
    ----------
    observed, fitted
        Flows of the N pairs.

    Returns
    -------
    float
        2 sum(min) / sum of both, from 0 to 1 for a perfect fit.

    Raises
    ------
    DataError
        If the shapes differ, flows are negative, or there is no flow at all.

    References
    ----------
    Lenormand, M., Bassolas, A. and Ramasco, J. J. (2016). Systematic comparison of trip distribution laws and models. 10.1016/j.jtrangeo.2015.12.008.
    """
    observed, fitted = _both(observed, fitted, "common_part")
    return float(2 * np.minimum(observed, fitted).sum() / (observed.sum() + fitted.sum()))


@checked
def goodness_of_fit(observed: FloatArray, fitted: FloatArray) -> dict[str, float]:
    """Give all measures of fit at once.

    Parameters
    ----------
    observed, fitted
        Flows of the N pairs, at least 0.

    Returns
    -------
    dict
        `srmse, ssi, cpc` and `r_squared` (squared correlation; NaN if the fit is constant).

    Raises
    ------
    DataError
        If the shapes differ, flows are negative, or there is no flow at all.
    """
    observed, fitted = _both(observed, fitted, "goodness_of_fit")
    varies = np.ptp(fitted) > 0 and np.ptp(observed) > 0
    correlation = float(np.corrcoef(observed, fitted)[0, 1]) if varies else float("nan")
    return {
        "srmse": standardised_rmse(observed, fitted),
        "ssi": similarity_index(observed, fitted),
        "cpc": common_part(observed, fitted),
        "r_squared": correlation**2,
    }
