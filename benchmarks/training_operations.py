"""Measure where the time of the bare training loop goes, operation by operation.

The bare loop of ``training_floor.py`` runs under PyTorch's profiler. Each operation's
own time goes to one group: the optimiser's step, with all that it calls; products of
matrices; random numbers; the machinery of automatic differentiation; making, copying,
joining and indexing tensors; and all other arithmetic, which is element by element or
a sum. What the process spends outside of operations is Python. Operations are small,
so their number counts more than their arithmetic: ``tiny`` is the time that an
operation on a single number takes, without the profiler, which is what calling one
costs at least. The profiler slows calls down; read the shares. Run it from the root of
a checkout::

    python -m benchmarks.training_operations
"""

import argparse
import time
from pathlib import Path

import pandas as pd
import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.report.markdown import frame_table
from benchmarks.training_floor import TABLES, bare_loop
from gansampler.gan import TrainingSettings

DEFAULT_OUT = Path(__file__).parent / "results" / "training_operations.csv"
PYTHON = "Python between operations"
GROUPS = {
    "products of matrices": ("mm", "addmm", "matmul", "linear", "bmm"),
    "random numbers": ("normal_", "uniform_", "random_", "randn", "rand", "randint"),
    "making, copying, joining, indexing": (
        "empty",
        "empty_like",
        "empty_strided",
        "zeros",
        "zeros_like",
        "ones_like",
        "new_zeros",
        "new_empty",
        "copy_",
        "clone",
        "to",
        "_to_copy",
        "contiguous",
        "cat",
        "split",
        "split_with_sizes",
        "tensor_split",
        "slice",
        "slice_backward",
        "narrow",
        "select",
        "index",
        "t",
        "transpose",
        "as_strided",
        "view",
        "reshape",
        "expand",
        "squeeze",
        "unsqueeze",
        "detach",
        "detach_",
        "resize_",
        "fill_",
        "zero_",
    ),
}


def group_of(event):
    """Name the group of a profiled event.

    Parameters
    ----------
    event : torch.autograd.profiler_util.FunctionEvent

    Returns
    -------
    group : str
    """
    above = event
    while above is not None:
        if above.name.startswith("Optimizer."):
            return "optimiser"
        above = above.cpu_parent
    space, _, name = event.name.rpartition("::")
    if space != "aten":
        return "automatic differentiation"
    for group, names in GROUPS.items():
        if name in names:
            return group
    return "other arithmetic"


def account(name, max_iter):
    """Profile the bare loop on one table.

    Parameters
    ----------
    name : str
        Of the table, a key of ``TABLES``.
    max_iter : int

    Returns
    -------
    groups : DataFrame
        A row for each group, with calls, microseconds and the share of all.
    """
    rows, n_numeric, sizes = TABLES[name]()
    settings = TrainingSettings(max_iter=max_iter)
    bare_loop(rows, n_numeric, sizes, TrainingSettings(max_iter=5), 0)
    start = time.process_time()
    bare_loop(rows, n_numeric, sizes, settings, 0)
    plain = time.process_time() - start
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        # By the clock, as the profiler measures: CPU time would not be the whole.
        start = time.perf_counter()
        bare_loop(rows, n_numeric, sizes, settings, 0)
        seconds = time.perf_counter() - start
    events = pd.DataFrame(
        {
            "group": group_of(event),
            "calls": float(event.name.startswith("aten::")),
            "microseconds": event.self_cpu_time_total,
        }
        for event in profiler.events()
    )
    groups = events.groupby("group").sum()
    groups.loc[PYTHON] = 0.0, seconds * 1e6 - groups["microseconds"].sum()
    groups = groups.sort_values("microseconds", ascending=False) / max_iter
    groups["share"] = groups["microseconds"] / groups["microseconds"].sum()
    groups = groups.reset_index().rename(columns={"calls": "calls_per_update"})
    groups = groups.drop(columns="microseconds")
    groups.insert(0, "table", name)
    groups["plain_update_microseconds"] = plain / max_iter * 1e6
    groups["tiny_microseconds"] = tiny_operation()
    return groups


def tiny_operation(n_calls=20_000):
    """Microseconds of CPU time that adding two single numbers takes."""
    one = torch.ones(1)
    start = time.process_time()
    for _ in range(n_calls):
        torch.add(one, one)
    return (time.process_time() - start) / n_calls * 1e6


def main(arguments=None):
    """Measure from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training_operations",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument("--max-iter", type=int, default=40)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    results = pd.concat([account(name, options.max_iter) for name in TABLES])
    results["versions"] = f"torch {torch.__version__}"
    results.round(4).to_csv(options.out, index=False)
    shown = results.drop(columns="versions").set_index("group")
    print(frame_table(shown, index_name="group"))


if __name__ == "__main__":
    main()
