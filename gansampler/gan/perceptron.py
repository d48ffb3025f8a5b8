"""A perceptron with LeakyReLU and its gradients, written out.

For networks this small automatic differentiation spends about as long on its records
as on the products of matrices. The chain rule for them takes a few lines; and since
LeakyReLU is piecewise linear, the second derivatives that a gradient penalty needs are
products of the same matrices.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gansampler.gan.networks import LEAK


class Perceptron:
    """The layers of a network, and the gradient of the last pass through them.

    Activations are written a(0) for the input, z(l) = a(l-1) W(l)' + b(l) and
    a(l) = LeakyReLU(z(l)), but for the last layer, whose output is z.

    Parameters
    ----------
    network : Sequential
        Linear layers with LeakyReLU between them. Its weights are used as they are,
        also after an optimizer has moved them in place.

    Attributes
    ----------
    gradient : Tensor of shape (n_weights,)
        What ``backward`` found, in the order of the network's parameters.
    """

    def __init__(self, network: nn.Sequential) -> None:
        linear = [layer for layer in network if isinstance(layer, nn.Linear)]
        self.layers = [(layer.weight.detach(), layer.bias.detach()) for layer in linear]
        weights = [part for layer in self.layers for part in layer]
        self.gradient = weights[0].new_zeros(sum(part.numel() for part in weights))
        parts = self.gradient.split([part.numel() for part in weights])
        views = [g.view_as(w) for g, w in zip(parts, weights, strict=True)]
        self.gradients = list(zip(views[::2], views[1::2], strict=True))

    def forward(self, rows: Tensor) -> list[Tensor]:
        """Activations of all layers.

        Parameters
        ----------
        rows : Tensor of shape (n_rows, n_inputs)

        Returns
        -------
        list of Tensor
            The input, what each hidden layer passes on, and the output.
        """
        activations = [rows]
        for number, (weight, bias) in enumerate(self.layers, start=1):
            output = torch.addmm(bias, activations[-1], weight.T)
            if number < len(self.layers):
                nn.functional.leaky_relu_(output, LEAK)
            activations.append(output)
        return activations

    def backward(self, activations: list[Tensor], slope: Tensor) -> None:
        """Set ``gradient`` to that of a loss by the weights.

        Parameters
        ----------
        activations : list of Tensor
            From ``forward``.
        slope : Tensor of shape (n_rows, n_outputs)
            Derivative of the loss by the output.
        """
        for number in reversed(range(len(self.layers))):
            by_weight, by_bias = self.gradients[number]
            torch.mm(slope.T, activations[number], out=by_weight)
            torch.sum(slope, dim=0, out=by_bias)
            if number:
                slope = self._through(number, slope, activations)

    def input_gradients(self, activations: list[Tensor], slope: Tensor) -> list[Tensor]:
        """Derivatives of a loss by the input and by each z.

        Parameters
        ----------
        activations, slope
            As for ``backward``.

        Returns
        -------
        list of Tensor
            By the input, of shape (n_rows, n_inputs), then by z(1), z(2), ...; the
            last is ``slope``.
        """
        slopes = [slope]
        for number in reversed(range(1, len(self.layers))):
            slopes.append(self._through(number, slopes[-1], activations))
        slopes.append(slopes[-1] @ self.layers[0][0])
        return slopes[::-1]

    def add_penalty(
        self, activations: list[Tensor], slopes: list[Tensor], by_gradient: Tensor
    ) -> None:
        """Add to ``gradient`` that of a function of the input gradients.

        Parameters
        ----------
        activations : list of Tensor
            From ``forward``.
        slopes : list of Tensor
            From ``input_gradients``; the slope of the output must be constant.
        by_gradient : Tensor of shape (n_rows, n_inputs)
            Derivative of the function by the input gradients.
        """
        # The input gradient is the product of the W(l) and of the slopes of LeakyReLU,
        # which do not change with the weights but on a set of measure zero.
        for number, (weight, _) in enumerate(self.layers):
            by_weight, _ = self.gradients[number]
            by_weight.addmm_(slopes[number + 1].T, by_gradient)
            if number + 1 < len(self.layers):
                by_gradient = _leak(by_gradient @ weight.T, activations[number + 1])

    def _through(self, number: int, slope: Tensor, activations: list[Tensor]) -> Tensor:
        """From the derivative by z(number + 1) to that by z(number)."""
        return _leak(slope @ self.layers[number][0], activations[number])


def _leak(slope: Tensor, activation: Tensor) -> Tensor:
    """Multiply by the slopes of LeakyReLU; its output has the sign of its input."""
    result: Tensor = torch.ops.aten.leaky_relu_backward(slope, activation, LEAK, True)
    return result
