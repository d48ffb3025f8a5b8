"""One thread, full precision, one training at a time: the same rows for any caller."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from threadpoolctl import threadpool_limits

_lock = threading.RLock()


def _renew_lock() -> None:
    # A child process must not wait for a thread that it did not inherit.
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def single_thread() -> Iterator[None]:
    """Compute on one thread and in full precision, and leave PyTorch as it was.

    Sums differ in their last bits with the number of threads, and a GAN amplifies
    that; and networks this small are no faster on two. Thread counts and precision are
    matters of the whole process, so trainings in other threads wait for their turn.
    """
    with _lock, _full_precision():
        n_threads, with_gradients = torch.get_num_threads(), torch.is_grad_enabled()
        with threadpool_limits(limits=1):
            torch.set_num_threads(1)
            try:
                yield
            finally:
                torch.set_num_threads(n_threads)
                # An interrupt at the edge of PyTorch's no_grad, with which it fills
                # weights, would leave gradients off for the whole thread.
                torch.set_grad_enabled(with_gradients)


@contextmanager
def _full_precision() -> Iterator[None]:
    """Multiply matrices without rounding them first, which a caller may have allowed.

    Child processes do not inherit what was allowed, so that rows would depend on them.
    """
    backends: Any = torch.backends
    products = []
    if hasattr(backends, "fp32_precision"):  # PyTorch 2.9 and later
        products = [backends.mkldnn.matmul, backends.cuda.matmul]
    by_backend = [product.fp32_precision for product in products]
    try:
        precision = torch.get_float32_matmul_precision()
    except RuntimeError:  # set for one backend, which PyTorch then insists on
        precision = "highest"
    torch.set_float32_matmul_precision("highest")
    try:
        with (
            torch.autocast("cpu", enabled=False),
            torch.autocast("cuda", enabled=False),
        ):
            yield
    finally:
        torch.set_float32_matmul_precision(precision)
        for product, own in zip(products, by_backend, strict=True):
            product.fp32_precision = own
