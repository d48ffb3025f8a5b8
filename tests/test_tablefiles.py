"""Tables in files: nothing of the original is lost, and nothing half is written."""

import csv
import datetime
import errno
import gc
import io
import os
import shutil
import stat
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from gansampler import tablefiles
from gansampler.exceptions import GANSamplerError
from gansampler.table import TableEncoder
from gansampler.tablefiles import (
    TableFileError,
    _csv,
    _csv_columns,
    _lookalikes,
    check_paths,
    read_comparable,
    read_table,
    write_whole,
)
from gansampler.tablefiles._csv_columns import typed_column, unquoted
from gansampler.tablefiles._lookalikes import nearly_typed


def write_csv(folder, *columns, name="table.csv", header="x,y"):
    """Write a table of a column x and classes y."""
    path = folder / name
    lines = [",".join(cells) for cells in zip(*columns, strict=True)]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def column_of(folder, cells):
    """Column x of a table with these cells, each of them as it stands in the file."""
    labels = [("a", "b")[row % 2] for row in range(len(cells))]
    return read_table(write_csv(folder, cells, labels), "y").columns["x"]


def message(call, *arguments, **options):
    """Whole text of the error that a call ends in."""
    with pytest.raises(TableFileError) as caught:
        call(*arguments, **options)
    return str(caught.value)


# --- CSV: what was there stays --------------------------------------------------------

AWKWARD_CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.text(st.sampled_from("\",;\r\n\t '\\é|")),
    st.sampled_from(["", "NA", "?", "null", "01", "1.50", "1e5", "-0", "True", " 7"]),
)
NUMBERS = st.one_of(
    st.integers().map(str),
    st.decimals(-(10**6), 10**6, places=3).map(str),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["", "NA", "0.10", ".5", "5.", "1E-7", "2e+3", " 4", "-0.0"]),
)
DATES = st.one_of(
    st.datetimes(datetime.datetime(1900, 1, 1)).map(str),
    st.dates().map(str),
    st.sampled_from(["", "NA", "2020-02-29", "2020-02-30"]),
)


@st.composite
def csv_texts(draw, cells=AWKWARD_CELLS):
    """Text of a CSV file, its separator, and its rows with the header."""
    n_columns = draw(st.integers(1, 4))
    name = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    names = draw(
        st.lists(name, min_size=n_columns, max_size=n_columns, unique=True).filter(
            lambda names: "class" not in names and not names[0].startswith("\ufeff")
        )
    )
    columns = [draw(st.lists(cells, min_size=6, max_size=6)) for _ in names]
    n_rows = draw(st.integers(1, 6))
    labels = [draw(st.sampled_from(["yes", "no"])) for _ in range(n_rows)]
    rows = [
        [*names, "class"],
        *([*(column[i] for column in columns), labels[i]] for i in range(n_rows)),
    ]
    separator = draw(st.sampled_from(",;\t|"))
    newline, quoting = draw(
        st.sampled_from(
            [
                ("\r\n", csv.QUOTE_MINIMAL),
                ("\r\n", csv.QUOTE_ALL),
                ("\n", csv.QUOTE_ALL),
            ]
        )
    )
    text = io.StringIO()
    csv.writer(
        text, delimiter=separator, lineterminator=newline, quoting=quoting
    ).writerows(rows)
    return text.getvalue(), separator, rows


def parsed(content, separator):
    text = io.StringIO(content.decode("utf-8"), newline="")
    return list(csv.reader(text, delimiter=separator))


@settings(deadline=None, max_examples=200)
@given(csv_texts(), st.booleans())
def test_rows_of_any_text_come_back_exactly(tmp_path_factory, drawn, marked):
    text, separator, rows = drawn
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(text.encode("utf-8"))
    table = read_table(path, "class", separator=separator)
    mark = "\u2713 synthetic" if marked else None
    content = table.with_rows(table.features[:2], table.labels[:2], mark)
    assert path.read_bytes() == text.encode("utf-8")
    out = parsed(content, separator)
    assert len(out) == len(rows) + min(2, len(rows) - 1)
    if marked:
        assert [row.pop() for row in out] == (
            [mark] + ["False"] * (len(rows) - 1) + ["True"] * min(2, len(rows) - 1)
        )
    else:
        assert content.decode("utf-8").startswith(text)
    assert out[: len(rows)] == rows


@settings(deadline=None, max_examples=300)
@given(csv_texts(st.one_of(AWKWARD_CELLS, NUMBERS, DATES)) | csv_texts(NUMBERS))
def test_added_rows_are_read_back_as_the_values_they_were(tmp_path_factory, drawn):
    text, separator, _ = drawn
    path = tmp_path_factory.getbasetemp() / "values.csv"
    path.write_bytes(text.encode("utf-8"))
    table = read_table(path, "class", separator=separator)
    path.write_bytes(table.with_rows(table.features, table.labels))
    again = read_table(path, "class", separator=separator)
    n_rows = len(table.labels)
    pd.testing.assert_frame_equal(again.features[:n_rows], table.features)
    pd.testing.assert_frame_equal(
        again.features[n_rows:].reset_index(drop=True), table.features
    )
    assert again.labels.tolist() == table.labels.tolist() * 2


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["", "newline"])
def test_lines_end_as_they_did(tmp_path, newline, end):
    path = tmp_path / "table.csv"
    lines = ["x,y", '"a ""b""\nc",yes', "2,no"]
    text = newline.join(lines) + (newline if end else "")
    path.write_bytes(text.encode())
    table = read_table(path, "y")
    added = table.with_rows(table.features[1:], table.labels[1:])
    assert added.decode() == newline.join([*lines, "2,no", ""])


def test_lines_of_one_file_may_end_differently(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"x,y\r\n1,a\n2,b\r\n3,b\r4,b")
    table = read_table(path, "y")
    added = table.with_rows(table.features[:2], table.labels[:2])
    assert added == path.read_bytes() + b"\r\n1,a\r\n2,b\r\n"
    marked = table.with_rows(table.features[:1], table.labels[:1], "new")
    assert marked == (
        b"x,y,new\r\n1,a,False\n2,b,False\r\n3,b,False\r4,b,False\r\n1,a,True\r\n"
    )


