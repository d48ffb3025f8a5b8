"""Comparison of over-samplers: no leak, right figures, and failures that stay rows."""

import re
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from imblearn import FunctionSampler
from imblearn.metrics import geometric_mean_score
from imblearn.over_sampling import ADASYN, SMOTE, SMOTEN, SMOTENC, RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    get_scorer_names,
    make_scorer,
    matthews_corrcoef,
    roc_auc_score,
)
from sklearn.model_selection import (
    RepeatedStratifiedKFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.random_projection import GaussianRandomProjection

from gansampler import GANOversampler, compare_oversamplers
from gansampler.comparison import CompleteColumns
from gansampler.comparison._columns import encoded_columns
from gansampler.comparison._folds import Fold
from gansampler.comparison._methods import default_samplers
from gansampler.comparison._result import Comparison
from gansampler.comparison._running import Plan
from gansampler.comparison._statistics import corrected_t_test, holm
from gansampler.exceptions import InvalidTableError

BASELINES = ("class weights", "tuned threshold")
SECONDS = ["sampler_seconds", "classifier_seconds"]


def compare(X, y, **options):
    """Compare at small cost."""
    return compare_oversamplers(
        X,
        y,
        **{
            "samplers": "random over-sampling",
            "baselines": (),
            "classifiers": "logistic regression",
            "cv": 3,
            "random_state": 0,
            "verbose": 0,
            **options,
        },
    )


@pytest.fixture(scope="module")
def numbers():
    return make_classification(
        n_samples=240, n_informative=4, weights=[0.8], flip_y=0.05, random_state=0
    )


class Spy(FunctionSampler):
    """A sampler that takes tables as they are, and tells what it was given."""

    seen: ClassVar = []

    def fit_resample(self, X, y, **parameters):
        self.seen.append(set(X["row"]))
        return super().fit_resample(X, y, **parameters)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.allow_nan = True
        return tags


class Recorder(TransformerMixin, BaseEstimator):
    """Preprocessing that tells which rows it learned from."""

    seen: ClassVar = []

    def fit(self, X, y=None):
        self.seen.append(set(X["row"]))
        return self

    def transform(self, X):
        return X[["row"]].to_numpy(float)


class Failing(RandomOverSampler):
    def fit_resample(self, X, y, **parameters):
        raise RuntimeError("no\n rows today")


class Interrupted(RandomOverSampler):
    def fit_resample(self, X, y, **parameters):
        raise KeyboardInterrupt


def test_only_training_rows_are_learned_from(numbers, monkeypatch):
    _, y = numbers
    monkeypatch.setattr(Spy, "seen", [])
    monkeypatch.setattr(Recorder, "seen", [])
    table = pd.DataFrame({"row": np.arange(len(y))})
    folds = [(np.arange(0, 160), np.arange(160, 240)), (np.arange(80, 240), range(80))]
    compare(
        table,
        y,
        samplers={"spy": Spy(validate=False), "SMOTE": SMOTE()},
        preprocessing=Recorder(),
        baselines=BASELINES,
        cv=folds,
    )
    trained = [set(train) for train, _ in folds]
    assert Spy.seen == trained
    # Once for each of three baselines and two samplers.
    assert len(Recorder.seen) == 2 * 5
    for seen, train in zip(Recorder.seen, np.repeat(trained, 5), strict=True):
        assert seen <= train


def test_scores_are_those_of_a_pipeline_by_hand(numbers):
    X, y = numbers
    folds = [(np.arange(0, 160), np.arange(160, 240)), (np.arange(80, 240), range(80))]
    sampler = SMOTE(random_state=3)
    comparison = compare(
        X,
        y,
        samplers={"mine": sampler},
        cv=folds,
        scoring=["average_precision", "roc_auc", "f1", "geometric_mean"],
    )
    rows = comparison.results_.query("sampler == 'mine'")
    for (train, test), (_, row) in zip(folds, rows.iterrows(), strict=True):
        encode = [step for _, step in encoded_columns().steps]
        model = make_pipeline(*encode, sampler, LogisticRegression(max_iter=1000))
        model.fit(X[train], y[train])
        truth, predicted = y[test], model.predict(X[test])
        probability = model.predict_proba(X[test])[:, 1]
        expected = [
            average_precision_score(truth, probability),
            roc_auc_score(truth, probability),
            f1_score(truth, predicted),
            geometric_mean_score(truth, predicted),
        ]
        assert row[comparison.metrics_].tolist() == pytest.approx(expected)
        n_majority = max(np.bincount(y[train]))
        assert row["n_added"] == 2 * n_majority - len(train)


def test_thresholds_are_the_best_ones_of_rows_left_out_of_training(numbers):
    X, y = numbers
    train, test = np.arange(160), np.arange(160, 240)
    comparison = compare(
        X, y, baselines=BASELINES, cv=[(train, test)], scoring=["roc_auc", "f1"]
    )
    rows = comparison.results_.set_index("sampler")
    assert (
        rows.loc["tuned threshold", "roc_auc"] == rows.loc["no resampling", "roc_auc"]
    )
    encoder = encoded_columns().fit(X[train])
    model = LogisticRegression(max_iter=1000)
    seed = np.random.RandomState(0).randint(np.iinfo(np.int32).max)
    left_out = cross_val_predict(
        model,
        encoder.transform(X[train]),
        y[train],
        cv=StratifiedKFold(3, shuffle=True, random_state=seed),
        method="predict_proba",
    )[:, 1]
    best = max(np.sort(left_out), key=lambda t: f1_score(y[train], left_out >= t))
    model.fit(encoder.transform(X[train]), y[train])
    probability = model.predict_proba(encoder.transform(X[test]))[:, 1]
    expected = f1_score(y[test], probability >= best)
    assert rows.loc["tuned threshold", "f1"] == pytest.approx(expected)


def test_thresholds_of_classifiers_without_probabilities(numbers):
    X, y = numbers
    scores = [
        compare(
            X, labels, baselines=BASELINES, classifiers=RidgeClassifier(), scoring="f1"
        )
        .results_.query("sampler == 'tuned threshold'")["f1"]
        .tolist()
        for labels in (y, 1 - y)
    ]
    assert np.isfinite(scores).all()
    assert scores[0] == pytest.approx(scores[1])


def saved(classifier, X, y):
    """What alarms save, which is read from the rows, less what they cost."""
    return float(np.sum(classifier.predict(X) * gains(X, y)))


def gains(X, y):
    return np.where((y == 1) & (X[:, 0] < 0), 9.0, 0.0) - 1


def test_thresholds_are_tuned_by_scorers_that_read_the_rows(numbers):
    X, y = numbers
    train, test = np.arange(160), np.arange(160, 240)
    comparison = compare(
        X,
        y,
        baselines="tuned threshold",
        preprocessing="passthrough",
        cv=[(train, test)],
        scoring={"saved": saved},
    )
    rows = comparison.results_.set_index("sampler")
    model = LogisticRegression(max_iter=1000)
    seed = np.random.RandomState(0).randint(np.iinfo(np.int32).max)
    left_out = cross_val_predict(
        model,
        X[train],
        y[train],
        cv=StratifiedKFold(3, shuffle=True, random_state=seed),
        method="predict_proba",
    )[:, 1]

    def value(at, part, probability):
        return np.sum((probability >= at) * gains(X[part], y[part]))

    of_positives = np.sort(left_out[y[train] == 1])
    best = max(of_positives, key=lambda at: value(at, train, left_out))
    probability = model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]
    assert rows.loc["tuned threshold", "saved"] == pytest.approx(
        value(best, test, probability)
    )
    assert rows.loc["tuned threshold", "saved"] != rows.loc["no resampling", "saved"]


