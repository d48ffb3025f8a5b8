"""CSV files: their text kept row by row, and their columns typed."""

from __future__ import annotations

import codecs
import gc
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from pandas.api.types import is_numeric_dtype

from gansampler._wording import counted
from gansampler.exceptions import GANSamplerWarning
from gansampler.summary import kind_of
from gansampler.tablefiles._csv_columns import (
    MISSING_TOKENS,
    CsvColumn,
    quoted_if_needed,
    typed_column,
    unquoted,
)
from gansampler.tablefiles._files import (
    TableFileError,
    check_columns,
    check_labels,
    read_bytes,
)
from gansampler.tablefiles._lookalikes import NearlyTyped, nearly_typed

CSV_SEPARATORS = ";\t,|"
"""What separates cells where people say nothing of it."""

SEPARATOR_LINE = re.compile(r'("?)sep=([^\r\n])\1(\r\n|\r|\n)')
"""First line by which a file tells spreadsheets what separates its cells."""


class Record(NamedTuple):
    """One row of a CSV file as it stands there.

    Attributes
    ----------
    start : int
        Where the row begins in the file's text.
    text : str
        The row without the end of its line.
    fields : list of str
        Its cells, quotes included.
    end : str
        The end of its line; empty where the file ends without one.
    """

    start: int
    text: str
    fields: list[str]
    end: str


class CsvContent(NamedTuple):
    """A CSV file taken apart.

    Attributes
    ----------
    text : str
        The whole file.
    header : Record
        With the line before it, if there is one, in its text.
    rows : list of Record
    fields : dict of str to tuple of str
        By column, the cells as they stand in the file, quotes included.
    separator : str
        The one given, unless the file itself tells another.
    encoding : str
        The one given; UTF-8 with the mark of spreadsheets if the file has it.
    """

    text: str
    header: Record
    rows: list[Record]
    fields: dict[str, tuple[str, ...]]
    separator: str
    encoding: str


@dataclass(frozen=True)
class CsvTable:
    """A CSV file, its columns typed and its text kept.

    Attributes
    ----------
    target : str
        Name of the column that holds the classes.
    columns : dict of str to CsvColumn
        All columns by name, in the file's order.
    header : str
        First line, as it stands, with the one that tells the separator.
    rows : list of (str, str)
        All other rows, as they stand, and the ends of their lines.
    separator, newline, encoding : str
        How the file is put together; the end of the header's line, for added rows.
    """

    target: str
    columns: dict[str, CsvColumn]
    header: str
    rows: list[tuple[str, str]]
    separator: str
    newline: str
    encoding: str

    @cached_property
    def features(self) -> pd.DataFrame:
        """All columns but the target."""
        return pd.DataFrame(
            {
                name: column.values
                for name, column in self.columns.items()
                if name != self.target
            }
        )

    @cached_property
    def labels(self) -> pd.Series:
        """The target column."""
        return self.columns[self.target].values.rename(self.target)

    def label_text(self, label: Any) -> str:
        """Write a class as its cells in the file read."""
        return unquoted(self.columns[self.target].write(label)).strip()

    def check_mark(self, path: Path, mark: str) -> None:
        """Refuse a further column whose name the file's encoding cannot hold.

        Parameters
        ----------
        path : Path
            The file read.
        mark : str
            Name of the column, as in ``with_rows``.

        Raises
        ------
        TableFileError
            If the name has characters that are not of the encoding.
        """
        try:
            mark.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise TableFileError(
                f"{path} is read as {self.encoding} text, which cannot hold "
                f"{error.object[error.start]!r}: choose another name than {mark!r} "
                "for --mark, or another --encoding"
            ) from error

    def with_rows(
        self, features: pd.DataFrame, labels: pd.Series, mark: str | None = None
    ) -> bytes:
        """Content of a file that holds this table and further rows after it.

        Parameters
        ----------
        features : DataFrame of shape (n_added, n_features)
            Cells of the further rows.
        labels : Series of shape (n_added,)
            Their classes.
        mark : str, optional
            Name of a column to add, False for the rows of this table and True for the
            further ones.

        Returns
        -------
        content : bytes
        """
        texts = [
            column.texts(labels if name == self.target else features[name])
            for name, column in self.columns.items()
        ]
        added = [self.separator.join(fields) for fields in zip(*texts, strict=True)]
        lines = [self.header, *(line for line, _ in self.rows), *added]
        ends = [self.newline, *(end for _, end in self.rows)]
        ends += [self.newline] * len(added)
        if mark is not None:
            marks = [quoted_if_needed(mark, self.separator)]
            marks += ["False"] * len(self.rows) + ["True"] * len(added)
            lines = [
                f"{line}{self.separator}{cell}"
                for line, cell in zip(lines, marks, strict=True)
            ]
        text = "".join(line + end for line, end in zip(lines, ends, strict=True))
        return text.encode(self.encoding)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause the collection of garbage, which walks through all rows in vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_csv(
    path: Path, target: str, separator: str = ",", encoding: str = "utf-8"
) -> CsvTable:
    """Read a CSV file; ``read_table`` tells more."""
    with collection_paused():
        text, header, rows, fields, separator, encoding = parse_csv(
            path, target, separator, encoding
        )
        columns = {
            name: typed_column(column, separator, labels=name == target)
            for name, column in fields.items()
        }
    for name, column in fields.items():
        is_text = name != target and kind_of(name, columns[name].values) == "category"
        if is_text and (nearly := nearly_typed(column, separator)):
            line = _line_number(text, rows[min(nearly.odd)].start)
            _warn_of_text(f"column {name!r} of {path}", nearly, line)
    return CsvTable(
        target=target,
        columns=columns,
        header=header.text,
        rows=[(row.text, row.end or header.end) for row in rows],
        separator=separator,
        newline=header.end,
        encoding=encoding,
    )


