"""Columns of levels: frequent ones have cells of their own, rare ones are lent."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise_distances_argmin

from gansampler._thinning import thinned
from gansampler.encoding.columns import largest_cell
from gansampler.summary import MAX_LEVELS, MIN_LEVEL_ROWS, SMALL_LEVELS

MAX_DONORS = 2000
"""Rows of the class that can lend a rare level; beyond, a random part of them does."""

MAX_MATCHED = 256
"""Rows among which donors are shared out at a time: the time for it grows faster than
their number."""


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
    >>> from gansampler.encoding.categorical import spread_evenly
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
    >>> from gansampler.encoding.categorical import matched
    >>> rows, donors = np.array([[1.0], [2.0], [9.0]]), np.array([[8.0], [0.0], [1.0]])
    >>> matched(rows, donors).tolist()
    [1, 2, 0]
    """
    positions = np.arange(len(rows))
    for part in np.array_split(positions, -(-len(rows) // MAX_MATCHED) or 1):
        distances = cdist(rows[part], donors[part], "sqeuclidean")
        positions[part] = part[linear_sum_assignment(distances)[1]]
    return positions
