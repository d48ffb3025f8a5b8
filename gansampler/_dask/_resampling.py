"""The steps in their order, and what a sampler learns from each."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import dask
import dask.dataframe as dd
import pandas as pd
from imblearn.utils import check_sampling_strategy

from gansampler import validation
from gansampler._dask._drawing import append_rows, last_label, layout
from gansampler._dask._survey import Survey, survey_all
from gansampler._dask._training import train_classes
from gansampler.exceptions import InvalidTableError
from gansampler.tabular import Container

if TYPE_CHECKING:
    from gansampler.oversampler import GANOversampler


def fit(sampler: GANOversampler, X: Any, y: Any) -> None:
    """Set what ``GANOversampler.fit`` sets, for Dask's collections.

    Parameters
    ----------
    sampler : GANOversampler
        What to set the attributes of.
    X : dask DataFrame
        The table.
    y : dask Series
        The class of each row, in partitions as long as those of ``X``.

    Raises
    ------
    InvalidTableError
        If ``X`` or ``y`` cannot be resampled as they are.
    """
    sampler._validate_params()
    _examine(sampler, X, y)


def fit_resample(sampler: GANOversampler, X: Any, y: Any) -> tuple[Any, Any]:
    """Train a GAN on each class that needs rows, now, and plan the rows, for later.

    Parameters
    ----------
    sampler : GANOversampler
        What to do and where to leave the results of training.
    X : dask DataFrame
        The table.
    y : dask Series
        The class of each row, in partitions as long as those of ``X``.

    Returns
    -------
    X_resampled : dask DataFrame
        The partitions of ``X``, then those of synthetic rows.
    y_resampled : dask Series
        The class of each row.

    Raises
    ------
    InvalidTableError
        If ``X`` or ``y`` cannot be resampled as they are.
    """
    sampler._validate_params()
    survey = _examine(sampler, X, y)
    wanted: dict[Hashable, int] = {
        label: n for label, n in sampler.sampling_strategy_.items() if n
    }
    last = last_label(X, survey.last_index_label, sum(wanted.values()))
    groups = survey.groups(X.columns)
    trainer = sampler._trainer(survey.summary, groups, sampler.device)
    seeds = sampler._draw_seeds(survey.classes(y._meta))
    tasks = train_classes(trainer, {k: seeds[k] for k in wanted}, X, y, survey)
    # What was trained stays on the workers, for the draws, and is trained anew if lost.
    (tasks,) = dask.persist(tasks)
    (trained,) = dask.compute(tasks)
    devices = (made.generator.device for made in trained.values())
    device = next(devices, str(sampler.device))
    sampler._remember(trained, device, Container.of(X._meta))
    parts = layout(wanted, sampler.generators_, n_columns=len(X.columns))
    return append_rows(X, y, tasks, parts, last)


def _examine(sampler: GANOversampler, X: Any, y: Any) -> Survey:
    """Look at all rows, and set what a sampler knows before it is trained."""
    _check_collections(X, y)
    validation.check_names(sampler, X._meta)
    survey = survey_all(X, y)
    validation.check_shape(survey.n_rows, len(X.columns))
    validation.check_missing_labels(survey.n_unlabelled)
    # Refuses, in fit as well, what no column may hold.
    _ = survey.summary
    strategy = sampler.sampling_strategy
    asked = check_sampling_strategy(
        # A function gets all labels, not the distinct ones that stand for them.
        strategy(y) if callable(strategy) else strategy,
        survey.classes(y._meta),
        sampler._sampling_type,
    )
    sampler.sampling_strategy_ = validation.whole_counts(asked)
    return survey


def _check_collections(X: Any, y: Any) -> None:
    """Raise ``InvalidTableError`` for what can be seen without looking at rows."""
    if not isinstance(X, dd.DataFrame) or not isinstance(y, dd.Series):
        raise InvalidTableError(
            "On Dask, X must be a dask DataFrame and y a dask Series. Got "
            f"{_describe(X)} and {_describe(y)}. Turn arrays into frames with "
            "dask.dataframe.from_dask_array, and a small collection into pandas with "
            "its compute()."
        )
    if X.npartitions != y.npartitions:
        raise InvalidTableError(
            f"X has {X.npartitions} partitions and y has {y.npartitions}. Take both "
            "from one dask DataFrame, so that their partitions are the same rows."
        )
    for name, column in [*X._meta.items(), ("y", y._meta)]:
        categorical = isinstance(column.dtype, pd.CategoricalDtype)
        if categorical and not dd.utils.has_known_categories(column):
            where = "y" if column is y._meta else f"Column {name!r}"
            raise InvalidTableError(
                f"{where} is categorical and Dask does not know its categories. Call "
                "categorize() on the frame, or .cat.as_known() on the column, first."
            )


def _describe(data: Any) -> str:
    kind = type(data)
    return f"{kind.__module__.partition('.')[0]} {kind.__name__}"
