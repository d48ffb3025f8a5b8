"""The second pass, which picks the rows to learn from, and the trainings."""

from __future__ import annotations

import sys
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import dask
import numpy as np
import pandas as pd

from gansampler._dask._partitions import by_partition
from gansampler._dask._survey import Survey
from gansampler._thinning import some_positions
from gansampler.synthesis import N_OTHERS
from gansampler.tabular import Table
from gansampler.trainer import ClassRows, TrainedClass, Trainer

MAX_CLASS_ROWS = 50_000
"""Rows of a class that are gathered on one worker; of a larger class a random part. The
500 updates of a default training draw 64,000 rows."""

Plan = dict[Hashable, tuple[np.ndarray, np.ndarray]]
"""For each class which of its rows to pick from a partition, and which of the others,
as ranks among either."""

Picked = dict[Hashable, tuple[pd.DataFrame, pd.DataFrame]]
"""For each class rows of it, and of the others."""


def train_classes(
    trainer: Trainer,
    seeds: dict[Hashable, int],
    X: Any,
    y: Any,
    survey: Survey,
) -> dict[Hashable, Any]:
    """Tasks that pick the rows of each class, and train its GAN on a worker.

    Parameters
    ----------
    trainer : Trainer
        What trains them.
    seeds : dict of int
        Of each class to train.
    X : dask DataFrame
        The table.
    y : dask Series
        Its labels.
    survey : Survey
        What all rows show.

    Returns
    -------
    dict of Delayed
        For each class a ``TrainedClass``.
    """
    plans = _plan(survey, seeds)
    picked = by_partition(_pick, X, y, plans)
    common = dask.delayed(trainer, pure=False, traverse=False)
    where = _where_to_train(str(trainer.device))
    tasks = {}
    for label, seed in seeds.items():
        parts = [
            dask.delayed(_of_class)(part, label)
            for part, plan in zip(picked, plans, strict=True)
            if label in plan
        ]
        n_rows = int(survey.per_partition(label).sum())
        with dask.annotate(**where):
            train = dask.delayed(_train_class, pure=False)
            tasks[label] = train(common, label, seed, n_rows, parts)
    return tasks


def _plan(survey: Survey, seeds: dict[Hashable, int]) -> list[Plan]:
    """Choose the rows to learn from, by their places in the whole table."""
    plans: list[Plan] = [{} for _ in survey.counts]
    n_all = np.array([sum(counts.values()) for counts in survey.counts])
    for label, seed in seeds.items():
        n_own = survey.per_partition(label)
        own = positions_by_partition(n_own, MAX_CLASS_ROWS, [seed, 1])
        # Of the others the same as in a table in memory.
        others = positions_by_partition(n_all - n_own, N_OTHERS, seed)
        for plan, *chosen in zip(plans, own, others, strict=True):
            if any(len(ranks) for ranks in chosen):
                plan[label] = (chosen[0], chosen[1])
    return plans


def positions_by_partition(
    n_rows: np.ndarray, most: int, seed: Any
) -> list[np.ndarray]:
    """Rows that are chosen among all of a kind, as ranks within each partition.

    Parameters
    ----------
    n_rows : ndarray of shape (n_partitions,)
        How many rows of the kind each partition has.
    most : int
        How many to choose.
    seed : int or sequence of int
        Which.
    """
    ends = np.cumsum(n_rows)
    chosen = some_positions(int(ends[-1]), most, np.random.default_rng(seed))
    parts = np.split(chosen, np.searchsorted(chosen, ends[:-1]))
    return [part - start for part, start in zip(parts, ends - n_rows, strict=True)]


def _pick(X: pd.DataFrame, y: pd.Series, plan: Plan) -> Picked:
    labels, table = np.asarray(y), Table(X)
    picked = {}
    for label, (own, others) in plan.items():
        of_class = np.asarray(labels == label, dtype=bool)
        picked[label] = (
            table.rows(np.flatnonzero(of_class)[own]),
            table.rows(np.flatnonzero(~of_class)[others]),
        )
    return picked


def _of_class(picked: Picked, label: Hashable) -> tuple[pd.DataFrame, pd.DataFrame]:
    return picked[label]


def _where_to_train(device: str) -> dict[str, Any]:
    """Annotations of trainings: where workers declare GPUs, these are to take them."""
    distributed = sys.modules.get("distributed")  # there is no client without it
    if distributed is None or not device.startswith(("auto", "cuda")):
        return {}
    try:
        client = distributed.default_client()
    except ValueError:
        return {}
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    declared = any(worker["resources"].get("GPU") for worker in workers)
    return {"resources": {"GPU": 1}} if declared else {}


def _train_class(
    trainer: Trainer,
    label: Hashable,
    seed: int,
    n_rows: int,
    parts: list[tuple[pd.DataFrame, pd.DataFrame]],
) -> TrainedClass:
    own, others = (
        pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True)
    )
    trained = trainer.train(ClassRows(label, seed, own, others))
    # Rows are drawn on any worker.
    trained.generator.to_cpu()
    # Those that were not gathered count too.
    return replace(trained, report=replace(trained.report, n_rows=n_rows))
