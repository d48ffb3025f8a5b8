"""What arguments may be: each function reads the text of one, or refuses it."""

from __future__ import annotations

import argparse
import codecs
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

STRATEGIES = ("auto", "minority", "not minority", "not majority", "all")
PICTURE_SUFFIXES = (".png", ".pdf", ".svg")
PAGE_SUFFIXES = (".html", ".htm")

MAX_WHOLE = 10**15
"""Whole numbers beyond are too large for anything that is counted here."""

Strategy = str | float | dict[str, int]


def strategy(text: str) -> Strategy:
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


def setting(text: str) -> tuple[str, Any]:
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


def positive(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    _check_size(number)
    return number


def seed(text: str) -> int:
    number = _whole(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {2**32 - 1}")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def separator(text: str) -> str:
    character = {"\\t": "\t", "tab": "\t"}.get(text, text)
    if len(character) != 1 or character in '"\r\n':
        raise argparse.ArgumentTypeError(
            f"{text!r} is not one character (for a tab write tab)"
        )
    return character


def encoding(text: str) -> str:
    try:
        "".encode(text)  # refuses codecs that are none of text, such as hex
        return codecs.lookup(text).name
    except LookupError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an encoding; utf-8, utf-16, latin-1 and cp1252 are some"
        ) from None


def picture(text: str) -> Path:
    return _path_ending_in(text, PICTURE_SUFFIXES)


def page(text: str) -> Path:
    return _path_ending_in(text, PAGE_SUFFIXES)


def _path_ending_in(text: str, suffixes: Sequence[str]) -> Path:
    path = Path(text)
    if path.suffix.lower() not in suffixes:
        *first, last = suffixes
        raise argparse.ArgumentTypeError(
            f"{text!r} must end in {', '.join(first)} or {last}"
        )
    return path
