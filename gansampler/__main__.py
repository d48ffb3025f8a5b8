"""``python -m gansampler`` is the command ``gansampler``."""

import sys

from gansampler.cli import main

if __name__ == "__main__":
    sys.exit(main())
