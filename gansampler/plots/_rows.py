"""Real rows of a class against synthetic ones."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.extmath import randomized_svd

from gansampler._thinning import thinned
from gansampler._wording import percent, plain_label
from gansampler.plots import _style
from gansampler.plots._marginals import draw_marginal
from gansampler.plots._trained import as_frame, rows_of_class, trained_class
from gansampler.quality import correlation_gaps, marginal_gaps
from gansampler.quality._levels import few_levels
from gansampler.quality._space import JoinedColumn, encode, join_columns

MAX_POINTS = 1000
"""Rows of either kind that are drawn as points."""

MIN_SYNTHETIC, MAX_SYNTHETIC = 200, 5000
"""Synthetic rows that are drawn from a sampler, as many as real ones in between."""

N_PER_LINE = 4
"""Marginals beside each other."""

MAX_PAIRED = 12
"""Columns in the heat map of correlations."""

FULL_SCALE = 0.5
"""Difference of correlations in full colour, unless there are larger ones: so the
differences that chance makes stay pale."""


class SyntheticRowsDisplay:
    """Synthetic rows of a class beside its real ones.

    A joint view, in the two principal components of the real rows in their
    ``common_space``; how far the correlation of each pair of columns is from that in
    the real rows (``correlation_gaps``); and the distribution of single columns:
    histograms of numbers and times, paired bars of categories, shares of missing cells.
    Of many columns those are drawn that differ most (``marginal_gaps``). A table of one
    column has its distribution only.

    In the joint view and the correlations of a column of more than 64 levels, the 64
    most frequent of those that at least five real rows show are told apart, and all
    others count as one: an identifier has no say.

    It is recommended to make a display by `from_estimator` or `from_samples`.

    Parameters
    ----------
    real, synthetic : {DataFrame, array-like, sparse matrix} of shape \
(n_rows, n_columns)
        The rows, at least one of either kind.
    class_label : hashable or None, default=None
        The class, for the header.

    Attributes
    ----------
    figure_ : Figure
        The figure.
    joint_ax_ : Axes or None
        The joint view.
    correlation_ax_ : Axes or None
        The heat map; None as well where a sample has a single row.
    marginal_axes_ : dict of hashable to Axes
        By column that is drawn, the worst first.
    real_points_, synthetic_points_ : PathCollection or None
        The points of the joint view.
    correlation_image_ : QuadMesh or None
        The heat map.
    gaps_ : Series
        The marginal gap of each column.
    n_hidden_ : int
        Columns of which no distribution is drawn.

    Examples
    --------
    >>> from gansampler.datasets import load_churn
    >>> from gansampler.plots import SyntheticRowsDisplay
    >>> X, y = load_churn()
    >>> left, stayed = X[y == "yes"], X[y == "no"]
    >>> display = SyntheticRowsDisplay.from_samples(left, stayed, max_columns=2)
    >>> list(display.marginal_axes_)
    ['total_day_minutes', 'total_day_charge']
    >>> display.n_hidden_
    17
    """

    def __init__(
        self, real: Any, synthetic: Any, *, class_label: Hashable | None = None
    ) -> None:
        self.real = real
        self.synthetic = synthetic
        self.class_label = class_label

    @classmethod
    def from_estimator(
        cls,
        sampler: Any,
        X: Any,
        y: Any,
        *,
        class_label: Hashable | None = None,
        n_samples: int | None = None,
        random_state: Any = None,
        ax: Any = None,
        columns: Sequence[Hashable] | None = None,
        max_columns: int = 8,
    ) -> SyntheticRowsDisplay:
        """Draw rows from a trained sampler beside those it was trained on.

        Parameters
        ----------
        sampler : GANOversampler
            After ``fit_resample``.
        X : {DataFrame, array-like, sparse matrix} of shape (n_rows, n_columns)
            The table, or rows that were held out.
        y : array-like of shape (n_rows,)
            The class of each row.
        class_label : hashable or None, default=None
            One of the classes that needed rows; None if there was only one.
        n_samples : int or None, default=None
            Synthetic rows. None for as many as the class has in ``X``, but at least
            200 and at most 5000.
        random_state : int, RandomState instance or None, default=None
            As in ``GANOversampler.sample``.
        ax : Axes or None, default=None
            As in `plot`.
        columns : sequence of hashable or None, default=None
            As in `plot`.
        max_columns : int, default=8
            As in `plot`.

        Returns
        -------
        SyntheticRowsDisplay

        Raises
        ------
        NotTrainedError
            Before ``fit_resample``.
        ValueError
            If the class was not trained or ``y`` has no rows of it.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import GANOversampler
        >>> X, y = make_classification(n_samples=100, weights=[0.8], random_state=0)
        >>> sampler = GANOversampler(max_iter=5, random_state=0)
        >>> _ = sampler.fit_resample(X, y)
        >>> from gansampler.plots import SyntheticRowsDisplay
        >>> display = SyntheticRowsDisplay.from_estimator(sampler, X, y, max_columns=2)
        >>> display.n_hidden_
        18
        """
        _style.require_matplotlib()
        class_label = trained_class(sampler, class_label)
        real = rows_of_class(X, y, class_label)
        if n_samples is None:
            n_samples = min(max(len(real), MIN_SYNTHETIC), MAX_SYNTHETIC)
        synthetic = sampler.sample(n_samples, class_label, random_state=random_state)
        display = cls(real, synthetic, class_label=plain_label(class_label))
        return display.plot(ax=ax, columns=columns, max_columns=max_columns)

    @classmethod
    def from_samples(
        cls,
        real: Any,
        synthetic: Any,
        *,
        class_label: Hashable | None = None,
        ax: Any = None,
        columns: Sequence[Hashable] | None = None,
        max_columns: int = 8,
    ) -> SyntheticRowsDisplay:
        """Draw rows from anywhere.

        Parameters
        ----------
        real, synthetic : {DataFrame, array-like, sparse matrix} of shape \
