"""Distributions of single columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gansampler._bandwidth import silverman_bandwidth
from gansampler.encoding.marginals import (
    Marginal,
    MarginalMap,
    local_bandwidths,
    midpoints,
    reflect,
    robust_bandwidth,
    spread,
    stratified_normal,
)

FINITE = st.floats(-1e6, 1e6)


@given(hnp.arrays(float, 20, elements=FINITE), FINITE, st.floats(1e-3, 1e6))
def test_reflected_values_are_inside_the_range(values, low, width):
    inside = reflect(values, low, low + width)
    slack = 1e-9 * (1 + abs(low) + width + np.abs(values))
    assert (inside >= low - slack).all()
    assert (inside <= low + width + slack).all()


def test_reflection_leaves_what_is_inside_and_mirrors_what_is_outside():
    values = np.array([-1.0, 0.0, 2.0, 5.0, 7.0, 11.0])
    assert reflect(values, 0.0, 5.0).tolist() == [1.0, 0.0, 2.0, 5.0, 3.0, 1.0]


def test_reflection_at_one_end_only():
    values = np.array([-1.0, 4.0])
    assert reflect(values, 0.0, np.inf).tolist() == [1.0, 4.0]
    assert reflect(values, -np.inf, 3.0).tolist() == [-1.0, 2.0]
    assert reflect(values, -np.inf, np.inf).tolist() == [-1.0, 4.0]


def test_reflection_in_an_empty_range():
    assert reflect(np.array([1.0, 9.0]), 4.0, 4.0).tolist() == [4.0, 4.0]


def test_silverman_bandwidth_of_one_column_is_the_rule_of_thumb():
    # 1.06 n^(-1/5) for one column (Silverman 1986, page 45).
    assert silverman_bandwidth(100, 1) == pytest.approx(1.06 * 100**-0.2, abs=1e-3)


def test_robust_bandwidth_shrinks_with_rows_and_ignores_outliers():
    values = np.random.default_rng(0).normal(size=1000)
    # 0.7 times 1.06 n^(-1/5) standard deviations.
    assert robust_bandwidth(values) == pytest.approx(0.7 * 1.06 * 1000**-0.2, rel=0.05)
    with_outliers = np.r_[values, [1e6, -1e6]]
    assert robust_bandwidth(with_outliers) < 2 * robust_bandwidth(values)
    assert robust_bandwidth(np.array([0.0, 0.0, 0.0, 0.0, 8.0])) > 0
    assert robust_bandwidth(np.array([3.0])) == 0


def test_local_bandwidths_of_a_bell_are_about_that_of_the_column():
    values = np.sort(np.random.default_rng(0).normal(size=2000))
    bandwidths = local_bandwidths(values)
    widest = robust_bandwidth(values)
    assert (bandwidths <= widest).all()
    assert np.median(bandwidths) > 0.8 * widest


def test_local_bandwidths_do_not_reach_over_the_gaps_between_modes():
    """Each of eight modes has fewer values than a run on either side would take."""
    rng = np.random.default_rng(0)
    modes = np.repeat(np.arange(8), 125)
    values = np.sort(modes + 0.01 * rng.normal(size=1000))
    assert local_bandwidths(values).max() < 0.1


def test_local_bandwidths_are_the_narrowest_runs_with_each_value():
    values = np.sort(np.random.default_rng(0).normal(size=40))
    k = round(0.3 * 40**0.8)
    runs = [
        min(values[j + k] - values[j] for j in range(max(0, i - k), min(i, 39 - k) + 1))
        for i in range(40)
    ]
    expected = np.minimum(runs, robust_bandwidth(values))
    assert local_bandwidths(values).tolist() == expected.tolist()


def test_local_bandwidths_follow_the_scale_of_each_mode():
    rng = np.random.default_rng(0)
    values = np.sort(np.r_[rng.uniform(5, 60, 500), rng.uniform(1000, 2500, 500)])
    bandwidths = local_bandwidths(values)
    assert np.median(bandwidths[:400]) < 10
    assert np.median(bandwidths[-400:]) > 100
    assert local_bandwidths(np.array([4.0])).tolist() == [0.0]


@pytest.mark.parametrize("n", [4096, 5000])
def test_stratified_normal_numbers_are_normal_in_any_run(n):
    for part in np.array_split(stratified_normal(n), 16):
        assert part.mean() == pytest.approx(0, abs=0.05)
        assert part.std() == pytest.approx(1, abs=0.06)


@given(st.integers(1, 50), st.integers(0, 500))
def test_spread_repeats_values_equally_often(n, extra):
    counts = np.bincount(spread(np.arange(n), n + extra), minlength=n)
    assert counts.sum() == n + extra
    assert counts.max() - counts.min() <= 1


def test_quantiles_of_atoms_are_atoms():
    points = np.repeat([1.0, 7.0], [3, 1])
    marginal = Marginal(points, np.ones(4, dtype=bool))
    drawn = marginal.quantile(midpoints(1000))
    assert set(drawn) == {1.0, 7.0}
    assert (drawn == 1.0).mean() == pytest.approx(0.75, abs=0.002)


def test_quantiles_between_points_that_are_no_atoms_are_new_values():
    marginal = Marginal(np.arange(4.0), np.zeros(4, dtype=bool))
    drawn = marginal.quantile(np.array([0.0, 0.25, 0.5, 1.0]))
    assert drawn.tolist() == [0.0, 0.5, 1.5, 3.0]


def test_no_value_lies_between_an_atom_and_its_neighbour():
    marginal = Marginal(
        np.array([0.0, 0.0, 5.0, 6.0]), np.array([True, True, False, False])
    )
    drawn = marginal.quantile(np.linspace(0, 1, 501))
    assert not ((drawn > 0) & (drawn < 5)).any()


def test_a_map_gives_generated_cells_the_distribution_and_keeps_their_order():
    rng = np.random.default_rng(0)
    points = np.sort(rng.exponential(size=4096))
    marginal = Marginal(points, np.zeros(4096, dtype=bool))
    cells = rng.normal(size=8192)
    mapped = MarginalMap.fit(cells, marginal)(cells)
    order = np.argsort(cells)
    assert (np.diff(mapped[order]) >= 0).all()
    assert np.quantile(mapped, [0.1, 0.5, 0.9]) == pytest.approx(
        np.quantile(points, [0.1, 0.5, 0.9]), rel=0.02
    )
