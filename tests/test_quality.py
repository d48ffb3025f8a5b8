"""Metrics against answers that are known."""

import numpy as np
import pytest

from gansampler.quality import coverage, energy_distance, nearest_row_ratio


@pytest.fixture
def normal():
    return lambda seed, n=400: np.random.default_rng(seed).normal(size=(n, 3))


def test_energy_distance_of_two_points_is_twice_their_distance():
    a, b = np.zeros((2, 1)), np.full((2, 1), 3.0)
    assert energy_distance(a, b) == 6.0


def test_energy_distance_is_zero_on_average_for_samples_of_one_law(normal):
    distances = [energy_distance(normal(2 * i), normal(2 * i + 1)) for i in range(20)]
    assert abs(np.mean(distances)) < 3 * np.std(distances) / np.sqrt(20)
    assert min(distances) < 0 < max(distances)


def test_energy_distance_grows_with_a_shift(normal):
    distances = [energy_distance(normal(0), normal(1) + shift) for shift in (0, 1, 2)]
    assert distances[0] < 0.05 < distances[1] < distances[2]


def test_coverage_of_the_real_rows_themselves_is_complete(normal):
    assert coverage(normal(0), normal(0)) == 1.0


def test_coverage_of_a_second_sample_is_near_its_expectation(normal):
    assert coverage(normal(0), normal(1)) == pytest.approx(1 - 2.0**-5, abs=0.03)


def test_coverage_of_a_collapsed_sample_is_small(normal):
    assert coverage(normal(0), np.zeros((400, 3))) < 0.2


def test_coverage_of_a_far_sample_is_zero(normal):
    assert coverage(normal(0), normal(1) + 100) == 0.0


def test_coverage_takes_fewer_neighbours_than_rows():
    real = np.array([[0.0], [1.0]])
    assert coverage(real, np.array([[0.5]])) == 1.0


def test_nearest_row_ratio_of_copies_is_zero(normal):
    assert nearest_row_ratio(normal(0), normal(0)) == 0.0


def test_nearest_row_ratio_of_a_second_sample_is_about_one(normal):
    assert nearest_row_ratio(normal(0), normal(1)) == pytest.approx(1.0, abs=0.1)


def test_nearest_row_ratio_where_real_rows_have_twins():
    twins = np.repeat([[0.0], [5.0]], 3, axis=0)
    assert nearest_row_ratio(twins, twins) == 1.0
    assert nearest_row_ratio(twins, twins + 1) == np.inf


@pytest.mark.parametrize("metric", [energy_distance, coverage, nearest_row_ratio])
def test_metrics_leave_their_input_alone(metric, normal):
    real, synthetic = normal(0), normal(1)
    metric(real, synthetic)
    assert np.array_equal(real, normal(0))
    assert np.array_equal(synthetic, normal(1))
