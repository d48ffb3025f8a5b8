"""``gansampler balance``: a file with synthetic rows added."""

from __future__ import annotations

import argparse
import difflib
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gansampler.cli._arguments import Strategy
from gansampler.cli._report import check_page, report_on_training

if TYPE_CHECKING:
    import pandas as pd

    from gansampler.report import Report
    from gansampler.tablefiles import FileTable

ON_THE_TABLE = {"identifiers", "rare_levels"}
"""Verdicts of a training that speak of columns of the table, whatever the training."""

OWN_OPTIONS = {
    "sampling_strategy": "--sampling-strategy",
    "device": "--device",
    "max_iter": "--max-iter",
    "random_state": "--random-state",
    "verbose": "--quiet",
}
"""Parameters of the sampler that ``--set`` leaves to other options."""


def balance(arguments: argparse.Namespace) -> None:
    from gansampler import tablefiles

    tablefiles.check_paths(arguments.input, arguments.output, overwrite=arguments.force)
    if arguments.report is not None:
        check_page(arguments.report, [arguments.input], arguments.force)
    _check_settings(arguments)
    table = tablefiles.read_table(
        arguments.input,
        arguments.target,
        separator=arguments.sep,
        encoding=arguments.encoding,
    )
    if arguments.mark is not None:
        _check_mark(table, arguments.mark, arguments.input)
    strategy = _strategy_for(table, arguments.sampling_strategy)
    sampler, features, labels = _synthetic_rows(table, strategy, arguments)
    tablefiles.write_whole(
        arguments.output,
        table.with_rows(features, labels, arguments.mark),
        overwrite=arguments.force,
    )
    print(_summary(table, labels))
    print(
        f"wrote {arguments.output}: {len(table.labels)} original and {len(labels)} "
        "synthetic rows"
    )
    _warn_of_columns(table, sampler.report_)
    if arguments.report is not None:
        # After the table: whatever happens to the page, the training is not lost.
        report_on_training(sampler, table, features, labels, arguments)


def _check_mark(table: FileTable, mark: str, path: Path) -> None:
    """Refuse a column to add that the file cannot have, before any work."""
    if mark in table.columns:
        raise ValueError(
            f"{path} has a column {mark!r} already: choose another name for --mark"
        )
    table.check_mark(path, mark)


def _check_settings(arguments: argparse.Namespace) -> None:
    """Refuse names in ``--set`` that are no parameters, and those of other options."""
    if not arguments.settings:
        return
    from gansampler import GANOversampler

    # A function, as a callback is, cannot be written there.
    known = {*GANOversampler().get_params(), *OWN_OPTIONS} - {"callback"}
    for name, _ in arguments.settings:
        if name in OWN_OPTIONS:
            message = f"for {name} use {OWN_OPTIONS[name]}"
        elif name not in known:
            close = difflib.get_close_matches(name.replace("-", "_"), known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            message = f"{name!r} is no parameter of GANOversampler{hint}"
        else:
            continue
        arguments.parser.error(f"argument --set: {message}")


def _class_sizes(table: FileTable) -> dict[Any, int]:
    """Rows of each class, the largest class first."""
    sizes = table.labels.value_counts()
    return {label: int(size) for label, size in sizes.items() if size}


def _strategy_for(table: FileTable, strategy: Strategy) -> Any:
    """Check a strategy against a table, and turn the texts in it into labels.

    Raises
    ------
    ValueError
        If the table has one class only, or the strategy does not suit its classes.
    """
    sizes = {table.label_text(label): n for label, n in _class_sizes(table).items()}
    if len(sizes) == 1:
        raise ValueError(
            f"column {table.target!r} holds one class only ({next(iter(sizes))!r}): "
            "there is nothing to balance"
        )
    if isinstance(strategy, float):
        _check_share(table.target, sizes, strategy)
    if isinstance(strategy, dict):
        return _labelled_sizes(table, strategy)
    return strategy


def _check_share(target: str, sizes: dict[str, int], share: float) -> None:
    """Refuse a share where there are not two classes, or that adds nothing."""
    (_, most), *others, (smaller, least) = sizes.items()
    if others:
        example = json.dumps({smaller: most}, ensure_ascii=False)
        raise ValueError(
            f"a share needs two classes, and column {target!r} holds {len(sizes)}: "
            f"write the wanted sizes in JSON, such as {example}"
        )
    if int(share * most) <= least:
        raise ValueError(
            f"a share of {share} adds nothing: class {smaller!r} is already "
            f"{least / most:.3g} times as large as the other; ask for a larger share"
        )


def _labelled_sizes(table: FileTable, wanted: dict[str, int]) -> dict[Any, int]:
    """Wanted sizes by label of the table's own type instead of by text."""
    from gansampler.tablefiles import listed

    sizes = _class_sizes(table)
    by_text = {table.label_text(label): label for label in sizes}
    by_folded = {text.casefold(): label for text, label in by_text.items()}
    labelled = {}
    for text, size in wanted.items():
        # JSON writes true where the table may have True.
        label = by_text.get(text, by_folded.get(text.casefold()))
        if label is None:
            raise ValueError(
                f"column {table.target!r} has no class {text!r}: its classes are "
                f"{listed(sorted(by_text))}"
            )
        if size < sizes[label]:
            raise ValueError(
                f"class {text!r} has {sizes[label]} rows already, and rows are only "
                f"added: ask for as many or more, not {size}"
            )
        labelled[label] = size
    return labelled


def _synthetic_rows(
    table: FileTable, strategy: Any, arguments: argparse.Namespace
) -> tuple[Any, pd.DataFrame, pd.Series]:
    """The sampler, and features and classes of the rows that balance a table."""
    from gansampler import GANOversampler

    options = dict(arguments.settings)
    if arguments.max_iter is not None:
        options["max_iter"] = arguments.max_iter
    sampler = GANOversampler(
        strategy,
        device=arguments.device,
        verbose=0 if arguments.quiet else 1,
        random_state=arguments.random_state,
        **options,
    )
    features, labels = sampler.fit_resample(table.features, table.labels)
    n_rows = len(table.labels)
    return sampler, features.iloc[n_rows:], labels.iloc[n_rows:]


def _warn_of_columns(table: FileTable, report: Report) -> None:
    """Say what the trainings found in columns, once for all classes that agree."""
    found: dict[str, list[str]] = {}
    for label, of_class in report.items():
        for verdict in of_class.findings:
            if verdict.name in ON_THE_TABLE:
                text = f"{verdict.message} {verdict.remedy}"
                found.setdefault(text, []).append(repr(table.label_text(label)))
    for text, labels in found.items():
        classes = "class" if len(labels) == 1 else "classes"
        warnings.warn(f"{classes} {', '.join(labels)}: {text}", stacklevel=2)


def _summary(table: FileTable, added: pd.Series) -> str:
    """Sizes of the classes before and after, as aligned text."""
    gains = added.value_counts()
    rows = [(table.target, "before", "after")] + [
        (table.label_text(label), str(size), str(size + gains.get(label, 0)))
        for label, size in _class_sizes(table).items()
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"{name:<{widths[0]}}  {before:>{widths[1]}}  {after:>{widths[2]}}"
        for name, before, after in rows
    )
