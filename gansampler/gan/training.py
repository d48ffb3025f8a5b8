"""Training of an unconditional GAN on the encoded rows of one class."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gansampler.exceptions import TrainingDivergedError
from gansampler.gan.checkpoint import N_SELECTION_ROWS, CheckpointSelection
from gansampler.gan.latent import Latent, default_distribution
from gansampler.gan.losses import GAMES, points_between
from gansampler.gan.model import GAN
from gansampler.gan.networks import Discriminator, Generator
from gansampler.gan.optimizers import OPTIMIZERS, as_vector
from gansampler.gan.perceptron import Perceptron
from gansampler.gan.recording import Recorder
from gansampler.gan.settings import TrainingSettings
from gansampler.gan.smoothing import covariance_factor, jitter, kernel_shares

NOISE_START, NOISE_END = 0.3, 0.1
"""Standard deviation of the noise on all rows that the discriminator sees, at the
start and at the end (instance noise: Soenderby et al. 2017)."""

TEMPERATURE = 0.5
"""Of the Gumbel-softmax through which categories are trained."""

PENALTY_INTERVAL = 2
"""Updates of the discriminator per gradient penalty, which is weighted up in turn
(lazy regularisation: Karras et al. 2020, section 3.1)."""

AVERAGE_DECAY = 0.99
"""Memory of the running average of the generator's weights."""

WARM_UP = 10
"""The memory grows to that: at first the average is over about the last ninth of the
updates made (the schedule of TensorFlow's ``ExponentialMovingAverage``)."""

FINAL_LEARNING_RATE = 0.02
"""Share of the learning rate that would be left after the last update."""

CHECK_INTERVAL = 50
"""Updates between looks at the losses on a GPU, where each look waits for it; the last
update is looked at in any case."""

Observer = Callable[[int, dict[str, float]], bool | None]


def default_batch_size(n_rows: int) -> int:
    """As many rows as the class has, between 32 and 128."""
    return min(128, max(32, n_rows))


def learning_rate_factor(iteration: int, max_iter: int) -> float:
    """Constant for the first half, then linear towards ``FINAL_LEARNING_RATE``.

    An update after the last would have it; the last of 500 has 2.4 %, of 10 21.6 %.
    Adam at a constant rate bursts late in a game, when the gradients have shrunk.
    """
    progress = max(0.0, 2 * iteration / max_iter - 1)
    return 1 - (1 - FINAL_LEARNING_RATE) * progress


def noise_scale(iteration: int, max_iter: int) -> float:
    """Standard deviation of the instance noise at an update."""
    return max(NOISE_END, NOISE_START * (1 - iteration / max_iter))


class Fakes(NamedTuple):
    """Generated rows on their way to the discriminator.

    Attributes
    ----------
    led_to : list of Tensor
        Activations of the generator.
    rows : Tensor of shape (n_rows, n_cells)
        With soft categories.
    blurred : Tensor of shape (n_rows, n_cells)
        With instance noise: what the discriminator sees.
    """

    led_to: list[Tensor]
    rows: Tensor
    blurred: Tensor


