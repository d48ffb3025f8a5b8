"""Two files of one kind of rows, read in one way so that they can be compared."""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import (
    is_bool_dtype,
    is_datetime64_any_dtype,
    is_numeric_dtype,
)

from gansampler._thinning import most_rows
from gansampler.tablefiles._csv import CSV_SEPARATORS, collection_paused, parse_csv
from gansampler.tablefiles._csv_columns import (
    MISSING_TOKENS,
    quoted_if_needed,
    typed_column,
    unquoted,
)
from gansampler.tablefiles._files import (
    SEPARATORS,
    TableFileError,
    file_kind,
    listed,
    parquet_module,
)

MARKS = {"true": True, "1": True, "false": False, "0": False}

TYPED = is_datetime64_any_dtype, is_numeric_dtype
"""Tell the types of columns that are no text."""

MISSING_OR_MARKS = {*MARKS, *map(str.casefold, MISSING_TOKENS)}


class ComparableClass(NamedTuple):
    """Rows of one class in two files.

    Attributes
    ----------
    real, synthetic : DataFrame
        The rows, of large classes a random part; without the column of classes.
    n_real, n_synthetic : int
        Rows of the class in the files.
    """

    real: pd.DataFrame
    synthetic: pd.DataFrame
    n_real: int
    n_synthetic: int


@dataclass(frozen=True)
class ComparableTables:
    """Real and synthetic rows by class.

    Attributes
    ----------
    classes : dict of str to ComparableClass
        By the text of the class, those with most synthetic rows first; one without a
        name where no column holds classes.
    n_left_out : int
        Rows at the start of the synthetic file that are those of the real one.
    n_kept_although_real : int
        The same where some of the real rows differ, so that none was left out.
    """

    classes: dict[str, ComparableClass]
    n_left_out: int
    n_kept_although_real: int


class _File(NamedTuple):
    path: Path
    columns: dict[str, Any]
    """Cells by column: texts as they stand in a CSV file, or a Series."""
    separator: str | None
    """None where the cells are a Parquet file's values."""

    @property
    def n_rows(self) -> int:
        """Rows of the file."""
        return len(next(iter(self.columns.values())))


@collection_paused()
def read_comparable(
    real: Path,
    synthetic: Path,
    target: str | None = None,
    *,
    mark: str | None = None,
    separator: str | None = None,
    encoding: str = "utf-8",
) -> ComparableTables:
    """Read real rows from one file and synthetic ones from another.

    Two CSV files are typed together, so that a column is the same in both, unless they
    write the same dates, numbers or truths differently. Where the synthetic file begins
    with all rows of the real one, as ``balance`` writes it, these are left out.

    Parameters
    ----------
    real, synthetic : Path
        CSV or Parquet files with the same columns, in any order.
    target : str, optional
        Name of the column that holds the classes.
    mark : str, optional
        Name of a column of ``synthetic`` that is true for the synthetic rows; others
        are left out.
    separator, encoding : str, optional
        Of CSV files, as in ``read_table``. ``synthetic`` may have another separator.

    Returns
    -------
    ComparableTables

    Raises
    ------
    TableFileError
        If a file cannot be read as a table, the columns differ, or there are no
        synthetic rows or no real ones of the same classes.
    """
    files = [_open(real, target, separator, encoding)]
    known = files[0].columns.keys()
    files += [_open(synthetic, target, separator, encoding, known)]
    kept, n_repeated, n_left_out = _synthetic_rows(files, mark)
    rows = [np.arange(files[0].n_rows), kept]
    labels = _labels(files, rows, target)
    wanted = list(pd.Series(labels[1]).value_counts(sort=True).index)
    if not set(wanted) & set(labels[0]):
        raise TableFileError(
            f"no class of {synthetic} is one of {real}: column {target!r} holds "
            f"{listed(wanted)} and {listed(sorted(set(labels[0])))}"
        )
    chosen, names = _chosen(rows, labels, len(files[0].columns))
    frames = _frames(files, chosen, [n for n in files[0].columns if n != target])
    sizes = [pd.Series(of_file).value_counts() for of_file in labels]
    # Classes without synthetic rows come last: only their real rows are looked at.
    every = wanted + [name for name in sizes[0].index if name not in set(wanted)]
    return ComparableTables(
        {
            name: ComparableClass(
                *(
                    frame[of_rows == name].reset_index(drop=True)
                    for frame, of_rows in zip(frames, names, strict=True)
                ),
                *(int(size.get(name, 0)) for size in sizes),
            )
            for name in every
        },
        n_left_out,
        n_repeated - n_left_out,
    )