def test_blank_lines_are_no_rows(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("\nx,y\n\n1,a\n\n\n2,b\n\n")
    table = read_table(path, "y")
    assert table.features["x"].tolist() == [1, 2]
    assert table.with_rows(table.features[:0], table.labels[:0]) == b"x,y\n1,a\n2,b\n"


def test_mark_of_spreadsheets_is_kept(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("\ufeffx,y\n1,a\n2,b\n".encode())
    table = read_table(path, "y")
    assert list(table.columns) == ["x", "y"]
    content = table.with_rows(table.features[:1], table.labels[:1])
    assert content == "\ufeffx,y\n1,a\n2,b\n1,a\n".encode()


def test_mark_of_spreadsheets_is_not_added(tmp_path):
    path = write_csv(tmp_path, ["1", "2"], ["a", "b"])
    table = read_table(path, "y", encoding="utf-8-sig")
    content = table.with_rows(table.features[:1], table.labels[:1])
    assert content == b"x,y\n1,a\n2,b\n1,a\n"


@pytest.mark.parametrize("start", ["sep=;\r\n", "\ufeffsep=;\n", '"sep=;"\r'])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("separator", [None, ","])
def test_line_that_tells_the_separator_is_kept(tmp_path, start, quote, separator):
    path = tmp_path / "table.csv"
    content = f"{start}x;{quote}y{quote}\n1,5;a\n2,25;b\n".encode()
    path.write_bytes(content)
    table = read_table(path, "y", separator=separator)
    assert table.features["x"].tolist() == [1.5, 2.25]
    assert table.with_rows(table.features[:1], table.labels[:1]) == content + b"1,5;a\n"
    marked = table.with_rows(table.features[:1], table.labels[:1], "new")
    assert marked == (
        content.replace(b"\n1", b";new\n1").replace(b"a\n", b"a;False\n")
        .replace(b"b\n", b"b;False\n") + b"1,5;a;True\n"
    )  # fmt: skip


def test_lines_after_that_of_the_separator_have_their_numbers(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("sep=;\nx;y\n1;a\n2\n")
    assert message(read_table, path, "y") == (
        f"line 4 of {path} has 1 cells where the header has 2: mend the line, or say "
        "with --sep what separates cells"
    )
    path.write_text("sep=;\n")
    assert message(read_table, path, "y") == (
        f"{path} is empty: a header and rows are needed"
    )


def test_encoding_is_kept(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("x,y\nétage,a\nœuf,b\n".encode("cp1252"))
    table = read_table(path, "y", encoding="cp1252")
    content = table.with_rows(table.features[:1], table.labels[:1])
    assert content.decode("cp1252") == "x,y\nétage,a\nœuf,b\nétage,a\n"


# --- CSV: columns and the manner of their cells ---------------------------------------


@pytest.mark.parametrize(
    ("cells", "dtype", "values", "texts"),
    [
        # Integers stay such although cells are missing.
        (["1", "-20", "3"], "int64", [7, -8], ["7", "-8"]),
        (["1", "", "3"], "Int64", [7, pd.NA], ["7", ""]),
        (["1", "NA", "3", "NA", ""], "Int64", [7, pd.NA], ["7", "NA"]),
        # Decimals: as many as seen, and zeros behind them where they stood.
        (["1.5", "2.25", "3"], "float64", [1.23456, 4.0, 0.1], ["1.23", "4", "0.1"]),
        (["1.50", "2.25"], "float64", [1.239, 4.0], ["1.24", "4.00"]),
        (["129.0", "0.0", "?"], "float64", [12.34, np.nan], ["12.3", "?"]),
        (["-1.5", "2.5"], "float64", [-0.04, -2.0], ["0.0", "-2.0"]),
        (["0.00001", "1000000.5"], "float64", [1e-5, 1e6], ["0.00001", "1000000.0"]),
        (["1e-05", "0.25"], "float64", [3.14159e-7, 0.5], ["3.1e-07", "0.5"]),
        (["1.25E+3", "0.25"], "float64", [31415.9, 0.5], ["3.14E+04", "0.5"]),
        (["inf", "-Infinity", "1"], "float64", [np.inf, 2.0], ["inf", "2"]),
        # Blanks and quotes around numbers.
        ([" 1", " 22", " "], "Int64", [3, pd.NA], [" 3", " "]),
        (['"1.5"', '"2.5"', '""'], "float64", [1.0, np.nan], ['"1.0"', '""']),
        # Dates in the format of the file.
        (
            ["2020-01-31", "2021-12-01"],
            "datetime64",
            [pd.Timestamp("2020-02-03 14:00")],
            ["2020-02-03"],
        ),
        (
            ["31.12.2020 08:05", "01.02.2021 10:00", ""],
            "datetime64",
            [pd.Timestamp("2021-03-04 05:06:07"), pd.NaT],
            ["04.03.2021 05:06", ""],
        ),
        (
            ["2020-01-31T10:00:00Z", "2020-01-31T10:00:01Z"],
            "datetime64",
            [pd.Timestamp("2021-03-04 05:06:07.9")],
            ["2021-03-04T05:06:07Z"],
        ),
        (
            ["2020-01-31 10:00:00+00:00", "2020-01-31 10:00:01+00:00"],
            "datetime64",
            [pd.Timestamp("2021-03-04 05:06:07.9")],
            ["2021-03-04 05:06:07+00:00"],
        ),
        (
            ["2020-01-31 10:00:00-05:30", "2020-01-31 10:00:01-05:30"],
            "datetime64",
            [pd.Timestamp("2021-03-04 03:06:07.9")],
            ["2021-03-03 21:36:07-05:30"],
        ),
        (
            ["2020-01-31T10:00+0100", "2020-01-31T10:01+0100"],
            "datetime64",
            [pd.Timestamp("2021-03-04 23:06")],
            ["2021-03-05T00:06+0100"],
        ),
        (
            ["2020-01-31 10:00:00.125", "2020-01-31 10:00:01.500"],
            "datetime64",
            [pd.Timestamp("2021-03-04 05:06:07.987654")],
            ["2021-03-04 05:06:07.987"],
        ),
        (
            ["12/31/2020", "02/01/2021"],
            "datetime64",
            [pd.Timestamp("2021-03-04")],
            ["03/04/2021"],
        ),
        (
            ["1/16/2020", "12/1/2021"],
            "datetime64",
            [pd.Timestamp("2021-03-04"), pd.Timestamp("2021-10-20")],
            ["3/4/2021", "10/20/2021"],
        ),
        (
            ["16.1.2020 9:05", "1.12.2021 10:00"],
            "datetime64",
            [pd.Timestamp("2021-03-04 00:06"), pd.Timestamp("2021-10-20 12:00")],
            ["4.3.2021 0:06", "20.10.2021 12:00"],
        ),
        (
            ["20201231", "19990101"],
            "datetime64",
            [pd.Timestamp("2021-03-04")],
            ["20210304"],
        ),
        (
            ["202012310805", "199901012359"],
            "datetime64",
            [pd.Timestamp("2021-03-04 05:06:07")],
            ["202103040506"],
        ),
        (
            ["20201231080509", "19990101235959"],
            "datetime64",
            [pd.Timestamp("2021-03-04 05:06:07.9")],
            ["20210304050607"],
        ),
        # The month whose first day is nearest.
        (
            ["202001", "202003", "202007", "202011", "202012"],
            "datetime64",
            [pd.Timestamp(day) for day in ("2020-01-16", "2020-01-17", "2020-12-01")],
            ["202001", "202002", "202012"],
        ),
    ],
)
def test_cells_are_written_in_the_manner_of_their_column(
    tmp_path, cells, dtype, values, texts
):
    column = column_of(tmp_path, cells)
    assert str(column.values.dtype).startswith(dtype)
    assert column.texts(pd.Series(values, dtype=column.values.dtype)) == texts


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (["1E2", "2E3"], ["1E2", "2E3"]),
        ([" 1E2", " 2e3"], [" 1E2", " 2e3"]),
        (["1", "1.0", "2.0"], ["1", "1", "2.0"]),
        (["-0.0", "0.0", "0"], ["-0.0", "-0.0", "-0.0"]),
        # Codes and versions that are one number.
        (["100", "1e2", "3.50"], ["100", "1e2", "3.50"]),
        (["250.0", "250.00", "250"], ["250.0", "250.00", "250"]),
        (["1.1", "1.10", "1.2"], ["1.1", "1.10", "1.2"]),
    ],
)
def test_few_values_and_labels_are_written_as_they_are_there(tmp_path, cells, texts):
    cells, texts = cells * 5, texts * 5
    column = column_of(tmp_path, cells)
    assert column.texts(column.values) == texts
    assert column.values.nunique() == len(set(texts))
    path = write_csv(tmp_path, ["p"] * len(cells), cells)
    table = read_table(path, "y")
    assert table.labels.nunique() == len(set(texts))
    assert table.columns["y"].texts(table.labels) == texts
    assert [table.label_text(label) for label in table.labels] == [
        text.strip() for text in texts
    ]
    # Many values are amounts, which have the manner of their column.
    assert column_of(tmp_path, ["1E2", "2E3"]).texts(pd.Series([100.0])) == ["1E+02"]


@pytest.mark.parametrize(
    "cells",
    [
        ["01234", "94110"],  # codes would lose their zeros
        ["1", "2", "x"],
        ["1'50", "2"],
        ["12 345", "67 890"],  # with blanks in all of them, codes
        ["5%", "6 %"],
        ["+1", "2"],
        ["123456789012345678901", "1"],  # no integer of 64 bits
        ["1" * 5000, "1"],
        ["\u0661", "\u0662"],  # digits, but not those that would be written
        ["01/02/2020", "03/04/2021"],  # day and month could change places
        ["2020-1-5", "2020-01-06"],
        ["2020-02-30", "2020-01-06"],
        ["2020-01-31 10:00:00+01:00", "2020-07-31 10:00:01+02:00"],
        ["2020-01-31 10:00:00+99:00", "2020-01-31 10:00:01+99:00"],
        ["2020-01-31 10:00:00Z", "2020-01-31 10:00:01+00:00"],
        ["20201301", "1x"],
        ["0001-01-01T", "b"],
        ["True", "False"],
        ["NA", "Nb"],
        ["10:15", "11:20"],
        ["09/20", "06/23"],
    ],
)
def test_other_cells_are_text_and_stay_what_they_are(tmp_path, cells):
    column = column_of(tmp_path, cells)
    assert column.values.tolist() == cells
    assert column.texts(column.values[::-1]) == cells[::-1]


def test_eight_digits_are_numbers_outside_of_this_time(tmp_path):
    assert column_of(tmp_path, ["18991231", "20200101"]).values.dtype == "int64"
    assert column_of(tmp_path, ["20200101", "18991231"]).values.dtype == "int64"


@pytest.mark.parametrize(
    ("separator", "cells", "values", "texts"),
    [
        (";", ["1.650,88", "-0,5"], [1650.88, -0.5], ["1.234.567,12", "12,5"]),
        ("\t", ["1,650.88", "-12"], [1650.88, -12], ["1,234,567.12", "12.5"]),
        (",", ['"1,650.88"', "0.50"], [1650.88, 0.5], ['"1,234,567.12"', "12.50"]),
        (",", ['"1,650"', "856"], [1650, 856], ['"1,234,567"', "12"]),
        (",", ['"1,650"', '"2,856"'], [1650, 2856], ['"1,234,567"', '"12"']),
        (",", ["1'650.88", "0.5"], [1650.88, 0.5], ["1'234'567.12", "12.5"]),
        (",", ["1'650", "2'856"], [1650, 2856], ["1'234'567", "12"]),
        (",", ["1 650", "856"], [1650, 856], ["1 234 567", "12"]),
        (";", ["1 650,88", "0,5"], [1650.88, 0.5], ["1 234 567,12", "12,5"]),
        (";", ["1\u202f650", "856"], [1650, 856], ["1\u202f234\u202f567", "12"]),
        (",", ["12.5%", "-3%"], [12.5, -3], ["1234567.1%", "12.5%"]),
        (";", ["12,5 %", ""], [12.5, None], ["1234567,1 %", "12,5 %"]),
        # Either mark could be that of thousands.
        ("\t", ["1.234", "5,678"], ["1.234", "5,678"], None),
    ],
)  # fmt: skip
def test_amounts_are_numbers_and_written_as_such(
    tmp_path, separator, cells, values, texts
):
    path = tmp_path / "table.csv"
    lines = [separator.join(row) for row in zip(["x", *cells], "yab", strict=True)]
    path.write_text("\n".join(lines), encoding="utf-8")
    column = read_table(path, "y", separator=separator).columns["x"]
    expected = pd.Series(values, dtype=column.values.dtype)
    pd.testing.assert_series_equal(column.values, expected)
    assert column.texts(column.values) == cells
    if texts is not None:
        assert column.texts(pd.Series([1234567.12, 12.5])) == texts


def test_times_with_a_zone_are_in_utc(tmp_path):
    cells = ["2021-01-16 22:13:48+01:00", "2021-01-17 00:30:00+01:00"]
    values = column_of(tmp_path, cells).values
    assert values.astype(str).tolist() == ["2021-01-16 21:13:48", "2021-01-16 23:30:00"]


SOME_DAYS = pd.date_range("2019-01-20", periods=40, freq="17D")


@pytest.mark.filterwarnings("ignore:column 'x' of")
@pytest.mark.parametrize("pattern", ["%Y%m%d", "%Y%m", "%Y%m%d%H%M", "%Y%m%d%H%M%S"])
@pytest.mark.parametrize("other", ["0", "99999999", "20190230", "x", "99991231"])
def test_dates_of_digits_are_no_numbers_although_a_few_cells_are_none(
    tmp_path, pattern, other
):
    """Between them, as numbers, lie dates that do not exist."""
    cells = [*SOME_DAYS.strftime(pattern), other, other]
    values = column_of(tmp_path, cells).values
    if (
        values.dtype.kind == "M"
    ):  # what has no end is a date to newer releases of pandas
        assert (pattern, other) == ("%Y%m%d", "99991231")
    else:
        assert values.tolist() == cells


@pytest.mark.parametrize(
    "cells",
    [
        [f"2020{row:02}" for row in range(1, 15)],
        [f"2020{row:04}" for row in range(101, 161)],
        ["202001", "202002", "202003", "202004"],
        [str(1000 + row) for row in range(30)] + ["20200101"],
        [str(20200131 + row * 1001) for row in range(30)],
    ],
)
def test_numbers_of_which_some_look_like_dates_stay_numbers(tmp_path, cells):
    assert column_of(tmp_path, cells).values.tolist() == [int(cell) for cell in cells]


def test_text_is_missing_only_where_the_cell_is_empty(tmp_path):
    column = column_of(tmp_path, ["NA", "", "None", "Ghana"])
    assert column.values.isna().tolist() == [False, True, False, False]
    assert column.texts(column.values) == ["NA", "", "None", "Ghana"]


def test_text_is_quoted_where_it_was(tmp_path):
    cells = ['"a"', "b", '""', '"d ""e"", f"']
    column = column_of(tmp_path, cells)
    assert column.values.tolist()[:2] == ["a", "b"]
    assert column.values[3] == 'd "e", f'
    assert column.texts(column.values) == cells


def test_text_that_was_not_there_is_quoted_if_needed(tmp_path):
    column = column_of(tmp_path, ["a", "b"])
    assert column.texts(pd.Series(["c", "d,e", 'f"'])) == ["c", '"d,e"', '"f"""']


@pytest.mark.parametrize(
    "cells",
    [
        ["2021-01-31", " 2020-02-29", "", "2020-12-24"],
        ["1", "23", "NA", "4", '"5"'],
        ["12.5 %", "7 %", "0.25 %", ""],
        ["Ghana", '"Chad"', "", "2020-12-24"],
    ],
)
@pytest.mark.parametrize("labels", [False, True])
def test_what_repeats_is_read_once(monkeypatch, cells, labels):
    read = Counter()

    def counted(field):
        read[field] += 1
        return unquoted(field)

    manner_of = Mock(wraps=_csv_columns.manner_of)
    monkeypatch.setattr(_csv_columns, "manner_of", manner_of)
    monkeypatch.setattr(_csv_columns, "unquoted", counted)
    monkeypatch.setattr(_lookalikes, "unquoted", counted)
    for fields in (cells, cells * 50):
        read.clear()
        typed_column(fields, ",", labels=labels)
        nearly_typed(fields, ",")
        assert read.keys() == set(cells)
        assert max(read.values()) <= 3
        there = manner_of.call_args_list[-1].args[0]
        assert len(there) == len(set(there))


@pytest.mark.parametrize(
    "cells", [["2021-01-31", "2020-02-29", ""], ["1", "", "20"], ["b", "", "a"]]
)
def test_what_repeats_is_written_once(tmp_path, cells):
    column = column_of(tmp_path, cells * 50)
    write = Mock(wraps=column.write)
    assert replace(column, write=write).texts(column.values) == cells * 50
    assert write.call_count == 2


def test_zeros_of_either_sign_may_be_written_differently(tmp_path):
    column = column_of(tmp_path, ["1e3", "2e-3"])
    assert column.texts(pd.Series([-0.0, 0.0, np.nan, -0.0])) == ["-0", "0", "", "-0"]


def test_column_without_any_value(tmp_path):
    empty = column_of(tmp_path, ["", ""])
    assert empty.values.isna().all()
    assert empty.texts(empty.values) == ["", ""]
    assert column_of(tmp_path, ["?", "?"]).values.tolist() == ["?", "?"]


def test_decimal_comma_where_it_does_not_separate(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("x;y\n1,50;a\n-2,25;b\n")
    table = read_table(path, "y", separator=";")
    assert table.features["x"].tolist() == [1.5, -2.25]
    added = table.with_rows(pd.DataFrame({"x": [3.14159]}), pd.Series(["a"]))
    assert added.decode().splitlines()[-1] == "3,14;a"


@pytest.mark.parametrize(
    ("cells", "values", "texts"),
    [
        (["4.483", "856"], [4483, 856], ["1.234", "12", "1.234.567"]),
        (["-1.234.567", "0", ""], [-1234567, 0, None], ["1.234", "12", "1.234.567"]),
        # One cell that is none shows that the points are decimal marks.
        (["4.483", "0.856"], [4.483, 0.856], ["1234.000", "12.000", "1234567.000"]),
        (["4.483", "8.5"], [4.483, 8.5], ["1234.0", "12.0", "1234567.0"]),
        (["4.483", "1000"], [4.483, 1000], ["1234", "12", "1234567"]),
    ],
)
def test_thousands_in_groups_where_commas_are_decimal_marks(
    tmp_path, cells, values, texts
):
    path = tmp_path / "table.csv"
    path.write_text("x;y\n" + "".join(f"{cell};a\n" for cell in cells))
    column = read_table(path, "y", separator=";").columns["x"]
    expected = pd.Series(values, dtype=column.values.dtype)
    pd.testing.assert_series_equal(column.values, expected)
    assert column.texts(pd.Series([1234, 12, 1234567])) == texts
    # Between commas they are decimal marks always.
    assert column_of(tmp_path, ["4.483", "856"]).values.tolist() == [4.483, 856]


@pytest.mark.parametrize("separator", ["\t", "|", ";"])
@pytest.mark.parametrize("mark", [",", "."])
@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["4,364", "506"], [4364, 506]),
        (["1,234,567", "-1,200", "0", ""], [1234567, -1200, 0, None]),
        # All cells may have three decimals, and the zero that is written without.
        (["4,364", "1,506", "0"], [4.364, 1.506, 0]),
        (["4,364", "0,506"], [4.364, 0.506]),
        (["4,364", "2,5", "506"], [4.364, 2.5, 506]),
        (["4,364", "5060"], [4.364, 5060]),
        (["4,364", "0506"], None),
    ],
)
def test_thousands_in_groups_where_no_commas_are_between_cells(
    tmp_path, separator, mark, cells, values
):
    if (separator, mark) == (";", ".") and values == [4.364, 1.506, 0]:
        values = [4364, 1506, 0]  # where commas are the decimal marks
    cells = [cell.replace(",", mark) for cell in cells]
    path = tmp_path / "table.csv"
    rows = "".join(f"{cell}{separator}a\n" for cell in cells)
    path.write_text(f"x{separator}y\n{rows}")
    table = read_table(path, "y", separator=separator)
    column = table.columns["x"]
    expected = pd.Series(values or cells, dtype=column.values.dtype)
    pd.testing.assert_series_equal(column.values, expected)
    written = table.with_rows(table.features, table.labels).decode().splitlines()
    assert written[-len(cells) :] == rows.splitlines()


