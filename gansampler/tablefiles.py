"""Tables in files: read one, and write it again with rows added.

Rows that were in the file keep the very text (CSV) or the very Arrow values (Parquet)
they had: they are never parsed and printed again. Only added rows are formatted here,
in each column's own manner. ``read_table`` opens either format; what it returns gives
``features`` and ``labels`` for a sampler and takes synthetic ones in ``with_rows``.
"""

from __future__ import annotations

import bz2
import difflib
import gzip
import json
import lzma
import os
import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from gansampler.exceptions import GANSamplerError

if TYPE_CHECKING:
    import pyarrow as pa

SEPARATORS = {".csv": ",", ".tsv": "\t"}
PARQUET_SUFFIXES = (".parquet", ".pq")

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    # Without a time in its header, the same table is the same file.
    ".gz": lambda content: gzip.compress(content, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
DECOMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}

MISSING_TOKENS = frozenset(
    {"", ".", "?", "NULL", "null", "None", "NaT", "NaN", "nan", "-NaN", "-nan"}
    | {"NA", "N/A", "n/a", "#N/A", "<NA>"}
)
"""Cells that stand for nothing in a column of numbers or dates, and among labels. In a
column of text only the empty cell does: "NA" may be Namibia, and as a level of its own
it loses nothing."""

INT64 = range(-(2**63), 2**63)

DATE_PARTS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
)
TIME_PARTS = (
    "",
    " %H:%M",
    "T%H:%M",
    " %H:%M:%S",
    "T%H:%M:%S",
    " %H:%M:%S.%f",
    "T%H:%M:%S.%f",
)
DATE_PATTERNS = tuple(date + time for date, time in product(DATE_PARTS, TIME_PARTS))
COMPACT_YEARS = range(1900, 2101)
"""Eight digits are a date only within these years, otherwise a number."""


class TableFileError(GANSamplerError, ValueError):
    """A file that cannot be read or written as asked; the message says what to do."""


class FileKind(NamedTuple):
    """What a file's name says of its content.

    Attributes
    ----------
    suffix : str
        ``".csv"``, ``".tsv"`` or ``".parquet"``.
    compression : str
        A key of ``COMPRESSORS``, or an empty string.
    """

    suffix: str
    compression: str


def file_kind(path: Path) -> FileKind:
    """Tell the format of a table from its file's name.

    Raises
    ------
    TableFileError
        If the name has none of the known endings.
    """
    stem, suffix = path.stem, path.suffix.lower()
    compression = ""
    if suffix in COMPRESSORS:
        compression, suffix = suffix, Path(stem).suffix.lower()
    if suffix in SEPARATORS:
        return FileKind(suffix, compression)
    if suffix in PARQUET_SUFFIXES and not compression:
        return FileKind(".parquet", "")
    raise TableFileError(
        f"cannot tell the format of {path} from its name: it must end in .csv or .tsv "
        "(also with .gz, .bz2 or .xz after it) or in .parquet"
    )


def check_paths(source: Path, destination: Path, *, overwrite: bool = False) -> None:
    """Refuse a destination that cannot or must not be written.

    Meant to be called before any work, so that nobody waits for a refusal.

    Parameters
    ----------
    source, destination : Path
        The file to be read and the file to be written.
    overwrite : bool, default=False
        Whether another file at ``destination`` may be replaced. The source never is,
        whatever path, symbolic or hard link leads to it.

    Raises
    ------
    TableFileError
        If the destination is the source, exists already, is a folder or has none, or
        if the two names stand for different formats.
    """
    wanted, asked = file_kind(source).suffix, file_kind(destination).suffix
    if wanted != asked:
        raise TableFileError(
            f"the format stays as it is: {source} is {wanted[1:]}, so {destination} "
            f"must end in {wanted}, not in {asked}"
        )
    if destination.is_dir():
        raise TableFileError(f"{destination} is a folder: name a file in it")
    if destination.exists():
        if source.exists() and destination.samefile(source):
            raise TableFileError(
                f"{destination} is the input itself, which is never written over: "
                "choose another output"
            )
        if not overwrite:
            raise _exists(destination)
    if not destination.resolve().parent.is_dir():
        raise TableFileError(
            f"cannot write {destination}: the folder {destination.parent} is not there"
        )


