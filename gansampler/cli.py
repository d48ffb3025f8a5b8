"""The command ``gansampler``.

Only the standard library is imported until a command runs, so that help is instant.
"""

from __future__ import annotations

import argparse
import codecs
import difflib
import io
import json
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

if TYPE_CHECKING:
    import pandas as pd

    from gansampler.htmlreport import ClassRows, Training
    from gansampler.tablefiles import FileTable

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_TERMINATED = 128 + signal.SIGTERM
EXIT_PIPE = 141
"""128 + SIGPIPE, which Windows has not."""

STRATEGIES = ("auto", "minority", "not minority", "not majority", "all")
PICTURE_SUFFIXES = (".png", ".pdf", ".svg")
PAGE_SUFFIXES = (".html", ".htm")

MAX_CLASSES = 20
"""Classes that a report judges: each takes seconds."""

MAX_WHOLE = 10**15
"""Whole numbers beyond are too large for anything that is counted here."""

UNALLOCATED = "can't allocate memory", "Storage size calculation overflowed"
"""What PyTorch says where memory does not suffice, in errors of no own kind."""

OWN_OPTIONS = {
    "sampling_strategy": "--sampling-strategy",
    "device": "--device",
    "max_iter": "--max-iter",
    "random_state": "--random-state",
    "verbose": "--quiet",
}
"""Parameters of the sampler that ``--set`` leaves to other options."""

Strategy = str | float | dict[str, int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; by default those of the process.

    Returns
    -------
    status : int
        0 if all went well, 1 if data, files or the machine stood in the way, 130 after
        an interrupt, 141 if nobody read to the end what was printed, and 143 after a
        request to terminate.

    Raises
    ------
    SystemExit
        With status 2 if the arguments make no sense, and with 0 after help.
    """
    arguments, unknown = _parser().parse_known_args(argv)
    if unknown:
        _refuse(unknown, arguments.parser)
    output = _Output(sys.stdout)
    try:
        with _termination_as_exit(), _warnings_on_one_line(), redirect_stdout(output):
            arguments.command(arguments)
    except KeyboardInterrupt:
        _complain("interrupted")
        return EXIT_INTERRUPTED
    except _Terminated:
        _complain("terminated")
        return EXIT_TERMINATED
    except MemoryError as error:
        _complain(f"error: not enough memory. {error}")
        return EXIT_ERROR
    # What these say is meant for people; anything else is a bug and shows its trace.
    # The errors of this package are among them.
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        _complain(f"error: {_reason(error)}")
        return EXIT_ERROR
    if isinstance(output.error, BrokenPipeError):
        return EXIT_PIPE
    if output.error is not None:
        reason = (output.error.strerror or str(output.error)).lower()
        _complain(f"error: all is done, but it could not be printed: {reason}")
        return EXIT_ERROR
    return EXIT_OK


class _Output(io.TextIOBase):
    """Standard output that never stops the work: files matter more than what is said.

    Characters that it cannot show are escaped. After a failure it stays silent.

    Attributes
    ----------
    error : OSError or None
        Why nothing could be printed any more.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self.stream = stream
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        """Print at once, so that a failure is known."""
        if self.stream is None or self.error is not None:
            return len(text)
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        shown = text.encode(encoding, "backslashreplace").decode(encoding)
        try:
            self.stream.write(shown)
            self.stream.flush()
        except OSError as error:
            self.error = error
            self._discard()
        return len(text)

    def _discard(self) -> None:
        """Let Python get rid of what is unwritten, which it tries again at its end."""
        assert self.stream is not None
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)


def _reason(error: Exception) -> str:
    if any(words in str(error) for words in UNALLOCATED):
        return (
            "not enough memory to train: choose a smaller batch_size, latent_dim or "
            "hidden_layer_sizes"
        )
    return str(error)


