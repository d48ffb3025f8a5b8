"""Tasks over the partitions of a table and of its labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dask.dataframe as dd


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
    untyped: dict[str, Any] = {"meta": X._meta, "enforce_metadata": False}
    more = dd.from_map(_itself, list(each), **untyped)
    results = dd.map_partitions(function, X, y, more, **untyped, **kwargs)
    return list(results.to_delayed())


def _itself(value: Any) -> Any:
    return value
