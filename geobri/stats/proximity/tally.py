"""What a null model says about several sums at once: counts, moments and a sample."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geobri.stats.p_values import count_p_value
from geobri.stats.results import Alternative, FloatArray

__all__ = ["Tally"]


@dataclass(slots=True, kw_only=True, eq=False)
class Tally:
    """Running comparison of sums under a null model with the observed ones.

    Attributes
    ----------
    observed, tolerance
        Observed sums, and how far apart sums count as equal, shape (s,).
    exact
        All arrangements are counted, the observed one among them.
    above, tied, below
        How many sums were larger, equal, smaller, shape (s,).
    total, square
        Sum and sum of squares of the deviations from the observed sums, shape (s,).
    """

    observed: FloatArray
    tolerance: FloatArray
    exact: bool
    above: npt.NDArray[np.int64] = field(init=False)
    tied: npt.NDArray[np.int64] = field(init=False)
    below: npt.NDArray[np.int64] = field(init=False)
    total: FloatArray = field(init=False)
    square: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Start with nothing counted."""
        count = len(self.observed)
        self.above, self.tied, self.below = (np.zeros(count, dtype=np.int64) for _ in range(3))
        self.total, self.square = np.zeros(count), np.zeros(count)

    def add(self, measure: int, sums: FloatArray) -> None:
        """Count more sums of one measure.

        Parameters
        ----------
        measure
            Which one.
        sums
            Shape (m,).
        """
        self.add_outer(measure, sums[:, None], np.zeros((sums.size, 1)))

    def add_outer(self, measure: int, left: FloatArray, right: FloatArray) -> None:
        """Count all sums of one number from the left and one from the right, row by row.

        Parameters
        ----------
        measure
            Which one.
        left, right
            Shapes (rows, a) and (rows, b); every row stands for a b sums.
        """
        gaps = left - self.observed[measure]
        limit = self.tolerance[measure]
        above, below = _count_beyond(right, limit - gaps, -limit - gaps)
        self.above[measure] += above
        self.below[measure] += below
        self.tied[measure] += left.size * right.shape[1] - above - below
        one, other = gaps.sum(axis=1), right.sum(axis=1)
        a, b = gaps.shape[1], right.shape[1]
        self.total[measure] += b * one.sum() + a * other.sum()
        # the sum of (x + y)² over all x of the left and y of the right, row by row
        self.square[measure] += b * (gaps**2).sum() + a * (right**2).sum() + 2 * (one @ other)

    @property
    def size(self) -> int:
        """Number of arrangements counted so far."""
        return int(self.above[0] + self.tied[0] + self.below[0])

    def moments(self, measure: int) -> tuple[float, float]:
        """Give mean and standard deviation of all sums of one measure.

        Parameters
        ----------
        measure
            Which one.

        Returns
        -------
        tuple
            Mean and standard deviation.
        """
        gap = self.total[measure] / self.size
        variance = max(0.0, self.square[measure] / self.size - gap**2)
        return float(self.observed[measure] + gap), float(np.sqrt(variance))

    def p_value(self, measure: int, alternative: Alternative, *, mid_p: bool = False) -> float:
        """Give the p-value of one sum.

        Parameters
        ----------
        measure
            Which one.
        alternative
            Direction for the sum.
        mid_p
            Count ties by half.

        Returns
        -------
        float
            p-value in (0, 1].
        """
        counts = (int(self.above[measure]), int(self.tied[measure]), int(self.below[measure]))
        return count_p_value(*counts, alternative, mid_p=mid_p, exact=self.exact)


def _count_beyond(right: FloatArray, over: FloatArray, under: FloatArray) -> tuple[int, int]:
    """Count what of each row lies over and under each of its limits; limits beyond the whole row need no look at it."""
    all_over = right.min(axis=1, keepdims=True) > over
    all_under = right.max(axis=1, keepdims=True) < under
    row, column = np.nonzero(~(all_over | all_under))
    inner = right[row]
    above = np.count_nonzero(inner > over[row, column][:, None])
    below = np.count_nonzero(inner < under[row, column][:, None])
    width = right.shape[1]
    return int(above + width * all_over.sum()), int(below + width * all_under.sum())
