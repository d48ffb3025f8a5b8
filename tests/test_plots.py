"""The displays: what they draw, by structure and not by pixels."""

import re
import subprocess
import sys
import tracemalloc

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgba

from gansampler import GANOversampler, plots
from gansampler.exceptions import (
    IncomparableSamplesError,
    NotTrainedError,
    SmallClassWarning,
)
from gansampler.plots import (
    QualityDisplay,
    SyntheticRowsDisplay,
    TrainingHistoryDisplay,
    _marginals,
    _rows,
    _style,
)
from gansampler.plots._trained import rows_of_class
from gansampler.quality import _references, coverage, marginal_gaps
from gansampler.quality._space import join_columns
from gansampler.theory import EQUILIBRIA, Equilibrium

plt.switch_backend("agg")

DISPLAYS = (TrainingHistoryDisplay, SyntheticRowsDisplay, QualityDisplay)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    n = 160
    X = pd.DataFrame(
        {
            "amount": rng.gamma(2, 30, n),
            "plan": rng.choice(["basic", "plus", "pro"], n),
            "visits": rng.poisson(3, n),
        }
    )
    X.loc[rng.random(n) < 0.2, "amount"] = None
    y = np.array(["rare"] * 30 + ["scarce"] * 20 + ["common"] * 110)
    return X, y


@pytest.fixture(scope="module")
def sampler(table):
    sampler = GANOversampler(max_iter=30, random_state=0)
    sampler.fit_resample(*table)
    return sampler


def draw(display):
    """Render it, in which matplotlib may warn."""
    display.figure_.canvas.draw()
    return display


def joined(real, synthetic):
    """One column of two samples."""
    frames = {
        name: pd.DataFrame({"column": cells})
        for name, cells in (("real", real), ("synthetic", synthetic))
    }
    return join_columns(frames, (1, 1))[0]


def texts(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


# --- the course of a training


def test_history_lines_are_the_history(sampler):
    display = draw(TrainingHistoryDisplay.from_estimator(sampler, class_label="rare"))
    history = sampler.history_["rare"]
    titles = {name: ax.get_title(loc="left") for name, ax in display.axes_.items()}
    assert titles == {
        "losses": "Losses",
        "value": "Value",
        "probabilities": "Mean D",
        "gradient_norms": "Gradient norms",
        "selection": "Selection distance",
        "learning_rate": "Learning rate",
    }
    assert set(display.lines_) == {*history} - {"iteration", "seconds"}
    # A running mean over one update is the history itself.
    raw = TrainingHistoryDisplay.from_estimator(
        sampler, class_label="rare", window=1
    ).lines_
    measured = history.dropna(subset=["selection_distance"])
    for column, line in raw.items():
        expected = measured if column == "selection_distance" else history
        assert line.get_xdata().tolist() == expected["iteration"].tolist()
        assert line.get_ydata().tolist() == expected[column].tolist()


def test_raw_lines_stand_behind_their_running_mean():
    n = 100
    figures = np.arange(n) + np.tile([5.0, -5.0], n // 2)
    history = pd.DataFrame({"iteration": np.arange(1, n + 1), "value": figures})
    display = TrainingHistoryDisplay.from_history(history)
    assert display.raw_lines_["value"].get_ydata().tolist() == figures.tolist()
    smooth = display.lines_["value"].get_ydata()
    # Four updates: the alternation cancels, the slope stays.
    assert np.diff(smooth[2:-1]) == pytest.approx(1)
    raw, line = display.raw_lines_["value"], display.lines_["value"]
    assert raw.get_alpha() < 0.5
    assert raw.get_linewidth() < line.get_linewidth()
    header = display.figure_.axes[0].texts[0].get_text()
    assert header == "100 updates, bold: mean over 4 updates"


def test_a_single_update_is_a_point():
    history = pd.DataFrame({"iteration": [1], "value": [-1.4]})
    display = TrainingHistoryDisplay.from_history(history)
    assert display.lines_["value"].get_marker() == "o"
    assert display.figure_.axes[0].texts[0].get_text() == "1 update"


@pytest.mark.parametrize("loss", ["minimax", "non_saturating"])
def test_targets_of_log_loss_games(sampler, loss):
    history = sampler.history_["rare"]
    display = TrainingHistoryDisplay.from_history(history, loss=loss)
    heights = {name: line.get_ydata()[0] for name, line in display.targets_.items()}
    assert heights == {"value": -np.log(4), "probabilities": 0.5}
    assert texts(display.axes_["value"]) == ["V(D, G)", "target -log 4"]
    assert texts(display.axes_["probabilities"]) == ["real", "generated", "target 1/2"]
    assert display.axes_["value"].get_xlabel() == "update"


def test_targets_are_those_of_the_theory(sampler, monkeypatch):
    """A loss is entered in ``EQUILIBRIA`` only."""
    new = Equilibrium(0.0, 0.0, -0.25, 0.5, "")
    monkeypatch.setitem(EQUILIBRIA, "new", new)
    history = sampler.history_["rare"]
    display = TrainingHistoryDisplay.from_history(history, loss="new")
    assert display.targets_["value"].get_ydata()[0] == -0.25
    assert texts(display.axes_["value"]) == ["V(D, G)", "target -0.25"]
    for loss, expected in EQUILIBRIA.items():
        display = TrainingHistoryDisplay.from_history(history, loss=loss)
        assert ("value" in display.targets_) == np.isfinite(expected.value)


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        ("wasserstein", "loss='wasserstein'"),
        ("relativistic", "loss='relativistic'"),
        (None, "loss not given"),
    ],
)
def test_no_targets_where_the_theory_sets_none(sampler, loss, why):
    history = sampler.history_["rare"]
    display = TrainingHistoryDisplay.from_history(history, loss=loss)
    assert display.targets_ == {}
    for name in ("value", "probabilities"):
        note = f"update\n(no target for V and D: {why})"
        assert display.axes_[name].get_xlabel() == note
    assert texts(display.axes_["probabilities"]) == ["real", "generated"]


