"""Noise on real rows, so that the generator learns their distribution, not the rows."""

from __future__ import annotations

import math

import numpy as np
from sklearn.neighbors import NearestNeighbors

from gansampler._bandwidth import SMOOTHING, silverman_bandwidth

MAX_DIMENSION = 4
"""Columns that the bandwidth takes into account: it grows towards one with their
number, as if the class filled all dimensions, which the rows of real tables do not."""

N_REFERENCES = 500
"""Rows among which neighbours are looked for: a random part of a large class has its
clusters, too."""


def jitter(n_rows: int, n_columns: int) -> float:
    """Standard deviation of the noise on real rows, in units of the class's.

    With the covariance of the class it smooths the rows, so that the generator learns
    the distribution of the class instead of its n rows.
    """
    return SMOOTHING * silverman_bandwidth(n_rows, min(n_columns, MAX_DIMENSION))


def covariance_factor(rows: np.ndarray) -> np.ndarray:
    """A matrix F with F'F the covariance of the rows.

    Standard normal noise times F varies only in directions in which the rows do, also
    where there are fewer rows than columns.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)

    Returns
    -------
    ndarray of shape (min(n_rows, n_columns), n_columns)
    """
    centred = rows - rows.mean(axis=0)
    scaled = centred.astype(np.float64) / np.sqrt(len(rows))
    return np.asarray(np.linalg.qr(scaled, mode="r"))


def kernel_shares(rows: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Share of the kernel's width that each row is smoothed with, at most 1.

    The kernel has the shape of the whole class. Where the class consists of clusters it
    would blur each of them, and the gaps between them, so that a row is moved no
    farther than its neighbourhood reaches: to its k-th nearest neighbour, k the root of
    the number of rows (Breiman, Meisel & Purcell 1977, "Variable kernel estimates of
    multivariate densities"). In a class that is one cloud all shares are 1.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    kernel : ndarray of shape (n_directions, n_columns)
        Standard normal noise times this smooths a row.

    Returns
    -------
    ndarray of shape (n_rows, 1)
    """
    width = float(np.linalg.norm(kernel))
    if not width > 0:  # nothing varies, or rows are not finite, which training refuses
        return np.ones((len(rows), 1))
    references = rows
    if len(rows) > N_REFERENCES:
        rng = np.random.default_rng(0)
        references = rows[rng.choice(len(rows), N_REFERENCES, replace=False)]
    # One more, since a row can be the nearest to itself.
    k = min(len(references), 1 + math.ceil(len(references) / math.sqrt(len(rows))))
    search = NearestNeighbors(n_neighbors=k).fit(references)
    reach = search.kneighbors(rows)[0][:, -1:]
    return np.minimum(1.0, reach / width)
