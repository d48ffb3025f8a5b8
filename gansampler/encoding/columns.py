"""The columns of one class: how their cells become numbers, and numbers cells again.

``NumericColumn`` takes numbers and times, ``CategoricalColumn`` everything that is a
level; times that follow the clock are made of both, in ``clock.py``. Each has three
forms: the *cells* of the table; their *values*, which are numbers (NaN where missing)
or positions of levels (-1); and what a GAN learns. A new kind of column is a new class
with what ``Column`` lists, and ``CodedColumn`` if it may take part in rules, chosen in
``TableEncoder``.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise_distances_argmin

from gansampler._thinning import thinned
from gansampler.encoding.atoms import atoms_of, frequent_values
from gansampler.encoding.grids import Grid, count_decimals
from gansampler.encoding.marginals import (
    N_POINTS,
    Marginal,
    MarginalMap,
    local_bandwidths,
    reflect,
    spread,
    stratified_normal,
)
from gansampler.summary import ColumnSummary, are_few

Values = list[np.ndarray]
"""Values of the columns of a table, column by column."""

Blocks = list[tuple[np.ndarray, np.ndarray]]
"""Numeric and one-hot cells of encoded rows, column by column."""

MAX_BENT = 400.0
"""Where the compressed tails end: sinh of more would soon overflow."""

FARTHEST_BENT = 360.0
"""Where the farthest number of a class is at most, with room for others beyond it."""

ORDINARY = 1e-100, 1e100
"""Magnitudes that can be squared and cubed as they are; others are scaled first."""

MAX_DONORS = 2000
"""Rows of the class that can lend a rare level; beyond, a random part of them does."""

MAX_MATCHED = 256
"""Rows among which donors are shared out at a time: the time for it grows faster than
their number."""

MAX_LEVELS = 64
MIN_LEVEL_ROWS = 5
SMALL_LEVELS = 10
"""A level of a categorical column has a cell of its own if the class shows no more than
``SMALL_LEVELS`` levels, or if at least ``MIN_LEVEL_ROWS`` of its rows show the level
and it is among the ``MAX_LEVELS`` most frequent. All other levels share one cell."""

SKEWED = 2.0
"""Skewness beyond which a column's tails are compressed before training."""

FAR = 1e6
"""Standard deviations of the class beyond which a cell of another class is as far as
any: the squares of such numbers are still exact enough to be compared."""


def skewness(numbers: np.ndarray) -> float:
    """Third standardised moment of numbers that are not all equal."""
    standard = (numbers - numbers.mean()) / numbers.std()
    return float((standard**3).mean())


class Column(Protocol):
    """What ``TableEncoder`` asks of a column that has learned from one class."""

    @property
    def missing(self) -> float:
        """The value that stands for a missing cell."""

    @property
    def few_valued(self) -> bool:
        """Whether only values that were observed are generated."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Numeric cells of an encoded row, and one-hot cells, set by set."""

    @property
    def frequencies(self) -> np.ndarray:
        """How often the class shows what each one-hot cell stands for."""

    def to_values(self, cells: pd.Series) -> np.ndarray:
        """Cells as values, ``missing`` where they are missing."""

    def to_cells(self, values: np.ndarray) -> pd.Series:
        """Values as cells; any that may be, where missing."""

    def encode_numeric(self, values: np.ndarray) -> np.ndarray:
        """Numeric cells of values."""

    def encode_one_hot(self, values: np.ndarray) -> np.ndarray:
        """One-hot cells of values."""

    def keep_donors(
        self, values: np.ndarray, matrix: np.ndarray, rng: np.random.Generator
    ) -> None:
        """Keep what ``decode`` takes from the class's own rows, encoded in a matrix."""

    def calibrate(self, numeric: np.ndarray, one_hot: np.ndarray) -> None:
        """Map generated cells to the class's distribution from now on."""

    def settle(self, numeric: np.ndarray, one_hot: np.ndarray) -> np.ndarray:
        """Numeric cells, those that stand for one of few values put at that value."""

    def decode(
        self,
        numeric: np.ndarray,
        one_hot: np.ndarray,
        matrix: np.ndarray,
        chance: np.ndarray,
    ) -> np.ndarray:
        """Valid values of rows: of their cells here, all their cells, and a chance."""