def _complain(message: str) -> None:
    print(f"gansampler: {_one_line(message)}", file=sys.stderr)


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Terminated(BaseException):
    """The process was asked to end; what is half done must be cleared away first."""


@contextmanager
def _termination_as_exit() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that cleaning up happens as after Ctrl-C."""

    def stop(signal_number: int, frame: FrameType | None) -> None:
        raise _Terminated

    previous = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def _warnings_on_one_line() -> Iterator[None]:
    """Print warnings that are meant for users, and keep those for developers quiet."""

    def show(message: Warning | str, *details: Any, **more_details: Any) -> None:
        _complain(f"warning: {message}")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = show
        yield


def _parser() -> argparse.ArgumentParser:
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


def _refuse(unknown: Sequence[str], parser: argparse.ArgumentParser) -> NoReturn:
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
    parser.set_defaults(command=_balance, parser=parser)
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
        type=_strategy,
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
        type=_seed,
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
        type=_positive,
        metavar="INT",
        help="updates of each class's generator; without it, the sampler's default",
    )
    parser.add_argument(
        "--set",
        dest="settings",
        type=_setting,
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
        type=_page,
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
    parser.set_defaults(command=_report, parser=parser)
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
        type=_page,
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
        type=_separator,
        metavar="CHARACTER",
        help="between cells of a CSV file; ',' by default, and a tab for .tsv",
    )
    parser.add_argument(
        "--encoding",
        type=_encoding,
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
        type=_picture,
        default=Path("gansampler-demo.png"),
        metavar="PATH",
        help="picture to write (.png, .pdf or .svg); %(default)s by default",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace the picture if it exists"
    )
    parser.add_argument(
        "--random-state",
        type=_seed,
        default=0,
        metavar="INT",
        help="seed; 0 by default",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few rows and hardly any training: shows that it runs, not how well",
    )


def _strategy(text: str) -> Strategy:
    """Read ``--sampling-strategy``."""
    if text in STRATEGIES:
        return text
    if text.lstrip().startswith("{"):
        return _json_sizes(text)
    try:
        share = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is none of {', '.join(STRATEGIES)}, a number such as 0.5, or "
            'JSON such as {"yes": 500}'
        ) from None
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(
            f"{text} is no share above 0 and at most 1; for a number of rows write "
            'JSON such as {"yes": 500}'
        )
    return share


def _json_sizes(text: str) -> dict[str, int]:
    try:
        sizes = json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not JSON such as {{"yes": 500}}: {error}'
        ) from None
    for label, size in sizes.items():
        if type(size) is not int or size < 0:
            raise argparse.ArgumentTypeError(
                f"the size of class {label!r} must be a whole number from 0 on, not "
                f"{json.dumps(size)}"
            )
        _check_size(size)
    return dict(sizes)


def _setting(text: str) -> tuple[str, Any]:
    """Read ``--set``: a name, and a value in JSON or else as it stands."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not of the form NAME=VALUE, such as rare_levels=table"
        )
    try:
        read = json.loads(value)
    except json.JSONDecodeError:
        return name.strip(), None if value == "None" else value
    for number in read if isinstance(read, list) else [read]:
        if isinstance(number, int):
            _check_size(number)
    return name.strip(), read


def _check_size(number: int) -> None:
    """Refuse a number that would not fit where it is counted to."""
    if abs(number) > MAX_WHOLE:
        raise argparse.ArgumentTypeError(f"{number} is too large, choose a smaller one")


