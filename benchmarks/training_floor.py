"""Measure how near the training loop is to the bare work that it does.

In one process, alternating:

- ``train_gan`` with its defaults, and how long of that it records the history;
- the bare loop: the same networks, batches, updates and penalties, written as plainly
  as PyTorch allows, with its automatic differentiation and its Adam, and nothing else:
  no history, no checks, no choice of the checkpoint;
- the loop's products of matrices alone, in their shapes, as often as it makes them.

Run it from the root of a checkout::

    python -m benchmarks.training_floor --repeats 5
"""

import argparse
import itertools
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import torch
from torch import nn

from benchmarks.report.markdown import frame_table
from gansampler.datasets import load_churn
from gansampler.gan import TrainingSettings, train_gan, training
from gansampler.gan.optimizers import ADAM_BETAS
from gansampler.gan.recording import Recorder
from gansampler.gan.training import (
    PENALTY_INTERVAL,
    TEMPERATURE,
    TrainingState,
    average_decay,
    default_batch_size,
    learning_rate_factor,
    noise_scale,
)
from gansampler.table import TableEncoder

DEFAULT_OUT = Path(__file__).parent / "results" / "training_floor.csv"


def churn_rows():
    """The minority class of churn, encoded."""
    X, y = load_churn()
    encoder = TableEncoder()
    rows = encoder.fit_transform(X[y == "yes"].reset_index(drop=True))
    return rows, encoder.n_numeric_, encoder.category_sizes_


def small_rows():
    """50 rows of 8 numbers."""
    rows = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    return rows, 8, ()


TABLES = {"churn": churn_rows, "50 x 8": small_rows}


def bare_loop(rows, n_numeric, sizes, settings, seed):
    """Train as ``train_gan`` does, by automatic differentiation, and no more."""
    device = torch.device("cpu")
    state = TrainingState(rows, n_numeric, sizes, settings, seed, device)
    generator, discriminator = state.generator, state.discriminator
    averaged = [weight.detach().clone() for weight in generator.parameters()]
    optimizers = [
        torch.optim.Adam(player.parameters(), settings.learning_rate, ADAM_BETAS)
        for player in (generator, discriminator)
    ]
    softplus = nn.functional.softplus

    def fake():
        output = generator(*state.latent.draw(state.batch_size, state.rng))
        rows = generator.relax(output, TEMPERATURE, state.rng)
        return rows + noise * torch.randn(rows.shape, generator=state.rng)

    for iteration in range(settings.max_iter):
        noise = noise_scale(iteration, settings.max_iter)
        rate = settings.learning_rate
        rate *= learning_rate_factor(iteration, settings.max_iter)
        for optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = rate
        real = state.real(state.batch_size)
        real = real + noise * torch.randn(real.shape, generator=state.rng)
        generated = fake()
        both = torch.cat([real, generated.detach()])
        real_logits, fake_logits = discriminator(both).tensor_split(2)
        loss = softplus(-real_logits).mean() + softplus(fake_logits).mean()
        if iteration % PENALTY_INTERVAL == 0:
            both.requires_grad_(True)
            (slope,) = torch.autograd.grad(
                discriminator(both).sum(), both, create_graph=True
            )
            penalty = state.game.penalty.value(slope.square().sum(dim=1))
            loss = loss + PENALTY_INTERVAL * state.penalty_weight * penalty
        optimizers[1].zero_grad()
        loss.backward()
        optimizers[1].step()
        answer = softplus(-discriminator(generated)).mean()
        optimizers[0].zero_grad()
        answer.backward()
        optimizers[0].step()
        with torch.no_grad():
            for mean, weight in zip(averaged, generator.parameters(), strict=True):
                mean.lerp_(weight, 1 - average_decay(iteration))


class TimedRecorder(Recorder):
    """A recorder that knows the CPU seconds it has taken."""

    seconds = 0.0

    def record(self, *args, **kwargs):
        """Record an update."""
        with self.timed():
            super().record(*args, **kwargs)

    def frame(self):
        """The history."""
        with self.timed():
            return super().frame()

    @staticmethod
    @contextmanager
    def timed():
        """Count what a block takes."""
        start = time.process_time()
        yield
        TimedRecorder.seconds += time.process_time() - start


