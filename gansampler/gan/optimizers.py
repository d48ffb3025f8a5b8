"""Rules by which a player follows its gradient, on all its weights as one vector.

``torch.optim`` has the same rules, but the first optimizer of a process imports
PyTorch's compiler, which takes longer than the training on a small class; and steps on
one vector are fewer than steps on each weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

ADAM_BETAS = (0.5, 0.9)
ADAM_EPSILON = 1e-8
SGD_MOMENTUM = 0.5


def flatten(parts: Sequence[Tensor]) -> Tensor:
    """Tensors of any shapes, one after the other, as a vector."""
    return torch.cat([part.flatten() for part in parts])


def as_vector(network: nn.Module) -> Tensor:
    """Move the weights of a network into one vector, of which they become parts.

    Parameters
    ----------
    network : Module
        Its parameters keep their shapes and values.

    Returns
    -------
    Tensor of shape (n_weights,)
        What is written to it changes the network.
    """
    weights = list(network.parameters())
    vector = flatten([weight.detach() for weight in weights])
    parts = vector.split([weight.numel() for weight in weights])
    for weight, part in zip(weights, parts, strict=True):
        weight.data = part.view_as(weight)
    return vector


class Optimizer(Protocol):
    """Moves a vector of weights along a gradient."""

    def step(self, gradient: Tensor, learning_rate: float) -> None:
        """Make one step along a gradient in the shape of the weights."""


class Adam:
    """Adaptive moments (Kingma and Ba 2015, algorithm 1).

    Parameters
    ----------
    weights : Tensor of shape (n_weights,)
        What is moved.
    """

    def __init__(self, weights: Tensor) -> None:
        self.weights = weights
        self.mean = torch.zeros_like(weights)
        self.square = torch.zeros_like(weights)
        self.root = torch.empty_like(weights)
        self.n_steps = 0

    def step(self, gradient: Tensor, learning_rate: float) -> None:
        """Make one step along a gradient in the shape of the weights."""
        first, second = ADAM_BETAS
        self.n_steps += 1
        self.mean.lerp_(gradient, 1 - first)
        self.square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        # Both moments start at zero: the paper's correction of that, and its order of
        # factors (section 2), which spares a pass over the weights.
        correction = math.sqrt(1 - second**self.n_steps)
        scale = learning_rate * correction / (1 - first**self.n_steps)
        torch.sqrt(self.square, out=self.root).add_(ADAM_EPSILON * correction)
        self.weights.addcdiv_(self.mean, self.root, value=-scale)


class SGD:
    """Gradient descent with momentum (Polyak 1964).

    Parameters
    ----------
    weights : Tensor of shape (n_weights,)
        What is moved.
    """

    def __init__(self, weights: Tensor) -> None:
        self.weights = weights
        self.velocity = torch.zeros_like(weights)

    def step(self, gradient: Tensor, learning_rate: float) -> None:
        """Make one step along a gradient in the shape of the weights."""
        self.velocity.mul_(SGD_MOMENTUM).add_(gradient)
        self.weights.add_(self.velocity, alpha=-learning_rate)


OPTIMIZERS: dict[str, Callable[[Tensor], Optimizer]] = {"adam": Adam, "sgd": SGD}
