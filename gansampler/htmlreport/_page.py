"""The page: one HTML file with its style and its pictures, no scripts, no links out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gansampler import __version__
from gansampler._wording import counted, percent, rounded
from gansampler.diagnosis import (
    MIN_JUDGED_ROWS,
    OK,
    POOR,
    SEVERITY,
    WARN,
    Verdict,
    worst,
)
from gansampler.htmlreport._judgement import ClassJudgement
from gansampler.htmlreport._pictures import Pictures, gauge
from gansampler.htmlreport._style import STYLE
from gansampler.htmlreport._text import escaped, short_name
from gansampler.quality._references import FIGURES
from gansampler.report import MARKS, ClassReport

MAX_COLUMNS = 40
"""Columns in the table of a class."""

MAX_MARGINALS = 6
"""Columns of which the distribution is drawn."""

SUBJECTS = {
    "copies": "copies of real rows",
    "told apart": "how easily the rows are told from real ones",
    "coverage": "real rows that no synthetic row comes near",
    "columns": "single columns",
    "dependence": "the dependence between columns",
    "identifiers": "columns that identify rows",
    "other classes": "rows among other classes",
    "training": "the training",
}
"""What a verdict is about, as it is written in a sentence."""


@dataclass(frozen=True)
class Training:
    """How the rows of a class came about.

    Attributes
    ----------
    report : ClassReport
        Of the class, as in ``GANOversampler.report_``.
    history : DataFrame
        As in ``GANOversampler.history_``.
    loss : str
        The game that was played.
    """

    report: ClassReport
    history: pd.DataFrame
    loss: str


def write_page(
    judgements: Sequence[ClassJudgement],
    *,
    title: str,
    facts: Sequence[str],
    trainings: Mapping[str | None, Training] | None = None,
    remarks: Sequence[str] = (),
) -> bytes:
    """Write all that was found as one HTML file.

    Parameters
    ----------
    judgements : sequence of ClassJudgement
        One for each class.
    title : str
        Of the page.
    facts : sequence of str
        What was compared.
    trainings : mapping of str to Training, optional
        By class, how its rows came about.
    remarks : sequence of str, default=()
        What else there is to say of the comparison as a whole.

    Returns
    -------
    bytes
        In UTF-8; the same for the same input.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    pictures = Pictures()
    trainings = trainings or {}
    sections = [
        _section(judgement, trainings.get(judgement.rows.label), pictures, place)
        for place, judgement in enumerate(judgements, 1)
    ]
    found = [conclusion(j, trainings.get(j.rows.label)) for j in judgements]
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="gansampler {__version__}">
<title>{escaped(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{escaped(title)}</h1>
{"".join(f"<p>{escaped(fact)}</p>" for fact in facts)}
</header>
<main>
{_overview(judgements, found)}
{"".join(f'<p class="note">{escaped(remark)}</p>' for remark in remarks)}
{"".join(sections)}
{HOW_TO_READ}
</main>
<footer><p>Written by gansampler {__version__}. The page shows values of the tables:
share it only with those who may see them.</p></footer>
</body>
</html>
"""
    return page.encode("utf-8", errors="replace")


HOW_TO_READ = f"""<section>
<h2 id="how">How to read this page</h2>
<dl>
<dt>{MARKS[OK]}, {MARKS[WARN]}, {MARKS[POOR]}</dt>
<dd>Nothing to say; worth a look; not to be used as it is. The limits stand well beyond
what chance does to real rows.</dd>
<dt>Real against real</dt>
<dd>The same figure with real rows in place of the synthetic ones: halves of the class
against each other, three times at random. Two samples of one distribution differ, too,
the more the smaller they are, and nothing can do better than this.</dd>
<dt>Gap of a column</dt>
<dd>Numbers and dates: the largest difference between the shares of cells up to some
value (Kolmogorov-Smirnov). Categories: half the sum of the differences between the
shares of the levels (total variation). 0 is best and 1 worst.</dd>
<dt>Coverage, density</dt>
<dd>Coverage is the share of real rows that have a synthetic one among their five
nearest neighbours; density, how many such neighbourhoods a synthetic row lies in,
relative to its due.</dd>
<dt>Nearest-row ratio</dt>
<dd>Distance of a synthetic row to the nearest real row, relative to that between real
rows: 0 for copies, about 1 for new rows of the same distribution. Rows that were made
between neighbours, by SMOTE or by default here, lie near 0.5. This is no measure of
privacy.</dd>
<dt>What to change</dt>
<dd>The parameters named are those of <code>GANOversampler</code> in Python; the command
line takes them as <code>--set NAME=VALUE</code>, and <code>max_iter</code> as
<code>--max-iter</code>. By default <code>border_rejection</code>
and <code>copy_rejection</code> choose among the generated rows, which on purpose are
then not quite a sample of their class.</dd>
</dl>
</section>"""


def _overview(
    judgements: Sequence[ClassJudgement], found: Sequence[tuple[str, str]]
) -> str:
    """The verdict in a sentence, and where there are several classes, one for each."""
    if len(judgements) == 1:
        ((status, sentence),) = found
        return f'<p class="verdict {status}">{_badge(status)} {escaped(sentence)}</p>'
    statuses = [status for status, _ in found]
    counts = {status: statuses.count(status) for status in SEVERITY}
    said = {
        POOR: "not to be used as they are",
        WARN: "worth a look",
        OK: "without fault",
    }
    summary = ", ".join(f"{n} {said[status]}" for status, n in counts.items() if n)
    rows = "".join(
        f'<tr><th scope="row"><a href="#class-{place}">{_name(j.rows.label)}</a></th>'
        f'<td class="number">{j.rows.n_real:,}</td>'
        f'<td class="number">{j.rows.n_synthetic:,}</td>'
        f"<td>{_badge(status)} {escaped(sentence)}</td></tr>"
        for place, (j, (status, sentence)) in enumerate(
            zip(judgements, found, strict=True), 1
        )
    )
    return (
        f'<p class="verdict {worst(statuses)}">{_badge(worst(statuses))} '
        f"Of {len(judgements)} classes: {summary}.</p>"
        '<table class="overview"><caption>Verdict by class</caption><thead><tr>'
        '<th scope="col">class</th><th scope="col" class="number">real rows</th>'
        '<th scope="col" class="number">synthetic rows</th>'
        f'<th scope="col">verdict</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def conclusion(
    judgement: ClassJudgement, training: Training | None = None
) -> tuple[str, str]:
    """The worst status of what was found of a class, and what to do in a sentence.

    Parameters
    ----------
    judgement : ClassJudgement
    training : Training or None, default=None

    Returns
    -------
    status : {"ok", "warn", "poor"}
    sentence : str
    """
    status = worst([judgement.status, training.report.status if training else OK])
    findings: dict[str, list[str]] = {POOR: [], WARN: []}
    for verdict in judgement.verdicts:
        if verdict.status != OK:
            findings[verdict.status].append(SUBJECTS[verdict.name])
    if training and training.report.status != OK:
        findings[training.report.status].append(SUBJECTS["training"])
    n_real = judgement.rows.n_real
    few = ""
    if n_real < MIN_JUDGED_ROWS:
        there = "is only 1 real row" if n_real == 1 else f"are only {n_real} real rows"
        few = f" There {there}, too few to tell more."
    if findings[POOR]:
        text = f"Not to be used as they are, for {_listed(findings[POOR])}."
        if findings[WARN]:
            text += f" Look at {_listed(findings[WARN])}, too."
    elif findings[WARN]:
        text = f"To be used after a look at {_listed(findings[WARN])}."
    else:
        text = "No fault was found with these rows."
    return status, text + few


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _section(
    judgement: ClassJudgement,
    training: Training | None,
    pictures: Pictures,
    place: int,
) -> str:
    """All that was found of one class."""
    rows = judgement.rows
    heading = "All rows" if rows.label is None else f"Class {_name(rows.label)}"
    status, _ = conclusion(judgement, training)
    looked_at = [
        f"{len(frame):,} of the {n_rows:,} {kind} rows"
        for frame, n_rows, kind in (
            (rows.real, rows.n_real, "real"),
            (rows.synthetic, rows.n_synthetic, "synthetic"),
        )
        if len(frame) < n_rows
    ]
    note = (
        f'<p class="note">Looked at: {" and ".join(looked_at)}, chosen at random. '
        "The share of copies is scaled up to all real rows.</p>"
        if looked_at
        else ""
    )
    parts = [
        f'<section aria-labelledby="class-{place}">'
        f'<h2 id="class-{place}">{heading} {_badge(status)}</h2>',
        f"<p>{rows.n_synthetic:,} synthetic rows beside {rows.n_real:,} real ones, "
        f"{counted(len(judgement.columns), 'column')}.</p>{note}",
        "<h3>Verdicts</h3>",
        _verdicts(judgement.verdicts),
        _figures(judgement),
        _rows_at_a_glance(judgement, pictures),
        _columns(judgement, pictures),
    ]
    if training is not None:
        parts.append(_training(training, pictures))
    return "\n".join([*parts, "</section>"])


def _verdicts(verdicts: Sequence[Verdict]) -> str:
    items = "".join(
        f"<li>{_badge(v.status)} <strong>{escaped(v.name.replace('_', ' '))}.</strong> "
        f"{escaped(v.message)}"
        + (f' <span class="remedy">{escaped(v.remedy)}</span>' if v.remedy else "")
        + "</li>"
        for v in verdicts
    )
    return f'<ul class="verdicts">{items}</ul>'


def _figures(judgement: ClassJudgement) -> str:
    lines = []
    for name, figures in judgement.figures.iterrows():
        known = FIGURES[str(name)]
        values: dict[str, float] = {str(k): float(v) for k, v in figures.items()}
        lines.append(
            f'<tr><th scope="row">{escaped(known.title)}<small>{escaped(known.gloss)}'
            f'</small></th><td class="number">{_number(values["synthetic"])}</td>'
            f'<td class="number">{_number(values["reference"])}</td>'
            f"<td>{gauge(str(name), values)}</td></tr>"
        )
    return (
        "<h3>How near, how new</h3>"
        '<table class="figures"><caption>Figures of whole rows. On the scale: '
        '<span class="key synthetic">◆</span> synthetic rows, '
        '<span class="key real">▮</span> real against real, ┆ ideal.</caption>'
        '<thead><tr><th scope="col">figure</th><th scope="col" class="number">'
        'synthetic</th><th scope="col" class="number">real</th>'
        '<th scope="col">scale</th></tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def _rows_at_a_glance(judgement: ClassJudgement, pictures: Pictures) -> str:
    if len(judgement.columns) < 2:
        return ""
    drawn = [pictures.joint(judgement)]
    if min(map(len, judgement.few)) > 1:
        drawn.append(pictures.correlations(judgement))
    return f"<h3>The rows at a glance</h3>{LEGEND}{_grid(drawn, 'large')}"


LEGEND = (
    '<p class="legend"><span class="key real">●</span> real, '
    '<span class="key synthetic">✕</span> synthetic</p>'
)


def _columns(judgement: ClassJudgement, pictures: Pictures) -> str:
    columns = judgement.columns
    worst = list(columns.index[:MAX_MARGINALS])
    drawn = [pictures.marginal(judgement, name) for name in worst]
    title = "Columns" if len(worst) == len(columns) else "Columns that differ most"
    shown = columns[:MAX_COLUMNS]
    hidden = columns[MAX_COLUMNS:]
    lines = []
    for name, line in shown.iterrows():
        difference = judgement.differences[name]
        faults = "".join(
            f'<span class="fault">{escaped(fault)}</span>'
            for fault in difference.faults
        )
        lines.append(
            f'<tr><th scope="row">{_name(name)}'
            f"<small>{escaped(difference.kind)}</small></th>"
            f'<td class="number">{_number(line["gap"])}<small>real '
            f"{_number(line['reference'])}</small></td>"
            f"<td>{_badge(line['status'])}</td>"
            f"<td>{escaped(difference.facts)}{faults}</td></tr>"
        )
    more = ""
    if len(hidden):
        largest = _number(float(hidden["gap"].max()))
        off = int((hidden["status"] != OK).sum())
        which = f"{off} of them off as well" if off else "none of them off"
        more = (
            f'<p class="note">{counted(len(hidden), "more column")} not shown, '
            f"{which}; the largest gap among them is {largest}.</p>"
        )
    return (
        f"<h3>{title}</h3>{LEGEND}{_grid(drawn)}"
        '<table class="columns"><caption>Columns, the worst first. Arrows lead from '
        "the real rows to the synthetic ones.</caption>"
        '<thead><tr><th scope="col">column</th><th scope="col" class="number">gap</th>'
        '<th scope="col">verdict</th><th scope="col">real → synthetic</th></tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>{more}"
    )


def _training(training: Training, pictures: Pictures) -> str:
    report = training.report
    if not report.n_iter:
        return (
            "<h3>The training</h3><p>The class has too few different rows for a GAN to "
            "be trained: its rows were made without one.</p>"
        )
    theory = f"<pre>{escaped(report.theory)}</pre>" if report.theory is not None else ""
    verdicts = _verdicts(report.verdicts) if report.verdicts else ""
    drawn = pictures.history(training.history, training.loss, report.best_iteration)
    return (
        f"<h3>The training</h3><p>{counted(report.n_iter, 'update')} in "
        f"{report.seconds:.1f} seconds; the generator after number "
        f"{report.best_iteration} was kept. {percent(report.acceptance)} of the rows "
        "that it drew were kept: the others lay too near to real rows or to other "
        "classes.</p>"
        f"{verdicts}{_grid(drawn)}"
        f"<h4>What the theory of the game expects, and what was reached</h4>{theory}"
    )


def _grid(drawn: Sequence[str], size: str = "small") -> str:
    return f'<div class="pictures {size}">{"".join(drawn)}</div>'


def _badge(status: str) -> str:
    return f'<span class="badge {status}">{MARKS[status]}</span>'


def _name(name: Any) -> str:
    return escaped(short_name(name))


def _number(figure: float) -> str:
    if math.isnan(figure):
        return "-"
    if np.isinf(figure):
        return "∞"
    return rounded(figure)
