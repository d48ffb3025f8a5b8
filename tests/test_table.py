"""Rows of any types to a matrix and back."""

import functools
from datetime import datetime, timezone

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from gansampler.encoding.categorical import CategoricalColumn, matched, spread_evenly
from gansampler.encoding.grids import count_decimals
from gansampler.encoding.numeric import NumericColumn
from gansampler.exceptions import InvalidTableError
from gansampler.onehot import Flags, OneHotGroups
from gansampler.summary import MAX_LEVELS, ColumnPart, summarise
from gansampler.table import TableEncoder, decorrelation
from gansampler.tabular import Table
from gansampler.ticks import TIME_STEPS


def encoder_of(rows, table=None, **parameters):
    table = rows if table is None else table
    return TableEncoder(**parameters).fit(rows, Table(table).summary)


def random_matrix(encoder, n_rows, seed=0, spread=1.0):
    """Rows such as a generator might make: any numbers, levels at the class's rates."""
    rng = np.random.default_rng(seed)
    blocks = [rng.normal(scale=spread, size=(n_rows, encoder.n_numeric_))]
    ends = np.cumsum(encoder.category_sizes_).astype(int)
    for rates in np.split(encoder.category_frequencies_, ends)[: len(ends)]:
        blocks.append(rng.multinomial(1, rates / rates.sum(), size=n_rows))
    return np.hstack(blocks).astype(np.float32)


def calibrated(encoder, seed=0, spread=1.0):
    encoder.calibrate(random_matrix(encoder, 20_000, seed, spread))
    return encoder


@pytest.mark.parametrize("with_missing", [False, True])
def test_decoded_values_are_encoded_as_the_rows_made_of_them(mixed_table, with_missing):
    X, y = mixed_table
    rows = X[y == y.iloc[0]] if with_missing else X.dropna()
    encoder = calibrated(encoder_of(rows.reset_index(drop=True)))
    values = encoder.decode(random_matrix(encoder, 500, spread=2.0))
    encoded = encoder.encode(values)
    frame = encoder.to_frame(values)
    assert frame.isna().any(axis=None) == with_missing
    np.testing.assert_allclose(encoder.transform(frame), encoded, atol=1e-5)


class Angle:
    """A column of angles, as a point of the unit circle."""

    missing, few_valued, widths, frequencies = np.nan, False, (2, 0), np.empty(0)

    def to_values(self, cells):
        return cells.to_numpy(dtype=float)

    def to_cells(self, values):
        return pd.Series(values)

    def encode_numeric(self, values):
        points = np.column_stack([np.cos(values), np.sin(values)])
        return np.where(np.isnan(points), 0.0, points)

    def encode_one_hot(self, values):
        return np.empty((len(values), 0))

    def keep_donors(self, values, matrix, rng):
        pass

    def calibrate(self, numeric, one_hot):
        pass

    def settle(self, numeric, one_hot):
        return numeric

    def decode(self, numeric, one_hot, matrix, chance):
        return np.arctan2(numeric[:, 1], numeric[:, 0])


def test_a_new_kind_of_column_needs_no_more_than_what_a_column_lists(monkeypatch):
    fit = TableEncoder._fit_column
    monkeypatch.setattr(
        TableEncoder,
        "_fit_column",
        lambda self, summary, *cells: (
            Angle() if summary.name == "angle" else fit(self, summary, *cells)
        ),
    )
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"plan": list("ab") * 30, "angle": rng.uniform(-3, 3, 60)})
    rows = rows.assign(fee=rng.normal(size=60))
    rows.loc[:9, "angle"] = np.nan
    encoder = encoder_of(rows)
    assert (encoder.n_numeric_, encoder.category_sizes_) == (3, (2, 2))
    assert not encoder.few_valued
    matrix = encoder.transform(rows)
    np.testing.assert_allclose(encoder.settle(matrix), matrix, atol=1e-5)
    pd.testing.assert_frame_equal(
        calibrated(encoder).inverse_transform(matrix)[["plan", "angle"]],
        rows[["plan", "angle"]],
        atol=1e-5,
    )


def test_a_numeric_column_has_the_same_attributes_whatever_the_class_shows():
    summary = summarise("x", pd.Series(range(60)))
    shown = [[np.nan] * 9, [3.0] * 9, [3.0, 4.0] * 9, range(60)]
    columns = [NumericColumn(summary, "table").fit(pd.Series(x)) for x in shown]
    assert [column.widths for column in columns] == [(0, 0), (0, 0), (0, 2), (1, 0)]
    for column in columns:
        assert sorted(vars(column)) == sorted(vars(columns[-1]))


# --- every dtype -------------------------------------------------------------------

