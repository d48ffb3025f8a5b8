"""Which results compare, and the tests that the page quotes."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from benchmarks.summarise import CELL, complete_cells

PLACE = [*CELL, "seed", "fold"]


class Equivalence(NamedTuple):
    """Outcome of two one-sided paired t tests.

    Attributes
    ----------
    gain : float
        Mean difference.
    low, high : float
        Its 90 % confidence interval.
    p_worse : float
        p value of "worse by the margin or more".
    p_different : float
        p value of "worse or better by the margin or more".
    """

    gain: float
    low: float
    high: float
    p_worse: float
    p_different: float


def equivalence(gains, margin):
    """Test whether paired gains are zero up to a margin.

    Two one-sided t tests (Schuirmann 1987): equivalence at level 0.05 is the same as
    a 90 % confidence interval inside the margin.

    Parameters
    ----------
    gains : array-like of float
        At least two differences.
    margin : float

    Returns
    -------
    outcome : Equivalence
    """
    gains = np.asarray(gains, dtype=float)
    n, mean = len(gains), float(gains.mean())
    error = max(float(gains.std(ddof=1)) / np.sqrt(n), 1e-12)
    half = stats.t.ppf(0.95, n - 1) * error
    p_worse = float(stats.t.sf((mean + margin) / error, n - 1))
    p_better = float(stats.t.cdf((mean - margin) / error, n - 1))
    return Equivalence(mean, mean - half, mean + half, p_worse, max(p_worse, p_better))


def signed_rank(gains):
    """Two-sided p value of Wilcoxon's signed-rank test; 1 where nothing differs.

    Parameters
    ----------
    gains : array-like of float

    Returns
    -------
    p : float
    """
    gains = np.round(np.asarray(gains, dtype=float), 9)
    return float(stats.wilcoxon(gains).pvalue) if gains.any() else 1.0


def split_by_coverage(results, reference):
    """Tell the methods that have all folds of a reference from those that lack some.

    Parameters
    ----------
    results : DataFrame
    reference : str

    Returns
    -------
    full, partial : list of str
        The reference is in ``full``. Methods that share no fold are in neither.
    """
    places = {
        method: set(part[PLACE].itertuples(index=False, name=None))
        for method, part in results.groupby("method", sort=False)
    }
    needed = places[reference]
    full = [method for method, found in places.items() if needed <= found]
    partial = [
        method
        for method, found in places.items()
        if method not in full and needed & found
    ]
    return full, partial


def cells_of(results, methods, metrics):
    """Average over the folds that all of some methods have.

    Parameters
    ----------
    results : DataFrame
    methods, metrics : list of str

    Returns
    -------
    cells : DataFrame
        Index (dataset, classifier), columns (metric, method).
    """
    part = results[results["method"].isin(methods)]
    return complete_cells(part, list(metrics))[0]


def by_set(cells):
    """Average cells over the classifiers of each data set."""
    return cells.groupby(level="dataset").mean()


def by_table(cells):
    """Average cells over the classifiers and cuts (``@20``, ``#20``) of each table."""
    tables = cells.index.get_level_values("dataset").str.replace(
        "[@#].*", "", regex=True
    )
    return cells.groupby(tables).mean()
