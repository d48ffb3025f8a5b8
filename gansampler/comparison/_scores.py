"""Scores of methods in folds as frames: paired, summed up, tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from gansampler.comparison._methods import BASELINES
from gansampler.comparison._statistics import (
    ALPHA,
    PairedTest,
    corrected_standard_error,
    corrected_t_test,
    holm,
)

METHOD = ["sampler", "sampling_strategy"]
FOLD = ["repeat", "fold"]
BLOCK = ["classifier", *FOLD]
"""What the scores of methods are paired by."""

FACTS = ["n_added", "sampler_seconds", "classifier_seconds", "error"]


class Contest(NamedTuple):
    """The best without a sampler, the best sampler, and tests of all samplers.

    The tests are against the former, with p-values adjusted for their number. The best
    are None where there is none, and then there are no tests. The best sampler may owe
    its mean to few folds: ``proven`` is the best of those that are significantly
    better, or None.
    """

    simplest: Any
    sampler: Any
    proven: Any
    tests: dict[Any, PairedTest]


def distinct(results: pd.DataFrame, names: list[str]) -> pd.MultiIndex:
    """What some columns hold, each combination once, in the order of the rows."""
    return pd.MultiIndex.from_frame(results[names].drop_duplicates())


def as_cells(results: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Scores with a row for each classifier and fold, a column for each method."""
    cells = results.pivot(index=BLOCK, columns=METHOD, values=metric)
    return cells.loc[distinct(results, BLOCK), distinct(results, METHOD)]


def by_fold(cells: pd.DataFrame, *, by_classifier: bool = False) -> pd.DataFrame:
    """A row for each fold; a column for each method, or for each with a classifier."""
    if not by_classifier:
        return cells.groupby(level=FOLD).mean()
    classifiers = cells.index.unique("classifier")
    columns = [(*method, name) for method in cells.columns for name in classifiers]
    return pd.DataFrame(cells.unstack("classifier"))[columns]


def complete(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of the methods that have all of them.

    Means over other classifiers or folds would not compare. If no method of either
    kind has all, those that all methods have in common, if any. Where none has a
    score, as a metric may not be defined in a fold, none lacks it.
    """
    scores = scores.dropna(how="all").dropna(axis=1, how="all")
    those, common = scores.dropna(axis=1), scores.dropna()
    kinds = {key[0] in BASELINES for key in those.columns}
    return those if len(kinds) == 2 or common.empty else common


def contest(scores: pd.DataFrame, test_share: float) -> Contest:
    """Whether the best column of a sampler beats the best without one."""
    means: dict[Any, float] = dict(scores.mean())
    simple = [key for key in means if key[0] in BASELINES]
    samplers = [key for key in means if key not in simple]
    # Of equals the first, which is the simpler one.
    simplest, sampler = (
        max(keys, key=means.__getitem__, default=None) for keys in (simple, samplers)
    )
    if simplest is None or sampler is None:
        return Contest(simplest, sampler, None, {})
    tests = {
        key: corrected_t_test(scores[key] - scores[simplest], test_share)
        for key in samplers
    }
    p_values = holm([test.p_value for test in tests.values()]).tolist()
    adjusted = {
        key: test._replace(p_value=p_value)
        for (key, test), p_value in zip(tests.items(), p_values, strict=True)
    }
    better = [
        key
        for key, test in adjusted.items()
        if test.p_value < ALPHA and test.difference > 0
    ]
    proven = max(better, key=means.__getitem__, default=None)
    return Contest(simplest, sampler, proven, adjusted)


def paired_tests(
    cells: pd.DataFrame, reference: tuple[str, str], test_share: float
) -> pd.DataFrame:
    """Tests of all methods against one, as ``Comparison.tests`` gives them."""
    differences = by_fold(cells.sub(cells[reference], axis=0))
    others = differences.drop(columns=[reference])
    frame = pd.DataFrame(
        [corrected_t_test(others[key].dropna(), test_share) for key in others],
        index=others.columns,
        columns=PairedTest._fields,
    )
    return frame.assign(p_holm=holm(frame["p_value"]))


def summarise(
    results: pd.DataFrame,
    cells: Mapping[str, pd.DataFrame],
    test_share: float,
    *,
    by_classifier: bool,
) -> pd.DataFrame:
    """What ``Comparison.summary`` gives, by the results and each metric's cells."""
    parts: dict[tuple[str, str], Any] = {}
    for metric, each in cells.items():
        scores = by_fold(each, by_classifier=by_classifier)
        ranks = each.rank(axis=1, ascending=False)
        parts[metric, "mean"] = scores.mean()
        parts[metric, "standard error"] = scores.apply(
            lambda s: corrected_standard_error(s.dropna().to_numpy(), test_share)
        )
        parts[metric, "mean rank"] = (
            by_fold(ranks, by_classifier=True) if by_classifier else ranks
        ).mean()
    names = [*METHOD, "classifier"] if by_classifier else METHOD
    groups = results.groupby(names, sort=False)
    parts["seconds", "sampler"] = groups["sampler_seconds"].mean()
    parts["seconds", "classifier"] = groups["classifier_seconds"].mean()
    parts["failures", ""] = groups["error"].agg(lambda column: (column != "").sum())
    return pd.DataFrame(parts)
