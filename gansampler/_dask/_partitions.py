"""Tasks over the partitions of a table and of its labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dask.dataframe as dd
import pandas as pd

AS_THEY_COME: dict[str, Any] = {"enforce_metadata": False}
"""Dask leaves what a function returns as it is."""


def by_partition(
    function: Callable[..., Any], X: Any, y: Any, each: Sequence[Any], **kwargs: Any
) -> list[Any]:
    """A task for each partition of X and y.

    Parameters
    ----------
    function : callable
        Gets a DataFrame, a Series of labels and an element of ``each``.
    X : dask DataFrame
        The table.
    y : dask Series
        The labels.
    each : sequence of length n_partitions
        One more argument for each partition.
    **kwargs : dict
        Further arguments, the same for all.

    Returns
    -------
    list of Delayed
        The results, which need not be frames.
    """
    # As one expression: so Dask reads the columns of X and y in one go and runs all
    # steps on a partition in one task, which leaves nothing of it behind.
    results = dd.map_partitions(
        function, X, y, one_in_each(each), meta=X._meta, **AS_THEY_COME, **kwargs
    )
    return list(results.to_delayed())


def one_in_each(values: Sequence[Any], divisions: Any = None) -> Any:
    """Any values as the partitions of a frame, for functions of partitions to take.

    Parameters
    ----------
    values : sequence
        What each partition holds.
    divisions : tuple or None
        Those of the frame.
    """
    return dd.from_map(
        _itself, list(values), meta=pd.DataFrame(), divisions=divisions, **AS_THEY_COME
    )


def map_as_is(function: Callable[..., Any], *args: Any, like: Any) -> Any:
    """What a function makes of partitions, in no other types than it chose.

    Parameters
    ----------
    function : callable
        Gets a partition of each of ``args``, and ``like``.
    *args : dask DataFrame, Series or Delayed, or anything else
        The first one has partitions.
    like : DataFrame or Series without rows
        What the results look like.
    """
    return dd.map_partitions(function, *args, meta=like, like=like, **AS_THEY_COME)


def _itself(value: Any) -> Any:
    return value
