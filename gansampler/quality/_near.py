"""How near synthetic rows are to real ones, by distances between rows."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist, pdist

from gansampler.quality._space import Points, as_points

CHUNK_CELLS = 2**22
"""Distances that are held at once: 32 MiB."""

SAME = 1e-4
"""Encoded rows so near to each other, in standard deviations, count as equal."""

ROUNDING = 1e-9
"""Relative difference of distances that are equal but for rounding."""


def energy_distance(real: Any, synthetic: Any) -> float:
    """Squared energy distance between two samples, without bias.

    Time grows with the square of the number of rows: of larger tables pass samples of
    a few thousand rows.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The samples, of at least two rows each. Frames are brought into their
        ``common_space``; arrays are taken as they are.

    Returns
    -------
    float
        ``2 E|a - b| - E|a - a'| - E|b - b'|``: zero in expectation where both samples
        come from one distribution, positive otherwise. Being unbiased it can fall below
        zero. NaN where an array holds NaN.

    Raises
    ------
    IncomparableSamplesError
        If the samples have too few rows or different columns.

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
    # Training calls this often, and a diverging generator has distance NaN.
    a, b = as_points({"real": real, "synthetic": synthetic}, (2, 2), finite=False)
    return 2 * _mean_distance(a, b) - _mean_within(a) - _mean_within(b)


def coverage(real: Any, synthetic: Any, n_neighbors: int = 5) -> float:
    """Share of real rows that have a synthetic row inside their neighbourhood.

    Time grows with the square of the number of rows: of larger tables pass samples of
    a few thousand rows.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The samples; at least two real rows and a synthetic one. Frames are brought
        into their ``common_space``; arrays are taken as they are.
    n_neighbors : int, default=5
        The neighbourhood of a real row reaches to the n-th nearest of the other real
        rows, or to the farthest where there are fewer.

    Returns
    -------
    float
        Between 0 and 1. Two samples of one distribution and of one size reach about
        1 - 2^-n_neighbors; it grows with the number of synthetic rows.

    Raises
    ------
    IncomparableSamplesError
        If the samples have too few rows or different columns.
    ValueError
        If ``n_neighbors`` is no whole number of at least 1.

    References
    ----------
    Naeem et al., "Reliable fidelity and diversity metrics for generative models",
    ICML 2020, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import coverage
    >>> real = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> coverage(real, np.array([[0.4]]), n_neighbors=1)
    0.5
    """
    _check_neighbors(n_neighbors)
    a, b = as_points({"real": real, "synthetic": synthetic}, (2, 1))
    nearest = nearest_rows(a, b)
    reach = neighbourhood_radii(a, n_neighbors) * (1 + ROUNDING)
    return float((nearest <= reach).mean())


def density(real: Any, synthetic: Any, n_neighbors: int = 5) -> float:
    """How many real neighbourhoods a synthetic row lies in, relative to real rows.

    Time grows with the square of the number of rows: of larger tables pass samples of
    a few thousand rows.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The samples; at least two real rows and a synthetic one. Frames are brought
        into their ``common_space``; arrays are taken as they are.
    n_neighbors : int, default=5
        As in ``coverage``.

    Returns
    -------
    float
        Mean number of real neighbourhoods around a synthetic row, divided by
        ``n_neighbors``: 0 for rows far from all real ones, 1 in expectation for rows
        of the same distribution, more for rows that crowd where real rows are dense.
        Rows that repeat raise it too, since all of them lie in each other's
        neighbourhood.

    Raises
    ------
    IncomparableSamplesError
        If the samples have too few rows or different columns.
    ValueError
        If ``n_neighbors`` is no whole number of at least 1.

    References
    ----------
    Naeem et al., "Reliable fidelity and diversity metrics for generative models",
    ICML 2020, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import density
    >>> real = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> density(real, np.array([[0.4], [50.0]]), n_neighbors=1)
    1.0
    """
    _check_neighbors(n_neighbors)
    a, b = as_points({"real": real, "synthetic": synthetic}, (2, 1))
    n_neighbors = min(n_neighbors, len(a) - 1)
    reach = neighbourhood_radii(a, n_neighbors)[:, None] * (1 + ROUNDING)
    inside = sum(
        int((distances <= reach[rows]).sum()) for rows, distances in _chunks(a, b)
    )
    return inside / (n_neighbors * len(b))


