"""Samplers in files: all that was trained comes back, and nothing else ever opens."""

import hashlib
import io
import json
import pickle
import struct
import sys
import zipfile
from collections import OrderedDict
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from sklearn.datasets import make_blobs

from gansampler import GANOversampler, _whole_files
from gansampler.datasets import load_churn, load_credit, load_fraud, load_page_blocks
from gansampler.encoding import categorical, clock, numeric
from gansampler.exceptions import ModelFileError, NotTrainedError
from gansampler.persistence import FORMAT, _container, read_model, write_model
from gansampler.persistence._classes import KINDS, STORABLE
from gansampler.persistence._values import Writer
from gansampler.table import TableEncoder
from gansampler.tabular import Table
from tests.test_table import COLUMNS

SCHEMA = Path(__file__).with_name("model_format.json")


def blobs(sizes=(30, 12), n_features=3):
    return make_blobs(list(sizes), n_features, random_state=0)


def trained(X, y, **parameters):
    sampler = GANOversampler(**{"max_iter": 2, "random_state": 0, **parameters})
    sampler.fit_resample(X, y)
    return sampler


def reopened(sampler, folder):
    path = folder / "model.gansampler"
    sampler.save(path)
    return GANOversampler.load(path)


def assert_same_rows(left, right):
    """Bitwise, in the same container and dtypes."""
    assert type(left) is type(right)
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right, check_exact=True)
        assert [repr(x) for x in left.to_numpy(object).ravel()] == [
            repr(x) for x in right.to_numpy(object).ravel()
        ]
    elif scipy.sparse.issparse(left):
        assert_same_rows(left.toarray(), right.toarray())
    elif isinstance(left, list):
        assert repr(left) == repr(right)
    else:
        assert left.dtype == right.dtype
        assert left.tobytes() == right.tobytes() or left.dtype == object
        assert repr(left.tolist()) == repr(right.tolist())


def assert_same_sampler(left, right):
    assert right.get_params() == left.get_params()
    assert sorted(vars(right)) == sorted(vars(left))
    assert repr(right.sampling_strategy_) == repr(left.sampling_strategy_)
    assert repr(right.n_iter_) == repr(left.n_iter_)
    assert repr(right.report_) == repr(left.report_)
    assert type(right.report_) is type(left.report_)
    assert list(right.history_) == list(left.history_)
    for label, history in left.history_.items():
        assert right.history_[label] is right.generators_[label].gan.history
        pd.testing.assert_frame_equal(right.history_[label], history, check_exact=True)
    for label in left.generators_:
        assert_same_rows(right.sample(40, label), left.sample(40, label))
        assert_same_rows(
            right.sample(3, label, random_state=5),
            left.sample(3, label, random_state=5),
        )


# --- everything comes back ----------------------------------------------------------


@pytest.mark.parametrize(
    "load", [load_churn, load_credit, load_fraud, load_page_blocks]
)
def test_real_tables(load, tmp_path):
    X, y = load()
    rows = y.groupby(y, observed=True).head(40).index
    sampler = trained(
        X.loc[rows], y.loc[rows], sampling_strategy=dict.fromkeys(y.unique(), 50)
    )
    loaded = reopened(sampler, tmp_path)
    assert_same_sampler(sampler, loaded)
    assert (loaded.feature_names_in_ == sampler.feature_names_in_).all()
    assert loaded.n_features_in_ == sampler.n_features_in_


@pytest.mark.parametrize("name", COLUMNS)
def test_encoders_of_every_dtype(name, tmp_path):
    rows = pd.DataFrame({"column": COLUMNS[name], "other": np.arange(12.0)})
    encoder = TableEncoder().fit(rows, Table(rows).summary)
    matrix = np.random.default_rng(0).normal(
        size=(50, encoder.transform(rows).shape[1])
    )
    encoder.calibrate(matrix)
    write_model(tmp_path / "model", {"encoder": encoder})
    back = read_model(tmp_path / "model")["encoder"]
    assert_same_rows(back.inverse_transform(matrix), encoder.inverse_transform(matrix))
    assert_same_rows(back.transform(rows), encoder.transform(rows))


