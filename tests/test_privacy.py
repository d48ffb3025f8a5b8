"""The attacks of the privacy benchmark tell copies from new rows; its page is true."""

import doctest

import numpy as np
import pandas as pd
import pytest

from benchmarks import privacy, privacy_page
from gansampler import datasets


def normal_split(n=200, n_columns=4):
    """Members, unseen rows and a reference of one distribution."""
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(2 * n, n_columns))).rename(columns=str)
    inside, unseen, reference = rows[:n], rows[n : n + n // 2], rows[n + n // 2 :]
    return privacy.Split(inside, np.ones(n, int), unseen, reference), rng


ATTACKS = [name for name in privacy.FIGURES if name.endswith("_auc")]


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_copies_of_members_are_found_out(noise):
    split, rng = normal_split()
    copies = split.members + noise * rng.normal(size=split.members.shape)
    found = privacy.figures(split, copies)
    assert min(found[name] for name in ATTACKS) > 0.9
    assert found["near_duplicate_share"] > 0.9
    assert found["nearest_row_ratio"] < 0.1
    assert found["duplicate_share"] == (noise == 0)


def test_against_new_rows_of_the_distribution_the_attacker_can_only_guess():
    split, rng = normal_split()
    new = pd.DataFrame(rng.normal(size=(400, 4)), columns=split.members.columns)
    found = privacy.figures(split, new)
    # The standard error of an area with 200 and 100 rows is 0.035.
    assert [found[name] for name in ATTACKS] == pytest.approx([0.5] * 3, abs=0.1)
    assert found["nearest_row_ratio"] == pytest.approx(1.0, abs=0.15)
    assert found["near_duplicate_share"] == pytest.approx(0.05, abs=0.04)
    assert found["duplicate_share"] == 0


def test_the_parts_of_a_split_are_disjoint_and_nothing_else_is_missing():
    split = privacy.split_class("page_blocks/graphic", seed=3)
    assert (len(split.members), len(split.unseen), len(split.reference)) == (14, 7, 7)
    X, _ = datasets.load_page_blocks()
    parts = [split.X.to_numpy(), split.unseen.to_numpy(), split.reference.to_numpy()]
    together = np.vstack(parts).astype(float)
    assert sorted(map(tuple, together)) == sorted(map(tuple, X.to_numpy(float)))
    other = privacy.split_class("page_blocks/graphic", seed=4)
    assert not other.members.equals(split.members)


def test_all_minority_classes_of_page_blocks_are_attacked():
    names = privacy.data_set_names()
    assert names[0] == "churn"
    assert [name.partition("/")[2] for name in names[1:]] == [
        "horizontal_line",
        "picture",
        "vertical_line",
        "graphic",
    ]


def test_the_page_is_that_of_the_results():
    privacy_page.main(["--check"])


def test_a_page_with_other_numbers_is_refused(tmp_path, monkeypatch):
    page = tmp_path / "privacy.md"
    text = privacy_page.PAGE.read_text()
    page.write_text(text.replace("random over-sampling | ", "random over-sampling | 9"))
    monkeypatch.setattr(privacy_page, "PAGE", page)
    with pytest.raises(SystemExit, match=r"^privacy\.md: run python -m"):
        privacy_page.main(["--check"])
    privacy_page.main([])
    assert page.read_text() == text


def test_examples():
    assert doctest.testmod(privacy).failed == 0
