"""Rows of other classes that lend levels which the class has not shown so far."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import pairwise_distances_argmin

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of the golden section, modulo 1, fill the unit interval evenly."""

LEVELS_FIRST = 10.0
"""Weight of one-hot cells beside numeric ones when the most similar lender is sought:
rows that agree in their levels come first."""


class Lenders:
    """Rows of other classes, and how often a row of the class borrows from them.

    A class of few rows shows few of the levels of a column that has many. Generated
    rows that have no others would make a classifier take these levels for signs of the
    class. So a part of the rows take their rare levels, in all columns, from the most
    similar row of another class: then levels stay together that belong together.
    The part is Good and Turing's estimate of the chance that a further row of the
    class has a level that the class has not shown so far (I. J. Good, "The population
    frequencies of species and the estimation of population parameters", Biometrika,
    1953, equation 9).

    Parameters
    ----------
    matrix : ndarray of shape (n_lenders, n_cells)
        The rows that lend, encoded.
    n_numeric : int
        Cells at the front of an encoded row that are numbers.
    columns : list of (int, int, ndarray of shape (n_lenders,))
        For each column with rare levels its position, the position of the first rare
        level, and the positions of the levels of these rows.
    share : float
        Part of the generated rows that borrow.
    """

    def __init__(
        self,
        matrix: np.ndarray,
        n_numeric: int,
        columns: list[tuple[int, int, np.ndarray]],
        share: float,
    ) -> None:
        self.matrix = _levels_first(matrix, n_numeric)
        self.n_numeric, self.columns, self.share = n_numeric, columns, share

    def lend(self, values: list[np.ndarray], matrix: np.ndarray) -> None:
        """Replace rare levels of some rows by those of a similar row of other classes.

        Parameters
        ----------
        values : list of ndarray of shape (n_rows,)
            Decoded columns, which are altered: those that borrow hold positions of
            levels, and among them those of rare levels are replaced.
        matrix : ndarray of shape (n_rows, n_cells)
            The encoded rows.
        """
        # Which rows borrow is told by their places: rows come in no order.
        (rows,) = np.nonzero(np.arange(len(matrix)) * GOLDEN % 1 < self.share)
        if not len(rows):
            return
        encoded = _levels_first(matrix[rows], self.n_numeric)
        lenders = pairwise_distances_argmin(encoded, self.matrix)
        for position, first_rare, levels in self.columns:
            lent = levels[lenders]
            borrows = np.minimum(lent, values[position][rows]) >= first_rare
            values[position][rows[borrows]] = lent[borrows]


def _levels_first(matrix: np.ndarray, n_numeric: int) -> np.ndarray:
    weighted = np.array(matrix, dtype=np.float32)
    weighted[:, n_numeric:] *= LEVELS_FIRST
    return weighted
