"""The default configuration makes the rows that are stored for this platform."""

import json

import numpy as np
import pytest

from tests import golden

TOLERANCE = 0.4
"""Twice what five other seeds moved any figure."""


@pytest.fixture(scope="module")
def stored():
    path = golden.path()
    if not path.exists():
        pytest.skip(
            f"tests/golden has no file for {golden.platform_name()}; "
            "`python -m tests.golden` makes one"
        )
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def found():
    return golden.compute()


def test_the_rows_have_the_stored_figures(stored, found):
    far = {
        name: moved
        for name, moved in golden.differences(stored, found).items()
        if moved > TOLERANCE
    }
    assert not far, "if that was meant, run `python -m tests.golden`"


def test_the_rows_are_the_stored_ones_to_the_last_bit(stored, found):
    other = {
        name: value
        for name, value in found["maker"].items()
        if stored["maker"].get(name) != value
    }
    if other:
        pytest.skip(f"the stored rows were made with other {', '.join(other)}")
    moved = golden.differences(stored, found)
    assert found["sha256"] == stored["sha256"], (
        f"The rows of the default configuration have changed; figures moved by "
        f"{np.max(list(moved.values())):.3f} at most (other seeds: up to 0.2). "
        "If that was meant, run `python -m tests.golden` and say so in the changelog."
    )


def test_differences_are_in_units_of_the_spread():
    old = {"x": {"mean": 10.0, "spread": 2.0}, "z": {"level a": 0.4, "missing": 0.0}}
    new = {"x": {"mean": 11.0, "spread": 3.0}, "z": {"level b": 0.4, "missing": 0.1}}
    assert golden.differences({"figures": old}, {"figures": new}) == {
        "x: mean": 0.5,
        "x: spread": 0.5,
        "z: level a": np.inf,
        "z: level b": np.inf,
        "z: missing": 0.1,
    }


def test_renewing_stores_the_rows_and_says_how_far_they_moved(tmp_path, monkeypatch):
    first = {"sha256": "1", "figures": {"x": {"mean": 1.0, "spread": 2.0}}}
    second = {"sha256": "2", "figures": {"x": {"mean": 2.0, "spread": 2.0}}}
    made = iter([first, first, second])
    monkeypatch.setattr(golden, "FOLDER", tmp_path / "golden")
    monkeypatch.setattr(golden, "compute", lambda: next(made))
    name = golden.path().name
    assert golden.renew() == f"{name} is new."
    assert golden.renew() == f"{name}: the same rows."
    assert golden.renew() == f"{name}: other rows; x: mean moved most, by 0.500."
    assert json.loads(golden.path().read_text()) == second
