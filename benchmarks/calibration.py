"""What resampling does to probabilities, and what ``PriorCorrectedClassifier`` mends.

Stratified cross-validation on the embedded tables: Brier score and log loss of a
classifier without resampling, on resampled rows, with the correction for the changed
prior, and calibrated by cross-validation besides. All classifiers learn from the same
resampled rows of a fold. Run it from the root of a checkout::

    python -m benchmarks.calibration --jobs 2 --out calibration.csv
"""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import argparse
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from imblearn import FunctionSampler
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold

from benchmarks.data import load_development_set
from benchmarks.methods import METHODS, gan
from benchmarks.models import make_classifier
from benchmarks.results_file import keys_done, read_results
from benchmarks.running import run_into_file
from gansampler import PriorCorrectedClassifier
from gansampler.datasets import load_page_blocks

TABLES = ("churn", "credit", "fraud", "page_blocks")
CLASSIFIERS = (
    "logistic_regression",
    "k_neighbors",
    "random_forest",
    "hist_gradient_boosting",
)
KEY = ["dataset", "method", "fold", "classifier", "probabilities"]
METRICS = ["brier", "log_loss", "roc_auc", "average_precision"]
COLUMNS = [*KEY, *METRICS, "seed", "folds"]
CALIBRATED = ("none", "gan", "gan_law_half")
"""The methods whose models are calibrated by cross-validation, too."""


def _to_half(y):
    """Numbers of rows that bring each class to half of the largest, if below."""
    classes, counts = np.unique(y, return_counts=True)
    half = counts.max() // 2
    return {label: half for label, n in zip(classes, counts, strict=True) if n < half}


SAMPLERS = {
    **{name: METHODS[name] for name in ("none", "gan", "smote")},
    "gan_law_half": partial(
        gan, sampling_strategy=_to_half, border_rejection=0.0, copy_rejection=0.0
    ),
}


@dataclass(frozen=True)
class Task:
    """One fold, resampled by one method."""

    dataset: str
    method: str
    fold: int
    folds: int
    classifiers: tuple


def load_table(name):
    """Load a table with labels from 0; page_blocks with all of its five classes.

    The others are binary, and ``fraud`` is cut to 10,000 rows with all of its frauds,
    as in :func:`benchmarks.data.load_development_set`.
    """
    if name != "page_blocks":
        table = load_development_set(name)
        return table.X, table.y
    X, y = load_page_blocks()
    return X.reset_index(drop=True), pd.factorize(y, sort=True)[0]


def scores(y, probabilities):
    """Score the probabilities of the classes 0, 1, ... on one fold.

    Of two classes all metrics are those of class 1. Of more, the Brier score is the
    sum over the classes, and ROC AUC and average precision are means over the classes,
    each against the rest.
    """
    one_hot = np.eye(probabilities.shape[1])[y]
    loss = log_loss(y, probabilities)
    if probabilities.shape[1] == 2:
        one_hot, probabilities = one_hot[:, 1:], probabilities[:, 1:]
    return {
        "brier": ((one_hot - probabilities) ** 2).sum(axis=1).mean(),
        "log_loss": loss,
        "roc_auc": roc_auc_score(one_hot, probabilities),
        "average_precision": average_precision_score(one_hot, probabilities),
    }


def remembering_sampler(method, seed):
    """Make a sampler that resamples the same rows once, whoever asks for them."""
    known = {}

    def resample(X, y):
        rows = X.index.to_numpy().tobytes()
        if rows not in known:
            known[rows] = method(X, y, seed)
        return known[rows]

    return FunctionSampler(func=resample, validate=False)


def run_task(task):
    """Train and score all classifiers on one fold; one row for each version."""
    X, y = load_table(task.dataset)
    splitter = StratifiedKFold(task.folds, shuffle=True, random_state=0)
    train, test = list(splitter.split(X, y))[task.fold]
    sampler = remembering_sampler(SAMPLERS[task.method], task.fold)
    rows = []
    for classifier in task.classifiers:
        estimator = make_classifier(classifier, X.iloc[train], task.fold)
        model = PriorCorrectedClassifier(estimator, sampler)
        model.fit(X.iloc[train], y[train])
        versions = {"uncorrected": model.estimator_, "corrected": model}
        if task.method == "none":
            versions = {"unresampled": model}
        if task.method in CALIBRATED:
            calibrated = CalibratedClassifierCV(model, cv=3)
            versions["calibrated"] = calibrated.fit(X.iloc[train], y[train])
        for version, scored in versions.items():
            keys = (task.dataset, task.method, task.fold, classifier, version)
            found = scores(y[test], scored.predict_proba(X.iloc[test]))
            common = dict(zip(KEY, keys, strict=True)) | {"seed": 0}
            rows.append(common | found | {"folds": task.folds})
    return rows


def main(arguments=None):
    """Run the benchmark; folds that are there already are skipped."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calibration",
        description=__doc__.partition("\n")[0],
    )
    add = parser.add_argument
    add("--tables", nargs="+", default=TABLES, choices=TABLES)
    add("--methods", nargs="+", default=tuple(SAMPLERS), choices=SAMPLERS)
    add("--classifiers", nargs="+", default=CLASSIFIERS, choices=CLASSIFIERS)
    add("--folds", type=int, default=5)
    add("--jobs", type=int, default=1, help="processes, of one thread each")
    add("--out", default="calibration.csv")
    options = parser.parse_args(arguments)
    done = keys_done(read_results(options.out), ["dataset", "method", "fold"])
    tasks = [
        Task(name, method, fold, options.folds, tuple(options.classifiers))
        for fold in range(options.folds)
        for method in options.methods
        for name in options.tables
        if (name, method, fold) not in done
    ]
    run_into_file(run_task, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out)


if __name__ == "__main__":
    main()
