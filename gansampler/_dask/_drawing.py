"""Partitions of synthetic rows, which are drawn when they are needed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd

from gansampler._threads import single_thread
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
            return missing.astype(like.dtype)
        first = last + 1 + self.start
        index = pd.RangeIndex(first, first + self.n_rows, name=like.name)
        if isinstance(like, pd.RangeIndex):
            return index
        plain = getattr(like.dtype, "numpy_dtype", like.dtype)
        if first + self.n_rows - 1 > np.iinfo(plain).max:
            # Labels beyond a small dtype would start again from its least.
            return index.astype(np.int64)
        return index.astype(like.dtype)


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
        Its labels.
    trained : dict of Delayed
        For each class its ``TrainedClass``.
    parts : list of SyntheticPart
        What to draw.
    last : int
        The largest label in the indexes of X and y.
    """
    if not parts:
        return X, y
    for collection in (X, y):
        if collection.known_divisions and _has_integers(collection):
            # Filtered partitions may end before their division does.
            last = max(last, int(collection.divisions[-1]))
    rows = [dask.delayed(_draw)(trained[p.label], p, last, X._meta) for p in parts]
    labels = [dask.delayed(_repeat_label)(p, last, y._meta) for p in parts]
    return _append(X, rows, parts, last), _append(y, labels, parts, last)


def _draw(
    trained: TrainedClass, part: SyntheticPart, last: int, like: pd.DataFrame
) -> pd.DataFrame:
    with single_thread():
        rows = trained.generator.sample(part.n_rows, part.seed)
    rows.index = part.index(last, like.index)
    rows.columns = like.columns
    return rows


def _repeat_label(part: SyntheticPart, last: int, like: pd.Series) -> pd.Series:
    labels = np.full(part.n_rows, part.label)
    index = part.index(last, like.index)
    return pd.Series(labels, index, dtype=like.dtype, name=like.name)


def _append(
    collection: Any, partitions: list[Any], parts: list[SyntheticPart], last: int
) -> Any:
    divisions = None
    if collection.known_divisions and _has_integers(collection):
        end = parts[-1].start + parts[-1].n_rows
        divisions = (*(last + 1 + part.start for part in parts), last + end)
    added = dd.from_delayed(
        partitions,
        meta=collection._meta,
        divisions=divisions,
        prefix="synthetic",
        verify_meta=False,
    )
    return dd.concat([collection, added])


def _has_integers(collection: Any) -> bool:
    return bool(pd.api.types.is_integer_dtype(collection._meta.index.dtype))
