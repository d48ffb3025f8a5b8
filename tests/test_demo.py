"""The demonstration: what it prints, what it draws, and that nothing leaks."""

import io
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from imblearn import FunctionSampler
from imblearn.pipeline import Pipeline

from gansampler.cli import main
from gansampler.datasets import load_churn, load_credit, load_fraud
from gansampler.demo import _columns, _comparison, _picture, description

ROW = re.compile(
    r"(no resampling|SMOTENC|GANOversampler) +"
    + r" +".join([r"(0\.\d{3})"] * 4)
    + r" +(\d+\.\d)"
)


class Shown(NamedTuple):
    status: int
    out: str
    err: str
    folder: Path


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Run ``gansampler demo --quick`` once, for several tests."""
    folder = tmp_path_factory.mktemp("demo")
    with (
        pytest.MonkeyPatch.context() as patched,
        redirect_stdout(io.StringIO()) as out,
        redirect_stderr(io.StringIO()) as err,
    ):
        patched.chdir(folder)
        status = main(["demo", "--quick"])
    return Shown(status, out.getvalue(), err.getvalue(), folder)


def test_two_tables_and_three_methods_are_shown(shown):
    assert shown.status == 0
    assert "gansampler: " not in shown.err
    assert "Stratified 2-fold cross-validation" in shown.out
    assert "With few rows and hardly any training, as here," in shown.out
    assert "churn: 600 rows, 19 columns, 14.2% of class churn = yes\n" in shown.out
    assert "fraud: 600 rows, 12 columns, 10.0% of class fraud = True\n" in shown.out
    assert "(29,400 rows were left out at random to be quick;" in shown.out
    rows = ROW.findall(shown.out)
    names = ["no resampling", "SMOTENC", "GANOversampler"]
    assert [row[0] for row in rows] == names * 2
    assert all(len(line) <= 88 for line in shown.out.splitlines())


def test_closing_sentence_counts_what_is_shown(shown):
    scores = np.array([row[1:5] for row in ROW.findall(shown.out)], dtype=float)
    best = scores.reshape(2, 3, 4).max(axis=1, keepdims=True)
    at_most = (scores.reshape(2, 3, 4) == best).sum(axis=(0, 2))
    closing = " ".join(shown.out.split())
    match = re.search(r"Of these 8 figures the best is that of (.*?);", closing)
    wins = dict(re.findall(r"(no resampling|SMOTENC|GANOversampler) in (\d)", match[1]))
    methods = ["no resampling", "SMOTENC", "GANOversampler"]
    assert sorted(wins) == sorted(methods)
    # Rounded figures can tie where exact ones do not.
    for name, most in zip(methods, at_most, strict=True):
        assert int(wins[name]) <= most
    assert sum(map(int, wins.values())) >= 8


def test_picture_is_drawn(shown):
    assert shown.out.endswith(
        "Real and synthetic rows of the rare class are drawn in gansampler-demo.png.\n"
    )
    picture = shown.folder / "gansampler-demo.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in shown.folder.iterdir()] == ["gansampler-demo.png"]


def test_without_matplotlib_there_are_figures_only(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert _picture.draw(tmp_path / "a.png", []) == (
        "No picture was drawn, because matplotlib is not installed: "
        'pip install "gansampler[plot]"'
    )
    assert not list(tmp_path.iterdir())


def test_folder_of_the_picture_is_looked_for_at_once(tmp_path, capsys):
    picture = tmp_path / "no" / "a.png"
    assert main(["demo", "--output", str(picture)]) == 1
    assert capsys.readouterr() == (
        "",
        f"gansampler: error: cannot write {picture}: the folder {picture.parent} is "
        "not there; make it first\n",
    )


def test_shortened_tables():
    X, y = load_fraud()
    table = _comparison.shortened("fraud", X, y, 6_000, np.random.RandomState(0))
    assert bool(table.rare) is True
    assert len(table.X) == len(table.y) == 6_000
    assert table.n_dropped == 24_000
    assert table.y.sum() == 300  # all of them
    pd.testing.assert_series_equal(table.X.dtypes, X.dtypes)
    table = _comparison.shortened("fraud", X, y, 1_000, np.random.RandomState(0))
    assert table.y.sum() == 100
    X, y = load_churn()
    table = _comparison.shortened("churn", X, y, 6_000, np.random.RandomState(0))
    pd.testing.assert_frame_equal(table.X, X)
    assert (table.rare, table.n_dropped) == ("yes", 0)
    assert description(table) == (
        "churn: 5,000 rows, 19 columns, 14.1% of class churn = yes"
    )


def test_samplers_see_the_training_rows_only(monkeypatch):
    X, y = load_churn()
    table = _comparison.shortened("churn", X, y, 300, np.random.RandomState(0))
    table.X["row"] = np.arange(300)
    seen = []

    class Spy(FunctionSampler):
        def fit_resample(self, X, y, **parameters):
            seen.append(set(X["row"]))
            return super().fit_resample(X, y, **parameters)

    def spy_on(model, X, is_rare):
        tested.append(len(X))
        return scores(model, X, is_rare)

    tested = []
    scores = _comparison._scores
    monkeypatch.setattr(_comparison, "_scores", spy_on)
    treatment = Pipeline(
        [("prepare", "passthrough"), ("resample", Spy(validate=False))]
    )
    effort = _comparison.QUICK
    result = _comparison.evaluation(table, "spy", treatment, effort, 0)
    assert len(seen) == effort.n_folds == 2
    assert seen[0].isdisjoint(seen[1])
    assert seen[0] | seen[1] == set(range(300))
    assert tested == [150] * 4
    assert result.scores.shape == (2, 4)
    assert len(result.synthetic) == 0


def test_columns_are_completed_as_smotenc_demands():
    X, _ = load_credit()
    X = X.assign(day=pd.Timestamp("2020-01-01") + pd.to_timedelta(X["age"], unit="D"))
    X.loc[3, "day"] = pd.NaT
    completed = _columns.completed_columns().fit_transform(X)
    assert set(completed) == set(X)
    assert not completed.isna().any(axis=None)
    kinds = completed.dtypes.map(lambda dtype: dtype.kind).to_dict()
    categories = {"home", "marital", "records", "job"}
    assert {name for name in X if completed[name].dtype == "category"} == categories
    assert all(kinds[name] in "fi" for name in set(X) - categories)
    missing = X["job"].isna()
    assert (completed.loc[missing, "job"] == "missing").all()
    assert completed.loc[0, "day"] == 18262 + X.loc[0, "age"]


def test_encoding_takes_missing_cells_and_new_categories():
    X, _ = load_fraud()
    encoder = _columns.encoded_columns().fit(X[:2000])
    unseen = X[2000:2100].assign(provider="never seen", currency=None, lat=np.nan)
    encoded = encoder.transform(unseen)
    assert np.isfinite(encoded).all()
    n_categories = len(_columns.categories(X))
    n_others = X.shape[1] - n_categories
    assert encoded.shape[1] <= n_others + n_categories * _columns.MAX_LEVELS


def evaluation(method, scores):
    return _comparison.Evaluation(None, method, np.array(scores), 0.0, None, None)


def test_verdict_counts_wins_and_measures_noise():
    # Two folds, four scores; b leads a by 0.1 or 0.3 from fold to fold.
    a = evaluation("a", [[0.5, 0.5, 0.5, 0.9], [0.5, 0.5, 0.5, 0.9]])
    b = evaluation("b", [[0.6, 0.6, 0.6, 0.8], [0.8, 0.8, 0.8, 0.6]])
    deviation = np.std([0.05, 0.15], ddof=1)
    assert _comparison.verdict([[a, b]]) == (
        "Of these 4 figures the best is that of b in 3, a in 1; gaps of "
        f"about {deviation:.3f} or less are within the noise between folds."
    )


def test_verdict_gives_ties_to_all():
    scores = [[0.5] * 4] * 2
    results = [[evaluation(name, scores) for name in ("a", "b")]] * 2
    assert _comparison.verdict(results).startswith(
        "Of these 8 figures the best is that of a in 8, b in 8;"
    )


def test_telling_columns():
    n = 400
    rng = np.random.default_rng(0)
    common = pd.DataFrame(
        {
            "same": rng.normal(size=n),
            "shifted": rng.normal(size=n),
            "twice": 0.0,
            "kind": rng.choice(["p", "q"], n),
            "id": [f"id{i}" for i in range(n)],
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(n), unit="D"),
        }
    )
    rare = common.assign(
        shifted=common["shifted"] + 5,
        kind="p",
        day=common["day"] + pd.Timedelta(days=n // 4),
    )
    # What goes hand in hand with another column tells nothing more.
    common["twice"], rare["twice"] = 2 * common["shifted"], 2 * rare["shifted"]
    assert _picture.telling_columns(rare, common, 3) == ["shifted", "kind", "day"]
