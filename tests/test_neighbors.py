"""Distances to the rows around a generated one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gansampler.neighbors import Neighborhood, smallest, squared_distances


def test_squared_distances_are_those_of_the_definition():
    a, b = (np.random.default_rng(seed).normal(size=(9, 4)) for seed in (0, 1))
    expected = ((a[:, None] - b) ** 2).sum(axis=2)
    np.testing.assert_allclose(squared_distances(a, b), expected)


def test_distances_to_the_class_itself():
    own = np.random.default_rng(0).normal(size=(50, 2))
    around = Neighborhood(own, own - [2, 0])
    to_own = around.to_own(own + np.array([0.0, 1e-3]))
    assert to_own.shape == (50, 5)
    assert np.median(to_own[:, 0]) == pytest.approx(1e-3)
    assert (np.diff(to_own) >= 0).all()
    between = around.between_own()
    assert between[:, 0].min() > 1e-3


def test_nearness_is_measured_by_the_radius_of_each_row():
    own = np.array([[0.0], [10.0]])
    around = Neighborhood(own, own + 100)
    rows = np.array([[1.0], [4.0], [8.0]])
    nearness, nearest = around.nearness(rows, radii=np.array([2.0, 4.0]))
    assert nearness == pytest.approx([0.5, 1.5, 0.5])
    assert nearest.tolist() == [0, 1, 1]


def test_where_rows_repeat_the_classes_are_counted():
    """A flag of 1 % of the others and 7 % of the class."""
    own = np.repeat([[1.0], [0.0]], [4, 56], axis=0)
    others = np.repeat([[1.0], [0.0]], [10, 990], axis=0)
    ratios = Neighborhood(own, others).log_count_ratio(np.array([[1.0], [0.0]]))
    expected = np.log([4.5 / 60 / 0.01, 56.5 / 60 / 0.99])
    assert ratios == pytest.approx(expected)


def test_tiny_classes_have_neighborhoods():
    around = Neighborhood(np.array([[0.0], [1.0]]), np.array([[5.0]]))
    rows = np.array([[0.25], [4.0]])
    assert around.to_own(rows)[:, 0].tolist() == [0.25, 3.0]
    assert around.to_others(rows).tolist() == [4.75, 1.0]
    assert around.between_own().tolist() == [[1.0], [1.0]]
    ratios = around.log_count_ratio(rows)
    assert ratios[0] > ratios[1]


@given(
    numbers=arrays(
        np.float32,
        st.tuples(st.integers(0, 6), st.integers(1, 9)),
        elements=st.integers(-3, 3).map(float),  # many ties
    ),
    k=st.integers(1, 9),
)
def test_the_smallest_numbers_come_first_and_as_often_as_they_are_there(numbers, k):
    k = min(k, numbers.shape[1])
    expected = np.sort(numbers, axis=1)[:, :k]
    assert np.array_equal(smallest(numbers.copy(), k), expected)
