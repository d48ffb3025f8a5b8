"""A method and a classifier that were compared, as a pipeline for new rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.model_selection import TunedThresholdClassifierCV

from gansampler.comparison._columns import FrequentLevels
from gansampler.comparison._methods import THRESHOLD, WEIGHTS, Method, steps_of
from gansampler.comparison._running import Plan, response_method, seeded, weighted


def build_pipeline(plan: Plan, method: Method, classifier: str, seed: int) -> Any:
    """What ``Comparison.pipeline`` gives."""
    last = clone(plan.classifiers[classifier])
    if method.name == WEIGHTS:
        last, parameters = weighted(last, np.array([0, 1]))
        if parameters:
            raise ValueError(
                f"{classifier} takes class weights as sample_weight of fit only."
            )
    parts = method.head, method.encoder, last
    steps = [step for part in parts for step in steps_of(part)]
    whole = seeded(make_pipeline(*steps), seed)
    for step in steps_of(whole):
        if isinstance(step, FrequentLevels):
            step.levels = method.levels
    if method.name != THRESHOLD:
        return whole
    return TunedThresholdClassifierCV(
        whole, scoring=_scorer_of_labels(plan.scorers), random_state=seed
    )


def _scorer_of_labels(scorers: Mapping[str, Any]) -> Any:
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
