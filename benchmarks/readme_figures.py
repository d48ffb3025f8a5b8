"""The figures in README.md, made from the CSV files in ``results/``.

Run it from the root of a checkout after a benchmark::

    python -m benchmarks.readme_figures          # rewrites the section
    python -m benchmarks.readme_figures --check  # fails if it is out of date
"""

from pathlib import Path

import pandas as pd

from benchmarks.report.levels import BORROWED, with_borrowed
from benchmarks.report.names import MAIN_METRICS, METHODS, METRICS, REFERENCE, p_text
from benchmarks.report.pages import write_or_check
from benchmarks.report.statistics import (
    by_set,
    complete_cells,
    load_results,
    mean_ranks,
    paired_tests,
)

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "README.md"
SHOWN = ["none", "class_weight", "ros", "smoothed_bootstrap", "smote", "gan"]
TITLES = METHODS | {"smote": "SMOTE, SMOTENC or SMOTEN", "gan": "`GANOversampler()`"}
TESTED = ["none", "smote", "smoothed_bootstrap"]


def usefulness():
    """Describe the utility benchmark on the development sets."""
    results = load_results([RESULTS / "utility.csv"])
    results = results[results["method"].isin(SHOWN)]
    cells, n_dropped = complete_cells(results, list(MAIN_METRICS))
    n_sets = cells.index.get_level_values("dataset").nunique()
    n_classifiers = cells.index.get_level_values("classifier").nunique()
    n_folds = results["folds"].iloc[0]
    lines = [
        f"Means over {n_sets} development sets and {n_classifiers} classifiers "
        "(logistic regression, k nearest neighbours, decision tree, random forest, "
        "histogram gradient boosting, multilayer perceptron) by "
        f"{n_folds}-fold cross-validation, with mean ranks in brackets (1 is best). "
        "The defaults were tuned on these sets, which include the larger tables cut "
        "down to 20 and 60 minority rows:",
        "",
        "| | " + " | ".join(METRICS[name] for name in MAIN_METRICS) + " |",
        "|---|" + "---|" * len(MAIN_METRICS),
    ]
    # Halves are rounded up, whatever the last digit of a mean.
    ranks = mean_ranks(cells, SHOWN) + 1e-9
    for method in SHOWN:
        figures = [
            f"{cells[name][method].mean():.3f} ({ranks[name][method]:.2f})"
            for name in MAIN_METRICS
        ]
        lines.append(f"| {TITLES[method]} | " + " | ".join(figures) + " |")
    if n_dropped:
        lines += ["", f"{n_dropped} folds on which a method failed are left out."]
    return "\n".join([*lines, "", tests(cells), "", rare_levels(results)])


def tests(cells):
    """Compare with each other method, data set by data set."""
    found = paired_tests(by_set(cells), REFERENCE).set_index(["metric", "rival"])
    sentences = []
    for method in TESTED:
        gains = [
            f"{found['gain'][name, method]:+.3f} in {METRICS[name]} "
            f"(p {p_text(found['p'][name, method])})"
            for name in MAIN_METRICS
        ]
        sentences.append(f"Against {TITLES[method]}: " + ", ".join(gains) + ".")
    return (
        "Mean differences, with p values of Wilcoxon's signed-rank test over data "
        "sets. " + " ".join(sentences)
    )


def rare_levels(results):
    """Compare the sampler that borrows levels with no resampling."""
    borrowed = load_results([RESULTS / "rare_levels.csv"])
    tables = sorted(set(borrowed["dataset"].str.partition("@")[0]))
    cells, _ = complete_cells(with_borrowed(results, borrowed), list(MAIN_METRICS))
    sets = by_set(cells)
    gains = [
        f"{(sets[name][BORROWED] - sets[name]['none']).mean():+.3f} in {METRICS[name]}"
        for name in MAIN_METRICS
    ]
    return (
        'With `GANOversampler(rare_levels="table")`, which makes a difference where a '
        f"column has many levels ({' and '.join(tables)}), the mean differences "
        f"against no resampling are {', '.join(gains)}."
    )


def cost():
    """Describe the cost of training against CTGAN's."""
    runs = pd.read_csv(RESULTS / "cost_against_ctgan.csv")
    median = runs.groupby("method")[["cpu_seconds", "peak_growth_mb"]].median()
    ratio = median["cpu_seconds"]["ctgan"] / median["cpu_seconds"]["gansampler"]
    return (
        f"Balancing churn (707 minority rows of 19 columns) takes "
        f"{median['cpu_seconds']['gansampler']:.1f} CPU seconds and "
        f"{median['peak_growth_mb']['gansampler']:.0f} MB; CTGAN 0.12.1 with its "
        f"defaults took {ratio:.1f} times as long to learn the same rows in the same "
        "run."
    )


def main(arguments=None):
    """Rewrite the figures of the README, or check them."""
    figures = "\n\n".join([usefulness(), cost()])
    write_or_check(PAGE, {"figures": figures}, "benchmarks.readme_figures", arguments)


if __name__ == "__main__":
    main()
