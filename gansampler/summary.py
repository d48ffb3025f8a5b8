"""What the whole table shows of each column: its kind, its range, what it may hold.

A new kind of column begins here, with its place in ``Content`` and ``kind_of``.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api import types

from gansampler.exceptions import InvalidTableError
from gansampler.ticks import (
    LONG_SPAN,
    TIME_STEPS,
    difference,
    integers_of,
    time_unit,
    times_of,
)

Content = Literal["number", "time", "category"]
"""What a column holds."""

Kind = Literal[Content, "large_integer"]
"""How a column is treated: large integers are those of an integer dtype that floats may
not hold exactly."""

FEW_VALUES = 32
FEW_REPEATS = 5
"""A numeric column is few-valued if the table shows at most so many distinct values,
each of them so often on average: then only observed values are generated."""

MAX_LEVELS = 64
MIN_LEVEL_ROWS = 5
SMALL_LEVELS = 10
"""A level of a categorical column has a cell of its own if the class shows no more than
``SMALL_LEVELS`` levels, or if at least ``MIN_LEVEL_ROWS`` of its rows show the level
and it is among the ``MAX_LEVELS`` most frequent. All other levels share one cell."""

MIN_TIMES = 10
"""Distinct times from which their greatest common divisor is taken as their step: of
fewer, one in several hundred tables would share a longer one by chance."""

EXACT_INTEGER = 2**53
"""Integers beyond are not all floats: such columns are counted from their minimum."""


@dataclass(frozen=True)
class ColumnSummary:
    """What the whole table shows of one column.

    Attributes
    ----------
    name : hashable
        The column's name.
    dtype : dtype
        NumPy or pandas dtype, given back in the end.
    kind : {"number", "large_integer", "time", "category"}
        How the column is treated.
    low, high : float
        Observed range of the column's numbers; NaN where it shows none.
    few_valued : bool
        Whether only observed values may be generated.
    origin, last : int
        First and last integer or tick of a "large_integer" or "time" column.
    step : int
        Ticks of a "time" column between the values of its numbers.
    whole_objects : bool
        Whether the numbers in a column of objects are integers.
    boolean_objects : bool
        Whether the cells of a column of objects are booleans.
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
    boolean_objects: bool = False

    @property
    def counts_from_origin(self) -> bool:
        """Whether the column's numbers are steps from ``origin``, and so whole."""
        return self.kind in ("large_integer", "time")

    def needs_levels(self, cells: pd.Series) -> bool:
        """Whether some cells show few integers that floats could not tell apart.

        As levels they come back to the last digit.
        """
        if not self.counts_from_origin or self.high < EXACT_INTEGER:
            return False
        part = ColumnPart.of(self.name, cells)
        if part.values is None:
            return False
        n_values = len(part.values)
        return n_values == 1 or (n_values > 1 and are_few(n_values, part.n_present))

    def narrowed(self, cells: pd.Series) -> ColumnSummary:
        """The summary with the range that some cells show, exact to the last digit."""
        present = cells[~cells.isna().to_numpy()]
        if not self.counts_from_origin or not len(present):
            return self
        integers = integers_of(present)
        origin, last = int(integers.min()), int(integers.max())
        high = float((last - origin) / self.step)
        return replace(self, low=0.0, high=high, origin=origin, last=last)

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the largest number that a cell of the dtype can hold."""
        dtype = getattr(dense(self.dtype), "numpy_dtype", dense(self.dtype))
        single = isinstance(dtype, np.dtype) and dtype.kind == "f"
        limit = float(np.finfo(dtype if single else np.float64).max)
        return -limit, limit

    def to_numbers(self, cells: pd.Series) -> np.ndarray:
        """Cells as float64 numbers, NaN where missing."""
        if self.kind == "number":
            return _floats(cells)
        missing = cells.isna().to_numpy()
        numbers = np.full(len(cells), np.nan)
        since = difference(integers_of(cells[~missing]), self.origin)
        numbers[~missing] = since / self.step
        return numbers

    def from_numbers(self, numbers: np.ndarray) -> pd.Series:
        """Cells in the column's dtype; none of the numbers may be missing."""
        if self.kind == "number":
            return self._from_floats(numbers)
        whole = np.round(numbers)
        if self.kind == "time" and self.last - self.origin < LONG_SPAN:
            ticks = whole.astype(np.int64) * self.step + self.origin
            return times_of(
                np.clip(ticks, self.origin, self.last), dense(self.dtype), self.origin
            )
        # Python's integers: no sum overflows, and the ends stay exact.
        values = [min(int(x) * self.step + self.origin, self.last) for x in whole]
        if self.kind == "time":
            return times_of(
                np.array(values, dtype=np.int64), dense(self.dtype), self.origin
            )
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


