"""Measure what a classifier gains when its training rows are balanced first.

Stratified cross-validation with everything inside the training fold: each method
resamples a fold once, and all classifiers learn from the same rows. One CSV row for
each (dataset, method, seed, fold, classifier); what is there already is skipped, so
that a broken run goes on where it stopped. Run it from the root of a checkout::

    python -m benchmarks.utility --methods none smote gan --datasets yeast4 'churn*'

Variants of GANOversampler are compared in one file under different labels::

    python -m benchmarks.utility --methods gan --label gan_long \
        --gan-params '{"max_iter": 1000}'
"""

import argparse
import json
import platform
import sys
import time
import warnings
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import version

import numpy as np
from joblib import Parallel, delayed
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    f1_score,
    matthews_corrcoef,
    recall_score,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from benchmarks.data import development_set_names, load_development_set
from benchmarks.methods import METHODS
from benchmarks.models import CLASSIFIERS, make_classifier
from benchmarks.results_file import append_rows, read_results
from gansampler import __version__

KEY = ["dataset", "method", "seed", "fold", "classifier"]
METRICS = [
    "average_precision",
    "roc_auc",
    "balanced_accuracy",
    "g_mean",
    "f1",
    "mcc",
    "brier",
]
COLUMNS = [
    *KEY,
    *METRICS,
    "sampler_seconds",
    "classifier_seconds",
    "n_minority",
    "n_synthetic",
    "folds",
    "params",
    "versions",
    "error",
]
PACKAGES = ["imbalanced-learn", "scikit-learn", "torch", "numpy", "pandas"]


@dataclass(frozen=True)
class Task:
    """One fold to resample and the classifiers to train on it.

    Attributes
    ----------
    dataset, method : str
        A development set and a key of ``METHODS``.
    label : str
        Name of the method in the results.
    params : str
        Constructor parameters of GANOversampler as JSON; empty for other methods.
    seed, fold, folds : int
        Seed of the split, position of the fold and number of folds.
    classifiers : tuple of str
        Keys of ``CLASSIFIERS``.
    """

    dataset: str
    method: str
    label: str
    params: str
    seed: int
    fold: int
    folds: int
    classifiers: tuple


def run_task(task):
    """Resample one fold and score the classifiers.

    Parameters
    ----------
    task : Task

    Returns
    -------
    rows : list of dict
        One row for each classifier; where the sampler or the classifier failed, the
        metrics are absent and ``error`` tells why.
    """
    data = load_development_set(task.dataset)
    train, test = _split(data, task)
    X_train, y_train = data.X.iloc[train].reset_index(drop=True), data.y[train]
    X_test, y_test = data.X.iloc[test].reset_index(drop=True), data.y[test]
    common = {
        "dataset": task.dataset,
        "method": task.label,
        "seed": task.seed,
        "fold": task.fold,
        "n_minority": int(y_train.sum()),
        "folds": task.folds,
        "params": task.params,
        "versions": package_versions(),
    }
    seed = 1000 * task.seed + task.fold
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        start = time.process_time()
        try:
            X_balanced, y_balanced = _resample(task, X_train, y_train, seed)
        except Exception as error:
            failure = common | {"error": _one_line(error)}
            return [failure | {"classifier": name} for name in task.classifiers]
        common["sampler_seconds"] = round(time.process_time() - start, 4)
        common["n_synthetic"] = len(y_balanced) - len(y_train)
        return [
            common
            | {"classifier": name}
            | _fit_and_score(
                name, seed, X_train, X_balanced, y_balanced, X_test, y_test
            )
            for name in task.classifiers
        ]