@pytest.mark.parametrize("labels", [("bad", "good"), ("good", "bad")])
@pytest.mark.parametrize("classifier", [LogisticRegression(), RidgeClassifier()])
def test_scores_are_right_whichever_class_comes_first(numbers, labels, classifier):
    """A metric must not get the responses for the positive class of another one."""
    X, y = numbers
    named = np.where(y == 1, *labels)
    train, test = np.arange(160), np.arange(160, 240)
    comparison = compare(
        X,
        named,
        classifiers=classifier,
        cv=[(train, test)],
        scoring=["average_precision", "roc_auc", "f1"],
        baselines=BASELINES,
    )
    of_numbers = compare(
        X,
        y,
        classifiers=classifier,
        cv=[(train, test)],
        scoring=["average_precision", "roc_auc", "f1"],
        baselines=BASELINES,
    )
    metrics = comparison.metrics_
    assert comparison.results_[metrics].to_numpy() == pytest.approx(
        of_numbers.results_[metrics].to_numpy()
    )
    assert (comparison.results_["roc_auc"] > 0.5).all()


def test_brier_scores_know_the_positive_class_and_failing_metrics_fail_alone(numbers):
    X, y = numbers
    named = np.where(y == 1, "yes", "no")
    comparison = compare(X, named, scoring=["neg_brier_score", "roc_auc"], cv=3)
    assert comparison.results_[comparison.metrics_].notna().all(axis=None)
    ridge = compare(
        X,
        named,
        scoring=["neg_brier_score", "roc_auc"],
        classifiers=RidgeClassifier(),
        cv=3,
    ).results_
    assert ridge["roc_auc"].notna().all()
    assert ridge["neg_brier_score"].isna().all()
    assert ridge["error"].str.startswith("neg_brier_score: AttributeError: ").all()


@pytest.mark.parametrize(
    "metric",
    sorted(
        {
            "d2_brier_score",
            "neg_brier_score",
            "positive_likelihood_ratio",
            "neg_negative_likelihood_ratio",
        }
        & set(get_scorer_names())
    ),
)
@pytest.mark.parametrize("named", [("a", "b"), ("b", "a"), (0, 1), (False, True)])
def test_metrics_are_about_the_positive_class_whatever_it_is_called(
    numbers, metric, named
):
    X, y = numbers
    expected = compare(X, y, scoring=metric).results_[metric]
    scores = compare(X, np.where(y == 1, *named), scoring=metric).results_[metric]
    assert scores.tolist() == pytest.approx(expected.tolist())
    assert expected.notna().all()


class Unchanged(FunctionSampler):
    """Adds no row, and takes any table."""

    def __init__(self):
        super().__init__(validate=False)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.allow_nan = True
        return tags


class CrossFitted(TransformerMixin, BaseEstimator):
    """Treats the rows that it learns from otherwise, as ``TargetEncoder`` does."""

    def fit(self, X, y):
        self.n_features_in_ = X.shape[1]
        return self

    def fit_transform(self, X, y):
        self.fit(X, y)
        return 1 / (1 + X**2)

    def transform(self, X):
        return X


def test_preprocessing_learns_as_in_a_pipeline(numbers):
    comparison = compare(
        *numbers, samplers={"unchanged": Unchanged()}, preprocessing=CrossFitted()
    )
    rows = comparison.results_.set_index("sampler")
    assert rows.loc["unchanged", "roc_auc"].tolist() == pytest.approx(
        rows.loc["no resampling", "roc_auc"].tolist()
    )


def test_what_lacks_a_classifier_is_no_rival(numbers):
    X, y = numbers
    comparison = compare(
        X,
        y,
        baselines="class weights",
        classifiers={
            "linear": LogisticRegression(),
            "neighbours": KNeighborsClassifier(),
        },
        samplers="SMOTE",
        scoring="balanced_accuracy",
        cv=3,
    )
    first, _, last = comparison.verdict().splitlines()
    assert "doing nothing" in first
    assert last == (
        "Not compared above, since some of the scores are missing: class weights."
    )


def test_folds_may_be_masks(numbers):
    """A mask once counted as rows: the test share of 2/5 was 1."""
    X, y = numbers
    is_test = [np.arange(240) % 7 < 2, np.arange(240) % 7 > 4]
    masks = [(~test, pd.Series(test)) for test in is_test]
    positions = [(np.flatnonzero(~test), np.flatnonzero(test)) for test in is_test]
    by_mask, by_position = (compare(X, y, cv=cv) for cv in (masks, positions))
    pd.testing.assert_frame_equal(
        by_mask.results_.drop(columns=SECONDS),
        by_position.results_.drop(columns=SECONDS),
    )
    pd.testing.assert_frame_equal(by_mask.tests(), by_position.tests())
    none = by_mask.results_.query("sampler == 'no resampling'")
    assert none["n_added"].tolist() == [0, 0]


def test_one_fold_is_too_few_for_a_test(numbers):
    X, y = numbers
    comparison = compare(
        X, y, samplers="SMOTE", cv=[(np.arange(160), np.arange(160, 240))]
    )
    assert all(
        line.endswith("One fold is too few to tell whether that is chance.")
        for line in comparison.verdict().splitlines()
    )


def test_text_that_no_training_row_has_is_a_missing_number():
    kinds = CompleteColumns().fit(pd.DataFrame({"a": [1, 2, 3.5, 2]}, dtype=object))
    made = kinds.transform(pd.DataFrame({"a": [1, "x"]}, dtype=object))
    assert np.isfinite(made["a"]).all()


