"""The distribution of one column in real and in synthetic rows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gansampler._wording import counted, percent
from gansampler.plots import _style
from gansampler.quality._space import JoinedColumn

MAX_BARS = 8
"""Levels of a column that get bars of their own; the rarest others share one."""

N_BINS = 24

CENTRAL_SHARE = 0.99
TAIL_RATIO = 2.5
"""Where the range of a column is so many times that of its central share, the bars
span the latter, and the outer ones count all that lies beyond."""

TIME_UNITS = {"days": 86_400.0, "hours": 3_600.0, "minutes": 60.0, "seconds": 1.0}

DATES = (-719_162.0, 2_932_896.0)
"""0001-01-01 and 9999-12-31, which often stands for "never", in days since 1970:
matplotlib knows no dates beyond."""


def draw_marginal(
    ax: Any, column: JoinedColumn, title: str, gap: float | None = None
) -> None:
    """Draw how often the cells of a column are what, in per cent of the rows.

    Parameters
    ----------
    ax : Axes
    column : JoinedColumn
        Of real and synthetic rows.
    title : str
        The column's name, as it is to be written.
    gap : float or None, default=None
        From ``marginal_gaps``, to write above.
    """
    draw = _draw_levels if column.is_category else _draw_numbers
    notes = draw(ax, column)
    if gap is not None:
        ax.set_title(f"gap {gap:.2f}", loc="right", fontsize="small")
    ax.set_title(title, loc="left", fontsize="medium")
    ax.tick_params(labelsize="small")
    if notes:
        ax.set_xlabel("\n".join(notes), fontsize="small")


class Levels(NamedTuple):
    """Bars of a category: what is written beside them, and shares in per cent.

    The last two are the number of levels without a bar and their shares taken
    together, in real and in synthetic rows.
    """

    names: list[str]
    real: np.ndarray
    synthetic: np.ndarray
    n_hidden: int
    hidden: np.ndarray


def level_shares(column: JoinedColumn) -> Levels:
    """Shares of the levels, of many the most frequent in either sample.

    Ordered categories and truth values come in their order, others by their share;
    missing last.
    """
    n_levels = len(column.levels)
    shares = np.array(
        [100 * np.bincount(p, minlength=n_levels) / len(p) for p in column.parts]
    )
    missing = np.flatnonzero(column.levels.isna())
    by_share = np.argsort(-shares.max(axis=0), kind="stable")
    by_share = by_share[~np.isin(by_share, missing)]
    own, hidden = np.split(by_share, [MAX_BARS - len(missing)])
    own = np.append(_in_their_order(column.levels, own), missing)
    names = ["missing" if i in missing else column.levels[i] for i in own]
    real, synthetic = shares[:, own]
    return Levels(
        _style.labels(names, 16),
        real,
        synthetic,
        n_hidden=len(hidden),
        hidden=shares[:, hidden].sum(axis=1),
    )


def _in_their_order(levels: pd.Index, positions: np.ndarray) -> np.ndarray:
    if isinstance(levels, pd.CategoricalIndex):
        if not levels.ordered:
            return positions
        return positions[np.argsort(levels.codes[positions], kind="stable")]
    if all(isinstance(levels[i], (bool, np.bool_)) for i in positions):
        return positions[np.argsort([bool(levels[i]) for i in positions])]
    return positions


def _draw_levels(ax: Any, column: JoinedColumn) -> list[str]:
    """Draw paired bars; returns what is to be said of them."""
    levels = level_shares(column)
    positions = np.arange(len(levels.names))
    ax.barh(positions - 0.2, levels.real, 0.4, color=_style.REAL_COLOR, label="real")
    ax.barh(
        positions + 0.2,
        levels.synthetic,
        0.4,
        color=_style.SYNTHETIC_COLOR,
        label="synthetic",
    )
    ax.set_yticks(positions, levels.names)
    ax.set_ylim(max(len(positions), 3) - 0.5, -0.5)
    ax.set_xlim(left=0)
    if not levels.n_hidden:
        return ["% of rows"]
    real, synthetic = (percent(share / 100) for share in levels.hidden)
    more = counted(levels.n_hidden, "more level")
    return [f"% of rows; {more}:", f"{real} real, {synthetic} synthetic"]


def _draw_numbers(ax: Any, column: JoinedColumn) -> list[str]:
    """Draw a histogram; returns what is to be said of it."""
    present = [part[~np.isnan(part)] for part in column.parts]
    missing = [
        1 - len(p) / len(part) for p, part in zip(present, column.parts, strict=True)
    ]
    if not any(len(part) for part in present):
        ax.text(
            0.5, 0.5, "all missing", transform=ax.transAxes, ha="center", va="center"
        )
        ax.set_xticks([])
        ax.set_yticks([])
        return []
    unit = ""
    if column.summary.kind == "time":
        present, unit = _times(ax, column, present)
    low, high = central_range(np.concatenate(present))
    clipped = any(((p < low) | (p > high)).any() for p in present)
    present = [np.clip(part, low, high) for part in present]
    edges = bin_edges(np.concatenate(present))
    shares = [
        100 * np.histogram(some, edges)[0] / len(part)
        for some, part in zip(present, column.parts, strict=True)
    ]
    ax.stairs(
        shares[0], edges, fill=True, color=_style.REAL_COLOR, alpha=0.6, label="real"
    )
    ax.stairs(
        shares[1], edges, color=_style.SYNTHETIC_COLOR, linewidth=1.8, label="synthetic"
    )
    ax.set_ylim(bottom=0)
    if unit == "date":
        ax.set_xlim(*np.clip(ax.get_xlim(), *DATES))
    else:
        ax.locator_params(axis="x", nbins=4)
    ax.set_ylabel("% of rows", fontsize="small")
    notes = [unit] if unit not in ("", "date") else []
    if clipped:
        notes.append("outer bars: all beyond")
    if any(missing):
        real, synthetic = map(percent, missing)
        notes.append(f"missing: {real} real, {synthetic} synthetic")
    return notes


def _times(
    ax: Any, column: JoinedColumn, present: list[np.ndarray]
) -> tuple[list[np.ndarray], str]:
    """Times as numbers for an axis, and their unit: "date" or that of durations."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    parts = [column.summary.from_numbers(numbers) for numbers in present]
    if column.summary.dtype.kind == "m":
        seconds = [
            part.astype("timedelta64[us]").astype("int64").to_numpy() / 1e6
            for part in parts
        ]
        longest = max(np.abs(part).max(initial=0) for part in seconds)
        unit = next((u for u, s in TIME_UNITS.items() if longest >= 2 * s), "seconds")
        return [part / TIME_UNITS[unit] for part in seconds], unit
    # As matplotlib counts them: days since 1970.
    days = [
        np.clip(_wall_time(part).astype("int64").to_numpy() / 86_400e6, *DATES)
        for part in parts
    ]
    # By default matplotlib wants five at least, and warns where it finds no interval.
    locator = AutoDateLocator(minticks=1, maxticks=4)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    return days, "date"


