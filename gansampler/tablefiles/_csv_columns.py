"""Columns of CSV files: what their cells mean, and the manner they are written in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, permutations, product, repeat
from math import isfinite
from operator import eq
from statistics import mode
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype

from gansampler.looks import (
    APOSTROPHES,
    BLANKS,
    COMPACT_DATE,
    COMPACT_PATTERNS,
    INTEGER,
    MIN_COMPACT_DATES,
    MONTHS,
    NUMBER,
    compact_dates,
)
from gansampler.summary import are_few
from gansampler.tablefiles._files import most_frequent

MISSING_TOKENS = frozenset(
    {"", ".", "?", "NULL", "null", "None", "NaT", "NaN", "nan", "-NaN", "-nan"}
    | {"NA", "N/A", "n/a", "#N/A", "<NA>"}
)
"""Cells that stand for nothing in a column of numbers or dates, and among labels, where
only "None" may be a class beside others. In a column of text only the empty cell does:
"NA" may be Namibia, and as a level of its own it loses nothing."""

WITHOUT_ZERO = re.compile(r"^-(?=[0.,]+$)|[.,]0?$")
"""What may be left out of a number: 1.0 is 1 beside it, and -0.0 is 0."""

GROUP_MARKS = frozenset(",." + BLANKS + APOSTROPHES)
"""What may stand between the thousands of a number: 4.483 may be more than 856."""

PER_CENT = (*(f"{blank}%" for blank in BLANKS), "%")

INT64 = range(-(2**63), 2**63)

DATE_PARTS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
)
TIME_PARTS = (
    "",
    " %H:%M",
    "T%H:%M",
    " %H:%M:%S",
    "T%H:%M:%S",
    " %H:%M:%S.%f",
    "T%H:%M:%S.%f",
)
DATE_PATTERNS = (
    *(date + time for date, time in product(DATE_PARTS, TIME_PARTS)),
    "%Y%m%d%H%M",
    "%Y%m%d%H%M%S",
    MONTHS,
)

ZONE = re.compile(":[0-9:.]+(Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])")
"""Time of day that says how far it is ahead of UTC."""

HALF_A_MONTH = timedelta(days=15)
"""Takes a date into the month whose first day is the nearest."""


@dataclass(frozen=True)
class CsvColumn:
    """A column of a CSV file, and the manner in which its cells are written.

    Attributes
    ----------
    values : Series
        The typed cells.
    missing : str
        What stands in the file where a cell is missing.
    write : callable
        Maps one value that is not missing to the text that stands for it in the file,
        quotes included.
    """

    values: pd.Series
    missing: str
    write: Callable[[Any], str]

    def texts(self, values: pd.Series) -> list[str]:
        """Write cells as they would stand in the file."""
        if is_float_dtype(values):  # -0.0 equals 0.0, but may be written otherwise
            return [
                self.missing if absent else self.write(value)
                for value, absent in zip(values, values.isna(), strict=True)
            ]
        codes, distinct = pd.factorize(values)
        written = [*map(self.write, distinct), self.missing]
        return [written[code] for code in codes.tolist()]


class Manner(NamedTuple):
    """How a column's cells are read and written, blanks, quotes and gaps apart.

    Attributes
    ----------
    values : Series
        The cells that are there.
    write : callable
        Maps a value to the text of its cell.
    """

    values: pd.Series
    write: Callable[[Any], str]


def unquoted(field: str) -> str:
    """Cell of a CSV field: without the quotes around it and the doubled ones in it."""
    if field.startswith('"'):
        return field[1:-1].replace('""', '"')
    return field


def quoted_if_needed(cell: str, separator: str) -> str:
    """Field for a cell, in quotes if it would be misread without them."""
    if any(character in cell for character in (separator, '"', "\r", "\n")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def typed_column(
    fields: Sequence[str],
    separator: str,
    *,
    labels: bool = False,
    numbers: bool = False,
) -> CsvColumn:
    """Type a column's fields as dates, numbers or text, whichever fits all of them.

    Parameters
    ----------
    fields : sequence of str
        Cells as they stand in the file, quotes included.
    separator : str
        What stands between the cells of a row.
    labels : bool, default=False
        Whether the cells are classes, which are never dates.
    numbers : bool, default=False
        Whether all that has the form of numbers is such, be they dates or few names.

    Returns
    -------
    column : CsvColumn
    """
    counts = Counter(fields)
    column = _typed_distinct(counts, separator, labels=labels, numbers=numbers)
    places = {field: place for place, field in enumerate(counts)}
    codes = np.fromiter(map(places.__getitem__, fields), np.intp, len(fields))
    values = column.values.take(codes).set_axis(range(len(fields)))
    return replace(column, values=values)


def _typed_distinct(
    counts: Counter[str], separator: str, *, labels: bool, numbers: bool
) -> CsvColumn:
    """Type the distinct fields of a column, each of which is there so often."""
    fields = list(counts)
    cells = [unquoted(field).strip() for field in fields]
    present = {
        place: cell for place, cell in enumerate(cells) if cell not in MISSING_TOKENS
    }
    there = list(present.values())
    times = [counts[fields[place]] for place in present]
    manner = manner_of(there, separator, dates=not (labels or numbers))
    if manner is None or (
        not numbers and _are_names(there, times, manner.values, labels=labels)
    ):
        return _text_column(counts, separator, labels=labels)
    write = manner.write
    if labels or are_few(manner.values.nunique(), sum(times)):
        write = _as_spelled(there, times, manner)
    gaps = [field for place, field in enumerate(fields) if place not in present]
    values = manner.values.set_axis(list(present))
    if gaps and values.dtype == np.int64:
        values = values.astype("Int64")
    frames = [fields[place].partition(cell)[::2] for place, cell in present.items()]
    # Cells with a separator in them have quotes that others may not have.
    free = [0 if separator in cell else n for cell, n in zip(there, times, strict=True)]
    before, after = mode(_repeated(frames, free if any(free) else times))

    def write_field(value: Any) -> str:
        field = before + write(value) + after
        return field if '"' in before else quoted_if_needed(field, separator)

    return CsvColumn(
        values=values.reindex(range(len(fields))),
        missing=max(gaps, key=counts.__getitem__, default=""),
        write=write_field,
    )


def _repeated(items: Iterable[Any], times: Iterable[int]) -> Iterator[Any]:
    """Each of items so many times."""
    return chain.from_iterable(map(repeat, items, times))


def _are_names(
    cells: Sequence[str], times: Sequence[int], values: pd.Series, *, labels: bool
) -> bool:
    """Whether cells that are few name things, although they have the form of numbers.

    So do codes that are one number, as 250.0 and 250.00, and classes with fractions.
    """
    texts = set(cells)
    if not are_few(len(texts), sum(times)):
        return False
    if labels and (values % 1).any():
        return True
    return len({WITHOUT_ZERO.sub("", text) for text in texts}) > values.nunique()


def _as_spelled(
    cells: Sequence[str], times: Sequence[int], manner: Manner
) -> Callable[[Any], str]:
    """Write values that are there as they are: 1E2 may be a code, not a number."""
    spelled = zip(manner.values, cells, strict=True)
    spellings = most_frequent(_repeated(spelled, times))
    return lambda value: spellings.get(value) or manner.write(value)


def manner_of(
    cells: Sequence[str], separator: str, *, dates: bool = True
) -> Manner | None:
    """Tell what cells are if they are not text."""
    if not cells:
        return None
    if dates:
        manner = _date_manner(cells)
        # Between dates that are taken for numbers lie others that do not exist.
        if manner or compact_dates(set(cells)):
            return manner
    return _number_manner(cells, separator)


def _text_column(counts: Counter[str], separator: str, *, labels: bool) -> CsvColumn:
    """Text as it is; each text is written as it stands most often.

    Blanks around labels do not count.
    """
    texts = [unquoted(field) for field in counts]
    if labels:
        texts = [text.strip() for text in texts]
    spelled = zip(texts, counts, strict=True)
    spellings = most_frequent(_repeated(spelled, counts.values()))

    def write(value: Any) -> str:
        cell = str(value)
        seen = spellings.get(cell)
        return quoted_if_needed(cell, separator) if seen is None else seen

    cells = [text or None for text in texts]
    return CsvColumn(pd.Series(cells), spellings.get("", ""), write)


def _number_manner(cells: Sequence[str], separator: str) -> Manner | None:
    """Numbers, if every cell is one, or every cell is one with a sign of per cent."""
    sign = next((s for s in PER_CENT if all(cell.endswith(s) for cell in cells)), "")
    numbers = [cell.removesuffix(sign) for cell in cells]
    # A comma can be a decimal mark only where it does not separate cells.
    marks = "." if separator == "," else ".,"
    manner = _grouped_manner(numbers, separator) or _plain_manner(numbers, marks)
    if manner is None:
        return None
    values, write = manner
    return Manner(values, lambda value: write(value) + sign)


def _plain_manner(cells: Sequence[str], marks: str) -> Manner | None:
    """Numbers without groups, if every cell is one."""
    for mark in marks:
        # A point in the place of the decimal mark, and none in any other.
        exchange = str.maketrans({mark: ".", ".": mark})
        numbers = [cell.translate(exchange) for cell in cells]
        if all(map(INTEGER.fullmatch, numbers)):
            return _integer_manner(numbers)
        if all(map(NUMBER.fullmatch, numbers)):
            values, write = _decimal_manner(numbers)
            return Manner(values, lambda value: write(value).translate(exchange))  # noqa: B023
    return None


def _grouped_manner(cells: Sequence[str], separator: str) -> Manner | None:
    """Numbers, if every cell groups its thousands by one mark, and some have several.

    Where the column has two marks, one groups thousands and the other is the decimal
    mark; which is which has to be clear.
    """
    marks = {*"".join(cells)} - {*"-0123456789"}
    if not marks or not marks <= GROUP_MARKS:
        return None
    if len(marks) == 1:
        return _integers_in_groups(cells, marks.pop(), separator)
    fitting = [
        (mark, point)
        for mark, point in permutations(marks, 2)
        if point in ".,"
        and all(map(_grouped(mark, f"({re.escape(point)}[0-9]+)?").fullmatch, cells))
    ]
    return _decimals_in_groups(cells, *fitting[0]) if len(fitting) == 1 else None


def _grouped(mark: str, fraction: str = "") -> re.Pattern[str]:
    """Numbers whose thousands have a mark between them."""
    groups = rf"[1-9][0-9]{{0,2}}({re.escape(mark)}[0-9]{{3}})*"
    return re.compile(f"-?(0|{groups}){fraction}")


def _integers_in_groups(
    cells: Sequence[str], mark: str, separator: str
) -> Manner | None:
    """Whole numbers in groups, if they can be nothing else.

    Numbers with three decimals in every cell have the same form. A cell without a mark
    or with several tells groups from them; without such a cell points are groups only
    between semicolons, where commas are decimal marks, and commas only between commas.
    Points between commas are decimal marks always. Blanks that are in every cell are
    those of phone numbers.
    """
    if (mark, separator) == (".", ",") or not all(map(_grouped(mark).fullmatch, cells)):
        return None
    counts = {cell.count(mark) for cell in cells if cell != "0"}
    clear = mark in APOSTROPHES or (mark, separator) in ((".", ";"), (",", ","))
    if not (clear or len(counts) > 1 or (mark in ",." and counts != {1})):
        return None
    manner = _integer_manner([cell.replace(mark, "") for cell in cells])
    if manner is None:
        return None
    return Manner(manner.values, lambda value: _in_groups(str(int(value)), mark))


def _decimals_in_groups(cells: Sequence[str], mark: str, point: str) -> Manner:
    plain = str.maketrans({mark: None, point: "."})
    values, write_plain = _decimal_manner([cell.translate(plain) for cell in cells])

    def write(value: Any) -> str:
        whole, dot, fraction = write_plain(value).partition(".")
        return _in_groups(whole, mark) + (point + fraction if dot else "")

    return Manner(values, write)


def _in_groups(whole: str, mark: str) -> str:
    return re.sub("(?<=[0-9])(?=([0-9]{3})+$)", mark, whole)


def _integer_manner(cells: Sequence[str]) -> Manner | None:
    """Integers, if they fit into 64 bits; otherwise text."""
    longest = len(str(INT64.start))
    if any(len(cell) > longest or int(cell) not in INT64 for cell in cells):
        return None
    return Manner(
        pd.Series([int(cell) for cell in cells], dtype="int64"),
        write=lambda value: str(int(value)),
    )


def _decimal_manner(cells: Sequence[str]) -> Manner:
    """Numbers with a fraction or an exponent, written with no more digits than seen."""
    values = [float(cell) for cell in cells]
    finite = [
        cell for cell, value in zip(cells, values, strict=True) if isfinite(value)
    ]
    if any("e" in cell.lower() for cell in finite):
        digits = max(map(_significant_digits, finite))
        style = f".{digits}{'G' if any('E' in cell for cell in finite) else 'g'}"

        def write(value: Any) -> str:
            return format(float(value), style)

    else:
        decimals = [len(cell.partition(".")[2]) for cell in finite] or [0]
        fewest, most = min(decimals), max(decimals)

        def write(value: Any) -> str:
            # Adding zero turns the minus zero of a rounded small number into zero.
            text: str = np.format_float_positional(
                round(float(value), most) + 0.0, precision=most, min_digits=fewest
            )
            return text.rstrip(".")

    return Manner(pd.Series(values, dtype="float64"), write)


def _significant_digits(number: str) -> int:
    mantissa = re.split("[eE]", number)[0]
    return max(len(mantissa.replace(".", "").lstrip("-0")), 1)


def _date_manner(cells: Sequence[str]) -> Manner | None:
    """Dates, if one pattern and one only reads and rewrites every cell exactly.

    Where day and month could change places the cells stay text: a date made up under
    the wrong reading need not exist under the right one. The values of times with a
    zone are in UTC.
    """
    if not re.match("[0-9].{5}", cells[0]):
        return None  # no pattern fits, and trying all of them takes time
    zoned = ZONE.search(cells[0])
    zone = zoned[1] if zoned and all(cell.endswith(zoned[1]) for cell in cells) else ""
    cells = [cell.removesuffix(zone) for cell in cells]
    digits = min(len(cells[0].rpartition(".")[2]), 6)
    manners = (_dates(cells, pattern, digits) for pattern in DATE_PATTERNS)
    fitting = [manner for manner in manners if manner is not None]
    if len(fitting) != 1:
        return None
    (dates, write), *_ = fitting
    if not zone:
        return Manner(dates, write)
    ahead = datetime.strptime(zone, "%z").utcoffset() or timedelta()
    return Manner(dates - ahead, lambda value: write(value + ahead) + zone)


def _dates(cells: Sequence[str], pattern: str, digits: int) -> Manner | None:
    """Cells as dates, if a pattern reads and rewrites all of them exactly."""
    first = cells[0]
    if len(first) != COMPACT_PATTERNS.get(pattern, len(first)):
        return None
    try:  # in a moment, before the whole column is tried
        datetime.strptime(first, pattern)
    except ValueError:
        return None
    dates = pd.to_datetime(pd.Series(cells), format=pattern, errors="coerce")
    if dates.isna().any():
        return None
    if pattern.startswith(MONTHS) and not all(map(COMPACT_DATE.match, cells)):
        return None
    if pattern == MONTHS and dates.nunique() < MIN_COMPACT_DATES:
        return None
    for bare in (False, True):
        write = partial(_date_text, pattern=pattern, digits=digits, bare=bare)
        if all(map(eq, map(write, dates), cells)):
            return Manner(dates, write)
    return None


def _date_text(date: datetime, pattern: str, digits: int, *, bare: bool) -> str:
    """Write a date, with so many digits of the second's fraction if there is one.

    Days, months and hours may be bare of the zeros in front.
    """
    if pattern == MONTHS:
        date += HALF_A_MONTH
    text = date.strftime(pattern)
    if bare:
        day_and_hour, *rest = text.split(":", 1)
        text = ":".join([re.sub(r"\b0(?=[0-9])", "", day_and_hour), *rest])
    return text[: len(text) - 6 + digits] if pattern.endswith("%f") else text