def products(n_inputs, settings, batch):
    """Shapes (rows, inner, columns) of the products of one update, and how often.

    Those that the chain rule needs: automatic differentiation makes more, since it
    goes forward again for the penalty.
    """
    first, second = settings.hidden_layer_sizes
    g = [settings.latent_dim + n_inputs, first, second, n_inputs]
    d = [n_inputs, first, second, 1]
    shapes = []
    for n, widths in ((2 * batch, d), (batch, g), (batch, d)):
        shapes += [(n, i, o, 1) for i, o in itertools.pairwise(widths)]  # forward
    for n, widths in ((2 * batch, d), (batch, g)):
        pairs = list(itertools.pairwise(widths))
        shapes += [(i, n, o, 1) for i, o in pairs]  # by the weights
        shapes += [(n, o, i, 1) for i, o in pairs[1:]]  # by what goes in
    shapes += [(batch, o, i, 1) for i, o in itertools.pairwise(d)]
    share = 1 / PENALTY_INTERVAL
    pairs = list(itertools.pairwise(d))
    shapes += [(2 * batch, o, i, share) for i, o in pairs]
    shapes += [(i, 2 * batch, o, share) for i, o in pairs]
    shapes += [(2 * batch, i, o, share) for i, o in pairs[:-1]]
    return shapes


def time_products(shapes, n_updates):
    """CPU seconds of so many updates' products, and their floating-point operations."""
    seconds = operations = 0.0
    for rows, inner, columns, times in shapes:
        left, right = torch.randn(rows, inner), torch.randn(inner, columns)
        out = torch.empty(rows, columns)
        n_calls = max(1, round(times * n_updates))
        start = time.process_time()
        for _ in range(n_calls):
            torch.mm(left, right, out=out)
        seconds += time.process_time() - start
        operations += 2.0 * n_calls * rows * inner * columns
    return seconds, operations


def measure(repeats):
    """Time all three in turn.

    Parameters
    ----------
    repeats : int

    Returns
    -------
    results : DataFrame
        One row for each table and repeat.
    """
    torch.set_num_threads(1)
    # The dearer start, for both tables: the products are counted with its inputs.
    settings = TrainingSettings(latent_distribution="neighbors")
    tables = {name: make() for name, make in TABLES.items()}
    warm = replace(settings, max_iter=5)
    results = []
    for repeat in range(-1, repeats):
        for name, (rows, n_numeric, sizes) in tables.items():
            chosen = warm if repeat < 0 else settings
            TimedRecorder.seconds = 0.0
            start = time.process_time()
            with mock.patch.object(training, "Recorder", TimedRecorder):
                train_gan(
                    rows,
                    n_numeric=n_numeric,
                    category_sizes=sizes,
                    settings=chosen,
                    seed=repeat + 1,
                )
            ours = time.process_time() - start
            recording = TimedRecorder.seconds
            start = time.process_time()
            bare_loop(rows, n_numeric, sizes, chosen, repeat + 1)
            bare = time.process_time() - start
            shapes = products(rows.shape[1], chosen, default_batch_size(len(rows)))
            seconds, operations = time_products(shapes, chosen.max_iter)
            if repeat < 0:
                continue
            results.append(
                {
                    "table": name,
                    "repeat": repeat,
                    "ours_seconds": round(ours, 3),
                    "bare_seconds": round(bare, 3),
                    "products_seconds": round(seconds, 3),
                    "recording_to_rest": round(recording / (ours - recording), 4),
                    "ours_to_bare": round(ours / bare, 3),
                    "ours_to_products": round(ours / seconds, 2),
                    "bare_to_products": round(bare / seconds, 2),
                    "gflop_per_second": round(operations / seconds / 1e9, 1),
                    "versions": f"torch {torch.__version__}",
                }
            )
            print(results[-1], file=sys.stderr)
    return pd.DataFrame(results)


def main(arguments=None):
    """Measure from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training_floor",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args(arguments)
    results = measure(options.repeats)
    results.to_csv(options.out, index=False)
    medians = results.drop(columns=["versions", "repeat"]).groupby("table").median()
    print(frame_table(medians, index_name="table"))


if __name__ == "__main__":
    main()
