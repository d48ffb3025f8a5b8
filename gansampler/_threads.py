"""One thread, one training at a time: the same rows however the caller runs things."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
    """Compute on one thread, and leave PyTorch as it was.

    Sums differ in their last bits with the number of threads, and a GAN amplifies
    that; and networks this small are no faster on two. Thread counts are a matter of
    the whole process, so trainings in other threads wait for their turn.
    """
    with _lock:
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
