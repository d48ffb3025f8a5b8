"""The embedded tables: what a user gets is what their documentation promises."""

import csv
import gzip
import inspect
import socket
import subprocess
import sys
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.api import types
from sklearn.utils import Bunch

from gansampler import datasets
from gansampler.datasets import (
    load_churn,
    load_credit,
    load_fraud,
    load_page_blocks,
)

LOADERS = [load_churn, load_credit, load_fraud, load_page_blocks]

SHAPES = {
    load_churn: (5000, 19),
    load_credit: (4454, 13),
    load_fraud: (30000, 12),
    load_page_blocks: (5472, 10),
}

CLASS_COUNTS = {
    load_churn: {"no": 4293, "yes": 707},
    load_credit: {"bad": 1254, "good": 3200},
    load_fraud: {False: 29700, True: 300},
    load_page_blocks: {
        "graphic": 28,
        "horizontal_line": 329,
        "picture": 115,
        "text": 4913,
        "vertical_line": 87,
    },
}

TARGET_COLUMNS = {
    load_churn: "churn",
    load_credit: "status",
    load_fraud: "fraud",
    load_page_blocks: "block",
}

MISSING_CELLS = {
    load_churn: {},
    load_credit: {
        "home": 6,
        "marital": 1,
        "job": 2,
        "income": 381,
        "assets": 47,
        "debt": 18,
    },
    load_fraud: {"country": 29},
    load_page_blocks: {},
}

# t: text, i: int64, f: float64, b: bool, d: datetime64; in the order of columns.
COLUMN_KINDS = {
    load_churn: "t i t t t i f i f f i f f i f f i f i",
    load_credit: "i t i i t t t i f f f i i",
    load_fraud: "i i d i t b t t f f t t",
    load_page_blocks: "i i i f f f f i i i",
}

every_loader = pytest.mark.parametrize("load", LOADERS, ids=lambda f: f.__name__)


def kind_of(column):
    """Give the one-letter kind of a column, as in ``COLUMN_KINDS``."""
    if types.is_bool_dtype(column):
        return "b"
    if types.is_datetime64_dtype(column):
        return "d"
    if column.dtype == np.int64:
        return "i"
    if column.dtype == np.float64:
        return "f"
    # What pandas makes of text: object before version 3, str since.
    if column.dtype == pd.Series(["text"]).dtype:
        return "t"
    return f"unexpected dtype {column.dtype}"


def raw_cells(load):
    """Read the data file with the csv module alone: every cell as its text."""
    name = load(as_bunch=True).filename
    source = resources.files("gansampler.datasets") / "data" / name
    with source.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as text:
        header, *rows = csv.reader(text)
    return dict(zip(header, zip(*rows, strict=True), strict=True))


def one_line(text):
    return " ".join(text.split())


@every_loader
def test_shape_and_index(load):
    X, y = load()
    assert X.shape == SHAPES[load]
    assert y.shape == SHAPES[load][:1]
    assert X.index.equals(pd.RangeIndex(len(X)))
    assert y.index.equals(X.index)
    assert X.columns.is_unique


@every_loader
def test_target_has_its_name_and_class_counts_and_is_not_a_feature(load):
    X, y = load()
    assert y.name == TARGET_COLUMNS[load]
    assert y.name not in X
    assert y.value_counts().to_dict() == CLASS_COUNTS[load]


@every_loader
def test_column_types(load):
    X, _ = load()
    assert [kind_of(X[column]) for column in X] == COLUMN_KINDS[load].split()


@every_loader
def test_target_type(load):
    _, y = load()
    assert kind_of(y) == ("b" if load is load_fraud else "t")


@every_loader
def test_missing_cells(load):
    X, y = load()
    counts = X.isna().sum()
    assert counts[counts > 0].to_dict() == MISSING_CELLS[load]
    assert not y.isna().any()


