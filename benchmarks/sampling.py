"""Measure what drawing rows costs, beside the forward passes that it cannot do without.

A default sampler is trained on churn. Then rows are drawn, once chosen as by default
and once as the generator makes them, alternating with the floor: bare forward passes of
the generator, from inputs made beforehand, and one copy of the result. The floor is
given for as many passes as rows are asked for; for as many as the choice needs
(rows / acceptance); and for these with the products of matrices that find what real
rows are near: all generated rows by the class, those that are no near copies by the
other classes. Memory is the peak growth of the process while drawing. Run it from the
root of a checkout::

    python -m benchmarks.sampling --rows 1000000
"""

import argparse
import gc
import sys
import time
from pathlib import Path

import pandas as pd
import torch

from benchmarks.cost_child import forget_peak, resident_bytes
from benchmarks.report.markdown import frame_table
from gansampler import GANOversampler
from gansampler.datasets import load_churn
from gansampler.gan.model import LARGEST_BLOCK
from gansampler.neighbors import BLOCK_CELLS, COUNT_BLOCK

DEFAULT_OUT = Path(__file__).parent / "results" / "sampling.csv"
LABEL = "yes"
CHOICES = {
    "chosen": {},
    "law": {"border_rejection": 0.0, "copy_rejection": 0.0},
}


def floor_seconds(generator, n_rows):
    """CPU seconds of the forward passes for so many rows."""
    with torch.inference_mode():
        rng = torch.Generator().manual_seed(0)
        inputs = generator.gan.latent.draw(LARGEST_BLOCK, rng)
        n_blocks = max(1, round(n_rows / LARGEST_BLOCK))
        start = time.process_time()
        for _ in range(n_blocks):
            generator.gan.generator(*inputs)
    seconds = time.process_time() - start
    return seconds * n_rows / (n_blocks * LARGEST_BLOCK)


def products_seconds(generator, n_rows, new):
    """CPU seconds of the bare products that choosing among so many rows takes.

    Parameters
    ----------
    generator : ClassGenerator
    n_rows : int
        Generated rows.
    new : float
        Share of them that is looked for among the other classes, too.

    Returns
    -------
    seconds : float
    """
    if generator.selection is None:
        return 0.0
    own, others = generator.selection.own, generator.selection.others
    searched = (
        (own, max(1, BLOCK_CELLS // len(own)), n_rows),
        (others, COUNT_BLOCK, new * n_rows),
    )
    seconds = 0.0
    for real, block, n_needed in searched:
        fixed = torch.as_tensor(real, dtype=torch.float32)
        rows, out = torch.randn(block, fixed.shape[1]), torch.empty(len(fixed), block)
        n_blocks = max(1, round(n_needed / block / 10))
        start = time.process_time()
        for _ in range(n_blocks):
            torch.mm(fixed, rows.T, out=out)
        seconds += (time.process_time() - start) * n_needed / (n_blocks * block)
    return seconds


def measure(n_rows, repeats):
    """Draw rows in both ways, alternating with the floor.

    Parameters
    ----------
    n_rows, repeats : int

    Returns
    -------
    results : DataFrame
        One row for each draw.
    """
    torch.set_num_threads(1)
    X, y = load_churn()
    samplers = {}
    for choice, parameters in CHOICES.items():
        sampler = GANOversampler(random_state=0, **parameters)
        sampler.fit_resample(X, y)
        sampler.sample(1000, LABEL)
        samplers[choice] = sampler
    results = []
    for repeat in range(repeats):
        for choice, sampler in samplers.items():
            generator = sampler.generators_[LABEL]
            # Before and after, so that what else runs on the machine weighs alike.
            before = floor_seconds(generator, n_rows)
            gc.collect()
            forget_peak()
            memory = resident_bytes("VmRSS")
            start = time.process_time()
            rows = sampler.sample(n_rows, LABEL, random_state=repeat)
            seconds = time.process_time() - start
            growth = resident_bytes("VmHWM") - memory
            start = time.process_time()
            copied = rows.copy(deep=True)
            copy = time.process_time() - start
            size = int(rows.memory_usage(index=False, deep=True).sum())
            del rows, copied
            passes = (before + floor_seconds(generator, n_rows)) / 2
            acceptance = sampler.report_[LABEL].acceptance
            pool = n_rows / acceptance
            new = acceptance / (1 - sampler.border_rejection)
            products = products_seconds(generator, pool, new)
            results.append(
                {
                    "choice": choice,
                    "rows": n_rows,
                    "acceptance": acceptance,
                    "cpu_seconds": round(seconds, 3),
                    "forward_seconds": round(passes, 3),
                    "copy_seconds": round(copy, 3),
                    "products_seconds": round(products, 3),
                    "times_floor": round(seconds / (passes + copy), 2),
                    "times_floor_of_pool": round(
                        seconds / (passes / acceptance + copy), 2
                    ),
                    "times_floor_of_choice": round(
                        seconds / (passes / acceptance + products + copy), 2
                    ),
                    "output_mb": round(size / 1e6, 1),
                    "peak_growth_mb": round(growth / 1e6, 1),
                    "versions": f"torch {torch.__version__}; pandas {pd.__version__}",
                }
            )
            print(results[-1], file=sys.stderr)
    return pd.DataFrame(results)


def main(arguments=None):
    """Measure from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sampling", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args(arguments)
    results = measure(options.rows, options.repeats)
    results.to_csv(options.out, index=False)
    medians = results.drop(columns="versions").groupby("choice").median()
    print(frame_table(medians, index_name="choice"))


if __name__ == "__main__":
    main()
