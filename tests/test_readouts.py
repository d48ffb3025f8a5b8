"""What the theory of the game expects, against values that are known otherwise."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.integrate import quad, trapezoid
from scipy.stats import norm

from gansampler.exceptions import IncomparableSamplesError
from gansampler.gan import GAMES
from gansampler.theory import (
    EQUILIBRIA,
    LOG_2,
    LOG_4,
    TheoryReadout,
    divergence_by_chance,
    divergence_of_value,
    jensen_shannon_divergence,
    optimal_discriminator,
    probe_logits,
    scaled_value,
    theory_readout,
)

GAUSSIANS = [(0, 1), (0.5, 1), (1, 1), (2, 1), (4, 1), (0, 0.4), (0, 3), (1, 2)]
"""Mean and standard deviation of the second distribution; the first is standard."""


def integrated_divergence(mean, deviation):
    """Jensen-Shannon divergence to the standard normal distribution, as defined."""

    def density(x):
        p, q = norm.pdf(x), norm.pdf(x, mean, deviation)
        middle = (p + q) / 2
        return sum(r * math.log(r / middle) for r in (p, q) if r > 1e-300) / 2

    return quad(density, -25, 25, limit=400)[0]


@pytest.mark.parametrize(("mean", "deviation"), GAUSSIANS)
def test_divergence_of_two_gaussians_is_that_of_the_integral(mean, deviation):
    rng = np.random.default_rng(0)
    real = rng.normal(size=(3000, 1))
    synthetic = rng.normal(mean, deviation, size=(3000, 1))
    estimate = jensen_shannon_divergence(real, synthetic)
    assert estimate == pytest.approx(integrated_divergence(mean, deviation), abs=0.03)


def test_divergence_counts_both_samples_alike_whatever_their_sizes():
    rng = np.random.default_rng(1)
    few, many = rng.normal(size=(1000, 1)), rng.normal(1.5, 1, size=(4000, 1))
    truth = integrated_divergence(1.5, 1)
    assert jensen_shannon_divergence(few, many) == pytest.approx(truth, abs=0.04)
    assert jensen_shannon_divergence(many, few) == pytest.approx(truth, abs=0.04)


def test_divergence_sees_dependence_and_shape_not_means_alone():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(1000, 1))
    ring = np.hstack([np.cos(9 * x), np.sin(9 * x)]) + rng.normal(0, 0.1, (1000, 2))
    blob = rng.multivariate_normal(ring.mean(0), np.cov(ring.T), 1000)
    assert jensen_shannon_divergence(ring, blob) > 0.1


def test_divergence_does_not_hang_on_units():
    rng = np.random.default_rng(3)
    real, synthetic = rng.normal(size=(2, 200, 2))
    scale = np.array([1e6, 1e-6])
    plain = jensen_shannon_divergence(real, synthetic + 1)
    moved = jensen_shannon_divergence(real * scale + 5, (synthetic + 1) * scale + 5)
    assert moved == pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("n_columns", [1, 10, 40])
@pytest.mark.parametrize("n_rows", [40, 500])
def test_equal_distributions_give_nearly_no_divergence(n_rows, n_columns):
    rng = np.random.default_rng(4)
    real, synthetic = rng.normal(size=(2, n_rows, n_columns))
    assert 0 <= jensen_shannon_divergence(real, synthetic) < 0.02
    assert 0 <= divergence_by_chance(real, seed=0) < 0.03


def test_constant_columns_and_equal_rows_have_no_divergence():
    assert jensen_shannon_divergence(np.ones((20, 2)), np.ones((20, 2))) == 0


def test_divergence_needs_ten_rows():
    with pytest.raises(IncomparableSamplesError):
        jensen_shannon_divergence(np.zeros((9, 1)), np.zeros((10, 1)))


def test_best_discriminator_reaches_the_value_of_theorem_1():
    x = np.linspace(-12, 12, 40_001)
    p, q = norm.pdf(x), norm.pdf(x, 1, 1)
    best = optimal_discriminator(p, q)

    def value(outputs):
        return trapezoid(p * np.log(outputs) + q * np.log1p(-outputs), x)

    assert divergence_of_value(value(best)) == pytest.approx(
        integrated_divergence(1, 1), abs=1e-6
    )
    for other in (best**1.1, best**0.9, np.full_like(best, 0.5)):
        assert value(other) < value(best)
    assert value(np.full_like(best, 0.5)) == pytest.approx(-LOG_4)


def test_overconfident_outputs_are_scaled_back():
    rng = np.random.default_rng(5)
    noise = rng.normal(size=(2, 1000))
    assert scaled_value(*(50 * noise)) == pytest.approx(-LOG_4, abs=0.01)
    honest = (noise[0] + 0.5, noise[1] - 0.5)  # log-odds are the sum of both
    raw = -np.logaddexp(0, -honest[0]).mean() - np.logaddexp(0, honest[1]).mean()
    assert scaled_value(*honest) == pytest.approx(raw, abs=0.01)
    assert scaled_value(honest[0] * 20, honest[1] * 20) == pytest.approx(raw, abs=0.01)


def test_probe_repeats_and_leaves_global_state_alone(global_state):
    real, synthetic = np.random.default_rng(6).normal(size=(2, 50, 3))
    before = global_state()
    first, second = (probe_logits(real, synthetic, 1) for _ in range(2))
    assert global_state() == before
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("loss", GAMES)
def test_equilibria_are_what_the_losses_give_there(loss):
    # Outputs that tell real rows from generated ones by nothing.
    level = {"least_squares": 0.5, "hinge": 0.3, "wasserstein": 7.0}.get(loss, 0.0)
    outputs = torch.full((8,), level, dtype=torch.float64)
    game, expected = GAMES[loss], EQUILIBRIA[loss]
    assert game.discriminator(outputs, outputs).item() == pytest.approx(
        expected.discriminator_loss
    )
    if math.isfinite(expected.generator_loss):
        assert game.generator(outputs, outputs).item() == pytest.approx(
            expected.generator_loss
        )
    assert set(EQUILIBRIA) == set(GAMES)
    assert math.isnan(expected.value) == bool(expected.caveat)


def history_of(value, real, fake):
    return pd.DataFrame(
        {
            "value": np.r_[np.full(90, -0.1), np.full(10, value)],
            "real_probability": np.r_[np.full(90, 0.9), np.full(10, real)],
            "fake_probability": np.r_[np.full(90, 0.1), np.full(10, fake)],
        }
    )


def test_readout_of_the_zero_sum_game():
    real, generated = np.random.default_rng(7).normal(size=(2, 200, 2))
    found = theory_readout(history_of(-1.3, 0.6, 0.4), "minimax", real, generated)
    assert found.value == pytest.approx(-1.3)
    assert found.real_probability == pytest.approx(0.6)
    assert found.js_divergence < 0.01
    assert found.caveat == ""


@pytest.mark.parametrize(
    "loss", ["wasserstein", "hinge", "least_squares", "relativistic"]
)
def test_readout_says_where_it_does_not_hold(loss):
    rows = np.random.default_rng(8).normal(size=(30, 2))
    found = theory_readout(history_of(-1.3, 0.6, 0.4), loss, rows, rows + 9)
    assert math.isnan(found.value)
    assert math.isnan(found.fake_probability)
    assert found.js_divergence > 0.5  # the probe reads in every game
    first, second = str(found).splitlines()
    assert first == found.caveat == EQUILIBRIA[loss].caveat
    assert second.startswith(f"JS = {found.js_divergence:.3f} (0 at the equilibrium")


def test_readout_of_few_rows_and_of_no_training():
    rows = np.zeros((5, 2))
    found = theory_readout(history_of(0, 0, 0).iloc[:0], "minimax", rows, rows)
    assert str(found) == "Nothing was trained."
    lines = str(TheoryReadout("minimax", -1.2, 0.6, 0.4, 0.1, math.nan, ""))
    assert lines == (
        "V = -1.200 (-log 4 = -1.386 at the equilibrium)\n"
        "D = 0.60 on real and 0.40 on generated rows (1/2 at the equilibrium)\n"
        f"JS = 0.100 (0 at the equilibrium, log 2 = {LOG_2:.3f} at most; unknown "
        "between halves of the class)"
    )


@pytest.mark.parametrize("unit", [1e-100, 1e-10, 1e10, 1e100])
def test_the_divergence_has_no_unit(unit):
    a = np.random.default_rng(0).normal(size=(100, 1))
    far = jensen_shannon_divergence(a * unit, (a + 9) * unit)
    assert far == pytest.approx(jensen_shannon_divergence(a, a + 9), abs=1e-3)
    assert far > 0.6


def test_columns_that_vary_by_rounding_alone_tell_nothing():
    a = np.full((50, 1), 0.1) * np.arange(1, 4)
    assert jensen_shannon_divergence(a, a * (1 + 1e-15)) == 0
