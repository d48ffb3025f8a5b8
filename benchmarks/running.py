"""Tasks run in processes, with their rows appended to a results file as they come."""

import sys
import time

from joblib import Parallel, delayed

from benchmarks.results_file import append_rows
from benchmarks.rivals import prepare


def run_into_file(run_task, tasks, *, columns, jobs, out):
    """Run tasks and append their rows to the results; tell the progress.

    Parameters
    ----------
    run_task : callable
        From a task to its rows, a list of dict with ``dataset``, ``method``, ``seed``
        and, where something failed, ``error``.
    tasks : list
        Each with the attribute ``method``.
    columns : sequence of str
        Columns of the file.
    jobs : int
        Number of processes.
    out : path-like
    """
    for method in {task.method for task in tasks}:
        prepare(method)
    print(f"{len(tasks)} tasks to do", file=sys.stderr)
    start = time.perf_counter()
    run = Parallel(n_jobs=jobs, return_as="generator_unordered")
    for i, rows in enumerate(run(delayed(run_task)(task) for task in tasks), 1):
        append_rows(out, rows, columns)
        print(_progress(i, len(tasks), start, rows), file=sys.stderr, flush=True)


def _progress(i, total, start, rows):
    first = rows[0]
    minutes = (time.perf_counter() - start) / 60
    failure = next((f" FAILED {row['error']}" for row in rows if "error" in row), "")
    is_fold = "fold" in first and len(rows) == 1
    fold = f" fold {first['fold']}" if is_fold else ""
    return (
        f"{i}/{total} {minutes:.1f} min (of {minutes * total / i:.0f}) "
        f"{first['dataset']} {first['method']} seed {first['seed']}{fold}{failure}"
    )
