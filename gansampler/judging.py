"""How the training of a class went: its rows measured against real ones and judged."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd

from gansampler._thinning import thinned
from gansampler.codes import read_whole_numbers
from gansampler.diagnosis import MIN_UPDATES, POOR, diagnose
from gansampler.encoding.lenders import Lenders
from gansampler.evidence import Samples, gather
from gansampler.gan import GAMES
from gansampler.levels import count_levels
from gansampler.onehot import OneHotGroups
from gansampler.quality import coverage, energy_distance
from gansampler.report import ClassReport
from gansampler.synthesis import ClassGenerator
from gansampler.theory import theory_readout

N_REPORT_ROWS = 500
"""Rows on either side of the report's figures."""


def judge_training(
    generator: ClassGenerator, rows: pd.DataFrame, others: pd.DataFrame
) -> ClassReport:
    """Measure and judge what a generator has learned.

    Parameters
    ----------
    generator : ClassGenerator
        As trained.
    rows, others : DataFrame of shape (n_rows, n_columns)
        What it was trained on: rows of the class, and of the other classes.

    Returns
    -------
    ClassReport
        With no rows added yet.
    """
    gan, encoder, seed = generator.gan, generator.encoder, generator.calibration_seed
    selection = generator.selection
    report = ClassReport(
        n_rows=len(rows),
        n_synthetic=0,
        n_iter=len(generator.history),
        best_iteration=0 if gan is None else gan.best_iteration,
        acceptance=1.0 if selection is None else selection.acceptance,
        seconds=generator.seconds,
        energy_distance=np.nan,
        coverage=np.nan,
        nearest_row_ratio=np.nan,
    )
    if gan is None or not generator.trained:
        return report
    collapsed = generator.groups.collapse(rows), generator.groups.collapse(others)
    samples = _samples(generator, rows, *map(encoder.transform, collapsed))
    theory = theory_readout(
        generator.history,
        generator.settings.loss,
        samples.real,
        samples.settled,
        random_state=seed,
    )
    evidence = gather(
        gan,
        samples,
        theory,
        count_levels(*collapsed, encoder.table_),
        read_whole_numbers(*collapsed, samples.tables[1], encoder.table_),
        n_rows=len(rows),
        few_valued=encoder.few_valued,
        seed=seed,
    )
    return replace(
        report,
        energy_distance=energy_distance(samples.real, samples.synthetic),
        coverage=coverage(samples.real, samples.synthetic),
        nearest_row_ratio=evidence.nearest_row_ratio,
        theory=theory,
        verdicts=diagnose(evidence, parameters_of(generator)),
        evidence=evidence,
    )


def _samples(
    generator: ClassGenerator,
    rows: pd.DataFrame,
    matrix: np.ndarray,
    others: np.ndarray,
) -> Samples:
    """The rows by which the training is judged, some hundred of each kind."""
    assert generator.gan is not None
    encoder, seed = generator.encoder, generator.calibration_seed
    rng = np.random.default_rng(seed)
    chosen = np.arange(len(matrix))
    if len(matrix) > N_REPORT_ROWS:
        chosen = rng.choice(len(matrix), N_REPORT_ROWS, replace=False)
        # The others alike, so that the classes stay as dense as they were given.
        others = thinned(others, len(others) * N_REPORT_ROWS // len(matrix), rng)
    generated = generator.gan.sample(N_REPORT_ROWS, seed)
    drawn = generator.draw_values(N_REPORT_ROWS, seed)
    # Before they are made a table, which empties them.
    synthetic = encoder.encode(drawn)
    tables = rows.iloc[chosen], generator.to_frame(drawn)
    if encoder.lenders_ is not None:
        own = _columns_with_own_distribution(generator.groups, encoder.lenders_)
        tables = tables[0].iloc[:, own], tables[1].iloc[:, own]
    return Samples(
        real=matrix[chosen],
        generated=generated,
        settled=encoder.settle(generated),
        synthetic=synthetic,
        others=others,
        known=generator.known_rows(matrix, rng),
        tables=tables,
    )


def _columns_with_own_distribution(groups: OneHotGroups, lenders: Lenders) -> list[int]:
    """Positions of the columns that do not borrow: they are to follow the class."""
    return [
        position
        for collapsed, group in enumerate(groups.members)
        for position in group
        if collapsed not in lenders.positions
    ]


def parameters_of(generator: ClassGenerator) -> dict[str, Any]:
    """What was trained with, defaults that depend on others as they came out."""
    assert generator.gan is not None
    settings = generator.settings
    penalty = settings.gradient_penalty
    if penalty is None:
        penalty = GAMES[settings.loss].penalty_weight
    resolved = {
        "latent_distribution": generator.gan.latent.distribution,
        "gradient_penalty": penalty,
    }
    return asdict(settings) | resolved | asdict(generator.row_settings)


def describe_fallback(
    label: Hashable, generator: ClassGenerator, report: ClassReport
) -> str | None:
    """What was done for a class too small for a GAN; None where one was trained."""
    if generator.trained:
        return None
    n_rows = report.n_rows
    if generator.gan is None:
        rows = "its only row" if n_rows == 1 else f"its {n_rows} rows, which are equal"
        done = "copies of it" if n_rows == 1 else "copies of them"
    else:
        rows, done = f"only {n_rows} rows", "blurred mixtures of them"
    return (
        f"Class {label!r} has too little to train a GAN on ({rows}): its synthetic "
        f"rows are {done}. Collect more rows of it, or leave it out through "
        "sampling_strategy."
    )


def describe_failures(label: Hashable, report: ClassReport) -> str | None:
    """What went wrong in a training, with the remedies; None where nothing did."""
    poor = [verdict for verdict in report.verdicts if verdict.status == POOR]
    if not poor or report.n_iter < MIN_UPDATES:
        return None
    found = " ".join(f"{verdict.message} {verdict.remedy}" for verdict in poor)
    return f"The training on class {label!r} went wrong. {found}"
