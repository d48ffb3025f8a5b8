"""What is compared: samplers, each with the columns it can take, and what goes without.

A method is the first part of a pipeline (prepare, resample), and says which transformer
has to follow before a classifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imblearn import FunctionSampler
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler
from imblearn.pipeline import Pipeline, make_pipeline
from sklearn.base import clone
from sklearn.utils import get_tags

from gansampler.comparison._columns import (
    CompleteColumns,
    column_kinds,
    frequent_levels,
)
from gansampler.comparison._estimators import by_name, steps_of
from gansampler.oversampler import GANOversampler

NONE, WEIGHTS, THRESHOLD = "no resampling", "class weights", "tuned threshold"
BASELINES = (NONE, WEIGHTS, THRESHOLD)
"""The methods without a sampler."""


@dataclass(frozen=True)
class Method:
    """One way to treat training rows.

    Attributes
    ----------
    name : str
        The column ``sampler`` of the results.
    strategy : str
        The amount, as text; empty for what does not resample.
    head : Pipeline
        Prepares the columns and resamples the rows.
    encoder : transformer or "passthrough"
        What classifiers need between the head's rows and themselves.
    levels : dict or None
        The levels that the default encoding tells apart where the whole table is at
        hand; None if the sampler may be given other columns than the table's.
    """

    name: str
    strategy: str
    head: Pipeline
    encoder: Any
    levels: dict[Any, list[str]] | None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others in the results."""
        return self.name, self.strategy


def make_methods(
    X: Any,
    samplers: Any,
    baselines: Sequence[str] | str | None,
    strategies: Any,
    encoder: Any,
    *,
    door: Any = "passthrough",
) -> list[Method]:
    """All methods of a comparison, no resampling first.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_rows, n_columns)
        The table: its columns choose the default kind of SMOTE.
    samplers : mapping, sequence or None
        As ``compare_oversamplers`` takes them.
    baselines : sequence of str, str or None
    strategies : sequence, a single value or None
        Values of ``sampling_strategy``; None leaves each sampler as it is.
    encoder : transformer or "passthrough"
    door : transformer or "passthrough"
        Stands before samplers that take rows as they are.
    """
    baselines = [baselines] if isinstance(baselines, str) else list(baselines or ())
    strategies = _as_list(strategies)
    unknown = [name for name in baselines if name not in BASELINES]
    if unknown:
        raise ValueError(
            f"baselines must be among {', '.join(map(repr, BASELINES))}. Got "
            f"{unknown[0]!r}."
        )
    levels = frequent_levels(X)
    nothing = make_pipeline(*steps_of(encoder), FunctionSampler(validate=False))
    methods = [
        Method(name, "", nothing, "passthrough", levels)
        for name in BASELINES
        if name == NONE or name in baselines
    ]
    named = by_name(
        samplers, default_samplers(X), kind="sampler", method="fit_resample"
    )
    for name, sampler in named.items():
        if name in BASELINES:
            raise ValueError(
                f"A sampler is called {name!r}, which is what the baseline is called. "
                "Give it another name."
            )
        for amount in _amounts(sampler, strategies):
            chosen = _with_amount(sampler, amount)
            steps, rest = _prepared(chosen, encoder, door)
            head = make_pipeline(*steps)
            known = None if isinstance(chosen, Pipeline) else levels
            methods.append(Method(name, _strategy(chosen), head, rest, known))
    keys = [method.key for method in methods]
    for position, key in enumerate(keys):
        if key in keys[:position]:
            raise ValueError(
                f"Two amounts of {key[0]!r} are both called {key[1]!r} in the results. "
                "Give functions names of their own, by def."
            )
    return methods


def default_samplers(X: Any) -> dict[str, Any]:
    """Random over-sampling, the SMOTE that the columns allow, and GANOversampler."""
    categories = {kind == "category" for kind in column_kinds(X).values()}
    if categories == {True}:
        smote = SMOTEN()
    elif categories == {False}:
        smote = SMOTE()
    else:
        smote = SMOTENC(categorical_features="auto")
    return {
        "random over-sampling": RandomOverSampler(),
        type(smote).__name__: smote,
        "GANOversampler": GANOversampler(),
    }


def _prepared(sampler: Any, encoder: Any, door: Any) -> tuple[list[Any], Any]:
    """Steps up to a sampler, by what its tags say that it takes, and what is left."""
    if isinstance(sampler, Pipeline):
        return [door, *steps_of(sampler)], encoder
    takes = get_tags(sampler).input_tags
    if takes.string and takes.allow_nan:
        return [door, sampler], encoder
    if takes.string:
        return [CompleteColumns(), sampler], encoder
    return [*steps_of(encoder), sampler], "passthrough"


def _as_list(strategies: Any) -> list[Any] | None:
    if strategies is None:
        return None
    single = isinstance(strategies, (str, Mapping)) or not isinstance(
        strategies, Iterable
    )
    amounts = [strategies] if single else list(strategies)
    for position, amount in enumerate(amounts):
        if amount in amounts[:position]:
            raise ValueError(
                f"sampling_strategies holds {amount!r} twice. Name each amount once."
            )
    if not amounts:
        raise ValueError("sampling_strategies is empty. Name one, or leave it out.")
    return amounts


def _amounts(sampler: Any, strategies: Any) -> list[Any]:
    if strategies is None or not hasattr(_last(sampler), "sampling_strategy"):
        return [None]
    return list(strategies)


def _with_amount(sampler: Any, amount: Any) -> Any:
    sampler = clone(sampler)
    if amount is not None:
        _last(sampler).set_params(sampling_strategy=amount)
    return sampler


def _strategy(sampler: Any) -> str:
    amount = getattr(_last(sampler), "sampling_strategy", "")
    return getattr(amount, "__name__", str(amount))


def _last(sampler: Any) -> Any:
    return steps_of(sampler)[-1]
