"""Which generated rows are kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import digamma

from gansampler._thinning import thinned
from gansampler.selection import (
    SAME,
    Chooser,
    Neighborhood,
    Products,
    RowSelection,
    copy_threshold,
    smallest,
)

# Zeros and ties, as tables of levels have them; nothing between 0 and SAME.
DISTANCES = arrays(
    float,
    st.integers(2, 60),
    elements=st.one_of(st.floats(0.01, 10), st.integers(0, 5).map(float)),
)


def two_classes(n_own=50, n_others=300, seed=0):
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(n_own, 2))
    return own, rng.normal(size=(n_others, 2)) - [2, 0]


def border_scores(around, rows):
    return around.log_density_ratio(rows, around.to_own(rows)[1])


@given(nearest=DISTANCES, usual=st.floats(0, 10), share=st.floats(0, 0.99))
def test_no_more_rows_are_near_copies_than_allowed(nearest, usual, share):
    threshold = copy_threshold(nearest, usual, share)
    assert (nearest < threshold).mean() <= share
    assert (nearest >= threshold).any()


@given(nearest=DISTANCES, usual=st.floats(0, 10), share=st.floats(0, 0.99))
def test_the_rest_are_as_new_as_asked_or_all_that_is_allowed_is_rejected(
    nearest, usual, share
):
    threshold = copy_threshold(nearest, usual, share)
    kept = np.sort(nearest[nearest >= threshold])
    if kept[len(kept) // 2] < usual:
        # One more would be too many.
        next_one = (nearest <= kept[0]).sum()
        assert next_one > int(share * len(nearest))


def test_copies_are_rejected_even_where_the_rest_is_new_enough():
    nearest = np.array([0.0, SAME / 2, 3.0, 4.0, 5.0])
    threshold = copy_threshold(nearest, usual=1.0, max_share=0.5)
    assert (nearest >= threshold).tolist() == [False, False, True, True, True]


def test_more_copies_than_allowed_are_all_kept():
    assert copy_threshold(np.zeros(10), usual=1.0, max_share=0.9) == 0.0


def test_the_border_score_grows_away_from_the_others():
    around = Neighborhood(*two_classes())
    line = np.column_stack([np.linspace(-3, 1.5, 10), np.zeros(10)])
    scores = border_scores(around, line)
    assert np.corrcoef(scores, line[:, 0])[0, 1] > 0.9


def test_the_border_score_is_the_log_ratio_of_densities():
    # In d dimensions the logarithm of the distance to the k-th nearest of n rows is
    # (psi(k) - log(n p)) / d in the mean and up to a constant, so d times the score is
    # the log ratio of n_own p_own and of n_others p_others, and psi(5) less the mean of
    # psi(2) to psi(5).
    rng = np.random.default_rng(0)
    own, others = rng.normal(size=(2000, 1)), rng.normal(1, 1, size=(5000, 1))
    points = np.linspace(-1, 2, 400)[:, None]
    scores = border_scores(Neighborhood(own, others), points)
    expected = (0.5 - points[:, 0]) + np.log(2000 / 5000)
    slope, offset = np.polyfit(expected, scores, 1)
    assert slope == pytest.approx(1, abs=0.1)
    assert offset == pytest.approx(digamma(5) - digamma([2, 3, 4, 5]).mean(), abs=0.1)


def test_a_small_group_of_its_own_is_no_border():
    """Though the fifth neighbour of its rows is farther away than other classes are."""
    rng = np.random.default_rng(0)
    large, others = rng.normal(size=(40, 2)), rng.normal([3, 0], size=(300, 2))
    for n_rows, share in [(2, 0.3), (3, 0.9), (4, 1)]:
        small = rng.normal([8, 0], 0.3, size=(n_rows, 2))
        own = np.concatenate([large, small])
        generated = np.concatenate(
            [rng.normal(size=(900, 2)), rng.normal([8, 0], 0.3, size=(100, 2))]
        )
        selection = RowSelection.fit(
            own, others, generated, copy_rejection=0.0, border_rejection=0.2
        )
        kept = selection(generated)
        assert kept[900:].mean() >= share
        # Those of the large group are rejected that lie among the others.
        assert generated[:900, 0][~kept[:900]].mean() > 0.5


def test_distances_to_the_class_itself():
    own, others = two_classes()
    around = Neighborhood(own, others)
    nearest, usual = around.to_own(own + np.array([0.0, 1e-3]))
    assert np.median(nearest) == pytest.approx(1e-3)
    assert (usual > nearest).all()
    assert around.median_distance() > 0.05


@pytest.mark.parametrize("border", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("copies", [0.0, 0.3])
def test_thresholds_reject_the_shares_asked_for(border, copies):
    own, others = two_classes()
    rng = np.random.default_rng(1)
    generated = own[rng.integers(len(own), size=2000)]
    generated = generated + 0.02 * rng.normal(size=generated.shape)
    selection = RowSelection.fit(
        own, others, generated, copy_rejection=copies, border_rejection=border
    )
    kept = selection(generated)
    assert kept.mean() == selection.acceptance
    assert kept.mean() == pytest.approx((1 - border) * (1 - copies), abs=0.01)
    around = Neighborhood(own, others)
    nearest, usual = around.to_own(generated)
    scores = around.log_density_ratio(generated, usual)
    assert nearest[kept].min() >= selection.min_distance
    new_enough = nearest >= selection.min_distance
    assert scores[kept].min() >= scores[new_enough & ~kept].max(initial=-np.inf)


def test_tiny_classes_have_neighborhoods():
    around = Neighborhood(np.array([[0.0], [1.0]]), np.array([[5.0]]))
    rows = np.array([[0.25], [4.0]])
    nearest, _ = around.to_own(rows)
    scores = border_scores(around, rows)
    assert nearest.tolist() == [0.25, 3.0]
    assert scores[0] > scores[1]
    assert around.median_distance() == 1.0


def test_nothing_is_searched_among_others_for_rows_that_are_copies(monkeypatch):
    own, others = two_classes()
    selection = RowSelection(own, others, 0.01, 0.0, acceptance=1.0)
    rows = np.concatenate([own[:3], own[3:6] + 0.02])
    counted = []
    count = Products.count

    def counts(products, rows, limits):
        counted.append(rows)
        return count(products, rows, limits)

    monkeypatch.setattr(Products, "count", counts)
    assert not selection(rows)[:3].any()
    (looked_for, _) = counted
    assert np.array_equal(looked_for, rows[3:])


def test_thinning_keeps_order_and_number():
    rows = np.arange(100)
    assert thinned(rows, 100, np.random.default_rng(0)) is rows
    few = thinned(rows, 7, np.random.default_rng(0))
    assert len(few) == len(set(few)) == 7
    assert (np.diff(few) > 0).all()


@pytest.mark.parametrize("table", ["numbers", "levels", "outliers", "many columns"])
@pytest.mark.parametrize("copies", [0.0, 0.5])
@pytest.mark.parametrize("border", [0.0, 0.3])
def test_products_of_matrices_choose_as_distances_do(table, copies, border):
    rng = np.random.default_rng(0)
    n_columns = 200 if table == "many columns" else 20

    def draw(n_rows, shift=0.0):
        rows = rng.normal(shift, size=(n_rows, n_columns))
        if table == "levels":  # ties and copies everywhere
            rows = (rows[:, :6] > 1).astype(float)
        if table == "outliers":
            rows *= rng.choice([1, 1000], size=(n_rows, 1), p=[0.9, 0.1])
        return rows.astype(np.float32)

    own = draw(80)
    rows = np.concatenate([draw(700), own[:20], own[:20] + np.float32(1e-3)])
    selection = RowSelection.fit(
        own,
        draw(400, 0.3),
        rows,
        copy_rejection=copies,
        border_rejection=border,
    )
    assert np.array_equal(selection(rows), Chooser(selection)._choose_exactly(rows))


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


def test_rows_are_chosen_one_by_one():
    rows = np.random.default_rng(1).normal(size=(700, 2))
    selection = RowSelection.fit(
        *two_classes(), rows, copy_rejection=0.5, border_rejection=0.2
    )
    apart = np.concatenate([selection(rows[:1]), selection(rows[1:])])
    assert np.array_equal(selection(rows), apart)


@pytest.mark.parametrize(("copies", "as_new"), [(0.6, True), (0.1, False)])
def test_rows_that_are_kept_are_three_quarters_as_far_as_real_rows_are(copies, as_new):
    own = np.random.default_rng(0).normal(size=(100, 40))
    others = own[:1] - 1000
    noise = np.random.default_rng(1).normal(size=(20, *own.shape))
    widths = np.linspace(0.05, 1, 20)[:, None, None]
    generated = (own + widths * noise).reshape(-1, 40)
    selection = RowSelection.fit(
        own, others, generated, copy_rejection=copies, border_rejection=0.0
    )
    around = Neighborhood(own, others)
    nearest, _ = around.to_own(generated[selection(generated)])
    ratio = np.median(nearest) / around.median_distance()
    assert (ratio == pytest.approx(0.75, abs=0.01)) == as_new
    # No more is rejected than that takes, or than is allowed.
    assert 1 - copies - 0.001 <= selection.acceptance < 0.95
