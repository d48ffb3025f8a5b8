"""Whether a classifier can tell synthetic rows from real ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from gansampler.quality._space import as_matrices

N_FOLDS = 5

MIN_LEAF = 5
"""Rows that a leaf of the default classifier has at least, if there are enough."""


def classifier_two_sample_test(
    real: Any,
    synthetic: Any,
    *,
    classifier: ClassifierMixin | None = None,
    random_state: int = 0,
) -> float:
    """How well a classifier tells synthetic rows from real ones it was not shown.

    The larger sample is cut at random to the size of the smaller one. In each of
    five folds (or fewer, where there are fewer rows) a classifier learns from the
    other folds and ranks the rows of this one. It has a feature for each level of a
    category: drop identifiers, such as names or e-mails, beforehand.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The samples, of at least four rows each. Frames are brought into their
        ``common_space``; arrays are taken as they are.
    classifier : classifier with ``predict_proba``, default=None
        Never altered. If None, gradient boosting of small trees, with leaves of at
        least five rows, or half as many as a sample has where that is less, so that
        few rows suffice. Of what scikit-learn offers, trees see best what generators
        of tables get wrong, such as decimals in whole numbers, values piled up at the
        ends of a range and lost dependences, and they need no scaling.
    random_state : int, default=0
        Seed of the cut, of the folds and of the default classifier.

    Returns
    -------
    float
        Area under the ROC curve, averaged over the folds: 1/2 in expectation for
        independent samples of one distribution, 1 where each row shows its origin.
        Below 1/2 where synthetic rows copy the very rows they are compared with: a
        row's copy then points to the wrong origin. Above 1/2 where many descend from
        few rows that are not among the real ones, even if nothing else is wrong: these
        few rows, drawn again as often, show how far above.

    Raises
    ------
    IncomparableSamplesError
        If the samples have too few rows or different columns.

    References
    ----------
    Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017, with the
    area under the curve in place of their accuracy, which depends on a threshold.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import classifier_two_sample_test
    >>> rng = np.random.default_rng(0)
    >>> real, synthetic = rng.normal(size=(2, 50, 3))
    >>> classifier_two_sample_test(real, synthetic + 9)
    1.0
    """
    a, b = as_matrices({"real": real, "synthetic": synthetic}, (4, 4))
    rng = np.random.default_rng(random_state)
    n_rows = min(len(a), len(b))
    X = np.vstack([rng.permutation(sample)[:n_rows] for sample in (a, b)])
    is_synthetic = np.repeat([0, 1], n_rows)
    if classifier is None:
        classifier = _default_classifier(n_rows, random_state)
    folds = StratifiedKFold(
        min(N_FOLDS, n_rows), shuffle=True, random_state=random_state
    )
    # An average over folds: ranking rows of several folds together would put 1/2
    # lower for small samples, since a fold's rows are missed in its training set.
    areas = []
    # Threads gain nothing on samples this small, and much is lost where they wait for
    # cores that others use.
    with threadpool_limits(limits=1):
        for train, test in folds.split(X, is_synthetic):
            model = clone(classifier).fit(X[train], is_synthetic[train])
            probability = model.predict_proba(X[test])[:, 1]
            areas.append(roc_auc_score(is_synthetic[test], probability))
    return float(np.mean(areas))


def _default_classifier(n_rows: int, random_state: int) -> ClassifierMixin:
    """A classifier that can tell so many rows of either kind apart."""
    return HistGradientBoostingClassifier(
        max_iter=50,
        max_leaf_nodes=8,
        # The rows that a fold leaves of either kind must fit into one.
        min_samples_leaf=min(MIN_LEAF, n_rows // 2),
        early_stopping=False,
        random_state=random_state,
    )
