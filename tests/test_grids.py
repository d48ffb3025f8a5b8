"""Where the numbers of a column can lie."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gansampler.encoding.grids import Grid
from tests.test_table import calibrated, encoder_of, random_matrix


def drawn_like(cells, n_rows=None):
    """Cells drawn like those of a class, the first rows of a table of one column."""
    table = pd.DataFrame({"x": cells})
    encoder = calibrated(encoder_of(table[:n_rows], table))
    return encoder.inverse_transform(random_matrix(encoder, 500))["x"]


@given(
    st.sets(st.integers(-(10**6), 10**6), min_size=10, max_size=50),
    st.integers(0, 4),
    st.integers(-(10**6), 10**6),
    st.integers(1, 1000),
)
def test_a_grid_is_the_widest_that_holds_all_numbers(steps, decimals, origin, step):
    units = origin + step * np.array(sorted(steps))
    grid = Grid.of(units / 10**decimals, decimals)
    assert grid.step == step * np.gcd.reduce(np.diff(sorted(steps)))
    # To the last bit: as a reader of decimals has it.
    assert grid.nearest(units / 10**decimals).tolist() == [
        float(f"{unit}e-{decimals}") for unit in units
    ]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1), st.integers(2, 99))
def test_numbers_go_to_the_nearest_of_the_grid(numbers, step):
    numbers = np.array(numbers)
    grid = Grid(2, 1, step)
    nearest = grid.nearest(numbers)
    assert (np.abs(nearest - numbers) <= 0.5001 * grid.spacing + 1e-6).all()
    assert not ((np.rint(nearest * 100).astype(int) - 1) % step).any()


@pytest.mark.parametrize(("n", "step"), [(9, 1), (10, 500)])
def test_a_few_numbers_show_no_step(n, step):
    """They may have one in common by chance."""
    assert Grid.of(500.0 * np.arange(n), 0) == Grid(0, 0, step)


def test_numbers_that_floats_do_not_tell_from_the_next_show_no_step():
    assert Grid.of(2.0**60 + 2.0**20 * np.arange(40), 0) == Grid(0)


@pytest.mark.parametrize(
    ("origin", "step"), [(0, 500), (0.99, 1), (0, 0.25), (-3.7, 0.3)]
)
@pytest.mark.parametrize("dtype", ["float64", "float32", "Float64", "double[pyarrow]"])
def test_decimal_numbers_come_back_on_their_grid(origin, step, dtype):
    rng = np.random.default_rng(0)
    units = np.round(100 * (origin + step * rng.poisson(40, 300)))
    drawn = drawn_like(pd.Series(units / 100).astype(dtype)).astype("float64")
    off = np.round(100 * (drawn - origin)) % round(100 * step)
    assert not off.any()
    exact = np.round(100 * drawn) / 100  # not 0.30000000000000004
    if dtype == "float32":
        exact = exact.astype("float32").astype("float64")
    assert (drawn == exact).all()
    assert drawn.nunique() > 10


@pytest.mark.parametrize("dtype", ["int64", "Int16", "object", "int64[pyarrow]"])
def test_whole_numbers_come_back_on_their_grid(dtype):
    cells = pd.Series(7 + 50 * np.random.default_rng(0).poisson(30, 300))
    drawn = drawn_like(cells.astype(dtype))
    assert set(drawn.astype("int64") % 50) == {7}
    assert drawn.nunique() > 10


def test_large_integers_and_times_come_back_on_the_grid_of_their_class():
    """The table steps by one, and by days."""
    rng = np.random.default_rng(0)
    since = 7 * rng.integers(1, 100, 300)
    table = np.append(since, np.arange(0, 800))
    ids = drawn_like(pd.Series(2**60 + table), n_rows=300)
    assert not ((ids - 2**60) % 7).any()
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(table, "D")
    drawn = drawn_like(pd.Series(days), n_rows=300)
    assert set(drawn.dt.day_name()) == {"Monday"}


def test_numbers_on_a_grid_stay_in_the_range_of_the_table():
    """Its ends are off the grid of the class."""
    loans = 500 * np.random.default_rng(0).integers(2, 40, 300)
    drawn = drawn_like(pd.Series(np.append(loans, [777, 20123])), n_rows=300)
    assert drawn.between(1000, 20000).all()
    assert not (drawn % 500).any()


def test_a_frequent_value_may_lie_off_the_grid():
    fees = 0.99 + np.random.default_rng(0).poisson(30, 300)
    drawn = drawn_like(pd.Series(np.where(np.arange(300) % 3, fees, 0)).round(2))
    assert (drawn == 0).mean() == pytest.approx(1 / 3, abs=0.02)
    assert set(drawn[drawn > 0] * 100 % 100 // 1) <= {98, 99}
