"""The code in the README runs as it stands, from top to bottom."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gansampler.datasets import load_churn

README = Path(__file__).parents[1] / "README.md"


def test_python_blocks_run_one_after_the_other(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    assert len(blocks) == 5
    namespace = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)
    score, shown, *_ = capsys.readouterr().out.splitlines()
    assert 0.5 < float(score) <= 1
    assert shown.startswith("Comparison of over-samplers: 600 rows, 19 columns, ")
    assert (namespace["comparison"].results_["error"] == "").all()
    assert (tmp_path / "comparison.png").read_bytes().startswith(b"\x89PNG")
    assert namespace["probabilities"][:, 1].mean() == pytest.approx(0.141, abs=0.02)
    assert len(namespace["synthetic"]) == 2000 - 707
    assert len(namespace["more"]) == 100
    assert set(namespace["history"].targets_) == {"value", "probabilities"}
    assert (tmp_path / "rows.png").read_bytes().startswith(b"\x89PNG")


def test_amounts_that_are_named_can_be_had_from_its_table():
    _, y = load_churn()
    ratio = (y == "yes").sum() / (y == "no").sum()
    lists = re.findall(r"\[(0\.[0-9, .]+)\]", README.read_text())
    assert lists == ["0.3, 1.0", "0.3, 1.0"]
    assert all(float(amount) > ratio for amount in ", ".join(lists).split(", "))
    assert f"({ratio:.3f} in churn)" in README.read_text()


def test_figures_are_those_of_the_results():
    command = [sys.executable, "-m", "benchmarks.readme_figures", "--check"]
    subprocess.run(command, cwd=README.parent, check=True)


def test_the_two_commands_stand_at_the_top():
    head = README.read_text()[:1200]
    assert "$ make demo" in head
    assert "$ make test" in head
