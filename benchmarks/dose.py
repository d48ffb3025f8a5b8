"""Measure where resampling helps: by the number of minority rows to learn from.

The cross-validation of ``utility.py`` on the whole development sets, but of the
minority rows of each training fold only 10, 20, 50, 100, 200 or 500 are kept. The
majority and the test folds stay whole, so that scores at different sizes compare. A
smaller cut is part of a larger one. Run it from the root of a checkout::

    python -m benchmarks.dose --jobs 2
"""

import argparse

from benchmarks.data import development_set_names, load_development_set
from benchmarks.methods import METHODS
from benchmarks.models import CLASSIFIERS
from benchmarks.results_file import keys_done, read_results
from benchmarks.running import run_into_file
from benchmarks.utility import (
    COLUMNS,
    KEY,
    by_size,
    check_same_experiment,
    plan_tasks,
    run_task,
    select,
)

SIZES = (10, 20, 50, 100, 200, 500)
DEFAULT_METHODS = [
    "none",
    "ros",
    "smoothed_bootstrap",
    "smoothed_bootstrap_valid",
    "smote",
    "gan",
]


def sizes_below(n_minority, folds):
    """List the ``SIZES`` that are smaller than the minority of every training fold.

    Parameters
    ----------
    n_minority : int
        Minority rows of the whole table.
    folds : int

    Returns
    -------
    smaller : list of int
    """
    largest_test_fold = -(-n_minority // folds)
    return [size for size in SIZES if size < n_minority - largest_test_fold]


def main(arguments=None):
    """Run the benchmark from the command line."""
    options = _parse(arguments)
    methods = select(options.methods, METHODS, "method")
    names = select(options.datasets, development_set_names(cuts=False), "data set")
    classifiers = select(options.classifiers, CLASSIFIERS, "classifier")
    results = read_results(options.out)
    experiment = {"folds": options.folds, "label": None, "gan_params": ""}
    check_same_experiment(results, methods=methods, **experiment)
    tasks = plan_tasks(
        methods=methods,
        datasets=[
            f"{name}#{size}"
            for name in by_size(names)
            for size in sizes_below(
                load_development_set(name).n_minority, options.folds
            )
        ],
        classifiers=classifiers,
        seeds=options.seeds,
        done=keys_done(results, KEY, retry_failures=options.retry_failures),
        **experiment,
    )
    run_into_file(run_task, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out)


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dose", description=__doc__.partition("\n")[0]
    )
    add = parser.add_argument
    add("--methods", nargs="+", default=DEFAULT_METHODS)
    add("--datasets", nargs="+", default=["*"], help="names or patterns, '!' excludes")
    add("--classifiers", nargs="+", default=["*"])
    add("--folds", type=int, default=5)
    add("--seeds", type=int, default=1, help="number of repetitions")
    add("--jobs", type=int, default=1, help="processes, of one thread each")
    add("--out", default="dose.csv")
    add("--retry-failures", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
