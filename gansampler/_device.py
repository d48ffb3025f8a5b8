"""Where to train: the device that was asked for, or the best one there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from gansampler.exceptions import DeviceMemoryError, DeviceUnavailableError


def resolve_device(device: str | torch.device) -> torch.device:
    """Turn a user's choice into a device that is there.

    Parameters
    ----------
    device : str or torch.device
        ``"auto"`` for CUDA where there is one and else the CPU, or a device in
        PyTorch's notation.

    Returns
    -------
    torch.device

    Raises
    ------
    DeviceUnavailableError
        If PyTorch knows no such device, or this machine has none.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
        # The only test that covers every kind of device and its number.
        torch.zeros(1, device=resolved).item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise DeviceUnavailableError(
            f"device={str(device)!r} is not available here; there is "
            f"{', '.join(available_devices())}. Choose one of these, or 'auto'."
        ) from error
    return resolved


@contextmanager
def naming_what_fills(device: torch.device, name: str) -> Iterator[None]:
    """Say whose training has filled the memory of a device, and what to do.

    Raises
    ------
    DeviceMemoryError
        If PyTorch runs out of the device's memory.
    """
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise DeviceMemoryError(
            f"The memory of {device} does not suffice to train on {name}. Lower "
            "batch_size or hidden_layer_sizes, end what else is using the device, or "
            "pass device='cpu'."
        ) from error


def available_devices() -> list[str]:
    """Names of the devices that PyTorch can use on this machine."""
    cuda = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return ["cpu", *cuda, *mps]
