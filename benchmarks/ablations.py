"""Measure what each part of the recipe is worth: one change at a time.

The data sets have fewer than 100 minority rows in a fold, so that the generator starts
from noise in all but the one of many columns; ``latent_neighbors`` is how it starts in
larger classes.

The cross-validation of ``utility.py``, with its columns; ``method`` is the name of a
variant. A variant changes parameters of the constructor or, for what is no parameter,
replaces a named constant or function of a module while it runs. All variants get the
same folds and seeds. Those that are most telling come first, each on all data sets,
small ones first; what is there already is skipped. Run it from the root of a
checkout::

    python -m benchmarks.ablations --out benchmarks/results/ablations.csv
    python -m benchmarks.summarise benchmarks/results/ablations.csv \
        --reference default
"""

import argparse
import json
import math
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pandas as pd

from benchmarks import methods
from benchmarks.data import development_set_names
from benchmarks.models import CLASSIFIERS, FAST_CLASSIFIERS
from benchmarks.results_file import keys_done, read_results
from benchmarks.running import run_into_file
from benchmarks.utility import (
    COLUMNS,
    KEY,
    by_size,
    check_same_experiment,
    plan_tasks,
    run_task,
    select,
)
from gansampler import GANOversampler, selection, synthesis
from gansampler.encoding import numeric
from gansampler.gan import smoothing, training
from gansampler.table import TableEncoder

DATASETS = [
    "abalone9_18",
    "car_good",
    "churn@60",
    "cm1",
    "credit@60",
    "ecoli3@20",
    "glass2",
    "haberman",
    "hypothyroid@60",
    "page_blocks0@60",
    "pima@60",
    "satimage@60",
    "vehicle1@60",
    "winequality_red_4",
    "yeast4",
]
N_RESTARTS = 3


class Replacement(NamedTuple):
    """Something that is replaced while a variant runs.

    Attributes
    ----------
    owner : module or class
        Where the name is looked up at run time: the module that uses a constant,
        which need not be the one that defines it.
    name : str
        An attribute that exists there.
    value : object
        What stands in its place.
    """

    owner: Any
    name: str
    value: Any


@dataclass(frozen=True)
class Variant:
    """One thing to compare with the default.

    Attributes
    ----------
    method : str, default="gan"
        A key of ``METHODS``.
    params : dict
        Constructor parameters of GANOversampler that are not the default.
    replaced : tuple of Replacement
        What is replaced in the code.
    """

    method: str = "gan"
    params: dict = field(default_factory=dict)
    replaced: tuple = ()

    def description(self):
        """Tell all changes as JSON; the empty string where there are none."""
        changes = dict(self.params)
        for owner, name, value in self.replaced:
            place = f"{owner.__name__.rpartition('.')[2]}.{name}"
            changes[place] = getattr(value, "__name__", value)
        return json.dumps(changes, sort_keys=True) if changes else ""


@contextmanager
def in_place(replacements):
    """Replace attributes for the time of a block, and restore them after it.

    Parameters
    ----------
    replacements : iterable of Replacement

    Raises
    ------
    AttributeError
        If an owner has no such attribute: a name that has changed in the code would
        otherwise be replaced without any effect.
    """
    with ExitStack() as stack:
        for owner, name, value in replacements:
            stack.enter_context(mock.patch.object(owner, name, value))
        yield


def forget_at_once(iteration):
    """Memory of the average of weights: none, so that it is the last weights."""
    return 0.0


def leave_uncalibrated(encoder, matrix):
    """Keep generated numbers as they are: no map to columns' distributions."""


def farthest(distances):
    """Distance to the fifth neighbour, in place of a mean."""
    return distances[:, -1] + selection.SAME


class RestartedSampler:
    """Three samplers with seeds of their own, each making a third of the rows.

    Parameters
    ----------
    random_state : int
    **params
        Of each GANOversampler.
    """

    def __init__(self, *, random_state, **params):
        self.random_state = random_state
        self.params = params

    def fit_resample(self, X, y):
        """Balance a table with labels 0 and 1."""
        n_minority = int((y == 1).sum())
        parts = np.array_split(np.arange((y == 0).sum() - n_minority), N_RESTARTS)
        seeds = np.random.SeedSequence(self.random_state).generate_state(N_RESTARTS)
        tables = [X]
        for part, seed in zip(parts, seeds, strict=True):
            sampler = GANOversampler(
                {1: n_minority + len(part)}, random_state=int(seed), **self.params
            )
            tables.append(sampler.fit_resample(X, y)[0].iloc[len(X) :])
        n_new = sum(map(len, parts))
        labels = np.concatenate([y, np.ones(n_new, dtype=y.dtype)])
        return pd.concat(tables, ignore_index=True), labels


def changed(**params):
    """Make a variant of constructor parameters."""
    return Variant(params=params)


def replacing(*replacements):
    """Make a variant of replacements, each (owner, name, value)."""
    return Variant(replaced=tuple(Replacement(*parts) for parts in replacements))


