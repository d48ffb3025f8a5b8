"""``PriorCorrectedClassifier``: exact where theory says so, and a good citizen."""

import doctest
import math
import pickle
import re

import numpy as np
import pandas as pd
import pytest
import sklearn
from imblearn import FunctionSampler
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from imblearn.under_sampling import RandomUnderSampler, TomekLinks
from scipy.special import logit
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    get_scorer,
    roc_auc_score,
)
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.fixes import parse_version

from benchmarks import calibration, calibration_page
from gansampler import PriorCorrectedClassifier
from gansampler.calibration import corrected_for_priors
from gansampler.exceptions import InvalidTableError

CONFIGURATIONS = [
    PriorCorrectedClassifier(LogisticRegression()),
    PriorCorrectedClassifier(
        LogisticRegression(),
        make_sampling_pipeline(StandardScaler(), RandomUnderSampler(random_state=0)),
    ),
    PriorCorrectedClassifier(GaussianNB(), RandomOverSampler(random_state=0)),
]


@parametrize_with_checks(CONFIGURATIONS)
def test_scikit_learn_check(estimator, check):
    check(estimator)


def gaussian_table(counts, *, labels=None, seed=0):
    """Rows of one normal distribution for each class, two columns, in mixed order."""
    rng = np.random.default_rng(seed)
    labels = np.arange(len(counts)) if labels is None else np.asarray(labels)
    y = rng.permutation(np.repeat(labels, counts))
    centres = 2.0 * np.searchsorted(np.sort(labels), y)
    return rng.normal(size=(len(y), 2)) + centres[:, None], y


def repeated(times):
    """A sampler that repeats the rows of each class so many times, and no other."""

    def repeat(X, y):
        rows = np.repeat(np.arange(len(y)), [times.get(label, 1) for label in y])
        return X[rows], y[rows]

    return FunctionSampler(func=repeat)


def exact_bayes(**parameters):
    """A classifier that takes from repeated rows nothing but the classes' shares."""
    return GaussianNB(var_smoothing=0, **parameters)


@pytest.mark.parametrize(
    ("counts", "times"),
    [([300, 20], {1: 15}), ([300, 20], {0: 3}), ([400, 50, 10], {1: 8, 2: 40})],
)
def test_the_posterior_of_a_bayes_classifier_comes_back(counts, times):
    X, y = gaussian_table(counts)
    model = PriorCorrectedClassifier(exact_bayes(), repeated(times)).fit(X, y)
    shifted = model.estimator_.predict_proba(X)
    unresampled = exact_bayes().fit(X, y)
    assert np.abs(shifted - unresampled.predict_proba(X)).max() > 0.1
    np.testing.assert_allclose(
        model.predict_proba(X), unresampled.predict_proba(X), rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(
        model.predict_log_proba(X), unresampled.predict_log_proba(X), atol=1e-6
    )
    assert (model.predict(X) == unresampled.predict(X)).all()
    rows = np.array([n * times.get(label, 1) for label, n in enumerate(counts)])
    np.testing.assert_allclose(model.class_prior_, np.array(counts) / sum(counts))
    np.testing.assert_allclose(model.resampled_class_prior_, rows / rows.sum())


def test_posterior_of_known_distributions_from_a_sample_of_other_shares():
    # N(0, 1) and N(1, 1) at 1 %: the log odds of x are x - 1/2 + log(0.01 / 0.99).
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 100_000)
    X = (rng.normal(size=len(y)) + y)[:, None]
    model = PriorCorrectedClassifier(LogisticRegression(C=1e6), priors=[0.99, 0.01])
    grid = np.linspace(-3, 4, 50)
    found = logit(model.fit(X, y).predict_proba(grid[:, None])[:, 1])
    np.testing.assert_allclose(found, grid - 0.5 + np.log(0.01 / 0.99), atol=0.05)


