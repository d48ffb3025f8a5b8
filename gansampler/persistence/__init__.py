"""Trained samplers in files that hold data only: nothing in them is ever executed.

``_container`` is the file: a zip archive with a checksum over all of it. ``_values``
turns values into JSON and arrays and back, ``_pandas`` those of pandas, and
``_classes`` names the classes of this package that a file may hold.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from gansampler.exceptions import ModelFileError
from gansampler.persistence import _container
from gansampler.persistence._classes import KINDS
from gansampler.persistence._container import FORMAT, refusing_what_is_not_ours
from gansampler.persistence._values import Reader, Writer

__all__ = ["FORMAT", "read_model", "refusing_what_is_not_ours", "write_model"]


def write_model(path: str | os.PathLike[str], state: dict[str, Any]) -> None:
    """Write the state of a sampler to a file, whole or not at all.

    Parameters
    ----------
    path : path-like
        A file that is there is replaced.
    state : dict of str to object
        Of plain values, arrays, tensors, what pandas has, and the classes that
        ``_classes`` names.

    Raises
    ------
    ModelFileError
        If the state holds something else, or the file cannot be written.
    """
    writer = Writer(KINDS)
    root = writer.write(state)
    document = {"objects": writer.objects, "root": root}
    _container.write(Path(path), document, writer.arrays)


def read_model(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the state that ``write_model`` wrote.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    dict of str to object

    Raises
    ------
    ModelFileError
        If the file cannot be read, is no model file, is damaged or was altered, or
        has the format of another version.
    """
    with refusing_what_is_not_ours(path):
        document, arrays = _container.read(Path(path))
        reader = Reader(KINDS, arrays)
        for item in document["objects"]:
            reader.objects.append(reader.read(item))
        state = reader.read(document["root"])
        if not isinstance(state, dict):
            raise ModelFileError(f"{path} holds no sampler.")
        return state
