"""Cross-validated comparison of over-samplers, and of doing without."""

from gansampler.comparison._best import Best
from gansampler.comparison._columns import CompleteColumns
from gansampler.comparison._result import Comparison

__all__ = ["Best", "Comparison", "CompleteColumns"]