def test_known_answers():
    probabilities = [[0.5, 0.5], [0.2, 0.8], [1.0, 0.0], [0.0, 1.0]]
    found = corrected_for_priors(probabilities, [0.5, 0.5], [0.8, 0.2])
    expected = [[0.8, 0.2], [0.5, 0.5], [1.0, 0.0], [0.0, 1.0]]
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    found = corrected_for_priors([[0.0, 0.0], [0.2, 0.8]], [0.5, 0.5], [0.8, 0.2])
    np.testing.assert_allclose(found, [[0.0, 0.0], [0.5, 0.5]], rtol=1e-15)
    thirds = np.full((1, 3), 1 / 3)
    found = corrected_for_priors(thirds, thirds[0], [0.7, 0.2, 0.1])
    np.testing.assert_allclose(found, [[0.7, 0.2, 0.1]], rtol=1e-15)
    # Saerens et al. (2002), equation 2.4, by hand: 0.2 * 6/2, 0.3 * 3/5, 0.5 * 1/3.
    found = corrected_for_priors([[0.2, 0.3, 0.5]], [0.2, 0.5, 0.3], [0.6, 0.3, 0.1])
    terms = np.array([0.6, 0.18, 0.5 / 3])
    np.testing.assert_allclose(found, [terms / terms.sum()], rtol=1e-15)


@pytest.mark.parametrize("seed", range(3))
def test_the_correction_undoes_itself_and_can_be_done_in_steps(seed):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(4), 50)
    first, second, third = rng.dirichlet(np.ones(4) * 3, 3)
    there = corrected_for_priors(probabilities, first, second)
    back = corrected_for_priors(there, second, first)
    np.testing.assert_allclose(back, probabilities, rtol=1e-12)
    stepwise = corrected_for_priors(there, second, third)
    at_once = corrected_for_priors(probabilities, first, third)
    np.testing.assert_allclose(stepwise, at_once, rtol=1e-12)
    np.testing.assert_allclose(at_once.sum(axis=1), 1, rtol=1e-14)


def test_elkans_theorem():
    p, base, target = np.linspace(0.01, 0.99, 50), 0.4, 0.03
    expected = target * (p - p * base) / (base - p * base + target * p - base * target)
    found = corrected_for_priors(
        np.column_stack([1 - p, p]), [1 - base, base], [1 - target, target]
    )
    np.testing.assert_allclose(found[:, 1], expected, rtol=1e-12)


def test_two_classes_keep_their_ranking():
    X, y = gaussian_table([400, 40])
    sampler = SMOTE(random_state=0)
    model = PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
    before = model.estimator_.predict_proba(X)[:, 1]
    after = model.predict_proba(X)[:, 1]
    assert (np.argsort(before) == np.argsort(after)).all()
    assert roc_auc_score(y, before) == roc_auc_score(y, after)
    assert average_precision_score(y, before) == average_precision_score(y, after)
    np.testing.assert_allclose(logit(before) - logit(after), np.log(400 / 40))


def test_a_classifier_that_knows_only_shares_predicts_the_real_ones():
    X, y = gaussian_table([90, 9, 1])
    sampler = RandomOverSampler(random_state=0)
    model = PriorCorrectedClassifier(DummyClassifier(), sampler).fit(X, y)
    np.testing.assert_allclose(model.estimator_.predict_proba(X), 1 / 3)
    np.testing.assert_allclose(model.predict_proba(X[:1]), [[0.9, 0.09, 0.01]])


def test_certain_probabilities_stay_and_warn_of_nothing():
    X, y = gaussian_table([90, 10])
    tree = DecisionTreeClassifier(random_state=0)
    model = PriorCorrectedClassifier(tree, RandomOverSampler(random_state=0)).fit(X, y)
    assert set(np.unique(model.predict_proba(X))) == {0.0, 1.0}
    assert set(np.unique(model.predict_log_proba(X))) == {-np.inf, 0.0}
    assert (model.predict(X) == y).all()


@pytest.mark.skipif(
    parse_version(sklearn.__version__) < parse_version("1.7"),
    reason="scikit-learn divides zero by zero there",
)
def test_rows_that_the_classifier_cannot_place_stay_without_probabilities():
    X, y = gaussian_table([200, 40, 20], labels=["a", "b", "c"])
    rows = gaussian_table([200, 200, 200], seed=1)[0]
    one_against_rest = OneVsRestClassifier(DecisionTreeClassifier(random_state=0))
    sampler = RandomOverSampler(random_state=0)
    model = PriorCorrectedClassifier(one_against_rest, sampler).fit(X, y)
    raw, found = model.estimator_.predict_proba(rows), model.predict_proba(rows)
    lost = raw.sum(axis=1) == 0
    assert 0 < lost.sum() < len(rows)
    assert (found[lost] == 0).all()
    np.testing.assert_array_equal(found[~lost], model.predict_proba(rows[~lost]))
    np.testing.assert_allclose(found[~lost].sum(axis=1), 1)
    assert (model.predict(rows)[lost] == model.estimator_.predict(rows)[lost]).all()


