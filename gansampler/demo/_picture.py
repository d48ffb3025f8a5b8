"""The picture that ``gansampler demo`` draws: real and synthetic rows of a class."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from gansampler.demo._comparison import Rows
from gansampler.plots._marginals import draw_marginal
from gansampler.plots._rows import draw_joint
from gansampler.quality import marginal_gaps
from gansampler.quality._space import join_columns
from gansampler.tablefiles import write_whole

N_COLUMNS = 3
"""Columns drawn of each table."""

MAX_LEVELS = 8
"""Categorical columns with more levels are not drawn."""


def draw(picture: Path, results: Sequence[Rows], *, overwrite: bool = False) -> str:
    """Draw to a file, one line of panels for each table, and say so.

    Parameters
    ----------
    picture : Path
        File to write.
    results : sequence of Rows
        What to draw the rows of.
    overwrite : bool, default=False
        Whether a file that is there may be replaced.

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
            "pip install matplotlib"
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
        samples = {"real": result.real, "synthetic": result.synthetic}
        columns = {column.name: column for column in join_columns(samples, (1, 1))}
        draw_joint(rows_axis, list(columns.values()))
        common = table.X.loc[~table.is_rare]
        telling = telling_columns(result.real, common, N_COLUMNS)
        for axis, name in zip(column_axes, telling, strict=True):
            draw_marginal(axis, columns[name], str(name))
        legend = rows_axis.get_legend_handles_labels()
        line.legend(*legend, loc="outside upper right", ncols=2, frameon=False)
    drawn = BytesIO()
    figure.savefig(drawn, dpi=120, format=picture.suffix[1:].lower())
    write_whole(picture, drawn.getvalue(), overwrite=overwrite)
    return f"Real and synthetic rows of the rare class are drawn in {picture}."


def telling_columns(
    rare: pd.DataFrame, common: pd.DataFrame, n_columns: int
) -> list[Any]:
    """Columns in which the classes differ most, of those that can be drawn.

    Of numbers that go hand in hand only the first is taken.
    """
    gaps = marginal_gaps(rare, common)
    few: list[Any] = [
        name
        for name, column in rare.items()
        if pd.api.types.is_numeric_dtype(column)
        or column.dtype.kind == "M"
        or pd.concat([column, common[name]]).nunique() <= MAX_LEVELS
    ]
    alike = rare.corr("spearman", numeric_only=True).abs() > 0.99
    chosen: list[Any] = []
    for column in gaps[few].sort_values(ascending=False, kind="stable").index:
        if column not in alike or not alike.index[alike[column]].isin(chosen).any():
            chosen.append(column)
    return chosen[:n_columns]
