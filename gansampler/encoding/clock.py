"""Times that follow the clock or the week, learned in parts.

Seen as one number, a time of day is lost: it is a billionth of what tells two dates
apart. So times become a date, a weekday and a time of day, each a column of its own to
the generator, and whole again in its rows.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import chisquare

from gansampler.encoding.categorical import CategoricalColumn
from gansampler.encoding.columns import largest_cell
from gansampler.encoding.numeric import NumericColumn
from gansampler.summary import ColumnSummary, dense
from gansampler.ticks import TIME_STEPS, time_unit

UNEVEN = 0.05
"""P-value below which the hours, or the weekdays, of a class count as uneven."""

MIDDLE = 0.1, 0.9
MIN_DAYS = 3
MIN_WEEKS = 4
"""Hours repeat if the middle of the class lies so many days apart, weekdays if so many
weeks. Else one night, or one busy week, would be taken for a habit."""

PERIODS = 12
"""Parts of a day in which times are counted."""

MOMENT_SHARE = 0.05
MOMENT_COUNT = 3
"""A time that this share of the class, and this many rows, show is a moment: it is
learned as a level, for it may stand for something, as the last day of 9999 does. So
are the ends of the range, where the class shows them."""

CONCENTRATION = 4.0
"""Of the circular kernel by which the emptiest hour is found: about two hours wide."""


class Parts(NamedTuple):
    """Times in parts, all NaN where they are missing.

    Attributes
    ----------
    level : ndarray of shape (n,)
        The weekday, or which moment, counted from 7.
    date : ndarray of shape (n,)
        The week, or the day where weekdays do not matter; NaN at a moment.
    clock : ndarray of shape (n,)
        Steps since the emptiest hour; NaN at a moment.
    """

    level: np.ndarray
    date: np.ndarray
    clock: np.ndarray


class ClockColumn:
    """A column of times, learned from one class by date, weekday and time of day.

    Parameters
    ----------
    times : NumericColumn
        The same times learned as one number, whose range and steps are kept.

    Attributes
    ----------
    n_days : int
        Days that are one date: 7, or 1 where weekdays do not matter.
    per_day : int
        Steps of the column in a day.
    first : int
        Steps from a Monday to the first time of the range.
    cut : int
        Step of the day at which the clock is cut open: in its emptiest hour.
    moments : ndarray
        Times that are learned as levels, in rising order: frequent ones, and ends.
    weekday : CategoricalColumn
        The weekday, or which of the moments a cell is.
    date, clock : NumericColumn
        The date and the time of day of other cells.
    """

    missing = np.nan

    def __init__(self, times: NumericColumn) -> None:
        self.times = times
        summary = times.summary
        day = ticks_per_day(summary)
        self.per_day = day // summary.step
        # The first of January 1970 was a Thursday.
        self.first = (summary.origin + 3 * day) % (7 * day) // summary.step
        self.n_days, self.cut = 7, 0
        self.moments = np.empty(0)

    def fit(self, values: np.ndarray) -> ClockColumn | None:
        """Learn the parts from the class's times.

        Parameters
        ----------
        values : ndarray of shape (n_rows,)
            The class's times, as from ``to_values``.

        Returns
        -------
        ClockColumn or None
            None where neither hours nor weekdays matter.
        """
        shown, counts = np.unique(values[~np.isnan(values)], return_counts=True)
        often = counts >= max(MOMENT_COUNT, MOMENT_SHARE * counts.sum())
        # As of numbers, ends are shown as often as the class does.
        ends = np.array([self.times.low, self.times.high])
        self.moments = shown[often | np.isin(shown, ends)]
        parts = self._split(values)
        usual = ~np.isnan(parts.clock)
        if not usual.any():
            return None
        days = np.ptp(np.quantile(values[usual], MIDDLE)) / self.per_day
        weekdays = days >= 7 * MIN_WEEKS and is_uneven(parts.level[usual], 7, 7)
        hours = days >= MIN_DAYS and is_uneven(
            parts.clock[usual], self.per_day, math.gcd(self.per_day, PERIODS)
        )
        if not weekdays and not hours:
            return None
        self.n_days = 7 if weekdays else 1
        self.cut = emptiest_step(parts.clock[usual], self.per_day)
        parts = self._split(values)
        levels = pd.Series(parts.level)
        self.weekday = CategoricalColumn(by_similarity=False).fit(levels)
        self.date = self._fit_part(parts.date, *self._dates(ends))
        self.clock = self._fit_part(parts.clock, 0.0, self.per_day - 1.0)
        return self

    def _fit_part(self, values: np.ndarray, low: float, high: float) -> NumericColumn:
        name, dtype = self.times.summary.name, np.dtype(float)
        summary = ColumnSummary(name, dtype, "number", float(low), float(high))
        return NumericColumn(summary, "table").fit(pd.Series(values))

    def _dates(self, values: np.ndarray) -> np.ndarray:
        return np.floor((values + self.first) / (self.n_days * self.per_day))

    def _split(self, values: np.ndarray) -> Parts:
        date = self._dates(values)
        since = values + self.first - date * (self.n_days * self.per_day)
        level = np.floor(since / self.per_day)
        clock = (since - level * self.per_day - self.cut) % self.per_day
        if len(self.moments):
            which = np.searchsorted(self.moments, values) % len(self.moments)
            at_moment = self.moments[which] == values
            level = np.where(at_moment, 7 + which, level)
            date, clock = (np.where(at_moment, np.nan, x) for x in (date, clock))
        return Parts(level, date, clock)

    def _join(self, parts: Parts) -> np.ndarray:
        days = parts.date * self.n_days + parts.level
        clock = (parts.clock + self.cut) % self.per_day
        values = days * self.per_day + clock - self.first
        # In the first or last week, or day, but not inside the range: one further in.
        date = self.n_days * self.per_day
        values = np.where(values <= self.times.low, values + date, values)
        values = np.where(values >= self.times.high, values - date, values)
        at_moment = parts.level >= 7
        if at_moment.any():
            values[at_moment] = self.moments[parts.level[at_moment].astype(int) - 7]
        return values

    @property
    def widths(self) -> tuple[int, ...]:
        """Numeric cells of an encoded row, and one-hot cells of each part."""
        return (
            self.date.width + self.clock.width,
            self.weekday.width,
            self.date.indicator.width,
            self.clock.indicator.width,
        )

    @property
    def frequencies(self) -> np.ndarray:
        """How often the class shows what each one-hot cell stands for."""
        return np.concatenate(
            [part.frequencies for part in (self.weekday, self.date, self.clock)]
        )

    @property
    def few_valued(self) -> bool:
        """Whether all parts are few-valued: then times repeat by chance."""
        return self.date.few_valued and self.clock.few_valued

    def to_values(self, cells: pd.Series) -> np.ndarray:
        """Cells as numbers, NaN where missing."""
        return self.times.to_values(cells)

    def to_cells(self, values: np.ndarray) -> pd.Series:
        """Numbers as cells in the column's dtype; any that may be, where missing."""
        return self.times.to_cells(values)

    def encode_numeric(self, values: np.ndarray) -> np.ndarray:
        """Dates and times of day, standardised; zero at a moment and where missing."""
        parts = self._split(values)
        return np.hstack(
            [
                self.date.encode_numeric(parts.date),
                self.clock.encode_numeric(parts.clock),
            ]
        )

    def encode_one_hot(self, values: np.ndarray) -> np.ndarray:
        """Weekdays and moments, and which dates and times of day are frequent ones."""
        parts = self._split(values)
        return np.hstack(
            [
                self.weekday.encode_one_hot(self._levels(parts)),
                self.date.encode_one_hot(parts.date),
                self.clock.encode_one_hot(parts.clock),
            ]
        )

    def keep_donors(
        self, values: np.ndarray, matrix: np.ndarray, rng: np.random.Generator
    ) -> None:
        """Keep the encoded rows of the class that show a rare moment or weekday."""
        self.weekday.keep_donors(self._levels(self._split(values)), matrix, rng)

    def calibrate(self, numeric: np.ndarray, one_hot: np.ndarray) -> None:
        """Map generated dates and times of day to those of the class from now on."""
        (_, shown), date, clock = self._blocks(numeric, one_hot)
        usual = ~self._moment_cells[largest_cell(shown)]
        for part, (numbers, cells) in ((self.date, date), (self.clock, clock)):
            part.calibrate(numbers[usual], cells[usual])

    def settle(self, numeric: np.ndarray, one_hot: np.ndarray) -> np.ndarray:
        """Numeric cells, those of few dates or times of day put at such a one.

        Those at a moment are put at zero.
        """
        (_, shown), date, clock = self._blocks(numeric, one_hot)
        settled = np.hstack([self.date.settle(*date), self.clock.settle(*clock)])
        settled[self._moment_cells[largest_cell(shown)]] = 0.0
        return settled

    def decode(
        self,
        numeric: np.ndarray,
        one_hot: np.ndarray,
        matrix: np.ndarray,
        chance: np.ndarray,
    ) -> np.ndarray:
        """Valid times, in the range and the steps of the column.

        Parameters
        ----------
        numeric : ndarray of shape (n_rows, n_numeric)
            Cells of the date and of the time of day.
        one_hot : ndarray of shape (n_rows, n_one_hot)
            Cells of weekdays and moments, and of frequent dates and times of day.
        matrix, chance : ndarray
            As ``CategoricalColumn.decode`` takes them.

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        weekday, date, clock = self._blocks(numeric, one_hot)
        levels = self.weekday.levels.to_numpy(dtype=float)
        return self._join(
            Parts(
                levels[self.weekday.decode(*weekday, matrix, chance)],
                self.date.decode(*date, matrix, chance),
                self.clock.decode(*clock, matrix, chance),
            )
        )

    def _levels(self, parts: Parts) -> np.ndarray:
        return self.weekday.to_values(pd.Series(parts.level))

    @property
    def _moment_cells(self) -> np.ndarray:
        """Which one-hot cells of ``weekday`` stand for moments only."""
        levels = self.weekday.levels.to_numpy(dtype=float) >= 7
        n_own = self.weekday.n_own
        return np.append(levels[:n_own], levels[n_own:].all())

    def _blocks(
        self, numeric: np.ndarray, one_hot: np.ndarray
    ) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """Numeric and one-hot cells of weekday, date and clock."""
        _, *sizes = self.widths
        weekday, date, clock = np.split(one_hot, np.cumsum(sizes)[:-1], axis=1)
        dates, clocks = np.split(numeric, [self.date.width], axis=1)
        return (numeric[:, :0], weekday), (dates, date), (clocks, clock)


def by_the_clock(times: NumericColumn, cells: pd.Series) -> NumericColumn | ClockColumn:
    """A column learned in parts where it holds times that follow clock or week.

    Parameters
    ----------
    times : NumericColumn
        The column as it has learned from the class's cells.
    cells : Series
        These cells.

    Returns
    -------
    NumericColumn or ClockColumn
        The column itself where it holds no dates, or few, in steps that do not divide
        a day, or spread evenly over the hours of the day and the days of the week.
    """
    summary = times.summary
    if summary.kind != "time" or dense(summary.dtype).kind != "M" or times.few_valued:
        return times
    if ticks_per_day(summary) % summary.step:
        return times
    return ClockColumn(times).fit(times.to_values(cells)) or times


def ticks_per_day(summary: ColumnSummary) -> int:
    """Ticks of a column of times in a day."""
    return TIME_STEPS[time_unit(summary.dtype)]["D"]


def is_uneven(steps: np.ndarray, n_steps: int, n_parts: int) -> bool:
    """Whether steps are more uneven over a cycle than by chance.

    Parameters
    ----------
    steps : ndarray of shape (n,)
        Whole numbers from 0 to n_steps - 1.
    n_steps : int
        Of the cycle; a multiple of n_parts.
    n_parts : int
        Equal parts of the cycle, in which steps are counted.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.clock import is_uneven
    >>> is_uneven(np.arange(70) % 7, 7, 7), is_uneven(np.arange(70) % 5, 7, 7)
    (False, True)
    """
    parts = (steps // (n_steps // n_parts)).astype(np.intp)
    counts = np.bincount(np.minimum(parts, n_parts - 1), minlength=n_parts)
    return n_parts > 1 and bool(chisquare(counts).pvalue < UNEVEN)


def emptiest_step(steps: np.ndarray, per_day: int) -> int:
    """The step of the day at the full hour around which the fewest times lie.

    Parameters
    ----------
    steps : ndarray of shape (n,)
        Whole numbers from 0 to per_day - 1.
    per_day : int

    Examples
    --------
    Around midnight, cut at noon:

    >>> import numpy as np
    >>> from gansampler.encoding.clock import emptiest_step
    >>> emptiest_step(np.array([22, 23, 0, 1]), 24)
    12
    """
    hours = np.minimum(steps * 24 // per_day, 23).astype(np.intp)
    counts = np.bincount(hours, minlength=24)
    angles = (np.arange(24)[:, None] - (np.arange(24) + 0.5)) * np.pi / 12
    density = np.exp(CONCENTRATION * np.cos(angles)) @ counts
    return -(-int(density.argmin()) * per_day // 24)
