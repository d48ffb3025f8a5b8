"""The estimator's contract, beyond what the estimator checks ask for."""

import copy
import math
import pickle
import warnings
from collections import Counter
from types import MappingProxyType

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

from gansampler import GANOversampler
from gansampler.datasets import load_churn, load_credit, load_fraud, load_page_blocks
from gansampler.exceptions import (
    DeviceUnavailableError,
    InvalidTableError,
    NotTrainedError,
    SmallClassWarning,
    TrainingDivergedError,
)
from gansampler.judging import N_REPORT_ROWS
from gansampler.quality import (
    coverage,
    duplicate_share,
    energy_distance,
    marginal_gaps,
    nearest_row_ratio,
)
from gansampler.selection import MAX_OTHERS
from gansampler.validation import check_classes, distinct_labels


def blobs(sizes=(60, 20), n_features=3, seed=0):
    X, y = make_blobs(list(sizes), n_features, random_state=seed)
    return X, y


# --- what comes back ---------------------------------------------------------------


def test_the_original_rows_come_first_and_untouched(quick, mixed_table):
    X, y = mixed_table
    X_before, y_before = X.copy(deep=True), y.copy(deep=True)
    X_resampled, y_resampled = quick().fit_resample(X, y)
    pd.testing.assert_frame_equal(X, X_before)
    pd.testing.assert_series_equal(y, y_before)
    pd.testing.assert_frame_equal(X_resampled.iloc[: len(X)], X.reset_index(drop=True))
    assert y_resampled.iloc[: len(y)].tolist() == y.tolist()
    assert (X_resampled.dtypes == X.dtypes).all()
    assert y_resampled.dtype == y.dtype
    assert y_resampled.name == "churned"
    assert Counter(y_resampled) == {"no": 90, "yes": 90}
    assert (y_resampled.iloc[len(y) :] == "yes").all()


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series(["a", "b"]),
        pd.Series(["a", "b"], dtype="category"),
        pd.Series([True, False]),
        pd.Series([0, 1], dtype="Int64"),
        pd.Series([2**53, 2**53 + 1], dtype="Int64"),
        pd.Series([2**53, 2**53 + 1], dtype="int64[pyarrow]"),
        pd.Series([True, False], dtype="boolean"),
        np.array(["a", "b"]),
        np.array(["a", "b"], dtype=object),
        np.array([-1, 1], dtype=np.int8),
    ],
    ids=lambda labels: f"{type(labels).__name__} of {labels.dtype}",
)
def test_labels_of_any_type_come_back_in_it(quick, labels):
    X, codes = blobs()
    y = labels[codes]
    if isinstance(y, pd.Series):
        y = y.reset_index(drop=True)
    _, y_resampled = quick().fit_resample(X, y)
    assert type(y_resampled) is type(y)
    assert y_resampled.dtype == y.dtype
    assert sorted(Counter(np.asarray(y_resampled).tolist()).values()) == [60, 60]


def test_all_containers_give_the_same_rows(quick):
    X, y = blobs()
    X = np.where(X < 0, 0.0, X)
    expected, _ = quick().fit_resample(X, y)
    frame, _ = quick().fit_resample(pd.DataFrame(X, columns=list("abc")), y)
    assert np.array_equal(frame.to_numpy(), expected)
    listed, _ = quick().fit_resample(X.tolist(), y.tolist())
    assert np.array_equal(np.array(listed), expected)
    for kind in (scipy.sparse.csr_matrix, scipy.sparse.csc_array):
        sparse, _ = quick().fit_resample(kind(X), y)
        assert type(sparse) is kind
        assert np.array_equal(sparse.toarray(), expected)
    fortran, _ = quick().fit_resample(np.asfortranarray(X), y)
    assert np.array_equal(fortran, expected)


def test_one_vs_rest_targets_come_back_as_such(quick):
    X, y = blobs((40, 20, 10))
    _, indicator = quick().fit_resample(X, np.eye(3, dtype=int)[y])
    assert indicator.shape == (120, 3)
    assert indicator.sum(axis=0).tolist() == [40, 40, 40]


def test_arrays_of_objects_may_mix_types(quick):
    X = np.empty((40, 3), dtype=object)
    X[:, 0] = [f"city {i % 3}" for i in range(40)]
    X[:, 1] = list(range(40))
    X[:, 2] = [None if i % 4 == 0 else i / 8 for i in range(40)]
    y = np.repeat([0, 1], [30, 10])
    X_resampled, _ = quick().fit_resample(X, y)
    synthetic = X_resampled[40:]
    assert X_resampled.dtype == object
    assert set(synthetic[:, 0]) <= {"city 0", "city 1", "city 2"}
    assert {type(cell) for cell in synthetic[:, 1]} == {int}
    assert {type(cell) for cell in synthetic[:, 2]} <= {float, type(None)}


def test_arrays_of_strings_stay_arrays_of_strings(quick):
    X = np.array([["red", "s"], ["blue", "m"], ["red", "l"]] * 10)
    X_resampled, _ = quick().fit_resample(X, np.repeat([0, 1], [20, 10]))
    assert X_resampled.dtype == X.dtype
    assert set(X_resampled[30:].ravel()) <= set(X.ravel())


def test_lists_may_mix_types(quick):
    X = [[1, "a", 2.5], [3, "b", 1.25], [5, "a", None]] * 10
    X_resampled, _ = quick().fit_resample(X, [0] * 18 + [1] * 12)
    assert X_resampled[:30] == X
    synthetic = X_resampled[30:]
    assert {type(row[0]) for row in synthetic} == {int}
    assert {row[1] for row in synthetic} <= {"a", "b"}
    assert {type(row[2]) for row in synthetic} <= {float, type(None)}