(n_rows, n_columns)
            The rows that the generator learned, and its own.
        class_label : hashable or None, default=None
            The class, for the header.
        ax : Axes or None, default=None
            As in `plot`.
        columns : sequence of hashable or None, default=None
            As in `plot`.
        max_columns : int, default=8
            As in `plot`.

        Returns
        -------
        SyntheticRowsDisplay

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
        >>> from gansampler.plots import SyntheticRowsDisplay
        >>> display = SyntheticRowsDisplay.from_samples(real, synthetic)
        >>> display.n_hidden_
        0
        """
        _style.require_matplotlib()
        display = cls(real, synthetic, class_label=class_label)
        return display.plot(ax=ax, columns=columns, max_columns=max_columns)

    def plot(
        self,
        ax: Any = None,
        *,
        columns: Sequence[Hashable] | None = None,
        max_columns: int = 8,
    ) -> SyntheticRowsDisplay:
        """Draw.

        Parameters
        ----------
        ax : Axes or None, default=None
            Where to draw: its place is divided among the panels, which crowd in
            small axes. None for a new figure, large enough for all.
        columns : sequence of hashable or None, default=None
            Columns whose distribution is drawn; None for those that differ most.
        max_columns : int, default=8
            How many of these.

        Returns
        -------
        SyntheticRowsDisplay
            The display itself.

        Raises
        ------
        IncomparableSamplesError
            If the samples have no rows or different columns.
        ValueError
            If there is no such column, or ``max_columns`` is below 1.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> real, synthetic = rng.normal(size=(2, 50, 3))
        >>> from gansampler.plots import SyntheticRowsDisplay
        >>> display = SyntheticRowsDisplay(real, synthetic).plot(max_columns=1)
        >>> display.n_hidden_
        2
        """
        _style.require_matplotlib()
        real, synthetic = as_frame(self.real), as_frame(self.synthetic)
        joined = {column.name: column for column in _joined(real, synthetic)}
        self.gaps_ = marginal_gaps(real, synthetic)
        chosen = self._chosen(columns, max_columns)
        self.n_hidden_ = len(joined) - len(chosen)
        several = len(joined) > 1
        paired = several and min(len(real), len(synthetic)) > 1
        n_across = N_PER_LINE if several else 1
        n_lines = -(-len(chosen) // n_across)
        sizes = [(3.8, 1, 1 + paired)] if several else []
        sizes.append((2.0 if several else 3.2, n_lines, n_across))
        self.figure_, header, (*top, cells) = _style.grids(
            ax,
            *sizes,
            width=12.5 if several else 7,
            header_lines=1 if ax is None else 2,
        )
        self.joint_ax_ = self.correlation_ax_ = None
        self.real_points_ = self.synthetic_points_ = self.correlation_image_ = None
        few = few_levels([real, synthetic])
        if several:
            self.joint_ax_ = self.figure_.add_subplot(top[0][0])
            self.real_points_, self.synthetic_points_ = draw_joint(
                self.joint_ax_, _joined(*few)
            )
        if paired:
            self.correlation_ax_ = self.figure_.add_subplot(top[0][1])
            self.correlation_image_ = draw_correlations(self.correlation_ax_, *few)
        self.marginal_axes_: dict[Hashable, Any] = {}
        gap = dict(self.gaps_.items())
        titles = _style.labels(chosen, 18)
        for position, name in enumerate(chosen):
            panel = self.figure_.add_subplot(cells[divmod(position, n_across)])
            draw_marginal(panel, joined[name], titles[position], gap[name])
            self.marginal_axes_[name] = panel
        text = self._header(len(real), len(synthetic))
        _style.write_header(header, text, _swatches(), narrow=ax is not None)
        return self

    def _chosen(
        self, columns: Sequence[Hashable] | None, max_columns: int
    ) -> list[Hashable]:
        if columns is None:
            if max_columns < 1:
                raise ValueError(f"max_columns must be at least 1. Got {max_columns}.")
            return list(self.gaps_.nlargest(max_columns, keep="first").index)
        unknown = [name for name in columns if name not in self.gaps_.index]
        if unknown or not len(columns):
            names = ", ".join(map(repr, unknown)) or "to draw, since columns is empty"
            raise ValueError(
                f"The rows have no columns {names}. "
                f"Choose of: {', '.join(map(repr, self.gaps_.index))}."
            )
        return list(columns)

    def _header(self, n_real: int, n_synthetic: int) -> str:
        parts = [f"{n_real:,} real and {n_synthetic:,} synthetic rows"]
        if self.class_label is not None:
            parts[0] += f" of {_style.class_name(self.class_label)}"
        if self.n_hidden_:
            n_drawn = len(self.gaps_) - self.n_hidden_
            parts.append(
                f"{n_drawn} of {len(self.gaps_)} columns drawn below "
                f"({self.n_hidden_} not shown)"
            )
        return "; ".join(parts)


def _joined(real: pd.DataFrame, synthetic: pd.DataFrame) -> list[JoinedColumn]:
    return join_columns({"real": real, "synthetic": synthetic}, (1, 1))


def _swatches() -> list[Any]:
    from matplotlib.patches import Patch

    return [
        Patch(color=_style.REAL_COLOR, label="real"),
        Patch(color=_style.SYNTHETIC_COLOR, label="synthetic"),
    ]


def draw_joint(ax: Any, columns: Sequence[JoinedColumn]) -> tuple[Any, Any]:
    """Draw rows in the two main directions of the real ones, as many of either kind.

    Parameters
    ----------
    ax : Axes
    columns : sequence of JoinedColumn
        Of real and synthetic rows.

    Returns
    -------
    tuple of PathCollection
        The real and the synthetic points.
    """
    real, synthetic = encode(columns)[0]
    rng = np.random.default_rng(0)
    reference = thinned(real, 2 * MAX_POINTS, rng)
    directions, shares = principal_components(reference)
    n_points = min(MAX_POINTS, max(len(real), MIN_SYNTHETIC))
    centre = reference.mean(axis=0)
    drawn = [
        ax.scatter(
            *((thinned(rows, n_points, rng) - centre) @ directions.T).T,
            # Few real points show below many crosses.
            s=np.clip(4000 / len(rows), 16, 60),
            alpha=0.6,
            linewidths=1,
            color=color,
            marker=marker,
            label=label,
        )
        for rows, color, marker, label in (
            (real, _style.REAL_COLOR, "o", "real"),
            (synthetic, _style.SYNTHETIC_COLOR, "x", "synthetic"),
        )
    ]
    for axis, name, share in zip(
        (ax.xaxis, ax.yaxis), ("1st", "2nd"), shares, strict=True
    ):
        axis.set_tick_params(labelsize="small")
        axis.set_label_text(
            f"{name} component ({percent(share)} of the real variance)",
            fontsize="small",
        )
    ax.set_title("Principal components of the real rows", loc="left", fontsize="medium")
    return drawn[0], drawn[1]


def principal_components(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two directions in which rows vary most, and their shares of the variance.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_coordinates)

    Returns
    -------
    directions : ndarray of shape (2, n_coordinates)
        Zero where there are fewer directions.
    shares : ndarray of shape (2,)

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.plots._rows import principal_components
    >>> directions, shares = principal_components(np.array([[3.0, 0, 0], [0, 0, 0]]))
    >>> abs(directions).round(6).tolist(), shares.round(6).tolist()
    ([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [1.0, 0.0])
    """
    centred = rows - rows.mean(axis=0)
    n_found = min(2, *centred.shape)
    directions, shares = np.zeros((2, centred.shape[1])), np.zeros(2)
    total = np.square(centred).sum()
    if total > 0:
        _, scales, found = randomized_svd(centred, n_found, random_state=0)
        shares[:n_found] = scales**2 / total
        directions[:n_found] = found
        directions[shares < 1e-12] = shares[shares < 1e-12] = 0
    else:
        # The real rows are one point; synthetic ones may lie elsewhere.
        directions[:n_found] = np.eye(2, centred.shape[1])[:n_found]
    return directions, shares


