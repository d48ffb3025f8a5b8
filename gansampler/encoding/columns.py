"""The columns of one class: how their cells become numbers, and numbers cells again.

``NumericColumn`` in ``numeric.py`` takes numbers and times, ``CategoricalColumn`` in
``categorical.py`` everything that is a level; times that follow the clock are made of
both, in ``clock.py``. Each has three forms: the *cells* of the table; their *values*,
which are numbers (NaN where missing) or positions of levels (-1); and what a GAN
learns. A new kind of column is a new class with what ``Column`` lists, and
``CodedColumn`` if it may take part in rules, chosen in ``TableEncoder``.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

Values = list[np.ndarray]
"""Values of the columns of a table, column by column."""

Blocks = list[tuple[np.ndarray, np.ndarray]]
"""Numeric and one-hot cells of encoded rows, column by column."""


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


def largest_cell(one_hot: np.ndarray) -> np.ndarray:
    """Position of each row's largest cell; 0 where rows have no cells."""
    if not one_hot.shape[1]:
        return np.zeros(len(one_hot), dtype=np.intp)
    if one_hot.shape[1] == 2:  # which argmax takes long for
        return (one_hot[:, 1] > one_hot[:, 0]).astype(np.intp)
    return np.asarray(one_hot.argmax(axis=1))
