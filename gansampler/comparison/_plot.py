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
    "Right is better. Filled: significant at 5 % by Holm's method. Squares add no rows."
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
    methods = next(iter(tests.values())).index
    if axes is None:
        size = (2.1 + 2.7 * len(tests), 1.5 + 0.36 * len(methods))
        figure, axes = plt.subplots(
            1,
            len(tests),
            sharey=True,
            squeeze=False,
            figsize=size,
            layout="constrained",
        )
        title = f"Difference to no resampling: {note}"
        figure.suptitle(fill(title, int(13 * size[0])), fontsize="medium")
        figure.supxlabel(fill(LEGEND, int(15 * size[0])), fontsize="small")
    axes = np.ravel(np.asarray(axes, dtype=object))
    if len(axes) != len(tests):
        raise ValueError(
            f"ax must be one Axes for each of {len(tests)} metrics. Got {len(axes)}."
        )
    positions = np.arange(len(methods))
    is_baseline = [key[0] in BASELINES for key in methods]
    for axis, (name, test) in zip(axes, tests.items(), strict=True):
        axis.axvline(0, color="0.5", linewidth=1, zorder=0)
        for position, base, (_, row) in zip(
            positions, is_baseline, test.iterrows(), strict=True
        ):
            if np.isnan(row["difference"]):
                axis.text(
                    0, position, " failed", color="0.5", va="center", size="small"
                )
                continue
            color = REAL_COLOR if base else SYNTHETIC_COLOR
            sure = row["p_holm"] < ALPHA
            axis.plot([row["low"], row["high"]], [position] * 2, color=color, lw=2)
            axis.plot(
                row["difference"],
                position,
                marker="s" if base else "o",
                markersize=8,
                color=color,
                markerfacecolor=color if sure else axis.get_facecolor(),
                markeredgewidth=2,
            )
        axis.set_title(label(name), fontsize="medium")
        axis.set_yticks(
            positions, [label(method_name(*key), MAX_NAME) for key in methods]
        )
        axis.set_ylim(len(methods) - 0.5, -0.5)
        axis.locator_params(axis="x", nbins=4)
        axis.tick_params(axis="y", length=0)
        axis.spines[["top", "right", "left"]].set_visible(False)
    return axes
