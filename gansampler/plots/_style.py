"""What the displays have in common: colours, grids of axes, labels of any length."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from gansampler._wording import plain_label, shortened

# Of the palette of Okabe and Ito, which the colour-blind can tell apart. Each has a
# contrast of at least 3 with black and with white.
REAL_COLOR, SYNTHETIC_COLOR, DISCRIMINATOR_COLOR = "#0072b2", "#d55e00", "#009e73"
GENERATOR_COLOR = SYNTHETIC_COLOR

HEADER_INCHES = 0.35


def require_matplotlib() -> Any:
    """Matplotlib's pyplot, which is looked for only when something is to be drawn.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Pictures need matplotlib, which is not installed. Install it with: "
            "pip install matplotlib"
        ) from error
    return plt


def text_color() -> Any:
    """The colour of writing in the style sheet that is in force."""
    return require_matplotlib().rcParams["text.color"]


def grids(
    ax: Any,
    *sizes: tuple[float, int, int],
    width: float,
    header_lines: int = 1,
    **options: Any,
) -> tuple[Any, Any, list[Any]]:
    """Divide a new figure, or the place of an axes, below a line for the header.

    Parameters
    ----------
    ax : Axes or None
        Axes whose place is divided, itself made invisible. None for a new figure.
    *sizes : tuples of float, int and int
        Of each grid, one below the other, the height of a line in inches (where the
        figure is new), the number of lines, and that of columns.
    width : float
        Of a new figure, in inches.
    header_lines : int, default=1
        Lines that the header takes.
    **options
        Of the grids, such as ``width_ratios``.

    Returns
    -------
    figure : Figure or SubFigure
    header : Axes
        Invisible, over the whole width.
    grids : list of GridSpecFromSubplotSpec

    Raises
    ------
    ValueError
        If ``ax`` is not part of a grid of subplots.
    """
    plt = require_matplotlib()
    heights = [height * lines for height, lines, _ in sizes]
    heights.insert(0, HEADER_INCHES * header_lines)
    if ax is None:
        figure = plt.figure(figsize=(width, sum(heights)), layout="constrained")
        outer = figure.add_gridspec(len(heights), 1, height_ratios=heights)
    else:
        spec = ax.get_subplotspec()
        if spec is None:
            raise ValueError(
                "ax is not part of a grid, so that its place cannot be divided into "
                "several panels. Pass axes made by plt.subplots, or None."
            )
        figure = ax.figure
        ax.set_axis_off()
        outer = spec.subgridspec(len(heights), 1, height_ratios=heights)
    # A figure that is laid out by itself finds the room that labels need.
    automatic = figure.get_layout_engine() is not None
    spaces = {} if automatic else {"hspace": 0.9, "wspace": 0.5}
    header = figure.add_subplot(outer[0])
    header.set_axis_off()
    inner = [
        place.subgridspec(lines, columns, **spaces, **options)
        for place, (_, lines, columns) in zip(list(outer)[1:], sizes, strict=True)
    ]
    return figure, header, inner


def write_header(
    header: Any, text: str, handles: Sequence[Any] = (), *, narrow: bool = False
) -> None:
    """Write what is seen at the left of the header, and the legend at the right.

    Where the header may be narrow, and has two lines, the legend comes below.
    """
    header.text(
        0,
        0.8 if narrow else 0.5,
        text,
        transform=header.transAxes,
        va="center",
        ha="left",
        fontsize="small" if narrow else None,
    )
    if handles:
        header.legend(
            handles=handles,
            loc="center left" if narrow else "center right",
            bbox_to_anchor=(0, 0.2) if narrow else None,
            ncols=len(handles),
            frameon=False,
            borderaxespad=0,
            borderpad=0,
            fontsize="small" if narrow else None,
        )


def legend_above(ax: Any) -> None:
    """Put the legend above the axes, at the right, where it hides no data."""
    ax.legend(
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=4,
        frameon=False,
        fontsize="small",
        borderaxespad=0.2,
        columnspacing=1,
        handlelength=1.5,
    )


def label(name: Any, width: int = 24) -> str:
    r"""A name in one line of limited width, free of mathematics.

    Parameters
    ----------
    name : object
        A column, a level or a class.
    width : int, default=24
        Characters.

    Examples
    --------
    >>> from gansampler.plots._style import label
    >>> print(label("the amount in $ of the last transaction"))
    the amount i…transaction
    >>> print(label("amount in $"))
    amount in \$
    """
    return shortened(name, width).replace("$", r"\$")


def class_name(class_label: Any) -> str:
    """A class in a header.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.plots._style import class_name
    >>> class_name(np.str_("yes"))
    "class 'yes'"
    """
    return f"class {label(repr(plain_label(class_label)), 40)}"


def labels(names: Sequence[Any], width: int = 24) -> list[str]:
    """Names that tell apart what they name, each in one line of limited width.

    Where names that are cut look the same, what they begin with in common is left
    out.

    Examples
    --------
    >>> from gansampler.plots._style import labels
    >>> labels(
    ...     ["the sensor at place 1 in the hall", "the sensor at place 2 in the hall"]
    ... )
    ['…1 in the hall', '…2 in the hall']
    """
    short = [label(name, width) for name in names]
    if len(set(short)) == len(short):
        return short
    texts = [" ".join(str(name).split()) for name in names]
    result = []
    for text, cut in zip(texts, short, strict=True):
        alike = [t for t, c in zip(texts, short, strict=True) if c == cut]
        # What the first and the last in the alphabet share, all of them share.
        ends = zip(min(alike), max(alike), strict=False)
        n_common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))
        if len(set(alike)) > 1 and n_common > 1 and len(text) > width:
            rest = text[n_common:]
            if len(rest) >= width:
                rest = f"{rest[: width - 2]}…"
            cut = f"…{rest}".replace("$", r"\$")
        result.append(cut)
    return result