def test_a_table_of_all_dtypes(tmp_path):
    X = pd.concat([pd.DataFrame(COLUMNS)] * 3, ignore_index=True)
    sampler = trained(X.astype(pd.DataFrame(COLUMNS).dtypes), np.arange(36) % 3 > 1)
    assert_same_sampler(sampler, reopened(sampler, tmp_path))


CELLS = {
    "bytes": [b"a", b"\xff\x00"],
    "decimals": [Decimal("1.10"), Decimal("NaN"), Decimal("-7E+30")],
    "dates": [date(2024, 2, 29), date(1, 1, 1)],
    "moments": [
        datetime(2024, 10, 27, 2, 30, fold=1),
        datetime(1990, 1, 1, 0, 0, 0, 7),
    ],
    "moments of a zone": [
        datetime(2024, 10, 27, 2, 30, fold=fold, tzinfo=ZoneInfo("Europe/Paris"))
        for fold in (0, 1)
    ],
    "moments of an offset": [
        datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=-3, seconds=7), "here")),
        datetime(2024, 1, 1, tzinfo=timezone.utc),
    ],
    "times of day": [time(23, 59, 59, 1), time(1, 2, tzinfo=timezone.utc)],
    "spans": [timedelta(days=-1, microseconds=3), timedelta(0)],
    "timestamps": [
        pd.Timestamp("2024-01-01 00:00:00.000000001", tz="Asia/Tokyo"),
        pd.Timestamp("1677-09-22").as_unit("ns"),
        pd.Timestamp("0001-01-01").as_unit("s"),
    ],
    "pandas spans": [pd.Timedelta("1ns"), pd.Timedelta("-3D").as_unit("s")],
    "periods": [pd.Period("2024-02", "M"), pd.Period("2024Q1", "Q-NOV")],
    "intervals": [pd.Interval(0, 1), pd.Interval(0.5, 2.5, closed="both")],
    "tuples": [("a", 1), (("b",), None), ()],
    "sets": [frozenset({1, 2}), frozenset()],
    "whole numbers": [True, 2**70, -5, 0, "x"],
    "numpy scalars": [np.float32(1.5), np.str_("x"), np.datetime64("2024", "Y"), "y"],
    "empty scalars": [np.str_(""), np.bytes_(b""), np.str_("x"), np.bytes_(b"x")],
    "text": ["", "\ud800", "\x00", "Ω\n", '{"ref": 0}'],
    "missing": [None, np.nan, "a", pd.NA],
}


@pytest.mark.parametrize("name", CELLS)
def test_objects_in_cells_keep_value_and_type(name, tmp_path):
    path = tmp_path / "cells"
    write_model(path, {"cells": CELLS[name], "tuple": tuple(CELLS[name])})
    state = read_model(path)
    assert [type(x) for x in state["cells"]] == [type(x) for x in CELLS[name]]
    assert repr(state["cells"]) == repr(CELLS[name])
    assert repr(state["tuple"]) == repr(tuple(CELLS[name]))
    table = pd.DataFrame({"x": (CELLS[name] * 30)[:30], "z": range(30)}, dtype=object)
    sampler = trained(table, np.repeat([0, 1], [18, 12]))
    assert_same_sampler(sampler, reopened(sampler, tmp_path))


def test_a_label_may_be_empty(tmp_path):
    X, y = blobs()
    sampler = trained(X, np.array(["seen", ""])[y])
    assert_same_sampler(sampler, reopened(sampler, tmp_path))


