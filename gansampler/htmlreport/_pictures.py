"""Pictures as SVG that lies in the page itself and takes its colours from it."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.dom import minidom

import numpy as np
import pandas as pd

from gansampler.htmlreport._judgement import ClassJudgement
from gansampler.htmlreport._text import CONTROL, escaped, short_name
from gansampler.plots import TrainingHistoryDisplay, _style
from gansampler.plots._history import PANELS
from gansampler.plots._marginals import draw_marginal
from gansampler.plots._rows import draw_correlations, draw_joint
from gansampler.quality._references import FIGURES
from gansampler.quality._space import join_columns

INK = "#010203"
"""Drawn where the colour of the page's writing is meant."""

STYLE = {
    **dict.fromkeys(
        [
            "axes.edgecolor",
            "axes.labelcolor",
            "text.color",
            "xtick.color",
            "xtick.labelcolor",
            "ytick.color",
            "ytick.labelcolor",
        ],
        INK,
    ),
    # Of the colour of differences, but invisible: so pale ones take the page's colour.
    "axes.facecolor": _style.SYNTHETIC_COLOR + "00",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 11.0,
    "svg.fonttype": "none",  # writing stays writing: it can be read and searched
    "svg.hashsalt": "gansampler",
}

N_POINTS = 400
"""Rows of either kind in the view of whole rows."""

WIDTH, HEIGHT = 4.6, 3.4
SMALL_HEIGHT = 2.5


class Pictures:
    """Draws the pictures of one page, each with names of its own in the page."""

    def __init__(self) -> None:
        self.plt = _style.require_matplotlib()
        self.n_drawn = 0

    @contextmanager
    def _axes(self, height: float) -> Iterator[Any]:
        """Axes of a new figure, in a style of their own whatever the user's is."""
        with self.plt.style.context(["default", STYLE]), warnings.catch_warnings():
            # Browsers have the letters that matplotlib's font lacks.
            warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
            figure, ax = self.plt.subplots(
                figsize=(WIDTH, height), layout="constrained"
            )
            try:
                yield ax
            finally:
                self.plt.close(figure)

    def joint(self, judgement: ClassJudgement) -> str:
        """Rows of either kind in the main directions of the real ones."""
        rng = np.random.default_rng(0)
        columns = join_columns(
            {
                name: rows.iloc[rng.permutation(len(rows))[:N_POINTS]]
                for name, rows in (
                    ("real", judgement.few[0]),
                    ("synthetic", judgement.few[1]),
                )
            },
            (1, 1),
        )
        with self._axes(HEIGHT) as ax:
            draw_joint(ax, columns)
            return self._figure_of(
                ax,
                "Real and synthetic rows as points, in the two directions in which the "
                "real rows vary most.",
            )

    def correlations(self, judgement: ClassJudgement) -> str:
        """How much the correlations of pairs of columns differ."""
        with self._axes(HEIGHT) as ax:
            draw_correlations(ax, *judgement.few)
            return self._figure_of(
                ax,
                "Differences between the correlations in real and in synthetic rows, "
                "for pairs of columns.",
            )

    def marginal(self, judgement: ClassJudgement, name: Hashable) -> str:
        """The distribution of one column."""
        with self._axes(SMALL_HEIGHT) as ax:
            draw_marginal(ax, judgement.joined[name], short_name(name))
            return self._figure_of(
                ax,
                f"How often the cells of column {name} are what, in per cent of real "
                f"and of synthetic rows; {judgement.differences[name].facts}.",
            )

    def history(self, history: pd.DataFrame, loss: str, best: int) -> list[str]:
        """The course of a training, panel by panel."""
        drawn = []
        for name, panel in PANELS.items():
            if name == "learning_rate":
                continue
            with self._axes(SMALL_HEIGHT) as ax:
                TrainingHistoryDisplay.from_history(
                    history, loss=loss, best_iteration=best, ax=ax, panels=[name]
                )
                drawn.append(self._figure_of(ax, f"{panel.title}, update by update."))
        return drawn

    def _figure_of(self, ax: Any, text: str) -> str:
        """A drawing as HTML, with a text for those who cannot see it.

        Its title is written by HTML, which breaks lines where they end.
        """
        title = ax.get_title(loc="left").replace(r"\$", "$")
        ax.set_title("", loc="left")
        buffer = io.StringIO()
        ax.figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None}
        )
        return (
            f"<figure><figcaption>{escaped(title)}</figcaption>"
            f"{self._inline(buffer.getvalue(), text)}</figure>"
        )

    def _inline(self, svg: str, text: str) -> str:
        """A drawing as SVG to stand in HTML."""
        document = minidom.parseString(CONTROL.sub("\ufffd", svg))
        root = document.documentElement
        assert root is not None
        for tag in ("metadata", "style"):
            for element in list(root.getElementsByTagName(tag)):
                assert element.parentNode is not None
                element.parentNode.removeChild(element)
        self.n_drawn += 1
        _take_colour_of_page(root)
        _rename(root, f"p{self.n_drawn}-")
        for name in ("width", "height", "xmlns", "xmlns:xlink", "version"):
            if root.hasAttribute(name):
                root.removeAttribute(name)
        root.setAttribute("role", "img")
        root.setAttribute("aria-label", CONTROL.sub("\ufffd", text))
        return root.toxml()