def _exists(path: Path) -> TableFileError:
    return TableFileError(
        f"{path} exists already: choose another output, or allow with --force that it "
        "is replaced"
    )


def write_whole(path: Path, content: bytes, *, overwrite: bool = False) -> None:
    """Write a file so that at any moment it is there whole or not at all.

    The bytes go to a temporary file in the same folder, reach the disk, and only then
    get the name; whatever interrupts this leaves no trace.

    Parameters
    ----------
    path : Path
        Where to; a symbolic link is followed.
    content : bytes
        What to write, before the compression that the name asks for.
    overwrite : bool, default=False
        Whether a file that is there may be replaced.

    Raises
    ------
    TableFileError
        If the file exists and must not be replaced, or cannot be written.
    """
    target = path.resolve()
    compression = file_kind(path).compression
    if compression:
        content = COMPRESSORS[compression](content)
    try:
        descriptor, temporary = tempfile.mkstemp(
            dir=target.parent, prefix=".gansampler-", suffix=".part"
        )
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            # mkstemp keeps a file from everyone else; a result is an ordinary file.
            os.chmod(temporary, _mode_of(target))
            if target.exists() and not overwrite:
                raise _exists(path)
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TableFileError(f"cannot write {path}: {_reason(error)}") from error


def _mode_of(path: Path) -> int:
    """Permissions of a file that is there, or those that a new one would get."""
    if path.exists():
        return path.stat().st_mode & 0o7777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _read_bytes(path: Path) -> bytes:
    """Content of a file after the compression that its name tells of."""
    compression = file_kind(path).compression
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableFileError(f"cannot read {path}: {_reason(error)}") from error
    if not compression or not content:
        return content
    try:
        return DECOMPRESSORS[compression](content)
    except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise TableFileError(
            f"{path} is damaged or no {compression} file: check the file, or name it "
            "after what it is"
        ) from error


def read_table(
    path: Path,
    target: str,
    *,
    separator: str | None = None,
    encoding: str = "utf-8",
) -> CsvTable | ParquetTable:
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
    kind = file_kind(path)
    if kind.suffix == ".parquet":
        return read_parquet(path, target)
    separator = separator or SEPARATORS[kind.suffix]
    return read_csv(path, target, separator, encoding)


def _check_columns(
    path: Path, names: Sequence[str], target: str, advice: str = ""
) -> None:
    """Refuse columns of one name, an unknown target and a target without company."""
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise TableFileError(
            f"{path} has more than one column named {_listed(repeated)}: give each "
            "column a name of its own"
        )
    if target not in names:
        by_folded = {name.strip().casefold(): name for name in names}
        close = difflib.get_close_matches(target.strip().casefold(), by_folded)
        hint = (
            f"did you mean {_listed([by_folded[match] for match in close], ' or ')}?"
            if close
            else f"its columns are {_listed(names)}"
        )
        raise TableFileError(f"{path} has no column {target!r}: {hint}{advice}")
    if len(names) == 1:
        raise TableFileError(
            f"{path} has no column besides {target!r}: there is nothing to learn from"
            f"{advice}"
        )


def _listed(names: Sequence[str], last: str = ", ", *, at_most: int = 12) -> str:
    """Write names as ``'a', 'b'``, with an ellipsis where there are too many."""
    quoted = [repr(name) for name in names[:at_most]]
    if len(names) > at_most:
        return ", ".join(quoted) + ", ..."
    return last.join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)


def _check_labels(path: Path, target: str, n_missing: int) -> None:
    if n_missing:
        rows = "1 row has" if n_missing == 1 else f"{n_missing} rows have"
        raise TableFileError(
            f"{rows} no class in column {target!r} of {path}: fill these cells in or "
            "remove the rows"
        )


# --- CSV ------------------------------------------------------------------------------


