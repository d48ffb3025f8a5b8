"""Columns of a table: what each one is, and how its cells become numbers and back.

``summarise`` looks at a column of the whole table; ``NumericColumn`` and
``CategoricalColumn`` learn the same column of one class. A new kind of column is a new
class with the same methods, chosen in ``TableEncoder.fit``.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api import types
from sklearn.metrics import pairwise_distances_argmin

from gansampler.exceptions import InvalidTableError
from gansampler.marginals import (
    N_POINTS,
    Marginal,
    MarginalMap,
    reflect,
    robust_bandwidth,
    spikes,
    spread,
    stratified_normal,
)

Kind = Literal["number", "integer", "time", "category"]

FEW_VALUES = 32
FEW_REPEATS = 5
"""A numeric column is few-valued if the table shows at most so many distinct values,
each of them so often on average: then only observed values are generated."""

MAX_DECIMALS = 12
"""Decimals that are looked for; a column with more of them is taken as continuous."""

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

MAX_DONORS = 2000
"""Rows of the class that can lend a rare level; beyond, a random part of them does."""

MAX_LEVELS = 64
MIN_LEVEL_ROWS = 5
SMALL_LEVELS = 10
"""A level of a categorical column has a cell of its own if the class shows no more than
``SMALL_LEVELS`` levels, or if at least ``MIN_LEVEL_ROWS`` of its rows show the level
and it is among the ``MAX_LEVELS`` most frequent. All other levels share one cell."""

MAX_BENT = 100.0
"""Where the compressed tails end: sinh of more would soon overflow."""

ORDINARY = 1e-100, 1e100
"""Magnitudes that can be squared and cubed as they are; others are scaled first."""

PLATEAU_SHARE = 0.25
PLATEAU_COUNT = 3
"""A number that this share of the class, and this many rows, show is learned as a level
beside the other numbers of its column: whether a row has it tends to hang on other
columns (no mailbox, no messages), which a number close to it would lose."""

SKEWED = 2.0
"""Skewness beyond which a column's tails are compressed before training."""


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
            numbers = np.round(numbers).astype(np.int64)
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
    kind = _kind(name, cells)
    if kind == "category":
        return ColumnSummary(name, cells.dtype, kind)
    if kind == "time":
        return _summarise_integers(name, cells, kind)
    numbers = _floats(cells)
    if np.isinf(numbers).any():
        raise InvalidTableError(
            f"Column {name!r} contains infinity. Replace infinite cells by missing or "
            "by finite values first."
        )
    present = numbers[~np.isnan(numbers)]
    if not len(present):
        return ColumnSummary(name, cells.dtype, kind)
    low, high = float(present.min()), float(present.max())
    if types.is_integer_dtype(cells.dtype) and max(-low, high) >= EXACT_INTEGER:
        return _summarise_integers(name, cells, "integer")
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


def _kind(name: Hashable, cells: pd.Series) -> Kind:
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
        steps = TIME_STEPS[_unit(cells.dtype)].values()
        step = next(step for step in steps if not ((integers - origin) % step).any())
    numbers = ((integers - origin) / step).astype(float)
    return ColumnSummary(
        name,
        cells.dtype,
        kind,
        low=0.0,
        high=float(numbers.max()),
        few_valued=_is_few_valued(numbers),
        origin=origin,
        last=last,
        step=step,
    )


def _unit(dtype: Any) -> str:
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
        return present.astype("int64").to_numpy()
    return present.to_numpy(dtype=object)


def skewness(numbers: np.ndarray) -> float:
    """Third standardised moment of numbers that are not all equal."""
    standard = (numbers - numbers.mean()) / numbers.std()
    return float((standard**3).mean())


