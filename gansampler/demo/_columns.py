"""Columns as SMOTENC and the classifiers need them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

MAX_LEVELS = 20
"""Categories of a column that the classifiers tell apart, the rare ones as one."""

NUMBERS = make_column_selector(dtype_include="number")
TIMES = make_column_selector(dtype_include=["datetime", "datetimetz"])


def categories(X: pd.DataFrame) -> list[Any]:
    """Columns that are neither numbers nor times."""
    others = {*NUMBERS(X), *TIMES(X)}
    return [column for column in X if column not in others]


def days_since_1970(X: pd.DataFrame) -> pd.DataFrame:
    """Turn times into numbers."""
    return pd.DataFrame(
        {
            name: (column - pd.Timestamp(0, tz=column.dt.tz)) / pd.Timedelta(days=1)
            for name, column in X.items()
        }
    )


def as_categories(X: pd.DataFrame) -> pd.DataFrame:
    """Give columns the dtype by which SMOTENC knows them, and missing cells a level."""
    return X.astype(object).where(X.notna(), "missing").astype(str).astype("category")


def named(function: Any) -> FunctionTransformer:
    """Make a transformer of a function that keeps the columns' names."""
    return FunctionTransformer(function, feature_names_out="one-to-one")


def completed_columns() -> ColumnTransformer:
    """Columns as SMOTENC demands them: complete, and all numbers or categories."""
    return ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median"), NUMBERS),
            ("times", make_pipeline(named(days_since_1970), SimpleImputer()), TIMES),
            ("categories", named(as_categories), categories),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")


def encoded_columns() -> ColumnTransformer:
    """Columns as the classifiers need them: complete, standardised, one-hot."""
    one_hot = OneHotEncoder(
        max_categories=MAX_LEVELS,
        handle_unknown="infrequent_if_exist",
        sparse_output=False,
    )
    scaled = make_pipeline(SimpleImputer(), StandardScaler())
    return ColumnTransformer(
        [
            ("numbers", scaled, NUMBERS),
            ("times", make_pipeline(named(days_since_1970), scaled), TIMES),
            ("categories", make_pipeline(named(as_categories), one_hot), categories),
        ]
    )
