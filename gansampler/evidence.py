"""The figures of a training that verdicts depend on."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from gansampler._thinning import some_positions
from gansampler.codes import WholeNumbers
from gansampler.gan import GAN
from gansampler.levels import LevelCounts
from gansampler.neighbors import squared_distances
from gansampler.quality import coverage, marginal_gaps
from gansampler.quality._near import (
    ROUNDING,
    SAME,
    nearest_rows,
    neighbourhood_radii,
)
from gansampler.quality._new import ratio_of_medians
from gansampler.quality._space import Points
from gansampler.theory import LAST_SHARE, TheoryReadout, divergence_of_value, ranking

CRITICAL = 1.36
"""95th percentile of the Kolmogorov distribution: gap of numbers by chance, times the
root of 1/n + 1/m."""

MAX_UNSEEN = 0.25
"""Rare levels: chance that a further row of the class has a level that none has yet."""

N_NAMED = 3
"""Columns, or pairs of them, that a verdict names."""


@dataclass(frozen=True)
class Evidence:
    """The figures that verdicts depend on; NaN where one could not be measured.

    Parameters
    ----------
    n_rows, n_iter : int
        Rows of the class, updates of the generator.
    few_valued : bool
        Whether every column has few values or levels: then rows repeat by chance.
    generator_coverage : float
        Share of the class's rows that as many rows of the generator reach, before the
        choice among them.
    spread : float
        Mean distance of two rows of the generator, relative to two of the class.
    certainty : float
        Mean D on real less mean D on generated rows, over the last updates.
    ranking : float
        Chance that the last D ranks a real row above a generated one.
    gradient : float
        Norm of the generator's gradient over the last updates, relative to the first.
    memory : float
        Divergence on the discriminator's own rows beyond the probe's, in nats.
    divergence : float
        Jensen-Shannon divergence by the probe beyond its floor, in nats.
    nearest_row_ratio, copies : float
        As in ``gansampler.quality``; share of the synthetic rows that equal a real one.
    repeats : float
        Share of the class's rows that equal another of its rows.
    gaps : tuple of (hashable, float, float)
        The columns with the largest gaps beyond chance, the gap, and what of it is
        beyond chance.
    rise : float
        Energy distance of the last candidate less the best, relative to the mean
        distance of two real rows.
    among_others, real_among_others : float
        Share of synthetic and of real rows that lie nearer to a withheld row of the
        other classes than to a withheld row of their own.
    identifiers : tuple of hashable, default=()
        Columns of text in which no two rows of the class or of the others agree.
    unseen_levels : tuple of (hashable, float), default=()
        Columns in which further rows of the class are expected to have levels that it
        has not shown so far, as other classes do, and how often, most often first.
    meant_as : tuple of (hashable, {"numbers", "dates"}), default=()
        Columns of text whose cells look like numbers or dates. They are in neither of
        the two above.
    numbered : tuple of hashable, default=()
        Columns of whole numbers in which no two rows of the class or of the others
        agree, although the numbers lie so close that by chance some would.
    coded : tuple of (hashable, {"codes", "dates"}), default=()
        Columns of whole numbers that are codes or dates.
    spread_error : float, default=0.0
        Standard error of ``spread``: large where a few rows of the class differ and
        the rest hardly do.

    Examples
    --------
    See ``diagnose``.
    """

    n_rows: int
    n_iter: int
    few_valued: bool
    generator_coverage: float
    spread: float
    certainty: float
    ranking: float
    gradient: float
    memory: float
    divergence: float
    nearest_row_ratio: float
    copies: float
    repeats: float
    gaps: tuple[tuple[Hashable, float, float], ...]
    rise: float
    among_others: float
    real_among_others: float
    identifiers: tuple[Hashable, ...] = ()
    unseen_levels: tuple[tuple[Hashable, float], ...] = ()
    meant_as: tuple[tuple[Hashable, str], ...] = ()
    numbered: tuple[Hashable, ...] = ()
    coded: tuple[tuple[Hashable, str], ...] = ()
    spread_error: float = 0.0


@dataclass(frozen=True)
class Samples:
    """The rows by which a training is judged, all in one code.

    Parameters
    ----------
    real : ndarray of shape (n_real, n_cells)
        Encoded rows of the class, all or a random part; at least two.
    generated : ndarray of shape (n_generated, n_cells)
        The generator's own rows, before any are thrown away; at least as many.
    settled : ndarray of shape (n_generated, n_cells)
        The same, numbers of few values at such a value (``TableEncoder.settle``).
    synthetic : ndarray of shape (n_synthetic, n_cells)
        Rows as they are handed out, encoded again.
    others : ndarray of shape (n_others, n_cells)
        Rows of other classes, thinned as ``real`` is.
    known : ndarray of shape (n_known, n_cells)
        Rows of the class that the generator may have copied, at least two: where
        ``real`` is a part of the class, copies of the rest would not be seen there.
    tables : tuple of DataFrame
        ``real`` and ``synthetic`` as tables, of the columns that follow the class.
    """

    real: np.ndarray
    generated: np.ndarray
    settled: np.ndarray
    synthetic: np.ndarray
    others: np.ndarray
    known: np.ndarray
    tables: tuple[pd.DataFrame, pd.DataFrame]


def gather(
    gan: GAN,
    samples: Samples,
    readout: TheoryReadout,
    levels: Sequence[LevelCounts],
    numbers: Sequence[WholeNumbers],
    *,
    n_rows: int,
    few_valued: bool,
    seed: int,
) -> Evidence:
    """Measure what ``gansampler.diagnosis.diagnose`` judges.

    Parameters
    ----------
    gan : GAN
        As trained, with its history.
    samples : Samples
    readout : TheoryReadout
        Of the same training.
    levels : sequence of LevelCounts
        Of the columns of text, in all rows of the class and of the others.
    numbers : sequence of WholeNumbers
        What the columns of whole numbers mean.
    n_rows : int
        Rows of the class.
    few_valued : bool
        Whether every column of the class has few values or levels.
    seed : int
        Seed of the halves into which real rows are split.

    Returns
    -------
    Evidence
    """
    real, settled, synthetic = samples.real, samples.settled, samples.synthetic
    known, history = samples.known, gan.history
    usual, usual_error = mean_distance(real)
    drawn, drawn_error = mean_distance(settled)
    spread = _ratio(drawn, usual)
    texts = [column for column in levels if not column.meant_as]
    rng = np.random.default_rng(seed)
    looked_from = some_positions(len(known), len(real), rng)
    apart = neighbourhood_radii(Points(known), 1, looked_from)
    to_known = nearest_rows(Points(synthetic), Points(known))
    return Evidence(
        n_rows=n_rows,
        n_iter=len(history),
        few_valued=few_valued,
        generator_coverage=coverage(real, settled[: len(real)]),
        spread=spread,
        certainty=readout.real_probability - readout.fake_probability,
        ranking=ranking(gan.logits(real), gan.logits(samples.generated)),
        gradient=_last_to_first(history["generator_gradient_norm"]),
        memory=divergence_of_value(readout.value) - readout.js_divergence,
        divergence=readout.js_divergence - readout.js_floor,
        nearest_row_ratio=ratio_of_medians(to_known, apart),
        copies=float((to_known < SAME).mean()),
        repeats=float((apart < SAME).mean()),
        gaps=worst_columns(*samples.tables, seed),
        rise=_ratio(_rise(history["selection_distance"]), usual),
        among_others=share_among_others(synthetic, real, samples.others, seed),
        real_among_others=share_among_others(real, real, samples.others, seed),
        identifiers=tuple(column.name for column in texts if column.identifies),
        unseen_levels=_unseen_levels(texts),
        meant_as=tuple((c.name, c.meant_as) for c in levels if c.meant_as),
        numbered=tuple(c.name for c in numbers if c.meaning == "identifiers"),
        coded=tuple(
            (c.name, c.meaning) for c in numbers if c.meaning in ("codes", "dates")
        ),
        spread_error=spread * math.hypot(usual_error, drawn_error),
    )


def mean_distance(rows: np.ndarray) -> tuple[float, float]:
    """Mean distance of two rows, and its standard error relative to it.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_cells)
        At least two.

    Returns
    -------
    mean, error : float
        The error is that of a U-statistic of two arguments: twice that of the mean of
        each row's own mean distance (Hoeffding, "A class of statistics with
        asymptotically normal distribution", Annals of Mathematical Statistics, 1948,
        equation 5.13 and theorem 7.1). 0 where all rows are equal.
    """
    of_each = cdist(rows, rows).sum(axis=1) / (len(rows) - 1)
    mean = float(of_each.mean())
    error = 2 * float(of_each.std(ddof=1)) / math.sqrt(len(rows))
    return mean, error / mean if mean > 0 else 0.0


def _unseen_levels(
    columns: Sequence[LevelCounts],
) -> tuple[tuple[Hashable, float], ...]:
    # An identifier is new in each row by its nature.
    found = [
        (column.name, column.unseen)
        for column in columns
        if column.unseen >= MAX_UNSEEN and not column.identifies
    ]
    return tuple(sorted(found, key=lambda column: -column[1]))


def worst_columns(
    real: pd.DataFrame, synthetic: pd.DataFrame, seed: int
) -> tuple[tuple[Hashable, float, float], ...]:
    """The columns whose distributions differ most beyond chance, worst first.

    Parameters
    ----------
    real, synthetic : DataFrame of shape (n_rows, n_columns)
    seed : int
        Seed of the shuffle that shows what chance gives.

    Returns
    -------
    tuple of (hashable, float, float)
        Name, gap as in ``gansampler.quality.marginal_gaps``, and the gap less what
        chance gives: the gap that a twentieth of the columns of numbers reach, or that
        between the same rows shuffled, which is larger where a column has many levels.
    """
    if not real.shape[1]:
        return ()
    gaps = marginal_gaps(real, synthetic)
    critical = CRITICAL * math.sqrt(1 / len(real) + 1 / len(synthetic))
    by_chance = np.full(len(gaps), critical)
    (suspects,) = np.nonzero(gaps.to_numpy() > critical)
    if len(suspects):
        parts = [table.iloc[:, suspects] for table in (real, synthetic)]
        both = pd.concat(parts, ignore_index=True)
        both = both.iloc[np.random.default_rng(seed).permutation(len(both))]
        shuffled = marginal_gaps(both.iloc[: len(real)], both.iloc[len(real) :])
        by_chance[suspects] = np.maximum(shuffled, critical)
    beyond = gaps.to_numpy() - by_chance
    order = np.argsort(-beyond, kind="stable")[:N_NAMED]
    return tuple((gaps.index[i], float(gaps.iloc[i]), float(beyond[i])) for i in order)


def share_among_others(
    rows: np.ndarray, own: np.ndarray, others: np.ndarray, seed: int
) -> float:
    """Share of rows that lie among other classes, by rows that they do not stem from.

    The class is cut into two halves at random. A row is judged by the half in which
    its nearest row of the class is not: the row from which it was made, or which it
    is, would speak for it. The other classes are cut to a half as well.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_cells)
    own : ndarray of shape (n_own, n_cells)
    others : ndarray of shape (n_others, n_cells)
    seed : int

    Returns
    -------
    float
        Share of the rows whose nearest row is of another class; NaN without two rows
        of the class and two others.

    Notes
    -----
    New rows of the class's distribution show up to 0.17 more than real rows do: the
    half that judges them is the one that lies farther off. Thresholds have to allow for
    it.
    """
    if len(own) < 2 or len(others) < 2:
        return math.nan
    rng = np.random.default_rng(seed)
    first = rng.permutation(len(own)) < len(own) // 2
    half = others[rng.permutation(len(others)) < len(others) // 2]
    to_own = cdist(rows, own)
    withheld = np.where(
        first[to_own.argmin(axis=1)],
        to_own[:, ~first].min(axis=1),
        to_own[:, first].min(axis=1),
    )
    # The others are many. Rows that are as near to both lie among their own.
    nearest = np.sqrt(np.maximum(squared_distances(rows, half).min(axis=1), 0))
    return float((nearest * (1 + ROUNDING) < withheld).mean())


def _last_to_first(norms: pd.Series) -> float:
    n = max(1, round(LAST_SHARE * len(norms)))
    if len(norms) < 2:
        return math.nan
    return _ratio(float(norms.iloc[-n:].mean()), float(norms.iloc[:n].mean()))


def _rise(distances: pd.Series) -> float:
    judged = distances.dropna()
    return float(judged.iloc[-1] - judged.min()) if len(judged) else math.nan


def _ratio(figure: float, unit: float) -> float:
    return figure / unit if unit > 0 else math.nan
