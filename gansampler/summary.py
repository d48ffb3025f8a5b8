"""What the whole table shows of each column: its kind, its range, what it may hold.

A new kind of column begins here, with its place in ``Kind`` and ``kind_of``.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api import types

from gansampler.exceptions import InvalidTableError

Kind = Literal["number", "integer", "time", "category"]

FEW_VALUES = 32
FEW_REPEATS = 5
"""A numeric column is few-valued if the table shows at most so many distinct values,
each of them so often on average: then only observed values are generated."""

EXACT_INTEGER = 2**53
"""Integers beyond are not all floats: such columns are counted from their minimum."""

TIME_STEPS = {
    unit: {
        length: int(pd.Timedelta(1, length) / pd.Timedelta(1, unit))
        for length in ("D", "h", "min", "s", "ms", "us", "ns")
        if pd.Timedelta(1, length) >= pd.Timedelta(1, unit)
    }
    for unit in ("s", "ms", "us", "ns")
}


@dataclass(frozen=True)
class ColumnSummary:
    """What the whole table shows of one column.

    Attributes
    ----------
    name : hashable
        The column's name.
    dtype : dtype
        NumPy or pandas dtype, given back in the end.
    kind : {"number", "integer", "time", "category"}
        How the column is treated; "integer" are those too large for exact floats.
    low, high : float
        Observed range of the column's numbers; NaN where it shows none.
    few_valued : bool
        Whether only observed values may be generated.
    origin, last : int
        First and last integer or tick of an "integer" or "time" column.
    step : int
        Ticks of a "time" column between the values of its numbers.
    whole_objects : bool
        Whether the numbers in a column of objects are integers.
    """

    name: Hashable
    dtype: Any
    kind: Kind
    low: float = np.nan
    high: float = np.nan
    few_valued: bool = False
    origin: int = 0
    last: int = 0
    step: int = 1
    whole_objects: bool = False

    def narrowed(self, cells: pd.Series) -> ColumnSummary:
        """The summary with the range that some cells show, exact to the last digit."""
        present = cells[~cells.isna().to_numpy()]
        if self.kind not in ("integer", "time") or not len(present):
            return self
        integers = _integers(present)
        origin, last = int(integers.min()), int(integers.max())
        high = float((last - origin) / self.step)
        return replace(self, low=0.0, high=high, origin=origin, last=last)

    def to_numbers(self, cells: pd.Series) -> np.ndarray:
        """Cells as float64 numbers, NaN where missing."""
        if self.kind == "number":
            return _floats(cells)
        missing = cells.isna().to_numpy()
        numbers = np.full(len(cells), np.nan)
        numbers[~missing] = (_integers(cells[~missing]) - self.origin) / self.step
        return numbers

    def from_numbers(self, numbers: np.ndarray) -> pd.Series:
        """Cells in the column's dtype; none of the numbers may be missing."""
        if self.kind == "number":
            return self._from_floats(numbers)
        whole = np.round(numbers)
        if self.kind == "time":
            ticks = whole.astype(np.int64) * self.step + self.origin
            return pd.Series(np.clip(ticks, self.origin, self.last)).astype(self.dtype)
        # Python's integers: no sum overflows, and the ends stay exact.
        values = [min(int(x) + self.origin, self.last) for x in whole]
        return pd.Series(values, dtype=self.dtype)

    def _from_floats(self, numbers: np.ndarray) -> pd.Series:
        if types.is_object_dtype(self.dtype):
            as_type = int if self.whole_objects else float
            return pd.Series([as_type(x) for x in numbers], dtype=object)
        if types.is_integer_dtype(self.dtype):
            limits = np.iinfo(getattr(self.dtype, "numpy_dtype", dense(self.dtype)))
            # The largest integers of 64 bits are no floats.
            high = np.nextafter(limits.max, 0) if limits.bits == 64 else limits.max
            numbers = np.clip(np.round(numbers), limits.min, high)
            numbers = numbers.astype(np.uint64 if limits.min == 0 else np.int64)
        return pd.Series(numbers).astype(dense(self.dtype))


def dense(dtype: Any) -> Any:
    """The dtype that a sparse one compresses; any other as it is."""
    return dtype.subtype if isinstance(dtype, pd.SparseDtype) else dtype


def summarise(name: Hashable, cells: pd.Series) -> ColumnSummary:
    """Look at one column of the whole table.

    Parameters
    ----------
    name : hashable
        The column's name.
    cells : Series
        All its cells.

    Returns
    -------
    ColumnSummary

    Raises
    ------
    InvalidTableError
        If the column holds infinite or complex numbers, or cells that cannot be told
        apart by hashing.
    """
    kind = kind_of(name, cells)
    if kind == "category":
        return ColumnSummary(name, cells.dtype, kind)
    if kind == "time":
        return _summarise_integers(name, cells, kind)
    try:
        numbers = _floats(cells)
    except OverflowError:
        raise InvalidTableError(
            f"Column {name!r} contains integers that no float can hold. Turn its cells "
            "into strings, or scale them down."
        ) from None
    present = numbers
    low, high = _range(numbers)
    if np.isnan(low):
        present = numbers[~np.isnan(numbers)]
        low, high = _range(present)
    if np.isinf([low, high]).any():
        raise InvalidTableError(
            f"Column {name!r} contains infinity. Replace infinite cells by missing or "
            "by finite values first."
        )
    if not len(present):
        return ColumnSummary(name, cells.dtype, kind)
    huge = max(-low, high) >= EXACT_INTEGER
    if huge and types.is_integer_dtype(cells.dtype):
        return _summarise_integers(name, cells, "integer")
    if huge and types.is_object_dtype(cells.dtype) and _is_few_valued(present):
        return ColumnSummary(name, cells.dtype, "category")
    return ColumnSummary(
        name,
        cells.dtype,
        kind,
        low,
        high,
        _is_few_valued(present),
        whole_objects=types.is_object_dtype(cells.dtype)
        and types.infer_dtype(cells, skipna=True) == "integer",
    )


