"""How a GAN is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import torch
from sklearn.utils._param_validation import (
    Interval,
    StrOptions,
    validate_parameter_constraints,
)

from gansampler.gan.losses import GAMES
from gansampler.gan.optimizers import OPTIMIZERS


@dataclass(frozen=True)
class TrainingSettings:
    """How a GAN is trained.

    ``GANOversampler`` has parameters of the same names and defaults, and tells more
    about each.

    Parameters
    ----------
    loss : str, default="non_saturating"
        The game, a key of ``GAMES``.
    latent_distribution : {"auto", "neighbors", "normal", "uniform"}, default="auto"
        What the generator starts from; "auto" is "normal" for fewer than 100 rows of
        at most 32 numbers and "neighbors" for others.
    latent_dim : int, default=16
        Length of the noise vector.
    hidden_layer_sizes : tuple of int, default=(128, 128)
        Widths of the hidden layers of both networks.
    discriminator_steps : int, default=1
        Updates of the discriminator for each update of the generator.
    updates : {"alternating", "simultaneous"}, default="alternating"
        Whether both gradients are computed before either network is updated.
    optimizer : {"adam", "sgd"}, default="adam"
        Optimiser of both networks.
    learning_rate : float, default=0.001
        At the start.
    gradient_penalty : float or None, default=None
        Weight of the penalty; None leaves it to the game.
    max_iter : int, default=500
        Updates of the generator; 0 gives the untrained one.
    batch_size : int or None, default=None
        Rows per update; None leaves it to the number of rows.
    checkpoint : {"best", "last"}, default="best"
        Which generator is kept.

    Raises
    ------
    ValueError
        If a setting is none of those above.

    Examples
    --------
    >>> from gansampler.gan import TrainingSettings
    >>> TrainingSettings(loss="wasserstein").max_iter
    500
    """

    loss: str = "non_saturating"
    latent_distribution: str = "auto"
    latent_dim: int = 16
    hidden_layer_sizes: tuple[int, ...] = (128, 128)
    discriminator_steps: int = 1
    updates: str = "alternating"
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    gradient_penalty: float | None = None
    max_iter: int = 500
    batch_size: int | None = None
    checkpoint: str = "best"

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "loss": [StrOptions(set(GAMES))],
        "latent_distribution": [StrOptions({"auto", "neighbors", "normal", "uniform"})],
        "latent_dim": [Interval(Integral, 1, None, closed="left")],
        "hidden_layer_sizes": ["array-like"],
        "discriminator_steps": [Interval(Integral, 1, None, closed="left")],
        "updates": [StrOptions({"alternating", "simultaneous"})],
        "optimizer": [StrOptions(set(OPTIMIZERS))],
        # What numbers of PyTorch's float32 can be multiplied by.
        "learning_rate": [
            Interval(Real, 0, torch.finfo(torch.float32).max, closed="right")
        ],
        "gradient_penalty": [Interval(Real, 0, None, closed="left"), None],
        "max_iter": [Interval(Integral, 0, None, closed="left")],
        "batch_size": [Interval(Integral, 2, None, closed="left"), None],
        "checkpoint": [StrOptions({"best", "last"})],
    }

    def __post_init__(self) -> None:
        """Refuse what the training has no meaning for."""
        owner = type(self).__name__
        validate_parameter_constraints(self._parameter_constraints, vars(self), owner)
        check_widths(self.hidden_layer_sizes, owner)


def check_widths(hidden_layer_sizes: Sequence[int], owner: str) -> None:
    """Raise ``ValueError`` unless widths of layers are whole and positive."""
    whole = (isinstance(n, Integral) and n >= 1 for n in hidden_layer_sizes)
    if not all(whole):
        raise ValueError(
            f"The 'hidden_layer_sizes' parameter of {owner} must hold whole numbers of "
            f"at least 1. Got {hidden_layer_sizes!r} instead."
        )
