"""Build wheel and sdist, and try the wheel in an empty environment.

``make check-wheel`` runs it. The environment lies in a temporary folder, and what is
tried runs there: nothing of the checkout can be imported.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]

README_EXAMPLE = """
import re, sys
code = re.search(r"```python\\n(.*?)```", open(sys.argv[1]).read(), re.DOTALL)[1]
exec(compile(code, "README.md", "exec"))
"""

DATASETS = """
from gansampler import __file__, __version__, datasets
assert "site-packages" in __file__, __file__
for name in datasets.__all__:
    X, y = getattr(datasets, name)()
    assert len(X) == len(y) > 0
    print(name, X.shape)
print(__version__)
"""


def build(folder):
    """Build both distributions.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    wheel, sdist : Path
    """
    _run([sys.executable, "-m", "hatchling", "build", "--directory", str(folder)], ROOT)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def check_contents(wheel, sdist):
    """Check that both hold the package, and the wheel nothing else.

    Parameters
    ----------
    wheel, sdist : Path
    """
    tracked = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "gansampler").rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".pyo")
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        notices = [name for name in archive.namelist() if "/licenses/" in name]
    assert held == tracked, sorted(held ^ tracked)
    assert len(notices) == 2, notices
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    missing = tracked | {"README.md", "LICENSE", "pyproject.toml"}
    assert missing <= held, sorted(missing - held)


def main():
    """Build, install and try."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel, sdist = build(folder / "dist")
        check_contents(wheel, sdist)
        venv.create(folder / "env", with_pip=True)
        bin_folder = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        python, work = str(bin_folder / "python"), folder / "work"
        work.mkdir()
        (work / "README.md").write_text((ROOT / "README.md").read_text())
        constraints = str(ROOT / "constraints.txt")
        install = [python, "-m", "pip", "install", "--quiet"]
        _run([*install, "--constraint", constraints, f"{wheel}[plot]"], work)
        _run([python, "-c", DATASETS], work)
        _run([python, "-c", README_EXAMPLE, "README.md"], work)
        _run([str(bin_folder / "gansampler"), "demo", "--quick"], work)
    print(f"{wheel.name} and {sdist.name} are whole, and the wheel works.")


def _run(command, folder):
    """Run a command in a folder, without what else may be importable."""
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONPATH"
    }
    subprocess.run(command, cwd=folder, env=environment, check=True)


if __name__ == "__main__":
    main()
