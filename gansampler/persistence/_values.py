"""Values to JSON and arrays, and back.

What JSON has no word for becomes an object of one key, ``{tag: payload}``. Objects
that other values may share are numbered and written once, each after those that it is
made of; where they are used stands ``{"ref": number}``. Arrays stand beside the JSON.
"""

from __future__ import annotations

import math
import operator
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any

import numpy as np
import scipy.sparse
import torch

from gansampler.exceptions import ModelFileError


@dataclass(frozen=True)
class Kind:
    """How values of one type are written and read.

    Attributes
    ----------
    tag : str
        Name of the type in the file.
    type : type
        Of the values.
    write : callable
        ``write(writer, value)`` gives what JSON can hold.
    read : callable
        ``read(reader, payload)`` gives the value.
    subclasses : bool
        Whether values of subclasses are written too, as what they derive from.
    shared : bool
        Whether values are numbered, so that one object stays one object.
    """

    tag: str
    type: type
    write: Callable[[Writer, Any], Any]
    read: Callable[[Reader, Any], Any]
    subclasses: bool = False
    shared: bool = False


class Writer:
    """Turns values into JSON and arrays.

    Parameters
    ----------
    kinds : iterable of Kind
        What can be written beyond JSON. Where several fit, the first does.

    Attributes
    ----------
    objects : list
        What is shared, in JSON.
    arrays : list of ndarray
        What stands beside the JSON.
    """

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self.kinds = list(kinds)
        self.objects: list[Any] = []
        self.arrays: list[np.ndarray] = []
        # Numbers by identity; the objects are kept, or another could take their place.
        self._numbers: dict[int, tuple[int, Any]] = {}
        self._kinds: dict[type, Kind] = {}

    def write(self, value: Any) -> Any:
        """Write a value; what comes back stands for it in the JSON."""
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": str(value)}
        if type(value) is list:
            return [self.write(item) for item in value]
        if id(value) in self._numbers:
            return {"ref": self._numbers[id(value)][0]}
        kind = self._kind_of(value)
        written = {kind.tag: kind.write(self, value)}
        if not kind.shared:
            return written
        self._numbers[id(value)] = len(self.objects), value
        self.objects.append(written)
        return {"ref": len(self.objects) - 1}

    def add_array(self, array: np.ndarray) -> int:
        """Put an array beside the JSON and return its number."""
        self.arrays.append(array)
        return len(self.arrays) - 1

    def _kind_of(self, value: Any) -> Kind:
        cls = type(value)
        if cls not in self._kinds:
            for kind in self.kinds:
                fits = issubclass if kind.subclasses else operator.is_
                if fits(cls, kind.type):
                    self._kinds[cls] = kind
                    break
            else:
                raise unstorable(value)
        return self._kinds[cls]


class Reader:
    """Turns what a ``Writer`` wrote into values again.

    Parameters
    ----------
    kinds : iterable of Kind
        As those of the writer.
    arrays : list of ndarray
        What stands beside the JSON.

    Attributes
    ----------
    objects : list
        What is shared, to be built in its order.
    """

    def __init__(self, kinds: Iterable[Kind], arrays: list[np.ndarray]) -> None:
        self.kinds = {kind.tag: kind for kind in kinds}
        self.arrays = arrays
        self.objects: list[Any] = []

    def read(self, written: Any) -> Any:
        """Read the value that something in the JSON stands for."""
        if isinstance(written, list):
            return [self.read(item) for item in written]
        if not isinstance(written, dict):
            return written
        ((tag, payload),) = written.items()
        if tag == "ref":
            return self.objects[payload]
        if tag == "float":
            return float(payload)
        return self.kinds[tag].read(self, payload)


def unstorable(value: Any, what: str = "") -> ModelFileError:
    """The error for what a model file cannot hold."""
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return ModelFileError(
        f"Cannot save {what or type(value).__name__} {' '.join(shown.split())}: a "
        "model file holds plain data of known types only. Turn such cells into "
        "strings or numbers before fit_resample, or use pickle."
    )