def test_impossible_probabilities_are_refused_with_the_classifier_named():
    class Broken(DummyClassifier):
        def predict_proba(self, X):
            return super().predict_proba(X) * [math.nan, 1]

    model = PriorCorrectedClassifier(Broken()).fit(*gaussian_table([9, 3]))
    message = (
        "probabilities must be finite and 0 or more, as predict_proba returns them. "
        "Some of those of Broken() are not."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        model.predict_proba([[0.0, 0.0]])


def test_without_a_sampler_nothing_changes():
    X, y = gaussian_table([90, 10], labels=["no", "yes"])
    model = PriorCorrectedClassifier(LogisticRegression()).fit(X, y)
    plain = LogisticRegression().fit(X, y)
    assert model.sampler_ is None
    np.testing.assert_allclose(
        model.predict_proba(X), plain.predict_proba(X), rtol=1e-14
    )
    assert (model.predict(X) == plain.predict(X)).all()


@pytest.mark.parametrize("labels", [["a", "b", "c"], [0, 1, 2]])
def test_priors_by_label_are_in_the_order_of_the_classes(labels):
    X, y = gaussian_table([60, 20, 220], labels=labels)
    model = PriorCorrectedClassifier(exact_bayes(), repeated({labels[0]: 4}))
    expected = model.fit(X, y).predict_proba(X)
    by_frequency = pd.Series(y).value_counts(normalize=True)
    assert by_frequency.index.tolist() != labels
    for priors in (by_frequency, by_frequency.to_dict()):
        found = clone(model).set_params(priors=priors).fit(X, y)
        assert found.class_prior_.tolist() == pytest.approx(
            [60 / 300, 20 / 300, 220 / 300]
        )
        np.testing.assert_allclose(found.predict_proba(X), expected)


def test_priors_of_another_population():
    X, y = gaussian_table([100, 100], labels=["yes", "no"])  # sorted: no, yes
    model = PriorCorrectedClassifier(exact_bayes(), priors=[0.99, 0.01]).fit(X, y)
    expected = exact_bayes(priors=[0.99, 0.01]).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X))
    resampled = clone(model).set_params(sampler=repeated({"yes": 7})).fit(X, y)
    np.testing.assert_allclose(resampled.predict_proba(X), expected.predict_proba(X))


def test_frames_strings_and_missing_cells_with_preprocessing_after_the_sampler(
    mixed_table, quick
):
    X, y = mixed_table
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["plan", "grade"]),
        (StandardScaler(), ["count", "score"]),
    )
    model = PriorCorrectedClassifier(
        make_pipeline(encode, LogisticRegression()), quick()
    )
    probabilities = model.fit(X, y).predict_proba(X)
    assert model.n_features_in_ == X.shape[1]
    assert list(model.feature_names_in_) == list(X.columns)
    assert list(model.classes_) == ["no", "yes"]
    np.testing.assert_allclose(model.resampled_class_prior_, [0.5, 0.5])
    assert probabilities[:, 1].mean() == pytest.approx(0.25, abs=0.1)
    assert np.isin(model.predict(X), ["no", "yes"]).all()
    assert "yes" in model.sampler_.report_


def test_preprocessing_in_the_samplers_pipeline_applies_to_predicted_rows_too():
    X, y = gaussian_table([200, 20])
    X = X * [1, 1000]
    sampler = make_sampling_pipeline(
        StandardScaler(), TomekLinks(), StandardScaler(), SMOTE(random_state=0)
    )
    inside = PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
    outside = make_pipeline(
        clone(inside.sampler_[0]),
        PriorCorrectedClassifier(LogisticRegression(), clone(sampler[1:])),
    )
    np.testing.assert_array_equal(
        inside.predict_proba(X), outside.fit(X, y).predict_proba(X)
    )


