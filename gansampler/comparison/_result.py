"""``Comparison``: what a cross-validation of samplers showed, summed up and tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.model_selection import TunedThresholdClassifierCV

from gansampler._wording import counted
from gansampler.comparison._columns import FrequentLevels
from gansampler.comparison._methods import NONE, THRESHOLD, WEIGHTS, Method, steps_of
from gansampler.comparison._running import (
    Fold,
    Plan,
    response_method,
    seeded,
    weighted,
)
from gansampler.comparison._statistics import (
    PairedTest,
    corrected_standard_error,
    corrected_t_test,
    holm,
)
from gansampler.comparison._wording import (
    DOING,
    method_name,
    metric_name,
    p_text,
)

KEYS = ["sampler", "sampling_strategy"]
FOLD = ["repeat", "fold"]
CELL = ["classifier", *FOLD]
CELL_COLUMNS = [*KEYS, *CELL]
FACTS = ["n_added", "sampler_seconds", "classifier_seconds", "error"]
ALPHA = 0.05
WIDTH = 88

Key = tuple[str, str]


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
        Sampler and classifier of the best combination that adds no rows.
    difference : float
        How much better it is than that one; 0 if it is that one.
    p_value : float
        Of the corrected resampled t-test against that one, by Holm's method for all
        combinations that add rows; 1 if it is that one, NaN with one fold.
    is_significant : bool
        Whether the p-value is below 0.05.

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

    def __str__(self) -> str:
        method = method_name(self.sampler, self.sampling_strategy)
        text = (
            f"{method} with {self.classifier} has the best {metric_name(self.metric)}, "
            f"{self.score:.3f}"
        )
        if self.simplest == (self.sampler, self.classifier):
            return f"{text}, and adds no rows."
        simplest = " with ".join(self.simplest)
        p = p_text(self.p_value)
        if self.is_significant:
            return f"{text}: {self.difference:.3f} more than {simplest} ({p})."
        return (
            f"{text}, but not significantly: {simplest} adds no rows and is "
            f"{self.difference:.3f} behind ({p})."
        )


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
        better than the best one that adds no rows.

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
        columns = [*CELL_COLUMNS, *self.metrics_, *FACTS]
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
        ...     X,
        ...     y,
        ...     samplers="SMOTE",
        ...     classifiers="logistic regression",
        ...     random_state=0,
        ...     verbose=0,
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
            If nothing that adds no rows was scored in all folds.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import compare_oversamplers
        >>> X, y = make_classification(weights=[0.8], random_state=0)
        >>> comparison = compare_oversamplers(
        ...     X,
        ...     y,
        ...     samplers="SMOTE",
        ...     classifiers="logistic regression",
        ...     random_state=0,
        ...     verbose=0,
        ... )
        >>> comparison.best("roc_auc").classifier
        'logistic regression'
        """
        metric = self._metric(metric)
        scores = self._complete(self._scores(metric, by_classifier=True))
        means: dict[Any, float] = dict(scores.mean())
        simplest, sampler, tests = self._contest(
            means,
            lambda key, to: corrected_t_test(
                scores[key] - scores[to], self._test_share
            ),
        )
        if simplest is None:
            raise RuntimeError(
                "Nothing that adds no rows was scored in all folds. See the column "
                "error of results_."
            )
        best, difference, p_value = simplest, 0.0, 1.0
        if tests and means[sampler] > means[simplest]:
            best = sampler
            difference, p_value = tests[best].difference, tests[best].p_value
        return Best(
            sampler=best[0],
            sampling_strategy=best[1],
            classifier=best[2],
            metric=metric,
            score=means[best],
            standard_error=corrected_standard_error(
                scores[best].to_numpy(), self._test_share
            ),
            simplest=(simplest[0], simplest[2]),
            difference=difference,
            p_value=p_value,
            is_significant=p_value < ALPHA,
        )

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
        ...     X,
        ...     y,
        ...     samplers="SMOTE",
        ...     classifiers="logistic regression",
        ...     random_state=0,
        ...     verbose=0,
        ... )
        >>> comparison.summary()["f1"].columns.tolist()
        ['mean', 'standard error', 'mean rank']
        """
        index = [*KEYS, "classifier"] if by_classifier else KEYS
        parts: dict[Key, Any] = {}
        for metric in self.metrics_:
            scores = self._scores(metric, by_classifier=by_classifier)
            parts[metric, "mean"] = scores.mean()
            parts[metric, "standard error"] = scores.apply(
                lambda column: corrected_standard_error(
                    column.dropna().to_numpy(), self._test_share
                )
            )
            ranks = self._cells(metric).rank(axis=1, ascending=False)
            parts[metric, "mean rank"] = (
                ranks.groupby(level="classifier").mean().unstack()
                if by_classifier
                else ranks.mean()
            )
        groups = self.results_.groupby(index, sort=False)
        parts["seconds", "sampler"] = groups["sampler_seconds"].mean()
        parts["seconds", "classifier"] = groups["classifier_seconds"].mean()
        parts["failures", ""] = groups["error"].agg(lambda column: (column != "").sum())
        rows = self._combinations() if by_classifier else list(self._methods)
        return pd.DataFrame(parts).loc[rows]

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
        ...     X,
        ...     y,
        ...     samplers="SMOTE",
        ...     classifiers="logistic regression",
        ...     random_state=0,
        ...     verbose=0,
        ... )
        >>> tests = comparison.tests("f1")
        >>> tests.index.get_level_values("sampler").tolist()
        ['class weights', 'tuned threshold', 'SMOTE']
        >>> bool((tests["p_holm"] >= tests["p_value"]).all())
        True
        """
        metric = self._metric(metric)
        to = self._key(reference)
        others = [key for key in self._methods if key != to]
        cells = self._cells(metric)
        frame = pd.DataFrame(
            [self._test(cells[key] - cells[to]) for key in others],
            index=pd.MultiIndex.from_tuples(others, names=KEYS),
            columns=PairedTest._fields,
        )
        return frame.assign(p_holm=holm(frame["p_value"]))

    def verdict(self) -> str:
        """Say in a sentence for each metric whether adding rows was worth it.

        For each metric, the best method that adds no rows (no resampling, class weights
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
        ...     X,
        ...     y,
        ...     samplers="SMOTE",
        ...     classifiers="logistic regression",
        ...     random_state=0,
        ...     verbose=0,
        ... )
        >>> len(comparison.verdict().splitlines())
        4
        """
        comparable = {metric: self._comparable(metric) for metric in self.metrics_}
        lines = [self._verdict(*item) for item in comparable.items()]
        failed = self.results_[self.results_["error"] != ""]
        for reason, rows in failed.groupby("error", sort=False):
            names = ", ".join(method_name(*key) for key in _keys_of(rows))
            times = counted(len(rows), "training")
            lines.append(f"{names} failed in {times}: {reason}")
        scored = self.results_.dropna(subset=self.metrics_, how="all")
        left_out = [
            method_name(*key)
            for key in _keys_of(scored)
            if any(key not in scores for scores in comparable.values())
        ]
        if left_out:
            lines.append(
                "Not compared above, since some of the scores are missing: "
                f"{', '.join(left_out)}."
            )
        return "\n".join(lines)

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
        ...     X,
        ...     y,
        ...     samplers="SMOTE",
        ...     classifiers="logistic regression",
        ...     random_state=0,
        ...     verbose=0,
        ... )
        >>> axis = comparison.plot(metrics=["f1"])
        >>> [label.get_text() for label in axis.get_yticklabels()]
        ['class weights', 'tuned threshold', 'SMOTE']
        """
        from gansampler.comparison._plot import draw

        if metrics is None:
            metrics = self.metrics_
        chosen = [
            self._metric(m)
            for m in ([metrics] if isinstance(metrics, str) else metrics)
        ]
        if not chosen:
            raise ValueError("metrics is empty. Name one, or leave it out.")
        axes: np.ndarray[Any, Any] = draw(
            {metric_name(m): self.tests(m) for m in chosen},
            baselines=[key for key, m in self._methods.items() if m.is_baseline],
            note=f"mean over {counted(len(self._plan.classifiers), 'classifier')} and "
            f"{self._folds_of(chosen)}, with 95 % intervals",
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
            None is the best with this sampler, by the first metric.

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
        ...     X,
        ...     y,
        ...     samplers="SMOTE",
        ...     classifiers="logistic regression",
        ...     random_state=0,
        ...     verbose=0,
        ... )
        >>> comparison.pipeline("SMOTE").fit(X, y).predict(X[:3]).shape
        (3,)
        """
        if sampler is None:
            best = self.best_
            sampler = best.sampler, best.sampling_strategy
        key = self._key(sampler)
        method = self._methods[key]
        if classifier is None:
            cells = self._cells(self.metrics_[0])[key]
            of_method: dict[Any, float] = dict(
                cells.groupby(level="classifier", sort=False).mean().dropna()
            )
            if not of_method:
                raise ValueError(
                    f"{method_name(*key)} failed with all classifiers. Name the "
                    "classifier to use."
                )
            classifier = max(of_method, key=of_method.__getitem__)
        if classifier not in self._plan.classifiers:
            known = ", ".join(map(repr, self._plan.classifiers))
            raise ValueError(
                f"No classifier was compared as {classifier!r}. Choose one of {known}."
            )
        last = clone(self._plan.classifiers[classifier])
        if method.name == WEIGHTS:
            last, parameters = weighted(last, np.array([0, 1]))
            if parameters:
                raise ValueError(
                    f"{classifier} takes class weights as sample_weight of fit only."
                )
        parts = method.head, method.encoder, last
        steps = [step for part in parts for step in steps_of(part)]
        whole = seeded(make_pipeline(*steps), self._seed)
        for step in steps_of(whole):
            if isinstance(step, FrequentLevels):
                step.levels = method.levels
        if method.name != THRESHOLD:
            return whole
        return TunedThresholdClassifierCV(
            whole, scoring=self._scorer_of_labels(), random_state=self._seed
        )

    def _scorer_of_labels(self) -> Any:
        """The first metric that a threshold changes, or else balanced accuracy."""
        methods = {m: response_method(s) for m, s in self._plan.scorers.items()}
        for metric, method in methods.items():
            if method == "predict":
                return self._plan.scorers[metric]
        unknown = [metric for metric, method in methods.items() if method is None]
        if unknown:
            raise ValueError(
                f"A pipeline cannot tune its threshold by {unknown[0]!r}, a function "
                "of classifier and rows. Make it a scorer by "
                "sklearn.metrics.make_scorer, or add a metric of labels, such as "
                "'balanced_accuracy', to scoring."
            )
        return "balanced_accuracy"

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
            f"{self._folds_of(self.metrics_)} and {names}",
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

    def _verdict(self, metric: str, scores: pd.DataFrame) -> str:
        name = metric_name(metric)
        rival, best, tests = self._contest(
            dict(scores.mean()),
            lambda key, to: corrected_t_test(
                scores[key] - scores[to], self._test_share
            ),
        )
        if not tests:
            return f"{name}: nothing to compare."
        test = tests[best]
        sampler, by = method_name(*best), f"{test.difference:+.3f}"
        p = p_text(test.p_value)
        if test.p_value < ALPHA and test.difference > 0:
            return (
                f"{name}: {sampler} is better than {DOING[rival[0]]}, the best without "
                f"new rows, by {by} ({p})."
            )
        if all(each.p_value < ALPHA for each in tests.values()):
            return (
                f"{name}: {DOING[rival[0]]} is better than any sampler; {sampler} "
                f"comes next, at {by} ({p})."
            )
        if test.p_value < ALPHA:
            return (
                f"{name}: {DOING[rival[0]]} is better than the best sampler, "
                f"{sampler}, which is at {by} ({p})."
            )
        if len(scores) == 1:
            return (
                f"{name}: {sampler} is at {by} to {DOING[rival[0]]}. One fold is too "
                "few to tell whether that is chance."
            )
        as_good = "as good" if test.difference > 0 else "at least as good"
        return (
            f"{name}: {DOING[rival[0]]} is {as_good}, as far as {len(scores)} folds "
            f"can tell; the best sampler, {sampler}, is at {by} (95 % interval "
            f"{test.low:+.3f} to {test.high:+.3f}, {p})."
        )

    def _contest(
        self, means: Mapping[Any, float], test: Callable[[Any, Any], PairedTest]
    ) -> tuple[Any, Any, dict[Any, PairedTest]]:
        """The best that adds no rows, the best that does, and tests against the former.

        The tests are of all that add rows, with p-values adjusted for their number. The
        best are None where there is none, and then there are no tests.
        """
        simple = [key for key in means if self._methods[key[:2]].is_baseline]
        samplers = [key for key in means if key not in simple]
        # Of equals the first, which is the simpler one.
        rival, best = (
            max(keys, key=means.__getitem__, default=None)
            for keys in (simple, samplers)
        )
        if rival is None or best is None:
            return rival, best, {}
        tests = [test(key, rival) for key in samplers]
        p_values = holm([test.p_value for test in tests]).tolist()
        return (
            rival,
            best,
            {
                key: test._replace(p_value=p_value)
                for key, test, p_value in zip(samplers, tests, p_values, strict=True)
            },
        )

    def _comparable(self, metric: str) -> pd.DataFrame:
        """Means over classifiers of each fold, of methods whose means compare."""
        return self._complete(self._cells(metric)).groupby(level=FOLD).mean()

    def _complete(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Scores of the methods that have all of them.

        Means over other classifiers or folds would not compare. If no method of either
        kind has all, those that all methods have in common, if any. Where none has a
        score, as a metric may not be defined in a fold, none lacks it.
        """
        scores = scores.dropna(how="all").dropna(axis=1, how="all")
        complete, common = scores.dropna(axis=1), scores.dropna()
        columns: list[Any] = list(complete)
        kinds = {self._methods[key[:2]].is_baseline for key in columns}
        return complete if len(kinds) == 2 or common.empty else common

    def _cells(self, metric: str) -> pd.DataFrame:
        """Scores with a row for each classifier and fold, a column for each method."""
        cells = self.results_.set_index([*CELL, *KEYS])[metric].unstack(KEYS)
        order = pd.MultiIndex.from_frame(self.results_[CELL].drop_duplicates())
        return pd.DataFrame(cells).loc[order, list(self._methods)]

    def _scores(self, metric: str, *, by_classifier: bool = False) -> pd.DataFrame:
        """Scores with a row for each fold and a column for each method."""
        cells = self._cells(metric)
        if not by_classifier:
            return cells.groupby(level=FOLD).mean()
        return pd.DataFrame(cells.unstack("classifier"))[self._combinations()]

    def _folds_of(self, metrics: Sequence[str]) -> str:
        """How many folds have scores, which may differ between metrics."""
        scored = [self.results_.dropna(subset=metric) for metric in metrics]
        numbers = [len(rows.groupby(FOLD)) for rows in scored]
        fewest, most = min(numbers), max(numbers)
        return (f"{fewest} to " if fewest < most else "") + counted(most, "fold")

    def _combinations(self) -> pd.MultiIndex:
        return pd.MultiIndex.from_tuples(
            [(*key, name) for key in self._methods for name in self._plan.classifiers],
            names=[*KEYS, "classifier"],
        )

    def _test(self, differences: pd.Series) -> PairedTest:
        by_fold = differences.dropna().groupby(level=FOLD).mean()
        return corrected_t_test(by_fold.to_numpy(), self._test_share)

    def _metric(self, metric: str | None) -> str:
        if metric is None:
            return self.metrics_[0]
        if metric not in self.metrics_:
            known = ", ".join(map(repr, self.metrics_))
            raise ValueError(f"No metric is called {metric!r}. Choose one of {known}.")
        return metric

    def _key(self, sampler: str | Key) -> Key:
        if isinstance(sampler, tuple):
            name, strategy = sampler[0], str(sampler[1])
            found = [key for key in self._methods if key == (name, strategy)]
        else:
            found = [key for key in self._methods if key[0] == sampler]
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


def _keys_of(rows: pd.DataFrame) -> list[Key]:
    """The methods that some rows of the results are of."""
    return list(dict.fromkeys(zip(*(rows[key] for key in KEYS), strict=True)))
