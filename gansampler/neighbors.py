"""Distances of many rows to the same few: searches, and products of matrices."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

from gansampler.quality._near import SAME

N_NEIGHBORS = 5
"""Neighbours whose distances tell how dense a class is around a row."""

BLOCK_CELLS, COUNT_BLOCK = 2**19, 64
"""Distances to the class, and rows whose distances to the others, that are held at
once: these fit a processor's cache."""

SINGLE: Any = {"device": "cpu", "dtype": torch.float32}
"""Whatever the caller has made PyTorch's defaults."""

TIE = 1e-9
"""Relative difference of squared distances that are equal but for rounding."""


class Neighborhood:
    """The real rows around a generated one.

    Parameters
    ----------
    own : ndarray of shape (n_own, n_columns)
        Encoded rows of the class, at least two.
    others : ndarray of shape (n_others, n_columns)
        Encoded rows of all other classes, at least one.

    Attributes
    ----------
    k_own, k_others : int
        Neighbours of a row in the class and in the other classes: five, or all.
    """

    def __init__(self, own: np.ndarray, others: np.ndarray) -> None:
        self.real = own, others
        # Rows of the class are also looked up around each other, itself left out.
        self.k_own = min(N_NEIGHBORS, len(own) - 1)
        self.k_others = min(N_NEIGHBORS, len(others))

    # Made when first used: of few generated rows mostly none is searched around.
    @cached_property
    def _own(self) -> NearestNeighbors:
        return NearestNeighbors(n_neighbors=self.k_own).fit(self.real[0])

    @cached_property
    def _others(self) -> NearestNeighbors:
        return NearestNeighbors(n_neighbors=self.k_others).fit(self.real[1])

    def to_own(self, rows: np.ndarray) -> np.ndarray:
        """Distances to the five nearest rows of the class, the nearest first."""
        distances: np.ndarray = self._own.kneighbors(rows)[0]
        return distances

    def to_others(self, rows: np.ndarray) -> np.ndarray:
        """Distance to the fifth nearest row of other classes, of shape (n_rows,)."""
        distances: np.ndarray = self._others.kneighbors(rows)[0]
        return distances[:, -1]

    def log_count_ratio(self, rows: np.ndarray) -> np.ndarray:
        """How much denser the class is around rows, where many rows are equal.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,)
            Log ratio of the shares of the class and of the other classes that lie
            within the distance to the fifth nearest row of other classes, all at that
            distance included: as ``log_density_ratio``, but with the volume fixed by
            one class (ibid., section III). Half a row keeps it finite.
        """
        (own, others), k = self.real, self.k_others
        ratios = np.empty(len(rows))
        for part in _parts(len(rows), len(own) + len(others)):
            to_own, to_others = (squared_distances(rows[part], r) for r in self.real)
            fifth = np.partition(to_others, k - 1, axis=1)[:, k - 1, None]
            within = np.maximum(fifth, 0) * (1 + TIE) + SAME**2
            share_own = ((to_own <= within).sum(axis=1) + 0.5) / len(own)
            share_others = (to_others <= within).mean(axis=1)
            ratios[part] = np.log(share_own) - np.log(share_others)
        return ratios

    def between_own(self) -> np.ndarray:
        """Distances of rows of the class to its five nearest others."""
        distances: np.ndarray = self._own.kneighbors()[0]
        return distances

    def nearness(
        self, rows: np.ndarray, radii: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """How near rows are to rows of the class, each measured by a radius.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_columns)
        radii : ndarray of shape (n_own,)

        Returns
        -------
        nearness : ndarray of shape (n_rows,)
            Least distance to a row of the class as a multiple of its radius; below 1
            inside one of them.
        nearest : ndarray of shape (n_rows,)
            Position of that row.
        """
        own, _ = self.real
        least = np.empty(len(rows))
        nearest = np.empty(len(rows), dtype=np.intp)
        for part in _parts(len(rows), len(own)):
            multiples = squared_distances(rows[part], own) / radii**2
            nearest[part] = multiples.argmin(axis=1)
            least[part] = multiples.min(axis=1)
        return np.sqrt(np.maximum(least, 0)), nearest


class Products:
    """Squared distances to fixed rows by one product of matrices in single precision.

    |x - y|^2 = |x|^2 + |y|^2 - 2 xy: many times faster than a search, but rounded.

    Parameters
    ----------
    rows : ndarray of shape (n_fixed, n_columns)
        The fixed rows y.
    radii : ndarray of shape (n_fixed,) or None, default=None
        Of balls around them; None is 0.
    """

    def __init__(self, rows: np.ndarray, radii: np.ndarray | None = None) -> None:
        # A copy: PyTorch warns of arrays that cannot be written, such as mapped ones.
        fixed = torch.tensor(rows, **SINGLE)
        squares = fixed.square().sum(dim=1)
        self.inside = np.zeros(len(rows), np.float32)
        if radii is not None:
            self.inside = (radii**2).astype(np.float32)
        beyond = squares - torch.from_numpy(self.inside)
        parts = [-2 * fixed, beyond[:, None], torch.ones_like(squares)[:, None]]
        self.fixed = torch.cat(parts, dim=1)

    def nearest(self, rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """How far outside all balls rows lie, and distances to the k nearest rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_columns)
        k : int

        Returns
        -------
        outside : ndarray of shape (n_rows,), float32
            Least difference of a squared distance and a squared radius.
        closest : ndarray of shape (n_rows, k), float32
            The squared distances, the nearest first; 0 for rows inside a ball, for
            which they are not looked for.
        """
        extended = self._extended(rows)
        outside = np.zeros(len(rows), dtype=np.float32)
        closest = np.zeros((len(rows), k), dtype=np.float32)
        # Memory that is held throughout: new pages would cost as much as the product.
        parts = _parts(len(rows), len(self.fixed))
        memory = torch.empty(min(parts[0].stop, len(rows)), len(self.fixed), **SINGLE)
        for part in parts:
            some = extended[part]
            beyond = torch.mm(some, self.fixed.T, out=memory[: len(some)]).numpy()
            outside[part] = beyond.min(axis=1)
            (far,) = np.nonzero(outside[part] >= 0)
            closest[part.start + far] = smallest(beyond[far] + self.inside, k)
        return outside, closest

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
        """Bound of the rounding of squared distances near limits."""
        # Errors of a sum of n terms grow as the root of n but for a vanishing chance
        # (Higham and Mary 2019, theorem 2.4); a row near the limit is no longer than
        # the root of the second bracket.
        roundoff = 4 * np.sqrt(self.fixed.shape[1]) * 2.0**-24
        bound: np.ndarray = roundoff * (2 * squares + 2 * limits + 1)
        return bound


def squared_distances(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Squared distances of rows to others, by one product in double precision.

    Parameters
    ----------
    rows, others : ndarray of shape (n_rows, n_columns) and (n_others, n_columns)

    Returns
    -------
    ndarray of shape (n_rows, n_others)
    """
    a, b = (np.asarray(part, dtype=float) for part in (rows, others))
    norms = [np.einsum("ij,ij->i", part, part) for part in (a, b)]
    distances: np.ndarray = a @ b.T
    distances *= -2
    distances += norms[0][:, None] + norms[1]
    return distances


def smallest(numbers: np.ndarray, k: int) -> np.ndarray:
    """The k smallest numbers of each row, in rising order.

    One after the other: for few of them this is several times faster than a partition.

    Parameters
    ----------
    numbers : ndarray of shape (n_rows, n_columns)
        Overwritten: those that were found are infinite afterwards.
    k : int
        At most as many as there are columns.

    Returns
    -------
    ndarray of shape (n_rows, k)

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.neighbors import smallest
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


def _parts(n_rows: int, n_others: int) -> list[slice]:
    """Rows whose distances to so many others are held at once; at least one part."""
    step = max(1, BLOCK_CELLS // n_others)
    return [slice(start, start + step) for start in range(0, max(n_rows, 1), step)]