def neighbourhood_radii(
    rows: Points, n_neighbors: int, chosen: np.ndarray | None = None
) -> np.ndarray:
    """Distance of rows to their k-th nearest other row.

    Parameters
    ----------
    rows : Points
    n_neighbors : int
        The k; the number of other rows where there are fewer.
    chosen : ndarray of shape (n_chosen,) or None, default=None
        Positions of the rows to look from; None is all.

    Returns
    -------
    ndarray of shape (n_rows,) or (n_chosen,)
    """
    k = min(n_neighbors, len(rows) - 1)
    chosen = np.arange(len(rows)) if chosen is None else chosen
    radii = np.empty(len(chosen))
    for chunk, distances in _chunks(rows[chosen], rows):
        distances[np.arange(len(distances)), chosen[chunk]] = np.inf
        radii[chunk] = np.partition(distances, k - 1, axis=1)[:, k - 1]
    return radii


def nearest_rows(rows: Points, targets: Points) -> np.ndarray:
    """Distance of each row to the nearest target.

    Parameters
    ----------
    rows, targets : Points

    Returns
    -------
    ndarray of shape (n_rows,)
    """
    parts = [distances.min(axis=1) for _, distances in _chunks(rows, targets)]
    return np.concatenate(parts)


def beyond_nearest(rows: Points, targets: Points, radii: np.ndarray) -> np.ndarray:
    """Which rows lie farther from their nearest target than its radius.

    Of targets that are equally near, as they often are among categories, the one of
    the largest radius counts, so that their order does not matter.

    Parameters
    ----------
    rows, targets : Points
    radii : ndarray of shape (n_targets,)

    Returns
    -------
    ndarray of bool of shape (n_rows,)
    """
    parts = []
    for _, distances in _chunks(rows, targets):
        nearest = distances.min(axis=1) * (1 + ROUNDING)
        reach = np.where(distances <= nearest[:, None], radii, 0.0).max(axis=1)
        parts.append(nearest > reach * (1 + 2 * ROUNDING))
    return np.concatenate(parts)


def _mean_distance(a: Points, b: Points) -> float:
    """Mean distance of the rows of one sample to those of another."""
    total = sum(float(distances.sum()) for _, distances in _chunks(a, b))
    return total / (len(a) * len(b))


def _mean_within(rows: Points) -> float:
    """Mean distance of the rows of a sample to its other rows."""
    n = len(rows)
    if n * n <= CHUNK_CELLS and rows.codes is None:
        return float(pdist(rows.coordinates).mean())
    # Each pair counts twice, and each row is at no distance from itself.
    return _mean_distance(rows, rows) * n / (n - 1)


def _check_neighbors(n_neighbors: Any) -> None:
    if not isinstance(n_neighbors, Integral) or n_neighbors < 1:
        raise ValueError(
            f"n_neighbors must be a whole number of at least 1. Got {n_neighbors!r}."
        )


def _chunks(a: Points, b: Points) -> Iterator[tuple[slice, np.ndarray]]:
    """Distances of all rows of one sample to those of another, some rows at a time.

    They are summed from differences: expanding the square, as scikit-learn's search
    does for many columns, leaves equal rows at a small distance, and tables with
    categories are full of equal rows.
    """
    step = max(1, CHUNK_CELLS // len(b))
    for start in range(0, len(a), step):
        rows = slice(start, start + step)
        yield rows, _distances(a[rows], b)


def _distances(a: Points, b: Points) -> np.ndarray:
    if a.codes is None:
        return np.asarray(cdist(a.coordinates, b.coordinates))
    squares = cdist(a.coordinates, b.coordinates, "sqeuclidean")
    squares += a.codes.shape[1] * cdist(a.codes, b.codes, "hamming")
    return np.sqrt(squares)
