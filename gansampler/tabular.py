"""The containers a table can come in, behind one small interface, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse

from gansampler import _polars
from gansampler.summary import ColumnPart, ColumnSummary

COLUMNS_AT_ONCE = 8
"""Columns of an array that are copied at once to be looked at: one by one, each would
take the whole array through the processor's cache."""


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
        self._by_column: Any = X.tocsc() if scipy.sparse.issparse(X) else None
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
        cells = self._array[:, position]
        return pd.Series(cells, dtype=_kept(cells), copy=False)

    @cached_property
    def parts(self) -> list[ColumnPart]:
        """What each column shows of the whole that these rows are a part of.

        Raises
        ------
        InvalidTableError
            If a column holds cells that no column may hold.
        """
        # Else some cells may be stored in several parts that add up.
        if self._by_column is not None and self._by_column.has_canonical_format:
            return [self._sparse_part(position) for position in range(self.n_columns)]
        return [
            ColumnPart.of(name, cells)
            for name, cells in zip(self.names, self._columns(), strict=True)
        ]

    def _sparse_part(self, position: int) -> ColumnPart:
        """What a column of a sparse matrix shows, by the cells that are stored."""
        name, matrix = self.names[position], self._by_column
        stored = matrix.data[slice(*matrix.indptr[position : position + 2])]
        part = ColumnPart.of(name, pd.Series(stored))
        n_zeros = self.n_rows - len(stored)
        if not n_zeros:
            return part
        zero = ColumnPart.of(name, pd.Series(np.zeros(1, matrix.dtype)))
        return part.merge(replace(zero, n_present=zero.n_present * n_zeros))

    @cached_property
    def summary(self) -> list[ColumnSummary]:
        """What each column shows, if these are all rows.

        Raises
        ------
        InvalidTableError
            If a column holds what no column may hold.
        """
        return [part.summary() for part in self.parts]

    def _columns(self) -> Iterator[pd.Series]:
        """Cells of each column in turn; those of an array side by side in memory."""
        by_row = isinstance(self.X, np.ndarray) and self.X.flags.c_contiguous
        width = COLUMNS_AT_ONCE if by_row else 1
        for start in range(0, self.n_columns, width):
            if by_row:
                columns = np.array(self.X[:, start : start + width].T, order="C")
                yield from (
                    pd.Series(cells, dtype=_kept(cells), copy=False)
                    for cells in columns
                )
            else:
                yield self.column(start)

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
        cells = X[chosen].toarray() if scipy.sparse.issparse(X) else X[chosen]
        return pd.DataFrame(cells, dtype=_kept(cells))

    def append(self, parts: list[pd.DataFrame]) -> Any:
        """The table with further rows below, in a container of its own."""
        X = self.X
        if isinstance(X, pd.DataFrame):
            # A copy joins columns of one dtype, as they mostly are in X: then pandas
            # need not take X apart.
            copies = [part.copy() for part in parts]
            return pd.concat([X, *copies], axis=0, ignore_index=True)
        stacked = [X, *map(Container.of(X).wrap, parts)]
        if scipy.sparse.issparse(X):
            # SciPy 1.11 stacks sparse arrays to a sparse matrix.
            return type(X)(scipy.sparse.vstack(stacked, format=X.format, dtype=X.dtype))
        return np.concatenate(stacked, axis=0, dtype=X.dtype)


def _kept(cells: np.ndarray) -> Any:
    """Objects stay objects: among strings pandas would turn None into NaN."""
    return object if cells.dtype == object else None


@dataclass(frozen=True)
class Container:
    """What a table came in, and what rows like its own go back into.

    Attributes
    ----------
    template : DataFrame, ndarray or sparse matrix of shape (0, n_columns)
        The table without rows, in the form that is computed with.
    is_list : bool
        Whether it was given as a list of rows.
    polars : dict or None
        What ``_polars.memory_of`` says of the Polars frame that it was given as.
    """

    template: Any
    is_list: bool = False
    polars: _polars.Memory | None = None

    @classmethod
    def of(cls, X: Any) -> Container:
        """The container of a data frame, an array or a sparse matrix."""
        empty = X.iloc[:0] if isinstance(X, pd.DataFrame) else X[:0]
        return cls(empty.copy())

    def given_as(self, X: Any) -> Container:
        """The same for a table that was given as a list or Polars frame, if it was."""
        return replace(self, is_list=isinstance(X, list), polars=_polars.memory_of(X))

    def wrap(self, rows: pd.DataFrame) -> Any:
        """Rows in the container and dtype of the table."""
        template = self.template
        if self.polars is not None:
            return _polars.as_polars(rows, self.polars)
        if isinstance(template, pd.DataFrame):
            return rows
        if scipy.sparse.issparse(template):
            return type(template)(rows.to_numpy(dtype=template.dtype))
        if template.dtype.kind in "OSU":
            cells = rows.to_numpy(dtype=object).astype(template.dtype)
        else:
            cells = rows.to_numpy(dtype=template.dtype)
        return cells.tolist() if self.is_list else cells
