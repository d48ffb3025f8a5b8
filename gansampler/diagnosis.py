"""What went wrong in a training, if anything, in plain words and with the remedy.

``gansampler.evidence.gather`` turns a training into a few figures, ``diagnose`` turns
those into verdicts. The thresholds stand between what trainings show that were made to
fail on purpose and what default trainings on the development sets show
(``benchmarks/diagnosis.py``, and the tables in ``docs/user_guide/diagnosis.md``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gansampler._wording import percent
from gansampler.evidence import Evidence
from gansampler.gan import TrainingSettings

__all__ = ["Evidence", "Verdict", "diagnose"]

OK, WARN, POOR = "ok", "warn", "poor"

SEVERITY = POOR, WARN, OK
"""All statuses, worst first."""

MIN_JUDGED_ROWS = 10
"""Rows that a class needs for its training to be judged."""

MIN_UPDATES = 50
"""Updates that a training needs for a warning: shorter ones are trials, whose verdicts
stand in the report only."""

MIN_COVERAGE, MIN_SPREAD = 0.3, 0.7
"""Mode collapse: share of the class's rows that as many generated rows reach, and mean
distance of two generated rows in units of that of two real ones."""

MAX_SPREAD = 1.5
"""Scattered rows: the same distance, beyond which the rows of the class are missed
because the generator's lie about anywhere."""

CHANCE = 2
"""Standard errors by which that distance has to differ from 1, besides."""

USUAL_LEARNING_RATE = {"adam": 0.001, "sgd": 0.1}
"""Learning rates below which a training may stop long before it is done, and above
which it may be unstable."""

MAX_SGD_PENALTY = 1.0
"""Weight of the gradient penalty beyond which SGD learns slowly at a rate below the
usual, and diverges on tables of few columns at the usual one."""

MAX_CERTAINTY = 0.6
"""The discriminator wins: mean D on real less mean D on generated rows."""

MAX_RANKING = 0.98
"""The same in games without probabilities: chance that D ranks a real row first."""

MAX_MEMORY = 0.1
"""The discriminator memorises: divergence, in nats, that it sees on the rows that it
has learned from beyond what a probe sees on rows that it has not."""

MAX_DIVERGENCE = (0.1, 0.3)
"""Fidelity: divergence, in nats, beyond that between halves of the class."""

MIN_RATIO, MAX_COPIES = 0.3, 0.5
"""Copying: distance of rows to the nearest real one, in units of that between real
rows, and share of rows that repeat one, beyond that of real rows which do."""

MAX_GAP = (0.15, 0.3)
"""Columns: gap to the class's distribution beyond what chance gives."""

MAX_RISE = 0.02
"""Late divergence: energy distance of the last candidate less that of the best, in
units of the mean distance of two real rows."""

MAX_AMONG_OTHERS = (0.2, 0.3)
"""Majority: share of rows that lie among other classes, beyond that of real rows, which
new rows of the same distribution exceed by up to 0.17 (see
``evidence.share_among_others``)."""


CONVERTERS = {"numbers": "pd.to_numeric", "dates": "pd.to_datetime"}
"""What makes of texts what they were meant to be."""


@dataclass(frozen=True)
class Verdict:
    """One judgement on a training.

    Parameters
    ----------
    name : str
        What was judged, such as ``"mode_collapse"``.
    status : {"ok", "warn", "poor"}
        "poor" where the rows should not be used as they are, "warn" where it is worth
        a look.
    message : str
        What was found, with its figure.
    remedy : str
        What to change; empty where all is well.

    Examples
    --------
    >>> from gansampler.diagnosis import Verdict
    >>> Verdict("copying", "ok", "0 % of the rows repeat a row.", "").status
    'ok'
    """

    name: str
    status: str
    message: str
    remedy: str


