"""Parquet files: their Arrow table kept, and its columns as pandas has them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import types

from gansampler.summary import are_few
from gansampler.tablefiles._files import (
    TableFileError,
    check_columns,
    check_labels,
    most_frequent,
    read_bytes,
)

DECIMAL_DIGITS = 80
"""More than any exact decimal of Arrow has."""

TEXT_LABELS = frozenset({"unicode", "string", "mixed", "mixed-integer", "empty"})
"""Types of columns' labels, as pandas notes them, that are read back as texts."""

NULLABLE = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
}
"""Types that pandas would turn into floats or objects where cells are missing."""


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file, its columns typed and its Arrow table kept.

    Attributes
    ----------
    target : str
        Name of the column that holds the classes.
    table : pyarrow.Table
        All columns, among them those in which pandas keeps a frame's index.
    index : list of str
        Names of the columns of the index, which are no features.
    compression : str
        Codec of the file.
    """

    target: str
    table: pa.Table
    index: list[str]
    compression: str

    @property
    def columns(self) -> list[str]:
        """Names of all columns, those of an index included."""
        return list(self.table.column_names)

    @cached_property
    def features(self) -> pd.DataFrame:
        """All columns but the target and the index."""
        return pd.DataFrame(
            {
                name: _features_to_pandas(self.table[name])
                for name in self.columns
                if name != self.target and name not in self.index
            }
        )

    @cached_property
    def labels(self) -> pd.Series:
        """The target column; blanks around texts do not count."""
        cells = self._label_cells
        found = [cell for cell in cells.unique() if isinstance(cell, str)]
        stripped = {cell: cell.strip() for cell in found}
        if all(text == cell for cell, text in stripped.items()):
            return cells
        texts = cells.astype(object).map(lambda cell: stripped.get(cell, cell))
        return pd.Series(texts, name=self.target, dtype=object)

    @cached_property
    def _label_cells(self) -> pd.Series:
        return _arrow_to_pandas(self.table[self.target]).rename(self.target)

    def _as_spelled(self, labels: pd.Series) -> pd.Series:
        """Labels with the blanks that they have most often."""
        spellings = most_frequent(
            (cell.strip(), cell) for cell in self._label_cells if isinstance(cell, str)
        )
        if not spellings:
            return labels
        cells = labels.astype(object).map(lambda label: spellings.get(label, label))
        return cells.astype(self._label_cells.dtype)

    def label_text(self, label: Any) -> str:
        """Write a class as text."""
        return str(label)

    def check_mark(self, path: Path, mark: str) -> None:
        """Refuse a further column that pandas could not read among the labels.

        Parameters
        ----------
        path : Path
            The file read.
        mark : str
            Name of the column, as in ``with_rows``.

        Raises
        ------
        TableFileError
            If pandas has noted that the labels of the columns are no texts.
        """
        kinds = _label_kinds(self.table.schema)
        if len(kinds) > 1 or not TEXT_LABELS.issuperset(kinds):
            raise TableFileError(
                f"the columns of {path} have labels of type {' and '.join(kinds)} "
                f"in pandas, among which it could not read a column {mark!r}: leave "
                "--mark out, or write the file anew with labels that are texts"
            )

    def with_rows(
        self, features: pd.DataFrame, labels: pd.Series, mark: str | None = None
    ) -> bytes:
        """Content of a file that holds this table and further rows after it.

        An index of integers is counted on as far as its type goes; the further rows'
        places in any other index stay empty. See ``CsvTable.with_rows`` for the
        parameters.
        """
        columns = []
        for name in self.columns:
            column = self.table[name]
            if name in self.index:
                columns.append(_index_continued(column, len(labels)))
            else:
                is_target = name == self.target
                values = self._as_spelled(labels) if is_target else features[name]
                columns.append(_pandas_to_arrow(values, column))
        added = pa.Table.from_arrays(columns, schema=self.table.schema)
        whole = pa.concat_tables([self.table, added]).unify_dictionaries()
        if mark is not None:
            marks = np.arange(len(whole)) >= len(self.table)
            whole = whole.append_column(mark, pa.array(marks))
        whole = whole.replace_schema_metadata(
            _range_index_extended(whole.schema.metadata, len(whole))
        )
        sink = pa.BufferOutputStream()
        pq.write_table(whole, sink, compression=self.compression)
        content: bytes = sink.getvalue().to_pybytes()
        return content


def read_parquet(path: Path, target: str) -> ParquetTable:
    """Read a Parquet file; ``read_table`` tells more."""
    table, index, compression = _opened(path, target)
    read = ParquetTable(target, table, index, compression)
    check_labels(path, target, int(read.labels.isna().sum()))
    return read


def read_parquet_frame(path: Path, target: str | None) -> pd.DataFrame:
    """All columns of a Parquet file but those of an index, as samplers get them."""
    table, index, _ = _opened(path, target)
    frame = pd.DataFrame(
        {
            name: _arrow_to_pandas(table[name])
            for name in table.column_names
            if name not in index
        }
    )
    if target is not None:
        check_labels(path, target, int(frame[target].isna().sum()))
    return frame


def _opened(path: Path, target: str | None) -> tuple[pa.Table, list[str], str]:
    """Table of a file, the names of its index, and the codec."""
    content = read_bytes(path)
    if not content:
        raise TableFileError(f"{path} is empty: it is no Parquet file")
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        table = file.read()
        table.validate(full=True)  # reading leaves text as it is, be it no UTF-8
    except (pa.ArrowException, OSError) as error:
        raise TableFileError(
            f"{path} is damaged or no Parquet file: check the file, or name it after "
            "what it is"
        ) from error
    index = _index_columns(path, table.schema)
    features = [name for name in table.column_names if name not in index]
    check_columns(path, features, target)
    if not len(table):
        raise TableFileError(f"{path} has columns but no rows")
    for name in features:
        kind = table.schema.field(name).type
        if not _has_plain_values(kind):
            raise TableFileError(
                f"column {name!r} of {path} is of type {kind}, of which no values can "
                "be made: remove the column"
            )
    codec = file.metadata.row_group(0).column(0).compression
    return table, index, "none" if codec == "UNCOMPRESSED" else codec.lower()


def _index_columns(path: Path, schema: pa.Schema) -> list[str]:
    """Columns in which pandas has kept an index; a plain range needs none."""
    try:
        notes = schema.pandas_metadata
        described = [] if notes is None else notes["index_columns"]
        for index in described:
            if not isinstance(index, str) and index["kind"] == "range":
                _ = index["start"] + index["step"]
    except (ValueError, KeyError, TypeError) as error:
        raise TableFileError(
            f"{path} is damaged: what pandas noted in it of its index cannot be read; "
            "write the file anew"
        ) from error
    return [name for name in described if isinstance(name, str)]


def _label_kinds(schema: pa.Schema) -> list[str]:
    """Types that pandas has noted of the columns' labels, one for each level."""
    levels = (schema.pandas_metadata or {}).get("column_indexes")
    if not isinstance(levels, list):
        return []
    return [str(level.get("pandas_type")) for level in levels if hasattr(level, "get")]