def test_a_pipeline_at_the_end_of_the_samplers_applies_too():
    X, y = gaussian_table([200, 20])
    X = X * [1, 1000]
    flat, nested = (
        PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
        for sampler in (
            make_sampling_pipeline(
                StandardScaler(), MinMaxScaler(), SMOTE(random_state=0)
            ),
            make_sampling_pipeline(
                StandardScaler(),
                make_sampling_pipeline(MinMaxScaler(), SMOTE(random_state=0)),
            ),
        )
    )
    np.testing.assert_array_equal(flat.predict_proba(X), nested.predict_proba(X))


def test_a_search_tunes_the_amount_and_none_of_it():
    X, y = gaussian_table([300, 30])
    sampler = RandomOverSampler(random_state=0)
    model = PriorCorrectedClassifier(LogisticRegression(), sampler)
    grid = [
        {"sampler__sampling_strategy": [0.3, 1.0], "estimator__C": [0.1, 1.0]},
        {"sampler": [None]},
    ]
    search = GridSearchCV(
        model, grid, scoring="neg_log_loss", cv=3, refit=False, error_score="raise"
    )
    scores = search.fit(X, y).cv_results_["mean_test_score"]
    assert len(scores) == 5
    plain = cross_val_score(LogisticRegression(), X, y, scoring="neg_log_loss", cv=3)
    assert scores[-1] == pytest.approx(plain.mean())
    assert (scores[:-1] != scores[-1]).all()


def test_where_classes_alone_change_their_shares_the_amount_makes_no_difference():
    X, y = gaussian_table([300, 30])
    model = PriorCorrectedClassifier(exact_bayes())
    grid = {"sampler": [None, repeated({1: 3}), repeated({1: 10}), repeated({0: 2})]}
    search = GridSearchCV(model, grid, scoring="neg_log_loss", cv=3).fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    np.testing.assert_allclose(scores, scores[0], rtol=1e-9)


def test_fit_resamples_and_predict_does_not():
    X, y = gaussian_table([300, 30])
    seen = []

    def watched(X, y):
        seen.append(len(X))
        return X, y

    model = PriorCorrectedClassifier(GaussianNB(), FunctionSampler(func=watched))
    out_of_fold = cross_val_predict(model, X, y, cv=3, method="predict_proba")
    assert seen == [220, 220, 220]
    assert out_of_fold.shape == (330, 2)


@pytest.mark.parametrize(
    "wrapper", [TunedThresholdClassifierCV, CalibratedClassifierCV]
)
def test_it_goes_inside_the_wrappers_of_scikit_learn(wrapper):
    X, y = gaussian_table([300, 30])
    sampler = RandomOverSampler(random_state=0)
    model = wrapper(PriorCorrectedClassifier(LogisticRegression(), sampler), cv=3)
    assert 10 < model.fit(X, y).predict(X).sum() < 100


def test_a_tuned_threshold_gets_back_what_balance_gave():
    X, y = gaussian_table([2000, 40])
    model = PriorCorrectedClassifier(
        LogisticRegression(), RandomOverSampler(random_state=0)
    )
    tuned = TunedThresholdClassifierCV(model, cv=3).fit(X, y)
    assert tuned.best_threshold_ < 0.2 < 0.5
    assert model.fit(X, y).predict(X).sum() < tuned.predict(X).sum()


def test_pickles_clones_and_repeats(quick):
    X, y = gaussian_table([90, 10])
    model = PriorCorrectedClassifier(GaussianNB(), quick()).fit(X, y)
    found = model.predict_proba(X)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).predict_proba(X), found
    )
    np.testing.assert_array_equal(clone(model).fit(X, y).predict_proba(X), found)
    parameters = model.get_params()
    assert parameters["sampler__max_iter"] == 5
    assert parameters["estimator__var_smoothing"] == 1e-9
    assert parameters["priors"] is None


def test_scoring_has_no_decision_function_to_prefer():
    model = PriorCorrectedClassifier(LogisticRegression())
    assert not hasattr(model, "decision_function")
    with pytest.raises(NotFittedError):
        model.predict_proba([[0.0]])
    with pytest.raises(TypeError, match="unexpected keyword argument 'sample_weight'"):
        model.fit([[0.0], [1.0]], [0, 1], sample_weight=[1, 1])


