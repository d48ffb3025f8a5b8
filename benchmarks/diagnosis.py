"""Provoke each failure on purpose and see whether the diagnosis names it.

Each failure has settings that bring it about, the verdict that should name it, and a
measure of its own on rows that were withheld, which the diagnosis does not see: it
shows that the training truly failed. A default training on the same rows stands beside
it (``control``). Default trainings on all development sets (``healthy``) show how often
a warning is false.

One CSV row for each (dataset, method, seed), with the figures that the diagnosis hangs
on; the verdicts follow from them, so that a threshold can change without a new run.
What is there already is skipped. Run it from the root of a checkout::

    python -m benchmarks.diagnosis --jobs 2
"""

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist

from benchmarks.data import (
    DevelopmentSet,
    development_set_names,
    load_development_set,
)
from benchmarks.eight_gaussians import two_classes
from benchmarks.results_file import keys_done, read_results
from benchmarks.running import run_into_file
from benchmarks.utility import by_size, package_versions
from gansampler import GANOversampler
from gansampler.evidence import Evidence, share_among_others
from gansampler.quality import coverage, duplicate_share, energy_distance, marginal_gaps
from gansampler.theory import ranking

OUT = Path(__file__).parent / "results" / "diagnosis.csv"
SEEDS = 20
CONTROL_SEEDS = 1
TRAIN_SHARE = 0.7
N_GENERATED = 500
NAMES = ("gaps", "identifiers", "unseen_levels", "meant_as", "numbered", "coded")
EVIDENCE = {
    figure.name: figure.name.removeprefix("generator_")
    for figure in fields(Evidence)
    if figure.name not in NAMES
}
"""Column of each figure."""
KEY = ["dataset", "method", "seed"]
COLUMNS = (
    *KEY,
    *EVIDENCE.values(),
    "gap_beyond_chance",
    "withheld",
    "seconds",
    "versions",
)


@dataclass(frozen=True)
class Trained:
    """A training and the rows of its class that it did not see."""

    sampler: GANOversampler
    X: Any
    y: np.ndarray
    held_out: Any

    @property
    def generator(self):
        """What was trained on class 1."""
        return self.sampler.generators_[1]

    def encode(self, rows):
        """Rows in the code of the class."""
        generator = self.generator
        return generator.encoder.transform(generator.groups.collapse(rows))

    def generated(self, n_rows=N_GENERATED):
        """The generator's own rows, encoded."""
        return self.generator.gan.sample(n_rows, seed=1)


def missed_rows(trained):
    """Share of withheld rows that as many of the generator's rows do not reach."""
    held_out = trained.encode(trained.held_out)
    return 1 - coverage(held_out, trained.generated(len(held_out)))


def closeness(trained):
    """Mean distance of two withheld rows, in units of that of two generated ones."""
    return 1 / scatter(trained)


def scatter(trained):
    """Mean distance of two generated rows, in units of that of two withheld ones."""
    withheld = pdist(trained.encode(trained.held_out)).mean()
    return pdist(trained.generated()).mean() / withheld


def ranking_of_withheld(trained):
    """Chance that the discriminator ranks a withheld row above a generated one."""
    gan = trained.generator.gan
    held_out = trained.encode(trained.held_out)
    return ranking(gan.logits(held_out), gan.logits(trained.generated()))


def ranking_lost(trained):
    """How much better the discriminator ranks rows that it has learned from."""
    gan = trained.generator.gan
    own = trained.encode(trained.X[trained.y == 1])
    learned = ranking(gan.logits(own), gan.logits(trained.generated()))
    return learned - ranking_of_withheld(trained)


def more_copies(trained):
    """Share of synthetic rows that repeat one, beyond that of withheld rows."""
    own = trained.X[trained.y == 1]
    synthetic = trained.sampler.sample(N_GENERATED, 1)
    return duplicate_share(own, synthetic) - duplicate_share(own, trained.held_out)


