"""The two players: a generator of encoded rows and a discriminator of them.

Neither has a normalisation layer or dropout: both would make a row depend on the
other rows of its batch or on a global random state, and small classes gain nothing
from them.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

LEAK = 0.2
"""Slope of LeakyReLU below zero (Radford et al. 2016, section 3)."""

TINY = torch.finfo(torch.float32).tiny

NARROW = 16
"""A softmax over fewer cells than this is faster down the columns of a matrix: along
its rows PyTorch takes such few cells one by one."""

CATEGORY_FLOOR = 0.02
"""Added to an anchor's one-hot cells before their logarithm, so that no level that
the class shows is out of the generator's reach."""


def linear_layer(n_inputs: int, n_outputs: int, rng: torch.Generator) -> nn.Linear:
    """A linear layer with weights of PyTorch's default distribution, from ``rng`` only.

    ``nn.Linear`` would draw from the global random state, which belongs to the caller,
    and ``nn.utils.skip_init`` imports PyTorch's symbolic algebra, which takes longer
    than the training on a small class.
    """
    layer = nn.Linear(n_inputs, n_outputs, device="meta")
    bound = 1 / math.sqrt(n_inputs)
    for name, part in list(layer.named_parameters()):
        values = torch.empty(part.shape, device="cpu", dtype=torch.float32)
        values.uniform_(-bound, bound, generator=rng)
        setattr(layer, name, nn.Parameter(values))
    return layer


def multilayer_perceptron(
    n_inputs: int, hidden: Sequence[int], n_outputs: int, rng: torch.Generator
) -> nn.Sequential:
    """Linear layers with LeakyReLU between them, initialised from ``rng``."""
    layers: list[nn.Module] = []
    widths = [n_inputs, *hidden, n_outputs]
    for n_in, n_out in itertools.pairwise(widths):
        layers += [linear_layer(n_in, n_out, rng), nn.LeakyReLU(LEAK)]
    return nn.Sequential(*layers[:-1])


def split_categories(
    block: Tensor, category_sizes: Sequence[int]
) -> tuple[Tensor, ...]:
    """Cut the categorical part of a batch of rows into one tensor per column."""
    return torch.split(block, list(category_sizes), dim=1)


def softmax(block: Tensor) -> Tensor:
    """Softmax of each row."""
    if block.shape[1] < NARROW:
        return block.T.softmax(dim=0).T
    return block.softmax(dim=1)


def gumbel_noise(like: Tensor, rng: torch.Generator) -> Tensor:
    """Standard Gumbel noise in the shape of ``like``, from ``rng`` only.

    ``torch.nn.functional.gumbel_softmax`` takes no generator.
    """
    uniform = torch.rand(
        like.shape, generator=rng, device=like.device, dtype=like.dtype
    )
    # -log(-log u): zero is among the numbers drawn.
    return uniform.clamp_(min=TINY).log_().neg_().log_().neg_()