SERIES = {
    "period": lambda: pd.period_range("2024", periods=3, freq="D"),
    "interval": lambda: pd.interval_range(0, 3),
    "offset": lambda: pd.to_datetime(["2024-01-01T00:00:00+02:00", None]),
    "zone": lambda: pd.date_range("2024", periods=3, tz="Europe/Paris"),
    "category of moments": lambda: pd.Categorical(
        pd.to_datetime(["2024-01-03", "2024-01-01"]).tz_localize("Europe/Paris")
    ),
    "sparse": lambda: pd.arrays.SparseArray([3, 3, 1], fill_value=3),
    "single floats": lambda: pd.array([1.5, None], dtype="Float32"),
    "byte order": lambda: np.arange(3, dtype=">f8"),
    "years": lambda: np.array(["2024", "NaT"], dtype="M8[s]"),
    "range": lambda: pd.RangeIndex(3, 9, 2),
    "nothing": lambda: pd.Series([], dtype=object),
}
ARROW = {
    "decimals": ([Decimal("1.10"), None], lambda pa: pa.decimal128(5, 2)),
    "moments of a zone": ([1, None], lambda pa: pa.timestamp("ns", "Asia/Tokyo")),
    "levels": (["b", None, "a"], lambda pa: pa.dictionary(pa.int8(), pa.string())),
    "days": ([1, 2], lambda pa: pa.date32()),
    "nanoseconds of a day": ([1, 2], lambda pa: pa.time64("ns")),
    "spans": ([5, None], lambda pa: pa.duration("us")),
    "bytes": ([b"\x00", b"a"], lambda pa: pa.binary()),
    "long text": (["a", None], lambda pa: pa.large_string()),
    "nothing": ([None, None], lambda pa: pa.null()),
}


def arrow_series(cells, make_type):
    pa = pytest.importorskip("pyarrow")
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(cells, make_type(pa))))


@pytest.mark.parametrize("name", [*SERIES, *(f"Arrow {name}" for name in ARROW)])
def test_series_frames_and_indexes_of_further_dtypes(name, tmp_path):
    if name in SERIES:
        series = pd.Series(SERIES[name](), name=("a", 1))
    else:
        series = arrow_series(*ARROW[name.removeprefix("Arrow ")])
    frame = pd.DataFrame({"x": series, 3: series})
    index = pd.Index(series, name="i")
    write_model(tmp_path / "m", {"all": [series, frame, frame.iloc[:0], index]})
    back, back_frame, back_empty, back_index = read_model(tmp_path / "m")["all"]
    pd.testing.assert_series_equal(back, series)
    pd.testing.assert_frame_equal(back_frame, frame)
    pd.testing.assert_frame_equal(back_empty, frame.iloc[:0])
    pd.testing.assert_index_equal(back_index, index)
    assert repr(back.dtype) == repr(series.dtype)


def test_columns_with_names_of_any_type(tmp_path):
    X, y = blobs()
    for names in ([3, 1, 2], [("a", 1), ("a", 2), ("b", 1)], ["é", "", "ß "]):
        frame = pd.DataFrame(X, columns=pd.Index(names))
        sampler = trained(frame, y)
        loaded = reopened(sampler, tmp_path)
        pd.testing.assert_index_equal(loaded.sample(2, 1).columns, frame.columns)
        assert_same_sampler(sampler, loaded)


@pytest.mark.parametrize(
    "labels",
    [
        ["no", "yes"],
        np.array(["no", "yes"]),
        np.array(["no", "yes"], dtype=object),
        np.array([0, 1], dtype=np.int8),
        [False, True],
        np.array([False, True]),
        pd.Series(["no", "yes"], dtype="category"),
        pd.Series(["no", "yes"], dtype="string"),
        pd.Series([3, 7], dtype="Int64"),
    ],
)
def test_labels_of_any_type(labels, tmp_path):
    X, y = blobs()
    named = labels if isinstance(labels, pd.Series) else np.asarray(labels)
    sampler = trained(X, named[y].array if hasattr(named, "array") else named[y])
    loaded = reopened(sampler, tmp_path)
    assert_same_sampler(sampler, loaded)
    assert [type(k) for k in loaded.generators_] == [
        type(k) for k in sampler.generators_
    ]