def count_decimals(numbers: np.ndarray, dtype: Any) -> int | None:
    """Decimals with which all numbers are written, None if they are continuous.

    Parameters
    ----------
    numbers : ndarray of shape (n,)
        The numbers, none missing.
    dtype : dtype
        Of the column: a number of type float32 has few digits of its own.

    Returns
    -------
    int or None
    """
    single = str(dtype).lower() in ("float32", "float[pyarrow]", "float16")
    numbers = numbers.astype(np.float32) if single else numbers
    for decimals in range(MAX_DECIMALS + 1):
        # Beyond, every float is a multiple of the last decimal.
        digits = np.abs(numbers).max() * 10.0**decimals
        if digits > (2**22 if single else 2**51):
            return None
        rounded = np.round(numbers.astype(np.float64), decimals).astype(numbers.dtype)
        if (rounded == numbers).all():
            return decimals
    return None


class NumericColumn:
    """A column of numbers, learned from one class.

    Parameters
    ----------
    summary : ColumnSummary
        What the whole table shows of the column.
    value_range : {"table", "class"} or None
        Where generated values have to lie.

    Attributes
    ----------
    width : int
        Numeric cells of an encoded row: one, or none where the class shows a single
        value, or two that repeat.
    plateaus : CategoricalColumn
        Which of the frequent values a cell is, or whether it is another; where there
        are only two values, which of them. Without cells where none is frequent.
    """

    def __init__(self, summary: ColumnSummary, value_range: str | None) -> None:
        self.summary = summary
        self.value_range = value_range
        self.marginal_map: MarginalMap | None = None

    def fit(self, cells: pd.Series) -> NumericColumn:
        """Learn scale, range, decimals and spikes from the class's cells."""
        summary = self.summary
        numbers = summary.to_numbers(cells)
        observed = np.sort(numbers[~np.isnan(numbers)])
        self.unit = 1.0
        if len(observed):
            largest = float(np.abs(observed).max())
            if largest and not ORDINARY[0] < largest < ORDINARY[1]:
                self.unit = largest
        observed = observed / self.unit
        self.levels, counts = np.unique(observed, return_counts=True)
        n_levels, n = len(self.levels), len(observed)
        self.few_valued = summary.few_valued or (
            n_levels <= FEW_VALUES and n_levels * FEW_REPEATS <= n
        )
        # Two values that repeat are levels, with no number in between.
        self.width = int(n_levels > (2 if self.few_valued else 1))
        often = counts >= max(PLATEAU_COUNT, PLATEAU_SHARE * len(observed))
        self.frequent = self.levels[often] if self.width else self.levels
        self.plateaus = CategoricalColumn().fit(self.plateau_of(cells))
        self.low, self.high = self._ends()
        if not self.width:
            return self
        self.observed = observed[~np.isin(observed, self.frequent)]
        whole = summary.kind in ("integer", "time")
        self.decimals = 0 if whole else None
        if not whole and self.unit == 1.0:
            self.decimals = count_decimals(observed, summary.dtype)
        self.centre, self.bend = 0.0, None
        if not self.few_valued and abs(skewness(observed)) > SKEWED:
            self.centre = float(np.median(observed))
            middle_half = np.subtract(*np.quantile(observed, [0.75, 0.25]))
            self.bend = float(middle_half) or float(observed.std())
        bent = self._bend(observed)
        self.mean, self.scale = float(bent.mean()), float(bent.std())
        return self

    def _ends(self) -> tuple[float, float]:
        if self.value_range == "class" or not self.width:
            if not len(self.levels):
                return np.nan, np.nan
            return float(self.levels[0]), float(self.levels[-1])
        if self.value_range == "table" or self.summary.kind in ("integer", "time"):
            return self.summary.low / self.unit, self.summary.high / self.unit
        if types.is_integer_dtype(self.summary.dtype):
            limits = np.iinfo(
                getattr(self.summary.dtype, "numpy_dtype", self.summary.dtype)
            )
            return limits.min / self.unit, limits.max / self.unit
        return -np.inf, np.inf

    def _bend(self, numbers: np.ndarray) -> np.ndarray:
        if self.bend is None:
            return numbers
        return np.arcsinh((numbers - self.centre) / self.bend)

    def _unbend(self, numbers: np.ndarray) -> np.ndarray:
        if self.bend is None:
            return numbers
        return np.sinh(np.clip(numbers, -MAX_BENT, MAX_BENT)) * self.bend + self.centre

    def encode(self, cells: pd.Series) -> np.ndarray:
        """Cells in units of the class's standard deviation; zero where missing."""
        if not self.width:
            return np.empty((len(cells), 0))
        numbers = self.summary.to_numbers(cells) / self.unit
        encoded = (self._bend(numbers) - self.mean) / self.scale
        return np.nan_to_num(encoded, nan=0.0)[:, None]

    def plateau_of(self, cells: pd.Series) -> pd.Series:
        """Number of the frequent value that a cell is, -1 if none, NaN if missing."""
        numbers = self.summary.to_numbers(cells) / self.unit
        which = np.full(len(numbers), -1.0)
        for number, value in enumerate(self.frequent):
            which[numbers == value] = number
        which[np.isnan(numbers)] = np.nan
        return pd.Series(which)

    def smoothed_marginal(self) -> Marginal:
        """The law of the class apart from frequent values, blurred but for spikes."""
        if self.few_valued:
            points = spread(self.observed, max(N_POINTS, len(self.observed)))
            return Marginal(points, np.ones(len(points), dtype=bool))
        points = spread(self.observed, max(N_POINTS, len(self.observed)))
        atoms = np.isin(points, spikes(self.observed, (self.low, self.high)))
        bent = self._bend(points)
        bandwidth = robust_bandwidth(self._bend(self.observed))
        blurred = self._unbend(bent + bandwidth * stratified_normal(len(points)))
        blurred = self._off_the_ends(reflect(blurred, self.low, self.high))
        points = np.where(atoms, points, blurred)
        order = np.argsort(points, kind="stable")
        return Marginal(points[order], atoms[order])

    def _off_the_ends(self, numbers: np.ndarray) -> np.ndarray:
        if self.decimals is None:
            return numbers
        step = 10.0**-self.decimals
        if self.high - self.low < 2 * step:
            return numbers
        return np.clip(numbers, self.low + step, self.high - step)

    def calibrate(self, encoded: np.ndarray, one_hot: np.ndarray) -> None:
        """Map generated cells to the class's law from now on.

        Parameters
        ----------
        encoded : ndarray of shape (n_rows, width)
            Generated numeric cells of this column.
        one_hot : ndarray of shape (n_rows, plateaus.width)
            Which of them are frequent values.
        """
        others = encoded[self._decode_plateaus(one_hot) < 0].ravel()
        if len(others) and len(self.observed):
            self.marginal_map = MarginalMap.fit(
                others.astype(np.float64), self.smoothed_marginal()
            )

    def decode(self, encoded: np.ndarray, one_hot: np.ndarray) -> pd.Series:
        """Cells in the column's dtype.

        Parameters
        ----------
        encoded : ndarray of shape (n_rows, width)
            Numeric cells.
        one_hot : ndarray of shape (n_rows, plateaus.width)
            Which of them are frequent values.
        """
        plateau = self._decode_plateaus(one_hot)
        numbers = self.frequent[plateau] if len(self.frequent) else np.empty(0)
        if self.width:
            others = self._valid_numbers(encoded)
            numbers = np.where(plateau < 0, others, numbers) if len(numbers) else others
        return self.summary.from_numbers(numbers * self.unit)

    def _decode_plateaus(self, one_hot: np.ndarray) -> np.ndarray:
        return self.plateaus.decode(one_hot, one_hot).to_numpy(dtype=np.intp)

    def _valid_numbers(self, encoded: np.ndarray) -> np.ndarray:
        cells = encoded[:, 0].astype(np.float64)
        if self.marginal_map is not None:
            numbers = self.marginal_map(cells)
        else:
            numbers = self._unbend(cells * self.scale + self.mean)
        if self.few_valued:
            middles = (self.levels[1:] + self.levels[:-1]) / 2
            return self.levels[np.searchsorted(middles, numbers)]
        if self.decimals is not None:
            numbers = np.round(numbers, self.decimals)
        return np.clip(numbers, self.low, self.high)


