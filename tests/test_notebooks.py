"""The notebooks run from top to bottom and say what is stored in them."""

import re

import matplotlib
import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from packaging.version import Version

from notebooks.execute import (
    code_cells,
    executed,
    paths,
    read,
    shape_of_outputs,
    texts_of,
    tidied,
)

UNWANTED = re.compile(r"Traceback|Warning\b|/home/|/Users/|/tmp/|[A-Z]:\\|<.* at 0x")
MAX_BYTES = 2_000_000

each_notebook = pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)


def test_there_are_notebooks():
    assert "the_gan_game" in [path.stem for path in paths()]


@each_notebook
def test_outputs_are_stored_and_clean(path):
    notebook = read(path)
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert "image/png" in kinds
    for output in outputs:
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        for text in texts_of(output):
            assert not UNWANTED.search(text), text
    assert path.stat().st_size < MAX_BYTES


@each_notebook
def test_nothing_is_stored_that_changes_by_itself(path):
    assert read(path) == tidied(read(path))


@each_notebook
def test_a_new_run_says_what_is_stored(path):
    stored = read(path)
    # Numbers differ between machines; run `make notebooks` where anything else does.
    found, expected = (shape_of_outputs(book) for book in (executed(stored), stored))
    if Version(matplotlib.__version__) < Version("3.8"):
        # Its figures stay in the kernel of today's Jupyter.
        found, expected = without_figures(found), without_figures(expected)
    assert found == expected


def without_figures(shapes):
    return [[kind for kind in cell if "image/png" not in kind] for cell in shapes]


def notebook_of(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


def test_execution_keeps_what_is_said_and_drops_what_changes():
    notebook = notebook_of("import os, sys\nprint('a', 1.5)\nprint('b')", "2 + 2")
    result = executed(notebook)
    assert notebook.cells[0].outputs == []
    assert result.metadata.language_info == {"name": "python"}
    assert [cell.metadata for cell in result.cells] == [{}, {}]
    assert shape_of_outputs(result) == [
        [("stream", "a # b ")],
        [("execute_result", "text/plain", "#")],
    ]


def test_numbers_may_differ_and_words_may_not():
    first, second, third = (
        nbformat.v4.new_output("stream", text=text)
        for text in ("V  -1.386 (1,000 rows)", "V -1.4e-05 (9 rows)", "JS 0.1 (9 rows)")
    )

    def shape(output):
        notebook = notebook_of("pass")
        notebook.cells[0].outputs = [output]
        return shape_of_outputs(notebook)

    assert shape(first) == shape(second) != shape(third)


def test_a_cell_that_raises_is_an_error():
    with pytest.raises(CellExecutionError, match="division by zero"):
        executed(notebook_of("1 / 0"))
