"""Gradients written out are those of automatic differentiation."""

import pytest
import torch

from gansampler.gan.losses import ONE_CENTRED, ZERO_CENTRED
from gansampler.gan.networks import Generator, multilayer_perceptron
from gansampler.gan.perceptron import Perceptron

HIDDEN = [(), (7,), (7, 5), (4, 6, 5)]


def rng():
    return torch.Generator().manual_seed(0)


def network_and_rows(hidden, n_outputs=1):
    network = multilayer_perceptron(3, hidden, n_outputs, rng()).double()
    rows = torch.randn(11, 3, generator=rng()).double()
    return network, Perceptron(network), rows


def by_weights(value, network):
    gradients = torch.autograd.grad(value, list(network.parameters()))
    return torch.cat([gradient.flatten() for gradient in gradients])


@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_output_is_that_of_the_network(hidden):
    network, layers, rows = network_and_rows(hidden, n_outputs=4)
    activations = layers.forward(rows)
    assert len(activations) == len(hidden) + 2
    assert torch.allclose(activations[-1], network(rows))


@pytest.mark.parametrize("hidden", HIDDEN)
def test_gradients_of_a_loss(hidden):
    network, layers, rows = network_and_rows(hidden, n_outputs=4)
    rows.requires_grad_(True)
    loss = network(rows).square().sum()
    activations = layers.forward(rows.detach())
    slope = 2 * activations[-1]
    layers.backward(activations, slope)
    assert torch.allclose(layers.gradient, by_weights(loss, network))
    (by_rows,) = torch.autograd.grad(network(rows).square().sum(), rows)
    assert torch.allclose(layers.input_gradients(activations, slope)[0], by_rows)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("penalty", [ZERO_CENTRED, ONE_CENTRED])
def test_gradients_of_a_penalty_are_added(hidden, penalty):
    network, layers, rows = network_and_rows(hidden)
    rows.requires_grad_(True)
    (by_rows,) = torch.autograd.grad(network(rows).sum(), rows, create_graph=True)
    loss = network(rows).square().sum() + penalty.value(by_rows.square().sum(dim=1))
    # Biases have no part in the penalty.
    activations = layers.forward(rows.detach())
    layers.backward(activations, 2 * activations[-1])
    slopes = layers.input_gradients(activations, torch.ones_like(activations[-1]))
    gradients = slopes[0].clone().requires_grad_(True)
    value = penalty.value(gradients.square().sum(dim=1))
    layers.add_penalty(activations, slopes, torch.autograd.grad(value, gradients)[0])
    assert torch.allclose(layers.gradient, by_weights(loss, network))


def test_weights_moved_in_place_are_seen():
    network, layers, rows = network_and_rows((7,))
    with torch.no_grad():
        network[0].weight.mul_(2)
    assert torch.allclose(layers.forward(rows)[-1], network(rows))


def test_gradients_pass_soft_categories():
    generator = Generator(2, 2, (3, 4), (5,), anchored=False, rng=rng())
    output = torch.randn(6, 9, generator=rng()).requires_grad_(True)
    target = torch.randn(6, 9, generator=rng())
    soft = generator.relax(output, 0.5, rng())
    (expected,) = torch.autograd.grad((soft * target).sum(), output)
    found = generator.relax_backward(target, soft.detach(), 0.5)
    assert torch.allclose(found, expected, atol=1e-6)
