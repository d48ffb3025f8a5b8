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

from gansampler.summary import ColumnPart, ColumnSummary, is_missing
from gansampler.tabular import Table


@dataclass(frozen=True)
class Flags:
    """Which columns hold nothing but zeros and ones, and which of these rows set.

    What several parts of a table show merges into what the whole shows.

    Attributes
    ----------
    n_rows : int
        Rows that were looked at.
    is_flag : ndarray of bool of shape (n_columns,)
        Whether all cells of a column are zeros and ones.
    n_set : ndarray of int of shape (n_columns,)
        Rows that set a flag; 0 for other columns.
    conflict : ndarray of int of shape (n_columns,)
        Position of the nearest flag before, in an unbroken run of flags, that some row
        sets as well; -1 where there is none.
    """

    n_rows: int
    is_flag: np.ndarray
    n_set: np.ndarray
    conflict: np.ndarray

    @classmethod
    def of(cls, table: Table) -> Flags:
        """Look at all rows of a table, or of a part of it."""
        is_flag = np.zeros(table.n_columns, dtype=bool)
        n_set = np.zeros(table.n_columns, dtype=np.int64)
        conflict = np.full(table.n_columns, -1)
        last_set = np.empty(0, dtype=np.int64)
        for position, part in enumerate(table.parts):
            cells = _zeros_and_ones(table, position, part)
            if cells is None:
                continue
            if not position or not is_flag[position - 1]:
                last_set = np.full(table.n_rows, -1)
            is_flag[position] = True
            n_set[position] = np.count_nonzero(cells)
            conflict[position] = last_set[cells].max(initial=-1)
            last_set[cells] = position
        return cls(table.n_rows, is_flag, n_set, conflict)

    def merge(self, other: Flags) -> Flags:
        """What the rows of two parts show."""
        # Objects say by their cells what they are: without rows there is no flag.
        if not self.n_rows:
            return other
        if not other.n_rows:
            return self
        # A run of flags in a part may be longer than it is in the whole. No matter:
        # within the shorter one its conflicts are those of the whole, or lie before it.
        return Flags(
            self.n_rows + other.n_rows,
            self.is_flag & other.is_flag,
            self.n_set + other.n_set,
            np.maximum(self.conflict, other.conflict),
        )


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
        return cls.among(Flags.of(table), table.summary, table.names)

    @classmethod
    def among(
        cls, flags: Flags, summary: Sequence[ColumnSummary], columns: pd.Index
    ) -> OneHotGroups:
        """Find the groups, by what the whole table shows."""
        groups: list[list[int]] = []
        run: list[int] = []
        for position, column in enumerate(summary):
            # A column of ones only tells no levels apart; of zeros only, it may be a
            # level that no row shows.
            is_flag = flags.is_flag[position] and not _mixes_types(column)
            if is_flag and column.low != 1.0:
                run.append(position)
            else:
                groups += _groups_of_run(run, flags)
                run = []
        return cls(groups + _groups_of_run(run, flags), columns)

    @property
    def members(self) -> list[list[int]]:
        """Positions that each of the columns which ``collapse`` leaves stands for."""
        groups = {group[0]: group for group in self.groups}
        later = {position for group in self.groups for position in group[1:]}
        positions = range(len(self.columns))
        return [groups.get(i, [i]) for i in positions if i not in later]

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
                column = like[position]
                cells = pd.Series(levels == number, rows.index)
                if not column.boolean_objects:
                    floats = column.dtype == object and not column.whole_objects
                    cells = cells.astype(float if floats else np.int8)
                columns[position] = cells.astype(column.dtype)
        ordered = pd.concat([columns[i] for i in range(len(self.columns))], axis=1)
        ordered.columns = self.columns
        return ordered

    def summarise(self, summary: Sequence[ColumnSummary]) -> list[ColumnSummary]:
        """What the table shows of the columns that ``collapse`` leaves."""
        if not self.groups:
            return list(summary)
        levels = pd.CategoricalDtype()
        return [
            summary[group[0]]
            if len(group) == 1
            else ColumnSummary(summary[group[0]].name, levels, "category")
            for group in self.members
        ]


def _groups_of_run(run: list[int], flags: Flags) -> list[list[int]]:
    """Groups among neighbouring columns of zeros and ones."""
    groups: list[list[int]] = []
    others: list[int] = []
    # Where, from each column on, as many cells are set as there are rows.
    n_before = np.append(0, flags.n_set[run].cumsum())
    ends = np.searchsorted(n_before, n_before[:-1] + flags.n_rows)
    start = 0
    while start < len(run):
        group = run[start : ends[start]] if ends[start] <= len(run) else []
        if group and _is_complete(group, flags):
            groups += [*_exclusive(others, flags), group]
            others = []
            start += len(group)
        else:
            others.append(run[start])
            start += 1
    return groups + _exclusive(others, flags)


def _is_complete(group: list[int], flags: Flags) -> bool:
    """Whether each row sets exactly one of some neighbouring columns."""
    exclusive = flags.conflict[group].max() < group[0]
    return bool(exclusive and flags.n_set[group].sum() == flags.n_rows)


def _exclusive(run: list[int], flags: Flags) -> list[list[int]]:
    """Longest runs of columns of which no row sets two; single ones are left out."""
    groups: list[list[int]] = []
    for position in run:
        if not groups or flags.conflict[position] >= groups[-1][0]:
            groups.append([])
        groups[-1].append(position)
    return [group for group in groups if len(group) > 1]


def _mixes_types(column: ColumnSummary) -> bool:
    """Whether some objects are no booleans and others no numbers."""
    objects = column.kind == "category" and column.dtype == object
    return objects and not column.boolean_objects


def _zeros_and_ones(table: Table, position: int, part: ColumnPart) -> np.ndarray | None:
    """Cells of a column as booleans, None if any is neither zero nor one."""
    number = part.kind == "number" and not part.too_large
    few = part.values is not None and part.values <= {0, 1}
    boolean = types.is_bool_dtype(part.dtype) or part.boolean_objects
    if not (number and few) and not boolean:
        return None
    cells = table.column(position)
    if is_missing(cells).any():
        return None
    return cells.to_numpy(dtype=float) == 1
