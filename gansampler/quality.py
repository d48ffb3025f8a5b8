"""How near synthetic rows are to real ones, and how new: pure functions of matrices.

All take two matrices with the same columns, the real rows first. Distances are
Euclidean, so scale the columns alike beforehand.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist, pdist
from sklearn.neighbors import NearestNeighbors


def energy_distance(real: np.ndarray, synthetic: np.ndarray) -> float:
    """Squared energy distance between two samples, without bias.

    Parameters
    ----------
    real, synthetic : ndarray of shape (n_rows, n_columns)
        The samples, of at least two rows each.

    Returns
    -------
    float
        2 E|a - b| - E|a - a'| - E|b - b'|: zero in expectation where both samples
        come from one law, positive otherwise. Being unbiased it can fall below zero.

    References
    ----------
    Szekely and Rizzo, "Energy statistics: a class of statistics based on distances",
    Journal of Statistical Planning and Inference, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import energy_distance
    >>> real = np.array([[0.0], [2.0]])
    >>> energy_distance(real, real + 10)
    16.0
    """
    between = cdist(real, synthetic).mean()
    return float(2 * between - pdist(real).mean() - pdist(synthetic).mean())


def coverage(real: np.ndarray, synthetic: np.ndarray, n_neighbors: int = 5) -> float:
    """Share of real rows that have a synthetic row inside their neighbourhood.

    Parameters
    ----------
    real, synthetic : ndarray of shape (n_rows, n_columns)
        The samples; at least two real rows.
    n_neighbors : int, default=5
        The neighbourhood of a real row reaches to its so many-th nearest real row,
        or to the farthest where there are fewer.

    Returns
    -------
    float
        Between 0 and 1. Two samples of one law reach about 1 - 2^-n_neighbors.

    References
    ----------
    Naeem et al., "Reliable fidelity and diversity metrics for generative models",
    ICML 2020, equation 9.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import coverage
    >>> real = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> coverage(real, np.array([[0.4]]), n_neighbors=1)
    0.5
    """
    n_neighbors = min(n_neighbors, len(real) - 1)
    search = NearestNeighbors(n_neighbors=n_neighbors).fit(real)
    radii = search.kneighbors()[0][:, -1]
    nearest = NearestNeighbors(n_neighbors=1).fit(synthetic).kneighbors(real)[0][:, 0]
    return float((nearest <= radii).mean())


def nearest_row_ratio(real: np.ndarray, synthetic: np.ndarray) -> float:
    """How new synthetic rows are: distance to the nearest real row, relative.

    Parameters
    ----------
    real, synthetic : ndarray of shape (n_rows, n_columns)
        The samples; at least two real rows.

    Returns
    -------
    float
        Median distance of a synthetic row to its nearest real row, divided by the
        median distance of a real row to its nearest other one: 0 for copies, about 1
        for new rows of the same law. Where most real rows have a twin the ratio is
        infinite, or 1 if most synthetic rows have one as well.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import nearest_row_ratio
    >>> real = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> nearest_row_ratio(real, real + 0.25)
    0.25
    """
    search = NearestNeighbors(n_neighbors=1).fit(real)
    among_real = float(np.median(search.kneighbors()[0]))
    to_real = float(np.median(search.kneighbors(synthetic)[0]))
    if among_real == 0:
        return 1.0 if to_real == 0 else np.inf
    return to_real / among_real
