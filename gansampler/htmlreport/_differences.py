"""How the cells of a column differ, in words."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import betabinom

from gansampler._wording import counted, percent
from gansampler.htmlreport._text import short_name
from gansampler.quality._space import JoinedColumn

MAX_OUTSIDE = 0.05
"""Share of numbers beyond the real range, above what new real rows show by chance."""

FAR, ABSURD = 0.5, 1000
"""Distances beyond the real range, in units of it. No more numbers may lie beyond the
first than chance explains, and none beyond the second, which thousands of new rows
hardly ever reach even beside ten real ones of a lognormal column."""

RARE, MANY = 0.001, 1000
"""Chance that more lie there, and rows whose share is nearly that of the mass."""

N_LEVELS = 2
"""Levels that are named."""


@dataclass(frozen=True)
class Difference:
    """What there is to say of a column.

    Attributes
    ----------
    kind : str
        What the column holds.
    facts : str
        Its middle or its most frequent levels, real and synthetic.
    faults : tuple of str
        What no real row shows: levels, decimals, numbers far out.
    """

    kind: str
    facts: str
    faults: tuple[str, ...]


def describe(column: JoinedColumn) -> Difference:
    """Say how the synthetic cells of a column differ from the real ones.

    Parameters
    ----------
    column : JoinedColumn
        Of the real and the synthetic rows.

    Returns
    -------
    Difference

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.htmlreport._differences import describe
    >>> from gansampler.quality._space import join_columns
    >>> real = pd.DataFrame({"plan": ["basic", "basic", "pro", "pro"]})
    >>> synthetic = pd.DataFrame({"plan": ["basic", "basic", "basic", "gold"]})
    >>> (column,) = join_columns({"real": real, "synthetic": synthetic}, (1, 1))
    >>> difference = describe(column)
    >>> difference.facts
    "'pro' 50 % → 0 %, 'basic' 50 % → 75 %"
    >>> difference.faults
    ("25 % of the cells are levels that no real row has: 'gold'",)
    """
    return _of_levels(column) if column.is_category else _of_numbers(column)


def _of_levels(column: JoinedColumn) -> Difference:
    n_levels = len(column.levels)
    counts = [np.bincount(part, minlength=n_levels) for part in column.parts]
    real, synthetic = (count / count.sum() for count in counts)
    missing = np.asarray(column.levels.isna())
    names = [
        "missing" if gap else repr(short_name(level, 24))
        for level, gap in zip(column.levels, missing, strict=True)
    ]
    # Levels that no real row has are faults, named below.
    order = np.argsort(-np.abs(real - synthetic), kind="stable")
    shown = [i for i in order if real[i] > 0][:N_LEVELS]
    facts = ", ".join(f"{names[i]} {_change(real[i], synthetic[i])}" for i in shown)
    unseen = np.flatnonzero(counts[0] == 0)
    faults = []
    # Where no two real rows agree, new rows have new levels.
    if len(unseen) and counts[0].max() > 1:
        by_share = unseen[np.argsort(-synthetic[unseen], kind="stable")]
        named = ", ".join(names[i] for i in by_share[:N_LEVELS])
        more = ", …" if len(unseen) > N_LEVELS else ""
        faults.append(
            f"{percent(synthetic[unseen].sum())} of the cells are levels that no real "
            f"row has: {named}{more}"
        )
    n_real = int((~missing & (counts[0] > 0)).sum())
    return Difference(counted(n_real, "level"), facts, tuple(faults))


def _of_numbers(column: JoinedColumn) -> Difference:
    kind = "number"
    if column.summary.kind == "time":
        kind = "duration" if column.summary.dtype.kind == "m" else "date"
    gaps = [float(np.isnan(part).mean()) for part in column.parts]
    real, synthetic = (part[~np.isnan(part)] for part in column.parts)
    facts = []
    if len(real) and len(synthetic):
        quartiles = [np.quantile(part, [0.25, 0.5, 0.75]) for part in (real, synthetic)]
        (a, middle, b), (c, middle_too, d) = quartiles
        facts.append(
            f"median {_write(column, middle)} → {_write(column, middle_too)}, middle "
            f"half {_write(column, a)} to {_write(column, b)} → {_write(column, c)} to "
            f"{_write(column, d)}"
        )
    if any(gaps):
        facts.append(f"missing {_change(*gaps)}")
    return Difference(
        kind,
        "; ".join(facts) or "all missing",
        tuple(_faults_of_numbers(column, real, synthetic)),
    )


def _faults_of_numbers(
    column: JoinedColumn, real: np.ndarray, synthetic: np.ndarray
) -> list[str]:
    if not len(real) or not len(synthetic):
        return []
    faults = []
    whole = real == np.round(real)
    broken = float((synthetic != np.round(synthetic)).mean())
    if whole.all() and broken:
        faults.append(f"{percent(broken)} of the cells have decimals, and no real one")
    low, high = real.min(), real.max()
    beyond = np.maximum(low - synthetic, synthetic - high)
    outside = float((beyond > 0).mean())
    far = float((beyond > FAR * (high - low)).mean())
    by_chance = _outside_by_chance(len(real), len(synthetic))
    # Against a constant nothing is absurd: it has no scale.
    absurd = low < high and beyond.max() > ABSURD * (high - low)
    if outside > MAX_OUTSIDE + by_chance or far > by_chance or absurd:
        farthest = _write(column, synthetic[beyond.argmax()])
        faults.append(
            f"{percent(outside)} of the cells lie beyond the real range "
            f"({_write(column, low)} to {_write(column, high)}), as far as {farthest}"
        )
    return faults


@functools.lru_cache
def _outside_by_chance(n_real: int, n_synthetic: int) -> float:
    """Share of identically distributed new rows that hardly ever lies beyond the range.

    The mass of a continuous distribution beyond the smallest and the largest of n
    numbers follows Beta(2, n - 1), whichever it is (David and Nagaraja 2003, section
    7.1); how many of the new rows lie there is beta-binomial.
    """
    if n_real < 2:
        return 1.0
    n_rows = min(n_synthetic, MANY)
    return float(betabinom.ppf(1 - RARE, n_rows, 2, n_real - 1)) / n_rows


def _change(real: float, synthetic: float) -> str:
    return f"{percent(real)} → {percent(synthetic)}"


def _write(column: JoinedColumn, number: float) -> str:
    """A number or a time as it is read best."""
    if not column.summary.counts_from_origin:
        return f"{number:,.0f}" if 1000 <= abs(number) < 1e15 else f"{number:.3g}"
    value: Any = column.summary.from_numbers(np.array([number])).iloc[0]
    if isinstance(value, pd.Timestamp):
        days = value == value.normalize()
        return str(value.date()) if days else f"{value:%Y-%m-%d %H:%M}"
    return str(value)