def test_labels_are_numbers_or_text(tmp_path):
    path = write_csv(tmp_path, ["p", "q", "r"], ["1", "0", "1"])
    table = read_table(path, "y")
    assert table.labels.name == "y"
    assert table.labels.tolist() == [1, 0, 1]
    assert table.label_text(0) == "0"
    # Never dates, and booleans as the file writes them.
    path = write_csv(tmp_path, ["p", "q"], ["TRUE", "FALSE"])
    assert read_table(path, "y").labels.tolist() == ["TRUE", "FALSE"]
    path = write_csv(tmp_path, ["p", "q"], ["2020-01-31", "2020-02-29"])
    assert read_table(path, "y").labels.tolist() == ["2020-01-31", "2020-02-29"]
    # Classes with fractions are names, unless they are too many for classes.
    path = write_csv(tmp_path, ["p"] * 10, ["1.5", "2.0"] * 5)
    assert read_table(path, "y").labels.tolist() == ["1.5", "2.0"] * 5
    path = write_csv(tmp_path, ["p", "q"], ["1.5", "2.0"])
    assert read_table(path, "y").labels.tolist() == [1.5, 2.0]


def test_none_is_a_class_beside_other_texts(tmp_path):
    path = write_csv(tmp_path, ["1", "2", "3"], ["None", "Insomnia", " None"])
    table = read_table(path, "y")
    assert table.labels.tolist() == ["None", "Insomnia", "None"]
    assert table.label_text("None") == "None"


