"""Runs a command: exit statuses, signals, and what is said on the terminal."""

from __future__ import annotations

import io
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from types import FrameType
from typing import Any, TextIO

from gansampler._whole_files import reason
from gansampler.cli._parser import make_parser, refuse

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_TERMINATED = 128 + signal.SIGTERM
EXIT_PIPE = 141
"""128 + SIGPIPE, which Windows lacks."""

UNALLOCATED = "can't allocate memory", "Storage size calculation overflowed"
"""What PyTorch says where memory does not suffice, in errors without a class of their
own."""


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
    arguments, unknown = make_parser().parse_known_args(argv)
    if unknown:
        refuse(unknown, arguments.parser)
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
        _complain(f"error: {_in_words(error)}")
        return EXIT_ERROR
    if isinstance(output.error, BrokenPipeError):
        return EXIT_PIPE
    if output.error is not None:
        _complain(
            f"error: all is done, but it could not be printed: {reason(output.error)}"
        )
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


def _in_words(error: Exception) -> str:
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
