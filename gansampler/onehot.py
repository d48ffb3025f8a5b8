"""Columns that were one-hot encoded beforehand, seen as the one column they were.

``pandas.get_dummies`` and its kin turn one column of levels into many of zeros and
ones, of which one is set in each row, or none where the first level was dropped.
Learned one by one they would come back with two levels set; so they are learned as one
column of levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api import types

from gansampler.summary import ColumnSummary
from gansampler.tabular import Table


@dataclass(frozen=True)
class OneHotGroups:
    """Neighbouring columns of which no row of the table sets more than one.

    A run of neighbours of which each row sets exactly one is a group, whatever stands
    beside it; among the others, a group ends where one more column would set a second
    cell in some row.

    Attributes
    ----------
    groups : list of list of int
        Positions of the columns of each group, in rising order.
    columns : Index
        Names of all columns.
    """

    groups: list[list[int]]
    columns: pd.Index

    @classmethod
    def find(cls, table: Table) -> OneHotGroups:
        """Look for groups in the whole table."""
        groups, run = [], []
        for position in range(table.n_columns + 1):
            last = position == table.n_columns
            cells = None if last else _zeros_and_ones(table, position)
            if cells is not None:
                run.append((position, cells))
            else:
                groups += _groups_of_run(run)
                run = []
        return cls(groups, table.names)

    def collapse(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows with each group as one column of levels, at the place of its first."""
        if not self.groups:
            return rows
        columns = {
            position: rows.iloc[:, position] for position in range(rows.shape[1])
        }
        for group in self.groups:
            cells = rows.iloc[:, group].to_numpy(dtype=float)
            # The number of the column that is set, from 1; 0 for none.
            levels = cells @ np.arange(1, len(group) + 1)
            # All levels of the table, or classes that show some would not compare.
            known = pd.CategoricalDtype(pd.Index(np.arange(len(group) + 1.0)))
            columns[group[0]] = pd.Series(levels, rows.index).astype(known)
            for position in group[1:]:
                del columns[position]
        return pd.concat(columns, axis=1)

    def expand(self, rows: pd.DataFrame, like: Sequence[ColumnSummary]) -> pd.DataFrame:
        """Undo ``collapse``, in the names and dtypes of the whole table."""
        if not self.groups:
            return rows
        columns = dict(rows.items())
        for group in self.groups:
            levels = columns[group[0]].to_numpy(dtype=np.int64)
            for number, position in enumerate(group, start=1):
                cells = pd.Series(levels == number, rows.index)
                columns[position] = cells.astype(np.int8).astype(like[position].dtype)
        ordered = pd.concat([columns[i] for i in range(len(self.columns))], axis=1)
        ordered.columns = self.columns
        return ordered

    def summarise(self, summary: Sequence[ColumnSummary]) -> list[ColumnSummary]:
        """What the table shows of the columns that ``collapse`` leaves."""
        if not self.groups:
            return list(summary)
        firsts = {group[0] for group in self.groups}
        others = {position for group in self.groups for position in group[1:]}
        return [
            ColumnSummary(position, pd.CategoricalDtype(), "category")
            if position in firsts
            else column
            for position, column in enumerate(summary)
            if position not in others
        ]


Flags = list[tuple[int, np.ndarray]]


def _groups_of_run(run: Flags) -> list[list[int]]:
    """Groups among neighbouring columns of zeros and ones."""
    groups: list[list[int]] = []
    others: Flags = []
    start = 0
    while start < len(run):
        length = _complete_length(run, start)
        if length:
            groups += [*_exclusive(others), [p for p, _ in run[start : start + length]]]
            others = []
        else:
            others.append(run[start])
        start += max(1, length)
    return groups + _exclusive(others)


def _complete_length(run: Flags, start: int) -> int:
    """How many columns from a start on set exactly one cell in each row; 0 if none."""
    n_set = np.zeros_like(run[start][1])
    for end in range(start, len(run)):
        n_set = n_set + run[end][1]
        if n_set.max() > 1:
            return 0
        if n_set.min() == 1:
            return end + 1 - start
    return 0


def _exclusive(run: Flags) -> list[list[int]]:
    """Longest runs of columns of which no row sets two; single ones are left out."""
    groups: list[list[int]] = []
    n_set: np.ndarray | None = None
    for position, cells in run:
        if n_set is None or (n_set + cells).max() > 1:
            groups.append([])
            n_set = np.zeros_like(cells)
        groups[-1].append(position)
        n_set = n_set + cells
    return [group for group in groups if len(group) > 1]


def _zeros_and_ones(table: Table, position: int) -> np.ndarray | None:
    """Cells of a column as 0 and 1, None if it holds anything else."""
    summary = table.summary[position]
    numeric = summary.kind == "number" and not types.is_object_dtype(summary.dtype)
    # A level that no row shows is a column of zeros.
    flag = numeric and summary.low == 0.0 and summary.high in (0.0, 1.0)
    if not (flag and summary.few_valued) and not types.is_bool_dtype(summary.dtype):
        return None
    cells = table.column(position)
    if cells.isna().any():
        return None
    numbers = cells.to_numpy(dtype=float)
    whole = numbers.astype(np.int64)
    return whole if (whole == numbers).all() else None
