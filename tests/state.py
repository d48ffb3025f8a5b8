"""Everything global that a sampler could disturb, as something comparable."""

import random

import numpy as np
import pandas as pd
import torch


def global_state():
    """Random states, threads and settings of NumPy, pandas and PyTorch."""
    numpy_state = np.random.get_state()  # noqa: NPY002
    return (
        random.getstate(),
        (numpy_state[0], numpy_state[1].tobytes(), *numpy_state[2:]),
        np.geterr(),
        pd.get_option("mode.copy_on_write") if pd.__version__ < "3" else None,
        torch.get_rng_state().numpy().tobytes(),
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_float32_matmul_precision(),
        torch.is_autocast_enabled("cpu"),
    )
