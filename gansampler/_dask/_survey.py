"""The first pass: what all rows show, found partition by partition and merged."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dask
import numpy as np
import pandas as pd
from imblearn.utils import check_target_type

from gansampler import validation
from gansampler._dask._partitions import by_partition
from gansampler.exceptions import InvalidTableError
from gansampler.onehot import Flags, OneHotGroups
from gansampler.summary import ColumnPart, ColumnSummary
from gansampler.tabular import Table

MERGED_AT_ONCE = 16
"""Surveys that one task merges."""


def survey_all(X: Any, y: Any) -> Survey:
    """Look at all rows, on the workers.

    Parameters
    ----------
    X : dask DataFrame
        The table.
    y : dask Series
        Its labels.

    Raises
    ------
    InvalidTableError
        If a partition holds what no table may hold, or is not what Dask was told.
    """
    meta = {"X_meta": X._meta, "y_meta": y._meta}
    surveys = by_partition(Survey.of, X, y, range(X.npartitions), **meta)
    merge = dask.delayed(_merge_all)
    # As a tree, so that no task holds many surveys.
    while len(surveys) > 1:
        starts = range(0, len(surveys), MERGED_AT_ONCE)
        surveys = [merge(surveys[s : s + MERGED_AT_ONCE]) for s in starts]
    survey: Survey = surveys[0].compute()
    return survey


@dataclass(frozen=True)
class Survey:
    """What some partitions show; merged, what all of them show.

    Attributes
    ----------
    columns : list of ColumnPart
        What they show of each column.
    flags : Flags
        Which columns hold zeros and ones.
    counts : list of dict
        For each partition how many rows each class has.
    n_unlabelled : int
        Rows whose label is missing.
    last_index_label : int
        The largest label in the index of X; -1 where there is none that is a whole
        number from 0 on.
    """

    columns: list[ColumnPart]
    flags: Flags
    counts: list[dict[Hashable, int]]
    n_unlabelled: int
    last_index_label: int

    @classmethod
    def of(
        cls,
        X: pd.DataFrame,
        y: pd.Series,
        number: int,
        X_meta: pd.DataFrame,
        y_meta: pd.Series,
    ) -> Survey:
        """Look at one partition.

        Parameters
        ----------
        X : DataFrame
            Its rows.
        y : Series
            Their labels.
        number : int
            Which one it is, for messages.
        X_meta, y_meta : DataFrame and Series without rows
            What Dask was told of the two.
        """
        _check_partition(X, y, number, X_meta, y_meta)
        codes, classes = pd.factorize(np.asarray(y))
        # Each twice: scikit-learn takes labels that are nearly all distinct for a
        # mistake.
        validation.check_classes(np.repeat(classes, 2))
        n_rows = np.bincount(codes[codes >= 0], minlength=len(classes)).tolist()
        table = Table(X)
        return cls(
            table.parts,
            Flags.of(table),
            [dict(zip(classes, n_rows, strict=True))],
            int((codes < 0).sum()),
            _last_label(X.index),
        )

    def merge(self, other: Survey) -> Survey:
        """What the partitions of two surveys show, the other's being the later."""
        pairs = zip(self.columns, other.columns, strict=True)
        return Survey(
            [one.merge(two) for one, two in pairs],
            self.flags.merge(other.flags),
            self.counts + other.counts,
            self.n_unlabelled + other.n_unlabelled,
            max(self.last_index_label, other.last_index_label),
        )

    @property
    def n_rows(self) -> int:
        """Rows of all partitions."""
        return self.flags.n_rows

    @cached_property
    def summary(self) -> list[ColumnSummary]:
        """What each column shows, if these are all partitions."""
        return [column.summary() for column in self.columns]

    def groups(self, columns: pd.Index) -> OneHotGroups:
        """Columns that are learned as one, if these are all partitions."""
        return OneHotGroups.among(self.flags, self.summary, columns)

    def per_partition(self, label: Hashable) -> np.ndarray:
        """Rows of a class in each partition."""
        return np.array([counts.get(label, 0) for counts in self.counts])

    def classes(self, y_meta: pd.Series) -> CountedLabels:
        """All classes in sorted order, with the number of their rows."""
        total: Counter[Hashable] = Counter()
        for counts in self.counts:
            total.update(counts)
        validation.check_classes(np.array([*total, *total], dtype=object))
        twice = pd.Series([*total, *total], dtype=y_meta.dtype)
        labels = np.unique(check_target_type(validation.dense_labels(twice)))
        return CountedLabels.of(labels, [total[label] for label in labels])


def _merge_all(surveys: list[Survey]) -> Survey:
    return functools.reduce(Survey.merge, surveys)


def _check_partition(
    X: pd.DataFrame,
    y: pd.Series,
    number: int,
    X_meta: pd.DataFrame,
    y_meta: pd.Series,
) -> None:
    if len(X) != len(y):
        raise InvalidTableError(
            f"Partition {number} of X has {len(X)} rows and that of y has {len(y)} "
            "labels. Take both from one dask DataFrame, so that their partitions are "
            "the same rows."
        )
    if not X.columns.equals(X_meta.columns):
        raise InvalidTableError(
            f"Partition {number} of X has the columns {X.columns.tolist()}, and Dask "
            f"was told that they are {X_meta.columns.tolist()}. Select them by name "
            "where the table is read."
        )
    names = [*(f"Column {name!r}" for name in X.columns), "y"]
    found, told = [*X.dtypes, y.dtype], [*X_meta.dtypes, y_meta.dtype]
    for name, dtype, expected in zip(names, found, told, strict=True):
        if dtype != expected:
            raise InvalidTableError(
                f"{name} is {dtype} in partition {number}, and Dask was told that it "
                f"is {expected}. Convert it with astype, or read the table with its "
                "dtypes given."
            )


def _last_label(index: pd.Index) -> int:
    labels = index.dropna()
    if not len(labels) or not pd.api.types.is_integer_dtype(labels.dtype):
        return -1
    return max(-1, int(labels.max()))


class CountedLabels(np.ndarray):
    """Distinct labels that ``np.unique`` counts as if each stood for many rows.

    imbalanced-learn works out ``sampling_strategy`` from such counts, and for them
    alone it would want the labels of all rows in one array.
    """

    n_rows: np.ndarray

    @classmethod
    def of(cls, labels: np.ndarray, n_rows: list[int]) -> CountedLabels:
        """Sorted labels with their counts."""
        counted = labels.view(cls)
        counted.n_rows = np.array(n_rows)
        return counted

    def __array_function__(
        self, func: Any, types: Any, args: Any, kwargs: Any
    ) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        """Answer ``np.unique`` from the counts, and anything else as an array."""
        if func is np.unique and kwargs.get("return_counts"):
            return np.asarray(self), self.n_rows
        plain = [np.asarray(x) if isinstance(x, CountedLabels) else x for x in args]
        result: np.ndarray = func(*plain, **kwargs)
        return result