def scores(y, probability):
    """Score predicted probabilities of the minority class.

    Parameters
    ----------
    y : ndarray of {0, 1}
    probability : ndarray of float
        Probability of label 1.

    Returns
    -------
    metrics : dict of str to float
        The entries of ``METRICS``; those of hard labels at the threshold 0.5.
    """
    predicted = (probability > 0.5).astype(int)
    sensitivity = recall_score(y, predicted, zero_division=0)
    specificity = recall_score(y, predicted, pos_label=0, zero_division=0)
    return {
        "average_precision": average_precision_score(y, probability),
        "roc_auc": roc_auc_score(y, probability),
        "balanced_accuracy": balanced_accuracy_score(y, predicted),
        "g_mean": float(np.sqrt(sensitivity * specificity)),
        "f1": f1_score(y, predicted, zero_division=0),
        "mcc": matthews_corrcoef(y, predicted),
        "brier": brier_score_loss(y, probability),
    }


def package_versions():
    """Tell the versions of Python and of what the results depend on, in one line."""
    found = [f"python {platform.python_version()}", f"gansampler {__version__}"]
    found += [f"{package} {version(package)}" for package in PACKAGES]
    return "; ".join(found)


def plan_tasks(
    *, methods, datasets, classifiers, folds, seeds, label, gan_params, done
):
    """List what is still to do, the sets in turn and the methods within each.

    Parameters
    ----------
    methods, datasets, classifiers : list of str
    folds, seeds : int
    label : str or None
        Name of the method ``gan`` in the results.
    gan_params : str
        JSON of the constructor parameters of GANOversampler.
    done : set of tuple
        Keys (see ``KEY``) of the rows that exist.

    Returns
    -------
    tasks : list of Task
    """
    tasks = []
    for dataset in datasets:
        for seed in range(seeds):
            for fold in range(folds):
                for method in methods:
                    is_gan = method == "gan"
                    name = label if is_gan and label else method
                    missing = tuple(
                        classifier
                        for classifier in classifiers
                        if (dataset, name, seed, fold, classifier) not in done
                    )
                    if missing:
                        tasks.append(
                            Task(
                                dataset=dataset,
                                method=method,
                                label=name,
                                params=gan_params if is_gan else "",
                                seed=seed,
                                fold=fold,
                                folds=folds,
                                classifiers=missing,
                            )
                        )
    return tasks


def keys_done(results, *, retry_failures=False):
    """Collect the keys of the rows that need not be computed again.

    Parameters
    ----------
    results : DataFrame
    retry_failures : bool, default=False
        Whether rows with an error count as not done.

    Returns
    -------
    done : set of tuple
    """
    if results.empty:
        return set()
    if retry_failures:
        results = results[results["error"].isna()]
    return set(results[KEY].itertuples(index=False, name=None))


def check_same_experiment(results, *, methods, folds, label, gan_params):
    """Refuse to add to results that were made with other settings.

    Parameters
    ----------
    results : DataFrame
    methods : list of str
    folds : int
    label : str or None
    gan_params : str

    Raises
    ------
    ValueError
        If the file was made with another number of folds, or its rows under this
        label with other parameters of GANOversampler.
    """
    if results.empty:
        return
    if set(results["folds"]) != {folds}:
        raise ValueError(
            f"The results were made with {set(results['folds'])} folds, not {folds}: "
            "choose another --out."
        )
    if "gan" in methods:
        name = label or "gan"
        known = set(results.loc[results["method"] == name, "params"].fillna(""))
        if known - {gan_params}:
            raise ValueError(
                f"The results hold {name!r} with the parameters {known}, not "
                f"{gan_params!r}: choose another --label."
            )


def select(patterns, known, what):
    """Choose the known names that match any of the patterns, in the known order.

    Parameters
    ----------
    patterns : list of str
        Names or shell patterns such as ``'*@20'``; a pattern after ``!`` excludes.
    known : sequence of str
    what : str
        What the names are, for the error message.

    Returns
    -------
    names : list of str

    Raises
    ------
    ValueError
        If a pattern matches nothing.
    """
    chosen, excluded = set(), set()
    for pattern in patterns:
        matches = {name for name in known if fnmatchcase(name, pattern.lstrip("!"))}
        if not matches:
            raise ValueError(f"No {what} is called {pattern!r}. Known: {list(known)}.")
        (excluded if pattern.startswith("!") else chosen).update(matches)
    if not chosen:
        chosen = set(known)
    return [name for name in known if name in chosen - excluded]


