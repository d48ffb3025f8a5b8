"""What synthetic rows of one class are worth: figures, columns, verdicts."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gansampler._thinning import most_rows
from gansampler._wording import percent
from gansampler.diagnosis import (
    MAX_AMONG_OTHERS,
    MAX_GAP,
    MIN_JUDGED_ROWS,
    OK,
    SEVERITY,
    WARN,
    Verdict,
    copying_status,
    make_verdict,
    status_above,
    worst,
    worst_first,
)
from gansampler.evidence import CRITICAL, N_NAMED, share_among_others
from gansampler.htmlreport._differences import Difference, describe
from gansampler.htmlreport._text import short_name
from gansampler.quality import (
    common_space,
    correlation_gaps,
    marginal_gaps,
)
from gansampler.quality._levels import few_levels
from gansampler.quality._references import (
    MAX_LEARNED,
    MAX_ROWS,
    largest_pair_gap,
    measure_copies,
    measure_figures,
    measure_gaps,
    some_rows,
)
from gansampler.quality._space import JoinedColumn, join_columns

MAX_GAP_ROWS = 5000
"""Rows of either kind by which the columns are compared with real against real."""

MAX_EXCESS_AUC = (0.25, 0.4)
"""Two-sample AUC above that between real rows. Of the default rows in
``benchmarks/results/fidelity.csv``, nine in ten stay below the first."""

MIN_COVERAGE_SHARE = (0.75, 0.5)
"""Coverage in units of that between real rows."""

MAX_EXCESS_COPIES, FEW_COPIES = 0.05, 2
"""Share of copies above the share of real rows that have a twin, and how many copies
few rows may have."""

MIN_DIFFERENT = 3
"""Different real rows that a GAN needs; without them no parameter prevents copies."""

MAX_EXCESS_CORRELATION = (0.1, 0.2)
"""Mean difference of correlations above the largest between real rows."""

MAX_EXCESS_PAIR, MIN_PAIR_ROWS = (0.1, 0.3), 50
"""Difference of the worst pair above the largest between real rows, since one broken
pair among many hardly moves the mean, and how many rows of either kind it takes: fewer
tell hardly any broken pair from chance."""

CERTAIN = -math.log(0.001)
"""Pairs of real rows that are expected to agree in a column by chance, where that none
does shows that none ever will: the count of such pairs is about Poisson."""


@dataclass(frozen=True)
class JudgedRows:
    """Rows to be judged.

    Attributes
    ----------
    label : str or None
        The class as it is to be written; None where there are no classes.
    real, synthetic : DataFrame of shape (n_rows, n_columns)
        Rows of the class, all or a random part.
    others : DataFrame or None
        Real rows of other classes.
    n_real, n_synthetic : int
        Rows that there are.
    """

    label: str | None
    real: pd.DataFrame
    synthetic: pd.DataFrame
    others: pd.DataFrame | None
    n_real: int
    n_synthetic: int


@dataclass(frozen=True)
class ClassJudgement:
    """What was found.

    Attributes
    ----------
    rows : JudgedRows
        The rows that were judged.
    figures : DataFrame
        As in ``QualityDisplay``.
    columns : DataFrame
        By column, the worst first: ``gap`` and ``reference`` as in
        ``QualityDisplay.gaps``, ``excess``, what of the gap is beyond chance, and
        ``status``.
    differences : dict of hashable to Difference
        By column.
    joined : dict of hashable to JoinedColumn
        The columns of the real and the synthetic rows.
    few : tuple of DataFrame
        At most 1000 real and 1000 synthetic rows, with few levels in each column.
    verdicts : tuple of Verdict
        Worst first; of fewer than ten real rows only on copies.
    """

    rows: JudgedRows
    figures: pd.DataFrame
    columns: pd.DataFrame
    differences: dict[Hashable, Difference]
    joined: dict[Hashable, JoinedColumn]
    few: tuple[pd.DataFrame, pd.DataFrame]
    verdicts: tuple[Verdict, ...]

    @property
    def status(self) -> str:
        """The worst status of the verdicts."""
        return worst(verdict.status for verdict in self.verdicts)


def judge_class(rows: JudgedRows, *, random_state: int = 0) -> ClassJudgement:
    """Measure synthetic rows of a class beside real ones, and judge them.

    Parameters
    ----------
    rows : JudgedRows
        At least one real and one synthetic row.
    random_state : int, default=0
        Seed of the parts that are looked at, and of the halves.

    Returns
    -------
    ClassJudgement

    Raises
    ------
    IncomparableSamplesError, InvalidTableError
        If the columns differ or hold what cannot be compared.
    """
    rng = np.random.default_rng(random_state)
    n_rows = most_rows(rows.real.shape[1])
    rows = replace(
        rows,
        real=some_rows(rows.real, n_rows, rng),
        synthetic=some_rows(rows.synthetic, n_rows, rng),
    )
    joined = {
        column.name: column
        for column in join_columns(
            {"real": rows.real, "synthetic": rows.synthetic}, (1, 1)
        )
    }
    real, synthetic = (
        some_rows(frame, MAX_GAP_ROWS, rng) for frame in (rows.real, rows.synthetic)
    )
    gaps = measure_gaps(real, synthetic, rng=rng)
    differences = {name: describe(column) for name, column in joined.items()}
    columns = _judged_columns(rows, gaps, differences)
    frames = [real, synthetic] + ([] if rows.others is None else [rows.others])
    learned, *compared = few_levels(
        [some_rows(frame, MAX_LEARNED, rng) for frame in frames]
    )
    few = [some_rows(frame, MAX_ROWS, rng) for frame in (learned, *compared)]
    figures = _figures(rows, few, learned, rng)
    verdicts = [_copies(figures, joined, rows)]
    if len(rows.real) >= MIN_JUDGED_ROWS:
        verdicts += [
            _told_apart(figures),
            _coverage(figures),
            _columns(columns),
            _correlations(figures, few[0], few[1], rng),
            _identifiers(joined, rows),
            _other_classes(few, random_state) if rows.others is not None else None,
        ]
    found = worst_first(verdicts)
    return ClassJudgement(
        rows, figures, columns, differences, joined, (few[0], few[1]), found
    )


def _figures(
    rows: JudgedRows,
    few: Sequence[pd.DataFrame],
    learned: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Figures of few rows with few levels; the share of copies is that of all rows."""
    figures = measure_figures(few[0], few[1], learned=learned, rng=rng)
    # Copies are looked for among all rows, their levels as they are; where only a part
    # of the real rows is at hand, as large a part of the copies is found.
    part = len(rows.real) / rows.n_real
    copies = np.array(measure_copies(rows.real, rows.synthetic))
    figures.loc["duplicate_share"] = np.minimum(1.0, copies / part)
    return figures


