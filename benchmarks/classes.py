"""Measure whether training several classes side by side pays.

Ten classes of 50 to 400 rows are trained by one sampler's own code, one after the
other, in two threads, and in two processes of joblib's that start anew, as a first
call would start them. All give the same generators. The seconds by the clock depend
on what else the machine does, so the ways alternate and the load is recorded. Run it
from the root of a checkout::

    python -m benchmarks.classes --repeats 3
"""

import argparse
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from benchmarks.report.markdown import frame_table
from gansampler._threads import single_thread
from gansampler.gan import TrainingSettings
from gansampler.judging import judge_training
from gansampler.onehot import OneHotGroups
from gansampler.synthesis import ClassGenerator, RowSettings
from gansampler.tabular import Table

DEFAULT_OUT = Path(__file__).parent / "results" / "classes.csv"
N_JOBS, N_CLASSES, N_MAJORITY, N_COLUMNS = 2, 10, 1_000, 12


def make_table():
    """Normal rows of a majority and of ten small classes, each around its own mean."""
    rng = np.random.default_rng(0)
    sizes = np.linspace(50, 400, N_CLASSES).astype(int)
    y = np.repeat(np.arange(N_CLASSES + 1), [N_MAJORITY, *sizes])
    means = rng.normal(scale=0.5, size=(N_CLASSES + 1, N_COLUMNS))
    return rng.normal(size=(len(y), N_COLUMNS)) + means[y], y


def train(X, y, label, max_iter):
    """Train one class as ``GANOversampler`` does; give a few rows of it.

    Without its ``Trainer``, in which threads wait for each other.
    """
    table = Table(X)
    generator = ClassGenerator(
        TrainingSettings(max_iter=max_iter), RowSettings(), seed=int(label)
    )
    rows, others = table.rows(y == label), table.rows(np.flatnonzero(y != label))
    generator.fit(
        rows,
        others,
        table.summary,
        OneHotGroups.find(table),
        name=f"class {label}",
        device=torch.device("cpu"),
    )
    judge_training(generator, rows, others)
    return generator.sample(10, seed=0).to_numpy()


def train_in_process(*task):
    """Train one class in a process of its own."""
    with single_thread():
        return train(*task)


def sequentially(tasks):
    """Train one after the other."""
    return [train(*task) for task in tasks]


def in_threads(tasks):
    """Train in threads, each of which computes on one thread."""
    with ThreadPoolExecutor(N_JOBS) as pool:
        return [done.result() for done in [pool.submit(train, *t) for t in tasks]]


def in_processes(tasks):
    """Train in fresh processes."""
    found = Parallel(N_JOBS)(delayed(train_in_process)(*task) for task in tasks)
    get_reusable_executor().shutdown(wait=True)
    return found


WAYS = {
    "one after the other": sequentially,
    "threads": in_threads,
    "processes": in_processes,
}


def cpu_seconds():
    """CPU seconds of this process and of those that it has ended."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(
            resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
    )


def measure(repeats, max_iter):
    """Train all classes in each way, in turn.

    Parameters
    ----------
    repeats, max_iter : int

    Returns
    -------
    results : DataFrame
        One row for each way and repeat.
    """
    X, y = make_table()
    tasks = [(X, y, label, max_iter) for label in range(1, N_CLASSES + 1)]
    results, first = [], None
    with single_thread():
        train(X, y, 1, 5)
        for repeat in range(repeats):
            for name, way in WAYS.items():
                clock, cpu = time.perf_counter(), cpu_seconds()
                rows = np.array(way(tasks))
                clock, cpu = time.perf_counter() - clock, cpu_seconds() - cpu
                first = rows if first is None else first
                assert np.array_equal(rows, first)
                results.append(
                    {
                        "way": name,
                        "repeat": repeat,
                        "max_iter": max_iter,
                        "wall_seconds": round(clock, 3),
                        "cpu_seconds": round(cpu, 3),
                        "load": round(os.getloadavg()[0], 1),
                        "cores": os.cpu_count(),
                        "versions": f"torch {torch.__version__}",
                    }
                )
                print(results[-1], file=sys.stderr)
    return pd.DataFrame(results)


def main(arguments=None):
    """Measure from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.classes", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--max-iter", type=int, default=500)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args(arguments)
    results = measure(options.repeats, options.max_iter)
    results.to_csv(options.out, index=False)
    columns = ["wall_seconds", "cpu_seconds", "load"]
    print(frame_table(results.groupby("way")[columns].median(), index_name="way"))


if __name__ == "__main__":
    main()
