"""The parts of the benchmarks that need no tables and little time."""

import doctest
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import (
    balanced_accuracy_score,
    f1_score,
    matthews_corrcoef,
    recall_score,
)

from benchmarks import classes, speed_page, training_floor
from benchmarks.coding import TableCoding
from benchmarks.copula import sample_gaussian_copula
from benchmarks.dose import sizes_below
from benchmarks.eight_gaussians import MODES, judge, ring
from benchmarks.growth import exponents
from benchmarks.report.statistics import complete_cells, fill_failures
from benchmarks.results_file import append_rows, keys_done, read_results
from benchmarks.summarise import mean_table, report
from benchmarks.thresholds import TUNABLE, best_threshold, label_metrics
from benchmarks.utility import METRICS, cut_minority, plan_tasks, tuned_scores
from gansampler.gan import TrainingSettings, train_gan, training
from gansampler.synthesis import N_OTHERS


def g_mean(y, predicted):
    return np.sqrt(recall_score(y, predicted) * recall_score(y, predicted, pos_label=0))


REFERENCE = {
    "balanced_accuracy": balanced_accuracy_score,
    "g_mean": g_mean,
    "f1": f1_score,
    "mcc": matthews_corrcoef,
}


def predictions(seed, *, n=40, n_values=9):
    """Labels of both kinds and probabilities with many ties, 0 and 1 among them."""
    rng = np.random.default_rng(seed)
    y = np.append([0, 1], rng.integers(0, 2, n - 2))
    return y, rng.integers(0, n_values, n) / (n_values - 1)


@pytest.mark.parametrize("metric", TUNABLE)
@pytest.mark.parametrize("seed", range(5))
def test_label_metrics_are_those_of_scikit_learn(metric, seed):
    y, probability = predictions(seed)
    for threshold in (-1.0, 0.0, 0.3, 0.5, 1.0):
        expected = REFERENCE[metric](y, (probability > threshold).astype(int))
        found = label_metrics(y, probability, threshold)[metric]
        assert found == pytest.approx(expected)


@pytest.mark.parametrize("metric", TUNABLE)
@pytest.mark.parametrize("n_values", [2, 9, 1000])
@pytest.mark.parametrize("seed", range(5))
def test_best_threshold_is_that_of_brute_force(metric, n_values, seed):
    y, probability = predictions(seed, n_values=n_values)
    tried = [-1.0, *np.unique(probability)]
    best = max(REFERENCE[metric](y, (probability > t).astype(int)) for t in tried)
    threshold = best_threshold(y, probability)[metric]
    found = REFERENCE[metric](y, (probability > threshold).astype(int))
    assert found == pytest.approx(best)


def test_constant_probabilities_have_a_threshold():
    y = np.array([0, 0, 0, 1])
    assert best_threshold(y, np.full(4, 0.25))["f1"] == -np.inf


def test_tuned_scores_use_the_other_folds_only():
    # The first two folds part at 0.25; the third would part at 0.75.
    low = np.array([0, 1, 0, 1]), np.array([0.2, 0.3, 0.2, 0.3])
    high = np.array([0, 1, 0, 1]), np.array([0.7, 0.8, 0.7, 0.8])
    tuned = tuned_scores([low, low, high])
    assert tuned[2]["balanced_accuracy_tuned"] == 0.5
    assert tuned_scores([low, low])[0]["mcc_tuned"] == 1.0


def test_failed_folds_have_no_tuned_scores_and_count_for_no_other():
    y, probability = predictions(0)
    tuned = tuned_scores([(y, probability), (y, None), (y, probability)])
    assert tuned[1] == {}
    assert tuned[0] == tuned_scores([(y, probability)] * 2)[0]
    assert tuned_scores([(y, probability), (y, None)]) == [{}, {}]


def test_cuts_are_nested_and_keep_the_majority():
    y = np.array([0, 1] * 30)
    train = np.arange(5, 60)
    large, small = (cut_minority(train, y, size, [0, 3]) for size in (20, 10))
    assert y[large].sum() == 20
    assert y[small].sum() == 10
    assert set(small) <= set(large)
    assert set(train[y[train] == 0]) <= set(small)
    assert (np.diff(large) > 0).all()
    with pytest.raises(ValueError, match=r"^Only 28 minority rows, not 29\.$"):
        cut_minority(train, y, 29, 0)


def test_sizes_are_below_the_smallest_training_fold():
    assert sizes_below(63, 5) == [10, 20]  # 13 may be tested, 50 are left
    assert sizes_below(64, 5) == [10, 20, 50]


def test_a_cross_validation_is_done_with_all_its_folds():
    done = {("a", "ros", 0, fold, "tree") for fold in range(3)}
    done |= {("a", "ros", 0, fold, "knn") for fold in range(2)}
    (task,) = plan_tasks(
        methods=["ros"],
        datasets=["a"],
        classifiers=["tree", "knn"],
        folds=3,
        seeds=1,
        label=None,
        gan_params="",
        done=done,
    )
    assert task.classifiers == ("knn",)


