"""Cross-validated comparison of over-samplers, and of doing without."""

from gansampler.comparison._columns import CompleteColumns
from gansampler.comparison._result import Best, Comparison

__all__ = ["Best", "Comparison", "CompleteColumns"]