def _positive(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    _check_size(number)
    return number


def _seed(text: str) -> int:
    number = _whole(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {2**32 - 1}")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _separator(text: str) -> str:
    character = {"\\t": "\t", "tab": "\t"}.get(text, text)
    if len(character) != 1 or character in '"\r\n':
        raise argparse.ArgumentTypeError(
            f"{text!r} is not one character (for a tab write tab)"
        )
    return character


def _encoding(text: str) -> str:
    try:
        "".encode(text)  # refuses codecs that are none of text, such as hex
        return codecs.lookup(text).name
    except LookupError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an encoding; utf-8, utf-16, latin-1 and cp1252 are some"
        ) from None


def _picture(text: str) -> Path:
    return _path_ending_in(text, PICTURE_SUFFIXES)


def _page(text: str) -> Path:
    return _path_ending_in(text, PAGE_SUFFIXES)


def _path_ending_in(text: str, suffixes: Sequence[str]) -> Path:
    path = Path(text)
    if path.suffix.lower() not in suffixes:
        *first, last = suffixes
        raise argparse.ArgumentTypeError(
            f"{text!r} must end in {', '.join(first)} or {last}"
        )
    return path


def _balance(arguments: argparse.Namespace) -> None:
    from gansampler import tablefiles

    tablefiles.check_paths(arguments.input, arguments.output, overwrite=arguments.force)
    if arguments.report is not None:
        _check_page(arguments.report, [arguments.input], arguments.force)
    _check_settings(arguments)
    table = tablefiles.read_table(
        arguments.input,
        arguments.target,
        separator=arguments.sep,
        encoding=arguments.encoding,
    )
    if arguments.mark is not None:
        _check_mark(table, arguments.mark, arguments.input)
    strategy = _strategy_for(table, arguments.sampling_strategy)
    sampler, features, labels = _synthetic_rows(table, strategy, arguments)
    tablefiles.write_whole(
        arguments.output,
        table.with_rows(features, labels, arguments.mark),
        overwrite=arguments.force,
    )
    print(_summary(table, labels))
    print(
        f"wrote {arguments.output}: {len(table.labels)} original and {len(labels)} "
        "synthetic rows"
    )
    if arguments.report is not None:
        # After the table: whatever happens to the page, the training is not lost.
        _report_on_training(sampler, table, features, labels, arguments)


def _check_mark(table: FileTable, mark: str, path: Path) -> None:
    """Refuse a column to add that the file cannot have, before any work."""
    if mark in table.columns:
        raise ValueError(
            f"{path} has a column {mark!r} already: choose another name for --mark"
        )
    table.check_mark(path, mark)


def _check_settings(arguments: argparse.Namespace) -> None:
    """Refuse names in ``--set`` that are no parameters, and those of other options."""
    if not arguments.settings:
        return
    from gansampler import GANOversampler

    # A function, as a callback is, cannot be written there.
    known = {*GANOversampler().get_params(), *OWN_OPTIONS} - {"callback"}
    for name, _ in arguments.settings:
        if name in OWN_OPTIONS:
            message = f"for {name} use {OWN_OPTIONS[name]}"
        elif name not in known:
            close = difflib.get_close_matches(name.replace("-", "_"), known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            message = f"{name!r} is no parameter of GANOversampler{hint}"
        else:
            continue
        arguments.parser.error(f"argument --set: {message}")


def _class_sizes(table: FileTable) -> dict[Any, int]:
    """Rows of each class, the largest class first."""
    sizes = table.labels.value_counts()
    return {label: int(size) for label, size in sizes.items() if size}


def _strategy_for(table: FileTable, strategy: Strategy) -> Any:
    """Check a strategy against a table, and turn the texts in it into labels.

    Raises
    ------
    ValueError
        If the table has one class only, or the strategy does not suit its classes.
    """
    sizes = {table.label_text(label): n for label, n in _class_sizes(table).items()}
    if len(sizes) == 1:
        raise ValueError(
            f"column {table.target!r} holds one class only ({next(iter(sizes))!r}): "
            "there is nothing to balance"
        )
    if isinstance(strategy, float):
        _check_share(table.target, sizes, strategy)
    if isinstance(strategy, dict):
        return _labelled_sizes(table, strategy)
    return strategy


def _check_share(target: str, sizes: dict[str, int], share: float) -> None:
    """Refuse a share where there are not two classes, or that adds nothing."""
    (_, most), *others, (smaller, least) = sizes.items()
    if others:
        example = json.dumps({smaller: most}, ensure_ascii=False)
        raise ValueError(
            f"a share needs two classes, and column {target!r} holds {len(sizes)}: "
            f"write the wanted sizes in JSON, such as {example}"
        )
    if int(share * most) <= least:
        raise ValueError(
            f"a share of {share} adds nothing: class {smaller!r} is already "
            f"{least / most:.3g} times as large as the other; ask for a larger share"
        )


def _labelled_sizes(table: FileTable, wanted: dict[str, int]) -> dict[Any, int]:
    """Wanted sizes by label of the table's own type instead of by text."""
    from gansampler.tablefiles import listed

    sizes = _class_sizes(table)
    by_text = {table.label_text(label): label for label in sizes}
    by_folded = {text.casefold(): label for text, label in by_text.items()}
    labelled = {}
    for text, size in wanted.items():
        # JSON writes true where the table may have True.
        label = by_text.get(text, by_folded.get(text.casefold()))
        if label is None:
            raise ValueError(
                f"column {table.target!r} has no class {text!r}: its classes are "
                f"{listed(sorted(by_text))}"
            )
        if size < sizes[label]:
            raise ValueError(
                f"class {text!r} has {sizes[label]} rows already, and rows are only "
                f"added: ask for as many or more, not {size}"
            )
        labelled[label] = size
    return labelled


def _synthetic_rows(
    table: FileTable, strategy: Any, arguments: argparse.Namespace
) -> tuple[Any, pd.DataFrame, pd.Series]:
    """The sampler, and features and classes of the rows that balance a table."""
    from gansampler import GANOversampler

    options = dict(arguments.settings)
    if arguments.max_iter is not None:
        options["max_iter"] = arguments.max_iter
    sampler = GANOversampler(
        strategy,
        device=arguments.device,
        verbose=0 if arguments.quiet else 1,
        random_state=arguments.random_state,
        **options,
    )
    features, labels = sampler.fit_resample(table.features, table.labels)
    n_rows = len(table.labels)
    return sampler, features.iloc[n_rows:], labels.iloc[n_rows:]


def _summary(table: FileTable, added: pd.Series) -> str:
    """Sizes of the classes before and after, as aligned text."""
    gains = added.value_counts()
    rows = [(table.target, "before", "after")] + [
        (table.label_text(label), str(size), str(size + gains.get(label, 0)))
        for label, size in _class_sizes(table).items()
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"{name:<{widths[0]}}  {before:>{widths[1]}}  {after:>{widths[2]}}"
        for name, before, after in rows
    )


def _check_page(path: Path, sources: Sequence[Path], overwrite: bool) -> None:
    """Refuse a page that cannot be written, before any work."""
    from gansampler import tablefiles
    from gansampler.plots._style import require_matplotlib

    require_matplotlib()
    tablefiles.check_new_file(path, sources, overwrite=overwrite)


def _report(arguments: argparse.Namespace) -> None:
    from gansampler import tablefiles
    from gansampler.htmlreport import ClassRows

    real, synthetic = arguments.real, arguments.synthetic
    _check_page(arguments.output, [real, synthetic], arguments.force)
    tables = tablefiles.read_comparable(
        real,
        synthetic,
        arguments.target,
        mark=arguments.mark,
        separator=arguments.sep,
        encoding=arguments.encoding,
    )
    remarks = []
    if tables.n_left_out:
        remarks.append(
            f"The first {tables.n_left_out:,} rows of {synthetic} are those of {real} "
            "and were left out."
        )
    rows = []
    for label, of_class in tables.classes.items():
        if of_class.n_synthetic and not of_class.n_real:
            remarks.append(
                f"Class {label!r} has no real rows: its {of_class.n_synthetic:,} "
                "synthetic rows were not judged."
            )
        elif of_class.n_synthetic:
            others = [o.real for name, o in tables.classes.items() if name != label]
            text = None if arguments.target is None else label
            rows.append(
                ClassRows(
                    text,
                    of_class.real,
                    of_class.synthetic,
                    _stacked(others),
                    of_class.n_real,
                    of_class.n_synthetic,
                )
            )
    n_real, n_synthetic = (
        sum(getattr(of_class, name) for of_class in tables.classes.values())
        for name in ("n_real", "n_synthetic")
    )
    n_columns = rows[0].real.shape[1]
    classes = "all rows compared as one, since no --target was given"
    if arguments.target is not None:
        classes = f"the classes in {arguments.target!r}"
    facts = [
        f"Real: {real}, {n_real:,} rows. Synthetic: {synthetic}, {n_synthetic:,} rows. "
        f"{n_columns:,} columns; {classes}."
    ]
    title = f"{synthetic.name} beside {real.name}"
    _write_report(rows, title, facts, remarks, {}, arguments.output, arguments)


def _report_on_training(
    sampler: Any,
    table: FileTable,
    features: pd.DataFrame,
    labels: pd.Series,
    arguments: argparse.Namespace,
) -> None:
    """Write the page on rows that were just made, and on how they came about."""
    from gansampler.htmlreport import ClassRows, Training

    if not len(labels):
        print(f"wrote no {arguments.report}: no rows were added")
        return
    rows = []
    trainings: dict[str | None, Training] = {}
    for label, report in sampler.report_.items():
        text = table.label_text(label)
        own, made = table.labels == label, labels == label
        rows.append(
            ClassRows(
                text,
                table.features[own],
                features[made],
                table.features[~own],
                int(own.sum()),
                int(made.sum()),
            )
        )
        history = sampler.history_[label]
        trainings[text] = Training(report, history, sampler.loss)
    facts = [
        f"Made from {arguments.input}, {len(table.labels):,} rows of "
        f"{table.features.shape[1]:,} columns, by the classes in {table.target!r}; "
        f"written to {arguments.output}."
    ]
    title = f"Synthetic rows for {arguments.input.name}"
    _write_report(rows, title, facts, [], trainings, arguments.report, arguments)


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    import pandas as pd

    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else None


def _write_report(
    rows: Sequence[ClassRows],
    title: str,
    facts: Sequence[str],
    remarks: Sequence[str],
    trainings: dict[str | None, Training],
    path: Path,
    arguments: argparse.Namespace,
) -> None:
    """Judge the rows class by class, write the page, and say what was found."""
    from tqdm import tqdm

    from gansampler import tablefiles
    from gansampler.htmlreport import conclusion, judge_class, write_page

    rows = sorted(rows, key=lambda of_class: -of_class.n_synthetic)
    if len(rows) > MAX_CLASSES:
        rest = sum(of_class.n_synthetic for of_class in rows[MAX_CLASSES:])
        remarks = [
            *remarks,
            f"The {MAX_CLASSES} classes with most synthetic rows were judged; "
            f"{len(rows) - MAX_CLASSES} others with {rest:,} were not.",
        ]
    bar = tqdm(rows[:MAX_CLASSES], desc="judging classes", disable=arguments.quiet)
    judgements = [judge_class(of_class) for of_class in bar]
    content = write_page(
        judgements, title=title, facts=facts, trainings=trainings, remarks=remarks
    )
    tablefiles.write_whole(path, content, overwrite=arguments.force)
    for judgement in judgements:
        label = judgement.rows.label
        _, sentence = conclusion(judgement, trainings.get(label))
        print(f"{'all rows' if label is None else f'class {label!r}'}: {sentence}")
    print(f"wrote {path}")


def _demo(arguments: argparse.Namespace) -> None:
    from gansampler.demo import run_demo

    run_demo(
        quick=arguments.quick,
        random_state=arguments.random_state,
        picture=arguments.output,
        overwrite=arguments.force,
    )
