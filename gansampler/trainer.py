"""The training of the classes of one table, each on its own: here or on a worker."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import torch
from tqdm import tqdm

from gansampler._device import naming_what_fills, resolve_device
from gansampler._threads import single_thread
from gansampler._wording import plain_label
from gansampler.gan import TrainingSettings
from gansampler.gan.training import Observer
from gansampler.judging import judge_training
from gansampler.onehot import OneHotGroups
from gansampler.report import ClassReport
from gansampler.summary import ColumnSummary
from gansampler.synthesis import ClassGenerator, RowSettings

POSTFIX_INTERVAL = 20
"""Updates between the losses shown beside a progress bar."""

Callback = Callable[[Hashable, int, dict[str, float]], bool | None]


@dataclass(frozen=True)
class ClassRows:
    """What a class is learned from.

    Attributes
    ----------
    label : hashable
        The class.
    seed : int
        Seed of everything that is random in its training and its rows.
    own : DataFrame of shape (n_own, n_columns)
        Rows of the class.
    others : DataFrame of shape (n_others, n_columns)
        Rows of the other classes.
    """

    label: Hashable
    seed: int
    own: pd.DataFrame
    others: pd.DataFrame


@dataclass(frozen=True)
class TrainedClass:
    """What a training leaves.

    Attributes
    ----------
    generator : ClassGenerator
        Draws the rows of the class.
    report : ClassReport
        How the training went, with no rows added yet.
    """

    generator: ClassGenerator
    report: ClassReport


@dataclass(frozen=True)
class Watcher:
    """Shows the progress of trainings, and lets a callback see them.

    Attributes
    ----------
    verbose : int
        0 is silent, 1 shows a progress bar for each class, 2 adds the losses.
    callback : callable or None
        Called after each update; training of the class ends when it returns True.
    """

    verbose: int
    callback: Callback | None

    def __bool__(self) -> bool:
        """Whether anybody watches."""
        return bool(self.verbose) or self.callback is not None

    @contextmanager
    def watching(self, label: Hashable, max_iter: int) -> Iterator[Observer | None]:
        """What is to be told of the training of one class.

        Yields None where nobody watches, which spares the cost of it.
        """
        if not self:
            yield None
            return

        def observe(iteration: int, figures: dict[str, float]) -> bool:
            bar.update()
            if self.verbose >= 2 and iteration % POSTFIX_INTERVAL == 0:
                bar.set_postfix(
                    discriminator=figures["discriminator_loss"],
                    generator=figures["generator_loss"],
                    refresh=False,
                )
            if self.callback is None:
                return False
            return bool(self.callback(label, iteration, figures))

        with tqdm(
            total=max_iter, desc=f"class {label!r}", disable=not self.verbose
        ) as bar:
            yield observe


@dataclass(frozen=True)
class Trainer:
    """Trains the classes of one table.

    Attributes
    ----------
    settings : TrainingSettings
        How to train.
    row_settings : RowSettings
        What rows may hold, and which are kept.
    summary : sequence of ColumnSummary
        What the whole table shows of each column.
    groups : OneHotGroups
        Columns that are learned as one.
    device : str or torch.device
        Where to train; resolved on the machine that trains.
    watcher : Watcher
        Who sees the trainings.
    """

    settings: TrainingSettings
    row_settings: RowSettings
    summary: Sequence[ColumnSummary]
    groups: OneHotGroups
    device: str | torch.device
    watcher: Watcher

    def train(self, rows: ClassRows) -> TrainedClass:
        """Train one class, one at a time in a process, and judge the training.

        Parameters
        ----------
        rows : ClassRows

        Returns
        -------
        TrainedClass
            On the device.
        """
        device = resolve_device(self.device)
        label = plain_label(rows.label)
        name = f"class {label!r}"
        generator = ClassGenerator(self.settings, self.row_settings, rows.seed)
        with (
            single_thread(),
            naming_what_fills(device, name),
            self.watcher.watching(label, self.settings.max_iter) as observer,
        ):
            generator.fit(
                rows.own,
                rows.others,
                self.summary,
                self.groups,
                name=name,
                device=device,
                observer=observer,
            )
            report = judge_training(generator, rows.own, rows.others)
        return TrainedClass(generator, report)

    def train_and_draw(
        self, rows: ClassRows, n_rows: int
    ) -> tuple[TrainedClass, pd.DataFrame]:
        """Train one class, and draw its rows where it was trained.

        Parameters
        ----------
        rows : ClassRows
        n_rows : int
            How many to draw.

        Returns
        -------
        trained : TrainedClass
            On the CPU, so that a sampler that was trained on a GPU opens on a machine
            without one.
        drawn : DataFrame of shape (n_rows, n_columns)
        """
        with single_thread():
            trained = self.train(rows)
            generator = trained.generator
            drawn = generator.sample(n_rows, generator.resampling_seed)
            generator.to_cpu()
        return trained, drawn
