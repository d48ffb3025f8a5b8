"""The picture that ``gansampler demo`` draws: real and synthetic rows of a class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import ks_2samp
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline

from gansampler.demo._columns import days_since_1970, encoded_columns
from gansampler.demo._comparison import Evaluation

N_COLUMNS = 3
"""Columns drawn of each table."""

MAX_BARS = 12
"""Categorical columns with more levels are not drawn, and whole numbers in a wider
range get no bar each."""

# Of the palette of Okabe and Ito, which the colour-blind can tell apart.
REAL_COLOR, SYNTHETIC_COLOR = "#0072b2", "#d55e00"


def draw(picture: Path, results: Sequence[Evaluation]) -> str:
    """Draw to a file, one line of panels for each table, and say so.

    Parameters
    ----------
    picture : Path
        File to write.
    results : sequence of Evaluation
        What to draw the rows of.

    Returns
    -------
    message : str
        Where the picture is, or what is missing to draw it.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return (
            "No picture was drawn, because matplotlib is not installed: "
            'pip install "gansampler[plot]"'
        )
    # Not through pyplot, which would open windows and touch its global state.
    figure = Figure(figsize=(15, 4.2 * len(results)), layout="constrained")
    lines = figure.subfigures(len(results), 1, squeeze=False, hspace=0.04)[:, 0]
    for line, result in zip(lines, results, strict=True):
        table = result.table
        line.suptitle(
            f"{table.name}: rows of class {table.y.name} = {table.rare}",
            fontsize="x-large",
            horizontalalignment="left",
            x=0.01,
        )
        rows_axis, *column_axes = line.subplots(1, 1 + N_COLUMNS)
        draw_components(rows_axis, result.real, result.synthetic)
        common = table.X.loc[~table.is_rare]
        columns = telling_columns(result.real, common, N_COLUMNS)
        for axis, column in zip(column_axes, columns, strict=True):
            draw_column(axis, result.real[column], result.synthetic[column])
        legend = rows_axis.get_legend_handles_labels()
        line.legend(*legend, loc="outside upper right", ncols=2, frameon=False)
    figure.savefig(picture, dpi=120)
    return f"Real and synthetic rows of the rare class are drawn in {picture}."


def draw_components(axis: Any, real: pd.DataFrame, synthetic: pd.DataFrame) -> None:
    """Draw as many synthetic rows as real ones, in the real ones' main directions."""
    projection = make_pipeline(encoded_columns(), PCA(2)).fit(real)
    few = synthetic.sample(min(len(real), len(synthetic)), random_state=0)
    for rows, color, label, marker in (
        (real, REAL_COLOR, "real", "o"),
        (few, SYNTHETIC_COLOR, "synthetic", "x"),
    ):
        points = projection.transform(rows)
        axis.scatter(
            *points.T, s=14, alpha=0.6, color=color, label=label, marker=marker
        )
    axis.set_xlabel("first principal component")
    axis.set_ylabel("second principal component")
    axis.set_title("all columns")


def telling_columns(
    rare: pd.DataFrame, common: pd.DataFrame, n_columns: int
) -> list[Any]:
    """Columns in which the classes differ most, of those that can be drawn.

    Of numbers that go hand in hand only the first is taken.
    """
    distances = {
        column: distance
        for column in rare
        if (distance := class_distance(rare[column], common[column])) is not None
    }
    ranking = sorted(distances, key=lambda column: -distances[column])
    alike = rare.corr("spearman", numeric_only=True).abs() > 0.99
    chosen: list[Any] = []
    for column in ranking:
        if column not in alike or not alike.index[alike[column]].isin(chosen).any():
            chosen.append(column)
    return chosen[:n_columns]


def class_distance(rare: pd.Series, common: pd.Series) -> float | None:
    """Largest gap between the distributions of a column in two classes, from 0 to 1.

    The Kolmogorov-Smirnov statistic of numbers and times, and the total variation
    distance of categories; None where there are too many of these to draw.
    """
    if _is_scale(rare):
        return float(ks_2samp(_as_numbers(rare), _as_numbers(common)).statistic)
    shares = _shares(rare, common)
    if len(shares) > MAX_BARS:
        return None
    return float((shares[0] - shares[1]).abs().sum() / 2)


def draw_column(axis: Any, real: pd.Series, synthetic: pd.Series) -> None:
    """Draw the distribution of one column in real and in synthetic rows."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    if _is_scale(real):
        values = [_as_numbers(real), _as_numbers(synthetic)]
        edges = bin_edges(np.concatenate(values))
        shares = [100 * np.histogram(some, edges)[0] / len(some) for some in values]
        axis.stairs(shares[0], edges, fill=True, color=REAL_COLOR, alpha=0.5)
        axis.stairs(shares[1], edges, color=SYNTHETIC_COLOR, linewidth=2)
        if _is_time(real):
            dates = AutoDateLocator(maxticks=5)
            axis.xaxis.set_major_locator(dates)
            axis.xaxis.set_major_formatter(ConciseDateFormatter(dates))
        else:
            axis.locator_params(axis="x", nbins=5, steps=[1, 2, 5, 10])
        axis.set_ylabel("% of rows")
    else:
        levels = 100 * _shares(real, synthetic)
        positions = np.arange(len(levels))
        axis.barh(positions - 0.2, levels[0], 0.4, color=REAL_COLOR, alpha=0.5)
        axis.barh(positions + 0.2, levels[1], 0.4, color=SYNTHETIC_COLOR)
        axis.set_yticks(positions, [fill(level, 16) for level in levels.index])
        axis.invert_yaxis()
        axis.set_xlabel("% of rows")
    axis.set_title(str(real.name))


def bin_edges(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Edges of the bars of a histogram, one bar for each number if these are few."""
    low, high = values.min(), values.max()
    if high - low < MAX_BARS and (values == np.round(values)).all():
        return np.arange(low - 0.5, high + 1)
    return np.histogram_bin_edges(values, bins=20)


def _is_scale(column: pd.Series) -> bool:
    """Tell numbers and times from categories."""
    return _is_time(column) or (
        pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    )


def _is_time(column: pd.Series) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(column))


def _as_numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    """Cells that are there as numbers; times in days, as matplotlib counts them."""
    present = column.dropna().to_frame()
    numbers = days_since_1970(present) if _is_time(column) else present
    return numbers.to_numpy(dtype=np.float64).ravel()


def _shares(*columns: pd.Series) -> pd.DataFrame:
    """Share of each level in each column."""
    shares = [column.astype(str).value_counts(normalize=True) for column in columns]
    return pd.concat(shares, axis=1, keys=range(len(columns))).fillna(0)
