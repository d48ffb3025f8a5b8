"""Columns that were one-hot encoded beforehand."""

import functools
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse

from gansampler import GANOversampler
from gansampler.onehot import Flags, OneHotGroups
from gansampler.summary import ColumnSummary
from gansampler.tabular import Table


def groups_of(X):
    table = Table(X)
    return OneHotGroups.find(table).groups


@pytest.fixture
def levels():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "colour": rng.choice(["red", "green", "blue"], 200),
            "size": rng.normal(size=200),
            "shape": rng.choice(["round", "square"], 200),
            "wheels": rng.choice(["two", "three", "four"], 200),
        }
    )


@pytest.mark.parametrize("dtype", [bool, int, float, "Int64", "boolean"])
def test_dummies_of_any_dtype_are_found(levels, dtype):
    dummies = pd.get_dummies(levels, dtype=dtype)
    # get_dummies puts the number first.
    assert groups_of(dummies) == [[1, 2, 3], [4, 5], [6, 7, 8]]


def test_a_dropped_first_level_is_no_obstacle(levels):
    dummies = pd.get_dummies(levels, drop_first=True)
    assert groups_of(dummies) == [[1, 2], [4, 5]]


def test_arrays_and_sparse_matrices_are_searched_too(levels):
    X = pd.get_dummies(levels, dtype=float).to_numpy()
    expected = [[1, 2, 3], [4, 5], [6, 7, 8]]
    assert groups_of(X) == expected
    assert groups_of(scipy.sparse.csr_matrix(X)) == expected


@pytest.mark.parametrize("dtype", [bool, object, int, float, "Int64"])
def test_flags_of_parts_are_those_of_the_whole(levels, dtype):
    dummies = pd.get_dummies(levels.drop(columns="size")).astype(dtype)
    whole = Flags.of(Table(dummies))
    parts = [slice(0, 0), slice(0, 70), slice(70, 70), slice(70, None)]
    flags = [Flags.of(Table(dummies[part])) for part in parts]
    merged = functools.reduce(Flags.merge, flags)
    assert merged.n_rows == 200
    for name in ("is_flag", "n_set", "conflict"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(whole, name))


def test_booleans_among_objects_are_found(levels):
    """Such as an array made of a frame whose other columns are numbers."""
    dummies = pd.get_dummies(levels)
    for X in (dummies.astype(object), dummies.to_numpy()):
        assert groups_of(X) == [[1, 2, 3], [4, 5], [6, 7, 8]]
    X, y = dummies.to_numpy(), np.repeat([0, 1], [150, 50])
    X_resampled, _ = GANOversampler(max_iter=5, random_state=0).fit_resample(X, y)
    synthetic = X_resampled[200:]
    assert {type(cell) for cell in synthetic[:, 1:].ravel()} == {bool}
    for group in groups_of(X):
        assert (synthetic[:, group].sum(axis=1) == 1).all()


def test_objects_of_several_types_are_left_alone(levels):
    dummies = pd.get_dummies(levels["colour"]).astype(object)
    dummies.iloc[0] = dummies.iloc[0].astype(int)
    assert groups_of(dummies) == []


def test_a_level_that_no_row_shows_is_no_obstacle(levels):
    colour = levels["colour"].astype(
        pd.CategoricalDtype(["red", "pink", "blue", "green"])
    )
    for dtype in (int, bool):
        dummies = pd.get_dummies(colour, dtype=dtype)
        assert groups_of(dummies) == [[0, 1, 2, 3]]


def test_a_flag_before_a_group_is_not_taken_for_a_part_of_it():
    rng = np.random.default_rng(0)
    dummies = pd.get_dummies(pd.Series(rng.integers(40, size=600)), dtype=int)
    dummies.insert(0, "flag", (rng.random(600) < 0.02).astype(int))
    assert groups_of(dummies) == [list(range(1, 41))]


def test_columns_that_are_no_group_are_left_alone():
    rng = np.random.default_rng(1)
    flags = pd.DataFrame(rng.integers(0, 2, (200, 3)), columns=list("abc"))
    assert groups_of(flags) == []
    gaps = pd.DataFrame({"a": [1, None, 0] * 20, "b": [0, 1, 1] * 20}, dtype="Int64")
    assert groups_of(gaps) == []
    halves = pd.DataFrame({"a": [0, 1, 0.5] * 20, "b": [1, 0, 0.5] * 20})
    assert groups_of(halves) == []


def test_the_search_among_very_many_flags_is_short():
    """Of columns that are never complete; looked at from each on it takes minutes."""
    n = 20_000
    flags = Flags(2 * n, np.ones(n, bool), np.ones(n, int), np.full(n, -1))
    summary = [ColumnSummary(i, np.dtype(bool), "category") for i in range(n)]
    start = time.process_time()
    found = OneHotGroups.among(flags, summary, pd.RangeIndex(n))
    assert found.groups == [list(range(n))]
    assert time.process_time() - start < 5


@pytest.mark.parametrize("missing", [None, np.nan])
def test_arrow_columns_with_missing_cells_are_left_alone(levels, missing):
    X = pd.get_dummies(levels["colour"], dtype=float)
    for name in X.columns:
        cells = [missing, *X[name].tolist()[1:]]
        X[name] = pd.arrays.ArrowExtensionArray(pa.array(cells, from_pandas=False))
    assert groups_of(X) == []


@pytest.mark.parametrize("drop_first", [False, True])
def test_collapsed_rows_expand_to_themselves(levels, drop_first):
    dummies = pd.get_dummies(levels, drop_first=drop_first)
    table = Table(dummies)
    summary = table.summary
    groups = OneHotGroups.find(table)
    collapsed = groups.collapse(dummies)
    assert collapsed.shape[1] == 4
    assert len(groups.summarise(summary)) == 4
    pd.testing.assert_frame_equal(groups.expand(collapsed, summary), dummies)


def test_synthetic_rows_have_exactly_one_level_of_each_group(levels):
    dummies = pd.get_dummies(levels)
    y = np.repeat([0, 1], [150, 50])
    X_resampled, _ = GANOversampler(max_iter=5, random_state=0).fit_resample(dummies, y)
    synthetic = X_resampled.iloc[200:]
    assert (X_resampled.dtypes == dummies.dtypes).all()
    for group in groups_of(dummies):
        assert (synthetic.iloc[:, group].sum(axis=1) == 1).all()
    assert list(X_resampled.columns) == list(dummies.columns)
