"""Measure what a default fit on churn costs, beside CTGAN with its defaults.

GANOversampler balances the whole churn table, CTGAN learns its 707 minority rows
(300 epochs, its default). Both run alternately, in processes of their own with one
thread each; CPU seconds of the fit count, imports do not. CTGAN lives in an
environment of its own, ``benchmarks/.envs/ctgan``, which is made where it is not
there; it is measured only and never a dependency. Run it from the root of a checkout::

    python -m benchmarks.cost_against_ctgan --repeats 3
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.environments import environment_python
from benchmarks.report.cost import cost_section
from benchmarks.rivals import ONE_THREAD
from gansampler.datasets import load_churn

HERE = Path(__file__).parent
CHILD = HERE / "cost_child.py"
DEFAULT_OUT = HERE / "results" / "cost_against_ctgan.csv"
MINORITY = "yes"


def compare(repeats):
    """Measure both methods alternately.

    Parameters
    ----------
    repeats : int

    Returns
    -------
    results : DataFrame
        One row for each fit.
    """
    rival = environment_python("ctgan")
    X, y = load_churn()
    table = X.assign(target=y)
    with tempfile.TemporaryDirectory() as folder:
        whole, minority = Path(folder, "whole.csv"), Path(folder, "minority.csv")
        table.to_csv(whole, index=False)
        table[y == MINORITY].to_csv(minority, index=False)
        results = []
        for seed in range(repeats):
            results.append(_measure(rival, "ctgan", minority, seed))
            results.append(_measure(sys.executable, "gansampler", whole, seed))
            print(f"{seed + 1} of {repeats} repeats done", file=sys.stderr)
    return pd.DataFrame(results)


def main(arguments=None):
    """Run the comparison from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cost_against_ctgan",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args(arguments)
    results = compare(options.repeats)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    results.to_csv(options.out, index=False)
    print(cost_section(results))


def _measure(python, method, path, seed):
    """Run the child process and read its result."""
    done = subprocess.run(
        [python, CHILD, method, path, str(seed)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | ONE_THREAD | {"PYTHONPATH": str(_path_of(method))},
    )
    return json.loads(done.stdout.splitlines()[-1])


def _path_of(method):
    """Where the child finds gansampler if it is not installed; CTGAN sees nothing."""
    return HERE.parent if method == "gansampler" else ""


if __name__ == "__main__":
    main()