def test_arrays_of_times_keep_their_nanoseconds(quick):
    rng = np.random.default_rng(0)
    X = (np.int64(10**18 + 123) + rng.integers(0, 500, (60, 2))).astype("M8[ns]")
    X_resampled, _ = quick().fit_resample(X, np.repeat([0, 1], [40, 20]))
    assert X_resampled.dtype == X.dtype
    assert (X_resampled >= X.min()).all()
    assert (X_resampled <= X.max()).all()
    assert len(np.unique(X_resampled[60:])) > 10


def test_a_column_may_be_missing_throughout_the_class(quick, mixed_table):
    X, y = mixed_table
    X.loc[y == "yes", ["amount", "since", "waited", "plan", "grade"]] = None
    X_resampled, _ = quick().fit_resample(X, y)
    assert (
        X_resampled.iloc[len(X) :][["since", "waited", "grade"]].isna().all(axis=None)
    )
    assert (X_resampled.dtypes == X.dtypes).all()


def test_overlapping_intervals_are_levels(quick):
    _, y = blobs()
    intervals = pd.arrays.IntervalArray.from_tuples([(0, 2), (1, 3)] * 40)
    X_resampled, _ = quick().fit_resample(pd.DataFrame({"i": intervals}), y)
    assert X_resampled["i"].dtype == intervals.dtype


# --- the embedded tables as they are loaded ----------------------------------------

TABLES = {
    "churn": (load_churn, "yes"),
    "credit": (load_credit, "bad"),
    "fraud": (load_fraud, True),
    "page_blocks": (load_page_blocks, "graphic"),
}


def resampled(name, n_new=2000, **params):
    """A table, its rows of one class, the table with more of them, the share kept."""
    load, label = TABLES[name]
    X, y = load()
    sampler = GANOversampler({label: int((y == label).sum()) + n_new}, max_iter=40)
    sampler.set_params(random_state=0, **params)
    X_before = X.copy(deep=True)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(X, X_before)
    assert (y_resampled.iloc[len(X) :] == label).all()
    assert len(X_resampled) == len(X) + n_new
    return X, y == label, X_resampled, sampler.report_[label].acceptance


@pytest.mark.parametrize("name", TABLES)
def test_real_tables_are_balanced_with_valid_rows(name):
    X, chosen, X_resampled, acceptance = resampled(name)
    pd.testing.assert_frame_equal(X_resampled.iloc[: len(X)], X)
    assert (X_resampled.dtypes == X.dtypes).all()
    own, new = X[chosen], X_resampled.iloc[len(X) :]
    for column in X:
        table, drawn = X[column].dropna(), new[column].dropna()
        assert new[column].isna().any() <= own[column].isna().any(), column
        if has_levels(table):
            assert set(drawn) <= set(own[column].dropna()), column
            continue
        assert drawn.between(table.min(), table.max()).all(), column
        for end in (table.min(), table.max()):
            share = (own[column].dropna() == end).mean()
            # A choice cannot make a value more frequent than this, errors apart.
            error = 4 * np.sqrt(share / 2000) + 0.002
            assert (drawn == end).mean() <= (share + error) / acceptance, column
        if table.dtype.kind == "f" and (table == table.round(2)).all():
            assert (drawn == drawn.round(2)).all(), column


@pytest.mark.parametrize("name", TABLES)
def test_without_selection_the_rows_have_the_distribution_of_the_class(name):
    n_new = 2000
    X, chosen, X_resampled, _ = resampled(
        name, n_new, border_rejection=0.0, copy_rejection=0.0
    )
    own, new = X[chosen], X_resampled.iloc[len(X) :]
    for column in X:
        table, mine, drawn = X[column].dropna(), own[column].dropna(), new[column]
        missing = own[column].isna().mean()
        assert drawn.isna().mean() == pytest.approx(missing, abs=0.03), column
        drawn = drawn.dropna()
        if has_levels(table):
            shares = pd.DataFrame(
                {
                    "own": mine.value_counts(normalize=True),
                    "new": drawn.value_counts(normalize=True),
                }
            ).fillna(0)
            # Levels with a cell of their own come at the class's rates.
            often = shares[shares["own"] >= 0.1]
            gap = (often["own"] - often["new"]).abs().max()
            assert not gap > 0.06, column
            continue
        for end in (table.min(), table.max()):
            share = (mine == end).mean()
            # Four standard errors of the draw and of the calibration.
            error = 4 * np.sqrt(share * (1 - share) * (1 / n_new + 1 / 8192))
            assert (drawn == end).mean() <= share + error + 0.002, column


def test_numbers_follow_the_class_where_the_discriminator_rejects(quick):
    X, y = blobs((60, 200), 2)
    sampler = quick(
        sampling_strategy={0: 4060},
        rejection_rate=0.5,
        border_rejection=0.0,
        copy_rejection=0.0,
    )
    X_resampled, _ = sampler.fit_resample(X, y)
    own, new = pd.DataFrame(X[y == 0]), pd.DataFrame(X_resampled[260:])
    assert (marginal_gaps(own, new) < 0.1).all()


def has_levels(table):
    return table.dtype == bool or table.dtype.kind in "OT" or table.nunique() <= 32


# --- which of the generated rows are kept -------------------------------------------