VARIANTS = {
    "default": Variant(),
    "none": Variant(method="none"),
    "smote": Variant(method="smote"),
    # The choice among generated rows.
    "border_0": changed(border_rejection=0.0),
    "copy_0": changed(copy_rejection=0.0),
    "newness_1": replacing((selection, "NEWNESS", 1.0)),
    "border_0_copy_0": changed(border_rejection=0.0, copy_rejection=0.0),
    "border_0.1": changed(border_rejection=0.1),
    "border_0.3": changed(border_rejection=0.3),
    "border_0.5": changed(border_rejection=0.5),
    "border_0_rejection_0.2": changed(border_rejection=0.0, rejection_rate=0.2),
    "border_of_5000": replacing((synthesis, "MAX_OTHERS", 5000)),
    "border_by_fifth": replacing((selection, "usual_distance", farthest)),
    # Where the generator starts.
    "latent_neighbors": changed(latent_distribution="neighbors"),
    "latent_normal": changed(latent_distribution="normal"),
    # One part taken away.
    "checkpoint_last": changed(checkpoint="last"),
    "no_calibration": replacing((TableEncoder, "calibrate", leave_uncalibrated)),
    "no_averaging": replacing((training, "average_decay", forget_at_once)),
    "loss_relativistic": changed(loss="relativistic"),
    "loss_wasserstein": changed(loss="wasserstein"),
    "jitter_0": replacing((smoothing, "SMOOTHING", 0.0)),
    "jitter_all_columns": replacing((smoothing, "MAX_DIMENSION", math.inf)),
    # The null models.
    "smoothed_bootstrap": Variant(method="smoothed_bootstrap"),
    "smoothed_bootstrap_valid": Variant(method="smoothed_bootstrap_valid"),
    "gaussian_copula": Variant(method="gaussian_copula"),
    # The noise on all rows, and the columns.
    "no_noise": replacing((training, "NOISE_START", 0.0), (training, "NOISE_END", 0.0)),
    "noise_end_0": replacing((training, "NOISE_END", 0.0)),
    "noise_end_0.2": replacing((training, "NOISE_END", 0.2)),
    "no_compression": replacing((numeric, "SKEWED", math.inf)),
    "range_class": changed(value_range="class"),
    "range_free": changed(value_range=None),
    # The budget and the game.
    "max_iter_250": changed(max_iter=250),
    "max_iter_1000": changed(max_iter=1000),
    "restarts_3": replacing((methods, "GANOversampler", RestartedSampler)),
    "penalty_0.3": changed(gradient_penalty=0.3),
    "penalty_1": changed(gradient_penalty=1.0),
    "penalty_10": changed(gradient_penalty=10.0),
    "loss_hinge": changed(loss="hinge"),
    "loss_minimax": changed(loss="minimax"),
}


def plan_variants(names, *, results, retry_failures=False, **experiment):
    """List what is still to do, the variants in turn.

    Parameters
    ----------
    names : list of str
        Keys of ``VARIANTS``.
    results : DataFrame
        The rows that exist.
    retry_failures : bool, default=False
        Whether rows with an error count as not done.
    **experiment
        ``datasets``, ``classifiers``, ``folds`` and ``seeds`` of ``plan_tasks``.

    Returns
    -------
    tasks : list of Task
        Each with the name of its variant as the label.

    Raises
    ------
    ValueError
        If the results were made with other changes under the same name.
    TypeError
        If GANOversampler lacks a parameter of a variant.
    """
    done = keys_done(results, KEY, retry_failures=retry_failures)
    tasks = []
    for name in names:
        variant = VARIANTS[name]
        GANOversampler(**variant.params)
        check_same_experiment(
            results,
            methods=[variant.method],
            folds=experiment["folds"],
            label=name,
            gan_params=variant.description(),
        )
        tasks += plan_tasks(
            methods=[variant.method],
            label=name,
            gan_params=json.dumps(variant.params) if variant.params else "",
            done=done,
            **experiment,
        )
    return tasks


def run_variant(task):
    """Cross-validate one variant on one data set.

    Parameters
    ----------
    task : Task
        From :func:`plan_variants`.

    Returns
    -------
    rows : list of dict
        As from ``utility.run_task``; ``params`` holds the replacements too.
    """
    variant = VARIANTS[task.label]
    with in_place(variant.replaced):
        rows = run_task(task)
    return [row | {"params": variant.description()} for row in rows]


def main(arguments=None):
    """Run the benchmark from the command line."""
    options = _parse(arguments)
    tasks = plan_variants(
        select(options.variants, VARIANTS, "variant"),
        results=read_results(options.out),
        retry_failures=options.retry_failures,
        datasets=by_size(select(options.datasets, development_set_names(), "data set")),
        classifiers=select(options.classifiers, CLASSIFIERS, "classifier"),
        folds=options.folds,
        seeds=options.seeds,
    )
    run_into_file(
        run_variant, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out
    )


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ablations", description=__doc__.partition("\n")[0]
    )
    add = parser.add_argument
    add("--variants", nargs="+", default=["*"], help="names or patterns, '!' excludes")
    add("--datasets", nargs="+", default=DATASETS)
    add("--classifiers", nargs="+", default=FAST_CLASSIFIERS)
    add("--folds", type=int, default=3)
    add("--seeds", type=int, default=1, help="number of repetitions")
    add("--jobs", type=int, default=1, help="processes, of one thread each")
    add("--out", default="benchmarks/results/ablations.csv")
    add("--retry-failures", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
