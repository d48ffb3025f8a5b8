"""The pictures: readable without colours, the same bytes from the same numbers."""

import hashlib

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from sklearn.isotonic import isotonic_regression

from benchmarks.fidelity import REAL
from benchmarks.report.names import (
    ADDS_NO_ROWS,
    MAIN_METRICS,
    METRICS,
    REFERENCE,
    title,
)

# Okabe and Ito's colours, which the colour-blind can tell apart.
COLOURS = {
    "gan": "#D55E00",
    "gan_law": "#D55E00",
    "gan_neighbors": "#D55E00",
    "smote": "#0072B2",
    "smoothed_bootstrap_valid": "#009E73",
    "ros": "#AA5599",
    "none": "#000000",
    "class_weight": "#000000",
    "real": "#000000",
}
GREY, PALE = "#6b6b6b", "#c8c8c8"
STYLE = {
    "svg.hashsalt": "gansampler",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
}


def save(figure, path, source):
    """Write a picture as SVG, with what it was drawn from in its description.

    Parameters
    ----------
    figure : Figure
    path : path-like
    source : str
    """
    with mpl.rc_context(STYLE):
        figure.savefig(
            path, format="svg", metadata={"Date": None, "Description": source}
        )


def digest(*parts):
    """Name the numbers behind a picture by a short hash.

    Parameters
    ----------
    *parts : DataFrame or Series

    Returns
    -------
    text : str
    """
    text = "\n".join(part.round(6).to_csv(float_format="%.5f") for part in parts)
    return f"numbers {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def spread(positions, gap):
    """Move positions as little as possible so that they are a gap apart.

    Parameters
    ----------
    positions : array-like of float
    gap : float

    Returns
    -------
    moved : ndarray of float
        In the order given; least squares under the condition, by isotonic regression.

    Examples
    --------
    >>> spread([3.0, 1.0, 1.0], 1.0).tolist()
    [3.0, 0.5, 1.5]
    """
    positions = np.asarray(positions, dtype=float)
    order = np.argsort(positions, kind="stable")
    steps = gap * np.arange(len(positions))
    moved = np.empty(len(positions))
    moved[order] = isotonic_regression(positions[order] - steps) + steps
    return moved


def draw_ranks(ranks):
    """Draw mean ranks: one axis for each metric, the best at the top.

    Parameters
    ----------
    ranks : DataFrame
        Index method, columns metric.

    Returns
    -------
    figure : Figure
    """
    n = len(ranks)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10, 1.4 + 0.24 * n), layout="constrained")
        axes = figure.subplots(1, len(MAIN_METRICS), sharey=True)
        low, high = ranks[list(MAIN_METRICS)].stack().agg(["min", "max"])
        room = max(high - low, 0.5)
        gap = 1.1 * room / max(n - 1, 1)
        for ax, metric in zip(axes, MAIN_METRICS, strict=True):
            values = ranks[metric].sort_values()
            ax.set_title(METRICS[metric], pad=12)
            ax.axvline(0, color=GREY, linewidth=1)
            ax.set_xlim(-0.1, 2.2)
            labels = spread(values, gap)
            for (method, value), y in zip(values.items(), labels, strict=True):
                style = _label_style(method)
                ax.plot([0], [value], **_marker(method))
                ax.plot([0.06, 0.28, 0.36], [value, y, y], color=PALE, linewidth=0.8)
                text = f"{value:.1f}  {title(method)}"
                ax.text(0.4, y, text, va="center", **style)
            ax.spines[["left", "bottom"]].set_visible(False)
            ax.set_xticks([])
        ends = [spread(ranks[metric], gap) for metric in MAIN_METRICS]
        top, bottom = min(map(np.min, ends)), max(map(np.max, ends))
        axes[0].set_ylim(max(bottom, high) + gap, min(top, low) - gap)
        axes[0].set_ylabel("mean rank (1 is best)")
    return figure


def draw_gains(gains, n_minority):
    """Draw the gain of each data set, one panel for each rival.

    Parameters
    ----------
    gains : DataFrame
        Index (dataset, classifier), columns rival.
    n_minority : Series
        Minority rows of each data set; the first is drawn at the top.

    Returns
    -------
    figure : Figure
    """
    names = list(n_minority.index)
    height = {name: len(names) - i for i, name in enumerate(names)}
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 1.4 + 0.19 * len(names)), layout="constrained")
        axes = figure.subplots(1, gains.shape[1], sharey=True, squeeze=False)[0]
        for ax, rival in zip(axes, gains, strict=True):
            means = gains[rival].groupby(level="dataset").mean()[names]
            single = gains[rival].index.get_level_values("dataset").map(height)
            ax.axvline(0, color=GREY, linewidth=1)
            ax.plot(gains[rival], single, ".", color=PALE, markersize=4, zorder=1)
            for name, gain in means.items():
                colour = COLOURS["gan"] if gain > 0 else "#444444"
                marker = "o" if gain > 0 else "s"
                ax.plot([0, gain], [height[name]] * 2, color=colour, linewidth=1)
                ax.plot(gain, height[name], marker, color=colour, markersize=5)
            ax.set_title(f"GANOversampler minus {title(rival)}")
            ax.set_xlabel("gain in average precision")
            reach = 1.05 * float(means.abs().max()) + 0.01
            wide = 1.05 * float(gains[rival].abs().quantile(0.98))
            ax.set_xlim(-max(reach, wide), max(reach, wide))
            ax.spines["left"].set_visible(False)
            ax.tick_params(axis="y", length=0)
            ax.grid(axis="y", color="#eeeeee", linewidth=0.6)
            ax.set_axisbelow(True)
        axes[0].set_yticks(
            [height[name] for name in names],
            [f"{name}  ({n_minority[name]:.0f})" for name in names],
            fontsize=8,
        )
        axes[0].set_ylim(0.2, len(names) + 0.8)
    return figure


