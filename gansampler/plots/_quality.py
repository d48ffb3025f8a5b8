"""How near and how new synthetic rows are, each figure beside what it should be."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from gansampler._wording import rounded
from gansampler.plots import _style
from gansampler.plots._trained import as_frame, rows_of_class, trained_class
from gansampler.quality._levels import few_levels
from gansampler.quality._references import (
    FIGURES,
    MAX_LEARNED,
    MAX_ROWS,
    measure_copies,
    measure_figures,
    measure_gaps,
    some_rows,
)

MAX_COLUMNS = 10
"""Columns in the panel of the worst."""

SYNTHETIC_MARK: dict[str, Any] = {
    "linestyle": "",
    "marker": "D",
    "markersize": 8,
    "color": _style.SYNTHETIC_COLOR,
}
REFERENCE_MARK: dict[str, Any] = {
    "linestyle": "",
    "marker": "|",
    "markersize": 16,
    "markeredgewidth": 3,
    "color": _style.REAL_COLOR,
}


class QualityDisplay:
    """The quality of synthetic rows at a glance.

    One line for each figure of ``gansampler.quality``: the synthetic rows, the ideal,
    and the same figure with real rows in place of the synthetic ones, since two
    finite samples of one distribution differ as well. Beside them the columns whose
    distribution is farthest off, with the gap between real rows.

    It is recommended to make a display by `from_estimator` or `from_samples`.

    Parameters
    ----------
    figures : DataFrame
        A line for each figure, by the names of `from_samples`; columns ``synthetic``,
        ``reference``, ``reference_low`` and ``reference_high``, NaN where there are
        too few rows.
    gaps : DataFrame
        A line for each column of the table, the worst first; columns ``synthetic``
        and ``reference``.
    title : str, default=""
        For the header.

    Attributes
    ----------
    figure_ : Figure
        The figure.
    axes_ : dict of str to Axes
        By figure of quality.
    synthetic_marks_, reference_marks_ : dict of str to Line2D
        By figure, the marks of synthetic and of real rows, where they are known.
    columns_ax_ : Axes
        The worst columns.

    Examples
    --------
    >>> from gansampler.datasets import load_churn
    >>> from gansampler.plots import QualityDisplay
    >>> X, y = load_churn()
    >>> left = X[y == "yes"]
    >>> display = QualityDisplay.from_samples(left[:200], left[200:400])
    >>> display.figures["synthetic"]["duplicate_share"].item()
    0.0
    """

    def __init__(
        self, figures: pd.DataFrame, gaps: pd.DataFrame, *, title: str = ""
    ) -> None:
        self.figures = figures
        self.gaps = gaps
        self.title = title

    @classmethod
    def from_estimator(
        cls,
        sampler: Any,
        X: Any,
        y: Any,
        *,
        class_label: Hashable | None = None,
        X_held_out: Any = None,
        y_held_out: Any = None,
        random_state: int = 0,
        ax: Any = None,
    ) -> QualityDisplay:
        """Measure rows from a trained sampler against those it was trained on.

        Parameters
        ----------
        sampler : GANOversampler
            After ``fit_resample``.
        X : {DataFrame, array-like, sparse matrix} of shape (n_rows, n_columns)
            The table that was resampled.
        y : array-like of shape (n_rows,)
            The class of each row.
        class_label : hashable or None, default=None
            One of the classes that needed rows; None if there was only one.
        X_held_out : {DataFrame, array-like, sparse matrix} or None, default=None
            Rows of the same columns that the sampler never saw.
        y_held_out : array-like or None, default=None
            Their classes.
        random_state : int, default=0
            As in `from_samples`.
        ax : Axes or None, default=None
            As in `plot`.

        Returns
        -------
        QualityDisplay

        Raises
        ------
        NotTrainedError
            Before ``fit_resample``.
        ValueError
            If the class was not trained or a table has no rows of it, or only one of
            ``X_held_out`` and ``y_held_out`` is given.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import GANOversampler
        >>> X, y = make_classification(n_samples=100, weights=[0.8], random_state=0)
        >>> sampler = GANOversampler(max_iter=5, random_state=0)
        >>> _ = sampler.fit_resample(X, y)
        >>> from gansampler.plots import QualityDisplay
        >>> display = QualityDisplay.from_estimator(sampler, X, y)
        >>> display.figures["synthetic"]["duplicate_share"].item()
        0.0
        """
        _style.require_matplotlib()
        if (X_held_out is None) != (y_held_out is None):
            raise ValueError("Pass both of X_held_out and y_held_out, or neither.")
        class_label = trained_class(sampler, class_label)
        real = rows_of_class(X, y, class_label)
        held_out = None
        if X_held_out is not None:
            held_out = rows_of_class(X_held_out, y_held_out, class_label)
        n_samples = min(MAX_ROWS, max(len(real), 2))
        synthetic = sampler.sample(n_samples, class_label)
        return cls.from_samples(
            real,
            synthetic,
            held_out=held_out,
            class_label=class_label,
            random_state=random_state,
            ax=ax,
        )

    @classmethod
    def from_samples(
        cls,
        real: Any,
        synthetic: Any,
        *,
        held_out: Any = None,
        class_label: Hashable | None = None,
        random_state: int = 0,
        ax: Any = None,
    ) -> QualityDisplay:
        """Measure synthetic rows from anywhere.

        Takes some seconds. The figures are 'coverage', 'density', 'energy_distance',
        'correlation_gap', 'two_sample_auc', 'nearest_row_ratio' and
        'duplicate_share'; a table of one column has no 'correlation_gap'. At most 1000
        rows of each kind are looked at, and for the last two figures 5000 real ones.

        Of a column of more than 64 levels, the 64 most frequent of those that at least
        five real rows show are told apart, and all others count as one: an identifier
        has no say. 'duplicate_share' and the gaps of the columns know all levels.

        The reference of all but the last two is the figure between real rows: those
        that were held out against ``real``, or the halves of ``real`` against each
        other, split three times at random. Synthetic rows are measured against the
        same real rows, as many as these. The last two compare with all rows that the
        generator learned; their reference is the same for held-out rows, or for each
        real row among the others.

        Parameters
        ----------
        real, synthetic : {DataFrame, array-like, sparse matrix} of shape \