@dataclass(frozen=True)
class CsvColumn:
    """A column of a CSV file, and the manner in which its cells are written.

    Attributes
    ----------
    values : Series
        The typed cells.
    missing : str
        What stands in the file where a cell is missing.
    write : callable
        Maps one value that is not missing to the text that stands for it in the file,
        quotes included.
    """

    values: pd.Series
    missing: str
    write: Callable[[Any], str]

    def texts(self, values: pd.Series) -> list[str]:
        """Write cells as they would stand in the file."""
        missing = values.isna()
        return [
            self.missing if absent else self.write(value)
            for value, absent in zip(values, missing, strict=True)
        ]


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
    """

    start: int
    text: str
    fields: list[str]


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
        First line, as it stands.
    rows : list of str
        All other rows, as they stand.
    separator, newline, encoding : str
        How the file is put together.
    """

    target: str
    columns: dict[str, CsvColumn]
    header: str
    rows: list[str]
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
        lines = [self.header, *self.rows, *added]
        if mark is not None:
            marks = [quoted_if_needed(mark, self.separator)]
            marks += ["False"] * len(self.rows) + ["True"] * len(added)
            lines = [
                f"{line}{self.separator}{cell}"
                for line, cell in zip(lines, marks, strict=True)
            ]
        text = "".join(line + self.newline for line in lines)
        return text.encode(self.encoding)


def read_csv(
    path: Path, target: str, separator: str = ",", encoding: str = "utf-8"
) -> CsvTable:
    """Read a CSV file; ``read_table`` tells more."""
    content = _read_bytes(path)
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8") and content.startswith(
        b"\xef\xbb\xbf"
    ):
        encoding = "utf-8-sig"  # reads the mark of spreadsheets, and writes it again
    text = _decoded(path, content, encoding)
    records = list(_records(path, text, separator))
    if not records:
        raise TableFileError(f"{path} is empty: a header and rows are needed")
    header, *rows = records
    names = [unquoted(field) for field in header.fields]
    _check_columns(path, names, target, _separator_advice(header, separator))
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
    n_missing = sum(unquoted(field) in MISSING_TOKENS for field in fields[target])
    _check_labels(path, target, n_missing)
    newline = re.search(r"\r\n|\n|\r", text[header.start + len(header.text) :])
    return CsvTable(
        target=target,
        columns={
            name: _column(column, separator, dates=name != target)
            for name, column in fields.items()
        },
        header=header.text,
        rows=[row.text for row in rows],
        separator=separator,
        newline=newline.group() if newline else "\n",
        encoding=encoding,
    )


