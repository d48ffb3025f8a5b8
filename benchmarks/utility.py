"""Measure what a classifier gains when its training rows are balanced first.

Stratified cross-validation with everything inside the training fold: each method
resamples a fold once, and all classifiers learn from the same rows. One CSV row for
each (dataset, method, seed, fold, classifier). The unit of work is a whole
cross-validation, small data sets first; those that are there already are skipped, so
that a broken run goes on where it stopped. Run it from the root of a checkout::

    python -m benchmarks.utility --methods none smote gan --datasets yeast4 'churn*'

Variants of GANOversampler are compared in one file under different labels::

    python -m benchmarks.utility --methods gan --label gan_long \
        --gan-params '{"max_iter": 1000}'
"""

import argparse
import json
import platform
import time
import warnings
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import version

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from benchmarks.data import development_set_names, load_development_set
from benchmarks.methods import METHODS, WEIGHTED
from benchmarks.models import CLASSIFIERS, make_classifier
from benchmarks.results_file import keys_done, read_results
from benchmarks.rivals import cpu_seconds_of_children
from benchmarks.running import run_into_file
from benchmarks.thresholds import TUNABLE, best_threshold, label_metrics
from gansampler import __version__
from gansampler.comparison._running import one_line

KEY = ["dataset", "method", "seed", "fold", "classifier"]
METRICS = [
    "average_precision",
    "roc_auc",
    "balanced_accuracy",
    "g_mean",
    "f1",
    "mcc",
    "brier",
    *(f"{metric}_tuned" for metric in TUNABLE),
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
    """One cross-validation and the classifiers to train in it.

    Attributes
    ----------
    dataset : str
        A development set. After ``#`` follows the number of minority rows that are
        left in each training fold; the test folds stay whole.
    method : str
        A key of ``METHODS``.
    label : str
        Name of the method in the results.
    params : str
        Constructor parameters of GANOversampler as JSON; empty for other methods.
    seed, folds : int
        Seed of the split and number of folds.
    classifiers : tuple of str
        Keys of ``CLASSIFIERS``.
    """

    dataset: str
    method: str
    label: str
    params: str
    seed: int
    folds: int
    classifiers: tuple


def run_task(task):
    """Cross-validate one method on one data set.

    Parameters
    ----------
    task : Task

    Returns
    -------
    rows : list of dict
        One row for each fold and classifier; where the sampler or the classifier
        failed, the metrics are absent and ``error`` tells why.
    """
    name, _, size = task.dataset.partition("#")
    data = load_development_set(name)
    common = {
        "dataset": task.dataset,
        "method": task.label,
        "seed": task.seed,
        "folds": task.folds,
        "params": task.params,
        "versions": package_versions(),
    }
    rows, predictions = [], []
    splitter = StratifiedKFold(task.folds, shuffle=True, random_state=task.seed)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        for fold, (train, test) in enumerate(splitter.split(data.X, data.y)):
            if size:
                train = cut_minority(train, data.y, int(size), [task.seed, fold])
            for row, probability in _run_fold(task, data, fold, train, test):
                rows.append(common | row)
                predictions.append((data.y[test], probability))
    for classifier in task.classifiers:
        positions = [i for i, row in enumerate(rows) if row["classifier"] == classifier]
        tuned = tuned_scores([predictions[i] for i in positions])
        for i, values in zip(positions, tuned, strict=True):
            rows[i] |= _rounded(values)
    return rows


def cut_minority(train, y, size, seed):
    """Leave ``size`` of the minority rows of a training fold.

    Parameters
    ----------
    train : ndarray of int
        Positions of the training rows.
    y : ndarray of {0, 1}
        Labels of all rows.
    size : int
    seed : int or list of int
        With the same seed, a smaller cut is part of a larger one.

    Returns
    -------
    kept : ndarray of int
        In the order of ``train``; all majority rows are among them.
    """
    minority = np.flatnonzero(y[train] == 1)
    if size > len(minority):
        raise ValueError(f"Only {len(minority)} minority rows, not {size}.")
    dropped = np.random.default_rng(seed).permutation(minority)[size:]
    return np.delete(train, dropped)


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
        The entries of ``METRICS`` without tuning; those of hard labels at the
        threshold 0.5.
    """
    at_half = label_metrics(y, probability, 0.5)
    return {
        "average_precision": average_precision_score(y, probability),
        "roc_auc": roc_auc_score(y, probability),
        **at_half,
        "brier": brier_score_loss(y, probability),
    }


def tuned_scores(predictions):
    """Score the labels of each fold at the thresholds that suit the other folds.

    Each metric has a threshold of its own: that which maximises it over the pooled
    predictions of the other folds. The models that made those have seen the rows of
    this fold in training, so the choice is a little less than independent of them; a
    nested cross-validation would cost as many more trainings as there are folds.

    Parameters
    ----------
    predictions : list of (ndarray of {0, 1}, ndarray of float or None)
        Labels and probabilities of each fold; None where it failed.

    Returns
    -------
    metrics : list of dict of str to float
        One for each fold; empty where the fold or all others failed.
    """
    tuned = []
    for fold, (y, probability) in enumerate(predictions):
        others = [
            pair
            for other, pair in enumerate(predictions)
            if other != fold and pair[1] is not None
        ]
        if probability is None or not others:
            tuned.append({})
            continue
        pooled = [np.concatenate(parts) for parts in zip(*others, strict=True)]
        thresholds = best_threshold(*pooled)
        tuned.append(
            {
                f"{metric}_tuned": label_metrics(y, probability, threshold)[metric]
                for metric, threshold in thresholds.items()
            }
        )
    return tuned


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
        Classifiers of which any fold is missing are in them with all folds.
    """
    tasks = []
    for dataset in datasets:
        for seed in range(seeds):
            for method in methods:
                is_gan = method == "gan"
                name = label if is_gan and label else method
                missing = tuple(
                    classifier
                    for classifier in classifiers
                    if any(
                        (dataset, name, seed, fold, classifier) not in done
                        for fold in range(folds)
                    )
                )
                if missing:
                    tasks.append(
                        Task(
                            dataset=dataset,
                            method=method,
                            label=name,
                            params=gan_params if is_gan else "",
                            seed=seed,
                            folds=folds,
                            classifiers=missing,
                        )
                    )
    return tasks


def by_size(datasets):
    """Sort data sets by their number of cells, so that results come early.

    Parameters
    ----------
    datasets : list of str

    Returns
    -------
    sorted_datasets : list of str
    """
    return sorted(datasets, key=lambda name: load_development_set(name).X.size)


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
        datasets=by_size(datasets),
        classifiers=classifiers,
        folds=options.folds,
        seeds=options.seeds,
        label=options.label,
        gan_params=gan_params,
        done=keys_done(results, KEY, retry_failures=options.retry_failures),
    )
    run_into_file(run_task, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out)


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


