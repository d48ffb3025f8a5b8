"""What stands before the sampler of a pipeline."""

from __future__ import annotations

from typing import Any

from imblearn.pipeline import Pipeline


def prepared_for(sampler: Any, X: Any) -> Any:
    """New rows as the last step of a fitted pipeline saw those of ``fit_resample``.

    Transformers apply to them; samplers, which are for training rows only, do not.

    Parameters
    ----------
    sampler : Pipeline or sampler
        Fitted, a pipeline ending in a sampler or in another such pipeline.
    X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_columns)

    Returns
    -------
    {array-like, dataframe, sparse matrix} of shape (n_rows, n_columns)
        As they were, where no pipeline stands before the sampler.
    """
    while isinstance(sampler, Pipeline):
        # A pipeline's transform passes over samplers, if its last step is none.
        end = ("end", "passthrough")
        X = Pipeline([*sampler.steps[:-1], end]).transform(X)
        sampler = sampler.steps[-1][1]
    return X
