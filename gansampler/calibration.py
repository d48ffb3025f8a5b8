"""``PriorCorrectedClassifier``: resample in fit, correct the probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import column_or_1d, get_tags
from sklearn.utils.metadata_routing import MetadataRequest, get_routing_for_object
from sklearn.utils.validation import check_is_fitted, validate_data

from gansampler import validation
from gansampler._pipelines import prepared_for
from gansampler.exceptions import InvalidTableError

__all__ = ["corrected_for_priors"]


class PriorCorrectedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """A classifier trained on resampled rows whose probabilities fit the real ones.

    To a classifier trained on balanced rows, a class of one per cent of the rows seems
    to be one of fifty per cent, and its probabilities say so. Where resampling changed
    nothing but the shares of the classes, Bayes' theorem undoes that: the probability
    of a class is multiplied by its share before and divided by its share after
    resampling, and each row's probabilities are divided by their sum (equation 2.4 of
    [1]_; for two classes theorem 2 of [2]_).

    ``fit`` resamples; the rows that are predicted are never resampled.

    Parameters
    ----------
    estimator : estimator instance
        The classifier, with ``predict_proba``, which a search may have only once it is
        fitted. If it is a pipeline, its preprocessing comes after the sampler, which
        then sees the table as it is. A pipeline that contains a sampler is refused:
        what that changes would stay uncorrected.

    sampler : sampler instance or None, default=None
        Any sampler of imbalanced-learn, for example ``GANOversampler()`` or
        ``RandomUnderSampler()``. An imbalanced-learn pipeline that ends in a sampler
        puts preprocessing before it; its transformers apply to the rows that are
        predicted, too. None resamples nothing, so that a parameter search can include
        it.

    priors : dict, Series, array-like of shape (n_classes,) or None, default=None
        Shares of the classes among the rows to be predicted; above 0, with sum 1. A
        dict or a pandas Series has them by label, as
        ``y.value_counts(normalize=True)``; anything else in sorted order of the
        labels, that of ``classes_``. None takes the shares in the ``y`` of ``fit``.
        Give them where the table was collected with other shares, for example with all
        frauds of a year but only a tenth of the other payments.

    Attributes
    ----------
    estimator_ : estimator instance
        The classifier, trained on the resampled rows. Its ``predict_proba`` is the
        uncorrected one.

    sampler_ : sampler instance or None
        The sampler, fitted.

    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.

    class_prior_ : ndarray of shape (n_classes,)
        Shares of the classes that the probabilities are corrected to.

    resampled_class_prior_ : ndarray of shape (n_classes,)
        Shares of the classes after resampling, which the classifier has learned.

    n_features_in_ : int
        Number of columns.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where all are strings.

    See Also
    --------
    sklearn.model_selection.TunedThresholdClassifierCV : Labels for a metric or costs;
        put it around this classifier.
    sklearn.calibration.CalibratedClassifierCV : Calibrates on held-out rows, which
        needs further fits; may be put around this classifier, too.

    Notes
    -----
    With two classes the corrected probability increases with the uncorrected one, so
    ROC AUC and average precision stay the same. With more classes, the order of the
    rows by the probability of one class may change.

    ``predict`` returns the most probable class, which is now as rarely the minority as
    in a model without resampling: what balancing gained at a threshold of one half is
    lost. If you need labels, put ``TunedThresholdClassifierCV`` around this
    classifier. It finds a threshold on rows that were not resampled.

    The correction is exact where the resampled rows of each class follow the class's
    own distribution, and the classifier's probabilities are right for the rows that it
    was trained on. Neither holds entirely. Fewer rows (``sampling_strategy``) that
    follow the distribution (``border_rejection=0, copy_rejection=0``) leave less to
    correct. Classifiers that memorise their training rows, such as forests of full
    depth and nearest neighbours, can tell synthetic rows from real ones: the
    probabilities of real rows shift by only part of what the formula takes back, so
    the correction goes too far. A probability of 0 or 1 stays as it is. Compare the
    Brier score by cross-validation, with ``sampler=None`` too.

    Shifts that the classifier makes by itself, as with ``class_weight`` or in
    ``imblearn.ensemble``, are not corrected, nor are those of a sampler that stands
    before this classifier in a pipeline: ``fit`` sees resampled rows only then. There
    are no sample weights in ``fit``, since the rows that a sampler adds have none.

    References
    ----------
    .. [1] M. Saerens, P. Latinne and C. Decaestecker, "Adjusting the outputs of a
       classifier to new a priori probabilities: a simple procedure", Neural
       Computation 14(1), 2002.
    .. [2] C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from gansampler import GANOversampler, PriorCorrectedClassifier
    >>> X, y = make_classification(
    ...     n_samples=1000, weights=[0.95], class_sep=0.5, random_state=0
    ... )
    >>> sampler = GANOversampler(random_state=0)
    >>> model = PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
    >>> print(model.class_prior_, model.resampled_class_prior_)
    [0.946 0.054] [0.5 0.5]

    The classifier alone estimates the rarer class to be several times as frequent as
    it is:

    >>> balanced = model.estimator_.predict_proba(X)[:, 1].mean()
    >>> corrected = model.predict_proba(X)[:, 1].mean()
    >>> bool(balanced > 3 * y.mean()), bool(abs(corrected - y.mean()) < 0.02)
    (True, True)
    """

    def __init__(self, estimator: Any, sampler: Any = None, *, priors: Any = None):
        self.estimator = estimator
        self.sampler = sampler
        self.priors = priors

    def fit(self, X: Any, y: Any) -> PriorCorrectedClassifier:
        """Resample the rows and train the classifier on them.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The table, as the sampler and the classifier take it.
        y : array-like of shape (n_samples,)
            The class of each row.

        Returns
        -------
        PriorCorrectedClassifier
            The classifier itself.

        Raises
        ------
        TypeError
            If ``estimator`` has no ``predict_proba`` or ``sampler`` no
            ``fit_resample``.
        ValueError
            If ``priors`` are not one share above 0 for each class, with sum 1, or are
            by labels that are not those of ``y``; or if ``estimator`` has a sampler in
            it.
        InvalidTableError
            If the sampler leaves a class without rows, or adds a class.

        Examples
        --------
        A classifier that learns the shares of the classes and nothing else:

        >>> from imblearn.over_sampling import RandomOverSampler
        >>> from sklearn.dummy import DummyClassifier
        >>> from gansampler import PriorCorrectedClassifier
        >>> X, y = [[0.0]] * 10, ["no"] * 9 + ["yes"]
        >>> model = PriorCorrectedClassifier(DummyClassifier(), RandomOverSampler())
        >>> print(model.fit(X, y).resampled_class_prior_)
        [0.5 0.5]
        """
        # Which classifier a search or a stack ends with, its fit decides.
        early = [] if _chooses_in_fit(self.estimator) else ["predict_proba"]
        _check_methods("estimator", self.estimator, "fit", *early)
        _refuse_samplers_in(self.estimator)
        if self.sampler is not None:
            _check_methods("sampler", self.sampler, "fit_resample")
        with validation.all_or_nothing(self):
            validate_data(self, X, y, skip_check_array=True)
            validation.check_labels(X, y)
            y = column_or_1d(y, warn=True)
            self.classes_, shares = _class_shares(y)
            self.class_prior_ = _as_priors(self.priors, self.classes_, default=shares)
            self.sampler_ = None if self.sampler is None else clone(self.sampler)
            if self.sampler_ is not None:
                X, y = self.sampler_.fit_resample(X, y)
            self.resampled_class_prior_ = _shares_of(self.classes_, y)
            self.estimator_ = clone(self.estimator).fit(X, y)
            _check_methods("estimator", self.estimator_, "fit", "predict_proba")
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Estimate the probability of each class at its real share.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows as in ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The corrected probabilities, in the order of ``classes_``. Some classifiers
            give rows that they cannot place a 0 for each class; these stay.

        Raises
        ------
        ValueError
            If the classifier's own are negative, infinite or not a number.

        Examples
        --------
        A classifier that learns the shares of the classes and nothing else:

        >>> from imblearn.over_sampling import RandomOverSampler
        >>> from sklearn.dummy import DummyClassifier
        >>> from gansampler import PriorCorrectedClassifier
        >>> X, y = [[0.0]] * 10, ["no"] * 9 + ["yes"]
        >>> model = PriorCorrectedClassifier(DummyClassifier(), RandomOverSampler())
        >>> model = model.fit(X, y)
        >>> print(model.estimator_.predict_proba([[0.0]]))
        [[0.5 0.5]]
        >>> print(model.predict_proba([[0.0]]))
        [[0.9 0.1]]
        """
        check_is_fitted(self)
        probabilities = _checked_probabilities(
            self.estimator_.predict_proba(prepared_for(self.sampler_, X)),
            f"of {self.estimator_!r}",
        )
        return corrected_for_priors(
            probabilities, self.resampled_class_prior_, self.class_prior_
        )

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Take the logarithms of the corrected probabilities.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows as in ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.

        Examples
        --------
        A classifier that learns the shares of the classes and nothing else:

        >>> from imblearn.over_sampling import RandomOverSampler
        >>> from sklearn.dummy import DummyClassifier
        >>> from gansampler import PriorCorrectedClassifier
        >>> X, y = [[0.0]] * 10, ["no"] * 9 + ["yes"]
        >>> model = PriorCorrectedClassifier(DummyClassifier(), RandomOverSampler())
        >>> print(model.fit(X, y).predict_log_proba([[0.0]]).round(2))
        [[-0.11 -2.3 ]]
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of the highest corrected probability.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows as in ``fit``.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels of ``classes_``; the first for rows whose probabilities are all 0.

        Examples
        --------
        A classifier that learns the shares of the classes and nothing else:

        >>> from imblearn.over_sampling import RandomOverSampler
        >>> from sklearn.dummy import DummyClassifier
        >>> from gansampler import PriorCorrectedClassifier
        >>> X, y = [[0.0]] * 10, ["no"] * 9 + ["yes"]
        >>> model = PriorCorrectedClassifier(DummyClassifier(), RandomOverSampler())
        >>> print(model.fit(X, y).predict([[0.0]]))
        ['no']
        """
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def get_metadata_routing(self) -> MetadataRequest:
        """Tell scikit-learn what metadata is of use here: weights, in ``score``.

        Returns
        -------
        MetadataRequest
            What the methods of this classifier request.

        Raises
        ------
        NotImplementedError
            If the classifier or the sampler requests metadata in ``fit``: there are
            none for the rows that a sampler adds.

        Examples
        --------
        >>> import sklearn
        >>> from sklearn.dummy import DummyClassifier
        >>> from gansampler import PriorCorrectedClassifier
        >>> model = PriorCorrectedClassifier(DummyClassifier())
        >>> with sklearn.config_context(enable_metadata_routing=True):
        ...     model = model.set_score_request(sample_weight=True)
        >>> model.get_metadata_routing()
        {'score': {'sample_weight': True}}
        """
        for part in (self.estimator, self.sampler):
            requested = _requested_metadata(part, "fit")
            if requested:
                raise NotImplementedError(
                    "PriorCorrectedClassifier passes no metadata on, since the rows "
                    f"that a sampler adds have none. {part!r} requests "
                    f"{' and '.join(requested)} in fit: set that request to False."
                )
        return super().get_metadata_routing()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        parts = [get_tags(self.estimator)]
        if self.sampler is not None:
            parts.append(get_tags(self.sampler))
        for name in ("allow_nan", "sparse"):
            accepted = all(getattr(part.input_tags, name) for part in parts)
            setattr(tags.input_tags, name, accepted)
        # The sampler comes first and says what it makes of cells of other types.
        tags.input_tags.string = parts[-1].input_tags.string
        if parts[0].classifier_tags is not None:  # a search may yet have none
            tags.classifier_tags.multi_class = parts[0].classifier_tags.multi_class
        return tags


def corrected_for_priors(
    probabilities: Any, trained_priors: Any, priors: Any
) -> np.ndarray:
    """Correct probabilities of classes for other shares of the classes.

    For a model that was trained on rows that had been resampled elsewhere, for example
    by ``gansampler balance``. Bayes' theorem: ``p_c * priors_c / trained_priors_c``,
    divided by its sum over the classes c (equation 2.4 of Saerens, Latinne and
    Decaestecker, Neural Computation 14(1), 2002).

    Parameters
    ----------
    probabilities : array-like of shape (n_samples, n_classes)
        What ``predict_proba`` of the model returned.
    trained_priors : array-like of shape (n_classes,)
        Shares of the classes among the rows that the model was trained on, above 0. In
        the order of the columns of ``probabilities``, whatever index a Series has.
    priors : array-like of shape (n_classes,)
        Shares of the classes among the rows that are predicted, above 0, in the same
        order.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        The corrected probabilities. 0 and 1 stay as they are, and so do rows of zeros.

    Raises
    ------
    ValueError
        If probabilities have no column for each class, or are none, or shares are not
        above 0 or do not sum to 1.

    Examples
    --------
    A class of 1 in 100 that was balanced: one half becomes 1 in 100 again.

    >>> from gansampler.calibration import corrected_for_priors
    >>> print(
    ...     corrected_for_priors([[0.5, 0.5], [0.01, 0.99]], [0.5, 0.5], [0.99, 0.01])
    ... )
    [[0.99 0.01]
     [0.5  0.5 ]]
    """
    probabilities = _checked_probabilities(probabilities, "given")
    n_classes = probabilities.shape[1]
    trained = _checked_shares("trained_priors", trained_priors, n_classes)
    odds = probabilities * (_checked_shares("priors", priors, n_classes) / trained)
    sums = odds.sum(axis=1, keepdims=True)
    corrected: np.ndarray = odds / np.where(sums > 0, sums, 1)
    return corrected


def _checked_probabilities(probabilities: Any, whose: str) -> np.ndarray:
    numbers = np.asarray(probabilities, dtype=float)
    if numbers.ndim != 2:
        raise ValueError(
            "probabilities must have a row for each sample and a column for each "
            f"class, as predict_proba returns them. Got shape {numbers.shape}."
        )
    if not ((numbers >= 0) & np.isfinite(numbers)).all():
        raise ValueError(
            "probabilities must be finite and 0 or more, as predict_proba returns "
            f"them. Some of those {whose} are not."
        )
    return numbers


def _check_methods(name: str, part: Any, *methods: str) -> None:
    missing = [method for method in methods if not hasattr(part, method)]
    if isinstance(part, type) or missing:
        raise TypeError(
            f"The '{name}' parameter of PriorCorrectedClassifier must be an instance "
            f"with {' and '.join(methods)}. Got {part!r} instead. {_ADVICE[name]}"
        )


_ADVICE = {
    "estimator": "CalibratedClassifierCV gives a classifier predict_proba; some have a "
    "parameter for it.",
    "sampler": "Take a sampler of imbalanced-learn, a pipeline of imbalanced-learn "
    "that ends in one, or None.",
}


def _chooses_in_fit(estimator: Any) -> bool:
    """Whether it is a search over parameters or a stack, or a pipeline that ends so."""
    while hasattr(estimator, "steps"):
        estimator = estimator.steps[-1][1]
    return isinstance(estimator, BaseSearchCV) or hasattr(estimator, "final_estimator")


def _refuse_samplers_in(estimator: Any) -> None:
    samplers = _samplers_in(estimator)
    if samplers:
        raise ValueError(
            "The 'estimator' parameter of PriorCorrectedClassifier must not resample, "
            "since only what 'sampler' does is corrected. Got a classifier with "
            f"{samplers[0]!r} in it. Pass that as sampler=, with the steps before it "
            "if there are any, and the steps after it as estimator."
        )


def _samplers_in(part: Any) -> list[Any]:
    """Samplers in the pipelines, searches, wrappers and ensembles of a classifier."""
    if hasattr(part, "steps"):
        inner = [step for _, step in part.steps]
    elif hasattr(part, "fit_resample"):
        return [part]
    else:
        # Of an ensemble by name; of one that was fitted they have none.
        several = getattr(part, "estimators", None) or []
        inner = [one[1] if isinstance(one, tuple) else one for one in several]
        for name in ("estimator", "final_estimator"):
            if getattr(part, name, None) is not None:
                inner.append(getattr(part, name))
    return [sampler for one in inner for sampler in _samplers_in(one)]


def _requested_metadata(part: Any, method: str) -> list[str]:
    """Names of what a method, or one within it, has been set to request."""
    try:
        routing = get_routing_for_object(part)
    except NotImplementedError:  # of those that route nothing themselves
        return []
    if isinstance(routing, MetadataRequest):
        requests = getattr(routing, method).requests
        return sorted(name for name, request in requests.items() if request)
    return sorted(
        {
            name
            for _, (mapping, inner) in routing
            for caller, callee in mapping
            if caller == method
            for name in _requested_metadata(inner, callee)
        }
    )


def _class_shares(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    classes, counts = np.unique(y, return_counts=True)
    return classes, counts / counts.sum()


def _shares_of(classes: np.ndarray, y: Any) -> np.ndarray:
    """Shares of the classes after resampling, refused where classes came or went."""
    found, shares = _class_shares(np.asarray(y))
    gone, new = (
        ", ".join(repr(label) for label in labels.tolist())
        for labels in (np.setdiff1d(classes, found), np.setdiff1d(found, classes))
    )
    if gone:
        raise InvalidTableError(
            f"The sampler left no rows of class {gone}: nothing can be learned of it. "
            "Choose another sampler or sampling_strategy, or drop the class from y."
        )
    if new:
        raise InvalidTableError(
            f"The sampler returned rows of class {new}, which is not in y: its share "
            "is not known. Choose a sampler that keeps the labels."
        )
    return shares


def _as_priors(priors: Any, classes: np.ndarray, *, default: np.ndarray) -> np.ndarray:
    if priors is None:
        return default
    if isinstance(priors, (Mapping, pd.Series)):
        priors = _by_label(priors, classes.tolist())
    return _checked_shares("priors", priors, len(classes), f" {classes.tolist()}")


def _by_label(priors: Any, classes: list[Any]) -> list[Any]:
    """Shares in the order of the classes."""
    labels, shares = list(priors.keys()), dict(priors.items())
    if len(labels) != len(classes) or set(labels) != set(classes):
        raise ValueError(
            f"priors by label must have one share for each of the classes {classes}. "
            f"Got the labels {labels}. Name each class of y once, or pass a list in "
            "the order of the classes."
        )
    return [shares[label] for label in classes]


def _checked_shares(
    name: str, shares: Any, n_classes: int, named: str = ""
) -> np.ndarray:
    try:
        numbers = np.asarray(shares, dtype=float)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape != (n_classes,) or not (
        np.all(numbers > 0) and np.isclose(numbers.sum(), 1)
    ):
        shown = numbers.tolist() if numbers.size else shares
        raise ValueError(
            f"{name} must hold one share above 0 for each of the {n_classes} "
            f"classes{named}, with sum 1. Got {shown!r}."
        )
    return numbers
