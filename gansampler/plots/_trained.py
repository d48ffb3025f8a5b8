"""What the displays ask of a trained sampler and of the table it was trained on."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse
from imblearn.utils import check_target_type

from gansampler._polars import labels_as_pandas, table_as_pandas
from gansampler._wording import plain_label
from gansampler.exceptions import NotTrainedError
from gansampler.tabular import Table
from gansampler.validation import check_labels


def trained_class(sampler: Any, class_label: Hashable | None) -> Hashable:
    """The class that is meant, as the sampler has it.

    Parameters
    ----------
    sampler : GANOversampler
    class_label : hashable or None
        None for the only class that was trained.

    Raises
    ------
    NotTrainedError
        Before ``fit_resample``.
    ValueError
        If there is no such class, or several and none is named.
    """
    if not hasattr(sampler, "generators_"):
        raise NotTrainedError(
            f"This {type(sampler).__name__} has no generators yet. Pass a "
            "GANOversampler after its fit_resample."
        )
    classes = {plain_label(known): known for known in sampler.generators_}
    if class_label is None and len(classes) == 1:
        return next(iter(classes.values()))
    asked = plain_label(class_label)
    if isinstance(asked, Hashable) and asked in classes:
        return classes[asked]
    choice = ", ".join(map(repr, classes)) or "none, since no class needed rows"
    problem = (
        f"{len(classes)} classes were trained, and class_label is None"
        if class_label is None
        else f"Class {asked!r} has no generator"
    )
    raise ValueError(f"{problem}. Choose one of: {choice}.")


def as_frame(rows: Any, chosen: np.ndarray | None = None) -> pd.DataFrame:
    """Rows in any container as a data frame; columns without names are numbered.

    Parameters
    ----------
    rows : {DataFrame, array-like, sparse matrix} of shape (n_rows, n_columns)
    chosen : ndarray of bool of shape (n_rows,) or None, default=None
        The rows that are taken, before any becomes dense; None for all.
    """
    rows = table_as_pandas(rows, "rows")
    if isinstance(rows, pd.DataFrame):
        return rows if chosen is None else rows[chosen]
    table = rows if scipy.sparse.issparse(rows) else np.asarray(rows)
    if table.ndim != 2:
        raise ValueError(
            f"The rows have {table.ndim} axes. Pass a table of rows and columns."
        )
    if chosen is None:
        return Table(table).rows(np.arange(table.shape[0]))
    positions = np.flatnonzero(chosen)
    return Table(table).rows(positions).set_axis(positions)


def rows_of_class(X: Any, y: Any, class_label: Hashable) -> pd.DataFrame:
    """The rows of one class.

    Raises
    ------
    InvalidTableError
        If X and y do not fit together.
    ValueError
        If there are none.
    """
    y = labels_as_pandas(y)
    check_labels(X, y)
    chosen = np.asarray(check_target_type(y)) == class_label
    if not np.any(chosen):
        raise ValueError(
            f"y has no rows of class {plain_label(class_label)!r}. Pass the table that "
            "the sampler was trained on."
        )
    return as_frame(X, chosen)