class CategoricalColumn:
    """A column of levels, learned from one class.

    Attributes
    ----------
    levels : Index
        The class's levels, the most frequent first.
    n_own : int
        Levels with a cell of their own.
    width : int
        Cells of an encoded row: one for each of these and one for all others, none
        where the class shows a single level.
    frequencies : ndarray of shape (width,)
        How often the class shows what each cell stands for.
    """

    def fit(self, cells: pd.Series) -> CategoricalColumn:
        """Learn levels and their frequencies from the class's cells."""
        codes, levels = pd.factorize(cells)
        counts = np.bincount(codes[codes >= 0], minlength=len(levels))
        order = np.argsort(-counts, kind="stable")
        counts, self.levels = counts[order], pd.Index(levels)[order]
        n_levels = len(levels)
        self.n_own = n_levels
        if n_levels > SMALL_LEVELS:
            self.n_own = min(MAX_LEVELS, int((counts >= MIN_LEVEL_ROWS).sum()))
        self.has_rare = self.n_own < n_levels
        self.width = 0 if n_levels <= 1 else self.n_own + self.has_rare
        shown = np.append(counts[: self.n_own], counts[self.n_own :].sum())
        self.frequencies = shown[: self.width] / max(1, shown.sum())
        return self

    def codes(self, cells: pd.Series) -> np.ndarray:
        """Position of each cell's level; -1 where it is missing or unknown."""
        return np.asarray(self.levels.get_indexer(pd.Index(cells)))

    def encode(self, cells: pd.Series) -> np.ndarray:
        """One-hot cells, or the class's frequencies where the level is missing."""
        encoded = np.zeros((len(cells), self.width))
        if self.width:
            codes = self.codes(cells)
            known = codes >= 0
            encoded[known, np.minimum(codes[known], self.n_own)] = 1.0
            encoded[~known] = self.frequencies
        return encoded

    def keep_donors(
        self, cells: pd.Series, matrix: np.ndarray, rng: np.random.Generator
    ) -> None:
        """Keep the encoded rows of the class that show a rare level here.

        Parameters
        ----------
        cells : Series of length n_rows
            The class's cells of this column.
        matrix : ndarray of shape (n_rows, n_columns)
            Its rows, encoded.
        rng : numpy.random.Generator
            Chooses among more than ``MAX_DONORS`` rows.
        """
        if not self.has_rare:
            return
        codes = self.codes(cells)
        (rows,) = np.nonzero(codes >= self.n_own)
        if len(rows) > MAX_DONORS:
            rows = np.sort(rng.choice(rows, MAX_DONORS, replace=False))
        self.donors, self.donor_codes = matrix[rows], codes[rows]

    def decode(self, encoded: np.ndarray, matrix: np.ndarray) -> pd.Series:
        """Levels for encoded cells; rare ones come from the most similar donor.

        Parameters
        ----------
        encoded : ndarray of shape (n_rows, width)
            Cells of this column.
        matrix : ndarray of shape (n_rows, n_columns)
            The rows they are part of.
        """
        if not self.width:
            codes = np.zeros(len(encoded), dtype=np.intp)
        else:
            codes = encoded.argmax(axis=1)
        (rare,) = np.nonzero(codes == self.n_own)
        if self.has_rare and len(rare):
            nearest = pairwise_distances_argmin(matrix[rare], self.donors)
            codes[rare] = self.donor_codes[nearest]
        return pd.Series(self.levels.take(codes))
