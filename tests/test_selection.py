"""Which generated rows are kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import digamma
from sklearn.neighbors import NearestNeighbors

from gansampler._thinning import thinned
from gansampler.neighbors import Neighborhood, Products
from gansampler.selection import (
    Chooser,
    RowSelection,
    copy_factors,
    drawn,
    log_density_ratio,
    regions_of,
    share_of_copies,
    share_too_near,
    usual_distance,
)

# Of rows that are no copies, with ties, as tables of levels have them.
DISTANCES = arrays(
    float,
    st.integers(2, 60),
    elements=st.one_of(st.floats(0.01, 10), st.integers(1, 5).map(float)),
)


def two_classes(n_own=50, n_others=300, seed=0):
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(n_own, 2))
    return own, rng.normal(size=(n_others, 2)) - [2, 0]


def select(own, others, generated, *, copies=0.0, border=0.0, repeats=0.0, seed=0):
    return RowSelection.fit(
        own,
        others,
        generated,
        copy_rejection=copies,
        border_rejection=border,
        repeats=repeats,
        rng=np.random.default_rng(seed),
    )


def choose(selection, rows):
    return Chooser(selection)(rows, np.random.default_rng(2))


def border_scores(around, rows):
    usual = usual_distance(around.to_own(rows))
    return log_density_ratio(around.to_others(rows), usual)


@given(distances=DISTANCES, usual=st.floats(0, 10), share=st.floats(0, 0.99))
def test_no_more_rows_are_near_copies_than_allowed(distances, usual, share):
    most = int(share * len(distances))
    factor = share_too_near(distances / 2, distances, usual, most)
    assert (distances / 2 < factor).sum() <= most
    assert (distances / 2 >= factor).any()


@given(distances=DISTANCES, usual=st.floats(0, 10), share=st.floats(0, 0.99))
def test_the_rest_are_as_new_as_asked_or_all_that_is_allowed_is_rejected(
    distances, usual, share
):
    most = int(share * len(distances))
    factor = share_too_near(distances / 2, distances, usual, most)
    kept = np.sort(distances[distances / 2 >= factor])
    if np.median(kept) < usual:
        # One more would be too many.
        next_one = (distances <= kept[0]).sum()
        assert next_one > most


@given(data=st.data(), usual=st.floats(0, 10), share=st.floats(0, 0.9))
def test_the_same_share_is_rejected_in_each_region(data, usual, share):
    nearness = data.draw(DISTANCES)
    positions = st.integers(0, 5)
    nearest = data.draw(arrays(int, len(nearness), elements=positions))
    regions = np.array([0, 0, 1, 1, 2, 3])
    most = int(share * len(nearness))
    factors = copy_factors(nearness, nearest, nearness, regions, usual, most)
    near = nearness < factors[nearest]
    assert near.sum() <= most
    shares = [near[regions[nearest] == k].mean() for k in np.unique(regions[nearest])]
    # Up to rows that are equally near.
    largest = max(
        np.unique(nearness[regions[nearest] == k], return_counts=True)[1].max()
        / (regions[nearest] == k).sum()
        for k in np.unique(regions[nearest])
    )
    assert np.ptp(shares) <= largest


def test_regions_are_those_of_the_nearest_of_some_rows():
    own, _ = two_classes(n_own=300)
    assert regions_of(own[:5], 5, np.random.default_rng(0)).tolist() == [0, 1, 2, 3, 4]
    regions = regions_of(own, 20, np.random.default_rng(0))
    assert set(regions) == set(range(20))
    spread = [own[regions == k].std(axis=0).mean() for k in range(20)]
    assert np.mean(spread) < 0.5 * own.std(axis=0).mean()


def test_rows_that_differ_in_few_columns_are_kept_as_often():
    """Where cells are missing, a new row is likelier to lie near to a real one."""
    rng = np.random.default_rng(0)

    def rows(n_rows):
        table = rng.normal(size=(n_rows, 5))
        table[:, 0] = 3 * (rng.random(n_rows) < 0.4)
        table[table[:, 0] > 0, 2:] = 0
        return table

    def nearby(n_rows):
        made = rows(n_rows)
        gap = made[:, 0] > 0
        for part, like in ((gap, own[own[:, 0] > 0]), (~gap, own[own[:, 0] == 0])):
            nearest = (
                NearestNeighbors(n_neighbors=1).fit(like).kneighbors(made[part])[1]
            )
            made[part] += 0.6 * (like[nearest[:, 0]] - made[part])
        return made

    own = rows(100)
    selection = select(own, own + 99, nearby(2000), copies=0.6)
    made = nearby(4000)
    kept = choose(selection, made)
    assert kept.mean() < 0.7
    assert made[kept, 0].mean() == pytest.approx(made[:, 0].mean(), rel=0.1)


def test_some_rows_are_kept_where_nearly_all_may_be_rejected():
    own, others = two_classes()
    for seed in range(30):
        selection = select(
            own,
            others,
            own[np.arange(400) % len(own)],
            copies=0.999,
            border=0.2,
            seed=seed,
        )
        assert selection.copy_share > 0
        assert selection.acceptance > 0


def test_dense_rows_are_rejected_no_more_than_others_are():
    """Though all distances between them are smaller than the usual one."""
    rng = np.random.default_rng(0)
    own = rng.normal(size=(400, 3))
    own[:120, 2] = -5  # as missing cells are: in a plane
    generated = own[np.arange(4000) % 400] + rng.normal(0, 0.1, size=(4000, 3))
    flat = np.arange(4000) % 400 < 120
    generated[flat, 2] = -5
    selection = select(own, own - 100, generated, copies=0.5)
    kept = choose(selection, generated)
    assert 0.5 <= kept.mean() < 0.8
    assert flat[kept].mean() == pytest.approx(0.3, abs=0.04)


def test_tails_are_fattened_by_less_than_a_quarter():
    # Rows between neighbours, nearly all copies where rows lie close together: with the
    # median radius for all rows in the tails it is a third.
    rng = np.random.default_rng(0)
    own = rng.lognormal(size=(400, 3))
    near = NearestNeighbors().fit(own).kneighbors(return_distance=False)
    start = rng.integers(0, 400, 4000)
    end = near[start, rng.integers(0, 5, 4000)]
    generated = own[start] + rng.random((4000, 1)) * (own[end] - own[start])
    selection = select(own, own + 50, generated, copies=0.6)
    kept = generated[choose(selection, generated)]
    sizes = [np.linalg.norm(rows, axis=1).mean() for rows in (kept, generated)]
    assert 1 < sizes[0] / sizes[1] < 1.25


def test_where_rows_repeat_the_classes_are_counted():
    """A flag of 1 % of the others and 7 % of the class tells of the class."""
    own = np.repeat([[1.0], [0.0]], [4, 56], axis=0)
    others = np.repeat([[1.0], [0.0]], [10, 990], axis=0)
    generated = np.repeat([[1.0], [0.0]], [70, 930], axis=0)
    for flip in (0, 1):
        selection = select(
            np.abs(own - flip),
            np.abs(others - flip),
            np.abs(generated - flip),
            border=0.2,
        )
        assert choose(selection, np.abs(generated - flip))[:70].all()


@given(
    n_copies=st.integers(0, 1000),
    repeats=st.floats(0, 1),
    most=st.integers(1, 1000),
)
def test_copies_are_as_many_as_rows_repeat_or_all_that_is_allowed_is_rejected(
    n_copies, repeats, most
):
    share = share_of_copies(n_copies, 1000, repeats, most)
    assert 0 <= share <= 1
    n_kept, n_new = share * n_copies, 1000 - n_copies
    assert n_copies - n_kept <= most + 1e-9
    if share < 1 and n_copies - n_kept < most - 1e-9:
        assert n_kept == pytest.approx(repeats * (n_kept + n_new), abs=1e-6)


def test_without_a_rejection_all_copies_are_kept():
    assert share_of_copies(0, 10, repeats=0.0, most=0) == 1.0
    assert share_of_copies(10, 10, repeats=0.0, most=0) == 1.0


@pytest.mark.parametrize(("repeats", "expected"), [(0.0, 0.0), (0.25, 0.25)])
def test_copies_are_kept_as_often_as_rows_of_the_class_repeat(repeats, expected):
    rng = np.random.default_rng(0)
    own, others = two_classes()
    new = rng.normal(size=(6000, 2))
    generated = np.concatenate([own[rng.integers(len(own), size=4000)], new])
    selection = select(own, others, generated, copies=0.6, repeats=repeats)
    kept = choose(selection, generated)
    assert kept[:4000].sum() / kept.sum() == pytest.approx(expected, abs=0.02)
    assert kept.mean() == pytest.approx(selection.acceptance, abs=0.02)


def test_copies_beyond_what_may_be_rejected_are_kept_at_random():
    rng = np.random.default_rng(0)
    own, others = two_classes()
    generated = own[rng.integers(len(own), size=4000)]
    selection = select(own, others, generated, copies=0.6)
    kept = choose(selection, generated)
    assert kept.mean() == pytest.approx(0.4, abs=0.03)
    # Each row of the class is among them.
    assert len(np.unique(generated[kept], axis=0)) == len(own)


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
        selection = select(own, others, generated, border=0.2)
        kept = choose(selection, generated)
        assert kept[900:].mean() >= share
        # Those of the large group are rejected that lie among the others.
        assert generated[:900, 0][~kept[:900]].mean() > 0.5


@pytest.mark.parametrize("border", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("copies", [0.0, 0.3])
def test_thresholds_reject_the_shares_asked_for(border, copies):
    own, others = two_classes()
    rng = np.random.default_rng(1)
    generated = own[rng.integers(len(own), size=2000)]
    generated = generated + 0.02 * rng.normal(size=generated.shape)
    selection = select(own, others, generated, copies=copies, border=border)
    kept = choose(selection, generated)
    assert kept.mean() == selection.acceptance
    assert kept.mean() == pytest.approx((1 - border) * (1 - copies), abs=0.01)
    around = Neighborhood(own, others)
    usual = usual_distance(around.to_own(generated))
    scores = log_density_ratio(around.to_others(generated), usual)
    new_enough = around.nearness(generated, selection.radii)[0] >= 1
    assert new_enough[kept].all()
    assert scores[kept].min() >= scores[new_enough & ~kept].max(initial=-np.inf)


def test_nothing_is_searched_among_others_for_rows_that_are_copies(monkeypatch):
    own, others = two_classes()
    radii = np.full(len(own), 0.01)
    selection = RowSelection(own, others, radii, 0.0, 0.0, False, acceptance=1.0)
    rows = np.concatenate([own[:3], own[3:6] + 0.02])
    counted = []
    count = Products.count

    def counts(products, rows, limits):
        counted.append(rows)
        return count(products, rows, limits)

    monkeypatch.setattr(Products, "count", counts)
    assert not choose(selection, rows)[:3].any()
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
@pytest.mark.parametrize("repeats", [0.0, 0.1])
def test_products_of_matrices_choose_as_distances_do(table, copies, border, repeats):
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
    selection = select(
        own, draw(400, 0.3), rows, copies=copies, border=border, repeats=repeats
    )
    lucky = drawn(len(rows), selection.copy_share, np.random.default_rng(2))
    exactly = Chooser(selection)._choose_exactly(rows, lucky)
    assert np.array_equal(choose(selection, rows), exactly)


def test_nothing_is_searched_around_rows_that_are_clear(monkeypatch):
    """To build the trees would take most of the time of a draw of few rows."""
    rows = np.random.default_rng(1).normal(size=(700, 2))
    selection = select(*two_classes(), rows, copies=0.5, border=0.2)
    kept = choose(selection, rows)
    monkeypatch.setattr("gansampler.neighbors.NearestNeighbors", None)
    assert np.array_equal(choose(selection, rows[:20]), kept[:20])


def test_rows_are_chosen_one_by_one():
    rows = np.random.default_rng(1).normal(size=(700, 2))
    selection = select(*two_classes(), rows, copies=0.5, border=0.2)
    apart = np.concatenate([choose(selection, rows[:1]), choose(selection, rows[1:])])
    assert np.array_equal(choose(selection, rows), apart)


@pytest.mark.parametrize(("copies", "as_new"), [(0.6, True), (0.1, False)])
def test_rows_that_are_kept_are_three_quarters_as_far_as_real_rows_are(copies, as_new):
    own = np.random.default_rng(0).normal(size=(100, 40))
    others = own[:1] - 1000
    noise = np.random.default_rng(1).normal(size=(20, *own.shape))
    widths = np.linspace(0.05, 1, 20)[:, None, None]
    generated = (own + widths * noise).reshape(-1, 40)
    selection = select(own, others, generated, copies=copies)
    around = Neighborhood(own, others)
    to_own = around.to_own(generated[choose(selection, generated)])
    ratio = np.median(to_own[:, 0]) / np.median(around.between_own()[:, 0])
    assert (ratio == pytest.approx(0.75, abs=0.01)) == as_new
    # No more is rejected than that takes, or than is allowed.
    assert 1 - copies - 0.001 <= selection.acceptance < 0.95