N = 12
COLUMNS = {
    "float64": pd.Series(np.linspace(-3, 8, N)),
    "float32": pd.Series(np.linspace(0, 1, N, dtype=np.float32)),
    "int64": pd.Series(np.arange(N) * 7 - 20),
    "int8": pd.Series(np.arange(N), dtype="int8"),
    "uint64 beyond exact floats": pd.Series(
        np.arange(N, dtype="uint64") + np.uint64(2**64 - N)
    ),
    "int64 over its whole range": pd.Series([-(2**63), 2**63 - 1] * 6, dtype="int64"),
    "bool": pd.Series([True, False] * (N // 2)),
    "Int64": pd.Series([1, None, 3] * (N // 3), dtype="Int64"),
    "Float64": pd.Series([1.5, None, 3.25] * (N // 3), dtype="Float64"),
    "boolean": pd.Series([True, None, False] * (N // 3), dtype="boolean"),
    "str": pd.Series(["a", "b", None] * (N // 3), dtype="str"),
    "string": pd.Series(["a", "b", None] * (N // 3), dtype="string"),
    "object strings": pd.Series(["a", None, "b"] * (N // 3), dtype=object),
    "object integers": pd.Series([1, None, 30] * (N // 3), dtype=object),
    "object floats": pd.Series([1.5, np.nan, 3.5] * (N // 3), dtype=object),
    "object of several types": pd.Series([1, "a", None, 2.5] * (N // 4), dtype=object),
    "category": pd.Series(list("xyz") * (N // 3), dtype="category"),
    "ordered category": pd.Series(
        pd.Categorical(list("xyz") * (N // 3), categories=list("zyxw"), ordered=True)
    ),
    "category of integers": pd.Series([3, 1, 2] * (N // 3), dtype="category"),
    "datetime": pd.Series(pd.date_range("2024-01-30", periods=N, freq="36h")),
    "datetime with gaps": pd.Series(
        [pd.Timestamp("2024-02-29 10:00"), pd.NaT, pd.Timestamp("2025-01-01")] * 4
    ),
    "datetime with zone": pd.Series(
        pd.date_range("2024-03-30", periods=N, freq="h", tz="Europe/Paris")
    ),
    "datetime at night": pd.Series(pd.date_range("2024-01-30", periods=N, freq="D"))
    + pd.to_timedelta(np.arange(N) * 90, unit="s"),
    "datetime objects": pd.Series(
        [datetime(2024, 1, 1 + i % 4, tzinfo=timezone.utc) for i in range(N)],
        dtype=object,
    ),
    "timedelta": pd.Series(pd.to_timedelta(np.arange(N) * 90, unit="s")),
    "period": pd.Series(pd.period_range("2024-01", periods=4, freq="M").repeat(3)),
    "Arrow integer": pd.Series([1, None, 3] * (N // 3), dtype="int32[pyarrow]"),
    "Arrow float": pd.Series([1.5, None, 3.5] * (N // 3), dtype="double[pyarrow]"),
    "Arrow boolean": pd.Series([True, None, False] * (N // 3), dtype="bool[pyarrow]"),
    "Arrow string": pd.Series(["a", None, "b"] * (N // 3), dtype="string[pyarrow]"),
    "Arrow timestamp": pd.Series(
        pd.date_range("2024-01-01", periods=N, freq="D")
    ).astype("timestamp[ms][pyarrow]"),
    "constant": pd.Series([4.25] * N),
    "all missing float": pd.Series([np.nan] * N),
    "all missing object": pd.Series([None] * N, dtype=object),
    "all missing datetime": pd.Series([pd.NaT] * N, dtype="datetime64[s]"),
    "all missing category": pd.Series(pd.Categorical([None] * N, categories=["a"])),
    "constant with gaps": pd.Series([1.5, np.nan] * (N // 2)),
    "sparse": pd.Series(pd.arrays.SparseArray([0.0, 0, 2, 0] * (N // 4))),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_encoded_rows_decode_to_themselves(name):
    rows = pd.DataFrame({"column": COLUMNS[name]})
    encoder = encoder_of(rows)
    decoded = encoder.inverse_transform(encoder.transform(rows))
    pd.testing.assert_frame_equal(decoded, rows, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("missing", [[np.nan], [None, np.nan]])
def test_nan_among_arrow_floats_is_missing(missing):
    array = pa.array([1.5, 2.5, *missing] * 5, from_pandas=False)
    rows = pd.DataFrame({"column": pd.arrays.ArrowExtensionArray(array)})
    encoder = encoder_of(rows)
    decoded = encoder.inverse_transform(encoder.transform(rows))["column"]
    expected = [1.5, 2.5, *([np.nan] * len(missing))] * 5
    np.testing.assert_allclose(decoded.to_numpy(float, na_value=np.nan), expected)
    assert decoded.dtype == rows["column"].dtype


def test_a_table_of_all_types_decodes_to_itself():
    rows = pd.DataFrame(COLUMNS)
    encoder = encoder_of(rows)
    decoded = encoder.inverse_transform(encoder.transform(rows))
    pd.testing.assert_frame_equal(decoded, rows, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("value_range", ["table", "class", None])
@pytest.mark.parametrize("calibrate", [False, True])
def test_any_matrix_decodes_to_valid_rows(value_range, calibrate):
    table = pd.DataFrame(COLUMNS)
    rows = table.iloc[:8].reset_index(drop=True)
    encoder = encoder_of(rows, table, value_range=value_range)
    if calibrate:
        calibrated(encoder)
    decoded = encoder.inverse_transform(random_matrix(encoder, 300, spread=5.0))
    assert (decoded.dtypes == table.dtypes).all()
    for name, column in decoded.items():
        never_missing = not rows[name].isna().any()
        assert not (never_missing and column.isna().any()), name
        if encoder.table_[table.columns.get_loc(name)].kind == "category":
            levels = set(rows[name].dropna())
            assert set(column.dropna()) <= levels, name
        elif value_range is not None and not rows[name].isna().all():
            bounds = table[name] if value_range == "table" else rows[name]
            present = column.dropna()
            assert present.min() >= bounds.min(), name
            assert present.max() <= bounds.max(), name


def test_without_a_range_only_the_dtype_bounds_the_numbers():
    rows = pd.DataFrame({"x": np.arange(100, dtype="uint8"), "z": np.arange(100) / 9})
    encoder = encoder_of(rows, value_range=None)
    decoded = encoder.inverse_transform(random_matrix(encoder, 500, spread=9.0))
    assert decoded["x"].min() == 0
    assert decoded["x"].max() == 255
    assert decoded["z"].min() < 0
    assert decoded["z"].max() > 100 / 9


def test_without_a_range_decimals_are_kept():
    """The ends, the largest floats, cannot be rounded to them."""
    rows = pd.DataFrame({"price": np.arange(100) * 0.07}).round(2)
    encoder = calibrated(encoder_of(rows, value_range=None))
    price = encoder.inverse_transform(random_matrix(encoder, 500))["price"]
    assert (price == price.round(2)).all()


def test_without_a_range_times_and_huge_integers_stay_in_that_of_the_table():
    days = pd.date_range("2024-01-01", periods=100)
    rows = pd.DataFrame({"day": days, "id": 2**60 + 10**6 * np.arange(100)})
    encoder = encoder_of(rows, value_range=None)
    decoded = encoder.inverse_transform(random_matrix(encoder, 500, spread=9.0))
    assert (decoded.min() == rows.min()).all()
    assert (decoded.max() == rows.max()).all()


# --- numbers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "decimals"),
    [
        ([1.0, -3.0], 0),
        ([0.1, 2.25], 2),
        ([1e-8, 3.1e-8], 9),
        ([1 / 3, 0.5], None),
        ([1e20, 1.5], 1),
        ([1e20, 1 / 3], None),
        ([1e16, 3.0], 0),
        ([0.1 + 0.2, 0.7], 1),
    ],
)
def test_count_decimals(numbers, decimals):
    assert count_decimals(np.array(numbers), np.dtype(float)) == decimals


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_count_decimals_of_the_largest_numbers(dtype):
    numbers = np.array([np.finfo(dtype).max, 1.5], dtype=float)
    assert count_decimals(numbers, dtype) == 1


def test_count_decimals_of_single_precision():
    assert count_decimals(np.float32([0.1, 7.25]).astype(float), "float32") == 2
    assert count_decimals(np.float32([1 / 3]).astype(float), "float32") is None


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n_terms", [2, 3, 12])
def test_sums_have_the_decimals_of_their_terms(dtype, n_terms):
    rng = np.random.default_rng(0)
    terms = np.round(rng.gamma(2, 20, (n_terms, 300)), 2).astype(dtype)
    total = functools.reduce(np.add, terms)
    assert count_decimals(total.astype(float), dtype) == 2
    rows = pd.DataFrame({"total": total})
    encoder = calibrated(encoder_of(rows))
    decoded = encoder.inverse_transform(random_matrix(encoder, 500))["total"]
    inner = decoded[decoded.between(total.min(), total.max(), "neither")]
    assert (inner == inner.astype(float).round(2).astype(dtype)).all()
    assert inner.nunique() > 200


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(3, 50),
    st.floats(-6, 0),
    st.sampled_from(["uniform", "normal", "lognormal"]),
)
def test_no_decimals_are_found_where_there_are_none(seed, n, magnitude, distribution):
    rng = np.random.default_rng(seed)
    numbers = getattr(rng, distribution)(size=n) * 10**magnitude
    assert count_decimals(numbers, np.dtype(float)) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1), st.integers(0, 6))
def test_exact_decimals_are_found_and_no_fewer(steps, decimals):
    numbers = np.array(steps) / 10**decimals
    found = count_decimals(numbers, np.dtype(float))
    assert found <= decimals
    assert (np.round(numbers, found) == numbers).all()
    assert found == 0 or (np.round(numbers, found - 1) != numbers).any()


def test_decimals_are_no_finer_than_observed():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"price": np.round(rng.gamma(2, 10, 200), 2)})
    encoder = calibrated(encoder_of(rows))
    price = encoder.inverse_transform(random_matrix(encoder, 1000))["price"]
    assert (price == price.round(2)).all()
    assert not (price == price.round(1)).all()


def test_few_valued_columns_take_observed_values_at_their_own_rates():
    rng = np.random.default_rng(1)
    values = rng.choice([0.5, 2.0, 7.0], p=[0.7, 0.25, 0.05], size=400)
    table = pd.DataFrame({"x": np.r_[values, [100.0] * 40]})
    rows = table.iloc[:400]
    encoder = calibrated(encoder_of(rows, table))
    drawn = encoder.inverse_transform(random_matrix(encoder, 4000, seed=3))["x"]
    assert set(drawn) == {0.5, 2.0, 7.0}
    for value in (0.5, 2.0, 7.0):
        share = (values == value).mean()
        assert (drawn == value).mean() == pytest.approx(share, abs=0.02)


def test_nothing_piles_up_at_the_ends_of_the_range():
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"x": np.round(rng.exponential(5.0, 2000))})
    rows = table.iloc[:300].reset_index(drop=True)
    encoder = calibrated(encoder_of(rows, table), spread=2.0)
    drawn = encoder.inverse_transform(random_matrix(encoder, 4000, 1, spread=2.0))["x"]
    for end in (table["x"].min(), table["x"].max()):
        assert (drawn == end).mean() <= (rows["x"] == end).mean() + 0.01


@pytest.mark.parametrize("share", [0.02, 0.15, 0.4])
@pytest.mark.parametrize("code", [-999, 9999])
def test_no_number_comes_between_a_code_at_the_end_and_the_others(share, code):
    rng = np.random.default_rng(0)
    ages = rng.integers(1, 100, 300)
    ages[: round(share * 300)] = code
    rows = pd.DataFrame({"age": ages})
    encoder = calibrated(encoder_of(rows))
    drawn = encoder.inverse_transform(random_matrix(encoder, 4000, seed=1))["age"]
    assert (drawn == code).mean() == pytest.approx(share, abs=0.02)
    assert drawn[drawn != code].between(1, 99).all()


def test_a_frequent_value_comes_back_at_its_own_rate():
    rng = np.random.default_rng(3)
    values = np.where(rng.random(500) < 0.6, 0.0, rng.normal(50, 9, 500))
    rows = pd.DataFrame({"x": values})
    encoder = calibrated(encoder_of(rows))
    drawn = encoder.inverse_transform(random_matrix(encoder, 4000))["x"]
    assert (drawn == 0).mean() == pytest.approx((values == 0).mean(), abs=0.02)
    assert drawn.nunique() > 1000


@pytest.mark.parametrize("n_often", [80, 280])  # an atom, and a frequent value
@pytest.mark.parametrize(
    "cells_of",
    [
        lambda steps: steps,
        lambda steps: steps / 10,
        lambda steps: pd.Timestamp("2024-01-01") + pd.to_timedelta(steps, "D"),
    ],
)
def test_rounding_adds_nothing_to_frequent_values_nor_to_those_beside_them(
    n_often, cells_of
):
    rng = np.random.default_rng(3)
    steps = np.r_[np.full(n_often, 20), rng.permutation(np.arange(800 - n_often) % 40)]
    encoder = calibrated(encoder_of(pd.DataFrame({"x": cells_of(steps)})))
    drawn = encoder.inverse_transform(random_matrix(encoder, 20_000))["x"]
    often, near = cells_of(np.array([20])), cells_of(np.array([18, 19, 21, 22]))
    assert drawn.isin(often).mean() == pytest.approx((steps == 20).mean(), abs=0.006)
    share = np.isin(steps, [18, 19, 21, 22]).mean()
    assert drawn.isin(near).mean() == pytest.approx(share, rel=0.1)


def test_times_come_back_in_the_steps_in_which_they_are_given():
    days = pd.date_range("2024-01-01", periods=50, freq="D")
    rows = pd.DataFrame(
        {"day": days, "hour": days[0] + pd.to_timedelta(range(50), "h")}
    )
    encoder = calibrated(encoder_of(rows))
    drawn = encoder.inverse_transform(random_matrix(encoder, 300))
    assert (drawn["day"] == drawn["day"].dt.floor("D")).all()
    assert (drawn["hour"] == drawn["hour"].dt.floor("h")).all()
    assert drawn["hour"].dt.hour.nunique() > 12


@pytest.mark.parametrize("step", ["15min", "7D", "36h", "1h"])
@pytest.mark.parametrize("zone", [None, "Europe/Paris"])
def test_times_step_by_what_divides_the_time_between_any_two(step, zone):
    times = pd.Series(pd.date_range("2024-01-08 10:05", periods=80, freq=step))
    shown = times.sample(frac=0.8, random_state=0, ignore_index=True)
    rows = pd.DataFrame({"t": shown.dt.tz_localize(zone)})
    encoder = calibrated(encoder_of(rows))
    drawn = encoder.inverse_transform(random_matrix(encoder, 300))["t"]
    clock = drawn.dt.tz_localize(None)
    assert not ((clock - times[0]) % pd.Timedelta(step)).any()
    assert clock.nunique() > 40


@pytest.mark.parametrize(("n_times", "step"), [(9, 24 * 60), (10, 35 * 24 * 60)])
def test_a_few_times_step_by_a_unit(n_times, step):
    """They may have a longer span in common by chance."""
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(35 * np.arange(n_times), "D")
    minutes = pd.Series(days).astype("datetime64[s]")
    summary = ColumnPart.of("t", minutes).summary()
    assert summary.step == 60 * step


def test_decorrelated_rows_are_uncorrelated_and_come_back():
    rng = np.random.default_rng(4)
    x = rng.normal(size=3000)
    rows = np.stack([x, x + 0.3 * rng.normal(size=3000), rng.normal(size=3000)], axis=1)
    rows = (rows - rows.mean(0)) / rows.std(0)
    rotation, back = decorrelation(rows)
    assert np.cov(rows @ rotation, rowvar=False) == pytest.approx(np.eye(3), abs=0.03)
    assert rows @ rotation @ back == pytest.approx(rows)


def test_without_a_range_integers_of_64_bits_stay_where_they_are():
    rows = pd.DataFrame(
        {"n": np.arange(100) + 300, "u": np.arange(100, dtype="uint64")}
    )
    encoder = calibrated(encoder_of(rows, value_range=None))
    drawn = encoder.inverse_transform(random_matrix(encoder, 500))
    assert 320 < drawn["n"].mean() < 380
    assert drawn["n"].std() > 15
    assert drawn["u"].dtype == "uint64"


@pytest.mark.parametrize(
    "ids", [np.array([3, 2**62 + 1, 2**63 - 1]), np.array([1, 2**60 + 1], dtype=object)]
)
def test_few_huge_integers_come_back_to_the_last_digit(ids):
    rows = pd.DataFrame({"id": ids[np.arange(60) % len(ids)]})
    encoder = encoder_of(rows)
    drawn = encoder.inverse_transform(random_matrix(encoder, 200))["id"]
    assert set(drawn) == set(ids)


def test_a_distribution_of_two_scales_keeps_its_gap():
    rng = np.random.default_rng(7)
    values = np.r_[rng.uniform(5, 60, 500), rng.uniform(1000, 2500, 500)]
    rows = pd.DataFrame({"x": values})
    encoder = calibrated(encoder_of(rows))
    drawn = encoder.inverse_transform(random_matrix(encoder, 4000))["x"]
    assert (drawn < 60).mean() == pytest.approx(0.5, abs=0.1)
    assert drawn.between(100, 900).mean() < 0.1


def test_nothing_piles_up_one_step_inside_the_range():
    table = pd.DataFrame({"x": np.r_[np.repeat(np.arange(1, 40), 20), 0, 40]})
    rows = table.iloc[:-2].reset_index(drop=True)
    encoder = calibrated(encoder_of(rows, table))
    drawn = encoder.inverse_transform(random_matrix(encoder, 20_000))["x"]
    shares = drawn.value_counts(normalize=True)
    assert shares[[1, 39]].max() < 1.5 * shares[[10, 20, 30]].mean()
    assert not set(drawn) & {0, 40}


def test_numbers_over_hundreds_of_magnitudes_stay_in_their_range():
    rng = np.random.default_rng(8)
    rows = pd.DataFrame({"x": 10.0 ** rng.uniform(-300, 300, 200)})
    encoder = calibrated(encoder_of(rows))
    drawn = encoder.inverse_transform(random_matrix(encoder, 200))["x"]
    assert drawn.between(rows["x"].min(), rows["x"].max()).all()


@pytest.mark.parametrize(
    "small", [10.0 ** np.linspace(-180, -60, 180), 5e-324 * np.arange(1.0, 181.0)]
)
def test_a_tail_is_kept_however_far_it_lies_from_the_bulk(small):
    """Likelihoods; and numbers whose quartiles are as near as floats can be."""
    rng = np.random.default_rng(9)
    rows = pd.DataFrame({"x": np.r_[small, rng.uniform(0.01, 10, 20)]})
    encoder = calibrated(encoder_of(rows))
    drawn = encoder.inverse_transform(random_matrix(encoder, 4000))["x"]
    assert (drawn > 0.01).mean() == pytest.approx(0.1, abs=0.02)
    assert drawn.max() > 5
    assert drawn[drawn <= small.max()].nunique() > 100


# --- categories --------------------------------------------------------------------


def test_one_hot_width_is_bounded_whatever_the_number_of_levels():
    rows = pd.DataFrame({"id": [f"id{i}" for i in range(1000)]})
    rows["city"] = rows["id"].where(np.arange(1000) % 10 != 0, "home")
    rows["street"] = [f"street {i // 5}" for i in range(1000)]
    encoder = encoder_of(rows)
    # One shared cell; one for the level that 100 rows show beside it; and one for each
    # of the most frequent levels.
    assert encoder.category_sizes_ == (1, 2, MAX_LEVELS + 1)


def test_up_to_ten_levels_have_cells_of_their_own_however_rare():
    column = CategoricalColumn().fit(pd.Series(list("aaaaaabcdefghij")))
    assert (column.width, column.has_rare) == (10, False)


def test_rare_levels_that_belong_together_stay_together():
    rng = np.random.default_rng(5)
    region = rng.integers(150, size=300)
    country = region // 3
    rows = pd.DataFrame(
        {
            "region": [f"region {r}" for r in region],
            "country": [f"country {c}" for c in country],
            "latitude": country + 0.1 * rng.random(300),
        }
    )
    encoder = encoder_of(rows)
    matrix = encoder.transform(rows)
    matrix[:, : encoder.n_numeric_] += 0.01 * rng.normal(size=(300, 1))
    decoded = encoder.inverse_transform(matrix)
    pairs = set(zip(rows["region"], rows["country"], strict=True))
    assert set(zip(decoded["region"], decoded["country"], strict=True)) <= pairs


def test_unseen_levels_encode_as_missing_ones():
    encoder = encoder_of(pd.DataFrame({"x": ["a", "a", "b"]}))
    unseen = encoder.transform(pd.DataFrame({"x": ["c"]}))
    assert unseen[0, :2].tolist() == pytest.approx([2 / 3, 1 / 3])


# --- levels of other classes -------------------------------------------------------


def towns():
    """A class of few rows among others: each region in one country, most unseen.

    The first country has enough rows of the class for a cell of its own, and some
    regions are missing.
    """
    rng = np.random.default_rng(0)
    region = rng.integers(0, 200, 900)
    region[:7] = 20 * np.arange(7)  # in the first country
    table = pd.DataFrame(
        {
            "income": rng.normal(region % 20, 0.1),
            "country": pd.Series(region % 20).map("C{:02d}".format),
            "region": pd.Series(region).map("R{:03d}".format),
            "plan": rng.choice(["basic", "pro"], 900),
        }
    )
    table.loc[rng.random(900) < 0.2, "region"] = None
    return table[:40].reset_index(drop=True), table[40:].reset_index(drop=True)


def decoded(encoder, matrix, seed=1000):
    values = encoder.decode(matrix, np.random.default_rng(seed))
    return encoder.to_frame(values)


def test_as_many_rows_borrow_levels_as_good_and_turing_expect():
    """Three levels are shown once, two by seven rows, and a frequent one by twenty."""
    rows = pd.DataFrame({"x": [*"abc", *"dddeeee", *("often" for _ in range(20))]})
    others = pd.DataFrame({"x": [f"other {i}" for i in range(50)]})
    encoder = TableEncoder().fit(rows, others=others)
    made = decoded(encoder, random_matrix(encoder, 60_000))["x"]
    assert (made == "often").mean() == pytest.approx(20 / 30, abs=0.01)
    rare = made[made != "often"]
    assert rare.str.startswith("other").mean() == pytest.approx(3 / 10, abs=0.015)
    # Equal lenders, and equal rows of the class, lend equally often.
    shares = rare.value_counts(normalize=True)
    assert shares[shares.index.str.startswith("other")].max() < 0.3 / 50 * 1.5
    assert shares["e"] == pytest.approx(0.7 * 4 / 10, abs=0.02)
    assert shares["a"] == pytest.approx(0.7 * 1 / 10, abs=0.01)


def test_levels_that_belong_together_are_borrowed_together():
    rows, others = towns()
    encoder = TableEncoder().fit(rows, others=others)
    country = encoder.columns_[1]
    assert 0 < country.n_own < len(rows["country"].unique())
    made = decoded(encoder, random_matrix(encoder, 5000))
    table = pd.concat([rows, others])
    assert not made["region"].isin(rows["region"]).all()
    assert made["region"].isna().mean() == pytest.approx(
        rows["region"].isna().mean(), abs=0.03
    )
    # Also where a region is missing, or the country is frequent and stays.
    borrowed = made[~made["region"].isin([*rows["region"], None])]
    assert {"C00"} < set(borrowed["country"])
    pairs = table[["country", "region"]].drop_duplicates()
    assert len(borrowed.merge(pairs, on=["country", "region"])) == len(borrowed)
    # Nothing else of a row changes.
    own = TableEncoder().fit(rows)
    matrix = random_matrix(encoder, 500)
    assert own.category_sizes_ == encoder.category_sizes_
    for name in ("income", "plan"):
        assert decoded(encoder, matrix)[name].equals(decoded(own, matrix)[name])
    frequent = matrix[:, encoder.n_numeric_] == 1
    assert (decoded(encoder, matrix)["country"][frequent] == "C00").all()


def test_each_column_borrows_as_often_as_it_needs():
    """What the class shows four times each is no chance, whatever others show."""
    rng = np.random.default_rng(0)
    merchants = [f"F{i}" for i in range(25)]
    rows = pd.DataFrame(
        {
            "x": rng.normal(size=100),
            "merchant": merchants * 4,
            "town": [f"T{i % 60}" for i in range(100)],
        }
    )
    others = pd.DataFrame(
        {
            "x": rng.normal(size=400),
            "merchant": [f"M{i}" for i in rng.integers(0, 30, 400)],
            "town": [f"U{i}" for i in rng.integers(0, 200, 400)],
        }
    )
    encoder = TableEncoder().fit(rows, others=others)
    made = decoded(encoder, random_matrix(encoder, 4000))
    assert set(made["merchant"]) <= set(merchants)
    assert made["town"].str.startswith("U").mean() == pytest.approx(0.2, abs=0.02)


def test_single_rows_borrow_as_often_as_many():
    """Each draw has its own chance, or the first row would always borrow."""
    rows = pd.DataFrame({"x": [*"abc", *"dddeeee"]})
    others = pd.DataFrame({"x": [f"other {i}" for i in range(50)]})
    encoder = TableEncoder().fit(rows, others=others)
    matrix = random_matrix(encoder, 1)
    made = [decoded(encoder, matrix, seed)["x"][0] for seed in range(600)]
    share = np.mean([level.startswith("other") for level in made])
    assert share == pytest.approx(0.3, abs=0.06)


def test_no_more_lenders_are_kept_than_are_of_use(monkeypatch):
    monkeypatch.setattr("gansampler.table.MAX_DONORS", 50)
    rows, others = towns()
    encoder = TableEncoder().fit(rows, others=others)
    assert len(encoder.lenders_.matrix) == 50
    assert {len(levels) for levels in encoder.lenders_.levels.values()} == {50}


def test_lenders_are_forgotten_by_the_next_fit():
    rows, others = towns()
    encoder = TableEncoder().fit(rows, others=others).fit(rows)
    decoded = encoder.inverse_transform(random_matrix(encoder, 200))
    assert encoder.lenders_ is None
    assert decoded["region"].dropna().isin(rows["region"]).all()


def test_nothing_is_borrowed_without_need():
    """Where the class shows no level once only, or others have none to add."""
    rows, others = towns()
    full = rows.dropna()
    for own, lending in [
        (pd.concat([full] * 2, ignore_index=True), others),
        (rows, rows.sample(30, random_state=0)),
        (rows[["income", "plan"]], others[["income", "plan"]]),
    ]:
        encoder = TableEncoder().fit(own, others=lending)
        matrix = random_matrix(encoder, 500)
        assert encoder.lenders_ is None
        alone = TableEncoder().fit(own, others=lending, lend=False)
        assert decoded(encoder, matrix).equals(decoded(alone, matrix))


def test_a_class_of_few_levels_borrows_where_the_table_has_many():
    rows = pd.DataFrame({"x": np.arange(8.0), "region": [f"R{i}" for i in range(8)]})
    others = pd.DataFrame(
        {"x": np.arange(50.0), "region": [f"S{i}" for i in range(50)]}
    )
    assert TableEncoder().fit(rows).category_sizes_ == (8,)
    encoder = TableEncoder().fit(rows, others=others)
    made = decoded(encoder, random_matrix(encoder, 200))
    assert set(made["region"]) <= set(others["region"])
    few = others.assign(region=["S0", "S1"] * 25)
    encoder = TableEncoder().fit(rows, others=few)
    made = decoded(encoder, random_matrix(encoder, 200))
    assert set(made["region"]) == set(rows["region"])
    # Without a level that the class shows once, each keeps its cell.
    twice = pd.concat([rows] * 2, ignore_index=True)
    assert TableEncoder().fit(twice, others=others).category_sizes_ == (8,)


LENT = {
    "intervals that overlap": lambda low: pd.Series(
        pd.arrays.IntervalArray.from_arrays(low, low + 2)
    ),
    "objects of several types": lambda low: pd.Series(
        [int(x) if x < 30 else f"{x:.0f}b" for x in low], dtype=object
    ),
    "Arrow dictionary": lambda low: pd.Series(
        [f"{x:.0f}" for x in low],
        dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())),
    ),
    "categories": lambda low: pd.Series(low).astype(
        pd.CategoricalDtype(np.arange(99.0))
    ),
}


@pytest.mark.parametrize("kind", LENT)
def test_levels_of_any_dtype_are_borrowed(kind):
    cells = LENT[kind](np.r_[np.arange(20.0), np.arange(60.0)])
    table = pd.DataFrame({"x": np.arange(80.0) * 7 % 20, "level": cells})
    rows, others = table[:20], table[20:].reset_index(drop=True)
    encoder = TableEncoder().fit(rows, Table(table).summary, others=others)
    made = decoded(encoder, random_matrix(encoder, 300))
    assert made["level"].dtype == cells.dtype
    known, own = ({repr(x) for x in frame["level"]} for frame in (table, rows))
    found = {repr(x) for x in made["level"]}
    assert found <= known
    assert not found <= own


@pytest.mark.parametrize("frequency", ["rare", "rarer"])
def test_rows_of_levels_only_do_not_all_take_one_of_them(frequency):
    """Each is as similar to a row as any other, so that the first would be taken."""
    rows = pd.DataFrame({"town": [f"T{i % 50}" for i in range(90)]})
    if frequency == "rarer":
        rows["street"] = [f"S{i}" for i in range(90)]
    encoder = TableEncoder().fit(rows)
    made = decoded(encoder, random_matrix(encoder, 20_000))
    shares = made["town"].value_counts(normalize=True)
    expected = rows["town"].value_counts(normalize=True)
    assert (shares - expected).abs().max() < 0.005
    # Of a row of the class the levels are taken together.
    assert set(made.itertuples(index=False)) <= set(rows.itertuples(index=False))


# --- fitting -----------------------------------------------------------------------


def test_a_class_without_its_table_is_a_table_of_its_own():
    rows = pd.DataFrame({"x": [1, 5, 2, 2], "y": ["a", "b", "a", None]})
    alone, among_others = TableEncoder().fit(rows), encoder_of(rows)
    np.testing.assert_array_equal(alone.transform(rows), among_others.transform(rows))
    assert [c.dtype for c in alone.table_] == [c.dtype for c in among_others.table_]


def test_the_table_not_the_class_bounds_its_rows():
    table = pd.DataFrame({"x": [-100.0, 0.0, 1.0, 2.0, 3.0, 100.0]})
    found = {}
    for bounds in (None, table):
        encoder = TableEncoder().fit(
            table[1:5], bounds if bounds is None else Table(bounds).summary
        )
        found[bounds is None] = encoder.inverse_transform(
            random_matrix(encoder, 500, spread=100.0)
        )["x"]
    assert found[True].min() >= 0
    assert found[True].max() <= 3
    assert found[False].min() < 0
    assert found[False].max() > 3


def test_fit_transform_is_fit_and_transform(mixed_table):
    X, _ = mixed_table
    rows, summary = X[:60], Table(X).summary
    encoder = TableEncoder()
    encoded = encoder.fit_transform(rows, summary)
    np.testing.assert_array_equal(encoded, encoder.transform(rows))
    np.testing.assert_array_equal(encoded, encoder_of(rows, X).transform(rows))


def test_the_seed_picks_donors_where_they_are_too_many():
    rows = pd.DataFrame({"id": [f"level {i}" for i in range(3000)]})

    def donors(**seed):
        fitted = TableEncoder().fit(rows, **seed)
        made = TableEncoder()
        made.fit_transform(rows, **seed)
        kept = fitted.columns_[0].donor_values
        np.testing.assert_array_equal(kept, made.columns_[0].donor_values)
        return kept.tolist()

    assert donors() == donors(seed=0)
    assert donors() != donors(seed=1)


def test_columns_without_gaps_have_no_part_in_missing_patterns():
    rows = pd.DataFrame(
        {"some": [1.0, None, 3.0], "none": [1.0, 2.0, 3.0], "all": [np.nan] * 3}
    )
    encoder = encoder_of(rows)
    assert encoder.sometimes_missing_.tolist() == [True, False, False]
    assert encoder.always_missing_.tolist() == [False, False, True]
    assert encoder.pattern_missing_.tolist() == [
        [False, False, True],
        [True, False, True],
    ]


def test_rows_without_columns_have_nothing_to_decorrelate():
    assert [root.shape for root in decorrelation(np.empty((5, 0)))] == [(0, 0)] * 2


@pytest.mark.parametrize("unit", ["ns", "us"])
def test_dates_may_be_centuries_apart(unit):
    """2262-04-11, the end of what nanoseconds can say, often stands for "never"."""
    days = pd.Series(pd.date_range("1890-01-01", periods=90, freq="400D"))
    days[::3] = pd.Timestamp("2262-04-11")
    rows = pd.DataFrame({"until": days.astype(f"datetime64[{unit}]")})
    encoder = calibrated(encoder_of(rows))
    assert encoder.transform(rows).max() < 10
    decoded = encoder.inverse_transform(random_matrix(encoder, 2000))["until"]
    assert (decoded == decoded.dt.normalize()).all()
    assert decoded.between(days.min(), days.max()).all()
    assert (decoded == days.max()).mean() == pytest.approx(1 / 3, abs=0.03)
    summary = Table(rows).summary[0]
    there = summary.to_numbers(rows["until"])
    span = days.max().to_pydatetime() - days.min().to_pydatetime()
    in_days = there[:3] * summary.step / TIME_STEPS[unit]["D"]
    assert in_days.tolist() == [span.days, 0, 400]
    assert summary.from_numbers(there).equals(rows["until"])


@pytest.mark.parametrize("arrow", [False, True])
def test_days_stay_days_where_clocks_are_changed(arrow):
    days = pd.Series(
        pd.date_range("2024-01-01", periods=300, freq="D", tz="America/New_York")
    )
    if arrow:
        days = days.astype(f"timestamp[{days.dt.unit}, America/New_York][pyarrow]")
    rows = pd.DataFrame({"day": days})
    encoder = encoder_of(rows)
    assert encoder.inverse_transform(encoder.transform(rows))["day"].equals(days)
    decoded = calibrated(encoder).inverse_transform(random_matrix(encoder, 900))["day"]
    assert decoded.dtype == days.dtype
    drawn = pd.DatetimeIndex(decoded)
    assert (drawn == drawn.normalize()).all()
    assert days.min() <= drawn.min() < drawn.max() <= days.max()


def test_hours_that_a_clock_shows_twice_or_never():
    zone = "Europe/Vienna"  # 2 to 3 is left out in March, and comes twice in October
    shown = pd.Series(pd.to_datetime(["2024-03-31 01:30", "2024-10-27 04:30"]))
    summary = ColumnPart.of("t", shown.dt.tz_localize(zone)).summary()
    clock = pd.to_datetime(["2024-03-31 02:30", "2024-10-27 02:30"])
    since = summary.high * ((clock - shown[0]) / (shown[1] - shown[0]))
    times = summary.from_numbers(since.to_numpy()).astype(str).tolist()
    assert times == ["2024-03-31 03:00:00+02:00", "2024-10-27 02:30:00+02:00"]


@pytest.mark.parametrize("dtype", ["int64", "uint64", "Int64", "datetime64[ns]"])
@pytest.mark.parametrize("shown", [[2**60 + 3], [2**60 + 3, 2**60 + 9]])
def test_few_large_integers_of_a_class_come_back_to_the_last_digit(dtype, shown):
    """Though the table shows many, of which floats cannot tell neighbours apart."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"id": pd.Series(rng.integers(0, 2**62, 400)).astype(dtype)})
    rows = pd.DataFrame({"id": pd.Series(shown * 30).astype(dtype)})
    encoder = encoder_of(rows, pd.concat([table, rows], ignore_index=True))
    decoded = encoder.inverse_transform(random_matrix(encoder, 100))["id"]
    assert decoded.dtype == rows["id"].dtype
    assert set(decoded) == set(rows["id"])
    # The same from others' cells: they count as missing.
    assert np.isfinite(encoder.transform(table)).all()


def test_times_of_the_whole_range_of_64_bits_are_told_apart():
    ticks = [np.iinfo(np.int64).min + 1, -1, 0, 1, np.iinfo(np.int64).max]
    times = pd.Series(ticks * 8).astype("datetime64[ns]")
    summary = ColumnPart.of("t", times).summary()
    assert summary.kind == "category"  # few values beyond what floats can tell apart
    many = pd.Series([*ticks, *range(7, 10**18, 10**16)]).astype("datetime64[ns]")
    summary = ColumnPart.of("t", many).summary()
    assert (summary.kind, summary.step) == ("time", 1)
    there = summary.to_numbers(many)
    assert (there >= 0).all()
    back = summary.from_numbers(there)
    # Up to what floats can tell apart.
    gap = np.abs(back.astype("int64") / 2 - many.astype("int64") / 2)
    assert gap.max() <= 2**10


@pytest.mark.parametrize(
    ("cells", "kind", "counts"),
    [
        (pd.Series(range(40)), "number", False),
        (pd.Series(range(40)) + 2**53, "large_integer", True),
        (pd.Series(range(40), dtype=float) + 2.0**60, "number", False),
        (pd.Series(pd.date_range("2024-01-01", periods=40)), "time", True),
        (pd.Series(["a", "b"] * 20), "category", False),
    ],
)
def test_only_large_integers_and_times_are_counted_from_an_origin(cells, kind, counts):
    summary = summarise("x", cells)
    assert (summary.kind, summary.counts_from_origin) == (kind, counts)


# --- missing cells -----------------------------------------------------------------


def test_missing_cells_come_in_the_patterns_of_the_class():
    rng = np.random.default_rng(6)
    both = rng.random(200) < 0.3
    rows = pd.DataFrame({"a": rng.normal(size=200), "b": ["x", "y"] * 100})
    rows.loc[both, ["a", "b"]] = None
    rows["c"] = np.where(both, 1.0, np.nan)
    encoder = encoder_of(rows)
    decoded = encoder.inverse_transform(random_matrix(encoder, 500))
    assert (decoded["a"].isna() == decoded["b"].isna()).all()
    assert (decoded["a"].isna() != decoded["c"].isna()).all()


@pytest.mark.parametrize("marker", [None, np.nan, pd.NA])
def test_objects_keep_the_missing_value_they_use(marker):
    rows = pd.DataFrame({"x": pd.Series(["a", marker, "b", marker], dtype=object)})
    encoder = encoder_of(rows)
    decoded = encoder.inverse_transform(encoder.transform(rows))
    assert type(decoded["x"].iloc[1]) is type(marker)


def test_rare_patterns_come_at_the_rates_of_the_class():
    rng = np.random.default_rng(9)
    rows = pd.DataFrame(rng.normal(size=(100, 30)))
    rows = rows.mask(rng.random((100, 30)) < 0.2)
    encoder = encoder_of(rows)
    drawn = encoder.inverse_transform(random_matrix(encoder, 2000))
    gap = drawn.isna().mean() - rows.isna().mean()
    assert gap.abs().max() < 0.01


def test_rare_patterns_come_from_all_over_the_table_in_any_block():
    """Rows are drawn in blocks; the first block of rows is no sample of the class."""
    rng = np.random.default_rng(9)
    rows = pd.DataFrame(rng.normal(size=(600, 12)))
    rows = rows.mask(rng.random((600, 12)) < 0.4)
    rows.iloc[:, -1] = np.where(np.arange(600) < 300, 1.0, np.nan)
    encoder = encoder_of(rows)
    matrix = random_matrix(encoder, 50)
    drawn = [
        encoder.to_frame(encoder.decode(matrix, np.random.default_rng(seed)))
        for seed in range(40)
    ]
    shares = [frame.iloc[:, -1].isna().mean() for frame in drawn]
    assert np.mean(shares) == pytest.approx(0.5, abs=0.03)
    assert not drawn[0].isna().equals(drawn[1].isna())


def test_rare_patterns_go_to_rows_that_they_suit():
    """Not exactly; of rows and patterns paired at random half do not agree."""
    rng = np.random.default_rng(9)
    rows = pd.DataFrame(rng.normal(size=(400, 12)))
    rows = rows.mask(rng.random((400, 12)) < 0.3)
    car = rng.random(400) < 0.5
    rows["has_car"] = np.where(car, "yes", "no")
    rows["car_value"] = np.where(car, rng.lognormal(9, 0.5, 400), np.nan)
    # Or it would be a rule.
    rows.loc[[car.argmax(), car.argmin()], "has_car"] = ["no", "yes"]
    encoder = encoder_of(rows)
    assert encoder.pattern_.has_rare
    drawn = encoder.inverse_transform(random_matrix(encoder, 2000))
    contradicts = drawn["car_value"].isna() != (drawn["has_car"] == "no")
    assert contradicts.mean() < 0.35
    gap = drawn.isna().mean() - rows.isna().mean()
    assert gap.abs().max() < 0.01


@given(st.integers(0, 2**32 - 1), st.integers(0, 600))
@settings(max_examples=20, deadline=None)
def test_matched_rows_and_donors_are_paired_each_once(seed, n_rows):
    rng = np.random.default_rng(seed)
    rows, donors = rng.normal(size=(2, n_rows, 3))
    pairs = matched(rows, donors)
    assert sorted(pairs) == list(range(n_rows))
    apart = ((rows - donors[pairs]) ** 2).sum()
    assert apart <= ((rows - donors) ** 2).sum()


@given(n_rows=st.integers(0, 30), n_donors=st.integers(1, 9), seed=st.integers(0, 99))
def test_donors_are_spread_evenly(n_rows, n_donors, seed):
    chance = np.random.default_rng(seed).random(n_rows)
    counts = np.bincount(spread_evenly(chance, n_donors), minlength=n_donors)
    assert len(counts) == n_donors
    assert counts.sum() == n_rows
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize(
    "column",
    ["datetime with zone", "timedelta", "Arrow timestamp", "category", "Int64"],
)
def test_all_cells_drawn_may_be_missing_in_any_dtype(column):
    cells = COLUMNS[column].copy()
    cells[::2] = None
    rows = pd.DataFrame({"x": cells, "z": np.arange(N)})
    encoder = encoder_of(rows)
    decoded = encoder.inverse_transform(encoder.transform(rows.iloc[[0, 2]]))
    assert decoded["x"].isna().all()
    assert decoded["x"].dtype == rows["x"].dtype


# --- refusals ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            [1.0, np.inf],
            "Column 'x' contains infinity. Replace infinite cells by missing or by "
            "finite values first.",
        ),
        (
            [1.0, 2j],
            "Column 'x' contains complex numbers. Split it into its real and imaginary "
            "parts first.",
        ),
        (
            [[1], [2]],
            "Column 'x' contains a cell of type list, which is neither a number nor a "
            "category. Drop the column, or turn its cells into strings or numbers.",
        ),
    ],
)
def test_columns_that_cannot_be_learned_are_refused(cells, message):
    for dtype in (None, object):
        rows = pd.DataFrame({"x": pd.Series(cells, dtype=dtype)})
        with pytest.raises(InvalidTableError) as error:
            encoder_of(rows)
        assert str(error.value) == message


# --- any table ---------------------------------------------------------------------

CELLS = {
    "float": st.one_of(st.none(), st.floats(-1e9, 1e9)),
    "int": st.integers(-(10**6), 10**6),
    "level": st.one_of(st.none(), st.sampled_from(["a", "b", "ä c", ""])),
    "bool": st.booleans(),
    "time": st.one_of(
        st.none(), st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1))
    ),
}


@st.composite
def tables(draw):
    kinds = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=6))
    n_rows = draw(st.integers(1, 25))
    columns = {}
    for index, kind in enumerate(kinds):
        cells = draw(st.lists(CELLS[kind], min_size=n_rows, max_size=n_rows))
        dtype = {"float": float, "level": object, "time": "datetime64[us]"}.get(kind)
        columns[f"{kind}{index}"] = pd.Series(cells, dtype=dtype)
    return pd.DataFrame(columns)


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(0, 2**32 - 1))
def test_any_table_decodes_to_rows_of_its_own_kind(rows, seed):
    encoder = encoder_of(rows)
    encoder.calibrate(random_matrix(encoder, 200, seed))
    decoded = encoder.inverse_transform(random_matrix(encoder, 50, seed + 1, 3.0))
    assert (decoded.dtypes == rows.dtypes).all()
    patterns = set(map(tuple, rows.isna().to_numpy()))
    assert set(map(tuple, decoded.isna().to_numpy())) <= patterns
    for name, column in decoded.items():
        present, observed = column.dropna(), rows[name].dropna()
        if rows[name].dtype.kind in "Ob":
            assert set(present) <= set(observed)
        elif len(present):
            assert observed.min() <= present.min()
            assert present.max() <= observed.max()


# --- parts of the whole --------------------------------------------------------------


def whole_and_merged(rows, cuts):
    """Summaries and groups of a table, and those merged from its parts."""
    whole = Table(rows)
    tables = [
        Table(rows.iloc[start:end])
        for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)
    ]
    columns = [
        functools.reduce(ColumnPart.merge, parts)
        for parts in zip(*(table.parts for table in tables), strict=True)
    ]
    summary = [column.summary() for column in columns]
    flags = functools.reduce(Flags.merge, map(Flags.of, tables))
    groups = OneHotGroups.among(flags, summary, rows.columns)
    return (whole.summary, OneHotGroups.find(whole).groups), (summary, groups.groups)


@pytest.mark.parametrize("cuts", [[5], [0, 1, 7], list(range(N)), [N, N]])
def test_parts_of_every_dtype_merge_into_the_whole(cuts):
    rows = pd.DataFrame(COLUMNS)
    whole, merged = whole_and_merged(rows, cuts)
    # Compared as text: NaN is the same in both, and integers are no floats.
    assert repr(merged) == repr(whole)


def objects(*cells):
    return pd.Series(cells, dtype=object)


@pytest.mark.parametrize(
    "cells",
    [
        objects(1, 2, 3, 1.5, None, None),
        objects(None, None, 1, 2, 3, 4),
        objects(1, 2, "a", 3.5, None, 2),
        objects(1, 2, 10**400, "a", 1, 1),
        objects(True, False, None, True, 1, 0),
        objects(None, True, False, None, True, True),
        objects(1.5, np.inf, 2.5, "a", 1, 1),
        objects(2.0**60, 2.0**61, 1, 2, 3, 4),
        objects(*[None] * 6),
        pd.Series([0, 1, 2, 3, 2**53, 2**53 + 1]),
        pd.Series([-(2**63), 0, 1, 2, 3, 2**63 - 1]),
        pd.Series([1, 1, 1, 0, 1, 1]),
        pd.Series([1, 1, 1, 1, 1, 1]),
        pd.Series([0.0, -0.0, 0.0, -0.0, 0.0, 0.0]),
        pd.to_datetime(pd.Series(["2024-01-01", "2024-01-01", None] * 2)),
        pd.to_datetime(pd.Series([f"2024-01-0{i} 00:0{i}:00" for i in range(1, 7)])),
        pd.to_timedelta(pd.Series([1, 1, 1, 3_600, 7_200, 1]), unit="s"),
    ],
)
@pytest.mark.parametrize("cuts", [[2], [1, 2, 3, 4, 5], [3, 4]])
def test_what_only_the_whole_shows_is_seen_in_its_parts(cells, cuts):
    whole, merged = whole_and_merged(pd.DataFrame({"a": cells}), cuts)
    assert repr(merged) == repr(whole)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (objects(1, 2, 10**400), "integers that no float can hold"),
        (pd.Series([1.0, 2.0, -np.inf]), "contains infinity"),
    ],
)
def test_parts_refuse_what_the_whole_refuses(cells, message):
    rows = pd.DataFrame({"a": cells})
    parts = [Table(rows.iloc[[i]]).parts[0] for i in range(len(rows))]
    with pytest.raises(InvalidTableError, match=message):
        functools.reduce(ColumnPart.merge, parts).summary()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(-40, 40) | st.none(), min_size=1, max_size=200),
    st.sampled_from(["Int64", "Float64", "float", "timedelta64[s]"]),
    st.lists(st.integers(0, 200), max_size=5),
    st.sampled_from([1, 2, 60, 900, 2**54, 86_400, 604_800]),
)
def test_numbers_merge_into_the_whole_however_they_are_cut(cells, dtype, cuts, unit):
    column = pd.Series([None if x is None else x * unit for x in cells], dtype="Int64")
    if dtype == "timedelta64[s]":
        column = pd.to_timedelta(column % 10**8, unit="s").astype(dtype)
    elif dtype == "float":
        column = column.to_numpy(dtype=float, na_value=np.nan)
    else:
        column = column.astype(dtype)
    cuts = sorted(min(cut, len(cells)) for cut in cuts)
    whole, merged = whole_and_merged(pd.DataFrame({"a": column}), cuts)
    assert repr(merged) == repr(whole)


def test_few_and_many_values_are_told_apart_across_parts():
    for n_values, few in [(32, True), (33, False)]:
        rows = pd.DataFrame({"a": np.repeat(np.arange(float(n_values)), 5)})
        for cuts in ([16 * 5], list(range(len(rows)))):
            (whole, _), (merged, _) = whole_and_merged(rows, cuts)
            assert merged == whole
            assert merged[0].few_valued is few


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 8),
    st.sampled_from([0.05, 0.2, 0.5]),
    st.lists(st.integers(0, 30), max_size=4),
)
def test_one_hot_groups_are_found_in_parts_as_in_the_whole(seed, width, rate, cuts):
    rng = np.random.default_rng(seed)
    flags = pd.DataFrame((rng.random((30, width)) < rate).astype(int))
    levels = pd.get_dummies(pd.Series(rng.integers(0, 4, 30)), dtype=int)
    rows = pd.concat([flags, levels, flags], axis=1)
    # A column that is no flag, by a single cell.
    rows.iloc[rng.integers(0, 30), rng.integers(0, rows.shape[1])] = 7
    rows.columns = range(rows.shape[1])
    whole, merged = whole_and_merged(rows, sorted(cuts))
    assert repr(merged) == repr(whole)


@pytest.mark.parametrize("cuts", [[5], [1, 2, 3], [30, 150]])
def test_flags_among_objects_are_found_in_parts_as_in_the_whole(cuts):
    levels = pd.Series(np.arange(200) % 3)
    flags = pd.get_dummies(levels).astype(object)
    assert whole_and_merged(flags, cuts)[1][1] == [[0, 1, 2]]
    # Which of them mix booleans and numbers, some parts do not show.
    flags.loc[:29, [0, 1]] = flags.loc[:29, [0, 1]].astype(int).astype(object)
    whole, merged = whole_and_merged(flags, cuts)
    assert whole[1] == []
    assert repr(merged) == repr(whole)


def test_types_of_arrow_that_pandas_cannot_read_are_refused():
    if not hasattr(pa, "string_view"):
        pytest.skip("older releases of Arrow have no such type")
    cells = pd.Series(["a", "b"], dtype=pd.ArrowDtype(pa.string_view()))
    with pytest.raises(InvalidTableError) as error:
        encoder_of(pd.DataFrame({"x": cells}))
    assert str(error.value) == (
        "Column 'x' has the Arrow type string_view, which pandas cannot read. Cast it "
        "to another one, or drop the column."
    )


STORED = {
    "float64": [0.5, -2.0, np.nan, 1e300],
    "float32": [0.5, np.nan],
    "int64": [3, -1, 2**60],
    "uint8": [1],
    "bool": [True],
}


@pytest.mark.parametrize("dtype", STORED)
@pytest.mark.parametrize("kind", ["csr_matrix", "csc_array"])
def test_a_sparse_matrix_shows_what_a_dense_one_does(dtype, kind, monkeypatch):
    """Also where no cell of a column is stored, or all are, or zeros are."""
    rng = np.random.default_rng(0)
    dense = np.zeros((400, 8), dtype=dtype)
    for position, n_set in enumerate([0, 1, 2, 20, 199, 399, 400]):
        rows = rng.permutation(400)[:n_set]
        dense[rows, position] = rng.choice(np.array(STORED[dtype]), n_set)
    if dtype == "float64":
        dense[:, 7] = rng.normal(size=400) * (rng.random(400) < 0.5)
    sparse = getattr(scipy.sparse, kind)(dense)
    sparse.data[:3] = 0
    expected = Table(sparse.toarray()).parts
    monkeypatch.setattr(Table, "column", None)  # nothing need become dense
    assert Table(sparse).parts == expected


def test_cells_that_a_sparse_matrix_stores_in_parts_count_as_their_sum():
    column, start = [0, 1, 1], [0, 1, 1, 3, 3]
    sparse = scipy.sparse.csr_matrix(([7.0, 1.5, 2.5], column, start), shape=(4, 2))
    assert not sparse.has_canonical_format
    assert Table(sparse).parts == Table(sparse.toarray()).parts
    assert [part.high for part in Table(sparse).parts] == [7, 4]
