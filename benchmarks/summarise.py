"""Tables from the results of the utility benchmark, in Markdown.

Run it from the root of a checkout::

    python -m benchmarks.summarise results.csv --reference gan

A cell is a data set with a classifier; folds and seeds are averaged first. Where a
method failed it gets the scores of ``none``, which is what its user is left with, and
the report counts such folds. Only folds that every compared method has count, so that
all methods are averaged over the same ones.
"""

import argparse

import pandas as pd

from benchmarks.report.markdown import frame_table
from benchmarks.report.statistics import (
    by_set,
    complete_cells,
    fill_failures,
    load_results,
    mean_ranks,
    paired_tests,
)
from benchmarks.utility import METRICS, select

SHORT = {
    "average_precision": "AP",
    "roc_auc": "AUC",
    "balanced_accuracy": "bal. acc.",
    "g_mean": "G-mean",
    "f1": "F1",
    "mcc": "MCC",
    "brier": "Brier",
    "balanced_accuracy_tuned": "bal. acc. tuned",
    "g_mean_tuned": "G-mean tuned",
    "f1_tuned": "F1 tuned",
    "mcc_tuned": "MCC tuned",
}


def mean_table(cells):
    """Mean and mean rank (1 is best) of each method and metric over the cells.

    Parameters
    ----------
    cells : DataFrame
        From :func:`complete_cells`.

    Returns
    -------
    table : DataFrame
        A row for each method, sorted by the rank in the first metric.
    """
    columns = {}
    for metric, ranks in mean_ranks(cells, cells.columns.unique("method")).items():
        columns[f"{SHORT[metric]} rank"] = ranks.round(2)
        columns[SHORT[metric]] = cells[metric].mean().round(4)
    table = pd.DataFrame(columns)
    return table.sort_values(table.columns[0])


def comparison_table(cells, reference):
    """The tests of a reference against each other method, in short words.

    Parameters
    ----------
    cells : DataFrame
    reference : str
        Name of a method.

    Returns
    -------
    table : DataFrame
        From :func:`benchmarks.report.statistics.paired_tests`.
    """
    tests = paired_tests(cells, reference)
    tests["metric"] = tests["metric"].map(SHORT)
    return tests.rename(columns={"rival": "against", "p_holm": "p (Holm)"})


def report(results, *, metrics, reference=None):
    """Write all tables.

    Parameters
    ----------
    results : DataFrame
        Rows of the methods, data sets and classifiers to compare, failures filled.
    metrics : list of str
    reference : str or None, default=None
        Method that is tested against the others; None leaves the tests out.

    Returns
    -------
    text : str
        Markdown.
    """
    cells, n_dropped = complete_cells(results, metrics)
    n_sets = cells.index.get_level_values("dataset").nunique()
    summary = (
        f"{len(cells)} cells of {n_sets} data sets; {n_dropped} rows of folds that a "
        "method lacks are left out."
    )
    parts = ["## All methods\n", f"{summary}\n", *_failures(results)]
    if cells.empty:
        return "\n".join([*parts, "No fold was finished by all methods."])
    table = mean_table(cells)
    table["sampler s"] = results.groupby("method")["sampler_seconds"].mean().round(2)
    parts.append(frame_table(table, index_name="method"))
    if reference is not None:
        by = {"data set x classifier": cells, "data set": by_set(cells)}
        for title, values in by.items():
            parts.append(f"\n## {reference} against the others, by {title}\n")
            parts.append(frame_table(comparison_table(values, reference)))
    parts.append("\n## By classifier")
    for classifier, part in cells.groupby(level="classifier"):
        parts.append(f"\n### {classifier}\n")
        parts.append(frame_table(mean_table(part), index_name="method"))
    return "\n".join(parts)


def main(arguments=None):
    """Print the tables from the command line."""
    options = _parse(arguments)
    results = fill_failures(load_results(options.files))
    for column in ("method", "dataset", "classifier"):
        known = list(results[column].unique())
        patterns = getattr(options, f"{column}s")
        results = results[results[column].isin(select(patterns, known, column))]
    known = [metric for metric in METRICS if metric in results]
    metrics = select(options.metrics, known, "metric")
    if options.reference not in [None, *results["method"]]:
        raise SystemExit(f"The results have no method {options.reference!r}.")
    print(report(results, metrics=metrics, reference=options.reference))


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.summarise", description=__doc__.partition("\n")[0]
    )
    add = parser.add_argument
    add("files", nargs="+")
    add("--reference", help="method that is tested against the others")
    add("--methods", nargs="+", default=["*"], help="names or patterns, '!' excludes")
    add("--datasets", nargs="+", default=["*"])
    add("--classifiers", nargs="+", default=["*"])
    add("--metrics", nargs="+", default=["average_precision", "roc_auc", "g_mean"])
    return parser.parse_args(arguments)


def _failures(results):
    """Tell on how many folds each method failed."""
    failed = results[results["error"].notna()]
    folds = failed.drop_duplicates(["dataset", "method", "seed", "fold"])
    return [
        f"{method} failed on {count} folds, counted as no resampling there.\n"
        for method, count in folds.groupby("method").size().items()
    ]


if __name__ == "__main__":
    main()
