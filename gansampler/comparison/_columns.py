"""Columns as classifiers and the samplers that interpolate need them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from gansampler.summary import dense, kind_of

MIN_ROWS_OF_LEVEL = 10
MAX_CATEGORIES = 60
"""Categories of a column that classifiers tell apart: the most frequent of those that
so many rows show, no more than so many, one of them shared by the others."""

MISSING = "missing"


class CompleteColumns(TransformerMixin, BaseEstimator):
    """Any table as a frame of standardised numbers and of categories, none missing.

    Numbers, and times as days since 1970, are filled by their median and standardised;
    anything else becomes text, missing cells included, in the dtype by which SMOTENC
    knows categories. The columns keep their order and their names.

    Attributes
    ----------
    kinds_ : dict
        ``"number"``, ``"time"`` or ``"category"`` for each column.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.comparison import CompleteColumns
    >>> X = pd.DataFrame({"plan": ["pro", None, "pro"], "age": [20.0, 40.0, None]})
    >>> CompleteColumns().fit_transform(X).round(2)
          plan   age
    0      pro -1.22
    1  missing  1.22
    2      pro  0.00
    """

    def fit(self, X: Any, y: Any = None) -> CompleteColumns:
        """Learn kinds, medians, means and standard deviations of the columns.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            The table.
        y : None
            Ignored.

        Returns
        -------
        CompleteColumns
            The transformer itself.

        Examples
        --------
        >>> from gansampler.comparison import CompleteColumns
        >>> columns = CompleteColumns().fit([[20, "a"], [40, "b"]])
        >>> columns.kinds_
        {'x0': 'number', 'x1': 'category'}
        """
        frame = _as_frame(X)
        self.kinds_ = column_kinds(frame)
        self.n_features_in_ = frame.shape[1]
        numbers = self._plain(frame).select_dtypes("number")
        if numbers.shape[1]:
            self._scaler = make_pipeline(
                SimpleImputer(strategy="median", keep_empty_features=True),
                StandardScaler(),
            ).fit(numbers.to_numpy())
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """Complete and standardise a table.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            The table.

        Returns
        -------
        DataFrame of shape (n_samples, n_features)
            Floats and categories.

        Examples
        --------
        >>> from gansampler.comparison import CompleteColumns
        >>> columns = CompleteColumns().fit([[20, "a"], [40, "b"]])
        >>> columns.transform([[None, "c"]])
            x0 x1
        0  0.0  c
        """
        check_is_fitted(self, "kinds_")
        plain = self._plain(_as_frame(X))
        numbers = plain.select_dtypes("number").columns
        if len(numbers):
            plain[numbers] = self._scaler.transform(plain[numbers].to_numpy())
        return plain

    def _plain(self, frame: pd.DataFrame) -> pd.DataFrame:
        read = {"number": _numbers, "time": _days, "category": _texts}
        return pd.DataFrame(
            {name: read[kind](frame[name]) for name, kind in self.kinds_.items()},
            index=frame.index,
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        return tags


class FrequentLevels(TransformerMixin, BaseEstimator):
    """Complete columns whose categories are missing in all but the frequent levels.

    Parameters
    ----------
    levels : dict, default=None
        The frequent levels of each column. Those of other columns, or with None of all,
        are learned from the rows of ``fit``.
    """

    def __init__(self, levels: dict[Any, list[str]] | None = None) -> None:
        self.levels = levels

    def fit(self, X: pd.DataFrame, y: Any = None) -> FrequentLevels:
        """Learn the levels that were not given."""
        given = self.levels or {}
        self.levels_ = {
            name: given.get(name, levels) for name, levels in frequent_levels(X).items()
        }
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Leave the frequent levels, and let the others be missing."""
        check_is_fitted(self, "levels_")
        X = X.copy()
        for name, levels in self.levels_.items():
            X[name] = X[name].cat.set_categories(levels)
        return X


def encoded_columns() -> Pipeline:
    """Columns as classifiers need them: complete, standardised, one-hot."""
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    categories = make_column_selector(dtype_include="category")
    encode = ColumnTransformer(
        [("categories", one_hot, categories)],
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    return Pipeline(
        [
            ("complete", CompleteColumns()),
            ("frequent", FrequentLevels()),
            ("encode", encode),
        ]
    )


def frequent_levels(X: Any) -> dict[Any, list[str]]:
    """The levels of each column of categories that classifiers tell apart."""
    frame = _as_frame(X)
    return {
        name: _frequent(_texts(frame[name]))
        for name, kind in column_kinds(frame).items()
        if kind == "category"
    }


def column_kinds(X: Any) -> dict[Any, str]:
    """What each column holds: ``"number"``, ``"time"`` or ``"category"``."""
    return {name: kind_of(name, cells) for name, cells in _as_frame(X).items()}


def days_since_1970(times: Any) -> Any:
    """Dates as days since 1970, spans of time as days."""
    if times.dtype.kind == "m":
        return times / pd.Timedelta(days=1)
    return (times - pd.Timestamp(0, tz=times.dt.tz)) / pd.Timedelta(days=1)


def _as_frame(X: Any) -> pd.DataFrame:
    if isinstance(X, pd.DataFrame):
        return X
    # A list of numbers and strings becomes an array of strings unless of objects.
    array = np.asarray(X, dtype=object if isinstance(X, (list, tuple)) else None)
    frame = pd.DataFrame(array, columns=[f"x{j}" for j in range(array.shape[1])])
    return frame.infer_objects() if array.dtype == object else frame


def _numbers(cells: pd.Series) -> pd.Series:
    if cells.dtype == object:
        # Text that none of the rows held that taught the kind of the column.
        cells = pd.to_numeric(cells, errors="coerce")
    values = cells.astype(dense(cells.dtype)).to_numpy(np.float64, na_value=np.nan)
    return pd.Series(values, cells.index)


def _days(cells: pd.Series) -> pd.Series:
    return _numbers(days_since_1970(cells))


def _texts(cells: pd.Series) -> pd.Series:
    texts = cells.astype(object).where(cells.notna(), MISSING)
    return texts.astype(str).astype("category")


def _frequent(texts: pd.Series) -> list[str]:
    counts = texts.value_counts(sort=False)
    often = counts[counts >= MIN_ROWS_OF_LEVEL]
    return sorted(often.nlargest(MAX_CATEGORIES - 1).index)
