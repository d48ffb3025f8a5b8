"""Tables and helpers that several test files share."""

import random

import numpy as np
import pandas as pd
import pytest
import torch

from gansampler import GANOversampler


@pytest.fixture
def quick():
    """A sampler of few updates: for the contract, not for the rows."""

    def make(**parameters):
        return GANOversampler(**{"max_iter": 5, "random_state": 0, **parameters})

    return make


@pytest.fixture
def mixed_table():
    """A table of most types of columns, some cells of it missing, and its labels."""
    rng = np.random.default_rng(0)
    n = 120
    X = pd.DataFrame(
        {
            "amount": np.round(rng.gamma(2, 30, n), 2),
            "count": rng.poisson(3, n),
            "flag": rng.random(n) < 0.3,
            "visits": pd.array(rng.integers(0, 9, n), dtype="Int64"),
            "score": rng.normal(size=n).astype("float32"),
            "plan": rng.choice(["basic", "plus", "pro"], n),
            "grade": pd.Categorical(
                rng.choice(list("ABC"), n), categories=list("CBA"), ordered=True
            ),
            "since": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 500, n), unit="D"),
            "waited": pd.to_timedelta(rng.integers(0, 900, n), unit="s"),
        },
        index=rng.permutation(n) + 1000,
    )
    gaps = rng.random(n) < 0.2
    X.loc[gaps, ["amount", "plan"]] = None
    X.loc[rng.random(n) < 0.1, "visits"] = pd.NA
    y = pd.Series(np.where(np.arange(n) < 30, "yes", "no"), X.index, name="churned")
    return X, y


@pytest.fixture
def global_state():
    """Everything global that a sampler could disturb, as something comparable."""

    def read():
        numpy_state = np.random.get_state()  # noqa: NPY002
        return (
            random.getstate(),
            (numpy_state[0], numpy_state[1].tobytes(), *numpy_state[2:]),
            torch.get_rng_state().numpy().tobytes(),
            torch.get_num_threads(),
            torch.get_default_dtype(),
            torch.is_grad_enabled(),
            torch.are_deterministic_algorithms_enabled(),
        )

    return read