@dataclass(frozen=True)
class ColumnPart:
    """What some rows of the table show of one column.

    Parts of any rows merge into what all these rows show, exactly: the summary of the
    whole is the same however it is cut.

    Attributes
    ----------
    name : hashable
        The column's name.
    dtype : dtype
        NumPy or pandas dtype.
    kind : {"number", "time", "category"}
        What these cells are.
    n_present : int
        Cells that are not missing; of categories, counted among objects only.
    low, high : float or int
        Smallest and largest number, integer or tick; infinite if there is none.
    values : frozenset or None
        Distinct numbers, None where they are many.
    step : int
        Greatest common divisor of the ticks of a "time" column, counted from the
        first; 0 if it shows one time only.
    whole_objects : bool
        Whether the numbers in a column of objects are integers.
    boolean_objects : bool
        Whether the cells of a column of objects are booleans.
    too_large : bool
        Whether there is an integer that no float can hold.
    """

    name: Hashable
    dtype: Any
    kind: Content
    n_present: int = 0
    low: float = np.inf
    high: float = -np.inf
    values: frozenset[float] | None = frozenset()
    step: int = 0
    whole_objects: bool = False
    boolean_objects: bool = False
    too_large: bool = False

    @classmethod
    def of(cls, name: Hashable, cells: pd.Series) -> ColumnPart:
        """Look at some cells.

        Parameters
        ----------
        name : hashable
            The column's name.
        cells : Series
            The cells.

        Raises
        ------
        InvalidTableError
            If the column holds complex numbers, or cells that cannot be told apart by
            hashing.
        """
        kind, objects = kind_of(name, cells), types.is_object_dtype(cells.dtype)
        if kind == "category":
            if not objects:
                return cls(name, cells.dtype, kind)
            boolean = types.infer_dtype(cells, skipna=True) == "boolean"
            n_present = int(cells.notna().sum())
            return cls(name, cells.dtype, kind, n_present, boolean_objects=boolean)
        if kind == "time":
            return cls._of_times(name, cells)
        try:
            numbers = _floats(cells)
        except OverflowError:
            return cls(name, cells.dtype, kind, n_present=1, too_large=True)
        present = numbers
        low, high = _range(numbers)
        if np.isnan(low):
            present = numbers[~np.isnan(numbers)]
            low, high = _range(present)
        if not len(present):
            return cls(name, cells.dtype, kind)
        if types.is_integer_dtype(cells.dtype) and _is_huge(low, high):
            present = integers_of(cells[~cells.isna().to_numpy()])
            low, high = int(present.min()), int(present.max())
        return cls(
            name,
            cells.dtype,
            kind,
            len(present),
            low,
            high,
            _few_distinct(present),
            whole_objects=objects
            and types.infer_dtype(cells, skipna=True) == "integer",
        )

    @classmethod
    def _of_times(cls, name: Hashable, cells: pd.Series) -> ColumnPart:
        present = cells[~cells.isna().to_numpy()]
        if not len(present):
            return cls(name, cells.dtype, "time")
        ticks = integers_of(present)
        low, high = int(ticks.min()), int(ticks.max())
        return cls(
            name,
            cells.dtype,
            "time",
            len(ticks),
            low,
            high,
            _few_distinct(ticks),
            int(np.gcd.reduce(difference(ticks, low))),
        )

    def merge(self, other: ColumnPart) -> ColumnPart:
        """What the rows of two parts show; both must have the same dtype."""
        # Objects say by their cells what they are, and missing ones say nothing.
        if not self.n_present and self.dtype == object:
            return other
        if not other.n_present:
            return self
        n_present = self.n_present + other.n_present
        boolean = self.boolean_objects and other.boolean_objects
        if "category" in (self.kind, other.kind):
            return ColumnPart(
                self.name, self.dtype, "category", n_present, boolean_objects=boolean
            )
        if not self.n_present:
            return other
        values = None
        if self.values is not None and other.values is not None:
            union = self.values | other.values
            values = union if len(union) <= FEW_VALUES else None
        step = 0
        if self.kind == "time":
            step = math.gcd(self.step, other.step, int(self.low) - int(other.low))
        return ColumnPart(
            self.name,
            self.dtype,
            self.kind,
            n_present,
            min(self.low, other.low),
            max(self.high, other.high),
            values,
            step,
            self.whole_objects and other.whole_objects,
            too_large=self.too_large or other.too_large,
        )

    def summary(self) -> ColumnSummary:
        """What the whole table shows, if these are all its rows.

        Raises
        ------
        InvalidTableError
            If the column holds infinity, or integers that no float can hold.
        """
        if self.kind == "category" or not self.n_present:
            return ColumnSummary(
                self.name,
                self.dtype,
                self.kind,
                boolean_objects=self.boolean_objects,
            )
        if self.kind == "time":
            return self._summary_of_integers("time")
        if self.too_large:
            raise InvalidTableError(
                f"Column {self.name!r} contains integers that no float can hold. Turn "
                "its cells into strings, or scale them down."
            )
        if np.isinf([self.low, self.high]).any():
            raise InvalidTableError(
                f"Column {self.name!r} contains infinity. Replace infinite cells by "
                "missing or by finite values first."
            )
        huge = _is_huge(self.low, self.high)
        if huge and types.is_integer_dtype(self.dtype):
            return self._summary_of_integers("large_integer")
        if huge and types.is_object_dtype(self.dtype) and self._is_few_valued():
            return ColumnSummary(self.name, self.dtype, "category")
        return ColumnSummary(
            self.name,
            self.dtype,
            self.kind,
            self.low,
            self.high,
            self._is_few_valued(),
            whole_objects=self.whole_objects,
        )

    def _summary_of_integers(
        self, kind: Literal["large_integer", "time"]
    ) -> ColumnSummary:
        origin, last = int(self.low), int(self.high)
        step = self._step_of_times() if kind == "time" else 1
        high, few_valued = float(last - origin) / step, self._is_few_valued()
        if few_valued and high >= EXACT_INTEGER:
            # As levels they come back to the last digit.
            return ColumnSummary(self.name, self.dtype, "category")
        return ColumnSummary(
            self.name,
            self.dtype,
            kind,
            low=0.0,
            high=high,
            few_valued=few_valued,
            origin=origin,
            last=last,
            step=step,
        )

    def _step_of_times(self) -> int:
        """What all times have in common, or where they are few the longest unit."""
        if self.values is None or len(self.values) >= MIN_TIMES:
            return self.step
        units = TIME_STEPS[time_unit(self.dtype)].values()
        return next(unit for unit in units if not self.step % unit)

    def _is_few_valued(self) -> bool:
        if self.values is None:
            return False
        n_distinct = len(self.values)
        return n_distinct <= 2 or are_few(n_distinct, self.n_present)