def _judged_columns(
    rows: JudgedRows, gaps: pd.DataFrame, differences: dict[Hashable, Difference]
) -> pd.DataFrame:
    sizes = len(rows.real), len(rows.synthetic)
    chance = CRITICAL * math.sqrt(sum(1 / size for size in sizes))
    whole = marginal_gaps(rows.real, rows.synthetic)
    beyond = pd.DataFrame(
        {
            "by_chance": whole - chance,
            # Many levels differ more by chance than numbers do.
            "by_halves": gaps["synthetic"] - gaps["reference"],
        }
    )
    columns = pd.DataFrame(
        {
            "gap": gaps["synthetic"],
            "reference": gaps["reference"],
            "excess": beyond.min(axis=1),
        }
    )
    columns["status"] = [
        status_above(excess, MAX_GAP, WARN if differences[name].faults else OK)
        for name, excess in columns["excess"].items()
    ]
    return (
        columns.assign(rank=columns["status"].map(SEVERITY.index))
        .sort_values(["rank", "excess"], ascending=[True, False], kind="stable")
        .drop(columns="rank")
    )


def _copies(
    figures: pd.DataFrame, joined: dict[Hashable, JoinedColumn], rows: JudgedRows
) -> Verdict | None:
    copies, twins = _beside_real(figures, "duplicate_share")
    ratio, _ = _beside_real(figures, "nearest_row_ratio")
    few_valued = all(
        column.is_category or column.summary.few_valued for column in joined.values()
    )
    status = copying_status(copies, twins, ratio, few_valued=few_valued)
    allowed = max(MAX_EXCESS_COPIES, FEW_COPIES / len(rows.synthetic))
    if status == OK and copies - twins > allowed:
        status = WARN
    message = f"{percent(copies)} of the synthetic rows equal a real row in every cell"
    if twins:
        message += f" ({percent(twins)} of the real rows equal another real one)"
    if math.isfinite(ratio):
        message += (
            f"; they lie {ratio:.2f} times as far from the nearest real row as real "
            "rows lie from each other"
        )
    remedy = (
        "Raise copy_rejection, or start from noise with latent_distribution='normal'."
    )
    if (~rows.real.duplicated()).sum() < MIN_DIFFERENT:
        remedy = (
            "Collect more real rows, or leave the class out: from fewer than "
            f"{MIN_DIFFERENT} different rows nothing new can be learned."
        )
    return make_verdict("copies", status, f"{message}.", remedy)