def _wall_time(times: pd.Series) -> pd.Series:
    if isinstance(times.dtype, pd.ArrowDtype):
        times = pd.Series(pd.DatetimeIndex(times))
    if times.dt.tz is not None:
        times = times.dt.tz_localize(None)
    return times.astype("datetime64[us]")


def central_range(values: np.ndarray) -> tuple[float, float]:
    """The range to draw: the whole, or its central part where tails are long.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.plots._marginals import central_range
    >>> tuple(map(float, central_range(np.arange(1001.0))))
    (0.0, 1000.0)
    >>> tuple(map(float, central_range(np.append(np.arange(1001.0), 1e9))))
    (4.0, 996.0)
    """
    low, high = values.min(), values.max()
    rest = (1 - CENTRAL_SHARE) / 2
    inner_low, inner_high = np.quantile(
        values, [rest, 1 - rest], method="closest_observation"
    )
    if 0 < TAIL_RATIO * (inner_high - inner_low) < high - low:
        return inner_low, inner_high
    return low, high


def bin_edges(values: np.ndarray, n_bins: int = N_BINS) -> np.ndarray:
    """Edges of the bars of a histogram; each holds as many whole numbers as another.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.plots._marginals import bin_edges
    >>> bin_edges(np.array([0.0, 2.0])).tolist()
    [-0.5, 0.5, 1.5, 2.5]
    >>> bin_edges(np.array([0.0, 0.5]), 2).tolist()
    [0.0, 0.25, 0.5]
    """
    low, high = float(values.min()), float(values.max())
    whole = max(-low, high) < 2**52 and bool((values == np.round(values)).all())
    if whole:
        width = np.ceil((high - low + 1) / n_bins)
        n_bars = np.ceil((high - low + 1) / width)
        return np.asarray(low - 0.5 + width * np.arange(n_bars + 1))
    edges = np.unique(np.linspace(low, high, n_bins + 1))
    if len(edges) == 1:
        half = max(0.5, abs(low) * 1e-6)
        return np.array([low - half, low + half])
    return edges
