"""How near synthetic rows are to real ones, and how new.

Every metric is a pure function of two samples, the real rows first, and takes either
kind of table:

- Data frames, of numbers, categories, strings, booleans, dates and missing cells.
  They are first brought into one numeric space (``common_space``), whose scale is that
  of the real rows.
- Arrays of numbers, which are taken as they are: scale their columns alike
  beforehand. This is the fast way, used during training.

Two finite samples of one distribution differ as well. What a figure is worth shows
beside the same figure for held-out real rows in place of the synthetic ones.
"""

from gansampler.quality._columns import (
    correlation_gap,
    correlation_gaps,
    marginal_gaps,
)
from gansampler.quality._near import coverage, density, energy_distance
from gansampler.quality._new import authenticity, duplicate_share, nearest_row_ratio
from gansampler.quality._space import common_space
from gansampler.quality._two_sample import classifier_two_sample_test

__all__ = [
    "authenticity",
    "classifier_two_sample_test",
    "common_space",
    "correlation_gap",
    "correlation_gaps",
    "coverage",
    "density",
    "duplicate_share",
    "energy_distance",
    "marginal_gaps",
    "nearest_row_ratio",
]