def requesting(estimator):
    with sklearn.config_context(enable_metadata_routing=True):
        return estimator.set_fit_request(sample_weight=True)


@pytest.mark.parametrize(
    "parts",
    [
        {"estimator": requesting(LogisticRegression())},
        {
            "estimator": make_pipeline(
                StandardScaler(),
                GridSearchCV(requesting(LogisticRegression()), {"C": [1]}),
            )
        },
        {
            "estimator": LogisticRegression(),
            "sampler": make_sampling_pipeline(
                requesting(StandardScaler()), RandomOverSampler()
            ),
        },
    ],
    ids=["classifier", "inside", "sampler"],
)
def test_weights_that_a_part_requests_are_refused(parts):
    X, y = gaussian_table([90, 10])
    model = PriorCorrectedClassifier(**parts)
    *_, part = parts.values()
    message = re.escape(
        "PriorCorrectedClassifier passes no metadata on, since the rows that a sampler "
        f"adds have none. {part!r} requests sample_weight in fit: set that request to "
        "False."
    )
    with (
        sklearn.config_context(enable_metadata_routing=True),
        pytest.raises(NotImplementedError, match=f"^{message}$"),
    ):
        cross_validate(model, X, y, params={"sample_weight": np.ones(len(y))})


@pytest.mark.parametrize(
    "estimator",
    [LogisticRegression(), AdaBoostClassifier(), make_pipeline(LogisticRegression())],
)
def test_groups_and_the_weights_of_scorers_are_routed(estimator):
    X, y = gaussian_table([90, 10])
    model = PriorCorrectedClassifier(estimator, RandomOverSampler())
    groups = np.arange(len(y)) % 5
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = get_scorer("accuracy").set_score_request(sample_weight=True)
        scores = [
            cross_validate(
                model,
                X,
                y,
                params={"sample_weight": weights, "groups": groups},
                scoring=scorer,
                cv=GroupKFold(3),
                error_score="raise",
            )["test_score"].tolist()
            for weights in (np.ones(len(y)), 1.0 * (y == 0))
        ]
    assert scores[0] != scores[1]


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        (
            {"estimator": LinearSVC()},
            TypeError,
            "The 'estimator' parameter of PriorCorrectedClassifier must be an instance "
            "with fit and predict_proba. Got LinearSVC() instead. "
            "CalibratedClassifierCV gives a classifier predict_proba; some have a "
            "parameter for it.",
        ),
        (
            {"sampler": StandardScaler()},
            TypeError,
            "The 'sampler' parameter of PriorCorrectedClassifier must be an instance "
            "with fit_resample. Got StandardScaler() instead. Take a sampler of "
            "imbalanced-learn, a pipeline of imbalanced-learn that ends in one, or "
            "None.",
        ),
        (
            {"priors": [0.5, 0.6]},
            ValueError,
            "priors must hold one share above 0 for each of the 2 classes ['no', "
            "'yes'], with sum 1. Got [0.5, 0.6].",
        ),
        (
            {"priors": [1.0, 0.0]},
            ValueError,
            "priors must hold one share above 0 for each of the 2 classes ['no', "
            "'yes'], with sum 1. Got [1.0, 0.0].",
        ),
        (
            {"priors": {"no": 0.9, "yes": 0.3}},
            ValueError,
            "priors must hold one share above 0 for each of the 2 classes ['no', "
            "'yes'], with sum 1. Got [0.9, 0.3].",
        ),
        (
            {"priors": pd.Series([0.9, 0.1], ["no", "maybe"])},
            ValueError,
            "priors by label must have one share for each of the classes ['no', "
            "'yes']. Got the labels ['no', 'maybe']. Name each class of y once, or "
            "pass a list in the order of the classes.",
        ),
        (
            {"priors": pd.Series([0.8, 0.1, 0.1], ["no", "yes", "yes"])},
            ValueError,
            "priors by label must have one share for each of the classes ['no', "
            "'yes']. Got the labels ['no', 'yes', 'yes']. Name each class of y once, "
            "or pass a list in the order of the classes.",
        ),
        (
            {"priors": "balanced"},
            ValueError,
            "priors must hold one share above 0 for each of the 2 classes ['no', "
            "'yes'], with sum 1. Got 'balanced'.",
        ),
        (
            {"priors": [1.0]},
            ValueError,
            "priors must hold one share above 0 for each of the 2 classes ['no', "
            "'yes'], with sum 1. Got [1.0].",
        ),
        (
            {"sampler": repeated({"yes": 0})},
            InvalidTableError,
            "The sampler left no rows of class 'yes': nothing can be learned of it. "
            "Choose another sampler or sampling_strategy, or drop the class from y.",
        ),
        (
            {"sampler": FunctionSampler(func=lambda X, y: (X, np.char.add(y, "!")))},
            InvalidTableError,
            "The sampler left no rows of class 'no', 'yes': nothing can be learned of "
            "it. Choose another sampler or sampling_strategy, or drop the class from "
            "y.",
        ),
        (
            {
                "sampler": FunctionSampler(
                    func=lambda X, y: (np.r_[X, X[:1]], np.r_[y, ["new"]])
                )
            },
            InvalidTableError,
            "The sampler returned rows of class 'new', which is not in y: its share is "
            "not known. Choose a sampler that keeps the labels.",
        ),
    ],
)
def test_refusals_tell_what_to_do_and_change_nothing(parameters, error, message):
    X, y = gaussian_table([90, 10], labels=["no", "yes"])
    model = PriorCorrectedClassifier(LogisticRegression(), RandomOverSampler()).fit(
        X, y
    )
    fitted = dict(vars(model))
    model.set_params(**parameters)
    with pytest.raises(error) as caught:
        model.fit(X[:, :1], y)
    assert str(caught.value) == message
    assert {k: v for k, v in vars(model).items() if k.endswith("_")} == {
        k: v for k, v in fitted.items() if k.endswith("_")
    }