@runtime_checkable
class CodedColumn(Protocol):
    """What a column has in addition that may determine others, or be determined."""

    @property
    def n_codes(self) -> int:
        """Levels, or frequent values and one code for any other."""

    def to_codes(self, values: np.ndarray) -> np.ndarray:
        """Which of these each value is, -1 where missing."""

    def from_codes(self, codes: np.ndarray, numeric: np.ndarray) -> np.ndarray:
        """Valid values of given codes, by numeric cells where these leave a choice."""

    def impose(
        self, codes: np.ndarray, numeric: np.ndarray, one_hot: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Cells of rows, as their codes have them where these are not -1."""


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
    indicator : CategoricalColumn
        Which of the frequent values a cell is, or whether it is another; where there
        are only two values, which of them. Without cells where none is frequent.
    """

    missing = np.nan

    def __init__(self, summary: ColumnSummary, value_range: str | None) -> None:
        self.summary = summary
        self.value_range = value_range
        self.grid: Grid | None = None
        self.observed = np.empty(0)
        self.centre, self.bend = 0.0, None
        self.mean, self.scale = 0.0, 1.0
        self.marginal_map: MarginalMap | None = None

    @property
    def widths(self) -> tuple[int, int]:
        """Numeric and one-hot cells of an encoded row."""
        return self.width, self.indicator.width

    @property
    def frequencies(self) -> np.ndarray:
        """How often the class shows each frequent value, and another."""
        return self.indicator.frequencies

    def fit(self, cells: pd.Series) -> NumericColumn:
        """Learn scale, range, grid and frequent values from the class's cells."""
        if self.value_range == "class":
            self.summary = self.summary.narrowed(cells)
        summary = self.summary
        numbers = summary.to_numbers(cells)
        observed = np.sort(numbers[~np.isnan(numbers)])
        self.unit = 1.0
        if len(observed):
            largest = float(np.abs(observed).max())
            if largest and not ORDINARY[0] < largest < ORDINARY[1]:
                self.unit = largest
        exact, observed = observed, observed / self.unit
        self.levels, first = np.unique(observed, return_index=True)
        self.exact_levels = exact[first]
        n_levels, n = len(self.levels), len(observed)
        repeat = summary.few_valued or are_few(n_levels, n)
        # Two values that repeat are levels, with no number in between.
        self.width = int(n_levels > (2 if repeat else 1))
        self.few_valued = repeat or not self.width
        self.frequent = self.levels
        if self.width:
            decimals = self._count_decimals(observed)
            self.frequent = frequent_values(observed, decimals)
            others = self.levels[~np.isin(self.levels, self.frequent)]
            self.grid = Grid.of(others, decimals)
        self.indicator = self._fit_indicator(self._scaled(numbers))
        self.ends = self._ends(numbers)
        self.low, self.high = (end / self.unit for end in self.ends)
        if not self.width:
            return self
        self.observed = self._rounded(observed[~np.isin(observed, self.frequent)])
        if not self.few_valued and abs(skewness(observed)) > SKEWED:
            self.centre = float(np.median(observed))
            middle_half = np.subtract(*np.quantile(observed, [0.75, 0.25]))
            farthest = float(np.abs(observed - self.centre).max())
            scale = float(middle_half) or float(observed.std())
            self.bend = max(scale, farthest / np.sinh(FARTHEST_BENT))
        bent = self._bend(observed)
        self.mean, self.scale = float(bent.mean()), float(bent.std())
        return self

    def _count_decimals(self, observed: np.ndarray) -> int | None:
        """Decimals of the class's numbers, None if they are continuous."""
        if self.summary.counts_from_origin:
            return 0
        if self.unit != 1.0:
            return None
        return count_decimals(observed, self.summary.dtype)

    def _ends(self, numbers: np.ndarray) -> tuple[float, float]:
        if self.value_range == "class" and len(self.levels):
            return float(np.nanmin(numbers)), float(np.nanmax(numbers))
        if self.value_range is not None or self.summary.counts_from_origin:
            return self.summary.low, self.summary.high
        return self.summary.limits

    def _bend(self, numbers: np.ndarray) -> np.ndarray:
        if self.bend is None:
            return numbers
        return np.arcsinh((numbers - self.centre) / self.bend)

    def _unbend(self, numbers: np.ndarray) -> np.ndarray:
        if self.bend is None:
            return numbers
        return np.sinh(np.clip(numbers, -MAX_BENT, MAX_BENT)) * self.bend + self.centre

    def _scaled(self, numbers: np.ndarray) -> np.ndarray:
        # NumPy 1 sees an overflow where NaN stands beside subnormal numbers.
        with np.errstate(over="ignore"):
            scaled: np.ndarray = numbers / self.unit
        return scaled

    def to_values(self, cells: pd.Series) -> np.ndarray:
        """Cells as numbers, NaN where missing."""
        numbers = self.summary.to_numbers(cells)
        return numbers if self.unit == 1.0 else self._scaled(numbers)

    def to_cells(self, values: np.ndarray) -> pd.Series:
        """Numbers as cells in the column's dtype; any that may be, where missing."""
        missing = np.isnan(values)
        if missing.any():
            values = np.where(missing, min(max(self.low, 0.0), self.high), values)
        if self.unit != 1.0:
            values = self._unscaled(values)
        return self.summary.from_numbers(values)

    def _unscaled(self, values: np.ndarray) -> np.ndarray:
        # What was scaled may have been rounded: beyond the ends, or off a level.
        numbers = np.clip(values * self.unit, *self.ends)
        nearest = np.searchsorted(self.levels, values)
        nearest = np.minimum(nearest, len(self.levels) - 1)
        is_level = self.levels[nearest] == values
        numbers[is_level] = self.exact_levels[nearest[is_level]]
        return numbers

    def encode_numeric(self, values: np.ndarray) -> np.ndarray:
        """Numbers in units of the class's standard deviation; zero where missing.

        Parameters
        ----------
        values : ndarray of shape (n_rows,)

        Returns
        -------
        ndarray of shape (n_rows, width)
        """
        if not self.width:
            return np.empty((len(values), 0))
        # Cells of other classes may be beyond what single precision can hold.
        with np.errstate(over="ignore"):
            encoded = (self._bend(values) - self.mean) / self.scale
        encoded = np.clip(encoded, -FAR, FAR)
        encoded[np.isnan(encoded)] = 0.0
        return encoded[:, None]

    def encode_one_hot(self, values: np.ndarray) -> np.ndarray:
        """Which of the frequent values each number is, or whether it is another."""
        if not self.indicator.width:
            return np.empty((len(values), 0), dtype=np.float32)
        which = self._indicator_positions[self.which_frequent(values) + 2]
        return self.indicator.encode_one_hot(which)

    @property
    def n_codes(self) -> int:
        """Values, or the frequent ones and one code for any other."""
        if self.few_valued:
            return len(self.levels)
        return len(self.frequent) + bool(len(self.observed))

    def to_codes(self, values: np.ndarray) -> np.ndarray:
        """Which of these each number is, -1 where missing, ``n_codes`` if unknown."""
        if not self.few_valued:
            which = self.which_frequent(values)
            return np.select(
                [which == -2, which == -1], [-1, len(self.frequent)], which
            )
        codes = np.searchsorted(self.levels, values)
        known = np.isin(values, self.levels)
        return np.where(np.isnan(values), -1, np.where(known, codes, self.n_codes))

    def from_codes(self, codes: np.ndarray, numeric: np.ndarray) -> np.ndarray:
        """Numbers of given codes; where one stands for others, by the numeric cells."""
        if self.few_valued:
            return self.levels[codes]
        numbers = np.append(self.frequent, 0.0)[codes]
        (others,) = np.nonzero(codes == len(self.frequent))
        drawn = self._valid_numbers(numeric[others])
        # Rounded, a number between others may be a frequent one.
        frequent = np.isin(drawn, self.frequent)
        drawn[frequent] = self.observed[nearest_level(self.observed, drawn[frequent])]
        numbers[others] = drawn
        return numbers

    def impose(
        self, codes: np.ndarray, numeric: np.ndarray, one_hot: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Cells of rows, as their codes have them where these are not -1."""
        numbers = np.append(self.levels if self.few_valued else self.frequent, np.inf)
        given = numbers[codes]
        numeric, one_hot = numeric.copy(), one_hot.copy()
        one_hot[codes >= 0] = self.encode_one_hot(given[codes >= 0])
        exact = np.isfinite(given)
        numeric[exact] = self.encode_numeric(given[exact])
        return numeric, one_hot

    def which_frequent(self, values: np.ndarray) -> np.ndarray:
        """Number of the frequent value that each is, -1 if none, -2 if missing."""
        which = np.full(len(values), -1)
        for number, value in enumerate(self.frequent):
            which[values == value] = number
        which[np.isnan(values)] = -2
        return which

    def _fit_indicator(self, values: np.ndarray) -> CategoricalColumn:
        which = pd.Series(self.which_frequent(values))
        indicator = CategoricalColumn().fit(which.where(which > -2))
        self._indicator_positions = np.full(len(self.frequent) + 2, -1)
        numbers = indicator.levels.to_numpy(dtype=np.intp)
        self._indicator_positions[numbers + 2] = np.arange(len(numbers))
        self._indicator_numbers = numbers
        return indicator

    def smoothed_marginal(self) -> Marginal:
        """The class's distribution without frequent values, blurred but for atoms."""
        if self.few_valued:
            points = spread(self.observed, max(N_POINTS, len(self.observed)))
            return Marginal(points, np.ones(len(points), dtype=bool))
        n_points = max(N_POINTS, len(self.observed))
        at_ends = np.isin(self.levels, (self.low, self.high))
        ends = self._rounded(self.levels[at_ends])
        atoms = atoms_of(self.observed, ends, spacing=self._spacing)
        bent = self._bend(self.observed)
        points = spread(self.observed, n_points)
        is_atom = np.isin(points, atoms)
        blur = spread(self._bandwidths(bent), n_points) * stratified_normal(n_points)
        blurred = self._unbend(spread(bent, n_points) + blur)
        blurred = reflect(blurred, *self._inside(atoms))
        # What would be rounded to an atom or to a frequent value stays where it was
        # observed, in place of what that value, unblurred, does not give to others.
        unblurred = np.append(atoms, self._rounded(self.frequent))
        stays = is_atom | np.isin(self._rounded(blurred), unblurred)
        points = np.where(stays, points, blurred)
        order = np.argsort(points, kind="stable")
        return Marginal(points[order], is_atom[order])

    def _bandwidths(self, bent: np.ndarray) -> np.ndarray:
        """How far to blur each observed value; 0 for atoms."""
        bandwidths = np.zeros(len(bent))
        # Runs around the neighbours of an atom would be narrow for its sake.
        atoms = atoms_of(self.observed, spacing=self._spacing)
        others = ~np.isin(self.observed, atoms)
        if others.any():
            bandwidths[others] = local_bandwidths(bent[others])
        return bandwidths

    def _inside(self, atoms: np.ndarray) -> tuple[float, float]:
        """The range without what would be rounded to its ends, or to no number."""
        low, high = self.low, self.high
        step = self._spacing
        if high - low >= 2 * step:
            # Half a step, and a little more: halves are rounded to even numbers.
            low, high = low + 0.5001 * step, high - 0.5001 * step
        rest = self.observed[~np.isin(self.observed, atoms)]
        if len(rest):
            # What lies farther off than the rest is wide, such as -999, is a code.
            width = float(rest[-1] - rest[0])
            if rest[0] - self.levels[0] > width:
                low = float(rest[0])
            if self.levels[-1] - rest[-1] > width:
                high = float(rest[-1])
        return low, high

    @property
    def _spacing(self) -> float:
        """How far a number can be from the next; 0 if they are continuous."""
        return 0.0 if self.grid is None else self.grid.spacing

    def keep_donors(
        self, values: np.ndarray, matrix: np.ndarray, rng: np.random.Generator
    ) -> None:
        """No number is rare: nothing is taken from the class's rows."""

    def calibrate(self, numeric: np.ndarray, one_hot: np.ndarray) -> None:
        """Map generated cells to the class's distribution from now on.

        Parameters
        ----------
        numeric : ndarray of shape (n_rows, width)
            Generated numeric cells of this column.
        one_hot : ndarray of shape (n_rows, indicator.width)
            Which of them are frequent values.
        """
        others = numeric[self._decode_indicator(one_hot) < 0].ravel()
        if len(others) and len(self.observed):
            self.marginal_map = MarginalMap.fit(
                others.astype(np.float64), self.smoothed_marginal()
            )

    def decode(
        self,
        numeric: np.ndarray,
        one_hot: np.ndarray,
        matrix: np.ndarray,
        chance: np.ndarray,
    ) -> np.ndarray:
        """Valid numbers.

        Parameters
        ----------
        numeric : ndarray of shape (n_rows, width)
            Numeric cells.
        one_hot : ndarray of shape (n_rows, indicator.width)
            Which of them are frequent values.
        matrix, chance : ndarray
            Not used: no number hangs on other cells, or is left to chance.

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        if not self.indicator.width and self.width:
            return self._valid_numbers(numeric)
        which = self._decode_indicator(one_hot)
        numbers = self.frequent[which]
        if self.width:
            (others,) = np.nonzero(which < 0)
            numbers[others] = self._valid_numbers(numeric[others])
        return numbers

    def settle(self, numeric: np.ndarray, one_hot: np.ndarray) -> np.ndarray:
        """Generated cells, those that stand for one of few values put at that value.

        Parameters
        ----------
        numeric : ndarray of shape (n_rows, width)
            Generated numeric cells.
        one_hot : ndarray of shape (n_rows, indicator.width)
            Which of them are frequent values.

        Returns
        -------
        ndarray of shape (n_rows, width)
        """
        if not self.width:
            return numeric
        settled = numeric.copy()
        if self.few_valued:
            levels = self.encode_numeric(self.levels)[:, 0]
            settled[:, 0] = levels[nearest_level(levels, numeric[:, 0])]
        if self.indicator.width:
            which = self._decode_indicator(one_hot)
            frequent = self.encode_numeric(self.frequent)
            settled[which >= 0] = frequent[which[which >= 0]]
        return settled

    def _decode_indicator(self, one_hot: np.ndarray) -> np.ndarray:
        return self._indicator_numbers[largest_cell(one_hot)]

    def _valid_numbers(self, numeric: np.ndarray) -> np.ndarray:
        cells = numeric[:, 0].astype(np.float64)
        if self.marginal_map is not None:
            numbers = self.marginal_map(cells)
        else:
            numbers = self._unbend(cells * self.scale + self.mean)
        if self.few_valued:
            return self.levels[nearest_level(self.levels, numbers)]
        return np.clip(self._rounded(numbers), self.low, self.high)

    def _rounded(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers where those of the class can lie."""
        return numbers if self.grid is None else self.grid.nearest(numbers)


def nearest_level(levels: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Positions of the levels that are nearest to numbers; levels are sorted."""
    positions: np.ndarray = np.searchsorted((levels[1:] + levels[:-1]) / 2, numbers)
    return positions


def largest_cell(one_hot: np.ndarray) -> np.ndarray:
    """Position of each row's largest cell; 0 where rows have no cells."""
    if not one_hot.shape[1]:
        return np.zeros(len(one_hot), dtype=np.intp)
    if one_hot.shape[1] == 2:  # which argmax takes long for
        return (one_hot[:, 1] > one_hot[:, 0]).astype(np.intp)
    return np.asarray(one_hot.argmax(axis=1))


class CategoricalColumn:
    """A column of levels, learned from one class.

    Parameters
    ----------
    by_similarity : bool, default=True
        Whether a rare level comes from the most similar row of the class that has
        one, which keeps levels together that belong together, or from each such row
        equally often, which keeps the rates exact: then similarity decides who gets
        which.

    Attributes
    ----------
    levels : Index
        The class's levels, the most frequent first, and then those that only other
        classes show, if they lend any.
    n_own : int
        Levels with a cell of their own.
    width : int
        Cells of an encoded row: one for each of these and one for all others, none
        where the class shows a single level.
    frequencies : ndarray of shape (width,)
        How often the class shows what each cell stands for.
    unseen : float
        Chance, as Good and Turing estimate it, that a row of the class with a rare
        level has one that the class does not show, where others lend such levels.
    """

    missing = -1
    few_valued = True
    donor_starts: np.ndarray | None = None

    def __init__(self, *, by_similarity: bool = True) -> None:
        self.by_similarity = by_similarity

    def fit(
        self, cells: pd.Series, others: pd.Series | None = None
    ) -> CategoricalColumn:
        """Learn levels and their frequencies from the class's cells.

        Parameters
        ----------
        cells : Series
            The class's cells.
        others : Series or None, default=None
            Cells of other classes, whose levels may stand for rare ones.
        """
        known = cells if others is None else pd.concat([cells, others])
        codes, levels = pd.factorize(known)
        if codes.max(initial=-1) >= len(levels):
            # pandas 2.0 loses levels where dictionaries of Arrow are joined.
            codes, levels = pd.factorize(cells)
        codes = codes[: len(cells)]
        if isinstance(cells.dtype, pd.IntervalDtype):
            levels = levels.astype(object)  # as an index intervals must not overlap
        # In the order in which they appear: those of the class come first.
        n_levels = int(codes.max(initial=-1)) + 1
        counts = np.bincount(codes[codes >= 0], minlength=n_levels)
        order = np.argsort(-counts, kind="stable")
        counts = counts[order]
        n_often = min(MAX_LEVELS, int((counts >= MIN_LEVEL_ROWS).sum()))
        self.n_own = n_levels if n_levels <= SMALL_LEVELS else n_often
        once = (counts[n_often:] == 1).any()
        if len(levels) > SMALL_LEVELS and n_levels > 1 and once:
            self.n_own = n_often
        rare = counts[self.n_own :]
        self.has_rare = len(rare) > 0
        self.width = 0 if n_levels <= 1 else self.n_own + self.has_rare
        shown = np.append(counts[: self.n_own], rare.sum())
        self.frequencies = shown[: self.width] / max(1, shown.sum())
        self.unseen = 0.0
        if self.has_rare and len(levels) > n_levels:
            self.unseen = float((rare == 1).sum() / rare.sum())
            order = np.append(order, np.arange(n_levels, len(levels)))
        self.levels = levels[order]
        return self

    @property
    def widths(self) -> tuple[int, int]:
        """No numeric cells, and the one-hot cells of an encoded row."""
        return 0, self.width

    def to_values(self, cells: pd.Series) -> np.ndarray:
        """Position of each cell's level; -1 where it is missing or unknown."""
        levels, dtype = self.levels, self.levels.dtype
        if isinstance(dtype, pd.CategoricalDtype) and cells.dtype != dtype:
            # Such cells may have levels that are no categories here.
            levels, dtype = levels.astype(object), np.dtype(object)
        return np.asarray(levels.get_indexer(pd.Index(cells, dtype=dtype)))

    def to_cells(self, values: np.ndarray) -> pd.Series:
        """Levels at given positions; any level where missing."""
        # The dtype is named since pandas 2 infers that of objects anew.
        if (values < 0).any():
            values = np.maximum(values, 0)
        levels = self.levels.take(values)
        return pd.Series(levels, dtype=self.levels.dtype)

    def encode_numeric(self, values: np.ndarray) -> np.ndarray:
        """Levels have no numeric cells."""
        return np.empty((len(values), 0))

    def encode_one_hot(self, values: np.ndarray) -> np.ndarray:
        """One-hot cells, or the class's frequencies where the level is missing.

        Parameters
        ----------
        values : ndarray of shape (n_rows,)
            Positions of levels.

        Returns
        -------
        ndarray of shape (n_rows, width)
        """
        encoded = np.zeros((len(values), self.width), dtype=np.float32)
        if self.width:
            known = values >= 0
            if known.all():
                encoded[np.arange(len(values)), np.minimum(values, self.n_own)] = 1.0
            else:
                encoded[known, np.minimum(values[known], self.n_own)] = 1.0
                encoded[~known] = self.frequencies
        return encoded

    @property
    def n_codes(self) -> int:
        """Levels."""
        return len(self.levels)

    def to_codes(self, values: np.ndarray) -> np.ndarray:
        """Positions of levels are codes."""
        return values

    def from_codes(self, codes: np.ndarray, numeric: np.ndarray) -> np.ndarray:
        """Positions of levels are codes."""
        return codes

    def impose(
        self, codes: np.ndarray, numeric: np.ndarray, one_hot: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Cells of rows, as their codes have them where these are not -1."""
        given = (codes >= 0)[:, None]
        return numeric, np.where(given, self.encode_one_hot(codes), one_hot)

    def keep_donors(
        self, values: np.ndarray, matrix: np.ndarray, rng: np.random.Generator
    ) -> None:
        """Keep the encoded rows of the class that show a rare level here.

        Parameters
        ----------
        values : ndarray of shape (n_rows,)
            Positions of the levels that the class's rows show.
        matrix : ndarray of shape (n_rows, n_columns)
            Its rows, encoded.
        rng : numpy.random.Generator
            Chooses among more than ``MAX_DONORS`` rows.
        """
        if not self.has_rare:
            return
        (rows,) = np.nonzero(values >= self.n_own)
        rows = thinned(rows, MAX_DONORS, rng)
        self.donors, self.donor_values = matrix[rows], values[rows]
        self.donor_starts = None
        if self.by_similarity:
            self._join_equal_donors()

    def _join_equal_donors(self) -> None:
        """Keep equal donors as one, whose levels then are lent in turn.

        Where cells are levels only, many donors are equal, and the first of them would
        lend its level to all.
        """
        _, first, group = np.unique(
            self.donors, axis=0, return_index=True, return_inverse=True
        )
        if len(first) == len(self.donors):
            return
        group = group.ravel()
        order = np.argsort(group, kind="stable")
        self.donors, self.donor_values = self.donors[first], self.donor_values[order]
        self.donor_starts = np.append(0, np.bincount(group).cumsum())

    def calibrate(self, numeric: np.ndarray, one_hot: np.ndarray) -> None:
        """The generator's logits are shifted instead: ``GAN.match_categories``."""

    def settle(self, numeric: np.ndarray, one_hot: np.ndarray) -> np.ndarray:
        """Numeric cells as they are: there are none."""
        return numeric

    def decode(
        self,
        numeric: np.ndarray,
        one_hot: np.ndarray,
        matrix: np.ndarray,
        chance: np.ndarray,
    ) -> np.ndarray:
        """Positions of levels; rare ones come from similar donors.

        Parameters
        ----------
        numeric : ndarray of shape (n_rows, 0)
            Not used.
        one_hot : ndarray of shape (n_rows, width)
            Cells of this column.
        matrix : ndarray of shape (n_rows, n_columns)
            The rows they are part of.
        chance : ndarray of shape (n_rows,)
            Numbers from 0 to 1, which choose among equal donors: the same donor in
            all columns; or among all donors.

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        values = largest_cell(one_hot)
        if self.has_rare:
            (rare,) = np.nonzero(values == self.n_own)
            if self.by_similarity and len(rare):
                donors = pairwise_distances_argmin(matrix[rare], self.donors)
                if self.donor_starts is not None:
                    sizes = np.diff(self.donor_starts)[donors]
                    chosen = (chance[rare] * sizes).astype(np.intp)
                    donors = self.donor_starts[donors] + chosen
            else:
                donors = spread_evenly(chance[rare], len(self.donors))
                donors = donors[matched(matrix[rare], self.donors[donors])]
            values[rare] = self.donor_values[donors]
        return values


def spread_evenly(chance: np.ndarray, n_donors: int) -> np.ndarray:
    """Donors by chance, but each as often as the others, up to one.

    Parameters
    ----------
    chance : ndarray of shape (n_rows,)
        Numbers from 0 to 1, whose order says which donor a row gets.
    n_donors : int

    Returns
    -------
    ndarray of shape (n_rows,)
        Positions of donors. Where there are fewer rows, each donor is as likely.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.columns import spread_evenly
    >>> spread_evenly(np.array([0.5, 0.1, 0.8, 0.3]), n_donors=2).tolist()
    [1, 0, 1, 0]
    """
    n_rows = len(chance)
    ranks = np.empty(n_rows)
    ranks[np.argsort(chance)] = np.arange(n_rows)
    # A systematic sample: one chance shifts all ranks.
    shift = chance[:1]
    donors = ((ranks + shift) / max(1, n_rows) * n_donors).astype(np.intp)
    return np.minimum(donors, n_donors - 1)  # 1 - 1e-16 may be rounded up


def matched(rows: np.ndarray, donors: np.ndarray) -> np.ndarray:
    """Share out donors among as many rows, so that each row has a similar one.

    Parameters
    ----------
    rows, donors : ndarray of shape (n_rows, n_columns)

    Returns
    -------
    ndarray of shape (n_rows,)
        Positions of donors, each once. The squared distances to them have the least
        sum, among ``MAX_MATCHED`` rows and their donors at most.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.columns import matched
    >>> rows, donors = np.array([[1.0], [2.0], [9.0]]), np.array([[8.0], [0.0], [1.0]])
    >>> matched(rows, donors).tolist()
    [1, 2, 0]
    """
    positions = np.arange(len(rows))
    for part in np.array_split(positions, -(-len(rows) // MAX_MATCHED) or 1):
        distances = cdist(rows[part], donors[part], "sqeuclidean")
        positions[part] = part[linear_sum_assignment(distances)[1]]
    return positions
