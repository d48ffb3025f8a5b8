"""What ``gansampler demo`` shows: two real tables, three ways to treat them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

import numpy as np

from gansampler.datasets import load_churn, load_fraud
from gansampler.demo._comparison import (
    CLASSIFIERS,
    FULL,
    QUICK,
    SCORES,
    Effort,
    Table,
    comparison,
    shortened,
    synthetic_rows,
)
from gansampler.demo._picture import draw
from gansampler.tablefiles import check_new_file

__all__ = ["run_demo"]

WIDTH = 88


def run_demo(
    *,
    quick: bool = False,
    random_state: int = 0,
    picture: Path = Path("gansampler-demo.png"),
    overwrite: bool = False,
) -> None:
    """Compare no resampling, SMOTENC and GANOversampler, and draw synthetic rows.

    Parameters
    ----------
    quick : bool, default=False
        Whether to use few rows and hardly any training.
    random_state : int, default=0
        Seed of the folds, samplers and classifiers.
    picture : Path
        File to draw to; nothing is drawn where matplotlib is not installed.
    overwrite : bool, default=False
        Whether ``picture`` may be replaced if it exists.

    Raises
    ------
    TableFileError
        If ``picture`` exists and must not be replaced, or cannot be written.
    """
    check_new_file(picture, [], overwrite=overwrite)
    effort = QUICK if quick else FULL
    rng = np.random.RandomState(random_state)
    tables = [
        shortened("churn", *load_churn(), effort.n_rows, rng),
        shortened("fraud", *load_fraud(), effort.n_rows, rng),
    ]
    heading = (
        f"Stratified {effort.n_folds}-fold cross-validation; scores are means over the "
        f"folds and over {CLASSIFIERS}. Seconds are those of resampling one fold."
    )
    if quick:
        heading += (
            " With few rows and hardly any training, as here, they say nothing of how "
            "well a method does."
        )
    print(fill(heading, WIDTH))
    for table in tables:
        show(table, effort, random_state)
    rows = [synthetic_rows(table, effort, random_state) for table in tables]
    print(f"\n{draw(picture, rows, overwrite=overwrite)}")


def show(table: Table, effort: Effort, random_state: int) -> None:
    """Compare all methods on a table and print what came out."""
    print(f"\n{description(table)}", flush=True)
    compared = comparison(table, effort, random_state)
    summary = compared.summary()
    print(_row("", [*SCORES.values(), "seconds"]))
    names = summary.index.get_level_values("sampler")
    for name, (_, row) in zip(names, summary.iterrows(), strict=True):
        figures = [f"{row[score, 'mean']:.3f}" for score in SCORES]
        print(_row(name, [*figures, f"{row['seconds', 'sampler']:.1f}"]))
    print()
    for line in compared.verdict().splitlines():
        print(fill(line, WIDTH, subsequent_indent="  "), flush=True)


def _row(name: str, cells: Sequence[str]) -> str:
    widths = [max(len(head), len("0.000")) for head in (*SCORES.values(), "seconds")]
    return f"{name:<14}" + "".join(
        f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )


def description(table: Table) -> str:
    """Say what a table is, and what was left out of it."""
    text = (
        f"{table.name}: {len(table.y):,} rows, {table.X.shape[1]} columns, "
        f"{table.is_rare.mean():.1%} of class {table.y.name} = {table.rare}"
    )
    if table.n_dropped:
        text += (
            f"\n({table.n_dropped:,} rows were left out at random to be quick; "
            "the whole table scores differently)"
        )
    return text
