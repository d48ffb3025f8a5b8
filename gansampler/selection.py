"""Which generated rows are kept: not the nearest to the class's, nor deep in others.

The generator knows its own class only. Where the classes overlap, most rows of the
overlap belong to the majority, and synthetic rows there do more harm than good; and a
generator of a small class leans on the few rows that it has seen. So more rows are
generated than needed, and those are thrown away that lie nearest to a row of the class,
and those that lie nearest to the other classes. Other classes choose among rows; they
never take part in the training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

from gansampler.quality._near import SAME

N_NEIGHBORS = 5
"""Neighbours whose distances tell how dense a class is around a row."""

MAX_OWN, MAX_OTHERS = 10_000, 1_000
"""Rows of the class and of the others that are searched; beyond, a random part. Of the
class all are searched from which the generator starts, which it could copy. More of the
others cost time and are not shown to choose better (``docs/benchmarks``)."""

BLOCK_CELLS, COUNT_BLOCK = 2**19, 64
"""Distances to the class, and rows whose distances to the others, that are held at
once: these fit a processor's cache."""

SINGLE: Any = {"device": "cpu", "dtype": torch.float32}
"""Whatever the caller has made PyTorch's defaults."""

NEWNESS = 0.75
"""How far the median of the rows that are kept has to be from its nearest real row, as
a multiple of the same distance between real rows. At 1 the gaps between real rows fill
up, their own places stay empty, and classifiers do no better (``docs/benchmarks``)."""


