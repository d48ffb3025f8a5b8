"""What the demonstration compares: three ways to treat a table.

Every figure comes from rows that neither the sampler, nor the encoder, nor the
classifier has seen: ``compare_oversamplers`` sees to that.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from gansampler import GANOversampler, compare_oversamplers
from gansampler.comparison import Comparison
from gansampler.comparison._scorers import DEFAULT_SCORING
from gansampler.comparison._wording import metric_name

SCORES = {name: metric_name(name) for name in DEFAULT_SCORING}
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


class Rows(NamedTuple):
    """Real and synthetic rows of the smaller class of a table.

    Attributes
    ----------
    table : Table
    real, synthetic : DataFrame
    """

    table: Table
    real: pd.DataFrame
    synthetic: pd.DataFrame


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


def comparison(table: Table, effort: Effort, random_state: int) -> Comparison:
    """Cross-validate no resampling, SMOTENC and GANOversampler on a table."""
    return compare_oversamplers(
        table.X,
        table.y,
        samplers=["SMOTENC", GANOversampler(**effort.sampler_options)],
        baselines=(),
        classifiers=[
            LogisticRegression(max_iter=1_000),
            HistGradientBoostingClassifier(max_iter=effort.n_trees),
        ],
        scoring=list(SCORES),
        pos_label=table.rare,
        cv=effort.n_folds,
        random_state=random_state,
    )


def synthetic_rows(table: Table, effort: Effort, random_state: int) -> Rows:
    """Balance a whole table, to look at the rows that are added."""
    sampler = GANOversampler(random_state=random_state, **effort.sampler_options)
    X, _ = sampler.fit_resample(table.X, table.y)
    return Rows(table, table.X[table.is_rare], X.iloc[len(table.X) :])
