"""Where the generator's input comes from: noise, and rows of the class itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors
from torch import Tensor, nn

from gansampler._thinning import thinned

FEW_ROWS, MANY_NUMBERS = 100, 32
"""Classes of fewer rows start from noise alone unless asked otherwise: points between
so few rows lie on few lines, which trees and nearest neighbours learn by heart
(``docs/benchmarks/index.md``, "What the parts are worth"). Not so rows of more numbers:
what these have to do with each other takes longer to learn from noise."""

N_NEIGHBORS = 5
"""Neighbours that a row is mixed with, as many as SMOTE takes by default."""

MAX_ANCHORS = 10_000
"""Rows kept as anchors: beyond, a random part of the class spans it as well and
keeps the search for neighbours and the trained model small."""


class Latent(nn.Module):
    """Draws the generator's inputs.

    ``"normal"`` and ``"uniform"`` are the priors N(0, 1) and U(0, 1) of Goodfellow et
    al. 2014. ``"neighbors"`` joins N(0, 1) noise with an anchor: a random point
    between a row of the class and one of its nearest neighbours (the rows of SMOTE,
    Chawla et al. 2002; as input of a GAN: Sharma et al. 2022).

    Parameters
    ----------
    distribution : {"neighbors", "normal", "uniform"}
        The prior.
    latent_dim : int
        Length of the noise vector.
    rows : ndarray of shape (n_rows, n_inputs)
        Encoded rows of the class; used by ``"neighbors"`` only.
    rng : numpy.random.Generator
        Chooses the anchors where there are more than ``MAX_ANCHORS`` rows.
    """

    anchors: Tensor | None
    neighbors: Tensor | None

    def __init__(
        self,
        distribution: str,
        latent_dim: int,
        rows: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.distribution = distribution
        self.latent_dim = latent_dim
        anchors = neighbors = None
        if distribution == "neighbors":
            rows = thinned(rows, MAX_ANCHORS, rng)
            anchors = torch.from_numpy(np.ascontiguousarray(rows, dtype=np.float32))
            neighbors = torch.from_numpy(nearest_neighbors(rows))
        self.register_buffer("anchors", anchors)
        self.register_buffer("neighbors", neighbors)

    def draw(self, n_rows: int, rng: torch.Generator) -> tuple[Tensor, Tensor | None]:
        """Draw noise of shape (n_rows, latent_dim) and anchors, None without them."""
        shape, device = (n_rows, self.latent_dim), rng.device
        # The defaults of PyTorch are the caller's to change.
        kind: Any = {"generator": rng, "device": device, "dtype": torch.float32}
        if self.distribution == "uniform":
            return torch.rand(shape, **kind), None
        noise = torch.randn(shape, **kind)
        if self.anchors is None or self.neighbors is None:
            return noise, None
        n_anchors, n_neighbors = self.neighbors.shape
        first = torch.randint(n_anchors, (n_rows,), generator=rng, device=device)
        column = torch.randint(n_neighbors, (n_rows,), generator=rng, device=device)
        share = torch.rand(n_rows, 1, **kind)
        second = self.neighbors.view(-1)[first * n_neighbors + column]
        start, end = (self.anchors.index_select(0, rows) for rows in (first, second))
        return noise, start.lerp_(end, share)


def default_distribution(n_rows: int, n_numeric: int) -> str:
    """Noise alone for few rows of few numbers; between neighbours for others.

    Examples
    --------
    >>> from gansampler.gan.latent import default_distribution
    >>> default_distribution(30, 8), default_distribution(3000, 8)
    ('normal', 'neighbors')
    >>> default_distribution(30, 60)
    'neighbors'
    """
    few_rows, many_numbers = n_rows < FEW_ROWS, n_numeric > MANY_NUMBERS
    return "normal" if few_rows and not many_numbers else "neighbors"


def nearest_neighbors(rows: np.ndarray) -> np.ndarray:
    """Indices of each row's nearest other rows.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)

    Returns
    -------
    ndarray of shape (n_rows, min(N_NEIGHBORS, n_rows - 1))
        A single row is its own neighbour: shape (1, 1).
    """
    n_neighbors = min(N_NEIGHBORS, len(rows) - 1)
    if n_neighbors == 0:
        return np.zeros((1, 1), dtype=np.int64)
    search = NearestNeighbors(n_neighbors=n_neighbors).fit(rows)
    # Asking for the neighbours of the fitted rows leaves each row itself out.
    indices: np.ndarray = search.kneighbors(return_distance=False)
    return indices.astype(np.int64)
