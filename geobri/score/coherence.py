"""Do the indicators hang together? Correlation, principal components, Cronbach's alpha, double counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from geobri.errors import DataError, first_offenders, mould
from geobri.score.spec import IndexSpec

if TYPE_CHECKING:
    from geobri.score.result import IndexResult

__all__ = [
    "COHERENCE_COLUMNS",
    "CorrelationMethod",
    "PrincipalComponents",
    "correlate",
    "cronbach_alpha",
    "find_double_counting",
    "fit_principal_components",
    "summarise_coherence",
]

CorrelationMethod = Literal["pearson", "spearman", "kendall"]
COHERENCE_COLUMNS = ("node", "children", "alpha", "first_component", "mean_correlation", "n", "note")
_MUCH_ABSENT = 0.25
_FEWEST_UNITS = 3
_UNMEASURED = (float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PrincipalComponents:
    """Principal components of the correlation matrix.

    Attributes
    ----------
    eigenvalues
        Largest first; they sum to the number of columns.
    explained
        Share of the variance of each component.
    loadings
        Columns by components: correlation of the column with the component; each component points to where the sum of
        its loadings is positive.
    n
        Number of complete units.
    """

    eigenvalues: pd.Series[float]
    explained: pd.Series[float]
    loadings: pd.DataFrame
    n: int


def correlate(scores: pd.DataFrame, *, method: CorrelationMethod = "pearson") -> pd.DataFrame:
    """Correlate columns pairwise.

    Parameters
    ----------
    scores
        Units by columns; pairs of columns use the units where both are known.
    method
        ``"pearson"``, ``"spearman"`` or ``"kendall"`` (tau-b).

    Returns
    -------
    pandas.DataFrame
        Square, 1 on the diagonal; NaN for a constant column.
    """
    return scores.corr(method=method)


def fit_principal_components(scores: pd.DataFrame) -> PrincipalComponents:
    """Find the principal components of standardised columns.

    Parameters
    ----------
    scores
        Units by columns; units with a missing column are left out.

    Returns
    -------
    PrincipalComponents
        Eigenvalues, shares and loadings.

    Raises
    ------
    DataError
        If fewer than three complete units remain or a column is constant.
    """
    complete = _complete(scores, "fit_principal_components")
    eigenvalues, vectors = np.linalg.eigh(
        np.corrcoef(complete.to_numpy(dtype=float), rowvar=False).reshape(len(scores.columns), -1)
    )
    eigenvalues, vectors = np.clip(eigenvalues[::-1], 0.0, None), vectors[:, ::-1]
    loadings = vectors * np.sqrt(eigenvalues) * np.where(vectors.sum(axis=0) < 0, -1.0, 1.0)
    names = pd.Index([f"PC{place}" for place in range(1, len(eigenvalues) + 1)])
    return PrincipalComponents(
        eigenvalues=pd.Series(eigenvalues, index=names),
        explained=pd.Series(eigenvalues / eigenvalues.sum(), index=names),
        loadings=pd.DataFrame(loadings, index=scores.columns, columns=names),
        n=len(complete),
    )


def cronbach_alpha(scores: pd.DataFrame) -> float:
    """Compute Cronbach's alpha, the internal consistency of columns on one scale.

    Parameters
    ----------
    scores
        Units by columns on one scale; units with a missing column are left out.

    Returns
    -------
    float
        k / (k - 1) (1 - sum of the variances / variance of the sum); NaN for a single column.

    Raises
    ------
    DataError
        If fewer than three complete units remain or a column is constant.

    References
    ----------
    Cronbach, L. J. (1951). Psychometrika 16(3), 297-334. 10.1007/BF02310555.

    Examples
    --------
    >>> towns = pd.DataFrame({"jobs": [3.0, 9.0, 5.0], "homes": [9.0, 6.0, 2.0]}, index=pd.Index(["ash", "elm", "oak"], name="city"))
    >>> round(cronbach_alpha(towns), 2)
    -0.65
    """
    k = scores.shape[1]
    if k < 2:  # noqa: PLR2004 - consistency among one is undefined
        return float("nan")
    matrix = _complete(scores, "cronbach_alpha").to_numpy(dtype=float)
    return float(k / (k - 1) * (1.0 - matrix.var(axis=0, ddof=1).sum() / matrix.sum(axis=1).var(ddof=1)))


def find_double_counting(
    scores: pd.DataFrame, spec: IndexSpec, *, threshold: float = 0.9, method: CorrelationMethod = "spearman"
) -> pd.DataFrame:
    """List pairs of indicators that may measure the same thing.

    Parameters
    ----------
    scores
        Units by columns, among them the indicators of `spec`.
    spec
        The index; tells which pairs share a dimension and how much they weigh together.
    threshold
        Least absolute correlation to be listed.
    method
        Kind of correlation.

    Returns
    -------
    pandas.DataFrame
        Rows ``one, other, correlation, same_dimension, effective, both_lowest, warning, warning_zh``, strongest first; `effective`
        is the importance that the two have together in the whole index, `both_lowest` the share of units that are lowest in
        both (no link at all, as a rule).

    Notes
    -----
    A correlation is a hint, not a proof: two indicators of one cause may both be wanted. What is counted twice weighs
    more than the table of weights says. Where most units are lowest in both, the correlation tells above all that both
    are absent together.
    """
    names = [leaf.name for leaf in spec.indicators]
    matrix = correlate(scores[names], method=method).to_numpy()
    rows, columns = np.triu_indices(len(names), k=1)
    strong = np.abs(matrix[rows, columns]) >= threshold
    up, share = spec.parents, spec.effective_importance()
    titles = {
        node.name: (node.title or node.name, node.title_zh or node.title or node.name)
        for node in spec.indicators
    }
    array, found = scores[names].to_numpy(dtype=float), []
    lowest = array == np.nanmin(np.where(np.isnan(array), np.inf, array), axis=0)
    for row, column in zip(rows[strong], columns[strong], strict=True):
        one, other, r = names[row], names[column], float(matrix[row, column])
        together = float(share[one] + share[other])
        empty = float((lowest[:, row] & lowest[:, column]).mean())
        said = _say_double(titles[one], titles[other], r, together, empty)
        found.append((one, other, r, up[one] == up[other], together, empty, *said))
    names_of_columns = [
        "one",
        "other",
        "correlation",
        "same_dimension",
        "effective",
        "both_lowest",
        "warning",
        "warning_zh",
    ]
    frame = pd.DataFrame(found, columns=names_of_columns)
    return frame.sort_values("correlation", key=np.abs, ascending=False, kind="stable", ignore_index=True)


def _say_double(
    one: tuple[str, str], other: tuple[str, str], r: float, together: float, empty: float
) -> tuple[str, str]:
    what = "may count the same thing twice" if r > 0 else "may cancel each other"
    what_zh = "可能重复计量同一事物" if r > 0 else "可能相互抵消"
    much = empty >= _MUCH_ABSENT
    absent = f"; {empty:.0%} of the units are lowest in both" if much else ""
    absent_zh = f"；{empty:.0%} 的单元在两项中均为最低" if much else ""
    return (
        f"{one[0]} and {other[0]} {what}: correlation {r:.2f}, {together:.0%} of the index together{absent}.",
        f"{one[1]} 与 {other[1]} {what_zh}：相关系数 {r:.2f}，合计占指数的 {together:.0%}{absent_zh}。",
    )


def summarise_coherence(
    result: IndexResult, *, level: Literal["cities", "corridors"] = "cities"
) -> pd.DataFrame:
    """Say for every node how well its children hang together.

    Parameters
    ----------
    result
        A finished index.
    level
        Which scores to look at.

    Returns
    -------
    pandas.DataFrame
        Columns `COHERENCE_COLUMNS`, one row per node with at least two children. Where it cannot be measured (a constant
        or wholly missing child, fewer than three complete units) the figures are missing and `note` says why.
    """
    frame = result.cities if level == "cities" else result.corridors
    rows = []
    for node in result.spec.nodes:
        children = list(result.spec.children(node))
        if len(children) >= 2:  # noqa: PLR2004 - one child coheres with nothing
            rows.append((node, len(children), *_measure_coherence(frame[children])))
    return pd.DataFrame(rows, columns=list(COHERENCE_COLUMNS))


def _measure_coherence(scores: pd.DataFrame) -> tuple[float, float, float, int, str]:
    """Measure how children hang together, or say why it cannot be measured."""
    complete = scores.dropna()
    empty = list(scores.columns[scores.isna().all()])
    constant = [name for name in scores.columns.difference(empty, sort=False) if _is_constant(complete[name])]
    if empty:
        return (*_UNMEASURED, 0, f"wholly missing: {first_offenders(empty)}")
    if len(complete) < _FEWEST_UNITS:
        return (*_UNMEASURED, len(complete), f"{len(complete)} complete units of {len(scores)}")
    if constant:
        return (*_UNMEASURED, len(complete), f"constant: {first_offenders(constant)}")
    between = correlate(scores).to_numpy()[np.triu_indices(scores.shape[1], k=1)]
    share = float(fit_principal_components(scores).explained.iloc[0])
    return cronbach_alpha(scores), share, float(between.mean()), len(complete), ""


def _is_constant(column: pd.Series[Any]) -> bool:
    return column.nunique() < 2  # noqa: PLR2004


def _complete(scores: pd.DataFrame, caller: str) -> pd.DataFrame:
    """Keep the complete units; name what stands in the way apart: too few units, empty and constant columns."""
    complete = scores.dropna()
    empty = list(scores.columns[scores.isna().all()])
    faults = [f"wholly missing columns {first_offenders(empty)}"] if empty else []
    if not empty and len(complete) < _FEWEST_UNITS:
        faults.append(f"{len(complete)} complete units of {len(scores)}")
    if not faults:
        constant = [name for name in scores.columns if _is_constant(complete[name])]
        faults += [f"constant columns {first_offenders(constant)}"] if constant else []
    if faults:
        wanted = "three complete units and no constant column are needed"
        raise DataError(mould(caller, wanted, "; ".join(faults), "Impute, or leave columns out"))
    return complete
