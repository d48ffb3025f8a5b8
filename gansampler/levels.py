"""Levels of columns of text: how often each class shows them, and what follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gansampler.looks import meant_as
from gansampler.summary import SMALL_LEVELS, ColumnSummary

MIN_TEXTS = 20
"""Rows that a class needs for a column without repeats to count as an identifier."""


@dataclass(frozen=True)
class LevelCounts:
    """How often a class and the other classes show each level of a column.

    Parameters
    ----------
    name : hashable
        Of the column.
    n_rows : int
        Rows of the class, those included whose cell is missing.
    own, others : ndarray of shape (n_levels,)
        Number of rows of the class, and of the others, with each level that any shows.
    meant_as : {"", "numbers", "dates"}, default=""
        What the levels are if they are text although they were meant to be such.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.levels import LevelCounts
    >>> own, others = np.repeat([1, 3, 0], [6, 2, 4]), np.full(12, 9)
    >>> region = LevelCounts("region", n_rows=12, own=own, others=others)
    >>> region.identifies, region.unseen
    (False, 0.5)
    """

    name: Hashable
    n_rows: int
    own: np.ndarray
    others: np.ndarray
    meant_as: str = ""

    @property
    def identifies(self) -> bool:
        """Whether it differs in each row, as names and numbers of accounts do.

        No cell of the class is missing, and no two cells agree, in the class and the
        others. Classes of fewer than ``MIN_TEXTS`` rows do not show it.
        """
        complete = int(self.own.sum()) == self.n_rows >= MIN_TEXTS
        return complete and int((self.own + self.others).max()) == 1

    @property
    def unseen(self) -> float:
        """How likely a further row of the class has a level that none of it has so far.

        Good and Turing's estimate (see ``gansampler.encoding.lenders``): the share of
        rows whose level no other has. 0 where the others show no further level, and
        for columns of few levels, each of which is learned.
        """
        further = (self.own == 0) & (self.others > 0)
        if len(self.own) <= SMALL_LEVELS or not further.any():
            return 0.0
        return float((self.own == 1).sum() / max(1, self.own.sum()))


def count_levels(
    rows: pd.DataFrame, others: pd.DataFrame, table: Sequence[ColumnSummary]
) -> list[LevelCounts]:
    """Count the levels of all columns of text.

    Parameters
    ----------
    rows, others : DataFrame of shape (n_rows, n_columns)
        Rows of the class, and of other classes, of the same dtypes.
    table : sequence of ColumnSummary
        What the whole table shows of each column.

    Returns
    -------
    list of LevelCounts
        Of each column that holds levels, in the order of the table.
    """
    counts = []
    for position, summary in enumerate(table):
        if summary.kind != "category":
            continue
        parts = [rows.iloc[:, position], others.iloc[:, position]]
        both = pd.concat(parts, ignore_index=True)
        codes, _ = pd.factorize(both)
        n_levels = int(codes.max(initial=-1)) + 1
        # Of Arrow dictionaries pandas 2.0 returns the levels of the first part only.
        levels = both[both.notna() & ~pd.Series(codes).duplicated()]
        # Missing cells, of code -1, are no level.
        own, other = (
            np.bincount(part[part >= 0], minlength=n_levels)
            for part in (codes[: len(rows)], codes[len(rows) :])
        )
        meant = meant_as(_texts(levels, own + other))
        counts.append(LevelCounts(summary.name, len(rows), own, other, meant))
    return counts


def _texts(levels: pd.Series, counts: np.ndarray) -> Counter[str]:
    """How often each level is there, if some are texts; nothing otherwise."""
    if not any(isinstance(level, str) for level in levels):
        return Counter()
    texts: Counter[str] = Counter()
    for level, count in zip(levels, counts.tolist(), strict=True):
        texts[str(level)] += count
    return texts