def test_classes_are_typed_once(tmp_path, monkeypatch):
    typed = Mock(wraps=typed_column)
    monkeypatch.setattr(_csv, "typed_column", typed)
    read_table(write_csv(tmp_path, ["1", "2"], ["yes", "no"]), "y")
    assert [call.args[0] for call in typed.call_args_list] == [
        ("1", "2"),
        ("yes", "no"),
    ]


def test_blanks_around_labels_do_not_count(tmp_path):
    cells = [" no", "no", '"no "', "yes", "yes ", '""" no"""']
    path = write_csv(tmp_path, list("pqrstu"), cells)
    table = read_table(path, "y")
    assert table.labels.tolist() == ["no", "no", "no", "yes", "yes", '" no"']
    assert table.label_text("no") == "no"
    # Original rows keep their text, and others get one that is there.
    content = table.with_rows(table.features[2:4], table.labels[2:4]).decode()
    assert content == path.read_text() + "r, no\ns,yes\n"


def test_classes_are_written_as_they_stand_most_often(tmp_path):
    labels = ["yes ", *["yes"] * 3, '"no"', " no"]
    table = read_table(write_csv(tmp_path, list("pqrstu"), labels), "y")
    assert table.columns["y"].texts(table.labels) == ["yes"] * 4 + ['"no"'] * 2
    labels = ["1.0", "1", "1", "0", "0"]
    table = read_table(write_csv(tmp_path, list("pqrst"), labels), "y")
    assert table.columns["y"].texts(table.labels) == ["1"] * 3 + ["0"] * 2


