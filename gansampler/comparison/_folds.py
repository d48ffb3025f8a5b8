"""The folds of a comparison: which rows are trained on, and which are scored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold, check_cv

from gansampler._seeds import draw_seed
from gansampler._wording import counted
from gansampler.exceptions import InvalidTableError


@dataclass(frozen=True)
class Fold:
    """Training and test rows.

    Attributes
    ----------
    repeat, number : int
        Which fold of which repeat.
    train, test : ndarray of int
        Positions of the rows.
    seed : int
        Source of all randomness in the fold, the same for all methods.
    """

    repeat: int
    number: int
    train: np.ndarray
    test: np.ndarray
    seed: int


def make_folds(
    X: Any,
    y: np.ndarray,
    cv: Any,
    n_repeats: int,
    groups: Any,
    rng: np.random.RandomState,
) -> Iterator[Fold]:
    """All folds of all repeats, each with a seed."""
    if not isinstance(n_repeats, Integral) or n_repeats < 1:
        raise ValueError(
            f"n_repeats must be a whole number of at least 1. Got {n_repeats!r}."
        )
    whole = isinstance(cv, Integral)
    if whole:
        _check_class_sizes(y, int(cv))
    elif n_repeats > 1:
        raise ValueError(
            "n_repeats needs a number of folds as cv. Pass an int, or a splitter that "
            "repeats, such as RepeatedStratifiedKFold."
        )
    for repeat in range(n_repeats):
        splitter = (
            StratifiedKFold(int(cv), shuffle=True, random_state=draw_seed(rng))
            if whole
            else check_cv(cv, y, classifier=True)
        )
        for number, parts in enumerate(splitter.split(X, y, groups)):
            train, test = (_positions(part, len(y)) for part in parts)
            yield Fold(repeat, number, train, test, draw_seed(rng))


def _positions(part: Any, n_rows: int) -> np.ndarray:
    """Positions of the rows of a fold's part, which may be given as a mask."""
    rows = np.asarray(part)
    if rows.dtype == bool:
        if len(rows) != n_rows:
            raise ValueError(
                f"cv has a mask for {counted(len(rows), 'row')}, and the table has "
                f"{n_rows:,}. Pass masks with one bool for each row, or positions."
            )
        return np.flatnonzero(rows)
    if rows.dtype.kind in "iu":
        outside = rows[(rows < -n_rows) | (rows >= n_rows)]
        if outside.size:
            raise ValueError(
                f"cv names row {outside[0]}, and the table has rows 0 to {n_rows - 1}. "
                "Pass positions of rows, not their labels in an index."
            )
    return rows


def _check_class_sizes(y: np.ndarray, n_folds: int) -> None:
    if n_folds < 2:
        raise ValueError(f"cv must be at least 2 folds. Got {n_folds}.")
    classes, counts = np.unique(y, return_counts=True)
    smallest = int(counts.argmin())
    if counts[smallest] < n_folds:
        raise InvalidTableError(
            f"Class {classes[smallest : smallest + 1].tolist()[0]!r} has "
            f"{counts[smallest]} rows, too few for one in each of {n_folds} folds. "
            "Lower cv, merge or drop the class, or pass a splitter as cv."
        )