@every_loader
def test_missing_is_exactly_what_is_empty_in_the_file(load):
    frame = load(as_bunch=True).frame
    for column, cells in raw_cells(load).items():
        empty = np.array([cell == "" for cell in cells])
        np.testing.assert_array_equal(frame[column].isna(), empty, err_msg=column)


@every_loader
def test_every_cell_means_what_the_file_says(load):
    frame = load(as_bunch=True).frame
    cells = raw_cells(load)
    assert list(frame.columns) == list(cells)
    parse = {"i": int, "f": float, "b": "True".__eq__, "d": pd.Timestamp, "t": str}
    for column, texts in cells.items():
        convert = parse[kind_of(frame[column])]
        expected = [convert(text) for text in texts if text != ""]
        assert frame[column].dropna().tolist() == expected, column


def test_text_that_spells_a_missing_value_is_read_as_text(tmp_path, monkeypatch):
    # "NA" is the code of Namibia; the next file may well have it.
    (tmp_path / "data").mkdir()
    with gzip.open(tmp_path / "data" / "churn.csv.gz", "wt") as file:
        file.write("country,churn\nNA,no\nnull,no\n,yes\nNaN,no\n")
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    X, y = load_churn()
    assert X["country"].iloc[[0, 1, 3]].tolist() == ["NA", "null", "NaN"]
    assert X["country"].isna().tolist() == [False, False, True, False]
    assert y.tolist() == ["no", "no", "yes", "no"]


def test_missing_countries_of_fraud_are_those_of_one_town_in_namibia():
    X, _ = load_fraud()
    assert X.loc[X["country"].isna(), "region"].unique().tolist() == ["Okahandja"]
    assert X.loc[X["region"] == "Okahandja", "country"].isna().all()


def test_counts_of_distinct_values_given_in_the_description_of_fraud():
    X, _ = load_fraud()
    distinct = X.nunique()
    assert distinct["currency"] == 164
    assert distinct["country"] == 133
    assert distinct["region"] == 958
    assert distinct["provider"] == 10
    assert distinct["card_id"] == 20394
    assert distinct["store_id"] == 9452


def test_optional_money_of_credit_is_whole_although_stored_as_float():
    X, _ = load_credit()
    present = X[["income", "assets", "debt"]].stack().dropna()
    assert (present % 1 == 0).all()


def test_dates_of_fraud_keep_their_seconds():
    X, _ = load_fraud()
    assert X["datetime"].min() == pd.Timestamp("2019-01-01 00:18:31")
    assert X["datetime"].max() == pd.Timestamp("2019-08-07 10:07:09")


def test_expiration_dates_of_fraud_stay_text():
    X, _ = load_fraud()
    assert X["expiration_date"].str.fullmatch(r"(0[1-9]|1[0-2])/\d\d").all()


@every_loader
def test_bunch_has_the_documented_keys(load):
    bunch = load(as_bunch=True)
    assert type(bunch) is Bunch
    assert set(bunch) == {
        "data",
        "target",
        "frame",
        "feature_names",
        "target_names",
        "DESCR",
        "provenance",
        "license",
        "filename",
    }


@every_loader
def test_bunch_agrees_with_the_tuple(load):
    X, y = load()
    bunch = load(as_bunch=True)
    pd.testing.assert_frame_equal(bunch.data, X)
    pd.testing.assert_series_equal(bunch.target, y)
    pd.testing.assert_frame_equal(bunch.frame.drop(columns=y.name), X)
    pd.testing.assert_series_equal(bunch.frame[y.name], y)
    assert bunch.feature_names == list(X.columns)
    assert bunch.target_names == list(CLASS_COUNTS[load])


@every_loader
def test_filename_names_a_file_in_the_package(load):
    bunch = load(as_bunch=True)
    assert (resources.files(datasets) / "data" / bunch.filename).is_file()


