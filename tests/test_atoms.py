"""Values of a column that have a probability of their own."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gansampler.encoding.atoms import (
    N_BESIDE,
    atoms_of,
    expected_counts,
    frequent_values,
)
from tests.test_table import calibrated, encoder_of, random_matrix


def test_atoms_are_values_seen_often_and_observed_ends():
    values = np.r_[np.zeros(40), np.linspace(1, 2, 59), 9.0]
    assert atoms_of(values, (0.0, 9.0)).tolist() == [0.0, 9.0]
    assert atoms_of(values, (-5.0, 50.0)).tolist() == [0.0]


def test_no_value_of_a_tiny_class_is_an_atom_for_being_seen_once_or_twice():
    values = np.array([1.0, 2.0, 2.0, 3.0])
    assert atoms_of(values, (0.0, 9.0)).size == 0
    assert atoms_of(np.array([]), (0.0, 9.0)).size == 0


@pytest.mark.parametrize("n", [60, 400, 5000])
@pytest.mark.parametrize(
    ("draw", "spacing"),
    [
        (lambda rng, n: rng.normal(0, 1, n).round(2), 0.01),
        (lambda rng, n: rng.normal(0, 1, n).round(1), 0.1),
        (lambda rng, n: rng.poisson(40, n), 1),
        (lambda rng, n: 500 * (np.exp(rng.normal(9, 0.6, n)) / 500).round(), 500),
        (lambda rng, n: rng.lognormal(5, 0.8, n).round(2), 0.01),
    ],
)
def test_values_that_repeat_because_they_are_rounded_are_no_atoms(draw, spacing, n):
    rng = np.random.default_rng(0)
    found = [len(atoms_of(draw(rng, n), spacing=spacing)) for _ in range(20)]
    assert np.mean(found) < 0.15


@pytest.mark.parametrize("n", [60, 400, 5000])
@pytest.mark.parametrize(
    ("rest", "spacing"),
    [
        (lambda rng, n: rng.normal(0, 500, n).round(2), 0.01),
        (lambda rng, n: rng.gamma(4, 10, n).round(1), 0.1),
        (lambda rng, n: rng.integers(18, 80, n), 1),
        (lambda rng, n: rng.normal(size=n), 0),
    ],
)
@pytest.mark.parametrize("codes", [[-999.0], [-999.0, -998.0, -997.0]])
def test_codes_are_atoms_however_few_rows_of_a_class_show_them(rest, spacing, codes, n):
    rng = np.random.default_rng(0)
    values = np.append(np.repeat(codes, max(3, n // 30)), rest(rng, n))
    assert set(codes) <= set(atoms_of(values, spacing=spacing))


def test_round_sums_among_others_are_atoms():
    rng = np.random.default_rng(0)
    sums = 50.0 * np.arange(1, 10)
    values = np.append(np.repeat(sums, 20), rng.lognormal(5, 0.8, 500).round(2))
    assert atoms_of(values, spacing=0.01).tolist() == sums.tolist()


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_expected_counts_are_those_of_the_densest_run_beside(values):
    levels, counts = np.unique(values, return_counts=True)
    k = min(N_BESIDE, len(levels) - 1)
    expected = np.zeros(len(levels))
    for i in range(len(levels) if k else 0):
        for first in range(max(0, i - k), min(i, len(levels) - 1 - k) + 1):
            run = range(first, first + k + 1)
            beside = sum(counts[j] for j in run if j != i)
            places = levels[first + k] - levels[first]
            expected[i] = max(expected[i], beside / places)
    found = expected_counts(levels.astype(float), counts, 1.0)
    assert found == pytest.approx(expected)
    assert (expected_counts(levels, counts, 0.0) == 0).all()


@pytest.mark.parametrize("n", [200, 800])
def test_values_that_a_few_rows_show_come_back_as_often(n):
    """And nothing comes between codes and the other numbers."""
    rng = np.random.default_rng(n)
    u = rng.random(n)
    codes = np.select([u < 0.03, u < 0.06], [-999.0, -997.0], rng.normal(50, 10, n))
    rows = pd.DataFrame(
        {
            "change": np.where(rng.random(n) < 0.045, 0.0, rng.normal(0, 500, n)),
            "code": np.where(u < 0.03, -1.0, rng.gamma(4, 10, n)),
            "codes": codes,
            "amount": np.where(u < 0.3, rng.integers(1, 7, n) * 50, 300 * u),
        }
    ).round(2)
    encoder = calibrated(encoder_of(rows))
    drawn = encoder.inverse_transform(random_matrix(encoder, 20_000))
    for name, values in [
        ("change", [0.0]),
        ("code", [-1.0]),
        ("codes", [-999.0, -997.0]),
        ("amount", [50.0, 100.0, 150.0, 200.0, 250.0, 300.0]),
    ]:
        for value in values:
            share = (rows[name] == value).mean()
            assert (drawn[name] == value).mean() == pytest.approx(share, abs=0.01)
    rest = rows["codes"][rows["codes"] > -997]
    between = drawn["codes"].between(-997, rest.min(), "neither")
    assert not between.any()
    assert set(drawn["codes"][drawn["codes"] < 0]) == {-999.0, -997.0}


def frequent_beside(values, rest, decimals):
    """Which values are frequent beside others."""
    return frequent_values(np.sort(np.append(values, rest)), decimals).tolist()


def test_atoms_beyond_the_other_numbers_are_frequent_and_those_among_them_are_not():
    rng = np.random.default_rng(0)
    amounts = rng.lognormal(4, 1, 900).round(2)
    for value, share, frequent in [
        (0.0, 0.04, False),
        (0.0, 0.06, True),
        (50.0, 0.2, False),
        (50.0, 0.3, True),
        (1e4, 0.06, True),
    ]:
        values = np.full(round(900 * share / (1 - share)), value)
        found = frequent_beside(values, amounts, 2)
        assert found == [value] * frequent


@pytest.mark.parametrize(("n_rows", "frequent"), [(4, False), (5, True)])
@pytest.mark.parametrize("codes", [[-999.0], [-999.0, -998.0], [-999.0, 9999.0]])
def test_codes_are_frequent_if_several_rows_show_them(codes, n_rows, frequent):
    ages = np.random.default_rng(0).integers(18, 80, 900).astype(float)
    found = frequent_beside(np.repeat(codes, n_rows), ages, 0)
    assert found == codes * frequent


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.poisson(25, 500),
        lambda rng: rng.exponential(25, 500),
        lambda rng: rng.geometric(0.04, 500),
    ],
)
def test_counts_have_no_frequent_value_but_at_an_end(draw):
    rng = np.random.default_rng(0)
    counts = np.sort(np.floor(draw(rng)))
    assert set(frequent_values(counts, 0)) <= {counts[0]}


def test_a_frequent_value_does_not_tell_the_grid_of_the_others():
    rng = np.random.default_rng(0)
    fees = rng.poisson(30, 300) + 0.99
    fees[:40] = 0
    encoder = calibrated(encoder_of(pd.DataFrame({"fee": fees})))
    drawn = encoder.inverse_transform(random_matrix(encoder, 2000))["fee"]
    assert (drawn == 0).mean() == pytest.approx(40 / 300, abs=0.02)
    assert set((drawn[drawn > 0] * 100).round() % 100) == {99}
    assert drawn.nunique() > 20
