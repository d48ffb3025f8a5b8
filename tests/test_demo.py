"""The demonstration: what it prints, what it draws, and that nothing leaks."""

import io
import os
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from gansampler.cli import main
from gansampler.datasets import load_churn, load_fraud
from gansampler.demo import _comparison, _picture, description
from gansampler.tablefiles import TableFileError

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


def test_what_the_figures_mean_is_said_of_each_table(shown):
    text = " ".join(shown.out.split())
    for metric in ("average precision", "ROC AUC", "balanced accuracy", "F1"):
        said = rf"{metric}: \w+ .*?folds can tell;|{metric}: .*? is better than"
        assert len(re.findall(said, text)) == 2


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
        "pip install matplotlib"
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


def test_picture_that_is_there_is_replaced_only_if_allowed(
    tmp_path, monkeypatch, capsys
):
    picture = tmp_path / "a.png"
    picture.write_text("precious")
    assert main(["demo", "--quick", "--output", str(picture)]) == 1
    assert capsys.readouterr() == (
        "",
        f"gansampler: error: {picture} exists already: choose another output, or "
        "allow with --force that it is replaced\n",
    )
    assert picture.read_text() == "precious"


def test_picture_is_whole_or_as_before(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    table = _comparison.shortened("fraud", *load_fraud(), 600, np.random.RandomState(0))
    rare = table.X[table.is_rare]
    rows = [_comparison.Rows(table, rare, rare[::-1])]
    picture = tmp_path / "a.SVG"
    _picture.draw(picture, rows)
    before = picture.read_bytes()
    assert b"</svg>" in before

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(TableFileError, match="no space left on device"):
            _picture.draw(picture, rows, overwrite=True)
    assert picture.read_bytes() == before
    with pytest.raises(TableFileError, match="exists already"):
        _picture.draw(picture, rows)
    _picture.draw(picture, rows, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.SVG"]


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
