"""How methods, metrics, p-values and verdicts are written for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from gansampler._wording import counted
from gansampler.comparison._methods import NONE, THRESHOLD, WEIGHTS
from gansampler.comparison._scores import FOLD, METHOD, contest, distinct
from gansampler.comparison._statistics import ALPHA

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


def counted_folds(results: pd.DataFrame, metrics: Sequence[str]) -> str:
    """How many folds have scores, which may differ between metrics."""
    scored = [results.dropna(subset=metric) for metric in metrics]
    numbers = [len(rows.groupby(FOLD)) for rows in scored]
    fewest, most = min(numbers), max(numbers)
    return (f"{fewest} to " if fewest < most else "") + counted(most, "fold")


def verdict(
    results: pd.DataFrame, scores: Mapping[str, pd.DataFrame], test_share: float
) -> str:
    """What ``Comparison.verdict`` says, by each metric's complete scores by fold."""
    lines = [_on_metric(*item, test_share) for item in scores.items()]
    failed = results[results["error"] != ""]
    for reason, rows in failed.groupby("error", sort=False):
        times = counted(len(rows), "training")
        lines.append(f"{_names(distinct(rows, METHOD))} failed in {times}: {reason}")
    scored = distinct(results.dropna(subset=list(scores), how="all"), METHOD)
    left_out = [k for k in scored if any(k not in each for each in scores.values())]
    if left_out:
        lines.append(
            "Not compared above, since some of the scores are missing: "
            f"{_names(left_out)}."
        )
    return "\n".join(lines)


def _on_metric(metric: str, scores: pd.DataFrame, test_share: float) -> str:
    """Whether a sampler was worth it, by one metric."""
    name = metric_name(metric)
    simplest, best, proven, tests = contest(scores, test_share)
    if not tests:
        return f"{name}: nothing to compare."
    shown = best if proven is None else proven
    test, doing = tests[shown], DOING[simplest[0]]
    sampler, by = method_name(*shown), f"{test.difference:+.3f}"
    p = p_text(test.p_value)
    if proven is not None:
        unsure = (
            f"{method_name(*best)} has the highest mean, without significance; "
            if best != shown
            else ""
        )
        return (
            f"{name}: {unsure}{sampler} is better than {doing}, the best without a "
            f"sampler, by {by} ({p})."
        )
    if all(each.p_value < ALPHA for each in tests.values()):
        return (
            f"{name}: {doing} is better than any sampler; {sampler} comes next, at "
            f"{by} ({p})."
        )
    if test.p_value < ALPHA:
        return (
            f"{name}: {doing} is better than the best sampler, {sampler}, which is at "
            f"{by} ({p})."
        )
    if len(scores) == 1:
        return (
            f"{name}: {sampler} is at {by} to {doing}. One fold is too few to tell "
            "whether that is chance."
        )
    as_good = "as good" if test.difference > 0 else "at least as good"
    return (
        f"{name}: {doing} is {as_good}, as far as {len(scores)} folds can tell; the "
        f"best sampler, {sampler}, is at {by} (95 % interval {test.low:+.3f} to "
        f"{test.high:+.3f}, {p})."
    )


def _names(methods: Iterable[tuple[str, str]]) -> str:
    return ", ".join(method_name(*method) for method in methods)
