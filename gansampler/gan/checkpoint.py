"""The choice of the generator that is kept."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from gansampler.gan.networks import Generator
from gansampler.quality import energy_distance

if TYPE_CHECKING:
    from gansampler.gan.training import TrainingState

N_CANDIDATES = 5
"""Checkpoints in the second half of the training among which the best is kept."""

N_SELECTION_ROWS = 256
"""Rows on either side of the statistic that chooses the checkpoint."""


class CheckpointSelection:
    """Keeps the generator whose rows are distributed most like the smoothed class.

    The statistic is the energy distance (Szekely and Rizzo 2013) between a fixed
    draw of smoothed rows of the class and rows from each candidate.

    Parameters
    ----------
    generator : Generator
        The one that is judged, and set to the best.
    state : TrainingState
        Source of the smoothed rows.
    seed : int
        Seed of the draws.
    """

    def __init__(self, generator: Generator, state: TrainingState, seed: int) -> None:
        self.generator = generator
        self.latent = state.latent
        self.max_iter = state.settings.max_iter
        self.active = state.settings.checkpoint == "best"
        self.best_distance = np.inf
        self.best_iteration = 0
        self.best_weights: dict[str, Tensor] | None = None
        self.device = state.data.device
        self.seed = seed
        if self.max_iter > 0:
            # Also where nothing is chosen: either way the same training follows.
            self.reference = state.real(N_SELECTION_ROWS).cpu().numpy()

    def consider(self, done: int) -> float:
        """Judge the generator after some of the updates.

        Returns
        -------
        float
            Its energy distance; NaN where it was no candidate.
        """
        interval = max(1, self.max_iter // (2 * N_CANDIDATES))
        left = self.max_iter - done
        if not self.active or left % interval or left // interval >= N_CANDIDATES:
            return math.nan
        rng = torch.Generator(self.device).manual_seed(self.seed)
        output = self.generator(*self.latent.draw(N_SELECTION_ROWS, rng))
        rows = self.generator.draw(output, rng).cpu().numpy()
        distance = energy_distance(self.reference, rows)
        if distance < self.best_distance:
            self.best_distance = distance
            self.best_iteration = done
            self.best_weights = copy.deepcopy(self.generator.state_dict())
        return distance

    def restore_best(self, done: int) -> int:
        """Set the generator to the best one judged; without any, it stays the last.

        Parameters
        ----------
        done : int
            How many updates were made.

        Returns
        -------
        int
            The update whose generator it is.
        """
        if self.best_weights is None:
            return done
        self.generator.load_state_dict(self.best_weights)
        return self.best_iteration
