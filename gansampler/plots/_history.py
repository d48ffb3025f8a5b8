"""The course of a training."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gansampler._wording import counted, plain_label
from gansampler.plots import _style
from gansampler.plots._trained import trained_class
from gansampler.theory import EQUILIBRIA, LOG_4

WRITTEN = {-LOG_4: "-log 4", 0.5: "1/2"}
"""Targets that are written otherwise than by their digits."""


class Line(NamedTuple):
    """One line of a panel."""

    column: str
    label: str
    color: str


class Panel(NamedTuple):
    """What one panel shows, and which figure of ``Equilibrium`` is its target."""

    title: str
    lines: tuple[Line, ...]
    target: str = ""
    log_scale: bool = False


PANELS = {
    "losses": Panel(
        "Losses",
        (
            Line("discriminator_loss", "discriminator", _style.DISCRIMINATOR_COLOR),
            Line("generator_loss", "generator", _style.GENERATOR_COLOR),
        ),
    ),
    "value": Panel(
        "Value",
        (Line("value", "V(D, G)", _style.DISCRIMINATOR_COLOR),),
        target="value",
    ),
    "probabilities": Panel(
        "Mean D",
        (
            Line("real_probability", "real", _style.REAL_COLOR),
            Line("fake_probability", "generated", _style.SYNTHETIC_COLOR),
        ),
        target="probability",
    ),
    "gradient_norms": Panel(
        "Gradient norms",
        (
            Line(
                "discriminator_gradient_norm",
                "discriminator",
                _style.DISCRIMINATOR_COLOR,
            ),
            Line("generator_gradient_norm", "generator", _style.GENERATOR_COLOR),
        ),
        log_scale=True,
    ),
    "selection": Panel(
        "Selection distance",
        (Line("selection_distance", "checkpoint", _style.SYNTHETIC_COLOR),),
    ),
    "learning_rate": Panel(
        "Learning rate", (Line("learning_rate", "rate", _style.DISCRIMINATOR_COLOR),)
    ),
}


class TrainingHistoryDisplay:
    """The training history of one class, update by update.

    Losses of both players; the value function V; the mean probability D that the
    discriminator gives to real and to generated rows; gradient norms; the energy
    distance by which the checkpoint was chosen, with the kept one marked; the learning
    rate. In the log-loss games, 'minimax' and 'non_saturating', V tends to -log 4 and
    D to 1/2 as the generated rows come to follow the distribution of the class [1]_;
    those targets are drawn. In other games they do not hold, and the panels say so.

    It is recommended to make a display by `from_estimator` or `from_history`.

    Parameters
    ----------
    history : DataFrame
        As in ``GANOversampler.history_``: one row per update, with the column
        ``iteration`` and any of the others.
    loss : str or None, default=None
        The game, as in ``GANOversampler``. Where it is not known, None, no targets are
        drawn.
    best_iteration : int or None, default=None
        The update whose generator was kept. None for the one of least
        ``selection_distance``, if any was measured.
    class_label : hashable or None, default=None
        The class, for the header.

    Attributes
    ----------
    figure_ : Figure
        The figure.
    axes_ : dict of str to Axes
        By panel: 'losses', 'value', 'probabilities', 'gradient_norms', 'selection'
        and 'learning_rate', those of which the history has columns.
    lines_ : dict of str to Line2D
        By column of the history, the running mean.
    raw_lines_ : dict of str to Line2D
        By column, the figures of each update, behind it.
    targets_ : dict of str to Line2D
        By panel, the values that theory predicts; empty where it does not apply.
    kept_ : Line2D or None
        The mark of the kept checkpoint.

    References
    ----------
    .. [1] I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014,
       section 4.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from gansampler import GANOversampler
    >>> from gansampler.plots import TrainingHistoryDisplay
    >>> X, y = make_classification(n_samples=200, weights=[0.8], random_state=0)
    >>> sampler = GANOversampler(random_state=0)
    >>> _ = sampler.fit_resample(X, y)
    >>> display = TrainingHistoryDisplay.from_estimator(sampler)
    >>> display.axes_["value"].get_title(loc="left")
    'Value'
    """

    def __init__(
        self,
        history: pd.DataFrame,
        *,
        loss: str | None = None,
        best_iteration: int | None = None,
        class_label: Hashable | None = None,
    ) -> None:
        self.history = history
        self.loss = loss
        self.best_iteration = best_iteration
        self.class_label = class_label

    @classmethod
    def from_estimator(
        cls,
        sampler: Any,
        *,
        class_label: Hashable | None = None,
        ax: Any = None,
        panels: Sequence[str] | None = None,
        window: int | None = None,
    ) -> TrainingHistoryDisplay:
        """Draw the training of one class of a trained sampler.

        Parameters
        ----------
        sampler : GANOversampler
            After ``fit_resample``.
        class_label : hashable or None, default=None
            One of the classes that needed rows; None if there was only one.
        ax : Axes or None, default=None
            As in `plot`.
        panels : sequence of str or None, default=None
            As in `plot`.
        window : int or None, default=None
            As in `plot`.

        Returns
        -------
        TrainingHistoryDisplay

        Raises
        ------
        NotTrainedError
            Before ``fit_resample``.
        ValueError
            If the class was not trained, or was too small for a GAN.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import GANOversampler
        >>> X, y = make_classification(n_samples=100, weights=[0.8], random_state=0)
        >>> sampler = GANOversampler(max_iter=5, random_state=0)
        >>> _ = sampler.fit_resample(X, y)
        >>> from gansampler.plots import TrainingHistoryDisplay
        >>> display = TrainingHistoryDisplay.from_estimator(sampler, panels=["value"])
        >>> list(display.axes_)
        ['value']
        """
        _style.require_matplotlib()
        class_label = trained_class(sampler, class_label)
        if not len(sampler.history_[class_label]):
            raise ValueError(
                f"Class {plain_label(class_label)!r} was too small for a GAN, so that "
                "its training has no history."
            )
        display = cls(
            sampler.history_[class_label],
            loss=sampler.loss,
            best_iteration=sampler.report_[class_label].best_iteration,
            class_label=plain_label(class_label),
        )
        return display.plot(ax=ax, panels=panels, window=window)

    @classmethod
    def from_history(
        cls,
        history: pd.DataFrame,
        *,
        loss: str | None = None,
        best_iteration: int | None = None,
        class_label: Hashable | None = None,
        ax: Any = None,
        panels: Sequence[str] | None = None,
        window: int | None = None,
    ) -> TrainingHistoryDisplay:
        """Draw a history that was kept, for example in a file.

        Parameters
        ----------
        history : DataFrame
            As in the class.
        loss : str or None, default=None
            As in the class.
        best_iteration : int or None, default=None
            As in the class.
        class_label : hashable or None, default=None
            As in the class.
        ax : Axes or None, default=None
            As in `plot`.
        panels : sequence of str or None, default=None
            As in `plot`.
        window : int or None, default=None
            As in `plot`.

        Returns
        -------
        TrainingHistoryDisplay

        Raises
        ------
        ValueError
            If the history has no rows or none of the columns.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> import pandas as pd
        >>> history = pd.DataFrame({"iteration": [1, 2], "value": [-1.2, -1.3]})
        >>> from gansampler.plots import TrainingHistoryDisplay
        >>> display = TrainingHistoryDisplay.from_history(history)
        >>> list(display.lines_)
        ['value']
        """
        display = cls(
            history, loss=loss, best_iteration=best_iteration, class_label=class_label
        )
        return display.plot(ax=ax, panels=panels, window=window)

    def plot(
        self,
        ax: Any = None,
        *,
        panels: Sequence[str] | None = None,
        window: int | None = None,
    ) -> TrainingHistoryDisplay:
        """Draw.

        Parameters
        ----------
        ax : Axes or None, default=None
            Where to draw: its place is divided among the panels, which crowd in
            small axes; a single panel is drawn in ``ax`` itself. None for a new
            figure, large enough for all.
        panels : sequence of str or None, default=None
            Which panels, as in ``axes_``; None for all of which the history has
            columns.
        window : int or None, default=None
            Updates that the running mean spans. None for a twenty-fifth of the
            training; 1 leaves the lines as they are.

        Returns
        -------
        TrainingHistoryDisplay
            The display itself.

        Raises
        ------
        ValueError
            If the history has no rows or lacks columns that are asked for.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> import pandas as pd
        >>> history = pd.DataFrame({"iteration": [1, 2], "value": [-1.2, -1.3]})
        >>> from gansampler.plots import TrainingHistoryDisplay
        >>> display = TrainingHistoryDisplay(history, loss="minimax").plot()
        >>> list(display.targets_)
        ['value']
        """
        _style.require_matplotlib()
        chosen = self._chosen(panels)
        window = max(1, len(self.history) // 25) if window is None else window
        self.axes_: dict[str, Any] = {}
        self.lines_: dict[str, Any] = {}
        self.raw_lines_: dict[str, Any] = {}
        self.targets_: dict[str, Any] = {}
        self.kept_: Any = None
        if len(chosen) == 1 and ax is not None:
            self.figure_ = ax.figure
            self.axes_[chosen[0]] = ax
        else:
            n_columns = min(3, len(chosen))
            n_lines = -(-len(chosen) // n_columns)
            self.figure_, header, (cells,) = _style.grids(
                ax, (2.7, n_lines, n_columns), width=4.2 * n_columns
            )
            _style.write_header(header, self._header(window))
            for position, name in enumerate(chosen):
                cell = cells[divmod(position, n_columns)]
                self.axes_[name] = self.figure_.add_subplot(cell)
        for name in chosen:
            self._draw(name, window)
        return self

    def _chosen(self, panels: Sequence[str] | None) -> list[str]:
        if not len(self.history):
            raise ValueError("The history has no rows: nothing was trained.")
        known = [
            name
            for name, panel in PANELS.items()
            if any(line.column in self.history for line in panel.lines)
        ]
        chosen = known if panels is None else list(panels)
        unknown = [name for name in chosen if name not in known]
        if unknown or not chosen or "iteration" not in self.history:
            raise ValueError(
                f"The history has the columns {', '.join(map(str, self.history))}, of "
                f"which the panels {', '.join(known) or '(none)'} can be drawn"
                + ("; panels asked for " + ", ".join(unknown) if unknown else "")
                + ". Pass a frame of GANOversampler.history_."
            )
        return chosen

    def _header(self, window: int) -> str:
        parts = []
        if self.class_label is not None:
            parts.append(_style.class_name(self.class_label))
        if self.loss is not None:
            parts.append(f"loss={self.loss!r}")
        parts.append(counted(len(self.history), "update"))
        if window > 1:
            parts.append(f"bold: mean over {window} updates")
        return ", ".join(parts)

    def _draw(self, name: str, window: int) -> None:
        panel, ax = PANELS[name], self.axes_[name]
        for line in panel.lines:
            if line.column in self.history:
                self._draw_line(ax, name, line, window)
        if panel.log_scale:
            ax.set_yscale("log", nonpositive="mask")
        ax.set_xlabel("update")
        if panel.target:
            self._draw_target(ax, name, panel.target)
        if name == "selection":
            self._mark_kept(ax)
        if name == "losses":
            ax.set_ylabel("with gradient penalty", fontsize="small")
        ax.set_title(panel.title, loc="left", fontsize="medium")
        if len(ax.get_legend_handles_labels()[0]) > 1:
            _style.legend_above(ax)

    def _draw_line(self, ax: Any, name: str, line: Line, window: int) -> None:
        series = self.history[["iteration", line.column]]
        if name == "selection":
            # Measured at a few updates only.
            series = series.dropna()
            (drawn,) = ax.plot(
                *series.to_numpy().T, "o-", color=line.color, label=line.label
            )
            self.lines_[line.column] = drawn
            return
        x, y = series["iteration"], series[line.column]
        smooth = y if name == "learning_rate" else running_mean(y, window)
        if window > 1 and name != "learning_rate":
            (raw,) = ax.plot(x, y, color=line.color, alpha=0.3, linewidth=0.8)
            self.raw_lines_[line.column] = raw
        (self.lines_[line.column],) = ax.plot(
            x,
            smooth,
            # A line through a single update would not be seen.
            marker="o" if len(x) == 1 else None,
            color=line.color,
            linewidth=2,
            label=line.label,
        )

    def _draw_target(self, ax: Any, name: str, figure: str) -> None:
        target = getattr(EQUILIBRIA.get(str(self.loss)), figure, np.nan)
        if np.isfinite(target):
            self.targets_[name] = ax.axhline(
                target,
                color=_style.text_color(),
                linestyle="--",
                linewidth=1.2,
                label=f"target {WRITTEN.get(target, f'{target:.3g}')}",
            )
        else:
            why = "loss not given" if self.loss is None else f"loss={self.loss!r}"
            ax.set_xlabel(f"update\n(no target for V and D: {why})")

    def _mark_kept(self, ax: Any) -> None:
        measured = self.history.dropna(subset=["selection_distance"])
        if measured.empty:
            ax.text(
                0.5,
                0.5,
                "not measured",
                transform=ax.transAxes,
                ha="center",
                va="center",
            )
            ax.set_yticks([])
            return
        best = self.best_iteration
        if best is None:
            smallest = measured["selection_distance"].to_numpy().argmin()
            best = int(measured["iteration"].iloc[smallest])
        kept = measured[measured["iteration"] == best]
        if len(kept):
            (self.kept_,) = ax.plot(
                *kept[["iteration", "selection_distance"]].to_numpy().T,
                "*",
                markersize=15,
                color=_style.REAL_COLOR,
                markeredgecolor=_style.text_color(),
                label=f"kept: {best}",
            )


def running_mean(figures: pd.Series, window: int) -> pd.Series:
    """Centred mean over some updates, over fewer at the ends; NaN does not count.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.plots._history import running_mean
    >>> running_mean(pd.Series([0.0, 3.0, 6.0, 12.0]), 3).tolist()
    [1.5, 3.0, 7.0, 9.0]
    """
    return figures.astype(float).rolling(window, center=True, min_periods=1).mean()
