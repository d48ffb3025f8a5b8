"""How methods, metrics and p-values are written for people."""

from __future__ import annotations

import math

from gansampler.comparison._methods import NONE, THRESHOLD, WEIGHTS

METRICS = {
    "average_precision": "average precision",
    "roc_auc": "ROC AUC",
    "balanced_accuracy": "balanced accuracy",
    "f1": "F1",
    "geometric_mean": "geometric mean",
}

DOING = {
    NONE: "doing nothing",
    WEIGHTS: "weighting the classes",
    THRESHOLD: "moving the threshold",
}


def method_name(sampler: str, strategy: str) -> str:
    """A sampler and its amount, unless that is the usual one."""
    return sampler if strategy in ("", "auto") else f"{sampler} ({strategy})"


def metric_name(metric: str) -> str:
    """A metric as people write it."""
    return METRICS.get(metric, metric.replace("_", " "))


def p_text(p_value: float) -> str:
    """A p-value with the sign that belongs to it; NaN is that of a single fold."""
    if math.isnan(p_value):
        return "one fold, no test"
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
