"""The contract on random tables: a short run of ``tests/fuzz.py``."""

import hypothesis
import numpy as np
import pandas as pd
import pytest

from gansampler import GANOversampler
from gansampler.exceptions import InvalidTableError, SmallClassWarning
from tests.fuzz import cases, check, quick_measures


@pytest.mark.parametrize("seed", range(4))
def test_the_contract_holds_of_random_tables(seed):
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=10,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(cases())
    def run(case):
        check(case, thorough=True)

    with quick_measures():
        run()


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


@pytest.mark.parametrize("columns", [["town"], ["town", "x"]])
def test_columns_that_borrow_are_not_judged_by_the_class(columns):
    rng = np.random.default_rng(0)
    town = [f"T{i}" for i in rng.integers(0, 300, 150)]
    X = pd.DataFrame({"town": town, "x": rng.normal(size=150)})[columns]
    y = np.repeat([0, 1], [120, 30])
    sampler = GANOversampler(max_iter=1, rare_levels="table", random_state=0)
    X_resampled, _ = sampler.fit_resample(X, y)
    assert not X_resampled["town"][150:].isin(X["town"][y == 1]).all()
    evidence = sampler.report_[1].evidence
    assert [gap[0] for gap in evidence.gaps] == columns[1:]


def test_columns_encoded_beforehand_borrow_and_are_named():
    rng = np.random.default_rng(0)
    town = pd.Series([f"T{i:02}" for i in rng.integers(0, 40, 300)])
    X = pd.get_dummies(town).assign(x=rng.normal(size=300))
    y = np.repeat([0, 1], [276, 24])
    own = X[y == 1].drop(columns="x")
    unseen = own.columns[~own.any()]
    for rare_levels in ("class", "table"):
        sampler = GANOversampler(max_iter=1, rare_levels=rare_levels, random_state=0)
        X_resampled, _ = sampler.fit_resample(X, y)
        new = X_resampled[300:].drop(columns="x")
        assert (new.sum(axis=1) == 1).all()
        assert new[unseen].any(axis=None) == (rare_levels == "table")
        ((name, share),) = sampler.report_[1].evidence.unseen_levels
        assert (name, 0.25 < share < 1) == ("T00", True)
        verdicts = {verdict.name for verdict in sampler.report_[1].verdicts}
        assert ("rare_levels" in verdicts) == (rare_levels == "class")


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
