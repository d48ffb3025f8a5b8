"""The containers a table can come in, behind one small interface."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse

from gansampler.summary import ColumnSummary, summarise


class Table:
    """A data frame, an array or a sparse matrix, seen as columns of cells.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_rows, n_columns)
        Never altered.
    """

    def __init__(self, X: Any) -> None:
        self.X = X
        self.n_rows, self.n_columns = X.shape
        # One column of it at a time becomes dense, never the whole.
        self._by_column = X.tocsc() if scipy.sparse.issparse(X) else None
        # pandas cannot look into numbers in the byte order of other machines.
        foreign = isinstance(X, np.ndarray) and not X.dtype.isnative
        self._array = X.astype(X.dtype.newbyteorder("=")) if foreign else X

    @property
    def names(self) -> pd.Index:
        """Names of the columns; their positions where they have none."""
        if isinstance(self.X, pd.DataFrame):
            return self.X.columns
        return pd.RangeIndex(self.n_columns)

    def column(self, position: int) -> pd.Series:
        """Cells of one column."""
        if isinstance(self.X, pd.DataFrame):
            return self.X.iloc[:, position]
        if self._by_column is not None:
            return pd.Series(self._by_column[:, [position]].toarray().ravel())
        return pd.Series(self._array[:, position], copy=False)

    @cached_property
    def summary(self) -> list[ColumnSummary]:
        """What each column shows.

        Raises
        ------
        InvalidTableError
            If a column holds what no column may hold.
        """
        return [
            summarise(name, self.column(position))
            for position, name in enumerate(self.names)
        ]

    def rows(self, chosen: np.ndarray) -> pd.DataFrame:
        """Some rows as a data frame, with a new index.

        Parameters
        ----------
        chosen : ndarray
            Positions, or a boolean for each row.
        """
        X = self._array
        if isinstance(X, pd.DataFrame):
            return X.iloc[chosen].reset_index(drop=True)
        return pd.DataFrame(
            X[chosen].toarray() if scipy.sparse.issparse(X) else X[chosen]
        )

    def like(self, rows: pd.DataFrame) -> Any:
        """Rows in the container and dtype of this table."""
        return in_container(rows, self.template())

    def template(self) -> Any:
        """The table without rows: what is needed to make others of its kind."""
        X = self.X
        return X.iloc[:0].copy() if isinstance(X, pd.DataFrame) else X[:0].copy()

    def append(self, parts: list[pd.DataFrame]) -> Any:
        """The table with further rows below, in a container of its own."""
        X = self.X
        if isinstance(X, pd.DataFrame):
            return pd.concat([X, *parts], axis=0, ignore_index=True)
        stacked = [X, *(self.like(part) for part in parts)]
        if scipy.sparse.issparse(X):
            return scipy.sparse.vstack(stacked, format=X.format, dtype=X.dtype)
        return np.concatenate(stacked, axis=0, dtype=X.dtype)


def in_container(rows: pd.DataFrame, template: Any) -> Any:
    """Rows in the container and dtype of a template.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, n_columns)
    template : DataFrame, ndarray or sparse matrix of shape (0, n_columns)
    """
    if isinstance(template, pd.DataFrame):
        return rows
    if scipy.sparse.issparse(template):
        return type(template)(rows.to_numpy(dtype=template.dtype))
    if template.dtype.kind in "OSU":
        return rows.to_numpy(dtype=object).astype(template.dtype)
    return rows.to_numpy(dtype=template.dtype)
