"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path


def write_whole(
    path: Path, content: bytes, *, check_replaced: Callable[[], None] | None = None
) -> None:
    """Write a file so that at any moment it is there whole or not at all.

    The bytes go to a temporary file in the same folder, reach the disk, and only then
    get the name; whatever interrupts this leaves no trace, but for a process that is
    killed: it can leave a temporary file, ``.gansampler-*.part``.

    Parameters
    ----------
    path : Path
        Where to; a symbolic link is followed. A file that is there is replaced, and
        the new one gets its permissions.
    content : bytes
        What to write.
    check_replaced : callable or None, default=None
        Called when the file is written and before it replaces another; may raise.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    target = path.resolve()
    temporary = target.with_name(f".gansampler-{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            if check_replaced is not None:
                check_replaced()
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def reason(error: OSError) -> str:
    """What an error of the operating system says, for the middle of a sentence."""
    return (error.strerror or str(error)).lower()
