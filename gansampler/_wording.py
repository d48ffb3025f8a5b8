"""Numbers and labels in sentences for people."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def counted(n: int, noun: str) -> str:
    """A number of things.

    Examples
    --------
    >>> from gansampler._wording import counted
    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def percent(share: float) -> str:
    """A share in per cent, never rounded to nothing or to all.

    Examples
    --------
    >>> from gansampler._wording import percent
    >>> percent(0.123), percent(0.001), percent(0.999), percent(1)
    ('12 %', '<1 %', '>99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")


def rounded(figure: float) -> str:
    """A figure with two decimals, below 0.1 with three.

    Examples
    --------
    >>> from gansampler._wording import rounded
    >>> rounded(1.234), rounded(-0.0512), rounded(0)
    ('1.23', '-0.051', '0.00')
    """
    return f"{figure:.3f}" if 0 < abs(figure) < 0.1 else f"{figure:.2f}"


def shortened(name: Any, width: int) -> str:
    """A name in one line of limited width.

    What is longer loses its middle, since both the beginnings and the ends of names
    tell them apart.

    Examples
    --------
    >>> from gansampler._wording import shortened
    >>> shortened("the number of transactions of the last thirty days", 24)
    'the number o…thirty days'
    """
    text = " ".join(str(name).split())
    if len(text) <= width:
        return text
    end = (width - 1) // 2
    return f"{text[: width - 1 - end]}…{text[-end:]}"


def plain_label(label: Any) -> Any:
    """A label as Python and pandas write it: 'yes' rather than np.str_('yes').

    Parameters
    ----------
    label : object

    Returns
    -------
    object

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler._wording import plain_label
    >>> plain_label(np.int64(1)), plain_label(np.str_("yes"))
    (1, 'yes')
    """
    if isinstance(label, np.datetime64):
        return pd.Timestamp(label)
    if isinstance(label, np.timedelta64):
        return pd.Timedelta(label)
    return label.item() if isinstance(label, np.generic) else label