def _has_plain_values(kind: pa.DataType) -> bool:
    """Tell the types whose cells are single values that a table can be made of."""
    if types.is_dictionary(kind):
        return _has_plain_values(kind.value_type)
    if types.is_primitive(kind):
        return not types.is_interval(kind)  # months have no common length
    return (
        types.is_decimal(kind)
        or types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_null(kind)
        or str(kind) == "string_view"  # older releases of pyarrow do not know it
    )


def _plain_type(kind: pa.DataType) -> pa.DataType:
    """Type that pandas holds without Python objects, for types that it does not.

    Days become times of day zero, zoned times UTC, times of day spans since midnight,
    and exact decimals floats (but see ``_features_to_pandas``).
    """
    if types.is_date(kind):
        return pa.timestamp("s")
    if types.is_timestamp(kind):
        return pa.timestamp(kind.unit)
    if types.is_time(kind):
        return pa.duration(kind.unit)
    if types.is_decimal(kind):
        return pa.float64()
    return kind


def _arrow_to_pandas(column: pa.ChunkedArray) -> pd.Series:
    """Cells for a sampler.

    Integers and booleans stay what they are although some are missing.
    """
    plain_type = _plain_type(column.type)
    if types.is_time(column.type):
        column = column.cast(_ticks_type(column.type)).cast(pa.int64())
    plain = column.cast(plain_type).unify_dictionaries()
    mapper = NULLABLE.get if column.null_count else None
    values: pd.Series = plain.to_pandas(types_mapper=mapper)
    return values