def test_jobs_and_repetition_change_nothing_but_seconds(mixed_table):
    X, y = mixed_table
    options = {
        "samplers": ["SMOTENC", GANOversampler(max_iter=3)],
        "classifiers": {
            "boosting": HistGradientBoostingClassifier(max_iter=5),
            "forest": RandomForestClassifier(5),
        },
        "baselines": ["tuned threshold"],
        "cv": 2,
    }
    first, again, parallel = (
        compare(X, y, n_jobs=jobs, **options).results_ for jobs in (1, 1, 2)
    )
    assert (first["error"] == "").all()
    pd.testing.assert_frame_equal(
        first.drop(columns=SECONDS), again.drop(columns=SECONDS), check_exact=True
    )
    pd.testing.assert_frame_equal(
        first.drop(columns=SECONDS), parallel.drop(columns=SECONDS), check_exact=True
    )
    other = compare(X, y, random_state=1, **options).results_
    assert not other["roc_auc"].equals(first["roc_auc"])


def test_preprocessing_is_seeded_before_and_behind_samplers(numbers):
    X, y = numbers
    options = {
        "samplers": ["SMOTE", "random over-sampling"],
        "preprocessing": make_pipeline(StandardScaler(), GaussianRandomProjection(5)),
    }
    first, again = (compare(X, y, **options) for _ in range(2))
    pd.testing.assert_frame_equal(
        first.results_.drop(columns=SECONDS),
        again.results_.drop(columns=SECONDS),
        check_exact=True,
    )
    for sampler in ("no resampling", "SMOTE", "random over-sampling"):
        one, other = (
            comparison.pipeline(sampler).fit(X, y).predict_proba(X).tolist()
            for comparison in (first, again)
        )
        assert one == other


def test_frame_is_tidy(numbers):
    comparison = compare(
        *numbers, baselines=BASELINES, n_repeats=2, sampling_strategies=[0.5, 1.0]
    )
    results = comparison.results_
    assert results.columns.tolist() == [
        "sampler",
        "sampling_strategy",
        "classifier",
        "repeat",
        "fold",
        "average_precision",
        "roc_auc",
        "balanced_accuracy",
        "f1",
        "n_added",
        "sampler_seconds",
        "classifier_seconds",
        "error",
    ]
    methods = results[["sampler", "sampling_strategy"]].drop_duplicates()
    assert methods.to_numpy().tolist() == [
        ["no resampling", ""],
        ["class weights", ""],
        ["tuned threshold", ""],
        ["random over-sampling", "0.5"],
        ["random over-sampling", "1.0"],
    ]
    assert len(results) == 5 * 2 * 3
    assert not results.duplicated(results.columns[:5].tolist()).any()
    added = results.groupby(["sampler", "sampling_strategy"])["n_added"].mean()
    assert added["random over-sampling", "0.5"] < added["random over-sampling", "1.0"]
    assert (added.drop("random over-sampling") == 0).all()


def test_failures_are_rows(numbers):
    X, y = numbers
    comparison = compare(
        X,
        y,
        samplers=["SMOTE", Failing()],
        baselines=BASELINES,
        classifiers={"k neighbours": KNeighborsClassifier()},
    )
    results = comparison.results_.set_index("sampler")
    failed = results.loc["Failing"]
    assert failed["error"].unique().tolist() == ["RuntimeError: no rows today"]
    assert failed[comparison.metrics_].isna().all(axis=None)
    assert results.loc["class weights", "error"].unique().tolist() == [
        "ValueError: KNeighborsClassifier takes neither class_weight nor sample_weight."
    ]
    for name in ("no resampling", "tuned threshold", "SMOTE"):
        assert (results.loc[name, "error"] == "").all()
        assert results.loc[name, comparison.metrics_].notna().all(axis=None)
    lines = comparison.verdict().splitlines()
    assert lines[-1] == "Failing failed in 3 trainings: RuntimeError: no rows today"
    assert comparison.summary().loc[("Failing", "auto"), ("failures", "")] == 3
    assert "Failing" in repr(comparison)
    message = "Failing failed with all classifiers. Name the classifier to use."
    with pytest.raises(ValueError, match=rf"^{message}$"):
        comparison.pipeline("Failing")


def test_nothing_but_failures_can_still_be_read(numbers):
    comparison = compare(*numbers, samplers=Failing())
    assert "F1: nothing to compare." in comparison.verdict()
    assert comparison.best_.sampler == "no resampling"
    comparison = compare(*numbers, classifiers={"none": _Unfit()})
    with pytest.raises(RuntimeError, match=r"^No method without a sampler was scored"):
        _ = comparison.best_
    assert "nothing to compare" in repr(comparison)


class _Unfit(LogisticRegression):
    def fit(self, X, y):
        raise ValueError("never")


@pytest.mark.filterwarnings("ignore:Only one class is present:UserWarning")
def test_folds_in_which_a_metric_is_not_defined_are_told_and_do_not_count(numbers):
    X, y = numbers
    rows = np.random.default_rng(0).permutation(np.flatnonzero(y == 0))
    folds = [
        (np.setdiff1d(np.arange(len(y)), test), test)
        for test in (np.arange(0, 80), np.arange(80, 160), rows[:40])
    ]
    metrics = ["roc_auc", "f1"]
    samplers = {"SMOTE": SMOTE(k_neighbors=3)}
    comparison = compare(X, y, samplers=samplers, cv=folds, scoring=metrics)
    reason = "roc_auc: not defined on the test rows of the fold"
    results = comparison.results_.set_index("fold")
    assert results.loc[2, "error"].tolist() == [reason] * 2
    assert (results.loc[[0, 1], "error"] == "").all()
    assert comparison.summary()["failures", ""].tolist() == [1, 1]
    assert results["f1"].notna().all()
    ranking, labels, failed = comparison.verdict().splitlines()
    assert "as far as 2 folds can tell" in ranking
    assert "3 folds" in labels or "is better than" in labels
    assert failed == f"no resampling, SMOTE failed in 2 trainings: {reason}"
    assert "means over 2 to 3 folds and" in " ".join(repr(comparison).split())
    scores = results.loc[[0, 1]].groupby("sampler")["roc_auc"].mean()
    assert comparison.best_.score == pytest.approx(scores.max())
    assert comparison.pipeline().fit(X, y).predict(X[:3]).shape == (3,)
    one = compare(X, y, samplers=samplers, cv=folds[1:], scoring="roc_auc")
    assert (
        one.verdict()
        .splitlines()[0]
        .endswith("One fold is too few to tell whether that is chance.")
    )
    assert "means over 1 fold and" in " ".join(repr(one).split())
    assert "nan" not in repr(one).lower()


