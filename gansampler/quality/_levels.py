"""Columns of many levels, made ones of few before distances between rows are taken."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd

from gansampler.summary import MAX_LEVELS, MIN_LEVEL_ROWS, kind_of

OTHER_LEVELS = "(other levels)"
"""Stands in the figures of whole rows for all but the frequent levels of a column that
has many, as in the encoder. So an identifier has no say."""


def few_levels(frames: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Frames with the rare levels of each column merged: distances then mean something.

    Parameters
    ----------
    frames : sequence of DataFrame
        The first one says which levels are frequent. All have its columns.

    Returns
    -------
    list of DataFrame
        With the rarest levels as one.
    """
    changed: list[dict[Hashable, Any]] = [{} for _ in frames]
    for name in frames[0].columns:
        parts = [frame[name] for frame in frames]
        if (
            parts[0].count()
            and kind_of(name, parts[0]) == "category"
            and max(part.nunique() for part in parts) > MAX_LEVELS
        ):
            counts = parts[0].value_counts()
            frequent = counts.index[counts >= MIN_LEVEL_ROWS][:MAX_LEVELS]
            whole = [part.isin(frequent) | part.isna() for part in parts]
            for changes, part, kept in zip(changed, parts, whole, strict=True):
                changes[name] = part.astype(object).where(kept, OTHER_LEVELS)
    return [
        pd.DataFrame({n: changes.get(n, cells) for n, cells in frame.items()})
        if changes
        else frame
        for frame, changes in zip(frames, changed, strict=True)
    ]
