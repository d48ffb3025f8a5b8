"""The contract on random tables: a short run of ``tests/fuzz.py``."""

import hypothesis
import numpy as np
import pandas as pd
import pytest

from gansampler import GANOversampler
from gansampler.exceptions import InvalidTableError, SmallClassWarning
from tests.fuzz import cases, check, quick_measures


@hypothesis.settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
@hypothesis.given(cases())
def test_the_contract_holds_of_random_tables(case):
    with quick_measures():
        check(case, thorough=True)


# --- what the long run has found -----------------------------------------------------


@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame])
def test_labels_that_are_categories_of_booleans_come_back(container):
    X = container(np.random.default_rng(0).normal(size=(30, 2)))
    y = pd.Series(np.arange(30) % 3 == 0, dtype="category")
    sampler = GANOversampler(max_iter=1, random_state=0)
    _, y_resampled = sampler.fit_resample(X, y)
    assert y_resampled.dtype == y.dtype
    assert y_resampled.tolist() == y.tolist() + [True] * 10
    assert len(sampler.sample(4, True)) == 4


def test_one_hot_columns_of_which_a_class_shows_some_levels_only():
    rng = np.random.default_rng(0)
    codes = np.r_[rng.integers(0, 3, 40), rng.integers(0, 2, 15)]
    X = pd.get_dummies(pd.Series(codes)).assign(x=rng.normal(size=55))
    X.columns = list("abcx")
    sampler = GANOversampler(max_iter=1, random_state=0)
    X_resampled, _ = sampler.fit_resample(X, np.repeat([0, 1], [40, 15]))
    new = X_resampled.iloc[55:]
    assert (new[["a", "b"]].sum(axis=1) == 1).all()
    assert not new["c"].any()


def test_whole_numbers_beyond_floats_stay_in_the_range_of_the_class():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.integers(0, 2**64 - 1, 60, dtype="uint64")})
    X["t"] = X["x"].astype("int64")
    y = np.repeat([0, 1], [40, 20])
    sampler = GANOversampler(max_iter=1, value_range="class", random_state=0)
    sampler.fit_resample(X, y)
    own, new = X[y == 1], sampler.sample(4000, 1)
    assert (new.max() <= own.max()).all()
    assert (new.min() >= own.min()).all()


def test_a_class_of_one_row_is_copied_whatever_levels_others_have():
    X = pd.DataFrame({"region": [f"R{i}" for i in range(25)], "plan": "basic"})
    sampler = GANOversampler(max_iter=1, rare_levels="table", random_state=0)
    with pytest.warns(SmallClassWarning, match="copies of it"):
        X_resampled, _ = sampler.fit_resample(X, np.repeat([0, 1], [24, 1]))
    assert (X_resampled.iloc[25:] == X.iloc[24]).all(axis=None)


def test_arrays_in_the_byte_order_of_other_machines():
    X = np.random.default_rng(0).normal(size=(40, 3))
    y = np.repeat([0, 1], [28, 12])
    expected, _ = GANOversampler(max_iter=1, random_state=0).fit_resample(X, y)
    sampler = GANOversampler(max_iter=1, random_state=0)
    X_resampled, _ = sampler.fit_resample(X.astype(">f8"), y)
    assert X_resampled.dtype == ">f8"
    assert sampler.sample(3, 1).dtype == ">f8"
    assert np.array_equal(X_resampled, expected)
    with pytest.raises(InvalidTableError) as error:
        sampler.fit_resample(pd.DataFrame({"x": X[:, 0].astype(">f4")}), y)
    assert str(error.value) == (
        "Column 'x' has the byte order of another machine (>f4). Convert it first: "
        "astype('float32')."
    )
