"""Estimators of the user: by name, by step, seeded, weighing the classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import has_fit_parameter


def by_name(
    given: Any, defaults: Mapping[str, Any], *, kind: str, method: str
) -> dict[str, Any]:
    """Estimators by the names under which they are compared.

    Parameters
    ----------
    given : mapping, sequence, estimator, str or None
        A single one or a sequence is named by the estimators' classes; a string is the
        name of a default; None is all defaults.
    defaults : mapping of str to estimator
    kind : {"sampler", "classifier"}
        What they are, for messages.
    method : str
        What each must have.

    Returns
    -------
    dict of str to estimator

    Raises
    ------
    ValueError
        If two have the same name, a string is no default's name, or there is no
        classifier.
    TypeError
        If one lacks the method.
    """
    if given is None:
        return dict(defaults)
    if isinstance(given, Mapping):
        pairs = [(str(name), estimator) for name, estimator in given.items()]
    else:
        single = isinstance(given, str) or not isinstance(given, Sequence)
        pairs = [
            (one if isinstance(one, str) else type(one).__name__, one)
            for one in ([given] if single else given)
        ]
    if kind == "classifier" and not pairs:
        raise ValueError("classifiers is empty. Name one, or leave it out.")
    named: dict[str, Any] = {}
    for name, estimator in pairs:
        if name in named:
            raise ValueError(
                f"Two {kind}s are called {name!r}. Pass a dict, with a name for each."
            )
        named[name] = _checked(estimator, name, defaults, kind, method)
    return named


def steps_of(estimator: Any) -> list[Any]:
    """The steps of a pipeline, and of those within: no pipeline may be a step."""
    if isinstance(estimator, Pipeline):
        return [part for _, step in estimator.steps for part in steps_of(step)]
    return [estimator]


def seeded(estimator: Any, seed: int) -> Any:
    """A copy with a random state wherever it has none."""
    copy = clone(estimator)
    unseeded = [
        name
        for name, value in copy.get_params().items()
        if name.split("__")[-1] == "random_state" and value is None
    ]
    return copy.set_params(**dict.fromkeys(unseeded, seed))


def weighted(classifier: Any, y: np.ndarray) -> tuple[Any, dict[str, Any]]:
    """A classifier that is to weigh classes inversely to their frequency.

    With it comes what its ``fit`` is to be given.
    """
    last, prefix = classifier, ""
    if isinstance(classifier, Pipeline):
        name, last = classifier.steps[-1]
        prefix = f"{name}__"
    if "class_weight" in last.get_params(deep=False):
        return classifier.set_params(**{f"{prefix}class_weight": "balanced"}), {}
    if has_fit_parameter(last, "sample_weight"):
        weights = compute_sample_weight("balanced", y)
        return classifier, {f"{prefix}sample_weight": weights}
    raise ValueError(
        f"{type(last).__name__} takes neither class_weight nor sample_weight."
    )


def _checked(
    estimator: Any, name: str, defaults: Mapping[str, Any], kind: str, method: str
) -> Any:
    if isinstance(estimator, str):
        if estimator not in defaults:
            known = ", ".join(map(repr, defaults))
            raise ValueError(
                f"No {kind} is known as {estimator!r}. Pass an estimator, or one of "
                f"{known}."
            )
        return defaults[estimator]
    if isinstance(estimator, type):
        raise TypeError(
            f"{name!r} is a class. Pass an instance: {estimator.__name__}()."
        )
    if not hasattr(estimator, method):
        raise TypeError(
            f"{name!r} is no {kind}: {type(estimator).__name__} has no {method}."
        )
    return estimator