def overlapping(n_own=40, n_others=200):
    """The class inside the others in its left half, alone in its right half."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(n_own + n_others, 2))
    X[:n_own, 0] = np.linspace(-4, 4, n_own)
    X[n_own:, 0] -= 2
    return X, np.repeat([1, 0], [n_own, n_others])


def test_rows_deep_in_other_classes_are_rejected(quick):
    X, y = overlapping()
    shares = []
    for rejection in (0.0, 0.3, 0.6):
        sampler = quick(border_rejection=rejection, copy_rejection=0.0)
        X_resampled, _ = sampler.fit_resample(X, y)
        shares.append((X_resampled[len(X) :, 0] < 0).mean())
        assert sampler.report_[1].acceptance == pytest.approx(1 - rejection, abs=0.01)
    assert shares[0] > 0.4
    assert shares[0] > shares[1] + 0.1 > shares[2] + 0.3


def test_other_classes_choose_rows_but_are_not_learned(quick):
    X, y = overlapping()
    moved = X.copy()
    moved[y == 0, 1] *= -1  # the columns' ranges may only change at the ends
    low, high = np.abs(X).max(axis=0) * [[-1], [1]]
    X, moved = np.vstack([X, low, high]), np.vstack([moved, low, high])
    y = np.append(y, [0, 0])
    trained = [quick().fit(table, y) for table in (X, moved)]
    for sampler, table in zip(trained, (X, moved), strict=True):
        sampler.fit_resample(table, y)
    first, second = (sampler.generators_[1] for sampler in trained)
    assert np.array_equal(first._draw(50, 0), second._draw(50, 0))
    assert not np.array_equal(trained[0].sample(50, 1), trained[1].sample(50, 1))


def test_a_part_of_the_other_classes_chooses_rows(quick):
    sampler = quick()
    sampler.fit_resample(*blobs((MAX_OTHERS + 200, 20)))
    assert len(sampler.generators_[1].selection.others) == MAX_OTHERS


def test_near_copies_are_rejected(quick):
    X, y = overlapping()
    ratios = []
    for rejection in (0.0, 0.6):
        sampler = quick(
            latent_distribution="neighbors",
            border_rejection=0.0,
            copy_rejection=rejection,
        )
        X_resampled, _ = sampler.fit_resample(X, y)
        ratios.append(nearest_row_ratio(X[y == 1], X_resampled[len(X) :]))
    assert ratios[0] < 0.65
    assert ratios[1] == pytest.approx(0.75, abs=0.05)
    assert sampler.report_[1].acceptance >= 0.4


@pytest.mark.parametrize("usual", [0.5, 0.65, 0.8])
def test_rows_of_few_levels_repeat_as_those_of_the_class_do(quick, usual):
    rng = np.random.default_rng(0)
    others = rng.choice([*"ab"], (580, 6))
    levels = np.where(rng.random((580, 6)) < usual, "usual", others)
    X, y = pd.DataFrame(levels).add_prefix("c"), np.repeat([0, 1], [500, 80])
    own = X[y == 1]
    X_resampled, _ = quick(border_rejection=0.0).fit_resample(X, y)
    new = X_resampled.iloc[len(X) :]
    repeats = pd.MultiIndex.from_frame(new).isin(pd.MultiIndex.from_frame(own))
    assert repeats.mean() == pytest.approx(own.duplicated(keep=False).mean(), abs=0.12)


@pytest.mark.parametrize(("rejection", "expected"), [(0.0, 0.4), (0.9, 0.75)])
def test_near_copies_of_a_large_class_are_seen_and_rejected(quick, rejection, expected):
    """Not only those of the part of the class that the report looks at."""
    X = np.random.default_rng(0).normal(size=(3010, 6))
    y = np.repeat([1, 0], [3000, 10])
    sampler = quick(
        sampling_strategy={1: 4000},
        border_rejection=0.0,
        copy_rejection=rejection,
        latent_distribution="neighbors",
        max_iter=60,
    )
    X_resampled, _ = sampler.fit_resample(X, y)
    ratio = nearest_row_ratio(X[:3000], X_resampled[3010:])
    assert ratio == pytest.approx(expected, abs=0.15)
    assert sampler.report_[1].nearest_row_ratio == pytest.approx(ratio, rel=0.15)


def test_no_row_is_copied_where_a_column_is_continuous(quick):
    X, y = overlapping()
    flags = np.random.default_rng(0).integers(0, 2, (len(X), 3))
    X = np.hstack([X, flags])
    X_resampled, _ = quick().fit_resample(X, y)
    assert duplicate_share(X, X_resampled[len(X) :]) == 0


def test_a_table_in_which_every_row_is_a_copy_is_balanced(quick):
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.integers(0, 2, (120, 2)).astype(str), columns=["a", "b"])
    sampler = quick()
    X_resampled, _ = sampler.fit_resample(X, np.repeat([0, 1], [90, 30]))
    assert len(X_resampled) == 180


def test_one_row_of_another_class_suffices_to_choose(quick):
    X, y = blobs((1, 30))
    sampler = quick(sampling_strategy={1: 80})
    X_resampled, _ = sampler.fit_resample(X, y)
    assert len(X_resampled) == 81


# --- which rows are asked for ------------------------------------------------------


@pytest.mark.parametrize(
    ("strategy", "counts"),
    [
        ("auto", [40, 40, 40]),
        ("not majority", [40, 40, 40]),
        ("minority", [40, 20, 40]),
        ("not minority", [40, 40, 8]),
        ("all", [40, 40, 40]),
        ({1: 25, 2: 8}, [40, 25, 8]),
        ({2: 31}, [40, 20, 31]),
        (lambda y: {2: 9}, [40, 20, 9]),
    ],
)
def test_every_strategy_is_obeyed_exactly(quick, strategy, counts):
    X, y = blobs((40, 20, 8))
    X_resampled, y_resampled = quick(sampling_strategy=strategy).fit_resample(X, y)
    assert np.bincount(y_resampled).tolist() == counts
    assert len(X_resampled) == len(y_resampled)


def test_a_ratio_is_obeyed_exactly(quick):
    X, y = blobs()
    _, y_resampled = quick(sampling_strategy=0.5).fit_resample(X, y)
    assert np.bincount(y_resampled).tolist() == [60, 30]


def test_which_classes_are_asked_for_does_not_change_the_rows_of_another(quick):
    X, y = blobs((40, 20, 8))
    alone, _ = quick(sampling_strategy={2: 20}).fit_resample(X, y)
    together, _ = quick(sampling_strategy={1: 30, 2: 20}).fit_resample(X, y)
    assert np.array_equal(alone[-12:], together[-12:])


def test_balanced_classes_need_no_training(quick):
    X, y = blobs((20, 20))
    sampler = quick()
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert np.array_equal(X_resampled, X)
    assert np.array_equal(y_resampled, y)
    assert sampler.generators_ == {}


# --- small classes -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_rows", "distribution"), [(99, "normal"), (100, "neighbors")]
)
def test_few_rows_start_from_noise_and_more_between_rows(quick, n_rows, distribution):
    X, y = blobs((130, n_rows))
    chosen, _ = quick().fit_resample(X, y)
    named, _ = quick(latent_distribution=distribution).fit_resample(X, y)
    other = {"normal": "neighbors", "neighbors": "normal"}[distribution]
    others, _ = quick(latent_distribution=other).fit_resample(X, y)
    np.testing.assert_array_equal(chosen, named)
    assert (chosen != others).any()


@pytest.mark.parametrize("n_rows", [1, 2, 3, 4, 5, 8, 12])
@pytest.mark.parametrize("latent_distribution", ["neighbors", "normal"])
def test_tiny_classes_are_balanced(n_rows, latent_distribution, mixed_table):
    X, y = mixed_table
    keep = np.r_[0:n_rows, 30:120]
    X, y = X.iloc[keep], y.iloc[keep]
    sampler = GANOversampler(
        max_iter=5, latent_distribution=latent_distribution, random_state=0
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert [w.category for w in caught] == [SmallClassWarning] * (n_rows < 3)
    assert Counter(y_resampled) == {"no": 90, "yes": 90}
    assert (X_resampled.dtypes == X.dtypes).all()
    assert sampler.n_iter_["yes"] == (0 if n_rows < 3 else 5)


def test_the_warning_names_the_class_its_rows_and_what_was_done(quick):
    X, y = blobs((20, 1, 2))
    with pytest.warns(SmallClassWarning) as caught:
        X_resampled, y_resampled = quick().fit_resample(X, y)
    assert [str(w.message) for w in caught] == [
        "Class 1 has too little to train a GAN on (its only row): its synthetic rows "
        "are copies of it. Collect more rows of it, or leave it out through "
        "sampling_strategy.",
        "Class 2 has too little to train a GAN on (only 2 rows): its synthetic rows "
        "are blurred mixtures of them. Collect more rows of it, or leave it out "
        "through sampling_strategy.",
    ]
    assert {w.filename for w in caught} == {__file__}
    assert (X_resampled[y_resampled == 1] == X[y == 1]).all()
    assert len(np.unique(X_resampled[y_resampled == 2], axis=0)) == 20


def test_the_warning_points_to_the_line_that_fits_a_pipeline(quick):
    X, y = blobs((20, 1))
    pipeline = make_pipeline(quick(), LogisticRegression())
    with pytest.warns(SmallClassWarning) as caught:
        pipeline.fit(X, y)
    assert [w.filename for w in caught] == [__file__]


def test_a_class_of_equal_rows_is_repeated(quick):
    X = np.vstack([np.random.default_rng(0).normal(size=(20, 2)), np.ones((6, 2))])
    with pytest.warns(SmallClassWarning, match="its 6 rows, which are equal"):
        X_resampled, _ = quick().fit_resample(X, np.repeat([0, 1], [20, 6]))
    assert (X_resampled[26:] == 1).all()


@pytest.mark.parametrize("n_features", [1, 300])
def test_one_column_and_many_columns(quick, n_features):
    X, y = blobs((30, 12), n_features)
    X_resampled, _ = quick().fit_resample(X, y)
    assert X_resampled.shape == (60, n_features)
    assert np.isfinite(X_resampled).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e300])
def test_columns_of_extreme_scale(quick, scale):
    X, y = blobs()
    X_resampled, _ = quick().fit_resample(X * scale, y)
    new = X_resampled[80:] / scale
    assert np.isfinite(new).all()
    assert len(np.unique(new[:, 0])) > 30


@pytest.mark.parametrize(
    ("dtype", "far"),
    [
        ("int64", 2**63 - 1),
        ("float64", 1e16),
        ("float64", np.finfo(float).max),
        ("float32", np.finfo("float32").min),
    ],
)
def test_a_far_away_cell_of_another_class_spoils_no_column(quick, dtype, far):
    """Such as the largest number of a type, which often stands for nothing."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {"limit": rng.integers(0, 500, 120).astype(dtype), "z": rng.normal(size=120)}
    )
    X.loc[5, "limit"] = far
    y = np.repeat([0, 1], [80, 40])
    X_resampled, _ = quick().fit_resample(X, y)
    new, own = X_resampled["limit"][120:], X["limit"][80:]
    assert new.nunique() > 15
    assert own.median() / 2 < new.median() < 2 * own.median()