CONTAINERS = {
    "array": np.asarray,
    "single precision": lambda X: X.astype(np.float32),
    "objects": lambda X: X.astype(object),
    "strings": lambda X: X.round(1).astype(str),
    "list": np.ndarray.tolist,
    **{
        kind.__name__: kind
        for kind in (
            scipy.sparse.csr_matrix,
            scipy.sparse.csc_matrix,
            scipy.sparse.csr_array,
            scipy.sparse.csc_array,
        )
    },
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_containers(container, tmp_path):
    X, y = blobs()
    sampler = trained(CONTAINERS[container](X), y)
    assert_same_sampler(sampler, reopened(sampler, tmp_path))


@pytest.mark.parametrize(
    "parameters",
    [
        {"latent_distribution": "uniform", "hidden_layer_sizes": (4,)},
        {"latent_distribution": "normal", "hidden_layer_sizes": ()},
        {"hidden_layer_sizes": [4, np.int64(3)], "loss": "wasserstein"},
        {"rejection_rate": 0.5, "border_rejection": 0, "copy_rejection": 0},
        {"sampling_strategy": {1: 20}, "value_range": None},
        {"sampling_strategy": OrderedDict({1: 20}), "checkpoint": "last"},
        {"device": torch.device("cpu"), "random_state": np.int64(3), "verbose": 0},
    ],
)
def test_parameters(parameters, tmp_path):
    sampler = trained(*blobs(), **parameters)
    loaded = reopened(sampler, tmp_path)
    assert_same_sampler(sampler, loaded)
    assert repr(loaded.get_params()) == repr(sampler.get_params())


def test_rows_that_lend_levels(tmp_path):
    X, y = blobs()
    X = pd.DataFrame(X, columns=list("abc")).assign(
        region=[f"R{i % 40}" for i in range(len(X))]
    )
    sampler = trained(X, y, rare_levels="table")
    assert all(g.encoder.lenders_ is not None for g in sampler.generators_.values())
    assert_same_sampler(sampler, reopened(sampler, tmp_path))


def test_small_classes(tmp_path):
    X, y = blobs((9, 1, 2, 5))
    X[y == 3] = 1.0
    with pytest.warns(UserWarning, match="too little to train"):
        sampler = trained(X, y)
    loaded = reopened(sampler, tmp_path)
    for label in (1, 2, 3):
        assert_same_rows(loaded.sample(9, label), sampler.sample(9, label))
    assert repr(loaded.report_) == repr(sampler.report_)


def test_a_random_state_goes_on_where_it_was(tmp_path):
    sampler = trained(*blobs(), random_state=np.random.RandomState(0))
    sampler.random_state.normal()
    loaded = reopened(sampler, tmp_path)
    expected = sampler.random_state.normal(size=9)
    assert (loaded.random_state.normal(size=9) == expected).all()
    untrained = reopened(
        GANOversampler(random_state=np.random.RandomState(7)), tmp_path
    )
    expected = np.random.RandomState(7).randint(99, size=9)
    assert (untrained.random_state.randint(99, size=9) == expected).all()


def test_samplers_that_are_not_trained(tmp_path):
    loaded = reopened(GANOversampler(loss="hinge"), tmp_path)
    assert loaded.get_params() == GANOversampler(loss="hinge").get_params()
    with pytest.raises(NotTrainedError):
        loaded.sample(1, 1)
    fitted = reopened(
        GANOversampler(max_iter=2, random_state=0).fit(*blobs()), tmp_path
    )
    assert fitted.sampling_strategy_ == {1: 18}


def test_a_loaded_sampler_trains_as_the_saved_one(tmp_path):
    sampler = trained(*blobs())
    loaded = reopened(sampler, tmp_path)
    X, y = blobs((40, 9), 5)
    assert_same_rows(loaded.fit_resample(X, y)[0], sampler.fit_resample(X, y)[0])


def test_the_same_sampler_is_the_same_file_and_saving_alters_nothing(tmp_path):
    sampler = trained(*blobs())
    before = pickle.dumps(sampler)
    sampler.save(tmp_path / "a")
    sampler.save(str(tmp_path / "b"))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert pickle.dumps(sampler) == before


# --- what holds of the file ---------------------------------------------------------


def test_a_file_is_a_zip_archive_of_json_and_arrays(tmp_path):
    path = tmp_path / "model"
    trained(*blobs()).save(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        header = json.loads(archive.read("gansampler.json"))
        assert header["format"] == FORMAT
        assert json.loads(archive.read("model.json")).keys() == {"objects", "root"}
    assert all(name.startswith("arrays/") for name in names[2:])
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["arrays/0"].dtype.kind in "biuf"


def test_nothing_is_unpickled_or_run(tmp_path, monkeypatch):
    sampler = trained(pd.DataFrame(COLUMNS), np.arange(12) % 3 > 1)
    sampler.save(tmp_path / "model")

    def refuse(*arguments, **options):
        raise AssertionError("not while a model file is read")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr(torch, "load", refuse)
    GANOversampler.load(tmp_path / "model")


def stored_classes(samplers):
    """Attributes of each class of the package that some sampler holds."""
    attributes = {}
    for sampler in samplers:
        writer = Writer(KINDS)
        writer.write(vars(sampler))
        for item in writer.objects:
            ((name, content),) = item.items()
            if name in {cls.__name__ for cls in STORABLE}:
                content = content.get("attributes", content)
                attributes.setdefault(name, set()).update(content)
    return {name: sorted(found) for name, found in sorted(attributes.items())}


def samplers_of_all_kinds():
    table = pd.concat([pd.DataFrame(COLUMNS)] * 4, ignore_index=True)
    rng = np.random.default_rng(0)
    table = table.astype(pd.DataFrame(COLUMNS).dtypes).assign(
        rare=rng.integers(0, 40, 48).astype(str),
        skewed=rng.lognormal(0, 3, 48),
        night=pd.date_range("2024-01-30 02:00", periods=48)
        + pd.to_timedelta(rng.integers(0, 60, 48), unit="min"),
        **{f"level_{i}": (np.arange(48) % 3 == i).astype(int) for i in range(3)},
    )
    y = np.arange(48) % 3 > 1
    for latent in ("neighbors", "uniform"):
        levels = "table" if latent == "uniform" else "class"
        yield trained(table, y, latent_distribution=latent, rare_levels=levels)
    city = np.arange(200) % 15
    table = pd.DataFrame({"city": city.astype(str), "region": (city % 3).astype(str)})
    table["net"] = np.arange(200) * 37 % 1000 / 10
    yield trained(table.assign(gross=table["net"] * 2), np.arange(200) % 4 > 2)


def test_no_change_of_a_stored_class_is_forgotten():
    found = {"format": FORMAT, "classes": stored_classes(samplers_of_all_kinds())}
    assert found == json.loads(SCHEMA.read_text()), (
        "What a model file holds has changed. Files of released versions must not be "
        "misread: if they have the format of this version, raise FORMAT in "
        "gansampler/persistence/_container.py. Then run "
        "`python -m tests.test_persistence`, which renews tests/model_format.json."
    )


def test_every_kind_of_column_can_be_stored():
    columns = {
        value
        for module in (categorical, clock, numeric)
        for value in vars(module).values()
        if isinstance(value, type) and hasattr(value, "decode")
    }
    assert len(columns) == 3
    assert columns <= set(STORABLE)


# --- what cannot be saved -----------------------------------------------------------


class Colour:
    def __repr__(self):
        return "Colour(\n 'red' )"


def test_functions_are_not_saved(tmp_path):
    sampler = trained(*blobs(), callback=lambda *_: None)
    with pytest.raises(ModelFileError) as error:
        sampler.save(tmp_path / "model")
    assert str(error.value) == (
        "The parameter callback holds a function, and a model file holds no code. Call "
        "set_params(callback=...) with another value first."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (Colour(), "Colour Colour( 'red' )"),
        (Fraction(1, 3), "Fraction Fraction(1, 3)"),
        (len, "builtin_function_or_method <built-in function len>"),
    ],
)
def test_cells_of_unknown_types_are_not_saved(cell, shown, tmp_path):
    X = pd.DataFrame({"x": [cell, "b"] * 20, "z": range(40)}, dtype=object)
    path = tmp_path / "model"
    path.write_text("before")
    with pytest.raises(ModelFileError) as error:
        trained(X, np.repeat([0, 1], [25, 15])).save(path)
    assert str(error.value) == (
        f"Cannot save {shown}: a model file holds plain data of known types only. Turn "
        "such cells into strings or numbers before fit_resample, or use pickle."
    )
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError])
def test_a_file_is_whole_or_as_before(error, tmp_path, monkeypatch):
    path = tmp_path / "model"
    trained(*blobs()).save(path)
    before = path.read_bytes()

    def fail(descriptor):
        raise error

    monkeypatch.setattr(_whole_files.os, "fsync", fail)
    with pytest.raises((ModelFileError, MemoryError)) as caught:
        trained(*blobs((40, 9))).save(path)
    if isinstance(error, OSError):
        assert str(caught.value) == f"Cannot write {path}: no space left on device."
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# --- what is no model file ----------------------------------------------------------


