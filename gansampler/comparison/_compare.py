"""``compare_oversamplers``: checks what it is given, and runs all folds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse
from joblib import Parallel, delayed
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import check_random_state
from tqdm import tqdm

from gansampler import _polars, validation
from gansampler._wording import plain_label
from gansampler.comparison._columns import encoded_columns
from gansampler.comparison._estimators import by_name
from gansampler.comparison._folds import make_folds
from gansampler.comparison._methods import THRESHOLD, WEIGHTS, make_methods
from gansampler.comparison._result import Comparison
from gansampler.comparison._running import Plan, run_fold
from gansampler.comparison._scorers import make_scorers
from gansampler.exceptions import InvalidTableError


def compare_oversamplers(
    X: Any,
    y: Any,
    *,
    samplers: Any = None,
    baselines: Sequence[str] | str | None = (WEIGHTS, THRESHOLD),
    classifiers: Any = None,
    sampling_strategies: Any = None,
    preprocessing: Any = None,
    scoring: Any = None,
    pos_label: Any = None,
    cv: Any = 5,
    n_repeats: int = 1,
    groups: Any = None,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = None,
    verbose: int = 1,
) -> Comparison:
    """Cross-validate over-samplers and classifiers on a table, side by side.

    For each fold, each sampler resamples the training rows and each classifier learns
    from the result; the scores are those of the untouched test rows. Whatever is
    learned (medians, scales, levels, synthetic rows, thresholds) is learned from the
    training rows of the fold. The samplers are compared with no resampling, class
    weights and, for two classes, a threshold tuned on the training rows
    (``baselines``).

    Parameters
    ----------
    X : {array-like, dataframe} of shape (n_samples, n_features)
        The table: numbers, times, categories, strings and missing values.

    y : array-like of shape (n_samples,)
        The class of each row.

    samplers : dict, list or sampler, default=None
        Samplers of imbalanced-learn, or pipelines that end with one, by name; in a
        list they are named after their Python classes. None is random over-sampling,
        the variant of SMOTE that suits the columns (SMOTE, SMOTENC or SMOTEN) and
        ``GANOversampler()``; each of these may also be given by its name.

    baselines : list of {'class weights', 'tuned threshold'}, one of them, or None, \
