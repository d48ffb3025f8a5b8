"""Balance a table larger than the memory of the workers on Dask, and kill workers.

The table is made partition by partition from seeds, so that it is nowhere as a whole:
20 million rows of 30 float64 columns, 4.8 GB, 40 % of them in the minority: what takes
time is to draw rows, 8 s for each 100,000 more or less. It is balanced on two workers
with 2 GB each, reduced to a hash and counts of each partition, and the same on one
worker. Then workers are killed, once in the training and once in
the generation of each of ten small runs, whose rows must be those of a table in memory.
One CSV row for each run. Run it from the root of a checkout::

    python -m benchmarks.dask_scale
"""

import argparse
import contextlib
import hashlib
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
from distributed import Client, LocalCluster

from gansampler import GANOversampler
from gansampler.datasets import load_page_blocks

DEFAULT_OUT = Path(__file__).parent / "results" / "dask_scale.csv"
MEMORY_LIMIT = "2GB"


def make_partition(number, n_rows, n_columns, minority_share):
    """Rows of one partition: correlated numbers, shifted in the minority."""
    rng = np.random.default_rng([0, number])
    label = (rng.random(n_rows) < minority_share).astype("int8")
    shared = rng.normal(size=(n_rows, 1))
    rows = rng.normal(size=(n_rows, n_columns))
    rows += shared
    rows += 0.5 * label[:, None]
    frame = pd.DataFrame(rows, columns=[f"x{i}" for i in range(n_columns)], copy=False)
    frame.insert(0, "label", label)
    return frame


def check(X, y):
    """Reduce a partition of the result to one row."""
    digest = hashlib.sha256(np.ascontiguousarray(X.to_numpy()).tobytes())
    digest.update(y.to_numpy().tobytes())
    digest.update(X.index.to_numpy().tobytes())
    return pd.DataFrame(
        {
            "rows": [len(X)],
            "minority": [int(y.sum())],
            "finite": [bool(np.isfinite(X.to_numpy()).all())],
            "dtypes": [" ".join(map(str, {*X.dtypes, y.dtype}))],
            "hash": [digest.hexdigest()],
        }
    )


@contextlib.contextmanager
def cluster(n_workers, folder, **settings):
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            memory_limit=MEMORY_LIMIT,
            dashboard_address=":0",
            local_directory=folder,
        ) as workers,
        Client(workers) as client,
    ):
        yield client


def peak_memory():
    """Most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def spilled(dask_worker):
    """MB that a worker has ever written to disk for want of memory."""
    return dask_worker.data.cumulative_metrics["disk-write", "bytes"] / 1e6


def balance(n_workers, options, folder):
    """Balance the large table, and reduce the result."""
    n_partitions = options.rows // options.partition_rows
    shape = {"n_columns": options.columns, "minority_share": options.minority_share}
    table = dd.from_map(
        make_partition,
        range(n_partitions),
        n_rows=options.partition_rows,
        **shape,
        meta=make_partition(0, 1, **shape).iloc[:0],
    )
    with cluster(n_workers, folder) as client:
        processes = client.run(os.getpid)
        start = time.perf_counter()
        sampler = GANOversampler(random_state=0)
        X, y = sampler.fit_resample(table.drop(columns="label"), table["label"])
        trained = time.perf_counter()
        checks = dd.map_partitions(
            check, X, y, meta=check(X._meta, y._meta).iloc[:0]
        ).compute()
        end = time.perf_counter()
        peaks, on_disk = client.run(peak_memory), client.run(spilled)
        killed = set(processes.values()) - set(client.run(os.getpid).values())
    counts = checks["rows"].sum() - checks["minority"].sum(), checks["minority"].sum()
    return {
        "run": f"{n_workers} workers",
        "rows": options.rows,
        "columns": options.columns,
        "table_mb": options.rows * options.columns * 8 / 1e6,
        "partitions": n_partitions,
        "minority_share": options.minority_share,
        "rows_after": int(checks["rows"].sum()),
        "majority_after": int(counts[0]),
        "minority_after": int(counts[1]),
        "seconds_fit_resample": round(trained - start, 1),
        "seconds_generate_and_check": round(end - trained, 1),
        "peak_worker_mb": round(max(peaks.values())),
        "spilled_mb": round(sum(on_disk.values()), 1),
        "killed_workers": len(killed),
        "all_finite": bool(checks["finite"].all()),
        "dtypes": "; ".join(sorted(checks["dtypes"].unique())),
        "hash": hashlib.sha256("".join(checks["hash"]).encode()).hexdigest()[:16],
    }


class KillOnce:
    """As a callback or on a partition: kills the worker, the first time."""

    def __init__(self, path):
        self.path = path

    def __call__(self, rows, *_):
        with contextlib.suppress(FileExistsError):
            self.path.touch(exist_ok=False)
            os.kill(os.getpid(), signal.SIGKILL)
        return rows if isinstance(rows, pd.DataFrame) else None


def kill_workers(times, folder):
    """Kill a worker in the training and one in the generation, so many times."""
    X, y = load_page_blocks()
    parameters = {
        "sampling_strategy": {"graphic": 500},
        "max_iter": 50,
        "random_state": 0,
    }
    expected = GANOversampler(**parameters).fit_resample(X, y)
    with dask.config.set({"dataframe.convert-string": False}):
        dX, dy = (dd.from_pandas(part, npartitions=6) for part in (X, y))
    results = []
    settings = {
        # A busy machine takes its time to start another worker for a lost one, and the
        # cluster would give it up.
        "distributed.deploy.lost-worker-timeout": "1 day",
        "distributed.worker.multiprocessing-method": "forkserver",
    }
    with cluster(2, folder, **settings):
        for time_ in range(times):
            start = time.perf_counter()
            training, generation = (
                KillOnce(Path(folder, f"{what} {time_}")) for what in ("train", "draw")
            )
            sampler = GANOversampler(**parameters, callback=training)
            rows, labels = sampler.fit_resample(dX, dy)
            rows = rows.map_partitions(generation, meta=rows._meta)
            rows, labels = dask.compute(rows, labels)
            survived = rows.equals(expected[0]) and labels.equals(expected[1])
            killed = training.path.exists() and generation.path.exists()
            results.append(
                {
                    "run": f"killed {time_}",
                    "seconds_generate_and_check": round(time.perf_counter() - start, 1),
                    "same_rows": bool(survived and killed),
                }
            )
            print(results[-1], file=sys.stderr, flush=True)
    return results


def main(arguments=None):
    """Measure from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dask_scale", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--partition-rows", type=int, default=100_000)
    parser.add_argument("--minority-share", type=float, default=0.4)
    parser.add_argument("--workers", type=int, nargs="*", default=[2, 1])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args(arguments)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        results += kill_workers(options.kills, folder) if options.kills else []
        for n_workers in options.workers:
            results.append(balance(n_workers, options, folder))
            print(results[-1], file=sys.stderr, flush=True)
    pd.DataFrame(results).to_csv(options.out, index=False)
    hashes = {row["hash"] for row in results if "hash" in row}
    if len(hashes) > 1 or not all(row.get("same_rows", True) for row in results):
        sys.exit("The rows differ.")


if __name__ == "__main__":
    main()