def _open(
    path: Path,
    target: str | None,
    separator: str | None,
    encoding: str,
    known: Set[str] = frozenset(),
) -> _File:
    """Read a file, with another separator if only then its columns are known."""
    suffix = file_kind(path).suffix
    if suffix not in SEPARATORS:
        frame = parquet_module().read_parquet_frame(path, target)
        return _File(path, dict(frame.items()), separator=None)

    def parsed(separator: str) -> _File:
        content = parse_csv(path, target, separator, encoding)
        return _File(path, dict(content.fields), content.separator)

    try:
        return parsed(separator or SEPARATORS[suffix])
    except TableFileError:
        for other in CSV_SEPARATORS if known else "":
            with suppress(TableFileError):
                file = parsed(other)
                if known & file.columns.keys():
                    return file
        raise


def _synthetic_rows(
    files: Sequence[_File], mark: str | None
) -> tuple[np.ndarray, int, int]:
    """Positions of the synthetic rows; how many first rows are real, and left out."""
    real, synthetic = files
    kept = np.arange(synthetic.n_rows)
    if mark is not None:
        kept = _marked(synthetic, mark)
        if mark in real.columns:
            raise TableFileError(
                f"{real.path} has a column {mark!r}, too, but only {synthetic.path} "
                "may mark its rows: remove the column from the real rows or give it "
                "another name"
            )
        del synthetic.columns[mark]
    _check_same_columns(real, synthetic)
    n_repeated = _n_repeated(real, synthetic) if mark is None else 0
    n_left_out = n_repeated if n_repeated == real.n_rows else 0
    kept = kept[n_left_out:]
    if not len(kept):
        what = (
            f"no row of {synthetic.path} is marked in column {mark!r}"
            if mark is not None
            else f"{synthetic.path} holds the rows of {real.path} and no others"
        )
        raise TableFileError(f"{what}: there are no synthetic rows to look at")
    return kept, n_repeated, n_left_out


def _marked(file: _File, mark: str) -> np.ndarray:
    """Positions of the rows that are marked."""
    if mark not in file.columns:
        raise TableFileError(
            f"{file.path} has no column {mark!r}: its columns are "
            f"{listed(list(file.columns))}"
        )
    cells = [_plain(cell).casefold() for cell in file.columns[mark]]
    odd = next((cell for cell in cells if cell not in MARKS), None)
    if odd is not None:
        raise TableFileError(
            f"column {mark!r} of {file.path} holds {odd!r} where a mark is true or "
            "false"
        )
    return np.flatnonzero([MARKS[cell] for cell in cells])


def _plain(cell: Any) -> str:
    return unquoted(str(cell)).strip()


def _check_same_columns(real: _File, synthetic: _File) -> None:
    lacking = [name for name in real.columns if name not in synthetic.columns]
    if lacking:
        raise TableFileError(
            f"{synthetic.path} lacks columns that {real.path} has: {listed(lacking)}; "
            "both files need the same columns"
        )
    more = [name for name in synthetic.columns if name not in real.columns]
    if len(more) == 1:
        raise TableFileError(
            f"{synthetic.path} has a column {more[0]!r} that {real.path} lacks: if it "
            f"marks the synthetic rows, say --mark {more[0]}, or else remove it"
        )
    if more:
        raise TableFileError(
            f"{synthetic.path} has columns that {real.path} lacks: {listed(more)}; "
            "both files need the same columns"
        )


