"""Columns of numbers and times: scaled for training, then mapped to the class."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gansampler.encoding.atoms import atoms_of, frequent_values
from gansampler.encoding.categorical import CategoricalColumn
from gansampler.encoding.columns import largest_cell
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

MAX_BENT = 400.0
"""Where the compressed tails end: sinh of more would soon overflow."""

FARTHEST_BENT = 360.0
"""Where the farthest number of a class is at most, with room for others beyond it."""

ORDINARY = 1e-100, 1e100
"""Magnitudes that can be squared and cubed as they are; others are scaled first."""

SKEWED = 2.0
"""Skewness beyond which a column's tails are compressed before training."""

FAR = 1e6
"""Standard deviations of the class beyond which a cell of another class is as far as
any: the squares of such numbers are still exact enough to be compared."""


def skewness(numbers: np.ndarray) -> float:
    """Third standardised moment of numbers that are not all equal."""
    standard = (numbers - numbers.mean()) / numbers.std()
    return float((standard**3).mean())


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
            Not used: no number depends on other cells, or is left to chance.

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
        return self.nearest_valid(numbers)

    def nearest_valid(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers in the steps of the class, and in the range."""
        return np.clip(self._rounded(numbers), self.low, self.high)

    def _rounded(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers where those of the class can lie."""
        return numbers if self.grid is None else self.grid.nearest(numbers)


def nearest_level(levels: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Positions of the levels that are nearest to numbers; levels are sorted."""
    positions: np.ndarray = np.searchsorted((levels[1:] + levels[:-1]) / 2, numbers)
    return positions