def largest_gap(trained):
    """Largest gap of a column of synthetic rows to withheld ones."""
    synthetic = trained.sampler.sample(N_GENERATED, 1)
    return marginal_gaps(trained.held_out, synthetic).max()


def distance_lost(trained):
    """Energy distance to withheld rows: last generator less the one that was kept."""
    last = GANOversampler(**trained.sampler.get_params() | {"checkpoint": "last"})
    last.fit_resample(trained.X, trained.y)
    held_out = trained.encode(trained.held_out)
    made_last = last.generators_[1].gan.sample(N_GENERATED, seed=1)
    kept = energy_distance(held_out, trained.generated())
    return energy_distance(held_out, made_last) - kept


def more_among_others(trained):
    """Share of synthetic rows among others, by withheld rows, beyond real rows'."""
    held_out, own, others = (
        trained.encode(rows)
        for rows in (
            trained.held_out,
            trained.X[trained.y == 1],
            trained.X[trained.y == 0],
        )
    )
    synthetic = trained.encode(trained.sampler.sample(N_GENERATED, 1))
    found = [share_among_others(rows, held_out, others, 0) for rows in (synthetic, own)]
    return found[0] - found[1]


@dataclass(frozen=True)
class Failure:
    """Settings under which a training fails.

    Attributes
    ----------
    verdict : str
        The verdict that should name it.
    dataset : str
        A development set, or the ring of eight Gaussians (``ring_`` and the
        standard deviation of each).
    withheld : callable
        Measure of the failure from a ``Trained``, higher is worse.
    settings : dict
        Parameters of ``GANOversampler``.
    n_rows : int or None
        Rows of the class that are learned; None is seven tenths.
    """

    verdict: str
    dataset: str
    withheld: Callable[[Trained], float]
    settings: dict
    n_rows: int | None = None


SMALL = {"hidden_layer_sizes": (64, 64)}
VANILLA = {"latent_distribution": "normal", "loss": "minimax", "gradient_penalty": 0}
FAILURES = {
    "large_learning_rate": Failure(
        "mode_collapse",
        "pima",
        closeness,
        SMALL | VANILLA | {"learning_rate": 0.05, "max_iter": 300},
    ),
    "game_of_2014": Failure("mode_collapse", "ring_0.02", missed_rows, VANILLA),
    "huge_learning_rate": Failure(
        "scattered_rows",
        "yeast4",
        scatter,
        SMALL | VANILLA | {"learning_rate": 0.2, "max_iter": 150},
    ),
    "many_discriminator_steps": Failure(
        "discriminator_wins",
        "vehicle1",
        ranking_of_withheld,
        SMALL | VANILLA | {"discriminator_steps": 15, "max_iter": 60},
    ),
    "tiny_class_without_penalty": Failure(
        "discriminator_memorises",
        "yeast4",
        ranking_lost,
        VANILLA | {"discriminator_steps": 10, "max_iter": 100},
        n_rows=20,
    ),
    "few_levels_no_rejection": Failure(
        "copying",
        "car_good",
        more_copies,
        SMALL
        | {
            "latent_distribution": "neighbors",
            "copy_rejection": 0.0,
            "max_iter": 60,
        },
    ),
    "only_far_from_others": Failure(
        "columns",
        "pima",
        largest_gap,
        SMALL
        | {
            "latent_distribution": "neighbors",
            "border_rejection": 0.9,
            "max_iter": 60,
        },
        n_rows=60,
    ),
    "unstable_game": Failure(
        "late_divergence",
        "yeast4",
        distance_lost,
        SMALL
        | {
            "latent_distribution": "normal",
            "loss": "wasserstein",
            "gradient_penalty": 0,
            "learning_rate": 0.1,
            "discriminator_steps": 2,
            "max_iter": 100,
        },
    ),
    "untrained_generator": Failure(
        "majority",
        "page_blocks0",
        more_among_others,
        SMALL
        | {"latent_distribution": "normal", "border_rejection": 0.0, "max_iter": 10},
    ),
}


