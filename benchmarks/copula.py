"""A Gaussian copula: the simplest model with marginals and dependence."""

import numpy as np
from scipy.stats import norm, rankdata


def sample_gaussian_copula(rows, n, seed, *, categorical=(), whole=()):
    """Fit a Gaussian copula to rows and draw new ones.

    A number becomes the normal score of its rank. A level becomes the normal score of
    the middle of its share of [0, 1], the levels in the order of their frequency. Rows
    are drawn from the normal distribution with the correlation of these scores and go
    back through the inverse of each column's empirical distribution (interpolated for
    numbers).

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    n : int
        Number of rows to draw.
    seed : int
    categorical : sequence of int, default=()
        Positions of columns that hold codes of levels.
    whole : sequence of int, default=()
        Positions of columns to round.

    Returns
    -------
    drawn : ndarray of shape (n, n_columns)
    """
    rng = np.random.default_rng(seed)
    marginals = [
        _LevelMarginal(column)
        if j in categorical
        else _NumberMarginal(column, whole=j in whole)
        for j, column in enumerate(rows.T)
    ]
    scores = np.column_stack(
        [
            norm.ppf(marginal.positions(column))
            for marginal, column in zip(marginals, rows.T, strict=True)
        ]
    )
    uniform = norm.cdf(rng.standard_normal((n, rows.shape[1])) @ _root(scores))
    return np.column_stack(
        [
            marginal.values(column)
            for marginal, column in zip(marginals, uniform.T, strict=True)
        ]
    )


class _NumberMarginal:
    """The empirical distribution of numbers, interpolated."""

    def __init__(self, column, *, whole):
        self._column, self._whole = column, whole

    def positions(self, column):
        return (rankdata(column) - 0.5) / len(column)

    def values(self, uniform):
        values = np.quantile(self._column, uniform)
        return np.round(values) if self._whole else values


class _LevelMarginal:
    """Levels as adjacent pieces of [0, 1], the most frequent first."""

    def __init__(self, column):
        levels, counts = np.unique(column, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        self._levels = levels[order]
        self._ends = np.cumsum(counts[order]) / len(column)

    def positions(self, column):
        starts = np.concatenate([[0.0], self._ends[:-1]])
        middle = dict(zip(self._levels, (starts + self._ends) / 2, strict=True))
        return np.array([middle[level] for level in column])

    def values(self, uniform):
        place = np.searchsorted(self._ends, uniform)
        return self._levels[np.minimum(place, len(self._levels) - 1)]


def _root(scores):
    """Return A with A'A the correlation of the scores; constant columns stay alone."""
    spread = scores.std(axis=0)
    standard = (scores - scores.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    correlation = standard.T @ standard / len(scores)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    return (vectors * np.sqrt(values.clip(0))).T
