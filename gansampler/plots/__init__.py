"""Pictures of a trained sampler, in the manner of scikit-learn's displays.

Each display is made by one of its class methods, keeps what it has drawn in
attributes, and can be drawn again with ``plot``. They need matplotlib, which is in the
extra ``plot``. The colours can be told apart by the colour-blind, and everything else
follows matplotlib's style sheets, dark ones included.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gansampler.plots._history import TrainingHistoryDisplay
    from gansampler.plots._quality import QualityDisplay
    from gansampler.plots._rows import SyntheticRowsDisplay

__all__ = ["QualityDisplay", "SyntheticRowsDisplay", "TrainingHistoryDisplay"]

_HOMES = {
    "QualityDisplay": "gansampler.plots._quality",
    "SyntheticRowsDisplay": "gansampler.plots._rows",
    "TrainingHistoryDisplay": "gansampler.plots._history",
}


def __getattr__(name: str) -> Any:
    # The displays import scikit-learn, whose import takes a second.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