def test_quoted_labels_have_plain_names(tmp_path):
    path = write_csv(tmp_path, ["1", "2"], ['"1"', '"2"'])
    table = read_table(path, "y")
    assert [table.label_text(label) for label in table.labels] == ["1", "2"]
    assert table.columns["y"].texts(table.labels) == ['"1"', '"2"']


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("content", ["x,y\n1,a\n2,b\n", "x,y\n1\n"])
@pytest.mark.parametrize(
    "read", [read_table, lambda path, target: read_comparable(path, path, target)]
)
def test_garbage_is_not_collected_while_a_file_is_taken_apart(
    tmp_path, monkeypatch, enabled, content, read
):
    path = tmp_path / "table.csv"
    path.write_text(content)
    meanwhile = []

    def records(*arguments):
        meanwhile.append(gc.isenabled())
        return split(*arguments)

    split = _csv._records
    monkeypatch.setattr(_csv, "_records", records)
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with suppress(TableFileError):
            read(path, "y")
        assert (set(meanwhile), gc.isenabled()) == ({False}, enabled)
    finally:
        (gc.enable if before else gc.disable)()


def test_features_keep_their_order_wherever_the_target_stands(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("b,y,a\n1,no,x\n2,yes,z\n")
    table = read_table(path, "y")
    assert list(table.features) == ["b", "a"]
    content = table.with_rows(table.features[1:], table.labels[1:], "new, or not")
    assert content.decode() == (
        'b,y,a,"new, or not"\n1,no,x,False\n2,yes,z,False\n2,yes,z,True\n'
    )


# --- CSV: what cannot be read ---------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "{path} is empty: a header and rows are needed"),
        (b"\n\n", "{path} is empty: a header and rows are needed"),
        (b"x,y\n", "{path} has a header but no rows"),
        (
            b"x,y,x,y,z\n1,2,3,4,5\n",
            "{path} has more than one column named 'x', 'y': give each column a name "
            "of its own",
        ),
        (
            b'x,y\n1,a\n"2\n3",b\n4,c,d\n',
            "line 5 of {path} has 3 cells where the header has 2: mend the line, or "
            "say with --sep what separates cells",
        ),
        (
            b'x,y\r\n1,a\r\n2,"b\r\n',
            "line 3 of {path} has a cell whose quotes do not match: a quoted cell ends "
            'with a quote (") before the separator, and quotes inside it are doubled',
        ),
        (
            b'x,y\n"1" ,a\n',
            "line 2 of {path} has a cell whose quotes do not match: a quoted cell ends "
            'with a quote (") before the separator, and quotes inside it are doubled',
        ),
        (
            b"x,y\n1,a\n2,\xe9\n",
            "{path} is not utf-8 text (line 3): say with --encoding how it is encoded, "
            "for instance --encoding cp1252",
        ),
        (
            "x,y\n1,a\n".encode("utf-16-le"),
            "{path} holds zero bytes, so it is no utf-8 text: check the file, or say "
            "with --encoding how it is encoded, for instance --encoding utf-16",
        ),
        (
            b"x,y\n1,a\n2,\n3,  \n",
            "2 rows have no class in column 'y' of {path}: fill these cells in or "
            "remove the rows",
        ),
        (
            b"x,y\n1,a\n2,?\n",
            "1 row has no class but '?' in column 'y' of {path}: fill these cells in "
            "or remove the rows, or give a class that is called '?' another name",
        ),
        (
            b'x,y\n1,a\n2,  \n3," NA "\n4,?\n5,NA\n6,None\n',
            "4 rows have no class but 'NA' or '?' in column 'y' of {path}: fill these "
            "cells in or remove the rows, or give a class that is called 'NA' or '?' "
            "another name",
        ),
        (
            b"x,y\n1,0\n2,None\n3,1\n",
            "1 row has no class but 'None' in column 'y' of {path}: fill these cells "
            "in or remove the rows, or give a class that is called 'None' another name",
        ),
        (
            b"y\n1\n2\n",
            "{path} has no column besides 'y': there is nothing to learn from",
        ),
        (
            b"a;y\n1;2\n",
            "{path} has only one column where ',' separates cells: if ';' does, say "
            "--sep ';'",
        ),
        (
            b"a\ty\n1\t2\n",
            "{path} has only one column where ',' separates cells: if '\\t' does, say "
            "--sep tab",
        ),
        (b"Y ,x\n1,2\n", "{path} has no column 'y': did you mean 'Y '?"),
        (b"p,q\n1,2\n", "{path} has no column 'y': its columns are 'p', 'q'"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, content, expected):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    assert message(read_table, path, "y") == expected.format(path=path)
    assert path.read_bytes() == content


def test_close_names_are_offered(tmp_path):
    path = write_csv(tmp_path, ["1"], ["a"], header="churn_date,churned")
    assert message(read_table, path, "churnd") == (
        f"{path} has no column 'churnd': did you mean 'churned' or 'churn_date'?"
    )


def test_long_lists_of_columns_are_cut(tmp_path):
    names = [f"c{i}" for i in range(100)]
    path = tmp_path / "table.csv"
    path.write_text(",".join(names) + "\n" + ",".join(["1"] * 100) + "\n")
    assert message(read_table, path, "zzz") == (
        f"{path} has no column 'zzz': its columns are "
        + ", ".join(repr(name) for name in names[:12])
        + ", ..."
    )


def test_file_that_is_not_there(tmp_path):
    path = tmp_path / "none.csv"
    assert message(read_table, path, "y") == (
        f"cannot read {path}: no such file or directory"
    )
    (tmp_path / "folder.csv").mkdir()
    assert message(read_table, tmp_path / "folder.csv", "y") == (
        f"cannot read {tmp_path / 'folder.csv'}: is a directory"
    )


def test_errors_are_of_this_package_and_value_errors(tmp_path):
    assert issubclass(TableFileError, GANSamplerError)
    assert issubclass(TableFileError, ValueError)


# --- names and paths ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", (".csv", "")),
        ("a.b.CSV.GZ", (".csv", ".gz")),
        ("a.tsv.xz", (".tsv", ".xz")),
        ("a.csv.bz2", (".csv", ".bz2")),
        ("a.parquet", (".parquet", "")),
        ("a.pq", (".parquet", "")),
    ],
)
def test_formats_are_known_by_name(name, kind):
    assert tablefiles.file_kind(Path(name)) == kind


