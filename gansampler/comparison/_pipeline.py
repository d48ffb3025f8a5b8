"""A method and a classifier that were compared, as a pipeline for new rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.model_selection import TunedThresholdClassifierCV

from gansampler.comparison._columns import FrequentLevels
from gansampler.comparison._estimators import seeded, steps_of, weighted
from gansampler.comparison._methods import THRESHOLD, WEIGHTS, Method
from gansampler.comparison._running import Plan
from gansampler.comparison._scorers import scorer_of_labels


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
        whole, scoring=scorer_of_labels(plan.scorers), random_state=seed
    )
