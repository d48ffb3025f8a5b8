"""Columns of whole numbers that say no amounts: identifiers, codes and dates."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from gansampler.looks import compact_dates
from gansampler.summary import ColumnSummary

MIN_NUMBERED = 1000
"""Rows that have to differ for numbers to count as identifiers."""

EXPECTED_REPEATS = 20
"""Repeats that numbers of their range would show, at the least, if they were drawn by
chance: with none at all by a probability of about exp(-20)."""

MIN_RECURRING, MIN_INVENTED = 0.6, 0.3
"""Codes: share of the class's cells that other rows have as well, and by how much the
same share of the synthetic cells, which amounts would reach too, falls short of it."""

CHANCE = 3
"""Standard errors by which it has to, besides."""

MAX_UNEVEN = 33.7
"""Chi-squared statistic of the last digits of recurring numbers, which those of codes
exceed in one column of 10,000. Round sums, prices and products recur as codes do, but
favour some digits."""

FIRST_DAY, LAST_DAY = 19_000_101, 99_991_231
"""Between these, whole numbers may be dates written as year, month and day."""

Meaning = Literal["identifiers", "codes", "dates", ""]


@dataclass(frozen=True)
class WholeNumbers:
    """A column of whole numbers, and what they are if not amounts.

    Parameters
    ----------
    name : hashable
        Of the column.
    meaning : {"identifiers", "codes", "dates", ""}
        Empty where they may be amounts.
    """

    name: Hashable
    meaning: Meaning


def read_whole_numbers(
    rows: pd.DataFrame,
    others: pd.DataFrame,
    synthetic: pd.DataFrame,
    table: Sequence[ColumnSummary],
) -> list[WholeNumbers]:
    """Tell what the columns of whole numbers mean.

    Parameters
    ----------
    rows, others : DataFrame of shape (n_rows, n_columns)
        Rows of the class, and of other classes.
    synthetic : DataFrame of shape (n_synthetic, n_columns)
        Rows as they are handed out.
    table : sequence of ColumnSummary
        What the whole table shows of each column of ``rows``.

    Returns
    -------
    list of WholeNumbers
        Of each column of whole numbers that has many values, in the order of the table.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from gansampler.codes import read_whole_numbers
    >>> from gansampler.summary import summarise
    >>> customers = pd.DataFrame({"customer": np.arange(2000), "spent": 0})
    >>> customers["spent"] = np.random.default_rng(0).poisson(300, 2000)
    >>> table = [summarise(name, cells) for name, cells in customers.items()]
    >>> parts = customers[:100], customers[100:], customers[:50]
    >>> [column.meaning for column in read_whole_numbers(*parts, table)]
    ['identifiers', '']
    """
    found = []
    for position, summary in enumerate(table):
        if summary.kind != "number" or summary.few_valued:
            continue
        frames = rows.iloc[:, position], others.iloc[:, position]
        own, other, drawn = map(summary.to_numbers, (*frames, synthetic[summary.name]))
        both = np.concatenate([own, other])
        present = both[~np.isnan(both)]
        if len(present) and not (present % 1).any():
            found.append(WholeNumbers(summary.name, _meaning(own, other, drawn)))
    return found


def _meaning(own: np.ndarray, other: np.ndarray, drawn: np.ndarray) -> Meaning:
    both = np.concatenate([own, other])
    values, counts = np.unique(both[~np.isnan(both)], return_counts=True)
    if _are_dates(values):
        return "dates"
    if len(values) == len(both) and _number_rows(values):
        return "identifiers"
    repeated = values[counts > 1]
    own, drawn = own[~np.isnan(own)], drawn[~np.isnan(drawn)]
    if not len(own) or not len(drawn):
        return ""
    recurring = float(np.isin(own, repeated).mean())
    known = float(np.isin(drawn, values).mean())
    error = math.sqrt(known * (1 - known) * (1 / len(own) + 1 / len(drawn)))
    invented = recurring - known > max(MIN_INVENTED, CHANCE * error)
    codes = recurring >= MIN_RECURRING and invented and _end_evenly(repeated)
    return "codes" if codes else ""


def _end_evenly(values: np.ndarray) -> bool:
    usual = len(values) / 10
    digits = np.bincount((values % 10).astype(int), minlength=10)
    return bool(((digits - usual) ** 2 / usual).sum() <= MAX_UNEVEN)


def _are_dates(values: np.ndarray) -> bool:
    if values[0] < FIRST_DAY or values[-1] > LAST_DAY:
        return False
    return bool(compact_dates({str(int(value)) for value in values}))


def _number_rows(values: np.ndarray) -> bool:
    """Whether distinct values are too close to each other to be so by chance.

    Of all distributions on a range, the uniform one is the least likely to repeat.
    """
    n_pairs = len(values) * (len(values) - 1) / 2
    expected = n_pairs / (values[-1] - values[0] + 1)
    return len(values) >= MIN_NUMBERED and bool(expected >= EXPECTED_REPEATS)
