"""What columns determine, honoured in the decoded rows of a class.

``dependencies.py`` finds it, and says in codes what follows. Here codes are read from
the values of columns, and values and cells put right by them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gansampler._thinning import some_positions
from gansampler.encoding.categorical import CategoricalColumn
from gansampler.encoding.columns import Blocks, CodedColumn, Column, Values
from gansampler.encoding.dependencies import Dependencies
from gansampler.encoding.discovery import Codes
from gansampler.encoding.numeric import NumericColumn

MAX_ROWS = 50_000
"""Rows of a class on which columns are compared; beyond, a random part of them."""

EMPHASIS = 30.0
"""Weight of cells that decide, before all others, how similar rows are. Not larger: in
single precision the others would be rounded away."""


class Rules:
    """What columns of a class determine, seen in their values.

    Parameters
    ----------
    columns : sequence of Column
        The columns, and the missing pattern as one more.
    patterns : ndarray of shape (n_patterns, n_columns), bool
        What is missing in each missing pattern of the class.
    values : list of ndarray of shape (n_rows,)
        What the class's rows show of them all.
    others : list of ndarray of shape (n_others,)
        What rows of other classes show of the columns.
    others_missing : ndarray of shape (n_others, n_columns), bool
        Which of their cells are missing.
    rng : numpy.random.Generator
        Chooses rows where there are very many.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        patterns: np.ndarray,
        values: Values,
        others: Values,
        others_missing: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        self.coded: dict[int, CodedColumn] = {
            position: column
            for position, column in enumerate(columns)
            if isinstance(column, CodedColumn)
        }
        rows = some_positions(len(values[-1]), MAX_ROWS, rng)
        *own, pattern = [cells[rows] for cells in values]
        missing = patterns[pattern]
        shown = (own, missing), (others, others_missing)
        self.dependencies = Dependencies(
            np.vstack([self._all_codes(*part) for part in shown]),
            np.vstack([missing, others_missing]),
            [self.coded[j].n_codes if j in self.coded else 0 for j in range(len(own))],
            [column.widths[0] > 0 for column in columns[:-1]],
            patterns,
            pattern,
            rng,
        )
        self.emphasis = self._emphasis(columns)

    def __bool__(self) -> bool:
        """Whether anything is determined."""
        return bool(self.dependencies.positions)

    @property
    def order(self) -> list[int]:
        """The columns, those that determine others first."""
        return self.dependencies.order

    def _all_codes(self, values: Values, missing: np.ndarray) -> np.ndarray:
        """Codes of all columns; -1 for missing cells, ``n_codes`` for unknown ones."""
        codes = np.full(missing.shape, -1)
        for position, cells in enumerate(values):
            if position in self.coded:
                column = self.coded[position]
                read = column.to_codes(cells)
                unknown = (read < 0) & ~missing[:, position]
                codes[:, position] = np.where(unknown, column.n_codes, read)
        return codes

    def _emphasis(self, columns: Sequence[Column]) -> dict[int, np.ndarray]:
        """Weights of cells by column whose rare levels come from similar rows.

        The row that lends a level is to agree in what is tied to it.
        """
        n_numeric = sum(column.widths[0] for column in columns)
        widths = [sum(column.widths[1:]) for column in columns]
        ends = n_numeric + np.cumsum(widths)
        emphasis = {}
        for position, column in enumerate(columns):
            tied = self.dependencies.tied(position)
            if tied and isinstance(column, CategoricalColumn) and column.has_rare:
                weights = np.ones(ends[-1], dtype=np.float32)
                for other in tied:
                    weights[ends[other] - widths[other] : ends[other]] = EMPHASIS
                emphasis[position] = weights
        return emphasis

    @property
    def compared(self) -> list[int]:
        """Columns whose own values rows are compared by where they lend rare levels."""
        return sorted(set().union(*map(self._numbers, self.emphasis)))

    def emphasised(
        self, matrix: np.ndarray, position: int, values: Values
    ) -> np.ndarray:
        """Rows as they are compared where they lend a level of a column.

        Parameters
        ----------
        matrix : ndarray of shape (n_rows, n_cells)
            The encoded rows.
        position : int
            Which of the columns it is.
        values : list of ndarray of shape (n_rows,)
            What they show of the columns in ``compared``.
        """
        if position not in self.emphasis:
            return matrix
        cells = [matrix * self.emphasis[position]]
        for other, codes in self._codes(self._numbers(position), values).items():
            # All zeros where the number is missing.
            one_hot = codes[:, None] == np.arange(self.coded[other].n_codes)
            cells.append(EMPHASIS * one_hot.astype(np.float32))
        return np.hstack(cells)

    def _numbers(self, position: int) -> list[int]:
        """Columns tied to one that have no one-hot cells for their values."""
        return [
            other
            for other in sorted(self.dependencies.tied(position))
            if isinstance(column := self.coded[other], NumericColumn)
            and column.few_valued
            and column.width
        ]

    def derive(
        self, position: int, values: Values, blocks: Blocks, pattern: np.ndarray
    ) -> None:
        """Put values of a column right by those that determine it.

        Parameters
        ----------
        position : int
            Which of the columns it is. Those before it in ``order`` are decoded.
        values : list of ndarray of shape (n_rows,)
            Altered in this column.
        blocks : list of tuple of ndarray
            Numeric and one-hot cells of each column.
        pattern : ndarray of shape (n_rows,)
            Missing patterns of the rows.
        """
        codes = self._codes(self.dependencies.sources_of(position), values)
        derived = self.dependencies.derive(position, codes, pattern)
        self._put(position, derived, values, blocks)

    def agree(
        self, values: Values, blocks: Blocks, pattern: np.ndarray, chance: np.ndarray
    ) -> np.ndarray:
        """Missing patterns that agree with values; contradictory values change.

        Parameters
        ----------
        values, blocks, pattern
            As ``derive`` takes them.
        chance : ndarray of shape (n_rows,)
            Numbers from 0 to 1, which choose among equally similar rows.
        """
        codes = self._codes(self.dependencies.positions, values)
        pattern = self.dependencies.choose_patterns(pattern, codes)
        repaired, pattern = self.dependencies.repair(codes, pattern, chance)
        for position, new in repaired.items():
            self._put(position, new, values, blocks)
        return pattern

    def codes(self, values: Values, pattern: np.ndarray) -> Codes:
        """Codes of values, and of gaps, that are determined or determine others."""
        codes = self._codes(self.dependencies.positions, values)
        return self.dependencies.with_gaps(codes, pattern)

    def as_decoded(self, values: Values, blocks: Blocks) -> Blocks:
        """Cells of rows, where others determine them as in the decoded values."""
        blocks = blocks.copy()
        pattern = len(blocks) - 1
        for position in [*self.dependencies.positions, pattern]:
            column = self.coded[position]
            codes = column.to_codes(values[position])
            blocks[position] = column.impose(codes, *blocks[position])
        return blocks

    def _codes(self, positions: Sequence[int], values: Values) -> Codes:
        return {j: self.coded[j].to_codes(values[j]) for j in positions}

    def _put(
        self, position: int, codes: np.ndarray, values: Values, blocks: Blocks
    ) -> None:
        """Give a column values of given codes, where these are not -1."""
        (given,) = np.nonzero(codes >= 0)
        if len(given):
            numeric, _ = blocks[position]
            column = self.coded[position]
            values[position][given] = column.from_codes(codes[given], numeric[given])