def diagnose(evidence: Evidence, parameters: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """Judge a training.

    Parameters
    ----------
    evidence : Evidence
        Of a training, as ``ClassReport`` has it.
    parameters : mapping of str to object
        Of ``GANOversampler``, for the remedies.

    Returns
    -------
    tuple of Verdict
        Worst first. What could not be measured has no verdict, and classes of fewer
        than 10 rows have none at all.

    Examples
    --------
    >>> from gansampler.diagnosis import Evidence, diagnose
    >>> evidence = Evidence(
    ...     n_rows=50,
    ...     n_iter=500,
    ...     few_valued=False,
    ...     generator_coverage=0.3,
    ...     spread=0.5,
    ...     certainty=0.0,
    ...     ranking=0.5,
    ...     gradient=1.0,
    ...     memory=0.0,
    ...     divergence=0.0,
    ...     nearest_row_ratio=1.0,
    ...     copies=0.0,
    ...     repeats=0.0,
    ...     gaps=(("age", 0.1, -0.1),),
    ...     rise=0.0,
    ...     among_others=0.2,
    ...     real_among_others=0.3,
    ... )
    >>> verdict = diagnose(evidence, {"learning_rate": 0.1})[0]
    >>> verdict.name, verdict.status, verdict.remedy
    ('mode_collapse', 'poor', 'Lower learning_rate (now 0.1).')
    """
    if evidence.n_rows < MIN_JUDGED_ROWS:
        return ()
    return worst_first(judge(evidence, parameters) for judge in JUDGES)


def worst(statuses: Iterable[str]) -> str:
    """The worst of some statuses; "ok" of none."""
    return min(statuses, key=SEVERITY.index, default=OK)


def worst_first(verdicts: Iterable[Verdict | None]) -> tuple[Verdict, ...]:
    """Order verdicts, without those on what could not be measured."""
    found = [verdict for verdict in verdicts if verdict is not None]
    return tuple(sorted(found, key=lambda verdict: SEVERITY.index(verdict.status)))


def _mode_collapse(evidence: Evidence, parameters: Mapping[str, Any]) -> Verdict | None:
    if _scattered(evidence):
        return None
    poor = evidence.generator_coverage < MIN_COVERAGE
    poor |= evidence.spread < MIN_SPREAD and not _spread_by_chance(evidence)
    return make_verdict(
        "mode_collapse",
        POOR if poor else OK,
        "The generator's rows, before the choice among them, reach "
        f"{percent(evidence.generator_coverage)} of the class's and lie "
        f"{evidence.spread:.2f} times as far apart as real ones.",
        _spread_out(parameters),
    )


def _scattered_rows(evidence: Evidence, parameters: Mapping[str, Any]) -> Verdict:
    poor = _scattered(evidence)
    return make_verdict(
        "scattered_rows",
        POOR if poor else OK,
        f"The generator's rows lie {evidence.spread:.3g} times as far apart as real "
        f"ones{': the training has blown up' if poor else ''}.",
        _calm_down(parameters),
    )


def _scattered(evidence: Evidence) -> bool:
    return evidence.spread > MAX_SPREAD and not _spread_by_chance(evidence)


def _spread_by_chance(evidence: Evidence) -> bool:
    return abs(evidence.spread - 1) <= CHANCE * evidence.spread_error


def _discriminator_wins(
    evidence: Evidence, parameters: Mapping[str, Any]
) -> Verdict | None:
    if math.isfinite(evidence.certainty):
        poor = evidence.certainty > MAX_CERTAINTY
        figure = f"gives real rows {evidence.certainty:.2f} more than generated ones"
    else:
        poor = evidence.ranking > MAX_RANKING
        figure = (
            f"ranks real above generated rows in {percent(evidence.ranking)} of pairs"
        )
    gradient = ""
    if poor and math.isfinite(evidence.gradient):
        gradient = (
            f"; the generator's gradient is at {evidence.gradient:.2g} times its start"
        )
    advice = [*_fewer_steps(parameters), _stronger_penalty(parameters)]
    if parameters.get("loss") == "minimax":
        advice.insert(0, "set loss='non_saturating'")
    return make_verdict(
        "discriminator_wins",
        POOR if poor else OK,
        f"The discriminator {figure}{gradient}.",
        _sentence(advice),
    )


def _discriminator_memorises(
    evidence: Evidence, parameters: Mapping[str, Any]
) -> Verdict | None:
    if math.isnan(evidence.memory):
        return None
    # Where the rows differ indeed, the discriminator is right to see it.
    memorises = evidence.memory > MAX_MEMORY
    memorises &= not evidence.divergence > MAX_DIVERGENCE[0]
    advice = [_stronger_penalty(parameters), *_fewer_steps(parameters)]
    return make_verdict(
        "discriminator_memorises",
        POOR if memorises else OK,
        f"On the rows that it has learned from the discriminator sees "
        f"{max(0.0, evidence.memory):.2f} nats more of a difference than a classifier "
        "sees on withheld rows.",
        _sentence(advice),
    )


def _fidelity(evidence: Evidence, parameters: Mapping[str, Any]) -> Verdict | None:
    if math.isnan(evidence.divergence):
        return None
    advice = [_now("raise", "max_iter", parameters), *_starts_from_rows(parameters)]
    if _too_slow(parameters):
        advice.insert(0, _faster(parameters))
    return make_verdict(
        "fidelity",
        status_above(evidence.divergence, MAX_DIVERGENCE),
        "A small classifier tells the generator's rows from withheld rows of the class "
        f"by {max(0.0, evidence.divergence):.2f} nats beyond chance (0 is best, 0.69 "
        "worst).",
        _sentence(advice),
    )


def _copying(evidence: Evidence, parameters: Mapping[str, Any]) -> Verdict:
    own = f", and {percent(evidence.repeats)} of its own do" if evidence.repeats else ""
    return make_verdict(
        "copying",
        copying_status(
            evidence.copies,
            evidence.repeats,
            evidence.nearest_row_ratio,
            few_valued=evidence.few_valued,
        ),
        f"{percent(evidence.copies)} of the synthetic rows repeat a row of the "
        f"class{own}; they are {evidence.nearest_row_ratio:.2f} times as far from the "
        "class's rows as these are from each other.",
        _sentence([_now("raise", "copy_rejection", parameters)]),
    )


def _columns(evidence: Evidence, parameters: Mapping[str, Any]) -> Verdict | None:
    if not evidence.gaps:
        return None
    status = status_above(evidence.gaps[0][2], MAX_GAP)
    bound = MAX_GAP[0] if status != OK else -math.inf
    shown = [column for column in evidence.gaps if column[2] > bound]
    shown = shown if status != OK else shown[:1]
    named = ", ".join(f"{name!r} ({gap:.2f})" for name, gap, _ in shown)
    start = (
        "The column whose distribution is farthest from the class's is"
        if status == OK
        else (
            "The distributions of these columns are not the class's (gap, 0 is best "
            "and 1 worst):"
        )
    )
    advice = [_now("raise", "max_iter", parameters)]
    # Dropping a share of the rows moves no distribution by more than that share.
    if evidence.gaps[0][2] <= (parameters.get("border_rejection") or 0):
        advice = advice if _short(parameters) else []
        advice.append(_now("lower", "border_rejection", parameters))
    return make_verdict("columns", status, f"{start} {named}.", _sentence(advice))


def _identifiers(evidence: Evidence, parameters: Mapping[str, Any]) -> Verdict | None:
    found = [
        f"No two of the rows that were looked at agree in these columns of {kind}, as "
        f"if they were identifiers: {', '.join(map(repr, names))}. {consequence}"
        for kind, names, consequence in (
            (
                "text",
                evidence.identifiers,
                "Synthetic rows repeat them and learn nothing else.",
            ),
            (
                "whole numbers",
                evidence.numbered,
                "Synthetic rows invent them, or have those of rows of other classes.",
            ),
        )
        if names
    ]
    if not found:
        return None
    return make_verdict(
        "identifiers", WARN, " ".join(found), "Drop them before resampling."
    )


def _stored_as_text(
    evidence: Evidence, parameters: Mapping[str, Any]
) -> Verdict | None:
    if not evidence.meant_as:
        return None
    named = ", ".join(f"{name!r} ({kind})" for name, kind in evidence.meant_as)
    calls = [
        f"{CONVERTERS[kind]}(X[{name!r}], errors='coerce')"
        for name, kind in evidence.meant_as
    ]
    return make_verdict(
        "stored_as_text",
        WARN,
        "These columns are text although nearly all of their cells look like numbers "
        f"or dates: {named}. Synthetic rows only have the cells that the class shows.",
        f"Convert them before resampling: {', '.join(calls)}. Cells that pandas cannot "
        "read become missing.",
    )


def _stored_as_numbers(
    evidence: Evidence, parameters: Mapping[str, Any]
) -> Verdict | None:
    if not evidence.coded:
        return None
    named = ", ".join(f"{name!r} ({kind})" for name, kind in evidence.coded)
    calls = [
        f"pd.to_datetime(X[{name!r}].astype('Int64').astype('str'), format='%Y%m%d', "
        "errors='coerce')"
        if kind == "dates"
        else f"X[{name!r}].astype('category')"
        for name, kind in evidence.coded
    ]
    return make_verdict(
        "stored_as_numbers",
        WARN,
        f"These columns of whole numbers look like codes or dates: {named}. Synthetic "
        "rows have numbers between them, which no row of the table has.",
        f"If they are such, convert them before resampling: {', '.join(calls)}.",
    )


def _rare_levels(evidence: Evidence, parameters: Mapping[str, Any]) -> Verdict | None:
    if not evidence.unseen_levels or parameters.get("rare_levels") == "table":
        return None
    named = ", ".join(f"{name!r} ({percent(x)})" for name, x in evidence.unseen_levels)
    return make_verdict(
        "rare_levels",
        WARN,
        "Further rows of the class would have levels that none of its rows shows so "
        f"far: {named}. Synthetic rows only have those that it shows, and a classifier "
        "may take these for signs of the class.",
        "Set rare_levels='table', or drop the columns before resampling.",
    )


def _late_divergence(
    evidence: Evidence, parameters: Mapping[str, Any]
) -> Verdict | None:
    if math.isnan(evidence.rise):
        return None
    late = evidence.rise > MAX_RISE
    message = "The last generator is as near to the class as the best one."
    if late:
        message = (
            "The training grew worse towards its end: the last generator's energy "
            f"distance is {evidence.rise:.2f} mean distances above that of the best, "
            "which was kept."
        )
    advice = [_now("lower", "learning_rate", parameters), "lower max_iter"]
    return make_verdict(
        "late_divergence", WARN if late else OK, message, _sentence(advice)
    )


def _majority(evidence: Evidence, parameters: Mapping[str, Any]) -> Verdict | None:
    if math.isnan(evidence.among_others):
        return None
    return make_verdict(
        "majority",
        status_above(
            evidence.among_others - evidence.real_among_others, MAX_AMONG_OTHERS
        ),
        f"{percent(evidence.among_others)} of the synthetic rows lie among other "
        f"classes, and {percent(evidence.real_among_others)} of the real ones.",
        _sentence([_now("raise", "border_rejection", parameters)]),
    )


JUDGES = (
    _mode_collapse,
    _scattered_rows,
    _discriminator_wins,
    _discriminator_memorises,
    _fidelity,
    _copying,
    _columns,
    _identifiers,
    _stored_as_text,
    _stored_as_numbers,
    _rare_levels,
    _late_divergence,
    _majority,
)


def make_verdict(name: str, status: str, message: str, remedy: str) -> Verdict:
    """A verdict, whose remedy is left out where all is well."""
    return Verdict(name, status, message, "" if status == OK else remedy)


def status_above(
    figure: float, thresholds: tuple[float, float], least: str = OK
) -> str:
    """Judge a figure by the thresholds of a warning and of a poor one.

    Parameters
    ----------
    figure : float
    thresholds : tuple of float
    least : str, default=OK
        The status of a figure below both.
    """
    if figure > thresholds[1]:
        return POOR
    return WARN if figure > thresholds[0] else least


def copying_status(
    copies: float, repeats: float, ratio: float, *, few_valued: bool
) -> str:
    """Judge how many rows repeat real ones, and how near they lie to them.

    Parameters
    ----------
    copies : float
        Share of the rows that equal a real one.
    repeats : float
        Share of the real rows that equal another one, as often as new rows of the
        same distribution would.
    ratio : float
        Distance to the nearest real row, relative to that between real rows.
    few_valued : bool
        Whether every column has few values: there may be no other rows to choose.
    """
    if copies - repeats > MAX_COPIES or ratio < MIN_RATIO:
        return WARN if few_valued else POOR
    return OK


def _now(verb: str, name: str, parameters: Mapping[str, Any]) -> str:
    now = f" (now {parameters[name]})" if parameters.get(name) is not None else ""
    return f"{verb} {name}{now}"


def _sentence(advice: Sequence[str]) -> str:
    text = ", or ".join(advice)
    return f"{text[0].upper()}{text[1:]}."


def _spread_out(parameters: Mapping[str, Any]) -> str:
    # Networks that start from noise start with all rows at one place.
    longer = _now("raise", "max_iter", parameters)
    if _too_slow(parameters):
        return _sentence([_faster(parameters), longer])
    if _short(parameters) and _relative_rate(parameters) <= 1:
        return _sentence([longer, *_starts_from_rows(parameters)])
    return _calm_down(parameters)


def _calm_down(parameters: Mapping[str, Any]) -> str:
    advice = [
        _now("lower", "learning_rate", parameters),
        *_starts_from_rows(parameters),
    ]
    if parameters.get("gradient_penalty") == 0:
        advice.append(_stronger_penalty(parameters))
    return _sentence(advice)


def _too_slow(parameters: Mapping[str, Any]) -> bool:
    return _relative_rate(parameters) < 1


def _relative_rate(parameters: Mapping[str, Any]) -> float:
    usual = USUAL_LEARNING_RATE[parameters.get("optimizer", "adam")]
    return float(parameters.get("learning_rate", usual)) / usual


def _short(parameters: Mapping[str, Any]) -> bool:
    usual = TrainingSettings.max_iter
    return bool(parameters.get("max_iter", usual) < usual)


def _faster(parameters: Mapping[str, Any]) -> str:
    heavy = (parameters.get("gradient_penalty") or 0) > MAX_SGD_PENALTY
    if heavy and parameters.get("optimizer") == "sgd":
        return _now("lower", "gradient_penalty", parameters)
    return _now("raise", "learning_rate", parameters)


def _starts_from_rows(parameters: Mapping[str, Any]) -> list[str]:
    if parameters.get("latent_distribution", "neighbors") == "neighbors":
        return []
    return ["set latent_distribution='neighbors'"]


def _fewer_steps(parameters: Mapping[str, Any]) -> list[str]:
    if parameters.get("discriminator_steps", 1) == 1:
        return []
    return [_now("lower", "discriminator_steps", parameters)]


def _stronger_penalty(parameters: Mapping[str, Any]) -> str:
    return _now("raise", "gradient_penalty", parameters)
