"""Sphinx builds the documentation with this: ``make docs``."""

import argparse
import re
import shutil
from pathlib import Path

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from sphinx.util import logging

import gansampler
from gansampler.cli._parser import make_parser

logger = logging.getLogger(__name__)

DOCS = Path(__file__).parent
ROOT = DOCS.parent

project = "gansampler"
copyright = "The gansampler developers, BSD-3-Clause"
version = release = gansampler.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_design",
]
exclude_patterns = ["_build", "_generated", "_templates"]
default_role = "literal"
templates_path = ["_templates"]

# Pages
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # notebooks are executed by the tests and stored with outputs
nb_ipywidgets_js = {}  # would come from the network

# API reference
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings give the types
autodoc_member_order = "bysource"
maximum_signature_line_length = 80
numpydoc_show_class_members = False  # the class template lists them
# numpydoc checks the docstring of each documented name. Left out are:
numpydoc_validation_checks = {
    "all",
    "ES01",  # where the summary says it all, more would be padding
    "GL01",  # ruff places the first line, beside the quotes (PEP 257)
    "SA01",  # not every name has kin
}

# References to names that are not on this site are shown and not linked: links out
# would need the network at build time.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(collections|imblearn|numpy|pandas|sklearn|torch)\..*"),
]

html_math_renderer = "mathml"  # see write_math
html_theme = "pydata_sphinx_theme"
html_title = f"gansampler {release}"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "gansampler"},
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
}
# Pages without neighbours need no list of them.
html_sidebars = {
    page.relative_to(DOCS).with_suffix("").as_posix(): []
    for page in [*DOCS.glob("*.md"), DOCS / "benchmarks" / "index.md"]
}


def show_notebooks(app):
    """Copy what lies in ``notebooks/``, outside of Sphinx's reach, and list it."""
    target = DOCS / "notebooks"
    for old in target.glob("*.ipynb"):
        old.unlink()
    found = sorted((ROOT / "notebooks").glob("*.ipynb"))
    for notebook in found:
        shutil.copy2(notebook, target)
    entries = "\n".join(notebook.stem for notebook in found)
    listing = f"```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n"
    write_generated("notebooks.md", listing if found else "There are none yet.\n")


def write_command_line(app):
    """Write a section with the help of each command."""
    parser = make_parser()
    (commands,) = (
        action
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    sections = [
        f"## gansampler {name}\n\n```text\n{command.format_help()}```\n"
        for name, command in commands.choices.items()
    ]
    write_generated("command_line.md", "\n".join(sections))


def write_generated(name, text):
    """Write what a page includes."""
    folder = DOCS / "_generated"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def write_math(self, node):
    """Write an equation as MathML, which browsers show without a script."""
    # MathML has no space between a function's name and a letter after it.
    text = re.sub(r"\\(log|max|min|exp) (?=[\w\\])", r"\\\1\\, ", node.astext())
    display = isinstance(node, nodes.math_block)
    try:
        equation = latex2mathml.tex2mathml(text, as_block=display)
    except MathError as error:
        logger.warning("%s in %s", error, text, location=node)
        raise nodes.SkipNode from None
    tag = "div" if display else "span"
    self.body.append(f'<{tag} class="math">{equation}</{tag}>')
    raise nodes.SkipNode


def setup(app):
    """Called by Sphinx."""
    app.connect("builder-inited", show_notebooks, priority=100)
    app.connect("builder-inited", write_command_line, priority=100)
    app.add_html_math_renderer("mathml", (write_math, None), (write_math, None))
