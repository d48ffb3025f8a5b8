"""The game against what its theory says, with tolerances that a wrong game fails.

The distributions are known, so the best discriminator, the value and the divergence are
too. The bilinear game runs in ``train_gan`` itself.
"""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm

from gansampler._threads import single_thread
from gansampler.gan import GAMES, TrainingSettings, optimizers, train_gan, training
from gansampler.gan.latent import Latent
from gansampler.gan.losses import points_between, value_function
from gansampler.gan.networks import Discriminator, Generator
from gansampler.gan.optimizers import Adam, as_vector, flatten

LOG4 = math.log(4)
REAL = norm(0, 1)
FAKES = {"equal": REAL, "shifted": norm(1.5, 1), "narrow": norm(0.5, 0.5)}


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


# --- the best discriminator against a frozen generator -----------------------------


def drawn_from(distribution, n, source):
    noise = torch.randn(n, 1, generator=source)
    return distribution.mean() + distribution.std() * noise


def trained_discriminator(generated, game, n_steps=600, batch_size=512):
    """A discriminator that has learned to tell REAL from a fixed distribution."""
    with single_thread():
        discriminator = Discriminator(1, (32, 32), rng=rng())
        weights = list(discriminator.parameters())
        optimizer, source = Adam(as_vector(discriminator)), rng(1)
        for step in range(n_steps):
            logits = discriminator(
                torch.cat(
                    [drawn_from(p, batch_size, source) for p in (REAL, generated)]
                )
            )
            loss = GAMES[game].discriminator(*logits.tensor_split(2))
            gradient = flatten(torch.autograd.grad(loss, weights))
            optimizer.step(gradient, 5e-3 * (1 - step / n_steps))
    return discriminator.requires_grad_(False)


def bulk(generated):
    """Points where the mixture of the two distributions has all but 2 % of its mass."""
    points = np.linspace(-4, 5, 2000)
    density = REAL.pdf(points) + generated.pdf(points)
    ranks = np.cumsum(density) / density.sum()
    return points[(ranks > 0.01) & (ranks < 0.99)]


def best_value(generated):
    """V of the best discriminator, E log D* + E log(1 - D*), by integration."""

    def integrand(x):
        p, q = REAL.pdf(x), generated.pdf(x)
        return p * math.log(p / (p + q)) + q * math.log(q / (p + q))

    return quad(integrand, -6, 8, limit=200)[0]


def jensen_shannon(generated):
    """The mean Kullback-Leibler divergence from the mixture, by integration."""

    def part(distribution, x):
        p, mixture = distribution.pdf(x), (REAL.pdf(x) + generated.pdf(x)) / 2
        return p * math.log(p / mixture) / 2

    return quad(lambda x: part(REAL, x) + part(generated, x), -6, 8, limit=200)[0]


@pytest.mark.parametrize("generated", FAKES.values(), ids=FAKES)
def test_the_best_value_is_minus_log_4_and_twice_the_divergence(generated):
    # Goodfellow et al. 2014, theorem 1.
    expected = -LOG4 + 2 * jensen_shannon(generated)
    assert best_value(generated) == pytest.approx(expected, abs=1e-7)
    assert (jensen_shannon(generated) < 1e-12) == (generated is REAL)


@pytest.mark.parametrize("name", FAKES)
def test_the_trained_discriminator_is_the_ratio_of_densities(name):
    # D* = p_data / (p_data + p_g): Goodfellow et al. 2014, proposition 1.
    generated = FAKES[name]
    discriminator = trained_discriminator(generated, "minimax")
    points = bulk(generated)
    found = discriminator(torch.tensor(points[:, None], dtype=torch.float32)).sigmoid()
    best = REAL.pdf(points) / (REAL.pdf(points) + generated.pdf(points))
    tolerance = 0.02 if name == "equal" else 0.05
    assert np.abs(found.numpy() - best).max() < tolerance

    fresh = rng(2)
    real, fake = (drawn_from(p, 100_000, fresh) for p in (REAL, generated))
    value = value_function(discriminator(real), discriminator(fake)).item()
    assert value == pytest.approx(best_value(generated), abs=0.02)


# What the best discriminator says, as a function of the log ratio of the densities:
# the pointwise minimum of p * loss(real logit) + q * loss(fake logit).
BEST_LOGITS = {
    "minimax": lambda log_ratio: log_ratio,
    "non_saturating": lambda log_ratio: log_ratio,
    "hinge": np.sign,
    "least_squares": lambda log_ratio: 1 / (1 + np.exp(-log_ratio)),
}


@pytest.mark.parametrize("name", BEST_LOGITS)
@pytest.mark.parametrize("log_ratio", [-1.5, -0.3, 0.4, 2.0])
def test_the_best_answer_at_a_point_is_that_of_theory(name, log_ratio):
    # At a point with the densities p and q the loss is p f(logit) + q g(logit).
    game = GAMES[name]
    # The losses are sums of a real and of a generated part.
    zero = torch.zeros(1)
    logits = torch.linspace(-3, 3, 601)
    losses = [
        math.exp(log_ratio) * game.discriminator(logit[None], zero)
        + game.discriminator(zero, logit[None])
        for logit in logits
    ]
    found = logits[torch.stack(losses).argmin()].item()
    assert found == pytest.approx(BEST_LOGITS[name](log_ratio), abs=0.02)


# --- gradients, through the networks -----------------------------------------------


