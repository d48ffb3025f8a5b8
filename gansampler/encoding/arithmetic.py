"""Arithmetic between columns of numbers: a charge is a rate times minutes.

A column may follow from another on a line, or from two others as their product, sum or
difference, rounded to its own decimals. Such formulas are found in the rows of a class
and of others, and hold again in decoded rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gansampler._thinning import some_positions
from gansampler.encoding.columns import Column, Values
from gansampler.encoding.discovery import MIN_EXPECTED
from gansampler.encoding.grids import MIN_NUMBERS, Grid, is_single
from gansampler.encoding.numeric import NumericColumn

OPERATIONS = {"product": np.multiply, "sum": np.add, "difference": np.subtract}
"""Formulas of two columns; one of a single column is a "line"."""

ROUNDS = ("product",), ("sum", "difference")
"""Operations that are looked for together. Of the columns of a sum, each of which
follows from the others, the best target is taken, whichever operation gives it."""

MAX_ROWS = 50_000
"""Rows of a class in which a formula must hold; beyond, a random part of them."""

STAGES = 5, 50, 500
"""Rows on which candidates are sorted out, to leave few for all rows."""

MAX_ANCHORS = 4
"""Rows by whose numbers candidates are looked up. One is enough without gaps."""

MAX_SOURCES = 20
"""Columns over which lines are looked for, of those nearly on a line with a column."""

DIGITS = 17
"""Digits with which slopes and offsets are written at most: those of a float."""

HALF = 0.51
"""Units of the last decimal by which a rounded number may be off: a half, and a little
for the errors of floats."""

PRECISION = {False: 2.0**-47, True: 2.0**-18}
"""Relative errors of columns that were computed, in double and in single precision: 64
times those of rounding. Not more: of large numbers that lie close together, such as the
seconds of two times, small differences may be all that tells them apart."""

MAX_OFF = 2.0
"""Tolerances by which points on a line may lie off that of least squares."""

NUDGE = 2.0**-48
"""Relative size of what takes halves away from zero, whatever float they became."""

MAX_HALVES, MAX_MISROUNDED = 0.75, 0.02
"""Share of rows whose computed numbers may be halves of a unit: of whole numbers cut in
half, it is one in two. Share of rows that may have been rounded the other way."""


@dataclass(frozen=True)
class Formula:
    """How a column follows from others.

    Attributes
    ----------
    target : int
        Position of the column.
    operation : {"line", "product", "sum", "difference"}
        What is done with the sources.
    sources : tuple of int
        Positions of the columns that it follows from: one for a line, else two.
    slope, offset : float
        Of a line.
    nudge : float
        Relative size of what is added before rounding.
    """

    target: int
    operation: str
    sources: tuple[int, ...]
    slope: float = 1.0
    offset: float = 0.0
    nudge: float = 0.0

    def compute(self, sources: Sequence[np.ndarray]) -> np.ndarray:
        """Numbers of the target, not yet rounded; NaN where a source is missing."""
        # The numbers of other classes may be as large as floats are.
        with np.errstate(over="ignore"):
            if self.operation == "line":
                return sources[0] * self.slope + self.offset
            return np.asarray(OPERATIONS[self.operation](*sources))


def apply_formulas(
    formulas: Iterable[Formula], columns: Sequence[Column], values: Values
) -> None:
    """Give columns the numbers that follow from others.

    Parameters
    ----------
    formulas : iterable of Formula
        Sources first, as from ``find_formulas``.
    columns : sequence of Column
        The columns.
    values : list of ndarray of shape (n_rows,)
        Their values. Altered where target and sources are there: rounded as the class
        rounds, and kept in the range.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from gansampler.encoding.arithmetic import Formula, apply_formulas
    >>> from gansampler.encoding.numeric import NumericColumn
    >>> from gansampler.tabular import Table
    >>> rows = pd.DataFrame({"net": np.arange(99.0)}).assign(gross=lambda t: 2 * t.net)
    >>> columns = [
    ...     NumericColumn(summary, "table").fit(rows[summary.name])
    ...     for summary in Table(rows).summary
    ... ]
    >>> values = [np.array([4.0, 7.0, np.nan]), np.array([9.0, np.nan, 5.0])]
    >>> apply_formulas([Formula(1, "line", (0,), slope=2.0)], columns, values)
    >>> values[1].tolist()
    [8.0, nan, 5.0]
    """
    for formula in formulas:
        column, own = columns[formula.target], values[formula.target]
        assert isinstance(column, NumericColumn)
        derived = formula.compute([values[source] for source in formula.sources])
        there = ~np.isnan(derived) & ~np.isnan(own)
        derived = column.nearest_valid(derived[there] * (1 + formula.nudge))
        values[formula.target] = own.copy()
        values[formula.target][there] = derived


def find_formulas(
    columns: Sequence[Column], own: Values, others: Values, rng: np.random.Generator
) -> list[Formula]:
    """Columns that follow from others by arithmetic.

    A formula holds in all rows in which its columns are there, of the class and of
    others, and would fail in at least ``MIN_EXPECTED`` of them if any of its sources
    had nothing to do with the target. Only columns of many numbers follow, none of
    them frequent: of two prices that are nearly equal, the difference is never zero.

    Parameters
    ----------
    columns : sequence of Column
        The columns of a class.
    own, others : list of ndarray
        Their values in the rows of the class, and in rows of other classes.
    rng : numpy.random.Generator
        Chooses the rows on which most candidates are sorted out.

    Returns
    -------
    list of Formula
        At most one for each column, sources first.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from gansampler.encoding.arithmetic import find_formulas
    >>> from gansampler.encoding.numeric import NumericColumn
    >>> from gansampler.tabular import Table
    >>> rng = np.random.default_rng(0)
    >>> rows = pd.DataFrame({"minutes": rng.uniform(0, 60, 100).round(1)})
    >>> rows["charge"] = (0.27 * rows["minutes"]).round(2)
    >>> columns = [
    ...     NumericColumn(summary, "table").fit(rows[summary.name])
    ...     for summary in Table(rows).summary
    ... ]
    >>> values = [rows["minutes"].to_numpy(), rows["charge"].to_numpy()]
    >>> (formula,) = find_formulas(columns, values, [np.empty(0)] * 2, rng)
    >>> formula.target, formula.sources, formula.slope, formula.offset
    (1, (0,), 0.27, 0.0)
    """
    numbers = {
        position: column
        for position, column in enumerate(columns)
        if isinstance(column, NumericColumn) and may_be_source(column)
    }
    if len(numbers) < 2 or not any(map(may_be_target, numbers.values())):
        return []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return FormulaSearch(numbers, own, others, rng).run()


def may_be_source(column: NumericColumn) -> bool:
    """Whether others can follow: not from times, nor from what floats cannot hold."""
    return (
        column.summary.kind == "number"
        and column.unit == 1.0
        and len(column.levels) > 1
    )


def may_be_target(column: NumericColumn) -> bool:
    """Whether a column shows many numbers, none of which is learned as a level."""
    return (
        not column.few_valued
        and not len(column.frequent)
        and len(column.levels) >= MIN_NUMBERS
    )


class FormulaSearch:
    """Looks for formulas, and keeps those that do not go round in a circle.

    Parameters
    ----------
    columns : dict of int to NumericColumn
        The columns by position.
    own, others : list of ndarray
        As ``find_formulas`` takes them.
    rng : numpy.random.Generator
        Chooses rows.
    """

    def __init__(
        self,
        columns: dict[int, NumericColumn],
        own: Values,
        others: Values,
        rng: np.random.Generator,
    ) -> None:
        self.columns, self.own, self.others, self.rng = columns, own, others, rng
        self.positions = list(columns)
        n_own, n_others = (len(part[self.positions[0]]) for part in (own, others))
        self.rows = some_positions(n_own, MAX_ROWS, rng)
        sample = rng.permutation(len(self.rows) + n_others)[: STAGES[-1]]
        self.sample = np.array([self.cells(j)[sample] for j in self.positions])
        self.found: dict[int, Formula] = {}

    def run(self) -> list[Formula]:
        """All formulas, sources first."""
        self._find_lines()
        for operations in ROUNDS:
            for anchor in find_anchors(self.sample):
                self._find_pairs(operations, anchor)
        return sources_first(self.found)

    def cells(self, position: int) -> np.ndarray:
        """Numbers of a column in the class and then in other rows."""
        own = self.own[position]
        if len(self.rows) < len(own):
            own = own[self.rows]
        return np.concatenate([own, self.others[position]])

    def _targets(self) -> Iterator[int]:
        """Numbers of the columns for which a formula may still be found."""
        for number, position in enumerate(self.positions):
            if position not in self.found and may_be_target(self.columns[position]):
                yield number

    def _tolerance(self, position: int, numbers: np.ndarray) -> np.ndarray:
        """How far from each number of a column a computed one may lie."""
        column = self.columns[position]
        half = 0.0 if column.grid is None else HALF * 10.0**-column.grid.decimals
        precision = PRECISION[is_single(column.summary.dtype)]
        usual = float(np.median(np.abs(column.levels)))
        tolerance: np.ndarray = half + precision * (np.abs(numbers) + usual)
        return tolerance

    def _find_lines(self) -> None:
        """Derive columns from one other, those with the most holes first.

        Where each of two follows from the other, as cents and minutes do, the one with
        holes cannot be drawn freely.
        """
        filled = [share_filled(column) for column in self.columns.values()]
        tolerances = [
            np.nanmax(self._tolerance(j, cells), initial=0.0)
            for j, cells in zip(self.positions, self.sample, strict=True)
        ]
        near = nearly_collinear(self.sample, np.array(tolerances))
        for target in sorted(self._targets(), key=lambda j: (filled[j], -j)):
            (sources,) = np.nonzero(near[:, target])
            best = sorted(sources, key=lambda j: (-filled[j], j))[:MAX_SOURCES]
            for source in best:
                z, x = self.positions[target], self.positions[source]
                if self._runs_in_a_circle(z, (x,)):
                    continue
                line = self._fit_line(z, self.sample[target], self.sample[source])
                if line is None:
                    continue
                line = self._fit_line(z, self.cells(z), self.cells(x))
                if line and self._accept(Formula(z, "line", (x,), *line)):
                    break

    def _fit_line(
        self, position: int, target: np.ndarray, source: np.ndarray
    ) -> tuple[float, float] | None:
        there = ~np.isnan(target) & ~np.isnan(source)
        target, source = target[there], source[there]
        return fit_line(source, target, self._tolerance(position, target))

    def _find_pairs(self, operations: Sequence[str], anchor: np.ndarray) -> None:
        """Derive columns from two others, looked up by their numbers in one row."""
        (there,) = np.nonzero(~np.isnan(anchor))
        tables = [pairs_in_order(name, there, anchor) for name in operations]
        targets = [j for j in self._targets() if not np.isnan(anchor[j])]
        for target in sorted(targets, key=self._by_precision):
            z = self.positions[target]
            margin = self._tolerance(z, anchor[target])
            ends = anchor[target] - margin, anchor[target] + margin
            for name, (pairs, numbers) in zip(operations, tables, strict=True):
                first, last = np.searchsorted(numbers, ends)
                pairs = self._agreeing(name, target, pairs[:, first:last])
                if self._accept_any(name, z, pairs):
                    break

    def _by_precision(self, number: int) -> tuple[bool, int, float]:
        """Of a sum's columns the finest, then the widest, is derived.

        So it keeps the decimals that it has, and errors of the others matter least.
        """
        column = self.columns[self.positions[number]]
        decimals = 0 if column.grid is None else column.grid.decimals
        return column.grid is not None, -decimals, -float(column.observed.std())

    def _agreeing(self, name: str, target: int, pairs: np.ndarray) -> np.ndarray:
        """The pairs with which a formula holds in the sample."""
        pairs = pairs[:, (pairs != target).all(axis=0)]
        start = 0
        for end in STAGES:
            z = self.sample[target, start:end]
            x, y = self.sample[pairs, start:end]
            wrong = np.abs(OPERATIONS[name](x, y) - z) > self._tolerance(
                self.positions[target], z
            )
            pairs, start = pairs[:, ~wrong.any(axis=1)], end
        return pairs

    def _accept_any(self, name: str, position: int, pairs: np.ndarray) -> bool:
        for pair in pairs.T:
            sources = tuple(self.positions[number] for number in pair)
            if not self._runs_in_a_circle(position, sources) and self._accept(
                Formula(position, name, sources)
            ):
                return True
        return False

    def _runs_in_a_circle(self, position: int, sources: Iterable[int]) -> bool:
        """Whether the sources of a column are to follow from the column itself."""
        behind, seen = list(sources), set()
        while behind:
            source = behind.pop()
            if source not in seen:
                seen.add(source)
                behind += self.found[source].sources if source in self.found else ()
        return position in seen

    def _accept(self, formula: Formula) -> bool:
        """Whether all rows show a formula, and enough of them; it is kept if so."""
        columns = [self.cells(j) for j in (formula.target, *formula.sources)]
        there = ~np.isnan(columns).any(axis=0)
        target, *sources = (cells[there] for cells in columns)
        tolerance = self._tolerance(formula.target, target)
        computed = formula.compute(sources)
        if (np.abs(computed - target) > tolerance).any():
            return False
        shuffled = self.rng.permutation(len(target))
        for number in range(len(sources)):
            unrelated = list(sources)
            unrelated[number] = sources[number][shuffled]
            wrong = np.abs(formula.compute(unrelated) - target) > tolerance
            if np.count_nonzero(wrong) < MIN_EXPECTED:
                return False
        nudge = find_nudge(computed, target, self.columns[formula.target].grid)
        if nudge is None:
            return False
        self.found[formula.target] = replace(formula, nudge=nudge)
        return True


def sources_first(formulas: dict[int, Formula]) -> list[Formula]:
    """Formulas by target, each after those that its sources follow from."""
    ordered: list[Formula] = []
    left = dict(formulas)
    while left:
        ready = [
            j for j, formula in left.items() if left.keys().isdisjoint(formula.sources)
        ]
        ordered += [left.pop(j) for j in ready]
    return ordered


def find_nudge(
    computed: np.ndarray, target: np.ndarray, grid: Grid | None
) -> float | None:
    """How halves are rounded: what to add to computed numbers, relative to their size.

    Parameters
    ----------
    computed, target : ndarray of shape (n_rows,)
        Numbers before rounding, and as the table shows them.
    grid : Grid or None
        Where the class shows the latter; None where they are not rounded.

    Returns
    -------
    float or None
        None if what looks like halves are two numbers, one or the other of which is
        there: no formula tells which.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.arithmetic import find_nudge
    >>> from gansampler.encoding.grids import Grid
    >>> computed = np.arange(8) / 2
    >>> find_nudge(computed, np.round(computed), Grid(0))
    0.0
    >>> find_nudge(computed, np.floor(computed + 0.5), Grid(0)) > 0
    True
    >>> print(find_nudge(computed, np.array([0.0, 1, 1, 1, 2, 2, 3, 4]), Grid(0)))
    None
    """
    if grid is None:
        return 0.0
    unit = 10.0**-grid.decimals
    if np.mean(np.abs(computed - target) > (1 - HALF) * unit) > MAX_HALVES:
        return None
    misrounded = {
        nudge: float(
            np.mean(
                np.round(computed * (1 + nudge), grid.decimals)
                != np.round(target, grid.decimals)
            )
        )
        for nudge in (0.0, NUDGE)
    }
    nudge = min(misrounded, key=misrounded.__getitem__)
    return nudge if misrounded[nudge] <= MAX_MISROUNDED else None


def share_filled(column: NumericColumn) -> float:
    """Share of the numbers of its grid, within its range, that a column shows."""
    if column.grid is None:
        return 0.0
    width = (column.levels[-1] - column.levels[0]) / column.grid.spacing
    return float(len(column.levels) / (width + 1))


def nearly_collinear(sample: np.ndarray, tolerances: np.ndarray) -> np.ndarray:
    """Pairs of columns of which the second may lie on a line over the first.

    Parameters
    ----------
    sample : ndarray of shape (n_columns, n_rows)
        Numbers, NaN where missing.
    tolerances : ndarray of shape (n_columns,)
        How far from the line those of each column may lie.

    Returns
    -------
    ndarray of shape (n_columns, n_columns), bool
        Where no line is so near, by least squares, there is none.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.arithmetic import nearly_collinear
    >>> sample = np.array([[1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.1, 8.0], [5.0, 1, 1, 5]])
    >>> nearly_collinear(sample, np.array([0.1, 0.1, 0.1])).tolist()
    [[False, True, False], [True, False, False], [False, False, False]]
    """
    there = ~np.isnan(sample)
    sizes = np.max(np.abs(sample), axis=1, initial=np.finfo(float).tiny, where=there)
    scaled = np.where(there, sample, 0.0) / sizes[:, None]
    n_rows = np.maximum(1, there.sum(axis=1))
    centred = np.where(there, scaled - (scaled.sum(axis=1) / n_rows)[:, None], 0.0)
    present = there.astype(float)
    n = np.maximum(1.0, present @ present.T)
    total = centred @ present.T  # of the first, where the second is there
    squares = np.square(centred) @ present.T - np.square(total) / n
    products = centred @ centred.T - total * total.T / n
    around = squares.T - np.square(products) / squares
    allowed = n * np.square(tolerances / sizes) + 1e-12 * squares.T
    near: np.ndarray = (squares > 0) & (around <= allowed)
    near[np.diag_indices(len(near))] = False
    return near


def fit_line(
    x: np.ndarray, z: np.ndarray, tolerance: np.ndarray
) -> tuple[float, float] | None:
    """Slope and offset, in the fewest digits, of a line on which all points lie.

    Parameters
    ----------
    x, z, tolerance : ndarray of shape (n,)
        Points, and how far above or below the line each may lie.

    Returns
    -------
    tuple of float or None
        Without an offset if it can be; None where there is no such line.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.arithmetic import fit_line
    >>> celsius = np.arange(-20.0, 40.0)
    >>> fit_line(celsius, np.round(1.8 * celsius + 32), np.full(60, 0.51))
    (1.8, 32.0)
    """
    if not len(x):
        return None
    apart = x - x.mean()
    # Sums, not products of matrices, whose last digits depend on the threads.
    through_origin = (x * z).sum() / np.square(x).sum()
    least_squares = (apart * z).sum() / np.square(apart).sum()
    rest = z - least_squares * x
    off = np.abs(rest - rest.mean()) / tolerance
    # Written out only where it may be one.
    if not np.isfinite(through_origin) or not off.max() <= MAX_OFF:
        return None
    for slope in simple_numbers(through_origin):
        if (np.abs(z - slope * x) <= tolerance).all():
            return slope, 0.0
    for slope in simple_numbers(least_squares):
        rest = z - slope * x
        low, high = (rest - tolerance).max(), (rest + tolerance).min()
        if low > high:
            continue
        for offset in rounded((low + high) / 2):
            if low <= offset <= high:
                return slope, offset
    return None


def simple_numbers(number: float) -> Iterator[float]:
    """A number, and then one over its inverse, in one digit, in two, and so on.

    What is divided by 12 is not multiplied by a number of few digits.
    """
    for digits, inverse in zip(rounded(number), rounded(1 / number), strict=True):
        yield from (digits, 1 / inverse)


def rounded(number: float) -> Iterator[float]:
    """A number in one digit, in two, and so on."""
    for digits in range(DIGITS):
        yield float(f"{number:.{digits}e}")


def find_anchors(sample: np.ndarray) -> list[np.ndarray]:
    """Rows that show columns together which no row before them shows together.

    Parameters
    ----------
    sample : ndarray of shape (n_columns, n_rows)
        Numbers, NaN where missing.

    Returns
    -------
    list of ndarray of shape (n_columns,)
        At most ``MAX_ANCHORS``, those with the most numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.arithmetic import find_anchors
    >>> rows = [[1.0, 2.0, np.nan], [3.0, 4.0, np.nan], [np.nan, np.nan, 5.0]]
    >>> [row.tolist() for row in find_anchors(np.transpose(rows))]
    [[1.0, 2.0, nan], [nan, nan, 5.0]]
    """
    there = ~np.isnan(sample)
    chosen: list[int] = []
    for row in np.argsort(-there.sum(axis=0), kind="stable").tolist():
        shown = there[:, [row]]
        if not (there[:, chosen] | ~shown).all(axis=0).any():
            chosen.append(row)
        if len(chosen) == MAX_ANCHORS or there[:, chosen].all(axis=0).any():
            break
    return [sample[:, row] for row in chosen]


def pairs_in_order(
    operation: str, columns: np.ndarray, anchor: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of columns by what an operation makes of their numbers in one row.

    Parameters
    ----------
    operation : {"product", "sum", "difference"}
        The operation.
    columns : ndarray of shape (n_columns,)
        Numbers of the columns.
    anchor : ndarray
        The row.

    Returns
    -------
    pairs : ndarray of shape (2, n_pairs)
        Each pair in one order, of differences in both.
    results : ndarray of shape (n_pairs,)
        In rising order.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.arithmetic import pairs_in_order
    >>> pairs, results = pairs_in_order("sum", np.arange(3), np.array([5.0, 1.0, 2.0]))
    >>> pairs.T.tolist(), results.tolist()
    ([[1, 2], [0, 1], [0, 2]], [3.0, 6.0, 7.0])
    """
    n = len(columns)
    ordered = operation == "difference"
    pairs = np.array(
        np.nonzero(~np.eye(n, dtype=bool)) if ordered else np.triu_indices(n, 1)
    )
    pairs = columns[pairs]
    results = OPERATIONS[operation](*anchor[pairs])
    order = np.argsort(results, kind="stable")
    return pairs[:, order], results[order]