def refusal(path):
    with pytest.raises(ModelFileError) as error:
        GANOversampler.load(path)
    message = str(error.value)
    assert "\n" not in message
    return message.replace(str(path), "FILE")


class Attack:
    def __reduce__(self):
        return sys.exit, ("the pickle was opened",)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"PK\x03\x04", b"a,b\n1,2\n", pickle.dumps(Attack()), bytes(500)],
)
def test_foreign_files_are_refused(content, tmp_path):
    path = tmp_path / "model"
    path.write_bytes(content)
    assert refusal(path) == (
        "FILE is no model file: pass one that GANOversampler.save wrote."
    )


def test_files_that_cannot_be_read_are_refused(tmp_path):
    assert refusal(tmp_path / "absent") == (
        "Cannot read FILE: no such file or directory."
    )
    assert refusal(tmp_path) == "Cannot read FILE: is a directory."
    with pytest.raises(ModelFileError) as error:
        GANOversampler().save(tmp_path / "absent" / "model")
    assert str(error.value) == (
        f"Cannot write {tmp_path / 'absent' / 'model'}: no such file or directory."
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A saved sampler, its file's content, and rows that it draws."""
    X, y = blobs()
    table = pd.DataFrame(X, columns=["x", "y", "z"]).assign(level=list("abc") * 14)
    sampler = trained(table, y, hidden_layer_sizes=(8,))
    path = tmp_path_factory.mktemp("saved") / "model"
    sampler.save(path)
    return path.read_bytes(), sampler.sample(9, 1)


def closed(body):
    """An archive with the checksum that fits: what a forger would make of it."""
    return body + _container.CHECKSUM + hashlib.sha256(body).hexdigest().encode()


def forged(content, change=lambda members: members, compression=zipfile.ZIP_STORED):
    """A file of other members, as the package would write them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [[name, archive.read(name)] for name in archive.namelist()]
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, data in change(members):
            archive.writestr(zipfile.ZipInfo(name), data, compression)
        archive.comment = bytes(_container.LENGTH)
    return closed(result.getvalue()[: -_container.LENGTH])


def test_other_versions_are_refused(saved, tmp_path):
    path = tmp_path / "model"
    for number in (FORMAT + 1, FORMAT - 1):
        header = json.dumps({"format": number, "gansampler": "9.9.0"}).encode()
        path.write_bytes(forged(saved[0], lambda m, h=header: [[m[0][0], h], *m[1:]]))
        assert refusal(path) == (
            f"FILE was written by gansampler 9.9.0 in format {number}, and gansampler "
            f"0.1.0 reads format {FORMAT}: open it with that version, or train again."
        )


DAMAGED = (
    "FILE is damaged or was altered: its checksum does not match. Save the sampler "
    "again, or fetch the file anew."
)
FORGED = (
    "FILE does not hold what GANOversampler.save writes. Save the sampler again, or "
    "fetch the file anew."
)


def bomb(members):
    """A header of an array of 2**60 numbers, and members that are not there."""
    data = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (2**57,)}
    np.lib.format.write_array_header_1_0(data, header)
    return [*members[:2], [members[2][0], data.getvalue()], *members[3:]]


def renamed(old, new):
    return lambda members: [
        [new if name == old else name, data] for name, data in members
    ]


def with_document(text):
    return lambda members: [members[0], [members[1][0], text], *members[2:]]


TRICKS = {
    "no members": lambda c: forged(c, lambda m: m[:1]),
    "a member more": lambda c: forged(c, lambda m: [*m, ["evil.py", b"1"]]),
    "a member less": lambda c: forged(c, lambda m: m[:-1]),
    "a member twice": lambda c: forged(c, lambda m: [*m, m[-1]]),
    "a path upwards": lambda c: forged(c, renamed("arrays/1.npy", "../../x.npy")),
    "members in another order": lambda c: forged(c, lambda m: [*m[:2], *m[:1:-1]]),
    "compressed": lambda c: forged(c, compression=zipfile.ZIP_DEFLATED),
    "a bomb of zeros": lambda c: forged(
        c,
        lambda m: [m[0], [m[1][0], bytes(10**8)], *m[2:]],
        compression=zipfile.ZIP_DEFLATED,
    ),
    "an array of 2**57 numbers": lambda c: forged(c, bomb),
    "a pickled array": lambda c: forged(
        c, lambda m: [*m[:-1], [m[-1][0], pickled_array()]]
    ),
    "no JSON": lambda c: forged(c, with_document(b"{")),
    "a list": lambda c: forged(c, with_document(b"[]")),
    "no sampler": lambda c: forged(c, with_document(b'{"objects": [], "root": {}}')),
    "deep": lambda c: forged(c, with_document(b"[" * 10**6)),
    "a reference to itself": lambda c: forged(
        c, with_document(b'{"objects": [{"tuple": [{"ref": 0}]}], "root": {"ref": 0}}')
    ),
    "an unknown class": lambda c: forged(
        c, with_document(b'{"objects": [{"os.system": "ls"}], "root": {"ref": 0}}')
    ),
    "an unknown parameter": lambda c: forged(
        c,
        lambda m: [m[0], [m[1][0], m[1][1].replace(b'"n_jobs"', b'"n_jbos"')], *m[2:]],
    ),
    "no parameters": lambda c: forged(
        c, lambda m: [m[0], [m[1][0], m[1][1].replace(b'"parameters"', b'"p"')], *m[2:]]
    ),
    "an endless number": lambda c: forged(c, with_document(b"1" * 10**6)),
    "nothing but a checksum": lambda c: closed(c[:45]),
}


def pickled_array():
    data = io.BytesIO()
    np.lib.format.write_array(data, np.array([Attack()], dtype=object))
    return data.getvalue()


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_forged_files_are_refused(trick, saved, tmp_path):
    path = tmp_path / "model"
    path.write_bytes(TRICKS[trick](saved[0]))
    assert refusal(path) in (FORGED, "FILE holds no sampler.")


def mutations(content, rng):
    """Content with one thing changed, without end."""
    size = len(content)
    central = content.rindex(b"PK\x05\x06")
    directory = struct.unpack("<I", content[central + 16 : central + 20])[0]
    while True:
        at = int(rng.integers(size))
        byte = bytes([content[at] ^ (1 << int(rng.integers(8)))])
        yield content[:at] + byte + content[at + 1 :]
        yield content[:at]
        yield content[at:]
        yield content + bytes(rng.bytes(1 + at % 100))
        yield bytes(rng.bytes(1 + at % 100)) + content
        yield content[:at] + content[at + 1 + at % 5000 :]
        yield content[:at] + rng.bytes(8) + content[at:]
        yield content[:at] + content[at // 2 :]
        # Sizes and offsets of members, as the directory of the archive has them.
        at = int(rng.integers(directory, size))
        yield content[:at] + b"\xff\xff\xff\x7f" + content[at + 4 :]
        yield content[:central] + content
        yield content[: -_container.LENGTH]
        yield content[: -_container.LENGTH] + b"sha256:" + b"0" * 64


def test_two_hundred_damaged_files_are_refused_in_one_sentence(saved, tmp_path):
    content, _ = saved
    path = tmp_path / "model"
    messages = set()
    for number, mutant in enumerate(mutations(content, np.random.default_rng(0))):
        if number == 200:
            break
        assert mutant != content
        path.write_bytes(mutant)
        messages.add(refusal(path))
    assert messages == {
        DAMAGED,
        "FILE is no model file: pass one that GANOversampler.save wrote.",
    }


def test_two_hundred_forged_files_open_or_are_refused_in_one_sentence(saved, tmp_path):
    content, _ = saved
    body = content[: -_container.LENGTH]
    path = tmp_path / "model"
    opened = 0
    for number, mutant in enumerate(mutations(body, np.random.default_rng(1))):
        if number == 200:
            break
        path.write_bytes(closed(mutant))
        try:
            sampler = GANOversampler.load(path)
        except ModelFileError as error:
            message = str(error).replace(str(path), "FILE")
            assert "\n" not in message
            continue
        assert isinstance(sampler, GANOversampler)
        opened += 1
    # A changed number in an array cannot be told; what it was part of still opens.
    assert opened < 60


if __name__ == "__main__":
    schema = {"format": FORMAT, "classes": stored_classes(samplers_of_all_kinds())}
    SCHEMA.write_text(json.dumps(schema, indent=2) + "\n")