@pytest.mark.parametrize("name", ["a", "a.xlsx", "a.gz", "a.parquet.gz", ".csv"])
def test_unknown_names_are_refused(name):
    assert message(tablefiles.file_kind, Path(name)) == (
        f"cannot tell the format of {name} from its name: it must end in .csv or .tsv "
        "(also with .gz, .bz2 or .xz after it) or in .parquet"
    )


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_compressed_files_are_read_and_written(tmp_path, suffix):
    path = tmp_path / f"table.csv{suffix}"
    content = b"x,y\n" + b"1,a\n2,b\n" * 100
    write_whole(path, content)
    assert len(path.read_bytes()) < len(content) / 2
    table = read_table(path, "y")
    assert table.features["x"].tolist() == [1, 2] * 100
    other = tmp_path / f"other.csv{suffix}"
    write_whole(other, content)
    assert other.read_bytes() == path.read_bytes()
    path.write_bytes(path.read_bytes()[:-9])
    assert message(read_table, path, "y") == (
        f"{path} is damaged or no {suffix} file: check the file, or name it after what "
        "it is"
    )
    path.write_bytes(b"x,y\n1,a\n")
    assert message(read_table, path, "y") == (
        f"{path} is damaged or no {suffix} file: check the file, or name it after what "
        "it is"
    )


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_compressed_file_by_the_name_of_a_text_is_refused(tmp_path, suffix):
    path = tmp_path / f"table.csv{suffix}"
    write_whole(path, b"x,y\n1,a\n2,b\n")
    renamed = path.rename(tmp_path / "table.csv")
    assert message(read_table, renamed, "y") == (
        f"{renamed} is no text but a compressed {suffix} file: name it "
        f"table.csv{suffix}"
    )


def test_tab_separated_values(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("x\ty\n1,5\ta\n2,5\tb\n")
    table = read_table(path, "y")
    assert table.features["x"].tolist() == [1.5, 2.5]


def test_source_is_never_the_destination(tmp_path, monkeypatch):
    source = write_csv(tmp_path, ["1"], ["a"])
    symbolic, hard = tmp_path / "symbolic.csv", tmp_path / "hard.csv"
    symbolic.symlink_to(source)
    os.link(source, hard)
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    for alias in (
        source,
        symbolic,
        hard,
        Path("../table.csv"),
        Path("../sub/../hard.csv"),
    ):
        expected = (
            f"{alias} is the input itself, which is never written over: choose another "
            "output"
        )
        assert message(check_paths, source, alias, overwrite=True) == expected
        assert message(check_paths, source, alias) == expected
    assert message(check_paths, symbolic, source, overwrite=True) == (
        f"{source} is the input itself, which is never written over: choose another "
        "output"
    )


def test_destinations_that_are_refused(tmp_path):
    source = write_csv(tmp_path, ["1"], ["a"])
    there = write_csv(tmp_path, ["1"], ["a"], name="there.csv")
    assert message(check_paths, source, there) == (
        f"{there} exists already: choose another output, or allow with --force that it "
        "is replaced"
    )
    check_paths(source, there, overwrite=True)
    check_paths(source, tmp_path / "new.csv.gz")
    (tmp_path / "folder.csv").mkdir()
    for folder in (tmp_path / "folder.csv", tmp_path):
        assert message(check_paths, source, folder, overwrite=True) == (
            f"{folder} is a folder: name a file in it"
        )
    lost = tmp_path / "no" / "a.csv"
    assert message(check_paths, source, lost) == (
        f"cannot write {lost}: the folder {lost.parent} is not there; make it first"
    )
    assert message(check_paths, source, tmp_path / "a.parquet") == (
        f"the format stays as it is: {source} is csv, so {tmp_path / 'a.parquet'} must "
        "end in .csv, not in .parquet"
    )


def test_folder_without_permission_is_refused(tmp_path, monkeypatch):
    source, new = write_csv(tmp_path, ["1"], ["a"]), tmp_path / "new.csv"
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    assert message(check_paths, source, new) == (
        f"cannot write {new}: you may not write to the folder {tmp_path}; choose "
        "another output"
    )


# --- whole or not at all --------------------------------------------------------------


def failing(error):
    def fail(*arguments, **options):
        raise error

    return fail


@pytest.mark.parametrize(
    ("owner", "step", "overwrite"),
    [
        (Path, "open", False),
        (os, "fsync", False),
        (os, "fsync", True),
        (shutil, "copymode", True),
        (os, "replace", False),
        (os, "replace", True),
    ],
)
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_output_is_whole_or_as_before(
    tmp_path, monkeypatch, owner, step, overwrite, error
):
    path = tmp_path / "out.csv"
    if overwrite:
        path.write_text("old")
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, failing(error))
        with pytest.raises((TableFileError, KeyboardInterrupt)) as caught:
            write_whole(path, b"new", overwrite=overwrite)
    if isinstance(error, OSError):
        assert str(caught.value) == f"cannot write {path}: no space left on device"
    else:
        assert caught.value is error
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"] * overwrite
    if overwrite:
        assert path.read_text() == "old"
    write_whole(path, b"new", overwrite=overwrite)
    assert path.read_bytes() == b"new"


def test_file_that_appears_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    assert message(write_whole, path, b"new") == (
        f"{path} exists already: choose another output, or allow with --force that it "
        "is replaced"
    )
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def test_folder_that_cannot_be_written_to(tmp_path):
    path = tmp_path / "gone" / "out.csv"
    assert message(write_whole, path, b"new") == (
        f"cannot write {path}: no such file or directory"
    )


def test_permissions_are_those_of_an_ordinary_file(tmp_path):
    umask = os.umask(0o027)
    try:
        path = tmp_path / "out.csv"
        write_whole(path, b"new")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o604)
        write_whole(path, b"newer", overwrite=True)
        assert stat.S_IMODE(path.stat().st_mode) == 0o604
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(umask)


