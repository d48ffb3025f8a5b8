"""The benchmark page: its numbers are those of the CSV files, its prose stays."""

import doctest
from functools import partial

import numpy as np
import pandas as pd
import pytest
import scipy
from sklearn.utils.fixes import parse_version

from benchmarks import seed_spread
from benchmarks.fidelity import COLUMNS as FIDELITY_COLUMNS
from benchmarks.fidelity import METRICS as FIDELITY_METRICS
from benchmarks.report import __main__ as report
from benchmarks.report import (
    dose,
    markdown,
    names,
    pages,
    plots,
    statistics,
    utility,
    variants,
)
from benchmarks.utility import COLUMNS, METRICS


def utility_results(shifts, *, datasets=("a", "a@20", "b", "c"), seed=0):
    """Scores of methods that differ by a constant and a little noise."""
    rng = np.random.default_rng(seed)
    rows = [
        {"dataset": dataset, "method": method, "seed": 0, "fold": fold}
        | {"classifier": classifier, "folds": 2, "versions": "v", "n_minority": 9}
        | {"sampler_seconds": 0.5}
        | {metric: 0.4 + shift + rng.normal(0, 0.001) for metric in METRICS}
        for dataset in datasets
        for method, shift in shifts.items()
        for fold in range(2)
        for classifier in ("k_neighbors", "mlp")
    ]
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


@pytest.fixture
def results(tmp_path):
    """A folder with one of each CSV file."""
    folder = tmp_path / "results"
    folder.mkdir()
    shifts = {"none": 0.0, "class_weight": 0.0, "smote": 0.1, "gan": 0.2}
    utility_results(shifts).to_csv(folder / "utility.csv", index=False)
    part = utility_results({"ctgan": 0.3}, datasets=("a", "b"))
    part.to_csv(folder / "utility_ctgan.csv", index=False)
    borrowed = utility_results({"gan_rare_levels": 0.3}, datasets=("b",))
    borrowed.to_csv(folder / "rare_levels.csv", index=False)
    dosed = [f"{table}#{size}" for table in "abcdef" for size in (10, 20, 50)]
    utility_results(shifts, datasets=dosed).to_csv(folder / "dose.csv", index=False)
    variants = {"default": 0.2, "plain": 0.1, "none": 0.0}
    utility_results(variants).to_csv(folder / "ablations.csv", index=False)
    spread = [
        utility_results({"gan": 0.2, "smote": 0.1}, seed=seed).assign(seed=seed)
        for seed in range(3)
    ]
    columns = ["dataset", "method", "seed", "fold", "classifier"]
    columns += ["average_precision", "roc_auc", "g_mean"]
    pd.concat(spread)[columns].to_csv(folder / "seed_spread.csv", index=False)
    fidelity = [
        {"dataset": dataset, "method": method, "seed": 0, "fold": fold, "folds": 3}
        | dict.fromkeys(FIDELITY_METRICS, 0.5 + 0.1 * i)
        for dataset in "ab"
        for i, method in enumerate(("real", "smote", "gan", "gan_law"))
        for fold in range(3)
    ]
    frame = pd.DataFrame(fidelity).reindex(columns=FIDELITY_COLUMNS)
    frame.to_csv(folder / "fidelity.csv", index=False)
    return folder


@pytest.mark.skipif(
    parse_version(scipy.__version__) < parse_version("1.13"),
    reason="older SciPy has other p values where differences are zero",
)
def test_the_page_is_that_of_the_results():
    report.main(["--check"])


def test_sections_and_pictures_are_made_and_checked(results, tmp_path, monkeypatch):
    out = tmp_path / "out"
    options = ["--results", str(results), "--out", str(out)]
    report.main(options)
    pictures = {"ranks.svg", "gains.svg", "dose.svg", "fidelity.svg"}
    assert {path.name for path in out.iterdir()} == {"index.md", *pictures}
    page = (out / "index.md").read_text()
    assert page.count("Not measured yet") == 1  # cost_against_ctgan.csv
    assert all(f"]({name})" in page for name in pictures)
    assert "**average precision**: better than" not in page  # four sets cannot tell
    assert "| CTGAN | 2 | -0.1" in page
    levels = page.partition("levels: start")[2].partition("levels: end")[0]
    scores = [line for line in levels.splitlines() if line.startswith("| b |")]
    assert len(scores) == 2  # average precision, ROC AUC
    assert all(line.count("|") == 7 for line in scores)
    # Of four sets one gains 0.1 by what it borrows.
    (line,) = [x for x in levels.splitlines() if "precision, from no resampling" in x]
    default, borrowing = (float(x.split()[0]) for x in line.split("|")[2:4])
    assert borrowing - default == pytest.approx(0.025, abs=0.001)

    by_hand = page.replace("# Benchmarks", "# By hand").replace(
        "CTGAN | 2", "CTGAN | 3"
    )
    (out / "index.md").write_text(by_hand)
    monkeypatch.setattr(plots, "save", lambda *arguments: None)
    report.main(options)
    report.main([*options, "--check"])
    rewritten = (out / "index.md").read_text()
    assert rewritten == page.replace("# Benchmarks", "# By hand")

    changed = {"none": 0.0, "class_weight": 0.0, "smote": 0.3, "gan": 0.2}
    utility_results(changed).to_csv(results / "utility.csv", index=False)
    with pytest.raises(SystemExit, match=r"^index\.md, ranks\.svg, gains\.svg: run"):
        report.main([*options, "--check"])