def test_no_limit_is_that_of_the_dtype(quick):
    rng = np.random.default_rng(0)
    cells = np.r_[np.linspace(0, 60_000, 80), rng.uniform(30_000, 65_000, 20)]
    X = pd.DataFrame({"half": cells.astype("float16"), "z": rng.normal(size=100)})
    sampler = quick(value_range=None)
    X_resampled, _ = sampler.fit_resample(X, np.repeat([0, 1], [80, 20]))
    assert np.isfinite(X_resampled["half"]).all()
    assert np.isfinite(sampler.sample(5000, class_label=1)["half"]).all()


def test_few_extreme_values_come_back_to_the_last_digit(quick):
    far = -np.finfo(float).max
    cells = np.random.default_rng(0).choice([0.0, 1.0, 3.0, far], 100)
    X_resampled, _ = quick().fit_resample(cells[:, None], np.repeat([0, 1], [80, 20]))
    assert set(X_resampled[:, 0]) == {0.0, 1.0, 3.0, far}


def test_missing_objects_stay_what_they_are(quick):
    X = np.array([["a" if i % 3 else None, i] for i in range(60)], dtype=object)
    X_resampled, _ = quick().fit_resample(X, np.repeat([0, 1], [45, 15]))
    assert {type(cell) for cell in X_resampled[:, 0]} == {str, type(None)}


