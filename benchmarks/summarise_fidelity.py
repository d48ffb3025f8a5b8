"""Tables from the results of the fidelity benchmark, in Markdown.

Run it from the root of a checkout::

    python -m benchmarks.summarise_fidelity results.csv --reference gan

Folds and seeds are averaged first, data sets second. Only folds that every compared
method finished count.
"""

import argparse

import pandas as pd

from benchmarks.fidelity import KEY, METRICS, REAL
from benchmarks.report.markdown import frame_table
from benchmarks.results_file import read_results
from benchmarks.utility import select

TITLES = {
    "energy_distance": "energy",
    "coverage": "coverage",
    "density": "density",
    "two_sample_auc": "two-sample AUC",
    "marginal_gap": "marginal gap",
    "correlation_gap": "correlation gap",
    "nearest_row_ratio": "nearest-row ratio (median)",
    "authenticity": "authenticity",
    "held_out_authenticity": "held-out authenticity",
    "duplicate_share": "duplicates",
    "held_out_duplicate_share": "held-out duplicates",
}
BEST = {
    "energy_distance": "lower",
    "coverage": "higher",
    "two_sample_auc": "lower",
    "marginal_gap": "lower",
    "correlation_gap": "lower",
}
"""Metrics by which methods are compared set by set, and which end is better."""


def complete_sets(results):
    """Average over the folds that all methods finished.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    sets : DataFrame
        Index data set, columns (metric, method).
    n_dropped : int
        Number of (dataset, seed, fold) that some method lacks.
    """
    results = results.drop_duplicates(KEY, keep="last")
    wide = results.pivot(
        index=["dataset", "seed", "fold"], columns="method", values=METRICS
    )
    complete = wide.dropna()
    return complete.groupby(level="dataset").mean(), len(wide) - len(complete)


def mean_table(sets):
    """Means of each method and metric over the data sets.

    Parameters
    ----------
    sets : DataFrame
        From :func:`complete_sets`.

    Returns
    -------
    table : DataFrame
        A row for each method, sorted by the energy distance. The nearest-row ratio,
        which is infinite where real rows have twins, is a median. Where the training
        rows were measured themselves, the coverage relative to theirs comes last.
    """
    columns = {
        title: sets[metric].median()
        if metric == "nearest_row_ratio"
        else sets[metric].mean()
        for metric, title in TITLES.items()
    }
    if REAL in sets["coverage"]:
        relative = sets["coverage"].div(sets["coverage"][REAL], axis=0)
        columns["coverage / real"] = relative.mean()
    return pd.DataFrame(columns).round(4).sort_values(TITLES["energy_distance"])


def comparison_table(sets, reference):
    """On how many data sets a reference is better than each other method.

    Parameters
    ----------
    sets : DataFrame
        From :func:`complete_sets`.
    reference : str
        Name of a method.

    Returns
    -------
    table : DataFrame
        A row for each rival: the share of sets won in each metric of ``BEST``, ties
        counted as half.
    """
    rivals = [method for method in sets["coverage"] if method not in (reference, REAL)]
    shares = {
        f"{TITLES[metric]} ({end})": [
            _share_won(
                (sets[metric][reference] - sets[metric][rival])
                * (1 if end == "higher" else -1)
            )
            for rival in rivals
        ]
        for metric, end in BEST.items()
    }
    return pd.DataFrame(shares, index=rivals)


def report(results, *, reference=None):
    """Write all tables.

    Parameters
    ----------
    results : DataFrame
    reference : str or None, default=None
        Method that is compared with the others; None leaves the comparison out.

    Returns
    -------
    text : str
        Markdown.
    """
    sets, n_dropped = complete_sets(results)
    failed = results[results["error"].notna()].groupby("method").size()
    parts = [
        f"{len(sets)} data sets; {n_dropped} folds that a method lacks are left out.",
        *(
            f"{method} failed on {count} folds; --methods '!{method}' leaves it out."
            for method, count in failed.items()
        ),
    ]
    if sets.empty:
        return "\n\n".join([*parts, "No fold was finished by all methods."])
    table = mean_table(sets)
    table["sampler s"] = results.groupby("method")["sampler_seconds"].mean().round(2)
    parts.append(frame_table(table, index_name="method"))
    if reference is not None:
        parts += [
            f"Share of data sets on which {reference} is better:",
            frame_table(comparison_table(sets, reference), index_name="than"),
        ]
    return "\n\n".join(parts)


def main(arguments=None):
    """Print the tables from the command line."""
    options = _parse(arguments)
    results = read_results(options.file)
    for column in ("method", "dataset"):
        known = list(results[column].unique())
        patterns = getattr(options, f"{column}s")
        results = results[results[column].isin(select(patterns, known, column))]
    reference = (
        options.reference if options.reference in set(results["method"]) else None
    )
    print(report(results, reference=reference))


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.summarise_fidelity",
        description=__doc__.partition("\n")[0],
    )
    add = parser.add_argument
    add("file")
    add("--reference", help="method that is compared with the others")
    add("--methods", nargs="+", default=["*"], help="names or patterns, '!' excludes")
    add("--datasets", nargs="+", default=["*"])
    return parser.parse_args(arguments)


def _share_won(gains):
    """Share of positive gains, ties counted as half."""
    return round(float((gains > 0).mean() + (gains == 0).mean() / 2), 3)


if __name__ == "__main__":
    main()