def _warn_of_text(column: str, nearly: NearlyTyped, line: int) -> None:
    """Say which cell makes a column text, and where the first such cell is."""
    first, *others = nearly.odd.values()
    if nearly.rest:
        more = f" and {counted(len(others), 'cell')} more" if others else ""
        reason = (
            f"because of {first!r} in line {line}{more}: if it holds {nearly.kind}, "
            "mend such cells or leave them empty"
        )
    else:
        example = {"numbers": "1650.88", "dates": "2021-01-31"}[nearly.kind]
        reason = (
            f"although its cells look like {nearly.kind}, such as {first!r} in line "
            f"{line}: synthetic rows only repeat cells that are there; for new "
            f"{nearly.kind} write all of them like {example}"
        )
    warnings.warn(f"{column} is read as text {reason}", GANSamplerWarning, stacklevel=3)


def parse_csv(
    path: Path, target: str | None, separator: str, encoding: str
) -> CsvContent:
    """Take a CSV file apart, and check that it is a table.

    Parameters
    ----------
    path : Path
    target : str or None
        Name of the column that holds the classes; None if there is none.
    separator, encoding : str

    Returns
    -------
    content : CsvContent
    """
    content = read_bytes(path)
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
        # The latter reads the mark of spreadsheets, and writes it in any case.
        marked = content.startswith(codecs.BOM_UTF8)
        encoding = "utf-8-sig" if marked else "utf-8"
    text = _decoded(path, content, encoding)
    start = 0
    if told := SEPARATOR_LINE.match(text):
        separator, start = told[2], told.end()
    records = list(_records(path, text, separator, start))
    if not records:
        raise TableFileError(f"{path} is empty: a header and rows are needed")
    header, *rows = records
    _check_separator(path, header, separator)
    names = [unquoted(field) for field in header.fields]
    check_columns(path, names, target)
    if not rows:
        raise TableFileError(f"{path} has a header but no rows")
    for row in rows:
        if len(row.fields) != len(names):
            raise TableFileError(
                f"line {_line_number(text, row.start)} of {path} has "
                f"{len(row.fields)} cells where the header has {len(names)}: mend the "
                "line, or say with --sep what separates cells"
            )
    by_column = zip(*(row.fields for row in rows), strict=True)
    fields = dict(zip(names, by_column, strict=True))
    if target is not None:
        absent = _without_class(fields[target], separator)
        check_labels(path, target, len(absent), absent)
    header = header._replace(text=text[:start] + header.text)
    return CsvContent(text, header, rows, fields, separator, encoding)


def _without_class(fields: Sequence[str], separator: str) -> list[str]:
    """Cells of the target that name no class; beside other texts "None" may be one."""
    labels = [unquoted(field).strip() for field in fields]
    absent = [label for label in labels if label in MISSING_TOKENS]
    if "None" in absent:
        typed = typed_column(fields, separator, labels=True).values
        if not is_numeric_dtype(typed):
            return [label for label in absent if label != "None"]
    return absent


def _decoded(path: Path, content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableFileError(
            f"{path} is not {encoding} text (line {line}): say with --encoding how it "
            "is encoded, for instance --encoding cp1252"
        ) from error
    if "\0" in text:
        raise TableFileError(
            f"{path} holds zero bytes, so it is no {encoding} text: check the file, or "
            "say with --encoding how it is encoded, for instance --encoding utf-16"
        )
    return text


def _records(path: Path, text: str, separator: str, start: int) -> Iterator[Record]:
    """Split a CSV file's text into rows and fields, and keep every character of them.

    The standard library's reader would not tell which cells were quoted. Lines with
    nothing on them are no rows.
    """
    if text.find('"', start) < 0:
        yield from _records_without_quotes(text, separator, start)
        return
    other = rf"[^{re.escape(separator)}\r\n"
    field = re.compile(
        rf'("[^"]*(?:""[^"]*)*"|{other}"]{other}]*|)'
        rf"({re.escape(separator)}|\r\n|\r|\n|\Z)"
    )
    position = start
    fields: list[str] = []
    while position < len(text) or fields:
        match = field.match(text, position)
        if match is None:
            raise TableFileError(
                f"line {_line_number(text, position)} of {path} has a cell whose "
                'quotes do not match: a quoted cell ends with a quote (") before the '
                "separator, and quotes inside it are doubled"
            )
        cell, end = match.groups()
        fields.append(cell)
        position = match.end()
        if end == separator:
            continue
        if fields != [""]:
            yield Record(start, text[start : match.end(1)], fields, end)
        start, fields = position, []


def _records_without_quotes(text: str, separator: str, start: int) -> Iterator[Record]:
    """Do the same several times as fast."""
    for match in re.compile(r"([^\r\n]+)(\r\n|\r|\n|\Z)").finditer(text, start):
        line, end = match.groups()
        yield Record(match.start(), line, line.split(separator), end)


def _line_number(text: str, position: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1


def _check_separator(path: Path, header: Record, separator: str) -> None:
    """Refuse a header of one cell that another separator would make several of."""
    if len(header.fields) > 1:
        return
    for other in CSV_SEPARATORS:
        if other in header.text:
            name = "tab" if other == "\t" else repr(other)
            raise TableFileError(
                f"{path} has only one column where {separator!r} separates cells: if "
                f"{other!r} does, say --sep {name}"
            )
