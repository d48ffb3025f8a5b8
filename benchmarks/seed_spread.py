"""Measure how much scores depend on a sampler's random state.

The split, its folds and the seeds of the classifiers stay the same; only the sampler
gets another ``random_state`` each time. One CSV row for each (dataset, method, seed,
fold, classifier), where the seed is the sampler's. What is there already is skipped,
so that a broken run goes on where it stopped. Run it from the root of a checkout::

    python -m benchmarks.seed_spread --seeds 10
"""

import argparse
import warnings

from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from benchmarks.data import development_set_names, load_development_set
from benchmarks.methods import METHODS
from benchmarks.models import FAST_CLASSIFIERS, make_classifier
from benchmarks.report.variants import seeds_section
from benchmarks.results_file import keys_done, read_results
from benchmarks.running import run_into_file
from benchmarks.utility import (
    KEY,
    by_size,
    package_versions,
    plan_tasks,
    scores,
    select,
)

DATASETS = ["yeast4", "glass2", "churn"]
COMPARED = ["gan", "smote"]
FOLDS = 3
SPLIT_SEED = CLASSIFIER_SEED = 0
METRICS = ["average_precision", "roc_auc", "g_mean"]
COLUMNS = [*KEY, *METRICS, "versions"]


def run_task(task):
    """Cross-validate one method with one random state of the sampler.

    Parameters
    ----------
    task : benchmarks.utility.Task
        Its seed is the sampler's alone.

    Returns
    -------
    rows : list of dict
        One row for each fold and classifier.
    """
    data = load_development_set(task.dataset)
    splitter = StratifiedKFold(task.folds, shuffle=True, random_state=SPLIT_SEED)
    common = {
        "dataset": task.dataset,
        "method": task.method,
        "seed": task.seed,
        "versions": package_versions(),
    }
    rows = []
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        for fold, (train, test) in enumerate(splitter.split(data.X, data.y)):
            X_train = data.X.iloc[train].reset_index(drop=True)
            X, y = METHODS[task.method](X_train, data.y[train], task.seed)
            for name in task.classifiers:
                model = make_classifier(name, X_train, CLASSIFIER_SEED).fit(X, y)
                probability = model.predict_proba(data.X.iloc[test])[:, 1]
                row = {"fold": fold, "classifier": name}
                rows.append(common | row | _scored(data.y[test], probability))
    return rows


def main(arguments=None):
    """Run the benchmark from the command line and print the section of the page."""
    options = _parse(arguments)
    tasks = plan_tasks(
        methods=COMPARED,
        datasets=by_size(select(options.datasets, development_set_names(), "data set")),
        classifiers=FAST_CLASSIFIERS,
        folds=FOLDS,
        seeds=options.seeds,
        label=None,
        gan_params="",
        done=keys_done(read_results(options.out), KEY),
    )
    run_into_file(run_task, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out)
    print(seeds_section(read_results(options.out)))


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.seed_spread", description=__doc__.partition("\n")[0]
    )
    add = parser.add_argument
    add("--datasets", nargs="+", default=DATASETS)
    add("--seeds", type=int, default=10, help="random states of the sampler")
    add("--jobs", type=int, default=1, help="processes, of one thread each")
    add("--out", default="benchmarks/results/seed_spread.csv")
    return parser.parse_args(arguments)


def _scored(y, probability):
    values = scores(y, probability)
    return {metric: round(float(values[metric]), 6) for metric in METRICS}


if __name__ == "__main__":
    main()
