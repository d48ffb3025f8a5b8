"""Tables and helpers that several test files share."""

import numpy as np
import pandas as pd
import pytest

from gansampler import GANOversampler
from tests.state import global_state


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


@pytest.fixture(name="global_state")
def read_global_state():
    """Reads everything global that a sampler could disturb."""
    return global_state