def test_the_best_is_sought_in_the_folds_that_all_have_in_common():
    comparison = made_up(
        {NOTHING: np.append(LOW[:4], np.nan), GAN: np.append(np.nan, LOW[1:] + 0.1)}
    )
    assert comparison.best_.score == pytest.approx(LOW[1:4].mean() + 0.1)
    assert comparison.best_.difference == pytest.approx(0.1)
    comparison = made_up({NOTHING: LOW, GAN: np.append(LOW[:4] + 0.1, np.nan)})
    assert comparison.best_.sampler == "GAN"
    assert comparison.best_.score == pytest.approx(LOW[:4].mean() + 0.1)
    nan = np.full(4, np.nan)
    apart = made_up({NOTHING: np.append(LOW[:1], nan), GAN: np.append(nan, LOW[:1])})
    assert apart.verdict() == (
        "F1: nothing to compare.\nNot compared above, since some of the scores are "
        "missing: no resampling, GAN."
    )
    with pytest.raises(RuntimeError, match=r"^No method without a sampler was scored"):
        _ = apart.best_


def test_an_interrupt_passes(numbers):
    with pytest.raises(KeyboardInterrupt):
        compare(*numbers, samplers=Interrupted())


def test_any_sampler_gets_columns_that_it_takes(mixed_table):
    X, y = mixed_table
    comparison = compare(
        X,
        y,
        samplers=[
            "SMOTENC",
            "random over-sampling",
            SMOTE(k_neighbors=3),
            SMOTEN(),
            ADASYN(),
            GANOversampler(max_iter=3),
        ],
        cv=2,
    )
    assert comparison.results_["error"].unique().tolist() == [""]
    assert comparison.results_[comparison.metrics_].notna().all(axis=None)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        (["amount", "score"], SMOTE),
        (["plan", "flag"], SMOTEN),
        (["amount", "plan"], SMOTENC),
    ],
)
def test_the_columns_choose_the_kind_of_smote(mixed_table, columns, kind):
    samplers = default_samplers(mixed_table[0][columns])
    assert list(samplers) == ["random over-sampling", kind.__name__, "GANOversampler"]
    assert type(samplers[kind.__name__]) is kind
    X, y = mixed_table
    comparison = compare(X[columns], y, samplers=kind.__name__, cv=2)
    assert comparison.results_["error"].unique().tolist() == [""]


def test_arrays_and_lists_are_tables_too(mixed_table):
    X, y = mixed_table
    plain = X[["amount", "plan", "score"]].astype(object)
    plain = plain.where(plain.notna(), None)
    options = {"samplers": ["SMOTENC", GANOversampler(max_iter=3)], "cv": 2}
    table = compare(plain.to_numpy(), y.to_numpy(), **options).results_
    rows = compare(plain.to_numpy().tolist(), y.tolist(), **options).results_
    assert table["error"].unique().tolist() == [""]
    pd.testing.assert_frame_equal(
        table.drop(columns=SECONDS), rows.drop(columns=SECONDS)
    )


@pytest.mark.parametrize("kind", [str, bool, "Int64", "category", "boolean"])
def test_labels_of_any_type(numbers, kind):
    X, y = numbers
    labels = np.where(y == 1, "rare", "common") if kind is str else pd.Series(y)
    if kind is not str:
        labels = labels.astype(kind)
    expected = compare(X, y).results_[["average_precision", "f1"]]
    found = compare(X, labels)
    assert found.results_["error"].unique().tolist() == [""]
    assert found.results_[["average_precision", "f1"]].to_numpy() == pytest.approx(
        expected.to_numpy()
    )


def test_positive_class_is_the_rarer_or_the_one_that_is_named(numbers):
    X, y = numbers
    flipped = compare(X, 1 - y)
    assert "of class 0" in repr(flipped)
    assert flipped.results_["f1"].to_numpy() == pytest.approx(
        compare(X, y).results_["f1"].to_numpy(), abs=0.05
    )
    other = compare(X, y, pos_label=0)
    of_none = other.results_.query("sampler == 'no resampling'")
    assert of_none["f1"].min() > 0.85


def test_more_than_two_classes():
    X, y = make_classification(
        n_samples=240, n_classes=3, n_informative=5, weights=[0.7, 0.2], random_state=0
    )
    labels = np.array(["a", "b", "c"])[y]
    samplers = ["SMOTE", GANOversampler(max_iter=3)]
    comparison = compare(X, labels, samplers=samplers, baselines=BASELINES)
    results = comparison.results_
    assert results["error"].unique().tolist() == [""]
    assert set(results["sampler"]) == {
        "no resampling",
        "class weights",
        "SMOTE",
        "GANOversampler",
    }
    assert results[comparison.metrics_].notna().all(axis=None)
    assert "240 rows, 20 columns, 3 classes of" in repr(comparison)


def test_amounts_stay_those_of_the_samplers_unless_others_are_asked_for(numbers):
    X, y = numbers
    sampler = RandomOverSampler(sampling_strategy=0.6)
    results = compare(X, y, samplers={"mine": sampler}).results_
    assert results["sampling_strategy"].unique().tolist() == ["", "0.6"]
    assert sampler.random_state is None
    results = compare(X, y, samplers={"mine": sampler}, sampling_strategies=["auto"])
    assert results.results_["sampling_strategy"].unique().tolist() == ["", "auto"]


def test_pipelines_of_samplers_get_the_table_as_it_is(mixed_table):
    X, y = mixed_table
    sampler = make_pipeline(CompleteColumns(), SMOTENC("auto"))
    results = compare(X, y, samplers={"mine": sampler, "SMOTENC": SMOTENC("auto")})
    scores = results.results_.set_index("sampler")[results.metrics_]
    assert scores.loc["mine"].to_numpy().tolist() == (
        scores.loc["SMOTENC"].to_numpy().tolist()
    )


def test_pipelines_may_hold_several_samplers(numbers):
    X, y = numbers
    sampler = make_pipeline(
        StandardScaler(),
        PCA(5),
        RandomUnderSampler(sampling_strategy=0.5, random_state=1),
        SMOTE(random_state=1),
    )
    train, test = np.arange(160), np.arange(160, 240)
    comparison = compare(
        X,
        y,
        samplers={"both": sampler},
        preprocessing="passthrough",
        cv=[(train, test)],
        scoring="roc_auc",
    )
    (row,) = comparison.results_.query("sampler == 'both'").to_dict("records")
    assert row["error"] == ""
    model = make_pipeline(*(step for _, step in sampler.steps), LogisticRegression())
    expected = roc_auc_score(
        y[test], model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]
    )
    assert row["roc_auc"] == pytest.approx(expected)
    again = comparison.pipeline("both").fit(X[train], y[train])
    assert again.predict_proba(X[test])[:, 1] == pytest.approx(
        model.predict_proba(X[test])[:, 1]
    )


