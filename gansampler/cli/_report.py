"""``gansampler report``, and the page that ``balance`` writes on request."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from gansampler.htmlreport import JudgedRows, Training
    from gansampler.tablefiles import ComparableTables, FileTable

MAX_CLASSES = 20
"""Classes that a report judges: each takes seconds."""


def check_page(path: Path, sources: Sequence[Path], overwrite: bool) -> None:
    """Refuse a page that cannot be written, before any work."""
    from gansampler import tablefiles
    from gansampler.plots._style import require_matplotlib

    require_matplotlib()
    tablefiles.check_new_file(path, sources, overwrite=overwrite)


def report(arguments: argparse.Namespace) -> None:
    from gansampler import tablefiles

    real, synthetic = arguments.real, arguments.synthetic
    check_page(arguments.output, [real, synthetic], arguments.force)
    tables = tablefiles.read_comparable(
        real,
        synthetic,
        arguments.target,
        mark=arguments.mark,
        separator=arguments.sep,
        encoding=arguments.encoding,
    )
    n_real, n_synthetic = (
        sum(getattr(of_class, name) for of_class in tables.classes.values())
        for name in ("n_real", "n_synthetic")
    )
    rows = _rows_to_judge(tables, arguments.target)
    n_columns = rows[0].real.shape[1]
    classes = "all rows compared as one, since no --target was given"
    if arguments.target is not None:
        classes = f"the classes in {arguments.target!r}"
    facts = [
        f"Real: {real}, {n_real:,} rows. Synthetic: {synthetic}, {n_synthetic:,} rows. "
        f"{n_columns:,} columns; {classes}."
    ]
    title = f"{synthetic.name} beside {real.name}"
    remarks = _remarks(tables, real, synthetic)
    _write_report(rows, title, facts, remarks, {}, arguments.output, arguments)


def _remarks(tables: ComparableTables, real: Path, synthetic: Path) -> list[str]:
    """What of the files was not judged, or not as it may have been meant."""
    remarks = []
    if tables.n_left_out:
        remarks.append(
            f"The first {tables.n_left_out:,} rows of {synthetic} are those of {real} "
            "and were left out."
        )
    if tables.n_kept_although_real:
        n_real = sum(of_class.n_real for of_class in tables.classes.values())
        remarks.append(
            f"Of the first {n_real:,} rows of {synthetic} "
            f"{tables.n_kept_although_real:,} are those of {real} and the others are "
            "not, so all were judged as synthetic: if none is, remove them, or tell "
            "them from synthetic rows with --mark."
        )
    for label, of_class in tables.classes.items():
        if of_class.n_synthetic and not of_class.n_real:
            remarks.append(
                f"Class {label!r} has no real rows: its {of_class.n_synthetic:,} "
                "synthetic rows were not judged."
            )
    return remarks


def _rows_to_judge(tables: ComparableTables, target: str | None) -> list[JudgedRows]:
    """The classes of which there are real and synthetic rows."""
    from gansampler.htmlreport import JudgedRows

    rows = []
    for label, of_class in tables.classes.items():
        if of_class.n_synthetic and of_class.n_real:
            others = [o.real for name, o in tables.classes.items() if name != label]
            text = None if target is None else label
            rows.append(
                JudgedRows(label=text, others=_stacked(others), **of_class._asdict())
            )
    return rows


def report_on_training(
    sampler: Any,
    table: FileTable,
    features: pd.DataFrame,
    labels: pd.Series,
    arguments: argparse.Namespace,
) -> None:
    """Write the page on rows that were just made, and on how they came about."""
    from gansampler.htmlreport import JudgedRows, Training

    if not len(labels):
        print(f"wrote no {arguments.report}: no rows were added")
        return
    rows = []
    trainings: dict[str | None, Training] = {}
    for label, report in sampler.report_.items():
        text = table.label_text(label)
        own, made = table.labels == label, labels == label
        rows.append(
            JudgedRows(
                text,
                table.features[own],
                features[made],
                table.features[~own],
                int(own.sum()),
                int(made.sum()),
            )
        )
        history = sampler.history_[label]
        trainings[text] = Training(report, history, sampler.loss)
    facts = [
        f"Made from {arguments.input}, {len(table.labels):,} rows of "
        f"{table.features.shape[1]:,} columns, by the classes in {table.target!r}; "
        f"written to {arguments.output}."
    ]
    title = f"Synthetic rows for {arguments.input.name}"
    _write_report(rows, title, facts, [], trainings, arguments.report, arguments)


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    import pandas as pd

    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else None


def _write_report(
    rows: Sequence[JudgedRows],
    title: str,
    facts: Sequence[str],
    remarks: Sequence[str],
    trainings: dict[str | None, Training],
    path: Path,
    arguments: argparse.Namespace,
) -> None:
    """Judge the rows class by class, write the page, and say what was found."""
    from tqdm import tqdm

    from gansampler import tablefiles
    from gansampler.htmlreport import conclusion, judge_class, write_page

    rows = sorted(rows, key=lambda of_class: -of_class.n_synthetic)
    if len(rows) > MAX_CLASSES:
        rest = sum(of_class.n_synthetic for of_class in rows[MAX_CLASSES:])
        remarks = [
            *remarks,
            f"The {MAX_CLASSES} classes with most synthetic rows were judged; "
            f"{len(rows) - MAX_CLASSES} others with {rest:,} were not.",
        ]
    bar = tqdm(rows[:MAX_CLASSES], desc="judging classes", disable=arguments.quiet)
    judgements = [judge_class(of_class) for of_class in bar]
    content = write_page(
        judgements, title=title, facts=facts, trainings=trainings, remarks=remarks
    )
    tablefiles.write_whole(path, content, overwrite=arguments.force)
    for judgement in judgements:
        label = judgement.rows.label
        _, sentence = conclusion(judgement, trainings.get(label))
        print(f"{'all rows' if label is None else f'class {label!r}'}: {sentence}")
    print(f"wrote {path}")