HINGE = SGDClassifier(loss="hinge", random_state=0)  # has no predict_proba


@pytest.mark.parametrize(
    "search",
    [
        GridSearchCV(HINGE, {"loss": ["log_loss", "modified_huber"]}),
        GridSearchCV(
            Pipeline([("c", None)]),
            {"c": [GaussianNB(), DummyClassifier()]},
            scoring="accuracy",
        ),
        make_pipeline(StandardScaler(), GridSearchCV(HINGE, {"loss": ["log_loss"]})),
        StackingClassifier([("a", GaussianNB()), ("b", DummyClassifier())]),
    ],
    ids=["parameter", "classifiers", "pipeline", "stack"],
)
def test_a_search_or_a_stack_may_choose_the_classifier(search):
    X, y = gaussian_table([90, 10])
    model = PriorCorrectedClassifier(search, RandomOverSampler(random_state=0))
    assert model.fit(X, y).predict_proba(X).shape == (100, 2)


@pytest.mark.parametrize(
    "chosen", [HINGE, GridSearchCV(HINGE, {"alpha": [1e-3]})], ids=["early", "late"]
)
def test_a_classifier_without_probabilities_is_refused(chosen):
    X, y = gaussian_table([90, 10])
    model = PriorCorrectedClassifier(chosen)
    message = (
        "The 'estimator' parameter of PriorCorrectedClassifier must be an instance "
        f"with fit and predict_proba. Got {chosen!r} instead. CalibratedClassifierCV "
        "gives a classifier predict_proba; some have a parameter for it."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        model.fit(X, y)
    assert not hasattr(model, "estimator_")


@pytest.mark.parametrize(
    "estimator",
    [
        make_sampling_pipeline(RandomOverSampler(), LogisticRegression()),
        make_pipeline(
            StandardScaler(),
            make_sampling_pipeline(RandomOverSampler(), LogisticRegression()),
        ),
        GridSearchCV(
            make_sampling_pipeline(
                make_sampling_pipeline(StandardScaler(), RandomOverSampler()),
                LogisticRegression(),
            ),
            {},
        ),
        CalibratedClassifierCV(
            make_sampling_pipeline(RandomOverSampler(), LogisticRegression())
        ),
        VotingClassifier(
            [
                ("a", GaussianNB()),
                ("b", "drop"),
                ("c", make_sampling_pipeline(RandomOverSampler(), GaussianNB())),
            ],
            voting="soft",
        ),
        StackingClassifier(
            [("a", GaussianNB())],
            make_sampling_pipeline(RandomOverSampler(), LogisticRegression()),
        ),
    ],
    ids=["pipeline", "nested", "search", "wrapper", "votes", "stack"],
)
def test_a_sampler_in_the_estimator_is_refused(estimator):
    X, y = gaussian_table([90, 10])
    message = re.escape(
        "The 'estimator' parameter of PriorCorrectedClassifier must not resample, "
        "since only what 'sampler' does is corrected. Got a classifier with "
        "RandomOverSampler() in it. Pass that as sampler=, with the steps before it if "
        "there are any, and the steps after it as estimator."
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        PriorCorrectedClassifier(estimator).fit(X, y)


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(
            make_sampling_pipeline(StandardScaler(), "passthrough"),
            LogisticRegression(),
        ),
        CalibratedClassifierCV(
            PriorCorrectedClassifier(LogisticRegression(), RandomOverSampler())
        ),
    ],
    ids=["no sampler", "corrected inside"],
)
def test_an_estimator_that_shifts_nothing_is_taken(estimator):
    X, y = gaussian_table([90, 10])
    model = PriorCorrectedClassifier(estimator).fit(X, y)
    assert model.predict_proba(X)[:, 1].mean() == pytest.approx(0.1, abs=0.05)


