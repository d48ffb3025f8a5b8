"""A random part of rows, where all of them would cost more than they tell."""

from __future__ import annotations

import numpy as np

MAX_CELLS, MIN_CLASS_ROWS = 5_000_000, 5_000
"""Cells that a report looks at, of real and of synthetic rows each, and rows of a class
that it looks at in any case."""


def most_rows(n_columns: int, n_classes: int = 1) -> int:
    """Rows that a report looks at, of each class and of either kind."""
    return max(MIN_CLASS_ROWS, MAX_CELLS // n_columns // n_classes)


def thinned(rows: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """The rows, in order; a random ``most`` of them where there are more."""
    return rows if len(rows) <= most else rows[some_positions(len(rows), most, rng)]


def some_positions(n_rows: int, most: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of all rows, or of a random part of so many, in rising order."""
    if n_rows <= most:
        return np.arange(n_rows)
    return np.sort(rng.choice(n_rows, most, replace=False))
