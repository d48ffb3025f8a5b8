"""The games, against their definitions and against theory."""

import math
from pathlib import Path

import pytest
import torch

from gansampler.gan.losses import (
    GAMES,
    ONE_CENTRED,
    ZERO_CENTRED,
    points_between,
    value_function,
)

LOG4 = math.log(4)


def logits(seed, n=50):
    rng = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(n, generator=rng, dtype=torch.float64)


def test_value_function_is_the_cross_entropy_of_its_definition():
    real, fake = logits(0), logits(1)
    expected = real.sigmoid().log().mean() + (1 - fake.sigmoid()).log().mean()
    assert value_function(real, fake).item() == pytest.approx(
        expected.item(), abs=1e-12
    )


def test_value_is_minus_log_4_where_the_discriminator_cannot_tell():
    assert value_function(torch.zeros(7), torch.zeros(7)).item() == pytest.approx(-LOG4)


def test_minimax_is_exactly_zero_sum():
    game = GAMES["minimax"]
    real, fake = logits(2), logits(3)
    assert torch.equal(game.generator(real, fake), -game.discriminator(real, fake))


@pytest.mark.parametrize(
    ("name", "discriminator", "generator"),
    [
        ("minimax", LOG4, -LOG4),
        ("non_saturating", LOG4, math.log(2)),
        ("wasserstein", 0.0, 0.0),
        ("hinge", 2.0, 0.0),
        ("least_squares", 0.5, 0.5),
        ("relativistic", math.log(2), math.log(2)),
    ],
)
def test_losses_of_a_discriminator_that_says_zero(name, discriminator, generator):
    zero = torch.zeros(9, dtype=torch.float64)
    game = GAMES[name]
    assert game.discriminator(zero, zero).item() == pytest.approx(discriminator)
    assert game.generator(zero, zero).item() == pytest.approx(generator)


@pytest.mark.parametrize(
    ("name", "discriminator", "generator"),
    [
        ("wasserstein", -0.25 - 0.75, 0.25),
        ("hinge", (0 + 1.5) / 2 + (2.0 + 0) / 2, 0.25),
        ("least_squares", (1 + 2.25) / 4 + (1 + 2.25) / 4, (0 + 6.25) / 4),
        (
            "relativistic",
            math.log1p(math.exp(-1.0)),
            math.log1p(math.exp(1.0)),
        ),
    ],
)
def test_losses_worked_out_by_hand(name, discriminator, generator):
    real, fake = torch.tensor([2.0, -0.5]), torch.tensor([1.0, -1.5])
    game = GAMES[name]
    assert game.discriminator(real, fake).item() == pytest.approx(discriminator)
    assert game.generator(real, fake).item() == pytest.approx(generator)


@pytest.mark.parametrize("name", GAMES)
def test_penalty_weights_are_those_of_the_documentation(name):
    expected = {"minimax": 3.0, "non_saturating": 3.0, "wasserstein": 10.0}
    assert GAMES[name].penalty_weight == expected.get(name, 1.0)


@pytest.mark.parametrize("name", GAMES)
def test_only_the_wasserstein_penalty_looks_between_real_and_fake_rows(name):
    assert GAMES[name].penalty.between == (name == "wasserstein")


@pytest.mark.parametrize("name", GAMES)
def test_gradients_of_the_losses_match_finite_differences(name):
    game = GAMES[name]
    real = logits(4, 6).requires_grad_(True)
    fake = logits(5, 6).requires_grad_(True)
    assert torch.autograd.gradcheck(game.discriminator, (real, fake))
    assert torch.autograd.gradcheck(lambda f: game.generator(real.detach(), f), (fake,))


@pytest.mark.parametrize("name", GAMES)
def test_a_better_discriminator_has_a_lower_loss(name):
    game = GAMES[name]
    real, fake = torch.full((5,), 0.4), torch.full((5,), -0.4)
    assert game.discriminator(real, fake) < game.discriminator(fake, real)


@pytest.mark.parametrize("name", GAMES)
def test_a_generator_that_fools_more_has_a_lower_loss(name):
    game = GAMES[name]
    real = torch.zeros(5)
    assert game.generator(real, torch.full((5,), 0.4)) < game.generator(
        real, torch.full((5,), -0.4)
    )


def test_the_saturating_generator_has_almost_no_gradient_where_it_loses():
    def slope(name):
        fake = torch.full((4,), -10.0, requires_grad=True)
        GAMES[name].generator(torch.full((4,), 10.0), fake).backward()
        return fake.grad.abs().sum().item()

    assert slope("minimax") < 1e-4
    assert slope("non_saturating") == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("name", GAMES)
def test_slopes_are_derivatives(name):
    game = GAMES[name]
    both = logits(6, 100).requires_grad_(True)
    real, fake = both.tensor_split(2)
    (slope,) = torch.autograd.grad(game.discriminator(real, fake), both)
    assert_same(game.discriminator_slope(real, fake), slope)
    fake = fake.detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(game.generator(real.detach(), fake), fake)
    assert_same(game.generator_slope(real, fake), slope)


@pytest.mark.parametrize("name", GAMES)
def test_games_say_whether_the_generator_compares_with_real_rows(name):
    first, second, fake = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))
    slopes = [GAMES[name].generator_slope(real, fake) for real in (first, second)]
    assert GAMES[name].paired == (not torch.equal(*slopes))


@pytest.mark.parametrize("penalty", [ZERO_CENTRED, ONE_CENTRED])
def test_slopes_of_penalties_are_derivatives(penalty):
    norms = logits(7).square().requires_grad_(True)
    (slope,) = torch.autograd.grad(penalty.value(norms), norms)
    assert_same(penalty.slope(norms), slope)


def assert_same(found, expected):
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-15)


def test_penalties_of_known_gradients():
    norms = torch.tensor([25.0, 25.0])
    # Half of 25 on the real rows and half of 25 on the generated ones.
    assert ZERO_CENTRED.value(norms) == 25.0
    assert ONE_CENTRED.value(norms).item() == pytest.approx((5.0 - 1.0) ** 2)
    assert torch.isfinite(ONE_CENTRED.slope(torch.zeros(3))).all()


def test_the_page_on_theory_has_the_weights_of_the_penalties():
    page = Path(__file__).parents[1] / "docs" / "theory.md"
    weights = " | ".join(f"{game.penalty_weight:g}" for game in GAMES.values())
    assert f"| $\\gamma$ by default | {weights} |" in page.read_text()


def test_points_between_lie_on_the_lines_of_pairs():
    rng = torch.Generator().manual_seed(0)
    real, fake = torch.zeros(500, 2), torch.tensor([[2.0, 4.0]]).expand(500, 2)
    points = points_between(real, fake, rng)
    assert torch.allclose(points[:, 1], 2 * points[:, 0])
    assert points[:, 0].min() < 0.05
    assert points[:, 0].max() > 1.95
