"""Measure how near synthetic minority rows are to held-out ones, and how new.

A method resamples a training fold; as many of its synthetic rows as the fold has
minority rows, drawn several times where they are few, are compared with the minority
rows of the test fold, which it never saw.
``real`` stands for the training rows themselves in place of synthetic ones: the best
that a sample of this size can be, though not new. One CSV row for each (dataset,
method, seed, fold); what is there already is skipped, so that a broken run goes on
where it stopped. Run it from the root of a checkout::

    python -m benchmarks.fidelity --methods real smote gan --datasets 'churn*'
    python -m benchmarks.summarise_fidelity benchmarks/results/fidelity.csv
"""

import argparse
import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from benchmarks.data import development_set_names, load_development_set
from benchmarks.methods import METHODS, no_resampling
from benchmarks.models import to_plain_types
from benchmarks.results_file import keys_done, read_results
from benchmarks.running import run_into_file
from benchmarks.utility import cpu_seconds, cut_minority, package_versions, select
from gansampler.comparison._running import one_line
from gansampler.quality import (
    authenticity,
    classifier_two_sample_test,
    common_space,
    correlation_gap,
    coverage,
    density,
    duplicate_share,
    energy_distance,
    marginal_gaps,
    nearest_row_ratio,
)

REAL = "real"
DRAWN_ROWS = 400
MAX_DRAWS = 4
KEY = ["dataset", "method", "seed", "fold"]
METRICS = [
    "energy_distance",
    "coverage",
    "density",
    "two_sample_auc",
    "marginal_gap",
    "correlation_gap",
    "nearest_row_ratio",
    "authenticity",
    "held_out_authenticity",
    "duplicate_share",
    "held_out_duplicate_share",
]
COLUMNS = [
    *KEY,
    *METRICS,
    "sampler_seconds",
    "n_minority",
    "n_held_out",
    "n_synthetic",
    "n_draws",
    "folds",
    "versions",
    "error",
]


@dataclass(frozen=True)
class Task:
    """One fold to resample and measure.

    Attributes
    ----------
    dataset : str
        One of :func:`data_set_names`.
    method : str
        ``real`` or a key of ``METHODS``.
    seed, fold, folds : int
        Seed of the split, position of the fold and number of folds.
    """

    dataset: str
    method: str
    seed: int
    fold: int
    folds: int


def data_set_names():
    """List the development sets and their cuts.

    Other than ``churn@20``, of which few rows are left to compare with, ``churn#20``
    has 20 minority rows in each training fold and whole test folds.

    Returns
    -------
    names : list of str
    """
    return [name.replace("@", "#") for name in development_set_names()]


def run_task(task):
    """Resample one fold and measure the synthetic rows.

    Parameters
    ----------
    task : Task

    Returns
    -------
    rows : list of dict
        One row, without metrics where the method failed; ``error`` tells why.
    """
    X, y, held_out = _fold(task)
    real = to_plain_types(X[y == 1])
    row = {
        "dataset": task.dataset,
        "method": task.method,
        "seed": task.seed,
        "fold": task.fold,
        "folds": task.folds,
        "n_minority": len(real),
        "n_held_out": len(held_out),
        "versions": package_versions(),
    }
    seed = 1000 * task.seed + task.fold
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        start = cpu_seconds()
        try:
            made = X[y == 1] if task.method == REAL else _synthetic_rows(task, X, y)
            row["sampler_seconds"] = round(cpu_seconds() - start, 4)
            made, n_rows = to_plain_types(made), _n_rows(y)
            n_rows, n_draws = min(n_rows, len(made)), _n_draws(n_rows)
            draws = [
                metrics(real, _drawn(made, n_rows, state), held_out, state)
                for state in range(seed, seed + n_draws)
            ]
        except Exception as error:
            return [row | {"error": one_line(error)}]
    means = {name: np.mean([draw[name] for draw in draws]) for name in METRICS}
    rounded = {name: round(float(value), 6) for name, value in means.items()}
    return [row | {"n_synthetic": n_rows, "n_draws": n_draws} | rounded]