def test_pictures_repeat_bitwise(tmp_path):
    ranks = pd.DataFrame(
        {metric: [1.2, 1.8] for metric in names.MAIN_METRICS}, index=["gan", "none"]
    )
    paths = [tmp_path / "first.svg", tmp_path / "second.svg"]
    for path in paths:
        plots.save(plots.draw_ranks(ranks), path, plots.digest(ranks))
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert plots.digest(ranks) in first.decode()
    assert plots.digest(ranks) != plots.digest(ranks + 0.1)


@pytest.mark.parametrize(
    ("shift", "verdict"), [(0.1, "worse"), (0.0, "equal"), (-0.1, "better")]
)
def test_verdicts(shift, verdict):
    datasets = [f"set{i}" for i in range(12)]
    shifts = {"gan": 0.2, "smote": 0.2 + shift}
    found = utility.verdicts(
        utility.Utility(utility_results(shifts, datasets=datasets))
    ).set_index("metric")["verdict"]
    assert found["average_precision"] == verdict
    opposite = {"worse": "better", "better": "worse", "equal": "equal"}
    assert found["brier"] == opposite[verdict]


def test_a_verdict_needs_mean_and_median_on_one_side():
    gains = pd.Series([0.01] * 19 + [-0.5])
    assert statistics.signed_rank(gains) < 0.05
    assert utility.direction(gains, 0.01) == "open"
    assert utility.direction(gains.iloc[:19], 0.01) == "better"
    assert utility.direction(-gains.iloc[:19], 0.01) == "worse"
    assert utility.direction(gains.iloc[:19], 0.05) == "open"


def test_gains_are_positive_where_the_reference_is_better():
    results = utility_results({"gan": 0.3, "none": 0.0, "smote": 0.3}, seed=1)
    cells = statistics.cells_of(results, ["gan", "none", "smote"], ["f1", "brier"])
    found = statistics.paired_tests(cells, "gan").set_index(["metric", "rival"])
    assert found["gain"]["f1", "none"] == pytest.approx(0.3, abs=0.01)
    assert found["gain"]["brier", "none"] == pytest.approx(-0.3, abs=0.01)
    assert found["won/tied/lost"]["f1", "none"] == "8/0/0"
    assert found["won/tied/lost"]["brier", "none"] == "0/0/8"
    assert found["p"]["f1", "none"] == pytest.approx(2 / 2**8)  # all signs alike
    assert found["p_holm"]["f1", "none"] == pytest.approx(2 * 2 / 2**8)


def test_equivalence_is_the_confidence_interval_in_the_margin():
    gains = np.random.default_rng(0).normal(0.001, 0.004, 20)
    for margin in (0.001, 0.002, 0.003, 0.01):
        outcome = statistics.equivalence(gains, margin)
        inside = -margin < outcome.low and outcome.high < margin
        assert (outcome.p_different < 0.05) == inside
        assert (outcome.p_worse < 0.05) == (-margin < outcome.low)


def test_curves_average_the_same_tables_at_all_sizes(monkeypatch):
    monkeypatch.setattr(dose, "COHORT_SIZES", (3, 1))
    datasets = ["a#10", "a#20", "a#50", "b#10", "b#20", "c#10", "c#20", "d#10", "d#50"]
    results = utility_results({"none": 0.0, "gan": 0.1}, datasets=datasets)
    scores = dose.scores_by_size(results)
    assert dose.cohorts(scores) == {20: ["a", "b", "c"], 50: ["a"]}
    gains = dose.curves(scores, ["a", "b", "c"], 20)
    assert list(gains.index) == [10, 20]
    assert list(gains["roc_auc"]) == ["gan"]
    assert gains["roc_auc", "gan"].to_numpy() == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("module", [markdown, names, plots])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


def test_a_page_without_the_markers_is_refused():
    with pytest.raises(ValueError, match=r"^The page has the sections \[\], not"):
        markdown.fill("# A\n", {"means": ""})


def test_a_page_out_of_date_names_what_to_run(tmp_path):
    page = tmp_path / "a.md"
    page.write_text("By hand.\n<!-- b: start -->\nold\n<!-- b: end -->\n")
    run = partial(pages.write_or_check, page, {"b": "new"}, "benchmarks.c")
    with pytest.raises(SystemExit, match=r"^a\.md: run python -m benchmarks\.c$"):
        run(["--check"])
    run([])
    run(["--check"])
    assert page.read_text() == "By hand.\n<!-- b: start -->\nnew\n<!-- b: end -->\n"


def test_a_benchmark_of_seeds_prints_the_section_of_the_page(
    results, monkeypatch, capsys
):
    monkeypatch.setattr(seed_spread, "run_into_file", lambda *_, **__: None)
    out = results / "seed_spread.csv"
    seed_spread.main(["--datasets", "churn", "--out", str(out)])
    assert capsys.readouterr().out == variants.seeds_section(pd.read_csv(out)) + "\n"
