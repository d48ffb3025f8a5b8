"""Environments of their own for rivals that gansampler must not depend on.

They lie under ``benchmarks/.envs/``, which is not in git, and are made with exact
versions where they are not there.
"""

import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / ".envs"


@dataclass(frozen=True)
class Environment:
    """What an environment holds.

    Attributes
    ----------
    module : str
        The module whose import shows that the environment is complete.
    install_steps : tuple of tuple of str
        Arguments of pip, one call after the other.
    """

    module: str
    install_steps: tuple


ENVIRONMENTS = {
    "ctgan": Environment(
        "ctgan",
        # torch comes first and pinned: left to itself, pip may bring a far larger
        # build.
        (("torch==2.13.0",), ("ctgan==0.12.1", "pandas<3", "torch==2.13.0")),
    ),
    "geometric_smote": Environment(
        "imblearn_extra.gsmote",
        (
            (
                "imbalanced-learn-extra==0.2.10",
                "imbalanced-learn==0.14.2",
                "numpy==2.4.6",
                "scikit-learn==1.9.1",
                "scipy==1.17.1",
            ),
        ),
    ),
    "smote_variants": Environment(
        "smote_variants",
        (
            # Its declared dependencies bring TensorFlow, which only other methods need.
            (
                "--no-deps",
                "smote-variants==1.0.1",
                "metric-learn==0.7.0",
                "minisom==2.3.6",
            ),
            (
                "numpy==2.4.6",
                "pandas==3.1.1",
                "scikit-learn==1.9.1",
                "scipy==1.17.1",
                "seaborn==0.13.2",
            ),
        ),
    ),
}


def environment_python(name):
    """Return the interpreter of an environment; make it where it is not there.

    Parameters
    ----------
    name : str
        A key of ``ENVIRONMENTS``.

    Returns
    -------
    python : Path
    """
    folder, environment = FOLDER / name, ENVIRONMENTS[name]
    python = folder / "bin" / "python"
    if not _runs(python, f"import {environment.module}"):
        venv.create(folder, with_pip=True, clear=True)
        for arguments in environment.install_steps:
            subprocess.run([python, "-m", "pip", "install", *arguments], check=True)
    return python


def _runs(python, code):
    """Whether an interpreter is there and runs the code."""
    if not python.exists():
        return False
    done = subprocess.run([python, "-c", code], capture_output=True, check=False)
    return done.returncode == 0
