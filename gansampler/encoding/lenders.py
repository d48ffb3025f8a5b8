"""Rows of other classes that lend levels which the class has not shown so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

ROUNDING = 1e-4
"""Squared distances so near to each other count as equal."""

BLOCK = 1024
"""Rows whose distances to the lenders are held at once."""


class LendingColumn(NamedTuple):
    """A column in which rows borrow.

    Attributes
    ----------
    position : int
        Which of the columns it is.
    first_rare : int
        Position of its first rare level; from there on levels are borrowed.
    share : float
        Part of the rows with a rare level that borrow another.
    """

    position: int
    first_rare: int
    share: float


class Lenders:
    """Rows of other classes that lend levels to generated rows of a class.

    A class of few rows shows few of the levels of a column that has many. Generated
    rows that have no others would make a classifier take these levels for signs of the
    class. So a part of them take their level from the most similar row of another
    class. The part is Good and Turing's estimate of the chance that a further row of
    the class has a level that the class has not shown so far (I. J. Good, "The
    population frequencies of species and the estimation of population parameters",
    Biometrika, 1953, equation 9), column by column.

    Levels stay together that belong together: where one column determines another, as
    a region its country, a row borrows both from one lender, or one that agrees with
    what it keeps. Without such a lender it borrows nothing.

    Parameters
    ----------
    matrix : ndarray of shape (n_lenders, n_cells)
        The rows that lend, encoded.
    levels : dict of int to ndarray of shape (n_lenders,)
        The positions of their levels, by position of the column; -1 where missing.
    columns : sequence of LendingColumn
        The columns in which rows borrow.
    pairs : sequence of tuple
        Columns that determine others, as in ``Dependencies.pairs``.
    """

    def __init__(
        self,
        matrix: np.ndarray,
        levels: dict[int, np.ndarray],
        columns: Sequence[LendingColumn],
        pairs: Sequence[tuple[int, int, np.ndarray]],
    ) -> None:
        self.matrix = matrix
        # Plain tuples: model files hold no named ones.
        self.columns: list[tuple[int, int, float]] = [
            (column.position, column.first_rare, column.share) for column in columns
        ]
        self.levels = {j: levels[j] for j in sorted(self.positions)}
        self.ties = [pair for pair in pairs if not self.positions.isdisjoint(pair[:2])]

    @property
    def positions(self) -> set[int]:
        """Positions of the columns in which rows borrow."""
        return {position for position, *_ in self.columns}

    def lend(
        self,
        values: list[np.ndarray],
        codes: dict[int, np.ndarray],
        matrix: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        """Replace rare levels of some rows by those of similar rows of other classes.

        Parameters
        ----------
        values : list of ndarray of shape (n_rows,)
            Decoded columns. Altered: in those that borrow, some positions of rare
            levels are replaced.
        codes : dict of int to ndarray of shape (n_rows,)
            Their codes in what is determined or determines others, -1 where missing.
        matrix : ndarray of shape (n_rows, n_cells)
            The encoded rows.
        rng : numpy.random.Generator
            Chooses the rows that borrow.
        """
        chance = rng.random(len(matrix))
        borrows = {
            position: (chance < share) & (values[position] >= first_rare)
            for position, first_rare, share in self.columns
        }
        (rows,) = np.nonzero(np.any(list(borrows.values()), axis=0))
        chance = rng.random(len(matrix))
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            distances = self._distances(codes, matrix, borrows, block)
            lender = nearest_by_chance(distances, chance[block])
            found = lender >= 0
            for position, *_ in self.columns:
                takes = found & borrows[position][block]
                values[position][block[takes]] = self.levels[position][lender[takes]]

    def _distances(
        self,
        codes: dict[int, np.ndarray],
        matrix: np.ndarray,
        borrows: dict[int, np.ndarray],
        rows: np.ndarray,
    ) -> np.ndarray:
        """Squared distances to the lenders, infinite to those that cannot lend."""
        distances = np.square(matrix[rows]).sum(axis=1)[:, None]
        distances = distances + np.square(self.matrix).sum(axis=1)
        distances -= 2 * (matrix[rows] @ self.matrix.T)
        for position, first_rare, _ in self.columns:
            cannot = self.levels[position] < first_rare
            distances[np.ix_(borrows[position][rows], cannot)] = np.inf
        nothing = np.zeros(len(matrix), dtype=bool)
        for source, target, table in self.ties:
            for borrowed, kept in ((source, target), (target, source)):
                if borrowed not in self.levels:
                    continue
                alone = borrows[borrowed] & ~borrows.get(kept, nothing)
                (alone,) = np.nonzero(alone[rows])
                own, lent = codes[kept][rows[alone], None], self.levels[borrowed]
                gives = borrowed == source
                follows, shown = (table[lent], own) if gives else (table[own], lent)
                wrong = (follows >= 0) & (shown >= 0) & (follows != shown)
                distances[alone] = np.where(wrong, np.inf, distances[alone])
        return distances


def nearest_by_chance(distances: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Position of the smallest number of each row, by chance among several.

    Parameters
    ----------
    distances : ndarray of shape (n_rows, n_columns)
        Up to rounding.
    chance : ndarray of shape (n_rows,)
        Numbers from 0 to 1, which choose among the smallest.

    Returns
    -------
    ndarray of shape (n_rows,)
        -1 where all are infinite.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.lenders import nearest_by_chance
    >>> distances = np.array([[2.0, 1.0, 1.0], [np.inf] * 3, [2.0, 1.0, 1.0]])
    >>> nearest_by_chance(distances, np.array([0.1, 0.5, 0.9])).tolist()
    [1, -1, 2]
    """
    nearest = distances.argmin(axis=1)
    lowest = distances[np.arange(len(distances)), nearest]
    near = distances <= (lowest + ROUNDING * (1 + np.abs(lowest)))[:, None]
    (several,) = np.nonzero(np.count_nonzero(near, axis=1) > 1)
    count = near[several].cumsum(axis=1)
    wanted = (chance[several] * count[:, -1]).astype(np.intp) + 1
    nearest[several] = (count >= wanted[:, None]).argmax(axis=1)
    return np.where(np.isfinite(lowest), nearest, -1)
