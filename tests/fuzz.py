"""Random tables, and the contract that must hold of every one of them.

``cases`` draws tables of every dtype, names, index, labels and strategy; ``check``
resamples one and raises ``AssertionError`` where the contract is broken. The tests run
a few dozen; a long run is

    python -m tests.fuzz --examples 20000 --log tests/fuzz_log.md

which goes on where it was broken off: each line of the log is a chunk of tables with a
seed of its own.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path
from unittest import mock

import hypothesis
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import strategies as st

from gansampler import GANOversampler, judging, synthesis
from gansampler.exceptions import InvalidTableError, SmallClassWarning
from tests.state import global_state

MAX_DECIMALS = 6
"""Decimals that are looked for here; the package looks for more."""

# --- columns ------------------------------------------------------------------------


def _integers(low, high, dtype):
    def make(rng, n):
        return pd.Series(rng.integers(low, high, n, dtype=dtype, endpoint=True))

    return make


def _as(dtype, make):
    return lambda rng, n: make(rng, n).astype(dtype)


def _numbers(draw):
    return lambda rng, n: pd.Series(np.asarray(draw(rng, n)))


def _picks(*values, dtype=object):
    def make(rng, n):
        chosen = rng.integers(0, len(values), n)
        return pd.Series([values[i] for i in chosen], dtype=dtype)

    return make


def _times(unit, zone=None, step="s"):
    def make(rng, n):
        ticks = rng.integers(0, 50_000, n).astype(f"timedelta64[{step}]")
        start = np.datetime64("2020-02-28T23:00:00", unit)
        times = pd.Series(start + ticks.astype(f"timedelta64[{unit}]"))
        if zone is None:
            return times
        # Some times of the clock do not exist, or exist twice.
        return times.dt.tz_localize("UTC").dt.tz_convert(zone)

    return make


def _nights(unit, zone=None):
    """Times that follow the clock and the week, some of which stand for something."""

    def make(rng, n):
        days = rng.integers(0, 60, n) * 7 + rng.integers(0, rng.choice([2, 5, 7]), n)
        hours = rng.normal(1, 2, n)
        seconds = days * 86_400 + (hours * 3600).astype(int)
        times = pd.Series(np.datetime64("2021-03-01", unit) + seconds.astype("m8[s]"))
        times[rng.random(n) < rng.choice([0, 0.2])] = pd.Timestamp("2199-12-31 12:00")
        times = times.astype(f"datetime64[{unit}]")
        if zone is None:
            return times
        return times.dt.tz_localize(
            zone, ambiguous=np.ones(n, bool), nonexistent="shift_forward"
        )

    return make


def _working_days(rng, n):
    days = rng.integers(0, 80, n) * 7 + rng.integers(0, 5, n)
    return pd.Series(pd.Timestamp("2021-03-01") + pd.to_timedelta(days, "D"))


def _ordered(rng, n):
    levels = list("zyxw")
    codes = rng.integers(0, 3, n)
    return pd.Series(pd.Categorical.from_codes(codes, levels, ordered=True))


def _sparse(dtype):
    def make(rng, n):
        cells = np.where(rng.random(n) < 0.7, 0, rng.integers(1, 9, n)).astype(dtype)
        return pd.Series(pd.arrays.SparseArray(cells))

    return make


def _overlapping(rng, n):
    low = rng.integers(0, 30, n).astype(float)
    return pd.Series(pd.arrays.IntervalArray.from_arrays(low, low + 2))


def _days_in_a_zone(rng, n):
    days = pd.Series(pd.to_datetime("2023-01-01") + pd.to_timedelta(range(900), "D"))
    return (
        days[rng.integers(0, 900, n)]
        .reset_index(drop=True)
        .dt.tz_localize("Europe/Rome")
    )


def _never(rng, n):
    """Centuries apart: what is open ends in the last year of nanoseconds."""
    days = np.datetime64("1800-01-01") + rng.integers(0, 9_000, n)
    days[rng.random(n) < 0.3] = np.datetime64("2262-04-11")
    return pd.Series(days.astype("datetime64[ns]"))


def _one_or_many(rng, n):
    # Rows are in order of their classes, the largest of which comes first or last.
    numbers = rng.integers(0, 2**62, n)
    numbers[: n // 2] = 2**61 + 1
    return pd.Series(numbers)


def _far(far, make):
    """Some cells far away, as where the largest number of a type stands for nothing."""

    def make_far(rng, n):
        cells = make(rng, n)
        return cells.where(rng.random(n) > rng.choice([0.02, 0.3]), far)

    return make_far


WORDS = ("a", "b", "Zürich", "", " x", "a,b", "nan", "0", "日本")
normal = _numbers(lambda rng, n: rng.normal(3, 2, n))
small = _integers(-5, 5, "int64")
words = _picks(*WORDS)
places = _picks(*(f"R{i}" for i in range(60)))

COLUMNS = {
    "normal": normal,
    "float32": _as("float32", normal),
    "float16": _as("float16", normal),
    "prices": _numbers(lambda rng, n: rng.gamma(2, 30, n).round(2)),
    "skewed": _numbers(lambda rng, n: rng.lognormal(0, 4, n)),
    "heavy tails": _numbers(lambda rng, n: rng.standard_cauchy(n)),
    "many zeros": _numbers(lambda rng, n: rng.poisson(0.4, n) * rng.random(n)),
    "few floats": _numbers(lambda rng, n: rng.choice([0.1, 0.25, -7.5], n)),
    "halves": _numbers(lambda rng, n: rng.integers(-9, 9, n) / 2),
    "huge": _numbers(lambda rng, n: rng.normal(1e30, 1e30, n)),
    "largest": _numbers(lambda rng, n: rng.normal(size=n) * 1e300),
    "tiny": _numbers(lambda rng, n: rng.normal(size=n) * 1e-30),
    "subnormal": _numbers(lambda rng, n: rng.normal(size=n) * 1e-310),
    "far cells": _far(np.finfo(float).max, normal),
    "far cells of float32": _far(np.finfo("float32").min, _as("float32", normal)),
    "far cells of float16": _far(np.finfo("float16").max, _as("float16", normal)),
    "far whole cells": _far(
        1e20, _numbers(lambda rng, n: rng.integers(0, 99, n) * 1.0)
    ),
    "far integers": _far(2**63 - 1, _integers(0, 500, "int64")),
    "few of any size": _numbers(
        lambda rng, n: rng.choice([0.0, 1.0, 3.0, -np.finfo(float).max], n)
    ),
    "far from zero": _numbers(lambda rng, n: 1e9 + rng.random(n)),
    "signed zeros": _numbers(lambda rng, n: rng.choice([0.0, -0.0, 1.0], n)),
    "constant": _numbers(lambda rng, n: np.full(n, rng.normal())),
    "int8": _integers(-128, 127, "int8"),
    "uint8": _integers(0, 255, "uint8"),
    "int32": _integers(-9, 9, "int32"),
    "int64": small,
    "all of int64": _integers(-(2**63), 2**63 - 1, "int64"),
    "all of uint64": _integers(0, 2**64 - 1, "uint64"),
    "beyond exact floats": _integers(2**60, 2**60 + 99, "int64"),
    "few beyond exact floats": _picks(2**60 + 3, 2**60 + 9, dtype="int64"),
    "one in a class, many in others": _one_or_many,
    "identifiers": _numbers(lambda rng, n: rng.permutation(n)),
    "bool": _numbers(lambda rng, n: rng.random(n) < 0.3),
    "Int64": _as("Int64", small),
    "UInt8": _as("UInt8", _integers(0, 255, "uint8")),
    "Float64": _as("Float64", normal),
    "Float32": _as("Float32", normal),
    "boolean": _as("boolean", _picks(True, False)),
    "str": _as("str", words),
    "string": _as("string", words),
    "Python string": _as("string[python]", words),
    "object strings": words,
    "many words": lambda rng, n: pd.Series(
        [f"w{i}" for i in rng.zipf(1.3, n) % 1000], dtype=object
    ),
    "places": places,
    "str of places": _as("str", places),
    "category of places": _as("category", places),
    "Arrow strings of places": _as("string[pyarrow]", places),
    "intervals that overlap": _overlapping,
    "object integers": _as(object, small),
    "object floats": _as(object, normal),
    "object bools": _picks(True, False),
    "objects of several types": _picks(1, "a", 2.5, False, (1, 2), b"x"),
    "large objects": _picks(2**70, -(2**65), 3),
    "dates": _picks(date(2024, 1, 1), date(2024, 2, 29), date(1999, 12, 31)),
    "moments": _picks(*(datetime(2024, 1, i, tzinfo=timezone.utc) for i in (1, 2, 9))),
    "category": _as("category", words),
    "ordered": _ordered,
    "category of integers": _as("category", _integers(0, 3, "int64")),
    "category of floats": _as("category", _picks(0.5, 1.5, dtype=float)),
    "datetime": _times("ns"),
    "datetime in seconds": _times("s"),
    "days": _times("us", step="D"),
    "datetime with zone": _times("ns", "Europe/Paris", step="h"),
    "days in a zone": _days_in_a_zone,
    "never": _never,
    "nights": _nights("s"),
    "nights in a zone": _nights("ns", "America/New_York"),
    "working days": _working_days,
    "timedelta": lambda rng, n: pd.Series(
        rng.integers(-9999, 9999, n).astype("timedelta64[ms]")
    ),
    "period": lambda rng, n: pd.Series(
        pd.PeriodIndex.from_ordinals(rng.integers(0, 30, n), freq="M")
    ),
    "interval": lambda rng, n: pd.Series(
        pd.arrays.IntervalArray.from_breaks(np.arange(5.0)).take(rng.integers(0, 4, n))
    ),
    "sparse": _sparse(float),
    "sparse integers": _sparse("int32"),
    "Arrow integers": _as("int32[pyarrow]", small),
    "Arrow unsigned": _as("uint64[pyarrow]", _integers(0, 2**64 - 1, "uint64")),
    "Arrow floats": _as("double[pyarrow]", normal),
    "Arrow single": _as("float[pyarrow]", normal),
    "Arrow bools": _as("bool[pyarrow]", _picks(True, False, dtype=bool)),
    "Arrow strings": _as("string[pyarrow]", words),
    "Arrow large strings": _as("large_string[pyarrow]", words),
    "Arrow timestamps": _as("timestamp[ms][pyarrow]", _times("ms")),
    "Arrow zoned": _as("timestamp[us, tz=Asia/Tokyo][pyarrow]", _times("us", "UTC")),
    "Arrow nights": _as("timestamp[ms][pyarrow]", _nights("ms")),
    "Arrow durations": _as(
        "duration[s][pyarrow]",
        lambda rng, n: pd.Series(rng.integers(0, 999, n).astype("timedelta64[s]")),
    ),
    "Arrow dates": _as(
        "date32[pyarrow]", _picks(date(2024, 1, 1), date(2024, 2, 29), date(1970, 1, 1))
    ),
}

OFTEN = ["region and country", "places", "category of places"]

NUMBERS = ("normal", "float32", "prices", "halves", "int64", "uint8", "identifiers")
ARITHMETIC = {
    "product": lambda x, y: (x * y).round(2),
    "sum": lambda x, y: x + y,
    "difference": lambda x, y: (x - y).round(1),
    "rate": lambda x, y: (0.17 * x).round(2),
}
KINDS = [*COLUMNS, "one-hot", "twin", "line", *ARITHMETIC, *OFTEN * 4]

MISSING_OBJECTS = (None, np.nan, pd.NA)


def with_gaps(series, missing, rng):
    """A column with missing cells, as it is where its dtype has none."""
    dtype = series.dtype
    if pd.api.types.is_object_dtype(dtype):
        cells = series.tolist()
        marker = MISSING_OBJECTS[rng.integers(3)]
        for position in np.flatnonzero(missing):
            cells[position] = marker
        return pd.Series(cells, dtype=object)
    if isinstance(dtype, pd.SparseDtype) or (
        dtype.kind in "iub" and not hasattr(dtype, "na_value")
    ):
        return series
    series = series.copy()
    series[missing] = None
    return series if series.dtype == dtype else series.astype(dtype)


# --- tables -------------------------------------------------------------------------

LABELS = {
    "integers": lambda k: np.arange(k) * 3 - 2,
    "small integers": lambda k: np.arange(k, dtype="uint8"),
    "huge integers": lambda k: 2**60 + np.arange(k),
    "whole floats": lambda k: np.arange(k, dtype=float),
    "words": lambda k: np.array(["no", "yes", "maybe", "Ω"][:k]),
    "object words": lambda k: np.array(["no", "yes", "maybe", "Ω"][:k], dtype=object),
    "bools": lambda k: np.array([False, True]),
}
TARGETS = {
    "array": lambda labels, index: labels,
    "list": lambda labels, index: labels.tolist(),
    "series": lambda labels, index: pd.Series(labels, index, name="target"),
    "category": lambda labels, index: pd.Series(labels, index, dtype="category"),
    "extension": lambda labels, index: pd.Series(labels, index).convert_dtypes(),
}
INDEXES = {
    "range": lambda rng, n: pd.RangeIndex(n),
    "shuffled": lambda rng, n: pd.Index(rng.permutation(n) * 7 - 3),
    "words": lambda rng, n: pd.Index([f"row {i}" for i in range(n)]),
    "twins": lambda rng, n: pd.Index(rng.integers(0, 3, n)),
    "days": lambda rng, n: pd.date_range("2024", periods=n, tz="UTC"),
    "pairs": lambda rng, n: pd.MultiIndex.from_arrays([np.arange(n), ["x"] * n]),
    "missing": lambda rng, n: pd.Index([np.nan] * n),
}
NAMES = {
    "words": lambda k: [f"c{i}" for i in range(k)],
    "unicode": lambda k: [
        ["é", " ", "", "日本", "a\nb", "__class__", "0", "e" * 200][i] for i in range(k)
    ],
    "integers": lambda k: list(range(k))[::-1],
    "floats": lambda k: [i / 2 for i in range(k)],
    "pairs": lambda k: [("x", i) for i in range(k)],
    "moments": lambda k: list(pd.date_range("2024", periods=k)),
}
CONTAINERS = {
    "float array": lambda X: X.to_numpy(float),
    "Fortran array": lambda X: np.asfortranarray(X.to_numpy(float)),
    "read-only array": lambda X: _read_only(X.to_numpy(float)),
    "single array": lambda X: X.to_numpy("float32"),
    "integer array": lambda X: X.round().to_numpy(int),
    "object array": lambda X: X.to_numpy(object),
    "string array": lambda X: X.round(1).to_numpy().astype(str),
    "list": lambda X: X.to_numpy(float).tolist(),
    **{
        kind.__name__: (lambda X, kind=kind: kind(X.to_numpy(float)))
        for kind in (
            scipy.sparse.csr_matrix,
            scipy.sparse.csc_matrix,
            scipy.sparse.csr_array,
            scipy.sparse.csc_array,
        )
    },
}
POISONS = (
    "infinity",
    "complex",
    "twin columns",
    "lists",
    "missing label",
    "a row less",
)


def _read_only(array):
    array.flags.writeable = False
    return array


@dataclass
class Case:
    """A table with its labels and how to resample it."""

    X: object
    y: object
    parameters: dict
    poison: str | None = None
    what: list = field(default_factory=list)


@st.composite
def cases(draw):
    """Any table that the contract is for, and now and then one that must be refused."""
    pick = lambda options: draw(st.sampled_from(sorted(options)))  # noqa: E731
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_classes = draw(st.sampled_from([2, 2, 3, 4]))
    sizes = draw(st.lists(st.integers(1, 40), min_size=n_classes, max_size=n_classes))
    kind_of_labels = pick(LABELS)
    if kind_of_labels == "bools":
        sizes = sizes[:2]
    codes = np.repeat(np.arange(len(sizes)), sizes)
    if draw(st.booleans()):
        rng.shuffle(codes)
    n = len(codes)
    labels = LABELS[kind_of_labels](len(sizes))
    index = INDEXES[pick(INDEXES)](rng, n)
    target = pick(TARGETS)
    y = TARGETS[target](labels[codes], index)
    names = pick(NAMES)
    n_columns = draw(st.integers(1, 6))
    container = draw(st.sampled_from([None] * 2 + sorted(CONTAINERS)))
    if container is not None:
        X, what = _numeric_frame(draw, rng, n, n_columns), [container]
        X = CONTAINERS[container](X)
    else:
        X, what = _frame(draw, rng, n, n_columns)
        X.index = index
        X.columns = pd.Index(NAMES[names](X.shape[1]))
    parameters = _parameters(draw, labels, sizes)
    case = Case(X, y, parameters, what=[*what, kind_of_labels, target, names])
    if isinstance(X, pd.DataFrame) and draw(st.integers(0, 19)) == 0:
        _poison(case, pick(POISONS))
    return case


def _numeric_frame(draw, rng, n, n_columns):
    kinds = ("normal", "prices", "few floats", "int64", "constant", "many zeros")
    columns = [COLUMNS[draw(st.sampled_from(kinds))](rng, n) for _ in range(n_columns)]
    return pd.concat(columns, axis=1)


def _frame(draw, rng, n, n_columns):
    columns, what = [], []
    shared_gaps = rng.random(n) < 0.3
    while len(columns) < n_columns:
        kind = draw(st.sampled_from(KINDS))
        what.append(kind)
        if kind == "one-hot":
            codes = pd.Series(rng.integers(0, 3, n))
            dummies = pd.get_dummies(codes, drop_first=draw(st.booleans()))
            columns += [dummies.iloc[:, i] for i in range(dummies.shape[1])]
            continue
        if kind == "twin":
            columns.append(columns[-1].copy() if columns else normal(rng, n))
            continue
        if kind == "line":
            x = rng.normal(size=n)
            columns += [pd.Series(x), pd.Series(-3 * x + 1)]
            continue
        if kind in ARITHMETIC:
            x, y = (COLUMNS[draw(st.sampled_from(NUMBERS))](rng, n) for _ in range(2))
            z = ARITHMETIC[kind](x, y)
            if draw(st.booleans()):
                y, z = (
                    with_gaps(column, rng.random(n) < 0.2, rng) for column in (y, z)
                )
            columns += [z, x, y]
            continue
        if kind == "region and country":
            codes = rng.integers(0, 60, n)
            columns += [pd.Series(codes).astype(str), pd.Series(codes % 12).astype(str)]
            continue
        series = COLUMNS[kind](rng, n)
        share = draw(st.sampled_from([0, 0, 0.1, 0.5, 1, "shared"]))
        if share:
            missing = shared_gaps if share == "shared" else rng.random(n) < share
            series = with_gaps(series, missing, rng)
        columns.append(series)
    frame = pd.concat(columns[:8], axis=1, ignore_index=True)
    return frame, what


def _parameters(draw, labels, sizes):
    most = max(sizes)
    strategies = ["auto", "minority", "not minority", "not majority", "all", "sizes"]
    strategy = draw(st.sampled_from([*strategies, "function", "share"]))
    wanted = {
        label: size + draw(st.integers(0, 30))
        for label, size in zip(labels.tolist(), sizes, strict=True)
    }
    if strategy == "sizes":
        strategy = wanted
    elif strategy == "function":
        strategy = lambda y: wanted  # noqa: E731
    elif strategy == "share":
        low = min(sizes) / most
        strategy = 1.0 if len(sizes) == 2 and low < 1 else "auto"
    return {
        "sampling_strategy": strategy,
        "max_iter": draw(st.integers(1, 3)),
        "hidden_layer_sizes": draw(st.sampled_from([(4,), (), (3, 3)])),
        "latent_dim": draw(st.integers(1, 4)),
        "latent_distribution": draw(
            st.sampled_from(["auto", "neighbors", "normal", "uniform"])
        ),
        "loss": draw(st.sampled_from(["non_saturating", "wasserstein", "hinge"])),
        "value_range": draw(st.sampled_from(["table", "table", "class", None])),
        "rare_levels": draw(st.sampled_from(["class", "class", "table"])),
        "rejection_rate": draw(st.sampled_from([0.0, 0.0, 0.4])),
        "border_rejection": draw(st.sampled_from([0.2, 0.0])),
        "copy_rejection": draw(st.sampled_from([0.6, 0.0])),
        "random_state": draw(st.integers(0, 99)),
    }


def _poison(case, poison):
    X, n = case.X, len(case.X)
    case.poison = poison
    if poison == "infinity":
        case.X = X.assign(**{"bad": np.r_[np.inf, np.zeros(n - 1)]})
        case.X.columns = [*range(X.shape[1]), 99]
    elif poison == "complex":
        case.X = X.set_axis(range(X.shape[1]), axis=1).assign(**{"bad": 1j})
        case.X.columns = range(X.shape[1] + 1)
    elif poison == "twin columns":
        case.X = pd.concat([X, X], axis=1)
    elif poison == "lists":
        case.X = X.set_axis(range(X.shape[1]), axis=1)
        case.X[99] = pd.Series([[1]] * n, index=X.index if X.index.is_unique else None)
        case.X[99] = [[1]] * n
    elif poison == "missing label":
        case.y = [None, *np.asarray(case.y, dtype=object)[1:]]
    else:
        case.y = np.asarray(case.y)[:-1]


# --- the contract -------------------------------------------------------------------


def fingerprint(data):
    """Everything that can be seen of data: types, names, and cells to the last bit."""
    if isinstance(data, pd.DataFrame):
        return (
            [repr(x) for x in data.columns],
            [repr(x) for x in data.index],
            [fingerprint(data.iloc[:, i]) for i in range(data.shape[1])],
        )
    if isinstance(data, pd.Series):
        return repr(data.dtype), data.name, [repr(x) for x in data.astype(object)]
    if scipy.sparse.issparse(data):
        return type(data), data.dtype, data.shape, repr(data.toarray().tolist())
    if isinstance(data, np.ndarray):
        return data.dtype.str, data.shape, [repr(x) for x in data.ravel().tolist()]
    return type(data), repr(data)


@contextmanager
def quick_measures():
    """Fewer rows to calibrate and to report on: the contract is the same with them."""
    with (
        mock.patch.multiple(synthesis, N_CALIBRATION_ROWS=256, N_THRESHOLD_ROWS=128),
        mock.patch.object(judging, "N_REPORT_ROWS", 40),
    ):
        yield


def resample(case):
    sampler = GANOversampler(**case.parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", SmallClassWarning)
        return sampler, *sampler.fit_resample(case.X, case.y)


def check(case, *, thorough=False):
    """Raise ``AssertionError`` where the contract is broken.

    Parameters
    ----------
    case : Case
    thorough : bool, default=False
        Whether to resample twice, and to save and load the sampler.

    Returns
    -------
    bool
        Whether the table was resampled; False where it was refused, as it must be.
    """
    before = fingerprint(case.X), fingerprint(case.y), global_state()
    if case.poison is not None:
        with pytest.raises(InvalidTableError) as error:
            resample(case)
        assert "\n" not in str(error.value), "one sentence"
        assert_unharmed(case, before)
        return False
    sampler, X_resampled, y_resampled = resample(case)
    assert_unharmed(case, before)
    n = len(as_frame(case.X))
    assert_originals_first(case, X_resampled, y_resampled, n)
    labels = np.asarray(y_resampled)
    assert_counts(case, labels, n)
    assert type(X_resampled) is type(case.X), "container"
    whole = as_frame(case.X)
    rows, new = as_frame(X_resampled).iloc[:n], as_frame(X_resampled).iloc[n:]
    assert (new.dtypes == whole.dtypes).all(), "dtypes"
    for label in np.unique(labels[n:]):
        assert_valid(
            new[labels[n:] == label],
            rows[labels[:n] == label],
            rows,
            case.parameters["value_range"],
            case.parameters["rare_levels"],
        )
        drawn = sampler.sample(3, label)
        assert (as_frame(drawn).dtypes == whole.dtypes).all(), "dtypes of sample"
        if thorough:
            loaded = saved_and_loaded(sampler)
            assert fingerprint(loaded.sample(3, label)) == fingerprint(drawn), "load"
    if thorough:
        _, again, _ = resample(case)
        assert fingerprint(again) == fingerprint(X_resampled), "same seed, same rows"
    return True


def as_frame(X):
    if isinstance(X, pd.DataFrame):
        return X.reset_index(drop=True)
    if scipy.sparse.issparse(X):
        X = X.toarray()
    # A list holds Python's numbers, which an array would turn into others.
    return pd.DataFrame(X)


def assert_unharmed(case, before):
    assert fingerprint(case.X) == before[0], "the caller's table was altered"
    assert fingerprint(case.y) == before[1], "the caller's labels were altered"
    assert global_state() == before[2], "global state was altered"


def assert_originals_first(case, X_resampled, y_resampled, n):
    first = as_frame(X_resampled).iloc[:n]
    original = as_frame(case.X)
    assert fingerprint(first) == fingerprint(original), "originals first, untouched"
    y_first = y_resampled[:n]
    assert [repr(x) for x in y_first] == [repr(x) for x in case.y], "labels"
    if hasattr(case.y, "dtype"):
        assert y_resampled.dtype == case.y.dtype, "dtype of the labels"


def assert_counts(case, labels, n):
    before, after = Counter(labels[:n].tolist()), Counter(labels.tolist())
    strategy = case.parameters["sampling_strategy"]
    most, least = max(before.values()), min(before.values())
    if callable(strategy):
        strategy = strategy(None)
    if isinstance(strategy, dict):
        assert after == Counter(strategy), "sizes as asked"
        return
    # Of several largest or smallest classes one is taken.
    largest = next(k for k in sorted(before) if before[k] == most)
    smallest = next(k for k in sorted(before) if before[k] == least)
    for label, count in before.items():
        full = {
            "minority": label == smallest,
            "not minority": label != smallest,
        }.get(strategy, True)
        assert after[label] == (most if full else count), f"balanced: {strategy}"
    assert largest in after


def assert_valid(new, own, table, value_range, rare_levels):
    """Rows of a class, generated and real, and all rows of the table."""
    patterns = {row.tobytes() for row in own.isna().to_numpy()}
    assert {row.tobytes() for row in new.isna().to_numpy()} <= patterns, "missing cells"
    for position in range(table.shape[1]):
        assert_valid_column(
            *(frame.iloc[:, position] for frame in (new, own, table)),
            value_range,
            rare_levels,
        )
    assert_exclusive(new, table)


def assert_valid_column(new, own, table, value_range, rare_levels):
    dtype = table.dtype
    if pd.api.types.is_object_dtype(dtype):
        markers = {repr(x) for x in own[own.isna()]}
        assert {repr(x) for x in new[new.isna()]} <= markers, "kind of missing cell"
    new, own, table = (cells[cells.notna()] for cells in (new, own, table))
    if not len(new):
        return
    if isinstance(dtype, pd.SparseDtype):
        new, own, table = (cells.astype(dtype.subtype) for cells in (new, own, table))
        dtype = dtype.subtype
    if not is_numeric(table):
        levels = {repr(x) for x in (own if rare_levels == "class" else table)}
        assert {repr(x) for x in new} <= levels, f"levels of the {rare_levels}: {dtype}"
        return
    values = [cells.tolist() for cells in (new, own, table)]
    if pd.api.types.is_object_dtype(dtype):
        types = {type(x) for x in values[2]}
        if types == {int}:
            assert {type(x) for x in values[0]} == {int}, "integers are integers"
    shown = set(values[1])
    if len(shown) == 1:
        assert set(values[0]) == shown, f"the only value of the class: {dtype}"
    if dtype.kind == "M" and all(x == x.normalize() for x in values[2]):
        assert all(x == x.normalize() for x in values[0]), f"whole days: {dtype}"
    distinct = set(values[2])
    if len(distinct) <= 2 or (len(distinct) <= 32 and len(distinct) * 5 <= len(table)):
        assert set(values[0]) <= set(values[1]), f"observed values only: {dtype}"
    limits = own if value_range == "class" else table
    if value_range is not None:
        low, high = min(limits.tolist()), max(limits.tolist())
        assert min(values[0]) >= low, f"range: {dtype}"
        assert max(values[0]) <= high, f"range: {dtype}"
    if dtype.kind == "f":
        floats = [np.asarray(x, dtype=float) for x in values]
        assert np.isfinite(floats[0]).all(), f"finite: {dtype}"
        if (floats[1] % 1 == 0).all():
            ends = np.isin(floats[0], [floats[2].min(), floats[2].max()])
            assert ((floats[0] % 1 == 0) | ends).all(), f"whole: {dtype}"
    exact = str(dtype).lower() in ("float64", "double[pyarrow]")
    if exact and np.abs(floats[2]).max() < 1e9:
        for decimals in range(MAX_DECIMALS):
            if (floats[1].round(decimals) == floats[1]).all():
                rounded = floats[0].round(decimals) == floats[0]
                # The ends of the range may be finer, being the table's.
                ends = np.isin(floats[0], [floats[2].min(), floats[2].max()])
                assert (rounded | ends).all(), f"{decimals} decimals"
                break


def is_numeric(cells):
    """Whether a column is one of numbers or times, not of levels."""
    dtype = cells.dtype
    if pd.api.types.is_bool_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype):
        return False
    if pd.api.types.is_object_dtype(dtype):
        return len(cells) > 0 and all(type(x) in (int, float) for x in cells)
    return pd.api.types.is_numeric_dtype(dtype) or (
        dtype.kind in "mM" and "date32" not in str(dtype)
    )


def assert_exclusive(new, table):
    """Neighbouring columns of which each row sets exactly one still set at most one."""
    flags = [i for i in range(table.shape[1]) if table.iloc[:, i].dtype == bool]
    for i, j in itertools.pairwise(flags):
        if j != i + 1:
            continue
        pair = table.iloc[:, [i, j]].to_numpy().sum(axis=1)
        if (pair == 1).all():
            assert (new.iloc[:, [i, j]].to_numpy().sum(axis=1) == 1).all(), "one-hot"


def saved_and_loaded(sampler):
    strategy = sampler.sampling_strategy
    if callable(strategy):
        sampler.set_params(sampling_strategy="auto")
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            sampler.save(path)
            return GANOversampler.load(path)
    finally:
        sampler.set_params(sampling_strategy=strategy)


# --- a long run ---------------------------------------------------------------------

CHUNK = 250
HEADER = """\
# The contract on random tables