def test_flags_among_objects_are_one_column(quick):
    rng = np.random.default_rng(0)
    flags = np.eye(3, dtype=int)[rng.integers(0, 3, 80)].astype(object)
    X = np.hstack([rng.normal(size=(80, 1)).astype(object), flags])
    X_resampled, _ = quick().fit_resample(X, np.repeat([0, 1], [60, 20]))
    assert (X_resampled[:, 1:].sum(axis=1) == 1).all()
    assert {type(cell) for cell in X_resampled[:, 1]} == {int}


def test_sparse_columns_of_times(quick):
    times = pd.date_range("2020", periods=60).to_numpy()
    X = pd.DataFrame({"time": pd.arrays.SparseArray(times)})
    X_resampled, _ = quick().fit_resample(X, np.repeat([0, 1], [45, 15]))
    assert X_resampled["time"].dtype == X["time"].dtype
    assert X_resampled["time"].isin(times).all()


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series([False, True], dtype="category"),
        pd.Series([2**53, 2**53 + 1], dtype="Int64"),
        pd.Series([2**53, 2**53 + 1], dtype="int64[pyarrow]"),
    ],
    ids=lambda labels: str(labels.dtype),
)
def test_frames_of_one_column_of_labels_lose_none(quick, labels):
    y = labels.iloc[np.repeat([0, 1], [60, 20])].to_frame("left")
    _, y_resampled = quick().fit_resample(blobs()[0], y.reset_index(drop=True))
    assert y_resampled["left"].dtype == labels.dtype
    assert y_resampled["left"].value_counts().tolist() == [60, 60]
    assert y_resampled["left"][:80].tolist() == y["left"].tolist()


def test_the_default_dtype_of_pytorch_is_the_callers_own(quick):
    X, y = blobs()
    expected, _ = quick().fit_resample(X, y)
    torch.set_default_dtype(torch.float64)
    try:
        sampler = quick()
        found, _ = sampler.fit_resample(X, y)
        assert sampler.sample(3, class_label=1).shape == (3, 3)
    finally:
        torch.set_default_dtype(torch.float32)
    assert np.array_equal(found, expected)


# --- attributes --------------------------------------------------------------------


def test_what_was_learned_is_on_the_sampler(quick):
    X, y = blobs((40, 20, 8))
    sampler = quick()
    sampler.fit_resample(X, y)
    assert list(sampler.generators_) == [1, 2]
    assert sampler.sampling_strategy_ == {1: 20, 2: 32}
    assert sampler.n_iter_ == {1: 5, 2: 5}
    assert sampler.device_ == "cpu"
    assert sampler.n_features_in_ == 3
    assert len(sampler.history_[1]) == 5
    report = sampler.report_[1]
    assert (report.n_rows, report.n_synthetic, report.n_iter) == (20, 20, 5)
    assert report.seconds > 0


def test_the_report_measures_the_rows_that_are_handed_out(quick):
    """Not those of the generator, of which most are thrown away here."""
    X, y = overlapping()
    sampler = quick(
        latent_distribution="neighbors", border_rejection=0.6, copy_rejection=0.6
    )
    sampler.fit_resample(X, y)
    generator, report = sampler.generators_[1], sampler.report_[1]
    assert report.acceptance < 0.4
    drawn = generator.sample(N_REPORT_ROWS, generator.calibration_seed)
    real, synthetic = map(generator.encoder.transform, (pd.DataFrame(X[y == 1]), drawn))
    for figure in (energy_distance, coverage, nearest_row_ratio):
        found = getattr(report, figure.__name__)
        assert found == pytest.approx(figure(real, synthetic), rel=1e-3)


def test_fit_validates_and_does_not_train(quick):
    X, y = blobs()
    sampler = quick().fit(X, y)
    assert sampler.sampling_strategy_ == {1: 40}
    assert not hasattr(sampler, "generators_")


def test_fit_on_other_data_ends_what_was_trained(quick, mixed_table):
    sampler = quick()
    sampler.fit_resample(*mixed_table)
    sampler.fit(*blobs())
    assert set(vars(sampler)) <= set(vars(quick().fit(*mixed_table)))
    with pytest.raises(NotTrainedError):
        sampler.sample(1, "yes")


