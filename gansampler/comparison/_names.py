"""Estimators by name: what the user gave, and defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


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
