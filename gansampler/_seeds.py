"""Seeds of parts of a computation, from the random state that a caller gave."""

from __future__ import annotations

import numpy as np


def draw_seed(rng: np.random.RandomState) -> int:
    """The next seed of a random state."""
    return int(rng.randint(np.iinfo(np.int32).max))
