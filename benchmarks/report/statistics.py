"""Which results compare, how methods rank, and the tests that the pages quote."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.results_file import read_results
from benchmarks.utility import KEY, METRICS
from gansampler.comparison._statistics import holm

CELL = ["dataset", "classifier"]
"""A data set with a classifier: what is left when folds and seeds are averaged."""
PLACE = [*CELL, "seed", "fold"]
FALLBACK = "none"
LOWER_IS_BETTER = {"brier"}


def load_results(paths):
    """Read results files; of rows with the same key the last one counts.

    Parameters
    ----------
    paths : list of path-like

    Returns
    -------
    results : DataFrame
    """
    results = pd.concat([read_results(path) for path in paths], ignore_index=True)
    return results.drop_duplicates(KEY, keep="last")


def fill_failures(results):
    """Give rows with an error the scores of no resampling.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    filled : DataFrame
        Errors stay where they are. A row stays without scores where ``none`` has none
        of the same data set, seed, fold and classifier.
    """
    metrics = [metric for metric in METRICS if metric in results]
    fallback = results.loc[results["method"] == FALLBACK, [*PLACE, *metrics]]
    failed = results["error"].notna()
    scores = results.loc[failed, PLACE].merge(fallback, on=PLACE, how="left")
    filled = results.copy()
    filled.loc[failed, metrics] = scores[metrics].to_numpy()
    return filled


def complete_cells(results, metrics):
    """Average over the folds that all methods have.

    Parameters
    ----------
    results : DataFrame
    metrics : list of str

    Returns
    -------
    cells : DataFrame
        Index (dataset, classifier), columns (metric, method).
    n_dropped : int
        Number of (dataset, classifier, seed, fold) that some method lacks.
    """
    wide = results.pivot(index=PLACE, columns="method", values=metrics)
    complete = wide.dropna()
    return complete.groupby(level=CELL).mean(), len(wide) - len(complete)


def metrics_of(cells):
    """The metrics of cells, in order."""
    return list(dict.fromkeys(cells.columns.get_level_values(0)))


def mean_ranks(cells, methods):
    """Mean rank of methods in each metric over the cells; 1 is best.

    Parameters
    ----------
    cells : DataFrame
    methods : list of str

    Returns
    -------
    ranks : DataFrame
        Index method, columns metric.
    """
    return pd.DataFrame(
        {
            metric: cells[metric][methods]
            .rank(axis=1, ascending=metric in LOWER_IS_BETTER)
            .mean()
            for metric in metrics_of(cells)
        }
    )


def paired_tests(cells, reference):
    """Wilcoxon signed-rank tests of a reference against each other method.

    Parameters
    ----------
    cells : DataFrame
        From :func:`complete_cells`, or averaged further over the classifiers.
    reference : str
        Name of a method.

    Returns
    -------
    tests : DataFrame
        A row for each ``metric`` and ``rival``: the mean ``gain`` of the reference
        (positive is better), how many cells were ``won/tied/lost``, the two-sided
        ``p`` and ``p_holm``, corrected over the rivals of the metric.
    """
    found = []
    for metric in metrics_of(cells):
        values = cells[metric] * (-1 if metric in LOWER_IS_BETTER else 1)
        tests = pd.DataFrame(
            [
                {"metric": metric, "rival": rival}
                | _paired(values[reference] - values[rival])
                for rival in values.columns
                if rival != reference
            ],
            columns=["metric", "rival", "gain", "won/tied/lost", "p"],
        )
        found.append(tests.assign(p_holm=holm(tests["p"])))
    return pd.concat(found, ignore_index=True)


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


def _paired(gains):
    """Summarise paired gains and test whether they are centred at zero."""
    gains = gains.round(9)
    counts = [(gains > 0).sum(), (gains == 0).sum(), (gains < 0).sum()]
    return {
        "gain": round(gains.mean(), 4),
        "won/tied/lost": "/".join(map(str, counts)),
        "p": signed_rank(gains),
    }