class TrainingState:
    """What a training works on: both players, the rows of the class, random numbers.

    Hands out batches and gradients; ``train_gan`` decides who moves when.
    """

    def __init__(
        self,
        rows: np.ndarray,
        n_numeric: int,
        category_sizes: Sequence[int],
        settings: TrainingSettings,
        seed: int,
        device: torch.device,
    ) -> None:
        self.settings = settings
        self.game = GAMES[settings.loss]
        self.n_numeric = n_numeric
        numeric = rows[:, :n_numeric]
        kernel = jitter(len(rows), n_numeric) * covariance_factor(numeric)
        shares = kernel_shares(numeric, kernel)
        self.kernel = torch.as_tensor(kernel, dtype=torch.float32, device=device)
        self.kernel_shares = torch.as_tensor(shares, dtype=torch.float32, device=device)
        self.batch_size = settings.batch_size or default_batch_size(len(rows))
        weight = settings.gradient_penalty
        self.penalty_weight = self.game.penalty_weight if weight is None else weight

        self.rng = torch.Generator(device).manual_seed(seed)
        self.data = torch.as_tensor(rows, dtype=torch.float32, device=device)
        distribution = settings.latent_distribution
        if distribution == "auto":
            distribution = default_distribution(len(rows), n_numeric)
        self.latent = Latent(
            distribution,
            settings.latent_dim,
            rows,
            np.random.default_rng(seed),
        ).to(device)
        # Weights come from the CPU's generator, so that no device changes them.
        weights = torch.Generator().manual_seed(seed)
        self.generator = Generator(
            settings.latent_dim,
            n_numeric,
            category_sizes,
            settings.hidden_layer_sizes,
            anchored=self.latent.anchors is not None,
            rng=weights,
        ).to(device)
        self.discriminator = Discriminator(
            rows.shape[1], settings.hidden_layer_sizes, rng=weights
        ).to(device)
        self.generator_weights = as_vector(self.generator)
        self.discriminator_weights = as_vector(self.discriminator)
        self.generator_layers = Perceptron(self.generator.network)
        self.discriminator_layers = Perceptron(self.discriminator.network)

    def real(self, n_rows: int) -> Tensor:
        """Rows of the class, drawn with replacement and smoothed."""
        picks = torch.randint(
            len(self.data), (n_rows,), generator=self.rng, device=self.data.device
        )
        rows = self.data[picks]
        noise = self._noise(n_rows, len(self.kernel)) @ self.kernel
        rows[:, : self.n_numeric] += noise * self.kernel_shares[picks]
        return rows

    def fake(self, noise: float) -> Fakes:
        """A batch of generated rows with soft categories."""
        latent, anchor = self.latent.draw(self.batch_size, self.rng)
        led_to = self.generator_layers.forward(self.generator.inputs(latent, anchor))
        output = self.generator.with_anchor(led_to[-1], anchor)
        rows = self.generator.relax(output, TEMPERATURE, self.rng)
        return Fakes(led_to, rows, self._blurred(rows, noise))

    def blurred_real(self, noise: float) -> Tensor:
        """A batch of real rows as the discriminator sees them."""
        return self._blurred(self.real(self.batch_size), noise)

    def logits(self, rows: Tensor) -> Tensor:
        """What the discriminator gives rows now."""
        return self.discriminator_layers.forward(rows)[-1].squeeze(1)

    def discriminator_gradient(
        self, real: Tensor, fake: Tensor, penalised: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Loss of the discriminator on a batch, its penalty, logits and gradient."""
        layers = self.discriminator_layers
        activations = layers.forward(torch.cat([real, fake]))
        logits = activations[-1].squeeze(1)
        real_logits, fake_logits = logits.tensor_split(2)
        loss = self.game.discriminator(real_logits, fake_logits)
        slope = self.game.discriminator_slope(real_logits, fake_logits)
        layers.backward(activations, slope[:, None])
        penalty = torch.zeros_like(loss)
        if penalised:
            if self.game.penalty.between:
                activations = layers.forward(points_between(real, fake, self.rng))
            penalty = self._add_penalty(activations)
        return loss, penalty, logits, layers.gradient

    def _add_penalty(self, activations: list[Tensor]) -> Tensor:
        """Value of the penalty, whose gradient is added to the discriminator's."""
        layers = self.discriminator_layers
        weight = PENALTY_INTERVAL * self.penalty_weight
        slopes = layers.input_gradients(activations, torch.ones_like(activations[-1]))
        norms = slopes[0].square().sum(dim=1)
        by_norm = weight * self.game.penalty.slope(norms)
        layers.add_penalty(activations, slopes, 2 * by_norm[:, None] * slopes[0])
        return weight * self.game.penalty.value(norms)

    def generator_gradient(
        self, fakes: Fakes, real_logits: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Loss of the generator on a batch, and its gradient."""
        layers = self.discriminator_layers
        activations = layers.forward(fakes.blurred)
        fake_logits = activations[-1].squeeze(1)
        loss = self.game.generator(real_logits, fake_logits)
        slope = self.game.generator_slope(real_logits, fake_logits)
        by_row = layers.input_gradients(activations, slope[:, None])[0]
        by_output = self.generator.relax_backward(by_row, fakes.rows, TEMPERATURE)
        self.generator_layers.backward(fakes.led_to, by_output)
        return loss, self.generator_layers.gradient

    def _noise(self, *shape: int) -> Tensor:
        data = self.data
        return torch.randn(
            shape, generator=self.rng, device=data.device, dtype=data.dtype
        )

    def _blurred(self, rows: Tensor, scale: float) -> Tensor:
        return torch.add(rows, self._noise(*rows.shape), alpha=scale)


def train_gan(
    rows: np.ndarray,
    *,
    n_numeric: int,
    category_sizes: Sequence[int] = (),
    settings: TrainingSettings | None = None,
    seed: int,
    device: torch.device | str = "cpu",
    observer: Observer | None = None,
    name: str = "the rows",
) -> GAN:
    """Train an unconditional GAN on encoded rows.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_numeric + sum(category_sizes))
        Numeric cells, centred and of unit variance, then one-hot cells.
    n_numeric : int
        Number of numeric cells.
    category_sizes : sequence of int, default=()
        Number of levels of each categorical column.
    settings : TrainingSettings or None, default=None
        How to train; None for the defaults. ``max_iter=0`` gives the untrained
        generator.
    seed : int
        Seed of the initial weights and of every draw.
    device : torch.device or str, default="cpu"
        Where to train.
    observer : callable or None, default=None
        Called after each update with the number of updates done and the figures of
        the last one; training ends early when it returns True.
    name : str, default="the rows"
        What is being learned, for the message of an error.

    Returns
    -------
    GAN
        On ``device``.

    Raises
    ------
    ValueError
        If the rows have no such cells, or some that are not finite.
    TrainingDivergedError
        If a loss or a gradient is not finite, or what a player puts out in the end. On
        the CPU each loss is looked at before the step that it would cause; on a GPU
        every 50 updates, since a look waits for it.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.gan import TrainingSettings, train_gan
    >>> rows = np.random.default_rng(0).normal(size=(200, 1))
    >>> settings = TrainingSettings(max_iter=100)
    >>> gan = train_gan(rows, n_numeric=1, settings=settings, seed=0)
    >>> gan.sample(1000, seed=1).shape
    (1000, 1)
    """
    settings = settings or TrainingSettings()
    rows = checked_rows(rows, n_numeric, category_sizes)
    device = torch.device(device)
    state = TrainingState(rows, n_numeric, category_sizes, settings, seed, device)
    averaged = copy.deepcopy(state.generator).requires_grad_(False)
    averaged_weights = as_vector(averaged)
    selection = CheckpointSelection(averaged, state, seed)
    recorder = Recorder(device)
    done = play(state, averaged_weights, selection, recorder, observer, name)
    best_iteration = selection.restore_best(done)
    history = recorder.frame()
    gan = GAN(averaged, state.discriminator, state.latent, history, best_iteration)
    raise_if_useless(gan, seed, name)
    for weight in gan.parameters():
        # A pickle would hold the whole vector of weights for each part of it.
        weight.data = weight.data.clone()
    return gan.requires_grad_(False).eval()


def checked_rows(
    rows: np.ndarray, n_numeric: int, category_sizes: Sequence[int]
) -> np.ndarray:
    """A copy of encoded rows; raise ``ValueError`` where they cannot be learned."""
    with np.errstate(over="ignore"):
        # A copy: what is trained keeps rows, and the caller may change theirs.
        rows = np.array(rows, dtype=np.float32)
    width = n_numeric + sum(category_sizes)
    if rows.ndim != 2 or rows.shape[1] != width or not rows.size:
        raise ValueError(
            f"rows must have n_numeric + sum(category_sizes) = {width} columns and at "
            f"least one row and column. Got shape {rows.shape}: pass encoded rows, as "
            "TableEncoder makes them, and the sizes of their parts."
        )
    if not np.isfinite(rows).all():
        raise ValueError(
            "rows must hold finite numbers of float32. Got NaN or infinite cells: fill "
            "or drop them, and scale columns to unit variance."
        )
    return rows


@torch.inference_mode()
def play(
    state: TrainingState,
    averaged_weights: Tensor,
    selection: CheckpointSelection,
    recorder: Recorder,
    observer: Observer | None,
    name: str,
) -> int:
    """Play the game of ``train_gan``; return how many updates were made.

    The gradients are written out, so that PyTorch need not prepare for its own: in
    inference mode each of the many small operations takes less time.

    Parameters
    ----------
    state : TrainingState
        Both players move.
    averaged_weights : Tensor of shape (n_weights,)
        Set to the running average of the generator's.
    selection : CheckpointSelection
        Shown the averaged generator after each update.
    recorder : Recorder
        Told each update.
    observer, name
        As in ``train_gan``.
    """
    settings, device = state.settings, state.data.device
    make_optimizer = OPTIMIZERS[settings.optimizer]
    generator_optimizer = make_optimizer(state.generator_weights)
    discriminator_optimizer = make_optimizer(state.discriminator_weights)
    max_iter, steps = settings.max_iter, settings.discriminator_steps
    simultaneous = settings.updates == "simultaneous"
    n_moves = done = 0

    for iteration in range(max_iter):
        noise = noise_scale(iteration, max_iter)
        rate = settings.learning_rate * learning_rate_factor(iteration, max_iter)
        look = look_is_cheap(device) or iteration % CHECK_INTERVAL == 0

        # The discriminator moves, several times if so asked.
        for step in range(steps):
            penalised = state.penalty_weight > 0 and n_moves % PENALTY_INTERVAL == 0
            fakes, real = state.fake(noise), state.blurred_real(noise)
            d_loss, penalty, logits, d_gradient = state.discriminator_gradient(
                real, fakes.blurred, penalised
            )
            d_norm = torch.linalg.vector_norm(d_gradient)
            if look:
                raise_if_diverged(
                    d_loss + penalty, d_norm, "discriminator", iteration, name
                )
            real_logits, fake_logits = logits.tensor_split(2)
            if simultaneous and step == steps - 1:
                # Both gradients are taken before either player has moved.
                g_loss, g_gradient = state.generator_gradient(fakes, real_logits)
            discriminator_optimizer.step(d_gradient, rate)
            n_moves += 1

        # The generator answers, on the rows that the discriminator has just seen: it
        # has not moved since, so they are still its rows; others would cost a pass.
        if not simultaneous:
            compared = state.logits(real) if state.game.paired else real_logits
            g_loss, g_gradient = state.generator_gradient(fakes, compared)
        g_norm = torch.linalg.vector_norm(g_gradient)
        if look:
            raise_if_diverged(g_loss, g_norm, "generator", iteration, name)
        generator_optimizer.step(g_gradient, rate)
        averaged_weights.lerp_(state.generator_weights, 1 - average_decay(iteration))

        # Rows show how good the generator is; losses do not.
        done = iteration + 1
        distance = selection.consider(done)
        recorder.record(
            (real_logits, fake_logits),
            losses=(d_loss, g_loss),
            norms=(d_norm, g_norm),
            learning_rate=rate,
            selection_distance=distance,
        )
        if observer is not None:
            figures = recorder.figures()
            # An observer may have gradients of its own to take.
            with torch.inference_mode(False):
                if observer(done, figures):
                    break

    if done and not look:
        raise_if_diverged(d_loss + penalty, d_norm, "discriminator", done - 1, name)
        raise_if_diverged(g_loss, g_norm, "generator", done - 1, name)
    return done


def average_decay(iteration: int) -> float:
    """Memory of the average after an update: short at first, when all changes."""
    return min(AVERAGE_DECAY, (iteration + 1) / (iteration + WARM_UP))


def look_is_cheap(device: torch.device) -> bool:
    """Whether a figure can be read without waiting for the device."""
    return device.type == "cpu"


def raise_if_diverged(
    loss: Tensor, norm: Tensor, player: str, iteration: int, name: str
) -> None:
    """Raise ``TrainingDivergedError`` unless a loss and its gradient are finite."""
    # A single look, for which a GPU is waited for once.
    if math.isfinite((loss + norm).item()):
        return
    for what, number in (("loss", loss), ("gradient", norm)):
        if not torch.isfinite(number):
            raise divergence(f"{player}'s {what}", number, iteration + 1, name)


@torch.inference_mode()
def raise_if_useless(gan: GAN, seed: int, name: str) -> None:
    """Raise ``TrainingDivergedError`` unless what both players put out is finite.

    No later loss shows where their last steps have led. The square has to be finite
    too, since other rows may lead to more than those drawn here.
    """
    rng = torch.Generator(gan.device).manual_seed(seed)
    output = gan.generator(*gan.latent.draw(N_SELECTION_ROWS, rng))
    logits = gan.discriminator(gan.generator.draw(output, rng))
    for player, largest, update in (
        ("generator", output.abs().max(), gan.best_iteration),
        ("discriminator", logits.abs().max(), len(gan.history)),
    ):
        if not torch.isfinite(largest.square()):
            raise divergence(f"{player}'s output", largest, update, name)


def divergence(
    what: str, number: Tensor, update: int, name: str
) -> TrainingDivergedError:
    """The error for a figure that is not finite."""
    return TrainingDivergedError(
        f"Training on {name} diverged: the {what} is {number.item()} at iteration "
        f"{update}. Lower learning_rate; with optimizer='sgd', lower gradient_penalty "
        "first."
    )
