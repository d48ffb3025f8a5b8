"""Warnings that point to the line of whoever called."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import imblearn
import joblib
import sklearn

INSIDE = tuple(
    f"{Path(file).parent}{os.sep}"
    for file in (__file__, imblearn.__file__, joblib.__file__, sklearn.__file__)
)
"""Folders of packages that call each other until the line of the user is reached."""


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn, in the name of the nearest line outside of this package and its hosts.

    Parameters
    ----------
    message : str
    category : type
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(INSIDE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
