"""Over-sampling of minority classes in tables with generative adversarial networks."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gansampler.calibration import PriorCorrectedClassifier
    from gansampler.comparison._compare import compare_oversamplers
    from gansampler.oversampler import GANOversampler

__version__ = "0.1.0"

__all__ = [
    "GANOversampler",
    "PriorCorrectedClassifier",
    "__version__",
    "compare_oversamplers",
]

_MODULES = {
    "GANOversampler": "gansampler.oversampler",
    "PriorCorrectedClassifier": "gansampler.calibration",
    "compare_oversamplers": "gansampler.comparison._compare",
}


def __getattr__(name: str) -> Any:
    # PyTorch and scikit-learn take seconds to import: `gansampler --help` and
    # `gansampler.datasets` do without them.
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