Each line is a chunk of {chunk} tables, drawn from its seed by `python -m tests.fuzz`.
*Refused* tables are those that must be, such as tables that hold infinity.

| seed | tables | refused | violations | CPU seconds |
|---|---|---|---|---|
"""


def run_chunk(seed, n_tables):
    """Check a chunk of tables; counts, and what each violation raised."""
    counts, violations = Counter(), []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=n_tables,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(cases())
    def run(case):
        counts["tables"] += 1
        try:
            thorough = counts["tables"] % 4 == 0
            counts["refused"] += not check(case, thorough=thorough)
        except Exception:
            violations.append(f"{case}\n{traceback.format_exc()}")

    with quick_measures():
        run()
    return counts, violations


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--log", type=Path, default=Path("tests/fuzz_log.md"))
    parser.add_argument("--part", default="1/1", help="2/3: the second of three parts")
    arguments = parser.parse_args()
    part, n_parts = map(int, arguments.part.split("/"))
    log = arguments.log
    if not log.exists():
        log.write_text(HEADER.format(chunk=CHUNK))
    found = 0
    for seed in range(part - 1, arguments.examples // CHUNK, n_parts):
        if f"\n| {seed} |" in log.read_text():
            continue
        start = time.process_time()
        counts, violations = run_chunk(seed, CHUNK)
        seconds = time.process_time() - start
        found += len(violations)
        with log.open("a") as file:
            file.write(
                f"| {seed} | {counts['tables']} | {counts['refused']} | "
                f"{len(violations)} | {seconds:.0f} |\n"
            )
        for violation in violations:
            print(f"--- seed {seed}\n{violation}", flush=True)
    return min(found, 1)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
