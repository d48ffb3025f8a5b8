"""Figures of quality, each beside the same figure between real rows.

Two finite samples of one distribution differ as well: a figure means something only
beside what chance gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from gansampler._thinning import some_positions
from gansampler.quality._columns import (
    correlation_gap,
    correlation_gaps,
    marginal_gaps,
)
from gansampler.quality._near import coverage, density, energy_distance
from gansampler.quality._new import duplicate_share, nearest_row_ratio
from gansampler.quality._two_sample import classifier_two_sample_test

MAX_ROWS = 1000
"""Rows of either kind that are looked at: more take longer and say the same."""

MAX_LEARNED = 5000
"""Real rows among which copies are looked for: fewer would hide some."""

N_SPLITS = 3
"""Times that the real rows are split at random where none were held out."""

Metric = Callable[[pd.DataFrame, pd.DataFrame], float]


class Figure(NamedTuple):
    """A metric, and what is known of it beforehand."""

    title: str
    gloss: str
    metric: Metric
    n_rows: int
    """Rows that the metric needs of either kind."""
    ideal: float | None
    """None where only real rows tell."""
    limits: tuple[float, float]
    """Where it usually lies."""

    def span(self, values: Iterable[float]) -> tuple[float, float]:
        """Where it usually lies, widened to finite values."""
        finite = [value for value in values if math.isfinite(value)]
        return min([self.limits[0], *finite]), max([self.limits[1], *finite])


FIGURES = {
    "coverage": Figure("Coverage", "real rows reached", coverage, 2, 1.0, (0, 1)),
    "density": Figure(
        "Density", "synthetic rows among real", density, 2, 1.0, (0, 1.5)
    ),
    "energy_distance": Figure(
        "Energy distance", "between distributions", energy_distance, 2, 0.0, (0, 0.1)
    ),
    "correlation_gap": Figure(
        "Correlation gap", "mean over pairs", correlation_gap, 2, 0.0, (0, 0.1)
    ),
    "two_sample_auc": Figure(
        "Two-sample AUC",
        "0.5: cannot be told apart",
        classifier_two_sample_test,
        4,
        0.5,
        (0.4, 1),
    ),
    "nearest_row_ratio": Figure(
        "Nearest-row ratio",
        "0: copies, 1: new",
        nearest_row_ratio,
        2,
        1.0,
        (0, 1.5),
    ),
    "duplicate_share": Figure(
        "Duplicates",
        "equal to a real row",
        duplicate_share,
        1,
        None,
        (0, 1),
    ),
}


def measure_figures(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    held_out: pd.DataFrame | None = None,
    *,
    learned: pd.DataFrame | None = None,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The figures of quality and their references, as ``QualityDisplay`` explains.

    All but the share of copies, for which see ``measure_copies``.

    Parameters
    ----------
    real, synthetic, held_out : DataFrame
        As in ``QualityDisplay.from_samples``.
    learned : DataFrame or None, default=None
        The rows that novelty is relative to; None for ``real``.
    rng : Generator
        Splits the real rows, or chooses among the others.

    Returns
    -------
    DataFrame
        As in ``QualityDisplay``.
    """
    table = {}
    learned = real if learned is None else learned
    splits = _splits(real, synthetic, held_out, rng)
    for name, figure in FIGURES.items():
        if name == "correlation_gap" and real.shape[1] == 1:
            continue
        if name == "duplicate_share":
            continue
        if name == "nearest_row_ratio":
            value, reference = (
                np.nan if other is None else _measured(figure, learned, other)
                for other in (synthetic, held_out)
            )
            table[name] = [value, *[reference] * 3]
        else:
            values = [_measured(figure, part, few) for part, few, _ in splits]
            between = [
                np.nan if other is None else _measured(figure, part, other)
                for part, _, other in splits
            ]
            means = float(np.mean(values)), float(np.mean(between))
            table[name] = [*means, min(between), max(between)]
    columns = ["synthetic", "reference", "reference_low", "reference_high"]
    return pd.DataFrame.from_dict(table, orient="index", columns=columns)


def measure_copies(
    learned: pd.DataFrame,
    synthetic: pd.DataFrame,
    held_out: pd.DataFrame | None = None,
) -> list[float]:
    """The line of ``duplicate_share`` in ``QualityDisplay.figures``.

    Parameters
    ----------
    learned, synthetic, held_out : DataFrame
        As in ``measure_figures``, their levels as they are.

    Returns
    -------
    list of float
    """
    if held_out is not None:
        reference = duplicate_share(learned, held_out)
    else:
        reference = float(learned.duplicated(keep=False).mean())
    return [duplicate_share(learned, synthetic), *[reference] * 3]


def measure_gaps(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    held_out: pd.DataFrame | None = None,
    *,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The marginal gaps and their references, the worst first.

    Returns
    -------
    DataFrame
        As in ``QualityDisplay``.
    """
    splits = _splits(real, synthetic, held_out, rng)
    unknown = pd.Series(np.nan, index=real.columns)
    gaps = pd.DataFrame(
        {
            "synthetic": _mean([marginal_gaps(part, few) for part, few, _ in splits]),
            "reference": _mean(
                [
                    unknown if other is None else marginal_gaps(part, other)
                    for part, _, other in splits
                ]
            ),
        }
    )
    return gaps.sort_values("synthetic", ascending=False, kind="stable")


def largest_pair_gap(
    real: pd.DataFrame, synthetic: pd.DataFrame, rng: np.random.Generator
) -> float:
    """How far the dependence of some pair of columns differs between real rows.

    Parameters
    ----------
    real, synthetic : DataFrame
        As in ``QualityDisplay.from_samples``.
    rng : Generator
        Splits the real rows.

    Returns
    -------
    float
        The largest of ``correlation_gaps`` between two different columns in any split
        of the real rows; NaN where there are too few to be split.
    """
    between = [
        float(np.triu(correlation_gaps(part, other), 1).max())
        for part, _, other in _splits(real, synthetic, None, rng)
        if other is not None
    ]
    return max(between, default=np.nan)


def _mean(series: list[pd.Series]) -> pd.Series:
    return sum(series[1:], series[0]) / len(series)


Split = tuple[pd.DataFrame, pd.DataFrame, "pd.DataFrame | None"]


def _splits(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    held_out: pd.DataFrame | None,
    rng: np.random.Generator,
) -> list[Split]:
    """Real rows, synthetic ones to hold against them, and real ones as many."""
    if held_out is not None:
        n_rows = min(len(synthetic), len(held_out))
        chosen = some_rows(synthetic, n_rows, rng), some_rows(held_out, n_rows, rng)
        return [(real, *chosen)]
    n_half = len(real) // 2
    n_rows = min(n_half, len(synthetic))
    if n_rows < max(figure.n_rows for figure in FIGURES.values()):
        return [(real, synthetic, None)]
    splits: list[Split] = []
    for _ in range(N_SPLITS):
        order = rng.permutation(len(real))
        few = rng.permutation(len(synthetic))[:n_rows]
        halves = real.iloc[order[n_rows:]], real.iloc[order[:n_rows]]
        splits.append((halves[0], synthetic.iloc[few], halves[1]))
    return splits


def _measured(figure: Figure, real: pd.DataFrame, other: pd.DataFrame) -> float:
    if min(len(real), len(other)) < figure.n_rows:
        return np.nan
    return float(figure.metric(real, other))


def some_rows(
    rows: pd.DataFrame, n_rows: int, rng: np.random.Generator
) -> pd.DataFrame:
    """At most so many rows, in their order."""
    return rows.iloc[some_positions(len(rows), n_rows, rng)]
