"""Partitions of synthetic rows, which are drawn when they are needed."""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import dask.dataframe as dd
import numpy as np
import pandas as pd

from gansampler._dask._partitions import map_as_is, one_in_each
from gansampler._threads import single_thread
from gansampler.exceptions import InvalidTableError
from gansampler.synthesis import ClassGenerator
from gansampler.trainer import TrainedClass

MAX_ROWS, MAX_CELLS = 100_000, 10_000_000
"""Size of a partition of synthetic rows."""


@dataclass(frozen=True)
class SyntheticPart:
    """One partition of synthetic rows.

    Attributes
    ----------
    label : hashable
        Their class.
    n_rows : int
        How many they are.
    seed : int
        From which they are drawn.
    start : int
        How many synthetic rows precede them.
    """

    label: Hashable
    n_rows: int
    seed: int
    start: int

    def index(self, last: int, like: pd.Index) -> pd.Index:
        """Labels of the rows: the integers that follow, or missing ones.

        Parameters
        ----------
        last : int
            The last label that is taken.
        like : Index
            The dtype and the name.
        """
        if not pd.api.types.is_integer_dtype(like.dtype):
            missing = pd.Index([None] * self.n_rows, dtype=object, name=like.name)
            # A plain boolean cannot be missing.
            return missing if like.dtype == bool else missing.astype(like.dtype)
        first = last + 1 + self.start
        if isinstance(like, pd.RangeIndex):
            return pd.RangeIndex(first, first + self.n_rows, name=like.name)
        # Labels beyond a small dtype would start again from its least.
        widest = _widest(like.dtype)
        fit = first + self.n_rows - 1 <= np.iinfo(_plain(like.dtype)).max
        labels = np.arange(self.n_rows, dtype=widest) + widest(first)
        return pd.Index(labels, name=like.name).astype(like.dtype if fit else widest)


def _plain(dtype: Any) -> Any:
    """NumPy's dtype of the integers of a nullable one; any other as it is."""
    return getattr(dtype, "numpy_dtype", dtype)


def _widest(dtype: Any) -> type[np.int64 | np.uint64]:
    """What labels of a dtype of integers are counted in."""
    return np.uint64 if _plain(dtype) == np.uint64 else np.int64


def last_label(X: Any, found: int, n_new: int) -> int:
    """The label of the index behind which those of synthetic rows go on.

    Parameters
    ----------
    X : dask DataFrame
        The table.
    found : int
        The largest label in its index; -1 where it has none to go on from.
    n_new : int
        How many synthetic rows there will be.

    Raises
    ------
    InvalidTableError
        If the labels that follow are too large for any dtype of the index.
    """
    dtype = X._meta.index.dtype
    if not pd.api.types.is_integer_dtype(dtype):
        return found
    # Filtered partitions may end before their division does.
    last = max(found, int(X.divisions[-1])) if X.known_divisions else found
    widest = _widest(dtype)
    if last + n_new > np.iinfo(widest).max:
        raise InvalidTableError(
            f"The largest label in the index of X is {last}, and the {n_new} synthetic "
            f"rows get the integers that follow, which {widest.__name__} cannot hold. "
            "Give X another index, as reset_index(drop=True) does."
        )
    return last


