"""``Comparison``: what a cross-validation of samplers showed, summed up and tested."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd

from gansampler._wording import counted
from gansampler.comparison._best import Best, best_of
from gansampler.comparison._folds import Fold
from gansampler.comparison._methods import NONE, Method
from gansampler.comparison._pipeline import build_pipeline
from gansampler.comparison._running import Plan
from gansampler.comparison._scores import (
    BLOCK,
    FACTS,
    METHOD,
    as_cells,
    by_fold,
    complete,
    paired_tests,
    summarise,
)
from gansampler.comparison._wording import (
    counted_folds,
    method_name,
    metric_name,
    verdict,
)

WIDTH = 88

Key = tuple[str, str]


class Comparison:
    """What ``compare_oversamplers`` found.

    Made by that function; not to be made by hand.

    Parameters
    ----------
    rows : list of dict
        One for each row of the results.
    plan : Plan
        Classifiers and scorers.
    methods : list of Method
        Samplers with their amounts, and baselines.
    folds : list of Fold
        Folds of all repeats.
    title : str
        What the table is.

    Attributes
    ----------
    results_ : DataFrame
        One row for each ``sampler``, ``sampling_strategy``, ``classifier``, ``repeat``
        and ``fold``: the scores, ``n_added`` rows, ``sampler_seconds`` for preparing
        and resampling the training rows once (shared by the classifiers),
        ``classifier_seconds`` for training and scoring, and ``error``, empty where all
        went well. Seconds are of wall time, and the only columns that differ between
        runs with the same seed.
    metrics_ : list of str
        The metrics; the first decides.
    best_ : Best
        The combination with the highest mean of the first metric, and whether it is
        better than the best one without a sampler.

    Examples
    --------
    >>> from gansampler import compare_oversamplers
    >>> from gansampler.datasets import load_churn
    >>> X, y = load_churn()
    >>> comparison = compare_oversamplers(
    ...     X[:500],
    ...     y[:500],
    ...     samplers="random over-sampling",
    ...     classifiers="logistic regression",
    ...     scoring="roc_auc",
    ...     cv=3,
    ...     random_state=0,
    ...     verbose=0,
    ... )
    >>> comparison.summary()["roc_auc"].index.get_level_values("sampler").tolist()
    ['no resampling', 'class weights', 'tuned threshold', 'random over-sampling']
    """

    def __init__(
        self,
        *,
        rows: list[dict[str, Any]],
        plan: Plan,
        methods: Sequence[Method],
        folds: Sequence[Fold],
        title: str,
    ) -> None:
        self.metrics_ = list(plan.scorers)
        columns = [*METHOD, *BLOCK, *self.metrics_, *FACTS]
        order = {method.key: i for i, method in enumerate(methods)}
        rows = sorted(rows, key=lambda r: order[r["sampler"], r["sampling_strategy"]])
        self.results_ = pd.DataFrame(rows, columns=columns).astype(
            {"n_added": "Int64", **dict.fromkeys(self.metrics_, float)}
        )
        self._plan = plan
        self._methods = {method.key: method for method in methods}
        self._seed = folds[0].seed
        self._test_share = float(np.mean([len(f.test) / len(f.train) for f in folds]))
        self._title = title

    @property
    def best_(self) -> Best:
        """The combination with the highest mean of the first metric.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import compare_oversamplers
        >>> X, y = make_classification(weights=[0.8], random_state=0)
        >>> comparison = compare_oversamplers(
        ...     X, y, samplers="SMOTE", classifiers="logistic regression", verbose=0
        ... )
        >>> comparison.best_.classifier
        'logistic regression'
        """
        return self.best()

    def best(self, metric: str | None = None) -> Best:
        """The combination with the highest mean of a metric.

        Parameters
        ----------
        metric : str, default=None
            One of ``metrics_``; None is the first.

        Returns
        -------
        Best
            Its names, score and p-value.

        Raises
        ------
        RuntimeError
            If no method without a sampler was scored in all folds.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import compare_oversamplers
        >>> X, y = make_classification(weights=[0.8], random_state=0)
        >>> comparison = compare_oversamplers(
        ...     X, y, samplers="SMOTE", classifiers="logistic regression", verbose=0
        ... )
        >>> comparison.best("roc_auc").classifier
        'logistic regression'
        """
        metric = self._metric(metric)
        scores = complete(by_fold(self._cells(metric), by_classifier=True))
        return best_of(scores, metric, self._test_share)

    def summary(self, *, by_classifier: bool = False) -> pd.DataFrame:
        """Means, standard errors and mean ranks of each sampler and amount.

        Parameters
        ----------
        by_classifier : bool, default=False
            Whether to have a row for each classifier, or the mean over them.

        Returns
        -------
        DataFrame
            Indexed by sampler and amount, and by classifier if wanted. For each metric
            the mean over folds, its standard error (corrected as in ``tests``) and the
            mean rank among samplers and amounts with the same classifier and fold, 1
            being best; then mean seconds, and how many trainings failed. Failed ones
            are left out of the means.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import compare_oversamplers
        >>> X, y = make_classification(weights=[0.8], random_state=0)
        >>> comparison = compare_oversamplers(
        ...     X, y, samplers="SMOTE", classifiers="logistic regression", verbose=0
        ... )
        >>> comparison.summary()["f1"].columns.tolist()
        ['mean', 'standard error', 'mean rank']
        """
        cells = {metric: self._cells(metric) for metric in self.metrics_}
        return summarise(
            self.results_, cells, self._test_share, by_classifier=by_classifier
        )

    def tests(
        self,
        metric: str | None = None,
        *,
        reference: str | Key = NONE,
    ) -> pd.DataFrame:
        """Test all samplers and amounts against one of them.

        Scores are paired by classifier and fold and averaged over the classifiers.
        The corrected resampled t-test [1]_ [2]_ takes the overlap of training sets into
        account.

        Parameters
        ----------
        metric : str, default=None
            One of ``metrics_``; None is the first.
        reference : str or tuple of str, default='no resampling'
            Sampler, or sampler and amount, to test against.

        Returns
        -------
        DataFrame
            Indexed by sampler and amount: ``difference`` to the reference (positive is
            better), its ``standard_error``, ``low`` and ``high`` end of its 95 %
            interval, ``t``, the two-sided ``p_value``, and ``p_holm``, adjusted for the
            number of tests [3]_.

        References
        ----------
        .. [1] C. Nadeau and Y. Bengio, "Inference for the generalization error",
           Machine Learning 52, 2003.
        .. [2] R. R. Bouckaert and E. Frank, "Evaluating the replicability of
           significance tests for comparing learning algorithms", PAKDD 2004.
        .. [3] S. Holm, "A simple sequentially rejective multiple test procedure",
           Scandinavian Journal of Statistics 6, 1979.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import compare_oversamplers
        >>> X, y = make_classification(weights=[0.8], random_state=0)
        >>> comparison = compare_oversamplers(
        ...     X, y, samplers="SMOTE", classifiers="logistic regression", verbose=0
        ... )
        >>> tests = comparison.tests("f1")
        >>> tests.index.get_level_values("sampler").tolist()
        ['class weights', 'tuned threshold', 'SMOTE']
        >>> bool((tests["p_holm"] >= tests["p_value"]).all())
        True
        """
        cells = self._cells(self._metric(metric))
        return paired_tests(cells, self._key(reference), self._test_share)

    def verdict(self) -> str:
        """Say in a sentence for each metric whether a sampler was worth it.

        For each metric, the best method without a sampler (no resampling, class weights
        or a tuned threshold, by the mean over classifiers and folds) is compared with
        the samplers, by the tests of ``tests``.

        Returns
        -------
        str
            One line for each metric, and one for what failed.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import compare_oversamplers
        >>> X, y = make_classification(weights=[0.8], random_state=0)
        >>> comparison = compare_oversamplers(
        ...     X, y, samplers="SMOTE", classifiers="logistic regression", verbose=0
        ... )
        >>> len(comparison.verdict().splitlines())
        4
        """
        scores = {
            metric: by_fold(complete(self._cells(metric))) for metric in self.metrics_
        }
        return verdict(self.results_, scores, self._test_share)

    def plot(self, *, metrics: Sequence[str] | None = None, ax: Any = None) -> Any:
        """Draw the differences to no resampling, with 95 % intervals.

        Parameters
        ----------
        metrics : list of str, default=None
            Which of ``metrics_`` to draw, one panel for each; None is all.
        ax : Axes or sequence of Axes, default=None
            Where to draw, one for each metric. None makes a new figure through
            ``matplotlib.pyplot``.

        Returns
        -------
        Axes or ndarray of Axes
            One Axes for a single metric.

        Raises
        ------
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import compare_oversamplers
        >>> X, y = make_classification(weights=[0.8], random_state=0)
        >>> comparison = compare_oversamplers(
        ...     X, y, samplers="SMOTE", classifiers="logistic regression", verbose=0
        ... )
        >>> axis = comparison.plot(metrics=["f1"])
        >>> [label.get_text() for label in axis.get_yticklabels()]
        ['class weights', 'tuned threshold', 'SMOTE']
        """
        from gansampler.comparison._plot import draw

        given = [metrics] if isinstance(metrics, str) else metrics
        chosen = [self._metric(m) for m in (self.metrics_ if given is None else given)]
        if not chosen:
            raise ValueError("metrics is empty. Name one, or leave it out.")
        axes: np.ndarray[Any, Any] = draw(
            {metric_name(m): self.tests(m) for m in chosen},
            note=f"mean over {counted(len(self._plan.classifiers), 'classifier')} and "
            f"{counted_folds(self.results_, chosen)}, with 95 % intervals",
            axes=ax,
        )
        return axes[0] if len(axes) == 1 else axes

    def pipeline(
        self,
        sampler: str | Key | None = None,
        classifier: str | None = None,
    ) -> Any:
        """An unfitted pipeline of a sampler and a classifier, to use it on new rows.

        The levels that the default preprocessing tells apart are those of the table
        that was compared; where the sampler is a pipeline, those of the rows that it
        makes.

        Parameters
        ----------
        sampler : str or tuple of str, default=None
            Sampler, or sampler and amount. None is that of ``best_``.
        classifier : str, default=None
            None is the best with this sampler, by the first metric, of those that were
            scored in all folds, if any; without ``sampler``, that of ``best_``.

        Returns
        -------
        Pipeline or TunedThresholdClassifierCV
            An imbalanced-learn pipeline; for 'tuned threshold' one within a
            ``TunedThresholdClassifierCV`` for the first metric that reads labels, such
            as F1, or for balanced accuracy if all read probabilities or distances.

        Raises
        ------
        ValueError
            If no such sampler or classifier was compared, or there is no pipeline of
            it: it failed with all classifiers, takes class weights in ``fit`` only, or
            its threshold would have to be tuned by a plain function of classifier and
            rows, not made by ``make_scorer``.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import compare_oversamplers
        >>> X, y = make_classification(weights=[0.8], random_state=0)
        >>> comparison = compare_oversamplers(
        ...     X, y, samplers="SMOTE", classifiers="logistic regression", verbose=0
        ... )
        >>> comparison.pipeline("SMOTE").fit(X, y).predict(X[:3]).shape
        (3,)
        """
        if sampler is None:
            best = self.best_
            sampler = best.sampler, best.sampling_strategy
            classifier = best.classifier if classifier is None else classifier
        key = self._key(sampler)
        if classifier is None:
            classifier = self._best_classifier(key)
        if classifier not in self._plan.classifiers:
            known = ", ".join(map(repr, self._plan.classifiers))
            raise ValueError(
                f"No classifier was compared as {classifier!r}. Choose one of {known}."
            )
        return build_pipeline(self._plan, self._methods[key], classifier, self._seed)

    def _best_classifier(self, key: Key) -> str:
        scores = by_fold(self._cells(self.metrics_[0]), by_classifier=True)
        its_own = [(*key, name) for name in self._plan.classifiers]
        scores = scores.dropna(how="all")[its_own]
        whole = scores.dropna(axis=1)
        scores = scores if whole.empty else whole
        means: dict[Any, float] = dict(scores.mean().dropna())
        if not means:
            raise ValueError(
                f"{method_name(*key)} failed with all classifiers. Name the "
                "classifier to use."
            )
        return str(max(means, key=means.__getitem__)[-1])

    def __repr__(self) -> str:
        means = self._means().to_string(float_format="{:.3f}".format)
        lines = [fill(line, WIDTH, subsequent_indent="  ") for line in self._text()]
        return "\n".join([self._heading(), "", means, "", *lines])

    def _repr_html_(self) -> str:
        means = self._means().to_html(float_format="{:.3f}".format, border=0)
        lines = "".join(f"<li>{escape(line)}</li>" for line in self._text())
        return f"<p>{escape(self._heading())}</p>{means}<ul>{lines}</ul>"

    def _heading(self) -> str:
        names = ", ".join(self._plan.classifiers)
        return fill(
            f"Comparison of over-samplers: {self._title}; means over "
            f"{counted_folds(self.results_, self.metrics_)} and {names}",
            WIDTH,
        )

    def _text(self) -> list[str]:
        lines = self.verdict().splitlines()
        try:
            return [*lines, str(self.best_)]
        except RuntimeError:
            return lines

    def _means(self) -> pd.DataFrame:
        summary = self.summary()
        means = pd.DataFrame(
            {metric_name(m): summary[m, "mean"] for m in self.metrics_}
        )
        means["seconds"] = summary["seconds", "sampler"]
        means.index = pd.Index([method_name(*key) for key in summary.index])
        return means

    def _cells(self, metric: str) -> pd.DataFrame:
        return as_cells(self.results_, metric)

    def _metric(self, metric: str | None) -> str:
        if metric is None:
            return self.metrics_[0]
        if metric not in self.metrics_:
            known = ", ".join(map(repr, self.metrics_))
            raise ValueError(f"No metric is called {metric!r}. Choose one of {known}.")
        return metric

    def _key(self, sampler: str | Key) -> Key:
        is_key = isinstance(sampler, tuple)
        wanted = (sampler[0], str(sampler[1])) if is_key else sampler
        found = [key for key in self._methods if wanted in (key, key[0])]
        if len(found) == 1:
            return found[0]
        if found:
            amounts = ", ".join(repr(key) for key in found)
            raise ValueError(
                f"{sampler!r} was compared with several amounts. Choose one of "
                f"{amounts}."
            )
        known = ", ".join(dict.fromkeys(repr(key[0]) for key in self._methods))
        raise ValueError(
            f"No sampler was compared as {sampler!r}. Choose one of {known}."
        )
