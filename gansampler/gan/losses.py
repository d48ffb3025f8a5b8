"""The games that generator and discriminator can play.

Each game is a pair of losses that the players minimise, both functions of the
discriminator's logits on as many real as generated rows, and the derivatives of the two
by the logits. To add one, write its functions and enter them in ``GAMES``, and what
theory expects of it in ``EQUILIBRIA`` of ``theory.py``.

Notation: D(x) = sigmoid(logit(x)) is the probability that a row is real.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

PlayerLoss = Callable[[Tensor, Tensor], Tensor]
"""A function of the logits on real and on generated rows."""


TINY = 1e-12
"""Added to squared norms, whose root has no derivative at zero."""


class Penalty(NamedTuple):
    """A penalty on the gradients of the discriminator's logit by its input.

    Attributes
    ----------
    value : callable
        ``value(squared_norms) -> Tensor`` of shape (), of the squared Euclidean norms
        of the gradients, a number for each row.
    slope : callable
        ``slope(squared_norms) -> Tensor`` of their shape: the value's derivative.
    between : bool
        Whether it is taken at random points between pairs of a real and a generated
        row, or else at all of these rows.
    """

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    between: bool


class Game(NamedTuple):
    """What the two players minimise, and how the discriminator is kept smooth.

    Attributes
    ----------
    discriminator, generator : callable
        ``loss(real_logits, fake_logits) -> Tensor`` of shape ().
    discriminator_slope : callable
        ``slope(real_logits, fake_logits) -> Tensor`` of shape (n_real + n_fake,): the
        derivative of the discriminator's loss by all logits, the real ones first.
    generator_slope : callable
        The same of the generator's loss by the generated rows' logits alone, which are
        all that the generator can change; of shape (n_fake,).
    penalty : Penalty
        What keeps the discriminator's gradients in bounds.
    penalty_weight : float
        Weight of the penalty where the user leaves it to the game.
    paired : bool, default=False
        Whether the generator's slope depends on real logits as well.
    """

    discriminator: PlayerLoss
    discriminator_slope: PlayerLoss
    generator: PlayerLoss
    generator_slope: PlayerLoss
    penalty: Penalty
    penalty_weight: float
    paired: bool = False


def value_function(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """V(D, G) = E log D(x) + E log(1 - D(G(z))) (Goodfellow et al. 2014, equation 1).

    Its value at the equilibrium, where D is 1/2 everywhere, is -log 4.
    """
    # log sigmoid(l) = -softplus(-l) and log(1 - sigmoid(l)) = -softplus(l)
    return -softplus(-real_logits).mean(dim=-1) - softplus(fake_logits).mean(dim=-1)


def minimax_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-V: binary cross-entropy of real rows as 1 and generated ones as 0."""
    return -value_function(real_logits, fake_logits)