def test_kept_checkpoint_is_marked(sampler):
    display = TrainingHistoryDisplay.from_estimator(sampler, class_label="rare")
    best = sampler.report_["rare"].best_iteration
    history = sampler.history_["rare"].set_index("iteration")
    (x,), (y,) = display.kept_.get_data()
    assert (x, y) == (best, history.loc[best, "selection_distance"])
    assert y == history["selection_distance"].min()
    assert texts(display.axes_["selection"]) == ["checkpoint", f"kept: {best}"]
    # Found by itself where it is not told.
    again = TrainingHistoryDisplay.from_history(history.reset_index())
    assert again.kept_.get_xdata().tolist() == [best]


def test_history_without_a_selection(sampler):
    history = sampler.history_["rare"].assign(selection_distance=np.nan)
    display = draw(TrainingHistoryDisplay.from_history(history))
    assert display.kept_ is None
    (text,) = display.axes_["selection"].texts
    assert text.get_text() == "not measured"


def test_one_panel_is_drawn_in_the_axes_given(sampler):
    _, ax = plt.subplots()
    display = TrainingHistoryDisplay.from_estimator(
        sampler, class_label="rare", panels=["value"], ax=ax
    )
    assert display.axes_ == {"value": ax}
    assert display.figure_.axes == [ax]


def test_histories_that_cannot_be_drawn(sampler, table):
    history = sampler.history_["rare"]
    with pytest.raises(ValueError, match=r"^The history has no rows: nothing was tr"):
        TrainingHistoryDisplay.from_history(history[:0])
    message = (
        r"^The history has the columns iteration, value, of which the panels value can "
        r"be drawn; panels asked for losses\. Pass a frame of GANOversampler\.history_"
    )
    with pytest.raises(ValueError, match=message):
        TrainingHistoryDisplay.from_history(
            history[["iteration", "value"]], panels=["losses"]
        )
    with pytest.raises(ValueError, match=r"^The history has the columns a, of which "):
        TrainingHistoryDisplay.from_history(pd.DataFrame({"a": [1]}))


def test_class_too_small_for_a_gan(table):
    X, _ = table
    y = np.where(np.arange(len(X)) < 2, "two", "common")
    sampler = GANOversampler(sampling_strategy={"two": 5}, max_iter=2)
    with pytest.warns(SmallClassWarning):
        sampler.fit_resample(X, y)
    message = r"^Class 'two' was too small for a GAN, so that its training has no hist"
    with pytest.raises(ValueError, match=message):
        TrainingHistoryDisplay.from_estimator(sampler)
    display = draw(SyntheticRowsDisplay.from_estimator(sampler, X, y))
    assert len(display.real_points_.get_offsets()) == 2


# --- real and synthetic rows


