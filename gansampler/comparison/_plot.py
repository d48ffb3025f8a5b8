"""The picture of a comparison: differences to no resampling, one panel a metric."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd

from gansampler.comparison._methods import BASELINES
from gansampler.comparison._statistics import ALPHA
from gansampler.comparison._wording import method_name
from gansampler.plots._style import (
    REAL_COLOR,
    SYNTHETIC_COLOR,
    label,
    require_matplotlib,
)

MAX_NAME = 32

LEGEND = (
    "Right is better. Filled: significant at 5 % by Holm's method. Squares: no sampler."
)


def draw(
    tests: Mapping[str, pd.DataFrame],
    *,
    note: str,
    axes: Any = None,
) -> np.ndarray[Any, Any]:
    """Draw one panel of differences for each metric.

    Parameters
    ----------
    tests : mapping of str to DataFrame
        By the metric's name, what ``Comparison.tests`` gives.
    note : str
        What the points and lines are.
    axes : Axes, sequence of Axes or None
        None makes a figure.

    Returns
    -------
    ndarray of Axes
    """
    plt = require_matplotlib()
    if axes is None:
        axes = _new_axes(plt, tests, note)
    axes = np.ravel(np.asarray(axes, dtype=object))
    if len(axes) != len(tests):
        raise ValueError(
            f"ax must be one Axes for each of {len(tests)} metrics. Got {len(axes)}."
        )
    for axis, (name, test) in zip(axes, tests.items(), strict=True):
        _draw_panel(axis, name, test)
    return axes


def _new_axes(plt: Any, tests: Mapping[str, pd.DataFrame], note: str) -> Any:
    n_methods = len(next(iter(tests.values())))
    size = (2.1 + 2.7 * len(tests), 1.5 + 0.36 * n_methods)
    figure, axes = plt.subplots(
        1, len(tests), sharey=True, squeeze=False, figsize=size, layout="constrained"
    )
    title = f"Difference to no resampling: {note}"
    figure.suptitle(fill(title, int(13 * size[0])), fontsize="medium")
    figure.supxlabel(fill(LEGEND, int(15 * size[0])), fontsize="small")
    return axes


def _draw_panel(axis: Any, name: str, test: pd.DataFrame) -> None:
    axis.axvline(0, color="0.5", linewidth=1, zorder=0)
    is_baseline = [method[0] in BASELINES for method in test.index]
    for position, (_, row) in enumerate(test.iterrows()):
        if np.isnan(row["difference"]):
            axis.text(0, position, " failed", color="0.5", va="center", size="small")
            continue
        color = REAL_COLOR if is_baseline[position] else SYNTHETIC_COLOR
        sure = row["p_holm"] < ALPHA
        axis.plot([row["low"], row["high"]], [position] * 2, color=color, lw=2)
        axis.plot(
            row["difference"],
            position,
            marker="s" if is_baseline[position] else "o",
            markersize=8,
            color=color,
            markerfacecolor=color if sure else axis.get_facecolor(),
            markeredgewidth=2,
        )
    names = [label(method_name(*method), MAX_NAME) for method in test.index]
    axis.set_title(label(name), fontsize="medium")
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.locator_params(axis="x", nbins=4)
    axis.tick_params(axis="y", length=0)
    axis.spines[["top", "right", "left"]].set_visible(False)