def are_few(n_values: int, n_cells: int) -> bool:
    """Whether cells show few distinct values, each of them often.

    Parameters
    ----------
    n_values : int
        Distinct values.
    n_cells : int
        Cells that are not missing.
    """
    return n_values <= FEW_VALUES and n_values * FEW_REPEATS <= n_cells


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
    return ColumnPart.of(name, cells).summary()


def _range(numbers: np.ndarray) -> tuple[float, float]:
    """Least and largest number; NaN where there is none, or a missing one."""
    if not len(numbers):
        return np.nan, np.nan
    # Zero has no sign here: which one is the least would depend on their order.
    return float(numbers.min()) + 0.0, float(numbers.max()) + 0.0


def kind_of(name: Hashable, cells: pd.Series) -> Content:
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
        If the column holds complex numbers, cells that cannot be told apart by
        hashing, or a type of Arrow that pandas cannot read.
    """
    dtype = dense(cells.dtype)
    _check_readable(name, dtype)
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


def _check_readable(name: Hashable, dtype: Any) -> None:
    if isinstance(dtype, pd.ArrowDtype):
        try:
            types.is_numeric_dtype(dtype)
        except NotImplementedError:
            raise InvalidTableError(
                f"Column {name!r} has the Arrow type {dtype.pyarrow_dtype}, which "
                "pandas cannot read. Cast it to another one, or drop the column."
            ) from None


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


def is_missing(cells: pd.Series) -> np.ndarray:
    """Which cells of a column are missing.

    To pandas, NaN among the floats of Arrow, or of a column with a mask, is not.
    """
    missing: np.ndarray = np.array(cells.isna(), dtype=bool)
    dtype = cells.dtype
    if types.is_extension_array_dtype(dtype) and types.is_float_dtype(dtype):
        missing |= np.isnan(_floats(cells))
    return missing


def _few_distinct(numbers: np.ndarray) -> frozenset[float] | None:
    """Distinct numbers, None if they are more than a few."""
    # A short look settles nearly all columns of many values.
    if len(pd.unique(numbers[: FEW_VALUES * FEW_REPEATS])) > FEW_VALUES:
        return None
    distinct = pd.unique(numbers)
    return frozenset(distinct.tolist()) if len(distinct) <= FEW_VALUES else None


def _is_huge(low: float, high: float) -> bool:
    return max(-low, high) >= EXACT_INTEGER


def _floats(cells: pd.Series) -> np.ndarray:
    return cells.to_numpy(dtype=np.float64, na_value=np.nan)