def _decoded(path: Path, content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        line = content.count(b"\n", 0, at) + 1
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


def _records(path: Path, text: str, separator: str) -> Iterator[Record]:
    """Split a CSV file's text into rows and fields, and keep every character of them.

    The standard library's reader would not tell which cells were quoted. Lines with
    nothing on them are no rows.
    """
    other = rf"[^{re.escape(separator)}\r\n"
    field = re.compile(
        rf'("[^"]*(?:""[^"]*)*"|{other}"]{other}]*|)'
        rf"({re.escape(separator)}|\r\n|\r|\n|\Z)"
    )
    start = position = 0
    fields: list[str] = []
    while position < len(text) or fields:
        match = field.match(text, position)
        if match is None:
            raise TableFileError(
                f"line {_line_number(text, position)} of {path} has a cell whose "
                'quotes do not match: a quoted cell ends with a quote (") before the '
                "separator, and quotes inside it are doubled"
            )
        fields.append(match.group(1))
        position = match.end()
        if match.group(2) == separator:
            continue
        if fields != [""]:
            yield Record(start, text[start : match.end(1)], fields)
        start, fields = position, []


def _line_number(text: str, position: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1


def _separator_advice(header: Record, separator: str) -> str:
    """Say what the separator may be where the given one does not occur."""
    if len(header.fields) == 1:
        for other in ";\t,|":
            if other != separator and other in header.text:
                return f" (its cells seem to be separated by {other!r}: try --sep)"
    return ""


def unquoted(field: str) -> str:
    """Cell of a CSV field: without the quotes around it and the doubled ones in it."""
    if field.startswith('"'):
        return field[1:-1].replace('""', '"')
    return field


def quoted_if_needed(cell: str, separator: str) -> str:
    """Field for a cell, in quotes if it would be misread without them."""
    if any(character in cell for character in (separator, '"', "\r", "\n")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _column(fields: Sequence[str], separator: str, *, dates: bool = True) -> CsvColumn:
    """Type a column's fields as dates, numbers or text, whichever fits all of them."""
    stripped = [unquoted(field).strip() for field in fields]
    present = [cell for cell in stripped if cell not in MISSING_TOKENS]
    # A comma can be a decimal mark only where it does not separate cells.
    marks = "." if separator == "," else ".,"
    manner = (_date_manner(present) if dates else None) or _number_manner(
        present, marks
    )
    if manner is None:
        return _text_column(fields, separator)
    before, after = _frame(fields, stripped)
    values = iter(manner.values)
    missing = [cell in MISSING_TOKENS for cell in stripped]
    cells = [None if absent else next(values) for absent in missing]
    return CsvColumn(
        values=pd.Series(cells, dtype=manner.dtype(any(missing))),
        missing=_most_common(
            [field for field, absent in zip(fields, missing, strict=True) if absent]
        ),
        write=lambda value: before + manner.write(value) + after,
    )


def _frame(fields: Sequence[str], stripped: Sequence[str]) -> tuple[str, str]:
    """Most common quotes and blanks around the cells that are there."""
    frames = Counter(
        (field[: field.index(cell)], field[field.index(cell) + len(cell) :])
        for field, cell in zip(fields, stripped, strict=True)
        if cell not in MISSING_TOKENS
    )
    return frames.most_common(1)[0][0]


def _most_common(texts: Sequence[str]) -> str:
    return Counter(texts).most_common(1)[0][0] if texts else ""


def _text_column(fields: Sequence[str], separator: str) -> CsvColumn:
    """Text as it is; each text is written as it stood where it was first seen."""
    first_seen: dict[str, str] = {}
    for field in fields:
        first_seen.setdefault(unquoted(field), field)

    def write(value: Any) -> str:
        cell = str(value)
        seen = first_seen.get(cell)
        return quoted_if_needed(cell, separator) if seen is None else seen

    cells = [unquoted(field) or None for field in fields]
    return CsvColumn(pd.Series(cells), first_seen.get("", ""), write)


class Manner(NamedTuple):
    """How a column's cells are read and written, blanks, quotes and gaps apart.

    Attributes
    ----------
    values : list
        The cells that are there.
    dtype : callable
        Maps "some cells are missing" to the pandas dtype of the column.
    write : callable
        Maps a value to the text of its cell.
    """

    values: list[Any]
    dtype: Callable[[bool], Any]
    write: Callable[[Any], str]


def _number_manner(cells: Sequence[str], marks: str) -> Manner | None:
    """Numbers, if every cell is one.

    Digits with a zero in front are no number but a code that would lose its zero.
    """
    for mark in marks:
        pattern = re.compile(
            rf"-?(?:0|[1-9][0-9]*|(?=\{mark}[0-9]))"
            rf"(?P<fraction>\{mark}[0-9]*)?(?P<exponent>[eE][+-]?[0-9]+)?"
        )
        matches = [
            match
            for cell in cells
            if (match := pattern.fullmatch(cell)) or _is_infinite(cell)
        ]
        if cells and len(matches) == len(cells):
            numbers = [match for match in matches if match]
            if any(match["fraction"] or match["exponent"] for match in numbers) or (
                len(numbers) < len(cells)
            ):
                return _decimal_manner(cells, numbers, mark)
            return _integer_manner(cells)
    return None


def _is_infinite(cell: str) -> bool:
    """Tell infinity, which stays a number so that it is refused instead of copied."""
    return cell.lower().lstrip("+-") in ("inf", "infinity")


def _integer_manner(cells: Sequence[str]) -> Manner | None:
    integers = [int(cell) for cell in cells]
    if not all(integer in INT64 for integer in integers):
        return None
    return Manner(
        values=integers,
        dtype=lambda missing: "Int64" if missing else "int64",
        write=lambda value: str(int(value)),
    )


def _decimal_manner(
    cells: Sequence[str], matches: Sequence[re.Match[str]], mark: str
) -> Manner:
    """Numbers with a fraction or an exponent, written with no more digits than seen."""
    exponents = [match["exponent"] for match in matches if match["exponent"]]
    decimals = [max(len(match["fraction"] or "") - 1, 0) for match in matches] or [0]
    fewest, most = min(decimals), max(decimals)

    if exponents:
        digits = max(_significant_digits(match.group()) for match in matches)
        style = f".{digits}{'G' if 'E' in exponents[0] else 'g'}"

        def written(value: float) -> str:
            return format(value, style)

    else:

        def written(value: float) -> str:
            # Adding zero turns the minus zero of a rounded small number into zero.
            text: str = np.format_float_positional(
                round(value, most) + 0.0, precision=most, min_digits=fewest
            )
            return text.rstrip(".")

    return Manner(
        values=[float(cell.replace(mark, ".")) for cell in cells],
        dtype=lambda missing: "float64",
        write=lambda value: written(float(value)).replace(".", mark),
    )


def _significant_digits(number: str) -> int:
    mantissa = re.split("[eE]", number)[0]
    return max(len(re.sub("[^0-9]", "", mantissa).lstrip("0")), 1)


def _date_manner(cells: Sequence[str]) -> Manner | None:
    """Dates, if one pattern and one only reads and rewrites every cell exactly.

    Where day and month could change places the cells stay text: a date made up under
    the wrong reading need not exist under the right one.
    """
    if not cells:
        return None
    zone = "Z" if cells[0].endswith("Z") else ""
    if not all(cell.endswith(zone) for cell in cells):
        return None
    cells = [cell.removesuffix(zone) for cell in cells]
    fraction = re.search(r"\.([0-9]{1,6})$", cells[0])
    digits = len(fraction[1]) if fraction else 6
    fitting = [
        (pattern, dates)
        for pattern in DATE_PATTERNS
        if _fits(cells[0], pattern)
        and (dates := _dates(cells, pattern, digits)) is not None
    ]
    if len(fitting) != 1:
        return None
    pattern, dates = fitting[0]
    return Manner(
        values=list(dates),
        dtype=lambda missing: str(dates.dtype),
        write=lambda value: _date_text(value, pattern, digits) + zone,
    )


def _fits(cell: str, pattern: str) -> bool:
    """Tell in a moment whether a pattern is worth trying on a whole column."""
    try:
        year = datetime.strptime(cell, pattern).year
    except ValueError:
        return False
    return not pattern.startswith("%Y%m%d") or year in COMPACT_YEARS


def _dates(cells: Sequence[str], pattern: str, digits: int) -> pd.Series | None:
    dates = pd.to_datetime(pd.Series(cells), format=pattern, errors="coerce")
    if dates.isna().any():
        return None
    if pattern.startswith("%Y%m%d") and not dates.dt.year.isin(COMPACT_YEARS).all():
        return None
    rewritten = [_date_text(date, pattern, digits) for date in dates]
    return dates if rewritten == list(cells) else None


def _date_text(date: datetime, pattern: str, digits: int) -> str:
    """Write a date, with so many digits of the second's fraction if there is one."""
    text = date.strftime(pattern)
    return text[: len(text) - 6 + digits] if pattern.endswith("%f") else text


# --- Parquet --------------------------------------------------------------------------


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
                name: _arrow_to_pandas(self.table[name])
                for name in self.columns
                if name != self.target and name not in self.index
            }
        )

    @cached_property
    def labels(self) -> pd.Series:
        """The target column."""
        return _arrow_to_pandas(self.table[self.target]).rename(self.target)

    def label_text(self, label: Any) -> str:
        """Write a class as text."""
        return str(label)

    def with_rows(
        self, features: pd.DataFrame, labels: pd.Series, mark: str | None = None
    ) -> bytes:
        """Content of a file that holds this table and further rows after it.

        An index of integers is counted on; the further rows' places in any other
        index stay empty. See ``CsvTable.with_rows`` for the parameters.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = []
        for name in self.columns:
            column = self.table[name]
            if name in self.index:
                columns.append(_index_continued(column, len(labels)))
            else:
                values = labels if name == self.target else features[name]
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
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise TableFileError(
            "Parquet files need pyarrow, which is not installed: "
            'pip install "gansampler[parquet]"'
        ) from error
    content = _read_bytes(path)
    if not content:
        raise TableFileError(f"{path} is empty: it is no Parquet file")
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise TableFileError(
            f"{path} is damaged or no Parquet file: check the file, or name it after "
            "what it is"
        ) from error
    index = _index_columns(table.schema)
    features = [name for name in table.column_names if name not in index]
    _check_columns(path, features, target)
    if not len(table):
        raise TableFileError(f"{path} has columns but no rows")
    for name in features:
        if not _has_plain_values(table.schema.field(name).type):
            raise TableFileError(
                f"column {name!r} of {path} is of type {table.schema.field(name).type},"
                " of which no values can be made: remove the column"
            )
    _check_labels(path, target, int(_arrow_to_pandas(table[target]).isna().sum()))
    codec = file.metadata.row_group(0).column(0).compression
    return ParquetTable(
        target=target,
        table=table,
        index=index,
        compression="none" if codec == "UNCOMPRESSED" else codec.lower(),
    )


def _index_columns(schema: pa.Schema) -> list[str]:
    """Columns in which pandas has kept an index; a plain range needs none."""
    described = (schema.pandas_metadata or {}).get("index_columns", [])
    return [name for name in described if isinstance(name, str)]


def _has_plain_values(kind: pa.DataType) -> bool:
    """Tell the types whose cells are single values that a table can be made of."""
    from pyarrow import types

    if types.is_dictionary(kind):
        return _has_plain_values(kind.value_type)
    if types.is_temporal(kind):
        return not types.is_interval(kind)  # months have no common length
    return (
        any(
            check(kind)
            for check in (
                types.is_boolean,
                types.is_integer,
                types.is_floating,
                types.is_decimal,
                types.is_string,
                types.is_large_string,
                types.is_null,
            )
        )
        or str(kind) == "string_view"
    )  # older releases of pyarrow do not know it


def _plain_type(kind: pa.DataType) -> pa.DataType:
    """Type that pandas holds without Python objects, for types that it does not.

    Days become times of day zero, zoned times UTC, times of day their ticks since
    midnight, and exact decimals floats.
    """
    import pyarrow as pa
    from pyarrow import types

    if types.is_date(kind):
        return pa.timestamp("s")
    if types.is_timestamp(kind):
        return pa.timestamp(kind.unit)
    if types.is_time32(kind):
        return pa.int32()
    if types.is_time64(kind):
        return pa.int64()
    if types.is_decimal(kind):
        return pa.float64()
    return kind


def _arrow_to_pandas(column: pa.ChunkedArray) -> pd.Series:
    """Cells for a sampler.

    Integers and booleans stay what they are although some are missing.
    """
    import pyarrow as pa

    nullable = {
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
    plain = column.cast(_plain_type(column.type)).unify_dictionaries()
    mapper = nullable.get if column.null_count else None
    values: pd.Series = plain.to_pandas(types_mapper=mapper)
    return values


def _pandas_to_arrow(values: pd.Series, like: pa.ChunkedArray) -> pa.Array:
    """Cells of a sampler, as values of the column that they belong to."""
    import pyarrow as pa
    from pyarrow import types

    plain_type = _plain_type(like.type)
    if types.is_floating(plain_type):
        # "Not a number" becomes a null only where the column has nulls.
        nulls = like.null_count > 0
        plain = pa.array(values.to_numpy(), plain_type, from_pandas=nulls)
    else:
        plain = pa.array(values, plain_type)
    if types.is_date(like.type):
        # Through days: a date of milliseconds must not hold a part of a day.
        plain = plain.cast(pa.date32())
    return plain.cast(like.type)


def _index_continued(column: pa.ChunkedArray, n_added: int) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(column.type):
        first = pc.max(column).as_py() + 1
        return pa.array(range(first, first + n_added), column.type)
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
