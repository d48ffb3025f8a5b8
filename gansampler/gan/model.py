"""The trained GAN: what is left of a training, and draws rows."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from gansampler.gan.latent import Latent
from gansampler.gan.networks import (
    Discriminator,
    Generator,
    softmax,
    split_categories,
)

FIRST_BLOCK, LARGEST_BLOCK = 256, 4096
"""Rows generated at a time: few at first, for small draws, then twice as many each
time, up to what fits a processor's cache. Rows depend on these sizes in their last
bits, so they are the same for a draw of any length."""

N_MATCH_ROWS = 8192
"""Generated rows on which the rates of levels are measured."""

N_EXACT_PASSES, N_SAMPLED_PASSES = 20, 10
"""Passes that match the rates: over the probabilities of rows, which cost little and
are exact; and then, where rows are thrown away, over rows that were drawn and kept,
which cost more and show rates up to chance only."""

SMALLEST_CHUNK = 256
"""Where a GPU runs out of memory, chunks are halved, but not beyond. The rows are then
others than those of the whole chunk would have been."""


class GAN(nn.Module):
    """A trained pair of players with the latent that feeds the generator.

    Parameters
    ----------
    generator, discriminator : Generator, Discriminator
        The players.
    latent : Latent
        Source of the generator's inputs.
    history : DataFrame
        One row per update of the training.
    best_iteration : int
        The update whose generator was kept.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.gan import TrainingSettings, train_gan
    >>> rows = np.random.default_rng(0).normal(size=(40, 2))
    >>> settings = TrainingSettings(max_iter=10)
    >>> gan = train_gan(rows, n_numeric=2, settings=settings, seed=0)
    >>> len(gan.history), str(gan.device)
    (10, 'cpu')
    """

    def __init__(
        self,
        generator: Generator,
        discriminator: Discriminator,
        latent: Latent,
        history: pd.DataFrame,
        best_iteration: int,
    ) -> None:
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.latent = latent
        self.history = history
        self.best_iteration = best_iteration

    @property
    def device(self) -> torch.device:
        """Where the networks are.

        Examples
        --------
        >>> import numpy as np
        >>> from gansampler.gan import TrainingSettings, train_gan
        >>> untrained = TrainingSettings(max_iter=0)
        >>> train_gan(np.eye(3), n_numeric=3, settings=untrained, seed=0).device
        device(type='cpu')
        """
        return next(self.discriminator.parameters()).device

    def sample(
        self, n_rows: int, seed: int, *, rejection_rate: float = 0.0
    ) -> np.ndarray:
        """Draw encoded rows.

        Parameters
        ----------
        n_rows : int
            Number of rows. Fewer are the first of more, from the same seed.
        seed : int
            Seed of the draw.
        rejection_rate : float, default=0.0
            Share of the generated rows that is thrown away: those that the
            discriminator finds least real.

        Returns
        -------
        ndarray of shape (n_rows, n_inputs), float32
            Numeric cells, then one-hot cells.

        Examples
        --------
        >>> import numpy as np
        >>> from gansampler.gan import TrainingSettings, train_gan
        >>> rows = np.random.default_rng(0).normal(size=(40, 2))
        >>> settings = TrainingSettings(max_iter=10)
        >>> gan = train_gan(rows, n_numeric=2, settings=settings, seed=0)
        >>> gan.sample(5, seed=1).shape
        (5, 2)
        """
        generator = self.generator
        width = generator.n_numeric + sum(generator.category_sizes)
        result = np.empty((n_rows, width), dtype=np.float32)
        done = 0
        blocks = self.blocks(seed, rejection_rate=rejection_rate)
        while done < n_rows:
            rows = next(blocks)[: n_rows - done]
            result[done : done + len(rows)] = rows
            done += len(rows)
        return result

    @torch.inference_mode()
    def logits(self, rows: np.ndarray) -> np.ndarray:
        """The discriminator's outputs on encoded rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_inputs)
            Encoded rows, real or generated.

        Returns
        -------
        ndarray of shape (n_rows,)
            In the log-loss games the logarithm of the odds that a row is real.

        Examples
        --------
        >>> import numpy as np
        >>> from gansampler.gan import TrainingSettings, train_gan
        >>> rows = np.random.default_rng(0).normal(size=(40, 2))
        >>> settings = TrainingSettings(max_iter=10)
        >>> gan = train_gan(rows, n_numeric=2, settings=settings, seed=0)
        >>> gan.logits(rows).shape
        (40,)
        """
        cells = torch.as_tensor(rows, dtype=torch.float32, device=self.device)
        outputs: np.ndarray = self.discriminator(cells).cpu().numpy()
        return outputs

    def blocks(self, seed: int, *, rejection_rate: float = 0.0) -> Iterator[np.ndarray]:
        """Draw encoded rows without end, in blocks of fixed sizes.

        Parameters
        ----------
        seed : int
            Seed of the draw.
        rejection_rate : float, default=0.0
            As in ``sample``, whose rows these are.

        Yields
        ------
        ndarray of shape (n_rows, n_inputs), float32
            Of ``FIRST_BLOCK`` rows and then of twice as many each time, as long as
            ``LARGEST_BLOCK`` generated rows yield as many.

        Examples
        --------
        >>> import numpy as np
        >>> from gansampler.gan import TrainingSettings, train_gan
        >>> rows = np.random.default_rng(0).normal(size=(40, 2))
        >>> settings = TrainingSettings(max_iter=10)
        >>> gan = train_gan(rows, n_numeric=2, settings=settings, seed=0)
        >>> block = next(gan.blocks(seed=1))
        >>> bool((block[:5] == gan.sample(5, seed=1)).all())
        True
        """
        rng = torch.Generator(self.device).manual_seed(seed)
        size = FIRST_BLOCK
        while True:
            pool = min(LARGEST_BLOCK, math.ceil(size / (1 - rejection_rate)))
            yield self._block(pool, max(1, round(pool * (1 - rejection_rate))), rng)
            size = min(2 * size, LARGEST_BLOCK)

    @torch.inference_mode()
    def _block(self, n_rows: int, n_kept: int, rng: torch.Generator) -> np.ndarray:
        rows = self._sample_chunk(n_rows, rng)
        if n_kept < n_rows:
            logits = self.discriminator(rows)
            # In the order they were drawn: the best first would sort the table.
            rows = rows[logits.topk(n_kept).indices.sort().values]
        block: np.ndarray = rows.cpu().numpy()
        return block

    def _sample_chunk(self, n_rows: int, rng: torch.Generator) -> Tensor:
        try:
            latents = self.latent.draw(n_rows, rng)
            return self.generator.draw(self.generator(*latents), rng)
        except torch.cuda.OutOfMemoryError:
            if n_rows <= SMALLEST_CHUNK:
                raise
        # Out of the clause above, whose exception keeps the memory in use.
        torch.cuda.empty_cache()
        halves = (n_rows // 2, n_rows - n_rows // 2)
        return torch.cat([self._sample_chunk(half, rng) for half in halves])

    @torch.inference_mode()
    def match_categories(
        self, frequencies: np.ndarray, seed: int, *, rejection_rate: float = 0.0
    ) -> None:
        """Shift the logits so that levels appear at given rates.

        Parameters
        ----------
        frequencies : ndarray of shape (sum of category sizes,)
            Rate of each level; the rates of one column sum to 1.
        seed : int
            Seed of the generated rows on which the rates are measured.
        rejection_rate : float, default=0.0
            Share of the generated rows that ``sample`` will throw away, which changes
            the rates as well.

        Notes
        -----
        Iterative scaling: each pass adds log(wanted / present) to the offsets, which
        converges since the wanted rates are those of an exponential family.

        Examples
        --------
        >>> import numpy as np
        >>> from gansampler.gan import TrainingSettings, train_gan
        >>> rows = np.eye(2)[[0, 0, 0, 1]]  # one column of two levels
        >>> untrained = TrainingSettings(max_iter=0)
        >>> gan = train_gan(
        ...     rows, n_numeric=0, category_sizes=(2,), settings=untrained, seed=0
        ... )
        >>> gan.match_categories(np.array([0.9, 0.1]), seed=0)
        >>> gan.sample(1000, seed=1).mean(axis=0).round(1)
        array([0.9, 0.1], dtype=float32)
        """
        generator = self.generator
        if not generator.category_sizes:
            return
        rng = torch.Generator(self.device).manual_seed(seed)
        output = generator(*self.latent.draw(N_MATCH_ROWS, rng))
        logits = output[:, generator.n_numeric :]
        wanted = torch.as_tensor(frequencies, dtype=torch.float32, device=self.device)
        for _ in range(N_EXACT_PASSES):
            present = torch.cat(
                [
                    softmax(block).mean(dim=0)
                    for block in split_categories(logits, generator.category_sizes)
                ]
            )
            shift = (wanted / present).log()
            logits = logits + shift
            generator.logit_offset += shift
        for _ in range(N_SAMPLED_PASSES if rejection_rate else 0):
            rows = self.sample(N_MATCH_ROWS, seed, rejection_rate=rejection_rate)
            rates = torch.from_numpy(rows[:, generator.n_numeric :].mean(axis=0))
            generator.logit_offset += (
                (wanted.cpu() / rates.clamp(1 / N_MATCH_ROWS)).log().to(self.device)
            )