def _n_repeated(real: _File, synthetic: _File) -> int:
    """Rows of the real file that the synthetic one begins with, each in its place.

    Where they are no more than half of the real rows, it begins with others: 0.
    """
    n_rows = real.n_rows
    if synthetic.n_rows < n_rows:
        return 0
    repeated = np.full(n_rows, True)
    for name, cells in real.columns.items():
        repeated &= _same_cells(
            [cells, synthetic.columns[name][:n_rows]],
            [file.separator or "," for file in (real, synthetic)],
        )
        if 2 * repeated.sum() <= n_rows:
            return 0
    return int(repeated.sum())


def _same_cells(cells: Sequence[Any], separators: Sequence[str]) -> np.ndarray:
    """Which cells of a column say the same in two files, written as they may be."""
    some, others = cells
    both = all(isinstance(part, pd.Series) for part in cells)
    if both and some.dtype == others.dtype:
        return _equal(some, others)
    texts = map(str, some), map(str, others)
    same = np.fromiter(map(_same_cell, *texts), dtype=bool, count=len(some))
    if not same.all() and (values := _typed_apart(cells, separators)) is not None:
        same |= _equal(*values)
    return same


def _equal(some: pd.Series, others: pd.Series) -> np.ndarray:
    equal = (some == others) | (some.isna() & others.isna())
    return equal.fillna(False).to_numpy(dtype=bool)


def _same_cell(a: str, b: str) -> bool:
    if a == b:
        return True
    texts = _plain(a), _plain(b)
    if texts[0] == texts[1] or MISSING_TOKENS.issuperset(texts):
        return True
    truths = [MARKS.get(text.casefold()) for text in texts]
    if truths[0] is not None:
        return truths[0] is truths[1]
    try:
        # What pandas reads and writes may be off in the last digit.
        return isclose(float(texts[0]), float(texts[1]), rel_tol=1e-14)
    except ValueError:
        return False


def _labels(
    files: Sequence[_File], rows: Sequence[np.ndarray], target: str | None
) -> list[np.ndarray]:
    """Text of the class of each row."""
    if target is None:
        return [np.full(len(of_file), "", dtype=object) for of_file in rows]
    cells = [
        pd.Series(file.columns[target]).iloc[of_file]
        for file, of_file in zip(files, rows, strict=True)
    ]
    separators = _separators(files)
    if separators is None:
        texts = pd.concat([of_file.map(_plain).astype(object) for of_file in cells])
        codes, found = pd.factorize(texts)
        boolean = any(map(is_bool_dtype, cells))
        names = np.array(_alike(list(found), boolean=boolean), dtype=object)
        return np.split(names[codes], [len(cells[0])])
    # Typed together, since 1 in one file may be 1.0 in the other.
    fields = [list(of_file) for of_file in cells]
    codes, _ = pd.factorize(pd.concat(_typed_together(fields, separators, labels=True)))
    _, first = np.unique(codes, return_index=True)
    both = [*fields[0], *fields[1]]
    names = np.array([_plain(both[row]) for row in first], dtype=object)
    return np.split(names[codes], [len(fields[0])])


def _alike(texts: Sequence[str], *, boolean: bool) -> list[str]:
    """One text for all that stand for the same class, be it a number or a truth."""
    if boolean and MARKS.keys() >= {text.casefold() for text in texts}:
        return [str(MARKS[text.casefold()]) for text in texts]
    fields = [quoted_if_needed(text, ",") for text in texts]
    column = typed_column(fields, ",", labels=True)
    return [
        # A label may have the name of what is missing among other ones.
        text if pd.isna(value) else _plain(column.write(value))
        for text, value in zip(texts, column.values, strict=True)
    ]


