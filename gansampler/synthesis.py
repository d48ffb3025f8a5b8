"""One class: its rows encoded, a GAN trained on them, and new rows drawn from it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from sklearn.utils._param_validation import Interval, StrOptions

from gansampler._thinning import thinned
from gansampler.gan import GAN, TrainingSettings, train_gan
from gansampler.gan.model import FIRST_BLOCK
from gansampler.gan.recording import empty_history
from gansampler.gan.training import Observer
from gansampler.onehot import OneHotGroups
from gansampler.selection import (
    MAX_OTHERS,
    MAX_OWN,
    Chooser,
    RowSelection,
    share_repeated,
)
from gansampler.summary import ColumnSummary
from gansampler.table import TableEncoder, Values

MIN_GAN_ROWS = 3
"""Rows that a class needs for a GAN to be trained on it."""

N_CALIBRATION_ROWS = 8192
"""Generated rows on which their distributions, column by column, are measured."""

N_THRESHOLD_ROWS = 2048
"""Generated rows on which the thresholds of the selection are set."""

N_OTHERS = 5_000
"""Rows of other classes that a class is given: enough for the choice of rows, and for
the report. Where there are more, fewer rows than in the whole table lie nearer to
another class, synthetic and real ones alike."""


@dataclass(frozen=True)
class RowSettings:
    """What rows may hold, and which of those generated are kept.

    ``GANOversampler`` has parameters of the same names and defaults, and tells more
    about each.

    Parameters
    ----------
    value_range : {"table", "class"} or None, default="table"
        Range of generated numbers, as in ``TableEncoder``.
    rare_levels : {"class", "table"}, default="class"
        Whose levels stand in for rare ones: those of the class, or those of all.
    rejection_rate : float, default=0.0
        Share of generated rows that the discriminator throws away.
    border_rejection, copy_rejection : float, default=0.2 and 0.6
        Shares of generated rows that are thrown away for being near other classes, or
        near a row of the class; see ``RowSelection``.
    """

    value_range: str | None = "table"
    rare_levels: str = "class"
    rejection_rate: float = 0.0
    border_rejection: float = 0.2
    copy_rejection: float = 0.6

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "value_range": [StrOptions({"table", "class"}), None],
        "rare_levels": [StrOptions({"class", "table"})],
        "rejection_rate": [Interval(Real, 0, 1, closed="left")],
        "border_rejection": [Interval(Real, 0, 1, closed="left")],
        "copy_rejection": [Interval(Real, 0, 1, closed="left")],
    }


class ClassGenerator:
    """Learns the rows of one class and draws new ones.

    Parameters
    ----------
    settings : TrainingSettings
        How to train.
    row_settings : RowSettings
        What rows may hold, and which are kept.
    seed : int
        Seed of everything that is random.

    Attributes
    ----------
    gan : GAN or None
        None where all rows of the class are equal.
    trained : bool
        Whether there was enough to train a GAN on; else there is nothing to choose
        among rows, and ``selection`` is None.
    device : str
        Where it was trained.
    seconds : float
        Wall time of encoding, training and calibration.
    """

    def __init__(
        self, settings: TrainingSettings, row_settings: RowSettings, seed: int
    ) -> None:
        self.settings = settings
        self.row_settings = row_settings
        training, calibration, resampling, later = (
            int(state) for state in np.random.SeedSequence(seed).generate_state(4)
        )
        self.training_seed, self.calibration_seed = training, calibration
        self.resampling_seed, self.later_seed = resampling, later

    def fit(
        self,
        rows: pd.DataFrame,
        others: pd.DataFrame,
        summary: Sequence[ColumnSummary],
        groups: OneHotGroups,
        *,
        name: str,
        device: torch.device,
        observer: Observer | None = None,
    ) -> ClassGenerator:
        """Encode the rows of the class and train a GAN on them.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns)
            The rows of the class.
        others : DataFrame of shape (n_others, n_columns)
            Rows of the other classes, which choose among generated rows and may lend
            levels.
        summary : sequence of ColumnSummary
            What the whole table shows of each column.
        groups : OneHotGroups
            Columns that are learned as one.
        name : str
            The class, for messages.
        device : torch.device
            Where to train.
        observer : callable or None, default=None
            As in ``train_gan``.
        """
        start = time.perf_counter()
        self.summary, self.groups = summary, groups
        self.device = str(device)
        self.encoder = TableEncoder(self.row_settings.value_range)
        collapsed = groups.collapse(others)
        matrix = self.encoder.fit_transform(
            groups.collapse(rows),
            groups.summarise(summary),
            others=collapsed,
            lend=self.row_settings.rare_levels == "table",
            seed=self.training_seed,
        )
        self.gan: GAN | None = None
        self.trained = len(rows) >= MIN_GAN_ROWS and matrix.shape[1] > 0
        if matrix.shape[1]:
            self.gan = self._train(matrix, name, device, observer)
            self._calibrate()
        self.selection = None
        if self.trained:
            self.selection = self._choose(matrix, self.encoder.transform(collapsed))
        self.seconds = time.perf_counter() - start
        return self

    def _train(
        self,
        matrix: np.ndarray,
        name: str,
        device: torch.device,
        observer: Observer | None,
    ) -> GAN:
        settings = self.settings if self.trained else UNTRAINED
        return train_gan(
            matrix,
            n_numeric=self.encoder.n_numeric_,
            category_sizes=self.encoder.category_sizes_,
            settings=settings,
            seed=self.training_seed,
            device=device,
            observer=observer,
            name=name,
        )

    def _calibrate(self) -> None:
        assert self.gan is not None
        encoder, seed = self.encoder, self.calibration_seed
        self.gan.match_categories(
            encoder.category_frequencies_,
            seed,
            rejection_rate=self.row_settings.rejection_rate,
        )
        encoder.calibrate(self._draw(N_CALIBRATION_ROWS, seed))

    def _choose(self, matrix: np.ndarray, others: np.ndarray) -> RowSelection | None:
        """Set up the choice among generated rows, None where all are kept."""
        keep = self.row_settings
        if not keep.border_rejection and not keep.copy_rejection:
            return None
        rng = np.random.default_rng(self.calibration_seed)
        generated = self.encoder.decode(
            self._draw(N_THRESHOLD_ROWS, self.calibration_seed)
        )
        own = self.known_rows(matrix, rng)
        # Where all columns have few values, new rows repeat old ones by chance.
        repeats = share_repeated(own) if self.encoder.few_valued else 0.0
        return RowSelection.fit(
            own,
            thinned(others, MAX_OTHERS, rng),
            self.encoder.encode(generated),
            copy_rejection=keep.copy_rejection,
            border_rejection=keep.border_rejection,
            repeats=repeats,
            rng=rng,
        )

    def known_rows(self, matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Rows of the class that the generator could copy, all or a random part."""
        assert self.gan is not None
        anchors = self.gan.latent.anchors
        if anchors is not None:
            return anchors.cpu().numpy()
        return thinned(matrix, MAX_OWN, rng)

    def _draw(self, n_rows: int, seed: int) -> np.ndarray:
        assert self.gan is not None
        rejection_rate = self.row_settings.rejection_rate
        return self.gan.sample(n_rows, seed, rejection_rate=rejection_rate)

    def sample(self, n_rows: int, seed: int) -> pd.DataFrame:
        """Draw rows in the columns and dtypes of the class."""
        return self.to_frame(self.draw_values(n_rows, seed))

    def to_frame(self, values: Values) -> pd.DataFrame:
        """Drawn values, which this empties, in the columns and dtypes of the class."""
        return self.groups.expand(self.encoder.to_frame(values), self.summary)

    def draw_values(self, n_rows: int, seed: int) -> Values:
        """Draw rows as numbers and positions of levels.

        They go straight to their places: the draw needs little more than the result.
        """
        result: Values = []
        done = 0
        rng = np.random.default_rng(seed)
        choose = None if self.selection is None else Chooser(self.selection)
        for matrix in self._matrices(seed):
            values = self.encoder.decode(matrix, rng)
            if choose is not None:
                kept = choose(self.encoder.encode(values), rng)
                values = [column[kept] for column in values]
            if not result:
                result = [np.empty(n_rows, column.dtype) for column in values]
            end = min(n_rows, done + len(values[-1]))
            for column, part in zip(result, values, strict=True):
                column[done:end] = part[: end - done]
            done = end
            if done == n_rows:
                break
        return result

    def _matrices(self, seed: int) -> Iterator[np.ndarray]:
        """Encoded rows of the generator in blocks, without end."""
        if self.gan is None:
            return itertools.repeat(np.empty((FIRST_BLOCK, 0), dtype=np.float32))
        return self.gan.blocks(seed, rejection_rate=self.row_settings.rejection_rate)

    @property
    def history(self) -> pd.DataFrame:
        """One row per update of the generator."""
        return empty_history() if self.gan is None else self.gan.history

    def to_cpu(self) -> None:
        """Move the networks off a GPU."""
        if self.gan is not None:
            self.gan.cpu()


UNTRAINED = TrainingSettings(latent_distribution="neighbors", max_iter=0)
"""Random points between the rows of the class: what a generator starts from."""