def main(arguments=None):
    """Run the benchmark from the command line."""
    options = _parse(arguments)
    methods = select(options.methods, METHODS, "method")
    datasets = select(options.datasets, development_set_names(), "data set")
    classifiers = select(options.classifiers, CLASSIFIERS, "classifier")
    gan_params = _canonical_json(options.gan_params)
    results = read_results(options.out)
    check_same_experiment(
        results,
        methods=methods,
        folds=options.folds,
        label=options.label,
        gan_params=gan_params,
    )
    tasks = plan_tasks(
        methods=methods,
        datasets=datasets,
        classifiers=classifiers,
        folds=options.folds,
        seeds=options.seeds,
        label=options.label,
        gan_params=gan_params,
        done=keys_done(results, retry_failures=options.retry_failures),
    )
    print(f"{len(tasks)} folds to do", file=sys.stderr)
    start = time.perf_counter()
    run = Parallel(n_jobs=options.jobs, return_as="generator_unordered")
    for i, rows in enumerate(run(delayed(run_task)(task) for task in tasks), 1):
        append_rows(options.out, rows, COLUMNS)
        print(_progress(i, len(tasks), start, rows), file=sys.stderr, flush=True)


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.utility", description=__doc__.partition("\n")[0]
    )
    add = parser.add_argument
    add("--methods", nargs="+", default=["none", "ros", "smote", "gan"])
    add("--datasets", nargs="+", default=["*"], help="names or patterns, '!' excludes")
    add("--classifiers", nargs="+", default=["*"])
    add("--folds", type=int, default=5)
    add("--seeds", type=int, default=1, help="number of repetitions")
    add("--jobs", type=int, default=1, help="processes, of one thread each")
    add("--out", default="results.csv")
    add("--gan-params", default="{}", help="GANOversampler's parameters as JSON")
    add("--label", help="name of the method gan in the results")
    add("--retry-failures", action="store_true")
    return parser.parse_args(arguments)


def _canonical_json(text):
    """Bring JSON into one form; no parameters give the empty string."""
    params = json.loads(text)
    if not isinstance(params, dict):
        raise TypeError(f"--gan-params must be a JSON object, not {text!r}.")
    return json.dumps(params, sort_keys=True) if params else ""


def _split(data, task):
    """Return the positions of the training and of the test rows of one fold."""
    splitter = StratifiedKFold(task.folds, shuffle=True, random_state=task.seed)
    return list(splitter.split(data.X, data.y))[task.fold]


def _resample(task, X, y, seed):
    params = json.loads(task.params) if task.params else {}
    return METHODS[task.method](X, y, seed, **params)


def _fit_and_score(name, seed, X_train, X_balanced, y_balanced, X_test, y_test):
    """Train a classifier on balanced rows; return its scores or its error."""
    start = time.process_time()
    try:
        model = make_classifier(name, X_train, seed).fit(X_balanced, y_balanced)
        metrics = scores(y_test, model.predict_proba(X_test)[:, 1])
    except Exception as error:
        return {"error": _one_line(error)}
    rounded = {metric: round(float(value), 6) for metric, value in metrics.items()}
    return rounded | {"classifier_seconds": round(time.process_time() - start, 4)}


def _one_line(error):
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def _progress(i, total, start, rows):
    first = rows[0]
    minutes = (time.perf_counter() - start) / 60
    failure = next((f" FAILED {row['error']}" for row in rows if "error" in row), "")
    return (
        f"{i}/{total} {minutes:.1f} min (of {minutes * total / i:.0f}) "
        f"{first['dataset']} {first['method']} seed {first['seed']} "
        f"fold {first['fold']}{failure}"
    )


if __name__ == "__main__":
    main()
