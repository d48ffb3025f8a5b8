"""Measure how cost grows with the table: CPU seconds by its size, one size at a time.

Rows of the class to learn, columns, rows asked for, classes, and majority rows grow
apart from each other; trainings are short, since their number of updates is constant.
Each series gets the exponent of its growth over the upper half of its sizes: 1 is
linear. Run it from the root of a checkout::

    python -m benchmarks.growth
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.report.markdown import frame_table
from gansampler import GANOversampler

DEFAULT_OUT = Path(__file__).parent / "results" / "growth.csv"
MAX_ITER, N_NEW = 20, 200
LABEL = 1


def table(n_minority=300, n_columns=10, n_classes=2, n_majority=1_000):
    """Normal rows: class 0 is the majority, all others are of one size."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(n_classes), [n_majority] + [n_minority] * (n_classes - 1))
    X = rng.normal(size=(len(y), n_columns))
    X += np.minimum(y, 1)[:, None] * 0.3
    return X, y


def resample(**sizes):
    """CPU seconds of a resampling that adds some rows to each class but the first."""
    X, y = table(**sizes)
    strategy = {int(label): int((y == label).sum()) + N_NEW for label in set(y) - {0}}
    sampler = GANOversampler(strategy, max_iter=MAX_ITER, random_state=0)
    start = time.process_time()
    sampler.fit_resample(X, y)
    return time.process_time() - start


def draw(n_rows):
    """CPU seconds of a draw from a trained sampler."""
    sampler = GANOversampler(max_iter=MAX_ITER, random_state=0)
    sampler.fit_resample(*table())
    start = time.process_time()
    sampler.sample(n_rows, LABEL)
    return time.process_time() - start


SERIES = {
    "minority rows": (
        (100, 1_000, 10_000, 100_000, 1_000_000),
        lambda size: resample(n_minority=size, n_majority=size + 1_000),
    ),
    "columns": (
        (5, 20, 100, 500, 2_000),
        lambda size: resample(n_columns=size),
    ),
    "rows asked for": ((1_000, 10_000, 100_000, 1_000_000, 10_000_000), draw),
    "classes": (
        (2, 5, 10, 25, 50),
        lambda size: resample(n_classes=size, n_minority=60),
    ),
    "majority rows": (
        (10_000, 100_000, 1_000_000, 10_000_000),
        lambda size: resample(n_majority=size, n_columns=5),
    ),
}


def exponents(results):
    """Exponent of the growth of each series, by least squares over its upper half.

    Parameters
    ----------
    results : DataFrame
        With columns series, size and cpu_seconds.

    Returns
    -------
    exponents : Series
    """
    found = {}
    for name, part in results.groupby("series", sort=False):
        upper = part.sort_values("size").iloc[len(part) // 2 - 1 :]
        slope, _ = np.polyfit(np.log(upper["size"]), np.log(upper["cpu_seconds"]), 1)
        found[name] = slope
    return pd.Series(found, name="exponent")


def main(arguments=None):
    """Measure from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--series", nargs="+", choices=SERIES, default=list(SERIES))
    parser.add_argument("--largest", type=int, default=10_000_000)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    resample()
    results = []
    for name in options.series:
        sizes, seconds_of = SERIES[name]
        for size in sizes:
            if size > options.largest:
                continue
            seconds = round(seconds_of(size), 3)
            results.append({"series": name, "size": size, "cpu_seconds": seconds})
            print(results[-1], file=sys.stderr)
    results = pd.DataFrame(results)
    results.to_csv(options.out, index=False)
    print(frame_table(exponents(results).to_frame(), index_name="series"))


if __name__ == "__main__":
    main()