def test_missing_labels_are_refused_before_resampling():
    X, y = gaussian_table([90, 10])
    y = pd.Series(y, dtype="Int64")
    y[3] = pd.NA
    with pytest.raises(InvalidTableError, match=r"^y contains 1 missing label\."):
        PriorCorrectedClassifier(LogisticRegression(), RandomOverSampler()).fit(X, y)


def test_the_published_tables_are_those_of_the_results():
    calibration_page.main(["--check"])
    assert doctest.testmod(calibration_page).failed == 0


def test_only_folds_that_all_methods_have_are_published():
    cells = [("a", "none", 0), ("a", "gan", 0), ("b", "none", 0), ("b", "gan", 0)]
    cells += [("a", "none", 1), ("a", "gan", 1), ("b", "none", 1)]
    results = pd.DataFrame(cells, columns=["dataset", "method", "fold"])
    twice = pd.concat([results, results])  # of two classifiers
    assert set(calibration_page.complete_folds(twice)["fold"]) == {0}


def test_losses_of_the_benchmark_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 50)
    p = rng.random(50)
    found = calibration.scores(y, np.column_stack([1 - p, p]))
    assert found["brier"] == pytest.approx(brier_score_loss(y, p))
    assert found["roc_auc"] == pytest.approx(roc_auc_score(y, p))
    three = rng.dirichlet(np.ones(3), 60)
    y = np.repeat([0, 1, 2], 20)
    expected = np.mean(np.sum((np.eye(3)[y] - three) ** 2, axis=1))
    assert calibration.scores(y, three)["brier"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([0.5, 0.5], [0.5, 0.5], [0.9, 0.1]),
            "probabilities must have a row for each sample and a column for each "
            "class, as predict_proba returns them. Got shape (2,).",
        ),
        (
            ([[0.5, 0.5]], [0.0, 1.0], [0.9, 0.1]),
            "trained_priors must hold one share above 0 for each of the 2 classes, "
            "with sum 1. Got [0.0, 1.0].",
        ),
        (
            ([[0.5, 0.5]], [0.5, 0.5], [0.5, 0.3, 0.2]),
            "priors must hold one share above 0 for each of the 2 classes, with sum 1. "
            "Got [0.5, 0.3, 0.2].",
        ),
        *[
            (
                ([[0.5, 0.5], impossible], [0.5, 0.5], [0.9, 0.1]),
                "probabilities must be finite and 0 or more, as predict_proba returns "
                "them. Some of those given are not.",
            )
            for impossible in ([math.inf, 0.0], [math.nan, 0.5], [-1.0, 2.0])
        ],
    ],
)
def test_shares_that_are_none_are_not_corrected_for(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        corrected_for_priors(*arguments)
