"""What a table and its labels must be, said in one sentence each where they are not."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse
from pandas.api import types
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import validate_data

from gansampler._wording import counted, plain_label
from gansampler.exceptions import InvalidTableError


@contextmanager
def all_or_nothing(estimator: BaseEstimator) -> Iterator[None]:
    """Leave an estimator as it was if anything goes wrong."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


def check_labels(X: Any, y: Any) -> None:
    """Raise ``InvalidTableError`` unless y gives each row of X a class."""
    if y is None:
        return  # scikit-learn's own message is clear
    if scipy.sparse.issparse(y):
        raise InvalidTableError(
            "y is a sparse matrix. Pass one label for each row as an array; from a "
            "column for each class, np.asarray(y.argmax(axis=1)).ravel() makes them."
        )
    if isinstance(y, pd.DataFrame) and y.shape[1] != 1:
        raise InvalidTableError(
            f"y has {y.shape[1]} columns. Pass one column of labels; if there is one "
            "column for each class, y.idxmax(axis=1) makes one of them."
        )
    check_missing_labels(int(np.count_nonzero(pd.isna(_labels(y)))))
    n_rows, n_labels = _length(X), _length(y)
    if n_rows is not None and n_labels is not None and n_rows != n_labels:
        raise InvalidTableError(
            f"X has {n_rows} rows and y has {n_labels} labels. Pass one label for each "
            "row."
        )
    if check_classes(y) == "unknown":
        names = sorted({type(label).__name__ for label in _labels(y).ravel()})
        raise InvalidTableError(
            f"Unknown label type: y holds objects of type {' and '.join(names)}. Turn "
            "them into strings by y.astype(str), or by y.astype(int) into whole "
            "numbers if they are."
        )


def check_missing_labels(n_missing: int) -> None:
    """Raise ``InvalidTableError`` if any labels are missing."""
    if n_missing:
        raise InvalidTableError(
            f"y contains {counted(n_missing, 'missing label')}. Drop these rows or "
            "label them: each row needs a class."
        )


def _labels(y: Any) -> np.ndarray:
    """Labels as they are where they are numbers, and else as objects."""
    if getattr(getattr(y, "dtype", None), "kind", "O") in "biuf":
        return np.asarray(y)
    return np.asarray(y, dtype=object)


def _length(data: Any) -> int | None:
    if hasattr(data, "shape"):
        return int(data.shape[0]) if len(data.shape) else None
    return len(data) if hasattr(data, "__len__") else None


def check_classes(y: Any) -> str:
    """Raise ``InvalidTableError`` for labels of several types, or measurements.

    Parameters
    ----------
    y : array-like

    Returns
    -------
    str
        What scikit-learn takes the labels for, such as "binary" or "unknown".
    """
    labels = _labels(y)
    kinds = set()
    if labels.dtype == object:
        kinds = {issubclass(kind, str) for kind in set(map(type, labels.ravel()))}
    if len(kinds) > 1:
        raise InvalidTableError(
            "y mixes strings with other labels. Use labels of one type, for example "
            "y.astype(str)."
        )
    if kinds == {True} and labels.ndim == 1:
        y = distinct_labels(labels)  # all that matters is how many they are
    with np.errstate(invalid="ignore"):  # it casts infinite labels before it refuses
        target = str(type_of_target(y, input_name="y"))
    if target.startswith("continuous"):
        raise InvalidTableError(
            f"Unknown label type: {target}. y must hold classes and holds "
            "measurements: turn them into classes first, for example with "
            "pandas.cut(y, bins).astype(str)."
        )
    return target


def distinct_labels(labels: np.ndarray) -> np.ndarray:
    """Labels, each once and in order."""
    if labels.dtype == object:
        labels = pd.unique(labels)  # to sort all of many strings takes long
    return np.unique(labels)


def dense_labels(y: Any) -> Any:
    """Labels as they are, but in NumPy's dtype where scikit-learn would alter them.

    It makes numbers of booleans that are categories, and imbalanced-learn then takes
    none of the numbers for a category: all labels would be lost. It makes floats of
    nullable integers, and large ones would be rounded.
    """
    if isinstance(y, pd.DataFrame) and y.shape[1] == 1:
        y = y.iloc[:, 0]
    dtype: Any = getattr(y, "dtype", None)
    if isinstance(dtype, pd.SparseDtype):
        return y.sparse.to_dense()
    if isinstance(dtype, pd.CategoricalDtype) and dtype.categories.dtype.kind == "b":
        return y.astype(bool)
    if types.is_extension_array_dtype(dtype) and dtype.kind in "biu":
        return y.astype(getattr(dtype, "numpy_dtype", dtype))
    return y


