"""Pages that are written by hand, but for numbers and pictures from results."""

import argparse
import sys

import pandas as pd

from benchmarks.report import plots
from benchmarks.report.markdown import fill


def write_or_check(page, sections, module, arguments=None, *, pictures=None):
    """Bring a page up to date, or with ``--check`` make sure that it is.

    Parameters
    ----------
    page : Path
    sections : dict of str to str
        The generated parts of the page.
    module : str
        The module that writes the page, as ``python -m`` takes it.
    arguments : list of str or None, default=None
        Of the command line; None are those of the process.
    pictures : dict of str to (callable, tuple) or None, default=None
        As :func:`update` takes them; None is none.
    """
    options = page_parser(page, module).parse_args(arguments)
    update(page, sections, module, pictures=pictures or {}, check=options.check)


def page_parser(page, module):
    """A parser of the option that the modules of all pages have."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=f"Write the numbers of {page.name} from the results.",
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if it is out of date"
    )
    return parser


def update(page, sections, module, *, pictures, check):
    """Fill the sections of a page and draw its pictures.

    Parameters
    ----------
    page : Path
    sections : dict of str to str
    module : str
        What is to be run where the page is out of date.
    pictures : dict of str to (callable, tuple)
        From the name of a file beside the page to the function that draws it and what
        it draws: data frames, or lists of (str, DataFrame).
    check : bool
        Whether to change nothing.

    Raises
    ------
    SystemExit
        If ``check`` finds that a file is not what the results give. A picture is
        compared by the numbers that it says it was drawn from.
    """
    current = page.read_text()
    filled = fill(current, sections)
    sources = {name: _source(shown) for name, (_, shown) in pictures.items()}
    if check:
        stale = [] if filled == current else [page.name]
        stale += [
            name for name, source in sources.items() if not _shows(page, name, source)
        ]
        if stale:
            sys.exit(f"{', '.join(stale)}: run python -m {module}")
        return
    page.write_text(filled)
    for name, (draw, shown) in pictures.items():
        plots.save(draw(*shown), page.with_name(name), sources[name])


def _shows(page, name, source):
    """Whether a picture beside the page was drawn from these numbers."""
    path = page.with_name(name)
    return path.exists() and source in path.read_text()


def _source(shown):
    """Name the numbers that a picture shows."""
    frames = []
    for part in shown:
        frames += [frame for _, frame in part] if isinstance(part, list) else [part]
    return plots.digest(*[pd.DataFrame(frame) for frame in frames])
