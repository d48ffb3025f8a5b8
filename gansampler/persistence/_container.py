"""The file: a zip archive of JSON and arrays, closed by a checksum over all of it.

Members are stored without compression, so nothing in a file can be larger than the
file. The checksum is the archive's comment: whatever byte changes, in a member or in
the structure of the archive, is noticed before anything is interpreted. It tells
accidents, not forgers; a forged file can hold wrong numbers, but no code.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gansampler._whole_files import reason, write_whole
from gansampler.exceptions import ModelFileError

FORMAT = 1
"""Raised whenever files of this version cannot be read by the one before, or the other
way round: also when a stored class gets, loses or renames an attribute."""

HEADER, DOCUMENT, ARRAY = "gansampler.json", "model.json", "arrays/{}.npy"

SIGNATURE = b"PK\x03\x04"
NAME_OFFSET = 30  # of the first member's name: the header of a zip member is so long

CHECKSUM = b"sha256:"
LENGTH = len(CHECKSUM) + 64


def write(path: Path, document: Any, arrays: list[np.ndarray]) -> None:
    """Write a document and its arrays, whole or not at all."""
    from gansampler import __version__

    content = io.BytesIO()
    header = {"format": FORMAT, "gansampler": __version__}
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        _add(archive, HEADER, _to_json(header))
        _add(archive, DOCUMENT, _to_json(document))
        for number, array in enumerate(arrays):
            data = io.BytesIO()
            np.lib.format.write_array(data, array, allow_pickle=False)
            _add(archive, ARRAY.format(number), data.getvalue())
        archive.comment = bytes(LENGTH)
    body = content.getvalue()[:-LENGTH]
    checksum = CHECKSUM + hashlib.sha256(body).hexdigest().encode()
    try:
        write_whole(path, body + checksum)
    except OSError as error:
        raise ModelFileError(f"Cannot write {path}: {reason(error)}.") from error


def read(path: Path) -> tuple[Any, list[np.ndarray]]:
    """Check a file and give back its document and its arrays."""
    content = _checked(path)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_format(path, json.loads(_member(archive, HEADER)))
        names = archive.namelist()
        expected = [ARRAY.format(number) for number in range(len(names) - 2)]
        if names != [HEADER, DOCUMENT, *expected]:
            raise ValueError("unknown members")
        arrays = [
            np.lib.format.read_array(
                io.BytesIO(_member(archive, name)), allow_pickle=False
            )
            for name in expected
        ]
        return json.loads(_member(archive, DOCUMENT)), arrays


@contextmanager
def refusing_what_is_not_ours(path: str | os.PathLike[str]) -> Iterator[None]:
    """Say in one sentence that a file is none of this package's, whatever is wrong."""
    try:
        yield
    except ModelFileError:
        raise
    except ImportError as error:
        raise ModelFileError(
            f"{path} needs {error.name or 'a package'}, which is not installed here."
        ) from error
    # The bytes are those that were written, or a forger's: what they hold can be wrong
    # in any way.
    except Exception as error:
        raise ModelFileError(
            f"{path} does not hold what GANOversampler.save writes. Save the sampler "
            "again, or fetch the file anew."
        ) from error


def _checked(path: Path) -> bytes:
    """Content of a file whose checksum holds."""
    try:
        with path.open("rb") as file:
            # A look at the start spares reading what may be huge and no model.
            start = file.read(NAME_OFFSET + len(HEADER))
            ours = start.startswith(SIGNATURE) and start.endswith(HEADER.encode())
            if not ours:
                raise ModelFileError(
                    f"{path} is no model file: pass one that GANOversampler.save wrote."
                )
            content = start + file.read()
    except OSError as error:
        raise ModelFileError(f"Cannot read {path}: {reason(error)}.") from error
    body, checksum = content[:-LENGTH], content[-LENGTH:]
    if checksum != CHECKSUM + hashlib.sha256(body).hexdigest().encode():
        raise ModelFileError(
            f"{path} is damaged or was altered: its checksum does not match. Save the "
            "sampler again, or fetch the file anew."
        )
    return content


def _check_format(path: Path, header: dict[str, Any]) -> None:
    from gansampler import __version__

    if header["format"] != FORMAT:
        raise ModelFileError(
            f"{path} was written by gansampler {header['gansampler']} in format "
            f"{header['format']}, and gansampler {__version__} reads format {FORMAT}: "
            "open it with that version, or train again."
        )


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise ValueError("compressed members")  # which could grow without end
    return archive.read(name)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # Without the time of day, the same sampler is the same file.
    archive.writestr(zipfile.ZipInfo(name), content)


def _to_json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
