"""The commands and their options."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from gansampler.cli._arguments import (
    encoding,
    page,
    picture,
    positive,
    seed,
    separator,
    setting,
    strategy,
)
from gansampler.cli._balance import balance
from gansampler.cli._report import report


def make_parser() -> argparse.ArgumentParser:
    from gansampler import __version__

    parser = _Parser(
        prog="gansampler",
        description="Balance the classes of a table with rows made by GANs.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_balance(commands)
    _add_report(commands)
    _add_demo(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that names what a mistyped option may have been meant to be."""

    given: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and remember what was given."""
        self.given = [] if args is None else list(args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Refuse; where an option is lacking, it may be one that is mistyped."""
        if "arguments are required" in message:
            for text in self.given:
                meant = _meant(text, self) if text.startswith("--") else None
                if meant and meant in message:
                    message += f"; did you mean {meant} with {text.partition('=')[0]}?"
        super().error(message)


def refuse(unknown: Sequence[str], parser: argparse.ArgumentParser) -> NoReturn:
    """Name arguments that a command does not have, and one that may be meant."""
    meant = _meant(unknown[0], parser)
    hint = f"; did you mean {meant}?" if meant else ""
    parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")


def _meant(text: str, parser: argparse.ArgumentParser) -> str | None:
    """The option that comes nearest to one that a command does not have."""
    name = text.partition("=")[0].replace("_", "-").casefold()
    close = difflib.get_close_matches(name, parser._option_string_actions, n=1)
    return close[0] if close else None


def _add_balance(commands: Any) -> None:
    parser = commands.add_parser(
        "balance",
        help="add synthetic rows to a CSV or Parquet file until its classes balance",
        description=(
            "Read a table, learn each class that is too small from its own rows, and "
            "write the table with synthetic rows after the original ones. These keep "
            "their very text (CSV) or values (Parquet); the input is never written "
            "over, and the output appears whole or not at all."
        ),
    )
    parser.set_defaults(command=balance, parser=parser)
    parser.add_argument(
        "input",
        type=Path,
        metavar="INPUT",
        help=".csv or .tsv (also with .gz, .bz2 or .xz after it) or .parquet",
    )
    parser.add_argument(
        "--target", required=True, metavar="COLUMN", help="column with the classes"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUTPUT",
        help="file to write, in the format of INPUT",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace OUTPUT if it exists"
    )
    parser.add_argument(
        "--sampling-strategy",
        type=strategy,
        default="auto",
        metavar="STRATEGY",
        help=(
            "auto (all classes as large as the largest, the default), minority, 'not "
            "minority', 'not majority', all, a number (wanted size of the smaller of "
            "two classes as a share of the larger, for instance 0.5), or the wanted "
            "sizes in JSON, for instance '{\"yes\": 500}'"
        ),
    )
    parser.add_argument(
        "--mark",
        metavar="COLUMN",
        help="add a column of this name: true for synthetic rows, false for others",
    )
    parser.add_argument(
        "--random-state",
        type=seed,
        metavar="INT",
        help="seed; the same seed makes the same rows on the same machine",
    )
    parser.add_argument(
        "--device",
        default="auto",
        help="where to train: auto (a GPU if there is one, the default), cpu, cuda",
    )
    parser.add_argument(
        "--max-iter",
        type=positive,
        metavar="INT",
        help="updates of each class's generator; without it, the sampler's default",
    )
    parser.add_argument(
        "--set",
        dest="settings",
        type=setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=(
            "any other parameter of GANOversampler, for instance rare_levels=table or "
            "border_rejection=0; can be given several times"
        ),
    )
    parser.add_argument(
        "--report",
        type=page,
        metavar="PAGE",
        help="write a page (.html) as well on what the rows are worth; see 'report'",
    )
    _add_reading(parser)


def _add_report(commands: Any) -> None:
    parser = commands.add_parser(
        "report",
        help="write a page on how near synthetic rows are to real ones, and how new",
        description=(
            "Compare synthetic rows from anywhere with the real rows that they were "
            "made from, class by class, and write one HTML file with verdicts, "
            "pictures and a table of the columns. It opens without a network. If "
            "SYNTHETIC begins with all rows of REAL, these are left out."
        ),
    )
    parser.set_defaults(command=report, parser=parser)
    parser.add_argument(
        "real",
        type=Path,
        metavar="REAL",
        help=".csv or .tsv (also with .gz, .bz2 or .xz after it) or .parquet",
    )
    parser.add_argument(
        "synthetic",
        type=Path,
        metavar="SYNTHETIC",
        help="the same columns in any order, in any of these formats",
    )
    parser.add_argument(
        "--target",
        metavar="COLUMN",
        help="column with the classes; without it all rows are compared as one",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=page,
        required=True,
        metavar="PAGE",
        help="page to write (.html)",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace PAGE if it exists"
    )
    parser.add_argument(
        "--mark",
        metavar="COLUMN",
        help="column of SYNTHETIC that is true for synthetic rows; others are left out",
    )
    _add_reading(parser)


def _add_reading(parser: Any) -> None:
    """Add how files are read, and what is shown meanwhile."""
    parser.add_argument(
        "--sep",
        type=separator,
        metavar="CHARACTER",
        help="between cells of a CSV file; ',' by default, and a tab for .tsv",
    )
    parser.add_argument(
        "--encoding",
        type=encoding,
        default="utf-8",
        help="encoding of a CSV file, utf-8 by default",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress bar")


def _add_demo(commands: Any) -> None:
    parser = commands.add_parser(
        "demo",
        help="compare with SMOTE and with doing nothing on two real tables",
        description=(
            "Cross-validate classifiers on a churn and a fraud table, left alone and "
            "balanced by SMOTENC and by GANOversampler, and draw real and synthetic "
            "rows. Takes one or two minutes."
        ),
    )
    parser.set_defaults(command=_demo, parser=parser)
    parser.add_argument(
        "--output",
        type=picture,
        default=Path("gansampler-demo.png"),
        metavar="PATH",
        help="picture to write (.png, .pdf or .svg); %(default)s by default",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace the picture if it exists"
    )
    parser.add_argument(
        "--random-state",
        type=seed,
        default=0,
        metavar="INT",
        help="seed; 0 by default",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few rows and hardly any training: shows that it runs, not how well",
    )


def _demo(arguments: argparse.Namespace) -> None:
    from gansampler.demo import run_demo

    run_demo(
        quick=arguments.quick,
        random_state=arguments.random_state,
        picture=arguments.output,
        overwrite=arguments.force,
    )