def _run_fold(task, data, fold, train, test):
    """Resample one fold and train the classifiers.

    Yields a row and the predicted probabilities (None after a failure) of each.
    """
    X_train, y_train = data.X.iloc[train].reset_index(drop=True), data.y[train]
    X_test, y_test = data.X.iloc[test].reset_index(drop=True), data.y[test]
    common = {"fold": fold, "n_minority": int(y_train.sum())}
    seed = 1000 * task.seed + fold
    params = json.loads(task.params) if task.params else {}
    start = cpu_seconds()
    try:
        X, y = METHODS[task.method](X_train, y_train, seed, **params)
    except Exception as error:
        failure = common | {"error": one_line(error)}
        yield from ((failure | {"classifier": name}, None) for name in task.classifiers)
        return
    common["sampler_seconds"] = round(cpu_seconds() - start, 4)
    common["n_synthetic"] = len(y) - len(y_train)
    for name in task.classifiers:
        row = common | {"classifier": name}
        start = time.process_time()
        try:
            model = make_classifier(name, X_train, seed)
            model.fit(X, y, **_fit_params(task.method, model, y))
            probability = model.predict_proba(X_test)[:, 1]
            row |= _rounded(scores(y_test, probability))
        except Exception as error:
            yield row | {"error": one_line(error)}, None
            continue
        row["classifier_seconds"] = round(time.process_time() - start, 4)
        yield row, probability


def _fit_params(method, model, y):
    """Balanced sample weights, where the method wants and the classifier takes them."""
    name, classifier = model.steps[-1]
    if method not in WEIGHTED or not has_fit_parameter(classifier, "sample_weight"):
        return {}
    return {f"{name}__sample_weight": compute_sample_weight("balanced", y)}


def cpu_seconds():
    """CPU seconds of this process and of the rivals' own."""
    return time.process_time() + cpu_seconds_of_children()


def _rounded(metrics):
    return {metric: round(float(value), 6) for metric, value in metrics.items()}


if __name__ == "__main__":
    main()