def test_corrected_t_test_against_its_formula():
    # Ten repeats of ten folds: n_test / n_train is 1/9.
    d = np.random.default_rng(0).normal(0.01, 0.03, 100)
    test = corrected_t_test(d, 1 / 9)
    error = np.sqrt((1 / 100 + 1 / 9) * d.var(ddof=1))
    assert test.difference == pytest.approx(d.mean())
    assert test.t == pytest.approx(d.mean() / error)
    assert test.p_value == pytest.approx(2 * stats.t.sf(abs(d.mean()) / error, 99))
    assert test.high - test.low == pytest.approx(2 * stats.t.ppf(0.975, 99) * error)
    # Without overlap it is the usual one.
    plain = stats.ttest_1samp(d, 0)
    assert corrected_t_test(d, 0).t == pytest.approx(plain.statistic)
    assert corrected_t_test(d, 0).p_value == pytest.approx(plain.pvalue)


def test_corrected_t_test_of_few_or_equal_differences():
    assert corrected_t_test([0.0] * 5, 0.25).p_value == 1
    same = corrected_t_test([0.1] * 5, 0.25)
    assert (same.p_value, same.low, same.high) == (0, same.difference, same.difference)
    assert np.isnan(corrected_t_test([0.1], 0.25)[1:]).all()
    assert np.isnan(corrected_t_test([], 0.25)).all()


def test_holm_against_a_worked_example():
    adjusted = holm([0.01, 0.04, np.nan, 0.03, 0.005])
    assert adjusted[[0, 1, 3, 4]] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert np.isnan(adjusted[2])
    assert holm([0.9, 0.8]).tolist() == [1, 1]


def made_up(scores, errors=()):
    """A comparison of which the F1 of each fold is given."""
    methods = [
        type("Made", (), {"key": (name, amount), "is_baseline": not amount})
        for name, amount in scores
    ]
    rows = [
        {
            "sampler": name,
            "sampling_strategy": amount,
            "classifier": "tree",
            "repeat": 0,
            "fold": fold,
            "f1": score,
            "n_added": 0,
            "sampler_seconds": 1.0,
            "classifier_seconds": 2.0,
            "error": "",
        }
        for (name, amount), values in scores.items()
        for fold, score in enumerate(values)
    ]
    folds = [Fold(0, i, np.arange(80), np.arange(20), 0) for i in range(5)]
    plan = Plan({"tree": None}, {"f1": None}, 1)
    return Comparison(rows=rows, plan=plan, methods=methods, folds=folds, title="")


NOTHING, WEIGHTS = ("no resampling", ""), ("class weights", "")
GAN, SMALL = ("GAN", "auto"), ("GAN", "0.3")
LOW = np.array([0.50, 0.52, 0.48, 0.51, 0.49])
NOISE = np.array([0.001, -0.001, 0.002, 0.0, -0.002])


def test_verdict_says_when_a_sampler_is_better():
    comparison = made_up({NOTHING: LOW, WEIGHTS: LOW - 0.1, GAN: LOW + 0.1 + NOISE})
    assert comparison.verdict() == (
        "F1: GAN is better than doing nothing, the best without a sampler, by +0.100 "
        "(p < 0.001)."
    )
    best = comparison.best_
    assert (best.sampler, best.sampling_strategy) == GAN
    assert (best.classifier, best.metric) == ("tree", "f1")
    assert best.is_significant
    assert best.difference == pytest.approx(0.1)
    assert str(best) == (
        "GAN with tree has the best F1, 0.600: 0.100 more than no resampling with tree "
        "(p < 0.001)."
    )


def test_no_text_says_of_a_sampler_that_removes_rows_that_it_adds_some(numbers):
    sampler = RandomUnderSampler()
    comparison = compare(*numbers, samplers=sampler, scoring="recall", n_repeats=2)
    results = comparison.results_.set_index("sampler")
    assert (results.loc["RandomUnderSampler", "n_added"] < 0).all()
    verdict = comparison.verdict()
    assert verdict.startswith(
        "recall: RandomUnderSampler is better than doing nothing, the best without a "
        "sampler, by +0."
    )
    assert "rows" not in verdict + str(comparison.best_)


def test_verdict_names_the_best_that_is_significant():
    scores = {NOTHING: LOW, GAN: LOW + 0.06 + 99 * NOISE, SMALL: LOW + 0.02 + NOISE}
    comparison = made_up({**scores, ("SMOTE", "auto"): LOW + 0.01})
    assert comparison.verdict() == (
        "F1: GAN has the highest mean, without significance; GAN (0.3) is better than "
        "doing nothing, the best without a sampler, by +0.020 (p < 0.001)."
    )
    best = comparison.best_
    assert (best.sampler, best.sampling_strategy) == GAN
    assert not best.is_significant
    assert str(best) == (
        "GAN with tree has the best F1, 0.560, but not significantly: no resampling "
        f"with tree adds no rows and is 0.060 behind (p = {best.p_value:.3f}). "
        "GAN (0.3) with tree is significantly better than no resampling with tree, by "
        "0.020 (p < 0.001)."
    )
    assert (best.proven.sampler, best.proven.sampling_strategy) == SMALL
    assert best.proven.is_significant
    assert best.proven.proven is None
    tests = comparison.tests()
    assert best.proven.p_value == pytest.approx(tests.loc[SMALL, "p_holm"])


def test_verdict_says_when_doing_without_is_as_good():
    far = 20 * NOISE
    comparison = made_up({NOTHING: LOW - 0.1, WEIGHTS: LOW, SMALL: LOW + 0.01 + far})
    test = corrected_t_test(0.01 + far, 0.25)
    assert comparison.verdict() == (
        "F1: weighting the classes is as good, as far as 5 folds can tell; the best "
        f"sampler, GAN (0.3), is at +0.010 (95 % interval {test.low:+.3f} to "
        f"{test.high:+.3f}, p = {test.p_value:.3f})."
    )
    assert not comparison.best_.is_significant
    assert str(comparison.best_) == (
        "GAN (0.3) with tree has the best F1, 0.510, but not significantly: class "
        f"weights with tree adds no rows and is 0.010 behind (p = {test.p_value:.3f})."
    )
    comparison = made_up({NOTHING: LOW, GAN: LOW - 0.01 + far})
    assert comparison.verdict().startswith("F1: doing nothing is at least as good, as ")


