"""``Best``: the combination with the highest mean of a metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gansampler.comparison._scores import contest
from gansampler.comparison._statistics import ALPHA, corrected_standard_error
from gansampler.comparison._wording import method_name, metric_name, p_text


@dataclass(frozen=True)
class Best:
    """The combination with the highest mean of a metric.

    As text, it is a sentence.

    Parameters
    ----------
    sampler, sampling_strategy, classifier : str
        As in the results.
    metric : str
        The metric.
    score : float
        Its mean over the folds.
    standard_error : float
        Of the mean, corrected as the tests are.
    simplest : tuple of str
        Method and classifier of the best combination without a sampler.
    difference : float
        How much better it is than that one; 0 if it is that one.
    p_value : float
        Of the corrected resampled t-test against that one, by Holm's method for all
        combinations with a sampler; 1 if it is that one, NaN with one fold.
    is_significant : bool
        Whether the p-value is below 0.05.
    proven : Best or None, default=None
        If it is not significant: the best of the combinations that are.

    Examples
    --------
    >>> from gansampler.comparison import Best
    >>> nothing = ("no resampling", "random forest")
    >>> best = Best(
    ...     *("SMOTE", "auto", "random forest", "f1"),
    ...     *(0.6, 0.1, nothing, 0.1, 0.2, False),
    ... )
    >>> print(best)
    SMOTE with random forest has the best F1, 0.600, but not significantly: no
    resampling with random forest adds no rows and is 0.100 behind (p = 0.200).
    """

    sampler: str
    sampling_strategy: str
    classifier: str
    metric: str
    score: float
    standard_error: float
    simplest: tuple[str, str]
    difference: float
    p_value: float
    is_significant: bool
    proven: Best | None = None

    def __str__(self) -> str:
        text = (
            f"{self._name()} has the best {metric_name(self.metric)}, {self.score:.3f}"
        )
        if self.simplest == (self.sampler, self.classifier):
            return f"{text}, and adds no rows."
        simplest = " with ".join(self.simplest)
        p = p_text(self.p_value)
        if self.is_significant:
            return f"{text}: {self.difference:.3f} more than {simplest} ({p})."
        text = (
            f"{text}, but not significantly: {simplest} adds no rows and is "
            f"{self.difference:.3f} behind ({p})."
        )
        if self.proven is None:
            return text
        return (
            f"{text} {self.proven._name()} is significantly better than {simplest}, by "
            f"{self.proven.difference:.3f} ({p_text(self.proven.p_value)})."
        )

    def _name(self) -> str:
        method = method_name(self.sampler, self.sampling_strategy)
        return f"{method} with {self.classifier}"


def best_of(scores: pd.DataFrame, metric: str, test_share: float) -> Best:
    """The best column of complete scores by fold, method and classifier."""
    simplest, sampler, proven, tests = contest(scores, test_share)
    if simplest is None:
        raise RuntimeError(
            "No method without a sampler was scored in all folds. See the column "
            "error of results_."
        )
    means = dict(scores.mean())

    def combination(key: Any, proven: Best | None = None) -> Best:
        p_value = tests[key].p_value if key in tests else 1.0
        return Best(
            sampler=key[0],
            sampling_strategy=key[1],
            classifier=key[2],
            metric=metric,
            score=means[key],
            standard_error=corrected_standard_error(scores[key].to_numpy(), test_share),
            simplest=(simplest[0], simplest[2]),
            difference=tests[key].difference if key in tests else 0.0,
            p_value=p_value,
            is_significant=p_value < ALPHA,
            proven=proven,
        )

    if not tests or means[sampler] <= means[simplest]:
        return combination(simplest)
    if proven in (None, sampler):
        return combination(sampler)
    return combination(sampler, combination(proven))
