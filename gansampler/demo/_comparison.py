"""Three ways to treat a table, each cross-validated without a leak.

Every figure comes from rows that neither the sampler, nor the encoder, nor the
classifier has seen. For each fold an imbalanced-learn pipeline prepares and resamples
the training rows once; then both classifiers learn from the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from imblearn import FunctionSampler
from imblearn.over_sampling import SMOTENC
from imblearn.pipeline import Pipeline
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedKFold

from gansampler import GANOversampler
from gansampler.demo._columns import completed_columns, encoded_columns

SCORES = ("average precision", "ROC AUC", "balanced accuracy", "F1")
CLASSIFIERS = "logistic regression and histogram gradient boosting"

MIN_RARE_SHARE = 0.1


class Effort(NamedTuple):
    """How much work a demonstration does.

    Attributes
    ----------
    n_rows : int
        Rows used of each table.
    n_folds : int
        Folds of the cross-validation.
    sampler_options : dict
        Arguments of ``GANOversampler``.
    n_trees : int
        Rounds of gradient boosting.
    """

    n_rows: int
    n_folds: int
    sampler_options: dict[str, Any]
    n_trees: int


FULL = Effort(6_000, 3, {}, 100)
QUICK = Effort(600, 2, {"max_iter": 10}, 5)


class Table(NamedTuple):
    """A table with two classes.

    Attributes
    ----------
    name : str
    X : DataFrame of shape (n_rows, n_columns)
    y : Series of shape (n_rows,)
    rare : object
        Label of the smaller class, which the scores are about.
    n_dropped : int
        Rows that were left out.
    """

    name: str
    X: pd.DataFrame
    y: pd.Series
    rare: Any
    n_dropped: int

    @property
    def is_rare(self) -> npt.NDArray[np.bool_]:
        """Which rows are of the smaller class."""
        return (self.y == self.rare).to_numpy()


@dataclass(frozen=True)
class Evaluation:
    """What cross-validation showed of one method on one table.

    Attributes
    ----------
    table : Table
    method : str
    scores : ndarray of shape (n_folds, n_scores)
        Means over the classifiers, in the order of ``SCORES``.
    seconds : float
        Mean wall time of resampling the training rows of a fold.
    synthetic : DataFrame
        Rows that were added in the last fold.
    real : DataFrame
        Rows of the rare class in that fold's training rows.
    """

    table: Table
    method: str
    scores: npt.NDArray[np.float64]
    seconds: float
    synthetic: pd.DataFrame
    real: pd.DataFrame


def shortened(
    name: str,
    X: pd.DataFrame,
    y: pd.Series,
    n_rows: int,
    rng: np.random.RandomState,
) -> Table:
    """Leave out random rows of a table until ``n_rows`` are left.

    As many rare rows stay as there are, but no more of them than a share of
    ``MIN_RARE_SHARE``, or than their share of the whole table if that is larger.
    """
    sizes = y.value_counts()
    rare, n_rare = sizes.index[-1], sizes.iloc[-1]
    is_rare = (y == rare).to_numpy()
    n_rare = min(n_rare, round(max(n_rare / len(y), MIN_RARE_SHARE) * n_rows))
    kept = np.concatenate(
        [
            rng.permutation(np.flatnonzero(is_rare))[:n_rare],
            rng.permutation(np.flatnonzero(~is_rare))[: n_rows - n_rare],
        ]
    )
    kept.sort()
    return Table(
        name=name,
        X=X.iloc[kept].reset_index(drop=True),
        y=y.iloc[kept].reset_index(drop=True),
        rare=rare,
        n_dropped=len(y) - len(kept),
    )


def methods(effort: Effort, random_state: int) -> dict[str, Pipeline]:
    """Methods that are compared, each of them preparing columns and then resampling.

    The last one is that of this package; it takes the columns as they are.
    """
    steps = {
        "no resampling": ("passthrough", FunctionSampler(validate=False)),
        "SMOTENC": (
            completed_columns(),
            SMOTENC(categorical_features="auto", random_state=random_state),
        ),
        "GANOversampler": (
            "passthrough",
            GANOversampler(random_state=random_state, **effort.sampler_options),
        ),
    }
    return {
        name: Pipeline([("prepare", prepare), ("resample", sampler)])
        for name, (prepare, sampler) in steps.items()
    }


def classifiers(effort: Effort, random_state: int) -> list[Any]:
    """Make one linear and one tree-based classifier."""
    return [
        LogisticRegression(max_iter=1_000),
        HistGradientBoostingClassifier(
            max_iter=effort.n_trees, random_state=random_state
        ),
    ]


def evaluation(
    table: Table, name: str, treatment: Pipeline, effort: Effort, random_state: int
) -> Evaluation:
    """Cross-validate one method on one table."""
    folds = StratifiedKFold(effort.n_folds, shuffle=True, random_state=random_state)
    scores, seconds = [], []
    for train, test in folds.split(table.X, table.y):
        X_train, y_train = table.X.iloc[train], table.y.iloc[train]
        start = perf_counter()
        X_more, y_more = treatment.fit_resample(X_train, y_train)
        seconds.append(perf_counter() - start)
        # The test rows are prepared, by what the training rows taught; not resampled.
        X_test = treatment[:-1].transform(table.X.iloc[test])
        encoder = encoded_columns().fit(X_more)
        learned, unseen = encoder.transform(X_more), encoder.transform(X_test)
        scores.append(
            [
                _scores(
                    model.fit(learned, y_more == table.rare),
                    unseen,
                    table.is_rare[test],
                )
                for model in classifiers(effort, random_state)
            ]
        )
    return Evaluation(
        table=table,
        method=name,
        scores=np.mean(scores, axis=1),
        seconds=float(np.mean(seconds)),
        synthetic=X_more.iloc[len(train) :],
        real=X_train[table.is_rare[train]],
    )


def _scores(
    classifier: Any, X: npt.NDArray[np.float64], is_rare: npt.NDArray[np.bool_]
) -> list[float]:
    """Figures of a fitted classifier on unseen rows, in the order of ``SCORES``."""
    probability = classifier.predict_proba(X)[:, 1]
    predicted = classifier.predict(X)
    return [
        average_precision_score(is_rare, probability),
        roc_auc_score(is_rare, probability),
        balanced_accuracy_score(is_rare, predicted),
        f1_score(is_rare, predicted),
    ]


def verdict(results: Sequence[Sequence[Evaluation]]) -> str:
    """Say in one sentence who was ahead how often, and which gaps mean anything.

    A figure's noise is the standard deviation between folds of a method's distance to
    the mean of all methods on the same fold; the sentence names the median of all.

    Parameters
    ----------
    results : sequence of sequences of Evaluation
        For each table the results of the same methods in the same order.
    """
    # Axes: table, method, fold, score.
    scores = np.array([[result.scores for result in table] for table in results])
    means = scores.mean(axis=2)
    wins = (means == means.max(axis=1, keepdims=True)).sum(axis=(0, 2))
    noise = np.median((scores - scores.mean(axis=1, keepdims=True)).std(axis=2, ddof=1))
    names = [result.method for result in results[0]]
    ranking = sorted(zip(names, wins, strict=True), key=lambda pair: -pair[1])
    counts = ", ".join(f"{name} in {count}" for name, count in ranking)
    return (
        f"Of these {means[:, 0].size} figures the best is that of {counts}; gaps of "
        f"about {max(noise, 0.001):.3f} or less are within the noise between folds."
    )