def minimax_discriminator_slope(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """D(x) - 1 on real rows and D(G(z)) on generated ones, per row."""
    both = [-(-real_logits).sigmoid(), fake_logits.sigmoid()]
    return torch.cat(both).div_(len(real_logits))


def minimax_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """V itself: the game is zero-sum (Goodfellow et al. 2014, equation 1).

    Its gradient vanishes where the discriminator is sure of itself.
    """
    return value_function(real_logits, fake_logits)


def minimax_generator_slope(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-D(G(z)), per row."""
    return fake_logits.sigmoid().div_(-len(fake_logits))


def non_saturating_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-E log D(G(z)) (Goodfellow et al. 2014, section 3)."""
    return softplus(-fake_logits).mean()


def non_saturating_generator_slope(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """D(G(z)) - 1, per row."""
    return (-fake_logits).sigmoid().div_(-len(fake_logits))


def wasserstein_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E D(G(z)) - E D(x) of the raw logits (Arjovsky et al. 2017, equation 2)."""
    return fake_logits.mean() - real_logits.mean()


def wasserstein_discriminator_slope(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-1 on real rows and 1 on generated ones, per row."""
    both = [-torch.ones_like(real_logits), torch.ones_like(fake_logits)]
    return torch.cat(both).div_(len(real_logits))


def wasserstein_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-E D(G(z)) of the raw logits (Arjovsky et al. 2017, algorithm 1)."""
    return -fake_logits.mean()


def wasserstein_generator_slope(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-1, per row."""
    return torch.full_like(fake_logits, -1 / len(fake_logits))


def hinge_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E max(0, 1 - D(x)) + E max(0, 1 + D(G(z))) (Lim and Ye 2017, section 3)."""
    return relu(1 - real_logits).mean() + relu(1 + fake_logits).mean()


def hinge_discriminator_slope(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-1 on real and 1 on generated rows that are within the margin, per row."""
    within = torch.cat([real_logits < 1, fake_logits > -1])
    return wasserstein_discriminator_slope(real_logits, fake_logits).mul_(within)


def least_squares_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E (D(x) - 1)^2 / 2 + E D(G(z))^2 / 2 (Mao et al. 2017, equation 9)."""
    return ((real_logits - 1).square().mean() + fake_logits.square().mean()) / 2


def least_squares_discriminator_slope(
    real_logits: Tensor, fake_logits: Tensor
) -> Tensor:
    """D(x) - 1 on real rows and D(G(z)) on generated ones, of raw logits, per row."""
    return torch.cat([real_logits - 1, fake_logits]).div_(len(real_logits))


def least_squares_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E (D(G(z)) - 1)^2 / 2 (Mao et al. 2017, equation 9)."""
    return (fake_logits - 1).square().mean() / 2


def least_squares_generator_slope(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """D(G(z)) - 1 of raw logits, per row."""
    return (fake_logits - 1).div_(len(fake_logits))


def relativistic_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E softplus(D(G(z)) - D(x)), by pairs (Jolicoeur-Martineau 2019, section 4.1)."""
    return softplus(fake_logits - real_logits).mean()


def relativistic_discriminator_slope(
    real_logits: Tensor, fake_logits: Tensor
) -> Tensor:
    """By how much each pair is in the wrong order, as a probability, per row."""
    wrong = (fake_logits - real_logits).sigmoid().div_(len(real_logits))
    return torch.cat([-wrong, wrong])


def relativistic_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E softplus(D(x) - D(G(z))), by pairs (Jolicoeur-Martineau 2019, section 4.1)."""
    return softplus(real_logits - fake_logits).mean()


def relativistic_generator_slope(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """The same, of the order that the generator wants."""
    return (real_logits - fake_logits).sigmoid().div_(-len(fake_logits))


def points_between(real: Tensor, fake: Tensor, rng: torch.Generator) -> Tensor:
    """Random points between pairs of rows (Gulrajani et al. 2017, algorithm 1)."""
    share = torch.rand(
        len(real), 1, generator=rng, dtype=real.dtype, device=real.device
    )
    return torch.lerp(real, fake, share)


def mean_square(squared_norms: Tensor) -> Tensor:
    """R1 + R2: half the mean squared gradient norm on real and on generated rows.

    Mescheder et al. 2018, equations 9 and 10; on both sides as in Huang et al. 2024
    ("The GAN is dead; long live the GAN!", section 2.2).
    """
    # Both means at once: there are as many rows of either kind.
    return squared_norms.mean()


def mean_square_slope(squared_norms: Tensor) -> Tensor:
    """1, per row."""
    return torch.full_like(squared_norms, 1 / len(squared_norms))


def mean_squared_excess(squared_norms: Tensor) -> Tensor:
    """E (|grad D(x)| - 1)^2 (Gulrajani et al. 2017, equation 3)."""
    return ((squared_norms + TINY).sqrt() - 1).square().mean()


def mean_squared_excess_slope(squared_norms: Tensor) -> Tensor:
    """1 - 1 / |grad D(x)|, per row."""
    return (1 - (squared_norms + TINY).rsqrt()).div_(len(squared_norms))


ZERO_CENTRED = Penalty(mean_square, mean_square_slope, between=False)
ONE_CENTRED = Penalty(mean_squared_excess, mean_squared_excess_slope, between=True)

GAMES: dict[str, Game] = {
    "minimax": Game(
        minimax_discriminator,
        minimax_discriminator_slope,
        minimax_generator,
        minimax_generator_slope,
        ZERO_CENTRED,
        3.0,
    ),
    "non_saturating": Game(
        minimax_discriminator,
        minimax_discriminator_slope,
        non_saturating_generator,
        non_saturating_generator_slope,
        ZERO_CENTRED,
        3.0,
    ),
    "wasserstein": Game(
        wasserstein_discriminator,
        wasserstein_discriminator_slope,
        wasserstein_generator,
        wasserstein_generator_slope,
        ONE_CENTRED,
        10.0,
    ),
    "hinge": Game(
        hinge_discriminator,
        hinge_discriminator_slope,
        wasserstein_generator,
        wasserstein_generator_slope,
        ZERO_CENTRED,
        1.0,
    ),
    "least_squares": Game(
        least_squares_discriminator,
        least_squares_discriminator_slope,
        least_squares_generator,
        least_squares_generator_slope,
        ZERO_CENTRED,
        1.0,
    ),
    "relativistic": Game(
        relativistic_discriminator,
        relativistic_discriminator_slope,
        relativistic_generator,
        relativistic_generator_slope,
        ZERO_CENTRED,
        1.0,
        paired=True,
    ),
}
