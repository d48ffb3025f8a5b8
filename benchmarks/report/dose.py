"""Usefulness by the number of minority rows to learn from."""

from benchmarks.report.markdown import picture, table
from benchmarks.report.names import (
    MAIN_METRICS,
    METRICS,
    REFERENCE,
    in_words,
    p_text,
    title,
)
from benchmarks.report.statistics import (
    by_set,
    cells_of,
    signed_rank,
    split_by_coverage,
)
from gansampler._wording import counted

BASELINE = "none"
RIVALS = ("none", "smote", "smoothed_bootstrap", "smoothed_bootstrap_valid")
COHORT_SIZES = (10, 5)
"""A curve is drawn up to the largest size that at least so many sets have."""
TOO_FEW = 5


def scores_by_size(results):
    """Average over classifiers and folds.

    Parameters
    ----------
    results : DataFrame
        Failures filled; data sets are called ``name#size``.

    Returns
    -------
    scores : DataFrame
        Index (table, size), columns (metric, method); of the methods that have every
        fold of the reference.
    """
    methods = split_by_coverage(results, REFERENCE)[0]
    scores = by_set(cells_of(results, methods, MAIN_METRICS))
    parts = scores.index.str.partition("#")
    names, sizes = parts.get_level_values(0), parts.get_level_values(2).astype(int)
    scores.index = [names, sizes]
    return scores.rename_axis(["table", "size"]).sort_index()


def cohorts(scores):
    """Choose the tables of each curve: those that have all sizes up to its end.

    The same tables stand behind every point of a curve, since a mean over other tables
    at each size would compare tables, not sizes.

    Parameters
    ----------
    scores : DataFrame
        From :func:`scores_by_size`.

    Returns
    -------
    cohorts : dict of int to list of str
        From the largest size of a curve to its tables; for each of ``COHORT_SIZES``
        the largest size that so many tables have, each once.
    """
    sizes = scores.index.get_level_values("size").unique().sort_values()
    present = scores.iloc[:, 0].unstack("size").notna()[sizes]
    complete = present.cumprod(axis=1).astype(bool)
    chosen = {}
    for least in COHORT_SIZES:
        enough = [size for size in sizes[1:] if complete[size].sum() >= least]
        if enough:
            chosen[enough[-1]] = list(complete.index[complete[enough[-1]]])
    return chosen


def curves(scores, tables, largest):
    """Mean gains over the baseline at each size.

    Parameters
    ----------
    scores : DataFrame
        From :func:`scores_by_size`.
    tables : list of str
    largest : int
        Last size of the curve.

    Returns
    -------
    gains : DataFrame
        Index size, columns (metric, method) without the baseline.
    """
    names, sizes = (scores.index.get_level_values(level) for level in (0, 1))
    part = scores[names.isin(tables) & (sizes <= largest)]
    means = part.groupby(level="size").mean()
    gains = means.copy()
    for metric, method in means:
        gains[metric, method] = means[metric, method] - means[metric, BASELINE]
    return gains.drop(columns=BASELINE, level=1)


def dose_section(results):
    """The curves, and the tests of each size.

    Parameters
    ----------
    results : DataFrame
        Failures filled.

    Returns
    -------
    text : str
    """
    scores = scores_by_size(results)
    described = in_words(
        f"{counted(len(tables), 'table')} with all sizes up to {largest} "
        f"({', '.join(tables)})"
        for largest, tables in cohorts(scores).items()
    )
    return "\n\n".join(
        [
            f"The curves show {described}.",
            picture("dose.svg", "Gain over no resampling by minority rows"),
            "Mean gain of GANOversampler at each size over all tables that have it, "
            "averaged over classifiers first, with Wilcoxon's p by table, not "
            f"corrected for the number of tests (fewer than {TOO_FEW} tables are not "
            "tested):",
            table(_rows(scores)),
        ]
    )


def _rows(scores):
    rivals = [rival for rival in RIVALS if rival in scores["roc_auc"]]
    return [
        {
            "minority rows": size,
            "tables": len(part),
            "against": title(rival),
        }
        | {
            METRICS[metric]: _gain(part[metric][REFERENCE] - part[metric][rival])
            for metric in MAIN_METRICS
        }
        for size, part in scores.groupby(level="size")
        for rival in rivals
    ]


def _gain(gains):
    text = f"{gains.mean():+.3f}"
    return text if len(gains) < TOO_FEW else f"{text} ({p_text(signed_rank(gains))})"
