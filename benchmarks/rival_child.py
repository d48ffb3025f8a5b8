"""Rivals in an environment of their own; started by rivals.py, never imported.

It imports nothing of this project. Each line that it reads is a JSON object with the
method, its options and two paths: of the training rows (npz with X and y) and of the
synthetic rows to write (npy). Each line that it prints is a JSON object with the CPU
seconds of sampling, imports left out, or with an error.
"""

import importlib
import json
import os
import signal
import sys
import time
import warnings

import numpy as np

MODULES = {
    "geometric_smote": "imblearn_extra.gsmote",
    "polynom_fit_smote": "smote_variants",
    "prowsyn": "smote_variants",
    "ctgan": "ctgan",
    "tvae": "ctgan",
}


def geometric_smote(module, X, y, options):
    """Geometric SMOTE with its defaults."""
    sampler = module.GeometricSMOTE(
        k_neighbors=options["n_neighbors"],
        categorical_features=options["categorical"] or None,
        random_state=options["seed"],
    )
    return sampler.fit_resample(X, y)[0][len(X) :]


def polynom_fit_smote(module, X, y, options):
    """Polynomial fitting SMOTE with the star topology."""
    sampler = module.polynom_fit_SMOTE_star(random_state=options["seed"])
    return sampler.sample(X, y)[0][len(X) :]


def prowsyn(module, X, y, options):
    """Proximity weighted synthetic over-sampling."""
    sampler = module.ProWSyn(
        n_neighbors=options["n_neighbors"], random_state=options["seed"]
    )
    return sampler.sample(X, y)[0][len(X) :]


def ctgan(module, X, y, options):
    """CTGAN with its defaults on the minority rows."""
    return _deep(module.CTGAN(), X[y == 1], options)


def tvae(module, X, y, options):
    """TVAE with its defaults on the minority rows."""
    return _deep(module.TVAE(), X[y == 1], options)


def _deep(model, rows, options):
    import pandas as pd
    import torch

    torch.set_num_threads(1)
    table = pd.DataFrame(rows, columns=[f"c{j}" for j in range(rows.shape[1])])
    discrete = [f"c{j}" for j in options["discrete"]]
    whole = discrete + [f"c{j}" for j in options["whole"]]
    table = table.astype(dict.fromkeys(whole, "int64"))
    model.set_random_state(options["seed"])
    model.fit(table, discrete)
    return model.sample(options["n"])[list(table)].to_numpy(dtype=float)


METHODS = {
    "geometric_smote": geometric_smote,
    "polynom_fit_smote": polynom_fit_smote,
    "prowsyn": prowsyn,
    "ctgan": ctgan,
    "tvae": tvae,
}


def answer(request):
    """Sample as a request demands; tell the CPU seconds or the error."""
    try:
        module = importlib.import_module(MODULES[request["method"]])
        with np.load(request["train"]) as train:
            X, y = train["X"], train["y"]
        # Seconds of CPU, so that a busy machine does not decide who fails.
        signal.setitimer(signal.ITIMER_PROF, request["cpu_limit"])
        start = time.process_time()
        synthetic = METHODS[request["method"]](module, X, y, request)
        seconds = time.process_time() - start
        np.save(request["synthetic"], np.asarray(synthetic, dtype=float))
        return {"cpu_seconds": seconds}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def give_up(number, frame):
    """Stop what takes too long."""
    raise TimeoutError("too many CPU seconds")


def main():
    """Answer requests until there are no more."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, give_up)
    # What the rivals print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