def test_rows_with_an_error_are_done_unless_they_are_tried_again():
    rows = pd.DataFrame(
        {"method": ["gan", "smote"], "seed": [0, 1], "error": [np.nan, "no"]}
    )
    key = ["method", "seed"]
    assert keys_done(rows, key) == {("gan", 0), ("smote", 1)}
    assert keys_done(rows, key, retry_failures=True) == {("gan", 0)}
    assert keys_done(pd.DataFrame(), key, retry_failures=True) == set()


def results(scores):
    """A row for each (method, fold); NaN stands for a failure."""
    rows = [
        {
            "dataset": "a",
            "classifier": "tree",
            "seed": 0,
            "fold": fold,
            "method": method,
            "error": "ValueError: no" if np.isnan(value) else np.nan,
            "sampler_seconds": 1.0,
        }
        | dict.fromkeys(METRICS, value)
        for method, values in scores.items()
        for fold, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_failures_count_as_no_resampling():
    table = fill_failures(results({"adasyn": [0.9, np.nan], "none": [0.5, 0.6]}))
    assert table["f1"].tolist() == [0.9, 0.6, 0.5, 0.6]
    assert table["error"].notna().sum() == 1
    cells, n_dropped = complete_cells(table, ["f1"])
    assert n_dropped == 0
    assert cells["f1"]["adasyn"].item() == pytest.approx(0.75)
    text = report(table, metrics=["f1"], reference="adasyn")
    assert "adasyn failed on 1 folds, counted as no resampling there." in text


def test_failures_without_a_fallback_leave_the_fold_out():
    table = fill_failures(results({"adasyn": [0.9, np.nan], "ros": [0.5, 0.6]}))
    cells, n_dropped = complete_cells(table, ["f1"])
    assert n_dropped == 1
    assert cells["f1"]["ros"].item() == 0.5


def test_ranks_share_ties_and_know_what_is_better():
    table = results({"a": [0.9], "b": [0.9], "c": [0.1]})
    cells, _ = complete_cells(table, ["f1", "brier"])
    ranks = mean_table(cells)
    assert ranks["F1 rank"].to_dict() == {"a": 1.5, "b": 1.5, "c": 3.0}
    assert ranks["Brier rank"].to_dict() == {"a": 2.5, "b": 2.5, "c": 1.0}


def mixed_table():
    return pd.DataFrame(
        {
            "amount": [1.5, np.nan, 3.0, 4.0],
            "plan": ["basic", None, "full", "basic"],
            "flag": [True, False, True, True],
            "count": [1, 2, 3, 2],
        }
    )


@pytest.mark.parametrize("form", ["codes", "one_hot"])
def test_coding_brings_rows_back(form):
    X, y = mixed_table(), np.array([0, 1, 1, 1])
    coding = TableCoding(X)
    if form == "codes":
        back = coding.from_codes(coding.codes())
    else:
        back = coding.from_one_hot(coding.one_hot(y))
    expected = coding.plain.fillna({"amount": 3.0})
    pd.testing.assert_frame_equal(back, expected)
    assert coding.categorical == [1, 2]
    assert coding.whole == [3]
    assert coding.append(back).isna().sum().sum() == 3


def test_copula_keeps_distributions_and_dependence():
    rng = np.random.default_rng(0)
    level = rng.choice(3, 500, p=[0.6, 0.3, 0.1])
    x = rng.normal(size=500)
    rows = np.column_stack([x, x + 0.1 * rng.normal(size=500), np.round(5 * x), level])
    drawn = sample_gaussian_copula(rows, 2000, 0, categorical=[3], whole=[2])
    assert np.corrcoef(drawn.T)[0, 1] > 0.97
    assert (drawn[:, 2] == np.round(drawn[:, 2])).all()
    assert (drawn.min(axis=0) >= rows.min(axis=0)).all()
    assert (drawn.max(axis=0) <= rows.max(axis=0)).all()
    shares = np.bincount(drawn[:, 3].astype(int)) / 2000
    assert shares == pytest.approx(np.bincount(level) / 500, abs=0.04)
    again = sample_gaussian_copula(rows, 2000, 0, categorical=[3], whole=[2])
    assert (again == drawn).all()


def test_copula_takes_few_and_constant_rows():
    drawn = sample_gaussian_copula(np.array([[1.0, 2.0, 0.0], [1.0, 3.0, 0.0]]), 5, 0)
    assert (drawn[:, 0] == 1).all()
    assert np.isfinite(drawn).all()


def test_rows_of_the_ring_are_judged_as_the_distribution_has_it():
    # Within three deviations in two dimensions: 1 - exp(-9 / 2).
    measures = judge(ring(50_000, 0.02, np.random.default_rng(0)), 0.02)
    assert measures["modes"] == 8
    assert measures["high_quality"] == pytest.approx(1 - np.exp(-4.5), abs=0.002)
    assert measures["smallest_share"] == pytest.approx(1 / 8, abs=0.01)


def test_collapsed_rows_and_rows_between_the_modes_are_told():
    assert judge(np.repeat(MODES[:1], 9, axis=0), 0.02) == {
        "modes": 1,
        "high_quality": 1.0,
        "smallest_share": 0.0,
    }
    assert judge(np.zeros((9, 2)), 0.02)["modes"] == 0


def test_classes_are_trained_alike_in_each_way(monkeypatch):
    """``measure`` compares their rows itself."""
    monkeypatch.setattr(classes, "N_CLASSES", 2)
    monkeypatch.delitem(classes.WAYS, "processes")
    results = classes.measure(repeats=1, max_iter=2)
    assert results["way"].tolist() == ["one after the other", "threads"]


def test_the_bare_loop_trains_the_same_game(monkeypatch):
    """The first losses are those of ``train_gan``, the penalty included."""
    rows, n_numeric, sizes = training_floor.small_rows()
    settings = TrainingSettings(max_iter=1, gradient_penalty=1000)
    losses = []
    backward = torch.Tensor.backward

    def noted(loss):
        losses.append(float(loss.detach()))
        backward(loss)

    monkeypatch.setattr(torch.Tensor, "backward", noted)
    training_floor.bare_loop(rows, n_numeric, sizes, settings, seed=0)
    ours = []
    monkeypatch.setattr(
        training, "raise_if_diverged", lambda loss, *others: ours.append(float(loss))
    )
    train_gan(rows, n_numeric=n_numeric, settings=settings, seed=0)
    assert losses == pytest.approx(ours, rel=0.1)


def test_the_exponent_of_growth_is_that_of_the_larger_sizes():
    sizes = 10.0 ** np.arange(1, 7)
    results = pd.DataFrame({"series": "rows", "size": sizes})
    results["cpu_seconds"] = sizes**1.5
    results.loc[:1, "cpu_seconds"] = 1e6
    assert exponents(results)["rows"] == pytest.approx(1.5)


def test_the_page_about_speed_is_that_of_the_results(tmp_path, monkeypatch):
    speed_page.main(["--check"])
    assert doctest.testmod(speed_page).failed == 0
    page = tmp_path / "speed.md"
    for path in (page, page.with_name(speed_page.PICTURE)):
        text = speed_page.PAGE.with_name(path.name).read_text()
        path.write_text(text.replace("numbers", "Numbers"))
    monkeypatch.setattr(speed_page, "PAGE", page)
    message = r"^speed\.md, growth\.svg: run python -m benchmarks\.speed_page$"
    with pytest.raises(SystemExit, match=message):
        speed_page.main(["--check"])
    speed_page.main([])
    speed_page.main(["--check"])


def test_the_page_about_levels_says_what_its_results_say():
    root = Path(__file__).parents[1]
    results = [
        pd.read_csv(root / "benchmarks" / "results" / f"{name}.csv")
        for name in ("utility", "rare_levels")
    ]
    sixty = pd.concat(results).query("dataset == 'fraud@60'")
    scores = sixty.groupby(["classifier", "method"])["average_precision"].mean()
    kept = scores.unstack("method")
    kept = (100 * kept.div(kept["none"], axis=0)).round().astype(int)
    own, borrowed = kept["gan"], kept["gan_rare_levels"]
    page = (root / "docs" / "user_guide" / "mixed_types.md").read_text()
    said = (
        f"synthetic rows leave a random forest {own['random_forest']} % of its average "
        f"precision and gradient boosting {own['hist_gradient_boosting']} %. With "
        f"borrowed levels they keep {borrowed['random_forest']} % and "
        f"{borrowed['hist_gradient_boosting']} %; a single decision tree keeps "
        f"{own['decision_tree']} % without them and {borrowed['decision_tree']} % with "
        "them "
    )
    assert said in page.replace("\n", " ")


def test_the_page_about_speed_says_how_many_other_rows_a_class_is_given():
    page = speed_page.PAGE.read_text()
    assert f"{N_OTHERS:,} rows of other classes that each class is given" in page


def test_the_page_about_dask_says_what_its_results_say():
    root = Path(__file__).parents[1]
    results = pd.read_csv(root / "benchmarks" / "results" / "dask_scale.csv")
    page = (root / "docs" / "user_guide" / "dask.md").read_text()
    killed = results["run"].str.startswith("killed")
    assert killed.sum() == 10
    assert results.loc[killed, "same_rows"].all()
    large = results[~killed]
    assert large["hash"].nunique() == 1
    for run in large.itertuples():
        assert f"{run.rows_after:,.0f}" in page
        cells = (
            run.run.split()[0],
            run.seconds_fit_resample,
            run.seconds_generate_and_check,
            f"{run.peak_worker_mb:.0f}",
            f"{run.spilled_mb:.0f}",
        )
        assert f"| {' | '.join(map(str, cells))} |\n" in page


def test_results_with_late_errors_are_read_without_warnings(tmp_path):
    """Pandas reads at most a million cells at a time."""
    path, rows = tmp_path / "results.csv", range(2_000)
    columns = ["seed", "error", *(f"metric {i}" for i in range(600))]
    append_rows(path, [{"seed": seed} for seed in rows], columns)
    append_rows(path, [{"error": "ValueError: no"}], columns)
    results = read_results(path)
    assert results["seed"][:-1].tolist() == list(rows)
    assert results["error"].dropna().tolist() == ["ValueError: no"]