class Generator(nn.Module):
    """Maps latent noise, and a data-driven anchor row where there is one, to a row.

    A row is ``n_numeric`` numeric cells followed by one block of one-hot cells for
    each categorical column. With an anchor ``x0`` the network learns a correction,
    ``G(x0, z) = x0 + f(x0, z)`` for the numeric cells and
    ``log(x0 + 0.02) + f(x0, z)`` for the logits, whose last layer starts at zero: the
    untrained generator returns the anchors themselves. Without an anchor ``f`` is the
    row.

    Parameters
    ----------
    latent_dim : int
        Length of the noise vector z.
    n_numeric : int
        Number of numeric cells of a row.
    category_sizes : sequence of int
        Number of levels of each categorical column.
    hidden_layer_sizes : sequence of int
        Widths of the hidden layers.
    anchored : bool
        Whether rows are made from an anchor row.
    rng : torch.Generator
        Source of the initial weights, on the CPU.
    """

    def __init__(
        self,
        latent_dim: int,
        n_numeric: int,
        category_sizes: Sequence[int],
        hidden_layer_sizes: Sequence[int],
        *,
        anchored: bool,
        rng: torch.Generator,
    ) -> None:
        super().__init__()
        self.n_numeric = n_numeric
        self.category_sizes = tuple(category_sizes)
        self.anchored = anchored
        n_outputs = n_numeric + sum(self.category_sizes)
        n_inputs = latent_dim + (n_outputs if anchored else 0)
        self.network = multilayer_perceptron(
            n_inputs, hidden_layer_sizes, n_outputs, rng
        )
        if anchored:
            last = self.network[-1]
            assert isinstance(last, nn.Linear)
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
        # Set after training so that the levels appear at the class's own rates.
        self.logit_offset: Tensor
        offsets = torch.zeros(
            sum(self.category_sizes), device="cpu", dtype=torch.float32
        )
        self.register_buffer("logit_offset", offsets)

    def forward(self, noise: Tensor, anchor: Tensor | None = None) -> Tensor:
        """Return numeric cells and logits of the categories.

        Parameters
        ----------
        noise : Tensor of shape (n_rows, latent_dim)
            The latent noise z.
        anchor : Tensor of shape (n_rows, n_outputs) or None
            The anchor rows x0; None where the generator has none.

        Returns
        -------
        Tensor of shape (n_rows, n_outputs)
        """
        output: Tensor = self.network(self.inputs(noise, anchor))
        return self.with_anchor(output, anchor)

    @staticmethod
    def inputs(noise: Tensor, anchor: Tensor | None) -> Tensor:
        """What the network f sees."""
        return noise if anchor is None else torch.cat([anchor, noise], dim=1)

    def with_anchor(self, output: Tensor, anchor: Tensor | None) -> Tensor:
        """Add the anchor and the offsets of the levels to the network's output f."""
        if anchor is None and not self.category_sizes:
            return output
        numeric, logits = self._split(output)
        if anchor is not None:
            x0, mixed = self._split(anchor)
            numeric = numeric + x0
            logits = logits + (mixed + CATEGORY_FLOOR).log_()
        return torch.cat([numeric, logits + self.logit_offset], dim=1)

    def _split(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return rows[:, : self.n_numeric], rows[:, self.n_numeric :]

    def relax(self, output: Tensor, temperature: float, rng: torch.Generator) -> Tensor:
        """Turn logits into soft one-hot cells that gradients can pass.

        Gumbel-softmax (Jang et al. 2017, equation 2).
        """
        if not self.category_sizes:
            return output
        numeric, logits = self._split(output)
        noisy = (logits + gumbel_noise(logits, rng)) / temperature
        blocks = map(softmax, split_categories(noisy, self.category_sizes))
        return torch.cat([numeric, *blocks], dim=1)

    def relax_backward(self, slope: Tensor, soft: Tensor, temperature: float) -> Tensor:
        """Derivative of a loss by what went into ``relax``.

        Parameters
        ----------
        slope : Tensor of shape (n_rows, n_outputs)
            Derivative of the loss by the soft rows.
        soft : Tensor of shape (n_rows, n_outputs)
            What ``relax`` returned.
        temperature : float

        Returns
        -------
        Tensor of shape (n_rows, n_outputs)
        """
        if not self.category_sizes:
            return slope
        numeric, by_cell = self._split(slope)
        cells = self._split(soft)[1]
        # For each column: s (g - sum of s g), all columns at once.
        weighted = cells * by_cell
        sums = weighted @ self.same_column
        return torch.cat(
            [numeric, torch.addcmul(weighted, cells, sums, value=-1) / temperature],
            dim=1,
        )

    @functools.cached_property
    def same_column(self) -> Tensor:
        """Which cells belong to one categorical column, as zeros and ones."""
        sizes = torch.tensor(self.category_sizes, device=self.logit_offset.device)
        column = torch.arange(len(sizes), device=sizes.device).repeat_interleave(sizes)
        return (column[:, None] == column).to(self.logit_offset.dtype)

    def draw(self, output: Tensor, rng: torch.Generator) -> Tensor:
        """Turn logits into hard one-hot cells: an exact draw from their softmax.

        By the inverse of the distribution function (Devroye 1986, section III.2), which
        takes one uniform number for each column.
        """
        if not self.category_sizes:
            return output
        numeric, logits = self._split(output)
        rows = torch.zeros_like(output)
        rows[:, : self.n_numeric] = numeric
        shape = len(output), len(self.category_sizes)
        uniform = torch.rand(
            shape, generator=rng, device=output.device, dtype=output.dtype
        )
        first = self.n_numeric
        for column, block in enumerate(split_categories(logits, self.category_sizes)):
            below = softmax(block).cumsum(dim=1)[:, :-1]
            level = (below <= uniform[:, column, None]).sum(dim=1, keepdim=True)
            rows.scatter_(1, first + level, 1.0)
            first += block.shape[1]
        return rows


class Discriminator(nn.Module):
    """Gives each row a logit: the log-odds, in the log-loss games, that it is real.

    Parameters
    ----------
    n_inputs : int
        Length of a row.
    hidden_layer_sizes : sequence of int
        Widths of the hidden layers.
    rng : torch.Generator
        Source of the initial weights, on the CPU.
    """

    def __init__(
        self, n_inputs: int, hidden_layer_sizes: Sequence[int], *, rng: torch.Generator
    ) -> None:
        super().__init__()
        self.network = multilayer_perceptron(n_inputs, hidden_layer_sizes, 1, rng)

    def forward(self, rows: Tensor) -> Tensor:
        """Return the logits, of shape (n_rows,)."""
        logits: Tensor = self.network(rows)
        return logits.squeeze(1)
