"""Execute notebooks in place, and store nothing in them that changes by itself.

What is stored is the same on every machine up to the figures: no times, no versions,
no names of kernels, no paths. From the root of a checkout::

    python -m notebooks.execute                               # all of them
    python -m notebooks.execute notebooks/the_gan_game.ipynb
"""

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient

FOLDER = Path(__file__).parent

SECONDS_PER_CELL = 600
"""On a busy machine; the notebooks themselves take about a minute each."""

METADATA = {
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


class ThisPython(KernelSpecManager):
    """Knows one kernel: the interpreter that runs this, installed nowhere."""

    def get_kernel_spec(self, kernel_name):
        command = [sys.executable, "-m", "ipykernel_launcher", "-f"]
        return KernelSpec(
            argv=[*command, "{connection_file}"],
            display_name="Python 3",
            language="python",
        )


def paths():
    """The notebooks, by name."""
    return sorted(FOLDER.glob("*.ipynb"))


def read(path):
    """Read a notebook as it is stored."""
    return nbformat.read(path, as_version=4)


def executed(notebook):
    """Run a notebook from top to bottom, in its folder, on one thread.

    Parameters
    ----------
    notebook : NotebookNode
        It is not altered.

    Returns
    -------
    NotebookNode
        With the new outputs, and without what changes from run to run.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    result = nbformat.from_dict(notebook)
    with tempfile.TemporaryDirectory() as folder:
        # Neither the user's IPython profile nor his choice of a matplotlib backend.
        environment = os.environ | {"IPYTHONDIR": folder, "OMP_NUM_THREADS": "1"}
        environment.pop("MPLBACKEND", None)
        kernel = AsyncKernelManager(
            kernel_spec_manager=ThisPython(),
            connection_file=os.path.join(folder, "kernel.json"),
            # Over files where there are such sockets: no port is opened.
            transport="tcp" if os.name == "nt" else "ipc",
        )
        client = NotebookClient(
            result,
            km=kernel,
            timeout=SECONDS_PER_CELL,
            coalesce_streams=True,
            record_timing=False,
            resources={"metadata": {"path": str(FOLDER)}},
        )
        client.execute(env=environment, cleanup_kc=True)
    return tidied(result)


def tidied(notebook):
    """Leave out of a notebook what changes though the code does not."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = nbformat.from_dict(
            {"tags": cell.metadata.tags} if "tags" in cell.metadata else {}
        )
    return notebook


def shape_of_outputs(notebook):
    """What each code cell put out, with every number in it replaced by #.

    Figures differ between machines in their last digits, what is said about them does
    not; of a picture only its kind is compared.

    Parameters
    ----------
    notebook : NotebookNode

    Returns
    -------
    list of list of tuple of str
        For each code cell its outputs: their kind, then their texts.
    """
    shapes = []
    for cell in code_cells(notebook):
        shape = []
        for output in cell.outputs:
            texts = [_without_numbers(text) for text in texts_of(output)]
            kinds = sorted(output.get("data", {}))
            shape.append((output.output_type, *kinds, *texts))
        shapes.append(shape)
    return shapes


def code_cells(notebook):
    """The cells that are code, empty ones left out."""
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def texts_of(output):
    """What an output says, in each of the forms that are text."""
    if output.output_type == "stream":
        return [output.text]
    data = output.get("data", {})
    return [data[kind] for kind in sorted(data) if kind.startswith("text/")]


def _without_numbers(text):
    text = re.sub(r"[-+]?(\d[\d,]*\.?\d*|\.\d+)(e[-+]?\d+)?", "#", text)
    # The width of a column of figures follows the figures.
    return re.sub(r"\s+", " ", text)


def main():
    """Execute the notebooks named, or all, in place."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", nargs="*", type=Path, default=paths())
    for path in parser.parse_args().notebook:
        start = time.perf_counter()
        nbformat.write(executed(read(path)), path)
        print(f"{path.name}: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
