"""Whole numbers that are identifiers, codes or dates, told from amounts."""

import warnings

import numpy as np
import pandas as pd
import pytest

from gansampler import GANOversampler
from gansampler.codes import read_whole_numbers
from gansampler.datasets import load_churn, load_credit, load_fraud
from gansampler.summary import summarise

N_ROWS, N_OWN = 3000, 60


def meanings(column, synthetic, n_own=N_OWN):
    """What a column means of whose rows the first ones are of the class."""
    rows = pd.DataFrame({"x": column})
    table = [summarise("x", rows["x"])]
    synthetic = pd.DataFrame({"x": synthetic})
    found = read_whole_numbers(rows[:n_own], rows[n_own:], synthetic, table)
    return [column.meaning for column in found]


def few_and_many(seed):
    """Columns of codes, with capital letters, and of amounts."""
    rng = np.random.default_rng(seed)
    incomes = rng.lognormal(10.5, 0.6, N_ROWS)
    points = rng.integers(5, 200, 120) * 100 - 1
    days = pd.Timestamp("2018-01-01") + pd.to_timedelta(
        rng.integers(0, 1500, N_ROWS), "D"
    )
    X = pd.DataFrame(
        {
            "ZIP": rng.choice(rng.integers(501, 99_950, 300), N_ROWS),
            "OPENED": days.strftime("%Y%m%d").astype(int),
            "CUSTOMER": rng.permutation(N_ROWS) + 100_000,
            "age": rng.normal(45, 15, N_ROWS).clip(18, 95).astype(int),
            "dollars": rng.lognormal(4, 1, N_ROWS).astype(int),
            "income": incomes.astype(int),
            "rounded": np.where(
                rng.random(N_ROWS) < 0.7, incomes // 1000 * 1000, incomes
            ).astype(int),
            "price": rng.choice(points, N_ROWS),
            "score": rng.integers(300, 850, N_ROWS),
            "visits": rng.poisson(30, N_ROWS),
            "days": rng.negative_binomial(1, 0.01, N_ROWS),
            "total": rng.poisson(20, N_ROWS) * rng.integers(20, 100, N_ROWS),
            "second": np.sort(rng.integers(0, 172_800, N_ROWS)),
            "unlike": rng.integers(0, 10**9, N_ROWS),
        }
    )
    return X, np.arange(N_ROWS) < N_OWN


def dates_of(numbers):
    """As the remedy says."""
    texts = numbers.astype("Int64").astype("str")
    return pd.to_datetime(texts, format="%Y%m%d", errors="coerce")


def found_by(X, y):
    sampler = GANOversampler(max_iter=100, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler.fit_resample(X, y)
    (evidence,) = (report.evidence for report in sampler.report_.values())
    return evidence.numbered, evidence.coded


@pytest.mark.parametrize("seed", [0, 1])
def test_codes_are_named_and_no_amounts(seed):
    X, y = few_and_many(seed)
    assert found_by(X, y) == (
        ("CUSTOMER",),
        (("ZIP", "codes"), ("OPENED", "dates")),
    )
    # What the remedy says is enough.
    X["ZIP"] = X["ZIP"].astype("category")
    X["OPENED"] = dates_of(X["OPENED"])
    assert found_by(X.drop(columns="CUSTOMER"), y) == ((), ())


@pytest.mark.parametrize("load", [load_churn, load_credit, load_fraud])
@pytest.mark.parametrize("n_rows", [20, 200])
def test_no_column_of_the_embedded_tables_is_suspected(load, n_rows):
    X, y = load()
    few = y == y.value_counts().index[-1]
    kept = ~few | (few.cumsum() <= n_rows)
    assert found_by(X[kept], y[kept]) == ((), ())


@pytest.mark.parametrize("dtype", ["int32", "Int64", "float64", object])
def test_the_dtype_does_not_matter(dtype):
    numbers = pd.Series(np.random.default_rng(0).permutation(2000)).astype(dtype)
    assert meanings(numbers, numbers[:50]) == ["identifiers"]


def test_distinct_numbers_are_identifiers_only_where_chance_would_repeat_some():
    rng = np.random.default_rng(0)
    narrow, wide = (
        rng.choice(high, 2000, replace=False) for high in (90_000, 9_000_000)
    )
    assert meanings(narrow, narrow[:50]) == ["identifiers"]
    assert meanings(wide, wide[:50]) == [""]
    assert meanings(narrow[:999] % 10_000, narrow[:50]) == [""]
    # A repeat, a missing cell, a fraction.
    assert meanings([*narrow, narrow[0]], narrow[:50]) == [""]
    assert meanings([*narrow, np.nan], narrow[:50]) == [""]
    assert meanings([*narrow, 0.5], narrow[:50]) == []


def test_codes_recur_in_the_table_but_hardly_among_synthetic_rows():
    rng = np.random.default_rng(0)
    codes = rng.choice(rng.integers(1000, 9999, 300), N_ROWS)
    invented = rng.integers(1000, 9999, 500)
    assert meanings(codes, invented) == ["codes"]
    assert meanings(codes, codes[:500]) == [""]
    # So few rows may miss by chance what all others have.
    assert meanings(codes, [*codes[:5], *invented[:5]], n_own=10) == [""]
    # Amounts recur less, or favour some last digit.
    assert meanings(rng.integers(0, 10**5, N_ROWS), invented) == [""]
    assert meanings(codes // 10 * 10, invented) == [""]
    # Nothing to compare with.
    gaps = np.r_[np.full(N_OWN, np.nan), codes]
    assert meanings(gaps, invented) == meanings(codes, [np.nan]) == [""]


def test_dates_are_told_by_their_form():
    days = pd.date_range("2020-01-01", periods=400).strftime("%Y%m%d").astype(int)
    assert meanings(days, days) == ["dates"]
    assert dates_of(days[:2]).tolist() == [*pd.date_range("2020-01-01", periods=2)]
    gaps = pd.Series([*days, np.nan])
    assert meanings(gaps, days) == ["dates"]
    assert dates_of(gaps).isna().tolist() == gaps.isna().tolist()
    # With what stands for no date, and with many numbers that are no dates.
    assert meanings([*days, 20_201_399, 99_991_231], days) == ["dates"]
    assert meanings(np.arange(20_200_000, 20_200_400), days) == [""]