(n_rows, n_columns)
            The rows that the generator learned, and its own.
        held_out : {DataFrame, array-like, sparse matrix} or None, default=None
            Real rows that it did not learn.
        class_label : hashable or None, default=None
            The class, for the header.
        random_state : int, default=0
            Seed of the splits, and of the rows that are looked at where there are
            more.
        ax : Axes or None, default=None
            As in `plot`.

        Returns
        -------
        QualityDisplay

        Raises
        ------
        IncomparableSamplesError
            If the samples have no rows or different columns.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> real, synthetic = rng.normal(size=(2, 50, 3))
        >>> from gansampler.plots import QualityDisplay
        >>> display = QualityDisplay.from_samples(real, synthetic)
        >>> display.figures.index[0]
        'coverage'
        """
        _style.require_matplotlib()
        rng = np.random.default_rng(random_state)
        frames = [as_frame(rows) for rows in (real, synthetic)]
        title = f"{len(frames[0]):,} real and {len(frames[1]):,} synthetic rows"
        if class_label is not None:
            title += f" of {_style.class_name(class_label)}"
        if held_out is not None:
            frames.append(as_frame(held_out))
            title += f", {len(frames[2]):,} held out"
        learned = some_rows(frames[0], MAX_LEARNED, rng)
        frames = [some_rows(frame, MAX_ROWS, rng) for frame in frames]
        copies = measure_copies(learned, *frames[1:])
        few_learned, *few = few_levels([learned, *frames])
        figures = measure_figures(*few, learned=few_learned, rng=rng)
        figures.loc["duplicate_share"] = copies
        gaps = measure_gaps(*frames, rng=rng)
        return cls(figures, gaps, title=title).plot(ax=ax)

    def plot(self, ax: Any = None) -> QualityDisplay:
        """Draw.

        Parameters
        ----------
        ax : Axes or None, default=None
            Where to draw: its place is divided among the panels, which crowd in
            small axes. None for a new figure, large enough for all.

        Returns
        -------
        QualityDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> real, synthetic = rng.normal(size=(2, 50, 3))
        >>> from gansampler.plots import QualityDisplay
        >>> display = QualityDisplay.from_samples(real, synthetic)
        >>> dark = QualityDisplay(display.figures, display.gaps, title="again").plot()
        >>> len(dark.axes_)
        7
        """
        _style.require_matplotlib()
        names = list(self.figures.index)
        self.figure_, header, (cells,) = _style.grids(
            ax,
            (0.72, len(names), 2),
            width=12,
            header_lines=1 if ax is None else 2,
            width_ratios=[1.3, 1],
        )
        self.axes_: dict[str, Any] = {}
        self.synthetic_marks_: dict[str, Any] = {}
        self.reference_marks_: dict[str, Any] = {}
        for position, name in enumerate(names):
            self.axes_[name] = self.figure_.add_subplot(cells[position, 0])
            self._draw_figure(name)
        self.columns_ax_ = self.figure_.add_subplot(cells[:, 1])
        self._draw_columns(self.columns_ax_)
        _style.write_header(header, self.title, _legend(), narrow=ax is not None)
        return self

    def _draw_figure(self, name: str) -> None:
        known, ax = FIGURES[name], self.axes_[name]
        figures: dict[Any, Any] = self.figures.loc[name].to_dict()
        low, high = known.span(figures.values())
        margin = 0.03 * (high - low)
        ax.set_xlim(low - margin, high + margin)
        ax.set_ylim(-1, 1)
        ax.set_yticks([0], [f"{known.title}\n{known.gloss}"], fontsize="small")
        ax.tick_params(axis="y", length=0)
        ax.tick_params(axis="x", labelsize="small")
        ax.locator_params(axis="x", nbins=6)
        ax.grid(visible=False)
        for side in ("left", "right", "top"):
            ax.spines[side].set_visible(False)
        if known.ideal is not None:
            ax.axvline(
                known.ideal, color=_style.text_color(), linestyle="--", linewidth=1.2
            )
        if np.isfinite(figures["reference"]):
            ends = figures["reference_low"], figures["reference_high"]
            ax.plot(ends, (0, 0), color=_style.REAL_COLOR, linewidth=8, alpha=0.4)
            (self.reference_marks_[name],) = ax.plot(
                figures["reference"], 0, **REFERENCE_MARK
            )
        if not np.isnan(figures["synthetic"]):
            # Infinity lies at the end of the axis.
            (self.synthetic_marks_[name],) = ax.plot(
                min(figures["synthetic"], high),
                0,
                **SYNTHETIC_MARK,
                clip_on=False,
            )
        ax.text(
            1.02,
            0.5,
            _in_words(figures["synthetic"], figures["reference"], known.ideal),
            transform=ax.transAxes,
            va="center",
            fontsize="small",
        )

    def _draw_columns(self, ax: Any) -> None:
        shown = self.gaps[:MAX_COLUMNS]
        positions = np.arange(len(shown))
        ax.barh(
            positions, shown["synthetic"], 0.6, color=_style.SYNTHETIC_COLOR, alpha=0.8
        )
        ax.plot(shown["reference"], positions, **REFERENCE_MARK)
        ax.set_yticks(positions, _style.labels(list(shown.index)), fontsize="small")
        ax.set_ylim(max(len(shown), 3) - 0.5, -0.5)
        ax.set_xlim(0, max(0.25, 1.05 * float(np.nanmax(shown.to_numpy()))))
        ax.tick_params(axis="x", labelsize="small")
        ax.set_xlabel("gap between the distributions, from 0 to 1", fontsize="small")
        hidden = len(self.gaps) - len(shown)
        title = (
            f"Worst {len(shown)} of {len(self.gaps)} columns" if hidden else "Columns"
        )
        ax.set_title(title, loc="left", fontsize="medium")


def _legend() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], **SYNTHETIC_MARK, label="synthetic"),
        Line2D([], [], **REFERENCE_MARK, label="real against real"),
        Line2D([], [], color=_style.text_color(), linestyle="--", label="ideal"),
    ]


def _in_words(synthetic: float, reference: float, ideal: float | None) -> str:
    """The figure and what it is to be compared with.

    Examples
    --------
    >>> from gansampler.plots._quality import _in_words
    >>> print(_in_words(0.812, 0.974, 1.0))
    0.81
    (real 0.97)
    """
    if np.isnan(synthetic):
        return "too few rows"
    if not np.isnan(reference):
        return f"{rounded(synthetic)}\n(real {rounded(reference)})"
    if ideal is not None:
        return f"{rounded(synthetic)}\n(ideal {rounded(ideal)})"
    return rounded(synthetic)