def check_table(estimator: BaseEstimator, X: Any, y: np.ndarray) -> Any:
    """Validate a table and set ``n_features_in_`` and ``feature_names_in_``.

    Parameters
    ----------
    estimator : BaseEstimator
        Whose attributes are set.
    X : array-like, DataFrame or sparse matrix of shape (n_rows, n_columns)
        The table.
    y : ndarray of shape (n_rows,)
        Its labels.

    Returns
    -------
    DataFrame, ndarray, CSR or CSC matrix
        The frame as it is; anything else as an array.
    """
    if not isinstance(X, pd.DataFrame):
        _check_array(X)
        if isinstance(X, (list, tuple)) and np.asarray(X).dtype.kind in "SU":
            # As an array of strings the numbers among them would be lost.
            X = np.array(X, dtype=object)
        return validate_data(
            estimator,
            X=X,
            y=y,
            reset=True,
            dtype=None,
            accept_sparse=["csr", "csc"],
            ensure_all_finite=False,
        )[0]
    check_frame(X)
    validate_data(estimator, X=X, y=y, reset=True, skip_check_array=True)
    return X


def _check_array(X: Any) -> None:
    if getattr(getattr(X, "dtype", None), "kind", "") == "c":
        raise InvalidTableError(
            "Complex data not supported: split the numbers of X into their real and "
            "imaginary parts first."
        )
    if isinstance(X, (list, tuple)) and all(isinstance(r, (list, tuple)) for r in X):
        lengths = {len(row) for row in X}
        if len(lengths) > 1:
            raise InvalidTableError(
                f"The rows of X have from {min(lengths)} to {max(lengths)} cells. Give "
                "all rows the same number of cells, None where one is missing."
            )


def is_dask(data: Any) -> bool:
    """Whether data is a dask collection."""
    # Whoever has such data has imported Dask.
    return type(data).__module__.partition(".")[0] == "dask"


def check_frame(X: pd.DataFrame) -> None:
    """Raise ``InvalidTableError`` for a frame without cells or with twin columns."""
    check_shape(*X.shape)
    _check_columns(X)


def check_names(estimator: BaseEstimator, empty: pd.DataFrame) -> None:
    """Validate a frame's columns, as ``check_table`` does, by a frame without rows."""
    _check_columns(empty)
    validate_data(estimator, X=empty, reset=True, skip_check_array=True)


def check_shape(n_rows: int, n_columns: int) -> None:
    """Raise ``InvalidTableError`` for a table without cells."""
    if not n_rows or not n_columns:
        raise InvalidTableError(
            f"X has {n_rows} rows and {n_columns} columns. Pass a table with at least "
            "one of each."
        )


def _check_columns(X: pd.DataFrame) -> None:
    for name, dtype in zip(X.columns, X.dtypes, strict=True):
        if isinstance(dtype, np.dtype) and not dtype.isnative:
            raise InvalidTableError(
                f"Column {name!r} has the byte order of another machine ({dtype.str}). "
                f"Convert it first: astype({dtype.newbyteorder('=').name!r})."
            )
    twins = X.columns[X.columns.duplicated()].unique().tolist()
    if twins:
        names = ", ".join(map(repr, twins))
        raise InvalidTableError(
            f"X has several columns with the same name: {names}. Rename or drop the "
            "duplicates."
        )


def whole_counts(asked: Mapping[Hashable, Any]) -> dict[Hashable, int]:
    """Numbers of new rows as integers; ``ValueError`` where one is no whole number.

    Parameters
    ----------
    asked : dict
        What imbalanced-learn makes of ``sampling_strategy``: it checks no more than
        whether a number is too small, which nan is not.

    Returns
    -------
    dict of int
    """
    for label, n in asked.items():
        if not (isinstance(n, Integral) or float(n).is_integer()):
            raise ValueError(
                "The 'sampling_strategy' parameter of GANOversampler must ask for "
                f"whole numbers of rows. It asks for {float(n):g} new rows of class "
                f"{plain_label(label)!r}. Round the number for this class."
            )
    return {label: int(n) for label, n in asked.items()}


def check_memory(
    n_rows: int, n_columns: int, *, fewer: str = "through sampling_strategy"
) -> None:
    """Raise ``MemoryError`` for more rows than the machine could ever hold.

    Parameters
    ----------
    n_rows, n_columns : int
        Shape of the result.
    fewer : str, default="through sampling_strategy"
        How to ask for fewer rows.
    """
    # Eight bytes a cell is the least that a number takes.
    needed, present = 8 * n_rows * n_columns, physical_memory()
    if needed > present:
        raise MemoryError(
            f"The result would have {n_rows} rows and take at least "
            f"{needed / 2**30:.0f} GiB, and this machine has {present / 2**30:.0f} "
            f"GiB. Ask for fewer rows {fewer}."
        )


def physical_memory() -> float:
    """Bytes of memory of this machine; infinite where it does not tell."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return np.inf