default=('class weights', 'tuned threshold')
        What is compared besides no resampling, which always is. A threshold is tuned
        for each metric on its own, by cross-validation within the training rows, and
        for two classes only.

    classifiers : dict, list or classifier, default=None
        Classifiers by name, as for ``samplers``. None is logistic regression, a random
        forest and histogram gradient boosting, with their default settings.

    sampling_strategies : list or single value, default=None
        Amounts to try with each sampler: values of its ``sampling_strategy``, for
        example ``[0.3, 1.0]``. None leaves each sampler as it is.

    preprocessing : transformer or 'passthrough', default=None
        Turns rows into what the classifiers take. None fills missing numbers by the
        median and standardises them, and encodes categories one-hot, missing as a
        level; levels that fewer than 10 training rows have, and those after the 59 most
        frequent, share a column. It comes after samplers that take tables of strings
        and missing values as they are, and before the others; see Notes.

    scoring : str, callable, list or dict, default=None
        Names of scikit-learn's scorers, 'geometric_mean', or scorers by name. The
        first decides what is best. None is average precision, ROC AUC, balanced
        accuracy and F1. With more than two classes, F1, precision, recall, Jaccard and
        average precision are macro averages, and ROC AUC is that of one class against
        the rest. Scorers get the rows as the classifiers do, after preprocessing.

    pos_label : object, default=None
        Which of two classes metrics such as F1 are about. None is the rarer one.

    cv : int, cross-validation generator or iterable, default=5
        Number of stratified and shuffled folds, or what splits the rows: into pairs of
        training and test rows, by position or as masks.

    n_repeats : int, default=1
        How often the cross-validation is repeated with other folds. Needs an int as
        ``cv``.

    groups : array-like of shape (n_samples,), default=None
        Groups for splitters that use them.

    n_jobs : int, default=None
        Processes. None is 1 unless in a ``joblib.parallel_config`` context; -1 is one
        for each core.

    random_state : int, RandomState instance or None, default=None
        Source of all randomness: folds, and samplers, preprocessing and classifiers
        without a ``random_state`` of their own. An int gives the same results whatever
        ``n_jobs`` is, except for seconds.

    verbose : int, default=1
        0 is silent, 1 shows a progress bar.

    Returns
    -------
    Comparison
        Its ``results_`` are a frame with a row for each sampler, amount, classifier,
        repeat and fold; its methods sum them up, test and draw them. A sampler or
        classifier that fails has rows with the error instead of scores.

    Raises
    ------
    InvalidTableError
        If ``X`` or ``y`` cannot be split or read.
    ValueError
        If a name is not known or is used twice, ``cv`` names rows that are not there,
        or nothing is left to compare.
    TypeError
        If a sampler has no ``fit_resample`` or a classifier no ``fit``.

    Notes
    -----
    What a sampler gets follows from its tags. One that takes strings and missing
    values (GANOversampler, RandomOverSampler) gets the rows as they are. One that takes
    strings (SMOTENC, SMOTEN) gets a frame of standardised numbers and categories, in
    the order of the table's columns, in which nothing is missing
    (``CompleteColumns``). Any other (SMOTE, ADASYN) gets the output of
    ``preprocessing``.
    So SMOTE can be compared on a table with missing values, although it refuses them.
    A pipeline gets the rows as they are.

    The default preprocessing counts the rows of a level before they are resampled, so
    that the classifiers tell the same levels apart whatever the sampler. Medians and
    scales after a sampler are those of the resampled rows, as in any pipeline, and so
    is everything that a preprocessing of your own learns.

    Trainings run on one thread each, so ``n_jobs`` sets the number of cores in use.

    Examples
    --------
    >>> from gansampler import compare_oversamplers
    >>> from gansampler.datasets import load_churn
    >>> X, y = load_churn()
    >>> comparison = compare_oversamplers(
    ...     X[:500],
    ...     y[:500],
    ...     samplers=["random over-sampling", "SMOTENC"],
    ...     classifiers="logistic regression",
    ...     cv=3,
    ...     random_state=0,
    ...     verbose=0,
    ... )
    >>> comparison.results_.shape
    (15, 13)
    >>> comparison.best_.classifier
    'logistic regression'
    """
    # Pipelines are to fit what was given here.
    door = FunctionTransformer(_polars.table_as_pandas)
    door = door if _polars.is_polars(X) else "passthrough"
    X, y = _checked(X, y)
    classes, counts = np.unique(y, return_counts=True)
    pos_label = _positive(classes, counts, pos_label)
    plan = Plan(
        classifiers=by_name(
            classifiers, default_classifiers(), kind="classifier", method="fit"
        ),
        scorers=make_scorers(scoring, pos_label),
        pos_label=pos_label,
    )
    encoder = encoded_columns() if preprocessing is None else preprocessing
    methods = make_methods(
        X, samplers, baselines, sampling_strategies, encoder, door=door
    )
    if len(classes) > 2:
        methods = [method for method in methods if method.name != THRESHOLD]
    rng = check_random_state(random_state)
    folds = list(make_folds(X, y, cv, n_repeats, groups, rng))
    if not folds:
        raise ValueError("cv has no folds. Pass a number of folds, or pairs of rows.")
    tasks = [(method, fold) for fold in folds for method in methods]
    rows: list[dict[str, Any]] = []
    run = Parallel(n_jobs=n_jobs, return_as="generator")
    jobs = (delayed(run_fold)(plan, *task, X, y) for task in tasks)
    with tqdm(total=len(tasks), desc="comparing", disable=not verbose) as bar:
        for some in run(jobs):
            rows += some
            bar.update()
    return Comparison(
        rows=rows,
        plan=plan,
        methods=methods,
        folds=folds,
        title=_title(y, classes, counts, pos_label, X.shape[1]),
    )


def _checked(X: Any, y: Any) -> tuple[Any, np.ndarray]:
    if scipy.sparse.issparse(X):
        raise InvalidTableError("X is a sparse matrix. Pass X.toarray(), or a frame.")
    for what, data in (("X", X), ("y", y)):
        if validation.is_dask(data):
            raise InvalidTableError(
                f"{what} is a dask collection. Pass a part that fits in memory, for "
                "example X.sample(frac=0.01).compute()."
            )
    X, y = _polars.table_as_pandas(X), _polars.labels_as_pandas(y)
    validation.check_labels(X, y)
    labels = _checked_labels(y)
    X = _checked_table(X)
    if len(np.unique(labels)) < 2:
        (label,) = labels[:1].tolist()
        raise InvalidTableError(
            f"y has one class only, {label!r}. A comparison needs at least two."
        )
    return X, labels


def _checked_labels(y: Any) -> np.ndarray:
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels.ravel()
    if labels.ndim != 1:
        raise InvalidTableError(
            f"y has shape {labels.shape}. Pass one label for each row."
        )
    if labels.dtype.kind in "mM":
        raise InvalidTableError(
            "y holds times, which classifiers take for no classes. Pass strings: "
            "y.astype(str)."
        )
    # Objects that are all numbers or booleans become such.
    return pd.Series(labels).infer_objects().to_numpy()


def _checked_table(X: Any) -> Any:
    if not isinstance(X, pd.DataFrame):
        X = np.asarray(pd.DataFrame(X) if isinstance(X, (list, tuple)) else X)
        if X.ndim != 2:
            raise InvalidTableError(
                f"X has {X.ndim} axes. Pass a table of rows and columns."
            )
        return X
    validation.check_frame(X)
    if len({isinstance(name, str) for name in X.columns}) > 1:
        raise InvalidTableError(
            "X has columns with names that are strings and others that are not, "
            "which scikit-learn does not take. Make them all strings: "
            "X.rename(columns=str)."
        )
    if X.columns.nlevels > 1:
        raise InvalidTableError(
            f"X has columns of {X.columns.nlevels} levels, which scikit-learn's "
            "transformers do not take. Join the levels into one name each."
        )
    return X


def _positive(classes: np.ndarray, counts: np.ndarray, pos_label: Any) -> Any:
    """Check the positive class, or choose the rarer of two."""
    if len(classes) > 2:
        if pos_label is not None:
            raise ValueError(
                f"pos_label is for two classes, and y has {len(classes)}. Leave it out."
            )
        return None
    if pos_label is None:
        return classes[1] if counts[1] <= counts[0] else classes[0]
    if pos_label not in classes:
        first, second = classes.tolist()
        raise ValueError(
            f"pos_label must be {first!r} or {second!r}, the classes of y. Got "
            f"{pos_label!r}."
        )
    return pos_label


def default_classifiers() -> dict[str, Any]:
    """A linear classifier, and two of trees."""
    return {
        "logistic regression": LogisticRegression(max_iter=1_000),
        "random forest": RandomForestClassifier(),
        "gradient boosting": HistGradientBoostingClassifier(early_stopping=False),
    }


def _title(
    y: np.ndarray, classes: np.ndarray, counts: np.ndarray, pos_label: Any, width: int
) -> str:
    what = f"{len(y):,} rows, {width} columns, "
    if pos_label is None:
        return (
            f"{what}{len(classes)} classes of {counts.min():,} to {counts.max():,} rows"
        )
    n_positive = int(counts[classes == pos_label][0])
    return f"{what}{n_positive / len(y):.1%} of class {plain_label(pos_label)!r}"