def _take_colour_of_page(root: Any) -> None:
    """Give what is drawn in ink the colour of the page; what is written may name it."""
    for element in [root, *root.getElementsByTagName("*")]:
        for name, value in list(element.attributes.items()):
            if INK in value:
                element.setAttribute(name, value.replace(INK, "currentColor"))


def _rename(root: Any, prefix: str) -> None:
    """Make the names in a drawing its own, and drop those that nothing refers to."""
    elements = [root, *root.getElementsByTagName("*")]
    used = set()
    for element in elements:
        for name, value in list(element.attributes.items()):
            if name == "xlink:href":
                element.removeAttribute(name)
                if value.startswith("#"):
                    used.add(value[1:])
                    value = f"#{prefix}{value[1:]}"
                element.setAttribute("href", value)
            elif value.startswith("url(#"):
                used.add(value[5:-1])
                element.setAttribute(name, f"url(#{prefix}{value[5:-1]})")
            elif "url(#" in value and name == "style":
                used.update(re.findall(r"url\(#([^)]+)\)", value))
                element.setAttribute(name, value.replace("url(#", f"url(#{prefix}"))
    for element in elements:
        if element.hasAttribute("id"):
            name = element.getAttribute("id")
            element.removeAttribute("id")
            if name in used:
                element.setAttribute("id", prefix + name)


def gauge(name: str, figures: dict[str, float]) -> str:
    """A figure on its axis: the synthetic rows, real ones, the ideal.

    Parameters
    ----------
    name : str
        Of ``FIGURES``.
    figures : dict of str to float
        A line of ``QualityDisplay.figures``.

    Returns
    -------
    str
        SVG, without matplotlib.
    """
    known = FIGURES[name]
    low, high = known.span(figures.values())

    def place(figure: float) -> str:
        return f"{8 + 184 * (min(figure, high) - low) / (high - low):.1f}"

    marks = ['<line class="axis" x1="8" x2="192" y1="12" y2="12"/>']
    said = []
    if not math.isnan(figures["synthetic"]):
        said.append(f"synthetic rows {figures['synthetic']:.2f}")
    if math.isfinite(figures["reference"]):
        ends = place(figures["reference_low"]), place(figures["reference_high"])
        marks.append(
            f'<line class="span" x1="{ends[0]}" x2="{ends[1]}" y1="12" y2="12"/>'
        )
        at = place(figures["reference"])
        marks.append(f'<line class="real" x1="{at}" x2="{at}" y1="4" y2="20"/>')
        said.append(f"real rows {figures['reference']:.2f}")
    if known.ideal is not None:
        at = place(known.ideal)
        marks.append(f'<line class="ideal" x1="{at}" x2="{at}" y1="1" y2="23"/>')
        said.append(f"ideal {known.ideal:g}")
    if not math.isnan(figures["synthetic"]):
        x = float(place(figures["synthetic"]))
        marks.append(
            f'<path class="synthetic" d="M{x - 6:.1f} 12L{x:.1f} 6L{x + 6:.1f} 12'
            f'L{x:.1f} 18Z"/>'
        )
    text = escaped(f"{known.title}: {', '.join(said)}")
    return (
        f'<svg class="gauge" viewBox="0 0 200 24" role="img" aria-label="{text}">'
        f"{''.join(marks)}</svg>"
    )
