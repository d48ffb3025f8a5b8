"""Rivals that run in environments of their own, as methods of the benchmark.

One child process for each environment stays open as long as this process. The
synthetic rows of the slow ones are kept under ``benchmarks/.cache/``, which is not in
git, so that other benchmarks find them.
"""

import atexit
import hashlib
import json
import os
import select
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.coding import TableCoding
from benchmarks.environments import ENVIRONMENTS, environment_python

CHILD = Path(__file__).parent / "rival_child.py"
CACHE = Path(__file__).parent / ".cache"
CPU_LIMIT = 300
# Of wall time, for a child that hangs without computing or cannot be interrupted.
WALL_LIMIT = 3600
ENVIRONMENT_OF = {
    "geometric_smote": "geometric_smote",
    "polynom_fit_smote": "smote_variants",
    "prowsyn": "smote_variants",
    "ctgan": "ctgan",
    "tvae": "ctgan",
}
TAKES_CODES = {"geometric_smote", "ctgan", "tvae"}
CACHED = {"ctgan", "tvae"}
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # CTGAN fits columns in processes of joblib's, whose seconds nobody would count.
    "LOKY_MAX_CPU_COUNT": "1",
}

_children = {}
_cpu_seconds = [0.0]


class RivalError(RuntimeError):
    """What a rival raised in its process."""


def external(X, y, seed, *, method):
    """Balance a table with a rival that lives in another environment.

    Parameters
    ----------
    X : DataFrame
    y : ndarray of {0, 1}
    seed : int
    method : str
        A key of ``ENVIRONMENT_OF``.

    Returns
    -------
    X_resampled : DataFrame
        The training rows followed by the synthetic ones.
    y_resampled : ndarray

    Raises
    ------
    RivalError
        If the rival raised an error, took more than ``CPU_LIMIT`` seconds of CPU or
        ``WALL_LIMIT`` of wall time, or its process died.
    """
    coding = TableCoding(X)
    # GeometricSMOTE, like SMOTENC, refuses tables without numbers.
    by_codes = method in TAKES_CODES and (method in CACHED or bool(coding.numeric))
    options = {
        "method": method,
        "seed": seed,
        "n": int((y == 0).sum() - (y == 1).sum()),
        "n_neighbors": min(5, int(y.sum()) - 1),
        "categorical": coding.categorical if by_codes else [],
        "discrete": sorted({*coding.categorical, *_integer(coding.flags, coding)}),
        "whole": coding.whole,
    }
    matrix = coding.codes() if by_codes else coding.one_hot(y)
    synthetic = _sample(matrix, y, options)
    decode = coding.from_codes if by_codes else coding.from_one_hot
    return (
        coding.append(decode(synthetic)),
        np.concatenate([y, np.ones(len(synthetic), dtype=y.dtype)]),
    )


def cpu_seconds_of_children():
    """CPU seconds that the rivals' processes have sampled so far.

    For rows from the cache, those that they took when they were made are added.
    """
    return _cpu_seconds[0]


def prepare(method):
    """Make the environment of a method where it needs one that is not there."""
    if method in ENVIRONMENT_OF:
        environment_python(ENVIRONMENT_OF[method])


def _integer(positions, coding):
    """Of the positions, those of whole-numbered columns."""
    return set(positions) & set(coding.whole)


def _sample(matrix, y, options):
    """Take the synthetic rows from the cache, or have them made."""
    path = _cache_path(matrix, y, options)
    if options["method"] in CACHED and path.exists():
        with np.load(path) as kept:
            _cpu_seconds[0] += float(kept["cpu_seconds"])
            return kept["synthetic"]
    synthetic, seconds = _ask(matrix, y, options)
    _cpu_seconds[0] += seconds
    if options["method"] in CACHED:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            np.savez_compressed(file, synthetic=synthetic, cpu_seconds=seconds)
        os.replace(file.name, path)
    return synthetic


def _cache_path(matrix, y, options):
    """Name the file by all that decides on the rows."""
    packages = ENVIRONMENTS[ENVIRONMENT_OF[options["method"]]].install_steps
    text = json.dumps([options, packages], sort_keys=True)
    digest = hashlib.sha256(text.encode())
    for array in (matrix, y):
        digest.update(np.ascontiguousarray(array).tobytes())
    return CACHE / options["method"] / f"{digest.hexdigest()[:24]}.npz"


def _ask(matrix, y, options):
    """Have a child sample; return the rows and the CPU seconds."""
    environment = ENVIRONMENT_OF[options["method"]]
    child = _child(environment)
    with tempfile.TemporaryDirectory() as folder:
        train, synthetic = Path(folder, "train.npz"), Path(folder, "synthetic.npy")
        np.savez(train, X=matrix, y=y)
        request = options | {
            "cpu_limit": CPU_LIMIT,
            "train": str(train),
            "synthetic": str(synthetic),
        }
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()
        if not select.select([child.stdout], [], [], WALL_LIMIT)[0]:
            _end(environment)
            raise RivalError(f"no answer within {WALL_LIMIT} s")
        line = child.stdout.readline()
        if not line:
            _end(environment)
            raise RivalError("the process died")
        reply = json.loads(line)
        if "error" in reply:
            raise RivalError(reply["error"])
        return np.load(synthetic), reply["cpu_seconds"]


def _child(environment):
    """Return the running child of an environment; start it where there is none."""
    if environment not in _children:
        _children[environment] = subprocess.Popen(
            [environment_python(environment), CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": ""},
        )
    return _children[environment]


def _end(environment):
    """End the child of an environment."""
    child = _children.pop(environment)
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()


@atexit.register
def _end_all():
    for environment in list(_children):
        _end(environment)