def test_verdict_says_when_doing_without_is_better():
    comparison = made_up({NOTHING: LOW, GAN: LOW - 0.2 + NOISE, SMALL: LOW - 0.1})
    assert comparison.verdict() == (
        "F1: doing nothing is better than any sampler; GAN (0.3) comes next, at -0.100 "
        "(p < 0.001)."
    )
    assert str(comparison.best_) == (
        "no resampling with tree has the best F1, 0.500, and adds no rows."
    )
    assert comparison.best_.p_value == 1
    # The second sampler is farther behind, but not by more than chance.
    comparison = made_up({NOTHING: LOW, GAN: LOW - 0.11 + 99 * NOISE, SMALL: LOW - 0.1})
    assert comparison.verdict() == (
        "F1: doing nothing is better than the best sampler, GAN (0.3), which is at "
        "-0.100 (p < 0.001)."
    )


def test_of_equals_the_simpler_one_is_named():
    comparison = made_up({NOTHING: LOW, WEIGHTS: LOW, GAN: LOW})
    assert comparison.best_.sampler == "no resampling"
    assert comparison.verdict() == (
        "F1: doing nothing is at least as good, as far as 5 folds can tell; the best "
        "sampler, GAN, is at +0.000 (95 % interval +0.000 to +0.000, p = 1.000)."
    )


def test_the_cost_of_the_text_does_not_grow_with_methods_times_metrics(monkeypatch):
    """Forty methods took a minute to print."""
    built = []

    def cells(self, metric, original=Comparison._cells):
        built[-1] += 1
        return original(self, metric)

    monkeypatch.setattr(Comparison, "_cells", cells)
    for n_samplers in (1, 20):
        scores = {("GAN", f"{i}"): LOW for i in range(n_samplers)}
        built.append(0)
        repr(made_up({NOTHING: LOW, **scores}))
    assert built[0] == built[1] <= 5


def test_summary_has_means_errors_and_ranks():
    comparison = made_up({NOTHING: LOW, GAN: LOW + 0.1, SMALL: LOW + 0.1})
    summary = comparison.summary()
    assert summary.index.tolist() == [NOTHING, GAN, SMALL]
    error = np.sqrt((1 / 5 + 1 / 4) * LOW.var(ddof=1))
    assert summary["f1", "mean"].tolist() == pytest.approx([0.5, 0.6, 0.6])
    assert summary["f1", "standard error"].tolist() == pytest.approx([error] * 3)
    assert summary["f1", "mean rank"].tolist() == [3, 1.5, 1.5]
    assert summary["seconds", "sampler"].tolist() == [1, 1, 1]
    assert summary["seconds", "classifier"].tolist() == [2, 2, 2]
    by_classifier = comparison.summary(by_classifier=True)
    assert by_classifier.index.tolist() == [
        (*key, "tree") for key in (NOTHING, GAN, SMALL)
    ]
    assert by_classifier["f1"].to_numpy() == pytest.approx(summary["f1"].to_numpy())


def test_tests_are_adjusted_and_take_any_reference():
    scores = {NOTHING: LOW, GAN: LOW + 0.1 + NOISE, SMALL: LOW + 20 * NOISE}
    comparison = made_up(scores)
    tests = comparison.tests("f1")
    assert tests.index.tolist() == [GAN, SMALL]
    for key in (GAN, SMALL):
        expected = corrected_t_test(scores[key] - LOW, 0.25)
        assert tests.loc[[key]].iloc[0, :6].tolist() == pytest.approx(list(expected))
    assert tests["p_holm"].tolist() == pytest.approx(holm(tests["p_value"]).tolist())
    against = comparison.tests(reference=("GAN", 0.3))
    assert against.index.tolist() == [NOTHING, GAN]
    with pytest.raises(ValueError, match=r"^'GAN' was compared with several amounts\."):
        comparison.tests(reference="GAN")
    with pytest.raises(
        ValueError, match=r"^No sampler was compared as 'SMOTE'\. Choose"
    ):
        comparison.tests(reference="SMOTE")
    with pytest.raises(ValueError, match=r"^No metric is called 'auc'\. Choose one of"):
        comparison.tests("auc")


def test_pipelines_come_ready_to_fit(mixed_table):
    X, y = mixed_table
    comparison = compare(
        X,
        y,
        samplers=["SMOTENC", GANOversampler(max_iter=3)],
        baselines=BASELINES,
        classifiers={"linear": "logistic regression", "bayes": GaussianNB()},
        cv=2,
    )
    for sampler in ("no resampling", "tuned threshold", "SMOTENC", "GANOversampler"):
        model = comparison.pipeline(sampler, "linear").fit(X, y)
        assert set(model.predict(X)) <= {"yes", "no"}
    weights = comparison.pipeline("class weights", "linear")
    assert weights[-1].class_weight == "balanced"
    with pytest.raises(
        ValueError, match=r"^bayes takes class weights as sample_weight"
    ):
        comparison.pipeline("class weights", "bayes")
    with pytest.raises(ValueError, match=r"^No classifier was compared as 'svm'\. "):
        comparison.pipeline("SMOTENC", "svm")
    again = comparison.pipeline("GANOversampler", "linear")
    first, second = again.fit(X, y).predict_proba(X), again.fit(X, y).predict_proba(X)
    assert first.tolist() == second.tolist()
    assert comparison.pipeline().fit(X, y).predict(X[:3]).shape == (3,)


class Picky(GaussianNB):
    """Refuses to learn from few rows."""

    def fit(self, X, y):
        if len(y) < 160:
            raise ValueError("too few")
        return super().fit(X, y)


def test_pipelines_have_a_classifier_that_was_scored_in_all_folds(numbers):
    """Once it was the best by the folds in which it had not failed."""
    X, y = numbers
    options = {
        "samplers": {"same": FunctionSampler(validate=False)},
        "scoring": {"made": lambda model, *rows: 0.5 + isinstance(model, Picky) / 4},
        "cv": [(np.arange(n_train), np.arange(160, 240)) for n_train in (160, 150)],
    }
    classifiers = {"linear": "logistic regression", "picky": Picky()}
    comparison = compare(X, y, classifiers=classifiers, **options)
    assert comparison.best_.classifier == "linear"
    for pipeline in (comparison.pipeline(), comparison.pipeline("same")):
        assert isinstance(pipeline[-1], LogisticRegression)
    assert isinstance(comparison.pipeline(classifier="picky")[-1], Picky)
    comparison = compare(X, y, classifiers={"picky": Picky()}, **options)
    for pipeline in (comparison.pipeline(), comparison.pipeline("same")):
        assert isinstance(pipeline[-1], Picky)


