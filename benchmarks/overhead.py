"""Measure what fit_resample takes beyond training and generation, on tall tables.

A table of many majority rows and 2,000 minority rows, 30 columns of floats, as an array
and as a frame. imbalanced-learn's RandomOverSampler makes a table of the same size; of
GANOversampler, which trains for a single update, the seconds that its class generator
and the report on it take are left out. Each runs in a process of its own. Run it from
the root of a checkout::

    python -m benchmarks.overhead --rows 2000000
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.cost_child import forget_peak, resident_bytes
from benchmarks.report.markdown import frame_table
from benchmarks.rivals import ONE_THREAD

DEFAULT_OUT = Path(__file__).parent / "results" / "overhead.csv"
N_MINORITY, N_COLUMNS, N_NEW = 2_000, 30, 20_000


def table(container, n_rows):
    """Majority rows, then minority rows, and their labels."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows + N_MINORITY, N_COLUMNS))
    y = np.zeros(len(X), dtype=int)
    y[n_rows:] = 1
    if container == "frame":
        return pd.DataFrame(X, columns=[f"x{i}" for i in range(N_COLUMNS)]), y
    return X, y


def measure(method, container, n_rows):
    """Resample once, in this process.

    Parameters
    ----------
    method : {"gansampler", "random"}
    container : {"array", "frame"}
    n_rows : int
        Majority rows.

    Returns
    -------
    result : dict
    """
    strategy = {1: N_MINORITY + N_NEW}
    inside = [0.0]
    if method == "random":
        from imblearn.over_sampling import RandomOverSampler

        sampler = RandomOverSampler(sampling_strategy=strategy, random_state=0)
    else:
        from gansampler import GANOversampler, trainer
        from gansampler.synthesis import ClassGenerator

        sampler = GANOversampler(strategy, max_iter=1, random_state=0)
        left_out = (ClassGenerator, "fit"), (ClassGenerator, "sample")
        for owner, name in (*left_out, (trainer, "judge_training")):
            setattr(owner, name, timed(getattr(owner, name), inside))
    # Whatever is imported or built on first use.
    small, labels = table(container, 4_000)
    sampler.fit_resample(small, labels)
    X, y = table(container, n_rows)
    inside[0] = 0.0
    forget_peak()
    memory = resident_bytes("VmRSS")
    start = time.process_time()
    resampled = sampler.fit_resample(X, y)
    seconds = time.process_time() - start
    growth = resident_bytes("VmHWM") - memory
    assert len(resampled[0]) == n_rows + N_MINORITY + N_NEW
    return {
        "method": method,
        "container": container,
        "rows": n_rows,
        "cpu_seconds": round(seconds - inside[0], 3),
        "generator_seconds": round(inside[0], 3),
        "peak_growth_mb": round(growth / 1e6, 1),
        "versions": f"numpy {np.__version__}; pandas {pd.__version__}",
    }


def timed(function, inside):
    """A function that adds the CPU seconds of its calls to ``inside``."""

    def call(*args, **kwargs):
        start = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            inside[0] += time.process_time() - start

    return call


def main(arguments=None):
    """Measure from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.overhead", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        print(json.dumps(measure(*options.child, options.rows)))
        return
    results = []
    for _ in range(options.repeats):
        for container in ("array", "frame"):
            for method in ("random", "gansampler"):
                command = [sys.executable, "-m", "benchmarks.overhead"]
                command += ["--rows", str(options.rows), "--child", method, container]
                done = subprocess.run(
                    command,
                    check=True,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=os.environ | ONE_THREAD,
                )
                results.append(json.loads(done.stdout.splitlines()[-1]))
                print(results[-1], file=sys.stderr)
    results = pd.DataFrame(results)
    results.to_csv(options.out, index=False)
    columns = ["cpu_seconds", "peak_growth_mb"]
    medians = results.groupby(["container", "method"])[columns].median()
    ratios = medians.xs("gansampler", level=1) / medians.xs("random", level=1)
    print(frame_table(ratios, index_name="gansampler / random"))


if __name__ == "__main__":
    main()