@dataclass(frozen=True)
class Task:
    """One training: a failure, its control, or a healthy one."""

    dataset: str
    method: str
    seed: int

    def settings(self):
        """Parameters of the sampler."""
        failure = FAILURES.get(self.method)
        return {} if failure is None else failure.settings


def plan(datasets):
    """All trainings, cheap ones first.

    Parameters
    ----------
    datasets : list of str
        For the healthy trainings.

    Returns
    -------
    tasks : list of Task
    """
    tasks = [
        Task(failure.dataset, name, seed)
        for name, failure in FAILURES.items()
        for seed in range(SEEDS)
    ]
    tasks += [
        Task(failure.dataset, f"control:{name}", seed)
        for name, failure in FAILURES.items()
        for seed in range(CONTROL_SEEDS)
    ]
    return tasks + [Task(name, "healthy", 0) for name in by_size(datasets)]


def run_task(task):
    """Train once and write down what the diagnosis says.

    Parameters
    ----------
    task : Task

    Returns
    -------
    rows : list of dict
        One row.
    """
    data = _load(task.dataset, task.seed)
    failure = FAILURES.get(task.method.removeprefix("control:"))
    learned, held_out = _split(data.y, failure, task.seed)
    X = data.X.iloc[learned].reset_index(drop=True)
    y = data.y[learned]
    sampler = GANOversampler(random_state=task.seed, **task.settings())
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler.fit_resample(X, y)
    found = sampler.report_[1].evidence
    row = {
        "dataset": task.dataset,
        "method": task.method,
        "seed": task.seed,
        "gap_beyond_chance": found.gaps[0][2],
        "seconds": time.process_time() - start,
        "versions": package_versions(),
    }
    # An empty cell is read as NaN again.
    figures = {column: getattr(found, name) for name, column in EVIDENCE.items()}
    row |= {
        name: None if figure != figure else figure for name, figure in figures.items()
    }
    if failure is not None:
        trained = Trained(sampler, X, y, data.X.iloc[held_out].reset_index(drop=True))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row["withheld"] = failure.withheld(trained)
    return [row]


def _load(name, seed):
    """A development set, or a ring of eight Gaussians."""
    if not name.startswith("ring_"):
        return load_development_set(name)
    rows, background = two_classes(float(name.removeprefix("ring_")), seed)
    X = pd.DataFrame(np.concatenate([background, rows]), columns=["x", "y"])
    return DevelopmentSet(X, np.repeat([0, 1], [len(background), len(rows)]))


def _split(y, failure, seed):
    """Positions that are learned, and those of the class that are withheld."""
    if failure is None:
        return np.arange(len(y)), np.array([], dtype=int)
    own = np.random.default_rng(seed).permutation(np.flatnonzero(y == 1))
    n_rows = failure.n_rows or round(TRAIN_SHARE * len(own))
    learned = np.sort(np.concatenate([own[:n_rows], np.flatnonzero(y == 0)]))
    return learned, own[n_rows:]


def main(arguments=None):
    """Run what is not in the file yet."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.diagnosis", description=__doc__.partition("\n")[0]
    )
    add = parser.add_argument
    add("--datasets", nargs="+", default=development_set_names())
    add("--methods", nargs="+", help="failures, control:NAME or healthy; default all")
    add("--seeds", type=int, default=SEEDS, help="at most so many")
    add("--jobs", type=int, default=1)
    add("--out", default=OUT)
    options = parser.parse_args(arguments)
    done = keys_done(read_results(options.out), KEY)
    tasks = [
        task
        for task in plan(options.datasets)
        if (task.dataset, task.method, task.seed) not in done
        and (options.methods is None or task.method in options.methods)
        and task.seed < options.seeds
    ]
    run_into_file(run_task, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out)


if __name__ == "__main__":
    main()
