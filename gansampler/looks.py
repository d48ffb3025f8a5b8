"""What texts look like: numbers or dates, or codes that only have digits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set

import pandas as pd

from gansampler.summary import are_few

INTEGER = re.compile("-?(0|[1-9][0-9]*)")
NUMBER = re.compile(
    rf"({INTEGER.pattern}|-?(?=\.[0-9]))(\.[0-9]*)?([eE][+-]?[0-9]+)?"
    # Infinity stays a number so that the sampler refuses it instead of copying it.
    "|[+-]?(?i:inf|infinity)"
)
"""Digits with a zero in front are no number but a code that would lose its zero."""

BLANKS = " \u00a0\u202f"
APOSTROPHES = "'\u2019"

NEARLY_ALL = 0.95
"""Share of cells that show what a column was meant to be."""

MONTHS = "%Y%m"

COMPACT_PATTERNS = {MONTHS: 6, "%Y%m%d": 8, "%Y%m%d%H%M": 12, "%Y%m%d%H%M%S": 14}
"""Dates of digits alone, and how many they have."""

COMPACT_DATE = re.compile("(19[0-9]{2}|20[0-9]{2}|2100|9999)(0[1-9]|1[0-2])[0-9]*")
"""Digits alone are a date only within these years, otherwise a number; 9999 is the year
of what has no end."""

MIN_COMPACT_DATES = 5
"""So many distinct numbers are not months, or dates beside other numbers, by chance."""

MOST = 0.8
"""Share of distinct numbers that are dates where all are meant to be."""

AMOUNT = (
    rf"(?:[1-9][0-9]{{0,2}}(?P<mark>[,.{APOSTROPHES}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*"
    rf"|[1-9][0-9]{{0,2}}(?:[{BLANKS}][0-9]{{3}})+(?=[.,])"
    "|0|[1-9][0-9]{0,14}|(?=[.,]))(?:(?!(?P=mark))[.,][0-9]+)?"
)
CURRENCY = f"[$€£¥][{BLANKS}]?"
MONTH_NAME = "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DAY, MONTH = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
YEAR = "[0-9]{2}(?:[0-9]{2})?"
LOOKS = {
    "numbers": re.compile(
        # Very long numbers are codes, and long ones after a plus those of phones.
        rf"(?![0-9]{{16}})(?:{NUMBER.pattern})"
        rf"|(?:[<>]=?|~|-|\+(?![0-9]{{7}}))?[{BLANKS}]?"
        rf"(?:{CURRENCY})?{AMOUNT}[{BLANKS}]?[%$€£¥]?-?"
        rf"|\((?:{CURRENCY})?{AMOUNT.replace('mark', 'other')}\)"
    ),
    "dates": re.compile(
        rf"(?:[0-9]{{4}}(?P<a>[-/.]){MONTH}(?P=a){DAY}"
        rf"|{DAY}(?P<b>[-/.]){MONTH}(?P=b){YEAR}|{MONTH}(?P<c>[-/.]){DAY}(?P=c){YEAR}"
        rf"|{DAY}[-/. ]?{MONTH_NAME}[-/., ]*{YEAR}|{MONTH_NAME}[. ]+{DAY},? +{YEAR})"
        "(?:[T ]+[0-9]{1,2}:[0-9]{2}.*)?"
    ),
}
"""What people, though not this module, may take for numbers and for dates."""

MANY = 10
"""Distinct cells from which on it is worth saying what they look like."""

DIGITS_ALONE = re.compile(r"[0-9]+(\.0*)?")
"""Whole numbers, also those that were read as decimals beside missing cells."""

MIN_MARKED = 0.1
"""Share of what looks like numbers that must show more than digits, such as decimals, a
sign or a currency: without, it may be codes."""


def most_alike(counts: Counter[str]) -> tuple[str, set[str]]:
    """What most cells look like, and those that do.

    Others have no digits, but for a few: numbers among codes with letters are codes.
    """
    if dates := compact_dates(counts.keys()):
        return "dates", dates
    # Digits with a zero in front show that all others are codes as well.
    if any(re.fullmatch("0[0-9]+", cell) for cell in counts):
        return "", set()
    total = counts.total()
    for kind, look in LOOKS.items():
        alike = {cell for cell in counts if look.fullmatch(cell)}
        if sum(counts[cell] for cell in alike) <= total / 2:
            continue
        others = counts.keys() - alike
        n_codes = sum(counts[cell] for cell in others if re.search("[0-9]", cell))
        if n_codes <= (1 - NEARLY_ALL) * total:
            return kind, alike
    return "", set()


def meant_as(counts: Counter[str]) -> str:
    """What a column of text was meant to be.

    Parameters
    ----------
    counts : Counter of str
        How often each text is there.

    Returns
    -------
    {"numbers", "dates", ""}
        Empty where it is text, or may be: few texts, and digits alone, are names.
    """
    if len(counts) < MANY or are_few(len(counts), counts.total()):
        return ""
    cells: Counter[str] = Counter()
    for text, count in counts.items():
        cells[text.strip()] += count
    kind, alike = most_alike(cells)
    if kind != "numbers":
        return kind
    marked = sum(cells[cell] for cell in alike if not DIGITS_ALONE.fullmatch(cell))
    total = sum(cells[cell] for cell in alike)
    return kind if marked >= MIN_MARKED * total else ""


def compact_dates(texts: Set[str]) -> set[str]:
    """Dates of digits alone among texts, if most texts are such of one pattern."""
    lengths = Counter(map(len, texts))
    for pattern, length in COMPACT_PATTERNS.items():
        # Numbers of six digits are months by chance more often than longer ones.
        share = NEARLY_ALL if pattern == MONTHS else MOST
        least = max(min(share * len(texts), len(texts) - 1), MIN_COMPACT_DATES)
        if lengths[length] < least:
            continue
        of_length = (text for text in texts if len(text) == length)
        numbers = pd.Series([*filter(COMPACT_DATE.fullmatch, of_length)], dtype=object)
        dates = pd.to_datetime(numbers, format=pattern, errors="coerce")
        found = numbers[dates.notna()]
        if len(found) >= least:
            return set(found)
    return set()
