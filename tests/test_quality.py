"""Metrics against answers that are known."""

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.stats import ks_2samp, norm
from sklearn.linear_model import LogisticRegression

from gansampler.exceptions import IncomparableSamplesError, InvalidTableError
from gansampler.quality import _near as near
from gansampler.quality import (
    authenticity,
    classifier_two_sample_test,
    common_space,
    correlation_gap,
    correlation_gaps,
    coverage,
    density,
    duplicate_share,
    energy_distance,
    marginal_gaps,
    nearest_row_ratio,
)
from gansampler.quality._space import as_points

METRICS = [
    authenticity,
    classifier_two_sample_test,
    correlation_gap,
    correlation_gaps,
    coverage,
    density,
    duplicate_share,
    energy_distance,
    marginal_gaps,
    nearest_row_ratio,
]
ON_ROWS = [authenticity, coverage, density, energy_distance, nearest_row_ratio]


def normal(seed, n=400, n_columns=3):
    return np.random.default_rng(seed).normal(size=(n, n_columns))


def mixed(seed, n=60):
    """A frame of columns of all kinds, some cells missing."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "amount": rng.gamma(2, 30, n),
            "count": pd.array(rng.poisson(3, n), dtype="Int64"),
            "flag": rng.random(n) < 0.3,
            "plan": rng.choice(["basic", "plus", "pro"], n),
            "grade": pd.Categorical(rng.choice(list("AB"), n), categories=list("BA")),
            "since": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 500, n), unit="D"),
        }
    )
    frame.loc[rng.random(n) < 0.2, ["amount", "plan"]] = None
    frame.loc[rng.random(n) < 0.2, ["count", "since"]] = None
    return frame


# The common space


def test_a_number_has_mean_0_and_deviation_1_in_the_reference():
    real, synthetic = pd.DataFrame({"a": [1, 3]}), pd.DataFrame({"a": [4.0, 2.0]})
    a, b = common_space(real, synthetic)
    assert a.tolist() == [[-1.0], [1.0]]
    assert b.tolist() == [[2.0], [0.0]]


def test_two_levels_are_at_distance_1_and_missing_is_a_level():
    real = pd.DataFrame({"a": ["x", "y", None, np.nan]})
    synthetic = pd.DataFrame({"a": pd.Categorical(["z", "x"])})
    rows = np.vstack(common_space(real, synthetic))
    expected = [[i != j for j in "xy--zx"] for i in "xy--zx"]
    assert cdist(rows, rows) == pytest.approx(np.array(expected, dtype=float))


def test_a_missing_number_is_at_the_mean_and_at_distance_1_from_it():
    real = pd.DataFrame({"a": [1.0, 3.0, None]})
    assert common_space(real)[0].tolist() == [[-1, 0], [1, 0], [0, 1]]


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_a_date_is_a_number(zone):
    days = pd.to_datetime(["2024-01-01", "2024-01-03", "2024-01-04", None])
    real = pd.DataFrame({"a": days.tz_localize(zone)})
    assert common_space(real[:2], real[2:])[1].tolist() == [[2, 0], [0, 1]]


def test_a_column_constant_in_the_reference_is_scaled_by_all_samples():
    real, synthetic = pd.DataFrame({"a": [7, 7]}), pd.DataFrame({"a": [7, 1007]})
    a, b = common_space(real, synthetic)
    assert (b[1] - a[0])[0] == pytest.approx(1 / np.sqrt(3 / 16))
    assert [x.tolist() for x in common_space(real, real)] == [[[0.0], [0.0]]] * 2


def test_a_column_without_any_number_keeps_its_place():
    real = pd.DataFrame({"a": [None, None], "b": [1.0, 3.0]})
    synthetic = pd.DataFrame({"a": [np.nan], "b": [1.0]})
    a, b = common_space(real, synthetic)
    assert a.tolist() == [[0, 1, -1], [0, 1, 1]]
    assert b.tolist() == [[0, 1, -1]]


def test_columns_are_found_by_name():
    real, synthetic = mixed(0), mixed(1)
    turned = common_space(real, synthetic[synthetic.columns[::-1]])
    for straight, other in zip(common_space(real, synthetic), turned, strict=True):
        assert np.array_equal(straight, other)


def test_arrays_are_scaled_too_where_a_space_is_asked_for():
    assert common_space(np.array([[1, 5], [3, 5]]))[0].tolist() == [[-1, 0], [1, 0]]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("exponent", [-1000, -600, 90, 600, 1020])
@pytest.mark.parametrize("metric", METRICS)
def test_the_unit_of_a_column_changes_nothing(metric, exponent):
    rng = np.random.default_rng(5)
    frames = [
        pd.DataFrame(rows, columns=["a", "b"]) for rows in rng.normal(size=(2, 30, 2))
    ]
    # A power of two: nothing is rounded.
    scaled = [frame.assign(b=np.ldexp(frame["b"], exponent)) for frame in frames]
    assert np.array_equal(metric(*scaled), metric(*frames))


# Identical, shifted, collapsed and copied samples


def test_energy_distance_of_two_points_is_twice_their_distance():
    a, b = np.zeros((2, 1)), np.full((2, 1), 3.0)
    assert energy_distance(a, b) == 6.0


def test_energy_distance_is_zero_on_average_for_samples_of_one_distribution():
    distances = [energy_distance(normal(2 * i), normal(2 * i + 1)) for i in range(20)]
    assert abs(np.mean(distances)) < 3 * np.std(distances) / np.sqrt(20)
    assert min(distances) < 0 < max(distances)


@pytest.mark.parametrize("shift", [0.5, 1.0, 3.0])
def test_energy_distance_of_two_normals_is_that_of_theory(shift):
    def mean_absolute(mean, deviation):  # of a normal variable
        spread = deviation * math.sqrt(2 / math.pi)
        ratio = mean / deviation
        return spread * math.exp(-(ratio**2) / 2) + mean * math.erf(
            ratio / math.sqrt(2)
        )

    both = 2 * mean_absolute(0.0, math.sqrt(2))
    expected = 2 * mean_absolute(shift, math.sqrt(2)) - both
    real, synthetic = normal(0, 2000, 1), normal(1, 2000, 1) + shift
    assert energy_distance(real, synthetic) == pytest.approx(expected, rel=0.12)


def test_energy_distance_of_a_collapsed_sample_is_large():
    assert energy_distance(normal(0), np.zeros((400, 3))) > 0.5


def test_energy_distance_of_nan_is_nan():
    assert np.isnan(energy_distance(normal(0), np.full((5, 3), np.nan)))


def test_coverage_of_the_real_rows_themselves_is_complete():
    assert coverage(normal(0), normal(0)) == 1.0


@pytest.mark.parametrize(("k", "n_synthetic"), [(1, 1500), (5, 1500), (5, 500)])
def test_coverage_and_density_of_a_second_sample_are_those_of_theory(k, n_synthetic):
    real, synthetic = normal(0, 1500), normal(1, n_synthetic)
    n = len(real)
    missed = math.prod((n - i) / (n + n_synthetic - i) for i in range(1, k + 1))
    assert coverage(real, synthetic, k) == pytest.approx(1 - missed, abs=0.03)
    assert density(real, synthetic, k) == pytest.approx(1.0, abs=0.08)


def test_a_collapsed_sample_covers_little_and_may_be_dense():
    # On the real row that lies in most neighbourhoods.
    distances = cdist(normal(0), normal(0))
    inside = distances <= np.sort(distances, axis=1)[:, [5]]
    collapsed = np.repeat(normal(0)[[inside.sum(axis=0).argmax()]], 50, axis=0)
    assert coverage(normal(0), collapsed) < 0.1
    assert density(normal(0), collapsed) > 1.5


def test_a_far_sample_has_neither_coverage_nor_density():
    assert coverage(normal(0), normal(1) + 100) == 0.0
    assert density(normal(0), normal(1) + 100) == 0.0


@pytest.mark.parametrize("metric", [coverage, density])
def test_rows_at_the_edge_of_a_neighbourhood_are_inside_in_any_unit(metric):
    rng = np.random.default_rng(1)
    real, synthetic = rng.integers(0, 15, size=(2, 100, 3)).astype(float)
    expected = metric(real, synthetic)
    assert metric(real / 7, synthetic / 7) == expected
    assert metric(real / 7 + 5, synthetic / 7 + 5) == expected


def test_coverage_and_density_take_fewer_neighbours_than_rows():
    real = np.array([[0.0], [1.0]])
    assert coverage(real, np.array([[0.5]])) == 1.0
    assert density(real, np.array([[0.5]])) == 2.0


def test_equal_rows_are_at_distance_0_in_many_columns():
    rows = np.repeat(1e3 + normal(0, 40, 30), 2, axis=0)
    assert coverage(rows, rows, n_neighbors=1) == 1.0
    assert nearest_row_ratio(rows, rows) == 1.0


def test_distances_are_the_same_in_pieces(monkeypatch):
    real, synthetic = normal(0, 101), normal(1, 53)
    whole = [metric(real, synthetic) for metric in ON_ROWS]
    monkeypatch.setattr(near, "CHUNK_CELLS", 300)
    in_pieces = [metric(real, synthetic) for metric in ON_ROWS]
    assert in_pieces == pytest.approx(whole, rel=1e-9)


def test_nearest_row_ratio_of_copies_is_zero():
    assert nearest_row_ratio(normal(0), normal(0)) == 0.0
    assert nearest_row_ratio(normal(0), normal(0), held_out=normal(1)) == 0.0


def test_nearest_row_ratio_of_a_second_sample_is_about_one():
    real, synthetic, held_out = normal(0, 1500), normal(1, 1500), normal(2, 1500)
    assert nearest_row_ratio(real, synthetic) == pytest.approx(1.0, abs=0.1)
    assert nearest_row_ratio(real, synthetic, held_out) == pytest.approx(1.0, abs=0.1)


def test_nearest_row_ratio_is_relative_to_the_held_out_rows():
    real = np.array([[0.0], [10.0]])
    assert nearest_row_ratio(real, real + 1, held_out=real + 4) == 0.25


def test_nearest_row_ratio_where_real_rows_have_twins():
    twins = np.repeat([[0.0], [5.0]], 3, axis=0)
    assert nearest_row_ratio(twins, twins) == 1.0
    assert nearest_row_ratio(twins, twins + 1) == np.inf


@pytest.mark.parametrize(("n_columns", "expected"), [(1, 1 / 3), (2, 0.3785)])
def test_authenticity_of_a_second_sample_is_that_of_theory(n_columns, expected):
    real, synthetic = normal(0, 3000, n_columns), normal(1, 3000, n_columns)
    assert authenticity(real, synthetic) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(("n_columns", "expected"), [(10, 0.6), (30, 0.8)])
def test_authenticity_of_a_second_sample_is_high_in_many_columns(n_columns, expected):
    real, synthetic = normal(0, 1000, n_columns), normal(1, 1000, n_columns)
    assert authenticity(real, synthetic) == pytest.approx(expected, abs=0.05)


def test_authenticity_of_copies_is_0_and_of_far_rows_1():
    assert authenticity(normal(0), normal(0)) == 0.0
    assert authenticity(normal(0), normal(1) + 100) == 1.0


def test_authenticity_of_a_generator_collapsed_on_one_row_is_0():
    # Distances among real rows looked up by the position of the synthetic row, as in
    # the published code, would call most of these authentic.
    real = normal(0)
    outlier = np.linalg.norm(real, axis=1).argmax()
    collapsed = np.repeat(real[[outlier]], 400, axis=0) + 0.1
    assert authenticity(real, collapsed) == 0.0


def test_duplicate_share_counts_rows_that_are_equal_in_every_cell():
    real = mixed(0)
    assert duplicate_share(real, real.iloc[::-1]) == 1.0
    changed = real.copy()
    changed.loc[:14, "flag"] = ~changed.loc[:14, "flag"]
    assert duplicate_share(real, changed) == 0.75
    assert duplicate_share(real, real.iloc[[3, 3]]) == 1.0


def test_duplicate_share_takes_missing_cells_as_equal_and_types_as_they_compare():
    real = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    synthetic = pd.DataFrame({"a": [2.0, 2.0], "b": [np.nan, "x"]})
    assert duplicate_share(real, synthetic) == 0.5
    gaps = np.array([[np.nan, 1.0]])
    assert duplicate_share(gaps, np.vstack([gaps, gaps + 1])) == 0.5


@pytest.mark.parametrize("shift", [0.0, 0.5, 1.5])
def test_two_sample_test_of_two_normals_is_that_of_theory(shift):
    real, synthetic = normal(0, 1000, 1), normal(1, 1000, 1) + shift
    best = norm.cdf(shift / np.sqrt(2))
    linear = classifier_two_sample_test(
        real, synthetic, classifier=LogisticRegression()
    )
    assert linear == pytest.approx(best, abs=0.03)
    # Trees are no perfect classifiers.
    assert best - 0.06 < classifier_two_sample_test(real, synthetic) < best + 0.03


@pytest.mark.parametrize("n_rows", [4, 12])
def test_two_sample_test_is_one_half_on_average_for_small_samples_of_one_distribution(
    n_rows,
):
    areas = [
        classifier_two_sample_test(normal(2 * i, n_rows), normal(2 * i + 1, n_rows))
        for i in range(20)
    ]
    assert np.std(areas) > 0
    assert abs(np.mean(areas) - 0.5) < 3 * np.std(areas) / np.sqrt(20)


@pytest.mark.parametrize("n_rows", [4, 5, 6, 9])
def test_two_sample_test_tells_few_rows_apart_that_are_far_apart(n_rows):
    """Up to five rows a side no tree could split: the area was one half."""
    real, synthetic = normal(0, n_rows), normal(1, n_rows) + 100
    assert classifier_two_sample_test(real, synthetic) == 1.0


def test_two_sample_test_sees_decimals_where_real_numbers_are_whole():
    real = np.random.default_rng(0).poisson(4, size=(200, 3))
    synthetic = np.random.default_rng(1).poisson(4, size=(200, 3)) + normal(2, 200) / 5
    assert classifier_two_sample_test(real, synthetic) > 0.9


def test_two_sample_test_knows_a_collapsed_sample_from_real_rows():
    assert classifier_two_sample_test(normal(0), np.zeros((400, 3))) > 0.95


def test_two_sample_test_is_below_one_half_for_copies():
    assert classifier_two_sample_test(normal(0, 100), normal(0, 100)) < 0.45


def test_two_sample_test_compares_equally_many_rows():
    # A prior of 9 to 1 would leave an unbalanced area near one half all the same, so
    # look at what the classifier is given.
    class Spy(LogisticRegression):
        def fit(self, X, y):
            counts.append(np.bincount(y).tolist())
            return super().fit(X, y)

    counts = []
    classifier_two_sample_test(normal(0, 90), normal(1, 10), classifier=Spy())
    assert counts == [[8, 8]] * 5


def test_two_sample_test_repeats_by_seed():
    areas = [
        classifier_two_sample_test(normal(0, 60), normal(1, 40), random_state=seed)
        for seed in (0, 0, 1)
    ]
    assert areas[0] == areas[1] != areas[2]


def test_marginal_gap_of_numbers_is_the_kolmogorov_smirnov_statistic():
    real, synthetic = normal(0, 50), np.round(normal(1, 70))
    expected = [ks_2samp(*pair).statistic for pair in zip(real.T, synthetic.T)]  # noqa: B905
    assert marginal_gaps(real, synthetic).tolist() == pytest.approx(expected)


def test_marginal_gap_of_shifted_uniforms_is_the_shift():
    rng = np.random.default_rng(0)
    real, synthetic = rng.random((3000, 1)), rng.random((3000, 1)) + 0.3
    assert marginal_gaps(real, synthetic)[0] == pytest.approx(0.3, abs=0.03)


def test_marginal_gap_of_categories_is_the_total_variation():
    real = pd.DataFrame({"a": ["x", "x", "y", None]})
    synthetic = pd.DataFrame({"a": ["x", "z"]})
    # Shares .5, .25, .25 (missing), 0 against .5, 0, 0, .5.
    assert marginal_gaps(real, synthetic)["a"] == 0.5


@pytest.mark.parametrize("sign", [1, -1])
def test_marginal_gap_of_numbers_counts_missing_cells(sign):
    real = sign * pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]})
    synthetic = sign * pd.DataFrame({"a": [1.0, 2.0, np.nan, np.nan]})
    assert marginal_gaps(real, synthetic)["a"] == 0.5
    heaped = sign * pd.DataFrame({"a": [1.0, 1.0, 1.0, np.nan]})
    assert marginal_gaps(real, heaped)["a"] == 0.75
    half = sign * pd.DataFrame({"a": [3.0, 4.0, np.nan, np.nan]})
    assert marginal_gaps(real, half)["a"] == 0.5
    assert marginal_gaps(half, half)["a"] == 0.0


def test_marginal_gaps_are_named_by_the_columns_in_order():
    gaps = marginal_gaps(mixed(0), mixed(0)[mixed(0).columns[::-1]])
    assert gaps.index.tolist() == mixed(0).columns.tolist()
    assert gaps.tolist() == [0.0] * 6


def test_correlation_gap_of_one_distribution_shrinks_and_of_another_stays():
    def pair(seed, correlation, n=2000):
        rows = normal(seed, n, 2)
        rows[:, 1] = correlation * rows[:, 0] + np.sqrt(1 - correlation**2) * rows[:, 1]
        return rows

    assert correlation_gap(pair(0, 0.8), pair(0, 0.8)) == 0.0
    assert correlation_gap(pair(0, 0.8), pair(1, 0.8)) < 0.03
    assert correlation_gap(pair(0, 0.8), pair(1, 0.0)) == pytest.approx(0.8, abs=0.05)
    assert correlation_gap(pair(0, 0.8), np.ones((9, 2))) == pytest.approx(
        0.8, abs=0.03
    )


def test_correlation_gap_counts_each_pair_of_columns_once():
    level = np.tile(["a", "b"], 100)
    real = pd.DataFrame({"x": level, "y": level, "z": np.tile([0, 0, 1, 1], 50)})
    synthetic = real.assign(y=level[::-1])
    # x and y agree in the one and oppose each other in the other: 2 in each of their
    # coordinates; y and z, x and z are independent in both.
    assert correlation_gap(real, synthetic) == pytest.approx(2 / 3)
    assert correlation_gap(real[["x"]], synthetic[["x"]]) == 0.0


def test_frames_are_compared_in_their_common_space():
    real, synthetic = mixed(0), mixed(1, 40)
    a, b = common_space(real, synthetic)
    for metric in [*ON_ROWS, classifier_two_sample_test]:
        assert metric(real, synthetic) == metric(a, b)


def test_columns_of_many_levels_need_no_coordinates():
    def with_many(frame):
        rows = range(len(frame))
        return frame.assign(
            mail=[f"{5 * i % 97}@x" for i in rows],
            city=[f"city {7 * i % 83}" if i % 5 else None for i in rows],
        )

    few = mixed(0, 120), mixed(1, 90)
    real, synthetic = map(with_many, few)
    names = {"real": real, "synthetic": synthetic}
    for points, matrix in zip(
        as_points(names, (2, 2)), common_space(*few), strict=True
    ):
        assert np.array_equal(points.coordinates, matrix)
    a, b = common_space(real, synthetic)
    for metric in ON_ROWS:
        assert metric(real, synthetic) == pytest.approx(metric(a, b), rel=1e-12)
        ids = real[["mail", "city"]], synthetic[["mail", "city"]]
        expected = metric(*common_space(*ids))
        assert metric(*ids) == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert nearest_row_ratio(real, real.sample(frac=1, random_state=0)) == 0.0


def test_arrays_are_taken_as_they_are():
    assert energy_distance(normal(0) * 1000, normal(1) * 1000) == pytest.approx(
        1000 * energy_distance(normal(0), normal(1))
    )


def test_of_real_rows_that_are_equally_near_the_loneliest_decides():
    real = np.array([[-1.0], [-1.5], [1.0], [4.0]])
    # The row at 1 has its nearest at distance 2, that at -1 at distance 0.5.
    for rows in (real, real[::-1]):
        assert authenticity(rows, np.array([[0.0]])) == 0.0
    assert authenticity(real[:2], np.array([[0.0]])) == 1.0


# Invariances


# The folds of the two-sample test are drawn by position.
@pytest.mark.parametrize(
    "metric", [metric for metric in METRICS if metric is not classifier_two_sample_test]
)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 999))
@example(seed=519)  # two real rows equally near to one
def test_the_order_of_rows_does_not_matter(metric, seed):
    real, synthetic = mixed(seed), mixed(seed + 1000, 45)
    turned = (
        real.sample(frac=1, random_state=0),
        synthetic.sample(frac=1, random_state=1),
    )
    assert np.asarray(metric(real, synthetic)) == pytest.approx(
        np.asarray(metric(*turned))
    )


@pytest.mark.parametrize("metric", METRICS)
@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 999),
    factor=st.floats(0.01, 100) | st.floats(-100, -0.01),
    offset=st.floats(-1000, 1000),
)
def test_units_and_names_of_levels_do_not_matter(metric, seed, factor, offset):
    def renamed(frame):
        return frame.assign(
            amount=frame["amount"] * factor + offset,
            since=frame["since"] + pd.Timedelta(days=4000),
            plan=frame["plan"].map({"basic": "C", "plus": "A", "pro": "B"}),
        )

    if metric is classifier_two_sample_test:
        factor = abs(factor)  # trees put a threshold between bins, from one side
    real, synthetic = mixed(seed), mixed(seed + 1000, 45)
    assert np.asarray(metric(real, synthetic)) == pytest.approx(
        np.asarray(metric(renamed(real), renamed(synthetic))), rel=1e-6, abs=1e-9
    )


@pytest.mark.parametrize("metric", METRICS)
def test_metrics_leave_their_input_alone(metric):
    real, synthetic = normal(0), normal(1)
    metric(real, synthetic)
    assert np.array_equal(real, normal(0))
    assert np.array_equal(synthetic, normal(1))
    real, synthetic = mixed(0), mixed(1)
    metric(real, synthetic)
    pd.testing.assert_frame_equal(real, mixed(0))
    pd.testing.assert_frame_equal(synthetic, mixed(1))


def test_shifts_are_seen_by_each_metric_of_nearness():
    shifts = [0.0, 1.0, 2.0, 4.0]
    rows = [(normal(0), normal(1) + shift) for shift in shifts]
    for metric in (energy_distance, classifier_two_sample_test):
        assert all(a < b for a, b in pairwise(metric(*pair) for pair in rows))
    for metric in (coverage, density):
        assert all(a > b for a, b in pairwise(metric(*pair) for pair in rows))
    gaps = [marginal_gaps(*pair).mean() for pair in rows]
    assert all(a < b for a, b in pairwise(gaps))


# Errors


@pytest.mark.parametrize("metric", METRICS)
def test_samples_without_rows_are_refused(metric):
    with pytest.raises(IncomparableSamplesError, match=r"^synthetic has 0 rows\. Pass"):
        metric(normal(0), normal(0)[:0])


@pytest.mark.parametrize(
    ("metric", "n_rows"),
    [
        (authenticity, 2),
        (correlation_gap, 2),
        (coverage, 2),
        (density, 2),
        (energy_distance, 2),
        (nearest_row_ratio, 2),
        (classifier_two_sample_test, 4),
    ],
)
def test_too_few_real_rows_are_refused(metric, n_rows):
    metric(normal(0, n_rows), normal(1, 9))
    s = "s"[: n_rows != 2]
    with pytest.raises(
        IncomparableSamplesError,
        match=rf"^real has {n_rows - 1} row{s}\. Pass at least {n_rows}\.$",
    ):
        metric(normal(0, n_rows - 1), normal(1, 9))


FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": list("xyxy")})
NUMBERS = np.ones((4, 2))


@pytest.mark.parametrize(
    ("real", "synthetic", "message"),
    [
        (
            FRAME,
            FRAME[["a"]],
            "real has 2 columns and synthetic has 1. Pass samples with the same "
            "columns.",
        ),
        (
            NUMBERS,
            NUMBERS[:, :1],
            "real has 2 columns and synthetic has 1. Pass samples with the same "
            "columns.",
        ),
        (
            FRAME,
            FRAME.rename(columns={"b": "c"}),
            "synthetic lacks columns that real has: 'b'. Pass samples with the same "
            "columns.",
        ),
        (
            FRAME.set_axis(["a", "a"], axis=1),
            FRAME.set_axis(["a", "a"], axis=1),
            "real has several columns with the same name: 'a'. Rename or drop the "
            "duplicates.",
        ),
        (FRAME[[]], FRAME[[]], "real has no columns. Pass samples with at least one."),
        (
            FRAME,
            NUMBERS,
            "Some of real and synthetic are data frames and some are not. Pass data "
            "frames only, or arrays only.",
        ),
        (
            NUMBERS,
            np.ones(4),
            "synthetic has 1 axes. Pass a table of rows and columns; "
            "synthetic.reshape(-1, 1) is one of a single column.",
        ),
        (
            FRAME,
            FRAME.assign(b=[1, 2, 3, 4]),
            "Column 'b' holds categories in real and numbers in synthetic. Give it one "
            "type in all samples.",
        ),
    ],
)
def test_samples_that_cannot_be_compared_are_refused(real, synthetic, message):
    for metric in METRICS:
        with pytest.raises(IncomparableSamplesError) as error:
            metric(real, synthetic)
        assert str(error.value) == message


def test_dates_that_share_no_clock_are_refused():
    days = pd.DataFrame({"a": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    zoned = days.apply(lambda x: x.dt.tz_localize("UTC"))
    with pytest.raises(IncomparableSamplesError, match="Column 'a' holds dates in"):
        duplicate_share(days, zoned)


@pytest.mark.parametrize("metric", [*ON_ROWS[:3], classifier_two_sample_test])
def test_arrays_with_gaps_are_refused_with_the_way_out(metric):
    gaps = NUMBERS.copy()
    gaps[0, 0] = np.nan
    with pytest.raises(
        IncomparableSamplesError,
        match=r"^synthetic is an array with cells that are no finite numbers\. Pass ",
    ):
        metric(NUMBERS, gaps)
    assert metric(pd.DataFrame(NUMBERS), pd.DataFrame(gaps)) >= 0


def test_infinite_numbers_are_refused():
    with pytest.raises(InvalidTableError, match="Column 'a' contains infinity"):
        coverage(FRAME, FRAME.assign(a=np.inf))


@pytest.mark.parametrize("metric", [coverage, density])
@pytest.mark.parametrize("n_neighbors", [0, -1, 2.5])
def test_neighbours_are_counted_from_one(metric, n_neighbors):
    with pytest.raises(ValueError, match=r"^n_neighbors must be a whole number of at"):
        metric(normal(0, 20), normal(1, 20), n_neighbors)