@every_loader
def test_description_states_source_licence_classes_and_every_column(load):
    bunch = load(as_bunch=True)
    text = one_line(bunch.DESCR)
    assert f":Source: {bunch.provenance}." in text
    assert f":Licence: {bunch.license}." in text
    assert f":Rows: {len(bunch.data):,} " in text
    for label, count in CLASS_COUNTS[load].items():
        share = f"{100 * count / len(bunch.data):.1f} %"
        assert f"{label} ({count:,} rows, {share})" in text
    for column in bunch.frame:
        assert f"\n{column} " in bunch.DESCR


@every_loader
def test_description_states_how_many_cells_are_missing(load):
    text = one_line(load(as_bunch=True).DESCR)
    counts = MISSING_CELLS[load]
    assert f":Missing cells: {sum(counts.values()) or 'none'}" in text
    if len(counts) > 1:
        for column, count in counts.items():
            assert f"{column} ({count})" in text


@every_loader
def test_licence_text_travels_with_the_data(load):
    bunch = load(as_bunch=True)
    licences = (resources.files(datasets) / "data" / "LICENSES.txt").read_text("utf-8")
    assert bunch.filename in licences


@every_loader
def test_loader_is_documented(load):
    text = inspect.getdoc(load)
    rows, columns = SHAPES[load]
    for heading in ("Parameters", "Returns", "Examples"):
        assert f"{heading}\n{'-' * len(heading)}" in text
    assert f"DataFrame of shape ({rows}, {columns})" in text
    for label, count in CLASS_COUNTS[load].items():
        assert f"{label} ({count:,})" in text
    assert load.__name__ in datasets.__doc__


def test_every_public_loader_is_tested():
    assert sorted(datasets.__all__) == sorted(load.__name__ for load in LOADERS)


@every_loader
def test_the_form_of_the_result_is_asked_for_by_name(load):
    with pytest.raises(TypeError, match="takes 0 positional arguments but 1 was given"):
        load(True)


@every_loader
def test_changing_one_result_does_not_change_the_next(load):
    X, y = load()
    X_kept, y_kept = X.copy(), y.copy()
    column = X.columns[0]
    X.loc[0, column] = X.loc[1, column] = X[column].iloc[-1]
    del X[X.columns[-1]]
    y.iloc[:] = y.iloc[0]
    X_again, y_again = load()
    pd.testing.assert_frame_equal(X_again, X_kept)
    pd.testing.assert_series_equal(y_again, y_kept)


@every_loader
def test_parts_of_a_bunch_do_not_share_cells(load):
    bunch = load(as_bunch=True)
    untouched = load(as_bunch=True)
    bunch.target.iloc[:] = bunch.target.iloc[-1]
    bunch.data.loc[:, bunch.data.columns[0]] = bunch.data.iloc[-1, 0]
    pd.testing.assert_frame_equal(bunch.frame, untouched.frame)


@every_loader
def test_loads_without_a_network(load, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a loader opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    X, _ = load()
    assert X.shape == SHAPES[load]


def test_loads_from_a_zip_archive(tmp_path):
    """A wheel is a zip archive, and Python imports from one without unpacking."""
    archive = tmp_path / "package.zip"
    folder = Path(datasets.__file__).parent
    with zipfile.ZipFile(archive, "w") as package:
        # Only the datasets: the rest of the package is not under test here.
        package.writestr("gansampler/__init__.py", "")
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                package.write(
                    path, Path("gansampler/datasets", path.relative_to(folder))
                )
    program = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "from gansampler import datasets\n"
        "assert 'package.zip' in datasets.__file__, datasets.__file__\n"
        "for name in datasets.__all__:\n"
        "    bunch = getattr(datasets, name)(as_bunch=True)\n"
        "    print(name, *bunch.data.shape, bunch.DESCR.splitlines()[0])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert run.stderr == ""
    assert run.stdout.splitlines() == [
        "load_churn 5000 19 Telephone customers (churn)",
        "load_credit 4454 13 Applications for credit",
        "load_fraud 30000 12 Card transactions (fraud)",
        "load_page_blocks 5472 10 Blocks of document pages",
    ]