def draw_dose(cohorts):
    """Draw gains over no resampling by minority rows.

    Parameters
    ----------
    cohorts : list of (str, DataFrame)
        What the tables are, and gains with index size and columns (metric, method).

    Returns
    -------
    figure : Figure
    """
    with mpl.rc_context(STYLE):
        n = len(cohorts)
        figure = Figure(figsize=(10.5, 0.4 + 2.9 * n), layout="constrained")
        axes = figure.subplots(n, len(MAIN_METRICS), squeeze=False)
        for row, (name, gains) in zip(axes, cohorts, strict=True):
            for ax, metric in zip(row, MAIN_METRICS, strict=True):
                _draw_curves(ax, gains[metric])
                ax.set_title(f"{METRICS[metric]}, {name}", fontsize=9)
            row[0].set_ylabel("gain over no resampling")
        for ax in axes[-1]:
            ax.set_xlabel("minority rows in the training fold")
    return figure


def draw_fidelity(means):
    """Draw energy distance against nearest-row ratio, one point for each method.

    Parameters
    ----------
    means : DataFrame
        Index method, with the columns ``energy`` and ``nearest-row ratio (median)``.

    Returns
    -------
    figure : Figure
    """
    x, y = means["nearest-row ratio (median)"], means["energy"]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.5, 5), layout="constrained")
        ax = figure.subplots()
        low, high = float(y.min()), float(y.max())
        right = 1.05 * max(float(x.max()), 1.0)
        gap = max(high - low, 1e-6) / 22
        if REAL in y:
            ax.plot([0, right], [y[REAL]] * 2, ":", color=GREY, linewidth=0.8)
        ax.axvline(1, color=GREY, linewidth=0.8, linestyle=":")
        for method, label in zip(means.index, spread(y, gap), strict=True):
            line = [x[method], 1.02 * right, 1.05 * right]
            heights = [y[method], label, label]
            ax.plot(line, heights, color=PALE, linewidth=0.7, zorder=1)
            ax.plot(x[method], y[method], **_marker(method), zorder=2)
            ax.text(
                1.06 * right, label, title(method), va="center", **_label_style(method)
            )
        ax.set_xlim(-0.03 * right, 1.45 * right)
        ax.set_xlabel(
            "nearest-row ratio (0: copies; 1: as far from the training rows as "
            "they are from each other)"
        )
        ax.xaxis.set_label_coords(0.0, -0.08)
        ax.xaxis.label.set_horizontalalignment("left")
        ax.set_xticks([t for t in np.arange(0, right, 0.25) if t <= right])
        ax.spines["bottom"].set_bounds(0, right)
        ax.set_ylabel("energy distance to held-out rows (lower is nearer)")
    return figure


def _draw_curves(ax, gains):
    """Draw a line for each method; zero is left out where it is far from all."""
    values = gains.copy()
    low, high = values.min().min(), values.max().max()
    if not low > 0.5 * high:
        values["none"] = 0.0
        low, high = min(low, 0.0), max(high, 0.0)
    first, end = gains.index[0], gains.index[-1]
    labels = spread(values.iloc[-1], 0.08 * max(high - low, 1e-6))
    for method, label in zip(values, labels, strict=True):
        strong = method == REFERENCE
        colour = COLOURS.get(method, GREY)
        ax.plot(
            values.index,
            values[method],
            "-" if method in COLOURS else "--",
            color=colour,
            linewidth=2.2 if strong else 1.2,
            marker="" if method == "none" else "o",
            markersize=5 if strong else 3,
            zorder=3 if strong else 2,
        )
        ax.text(
            end * (end / first) ** 0.03,
            label,
            title(method),
            color=colour,
            va="center",
            fontsize=7.5,
            weight="bold" if strong else "normal",
        )
    ax.set_xscale("log")
    ax.set_xticks(gains.index, [str(size) for size in gains.index])
    ax.set_xticks([], minor=True)
    ax.set_xlim(first * (end / first) ** -0.05, end * (end / first) ** 0.7)
    ax.spines["bottom"].set_bounds(first, end)


def _marker(method):
    colour = COLOURS.get(method, GREY)
    hollow = method in (*ADDS_NO_ROWS, "gan_law", "gan_neighbors")
    return {
        "marker": "D" if method == REFERENCE else "o",
        "linestyle": "none",
        "markersize": 8 if method == REFERENCE else 6,
        "color": colour,
        "markerfacecolor": "white" if hollow else colour,
    }


def _label_style(method):
    return {
        "color": COLOURS.get(method, "#333333"),
        "weight": "bold" if method == REFERENCE else "normal",
        "style": "italic" if method in ADDS_NO_ROWS else "normal",
    }
