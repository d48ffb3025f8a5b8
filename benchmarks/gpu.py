"""Measure a default training and a large draw on the CPU and on a GPU.

On each device: wall seconds of ``fit_resample`` on churn and of drawing rows, and how
near the rows are to the class. Run it from the root of a checkout, on a machine with a
GPU::

    python -m benchmarks.gpu --rows 1000000
"""

import argparse
import time
from pathlib import Path

import pandas as pd
import torch

from benchmarks.report.markdown import frame_table
from gansampler import GANOversampler
from gansampler.datasets import load_churn

DEFAULT_OUT = Path(__file__).parent / "results" / "gpu.csv"
LABEL = "yes"


def measure(device, n_rows, seed):
    """Train and draw on one device.

    Parameters
    ----------
    device : str
    n_rows, seed : int

    Returns
    -------
    result : dict
    """
    X, y = load_churn()
    sampler = GANOversampler(device=device, random_state=seed)
    start = time.perf_counter()
    sampler.fit_resample(X, y)
    training = time.perf_counter() - start
    # Samplers leave the device after training; this one goes back for the draw.
    generator = sampler.generators_[LABEL]
    generator.gan.to(device)
    start = time.perf_counter()
    sampler.sample(n_rows, LABEL)
    drawing = time.perf_counter() - start
    on_cpu = device == "cpu"
    return {
        "device": "cpu" if on_cpu else torch.cuda.get_device_name(device),
        "seed": seed,
        "fit_seconds": round(training, 3),
        "rows": n_rows,
        "draw_seconds": round(drawing, 3),
        "energy_distance": round(sampler.report_[LABEL].energy_distance, 4),
        "coverage": round(sampler.report_[LABEL].coverage, 3),
        "versions": f"torch {torch.__version__}",
    }


def main(arguments=None):
    """Measure from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args(arguments)
    if not torch.cuda.is_available():
        parser.exit(
            2, "There is no CUDA device that PyTorch can use on this machine.\n"
        )
    results = []
    # The first on a device also starts it up.
    for seed in range(-1, options.repeats):
        for device in ("cpu", "cuda"):
            n_rows = options.rows if seed >= 0 else 1000
            result = measure(device, n_rows, abs(seed))
            if seed >= 0:
                results.append(result)
    results = pd.DataFrame(results)
    results.to_csv(options.out, index=False)
    medians = results.drop(columns=["versions", "seed"]).groupby("device").median()
    print(frame_table(medians, index_name="device"))


if __name__ == "__main__":
    main()