@pytest.mark.parametrize(
    ("scoring", "tuned_by"),
    [
        (["roc_auc", "neg_brier_score", "f1"], f1_score),
        (["neg_log_loss", "average_precision"], balanced_accuracy_score),
        ({"own": ClassifierMixin.score, "mcc": "matthews_corrcoef"}, matthews_corrcoef),
    ],
)
def test_pipelines_tune_thresholds_by_the_first_metric_of_labels(
    numbers, scoring, tuned_by
):
    X, y = numbers
    named = np.where(y == 1, "yes", "no")
    comparison = compare(X, named, baselines="tuned threshold", scoring=scoring, cv=2)
    model = comparison.pipeline("tuned threshold")
    assert set(model.fit(X, named).predict(X)) == {"yes", "no"}
    if isinstance(model.scoring, str):
        assert model.scoring == "balanced_accuracy"
    else:
        assert model.scoring._score_func is tuned_by


def test_pipelines_tune_no_threshold_by_a_plain_function(numbers):
    comparison = compare(
        *numbers,
        baselines="tuned threshold",
        preprocessing="passthrough",
        scoring={"roc_auc": "roc_auc", "own": saved},
    )
    message = (
        "A pipeline cannot tune its threshold by 'own', a function of classifier and "
        "rows. Make it a scorer by sklearn.metrics.make_scorer, or add a metric of "
        "labels, such as 'balanced_accuracy', to scoring."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        comparison.pipeline("tuned threshold")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"samplers": "smote"},
            ValueError,
            "No sampler is known as 'smote'. Pass an estimator, or one of 'random "
            "over-sampling', 'SMOTE', 'GANOversampler'.",
        ),
        (
            {"samplers": [SMOTE(), SMOTE(k_neighbors=2)]},
            ValueError,
            "Two samplers are called 'SMOTE'. Pass a dict, with a name for each.",
        ),
        (
            {"samplers": SMOTE},
            TypeError,
            "'ABCMeta' is a class. Pass an instance: SMOTE().",
        ),
        (
            {"samplers": LogisticRegression()},
            TypeError,
            "'LogisticRegression' is no sampler: LogisticRegression has no "
            "fit_resample.",
        ),
        (
            {"samplers": {"no resampling": SMOTE()}},
            ValueError,
            "A sampler is called 'no resampling', which is what the baseline is called."
            " Give it another name.",
        ),
        (
            {"baselines": ["threshold"]},
            ValueError,
            "baselines must be among 'no resampling', 'class weights', 'tuned "
            "threshold'. Got 'threshold'.",
        ),
        (
            {"pos_label": 2},
            ValueError,
            "pos_label must be 0 or 1, the classes of y. Got 2.",
        ),
        (
            {"sampling_strategies": [0.5, 0.5]},
            ValueError,
            "sampling_strategies holds 0.5 twice. Name each amount once.",
        ),
        (
            {"sampling_strategies": [lambda y: {1: 90}, lambda y: {1: 99}]},
            ValueError,
            "Two amounts of 'random over-sampling' are both called '<lambda>' in the "
            "results. Give functions names of their own, by def.",
        ),
        (
            {"sampling_strategies": []},
            ValueError,
            "sampling_strategies is empty. Name one, or leave it out.",
        ),
        (
            {"classifiers": {}},
            ValueError,
            "classifiers is empty. Name one, or leave it out.",
        ),
        (
            {"scoring": []},
            ValueError,
            "scoring is empty. Name a metric, or leave it out.",
        ),
        (
            {"scoring": [None]},
            ValueError,
            "scoring must hold names of metrics, or scorers by name. Got None.",
        ),
        (
            {"scoring": {"error": "f1"}},
            ValueError,
            "A metric cannot be called 'error': the results have a column of that "
            "name. Give it another one.",
        ),
        (
            {"cv": []},
            ValueError,
            "cv has no folds. Pass a number of folds, or pairs of rows.",
        ),
        (
            {"cv": [(range(160), range(160, 241))]},
            ValueError,
            "cv names row 240, and the table has rows 0 to 239. Pass positions of "
            "rows, not their labels in an index.",
        ),
        (
            {"cv": [(np.arange(240) > 80, np.arange(80) < 80)]},
            ValueError,
            "cv has a mask for 80 rows, and the table has 240. Pass masks with one "
            "bool for each row, or positions.",
        ),
        ({"cv": 1}, ValueError, "cv must be at least 2 folds. Got 1."),
        (
            {"n_repeats": 0},
            ValueError,
            "n_repeats must be a whole number of at least 1. Got 0.",
        ),
        (
            {"n_repeats": 2, "cv": RepeatedStratifiedKFold()},
            ValueError,
            "n_repeats needs a number of folds as cv. Pass an int, or a splitter that "
            "repeats, such as RepeatedStratifiedKFold.",
        ),
        (
            {"cv": 200},
            InvalidTableError,
            "Class 1 has 51 rows, too few for one in each of 200 folds. Lower cv, "
            "merge or drop the class, or pass a splitter as cv.",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_at_once(numbers, options, error, message):
    with pytest.raises(error) as caught:
        compare(*numbers, **options)
    assert str(caught.value) == message


def test_functions_of_labels_are_no_scorers(numbers):
    with pytest.raises(ValueError, match="looks like it is a metric function"):
        compare(*numbers, scoring=f1_score)


def test_names_of_columns_of_two_types_are_refused():
    X = pd.DataFrame({0: [1.0] * 8, "a": range(8)})
    with pytest.raises(InvalidTableError, match=r"X\.rename\(columns=str\)\.$"):
        compare(X, [0, 1] * 4)


def test_single_values_stand_for_lists_of_one(numbers):
    comparison = compare(
        *numbers,
        samplers="SMOTE",
        baselines="class weights",
        sampling_strategies=0.8,
        scoring=make_scorer(f1_score),
    )
    assert comparison.metrics_ == ["score"]
    keys = comparison.results_[["sampler", "sampling_strategy"]].drop_duplicates()
    assert keys.to_numpy().tolist() == [
        ["no resampling", ""],
        ["class weights", ""],
        ["SMOTE", "0.8"],
    ]


def test_levels_of_column_names_are_refused():
    names = pd.MultiIndex.from_tuples([("a", "b")])
    X = pd.DataFrame(np.zeros((6, 1)), columns=names)
    with pytest.raises(InvalidTableError, match=r"^X has columns of 2 levels, which"):
        compare(X, [0, 0, 0, 1, 1, 1])


def test_tables_that_cannot_be_compared():
    X = np.zeros((6, 2))
    for y, message in [
        ([0] * 6, "y has one class only, 0. A comparison needs at least two."),
        ([0, 1], "X has 6 rows and y has 2 labels. Pass one label for each row."),
        (np.eye(6), "y has shape (6, 6). Pass one label for each row."),
        (
            np.array(["2020-01-01", "2020-01-02"] * 3, dtype="datetime64[D]"),
            "y holds times, which classifiers take for no classes. Pass strings: "
            "y.astype(str).",
        ),
    ]:
        with pytest.raises(InvalidTableError) as caught:
            compare(X, y)
        assert str(caught.value) == message


def test_progress_is_shown_unless_silent(numbers, capsys):
    compare(*numbers)
    assert capsys.readouterr() == ("", "")
    compare(*numbers, verbose=1)
    assert "6/6" in capsys.readouterr().err


def test_global_state_is_left_alone(numbers, global_state):
    before = global_state()
    compare(*numbers, samplers=["SMOTE", GANOversampler(max_iter=3)])
    assert global_state() == before


@pytest.fixture(scope="module")
def rare_levels():
    """A table of cities with few rows each, some of them with much of one class."""
    rng = np.random.default_rng(0)
    cities = np.array([f"city {i}" for i in range(100)])
    city = rng.permutation(np.repeat(cities, 6))
    y = rng.random(600) < np.where(np.isin(city, cities[:12]), 0.7, 0.03)
    plan = np.array([f"plan {i}" for i in range(4)])[np.arange(600) % 4]
    X = pd.DataFrame({"city": city, "plan": plan, "noise": rng.normal(size=600)})
    return X.assign(plan=X["plan"].mask(X.index < 12, "old")), y


WITH_ENCODERS_BEHIND = {
    "random": RandomOverSampler(),
    "SMOTENC": SMOTENC("auto"),
    "GAN": GANOversampler(max_iter=3),
    "pipeline": make_pipeline(CompleteColumns(), SMOTENC("auto")),
}


def test_classifiers_see_the_same_levels_whatever_the_sampler(rare_levels):
    """Repeated rows once gave columns to levels that were merged without them."""
    X, y = rare_levels
    seen = {"width": lambda model, X, y: X.shape[1]}
    comparison = compare(X, y, samplers=WITH_ENCODERS_BEHIND, scoring=seen)
    # Four plans and the old one, other cities, a number.
    assert comparison.results_["width"].unique().tolist() == [7]


def test_repeating_rows_does_not_bring_levels_to_light(rare_levels):
    scores = (
        compare(*rare_levels, baselines="class weights", scoring="average_precision")
        .summary()["average_precision", "mean"]
        .droplevel("sampling_strategy")
    )
    assert scores["random over-sampling"] < scores["class weights"] + 0.05


def test_pipelines_tell_the_levels_of_the_whole_table_apart(rare_levels):
    X, y = rare_levels
    samplers = {k: v for k, v in WITH_ENCODERS_BEHIND.items() if k != "pipeline"}
    comparison = compare(X, y, samplers=samplers)
    part = np.arange(600) % 3 > 0
    for sampler in ("no resampling", *samplers):
        model = comparison.pipeline(sampler)
        # "old" has 12 rows in the table, 8 in the part.
        assert model.fit(X[part], y[part])[-1].n_features_in_ == 7


def test_the_most_frequent_levels_have_columns():
    n_rows = np.arange(8, 80)
    X = pd.DataFrame({"level": np.repeat([f"level {n}" for n in n_rows], n_rows)})
    encoder = encoded_columns()
    encoded = encoder.fit_transform(X)
    assert encoded.shape[1] == 60
    frequent = [f"level {n}" for n in range(21, 80)]
    assert encoder["frequent"].levels_ == {"level": sorted(frequent)}
    assert encoded[:, -1].tolist() == (~X["level"].isin(frequent)).tolist()
    assert (encoded.sum(axis=1) == 1).all()
    few = X[X["level"].isin(["level 8", "level 9", "level 10", "level 11"])]
    assert encoder.fit(few)["frequent"].levels_ == {"level": ["level 10", "level 11"]}


def test_columns_are_completed():
    X = pd.DataFrame(
        {
            "plan": ["a", None, "b"],
            "paid": pd.array([1, pd.NA, 3], dtype="Int64"),
            "on": [True, False, True],
            "day": pd.to_datetime(["2020-01-01", None, "2020-01-03"]),
            "spent": pd.to_timedelta([1, 2, 3], unit="h"),
            "empty": [np.nan] * 3,
        }
    )
    columns = CompleteColumns().fit(X)
    assert columns.kinds_ == {
        "plan": "category",
        "paid": "number",
        "on": "category",
        "day": "time",
        "spent": "time",
        "empty": "number",
    }
    complete = columns.transform(X)
    assert complete.columns.tolist() == X.columns.tolist()
    assert complete["plan"].tolist() == ["a", "missing", "b"]
    root = np.sqrt(1.5)
    for name in ("paid", "day"):
        assert complete[name].tolist() == pytest.approx([-root, 0, root])
    assert complete["empty"].tolist() == [0, 0, 0]
    encoded = encoded_columns().fit(X)
    unseen = X.assign(plan="never", on=None, paid=pd.NA)
    assert np.isfinite(encoded.transform(unseen)).all(axis=None)


def test_picture_shows_each_metric_and_method():
    plt = pytest.importorskip("matplotlib.pyplot")
    comparison = made_up({NOTHING: LOW, WEIGHTS: LOW, GAN: LOW + 0.1 + NOISE})
    try:
        axis = comparison.plot()
        assert axis.get_title() == "F1"
        names = [text.get_text() for text in axis.get_yticklabels()]
        assert names == ["class weights", "GAN"]
        test = comparison.tests().iloc[1]
        interval = next(line for line in axis.lines if list(line.get_ydata()) == [1, 1])
        assert list(interval.get_xdata()) == pytest.approx([test.low, test.high])
        own = plt.figure().add_subplot()
        assert comparison.plot(ax=own) is own
        with pytest.raises(
            ValueError, match=r"^ax must be one Axes for each of 1 metri"
        ):
            comparison.plot(ax=[own, own])
    finally:
        plt.close("all")


def test_picture_of_one_metric_by_its_name(numbers):
    comparison = compare(*numbers, cv=3)
    assert comparison.plot(metrics="f1").get_title() == "F1"
    with pytest.raises(ValueError, match=r"^metrics is empty\."):
        comparison.plot(metrics=[])


def test_html_is_escaped(numbers):
    comparison = compare(*numbers, samplers={"<b>mine</b>": RandomOverSampler()})
    html = comparison._repr_html_()
    assert "<b>mine" not in html
    assert "&lt;b&gt;mine&lt;/b&gt;" in html
    assert "<table" in html