def _chosen(
    rows: Sequence[np.ndarray], labels: Sequence[np.ndarray], n_columns: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Positions of the rows to look at in either file, and their classes."""
    rng = np.random.default_rng(0)
    chosen, names = [], []
    for of_file, labels_of_file in zip(rows, labels, strict=True):
        codes, found = pd.factorize(labels_of_file)
        quota = most_rows(n_columns, len(found))
        order = rng.permutation(len(codes))
        rank = pd.Series(codes[order]).groupby(codes[order]).cumcount().to_numpy()
        some = np.sort(order[rank < quota])
        chosen.append(of_file[some])
        names.append(labels_of_file[some])
    return chosen, names


def _frames(
    files: Sequence[_File], rows: Sequence[np.ndarray], names: Sequence[str]
) -> list[pd.DataFrame]:
    """The chosen rows of either file, typed."""
    columns: list[dict[str, pd.Series]] = [{}, {}]
    separators = _separators(files)
    for name in names:
        cells = [
            _taken(file.columns[name], of_file)
            for file, of_file in zip(files, rows, strict=True)
        ]
        if separators is not None:
            cells = _typed_together(cells, separators)
        for frame, file, part, other in zip(
            columns, files, cells, cells[::-1], strict=True
        ):
            if not isinstance(part, pd.Series):
                part = _typed_like(part, other, file.separator or ",")
            frame[name] = part.reset_index(drop=True)
    return [pd.DataFrame(frame) for frame in columns]


def _typed_together(
    cells: Sequence[Sequence[str]], separators: Sequence[str], *, labels: bool = False
) -> list[pd.Series]:
    """Fields of two CSV files, of one type.

    Each file's are typed alone only where both together are mere text although the
    files do not have it in common, and where another separator may go with another
    decimal mark.
    """
    some, others = cells
    if len(set(separators)) > 1 and not labels:
        apart = _typed_apart(cells, separators)
        if apart is not None:
            return apart
    both = typed_column([*some, *others], separators[0], labels=labels).values
    is_text = not any(is_kind(both) for is_kind in TYPED)
    if is_text and not set(some).issuperset(others):
        truths = [part for part in map(_truths, cells) if part is not None]
        if len(truths) == len(cells):
            return truths
        apart = _typed_apart(cells, separators)
        if apart is not None:
            return apart
    return [both.iloc[: len(some)], both.iloc[len(some) :]]


def _typed_apart(
    cells: Sequence[Any], separators: Sequence[str]
) -> list[pd.Series] | None:
    """A column of two files, each typed alone, if both are times or both numbers."""
    values = [
        part if isinstance(part, pd.Series) else typed_column(part, separator).values
        for part, separator in zip(cells, separators, strict=True)
    ]
    return values if any(all(map(is_kind, values)) for is_kind in TYPED) else None


def _typed_like(fields: Sequence[str], other: pd.Series, separator: str) -> pd.Series:
    """Fields of a CSV file, beside the values of the same column in Parquet."""
    truths = _truths(fields) if is_bool_dtype(other) else None
    if truths is not None:
        return truths
    numbers = is_numeric_dtype(other)
    return typed_column(fields, separator, numbers=numbers).values


def _truths(fields: Sequence[str]) -> pd.Series | None:
    """Fields of a CSV file as truths, if they are nothing else."""
    cells = [_plain(field).casefold() for field in fields]
    if not MISSING_OR_MARKS.issuperset(cells):
        return None
    truths = pd.Series([MARKS.get(cell) for cell in cells], dtype="boolean")
    return truths if truths.isna().any() else truths.astype(bool)


def _separators(files: Sequence[_File]) -> list[str] | None:
    """Separators of CSV files that are typed together; None if not both are such."""
    known = [file.separator for file in files if file.separator is not None]
    return known if len(known) == len(files) else None


def _taken(cells: Any, rows: np.ndarray) -> Any:
    if isinstance(cells, pd.Series):
        return cells.iloc[rows]
    return [cells[row] for row in rows]
