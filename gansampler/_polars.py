"""Polars frames at the door: pandas within, Polars again on the way out.

imbalanced-learn refuses them (its issue 1092). Frames become pandas frames of Arrow's
dtypes, which share most of their memory; rows that were there are never converted back
but stay as they are.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from gansampler.exceptions import InvalidTableError

Memory = dict[str, Any]


def is_polars(data: Any) -> bool:
    """Whether data are a frame, a lazy frame or a series of Polars."""
    # Whoever has such data has imported Polars.
    return type(data).__module__.partition(".")[0] == "polars"


def table_as_pandas(X: Any, name: str = "X") -> Any:
    """A Polars frame as a pandas frame of Arrow's dtypes; anything else as it is.

    Parameters
    ----------
    X : object
    name : str, default="X"
        What the frame is called in messages.

    Raises
    ------
    InvalidTableError
        If it is lazy, or a column has a type that Arrow does not know.
    """
    if not is_polars(X):
        return X
    import polars

    _refuse_lazy(X, name)
    if isinstance(X, polars.Series):
        raise InvalidTableError(
            f"{name} is a Series. Pass a table: {name}.to_frame() has one column."
        )
    return pd.DataFrame({column.name: _column_as_pandas(column) for column in X})


def _refuse_lazy(data: Any, name: str) -> None:
    if hasattr(data, "collect"):
        raise InvalidTableError(
            f"{name} is a LazyFrame, which has no rows yet. Pass {name}.collect()."
        )


def _column_as_pandas(column: Any) -> pd.Series:
    import polars

    refusal = InvalidTableError(
        f"Column {column.name!r} has the Polars type {column.dtype}, which cannot be "
        "read here. Cast it to another one, or drop it."
    )
    if column.dtype == polars.Object:
        raise refusal
    try:
        # pandas knows more of its own categories than of Arrow's.
        levels = column.dtype in (polars.Categorical, polars.Enum)
        return column.to_pandas(use_pyarrow_extension_array=not levels)
    except ModuleNotFoundError:
        raise  # it says what to install
    except Exception as error:
        raise refusal from error


def labels_as_pandas(y: Any) -> Any:
    """Polars labels as pandas ones; anything else as it is.

    Raises
    ------
    InvalidTableError
        If they are lazy, or of a type that Arrow does not know.
    """
    if not is_polars(y):
        return y
    _refuse_lazy(y, "y")
    try:
        return y.to_pandas()
    except ModuleNotFoundError:
        raise  # it says what to install
    except Exception as error:
        raise InvalidTableError(
            f"y has the Polars type {getattr(y, 'dtype', y)}, which cannot be read "
            "here. Cast it to another one."
        ) from error


def below(original: Any, resampled: Any) -> Any:
    """What was given, with what has come below it, in the container it was given in.

    Parameters
    ----------
    original : object
        Table or labels as the user gave them.
    resampled : object
        In its pandas form, the same and more rows.

    Returns
    -------
    object
        ``resampled`` as it is unless ``original`` is a Polars frame or series.
    """
    if not is_polars(original):
        return resampled
    import polars

    new = resampled.iloc[len(original) :]
    memory = memory_of(original)
    if memory is None:
        new = polars.from_pandas(new).cast(original.dtype)
    else:
        new = as_polars(new, memory)
        new = new.cast({n: original.schema[n] for n in memory["categories"]})
    return polars.concat([original, new])


def memory_of(X: Any) -> Memory | None:
    """What a pandas frame does not tell of the Polars frame that it was made from.

    Returns
    -------
    dict or None
        "levels": those of each Enum column, in order; "categories": of each
        Categorical column name and space of its own categories, empty where they are
        those of all; "nan": the columns whose missing cells are NaN and never null.
        None for anything that is not a Polars frame.
    """
    if not is_polars(X) or not hasattr(X, "schema"):
        return None
    import polars

    levels = {
        name: dtype.categories.to_list()
        for name, dtype in X.schema.items()
        if isinstance(dtype, polars.Enum)
    }
    categories = {
        name: _own_categories(dtype)
        for name, dtype in X.schema.items()
        if isinstance(dtype, polars.Categorical)
    }
    nan = [
        column.name
        for column in X
        if column.dtype.is_float() and not column.null_count() and column.is_nan().any()
    ]
    return {"levels": levels, "categories": categories, "nan": nan}


def as_polars(rows: pd.DataFrame, memory: Memory) -> Any:
    """Rows as a Polars frame, by what ``memory_of`` remembers of one like it."""
    import polars

    frame = polars.from_pandas(rows)
    frame.columns = rows.columns.tolist()  # it renames a column without a name
    return frame.with_columns(
        *(polars.col(n).cast(polars.Enum(v)) for n, v in memory["levels"].items()),
        *(
            polars.col(n).cast(
                polars.Categorical(polars.Categories(*own))
                if own
                else polars.Categorical
            )
            for n, own in memory["categories"].items()
        ),
        *(polars.col(n).fill_null(float("nan")) for n in memory["nan"]),
    )


def _own_categories(dtype: Any) -> list[str]:
    # Older releases of Polars have one set of categories for all.
    own = getattr(dtype, "categories", None)
    return [] if own is None or own.is_global() else [own.name(), own.namespace()]