def test_a_second_table_replaces_the_first(quick, mixed_table):
    sampler = quick()
    sampler.fit_resample(*mixed_table)
    X, y = blobs()
    expected, _ = quick().fit_resample(X, y)
    again, _ = sampler.fit_resample(X, y)
    assert np.array_equal(again, expected)
    assert list(sampler.generators_) == [1]


def test_clones_and_parameters_are_exact(quick):
    sampler = quick(hidden_layer_sizes=(8, 4), sampling_strategy={1: 70})
    sampler.fit_resample(*blobs())
    copied = clone(sampler)
    assert copied.get_params() == sampler.get_params()
    assert copied.get_params()["hidden_layer_sizes"] == (8, 4)
    assert not [name for name in vars(copied) if name.endswith("_")]
    assert sampler.set_params(loss="hinge") is sampler
    assert sampler.loss == "hinge"


# --- more rows ---------------------------------------------------------------------


def test_sample_draws_further_rows_in_the_same_types(quick, mixed_table):
    X, y = mixed_table
    sampler = quick()
    X_resampled, _ = sampler.fit_resample(X, y)
    more = sampler.sample(25, "yes")
    assert more.shape == (25, X.shape[1])
    assert (more.dtypes == X.dtypes).all()
    assert not more.equals(
        X_resampled.iloc[len(X) : len(X) + 25].reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(sampler.sample(25, "yes"), more)
    other = sampler.sample(25, "yes", random_state=1)
    assert not other.equals(more)
    pd.testing.assert_frame_equal(sampler.sample(25, "yes", random_state=1), other)


def test_rows_of_two_classes_are_independent_also_from_one_seed(quick):
    rows = np.random.default_rng(0).normal(size=(60, 2))
    X, y = np.vstack([rows] * 3), np.repeat([0, 1, 2], 60)
    sampler = quick(
        sampling_strategy={1: 70, 2: 70},
        latent_distribution="normal",
        border_rejection=0.0,
        copy_rejection=0.0,
    )
    sampler.fit_resample(X, y)
    first, second = (sampler.sample(1000, k, random_state=7) for k in (1, 2))
    correlations = np.corrcoef(first, second, rowvar=False)[:2, 2:]
    assert abs(correlations).max() < 0.12  # four standard errors


@pytest.mark.parametrize("kind", [np.array, scipy.sparse.csr_array, np.ndarray.tolist])
def test_sample_uses_the_container_of_the_table(quick, kind):
    X, y = blobs()
    container = kind(X)
    sampler = quick()
    sampler.fit_resample(container, y)
    more = sampler.sample(7, 1)
    assert type(more) is type(container)
    assert np.shape(more) == (7, 3)


def test_sample_says_what_is_wrong(quick):
    X, y = blobs()
    sampler = quick()
    with pytest.raises(NotTrainedError) as error:
        sampler.sample(3, 1)
    assert isinstance(error.value, NotFittedError)
    assert str(error.value) == (
        "This GANOversampler has no generators yet. Call fit_resample first."
    )
    sampler.fit_resample(X, y)
    with pytest.raises(ValueError, match="Class 0 has no generator") as error:
        sampler.sample(3, 0)
    assert str(error.value) == (
        "Class 0 has no generator: only classes that needed rows are trained. Choose "
        "one of: 1."
    )
    with pytest.raises(ValueError, match="n_samples") as error:
        sampler.sample(0, 1)
    assert str(error.value) == (
        "n_samples must be a whole number of at least 1. Got 0."
    )


@pytest.mark.parametrize("copier", ["pickle", "joblib", "deepcopy"])
def test_copies_of_a_trained_sampler_draw_the_same_rows(
    quick, mixed_table, tmp_path, copier
):
    sampler = quick()
    sampler.fit_resample(*mixed_table)
    if copier == "pickle":
        copied = pickle.loads(pickle.dumps(sampler))
    elif copier == "joblib":
        joblib.dump(sampler, tmp_path / "sampler.joblib")
        copied = joblib.load(tmp_path / "sampler.joblib")
    else:
        copied = copy.deepcopy(sampler)
    pd.testing.assert_frame_equal(copied.sample(30, "yes"), sampler.sample(30, "yes"))


def test_a_sampler_mapped_from_a_file_draws_the_same_rows_without_a_warning(
    quick, tmp_path
):
    sampler = quick()
    sampler.fit_resample(*blobs())
    joblib.dump(sampler, tmp_path / "sampler.joblib")
    mapped = joblib.load(tmp_path / "sampler.joblib", mmap_mode="r")
    np.testing.assert_array_equal(mapped.sample(30, 1), sampler.sample(30, 1))


# --- in pipelines ------------------------------------------------------------------


def test_in_a_pipeline_with_cross_validation_and_grid_search(quick):
    X, y = blobs((60, 24))
    pipeline = make_pipeline(quick(), LogisticRegression())
    assert cross_val_score(pipeline, X, y, scoring="roc_auc").shape == (5,)
    search = GridSearchCV(
        pipeline, {"ganoversampler__sampling_strategy": [0.6, 0.9]}, cv=2
    ).fit(X, y)
    assert search.best_params_["ganoversampler__sampling_strategy"] in (0.6, 0.9)


# --- progress ----------------------------------------------------------------------


def test_verbose_shows_a_bar_on_stderr_and_silence_is_silent(quick, capsys):
    quick().fit_resample(*blobs())
    assert capsys.readouterr() == ("", "")
    quick(verbose=1).fit_resample(*blobs())
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "class 1: 100%" in shown.err
    quick(verbose=2, max_iter=40).fit_resample(*blobs())
    assert "discriminator=" in capsys.readouterr().err


def test_bars_are_shown_in_this_process_whatever_the_number_of_jobs(quick, capsys):
    quick(verbose=1, n_jobs=2).fit_resample(*blobs((30, 12, 12)))
    shown = capsys.readouterr().err
    assert "class 1: 100%" in shown
    assert "class 2: 100%" in shown


def test_a_callback_sees_the_class_and_can_stop_its_training(quick):
    seen = []

    def callback(class_label, iteration, figures):
        seen.append((class_label, iteration))
        assert np.isfinite(figures["value"])
        return iteration == 2

    sampler = quick(callback=callback)
    _, y_resampled = sampler.fit_resample(*blobs((30, 12, 12)))
    assert seen == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert sampler.n_iter_ == {1: 2, 2: 2}
    assert np.bincount(y_resampled).tolist() == [30, 30, 30]


# --- refusals ----------------------------------------------------------------------

INF = blobs()[0].copy()
INF[3, 1] = np.inf


def frame(**columns):
    return pd.DataFrame(columns)


REFUSALS = {
    "missing labels": (
        blobs()[0],
        [None if i % 40 == 0 else i % 2 for i in range(80)],
        "y contains 2 missing labels. Drop these rows or label them: each row needs a "
        "class.",
    ),
    "one missing label": (
        blobs()[0],
        np.r_[np.nan, blobs()[1][1:]],
        "y contains 1 missing label. Drop these rows or label them: each row needs a "
        "class.",
    ),
    "fewer labels than rows": (
        pd.DataFrame(blobs()[0]),
        blobs()[1][:-1],
        "X has 80 rows and y has 79 labels. Pass one label for each row.",
    ),
    "measurements for labels": (
        blobs()[0],
        np.linspace(0, 1, 80),
        "Unknown label type: continuous. y must hold classes and holds measurements: "
        "turn them into classes first, for example with pandas.cut(y, "
        "bins).astype(str).",
    ),
    "intervals for labels": (
        blobs()[0],
        pd.cut(pd.Series(np.linspace(0, 1, 80)), [-1, 0.7, 1]),
        "Unknown label type: y holds objects of type Interval. Turn them into strings "
        "by y.astype(str), or by y.astype(int) into whole numbers if they are.",
    ),
    "a column of labels for each class": (
        blobs()[0],
        pd.get_dummies(blobs()[1]),
        "y has 2 columns. Pass one column of labels; if there is one column for each "
        "class, y.idxmax(axis=1) makes one of them.",
    ),
    "a sparse matrix of labels": (
        blobs()[0],
        scipy.sparse.csr_matrix(np.eye(2)[blobs()[1]]),
        "y is a sparse matrix. Pass one label for each row as an array; from a column "
        "for each class, np.asarray(y.argmax(axis=1)).ravel() makes them.",
    ),
    "labels of two types": (
        blobs()[0],
        np.array([1, "a"] * 40, dtype=object),
        "y mixes strings with other labels. Use labels of one type, for example "
        "y.astype(str).",
    ),
    "duplicate columns": (
        pd.DataFrame(blobs()[0], columns=["a", "b", "a"]),
        blobs()[1],
        "X has several columns with the same name: 'a'. Rename or drop the duplicates.",
    ),
    "infinity in a frame": (
        pd.DataFrame(INF, columns=["a", "b", "c"]),
        blobs()[1],
        "Column 'b' contains infinity. Replace infinite cells by missing or by finite "
        "values first.",
    ),
    "complex numbers in a frame": (
        frame(z=blobs()[0][:, 0] + 1j),
        blobs()[1],
        "Column 'z' contains complex numbers. Split it into its real and imaginary "
        "parts first.",
    ),
    "infinity in an array": (
        INF,
        blobs()[1],
        "Column 1 contains infinity. Replace infinite cells by missing or by finite "
        "values first.",
    ),
    "complex numbers in an array": (
        blobs()[0] + 1j,
        blobs()[1],
        "Complex data not supported: split the numbers of X into their real and "
        "imaginary parts first.",
    ),
    "rows of different lengths": (
        [*blobs()[0].tolist()[:-1], [1.0]],
        blobs()[1],
        "The rows of X have from 1 to 3 cells. Give all rows the same number of cells, "
        "None where one is missing.",
    ),
    "an empty frame": (
        frame(a=[]),
        [],
        "X has 0 rows and 1 columns. Pass a table with at least one of each.",
    ),
}


@pytest.mark.parametrize("method", ["fit", "fit_resample"])
@pytest.mark.parametrize("case", REFUSALS)
def test_bad_input_is_refused_in_one_sentence(quick, case, method):
    X, y, message = REFUSALS[case]
    with pytest.raises(InvalidTableError) as error:
        getattr(quick(), method)(X, y)
    assert str(error.value) == message


def test_one_dimension_is_refused(quick):
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array instead"):
        quick().fit_resample(blobs()[0][:, 0], blobs()[1])


def test_one_class_is_refused(quick):
    with pytest.raises(ValueError, match=r"more than 1 class\. Got 1 class instead"):
        quick().fit_resample(blobs()[0], np.zeros(80, dtype=int))


def test_an_unknown_value_of_a_parameter_is_refused(quick):
    with pytest.raises(ValueError, match="The 'loss' parameter of GANOversampler"):
        quick(loss="wgan").fit_resample(*blobs())


def test_a_strategy_that_imbalanced_learn_would_pass_over_is_refused(quick):
    with pytest.raises(ValueError, match="The 'sampling_strategy' parameter of GANO"):
        quick(sampling_strategy=MappingProxyType({1: 30})).fit_resample(*blobs())


@pytest.mark.parametrize("method", ["fit", "fit_resample"])
@pytest.mark.parametrize("asked", [60.75, math.nan, math.inf])
@pytest.mark.parametrize("as_function", [False, True])
def test_parts_of_rows_are_refused(quick, method, asked, as_function):
    strategy = (lambda y: {1: asked}) if as_function else {1: asked}
    with pytest.raises(ValueError, match="whole numbers of rows") as error:
        getattr(quick(sampling_strategy=strategy), method)(*blobs())
    assert str(error.value) == (
        "The 'sampling_strategy' parameter of GANOversampler must ask for whole "
        f"numbers of rows. It asks for {asked - 20} new rows of class 1. Round the "
        "number for this class."
    )


@pytest.mark.parametrize("method", ["fit", "fit_resample"])
@pytest.mark.parametrize("asked", [40.0, np.int64(40), np.float32(40)])
def test_numbers_of_new_rows_are_integers(quick, method, asked):
    sampler = quick(sampling_strategy={1: asked})
    getattr(sampler, method)(*blobs())
    assert repr(list(sampler.sampling_strategy_.values())) == "[20]"


@pytest.mark.parametrize("widths", [(-1,), (1.5,), ("a",)])
def test_widths_of_layers_are_whole_and_positive(quick, widths):
    with pytest.raises(ValueError, match="must hold whole numbers") as error:
        quick(hidden_layer_sizes=widths).fit_resample(*blobs())
    assert str(error.value) == (
        "The 'hidden_layer_sizes' parameter of GANOversampler must hold whole numbers "
        f"of at least 1. Got {widths!r} instead."
    )


@pytest.mark.parametrize("device", ["cuda:99", "gpu", "tpu:0", "meta"])
def test_an_absent_device_is_an_error_and_not_a_silent_cpu_run(quick, device):
    with pytest.raises(DeviceUnavailableError) as error:
        quick(device=device).fit_resample(*blobs())
    assert str(error.value).startswith(
        f"device={device!r} is not available here; there is cpu"
    )
    assert str(error.value).endswith("Choose one of these, or 'auto'.")


def test_more_rows_than_memory_is_an_error_before_training(quick):
    sampler = quick(sampling_strategy={1: 10**15})
    with pytest.raises(MemoryError, match="Ask for fewer rows through"):
        sampler.fit_resample(*blobs())


@pytest.mark.parametrize("trained", [False, True])
def test_a_refusal_changes_nothing(quick, trained):
    sampler = quick()
    X, y = blobs()
    if trained:
        sampler.fit_resample(X, y)
    before = dict(vars(sampler))
    for bad_X, bad_y, _ in REFUSALS.values():
        for method in (sampler.fit, sampler.fit_resample):
            with pytest.raises(InvalidTableError):
                method(bad_X, bad_y)
            assert vars(sampler) == before
    if trained:
        assert sampler.sample(3, 1).shape == (3, 3)


def test_a_divergence_names_the_class_the_iteration_and_the_remedy(quick):
    sampler = quick(learning_rate=1e30, optimizer="sgd", max_iter=50)
    with pytest.raises(TrainingDivergedError) as error:
        sampler.fit_resample(*blobs())
    message = str(error.value)
    assert message.startswith("Training on class 1 diverged: the ")
    assert "at iteration " in message
    assert message.endswith(
        "Lower learning_rate; with optimizer='sgd', lower gradient_penalty first."
    )


@pytest.mark.parametrize("checkpoint", ["best", "last"])
def test_a_divergence_in_the_last_update_is_one_too(quick, checkpoint):
    sampler = quick(max_iter=1, learning_rate=1e12, checkpoint=checkpoint)
    with pytest.raises(TrainingDivergedError) as error:
        sampler.fit_resample(*blobs())
    message = str(error.value)
    assert message.startswith(
        "Training on class 1 diverged: the discriminator's output is "
    )
    assert message.endswith(
        " at iteration 1. Lower learning_rate; with optimizer='sgd', lower "
        "gradient_penalty first."
    )


def test_a_learning_rate_beyond_the_numbers_of_pytorch_is_refused(quick):
    with pytest.raises(ValueError, match="The 'learning_rate' parameter of GANOver"):
        quick(learning_rate=1e39).fit_resample(*blobs())


def test_more_rows_than_any_machine_holds_are_refused(quick):
    sampler = quick()
    sampler.fit_resample(*blobs())
    with pytest.raises(MemoryError, match=r"^The result would have 10{15} rows.*") as e:
        sampler.sample(10**15, 1)
    assert str(e.value).endswith("Ask for fewer rows by n_samples.")


def test_many_strings_are_told_apart_without_being_sorted():
    """To sort a million strings takes as long as a small training."""
    compared = []

    class Label(str):
        def __lt__(self, other):
            compared.append(self)
            return str(self) < str(other)

    labels = np.array([Label(name) for name in "cab" * 1000], dtype=object)
    assert check_classes(labels) == "multiclass"
    assert check_classes(pd.Series(labels[labels != "c"])) == "binary"
    assert distinct_labels(labels).tolist() == ["a", "b", "c"]
    assert len(compared) < 100


def test_frames_may_forbid_duplicate_labels(quick):
    X = pd.DataFrame(blobs()[0], columns=list("xyz")).assign(text=["a", "b"] * 40)
    X_resampled, _ = quick().fit_resample(
        X.set_flags(allows_duplicate_labels=False), blobs()[1]
    )
    assert len(X_resampled) == 120
