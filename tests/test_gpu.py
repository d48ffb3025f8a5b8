"""What holds on a GPU; all of it is skipped where there is none."""

import warnings

import numpy as np
import pytest
import torch

from gansampler.gan import TrainingSettings, train_gan
from gansampler.gan.training import CHECK_INTERVAL

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU"),
]

SIZES = (3, 2)


def rows_with_levels(n_rows=200):
    rng = np.random.default_rng(0)
    levels = [np.eye(size)[rng.integers(size, size=n_rows)] for size in SIZES]
    return np.hstack([rng.normal(size=(n_rows, 4)), *levels]).astype(np.float32)


def train_on_gpu(max_iter, **settings):
    return train_gan(
        rows_with_levels(),
        n_numeric=4,
        category_sizes=SIZES,
        settings=TrainingSettings(max_iter=max_iter, **settings),
        seed=0,
        device="cuda",
    )


def n_waits(max_iter):
    """How often the host waits for the device during a training."""
    with warnings.catch_warnings(record=True) as waits:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            train_on_gpu(max_iter, checkpoint="last")
        finally:
            torch.cuda.set_sync_debug_mode("default")
    return len(waits)


def test_the_host_waits_for_the_device_at_looks_alone():
    train_on_gpu(2)
    one_look, two_looks = n_waits(CHECK_INTERVAL), n_waits(2 * CHECK_INTERVAL)
    # Each look is at the losses of both players.
    assert two_looks - one_look == 2


def test_rows_repeat_and_have_one_level_a_column():
    gan = train_on_gpu(20)
    rows = gan.sample(5000, 0)
    assert np.array_equal(rows, train_on_gpu(20).sample(5000, 0))
    assert (rows[:, 4:7].sum(axis=1) == 1).all()
    assert (rows[:, 7:].sum(axis=1) == 1).all()
    assert np.array_equal(gan.sample(10, 0), rows[:10])