def _features_to_pandas(column: pa.ChunkedArray) -> pd.Series:
    """Cells to learn from: a few exact decimals that floats confuse are levels."""
    if types.is_decimal(column.type) and _confused_by_floats(column):
        levels: pd.Series = column.to_pandas()
        return levels
    return _arrow_to_pandas(column)


def _confused_by_floats(column: pa.ChunkedArray) -> bool:
    """Whether decimals are few that repeat, and some of them are one float."""
    decimals = pc.unique(column).drop_null()
    if not are_few(len(decimals), len(column) - column.null_count):
        return False
    return len(set(decimals.cast(pa.float64()).to_pylist())) < len(decimals)


def _floats_to_decimals(numbers: np.ndarray, like: pa.ChunkedArray) -> pa.Array:
    """Numbers as exact decimals of a column.

    A number that a cell of the column is read as becomes that cell; others get no more
    decimals than the column shows, and lie between its ends.
    """
    decimals = pc.unique(like).drop_null()
    observed = decimals.to_pylist()
    if not observed:
        return pa.nulls(len(numbers), like.type)
    exact = dict(zip(decimals.cast(pa.float64()).to_pylist(), observed, strict=True))
    low, high = min(observed), max(observed)
    with localcontext() as context:
        context.prec = DECIMAL_DIGITS
        step = Decimal(1).scaleb(min(0, *map(_exponent, observed)))

        def written(number: float) -> Decimal | None:
            if np.isnan(number):
                return None
            if number in exact:
                return exact[number]
            return min(max(Decimal(number).quantize(step), low), high)

        cells = [written(number) for number in numbers.tolist()]
    return pa.array(cells, like.type)


def _exponent(number: Decimal) -> int:
    """Power of ten of the last digit of a decimal that is not zero."""
    return int(number.normalize().as_tuple().exponent)


def _pandas_to_arrow(values: pd.Series, like: pa.ChunkedArray) -> pa.Array:
    """Cells of a sampler, as values of the column that they belong to."""
    plain_type = _plain_type(like.type)
    if types.is_decimal(like.type):
        if values.dtype == object:  # levels, which are decimals already
            return pa.array(values, like.type, from_pandas=True)
        return _floats_to_decimals(values.to_numpy(dtype=np.float64), like)
    if types.is_floating(plain_type):
        # "Not a number" becomes a null only where the column has nulls.
        nulls = like.null_count > 0
        plain = pa.array(values.to_numpy(), plain_type, from_pandas=nulls)
    else:
        plain = pa.array(values, plain_type)
    if types.is_date(like.type):
        # Through days: a date of milliseconds must not hold a part of a day.
        plain = plain.cast(pa.date32())
    if types.is_time(like.type):
        plain = plain.cast(pa.int64()).cast(_ticks_type(like.type))
    return plain.cast(like.type)


def _ticks_type(kind: pa.DataType) -> pa.DataType:
    """Integers as which a type of times of day is kept."""
    return pa.int32() if types.is_time32(kind) else pa.int64()


def _index_continued(column: pa.ChunkedArray, n_added: int) -> pa.Array:
    last = pc.max(column).as_py() if types.is_integer(column.type) else None
    if last is not None:
        with suppress(pa.ArrowInvalid, OverflowError):  # the type's range ends
            return pa.array(range(last + 1, last + 1 + n_added), column.type)
    return pa.nulls(n_added, column.type)


def _range_index_extended(
    metadata: dict[bytes, bytes] | None, n_rows: int
) -> dict[bytes, bytes] | None:
    """Metadata in which a pandas index that is a plain range covers all rows."""
    if not metadata or b"pandas" not in metadata:
        return metadata
    described = json.loads(metadata[b"pandas"])
    for index in described["index_columns"]:
        if isinstance(index, dict) and index.get("kind") == "range":
            index["stop"] = index["start"] + index["step"] * n_rows
    return {**metadata, b"pandas": json.dumps(described).encode()}