def _told_apart(figures: pd.DataFrame) -> Verdict | None:
    area, between = _beside_real(figures, "two_sample_auc")
    if math.isnan(area):
        return None
    floor = 0.5 if math.isnan(between) else max(0.5, between)
    real = "" if math.isnan(between) else f", and {between:.2f} between real rows"
    return make_verdict(
        "told apart",
        status_above(area - floor, MAX_EXCESS_AUC),
        "A classifier that has to tell synthetic rows from real ones reaches an AUC of "
        f"{area:.2f} (0.5 is guessing, 1 is certainty{real}).",
        "See which columns are off below. Raise max_iter, or lower border_rejection, "
        "which keeps rows away from other classes on purpose.",
    )


def _coverage(figures: pd.DataFrame) -> Verdict | None:
    reached, between = _beside_real(figures, "coverage")
    if math.isnan(reached):
        return None
    share = reached / between if between > 0 else reached
    status = status_above(
        1 - share, (1 - MIN_COVERAGE_SHARE[0], 1 - MIN_COVERAGE_SHARE[1])
    )
    real = (
        ""
        if math.isnan(between)
        else f", where as many real rows reach {percent(between)}"
    )
    return make_verdict(
        "coverage",
        status,
        f"{percent(reached)} of the real rows have a synthetic row among their nearest"
        f"{real}.",
        "Lower border_rejection, or make more rows.",
    )


def _columns(columns: pd.DataFrame) -> Verdict:
    off = columns[columns["status"] != OK]
    n_columns = len(columns)
    if off.empty:
        message = (
            f"None of the {n_columns} columns differs beyond chance"
            if n_columns > 1
            else "The column does not differ beyond chance"
        )
        return Verdict("columns", OK, f"{message} by more than {MAX_GAP[0]}.", "")
    named = ", ".join(
        f"{short_name(name)!r} ({gap:.2f})"
        for name, gap in off["gap"].head(N_NAMED).items()
    )
    more = f" and {len(off) - N_NAMED} more" if len(off) > N_NAMED else ""
    return Verdict(
        "columns",
        str(off["status"].iloc[0]),
        f"{len(off)} of {n_columns} columns {'is' if len(off) == 1 else 'are'} off "
        f"(gap, 0 is best and 1 worst): {named}{more}.",
        "The table of columns shows how. Lower border_rejection, which shifts columns "
        "away from other classes on purpose; rare_levels='table' borrows their levels "
        "on purpose, too.",
    )