@pytest.mark.parametrize("penalised", [False, True])
@pytest.mark.parametrize("name", GAMES)
def test_gradients_in_the_weights_match_finite_differences(name, penalised):
    game = GAMES[name]
    generator = Generator(2, 2, (), (4,), anchored=False, rng=rng(3)).double()
    discriminator = Discriminator(2, (4,), rng=rng(4)).double()
    real, noise = (
        torch.randn(5, 2, generator=rng(seed), dtype=torch.float64) for seed in (5, 6)
    )

    def play(network, as_generator, *weights):
        names = [key for key, _ in network.named_parameters()]
        given = dict(zip(names, weights, strict=True))

        def answer(rows):
            if as_generator:
                return discriminator(rows)
            return torch.func.functional_call(discriminator, given, rows)

        if as_generator:
            fake = torch.func.functional_call(generator, given, noise)
            return game.generator(answer(real), answer(fake))
        fake = generator(noise).detach()
        loss = game.discriminator(answer(real), answer(fake))
        if penalised:
            loss = loss + penalty_of(game, answer, real, fake)
        return loss

    for network, as_generator in ((discriminator, False), (generator, True)):
        if not (penalised and as_generator):
            weights = tuple(network.parameters())
            assert torch.autograd.gradcheck(
                lambda *w, n=network, g=as_generator: play(n, g, *w), weights
            )


def penalty_of(game, answer, real, fake):
    """The penalty of a game as its paper writes it, by differentiating twice."""
    between = game.penalty.between
    rows = points_between(real, fake, rng(7)) if between else torch.cat([real, fake])
    rows.requires_grad_()
    (slopes,) = torch.autograd.grad(answer(rows).sum(), rows, create_graph=True)
    return game.penalty.value(slopes.square().sum(dim=1))


def test_minimax_is_zero_sum_in_the_gradients_too():
    # J_G = -J_D, so what raises one lowers the other, weight for weight.
    game = GAMES["minimax"]
    generator = Generator(2, 2, (), (8,), anchored=False, rng=rng(3))
    discriminator = Discriminator(2, (8,), rng=rng(4))
    weights = [*generator.parameters(), *discriminator.parameters()]
    real, noise = (torch.randn(50, 2, generator=rng(seed)) for seed in (5, 6))
    losses = [
        loss(discriminator(real), discriminator(generator(noise)))
        for loss in (game.generator, game.discriminator)
    ]
    assert losses[0].item() == -losses[1].item()
    ours, theirs = (torch.autograd.grad(loss, weights) for loss in losses)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one, -other)


# --- the order of play: min_x max_y x y --------------------------------------------

RATE = 0.3


@pytest.fixture
def bilinear(monkeypatch):
    """Play a bilinear game in ``train_gan``, and return its iterates.

    The real rows are all 0, a generated one is x, the generator's bias, and the
    discriminator is linear, D(row) = y row. The Wasserstein game without penalty is
    then min over y, max over x of x y (Mescheder et al. 2018, definition 2.1), played
    by plain gradient descent once noise, momentum, schedule and averaging are off.
    """
    for constant in ("NOISE_START", "NOISE_END", "AVERAGE_DECAY"):
        monkeypatch.setattr(training, constant, 0.0)
    monkeypatch.setattr(training, "FINAL_LEARNING_RATE", 1.0)
    monkeypatch.setattr(optimizers, "SGD_MOMENTUM", 0.0)

    def no_noise(self, n_rows, rng):
        return torch.zeros(n_rows, self.latent_dim), None

    monkeypatch.setattr(Latent, "draw", no_noise)

    def iterate(n_updates, **settings):
        gan = train_gan(
            np.zeros((8, 1), dtype=np.float32),
            n_numeric=1,
            settings=TrainingSettings(
                loss="wasserstein",
                latent_distribution="normal",
                latent_dim=1,
                hidden_layer_sizes=(),
                optimizer="sgd",
                learning_rate=RATE,
                gradient_penalty=0.0,
                max_iter=n_updates,
                batch_size=4,
                checkpoint="last",
                **settings,
            ),
            seed=3,
        )
        x, y = gan.generator.network[0].bias, gan.discriminator.network[0].weight
        return np.array([x.item(), y.item()])

    return iterate


def test_simultaneous_updates_spiral_out_of_the_bilinear_game(bilinear):
    # x + h y and y - h x: a turn and a stretch by sqrt(1 + h^2).
    step = np.array([[1, RATE], [-RATE, 1]])
    start = bilinear(0)
    for n in (1, 2, 7, 30):
        point = bilinear(n, updates="simultaneous")
        expected = np.linalg.matrix_power(step, n) @ start
        assert point == pytest.approx(expected, rel=1e-4, abs=1e-5)
        growth = np.linalg.norm(point) / np.linalg.norm(start)
        assert growth == pytest.approx((1 + RATE**2) ** (n / 2), rel=1e-4)


def test_alternating_updates_circle_the_equilibrium_of_the_bilinear_game(bilinear):
    # y - h x first, to which x answers: area is kept, and an ellipse.
    step = np.array([[1 - RATE**2, RATE], [-RATE, 1]])
    assert np.linalg.det(step) == pytest.approx(1)
    start = bilinear(0)
    for n in (1, 2, 7, 30, 200):
        x, y = bilinear(n, updates="alternating")
        expected = np.linalg.matrix_power(step, n) @ start
        assert (x, y) == pytest.approx(expected, rel=1e-3, abs=1e-4)
        ellipse = [u**2 + v**2 - RATE * u * v for u, v in ((x, y), start)]
        assert ellipse[0] == pytest.approx(ellipse[1], rel=1e-3)


@pytest.mark.parametrize("updates", ["alternating", "simultaneous"])
def test_more_discriminator_steps_come_before_the_answer(bilinear, updates):
    x, y = bilinear(0)
    for _ in range(5):
        for _ in range(3):
            before, y = y, y - RATE * x
        x += RATE * (y if updates == "alternating" else before)
    point = bilinear(5, updates=updates, discriminator_steps=3)
    assert point == pytest.approx([x, y], rel=1e-4, abs=1e-5)
