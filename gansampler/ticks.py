"""Times and large integers as exact integers, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

LONG_SPAN = 2**62
"""Ticks between times beyond which sums could leave 64 bits: Python has to add them."""

TIME_STEPS = {
    unit: {
        length: int(pd.Timedelta(1, length) / pd.Timedelta(1, unit))
        for length in ("D", "h", "min", "s", "ms", "us", "ns")
        if pd.Timedelta(1, length) >= pd.Timedelta(1, unit)
    }
    for unit in ("s", "ms", "us", "ns")
}
"""Ticks of each unit in the lengths of time that the cells of a column may step by."""


def time_unit(dtype: Any) -> str:
    """The resolution of a dtype of times, as pandas and Arrow write it: ``"ms"``."""
    if isinstance(dtype, pd.SparseDtype):
        dtype = dtype.subtype
    if isinstance(dtype, pd.ArrowDtype):
        return str(dtype.pyarrow_dtype.unit)
    return str(getattr(dtype, "unit", None) or np.datetime_data(dtype)[0])


def time_zone(dtype: Any) -> Any:
    """The zone of a dtype of times, None where it has none."""
    if isinstance(dtype, pd.ArrowDtype):
        return getattr(dtype.pyarrow_dtype, "tz", None)
    return getattr(dtype, "tz", None)


def integers_of(present: pd.Series) -> np.ndarray:
    """Cells of integers or times, none missing, as exact integers.

    Parameters
    ----------
    present : Series of length n

    Returns
    -------
    ndarray of shape (n,)
        Ticks, of int64, for times; by the clock on the wall where they have a zone:
        there days are whole where clocks are changed, too. Else Python's integers.
    """
    if isinstance(present.dtype, pd.SparseDtype):
        present = present.astype(present.dtype.subtype)
    dtype = present.dtype
    if dtype.kind not in "mM":
        return present.to_numpy(dtype=object)
    if isinstance(dtype, pd.ArrowDtype):
        # pandas 2.0 makes no integers of Arrow times but Arrow's own.
        present = present.astype("int64[pyarrow]")
    ticks = present.astype("int64").to_numpy()
    zone = time_zone(dtype)
    if zone is None:
        return ticks
    times = pd.DatetimeIndex(ticks.view(f"datetime64[{time_unit(dtype)}]"), tz="UTC")
    return times.tz_convert(zone).tz_localize(None).to_numpy().view(np.int64)


def times_of(ticks: np.ndarray, dtype: Any, earliest: int) -> pd.Series:
    """Undo ``integers_of`` for times.

    Parameters
    ----------
    ticks : ndarray of shape (n,), int64
    dtype : dtype
        Of the times.
    earliest : int
        The tick before which none may lie.

    Returns
    -------
    Series of length n
        Of an hour that the clock shows twice the first, but the second where it is at
        the earliest tick, which may be meant; one that the clock leaves out is
        shortened to nothing.
    """
    zone = time_zone(dtype)
    if zone is not None:
        unit = time_unit(dtype)
        clock = pd.Series(ticks.view(f"datetime64[{unit}]"))
        late = difference(ticks, earliest) > TIME_STEPS[unit]["h"]
        first = late.astype(bool)
        times = clock.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
        if not isinstance(dtype, pd.ArrowDtype):
            return times
        ticks = times.astype("int64").to_numpy()
    return pd.Series(ticks).astype(dtype)


def difference(integers: np.ndarray, origin: int) -> np.ndarray:
    """Integers less another, exact: those of 64 bits hold half of what it can be.

    Parameters
    ----------
    integers : ndarray of shape (n,)
        Of int64 or of Python's integers.
    origin : int

    Returns
    -------
    ndarray of shape (n,)
        Of Python's integers where 64 bits do not suffice.
    """
    if integers.dtype == np.int64 and len(integers):
        ends = int(integers.min()) - origin, int(integers.max()) - origin
        if max(map(abs, ends)) > np.iinfo(np.int64).max:
            integers = integers.astype(object)
    return integers - origin
