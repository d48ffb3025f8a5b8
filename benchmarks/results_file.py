"""A CSV of results that many runs may append to and that survives a broken run."""

import csv
import fcntl
import io
import os
from contextlib import contextmanager
from pathlib import Path

import pandas as pd


def read_results(path):
    """Read a results file.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    results : DataFrame
        Empty, without columns, where there is no file yet. What a broken run left of
        a last line is not read.
    """
    path = Path(path)
    content = path.read_bytes() if path.exists() else b""
    lines = content[: content.rfind(b"\n") + 1]
    if not lines:
        return pd.DataFrame()
    # Read in parts, a column whose first cells are empty would be of two types.
    return pd.read_csv(
        io.BytesIO(lines), keep_default_na=False, na_values=[""], low_memory=False
    )


def keys_done(results, key, *, retry_failures=False):
    """Collect the keys of the rows that need not be computed again.

    Parameters
    ----------
    results : DataFrame
    key : list of str
        The columns that tell tasks apart.
    retry_failures : bool, default=False
        Whether rows with an error count as not done.

    Returns
    -------
    done : set of tuple
    """
    if results.empty:
        return set()
    if retry_failures:
        results = results[results["error"].isna()]
    return set(results[key].itertuples(index=False, name=None))


def append_rows(path, rows, columns):
    """Append rows in one write, under a lock, flushed to disk.

    The header is written first where the file is new. What a broken run left of a
    last line is cut off.

    Parameters
    ----------
    path : path-like
    rows : list of dict
    columns : sequence of str
        The file's columns, in order; a cell that a row lacks stays empty.

    Raises
    ------
    ValueError
        If the file exists with other columns.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file, _locked(file):
        _cut_broken_line(file)
        is_new = file.tell() == 0
        if not is_new:
            _check_columns(file, path, columns)
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerows(rows)
        file.write(text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _locked(file):
    """Hold the only right to write to an open file."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _cut_broken_line(file):
    """Cut off a last line that does not end, and stand at the end."""
    file.seek(0)
    content = file.read()
    if content and not content.endswith(b"\n"):
        file.truncate(content.rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)


def _check_columns(file, path, columns):
    """Refuse to mix rows of different columns in one file."""
    file.seek(0)
    found = file.readline().decode().strip().split(",")
    file.seek(0, os.SEEK_END)
    if found != list(columns):
        raise ValueError(f"{path} has the columns {found}, not {list(columns)}.")