# --- containers ---------------------------------------------------------------------


def _write_items(writer: Writer, items: Iterable[Any]) -> list[Any]:
    return [writer.write(item) for item in items]


def write_pairs(writer: Writer, mapping: Any) -> list[list[Any]]:
    """Write what a mapping holds, in its order."""
    return [[writer.write(k), writer.write(v)] for k, v in mapping.items()]


def read_pairs(reader: Reader, payload: Any) -> dict[Any, Any]:
    """Read what ``write_pairs`` wrote."""
    return {reader.read(key): reader.read(value) for key, value in payload}


# --- numbers and arrays -------------------------------------------------------------


def _write_scalar(writer: Writer, value: np.generic) -> list[str]:
    if value.dtype.hasobject:
        raise unstorable(value)
    return [value.dtype.str, value.tobytes().hex()]


def _read_scalar(reader: Reader, payload: Any) -> Any:
    dtype, content = np.dtype(payload[0]), bytes.fromhex(payload[1])
    if not dtype.itemsize:
        return dtype.type()  # empty text, of which np.frombuffer reads none
    (value,) = np.frombuffer(content, dtype)
    return value


def _write_array(writer: Writer, array: np.ndarray) -> Any:
    if array.dtype == object:
        cells = [writer.write(cell) for cell in array.ravel()]
        return {"shape": list(array.shape), "cells": cells}
    if array.dtype.kind not in "biufcmMSU":
        raise unstorable(array, f"an array of {array.dtype}")
    return writer.add_array(np.asarray(array))


def _read_array(reader: Reader, payload: Any) -> np.ndarray:
    if isinstance(payload, int):
        return reader.arrays[payload]
    cells = [reader.read(cell) for cell in payload["cells"]]
    array = np.empty(len(cells), dtype=object)
    # One by one: an assignment of the list would look into lists and tuples.
    for position, cell in enumerate(cells):
        array[position] = cell
    return array.reshape(payload["shape"])


def _read_tensor(reader: Reader, payload: Any) -> torch.Tensor:
    return torch.from_numpy(reader.read(payload))


SPARSE = {
    kind.__name__: kind
    for kind in (
        scipy.sparse.csr_matrix,
        scipy.sparse.csc_matrix,
        scipy.sparse.csr_array,
        scipy.sparse.csc_array,
    )
}


def _write_sparse(writer: Writer, matrix: Any) -> list[Any]:
    parts = matrix.data, matrix.indices, matrix.indptr
    return [list(matrix.shape), *(writer.write(part) for part in parts)]


def _read_sparse(kind: Callable[..., Any]) -> Callable[[Reader, Any], Any]:
    def read(reader: Reader, payload: Any) -> Any:
        shape, *parts = payload
        return kind(tuple(reader.read(part) for part in parts), shape=tuple(shape))

    return read


def _write_random_state(writer: Writer, rng: np.random.RandomState) -> Any:
    state = rng.get_state(legacy=False)
    if state["bit_generator"] != "MT19937":
        raise unstorable(rng)
    numbers = state["state"]
    return [
        writer.write(numbers["key"]),
        int(numbers["pos"]),
        int(state["has_gauss"]),
        writer.write(float(state["gauss"])),
    ]


def _read_random_state(reader: Reader, payload: Any) -> np.random.RandomState:
    key, pos, has_gauss, gauss = (reader.read(part) for part in payload)
    rng = np.random.RandomState()
    rng.set_state(("MT19937", key, pos, has_gauss, gauss))
    return rng


# --- times --------------------------------------------------------------------------


