"""Columns of text in CSV files that look like numbers or dates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from typing import NamedTuple

from gansampler.looks import (
    APOSTROPHES,
    BLANKS,
    LOOKS,
    MANY,
    NEARLY_ALL,
    NUMBER,
    most_alike,
)
from gansampler.summary import are_few
from gansampler.tablefiles._csv_columns import MISSING_TOKENS, manner_of, unquoted

DIGITS = re.compile(rf"-?[0-9]?[0-9.,{BLANKS}{APOSTROPHES}]*[0-9]([eE]-?[0-9]+)?")
"""A number without what may stand around it."""


class NearlyTyped(NamedTuple):
    """What a column of text would be if all of its cells were written in one manner.

    Attributes
    ----------
    kind : {"numbers", "dates"}
    odd : dict of int to str
        By row, the cells that keep it from being such; the first if most of them do.
    rest : bool
        Whether the other cells are such.
    """

    kind: str
    odd: dict[int, str]
    rest: bool = True


def nearly_typed(fields: Sequence[str], separator: str) -> NearlyTyped | None:
    """Tell what most cells of a column of text are or look like, if it is not text.

    Parameters
    ----------
    fields, separator
        As in ``typed_column``.

    Returns
    -------
    nearly : NearlyTyped or None
        None also where values are few: as text they are learned no worse.
    """
    cells = {field: unquoted(field).strip() for field in dict.fromkeys(fields)}
    present = {
        row: cells[field]
        for row, field in enumerate(fields)
        if cells[field] not in MISSING_TOKENS
    }
    counts = Counter(present.values())
    kind, alike = most_alike(counts)
    if not alike:
        return None
    readable = _readable_together(alike, counts, separator)
    n_readable = sum(counts[cell] for cell in readable)
    few = len(counts) < MANY or are_few(len(counts), len(present))
    if readable == counts.keys() or (few and n_readable < NEARLY_ALL * len(present)):
        return None
    odd = {row: cell for row, cell in present.items() if cell not in readable}
    if not readable:
        # A cell that is a number as it stands would not show what keeps it from it.
        odd = {row: cell for row, cell in odd.items() if cell in alike}
        styled = (row for row, cell in odd.items() if not NUMBER.fullmatch(cell))
        row = next(styled, min(odd))
        odd = {row: odd[row]}
    return NearlyTyped(kind, odd, rest=bool(readable))


def _readable_together(
    alike: Set[str], counts: Counter[str], separator: str
) -> set[str]:
    """Cells that look alike and are read in one manner, if most cells are such."""
    if manner_of([*alike], separator):
        return set(alike)
    shapes: Counter[str] = Counter()
    for cell in alike:
        shapes[_shape(cell)] += counts[cell]
    usual, count = shapes.most_common(1)[0]
    readable = {cell for cell in alike if _shape(cell) == usual}
    most = count > counts.total() / 2
    return readable if most and manner_of([*readable], separator) else set()


def _shape(cell: str) -> str:
    """The same for all numbers with the same signs, and for dates of one pattern."""
    if LOOKS["dates"].fullmatch(cell):
        return re.sub("[0-9]", "9", cell)
    return DIGITS.sub("9", cell)
