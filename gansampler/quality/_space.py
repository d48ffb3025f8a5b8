"""Tables of any columns in one numeric space."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse
from sklearn.preprocessing import StandardScaler

from gansampler._polars import table_as_pandas
from gansampler._wording import counted
from gansampler.exceptions import IncomparableSamplesError
from gansampler.summary import ColumnSummary, kind_of, summarise
from gansampler.ticks import time_unit

MAX_COORDINATES = 64
"""Of a category, where distances are taken. With more, comparing levels is faster."""


def common_space(reference: Any, *others: Any) -> list[np.ndarray]:
    """Bring samples into one numeric space, scaled by the first of them.

    A number or a date becomes one coordinate, with mean 0 and standard deviation 1 in
    the reference; a column that is constant there is scaled by all samples together,
    and one that is constant everywhere becomes 0. A category becomes one coordinate
    for each level that any sample has, so that two different levels are at distance
    1, and missing is a level. A missing number stands at the mean of the reference,
    with a coordinate of its own that is 1 for missing and 0 otherwise.

    The matrices are dense: drop identifiers, such as names or e-mails, beforehand,
    which have as many levels as there are rows.

    Parameters
    ----------
    reference, *others : DataFrame or ndarray of shape (n_rows, n_columns)
        The samples, with the same columns. The order of a frame's columns does not
        matter.

    Returns
    -------
    list of ndarray of shape (n_rows, n_coordinates)
        In the order of the samples.

    Raises
    ------
    IncomparableSamplesError
        If the samples have no rows or different columns, a column is a number in one
        and a category in another, or some are frames and others arrays.
    InvalidTableError
        If a column holds infinite or complex numbers or cells that are no categories.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.quality import common_space
    >>> real = pd.DataFrame({"age": [20, 40], "plan": ["basic", "pro"]})
    >>> synthetic = pd.DataFrame({"age": [60], "plan": ["pro"]})
    >>> common_space(real, synthetic)[1].round(2)
    array([[3.  , 0.  , 0.71]])
    """
    samples = {f"sample {i}": x for i, x in enumerate([reference, *others], 1)}
    return encode(join_columns(samples, [1] * len(samples)))[0]


@dataclass(frozen=True)
class JoinedColumn:
    """One column of all samples, one below the other.

    Attributes
    ----------
    name : hashable
        The column's name.
    parts : list of ndarray of shape (n_rows,)
        For each sample: float numbers, NaN where missing, or the positions of the
        levels, among which missing is one.
    is_category : bool
        Whether the parts hold positions of levels.
    summary : ColumnSummary
        What the cells of all samples show.
    levels : Index
        The levels at these positions, NaN for missing; none where there are numbers.
    """

    name: Hashable
    parts: list[np.ndarray]
    is_category: bool
    summary: ColumnSummary
    levels: pd.Index


def join_columns(
    samples: Mapping[str, Any], at_least: Sequence[int]
) -> list[JoinedColumn]:
    """Read the columns of samples in one way for all.

    Parameters
    ----------
    samples : mapping of str to DataFrame or ndarray of shape (n_rows, n_columns)
        The samples by their names in messages. The first one gives the columns and
        their order.
    at_least : sequence of int
        Rows that each sample must have.

    Raises
    ------
    IncomparableSamplesError, InvalidTableError
        As in ``common_space``.
    """
    frames = {
        name: pd.DataFrame(sample) for name, sample in _as_tables(samples).items()
    }
    _check_shapes(frames, at_least)
    _check_names(frames)
    first = next(iter(frames.values()))
    return [
        _join(column, {name: frame[column] for name, frame in frames.items()})
        for column in first.columns
    ]


@dataclass(frozen=True)
class Points:
    """Rows between which distances are taken.

    Attributes
    ----------
    coordinates : ndarray of shape (n_rows, n_coordinates)
        Of arrays, and of the numbers and the columns of few levels of frames.
    codes : ndarray of shape (n_rows, n_columns) or None, default=None
        Positions of levels in the columns of more than ``MAX_COORDINATES`` levels: two
        that differ are at distance 1. None where there are no such columns.
    """

    coordinates: np.ndarray
    codes: np.ndarray | None = None

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.coordinates)

    def __getitem__(self, chosen: slice | np.ndarray) -> Points:
        """Some of the rows."""
        codes = None if self.codes is None else self.codes[chosen]
        return Points(self.coordinates[chosen], codes)


def encode(
    columns: Sequence[JoinedColumn], max_levels: float = np.inf
) -> tuple[list[np.ndarray], np.ndarray]:
    """Coordinates of joined columns.

    Parameters
    ----------
    columns : sequence of JoinedColumn
    max_levels : float, default=inf
        A category of more levels has no coordinates.

    Returns
    -------
    matrices : list of ndarray of shape (n_rows, n_coordinates)
        One for each sample.
    owners : ndarray of shape (n_coordinates,), int
        For each coordinate, the position of its column.
    """
    blocks = [_coordinates(column, max_levels) for column in columns]
    owners = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
    ends = np.cumsum([len(part) for part in columns[0].parts])[:-1]
    return np.split(np.hstack(blocks), ends), owners


def as_matrices(
    samples: Mapping[str, Any], at_least: Sequence[int], *, finite: bool = True
) -> list[np.ndarray]:
    """Frames in their common space, arrays as they are.

    Parameters
    ----------
    samples, at_least
        As in ``join_columns``.
    finite : bool, default=True
        Whether to refuse arrays with missing or infinite numbers.

    Raises
    ------
    IncomparableSamplesError, InvalidTableError
        As in ``common_space``.
    """
    matrices = _as_tables(samples)
    if any(isinstance(matrix, pd.DataFrame) for matrix in matrices.values()):
        return encode(join_columns(matrices, at_least))[0]
    _check_shapes(matrices, at_least)
    if finite:
        for name, matrix in matrices.items():
            if matrix.dtype.kind not in "biuf" or not np.isfinite(matrix).all():
                raise IncomparableSamplesError(
                    f"{name} is an array with cells that are no finite numbers. Pass "
                    "data frames: their categories and missing cells become numbers."
                )
    return list(matrices.values())


def as_points(
    samples: Mapping[str, Any], at_least: Sequence[int], *, finite: bool = True
) -> list[Points]:
    """Samples for distances, which are those between the rows of ``as_matrices``.

    Parameters
    ----------
    samples, at_least, finite
        As in ``as_matrices``.

    Raises
    ------
    IncomparableSamplesError, InvalidTableError
        As in ``common_space``.
    """
    tables = _as_tables(samples)
    if not any(isinstance(table, pd.DataFrame) for table in tables.values()):
        return [*map(Points, as_matrices(tables, at_least, finite=finite))]
    columns = join_columns(tables, at_least)
    matrices, _ = encode(columns, MAX_COORDINATES)
    of_many = [
        column.parts for column in columns if len(column.levels) > MAX_COORDINATES
    ]
    if not of_many:
        return [*map(Points, matrices)]
    # SciPy compares floats.
    codes = [
        np.column_stack(parts).astype(float) for parts in zip(*of_many, strict=True)
    ]
    return [*map(Points, matrices, codes)]


def _as_tables(samples: Mapping[str, Any]) -> dict[str, Any]:
    """Frames as pandas frames, anything else as arrays of two axes."""
    samples = {name: table_as_pandas(sample, name) for name, sample in samples.items()}
    frames = [isinstance(sample, pd.DataFrame) for sample in samples.values()]
    if any(frames):
        if not all(frames):
            *names, last = samples
            raise IncomparableSamplesError(
                f"Some of {', '.join(names)} and {last} are data frames and some are "
                "not. Pass data frames only, or arrays only."
            )
        return samples
    for name, sample in samples.items():
        if scipy.sparse.issparse(sample):
            raise IncomparableSamplesError(
                f"{name} is a sparse matrix. Pass {name}.toarray()."
            )
    arrays = {name: np.asarray(sample) for name, sample in samples.items()}
    for name, array in arrays.items():
        if array.ndim != 2:
            raise IncomparableSamplesError(
                f"{name} has {array.ndim} axes. Pass a table of rows and columns; "
                f"{name}.reshape(-1, 1) is one of a single column."
            )
    return arrays


def _check_shapes(samples: Mapping[str, Any], at_least: Sequence[int]) -> None:
    first = next(iter(samples))
    n_columns = samples[first].shape[1]
    if not n_columns:
        raise IncomparableSamplesError(
            f"{first} has no columns. Pass samples with at least one."
        )
    for (name, sample), wanted in zip(samples.items(), at_least, strict=True):
        n_rows, found = sample.shape
        if found != n_columns:
            raise IncomparableSamplesError(
                f"{first} has {n_columns} columns and {name} has {found}. Pass "
                "samples with the same columns."
            )
        if n_rows < wanted:
            raise IncomparableSamplesError(
                f"{name} has {counted(n_rows, 'row')}. Pass at least {wanted}."
            )


def _check_names(frames: Mapping[str, pd.DataFrame]) -> None:
    first, *others = frames
    columns = frames[first].columns
    twins = columns[columns.duplicated()].unique()
    if len(twins):
        raise IncomparableSamplesError(
            f"{first} has several columns with the same name: "
            f"{', '.join(map(repr, twins))}. Rename or drop the duplicates."
        )
    for name in others:
        missing = columns.difference(frames[name].columns, sort=False)
        if len(missing):
            raise IncomparableSamplesError(
                f"{name} lacks columns that {first} has: "
                f"{', '.join(map(repr, missing))}. Pass samples with the same columns."
            )


def _join(name: Hashable, parts: Mapping[str, pd.Series]) -> JoinedColumn:
    cells = _concatenate(list(parts.values()))
    kinds = {
        sample: kind_of(name, part) for sample, part in parts.items() if part.count()
    }
    first = next(iter(kinds.items()), ("", "number"))
    for sample, kind in [*kinds.items(), ("their union", _joint_kind(name, cells))]:
        if kind != first[1]:
            raise IncomparableSamplesError(
                f"Column {name!r} holds {KIND_NAMES[first[1]]} in {first[0]} and "
                f"{KIND_NAMES[kind]} in {sample}. Give it one type in all samples."
            )
    summary = summarise(name, cells)
    is_category = summary.kind == "category" and bool(kinds)
    levels = pd.Index([])
    if is_category:
        # Missing becomes a level.
        values: np.ndarray
        values, levels = pd.factorize(cells, use_na_sentinel=False)
    elif kinds:
        values = summary.to_numbers(cells)
    else:
        values = np.full(len(cells), np.nan)
    ends = np.cumsum([len(part) for part in parts.values()])[:-1]
    return JoinedColumn(name, np.split(values, ends), is_category, summary, levels)


def _concatenate(parts: Sequence[pd.Series]) -> pd.Series:
    cells = pd.concat(parts, ignore_index=True)
    if cells.dtype != object or any(part.dtype.kind not in "mM" for part in parts):
        return cells
    # Before pandas 2.2 times of several resolutions become objects.
    units = [time_unit(part.dtype) for part in parts]
    finest = max(units, key=["s", "ms", "us", "ns"].index)
    return pd.concat([part.dt.as_unit(finest) for part in parts], ignore_index=True)


KIND_NAMES = {"number": "numbers", "time": "dates", "category": "categories"}


def _joint_kind(name: Hashable, cells: pd.Series) -> str:
    # Dates with and without a time zone have no type in common but object.
    return kind_of(name, cells) if cells.count() else "number"


def _coordinates(column: JoinedColumn, max_levels: float) -> np.ndarray:
    if not column.is_category:
        return _number_coordinates(column)
    if len(column.levels) > max_levels:
        return np.empty((sum(map(len, column.parts)), 0))
    return _level_coordinates(column)


def _number_coordinates(column: JoinedColumn) -> np.ndarray:
    numbers = _near_one(np.concatenate(column.parts).reshape(-1, 1))
    missing = np.isnan(numbers)
    reference = numbers[: len(column.parts[0])]
    scale_by = reference if _varies(reference) else numbers
    if not _varies(scale_by):
        scaled = np.zeros_like(numbers)
    else:
        scaled = StandardScaler().fit(scale_by).transform(numbers)
        scaled[missing] = 0.0
    return np.hstack([scaled, missing]) if missing.any() else scaled


def _near_one(numbers: np.ndarray) -> np.ndarray:
    """Numbers times the power of two that brings the largest to one.

    Nothing is rounded, and squares are neither too large nor too small for a float.
    """
    largest = np.abs(numbers[~np.isnan(numbers)]).max(initial=0.0)
    return np.asarray(np.ldexp(numbers, -np.frexp(largest)[1]))


def _varies(numbers: np.ndarray) -> bool:
    present = numbers[~np.isnan(numbers)]
    return len(present) > 0 and bool(present.min() < present.max())


def _level_coordinates(column: JoinedColumn) -> np.ndarray:
    codes = np.concatenate(column.parts)
    # Two different levels differ in two coordinates, by the root of 1/2 in each.
    return (codes[:, None] == np.arange(codes.max() + 1)) * np.sqrt(0.5)
