"""The documentation: its code runs, its API reference is whole, its checker checks."""

import ast
import contextlib
import importlib
import importlib.util
import io
import pkgutil
import re
from pathlib import Path

import pytest

import gansampler
from gansampler import GANOversampler

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(
    path for path in DOCS.rglob("*.md") if not path.is_relative_to(DOCS / "_generated")
)
BLOCK = re.compile(r"^```python\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)

NOT_PUBLIC = {
    "gansampler.cli": "the command",
    "gansampler.demo": "what `gansampler demo` runs",
    "gansampler.htmlreport": "what `gansampler report` writes",
    "gansampler.persistence": "what `GANOversampler.save` and `load` do",
    "gansampler.tablefiles": "what the command line reads and writes",
}
"""Modules that say what they export to their neighbours only."""


def code_of(page):
    """The Python blocks of a page as one source with the page's line numbers."""
    text = page.read_text()
    lines = [""] * text.count("\n")
    for block in BLOCK.finditer(text):
        first = text[: block.start(1)].count("\n")
        code = block[1].splitlines()
        lines[first : first + len(code)] = code
    return "\n".join(lines)


WITH_CODE = [page for page in PAGES if BLOCK.search(page.read_text())]


@pytest.mark.parametrize(
    "page", WITH_CODE, ids=[str(page.relative_to(DOCS)) for page in WITH_CODE]
)
def test_code_runs_and_prints_what_the_page_says(page, monkeypatch):
    """Each page from top to bottom; ``print(x)  # y`` has to print y.

    Trainings are cut short: what a page prints does not depend on their length.
    """
    monkeypatch.setitem(GANOversampler.__init__.__kwdefaults__, "max_iter", 10)
    source = code_of(page)
    lines, namespace = source.splitlines(), {}
    for statement in ast.parse(source, str(page)).body:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            module = ast.Module([statement], type_ignores=[])
            exec(compile(module, str(page), "exec"), namespace)
        said = lines[statement.end_lineno - 1][statement.end_col_offset :]
        printing = ast.unparse(statement).startswith("print(")
        if said and (printed.getvalue() or printing):
            expected = f"  # {printed.getvalue().rstrip()}"
            assert said == expected, f"{page.name}, line {statement.lineno}"


def documented():
    """Names by module, as the API reference lists them."""
    names, module = {}, ""
    for line in (DOCS / "api" / "index.rst").read_text().splitlines():
        if found := re.match(r"\.\. currentmodule:: (\S+)", line):
            module = found[1]
        elif found := re.match(r"(?:   |\.\. py:data:: )(\w+)$", line):
            names.setdefault(module, []).append(found[1])
    return names


def public_modules():
    """Modules of the package that say what they export."""
    found = [gansampler]
    for info in pkgutil.walk_packages(gansampler.__path__, "gansampler."):
        parts = info.name.split(".")
        if not any(part.startswith("_") for part in parts):
            found.append(importlib.import_module(info.name))
    return {m.__name__: m for m in found if hasattr(m, "__all__")}


def test_the_reference_has_every_public_name():
    public = {
        name: sorted(module.__all__)
        for name, module in public_modules().items()
        if name not in NOT_PUBLIC
    }
    assert {name: sorted(names) for name, names in documented().items()} == public


def test_the_checker_finds_what_leads_nowhere(tmp_path):
    spec = importlib.util.spec_from_file_location("check_site", DOCS / "check_site.py")
    checker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checker)

    (tmp_path / "a.html").write_text(
        '<a href="b.html#there">1</a> <a href="#here">2</a> <p id="here"></p>'
        '<a href="https://example.org">3</a>'
    )
    (tmp_path / "b.html").write_text('<p id="there"></p>')
    assert checker.problems(tmp_path) == []

    (tmp_path / "b.html").write_text(
        '<p id="elsewhere"></p><img src="none.svg"><a href="a.html#not">4</a>'
        '<script src="https://example.org/x.js"></script>'
    )
    assert checker.problems(tmp_path) == [
        "a.html links to b.html#there, and there is no such place",
        "b.html loads https://example.org/x.js from the network",
        "b.html links to a.html#not, and there is no such place",
        "b.html links to none.svg, and there is no such file",
    ]
    assert checker.problems(tmp_path / "none") == [
        f"there are no pages in {tmp_path / 'none'}"
    ]