def _correlations(
    figures: pd.DataFrame,
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    rng: np.random.Generator,
) -> Verdict | None:
    if "correlation_gap" not in figures.index:
        return None
    gap, between = _beside_real(figures, "correlation_gap")
    _, most = _beside_real(figures, "correlation_gap", "reference_high")
    if math.isnan(gap):
        return None
    pairs = correlation_gaps(real, synthetic)
    values = np.triu(pairs.to_numpy(), 1)
    largest = np.argsort(-values, axis=None, kind="stable")[:N_NAMED]
    named = ", ".join(
        f"{short_name(pairs.index[i])!r} with {short_name(pairs.columns[j])!r} "
        f"({values[i, j]:.2f})"
        for i, j in zip(*np.unravel_index(largest, values.shape), strict=True)
        if values[i, j] > 0
    )
    by_chance = math.nan
    if min(len(real), len(synthetic)) >= MIN_PAIR_ROWS:
        by_chance = largest_pair_gap(real, synthetic, rng)
    if named:
        named = f" The largest differences: {named}"
        if not math.isnan(by_chance):
            named += f"; between real rows at most {by_chance:.2f}"
        named += "."
    floor = 0.0 if math.isnan(most) else most
    real_too = (
        "" if math.isnan(between) else f", and by {between:.2f} between real rows"
    )
    return make_verdict(
        "dependence",
        worst(
            [
                status_above(gap - floor, MAX_EXCESS_CORRELATION),
                status_above(float(values.max()) - by_chance, MAX_EXCESS_PAIR),
            ]
        ),
        f"Correlations differ by {gap:.2f} in the mean over pairs of columns{real_too}."
        f"{named}",
        "Raise max_iter.",
    )


def _identifiers(
    joined: dict[Hashable, JoinedColumn], rows: JudgedRows
) -> Verdict | None:
    names = [name for name, column in joined.items() if _identifies(column, rows)]
    if not names:
        return None
    named = ", ".join(repr(short_name(name)) for name in names[:N_NAMED])
    more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
    return make_verdict(
        "identifiers",
        WARN,
        "No two real rows agree in these columns, as if they were identifiers, and "
        f"synthetic rows repeat them or each other: {named}{more}.",
        "Drop them before resampling, and give the synthetic rows new ones.",
    )


def _identifies(column: JoinedColumn, rows: JudgedRows) -> bool:
    """Whether real rows never agree in a column, though synthetic ones do.

    If they agreed as often as the synthetic rows agree with them or with each other,
    ``CERTAIN`` pairs or more of them would. Whole numbers of any distribution agree at
    least as often as uniform ones between the same ends.
    """
    if column.summary.kind == "time":
        return False
    frames = [rows.real] if rows.others is None else [rows.real, rows.others]
    real = pd.concat([frame[column.name] for frame in frames], ignore_index=True)
    if real.isna().any() or real.duplicated().any():
        return False
    n_pairs = len(real) * (len(real) - 1) / 2
    if not column.is_category:
        numbers = column.summary.to_numbers(real)
        whole = bool((numbers == np.round(numbers)).all())
        if not whole or n_pairs < CERTAIN * (np.ptp(numbers) + 1):
            return False
    synthetic = rows.synthetic[column.name].dropna()
    n = len(synthetic)
    counts = synthetic.value_counts().to_numpy()
    with_real = synthetic.isin(real).sum() / max(1, n * len(real))
    with_each_other = (counts * (counts - 1)).sum() / max(1, n * (n - 1))
    return bool(n_pairs * max(with_real, with_each_other) > CERTAIN)


def _other_classes(few: Sequence[pd.DataFrame], random_state: int) -> Verdict | None:
    real, synthetic, others = common_space(*few)
    among_others = share_among_others(synthetic, real, others, random_state)
    real_among_others = share_among_others(real, real, others, random_state)
    if math.isnan(among_others):
        return None
    return make_verdict(
        "other classes",
        status_above(among_others - real_among_others, MAX_AMONG_OTHERS),
        f"{percent(among_others)} of the synthetic rows lie among other classes, and "
        f"{percent(real_among_others)} of the real ones.",
        "Raise border_rejection.",
    )


def _beside_real(
    figures: pd.DataFrame, name: str, reference: str = "reference"
) -> tuple[float, float]:
    """A figure of the synthetic rows, and the same between real ones."""
    synthetic, between = figures.loc[name, ["synthetic", reference]].to_numpy(float)
    return float(synthetic), float(between)