def layout(
    wanted: dict[Hashable, int],
    generators: dict[Hashable, ClassGenerator],
    n_columns: int,
) -> list[SyntheticPart]:
    """Cut the synthetic rows into partitions, each with a seed of its own.

    Parameters
    ----------
    wanted : dict of int
        How many rows each class is to get.
    generators : dict of ClassGenerator
        What was trained.
    n_columns : int
        Columns of the table.
    """
    size = max(1, min(MAX_ROWS, MAX_CELLS // n_columns))
    parts: list[SyntheticPart] = []
    start = 0
    for label, n_wanted in wanted.items():
        seed = first_seed = generators[label].resampling_seed
        for number, done in enumerate(range(0, n_wanted, size)):
            # The first partition has the rows that a table in memory gets.
            if number:
                later = np.random.SeedSequence([first_seed, number])
                seed = int(later.generate_state(1)[0])
            n_rows = min(size, n_wanted - done)
            parts.append(SyntheticPart(label, n_rows, seed, start))
            start += n_rows
    return parts


def append_rows(
    X: Any,
    y: Any,
    trained: dict[Hashable, Any],
    parts: list[SyntheticPart],
    last: int,
) -> tuple[Any, Any]:
    """Put partitions of synthetic rows below those that are there.

    Parameters
    ----------
    X : dask DataFrame
        The table, whose partitions stay as they are.
    y : dask Series
        Its labels, which get the index of ``X``.
    trained : dict of Delayed
        For each class its ``TrainedClass``.
    parts : list of SyntheticPart
        What to draw.
    last : int
        As ``last_label`` gives it.
    """
    if not parts:
        return X, y
    known = X.known_divisions and pd.api.types.is_integer_dtype(X._meta.index.dtype)
    # As columns of one frame the results can be joined: those of two Dask would match
    # by their index, and it may start anew in each file, or have missing labels.
    like = _labels_like(X._meta, y._meta)
    frames = [_beside(X, map_as_is(_reindexed, X.index, y, like=like))]
    for label, of_class in itertools.groupby(parts, key=lambda part: part.label):
        its_parts = list(of_class)
        divisions = _divisions(its_parts, last) if known else None
        places = one_in_each(its_parts, divisions)
        rows = map_as_is(_draw, places, trained[label], last, like=X._meta)
        labels = map_as_is(_repeat_label, places, last, like=like)
        frames.append(_beside(rows, labels))
    table = dd.concat(frames)
    labels = table[like.columns[0]].rename(y.name)
    names = X.columns.dtype
    if pd.api.types.is_integer_dtype(names) or pd.api.types.is_string_dtype(names):
        # By name, so that Dask reads and draws no more columns than are used.
        return table[list(X.columns)], labels
    # Names such as True choose no columns, and a list of others loses their dtype.
    return map_as_is(_without_labels, table, like=X._meta), labels


def _labels_like(X: pd.DataFrame, y: pd.Series) -> pd.DataFrame:
    """A frame of labels alone, without rows, whose column can stand beside those of X.

    Its name is none of theirs, and of their type.
    """
    name: Any = "label"
    if pd.api.types.is_integer_dtype(X.columns.dtype):
        name = int(X.columns.max()) + 1
    while name in X.columns:
        name += "_"
    labels = y.set_axis(X.index).to_frame()
    return labels.set_axis(X.columns[:0].insert(0, name), axis=1)


def _beside(rows: Any, labels: Any) -> Any:
    return dd.concat([rows, labels], axis=1, ignore_unknown_divisions=True)


def _divisions(parts: list[SyntheticPart], last: int) -> tuple[int, ...]:
    """The first label of each partition, and the last one of all."""
    end = parts[-1].start + parts[-1].n_rows
    return (*(last + 1 + part.start for part in parts), last + end)


def _draw(
    part: SyntheticPart, trained: TrainedClass, last: int, like: pd.DataFrame
) -> pd.DataFrame:
    with single_thread():
        rows = trained.generator.sample(part.n_rows, part.seed)
    rows.index = part.index(last, like.index)
    rows.columns = like.columns
    return rows


def _repeat_label(part: SyntheticPart, last: int, like: pd.DataFrame) -> pd.DataFrame:
    index, name = part.index(last, like.index), like.columns[0]
    labels = pd.Series(np.full(part.n_rows, part.label), index, dtype=like.dtypes[name])
    return labels.to_frame().set_axis(like.columns, axis=1)


def _without_labels(table: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    return table.iloc[:, :-1].set_axis(like.columns, axis=1)


def _reindexed(index: pd.Index, y: pd.Series, like: pd.DataFrame) -> pd.DataFrame:
    return y.set_axis(index).to_frame().set_axis(like.columns, axis=1)
