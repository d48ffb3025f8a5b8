"""Whether what is installed is what ``constraints.txt`` pins, without a network.

`make check` runs this beside `pip check`: an environment that has drifted would test
other releases than those that are named.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"


def drifted(constraints):
    """Pins that an installed package breaks, as lines of text."""
    lines = []
    for name, pinned in re.findall(r"^([\w.-]+)==([^\s;]+)", constraints, re.M):
        try:
            installed = version(name)
        except PackageNotFoundError:
            continue  # of an extra that is not installed
        # A pin without a local part, such as +cpu, fits every build of the release.
        if pinned not in (installed, installed.split("+")[0]):
            lines.append(f"{name} is {installed}, and constraints.txt has {pinned}")
    return lines


if __name__ == "__main__":
    found = drifted(CONSTRAINTS.read_text())
    print("\n".join(found) or "All packages are as constraints.txt has them.")
    sys.exit(bool(found))
