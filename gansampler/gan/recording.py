"""What is written down of each update of a training."""

from __future__ import annotations

import time
from array import array

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from gansampler.gan.losses import value_function

DEVICE_COLUMNS = (
    "discriminator_loss",
    "generator_loss",
    "value",
    "real_probability",
    "fake_probability",
    "discriminator_gradient_norm",
    "generator_gradient_norm",
)
HOST_COLUMNS = ("learning_rate", "selection_distance", "seconds")
HISTORY_COLUMNS = DEVICE_COLUMNS + HOST_COLUMNS
"""What is recorded of each update of the generator; see ``Recorder``."""

RECORDED_AT_ONCE = 50
"""Updates whose figures are worked out together."""


class Recorder:
    """Writes down each update without waiting for the device.

    What the networks know stays on the device until the end; what the host knows is
    written down there. Figures of the logits are worked out for many updates at once,
    which costs a small part of what it would cost one by one.

    - ``discriminator_loss``, ``generator_loss``: the game's loss of each player at its
      last move. The discriminator's penalty, which is due at some moves only, is left
      out.
    - ``value``: V(D, G) of the rows that the discriminator last saw, in nats;
      ``real_probability`` and ``fake_probability``: the mean of D on the real and on
      the generated ones of them.
    - ``discriminator_gradient_norm``, ``generator_gradient_norm``: Euclidean norm of
      the gradient that each player followed.
    - ``learning_rate`` of both players.
    - ``selection_distance``: energy distance of the generator's rows to the class where
      the update was a candidate for the checkpoint, NaN elsewhere.
    - ``seconds`` of wall time since the recorder was made.

    Parameters
    ----------
    device : torch.device
        Where the players are.
    """

    def __init__(self, device: torch.device) -> None:
        self.start = time.perf_counter()
        self.blocks = [self._block(0, device)]
        self.pending: list[tuple[Tensor, ...]] = []
        self.on_host = array("d")

    @staticmethod
    def _block(n_updates: int, device: torch.device) -> Tensor:
        shape = n_updates, len(DEVICE_COLUMNS)
        return torch.zeros(shape, dtype=torch.float32, device=device)

    def record(
        self,
        logits: tuple[Tensor, Tensor],
        *,
        losses: tuple[Tensor, Tensor],
        norms: tuple[Tensor, Tensor],
        learning_rate: float,
        selection_distance: float,
    ) -> None:
        """Write one update down.

        Parameters
        ----------
        logits : tuple of Tensor
            The discriminator's on real and on generated rows.
        losses, norms : tuple of Tensor
            The discriminator's and the generator's, the latter of their gradients.
        learning_rate, selection_distance : float
            As in the history.
        """
        self.pending.append((*logits, *losses, *norms))
        seconds = time.perf_counter() - self.start
        self.on_host.extend((learning_rate, selection_distance, seconds))
        if self._n_recorded() % RECORDED_AT_ONCE == 0:
            self._work_out()

    def _n_recorded(self) -> int:
        return len(self.on_host) // len(HOST_COLUMNS)

    def _work_out(self) -> None:
        """Turn what is pending into figures."""
        if not self.pending:
            return
        parts = [torch.stack(part) for part in zip(*self.pending, strict=True)]
        real_logits, fake_logits, *losses_and_norms = parts
        start = (self._n_recorded() - len(self.pending)) % RECORDED_AT_ONCE
        if start == 0:
            # Block by block: a training may end long before its last update.
            device = self.blocks[0].device
            self.blocks.append(self._block(RECORDED_AT_ONCE, device))
        torch.stack(
            [
                *losses_and_norms[:2],
                value_function(real_logits, fake_logits),
                real_logits.sigmoid().mean(dim=1),
                fake_logits.sigmoid().mean(dim=1),
                *losses_and_norms[2:],
            ],
            dim=1,
            out=self.blocks[-1][start : start + len(self.pending)],
        )
        self.pending = []

    def figures(self) -> dict[str, float]:
        """The figures of the last update, by name."""
        self._work_out()
        last = (self._n_recorded() - 1) % RECORDED_AT_ONCE
        on_host = self.on_host[-len(HOST_COLUMNS) :]
        row = [*self.blocks[-1][last].tolist(), *on_host]
        return dict(zip(HISTORY_COLUMNS, row, strict=True))

    def frame(self) -> pd.DataFrame:
        """The history, a row for each update, numbered from 1."""
        self._work_out()
        on_device = torch.cat(self.blocks)[: self._n_recorded()].cpu().numpy()
        on_host = np.array(self.on_host).reshape(-1, len(HOST_COLUMNS))
        cells = np.hstack([on_device, on_host])
        frame = pd.DataFrame(cells, columns=list(HISTORY_COLUMNS))
        frame.insert(0, "iteration", np.arange(1, len(frame) + 1))
        return frame


def empty_history() -> pd.DataFrame:
    """The history where nothing was trained."""
    return Recorder(torch.device("cpu")).frame()
