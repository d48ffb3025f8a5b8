"""Frames, series, indexes and cells of any dtype that pandas has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray, ExtensionDtype

from gansampler.persistence._values import (
    Kind,
    Reader,
    Writer,
    read_zone,
    unstorable,
    write_zone,
)

# --- dtypes -------------------------------------------------------------------------


def _write_dtype(writer: Writer, dtype: Any) -> Any:
    if isinstance(dtype, np.dtype):
        if dtype.kind not in "biufcmMSUO":
            raise unstorable(dtype, "the dtype")
        return dtype.str
    if isinstance(dtype, pd.CategoricalDtype):
        return ["category", writer.write(dtype.categories), dtype.ordered]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return ["datetime", dtype.unit, write_zone(dtype.tz)]
    if isinstance(dtype, pd.PeriodDtype):
        return ["period", str(dtype).removeprefix("period[").removesuffix("]")]
    if isinstance(dtype, pd.IntervalDtype):
        return ["interval", _write_dtype(writer, dtype.subtype), dtype.closed]
    if isinstance(dtype, pd.SparseDtype):
        subtype = _write_dtype(writer, dtype.subtype)
        return ["sparse", subtype, writer.write(dtype.fill_value)]
    if isinstance(dtype, pd.StringDtype):
        return ["string", dtype.storage, writer.write(dtype.na_value)]
    if isinstance(dtype, pd.ArrowDtype):
        return ["arrow", _write_arrow_type(dtype.pyarrow_dtype)]
    if _is_masked(dtype):
        return ["masked", dtype.name]
    raise unstorable(dtype, "the dtype")


def _read_dtype(reader: Reader, payload: Any) -> Any:
    if isinstance(payload, str):
        return np.dtype(payload)
    kind, *parts = payload
    if kind == "category":
        return pd.CategoricalDtype(reader.read(parts[0]), parts[1])
    if kind == "datetime":
        return pd.DatetimeTZDtype(parts[0], read_zone(parts[1]))
    if kind == "period":
        return pd.PeriodDtype(parts[0])
    if kind == "interval":
        return pd.IntervalDtype(_read_dtype(reader, parts[0]), parts[1])
    if kind == "sparse":
        return pd.SparseDtype(_read_dtype(reader, parts[0]), reader.read(parts[1]))
    if kind == "string":
        na_value = reader.read(parts[1])
        # Before 2.3 pandas has no choice of the missing value.
        options = {} if na_value is pd.NA else {"na_value": na_value}
        return pd.StringDtype(parts[0], **options)
    if kind == "arrow":
        return pd.ArrowDtype(_read_arrow_type(parts[0]))
    if kind == "masked":
        dtype = pd.api.types.pandas_dtype(parts[0])
        if _is_masked(dtype):
            return dtype
    raise ValueError(f"unknown dtype {kind!r}")


def _is_masked(dtype: Any) -> bool:
    return isinstance(dtype, ExtensionDtype) and hasattr(dtype, "numpy_dtype")


def _write_arrow_type(arrow: Any) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_timestamp(arrow):
        return ["timestamp", arrow.unit, arrow.tz]
    if pa.types.is_decimal(arrow):
        return [str(arrow).split("(")[0], arrow.precision, arrow.scale]
    if pa.types.is_dictionary(arrow):
        index, value = map(_write_arrow_type, (arrow.index_type, arrow.value_type))
        return ["dictionary", index, value, arrow.ordered]
    try:
        if pa.type_for_alias(str(arrow)) == arrow:
            return [str(arrow)]
    except ValueError:
        pass
    raise unstorable(arrow, "the Arrow type")


def _read_arrow_type(payload: Any) -> Any:
    import pyarrow as pa

    kind, *parts = payload
    if kind == "dictionary":
        index, value = map(_read_arrow_type, parts[:2])
        return pa.dictionary(index, value, parts[2])
    if kind in ("timestamp", "decimal32", "decimal64", "decimal128", "decimal256"):
        return getattr(pa, kind)(*parts)
    return pa.type_for_alias(kind)


# --- cells --------------------------------------------------------------------------


def _write_cells(writer: Writer, array: Any) -> list[Any]:
    """Cells of an extension array: its dtype, and what they are made of."""
    dtype = array.dtype
    if isinstance(dtype, np.dtype):  # such as those of datetimes without a zone
        return [_write_dtype(writer, dtype), writer.write(array.to_numpy())]
    return [
        _write_dtype(writer, dtype),
        *(writer.write(part) for part in _parts_of(array, dtype)),
    ]


def _parts_of(array: Any, dtype: Any) -> list[Any]:
    if isinstance(dtype, pd.CategoricalDtype):
        return [np.asarray(array.codes)]
    if isinstance(dtype, (pd.DatetimeTZDtype, pd.PeriodDtype)):
        return [np.asarray(array.asi8)]
    if isinstance(dtype, pd.IntervalDtype):
        return [array.left, array.right]
    if isinstance(dtype, pd.SparseDtype):
        return [np.asarray(array)]
    if isinstance(dtype, pd.StringDtype):
        return [[None if pd.isna(cell) else str(cell) for cell in array]]
    if isinstance(dtype, pd.ArrowDtype):
        return [_arrow_cells(array)]
    numbers = dtype.numpy_dtype
    values = array.to_numpy(dtype=numbers, na_value=numbers.type(0))
    return [values, np.asarray(array.isna())]


def _read_cells(reader: Reader, payload: Any) -> Any:
    dtype = _read_dtype(reader, payload[0])
    parts = [reader.read(part) for part in payload[1:]]
    if isinstance(dtype, np.dtype):
        return pd.Series(parts[0]).array
    if isinstance(dtype, pd.CategoricalDtype):
        return pd.Categorical.from_codes(parts[0], dtype=dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        naive = pd.Series(parts[0].view(f"M8[{dtype.unit}]"))
        return naive.dt.tz_localize("UTC").dt.tz_convert(dtype.tz).array
    if isinstance(dtype, pd.PeriodDtype):
        return pd.arrays.PeriodArray(parts[0], dtype=dtype)
    if isinstance(dtype, pd.IntervalDtype):
        closed: Any = dtype.closed
        return pd.arrays.IntervalArray.from_arrays(parts[0], parts[1], closed)
    if isinstance(dtype, pd.SparseDtype):
        return pd.arrays.SparseArray(parts[0], dtype=dtype)
    if isinstance(dtype, pd.StringDtype):
        return pd.array(np.array(parts[0], dtype=object), dtype=dtype)
    if isinstance(dtype, pd.ArrowDtype):
        return _from_arrow_cells(parts[0], dtype)
    return dtype.construct_array_type()(*parts)


def _arrow_cells(array: Any) -> list[Any]:
    import pyarrow as pa

    cells = pa.chunked_array([array.__arrow_array__()])
    ticks = _ticks(cells.type)
    return list((cells if ticks is None else cells.cast(ticks)).to_pylist())


def _from_arrow_cells(cells: list[Any], dtype: pd.ArrowDtype) -> Any:
    import pyarrow as pa

    arrow = dtype.pyarrow_dtype
    ticks = _ticks(arrow)
    if ticks is not None:
        array = pa.array(cells, ticks).cast(arrow)
    else:
        array = pa.array(cells, arrow)
    return pd.arrays.ArrowExtensionArray(pa.chunked_array([array]))


def _ticks(arrow: Any) -> Any:
    """Integers that stand for the times of an Arrow type; None for other types.

    Python's times have no nanoseconds.
    """
    import pyarrow as pa

    if not pa.types.is_temporal(arrow):
        return None
    short = pa.types.is_date32(arrow) or pa.types.is_time32(arrow)
    return pa.int32() if short else pa.int64()


# --- containers ---------------------------------------------------------------------


def _values(cells: Any) -> Any:
    """Cells of a series or an index as an array of their dtype."""
    return cells.to_numpy() if isinstance(cells.dtype, np.dtype) else cells.array


def _write_index(writer: Writer, index: pd.Index) -> Any:
    names = [writer.write(name) for name in index.names]
    if isinstance(index, pd.RangeIndex):
        return ["range", names, index.start, index.stop, index.step]
    if isinstance(index, pd.MultiIndex):
        levels = [writer.write(level) for level in index.levels]
        codes = [np.asarray(code).tolist() for code in index.codes]
        return ["multi", names, levels, codes]
    return ["flat", names, writer.write(_values(index))]


def _read_index(reader: Reader, payload: Any) -> pd.Index:
    kind, names, *parts = payload
    names = [reader.read(name) for name in names]
    if kind == "range":
        return pd.RangeIndex(parts[0], parts[1], parts[2], name=names[0])
    if kind == "multi":
        levels = [reader.read(level) for level in parts[0]]
        return pd.MultiIndex(levels, parts[1], names=names)
    values = reader.read(parts[0])
    return pd.Index(values, dtype=values.dtype, name=names[0])


def _write_series(writer: Writer, series: pd.Series) -> list[Any]:
    return [writer.write(x) for x in (_values(series), series.index, series.name)]


def _read_series(reader: Reader, payload: Any) -> pd.Series:
    values, index, name = (reader.read(part) for part in payload)
    return pd.Series(values, index, dtype=values.dtype, name=name)


def _write_frame(writer: Writer, frame: pd.DataFrame) -> list[Any]:
    columns = [writer.write(_values(frame.iloc[:, i])) for i in range(frame.shape[1])]
    return [writer.write(frame.index), writer.write(frame.columns), columns]


def _read_frame(reader: Reader, payload: Any) -> pd.DataFrame:
    index, names, columns = (reader.read(part) for part in payload)
    cells = {
        position: pd.Series(values, index, dtype=values.dtype)
        for position, values in enumerate(columns)
    }
    frame = pd.DataFrame(cells, index=index)
    frame.columns = names
    return frame


# --- single cells -------------------------------------------------------------------


def _write_timestamp(writer: Writer, moment: pd.Timestamp) -> list[Any]:
    ticks = moment.asm8
    return [int(ticks.astype("int64")), moment.unit, write_zone(moment.tzinfo)]


def _read_timestamp(reader: Reader, payload: Any) -> pd.Timestamp:
    ticks, unit, zone = payload
    moment = pd.Timestamp(np.datetime64(ticks, unit))
    if zone is None:
        return moment
    return moment.tz_localize("UTC").tz_convert(read_zone(zone))


def _write_timedelta(writer: Writer, span: pd.Timedelta) -> list[Any]:
    return [int(span.asm8.astype("int64")), span.unit]


def _read_timedelta(reader: Reader, payload: Any) -> pd.Timedelta:
    ticks, unit = payload
    return pd.Timedelta(np.timedelta64(ticks, unit))


PANDAS = [
    Kind("NA", type(pd.NA), lambda *_: None, lambda *_: pd.NA),
    Kind("NaT", type(pd.NaT), lambda *_: None, lambda *_: pd.NaT),
    Kind("Timestamp", pd.Timestamp, _write_timestamp, _read_timestamp),
    Kind("Timedelta", pd.Timedelta, _write_timedelta, _read_timedelta),
    Kind(
        "Period",
        pd.Period,
        lambda _, period: [period.ordinal, period.freqstr],
        lambda _, parts: pd.Period(ordinal=parts[0], freq=parts[1]),
    ),
    Kind(
        "Interval",
        pd.Interval,
        lambda w, x: [w.write(x.left), w.write(x.right), x.closed],
        lambda r, parts: pd.Interval(r.read(parts[0]), r.read(parts[1]), parts[2]),
    ),
    Kind("dtype", np.dtype, _write_dtype, _read_dtype, subclasses=True),
    Kind("pandas dtype", ExtensionDtype, _write_dtype, _read_dtype, subclasses=True),
    Kind(
        "cells",
        ExtensionArray,
        _write_cells,
        _read_cells,
        subclasses=True,
        shared=True,
    ),
    Kind("Index", pd.Index, _write_index, _read_index, subclasses=True, shared=True),
    Kind("Series", pd.Series, _write_series, _read_series, shared=True),
    Kind("DataFrame", pd.DataFrame, _write_frame, _read_frame, shared=True),
]
"""What pandas has."""
