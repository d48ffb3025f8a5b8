"""One fold of one method: resample, train the classifiers, score them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import (
    FixedThresholdClassifier,
    StratifiedKFold,
    cross_val_predict,
)
from threadpoolctl import threadpool_limits

from gansampler._pipelines import prepared_for
from gansampler.comparison._columns import FrequentLevels, frequent_levels
from gansampler.comparison._estimators import seeded, steps_of, weighted
from gansampler.comparison._folds import Fold
from gansampler.comparison._methods import THRESHOLD, WEIGHTS, Method
from gansampler.comparison._scorers import response_method

THRESHOLD_FOLDS = 3
"""Folds within a training fold whose left-out rows choose a threshold."""

N_THRESHOLDS = 50

UNDEFINED = "not defined on the test rows of the fold"
"""Why a score is NaN: most metrics need rows of all classes."""


@dataclass(frozen=True)
class Plan:
    """What is the same for all folds and methods.

    Attributes
    ----------
    classifiers : dict of str to classifier
    scorers : dict of str to scorer
    pos_label : object
        The positive class; None where there are more than two classes.
    """

    classifiers: Mapping[str, Any]
    scorers: Mapping[str, Any]
    pos_label: Any


def run_fold(
    plan: Plan, method: Method, fold: Fold, X: Any, y: np.ndarray
) -> list[dict[str, Any]]:
    """Results of one method on one fold.

    Parameters
    ----------
    plan : Plan
    method : Method
    fold : Fold
    X : DataFrame or ndarray of shape (n_rows, n_columns)
        The whole table.
    y : ndarray of shape (n_rows,)

    Returns
    -------
    list of dict
        One for each classifier; where something failed, without metrics and with
        ``error``.
    """
    rows = [
        {
            "sampler": method.name,
            "sampling_strategy": method.strategy,
            "classifier": name,
            "repeat": fold.repeat,
            "fold": fold.number,
            "error": "",
        }
        for name in plan.classifiers
    ]
    # The last bits of some sums depend on the number of threads, which is another
    # one in joblib's workers.
    with threadpool_limits(limits=1):
        start = perf_counter()
        try:
            resampled = _resample(method, fold, X, y)
        except Exception as error:
            for row in rows:
                row["error"] = one_line(error)
            return rows
        seconds = perf_counter() - start
        for row, classifier in zip(rows, plan.classifiers.values(), strict=True):
            row["n_added"] = len(resampled[1]) - len(fold.train)
            row["sampler_seconds"] = seconds
            start = perf_counter()
            try:
                row.update(
                    _scores(plan, method, seeded(classifier, fold.seed), *resampled)
                    if method.name != THRESHOLD
                    else _scores_at_tuned_thresholds(
                        plan, seeded(classifier, fold.seed), fold.seed, *resampled
                    )
                )
            except Exception as error:
                row["error"] = one_line(error)
            row["classifier_seconds"] = perf_counter() - start
    return rows


def _resample(method: Method, fold: Fold, X: Any, y: np.ndarray) -> tuple[Any, ...]:
    """Resampled training rows and untouched test rows, as classifiers take them."""
    head = seeded(method.head, fold.seed)
    X_train = take(X, fold.train)
    X_more, y_more = head.fit_resample(X_train, y[fold.train])
    # Test rows are prepared by what the training rows taught; never resampled.
    X_test = prepared_for(head, take(X, fold.test))
    if method.encoder != "passthrough":
        # As in a pipeline: some transformers treat the rows that they learn from
        # otherwise.
        encoder = seeded(method.encoder, fold.seed)
        for step in steps_of(encoder):
            if isinstance(step, FrequentLevels):
                # Rows that a sampler repeats must not bring levels to light that
                # stay unseen without it.
                step.levels = frequent_levels(prepared_for(head, X_train))
        X_more = encoder.fit_transform(X_more, y_more)
        X_test = encoder.transform(X_test)
    return X_more, np.asarray(y_more), X_test, y[fold.test]


def _scores(
    plan: Plan,
    method: Method,
    classifier: Any,
    X: Any,
    y: np.ndarray,
    X_test: Any,
    y_test: np.ndarray,
) -> dict[str, float | str]:
    if method.name == WEIGHTS:
        classifier, parameters = weighted(classifier, y)
        classifier.fit(X, y, **parameters)
    else:
        classifier.fit(X, y)
    return _each_score(plan, lambda scorer: scorer(classifier, X_test, y_test))


def _scores_at_tuned_thresholds(
    plan: Plan,
    classifier: Any,
    seed: int,
    X: Any,
    y: np.ndarray,
    X_test: Any,
    y_test: np.ndarray,
) -> dict[str, float | str]:
    """Scores with a threshold for each metric that serves it best on training rows.

    Like ``TunedThresholdClassifierCV``, with one cross-validation for all metrics.
    """
    if plan.pos_label is None:
        raise ValueError("A threshold can be tuned for two classes only.")
    how = (
        "predict_proba" if hasattr(classifier, "predict_proba") else "decision_function"
    )
    n_folds = min(THRESHOLD_FOLDS, int(np.unique(y, return_counts=True)[1].min()))
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    responses = cross_val_predict(classifier, X, y, cv=folds, method=how)
    classifier.fit(X, y)
    positive = list(classifier.classes_).index(plan.pos_label)
    of_positives = _responses_of(positive, responses[y == plan.pos_label])
    # The best threshold is the response of a positive row: from there to the next one,
    # a higher threshold loses no hit.
    steps = np.linspace(0, 1, N_THRESHOLDS)
    candidates = np.unique(np.quantile(of_positives, steps, method="nearest"))

    def score(scorer: Any) -> float:
        model: Any = classifier
        if response_method(scorer) in ("predict", None):
            tried = [
                scorer(_Replay(classifier.classes_, responses, positive, at), X, y)
                for at in candidates
            ]
            model = FixedThresholdClassifier(
                FrozenEstimator(classifier),
                threshold=candidates[int(np.nanargmax(tried))],
                pos_label=plan.pos_label,
                response_method=how,
            ).fit(X, y)
        return float(scorer(model, X_test, y_test))

    return _each_score(plan, score)


def _each_score(plan: Plan, score: Callable[[Any], float]) -> dict[str, float | str]:
    """Each metric on its own; of those that fail or are NaN the first one's error.

    Not by scikit-learn's scorer of many metrics: it hands the responses for the
    positive class of one metric to the next, whose positive class may be another.
    """
    found: dict[str, float | str] = {}
    for name, scorer in plan.scorers.items():
        try:
            found[name] = float(score(scorer))
        except Exception as error:
            found.setdefault("error", f"{name}: {one_line(error)}")
        else:
            if np.isnan(found[name]):
                found.setdefault("error", f"{name}: {UNDEFINED}")
    return found


class _Replay(ClassifierMixin, BaseEstimator):
    """A classifier of known responses to the rows that it is given, and a threshold."""

    def __init__(
        self,
        classes: np.ndarray,
        responses: np.ndarray,
        positive: int,
        threshold: float,
    ) -> None:
        self.classes = classes
        self.classes_ = classes
        self.responses = responses
        self.positive = positive
        self.threshold = threshold

    def predict(self, X: Any) -> np.ndarray:
        is_positive = _responses_of(self.positive, self.responses) >= self.threshold
        return self.classes[np.where(is_positive, self.positive, 1 - self.positive)]

    def predict_proba(self, X: Any) -> np.ndarray:
        return self.responses

    def decision_function(self, X: Any) -> np.ndarray:
        return self.responses


def _responses_of(positive: int, responses: np.ndarray) -> np.ndarray:
    """Responses for the positive class: its probability or signed distance."""
    if responses.ndim == 2:
        return np.asarray(responses[:, positive])
    return responses if positive == 1 else -responses


def take(X: Any, rows: np.ndarray) -> Any:
    """Some rows of a frame, with a new index, or of an array."""
    if isinstance(X, pd.DataFrame):
        return X.iloc[rows].reset_index(drop=True)
    return X[rows]


def one_line(error: Exception) -> str:
    """An error as a cell of the results."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