def draw_correlations(ax: Any, real: pd.DataFrame, synthetic: pd.DataFrame) -> Any:
    """Draw the differences between correlations, of many columns the largest.

    Parameters
    ----------
    ax : Axes
    real, synthetic : DataFrame of shape (n_rows, n_columns)

    Returns
    -------
    QuadMesh
    """
    from matplotlib.colors import LinearSegmentedColormap

    gaps = correlation_gaps(real, synthetic)
    # The mean absolute difference of two estimates of no correlation.
    by_chance = np.sqrt(2 / np.pi * (1 / len(real) + 1 / len(synthetic)))
    values = gaps.to_numpy()
    worst = np.sort(np.argsort(-values.sum(axis=0), kind="stable")[:MAX_PAIRED])
    shown = values[np.ix_(worst, worst)]
    names = _style.labels([gaps.index[i] for i in worst], 18)
    # From the colour of the page, whatever it is, so that no difference is no ink.
    colors = LinearSegmentedColormap.from_list(
        "gaps", [ax.get_facecolor(), _style.SYNTHETIC_COLOR]
    )
    image = ax.pcolormesh(
        shown, cmap=colors, vmin=0, vmax=max(FULL_SCALE, shown.max()), linewidth=0
    )
    ticks = np.arange(len(names)) + 0.5
    ax.set_yticks(ticks, names, fontsize="small")
    ax.set_xticks(
        ticks, names, fontsize="small", rotation=45, ha="right", rotation_mode="anchor"
    )
    ax.grid(visible=False)
    ax.invert_yaxis()
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02)
    bar.set_label(f"by chance about {by_chance:.2f}", fontsize="small")
    title = "Difference of correlations"
    if len(names) < len(gaps):
        title += f" (largest {len(names)} of {len(gaps)} columns)"
    ax.set_title(title, loc="left", fontsize="medium")
    return image