def test_rows_panels(sampler, table):
    X, y = table
    display = draw(
        SyntheticRowsDisplay.from_estimator(sampler, X, y, class_label="rare")
    )
    assert display.joint_ax_.get_title(loc="left") == (
        "Principal components of the real rows"
    )
    assert display.joint_ax_.get_xlabel().startswith("1st component (")
    assert len(display.real_points_.get_offsets()) == 30
    assert len(display.synthetic_points_.get_offsets()) == 200
    assert display.correlation_image_.get_array().size == 9
    bar = display.correlation_image_.colorbar.ax
    assert bar.get_ylabel() == "by chance about 0.16"  # sqrt(2 / pi (1/30 + 1/200))
    gaps = marginal_gaps(X[y == "rare"], sampler.sample(200, "rare"))
    pd.testing.assert_series_equal(display.gaps_, gaps)
    worst = gaps.sort_values(ascending=False, kind="stable").index
    assert list(display.marginal_axes_) == list(worst)
    for name, ax in display.marginal_axes_.items():
        assert ax.get_title(loc="left") == name
        assert ax.get_title(loc="right") == f"gap {gaps[name]:.2f}"
    header = display.figure_.axes[0]
    assert header.texts[0].get_text() == (
        "30 real and 200 synthetic rows of class 'rare'"
    )
    assert texts(header) == ["real", "synthetic"]