def test_symbolic_link_is_followed(tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    write_whole(link, b"new", overwrite=True)
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


# --- Parquet --------------------------------------------------------------------------

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

# Arrow writes half precision to Parquet since release 15.
HALF = "float16" if Version(pa.__version__) >= Version("15") else "float32"


def days(n):
    return [datetime.date(2020, 1, day + 1) for day in range(n)]


def moments(n):
    return [datetime.datetime(2020, 1, day + 1, 3, 4, 5) for day in range(n)]


def times(n):
    return [datetime.time(hour, 1, 2) for hour in range(n)]


def of_many_types():
    """An Arrow table of every type that is not refused, with and without nulls."""
    return pa.table(
        {
            "int8": pa.array([1, 2, None, 4, 5, 6], pa.int8()),
            "uint64": pa.array([1, 2, 3, 4, 5, 2**63], pa.uint64()),
            "double": pa.array([1.5, None, 2.5, 1, 2, 3], pa.float64()),
            "float": pa.array([1.5, float("nan"), 1, 2, 3, 4], pa.float32()),
            "half": pa.array(np.arange(6, dtype=HALF)),
            "bool": pa.array([True, None, False, True, True, False]),
            "text": pa.array(["a", None, "b", "c", "d", ""]),
            "large text": pa.array(list("abcdef"), pa.large_string()),
            "day": pa.array([*days(5), None], pa.date32()),
            "day64": pa.array(days(6), pa.date64()),
            "moment": pa.array(moments(6), pa.timestamp("ns")),
            "zoned": pa.array(
                [*moments(5), None], pa.timestamp("ms", tz="Europe/Rome")
            ),
            "time": pa.array([*times(5), None], pa.time32("s")),
            "time64": pa.array(times(6), pa.time64("us")),
            "span": pa.array([datetime.timedelta(day) for day in range(6)]),
            "decimal": pa.array([Decimal("1.05")] * 5 + [None], pa.decimal128(8, 2)),
            "category": pa.array(["x", "y", None, "x", "x", "z"]).dictionary_encode(),
            "label": pa.array(["no", "no", "no", "yes", "yes", "no"]),
            "nothing": pa.nulls(6),
        }
    )


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_times_of_day_keep_their_steps(tmp_path, unit):
    quarters = [datetime.time(row % 24, 15 * (row // 24 % 4)) for row in range(400)]
    kind = pa.time32(unit) if unit in ("s", "ms") else pa.time64(unit)
    path = tmp_path / "table.parquet"
    columns = {"x": pa.array(quarters, kind), "y": ["a"] * 300 + ["b"] * 100}
    pq.write_table(pa.table(columns), path)
    table = read_table(path, "y")
    rows = table.features[:300]
    encoder = TableEncoder().fit(rows)
    noise = np.random.default_rng(0).normal(size=(50, encoder.n_numeric_))
    made = encoder.inverse_transform(noise)
    content = table.with_rows(made, pd.Series(["a"] * 50))
    added = pq.read_table(pa.BufferReader(content))["x"][400:]
    whole_minutes = [t.replace(second=0, microsecond=0) for t in added.to_pylist()]
    assert added.to_pylist() == whole_minutes


@pytest.mark.parametrize("categories", [False, True])
def test_parquet_blanks_around_labels_do_not_count(tmp_path, categories):
    cells = [" no", "no ", "no ", "yes", "yes "]
    labels = pa.array(cells)
    if categories:
        labels = labels.dictionary_encode()
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"x": range(5), "y": labels}), path)
    table = read_table(path, "y")
    assert table.labels.tolist() == ["no", "no", "no", "yes", "yes"]
    content = table.with_rows(table.features[2:], table.labels[2:])
    whole = pq.read_table(pa.BufferReader(content))
    assert whole["y"].to_pylist() == [*cells, "no ", "yes", "yes"]
    assert whole.schema.equals(pq.read_table(path).schema, check_metadata=True)


@pytest.mark.parametrize("codec", ["none", "snappy", "zstd"])
def test_parquet_comes_back_with_its_schema_and_values(tmp_path, codec):
    path = tmp_path / "table.parquet"
    pq.write_table(of_many_types(), path, compression=codec)
    original = pq.read_table(path)
    before = path.read_bytes()
    table = read_table(path, "label")
    content = table.with_rows(table.features.iloc[::-1], table.labels.iloc[::-1])
    assert path.read_bytes() == before
    whole = pq.read_table(pa.BufferReader(content))
    assert whole.schema.equals(original.schema, check_metadata=True)
    assert repr(whole[:6].to_pylist()) == repr(original.to_pylist())
    assert repr(whole[6:].to_pylist()[::-1]) == repr(original.to_pylist())
    metadata = pq.ParquetFile(pa.BufferReader(content)).metadata
    expected = "UNCOMPRESSED" if codec == "none" else codec.upper()
    assert metadata.row_group(0).column(0).compression == expected


def test_parquet_gives_samplers_plain_types(tmp_path):
    path = tmp_path / "table.parquet"
    pq.write_table(of_many_types(), path)
    table = read_table(path, "label")
    assert {name: str(dtype) for name, dtype in table.features.dtypes.items()} == {
        "int8": "Int8",
        "uint64": "uint64",
        "double": "float64",
        "float": "float32",
        "half": HALF,
        "bool": "boolean",
        "text": str(pd.Series(["a", None]).dtype),
        "large text": str(pd.Series(["a", None]).dtype),
        "day": "datetime64[s]",
        "day64": "datetime64[s]",
        "moment": "datetime64[ns]",
        "zoned": "datetime64[ms]",
        "time": "timedelta64[ms]",
        "time64": "timedelta64[us]",
        "span": "timedelta64[us]",
        "decimal": "float64",
        "category": "category",
        "nothing": "object",
    }
    assert table.labels.name == "label"
    assert table.label_text("yes") == "yes"


def test_parquet_rounds_what_a_column_cannot_hold(tmp_path):
    path = tmp_path / "table.parquet"
    columns = pa.table(
        {
            "day": pa.array(days(2), pa.date32()),
            "day64": pa.array(days(2), pa.date64()),
            "decimal": pa.array([Decimal("1.05"), Decimal("2.00")]),
            "label": ["a", "b"],
        }
    )
    pq.write_table(columns, path)
    table = read_table(path, "label")
    features = pd.DataFrame(
        {
            "day": pd.Series([pd.Timestamp("2020-01-01 23:59")]).astype("M8[s]"),
            "day64": pd.Series([pd.Timestamp("2020-01-01 23:59")]).astype("M8[s]"),
            "decimal": [1.0678],
        }
    )
    content = table.with_rows(features, pd.Series(["b"]))
    assert pq.read_table(pa.BufferReader(content)).to_pylist()[-1] == {
        "day": datetime.date(2020, 1, 1),
        "day64": datetime.date(2020, 1, 1),
        "decimal": Decimal("1.07"),
        "label": "b",
    }


def written_decimals(folder, cells, kind, numbers):
    """Exact decimals that such a column gets for numbers, or else for its cells."""
    path = folder / "decimals.parquet"
    columns = {"x": pa.array(cells, kind), "y": ["a", "b"] * (len(cells) // 2)}
    pq.write_table(pa.table(columns), path)
    table = read_table(path, "y")
    rows = table.features if numbers is None else pd.DataFrame({"x": numbers})
    content = table.with_rows(rows, pd.Series(["a"] * len(rows)))
    return pq.read_table(pa.BufferReader(content))["x"].to_pylist()[len(cells) :]


@pytest.mark.parametrize(
    ("cells", "kind", "numbers", "expected"),
    [
        # What was there comes back to the last digit, whatever a float makes of it.
        (["0.1", "0.2"], pa.decimal128(38, 18), [0.2, 0.1], ["0.2", "0.1"]),
        (
            ["123456789012345678.91", "223456789012345678.93"],
            pa.decimal128(20, 2),
            [223456789012345678.93],
            ["223456789012345678.93"],
        ),
        # Other numbers have the decimals that are there, within the ends.
        (
            ["0.1", "1.75"],
            pa.decimal128(38, 18),
            [1 / 3, 0.0, 1.8, np.nan],
            ["0.33", "0.1", "1.75", None],
        ),
        (["100", "2500"], pa.decimal128(8, 2), [517.3], ["517"]),
        (
            ["999999999999999998", "999999999999999999", "5", "7"],
            pa.decimal128(18, 0),
            [1e18, 2e18, 6.2],
            ["999999999999999999", "999999999999999999", "6"],
        ),
        (
            ["9" * 50, "1"],
            pa.decimal256(50, 0),
            [1e51, 12.5],
            ["9" * 50, "12"],
        ),
    ],
)
def test_parquet_decimals_have_digits_that_were_there(
    tmp_path, cells, kind, numbers, expected
):
    cells = [Decimal(cell) for cell in cells]
    written = written_decimals(tmp_path, cells, kind, numbers)
    assert written == [None if text is None else Decimal(text) for text in expected]


def test_parquet_decimals_that_floats_confuse_are_levels(tmp_path):
    cells = [Decimal(10**18 - 1 - row % 3) for row in range(30)]
    assert written_decimals(tmp_path, cells, pa.decimal128(18, 0), None) == cells
    # Many of them are an amount, whose cells must not be repeated.
    cells = [Decimal(10**18 - 1 - row) for row in range(30)]
    path = tmp_path / "many.parquet"
    columns = {"x": pa.array(cells, pa.decimal128(18, 0)), "y": ["a", "b"] * 15}
    pq.write_table(pa.table(columns), path)
    assert read_table(path, "y").features["x"].dtype == "float64"


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (pd.RangeIndex(3), pd.RangeIndex(5)),
        (pd.RangeIndex(10, 16, 2), pd.RangeIndex(10, 20, 2)),
        (pd.Index([5, 9, 7], name="id"), pd.Index([5, 9, 7, 10, 11], name="id")),
        (pd.Index(["p", "q", "r"]), pd.Index(["p", "q", "r", None, None])),
    ],
)
@pytest.mark.parametrize("mark", [None, "synthetic"])
def test_parquet_of_pandas_keeps_index_and_types(tmp_path, index, expected, mark):
    frame = pd.DataFrame(
        {
            "x": [1.5, 2.5, 3.5],
            "c": pd.Categorical(["u", "v", "u"], ["v", "u", "w"], ordered=True),
            "y": ["a", "b", "b"],
        },
        index=index,
    )
    path = tmp_path / "table.parquet"
    frame.to_parquet(path)
    table = read_table(path, "y")
    assert list(table.features) == ["x", "c"]
    out = tmp_path / "out.parquet"
    out.write_bytes(table.with_rows(table.features[:2], table.labels[:2], mark))
    whole = pd.read_parquet(out)
    if mark:
        assert whole.pop(mark).tolist() == [False] * 3 + [True] * 2
    pd.testing.assert_frame_equal(whole[:3], frame)
    pd.testing.assert_index_equal(whole.index, expected, exact="equiv")
    pd.testing.assert_frame_equal(
        whole[3:].reset_index(drop=True), frame[:2].reset_index(drop=True)
    )


@pytest.mark.parametrize("places", [[1, 2, 126], [None, None, None]])
def test_parquet_index_that_cannot_be_counted_on_stays_empty(tmp_path, places):
    index = pd.Index(pd.array(places, dtype="Int8"), name="place")
    path = tmp_path / "table.parquet"
    pd.DataFrame({"x": [1, 2, 3], "y": ["a", "b", "b"]}, index).to_parquet(path)
    table = read_table(path, "y")
    content = table.with_rows(table.features[:2], table.labels[:2])
    whole = pq.read_table(pa.BufferReader(content))
    assert whole["place"].to_pylist() == [*places, None, None]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {"y": ["a", "b"], "x": [[1], [2]]},
            "column 'x' of {path} is of type list<element: int64>, of which no values "
            "can be made: remove the column",
        ),
        (
            {"y": ["a", "b"], "x": [b"1", b"2"]},
            "column 'x' of {path} is of type binary, of which no values can be made: "
            "remove the column",
        ),
        (
            {"y": ["a", None], "x": [1, 2]},
            "1 row has no class in column 'y' of {path}: fill these cells in or remove "
            "the rows",
        ),
        (
            {"y": [0.0, float("nan")], "x": [1, 2]},
            "1 row has no class in column 'y' of {path}: fill these cells in or remove "
            "the rows",
        ),
        (
            {"why": ["a"], "x": [1]},
            "{path} has no column 'y': its columns are 'why', 'x'",
        ),
        (
            {"y": ["a"]},
            "{path} has no column besides 'y': there is nothing to learn from",
        ),
        (
            {"y": pa.array([], pa.string()), "x": pa.array([], pa.int8())},
            "{path} has columns but no rows",
        ),
    ],
)
def test_parquet_that_is_refused(tmp_path, columns, expected):
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table(columns), path)
    assert message(read_table, path, "y") == expected.format(path=path)


