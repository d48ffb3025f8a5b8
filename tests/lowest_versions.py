"""Print constraints that pin what pyproject.toml declares to its lowest releases.

``make test-lowest`` installs by them. Needs Python 3.11.
"""

import re
import sys
from pathlib import Path

import tomllib

ROOT = Path(__file__).parents[1]
EXTRAS = ("plot", "parquet", "polars", "dask", "test")
AS_TESTED = ("torch",)
"""Not pinned to the lowest but to the release of constraints.txt: on Linux the package
index has older releases only as builds with gigabytes of CUDA."""

OF_THEIR_TIME = ("pyparsing<3.3",)
"""What the lowest releases need but do not say: later ones warn of how matplotlib 3.7
calls them, and the tests turn warnings into errors."""

REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[\w,-]+\])?>=([\d.]+)")


def lowest(requirements, tested):
    """Pin requirements to their lower bounds.

    Parameters
    ----------
    requirements : list of str
        As in pyproject.toml; those without a lower bound are left out.
    tested : str
        Text of constraints.txt.

    Returns
    -------
    pins : list of str

    Examples
    --------
    >>> lowest(["dask[dataframe]>=2025.1", "torch>=2.4", "a"], "torch==2.13.0")
    ['dask==2025.1', 'torch==2.13.0']
    """
    pins = []
    for requirement in requirements:
        if bounded := REQUIREMENT.fullmatch(requirement):
            name, version = bounded.groups()
            if name in AS_TESTED:
                version = re.search(rf"^{name}==(\S+)$", tested, re.MULTILINE)[1]
            pins.append(f"{name}=={version}")
    return pins


def main():
    """Print the constraints of this project, one a line."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = list(project["dependencies"])
    for extra in EXTRAS:
        requirements += project["optional-dependencies"][extra]
    tested = (ROOT / "constraints.txt").read_text()
    sys.stdout.writelines(
        f"{pin}\n" for pin in (*lowest(requirements, tested), *OF_THEIR_TIME)
    )


if __name__ == "__main__":
    main()
