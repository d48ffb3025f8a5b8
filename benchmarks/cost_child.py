"""One measured fit in a process of its own; started by cost_against_ctgan.py.

It must run in an environment without gansampler too, so it imports nothing of this
project but what it measures. Usage: ``cost_child.py METHOD CSV SEED`` with a table
whose last column is the target; it prints one line of JSON.
"""

import json
import platform
import resource
import sys
import time
from pathlib import Path

import pandas as pd
import torch

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")


def prepare_ctgan():
    """Import CTGAN; return its package name and a function that fits it.

    Its training set are the rows of the table without the target.
    """
    from ctgan import CTGAN

    def fit(table, seed):
        X = table.iloc[:, :-1]
        discrete = list(X.select_dtypes(object).columns)
        model = CTGAN()
        model.set_random_state(seed)
        model.fit(X, discrete)

    return "ctgan", fit


def prepare_gansampler():
    """Import GANOversampler; return its package name and a function that fits it."""
    from gansampler import GANOversampler

    def fit(table, seed):
        X, y = table.iloc[:, :-1], table.iloc[:, -1]
        GANOversampler(random_state=seed).fit_resample(X, y)

    return "gansampler", fit


def measure(method, path, seed):
    """Fit once and measure it.

    Parameters
    ----------
    method : {"ctgan", "gansampler"}
    path : str
        CSV of the table.
    seed : int

    Returns
    -------
    result : dict
        CPU and wall seconds of the fit, and how far the resident memory (in MB of
        10^6 bytes) rose above that of the interpreter with everything imported.
    """
    torch.set_num_threads(1)
    package, fit = {"ctgan": prepare_ctgan, "gansampler": prepare_gansampler}[method]()
    forget_peak()
    memory_before = resident_bytes("VmRSS")
    table = pd.read_csv(path)
    wall, cpu = time.perf_counter(), time.process_time()
    fit(table, seed)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    growth = resident_bytes("VmHWM") - memory_before
    modules = [package, "torch", "numpy", "pandas", "sklearn"]
    versions = [f"python {platform.python_version()}"]
    versions += [f"{name} {sys.modules[name].__version__}" for name in modules]
    return {
        "method": method,
        "seed": seed,
        "rows": len(table),
        "columns": table.shape[1] - 1,
        "cpu_seconds": round(cpu, 3),
        "wall_seconds": round(wall, 3),
        "peak_growth_mb": round(growth / 1e6, 1),
        "versions": "; ".join(versions),
    }


def forget_peak():
    """Set the process's peak memory to what it uses now (on Linux)."""
    if CLEAR_REFS.exists():
        CLEAR_REFS.write_text("5")


def resident_bytes(field):
    """Read resident memory: VmRSS is that of now, VmHWM the peak.

    Where there is no /proc, both are the peak since the start, so that the growth is
    a lower bound.
    """
    if STATUS.exists():
        for line in STATUS.read_text().splitlines():
            name, _, value = line.partition(":")
            if name == field:
                return int(value.split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