def test_joint_view_is_that_of_the_real_rows():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(300, 3)) * [1, 1, 1]
    real[:, 1] = real[:, 0]
    directions, shares = _rows.principal_components(real)
    values, vectors = np.linalg.eigh(np.cov(real.T))
    assert abs(directions @ vectors[:, ::-1][:, :2]) == pytest.approx(np.eye(2))
    assert shares == pytest.approx(values[::-1][:2] / values.sum())
    far = SyntheticRowsDisplay.from_samples(real, real + 100)
    points = far.real_points_, far.synthetic_points_
    real_points, synthetic_points = (np.asarray(p.get_offsets()) for p in points)
    offsets = synthetic_points - real_points
    assert np.ptp(offsets, axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert np.linalg.norm(offsets, axis=1).min() > 50


def test_of_many_columns_the_worst_are_drawn():
    rng = np.random.default_rng(0)
    real = pd.DataFrame(rng.normal(size=(50, 60))).add_prefix("c")
    synthetic = real.copy()
    for shift, name in enumerate(["c7", "c41", "c3"], 1):
        synthetic[name] += shift
    display = SyntheticRowsDisplay.from_samples(real, synthetic, max_columns=3)
    assert list(display.marginal_axes_) == ["c3", "c41", "c7"]
    assert display.n_hidden_ == 57
    assert display.figure_.axes[0].texts[0].get_text() == (
        "50 real and 50 synthetic rows; 3 of 60 columns drawn below (57 not shown)"
    )
    assert display.correlation_ax_.get_title(loc="left") == (
        "Difference of correlations (largest 12 of 60 columns)"
    )
    chosen = SyntheticRowsDisplay.from_samples(real, synthetic, columns=["c9"])
    assert list(chosen.marginal_axes_) == ["c9"]
    with pytest.raises(ValueError, match=r"^The rows have no columns 'd'\. Choose of"):
        SyntheticRowsDisplay.from_samples(real, synthetic, columns=["d"])
    with pytest.raises(ValueError, match=r"^max_columns must be at least 1\. Got 0\."):
        SyntheticRowsDisplay.from_samples(real, synthetic, max_columns=0)


def test_one_column_has_its_distribution_only():
    real = np.arange(20.0).reshape(-1, 1)
    display = draw(SyntheticRowsDisplay.from_samples(real, real + 3))
    assert display.joint_ax_ is None
    assert display.correlation_ax_ is None
    assert list(display.marginal_axes_) == [0]
    assert len(display.figure_.axes) == 2  # the header and the column


def test_histograms_share_their_bins_and_count_missing_cells():
    _, ax = plt.subplots()
    column = joined([0, 2, 2, 2], [1.0, 2.0, np.nan, np.nan])
    _marginals.draw_marginal(ax, column, "visits", 0.5)
    real, synthetic = (patch.get_data() for patch in ax.patches)
    assert real.edges.tolist() == synthetic.edges.tolist() == [-0.5, 0.5, 1.5, 2.5]
    assert real.values.tolist() == [25, 0, 75]
    assert synthetic.values.tolist() == [0, 25, 25]
    assert ax.get_xlabel() == "missing: 0 % real, 50 % synthetic"


def test_long_tails_go_into_the_outer_bars():
    _, ax = plt.subplots()
    real = np.append(np.arange(1000.0), 1e12)
    _marginals.draw_marginal(ax, joined(real, real[:-1]), "amount")
    shares = ax.patches[0].get_data()
    assert shares.values.sum() == pytest.approx(100)
    assert shares.edges[-1] < 1100
    assert ax.get_xlabel() == "outer bars: all beyond"


def test_dates_and_durations():
    _, axes = plt.subplots(2)
    day = pd.Series(pd.to_datetime(["2020-01-01", "2020-01-05", None]))
    _marginals.draw_marginal(axes[0], joined(day, day), "day")
    low, high = axes[0].get_xlim()
    assert low < 18262 < 18266 < high  # days since 1970
    wait = pd.Series(pd.to_timedelta([30, 90, 7200], unit="s"))
    _marginals.draw_marginal(axes[1], joined(wait, wait), "wait")
    assert axes[1].get_xlabel() == "hours"
    assert axes[1].patches[0].get_data().edges[[0, -1]] == pytest.approx([1 / 120, 2])


@pytest.mark.parametrize(
    "hours", [0, 1, 5, 12, 24, 48, 100, 300, 700, *range(1000, 96_000, 5000), 10**7]
)
def test_dates_of_any_span_have_few_marks_and_no_warning(hours):
    figure, ax = plt.subplots(figsize=(2.6, 2))
    steps = np.arange(2 if hours else 1) * np.timedelta64(hours, "h")
    days = pd.Series(np.datetime64("1990-03-07", "s") + steps)
    _marginals.draw_marginal(ax, joined(days, days[:1]), "day")
    figure.canvas.draw()
    assert 1 <= len(ax.get_xticks()) <= 6


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_dates_of_any_resolution_and_zone_stand_where_clocks_show(unit, zone):
    day = pd.Series(pd.DatetimeIndex(["2020-01-01", "2020-01-05"], tz=zone))
    _, ax = plt.subplots()
    _marginals.draw_marginal(ax, joined(day.dt.as_unit(unit), day[:1]), "day")
    edges = ax.patches[0].get_data().edges
    assert edges[[0, -1]] == pytest.approx([18262, 18266], abs=0.6)


@pytest.mark.parametrize("first", ["2020-01-01", "-0500-01-01"])
def test_dates_that_mean_never_are_drawn(first):
    """Years from 1 to 9999 are all that matplotlib knows."""
    days = np.datetime64(first, "s") + np.arange(40) * np.timedelta64(5, "D")
    days[::3] = np.datetime64("9999-12-31", "s")
    figure, ax = plt.subplots()
    _marginals.draw_marginal(ax, joined(days, days), "until")
    figure.canvas.draw()
    low, high = ax.get_xlim()
    assert -719_162 <= low < high <= 2_932_896


def test_bars_of_levels():
    _, ax = plt.subplots()
    column = joined(["p", "q", "q", None], ["q", "r", "q", "q"])
    _marginals.draw_marginal(ax, column, "kind")
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["q", "p", "r", "missing"]
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == [50, 25, 0, 25, 75, 0, 25, 0]


def test_of_many_levels_the_most_frequent_have_bars():
    cells = [f"l{i}" for i in range(20) for _ in range(i + 1)]
    levels = _marginals.level_shares(joined(cells, ["l0"] * 4))
    assert levels.names == ["l0", "l19", "l18", "l17", "l16", "l15", "l14", "l13"]
    assert levels.n_hidden == 12
    assert levels.real.sum() + levels.hidden[0] == pytest.approx(100)
    assert levels.hidden[1] == 0


def test_levels_keep_their_order():
    grades = pd.Series(pd.Categorical(list("CAB"), list("BCA"), ordered=True))
    assert _marginals.level_shares(joined(grades, grades)).names == list("BCA")
    flags = pd.Series([True, True, False])
    assert _marginals.level_shares(joined(flags, flags)).names == ["False", "True"]


COLUMNS = {
    "constant": [1.0] * 12,
    "all missing": [None] * 12,
    "huge": [1e100, -1e100] * 6,
    "close": [1e16, 1e16 + 2] * 6,
    "same huge": [1e18] * 12,
    "level": ["a"] * 12,
    "levels": [f"level {i}" for i in range(12)],
    "dollars": ["$a$", "$b", "_c"] * 4,
    "lines": ["a\nb", " " * 9, ""] * 4,
    "flag": [True, False, None] * 4,
    "whole": pd.array([1, 2, None] * 4, dtype="Int64"),
    "mixed": ["a", 1, 2.5] * 4,
    "day": pd.to_datetime(["2020-01-01", None, None] * 4),
    "same day": pd.to_datetime(["2020-01-01"] * 12),
    "no day": pd.to_datetime([None] * 12),
    "wait": pd.to_timedelta([1, 2, 3] * 4, unit="ns"),
    "grade": pd.Categorical(["a", "b", None] * 4, ordered=True),
}


def test_odd_columns():
    odd = pd.DataFrame({**COLUMNS, "$\\frac": range(12)})
    display = draw(SyntheticRowsDisplay.from_samples(odd, odd[:5], max_columns=99))
    assert len(display.marginal_axes_) == odd.shape[1]
    titles = {ax.get_title(loc="left") for ax in display.marginal_axes_.values()}
    assert {"all missing", "same day", r"\$\frac"} < titles
    (text,) = display.marginal_axes_["no day"].texts
    assert text.get_text() == "all missing"


@pytest.mark.parametrize("column", COLUMNS)
def test_one_odd_column(column):
    odd = pd.DataFrame({column: COLUMNS[column]})
    display = SyntheticRowsDisplay.from_samples(odd, odd[3:4])
    assert list(display.marginal_axes_) == [column]


@settings(max_examples=10, deadline=None)
@given(
    n_real=st.integers(1, 9),
    n_synthetic=st.integers(1, 9),
    names=st.lists(st.sampled_from([*COLUMNS]), min_size=1, max_size=6, unique=True),
)
def test_odd_tables(n_real, n_synthetic, names):
    frame = pd.DataFrame({name: COLUMNS[name] for name in names})
    display = SyntheticRowsDisplay.from_samples(
        frame[:n_real], frame[:n_synthetic], max_columns=3
    )
    assert len(display.marginal_axes_) + display.n_hidden_ == len(names)
    for ax in display.marginal_axes_.values():
        for patch in ax.patches:
            if hasattr(patch, "get_data"):
                assert patch.get_data().values.sum() <= 100 + 1e-9
    plt.close("all")


@pytest.mark.parametrize("container", [np.asarray, scipy.sparse.csr_matrix, list])
def test_rows_in_other_containers(container):
    rows = np.arange(24.0).reshape(8, 3)
    display = SyntheticRowsDisplay.from_samples(container(rows), container(rows + 1))
    assert sorted(display.marginal_axes_) == [0, 1, 2]


@pytest.mark.parametrize(
    "container",
    [pd.DataFrame, np.array, scipy.sparse.csr_matrix, scipy.sparse.csc_array],
)
def test_only_rows_of_the_class_are_copied_or_become_dense(container):
    cells = pd.DataFrame(np.eye(2000, 200))
    X, y = container(cells), np.arange(2000) % 100
    tracemalloc.start()
    rows = rows_of_class(X, y, 7)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    pd.testing.assert_frame_equal(rows, cells[7::100], check_index_type=False)
    assert peak < cells.to_numpy().nbytes / 4


@pytest.mark.parametrize(
    ("labels", "asked"),
    [([1, 0], np.int64(1)), ([True, False], True), (["$x$", "y"], "$x$")],
)
def test_classes_of_any_type(table, labels, asked):
    X = table[0][:60].reset_index(drop=True)
    y = pd.Series([labels[0]] * 20 + [labels[1]] * 40, name="class")
    sampler = GANOversampler(max_iter=3, random_state=0)
    sampler.fit_resample(X, y)
    for class_label in (None, asked):
        TrainingHistoryDisplay.from_estimator(sampler, class_label=class_label)
        display = SyntheticRowsDisplay.from_estimator(
            sampler, X, y, class_label=class_label
        )
        assert display.class_label == asked
        assert len(display.real) == 20


@pytest.mark.parametrize("dtype", ["M8[ns]", "M8[us]", "m8[ns]"])
def test_classes_that_are_times(table, dtype):
    X = table[0][:60].reset_index(drop=True)
    y = np.repeat([10**15, 2 * 10**15], [20, 40]).astype(dtype)
    sampler = GANOversampler(max_iter=3, random_state=0)
    sampler.fit_resample(X, y)
    asked = pd.Series(y[:1])[0]
    shown = repr(asked)
    for class_label in (None, y[0], asked):
        for display in DISPLAYS:
            data = () if display is TrainingHistoryDisplay else (X, y)
            drawn = display.from_estimator(sampler, *data, class_label=class_label)
            header = drawn.figure_.axes[0].texts[0].get_text()
            assert f"class {shown}" in header
    with pytest.raises(ValueError, match=re.escape(f"Choose one of: {shown}.")):
        QualityDisplay.from_estimator(sampler, X, y, class_label=y[-1])
    with pytest.raises(ValueError, match=re.escape(f"y has no rows of class {shown}.")):
        QualityDisplay.from_estimator(sampler, X[20:], y[20:])


# --- quality


def test_quality_marks_are_the_figures(displays):
    display = draw(displays[-1].plot())
    assert list(display.axes_) == list(_references.FIGURES)
    for name, mark in display.synthetic_marks_.items():
        assert mark.get_xdata().tolist() == [display.figures.loc[name, "synthetic"]]
    for name, mark in display.reference_marks_.items():
        assert mark.get_xdata().tolist() == [display.figures.loc[name, "reference"]]
    assert set(display.synthetic_marks_) == set(_references.FIGURES)
    # The distance to the nearest row is relative to real rows already.
    assert set(_references.FIGURES) - set(display.reference_marks_) == {
        "nearest_row_ratio"
    }
    widths = [bar.get_width() for bar in display.columns_ax_.patches]
    assert widths == display.gaps["synthetic"].tolist()
    assert widths == sorted(widths, reverse=True)
    header = display.figure_.axes[0]
    assert header.texts[0].get_text() == "30 real and 30 synthetic rows of class 'rare'"
    assert texts(header) == ["synthetic", "real against real", "ideal"]


def test_quality_against_held_out_rows():
    rng = np.random.default_rng(0)
    real, held_out, synthetic = rng.normal(size=(3, 100, 2))
    display = QualityDisplay.from_samples(real, synthetic, held_out=held_out)
    frames = [pd.DataFrame(rows) for rows in (real, held_out, synthetic)]
    figures = display.figures.loc["coverage"]
    assert figures["synthetic"] == coverage(frames[0], frames[2])
    assert (figures[1:] == coverage(frames[0], frames[1])).all()
    assert display.figures.loc["nearest_row_ratio", "reference"] > 0.5
    assert display.columns_ax_.get_title(loc="left") == "Columns"


@pytest.mark.parametrize("longer", ["held_out", "synthetic"])
def test_quality_does_not_hang_on_the_order_of_rows(longer):
    """The first rows of a sorted table are no sample of it."""
    rng = np.random.default_rng(0)
    real, held_out, synthetic = rng.normal(size=(3, 300, 2))
    rows = {"held_out": held_out, "synthetic": synthetic}
    rows = {
        kind: sample[sample[:, 0].argsort()] if kind == longer else sample[:60]
        for kind, sample in rows.items()
    }
    displays = [QualityDisplay.from_samples(real, **rows) for _ in range(2)]
    figures = displays[0].figures
    assert figures.loc["two_sample_auc", ["synthetic", "reference"]].max() < 0.75
    assert displays[0].gaps.to_numpy().max() < 0.3
    pd.testing.assert_frame_equal(figures, displays[1].figures)
    pd.testing.assert_frame_equal(displays[0].gaps, displays[1].gaps)


def test_quality_tells_good_rows_from_bad_ones():
    rng = np.random.default_rng(0)
    real, good = rng.normal(size=(2, 60, 3))
    ideal = QualityDisplay.from_samples(real, good).figures
    between = (ideal["reference_low"] - 0.1 <= ideal["synthetic"]) & (
        ideal["synthetic"] <= ideal["reference_high"] + 0.1
    )
    assert between[ideal["reference"].notna()].drop("density").all()
    shifted = QualityDisplay.from_samples(real, good + 9).figures["synthetic"]
    assert shifted["coverage"] == shifted["density"] == 0
    assert shifted["two_sample_auc"] > 0.95
    copies = QualityDisplay.from_samples(real, real).figures["synthetic"]
    assert copies["duplicate_share"] == 1
    assert copies["nearest_row_ratio"] == 0


@pytest.mark.parametrize("n_rows", [1, 2, 3, 5, 9])
def test_quality_of_few_rows(n_rows):
    rows = np.random.default_rng(0).normal(size=(n_rows, 2))
    display = QualityDisplay.from_samples(rows, rows + 1)
    words = {name: ax.texts[0].get_text() for name, ax in display.axes_.items()}
    assert (words["two_sample_auc"] == "too few rows") == (n_rows < 4)
    assert (words["coverage"] == "too few rows") == (n_rows < 2)
    assert ("(real" in words["coverage"]) == (n_rows >= 8)


def test_quality_of_one_column_and_of_sixty(displays):
    rng = np.random.default_rng(0)
    one = draw(QualityDisplay.from_samples(*rng.normal(size=(2, 6, 1))))
    assert "correlation_gap" not in one.axes_
    samples = [pd.DataFrame(rows) for rows in rng.normal(size=(2, 20, 60))]
    gaps = _references.measure_gaps(*samples, rng=rng)
    many = QualityDisplay(displays[-1].figures, gaps).plot()
    assert many.columns_ax_.get_title(loc="left") == "Worst 10 of 60 columns"
    assert len(many.columns_ax_.patches) == 10


def test_infinite_ratio_stands_at_the_end():
    twins = np.repeat(np.arange(3.0), 2).reshape(-1, 1)
    display = draw(QualityDisplay.from_samples(twins, twins + 0.5))
    assert display.figures.loc["nearest_row_ratio", "synthetic"] == np.inf
    ax = display.axes_["nearest_row_ratio"]
    assert display.synthetic_marks_["nearest_row_ratio"].get_xdata()[0] == 1.5
    assert ax.texts[0].get_text() == "inf\n(ideal 1.00)"


def test_held_out_rows_need_their_classes(sampler, table):
    X, y = table
    message = r"^Pass both of X_held_out and y_held_out, or neither\.$"
    with pytest.raises(ValueError, match=message):
        QualityDisplay.from_estimator(sampler, X, y, class_label="rare", X_held_out=X)


# --- columns of many levels


def test_an_identifier_has_no_say_in_figures_of_whole_rows():
    rng = np.random.default_rng(0)
    plain = [
        pd.DataFrame({"id": "one", "x": rng.normal(size=90), "n": rng.poisson(3, 90)})
        for _ in range(3)
    ]
    named = [
        frame.assign(id=[f"{part}{i}" for i in range(90)])
        for part, frame in zip("rsh", plain, strict=True)
    ]
    for samples in (named, plain):
        samples[2].iloc[:9] = samples[0].iloc[:9]
    one, many = (
        QualityDisplay.from_samples(real, synthetic, held_out=held_out)
        for real, synthetic, held_out in (plain, named)
    )
    pd.testing.assert_frame_equal(one.figures, many.figures)
    assert many.figures.loc["duplicate_share"].tolist() == [0, 0.1, 0.1, 0.1]
    assert many.gaps.loc["id"].tolist() == [1, 0.9]
    one, many = (
        SyntheticRowsDisplay.from_samples(*rows[:2]) for rows in (plain, named)
    )
    for points in ("real_points_", "synthetic_points_"):
        offsets = [getattr(shown, points).get_offsets() for shown in (one, many)]
        assert np.array_equal(*offsets)
    arrays = [shown.correlation_image_.get_array() for shown in (one, many)]
    assert np.array_equal(*arrays)
    assert many.gaps_["id"] == 1


@pytest.mark.parametrize("display", [SyntheticRowsDisplay, QualityDisplay])
def test_columns_of_many_levels_have_to_fit_together_as_others(display):
    real = pd.DataFrame({"id": [f"r{i}" for i in range(90)], "x": np.arange(90.0)})
    message = "synthetic lacks columns that real has: 'id'. Pass samples with the same"
    with pytest.raises(IncomparableSamplesError, match=message):
        display.from_samples(real, real.rename(columns={"id": "ID"}))
    message = "Column 'id' holds categories in real and numbers in synthetic."
    with pytest.raises(IncomparableSamplesError, match=message):
        display.from_samples(real, real.assign(id=np.arange(90)))


# --- what all have in common


@pytest.fixture(scope="module")
def displays(sampler, table):
    """One of each, to be drawn again."""
    return [
        TrainingHistoryDisplay.from_estimator(sampler, class_label="rare"),
        SyntheticRowsDisplay.from_estimator(sampler, *table, class_label="rare"),
        QualityDisplay.from_estimator(sampler, *table, class_label="rare"),
    ]


def test_the_class_is_asked_for(sampler, table):
    for display in DISPLAYS:
        arguments = () if display is TrainingHistoryDisplay else table
        with pytest.raises(NotTrainedError, match=r"^This GANOversampler has no gener"):
            display.from_estimator(GANOversampler(), *arguments)
        message = (
            r"^2 classes were trained, and class_label is None\. "
            r"Choose one of: 'rare', 'scarce'\.$"
        )
        with pytest.raises(ValueError, match=message):
            display.from_estimator(sampler, *arguments)
        message = r"^Class 'x' has no generator\. Choose one of: 'rare', 'scarce'\.$"
        with pytest.raises(ValueError, match=message):
            display.from_estimator(sampler, *arguments, class_label="x")
    X, y = table
    message = r"^y has no rows of class 'rare'\. Pass the table that the sampler was tr"
    with pytest.raises(ValueError, match=message):
        SyntheticRowsDisplay.from_estimator(
            sampler, X[100:], y[100:], class_label="rare"
        )


def test_axes_that_are_given_are_divided(sampler, displays):
    for display in displays:
        figure, axes = plt.subplots(1, 2, figsize=(20, 6))
        place = axes[1].get_position()
        assert display.plot(ax=axes[1]).figure_ is figure
        assert axes[0].axison
        assert not axes[1].axison
        for ax in figure.axes[2:]:
            box = ax.get_position()
            assert place.x0 - 1e-9 <= box.x0 < box.x1 <= place.x1 + 1e-9
            assert place.y0 - 1e-9 <= box.y0 < box.y1 <= place.y1 + 1e-9
    loose = plt.figure().add_axes((0, 0, 1, 1))
    with pytest.raises(ValueError, match=r"^ax is not part of a grid, so that its "):
        TrainingHistoryDisplay.from_estimator(sampler, class_label="rare", ax=loose)


@pytest.mark.parametrize("style", ["dark_background", "ggplot"])
def test_writing_is_in_the_colours_of_the_style(displays, style):
    with plt.style.context(style):
        expected = to_rgba(plt.rcParams["text.color"])
        page = to_rgba(plt.rcParams["axes.facecolor"])
        for display in displays:
            figure = display.plot().figure_
            assert figure.get_facecolor() == to_rgba(plt.rcParams["figure.facecolor"])
            header, *panels = figure.axes
            for text in [header.texts[0], *(ax.title for ax in panels)]:
                assert to_rgba(text.get_color()) == expected
            if isinstance(display, TrainingHistoryDisplay):
                assert to_rgba(display.targets_["value"].get_color()) == expected
            if isinstance(display, SyntheticRowsDisplay):
                assert display.correlation_image_.get_cmap()(0.0) == pytest.approx(page)


def test_displays_can_be_drawn_again(displays):
    for display in displays:
        first = display.figure_
        assert display.plot() is display
        assert display.figure_ is not first
        assert len(display.figure_.axes) == len(first.axes)


def test_settings_of_matplotlib_are_left_alone(displays):
    before = dict(plt.rcParams)
    for display in displays:
        display.plot()
    assert dict(plt.rcParams) == before


def test_names_are_free_of_mathematics_and_short():
    assert _style.label("$x$") == r"\$x\$"
    assert len(_style.label("x" * 100, 24)) == 24
    assert _style.label(" a \n b ") == "a b"
    assert _style.labels(["x" * 30, "x" * 30], 10) == ["xxxxx…xxxx"] * 2
    names = [f"{'x' * 30} {i} {'y' * 30}" for i in range(30)]
    assert len(set(_style.labels(names, 18))) == 30


def test_missing_matplotlib_is_said(sampler, table, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.delattr(mpl, "pyplot")
    message = (
        r"^Pictures need matplotlib, which is not installed\. Install it with: "
        r"pip install matplotlib$"
    )
    for display in DISPLAYS:
        arguments = () if display is TrainingHistoryDisplay else table
        with pytest.raises(ImportError, match=message):
            display.from_estimator(sampler, *arguments, class_label="rare")


def test_names_are_imported_when_they_are_asked_for():
    code = (
        "import sys, gansampler.plots as p; "
        "assert not {'sklearn', 'torch', 'matplotlib'} & set(sys.modules); "
        "assert set(p.__all__) <= set(dir(p)); "
        "p.QualityDisplay; assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match=r"^module 'gansampler\.plots' has no att"):
        _ = plots.Nothing
