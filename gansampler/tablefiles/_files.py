"""Files of either format: their names, their bytes, and the columns they must have."""

from __future__ import annotations

import bz2
import difflib
import gzip
import lzma
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from gansampler import _whole_files
from gansampler.exceptions import GANSamplerError

SEPARATORS = {".csv": ",", ".tsv": "\t"}
PARQUET_SUFFIXES = (".parquet", ".pq")

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    # Without a time in its header, the same table is the same file.
    ".gz": partial(gzip.compress, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
DECOMPRESSORS = {".gz": gzip.decompress, ".bz2": bz2.decompress, ".xz": lzma.decompress}

MAGIC = {b"\x1f\x8b": ".gz", b"BZh91AY&SY": ".bz2", b"\xfd7zXZ\x00": ".xz"}
"""How compressed files begin."""

MAX_LISTED = 12
"""Names that a message lists."""


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
        If the destination is the source, exists already, is a folder, or is in a
        folder that does not exist or may not be written to, or if the two names stand
        for different formats.
    """
    if destination.is_dir():
        raise TableFileError(f"{destination} is a folder: name a file in it")
    wanted, asked = file_kind(source).suffix, file_kind(destination).suffix
    if wanted != asked:
        raise TableFileError(
            f"the format stays as it is: {source} is {wanted[1:]}, so {destination} "
            f"must end in {wanted}, not in {asked}"
        )
    check_new_file(destination, [source], overwrite=overwrite)


def check_new_file(
    destination: Path, sources: Sequence[Path], *, overwrite: bool = False
) -> None:
    """Refuse a file of any format that cannot or must not be written.

    Parameters
    ----------
    destination : Path
        The file to be written.
    sources : sequence of Path
        Files that are never written over.
    overwrite : bool, default=False
        Whether another file at ``destination`` may be replaced.

    Raises
    ------
    TableFileError
        As in ``check_paths``.
    """
    if destination.is_dir():
        raise TableFileError(f"{destination} is a folder: name a file in it")
    if destination.exists():
        if any(path.exists() and destination.samefile(path) for path in sources):
            raise TableFileError(
                f"{destination} is the input itself, which is never written over: "
                "choose another output"
            )
        if not overwrite:
            raise _exists(destination)
    folder = destination.resolve().parent
    if not folder.is_dir():
        raise TableFileError(
            f"cannot write {destination}: the folder {destination.parent} is not "
            "there; make it first"
        )
    if not os.access(folder, os.W_OK):
        raise TableFileError(
            f"cannot write {destination}: you may not write to the folder "
            f"{destination.parent}; choose another output"
        )


def _exists(path: Path) -> TableFileError:
    return TableFileError(
        f"{path} exists already: choose another output, or allow with --force that it "
        "is replaced"
    )


def write_whole(path: Path, content: bytes, *, overwrite: bool = False) -> None:
    """Write a file so that at any moment it is there whole or not at all.

    Parameters
    ----------
    path : Path
        Where to; a symbolic link is followed.
    content : bytes
        What to write, before the compression that the name asks for.
    overwrite : bool, default=False
        Whether a file that is there may be replaced; the new one gets its permissions.

    Raises
    ------
    TableFileError
        If the file exists and must not be replaced, or cannot be written.
    """

    def refuse() -> None:
        if not overwrite:
            raise _exists(path)

    compression = path.suffix.lower()
    if compression in COMPRESSORS:
        content = COMPRESSORS[compression](content)
    try:
        _whole_files.write_whole(path, content, check_replaced=refuse)
    except OSError as error:
        reason = _whole_files.reason(error)
        raise TableFileError(f"cannot write {path}: {reason}") from error


def parquet_module() -> ModuleType:
    """What reads Parquet files, loaded where it is needed: pyarrow is an extra.

    Raises
    ------
    TableFileError
        If pyarrow is not installed.
    """
    try:
        return import_module("gansampler.tablefiles._parquet")
    except ImportError as error:
        raise TableFileError(
            "Parquet files need pyarrow, which is not installed: pip install pyarrow"
        ) from error


def read_bytes(path: Path) -> bytes:
    """Content of a file after the compression that its name tells of."""
    suffix, compression = file_kind(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = _whole_files.reason(error)
        raise TableFileError(f"cannot read {path}: {reason}") from error
    if not compression:
        for magic, ending in MAGIC.items():
            if suffix in SEPARATORS and content.startswith(magic):
                raise TableFileError(
                    f"{path} is no text but a compressed {ending} file: name it "
                    f"{path.name}{ending}"
                )
        return content
    try:
        return DECOMPRESSORS[compression](content)
    except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise TableFileError(
            f"{path} is damaged or no {compression} file: check the file, or name it "
            "after what it is"
        ) from error


def check_columns(path: Path, names: Sequence[str], target: str | None) -> None:
    """Refuse columns of one name, an unknown target and a target without company."""
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise TableFileError(
            f"{path} has more than one column named {listed(repeated)}: give each "
            "column a name of its own"
        )
    if target is None:
        return
    if target not in names:
        by_folded = {name.strip().casefold(): name for name in names}
        close = difflib.get_close_matches(target.strip().casefold(), by_folded)
        hint = (
            f"did you mean {' or '.join(repr(by_folded[match]) for match in close)}?"
            if close
            else f"its columns are {listed(names)}"
        )
        raise TableFileError(f"{path} has no column {target!r}: {hint}")
    if len(names) == 1:
        raise TableFileError(
            f"{path} has no column besides {target!r}: there is nothing to learn from"
        )


def check_labels(
    path: Path, target: str, n_missing: int, cells: Sequence[str] = ()
) -> None:
    """Refuse rows without a class, and name the texts in their cells."""
    if not n_missing:
        return
    rows = "1 row has" if n_missing == 1 else f"{n_missing} rows have"
    which = rename = ""
    if tokens := " or ".join(repr(text) for text in dict.fromkeys(cells) if text):
        which = f" but {tokens}"
        rename = f", or give a class that is called {tokens} another name"
    raise TableFileError(
        f"{rows} no class{which} in column {target!r} of {path}: fill these cells in "
        f"or remove the rows{rename}"
    )


def listed(names: Sequence[str]) -> str:
    """Write names as ``'a', 'b'``, with an ellipsis where there are too many."""
    shown = [repr(name) for name in names[:MAX_LISTED]]
    return ", ".join(shown + ["..."] * (len(names) > MAX_LISTED))


def most_frequent(spelled: Iterable[tuple[Any, str]]) -> dict[Any, str]:
    """The most frequent spelling of each value, of equally frequent ones the first."""
    ordered = Counter(spelled).most_common()
    return {value: spelling for (value, spelling), _ in reversed(ordered)}
