"""Tables in files: read one, and write it again with rows added.

Rows that were in the file keep the very text (CSV) or the very Arrow values (Parquet)
they had: they are never parsed and printed again. Only added rows are formatted here,
in each column's own manner. ``read_table`` opens either format; what it returns gives
``features`` and ``labels`` for a sampler and takes synthetic ones in ``with_rows``.
``read_comparable`` reads two files, real rows and synthetic ones, in one way.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gansampler.tablefiles._comparable import (
    ComparableClass,
    ComparableTables,
    read_comparable,
)
from gansampler.tablefiles._csv import CsvTable, read_csv
from gansampler.tablefiles._files import (
    SEPARATORS,
    TableFileError,
    check_new_file,
    check_paths,
    file_kind,
    listed,
    parquet_module,
    write_whole,
)

if TYPE_CHECKING:
    from gansampler.tablefiles._parquet import ParquetTable

    FileTable = CsvTable | ParquetTable

__all__ = [
    "ComparableClass",
    "ComparableTables",
    "TableFileError",
    "check_new_file",
    "check_paths",
    "file_kind",
    "listed",
    "read_comparable",
    "read_table",
    "write_whole",
]


def read_table(
    path: Path,
    target: str,
    *,
    separator: str | None = None,
    encoding: str = "utf-8",
) -> FileTable:
    """Read a table whose rows are to be added to.

    Parameters
    ----------
    path : Path
        A CSV file (``.csv`` or ``.tsv``, compressed or not) or a Parquet file.
    target : str
        Name of the column that holds the classes.
    separator : str, optional
        What stands between the cells of a CSV file; by default a comma, and a tab in
        ``.tsv``.
    encoding : str, default="utf-8"
        How a CSV file's text is encoded.

    Returns
    -------
    table : CsvTable or ParquetTable

    Raises
    ------
    TableFileError
        If the file cannot be read as a table, or the table has no such column, no
        other column, two columns of one name, no rows, or rows without a class.
    """
    suffix = file_kind(path).suffix
    if suffix in SEPARATORS:
        return read_csv(path, target, separator or SEPARATORS[suffix], encoding)
    return parquet_module().read_parquet(path, target)
