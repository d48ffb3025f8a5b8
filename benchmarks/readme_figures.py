"""The figures in README.md, made from the CSV files in ``results/``.

Run it from the root of a checkout after a benchmark::

    python -m benchmarks.readme_figures          # rewrites the section
    python -m benchmarks.readme_figures --check  # fails if it is out of date
"""

from pathlib import Path

import pandas as pd

from benchmarks.report.levels import BORROWED, with_borrowed
from benchmarks.report.pages import write_or_check
from benchmarks.summarise import (
    SHORT,
    comparison_table,
    complete_cells,
    load_results,
)

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "README.md"
METRICS = {
    "average_precision": "average precision",
    "roc_auc": "ROC AUC",
    "g_mean": "G-mean at 0.5",
}
METHODS = {
    "none": "no resampling",
    "class_weight": "class weights",
    "ros": "random over-sampling",
    "smoothed_bootstrap": "smoothed bootstrap",
    "smote": "SMOTE, SMOTENC or SMOTEN",
    "gan": "`GANOversampler()`",
}
TESTED = ["none", "smote", "smoothed_bootstrap"]


def usefulness():
    """Describe the utility benchmark on the development sets."""
    results = load_results([RESULTS / "utility.csv"])
    results = results[results["method"].isin(METHODS)]
    cells, n_dropped = complete_cells(results, list(METRICS))
    n_sets = cells.index.get_level_values("dataset").nunique()
    n_classifiers = cells.index.get_level_values("classifier").nunique()
    n_folds = results["folds"].iloc[0]
    lines = [
        f"On {n_sets} development sets, on which the defaults were tuned, cuts to 20 "
        "and 60 minority rows included, with "
        f"{n_classifiers} classifiers (logistic regression, k neighbours, decision "
        "tree, random forest, histogram gradient boosting, multilayer perceptron) and "
        f"{n_folds}-fold cross-validation, mean and mean rank over data sets and "
        "classifiers (the rank in brackets, 1 is best):",
        "",
        "| | " + " | ".join(METRICS.values()) + " |",
        "|---|" + "---|" * len(METRICS),
    ]
    ranks = {name: cells[name].rank(axis=1, ascending=False) for name in METRICS}
    for method, title in METHODS.items():
        figures = [
            f"{cells[name][method].mean():.3f} ({ranks[name][method].mean():.2f})"
            for name in METRICS
        ]
        lines.append(f"| {title} | " + " | ".join(figures) + " |")
    if n_dropped:
        lines += ["", f"{n_dropped} folds on which a method failed are left out."]
    return "\n".join([*lines, "", tests(cells), "", rare_levels(results)])


def tests(cells):
    """Compare with each other method, data set by data set."""
    by_set = cells.groupby(level="dataset").mean()
    table = comparison_table(by_set, "gan")
    sentences = []
    for method in TESTED:
        gains = []
        for name, title in METRICS.items():
            row = _row(table, SHORT[name], method)
            gains.append(f"{row['gain']:+.3f} in {title} (p {_p_value(row['p'])})")
        sentences.append(f"Against {METHODS[method]}: " + ", ".join(gains) + ".")
    return "Mean differences by data set, Wilcoxon signed-rank: " + " ".join(sentences)


def rare_levels(results):
    """Compare the sampler that borrows levels with no resampling."""
    borrowed = load_results([RESULTS / "rare_levels.csv"])
    tables = sorted(set(borrowed["dataset"].str.partition("@")[0]))
    cells, _ = complete_cells(with_borrowed(results, borrowed), list(METRICS))
    by_set = cells.groupby(level="dataset").mean()
    gains = [
        f"{(by_set[name][BORROWED] - by_set[name]['none']).mean():+.3f} in {title}"
        for name, title in METRICS.items()
    ]
    return (
        'With `GANOversampler(rare_levels="table")`, which changes rows where a column '
        f"has many levels ({' and '.join(tables)}): {', '.join(gains)} against no "
        "resampling."
    )


def cost():
    """Describe the cost of training against CTGAN's."""
    runs = pd.read_csv(RESULTS / "cost_against_ctgan.csv")
    median = runs.groupby("method")[["cpu_seconds", "peak_growth_mb"]].median()
    ratio = median["cpu_seconds"]["ctgan"] / median["cpu_seconds"]["gansampler"]
    return (
        f"Balancing churn (707 rows of 19 columns in the minority) takes "
        f"{median['cpu_seconds']['gansampler']:.1f} CPU seconds and "
        f"{median['peak_growth_mb']['gansampler']:.0f} MB; CTGAN 0.12.1 with its "
        f"defaults took {ratio:.1f} times as long to learn the same rows in the same "
        "run."
    )


def main(arguments=None):
    """Rewrite the figures of the README, or check them."""
    figures = "\n\n".join([usefulness(), cost()])
    write_or_check(PAGE, {"figures": figures}, "benchmarks.readme_figures", arguments)


def _row(table, metric, method):
    """Find one comparison in the table."""
    found = table[(table["metric"] == metric) & (table["against"] == method)]
    (row,) = found.to_dict("records")
    return row


def _p_value(p):
    return f"{p:.2g}" if p >= 0.001 else "< 0.001"


if __name__ == "__main__":
    main()
