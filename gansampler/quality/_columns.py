"""How near the columns of synthetic rows are, one by one and in pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gansampler.quality._space import JoinedColumn, encode, join_columns


def marginal_gaps(real: Any, synthetic: Any) -> pd.Series:
    """How far the distribution of each column is from that of the real column.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The samples. The columns of an array are numbers.

    Returns
    -------
    Series of shape (n_columns,)
        By column, in the order of ``real``, between 0 and 1. For numbers and dates the
        Kolmogorov-Smirnov statistic, that is the largest difference between the
        shares of cells up to some value, missing ones included or not, whichever
        differs more. For categories the total variation distance, half the sum of
        the absolute differences between the shares of the levels, with missing as one
        of them.

    Raises
    ------
    IncomparableSamplesError
        If the samples have no rows or different columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.quality import marginal_gaps
    >>> real = pd.DataFrame({"age": [20, 30, 40, 50], "plan": ["basic", "pro"] * 2})
    >>> synthetic = pd.DataFrame({"age": [40, 50], "plan": ["pro", "pro"]})
    >>> marginal_gaps(real, synthetic)
    age     0.5
    plan    0.5
    Name: gap, dtype: float64
    """
    columns = join_columns({"real": real, "synthetic": synthetic}, (1, 1))
    gaps = [
        _total_variation(*column.parts)
        if column.is_category
        else _kolmogorov_smirnov(*column.parts)
        for column in columns
    ]
    names = _names(real, columns)
    return pd.Series(gaps, index=names, name="gap", dtype=float)


def correlation_gaps(real: Any, synthetic: Any) -> pd.DataFrame:
    """How far the dependence of each pair of columns is from that in the real rows.

    Correlations are taken in the ``common_space``, where a category and a missing
    number have coordinates of their own. The absolute differences are averaged over
    the coordinates of each pair of columns, so that columns of many levels do not
    count more. Time and memory grow with the square of their number: drop identifiers,
    such as names or e-mails, beforehand.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The samples, of at least two rows each.

    Returns
    -------
    DataFrame of shape (n_columns, n_columns)
        Symmetric, between 0 and 2, by column in the order of ``real``. The diagonal
        is a column with itself: 0 for complete numbers, and for others the change in
        the dependence between their own coordinates. A coordinate that is constant in
        a sample is uncorrelated with all others there.

    Raises
    ------
    IncomparableSamplesError
        If the samples have too few rows or different columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.quality import correlation_gaps
    >>> real = pd.DataFrame({"age": [20, 30, 40], "paid": [2, 3, 4]})
    >>> correlation_gaps(real, real.assign(paid=[4, 3, 2])).round(6)
          age  paid
    age   0.0   2.0
    paid  2.0   0.0
    """
    columns = join_columns({"real": real, "synthetic": synthetic}, (2, 2))
    matrices, owners = encode(columns)
    a, b = (_correlations(matrix) for matrix in matrices)
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    sums = np.add.reduceat(np.add.reduceat(np.abs(a - b), starts, 0), starts, 1)
    sizes = np.bincount(owners)
    names = _names(real, columns)
    return pd.DataFrame(sums / np.outer(sizes, sizes), index=names, columns=names)


def correlation_gap(real: Any, synthetic: Any) -> float:
    """How far the dependence between columns is from that between the real columns.

    The mean of ``correlation_gaps`` over the pairs of different columns.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The samples, of at least two rows each.

    Returns
    -------
    float
        Between 0 and 2; 0 where there is only one column.

    Raises
    ------
    IncomparableSamplesError
        If the samples have too few rows or different columns.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import correlation_gap
    >>> real = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    >>> round(correlation_gap(real, real * [1, -1]), 6)
    2.0
    """
    gaps = correlation_gaps(real, synthetic).to_numpy()
    if len(gaps) == 1:
        return 0.0
    return float(gaps[np.triu_indices(len(gaps), 1)].mean())


def _names(real: Any, columns: list[JoinedColumn]) -> pd.Index:
    if isinstance(real, pd.DataFrame):
        return real.columns
    return pd.Index([column.name for column in columns])


def _total_variation(a: np.ndarray, b: np.ndarray) -> float:
    n_levels = max(a.max(), b.max()) + 1
    shares = [np.bincount(part, minlength=n_levels) / len(part) for part in (a, b)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def _kolmogorov_smirnov(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference of distribution functions, missing cells as an atom.

    The atom lies below all numbers or above them, whichever shows more, so that the
    figure does not depend on the sign of the column.
    """
    return max(
        _largest_difference(*(np.where(np.isnan(part), end, part) for part in (a, b)))
        for end in (-np.inf, np.inf)
    )


def _largest_difference(a: np.ndarray, b: np.ndarray) -> float:
    values = np.unique(np.concatenate([a, b]))
    up_to = [
        np.searchsorted(np.sort(part), values, side="right") / len(part)
        for part in (a, b)
    ]
    return float(np.abs(up_to[0] - up_to[1]).max())


def _correlations(matrix: np.ndarray) -> np.ndarray:
    centred = matrix - matrix.mean(axis=0)
    # A mean is rounded, which leaves a trace of a constant coordinate.
    centred[:, np.ptp(matrix, axis=0) == 0] = 0.0
    lengths = np.linalg.norm(centred, axis=0)
    unit = centred / np.where(lengths > 0, lengths, 1.0)
    return np.asarray(unit.T @ unit)