def test_what_is_no_parquet_file(tmp_path):
    path = tmp_path / "table.parquet"
    path.write_bytes(b"x,y\n1,2\n")
    assert message(read_table, path, "y") == (
        f"{path} is damaged or no Parquet file: check the file, or name it after what "
        "it is"
    )
    path.write_bytes(b"")
    assert message(read_table, path, "y") == f"{path} is empty: it is no Parquet file"


@pytest.mark.parametrize(
    "damaged",
    [
        b"{",
        b"\xff",
        b"[]",
        b'{"columns": []}',
        b'{"index_columns": [3]}',
        b'{"index_columns": [{"kind": "range", "start": 0, "stop": 2}]}',
        b'{"index_columns": [{"kind": "range", "start": 0, "step": "1"}]}',
    ],
)
def test_parquet_with_damaged_notes_of_pandas_is_refused(tmp_path, damaged):
    path = tmp_path / "table.parquet"
    table = pa.table({"x": [1.5, 2.5], "y": [0, 1]})
    pq.write_table(table.replace_schema_metadata({b"pandas": damaged}), path)
    assert message(read_table, path, "y") == (
        f"{path} is damaged: what pandas noted in it of its index cannot be read; "
        "write the file anew"
    )


@pytest.mark.parametrize("levels", [b"3", b"[3]", b"null"])
def test_parquet_with_other_notes_on_labels_can_be_marked(tmp_path, levels):
    path = tmp_path / "table.parquet"
    notes = b'{"index_columns": [], "columns": [], "column_indexes": ' + levels + b"}"
    table = pa.table({"x": [1.5, 2.5], "y": [0, 1]})
    pq.write_table(table.replace_schema_metadata({b"pandas": notes}), path)
    read_table(path, "y").check_mark(path, "made")


def test_parquet_without_pyarrow(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "gansampler.tablefiles._parquet", raising=False)
    path = tmp_path / "table.parquet"
    path.write_bytes(b"PAR1")
    assert message(read_table, path, "y") == (
        "Parquet files need pyarrow, which is not installed: pip install pyarrow"
    )


def test_parquet_with_text_that_is_no_utf8_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    cells = pa.array([b"a", b"\xff\xfe"]).view(pa.string())
    pq.write_table(pa.table({"x": cells, "y": [0, 1]}), path)
    assert message(read_table, path, "y") == (
        f"{path} is damaged or no Parquet file: check the file, or name it after what "
        "it is"
    )
