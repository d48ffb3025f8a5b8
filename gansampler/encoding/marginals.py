"""One column of a class: its smoothed distribution, and a map of cells to it.

A generator learns dependence between columns well and the fine print of a single
column badly: atoms, hard ends, values that only occur in steps. So cells are mapped,
column by column, to the class's own distribution by matching ranks, which leaves the
dependence as it was generated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import minimum_filter1d
from scipy.stats import norm

from gansampler._bandwidth import SMOOTHING, silverman_bandwidth

N_POINTS = 4096
"""Points that stand for a column's distribution."""

GOLDEN_RATIO = (np.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Marginal:
    """The distribution of one column, as equally likely points in rising order.

    Attributes
    ----------
    points : ndarray of shape (n_points,)
        Quantiles of the distribution.
    atoms : ndarray of shape (n_points,), bool
        Whether a point is a value that has a probability of its own; between other
        points the distribution is continuous.
    """

    points: np.ndarray
    atoms: np.ndarray

    def quantile(self, probabilities: np.ndarray) -> np.ndarray:
        """Values of the quantile function at probabilities in [0, 1]."""
        last = len(self.points) - 1
        position = probabilities * len(self.points) - 0.5
        position = np.minimum(np.maximum(position, 0.0), last)
        left = position.astype(np.intp)
        right = np.minimum(left + 1, last)
        share = position - left
        start, end = self.points.take(left), self.points.take(right)
        between: np.ndarray = start + share * (end - start)
        if not self.atoms.any():
            return between
        nearest = np.where(share < 0.5, start, end)
        return np.where(
            self.atoms.take(left) | self.atoms.take(right), nearest, between
        )


def midpoints(n: int) -> np.ndarray:
    """The middles of n equal parts of [0, 1]."""
    return (np.arange(n) + 0.5) / n


def robust_bandwidth(values: np.ndarray) -> float:
    """Bandwidth for the distribution of one column, in the units of the values.

    Silverman 1986, equation 3.28, times ``SMOOTHING``, with the scale of equation 3.30:
    the smaller of the standard deviation and of the interquartile range over 1.34.

    Parameters
    ----------
    values : ndarray of shape (n,)
        At least one value.
    """
    middle_half = float(np.subtract(*np.quantile(values, [0.75, 0.25])))
    deviation = float(values.std())
    scale = min(deviation, middle_half / 1.34) if middle_half > 0 else deviation
    return SMOOTHING * scale * silverman_bandwidth(len(values), 1)


def local_bandwidths(values: np.ndarray) -> np.ndarray:
    """Bandwidths for the values of a column: small where they lie close together.

    The width of the narrowest run of neighbours around a value, of as many as a normal
    distribution has within its bandwidth, but at most the bandwidth of the column: a
    distribution of several scales, or of several modes, is not blurred by the largest
    of them. Being the narrowest, the run does not reach over the gap beside a mode.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values in rising order, at least one.
    """
    n = len(values)
    widest = robust_bandwidth(values)
    n_neighbors = min(max(1, round(0.3 * n**0.8)), n - 1)
    if n_neighbors < 1:
        return np.full(n, widest)
    widths = values[n_neighbors:] - values[:-n_neighbors]
    # A value is in the runs that start at it or up to so many places before it.
    ahead = np.pad(widths, n_neighbors, constant_values=np.inf)
    narrowest = minimum_filter1d(ahead, n_neighbors + 1, mode="constant", cval=np.inf)
    centre = (n_neighbors + 1) // 2
    widths = narrowest[centre : centre + n]
    return np.where(widths > 0, np.minimum(widths, widest), widest)


def stratified_normal(n: int) -> np.ndarray:
    """Standard normal numbers spread evenly in any run of them, the same each time."""
    return norm.ppf((0.5 + np.arange(n)) * GOLDEN_RATIO % 1.0)


def spread(values: np.ndarray, n_points: int) -> np.ndarray:
    """Repeat or thin sorted values to a number of points, each equally often."""
    picks = np.arange(n_points) * len(values) // n_points
    repeated: np.ndarray = values[picks]
    return repeated


def reflect(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Fold values at the ends of a range, as often as it takes to be inside."""
    # Once at each end: a remainder by twice the width alone would round values to the
    # last digit of the width, and one far-away cell makes a range wide.
    with np.errstate(over="ignore"):
        folded = np.where(values < low, low + (low - values), values)
        folded = np.where(folded > high, high - (folded - high), folded)
        outside = (folded < low) | (folded > high)
        width = high - low
        if not outside.any():
            return folded
        if width == 0 or not np.isfinite(width):
            return np.clip(folded, low, high)
        turns = (values[outside] - low) % (2 * width)
    folded[outside] = low + width - np.abs(turns - width)
    return folded


@dataclass(frozen=True)
class MarginalMap:
    """Maps generated cells of a column to the distribution of the class by their rank.

    Attributes
    ----------
    generated : ndarray of shape (n_points,)
        Quantiles of the generator's own cells.
    marginal : Marginal
        The distribution of the class.
    """

    generated: np.ndarray
    marginal: Marginal

    @classmethod
    def fit(cls, cells: np.ndarray, marginal: Marginal) -> MarginalMap:
        """Take the quantiles of a sample of generated cells."""
        # Sorting beats a selection of so many quantiles.
        ranks = midpoints(len(cells))
        return cls(np.interp(midpoints(N_POINTS), ranks, np.sort(cells)), marginal)

    def __call__(self, cells: np.ndarray) -> np.ndarray:
        """Replace cells by the values of the class's distribution at the same ranks."""
        # In rising order, in which each search starts beside its end.
        order = np.argsort(cells)
        ranks = midpoints(len(self.generated))
        mapped = np.empty(len(cells))
        mapped[order] = self.marginal.quantile(
            np.interp(cells[order], self.generated, ranks)
        )
        return mapped