def metrics(real, synthetic, held_out, seed):
    """Compare synthetic rows with held-out ones and with those learned from.

    Parameters
    ----------
    real, synthetic, held_out : DataFrame of shape (n_rows, n_columns)
        In plain types. Distances are in the scale of ``real``, which all methods of a
        fold share.
    seed : int
        Seed of the two-sample test.

    Returns
    -------
    values : dict of str to float
        The entries of ``METRICS``.
    """
    learned, made, unseen = common_space(real, synthetic, held_out)
    return {
        "energy_distance": energy_distance(unseen, made),
        "coverage": coverage(unseen, made),
        "density": density(unseen, made),
        "two_sample_auc": classifier_two_sample_test(unseen, made, random_state=seed),
        "marginal_gap": marginal_gaps(held_out, synthetic).mean(),
        "correlation_gap": correlation_gap(held_out, synthetic),
        "nearest_row_ratio": nearest_row_ratio(learned, made, unseen),
        "authenticity": authenticity(learned, made),
        "held_out_authenticity": authenticity(learned, unseen),
        "duplicate_share": duplicate_share(real, synthetic),
        "held_out_duplicate_share": duplicate_share(real, held_out),
    }


def plan_tasks(*, methods, datasets, folds, seeds, done):
    """List what is still to do, the sets in turn and the methods within each.

    Parameters
    ----------
    methods, datasets : list of str
    folds, seeds : int
    done : set of tuple
        Keys (see ``KEY``) of the rows that exist.

    Returns
    -------
    tasks : list of Task
    """
    return [
        Task(dataset, method, seed, fold, folds)
        for dataset in datasets
        for seed in range(seeds)
        for fold in range(folds)
        for method in methods
        if (dataset, method, seed, fold) not in done
    ]


def check_folds(results, folds):
    """Refuse to add to results that were made with another number of folds."""
    if not results.empty and set(results["folds"]) != {folds}:
        raise ValueError(
            f"The results were made with {set(results['folds'])} folds, not {folds}: "
            "choose another --out."
        )


def main(arguments=None):
    """Run the benchmark from the command line."""
    options = _parse(arguments)
    results = read_results(options.out)
    check_folds(results, options.folds)
    # A method that makes no rows has nothing to be measured.
    known = [
        REAL,
        *(method for method in METHODS if METHODS[method] is not no_resampling),
    ]
    tasks = plan_tasks(
        methods=select(options.methods, known, "method"),
        datasets=select(options.datasets, data_set_names(), "data set"),
        folds=options.folds,
        seeds=options.seeds,
        done=keys_done(results, KEY, retry_failures=options.retry_failures),
    )
    run_into_file(run_task, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out)


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fidelity", description=__doc__.partition("\n")[0]
    )
    add = parser.add_argument
    add(
        "--methods",
        nargs="+",
        default=[REAL, "ros", "smoothed_bootstrap", "smote", "gan"],
    )
    add("--datasets", nargs="+", default=["*"])
    add("--folds", type=int, default=3, help="at least 3, which the cuts need")
    add("--seeds", type=int, default=2, help="number of repetitions")
    add("--jobs", type=int, default=1)
    add("--out", default="benchmarks/results/fidelity.csv")
    add("--retry-failures", action="store_true")
    return parser.parse_args(arguments)


def _fold(task):
    """Rows and labels of the training fold, and the minority rows of the test fold."""
    name, _, size = task.dataset.partition("#")
    data = load_development_set(name)
    splitter = StratifiedKFold(task.folds, shuffle=True, random_state=task.seed)
    train, test = list(splitter.split(data.X, data.y))[task.fold]
    if size:
        train = cut_minority(train, data.y, int(size), [task.seed, task.fold])
    held_out = to_plain_types(data.X.iloc[test[data.y[test] == 1]])
    return data.X.iloc[train].reset_index(drop=True), data.y[train], held_out


def _synthetic_rows(task, X, y):
    """What a method adds to a training fold."""
    seed = 1000 * task.seed + task.fold
    X_resampled, y_resampled = METHODS[task.method](X, y, seed)
    made = X_resampled.iloc[len(X) :]
    if made.empty:
        raise ValueError("The method added no rows.")
    if not (np.asarray(y_resampled)[len(X) :] == 1).all():
        raise ValueError("Not all added rows are of the minority.")
    return made


def _n_rows(y):
    """Rows to compare: as many as the minority has, or as balance adds if fewer."""
    n_minority = int(y.sum())
    return min(n_minority, len(y) - 2 * n_minority)


def _n_draws(n_rows):
    """Draws to average over: few rows of a distribution tell little of it."""
    return int(np.clip(DRAWN_ROWS // n_rows, 1, MAX_DRAWS))


def _drawn(rows, n_rows, seed):
    """So many of the rows."""
    return rows.sample(n_rows, random_state=seed).reset_index(drop=True)


if __name__ == "__main__":
    main()
