"""Over-sampling of minority classes in tables with generative adversarial networks."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gansampler.oversampler import GANOversampler

__version__ = "0.1.0"

__all__ = ["GANOversampler", "__version__"]


def __getattr__(name: str) -> Any:
    # PyTorch and scikit-learn take seconds to import: `gansampler --help` and
    # `gansampler.datasets` do without them.
    if name == "GANOversampler":
        from gansampler.oversampler import GANOversampler

        return GANOversampler
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
