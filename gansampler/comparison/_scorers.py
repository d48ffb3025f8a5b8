"""The metrics of a comparison as scorers that know the positive class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from imblearn.metrics import geometric_mean_score
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    check_scoring,
    f1_score,
    get_scorer,
    jaccard_score,
    make_scorer,
    precision_score,
    recall_score,
)

from gansampler.comparison._scores import BLOCK, FACTS, METHOD

DEFAULT_SCORING = ("average_precision", "roc_auc", "balanced_accuracy", "f1")

OF_POSITIVE_CLASS = {
    "average_precision": average_precision_score,
    "f1": f1_score,
    "jaccard": jaccard_score,
    "precision": precision_score,
    "recall": recall_score,
}
"""Metrics that have to be told the positive class unless it is called 1."""

OF_PROBABILITIES = ("neg_brier_score", "d2_brier_score")
"""Metrics of probabilities that have to be told it too."""

OF_LABELS_0_AND_1 = ("positive_likelihood_ratio", "neg_negative_likelihood_ratio")
"""Metrics that cannot be told it, and take the last label in order for positive."""

MULTICLASS = {
    "f1": "f1_macro",
    "jaccard": "jaccard_macro",
    "precision": "precision_macro",
    "recall": "recall_macro",
    "roc_auc": "roc_auc_ovr",
}
"""What these metrics are for more than two classes."""


def make_scorers(scoring: Any, pos_label: Any) -> dict[str, Any]:
    """Scorers by name, of the ``scoring`` that ``compare_oversamplers`` takes."""
    if scoring is None:
        scoring = DEFAULT_SCORING
    if isinstance(scoring, str):
        scoring = [scoring]
    if callable(scoring):
        scoring = {getattr(scoring, "__name__", "score"): scoring}
    named = (
        scoring if isinstance(scoring, Mapping) else {name: name for name in scoring}
    )
    if not named:
        raise ValueError("scoring is empty. Name a metric, or leave it out.")
    scorers = {}
    for name, scorer in named.items():
        if not isinstance(scorer, str) and not callable(scorer):
            raise ValueError(
                "scoring must hold names of metrics, or scorers by name. Got "
                f"{scorer!r}."
            )
        if str(name) in (*METHOD, *BLOCK, *FACTS):
            raise ValueError(
                f"A metric cannot be called {name!r}: the results have a column of "
                "that name. Give it another one."
            )
        if callable(scorer):
            # Refuses functions of labels, which take no classifier.
            check_scoring(LogisticRegression(), scoring=scorer)
        scorers[str(name)] = (
            _scorer(scorer, pos_label) if isinstance(scorer, str) else scorer
        )
    return scorers


def response_method(scorer: Any) -> Any:
    """What a scorer reads of a classifier, None where it does not say.

    A threshold changes "predict" only: labels, neither probabilities nor distances.
    """
    return getattr(scorer, "_response_method", None)


def scorer_of_labels(scorers: Mapping[str, Any]) -> Any:
    """The first metric that a threshold changes, or else balanced accuracy."""
    methods = {metric: response_method(s) for metric, s in scorers.items()}
    for metric, method in methods.items():
        if method == "predict":
            return scorers[metric]
    unknown = [metric for metric, method in methods.items() if method is None]
    if unknown:
        raise ValueError(
            f"A pipeline cannot tune its threshold by {unknown[0]!r}, a function "
            "of classifier and rows. Make it a scorer by "
            "sklearn.metrics.make_scorer, or add a metric of labels, such as "
            "'balanced_accuracy', to scoring."
        )
    return "balanced_accuracy"


def _scorer(name: str, pos_label: Any) -> Any:
    if name == "geometric_mean":
        return make_scorer(_geometric_mean)
    by_score = {"response_method": ("decision_function", "predict_proba")}
    if pos_label is None:
        if name == "average_precision":
            return make_scorer(_average_precision, **by_score)
        return get_scorer(MULTICLASS.get(name, name))
    known = get_scorer(name)
    if name in OF_PROBABILITIES:
        return _like(known, known._score_func, pos_label=pos_label)
    if name in OF_LABELS_0_AND_1:
        return _like(
            known, _of_labels_0_and_1, original=known._score_func, pos_label=pos_label
        )
    if name not in OF_POSITIVE_CLASS:
        return known
    options = by_score if name == "average_precision" else {"zero_division": 0.0}
    return make_scorer(OF_POSITIVE_CLASS[name], pos_label=pos_label, **options)


def _like(scorer: Any, metric: Any, **options: Any) -> Any:
    """A scorer with another metric, or one that is told more."""
    return make_scorer(
        metric,
        greater_is_better=scorer._sign > 0,
        response_method=scorer._response_method,
        **options,
    )


def _of_labels_0_and_1(
    y_true: np.ndarray, y_predicted: np.ndarray, *, original: Any, pos_label: Any
) -> float:
    return float(original(y_true == pos_label, y_predicted == pos_label))


def _geometric_mean(y_true: np.ndarray, y_predicted: np.ndarray) -> float:
    # The original's pos_label, of no meaning here, would confuse scikit-learn.
    return float(geometric_mean_score(y_true, y_predicted))


def _average_precision(y_true: np.ndarray, scores: np.ndarray) -> float:
    # scikit-learn 1.6 looks for the original's pos_label among several classes, too.
    return float(average_precision_score(y_true, scores))