def write_zone(zone: tzinfo | None) -> list[Any] | None:
    """Write a time zone; those of zoneinfo and pytz by name."""
    if zone is None:
        return None
    module, name = type(zone).__module__.split(".")[0], str(zone)
    if type(zone) is timezone:
        offset, *named = zone.__getinitargs__()  # type: ignore[attr-defined]
        return ["offset", offset / timedelta(microseconds=1), *named]
    if module == "zoneinfo" and zone.key is not None:  # type: ignore[attr-defined]
        return ["zoneinfo", name]
    if module == "pytz":
        minutes = getattr(zone, "_minutes", None)
        return ["pytz", name] if minutes is None else ["pytz offset", minutes]
    raise unstorable(zone, "the time zone")


def read_zone(payload: Any) -> tzinfo | None:
    """Read what ``write_zone`` wrote."""
    if payload is None:
        return None
    kind, value, *named = payload
    if kind == "offset":
        return timezone(timedelta(microseconds=value), *named)
    if kind == "zoneinfo":
        from zoneinfo import ZoneInfo

        return ZoneInfo(value)
    import pytz

    zone: tzinfo = pytz.timezone(value) if kind == "pytz" else pytz.FixedOffset(value)
    return zone


def _write_datetime(writer: Writer, moment: datetime) -> list[Any]:
    if moment.tzinfo is None:
        return [moment.isoformat(), moment.fold]
    utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return [utc.isoformat(), write_zone(moment.tzinfo)]


def _read_datetime(reader: Reader, payload: Any) -> datetime:
    text, rest = payload
    moment = datetime.fromisoformat(text)
    if isinstance(rest, int):
        return moment.replace(fold=rest)
    return moment.replace(tzinfo=timezone.utc).astimezone(read_zone(rest))


def _write_time(writer: Writer, moment: time) -> list[Any]:
    naive = moment.replace(tzinfo=None)
    return [naive.isoformat(), moment.fold, write_zone(moment.tzinfo)]


def _read_time(reader: Reader, payload: Any) -> time:
    text, fold, zone = payload
    return time.fromisoformat(text).replace(fold=fold, tzinfo=read_zone(zone))


def _as_text(tag: str, kind: type, read: Callable[[str], Any]) -> Kind:
    return Kind(tag, kind, lambda _, value: str(value), lambda _, text: read(text))


VALUES = [
    Kind("tuple", tuple, _write_items, lambda r, items: tuple(map(r.read, items))),
    Kind("set", set, _write_items, lambda r, items: set(map(r.read, items))),
    Kind("frozenset", frozenset, _write_items, lambda r, x: frozenset(map(r.read, x))),
    Kind("dict", dict, write_pairs, read_pairs),
    Kind(
        "OrderedDict",
        OrderedDict,
        write_pairs,
        lambda r, pairs: OrderedDict(read_pairs(r, pairs)),
    ),
    Kind("bytes", bytes, lambda _, x: x.hex(), lambda _, text: bytes.fromhex(text)),
    _as_text("decimal", Decimal, Decimal),
    _as_text("device", torch.device, torch.device),
    Kind("date", date, lambda _, x: x.isoformat(), lambda _, x: date.fromisoformat(x)),
    Kind("datetime", datetime, _write_datetime, _read_datetime),
    Kind("time", time, _write_time, _read_time),
    Kind(
        "timedelta",
        timedelta,
        lambda _, x: [x.days, x.seconds, x.microseconds],
        lambda _, parts: timedelta(*parts),
    ),
    Kind("scalar", np.generic, _write_scalar, _read_scalar, subclasses=True),
    Kind("array", np.ndarray, _write_array, _read_array, subclasses=True, shared=True),
    Kind(
        "tensor",
        torch.Tensor,
        lambda writer, tensor: writer.write(tensor.detach().cpu().numpy()),
        _read_tensor,
        shared=True,
    ),
    *(
        Kind(name, kind, _write_sparse, _read_sparse(kind), shared=True)
        for name, kind in SPARSE.items()
    ),
    Kind(
        "RandomState",
        np.random.RandomState,
        _write_random_state,
        _read_random_state,
        shared=True,
    ),
]
"""Plain values, and those of numpy, scipy, scikit-learn and PyTorch."""
