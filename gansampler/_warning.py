"""Warnings that point to the line of whoever called."""

from __future__ import annotations

import sys
import warnings

INSIDE = {__package__, "imblearn", "joblib", "sklearn"}
"""Packages that call each other until the line of the user is reached."""


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn, in the name of the nearest line outside of this package and its hosts.

    Parameters
    ----------
    message : str
    category : type
    """
    frame, level = sys._getframe(1), 2
    while (
        frame.f_back is not None
        and frame.f_globals.get("__name__", "").partition(".")[0] in INSIDE
    ):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