def _range(numbers: np.ndarray) -> tuple[float, float]:
    """Least and largest number; NaN where there is none, or a missing one."""
    if not len(numbers):
        return np.nan, np.nan
    return float(numbers.min()), float(numbers.max())


def kind_of(name: Hashable, cells: pd.Series) -> Kind:
    """What a column holds, by its dtype and, in a column of objects, its cells.

    Parameters
    ----------
    name : hashable
        The column's name.
    cells : Series
        Its cells.

    Returns
    -------
    {"number", "time", "category"}

    Raises
    ------
    InvalidTableError
        If the column holds complex numbers, or cells that cannot be told apart by
        hashing.
    """
    dtype = dense(cells.dtype)
    if types.is_complex_dtype(dtype):
        raise _complex_numbers(name)
    if getattr(dtype, "type", None) in (list, dict):
        raise _no_category(name, dtype.type.__name__)
    if types.is_bool_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype):
        return "category"
    if dtype.kind in "mM" and "date32" not in str(dtype) and "date64" not in str(dtype):
        return "time"
    if types.is_numeric_dtype(dtype) and dtype.kind in "iuf":
        return "number"
    if types.is_object_dtype(dtype):
        content = types.infer_dtype(cells, skipna=True)
        if content in ("integer", "floating", "mixed-integer-float"):
            return "number"
        _check_objects(name, cells)
    return "category"


def _check_objects(name: Hashable, cells: pd.Series) -> None:
    for cell in cells:
        if isinstance(cell, (complex, np.complexfloating)):
            raise _complex_numbers(name)
        try:
            hash(cell)
        except TypeError:
            raise _no_category(name, type(cell).__name__) from None


def _no_category(name: Hashable, kind: str) -> InvalidTableError:
    return InvalidTableError(
        f"Column {name!r} contains a cell of type {kind}, which is neither a number "
        "nor a category. Drop the column, or turn its cells into strings or numbers."
    )


def _complex_numbers(name: Hashable) -> InvalidTableError:
    return InvalidTableError(
        f"Column {name!r} contains complex numbers. Split it into its real and "
        "imaginary parts first."
    )


def _summarise_integers(
    name: Hashable, cells: pd.Series, kind: Literal["integer", "time"]
) -> ColumnSummary:
    present = cells[~cells.isna().to_numpy()]
    if not len(present):
        return ColumnSummary(name, cells.dtype, kind)
    integers = _integers(present)
    origin, last = int(integers.min()), int(integers.max())
    step = 1
    if kind == "time":
        steps = TIME_STEPS[time_unit(cells.dtype)].values()
        step = next(step for step in steps if not ((integers - origin) % step).any())
    numbers = ((integers - origin) / step).astype(float)
    few_valued = _is_few_valued(numbers)
    if few_valued and numbers.max() >= EXACT_INTEGER:
        # As levels they come back to the last digit.
        return ColumnSummary(name, cells.dtype, "category")
    return ColumnSummary(
        name,
        cells.dtype,
        kind,
        low=0.0,
        high=float(numbers.max()),
        few_valued=few_valued,
        origin=origin,
        last=last,
        step=step,
    )


def time_unit(dtype: Any) -> str:
    """The resolution of a dtype of times, as pandas and Arrow write it: ``"ms"``."""
    if isinstance(dtype, pd.ArrowDtype):
        return str(dtype.pyarrow_dtype.unit)
    return str(getattr(dtype, "unit", None) or np.datetime_data(dtype)[0])


def _is_few_valued(numbers: np.ndarray) -> bool:
    # A short look settles nearly all columns of many values.
    if len(pd.unique(numbers[: FEW_VALUES * FEW_REPEATS])) > FEW_VALUES:
        return False
    n_distinct = len(pd.unique(numbers))
    return n_distinct <= 2 or (
        n_distinct <= FEW_VALUES and n_distinct * FEW_REPEATS <= len(numbers)
    )


def _floats(cells: pd.Series) -> np.ndarray:
    return cells.to_numpy(dtype=np.float64, na_value=np.nan)


def _integers(present: pd.Series) -> np.ndarray:
    if present.dtype.kind in "mM":
        if isinstance(present.dtype, pd.ArrowDtype):
            # pandas 2.0 makes no integers of Arrow times but Arrow's own.
            present = present.astype("int64[pyarrow]")
        return present.astype("int64").to_numpy()
    return present.to_numpy(dtype=object)
