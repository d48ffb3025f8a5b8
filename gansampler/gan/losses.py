"""The games that generator and discriminator can play.

Each game is a pair of losses that the players minimise, both functions of the
discriminator's logits on real and on generated rows. To add one, write its two
functions and enter them in ``GAMES``: nothing else needs to change.

Notation: D(x) = sigmoid(logit(x)) is the probability that a row is real.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import relu, softplus

PlayerLoss = Callable[[Tensor, Tensor], Tensor]


class Game(NamedTuple):
    """What the two players minimise, and how the discriminator is kept smooth.

    Attributes
    ----------
    discriminator, generator : callable
        ``loss(real_logits, fake_logits) -> Tensor`` of shape ().
    penalty : callable
        ``penalty(discriminator, real, fake, rng) -> Tensor`` of shape ().
    penalty_weight : float
        Weight of the penalty where the user leaves it to the game.
    """

    discriminator: PlayerLoss
    generator: PlayerLoss
    penalty: Callable[[nn.Module, Tensor, Tensor, torch.Generator], Tensor]
    penalty_weight: float


def value_function(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """V(D, G) = E log D(x) + E log(1 - D(G(z))) (Goodfellow et al. 2014, equation 1).

    Its value at the equilibrium, where D is 1/2 everywhere, is -log 4.
    """
    # log sigmoid(l) = -softplus(-l) and log(1 - sigmoid(l)) = -softplus(l)
    return -softplus(-real_logits).mean() - softplus(fake_logits).mean()


def minimax_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-V: binary cross-entropy of real rows as 1 and generated ones as 0."""
    return -value_function(real_logits, fake_logits)


def minimax_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """V itself: the game is zero-sum (Goodfellow et al. 2014, equation 1).

    Its gradient vanishes where the discriminator is sure of itself.
    """
    return value_function(real_logits, fake_logits)


def non_saturating_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-E log D(G(z)) (Goodfellow et al. 2014, section 3)."""
    return softplus(-fake_logits).mean()


def wasserstein_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E D(G(z)) - E D(x) of the raw logits (Arjovsky et al. 2017, equation 2)."""
    return fake_logits.mean() - real_logits.mean()


def wasserstein_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-E D(G(z)) of the raw logits (Arjovsky et al. 2017, algorithm 1)."""
    return -fake_logits.mean()


def hinge_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E max(0, 1 - D(x)) + E max(0, 1 + D(G(z))) (Lim and Ye 2017, section 3)."""
    return relu(1 - real_logits).mean() + relu(1 + fake_logits).mean()


def least_squares_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E (D(x) - 1)^2 / 2 + E D(G(z))^2 / 2 (Mao et al. 2017, equation 9)."""
    return ((real_logits - 1).square().mean() + fake_logits.square().mean()) / 2


def least_squares_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E (D(G(z)) - 1)^2 / 2 (Mao et al. 2017, equation 9)."""
    return (fake_logits - 1).square().mean() / 2


def relativistic_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E softplus(D(G(z)) - D(x)), by pairs (Jolicoeur-Martineau 2019, section 4.1)."""
    return softplus(fake_logits - real_logits).mean()


def relativistic_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E softplus(D(x) - D(G(z))), by pairs (Jolicoeur-Martineau 2019, section 4.1)."""
    return softplus(real_logits - fake_logits).mean()


def squared_gradient_norms(discriminator: nn.Module, rows: Tensor) -> Tensor:
    """|grad_x D(x)|^2 for each row, differentiable in the discriminator's weights."""
    rows = rows.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(
        discriminator(rows).sum(), rows, create_graph=True
    )
    return gradient.square().sum(dim=1)


def zero_centred_penalty(
    discriminator: nn.Module, real: Tensor, fake: Tensor, rng: torch.Generator
) -> Tensor:
    """R1 + R2: half the mean squared gradient norm on real and on generated rows.

    Mescheder et al. 2018, equations 9 and 10; on both sides as in Huang et al. 2024
    ("The GAN is dead; long live the GAN!", section 2.2).
    """
    # Both means in one pass: the two batches are of one size.
    return squared_gradient_norms(discriminator, torch.cat([real, fake])).mean()


def one_centred_penalty(
    discriminator: nn.Module, real: Tensor, fake: Tensor, rng: torch.Generator
) -> Tensor:
    """E (|grad D(x)| - 1)^2 between real and generated rows (Gulrajani et al. 2017)."""
    share = torch.rand(len(real), 1, generator=rng, device=real.device)
    between = real + share * (fake - real)
    # The root has no derivative at zero.
    norms = (squared_gradient_norms(discriminator, between) + 1e-12).sqrt()
    return (norms - 1).square().mean()


GAMES: dict[str, Game] = {
    "minimax": Game(
        minimax_discriminator, minimax_generator, zero_centred_penalty, 1.0
    ),
    "non_saturating": Game(
        minimax_discriminator, non_saturating_generator, zero_centred_penalty, 1.0
    ),
    "wasserstein": Game(
        wasserstein_discriminator, wasserstein_generator, one_centred_penalty, 10.0
    ),
    "hinge": Game(
        hinge_discriminator, wasserstein_generator, zero_centred_penalty, 1.0
    ),
    "least_squares": Game(
        least_squares_discriminator, least_squares_generator, zero_centred_penalty, 1.0
    ),
    "relativistic": Game(
        relativistic_discriminator, relativistic_generator, zero_centred_penalty, 1.0
    ),
}
