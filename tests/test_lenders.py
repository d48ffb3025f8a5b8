"""Rows of other classes that lend levels."""

import numpy as np
import pandas as pd
import pytest

from gansampler import GANOversampler
from gansampler.encoding.lenders import Lenders, LendingColumn, nearest_by_chance
from gansampler.table import TableEncoder

REGIONS = np.arange(40) % 10
COUNTRIES = REGIONS % 5
OF_REGION = 0, 1, np.append(np.arange(10) % 5, -1)
"""Column 0, the region, determines column 1, the country."""


def lent(values, levels, columns, seed=0, matrix=None, pairs=()):
    """Columns of rows after they have borrowed; those with a share of 1 always do."""
    n_rows = len(next(iter(values)))
    n_lenders = len(next(iter(levels.values())))
    if matrix is None:
        matrix = np.zeros((n_rows, 1)), np.zeros((n_lenders, 1))
    columns = [LendingColumn(*column) for column in columns]
    lenders = Lenders(matrix[1], levels, columns, pairs)
    values = [np.array(column) for column in values]
    codes = {position: column.copy() for position, column in enumerate(values)}
    lenders.lend(values, codes, matrix[0], np.random.default_rng(seed))
    return [column.tolist() for column in values]


def test_the_nearest_row_lends():
    matrix = np.array([[0.0], [5.0], [9.0]]), np.array([[4.0], [10.0], [1.0]])
    (column,) = lent([[3, 3, 3]], {0: np.array([7, 8, 9])}, [(0, 3, 1.0)], 0, matrix)
    assert column == [9, 7, 8]


def test_only_rare_levels_are_lent_and_replaced():
    own = [-1, 0, 2, 3, 4]  # missing, frequent twice, rare twice
    (column,) = lent([own], {0: np.array([-1, 2, 8])}, [(0, 3, 1.0)])
    assert column == [-1, 0, 2, 8, 8]
    (column,) = lent([own], {0: np.array([-1, 0, 2])}, [(0, 3, 1.0)])
    assert column == own


@pytest.mark.parametrize("share", [0.2, 1.0])
def test_equal_rows_lend_in_turn(share):
    """Whatever chance chose the rows that borrow."""
    (column,) = lent([[3] * 3000], {0: np.arange(10) + 4}, [(0, 3, share)])
    counts = np.bincount(column, minlength=14)[4:]
    assert counts.sum() == pytest.approx(3000 * share, rel=0.1)
    assert counts.min() > 200 * share


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_the_share_of_each_column_borrows(share):
    rows = [3] * 3000
    first, second = lent(
        [rows, rows],
        {0: np.array([7]), 1: np.array([8])},
        [(0, 3, share), (1, 3, 0.1)],
    )
    assert np.mean(np.array(first) == 7) == pytest.approx(share, abs=0.03)
    assert np.mean(np.array(second) == 8) == pytest.approx(0.1, abs=0.03)
    # Rows that borrow in one column do so in those that borrow more often.
    assert set(np.flatnonzero(np.array(second) == 8)) < set(
        np.flatnonzero(np.array(first) == 7)
    )


def test_a_lender_agrees_in_what_stays():
    """A region determines its country: one does not change without the other."""
    levels, pairs = {0: REGIONS, 1: COUNTRIES}, [OF_REGION]
    # The country is frequent, and the region rare.
    rows = [[11] * 500, [2] * 500]
    regions, countries = lent(rows, levels, [(0, 0, 1.0)], pairs=pairs)
    assert set(regions) == {2, 7}
    assert set(countries) == {2}
    # The other way round.
    rows = [[7] * 500, [9] * 500]
    regions, countries = lent(rows, levels, [(1, 0, 1.0)], pairs=pairs)
    assert set(regions) == {7}
    assert set(countries) == {2}
    # Both borrow: from one row.
    rows, columns = [[11] * 500, [9] * 500], [(0, 0, 1.0), (1, 0, 1.0)]
    regions, countries = lent(rows, levels, columns, pairs=pairs)
    assert set(zip(regions, countries, strict=True)) == {(r, r % 5) for r in range(10)}
    # Nobody has that country.
    rows = [[11], [9]]
    assert lent(rows, levels, [(0, 0, 1.0)], pairs=pairs) == rows
    # What is missing agrees with all.
    rows = [[11] * 500, [-1] * 500]
    regions, _ = lent(rows, levels, [(0, 0, 1.0)], pairs=pairs)
    assert set(regions) == set(range(10))


@pytest.mark.parametrize("form", ["text", "number", "gap"])
def test_what_a_level_determines_does_not_keep_rows_from_borrowing(form):
    rng = np.random.default_rng(0)
    town = rng.integers(0, 400, 4000)
    X = pd.DataFrame({"town": [f"T{k:03}" for k in town], "x": rng.normal(size=4000)})
    shown = {
        "text": [f"R{k}" for k in town % 4],
        "number": town % 4,
        "gap": np.where(town % 4, 0.5, np.nan),
    }
    X["region"] = shown[form]
    shares = []
    for table in (X[["town", "x"]], X):
        encoder = TableEncoder().fit(table[:60], others=table[60:])
        cells = rng.normal(size=(2000, encoder.n_numeric_))
        for size in encoder.category_sizes_:
            levels = np.eye(size)[rng.integers(0, size, 2000)]
            cells = np.hstack([cells, levels])
        made = encoder.inverse_transform(cells.astype(np.float32))
        shares.append(np.mean(~made["town"].isin(X["town"][:60])))
    assert shares[0] > 0.4
    assert shares[1] == pytest.approx(shares[0], abs=0.1)
    number = made["town"].str[1:].astype(int) % 4
    expected = {
        "text": lambda: made["region"] == "R" + number.astype(str),
        "number": lambda: made["region"] == number,
        "gap": lambda: made["region"].isna() == (number == 0),
    }
    assert expected[form]().all()


def test_the_smallest_numbers_are_taken_equally_often():
    distances = np.tile([2.0, 1.0, np.inf, 1.0 + 1e-6, 1.0], (3000, 1))
    distances[-1] = np.inf
    found = nearest_by_chance(distances, np.random.default_rng(0).random(3000))
    assert found[-1] == -1
    counts = np.bincount(found[:-1], minlength=5)
    assert counts[[0, 2]].tolist() == [0, 0]
    assert counts[[1, 3, 4]].min() > 900


def test_each_draw_has_its_own_chance():
    rng = np.random.default_rng(0)
    town = np.r_[
        rng.integers(0, 300, 150), 300 + np.arange(40) // 2, 400 + np.arange(10)
    ]
    X = pd.DataFrame({"town": [f"T{i}" for i in town], "x": rng.normal(size=200)})
    sampler = GANOversampler(
        max_iter=1,
        border_rejection=0,
        copy_rejection=0,
        rare_levels="table",
        random_state=0,
    )
    sampler.fit_resample(X, np.repeat([0, 1], [150, 50]))
    single = [sampler.sample(1, 1, random_state=seed) for seed in range(150)]
    share = np.mean([not row["town"].isin(X["town"][150:]).all() for row in single])
    assert 0.1 < share < 0.35  # ten of fifty rows have a level of their own
    assert sampler.sample(9, 1).equals(sampler.sample(400, 1)[:9])
