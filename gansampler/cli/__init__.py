"""The command ``gansampler``.

Only the standard library is imported until a command runs, so that help is instant.
"""

from gansampler.cli._main import main

__all__ = ["main"]
