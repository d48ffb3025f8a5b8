"""Values of a column that have a probability of their own: zeros, codes, round sums."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import poisson

from gansampler.encoding.grids import Grid

MIN_COUNT = 3
"""Least number of rows that show an atom."""

BY_CHANCE = 0.01
"""Share of columns without atoms in which one is found."""

N_BESIDE = 5
"""Distinct values beside one that show how often a smooth density would have it."""

FREQUENT_SHARE = 0.25
FREQUENT_COUNT = 3
"""A number that this share of the class, and this many rows, show is frequent: it is
learned as a level beside the other numbers of its column. Whether a row has it tends to
depend on other columns (no mailbox, no messages), which a number close to it would
lose."""

OUTER_SHARE = 0.05
OUTER_COUNT = 5
"""An atom beyond all numbers that are none, such as zero among amounts, is frequent if
this share of the class, and this many rows, show it. A code, which lies farther off
than those numbers are wide, needs no such share."""


def frequent_values(observed: np.ndarray, decimals: int | None) -> np.ndarray:
    """Numbers that are learned as levels.

    Parameters
    ----------
    observed : ndarray of shape (n,)
        Numbers of a class in rising order, none missing.
    decimals : int or None
        With which they are written, None if they are continuous.

    Returns
    -------
    ndarray
        The frequent ones, in rising order.
    """
    levels, counts = np.unique(observed, return_counts=True)
    n = len(observed)
    frequent = counts >= max(FREQUENT_COUNT, FREQUENT_SHARE * n)
    several = counts >= OUTER_COUNT
    often = several & (counts >= OUTER_SHARE * n)
    # Such a level may be off the grid of the others.
    grid = Grid.of(levels[~often], decimals)
    atoms = atoms_of(observed, spacing=0.0 if grid is None else grid.spacing)
    rest = observed[~np.isin(observed, atoms)]
    if len(rest):
        beyond = np.maximum(rest[0] - levels, levels - rest[-1])
        frequent |= often & (beyond > 0)
        if 2 * len(rest) >= n:
            frequent |= several & (beyond > rest[-1] - rest[0])
    return levels[frequent]


def atoms_of(
    values: np.ndarray, ends: ArrayLike = (), *, spacing: float = 0.0
) -> np.ndarray:
    """Values that more rows show than a smooth density would repeat by chance.

    They are to be generated exactly as often as they are observed. How often a value
    is expected is read off the distinct values beside it, where they are densest, and
    what is more follows a Poisson distribution.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Observed values, none missing.
    ends : array-like of float, default=()
        Lowest and highest value allowed. They count as atoms wherever they are
        observed, so that nothing else piles up there.
    spacing : float, default=0.0
        How far a value can be from the next; 0 if they are continuous, where none is
        expected twice.

    Returns
    -------
    ndarray
        The atoms, in rising order.
    """
    levels, counts = np.unique(values, return_counts=True)
    (often,) = np.nonzero(counts >= MIN_COUNT)
    expected = expected_counts(levels, counts, spacing)[often]
    chance = poisson.sf(counts[often] - 1, expected)
    is_atom = np.isin(levels, ends)
    is_atom[often] |= chance < BY_CHANCE / max(1, len(levels))
    return levels[is_atom]


def expected_counts(
    levels: np.ndarray, counts: np.ndarray, spacing: float
) -> np.ndarray:
    """How many rows would show each value if it were as likely as those beside it.

    Parameters
    ----------
    levels, counts : ndarray of shape (n_levels,)
        Distinct values in rising order, and how many rows show each.
    spacing : float
        How far a value can be from the next.

    Returns
    -------
    ndarray of shape (n_levels,)
        Of the runs of ``N_BESIDE`` other values, next to each other but for the value
        itself, the one in which most rows share a place that a value can have.
    """
    n_levels = len(levels)
    n_beside = min(N_BESIDE, n_levels - 1)
    expected = np.zeros(n_levels)
    if not spacing or n_beside < 1:
        return expected
    rows = np.convolve(counts, np.ones(n_beside + 1), mode="valid")
    places = (levels[n_beside:] - levels[:-n_beside]) / spacing
    for place in range(n_beside + 1):
        own = slice(place, place + len(rows))
        beside = (rows - counts[own]) / np.maximum(places, n_beside)
        expected[own] = np.maximum(expected[own], beside)
    return expected
