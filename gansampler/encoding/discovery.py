"""Functional dependencies discovered: which columns of codes determine others.

Rows are seen as *codes*: for each column the position of a cell's level, or of its
frequent value, and -1 where it is missing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MIN_EXPECTED = 30.0
"""A column determines another if no row contradicts it where so many would be expected
to if the two had nothing to do with each other, and a level of it alone if so many of
its rows would be. Chance then leaves no such row with a probability of
exp(-MIN_EXPECTED / 2) at most."""

MIN_REPEATS = 2
"""Rows to each level, on average, that a column has to show to determine others: what
names a row would determine all of it."""

STAGES = 100, 500, 4000
"""Rows on which pairs of columns are compared first, to leave few for all rows."""

SEVERAL = -2
"""Stands for a code where there are several."""

Codes = dict[int, np.ndarray]


def find_dependencies(
    sources: np.ndarray,
    targets: np.ndarray,
    n_codes: Sequence[int],
    n_own: int,
    rng: np.random.Generator,
) -> dict[int, Codes]:
    """Columns that others determine, by rows of a class and then of others.

    Parameters
    ----------
    sources : ndarray of shape (n_rows, n_columns)
        Codes of the columns, -1 where missing.
    targets : ndarray of shape (n_rows, n_targets)
        Codes of what they may determine, -1 where missing: first of the same columns,
        then of whether a cell is missing in each of them.
    n_codes : sequence of int
        How many codes each column has.
    n_own : int
        How many of the rows are the class's.
    rng : numpy.random.Generator
        Chooses the rows on which most pairs are sorted out.

    Returns
    -------
    dict of int to dict of int to ndarray
        By target: the columns that determine it, with its code for each of theirs. The
        last stands for a missing one. -1 stands for codes that are never there
        together.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.discovery import find_dependencies
    >>> city = np.arange(300) % 6
    >>> columns = np.column_stack([city, city // 2, np.arange(300) % 7])
    >>> rng = np.random.default_rng(0)
    >>> find_dependencies(columns, columns, [6, 3, 7], 300, rng)
    {1: {0: array([ 0,  0,  1,  1,  2,  2, -1])}}
    """
    n_columns = sources.shape[1]
    others = _Others(targets)
    varies = [len(np.unique(own[own >= 0])) > 1 for own in targets[:n_own].T]
    wanted = np.flatnonzero(varies)
    shuffled = rng.permutation(len(sources))
    parts = [
        (sources[rows], targets[np.ix_(rows, wanted)])
        for rows in (shuffled[:n_rows] for n_rows in STAGES if n_rows < len(sources))
    ]
    parts.append((sources, targets[:, wanted]))
    found: dict[int, Codes] = {}
    for source in range(n_columns):
        own = sources[:n_own, source]
        if len(np.unique(own[own >= 0])) < 2:
            continue
        n_rows = np.bincount(sources[sources[:, source] >= 0, source])
        left = np.flatnonzero(wanted % n_columns != source)
        for codes, columns in parts:
            shown, follows = what_follows(codes[:, source], columns[:, left])
            expected = n_rows[shown, None] * others(follows, wanted[left])
            possible = may_follow(follows, expected, np.delete(n_rows, shown))
            left, follows = left[possible], follows[:, possible]
        # What is the same wherever the source is there follows from nothing.
        highest = follows.max(axis=0)
        varied = np.where(follows == -1, highest, follows).min(axis=0) < highest
        for target in wanted[left[varied]]:
            table = tabulate(sources[:, source], targets[:, target], n_codes[source])
            if table is not None:
                found.setdefault(int(target), {})[source] = table
    return found


def decides(table: np.ndarray) -> bool:
    """Whether a code of a target follows from each code of a column."""
    return bool((table[:-1] >= 0).all())


def what_follows(
    source: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Code of each target that rows of each code of the source show.

    Parameters
    ----------
    source : ndarray of shape (n_rows,)
        Codes, -1 where missing.
    targets : ndarray of shape (n_rows, n_targets)
        Codes, -1 where missing.

    Returns
    -------
    shown : ndarray of shape (n_shown,)
        The source's codes, in rising order.
    follows : ndarray of shape (n_shown, n_targets)
        ``SEVERAL`` where they differ, -1 where none is there.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.encoding.discovery import what_follows
    >>> source, target = np.array([0, 0, 1, 1, 4]), np.array([5, 5, 6, 7, -1])
    >>> shown, follows = what_follows(source, target[:, None])
    >>> shown.tolist(), follows[:, 0].tolist()
    ([0, 1, 4], [5, -2, -1])
    """
    known = source >= 0
    order = np.argsort(source[known], kind="stable")
    ordered, codes = source[known][order], targets[known][order]
    shown, starts = np.unique(ordered, return_index=True)
    if not codes.size:
        return shown, np.empty((len(shown), targets.shape[1]), dtype=int)
    highest = np.maximum.reduceat(codes, starts)
    codes[codes < 0] = codes.max()
    lowest = np.minimum.reduceat(codes, starts)
    one = (highest < 0) | (lowest == highest)
    return shown, np.where(one, highest, SEVERAL)


def may_follow(
    follows: np.ndarray, expected: np.ndarray, not_shown: np.ndarray
) -> np.ndarray:
    """Which targets may be determined, as far as some of the rows tell.

    Parameters
    ----------
    follows : ndarray of shape (n_shown, n_targets)
        What follows from codes that these rows show.
    expected : ndarray of shape (n_shown, n_targets)
        How many of all rows would contradict it by chance, at most.
    not_shown : ndarray of shape (n_not_shown,)
        How many of all rows show each of the other codes.

    Returns
    -------
    ndarray of shape (n_targets,), bool
    """
    if not_shown.max(initial=0) >= MIN_EXPECTED:
        return np.ones(follows.shape[1], dtype=bool)
    one = follows != SEVERAL
    in_all = expected.sum(axis=0) + not_shown.sum() >= MIN_EXPECTED
    in_one = one & (expected >= MIN_EXPECTED)
    possible: np.ndarray = (one.all(axis=0) & in_all) | in_one.any(axis=0)
    return possible


def tabulate(source: np.ndarray, target: np.ndarray, n_codes: int) -> np.ndarray | None:
    """Code of the target for each of the source, None where nothing follows.

    Where one code follows from each, the evidence of all rows counts; else that of
    the rows of each code, and -1 stands for those from which nothing follows.
    """
    both = (source >= 0) & (target >= 0)
    codes, shown = source[both], target[both]
    if not len(codes):
        return None
    known, follows = what_follows(codes, shown[:, None])
    table = np.full(n_codes + 1, -1)
    table[known] = follows[:, 0]
    n_rows = np.bincount(codes, minlength=n_codes + 1)
    share = share_of_codes(shown)
    if (follows != SEVERAL).all():
        expected = (len(codes) - len(known)) * (1 - np.square(share).sum())
        if len(codes) >= MIN_REPEATS * len(known) and expected >= MIN_EXPECTED:
            return table
    expected_of_each = n_rows * (1 - share[np.maximum(table, 0)])
    certain = (table >= 0) & (expected_of_each >= MIN_EXPECTED)
    return np.where(certain, table, -1) if certain.any() else None


def share_of_codes(codes: np.ndarray) -> np.ndarray:
    """Share of the cells that are there by code."""
    counts = np.bincount(codes[codes >= 0])
    return counts / max(1, counts.sum())


class _Others:
    """Shares of the rows that show other codes, looked up for many columns at once."""

    def __init__(self, columns: np.ndarray) -> None:
        shares = [1 - share_of_codes(column) for column in columns.T]
        self.starts = np.cumsum([0, *map(len, shares)])
        self.shares = np.hstack([*shares, 0.0])

    def __call__(self, codes: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """For codes of shape (n_rows, n_columns); 0 where they are none."""
        places = np.where(codes >= 0, self.starts[columns] + codes, -1)
        found: np.ndarray = self.shares[places]
        return found