class Neighborhood:
    """The real rows around a generated one.

    Parameters
    ----------
    own : ndarray of shape (n_own, n_columns)
        Encoded rows of the class, at least two.
    others : ndarray of shape (n_others, n_columns)
        Encoded rows of all other classes, at least one.
    """

    def __init__(self, own: np.ndarray, others: np.ndarray) -> None:
        # Rows of the class are also looked up around each other, itself left out.
        self.own = _search(own, len(own) - 1)
        self.others = _search(others, len(others))

    def to_own(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distances to rows of the class.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_columns)

        Returns
        -------
        nearest, usual : ndarray of shape (n_rows,)
            Euclidean distance to the nearest row of the class, and the geometric mean
            of those to the four next.
        """
        distances = self.own.kneighbors(rows)[0]
        return distances[:, 0], usual_distance(distances)

    def log_density_ratio(self, rows: np.ndarray, usual: np.ndarray) -> np.ndarray:
        """How much denser the class is around rows than the other classes.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_columns)
        usual : ndarray of shape (n_rows,)
            From ``to_own``.

        Returns
        -------
        ndarray of shape (n_rows,)
            Log ratio of the distance to the fifth nearest row of other classes and of
            the mean distance to the second to fifth of the class: up to a factor and a
            constant, the nearest-neighbour estimate of the log ratio of the densities
            of the class and of the rest (Wang, Kulkarni and Verdu, "Divergence
            estimation for multidimensional densities via k-nearest-neighbor
            distances", IEEE Transactions on Information Theory, 2009, section II).
            Low where others are dense. The mean is there for groups of fewer than
            five rows, whose fifth neighbour lies in another group; the nearest row
            tells more of how a row was made than of how dense the class is.
        """
        to_others = self.others.kneighbors(rows)[0][:, -1]
        return np.log(to_others + SAME) - np.log(usual)

    def median_distance(self) -> float:
        """Median distance of a row of the class to its nearest other row."""
        return float(np.median(self.own.kneighbors()[0][:, 0]))


class Products:
    """Squared distances to fixed rows by one product of matrices in single precision.

    |x - y|^2 = |x|^2 + |y|^2 - 2 xy: many times faster than a search, but rounded.

    Parameters
    ----------
    rows : ndarray of shape (n_fixed, n_columns)
        The fixed rows y.
    """

    def __init__(self, rows: np.ndarray) -> None:
        fixed = torch.as_tensor(rows, **SINGLE)
        squares = fixed.square().sum(dim=1, keepdim=True)
        self.fixed = torch.cat([-2 * fixed, squares, torch.ones_like(squares)], dim=1)

    def nearest(
        self, rows: np.ndarray, k: int, least: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Squared distances to the nearest fixed row and to the k nearest.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_columns)
        k : int
        least : float
            The k nearest are not looked for, and 0, where the nearest is nearer.

        Returns
        -------
        nearest : ndarray of shape (n_rows,), float32
        closest : ndarray of shape (n_rows, k), float32
            The nearest first.
        """
        extended = self._extended(rows)
        nearest = np.zeros(len(rows), dtype=np.float32)
        closest = np.zeros((len(rows), k), dtype=np.float32)
        # Memory that is held throughout: new pages would cost as much as the product.
        step = max(1, BLOCK_CELLS // len(self.fixed))
        memory = torch.empty(min(step, len(rows)), len(self.fixed), **SINGLE)
        for start in range(0, len(rows), step):
            part = extended[start : start + step]
            distances = torch.mm(part, self.fixed.T, out=memory[: len(part)]).numpy()
            nearest[start : start + step] = distances.min(axis=1)
            (far,) = np.nonzero(nearest[start : start + step] >= least)
            closest[start + far] = smallest(distances[far], k)
        return nearest, closest

    def count(self, rows: np.ndarray, limits: np.ndarray) -> np.ndarray:
        """Number of fixed rows within a squared distance of each row.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_columns)
        limits : ndarray of shape (n_rows,)
            The largest squared distance that counts.

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        extended = self._extended(rows, limits)
        counts = torch.empty(len(rows), **SINGLE)
        memory = torch.empty(COUNT_BLOCK * len(self.fixed), **SINGLE)
        for start in range(0, len(rows), COUNT_BLOCK):
            part = extended[start : start + COUNT_BLOCK]
            beyond = memory[: len(self.fixed) * len(part)].view(-1, len(part))
            torch.mm(self.fixed, part.T, out=beyond)
            torch.sum(beyond.le_(0), dim=0, out=counts[start : start + COUNT_BLOCK])
        return counts.numpy()

    @staticmethod
    def _extended(rows: np.ndarray, limits: np.ndarray | float = 0.0) -> torch.Tensor:
        """Rows whose products with the fixed ones are |x - y|^2 - limit."""
        extended = np.empty((len(rows), rows.shape[1] + 2), dtype=np.float32)
        extended[:, :-2] = rows
        extended[:, -2] = 1.0
        extended[:, -1] = np.einsum("ij,ij->i", rows, rows) - limits
        return torch.from_numpy(extended)

    def error(self, squares: np.ndarray, limits: np.ndarray | float) -> np.ndarray:
        """Bound of the rounding of squared distances near a limit."""
        # Errors of a sum of n terms grow as the root of n but for a vanishing chance
        # (Higham and Mary 2019, theorem 2.4); a row near the limit is no longer than
        # the root of the second bracket.
        roundoff = 4 * np.sqrt(self.fixed.shape[1]) * 2.0**-24
        bound: np.ndarray = roundoff * (2 * squares + 2 * limits + 1)
        return bound


@dataclass(frozen=True)
class RowSelection:
    """The two thresholds that a generated row has to reach.

    Attributes
    ----------
    own : ndarray of shape (n_own, n_columns)
        Encoded rows of the class, at least two.
    others : ndarray of shape (n_others, n_columns)
        Encoded rows of all other classes, at least one.
    min_distance : float
        To the nearest row of the class.
    min_ratio : float
        Least ``Neighborhood.log_density_ratio``.
    acceptance : float
        Share of generated rows that reach both, as measured.
    """

    own: np.ndarray
    others: np.ndarray
    min_distance: float
    min_ratio: float
    acceptance: float

    @classmethod
    def fit(
        cls,
        own: np.ndarray,
        others: np.ndarray,
        generated: np.ndarray,
        *,
        copy_rejection: float,
        border_rejection: float,
    ) -> RowSelection:
        """Set the thresholds by a sample of generated rows.

        Parameters
        ----------
        own, others : ndarray of shape (n_own, n_columns) and (n_others, n_columns)
            Encoded rows of the class and of all other classes.
        generated : ndarray of shape (n_rows, n_columns)
            Encoded rows from the generator.
        copy_rejection : float
            Largest share that may be rejected for being near a row of the class.
        border_rejection : float
            Share of the rest that is rejected for being near other classes.
        """
        around = Neighborhood(own, others)
        nearest, usual = around.to_own(generated)
        min_distance = copy_threshold(
            nearest, NEWNESS * around.median_distance(), copy_rejection
        )
        new = nearest >= min_distance
        if not border_rejection:
            return cls(own, others, min_distance, -np.inf, float(new.mean()))
        ratios = around.log_density_ratio(generated[new], usual[new])
        min_ratio = float(np.quantile(ratios, border_rejection, method="lower"))
        acceptance = float((ratios >= min_ratio).sum() / len(generated))
        return cls(own, others, min_distance, min_ratio, acceptance)

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Which encoded rows are kept, as a boolean array of shape (n_rows,)."""
        return Chooser(self)(rows)


class Chooser:
    """A selection made ready for many calls.

    What that takes is not kept with the selection: it would double what is saved of a
    sampler.

    Parameters
    ----------
    selection : RowSelection
    """

    def __init__(self, selection: RowSelection) -> None:
        self.selection = selection
        self.around = Neighborhood(selection.own, selection.others)
        self.own, self.others = Products(selection.own), Products(selection.others)

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Which encoded rows are kept, as a boolean array of shape (n_rows,)."""
        # Products of matrices decide; where their rounding could matter, distances do.
        around, threshold = self.around, self.selection.min_distance**2
        squares = np.einsum("ij,ij->i", rows, rows)
        nearest, closest = self.own.nearest(rows, around.own.n_neighbors, threshold)
        kept: np.ndarray = nearest >= threshold
        doubtful = np.abs(nearest - threshold) <= self.own.error(squares, threshold)
        # The others are many: they are only searched where it matters.
        (left,) = np.nonzero(kept & ~doubtful)
        if self.selection.min_ratio > -np.inf:
            # A row is kept if its fifth other lies beyond a limit, which is rounded.
            lower, upper = self._limits(closest[left], squares[left])
            k = around.others.n_neighbors
            crowded = self.others.count(rows[left], upper) >= k
            left = left[crowded]
            kept[left] = False
            unsure = self.others.count(rows[left], lower[crowded]) < k
            doubtful[left[unsure]] = True
        if doubtful.any():
            kept[doubtful] = self._choose_exactly(rows[doubtful])
        return kept

    def _limits(
        self, closest: np.ndarray, squares: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Squared distance of the fifth other from which a row is kept, as bounds."""
        error = self.own.error(squares[:, None], closest)
        bounds = []
        for sign in (-1, 1):
            distances = np.sqrt(np.maximum(closest + sign * error, 0))
            usual = usual_distance(distances)
            radius = np.exp(self.selection.min_ratio) * usual - SAME
            limit = np.maximum(radius, 0) ** 2
            bounds.append(limit + sign * self.others.error(squares, limit))
        return bounds[0], bounds[1]

    def _choose_exactly(self, rows: np.ndarray) -> np.ndarray:
        nearest, usual = self.around.to_own(rows)
        kept = nearest >= self.selection.min_distance
        if kept.any():
            ratios = self.around.log_density_ratio(rows[kept], usual[kept])
            kept[kept] = ratios >= self.selection.min_ratio
        return kept


def copy_threshold(nearest: np.ndarray, usual: float, max_share: float) -> float:
    """Least distance to a real row, so that the rest are new enough.

    Parameters
    ----------
    nearest : ndarray of shape (n_rows,)
        Distance of generated rows to their nearest real row.
    usual : float
        Distance that the median of those kept has to reach.
    max_share : float
        Largest share of the rows that may lie below the threshold.

    Returns
    -------
    float
        Just above 0 where only copies need to be rejected; 0 where nothing may be, or
        where copies are more than that share.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.selection import copy_threshold
    >>> nearest = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    >>> copy_threshold(nearest, usual=4.0, max_share=0.5)
    2.0
    >>> copy_threshold(nearest, usual=3.0, max_share=0.5)
    0.0001
    """
    ordered = np.sort(nearest)
    n_copies = int(np.searchsorted(ordered, SAME))
    most = int(max_share * len(ordered))
    if not most or n_copies > most:
        return 0.0
    # Rows at one distance are kept or rejected together.
    n_dropped = np.unique(ordered, return_index=True)[1]
    n_dropped = n_dropped[(n_dropped >= n_copies) & (n_dropped <= most)]
    if not len(n_dropped):
        return 0.0
    medians = ordered[n_dropped + (len(ordered) - n_dropped) // 2]
    first = min(int(np.searchsorted(medians, usual)), len(n_dropped) - 1)
    return max(float(ordered[n_dropped[first]]), SAME) if n_dropped[first] else SAME


def usual_distance(distances: np.ndarray) -> np.ndarray:
    """Geometric mean of the distances to some neighbours but the nearest.

    Parameters
    ----------
    distances : ndarray of shape (n_rows, n_neighbors)
        The nearest first; if there is but one, it counts.

    Returns
    -------
    ndarray of shape (n_rows,)
        At least ``SAME``.
    """
    first = min(1, distances.shape[1] - 1)
    mean: np.ndarray = np.exp(np.log(distances[:, first:] + SAME).mean(axis=1))
    return mean


def smallest(numbers: np.ndarray, k: int) -> np.ndarray:
    """The k smallest numbers of each row, in rising order.

    One after the other: for few of them this is several times faster than a partition.

    Parameters
    ----------
    numbers : ndarray of shape (n_rows, n_columns)
        Spoilt: those that were found are infinite afterwards.
    k : int
        At most as many as there are columns.

    Returns
    -------
    ndarray of shape (n_rows, k)

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.selection import smallest
    >>> smallest(np.array([[3.0, 1.0, 2.0, 1.0]]), k=3).tolist()
    [[1.0, 1.0, 2.0]]
    """
    found = np.empty((len(numbers), k), dtype=numbers.dtype)
    rows = np.arange(len(numbers))
    for rank in range(k):
        positions = numbers.argmin(axis=1)
        found[:, rank] = numbers[rows, positions]
        numbers[rows, positions] = np.inf
    return found


def _search(rows: np.ndarray, most: int) -> NearestNeighbors:
    return NearestNeighbors(n_neighbors=min(N_NEIGHBORS, most)).fit(rows)
