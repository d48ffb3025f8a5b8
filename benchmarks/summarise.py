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
from scipy.stats import wilcoxon

from benchmarks.results_file import read_results
from benchmarks.utility import KEY, METRICS, select
from gansampler.comparison._statistics import holm

CELL = ["dataset", "classifier"]
FALLBACK = "none"
LOWER_IS_BETTER = {"brier"}
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
    place = [*CELL, "seed", "fold"]
    fallback = results.loc[results["method"] == FALLBACK, [*place, *metrics]]
    failed = results["error"].notna()
    scores = results.loc[failed, place].merge(fallback, on=place, how="left")
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
    wide = results.pivot(
        index=[*CELL, "seed", "fold"], columns="method", values=metrics
    )
    complete = wide.dropna()
    return complete.groupby(level=CELL).mean(), len(wide) - len(complete)


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
    for metric in _metrics(cells):
        ranks = cells[metric].rank(axis=1, ascending=metric in LOWER_IS_BETTER)
        columns[f"{SHORT[metric]} rank"] = ranks.mean().round(2)
        columns[SHORT[metric]] = cells[metric].mean().round(4)
    table = pd.DataFrame(columns)
    return table.sort_values(table.columns[0])


def comparison_table(cells, reference):
    """Wilcoxon signed-rank tests of a reference against each other method.

    Parameters
    ----------
    cells : DataFrame
        From :func:`complete_cells`, or averaged further over the classifiers.
    reference : str
        Name of a method.

    Returns
    -------
    table : DataFrame
        For each metric and rival: the mean gain of the reference (positive is
        better), wins, ties and losses, the two-sided p value and the same after
        Holm's correction over the rivals of the metric.
    """
    tables = []
    for metric in _metrics(cells):
        sign = -1 if metric in LOWER_IS_BETTER else 1
        values = sign * cells[metric]
        rows = [
            {"metric": SHORT[metric], "against": rival}
            | _paired(values[reference] - values[rival])
            for rival in values.columns
            if rival != reference
        ]
        table = pd.DataFrame(rows)
        if not table.empty:
            table["p (Holm)"] = holm(table["p"])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def to_markdown(table, *, index_name=None):
    """Write a table as Markdown.

    Parameters
    ----------
    table : DataFrame
    index_name : str or None, default=None
        Title of the index; None leaves the index out.

    Returns
    -------
    text : str
    """
    if index_name is not None:
        table = table.rename_axis(index_name).reset_index()
    lines = [
        "| " + " | ".join(map(str, table.columns)) + " |",
        "|" + "---|" * table.shape[1],
    ]
    for row in table.itertuples(index=False):
        lines.append("| " + " | ".join(_cell_text(value) for value in row) + " |")
    return "\n".join(lines)


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
    parts.append(to_markdown(table, index_name="method"))
    if reference is not None:
        by_set = cells.groupby(level="dataset").mean()
        for title, values in [("data set x classifier", cells), ("data set", by_set)]:
            parts.append(f"\n## {reference} against the others, by {title}\n")
            parts.append(to_markdown(comparison_table(values, reference)))
    parts.append("\n## By classifier")
    for classifier, part in cells.groupby(level="classifier"):
        parts.append(f"\n### {classifier}\n")
        parts.append(to_markdown(mean_table(part), index_name="method"))
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


def _metrics(cells):
    """The metrics of the cells, in order."""
    return list(dict.fromkeys(cells.columns.get_level_values(0)))


def _paired(gains):
    """Summarise paired gains and test whether they are centred at zero."""
    gains = gains.round(9)
    p = wilcoxon(gains).pvalue if gains.any() else 1.0
    counts = [(gains > 0).sum(), (gains == 0).sum(), (gains < 0).sum()]
    return {
        "gain": round(gains.mean(), 4),
        "won/tied/lost": "/".join(map(str, counts)),
        "p": p,
    }


def _failures(results):
    """Tell on how many folds each method failed."""
    failed = results[results["error"].notna()]
    folds = failed.drop_duplicates(["dataset", "method", "seed", "fold"])
    return [
        f"{method} failed on {count} folds, counted as no resampling there.\n"
        for method, count in folds.groupby("method").size().items()
    ]


def _cell_text(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
